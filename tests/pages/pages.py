"""Every page and state of the product, by the role that meets it, and a browser that visits them in every look."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, Response

from tests.pages.acts import check_own, choose_line, fill, guess, print_with_plan, send, spoil_the_token, upload_staff
from tests.pages.conftest import Site
from tests.pages.faults import HEIGHT, watch
from tests.pages.learner import answer, new_tab, read_the_rest, sign_in, start_quiz

Language = Literal["sv", "en"]
Theme = Literal["light", "dark"]
NOBODY = ""


@dataclass(frozen=True)
class Look:
    """How a page is shown: the language, the window's width in pixels, light or dark."""

    language: Language
    width: int
    theme: Theme

    def __str__(self) -> str:
        return f"{self.language}-{self.width}-{self.theme}"


LOOKS = tuple(
    Look(language, width, theme)
    for language in ("sv", "en")  # type: Language
    for width in (375, 1280)
    for theme in ("light", "dark")  # type: Theme
)


@dataclass(frozen=True)
class State:
    """A page in one state: who meets it, where, and what is done there first."""

    name: str
    role: str
    """An account of the demo, or NOBODY."""
    path: str
    """May hold {names} of places that `prepare` found."""
    act: Callable[[Page], None] = field(default=lambda _tab: None)


STATES = (
    # nobody signed in
    State("sign-in", NOBODY, "/logga-in"),
    State("sign-in-errors", NOBODY, "/logga-in", send()),
    State("sign-in-wrong", NOBODY, "/logga-in", fill("#email", "ingen.alls")),
    State("signed-out", NOBODY, "/logga-in?ut=1"),
    State("ask-link", NOBODY, "/glomt-losenordet"),
    State("ask-link-errors", NOBODY, "/glomt-losenordet", send()),
    State("link-sent", NOBODY, "/glomt-losenordet", fill("#email", "medarbetare1@demo.example")),
    State("choose-password", NOBODY, "{link}"),
    State("choose-password-errors", NOBODY, "{link}", fill("#password", "kort")),
    State("link-gone", NOBODY, "/valj-losenord/gammal"),
    State("about", NOBODY, "/om"),
    State("privacy", NOBODY, "/sa-skyddar-vi-dina-uppgifter"),
    State("answers-protected", NOBODY, "/sa-skyddar-vi-dina-svar"),
    State("answers-examined", NOBODY, "/sa-skyddar-vi-dina-svar/granska"),
    State("accessibility", NOBODY, "/tillganglighet"),
    State("contact", NOBODY, "/kontakt"),
    State("check-certificate", NOBODY, "/intyg/kontrollera"),
    State("check-certificate-errors", NOBODY, "/intyg/kontrollera", send()),
    State("error-404", NOBODY, "/finns-inte"),
    State("error-405", NOBODY, "/logga-ut"),
    # a member of staff on the way through the course
    State("my-courses-quiz-begun", "staff", "/mina-utbildningar"),
    State("course-quiz-begun", "staff", "/utbildning/base"),
    State("part-first", "staff", "/utbildning/base/del/varfor"),
    State("part-practice-answered", "staff", "/utbildning/base/del/varfor", guess),
    State("part-practice-empty", "staff", "/utbildning/base/del/varfor", send(".practice")),
    State("part-plan", "staff", "/utbildning/base/del/orolig", choose_line),
    State(
        "screen-lists",
        "staff",
        "/utbildning/base/del/modellen?p2-vem-sager=pappan%3Dbarnet&svara=p2-vem-sager",
    ),
    State("part-by-service", "staff", "/utbildning/in-depth/del/min-verksamhet"),
    State("part-of-tables", "staff", "/utbildning/intermediate/del/din-bit"),
    State("glossary", "staff", "/utbildning/base/ord"),
    State("quiz-begun", "staff", "/utbildning/base/prov"),
    State("question", "staff", "{attempt}/fraga/2"),
    State("question-error", "staff", "{attempt}/fraga/2", send()),
    State("question-answered", "staff", "{attempt}/fraga/1"),
    State("question-last", "staff", "{attempt}/fraga/10"),
    State("review-missing", "staff", "{attempt}/granska"),
    State("history-empty", "staff", "/min-historik"),
    State("surveys", "staff", "/enkater"),
    State("survey", "staff", "{survey}"),
    State("statements", "staff", "{survey}/pastaenden"),
    State("details", "staff", "/mina-uppgifter"),
    State("change-password", "staff", "/byt-losenord"),
    State("change-password-errors", "staff", "/byt-losenord", send()),
    State("error-403", "staff", "/min-enhet"),
    State("error-404-signed-in", "staff", "/intyg/999999"),
    State("error-400", "staff", "/mina-uppgifter", spoil_the_token),
    # one who has not passed yet, one who has, one who has everything to do
    State("my-courses-failed", "pilot", "/mina-utbildningar"),
    State("course-failed", "pilot", "/utbildning/base"),
    State("quiz-again", "pilot", "/utbildning/base/prov"),
    State("result-failed", "pilot", "{failed}/resultat"),
    State("unit-no-names", "pilot", "/min-enhet"),
    State("my-courses-done", "new_hire", "/mina-utbildningar"),
    State("course-done", "new_hire", "/utbildning/base"),
    State("result-passed", "new_hire", "{passed}/resultat"),
    State("question-fault", "new_hire", "{passed}/fraga/1/fel"),
    State("certificate", "new_hire", "{certificate}"),
    State("certificate-with-plan", "new_hire", "{certificate}", print_with_plan),
    State("certificate-checked", "new_hire", "{certificate}", check_own("")),
    State("certificate-of-another-name", "new_hire", "{certificate}", check_own("Någon annan")),
    State("history", "new_hire", "/min-historik"),
    State("my-courses-to-do", "manager", "/mina-utbildningar"),
    State("course-to-do", "manager", "/utbildning/base"),
    State("course-voluntary", "manager", "/utbildning/intermediate"),
    State("quiz-unread", "manager", "/utbildning/base/prov"),
    # managers
    State("unit", "manager", "{unit}"),
    State("who-is-left", "manager", "{unit}/kvar"),
    State("who-is-left-status", "manager", "{unit}/kvar?status=completed"),
    State("who-is-left-urgent", "manager", "{unit}/kvar?tid=due_soon"),
    State("who-is-left-nothing-found", "manager", "{unit}/kvar?q=xyz"),
    State("who-is-left-no-such-status", "manager", "{unit}/kvar?status=missed"),
    State("who-is-left-print", "manager", "{unit}/kvar/utskrift"),
    State("person-history", "manager", "{person}"),
    State("exempt", "manager", "{person}/undantag"),
    State("extend", "manager", "{person}/forlang"),
    State("record-errors", "manager", "{person}/registrera", send()),
    State("unit-with-units", "senior_manager", "{department}"),
    State("who-is-left-many", "senior_manager", "{department}/kvar"),
    State("who-is-left-sorted", "senior_manager", "{department}/kvar?status=alla&ordning=-dag&sida=2"),
    # those who see counts without names
    State("unit-choice", "follow_up", "/min-enhet"),
    State("unit-huvudman", "follow_up", "{huvudman}"),
    State("unit-county", "process_leader", "/min-enhet"),
    # those who read what a round said
    State("results", "senior_manager", "/resultat"),
    State("results-none", "new_hire", "/resultat"),
    State("results-unit", "manager", "{results}"),
    State("results-unit-with-units", "senior_manager", "{results}"),
    State("results-unit-no-shares", "senior_manager", "{no_shares}"),
    State("results-unit-not-shown", "senior_manager", "{not_shown}"),
    State("results-county", "staff", "{whole_county}"),
    State("results-huvudmen", "process_leader", "{results}/lan"),
    State("method", "process_leader", "{results}/metod"),
    State("method-not-shown", "manager", "{later_results}/metod"),
    State("conversation-guide", "senior_manager", "{not_shown}/samtal"),
    # a process leader's survey rounds
    State("rounds", "process_leader", "/matningar"),
    State("round-new-errors", "process_leader", "/matningar/ny", send()),
    State("round-planned", "process_leader", "{round}"),
    State("round-huvudmen-errors", "process_leader", "{round}/huvudman", send("main form[action$=huvudman]")),
    State("round-check-unseen", "process_leader", "{round}/kontroll", send()),
    State("round-withdraw-errors", "process_leader", "{round}/dra-tillbaka", send()),
    State("round-check", "process_leader", "{planned}/kontroll"),
    State("round-open", "process_leader", "{open}"),
    State("round-change", "process_leader", "{open}/andra"),
    State("round-limits-errors", "process_leader", "{open}/granser", fill("#k", "3")),
    State("round-remind", "process_leader", "{open}/paminn"),
    State("round-close", "process_leader", "{open}/stang"),
    State("round-closed", "process_leader", "{closed}"),
    State("round-withdrawn", "process_leader", "{withdrawn}"),
    State("round-audited", "process_leader", "{audited}"),
    State("round-publish", "process_leader", "{audited}/publicera"),
    State("round-published", "process_leader", "{published}"),
    State("preview", "process_leader", "{open}/prova"),
    State("preview-gaps", "process_leader", "{open}/prova/pastaenden", send()),
    State("preview-thanks", "process_leader", "{open}/prova/tack"),
    # those who look after the system
    State("courses", "editor", "/kurser"),
    State("course-versions", "editor", "/kurser/base"),
    State("course-questions", "editor", "/kurser/base/fragor"),
    State("question-reports", "editor", "/kurser/base/rapporter"),
    State("course-upload", "editor", "/kurser/ladda-upp"),
    State("preview-course", "editor", "/kurser/base/version/1"),
    State("preview-part", "editor", "/kurser/in-depth/version/1/del/agera"),
    State("preview-quiz", "editor", "/kurser/base/version/1/prov"),
    State("staff-sources", "admin", "/personal"),
    State("staff-file-errors", "admin", "/personal/flen", send("main form")),
    State("staff-file-preview", "admin", "/personal/flen", upload_staff),
    State("outbox", "admin", "/utskick"),
    State("letter", "admin", "{letter}"),
)


