"""What a statement at the top level of a cell does with names: which it binds, stores into and reads."""

import ast

from grading.lessons.cells import children_of, nodes_of

SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
STORELESS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Expr | ast.Import | ast.ImportFrom
INNER = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef | ast.comprehension
LATER = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def bound(node):
    """Names that a top-level statement binds, also inside `if`, `for`, `with`, `try`."""
    if isinstance(node, SCOPES):
        return {node.name}
    names, waiting = set(), [node]
    while waiting:
        leaf = waiting.pop()
        if isinstance(leaf, SCOPES):
            names.add(leaf.name)
        elif isinstance(leaf, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in leaf.names}
        elif not isinstance(leaf, ast.Lambda):
            names |= {leaf.id} if isinstance(leaf, ast.Name) and isinstance(leaf.ctx, ast.Store) else set()
            waiting += children_of(leaf)
    return names


def stored_into(node):
    """The names at which what a statement stores into begins: `box` of `box.theirs = ...` and of `box[0] = ...`."""
    found = set()
    for leaf in at_once(node) if not isinstance(node, STORELESS) else ():
        if isinstance(leaf, ast.Attribute | ast.Subscript) and isinstance(leaf.ctx, ast.Store):
            while isinstance(leaf, ast.Attribute | ast.Subscript):
                leaf = leaf.value
            found |= {leaf.id} if isinstance(leaf, ast.Name) else set()
    return found


def read_by(node):
    """Names that a statement reads and that are no function's own where it does."""
    found, waiting = set(), [(node, frozenset())]
    while waiting:
        leaf, local = waiting.pop()
        if isinstance(leaf, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            body = leaf.body if isinstance(leaf.body, list) else [leaf.body]
            inner = local | {arg.arg for arg in nodes_of(leaf.args) if isinstance(arg, ast.arg)} | _own(body)
            waiting += [(part, inner) for part in body]
            waiting += [(part, local) for part in (*getattr(leaf, "decorator_list", ()), leaf.args)]
            continue
        if isinstance(leaf, ast.Name) and isinstance(leaf.ctx, ast.Load) and leaf.id not in local:
            found.add(leaf.id)
        waiting += [(child, local) for child in children_of(leaf)]
    return found


def _own(body):
    """The names that the statements of a function bind for it alone."""
    names, others, waiting = set(), set(), list(body)
    while waiting:
        leaf = waiting.pop()
        if isinstance(leaf, ast.Global | ast.Nonlocal):
            others.update(leaf.names)
        elif isinstance(leaf, ast.Name) and isinstance(leaf.ctx, ast.Store):
            names.add(leaf.id)
        elif not isinstance(leaf, INNER):
            waiting += children_of(leaf)
    return names - others


def at_once(statement):
    """The nodes of a statement that run when it does: none inside functions."""
    waiting = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, LATER):
            waiting += [*getattr(node, "decorator_list", ()), *node.args.defaults, *filter(None, node.args.kw_defaults)]
        else:
            waiting += children_of(node)
