"""Names that an import of the lesson binds and a cell, or code in a task, binds anew, as (line, sentence).

After `curves, net = small_run(...)` the module `curves` is gone, and a cell far below fails for it.
"""

import ast
import re

from grading.lessons.cells import tree_of

SPAN = re.compile(r"```python\n(.*?)```|(?<!`)`([^`]+)`(?!`)", re.S)


def rebound_imports(lesson):
    """(line, sentence) of each imported name that a cell or a task binds to something else.

    Pictures and held cells run apart; a hint's skeleton is the inside of a function.
    """
    cells = [c for c in lesson.cells if c.role not in ("picture", "held")]
    imported = _imported(cells)
    for cell in cells:
        code = [(0, cell.source)] if cell.kind == "code" else _spans(cell.source) if cell.role == "task" else ()
        for above, source in code:
            for name, line in _bound(tree_of(source)):
                if name in imported:
                    told = f"binds {name}, which the lesson imports and later cells may need; take another name"
                    yield cell.line + above + line - 1, told


def _imported(cells):
    """The names that imports at the top level of the cells bind."""
    trees = [tree_of(c.source) for c in cells if c.kind == "code"]
    nodes = [node for tree in trees if tree is not None for node in tree.body]
    found = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    return {(a.asname or a.name).partition(".")[0] for node in found for a in node.names}


def _spans(text):
    """(lines above, code) of each piece of code in a text."""
    for found in SPAN.finditer(text):
        group = 1 if found[1] is not None else 2
        yield text.count("\n", 0, found.start(group)), found[group]


def _bound(node):
    """(name, line) of what code binds outside of functions; of None nothing."""
    for child in ast.iter_child_nodes(node) if node is not None else ():
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield child.name, child.lineno
        elif isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id, child.lineno
        elif not isinstance(child, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            yield from _bound(child)
