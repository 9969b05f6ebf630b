"""A course folder where nobody handed in anything, and the notebooks that uploads are made of."""

import shutil

import pytest

from grading.course import Course
from grading.course.enrol import enrol
from tests.grading.conftest import copy
from tests.grading.course.downloads import content


@pytest.fixture(scope="session")
def words(blank):
    return content(Course(blank))


@pytest.fixture
def folder(made):
    """A course folder where nobody handed in anything."""
    shutil.rmtree(made.root / "submitted")
    (made.root / "submitted").mkdir()
    return made


@pytest.fixture
def take(empty, tmp_path):
    """Enrol a list given as text or bytes; `take.root` is the course folder."""
    made = copy(empty.root, tmp_path / "course")

    def run(data):
        path = tmp_path / "list.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return enrol(made.root, path)

    run.root = made.root
    return run
