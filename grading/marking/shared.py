"""One cell that holds the answers to several exercises, cut into the part of each.

What one exercise lets an answer use is not forbidden there because another one forbids it, and what one answer waits
for does not keep those below it from being made.
"""

import itertools
import re
from collections import Counter, defaultdict

from grading.lessons.cells import plain_python, tree_of
from grading.marking.display_cells import names_of

MOST = 1000  # statements of a cell that are looked at one by one


def share(matching, made, moved):
    """Cut the text of each piece that answers several exercises in `made`, the laid-over cells by place.

    `moved` is {index of a piece: the places of exercises that it answers and whose own cell it is not}.
    """
    cells = matching.skeleton.cells
    for index, places in moved.items():
        home = [
            place
            for place, pieces in matching.found.items()
            if cells[place].role == "solution" and any(piece.index == index for piece in pieces)
        ]
        asked = {place: matching.asked(cells[place]) for place in (*home, *places)}
        for place, mine in asked.items() if len(asked) > 1 else ():
            others = frozenset().union(*asked.values()) - mine
            made[place]["source"] = part_of(made[place]["source"], mine, others)


def part_of(source, mine, others):
    """The text without the top-level statements that only answers called `others` need; all of it where it is no
    Python, too long, or makes nothing that is `mine`.
    """
    tree, lines = tree_of(source), source.split("\n")
    spans = [] if tree is None or len(tree.body) > MOST else [(_first(node) - 1, node.end_lineno) for node in tree.body]
    told = [names_of(plain_python("\n".join(lines[begin:end]))) for begin, end in spans]
    kept = _needed(told, mine)
    if not kept:
        return source
    gone = _with_readers(told, _needed(told, others) - kept, kept)
    shown = {n for i, (begin, end) in enumerate(spans) if i not in gone for n in range(begin, end)}
    hidden = {n for i in gone for n in range(*spans[i])} - shown
    left = "\n".join(line for n, line in enumerate(lines) if n not in hidden)
    return re.sub(r"\n{4,}", "\n\n\n", left).strip("\n")


def _needed(told, names):
    """Which statements bind these names, or what such a statement reads."""
    makers = _by_name(one.binds | one.defines for one in told)
    found, waiting = set(), list(names)
    while waiting:
        for i in makers.pop(waiting.pop(), ()):
            if i not in found:
                found.add(i)
                waiting.extend(told[i].reads)
    return found


def _with_readers(told, gone, kept):
    """The statements that go, with those of nobody's that read what only they make."""
    made = [one.binds | one.defines for one in told]
    makers, readers = Counter(itertools.chain.from_iterable(made)), _by_name(one.reads for one in told)
    gone, waiting = set(gone), list(gone)
    while waiting:
        for name in made[waiting.pop()]:
            makers[name] -= 1
            if not makers[name]:
                more = set(readers[name]) - gone - kept
                gone |= more
                waiting.extend(more)
    return gone


def _by_name(named):
    """{name: the statements that have it}, of the names of each statement."""
    found = defaultdict(list)
    for i, names in enumerate(named):
        for name in names:
            found[name].append(i)
    return found


def _first(node):
    return min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
