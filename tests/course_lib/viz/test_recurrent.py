"""Recurrent networks as drawn: what the pictures show is what was computed."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.data.scenes import LIMBS
from course_lib.viz import recurrent


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def texts(ax):
    return [t.get_text() for t in ax.texts]


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_story_has_a_state_for_every_letter_and_one_before(kind):
    story = recurrent.tell(kind, "abba")
    assert len(story.states) == len(story.norms) == 5
    assert len(story.gates) == 4
    assert not any(s.any() for s in story.states[0])
    assert story.norms[-1] == pytest.approx(1)
    assert recurrent.tell(kind, "abba", scale=3.0).norms[0] != story.norms[0]


def test_a_step_shows_what_is_known_by_then():
    story = recurrent.tell("LSTM", "abc")
    chain, gates, norms = recurrent.unrolled_step(story, 1)
    assert len(chain.collections[0].get_array()) == 2 * recurrent.SIZE  # the state before, and the first
    assert gates.get_title(loc="left") == "what the gates say at “a”, unit by unit"
    heights = [bar.get_height() for bar in gates.patches]
    np.testing.assert_allclose(heights, np.concatenate(list(story.gates[0].values())))
    assert not norms.lines
    chain, gates, norms = recurrent.unrolled_step(story, 3, back=2)
    np.testing.assert_allclose(norms.lines[0].get_ydata(), story.norms[1:])
    _, gates, _ = recurrent.unrolled_step(story, 0)
    assert not gates.patches


def test_gradient_curves_run_backwards_from_one():
    ax = recurrent.gradient_curves({"a": [4.0, 2.0, 1.0], "b": [0.25, 1.0, 2.0]})
    assert [line.get_ydata().tolist() for line in ax.lines] == [[1, 2, 4], [1, 0.5, 0.125]]


def test_an_alignment_names_both_strings_and_refuses_another_shape():
    ax = recurrent.alignment(np.eye(2, 3), "abc", "xy")
    assert [t.get_text() for t in ax.get_xticklabels()] == list("abc")
    assert [t.get_text() for t in ax.get_yticklabels()] == list("xy")
    with pytest.raises(ValueError, match=r"\(2, 3\), got \(3, 2\)"):
        recurrent.alignment(np.eye(3, 2), "abc", "xy")


def test_the_tree_reaches_all_inputs_and_says_how_many():
    ax = recurrent.causal_tree(3)
    assert "sees 8 inputs through 3 layers" in ax.get_title(loc="left")
    assert [t for t in texts(ax) if "dilation" in t] == ["dilation 4", "dilation 2", "dilation 1"]
    used = [line for line in ax.lines if line.get_linewidth() == 2]
    assert len(used) == 2 * (1 + 2 + 4)


def test_carriers_show_the_gates_of_each():
    shown = [texts(ax) for ax in recurrent.carriers()]
    assert ["× (1 − T)" in t for t in shown] == [False, True, False]
    assert ["× f" in t for t in shown] == [False, False, True]


def test_paths_movements_and_captions_are_drawn():
    assert len(recurrent.path(np.zeros((5, 2))).collections) == 2
    grid = recurrent.figures_beside(np.zeros((4, 11, 2)), np.zeros((4, 11, 2)), LIMBS)
    assert grid.shape == (2, 2)
    assert len(grid[0, 0].lines) == len(LIMBS)
    many = recurrent.captions(np.zeros((2, 4, 4)), ["a small disc top left", "short"])
    assert [ax.get_xlabel().replace("\n", " ") for ax in many] == ["a small disc top left", "short"]
