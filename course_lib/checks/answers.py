"""Reference answers, where an edition has them: opened when asked for, after a pass or three honest tries.

The self-study edition lays `answers/NN_slug_answers.ipynb` beside the student's folder; a class's edition does not.
"""

from __future__ import annotations

import difflib
import json
import re
from pathlib import Path
from typing import Any

from course_lib.checks.lookup import beside_library, exercise_of, find_exercise
from course_lib.checks.message import Note, show
from course_lib.checks.progress_file import read

TRIES = 3
TITLE = re.compile(r"#+ Written question · (.+)")
NONE = "There are no answers here: they come with the self-study edition, in a class from whoever teaches it."


def shown(what: Any) -> Any:
    """What `answer(what)` displays, in Markdown."""
    cells = _cells()
    if not cells:
        return NONE
    if what is None:
        return (
            'Say which: `answer("output_size")`, by the name that stands in its check; a written question by its title.'
        )
    what = getattr(what, "__name__", what)
    questions = _questions(cells)
    if _plain(what) in questions:
        return questions[_plain(what)]
    found, near = find_exercise(what)
    if found is None or found.id not in cells:
        meant = difflib.get_close_matches(_plain(what), questions, n=1)
        mean = near.id if near else _title(questions[meant[0]]) if meant else ""
        return f"There is no exercise {what}." + (f' Did you mean `answer("{mean}")`?' if mean else "")
    tries = waiting(found.id)
    if tries is not None:
        said = "it has not been tried yet" if not tries else f"you have tried {tries} of {TRIES} times"
        return f'It opens when its check passes, or after {TRIES} tries; {said}. Stuck? `hint("{found.id}")`'
    return f"```python\n{cells[found.id]}\n```"


def waiting(exercise: str) -> int:
    """How often an exercise was tried that has to be tried again before its answer opens; None where it is open."""
    runs = [entry for id, entry in read()[0].items() if exercise_of(id) == exercise]
    tries = max((entry["tries"] for entry in runs), default=0)
    return None if tries >= TRIES or (runs and all(entry["passed"] for entry in runs)) else tries


def offer(check: str) -> str:
    """One line below a failed check where its answer may be opened; "" elsewhere."""
    exercise = exercise_of(check)
    if waiting(exercise) is not None or exercise not in _cells():
        return ""
    return f'The answer: from course_lib.checks import answer; answer("{exercise}")'


def display(what: Any) -> None:
    """Show the answer asked for.

    `what` is an exercise's id, check, title or a name it defines, or a written question's title or id.
    """
    show(Note(shown(what)))


def _cells() -> Any:
    """{cell id: source} of all answers that lie near the notebook or the library."""
    here, found = Path.cwd(), {}
    near = (place / "answers" for place in (here, here.parent, here.parent.parent))
    for folder in (*near, *beside_library("answers")):
        for path in sorted(folder.glob("*_answers.ipynb")) if folder.is_dir() else ():
            try:
                cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
                found |= {cell["id"]: _text(cell["source"]) for cell in cells}
            except (OSError, ValueError, KeyError, TypeError):
                continue  # a damaged file has no answers
    return found


def _questions(cells: dict[str, str]) -> dict[str, str]:
    """{name: text with rubric and model answer} of the written questions, each by its id and by its title."""
    asked = {id.removeprefix("ask-"): text for id, text in cells.items() if id.startswith("ask-")}
    return {_plain(name): text for id, text in asked.items() for name in (id, _title(text)) if name}


def _title(text: str) -> str:
    """A written question's title, which stands in its heading; "" where it has none."""
    found = TITLE.match(text)
    return found[1].strip() if found else ""


def _plain(name: Any) -> str:
    return str(name).strip().removeprefix("ask-").removeprefix("question-").rstrip("?").replace("_", " ").lower()


def _text(source: Any) -> Any:
    return source if isinstance(source, str) else "".join(source)
