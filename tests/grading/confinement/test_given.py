"""What is made beforehand is what would have been made in place; what would not is made in place."""

import os
import signal
from dataclasses import replace

import pytest

from grading.confinement.job import Early, Job, Limits, Step
from tests.grading.places import PATHS

WHERE = "import os\nprint(os.getpid())"  # in a submission the cells' process is the second
BASE = "import numpy as np\nx = np.arange(4)\nrng = np.random.default_rng(1)\nheld = []"


@pytest.fixture(scope="module")
def box(places):
    with places.sandbox(PATHS[0]) as made:
        yield made


def job(*cells, early=None):
    """A job of cells: (source, names read) of the lesson's own, or the source of a student's."""
    steps, before = [], []
    for i, cell in enumerate(cells):
        own = isinstance(cell, tuple)
        steps.append(Step(f"c{i}", cell[0] if own else cell, bare=own))
        if own:
            before.append(Early(f"c{i}", cell[0], False, tuple(cell[1].split()), tuple(cell[2].split())))
    return Job("k", "l", tuple(steps), (), Limits(), early=tuple(before if early is None else early))


def shown(run):
    return {name: (cell.status, cell.outputs) for name, cell in run.cells.items()}


def pid(run, name):
    return int(run.cells[name].outputs[0]["text"].split()[0])


def test_a_cell_made_beforehand_gives_its_names_and_output_where_it_stands(box):
    cells = [
        "print('x' in globals())",
        (BASE, "", "np x rng held"),
        ("y = x + 1\nprint('made', y)\ny", "x np", "y"),
        "print(y, x, len(In)); y[0] = 9",
        ("def twice():\n    return 2 * y", "", "twice"),
        "twice(), y",
    ]
    assert shown(box.run(job(*cells))) == shown(box.run(job(*cells, early=())))
    assert "made [1 2 3 4]" in str(shown(box.run(job(*cells))))


def test_it_runs_in_no_submission(box):
    runs = [box.run(job((WHERE, "", "os"))) for _ in range(2)]
    first, second = (pid(run, "c0") for run in runs)
    assert first == second != pid(box.run(job((WHERE, "", "os"), early=())), "c0") == 2


def test_what_one_submission_does_to_an_object_reaches_no_other(box):
    cells = [(BASE, "", "np x rng held"), "x[:] = 7; held.append(1)\nprint(x, held)"]
    first, second = (box.run(job(*cells)) for _ in range(2))
    assert shown(first) == shown(second)
    assert "[7 7 7 7] [1]" in str(shown(first))


@pytest.mark.parametrize(
    ("first", "between", "last", "name"),
    [
        ("n = 10", "n = 3", "n = 10\nm = n", "n"),
        ("import math", "math = None", "import math", "math"),
        ("from math import floor", "del floor", "from math import floor", "floor"),
    ],
    ids=["a number", "a module", "a function"],
)
def test_a_name_bound_again_to_the_same_object_is_bound_again(first, between, last, name, box):
    """What a student made of it meanwhile is over; and it is the lesson's that a check finds."""
    plain = job((first, "", name), between, (last, "", f"{name} m"), f"print({name})\n{name} = 7", f"print({name})")
    steps = [replace(step, keeps=(name,) if step.bare else ()) for step in plain.steps]
    steps[-1] = replace(steps[-1], restores=(name,))
    plain = replace(plain, steps=tuple(steps))
    run = box.run(plain)
    assert shown(run) == shown(box.run(replace(plain, early=())))
    assert "NameError" not in str(shown(run))
    assert run.cells["c3"].outputs == run.cells["c4"].outputs


