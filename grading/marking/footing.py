"""What a check stands on: names that the lesson's own cells give, and that it must find as they were given.

A student may change or delete a helper cell, call a scratch variable `check`, or empty `np`. None of that is an
answer. So the lesson's cells run as they were handed out (overlay.py), and before each of them, checks among them, the
names that it reads, and those that the lesson's functions behind it read, are what those cells made of them. What an
exercise asks for is the student's; what an answer binds beside it (`import math as np`) is that for its own checks, but
for `check` itself.
"""

import ast
import builtins
import functools
from dataclasses import replace

from grading.lessons.cells import plain_python, tree_of
from grading.marking.display_cells import names_of

BUILTINS = frozenset(dir(builtins))


def founded(steps, hidden, skeleton):
    """The steps again: the lesson's own cells say which names they keep; they and the checks, which they restore.

    The pictures of the lesson's own cells are not drawn: they cost more than all else, and no mark depends on them.
    """
    given = {s.id: _names(s.source) for s in steps if _role(s, skeleton) in ("plain", "locked") and not s.check}
    behind = _behind(given.values())
    asked, extra = asked_of(skeleton), _beside_answers(steps, skeleton)
    later = {}
    for step in hidden:
        later[step.check] = later.get(step.check, frozenset()) | _names(step.source).reads
    out, needed = [], set()
    for step in steps:
        if step.check or step.id in given:
            read = _names(step.source).reads | (later.get(step.check, frozenset()) if step.check else frozenset())
            own = extra.get(skeleton.exercise_of(step.check), frozenset()) if step.check else frozenset()
            names = (closure(read, behind) & (behind.keys() | BUILTINS)) - asked - (own - {"check"})
            step = replace(step, restores=tuple(sorted(names)), bare=step.id in given)
            needed |= names
        out.append(step)
    return tuple(_keeping(step, given.get(step.id), needed) for step in out)


def reads_behind(steps):
    """name -> what the lesson's own cells among these founded steps read that bind it."""
    return _behind(_names(step.source) for step in steps if step.bare)


def _behind(cells):
    behind = {}
    for names in cells:
        for name in names.binds | names.defines:
            behind[name] = behind.get(name, frozenset()) | names.reads
    return behind


def _keeping(step, names, needed):
    kept = (names.binds | names.defines) & needed if names is not None else ()
    return replace(step, keeps=tuple(sorted(kept))) if kept else step


@functools.lru_cache(maxsize=1000)
def _names(source):
    return names_of(plain_python(source))


def _role(step, skeleton):
    known = skeleton.by_grade_id.get(step.id) or skeleton.by_id.get(step.id)
    return known.role if known is not None else None


def asked_of(skeleton):
    """Names that exercises ask for, which are the student's everywhere."""
    cells = [cell for cell in skeleton.cells if cell.role == "solution" and cell.kind == "code"]
    return frozenset().union(*(_bound(text) for cell in cells for text in (cell.source, cell.reference)))


def _beside_answers(steps, skeleton):
    """What the answers bind, by exercise; a name that one deletes is nobody's."""
    answers = [step for step in steps if _role(step, skeleton) == "solution"]
    return {step.id: _bound(step.source) - _deleted(step.source) for step in answers}


def _deleted(source):
    tree = tree_of(source) if "del " in source else None
    gone = [node for node in tree.body if isinstance(node, ast.Delete)] if tree is not None else []
    return {leaf.id for node in gone for leaf in node.targets if isinstance(leaf, ast.Name)}


def _bound(source):
    names = _names(source)
    return names.binds | names.defines


def closure(names, behind):
    """The names, and all that those behind them read."""
    found, todo = set(), list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += behind.get(name, ())
    return found
