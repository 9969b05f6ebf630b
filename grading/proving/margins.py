"""Is a check's tolerance wide enough for honest arithmetic and narrow enough for mistakes?

Own error: how far the reference's own values move when the same sums are computed otherwise: with wider internals, in
another order, by another BLAS kernel, with two threads. Nearest wrong: the wrong variant whose values come closest.
Both are measured in units of the line's tolerance, so that 1 is just on it.
"""

import ast
import functools
import math

import numpy as np

from course_lib.evidence.compare import check_line, default_rtol

WIDER = {np.dtype(np.float32): np.float64, np.dtype(np.float64): np.longdouble}
KERNELS = ("Haswell", "SkylakeX", "Prescott")
ROOM = 10.0  # the tolerance is this many times the own error, and this many times less than the nearest mistake

REWRITES = {"wider internals": "wide", "other order of sums": "permuted"}
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PROCESSES = {f"BLAS kernel {name}": {"OPENBLAS_CORETYPE": name} for name in KERNELS}
PROCESSES["two threads"] = dict.fromkeys(THREADS, "2")


def units(line, seen):
    """The largest error of an observation at a record's line, in units of its tolerance; 0 for equal values.

    Above 1 is where `check_line` begins to object; inf where it objects to something else than the size of an error.
    """
    error = _units(line["value"], seen.value, line.get("rtol"), line.get("atol"), None)
    return math.inf if error <= 1 and check_line(line, seen) is not None else error


def tolerance_of(line):
    """The relative tolerance in force at a line; 0.0 where the comparison is exact."""
    rtol = line.get("rtol")
    return float(rtol) if rtol is not None else max((default_rtol(a) for a in _inexact(line["value"])), default=0.0)


def smallest_tolerance(line):
    """Ten units in the last place of the line's floats: below it no tolerance makes sense. 0.0 for exact values."""
    return max((10 * float(np.finfo(a.dtype).eps) for a in _inexact(line["value"])), default=0.0)


def _inexact(tree):
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, list | tuple):
        for item in tree:
            yield from _inexact(item)
    elif isinstance(tree, float | complex | np.ndarray) and not isinstance(tree, bool):
        array = np.asarray(tree)
        if array.dtype.kind in "fc":
            yield array


def _units(want, got, rtol, atol, scale):
    if isinstance(want, dict):
        if not isinstance(got, dict) or list(want) != list(got):
            return math.inf
        pairs, siblings = [(v, got[k]) for k, v in want.items()], list(want.values())
    elif isinstance(want, list | tuple):
        if not isinstance(got, list | tuple) or len(want) != len(got):
            return math.inf
        pairs, siblings = list(zip(want, got, strict=True)), want
    else:
        return _leaf(want, got, rtol, atol, scale)
    scalars = [abs(complex(x)) for x in siblings if _number(x)]
    scale = max((s for s in scalars if math.isfinite(s)), default=None)
    return max((_units(w, g, rtol, atol, scale) for w, g in pairs), default=0.0)


def _number(x):
    return type(x) in (int, float, complex) or (isinstance(x, np.ndarray) and x.ndim == 0 and x.dtype.kind in "fciu")


def _leaf(want, got, rtol, atol, scale):
    numeric = (bool, int, float, complex, np.ndarray)
    if not isinstance(want, numeric) or not isinstance(got, numeric):
        return 0.0 if type(want) is type(got) and want == got else math.inf
    e, g = np.asarray(want), np.asarray(got)
    if e.shape != g.shape or e.dtype.kind not in "fciu" or g.dtype.kind not in "fciu":
        return 0.0 if e.shape == g.shape and e.dtype.kind == g.dtype.kind and np.array_equal(e, g) else math.inf
    if e.dtype.kind in "iu" and not (rtol or atol):
        return 0.0 if g.dtype.kind in "iu" and np.array_equal(e, g) else math.inf
    wide = np.complex128 if e.dtype.kind == "c" else np.float64
    if g.dtype.kind == "c" and e.dtype.kind != "c":
        return math.inf
    rtol = (default_rtol(e) if e.dtype.kind in "fc" else 0.0) if rtol is None else rtol
    e, g = e.astype(wide), g.astype(wide)
    finite = np.abs(e[np.isfinite(e)])
    atol = rtol * max(scale or 0.0, float(finite.max(initial=0.0))) if atol is None else atol
    with np.errstate(all="ignore"):
        same = (e == g) | (np.isnan(e) & np.isnan(g))
        error = np.where(same, 0.0, np.abs(g - e) / (atol + rtol * np.abs(e)))
    return float(np.nan_to_num(error, nan=math.inf, posinf=math.inf).max(initial=0.0))


