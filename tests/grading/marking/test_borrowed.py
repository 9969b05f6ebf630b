"""The library's function is no answer to the exercise that asks for it, however it is handed over."""

import pytest

from grading.confinement.job import Job, Step
from grading.course.skeleton import make_skeleton
from grading.lessons.release import instructor_notebook, student_notebook
from grading.lessons.source import read_lessons
from grading.marking.borrowed import borrowed
from grading.paths import ROOT

LESSONS = {lesson.slug: lesson for lesson in read_lessons(ROOT / "solutions") if lesson.exercises}
SKELETONS = {}


def job(lesson, answers, own=()):
    """The job of a notebook with these answers in place of the references; `own` are cells in front of everything."""
    skeleton = SKELETONS.get(lesson.slug)
    if skeleton is None:
        skeleton = make_skeleton(lesson.slug, student_notebook(lesson), instructor_notebook(lesson))
        SKELETONS[lesson.slug] = skeleton
    sources = {exercise.id: exercise.reference for exercise in lesson.exercises} | answers
    steps = [
        Step(cell.grade_id or cell.id, sources.get(cell.grade_id, cell.source), cell.check)
        for cell in skeleton.cells
        if cell.kind == "code" and not cell.skip
    ]
    forbid = {c.id: list(e.forbid) for e in lesson.exercises for c in e.checks if e.forbid}
    first = next(i for i, step in enumerate(steps) if step.id in sources)
    steps[first:first] = [Step(f"own-{i}", source) for i, source in enumerate(own)]
    return Job("k", lesson.slug, tuple(steps), (), forbid=forbid), skeleton


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_no_reference_and_no_other_right_answer_is_taken_for_the_librarys(lesson):
    assert borrowed(*job(lesson, {})) == {}
    for exercise in lesson.exercises:
        for variant in exercise.right if exercise.forbid else ():
            assert borrowed(*job(lesson, {exercise.id: variant.source})) == {}, f"{exercise.id}: {variant.name}"


FORBIDDEN = [
    (lesson, exercise, name)
    for lesson in LESSONS.values()
    for exercise in lesson.exercises
    for name in exercise.forbid
    if name.startswith("course_lib.")
]
WAYS = {
    "as it is": ("from {place} import {last} as theirs\n{mine} = theirs", ()),
    "through its module": ("import {place} as lib\n{mine} = lib.{last}", ()),
    "as a partial": ("import functools\nimport {place} as lib\n{mine} = functools.partial(lib.{last})", ()),
    "called inside": ("import {place} as lib\ndef {mine}(*a, **k):\n    return lib.{last}(*a, **k)", ()),
    "in a thread, unwatched": (
        "import sys, threading\nimport {place} as lib\ndef {mine}(*a):\n    sys.setprofile(None)\n"
        "    out = []\n    threading.Thread(target=lambda: out.append(lib.{last}(*a))).start()\n    return out[0]",
        (),
    ),
    "through a cell of one's own": ("{mine} = helper", ("import {place} as lib\nhelper = lib.{last}",)),
    "through a function of one's own": (
        "def {mine}(*a):\n    return helper(*a)",
        ("from {place} import {last} as theirs\ndef helper(*a):\n    return theirs(*a)",),
    ),
    "by its text": ("import {place} as lib\n{mine} = getattr(lib, '{last}')", ()),
    "by its source": ("import inspect\nimport {place} as lib\nexec(inspect.getsource(lib))", ()),
    "in a later statement": ("def {mine}(x):\n    return x\nimport {place} as lib\n{mine} = lib.{last}", ()),
}


@pytest.mark.parametrize(("answer", "own"), WAYS.values(), ids=WAYS)
def test_the_librarys_function_is_no_answer_in_any_exercise(answer, own):
    for lesson, exercise, name in FORBIDDEN:
        place, _, last = name.rpartition(".")
        told = {"place": place, "last": last, "mine": (exercise.names or [exercise.id])[0]}
        found = borrowed(*job(lesson, {exercise.id: answer.format(**told)}, [text.format(**told) for text in own]))
        assert exercise.id in found, f"{lesson.slug} {exercise.id}: {name}"
        assert "write it yourself" in found[exercise.id].sentence


def test_comparing_with_the_library_in_a_cell_of_ones_own_is_welcome():
    lesson, exercise, name = FORBIDDEN[0]
    place, _, last = name.rpartition(".")
    scratch = f"import {place} as lib\nprint(lib.{last}, {exercise.names[0] if exercise.names else exercise.id!r})"
    assert borrowed(*job(lesson, {}, [scratch])) == {}


def in_function(line):
    lesson, exercise, _ = next(one for one in FORBIDDEN if one[1].names)
    return borrowed(*job(lesson, {exercise.id: f"def {exercise.names[0]}(*a):\n    {line}"}))


@pytest.mark.parametrize(
    "line", ["net.eval()", "(net.train if a else net.eval)()", "re.compile('x')", "torch.compile(f)"]
)
def test_a_method_of_that_name_is_no_code_by_its_text(line):
    assert in_function(line) == {}


@pytest.mark.parametrize(
    "line", ["eval('f')", "__builtins__.eval('f')", "import builtins as b; b.eval('f')", "compile('f', '', 'eval')"]
)
def test_pythons_own_is(line):
    (one,) = in_function(line).values()
    assert one.how == "text"
