"""Names that come with an import of all of the library's, `from course_lib.topics.perceptron import *`, until the
student's own statements bind them anew: what is read at once before that is the library's.
"""

import ast
import functools
import re

from grading.lessons.cells import statements_of
from grading.lessons.forbidden import is_named
from grading.marking.library_uses import Borrowed, text_of_module
from grading.marking.looks import less_looks
from grading.marking.statements import at_once, bound


class Stars:
    """What a notebook's statements, in their order, read of such names, and which of them are left behind each cell."""

    def __init__(self, names):
        self.names, self.now = names, {}  # name -> the module it came from, and the line
        self.read, self.left = {}, []  # id of a statement -> (full name, line) of each

    def take(self, body, taken):
        """Take in a cell's top-level statements; looks (looks.py) read nothing."""
        for statement in body:
            found = self.read.setdefault(id(statement), [])
            counted = set(map(id, less_looks(statement, taken)))
            for node in statements_of(ast.Module([statement], [])):
                found += [
                    (f"{self.now[leaf.id][0]}.{leaf.id}", leaf.lineno)
                    for leaf in (at_once(node) if self.now else ())
                    if isinstance(leaf, ast.Name) and isinstance(leaf.ctx, ast.Load) and leaf.id in self.now
                    if id(leaf) in counted
                ]
                if isinstance(node, ast.ImportFrom) and node.module and node.names[0].name == "*":
                    mine = [name for name in self.names if has(node.module, name)]
                    self.now |= dict.fromkeys(mine, (node.module, node.lineno))
                elif self.now:
                    anew = bound(node)
                    self.now = {name: where for name, where in self.now.items() if name not in anew}
        self.left.append(dict(self.now))

    def used(self, statement, forbid):
        """The first forbidden thing that a statement reads so, or None."""
        found = [one for one in self.read.get(id(statement), ()) if any(is_named(one[0], name) for name in forbid)]
        return Borrowed(found[0][0].rpartition(".")[2], found[0][1]) if found else None

    def answers(self, names, cells, forbid):
        """What stands for an answer called one of `names` behind so many cells, where an import of all made it."""
        for name, (module, line) in (self.left[cells - 1] if self.left and cells else {}).items():
            if name in names and any(is_named(f"{module}.{name}", one) for one in forbid):
                return Borrowed(name, line)
        return None


@functools.lru_cache(maxsize=1000)
def has(module, name):
    """Whether an import of all of a module's names may bring this one: of the course's, whether its text has it."""
    text = text_of_module(module)
    return text is None or re.search(rf"\b{re.escape(name)}\b", text) is not None
