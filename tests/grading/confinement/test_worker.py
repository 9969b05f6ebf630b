"""Cells run in the worker as they do in Jupyter: a real kernel is the witness."""

import base64
import io
import re

import nbformat
import numpy as np
import pytest
from matplotlib.image import imread
from nbclient import NotebookClient

from course_lib.evidence.held import pack
from grading.confinement.job import Job, Limits, Step
from tests.grading import attacks
from tests.grading.places import PATHS

# ruff: noqa: E501
CELLS = {
    "an expression": "1 + 1",
    "the last expression only": "1\n2",
    "nothing for None": "None",
    "a semicolon hides": "3;",
    "print": "print('a'); print('b', end='')\nprint('c')",
    "stderr between": "import sys\nprint('out'); print('err', file=sys.stderr); print('out again')",
    "no newline at the end": "sys.stdout.write('no newline')",
    "display": "from IPython.display import HTML, Markdown, display, clear_output\ndisplay(HTML('<b>x</b>'), Markdown('*y*'))",
    "a rich result": "HTML('<i>z</i>')",
    "its own representation": "class P:\n    def _repr_html_(self):\n        return '<p>'\nP()",
    "a mime bundle": "class M:\n    def _repr_mimebundle_(self, **k):\n        return {'text/plain': 'm', 'text/latex': '$m$'}\nM()",
    "an array": "import numpy as np\nnp.arange(6.).reshape(2, 3)",
    "a tensor": "import torch\ntorch.arange(3.)",
    "an updated display": "h = display('first', display_id='one'); h.update('second')",
    "an update from a later cell": "h.update('third')",
    "cleared output": "print('gone'); clear_output(); print('stays')",
    "cleared output, waiting": "print('gone'); clear_output(wait=True); print('stays')",
    "an error": "1 / 0",
    "after an error": "'still here'",
    "an error in a function": "def f(x):\n    y = x + 1\n    return y / 0\nf(1)",
    "an error of its own": "class Mine(Exception):\n    def _render_traceback_(self):\n        return ['one clean line']\nraise Mine('m')",
    "a syntax error": "def (:",
    "a name error": "undefined_name",
    "an exception with cause": "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('v') from e",
    "an error on the way into a with": "class C:\n    def __enter__(self):\n        return 1 / 0\n    def __exit__(self, *error):\n        pass\nwith C() as c:\n    x = 1",
    "an error in what a with asks for": "with open(undefined_name) as file:\n    x = 1",
    "an error inside a with": "import warnings\nwith warnings.catch_warnings():\n    1 / 0",
    "an error on the way out of a with": "class D:\n    def __enter__(self):\n        return 5\n    def __exit__(self, *error):\n        raise ValueError('out')\nwith D() as d:\n    print(d)",
    "a with of no context": "with 5:\n    x = 1",
    "a with that swallows": "import contextlib\nwith contextlib.suppress(ZeroDivisionError), contextlib.nullcontext(3) as three:\n    print(three)\n    1 / 0",
    "top-level await": "import asyncio\nawait asyncio.sleep(0.01)\nprint('awaited')",
    "await as a value": "await asyncio.sleep(0.01, 'value')",
    "the loop is running": "asyncio.get_running_loop().is_running()",
    "asyncio.run is refused": "async def co(): return 1\ntry:\n    asyncio.run(co())\nexcept RuntimeError as e:\n    print(e)",
    "async for": "async def gen():\n    yield 1\nasync for i in gen():\n    print(i)",
    "input": "input('name? ')",
    "getpass": "import getpass\ngetpass.getpass()",
    "a line magic": "%precision 3\n3.14159",
    "a cell magic": "%%capture taken\nprint('captured'); display('too')",
    "what was captured": "print(taken.stdout, len(taken.outputs))",
    "writing a file": "%%writefile note.txt\nhello",
    "reading it": "print(open('note.txt').read())",
    "an unknown magic": "%no_such_magic",
    "a shell line": "!echo from the shell",
    "a shell line as a value": "lines = !printf 'a\\nb'\nlines",
    "a shell cell": "%%bash\necho in bash; echo to stderr >&2",
    "a subprocess": "import os, subprocess, time\nprint('before', flush=True); r = subprocess.run(['echo', 'child']); time.sleep(1); print('after')",
    "os.system": "n = os.system('echo system')",
    "the descriptor": "n = os.write(1, b'raw\\n')",
    "history": "_, Out[1], In[1], _i",
    "double underscore names": "__name__, '__file__' in globals()",
    "the shell": "type(get_ipython()).__name__, get_ipython().user_ns is globals()",
    "display hook off": "_ = 5\n_",
    "help": "len?",
    "matplotlib inline": "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2, 3]); plt.title('t');",
    "a figure at a cell's end": "import matplotlib.pyplot as plt\nplt.figure(figsize=(2, 1))\nplt.plot([1, 2]);",
    "two figures at a cell's end": "plt.figure(figsize=(2, 1))\nplt.figure(figsize=(1, 2));",
    "a figure of a cell that fails": "plt.figure(figsize=(2, 1))\n1 / 0",
    "two figures": "plt.figure(); plt.plot([1]); plt.figure(); plt.bar([1], [2]); plt.show()",
    "a figure as a result": "fig, ax = plt.subplots(figsize=(2, 1)); plt.close(fig); fig",
    "the backend": "import matplotlib\nmatplotlib.get_backend()",
    "a warning": "import warnings\nwarnings.warn('careful')",
    "logging": "import logging\nlogging.warning('logged')",
    "a widget": "import ipywidgets\nipywidgets.IntSlider(value=3)",
    "interact": "ipywidgets.interact(lambda x: print('x is', x), x=ipywidgets.fixed(4));",
    "a widget's value": "s = ipywidgets.IntSlider(); s.value = 7; seen = []; s.observe(lambda c: seen.append(c.new), 'value'); s.value = 8; seen",
    "a progress bar": "from tqdm import tqdm\nfor _ in tqdm(range(2), file=sys.stdout, bar_format='{n_fmt}'):\n    pass",
    "what tqdm takes this for": "import tqdm.auto\ntqdm.auto.tqdm.__module__",
    "a thread": "import threading\nt = threading.Thread(target=lambda: print('from a thread')); t.start(); t.join()",
    "multiprocessing": "import multiprocessing as mp\nwith mp.get_context('fork').Pool(2) as pool:\n    print(pool.map(abs, [-1, -2]))",
    "a fork that prints": "pid = os.fork()\nif pid == 0:\n    print('from the fork', flush=True); os._exit(0)\nos.waitpid(pid, 0); print('parent')",
    "sys.exit": "sys.exit('bye')",
    "autograd": "x = torch.ones(2, requires_grad=True); (x * x).sum().backward(); x.grad",
    "big linear algebra": "np.linalg.svd(np.ones((50, 50)))[1].shape",
    "nan in a dict": "display({'application/json': {'x': 1.5}}, raw=True)",
    "how arrays print": "np.set_printoptions(precision=3)\nnp.array([1 / 3])",
    "how they print in the next cell": "np.array([2 / 3])",
    "recursion": "def deep(n): return deep(n + 1)\ntry:\n    deep(0)\nexcept RecursionError:\n    print('too deep')",
}  # fmt: skip


