"""The library's function is no answer to the exercise that asks for it, however it is handed over."""

import itertools
from dataclasses import replace

import pytest
from nbformat.v4 import new_code_cell

from grading.confinement.job import Job, Step
from grading.course.skeleton import make_skeleton
from grading.lessons.release import instructor_notebook, student_notebook
from grading.lessons.source import read_lessons
from grading.marking import engine
from grading.marking.borrowed import Notebook, borrowed
from grading.paths import ROOT
from tests.grading import small_course as sc
from tests.grading import small_lesson as small

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


def each(chosen):
    """A test for each, lesson after lesson: what was read of a lesson's cells is kept for the next exercise of it."""
    ids = [f"{lesson.number} {exercise.id} {name.rpartition('.')[2]}" for lesson, exercise, name in chosen]
    return pytest.mark.parametrize(("lesson", "exercise", "name"), chosen, ids=ids)


def told(exercise, name):
    """What the texts of an answer are filled in with."""
    place, _, last = name.rpartition(".")
    return {"place": place, "last": last, "mine": (exercise.names or [exercise.id])[0]}


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


@each(FORBIDDEN)
def test_the_librarys_function_is_no_answer_in_any_exercise(lesson, exercise, name):
    filled = told(exercise, name)
    for way, (answer, own) in WAYS.items():
        found = borrowed(*job(lesson, {exercise.id: answer.format(**filled)}, [text.format(**filled) for text in own]))
        assert exercise.id in found, way
        assert "write it yourself" in found[exercise.id].sentence, way


def test_comparing_with_the_library_in_a_cell_of_ones_own_is_welcome():
    lesson, exercise, name = FORBIDDEN[0]
    scratch = "import {place} as lib\nprint(lib.{last}, {mine!r})".format(**told(exercise, name))
    assert borrowed(*job(lesson, {}, [scratch])) == {}


FEW = [one for one in FORBIDDEN if one[1].names][::5]
FURTHER = {
    "beside a line of IPython's": "files = !ls\nimport {place} as lib\nlen?\n{mine} = lib.{last}",
    "behind %time": "import {place} as lib\n%time {mine} = lib.{last}",
    "behind prompts": ">>> import {place} as lib\n>>> {mine} = lib.{last}",
    "further in than Python has it": "    import {place} as lib\n    {mine} = lib.{last}",
    "through its module under another name": "import {place} as lib\nother = lib\n{mine} = other.{last}",
    "through its module as an argument": "import {place} as lib\n{mine} = (lambda m: m.{last})(lib)",
    "by its module's dict": "import {place} as lib\n{mine} = lib.__dict__['{last}'.lower()]",
    "by a pattern": "import {place} as lib\nmatch lib:\n    case object({last}=f):\n        {mine} = f",
    "by a module of a class": "class Box:\n    import {place} as lib\n{mine} = Box.lib.{last}",
    "by a module put into a class": "import {place} as lib\nclass A:\n    pass\nA.lib = lib\n{mine} = A.lib.{last}",
    "by the names outside functions": "import {place} as lib\n{mine} = locals()['lib'].{last}",
    "with a print of one's own": "import {place} as lib\na = []\nprint = a.append\nprint(lib)\n{mine} = a[0].{last}",
    "by the list of modules": "import sys, {place}\n{mine} = sys.modules['{place}'].{last}",
}


@each(FEW)
def test_nor_is_it_on_further_ways(lesson, exercise, name):
    for way, answer in FURTHER.items():
        found = borrowed(*job(lesson, {exercise.id: answer.format(**told(exercise, name))}))
        assert exercise.id in found, way


