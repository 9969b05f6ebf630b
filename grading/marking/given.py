"""Which of the lesson's own cells come out the same whoever hands in: they are run once for all of them.

Such a cell stands as it was handed out, and what it rests on is Python, imports and other such cells: nothing that an
answer binds, nothing that looks names up by itself. It takes place where it stands, with the names and the output that
it had; what a student's cell above did to an object does not reach it. How NumPy prints is set again there. The worker
(confinement/worker/given.py) leaves out what shows only in running.
"""

import ast

from grading.confinement.job import Early
from grading.lessons.cells import tree_of
from grading.marking.display_cells import names_of
from grading.marking.footing import BUILTINS, asked_of, closure, reads_behind

LOOKING = frozenset(("yours", "check", "hint", "answer", "progress", "get_ipython"))  # they look at who calls them


def early(steps, skeleton):
    """Of the lesson as handed out, the cells that can be run beforehand, in order, and the checks: a tuple of Early.

    `steps` are the lesson's own as they run for an untouched notebook, founded (footing.py).
    """
    behind, asked = reads_behind(steps), asked_of(skeleton)
    made, found = set(), []
    for step in steps:
        if step.check:
            found.append(Early(step.id, step.source, check=True))
            continue
        if not step.bare:
            continue
        again, rest = settings(step.source)
        names = names_of(rest)
        rests = closure(names.reads, behind) - BUILTINS
        binds = names.binds | names.defines
        if names.plain and rests <= made and not rests & (asked | LOOKING) and not binds & asked:
            made |= binds
            found.append(Early(step.id, step.source, False, tuple(sorted(rests)), tuple(sorted(binds)), again))
        else:
            made -= binds
    return tuple(found)


def settings(source):
    """(the statements of a cell that set how NumPy prints, by constants; the cell without them), texts both."""
    lines, again, tree = source.split("\n"), [], tree_of(source)
    for node in tree.body if tree is not None else ():
        call = node.value if isinstance(node, ast.Expr) else None
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "np.set_printoptions" and _constant(call):
            again += lines[node.lineno - 1 : node.end_lineno]
            lines[node.lineno - 1 : node.end_lineno] = ["pass"] * (node.end_lineno - node.lineno + 1)
    return "\n".join(again), "\n".join(lines)


def _constant(call):
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    return all(isinstance(value, ast.Constant) for value in values)
