"""Where are the joints? Points regressed from images: the error in pixels, hard examples, heat maps, a cascade."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor, no_grad
from course_lib.data.generated import batches
from course_lib.data.scenes import poses
from course_lib.nn.containers import Sequential
from course_lib.nn.layers import Conv2d, Linear
from course_lib.nn.module import Module
from course_lib.nn.plain import Dropout, Flatten, ReLU
from course_lib.optim.optimisers import SGD
from course_lib.optim.schedules import one_cycle

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def to_units(joints: ArrayLike, size: int) -> np.ndarray:
    """Pixels 0..size as network units -1..1.

    `joints` of any shape, in an image with sides of `size`; the result has their shape.
    """
    return 2 * np.asarray(joints) / size - 1


def to_pixels(units: np.ndarray, size: int) -> np.ndarray:
    """Network units -1..1 as pixels 0..size.

    `units` of any shape, in an image with sides of `size`; the result has their shape.
    """
    return (np.asarray(units) + 1) * size / 2


def pose_error(
    predicted: np.ndarray, joints: np.ndarray, visible: np.ndarray, size: int, near: float = 2.0
) -> tuple[float, float, float]:
    """Loss in network units, mean error in pixels, and share of joints within `near` pixels; visible joints only.

    predicted (n, j, 2) in network units, joints (n, j, 2) in pixels, visible (n, j) of bool. The loss is the mean
    squared distance over visible joints. Raises ValueError when no joint is visible. `size` is the image's side in
    pixels.
    """
    visible = np.asarray(visible, bool)
    if not visible.any():
        raise ValueError("pose_error: no joint is visible, so there is no error to average")
    apart = np.asarray(predicted) - to_units(joints, size)
    squares = (apart**2).sum(-1)[visible]
    pixels = np.sqrt(squares) * size / 2
    return squares.mean(), pixels.mean(), (pixels <= near).mean()


def hard_loss(predicted: np.ndarray, target: np.ndarray, keep: int) -> tuple[float, np.ndarray]:
    """Mean of the `keep` largest losses of a batch, and its gradient by `predicted`; both (n, d).

    The loss of a sample is the mean square of its d differences; of equal ones the first counts. Shrivastava et al.
    2016. `target` is what was to be predicted.
    """
    apart = predicted - target
    rows = np.argsort(-(apart**2).mean(axis=1), kind="stable")[:keep]
    g = np.zeros_like(apart)
    g[rows] = 2 * apart[rows] / (keep * apart.shape[1])
    return (apart[rows] ** 2).mean(), g


def hardest_mse(keep: float) -> Callable:
    """A loss function (Tensor, array) -> Tensor: mean squared error of the `keep` share of a batch with most of it.

    Its y and t are (n, d); at least one sample counts.
    """

    def loss(y: Tensor, t: np.ndarray) -> Tensor:
        t = np.asarray(t, y.dtype)
        each = ((y.data - t) ** 2).mean(axis=1)
        rows = np.argsort(-each, kind="stable")[: max(1, round(keep * len(each)))]
        return F.mse_loss(y[rows], t[rows])

    return loss


# ------------------------------------------------------------------- networks


def pose_net(
    channels: int, size: int, *, outputs: int = 22, width: int = 8, hidden: int = 64, drop: float = 0.1,
    rng: np.random.Generator,
) -> Module:  # fmt: skip
    """Images (n, channels, size, size) to numbers (n, outputs): three convolutions with stride 2, two linear layers.

    `width` filters in the first convolution, twice as many in the others; `hidden` units, dropout `drop` behind them.
    """
    side = -(-size // 8)
    return Sequential(
        Conv2d(channels, width, 5, stride=2, padding=2, rng=rng),
        ReLU(),
        Conv2d(width, 2 * width, 3, stride=2, padding=1, rng=rng),
        ReLU(),
        Conv2d(2 * width, 2 * width, 3, stride=2, padding=1, rng=rng),
        ReLU(),
        Flatten(),
        Linear(2 * width * side**2, hidden, rng=rng),
        ReLU(),
        Dropout(drop, rng=rng),
        Linear(hidden, outputs, rng=rng),
    )


class HeatNet(Module):
    """Images (n, channels, size, size) to one map of scores per joint, (n, joints, size / 2, size / 2).

    `width` maps in every layer but the last.
    """

    def __init__(self, channels: int, *, joints: int = 11, width: int = 12, rng: np.random.Generator) -> None:
        conv = lambda c, f, stride=1: Conv2d(c, f, 5, stride=stride, padding=2, rng=rng)  # noqa: E731
        self.convs = [conv(channels, width, 2), conv(width, width), conv(width, width), conv(width, width)]
        self.head = Conv2d(width, joints, 1, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels, size, size) -> scores (n, joints, size / 2, size / 2), before the softmax over cells."""
        for conv in self.convs:
            x = F.relu(conv(x))
        return self.head(x)