MADE = "def {mine}(*a):\n    return 0"
BESIDE = {  # the answer, a cell of one's own below it, a file beside the notebook
    "bound anew below": (MADE, "import {place} as lib\n{mine} = lambda *a: lib.{last}(*a)", ""),
    "bound anew below an answer that is no Python": ("def {mine}(", "import {place} as lib\n{mine} = lib.{last}", ""),
    "from a file": ("from mine import f as {mine}", "", "import {place} as lib\ndef f(*a):\n    return lib.{last}(*a)"),
    "from a file, as a module": ("import mine\n{mine} = mine.f", "", "from {place} import {last} as f"),
    "from a file, all of it": ("from mine import *", "", "import {place} as lib\n{mine} = lib.{last}"),
    "from a file that a cell writes": (
        "from my import f\n{mine} = f",
        "%%writefile my.py\nfrom {place} import {last}\ndef f(*a):\n    return {last}(*a)",
        "",
    ),
}


@each(FEW)
def test_nor_is_it_where_another_cell_or_a_file_makes_the_answer(lesson, exercise, name):
    filled = told(exercise, name)
    for way, (answer, below, file) in BESIDE.items():
        made, skeleton = job(lesson, {exercise.id: answer.format(**filled)})
        at = next(i for i, step in enumerate(made.steps) if step.id == exercise.id) + 1
        steps = (*made.steps[:at], Step("own-90", below.format(**filled)), *made.steps[at:])
        made = replace(made, steps=steps, files={"mine.py": file.format(**filled).encode()})
        found = borrowed(made, skeleton)
        assert exercise.id in found, way
        assert "write it yourself" in found[exercise.id].sentence, way


def test_a_function_in_another_answers_cell_is_followed_and_costs_that_exercise_nothing():
    lesson = next(one for slug, one in LESSONS.items() if slug.startswith("01"))
    other = next(exercise.reference for exercise in lesson.exercises if exercise.id == "augment")
    helper = f"{other}\n\n{LIB}def give(*a):\n    return lib.epoch(*a)"
    assert borrowed(*job(lesson, {"augment": helper, "epoch": "def epoch(*a):\n    return give(*a)"})).keys() == {
        "epoch"
    }


def test_a_name_that_no_file_can_have_is_no_module():
    assert lesson_one(f"{LIB}import course_lib\ncourse_lib.{'a' * 400}\n{STUB}") == {}


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


def lesson_one(answer, own=(), below=()):
    """What is found of an answer to lesson 01's epoch; `own` cells above everything, `below` right below the answer."""
    lesson = next(one for slug, one in LESSONS.items() if slug.startswith("01"))
    made, skeleton = job(lesson, {"epoch": answer}, own)
    at = next(i for i, step in enumerate(made.steps) if step.id == "epoch") + 1
    steps = (*made.steps[:at], *(Step(f"own-9{i}", text) for i, text in enumerate(below)), *made.steps[at:])
    return borrowed(Job("k", lesson.slug, steps, (), forbid=made.forbid), skeleton)


LIB = "import course_lib.topics.perceptron as lib\n"
STUB = "def epoch(weights, samples, labels, eta=1.0):\n    pass"
UNSEEN = {  # the answer, own cells above it, own cells below it
    "bound by a call": ("pass", [f"{LIB}get_ipython().push(dict(epoch=lib.epoch))"], []),
    "put into Python's own names": ("pass", [f"{LIB}import builtins\nbuiltins.epoch = lib.epoch"], []),
    "bound by text in a cell of one's own": ("pass", [f"{LIB}exec(open(lib.__file__).read())"], []),
    "bound by a global declaration": ("pass", [f"{LIB}def f():\n    global epoch\n    epoch = lib.epoch\nf()"], []),
    "bound by text below a stub": (STUB, [], [f"{LIB}exec(open(lib.__file__).read())"]),
    "by a file that is run": (f"{LIB}import runpy\nepoch = runpy.run_path(lib.__file__)['epoch']", [], []),
    "by a module made anew": (f"{LIB}import importlib.util as u\nm = u.module_from_spec(lib.__spec__)\n"
                              "lib.__loader__.exec_module(m)\nepoch = m.epoch", [], []),
    "by a text put together": (f"{LIB}def epoch(*a):\n    return getattr(lib, 'ep' + 'och')(*a)", [], []),
    "by text made when it runs": (f"{LIB}def epoch(*a):\n    return getattr(lib, ''.join(['ep', 'och']))(*a)", [], []),
    "by getattr under another name": (f"{LIB}look = getattr\nepoch = look(lib, ''.join(['ep', 'och']))", [], []),
    "by an attrgetter under another name": (f"{LIB}from operator import attrgetter as look\nepoch = look('epoch')(lib)",
                                            [], []),
    "by its module's dict": (f"{LIB}epoch = [f for n, f in vars(lib).items() if n[:3] == 'epo'][0]", [], []),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "own", "below"), UNSEEN.values(), ids=UNSEEN)
