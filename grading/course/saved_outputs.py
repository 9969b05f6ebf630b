"""A notebook's bytes without the outputs and the state of widgets saved in it: grading throws them away, and pictures
make files large.

They are cut out before anything is parsed, by one walk over quotes and brackets. It takes time in proportion to the
file's length, and gives up at more of them than any notebook has.
"""

import re

MARK = re.compile(rb'\\.|["\[\]{}]', re.S)
PLACES = {  # what is cut out: how its value begins, and the numbers of brackets around its key
    b"outputs": (re.compile(rb"\s*:\s*\["), (3, 5)),  # of a cell in format 4, and in format 3 with its worksheets
    b"widgets": (re.compile(rb"\s*:\s*\{"), (2,)),  # of the notebook's metadata
}
MOST = 4_000_000


def without_outputs(raw):
    """The bytes with what PLACES names emptied; None when there are too many parts to look at."""
    kept, start, depth, cut, text = [], 0, 0, 0, None
    for count, mark in enumerate(MARK.finditer(raw)):
        word = mark.group()
        if count >= MOST:
            return None
        if word == b'"':
            name = None if text is None else raw[text : mark.start()] if mark.start() - text < 10 else b""
            text = mark.end() if text is None else None
            begin, depths = PLACES.get(name, (None, ()))
            value = begin.match(raw, mark.end()) if not cut and depth in depths else None
            if value is not None:
                kept.append(raw[start : value.end()])
                cut = depth + 1
        elif text is None and word in b"[{":
            depth += 1
        elif text is None and word in b"]}":
            depth -= 1
            if cut and depth < cut:
                start, cut = mark.start(), 0
    return b"".join(kept if cut else [*kept, raw[start:]])
