"""The same person or not: triplets, ROC, equal error rate and its interval, identification among known and unknown."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from course_lib import functional as F
from course_lib.nn.layers import Conv2d, Linear
from course_lib.nn.module import Module

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from course_lib.autograd.tensor import Tensor


def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Euclidean distances (n, m) between embeddings a (n, d) and b (m, d)."""
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return np.sqrt(np.maximum(squares, 0))


def pair_distances(e: np.ndarray, who: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances of all pairs of different images: those of one person, and those of two persons; 1-D each.

    e (n, d) embeddings, who (n,). Every pair counts once, and no image is compared with itself.
    """
    i, j = np.triu_indices(len(e), 1)
    apart, same = distances(e, e)[i, j], who[i] == who[j]
    return apart[same], apart[~same]


# ------------------------------------------------------------------- triplets


def semi_hard(apart: np.ndarray, who: np.ndarray, margin: float) -> np.ndarray:
    """Triplets (k, 3) of rows (anchor, positive, negative) from distances `apart` (n, n), by anchor, then positive.

    For every ordered pair of one person the negative is the nearest image of another that lies farther than the
    positive and less than `margin` farther; a pair without one is left out. Schroff et al. 2015. `who` (n,) are the
    persons.
    """
    found = []
    for a, p in zip(*np.nonzero(who[:, None] == who), strict=True):
        fit = (who != who[a]) & (apart[a] > apart[a, p]) & (apart[a] < apart[a, p] + margin)
        if a != p and fit.any():
            found.append((a, p, np.where(fit, apart[a], np.inf).argmin()))
    return np.array(found, int).reshape(-1, 3)


def random_triplets(who: np.ndarray, n: int, *, rng: np.random.Generator) -> np.ndarray:
    """`n` triplets (n, 3): any anchor, any other image of its person, any image of another person.

    `who` (images,) are the persons; some of them needs two images.
    """
    same = (who[:, None] == who) & ~np.eye(len(who), dtype=bool)
    anchors = rng.choice(np.flatnonzero(same.any(1)), n)
    pick = lambda allowed: (allowed * rng.random(allowed.shape)).argmax(1)  # noqa: E731
    return np.stack([anchors, pick(same[anchors]), pick(who[anchors][:, None] != who)], axis=1)


def triplet_loss(e: np.ndarray, triplets: np.ndarray, margin: float) -> tuple[float, np.ndarray]:
    """Mean over triplets (k, 3) of max(0, |a - p|^2 - |a - n|^2 + margin) and its gradient by e (n, d)."""
    a, p, n = (e[column] for column in triplets.T)
    slack = ((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + margin
    on = (slack > 0)[:, None] * (2 / len(triplets))
    g = np.zeros_like(e)
    for rows, part in zip(triplets.T, (n - p, p - a, a - n), strict=True):
        np.add.at(g, rows, on * part)
    return np.maximum(slack, 0).mean(), g


class FaceNet(Module):
    """Images (n, 1, size, size) to embeddings of length 1, (n, features).

    `width` filters in the first convolution, twice as many in the second.
    """

    def __init__(self, size: int = 24, *, width: int = 8, features: int = 16, rng: np.random.Generator) -> None:
        side = -(-size // 4)
        self.conv1 = Conv2d(1, width, 5, stride=2, padding=2, rng=rng)
        self.conv2 = Conv2d(width, 2 * width, 3, stride=2, padding=1, rng=rng)
        self.fc1 = Linear(2 * width * side**2, 64, rng=rng)
        self.fc2 = Linear(64, features, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 1, size, size) -> (n, features)."""
        x = F.relu(self.conv2(F.relu(self.conv1(x))))
        return F.normalize(self.fc2(F.relu(self.fc1(x.flatten(1)))), dim=1)


# ------------------------------------------------------------ how well it does


def roc(score: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """False and true positive rate (k,) at every threshold, from (0, 0) on, and the area under the curve.

    score (n,), positive (n,) of bool; accepted is what scores at least the threshold. Samples of equal score are
    accepted together. Raises ValueError unless both classes occur.
    """
    positive = np.asarray(positive, bool)
    if not 0 < positive.sum() < len(positive):
        raise ValueError("roc: needs positive and negative samples, got one kind only")
    order = np.argsort(-score, kind="stable")
    last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)  # of each group of equal scores
    hits, alarms = (np.append(0, kind[order].cumsum()[last]) for kind in (positive, ~positive))
    false, true = alarms / alarms[-1], hits / hits[-1]
    return false, true, np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2)


