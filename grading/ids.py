"""Names of graded cells: `conv2d` (the answer), `check-conv2d-dilation`, `predict-ID`, `ask-ID`, `question-ID`.

What follows the kind is an id as a lesson writes it; a check's id begins with its exercise's: `conv2d-dilation`.
"""

KINDS = ("check", "predict", "ask", "question")


def grade_id(kind, id):
    """The name of a cell of one of KINDS."""
    return f"{kind}-{id}"


def split(name):
    """A cell's name as (kind, id); kind is "" for an answer's cell."""
    kind, dash, id = name.partition("-")
    return (kind, id) if dash and kind in KINDS else ("", name)


def check_of(name):
    """The id in `check("...")` by the name of its cell, a check's or a prediction's; any other name as it is."""
    kind, id = split(name)
    return id if kind in ("check", "predict") else name


def exercise_of(check):
    """The exercise a check belongs to: `conv2d` of `conv2d-dilation`."""
    return check.partition("-")[0]


def cells_of(check):
    """The cells a check may be stopped in: its own and its exercise's answer."""
    return grade_id("check", check), grade_id("predict", check), exercise_of(check)