def test_what_is_made_out_of_sight_is_looked_for_in_all_cells_above_the_check(answer, own, below):
    found = lesson_one(answer, own, below)
    assert "write it yourself" in found["epoch"].sentence
    assert found.keys() == {"epoch"}, "and no other exercise pays for it"


STAR = "from course_lib.topics.perceptron import *"
STARRED = {  # the answer, own cells above it, own cells below it
    "and no more": (STAR, [], []),
    "kept under another name": (f"{STAR}\ntheirs = epoch\ndef epoch(*a):\n    return theirs(*a)", [], []),
    "kept in a cell above": ("def epoch(*a):\n    return theirs(*a)", [f"if True:\n    {STAR}\ntheirs = epoch"], []),
    "all in one block": (f"try:\n    {STAR}\n    epoch = [epoch][0]\nfinally:\n    pass", [], []),
    "as a default": (f"{STAR}\ndef epoch(*a, f=epoch):\n    return f(*a)", [], []),
    "in a cell below": (STUB, [], [STAR]),
    "in a class of a cell above": ("def epoch(*a):\n    return Box.lib.epoch(*a)", ["class Box:\n    import "
                                   "course_lib.topics.perceptron as lib"], []),
    "stored by a cell above": ("def epoch(*a):\n    return box[0].epoch(*a)", [f"{LIB}box = {{}}\nbox[0] = lib"], []),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "own", "below"), STARRED.values(), ids=STARRED)
def test_all_of_the_librarys_names_hold_until_they_are_bound_anew(answer, own, below):
    assert "the library's epoch" in lesson_one(answer, own, below)["epoch"].sentence


LOOKS = [
    "print(globals())",
    "print(globals().keys(), end='')",
    "print(len(sorted(globals())))",
    "len(globals())",
    "print(f'{globals()}')",
    "if 'np' not in globals():\n    import numpy as np",
    "print(locals())",
    "dir()\nprint(dir())\nhelp(check)\n%whos\n%who",
    f"{LIB}help(lib.epoch)",
    f"{LIB}print(lib.epoch.__doc__)\nprint(lib)",
    f"{LIB}dir(lib)\nprint(vars(lib).keys())",
    f"{LIB}import inspect\nprint(inspect.signature(lib.epoch))\nlib.epoch??",
    f"{STAR}\nprint(epoch)",
]
EPOCH = next(e.reference for slug, one in LESSONS.items() if slug[:2] == "01" for e in one.exercises if e.id == "epoch")


@pytest.mark.parametrize("look", LOOKS)
def test_an_honest_look_costs_nothing(look):
    assert lesson_one(f"{look}\n{EPOCH}") == {}


TURNED = [
    "print = list",
    "def f(print):\n    pass",
    "import builtins\nbuiltins.print = list",
    "import builtins\nsetattr(builtins, 'print', list)",
    "match list:\n    case print:\n        pass",
]


