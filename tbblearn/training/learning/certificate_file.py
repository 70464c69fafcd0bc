"""A certificate as a PDF: one A4, tagged for screen readers (PDF/UA)."""

import json
from dataclasses import asdict
from pathlib import Path

from tbblearn.training.learning.certificate_words import Sheet

PAPER = Path(__file__).with_name("paper")
"""The layout, and Figtree with the letters of most European names (`tbblearn/web/static/fonts/OFL.txt`)."""


def certificate_pdf(sheet: Sheet, language: str) -> bytes:
    """The file. A name in letters that our typefaces lack is tried with those of the machine, and missing ones left
    blank, which the standard forbids.
    """
    import typst  # late: only whoever asks for a file needs it

    layout = PAPER / "certificate.typ"
    words = {"sheet": json.dumps({**asdict(sheet), "language": language})}
    try:
        return typst.compile(
            layout, sys_inputs=words, font_paths=[PAPER], ignore_system_fonts=True, pdf_standards=["ua-1"]
        )
    except typst.TypstError:
        return typst.compile(layout, sys_inputs=words, font_paths=[PAPER])
