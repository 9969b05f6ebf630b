"""The text of cells: its markers, the two halves of a check, the names it binds, IPython's magics."""

import ast
import re

GUARDED = ("practice", "figure", "gpu")  # roles of cells that the grader skips
BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
BEGIN_RUBRIC, END_RUBRIC = "=== BEGIN MARK SCHEME ===", "=== END MARK SCHEME ==="


def split_hidden(source):
    """A check cell's source as (visible, hidden): two cells that each run by themselves.

    The hidden one keeps the `with` line that holds the block, so that it observes under the same check; it is ""
    where there is no hidden block. Works on a release's source too.
    """
    before, block, opened = [], [], None
    header = None
    for line in source.split("\n"):
        if BEGIN_HIDDEN in line:
            opened = line
            header = next((b for b in reversed(before) if re.match(r"\s*with check\(", b)), None)
        elif END_HIDDEN in line:
            if opened is None:
                raise ValueError("END HIDDEN TESTS without a BEGIN before it")
            opened = ""
        elif opened:
            block.append(line)
        else:
            before.append(line)
    if opened:
        raise ValueError("BEGIN HIDDEN TESTS without an END after it")
    visible = "\n".join(before)
    if opened is None:
        return visible, ""
    return visible, "\n".join(([header] if header else []) + block)


def without_markers(source):
    """The solve cell's source without the lines that hold the solution markers."""
    return "\n".join(line for line in source.split("\n") if BEGIN_SOLUTION not in line and END_SOLUTION not in line)


def solution_region(source):
    """The lines between the solution markers, joined; all regions of the cell one after the other."""
    lines, inside = [], False
    for line in source.split("\n"):
        if BEGIN_SOLUTION in line:
            inside = True
        elif END_SOLUTION in line:
            inside = False
        elif inside:
            lines.append(line)
    return "\n".join(lines)


def bound_names(source):
    """The names that the top level of `source` binds by def, class or assignment, in order; () if it does not parse."""
    tree = tree_of(source)
    return () if tree is None else tuple(dict.fromkeys(name for node in tree.body for name in binds(node)))


def strip_magics(source):
    """The source with IPython's line magics (`%...`, `!...`) turned into comments, so that plain Python can run it."""
    lines = source.split("\n")
    return "\n".join(f"# {line}" if re.match(r"[%!](?!=)", line) else line for line in lines)


def magic_lines(cell):
    """The lines of the file on which a cell has an IPython magic or a shell command."""
    lines = enumerate(cell.source.split("\n"), cell.line)
    return [at for at, line in lines if re.match(r"\s*(%|!|%%)[a-z]", line)]


def tree_of(source):
    """The syntax tree of a cell, magics blanked; None where it is not Python."""
    try:
        return ast.parse(strip_magics(source))
    except SyntaxError:
        return None


def binds(node):
    """The names a statement binds: () for one that binds none."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        return (node.name,)
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return tuple(
            n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        )
    return ()
