"""The rules that a machine can hold beside the house's: what an import brings in, docstrings, own randomness."""

import ast
import subprocess
import sys

import pytest

from tests.house import ROOT, imports, nodes, tree_of

LIBRARY = sorted((ROOT / "course_lib").rglob("*.py"))
SOURCES = LIBRARY + [
    p for folder in ("grading", "solutions", "benchmarks") for p in sorted((ROOT / folder).rglob("*.py"))
]


WINGS = {
    f: [p for p in SOURCES if p.relative_to(ROOT).parts[:-1][:2] == f]
    for f in dict.fromkeys(p.relative_to(ROOT).parts[:-1][:2] for p in SOURCES)
}


def short(path):
    return str(path.relative_to(ROOT))


def each_wing(*packages):
    """A test for every folder of these packages; its files are looked at one after the other."""
    wings = {"/".join(parts): files for parts, files in WINGS.items() if not packages or parts[0] in packages}
    return pytest.mark.parametrize("files", wings.values(), ids=wings)


# ---------------------------------------------------------------------- imports


@each_wing("course_lib")
def test_only_torch_models_imports_torch_and_nothing_else_imports_torch_models(files):
    for path in files:
        at_home = path.parent.name == "torch_models"
        for module, line in imports(path):
            assert module.split(".")[0] != "torch" or at_home, f"{short(path)}:{line} imports torch"
            assert "torch_models" not in module or at_home, f"{short(path)}:{line} would import torch"


def run(code):
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_importing_the_library_brings_in_numpy_and_nothing_else():
    code = "import sys; old = set(sys.modules); import course_lib; print(*{m.split('.')[0] for m in sys.modules} - old)"
    packages = {name for name in run(code).split() if name not in sys.stdlib_module_names}
    assert packages - {"_distutils_hack"} == {"course_lib", "numpy"}


def test_importing_the_library_takes_less_than_a_quarter_of_a_second():
    code = "import time; t = time.process_time(); import course_lib; print(time.process_time() - t)"
    assert min(float(run(code)) for _ in range(4)) < 0.25


@each_wing()
def test_no_star_import_and_no_lookup_tricks(files):
    for path in files:
        for node in nodes(path):
            if isinstance(node, ast.ImportFrom):
                assert all(alias.name != "*" for alias in node.names), f"{short(path)}:{node.lineno} imports *"
            if isinstance(node, ast.FunctionDef) and path in LIBRARY:
                says_what_is_absent = short(path) == "course_lib/autograd/absent.py" and node.name == "__getattr__"
                assert node.name not in ("__getattr__", "__getattribute__") or says_what_is_absent, (
                    f"{short(path)}:{node.lineno} defines {node.name}"
                )


# ------------------------------------------------------------------- readability


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


@each_wing("course_lib")
def test_everything_public_says_what_it_is(files):
    for path in files:
        for node, name in public_definitions(path):
            text = ast.get_docstring(node) or ""
            assert len(text) >= 3, f"{short(path)}: {name} has no docstring"


# ---------------------------------------------------------------------- randomness


NEW_STYLE = {"default_rng", "Generator", "SeedSequence", "BitGenerator", "PCG64", "Philox"}


@each_wing()
def test_no_global_random_state(files):
    for path in files:
        for node in nodes(path):
            of = node.value if isinstance(node, ast.Attribute) else None
            if isinstance(of, ast.Attribute) and of.attr == "random" and ast.unparse(of.value) in ("np", "numpy"):
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
