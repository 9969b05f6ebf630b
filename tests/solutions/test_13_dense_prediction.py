"""Lesson 13: its answers agree with torch, scikit-learn and the library, and what its text says stays true."""

import json
from itertools import pairwise

import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score, jaccard_score

from course_lib.autograd.tensor import Tensor
from course_lib.evidence.outcome import mean_iou
from course_lib.topics import checkerboards, dense, restoration, segmentation, tiles
from course_lib.torch_models import bridge
from grading.paths import ROOT
from tests.solutions.reference import definitions, lesson

LESSON = lesson("13_dense_prediction")
ANSWERS = definitions(LESSON, figures=True)


@pytest.fixture
def rng():
    return np.random.default_rng(13)


def test_the_exercises_of_the_curriculum_are_there_in_order():
    wanted = ["mask_scores", "pixel_loss", "mirrored", "upconv", "unpool", "context_module", "unet", "tiles", "denoise"]
    wanted.append("open_segmenter")
    assert [e.id for e in LESSON.exercises if not e.predict] == wanted
    assert [e.id for e in LESSON.exercises if e.predict] == ["faults", "touched", "finer"]


def test_mask_scores_are_scikit_learn_s(rng):
    p, t = rng.integers(0, 4, (2, 3, 5, 6))
    share, iou, dice = ANSWERS["mask_scores"](p, t, 5)
    assert share == np.mean(p == t)
    np.testing.assert_allclose(iou[:4], jaccard_score(t.ravel(), p.ravel(), average=None))
    np.testing.assert_allclose(dice[:4], f1_score(t.ravel(), p.ravel(), average=None))
    assert np.isnan([iou[4], dice[4]]).all()


def test_the_loss_is_torch_s_and_the_given_program_s_is_right_for_single_pixels_only(rng):
    given = {"np": np}
    exec(LESSON.exercise("pixel_loss").given.source, given)
    for h, w, agrees in ((1, 1, True), (3, 4, False)):
        scores, t = rng.normal(size=(2, 3, h, w)), rng.integers(0, 3, (2, h, w))
        x = torch.from_numpy(scores).requires_grad_()
        loss = torch.nn.functional.cross_entropy(x, torch.from_numpy(t))
        loss.backward()
        mine = ANSWERS["pixel_loss"](scores, t)
        np.testing.assert_allclose(mine[0], loss.item())
        np.testing.assert_allclose(mine[1], x.grad.numpy(), atol=1e-12)
        other = given["pixel_loss"](scores, t)
        assert np.allclose(other[1], x.grad.numpy()) is agrees


def test_mirrored_pairs_still_belong_together(rng):
    x, t = dense_pairs(rng)
    coins = np.array([True, False, True, False])
    images, masks = ANSWERS["mirrored"](x, t, coins)
    assert np.array_equal(images[:, 0] > 0, masks > 0)
    assert np.array_equal(images[1::2], x[1::2])
    assert np.array_equal(masks[0], t[0, :, ::-1])


def dense_pairs(rng):
    t = (rng.random((4, 5, 6)) < 0.5).astype(int)
    return np.where(t, 1.0, -1.0)[:, None], t


@pytest.mark.parametrize(("kernel", "stride", "padding"), [((3, 3), 1, 0), ((4, 2), 3, 1), ((5, 3), 2, 1)])
def test_the_upconvolution_and_its_gradients_are_torch_s(rng, kernel, stride, padding):
    x, w, b = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(3, 2, *kernel)), rng.normal(size=2)
    tensors = [torch.from_numpy(a).requires_grad_() for a in (x, w, b)]
    y = torch.nn.functional.conv_transpose2d(*tensors, stride=stride, padding=padding)
    np.testing.assert_allclose(ANSWERS["upconv"](x, w, b, stride, padding), y.detach().numpy(), atol=1e-12)
    g = rng.normal(size=y.shape)
    y.backward(torch.from_numpy(g))
    for mine, t in zip(ANSWERS["upconv_backward"](g, x, w, stride, padding), tensors, strict=True):
        np.testing.assert_allclose(mine, t.grad.numpy(), atol=1e-12)


def test_the_prediction_of_touched_pixels_is_what_the_upconvolution_gives():
    out = ANSWERS["upconv"](np.ones((1, 1, 1, 5)), np.ones((1, 1, 1, 3)), np.zeros(1), 2, 0)
    namespace = {}
    exec(LESSON.exercise("touched").reference, namespace)
    assert namespace["touched"] == out[0, 0, 0].tolist()


