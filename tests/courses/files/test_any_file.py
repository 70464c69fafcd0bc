"""Whatever stands in the files, the check answers with findings, and what it lets through can be published."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tbblearn.courses.checks.checking import check
from tbblearn.courses.edition import make_edition
from tbblearn.courses.storing import course_from_json, course_to_json
from tests.courses.example import Courses, example_files

FILES = {name: text.encode("utf-8") for name, text in example_files().items()}
PIECES = [
    *(b"\t", b"{", b"}", b"[", b"]", b":", b"- ", b"\n", b"\n\n", b"#", b"|", b">", b"'", b'"', b"? ", b"~", b"<<: "),
    *(b"&a ", b"*a", b"!x ", b"--- \n", b"...\n", b"%YAML 1.1\n", b"id: ", b"null", b"true", b"1", b"- - -", b"  "),
    *(b"## x {#y}\n", b"```\n", b":::\n", b"::: case\n", b"```placeholder\n", b"```practice\n", b"<b>", b"![", b"]("),
    *(b"```film\n", b"](term:", b"-->", b"WEBVTT", b"rows:\n", b"steps:\n", b"options: []\n", b"kind: ordering\n"),
    *(b"\xff", b"\x00", b"\r", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"waived:\n", b"</svg>"),
]


@st.composite
def spoilt_file(draw: st.DrawFn) -> tuple[str, bytes]:
    """One file of the example with something put in, taken out or repeated."""
    name = draw(st.sampled_from(sorted(FILES)))
    content = FILES[name]
    start = draw(st.integers(0, len(content)))
    end = start + draw(st.integers(0, 40))
    piece = draw(st.sampled_from([*PIECES, b"", content[start:end]]))
    return name, content[: draw(st.sampled_from([start, min(end, len(content))]))] + piece + content[end:]


@settings(max_examples=30, deadline=None)
@given(st.lists(spoilt_file(), min_size=1, max_size=3))
def test_the_check_has_an_answer_to_any_file(spoilt: list[tuple[str, bytes]]):
    with tempfile.TemporaryDirectory() as folder:
        courses = Courses(Path(folder))
        for name, content in spoilt:
            courses.path(name).write_bytes(content)
        report = check(courses.root)
        assert all(finding.line >= 1 and finding.message for finding in report.faults + report.notes)
        if not report.faults:
            course = make_edition(report.courses["exempel"], report.courses).course
            assert course_from_json(course_to_json(course)) == course
