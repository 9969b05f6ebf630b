"""Is a verdict the same without the cells and statements that grading leaves out? For every lesson, by command:

    python -m tests.grading.marking.left_out 09 12

The reference answers, and the notebook as handed out, run whole and as they are graded: verdicts and all that the
checks saw must be the same bytes. Exit status 1 where they are not.
"""

import sys
import tempfile
from pathlib import Path

from grading import course
from grading.lessons.frame import notebook_bytes
from grading.lessons.release import student_notebook
from grading.lessons.source import read_lessons
from grading.marking.jobs import make_job, make_result
from grading.marking.prepare import lay_over
from grading.marking.single import warm_pool
from grading.marking.verdict import from_json, to_bytes
from grading.paths import Folders
from grading.publishing.course_parts import lesson_parts
from grading.publishing.sample_class import answer_right


def answered(lesson):
    """The student's notebook with every reference answer in its place."""
    nb = student_notebook(lesson)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in nb.cells}
    for place, exercise in enumerate(lesson.exercises):
        source = answer_right(lesson, exercise, place)
        if source is not None:
            cells[exercise.id].source = source
    return nb


def compared(made, student, lesson, pool):
    """(same, CPU as graded, CPU whole) of one submission."""
    submission, skeleton, records = made.submission(student, lesson), made.skeleton(lesson), made.records(lesson)
    laid, seen, took = lay_over(made, submission), [], []
    for whole in (False, True):
        given = {"fingerprint": "", "limits": made.limits("*"), "files": made.files(lesson), "whole": whole}
        job = make_job(laid.nb, skeleton, records, **given)
        run = pool.submit(job).result()
        verdict = to_bytes(from_json(make_result(run, records, skeleton)["verdict"]))
        seen.append((verdict, [repr((one.check, one.part, one.position, one.value)) for one in run.seen]))
        took.append(run.cpu)
    return seen[0] == seen[1], *took


def main(numbers):
    """Compare each lesson; print a line for each submission."""
    lessons, good = read_lessons(Folders().solutions, numbers), True
    with tempfile.TemporaryDirectory() as folder:
        made, pool = course.init(Path(folder) / "course", lesson_parts(numbers)), warm_pool()
        for lesson in lessons:
            if lesson.slug not in made.lessons or not lesson.exercises:
                continue
            for student, nb in (("right", answered(lesson)), ("untouched", student_notebook(lesson))):
                path = made.root / "submitted" / student / lesson.slug / f"{lesson.slug}.ipynb"
                path.parent.mkdir(parents=True)
                path.write_bytes(notebook_bytes(nb))
                same, graded, whole = compared(made, student, lesson.slug, pool)
                good &= same
                verdict = "the same" if same else "NOT THE SAME"
                print(f"{lesson.slug:32} {student:10} {verdict}; {graded:.2f} s of CPU, whole {whole:.2f}", flush=True)
    return not good


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