@pytest.mark.parametrize("k", [2, 3])
def test_switches_are_torch_s(rng, k):
    x = rng.integers(-4, 5, (2, 3, 7, 8)).astype(float)
    values, places = torch.nn.functional.max_pool2d(torch.from_numpy(x), k, return_indices=True)
    mine = ANSWERS["pool_with_switches"](x, k)
    assert np.array_equal(mine[0], values.numpy())
    assert np.array_equal(mine[1], places.numpy())
    back = torch.nn.functional.max_unpool2d(values, places, k, output_size=(7, 8))
    assert np.array_equal(ANSWERS["unpool"](*mine, x.shape), back.numpy())


def test_the_context_module_sees_what_it_says(rng):
    make, sees = ANSWERS["context_module"], ANSWERS["sees"]
    module = make(1, 9, 3, [1, 2], 5, rng).double()
    x = Tensor(rng.normal(size=(1, 1, 21, 21)), requires_grad=True)
    module(x)[0, :, 10, 10].sum().backward()
    reached = np.flatnonzero(np.abs(x.grad[0, 0]).sum(axis=0) > 0)
    assert reached.max() - reached.min() + 1 <= sees([1, 2], 5) == 13


def test_the_unet_is_the_library_s(rng):
    mine, library = ANSWERS["LittleUNet"]((2, 3, 4), 3, 2, rng).double(), dense.UNet((2, 3, 4), 3, 2, rng=rng).double()
    assert mine.state_dict().keys() == library.state_dict().keys()
    library.load_state_dict(mine.state_dict())
    x = Tensor(rng.normal(size=(2, 2, 9, 6)))
    np.testing.assert_allclose(mine(x).data, library(x).data, rtol=1e-11)


def test_tiles_are_the_library_s_and_the_least_margin_is_half_the_field(rng):
    net, x = dense.Context(2, (1, 2), rng=rng).eval().double(), rng.normal(size=(1, 1, 13, 10))

    def say(piece):
        return net(Tensor(piece)).data

    for tile, margin in ((4, 0), (5, 2), (6, 3)):
        mine = ANSWERS["tile_by_tile"](say, x, tile, margin)
        np.testing.assert_allclose(mine, tiles.by_tiles(net, x, tile, margin), atol=1e-12)
    assert ANSWERS["least_margin"](say, x, 4) == 3


def test_decibels_are_the_library_s_and_a_step_takes_noise_away(rng):
    truth = rng.random((2, 1, 4, 5))
    image = truth + 0.1 * rng.normal(size=truth.shape)
    assert ANSWERS["decibels"](image, truth, 3.0) == pytest.approx(restoration.psnr(image, truth, 3.0))
    net = ANSWERS["context_module"](1, 4, 1, [1, 1], 3, rng).double()
    optimizer = ANSWERS["optim"].Adam(net.parameters(), lr=0.02)
    losses = [ANSWERS["denoise_step"](net, optimizer, truth, image - truth)[0] for _ in range(60)]
    assert losses[-1] < 0.7 * losses[0]
    _, clean = ANSWERS["denoise_step"](net, optimizer, truth, image - truth)
    assert np.mean((clean - truth) ** 2) == pytest.approx(losses[-1], rel=0.2)


# ------------------------------------------------------------------- what the text claims


def open_score(make, seed=0, epochs=6, scale=lambda x: x):
    """Mean IoU of a design of the open exercise on 120 scenes that are not the judge's."""
    x, t = ANSWERS["small_scenes"](400, np.random.default_rng(13))
    x_new, t_new = ANSWERS["small_scenes"](120, np.random.default_rng(77 + seed))
    net = make(np.random.default_rng(seed))
    list(dense.learn(net, x, t, epochs=epochs, size=10, rate=0.02, rng=np.random.default_rng(seed + 9)))
    return mean_iou(dense.masks_of(net, scale(x_new)), t_new)


def test_the_open_exercise_can_be_done_from_other_starts_and_not_by_brightness():
    reached = [open_score(lambda rng: dense.Pooled((8,) * 5, up="skip", rng=rng), seed) for seed in (1, 2)]
    assert min(reached) > 0.44
    assert open_score(lambda rng: dense.Context(16, (1, 1), kernels=1, rng=rng), epochs=2) < 0.37


