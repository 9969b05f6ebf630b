"""What a check cell calls: `check` and `expect`, and `NotDone`, `hint`, `yours` around them.

A check cell only observes: it calls the learner's code and names what it saw. Where the observations go is decided by
the sink in force. With none, it is the learner's own: compare with the record, show ✓ and ✗, explain the first failure.

An observation has a `label`, which the learner reads, and what was seen: a `value`, or two, `got` and `want`, which may
lie `rtol` and `atol` apart; `bound`, `at_least` and `at_most` are limits of a number.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any

from course_lib.evidence.observation import MAX_BYTES, Opaque, Seen, observe, size
from course_lib.evidence.tree import clean, type_name

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Expect", "NotDone", "answer", "check", "hint", "progress", "use_sink", "yours"]

_MAX_PRINTED = 20_000
_sink = None


class NotDone(NotImplementedError):
    """The stub of an exercise that is still to be written raises this; `NotDone("output_size")`, `id` is its own."""

    def __init__(self, id: str = "") -> None:
        super().__init__(str(id))
        self.id = str(id)

    def __str__(self) -> str:
        return f"not done yet: {self.id}" if self.id else "not done yet"

    @property
    def calm(self) -> str:
        """What a notebook shows instead of an error."""
        which = f": {self.id}" if self.id else ""
        return f"Not done yet{which}. Write it in its cell, run that cell, then run this one again."

    def _render_traceback_(self) -> list[str]:
        return [self.calm]


class use_sink(contextlib.AbstractContextManager):
    """Send observations to `sink` from now on; as a context manager, only inside. None is the learner's own display.

    A sink has `seen(Seen)` and `closed(check, part)`; it may have `forbid(check) -> list of dotted names`.
    """

    def __init__(self, sink: Any) -> None:
        global _sink
        self.before, _sink = _sink, sink

    def __exit__(self, *exc: Any) -> None:
        global _sink
        _sink = self.before


def check(id: str, *, part: str = "visible", start: int = 0) -> _Check:
    """Open the check of exercise `id`: `with check("output_size") as expect:`.

    `start` is the position of the first line; only the grader passes it, with part="hidden", to run the hidden lines.
    """
    return _Check(id, part, start, sys._getframe(1))


class _Check:
    def __init__(self, id: str, part: str, start: int, frame: FrameType) -> None:
        self.id, self.part, self.start, self.frame = str(id), part, start, frame

    def __enter__(self) -> Expect:
        self.mine = _sink is None
        self.sink, patience = _learner(self.id, self.part, self.frame) if self.mine else (_sink, None)
        self.guard = _guard(self.sink, self.id, self.frame)
        self.printed, self.warned = _Printed(), []
        self.stack = contextlib.ExitStack()
        self.stack.enter_context(contextlib.redirect_stdout(self.printed))
        self.stack.enter_context(contextlib.redirect_stderr(self.printed))
        self.warned = self.stack.enter_context(warnings.catch_warnings(record=True))
        warnings.simplefilter("default")
        self.expect, self.observed, self.began = Expect(self), [], time.process_time()
        self.stack.enter_context(self.guard)
        if patience:
            self.stack.enter_context(patience)
        return self.expect

    def __exit__(self, kind: type | None, error: Any, trace: Any) -> bool:
        self.stack.close()
        stopped = error is None or isinstance(error, Exception | SystemExit) or type(error).__name__ == "NeverEnds"
        if error is not None and stopped:
            self.expect._raised(error)
        elif stopped:
            self.expect._end()
            self._again()
        self.expect._check = None
        if not stopped:  # an interrupt from the keyboard, or the grader's own limit
            if self.mine and isinstance(error, KeyboardInterrupt):
                raise self.sink.interrupted(error) from None
            return False
        self.sink.closed(self.id, self.part)
        if self.mine:
            self.sink.finish(error, self.printed.getvalue(), self.warned)
        return True

    def see(self, seen: Seen) -> None:
        """Give one observation to the sink; the second run is held to it."""
        self.observed.append(seen)
        self.sink.seen(seen)

    def _again(self) -> None:
        """Run a visible part that went to its end once more, and tell the sink of a line that changed."""
        from course_lib.checks.again import SECONDS, Again, first_change

        in_function = self.frame.f_code.co_flags & inspect.CO_NEWLOCALS  # not by name: kernels name cells as they like
        unfit = self.part != "visible" or isinstance(self.sink, Again) or in_function
        if unfit or time.process_time() - self.began > SECONDS:
            return
        patience = _learner(self.id, self.part, self.frame)[1] if self.mine else contextlib.nullcontext()
        with patience:
            changed = first_change(self, list(self.observed))
        if changed is not None:
            self.sink.seen(changed)


def _learner(id: str, part: str, frame: FrameType) -> tuple[Any, Any]:
    """The learner's own sink, and the patience that a notebook has with what it checks."""
    from course_lib.checks.learner import Learner
    from course_lib.checks.learner_line import of_notebook
    from course_lib.checks.patience import Patience

    return Learner(id, part, frame), Patience(frame, of_notebook(frame))


