"""A class is graded once, whatever interrupts it; any order gives the same bytes; only what changed is done again."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest

from grading.course import Course
from grading.errors import CourseError
from grading.marking import engine, outcome
from grading.marking.journal import Journal
from grading.marking.verdict import to_bytes
from tests.grading import kill
from tests.grading import small_course as sc
from tests.grading import small_lesson as small

STRUCK = """
import sys
from tests.grading import kill
kill.watch(kill.Killing(sys.argv[2], int(sys.argv[3]), "driver"))
"""


def test_every_submission_ends_in_a_named_outcome_and_the_gradebook(undisturbed):
    told = sc.dump(undisturbed)
    assert len(told) == 18
    assert told["student000", small.LESSON][-1] == 6  # the written answer waits for a person
    assert told["student004", small.LESSON][-1] == 0
    assert told["broken", small.LESSON][-1] == 0
    assert told["renamed", small.LESSON][-1] == 6
    assert told["student000", small.LESSON][0]["question-why"][2] is True
    assert told["student004", small.LESSON][0]["question-why"][0] == 0
    assert "not valid JSON" in told["broken", small.LESSON][1]["double"][0]
    assert told["absent", small.LESSON][1]["tail"][0] == "No notebook was handed in."


def test_a_mistake_is_in_the_automatic_comment(undisturbed):
    assert "x times x" in sc.dump(undisturbed)["student002", small.LESSON][1]["double"][0]
    assert sc.dump(undisturbed)["student002", small.LESSON][1]["tail"] == (None, None)


@pytest.mark.parametrize("point", kill.POINTS)
@pytest.mark.parametrize("count", [1, 5])
def test_sigkill_at_every_named_point_costs_no_grade(made, undisturbed, point, count):
    words = [sys.executable, "-c", STRUCK + sc.GRADE, str(made.root), point, str(count)]
    killed = subprocess.run(words, env=sc.quiet(), check=False)
    assert killed.returncode == -signal.SIGKILL
    assert sc.dump(made) != sc.dump(undisturbed)
    pool = sc.InProcess()
    engine.grade(made.root, pool=pool, workers=2)
    assert sc.dump(made) == sc.dump(undisturbed)
    assert sc.pages(made) == sc.pages(undisturbed)
    with Journal(made.root / "journal") as journal:
        assert len(journal.all_replayed()) == 18


def test_sigkill_at_random_moments_costs_no_grade(made, undisturbed):
    rng = random.Random(3)
    for _ in range(10):
        run = subprocess.Popen([sys.executable, "-c", sc.GRADE, str(made.root)], env=sc.quiet(), stderr=subprocess.PIPE)
        time.sleep(rng.uniform(1.0, 2.2))
        run.send_signal(signal.SIGKILL)
        run.communicate()
    engine.grade(made.root, pool=sc.InProcess(), workers=2)
    assert sc.dump(made) == sc.dump(undisturbed)
    assert sc.pages(made) == sc.pages(undisturbed)


def test_a_second_run_does_nothing_and_writes_nothing(made):
    first = engine.grade(made.root, pool=sc.InProcess(), workers=2)
    before = {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in made.root.rglob("*") if p.is_file()}
    pool = sc.InProcess()
    again = engine.grade(made.root, pool=pool, workers=2)
    after = {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in made.root.rglob("*") if p.is_file()}
    assert pool.ran == []
    assert again.count("up to date") == 18
    assert {p for p in before if before[p] != after[p]} <= {made.root / "journal" / "lock", made.root / "gradebook.db"}
    told = [[to_bytes(one.verdict) for one in summary.graded] for summary in (first, again)]
    assert told[0] == told[1]


def test_only_what_changed_is_run_again(made):
    engine.grade(made.root, pool=sc.InProcess(), workers=2)
    sc.hand_in(made, "student003", sc.answered(made, **sc.RIGHT))
    pool = sc.InProcess()
    summary = engine.grade(made.root, pool=pool, workers=2)
    assert len(pool.ran) <= 1
    assert [one.student for one in summary.graded if one.how != "up to date"] == ["student003"]
    assert sc.dump(made)["student003", small.LESSON][-1] == 6


def test_force_runs_everything_once_more_and_gives_the_same(made):
    engine.grade(made.root, pool=sc.InProcess(), workers=2)
    before, pool = sc.dump(made), sc.InProcess()
    engine.grade(made.root, pool=pool, workers=2, force=True)
    assert len(pool.ran) == len(set(pool.ran)) == 15
    assert sc.dump(made) == before


def test_a_dry_run_says_which_marks_would_change_and_changes_none(made):
    engine.grade(made.root, pool=sc.InProcess(), workers=2)
    before = sc.dump(made)
    sc.hand_in(made, "student000", sc.answered(made, tail=small.ANSWER_TAIL))
    summary = engine.grade(made.root, pool=sc.InProcess(), workers=2, dry=True)
    changes = {(one.student, *change) for one in summary.graded for change in one.changes}
    assert changes == {("student000", "check-double", 2.0, 0.0), ("student000", "predict-guess", 1.0, 0.0)}
    assert sc.dump(made) == before
    assert engine.grade(made.root, pool=sc.InProcess(), workers=2).count("up to date") == 17


def test_manual_scores_and_comments_survive_a_regrade(made):
    from nbgrader.api import Gradebook

    engine.grade(made.root, pool=sc.InProcess(), workers=2)
    with Gradebook(made.db_url) as book:
        grade = book.find_grade("question-why", small.LESSON, small.LESSON, "student000")
        grade.manual_score, grade.needs_manual_grade = 3.5, False
        overruled = book.find_grade("check-tail", small.LESSON, small.LESSON, "student001")
        overruled.manual_score = 1.0
        book.find_comment("double", small.LESSON, small.LESSON, "student001").manual_comment = "Come and see me."
        book.db.commit()
    engine.grade(made.root, pool=sc.InProcess(), workers=2, force=True)
    told = sc.dump(made)
    assert told["student000", small.LESSON][0]["question-why"] == (None, 3.5, False, 3.5)
    assert told["student001", small.LESSON][0]["check-tail"][1] == 1.0
    assert told["student001", small.LESSON][1]["double"][1] == "Come and see me."


class Shuffled:
    """A pool of threads that finishes jobs in another order and at other times."""

    def __init__(self, threads, seed):
        from concurrent.futures import ThreadPoolExecutor

        self.pool, self.rng = ThreadPoolExecutor(threads), random.Random(seed)

    def submit(self, job):
        pause = self.rng.uniform(0, 0.03)
        return self.pool.submit(lambda: (time.sleep(pause), sc.run(job))[1])


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_verdicts_and_pages_are_the_same_bytes_for_any_number_of_workers(made, undisturbed, threads):
    summary = engine.grade(made.root, pool=Shuffled(threads, threads), workers=threads)
    assert [one.student for one in summary.graded] == sorted(one.student for one in summary.graded)
    assert sc.pages(made) == sc.pages(undisturbed)
    assert sc.dump(made) == sc.dump(undisturbed)


def test_the_same_work_handed_in_twice_is_run_once(made):
    nb = sc.answered(made, **sc.RIGHT)
    for student in ("twin1", "twin2", "twin3"):
        sc.hand_in(made, student, nb)
    pool = sc.InProcess()
    engine.grade(made.root, pool=pool, workers=2, students=["twin1", "twin2", "twin3"])
    assert len(pool.ran) == 1
    assert len({sc.dump(made)[s, small.LESSON][-1] for s in ("twin1", "twin2", "twin3")}) == 1


def test_a_second_run_at_the_same_time_is_refused(made):
    with Journal(made.root / "journal"):
        command = [sys.executable, "-c", sc.GRADE, str(made.root)]
        done = subprocess.run(command, env=sc.quiet(), stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "is being graded already" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_copy_of_the_gradebook_is_kept_before_the_first_write(made):
    before = sc.dump(made)
    engine.grade(made.root, pool=sc.InProcess(), workers=2)
    (kept,) = (made.root / "journal" / "backups").glob("*.db")
    shutil.copy(kept, made.root / "gradebook.db")
    assert sc.dump(made) == before == {}


def test_a_gradebook_put_back_is_filled_again_from_the_journal(made, undisturbed):
    engine.grade(made.root, pool=sc.InProcess(), workers=2)
    (kept,) = (made.root / "journal" / "backups").glob("*.db")
    shutil.copy(kept, made.root / "gradebook.db")
    pool = sc.InProcess()
    engine.grade(made.root, pool=pool, workers=2)
    assert pool.ran == []
    assert sc.dump(made) == sc.dump(undisturbed)


def test_late_work_is_penalised_by_nbgraders_own_plugin(made):
    import datetime

    from nbgrader.api import Gradebook

    with Gradebook(made.db_url) as book:
        book.find_assignment(small.LESSON).duedate = datetime.datetime(2026, 10, 1, 12)
        book.db.commit()
    config = made.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace('penalty_method = "none"', 'penalty_method = "zero"'))
    sc.hand_in(made, "student000", sc.answered(made, **sc.RIGHT), timestamp="2026-10-01 12:00:01 UTC")
    sc.hand_in(made, "student006", sc.answered(made, **sc.RIGHT), timestamp="2026-10-01 11:59:59 UTC")
    sc.hand_in(made, "student012", sc.answered(made, **sc.RIGHT), timestamp="when it was done")
    summary = engine.grade(made.root, pool=sc.InProcess(), workers=2)
    told = sc.dump(made)
    assert [told[s, small.LESSON][3] for s in ("student000", "student006", "student012")] == [6, None, None]
    assert [one.student for one in summary.graded if one.mark.late] == ["student000"]


def test_more_time_for_one_student_is_another_job_for_that_student_only(made):
    engine.grade(made.root, pool=sc.InProcess(), workers=2)
    (made.root / "accommodations.toml").write_text("[student002]\ntime = 2\n")
    summary = engine.grade(made.root, pool=sc.InProcess(), workers=2)
    assert [one.student for one in summary.graded if one.how == "ran"] == ["student002"]
    assert made.limits("student002").cpu == 2 * Course(made.root).limits("student003").cpu


def test_links_and_odd_folders_are_left_alone(made, tmp_path):
    (tmp_path / "secret.ipynb").write_bytes(small.raw(sc.answered(made, **sc.RIGHT)))
    folder = made.root / "submitted" / "linker" / small.LESSON
    folder.mkdir(parents=True)
    os.symlink(tmp_path / "secret.ipynb", folder / f"{small.LESSON}.ipynb")
    (made.root / "submitted" / "..evil" / small.LESSON).mkdir(parents=True)
    os.mkfifo(made.root / "submitted" / "absent" / small.LESSON / f"{small.LESSON}.ipynb")
    summary = engine.grade(made.root, pool=sc.InProcess(), workers=2)
    outcomes = {one.student: one.outcome for one in summary.graded}
    assert (outcomes["linker"], outcomes["absent"]) == ("corrupt", "corrupt")
    assert summary.unfit == ["..evil"]
    assert sc.dump(made)["linker", small.LESSON][-1] == 0


def test_a_locked_gradebook_is_told_in_a_sentence_and_nothing_is_lost(made, undisturbed):
    import sqlite3

    other = sqlite3.connect(made.root / "gradebook.db")
    other.execute("begin exclusive")
    with pytest.raises(CourseError, match="another program is writing"):
        engine.grade(made.root, pool=sc.InProcess(), workers=2)
    other.rollback()
    other.close()
    engine.grade(made.root, pool=sc.InProcess(), workers=2)
    assert sc.dump(made) == sc.dump(undisturbed)


def test_what_a_script_gets_is_json_without_hidden_values(made):
    told = json.loads("".join(outcome.json_pieces(engine.grade(made.root, pool=sc.InProcess(), workers=2))))
    assert told["counts"]["ran"] == 15
    assert len(told["submissions"]) == 18
    assert "secret input" not in json.dumps(told)


def test_unknown_lessons_students_and_folders_are_named(made, tmp_path):
    with pytest.raises(CourseError, match="no lesson '55'"):
        engine.grade(made.root, ["55"], pool=sc.InProcess())
    with pytest.raises(CourseError, match="Nothing was handed in by nobody"):
        engine.grade(made.root, students=["nobody"], pool=sc.InProcess())
    with pytest.raises(CourseError, match="is not a course folder"):
        engine.grade(tmp_path, pool=sc.InProcess())
