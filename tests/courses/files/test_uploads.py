"""Zips that harm are refused, each a real one built here; nothing of them is left on the disk."""

import io
import os
import stat
import struct
import tempfile
import zipfile
import zlib
from datetime import date, timedelta
from pathlib import Path
from random import Random
from sys import getrefcount

import pytest

from tbblearn.courses.drafts.checking import check_upload
from tbblearn.courses.files import uploads
from tbblearn.courses.files.uploads import (
    LARGEST_DIRECTORY,
    LARGEST_FILE,
    LARGEST_RATIO,
    LARGEST_UNPACKED,
    MOST_ENTRIES,
    Refusal,
    UploadRefused,
    unpacked,
)
from tests.courses.example import PART, SMALLEST_FILM, Courses, example_files

TODAY = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def empty_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Every test leaves the computer's temporary folder as empty as it was."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def zip_of(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def example(**more: bytes) -> dict[str, bytes]:
    return (
        {name: text.encode() for name, text in example_files().items()} | {f"{PART}/fragan.mp4": SMALLEST_FILM} | more
    )


def refusal(packed: bytes) -> UploadRefused:
    with pytest.raises(UploadRefused) as raised, unpacked(packed):
        pytest.fail("it was taken in")
    return raised.value


def entry(name: str, *, mode: int = 0, system: int = 3) -> zipfile.ZipInfo:
    """An entry with a name that the library would not have written by itself."""
    info = zipfile.ZipInfo("x")
    info.filename = info.orig_filename = name
    info.external_attr = mode << 16
    info.create_system = system
    return info


def with_entry(info: zipfile.ZipInfo, content: bytes = b"x") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in example().items():
            archive.writestr(name, text)
        archive.writestr(info, content)
    return target.getvalue()


# --- what is taken in ---


@pytest.mark.parametrize("above", ["", "courses/", "Mina kurser/", "hem/Dokument/Mina kurser/"])
def test_a_course_folder_or_a_folder_of_courses_is_taken_in(above: str):
    with unpacked(zip_of({above + name: content for name, content in example().items()})) as root:
        found = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert found == example()


def test_what_a_mac_adds_is_left_out():
    left = (
        "__MACOSX/exempel/._course.yaml",
        "exempel/__MACOSX/._x",
        "._exempel",
        f"{PART}/._stigen.svg",
        "exempel/.DS_Store",
    )
    assert check_upload(zip_of(example() | dict.fromkeys(left, b"\x00\x05\x16\x07")), TODAY).faults == ()


def test_files_are_ordinary_whatever_the_zip_says():
    with unpacked(with_entry(entry("exempel/run.sh", mode=stat.S_IFREG | 0o4777))) as root:
        mode = (root / "exempel" / "run.sh").stat().st_mode
    assert not mode & (stat.S_ISUID | stat.S_IXUSR)


def test_the_folder_is_removed_when_the_reading_fails(empty_temporary_folder: Path):
    with pytest.raises(ZeroDivisionError), unpacked(zip_of(example())) as root:
        len([root.relative_to(empty_temporary_folder)]) / 0


def test_a_result_is_kept_for_the_same_zip_and_the_zip_is_not():
    packed = zip_of(example())
    before = getrefcount(packed)
    checked = check_upload(packed, TODAY)
    assert check_upload(bytes(bytearray(packed)), TODAY) is checked
    assert check_upload(packed, TODAY + timedelta(days=1)) is not checked
    assert getrefcount(packed) == before


def test_a_checked_upload_can_be_published_and_one_with_faults_cannot(courses: Courses):
    checked = check_upload(zip_of(example()), TODAY)
    assert [edition.course.slug for edition in checked.editions()] == ["exempel"]
    assert checked.has_open
    assert not checked.has_blocking
    spoilt = check_upload(zip_of(example(**{"exempel/course.yaml": b"id: exempel\n"})), TODAY)
    assert spoilt.editions() == []
    assert "exempel/course.yaml" in {str(finding.path) for finding in spoilt.faults}


# --- what is refused ---


