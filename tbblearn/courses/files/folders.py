"""Reads a folder of courses, and finds files that belong to none."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from tbblearn.courses.files.films import read_captions, read_film
from tbblearn.courses.files.findings import Findings
from tbblearn.courses.files.format import CourseShape, GlossaryShape, QuestionsShape, SourcesShape
from tbblearn.courses.files.parts import Part, read_part
from tbblearn.courses.files.pictures import MediaFile, PictureFile, read_picture
from tbblearn.courses.files.reading import Document, Entry, read_yaml
from tbblearn.courses.files.shapes import check_shape
from tbblearn.courses.files.texts import read_text
from tbblearn.courses.rules import LANGUAGES

LEFT_BY_COMPUTERS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".gitkeep", "__MACOSX"})
LEFT_BY_MACS = "._"
"""How macOS begins the names of its extra files on foreign disks."""

MOST_FILES = 2_000
"""Files in one course folder, far more than any real course has."""


@dataclass
class ModuleFiles:
    """The files of one part. `document` and `shape` are None without a readable `quiz.yaml`."""

    folder: Path
    entry: Entry
    parts: dict[str, Part] = field(default_factory=dict)
    document: Document | None = None
    shape: QuestionsShape | None = None
    is_quiz_unreadable: bool = False
    pictures: dict[str, PictureFile] = field(default_factory=dict)
    films: dict[str, MediaFile] = field(default_factory=dict)
    """The films and their captions."""

    @property
    def id(self) -> str:
        """The part's id, empty if it has none."""
        return self.entry.text("id") or ""

    def questions(self) -> Iterator[Entry]:
        """The quiz questions as written, those of cases last."""
        if self.document is not None:
            yield from self.document.top.entries("questions")
            for case in self.cases():
                yield from case.entries("questions")

    def cases(self) -> Iterator[Entry]:
        """The cases as written, each with its questions."""
        return self.document.top.entries("cases") if self.document else iter(())

    def practice(self) -> Iterator[Entry]:
        """The practice questions as written."""
        return self.document.top.entries("practice") if self.document else iter(())


@dataclass
class CourseFiles:
    """The files of one course. `shape` is None if `course.yaml` does not fit the format."""

    folder: Path
    document: Document
    shape: CourseShape | None
    modules: list[ModuleFiles]
    glossary: Document | None = None
    glossary_shape: GlossaryShape | None = None
    sources: Document | None = None
    sources_shape: SourcesShape | None = None

    @property
    def slug(self) -> str:
        """The name of the course's folder."""
        return self.folder.name

    @property
    def file(self) -> Path:
        """The course's main file."""
        return self.document.path

    def goals(self) -> dict[str, Entry]:
        """The goals as written, by id."""
        return {goal.text("id") or "": goal for goal in self.document.top.entries("goals")}

    def terms(self) -> dict[str, Entry]:
        """The words that the course explains, as written, by id."""
        entries = self.glossary.top.entries("terms") if self.glossary else ()
        return {term.text("id") or "": term for term in entries}

    def source_entries(self) -> dict[str, Entry]:
        """The sources as written, by id."""
        entries = self.sources.top.entries("sources") if self.sources else ()
        return {source.text("id") or "": source for source in entries}

    def cases(self) -> Iterator[Entry]:
        """The cases of the quiz as written."""
        return chain.from_iterable(module.cases() for module in self.modules)

    def questions(self) -> Iterator[Entry]:
        """The quiz questions as written."""
        return chain.from_iterable(module.questions() for module in self.modules)

    def practice(self) -> Iterator[Entry]:
        """The practice questions as written."""
        return chain.from_iterable(module.practice() for module in self.modules)

    @property
    def has_unreadable_quiz(self) -> bool:
        """True if some questions could not be read, so that none can be reported missing."""
        return any(module.is_quiz_unreadable for module in self.modules)


def read_courses(root: Path, findings: Findings) -> Mapping[str, CourseFiles]:
    """The courses in the folder `root`, by slug. Files directly in `root` are ignored."""
    if (root / "course.yaml").is_file():
        findings.fault(
            root / "course.yaml", 1, "this is one course; name the folder that holds it: {parent}", parent=root.parent
        )
        return {}
    courses = {}
    for folder in sorted(path for path in root.iterdir() if not path.name.startswith((".", "__MACOSX"))):
        if folder.is_symlink():
            findings.fault(folder, 1, "a symbolic link; put the files themselves here")
        elif folder.is_dir() and (course := read_course(folder, findings)) is not None:
            courses[course.slug] = course
    if not courses and not findings.faults:
        findings.fault(root, 1, "no course here; each course is a folder with a file course.yaml")
    return courses


