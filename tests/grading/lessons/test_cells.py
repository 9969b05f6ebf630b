"""The small tools on the text of cells."""

import ast
from pathlib import Path

from grading.lessons import cells
from grading.lessons.cells import bound_names, open_hidden, solution_region, split_hidden, strip_magics, without_markers


def test_split_hidden_leaves_a_cell_without_a_block_alone():
    assert split_hidden("a = 1\nb = 2") == ("a = 1\nb = 2", "")


def test_small_tools_on_sources():
    cell = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
    assert without_markers(cell) == "def f():\n    return 1\n"
    assert solution_region(cell) == "    return 1"
    assert bound_names("a, b = 1, 2\nclass C: pass\nimport os\nx: int = 3") == ("a", "b", "C", "x")
    assert strip_magics("%matplotlib inline\nx = 5 % 3") == "# %matplotlib inline\nx = 5 % 3"


def test_a_hidden_part_is_told_its_part_and_where_it_begins():
    hidden = 'with check( "centre-odd" ) as expect:\n    expect("check", check("centre-odd"))'
    first, rest = open_hidden(hidden, "centre-odd", 3).split("\n")
    assert first == 'with check("centre-odd", part="hidden", start=3) as expect:'
    assert rest == hidden.split("\n")[1]
    assert open_hidden(hidden, "centre", 3) == hidden


def test_the_nodes_of_a_tree_come_in_the_order_of_ast():
    tree = ast.parse(Path(cells.__file__).read_text())
    left_out = ast.expr_context | ast.operator | ast.unaryop | ast.boolop | ast.cmpop
    walked = [node for node in ast.walk(tree) if not isinstance(node, left_out)]
    assert list(map(id, cells.nodes_of(tree))) == list(map(id, walked))


def test_a_line_of_ipythons_in_a_block_and_a_line_that_begins_with_a_remainder_are_read():
    assert bound_names("if True:\n    !pip install x\n    import os\n    x = 1") == ("x",)
    assert bound_names("x = (7\n     % 2)\n%time y = 1") == ()
    assert bound_names("x = (7\n     % 2)\ny = 1") == ("x", "y")
