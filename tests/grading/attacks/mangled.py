"""Notebooks broken or forged as files: metadata, cells, bytes, names, links; scripts for someone's browser."""

import json
import os
import random

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from tests.grading import small_lesson as small
from tests.grading.attacks.course import VICTIM, Attack, answers, at, cells

NAME = f"{small.LESSON}.ipynb"
XSS = "<script>document.title='XSSMARK'</script><img src=x onerror=XSSMARK><svg onload=XSSMARK><iframe srcdoc=XSSMARK>"
SHOW = f"""from IPython.display import HTML, Javascript, SVG, IFrame, Markdown, Latex, display
XSS = {XSS!r}
for kind in (HTML, Markdown, Latex):
    display(kind(XSS))
display(Javascript("XSSMARK()"), SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='XSSMARK()'/>"))
display(IFrame("javascript:XSSMARK()", 1, 1))
display({{"text/html": XSS, "application/javascript": "XSSMARK()", "application/vnd.jupyter.widget-view+json": {{}},
         "image/png": 'x" onerror="XSSMARK()', "image/svg+xml": XSS, "text/plain": "PLAIN"}}, raw=True)
print("\\x1b]8;;javascript:XSSMARK()\\x07", XSS)
class Named(Exception): pass
Named.__name__ = XSS
raise Named(XSS)"""
SHADOW = """import numpy, random, course_lib
print("FROM", all(not m.__file__.startswith("/tmp") for m in (numpy, random, course_lib)), numpy.__file__)"""
PRINTS = "print('SHADOWED')\ncheck = None"


def remark(**values):
    """The metadata of every marked cell changed like this."""

    def make(nb):
        for cell in nb.cells:
            if "nbgrader" in cell.metadata:
                cell.metadata["nbgrader"].update(values)
        return nb

    return make


def bonus(nb):
    """Further graded cells of one's own, with many points; the real checks become one's own."""
    for i, kind in enumerate(({"grade": True, "locked": True}, {"grade": True, "solution": True})):
        nb.cells.append(new_code_cell("1", metadata=small.mark(f"check-bonus{i}", **kind, points=500)))
    nb.cells[at(nb, "check-tail")].metadata["nbgrader"].update(points=1000, locked=False, solution=True)
    return nb


def swap_ids(nb):
    """The wrong answer carries the right one's mark, and the other way round."""
    a, b = (nb.cells[at(nb, name)].metadata["nbgrader"] for name in ("tail", "guess"))
    a["grade_id"], b["grade_id"] = b["grade_id"], a["grade_id"]
    return nb


def soften(nb):
    """The check's text compares with what the learner has."""
    nb.cells[at(nb, "check-tail")].source = 'with check("tail") as expect:\n    expect("two", [2])'
    nb.cells[at(nb, "check-tail")].outputs = [new_output("stream", name="stdout", text="3 of 3 points")]
    return nb


def claim(nb):
    """The answer to a passed exercise stands under the mark of the failed one's check as well."""
    copy = json.loads(json.dumps(nb.cells[at(nb, "check-double")].metadata))
    copy["nbgrader"]["grade_id"] = "check-tail"
    nb.cells.append(new_code_cell('with check("double") as expect:\n    expect("three", 6)', metadata=copy))
    nb.metadata["course"] = {"outcome": "graded", "verdict": {"score": 6}}
    return nb


def tags(nb):
    """Tags that would skip a check, or hide and remove it."""
    for cell in nb.cells:
        cell.metadata["tags"] = ["skip-execution", "remove-cell", "parameters", "course-practice", 7]
    return nb


def odd_ids(nb):
    """Ids that are no ids, doubles of others, and very long."""
    for i, cell in enumerate(nb.cells):
        cell["id"] = ["'; drop table grade; --", "../../x", "check-double", "\u202e" * 50, "x" * 10_000][i % 5]
    return nb


def duplicate(nb):
    """Every cell a hundred times."""
    copies = [json.loads(json.dumps(cell)) for cell in nb.cells for _ in range(100)]
    return json.dumps({**nb, "cells": copies}).encode()


def delete(nb):
    """The checks and the imports are gone."""
    nb.cells = [c for c in nb.cells if not c.source.startswith(("with check", "from course_lib"))]
    return nb


