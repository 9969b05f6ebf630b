"""What several tests of marking share."""

import pytest

from grading.confinement.sandbox import Sandbox


@pytest.fixture(scope="module")
def pool():
    """The real sandbox."""
    with Sandbox() as running:
        yield running
