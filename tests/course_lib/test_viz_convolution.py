"""Pictures and explorer of the sliding window show what torch computes; filters by hand measure true derivatives."""

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from course_lib import filters
from course_lib.viz import convolution, filtering, receptive
from course_lib.viz.lecture import lecture_table
from course_lib.widgets.convolution import read_numbers, sliding_window

X = np.array([[3, 0, 1, 2, 1, 4], [1, 2, 0, 1, 0, 2], [0, 1, 3, 1, 2, 5], [2, 0, 1, 2, 1, 1], [1, 3, 0, 0, 2, 6]])
W = np.array([[1, -2, 3], [0, 4, -1]])
GEOMETRIES = [(1, 0, 1), (2, 1, 1), (1, 2, 2), (3, 1, 2)]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def torch_correlate(x, w, s, p, d):
    x, w = torch.tensor(x[None, None], dtype=torch.float64), torch.tensor(w[None, None], dtype=torch.float64)
    return torch.nn.functional.conv2d(x, w, stride=s, padding=p, dilation=d)[0, 0].numpy()


def torch_transposed(x, w, s, p, d):
    x, w = torch.tensor(x[None, None], dtype=torch.float64), torch.tensor(w[None, None], dtype=torch.float64)
    return torch.nn.functional.conv_transpose2d(x, w, stride=s, padding=p, dilation=d)[0, 0].numpy()


@pytest.mark.parametrize(("s", "p", "d"), GEOMETRIES)
def test_after_the_last_step_the_output_is_torchs(s, p, d):
    t = convolution.trace(X, W, 10_000, stride=s, padding=p, dilation=d)
    np.testing.assert_array_equal(t.small, torch_correlate(X, W, s, p, d))
    assert t.step == t.steps - 1 == t.small.size - 1


@pytest.mark.parametrize(("s", "p", "d"), GEOMETRIES)
def test_transposed_what_is_not_cut_off_is_torchs(s, p, d):
    t = convolution.trace(X, W, 10_000, stride=s, padding=p, dilation=d, transposed=True)
    want = torch_transposed(X, W, s, p, d)
    np.testing.assert_array_equal(t.large[~t.border].reshape(want.shape), want)


def test_a_step_marks_the_taps_and_says_the_sum():
    t = convolution.trace(X, W, 2, stride=2)
    assert list(zip(*np.nonzero(t.taps), strict=True)) == [(i, j) for i in (2, 3) for j in (0, 1, 2)]
    assert t.sentence == "0·1 + 1·(−2) + 3·3 + 2·0 + 0·4 + 1·(−1) = 6"
    t = convolution.trace(X, W, 0, dilation=2)
    assert list(zip(*np.nonzero(t.taps), strict=True)) == [(i, j) for i in (0, 2) for j in (0, 2, 4)]


def test_a_kernel_that_does_not_fit_is_named():
    with pytest.raises(ValueError, match="kernel reaches 7 samples but the input has only 5"):
        convolution.trace(X, np.ones((4, 2)), dilation=2)
    with pytest.raises(ValueError, match="cuts off all"):
        convolution.trace(np.ones((1, 1)), np.ones((2, 2)), padding=1, transposed=True)


@pytest.mark.parametrize("transposed", [False, True])
def test_the_picture_writes_every_number_it_has(transposed):
    source, kernel, result = convolution.window_step(X, W, 3, padding=1, transposed=transposed)
    t = convolution.trace(X, W, 3, padding=1, transposed=transposed)
    assert len(kernel.texts) == W.size
    large, small = (result, source) if transposed else (source, result)
    assert len(large.texts) == t.large.size
    assert len(small.texts) == (X.size if transposed else 4)  # the output shows the steps done so far


def test_all_cells_of_a_step_are_of_one_size():
    axes = convolution.window_step(X, W, 0, padding=1)
    axes[0].figure.canvas.draw()
    widths = [ax.transData.transform((1, 0))[0] - ax.transData.transform((0, 0))[0] for ax in axes]
    np.testing.assert_allclose(widths, widths[0], rtol=0.15)


def test_positions_count_themselves_and_show_the_one_that_overhangs():
    ax = convolution.positions(size=9, kernel=3, stride=2, padding=1, dilation=2)
    labels = [t.get_text() for t in ax.texts]
    assert labels == ["position 1", "position 2", "position 3", "position 4", "overhangs"]
    assert "9 has 4 positions" in ax.get_title(loc="left")


def test_connections_count_their_weights():
    titles = [ax.get_title() for ax in convolution.connections(inputs=7, kernel=3)]
    assert titles == ["fully connected: 35 weights", "locally connected: 15 weights", "convolutional: 3 weights"]


def test_im2col_shows_the_map_that_torch_computes():
    axes = convolution.im2col(X, W)
    shown = [float(t.get_text().replace("−", "-")) for t in axes[3].texts]
    np.testing.assert_array_equal(shown, torch_correlate(X, W, 1, 0, 1).ravel())


def test_one_answer_names_the_sum_of_its_window():
    photo = np.random.default_rng(1).random((12, 10))
    kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    axes = filtering.one_answer(photo, kernel, corner=(4, 5))
    window = np.round(100 * photo[4:7, 5:8])
    assert axes[2].get_xlabel() == f"sum of products: {(window * kernel).sum() / 100:+.2f}"


def test_shifted_taps_add_up_to_the_dilated_map():
    photo, kernel = np.random.default_rng(2).random((20, 17)), np.array([[-1, 0, 1], [2, 1, -3]])
    shown = filtering.shifted_taps(photo, kernel, dilation=3)[-1].images[0].get_array()
    np.testing.assert_allclose(shown, torch_correlate(photo, kernel, 1, 0, 3))


