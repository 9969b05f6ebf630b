"""The sliding-window explorer follows its controls, and says in a sentence what it cannot show."""

import ipywidgets
import numpy as np
import pytest
import torch

from course_lib.widgets.convolution import read_numbers, sliding_window

X = np.array([[3, 0, 1, 2, 1, 4], [1, 2, 0, 1, 0, 2], [0, 1, 3, 1, 2, 5], [2, 0, 1, 2, 1, 1], [1, 3, 0, 0, 2, 6]])
W = np.array([[1, -2, 3], [0, 4, -1]])


def torch_correlate(x, w, s, p, d):
    x, w = torch.tensor(x[None, None], dtype=torch.float64), torch.tensor(w[None, None], dtype=torch.float64)
    return torch.nn.functional.conv2d(x, w, stride=s, padding=p, dilation=d)[0, 0].numpy()


def parts(box):
    """All widgets inside a box, by description; and the picture and the message."""
    found, todo = {}, [box]
    while todo:
        widget = todo.pop()
        todo += list(getattr(widget, "children", ()))
        key = getattr(widget, "description", "") or type(widget).__name__
        found[key] = widget
    return found


def test_the_explorer_follows_its_sliders():
    widgets = parts(sliding_window(X, W))
    before = widgets["Picture"].png
    assert before[:4] == b"\x89PNG"
    widgets["stride"].value = 2
    assert widgets["Picture"].png != before
    assert widgets["step"].max == torch_correlate(X, W, 2, 0, 1).size - 1
    widgets["transposed"].value = True
    assert widgets["step"].max == X.size - 1


def test_the_explorer_says_what_is_wrong_and_keeps_its_picture():
    widgets = parts(sliding_window(X, W))
    before = widgets["Picture"].png
    widgets["kernel"].value = "1 2 3\n4 5"
    assert "row 2 has 2 numbers, the first has 3" in widgets["HTML"].value
    assert widgets["Picture"].png == before
    widgets["kernel"].value = "1 2\n4 5"
    assert widgets["HTML"].value == ""
    assert widgets["Picture"].png != before
    widgets["dilation"].value = 3
    widgets["kernel"].value = "1\n2\n3\n4"
    assert "kernel reaches 10 samples" in widgets["HTML"].value


def test_a_step_beyond_the_end_moves_back_when_the_output_shrinks():
    widgets = parts(sliding_window(X, W))
    widgets["step"].value = widgets["step"].max
    widgets["stride"].value = 4
    assert isinstance(widgets["step"], ipywidgets.IntSlider)
    assert widgets["step"].value == widgets["step"].max == torch_correlate(X, W, 4, 0, 1).size - 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "write at least one number"),
        ("1 a", "numbers separated by spaces"),
        ("1 nan", "between -999 and 999"),
        ("1 2000", "between -999 and 999"),
        (" ".join("1" * 13), "at most 12 rows and columns"),
    ],
)
def test_numbers_that_cannot_be_shown_are_refused_in_a_sentence(text, says):
    with pytest.raises(ValueError, match=says):
        read_numbers(text, "input")


def test_numbers_are_read_with_spaces_or_commas():
    np.testing.assert_array_equal(read_numbers(" 1 2,3\n\n4, 5 6.5 \n", "input"), [[1, 2, 3], [4, 5, 6.5]])