def read_course(folder: Path, findings: Findings) -> CourseFiles | None:
    """The course in `folder`; None without a readable `course.yaml`."""
    present = _present(folder, findings)
    file = folder / "course.yaml"
    if file not in present:
        deeper = sorted(path.parent for path in present if path.name == file.name)
        if deeper:
            message = (
                "course.yaml is missing here and stands in {deeper}; move that folder up beside the other courses, or "
                "name the folder that holds it"
            )
            findings.fault(file, 1, message, deeper=deeper[0].relative_to(folder).as_posix())
        else:
            findings.fault(file, 1, "course.yaml is missing; every folder here is a course and needs one")
        return None
    document = read_yaml(file, findings)
    if document is None:
        return None
    shape = check_shape(CourseShape, document, findings)
    used = {file}
    modules = []
    for entry in document.top.entries("modules"):
        name = entry.text("folder")
        if name is None:
            continue
        module = ModuleFiles(folder / name, entry)
        modules.append(module)
        if Path(name).name != name or not any(path.parent == module.folder for path in present):
            message = "there is no folder {name} with files; make it or correct the name"
            findings.fault(*entry.at("folder"), message, name=name)
            continue
        _read_module(module, present, used, findings)
    course = CourseFiles(folder, document, shape, modules)
    _read_glossary(course, present, used, findings)
    _read_sources(course, present, used, findings)
    _report_unused(folder, present - used, {module.folder for module in modules}, findings)
    return course


def _present(folder: Path, findings: Findings) -> set[Path]:
    """The ordinary files below `folder`. Symbolic links are faults and are not followed."""
    present: set[Path] = set()
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in LEFT_BY_COMPUTERS)
        for name in [*folders, *files]:
            path = Path(place, name)
            if path.is_symlink():
                findings.fault(path, 1, "a symbolic link; put the file itself here")
            elif name in files and name not in LEFT_BY_COMPUTERS and not name.startswith(LEFT_BY_MACS):
                if path.is_file():
                    present.add(path)
                else:
                    findings.fault(path, 1, "this is not a regular file; remove it")
        if len(present) > MOST_FILES:
            findings.fault(folder, 1, "more than {most} files; a course has far fewer", most=MOST_FILES)
            break
    return present


def _read_module(module: ModuleFiles, present: set[Path], used: set[Path], findings: Findings) -> None:
    for language in LANGUAGES:
        path = module.folder / f"module.{language}.md"
        if path not in present:
            findings.fault(path, 1, "the file is missing: a part is written in every language; translate the part")
            continue
        used.add(path)
        if (text := read_text(path, findings)) is not None:
            module.parts[language] = read_part(text, path, language, findings)
    quiz = module.folder / "quiz.yaml"
    if quiz in present:
        used.add(quiz)
        module.document = read_yaml(quiz, findings)
        module.is_quiz_unreadable = module.document is None
        if module.document is not None:
            module.shape = check_shape(QuestionsShape, module.document, findings)
    _read_pictures(module, present, used, findings)
    _read_films(module, present, used, findings)


def _read_glossary(course: CourseFiles, present: set[Path], used: set[Path], findings: Findings) -> None:
    path = course.folder / "glossary.yaml"
    if path in present:
        used.add(path)
        course.glossary = read_yaml(path, findings)
        if course.glossary is not None:
            course.glossary_shape = check_shape(GlossaryShape, course.glossary, findings)


def _read_sources(course: CourseFiles, present: set[Path], used: set[Path], findings: Findings) -> None:
    path = course.folder / "sources.yaml"
    if path in present:
        used.add(path)
        course.sources = read_yaml(path, findings)
        if course.sources is not None:
            course.sources_shape = check_shape(SourcesShape, course.sources, findings)


def _read_films(module: ModuleFiles, present: set[Path], used: set[Path], findings: Findings) -> None:
    for part in module.parts.values():
        for film in (film for screen in part.screens for film in screen.films):
            for name, read in ((film.shape.file, read_film), (film.shape.captions, read_captions)):
                path = module.folder / name
                if Path(name).name != name or path not in present:
                    message = "there is no file {file} beside the part; put it there"
                    findings.fault(part.path, film.line, message, file=name)
                elif path not in used:
                    used.add(path)
                    if (file := read(path, findings)) is not None:
                        module.films[name] = file


def _read_pictures(module: ModuleFiles, present: set[Path], used: set[Path], findings: Findings) -> None:
    for part in module.parts.values():
        for picture in (picture for screen in part.screens for picture in screen.pictures):
            path = module.folder / picture.file
            if Path(picture.file).name != picture.file:
                message = "the picture {file} must lie beside the part; write its name only"
                findings.fault(part.path, picture.line, message, file=picture.file)
            elif path not in present:
                message = "there is no picture {file} beside the part; put it there"
                findings.fault(part.path, picture.line, message, file=picture.file)
            elif path not in used:
                used.add(path)
                if (file := read_picture(path, findings)) is not None:
                    module.pictures[picture.file] = file


def _report_unused(folder: Path, unused: set[Path], modules: set[Path], findings: Findings) -> None:
    for path in unused:
        if path.parent == folder or path.parent in modules:
            findings.fault(path, 1, "nothing uses this file; use it or delete it")
        else:
            message = "nothing uses the folder {name}; list it in course.yaml or delete it"
            findings.fault(path, 1, message, name=path.parent.name)
