"""The command that runs practice cells fills the answers in, times each cell, and shows the one that fails."""

from pathlib import Path

import pytest

from grading.lessons.source import parse_lesson, read_lesson
from tests.solutions import practice

MEANS = Path(__file__).resolve().parents[1] / "grading" / "fixtures" / "lessons" / "98_means.py"


def edited(old, new):
    """The small lesson with one piece of its text changed."""
    text = MEANS.read_text(encoding="utf-8")
    assert text.count(old) == 1
    return parse_lesson(text.replace(old, new), MEANS)


def test_practice_runs_with_the_answers_of_the_lesson(monkeypatch):
    told = []
    before = read_lesson(MEANS).cells[[c.role for c in read_lesson(MEANS).cells].index("practice")].source
    asks = edited(
        before,
        'mean_of = yours("weighted_mean", else_=None)\nassert mean_of(np.array([1.0, 3]), np.array([1, 3])) == 2.5',
    )
    monkeypatch.setenv("COURSE_MODE", "grade")
    ((id, seconds, why),) = practice.practice(asks, tell=lambda line, **how: told.append(line))
    assert (id, why) == ("means", "")
    assert 0 <= seconds < 10
    assert told[0].endswith("well")


def test_a_practice_run_that_fails_is_shown_and_the_next_cells_run():
    lesson = read_lesson(MEANS)
    source = next(c.source for c in lesson.cells if c.role == "practice")
    ((_, _, why),) = practice.practice(edited(source, "1 / 0"), tell=lambda *line, **how: None)
    assert "ZeroDivisionError" in why


def test_any_other_cell_that_fails_stops_it():
    with pytest.raises(ZeroDivisionError):
        practice.practice(edited("    return total / w.sum()\n", "    return total / w.sum()\n\n\n1 / 0\n"), tell=print)


def test_the_command_says_what_it_ran(capsys):
    with pytest.raises(SystemExit):
        practice.main(["77"])
    assert "there is no lesson 77" in capsys.readouterr().err


@pytest.mark.parametrize(("figures", "why"), [(True, ""), (False, "NameError")])
def test_practice_finds_what_a_figure_has_defined_unless_figures_are_passed_over(figures, why):
    figure = '# %% figure="F11"\n'
    lesson = edited(figure, f'{figure}made = 3\n\n# %% practice="after"\nmade\n\n{figure}')
    told = practice.practice(lesson, figures=figures, tell=lambda *line, **how: None)
    assert [id for id, _, _ in told] == ["means", "after"]
    assert why in told[1][2]
    assert bool(why) == bool(told[1][2])
