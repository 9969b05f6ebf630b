"""Which submitted cell is which of the lesson's: by grade id, then by cell id, then by what they say and where."""

import builtins
import difflib
import re

from grading.ids import exercise_of
from grading.lessons.cells import assigned_names, bound_names, defined_names, plain_python, tree_of, unfenced
from grading.marking.display_cells import names_of

DEFINES = re.compile(r"^(?:def|class)\s", re.M)
MOST_TEXT = 100_000  # characters of text read as code in all: parsing takes a thousand times their room


def same_text(a, b):
    """Equal but for space at line ends and around the whole."""
    if a == b:
        return True
    return [line.rstrip() for line in a.strip().split("\n")] == [line.rstrip() for line in b.strip().split("\n")]


def calls_check(source, check=None):
    """Whether the text opens `check("...")` (that check, when given)."""
    name = re.escape(check) if check else r"[^\"']+"
    return re.search(rf"\bcheck\(\s*[\"']{name}[\"']", source) is not None


class Matching:
    """Which piece is which cell: `found` maps a skeleton cell's place to its pieces; `repairs` is the record."""

    def __init__(self, pieces, skeleton, repairs):
        self.pieces, self.skeleton, self.repairs = pieces, skeleton, list(repairs)
        self.found, self.lost = {}, []
        self.free = {piece.index: piece for piece in pieces}
        self.in_text = _defined_in_text(pieces)
        self.evidence = 0

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
                defines = defines or [p for p in self.free.values() if cell.names & self.in_text.get(p.index, set())]
                if defines:
                    self._take(place, defines, "names")
            elif cell.role == "solution" and self._own_variable(cell):
                wanted = self.asked(cell)
                assigns = [p for p in self.free.values() if p.kind == "code" and wanted & assigned_names(p.source)]
                if assigns:
                    self._take(place, assigns, "names")
            elif cell.role == "solution" and cell.kind == "code":
                wanted = self.asked(cell)
                binds = [p for p in self.free.values() if p.kind == "code" and wanted & set(bound_names(p.source))]
                if binds:
                    self._take(place, binds, "names")

    def asked(self, cell):
        """The names by which the answer to an exercise is known: its functions; the variable of a prediction, if no
        other has it; where the stub names none, what its checks need and no cell of the lesson binds.
        """
        if cell.names or assigned_names(cell.source):
            return set(cell.names or (assigned_names(cell.source) if self._own_variable(cell) else ()))
        needed, given = set(), set(dir(builtins))
        for other in self.skeleton.cells:
            if other.kind == "code":
                names = names_of(plain_python(other.source))
                given |= names.binds | names.defines
                needed |= names.reads if other.check and exercise_of(other.check) == cell.grade_id else set()
        return needed - given

    def _own_variable(self, cell):
        """Whether the variable of a prediction is its alone: cells that are all called `answer` tell nothing."""
        wanted = assigned_names(cell.source)
        others = [c for c in self.skeleton.cells if c.role == "solution" and c is not cell]
        return bool(wanted) and not any(wanted & assigned_names(other.source) for other in others)

    def _by_place(self):
        """An answer, or a question's text, between the same neighbours as in the lesson, and like it."""
        for place, cell in self._open():
            low, high = self.gap(place)
            for piece in [p for p in self.free.values() if low < p.index < high and p.kind == cell.kind]:
                if cell.role == "question" or _alike(piece, cell):
                    self._take(place, [piece], "place")
                    break

    def gap(self, place):
        """The indices of the pieces between which a cell's piece must lie: those of its known neighbours."""
        before = [max(p.index for p in self.found[i]) for i in range(place) if i in self.found]
        after = [
            min(p.index for p in self.found[i]) for i in range(place + 1, len(self.skeleton.cells)) if i in self.found
        ]
        return max(before, default=-1), min([x for x in after if x > max(before, default=-1)], default=10**9)

    def moved(self):
        """The lesson's cells whose pieces do not follow each other as in the lesson."""
        order = sorted((min(p.index for p in self.found[i]), i) for i in self.found)
        places = [i for _, i in order]
        return [self.skeleton.cells[place] for place in sorted(set(places) - set(_longest_rising(places)))]

    def written_elsewhere(self, cell, place, home, names):
        """The piece, far from its cell at `home` (None: it is gone), that answers it, or makes what it lacks: `names`,
        or where there are none what its check asks for. None where there is no such piece.
        """
        _, high = self.gap(place)
        wanted = set() if names else self.asked(cell)
        makes = [p for p in self.free.values() if p.kind == "code" and _makes(p, names, wanted)]
        if home is not None and any(home < p.index < high for p in makes):
            return None  # stands between the stub and the next known cell: it runs at the right time as it is
        makes = makes or [p for p in self.free.values() if names & self.in_text.get(p.index, set())]
        return makes[-1] if makes else self._in_another_cell(place, names, wanted)

    def _in_another_cell(self, place, names, wanted):
        """The answer to another exercise, or a check, into which this one's answer was written."""
        for other, pieces in self.found.items():
            home = self.skeleton.cells[other]
            if other == place or home.kind != "code" or home.role not in ("solution", "check") or names & home.names:
                continue
            made = wanted.difference(bound_names(home.source), bound_names(home.reference))
            for piece in pieces:
                if _makes(piece, names, made) and not same_text(piece.source, home.source):
                    return piece
        return None


def _longest_rising(numbers):
    """The longest rising subsequence: what was not moved."""
    if numbers == sorted(numbers):
        return numbers
    best = []
    for n in numbers:
        before = max((run for run in best if run[-1] < n), key=len, default=[])
        best.append([*before, n])
    return max(best, key=len, default=[])


def _makes(piece, names, wanted):
    """Whether code defines one of `names`, or binds one of `wanted`."""
    return bool(names & defined_names(piece.source) or (wanted and wanted & set(bound_names(piece.source))))


def _defined_in_text(pieces):
    """{index: names} of what cells that were turned into text define; nothing of one that is no Python from end to end,
    nor of more text than anybody's answers are.
    """
    found, left = {}, MOST_TEXT
    for piece in pieces:
        if piece.kind != "code" and DEFINES.search(piece.source) and len(piece.source) <= left:
            left -= len(piece.source)
            source = unfenced(piece.source)
            found[piece.index] = defined_names(source) if tree_of(source) is not None else frozenset()
    return found


def _alike(piece, cell):
    """Whether code has most letters of a cell of the lesson, or assigns to the same; whether a locked text has most of
    its words in their order.
    """
    mine, theirs = piece.source[:4000], cell.source[:4000]
    if cell.kind == "code":
        same_names = assigned_names(cell.source) & assigned_names(piece.source)
        return bool(same_names) or difflib.SequenceMatcher(None, mine, theirs).quick_ratio() > 0.6
    return cell.role == "locked" and difflib.SequenceMatcher(None, mine.split(), theirs.split()).ratio() > 0.6


def _is_that_check(piece, check):
    return piece.kind == "code" and calls_check(piece.source, check) and not defined_names(piece.source)
