"""Slips of the keys that turn, cut, merge or displace cells: right work in them keeps its place and its points."""

import json
import textwrap
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from grading.course.intake import Piece
from grading.lessons.cells import tree_of
from grading.marking.answer_text import runnable
from grading.marking.merged import cut_apart
from grading.marking.overlay import overlay
from grading.marking.pasted import unpasted
from tests.grading import small_lesson as small

ANSWERS = {"double": small.ANSWER_DOUBLE, "tail": small.ANSWER_TAIL}


@pytest.fixture(scope="module")
def skeleton():
    return small.skeleton()


def settled(nb, skeleton):
    """(sources by grade id, repairs)."""
    result = overlay(small.raw(nb), skeleton)
    assert result.outcome == "graded", result.sentence
    cells = [c for c in result.nb.cells if c.metadata.get("nbgrader")]
    return {c.metadata["nbgrader"]["grade_id"]: c.source for c in cells}, result.repairs


def stripped(nb):
    """The notebook as a program leaves it that keeps neither metadata nor ids."""
    for i, cell in enumerate(nb.cells):
        cell.metadata, cell["id"] = {}, f"new{i}"
    return nb


def place(nb, id):
    return next(i for i, cell in enumerate(nb.cells) if cell.id == id)


@pytest.mark.parametrize("where", ["above", "below"])
@pytest.mark.parametrize("stub", ["stands", "is gone"])
@pytest.mark.parametrize("marks", [True, False])
def test_an_answer_written_into_its_checks_cell_counts(skeleton, where, stub, marks):
    nb = small.submission(tail=small.ANSWER_TAIL)
    check = nb.cells[place(nb, "check-double")]
    both = (small.ANSWER_DOUBLE, check.source)
    check.source = "\n\n\n".join(both if where == "above" else both[::-1])
    if stub == "is gone":
        del nb.cells[place(nb, "solve-double")]
    found, repairs = settled(nb if marks else stripped(nb), skeleton)
    assert "return 2 * x" in found["double"]
    assert "expect(" not in found["double"]
    assert found["check-double"] == small.CHECK_DOUBLE
    assert "double: a copy of a check inside the answer is not run" in repairs


def test_a_prediction_written_into_its_checks_cell_counts(skeleton):
    nb = small.submission(**ANSWERS)
    check = nb.cells[place(nb, "predict-guess")]
    check.source = "answer = 42\n" + check.source
    found, _ = settled(nb, skeleton)
    assert found["guess"].startswith("answer = 42")


def test_a_prediction_in_a_new_cell_below_its_check_counts(skeleton):
    nb = small.submission(**ANSWERS)
    nb.cells.append(new_code_cell("answer = 42", id="mine"))
    assert settled(nb, skeleton)[0]["guess"] == "answer = 42"


def test_a_prediction_beside_other_code_in_place_of_its_cell_counts(skeleton):
    nb = small.submission(**ANSWERS)
    nb.cells[place(nb, "solve-guess")] = new_code_cell("answer = 42\n\nprint(answer)", id="mine")
    assert settled(stripped(nb), skeleton)[0]["guess"].startswith("answer = 42")


def test_a_check_that_binds_names_of_its_own_is_nobodys_answer(skeleton):
    nb = small.submission(**ANSWERS)
    check = nb.cells[place(nb, "check-double")]
    check.source = "y = double(3)\nprint(y)\n" + check.source
    assert settled(nb, skeleton)[0] == settled(small.submission(**ANSWERS), skeleton)[0]


@pytest.mark.parametrize("made", [new_markdown_cell, new_raw_cell])
@pytest.mark.parametrize("fence", ["{}", "```python\n{}\n```", "~~~\n{}\n~~~"])
def test_an_answer_turned_into_text_is_found_without_its_marks(skeleton, made, fence):
    nb = small.right()
    nb.cells[place(nb, "solve-double")] = made(fence.format(small.ANSWER_DOUBLE), id="x")
    found, repairs = settled(stripped(nb), skeleton)
    assert found["double"].strip() == small.ANSWER_DOUBLE
    assert "double: was turned into another kind of cell and is code again" in repairs


