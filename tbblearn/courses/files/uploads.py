"""Opens an uploaded zip of course files, trusting nothing that it declares.

Only ordinary files are written, below one temporary folder that is always removed afterwards. The limits are far
above any real course.
"""

import io
import re
import shutil
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path, PurePosixPath

from tbblearn.courses.files.texts import unwanted
from tbblearn.courses.rules import CourseError

MOST_ENTRIES = 2_000
"""Files and folders in one zip."""

LARGEST_FILE = 5_000_000
"""Bytes of one file when unpacked; the check of the course then asks for less (pictures 500 kB, texts 200 kB)."""

LARGEST_UNPACKED = 40_000_000
"""Bytes of all files together when unpacked."""

LARGEST_RATIO = 100
"""Unpacked bytes per byte of the zip. Text compresses to a tenth, a bomb to a thousandth."""

SMALL_ENOUGH = 1_000_000
"""Bytes that are unpacked regardless of the ratio: so few do no harm."""

LARGEST_DIRECTORY = 1_000_000
"""Bytes of the zip's directory, which is read into memory before anything can be counted."""

SLACK = 64
"""Bytes that packing may add to a tiny file."""

LONGEST_PATH = 200
LONGEST_NAME = 255
"""Bytes of one file's or folder's name on a disk."""
CHUNK = 64 * 1024
TEMPORARY_PREFIX = "tbblearn-upload-"
LEFT_BY_MACS = "__MACOSX"

_ENCRYPTED = 0x1
_END, _ZIP64_LOCATOR = b"PK\x05\x06", b"PK\x06\x07"
_END_SIZE, _LOCATOR_SIZE, _LONGEST_COMMENT = 22, 20, 65_535
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError),
)
"""What the library raises if the parts of the zip contradict each other."""
_FAULTY_NAME = re.compile(r"[\x00-\x1f\x7f]|^[A-Za-z]:|^/|(^|/)\.{1,2}(/|$)|//")


class Refusal(StrEnum):
    """Why an upload is refused."""

    NOT_A_ZIP = "not_a_zip"
    DAMAGED = "damaged"
    TOO_MANY_FILES = "too_many_files"
    FILE_TOO_LARGE = "file_too_large"
    TOO_LARGE = "too_large"
    BOMB = "bomb"
    BAD_PATH = "bad_path"
    LINK = "link"
    ENCRYPTED = "encrypted"
    PACKED_OTHERWISE = "packed_otherwise"
    TWICE = "twice"
    NO_FOLDER = "no_folder"
    NO_COURSE = "no_course"
    TOO_DEEP = "too_deep"
    BACKSLASHES = "backslashes"
    ACTIVE_PICTURE = "active_picture"


class UploadRefused(CourseError):
    """The upload is refused and nothing of it is kept. `name` is the offending file in it, or empty."""

    def __init__(self, refusal: Refusal, name: str = "") -> None:
        super().__init__(f"{refusal}: {name}" if name else str(refusal))
        self.refusal = refusal
        self.name = name


@contextmanager
def unpacked(packed: bytes) -> Iterator[Path]:
    """The unpacked folder of courses, for as long as the block lasts. Raises UploadRefused.

    The zip may contain one or more course folders, or a folder of them, also nested alone in other folders.
    """
    entries = _entries(packed)
    folder = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX))
    try:
        _write(packed, entries, folder)
        yield _courses_in(folder)
    finally:
        shutil.rmtree(folder)


# --- what the directory says ---


def _entries(packed: bytes) -> dict[PurePosixPath, zipfile.ZipInfo]:
    """The ordinary files of the zip by path, after every check that needs no unpacking."""
    _demand_small_directory(packed)
    found: dict[PurePosixPath, zipfile.ZipInfo] = {}
    for entry in _listed(packed):
        path = _path(entry)
        _demand_ordinary(entry)
        if not entry.is_dir() and LEFT_BY_MACS not in path.parts and not path.name.startswith("._"):
            if path in found:
                raise UploadRefused(Refusal.TWICE, str(path))
            found[path] = entry
    _demand_modest(sum(entry.file_size for entry in found.values()), len(packed))
    _demand_no_file_as_folder(found)
    return found


def _demand_small_directory(packed: bytes) -> None:
    """Read the end record (APPNOTE 4.3.16) by hand: the library would first read the whole directory."""
    at = packed.rfind(_END, max(0, len(packed) - _END_SIZE - _LONGEST_COMMENT))
    if at < 0 or len(packed) < at + _END_SIZE:
        raise UploadRefused(Refusal.NOT_A_ZIP)
    entries, directory = struct.unpack_from("<HI", packed, at + 10)
    is_zip64 = packed[max(0, at - _LOCATOR_SIZE) : at].startswith(_ZIP64_LOCATOR)
    if is_zip64 or entries > MOST_ENTRIES or directory > LARGEST_DIRECTORY:
        raise UploadRefused(Refusal.TOO_MANY_FILES)


