"""The outlook: a page without points, each of whose cells runs, quickly, and shows what its text says."""

import re
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from grading.lessons.source import read_lesson

LESSON = read_lesson(Path(__file__).resolve().parents[2] / "solutions" / "19_outlook.py")


@pytest.fixture(scope="module")
def ran():
    """All its cells run in order: the names they leave, and the processor seconds of each."""
    names, seconds = {}, {}
    for cell in LESSON.cells[:-1]:
        if cell.kind == "code" and cell.role != "picture":
            began = time.process_time()
            exec(compile(cell.source, LESSON.path.name, "exec"), names)
            seconds[cell.id or cell.line] = time.process_time() - began
    plt.close("all")
    return names, seconds


def test_it_is_a_page_and_ends_with_the_map():
    assert LESSON.page
    assert LESSON.cells[-1].source.split("\n")[-1] == "progress()"


def test_every_part_has_three_papers_with_their_years():
    text = "\n".join(c.source for c in LESSON.cells if c.kind == "markdown")
    parts = text.split("Three papers:")[1:]
    assert len(parts) == 3
    for part in parts:
        assert len(re.findall(r"\((?:19|20)\d\d\)", part.split("\n## ")[0])) == 3


def test_no_cell_takes_more_than_twenty_seconds(ran):
    assert max(ran[1].values()) < 20


def test_what_is_generated_is_like_what_was_seen(ran):
    names = ran[0]
    assert names["losses"][-1] < 0.7 * names["x"].var(0).mean()
    assert names["new"].shape == (20, 64)
    nearest = [((names["x"] - one) ** 2).mean(1).min() for one in names["new"]]
    assert np.mean(nearest) < 0.6 * names["x"].var(0).mean()
    assert np.bincount(names["spots"], minlength=8).min() > 10
    assert np.abs(np.linalg.norm(names["made"], axis=1) - 1).mean() < 0.25


def test_order_does_not_matter_to_a_set_of_points(ran):
    names = ran[0]
    net, clouds = names["net_of_points"], names["new_clouds"].astype(np.float32)
    assert np.allclose(net(names["Tensor"](clouds)).data, net(names["Tensor"](clouds[:, ::-1].copy())).data, atol=1e-5)


def test_heat_is_seen_at_night(ran):
    assert ran[0]["runs"][:, 1].min() > 0.9
