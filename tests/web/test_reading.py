"""The tests' own reader: it finds each kind of fault, and finds none on a good page."""

import pytest

from tests.page_rules import faults, parse

GOOD = """<!doctype html><html lang="sv"><head><title>Prov – tbblearn</title></head><body>
<header><a href="/">tbblearn</a></header>
<main><h1>Prov</h1><h2>Frågor</h2><p>29 av 31 (94 %). None of the above.</p>
<form method="post" action="/x"><input type="hidden" name="csrf_token" value="t">
<label for="a">Namn</label><input id="a" name="a" aria-describedby="a-hint"><p id="a-hint">Hela namnet.</p>
<fieldset><legend>Svar</legend><label><input type="radio" name="r" value="1"> Ja</label>
<label><input type="radio" name="r" value="2"> Nej</label></fieldset><button>Skicka</button></form>
<img src="/a.svg" alt=""><svg aria-hidden="true"></svg><a href="#a">Till namnet</a></main>
<footer></footer></body></html>"""


def test_a_good_page_has_no_fault() -> None:
    assert faults(parse(GOOD)) == []


@pytest.mark.parametrize(
    ("good", "spoilt", "found"),
    [
        ('lang="sv"', "", "no lang"),
        ("<h1>Prov</h1>", "<h1>Prov</h1><h1>Till</h1>", "2 h1"),
        ("<h1>Prov</h1>", "<p>Prov</p>", "0 h1"),
        ("<h1>Prov</h1>", "<h1></h1>", "empty h1"),
        ("Prov – tbblearn", "Prov", "title"),
        ("Prov – tbblearn", " – tbblearn", "title"),
        ("<h2>Frågor</h2>", "<h3>Frågor</h3>", "h3 after h1"),
        ("<main>", "<div>", "main"),
        ("<footer></footer>", "", "no footer"),
        ('<p id="a-hint">', '<p id="a">', "id 'a' 2 times"),
        ('<p id="a-hint">', "<p>", "aria-describedby='a-hint'"),
        ('for="a"', 'for="b"', "for='b'"),
        ('<label for="a">Namn</label>', "", "no label"),
        ("<legend>Svar</legend>", "", "without a legend"),
        ("<fieldset><legend>Svar</legend>", "<div>", "choices without a fieldset"),
        ('<input type="hidden" name="csrf_token" value="t">', "", "no CSRF token"),
        ('method="post"', 'method="get"', "would stand in the address"),
        ('action="/x"', 'action="https://example.org/x"', "leaves the site"),
        ("<button>Skicka</button>", "", "no button"),
        ("Skicka</button>", "</button>", "no words"),
        (">Till namnet<", "><", "no words"),
        ('href="#a"', 'href="#b"', "leads nowhere"),
        ('alt=""', "", "no alt"),
        ('<svg aria-hidden="true">', "<svg>", "neither hidden nor named"),
        ("<h2>", '<h2 style="color:red">', "style= on <h2>"),
        ("<h2>", '<h2 onclick="x()">', "onclick= on <h2>"),
        ("<h2>", "<style>h2{}</style><h2>", "a <style>"),
        ("<h2>", "<script>x()</script><h2>", "inline <script>"),
        ('href="/"', 'href="javascript:x()"', "script in href"),
        ("29 av 31", "None av 31", "leaked 'None'"),
        ("29 av 31", "{{ n }} av 31", "leaked"),
        ("29 av 31", "%(n)s av 31", "leaked"),
        ("29 av 31", "Role.MANAGER", "leaked 'Role.MANAGER'"),
        ("29 av 31", "&lt;b&gt;29&lt;/b&gt;", "leaked"),
        ("29 av 31", "A &amp;amp; B", "leaked"),
        ("29 av 31", "2026-11-20 09:00:00+00:00", "leaked"),
        ("29 av 31", "&lt;function f&gt;", "leaked"),
        ('value="1"', 'value="None"', "leaked 'None'"),
        ("<h2>Frågor</h2>", "<h2>Frågor</h2></div>", "HTML, line"),
        ("<h2>Frågor</h2>", "<p><div>x</div></p>", "HTML, line"),
    ],
)
def test_each_kind_of_fault_is_found(good: str, spoilt: str, found: str) -> None:
    assert good in GOOD
    assert any(found in fault for fault in faults(parse(GOOD.replace(good, spoilt, 1)))), faults(
        parse(GOOD.replace(good, spoilt, 1))
    )
