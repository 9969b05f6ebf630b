"""Python files handed in beside a notebook: which may be imported in its own sandbox, and what is said of the others.

They lie in submitted/STUDENT/LESSON and go into the working folder of that submission's run only. There they come last
in the search for modules, so a name that the course, Python or an installed library has would never be found: such a
file is not used, and the feedback says so.
"""

import ast
import functools
import importlib.machinery
import keyword
import os
import re
import sys
from pathlib import Path, PurePosixPath

from grading.lessons.cells import tree_of
from grading.paths import ROOT

MAX_COUNT = 20
MAX_BYTES = 200_000  # of one file
MAX_TOTAL = 1_000_000
MAX_DEPTH = 4
MAX_SEEN = 2_000  # files of a folder that are looked at
IMPORT = re.compile(r"^\s*(?:from|import)\s", re.M)
COURSE = ("course_lib", "grading")
OURS = frozenset({*sys.builtin_module_names, *sys.stdlib_module_names, *COURSE})


def refuse(path, size, release=()):
    """Why a .py file at this path beside the notebook cannot be imported in the sandbox, or ""."""
    parts = PurePosixPath(path).parts
    names = [*parts[:-1], parts[-1].removesuffix(".py")]
    if not path.endswith(".py"):
        return "only .py files can be imported"
    if not all(name.isidentifier() and not keyword.iskeyword(name) for name in names):
        return "its name is no name of a Python module"
    if len(parts) > MAX_DEPTH:
        return f"it lies more than {MAX_DEPTH} folders deep"
    if path in release:
        return "the lesson's own file of that name is used"
    if names[0] in COURSE:
        return f"the course's own {names[0]} is used"
    if names[0] in OURS:
        return f"Python has a module {names[0]} of its own; give it another name"
    if installed(names[0]):
        return f"an installed library is called {names[0]}; give it another name"
    if size > MAX_BYTES:
        return f"it has {size // 1000} kB; at most {MAX_BYTES // 1000} kB are read"
    return ""


@functools.lru_cache(maxsize=4096)
def installed(name):
    """Whether a library of this name is installed where the grader runs; this project's own folders do not count."""
    here = {Path.cwd(), ROOT}
    paths = [path for path in sys.path if path and Path(path).resolve() not in here]
    try:
        return importlib.machinery.PathFinder.find_spec(name, paths) is not None
    except (ImportError, ValueError, OSError):
        return False


def read_helpers(folder, release=()):
    """({relative path: bytes} to import, [what is to be said]) of a submission's folder; follows no link."""
    files, told, total = {}, {}, 0
    for path, size in _python_files(folder):
        why = refuse(path, size, release)
        if not why and (len(files) == MAX_COUNT or total + size > MAX_TOTAL):
            why = f"more than {MAX_COUNT} files or {MAX_TOTAL // 1_000_000} MB were handed in"
        data = b"" if why else _bytes(folder / path)
        if data is None:
            why = "it is a link or cannot be opened"
        if why:
            told.setdefault((PurePosixPath(path).parts[0], why), []).append(path)
        else:
            files[path] = data
            total += len(data)
    said = [f"{', '.join(files)}: handed in beside the notebook, there to import"] if files else []
    for (top, why), paths in told.items():
        said.append(f"{paths[0] if len(paths) == 1 else f'{top} ({len(paths)} files)'} was not used: {why}")
    return files, said


def _python_files(folder):
    found, seen = [], 0
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f[0] not in "._" and not Path(at, f).is_symlink())
        for name in sorted(names):
            seen += 1
            if name.lower().endswith(".py") and name[0] != ".":
                path = Path(at, name)
                found.append((path.relative_to(folder).as_posix(), path.lstat().st_size))
            if seen >= MAX_SEEN:
                return found
    return found


def _bytes(path):
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return file.read(MAX_BYTES)
    except OSError:
        return None


def missing(cells, files, own=()):
    """What is to be said of modules that cells import and nobody has: neither handed in nor installed.

    `files` are the paths in the working folder, `own` the modules that the lesson itself imports.
    """
    there = {PurePosixPath(path).parts[0].removesuffix(".py") for path in files} | OURS | set(own)
    lost = [name for name in dict.fromkeys(imported(cells)) if name not in there and not installed(name)]
    return [
        f"{name} is imported, but no {name}.py was handed in beside the notebook and no such library is installed"
        for name in lost
    ]


def imported(cells):
    """The modules (first names) that code cells import; cells as a notebook's or a skeleton's."""
    for cell in cells:
        kind = getattr(cell, "kind", None) or cell.cell_type
        if kind == "code" and IMPORT.search(cell.source):
            yield from _imported(cell.source)


@functools.lru_cache(maxsize=1000)  # the lesson's own cells come again with every submission
def _imported(source):
    tree, found = tree_of(source), []
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Import):
            found += [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append(node.module.partition(".")[0])
    return tuple(found)