def reorder(nb):
    """Everything in another order."""
    random.Random(4).shuffle(nb.cells)
    return nb


def convert(nb):
    """Code as text, text as code, raw cells."""
    kinds = {"code": "raw", "markdown": "code", "raw": "code"}
    for cell in nb.cells:
        kind = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        cell["cell_type"] = kinds[cell.cell_type] if kind != "question-why" else "code"
    return nb


def scripts(nb):
    """Scripts in a written answer, in own text, in ids, names and metadata."""
    nb.cells[at(nb, "question-why")].source = f"{XSS}\n\n[a](javascript:XSSMARK())\n\n```\n{XSS}"
    nb.cells.insert(0, {**new_markdown_cell(XSS), "id": "<script>", "attachments": {"x": {"text/html": XSS}}})
    nb.metadata["title"] = XSS
    nb.metadata["kernelspec"] = {"name": XSS, "language": XSS, "display_name": XSS}
    return nb


def old_format(nb):
    """nbformat 3, as old editors write it."""
    told = []
    for cell in nb.cells:
        text = {"input": cell.source, "outputs": []} if cell.cell_type == "code" else {"source": cell.source}
        told.append({"cell_type": cell.cell_type, "metadata": dict(cell.metadata), **text})
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": told}]}).encode()


def odd_values(nb):
    """NaN, infinity, control characters and lone surrogates, where numbers and texts stand."""
    tree = json.loads(small.raw(nb))
    tree["nbformat_minor"], tree["metadata"]["x"] = float("nan"), float("inf")
    for cell in tree["cells"]:
        cell["execution_count"], cell["metadata"]["n"] = float("-inf"), "\x00\x01\ud800"
        cell["source"] = "".join(cell["source"]) + ("\x00\x1b\x0b" if cell["cell_type"] == "code" else "\ud800\x00")
    return json.dumps(tree).encode()


def parse_bomb(nb):
    """Half a million numbers to parse, in many cells."""
    nb.cells += [new_code_cell("1," * 50_000) for _ in range(160)]
    return nb


def nested(nb):
    """Expressions nested too deep for any parser."""
    nb.cells += [new_code_cell(c * 8_000) for c in ("(", "[", "-", "f'{", "lambda:", "x.")]
    return nb


def brackets(nb):
    """Markdown that takes a parser long."""
    nb.cells[at(nb, "question-why")].source = "[" * 150_000 + "![" * 50_000
    return nb


def file(data):
    """These bytes, whatever the notebook was."""
    return lambda nb: data


def huge(folder, raw):
    """A notebook of 100 MB."""
    (folder / NAME).write_bytes(raw)
    os.truncate(folder / NAME, 100_000_000)


def link_to(target):
    """The notebook is a link."""
    return lambda folder, raw: os.symlink(target, folder / NAME)


def link_to_other(folder, raw):
    """A link to another student's notebook."""
    os.symlink(folder.parent.parent / VICTIM / small.LESSON / NAME, folder / NAME)


def linked_folder(folder, raw):
    """The lesson's folder is a link to another student's."""
    folder.rmdir()
    os.symlink(folder.parent.parent / VICTIM / small.LESSON, folder)


def odd_names(folder, raw):
    """File names with everything in them that a name may hold."""
    for name in (
        "a\nb.ipynb",
        "<script>XSSMARK<!--.ipynb",
        "-rf .ipynb",
        "\u202eevil.ipynb",
        "'; drop table grade;.ipynb",
    ):
        (folder / name).write_bytes(raw)
    (folder / "timestamp.txt").write_text("9999-99-99 <script>XSSMARK</script>\n" * 50)


