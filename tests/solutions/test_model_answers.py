"""Every written question has a model answer, which a learner alone opens; a class is handed no word of it.

Nor of any other answer: all that students are handed is searched.
"""

import re
import zipfile

import pytest

from course_lib.checks import answers
from grading.lessons.frame import notebook_bytes
from grading.lessons.release import instructor_notebook, student_notebook
from grading.lessons.source import read_lessons
from grading.paths import Folders
from grading.proving.leaks import scan
from grading.publishing.editions import answers_notebook
from grading.publishing.student_files import write_student

ALL = read_lessons(Folders().solutions)
LESSONS = [lesson for lesson in ALL if lesson.questions]
SENTENCES = {s: q.id for lesson in LESSONS for q in lesson.questions for s in q.sentences}


def packed(text):
    return re.sub(r"\s+", "", text)


def members(path):
    """The texts of what lies in an archive such as a record of expected values, which `scan` does not read."""
    with zipfile.ZipFile(path) as archive:
        return [archive.read(name).decode(errors="replace") for name in archive.namelist()]


def given_away(texts):
    """The questions of whose model answers a sentence stands in one of the texts."""
    found = "\n".join(packed(text) for text in texts)
    return {id for sentence, id in SENTENCES.items() if packed(sentence) in found}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_each_question_has_one_of_three_sentences_at_least(lesson):
    assert [len(question.sentences) >= 3 for question in lesson.questions] == [True] * len(lesson.questions)


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    """What a class is handed, all lessons in it."""
    return write_student(ALL, Folders(), tmp_path_factory.mktemp("class") / "student")


def test_nothing_that_is_handed_out_gives_anything_away(student):
    assert scan([student], ALL) == []


def test_no_sentence_of_any_is_in_a_students_notebook_or_an_expected_value(student):
    texts = [cell.source for lesson in LESSONS for cell in student_notebook(lesson).cells]
    records = [text for path in student.rglob("*") if zipfile.is_zipfile(path) for text in members(path)]
    assert len(texts) > 1000 < len(records)
    assert given_away([*texts, *records]) == set()
    assert not any("MODEL ANSWER" in text for text in texts)


def test_the_instructors_notebook_holds_each_below_its_mark_scheme():
    for lesson in LESSONS:
        cells = {cell.id: cell.source for cell in instructor_notebook(lesson).cells}
        for question in lesson.questions:
            text = cells[f"ask-{question.id}"]
            assert text.index(question.text) < text.index(question.rubric) < text.index(question.model)


def test_a_learner_alone_opens_each_by_the_questions_id(tmp_path, monkeypatch):
    (tmp_path / "answers").mkdir()
    for lesson in LESSONS:
        target = tmp_path / "answers" / f"{lesson.slug}_answers.ipynb"
        target.write_bytes(notebook_bytes(answers_notebook(lesson)))
    (tmp_path / "student").mkdir()
    monkeypatch.chdir(tmp_path / "student")
    for question in (question for lesson in LESSONS for question in lesson.questions):
        shown = answers.shown(question.id)
        assert shown.rstrip().endswith(question.model)
        assert question.rubric in shown
