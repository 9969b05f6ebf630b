"""Changed reference answers are rejected and many are named: a sample; the module's own command measures all."""

import ast

from course_lib.evidence.relations import BY
from tests.solutions import generic_mistakes as generic
from tests.solutions.reference import lesson


def test_operators_change_one_place_each():
    source = "def f(x):\n    for i in range(3):\n        x += x.mean(axis=0) / 2\n    return x"
    made = {operator.__name__: list(generic.changed(source, operator)) for operator in generic.OPERATORS}
    assert made["sign"] == [source.replace("return x", "return -x")]
    assert made["other_function"] == [source.replace("mean", "sum")]
    assert made["no_divisor"] == [source.replace(" / 2", "")]
    assert made["replaced"] == [source.replace("+=", "=")]
    assert len(made["off_by_one"]) == 3
    for sources in made.values():
        assert all(ast.parse(one) and one != source for one in sources)


def test_relations_name_more_than_known_mistakes_alone():
    rows = generic.measure(lesson("02_logistic_regression"), only=["numerical_gradient", "softmax"])
    changes, rejected, known, named = generic.shares(rows)
    assert changes >= 18
    assert rejected >= 0.9 * changes
    assert named >= 0.6 * rejected
    assert named >= known + 4
    said = {trial.name: mistake.name for id, trial, _, mistake, _ in rows if mistake and id == "softmax"}
    assert said["sign 0"] == BY + "sign turned"
    assert said["transpose 0"] == BY + "transposed"
