"""The bytes a submission sends are cut into frames; what came before a bad one still counts."""

import pytest

from grading.confinement.frames import FRAME, Broken, Frames, framed


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_frames_are_found_however_the_bytes_arrive(size):
    told = [(b"B", b"one"), (b"D", b""), (b"E", b"x" * 50)]
    data = b"".join(framed(*one) for one in told)
    frames = Frames(lambda kind: 100)
    found = [one for i in range(0, len(data), size) for one in frames.feed(data[i : i + size])]
    assert found == told


def test_what_came_before_a_frame_over_the_limit_counts():
    """Otherwise the cell that sent the bad frame had not begun, and the honest one before it was blamed."""
    frames, found = Frames(lambda kind: 100), []
    with pytest.raises(Broken, match="over the limit"):
        found.extend(frames.feed(framed(b"E", b"honest") + framed(b"B", b"hostile") + FRAME.pack(b"D", 101)))
    assert found == [(b"E", b"honest"), (b"B", b"hostile")]
