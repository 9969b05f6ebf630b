"""A call to the library's own version is caught when it stands in the learner's function, and nowhere else."""

import builtins
import sys
import threading

import numpy as np
import pytest

from course_lib.checks import use_sink
from course_lib.checks.guard import Guard
from tests.course_lib.check_tools import Collect, Notebook, fake_module

CHECK = 'with check("f") as expect:\n    expect("a", f(np.ones(3)))\n    expect("b", 1)'


def kinds(source, forbid, cell=CHECK):
    return [s.kind for s in Notebook().seen(source, cell, forbid=forbid).lines]


CAUGHT = {
    "a Python function behind NumPy's dispatcher": ("return np.convolve(x, x)", "numpy.convolve"),
    "a C function behind NumPy's dispatcher": ("return np.dot(x, x)", "numpy.dot"),
    "a ufunc": ("return np.maximum(x, 0)", "numpy.maximum"),
    "a ufunc's method": ("return np.add.reduce(x)", "numpy.add"),
    "a function in a submodule": ("return np.linalg.norm(x)", "numpy.linalg.norm"),
    "a method of arrays": ("return x.sum()", "numpy.ndarray.sum"),
    "a method called through its class": ("return np.ndarray.sum(x)", "numpy.ndarray.sum"),
    "a built-in": ("return sorted(x)", "builtins.sorted"),
    "a class": ("return np.vectorize(abs)(x)", "numpy.vectorize"),
    "another name": ("return same(x, x)", "numpy.convolve"),
    "another name of a ufunc": ("return largest(x, 0)", "numpy.maximum"),
    "imported inside the function": ("import numpy as n\n    return n.convolve(x, x)", "numpy.convolve"),
    "a ufunc imported inside the function": ("import numpy as n\n    return n.maximum(x, 0)", "numpy.maximum"),
    "from inside the function": ("from numpy import convolve as c\n    return c(x, x)", "numpy.convolve"),
    "through map": ("return list(map(np.linalg.norm, [x]))", "numpy.linalg.norm"),
    "through getattr": ("return getattr(np, 'con' + 'volve')(x, x)", "numpy.convolve"),
    "through functools": ("import functools\n    return functools.partial(np.convolve, x)(x)", "numpy.convolve"),
    "in a helper": ("return helper(x)", "numpy.convolve"),
    "in a comprehension": ("return [np.dot(v, v) for v in [x]]", "numpy.dot"),
    "in a thread": (
        "import threading\n    t = threading.Thread(target=lambda: np.convolve(x, x))\n    t.start()\n    t.join()",
        "numpy.convolve",
    ),
    "in a try": (
        "try:\n        return np.convolve(x, x)\n    except BaseException:\n        return 0",
        "numpy.convolve",
    ),
    "the library's short name": (
        "import course_lib.arithmetic as a\n    return a.output_size(7, 3)",
        "arithmetic.output_size",
    ),
}
BEFORE = (
    "from numpy import convolve as same, maximum as largest\n"
    "def helper(x):\n    return np.convolve(x, x)\n"
    "def f(x):\n    "
)


@pytest.mark.parametrize(("body", "name"), CAUGHT.values(), ids=CAUGHT)
def test_a_forbidden_call_is_caught(body, name):
    sink = Notebook().seen(BEFORE + body, CHECK, forbid=["no.such.module.f", name])
    assert sink.lines[0].kind == "forbidden"
    assert sink.lines[0].value["name"] == name
    assert [s.kind for s in sink.lines[1:]] == ["value"]


MACHINE = "np.poly1d([1.0, 2.0])"
KEPT = {
    "in a list": f"box = [{MACHINE}]\ndef f(x):\n    return box[0](x)",
    "under a name": f"m = {MACHINE}\ndef f(x):\n    return m(x)",
    "in a class": f"class Box:\n    m = {MACHINE}\ndef f(x):\n    return Box.m(x)",
    "as a default": f"def f(x, m={MACHINE}):\n    return m(x)",
    "in a closure": f"def made(m):\n    return lambda x: m(x)\nf = made({MACHINE})",
    "given on to a helper": f"m = {MACHINE}\ndef use(m, x):\n    return m(x)\ndef f(x):\n    return use(m, x)",
    "of a class of its kind": "class Mine(np.poly1d):\n    pass\nm = Mine([1.0, 2.0])\ndef f(x):\n    return m(x)",
}


