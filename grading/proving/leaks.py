"""Built files, scanned for answers, hidden tests, rubrics, model answers, outputs, byte-code.

Answers are compared as normalised syntax trees (names and docstrings do not count), five statements in a row, or as the
whole answer's text. `course_lib` is left out of that: it holds the same ideas by right, written independently.
"""

import ast
import hashlib
import io
import json
import re
import tarfile
import zipfile
from pathlib import Path

from grading.errors import CourseError
from grading.lessons.cells import (
    BEGIN_HIDDEN,
    BEGIN_MODEL,
    BEGIN_RUBRIC,
    BEGIN_SOLUTION,
    END_HIDDEN,
    END_MODEL,
    END_RUBRIC,
    END_SOLUTION,
    solution_region,
    strip_magics,
)

WINDOW = 5  # statements in a row that count as an answer
SHORT = 40  # characters of an answer's text, blanks aside, from which its text alone counts
PAIRS = (
    (BEGIN_SOLUTION, END_SOLUTION),
    (BEGIN_HIDDEN, END_HIDDEN),
    (BEGIN_RUBRIC, END_RUBRIC),
    (BEGIN_MODEL, END_MODEL),
)
IMPORT = re.compile(r"\s*(import|from) ")  # says nothing of what is held, and the library may say it too
MARKERS = [marker.strip("#= ") for pair in PAIRS for marker in pair]


def scan(paths, lessons):
    """What the files, folders, zips and wheels at `paths` give away of the lessons, one sentence each; [] is clean."""
    secrets = _Secrets(lessons)
    told = []
    for path in map(Path, paths):
        if not path.exists():
            raise CourseError(f"{path} is not there; build it first")
        for name, content in _files(path):
            told += [f"{name}: {text}" for text in scan_file(name, content, secrets)]
    return list(dict.fromkeys(told))


def scan_file(name, content, secrets):
    """The findings of one file; `content` is bytes."""
    base = name.rsplit("/", 1)[-1]
    if base.endswith((".pyc", ".pyo")) or "__pycache__" in name:
        yield "byte-code; leave it out"
        return
    if re.match(r"(build/|(.*/)?(solutions|mistakes|hidden)/)", name):
        yield "a file of solutions, known mistakes or hidden values; leave it out"
    if base.endswith(".ipynb"):
        yield from _notebook(content, secrets)
    elif base.endswith((".py", ".md", ".txt", ".html", ".json", ".toml", ".yml", ".cfg")):
        text = content.decode("utf-8", errors="replace")
        yield from secrets.in_text(text)
        if base.endswith(".py") and "course_lib/" not in name:
            yield from secrets.in_code(text)
    elif base.endswith(".npz"):
        yield from _record(content)


def _notebook(content, secrets):
    try:
        cells = json.loads(content)["cells"]
    except (ValueError, KeyError):
        yield "not a notebook; build it again"
        return
    for number, cell in enumerate(cells, 1):
        source = cell.get("source", "")
        text = source if isinstance(source, str) else "".join(source)
        found = [*secrets.in_text(text)]
        codes = [text] if cell.get("cell_type") == "code" else re.findall(r"```\w*\n(.*?)```", text, re.S)
        for code in codes:
            found += secrets.in_code(code)
        if cell.get("outputs") or cell.get("execution_count") is not None:
            found.append("an output or an execution count")
        if "attachments" in cell:
            found.append("an attachment")
        yield from (f"cell {number} ({cell.get('id', '?')}): {text}" for text in dict.fromkeys(found))


def _record(content):
    """A record in the release must be a visible one."""
    import numpy as np

    try:
        header = json.loads(bytes(np.load(io.BytesIO(content), allow_pickle=False)["header"]))
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile):
        return  # no record at all
    if header.get("part") != "visible":
        yield "a record of hidden values; leave it out"


def _files(path):
    """(name, bytes) of everything under a path, archives opened."""
    if path.is_dir():
        for file in sorted(p for p in path.rglob("*") if p.is_file()):
            yield file.relative_to(path.parent).as_posix(), file.read_bytes()
    elif path.suffix in (".zip", ".whl"):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if not name.endswith("/"):
                    yield name, archive.read(name)
    elif path.name.endswith((".tar.gz", ".tgz", ".tar")):
        with tarfile.open(path) as archive:
            for member in archive:
                if member.isfile():
                    yield member.name, archive.extractfile(member).read()
    else:
        yield path.name, path.read_bytes()


