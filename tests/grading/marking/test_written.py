"""A written answer that does not stand in its cell is the answer all the same: nobody's words get 0 unread."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from grading.marking.overlay import overlay
from tests.grading import small_lesson as small

ASKED = "### Written question · Why?\n\n*4 points, read by a person*\n\nSay why the first is gone."
PLACE = "*Write your answer here.*"
WORDS = "Because it is cut off: the slice begins at 1."


@pytest.fixture
def lesson(monkeypatch):
    """The small lesson, its question asked in a cell of its own and text behind it."""
    plain = small.notebook

    def asked(hidden):
        nb = plain(hidden)
        meta = small.mark("ask-why", locked=True, kind="markdown")
        nb.cells.insert(-1, new_markdown_cell(ASKED, id="ask-why", metadata=meta))
        nb.cells.append(new_markdown_cell("That was the lesson.", id="end"))
        return nb

    monkeypatch.setattr(small, "notebook", asked)
    return small.skeleton()


def place(nb, id):
    return next(i for i, cell in enumerate(nb.cells) if cell.id == id)


def laid(nb, skeleton):
    """(the answer, the texts of cells of the student's own, repairs)."""
    result = overlay(small.raw(nb), skeleton)
    answer = next(c.source for c in result.nb.cells if c.id == "question-why")
    return answer, [c.source for c in result.nb.cells if c.id.startswith("own-")], result.repairs


NEW = {
    "text": new_markdown_cell(WORDS),
    "raw": new_raw_cell(WORDS),
    "words in a cell of code": new_code_cell(WORDS),
    "a comment": new_code_cell("# Because it is cut off:\n# the slice begins at 1."),
    "a string": new_code_cell(f'"""{WORDS}"""'),
    "printed": new_code_cell(f'print("{WORDS}")'),
}


@pytest.mark.parametrize("kind", NEW)
@pytest.mark.parametrize("where", ["above", "below", "in its place"])
def test_words_beside_the_cell_that_was_left_alone_are_the_answer(lesson, kind, where):
    nb = small.submission(double=small.ANSWER_DOUBLE)
    at = place(nb, "question-why")
    nb.cells[at + (where == "below") : at + (where != "above")] = [NEW[kind]]
    answer, own, _ = laid(nb, lesson)
    assert answer.split() == WORDS.split()
    assert own == []


@pytest.mark.parametrize("asked", [f"{ASKED}\n\n{WORDS}", ASKED.replace("Say why", f"{WORDS}\n\nSay why"), WORDS])
@pytest.mark.parametrize("left", [PLACE, ""])
def test_words_written_into_the_question_are_the_answer(lesson, asked, left):
    nb = small.submission(double=small.ANSWER_DOUBLE, **{"ask-why": asked, "question-why": left})
    answer, _, repairs = laid(nb, lesson)
    assert answer == WORDS
    assert "question-why: the answer stood beside its cell and is put in its place" in repairs


def test_words_in_several_cells_are_one_answer(lesson):
    nb = small.submission(double=small.ANSWER_DOUBLE)
    at = place(nb, "question-why")
    nb.cells[at + 1 : at + 1] = [new_markdown_cell("Second."), new_code_cell("x = 1"), new_markdown_cell("Third.")]
    nb.cells.insert(at, new_markdown_cell("First."))
    answer, own, _ = laid(nb, lesson)
    assert answer == "First.\n\nSecond.\n\nThird."
    assert own == ["x = 1"]


def test_code_that_is_broken_is_no_answer(lesson):
    nb = small.submission(double=small.ANSWER_DOUBLE)
    nb.cells.insert(place(nb, "question-why") + 1, new_code_cell("def half(x:\n    return x / 2"))
    answer, own, _ = laid(nb, lesson)
    assert (answer, len(own)) == (PLACE, 1)


def test_an_answer_in_its_cell_stays_alone_and_no_words_are_lost(lesson):
    nb = small.submission(**{"ask-why": f"{ASKED}\nNB: see page 3", "question-why": WORDS})
    nb.cells.insert(place(nb, "question-why") + 1, new_markdown_cell("My notes."))
    answer, own, _ = laid(nb, lesson)
    assert answer == WORDS
    assert own == ["NB: see page 3", "My notes."]


def test_the_lessons_own_text_is_nobodys_answer(lesson):
    nb = small.submission(double=small.ANSWER_DOUBLE, **{"ask-why": ASKED.replace("*", "_").replace("\n\n", "\n")})
    at = place(nb, "question-why")
    nb.cells[at:at] = [new_markdown_cell("Say why the first is gone."), new_code_cell("print(double(3))")]
    nb.cells.append(new_markdown_cell("### Exercise 90.1 · Double"))
    assert laid(nb, lesson)[0] == PLACE


HEADS = ["## Why?", "**Answer to the written question**", "Written question · Why?", "> Say why the first is gone."]


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("apart", [True, False])
def test_words_far_from_the_question_below_its_title_or_words_go_to_a_reader(lesson, head, apart):
    nb = small.submission(double=small.ANSWER_DOUBLE)
    nb.cells[1:1] = (
        [new_markdown_cell(head), new_markdown_cell(WORDS)] if apart else [new_markdown_cell(f"{head}\n{WORDS}")]
    )
    nb.cells.insert(1, new_code_cell("x = 1"))
    answer, own, repairs = laid(nb, lesson)
    assert answer.endswith(WORDS)
    assert "x = 1" in own
    assert WORDS not in own
    assert "question-why: the answer stood far from its cell and is put in its place" in repairs


@pytest.mark.parametrize("notes", ["My notes: why does this not work?", "Say why the first is gone.", "## Double?"])
def test_other_words_far_from_it_do_not(lesson, notes):
    nb = small.submission(double=small.ANSWER_DOUBLE)
    nb.cells.insert(1, new_markdown_cell(notes))
    assert laid(nb, lesson)[0] == PLACE


def test_an_answer_below_last_years_words_of_the_question_is_the_answer(lesson):
    nb = small.submission(**{"ask-why": ASKED.replace("Say why", "Tell why"), "question-why": WORDS})
    for i, cell in enumerate(nb.cells):
        cell.metadata, cell["id"] = {}, f"old{i}"
    answer, own, repairs = laid(nb, lesson)
    assert answer == WORDS
    assert own == ["Tell why the first is gone."]
    assert "ask-why: its text was changed and is restored" in repairs