def test_responses_draw_blur_in_grey_and_derivatives_around_zero():
    bank, maps = filters.gaussian_bank(1.0, 2)[:2], np.random.default_rng(3).normal(size=(2, 8, 8))
    first, second = filtering.responses(maps, bank, ["G", "Gx"])
    assert first.images[0].get_cmap().name == "gray"
    low, high = second.images[0].get_clim()
    assert low == -high


def test_cost_against_time_draws_one_point_a_layer():
    ax = filtering.cost_against_time([1e6, 1e7, 1e8], [1e-3, 1e-2, 1e-1], [3, 3, 5])
    points = [c for c in ax.collections if isinstance(c, PathCollection)]
    assert [len(c.get_offsets()) for c in points] == [2, 1]
    assert "1.0 thousand million a second" in ax.get_legend().get_texts()[0].get_text()


@pytest.mark.parametrize("layers", [[(3,)] * 3, [(3, 1, 0, 1), (3, 1, 0, 2), (3, 1, 0, 4)], [(3, 2, 1), (2, 2), (3,)]])
def test_the_fan_reaches_as_many_inputs_as_a_gradient(layers):
    ax = receptive.fan(layers, ax=Figure().add_subplot())
    filled = {round(float(c.get_offsets()[0, 0]), 6) for c in ax.collections if c.get_offsets()[0, 1] == 0}
    x = torch.zeros(1, 1, 64, requires_grad=True)
    y = x
    for layer in layers:
        k, s, p, d = (*layer, *(None, 1, 0, 1)[len(layer) :])
        y = torch.nn.functional.conv1d(y, torch.ones(1, 1, k), stride=s, padding=p, dilation=d)
    y[0, 0, y.shape[2] // 2].backward()
    assert len(filled) == int((x.grad != 0).sum())


def test_gradient_fields_box_what_is_not_zero():
    field = np.zeros((9, 11))
    field[2:5, 3:10] = -1
    (ax,) = receptive.gradient_fields([field], ["seen"])[:1]
    (box,) = ax.patches
    assert (box.get_x(), box.get_y(), box.get_width(), box.get_height()) == (2.5, 1.5, 7, 3)


def test_a_lecture_table_reads_as_text_and_as_html():
    table = lecture_table("F0 · <test>", [("weights", 2250, 94371840, "5×5")])
    assert "94\u202f371\u202f840" in repr(table)
    assert "&lt;test&gt;" in table._repr_html_()
    with pytest.raises(ValueError, match="got 3 entries"):
        lecture_table("F0", [("weights", 1, 2)])


@pytest.mark.parametrize(("sigma", "radius"), [(0.7, 1), (1.5, 3), (3.0, 4)])
def test_filters_measure_the_derivatives_of_polynomials(sigma, radius):
    y, x = np.mgrid[0:15, 0:15].astype(float)
    image = 2 + 3 * x - 5 * y + 0.5 * x * x - 2 * x * y + 4 * y * y
    i, j = 7, 6
    slopes = [3 + j - 2 * i, -5 - 2 * j + 8 * i, 1, -2, 8]
    window = image[i - radius : i + radius + 1, j - radius : j + radius + 1]
    bank = filters.gaussian_bank(sigma, radius)
    np.testing.assert_allclose([(f * window).sum() for f in bank[1:]], slopes)
    np.testing.assert_allclose(bank[0].sum(), 1)
    np.testing.assert_allclose((filters.laplacian(sigma, radius) * window).sum(), 9)


def test_a_gabor_filter_ignores_brightness_and_likes_its_own_wave():
    own = filters.gabor(6.0, 0.5, 2.0, 6)
    assert abs(own.sum()) < 1e-12
    np.testing.assert_allclose((own**2).sum(), 1)
    y, x = np.mgrid[-6:7, -6:7]
    answers = [(own * np.cos(2 * np.pi * (np.cos(a) * x + np.sin(a) * y) / 6)).sum() for a in np.linspace(0, 3, 31)]
    assert np.argmax(answers) == 5  # the angle 0.5


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: filters.gaussian_bank(0, 2), "gaussian_bank: sigma must be above 0 pixels, got 0"),
        (lambda: filters.gaussian_bank(1, 0), "radius must be a whole number of at least 1, got 0"),
        (lambda: filters.gabor(0, 0, 1, 2), "gabor: wavelength must be above 0 pixels, got 0"),
    ],
)
def test_impossible_filters_are_refused_in_a_sentence(call, says):
    with pytest.raises(ValueError, match=says):
        call()


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
    before = widgets["Image"].value
    assert before[:4] == b"\x89PNG"
    widgets["stride"].value = 2
    assert widgets["Image"].value != before
    assert widgets["step"].max == torch_correlate(X, W, 2, 0, 1).size - 1
    widgets["transposed"].value = True
    assert widgets["step"].max == X.size - 1


def test_the_explorer_says_what_is_wrong_and_keeps_its_picture():
    widgets = parts(sliding_window(X, W))
    before = widgets["Image"].value
    widgets["kernel"].value = "1 2 3\n4 5"
    assert "row 2 has 2 numbers, the first has 3" in widgets["HTML"].value
    assert widgets["Image"].value == before
    widgets["kernel"].value = "1 2\n4 5"
    assert widgets["HTML"].value == ""
    assert widgets["Image"].value != before
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
