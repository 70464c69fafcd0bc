"""Tables as files for Excel as it is set up in Sweden: UTF-8 with BOM, semicolons, no cell that is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_file(header: Sequence[str], rows: Iterable[Iterable[str]]) -> bytes:
    """The table as bytes, the header first. A cell that would be taken for a formula gets an apostrophe before it."""
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(_STARTS_FORMULA) else cell for cell in row])
    return out.getvalue().encode("utf-8")
