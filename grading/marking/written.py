"""What a student wrote for a question, but not into its cell: under the question itself, in new cells above or below,
or far from it, below its title or below words of its own.

A key makes a new cell, and makes it code: so words in code that is none, in comments and in strings, are words.
"""

import ast
import functools
import re
from dataclasses import replace

from grading.lessons.cells import defined_names, tree_of

TITLE, QUOTE, MORE = 6, 20, 20  # letters: a title that may stand among others, a quotation, how many others
COMMENT = re.compile(r"^[ \t]*#+ ?", re.M)


def written_beside(matching, place, home):
    """The pieces with the student's words around the question's cell at `place`, in order, [] where there are none.

    `home` is the index of the question's piece, None where it is gone.
    """
    free, (low, high) = matching.free, matching.gap(place)
    if home is None:
        near = [index for index in sorted(free) if low < index < high]
    else:
        near = [*reversed(_run(free, home, -1)), *_run(free, home, 1)]
    return _worded(matching, near) if near else []


def written_far(matching, place):
    """The pieces anywhere that name or quote the question at `place`, with those right below each, in order."""
    signs, found = _signs(matching.skeleton, place), []
    for index, piece in sorted(matching.free.items()) if signs else ():
        if found[-1:] == [index - 1] or _names(words_of(piece), signs):
            found.append(index)
    return _worded(matching, found) if found else []


def _signs(skeleton, place):
    """What tells this question from all others: the two halves of its title, and its longer lines, letters only."""
    told = []
    for asked in (place, *(i for i, cell in enumerate(skeleton.cells) if cell.role == "question" and i != place)):
        if skeleton.cells[asked - 1].role != "locked":
            return frozenset()
        head, *lines = skeleton.cells[asked - 1].source.strip().split("\n")
        told.append({_letters(part) for part in head.split("·")} | {x for x in map(_letters, lines) if len(x) >= QUOTE})
    return told[0].difference(*told[1:])


def _names(text, signs):
    """Whether a line is what tells a question, or holds it beside a few letters more."""
    lines = [_letters(line).casefold() for line in text.split("\n")]
    wanted = [(sign.casefold(), len(sign) + (MORE if len(sign) >= TITLE else 0)) for sign in signs if sign]
    return any(sign in line and len(line) <= most for line in lines for sign, most in wanted)


def _worded(matching, indices):
    """The pieces with these indices that hold words of the student's own, these words in place of their source."""
    known = frozenset().union(*(_lines(cell.source) for cell in matching.skeleton.cells))
    told = [(matching.free[index], words_of(matching.free[index])) for index in indices]
    return [replace(piece, source=text) for piece, text in told if _own_lines(text, known)]


def added_to(piece, cell):
    """The lines of a piece that are not in the lesson's cell it was found for: what was written into it."""
    return "\n".join(_own_lines(piece.source, _lines(cell.source))).strip()


def as_one(pieces):
    """(text, attachments) of pieces that are one answer."""
    attached = {name: data for piece in pieces for name, data in piece.attachments.items()}
    return "\n\n".join(piece.source.strip() for piece in pieces), attached


def words_of(piece):
    """The words in a cell: text as it is; of code the comments or strings that it consists of, or all that is no
    Python and defines nothing; "" of other code.
    """
    if piece.kind != "code":
        return piece.source
    tree = tree_of(piece.source)
    if tree is None:
        return "" if defined_names(piece.source) else piece.source
    if not tree.body:
        return COMMENT.sub("", piece.source)
    return "\n\n".join(map(_said, tree.body)) if all(map(_said, tree.body)) else ""


def _said(node):
    """The text of a statement that only says it: `"text"` or `print("text")`."""
    value = node.value if isinstance(node, ast.Expr) else None
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "print" and value.args:
        value = value.args[0]
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def _run(free, home, step):
    """The indices of free pieces next to `home`, one after the other."""
    found = []
    while home + step * (len(found) + 1) in free:
        found.append(home + step * (len(found) + 1))
    return found


@functools.lru_cache(maxsize=500)  # the lesson's cells, for every submission
def _lines(source):
    return frozenset(map(_letters, source.split("\n")))


def _own_lines(text, known):
    return [line for line in text.split("\n") if _letters(line) and _letters(line) not in known]


def _letters(line):
    """A line without space and marks, which programs change as they save."""
    return re.sub(r"[\W_]+", "", line)
