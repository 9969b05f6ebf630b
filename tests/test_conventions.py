"""The rules of ARCHITECTURE.md that a machine can hold: imports one way, small files, docstrings, own randomness."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = sorted((ROOT / "course_lib").rglob("*.py"))
SOURCES = LIBRARY + [
    p for folder in ("grading", "solutions", "benchmarks") for p in sorted((ROOT / folder).rglob("*.py"))
]
LONGEST_FILE, LONGEST_FUNCTION = 320, 60


@cache
def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path):
    """course_lib/viz/style.py as course_lib.viz.style; a package by its own name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def short(path):
    return str(path.relative_to(ROOT))


def imports(path):
    """(module, line) for every import anywhere in the file, submodules that `from package import x` names included."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ".", node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


# ---------------------------------------------------------------------- imports


MODULES = {name_of(p): p for p in LIBRARY}
USES = {name: {m for m, _ in imports(path) if m in MODULES and m != name} for name, path in MODULES.items()}


def above():
    """{module: every module above it}, from the chains in ARCHITECTURE.md: "a, b -> c; c -> d"."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    block = re.search(r"Imports point one way.*?```\n(.*?)```", text, re.S).group(1)
    higher = {}
    for chain in filter(str.strip, re.split(r"[;\n]", block)):
        steps = [[m.strip() for m in step.split(",") if m.strip()] for step in chain.split("->")]
        named = [list(higher) if step == ["all of these"] else [f"course_lib.{m}" for m in step] for step in steps]
        for i, step in enumerate(named):
            for m in step:
                higher.setdefault(m, set()).update(x for later in named[i + 1 :] for x in later if x != m)
    for _ in higher:  # what is above the one above is above
        for m in higher:
            higher[m] |= set().union(*(higher[x] for x in higher[m]))
    return higher


def reached(name):
    """Every module of the library that importing `name` runs; the package's own list is no step on the way."""
    seen, stack = set(), [name]
    while stack:
        for m in USES[stack.pop()] - {"course_lib"}:
            if m not in seen:
                seen.add(m)
                stack.append(m)
    return seen


ABOVE = above()


def test_the_order_in_the_documentation_names_real_modules():
    assert len(ABOVE) > 20
    for m in ABOVE:
        assert m in MODULES, f"ARCHITECTURE.md orders {m}, which does not exist"
        assert m not in ABOVE[m], f"ARCHITECTURE.md puts {m} above itself"


@pytest.mark.parametrize("name", ABOVE)
def test_imports_point_downwards(name):
    wrong = {m for m in reached(name) for top in ABOVE[name] if m == top or m.startswith(f"{top}.")}
    assert not wrong, f"{name} reaches up to {sorted(wrong)}"


def test_no_module_of_the_library_imports_itself_by_a_detour():
    for name in MODULES.keys() - {"course_lib"}:
        assert name not in reached(name), f"{name} is reached from itself"


@pytest.mark.parametrize("path", LIBRARY, ids=short)
def test_the_library_never_imports_grading_and_torch_only_where_it_may(path):
    for module, line in imports(path):
        top = module.split(".")[0]
        assert top not in ("grading", "solutions", "tests"), f"{short(path)}:{line} imports {module}"
        at_home = path.name == "torch_bridge.py" or path.parent.name == "torch_models"
        assert top != "torch" or at_home, f"{short(path)}:{line} imports torch"


def test_no_other_module_of_the_library_uses_those_that_import_torch():
    with_torch = {m for m in MODULES if "torch_models" in m or m == "course_lib.torch_models.bridge"}
    for name in MODULES.keys() - with_torch:
        assert not USES[name] & with_torch, f"{name} would import torch"


def run(code):
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_importing_the_library_brings_in_numpy_and_nothing_else():
    code = "import sys; old = set(sys.modules); import course_lib; print(*{m.split('.')[0] for m in sys.modules} - old)"
    packages = {name for name in run(code).split() if name not in sys.stdlib_module_names}
    assert packages - {"_distutils_hack"} == {"course_lib", "numpy"}


def test_importing_the_library_takes_less_than_a_quarter_of_a_second():
    code = "import time; t = time.process_time(); import course_lib; print(time.process_time() - t)"
    assert min(float(run(code)) for _ in range(4)) < 0.25


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_no_star_import_and_no_lookup_tricks(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom):
            assert all(alias.name != "*" for alias in node.names), f"{short(path)}:{node.lineno} imports *"
        if isinstance(node, ast.FunctionDef) and path in LIBRARY:
            assert node.name not in ("__getattr__", "__getattribute__"), (
                f"{short(path)}:{node.lineno} defines {node.name}"
            )


# ------------------------------------------------------------------- readability


@pytest.mark.parametrize("path", LIBRARY, ids=short)
def test_files_and_functions_are_short(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE, f"{short(path)} has {lines} lines; split it by ideas"
    for node in ast.walk(tree_of(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = node.end_lineno - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{short(path)}:{node.lineno} {node.name} has {length} lines"


def public_definitions(path):
    """The module, its public classes and functions, and the public methods of those classes."""
    yield tree_of(path), "the file"
    for node in tree_of(path).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            yield node, node.name
            if isinstance(node, ast.ClassDef):
                for inner in node.body:
                    setter = isinstance(inner, ast.FunctionDef) and "setter" in map(_last, inner.decorator_list)
                    if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_") and not setter:
                        yield inner, f"{node.name}.{inner.name}"


def _last(decorator):
    return ast.unparse(decorator).split(".")[-1]


@pytest.mark.parametrize("path", LIBRARY, ids=short)
def test_everything_public_says_what_it_is(path):
    for node, name in public_definitions(path):
        text = ast.get_docstring(node) or ""
        assert len(text) >= 3, f"{short(path)}: {name} has no docstring"


# ---------------------------------------------------------------------- randomness


NEW_STYLE = {"default_rng", "Generator", "SeedSequence", "BitGenerator", "PCG64", "Philox"}


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_no_global_random_state(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("np.random", "numpy.random"):
            assert node.attr in NEW_STYLE, f"{short(path)}:{node.lineno} uses np.random.{node.attr}; take an rng"
    for module, line in imports(path):
        assert module.split(".")[0] != "random", f"{short(path)}:{line} imports random; take an rng"


def test_the_linter_has_nothing_to_say():
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--output-format", "concise", "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
