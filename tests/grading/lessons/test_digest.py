"""A lesson rests on the files it imports and on those they import, and on no others."""

from grading.closure import library_files


def names(*sources):
    return {
        path.relative_to(path.parents[-2]).as_posix().partition("course_lib/")[2] for path in library_files(*sources)
    }


def test_a_module_brings_what_it_imports_itself():
    found = names("from course_lib.compare import check_line")
    assert {"compare.py", "records.py", "tree.py"} <= found
    assert "optim.py" not in found


def test_an_import_inside_a_function_counts():
    assert "arithmetic.py" in names("def f():\n    from course_lib import arithmetic")


def test_a_public_name_brings_the_public_list():
    assert {"__init__.py", "nn.py"} <= names("from course_lib import no_such_module")
    assert {"__init__.py", "nn.py"} <= names("import course_lib")


def test_code_without_the_library_rests_on_nothing():
    assert names("import numpy as np") == set()


def test_magics_do_not_hide_imports():
    assert "arithmetic.py" in names("%matplotlib inline\nfrom course_lib import arithmetic")
