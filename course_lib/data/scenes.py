"""Generated pictures with their answers: shapes to segment, stick figures with depth images and joints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from course_lib.nn.init import generator

SHAPES = ("background", "disc", "square", "triangle")


def shapes(
    n: int, *, size: int = 32, most: int = 3, noise: float = 0.1, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Grey images (n, 1, size, size) of one to `most` shapes, later ones in front, and masks (n, size, size).

    A mask holds the class of each pixel, an index into SHAPES. Values are about 0..1 before Gaussian `noise`.
    """
    generator("shapes", rng)
    y, x = np.mgrid[:size, :size]
    images, masks = np.zeros((n, 1, size, size), np.float32), np.zeros((n, size, size), np.int64)
    images += rng.uniform(0.0, 0.3, (n, 1, 1, 1))
    for k in range(n):
        for _ in range(rng.integers(1, most + 1)):
            kind, radius = rng.integers(1, len(SHAPES)), rng.uniform(0.12, 0.28) * size
            cy, cx = rng.uniform(radius, size - radius, 2)
            inside = _inside(kind, y - cy, x - cx, radius, rng.uniform(0, 2 * np.pi))
            masks[k][inside] = kind
            images[k, 0][inside] = rng.uniform(0.5, 1.0)
    images += (noise * rng.standard_normal(images.shape)).astype(np.float32)
    return images, masks


def _inside(kind: Any, y: np.ndarray, x: np.ndarray, radius: float, angle: float) -> np.ndarray:
    """Which pixels at offsets y, x lie in a disc (1), or in a square (2) or triangle (3) turned by `angle`."""
    if kind == 1:
        return y**2 + x**2 <= radius**2
    corners = 4 if kind == 2 else 3
    directions = angle + 2 * np.pi * np.arange(corners) / corners
    reach = radius * np.cos(np.pi / corners)
    return np.all([np.cos(a) * x + np.sin(a) * y <= reach for a in directions], axis=0)


JOINTS = ("head", "neck", "hip", "l elbow", "l hand", "r elbow", "r hand", "l knee", "l foot", "r knee", "r foot")
LIMBS = ((0, 1), (1, 2), (1, 3), (3, 4), (1, 5), (5, 6), (2, 7), (7, 8), (2, 9), (9, 10))
LENGTH = (0.16, 0.36, 0.2, 0.2, 0.2, 0.2, 0.24, 0.24, 0.24, 0.24)  # of each limb, in body heights
WIDTH = (0.075, 0.07, 0.035, 0.03, 0.035, 0.03, 0.045, 0.035, 0.045, 0.035)  # half a limb's thickness


def skeletons(n: int, *, frames: int = 1, rng: np.random.Generator) -> np.ndarray:
    """Joints (n, frames, 11, 3) of figures that move smoothly: right, down, away from the viewer; height about 1.

    Every limb keeps its length; the angles swing about a random pose with a random speed.
    """
    generator("skeletons", rng)
    time = np.arange(frames) / 8
    swing = lambda centre, reach: (  # noqa: E731
        centre
        + reach * rng.uniform(-1, 1, (n, 1))
        + 0.35 * reach * np.sin(2 * np.pi * rng.uniform(0.3, 1.0, (n, 1)) * time + rng.uniform(0, 6.3, (n, 1)))
    )
    joints = np.zeros((n, frames, len(JOINTS), 3))
    joints[:, :, 1] = np.array([0, -0.3, 0]) + rng.uniform(-0.12, 0.12, (n, 1, 3))
    pose = {  # limb -> angle in the picture (0 is straight down, positive to the right) and angle away from the viewer
        (1, 0): (swing(np.pi, 0.3), swing(0, 0.2)),
        (1, 2): (swing(0, 0.2), swing(0, 0.2)),
        (1, 3): (swing(-0.9, 0.8), swing(0, 0.6)),
        (3, 4): (swing(-0.9, 1.4), swing(-0.3, 0.8)),
        (1, 5): (swing(0.9, 0.8), swing(0, 0.6)),
        (5, 6): (swing(0.9, 1.4), swing(-0.3, 0.8)),
        (2, 7): (swing(-0.25, 0.35), swing(0, 0.5)),
        (7, 8): (swing(-0.15, 0.4), swing(0.2, 0.4)),
        (2, 9): (swing(0.25, 0.35), swing(0, 0.5)),
        (9, 10): (swing(0.15, 0.4), swing(0.2, 0.4)),
    }
    for ((start, end), (side, away)), length in zip(pose.items(), LENGTH, strict=True):
        step = np.stack([np.sin(side) * np.cos(away), np.cos(side) * np.cos(away), np.sin(away)], axis=-1)
        joints[:, :, end] = joints[:, :, start] + length * step
    return joints


