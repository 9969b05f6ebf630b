"""Generated faces: who it is stays, how the picture was taken changes. For verification without a download."""

from __future__ import annotations

import numpy as np

from course_lib.nn.init import generator

TRAITS = 12  # numbers in 0..1 that make a person


def persons(n: int, *, rng: np.random.Generator) -> np.ndarray:
    """Traits (n, 12) of `n` persons, each uniform in 0..1: shape of head, eyes, brows, nose, mouth, hair, skin."""
    generator("persons", rng)
    return rng.uniform(size=(n, TRAITS))


def faces(traits: np.ndarray, each: int, *, size: int = 24, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """`each` photographs of every person: images (n * each, 1, size, size), float32 about 0..1, and who (n * each,).

    What a person cannot help is in `traits` (n, 12). Every photograph has its own place, scale, tilt, light from a
    side, smile, lifted brows and noise, drawn from `rng`.
    """
    generator("faces", rng)
    who = np.repeat(np.arange(len(traits)), each)
    p = traits[who].T[:, :, None, None]
    m = len(who)
    draw = lambda reach: rng.uniform(-reach, reach, (m, 1, 1))  # noqa: E731
    y, x = (np.mgrid[:size, :size] + 0.5) / size * 2.4 - 1.2
    tilt, scale = draw(0.15), 1 + draw(0.1)
    x, y = x - draw(0.12), y - draw(0.12)
    x, y = (np.cos(tilt) * x + np.sin(tilt) * y) / scale, (np.cos(tilt) * y - np.sin(tilt) * x) / scale
    images = _drawn(p, x, y, smile=draw(0.12), lifted=draw(0.05))
    images = images * (1 + draw(0.2)) + draw(0.25) * x + draw(0.08)
    images += 0.04 * rng.standard_normal(images.shape)
    return np.clip(images, 0, 1).astype(np.float32)[:, None], who


def _drawn(p: np.ndarray, x: np.ndarray, y: np.ndarray, *, smile: np.ndarray, lifted: np.ndarray) -> np.ndarray:
    """Faces of traits p (12, m, 1, 1) at places x, y (m, h, w); width of the head about 1.4."""
    soft = lambda far: 1 / (1 + np.exp(np.clip(far, -1, 1) * 30))  # noqa: E731  1 inside, 0 outside
    blend = lambda image, part, shade: image + part * (shade - image)  # noqa: E731
    wide, high = 0.55 + 0.25 * p[0], 0.8 + 0.2 * p[1]
    head = soft(np.sqrt((x / wide) ** 2 + (y / high) ** 2) - 1)
    skin, hair = 0.55 + 0.35 * p[2], 0.05 + 0.55 * p[3]
    image = blend(0.35 + 0 * x, soft(np.sqrt((x / (wide + 0.12)) ** 2 + ((y + 0.08) / high) ** 2) - 1.05), hair)
    image = blend(image, head, skin)
    image = blend(image, head * soft(y + 0.3 + 0.35 * p[4] + 0.5 * (p[5] - 0.5) * x), hair)  # a fringe, perhaps askew
    apart, level = 0.2 + 0.16 * p[6], -0.12 + 0.1 * p[1]
    for side in (-1, 1):
        across = x - side * apart
        image = blend(image, soft(np.sqrt((across / (0.1 + 0.05 * p[7])) ** 2 + ((y - level) / 0.07) ** 2) - 1), 0.1)
        slope = side * (p[8] - 0.5) * 0.8 * across
        brow = np.maximum(abs(across) - 0.17, abs(y - level + 0.17 + lifted + slope) - (0.02 + 0.04 * p[9]))
        image = blend(image, soft(2 * brow), 0.6 * hair)
    length = 0.12 + 0.2 * p[10]
    nose = np.maximum(abs(x) - 0.045, abs(y - level - 0.1 - length / 2) - length / 2)
    image = blend(image, soft(2 * nose), 0.75 * skin)
    broad = 0.14 + 0.2 * p[11]
    bent = y - 0.5 - smile * (1 - (x / broad) ** 2)
    return blend(image, soft(2 * np.maximum(abs(x) - broad, abs(bent) - 0.04)), 0.2)
