"""What a part becomes: safe HTML that fits the page's headings, with links and pictures still to be resolved."""

from html import escape
from pathlib import Path

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tbblearn.courses.files.findings import Findings
from tbblearn.courses.files.parts import ScreenSource, read_part
from tbblearn.courses.files.pictures import MediaFile, PictureFile
from tbblearn.courses.rendering import RENDERER, Addresses, render_inline, render_screen, resolve
from tbblearn.courses.rules import HtmlBlock, PracticeBlock, ScreenRef
from tbblearn.courses.storing import sha256_of

PICTURE = PictureFile("image/svg+xml", b"<svg/>", 640, 360)
SHA = PICTURE.sha256
PICTURES = {"bild.svg": PICTURE}


def screen_of(text: str) -> ScreenSource:
    findings = Findings()
    part = read_part(f"## Titel {{#skarm}}\n\n{text}", Path("module.sv.md"), "sv", findings)
    assert [str(fault) for fault in findings.faults] == []
    return part.screens[0]


def html_of(text: str, language: str = "sv") -> str:
    (block,) = render_screen(screen_of(text), language, PICTURES, {})
    assert isinstance(block, HtmlBlock)
    return block.html


def test_text_lists_and_bold():
    assert html_of("Hej **du**.\n\n- ett\n- två") == (
        "<p>Hej <strong>du</strong>.</p>\n<ul>\n<li>ett</li>\n<li>två</li>\n</ul>"
    )


def test_a_heading_lies_below_the_screens_own():
    assert html_of("### Rubrik") == "<h3>Rubrik</h3>"


def test_a_case_is_a_named_section():
    assert html_of("::: case Pappan & dottern\nText.\n\n### Mer\n:::") == (
        '<section class="case" aria-labelledby="case--skarm-1-1"><p class="eyebrow">Ett fall ur vardagen</p>'
        '<h3 id="case--skarm-1-1">Pappan &amp; dottern</h3>\n<p>Text.</p>\n<h4>Mer</h4>\n</section>'
    )


def test_two_cases_of_a_screen_have_ids_of_their_own():
    screen = screen_of("::: case A\na\n:::\n\n::: case B\nb\n:::\n\n```practice\nid: x\n```\n\n::: case C\nc\n:::\n")
    html = "".join(block.html for block in render_screen(screen, "en", {}, {}) if isinstance(block, HtmlBlock))
    assert [f'id="case--skarm-{end}"' in html for end in ("1-1", "1-2", "3-1")] == [True, True, True]


def test_plan_and_tip_are_boxes():
    assert html_of("::: plan\n- Om a, så b.\n:::") == '<div class="plan">\n<ul>\n<li>Om a, så b.</li>\n</ul>\n</div>'
    assert html_of("::: tip\nFråga.\n:::") == '<div class="tip" role="note">\n<p>Fråga.</p>\n</div>'


def test_a_picture_is_a_figure_with_room_kept_for_it():
    assert html_of('![Ett "barn" & en vuxen](bild.svg "Två <vid> vattnet")') == (
        f'<figure><div class="plate"><img src="asset:{SHA}" alt="Ett &quot;barn&quot; &amp; en vuxen" width="640"'
        ' height="360"></div><figcaption>Två &lt;vid&gt; vattnet</figcaption></figure>'
    )


def test_a_table_keeps_its_headings_for_eyes_and_ears():
    assert html_of("| Vem | Antal |\n|---|--:|\n| Skola | 3 |") == (
        '<table class="fold" role="table">\n<thead role="rowgroup">\n<tr role="row">\n'
        '<th scope="col" role="columnheader">Vem</th>\n<th scope="col" role="columnheader" class="r">Antal</th>\n'
        '</tr>\n</thead>\n<tbody role="rowgroup">\n<tr role="row">\n<th scope="row" role="rowheader">Skola</th>\n'
        '<td role="cell" data-l="Antal" class="r">3</td>\n</tr>\n</tbody>\n</table>'
    )


