"""Lesson 09: its answers agree with the library and with torch, its worked examples and claims hold."""

import itertools

import numpy as np
import pytest
import torch
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from course_lib import arithmetic
from course_lib.data.textures import textures
from course_lib.topics import filters
from course_lib.topics.texture_bank import bank_work, told_apart
from tests.solutions.reference import answers, lesson

LESSON = lesson("09_convolution_arithmetic")
ANSWERS = answers(LESSON, np=np, filters=filters, sliding_window_view=sliding_window_view, as_strided=as_strided)
GEOMETRIES = list(itertools.product((1, 2, 3), (0, 1, 3), (1, 2, 4)))


def torch_conv(x, w, b, **geometry):
    return torch.nn.functional.conv2d(*(torch.tensor(np.ascontiguousarray(v)) for v in (x, w, b)), **geometry).numpy()


def test_the_exercises_of_the_curriculum_are_there_in_order():
    wanted = [
        "output_size",
        "transposed_size",
        "receptive_field",
        "layer_counts",
        "correlate",
        "correlate_fast",
        "gaussian_bank",
        "correlate_dilated",
        "find_template",
        "open_textures",
    ]
    assert [e.id for e in LESSON.exercises if e.id in wanted] == wanted


@pytest.mark.parametrize(("s", "p", "d"), GEOMETRIES)
def test_sizes_agree_with_torch_and_with_the_library(s, p, d):
    for size, k in itertools.product(range(1, 24), range(1, 6)):
        got = ANSWERS["output_size"](size, k, s, p, d)
        if size + 2 * p < d * (k - 1) + 1:
            assert got == 0
            continue
        made = torch.nn.functional.conv1d(
            torch.zeros(1, 1, size), torch.zeros(1, 1, k), stride=s, padding=p, dilation=d
        )
        assert got == made.shape[-1] == arithmetic.output_size(size, k, s, p, d)
        low, high = ANSWERS["input_sizes"](got, k, s, p, d)
        assert low <= size <= high
        assert (size - low) == ANSWERS["restoring_padding"](size, k, s, p, d)
        if low >= 1:
            assert (low, high) == tuple(arithmetic.input_sizes(got, k, s, p, d)[i] for i in (0, -1))


@pytest.mark.parametrize(("s", "p", "d"), GEOMETRIES)
def test_transposed_sizes_agree_with_torch(s, p, d):
    for size, k, extra in itertools.product(range(5, 9), range(1, 6), range(s)):
        if (size - 1) * s - 2 * p + d * (k - 1) + extra + 1 < 1:
            continue
        settings = {"stride": s, "padding": p, "output_padding": extra, "dilation": d}
        made = torch.nn.functional.conv_transpose1d(torch.zeros(1, 1, size), torch.zeros(1, 1, k), **settings)
        assert ANSWERS["transposed_size"](size, k, **settings) == made.shape[-1]


def test_receptive_fields_agree_with_the_library():
    rng = np.random.default_rng(3)
    for _ in range(50):
        layers = [tuple(int(v) for v in rng.integers([1, 1, 0, 1], [8, 4, 4, 4])) for _ in range(rng.integers(0, 6))]
        known = arithmetic.receptive_field(layers)
        assert ANSWERS["receptive_field"](layers) == (known.size, known.jump)


def test_counts_agree_with_the_library():
    for c, f, kh, kw, h, w in [(3, 7, 2, 4, 9, 11), (1, 5, 3, 3, 6, 6), (4, 1, 1, 5, 8, 7)]:
        for bias in (True, False):
            conv = arithmetic.conv_cost((c, h, w), f, (kh, kw), bias=bias)
            local = arithmetic.local_cost((c, h, w), f, (kh, kw), bias=bias)
            full = arithmetic.linear_cost(c * h * w, int(np.prod(conv.output)), bias=bias)
            for kind, cost in {"conv": conv, "local": local, "full": full}.items():
                counted = ANSWERS["layer_counts"](kind, (c, h, w), conv.output, (kh, kw), bias)
                assert counted == (cost.parameters, cost.multiply_adds)


