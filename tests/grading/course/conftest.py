"""A course folder where nobody handed in anything, and the notebooks that uploads are made of."""

import shutil

import pytest

from grading.course import Course
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
