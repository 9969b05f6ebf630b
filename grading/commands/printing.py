"""Print on any console: where one cannot show a character, a plain one stands for it and nothing ends in an error."""

import codecs
import sys
import unicodedata

PLAIN = {
    "✓": "+",
    "✗": "x",
    "○": "o",
    "◐": "/",
    "▶": ">",
    "→": "->",
    "←": "<-",
    "·": ".",
    "…": "...",
    "−": "-",
    "–": "-",
    "×": "x",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "≈": "~",
    "∂": "d",
    "√": "sqrt",
}
NAME = "course-plain"


def plain(error):
    """A codec's error handler: characters that the console lacks, as near as ASCII comes."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(map(_nearest, lost)), error.end


def _nearest(char):
    if char in PLAIN:
        return PLAIN[char]
    name = unicodedata.name(char, "")
    if name.startswith("GREEK"):
        return name.split()[-1].lower()
    bare = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
    return bare or "?"


def on_any_console():
    """Let stdout and stderr print plain characters for those that they cannot show."""
    codecs.register_error(NAME, plain)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=NAME)