def test_text_that_tells_of_a_function_is_no_answer(skeleton):
    nb = small.submission(tail=small.ANSWER_TAIL)
    nb.cells.append(new_markdown_cell(f"I tried this:\n\n{small.ANSWER_DOUBLE}\n\nIt did not work.", id="mine"))
    assert settled(nb, skeleton)[0]["double"] == small.STUB_DOUBLE


def numbered(code, form):
    return "\n".join(form.format(i, line) for i, line in enumerate(code.split("\n"), 9))


PROMPTED = ">>> " + small.ANSWER_DOUBLE.replace("\n", "\n... ")
FENCE, PROMPTS, NUMBERS = "a fence of Markdown", "prompts", "numbers of lines"
QUOTATION, ADDED, HEAD = "signs of a quotation", "signs of added lines", "the head of a listing"
PASTED = [
    (f"```python\n{small.ANSWER_DOUBLE}\n```", FENCE),
    (f"This is it:\n\n~~~\n{small.ANSWER_DOUBLE}\n~~~\n\nIt works.", FENCE),
    (f"```python\n{small.ANSWER_DOUBLE}", FENCE),
    (f"{small.ANSWER_DOUBLE}\n```", FENCE),
    (f"```\n{small.ANSWER_DOUBLE}\n```\nAnd so:\n```python\nprint(1)\n```", FENCE),
    (f"{PROMPTED}\n>>> double('a')\n'aa'\n>>> np.ones(2)\n[1. 1.]", PROMPTS),
    (f"```\n{PROMPTED}\n```", PROMPTS),
    ("In [3]: " + small.ANSWER_DOUBLE.replace("\n", "\n   ...: ") + "\n\nIn [4]: double(2)\nOut[4]: 4", PROMPTS),
    *(
        (numbered(small.ANSWER_DOUBLE, form), NUMBERS)
        for form in ("{} {}", "{:4d}  {}", "{}: {}", "{}\t{}", "{:<3d}{}")
    ),
    *((f"{label}\n{small.ANSWER_DOUBLE}", PROMPTS) for label in ("In [3]:", "In [ ]:")),
    (f"In [3]:\n{small.ANSWER_DOUBLE}\nOut[3]:\n<function>\nIn [4]:\ndouble(2)\nOut[4]: 4", PROMPTS),
    (f"[12]: {small.ANSWER_DOUBLE}", PROMPTS),
    *((f"{head}\n{small.ANSWER_DOUBLE}", HEAD) for head in ("python", "python\nCopy code", "python\nCopy\nEdit")),
    *((textwrap.indent(small.ANSWER_DOUBLE, mark), QUOTATION) for mark in ("> ", ">", "> > ", ">>", "| ")),
    ("Ann wrote on Monday:\n\n" + textwrap.indent(small.ANSWER_DOUBLE, "> ", lambda _: True), QUOTATION),
    *((textwrap.indent(small.ANSWER_DOUBLE, mark), ADDED) for mark in ("+", "+ ")),
    ('--- a.py\n+++ b.py\n@@ -1,2 +1,3 @@\n def double(x):\n-    raise\n+    """Twice x."""\n+    return 2 * x', ADDED),
]


@pytest.mark.parametrize(("text", "what"), PASTED)
@pytest.mark.parametrize("new", [False, True])
def test_what_was_pasted_around_code_is_taken_off_and_told(skeleton, text, what, new):
    nb = small.submission(**({} if new else {"double": text}))
    at = len(nb.cells) if new else place(nb, "solve-double") + 1
    nb.cells += [new_code_cell(text)] * new
    found, repairs = settled(nb, skeleton)
    assert found["double"].split()[:8] == small.ANSWER_DOUBLE.split()
    assert tree_of(found["double"]) is not None
    assert f"cell {at + new}: what was pasted around the code is taken off ({what})" in repairs


@pytest.mark.parametrize(
    "text",
    [
        "python\nis a snake",
        "> is a sign\n> of words",
        "1 the first\n2 the second",
        "```\nthe first\n```",
        "1 x = 1\n3 y = 2",
        "1 x = (\n2 y",
    ],
)
def test_words_and_what_is_no_python_even_so_stay_as_they_are(text):
    assert unpasted(text)[0] in (text, "the first\n")


BESIDE = ["print(f'{ {'a': 1}['a'] }' 2)", "print 'hello'", "x = (1,", "@\nclass A:\n    x = 1", "Now I test it:"]


