"""Lay a submission over the lesson's skeleton: answers kept, everything else as it was handed out, repairs recorded.

Cells are found again as match.py says. The result has each graded cell exactly once, in the lesson's order, with the
lesson's own metadata; a student's further cells stay where they were. What cannot be graded gets a named outcome and
stands as an untouched release with the reason on top.
"""

import ast
import itertools
from dataclasses import dataclass, field, replace

from nbformat import from_dict

from grading.course.intake import Refused, read_pieces
from grading.lessons.cells import SKIP, defined_names, tree_of
from grading.marking.answer_text import lacking, runnable, without_checks
from grading.marking.match import Matching, same_text
from grading.marking.merged import cut_apart
from grading.marking.pasted import bare
from grading.marking.shared import share
from grading.marking.written import added_to, as_one, written_beside, written_far

OUTCOMES = ("graded", "missing", "empty", "oversized", "corrupt", "foreign", "wrong lesson", "late")

_IMPORTS = ast.Import | ast.ImportFrom
MOST_PARTS = 20  # into which an answer may have been cut: each takes reading all before it again
FEW = 3  # moved cells that are told one by one


@dataclass
class LaidOver:
    """A notebook fit to run, what became of the submission, and what was repaired on the way."""

    nb: dict
    outcome: str
    sentence: str = ""
    repairs: list = field(default_factory=list)


def overlay(raw, skeleton, others=()):
    """Submission bytes (or None) -> LaidOver; `others` are the course's other skeletons, to name a wrong lesson."""
    try:
        pieces, repairs = read_pieces(raw)
        pieces = bare(cut_apart(pieces, skeleton, repairs), repairs)
        matching = Matching(pieces, skeleton, repairs)
        matching.find()
        stranger = skeleton.by_grade_id and not matching.evidence  # a page to read has no cell to know it by
        if stranger or _says_another(pieces, skeleton, others):
            raise _stranger(pieces, skeleton, others)
    except Refused as refused:
        nb = _notebook(skeleton, [_skeleton_cell(cell) for cell in skeleton.cells])
        nb.cells.insert(0, _make("markdown", f"**Not graded.** {refused.sentence}", "outcome"))
        return _sealed(nb, refused.outcome, refused.sentence, [])
    nb = _notebook(skeleton, Overlay(matching).cells())
    return _sealed(nb, "graded", "", matching.repairs)


def _says_another(pieces, skeleton, others):
    """Whether the grade ids are all another lesson's: cells that lessons share by their text are no evidence then."""
    ids = {piece.grade_id for piece in pieces} - {None, ""}
    return not ids & skeleton.by_grade_id.keys() and any(len(ids & other.by_grade_id.keys()) > 1 for other in others)


def _stranger(pieces, skeleton, others):
    """The refusal for a notebook none of whose cells is the lesson's."""
    for other in others:
        if other.lesson != skeleton.lesson:
            trial = Matching(pieces, other, [])
            trial.find()
            if trial.evidence >= 2:
                return Refused("wrong lesson", f"This is {other.lesson}, handed in for {skeleton.lesson}.")
    return Refused("foreign", f"No cell of this notebook belongs to {skeleton.lesson}.")


def _sealed(nb, outcome, sentence, repairs):
    nb.metadata["course"] = from_dict({"outcome": outcome, "sentence": sentence, "repairs": repairs})
    return LaidOver(nb, outcome, sentence, repairs)


