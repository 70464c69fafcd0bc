"""A closed-loop client: one person with one browser, without pictures and styles. Runs in a process of its own."""

import http.client
import json
import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
CHOICE = re.compile(r'<input[^>]*type="(radio|checkbox)"[^>]*>')
VALUE = re.compile(r'\bvalue="([^"]*)"')
NAME = re.compile(r'\bname="([^"]*)"')
WITH_SCRIPT = re.compile(r'<input[^>]*name="([^"]*)" value="([^"]*)"[^>]*data-straight-on')
"""A field that script switches on in Chrome, Edge and Firefox (tbblearn.js)."""
MOVED_TO = re.compile(r'<body[^>]*data-moved-to="([^"]*)"')
QUESTION = re.compile(r'<input[^>]*name="question" value="([^"]*)"')
LIST = re.compile(r'<select[^>]*\bname="([^"]*)".*?</select>', re.DOTALL)
PART = re.compile(r'href="(/utbildning/[^/"]+/del/[^/"#]+)"')
OPTION = re.compile(r'<option value="([^"]+)"')


@dataclass
class Browser:
    """Keeps cookies and the newest CSRF token, follows redirects, counts requests."""

    host: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    requests: int = 0
    path: str = ""
    body: str = ""

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(self.host, self.port, timeout=60)

    def get(self, path: str) -> str:
        return self._send("GET", path, None)

    def post(self, path: str, **fields: str | list[str]) -> str:
        return self._send("POST", path, urlencode([("csrf_token", self.token), *fields.items()], doseq=True))

    def _send(self, method: str, path: str, body: str | None) -> str:
        for _ in range(5):
            headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
            self.requests += 1
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.partition(";")[0]
            if answer.status in {301, 302, 303}:
                method, path, body = "GET", answer.getheader("Location") or "/", None
                continue
            if answer.status >= 400:
                raise RuntimeError(f"{method} {path}: {answer.status}")
            found = CSRF.search(text)
            self.token = found[1] if found else self.token
            moved_to = MOVED_TO.search(text)
            self.path, self.body = moved_to[1] if moved_to else path, text
            return text
        raise RuntimeError(f"too many redirects from {path}")

    def choose_first(self) -> dict[str, str | list[str]]:
        """The first choice of the question on the page; of lists, the first option of the first, and so on down."""
        question = QUESTION.search(self.body)
        assert question, f"no question on {self.path}"
        fixed = {"question": question[1], **dict(WITH_SCRIPT.findall(self.body))}
        lists = list(LIST.finditer(self.body))
        if lists:
            options = [OPTION.findall(one[0]) for one in lists]
            chosen = [of_row[row % len(of_row)] for row, of_row in enumerate(options)]
            return {**fixed, lists[0][1]: chosen}
        found = CHOICE.search(self.body)
        assert found, f"no choice on {self.path}"
        name, value = NAME.search(found[0]), VALUE.search(found[0])
        assert name
        assert value
        return {**fixed, name[1]: value[1]}


def sign_in(browser: Browser, account: dict[str, str]) -> None:
    browser.get("/logga-in")
    browser.post("/logga-in", email=account["email"], password=account["password"])


def quiz_flow(browser: Browser, account: dict[str, str]) -> None:
    """Sign-in page, sign in, open the quiz's first page, start it, answer all, hand in, see the result."""
    sign_in(browser, account)
    browser.get(f"/utbildning/{account['slug']}/prov")
    take_quiz(browser, account)


def take_quiz(browser: Browser, account: dict[str, str]) -> None:
    """From the quiz's first page to its result."""
    browser.post(f"/utbildning/{account['slug']}/prov")
    while "/fraga/" in browser.path:
        browser.post(browser.path, **browser.choose_first())
    browser.post(browser.path.partition("/granska")[0] + "/lamna-in")
    assert browser.path.partition("#")[0].endswith("/resultat"), browser.path


def whole_flow(browser: Browser, account: dict[str, str]) -> None:
    """Sign in, read every part, then the quiz as above."""
    sign_in(browser, account)
    browser.get(f"/utbildning/{account['slug']}")
    for part in dict.fromkeys(PART.findall(browser.body)):
        browser.get(part)
        browser.post(part)
    browser.get(f"/utbildning/{account['slug']}/prov")
    take_quiz(browser, account)


def survey(browser: Browser, account: dict[str, str]) -> None:
    """The survey's first page, its statements, send all twelve answers, the thanks. The session is there already."""
    browser.cookies[account["cookie_name"]] = account["cookie"]
    browser.get(f"/enkat/{account['wave']}")
    browser.get(f"/enkat/{account['wave']}/pastaenden")
    codes = dict.fromkeys(NAME.search(choice[0])[1] for choice in CHOICE.finditer(browser.body))  # type: ignore[index]
    assert len(codes) == 12, codes
    browser.post(f"/enkat/{account['wave']}", **dict.fromkeys(codes, "4"))
    assert "data-draft-over" in browser.body, browser.path


def page(path: str) -> Callable[[Browser, dict[str, str]], None]:
    def read(browser: Browser, account: dict[str, str]) -> None:
        browser.get(path.format(**account))

    return read


OPERATIONS: dict[str, tuple[Callable[[Browser, dict[str, str]], None], bool]] = {
    "flow": (quiz_flow, False),
    "whole": (whole_flow, False),
    "survey": (survey, False),
    "my_courses": (page("/mina-utbildningar"), True),
    "part": (page("/utbildning/{slug}/del/{module}"), True),
    "unit": (page("/min-enhet/{unit_id}"), True),
    "csv": (page("/min-enhet/{unit_id}/utbildning.csv"), True),
}
"""Operation -> (what a client does, whether the client stays signed in between rounds)."""


def main() -> None:
    """Read a job from stdin, run it with so many clients, print what it took as JSON."""
    job = json.loads(sys.stdin.readline())
    operation, stays = OPERATIONS[job["operation"]]
    accounts = iter(job["accounts"])
    lock = threading.Lock()
    seconds: list[float] = []
    counted = [0]
    faults: list[str] = []

    def run() -> None:
        browser, account = None, None
        if stays:
            with lock:
                account = next(accounts)
            browser = Browser(job["host"], job["port"])
            try:
                sign_in(browser, account)
            except Exception:
                barrier.abort()  # or everybody would wait for this one for ever
                raise
        barrier.wait()
        barrier.wait()
        for _ in range(job["rounds"]):
            if not stays:
                with lock:
                    account = next(accounts)
                browser = Browser(job["host"], job["port"])
            assert browser is not None
            assert account is not None
            before, begun = browser.requests, time.perf_counter()
            try:
                operation(browser, account)
            except Exception as error:  # the run goes on; the fault is printed with the result
                faults.append(repr(error))
            with lock:
                seconds.append(time.perf_counter() - begun)
                counted[0] += browser.requests - before

    barrier = threading.Barrier(job["clients"] + 1)
    threads = [threading.Thread(target=run) for _ in range(job["clients"])]
    for thread in threads:
        thread.start()
    barrier.wait()
    print("ready", flush=True)
    sys.stdin.readline()
    begun = time.perf_counter()
    barrier.wait()
    for thread in threads:
        thread.join()
    json.dump(
        {
            "elapsed": time.perf_counter() - begun,
            "seconds": seconds,
            "requests": counted[0],
            "faults": faults[:5],
            "failed": len(faults),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
