"""The house of ARCHITECTURE.md: wings import downwards, files and functions stay short, private names stay at home."""

import ast
import importlib
import inspect

import pytest

from tests import house

LONGEST_FILE, LONGEST_FUNCTION = 320, 60
LONGEST_PAGE = 190
ALL = [(package, name) for package in house.PACKAGES for name in house.modules(package)]
FILES = [house.modules(package)[name] for package, name in ALL]
WINGS = {f"{p}/{house.wing(n)}": [] for p, n in ALL}
for package, name in ALL:
    WINGS[f"{package}/{house.wing(name)}"].append(house.modules(package)[name])
each_wing = pytest.mark.parametrize("files", WINGS.values(), ids=WINGS)


def short(path):
    return str(path.relative_to(house.ROOT))


@pytest.mark.parametrize("package", house.PACKAGES)
def test_the_order_names_every_wing_and_no_other(package):
    named = [w for step in house.order(package) for w in step]
    assert len(named) == len(set(named))
    there = {house.wing(name) for name in house.modules(package)}
    assert set(named) | {"__init__"} == there | {"__init__"}


@pytest.mark.parametrize("package", house.PACKAGES)
def test_a_wing_imports_only_from_wings_before_it(package):
    floor = {w: i for i, step in enumerate(house.order(package)) for w in step}
    for (high, low), where in house.uses(package).items():
        assert floor[low] < floor[high], f"{high} may not import {low}: {sorted(where)[0]}"


def test_the_library_never_imports_grading():
    for name, path in house.modules("course_lib").items():
        for module, line in house.imports(path):
            assert module.split(".")[0] not in ("grading", "solutions", "tests"), f"{name}:{line} imports {module}"


@pytest.mark.parametrize("package", house.PACKAGES)
def test_no_module_imports_itself_by_a_detour(package):
    known = house.modules(package)
    direct = {n: {m for m, _ in house.imports(p) if m in known and m not in (n, package)} for n, p in known.items()}
    eager = {name: top_level(path) & direct[name] for name, path in known.items()}
    for name in known:
        seen, stack = set(), list(eager[name])
        while stack:
            step = stack.pop()
            if step not in seen:
                seen.add(step)
                stack += eager[step]
        assert name not in seen, f"{name} is reached from itself"


def top_level(path):
    """The modules that a file imports as soon as it is imported itself."""
    found = set()
    for node in house.tree_of(path).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "."} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def private(name):
    return name.startswith("_") and not name.startswith("__")


@each_wing
def test_no_wing_reaches_into_anothers_private_names(files):
    for path in files:
        here, modules_of = house.name_of(path), {}
        package = here.split(".")[0]
        for node in house.nodes(path):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in house.PACKAGES:
                same = node.module.split(".")[0] == package and house.wing(node.module) == house.wing(here)
                for alias in node.names:
                    assert same or not private(alias.name), f"{short(path)}:{node.lineno} imports {alias.name}"
                    if not same:
                        modules_of[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        for node in house.nodes(path):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules_of:
                taken = modules_of[node.value.id]
                is_module = any(taken in house.modules(p) for p in house.PACKAGES)
                assert not (is_module and private(node.attr)), f"{short(path)}:{node.lineno} uses {taken}.{node.attr}"


@each_wing
def test_files_and_functions_are_short(files):
    for path in files:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines <= LONGEST_FILE, f"{short(path)} has {lines} lines; split it by ideas"
        for node in house.nodes(path):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = node.end_lineno - node.lineno + 1
                assert length <= LONGEST_FUNCTION, f"{short(path)}:{node.lineno} {node.name} has {length} lines"


@pytest.mark.parametrize("path", [p for p in FILES if p.name == "__init__.py"], ids=short)
def test_a_package_says_what_lives_there_and_exports_nothing_named_like_a_file_of_its_own(path):
    assert ast.get_docstring(house.tree_of(path)), f"{short(path)} says nothing"
    package = importlib.import_module(house.name_of(path))
    files = {p.stem for p in path.parent.glob("*.py")} | {p.parent.name for p in path.parent.glob("*/__init__.py")}
    for name in files - {"__init__", "__main__"}:
        found = vars(package).get(name)
        assert found is None or inspect.ismodule(found), f"{house.name_of(path)}.{name} is not the file of that name"


def test_the_architecture_can_be_read_in_ten_minutes():
    assert len((house.ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()) <= LONGEST_PAGE


def test_every_wing_is_shown_with_what_it_says_of_itself(capsys):
    house.show()
    shown = capsys.readouterr().out
    for package in house.PACKAGES:
        for name in (w for step in house.order(package) for w in step):
            assert house.says(package, name), f"{package}.{name} says nothing of itself"
            assert f"  {name:13}" in shown
