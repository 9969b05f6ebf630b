"""Known mistakes and other right styles: the dictionaries of a variants cell, made into whole answers.

A variant is an edit of the reference answer (find, replace) or a definition that takes the place of what it defines.
"""

import ast
from dataclasses import dataclass

from grading.errors import CourseError
from grading.lessons.cells import binds, solution_region, strip_magics, without_markers


@dataclass(frozen=True)
class Variant:
    """A known mistake (`wrong`) or another right style: the cell that stands in place of the reference answer."""

    name: str
    wrong: bool
    source: str
    sentence: str
    line: int
    edit: tuple = ()  # (find, replace) when it was written as an edit of the reference
    problem: str = ""  # why it could not be made, a sentence with file and line; then `source` is ""


def read_variants(cell, solve, path):
    """The two dictionaries of a variants cell, read as literals: nothing of it is run."""
    try:
        tree = ast.parse(cell.source)
    except SyntaxError as error:
        raise CourseError(f"{path.name}:{cell.line + (error.lineno or 1) - 1}: {error.msg} in the variants") from None
    found = {"WRONG": (), "RIGHT": ()}
    for node in tree.body:
        name = node.targets[0].id if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) else None
        line = cell.line + node.lineno - 1
        if name not in found or not isinstance(node.value, ast.Dict):
            raise CourseError(
                f"{path.name}:{line}: a variants cell holds WRONG = {{...}} and RIGHT = {{...}} only; remove the rest"
            )
        found[name] = tuple(
            _variant(key, value, name == "WRONG", solve, path, cell.line)
            for key, value in zip(node.value.keys, node.value.values, strict=True)
        )
        names = [v.name for v in found[name]]
        for twice in {n for n in names if names.count(n) > 1}:
            raise CourseError(f"{path.name}:{line}: the variant '{twice}' is there twice; rename one")
    return found["WRONG"], found["RIGHT"]


def _variant(key, value, wrong, solve, path, base):
    line = base + (key.lineno if key is not None else value.lineno) - 1
    where = f"{path.name}:{line}:"
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
    return Variant(name, wrong, source, sentence, line, parts if len(parts) == 2 else (), problem)


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
