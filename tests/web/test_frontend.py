"""The look: the stylesheet is built from its sources, asks nobody for anything, and can be read by everybody."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from html5lib import HTMLParser

from tests.web.gallery import PAGES, gallery_app

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "tbblearn" / "web" / "static"
TEMPLATES = ROOT / "tbblearn" / "web" / "templates" / "web"
TOKENS = ROOT / "frontend" / "src" / "_tokens.scss"
INK_ON_SUN = "#15292f"

TEXT = 4.5
"""Least contrast of text to its ground (WCAG 2.2, 1.4.3)."""
SHAPE = 3.0
"""Least contrast of a control's border, an icon or an area that carries a meaning (1.4.11)."""

PAIRS = [
    *[("ink", ground, TEXT) for ground in ("bg", "surface", "mist", "warm", "blush")],
    *[("muted", ground, TEXT) for ground in ("bg", "surface", "mist", "warm")],
    *[("link", ground, TEXT) for ground in ("bg", "surface", "mist", "warm")],
    *[("brand-hover", ground, TEXT) for ground in ("bg", "surface", "mist", "warm")],
    ("on-brand", "brand", TEXT),
    ("on-brand", "brand-hover", TEXT),
    ("on-deep", "deep", TEXT),
    ("on-deep", "deep-2", TEXT),
    ("on-deep-muted", "deep", TEXT),
    ("sun", "deep", TEXT),
    (INK_ON_SUN, "sun", TEXT),
    *[("error", ground, TEXT) for ground in ("bg", "surface", "blush")],
    *[(f"{status}-text", ground, TEXT) for status in ("done", "going", "late") for ground in ("bg", "surface", "mist")],
    *[
        (f"{status}-text", ground, TEXT)
        for status in ("soon", "exempt")
        for ground in ("bg", "surface", "mist", "warm")
    ],
    ("late-text", "warm", TEXT),
    ("on-going", "going", TEXT),
    *[(f"on-{part}", part, TEXT) for part in ("low", "mid", "high")],
    *[(concept, "surface", TEXT) for concept in ("veta", "kunna", "vilja")],
    *[(part, "surface", SHAPE) for part in ("low", "high")],
    ("brand", "bg", SHAPE),
    *[("control", ground, SHAPE) for ground in ("bg", "surface", "mist")],
    *[(area, "surface", SHAPE) for area in ("done", "going", "late", "exempt", "brand")],
    ("focus-outer", "focus-inner", SHAPE),
    ("focus-outer", "bg", SHAPE),
    ("focus-outer", "surface", SHAPE),
]
"""Every pair of colours that meet on a page: what is read, its ground, the least ratio."""


def tokens(theme: str) -> dict[str, str]:
    """The colours of a theme by name."""
    block = re.search(rf"@mixin {theme} {{(.*?)\n}}", TOKENS.read_text("utf-8"), re.DOTALL)
    assert block is not None
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block[1]))


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb by WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture(scope="module")
def css() -> str:
    return (STATIC / "tbblearn.css").read_text("utf-8")


@pytest.fixture(scope="module")
def build() -> ModuleType:
    """`frontend/build.py`, which lies outside the package."""
    spec = importlib.util.spec_from_file_location("frontend_build", ROOT / "frontend" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_contrast_formula_gives_the_known_ends() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("read", "ground", "least"), PAIRS)
def test_colours_that_meet_can_be_told_apart(theme: str, read: str, ground: str, least: float) -> None:
    colours = tokens(theme)
    assert contrast(colours.get(read, read), colours[ground]) >= least


def test_both_themes_have_the_same_tokens() -> None:
    assert tokens("light").keys() == tokens("dark").keys()


def test_the_stylesheet_is_built_from_its_sources(css: str, build: ModuleType) -> None:
    first = css.split("\n", 1)[0]
    found = re.search(r"sha256 ([0-9a-f]{64})", first)
    assert found is not None
    assert found[1] == build.digest(), "the look has changed: run `npm ci && npm run build` in frontend/"
    assert "MIT License" in first
    assert "SIL Open Font License" in first


def test_the_stylesheet_asks_nobody_else_for_anything(css: str) -> None:
    assert "@import" not in css
    addresses = re.findall(r"url\(\s*[\"']?([^)\"']+)", css)
    assert addresses == ["fonts/figtree-latin.woff2"]
    assert (STATIC / addresses[0]).read_bytes()[:4] == b"wOF2"
    assert (STATIC / "fonts" / "OFL.txt").is_file()


def test_the_state_s_own_font_and_crest_are_not_in_it(css: str) -> None:
    assert not re.search(r"GDS Transport|crest|crown\b(?! Copyright)", css.split("\n", 1)[1], re.IGNORECASE)


def test_the_stylesheet_is_small(css: str) -> None:
    assert len(css.encode()) < 80_000


def test_script_keeps_nothing() -> None:
    script = (STATIC / "tbblearn.js").read_text("utf-8")
    assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie|innerHTML|eval\(", script)


def test_no_template_has_anything_inline() -> None:
    for path in TEMPLATES.rglob("*.html"):
        source = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", source), path.name


def test_every_component_says_how_it_is_used() -> None:
    for path in (TEMPLATES / "components").glob("*.html"):
        source = path.read_text("utf-8")
        assert source.startswith("{#\n"), path.name
        about = source[: source.index("#}")]
        for macro in re.findall(r"{%-? macro (\w+)", source):
            used_outside = any(
                re.search(rf"import[^%]*\b{macro}\b", other.read_text("utf-8"))
                for other in TEMPLATES.parents[2].rglob("*.html")
                if other != path
            )
            assert not used_outside or macro in about, f"{path.name}: {macro}"


@pytest.mark.parametrize("page", PAGES)
def test_every_gallery_page_is_sound_html(page: str) -> None:
    answer = gallery_app().test_client().get(f"/gallery/{page}")
    assert answer.status_code == 200
    parser = HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(answer.get_data())
    assert parser.errors == []
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert len(list(tree.iter("h1"))) == 1
    known = set(ids)
    for element in tree.iter():
        named = [*(element.get("aria-describedby") or "").split(), *(element.get("aria-labelledby") or "").split()]
        assert set(named) <= known, named
        if element.tag == "label":
            assert element.get("for") in known