def shadows(folder, raw):
    """Files that would be imported in place of the real ones, lying beside the notebook."""
    nb = json.loads(raw)
    nb["cells"].insert(3, {"cell_type": "code", "id": "look", "metadata": {}, "source": SHADOW, "outputs": [],
                           "execution_count": None})  # fmt: skip
    (folder / NAME).write_text(json.dumps(nb))
    for name in (
        "numpy.py",
        "random.py",
        "sitecustomize.py",
        "course_lib/__init__.py",
        "course_lib/checks/__init__.py",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(PRINTS)
    (folder / "expected").mkdir()
    (folder / "expected" / f"{small.LESSON}.npz").write_bytes(b"mine")


WRITES = "for name in ('numpy.py', 'random.py', 'json.py'):\n    open(name, 'w').write('print(\"SHADOWED\")')\n"

ATTACKS = (
    Attack("forged metadata", "points, schema, checksums", remark(points=1000, schema_version=99, checksum="0" * 32)),
    Attack("forged metadata", "everything unlocked and a solution", remark(locked=False, solution=True, grade=False)),
    Attack("forged metadata", "ids that are no text", remark(grade_id=["check-tail"], points="NaN")),
    Attack("forged metadata", "bonus cells", bonus, shows="'text/plain': '1'"),
    Attack("forged metadata", "ids swapped", swap_ids),
    Attack("forged metadata", "a check made easy, with its output", soften, shows="its text was changed"),
    Attack("forged metadata", "one check under another's name", claim, shows="stood in the notebook 2 times"),
    Attack("forged metadata", "tags that skip and hide", tags, shows="a tag that skips the cell was removed"),
    Attack("forged metadata", "ids that break a database", odd_ids),
    Attack("moved cells", "everything a hundred times", duplicate, shows="times"),
    Attack("moved cells", "checks and imports deleted", delete, shows="was deleted and is restored"),
    Attack("moved cells", "everything in another order", reorder, shows="were moved"),
    Attack("moved cells", "every cell of another kind", convert, shows="another kind of cell"),
    Attack("scripts", "in every kind of output", cells(SHOW), shows="PLAIN"),
    Attack("scripts", "in texts, ids and metadata", scripts, shows="kernel"),
    Attack("scripts", "in the answer's error", answers(tail=f"def tail(xs):\n    raise ValueError({XSS!r})"),
           shows="raised ValueError"),
    Attack("links and names", "a link to the gradebook", place=link_to("../../../gradebook.db"), outcome="corrupt"),
    Attack("links and names", "a link to /etc/passwd", place=link_to("/etc/passwd"), outcome="corrupt"),
    Attack("links and names", "a link to another's work", place=link_to_other, outcome="corrupt"),
    Attack("links and names", "a folder that is a link", place=linked_folder, outcome="corrupt"),
    Attack("links and names", "a link to itself", place=link_to(NAME), outcome="corrupt"),
    Attack("links and names", "a pipe", place=lambda folder, raw: os.mkfifo(folder / NAME), outcome="corrupt"),
    Attack("links and names", "a folder with a notebook's name", place=lambda f, raw: (f / NAME).mkdir(),
           outcome="corrupt"),
    Attack("links and names", "odd file names", place=odd_names, shows="the file was called"),
    Attack("links and names", "files beside it that shadow modules", place=shadows, shows="FROM True"),
    Attack("links and names", "files it writes that shadow modules", cells(WRITES + SHADOW), shows="FROM True"),
    Attack("broken files", "100 MB", place=huge, outcome="oversized"),
    Attack("broken files", "nbformat 3", old_format, shows="notebook format 3"),
    Attack("broken files", "invalid JSON", lambda nb: small.raw(nb)[:-20], outcome="corrupt"),
    Attack("broken files", "invalid UTF-8", lambda nb: small.raw(nb).replace(b"Because", b"\xff\xfe\x80"),
           shows="read as Windows-1252"),
    Attack("broken files", "NaN, infinity, control characters", odd_values),
    Attack("broken files", "nested a million deep", file(b'{"cells":' + b"[" * 1_000_000), outcome="corrupt"),
    Attack("broken files", "a number of a million digits", file(b'{"cells":' + b"9" * 1_000_000), outcome="corrupt"),
    Attack("broken files", "a zip bomb's name and bytes", file(b"PK\x03\x04" + bytes(5000)), outcome="corrupt"),
    Attack("broken files", "a pickle", file(b"\x80\x04cposix\nsystem\n(S'id'\ntR."), outcome="corrupt"),
    Attack("broken files", "nothing", file(b""), outcome="empty"),
    Attack("broken files", "someone else's homework", file(json.dumps({"cells": [{"cell_type": "code", "source": "1"}]})
           .encode()), outcome="foreign"),
    Attack("broken files", "megabytes of code to parse", parse_bomb, outcome="oversized"),
    Attack("broken files", "code nested too deep", nested, ended="finished"),
    Attack("broken files", "markdown that is slow to parse", brackets),
)  # fmt: skip
