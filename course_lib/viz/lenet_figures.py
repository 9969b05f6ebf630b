"""The lecture figures of lesson 10 that train LeNets: tables and drawings; each is the whole call of a figure cell."""

from typing import Any

import numpy as np

from course_lib.data.augment import translate
from course_lib.topics.filter_fit import best_fits, derivatives, gabors
from course_lib.topics.filters import gaussian_bank
from course_lib.topics.lenet import hits, learn, lenet
from course_lib.topics.lenet_runs import (
    engineered,
    first_layer,
    mnist,
    multiply_adds,
    pooling_net,
    small_net,
    under_shift,
)
from course_lib.train import mean_and_error, plus_minus
from course_lib.viz import curves, images, stages, style
from course_lib.viz.lecture import lecture_table


def _per_cent(values: Any) -> Any:
    """Mean ± standard error over runs, in per cent."""
    return f"{plus_minus(values, 2, 100)} %"


def lenet_figure(runs: int = 3, epochs: int = 5) -> Any:
    """F16: LeNet with pooling, with strides, with a learned summary; returns the table.

    Means over `runs` starts, each trained for `epochs` epochs.
    """
    name, x, t, x_test, t_test = mnist()
    rows = []
    for what, lecture, kind, top in (
        ("conv 5×5 + max pool 2×2", "99.58 / 98.77 %", "pooled", False),
        ("conv 5×5 stride 2", "99.42 / 98.31 %", "strided", False),
        ("conv 5×5 + conv 3×3 stride 2", "99.38 / 98.57 %", "learned", False),
        ("first row, ReLU on the scores", "drawn so", "pooled", True),
    ):
        train, test = [], []
        for seed in range(runs):
            rng = np.random.default_rng(seed)
            model = lenet(kind, rng=rng, relu_on_top=top)
            list(learn(model, x, t, epochs=epochs, rng=rng))
            train, test = [*train, hits(model, x, t)], [*test, hits(model, x_test, t_test)]
        setting = f"{name}, Adam, one cycle to 0.003, batch 64, {epochs} epochs, {runs} runs"
        setting += f"; tests {np.round(test, 4).tolist()}"
        rows.append((what, lecture, f"{_per_cent(train)} / {_per_cent(test)}", setting))
    return lecture_table("F16 · LeNet in three forms, training / test images right", rows)


def filters_figure(runs: int = 3) -> Any:
    """F17: learned filters beside the nearest derivative of a Gaussian, drawn; returns the table.

    Of `runs` starts each.
    """
    name, *sets = mnist()
    plain, clean = ([first_layer(seed, *sets, small=small) for seed in range(runs)] for small in (False, True))
    groups = {
        f"learned, small start and decay (test {_per_cent([run[3] for run in clean])})": [run[1] for run in clean],
        f"learned as for F16 (test {_per_cent([run[3] for run in plain])})": [run[1] for run in plain],
        "before training": [run[0] for run in plain],
        "pure noise": [np.random.default_rng(17).normal(size=(300, 5, 5))],
        "hand-made bank of lesson 09": [gaussian_bank(1.0, 2)],
    }
    rows = []
    for what, parts in groups.items():
        those = np.concatenate(parts)
        fits, waves = best_fits(those, derivatives(5)), best_fits(those, gabors(5))
        orders = [sum(f.order == k for f in fits) for k in (0, 1, 2)]
        ours = f"{np.mean([f.score for f in fits]):.2f} (Gabor {np.mean([f.score for f in waves]):.2f})"
        lecture = "resemble derivatives of order 0, 1, 2" if what.startswith("learned") else ""
        rows.append((what, lecture, ours, f"{len(those)} filters; best template of order 0, 1, 2: {orders}; {name}"))
    for title, those in (("first layer", clean[0][1]), ("lesson 09: G, Gx, Gy, Gxx, Gxy, Gyy", gaussian_bank(1.0, 2))):
        stages.fitted_filters(those, best_fits(those, derivatives(5)), title=title)
    strongest = np.argsort(-np.square(clean[0][2]).sum(axis=(1, 2, 3)))[:6]
    titles = [f"{k}, of map {c}" for k in strongest for c in range(10)]
    images.image_grid(
        clean[0][2][strongest].reshape(-1, 5, 5),
        columns=10,
        size=0.8,
        signed=True,
        titles=titles,
        title="second layer, the six strongest",
    )
    return lecture_table("F17 · mean share of a filter that an oriented derivative explains", rows)


