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
    texts = [file.read_text(encoding="utf-8") for file in (tree_folder("migrations") / "versions").glob("*.py")]

    def named(name: str) -> set[str]:
        return {found for text in texts for found in re.findall(rf'^{name}(?:: [^=]+)? = "(\w+)"', text, re.M)}

    heads = named("revision") - named("down_revision")
    return heads.pop() if len(heads) == 1 else ""
