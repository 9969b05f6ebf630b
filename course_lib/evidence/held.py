"""Arrays as text: how data that the judge holds travel into a hidden block: the inputs, not their truth."""

from __future__ import annotations

import base64
import io

import numpy as np


def pack(array: np.ndarray) -> str:
    """An array as one word of text."""
    raw = io.BytesIO()
    np.save(raw, np.asarray(array), allow_pickle=False)
    return base64.b64encode(raw.getvalue()).decode()


def unpack(text: str) -> np.ndarray:
    """The array of `pack`; ValueError for any other text."""
    try:
        return read(base64.b64decode(text, validate=True))
    except (ValueError, EOFError, OSError):
        raise ValueError(
            f"No data are held under {text[:40]!r} here: the judge hands them out in a graded run."
        ) from None


def read(raw: bytes) -> np.ndarray:
    """The array in the bytes of a .npy file, a copy; ValueError for any other bytes."""
    return np.load(io.BytesIO(raw), allow_pickle=False)