@pytest.mark.parametrize("name", ["correlate", "correlate_fast", "correlate_dilated"])
@pytest.mark.parametrize("stride", [(1, 1), (2, 3)])
@pytest.mark.parametrize("padding", [(0, 0), (1, 2)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_correlations_agree_with_torch(name, stride, padding, dtype):
    rng = np.random.default_rng(4)
    x, w = rng.normal(size=(2, 3, 18, 9))[:, :, ::2].astype(dtype), rng.normal(size=(4, 3, 2, 3)).astype(dtype)
    b = rng.normal(size=4).astype(dtype)
    got = ANSWERS[name](x, w, b, stride=stride, padding=padding)
    assert got.dtype == dtype
    want = torch_conv(x, w, b, stride=stride, padding=padding)
    np.testing.assert_allclose(got, want, rtol=0, atol=100 * np.finfo(dtype).eps)


def test_dilated_correlation_agrees_with_torch():
    rng = np.random.default_rng(5)
    x, w, b = rng.normal(size=(2, 3, 13, 12)), rng.normal(size=(4, 3, 2, 3)), rng.normal(size=4)
    for s, p, d in itertools.product(((1, 1), (2, 3)), ((0, 0), (1, 2)), ((1, 1), (3, 2), (2, 4))):
        got = ANSWERS["correlate_dilated"](x, w, b, s, p, d)
        np.testing.assert_allclose(got, torch_conv(x, w, b, stride=s, padding=p, dilation=d), atol=1e-12)


@pytest.mark.parametrize(("sigma", "radius"), [(0.6, 1), (1.7, 4), (3.0, 5)])
def test_the_filter_bank_agrees_with_the_library(sigma, radius):
    np.testing.assert_allclose(
        ANSWERS["gaussian_bank"](sigma, radius), filters.gaussian_bank(sigma, radius), atol=1e-14
    )


def test_the_worked_examples_of_the_tasks_are_right():
    a = ANSWERS
    assert a["output_size"](7, 2, stride=2, dilation=3) == 2
    assert a["input_sizes"](2, 2, stride=2, dilation=3) == (6, 7)
    assert (a["transposed_size"](3, 4, 5), a["transposed_size"](3, 4, 5, 1)) == (14, 12)
    assert a["receptive_field"]([(2, 2, 0, 1), (2, 2, 0, 1)]) == (4, 4)
    assert a["layer_counts"]("full", (1, 2, 2), (3, 1, 1), (1, 1)) == (15, 12)
    assert a["layer_counts"]("full", (1, 2, 2), (3, 1, 1), (1, 1), bias=False) == (12, 12)
    row = a["correlate"](np.array([[[[1, 2, 3]]]]), np.array([[[[10, 1]]]]), np.array([5]))
    assert row.tolist() == [[[[17, 28]]]]
    seen = a["windows"](np.array([[[[1, 2, 3]]]]), (1, 2))
    assert seen.shape == (1, 1, 1, 2, 1, 2)
    assert seen[0, 0, 0].tolist() == [[[1, 2]], [[2, 3]]]
    assert a["windows"](np.array([[[[1, 2, 3]]]]), (1, 1), (1, 2))[0, 0, 0].tolist() == [[[1]], [[3]]]
    holes = np.array([[[[1, 2, 3, 4]]]]), np.array([[[[10, 1]]]]), np.array([0])
    assert a["correlate_dilated"](*holes, dilation=(1, 2)).tolist() == [[[[13, 24]]]]
    np.testing.assert_allclose(a["gaussian_bank"](2.5, 1)[1].sum(axis=0), [-0.5, 0, 0.5])
    np.testing.assert_allclose(a["gaussian_bank"](2.5, 1)[3].sum(axis=0), [1, -2, 1], atol=1e-12)
    scores, place = a["find_template"](np.array([[0, 0, 1], [0, 0, 0]]), np.array([[0, 1]]))
    assert (scores.tolist(), place) == ([[0, 0.5], [0, 0]], (0, 1))


def test_the_example_of_the_restoring_padding_is_right():
    assert ANSWERS["output_size"](13, 4, 5) == 2
    assert ANSWERS["transposed_size"](2, 4, 5) == 9
    assert ANSWERS["restoring_padding"](13, 4, 5) == 4


def test_the_given_program_finds_rings_and_loses_letters():
    namespace = {"np": np}
    exec(LESSON.exercise("find_template").given.source, namespace)
    image = np.zeros((12, 12))
    ring, letter = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]), np.array([[1, 0], [1, 0], [1, 1]])
    for template, found in ((ring, True), (letter, False)):
        image[:] = 0
        image[5 : 5 + template.shape[0], 4 : 4 + template.shape[1]] = template
        assert (namespace["find_template"](image, template)[1] == (5, 4)) is found
        assert ANSWERS["find_template"](image, template)[1] == (5, 4)


def shares_right(bank, seeds):
    """Share of 300 new textures that the bank tells rightly, by seed of the textures."""
    x, kinds = textures(180, rng=np.random.default_rng(12))
    new = [textures(300, rng=np.random.default_rng(seed)) for seed in seeds]
    return [np.mean(told_apart(images, bank, x, kinds) == truth) for images, truth in new]


def test_the_open_exercise_is_solved_with_room_to_spare_on_any_textures():
    assert bank_work(ANSWERS["my_bank"]) <= 0.85 * 30_000
    assert min(shares_right(ANSWERS["my_bank"], range(20))) >= 0.97


def test_the_lesson_s_own_bank_does_not_solve_the_open_exercise():
    for bank in (
        [(filters.gaussian_bank(1.5, 4)[1:], 3, 1)],
        [(filters.gaussian_bank(1, 2)[1:], 3, d) for d in (1, 2, 3)],
    ):
        assert bank_work(bank) <= 30_000
        assert max(shares_right(bank, range(5))) < 0.72
    every_place = [(filters, 1, 1) for filters, _, _ in ANSWERS["my_bank"]]
    assert bank_work(every_place) > 500_000
