"""Wrong answers that no author wrote: every lesson's reference answers with one small thing changed.

`python -m tests.solutions.generic_mistakes [--each N] [--show] [SLUG ...]` runs up to N changes of every operator for
every exercise (the same ones every time) and prints how many are rejected and how many of those get a diagnosis, with
the known mistakes alone and with relations too.
"""

import argparse
import ast
import copy
import random

from grading.lessons.source import read_lesson
from grading.proving.judged import Judged
from grading.proving.record import make_records, wrong_trials
from grading.proving.trials import Trial, run_trials
from tests.solutions.reference import SOLUTIONS

SWAPPED = {"mean": "sum", "sum": "mean", "max": "min", "min": "max", "argmax": "argmin", "zeros": "ones"}
SWAPPED |= {"floor": "ceil", "ceil": "floor", "maximum": "minimum", "minimum": "maximum", "exp": "log", "log": "exp"}
COMPARED = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq}


def sign(node):
    """-x for a returned x."""
    if isinstance(node, ast.Return) and node.value and not isinstance(node.value, ast.Tuple):
        return ast.Return(ast.UnaryOp(ast.USub(), node.value))
    return None


def transpose(node):
    """x.T for a returned x."""
    if isinstance(node, ast.Return) and node.value and not isinstance(node.value, ast.Tuple):
        return ast.Return(ast.Attribute(ast.Call(ast.Name("_as"), [node.value], []), "T"))
    return None


def untransposed(node):
    """x for x.T."""
    return node.value if isinstance(node, ast.Attribute) and node.attr == "T" else None


def no_divisor(node):
    """a for a / b."""
    return node.left if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) else None


def no_factor(node):
    """a for a * b."""
    return node.left if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) else None


def no_power(node):
    """a for a ** b."""
    return node.left if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) else None


def minus_for_plus(node):
    """a - b for a + b, and the reverse."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        return ast.BinOp(node.left, ast.Sub() if isinstance(node.op, ast.Add) else ast.Add(), node.right)
    return None


def whole_division(node):
    """a // b for a / b."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return ast.BinOp(node.left, ast.FloorDiv(), node.right)
    return None


def other_function(node):
    """sum for mean, min for max, ..."""
    if isinstance(node, ast.Attribute) and node.attr in SWAPPED:
        return ast.Attribute(node.value, SWAPPED[node.attr])
    return None


def compared(node):
    """<= for <, and so on."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARED:
        return ast.Compare(node.left, [COMPARED[type(node.ops[0])](), *node.ops[1:]], node.comparators)
    return None


def other_axis(node):
    """The axis beside the right one, or a keepdims turned round."""
    if isinstance(node, ast.keyword) and isinstance(node.value, ast.Constant):
        value = node.value.value
        if node.arg == "axis" and isinstance(value, int):
            return ast.keyword("axis", ast.Constant({0: 1, 1: 0, -1: 0}.get(value, value - 1)))
        if node.arg == "keepdims":
            return ast.keyword("keepdims", ast.Constant(not value))
    return None


def short_range(node):
    """range(a - 1) for range(a)."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "range":
        args = list(node.args)
        at = min(1, len(args) - 1)
        args[at] = ast.BinOp(args[at], ast.Sub(), ast.Constant(1))
        return ast.Call(node.func, args, node.keywords)
    return None


def replaced(node):
    """x = y for x += y."""
    return ast.Assign([node.target], node.value) if isinstance(node, ast.AugAssign) else None


def off_by_one(node):
    """n + 1 for a whole number n."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return ast.Constant(node.value + 1)
    return None


def no_call(node):
    """x for f(x): a function that is not applied."""
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords and _plain(node.func):
        return node.args[0]
    return None


def _plain(function):
    return isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "np"


OPERATORS = (sign, transpose, untransposed, no_divisor, no_factor, no_power, minus_for_plus, whole_division)
OPERATORS += (other_function, compared, other_axis, short_range, replaced, off_by_one, no_call)
PRELUDE = "from numpy import asarray as _as\n"


def changed(source, operator):
    """Every source that `operator` makes of this one by changing one place."""
    tree = ast.parse(source)
    for number, node in enumerate(ast.walk(tree)):
        if operator(node) is None:
            continue
        other = copy.deepcopy(tree)
        target = next(n for i, n in enumerate(ast.walk(other)) if i == number)
        new = _Put(target, operator(target)).visit(other)
        yield (PRELUDE if operator is transpose else "") + ast.unparse(ast.fix_missing_locations(new))


class _Put(ast.NodeTransformer):
    """Puts `new` where `old` stands."""

    def __init__(self, old, new):
        self.old, self.new = old, new

    def visit(self, node):
        """The new node for the old one; others are searched."""
        return ast.copy_location(self.new, node) if node is self.old else self.generic_visit(node)


def trials_of(exercise, each=1):
    """Up to `each` trials of every operator for one exercise, chosen the same way every time."""
    found = {}
    for operator in OPERATORS:
        sources = [s for s in changed(exercise.reference, operator) if s not in found]
        random.Random(f"{exercise.id} {operator.__name__}").shuffle(sources)
        found |= {source: f"{operator.__name__} {i}" for i, source in enumerate(sources[:each])}
    return [Trial(exercise.id, name, source) for source, name in found.items()]


def measure(lesson, each=1, only=None):
    """[(exercise id, Trial, whether rejected, the Mistake named or None, the first failure's sentence)]."""
    exercises = [e for e in lesson.exercises if not e.predict and (only is None or e.id in only)]
    wrong = [t for e in exercises for t in wrong_trials(e)]
    generic = {e.id: trials_of(e, each) for e in exercises}
    trials = [*wrong, *(t for some in generic.values() for t in some)]
    reference, outcomes = run_trials(lesson, trials, only=[e.id for e in exercises])
    records, rows = make_records(lesson, reference, outcomes, [e.id for e in exercises]), []
    for exercise in exercises:
        judged = Judged(exercise, records)
        for trial in generic[exercise.id]:
            checks = judged.verdict(judged.seen(outcomes[trial])).checks.values()
            failed = [c for c in checks if not c.passed]
            named = next((m for c in failed for m in c.mistakes), None)
            rows.append((exercise.id, trial, bool(failed), named, failed[0].reason if failed else ""))
    return rows


def shares(rows):
    """(changes, rejected, named by an author's mistake, named by that or a relation)."""
    rejected = [row for row in rows if row[2]]
    known = sum(1 for row in rejected if row[3] and not row[3].relation)
    return len(rows), len(rejected), known, sum(1 for row in rejected if row[3])


def main():
    """Measure the lessons given, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("slugs", nargs="*")
    parser.add_argument("--each", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print every rejected change with what is said of it")
    asked, total = parser.parse_args(), []
    for path in sorted(SOLUTIONS.glob("[0-9]*.py")):
        if asked.slugs and path.stem not in asked.slugs:
            continue
        rows = measure(read_lesson(path), asked.each)
        total += rows
        print(path.stem, *shares(rows), flush=True)
        for id, trial, rejected, named, reason in rows if asked.show else ():
            if rejected:
                print(f"  {id} [{trial.name}] {named.name + ': ' + named.sentence if named else '-'}  | {reason[:160]}")
    changes, rejected, known, named = shares(total)
    print(f"{changes} changes, {rejected} rejected; named {known / rejected:.1%} by known mistakes alone, ", end="")
    print(f"{named / rejected:.1%} with relations")


if __name__ == "__main__":
    main()
