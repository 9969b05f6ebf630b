"""The line explorer moves the line it shows, and its buttons do what the perceptron does."""

import ipywidgets
import numpy as np
import pytest

from course_lib.widgets import planes

X = np.array([[2.0, 1.0], [-1.0, 0.5], [0.5, 2.0], [0.0, -2.0]])
T = np.array([1, -1, 1, -1])


@pytest.fixture
def explorer():
    """The parts of an explorer by what they are called."""
    box = planes.line_explorer(X, T, angle=90, offset=1.5, length=2)
    picture, panel = box.children
    sliders = {s.description: s for s in panel.children if isinstance(s, ipywidgets.FloatSlider)}
    row = next(c for c in panel.children if isinstance(c, ipywidgets.HBox))
    buttons = {b.description: b for b in row.children}
    return picture, panel.children[-1], sliders, buttons


def weights_shown(readout):
    text = readout.value.split("<b>(")[1].split(")")[0]
    return [float(v) for v in text.split(",")]


def test_it_opens_with_the_line_asked_for_and_a_png(explorer):
    picture, readout, _, _ = explorer
    assert picture.png[:4] == b"\x89PNG"
    assert weights_shown(readout) == [-3.0, 0.0, 2.0]
    assert "smallest t · distance</td><td><b>-0.50" in readout.value


def test_a_moved_slider_redraws_the_picture_and_the_numbers(explorer):
    picture, readout, sliders, _ = explorer
    before = picture.png
    sliders["angle °"].value = 0
    assert picture.png != before
    assert weights_shown(readout) == [-3.0, 2.0, 0.0]


def test_one_update_adds_t_times_the_first_misclassified_point(explorer):
    _, readout, sliders, buttons = explorer
    buttons["one update"].click()
    assert weights_shown(readout) == [-2.0, 2.0, 3.0]
    assert sliders["length"].value == pytest.approx(np.sqrt(13), abs=0.05)


def test_a_value_sent_back_rounded_to_its_step_moves_nothing(explorer):
    _, readout, sliders, buttons = explorer
    buttons["one update"].click()
    buttons["one update"].click()
    before = weights_shown(readout)
    for slider in sliders.values():
        slider.value = round(slider.value / slider.step) * slider.step
    assert weights_shown(readout) == before
    sliders["length"].value += sliders["length"].step
    assert weights_shown(readout) != before


def test_epochs_end_with_no_error_and_back_to_start_returns(explorer):
    _, readout, _, buttons = explorer
    for _ in range(10):
        buttons["one epoch"].click()
    assert "E</td><td><b>0.00" in readout.value.replace("-0.00", "0.00")
    solved = weights_shown(readout)
    buttons["one update"].click()
    assert weights_shown(readout) == solved
    buttons["back to start"].click()
    assert weights_shown(readout) == [-3.0, 0.0, 2.0]


def test_polar_form_there_and_back():
    w = np.array([1.5, -2.0, 0.7])
    np.testing.assert_allclose(planes.from_polar(*planes.to_polar(w)), w)
    assert planes.to_polar(np.zeros(3)) == (0.0, 0.0, 0.0)