def shift_figure(runs: int = 5, epochs: int = 4) -> Any:
    """F33: accuracy on moved digits by kind and place of pooling, drawn; returns the table.

    Means over `runs` starts, each trained for `epochs` epochs on 5000 digits.
    """
    name, x, t, x_test, t_test = mnist(5000)
    nets = [((2, 2, 2), "none"), ((2, 2, 2), "average"), ((2, 2, 2), "max")]
    nets += [(pools, "max") for pools in ((8, 1, 1), (4, 2, 1), (1, 4, 2), (1, 1, 8))]
    rows = []
    lines: dict[str, Any] = {}
    band: dict[str, Any] = {}
    for pools, kind in nets:
        right = []
        for seed in range(runs):
            rng = np.random.default_rng(seed)
            model = pooling_net(pools, kind, rng)
            list(learn(model, x, t, epochs=epochs, rng=rng))
            right.append([under_shift(model, x_test[:1000], t_test[:1000], by) for by in range(0, 5, 2)])
        what = f"{kind}, " + ", ".join(f"{k}×{k}" if k > 1 else "-" for k in pools)
        means, band[what] = mean_and_error(100 * np.array(right), axis=0)
        lines[what] = range(0, 5, 2), means
        told = ", ".join(
            f"{by} px {plus_minus(part, 1, 100)} %"
            for by, part in zip((0, 2, 4), zip(*right, strict=True), strict=True)
        )
        setting = f"{name}, {epochs} epochs, {runs} runs, 1000 test images, mean ± standard error"
        rows.append(
            (what, "pooling helps; pool slowly", told, f"{setting}; {multiply_adds(pools) / 1e6:.1f} M multiply-adds")
        )
    left, right = style.row(2, size=(4.6, 3.6))
    for ax, part, title in ((left, list(lines)[:3], "which pooling"), (right, list(lines)[2:], "max: where it stands")):
        named: Any = {"xlabel": "test digits moved by (pixels)", "ylabel": "% right", "title": title}
        curves.learning_curves({k: lines[k] for k in part}, ax=ax, spread=band, **named)
    return lecture_table("F33 · test images right when they are moved", rows)


def sharing_figure(runs: int = 2, epochs: int = 4) -> Any:
    """F34: shared and local weights on digits at rest and moved; returns the table.

    Means over `runs` starts, each trained for `epochs` epochs on 10 000 digits.
    """
    name, x, t, x_test, t_test = mnist(10_000)
    dark, move, rows = x.min(), np.random.default_rng(34), []
    sets: dict[str, Any] = {"digits centred": (x, x_test)}
    sets["digits moved by up to 4"] = [translate(part - dark, rng=move, pixels=4) + dark for part in (x, x_test)]
    makers = {"small net": small_net, "LeNet": lambda kind, rng: lenet(kind, rng=rng)}
    for where, (train, test) in sets.items():
        for what, make in makers.items():
            for kind, sharing in (("pooled", "shared"), ("local", "local, not shared")):
                right = []
                for seed in range(runs):
                    rng = np.random.default_rng(seed)
                    model = make(kind, rng)
                    list(learn(model, train, t, epochs=epochs, rng=rng))
                    right.append((hits(model, train, t), hits(model, test, t_test)))
                weights = sum(p.data.size for p in model.parameters())
                ours = " / ".join(_per_cent(part) for part in zip(*right, strict=True))
                setting = f"{weights} weights; {name}, {epochs} epochs, {runs} runs"
                rows.append((f"{where}, {what}, {sharing}", "", ours, setting))
    return lecture_table("F34 · shared or not, training / test images right", rows)


def features_figure(epochs: int = 10) -> Any:
    """F35: features made by hand beside those that LeNet learns; returns the table.

    LeNet is trained for `epochs` epochs.
    """
    from sklearn.svm import LinearSVC

    name, x, t, x_test, t_test = mnist(10_000)
    flat, flat_test = x.reshape(len(x), -1), x_test.reshape(len(x_test), -1)
    pixels = LinearSVC(C=0.001, random_state=0).fit(flat, t)
    rng = np.random.default_rng(0)
    model = lenet(rng=rng)
    list(learn(model, x, t, epochs=epochs, rng=rng))
    right = {
        "pixels, linear SVM": (pixels.score(flat, t), pixels.score(flat_test, t_test), "784 numbers, C = 0.001"),
        "gradient histograms, words, pyramid, SVM": (
            *engineered(x, t, x_test, t_test),
            "100 words, 14 regions, C = 10",
        ),
        "LeNet, end to end": (hits(model, x, t), hits(model, x_test, t_test), f"{epochs} epochs"),
    }
    lecture = {"LeNet, end to end": "98.77 % on 60 000 (F16)"}
    rows = [
        (what, lecture.get(what, "a recipe, no number"), f"{100 * a:.2f} / {100 * b:.2f} %", f"{how}; {name}, one run")
        for what, (a, b, how) in right.items()
    ]
    name, *everything = mnist()
    a, b = engineered(*everything)
    rows.append(
        ("the same recipe on all images", "-", f"{100 * a:.2f} / {100 * b:.2f} %", f"as above; {name}, one run")
    )
    return lecture_table("F35 · engineered and learned features, training / test images right", rows)
