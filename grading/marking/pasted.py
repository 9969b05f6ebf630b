"""Code that was pasted with what stood around it elsewhere: a fence of Markdown, prompts, the numbers of a listing, the
signs of a quotation in an e-mail, of added lines in a comparison of two versions.
"""

import re
import textwrap
from dataclasses import replace

from grading.lessons.cells import FENCED, tree_of
from grading.marking.run_text import PROMPT

SIGNS = re.compile(r"^[ \t]*(?:```|~~~|>|[|│]|\+|(?:In ?)?\[[\d* ]*\]:|\d)", re.M)
CHAT = re.compile(r"\s*(?:python|py)[ \t]*\n(?:[ \t]*Copy(?: code|[ \t]*\n[ \t]*Edit)?[ \t]*\n)?")
LABEL = re.compile(r"[ \t]*(?:In ?)?\[[\d* ]*\]:[ ]?")
SHOWN = re.compile(r"[ \t]*Out ?\[[\d ]*\]:")
FENCE = re.compile(r"[ \t]*(?:```|~~~)")
QUOTED = re.compile(r"[ \t]*[>|│]")
HEADER = re.compile(r"diff |index \w|---|\+\+\+|@@|-|\\")  # of a comparison, or a line that went
NUMBER = re.compile(r"[ \t]*(\d{1,4})(?!\d)(?:[ \t]*[:|│)])?")


def bare(pieces, repairs):
    """The pieces, of code that what was pasted with it keeps from being run only the code; a repair says so."""
    return [_bare(piece, repairs) if piece.kind == "code" else piece for piece in pieces]


def _bare(piece, repairs):
    code, what = unpasted(piece.source)
    if not what:
        return piece
    repairs.append(f"cell {piece.index + 1}: what was pasted around the code is taken off ({what})")
    return replace(piece, source=code)


def unpasted(source):
    """(the code in a text, what stood around it); (the text as it is, "") where that is code, or none is found."""
    chat = CHAT.match(source)
    if chat and _makes_something(source[chat.end() :]):
        return source[chat.end() :], "the head of a listing"
    if SIGNS.search(source) is None or tree_of(source) is not None:
        return source, ""
    for way, what in WAYS:
        code = way(source)
        if code != source and _makes_something(code):
            return code, what
    whole = FENCED.fullmatch(source.strip())
    return (whole[1], WAYS[0][1]) if whole else (source, "")


def _makes_something(code):
    """Whether text is Python that is more than words and values."""
    tree = tree_of(code)
    return tree is not None and any(type(node).__name__ != "Expr" for node in tree.body)


def _fenced(source):
    """What stands in fences; all but the line of a fence where that alone ends the text."""
    lines, inside, opened = source.split("\n"), [], False
    for line in lines:
        fence = FENCE.match(line) is not None
        opened = opened != fence
        inside.append(line if opened and not fence else "")
    return "\n".join(inside if any(inside) else [line for line in lines if not FENCE.match(line)])


def _after_prompts(source):
    """The lines behind prompts; all others are what was printed."""
    return "\n".join(PROMPT.sub("", line) if PROMPT.match(line) else "" for line in source.split("\n"))


def _after_labels(source):
    """The lines below `In [3]:`, and beside it; what is below `Out[3]:` was shown."""
    lines, inside = [], False
    for line in source.split("\n"):
        inside = LABEL.match(line) is not None or (inside and SHOWN.match(line) is None)
        lines.append(LABEL.sub("", line, count=1) if inside else "")
    return "\n".join(lines)


def _unquoted(source):
    """The lines behind `>`, as often as all of them have one more; all others are who wrote what when."""
    lines = source.split("\n")
    while any(map(QUOTED.match, lines)):
        lines = [QUOTED.sub("", line, count=1) if QUOTED.match(line) else "" for line in lines]
        lines = textwrap.dedent("\n".join(lines)).split("\n")
    return "\n".join(lines)


def _added(source):
    """The lines that a comparison adds, or leaves as they are; the text where it is none, or adds nothing."""
    lines = ["" if HEADER.match(line) else line for line in source.split("\n")]
    if not all(line[:1] in ("", "+", " ") for line in lines) or not any(line[:1] == "+" for line in lines):
        return source
    return textwrap.dedent("\n".join(line[1:] for line in lines))


def _unnumbered(source):
    """The lines without their numbers, where these count them."""
    return textwrap.dedent("\n".join(line[end:] for line, end in _numbered(source)))


def _unnumbered_column(source):
    """Likewise, of lines that begin one below the other, behind numbers of one digit and of two."""
    return textwrap.dedent("\n".join(" " * end + line[end:] for line, end in _numbered(source)))


def _numbered(source):
    """[(line, where its number ends)]; [] where the lines are not counted one after the other."""
    lines = source.rstrip().split("\n")
    found = [NUMBER.match(line) for line in lines]
    counted = [int(number[1]) - i for i, number in enumerate(found) if number]
    if len(counted) < len(lines) or len(set(counted)) > 1:
        return []
    return [(line, number.end()) for line, number in zip(lines, found, strict=True)]


WAYS = (
    (_fenced, "a fence of Markdown"),
    (_after_prompts, "prompts"),
    (_after_labels, "prompts"),
    (_unquoted, "signs of a quotation"),
    (_added, "signs of added lines"),
    (_unnumbered, "numbers of lines"),
    (_unnumbered_column, "numbers of lines"),
)
