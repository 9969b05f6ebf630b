"""Data in a hidden cell (course_lib/evidence/held.py), taken out of its text: sent once, however many cells ask for it.

IPython reads every letter of a cell many times, and a megabyte of them takes longer than all checks together.
"""

import functools
import hashlib
import re

HELD = re.compile(r'(?<=\.held\()"([A-Za-z0-9+/=]{200,})"')


@functools.lru_cache(maxsize=100)  # a lesson's hidden cells are the same for all who hand in
def apart(source):
    """(the source with a name in the place of each text of data, the texts by their names)."""
    texts = {}

    def keep(found):
        text = found[1].encode()
        name = f"text {hashlib.sha256(text).hexdigest()[:16]}"
        texts[name] = text
        return f'"{name}"'

    return HELD.sub(keep, source), texts
