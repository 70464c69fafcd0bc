"""Files that have been damaged at random: each is read or refused, quickly, and never with a traceback."""

import io
import random
import resource
import zipfile
from time import process_time

import pytest

from tbblearn.staffing.parsing import parse_staff
from tbblearn.staffing.rules import FileRefused
from tbblearn.staffing.tables import read_table
from tests.staffing.making import STAFF_HEADER, csv_bytes, staff_row, workbook

ROWS = [staff_row(person_id=f"p{number}", employment_id=f"e{number}", email="") for number in range(40)]
CSV = csv_bytes(ROWS, STAFF_HEADER)
BOOK = workbook([STAFF_HEADER, *([row[name] for name in STAFF_HEADER] for row in ROWS)])
UGLY = (b'"', b";", b"\r\n", b"\x00", b"\xff", b"\xc3", b"=", b"'", b",", b"\t", b"<c r='ZZ9'>", b"9" * 400)


def mutated(content: bytes, rng: random.Random) -> bytes:
    """The file with a few bytes turned over, cut out, doubled, moved or put in."""
    made = bytearray(content)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(made) or 1)
        length = rng.choice((1, 2, 7, 40, 300))
        match rng.randrange(6):
            case 0:
                made[at : at + length] = b""
            case 1:
                made[at:at] = made[at : at + length]
            case 2:
                made[at:at] = rng.choice(UGLY)
            case 3:
                made[at : at + 1] = bytes([rng.randrange(256)])
            case 4:
                made = made[:at]
            case _:
                other = rng.randrange(len(made) or 1)
                made[at : at + length], made[other : other + length] = (
                    made[other : other + length],
                    made[at : at + length],
                )
    return bytes(made)


def inside(rng: random.Random) -> bytes:
    """The workbook with one of its parts mutated, and packed again."""
    with zipfile.ZipFile(io.BytesIO(BOOK)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    name = rng.choice([one for one in parts if one.endswith((".xml", ".rels"))])
    parts[name] = mutated(parts[name], rng)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        for one, part in parts.items():
            book.writestr(one, part)
    return made.getvalue()


def read(content: bytes) -> bool:
    """Whether it could be read; anything but a refusal fails the test."""
    try:
        parse_staff(read_table(content))
    except FileRefused:
        return False
    return True


def survive(times: int, seed: int) -> tuple[int, int]:
    """How many of so many mutations of each file were read and refused. None takes 5 s of processor time."""
    rng = random.Random(seed)
    found = [0, 0]
    for _ in range(times):
        for content in (mutated(CSV, rng), mutated(BOOK, rng), inside(rng)):
            begun = process_time()
            found[read(content)] += 1
            assert process_time() - begun < 5
    return found[1], found[0]


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_file_is_read_or_refused(seed: int):
    taken, refused = survive(40, seed)
    assert taken + refused == 120
    assert taken
    assert refused


@pytest.mark.proof
def test_ten_thousand_damaged_files():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    taken, refused = survive(3_334, 2026)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(f"  {taken} read, {refused} refused; {grown} MB more than before")
    assert taken + refused > 10_000
    assert grown < 300
