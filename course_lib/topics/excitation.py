"""What a unit deep in a network responds to: the pieces of images that excite it most.

Zeiler and Fergus, "Visualizing and understanding convolutional networks" (2014), without their way back to pixels.
"""

from typing import Any

import numpy as np


def strongest_places(maps: Any, count: int) -> Any:
    """For each filter the `count` images that excite it most, and where: (f, count, 3) of image, row, column.

    maps (n, f, h, w); each image counts once, with its strongest place; strongest first. Raises ValueError where there
    are fewer than `count` images.
    """
    n, f, _, w = maps.shape
    if not 1 <= count <= n:
        raise ValueError(f"strongest_places: count must be from 1 to {n}, the number of images, got {count}")
    flat = maps.reshape(n, f, -1)
    chosen = np.argsort(-flat.max(axis=2), axis=0, kind="stable")[:count]  # (count, f)
    places = np.take_along_axis(flat.argmax(axis=2), chosen, axis=0)
    return np.stack([chosen, places // w, places % w], axis=-1).swapaxes(0, 1)


def patches(images: np.ndarray, places: Any, field: Any, jump: Any) -> Any:
    """What the units at `places` (f, count, 3) see of images (n, c, h, w): (f, count, c, field, field).

    `field` and `jump` as `arithmetic.receptive_field` gives them, for layers without padding.
    """
    cut = [
        [
            images[i, :, row * jump : row * jump + field, column * jump : column * jump + field]
            for i, row, column in some
        ]
        for some in places
    ]
    return np.array(cut)
