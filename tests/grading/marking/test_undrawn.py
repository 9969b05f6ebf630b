"""What only draws is left out of the lesson's own cells, and nothing else is."""

import pytest

from grading.marking.undrawn import drawers, undrawn

IMPORTS = (
    "import numpy as np\nfrom course_lib.viz import filtering as draw\nfrom course_lib.viz.images import image_grid\n"
    "from course_lib.widgets.planes import line_explorer\nfrom course_lib.ops import conv2d\nfrom course_lib import viz"
)
DRAWING = drawers((IMPORTS,))


def made(source, *others):
    """What is left of a cell that draws."""
    return undrawn([("cell", source)], [(str(i), one) for i, one in enumerate(others)], DRAWING).get("cell", source)


def test_what_draws_is_what_the_lesson_imports_from_viz_and_widgets():
    assert {"draw", "image_grid", "line_explorer", "viz"} == DRAWING
    assert drawers((IMPORTS, "draw = 3")) == DRAWING - {"draw"}
    assert drawers((IMPORTS, "from other import image_grid")) == DRAWING - {"image_grid"}
    assert drawers(("import course_lib.vizier as draw", "from course_lib.visual import x", "((")) == frozenset()


ONLY_DRAWS = [
    "axes = draw.responses(maps, [slope[0, 0]] * 3, [f'dilation {d}' for d in spread])",
    "draw.responses(maps.reshape(2, -1), np.abs(bank))",
    "left, (right, _) = image_grid(list(zip(a, b)), columns=len(a))",
    "line_explorer(\n    cloud_x,\n    cloud_t,\n    angle=0,\n)",
    "viz.images.image_grid(draw.shown(x))",
]


@pytest.mark.parametrize("statement", ONLY_DRAWS)
def test_a_statement_that_only_draws_is_left_out_and_lines_keep_their_numbers(statement):
    left = made(f"x = 1\n{statement}\ny = 2", "x + y")
    assert left.split("\n") == ["x = 1", "pass", *[""] * statement.count("\n"), "y = 2"]


def test_the_variable_of_a_comprehension_is_read_by_nobody_else():
    statement = "axes = image_grid(x, titles=[f'kind {kind}' for kind in range(3)])"
    assert made(f"y = [x[kind] for kind in range(3)]\n{statement}", "y") == "y = [x[kind] for kind in range(3)]\npass"


STAYS = {
    "its name is read by another cell": ("axes = draw.responses(x)", "axes"),
    "its name is read below": ("axes = draw.responses(x)\naxes.set_title('a')", ""),
    "its name is read by a function": ("axes = draw.responses(x)\ndef f():\n    return axes", "f()"),
    "names are looked up by text": ("axes = draw.responses(x)", "globals()"),
    "it computes": ("y = conv2d(x)", ""),
    "it computes inside": ("draw.responses(conv2d(x))", ""),
    "it may change what it is given": ("draw.responses(items.pop())", ""),
    "it takes the next of something": ("draw.responses(next(batches))", ""),
    "it draws numbers": ("draw.responses(x, rng)", ""),
    "it draws numbers of NumPy": ("draw.responses(np.random.normal(size=3))", ""),
    "it draws numbers by a keyword": ("draw.responses(x, rng=np.random.default_rng(1))", ""),
    "it binds inside": ("draw.responses(y := 3)", "y"),
    "it binds to a part": ("shown[0] = draw.responses(x)", ""),
    "it stands beside another": ("draw.responses(x); y = 3", "y"),
    "it stands in a condition": ("if x:\n    draw.responses(x)", ""),
    "it is another's": ("plt.plot(x)", ""),
}


@pytest.mark.parametrize("why", STAYS)
def test_a_statement_stays_where(why):
    source, other = STAYS[why]
    assert made(source, other) == source
