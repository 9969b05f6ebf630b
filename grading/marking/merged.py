"""Cells that were merged, cut apart again where a whole cell of the lesson stands in them, text or code, line for line.

One key merges all cells that are marked, and all cells are soon marked; what held text is then no Python.
"""

import functools
from dataclasses import replace

from grading.lessons.cells import tree_of

SHORTEST = 20  # characters: a shorter cell of the lesson may stand anywhere
MOST = 500_000  # characters looked at in all, text as well as code: five times the largest lesson


def cut_apart(pieces, skeleton, repairs):
    """The pieces, numbered anew where one was cut; a repair says so."""
    known = tuple((cell.source, cell.kind) for cell in skeleton.cells if cell.role != "solution")
    begins, whole, cut, left = _begins(known), frozenset(known), [], MOST
    for piece in pieces:
        left -= len(piece.source)
        merged = left >= 0 and (piece.source, piece.kind) not in whole
        cut += _parts(piece, begins, repairs) if merged else [piece]
    if len(cut) == len(pieces):
        return pieces
    return [replace(piece, index=index) for index, piece in enumerate(cut)]


@functools.lru_cache(maxsize=50)  # a lesson's cells are the same for all who hand in
def _begins(cells):
    """The lesson's cells by their first lines: {line: [(lines, kind)]}; `cells` are (source, kind)."""
    begins = {}
    for source, kind in cells:
        lines = _lines(source)
        if len("\n".join(lines)) >= SHORTEST:
            begins.setdefault(lines[0], []).append((lines, kind))
    return begins


def _parts(piece, begins, repairs):
    lines, at, parts, rest, held = _lines(piece.source), 0, [], [], 0
    if not any(line in begins for line in lines):
        return [piece]
    while at < len(lines):
        here = begins.get(lines[at], ())
        found = next((one for one in here if lines[at : at + len(one[0])] == one[0]), None)
        if found is None:
            rest.append(lines[at])
            at += 1
            continue
        part, kind = found
        parts += [*_rest(piece, rest), replace(piece, source="\n".join(part), kind=kind)]
        rest, at, held = [], at + len(part), held + 1
    parts += _rest(piece, rest)
    if len(parts) < 2 or (held == 1 and tree_of("\n".join(lines)) is not None):
        return [piece]
    repairs.append(f"cell {piece.index + 1}: {len(parts)} cells were merged into it and are cut apart again")
    return [replace(part, grade_id=None, cell_id=None, tags=()) for part in parts]


def _rest(piece, lines):
    """What stands between two cells of the lesson: code, where it is Python, else text."""
    text = "\n".join(lines).strip("\n")
    if not text.strip():
        return []
    return [replace(piece, source=text, kind="code" if tree_of(text) is not None else "markdown")]


def _lines(source):
    return [line.rstrip() for line in source.strip("\n").split("\n")]
