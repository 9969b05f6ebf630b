"""Where a reference answer uses what its exercise forbids: names are followed to what they were imported as."""

import ast
import functools

from grading.lessons.cells import tree_of

USUAL = {"np": "numpy", "numpy": "numpy", "torch": "torch", "course_lib": "course_lib", "scipy": "scipy"}
USUAL |= {"sklearn": "sklearn", "plt": "matplotlib.pyplot", "matplotlib": "matplotlib"}
LONGEST = 20  # attributes in a row
ANYONES = ("F", "nn", "functional", "conv", "ops")  # names of modules that several libraries have


def forbidden_uses(lesson, exercise, tree):
    """(line within the answer, name as written, whether it is imported there) of each use of a forbidden function."""
    known = {**USUAL, **imported(lesson)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                if alias.name in exercise.names or any(is_named(full, name) for name in exercise.forbid):
                    yield node.lineno, alias.name, True
        elif isinstance(node, ast.Attribute):
            written = dotted(node)
            root, _, rest = written.partition(".")
            full = f"{known[root]}.{rest}" if root in known else written if root in ANYONES else ""
            if any(is_named(full, name) for name in exercise.forbid):
                yield node.lineno, written, False


def is_named(full, name):
    """Whether the dotted `full` may be the function that `forbid` calls `name`: the same last name in one library.

    A library shows its functions in several places (torch.conv2d, torch.nn.functional.conv2d), so the places between
    do not count. A module that was not imported in sight may be any library's.
    """
    if not full or full.rpartition(".")[2] != name.rpartition(".")[2]:
        return False
    library = full.partition(".")[0]
    return library in ANYONES or library == name.partition(".")[0]


def imported(lesson):
    """Names that the lesson's code cells import: as written -> dotted name."""
    found = {}
    for cell in lesson.cells:
        if cell.kind == "code" and "import" in cell.source:
            found |= _imported(cell.source)
    return found


@functools.lru_cache(maxsize=4096)  # every exercise of a lesson asks for all cells
def _imported(source):
    tree, found = tree_of(source), {}
    for node in ast.walk(tree) if tree is not None else ():  # that it does not parse is said elsewhere
        if isinstance(node, ast.Import):
            found |= {a.asname or a.name.partition(".")[0]: a.name if a.asname else a.name.partition(".")[0]
                      for a in node.names}  # fmt: skip
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return found


def dotted(node):
    """`np.linalg.norm` of an expression; "" parts where it is none, and for a chain longer than any that is written."""
    parts = []
    while isinstance(node, ast.Attribute) and len(parts) < LONGEST:
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "")
    return ".".join(reversed(parts))