@pytest.mark.parametrize("source", KEPT.values(), ids=KEPT)
def test_what_a_forbidden_class_has_made_and_somebody_kept_is_caught(source):
    sink = Notebook().seen(source, CHECK, forbid=["numpy.poly1d"])
    assert sink.lines[0].value == {"name": "numpy.poly1d", **sink.lines[0].value}
    assert [s.kind for s in sink.lines] == ["forbidden", "value"]


def test_what_a_check_gives_to_an_answer_may_be_used():
    given = f"p = {MACHINE}\ndef g(x):\n    return p(x)\ndef f(x, m):\n    return m(x)"
    cell = 'with check("f") as expect:\n    expect("a", f(1.0, p))\n    expect("b", f(1.0, np.poly1d([1.0])))'
    assert kinds(given, ["numpy.poly1d"], cell) == ["value", "value"]


def test_a_module_loaded_only_by_the_learners_call_is_watched_too(monkeypatch):
    def conv2d(x):
        return x

    book = Notebook()
    book.names["late"] = lambda: fake_module("late_library", monkeypatch, conv2d=conv2d)
    sink = book.seen("def f(x):\n    return late().conv2d(x)", CHECK, forbid=["late_library.conv2d"])
    assert sink.lines[0].kind == "forbidden"


def test_nothing_is_imported_to_watch_for_it(monkeypatch):
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)  # a picture drawn by another test may have loaded it
    kinds("def f(x):\n    return x", ["colorsys.rgb_to_hsv"])
    assert "colorsys" not in sys.modules


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("torch.nn.functional.conv2d(t, t)", "torch.nn.functional.conv2d"),
        ("torch.conv2d(t, t)", "torch.nn.functional.conv2d"),
        ("torch.nn.Conv2d(1, 1, 1)(t)", "torch.nn.Conv2d"),
        ("t.sum()", "torch.Tensor.sum"),
        ("torch.nn.functional.relu(t)", "torch.nn.functional.relu"),
    ],
)
def test_torch_functions_are_caught(call, name):
    source = f"import torch\ndef f(x):\n    t = torch.ones(1, 1, 3, 3)\n    return {call}"
    assert kinds(source, [name])[0] == "forbidden"


LIBRARY = {
    "the public function": ("F.conv2d(x, x)", "conv2d"),
    "its module": ("convolution.conv2d(x, x)", "conv2d"),
    "the primitive behind it": ("conv.conv2d(x, x)", "conv2d"),
    "the primitive by another name": ("primitive(x, x)", "conv2d"),
    "a primitive of another name behind it": ("pool.max_indices(x, 1)", "max_pool2d"),
    "another library function of that name": ("softmax(x)", "softmax"),
    "a function that tells misuse": ("F.softmax(x, 1)", "softmax"),
    "a method of Tensor": ("Tensor(x).softmax(1)", "softmax"),
    "a method of Tensor without arguments": ("Tensor(x).relu()", "relu"),
}


@pytest.mark.parametrize(("call", "name"), LIBRARY.values(), ids=LIBRARY)
@pytest.mark.parametrize("inside", [True, False], ids=["imported inside", "imported before"])
def test_a_public_name_covers_what_stands_behind_it_by_any_path(call, name, inside, monkeypatch):
    for late in ("course_lib.topics.logistic",):  # as if nobody had imported it yet
        monkeypatch.delitem(sys.modules, late, raising=False)
    imports = [
        "from course_lib import Tensor, functional as F",
        "from course_lib.functional import convolution",
        "from course_lib.ops.convolution import conv, pool",
        "from course_lib.ops.convolution.conv import conv2d as primitive",
        "from course_lib.topics.logistic import softmax",
    ]
    before, within = ([], imports) if inside else (imports, [])
    source = "\n".join([*before, "def f(x):", "    x = x.reshape(1, 1, 1, 3)", *(f"    {line}" for line in within)])
    sink = Notebook().seen(f"{source}\n    return {call}", CHECK, forbid=[f"course_lib.functional.{name}"])
    assert (sink.lines[0].kind, sink.lines[0].value["name"]) == ("forbidden", f"course_lib.functional.{name}")


