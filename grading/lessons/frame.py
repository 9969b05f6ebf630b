"""What every lesson's notebook has around the text: the cell that says what is missing, the way on, how to hand in."""

import re

import nbformat

from course_lib.checks.course_map import START

MISSING = (
    "The course's library is not installed for this notebook. In a terminal type: pip install -r requirements.txt "
    "in the folder of the lessons (in a clone of the project: make lab). Then restart the kernel."
)
TORCH = re.compile(r"^\s*(import torch\b|from torch\b|from course_lib\.torch_models\b)", re.MULTILINE)
NEXT = re.compile(r"\*\*Next:\*\*.*", re.DOTALL)
LESSON = re.compile(r"\blesson (\d\d)\b")


def notebook_bytes(notebook):
    """The notebook as the bytes of its file."""
    nbformat.validate(notebook)
    return (nbformat.writes(notebook, version=4).rstrip("\n") + "\n").encode("utf-8")


def needs_source(cells, install=None):
    """The first code cell: one sentence where the library is missing, or torch if one of the `cells` needs it.

    With `install`, which is what pip takes (a wheel's address, a package's name), it installs the library.
    """
    lines = ["try:  # is everything there that this lesson needs?", "    import course_lib"]
    if install:
        words = f"install --quiet {install}"
        lines += ["except ModuleNotFoundError:", f"    get_ipython().run_line_magic('pip', {words!r})"]
    else:
        lines += [
            "except ModuleNotFoundError as missing:",
            f'    missing._render_traceback_ = lambda: ["{MISSING}"]',
            "    raise",
        ]
    if any(cell.kind == "code" and not cell.role and TORCH.search(cell.source) for cell in cells):
        lines += ["from course_lib.checks.installed import needs", "", 'needs("torch")']
    return "\n".join(lines)


def hand_in_source(lesson):
    """The last cell: how to hand in; of a page with nothing to hand in, only the way back."""
    if lesson.page:
        return f"---\n\n[All lessons]({START})"
    return (
        "---\n\n"
        f"**Hand in.** Save this notebook (Ctrl+S), then open a terminal (File, New, Terminal) and type "
        f"`course submit {lesson.number}`. It runs the saved file, says what passes and what is open, and names the "
        "one file to upload. If you study alone, it tells you whether the file holds all that you did.\n\n"
        f"[All lessons]({START})"
    )


def linked(source, lesson):
    """Text whose last paragraph says which lesson is next, with links to the lessons that there are."""

    def link(found):
        there = sorted(lesson.path.parent.glob(f"{found[1]}_*.py"))
        return f"[{found[0]}]({there[0].stem}.ipynb)" if there else found[0]

    return NEXT.sub(lambda paragraph: LESSON.sub(link, paragraph[0]), source)