@pytest.mark.parametrize("turned", TURNED)
def test_a_look_by_a_function_of_ones_own_is_none(turned):
    assert "globals" in lesson_one(f"print(globals())\n{EPOCH}", [turned])["epoch"].sentence
    assert "globals" in lesson_one(f"a = [print(one) for one in globals()]\n{EPOCH}")["epoch"].sentence


HONEST = {
    "a loop whose name is also a parameter of the answer's": (["for eta in list(globals()):\n    pass"], []),
    "a loop whose name is one of the answer's own": (["for sample in list(globals()):\n    pass"], []),
    "text that has nothing to do with the library": (["exec('x = 1')", "print(len(globals()))"], ["eval('1 + 1')"]),
    "comparing, above and below": ([f"{LIB}print(lib.epoch)"], [f"{LIB}print(lib.epoch, epoch)"]),
    "all of the library's names, above": (["from course_lib.topics.perceptron import *"], []),
    "a file's function of one's own": (["%%writefile mine.py\ndef f():\n    return 1", "from mine import f\nf()"], []),
    "the library's module in a list, beside": ([f"{LIB}print([lib])"], ["print([one for one in [1]])"]),
    "getattr of one's own": (["class A:\n    x = 1\nprint(getattr(A, 'x'))"], []),
}


@pytest.mark.parametrize(("own", "below"), HONEST.values(), ids=HONEST)
def test_cells_beside_an_answer_of_ones_own_cost_nothing(own, below):
    lesson = next(one for slug, one in LESSONS.items() if slug.startswith("01"))
    reference = next(exercise.reference for exercise in lesson.exercises if exercise.id == "epoch")
    assert lesson_one(reference, own, below) == {}
    assert lesson_one(f"{reference}\nprint(getattr(epoch, '__name__'))", own, below) == {}


HONEST_IN_ONE = [
    "assert np.allclose(epoch(W, X, T)[0], lib.epoch(W, X, T)[0])",
    "a = epoch(W, X, T)\nb = lib.epoch(W, X, T)\nprint(np.abs(a[0] - b[0]).max())",
    "for s in range(3):\n    W = np.ones(s)\n    assert all(epoch(W, X) == lib.epoch(W, X))",
    "if __name__ == '__main__':\n    np.testing.assert_allclose(epoch(W, X, T)[0], lib.epoch(W, X, T)[0])",
    "from course_lib.topics.perceptron import epoch as theirs\nepoch(W, X, T)[0] == theirs(W, X, T)[0]",
]


@pytest.mark.parametrize("compares", HONEST_IN_ONE)
def test_comparing_with_the_library_below_an_answer_in_its_cell_costs_nothing(compares):
    assert lesson_one(f"import numpy as np\n{EPOCH}\n{LIB}{compares}") == {}
    assert "epoch" in lesson_one(f"def epoch(*a):\n    return b or theirs\n{LIB}b = 0\n{compares}\nb = lib.epoch")


