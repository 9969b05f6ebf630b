"""The table under a lecture figure: what the lecture shows, what this run gives, with which setting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

HEAD = ("", "lecture", "ours", "setting")


@dataclass(frozen=True)
class LectureTable:
    """A titled table of rows (what, lecture, ours, setting); shows as HTML in a notebook and as text elsewhere.

    Where the lectures show nothing in any row, their column is left out.
    """

    title: str
    rows: tuple[Any, ...]

    def _cells(self) -> list[tuple[str, ...]]:
        cells = [HEAD, *(tuple(_text(cell) for cell in row) for row in self.rows)]
        return cells if any(row[1] for row in cells[1:]) else [(row[0], *row[2:]) for row in cells]

    def __repr__(self) -> str:
        cells = self._cells()
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in cells]
        return "\n".join([self.title, *(line.rstrip() for line in lines)])

    def _repr_html_(self) -> str:
        head, *body = self._cells()
        left = 'style="text-align:left;padding:0.2em 1.2em 0.2em 0"'
        rows = [f"<tr>{''.join(f'<th {left}>{escape(c)}</th>' for c in head)}</tr>"]
        rows += [f"<tr>{''.join(f'<td {left}>{_whole(escape(c))}</td>' for c in row)}</tr>" for row in body]
        title = f'<caption style="text-align:left;font-weight:bold;padding:0.3em 0">{escape(self.title)}</caption>'
        return f"<table>{title}{''.join(rows)}</table>"


def lecture_table(title: str, rows: Sequence[tuple[str | int, ...]]) -> LectureTable:
    """The table "lecture · ours · setting" of one figure; `rows` are (what, lecture, ours, setting), any values.

    Whole numbers are grouped by thin spaces. Raises ValueError for a row that has not four entries.
    """
    rows = tuple(tuple(row) for row in rows)
    for row in rows:
        if len(row) != 4:
            raise ValueError(f"lecture_table: a row is (what, lecture, ours, setting), got {len(row)} entries: {row}")
    return LectureTable(title, rows)


def _whole(text: str) -> str:
    """HTML in which a line never ends within a number such as 3.88e-02."""
    return re.sub(r"\d[\d.]*e-\d+", r'<span style="white-space:nowrap">\g<0></span>', text)


def _text(cell: int | str) -> str:
    """A cell as text; 94371840 reads better as 94 371 840."""
    if isinstance(cell, int) and not isinstance(cell, bool):
        return f"{cell:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return str(cell)
