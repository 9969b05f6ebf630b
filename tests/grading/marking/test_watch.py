"""`course watch`: what arrives is graded, once; a killed run loses nothing; nobody waits for who hands in often."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from grading.course import Course
from grading.course.arrivals import Arrivals
from grading.course.collect import parts as collecting
from grading.errors import CourseError
from grading.marking import engine
from grading.marking.journal import Journal
from grading.marking.watch import MEMORY, Turns, Watch
from tests.grading import load
from tests.grading import small_course as sc
from tests.grading import small_lesson as small
from tests.grading.conftest import copy
from tests.grading.marking.test_lanes import SLOW, Clocked, is_slow


@pytest.fixture
def place(empty, tmp_path):
    """A course folder where nothing was handed in, and a folder where hand-ins arrive."""
    (tmp_path / "drop").mkdir()
    return copy(empty.root, tmp_path / "course"), tmp_path / "drop"


def put(made, path, answers=sc.RIGHT, mark=""):
    """A notebook that arrives at a path; `mark` makes it another one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    answers = {**answers, "double": answers.get("double", small.STUB_DOUBLE) + f"\n# {mark or path.name}"}
    path.write_bytes(small.raw(sc.answered(made, **answers)))


def watching(place, pool=None, **options):
    return Watch(place[0].root, place[1], pool=pool or sc.InProcess(), workers=1, **options)


def all_rounds(watch):
    """({student: score} of what was graded, all that was told) until nothing is left to do."""
    rounds = list(watch.rounds(every=0, once=True))
    graded = {one.student: one.verdict.score for made in rounds for one in made.graded if one.how != "up to date"}
    return graded, [sentence for made in rounds for sentence in made.told]


def test_what_arrives_is_graded_whatever_form_it_has(place):
    made, drop = place
    put(made, drop / "smithann_12_5_90.ipynb")
    put(made, drop / "90" / "bob.ipynb", {"double": small.ANSWER_DOUBLE})
    put(made, drop / "cem" / "homework.ipynb")
    put(made, drop / "dan+90_small+2026-10-12 10:00:00 UTC+r" / "90_small.ipynb")
    (drop / "dan+90_small+2026-10-12 10:00:00 UTC+r" / "submission_secret.txt").write_text("s3cret")
    (drop / "eve+90_small+2026-10-12 10:00:00 UTC+r").mkdir()
    (drop / "eve+90_small+2026-10-12 10:00:00 UTC+r" / "90_small.ipynb").write_text("{")
    graded, told = all_rounds(watching(place))
    assert graded == {"smithann": 6, "bob": 2, "cem": 6, "dan": 6, "eve": 0}
    assert told == []
    dan = made.submission("dan", small.LESSON)
    assert (dan.timestamp, dan.secret) == ("2026-10-12 10:00:00 UTC", "s3cret")


def test_a_file_that_grows_is_left_until_it_is_whole(place):
    made, drop = place
    watch = watching(place)
    put(made, drop / "cem.ipynb")
    whole = (drop / "cem.ipynb").read_bytes()
    for part in (whole[:100], whole[:2000], whole):
        (drop / "cem.ipynb").write_bytes(part)
        assert watch.round().graded == []
    assert [one.verdict.score for one in watch.round().graded] == [6]


def test_what_no_lesson_here_is_in_is_left_told_once_and_looked_at_again_by_a_later_run(place):
    _, drop = place
    (drop / "ann.ipynb").write_text('{"cells": []}')
    (drop / "ann.pdf").write_text("x")
    watch = watching(place)
    graded, told = all_rounds(watch)
    assert graded == {}
    assert told == [
        "To do: ann.ipynb holds none of the lessons here; it was left.",
        "To do: ann.pdf: no notebook of a lesson is in it; it was left.",
    ]
    put(place[0], drop / "bob.ipynb")
    assert all_rounds(watch) == ({"bob": 6}, [])
    assert len(all_rounds(watching(place))[1]) == 2


def test_another_students_name_on_the_exchange_is_not_believed(place, monkeypatch):
    made, drop = place
    put(made, drop / "ann+90_small+2026-10-12 10:00:00 UTC+r" / "90_small.ipynb")
    (made.root / "submitted" / "bob" / small.LESSON).mkdir(parents=True)
    monkeypatch.setattr("grading.course.collect.parts.pwd.getpwuid", lambda uid: type("P", (), {"pw_name": "bob"}))
    graded, told = all_rounds(watching(place))
    assert "ann" not in graded
    assert "says it is ann's but belongs to bob; it was left" in told[0]


