"""Which of the project's files a piece of code rests on, found by following its imports."""

import ast
import functools
import hashlib

from grading.paths import ROOT

PACKAGES = ("course_lib", "grading")


def files_behind(*sources, packages=PACKAGES):
    """The files of `packages` that the sources import, directly or through one another, sorted.

    A source is Python text without magics. A package's own list (`__init__.py`) counts where a name is taken from it.
    """
    found, todo = set(), [name for source in sources for name in _imports(source)]
    while todo:
        name = todo.pop()
        if name.partition(".")[0] not in packages:
            continue
        for file in _files(name):
            if file not in found:
                found.add(file)
                todo += _imports(file.read_text(encoding="utf-8"))
    return sorted(found)


def modules(*names):
    """The source of a program that imports the modules `names`, for `files_behind`."""
    return "\n".join(f"import {name}" for name in names)


def hash_of(files):
    """A SHA-256 object that has read the files, each with its place in the project."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest


@functools.lru_cache(maxsize=4096)
def _imports(source):
    """Dotted names below the project's packages that a source imports, also inside functions."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ("course_lib.",)  # unreadable: take the public list and all it rests on
    names = []
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            names += [a.name if "." in a.name else f"{a.name}." for a in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
    return tuple(n for n in names if n.partition(".")[0] in PACKAGES and "." in n)


def _statements(tree):
    """All statements of a module, those inside others too; the expressions, nine tenths of it, are not looked at."""
    found = list(tree.body)
    for node in found:
        for inside in ("body", "orelse", "finalbody", "handlers", "cases"):
            found += getattr(node, inside, ())
    return found


def _files(name):
    """The files of a name: a module's one, all of a folder that is run by path, else its package's list.

    Files of a folder with a `__main__.py` import one another by bare names, which cannot be followed from outside.
    A name that is no module (`from course_lib import conv2d`) is in its package's list.
    """
    package, _, last = name.rpartition(".")
    path = ROOT.joinpath(*package.split("."), last) if last else ROOT.joinpath(*package.split("."))
    if (path / "__main__.py").is_file():
        return tuple(sorted(path.rglob("*.py")))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return (file,)
    init = ROOT.joinpath(*package.split("."), "__init__.py")
    return (init,) if init.is_file() else ()