@pytest.mark.parametrize("line", BESIDE)
@pytest.mark.parametrize("above", [True, False])
def test_a_line_beside_an_answer_that_is_no_python_here_is_passed_over_and_told(skeleton, line, above):
    parts = [line, f"@print\n{small.ANSWER_DOUBLE}\n#\n    # note"] if above else [small.ANSWER_DOUBLE, line]
    text = "\n".join(["import os", *parts, "files = !ls", "if os:\n    pass\nelse:\n    pass"])
    found, repairs = settled(small.submission(double=text, tail=small.ANSWER_TAIL), skeleton)
    assert {"import os", *small.ANSWER_DOUBLE.split("\n"), "files = !ls", "else:"} <= set(found["double"].split("\n"))
    assert line.split("\n")[0] not in found["double"].split("\n")
    assert any("no Python here and passed over" in repair for repair in repairs)


def test_a_broken_answer_stays_as_it_is(skeleton):
    text = "import os\ndef double(x)\n    return 2 * x"
    found, repairs = settled(small.submission(double=text, tail=small.ANSWER_TAIL), skeleton)
    assert (found["double"], repairs) == (text, [])


WAYS_IN = ("with np.errstate(all='ignore'):", "if True:", "try:", "with torch.no_grad():\n  if x:")


@pytest.mark.parametrize("way", WAYS_IN)
def test_an_answer_inside_a_block_is_found_where_it_stands(skeleton, way):
    ends = "\nexcept Exception:\n    pass" if way == "try:" else ""
    text = f"{way}\n{textwrap.indent(small.ANSWER_DOUBLE, '    ')}{ends}"
    nb = small.submission(tail=small.ANSWER_TAIL)
    nb.cells.append(new_code_cell(text))
    assert settled(nb, skeleton)[0]["double"] == text
    nb = small.submission(double=text, tail=small.ANSWER_TAIL)
    assert settled(stripped(nb), skeleton)[0]["double"] == text


def test_what_a_copy_of_a_check_defines_inside_is_no_answer(skeleton):
    nb = small.submission(tail=small.ANSWER_TAIL)
    nb.cells.append(new_code_cell(f"{small.CHECK_DOUBLE}\n    def double(x):\n        return 2 * x"))
    assert settled(nb, skeleton)[0]["double"] == small.STUB_DOUBLE


@pytest.mark.parametrize("cuts", [2, 3, 4])
def test_an_answer_cut_again_and_again_is_joined(skeleton, cuts):
    lines = ["def double(x):", "    y = x", "    y += x", "    assert y == 2 * x", "    return y"]
    parts = [lines[0], *lines[1:cuts], "\n".join(lines[cuts:])]
    parts = ["\n".join(parts[:2]), *parts[2:]]
    nb = small.submission(double=parts[0], tail=small.ANSWER_TAIL)
    at = place(nb, "solve-double") + 1
    nb.cells[at:at] = [new_code_cell(part, id=f"part{i}") for i, part in enumerate(parts[1:])]
    found, repairs = settled(nb, skeleton)
    assert [line for line in found["double"].split("\n") if line] == lines
    assert f"double: was split into {cuts} cells and is joined" in repairs


TWO = f"{small.STUB_DOUBLE}\n\n\ndef half(x):\n    raise NotDone('double')"


@pytest.fixture
def of_two(monkeypatch):
    """The small lesson, its first exercise one of two functions."""
    monkeypatch.setattr(small, "STUB_DOUBLE", TWO)
    monkeypatch.setattr(
        small, "CHECK_DOUBLE", 'with check("double") as expect:\n    expect("three", half(double(double(3))))'
    )
    return small.skeleton()


HALF = "def half(x):\n    return x // 2"


@pytest.mark.parametrize("left", ["", "\n\n\ndef half(x):\n    raise NotDone('double')"])
def test_one_of_two_functions_defined_below_the_check_is_put_in_its_place(of_two, left):
    nb = small.submission(double=small.ANSWER_DOUBLE + left)
    nb.cells.append(new_code_cell(HALF, id="mine"))
    found, repairs = settled(nb, of_two)
    assert found["double"] == f"{small.ANSWER_DOUBLE}{left}\n\n\n{HALF}"
    assert "double, half: the answer stood in a new cell and is put in its place" in repairs


