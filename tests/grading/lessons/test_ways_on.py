"""The ways from page to page: each lesson leads to the next, to the map and to handing in; README and map to each."""

import json
import re

import pytest

from grading.lessons.lesson import Lesson
from grading.lessons.source import read_lessons
from grading.lessons.start_page import first_map, start_bytes
from grading.paths import Folders
from tests.house import ROOT

NOTEBOOKS = ROOT / "notebooks"
LESSONS = read_lessons(Folders().solutions)
LINK = re.compile(r"\]\(([^)#]+\.ipynb)\)")


def texts(notebook):
    return ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "markdown"]


def built(lesson: Lesson):
    return json.loads((NOTEBOOKS / f"{lesson.slug}.ipynb").read_text(encoding="utf-8"))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_a_lesson_ends_with_the_next_one_the_map_and_how_to_hand_in(lesson):
    *before, last = texts(built(lesson))
    assert "[All lessons](START.ipynb)" in last
    assert (f"`course submit {lesson.number}`" in last) == (not lesson.page)
    after = [other for other in LESSONS if other.number > lesson.number]
    said = "\n".join(text[text.index("**Next:**") :] for text in before if "**Next:**" in text)
    assert not after or f"({after[0].slug}.ipynb)" in said
    for name in LINK.findall("\n".join(before)):
        assert (NOTEBOOKS / name).is_file(), name


def test_the_table_of_the_readme_leads_to_each_lesson_and_says_how_to_hand_in():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [f"| [{lesson.number} " in readme for lesson in LESSONS] == [True] * len(LESSONS)
    assert LINK.findall(readme) == [f"notebooks/{lesson.slug}.ipynb" for lesson in LESSONS]
    assert "course submit 09" in readme


def test_the_start_page_leads_to_each_lesson_and_says_how_they_work():
    words = "\n".join(texts(json.loads(start_bytes(first_map(LESSONS)))))
    for lesson in LESSONS:
        assert f'href="{lesson.slug}.ipynb"' in words
    for told in ("**Check.**", "`hint()`", "**Save.**", "`course submit 09`", "`progress()`", "next"):
        assert told in words
