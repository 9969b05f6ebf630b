"""Pictures of lesson 18 and of the outlook: what they draw is what they are given or compute; the widget follows."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.topics import roofline
from course_lib.topics.batch_sizes import RECORDED, Row
from course_lib.viz import scaling
from course_lib.viz.pictures import outlook
from course_lib.viz.pictures import scaling as pictures
from course_lib.widgets.batch_sizes import batch_explorer, readout


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def test_each_layer_stands_under_the_roof_and_where_it_was_measured():
    works = [roofline.elementwise(1000), roofline.linear(64, 512, 512)]
    ax = scaling.roofline(1e10, 5e10, works, seconds={"ReLU": 1e-6})
    marks = [line for line in ax.lines if len(line.get_xdata()) == 1]
    assert len(marks) == 3
    assert marks[0].get_ydata()[0] == pytest.approx(works[0].intensity * 10)
    assert marks[1].get_ydata()[0] == pytest.approx(1.0)
    assert marks[2].get_ydata()[0] == pytest.approx(50)


def test_the_trade_off_shows_the_measured_numbers_and_rings_one():
    rows = (Row(2, 10.0, 4e6, 0.1, 50.0, 1.0), Row(8, 30.0, 8e6, 0.2, 20.0, 1.0))
    many = scaling.batch_tradeoff(rows, 8)
    curve, ring = many[3].lines
    assert curve.get_ydata().tolist() == pytest.approx([1e4, 160e3 / 30])
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (8, pytest.approx(160e3 / 30))
    assert many[1].lines[0].get_ydata().tolist() == [4000.0, 8000.0]


def test_the_ring_ends_with_all_summands_everywhere():
    many = pictures.ring(4)
    assert len(many) == 7
    held = [np.array([int(t.get_text()) for t in ax.texts]) for ax in many]
    assert held[0].tolist() == [1] * 16
    assert held[-1].tolist() == [4] * 16
    assert (held[3] == 4).sum() == 4
    assert [h.sum() for h in held] == sorted(h.sum() for h in held)


def test_the_opening_names_every_worker_and_its_rows():
    words = [t.get_text() for t in pictures.opening().texts]
    assert any("worker 3" in w and "rows 3, 7, 11" in w for w in words)


def test_loading_beside_computing_ends_earlier():
    apart, beside = pictures.overlap()
    ends = [max(b.get_paths()[-1].vertices[:, 0].max() for b in ax.collections) for ax in (apart, beside)]
    assert ends[1] == pytest.approx(1.0 + 4 * 1.4)
    assert ends[0] == pytest.approx(4 * 2.4)


def test_formats_end_where_numpy_says():
    bars = pictures.formats().patches
    smallest = min(b.get_x() for b in bars if b.get_y() < -1.5)
    assert smallest == pytest.approx(np.log10(float(np.finfo(np.float16).smallest_subnormal)))


def test_the_lettered_runs_show_their_faults():
    many = pictures.faults()
    curves = {ax.get_title(loc="left"): [line.get_ydata() for line in ax.lines] for ax in many}
    assert list(curves) == ["A", "B", "C", "D"]
    last = {letter: [np.mean(y[-5:]) for y in ys] for letter, ys in curves.items()}
    assert min(last["A"]) > 1.5
    assert 1.0 < last["B"][0] < curves["B"][0][0] - 1
    assert curves["C"][0][40] > curves["C"][0][39] + 0.3
    assert last["D"][1] > last["D"][0] + 0.4


def test_the_outlook_shows_four_senses():
    shown = [ax.get_title() for ax in outlook.senses()]
    assert shown == ["a rising tone", "distance, nearer is darker", "from the side, same colours", shown[3]]
    assert "thermal" in shown[3]


def test_the_explorer_follows_batch_and_memory():
    box = batch_explorer(RECORDED)
    controls, told, picture = box.children
    batch, memory = controls.children
    seen = {bytes(picture.png)}
    batch.value = RECORDED[0].batch
    seen.add(bytes(picture.png))
    assert len(seen) == 2
    assert f"{RECORDED[0].samples:,.0f} samples" in told.value
    memory.value = RECORDED[0].memory
    assert f"fastest: batch {RECORDED[1].batch}" in told.value or f"fastest: batch {RECORDED[0].batch}" in told.value
    assert "no batch size fits" in readout(RECORDED, 2, 1)
