"""The explorer of a stage redraws for each of its controls."""

import numpy as np
import pytest

from course_lib.widgets.stages import stage_explorer


def parts(box):
    found, todo = {}, [box]
    while todo:
        widget = todo.pop()
        todo += list(getattr(widget, "children", ()))
        found[getattr(widget, "description", "") or type(widget).__name__] = widget
    return found


def test_the_picture_follows_every_control():
    widgets = parts(stage_explorer(np.random.default_rng(0).random((3, 12, 12))))
    seen = [widgets["Picture"].png]
    assert seen[0][:4] == b"\x89PNG"
    for name, value in (("image", 2), ("down", 1), ("right", -2), ("pool size", 4), ("pooling", "average")):
        widgets[name].value = value
        assert widgets["Picture"].png not in seen, name
        seen.append(widgets["Picture"].png)
    assert widgets["image"].max == 2


def test_it_takes_only_grey_images():
    with pytest.raises(ValueError, match=r"expected grey images \(n, h, w\)"):
        stage_explorer(np.zeros((2, 3, 8, 8)))