@pytest.fixture(scope="module")
def box(places):
    with places.sandbox(PATHS[0]) as made:
        yield made


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    """The outputs of a real kernel, by cell."""
    folder = tmp_path_factory.mktemp("jupyter")
    cells = [nbformat.v4.new_code_cell(source, id=f"c{i}") for i, source in enumerate(CELLS.values())]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}})
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST", raising=False)  # with it a kernel does not take over descriptors 1 and 2
        client.execute()
    return dict(zip(CELLS, (cell.outputs for cell in notebook.cells), strict=True))


@pytest.fixture(scope="module")
def worker(box):
    """The outputs of the worker, by cell."""
    steps = tuple(Step(f"c{i}", source) for i, source in enumerate(CELLS.values()))
    run = box.run(Job("parity", "parity", steps, (), Limits(cpu=100, cell_cpu=50)))
    assert run.ended == "finished", run.detail
    return dict(zip(CELLS, (cell.outputs for cell in run.cells.values()), strict=True))


def plain(outputs):
    """Outputs without what must differ: process ids, temporary names, paths of packages, model ids."""
    merged = []
    for output in outputs:
        if output["output_type"] != "stream":
            merged.append(dict(output))
            continue
        before = []  # stdout and stderr are two streams: in which order their pieces come is not defined
        for known in reversed(merged):
            if known["output_type"] != "stream":
                break
            before.append(known)
        same = [known for known in before if known["name"] == output["name"]]
        if same:
            same[0]["text"] += output["text"]
        else:
            merged.append(dict(output))
    texts = [output for output in merged if output["output_type"] == "stream"]
    if len(texts) == len(merged):
        merged.sort(key=lambda output: output["name"])
    return [scrub(output) for output in merged]


