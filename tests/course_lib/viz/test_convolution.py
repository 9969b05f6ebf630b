"""Pictures of the sliding window show what torch computes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from course_lib.viz import convolution

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
    assert titles == [
        "fully connected: 35 weights",
        "locally connected: 15 weights",
        "convolutional: 3 weights, shared",
    ]


def test_im2col_shows_the_map_that_torch_computes():
    axes = convolution.im2col(X, W)
    shown = [float(t.get_text().replace("−", "-")) for t in axes[3].texts]
    np.testing.assert_array_equal(shown, torch_correlate(X, W, 1, 0, 1).ravel())
