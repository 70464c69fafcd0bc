"""Tables as files for Excel as it is set up in Sweden: UTF-8 with BOM, semicolons, no cell that is a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_STARTS_FORMULA = re.compile(r"[\t\r\n]|[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]")
"""A formula to some spreadsheet: also behind white space and characters that do not show, which some take away, and
with the full-width signs that some take for the usual ones.
"""


def csv_file(header: Sequence[str], rows: Iterable[Iterable[str]]) -> bytes:
    """The table as bytes, the header first. A cell that would be taken for a formula gets an apostrophe before it."""
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([f"'{cell}" if _STARTS_FORMULA.match(cell) else cell for cell in row])
    return out.getvalue().encode("utf-8")