def _listed(packed: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            listed = archive.infolist()
    except NotImplementedError as error:  # a version of the format that is yet to come
        raise UploadRefused(Refusal.PACKED_OTHERWISE) from error
    except (*_DAMAGED, OSError) as error:
        raise UploadRefused(Refusal.NOT_A_ZIP) from error
    if len(listed) > MOST_ENTRIES:
        raise UploadRefused(Refusal.TOO_MANY_FILES)
    return listed


def _path(entry: zipfile.ZipInfo) -> PurePosixPath:
    """The file's path below the folder, in Unicode's composed form, as the check reads it."""
    name = unicodedata.normalize("NFC", entry.orig_filename)
    if "\\" in name:
        raise UploadRefused(Refusal.BACKSLASHES, _printable(name))
    path = PurePosixPath(name)
    too_long = len(name) > LONGEST_PATH or any(len(part.encode()) > LONGEST_NAME for part in path.parts)
    if not name.strip("/") or too_long or _FAULTY_NAME.search(name) or unwanted(name):
        raise UploadRefused(Refusal.BAD_PATH, _printable(name))
    return path


def _printable(name: str) -> str:
    """The name as a page can show it."""
    return "".join(letter if letter.isprintable() else "?" for letter in name[:LONGEST_PATH])


def _demand_ordinary(entry: zipfile.ZipInfo) -> None:
    name = _printable(entry.filename)
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UploadRefused(Refusal.LINK, name)
    if entry.flag_bits & _ENCRYPTED:
        raise UploadRefused(Refusal.ENCRYPTED, name)
    if entry.compress_type not in _PACKED:
        raise UploadRefused(Refusal.PACKED_OTHERWISE, name)
    if entry.file_size > LARGEST_FILE:
        raise UploadRefused(Refusal.FILE_TOO_LARGE, name)
    if entry.compress_size > entry.file_size * 1.01 + SLACK:
        # Packing never adds more than that, so the entry contains more than it declares.
        raise UploadRefused(Refusal.DAMAGED, name)


def _demand_no_file_as_folder(found: dict[PurePosixPath, zipfile.ZipInfo]) -> None:
    """Refuse names that differ only in case, which some systems treat as one, and a file that is also a folder."""
    folded: set[str] = set()
    for path in found:
        key = str(path).casefold()
        if key in folded or any(parent in found for parent in path.parents):
            raise UploadRefused(Refusal.TWICE, str(path))
        folded.add(key)


def _demand_modest(unpacked_bytes: int, packed_bytes: int) -> None:
    if unpacked_bytes > max(SMALL_ENOUGH, packed_bytes * LARGEST_RATIO):
        raise UploadRefused(Refusal.BOMB)
    if unpacked_bytes > LARGEST_UNPACKED:
        raise UploadRefused(Refusal.TOO_LARGE)


# --- what comes out of it ---


def _write(packed: bytes, entries: dict[PurePosixPath, zipfile.ZipInfo], folder: Path) -> None:
    """Unpack piece by piece, counting the actual bytes: the directory can lie."""
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            for path, entry in entries.items():
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                written = 0
                with archive.open(entry) as source, target.open("xb") as sink:
                    while piece := source.read(CHUNK):
                        written += len(piece)
                        total += len(piece)
                        if written > LARGEST_FILE:
                            raise UploadRefused(Refusal.FILE_TOO_LARGE, str(path))
                        _demand_modest(total, len(packed))
                        sink.write(piece)
    except _DAMAGED as error:
        raise UploadRefused(Refusal.DAMAGED) from error


def _courses_in(folder: Path) -> Path:
    """The folder whose subfolders are courses: the top one, or the only folder in it, and so on."""
    if (folder / "course.yaml").exists():
        raise UploadRefused(Refusal.NO_FOLDER)
    above = folder
    while not _has_course(folder):
        inside = [path for path in folder.iterdir() if path.is_dir()]
        if len(inside) != 1:
            deeper = sorted(path.parent for path in above.rglob("course.yaml"))
            if deeper:
                raise UploadRefused(Refusal.TOO_DEEP, deeper[0].relative_to(above).as_posix())
            raise UploadRefused(Refusal.NO_COURSE)
        folder = inside[0]
    return folder


def _has_course(folder: Path) -> bool:
    return any((path / "course.yaml").is_file() for path in folder.iterdir())
