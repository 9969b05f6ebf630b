"""The explorer steps through the graph that it shows, and says what it cannot read."""

import ipywidgets
import pytest

from course_lib.widgets.backprop import backward_explorer, read_inputs


@pytest.fixture
def parts():
    box = backward_explorer()
    controls, moving, message, picture = box.children
    choice, w, x = controls.children
    return {"graph": choice, "w": w, "x": x, "step": moving.children[1], "message": message, "picture": picture}


def test_it_opens_with_the_sigmoid_neuron_and_a_png(parts):
    assert parts["picture"].png[:4] == b"\x89PNG"
    assert (parts["w"].value, parts["x"].value) == ("2 -3 -3", "-1 -2")
    assert parts["step"].max == 9


def test_every_step_draws_another_picture(parts):
    seen = set()
    for k in range(parts["step"].max + 1):
        parts["step"].value = k
        seen.add(parts["picture"].png)
    assert len(seen) == parts["step"].max + 1


def test_another_graph_brings_its_own_numbers_and_begins_at_the_start(parts):
    parts["step"].value = 5
    parts["graph"].value = "a node used twice"
    assert (parts["w"].value, parts["x"].value) == ("-2", "0.5")
    assert (parts["step"].value, parts["step"].max) == (0, 6)


def test_other_numbers_change_the_picture_and_bad_ones_are_named(parts):
    before = parts["picture"].png
    parts["w"].value = "1 1 0"
    changed = parts["picture"].png
    assert changed != before
    parts["w"].value = "1 1"
    assert parts["message"].value == "<b>w: write 3 numbers between -15 and 15</b>"
    assert parts["picture"].png == changed
    parts["w"].value = "1 1 0"
    assert parts["message"].value == ""


@pytest.mark.parametrize("text", ["", "1 2", "a", "nan", "1e9"])
def test_what_is_no_single_number_is_refused(text):
    with pytest.raises(ValueError, match="w: write"):
        read_inputs(text, "w", 1)


def test_an_unknown_graph_is_refused():
    with pytest.raises(ValueError, match="sigmoid neuron"):
        backward_explorer("cube")


def test_it_is_one_box():
    assert isinstance(backward_explorer("a node used twice"), ipywidgets.VBox)
