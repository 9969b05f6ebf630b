"""Code rests on the files it imports and on those they import, and on no others."""

import pytest

from grading.imports import files_behind, hash_of, modules
from grading.paths import ROOT


def names(*sources, **options):
    return {path.relative_to(ROOT).as_posix() for path in files_behind(*sources, **options)}


def test_a_module_brings_what_it_imports_itself():
    found = names("from course_lib.evidence.compare import check_line")
    assert {f"course_lib/evidence/{name}.py" for name in ("compare", "records", "tree")} <= found
    assert "course_lib/optim/optimisers.py" not in found


def test_an_import_inside_a_function_counts():
    assert "course_lib/arithmetic.py" in names("def f():\n    from course_lib import arithmetic")


def test_a_public_name_brings_the_public_list():
    assert {"course_lib/__init__.py", "course_lib/nn/__init__.py"} <= names("from course_lib import no_such_module")
    assert {"course_lib/__init__.py", "course_lib/nn/__init__.py"} <= names("import course_lib")


def test_code_without_the_library_rests_on_nothing():
    assert names("import numpy as np") == set()


def test_the_grader_brings_what_it_rests_on_and_only_the_packages_asked_for():
    found = names(modules("grading.proving.certificate"))
    assert {"grading/proving/untouched.py", "grading/marking/judge.py", "course_lib/evidence/compare.py"} <= found
    assert all(name.startswith("grading/") for name in names(modules("grading.cli"), packages=("grading",)))


def test_a_folder_that_is_run_by_path_brings_all_its_files_and_what_they_import_of_a_package():
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "grading/confinement/worker").glob("*.py")}
    assert len(files) > 10
    found = names(modules("grading.confinement.worker"))
    assert files < found
    assert "course_lib/evidence/observation.py" in found


def test_a_hash_changes_with_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr("grading.imports.ROOT", tmp_path)
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    before = hash_of([file]).hexdigest()
    file.write_text("x = 2\n")
    assert hash_of([file]).hexdigest() != before


NESTED = """
def f():
    if x:
        pass
    elif y:
        {}
    try:
        {}
    except ValueError:
        {}
    finally:
        with z:
            {}
class C:
    for a in b:
        pass
    else:
        match a:
            case 1:
                async def g():
                    while a:
                        {}
"""


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("line", ["import course_lib.optim.schedules", "from course_lib.optim.schedules import x"])
def test_an_import_counts_wherever_it_stands(at, line):
    assert names(NESTED.format(*["pass"] * at, line, *["pass"] * (4 - at))) == names(line) != set()


def test_a_text_that_names_a_module_imports_nothing():
    assert names("x = lambda: 'import course_lib.optim.schedules'") == set()
