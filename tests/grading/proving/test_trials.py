"""Trials run a lesson as the grader would: in a clean process, each other answer in a child of its own."""

import pytest

from grading.errors import CourseError
from grading.proving import trials
from grading.proving.trial_process import caught
from grading.proving.trials import Trial, run_trials, shifted
from tests.grading.means import means, tiny


def answer(body):
    return Trial("double", body, f"def double(x):\n    {body}\n")


def values(outcome, part="visible"):
    return [s.value.tolist() for s in outcome.part("double", part)]


@pytest.fixture(scope="module")
def ran():
    wanted = {
        "half": answer("return x / 2"),
        "raises": answer("return x.shape[3]"),
        "changes": answer("x[:] = 7; return x"),
        "syntax": Trial("double", "syntax", "def double(x) return x"),
        "patch": answer("np.negative = None; return 2 * x"),
        "undone": answer("from course_lib.checks import NotDone; raise NotDone('double')"),
    }
    reference, outcomes = run_trials(tiny(), wanted.values())
    return reference, {name: outcomes[trial] for name, trial in wanted.items()}


def test_the_reference_is_seen_in_both_parts(ran):
    reference, _ = ran
    assert values(reference) == [[3.0, -4.0, 8.0]]
    assert [len(v) for v in values(reference, "hidden")] == [2, 4]
    assert [s.label for s in reference.part("double", "hidden")] == ["2 numbers", "4 numbers"]


def test_every_observation_knows_its_line_in_the_lesson(ran):
    reference, _ = ran
    lines = tiny().text.split("\n")
    for part, label in (("visible", 'expect("three"'), ("hidden", 'expect(f"{n} numbers"')):
        for line in reference.lines["double", part]:
            assert label in lines[line - 1]


def test_another_answer_stands_in_the_references_place(ran):
    assert values(ran[1]["half"]) == [[0.75, -1.0, 2.0]]


def test_an_exception_is_an_observation_in_each_part(ran):
    for part in ("visible", "hidden"):
        (seen,) = ran[1]["raises"].part("double", part)
        assert (seen.kind, seen.value["type"]) == ("raised", "IndexError")


def test_an_answer_that_does_not_parse_leaves_the_name_undefined(ran):
    (seen,) = ran[1]["syntax"].part("double", "visible")
    assert seen.value["type"] == "NameError"


def test_the_stub_says_not_done(ran):
    (seen,) = ran[1]["undone"].part("double", "visible")
    assert (seen.value["type"], seen.value["message"]) == ("NotDone", "double")


def test_what_one_trial_breaks_no_other_sees(ran):
    assert values(ran[1]["patch"]) == values(ran[0])
    assert values(ran[1]["half"], "hidden")
    assert ran[1]["half"].ended == "finished"


def test_an_endless_answer_is_stopped_and_what_was_seen_before_is_kept(monkeypatch):
    monkeypatch.setattr(trials, "CPU_SECONDS", 2)
    loop = answer("return 2 * x if len(x) == 3 else [None for _ in iter(int, 1)]")
    outcome = run_trials(tiny(), [loop])[1][loop]
    assert outcome.ended == "cpu limit"
    assert outcome.part("double", "hidden") == []


def test_an_answer_that_ends_the_process_is_noticed():
    gone = answer("import os; os._exit(0)")
    outcome = run_trials(tiny(), [gone])[1][gone]
    assert outcome.part("double", "visible") == []


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (
            ("import numpy as np\n", "import numpy as np\n1 / 0\n"),
            r"97_tiny\.py:6: the cell fails .* \(ZeroDivisionError",
        ),
        (("return 2 * x", "return 2 *"), r"97_tiny\.py:\d+: the solve cell fails .*SyntaxError"),
    ],
)
def test_a_failing_cell_of_the_lesson_is_told_with_its_line(edit, says):
    lesson = tiny((f"    {edit[0]}\n    ###", f"    {edit[1]}\n    ###") if edit[0].startswith("return") else edit)
    with pytest.raises(CourseError, match=says):
        run_trials(lesson)


def test_the_process_needs_no_reader_of_lessons():
    run_trials(tiny(more="\n# %%\nimport sys\n\nassert 'jupytext' not in sys.modules\n"))


def test_only_what_is_asked_for_runs():
    reference, _ = run_trials(means(), only={"weighted_mean"})
    assert {check for check, _ in reference.seen} == {"weighted_mean"}


def test_practice_runs_pictures_and_figures_are_skipped():
    marks = ('practice="x"', 'figure="F1"', 'picture="p"', "gpu=true")
    cells = "".join(f"# %% {mark}\n1 / 0\n\n" for mark in marks)
    lesson = tiny(more=cells)
    assert values(run_trials(lesson)[0]) == [[3.0, -4.0, 8.0]]


def test_after_a_hidden_part_later_cells_find_the_names_as_they_were():
    lesson = tiny(more='# %%\nassert "n" not in globals()\nassert double(np.ones(2)).sum() == 4\n')
    assert values(run_trials(lesson)[0])


def test_hidden_positions_count_on_from_the_visible_ones(ran):
    hidden = ran[0].part("double", "hidden")
    assert [s.position for s in hidden] == [0, 1]
    assert [s.position for s in shifted(hidden, 1)] == [1, 2]


def test_an_answer_that_raises_is_run_again_with_its_exceptions_caught(ran):
    again = ran[1]["raises"].caught
    assert [s.value for s in again.part("double", "visible")] == [None]
    assert [s.value for s in again.part("double", "hidden")] == [None, None]
    assert ran[1]["half"].caught is None


def test_catching_keeps_what_does_not_raise():
    source = caught(
        "class C:\n    def __init__(self):\n        self.x = 1\n\n    def f(self, y):\n        return self.x / y\n"
    )
    names = {}
    exec(source, names)
    assert (names["C"]().f(2), names["C"]().f(0)) == (0.5, None)
    assert caught("x = 1") is None
    assert caught("def f(:") is None


@pytest.mark.parametrize("name", ["numpy.linalg.doubles", "course_lib.convolution.conv2d"])
def test_a_forbidden_name_must_exist(name):
    lesson = tiny(("minutes=1\n", f'minutes=1 forbid="numpy.linalg.norm torch.nowhere {name}"\n'))
    with pytest.raises(CourseError, match=rf"97_tiny\.py:\d+: 'double' forbids {name}, which does not exist"):
        run_trials(lesson)


def test_forbidden_names_of_functions_methods_and_libraries_not_imported_are_fine():
    names = "numpy.linalg.norm numpy.ndarray.sum course_lib.checks.check torch.nowhere"
    assert run_trials(tiny(("minutes=1\n", f'minutes=1 forbid="{names}"\n')))[0].seen


def test_torch_in_a_child_does_not_wait_for_threads_that_stayed_behind(monkeypatch):
    monkeypatch.setattr(trials, "CPU_SECONDS", 5)
    torch = "float(torch.exp(torch.ones(3_000_000)).sum())"
    lesson = tiny(("import numpy as np\n", f"import numpy as np\nimport torch\n\nwarm = {torch}\n"))
    trial = answer(f"return 2 * x + 0 * {torch}")
    _, outcomes = run_trials(lesson, [trial], env={"OMP_NUM_THREADS": "2"})
    assert outcomes[trial].ended == "finished"
