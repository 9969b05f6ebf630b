"""The learner's own side of a check: compare with the record, explain the first failure, raise one clean error."""

from __future__ import annotations

import sys
import types
from collections.abc import Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any

from course_lib.checks import answers, hints, session
from course_lib.checks.check_cell import CheckCell
from course_lib.checks.error_hints import about_call, often_means
from course_lib.checks.given import answer, fingerprint, source_of
from course_lib.checks.learner_line import find_spot
from course_lib.checks.lookup import exercise_of, find_check, find_hidden, record_folders
from course_lib.checks.message import Message, show
from course_lib.checks.patience import NeverEnds, patience
from course_lib.evidence.compare import Difference, check_line
from course_lib.evidence.predictions import canonical
from course_lib.evidence.records import BadRecord, join
from course_lib.evidence.relations import diagnose

if TYPE_CHECKING:
    from course_lib.checks.learner_line import Spot
    from course_lib.evidence.observation import Seen

AS_GIVEN = "As given: nothing repaired yet."
LATER = (
    "You answered this before, and differently. The first answer is your prediction, and it is the one that counts; "
    "this one knows more. What made you think so at first?"
)
_CHANGED = "The check cell was changed: {}. Take this cell from a fresh copy of the lesson."
_NO_HIDDEN = (
    "This cell observes more than was recorded. If it holds hidden tests, set COURSE_HIDDEN to the folder with their "
    "values; else take this cell from a fresh copy of the lesson."
)
_ENDLESS = (
    "Your code was still running: a loop or recursion that never ends, or one that takes every path of many. "
    'If it is right but slow, give it more: os.environ["COURSE_SECONDS"] = "30".'
)


class CheckFailed(Exception):
    """One check did not pass. In a notebook only `title` shows, for the message above says why; never a traceback.

    `text` is the whole message, for who is not in a notebook.
    """

    def __init__(self, text: str, title: str = "") -> None:
        super().__init__(text)
        self.title = title

    def _render_traceback_(self) -> list[str]:
        return [f"{self.title}: see the message above." if self.title else f"CheckFailed: {self}"]


class NotBegun(CheckFailed):
    """Nothing was tried yet: the message says so, and nothing is wrong."""

    calm = ""


