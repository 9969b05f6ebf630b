"""The pictures of lessons 00 and 09: one photograph as numbers, and filtered."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.cbook import get_sample_data

from course_lib.viz import filtering
from course_lib.viz.photos import zoom_and_threshold

SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def _face():
    """The 400 x 400 pixels round the face in matplotlib's portrait of Grace Hopper, (400, 400, 3), 0..255."""
    return plt.imread(get_sample_data("grace_hopper.jpg"))[20:420, 60:460]


def _small_face():
    """The same in grey, averaged to (100, 100), 0..1."""
    return (_face().mean(axis=2) / 255).reshape(100, 4, 100, 4).mean(axis=(1, 3))


def zoomed(**place):
    """The photograph, a window of it as numbers, and what is brighter than a threshold; returns the Figure.

    `place` is as for `zoom_and_threshold`: row, column, size, threshold.
    """
    photo = _face()[::2, ::2].mean(axis=2).astype(int)
    return zoom_and_threshold(photo, **place, figure=plt.figure(figsize=(10.2, 3.5), layout="constrained"))


def one_answer():
    """Sobel's filter on the photograph, and one of its answers worked out.

    Returns the 4 Axes.
    """
    return filtering.one_answer(_small_face(), SOBEL, corner=(20, 77))


def shifted_taps():
    """A dilated convolution as nine shifted copies of the photograph, added up.

    Returns the Axes, the sum's last.
    """
    return filtering.shifted_taps(_small_face(), SOBEL, dilation=8)
