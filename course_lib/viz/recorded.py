"""Show a lecture figure as it was recorded by `course figures --run`: for runs too long to repeat in a lesson."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from course_lib.viz.lecture import LectureTable
from course_lib.viz.recorded_words import WORDS

LIBRARY = Path(__file__).resolve().parents[1]  # figures lie in the wheel, or beside the library in a checkout
BESIDE = Path("figures"), Path("notebooks") / "figures"  # the notebook
FOLDERS = (*BESIDE, LIBRARY / "figures", LIBRARY.parent / "notebooks" / "figures")


@dataclass(frozen=True)
class Drawing:
    """A drawing: `png` holds its bytes as a file, `words` say it to those who do not see it."""

    png: bytes
    words: str


@dataclass(frozen=True)
class Recorded:
    """A recorded figure: its tables, texts and drawings, and a line that says when and on what they were made.

    `results` are LectureTables, texts and the bytes of PNG pictures; `origin` is the line.
    """

    results: tuple
    origin: str

    def __repr__(self) -> str:
        return "\n\n".join([*(str(r) for r in self.results if not isinstance(r, Drawing)), self.origin])

    def _repr_html_(self) -> str:
        return "".join([*map(_html, self.results), f"<p><i>{escape(self.origin)}</i></p>"])


def recorded(name: str, *, device: str | None = None, folders: Sequence[Path] = FOLDERS) -> Recorded:
    """The record of figure `name` ("F5") from the first of `folders` that has it; else a sentence that says so.

    With `device` ("cuda") the record of the run on that device: `course figures --run F19 --device cuda` makes it.
    """
    for folder in folders:
        path = Path(folder) / (f"{name}_{device}.json" if device else f"{name}.json")
        if path.is_file():
            record = json.loads(path.read_text(encoding="utf-8"))
            results = tuple(_result(r, path.parent) for r in record["results"])
            where = f"{record['device']} ({record['machine']})" if device else record["machine"]
            made = f"Recorded {record['date']} at commit {record['commit']} on {where}"
            return Recorded(results, f"{made}; it was not run just now.")
    if device:
        command = f"course figures --run {name} --device {device}"
        return Recorded((), f"No run of {name} on {device} is recorded yet. The command {command} makes one.")
    return Recorded((), f"{name} has no record here. Set FULL = True in this lesson to run it yourself.")


def _result(result: dict[str, Any], folder: Path) -> Drawing | LectureTable | str:
    if "rows" in result:
        return LectureTable(result["title"], tuple(map(tuple, result["rows"])))
    if "picture" in result:
        path = folder / result["picture"]
        return Drawing(path.read_bytes(), WORDS.get(path.stem, result["title"]))
    return result["text"]


def _html(result: Drawing | LectureTable | str) -> str:
    if isinstance(result, Drawing):
        source = f"data:image/png;base64,{base64.b64encode(result.png).decode()}"
        return f'<img alt="{escape(result.words)}" style="max-width:100%" src="{source}">'
    return result._repr_html_() if isinstance(result, LectureTable) else f"<pre>{escape(result)}</pre>"
