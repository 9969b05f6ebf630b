"""The Python that a cell runs where IPython's own syntax stands in it: one such line hides none of the others."""

import re

from grading.lessons.cells import tree_of

TIMED = re.compile(r"^([ \t]*)%(?:time|timeit|prun)\b(?:[ \t]+-\w+)*(?:[ \t]+\d+)?[ \t]*", re.M)
TAKEN = re.compile(r"^([^#\n=]*=)[ \t]*[%!].*$", re.M)  # `files = !ls`
HELP = re.compile(r"^([ \t]*)[\w.*]+\?{1,2}[ \t]*$", re.M)  # `np.sum?`
CALLED = re.compile(r"^[/,;](\w[\w.]*)[^\n]*$", re.M)  # `/print 1`
PROMPT = re.compile(r"^[ \t]*(?:>>>|\.\.\.:?|In \[[\d ]+\]:)[ ]?", re.M)


def run_text(source):
    """The text with IPython's syntax written as Python, line for line; as it is where it is none even so."""
    text = TIMED.sub(r"\1", source) if "%" in source else source
    if text != source and tree_of(text) is not None:
        return text
    if tree_of(source) is not None:
        return source
    text = _dedented(PROMPT.sub("", text) if PROMPT.match(text.lstrip("\n")) else text)
    text = CALLED.sub(r"\1", HELP.sub(r"\1pass", TAKEN.sub(r"\1 None", text)))
    return text if tree_of(text) is not None else source


def _dedented(text):
    """The text without what stands before its first line, taken from all lines that begin so."""
    first = re.match(r"\n*([ \t]+)", text)
    return re.sub(rf"^{first[1]}", "", text, flags=re.M) if first else text