def _guard(sink: Any, id: str, frame: FrameType) -> Any:
    from course_lib.checks.guard import Guard

    names = sink.forbid(id) if hasattr(sink, "forbid") else _recorded_forbid(id)
    return Guard(names, frame)


def _recorded_forbid(id: str) -> Sequence[str]:
    from course_lib.checks.lookup import find_check
    from course_lib.evidence.records import BadRecord

    try:
        found = find_check(id)
    except BadRecord:  # the learner's sink says so at the end; other sinks need no record
        return ()
    return found[1]["forbid"] if found else ()


class _Printed(io.StringIO):
    """What the learner's code prints during a check: kept for the message, never on stderr, never without end."""

    def write(self, text: str) -> int:
        if self.tell() < _MAX_PRINTED:
            super().write(text[:_MAX_PRINTED])
        return len(text)


class Expect:
    """What `with check(...) as expect` gives: each call names one thing that was seen, in order."""

    def __init__(self, check: _Check) -> None:
        self._check, self._position, self._bytes = check, check.start, 0

    def __call__(
        self, label: str, value: Any, *, rtol: float | None = None, atol: Any = None, exact_dtype: bool = False
    ) -> None:
        """Observe `value`. The tolerances are what the author asks the recorder for; the record decides."""
        self._emit("value", label, observe(value), rtol=rtol, atol=atol, exact_dtype=exact_dtype or None)

    def same_as(self, label: str, got: int, want: int, *, rtol: float | None = None, atol: Any = None) -> None:
        """Observe that two values are equal: a law, such as the adjoint identity."""
        self._emit("same_as", label, (observe(got), observe(want)), rtol=rtol, atol=atol)

    def at_least(self, label: str, value: int, bound: float) -> None:
        """Observe that a number is at least `bound`."""
        self._emit("at_least", label, observe(value), bound=observe(bound))

    def outcome(
        self, label: Any, predictions: Any, *, truth: Any, measure: Any, at_least: Any = None, at_most: Any = None
    ) -> None:
        """Observe predictions that any design may have made: how good they are is measured where the truth is held.

        `truth` is a name of the exercise's held cell, `measure` one of accuracy, mean_iou, mse, psnr, with one bound.
        """
        spec = {"truth": truth, "measure": measure, "at_least": at_least, "at_most": at_most}
        self._emit("outcome", label, observe(predictions), **spec)

    def held(self, name: Any) -> Any:
        """Data that the judge hands to a hidden block: a lesson writes their name, a graded notebook holds them."""
        from course_lib.evidence.held import unpack

        hand = getattr(self._check.sink, "held", None)
        return hand(self._check.id, name) if hand is not None else unpack(name)

    def unchanged(self, label: str, value: np.ndarray) -> None:
        """Observe an input after the call, to see that it is as it was."""
        self._emit("unchanged", label, observe(value))

    def raises(self, label: str, error: type, call: Callable) -> None:
        """Observe that `call()` raises `error`, an exception class. Any other end of the call is observed too."""
        try:
            call()
            value = {"type": None, "message": "", "family": []}
        except NotDone:
            raise
        except Exception as caught:
            family = [c.__name__ for c in type(caught).__mro__ if issubclass(c, Exception)]
            value = {"type": type_name(caught), "message": _message(caught), "family": family}
        self._emit("raises", label, observe(value), error=error.__name__)

    def work(self, label: str, call: Callable, *, n: int = 16, bound: float | None = None) -> None:
        """Observe how the line and call events of `call(n)` grow from `n` to `8 * n`; never what it returns."""
        from course_lib.checks.again import Again
        from course_lib.checks.work import count_events

        if self._check is not None and isinstance(self._check.sink, Again):
            self._position += 1
            return
        self._emit("work", label, (count_events(call, n), count_events(call, 8 * n)), bound=bound)

    def _emit(self, kind: str, label: str, tree: Any, **spec: Any) -> None:
        check = self._check
        if check is None:
            raise RuntimeError("This check is closed: expect works only inside its `with check(...)` block.")
        self._bytes += size(tree)
        if self._bytes > MAX_BYTES:
            tree = Opaque(f"value beyond the {MAX_BYTES >> 20} MB that one check may show")
        if check.guard.offence:
            kind, tree = "forbidden", check.guard.take()
        spec = {k: v for k, v in spec.items() if v is not None}
        label = clean(str(label))[:500]
        check.see(Seen(check.id, check.part, self._position, label, kind, tree, spec))
        self._position += 1

    def _raised(self, error: Any) -> None:
        from course_lib.checks.learner_line import student_line

        value = {"type": type_name(error), "message": _message(error), "line": student_line(error, self._check.frame)}
        if isinstance(error, NotDone):
            value["message"] = error.id
        self._emit("raised", "", value)

    def _end(self) -> None:
        if self._check.guard.offence:  # after the last line: it still must not pass
            self._emit("forbidden", "", None)


