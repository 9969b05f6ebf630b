"""What a check cell calls a built-in function is one, but for the names that the cell itself binds."""

import ast
import types

import pytest

from course_lib.checks.own_builtins import install

NOT_PYTHONS = {"max": "theirs", "sum": "theirs", "round": "theirs", "mine": 3}


def shell():
    return types.SimpleNamespace(ast_transformers=[], user_ns=dict(NOT_PYTHONS))


def compiled(cell, every=False):
    """The cell's text as it is compiled."""
    reader = install(shell())
    reader.every = every
    return ast.unparse(reader.visit(ast.parse(cell)))


def check(line):
    return f'with check("a") as expect:\n    {line}'


def test_a_name_that_a_star_import_hides_is_the_built_in_function_again():
    told = compiled(check('expect("x", max(sum(w) for w in mine))'))
    assert "__import__('builtins').max((__import__('builtins').sum(w) for w in mine))" in told


@pytest.mark.parametrize(
    "line",
    [
        'expect("x", len(mine))',  # nobody hides it
        'expect("x", (lambda max: max + 1)(2))',
        'sum = 3; expect("x", sum)',
        'expect("x", [max for max in mine])',
    ],
)
def test_other_names_stay(line):
    assert "builtins" not in compiled(check(line))


def test_a_function_of_the_check_itself_stays():
    cell = "def round(x):\n    return x\n" + check('expect("x", round(3))')
    assert "builtins" not in compiled(cell)


def test_other_cells_are_left_alone_unless_a_grader_says_they_are_the_lessons():
    assert compiled("print(max(mine))") == "print(max(mine))"
    assert compiled("print(max(mine))", every=True) == "print(__import__('builtins').max(mine))"


def test_a_shell_has_one():
    one = shell()
    assert install(one) is install(one)
    assert len(one.ast_transformers) == 1


def test_what_a_shell_has_from_the_start_is_no_learners():
    one = types.SimpleNamespace(ast_transformers=[], user_ns={"open": "the shell's", "mine": 3})
    reader = install(one)
    cell = check('expect("x", open(mine))')
    assert "builtins" not in ast.unparse(reader.visit(ast.parse(cell)))
    one.user_ns["open"] = "theirs"
    assert "__import__('builtins').open(mine)" in ast.unparse(reader.visit(ast.parse(cell)))
