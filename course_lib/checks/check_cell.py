"""The check cell read as text, once a check has failed: what a line observed, by the names that stand there.

`At [1][0]` becomes `At nodes[0]`; an array that stands written out in the cell and is no longer what stands there was
changed by what was called in between.
"""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from course_lib.evidence.compare import compare
from course_lib.evidence.tree import observe

_LONG = 30  # characters of an expression that names a place


class CheckCell:
    """The cell of a check's `frame`; a cell that cannot be read says nothing."""

    def __init__(self, frame: Any) -> None:
        try:
            self.tree = ast.parse("".join(linecache.getlines(frame.f_code.co_filename)))
        except SyntaxError:  # IPython's own syntax beside the check
            self.tree = ast.Module([], [])

    def named(self, say: str, line: int) -> str:
        """A sentence on what was seen in `line`, its place named as the cell names it.

        `say` is the sentence.
        """
        value = self._value(line)
        if isinstance(value, ast.Tuple | ast.List):
            return re.sub(r"\b([Aa]t )\[(\d+)\](?=[\[ :,.])", lambda m: m[1] + _name(value.elts, int(m[2])), say)
        if isinstance(value, ast.Name | ast.Attribute):
            return re.sub(r"\b([Aa]t )(?=\[)", lambda m: m[1] + ast.unparse(value), say)
        return say

    def changed(self, line: int, expected: Any, got: Any) -> list[Any]:
        """The names in `line` that were to stay as the cell wrote them (so `expected` has them), and did not.

        `got` is the value that was seen.
        """
        value, names = self._value(line), []
        if isinstance(value, ast.Tuple | ast.List) and _same_length(value.elts, expected, got):
            parts = zip(value.elts, expected, got, strict=True)
        else:
            parts = [(value, expected, got)]
        for node, want, have in parts:
            if isinstance(node, ast.Name) and compare(want, have) is not None:
                written = self._written(node.id, line)
                if written is not None and compare(want, observe(written)) is None:
                    names.append(node.id)
        return names

    def _value(self, line: int) -> Any:
        """The expression that the `expect` of this line observes; None where that is not one plain expression."""
        for node in ast.walk(self.tree):
            if not (isinstance(node, ast.Call) and line and node.lineno <= line <= node.end_lineno):
                continue
            called = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            plain = not isinstance(node.func, ast.Attribute) or node.func.attr == "unchanged"
            if isinstance(called, ast.Name) and called.id == "expect" and plain and len(node.args) > 1:
                return node.args[1]
        return None

    def _written(self, name: str, line: int) -> np.ndarray:
        """The value that `name` last got before `line`, where it stands written out; else None."""
        value, at = None, 0
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign | ast.AugAssign | ast.For) and at < node.lineno < line:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    if any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(target)):
                        value, at = _literal(node, target, name), node.lineno
        return value


def _literal(node: Any, target: Any, name: str) -> np.ndarray:
    if not isinstance(node, ast.Assign):
        return None
    value: Any = node.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        pairs = zip(target.elts, value.elts, strict=True)
        value = next((v for t, v in pairs if isinstance(t, ast.Name) and t.id == name), None)
    elif not isinstance(target, ast.Name):
        return None
    array = isinstance(value, ast.Call) and ast.unparse(value.func) in ("np.array", "np.asarray") and not value.keywords
    try:
        written = ast.literal_eval(value.args[0] if array else value)
        return np.array(written) if array else written
    except (ValueError, TypeError, IndexError):
        return None


def _name(nodes: Sequence[Any], index: int) -> str:
    text = ast.unparse(nodes[index]) if index < len(nodes) else ""
    return text if 0 < len(text) <= _LONG and "*" not in text[:1] else f"[{index}]"


def _same_length(nodes: Sequence[Any], *trees: tuple[Any, Any]) -> bool:
    return all(isinstance(tree, list | tuple) and len(tree) == len(nodes) for tree in trees)
