"""LeNet in its forms has the lecture's sizes, learns, and refuses what it cannot read."""

import numpy as np
import pytest
import torch

from course_lib.autograd.tensor import Tensor
from course_lib.data import datasets
from course_lib.topics.lenet import KINDS, all_convolutional, hits, images_for_lenet, learn, lenet


def shapes_inside(model, side=28):
    x, found = Tensor(np.zeros((1, 1, side, side), np.float32)), []
    for layer in model:
        x = layer(x)
        found.append(x.shape[1:])
    return found


@pytest.mark.parametrize(
    ("kind", "sides"),
    [("pooled", [24, 12, 8, 4]), ("local", [24, 12, 8, 4]), ("strided", [12, 4]), ("learned", [24, 12, 8, 4])],
)
def test_the_maps_have_the_sizes_of_the_lecture(kind, sides):
    shapes = shapes_inside(lenet(kind, rng=np.random.default_rng(0)))
    found = [s[1] for s in shapes if len(s) == 3]
    assert [side for k, side in enumerate(found) if k == 0 or side != found[k - 1]] == sides
    assert next(s for s in shapes if len(s) == 1) == (320,)
    assert shapes[-1] == (10,)


def test_the_pooled_net_has_21840_weights_as_in_torch():
    nn = torch.nn
    parts = [nn.Conv2d(1, 10, 5), nn.Conv2d(10, 20, 5), nn.Linear(320, 50), nn.Linear(50, 10)]
    counted = sum(p.numel() for part in parts for p in part.parameters())
    assert sum(p.data.size for p in lenet(rng=np.random.default_rng(0)).parameters()) == counted == 21_840


def test_a_relu_on_top_leaves_no_negative_score():
    x = Tensor(np.random.default_rng(1).normal(size=(50, 1, 28, 28)).astype(np.float32))
    plain, rectified = (lenet(rng=np.random.default_rng(0), relu_on_top=top)(x).data for top in (False, True))
    assert plain.min() < 0
    np.testing.assert_array_equal(rectified, np.maximum(plain, 0))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_learns_the_bundled_digits(kind):
    data, rng = datasets.digits(), np.random.default_rng(0)
    x, t = images_for_lenet(data.x_train[:400]), data.t_train[:400]
    model = lenet(kind, rng=rng, maps=(4, 6), hidden=20)
    before = hits(model, x, t)
    losses = list(learn(model, x, t, epochs=6, size=16, rng=rng))
    assert losses[-1] < 0.6 * losses[0]
    assert hits(model, x, t) > before + 0.3


def test_decay_shrinks_the_weights_and_change_alters_the_batches():
    x, t = np.zeros((64, 1, 28, 28), np.float32), np.zeros(64, int)
    sizes, seen = [], []
    for decay in (0.0, 5.0):
        model = lenet(rng=np.random.default_rng(0))
        list(learn(model, x, t, epochs=4, rng=np.random.default_rng(1), decay=decay))
        sizes.append(float(np.linalg.norm(model[0].weight.data)))
    assert sizes[1] < 0.99 * sizes[0]

    def change(images, *, rng):
        seen.append(len(images))
        return images

    list(
        learn(lenet(rng=np.random.default_rng(0)), x, t, epochs=1, rng=np.random.default_rng(1), size=48, change=change)
    )
    assert seen == [48, 16]


def test_small_digits_are_enlarged_threefold_and_framed():
    x = np.zeros((1, 1, 8, 8), np.uint8)
    x[0, 0, 3:5, 3:5] = 255
    big = images_for_lenet(x, mean=0, std=1)
    want = torch.nn.functional.interpolate(torch.tensor(x / 255.0), scale_factor=3, mode="bilinear").numpy()
    np.testing.assert_allclose(big[:, :, 2:-2, 2:-2], want, atol=1e-6)
    assert big.dtype == np.float32
    assert not big[:, :, :2].any()


def test_mnist_images_get_mean_0_and_deviation_1_by_mnists_numbers():
    x = np.full((2, 1, 28, 28), 51, np.uint8)
    np.testing.assert_allclose(images_for_lenet(x), (0.2 - 0.1307) / 0.3081, rtol=1e-5)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="kind must be one of pooled, strided"):
        lenet("deep", rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"expected images \(n, 1, 28, 28\)"):
        images_for_lenet(np.zeros((2, 3, 28, 28)))


def test_the_net_of_convolutions_alone_gives_the_learned_nets_scores_and_slides_over_larger_images():
    plain = lenet("learned", rng=np.random.default_rng(3))
    spread = all_convolutional((10, 20), 50, 10, np.random.default_rng(3))
    x = np.random.default_rng(4).normal(size=(2, 1, 28, 28)).astype(np.float32)
    np.testing.assert_allclose(spread(Tensor(x)).data[:, :, 0, 0], plain(Tensor(x)).data, rtol=1e-4, atol=1e-5)
    assert spread(Tensor(np.pad(x, ((0, 0), (0, 0), (0, 4), (0, 8))))).shape == (2, 10, 2, 3)