def test_bright_pixels_called_discs_reach_what_the_open_exercise_says():
    best = []
    for seed in range(200, 210):
        x, t = ANSWERS["small_scenes"](120, np.random.default_rng(seed))
        best.append(max(mean_iou((x[:, 0] > bound).astype(int), t) for bound in (0.1, 0.15, 0.2, 0.25, 0.3)))
    (task,) = [cell.source for cell in LESSON.cells if cell.role == "task" and cell.id == "open_segmenter"]
    assert f"gets about {np.mean(best):.2f}" in task


def test_specks_cost_outlines_and_a_shift_by_one_pixel_costs_area():
    _, t = ANSWERS["scenes"](200, seed=2)
    rng = np.random.default_rng(3)
    specks = np.where(rng.random(t.shape) < 0.02, rng.integers(0, 4, t.shape), t)
    (area, outline), (area_1, outline_1), (area_3, outline_3) = [
        (mean_iou(p, t), segmentation.boundary_f(p, t)) for p in (specks, np.roll(t, 1, axis=2), np.roll(t, 3, axis=2))
    ]
    assert outline < area - 0.05
    assert area_1 < outline_1 - 0.1
    assert outline_1 > 0.99
    assert max(area_3, outline_3) < 0.7


def test_networks_that_are_compared_have_equally_many_weights(monkeypatch):
    seen = {}
    monkeypatch.setitem(ANSWERS, "lecture_table", lambda title, rows: rows)
    for figure in ("resolution_figure", "reach_figure"):
        monkeypatch.setitem(
            ANSWERS,
            "contest",
            lambda nets: {k: dense.weights(make(np.random.default_rng(0))) for k, (make, *_) in nets.items()},
        )
        seen |= ANSWERS[figure]()
    assert len(seen) == 10
    assert max(seen.values()) / min(seen.values()) < 1.03


def record(name, column=2):
    """Rows of a recorded figure: {first column: the third, or another}."""
    table = json.loads((ROOT / "notebooks" / "figures" / f"{name}.json").read_text(encoding="utf-8"))["results"]
    return {row[0]: row[column] for result in table if "rows" in result for row in result["rows"]}


def number(text, after):
    """(mean, standard error) behind a word of a cell such as `IoU 0.55 ± 0.01, boundary F 0.9 ± 0.0`."""
    mean, _, error = text.split(f"{after} ")[1].replace(",", "").split()[:3]
    return float(mean), float(error)


def test_dilation_keeps_the_resolution_that_pooling_loses():
    rows = record("F21")
    iou, outline = ({k: number(v, after) for k, v in rows.items()} for after in ("IoU", "boundary F"))
    dilated, pooled, skip = (next(k for k in rows if k.startswith(w)) for w in ("dilated", "pooled", "skip"))
    for score in (iou, outline):
        assert score[dilated][0] - score[pooled][0] > 4 * (score[dilated][1] + score[pooled][1])
        assert score[skip][0] - score[pooled][0] > 4 * (score[skip][1] + score[pooled][1])
    plain = next(k for k in rows if k.startswith("neither"))
    assert iou[dilated][0] - iou[plain][0] > 2 * (iou[dilated][1] + iou[plain][1])
    assert outline[plain][0] > 0.9
    for score in (iou, outline):  # "with skip links both scores are about those of the dilated network"
        assert abs(score[skip][0] - score[dilated][0]) < 2 * (score[skip][1] + score[dilated][1])
    seconds = {k: float(v.split()[-4]) for k, v in record("F21", column=3).items()}
    assert seconds[skip] < 0.5 * seconds[dilated]


def test_dilation_is_ahead_of_large_kernels_and_of_a_connected_head():
    (_, dilated), (_, large), (_, connected) = record("F40").items()
    found = [number(row, "IoU") for row in (dilated, large, connected)]
    for other in found[1:]:
        assert found[0][0] - other[0] > 2 * (found[0][1] + other[1])


def test_networks_are_ahead_of_filters_made_by_hand():
    (_, hand), *learned = record("F21b").items()
    assert all(number(row, "AUC")[0] > float(hand.split()[1]) + 0.005 for _, row in learned)
    (near, _), (far, error) = (number(row, "AUC") for _, row in learned)
    assert near > far + 2 * error  # "of the two the one that sees less is ahead"
    rows = record("F21c")
    best = {k: float(v.split()[0]) for k, v in rows.items()}
    rivals = [best[f"denoising: {name}"] for name in ("Gaussian", "Wiener", "bilateral")]
    assert best["denoising: residual network"] > max(rivals)
    assert best["twice the size: network, pixel shuffle"] > best["twice the size: bicubic"] + 0.2


