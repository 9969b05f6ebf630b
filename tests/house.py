"""The project's wings, read from the files and from ARCHITECTURE.md: `python -m tests.house` prints them.

What the tests in test_house.py hold, this shows: what every wing says of itself, its files, and which wings it imports.
"""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("course_lib", "grading")


@cache
def tree_of(path):
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def nodes(path):
    """All nodes of a file's syntax tree."""
    return tuple(ast.walk(tree_of(path)))


@cache
def modules(package):
    """{dotted name: path} of a package's modules, a package by its own name; the demo's notebooks are none."""
    return {name_of(path): path for path in sorted((ROOT / package).rglob("*.py"))}


def name_of(path):
    """course_lib/viz/style.py as course_lib.viz.style; a package by its own name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports(path):
    """(module, line) for every import anywhere in the file, submodules that `from package import x` names included."""
    return tuple(_imports(path))


def _imports(path):
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ".", node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def wing(name):
    """The wing of a module: the first name below its package; the package itself is `__init__`."""
    return [*name.split("."), "__init__"][1]


def order(package):
    """[[wing, ...], ...], lowest first: the line of ARCHITECTURE.md that begins with the package's name."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    chain = re.search(rf"^{package}: (.*)$", text, re.M).group(1)
    return [[w.strip() for w in step.split(",")] for step in chain.split("->")]


def uses(package):
    """{(importing wing, imported wing): {(module, module, line)}} within a package."""
    known, found = modules(package), {}
    for name, path in known.items():
        for used, line in imports(path):
            if used in known and wing(used) != wing(name) and used != package:
                found.setdefault((wing(name), wing(used)), set()).add((name, used, line))
    return found


def says(package, name):
    """The first line of what a wing says of itself."""
    path = ROOT / package / name
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return (ast.get_docstring(tree_of(path)) or "").partition("\n")[0]


def show():
    """Print both packages, wing by wing, lowest first."""
    for package in PACKAGES:
        print(f"\n{package}")
        below = uses(package)
        for name in (w for step in order(package) for w in step):
            files = [path for module, path in modules(package).items() if wing(module) == name]
            print(f"  {name:13} {len(files):3} files  {says(package, name)}")
            used = sorted(low for high, low in below if high == name)
            if used:
                print(f"  {'':13} {'':3}        imports {', '.join(used)}")


if __name__ == "__main__":
    show()
