"""The race of optimisers follows its step, its landscape, its rates and its boxes."""

import pytest

from course_lib.viz import descents
from course_lib.widgets.descents import optimiser_explorer, readout


@pytest.fixture
def explorer():
    """Picture, table, and the controls by name."""
    box = optimiser_explorer()
    picture, panel = box.children
    menu, factor, _, step, boxes, table = panel.children
    return picture, table, {"menu": menu, "factor": factor, "step": step, "boxes": boxes.children}


def test_each_control_redraws_the_picture(explorer):
    picture, _, control = explorer
    seen = {bytes(picture.png)}
    control["step"].value = 30
    seen.add(bytes(picture.png))
    control["factor"].value = 2.0
    seen.add(bytes(picture.png))
    control["menu"].value = "saddle"
    seen.add(bytes(picture.png))
    control["boxes"][0].value = False
    seen.add(bytes(picture.png))
    assert len(seen) == 5
    assert all(png[:4] == b"\x89PNG" for png in seen)


def test_the_table_tells_the_height_of_those_who_take_part(explorer):
    _, table, control = explorer
    control["step"].value = 100
    place, path = descents.GROUNDS["ravine"], descents.remembered("ravine", 100, 1.0)["Adam"]
    assert f"<td>Adam</td><td>0.1</td><td><b>{place.loss(*path[-1]):.2e}</b>" in table.value
    control["boxes"][5].value = False
    assert "Adam" not in table.value


def test_who_left_the_map_is_said_to_have_left():
    whole = descents.remembered("Rosenbrock", 100, 10.0)
    chosen = {name: path[:101] for name, path in whole.items()}
    assert "<td>SGD</td><td>0.01</td><td><b>left the map</b>" in readout("Rosenbrock", chosen, whole, 100, 10.0)


def test_own_functions_race_instead_of_the_librarys():
    seen = []

    def spy(w, g, state, lr):
        seen.append(lr)
        return w - lr * g, state

    optimiser_explorer(own={"SGD": spy})
    assert seen == [0.035] * 100
