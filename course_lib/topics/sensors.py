"""What other sensors give, generated: sounds and their spectrograms, range images as points in space, heat."""

from __future__ import annotations

import numpy as np

from course_lib.data.scenes import poses, shapes

SOUNDS = ("tone", "rising", "falling", "click")
RATE = 8000  # samples a second


def sounds(
    n: int, *, seconds: float = 0.5, noise: float = 0.3, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """`n` short sounds (n, samples) and their classes (n,), numbers into SOUNDS, at 8000 samples a second.

    Each lasts `seconds`, with Gaussian noise of deviation `noise`; a tone has amplitude 1.
    """
    time = np.arange(int(seconds * RATE)) / RATE
    kind = np.arange(n) % len(SOUNDS)
    low, high = rng.uniform(300, 900, n), rng.uniform(1500, 3000, n)
    first = np.where(kind == 2, high, low)
    last = np.select([kind == 0, kind == 1], [low, high], low)
    turns = first[:, None] * time + (last - first)[:, None] * time**2 / (2 * seconds)
    wave = np.sin(2 * np.pi * turns + rng.uniform(0, 2 * np.pi, (n, 1)))
    begins = rng.uniform(0.1, 0.4, n) * seconds / 0.5
    click = np.exp(-np.maximum(0, time - begins[:, None]) * 60) * (time >= begins[:, None]) * 3
    wave = np.where((kind == 3)[:, None], click * rng.normal(size=wave.shape), wave)
    return wave + noise * rng.normal(size=wave.shape), kind


def spectrogram(wave: np.ndarray, *, window: int = 128, hop: int = 64) -> np.ndarray:
    """log(1 + power) of the sound (..., samples) by frequency and time: (..., window // 2 + 1, frames).

    Each column is the Fourier transform of `window` samples under a Hann window, `hop` samples further on. `wave` is
    the sound; frames = (samples - window) // hop + 1.
    """
    frames = np.lib.stride_tricks.sliding_window_view(wave, window, axis=-1)[..., ::hop, :]
    power = np.abs(np.fft.rfft(frames * np.hanning(window), axis=-1)) ** 2
    return np.log1p(np.swapaxes(power, -1, -2))


def to_points(depth: np.ndarray, *, focal: int, far: int) -> np.ndarray:
    """Points (m, 3), right, down, forward, of a range image (h, w): where it is below `far`, seen by a pinhole camera.

    `focal` is in pixels; the optical axis goes through the middle of the image. `depth` is the range image, distances
    along the axis; points have its unit, row by row.
    """
    h, w = depth.shape
    rows, columns = np.nonzero(depth < far)
    z = depth[rows, columns]
    return np.column_stack([(columns - (w - 1) / 2) * z / focal, (rows - (h - 1) / 2) * z / focal, z])


def range_image(*, size: int = 96, rng: np.random.Generator) -> np.ndarray:
    """A range image (size, size) of a standing figure, in units of its height: 2.5 away, the background at 9."""
    nearness = poses(1, size=size, rng=rng)[0][0, 0]
    return np.where(nearness > 0, 3.05 - nearness, 9.0)


def night_and_day(n: int, *, night: bool, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Warm discs among cold shapes: visible and thermal images (n, 24, 24), and whether a disc is there (n,).

    By day the visible image is lit; at `night` only noise is left of it. The thermal camera sees warmth either way, but
    unsharply and without texture.
    """
    images, maps = shapes(n, size=24, most=2, noise=0.0, rng=rng)
    images = images.reshape(n, -1, 24, 24).mean(1)
    disc = maps == 1
    visible = images * (0.05 if night else 1.0) + 0.1 * rng.normal(size=images.shape)
    warm = disc.astype(float)
    for axis in (1, 2):
        warm = (np.roll(warm, 1, axis) + 2 * warm + np.roll(warm, -1, axis)) / 4
    return visible, warm + 0.1 * rng.normal(size=warm.shape), disc.any((1, 2)).astype(int)


SOLIDS = ("sphere", "cube", "cylinder")


def solids(n: int, points: int = 64, *, noise: float = 0.03, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Sets of points (n, points, 3) on the surface of a sphere, cube or cylinder, turned at random; classes (n,).

    `noise` is the deviation of each coordinate; they reach about 1 from their middle.
    """
    kind = np.arange(n) % len(SOLIDS)
    u = rng.normal(size=(n, points, 3))
    ball = u / np.linalg.norm(u, axis=2, keepdims=True)
    cube = u / np.abs(u).max(2, keepdims=True) * 0.8
    round_ = u[..., :2] / np.linalg.norm(u[..., :2], axis=2, keepdims=True) * 0.6
    tube = np.concatenate([round_, rng.uniform(-1, 1, (n, points, 1)) * 1.1], axis=2)
    x = np.select([(kind == k)[:, None, None] for k in range(3)], [ball, cube, tube])
    q = np.linalg.qr(rng.normal(size=(n, 3, 3)))[0]
    return np.einsum("npi,nij->npj", x, q) + noise * rng.normal(size=x.shape), kind