class _Secrets:
    """What must not be found, prepared once for all files."""

    def __init__(self, lessons):
        self.trees, self.texts, self.hidden, self.rubrics, self.models = {}, {}, {}, {}, {}
        for lesson in lessons:
            for exercise in lesson.exercises:
                for key in _windows(exercise.reference):
                    self.trees[key] = exercise.id
                text = _packed(solution_region(exercise.solve.source))
                if len(text) >= SHORT:
                    self.texts[text] = exercise.id
            for check in lesson.checks:
                for line in _secret_lines(check):
                    self.hidden[line] = check.id
            for exercise in (e for e in lesson.exercises if e.held is not None):
                for line in exercise.held.source.split("\n"):
                    if len(_packed(line)) >= SHORT and not IMPORT.match(line):
                        self.hidden[_packed(line)] = exercise.id
            for question in lesson.questions:
                for line in question.rubric.split("\n"):
                    if len(_packed(line)) >= SHORT:
                        self.rubrics[_packed(line)] = question.id
                self.models |= {_packed(sentence): question.id for sentence in question.sentences}
        # what the release shows by design is no secret: a skeleton given to the learner, a cell of the story
        for lesson in lessons:
            for cell in lesson.cells:
                if cell.kind == "code" and cell.role in ("", "given", "practice", "figure", "gpu"):
                    for key in _windows(cell.source):
                        self.trees.pop(key, None)
                    for line in cell.source.split("\n"):
                        self.hidden.pop(_packed(line), None)
            for check in lesson.checks:
                for line in check.visible.split("\n"):
                    self.hidden.pop(_packed(line), None)

    def in_text(self, text):
        """Markers, hidden tests, rubrics, model answers and whole answers as text."""
        for marker in MARKERS:
            if marker in text:
                yield f"the marker '{marker}'"
        packed = _packed(text)
        for kind, secrets in (
            ("the answer of", self.texts),
            ("a hidden test of", self.hidden),
            ("the rubric of", self.rubrics),
            ("the model answer of", self.models),
        ):
            for secret, id in secrets.items():
                if secret in packed:
                    yield f"{kind} '{id}'"

    def in_code(self, code):
        """Answers as syntax trees."""
        for id in dict.fromkeys(self.trees[key] for key in _windows(code) if key in self.trees):
            yield f"{WINDOW} statements of the answer of '{id}'"


def _secret_lines(check):
    """The lines of a hidden block that are long enough to be recognised and are not in the visible part as well."""
    visible = {_packed(line) for line in check.visible.split("\n")}
    for line in check.hidden.split("\n"):
        packed = _packed(line)
        telling = "default_rng(" in packed or "expect(" in packed or "expect." in packed
        if telling and len(packed) >= SHORT // 2 and packed not in visible:
            yield packed


def _packed(text):
    """The text without white space and comments."""
    return re.sub(r"\s+", "", re.sub(r"(?m)#.*$", "", text))


class _Normal(ast.NodeTransformer):
    """Names become x, annotations and docstrings go: what is left is what the code does."""

    def visit_Name(self, node):
        return ast.copy_location(ast.Name("x", node.ctx), node)

    def visit_arg(self, node):
        return ast.copy_location(ast.arg("x"), node)


def _windows(code):
    """Hashes of every run of WINDOW statements, nested ones in reading order, of the code's functions and top level."""
    try:
        tree = ast.parse(strip_magics(code))
    except (SyntaxError, ValueError):
        return []
    texts = []
    for node in _statements(tree):
        head = ast.Module([node], [])
        for inner in ast.walk(head):
            for name in ("body", "orelse", "finalbody"):
                if inner is not head and isinstance(getattr(inner, name, None), list):
                    setattr(inner, name, [])
        texts.append(ast.dump(_Normal().visit(node), annotate_fields=False))
    runs = zip(*(texts[i:] for i in range(WINDOW)), strict=False)
    return [hashlib.sha256("\n".join(run).encode()).hexdigest() for run in runs]


def _statements(node):
    """All simple and compound statements below `node` in reading order, without definitions, imports and docstrings."""
    for name in ("body", "orelse", "handlers", "finalbody"):
        for child in getattr(node, name, []) if isinstance(getattr(node, name, None), list) else []:
            text = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            inner = list(_statements(child))
            if not isinstance(child, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom) and not text:
                yield child
            yield from inner
