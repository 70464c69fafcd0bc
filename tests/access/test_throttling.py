"""Guessing is slow, and nobody is kept out by it: neither the owner of an account nor those behind one address."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from tbblearn.access import passwords
from tbblearn.access.models import LoginAttempt
from tbblearn.access.rules import COUNTED, CROWDED, KNOWN_PACE, PACE, attempt_key
from tbblearn.access.trying import COOKIE
from tbblearn.db import db, unit_of_work, utc_now
from tbblearn.people.models import Person
from tbblearn.tick import tick
from tbblearn.web.application import Application
from tests.access.accounts import PASSWORD, give_password, sign_in, whose
from tests.factories import NOW, County
from tests.reading import Reader

WRONG = "fel lösenord här"
FREE = PACE[0][0]
"""Wrong tries before the first wait."""


@pytest.fixture
def email(app: Application, county: County) -> str:
    return give_password(app, county.persons["p101"])


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def rows(app: Application) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(LoginAttempt)) or 0


def sign_out(reader: Reader) -> None:
    reader.submit(reader.get("/mina-uppgifter").form("/logga-ut"))


def tried_before(app: Application, count: int, *, account: str = "", address: str = "127.0.0.1") -> None:
    """So many wrong tries have been made: of one account (its address), else of as many others."""
    key = attempt_key("only for tests", "address", address)
    with app.app_context(), unit_of_work():
        db.session.add_all(
            LoginAttempt(
                account_key=attempt_key("only for tests", "account", account or f"{number}@example.org"),
                address_key=key,
                at=NOW,
            )
            for number in range(count)
        )


def test_an_account_is_tried_slower_after_six_wrong_tries_and_what_was_typed_stays(
    app: Application, email: str, clock: time_machine.Traveller
) -> None:
    reader = Reader(app)
    for _ in range(FREE):
        sign_in(reader, email, WRONG, 422)
    page = sign_in(reader, email, PASSWORD, 429)
    assert page.errors == ["För många försök. Vänta 30 sekunder och försök igen."]
    assert page.response.headers["Retry-After"] == "30"
    assert page.form("/logga-in")["email"] == email
    assert page.form("/logga-in")["password"] == ""
    assert PASSWORD not in page.response.get_data(as_text=True)
    assert rows(app) == FREE, "who is told to wait is not counted once more"
    clock.shift(timedelta(seconds=29))
    sign_in(reader, email, PASSWORD, 429)
    clock.shift(timedelta(seconds=1))
    sign_in(reader, email, PASSWORD)


def test_after_many_tries_the_wait_is_told_in_minutes(app: Application, email: str, clock: object) -> None:
    tried_before(app, 40, account=email)
    page = sign_in(Reader(app), email, PASSWORD, 429)
    assert page.errors == ["För många försök. Vänta 15 minuter och försök igen."]
    reader = Reader(app)
    reader.post("/sprak", {"language": "en"})
    assert sign_in(reader, email, PASSWORD, 429).errors == ["Too many tries. Wait 15 minutes and try again."]


def test_who_polls_an_account_elsewhere_does_not_keep_its_owner_out(
    app: Application, email: str, clock: object
) -> None:
    """From the own address, in a browser that is new to the account, with a first try that is mistyped."""
    tried_before(app, 200, account=email, address="10.0.0.9")
    sign_in(Reader(app), email, WRONG, 422)
    sign_in(Reader(app), email, PASSWORD)


def test_writing_the_address_in_another_way_gives_no_more_tries(app: Application, email: str, clock: object) -> None:
    reader = Reader(app)
    for number in range(FREE):
        sign_in(reader, " " * number + (email.upper() if number % 2 else email), WRONG, 422)
    sign_in(reader, email + "  ", PASSWORD, 429)


def test_an_unknown_address_is_slowed_just_the_same(app: Application, county: County, clock: object) -> None:
    reader = Reader(app)
    for _ in range(FREE):
        sign_in(reader, "okand@example.org", WRONG, 422)
    sign_in(reader, "okand@example.org", WRONG, 429)


@pytest.mark.parametrize("tries", [301, 5_000])
def test_however_many_wrong_tries_come_from_an_address_a_right_password_there_opens(
    app: Application, email: str, clock: object, tries: int
) -> None:
    tried_before(app, tries)
    sign_in(Reader(app), email)


def test_from_a_crowded_address_each_account_has_two_tries_before_it_is_slowed(
    app: Application, email: str, clock: object
) -> None:
    tried_before(app, CROWDED)
    reader = Reader(app)
    for _ in range(2):
        sign_in(reader, email, WRONG, 422)
    assert sign_in(reader, email, PASSWORD, 429).response.headers["Retry-After"] == "30"


def test_the_owner_signs_in_at_the_own_computer_whatever_others_try(
    app: Application, email: str, clock: time_machine.Traveller
) -> None:
    own = Reader(app)
    sign_in(own, email)
    sign_out(own)
    clock.shift(timedelta(days=300))
    stranger = Reader(app)
    for _ in range(FREE):
        sign_in(stranger, email, WRONG, 422)
    sign_in(stranger, email, PASSWORD, 429)
    sign_in(own, email)
    assert whose(own.get("/mina-uppgifter")) == "Medarbetare 101"


def test_six_wrong_tries_at_the_own_computer_do_not_matter_either(app: Application, email: str, clock: object) -> None:
    own = Reader(app)
    sign_in(own, email)
    sign_out(own)
    for _ in range(FREE):
        sign_in(own, email, WRONG, 422)
    sign_in(own, email)


def test_a_known_browser_that_guesses_on_becomes_a_browser_like_any_other(
    app: Application, email: str, clock: object
) -> None:
    """Whoever has taken a cookie gains ten tries by it."""
    thief = Reader(app)
    sign_in(thief, email)
    sign_out(thief)
    for _ in range(KNOWN_PACE[0][0] + FREE):
        sign_in(thief, email, WRONG, 422)
    sign_in(thief, email, PASSWORD, 429)


def test_a_browser_is_known_to_its_own_account_only(
    app: Application, county: County, email: str, clock: object
) -> None:
    other = give_password(app, county.persons["p102"])
    tried_before(app, FREE, account=other)
    reader = Reader(app)
    sign_in(reader, email)
    sign_out(reader)
    sign_in(reader, other, PASSWORD, 429)


def test_a_shared_computer_is_known_to_all_who_work_at_it(
    app: Application, county: County, email: str, clock: object
) -> None:
    other = give_password(app, county.persons["p102"])
    reader = Reader(app)
    for one in (email, other):
        sign_in(reader, one)
        sign_out(reader)
    sign_in(reader, email)
    changed = reader.get("/byt-losenord")
    reader.submit(changed.form("/byt-losenord"), old_password=PASSWORD, new_password="ett helt nytt och eget")
    sign_out(reader)  # a password changed there leaves the others known
    for one in (email, other):
        tried_before(app, 40, account=one)
    for one, password in ((email, "ett helt nytt och eget"), (other, PASSWORD)):
        sign_in(reader, one, password)
        sign_out(reader)


def test_a_link_in_a_letter_opens_and_makes_the_browser_known(
    app: Application, county: County, email: str, clock: object
) -> None:
    from tests.access.accounts import link_for

    tried_before(app, 40, account=email)
    reader = Reader(app)
    path = link_for(app, county.persons["p101"])
    reader.submit(reader.get(path).form(path), password="ett helt nytt och eget")
    sign_out(reader)
    sign_in(reader, email, "ett helt nytt och eget")


def test_the_cookie_of_a_known_browser_is_for_no_script_and_names_nobody(app: Application, email: str) -> None:
    reader = Reader(app)
    answer = sign_in(reader, email)
    [cookie] = [one for one in answer.response.headers.getlist("Set-Cookie") if one.startswith(f"{COOKIE}=")]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"):
        assert part in cookie
    assert "Secure" not in cookie
    assert email.split("@")[0] not in cookie


def test_of_forty_tries_at_once_no_more_are_checked_than_may_be(
    app: Application, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = give_password(app, county.persons["p101"])
    checked = []
    real = passwords.matches

    def counting(password: str, password_hash: str | None) -> bool:
        checked.append(password)
        return real(password, password_hash)

    monkeypatch.setattr(passwords, "matches", counting)
    readers = [Reader(app) for _ in range(40)]
    tokens = [reader._token() for reader in readers]
    together = threading.Barrier(len(readers))
    statuses: list[int] = []

    def guess(number: int) -> None:
        together.wait(30)
        fields = {"email": email, "password": f"gissning {number}", "csrf_token": tokens[number]}
        statuses.append(readers[number]._send("POST", "/logga-in", data=fields).status_code)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(len(readers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(checked) == FREE
    assert sorted(statuses) == [422] * FREE + [429] * (len(readers) - FREE)


def test_a_try_is_counted_before_it_is_checked_and_no_more_once_it_was_right(
    app: Application, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    real = passwords.matches

    def looking(password: str, password_hash: str | None) -> bool:
        seen.append(rows(app))
        return real(password, password_hash)

    monkeypatch.setattr(passwords, "matches", looking)
    sign_in(Reader(app), email)
    assert seen == [1]
    assert rows(app) == 0


def test_tries_are_kept_for_a_day_and_hold_neither_address(
    app: Application, email: str, clock: time_machine.Traveller
) -> None:
    sign_in(Reader(app), email, WRONG, 422)
    with app.app_context():
        row = db.session.scalars(select(LoginAttempt)).one()
        assert email not in row.account_key
        assert "127.0.0.1" not in row.address_key
    clock.shift(COUNTED - timedelta(seconds=1))
    sign_in(Reader(app), email, WRONG, 422)
    assert rows(app) == 2
    clock.shift(timedelta(seconds=1))
    sign_in(Reader(app), email, WRONG, 422)
    assert rows(app) == 2


def test_the_timer_takes_old_tries_away_where_nobody_tries_again(
    app: Application, email: str, clock: time_machine.Traveller
) -> None:
    sign_in(Reader(app), email, WRONG, 422)
    for passed, left in ((COUNTED - timedelta(seconds=1), 1), (timedelta(seconds=1), 0)):
        clock.shift(passed)
        with app.app_context():
            tick(now=utc_now(), dry_run=True)
            assert not any(tick(now=utc_now()).values())
            db.session.remove()
        assert rows(app) == left


def test_asking_for_letters_again_and_again_is_slowed_but_signing_in_is_not(
    app: Application, email: str, clock: time_machine.Traveller
) -> None:
    reader = Reader(app)
    form = reader.get("/glomt-losenordet").form("/glomt-losenordet")
    for _ in range(FREE):
        reader.submit(form, 200, email=email)
    page = reader.submit(form, 429, email=email)
    assert page.errors == ["För många försök. Vänta 30 sekunder och försök igen."]
    assert page.response.headers["Retry-After"] == "30"
    assert page.form("/glomt-losenordet")["email"] == email
    reader.submit(form, 200, email="medarbetare102@example.org")
    sign_in(Reader(app), email)
    clock.shift(timedelta(seconds=30))
    reader.submit(form, 200, email=email)


def test_who_has_no_password_yet_is_never_told_apart(app: Application, county: County, clock: object) -> None:
    with app.app_context():
        nobody = db.session.get_one(Person, county.persons["p103"]).email
    pages = []
    for address in (nobody, "okand@example.org"):
        reader = Reader(app)
        for _ in range(FREE):
            sign_in(reader, address, WRONG, 422)
        pages.append(sign_in(reader, address, WRONG, 429).text)
    assert pages[0] == pages[1]
