"""What the judge holds for an open exercise: a `held` cell's names, and how a hidden block gets those it is given.

A `held` cell runs beside the reference only. What its mark `gives` is written into the hidden block as data,
`expect.held("images")`; all other names stay in the record, where `expect.outcome(..., truth="labels")` finds them.
"""

import ast
import re

from course_lib.evidence.outcome import MEASURES
from grading.lessons.cells import bound_names, tree_of

HELD = re.compile(r"""expect\.held\(\s*["'](\w+)["']\s*\)""")


def given(exercise):
    """The names that an exercise's held cell hands out."""
    return tuple(str(exercise.held.marks.get("gives", "")).split()) if exercise.held is not None else ()


def fill(source, data):
    """A check cell's source with `expect.held("name")` holding the packed data {name: text} of that name."""
    return HELD.sub(lambda m: f'expect.held("{data[m[1]]}")' if m[1] in data else m[0], source)


def filled(check, entry):
    """A check's hidden source with the data that its hidden record's entry (or None) holds."""
    return fill(check.hidden, (entry or {}).get("held", {}))


def held_problems(exercise):
    """(line, sentence) of everything wrong with what an exercise holds."""
    cell = exercise.held
    names = set(bound_names(cell.source)) if cell is not None else set()
    gives, used = set(given(exercise)), set()
    for name in sorted(gives - names):
        yield cell.line, f'the held cell gives "{name}", which it does not define; define it or mend gives='
    for check in exercise.checks:
        for text in HELD.findall(check.visible):
            yield check.cell.line, f'expect.held("{text}") stands in the visible part; held data are for hidden blocks'
        for text in HELD.findall(check.hidden):
            used.add(text)
            if text not in gives:
                told = f'expect.held("{text}") is not among what held="{exercise.id}" gives; add it to gives="..."'
                yield check.cell.line, told
        for call in _outcomes(check.cell.source):
            yield from ((check.cell.line + call.lineno - 1, text) for text in _outcome(call, names - gives, used))
    if cell is not None and not (names - gives) & used:
        yield cell.line, f"no expect.outcome of '{exercise.id}' names a truth of its held cell; add truth=\"...\""


def _outcomes(source):
    tree = tree_of(source)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "outcome":
            yield node


def _outcome(call, truths, used):
    """What is wrong with one call of `expect.outcome`."""
    given = {k.arg: k.value.value if isinstance(k.value, ast.Constant) else None for k in call.keywords}
    used.add(given.get("truth"))
    if given.get("truth") not in truths:
        yield f'truth="{given.get("truth")}" is no name that the held cell keeps; define it there, outside of gives='
    if given.get("measure") not in MEASURES:
        yield f'measure="{given.get("measure")}" is none of {", ".join(MEASURES)}'
    if ("at_least" in given) == ("at_most" in given):
        yield "an outcome has one bound: at_least= or at_most="
