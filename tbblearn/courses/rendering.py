"""Turns a part's Markdown into safe HTML, once, at publication.

Two safeguards: the renderer below never writes raw HTML, and nh3 passes only the tags, attributes and addresses that
it uses. The page's h1 is the part's title and h2 the screen's, so a screen's own headings begin at h3.

Links to screens are stored as `screen:part/screen`, to explained words as `term:word`, pictures, films and captions as
`asset:<sha256>`; `resolve` turns them into addresses when a page is rendered.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import nh3
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from tbblearn.courses.files.format import FilmShape, PlaceholderShape
from tbblearn.courses.files.markdown import inline_parser, parser, plain_text
from tbblearn.courses.files.parts import Film, Placeholder, ScreenSource
from tbblearn.courses.files.pictures import MediaFile, PictureFile
from tbblearn.courses.rules import Block, HtmlBlock, PracticeBlock, ScreenRef

RENDERER = 2
"""Part of a version's hash. Raise it when the HTML of an unchanged course changes."""

_WORDS = {
    "sv": {
        "case": "Ett fall ur vardagen",
        "missing": "Inte klart än:",
        "writes": "%(owner)s skriver texten.",
        "until": "Till dess:",
        "transcript": "Läs det som sägs i filmen",
        "language": "Svenska",
    },
    "en": {
        "case": "A case from everyday work",
        "missing": "Not ready yet:",
        "writes": "%(owner)s will write the text.",
        "until": "Until then:",
        "transcript": "Read what is said in the film",
        "language": "English",
    },
}

_TAGS = {
    *("a", "br", "em", "h3", "h4", "li", "ol", "p", "span", "strong", "ul"),
    *("div", "figcaption", "figure", "img", "section"),
    *("table", "tbody", "td", "th", "thead", "tr"),
    *("details", "source", "summary", "track", "video"),
}
_ATTRIBUTES = {
    "a": {"href"},
    "details": {"class"},
    "div": {"class", "role"},
    "figure": {"class"},
    "h3": {"id"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "p": {"class"},
    "section": {"class", "aria-labelledby"},
    "source": {"src", "type"},
    "span": {"class"},
    "summary": {"class"},
    "table": {"class", "role"},
    "tbody": {"role"},
    "td": {"class", "data-l", "role"},
    "th": {"class", "role", "scope"},
    "thead": {"role"},
    "tr": {"role"},
    "track": {"src", "kind", "srclang", "label", "default"},
    "video": {"aria-label", "controls", "preload"},
}
_markdown = parser()
_inline = inline_parser()
# The renderer writes the address first in its tag and escapes every < in a text.
_ADDRESS = re.compile(r'<(a href|(?:img|source|track) src)="(screen|term|asset):([^"]*)"')


def render_screen(
    screen: ScreenSource, language: str, pictures: Mapping[str, PictureFile], films: Mapping[str, MediaFile]
) -> tuple[Block, ...]:
    """The blocks of one screen in one language; `pictures` and `films` by the names of their files."""
    blocks: list[Block] = []
    pending: list[Token] = []
    practices = iter(screen.practices)

    def flush() -> None:
        if pending:
            block_id = f"{screen.id}-{len(blocks) + 1}"
            html = _BlockRenderer(block_id, language, screen, pictures, films).render(pending, _markdown.options, {})
            blocks.append(HtmlBlock(_cleaned(html)))
            pending.clear()

    for token in screen.tokens:
        if token.type == "fence" and token.info.strip() == "practice":
            flush()
            blocks.append(PracticeBlock(next(practices).text))
        else:
            pending.append(token)
    flush()
    return tuple(blocks)


def render_inline(text: str) -> str:
    """A text of a question as safe inline HTML: bold, and paragraphs separated by two line breaks.

    Inline, because a legend or a label may contain no paragraph.
    """
    renderer = RendererHTML()
    paragraphs = [
        renderer.renderInline(token.children or [], _inline.options, {})
        for token in _inline.parse(text)
        if token.type == "inline"
    ]
    return nh3.clean("<br><br>".join(paragraphs), tags={"strong", "br"}, attributes={}, link_rel=None)


@dataclass(frozen=True)
class Addresses:
    """How a page addresses a screen, the id of a term and the SHA-256 of an asset."""

    screen: Callable[[ScreenRef], str]
    term: Callable[[str], str]
    asset: Callable[[str], str]


def resolve(html: str, addresses: Addresses) -> str:
    """Stored HTML with the page's own addresses."""

    def address(found: re.Match[str]) -> str:
        tag, scheme, target = found.groups()
        if scheme == "asset":
            url = addresses.asset(target)
        elif scheme == "term":
            url = addresses.term(target)
        else:
            module, _, screen = target.partition("/")
            url = addresses.screen(ScreenRef(module, screen))
        return f'<{tag}="{escape(url)}"'

    return _ADDRESS.sub(address, html)


def _cleaned(html: str) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_known_address,
        url_schemes={"https", "screen", "term", "asset"},
        link_rel=None,
    ).strip()


def _known_address(_tag: str, name: str, value: str) -> str | None:
    """The attribute unchanged, or None to drop an address other than those the renderer writes."""
    if name == "href":
        return value if value.startswith(("https://", "screen:", "term:")) else None
    return value if name != "src" or value.startswith("asset:") else None