USES = "def epoch(*a):\n    return {}\n"
ASKED = "box = []\ndef epoch(*a):\n    box.append(a[0])\n    return box[0](*a)\n"
KEPT = {  # the answer, own cells above it: what a call leaves behind is the library's
    "a result": (f"{LIB}b = lib.epoch(1)\n{USES.format('b')}", []),
    "put into a list": (f"{LIB}box = []\n{USES.format('box[0]')}box.append(lib.epoch(1))", []),
    "put into one of a cell above": (f"{LIB}{USES.format('get()')}box.append(lib.epoch(1))",
                                     ["box = []\ndef get():\n    return box[0]"]),
    "given to a function of one's own": (f"{LIB}{USES.format('box[0]')}assert keep(lib.epoch(1))",
                                         ["box = []\ndef keep(x):\n    box.append(x)"]),
    "given to one of a file": (f"{LIB}import mine\n{USES.format('mine.box[0]')}assert keep(lib.epoch(1))",
                               ["%%writefile mine.py\nbox = []\nkeep = box.append", "from mine import keep"]),
    "given to the answer": (f"{LIB}def epoch(*a):\n    box.append(a[0])\n    return box[0](*a)\nepoch(lib.epoch)", []),
    "its module given to the answer": (f"{LIB}def epoch(*a):\n    box.append(a[0])\n    return box[0].epoch(*a)\n"
                                       "epoch(lib)", []),
    "what it made given to the answer": (f"{LIB}{ASKED}epoch(lib.epoch(1))", []),
    "given to it by a name": (f"{LIB}{ASKED}e = lib.epoch(1)\nassert epoch(a=0, b=e)", []),
    "by two": (f"{LIB}{ASKED}e = lib.epoch(1)\nf = e\nepoch(f)", []),
    "by a loop's": (f"{LIB}{ASKED}for e in [lib.epoch(1)]:\n    epoch(e)", []),
    "by a comprehension's": (f"{LIB}{ASKED}[epoch(e) for e in [lib.epoch(1)]]", []),
    "in a list": (f"{LIB}{ASKED}e = []\ne.append(lib.epoch(1))\nepoch(e)", []),
    "in an array": (f"import numpy as np\n{LIB}{ASKED}e = np.empty(1)\nnp.copyto(e, lib.epoch(1))\nepoch(e)", []),
    "by who sorts": (f"{LIB}{ASKED}sorted([lib.epoch(1)], key=epoch)", []),
    "by a method of its own": (f"{LIB}{ASKED}epoch.__call__(lib.epoch(1))", []),
    "out of a list": (f"{LIB}{ASKED}[epoch][0](lib.epoch(1))", []),
    "read beside a comprehension's own": (f"{LIB}b = [lib.epoch]\ndef epoch(*a):\n    [b for b in a]\n    return b[0]",
                                          []),
    "read as a global": (f"{LIB}b = lib.epoch\ndef epoch(*a):\n    global b\n    b = b\n    return b(*a)", []),
    "called later": (f"{LIB}{USES.format('box[0]()')}box.append(lambda: lib.epoch(1))", []),
    "under a name on the way": (f"{LIB}{USES.format('e')}assert (e := lib.epoch(1))", []),
    "in a loop's name": (f"{LIB}{USES.format('e')}for e in [lib.epoch(1)]:\n    pass", []),
    "among all names": (f"{LIB}{USES.format('e')}globals().update(e=lib.epoch(1))", []),
    "set on a module": (f"{LIB}{USES.format('np.e')}setattr(np, 'e', lib.epoch(1))", []),
    "shown by a function of one's own": (f"{LIB}{USES.format('e')}print(lib.epoch(1))",
                                         ["def print(x):\n    global e\n    e = x"]),
    "imported and handed on": ("from course_lib.topics.perceptron import epoch as e\nbox = []\n"
                               f"{USES.format('box[0](*a)')}box.append(e)", []),
    "imported over the answer": (f"{USES.format('1')}from course_lib.topics.perceptron import epoch", []),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "own"), KEPT.values(), ids=KEPT)
def test_what_the_answer_may_find_again_is_no_comparison(answer, own):
    assert "write it yourself" in lesson_one(answer, own)["epoch"].sentence


SHOWS = f"{LIB}lib.epoch(1)"
FOUND = {
    "the last value shown": "_",
    "one before": "___",
    "a numbered one": "_12",
    "the list of these": "Out[3]",
    "under IPython's other name": "_oh[3]",
    "in the shell": "get_ipython().user_ns['b']",
    "among all objects": "gc.get_objects()[0]",
    "by what refers to it": "gc.get_referrers(epoch)[0]",
    "beside a name of the same kind": "[_ for _ in ()] or __",
}


@pytest.mark.parametrize("where", FOUND.values(), ids=FOUND)
def test_what_a_cell_has_shown_is_no_answer(where):
    answer = f"import gc\ndef epoch(*a):\n    return {where}"
    assert "write it yourself" in lesson_one(answer, [SHOWS])["epoch"].sentence
    assert "write it yourself" in lesson_one(f"{answer}\n{SHOWS}")["epoch"].sentence
    assert lesson_one(answer, ["1 + 1"]) == {}