@pytest.mark.parametrize(
    "call", ["F.relu(x)", "conv.conv1d(x[0], x[0])", "conv2d(x)", "whole(3, 'x', least=1, name='f')"]
)
def test_a_public_name_covers_nothing_else(call):
    source = (
        "from course_lib import functional as F\nfrom course_lib.ops.convolution import conv\n"
        "from course_lib.arithmetic import whole\ndef conv2d(x):\n    return x\n"
        f"def f(x):\n    x = x.reshape(1, 1, 1, 3)\n    {call}\n    return 1"
    )
    assert set(kinds(source, ["course_lib.functional.conv2d"])) == {"value"}


def test_what_tells_misuse_of_every_function_is_no_function_itself():
    source = "from course_lib import functional as F\ndef f(x):\n    F.softmax\n    return F.cat([x, x]).data"
    assert set(kinds(source, ["course_lib.functional.softmax"])) == {"value"}


FINE = {
    "the check cell itself": ("return x + 1", "numpy.convolve", "np.convolve(f(np.ones(2)), [1])"),
    "a lambda of the check cell": ("return x + 1", "numpy.convolve", "(lambda v: np.convolve(v, v))(f(np.ones(2)))"),
    "a comprehension of the check cell": ("return x + 1", "numpy.dot", "[np.dot(v, v) for v in f(np.ones(2))]"),
    "a library function that calls it": ("return np.linalg.norm(x)", "numpy.dot", "f(np.ones(2))"),
    "a method of another class": ("return sum([1])", "numpy.ndarray.sum", "f(np.ones(2))"),
    "the same name elsewhere": ("return helper(x)", "other.helper", "f(np.ones(2))"),
    "another function": ("return np.correlate(x, x)", "numpy.convolve", "f(np.ones(2))"),
    "only its name": ("return np.convolve.__name__", "numpy.convolve", "f(np.ones(2))"),
}


@pytest.mark.parametrize(("body", "name", "value"), FINE.values(), ids=FINE)
def test_other_calls_are_nobodys_business(body, name, value):
    source = f"def helper(x):\n    return x\ndef f(x):\n    {body}"
    assert kinds(source, [name], f'with check("f") as expect:\n    expect("a", {value})') == ["value"]


def test_a_helper_defined_in_the_check_cell_may_call_it():
    cell = (
        'def slow(v):\n    return np.convolve(v, v)\nwith check("f") as expect:\n    expect("a", slow(f(np.ones(2))))'
    )
    assert kinds("def f(x):\n    return x", ["numpy.convolve"], cell) == ["value"]


@pytest.mark.parametrize(
    ("value", "kind"),
    [("np.convolve([1], [1]) + f(1)", "value"), ("f(np.convolve([1], [1]))", "value"), ("g(1)", "forbidden")],
)
def test_where_all_code_has_one_file_name_the_check_cell_is_told_apart_too(value, kind):
    book = Notebook()
    source = "def f(x):\n    return x\ndef g(x):\n    return np.convolve([x], [x])"
    exec(compile(source, "<string>", "exec"), book.names)
    sink = Collect(["numpy.convolve"])
    with use_sink(sink):
        exec(compile(f'with check("f") as expect:\n    expect("a", {value})', "<string>", "exec"), book.names)
    assert [s.kind for s in sink.lines] == [kind]