class _BlockRenderer(RendererHTML):
    """Makes one block of HTML: each public method renders the token type of its name.

    `block_id` is unique in its part.
    """

    def __init__(
        self,
        block_id: str,
        language: str,
        screen: ScreenSource,
        pictures: Mapping[str, PictureFile],
        films: Mapping[str, MediaFile],
    ) -> None:
        super().__init__()
        self._block_id = block_id
        self._language = language
        self._words = _WORDS[language]
        self._pictures = pictures
        self._films = films
        blocks: tuple[Placeholder | Film, ...] = (*screen.placeholders, *screen.films)
        self._fences = {block.line: block.shape for block in blocks}
        self._boxes = 0
        self._cases = 0
        self._column = 0
        self._headers: list[str] = []

    # --- boxes ---

    def container_case_open(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        title = tokens[idx].info.strip().removeprefix("case").strip()
        self._boxes += 1
        self._cases += 1
        # Screen ids never contain two hyphens in a row, so this id is unique.
        title_id = f"case--{self._block_id}-{self._cases}"
        return (
            f'<section class="case" aria-labelledby="{title_id}"><p class="eyebrow">{escape(self._words["case"])}</p>'
            f'<h3 id="{title_id}">{escape(title)}</h3>\n'
        )

    def container_plan_open(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        self._boxes += 1
        return '<div class="plan">\n'

    def container_tip_open(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        self._boxes += 1
        return '<div class="tip" role="note">\n'

    def container_case_close(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        self._boxes -= 1
        return "</section>\n"

    def container_plan_close(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        self._boxes -= 1
        return "</div>\n"

    container_tip_close = container_plan_close

    def fence(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        """A film, or a placeholder that is not waived."""
        shape = self._fences[(tokens[idx].map or [0])[0] + 1]
        if isinstance(shape, FilmShape):
            return self._film(shape)
        if not shape.is_open:
            return ""
        return self._placeholder(shape)

    def _placeholder(self, shape: PlaceholderShape) -> str:
        """What is not ready, who writes it, what to do until then."""
        words = self._words
        said = [
            f"<strong>{words['missing']}</strong> {escape(_ended(shape.needed))}",
            escape(words["writes"] % {"owner": _capital(shape.owner)}),
        ]
        if shape.until:
            said.append(f"<strong>{words['until']}</strong> {escape(_ended(shape.until))}")
        paragraphs = "".join(f"<p>{one}</p>" for one in said)
        return f'<div class="placeholder" role="note">{paragraphs}</div>\n'

    def _film(self, shape: FilmShape) -> str:
        """A film with captions on by default, and its transcript."""
        film, captions = self._films[shape.file], self._films[shape.captions]
        transcript = "".join(f"<p>{escape(' '.join(paragraph.split()))}</p>" for paragraph in shape.paragraphs())
        return (
            f'<figure class="film"><video aria-label="{escape(shape.title)}" controls preload="metadata">'
            f'<source src="asset:{film.sha256}" type="{film.media_type}">'
            f'<track src="asset:{captions.sha256}" kind="captions" srclang="{self._language}"'
            f' label="{self._words["language"]}" default></video>'
            f"<figcaption>{escape(shape.title)}</figcaption></figure>"
            f'<details class="govuk-details"><summary class="govuk-details__summary">'
            f'<span class="govuk-details__summary-text">{self._words["transcript"]}</span></summary>'
            f'<div class="govuk-details__text">{transcript}</div></details>\n'
        )

    # --- text and pictures ---

    def _level(self) -> str:
        return "h4" if self._boxes else "h3"

    def heading_open(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        return f"<{self._level()}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        return f"</{self._level()}>\n"

    def paragraph_open(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        return "" if tokens[idx].hidden or _is_picture(tokens[idx + 1]) else "<p>"

    def paragraph_close(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        if tokens[idx].hidden:
            return ""
        return "\n" if _is_picture(tokens[idx - 1]) else "</p>\n"

    def image(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        token = tokens[idx]
        asset = self._pictures[str(token.attrs["src"])]
        alternative = " ".join(plain_text(token).split())
        caption = str(token.attrs.get("title", "")).strip()
        shown = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
        return (
            f'<figure><div class="plate"><img src="asset:{asset.sha256}" alt="{escape(alternative)}"'
            f' width="{asset.width}" height="{asset.height}"></div>{shown}</figure>'
        )

    # --- tables: on a phone each row becomes a block, with the column's heading beside each value; the roles keep it a
    # table for screen readers when its display changes. ---

    def table_open(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        self._headers = []
        return '<table class="fold" role="table">\n'

    def thead_open(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        return '<thead role="rowgroup">\n'

    def tbody_open(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        return '<tbody role="rowgroup">\n'

    def tr_open(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        self._column = 0
        return '<tr role="row">\n'

    def th_open(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        self._headers.append(plain_text(tokens[idx + 1]))
        return f'<th scope="col" role="columnheader"{_aligned(tokens[idx])}>'

    def td_open(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        self._column += 1
        if self._column == 1:
            return f'<th scope="row" role="rowheader"{_aligned(tokens[idx])}>'
        label = escape(self._headers[self._column - 1])
        return f'<td role="cell" data-l="{label}"{_aligned(tokens[idx])}>'

    def td_close(self, tokens: Sequence[Token], idx: int, *_rest: object) -> str:
        return "</th>\n" if self._column == 1 else "</td>\n"


def _is_picture(inline: Token) -> bool:
    children = inline.children or []
    return len(children) == 1 and children[0].type == "image"


def _aligned(cell: Token) -> str:
    return ' class="r"' if "right" in str(cell.attrs.get("style", "")) else ""


def _capital(owner: str) -> str:
    """The owner at the beginning of a sentence."""
    return owner[:1].upper() + owner[1:]


def _ended(sentence: str) -> str:
    """The sentence with its full stop."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