def _message(error: Any) -> str:
    try:
        return clean(str(error))[:500]
    except Exception:
        return "(its message cannot be shown)"


def hint(what: Any = None, number: Any = None) -> None:
    """Show the hints of an exercise that are open, at least the first; `number` opens up to that one.

    `hint()` is for the check that failed last, `hint("half")` for an exercise by its name, `hint("0.4")` by its number;
    `hint("half", 2)` or `hint(2)` open the second. The same call shows the same hints again.
    """
    from course_lib.checks.hints import display

    display(what, number)


def answer(what: Any = None) -> None:
    """Show the reference answer of an exercise that passes or was tried three times; a question's rubric and model.

    `answer("half")`, a question by its title; only where an edition has answers.
    """
    from course_lib.checks.answers import display

    display(what)


def yours(id: str, *, else_: Any) -> Any:
    """Your function `id` from the notebook if its check passed last, else the library's `else_`; one line says which.

    So that later cells of a lesson work before its exercises do. Never used in check cells.
    """
    from course_lib.checks.session import choose, graded

    if graded():
        return else_
    function, sentence = choose(id, sys._getframe(1).f_globals, else_)
    print(sentence)
    return function


def progress() -> Any:
    """Your progress: the lessons as a path, each a link, with what passes and which is next."""
    from course_lib.checks.course_map import course_map

    return course_map()


if "IPython" in sys.modules:  # a notebook, most likely
    from course_lib.checks.calm import end_calmly
    from course_lib.checks.learner import NotBegun
    from course_lib.checks.rebound import watch

    end_calmly(NotDone, NotBegun)
    watch(sys.modules[__name__])
