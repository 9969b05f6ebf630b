"""Lay a submission over the lesson's skeleton: answers kept, everything else as it was handed out, repairs recorded.

Cells are found again by grade id, then by cell id, then by what they say. The result has each graded cell exactly
once, in the lesson's order, with the lesson's own metadata; a student's further cells stay where they were. What
cannot be graded gets a named outcome and stands as an untouched release with the reason on top.
"""

import ast
import difflib
import itertools
import re
from dataclasses import dataclass, field

from nbformat import from_dict

from grading.course.intake import Refused, read_pieces
from grading.course.skeleton import assigned_names, defined_names, parse

OUTCOMES = ("graded", "missing", "empty", "oversized", "corrupt", "foreign", "wrong lesson", "late")

_WITH = ast.With | ast.AsyncWith
_IMPORTS = ast.Import | ast.ImportFrom


@dataclass
class Sanitised:
    """A notebook fit to run, what became of the submission, and what was repaired on the way."""

    nb: dict
    outcome: str
    sentence: str = ""
    repairs: list = field(default_factory=list)


def sanitise(raw, skeleton, others=()):
    """Submission bytes (or None) -> Sanitised; `others` are the course's other skeletons, to name a wrong lesson."""
    try:
        pieces, repairs = read_pieces(raw)
        matching = Matching(pieces, skeleton, repairs)
        matching.find()
        if not matching.evidence:
            raise _stranger(pieces, skeleton, others)
    except Refused as refused:
        nb = _notebook(skeleton, [_skeleton_cell(cell) for cell in skeleton.cells])
        nb.cells.insert(0, _make("markdown", f"**Not graded.** {refused.sentence}", "outcome"))
        return _sealed(nb, refused.outcome, refused.sentence, [])
    nb = _notebook(skeleton, matching.cells())
    return _sealed(nb, "graded", "", matching.repairs)


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
    return Sanitised(nb, outcome, sentence, repairs)