def poses(
    n: int, *, size: int = 48, frames: int = 1, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stick figures as depth images, as rendered grey images, and their joints in pixels.

    Returns depth (n, frames, size, size), grey of the same shape (both float32, 0..1) and joints (n, frames, 11, 2) as
    (column, row). Depth is 1 at the nearest and 0 at the background; grey has a figure's random clothes, light and a
    cluttered background that stays still over the frames, which is what makes it the harder input.
    """
    generator("poses", rng)
    body = skeletons(n, frames=frames, rng=rng)
    scale = 0.7 * size
    pixels = body[..., :2] * scale + size / 2
    depth = np.zeros((n, frames, size, size), np.float32)
    grey = np.empty_like(depth)
    clothes = rng.uniform(0.1, 1.0, (n, len(LIMBS)))
    backdrop = _clutter(n, size, rng)
    for k in range(n):
        for f in range(frames):
            depth[k, f], owner = render(pixels[k, f], body[k, f, :, 2], scale, size)
            shade = clothes[k][owner] * (0.6 + 0.4 * depth[k, f])
            grey[k, f] = np.where(depth[k, f] > 0, shade, backdrop[k])
    grey += (0.03 * rng.standard_normal(grey.shape)).astype(np.float32)
    return depth, np.clip(grey, 0, 1), pixels


def render(
    joints: np.ndarray, away: np.ndarray, scale: float, size: int, limbs: Sequence[tuple[int, int]] = LIMBS,
    widths: Sequence[float] = WIDTH,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Depth (size, size) of one figure's limbs, nearest in front, and the limb that owns each pixel.

    `joints` (j, 2) are in pixels, how far they are `away` (j,) and half the `widths` of the limbs in units of `scale`
    pixels; `limbs` are pairs of joints. Depth is 1 at the nearest, 0 at the background.
    """
    y, x = np.mgrid[:size, :size]
    nearest = np.full((size, size), np.inf)
    owner = np.zeros((size, size), int)
    for limb, ((a, b), width) in enumerate(zip(limbs, widths, strict=True)):
        along = joints[b] - joints[a]
        t = np.clip(((x - joints[a, 0]) * along[0] + (y - joints[a, 1]) * along[1]) / max(along @ along, 1e-9), 0, 1)
        gap = np.hypot(x - joints[a, 0] - t * along[0], y - joints[a, 1] - t * along[1]) / scale
        inside = gap <= width
        z = away[a] + t * (away[b] - away[a]) - np.sqrt(np.maximum(width**2 - gap**2, 0))
        front = inside & (z < nearest)
        nearest[front], owner[front] = z[front], limb
    depth = np.where(np.isfinite(nearest), np.clip(0.55 - nearest, 0.05, 1), 0)
    return depth.astype(np.float32), owner


def _clutter(n: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Backgrounds (n, size, size) of random bars in front of each other."""
    y, x = np.mgrid[:size, :size]
    out = np.repeat(rng.uniform(0.1, 0.9, (n, 1, 1)), size, 1).repeat(size, 2)
    for image in out:
        for _ in range(6):
            angle, where = rng.uniform(0, np.pi), rng.uniform(0, size)
            image[np.abs(np.cos(angle) * x + np.sin(angle) * y - where) < rng.uniform(1, 4)] = rng.uniform(0.1, 0.9)
    return out
