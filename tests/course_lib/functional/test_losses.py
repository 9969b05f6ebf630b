"""Losses with all their options against torch and scikit-learn; what torch has not, against its formula."""

import itertools

import numpy as np
import pytest
import sklearn.metrics
import torch
import torch.nn.functional as TF

from course_lib import Tensor
from course_lib import functional as F
from tests.course_lib.against_torch import assert_as_torch


def every(*options):
    """All combinations."""
    return list(itertools.product(*options))


REDUCTIONS = ("mean", "sum", "none")


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "huber_loss", "binary_cross_entropy_with_logits"])
def test_two_arrays_of_one_shape(name, reduction, rng):
    x, t = 3 * rng.standard_normal((4, 3)), rng.random((4, 3))
    options = {"reduction": reduction} | ({"delta": 0.7} if name == "huber_loss" else {})
    assert_as_torch(
        lambda a, b: getattr(F, name)(a, b, **options), lambda a, b: getattr(TF, name)(a, b, **options), x, t
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_binary_cross_entropy_with_and_without_weights(reduction, rng):
    y, t, w, p = rng.random((5, 3)), rng.random((5, 3)), rng.random(3), rng.random(3)
    y[0] = [0, 1, 1]
    t[0] = [0, 1, 0.5]  # log 0, held at -100
    y[1, 0], t[1, 0] = 0, 1
    for weight in (None, w):
        ours = {"weight": weight, "reduction": reduction}
        theirs = {"weight": weight if weight is None else torch.tensor(w), "reduction": reduction}
        assert_as_torch(
            lambda a, b, o=ours: F.binary_cross_entropy(a, b, **o),
            lambda a, b, o=theirs: TF.binary_cross_entropy(a, b, **o),
            y, t, fixed=(1,), rtol=1e-8,  # torch holds y (1 - y) above a single-precision 1e-12
        )  # fmt: skip
        for pos, tpos in ((None, None), (p, torch.tensor(p))):
            assert_as_torch(
                lambda a, b, o=ours, pos=pos: F.binary_cross_entropy_with_logits(a, b, pos_weight=pos, **o),
                lambda a, b, o=theirs, pos=tpos: TF.binary_cross_entropy_with_logits(a, b, pos_weight=pos, **o),
                20 * (y - 0.5), t,
            )  # fmt: skip


def test_logits_of_any_size_give_finite_losses_and_gradients():
    x = Tensor(np.array([-1e4, -800.0, 0.0, 800.0, 1e4]), requires_grad=True)
    loss = F.binary_cross_entropy_with_logits(x, np.array([1.0, 0, 1, 0, 1]), reduction="sum")
    assert loss.item() == pytest.approx(1e4 + 800 + np.log(2))
    loss.backward()
    np.testing.assert_allclose(x.grad, [-1, 0, -0.5, 1, 0], atol=1e-300)
    x = Tensor(np.array([[1e4, -1e4, 0.0]]), requires_grad=True)
    loss = F.cross_entropy(x, np.array([1]))
    assert loss.item() == 2e4
    loss.backward()
    np.testing.assert_array_equal(x.grad, [[1, -1, 0]])


OPTIONS = every(REDUCTIONS, (False, True), (-100, 1), (0.0, 0.3))


def test_where_every_target_is_ignored_the_mean_is_no_number_and_the_gradient_zero(rng):
    x, t = rng.standard_normal((3, 4)), np.full(3, -100)
    for ours, theirs in ((F.cross_entropy, TF.cross_entropy), (F.nll_loss, TF.nll_loss)):
        assert_as_torch(lambda y, f=ours: f(y, t), lambda y, f=theirs: f(y, torch.tensor(t)), x)
    assert_as_torch(F.cross_entropy, TF.cross_entropy, np.zeros((0, 4)), np.zeros((0, 4)), fixed=(1,))


@pytest.mark.parametrize(("reduction", "weighted", "ignore", "smoothing"), OPTIONS, ids=str)
@pytest.mark.parametrize("shape", [(6, 4), (3, 4, 2, 5), (4,)], ids=str)
def test_cross_entropy_of_class_indices_with_every_option(shape, reduction, weighted, ignore, smoothing, rng):
    axis = 0 if len(shape) == 1 else 1
    x = 3 * rng.standard_normal(shape)
    t = rng.integers(0, 4, shape[:axis] + shape[axis + 1 :])
    t = np.array(2) if t.ndim == 0 else t  # a single ignored sample has no mean
    w = rng.random(4) if weighted else None
    options = {"ignore_index": ignore, "reduction": reduction, "label_smoothing": smoothing}
    assert_as_torch(
        lambda a: F.cross_entropy(a, t, weight=w, **options),
        lambda a: TF.cross_entropy(a, torch.tensor(t), weight=None if w is None else torch.tensor(w), **options),
        x,
    )
    if not smoothing:
        options.pop("label_smoothing")
        assert_as_torch(
            lambda a: F.nll_loss(a, t, weight=w, **options),
            lambda a: TF.nll_loss(a, torch.tensor(t), weight=None if w is None else torch.tensor(w), **options),
            x,
        )


@pytest.mark.parametrize(("reduction", "weighted", "smoothing"), every(REDUCTIONS, (False, True), (0.0, 0.2)))
@pytest.mark.parametrize("shape", [(6, 4), (3, 4, 2), (4,)], ids=str)
def test_cross_entropy_of_probabilities_reaches_both_sides(shape, reduction, weighted, smoothing, rng):
    x, t, w = rng.standard_normal(shape), rng.random(shape), rng.random(4) if weighted else None
    options = {"reduction": reduction, "label_smoothing": smoothing}
    assert_as_torch(
        lambda a, b: F.cross_entropy(a, b, weight=w, **options),
        lambda a, b: TF.cross_entropy(a, b, weight=None if w is None else torch.tensor(w), **options),
        x, t,
    )  # fmt: skip


def test_the_loss_of_equal_logits_is_the_logarithm_of_the_classes():
    assert F.cross_entropy(np.zeros((5, 10)), np.arange(5)).item() == pytest.approx(np.log(10))


@pytest.mark.parametrize(("p", "margin", "weighted", "reduction"), every((1, 2), (1.0, 0.3), (False, True), REDUCTIONS))
def test_multi_class_hinge(p, margin, weighted, reduction, rng):
    x, t, w = rng.standard_normal((6, 4)), rng.integers(0, 4, 6), rng.random(4)
    assert_as_torch(
        lambda a: F.multi_margin_loss(a, t, p, margin, w if weighted else None, reduction),
        lambda a: TF.multi_margin_loss(
            a, torch.tensor(t), p, margin, torch.tensor(w) if weighted else None, reduction=reduction
        ),
        x,
    )


def test_binary_hinge_is_scikit_learns(rng):
    y, t = rng.standard_normal(50), rng.choice([-1, 1], 50)
    assert F.hinge_loss(y, t).item() == pytest.approx(sklearn.metrics.hinge_loss(t, y), rel=1e-12)
    assert_as_torch(
        lambda a: F.hinge_loss(a, t, margin=0.5, reduction="none"),
        lambda a: torch.relu(0.5 - a * torch.tensor(t)), y,
    )  # fmt: skip


def test_the_perceptron_criterion_counts_only_the_misclassified(rng):
    y, t = rng.standard_normal(50), rng.choice([-1, 1], 50)
    wrong = np.sign(y) != t
    assert F.perceptron_loss(y, t, reduction="sum").item() == pytest.approx(np.abs(y[wrong]).sum())
    x = Tensor(y, requires_grad=True)
    F.perceptron_loss(x, t, reduction="sum").backward()
    np.testing.assert_array_equal(x.grad, np.where(wrong, -t, 0))


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_contrastive_loss_is_hadsells_formula(reduction, rng):
    a, b, same = rng.standard_normal((6, 3)), rng.standard_normal((6, 3)), np.array([1, 0, 1, 0, 0, 1])

    def formula(a, b):
        d, s = torch.linalg.vector_norm(a - b, dim=1), torch.tensor(same)
        loss = s * d**2 / 2 + (1 - s) * torch.relu(2.5 - d) ** 2 / 2
        return loss if reduction == "none" else getattr(loss, reduction)()

    assert_as_torch(lambda *t: F.contrastive_loss(*t, same, 2.5, reduction), formula, a, b)


def test_equal_embeddings_give_a_finite_gradient(rng):
    a = Tensor(rng.standard_normal((2, 3)), requires_grad=True)
    F.contrastive_loss(a, a.data.copy(), np.array([0, 1])).backward()
    np.testing.assert_array_equal(a.grad, np.zeros((2, 3)))


@pytest.mark.parametrize(("p", "swap", "reduction"), every((1, 2, 3), (False, True), REDUCTIONS))
def test_triplet_loss(p, swap, reduction, rng):
    arrays = rng.standard_normal((3, 5, 4))
    options = {"margin": 1.5, "p": p, "swap": swap, "reduction": reduction}
    assert_as_torch(
        lambda *t: F.triplet_margin_loss(*t, **options), lambda *t: TF.triplet_margin_loss(*t, **options), *arrays
    )


@pytest.mark.parametrize(
    ("error", "sentence", "wrong"),
    [
        (
            ValueError,
            r"mse_loss: both inputs must have one shape, got \(3,\) and \(3, 1\)",
            lambda: F.mse_loss(np.ones(3), np.ones((3, 1))),
        ),
        (
            ValueError,
            "l1_loss: reduction must be 'mean', 'sum' or 'none', got 'average'",
            lambda: F.l1_loss(1.0, 1.0, "average"),
        ),
        (ValueError, "huber_loss: delta must be positive, got 0", lambda: F.huber_loss(1.0, 1.0, delta=0)),
        (
            ValueError,
            r"binary_cross_entropy: predictions must be probabilities .* got -1 to 2; for logits use",
            lambda: F.binary_cross_entropy(np.array([-1.0, 2.0]), np.ones(2)),
        ),
        (
            ValueError,
            r"cross_entropy: label_smoothing must be in \[0, 1\], got 2",
            lambda: F.cross_entropy(np.ones((1, 2)), [0], label_smoothing=2),
        ),
        (
            ValueError,
            r"cross_entropy: class indices must have shape \(3,\) for predictions \(3, 2\), got \(2,\)",
            lambda: F.cross_entropy(np.ones((3, 2)), [0, 1]),
        ),
        (
            ValueError,
            "cross_entropy: class indices must be between 0 and 1, got 2",
            lambda: F.cross_entropy(np.ones((1, 2)), [2]),
        ),
        (
            ValueError,
            r"cross_entropy: class probabilities must have shape \(1, 2\), got \(1, 3\)",
            lambda: F.cross_entropy(np.ones((1, 2)), np.ones((1, 3))),
        ),
        (
            ValueError,
            r"cross_entropy: weight must have one number for each of 2 classes, got shape \(3,\)",
            lambda: F.cross_entropy(np.ones((1, 2)), [0], np.ones(3)),
        ),
        (ValueError, "cross_entropy: predictions must have a class axis", lambda: F.cross_entropy(1.0, 0)),
        (
            ValueError,
            r"cross_entropy: predictions must have at least one class, got shape \(2, 0\)",
            lambda: F.cross_entropy(np.ones((2, 0)), [0, 0]),
        ),
        (
            TypeError,
            r"cross_entropy: target must hold class indices \(integers\), got dtype bool",
            lambda: F.cross_entropy(np.ones((1, 2)), [True]),
        ),
        (
            TypeError,
            r"nll_loss: target must hold class indices \(integers\), got dtype float64",
            lambda: F.nll_loss(np.ones((1, 2)), np.ones((1, 2))),
        ),
        (
            ValueError,
            "hinge_loss: labels must be -1 or 1, got .0 1",
            lambda: F.hinge_loss(np.ones(2), np.array([0, 1])),
        ),
        (
            ValueError,
            "perceptron_loss: labels must be -1 or 1",
            lambda: F.perceptron_loss(np.ones(2), np.array([0, 1])),
        ),
        (
            ValueError,
            r"multi_margin_loss: needs scores .* got \(3,\) and \(3,\)",
            lambda: F.multi_margin_loss(np.ones(3), np.ones(3, int)),
        ),
        (
            ValueError,
            "multi_margin_loss: p must be 1 or 2, got 3",
            lambda: F.multi_margin_loss(np.ones((1, 3)), [0], p=3),
        ),
        (
            ValueError,
            r"contrastive_loss: needs embeddings .* got \(2,\) and \(2,\)",
            lambda: F.contrastive_loss(np.ones(2), np.ones(2), [1, 1]),
        ),
        (
            ValueError,
            "triplet_margin_loss: margin must be positive, got -1",
            lambda: F.triplet_margin_loss(*np.ones((3, 2, 2)), margin=-1),
        ),
    ],
)
def test_wrong_input_is_told_in_one_sentence(error, sentence, wrong):
    with pytest.raises(error, match=sentence) as caught:
        wrong()
    assert "\n" not in str(caught.value)