def _notebook(skeleton, cells):
    metadata = {"kernelspec": dict(skeleton.kernelspec), "language_info": {"name": "python"}}
    nb = from_dict({"cells": [], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
    nb.cells = cells
    return nb


def _make(kind, source, id, metadata=None):
    """A cell, built directly: nbformat's own makers validate each one, which takes longer than all the rest here."""
    cell = {"cell_type": kind, "id": id, "metadata": metadata or {}, "source": source}
    if kind == "code":
        cell.update(execution_count=None, outputs=[])
    return from_dict(cell)


def _skeleton_cell(cell, source=None, attachments=None):
    made = _make(cell.kind, cell.source if source is None else source, id=cell.id, metadata=_copy(cell.metadata))
    if attachments:
        made["attachments"] = from_dict(attachments)
    return made


def _copy(value):
    return {k: _copy(v) if isinstance(v, dict) else list(v) if isinstance(v, list) else v for k, v in value.items()}


def same_text(a, b):
    """Equal but for space at line ends and around the whole."""
    return [line.rstrip() for line in a.strip().split("\n")] == [line.rstrip() for line in b.strip().split("\n")]


def calls_check(source, check=None):
    """Whether the text opens `check("...")` (that check, when given)."""
    name = re.escape(check) if check else r"[^\"']+"
    return re.search(rf"\bcheck\(\s*[\"']{name}[\"']", source) is not None


def without_checks(source):
    """The text with its top-level `with check(...)` blocks blanked line by line: they run once, in their own cell."""
    tree = parse(source) if calls_check(source) else None
    if tree is None:
        return source
    lines = source.split("\n")
    for node in tree.body:
        if isinstance(node, _WITH) and any("check" in _called(item.context_expr) for item in node.items):
            for i in range(node.lineno - 1, node.end_lineno):
                lines[i] = ""
            lines[node.lineno - 1] = "pass"
    return "\n".join(lines)


def _called(node):
    func = getattr(node, "func", None)
    return getattr(func, "id", None) or getattr(func, "attr", None) or ""


class Matching:
    """Which piece is which cell: `found` maps a skeleton cell's place to its pieces; `repairs` is the record."""

    def __init__(self, pieces, skeleton, repairs):
        self.pieces, self.skeleton, self.repairs = pieces, skeleton, list(repairs)
        self.found, self.lost = {}, []
        self.free = {piece.index: piece for piece in pieces}
        self.evidence = 0
        self.dropped = set()

    def find(self):
        """Match in falling order of certainty; each piece is used once."""
        self._by_grade_id()
        self._by_cell_id()
        self._by_text()
        self._by_names()
        self._by_place()
        if len(self.lost) > 3:
            self.repairs.append(f"{len(self.lost)} graded cells had lost their metadata and were found again")
        else:
            self.repairs += [f"{grade_id}: lost its metadata, found again by its {how}" for grade_id, how in self.lost]

    def _take(self, place, pieces, how):
        self.found[place] = list(pieces)
        for piece in pieces:
            self.free.pop(piece.index, None)
        cell = self.skeleton.cells[place]
        if cell.role != "plain" and how != "place":
            self.evidence += 1
        if how != "grade id" and cell.grade_id:
            self.lost.append((cell.grade_id, how))

    def _open(self):
        return [(i, cell) for i, cell in enumerate(self.skeleton.cells) if i not in self.found]

    def _by_grade_id(self):
        claims = {}
        for piece in self.pieces:
            if piece.grade_id in self.skeleton.by_grade_id:
                claims.setdefault(piece.grade_id, []).append(piece)
        for place, cell in self._open():
            if cell.grade_id in claims:
                self._take(place, claims[cell.grade_id], "grade id")

    def _by_cell_id(self):
        ids = {}
        for piece in self.free.values():
            if piece.cell_id and piece.grade_id not in self.skeleton.by_grade_id:
                ids.setdefault(piece.cell_id, []).append(piece)
        for place, cell in self._open():
            if cell.id in ids and (cell.role == "plain" or self._plausible(cell, ids[cell.id][0])):
                self._take(place, ids[cell.id], "cell id")

    def _plausible(self, cell, piece):
        """An id alone can be a coincidence (`cell-12`): the text must have something of the cell's."""
        if cell.role == "check":
            return calls_check(piece.source, cell.check)
        if cell.role == "solution" and cell.names and piece.kind == "code":
            return bool(cell.names & defined_names(piece.source)) or not defined_names(piece.source)
        return piece.kind == cell.kind

    def _by_text(self):
        for place, cell in self._open():
            for piece in list(self.free.values()):
                told = same_text(piece.source, cell.source) if piece.source.strip() else False
                if told or (cell.role == "check" and _is_that_check(piece, cell.check)):
                    self._take(place, [piece], "text")
                    break

    def _by_names(self):
        for place, cell in self._open():
            if cell.role == "solution" and cell.names:
                defines = [p for p in self.free.values() if p.kind == "code" and cell.names & defined_names(p.source)]
                if defines:
                    self._take(place, defines, "names")
            elif cell.role == "solution" and self._own_variable(cell):
                wanted = assigned_names(cell.source)
                assigns = [p for p in self.free.values() if p.kind == "code" and wanted & assigned_names(p.source)]
                if assigns:
                    self._take(place, assigns, "names")

    def _own_variable(self, cell):
        """Whether the variable of a prediction is its alone: cells that are all called `answer` tell nothing."""
        wanted = assigned_names(cell.source)
        others = [c for c in self.skeleton.cells if c.role == "solution" and c is not cell]
        return bool(wanted) and not any(wanted & assigned_names(other.source) for other in others)

    def _by_place(self):
        """An answer between the same neighbours as in the lesson, and like it."""
        for place, cell in self._open():
            low, high = self._gap(place)
            for piece in [p for p in self.free.values() if low < p.index < high and p.kind == cell.kind]:
                alike = difflib.SequenceMatcher(None, piece.source[:4000], cell.source[:4000]).quick_ratio()
                same_names = assigned_names(cell.source) & assigned_names(piece.source)
                if cell.role == "question" or (cell.kind == "code" and (alike > 0.6 or same_names)):
                    self._take(place, [piece], "place")
                    break

    def _gap(self, place):
        before = [max(p.index for p in self.found[i]) for i in range(place) if i in self.found]
        after = [
            min(p.index for p in self.found[i]) for i in range(place + 1, len(self.skeleton.cells)) if i in self.found
        ]
        return max(before, default=-1), min([x for x in after if x > max(before, default=-1)], default=10**9)

    # what each found cell becomes

    def cells(self):
        """The laid-over notebook's cells, in the lesson's order, with the student's own cells in between."""
        self._note_moved()
        made = {}
        for place, cell in enumerate(self.skeleton.cells):
            made[place] = self._settle(place, cell)
        self._answers_elsewhere(made)
        anchored = self._anchored()
        cells = list(anchored.get(-1, []))
        for place in range(len(self.skeleton.cells)):
            cells += [made[place]] if made[place] is not None else []
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
        source = without_checks(answer.source) if cell.kind == "code" else answer.source
        if source != answer.source:
            self.repairs.append(f"{name}: a copy of a check inside the answer is not run")
        if "skip-execution" in answer.tags and "skip-execution" not in cell.metadata.get("tags", []):
            self.repairs.append(f"{name}: a tag that skips the cell was removed")
        return _skeleton_cell(cell, source, answer.attachments)

    def _restore(self, cell):
        if cell.role == "plain" and not _only_imports(cell):
            return None
        self.repairs.append(f"{cell.grade_id or 'an import cell'}: was deleted and is restored")
        return _skeleton_cell(cell)

    def _locked(self, cell, pieces, name):
        if not any(same_text(p.source, cell.source) for p in pieces):
            self.repairs.append(f"{name}: its text was changed and is restored")
        if len(pieces) > 1:
            self.repairs.append(f"{name}: stood in the notebook {len(pieces)} times and runs once")
        if any("skip-execution" in p.tags for p in pieces):
            self.repairs.append(f"{name}: a tag that skips the cell was removed")
        return _skeleton_cell(cell)

    def _plain(self, cell, pieces):
        for spare in pieces[1:]:
            self.free[spare.index] = spare
        piece = pieces[0]
        if piece.kind != cell.kind and _only_imports(cell):
            self.repairs.append(f"an import cell: was turned into another kind of cell and is {cell.kind} again")
            return _skeleton_cell(cell)
        made = _skeleton_cell(cell) if piece.kind == cell.kind else _make(piece.kind, "", id=cell.id)
        made["source"] = without_checks(piece.source) if piece.kind == "code" else piece.source
        if piece.attachments:
            made["attachments"] = from_dict(piece.attachments)
        return made

    def _answer(self, cell, pieces, name):
        """Of several candidates: parts of one answer are joined; of copies, the last that is not the stub counts."""
        own = [p for p in pieces if not same_text(p.source, cell.source)] or pieces[:1]
        if len(pieces) == 1:
            return self._with_rest(cell, pieces[0], name)
        if len(own) > 1 and cell.kind == "code" and self._parts(own):
            self.repairs.append(f"{name}: was split into {len(own)} cells and is joined")
            joined = "\n\n".join(p.source for p in own)
            own[-1].source = joined
            return own[-1]
        self.repairs.append(f"{name}: stood in the notebook {len(pieces)} times; the last answer counts")
        for spare in own[:-1]:
            self.free[spare.index] = spare
        return self._with_rest(cell, own[-1], name)

    def _parts(self, pieces):
        """Whether neighbouring pieces are one cell cut up: together Python, no name defined twice."""
        if any(b.index - a.index != 1 for a, b in itertools.pairwise(pieces)):
            return False
        names = [defined_names(p.source) for p in pieces]
        if len(frozenset().union(*names)) != sum(map(len, names)):
            return False
        return parse("\n\n".join(p.source for p in pieces)) is not None

    def _with_rest(self, cell, piece, name):
        """The answer, with the following cell put back on when only both together are Python (a cell cut in two)."""
        following = self.free.get(piece.index + 1)
        if cell.kind != "code" or following is None or following.kind != "code" or parse(following.source) is not None:
            return piece
        for glue in ("\n", "\n\n"):
            joined = piece.source + glue + following.source
            if parse(joined) is not None:
                self.free.pop(following.index)
                self.repairs.append(f"{name}: was split into 2 cells and is joined")
                piece.source = joined
                return piece
        return piece

    def _answers_elsewhere(self, made):
        """A stub left alone while the answer stands in a new cell that would run at the wrong time."""
        for place, cell in enumerate(self.skeleton.cells):
            if cell.role not in ("solution", "question") or not same_text(made[place]["source"], cell.source):
                continue
            home = min((p.index for p in self.found.get(place, [])), default=None)
            piece = self._written_elsewhere(cell, place, home)
            if piece is not None:
                self.free.pop(piece.index, None)
                text = without_checks(piece.source) if cell.kind == "code" else piece.source
                made[place] = _skeleton_cell(cell, text, piece.attachments)
                self.repairs.append(f"{cell.grade_id}: the answer stood in a new cell and is put in its place")

    def _written_elsewhere(self, cell, place, home):
        if cell.role == "question":
            following = self.free.get(home + 1) if home is not None else None
            return following if following is not None and following.kind == "markdown" else None
        low, high = self._gap(place)
        if home is not None:
            low = home
        defines = [p for p in self.free.values() if p.kind == "code" and cell.names & defined_names(p.source)]
        if any(low < p.index < high for p in defines):
            return None  # stands between the stub and the next known cell: it runs at the right time as it is
        return defines[-1] if defines else None

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
        order = sorted((min(p.index for p in self.found[i]), i) for i in self.found)
        places = [i for _, i in order]
        for place in sorted(set(places) - set(_longest_rising(places))):
            cell = self.skeleton.cells[place]
            if cell.role != "plain":
                self.repairs.append(f"{cell.grade_id}: was moved and is back in its place")


def _is_that_check(piece, check):
    return piece.kind == "code" and calls_check(piece.source, check) and not defined_names(piece.source)


def _only_imports(cell):
    tree = parse(cell.source) if cell.kind == "code" else None
    return bool(tree and tree.body) and all(isinstance(node, _IMPORTS) for node in tree.body)


def _longest_rising(numbers):
    """The longest rising subsequence: what was not moved."""
    if numbers == sorted(numbers):
        return numbers
    best = []
    for n in numbers:
        before = max((run for run in best if run[-1] < n), key=len, default=[])
        best.append([*before, n])
    return max(best, key=len, default=[])
