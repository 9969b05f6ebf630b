"""Hints, opened only when asked for: by `hint()`, or by the button under a failed check where widgets run.

Asking twice shows the same hints, so that a cell that is run again, or "Run all", opens none: the next one is asked for
by its number.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from course_lib.checks import session
from course_lib.checks.lookup import exercise_of, find_exercise
from course_lib.checks.message import Note, markdown, show


def shown(what: Any = None, number: Any = None) -> Any:
    """What `hint(what, number)` displays: a list of texts in Markdown."""
    if type(what) is int:
        what, number = None, what
    if what is None:
        what = session.last_failed()
        if not what:
            return [
                'No check of yours has failed yet. An exercise by its name: `hint("output_size")`, or `hint("0.4")`.'
            ]
    if number is not None and type(number) is not int:
        return ['Which hint is told by a whole number: `hint("output_size", 2)` opens the second.']
    what = getattr(what, "__name__", what)
    found, near = find_exercise(what)
    if found is None:
        return [f"There is no exercise {what}." + (f' Did you mean `hint("{near.id}")`?' if near else "")]
    count = len(found.hints)
    if not count:
        return [f"There are no hints for {found.id}."]
    wanted = min(max(1, number or 0), count)
    session.open_hints(found.id, wanted)
    reached = max(wanted, session.opened(found.id))
    texts = [text_of(found.hints, i) for i in range(reached)]
    if reached < count:
        texts.append(f'`hint("{found.id}", {reached + 1})` opens the next.')
    return texts


def text_of(hints: Any, index: Any) -> str:
    """One hint under its number.

    `hints` are the texts, `index` counts from 0.
    """
    return f"**Hint {index + 1} of {len(hints)}**\n\n{hints[index]}"


def offer(check: str, hints: Sequence[Any]) -> str:
    """One line below a failed check: that hints are there, and what to type; "" where there are none."""
    if not hints:
        return ""
    exercise = exercise_of(check)
    reached, count = min(session.opened(exercise), len(hints)), len(hints)
    if not reached:
        what = "a hint" if count == 1 else f"the first of {count} hints"
        return f'Stuck? hint() opens {what}; later, hint("{exercise}") does.'
    if reached < count:
        following = f'hint("{exercise}", {reached + 1})'
        return f"Stuck? hint() shows the {reached} of {count} hints you opened, {following} the next."
    return f'Stuck? hint("{exercise}") shows the hints you opened.'


def button(check: str, hints: Sequence[Any]) -> None:
    """Display a button that opens the next hint, where the notebook uses widgets already; nothing is imported."""
    widgets = sys.modules.get("ipywidgets")
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if not hints or widgets is None or getattr(shell, "kernel", None) is None or session.graded():
        return
    exercise, text = exercise_of(check), widgets.HTMLMath()
    ask = widgets.Button(layout={"width": "auto"})

    def reached() -> Any:
        """How many hints the next click shows: those that are open first, then one more each time."""
        already = session.opened(exercise)
        return min(already if already and not text.value else already + 1, len(hints))

    def opens(_: Any) -> None:
        count = reached()
        session.open_hints(exercise, count)
        text.value = "".join(markdown(text_of(hints, i)) for i in range(count))
        label()

    def label() -> None:
        ask.description = f"Hint {reached()} of {len(hints)}"
        ask.disabled = bool(text.value) and session.opened(exercise) >= len(hints)

    label()
    ask.on_click(opens)
    box = widgets.VBox([ask, text], layout={"align_items": "flex-start"})
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    shell.display_pub.publish({"application/vnd.jupyter.widget-view+json": view, "text/plain": ""})


def display(what: Any = None, number: Any = None) -> None:
    """Show the hints asked for.

    `what` is an exercise's id, check, title or a name it defines, None the check that failed last; `number` says how
    many.
    """
    for text in shown(what, number):
        show(Note(text))
