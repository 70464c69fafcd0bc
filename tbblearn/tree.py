"""Where courses, migrations and translations live: beside the package, or inside a wheel."""

import re
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent


class MissingFolder(Exception):
    """A required folder is neither beside the package nor in the wheel."""


def tree_folder(name: str) -> Path:
    """The folder `courses`, `migrations` or `translations`. Raises MissingFolder."""
    for folder in (PACKAGE.parent / name, PACKAGE / "_tree" / name):
        if folder.is_dir():
            return folder
    raise MissingFolder(
        f"the folder {name}/ is missing: run tbblearn from its source tree, or install a wheel built from it"
    )


@cache
def migration_head() -> str:
    """The newest migration's id, read from the files so that starting needs no Alembic."""
    ids, followed = set(), set()
    for file in (tree_folder("migrations") / "versions").glob("*.py"):
        text = file.read_text(encoding="utf-8")
        found = re.search(r'^revision(?:: str)? = "(\w+)"', text, re.M)
        before = re.search(r'^down_revision(?:: [^=]+)? = "(\w+)"', text, re.M)
        if found:
            ids.add(found[1])
        if before:
            followed.add(before[1])
    heads = ids - followed
    return heads.pop() if len(heads) == 1 else ""