UNFIT = {
    "changes an array of another cell": ("x.sort(); x[:] = x[::-1].copy()", "x", ""),
    "draws from a generator of another cell": ("z = rng.normal()", "rng", "z"),
    "appends to a list of another cell": ("held.append(2)", "held", ""),
    "draws from NumPy's own generator": ("z = np.random.rand()", "np", "z"),
    "draws from Python's own generator": ("import random\nz = random.random()", "", "z random"),
    "draws from torch's own generator": ("import torch\nz = torch.rand(1).item()", "", "z torch"),
    "leaves a file": ("open('left', 'w').close()", "", ""),
    "leaves a file elsewhere": ("import tempfile\nf = tempfile.mkstemp(dir='/tmp', prefix='f')[0]", "", "f tempfile"),
    "starts a thread": (
        "import threading, time\nt = threading.Thread(target=time.sleep, args=(5,), daemon=True)\nt.start()",
        "",
        "t threading time",
    ),
    "fails": ("print(1)\n1 / 0", "", ""),
    "takes a name away": ("del held", "held", ""),
    "shows a widget": ("import ipywidgets\ndisplay(ipywidgets.IntSlider())", "", "ipywidgets"),
    "does not show its state": ("z = next(steps)", "steps", "z"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_cell_that_does_more_than_give_names_runs_in_each_submission(name, box):
    source, reads, binds = UNFIT[name]
    base = f"{BASE}\nsteps = (i for i in range(9))"
    cells = [
        (base, "", "np x rng held steps"),
        (f"print(__import__('os').getpid())\n{source}", reads, binds),
        "print(x, len(globals().get('held', ())))",
    ]
    run, plain = box.run(job(*cells)), box.run(job(*cells, early=()))
    assert pid(run, "c1") == 2
    if name not in ("shows a widget", "draws from torch's own generator"):  # these differ from process to process
        assert shown(run) == shown(plain)
    assert run.ended == plain.ended


def test_a_cell_that_ends_its_process_ends_each_submission_as_before(box):
    cells = [(BASE, "", "np x rng held"), ("import os\nos._exit(0)", "", "os"), "print('not reached')"]
    run, plain = box.run(job(*cells)), box.run(job(*cells, early=()))
    assert shown(run) == shown(plain)
    assert run.ended == plain.ended == "died"


def test_what_rests_on_an_unfit_cell_runs_in_each_submission_and_the_rest_beforehand(box):
    cells = [
        (BASE, "", "np x rng held"),
        (f"{WHERE}\nheld.append(1)", "held", "os"),
        (f"{WHERE}\nz = len(held)", "held os", "z"),
        (f"print(__import__('os').getpid())\n{BASE.partition(chr(10))[0]}", "", "np"),
    ]
    run = box.run(job(*cells))
    assert [pid(run, name) for name in ("c1", "c2")] == [2, 2]
    assert pid(run, "c3") != 2


def test_an_import_that_draws_random_numbers_is_done_before_the_cells(box):
    run = box.run(job((f"from sklearn.neighbors import KNeighborsClassifier\n{WHERE}", "", "KNeighborsClassifier os")))
    assert pid(run, "c0") != 2


def test_how_numpy_prints_is_set_again_in_each_submission(box):
    again = "np.set_printoptions(precision=2)"
    cells = [(f"import numpy as np\n{again}\nprint(np.array([2 / 3]))", "", "np"), "print(np.array([1 / 3]))"]
    early = (Early("c0", cells[0][0], False, (), ("np",), again),)
    run = box.run(job(*cells, early=early))
    assert shown(run) == shown(box.run(job(*cells, early=())))
    assert [cell.outputs[0]["text"] for cell in run.cells.values()] == ["[0.67]\n", "[0.33]\n"]


def test_a_check_whose_text_was_read_beforehand_sees_the_same(box):
    check = "from course_lib.checks import check\nwith check('c') as expect:\n    expect('twice', double(4))"
    steps = (Step("a", "def double(x):\n    return 2 * x"), Step("check-c", check, "c"))
    hidden = (Step("h", check.replace("'c'", "'c', part='hidden', start=1"), "c", "hidden"),)
    plain = Job("k", "l", steps, hidden, Limits())
    seen = [box.run(replace(plain, early=early)).seen for early in ((), (Early("check-c", check, True),))]
    assert seen[0] == seen[1]
    assert [one.value for one in seen[0]] == [8, 8]


@pytest.mark.parametrize("change", ["x[:] = 7", "held.append(1)"])
def test_the_first_of_a_class_finds_what_the_others_find(change, places):
    """What it does to an object does not reach what was made of it beforehand, for nobody."""
    cells = [(BASE, "", "np x rng held"), change, ("y = x.sum() + len(held)", "x held", "y"), "print(y)"]
    with places.sandbox(PATHS[0]) as fresh:
        first, second = (fresh.run(job(*cells)) for _ in range(2))
    assert shown(first) == shown(second)
    assert first.cells["c3"].outputs[0]["text"] == "6\n"


def test_lessons_come_and_go(box):
    """More lessons than are kept at a time: the first is made once more, and finds what it found."""
    many = [job((f"{BASE}\nprint('lesson {i}')\n{WHERE}", "", "np x rng held os")) for i in range(7)]
    for one in (*many, many[0]):
        run = box.run(one)
        assert run.ended == "finished"
        told = run.cells["c0"].outputs[0]["text"].split()
        assert told[:2] == one.steps[0].source.partition("print('")[2].partition("'")[0].split()
        assert int(told[2]) != 2


def test_a_lesson_whose_process_was_killed_has_another(places):
    one = job((WHERE, "", "os"))
    with places.sandbox(PATHS[0]) as made:
        first = pid(made.run(one), "c0")
        assert first == pid(made.run(one), "c0") != 2
        _, nursery, *_ = [one for one in children_of(made.zygote.process.pid) if name_of(one).startswith("python")]
        os.kill(nursery, signal.SIGKILL)
        assert first != pid(made.run(one), "c0") != 2


def test_no_process_of_a_lesson_stays_when_the_sandbox_ends(places):
    with places.sandbox(PATHS[0]) as made:
        made.run(job((BASE, "", "np x rng held")))
        mine = children_of(made.zygote.process.pid)
        assert len(mine) > 2
    assert not any(os.path.exists(f"/proc/{one}") for one in mine)


def children_of(pid):
    """A process and all its descendants."""
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [pid, *(one for child in file.read().split() for one in children_of(int(child)))]


def name_of(pid):
    """What a process calls itself."""
    with open(f"/proc/{pid}/comm") as file:
        return file.read()
