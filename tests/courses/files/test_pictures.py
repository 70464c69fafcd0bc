"""Raster pictures: kind and size are read from their bytes."""

import struct
from pathlib import Path

import pytest

from tbblearn.courses.files.findings import Findings
from tbblearn.courses.files.pictures import acts, read_picture

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 360) + b"\x08\x06\x00\x00\x00"
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x04ab"  # a segment to step over
    + b"\xff\xff\xc2"  # a fill byte, then a progressive frame
    + struct.pack(">HBHH", 17, 8, 360, 640)
    + b"\x03"
)
WEBP_LOSSLESS = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", (639 | 359 << 14)) + bytes(8)
WEBP_LOSSY = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 640, 360)
WEBP_EXTENDED = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0" + (639).to_bytes(3, "little") + (359).to_bytes(3, "little")


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.png", PNG, "image/png"),
        ("a.jpg", JPEG, "image/jpeg"),
        ("a.jpeg", JPEG, "image/jpeg"),
        ("a.webp", WEBP_LOSSLESS, "image/webp"),
        ("a.webp", WEBP_LOSSY, "image/webp"),
        ("a.webp", WEBP_EXTENDED, "image/webp"),
    ],
)
def test_size_and_kind_are_read(tmp_path: Path, name: str, content: bytes, media_type: str):
    path = tmp_path / name
    path.write_bytes(content)
    findings = Findings()
    picture = read_picture(path, findings)
    assert findings.faults == []
    assert picture is not None
    assert (picture.width, picture.height, picture.media_type) == (640, 360, media_type)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.png", JPEG, "not a valid image/png picture"),
        ("a.png", PNG[:15], "not a valid image/png picture"),
        ("a.jpg", b"\xff\xd8\xff", "not a valid image/jpeg picture"),
        ("a.jpg", b"\xff\xd8\xff\xe0\x00\x00" * 3, "not a valid image/jpeg picture"),
        ("a.webp", b"RIFF", "not a valid image/webp picture"),
        ("a.gif", b"GIF89a", "pictures end in .svg, .png"),
        ("a.png", PNG[:16] + struct.pack(">II", 100_000, 10), "too large: 100000 x 10"),
        ("a.png", PNG[:16] + struct.pack(">II", 0, 10), "too large: 0 x 10"),
        ("a.svg", b"<svg viewBox='0 0 1 1'/>", "must begin with <svg xmlns="),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' width='999999' height='1'/>", "too large: 999999 x 1"),
        ("a.svg", b"", "not a readable SVG"),
        (
            "a.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><b xmlns='http://www.w3.org/1999/xhtml'/></svg>",
            "<b> does not belong to SVG",
        ),
        (
            "a.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1' style='fill:\\75rl(//x)'/>",
            "hides something",
        ),
        (
            "a.svg",
            b"<?xml-stylesheet href='//x'?><svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/>",
            "remove the instruction",
        ),
    ],
)
def test_what_may_not_be_published_is_a_fault(tmp_path: Path, name: str, content: bytes, message: str):
    path = tmp_path / name
    path.write_bytes(content)
    findings = Findings()
    assert read_picture(path, findings) is None or findings.faults
    assert message in findings.faults[0].message


SVG = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'>{}</svg>"


@pytest.mark.parametrize(
    "drawn",
    [
        "<rect fill=\"image-set('//host/x' 1x)\"/>",
        "<rect style=\"fill: -webkit-image-set('//host/x' 1x)\"/>",
        "<style>rect { mask: IMAGE-SET('//host/x' 1x) }</style>",
        "<style>rect { mask: image<!-- parted -->-set('//host/x' 1x) }</style>",
        "<style>rect { mask: image<![CDATA[-set(]]>'//host/x' 1x) }</style>",
        "<style>rect { mask: <title>image</title>-set('//host/x' 1x) }</style>",
        "<style>rect { mask: \\69mage-set('//host/x' 1x) }</style>",
        "<style>rect { mask: &#92;69mage-set('//host/x' 1x) }</style>",
        "<style>rect { mask: cross-fade('//host/x', red) }</style>",
        "<style>rect { mask: src('//host/x') }</style>",
        "<style>rect { mask: u<!-- parted -->rl(//host/x) }</style>",
        "<style>@import '//host/x';</style>",
        "<style>@im<!-- parted -->port '//host/x';</style>",
        "<style>@namespace x '//host/x';</style>",
        "<style>@font-face { font-family: x; src: local('x') }</style>",
        "<rect style='fill: url(//host/x)'/>",
        "<rect filter='url( \"//host/x#f\" )'/>",
        "<g xml:base='//host/x'/>",
        "<use href='//host/x#g'/>",
    ],
)
def test_a_drawing_that_could_fetch_is_refused_however_it_is_written(tmp_path: Path, drawn: str):
    path = tmp_path / "a.svg"
    path.write_text(SVG.format(drawn), encoding="utf-8")
    findings = Findings()
    assert read_picture(path, findings) is None
    assert findings.faults
    assert acts(path.read_bytes())


@pytest.mark.parametrize(
    "drawn",
    [
        "<rect transform='translate(1 2) rotate(45)' fill='rgb(1 2 3)' aria-label='En sten (liten) image(x)'/>",
        "<style>@media (prefers-color-scheme: dark) { rect:not(.a) { fill: hsl(1 2% 3%); d: path('M0 0') } }</style>",
        "<g data-name='mail@example.org'/>",
    ],
)
def test_a_drawing_may_be_coloured_moved_and_described(tmp_path: Path, drawn: str):
    path = tmp_path / "a.svg"
    path.write_text(SVG.format(drawn), encoding="utf-8")
    findings = Findings()
    assert read_picture(path, findings) is not None
    assert findings.faults == []


def test_a_drawing_may_use_its_own_parts(tmp_path: Path):
    path = tmp_path / "a.svg"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="12.5px" height="20"><title>x</title>'
        '<defs><linearGradient id="g"><stop offset="0"/></linearGradient></defs>'
        '<rect fill="url(#g)" width="1" height="1"/><use href="#g"/><style>rect { fill: url("#g") }</style></svg>',
        encoding="utf-8",
    )
    findings = Findings()
    picture = read_picture(path, findings)
    assert findings.faults == []
    assert picture is not None
    assert (picture.width, picture.height) == (12, 20)
