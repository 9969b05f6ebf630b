"""What a call warns of is said by its kinds, each once, and nothing of it stays."""

import warnings

import numpy as np

from course_lib.checks.quiet import warned


def test_silence_and_kinds_of_warnings():
    assert warned(lambda: np.ones(3) / 2) == "none"
    for _ in range(2):  # also where Python would warn once only
        assert warned(lambda: [np.zeros(2) / 0, np.log(np.zeros(2))]) == "RuntimeWarning"
    both = warned(lambda: [np.zeros(2) / 0, warnings.warn("old", FutureWarning, stacklevel=2)])
    assert both == "FutureWarning, RuntimeWarning"


def test_an_error_goes_through_and_silenced_warnings_do_not_count():
    with np.errstate(all="ignore"):
        assert warned(lambda: np.zeros(2) / 0) == "none"
    try:
        warned(lambda: 1 / 0)
    except ZeroDivisionError:
        return
    raise AssertionError("the error was swallowed")