def _notebook(skeleton, cells):
    metadata = {"kernelspec": dict(skeleton.kernelspec), "language_info": {"name": "python"}}
    nb = from_dict({"cells": [], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
    nb.cells = cells
    return nb


def _make(kind, source, id, metadata=None):
    """A cell, built directly: nbformat's own makers validate each one, which takes longer than all the rest here.
    `metadata` is copied.
    """
    cell = {"cell_type": kind, "id": id, "metadata": metadata or {}, "source": source}
    if kind == "code":
        cell.update(execution_count=None, outputs=[])
    return from_dict(cell)


def _skeleton_cell(cell, source=None, attachments=None):
    made = _make(cell.kind, cell.source if source is None else source, id=cell.id, metadata=cell.metadata)
    if attachments:
        made["attachments"] = from_dict(attachments)
    return made


class Overlay:
    """What each cell of the lesson becomes, and where the student's own cells stand; adds to the matching's repairs."""

    def __init__(self, matching):
        self.matching, self.pieces, self.lesson = matching, matching.pieces, matching.skeleton
        self.found, self.free, self.repairs = matching.found, matching.free, matching.repairs
        self.changed = {}  # place of a lesson's own cell -> the student's version of it

    def cells(self):
        """The laid-over notebook's cells, in the lesson's order, with the student's own cells in between."""
        self._note_moved()
        made = {}
        for place, cell in enumerate(self.lesson.cells):
            made[place] = self._settle(place, cell)
        self._answers_elsewhere(made)
        anchored = self._anchored()
        cells = list(anchored.get(-1, []))
        for place in range(len(self.lesson.cells)):
            cells += [made[place]] if made[place] is not None else []
            cells += [self._extra(self.changed[place])] if place in self.changed else []
            cells += anchored.get(place, [])
        return cells

    def _settle(self, place, cell):
        pieces = self.found.get(place)
        if pieces is None:
            return self._restore(cell)
        name = cell.grade_id or cell.id
        if any(p.kind != cell.kind for p in pieces) and cell.role != "plain":
            self.repairs.append(f"{name}: was turned into another kind of cell and is {cell.kind} again")
        if cell.role in ("check", "locked"):
            return self._locked(cell, pieces, name)
        if cell.role == "plain":
            return self._plain(cell, pieces)
        answer = self._answer(cell, pieces, name)
        source = self._runnable(answer.source, name, cell) if cell.kind == "code" else answer.source
        if SKIP in answer.tags and SKIP not in cell.metadata.get("tags", []):
            self.repairs.append(f"{name}: a tag that skips the cell was removed")
        return _skeleton_cell(cell, source, answer.attachments)

    def _runnable(self, answer, name, cell):
        source, repairs = runnable(answer, name, cell.names)
        self.repairs += repairs
        return source

    def _restore(self, cell):
        if cell.role == "plain" and not _runs(cell):
            return None
        self.repairs.append(f"{cell.grade_id or _told(cell)}: was deleted and is restored")
        return _skeleton_cell(cell)

    def _locked(self, cell, pieces, name):
        if not any(same_text(p.source, cell.source) for p in pieces):
            self.repairs.append(f"{name}: its text was changed and is restored")
        if len(pieces) > 1:
            self.repairs.append(f"{name}: stood in the notebook {len(pieces)} times and runs once")
        if any(SKIP in p.tags for p in pieces):
            self.repairs.append(f"{name}: a tag that skips the cell was removed")
        if cell.kind == "markdown" and (added := added_to(pieces[-1], cell)):
            self.changed[self.lesson.cells.index(cell)] = replace(pieces[-1], source=added)
        return _skeleton_cell(cell)

    def _plain(self, cell, pieces):
        for spare in pieces[1:]:
            self.free[spare.index] = spare
        piece = pieces[0]
        if _runs(cell):
            if piece.kind != cell.kind:
                self.repairs.append(f"{_told(cell)}: was turned into another kind of cell and is {cell.kind} again")
            elif not same_text(piece.source, cell.source):
                self.repairs.append(f"{_told(cell)}: was changed; it runs as handed out, and the changed one after it")
                self.changed[self.lesson.cells.index(cell)] = piece
            return _skeleton_cell(cell)
        made = _skeleton_cell(cell) if piece.kind == cell.kind else _make(piece.kind, "", id=cell.id)
        made["source"] = without_checks(piece.source) if piece.kind == "code" else piece.source
        if piece.attachments:
            made["attachments"] = from_dict(piece.attachments)
        return made

    def _answer(self, cell, pieces, name):
        """Of several candidates: pieces of one answer are joined; of copies, the last that is not the stub counts."""
        own = [p for p in pieces if not same_text(p.source, cell.source)] or pieces[:1]
        if len(pieces) == 1:
            return self._with_rest(cell, pieces[0], name)
        if len(own) > 1 and cell.kind == "code" and self._cut_up(own):
            self.repairs.append(f"{name}: was split into {len(own)} cells and is joined")
            joined = "\n\n".join(p.source for p in own)
            own[-1].source = joined
            return own[-1]
        self.repairs.append(f"{name}: stood in the notebook {len(pieces)} times; the last answer counts")
        for spare in own[:-1]:
            self.free[spare.index] = spare
        return self._with_rest(cell, own[-1], name)

    def _cut_up(self, pieces):
        """Whether neighbouring pieces are one cell cut up: together Python, no name defined twice."""
        if any(b.index - a.index != 1 for a, b in itertools.pairwise(pieces)):
            return False
        names = [defined_names(p.source) for p in pieces]
        if len(frozenset().union(*names)) != sum(map(len, names)):
            return False
        return tree_of("\n\n".join(p.source for p in pieces)) is not None

    def _with_rest(self, cell, piece, name):
        """The answer, with the cells below put back on that are Python only together with it: it was cut up."""
        parts = 1
        while cell.kind == "code" and parts < MOST_PARTS:
            following = self.free.get(piece.index + parts)
            if following is None or following.kind != "code" or tree_of(following.source) is not None:
                break
            joined = (piece.source + glue + following.source for glue in ("\n", "\n\n"))
            whole = next((text for text in joined if tree_of(text) is not None), None)
            if whole is None:
                break
            self.free.pop(following.index)
            piece.source, parts = whole, parts + 1
        if parts > 1:
            self.repairs.append(f"{name}: was split into {parts} cells and is joined")
        return piece

    def _answers_elsewhere(self, made):
        """A stub left alone while the answer stands where it would run at the wrong time: in a new cell, in another
        exercise's or in a check; one cell may hold the answers to many. So with one of the functions of an answer.
        """
        moved = {}
        for place, cell in enumerate(self.lesson.cells):
            if cell.role == "question":
                self._written_beside(place, cell, made)
            if cell.role != "solution":
                continue
            whole, names = same_text(made[place]["source"], cell.source), cell.names
            if not whole:
                names = lacking(made[place]["source"], cell)
                if not names:
                    continue
            piece = self.matching.written_elsewhere(cell, place, self._home(place), names)
            if piece:
                moved.setdefault(piece.index, []).append(place)
                name = cell.grade_id if whole else f"{cell.grade_id}, {', '.join(sorted(names))}"
                text = self._runnable(piece.source, name, cell) if cell.kind == "code" else piece.source
                made[place] = _skeleton_cell(cell, text if whole else f"{made[place]['source']}\n\n\n{text}")
                self.repairs.append(f"{name}: the answer stood in {self._where(piece)} and is put in its place")
        share(self.matching, made, moved)
        for index in moved:
            self.free.pop(index, None)

    def _home(self, place):
        return min((p.index for p in self.found.get(place, [])), default=None)

    def _written_beside(self, place, cell, made):
        """A written answer whose own cell was left alone: added to the question, around it, or far from it."""
        if made[place]["source"].strip() and not same_text(made[place]["source"], cell.source):
            return
        parts = written_beside(self.matching, place, self._home(place))
        if self.lesson.cells[place - 1].role == "locked" and place - 1 in self.changed:
            parts.insert(0, self.changed.pop(place - 1))
        where, parts = ("beside", parts) if parts else ("far from", written_far(self.matching, place))
        for piece in parts:
            self.free.pop(piece.index, None)
        if parts:
            made[place] = _skeleton_cell(cell, *as_one(parts))
            self.repairs.append(f"{cell.grade_id}: the answer stood {where} its cell and is put in its place")

    def _where(self, piece):
        if piece.index in self.free:
            return "a new cell" if piece.kind == "code" else "a cell of text"
        home = next(place for place, pieces in self.found.items() if piece in pieces)
        return "a check's cell" if self.lesson.cells[home].role == "check" else "another answer's cell"

    def _anchored(self):
        """The student's further cells by the place of the known cell they follow."""
        homes = {p.index: place for place, pieces in self.found.items() for p in pieces if p.index not in self.free}
        anchored, place = {}, -1
        for piece in self.pieces:
            if piece.index in homes:
                place = homes[piece.index]
            elif piece.index in self.free and piece.source.strip():
                anchored.setdefault(place, []).append(self._extra(piece))
        return anchored

    def _extra(self, piece):
        source = without_checks(piece.source) if piece.kind == "code" else piece.source
        if source != piece.source:
            self.repairs.append(f"cell {piece.index + 1}: a copy of a check outside its own cell is not run")
        made = _make(piece.kind, source, id=f"own-{piece.index}")
        if piece.attachments:
            made["attachments"] = from_dict(piece.attachments)
        return made

    def _note_moved(self):
        moved = [cell.grade_id for cell in self.matching.moved() if cell.role != "plain"]
        if len(moved) > FEW:
            some = ", ".join(moved[:FEW])
            self.repairs.append(f"{len(moved)} cells were moved and are back in their places: {some} and others")
        else:
            self.repairs += [f"{name}: was moved and is back in its place" for name in moved]


def _runs(cell):
    """Whether a cell of the lesson is code that grading runs: it stands as handed out, whatever was done to it."""
    return cell.kind == "code" and not cell.skip


def _told(cell):
    """A cell of the lesson without a name, in words: what it defines, or how it begins."""
    tree = tree_of(cell.source)
    if tree is not None and tree.body and all(isinstance(node, _IMPORTS) for node in tree.body):
        return "an import cell"
    if cell.names:
        return f"the lesson's cell with {', '.join(sorted(cell.names))}"
    first = next((line.strip() for line in cell.source.split("\n") if line.strip()), "")
    return f"the lesson's cell that begins with `{first[:60]}`"
