"""Copies of what a sandbox needs that every user can read: made once, used by all tests of sandboxes."""

import pytest

from tests.grading.places import Places


@pytest.fixture(scope="session")
def places():
    """A Places, removed at the end."""
    made = Places()
    yield made
    made.remove()
