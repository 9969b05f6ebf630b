"""The reference answer spoiled in the ways that one case too few lets pass; certify holds every exercise to each.

*kept by shape*: what was given for these shapes before is added, as by a buffer that is never cleared. *right once*:
a function that was handed out (a vjp) is right on its first call only. *sizes in a byte*: whole numbers are kept in
np.uint8, so 256 becomes 0. *absolute tolerance*: comparisons with a tolerance also forgive 1e-8, as np.isclose does
where only rtol is given.
"""

import ast
import functools
import itertools
import re

import numpy as np

from course_lib.autograd.tensor import Tensor

KEPT, ONCE, BYTE, ABSOLUTE = "kept by shape", "right once", "sizes in a byte", "absolute tolerance"
REMEDY = {
    KEPT: "observe a value that two runs of the check can compare",
    ONCE: 'call what the function hands out twice: expect("called again", vjp(g))',
    BYTE: "add a case whose result is above 256, where sizes are computed",
    ABSOLUTE: "add a case with numbers of 1e-11",
}
ABSOLUTE_PART = 1e-8
SIZES = "size|shape|width|field|weights|layer_counts"  # in the names of what computes sizes
TOLERANCES = {"rtol", "tol", "tolerance"}


def applies(name, exercise):
    """Whether a spoiled answer makes sense for an exercise, as far as its source says."""
    if exercise.predict:
        return False
    if name == BYTE:
        return any(re.search(SIZES, part) for part in (exercise.id, *exercise.names))
    return name != ABSOLUTE or _forgive(ast.parse(exercise.reference))[1] > 0


def run_spoiled(bench, exercise, trial, outcome):
    """Run a trial's source and spoil what it defines: `trial.rewrite` says how; `outcome.spoiled` counts how often."""
    tree = ast.parse(trial.source)
    if trial.rewrite == ABSOLUTE:
        tree, outcome.spoiled = _forgive(tree)
    ast.increment_lineno(tree, exercise.solve.line - 1)
    bench.execute(tree)
    if trial.rewrite == ABSOLUTE:
        return
    spoil = {KEPT: _kept, ONCE: _once, BYTE: _byte}[trial.rewrite](outcome)
    for name in exercise.names:
        made = bench.names.get(name)
        if callable(made) and not isinstance(made, type):
            bench.names[name] = _outermost(made, spoil)


_depth = [0]  # wrapped functions share one depth: only the check's own calls are spoiled


def _outermost(function, spoil):
    """`function` whose results go through `spoil(function, args, kwargs, result)`, where no other wrapped one calls."""

    @functools.wraps(function)
    def spoiled(*args, **kwargs):
        if _depth[0]:
            return function(*args, **kwargs)
        _depth[0] += 1
        try:
            key = _key(args), _key(kwargs)
            out = function(*args, **kwargs)
        finally:
            _depth[0] -= 1
        return spoil(function, key, out)

    return spoiled


def _kept(outcome):
    calls = set()

    def spoil(function, key, out):
        key = (id(function), key)
        if key not in calls:
            calls.add(key)
            return out
        worse = _moved(out)
        outcome.spoiled += worse is not out
        return worse

    return spoil


def _once(outcome):
    def spoil(function, key, out):
        if callable(out) and not isinstance(out, type | Tensor) and hasattr(out, "__code__"):
            return _fails_later(out)
        if type(out) in (tuple, list):
            return type(out)(spoil(function, key, item) for item in out)
        return out

    def _fails_later(function):
        calls = itertools.count()

        @functools.wraps(function)
        def once(*args, **kwargs):
            out, call = function(*args, **kwargs), next(calls)
            outcome.spoiled += call == 0 and _moved(out) is not out
            return _moved(out) if call else out

        return once

    return spoil


def _byte(outcome):
    def spoil(function, key, out):
        outcome.spoiled += _counts(out)
        return _in_a_byte(out)

    return spoil


def _key(tree):
    """What a buffer would be kept by: shapes of arrays, small values as they are."""
    if isinstance(tree, np.ndarray):
        return (tree.shape, tree.dtype.str)
    if isinstance(tree, list | tuple):
        return tuple(map(_key, tree))
    if isinstance(tree, dict):
        return tuple((str(k), _key(v)) for k, v in tree.items())
    return tree if isinstance(tree, int | float | str | bool | None) else type(tree).__name__


def _moved(tree):
    """The tree with every number another one; the very same object where there is none to move."""
    if isinstance(tree, bool | np.bool_):
        return not tree
    if isinstance(tree, np.ndarray):
        return ~tree if tree.dtype.kind == "b" else (tree + tree + 1).astype(tree.dtype)
    if isinstance(tree, int | float | complex | np.number):
        return tree + tree + 1
    if isinstance(tree, str):
        return tree + "!"
    if isinstance(tree, Tensor):
        return Tensor(_moved(tree.data)) if not tree.requires_grad else tree + tree + 1
    return _mapped(_moved, tree)


def _in_a_byte(tree):
    if type(tree) is int or isinstance(tree, np.integer):
        return int(tree) % 256 if tree > 255 else tree
    return _mapped(_in_a_byte, tree)


def _counts(tree):
    """Whether a result is a whole number, or holds one outside arrays: a size, a count."""
    if isinstance(tree, list | tuple):
        return any(map(_counts, tree))
    return type(tree) is int or isinstance(tree, np.integer)


def _mapped(change, tree):
    if type(tree) in (list, tuple):
        items = [change(item) for item in tree]
        return type(tree)(items) if any(a is not b for a, b in zip(items, tree, strict=True)) else tree
    if type(tree) is dict:
        items = {k: change(v) for k, v in tree.items()}
        return items if any(items[k] is not v for k, v in tree.items()) else tree
    return tree


def _forgive(tree):
    """(the tree with its tolerances widened by 1e-8, how many comparisons that are)."""
    found = []

    class Forgive(ast.NodeTransformer):
        def visit_Compare(self, node):
            self.generic_visit(node)
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            if len(node.ops) == 1 and isinstance(node.ops[0], ast.Lt | ast.LtE) and names & TOLERANCES:
                found.append(node)
                node.comparators = [ast.BinOp(node.comparators[0], ast.Add(), ast.Constant(ABSOLUTE_PART))]
            return node

    return ast.fix_missing_locations(Forgive().visit(tree)), len(found)
