"""House rules that import-linter does not enforce, and proof that each contract it enforces catches its violation."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from tbblearn import models  # noqa: F401  (every table is known)
from tbblearn.db import Base

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "tbblearn"
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = CONFIG["tool"]["importlinter"]["contracts"]
HOUSE = CONTRACTS[0]
ROOMS = [[room.strip(" ()") for room in layer.split("|")] for layer in HOUSE["layers"]]
FEATURE_FILES = {"rules", "models", "queries", "actions", "forms", "views"}
NOT_A_ROOM = {"utils", "helpers", "common", "misc", "shared", "util", "helper"}


def room_of(module: str) -> str:
    return module.split(".")[1]


def floor(room: str) -> int:
    """0 is the top floor."""
    return next(number for number, rooms in enumerate(ROOMS) if room in rooms)


TESTS = ROOT / "tests"


def python_files(folder: Path = PACKAGE) -> list[Path]:
    return sorted(folder.rglob("*.py"))


# --- tables -------------------------------------------------------------------------------------------------------


def mappers():
    return sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__)


def test_every_table_declares_how_long_it_is_kept():
    without = [m.class_.__name__ for m in mappers() if "__retention__" not in vars(m.class_)]
    assert not without, f"no retention rule: {without}. Add __retention__ = retention(keep=..., why=..., erase=...)"
    assert mappers()


def upward_keys(tables: dict[str, tuple[str, set[str]]]) -> list[str]:
    """Of tables given as name -> (room, names of tables they point to): the pointers that go up the house."""
    return [
        f"{name} -> {target}"
        for name, (own, targets) in sorted(tables.items())
        for target in sorted(targets)
        if tables[target][0] != own and floor(tables[target][0]) <= floor(own)
    ]


def test_foreign_keys_and_relationships_point_down_the_house():
    tables = {}
    for mapper in mappers():
        targets = {key.column.table.name for key in mapper.local_table.foreign_keys}
        targets |= {relationship.mapper.local_table.name for relationship in mapper.relationships}
        tables[mapper.local_table.name] = (room_of(mapper.class_.__module__), targets)
    assert not upward_keys(tables)
    planted = tables | {"person": ("people", {"attempt"})}
    assert upward_keys(planted) == ["person -> attempt"]
    beside = tables | {"message": ("mail", {"audit_event"})}
    assert upward_keys(beside) == ["message -> audit_event"]


def querying(mappers) -> list[str]:
    """Relationships that would ask the database when a template follows them."""
    return [
        f"{mapper.class_.__name__}.{relationship.key}"
        for mapper in mappers
        for relationship in mapper.relationships
        if relationship.lazy != "raise_on_sql"
    ]


class Planted(DeclarativeBase):
    """Tables of no house."""


class Owner(Planted):
    __tablename__ = "owner"
    id: Mapped[int] = mapped_column(primary_key=True)


class Owned(Planted):
    __tablename__ = "owned"
    id: Mapped[int] = mapped_column(ForeignKey(Owner.id), primary_key=True)
    asked_for: Mapped[Owner] = relationship()
    loaded: Mapped[Owner] = relationship(lazy="raise_on_sql", viewonly=True)


def test_relationships_never_query_from_a_template():
    assert not querying(mappers())
    assert querying(Planted.registry.mappers) == ["Owned.asked_for"]


def test_every_table_is_named_in_the_privacy_page():
    text = (ROOT / "PRIVACY.md").read_text(encoding="utf-8")
    missing = [mapper.local_table.name for mapper in mappers() if f"`{mapper.local_table.name}`" not in text]
    assert not missing


def test_the_privacy_page_says_of_every_table_how_long_as_the_code_does():
    rows = [line for line in (ROOT / "PRIVACY.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    different = []
    for mapper in mappers():
        name, keep = mapper.local_table.name, mapper.class_.__retention__.keep
        kept = [row.split("|")[3] for row in rows if f"`{name}`" in row.split("|")[1]]
        if len(kept) != 1 or keep not in kept[0]:
            different.append(f"{name}: {keep!r} is not in {kept}")
    assert not different


# --- code ---------------------------------------------------------------------------------------------------------


def calls(tree: ast.AST, *names: str) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names
    ]


def lines(source: str, *names: str) -> list[int]:
    return calls(ast.parse(source), *names)


def test_only_unit_of_work_commits():
    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in python_files()
        if file.name != "db.py"
        for line in lines(file.read_text(encoding="utf-8"), "commit", "begin")
    ]
    assert not found
    assert lines("def save():\n    db.session.commit()\n", "commit", "begin") == [2]


def cupboards(files: list[Path]) -> list[Path]:
    return [file for file in files if file.stem in NOT_A_ROOM]


def test_no_room_is_a_cupboard():
    assert not cupboards(list(PACKAGE.rglob("*")))
    assert cupboards([PACKAGE / "web" / "utils.py"])


def clock_readings(source: str) -> list[int]:
    """Lines that ask what time it is."""
    bare = [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "utc_now"
    ]
    return sorted(bare + lines(source, "now", "today", "utcnow", "utc_now"))


def test_rules_do_not_look_at_the_clock():
    """`now` and `today` are arguments of rules and actions; only views, commands and the timer read the clock."""
    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in python_files()
        if file.stem in {"rules", "actions", "queries", "models"} or "training" in file.parts
        if "views" not in file.stem
        for line in clock_readings(file.read_text(encoding="utf-8"))
    ]
    assert not found
    assert clock_readings("a = date.today()\nb = utc_now()\nc = datetime.now(UTC)\n") == [1, 2, 3]


def sources_of(contract: str) -> set[str]:
    return next(set(one["source_modules"]) for one in CONTRACTS if one["name"] == contract)


def unlisted(files: list[Path], ending: str, listed: set[str]) -> list[str]:
    """Modules whose name ends so and that no contract names, neither by name nor by pattern."""
    named = {one.removeprefix("tbblearn.**.") for one in listed}
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files if file.stem.endswith(ending)]
    return [name for name in names if name not in named and name.rpartition(".")[2] not in named]


def test_no_view_and_no_rules_escape_their_contract():
    files = [file for file in python_files() if file.parent.name != "web"]
    views, rules = sources_of("Views hold no SQL"), sources_of("Rules and other pure code know no web and no database")
    assert unlisted(files, "views", views) == []
    assert unlisted(files, "rules", rules) == []
    planted = [PACKAGE / "training" / "learning" / "new_views.py"]
    assert unlisted(planted, "views", views) == ["tbblearn.training.learning.new_views"]


def rooms_within(package: Path) -> list[Path]:
    """Folders of code below a room of the house."""
    return sorted(folder for folder in package.glob("*/*/") if (folder / "__init__.py").exists())


def test_every_room_within_a_room_has_its_contract_and_says_what_it_is_for():
    known = {name for contract in CONTRACTS if contract["type"] == "layers" for name in contract["containers"]}
    for folder in rooms_within(PACKAGE):
        assert ".".join(folder.relative_to(ROOT).parts) in known
        text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
        assert text
        assert len([line for line in text.splitlines() if line]) == 3


MOST_FILES, MOST_LINES = 20, 400


def crowded(files: list[Path]) -> list[str]:
    """Folders with too many Python files."""
    return [str(folder) for folder, count in Counter(file.parent for file in files).items() if count > MOST_FILES]


def long(lines: dict[Path, int]) -> list[str]:
    return [str(file) for file, count in lines.items() if count > MOST_LINES]


def test_no_folder_of_the_package_is_crowded():
    assert not crowded(python_files())
    assert crowded([Path(f"a/{n}") for n in range(21)] + [Path(f"b/{n}") for n in range(20)]) == ["a"]


def test_no_file_is_long():
    assert not long({file: len(file.read_text("utf-8").splitlines()) for file in python_files() + python_files(TESTS)})
    assert long({Path("a"): 401, Path("b"): 400}) == ["a"]


def test_every_feature_module_is_named_in_its_contract():
    """A module that no contract knows belongs nowhere."""
    known = {name for contract in CONTRACTS if contract["type"] == "layers" for name in contract["containers"]}
    rooms = {folder.name for folder in PACKAGE.iterdir() if (folder / "rules.py").exists()}
    assert {f"tbblearn.{room}" for room in rooms} <= known


# --- the contracts catch their faults -------------------------------------------------------------------------------

PLANTED = {
    "The house: a room imports only from those below it": ("people/rules.py", "import tbblearn.training.rules"),
    "No circle at any depth": ("operations/demo/catalogue.py", "import tbblearn.operations.demo.build"),
    "Only readiness reads what staff answered": ("reports/views.py", "import tbblearn.surveys.models"),
    "The audit shares no code with what it checks": (
        "readiness/audit/check.py",
        "import tbblearn.readiness.figures.publish",
    ),
    "Rules and other pure code know no web and no database": (
        "training/requirements/cycles.py",
        "import sqlalchemy",
    ),
    "Views hold no SQL": ("training/learning/views.py", "from sqlalchemy import select"),
    "Reports only read": ("reports/views.py", "import tbblearn.training.learning.actions"),
    "Only the audit starts numpy and scipy": ("readiness/figures/statistics.py", "import numpy"),
    "Inside web": ("web/language.py", "import tbblearn.web.forms"),
    "Inside web/requests": ("web/requests/limits.py", "import tbblearn.web.requests.logs"),
    "Inside access": ("access/queries.py", "import tbblearn.access.views"),
    "Inside audit": ("audit/models.py", "import tbblearn.audit.actions"),
    "Inside mail": ("mail/models.py", "import tbblearn.mail.actions"),
    "Inside people": ("people/queries.py", "import tbblearn.people.actions"),
    "Inside staffing": ("staffing/rules.py", "import tbblearn.staffing.taking_in"),
    "Inside courses": ("courses/models.py", "import tbblearn.courses.actions"),
    "Inside courses/files": ("courses/files/findings.py", "import tbblearn.courses.files.folders"),
    "Inside courses/checks": ("courses/checks/words.py", "import tbblearn.courses.checks.checking"),
    "Inside courses/drafts": ("courses/drafts/forms.py", "import tbblearn.courses.drafts.views"),
    "Inside training": ("training/models.py", "import tbblearn.training.learning.actions"),
    "Inside training/standing": ("training/standing/facts.py", "import tbblearn.training.standing.population"),
    "Inside training/requirements": (
        "training/requirements/cycles.py",
        "import tbblearn.training.requirements.planning",
    ),
    "Inside training/attempts": ("training/attempts/marking.py", "import tbblearn.training.attempts.queries"),
    "Inside training/record": ("training/record/tasks.py", "import tbblearn.training.record.queries"),
    "Inside training/learning": ("training/learning/queries.py", "import tbblearn.training.learning.views"),
    "Inside training/managing": ("training/managing/summary_queries.py", "import tbblearn.training.managing.views"),
    "Inside training/changes": ("training/changes/effects.py", "import tbblearn.training.changes.publishing"),
    "Inside training/editing": (
        "training/editing/question_queries.py",
        "import tbblearn.training.editing.question_views",
    ),
    "Inside training/faults": ("training/faults/rules.py", "import tbblearn.training.faults.models"),
    "Inside reports": ("reports/rules.py", "import tbblearn.reports.views"),
    "Inside surveys": ("surveys/rules.py", "import tbblearn.surveys.instruments"),
    "Inside readiness": ("readiness/models.py", "import tbblearn.readiness.waves.actions"),
    "Inside readiness/figures": (
        "readiness/figures/coarsening.py",
        "import tbblearn.readiness.figures.publish",
    ),
    "Inside readiness/audit": ("readiness/audit/rows.py", "import tbblearn.readiness.audit.check"),
    "Inside readiness/results": ("readiness/results/rules.py", "import tbblearn.readiness.results.queries"),
    "Inside readiness/waves": ("readiness/waves/steps.py", "import tbblearn.readiness.waves.views"),
    "Inside operations": ("operations/queries.py", "import tbblearn.operations.views"),
    "Inside operations/demo": ("operations/demo/staff.py", "import tbblearn.operations.demo.history"),
    "Inside cli": ("cli/tick.py", "import tbblearn.cli.mail"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    shutil.copytree(PACKAGE, folder / "tbblearn", ignore=shutil.ignore_patterns("__pycache__", "static", "templates"))
    rules = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = re.sub(r'(\[\[tool\.importlinter\.contracts\]\]\nname = "(.*)"\n)', r'\1id = "\2"\n', rules)
    (folder / "pyproject.toml").write_text(named, encoding="utf-8")
    return folder


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Hold the package to these contracts, or to all."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            *(part for name in contracts for part in ("--contract", name)),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "COLUMNS": "200"},
    )


def test_the_house_is_in_order(copy: Path):
    result = lint(copy)
    assert result.returncode == 0, result.stdout + result.stderr


def test_there_is_a_planted_fault_for_each_contract():
    assert set(PLANTED) == {contract["name"] for contract in CONTRACTS}


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_fault_is_caught(copy: Path, contract: str):
    name, line = PLANTED[contract]
    file = copy / "tbblearn" / name
    before = file.read_text(encoding="utf-8")
    file.write_text(before + f"\n{line}  # planted\n", encoding="utf-8")
    try:
        result = lint(copy, contract)
    finally:
        file.write_text(before, encoding="utf-8")
    assert result.returncode != 0
    assert f"{contract} BROKEN" in result.stdout, result.stdout
