"""The picture of the outlook page: the same world as other sensors see it."""

import numpy as np

from course_lib.topics.sensors import night_and_day, range_image, sounds, spectrogram, to_points
from course_lib.viz import style

FOCAL = 168  # pixels: a figure of height 1, 2.5 away, is 67 pixels high


def senses():
    """A sound as a spectrogram, a range image, its points in space, and a warm disc at night; returns the Axes (4,)."""
    rng = np.random.default_rng(5)
    many = style.row(4, size=(2.7, 2.7))
    wave, _ = sounds(2, rng=rng)
    many[0].imshow(spectrogram(wave[1]), origin="lower", aspect="auto", cmap=style.SEQUENTIAL)
    many[0].set(title="a rising tone", xlabel="time", ylabel="frequency")
    depth = range_image(rng=rng)
    many[1].imshow(np.where(depth < 5, depth, np.nan), cmap=style.SEQUENTIAL)
    many[1].set_title("distance, nearer is darker")
    points = to_points(depth, focal=FOCAL, far=5)
    many[2].scatter(points[:, 2], -points[:, 1], s=2, c=points[:, 2], cmap=style.SEQUENTIAL)
    many[2].set(title="from the side, same colours", xlabel="away", ylabel="up", aspect="equal")
    visible, thermal, _ = night_and_day(1, night=True, rng=np.random.default_rng(0))
    many[3].imshow(np.concatenate([visible[0], thermal[0]], axis=1), cmap=style.GREYS)
    many[3].axvline(visible.shape[2] - 0.5, color=style.ORANGE, lw=2)
    many[3].set_title("night: visible | thermal")
    for ax in many:
        ax.title.set_fontsize("medium")
        ax.set(xticks=[], yticks=[])
    return many
