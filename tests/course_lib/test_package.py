"""`dir(course_lib)` and the Tab key show the library; its parts are where their public names say."""

import importlib

import pytest

import course_lib


def test_dir_shows_the_library_and_not_its_plumbing():
    assert dir(course_lib) == sorted(course_lib.__all__)
    assert not {"ops", "autograd", "arithmetic"} & set(dir(course_lib))


LISTS = ["", ".autograd", ".functional", ".nn", ".optim", ".train", ".data", ".checks"]


@pytest.mark.parametrize("package", LISTS)
def test_every_name_that_a_package_lists_is_there_and_listed_once(package):
    module = importlib.import_module(f"course_lib{package}")
    assert len(set(module.__all__)) == len(module.__all__)
    for name in module.__all__:
        assert getattr(module, name).__class__ is not None