def bomb_of_zeros() -> bytes:
    """40 MB of zeros in 40 kB, within what one file may have."""
    return zip_of(example() | {f"exempel/{n}.md": bytes(LARGEST_FILE) for n in range(LARGEST_UNPACKED // LARGEST_FILE)})


def lying_bomb() -> bytes:
    """100 MB of zeros that both tables of contents call 1,000 bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = packer.compress(bytes(100_000_000)) + packer.flush()
    name = b"exempel/course.yaml"
    crc = zlib.crc32(bytes(1000))
    sizes = struct.pack("<III", crc, len(content), 1000)
    local = struct.pack("<IHHHHH", 0x04034B50, 20, 0, 8, 0, 0) + sizes + struct.pack("<HH", len(name), 0) + name
    central = struct.pack("<IHHHHHH", 0x02014B50, 20, 20, 0, 8, 0, 0) + sizes
    central += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(central), len(local) + len(content), 0)
    return local + content + central + end


def overlapping_bomb() -> bytes:
    """One packed file of 4.9 MB that 300 entries claim as their own: 1.4 GB in 30 kB."""
    packed = zip_of({"exempel/course.yaml": bytes(4_900_000)})
    at = packed.index(b"PK\x01\x02")
    local, directory = packed[:at], packed[at : packed.index(b"PK\x05\x06")]
    entries = [directory.replace(b"exempel/course.yaml", b"exempel/c%05d.yaml" % n) for n in range(300)]
    central = b"".join(entries)
    return local + central + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 300, 300, len(central), len(local), 0)


def encrypted() -> bytes:
    """The example with the flag that says a password is needed, in both places."""
    packed = bytearray(zip_of({"exempel/course.yaml": b"id: exempel\n"}, zipfile.ZIP_STORED))
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(packed)


def zip64_with_many_entries() -> bytes:
    """A zip64 end record that the library believes before the ordinary one, which says 1."""
    return zip_of({"exempel/course.yaml": b"x"})[:-22] + b"PK\x06\x07" + bytes(16) + zip_of({})


SWEDISH = zip_of({"exempel/course.yaml": b"id: exempel\n", "exempel/å.md": b"x" * 50}, zipfile.ZIP_STORED)
LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def spoilt(record: bytes, offset: int, put: bytes) -> bytes:
    """A zip with this in the last record of its kind, so many bytes after where the record begins."""
    at = SWEDISH.rindex(record) + offset
    return SWEDISH[:at] + put + SWEDISH[at + len(put) :]


DAMAGED = zip_of(example())
HARMFUL = {
    "nothing": (b"", Refusal.NOT_A_ZIP),
    "no zip": (b"%PDF-1.7 this is another kind of file", Refusal.NOT_A_ZIP),
    "the end of a zip only": (DAMAGED[-22:], Refusal.NOT_A_ZIP),
    "half a zip": (DAMAGED[: len(DAMAGED) // 2], Refusal.NOT_A_ZIP),
    "a zip with a hole": (DAMAGED[:200] + bytes(300) + DAMAGED[500:], Refusal.DAMAGED),
    "bomb of zeros": (bomb_of_zeros(), Refusal.BOMB),
    "lying bomb": (lying_bomb(), Refusal.DAMAGED),
    "overlapping bomb": (overlapping_bomb(), Refusal.BOMB),
    "zip64": (zip64_with_many_entries(), Refusal.TOO_MANY_FILES),
    "10,000 files": (zip_of(example() | {f"exempel/{n}.md": b"x" for n in range(10_000)}), Refusal.TOO_MANY_FILES),
    "picture of 50 MB": (
        zip_of(example(**{f"{PART}/stigen.svg": b" " * 50_000_000})),
        Refusal.FILE_TOO_LARGE,
    ),
    "more than fits": (
        zip_of({f"exempel/{n}.png": os.urandom(LARGEST_FILE) for n in range(9)}, zipfile.ZIP_STORED),
        Refusal.TOO_LARGE,
    ),
    "escapes": (zip_of(example() | {"exempel/../../../outside.txt": b"x"}), Refusal.BAD_PATH),
    "escapes at once": (zip_of(example() | {"../outside.txt": b"x"}), Refusal.BAD_PATH),
    "absolute": (with_entry(entry("/etc/cron.d/x")), Refusal.BAD_PATH),
    "backslashes": (with_entry(entry("exempel\\..\\..\\x")), Refusal.BACKSLASHES),
    "drive": (with_entry(entry("C:/windows/x")), Refusal.BAD_PATH),
    "two slashes": (with_entry(entry("exempel//x")), Refusal.BAD_PATH),
    "control character": (with_entry(entry("exempel/a\nb")), Refusal.BAD_PATH),
    "long name": (with_entry(entry("exempel/" + "a" * 300)), Refusal.BAD_PATH),
    "a name of few letters and many bytes": (with_entry(entry("exempel/" + "å" * 130)), Refusal.BAD_PATH),
    "a local name that is not text": (spoilt(LOCAL, 30 + len("exempel/"), b"\xff"), Refusal.DAMAGED),
    "a name that is not text": (spoilt(CENTRAL, 46 + len("exempel/"), b"\xff"), Refusal.NOT_A_ZIP),
    "a file that begins after the end": (spoilt(CENTRAL, 42, b"\xff\xff\xff\x7f"), Refusal.DAMAGED),
    "a directory that begins after the end": (spoilt(END, 16, b"\xff\xff\xff\x7f"), Refusal.DAMAGED),
    "a version that is yet to come": (spoilt(CENTRAL, 6, b"\x63"), Refusal.PACKED_OTHERWISE),
    "symbolic link": (with_entry(entry("exempel/secret.md", mode=stat.S_IFLNK | 0o777), b"/etc/passwd"), Refusal.LINK),
    "device": (with_entry(entry("exempel/null.md", mode=stat.S_IFCHR | 0o666)), Refusal.LINK),
    "encrypted": (encrypted(), Refusal.ENCRYPTED),
    "packed otherwise": (zip_of(example(), zipfile.ZIP_LZMA), Refusal.PACKED_OTHERWISE),
    "capitals only": (zip_of(example() | {"exempel/COURSE.yaml": b"x"}), Refusal.TWICE),
    "a file as a folder": (zip_of(example() | {"exempel/course.yaml/x": b"x"}), Refusal.TWICE),
    "files without their folder": (zip_of({"course.yaml": b"id: exempel\n"}), Refusal.NO_FOLDER),
    "no course": (zip_of({"bilder/a.png": b"x"}), Refusal.NO_COURSE),
    "a direction that turns": (with_entry(entry("exempel/\u202efdp.md")), Refusal.BAD_PATH),
    "two courses at different depths of a folder": (
        zip_of({"a/b/exempel/course.yaml": b"x", "a/c/readme.txt": b"x"}),
        Refusal.TOO_DEEP,
    ),
    "an empty zip": (zip_of({}), Refusal.NO_COURSE),
}


@pytest.mark.parametrize("name", HARMFUL)
def test_a_harmful_zip_is_refused(name: str):
    packed, reason = HARMFUL[name]
    assert refusal(packed).refusal is reason


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.full)])
def test_any_damage_is_refused_or_does_no_harm(seed: int):
    rng = Random(seed)
    taken = refused = 0
    for _ in range(300 if seed == 1 else 20_000):
        packed = bytearray(SWEDISH)
        for _byte in range(rng.choice([1, 1, 2, 4])):
            packed[rng.randrange(len(packed))] = rng.choice([0, 0x50, 0x80, 0xFF, rng.randrange(256)])
        at = rng.randrange(len(packed))
        del packed[at : at + rng.choice([0, 0, 30])]
        try:
            with unpacked(bytes(packed)):
                taken += 1
        except UploadRefused:
            refused += 1
    assert taken
    assert refused


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_used_twice_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for content in (b"first", b"second"):
            archive.writestr("exempel/course.yaml", content)
    refused = refusal(target.getvalue())
    assert (refused.refusal, refused.name) == (Refusal.TWICE, "exempel/course.yaml")


def test_a_refusal_names_the_file_in_letters_that_a_page_can_show():
    assert refusal(with_entry(entry("exempel/a\nb"))).name == "exempel/a?b"
    assert refusal(zip_of(example() | {"../x": b"x"})).name == "../x"


def test_a_bomb_is_cut_off_while_it_is_unpacked(empty_temporary_folder: Path, monkeypatch: pytest.MonkeyPatch):
    """The counting of what comes out stands by itself, should a table of contents ever lie in a new way."""
    monkeypatch.setattr(uploads, "_demand_modest", _only_after(uploads._demand_modest, calls=1))
    monkeypatch.setattr(uploads, "LARGEST_FILE", 100_000_000)
    assert refusal(zip_of({"exempel/course.yaml": bytes(50_000_000)})).refusal is Refusal.BOMB


def _only_after(real, calls: int):
    """The real function from the second call on: the first one judges the table of contents."""
    count = iter(range(1_000_000))
    return lambda *arguments: real(*arguments) if next(count) >= calls else None


@pytest.mark.parametrize(
    "drawing",
    [
        "<script>alert(1)</script>",
        "<foreignObject/>",
        '<rect onclick="alert(1)"/>',
        '<a href="https://example.org"/>',
        '<image href="https://example.org/x.png"/>',
        '<use href="https://example.org/x.svg#a"/>',
        "<style>@import url(https://example.org)</style>",
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        '<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>',
    ],
)
@pytest.mark.parametrize("file", ["stigen.svg", "oanvand.SVG"])
def test_a_picture_that_acts_is_refused_whether_it_is_used_or_not(drawing: str, file: str):
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">{drawing}</svg>'
    with pytest.raises(UploadRefused) as raised:
        check_upload(zip_of(example(**{f"{PART}/{file}": svg.encode()})), TODAY)
    assert raised.value.refusal is Refusal.ACTIVE_PICTURE
    assert raised.value.name == f"{PART}/{file}"


def test_a_picture_that_is_merely_unfit_is_a_fault_and_no_refusal():
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><text>Hej</text><metadata/></svg>'
    checked = check_upload(zip_of(example(**{f"{PART}/stigen.svg": svg})), TODAY)
    assert {finding.path.name for finding in checked.faults} == {"stigen.svg"}


def test_the_limits_are_those_that_the_tests_try():
    assert MOST_ENTRIES < 10_000
    assert LARGEST_FILE < 50_000_000
    assert LARGEST_RATIO < 1000
    assert LARGEST_DIRECTORY < LARGEST_UNPACKED
