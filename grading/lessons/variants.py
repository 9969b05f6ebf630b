"""Known mistakes and other right styles of a lesson: the entries of `mistakes/NN_slug.py`, made into whole answers.

The file is an ordinary module: WRONG["id"] = {name: ...} and RIGHT["id"] = {name: ...} for each exercise. A variant is
an edit of the reference answer (find, replace) or a definition that takes the place of what it defines.
"""

import ast
from dataclasses import dataclass, field
from pathlib import Path

from grading.errors import CourseError
from grading.lessons.cells import binds, solution_region, strip_magics, without_markers

KINDS = ("WRONG", "RIGHT")
FORM = 'WRONG["id"] = {...} and RIGHT["id"] = {...}'
OPENING = ast.dump(ast.parse("WRONG, RIGHT = {}, {}").body[0])


@dataclass(frozen=True)
class Variant:
    """A known mistake (`wrong`) or another right style: the cell that stands in place of the reference answer."""

    name: str
    wrong: bool
    source: str
    sentence: str
    file: str
    line: int
    edit: tuple = ()  # (find, replace) when it was written as an edit of the reference
    problem: str = ""  # why it could not be made, a sentence with file and line; then `source` is ""

    @property
    def where(self):
        """Its place, as problems begin: "mistakes/NN_slug.py:12"."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Entry:
    """One dictionary of the file, such as WRONG["my_id"]: the syntax of its keys and values, and its lines."""

    kind: str  # "WRONG" or "RIGHT"
    id: str
    line: int
    end: int
    pairs: tuple


@dataclass(frozen=True)
class Mistakes:
    """The file of a lesson's variants: as text, and its entries in order."""

    file: str  # "mistakes/NN_slug.py", as problems name it
    text: str | None = field(repr=False)  # None where there is no such file
    entries: tuple

    def entry(self, kind, id):
        """The entry of an exercise, or None."""
        return next((e for e in self.entries if (e.kind, e.id) == (kind, id)), None)

    def variants(self, solve):
        """(wrong, right): the variants of the exercise whose solve cell this is."""
        return tuple(self._made(self.entry(kind, solve.id), solve) for kind in KINDS)

    def _made(self, entry, solve):
        found = tuple(_variant(*pair, entry, solve, self.file) for pair in entry.pairs) if entry else ()
        names = [v.name for v in found]
        for variant in found:
            if names.count(variant.name) > 1:
                twice = [v for v in found if v.name == variant.name][1]
                raise CourseError(f"{twice.where}: the variant '{twice.name}' is there twice; rename one")
        return found


def mistakes_path(lesson_path):
    """Where the variants of a lesson stand: solutions/mistakes/NN_slug.py for solutions/NN_slug.py."""
    return Path(lesson_path).parent / "mistakes" / Path(lesson_path).name


def read_mistakes(text, lesson_path):
    """The entries of a mistakes file's text (None: there is no file), read as literals: nothing of it is run."""
    file = f"mistakes/{Path(lesson_path).name}"
    if text is None:
        return Mistakes(file, None, ())
    try:
        body = ast.parse(text).body
    except SyntaxError as error:
        raise CourseError(f"{file}:{error.lineno or 1}: it does not parse ({error.msg}); mend it") from None
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    entries = {}
    for node in body:
        if ast.dump(node) == OPENING:
            continue
        entry = _entry(node)
        if entry is None:
            told = f"{file}:{node.lineno}: a mistakes file holds {FORM} only; remove the rest"
            raise CourseError(told)
        if (entry.kind, entry.id) in entries:
            raise CourseError(f'{file}:{entry.line}: a second {entry.kind}["{entry.id}"]; join the two')
        entries[entry.kind, entry.id] = entry
    return Mistakes(file, text, tuple(entries.values()))


def _entry(node):
    """The Entry that a statement writes, or None."""
    target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
    if not (isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and target.value.id in KINDS):
        return None
    id = target.slice.value if isinstance(target.slice, ast.Constant) else None
    if not isinstance(id, str) or not isinstance(node.value, ast.Dict):
        return None
    pairs = tuple(zip(node.value.keys, node.value.values, strict=True))
    return Entry(target.value.id, id, node.lineno, node.end_lineno, pairs)


def _variant(key, value, entry, solve, file):
    wrong = entry.kind == "WRONG"
    line = (key if key is not None else value).lineno
    where = f"{file}:{line}:"
    try:
        name, content = ast.literal_eval(key), ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError):
        raise CourseError(f"{where} a variant is written with plain strings; remove calls and names") from None
    parts = (content,) if isinstance(content, str) else content
    shapes = (2, 3) if wrong else (1, 2)
    if (
        not isinstance(name, str)
        or not isinstance(parts, tuple)
        or len(parts) not in shapes
        or not all(isinstance(p, str) for p in parts)
    ):
        form = "(find, replace, sentence) or (definition, sentence)" if wrong else "definition or (find, replace)"
        raise CourseError(f"{where} variant {name!r} must be {form}, all strings")
    sentence = parts[-1] if wrong else ""
    parts = parts[:-1] if wrong else parts
    make = _edited if len(parts) == 2 else _redefined
    try:
        source, problem = make(solve, *parts, where=where, name=name), ""
    except CourseError as error:
        source, problem = "", str(error)
    return Variant(name, wrong, source, sentence, file, line, parts if len(parts) == 2 else (), problem)


def _edited(solve, find, replace, *, where, name):
    """The reference with `find` replaced: in the answer's own lines first, else anywhere in the cell; exactly once."""
    region, whole = solution_region(solve.source) + "\n", without_markers(solve.source) + "\n"
    if not find:
        raise CourseError(f"{where} variant '{name}' looks for an empty text; say what to replace")
    if region.count(find) == 1 and region in whole:
        return whole.replace(region, region.replace(find, replace), 1).rstrip("\n")
    count = whole.count(find)
    if count != 1:
        said = "is not there" if count == 0 else f"is there {count} times"
        raise CourseError(f"{where} variant '{name}': {find!r} {said} in the reference answer; it must be there once")
    return whole.replace(find, replace, 1).rstrip("\n")


def _redefined(solve, definition, *, where, name):
    """The reference with what `definition` defines taken out, and the definition after it."""
    try:
        new = ast.parse(definition)
    except SyntaxError as error:
        raise CourseError(f"{where} variant '{name}' does not parse: {error.msg} in its line {error.lineno}") from None
    names = {n for node in new.body for n in binds(node)}
    source = strip_magics(without_markers(solve.source))
    lines = source.split("\n")
    try:
        body = ast.parse(source).body
    except SyntaxError:
        body = []  # lint says that the reference does not parse
    for node in body:
        bound = binds(node)
        if bound and set(bound) <= names:
            first = min([node.lineno] + [d.lineno for d in getattr(node, "decorator_list", [])])
            for i in range(first - 1, node.end_lineno):
                lines[i] = None
    kept = "\n".join(line for line in lines if line is not None).strip("\n")
    return f"{kept}\n\n\n{definition.strip()}".lstrip("\n") if kept else definition.strip("\n")
