"""Checks films and their captions: format and size."""

import re
from pathlib import Path

from tbblearn.courses.files.findings import Findings
from tbblearn.courses.files.pictures import MediaFile
from tbblearn.courses.files.texts import read_text

LARGEST_FILM = 5_000_000
"""Bytes: what an upload accepts, about a minute. Longer films are links to the county's player."""

CAPTIONS_TYPE = "text/vtt"

_TIME = r"(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}"
_TIMING = re.compile(rf"^{_TIME} --> {_TIME}(?:[ \t].*)?$")
_WEBM = b"\x1a\x45\xdf\xa3"


def read_film(path: Path, findings: Findings) -> MediaFile | None:
    """The film in a file; None, and a fault, if it cannot be used."""
    size = path.stat().st_size
    if size > LARGEST_FILM:
        message = "the film has {size} bytes, at most {most}; shorten it, or link to it in the county's player"
        findings.fault(path, 1, message, size=f"{size:,}", most=f"{LARGEST_FILM:,}")
        return None
    content = path.read_bytes()
    media_type = _media_type(content)
    if media_type is None or path.suffix.lower() != f".{media_type.removeprefix('video/')}":
        findings.fault(path, 1, "this is not an MP4 or WebM film with the ending .mp4 or .webm; save it as one")
        return None
    return MediaFile(media_type, content)


def _media_type(content: bytes) -> str | None:
    """Judged by the first bytes: ISO 14496-12 begins with the box `ftyp`, WebM with an EBML header."""
    if content[4:8] == b"ftyp":
        return "video/mp4"
    return "video/webm" if content.startswith(_WEBM) and b"webm" in content[:64] else None


def read_captions(path: Path, findings: Findings) -> MediaFile | None:
    """The captions in a WebVTT file; None, and a fault, if they cannot be used."""
    text = read_text(path, findings)
    if text is None:
        return None
    lines = text.split("\n")
    if path.suffix.lower() != ".vtt" or not re.match(r"WEBVTT(?:[ \t]|$)", lines[0]):
        findings.fault(path, 1, "captions are a file with the ending .vtt whose first line is WEBVTT")
        return None
    timings = [(number, line) for number, line in enumerate(lines, start=1) if "-->" in line]
    faulty = [number for number, line in timings if not _TIMING.match(line.strip())]
    for number in faulty:
        findings.fault(path, number, "a time that cannot be read; write such as 00:01.000 --> 00:04.500")
    spoken = [number for number, _ in timings if number < len(lines) and lines[number].strip()]
    if not spoken:
        findings.fault(path, 1, "the captions say nothing; write a line of times and what is said below it")
    return None if faulty or not spoken else MediaFile(CAPTIONS_TYPE, text.encode("utf-8"))
