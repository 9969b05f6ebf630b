"""The learner's own side of a check: compare with the record, explain the first failure, raise one clean error."""

from course_lib.checks import session
from course_lib.checks.error_hints import often_means
from course_lib.checks.learner_line import find_spot
from course_lib.checks.lookup import exercise_of, find_check, find_hidden, hints_of, record_folders
from course_lib.checks.message import Message, show
from course_lib.evidence.compare import Difference, check_line
from course_lib.evidence.mistakes import name_mistake
from course_lib.evidence.records import BadRecord, join

_CHANGED = "The check cell was changed: {}. Take this cell from a fresh copy of the lesson."
_NO_HIDDEN = (
    "This cell observes more than was recorded. If it holds hidden tests, set COURSE_HIDDEN to the folder with their "
    "values; else take this cell from a fresh copy of the lesson."
)


class CheckFailed(Exception):
    """One check did not pass. In a notebook only `title` shows, for the message above says why; never a traceback."""

    def __init__(self, text, title=""):
        super().__init__(text)
        self.title = title

    def _render_traceback_(self):
        return [f"{self.title}: see the message above." if self.title else f"CheckFailed: {self}"]


class Learner:
    """The sink of a notebook: collects what one check cell saw, then judges and shows it. `frame` is the cell's."""

    def __init__(self, id, part, frame):
        self.id, self.part, self.frame = id, part, frame
        self.lines = []

    def seen(self, seen):
        """Keep one observation."""
        self.lines.append(seen)

    def closed(self, check, part):
        """Nothing: `finish` follows."""

    def finish(self, error, printed, warned):
        """Show the message of this run and raise CheckFailed unless all of it passed."""
        expected = self._expected()
        differences = _differences(expected["lines"], self.lines)
        hidden_from = expected.get("hidden_from", float("inf"))
        message = Message(*self._heading(expected["lines"], differences, hidden_from))
        message.check = self.id
        if hidden_from == float("inf"):  # what is printed of a hidden test would show its inputs
            message.printed = _printed(printed, warned)
        first = next((i for i, (_, d) in enumerate(differences) if d), None)
        if first is not None:
            self._explain(message, expected, *differences[first], hidden_from, error)
        attempt = first is None or differences[first][1].what != "notdone"
        session.remember(self.id, bool(message.passed), attempt, self.frame.f_globals)
        show(message)
        if not message.passed:
            label = f"{message.label}: " if message.label else ""
            raise CheckFailed(f"{message.title}. {label}{message.problem}", message.title)

    def _expected(self):
        """The record's entry for this check: visible, hidden or both in one."""
        try:
            found = find_check(self.id)
            if found is None:
                folders = ", ".join(map(str, record_folders()))
                raise LookupError(f"There are no expected values for {self.id}; looked in {folders}.")
            hidden = find_hidden(self.id, found[0].lesson)
        except (BadRecord, LookupError) as problem:
            raise CheckFailed(str(problem)) from None
        if self.part == "visible":
            return _with_hidden(found[1], hidden) if hidden else found[1]
        if hidden is None:
            raise CheckFailed(f"The hidden tests of {self.id} need COURSE_HIDDEN, the folder with their values.")
        return {**hidden, "hidden_from": 0}

    def _heading(self, lines, differences, hidden_from):
        labels = {line["position"]: line["label"] for line in lines}
        labels.update({s.position: s.label for s in self.lines if s.position not in labels})
        rows = []
        for position, difference in differences:
            ok = None if difference and difference.what == "missing" else difference is None
            label = labels[position] or "the end of the cell"
            rows.append(("hidden test" if position >= hidden_from else label, ok))
        right = sum(ok is True for _, ok in rows)
        passed = right == len(rows) > 0
        if rows and differences[0][1] and differences[0][1].what == "notdone":
            return f"{self.id}: not done yet", None, [(label, None) for label, _ in rows]
        count = f"all {right}" if passed else f"{right} of {len(rows)}"
        return f"{self.id}: {count} right", passed, rows

    def _explain(self, message, expected, position, difference, hidden_from, error):
        message.label = message.rows[position - expected["lines"][0]["position"]][0] if expected["lines"] else ""
        message.problem = difference.say
        mistake = name_mistake(expected, self.lines)
        message.mistakes = [mistake.sentence] if mistake else []
        if position >= hidden_from:
            message.problem = "This hidden test fails."
        elif difference.what == "raised" and error is not None:
            self._show_line(message, error)
        elif difference.what == "missing" and error is None:
            message.problem = _CHANGED.format("lines are missing")
        elif difference.what == "extra":
            message.problem = _NO_HIDDEN
        elif difference.what == "notdone":
            message.label = ""
            message.problem = "Write it in its cell, run that cell, then run this one again."
            if hints_of(self.id):
                message.problem += f' If you are stuck: hint("{exercise_of(self.id)}").'
            return
        hints = hints_of(self.id)
        if hints:
            rung = min(session.failures(self.id), len(hints) - 1)
            message.hint, message.hint_title = hints[rung], f"Hint {rung + 1} of {len(hints)}"

    def _show_line(self, message, error):
        if not message.mistakes:
            message.mistakes = [sentence for sentence in [often_means(error)] if sentence]
        spot = find_spot(error, self.frame)
        if isinstance(error, NameError) and spot and spot.in_check:
            message.problem = f"{error}. Run the cell that defines it, then this one again."
        elif spot:
            message.place = "in the check cell" if spot.in_check else f"in {spot.function}, {spot.place}"
            message.code = spot.text()


def _with_hidden(visible, hidden):
    """Both parts as one entry that knows where the hidden one begins."""
    start = min((line["position"] for line in hidden["lines"]), default=len(visible["lines"]))
    return {**join(visible, hidden), "hidden_from": start}


def _differences(lines, seen):
    """`[(position, Difference or None)]` for every line expected or seen, in order."""
    expected = {line["position"]: line for line in lines}
    at = {observation.position: observation for observation in seen}
    out = []
    for position in sorted(expected.keys() | at.keys()):
        if position in expected:
            out.append((position, check_line(expected[position], at.get(position))))
        else:
            out.append((position, Difference("extra", "This line is not in the record.")))
    return out


def _printed(printed, warned):
    """What the code printed and warned of, short."""
    lines = printed.splitlines()
    lines = lines[:20] + ([f"… {len(lines) - 20} more lines"] if len(lines) > 20 else [])
    for warning in warned[:5]:
        lines.append(f"{warning.category.__name__}: {warning.message}")
    return "\n".join(line[:200] for line in lines)