@pytest.mark.parametrize("uses", ["[_ + 1 for _ in a]", "[w for _, w in a]", "(lambda _: _)(a)", "a._replace(b=1)"])
def test_an_underscore_of_ones_own_is_none_of_what_was_shown(uses):
    assert lesson_one(f"def epoch(*a):\n    return {uses}", [SHOWS]) == {}
    assert lesson_one("def epoch(*a):\n    return _(a)", [SHOWS, "_ = len"]) == {}
    assert lesson_one("for _ in range(3):\n    print(_)\ndef epoch(*a):\n    return a", [SHOWS]) == {}


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_a_cell_of_the_lessons_with_a_line_more_is_no_answer(lesson):
    skeleton = job(lesson, {})[1]
    own = [f"%%capture\n{c.source}" for c in skeleton.cells if c.role == "plain" and c.kind == "code"]
    assert borrowed(*job(lesson, {}, own)) == {}


LIBRARYS = "import itertools\ndef tail(xs):\n    return list(itertools.islice(xs, 1, None))"


def test_the_mark_in_the_gradebook_is_without_its_points_and_says_why(tmp_path, monkeypatch):
    records = small.records

    def forbidding():
        told = records()
        for record in told.values():
            record.checks["tail"]["forbid"] = ["itertools.islice"]
        return told

    monkeypatch.setattr(small, "records", forbidding)
    made = sc.make(tmp_path / "course")
    sc.hand_in(made, "borrows", sc.answered(made, **{**sc.RIGHT, "tail": LIBRARYS}))
    sc.hand_in(made, "honest", sc.answered(made, **sc.RIGHT))
    nothing = sc.answered(made, **{**sc.RIGHT, "tail": "rest = None"})
    nothing.cells.insert(2, new_code_cell("import itertools\nprint(itertools.islice)"))
    sc.hand_in(made, "nothing", nothing)
    for _ in range(2):  # the second time from the journal
        summary = engine.grade(made.root, pool=sc.InProcess(), workers=1)
        scores = {one.student: one.verdict.score for one in summary.graded}
        assert scores == {"borrows": 3, "honest": 6, "nothing": 3}
    grades, comments = sc.dump(made)["borrows", small.LESSON][:2]
    assert grades["check-tail"][0] == 0
    assert "calls the library's islice (line 3); write it yourself" in str(comments)
    assert "write it yourself" not in str(sc.dump(made)["nothing", small.LESSON][1]), "there is no answer at all"


OWN = ["", "import {place} as lib", "from {place} import {last} as theirs\nlib = 0"]


@each(FORBIDDEN[::3])
def test_cells_in_which_no_telling_word_stands_need_not_be_followed(lesson, exercise, name, monkeypatch):
    """What `may_use` spares is what following every name would not find either."""
    filled = told(exercise, name)
    for answer, own in itertools.product([answer for answer, beside in WAYS.values() if not beside], OWN):
        given = job(lesson, {exercise.id: answer.format(**filled)}, [own.format(**filled)])
        spared = borrowed(*given)
        with monkeypatch.context() as patch:
            patch.setattr(Notebook, "may_use", lambda self, forbid: True)
            assert borrowed(*given) == spared != {}, (answer, own)


def test_an_import_of_the_lessons_under_another_name_is_a_telling_word():
    notebook = Notebook(known={"theirs": "course_lib.functional.conv2d", "np": "numpy"})
    notebook.words = {"theirs", "x"}
    assert notebook.may_use({"course_lib.functional.conv2d"})
    assert not notebook.may_use({"course_lib.functional.relu"})
    notebook.words = {"np", "x"}
    assert not notebook.may_use({"course_lib.functional.conv2d"})
