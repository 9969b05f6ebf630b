"""In a check cell a built-in function is Python's own, whatever `from numpy import *` made of its name.

`max(gap(w) for w in seen)` of a check would call NumPy's `max`, which takes no generator, and blame the answer. The
learner's functions go on seeing what the learner's import made of the name: only the check cell's own text is read
anew, as it is compiled, and only for names that are hidden at that moment.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection
from typing import Any

FUNCTIONS = {name for name in dir(builtins) if callable(getattr(builtins, name))}
SHELLS = ("exit", "quit", "open", "get_ipython")  # a shell has its own of these from the start


def install(shell: Any) -> OwnBuiltins:
    """Have an IPython `shell` read its check cells so, from now on; the OwnBuiltins that does it, one for a shell."""
    known = next((one for one in shell.ast_transformers if isinstance(one, OwnBuiltins)), None)
    if known is None:
        known = OwnBuiltins(shell)
        shell.ast_transformers.append(known)
    return known


class OwnBuiltins(ast.NodeTransformer):
    """Reads check cells so; while `every` is true, all cells: a grader says so of the lesson's own.

    `shell` is IPython's.
    """

    def __init__(self, shell: Any) -> None:
        self.shell, self.every = shell, False
        self.shells = [shell.user_ns.get(name) for name in SHELLS]
        self.hidden: Collection[str] = frozenset()

    def visit_Module(self, tree: ast.Module) -> ast.AST:
        """The cell's tree, a hidden built-in function named by its module."""
        if not self.every and not any(_opens_check(node) for node in tree.body):
            return tree
        taken = self.taken()
        if not taken:
            return tree
        read, bound = set(), {"super"}  # super() is compiled by its name
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
            elif isinstance(node, ast.arg):
                bound.add(node.arg)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                bound.add(node.name)
        self.hidden = (read & taken) - bound
        return self.generic_visit(tree) if self.hidden else tree

    def taken(self) -> set[str]:
        """The built-in functions whose names stand for something else in the notebook now."""
        space = self.shell.user_ns
        python = {name: getattr(builtins, name, None) for name in FUNCTIONS & space.keys()}
        return {name for name, one in python.items() if callable(one) and not self._usual(space[name], one)}

    def _usual(self, value: Any, python: Any) -> bool:
        return value is python or any(value is one for one in self.shells)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """A name, or the same function by way of the module `builtins`.

        `node` is the name as read.
        """
        if node.id not in self.hidden:
            return node
        module = ast.Call(ast.Name("__import__", ast.Load()), [ast.Constant("builtins")], [])
        made = ast.Attribute(module, node.id, ast.Load())
        for part in ast.walk(made):
            ast.copy_location(part, node)
        return made


def _opens_check(node: ast.stmt) -> bool:
    if not isinstance(node, ast.With):
        return False
    calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
    return any(isinstance(call.func, ast.Name) and call.func.id == "check" for call in calls)
