"""Whatever stands in a file, both commands end with 0, 1 or 2, and with sentences: never with a traceback."""

import copy
import json
import unicodedata
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tbblearn.cli.readiness import readiness
from tests.readiness.audit.test_check import MIXED, file_of
from tests.readiness.audit.test_reading import FORMS
from tests.readiness.figures.test_files import HEADER, RESPONSES, UNITS

AUDIT_FILE = file_of(MIXED)
AUDIT_FILE["published"] = [*AUDIT_FILE["published"][:6], *({"unit": "a", **form} for form in FORMS)]
WORDS = sorted({text for row in AUDIT_FILE["published"] for text in [*row, *row.values()] if text} | set(AUDIT_FILE))
UNSEEN = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
some = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

texts = st.one_of(
    st.text(max_size=8), st.sampled_from([*WORDS, "", "\x00", "\x1b[2J", "\u202e", "\ud800", "\udfff\ud800"])
)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), texts, st.sampled_from([10**30, -(10**30), 5, 12, 2**63])
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


def shown(text: str) -> bool:
    """Whether a reader sees every character of it but the line feed."""
    return not any(unicodedata.category(letter) in UNSEEN for letter in text.replace("\n", ""))


def sentences(result: Result) -> None:
    """Refused, passed or not passed, in words that a terminal can show."""
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code in (0, 1, 2)
    assert result.output
    assert shown(result.stderr)


def audited(folder: Path, raw: bytes) -> Result:
    path = folder / "audit.json"
    path.write_bytes(raw)
    result = CliRunner().invoke(readiness, ["audit", str(path), "--time-limit", "5"])
    sentences(result)
    return result


def changed(draw: st.DrawFn, node: Any) -> Any:
    """The node with something in it replaced, left out, written twice or under another name."""
    if isinstance(node, str | int) and draw(st.booleans()):
        return draw(st.sampled_from(WORDS) if isinstance(node, str) else st.integers(0, 10**6))
    if not isinstance(node, list | dict) or not node or draw(st.integers(0, 9)) == 0:
        return draw(st.one_of(values, st.just(["a"]), st.just({"a": 5})))
    keys: list[Any] = list(node) if isinstance(node, dict) else list(range(len(node)))
    key = draw(st.sampled_from(keys))
    what = draw(st.sampled_from([*["within"] * 9, "gone", "twice", "moved"]))
    if what == "within":
        node[key] = changed(draw, node[key])
    elif what == "gone":
        del node[key]
    elif isinstance(node, list):
        node.insert(draw(st.sampled_from(keys)), copy.deepcopy(node[key]))
    else:
        node[draw(texts)] = node[key] if what == "twice" else node.pop(key)
    return node


@st.composite
def changed_files(draw: st.DrawFn) -> Any:
    data = copy.deepcopy(AUDIT_FILE)
    for _ in range(draw(st.integers(1, 3))):
        data = changed(draw, data)
    return data


@some
@given(data=values)
def test_any_json_is_refused_by_the_audit_in_sentences(tmp_path: Path, data: Any):
    assert audited(tmp_path, json.dumps(data).encode()).exit_code == 2


@settings(some, max_examples=300)
@given(data=changed_files())
def test_any_change_of_an_audit_file_is_answered(tmp_path: Path, data: Any):
    audited(tmp_path, json.dumps(data).encode())


NUMBERS = ["0.80", "-0.05", "3.5", ">=4.5", "<=1.2", "50", "<=20", ">=", "-", "1/0", "10-14", "21-39"]


@st.composite
def files_of_the_right_form(draw: st.DrawFn) -> Any:
    """Every key as it should be, while what is said need not be so, nor even be possible."""
    above = [None, *(draw(st.integers(0, number)) for number in range(draw(st.integers(0, 5))))]
    units = [f"u{number}" for number in range(len(above))]
    sizes = st.one_of(st.integers(0, 40), st.sampled_from([10**6]))
    told = st.one_of(st.sampled_from([*WORDS, *NUMBERS, *units]), st.text(st.characters(codec="ascii"), min_size=1))
    pieces = [
        {"unit": unit, "family": family, "n": draw(sizes)}
        for unit in units
        for family in ("means", "distributions")
        if draw(st.booleans())
    ]
    rows = st.builds(
        lambda unit, form, value: {**form, "unit": unit, "value": value or form["value"]},
        st.sampled_from(units),
        st.sampled_from(FORMS),
        st.one_of(st.none(), told),
    )
    return {
        "units": [
            {"unit": unit, "parent": None if at is None else units[at]} for unit, at in zip(units, above, strict=True)
        ],
        "k": 5,
        "k_distribution": draw(st.integers(5, 12)),
        "pieces": pieces,
        "published": draw(st.lists(rows, max_size=12)),
    }


@some
@given(data=files_of_the_right_form())
def test_any_file_of_the_right_form_is_audited(tmp_path: Path, data: Any):
    result = audited(tmp_path, json.dumps(data).encode())
    assert result.exit_code in (0, 1), result.stderr


def bytes_changed(raw: bytes) -> st.SearchStrategy[bytes]:
    """The file with some bytes in one place taken out, and others put in."""
    bits = st.one_of(
        st.binary(max_size=6), st.sampled_from([b'"', b",", b"\n", b"\xef\xbb\xbf", b"[" * 2000, b"9" * 5000])
    )

    def change(place: int, out: int, put: bytes) -> bytes:
        return raw[:place] + put + raw[place + out :]

    return st.builds(change, st.integers(0, len(raw)), st.integers(0, 12), bits)


@some
@given(raw=st.one_of(st.binary(max_size=40), bytes_changed(json.dumps(AUDIT_FILE).encode())))
def test_any_bytes_are_answered_by_the_audit(tmp_path: Path, raw: bytes):
    audited(tmp_path, raw)


cells = st.one_of(
    st.text(max_size=6), st.sampled_from(["a", "b", "r", "3", "", '"', "\n", "\r", "\x0b", "\u200b", "a\u0308"])
)
tables = st.lists(st.lists(cells, max_size=15).map(",".join), max_size=6).map("\n".join)


def scored(folder: Path, responses: bytes, units: bytes) -> None:
    (folder / "r.csv").write_bytes(responses)
    (folder / "u.csv").write_bytes(units)
    result = CliRunner().invoke(readiness, ["score", str(folder / "r.csv"), "--units", str(folder / "u.csv")])
    sentences(result)
    assert shown(result.stdout)


def files(start: str, whole: str) -> st.SearchStrategy[bytes]:
    """Any table under the right header, the right file with some bytes changed, or any bytes."""
    under = tables.map(lambda table: f"{start}\n{table}".encode("utf-8", "surrogatepass"))
    return st.one_of(under, bytes_changed(whole.encode()), st.binary(max_size=40))


@some
@given(responses=files(HEADER, RESPONSES), units=st.one_of(st.just(UNITS.encode()), files("unit,parent,name", UNITS)))
def test_any_files_of_answers_are_answered(tmp_path: Path, responses: bytes, units: bytes):
    scored(tmp_path, responses, units)


@some
@given(units=files("unit,parent,name", UNITS))
def test_any_file_of_units_is_answered(tmp_path: Path, units: bytes):
    scored(tmp_path, RESPONSES.encode(), units)