PLACEHOLDER = (
    "```placeholder\nid: x\nowner: fackgruppen\nneeded: mer < om det\nwhy: y\ndue: 2027-01-31\nblocking: false\n{}```"
)
UNTIL = "until: Ring <112>.\n"


@pytest.mark.parametrize(
    ("language", "missing", "writes", "until"),
    [
        ("sv", "Inte klart än:", "Fackgruppen skriver texten.", "Till dess:"),
        ("en", "Not ready yet:", "Fackgruppen will write the text.", "Until then:"),
    ],
)
def test_a_placeholder_tells_what_is_missing_who_writes_it_and_what_to_do_until_then(
    language: str, missing: str, writes: str, until: str
):
    said = f"<p><strong>{missing}</strong> mer &lt; om det.</p><p>{writes}</p>"
    assert html_of(PLACEHOLDER.format(""), language) == f'<div class="placeholder" role="note">{said}</div>'
    said += f"<p><strong>{until}</strong> Ring &lt;112&gt;.</p>"
    shown = html_of(PLACEHOLDER.format(UNTIL), language)
    assert shown == f'<div class="placeholder" role="note">{said}</div>'


def test_a_waived_placeholder_is_not_shown():
    waived = PLACEHOLDER.format("waived:\n  role: processledare\n  on: 2026-12-01\n  why: y\n")
    assert html_of(f"Hej.\n\n{waived}") == "<p>Hej.</p>"


def test_sources_are_kept_out_of_what_learners_see():
    screen = screen_of("Hej.\n\n```source\n- 003, Bakgrund\n- 002, 2 Vilket\n```")
    assert render_screen(screen, "sv", {}, {}) == (HtmlBlock("<p>Hej.</p>"),)


def test_practice_questions_split_the_text_around_them():
    screen = screen_of("A.\n\n```practice\nid: p1\n```\n\n```practice\nid: p2\n```\n\nB.")
    assert render_screen(screen, "sv", {}, {}) == (
        HtmlBlock("<p>A.</p>"),
        PracticeBlock("p1"),
        PracticeBlock("p2"),
        HtmlBlock("<p>B.</p>"),
    )


def test_links_and_pictures_are_resolved_when_a_page_is_made():
    stored = html_of("[Läs](screen:varfor/tidigt) [ut](https://example.org/?a=1&b=2)\n\n![Alt](bild.svg)")
    resolved = resolve(
        stored,
        Addresses(lambda ref: f"/kurs/{ref.module}?a=1&s={ref.screen}", lambda _: "", lambda sha: f"/kursfil/{sha}"),
    )
    assert '<a href="/kurs/varfor?a=1&amp;s=tidigt">Läs</a>' in resolved
    assert '<a href="https://example.org/?a=1&amp;b=2">ut</a>' in resolved
    assert f'<img src="/kursfil/{SHA}" alt="Alt"' in resolved


def test_words_that_look_like_an_address_are_left_alone():
    stored = html_of('Skriv href="screen:a/b" så.')
    assert resolve(stored, Addresses(lambda ref: ref.screen, str, str)) == stored


def test_a_link_names_its_part_and_screen():
    resolved = resolve('<a href="screen:a/b-c">x</a>', Addresses(str, str, str))
    assert resolved == f'<a href="{escape(str(ScreenRef("a", "b-c")))}">x</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Hej **du**", "Hej <strong>du</strong>"),
        ("Ett.\n\nTvå.", "Ett.<br><br>Två."),
        ("a < b & c", "a &lt; b &amp; c"),
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
    ],
)
def test_texts_of_questions_are_inline(text: str, html: str):
    assert render_inline(text) == html


SAMPLE = f"""En *ny* **rad** <här>,
och [en länk](screen:a/b).

### Rubrik

1. ett
2. två

![Alt](bild.svg "Text")

| a | b |
|---|--:|
| 1 | 2 |

::: case Fall
Text.
:::

::: tip
Text.
:::

::: plan
- Text.
:::

{PLACEHOLDER.format(UNTIL)}
"""


