"""Generated hands: depth images of a palm and five fingers that bend, and the place of every joint."""

from __future__ import annotations

import numpy as np

from course_lib.data.scenes import render
from course_lib.nn.init import generator

FINGERS = ("thumb", "index", "middle", "ring", "little")
JOINTS = ("wrist", *(f"{finger} {part}" for finger in FINGERS for part in ("base", "middle", "tip")))
BONES = tuple(pair for k in range(1, 16, 3) for pair in ((0, k), (k, k + 1), (k + 1, k + 2)))
LENGTH = np.array([(0.26, 0.2, 0.16), (0.42, 0.2, 0.16), (0.42, 0.24, 0.18), (0.4, 0.22, 0.17), (0.37, 0.16, 0.13)])
WIDTH = (0.085, 0.055, 0.05) * 5  # half a bone's thickness; lengths and widths in hand lengths
FAN = np.array([-1.0, -0.32, -0.06, 0.2, 0.46])  # how far each finger points aside from the middle of the hand
BEND = np.array([0.0, 1.1, 1.9])  # of a fist: how far each bone of a finger leans towards the viewer


def hand_bones(n: int, *, frames: int = 1, rng: np.random.Generator) -> np.ndarray:
    """Joints (n, frames, 16, 3) of hands that turn and bend smoothly: right, down, away from the viewer; about 1 high.

    The palm faces the viewer, every bone keeps its length, and every finger bends by itself, towards the viewer.
    """
    generator("hand_bones", rng)
    time = np.arange(frames) / 8
    wave = np.sin(2 * np.pi * rng.uniform(0.3, 1.0, (n, 1, 6)) * time[:, None] + rng.uniform(0, 6.3, (n, 1, 6)))
    turn = np.pi + rng.uniform(-0.5, 0.5, (n, 1)) + 0.15 * wave[..., 5]
    bend = np.clip(rng.uniform(0, 1, (n, 1, 5)) + 0.3 * wave[..., :5], 0, 1)
    side = turn[..., None] - FAN - rng.uniform(-0.08, 0.08, (n, 1, 5))
    joints = np.zeros((n, frames, len(JOINTS), 3))
    joints[:, :, 0] = np.array([0, 0.4, 0]) + rng.uniform(-0.1, 0.1, (n, 1, 3))
    for bone, (start, end) in enumerate(BONES):
        finger, part = divmod(bone, 3)
        lean = -BEND[part] * bend[..., finger]
        step = [np.sin(side[..., finger]) * np.cos(lean), np.cos(side[..., finger]) * np.cos(lean), np.sin(lean)]
        joints[:, :, end] = joints[:, :, start] + LENGTH[finger, part] * np.stack(step, axis=-1)
    return joints


def hands(n: int, *, size: int = 24, frames: int = 1, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Hands as depth images (n, frames, size, size) and their joints (n, frames, 16, 2), column and row in pixels.

    Depth is float32, 1 at the nearest and 0 at the background, as in `scenes.poses`.
    """
    generator("hands", rng)
    bones, scale = hand_bones(n, frames=frames, rng=rng), 0.72 * size
    pixels = bones[..., :2] * scale + size / 2
    depth = np.empty((n, frames, size, size), np.float32)
    for at in np.ndindex(n, frames):
        depth[at] = render(pixels[at], bones[at][:, 2], scale, size, BONES, WIDTH)[0]
    return depth, pixels