def rates(genuine: np.ndarray, impostor: np.ndarray, thresholds: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """FAR and FRR (k,) when a pair is accepted whose distance is at most the threshold (k,).

    `genuine` (n,) and `impostor` (m,) are distances of pairs of one and of two persons, `thresholds` (k,).
    """
    wrong, refused = _wrong(genuine, impostor, thresholds)
    return wrong / len(impostor), refused / len(genuine)


def _wrong(genuine: np.ndarray, impostor: np.ndarray, thresholds: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Numbers (k,) of impostor pairs that are accepted and of genuine pairs that are refused."""
    accepted, right = (np.searchsorted(np.sort(d), thresholds, side="right") for d in (impostor, genuine))
    return accepted, len(genuine) - right


def equal_error_rate(genuine: np.ndarray, impostor: np.ndarray) -> tuple[float, float]:
    """The equal error rate and its threshold: where |FAR - FRR| is smallest among all distances, the mean of both.

    genuine, impostor: distances (n,), (m,) of pairs of one and of two persons. Of equally good thresholds the smallest:
    the two rates are compared as fractions, so that rounding decides nothing.
    """
    n, m, thresholds = len(genuine), len(impostor), np.unique(np.concatenate([genuine, impostor]))
    accepted, refused = _wrong(genuine, impostor, thresholds)
    best = np.abs(accepted * n - refused * m).argmin()
    return (accepted[best] / m + refused[best] / n) / 2, thresholds[best]


def eer_interval(
    e: np.ndarray, who: np.ndarray, *, times: int = 200, share: float = 0.95, rng: np.random.Generator
) -> np.ndarray:
    """Lower and upper end of the equal error rate when *persons* are drawn anew, with replacement (bootstrap).

    Pairs of a person depend on each other, so persons are drawn, not pairs. A person drawn twice counts as two of the
    same images; pairs between the two are left out. Efron 1979. e (n, d) embeddings, who (n,); `times` sets are drawn,
    and the ends (2,) enclose a `share` of their rates.
    """
    names, found = np.unique(who), []
    rows_of = [np.flatnonzero(who == name) for name in names]
    every = distances(e, e)
    for _ in range(times):
        drawn = rng.integers(len(names), size=len(names))
        rows = np.concatenate([rows_of[k] for k in drawn])
        place = np.repeat(np.arange(len(drawn)), [len(rows_of[k]) for k in drawn])
        i, j = np.triu_indices(len(rows), 1)
        own, twin = place[i] == place[j], who[rows[i]] == who[rows[j]]
        apart = every[rows[i], rows[j]]
        found.append(equal_error_rate(apart[own], apart[~own & ~twin])[0])
    return np.quantile(found, [(1 - share) / 2, (1 + share) / 2])


def deviates(rates: ArrayLike) -> np.ndarray:
    """Rates as quantiles of the normal distribution: the axes of a DET curve. Martin et al. 1997.

    `rates` of any shape within 0..1, flattened: (k,).
    """
    normal = NormalDist()
    return np.array([normal.inv_cdf(min(max(float(r), 1e-6), 1 - 1e-6)) for r in np.ravel(rates)])


def identify(gallery: np.ndarray, names: np.ndarray, probes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Name (n,) of the nearest of the gallery for each probe, and its distance (n,).

    gallery (g, d) with names (g,), probes (n, d).
    """
    apart = distances(probes, gallery)
    nearest = apart.argmin(axis=1)
    return names[nearest], apart.min(axis=1)


def open_set(named: np.ndarray, near: np.ndarray, truth: np.ndarray, threshold: int) -> tuple[float, float]:
    """Share of known probes that are named right and accepted, and share of unknown ones that are accepted.

    named, near (n,) from `identify`, truth (n,) with -1 for a person who is not in the gallery. Accepted is a distance
    of at most `threshold`.
    """
    known, accepted = truth >= 0, near <= threshold
    return (accepted & (named == truth))[known].mean(), accepted[~known].mean()
