"""What may be shown of hidden tests, decided here and nowhere else: whether each passes, and how many.

A hidden line's label names inputs, and what is wrong with it names values: `line_verdict` leaves both out of the
verdict, so that nothing made from one (journal, gradebook, notebooks, pages, tables) has them. What those call a hidden
line, and how they count them, is said here too. What is diagnosed of hidden lines names a kind of mistake and no
number: a known one by the author's sentence, a relation by `HIDDEN` of course_lib/evidence/relations.py.
"""

from grading.marking.verdict import LineVerdict

HIDDEN = "hidden"


def line_verdict(line, part, passed, say=""):
    """The LineVerdict of a record's line: of a hidden one only whether it passes."""
    if part == HIDDEN:
        return LineVerdict(line["position"], part, "", passed)
    return LineVerdict(line["position"], part, line["label"], passed, say)


def is_hidden(line):
    """Whether a LineVerdict, or a Seen, is of a hidden test."""
    return line.part == HIDDEN


def only_hidden(lines):
    """Those of verdict lines, or of what was seen, that belong to hidden tests."""
    return [line for line in lines if is_hidden(line)]


def label(line, *, numbered=False):
    """What a line is called in an output or a table."""
    if is_hidden(line):
        return f"hidden line {line.position}" if numbered else "a hidden line"
    return line.label


def apart(lines):
    """(the visible lines, how many hidden ones pass, how many there are)."""
    hidden = [line for line in lines if is_hidden(line)]
    return [line for line in lines if not is_hidden(line)], sum(line.passed for line in hidden), len(hidden)


def first_wrong(lines):
    """A sentence on the first line that does not pass, which may be hidden; lines are in order. None: all pass."""
    wrong = next((line for line in lines if not line.passed), None)
    if wrong is None:
        return None
    if not is_hidden(wrong):
        return f"{wrong.label}: {wrong.say}"
    _, passing, count = apart(lines)
    return f"The visible lines pass; {count - passing} of {count} hidden lines do not."