def test_other_html_from_the_same_text_needs_another_renderer_number():
    """If this fails, and the new HTML is meant: raise RENDERER and put the new pair here.

    Otherwise nobody would ever see the new HTML, since publishing the same files again makes no new version.
    """
    html = html_of(SAMPLE).replace(SHA, "ab" * 32)
    assert (RENDERER, sha256_of(html)[:16]) == (2, "d49e1316828e3702")


DANGEROUS = ["script", "iframe", "object", "embed", "style", "form", "input", "svg", "math", "base", "link", "meta"]


FRAGMENTS = [
    *(f"<{tag}>" for tag in DANGEROUS),
    *("[x](javascript:alert(1))", "![a](data:x)", "<img src=x onerror=y>", "<a href='javascript:x'>", "onload=x"),
    *("&lt;script&gt;", "[a]: <b>", "**", "`", '"', "'", "| a |", "---", "\n", "\n\n"),
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12))
def test_nothing_dangerous_comes_out_of_any_text(pieces: list[str]):
    """Even of a text that the check would refuse."""
    part = read_part("## T {#t}\n\n" + " ".join(pieces), Path("m.md"), "sv", Findings())
    pictures = {picture.file: PICTURE for screen in part.screens for picture in screen.pictures}
    for screen in part.screens:
        for block in render_screen(screen, "sv", pictures, {}):
            assert isinstance(block, HtmlBlock)
            for element in html5lib.parseFragment(block.html, namespaceHTMLElements=False).iter():
                if isinstance(element.tag, str):
                    assert element.tag not in DANGEROUS
                    assert not any(name.startswith("on") for name in element.attrib)
                    href = element.attrib.get("href", "https:")
                    assert href.partition(":")[0] in ("https", "screen")
                    assert element.attrib.get("src", "asset:").startswith("asset:")


FILM = """```film
file: fragan.mp4
captions: fragan.sv.vtt
title: En <fråga> & ett svar
transcript: |
  Hon säger: Hur har du det,
  i dag?

  Han säger: <b>Bra</b>.
```"""


def test_a_film_has_captions_that_are_on_and_its_words_as_text():
    film, captions = MediaFile("video/mp4", b"film"), MediaFile("text/vtt", b"captions")
    films = {"fragan.mp4": film, "fragan.sv.vtt": captions}
    (block,) = render_screen(screen_of(FILM), "sv", PICTURES, films)
    assert isinstance(block, HtmlBlock)
    resolved = resolve(block.html, Addresses(lambda ref: ref.screen, str, lambda sha: f"/kursfil/{sha}"))
    tree = html5lib.parse(resolved, namespaceHTMLElements=False)
    [video], [source], [track] = (tree.findall(f".//{name}") for name in ("video", "source", "track"))
    assert video.attrib == {"aria-label": "En <fråga> & ett svar", "controls": "", "preload": "metadata"}
    assert source.attrib == {"src": f"/kursfil/{film.sha256}", "type": "video/mp4"}
    assert track.attrib == {
        "src": f"/kursfil/{captions.sha256}",
        "kind": "captions",
        "srclang": "sv",
        "label": "Svenska",
        "default": "",
    }
    assert ["".join(one.itertext()) for one in tree.findall(".//details/div/p")] == [
        "Hon säger: Hur har du det, i dag?",
        "Han säger: <b>Bra</b>.",
    ]
    assert tree.find(".//details/summary") is not None


def test_a_word_that_is_explained_is_a_link_to_its_explanation():
    stored = html_of("En [öppen fråga](term:oppen-fraga).")
    resolved = resolve(stored, Addresses(str, lambda term: f"/ord#{term}", str))
    assert '<a href="/ord#oppen-fraga">öppen fråga</a>' in resolved
