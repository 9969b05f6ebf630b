"""Shared by all tests: where the real data lie, and how tests that need them skip by name where they do not."""

import os
from pathlib import Path

import pytest


def data_folder():
    """COURSE_DATA, or None."""
    root = os.environ.get("COURSE_DATA")
    return Path(root) if root and Path(root).is_dir() else None


@pytest.fixture
def course_data():
    """The folder with the original data sets; the test skips by name only where it is absent."""
    folder = data_folder()
    if folder is None:
        pytest.skip("COURSE_DATA names no folder with the original data sets")
    return folder


def pytest_terminal_summary(terminalreporter):
    """Print the tables that tests leave with record_property("table", text); so they come through xdist too."""
    for report in terminalreporter.stats.get("passed", []):
        for name, text in report.user_properties:
            if name == "table":
                terminalreporter.section(report.nodeid.split("::")[-1])
                terminalreporter.write_line(text)