def heat_maps(units: np.ndarray, cells: int, sigma: float = 1.0) -> np.ndarray:
    """One map per joint, (n, j, cells, cells), a Gaussian of `sigma` cells about each of `units` (n, j, 2), sum 1.

    units are (column, row) in -1..1. Tompson et al. 2014.
    """
    centres = np.arange(cells) + 0.5
    at = to_pixels(units, cells)
    across, down = (np.exp(-((centres - at[..., [k]]) ** 2) / (2 * sigma**2)) for k in (0, 1))
    maps = down[..., :, None] * across[..., None, :]
    return maps / np.maximum(maps.sum((-2, -1), keepdims=True), 1e-12)


def read_maps(scores: np.ndarray) -> np.ndarray:
    """The expected place under the softmax of each map (n, j, h, w), as network units (n, j, 2): the soft argmax.

    `scores` are those before the softmax.
    """
    h, w = scores.shape[2:]
    p = np.exp(scores - scores.max((-2, -1), keepdims=True))
    p /= p.sum((-2, -1), keepdims=True)
    across, down = (np.arange(k) + 0.5 for k in (w, h))
    return np.stack([to_units(p.sum(2) @ across, w), to_units(p.sum(3) @ down, h)], axis=-1)


def map_loss(scores: Tensor, units: np.ndarray) -> Tensor:
    """Cross-entropy between the softmax of each map and the Gaussian at its joint, mean over maps.

    scores (n, j, h, w) with h = w, `units` (n, 2 j) or (n, j, 2) within -1..1; a Tensor without axes.
    """
    n, j, h, w = scores.shape
    target = heat_maps(np.asarray(units).reshape(n, j, 2), h).reshape(n, j, h * w).astype(scores.dtype)
    return -(F.log_softmax(scores.reshape(n, j, h * w), 2) * target).sum() * (1 / (n * j))


# ------------------------------------------------------------------- training


def train_pose(
    model: Module | HeatNet, x: np.ndarray, y: np.ndarray, *, steps: int, rate: float = 0.1, size: int = 32,
    loss: Callable = F.mse_loss, rng: np.random.Generator, momentum: float = 0.9,
) -> list[float]:  # fmt: skip
    """`steps` steps of SGD with one cycle on x (n, c, h, w) and y (n, d); returns the losses as a list.

    `model` is changed: batches of `size`, at the peak the rate is `rate`, with `momentum`; `loss(out, y)` is what
    falls.
    """
    optimizer = SGD(model.parameters(), lr=one_cycle(rate, steps), momentum=momentum)
    model.train()
    losses = []
    while len(losses) < steps:
        for images, targets in batches(x, y, size=min(size, len(x)), rng=rng, drop_last=True):
            value = loss(model(Tensor(images)), targets)
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            losses.append(float(value.data))
            if len(losses) == steps:
                break
    return losses


def predict(model: Module | HeatNet, x: np.ndarray, size: int = 200) -> np.ndarray:
    """Outputs of the model in evaluation mode for x (n, ...), as an array.

    `size` images at a time; the result is (n, ...).
    """
    model.eval()
    with no_grad():
        return np.concatenate([model(Tensor(x[k : k + size])).data for k in range(0, len(x), size)])


# -------------------------------------------------------------------- cascade


