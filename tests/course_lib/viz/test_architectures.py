"""The pictures of architectures show the numbers they are given, every edge of the tree, every arrow of a block."""

import matplotlib

matplotlib.use("Agg")

from types import SimpleNamespace

import ipywidgets
import matplotlib.pyplot as plt
import pytest
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from course_lib.viz import architectures
from course_lib.widgets.architectures import network_explorer


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def row(kind, parameters, multiply_adds, units):
    return SimpleNamespace(kind=kind, parameters=parameters, multiply_adds=multiply_adds, units=units)


def counts(*rows):
    total = SimpleNamespace(rows=rows, parameters=sum(r.parameters for r in rows), units=sum(r.units for r in rows))
    total.multiply_adds, total.layers, total.kept = sum(r.multiply_adds for r in rows), len(rows), 2**20
    total.share = lambda kind, what: sum(getattr(r, what) for r in rows if r.kind == kind) / getattr(total, what)
    return total


SMALL = counts(row("convolution", 10, 900, 50), row("other", 0, 0, 0), row("linear", 30, 100, 25))
LARGE = counts(row("convolution", 40, 500, 60), row("linear", 60, 1500, 40))


def arrows(ax):
    return [p for p in ax.patches if isinstance(p, FancyArrowPatch)]


def test_a_point_of_the_cost_map_stands_at_its_weights_and_work():
    ax = architectures.cost_map({"ResNet-50": (25e6, 4e9), "VGG-16": (138e6, 15e9)})
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in ax.lines] == [(25e6, 4e9), (138e6, 15e9)]
    assert {t.get_text() for t in ax.texts} == {"ResNet-50", "VGG-16"}


def test_shares_of_a_bar_lie_end_to_end():
    parts = {"convolution": 0.25, "linear": 0.6, "other": 0.15}
    ax = architectures.shares({"Net": {"time": parts}})
    edges = [(bar.get_x(), bar.get_width()) for bar in ax.patches]
    assert edges == [(0, 25), (25, 60), (85, pytest.approx(15))]


def test_layers_are_bars_of_their_share_and_layers_without_weights_take_no_room():
    figure = architectures.by_layer(SMALL)
    heights = [[bar.vertices[:, 1].max() for bar in ax.collections[0].get_paths()] for ax in figure.axes]
    assert heights == [[25, 75], [90, 10], [pytest.approx(200 / 3), pytest.approx(100 / 3)]]
    assert "layer 2 has 75 %" in figure.axes[0].get_title(loc="left")


def test_every_edge_of_the_family_tree_is_drawn_and_leads_forward():
    ax = architectures.family_tree()
    assert len(arrows(ax)) == len(architectures.EDGES)
    texts = [t.get_text() for t in ax.texts]
    for old, new, text, _ in architectures.EDGES:
        assert architectures.MEMBERS[old][2] <= architectures.MEMBERS[new][2]
        assert text in texts
    for name, (*_, year, _) in architectures.MEMBERS.items():
        assert f"{name}\n{year}" in texts


def test_the_tree_has_the_edges_of_the_lectures():
    named = {(old, new): text for old, new, text, _ in architectures.EDGES}
    assert named["LSTM", "Highway"] == "no recurrence"
    assert named["Highway", "ResNet"] == "no gating"
    assert any("bigger" in text for text in named.values())


def test_a_diagram_joins_stages_and_draws_the_shortcut():
    ax = architectures.diagram([["a"], ["b", "c", ""], ["d", "e", "f"], ["g"]], columns=True, shortcut=(0, 3))
    assert len([p for p in ax.patches if isinstance(p, FancyBboxPatch)]) == 7
    assert len(arrows(ax)) == 2 + 3 + 3 + 1  # none into the plain line
    assert len(arrows(architectures.diagram([["a", "b"], ["c", "d"]]))) == 4


@pytest.mark.parametrize("layers", [1, 3, 4])
def test_a_dense_block_joins_every_pair(layers):
    ax = architectures.dense_diagram(layers, channels=64, growth=32)
    assert len(arrows(ax)) == (layers + 2) * (layers + 1) // 2
    assert f"output\n{64 + 32 * layers}" in [t.get_text() for t in ax.texts]


def test_winners_are_joined_and_others_are_not():
    ax = architectures.ranks([(2012, "A", 1, 15.0), (2012, "B", 2, 26.0), (2013, "C", 1, 11.0)], human=5.1)
    assert list(ax.lines[0].get_xydata().ravel()) == [2012, 15, 2013, 11]
    assert "B: 26 (rank 2)" in [t.get_text() for t in ax.texts]


# --------------------------------------------------------------------------- the explorer


@pytest.fixture
def explorer():
    box = network_explorer(["small", "large"], {"small": SMALL, "large": LARGE}.__getitem__)
    choice, checks, totals, picture = box.children
    return choice, {c.description: c for c in checks.children}, totals, picture


def test_it_opens_with_the_first_network_and_its_totals(explorer):
    choice, _, totals, picture = explorer
    assert choice.value == "small"
    assert "<b>40</b> weights, 75 % of them in linear layers" in totals.value
    assert picture.png[:4] == b"\x89PNG"


def test_choosing_another_network_changes_picture_and_totals(explorer):
    choice, _, totals, picture = explorer
    before = picture.png
    choice.value = "large"
    assert picture.png != before
    assert "<b>100</b> weights" in totals.value


def test_costs_can_be_left_out_even_all_of_them(explorer):
    _, checks, _, picture = explorer
    assert all(isinstance(c, ipywidgets.Checkbox) for c in checks.values())
    before = picture.png
    checks["maps"].value = False
    assert picture.png != before
    for check in checks.values():
        check.value = False
    assert picture.layout.display == "none"
