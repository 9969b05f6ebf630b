"""A notebook's bytes without the outputs saved in it: grading throws them away, and pictures make files large.

They are cut out before anything is parsed, by one walk over quotes and brackets. It takes time in proportion to the
file's length, and gives up at more of them than any notebook has.
"""

import re

MARK = re.compile(rb'\\.|["\[\]{}]', re.S)
VALUE = re.compile(rb"\s*:\s*\[")
CELLS = (3, 5)  # brackets around the keys of a cell: in format 4, and in format 3 with its worksheets
MOST = 4_000_000


def without_outputs(raw):
    """The bytes with every list called "outputs" in a cell emptied; None when there are too many parts to look at."""
    kept, start, depth, cut, text = [], 0, 0, 0, None
    for count, mark in enumerate(MARK.finditer(raw)):
        word = mark.group()
        if count >= MOST:
            return None
        if word == b'"':
            name = None if text is None else raw[text : mark.start()] if mark.start() - text < 10 else b""
            text = mark.end() if text is None else None
            value = VALUE.match(raw, mark.end()) if name == b"outputs" and not cut and depth in CELLS else None
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
