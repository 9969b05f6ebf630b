"""The sample class: fresh, every kind of submission ends as its story says, every known mistake handed in is named."""

import nbformat
import pytest

from grading.publishing import sample_class
from grading.reporting.feedback import read_autograded

NAMED = [s for s in sample_class.CLASS if s.mistakes is not None and s.change is None]


@pytest.fixture(scope="module")
def lessons():
    return {lesson.slug: lesson for lesson in sample_class.demo_lessons()}


def graded(demo, student):
    return {one.lesson: one for one in demo[1].graded if one.student == student}


def test_the_stored_notebooks_are_what_the_lessons_give_today(lessons, tmp_path):
    made = {p.relative_to(tmp_path): p.read_bytes() for p in sample_class.write(tmp_path, list(lessons.values()))}
    stored = {p.relative_to(sample_class.DEMO): p.read_bytes() for p in sample_class.DEMO.glob("*/*.ipynb")}
    assert made.keys() == stored.keys()
    stale = sorted(str(p) for p in made if made[p] != stored[p])
    assert not stale, f"run `python -m grading.publishing.sample_class`: {stale}"


def test_the_class_has_at_least_fourteen_students_in_two_lessons(demo):
    assert len({one.student for one in demo[1].graded}) >= 14
    assert len({one.lesson for one in demo[1].graded}) == 2
    assert not demo[1].differs


@pytest.mark.parametrize("sample", [s for s in sample_class.CLASS if s.score == "all"], ids=lambda s: s.student)
def test_right_work_gets_all_points_however_the_notebook_came_in(demo, sample):
    for one in graded(demo, sample.student).values():
        wrong = [check.reason for check in one.verdict.checks.values() if not check.passed]
        assert one.verdict.score == one.verdict.points, wrong


@pytest.mark.parametrize("student", ["hana", "ivan", "jun", "kira"])
def test_what_was_repaired_is_recorded(demo, student):
    assert all(one.verdict.repairs for one in graded(demo, student).values())


@pytest.mark.parametrize("student", ["ada", "bruno", "chen", "dana", "otto"])
def test_nothing_is_repaired_where_nothing_is_broken(demo, student):
    assert not any(one.verdict.repairs for one in graded(demo, student).values())


def test_half_of_the_work_gets_part_of_the_points(demo):
    for one in graded(demo, "chen").values():
        assert 0 < one.verdict.score < one.verdict.points


def test_the_untouched_release_scores_exactly_nothing(demo):
    assert {one.verdict.score for one in graded(demo, "otto").values()} == {0}


@pytest.mark.parametrize("sample", NAMED, ids=lambda s: s.student)
def test_each_known_mistake_handed_in_is_named_in_the_feedback(demo, lessons, sample):
    made, _ = demo
    for slug, one in graded(demo, sample.student).items():
        page = (made.root / "feedback" / sample.student / slug / f"{slug}.html").read_text()
        for place, exercise in sample_class.graded_exercises(lessons[slug]):
            name = sample.mistakes(lessons[slug], exercise, place)
            if name is None:
                continue
            checks = [one.verdict.checks[check.id] for check in exercise.checks]
            named = {mistake.name for check in checks for mistake in check.mistakes}
            assert name in named, f"{slug} {exercise.id}: {name!r} is not among {sorted(named)}"
            from markupsafe import escape

            assert str(escape(name[:1].upper() + name[1:])) in page


def test_at_least_one_student_has_a_known_mistake_in_every_exercise(lessons):
    for sample in NAMED[:2]:
        for lesson in lessons.values():
            tried = [e for e in lesson.exercises if not e.predict]
            assert all(sample.mistakes(lesson, e, lesson.exercises.index(e)) for e in tried)


def test_the_endless_loop_costs_its_own_exercise_only(demo):
    (one,) = graded(demo, "liam").values()
    failed = {check.id for check in one.verdict.checks.values() if not check.passed}
    assert failed == {"augment"}
    assert "too long" in one.verdict.checks["augment"].reason


def test_the_memory_bomb_is_stopped_and_costs_its_own_exercise_only(demo):
    (one,) = graded(demo, "mina").values()
    failed = {check.id for check in one.verdict.checks.values() if not check.passed}
    assert failed == {"augment"}
    assert "raised MemoryError: Unable to allocate" in one.verdict.checks["augment"].reason
    page = demo[0].root / "feedback" / "mina" / one.lesson / f"{one.lesson}.html"
    assert "raised MemoryError: Unable to allocate" in page.read_text()


def test_patching_the_checker_never_gains_a_point_over_the_same_work_without_it(demo):
    honest, patched = graded(demo, "dana"), graded(demo, "noor")
    for slug in patched:
        for name, check in patched[slug].verdict.checks.items():
            assert check.score <= honest[slug].verdict.checks[name].score


def test_what_cannot_be_graded_is_named(demo):
    assert [one.outcome for one in graded(demo, "pia").values()] == ["corrupt"]
    assert [one.outcome for one in graded(demo, "quin").values()] == ["wrong lesson"]


def test_no_script_of_a_students_is_left_in_what_an_instructor_opens(demo):
    made, _ = demo
    for slug in graded(demo, "noor"):
        text = nbformat.writes(read_autograded(made, "noor", slug))
        assert "<script" not in text
        page = (made.root / "feedback" / "noor" / slug / f"{slug}.html").read_text()
        assert "<script" not in page


def test_the_command_runs_and_says_where_things_lie(tmp_path, capsys, monkeypatch):
    from rich.console import Console

    from grading.commands import demo
    from grading.errors import CourseError

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x")
    with pytest.raises(CourseError, match="is not a demo's folder"):
        demo.demonstrate(Console(), tmp_path / "mine")
    monkeypatch.setattr(demo, "NUMBERS", ("01",))
    monkeypatch.setattr(demo.prepare, "__kwdefaults__", {"tell": lambda text: None, "numbers": ("01",)})
    summary = demo.demonstrate(Console(width=160), tmp_path / "course")
    told = capsys.readouterr().out
    assert len(summary.graded) == 15
    for word in ("report.html", "gradebook.db", "feedback", "Mistakes recognised", "course show", "an endless loop"):
        assert word in told


def test_the_lessons_pictures_are_found_beside_a_graded_notebook(demo):
    made, _ = demo
    folder = made.root / "autograded" / "ada" / "01_perceptron"
    wanted = {p.name for p in (made.root / "release" / "01_perceptron" / "pictures").glob("*.png")}
    assert wanted
    assert {p.name for p in (folder / "pictures").glob("*.png")} == wanted
