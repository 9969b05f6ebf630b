"""A step of any explorer draws on the Axes of the step before, and what it shows is what a new figure would show."""

import ast
from html import escape

import ipywidgets
import pytest
from ipywidgets.widgets.widget_description import DescriptionWidget
from matplotlib.axes import Axes

from course_lib.viz.sheet import Sheet
from course_lib.widgets.picture import Picture
from tests.course_lib.widgets.steps import EXPLORERS, measure, there_and_back, widgets
from tests.house import ROOT, tree_of

STEPPED = sorted(EXPLORERS.keys() - {"reaction_experiment"})  # which has only buttons


def controls(box):
    """{description: control} of all that hold a value to step through, and the picture."""
    found = {c.description: c for c in widgets(box) if there_and_back(c)}
    return found, next(c for c in widgets(box) if isinstance(c, Picture))


def moved(control, picture):
    """The pictures of a control's other value and of its own."""
    shown = []
    for value in there_and_back(control):
        control.value = value
        shown.append(picture.png)
    return shown


def cleared(sheet):
    """The sheet as it would be if nothing had been drawn on it."""
    sheet.clear()
    sheet.spare, sheet.words, sheet.settled = [], {}, False
    return sheet


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_control_has_a_name_and_every_picture_words(name):
    found = list(widgets(EXPLORERS[name]()))
    pictures = [c for c in found if isinstance(c, Picture)]
    named = [c for c in found if isinstance(c, DescriptionWidget | ipywidgets.Button)]
    silent = (ipywidgets.HTML, ipywidgets.Play)  # texts, and buttons that ipywidgets draws without a name
    assert [type(c).__name__ for c in named if not c.description and not isinstance(c, silent)] == []
    assert pictures
    for picture in pictures:
        assert f'alt="{escape(picture.words)}"' in picture.value
        assert len(picture.words) > 20, picture.words


def test_every_explorer_is_measured():
    made = set()
    for path in (ROOT / "course_lib" / "widgets").glob("*.py"):
        for node in tree_of(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.returns:
                words = ast.unparse(node.returns)
                made |= {node.name} if words in ("w.VBox", "w.HBox") or node.name.endswith("_explorer") else set()
    assert made == EXPLORERS.keys()


@pytest.mark.parametrize("name", STEPPED)
def test_a_step_makes_no_new_axes(name, monkeypatch):
    found, picture = controls(EXPLORERS[name]())
    control, made, plain = next(iter(found.values())), [], Axes.__init__
    moved(control, picture)
    monkeypatch.setattr(Axes, "__init__", lambda ax, *a, **k: (made.append(ax), plain(ax, *a, **k))[1])
    moved(control, picture)
    assert made == []


@pytest.mark.parametrize("name", STEPPED)
def test_a_step_shows_what_a_new_figure_would_show(name, monkeypatch):
    start = Sheet.__init__
    monkeypatch.setattr(Sheet, "__init__", lambda sheet, size, layout=None: start(sheet, size))  # else places are kept
    found, picture = controls(EXPLORERS[name]())
    for what, control in list(found.items())[:2]:
        kept = moved(control, picture)
        with monkeypatch.context() as patched:
            patched.setattr(Sheet, "again", cleared)
            assert moved(control, picture) == kept, what


@pytest.mark.parametrize("name", ["shatter_explorer", "stage_explorer", "network_explorer"])
def test_places_that_are_sought_are_kept_so_that_nothing_jumps(name):
    found, picture = controls(EXPLORERS[name]())
    (sheet,) = picture._sheets.values()

    def places():
        return [*(ax.get_position().bounds for ax in sheet.axes), *(t.get_position() for t in sheet.texts)]

    before, shown = places(), picture.png
    assert min(left for left, *_ in before) > 0
    other, own = moved(next(iter(found.values())), picture)
    assert places() == before
    assert own == shown != other


def test_the_measure_tells_each_control_of_an_explorer():
    told = measure(EXPLORERS["sigmoid_explorer"](), times=1)
    assert list(told) == ["weight", "bias", "temperature"]
    assert min(told.values()) > 0