def scrub(value):
    if isinstance(value, str):
        value = re.sub(r"ipykernel_\d+/\d+", "ipykernel_N/N", value)
        value = re.sub(r"\(pid=\d+\)", "(pid=N)", value)  # in a warning of Python 3.12
        value = re.sub(r"(/[\w.+-]+)+/(lib/python3\.\d+/)", r"PREFIX/\2", value)
        value = re.sub(r" at 0x[0-9a-f]+", " at ADDRESS", value)
        return re.sub(r"[0-9a-f]{32}", "MODEL", value)
    if isinstance(value, dict):
        return {name: pixels(item) if name == "image/png" else scrub(item) for name, item in value.items()}
    return [scrub(item) for item in value] if isinstance(value, list) else value


def pixels(png):
    """A picture as its size and coarse content: the same drawing, whatever the encoder wrote around it."""
    picture = imread(io.BytesIO(base64.b64decode(png)))
    return picture.shape, np.round(picture.mean(axis=(0, 1)), 3).tolist()


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_shows_what_it_shows_in_jupyter(name, jupyter, worker):
    assert plain(worker[name]) == plain(jupyter[name])


def test_outputs_are_valid_notebook_outputs(worker):
    cells = [nbformat.v4.new_code_cell("", outputs=outputs) for outputs in worker.values()]
    for cell in cells:
        for output in cell.outputs:
            if output["output_type"] == "execute_result":
                cell.execution_count = output["execution_count"]
    nb = nbformat.v4.new_notebook(cells=cells)
    assert nbformat.validator.isvalid(nb)
    nb.cells[0].outputs = [nbformat.from_dict({"output_type": "stream"})]
    assert not nbformat.validator.isvalid(nb)


def test_a_check_runs_while_the_loop_does_as_in_jupyter(box):
    source = "import asyncio\ndef answer():\n    return asyncio.get_running_loop().is_running()"
    check = "from course_lib.checks import check\nwith check('a') as expect:\n    expect('running', answer())"
    hidden = check.replace("check('a')", "check('a', part='hidden', start=1)")
    steps = Step("a", source), Step("check-a", check, "a")
    run = box.run(Job("loop", "x", steps, (Step("h", hidden, "a", "hidden"),)))
    assert [seen.value for seen in run.seen] == [True, True]


def test_a_check_finds_numpy_as_it_was_whatever_a_cell_made_an_error(box):
    loud = Step("a", "import numpy as np\nnp.seterr(all='raise')\ndef answer():\n    return np.exp(np.array([-800.0]))")
    check = "from course_lib.checks import check\nwith check('a') as expect:\n    expect('tiny', answer())"
    run = box.run(Job("seterr", "x", (loud, Step("check-a", check, "a"))))
    assert [(seen.kind, seen.value.tolist()) for seen in run.seen] == [("value", [0.0])]


def test_practice_runs_know_that_they_are_graded(box):
    run = box.run(Job("mode", "x", (Step("a", "import os\nos.environ['COURSE_MODE']"),)))
    assert run.cells["a"].outputs[0]["data"]["text/plain"] == "'grade'"


TURNED = {
    "a device": "set_default_device('cuda')",
    "a device by its number": "set_default_device(torch.device('meta', 0))",
    "a type": "set_default_dtype(torch.float64)",
    "threads": "set_num_threads(3)",
    "no gradients": "set_grad_enabled(False)",
    "anomalies": "autograd.set_detect_anomaly(True)",
    "what is deterministic": "use_deterministic_algorithms(True)",
}


@pytest.mark.parametrize("name", TURNED)
def test_torchs_switches_are_turned_back_before_the_next_cell(box, name):
    look = """x = torch.ones(1, requires_grad=True)
print((x * 2).requires_grad, x.device, x.dtype, torch.get_num_threads(), torch.is_anomaly_enabled(),
      torch.are_deterministic_algorithms_enabled())"""
    turn = f"import torch\ntorch.{TURNED[name]}"
    run = box.run(Job("turned", "x", (Step("a", turn), Step("b", look), Step("c", turn), Step("d", look))))
    assert [run.cells[id].status for id in "abcd"] == ["ok"] * 4
    assert [run.cells[id].outputs[0]["text"].strip() for id in "bd"] == ["True cpu torch.float32 1 False False"] * 2


def test_torch_has_one_thread_there_without_being_told(box):
    run = box.run(Job("threads", "x", (Step("a", "import torch\ntorch.get_num_threads()"),)))
    assert run.cells["a"].outputs[0]["data"]["text/plain"] == "1"


