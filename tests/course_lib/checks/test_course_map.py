"""The map of the lessons: what is done, begun and next, titles and times from the notebooks, links where they lie."""

import json

import nbformat
import pytest

from course_lib.checks import course_map
from tests.course_lib.check_tools import entry, write

HALF = "def half(x):\n    return x / 2"
CHECK = 'with check("half") as expect:\n    expect("of one", half(1))'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Three recorded lessons, the first two with their notebooks."""
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    monkeypatch.delenv("COURSE_EXPECTED", raising=False)
    monkeypatch.setattr(course_map, "record_folders", lambda here: [tmp_path / "expected"])
    for number, name in enumerate(("one", "two_more", "three")):
        id = f"half{number}"
        write(
            tmp_path / "expected",
            lesson=f"0{number}_{name}",
            **{id: entry(HALF, CHECK), f"{id}-big": entry(HALF, CHECK)},
        )
    heading = "# 0 · First <steps>\n\n*90 minutes · builds on lessons 3, 4*\n\nText."
    for name, text in (("00_one", heading), ("01_two_more", "my own heading")):
        cells = [nbformat.v4.new_markdown_cell(text)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / f"{name}.ipynb")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def passed(folder, **checks):
    entries = {id.replace("__", "-"): {"passed": p, "tries": 1, "when": ""} for id, p in checks.items()}
    (folder / ".course-progress.json").write_text(json.dumps({"version": 1, "checks": entries}))


def states(folder):
    return [stop.state for stop in course_map.course_map(folder).stops]


def test_the_lessons_that_lie_here_are_shown_with_title_and_time(folder):
    first, second = course_map.course_map().stops
    assert (first.title, first.minutes, first.builds_on, first.file) == ("First <steps>", 90, "3, 4", "00_one.ipynb")
    assert (second.title, second.minutes, second.builds_on) == ("Two more", 0, "")


def test_what_is_done_begun_and_next(folder):
    assert states(folder) == ["next", "open"]
    passed(folder, half0=True, half1=False)
    assert states(folder) == ["next", "begun"]
    passed(folder, half0=True, half0__big=True, half1=False)
    assert states(folder) == ["done", "next"]
    passed(folder, half0=True, half0__big=True, half1=True, half1__big=True)
    assert states(folder) == ["done", "done"]
    assert "2 of 2 lessons done." in repr(course_map.course_map())


def test_an_open_exercise_ends_a_lesson_without_counting_as_passed(folder):
    about = {"open": True}
    checks = {"half0": entry(HALF, CHECK), "made": entry(HALF, CHECK, points=3, exercise=about)}
    write(folder / "expected", lesson="00_one", **checks)
    passed(folder, half0=True)
    assert "judged" not in repr(course_map.course_map())
    passed(folder, half0=True, made=True)
    first = course_map.course_map().stops[0]
    assert (first.state, first.passed, first.points, first.waiting) == ("done", 1, 1, 1)
    shown = course_map.course_map()._repr_mimebundle_()
    assert all("and 1 whose hidden part is judged when graded" in text for text in shown.values())


def test_the_html_links_to_each_lesson_and_marks_the_next(folder):
    shown = course_map.course_map()._repr_mimebundle_()
    assert '<b><a href="00_one.ipynb">00 First &lt;steps&gt;</a></b> ← next' in shown["text/html"]
    assert '<a href="01_two_more.ipynb">01 Two more</a></td>' in shown["text/html"]
    assert shown["text/html"].count("next") == 1
    assert "about 2 hours are left" in shown["text/html"]
    assert shown["text/plain"].splitlines()[0].endswith("<- next")


def test_where_no_lesson_lies_all_are_shown_without_links(folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shown = course_map.course_map(elsewhere)
    assert [stop.lesson for stop in shown.stops] == ["00_one", "01_two_more", "02_three"]
    assert "href" not in shown.html()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": []}', '{"cells": [{"source": 3}]}'])
def test_a_notebook_that_cannot_be_read_is_named_by_its_file(folder, text):
    (folder / "00_one.ipynb").write_text(text)
    assert course_map.course_map().stops[0].title == "One"


def test_a_damaged_progress_file_is_told(folder):
    (folder / ".course-progress.json").write_text("{")
    assert "could not be read" in course_map.course_map().html()