def crops(images: np.ndarray, centres: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Windows (n, j, side, side) of images (n, h, w) about `centres` (n, j, 2), in whole pixels; outside is 0.

    Also the corners (n, j, 2), column and row, of each window.
    """
    half = side // 2
    padded = np.pad(images, ((0, 0), (side, side), (side, side)))
    most = np.array(images.shape[:0:-1]) + half
    corners = np.clip(np.rint(centres).astype(int) - half, -side, most - half)
    every = np.arange(side)
    rows, columns = corners[..., 1, None] + side + every, corners[..., 0, None] + side + every
    pick = np.arange(len(images))[:, None, None, None]
    return padded[pick, rows[..., :, None], columns[..., None, :]], corners


class Refiner:
    """DeepPose's second stage: looks again, closely, where the first stage saw each joint. Toshev and Szegedy 2014.

    One network for all joints sees a crop and answers for each joint; the answer of the crop's own joint is taken.
    `side` is that of a crop in pixels.
    """

    def __init__(self, *, side: int = 16, joints: int = 11, rng: np.random.Generator) -> None:
        self.side, self.joints, self.rng = side, joints, rng
        self.net = pose_net(1, side, outputs=2 * joints, width=12, hidden=64, drop=0.0, rng=rng)

    def fit(
        self, images: np.ndarray, joints: np.ndarray, spread: np.ndarray, *, steps: int, rate: float = 0.1
    ) -> list[float]:
        """Learn from images (n, h, w) and joints (n, j, 2); crops lie off the truth by Gaussian `spread` pixels.

        `steps` steps of `train_pose`, whose peak is `rate`; returns their losses.
        """
        n, j, _ = joints.shape
        which = np.arange(self.joints)

        def loss(out: Tensor, target: np.ndarray) -> Tensor:
            rows, truth = np.arange(len(target)), target[:, 1:]
            own = out.reshape(len(target), self.joints, 2)[rows, target[:, 0].astype(int)]
            return F.mse_loss(own, truth.astype(np.float32))

        windows, targets = [], []
        for _ in range(2):
            about = joints + self.rng.normal(size=joints.shape) * spread
            seen, corners = crops(images, about, self.side)
            inside = to_units(joints - corners, self.side).clip(-2, 2)
            windows.append(seen.reshape(n * j, 1, self.side, self.side))
            targets.append(np.concatenate([np.tile(which, n)[:, None], inside.reshape(n * j, 2)], axis=1))
        x, y = np.concatenate(windows).astype(np.float32), np.concatenate(targets)
        return train_pose(self.net, x, y, steps=steps, rate=rate, size=64, loss=loss, rng=self.rng)

    def __call__(self, images: np.ndarray, guesses: np.ndarray) -> np.ndarray:
        """Better joints (n, j, 2) for images (n, h, w) and guesses (n, j, 2), all in pixels."""
        n, j, _ = guesses.shape
        seen, corners = crops(images, guesses, self.side)
        out = predict(self.net, seen.reshape(n * j, 1, self.side, self.side).astype(np.float32))
        own = out.reshape(n, j, self.joints, 2)[:, np.arange(j), np.arange(j)]
        return corners + to_pixels(own, self.side)


# --------------------------------------------------------------- small runs


def small_set(n: int, *, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Depth images (n, 144) of 12x12 pixels, standardised, and joints (n, 22), standardised over the set."""
    depth, _, joints = poses(n, size=24, rng=rng)
    x = depth[:, 0].reshape(n, 12, 2, 12, 2).mean((2, 4)).reshape(n, 144)
    y = joints[:, 0].reshape(n, 22)
    return ((x - 0.2) / 0.2).astype(np.float32), ((y - y.mean(0)) / y.std(0)).astype(np.float32)


def small_run(
    x: np.ndarray, y: np.ndarray, *, images: int = 400, rate: float = 0.1, drop: float = 0.1, mixed_up: bool = False,
    steps: int = 200, every: int = 10, rng: np.random.Generator,
) -> tuple[np.ndarray, Module]:  # fmt: skip
    """Training and validation loss (2, k) of a small regressor, and itself; on `images` of x (n, 144), y (n, 22).

    The last 200 are for validation. Losses are relative to the mean's, which has 1, at every `every`-th step; the
    training loss is measured in training mode, as it is in practice. `mixed_up` shuffles the targets apart from the
    images. `rate` is the learning rate, `drop` the dropout; k = steps // every.
    """
    net = Sequential(Linear(144, 48, rng=rng), ReLU(), Dropout(drop, rng=rng), Linear(48, 22, rng=rng))
    x_check, y_check, y = x[-200:], y[-200:], y[:images]
    y = y[rng.permutation(images)] if mixed_up else y
    optimizer, curve = SGD(net.parameters(), lr=rate, momentum=0.9), []
    while len(curve) < steps // every:
        losses = []
        for _ in range(every):
            rows = rng.integers(images, size=32)
            loss = F.mse_loss(net.train()(Tensor(x[:images][rows])), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.data))
        curve.append((np.mean(losses), np.square(predict(net, x_check) - y_check).mean()))
    return np.array(curve).T, net
