"""Cells that were merged, cut apart again where a whole cell of the lesson stands in them, text or code, line for line.

One key merges all cells that are marked, and all cells are soon marked; what held text is then no Python.
"""

from dataclasses import replace

from grading.lessons.cells import tree_of

SHORTEST = 20  # characters: a shorter cell of the lesson may stand anywhere
MOST = 500_000  # characters looked at in all, text as well as code: five times the largest lesson


def cut_apart(pieces, skeleton, repairs):
    """The pieces, numbered anew where one was cut; a repair says so."""
    known = [("\n".join(_lines(cell.source)), cell) for cell in skeleton.cells if cell.role != "solution"]
    known = [(text, cell) for text, cell in known if len(text) >= SHORTEST]
    cut, left = [], MOST
    for piece in pieces:
        left -= len(piece.source)
        cut += _parts(piece, known, repairs) if left >= 0 else [piece]
    if len(cut) == len(pieces):
        return pieces
    return [replace(piece, index=index) for index, piece in enumerate(cut)]


def _parts(piece, known, repairs):
    text = "\n".join(_lines(piece.source))
    held = [(part.split("\n"), cell) for part, cell in known if len(part) < len(text) and part in text]
    if not held or (len(held) == 1 and tree_of(text) is not None):
        return [piece]
    begins = {}
    for part, cell in held:
        begins.setdefault(part[0], []).append((part, cell))
    lines, at, parts, rest = text.split("\n"), 0, [], []
    while at < len(lines):
        here = begins.get(lines[at], ())
        found = next(((part, cell) for part, cell in here if lines[at : at + len(part)] == part), None)
        if found is None:
            rest.append(lines[at])
            at += 1
            continue
        parts += [*_rest(piece, rest), replace(piece, source="\n".join(found[0]), kind=found[1].kind)]
        rest, at = [], at + len(found[0])
    parts += _rest(piece, rest)
    if len(parts) == 1:
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