def test_text_that_is_no_unicode_is_shown_as_well_as_it_can_be(box):
    run = box.run(Job("odd", "x", (Step("a", "print('\\ud800 \\U0001f600')"),)))
    assert run.cells["a"].outputs[0]["text"] == "? \U0001f600\n"


def test_two_runs_of_one_submission_are_equal(box):
    source = "list({'a', 'b', 'c', 'd', 'e', 'f'}), hash('x')"
    runs = [box.run(Job("same", "x", (Step("a", source),))) for _ in range(2)]
    assert runs[0].cells["a"].outputs == runs[1].cells["a"].outputs


def test_set_order_is_the_same_in_another_warm_process(box, places):
    source = "list({'a', 'b', 'c', 'd', 'e', 'f'}), hash('x')"
    with places.sandbox(PATHS[0]) as other:
        runs = [sandbox.run(Job("same", "x", (Step("a", source),))) for sandbox in (box, other)]
    assert runs[0].cells["a"].outputs == runs[1].cells["a"].outputs


def test_a_hidden_part_starts_from_the_names_its_check_cell_had(box):
    steps = (
        Step("a", "from course_lib.checks import check\nx = 1"),
        Step("b", 'with check("one") as expect:\n    expect("x", x)', "one"),
        Step("c", "x = 2; later = 1"),
        Step("d", 'with check("two") as expect:\n    expect("x", x)', "two"),
    )
    body = 'with check("{}", part="hidden", start=1) as expect:\n    expect("x", x)\n'
    body += '    expect("later", "later" in globals())'
    hidden = (Step("h2", body.format("two"), "two", "hidden"), Step("h1", body.format("one"), "one", "hidden"))
    run = box.run(Job("names", "x", steps, hidden))
    assert [(s.check, s.part, s.value) for s in run.seen] == [
        ("one", "visible", 1), ("two", "visible", 2), ("two", "hidden", 2), ("two", "hidden", True),
        ("one", "hidden", 1), ("one", "hidden", False)]  # fmt: skip


def test_what_a_hidden_part_saw_is_heard_although_its_process_dies(box):
    first = Step("a", "import os\nfrom course_lib.checks import check")
    steps = (first, Step("b", 'with check("one") as expect:\n    expect("first", 0)', "one"))
    hidden = 'with check("one", part="hidden", start=1) as expect:\n    expect("one", 1)\n    os._exit(3)'
    run = box.run(Job("told", "x", steps, (Step("h", hidden, "one", "hidden"),)))
    assert [s.value for s in run.seen if s.part == "hidden"] == [1]
    assert (run.hidden, run.ended) == ({"h": "killed by died"}, "died")


ROOM = """import ctypes, numpy
top = ctypes.CDLL(None).sbrk(0)
array = numpy.ones(2 << 20)  # 16 MB
middle, place = array.ctypes.data + (8 << 20), ()
for line in open('/proc/self/smaps'):
    word, *rest = line.split()
    if '-' in word and not word.endswith(':'):
        begin, end = (int(part, 16) for part in word.split('-'))
    elif word == 'VmFlags:' and begin <= middle < end:
        place = rest
print(ctypes.CDLL(None).sbrk(0) == top, 'hg' in place)"""


def test_the_first_arrays_of_a_submission_find_room_in_huge_pages(box):
    run = box.run(Job("room", "x", (Step("a", ROOM),)))
    assert run.cells["a"].outputs[0]["text"] == "True True\n"


def test_a_hidden_part_without_its_check_cell_is_skipped(box):
    run = box.run(Job("gone", "x", (Step("a", "1"),), (Step("h", "print(1)", "deleted", "hidden"),)))
    assert run.ended == "finished"
    assert run.hidden == {"h": "skipped"}


def test_the_expected_values_are_where_course_lib_looks(places):
    with places.sandbox(PATHS[0], places.expected({"x.npz": b"visible"})) as box:
        read = "import os\nwhere = os.environ['COURSE_EXPECTED']\n"
        read += "print(open(where + '/x.npz').read(), os.access(where, os.W_OK))"
        run = box.run(Job("where", "x", (Step("a", read),)))
    assert run.cells["a"].outputs[0]["text"] == "visible False\n"


@pytest.mark.parametrize(("kind", "ended", "last"), [("own", "finished", "ok"), ("a", "cpu limit", "skipped")])
def test_cells_of_the_students_own_leave_half_of_the_time_to_the_others(box, kind, ended, last):
    loops = [Step(f"{kind}-{i}", "while True: pass") for i in range(8)]
    limits = Limits(cpu=4, cell_cpu=1, wall=120)
    run = box.run(Job("loops", "x", (*loops, Step("last", "print('here')")), limits=limits))
    assert (run.ended, run.cells["last"].status) == (ended, last)