class Interrupted(KeyboardInterrupt):
    """The learner stopped a check; the message above says where it was."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Learner:
    """The sink of a notebook: collects what one check cell saw, then judges and shows it. `frame` is the cell's.

    `id` and `part` are the check's.
    """

    def __init__(self, id: str, part: str, frame: FrameType) -> None:
        self.id, self.part, self.frame = id, part, frame
        self.lines, self.at = [], {}  # what was seen, and position -> line of the check cell

    def seen(self, seen: Seen) -> None:
        """Keep one observation.

        `seen` is the observation.
        """
        self.lines.append(seen)
        self.at[seen.position] = _line_of(self.frame.f_code.co_filename)

    def closed(self, check: str, part: str) -> None:
        """Nothing: `finish` follows.

        `check` and `part` are as in every sink.
        """

    def finish(self, error: Any, printed: str, warned: Sequence[Any]) -> None:
        """Show the message of this run and raise CheckFailed unless all of it passed.

        `error` is the exception that ended the cell or None, `printed` what it wrote, `warned` its warnings.
        """
        expected, names = self._expected(), self.frame.f_globals
        about = expected.get("exercise", {})
        predicted = _predicted(expected["lines"], self.lines)
        mine = predicted or answer(about.get("names") or [exercise_of(self.id)], names)
        message = self.message(expected, error, untouched=bool(mine) and mine == about.get("given"))
        if expected.get("hidden_from") is None:  # what is printed of a hidden test would show its inputs
            message.printed = _printed(printed, warned)
        message.answer = mine
        session.remember(self.id, bool(message.passed), message.attempt, names, mine)
        if predicted and message.attempt and session.first_answer(self.id) not in ("", predicted):
            message.note = LATER
        if message.attempt and not message.passed:
            message.ask = "\n".join(filter(None, (hints.offer(self.id, expected["hints"]), answers.offer(self.id))))
        show(message)
        if not message.passed:
            if message.attempt:
                hints.button(self.id, expected["hints"])
            label = f"{message.label}: " if message.label else ""
            kind = NotBegun if message.passed is None else CheckFailed
            raise kind(f"{message.title}. {label}{message.problem}", message.title)

    def interrupted(self, error: Any) -> Any:
        """Say where the check was when the learner stopped it; the KeyboardInterrupt to raise."""
        message = Message(f"{self.id}: interrupted", None, [])
        message.problem = "You stopped this check while it ran."
        self._show_spot(message, find_spot(error, self.frame))
        show(message)
        return Interrupted(f"{message.title}: see the message above.")

    def message(self, expected: dict[str, Any], error: Any = None, untouched: bool = False) -> Message:
        """The Message of what was seen; `untouched` when the program that was given stands as it was.

        `expected` is what the record holds of this check, `error` the exception that ended the cell or None.
        """
        differences = _differences(expected["lines"], self.lines)
        hidden_from = expected.get("hidden_from", float("inf"))
        message = Message(*self._heading(expected["lines"], differences, hidden_from))
        message.check = self.id
        first = next((i for i, (_, d) in enumerate(differences) if d), None)
        if first is None:
            return message
        if untouched:
            message.title, message.passed, message.attempt = f"{self.id}: as given", None, False
            message.problem = AS_GIVEN
            return message
        self._explain(message, expected, *differences[first], hidden_from, error)
        if message.passed is False and hidden_from == float("inf"):
            self._say_changed(message, expected["lines"], differences)
        return message

    def _expected(self) -> dict[str, Any]:
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
        return {**join(None, hidden), "hidden_from": 0}

    def _heading(
        self, lines: Sequence[dict[str, Any]], differences: Sequence[tuple[int, Difference | None]], hidden_from: float
    ) -> tuple[str, bool, list[tuple]]:
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

    def _explain(
        self, message: Message, expected: dict[str, Any], position: int, difference: Difference, hidden_from: float,
        error: Any,
    ) -> None:  # fmt: skip
        message.label = message.rows[position - expected["lines"][0]["position"]][0] if expected["lines"] else ""
        message.problem = CheckCell(self.frame).named(difference.say, self.at.get(position))
        message.beside = difference.beside
        names = expected.get("exercise", {}).get("names") or [exercise_of(self.id)]
        mistake = diagnose(expected, self.lines, source_of(names, self.frame.f_globals) if self.frame else "")
        message.mistakes = [mistake.sentence] if mistake else []
        if position >= hidden_from:
            message.problem, message.beside = "This hidden test fails.", ""
        elif difference.what == "raised" and error is not None:
            self._show_line(message, error, names)
        elif difference.what == "missing" and error is None:
            message.problem, message.attempt = _CHANGED.format("lines are missing"), False
        elif difference.what == "extra":
            message.problem, message.attempt = _NO_HIDDEN, False
        elif difference.what == "notdone":
            message.label, message.attempt = "", False
            message.problem = "Write it in its cell, run that cell, then run this one again."
            if expected["hints"]:
                message.problem += f' If you are stuck: hint("{exercise_of(self.id)}").'

    def _show_line(self, message: Message, error: Any, answers: Sequence[str]) -> None:
        spot, names = find_spot(error, self.frame), self.frame.f_globals
        if isinstance(error, NeverEnds):
            message.problem = f"Stopped after {patience():g} seconds of computing. {_ENDLESS}"
        elif isinstance(error, NameError) and spot and spot.in_check:
            message.problem, message.attempt = f"{error}. Run the cell that defines it, then this one again.", False
            if error.name in answers:  # its cell may have run and stopped at "not done yet"
                message.problem = f"There is no {error.name} yet: write it in its cell, run that cell, then this one."
            if not any(right for _, right in message.rows):  # an open exercise has no stub that says so itself
                message.title, message.passed = f"{self.id}: not done yet", None
                message.rows = [(label, None) for label, _ in message.rows]
            return
        if spot:
            own = {name for name, thing in names.items() if _is_own(thing, names)}
            fits = about_call(error, spot.source, own, spot.in_check)  # the message itself: surer than a mistake's type
            say = fits or (not message.mistakes and often_means(error))
            message.mistakes = [say] if say else message.mistakes
        self._show_spot(message, spot)

    def _show_spot(self, message: Message, spot: Spot) -> None:
        if spot:
            message.place = "in the check cell" if spot.in_check else f"in {spot.function}, {spot.place}"
            message.code = spot.text()

    def _say_changed(
        self, message: Message, lines: Sequence[dict[str, Any]], differences: Sequence[tuple[int, Difference | None]]
    ) -> None:
        wrong, cell, names = dict(differences), CheckCell(self.frame), []
        seen = {one.position: one for one in self.lines}
        for line in lines:
            position = line["position"]
            one = seen.get(position)
            if one is None or not wrong[position] or one.kind not in ("value", "unchanged") or "hash" in line:
                continue
            names += cell.changed(self.at[position], line["value"], one.value)
        if names:
            message.mistakes.append(f"Your function changed its input {', '.join(dict.fromkeys(names))}.")


def _line_of(file: str) -> int:
    """The line of the check cell that is observing."""
    frame = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename != file:
        frame = frame.f_back
    return frame.f_lineno if frame is not None else None


def _is_own(thing: Any, names: dict[str, Any]) -> bool:
    """Whether a function or class was defined in the notebook."""
    if isinstance(thing, type):
        return thing.__module__ == "__main__"
    return isinstance(thing, types.FunctionType) and thing.__globals__ is names


def _with_hidden(visible: dict[str, Any], hidden: dict[str, Any]) -> dict[str, Any]:
    """Both parts as one entry that knows where the hidden one begins."""
    start = min((line["position"] for line in hidden["lines"]), default=len(visible["lines"]))
    return {**join(visible, hidden), "hidden_from": start}


def _differences(lines: Sequence[dict[str, Any]], seen: Sequence[Seen]) -> list[tuple[int, Difference | None]]:
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


def _predicted(lines: Sequence[dict[str, Any]], seen: Sequence[Seen]) -> str:
    """A fingerprint of the answers where the check is a prediction; "" for other checks and for what is no answer."""
    if not lines or len(seen) != len(lines) or not all("hash" in line for line in lines):
        return ""
    try:
        return fingerprint(" ".join(canonical(one.value) for one in seen))
    except ValueError:
        return ""


def _printed(printed: str, warned: Sequence[Any]) -> str:
    """What the code printed and warned of, short."""
    lines = printed.splitlines()
    lines = lines[:20] + ([f"… {len(lines) - 20} more lines"] if len(lines) > 20 else [])
    for warning in warned[:5]:
        lines.append(f"{warning.category.__name__}: {warning.message}")
    return "\n".join(line[:200] for line in lines)