@pytest.mark.parametrize(
    ("module", "use", "kind"),
    [
        ("def g(x):\n    return np.convolve(x, x)", "from beside import g\ndef f(x):\n    return g(x)", "forbidden"),
        ("def g(x):\n    return np.convolve(x, x)", "import beside\ndef f(x):\n    return beside.g(x)", "forbidden"),
        ("def f(x):\n    return np.maximum(x, 0)", "from beside import f", "forbidden"),
        ("class G:\n    def g(self, x):\n        return np.convolve(x, x)",
         "from beside import G\nmade = G()\ndef f(x):\n    return made.g(x)", "forbidden"),
        ("def g(x):\n    return x + 1", "from beside import g\ndef f(x):\n    return g(x)", "value"),
    ],
)  # fmt: skip
def test_a_module_beside_the_notebook_is_the_learners_too(module, use, kind, tmp_path, monkeypatch):
    (tmp_path / "beside.py").write_text(f"import numpy as np\n{module}\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "beside", raising=False)
    assert kinds(use, ["numpy.convolve", "numpy.maximum"])[0] == kind
    monkeypatch.delitem(sys.modules, "beside")


def test_only_the_first_line_that_delegates_is_marked():
    cell = 'with check("f") as expect:\n    for i in range(3):\n        expect(str(i), f(np.ones(2)))'
    assert kinds("def f(x):\n    return np.convolve(x, x)", ["numpy.convolve"], cell) == ["forbidden", "value", "value"]


def test_a_call_outside_of_checks_is_free():
    book = Notebook()
    book.seen("def f(x):\n    return x", CHECK, forbid=["numpy.convolve"])
    book.run("np.convolve([1], [2])")
    assert sys.getprofile() is None


def test_a_forbidden_call_after_the_last_line_still_fails():
    cell = 'with check("f") as expect:\n    expect("a", 1)\n    f(np.ones(2))'
    assert kinds("def f(x):\n    return np.convolve(x, x)", ["numpy.convolve"], cell) == ["value", "forbidden"]


@pytest.mark.parametrize("body", ["return x", "return np.convolve(x, x)", "raise ValueError"])
def test_the_profile_function_is_given_back(body):
    def profile(frame, event, arg):
        return None

    sys.setprofile(profile)
    try:
        threading.setprofile(profile)
        kinds(f"def f(x):\n    {body}", ["numpy.convolve"])
        assert sys.getprofile() is threading.getprofile() is profile
    finally:
        threading.setprofile(None)
        sys.setprofile(None)


def delegates(x):
    return np.convolve(x, x)


def test_calls_are_watched_only_where_a_forbidden_name_is_mentioned():
    for names, watched in (([], False), (["numpy.convolve"], True), (["numpy.correlate"], False)):
        with Guard(names, sys._getframe()):
            assert (sys.getprofile() is not None) == watched
            delegates([1.0])
        assert sys.getprofile() is None


def test_watching_costs_little_per_call():
    import time

    def busy():
        total = 0
        for i in range(20_000):
            total += abs(i)
        return total

    start = time.process_time()
    with Guard(["numpy.convolve", "numpy.maximum", "torch.nn.functional.conv2d"], sys._getframe()):
        delegates([1.0])  # so that there is something to watch for
        busy()
    assert time.process_time() - start < 0.5  # 40 000 events


def test_the_library_function_still_works_as_itself():
    sink = Notebook().seen("def f(x):\n    return np.convolve(x, x)", CHECK)
    assert sink.lines[0].value.tolist() == np.convolve(np.ones(3), np.ones(3)).tolist()


HANDED_OVER = {
    "by name": "f = np.linalg.norm",
    "as a partial": "import functools\nf = functools.partial(np.linalg.norm)",
    "among Python's own names": "import builtins\nbuiltins.f = np.linalg.norm",
    "behind what wraps it": "import functools\nf = functools.lru_cache(np.linalg.norm)",
    "as a partial of a partial": "import functools\nf = functools.partial(functools.partial(np.linalg.norm))",
}


@pytest.mark.parametrize("source", HANDED_OVER.values(), ids=HANDED_OVER)
def test_the_librarys_function_under_the_exercises_name_is_told(source, monkeypatch):
    monkeypatch.setattr(builtins, "f", None, raising=False)  # and forgotten afterwards
    sink = Notebook().seen(source, CHECK, forbid=["numpy.linalg.norm"])
    assert sink.lines[0].kind == "forbidden"
    assert sink.lines[0].value["name"] == "numpy.linalg.norm"


@pytest.mark.parametrize("way", ["runpy.run_path(course_lib.arithmetic.__file__)", "vars(anew)"])
def test_so_is_one_made_anew_from_the_librarys_file(way):
    source = (
        "import course_lib.arithmetic, importlib.util, runpy\n"
        "anew = importlib.util.module_from_spec(course_lib.arithmetic.__spec__)\n"
        "anew.__loader__.exec_module(anew)\n"
        f"f = {way}['output_size']"
    )
    cell = 'with check("f") as expect:\n    expect("a", f(7, 3))'
    sink = Notebook().seen(source, cell, forbid=["course_lib.arithmetic.output_size"])
    assert (sink.lines[0].kind, sink.lines[0].value["name"]) == ("forbidden", "course_lib.arithmetic.output_size")


def test_a_partial_of_ones_own_function_is_no_offence():
    source = "import functools\ndef g(x):\n    return 1\nf = functools.partial(g)"
    assert kinds(source, ["numpy.linalg.norm"]) == ["value", "value"]
