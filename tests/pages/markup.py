"""The Nu HTML checker on pages as the server sent them.

It runs if Java and the checker are found: the jar that VNU_JAR names, else what `npm ci` in frontend/ brings.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

JAR = Path(__file__).parents[2] / "frontend" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"

EXCEPTIONS: Mapping[str, str] = {
    "The “(table|rowgroup|row|columnheader|rowheader|cell)” role is unnecessary for element": "see the next",
    "The “role” attribute must not be used on a “(tr|th|td)” element": (
        "Safari has dropped the roles of a table whose rows become blocks on a phone; written out, they stay."
    ),
}
"""Patterns of what the checker says that is left as it is, each with the reason."""


def checker() -> list[str] | None:
    """The command that runs the checker; None where Java or the jar is missing."""
    jar, java = Path(os.environ.get("VNU_JAR", JAR)), shutil.which("java")
    return [java, "-jar", str(jar)] if java and jar.is_file() else None


def markup_faults(command: list[str], pages: Mapping[str, str], folder: Path) -> list[str]:
    """Every error and warning on these pages, by name, that is not a written exception."""
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    done = subprocess.run(
        [*command, "--format", "json", "--exit-zero-always", str(folder)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    messages = json.loads(done.stderr or done.stdout)["messages"]
    return [
        f"{Path(one['url']).stem}, line {one.get('lastLine')}: {one['message']} {one.get('extract', '').strip()!r}"
        for one in messages
        if not any(re.search(pattern, one["message"]) for pattern in EXCEPTIONS)
    ]
