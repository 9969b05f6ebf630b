"""An open course folder says what is missing or damaged, and when what decides a grade has changed."""

import gc
import shutil
import weakref

import pytest

from course_lib.evidence.records import save_record
from grading.course import Course
from grading.course.collect.known import Known
from grading.course.folder import DECIDES
from grading.errors import CourseError
from grading.imports import files_behind
from grading.paths import ROOT
from tests.grading import small_lesson as small


def test_a_missing_release_or_record_is_named_with_the_remedy(made):
    shutil.rmtree(made.root / "release")
    with pytest.raises(CourseError, match=r"release.* is missing: run `course init"):
        made.skeleton(small.LESSON)
    (made.root / "hidden" / f"{small.LESSON}.npz").write_bytes(b"damaged")
    with pytest.raises(CourseError, match=r"damaged.*course init"):
        Course(made.root).records(small.LESSON)


@pytest.mark.parametrize("text", ["[ann", "ann = 3", "[ann]\ntime = 0", "[ann]\ntime = 'long'", "\xff"])
def test_accommodations_that_cannot_be_read_are_told(made, text):
    (made.root / "accommodations.toml").write_text(text, encoding="latin-1")
    with pytest.raises(CourseError, match=r"accommodations.toml cannot be read"):
        Course(made.root).limits("ann")


def test_the_fingerprint_changes_with_the_lesson_and_its_hidden_values(made):
    before = Course(made.root).fingerprint(small.LESSON)
    path, record = made.root / "hidden" / f"{small.LESSON}.npz", small.records()["hidden"]
    record.checks["tail"]["points"], record.checks["tail"]["hints"] = 7, ["look at the end"]
    save_record(path, record)
    assert Course(made.root).fingerprint(small.LESSON) == before  # points decide marks, no verdict
    record.checks["tail"]["lines"][0]["value"] = [1]
    save_record(path, record)
    assert Course(made.root).fingerprint(small.LESSON) != before


@pytest.mark.parametrize("decides", [word for word in DECIDES.split() if word != "import"])
def test_what_decides_a_grade_is_in_the_fingerprint(decides):
    found = {path.relative_to(ROOT).as_posix() for path in files_behind(DECIDES, packages=("grading",))}
    file = decides.replace(".", "/")
    assert {f"{file}.py", f"{file}/__main__.py"} & found


def test_what_is_laid_over_matched_and_withheld_is_in_the_fingerprint():
    found = {path.stem for path in files_behind(DECIDES, packages=("grading",))}
    assert found >= {"overlay", "match", "judge", "hidden_tests", "verdict", "jobs", "display_cells", "cells", "intake"}


def test_a_folder_that_is_opened_anew_again_and_again_is_not_kept(made):
    """`course watch` opens it with every decision, for months."""
    course = Course(made.root)
    (lesson,) = course.lessons
    assert course.fingerprint(lesson) == course.fingerprint(lesson)
    assert course.prints(lesson) == course.prints(lesson)
    course.limits("ann")
    gone = weakref.ref(course)
    del course
    gc.collect()
    assert gone() is None


def test_who_is_known_is_not_kept_after_a_collect(made):
    known = Known(made)
    known("Ann Smith")
    gone = weakref.ref(known.meant)
    del known
    gc.collect()
    assert gone() is None