def test_a_smooth_start_leaves_less_of_the_checkerboard_and_the_kernel_s_size_makes_no_difference():
    found = {name: number(text, "ripple") for name, text in record("F21d").items()}
    first = {name: number(text, "training")[0] for name, text in record("F21d").items()}
    three, four, bilinear, shuffle, icnr, nearest = checkerboards.HEADS
    assert list(found) == list(checkerboards.HEADS)
    assert abs(found[three][0] - found[four][0]) < 2 * (found[three][1] + found[four][1])
    for random, smooth in ((three, bilinear), (four, bilinear), (shuffle, icnr)):
        assert found[random][0] - found[smooth][0] > 2 * (found[random][1] + found[smooth][1])
        assert 0.2 < found[smooth][0] / found[random][0] < 0.5  # "about a third is left"
    assert all(0.985 < 1 - found[name][0] / first[name] < 0.995 for name in (three, four, shuffle))  # "about 99 %"
    assert found[nearest] == (0, 0)
    assert found[icnr][0] > 0.1


def test_nearest_neighbour_first_makes_no_checkerboard_at_any_weights(rng):
    model = checkerboards.Enlarger(checkerboards.HEADS[-1], rng=rng)
    for p in model.parameters():
        p.data = rng.normal(size=p.shape).astype(np.float32)
    assert 255 * checkerboards.flat_answers(model).std() > 100
    assert checkerboards.ripple(model) < 0.01


@pytest.mark.parametrize("size", [(16, 16), (13, 18)])
def test_the_u_net_s_twin_in_torch_gives_the_same_scores(size, rng):
    defined = {"bridge": bridge, "pairwise": pairwise}
    source = next(c for c in LESSON.cells if c.role == "gpu" and "class UNetTwin" in c.source).source
    exec(source.partition("\nif torch:")[0], defined)
    model, x = dense.UNet((3, 4, 5), rng=rng), rng.normal(size=(2, 1, *size)).astype(np.float32)
    model(Tensor(x))  # moves the running means
    twin = bridge.to_torch(model.eval(), defined["UNetTwin"]((3, 4, 5))).eval()
    with torch.no_grad():
        theirs = twin(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(theirs, model(Tensor(x)).data, atol=1e-4)
    assert theirs.std() > 0.01


def other_losses(t):
    """The lesson's weighted cross-entropy and soft Dice loss, weighted for masks like `t`."""
    source = next(c for c in LESSON.cells if c.id == "losses").source
    exec(source[: source.index("(x_losses")], defined := dict(ANSWERS) | {"t_losses": t})
    return defined["weighted_cross_entropy"], defined["soft_dice_loss"]


def test_other_losses_are_torch_s_and_one_less_dice_of_sets(rng):
    t, scores = rng.choice(4, (3, 5, 6), p=(0.7, 0.1, 0.15, 0.05)), rng.normal(size=(3, 4, 5, 6)).astype(np.float32)
    weighted, soft_dice = other_losses(t)
    rarity = torch.from_numpy(1 / np.bincount(t.ravel(), minlength=4)).float()
    theirs = torch.nn.functional.cross_entropy(torch.from_numpy(scores), torch.from_numpy(t), weight=rarity)
    assert float(weighted(Tensor(scores), t).data) == pytest.approx(float(theirs), abs=1e-5)
    sure = 60 * np.eye(4, dtype=np.float32)[scores.argmax(1)].transpose(0, 3, 1, 2)  # a softmax of 0 and 1
    dice = segmentation.segmentation_scores(scores.argmax(1), t, 4)[2]
    assert float(soft_dice(Tensor(sure), t).data) == pytest.approx(1 - dice.mean(), abs=1e-5)


def test_weights_trade_misses_for_alarms_and_soft_dice_is_ahead_by_iou():
    (x, t), (x_new, t_new) = ANSWERS["scenes"](600, seed=41), ANSWERS["scenes"](200, seed=42)
    found = []
    for loss in (ANSWERS["F"].cross_entropy, *other_losses(t)):
        net = dense.Pooled((12, 12, 12, 12, 11), up="skip", rng=np.random.default_rng(0))
        list(dense.learn(net, x, t, epochs=6, loss=loss, rng=np.random.default_rng(100)))
        p = dense.masks_of(net, x_new)
        found.append((np.mean((p == 0)[t_new > 0]), np.mean((p > 0)[t_new == 0]), segmentation.mean_iou(p, t_new, 4)))
    plain, weighted, soft = found
    assert weighted[0] < 0.5 * plain[0]
    assert weighted[1] > 3 * plain[1]
    assert soft[2] > plain[2] + 0.015