def test_a_second_run_grades_nothing_again(place):
    made, drop = place
    for name in ("ann", "bob", "cem"):
        put(made, drop / f"{name}.ipynb")
    pool = sc.InProcess()
    all_rounds(watching(place, pool))
    assert len(pool.ran) == 3
    assert all_rounds(watching(place, pool)) == ({}, [])
    (made.root / "journal" / MEMORY).unlink()
    assert all_rounds(watching(place, pool)) == ({}, [])
    assert len(pool.ran) == 3


@pytest.mark.parametrize("moment", ["collected", "remembered", "graded"])
def test_a_run_that_ends_at_any_moment_loses_nothing_and_runs_nothing_twice(place, monkeypatch, moment):
    made, drop = place
    put(made, drop / "ann.ipynb")
    pool = sc.InProcess()
    cut = {"collected": (Arrivals, "done"), "remembered": (Watch, "_grade"), "graded": (Journal, "add_replayed")}

    class Killed(BaseException):
        pass

    def die(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(*cut[moment], die)
        with pytest.raises(Killed):
            all_rounds(watching(place, pool))
    assert all_rounds(watching(place, pool))[0] == {"ann": 6}
    assert len(pool.ran) == 1
    assert sc.dump(made)["ann", small.LESSON][-1] == 6


def test_who_hands_in_often_does_not_delay_others():
    turns = Turns()
    turns.add([("often", "09")])
    assert turns.take(1) == [("often", "09")]
    turns.add([("often", f"{n:02}") for n in range(10, 15)] + [("ann", "09"), ("bob", "09")])
    assert turns.take(4) == [("ann", "09"), ("bob", "09"), ("often", "10"), ("often", "11")]
    turns.add([("cem", "09")])
    assert turns.take(9)[0] == ("cem", "09")
    assert turns.take(1) == []  # nothing waited: what was before is forgotten
    turns.add([("often", "09"), ("dan", "09")])
    assert turns.take(1) == [("often", "09")]


def test_a_hand_in_that_waits_keeps_its_place_and_is_graded_as_it_is_by_then(place):
    turns = Turns()
    turns.add([("ann", "09"), ("bob", "09"), ("ann", "09")])
    assert turns.take(5) == [("ann", "09"), ("bob", "09")]
    made, drop = place
    put(made, drop / "ann.ipynb", {})
    watch = watching(place)
    watch.round()
    time.sleep(0.02)
    put(made, drop / "ann.ipynb")
    os.utime(drop / "ann.ipynb", (time.time() + 5,) * 2)
    assert all_rounds(watch)[0] == {"ann": 6}


def test_while_another_command_grades_it_waits_and_says_so_once(place):
    made, drop = place
    put(made, drop / "ann.ipynb")
    watch = watching(place)
    with Journal(made.root / "journal"):
        told = [watch.round().told for _ in range(4)]
    assert sum(map(len, told)) == 1
    assert "is being graded already" in next(one[0] for one in told if one)
    assert all_rounds(watch)[0] == {"ann": 6}


def test_with_once_it_ends_where_nothing_can_be_done(place, monkeypatch):
    made, drop = place
    put(made, drop / "ann.ipynb")

    def refuse(*_, **__):
        raise CourseError("the folder may not be written")

    watch = watching(place)
    monkeypatch.setattr(collecting, "collect", refuse)
    rounds = [one for one, _ in zip(watch.rounds(every=0, once=True), range(9), strict=False)]
    assert len(rounds) < 9
    assert rounds[-1].told == ["the folder may not be written"]
    monkeypatch.undo()
    assert all_rounds(watch)[0] == {"ann": 6}


def test_a_rule_changed_meanwhile_holds_for_what_comes_then(place):
    made, drop = place
    watch = watching(place)
    put(made, drop / "ann.ipynb")
    assert all_rounds(watch)[0] == {"ann": 6}
    engine_before = watch.course
    from grading.marking import decide

    decide.points(made.root, "check-tail", 5)
    put(made, drop / "bob.ipynb")
    assert all_rounds(watch)[0] == {"bob": 8}
    assert watch.course is not engine_before


def test_the_verdicts_are_those_of_course_grade(place, blank, tmp_path):
    (course, drop), made = place, copy(blank, tmp_path / "other")
    for student in made.students(small.LESSON):
        for file in (made.root / "submitted" / student / small.LESSON).glob("*.ipynb"):
            (drop / student).mkdir()
            (drop / student / file.name).write_bytes(file.read_bytes())
    all_rounds(watching(place, lesson="90"))
    engine.grade(made.root, pool=sc.InProcess(), workers=1)
    theirs = {pair: row[0] for pair, row in sc.dump(made).items() if pair[0] != "absent"}
    assert {pair: row[0] for pair, row in sc.dump(course).items()} == theirs


def test_the_gradebook_is_not_copied_with_every_batch(place):
    made, drop = place
    watch = watching(place)
    for name in ("ann", "bob", "cem"):
        put(made, drop / f"{name}.ipynb")
        assert all_rounds(watch)[0] == {name: 6}
    assert len(list((made.root / "journal" / "backups").iterdir())) == 1


def test_a_folder_that_is_not_there_or_a_damaged_memory(place):
    made, drop = place
    with pytest.raises(CourseError, match=r"nowhere is no folder; name the one in which hand-ins arrive"):
        Watch(made.root, drop / "nowhere", pool=None)
    put(made, drop / "ann.ipynb")
    (made.root / "journal").mkdir(exist_ok=True)
    (made.root / "journal" / MEMORY).write_text("[")
    assert all_rounds(watching(place))[0] == {"ann": 6}


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "a service manager's stop"])
def test_a_stop_ends_it_with_one_sentence_and_a_mark_within_seconds(place, asked):
    made, drop = place
    words = [sys.executable, "-m", "grading.cli", "watch", str(drop), "--course", str(made.root), "--json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    running = subprocess.Popen([*words, "--every", "0.2", "--workers", "1"], env=sc.quiet(), **pipes)
    try:
        put(made, drop / "ann.ipynb")
        line = json.loads(running.stdout.readline())  # the real sandbox
        assert (line["student"], line["score"], line["how"]) == ("ann", 6, "ran")
        running.send_signal(asked)
        _, said = running.communicate(timeout=60)
    finally:
        running.kill()
    assert said == "course: stopped. What was finished is kept; the same command goes on from there.\n"
    assert running.returncode == 130
    assert Course(made.root).students(small.LESSON) == ["ann"]


def test_under_load_and_killed_meanwhile_nothing_is_lost_or_run_twice(tmp_path):
    told = load.run(tmp_path, n=16, seconds=4, kills=1, seed=3, every=0.2, patience=300)
    assert (told.lost, told.ran_twice, told.not_as_graded) == ([], 0, [])
    assert told.students == 13


def test_nobody_waits_for_what_takes_long_and_it_is_graded_in_the_end(place):
    made, drop = place
    for name in ("ann", "bob", "cem", "dan"):
        put(made, drop / f"{name}.ipynb", mark=SLOW.strip("\n# ") if name in ("ann", "cem") else "")
    pool = Clocked()
    watch = watching(place, pool)
    rounds = list(watch.rounds(every=0, once=True))
    graded = [[one.student for one in made.graded] for made in rounds if made.graded]
    assert graded == [["bob", "dan"], ["ann"], ["cem"]]
    assert {one.verdict.score for made in rounds for one in made.graded} == {6}
    assert [job.brief for job in pool.jobs if is_slow(job)] == [True, False], "both handed in the same: it ran once"
    told = [sentence for made in rounds for sentence in made.told]
    assert told == [f"{name} {small.LESSON} takes long: graded when nobody waits." for name in ("ann", "cem")]


def test_what_takes_long_has_its_turn_though_others_never_cease(place, monkeypatch):
    monkeypatch.setattr("grading.marking.watch.OFTEN", 3)
    made, drop = place
    put(made, drop / "slow.ipynb", mark=SLOW.strip("\n# "))
    watch, seen = watching(place, Clocked()), []
    for i in range(9):
        put(made, drop / f"new{i}.ipynb")
        watch.turns.add([("nobody", small.LESSON)])
        seen += [one.student for one in watch.round().graded]
    assert "slow" in seen