def test_what_they_used_up_is_not_taken_from_the_others(box):
    loops = [Step(f"own-{i}", "while True: pass") for i in range(4)]
    busy = Step("busy", "import time\nbegun = time.process_time()\nwhile time.process_time() < begun + 0.8: pass")
    run = box.run(Job("loops", "x", (*loops, busy), limits=Limits(cpu=5, cell_cpu=1, wall=120)))
    assert [cell.status for cell in run.cells.values()] == ["killed"] * 4 + ["ok"]


def test_an_endless_recursion_is_shown_in_short(box):
    run = box.run(Job("deep", "x", (Step("a", "def f(n):\n    return n * f(n - 1)\nf(3)"), Step("b", "1"))))
    (output,) = run.cells["a"].outputs
    assert output["ename"] == "RecursionError"
    assert len(str(output)) < 40_000
    assert run.cells["a"].cpu < 1.5
    assert run.cells["b"].status == "ok"


def test_a_stopped_cell_says_where_it_was(box):
    limits = Limits(cell_cpu=0.5)
    run = box.run(Job("loop", "x", (Step("a", "def spin(x):\n    while True:\n        x += 1\nspin(1)"),), (), limits))
    (output,) = run.cells["a"].outputs
    assert output["ename"] == "CellStopped"
    assert re.fullmatch(r"this cell was stopped after 0.5 seconds of CPU; it was at line [23]: .*", output["evalue"])
    assert output["traceback"] == [f"CellStopped: {output['evalue']}"]


def test_a_submissions_modules_are_found_but_shadow_nothing(box):
    files = {"mine.py": b"x = 5", "random.py": b"raise SystemExit", "colorsys.py": b"raise SystemExit"}
    source = "import mine, colorsys, random\nprint(mine.x, 'opt' in colorsys.__file__ or 'usr' in colorsys.__file__)"
    run = box.run(Job("own", "x", (Step("a", source),), (), Limits(), files))
    assert run.cells["a"].outputs[0]["text"] == "5 True\n"


def test_a_long_output_keeps_its_beginning_and_says_so(box):
    limits = Limits(cell_output=5000)
    run = box.run(
        Job("long", "x", (Step("a", "for i in range(10000):\n    print(i)"), Step("b", "print('next')")), (), limits)
    )
    text = "".join(o["text"] for o in run.cells["a"].outputs)
    assert text.startswith("0\n1\n2\n")
    assert "output cut" in text
    assert len(text) < 5200
    assert run.cells["b"].outputs[0]["text"] == "next\n"


def test_held_data_reach_a_hidden_cell_and_do_not_stand_in_its_source(box):
    data = np.random.default_rng(0).normal(size=(300, 200))
    asked = f"""import linecache, sys
with check("double", part="hidden", start=1) as expect:
    expect("sum", float(expect.held("{pack(data)}").sum()))
    expect("letters", len("".join(linecache.getlines(sys._getframe().f_code.co_filename))) < 2000)
    expect("unknown", expect.held("no such data"))"""
    visible = (Step("import", "from course_lib.checks import check"), attacks.BEFORE[1])
    define = Step("define", "def double(x):\n    return 2 * x")
    run = box.run(Job("held", "x", (define, *visible), (Step("hidden", asked, "double", "hidden"),), attacks.FAST))
    total, letters, unknown = [seen for seen in run.seen if seen.part == "hidden"]
    assert total.value == pytest.approx(data.sum())
    assert letters.value is True
    assert (unknown.kind, unknown.value["type"]) == ("raised", "ValueError")


def test_pictures_of_the_lessons_own_cells_are_not_drawn_and_a_students_are(box):
    draw = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint('told')"
    show = draw + "\nplt.show()"
    bare = [Step(f"lessons {i}", source, bare=True) for i, source in enumerate((draw, show))]
    run = box.run(
        Job("bare", "x", (*bare, Step("a student's", draw), Step("shown", show), Step("again", show, bare=True)))
    )
    shown = {name: [o["output_type"] for o in cell.outputs] for name, cell in run.cells.items()}
    drawn = ["stream", "display_data"]
    told = {name: ["stream"] for name in ("lessons 0", "lessons 1", "again")}
    assert shown == {**told, "a student's": drawn, "shown": drawn}