class Visitors:
    """The demo's persons in a browser: each signs in once, and chooses a language when a look asks for another."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser = browser
        self.site = site
        self._contexts: dict[str, BrowserContext] = {}
        self._tabs: dict[str, tuple[Page, list[str]]] = {}
        self._language: dict[str, Language] = {}
        self.places = self._prepare()
        """Paths by name, for the states that say {name}."""

    @contextmanager
    def at(self, state: State, look: Look) -> Iterator[tuple[Page, list[str]]]:
        """The page in this state and look, and a list in which its faults on the way are gathered."""
        self._choose(state.role, look.language)
        tab, faults = self._used(state.role)
        tab.goto("about:blank")
        faults.clear()
        tab.set_viewport_size({"width": look.width, "height": HEIGHT})
        tab.emulate_media(color_scheme=look.theme, reduced_motion="reduce")
        tab.goto(self.site.url + state.path.format(**self.places))
        state.act(tab)
        tab.wait_for_load_state()
        tab.evaluate("document.fonts.ready.then(() => true)")
        yield tab, faults

    def html(self, state: State, language: Language) -> str:
        """The page in this state as the server sent it, before any script."""
        sent: list[Response] = []
        self._choose(state.role, language)
        tab = self._tab(state.role)
        try:
            tab.on("response", lambda response: sent.append(response) if _is_page(response) else None)
            tab.goto(self.site.url + state.path.format(**self.places))
            state.act(tab)
            tab.wait_for_load_state()
            return sent[-1].text()
        finally:
            tab.close()

    def _used(self, role: str) -> tuple[Page, list[str]]:
        """The tab in which this person meets one state after another, and the list of its faults.

        One that is kept costs a quarter less than a new one for each state.
        """
        if role not in self._tabs:
            faults: list[str] = []
            tab = self._tab(role)
            watch(tab, self.site, faults)
            self._tabs[role] = tab, faults
        return self._tabs[role]

    def _tab(self, role: str) -> Page:
        """A new tab of this person's browser, signed in."""
        if role in self._contexts:
            return self._contexts[role].new_page()
        tab = new_tab(self.browser)
        if role:
            sign_in(tab, self.site, role)
        self._contexts[role] = tab.context
        self._language[role] = "sv"
        return tab

    def _choose(self, role: str, language: Language) -> None:
        """Switch language by the button in the page's header, where it is another."""
        if self._language.get(role, "sv") == language:
            return
        tab = self._tab(role)
        tab.goto(f"{self.site.url}/om")
        tab.locator(f"header button[lang={language}]").click()
        tab.locator(f"html[lang={language}]").wait_for()
        self._language[role] = language
        tab.close()

    def _prepare(self) -> dict[str, str]:
        """Bring the persons into the states, by using the site as they would; returns the places found on the way."""
        # A week's access: the timer then writes a letter that it soon ends, which an administrator may read.
        week = str(date.today() + timedelta(days=7))
        made = self.site.run("admin", "create", "--email", "ny@demo.example", "--until", week)
        places = {"link": self._path(made.strip())}
        tab = self._tab(NOBODY)
        tab.goto(f"{self.site.url}/glomt-losenordet")
        fill("#email", self.site.accounts["editor"]["email"])(tab)
        self.site.run("tick", status=1)  # a letter with a link has failed, as there is no mail server
        tab.close()

        for role, place, right, wrong in (
            ("staff", "attempt", 1, 0),
            ("pilot", "failed", 1, 2),
            ("new_hire", "passed", 10, 0),
        ):
            tab = self._tab(role)
            read_the_rest(tab, self.site)
            start_quiz(tab)
            places[place] = re.sub(r"/fraga/\d+$", "", self._path(tab.url))
            for number in range(right + wrong):
                answer(tab, self.site, right=number < right)
            if place != "attempt":
                tab.goto(f"{self.site.url}{places[place]}/granska")
                send("main .card form")(tab)
                tab.wait_for_url(re.compile("/resultat"))
            tab.close()

        places |= self._rounds() | {"round": self._plan_round()}
        for place, role, path, link in (
            ("certificate", "new_hire", "/mina-utbildningar", "main a[href^='/intyg/']"),
            ("unit", "manager", "/min-enhet", ""),
            ("person", "manager", "{unit}/kvar", "main tbody tr:nth-of-type(2) a"),
            ("department", "senior_manager", "/min-enhet", ""),
            ("huvudman", "follow_up", "/min-enhet", "main li a"),
            ("letter", "admin", "/utskick", "main tbody a"),
            ("no_shares", "senior_manager", "{results}", "main tbody tr:has(:text-matches('^minst 5 svar', 'i')) a"),
            ("not_shown", "senior_manager", "{results}", "main tbody tr:has(td[colspan]) a"),
            ("whole_county", "staff", "{later_results}", "main a:text('Hela länet')"),
        ):
            tab = self._tab(role)
            tab.goto(self.site.url + path.format(**places))
            found = tab.locator(link).first.get_attribute("href") if link else tab.url
            places[place] = self._path(found or "")
            tab.close()
        return places | {
            "audited": self._round_of("Gnesta", "oppna", "stang", "skyddskontroll"),
            "closed": self._round_of("Vingåker", "oppna", "stang"),
            "withdrawn": self._round_of("Flen", "dra-tillbaka"),
        }

    def _rounds(self) -> dict[str, str]:
        """The demo's own rounds: what the process leader's pages, the survey and the results have for addresses."""
        tab = self._tab("process_leader")
        tab.goto(f"{self.site.url}/matningar")
        rows = [
            (row.inner_text(), row.locator("a").get_attribute("href") or "") for row in tab.locator("tbody tr").all()
        ]
        tab.close()
        open_, published, planned, later = (
            [href for text, href in rows if state in text][at]
            for state, at in (("Öppen", 0), ("Publicerad", 0), ("Planerad", 0), ("Publicerad", -1))
        )
        return {
            "open": open_,
            "published": published,
            "planned": planned,
            "survey": open_.replace("/matningar/", "/enkat/"),
            "results": published.replace("/matningar/", "/resultat/"),
            "later_results": later.replace("/matningar/", "/resultat/"),
        }

    def _plan_round(self) -> str:
        """A survey round that one huvudman has adopted; returns its address."""
        tab = self._tab("process_leader")
        tab.goto(f"{self.site.url}/matningar/ny")
        tab.locator("input[name=programme]").last.check()
        tab.locator("#name").fill("Våren")
        tab.locator("#opens_on").fill("2090-03-01")
        fill("#closes_on", "2090-03-14")(tab)
        address = self._path(tab.url)
        tab.goto(f"{self.site.url}{address}/huvudman")
        tab.locator("#huvudman").select_option(index=1)
        tab.locator("#adopted_on").fill("2026-01-02")
        fill("#reference", "KS 2026/17")(tab)
        tab.close()
        return address

    def _round_of(self, huvudman: str, *steps: str) -> str:
        """A round of one huvudman, brought so far without drawing the pages; returns its address."""
        tab = self._tab("process_leader")
        tab.goto(f"{self.site.url}/matningar/ny")
        token = tab.locator("main input[name=csrf_token]").get_attribute("value") or ""
        programme = tab.locator("input[name=programme]").last.get_attribute("value") or ""

        def post(path: str, **form: str | int) -> str:
            sent = tab.request.post(f"{self.site.url}{path}", form={"csrf_token": token, **form}, max_redirects=0)
            assert sent.status == 303, (path, sent.status)
            return self._path(sent.headers["location"])

        today = f"{date.today()}"
        days = {"opens_on": today, "closes_on": f"{date.today() + timedelta(days=14)}"}
        new = {"programme": programme, "name": f"Hösten i {huvudman}", **days}
        address = post("/matningar/ny", **new, k=5, k_distribution=10)
        tab.goto(f"{self.site.url}{address}/huvudman")
        unit_id = tab.locator(f"option:text('{huvudman}')").get_attribute("value") or ""
        post(f"{address}/huvudman", huvudman=unit_id, adopted_on=today, reference="KS 2026/18")
        tab.goto(f"{self.site.url}{address}/kontroll")
        for line in tab.locator("input[name=seen]").all():
            line.check()
        send()(tab)
        for step in steps:
            post(f"{address}/{step}", confirm="y")
        tab.goto(f"{self.site.url}{address}")  # says what was done, so that no state does
        tab.close()
        return address

    def _path(self, url: str) -> str:
        return url.removeprefix(self.site.url).split("?")[0]


def _is_page(response: Response) -> bool:
    return response.request.is_navigation_request() and not 300 <= response.status < 400