@pytest.mark.parametrize("own", ["def half(x):\n    return x", "half = lambda x: x"])
def test_a_function_that_the_answer_makes_is_taken_from_nowhere_else(of_two, own):
    answer = f"{small.ANSWER_DOUBLE}\n\n\n{own}"
    nb = small.submission(double=answer)
    nb.cells.append(new_code_cell(HALF, id="mine"))
    assert settled(nb, of_two)[0]["double"] == answer


@pytest.mark.parametrize("kind", ["code", "markdown"])
def test_all_cells_merged_into_one_are_cut_apart_again(skeleton, kind):
    nb = small.right()
    make = {"code": new_code_cell, "markdown": new_markdown_cell}[kind]
    nb.cells = [make("\n\n".join(c.source for c in nb.cells), metadata=nb.cells[0].metadata, id="head")]
    found, repairs = settled(nb, skeleton)
    want, _ = settled(small.right(), skeleton)
    assert {name: text.strip() for name, text in found.items() if name != "question-why"} == {
        name: text for name, text in want.items() if name != "question-why"
    }
    assert any("cells were merged into it and are cut apart again" in said for said in repairs)


def test_an_answer_merged_with_what_stands_around_it_is_cut_out(skeleton):
    nb = small.right()
    first, last = place(nb, "solve-double"), place(nb, "solve-tail")
    merged = "\n\n".join(c.source for c in nb.cells[first : last + 1])
    nb.cells[first : last + 1] = [new_code_cell(merged, metadata=nb.cells[first].metadata, id="solve-double")]
    found, _ = settled(nb, skeleton)
    assert [found[name].strip() for name in ANSWERS] == list(ANSWERS.values())


def test_copies_of_checks_in_a_scratch_cell_cut_nothing_of_the_students(skeleton):
    nb = small.right()
    nb.cells.append(new_code_cell(f"seen = 1\n{small.CHECK_DOUBLE}\n{small.CHECK_TAIL}\nseen += 1", id="scratch"))
    result = overlay(small.raw(nb), skeleton)
    own = "\n".join(c.source for c in result.nb.cells if c.id.startswith("own-"))
    assert own.count("seen") == 2
    assert "expect(" not in own
    assert settled(nb, skeleton)[0] == settled(small.right(), skeleton)[0]


def test_lines_that_lost_their_ends_are_lines(skeleton):
    tree = json.loads(small.raw(small.right()))
    for cell in tree["cells"]:
        text = "".join(cell["source"])
        cell["source"] = text.split("\n")
    result = overlay(json.dumps(tree).encode(), skeleton)
    want = overlay(small.raw(small.right()), skeleton)
    assert [c.source for c in result.nb.cells] == [c.source for c in want.nb.cells]


def test_a_cell_of_the_lessons_that_holds_two_others_is_no_merged_one():
    """A recap that repeats cells above and goes on stays the one cell that it is."""
    one, two = "rows = [1, 2, 3]\nprint('rows', rows)", "total = sum(rows)\nprint('total', total)"
    recap = f"{one}\n{two}\nprint(rows, total)"
    cells = [SimpleNamespace(source=text, kind="code", role="plain") for text in (one, two, recap)]
    pieces = [Piece(i, "code", cell.source) for i, cell in enumerate(cells)]
    repairs = []
    assert cut_apart(pieces, SimpleNamespace(cells=cells), repairs) == pieces
    assert repairs == []
    merged = [Piece(0, "code", f"{one}\n\n{two}")]
    assert [piece.source for piece in cut_apart(merged, SimpleNamespace(cells=cells), repairs)] == [one, two]
    assert repairs


@pytest.mark.parametrize(
    ("count", "told"), [(1, "line 1 is no"), (3, "lines 1, 2, 3 are no"), (8, "lines 1, 2, 3, 4, 5 and 3 more are no")]
)
def test_every_line_that_is_passed_over_is_told(count, told):
    text = "print(f'{')\n" * count + "def double(x):\n    return 2 * x"
    _, (repair,) = runnable(text, "double", frozenset({"double"}))
    assert repair == f"double: {told} Python here and passed over"
