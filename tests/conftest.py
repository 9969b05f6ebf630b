"""Shared by all tests: Ctrl-C reaches what they start, their tables are printed at the end, garbage is theirs alone."""

import gc
import signal

import grading  # noqa: F401 - before all else, so that jsonschema builds no grammar: a second in each process


def pytest_configure():
    """Let Ctrl-C reach what a test starts: a shell's background job, and all that it starts, is told to ignore it."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection():
    """Look for no garbage while thousands of tests are collected."""
    gc.disable()


def pytest_collection_finish():
    """Look from now on through what tests make, and no more through what was imported and collected for them."""
    gc.freeze()
    gc.enable()


def pytest_terminal_summary(terminalreporter):
    """Print the tables that tests leave with record_property("table", text); so they come through xdist too."""
    for report in terminalreporter.stats.get("passed", []):
        for name, text in report.user_properties:
            if name == "table":
                terminalreporter.section(report.nodeid.split("::")[-1])
                terminalreporter.write_line(text)
