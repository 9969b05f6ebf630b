"""All optimisers on one landscape: three functions of two weights, and the paths taken down them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.optim.steps import STEPS, follow, start
from course_lib.topics.choice import chosen
from course_lib.viz.landscape import landscape
from course_lib.viz.style import COLORS, MARKERS, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Ground:
    """A loss over two weights: `loss(u, v)`, `gradient(w)`, what is shown of it, the start, and a rate for each.

    u and v are arrays of one shape, w is (2,); `x` and `y` are the limits shown, `start` and `minimum` (u, v), `rates`
    {optimiser: rate}.
    """

    loss: Any
    gradient: Any
    x: tuple
    y: tuple
    start: tuple
    minimum: tuple
    rates: dict


def _rosenbrock_gradient(w: np.ndarray) -> np.ndarray:
    u, v = w
    return np.array([-400 * u * (v - u * u) - 2 * (1 - u), 200 * (v - u * u)])


GROUNDS = {  # rates picked by trial: 100 steps get far, none jumps out
    "ravine": Ground(
        lambda u, v: 0.5 * (u**2 + 50 * v**2),
        lambda w: w * np.array([1.0, 50.0]),
        (-2.2, 0.8),
        (-0.9, 0.9),
        (-2.0, 0.6),
        (0.0, 0.0),
        {"SGD": 0.035, "momentum": 0.01, "Nesterov": 0.01, "Adagrad": 0.5, "RMSProp": 0.02, "Adam": 0.1},
    ),
    "saddle": Ground(
        lambda u, v: 0.5 * u**2 - 0.5 * v**2 + 0.125 * v**4,
        lambda w: np.array([w[0], -w[1] + 0.5 * w[1] ** 3]),
        (-1.2, 1.8),
        (-0.5, 1.9),
        (1.6, 0.005),
        (0.0, 2**0.5),
        {"SGD": 0.05, "momentum": 0.02, "Nesterov": 0.02, "Adagrad": 0.1, "RMSProp": 0.02, "Adam": 0.05},
    ),
    "Rosenbrock": Ground(
        lambda u, v: 100 * (v - u**2) ** 2 + (1 - u) ** 2,
        _rosenbrock_gradient,
        (-1.6, 1.6),
        (-0.7, 2.0),
        (-1.2, 1.0),
        (1.0, 1.0),
        {"SGD": 0.001, "momentum": 0.001, "Nesterov": 0.001, "Adagrad": 0.5, "RMSProp": 0.02, "Adam": 0.2},
    ),
}


def paths(
    ground: str, names: Sequence[str] = tuple(STEPS), *, steps: int = 100, factor: float = 1.0,
    own: dict[str, Callable] | None = None,
) -> dict[str, np.ndarray]:  # fmt: skip
    """{name: weights (steps + 1, 2)} of the optimisers `names` on the landscape `ground`, rates times `factor`.

    `own` may hold other step functions, {"Adam": adam_step}. A path that leaves for good ends where it was last finite.
    """
    place, found = GROUNDS[chosen(ground, GROUNDS, "ground", name="paths")], {}
    for name in names:
        step, w = (own or {}).get(name, STEPS[name]), np.array(place.start)
        with np.errstate(all="ignore"):
            path = follow(step, w, start(name, w), place.gradient, factor * place.rates[name], steps)[0]
        gone = ~np.isfinite(path).all(axis=1) | (np.abs(path).max(axis=1) > 1e6)
        found[name] = path[: int(np.argmax(gone))] if gone.any() else path
    return found


def race(
    ground: str, walked: dict[str, np.ndarray], *, ax: Axes | None = None, title: str | None = None, legend: bool = True
) -> Axes:
    """Draw the landscape and the paths {name: (steps, 2)} on it, the last place of each marked. Returns the Axes.

    `ground` is a name from GROUNDS, `walked` are the paths, whose names are the library's optimisers; with `legend`
    they are named. ValueError for another ground.
    """
    place = GROUNDS[chosen(ground, GROUNDS, "ground", name="race")]
    ax = axes(ax, size=(4.4, 3.8), title=title, xlabel="$w_0$", ylabel="$w_1$")
    landscape(place.loss, x=place.x, y=place.y, minimum=place.minimum, levels=12, ax=ax)
    for name, path in walked.items():
        k = list(STEPS).index(name)
        ax.plot(*path.T, color=COLORS[k], lw=1.4)
        ax.plot(*path[5:40:9].T, color=COLORS[k], marker=MARKERS[k], ms=4.5, mec="white", mew=0.5, ls="none")
        hollow = {"mfc": "none", "mec": COLORS[k], "mew": 2, "ms": 16 - 2 * k}  # several may end on one place
        ax.plot(*path[-1], marker=MARKERS[k], ls="none", label=name, zorder=5, **hollow)
    if legend and walked:
        for handle in ax.legend(fontsize="x-small", loc="upper right", framealpha=0.85).legend_handles:
            handle.set_markersize(7)
    return ax


@functools.lru_cache(maxsize=64)
def remembered(ground: str, steps: int, factor: float) -> dict[str, np.ndarray]:
    """`paths` of the library's optimisers, computed once for each setting."""
    return paths(ground, steps=steps, factor=factor)
