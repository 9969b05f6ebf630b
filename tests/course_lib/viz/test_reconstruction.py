"""The photographs, the depth explorer and the recorded figures show what they say."""

import json

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.viz import reconstruction
from course_lib.viz.recorded import recorded
from course_lib.widgets.reconstruction import count, depth_explorer, learned


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("name", reconstruction.PHOTOS)
def test_a_photograph_is_grey_square_and_keeps_its_mean_when_scaled(name):
    large, small = reconstruction.photo(name, 400), reconstruction.photo(name, 50)
    assert large.shape == (400, 400)
    assert small.shape == (50, 50)
    assert small.mean() == pytest.approx(large.mean(), abs=1.0)
    assert small.std() > 20


@pytest.mark.parametrize(("name", "side"), [("cat", 51), ("hopper", 1), ("hopper", 500)])
def test_an_unknown_photograph_or_side_is_refused(name, side):
    with pytest.raises(ValueError, match="photo: "):
        reconstruction.photo(name, side)


def test_every_picture_has_its_title():
    figure = reconstruction.pictures({"one": np.eye(3), "two": np.ones((3, 3))})
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["one", "two"]


def test_the_explorer_counts_weights_and_follows_its_controls():
    assert (count(125, 1), count(20, 2), count(14, 3)) == (501, 501, 477)
    box = depth_explorer(2, 1)
    (wide, deep), (_, bend), message, picture = box.children[0].children, box.children[1].children, *box.children[2:]
    seen = {picture.png}
    for control, value in ((wide, 4), (deep, 2), (bend, "relu")):
        control.value = value
        seen.add(picture.png)
    assert len(seen) == 4
    deep.value = 4
    wide.value = 100
    assert "choose fewer" in message.value


def test_more_units_keep_more_of_the_picture():
    assert learned("hopper", 14, 2, "tanh")[1] < learned("hopper", 4, 2, "tanh")[1] < 1


def test_a_record_is_shown_with_its_origin_and_its_absence_is_said(tmp_path):
    (tmp_path / "F0_1.png").write_bytes(b"picture")
    results = [{"title": "T", "rows": [["a", "1", "2", "s"]]}, {"title": "d", "picture": "F0_1.png"}, {"text": "<x>"}]
    record = {"results": results, "date": "2026-01-02", "commit": "abc", "machine": "a machine"}
    (tmp_path / "F0.json").write_text(json.dumps(record))
    shown = recorded("F0", folders=[tmp_path / "nowhere", tmp_path])
    assert "Recorded 2026-01-02 at commit abc on a machine" in repr(shown)
    html = shown._repr_html_()
    assert "data:image/png;base64,cGljdHVyZQ==" in html
    assert "&lt;x&gt;" in html
    assert "<td" in html
    assert "FULL = True" in repr(recorded("F99", folders=[tmp_path]))
