"""A form takes text for text and files for files, whatever is sent to it."""

import io

import pytest

from tests.factories import County
from tests.reading import Reader

WORDS = "Här går det inte att skicka en fil. Skriv med bokstäver och siffror."


def a_file() -> tuple[io.BytesIO, str]:
    return io.BytesIO(b"m@example.org"), "adress.txt"


@pytest.mark.parametrize(
    ("path", "text", "files"),
    [
        ("/logga-in", {"password": "en mening"}, ["email"]),
        ("/logga-in", {"email": "m@example.org"}, ["password"]),
        ("/logga-in", {}, ["email", "password"]),
        ("/logga-in", {"email": "m@example.org", "password": "en mening"}, ["email"]),
        ("/glomt-losenordet", {}, ["email"]),
    ],
)
def test_a_file_sent_for_a_text_is_told_at_its_field(
    reader: Reader, county: County, path: str, text: dict[str, str], files: list[str]
) -> None:
    page = reader.post(path, {**text, **{name: a_file() for name in files}}, 422)
    assert page.errors == [WORDS] * len(files)
    reader.post("/sprak", {"language": "en"})
    page = reader.post(path, {**text, **{name: a_file() for name in files}}, 422)
    assert page.errors == ["A file cannot be sent here. Write with letters and numbers."] * len(files)


@pytest.mark.parametrize("name", ["next", "held"])
def test_a_file_sent_for_a_field_that_nobody_sees_is_nothing(reader: Reader, county: County, name: str) -> None:
    page = reader.post("/logga-in", {"email": "m@example.org", "password": "en mening", name: a_file()}, 422)
    assert page.errors == ["E-postadressen eller lösenordet stämmer inte."]
    assert page.form("/logga-in")[name] == ""


def test_a_choice_takes_no_file(reader: Reader, county: County) -> None:
    reader.sign_in(county.persons["p101"])
    page = reader.post("/mina-uppgifter", {"language": a_file()}, 422)
    assert page.errors == [WORDS]


def test_a_file_that_no_field_asks_for_changes_nothing(reader: Reader, county: County) -> None:
    reader.sign_in(county.persons["p101"])
    reader.post("/mina-uppgifter", {"language": "en", "other": a_file()})


def test_a_text_sent_for_a_file_is_told_as_a_missing_file(reader: Reader, county: County) -> None:
    reader.sign_in(county.persons["editor"])
    page = reader.post("/kurser/ladda-upp", {"file": "text"}, 422)
    assert page.errors == ["Välj en zip-fil."]


def test_other_ways_of_sending_are_no_form(reader: Reader, county: County) -> None:
    token = reader._token()
    for body in ({"email": 5, "password": ["x"]}, [1], "x"):
        reader._read(reader._send("POST", "/logga-in", json=body, headers={"X-CSRFToken": token}), "/logga-in", 422)
