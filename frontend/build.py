"""Build `tbblearn/web/static/tbblearn.css` from `src/`: `npm ci && npm run build`, at development time only.

The built file is committed, so that nobody needs Node.js to install or test. Its first line carries the SHA-256 of what
it was built from; a test compares that with the sources, so a change of the look without a build is caught.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent
OUTPUT = FRONTEND.parent / "tbblearn" / "web" / "static" / "tbblearn.css"
NOTICE = (
    "/*! inputs sha256 {digest} | built by frontend/build.py, do not edit"
    " | contains parts of govuk-frontend, Copyright (c) 2017 Crown Copyright (Government Digital Service), MIT License"
    " | names the font Figtree, Copyright 2022 The Figtree Project Authors, SIL Open Font License 1.1"
    ", see fonts/OFL.txt */\n"
)


def inputs() -> list[Path]:
    """Return every file that decides what the stylesheet becomes, in a fixed order."""
    return [
        *sorted((FRONTEND / "src").glob("*.scss")),
        FRONTEND / "package-lock.json",
        FRONTEND / "build.py",
    ]


def digest() -> str:
    """Return the SHA-256 (hex) of the inputs' names and contents; line ends count as LF on every system."""
    total = hashlib.sha256()
    for path in inputs():
        content = path.read_bytes().replace(b"\r\n", b"\n")
        total.update(f"{path.name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def compile_css() -> str:
    """Return the minified stylesheet; raises CalledProcessError where Sass finds a fault."""
    command = [
        str(FRONTEND / "node_modules" / ".bin" / "sass"),
        "--style=compressed",
        "--no-source-map",
        "--quiet-deps",
        str(FRONTEND / "src" / "tbblearn.scss"),
    ]
    # Our own command, no shell.
    done = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")  # noqa: S603
    return done.stdout


def main() -> int:
    """Write the stylesheet and say how large it became."""
    try:
        css = compile_css().lstrip("\ufeff").removeprefix('@charset "UTF-8";')
    except FileNotFoundError:
        print(
            "Sass is not installed here: run `npm ci` in frontend/ first.",
            file=sys.stderr,
        )
        return 1
    except subprocess.CalledProcessError as error:
        print(error.stderr, file=sys.stderr)
        return 1
    text = NOTICE.format(digest=digest()) + css.strip() + "\n"
    OUTPUT.write_text(text, encoding="utf-8", newline="\n")
    print(f"{OUTPUT.name}: {len(text.encode()) / 1000:.1f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
