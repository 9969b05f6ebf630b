"""Data in a hidden cell (course_lib/evidence/held.py), taken out of its text: sent once, as bytes, to all that ask.

IPython reads every letter of a cell many times, and a megabyte of them takes longer than all checks together.
"""

import base64
import binascii
import functools
import hashlib
import re

HELD = re.compile(r'(?<=\.held\()"([A-Za-z0-9+/=]{200,})"')


@functools.lru_cache(maxsize=100)  # a lesson's hidden cells are the same for all who hand in
def apart(source):
    """(the source with a name in the place of each text of data, the data by their names)."""
    held = {}

    def keep(found):
        try:
            data = base64.b64decode(found[1], validate=True)
        except binascii.Error:
            return found[0]
        name = f"data {hashlib.sha256(data).hexdigest()[:16]}"
        held[name] = data
        return f'"{name}"'

    return HELD.sub(keep, source), held
