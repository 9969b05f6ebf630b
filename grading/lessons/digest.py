"""Which files of course_lib a lesson's code rests on: what has to be proven again when one of them changes."""

import ast
import functools

from grading.cells import strip_magics
from grading.folders import ROOT

ALWAYS = "import course_lib.checks, course_lib.compare, course_lib.diagnose"  # what every check cell runs through


def library_files(*sources):
    """The files of course_lib that the sources import, directly or through one another, sorted."""
    found, todo = set(), [name for source in sources for name in _imports(strip_magics(source))]
    while todo:
        for file in _files(todo.pop()):
            if file not in found:
                found.add(file)
                todo += _imports(file.read_text(encoding="utf-8"))
    return sorted(found)


@functools.lru_cache(maxsize=4096)
def _imports(source):
    """Dotted names below course_lib that a source imports, also inside functions."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ("course_lib.",)  # unreadable: take the public list and all it rests on
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [a.name if "." in a.name else f"{a.name}." for a in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
    return tuple(n for n in names if n.startswith("course_lib."))


def _files(name):
    """The file of a module; for a name that is none (`from course_lib import conv2d`) its package's list."""
    package, _, last = name.rpartition(".")
    path = ROOT.joinpath(*package.split("."), last) if last else ROOT.joinpath(*package.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return (file,)
    init = ROOT.joinpath(*package.split("."), "__init__.py")
    return (init,) if init.is_file() else ()
