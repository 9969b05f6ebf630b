"""The explorer of dense predictors redraws for each of its controls, and says in words what changed."""

import time

from course_lib.widgets.dense import sight_explorer


def parts(box):
    found, todo = {}, [box]
    while todo:
        widget = todo.pop()
        todo += list(getattr(widget, "children", ()))
        found[getattr(widget, "description", "") or type(widget).__name__] = widget
    return found


def test_picture_and_words_follow_every_control():
    widgets = parts(sight_explorer())
    assert "sees 9×9 pixels and stands for 1×1" in widgets["HTML"].value
    seen = [widgets["Picture"].png]
    assert seen[0][:4] == b"\x89PNG"
    for name, value, words in (
        ("2×2 poolings", 2, "sees 26×26 pixels and stands for 4×4"),
        ("skip links", True, "skip links bring in"),
        ("dilation", 2, "sees 42×42"),
        ("dilation doubles", True, "sees 58×58"),
        ("3×3 layers", 3, "sees 26×26"),
        ("scene", 0, "sees 26×26"),
    ):
        widgets[name].value = value
        assert widgets["Picture"].png not in seen, name
        assert words in widgets["HTML"].value, name
        seen.append(widgets["Picture"].png)


def test_more_poolings_than_layers_are_as_many_as_layers():
    widgets = parts(sight_explorer())
    widgets["3×3 layers"].value = 2
    widgets["2×2 poolings"].value = 4
    assert "stands for 4×4" in widgets["HTML"].value


def test_a_step_is_quick():
    widgets = parts(sight_explorer())
    widgets["dilation"].value = 2
    began = time.process_time()
    for value in (3, 4, 1):
        widgets["dilation"].value = value
    assert (time.process_time() - began) / 3 < 0.4
