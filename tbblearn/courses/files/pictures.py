"""Checks pictures: format, size, and that an SVG is nothing but a drawing."""

import hashlib
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from xml.parsers import expat

from tbblearn.courses.files.findings import Findings, phrase

LARGEST_PICTURE = 500_000
"""Bytes. Parts are read on phones, between two tasks."""

LARGEST_SIDE = 4096
"""Pixels."""

MEDIA_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}

_SVG = "http://www.w3.org/2000/svg"
_DRAWING = frozenset(
    [
        *("svg", "g", "defs", "symbol", "use", "title", "desc", "style", "marker", "mask", "clipPath", "pattern"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
        *("linearGradient", "radialGradient", "stop", "filter", "feGaussianBlur", "feOffset", "feMerge"),
        *("feMergeNode", "feFlood", "feComposite", "feBlend", "feColorMatrix"),
    ]
)
_WHY_NOT = {
    "script": "a picture must not hold a script; remove <script>",
    "foreignObject": "a picture must not hold other pages; remove <foreignObject>",
    "text": "a picture holds no text, which could be neither translated nor enlarged; say it in the part",
    "tspan": "a picture holds no text, which could be neither translated nor enlarged; say it in the part",
    "image": "a picture must not fetch other pictures; draw it, or use the other picture by itself",
    "a": "a picture must not hold links; put the link in the part",
}

_HARMLESS = frozenset({"text", "tspan", "metadata"})
"""What drawing programs leave behind: unwanted in a course, but harmless."""

_XHTML = "http://www.w3.org/1999/xhtml"

_FUNCTIONS = frozenset(
    [
        *("url", "var", "calc", "min", "max", "clamp"),
        *("rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "color", "color-mix", "light-dark"),
        *("matrix", "translate", "translatex", "translatey", "scale", "scalex", "scaley", "rotate"),
        *("skew", "skewx", "skewy", "path", "polygon", "circle", "ellipse", "inset"),
        *("blur", "brightness", "contrast", "drop-shadow", "grayscale", "hue-rotate", "invert", "opacity", "saturate"),
        *("sepia", "not", "is", "where", "nth-child", "nth-last-child", "nth-of-type", "media", "and", "or"),
    ]
)
"""The functions that a style may call: colours, shapes, transforms, selectors. Any other, now or in future browsers,
may fetch (`image-set`, `image`, `src`, `cross-fade`, `element`); `url` is checked separately.
"""

_AT_RULES = frozenset({"@media", "@supports"})
_SAYING = ("id", "class", "role", "lang", "title")
_FREE_TEXT = re.compile(rf"(?:{'|'.join(_SAYING)}|aria-.*|data-.*)", re.IGNORECASE)
"""Attributes for words or names, in which nothing is a function call."""


@dataclass(frozen=True)
class MediaFile:
    """A picture, a film or the captions of one."""

    media_type: str
    content: bytes

    @cached_property
    def sha256(self) -> str:
        """The hash of the content, in hexadecimal: the name that it is published under."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class PictureFile(MediaFile):
    """A picture that may be published; width and height in pixels, as the page reserves room for it."""

    width: int
    height: int


def read_picture(path: Path, findings: Findings) -> PictureFile | None:
    """The picture in the file; None, and a fault, if it may not be published."""
    media_type = MEDIA_TYPES.get(path.suffix)
    if media_type is None:
        findings.fault(path, 1, "pictures end in {endings}; save it as one of these", endings=", ".join(MEDIA_TYPES))
        return None
    size = path.stat().st_size
    if size > LARGEST_PICTURE:
        message = "the picture is too large: {size} bytes; make it at most {most}"
        findings.fault(path, 1, message, size=f"{size:,}", most=f"{LARGEST_PICTURE:,}")
        return None
    content = path.read_bytes()
    sides: tuple[int, int] | None
    if media_type == "image/svg+xml":
        drawing = _Drawing(path)
        drawing.read(content)
        findings.add(drawing.findings.faults)
        if drawing.findings.faults or drawing.sides is None:
            return None
        sides = drawing.sides
    else:
        sides = _RASTER[media_type](content)
        if sides is None:
            message = "this is not a valid {media_type} picture; save it again in the format that its name gives"
            findings.fault(path, 1, message, media_type=media_type)
            return None
    width, height = sides
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        message = "the picture is too large: {width} x {height}; each side must be 1 to {most} pixels"
        findings.fault(path, 1, message, width=width, height=height, most=LARGEST_SIDE)
        return None
    return PictureFile(media_type, content, width, height)


def _png_sides(content: bytes) -> tuple[int, int] | None:
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR" or len(content) < 24:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _jpeg_sides(content: bytes) -> tuple[int, int] | None:
    """Follows the segments to the start of frame (ITU-T T.81, annex B)."""
    if content[:2] != b"\xff\xd8":
        return None
    position = 2
    while position + 9 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")
    return None


def _webp_sides(content: bytes) -> tuple[int, int] | None:
    """Reads the first chunk (RFC 9649: VP8, VP8L or VP8X)."""
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or len(content) < 30:
        return None
    chunk = content[12:16]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 ":
        width, height = struct.unpack("<HH", content[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


_RASTER: dict[str, Callable[[bytes], tuple[int, int] | None]] = {
    "image/png": _png_sides,
    "image/jpeg": _jpeg_sides,
    "image/webp": _webp_sides,
}


def acts(content: bytes) -> bool:
    """True for an SVG that could do something when opened: run, fetch, link or embed another kind of page.

    One that is merely unfit to publish (text in the picture, no size, leftovers of a drawing program) does not act.
    """
    drawing = _Drawing(Path())
    drawing.read(content)
    return drawing.acts


class _Drawing:
    """Reads an SVG as XML, element by element, and accepts only what draws."""

    def __init__(self, path: Path) -> None:
        self.findings = Findings()
        self.sides: tuple[int, int] | None = None
        self.acts = False
        self._path = path
        self._depth = 0
        self._style_depth = 0
        self._style_text: list[str] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = lambda *_: self._refuse_doctype()
        self._parser.ProcessingInstructionHandler = lambda *_: self._refuse("remove the instruction <?...?>")

    def read(self, content: bytes) -> None:
        try:
            self._parser.Parse(content, True)
        except _Refused:
            return
        except expat.ExpatError as error:
            problem = expat.errors.messages[error.code]
            self.findings.fault(
                self._path, error.lineno, "not a readable SVG: {problem}; save it again as plain SVG", problem=problem
            )

    def _fault(self, message: str, /, **values: object) -> None:
        self.findings.fault(self._path, self._parser.CurrentLineNumber, message, **values)

    def _refuse(self, message: str, /, **values: object) -> None:
        self.acts = True
        self._fault(message, **values)

    def _refuse_doctype(self) -> None:
        self._refuse("remove <!DOCTYPE ...>; entities are not read")
        raise _Refused

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        if self._depth == 0:
            self._root(namespace, name, attributes)
        self._depth += 1
        if name == "style" and not self._style_depth:
            self._style_depth = self._depth
        if namespace != _SVG:
            say = self._refuse if namespace == _XHTML else self._fault
            say("<{name}> does not belong to SVG; save the picture as plain SVG", name=name)
        elif name not in _DRAWING:
            say = self._fault if name in _HARMLESS else self._refuse
            say(_WHY_NOT.get(name, phrase("<{name}> is not allowed in a picture; draw it with shapes", name=name)))
        for key, value in attributes.items():
            self._attribute(name, key.rpartition(" ")[2], value)

    def _root(self, namespace: str, name: str, attributes: dict[str, str]) -> None:
        if (namespace, name) != (_SVG, "svg"):
            self._refuse('the picture must begin with <svg xmlns="{svg}">', svg=_SVG)
            raise _Refused
        self.sides = _view(attributes)
        if self.sides is None:
            self._fault('the picture has no size; give <svg> a viewBox such as "0 0 640 360"')

    def _attribute(self, element: str, name: str, value: str) -> None:
        if name.lower().startswith("on"):
            self._refuse(
                "the event handler {name} on <{element}> is not allowed; remove it", name=name, element=element
            )
        elif name.lower() in ("href", "src", "base") and not value.strip().startswith("#"):
            message = "<{element}> refers outside the picture ({name}); only #names of its own parts are allowed"
            self._refuse(message, element=element, name=name)
        else:
            self._style(value, functions=not _FREE_TEXT.fullmatch(name))

    def _end(self, tag: str) -> None:
        if self._depth == self._style_depth:
            self._style("".join(self._style_text))
            self._style_depth, self._style_text = 0, []
        self._depth -= 1

    def _text(self, data: str) -> None:
        # Checked as a whole when the element ends: a comment or an entity could split a word.
        if self._style_depth:
            self._style_text.append(data)

    def _style(self, value: str, *, functions: bool = True) -> None:
        # Escapes could spell url( in a way that a search misses.
        at_rules = {rule.lower() for rule in re.findall(r"@[\w-]*", value)} if functions else set()
        called = {name.lower() for name in re.findall(r"([^\W\d][\w-]*|-[\w-]+)\(", value)} if functions else set()
        hidden = "\\" in value or re.search(r"expression\s*\(|javascript:", value, re.IGNORECASE)
        if hidden or at_rules - _AT_RULES or called - _FUNCTIONS:
            self._refuse("the style refers outside the picture or hides something; use plain colours and shapes")
        for target in re.findall(r"url\(\s*['\"]?\s*([^)'\"]*)", value, re.IGNORECASE):
            if not target.startswith("#"):
                self._refuse(
                    "url({target}) refers outside the picture; only #names of its own parts are allowed", target=target
                )


class _Refused(Exception):
    """Stops reading a drawing whose first fault makes the rest irrelevant."""


def _view(attributes: dict[str, str]) -> tuple[int, int] | None:
    """Width and height of the viewBox, else of the attributes, in whole pixels."""
    view = attributes.get("viewBox", "").replace(",", " ").split()
    written = view[2:] if len(view) == 4 else [attributes.get(side, "") for side in ("width", "height")]
    sides = [re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,12})?)(?:px)?", side) for side in written]
    if sides[0] is None or sides[1] is None:
        return None
    return max(1, round(float(sides[0][1]))), max(1, round(float(sides[1][1])))