def run_rewritten(bench, exercise, trial):
    """Run a trial's source so that it computes the same in another way: `trial.rewrite` is "wide" or "permuted"."""
    tree = ast.parse(trial.source)
    ast.increment_lineno(tree, exercise.solve.line - 1)
    if trial.rewrite == "permuted":
        bench.names["_reordered"] = _Reordered()
        tree = ast.fix_missing_locations(_Reorder().visit(tree))
    bench.execute(tree)
    if trial.rewrite == "wide":
        for name in exercise.names:
            made = bench.names.get(name)
            if callable(made) and not isinstance(made, type):
                bench.names[name] = _widened(made)


_depth = 0


def _widened(function):
    """`function` with every float array made wider on its way in and as it was on its way out; in-place changes too."""

    @functools.wraps(function)
    def wide(*args, **kwargs):
        global _depth
        if _depth:
            return function(*args, **kwargs)
        kept = []
        many = [_wider(a, kept) for a in args]
        named = {k: _wider(a, kept) for k, a in kwargs.items()}
        _depth += 1
        try:
            out = function(*many, **named)
        finally:
            _depth -= 1
        for narrow, wider in kept:
            if narrow.flags.writeable:
                narrow[...] = wider
        return _narrower(out, kept)

    return wide


def _wider(tree, kept):
    if isinstance(tree, np.ndarray) and tree.dtype in WIDER:
        wider = tree.astype(WIDER[tree.dtype])
        kept.append((tree, wider))
        return wider
    if type(tree) in (list, tuple):
        return type(tree)(_wider(item, kept) for item in tree)
    if type(tree) is dict:
        return {k: _wider(v, kept) for k, v in tree.items()}
    return tree


def _narrower(tree, kept):
    for narrow, wider in kept:
        if tree is wider:
            return narrow
    back = {np.dtype(v): k for k, v in WIDER.items() if any(n.dtype == k for n, _ in kept)}
    if isinstance(tree, np.ndarray | np.generic) and tree.dtype in back:
        return tree.astype(back[tree.dtype])
    if type(tree) in (list, tuple):
        return type(tree)(_narrower(item, kept) for item in tree)
    if type(tree) is dict:
        return {k: _narrower(v, kept) for k, v in tree.items()}
    return tree


class _Reorder(ast.NodeTransformer):
    """`a @ b` and `.sum`, `.mean`, `.dot`, `np.matmul`, `np.einsum` calls, sent through `_reordered`."""

    NAMES = ("sum", "mean", "dot", "matmul", "einsum", "tensordot")

    def visit_BinOp(self, node):
        self.generic_visit(node)
        return self._call("matmul", [node.left, node.right], [], node) if isinstance(node.op, ast.MatMult) else node

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in self.NAMES:
            return self._call("call", [node.func.value, ast.Constant(node.func.attr), *node.args], node.keywords, node)
        return node

    def _call(self, name, args, keywords, node):
        func = ast.Attribute(ast.Name("_reordered", ast.Load()), name, ast.Load())
        return ast.copy_location(ast.Call(func, args, keywords), node)


class _Reordered:
    """The same sums in another order: summands shuffled along the axes that are summed over."""

    def matmul(self, a, b):
        """`a @ b` with the summed index shuffled."""
        if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.ndim and b.ndim):
            return a @ b
        order = self._order(a.shape[-1])
        if len(order) != b.shape[-min(b.ndim, 2)]:
            return a @ b  # shapes that do not fit: let NumPy say so
        return a[..., order] @ (b[order] if b.ndim == 1 else b[..., order, :])

    def call(self, owner, name, *args, **kwargs):
        """`owner.name(...)`, a method of an array or a function of NumPy, in another order where we know how."""
        plain = getattr(owner, name)
        if owner is np and name in ("sum", "mean") and args and isinstance(args[0], np.ndarray):
            return plain(self._shuffled(args[0], args[1:], kwargs), *args[1:], **kwargs)
        if owner is np and name in ("dot", "matmul") and len(args) == 2 and all(np.ndim(a) in (1, 2) for a in args):
            return self.matmul(*args)
        if owner is np and name == "einsum":
            return plain(*args, **{**kwargs, "optimize": not kwargs.get("optimize", False)})
        if isinstance(owner, np.ndarray) and name in ("sum", "mean"):
            return getattr(self._shuffled(owner, args, kwargs), name)(*args, **kwargs)
        if isinstance(owner, np.ndarray) and name == "dot" and len(args) == 1 and owner.ndim == 2:
            return self.matmul(owner, args[0])
        return plain(*args, **kwargs)

    def _shuffled(self, x, args, kwargs):
        axis = kwargs.get("axis", args[0] if args else None)
        axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        for a in axes:
            x = np.take(x, self._order(x.shape[a]), axis=a)
        return x

    @staticmethod
    def _order(n):
        return np.random.default_rng(n).permutation(n)
