"""What the worker does more quickly than ipykernel, IPython and glibc is what they do."""

import importlib
import sys
import types

import pytest
from ipykernel.compiler import murmur2_x86
from IPython.core.async_helpers import _should_be_async
from IPython.core.inputtransformer2 import TransformerManager

from grading.confinement import mounts
from grading.confinement.job import Job, Step
from tests.grading.confinement.test_worker import CELLS
from tests.grading.places import PATHS

NAMES = {file.stem for file in mounts.WORKER.glob("*.py")} - {"__main__"}


@pytest.fixture(scope="module", params=PATHS)
def box(request, places):
    with places.sandbox(request.param) as made:
        yield made


@pytest.fixture
def worker(monkeypatch):
    """Imports a file of the worker's, as the worker does; nothing of it stays."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(mounts.WORKER)
    yield importlib.import_module
    for name in NAMES - before:
        sys.modules.pop(name, None)


@pytest.fixture
def quick(worker):
    """The worker's quick.py."""
    return worker("quick")


def test_a_cells_file_is_called_as_ipykernel_calls_it(quick):
    for text in ("", "a", "ab", "abc", "x = 1\n" * 500, "é €", "🙂" * 3):
        assert quick.murmur2(text, 0xC70F6907) == murmur2_x86(text, 0xC70F6907)


IPYTHONS = ["%ls", "x = %ls", "x =!ls", "a?", "?a", "!ls", "  %time 1", "for i in x:\n    !ls", "x = \\\n  %ls",
            ",f a b", ";f a b", "/f a", "a.b??", "%%time\n1", "x[0] = %ls", "1\n\n  %ls"]  # fmt: skip


def test_what_ipython_would_change_in_a_cell_is_looked_at(quick):
    for text in IPYTHONS:
        lines = text.splitlines(keepends=True)
        changed = TransformerManager().do_token_transforms(lines) != lines
        assert quick.SIGNS.search(text) or not changed, text
    for text in ("x = 5 % 3\nif x != 2:\n    print(f'{x!r:>4} / {x}', end=';')", "a = b @ c\n@wraps(f)\ndef g(): ..."):
        assert not quick.SIGNS.search(text)


COROUTINES = [
    "await x",
    "[y async for y in x]",
    "async for y in x: pass",
    "async with x: pass",
    "f(await x)",
    "if 1:\n await\\\n x",
]
OTHERS = ["1", "x = y", "def f():\n    return 1", "(", "\uff41\uff57ait = 1", "def f(: pass"]


def test_only_text_with_these_words_can_be_a_coroutine(quick):
    assert all(_should_be_async(text) and quick.WAITS.search(text) for text in COROUTINES)
    assert not any(_should_be_async(text) or quick.WAITS.search(text) for text in OTHERS)


ODD = [
    "",
    "\n",
    "x",
    "x\n",
    "\n\nx = 1",
    "  x = 1\n  y = 2",
    "x = 1\n   \ny",
    "s = '''\n  \n'''",
    ">>> 1\n1",
    "In [3]: x\nOut[3]: 1",
    "1\n... 2",
    "x = 1\n    >>> 2",
    "def f():\n\treturn 1\n\t\n",
    "a\r\nb\r\n",
    "a\x0cb",
    "x\u2028%ls",
    "%%time\nx",
    "\ufeffx = 1",
]


@pytest.mark.filterwarnings("ignore:.make_tokens_by_line")  # IPython's, of other ends of lines
def test_a_cell_is_what_ipython_makes_of_it(quick):
    for text in (*ODD, *IPYTHONS, *COROUTINES, *OTHERS, *CELLS.values()):
        assert quick.transformer()().transform_cell(text) == TransformerManager().transform_cell(text), text
    plain = [text for text in CELLS.values() if not (quick.SIGNS.search(text) or quick.FIRST.search(text))]
    assert len(plain) > len(CELLS) / 2


def test_a_students_own_transformer_is_asked(quick):
    manager = quick.transformer()()
    assert manager.transform_cell("x = 1") == "x = 1\n"
    manager.cleanup_transforms.append(lambda lines: ["z = 3\n"])
    assert manager.transform_cell("x = 1") == "z = 3\n"


def test_an_error_is_set_out_once_and_modules_are_found_before(box):
    error = "told = []\nclass Mine(Exception):\n    def _render_traceback_(self):\n        told.append(1)\n"
    error += "        return ['a line']\nraise Mine"
    look = "import inspect\nprint(len(told), 'numpy' in inspect.modulesbyfile.values())"
    run = box.run(Job("once", "x", (Step("look", look.replace("len(told)", "0")), Step("a", error), Step("b", look))))
    assert [run.cells[name].outputs[0].get("text") for name in ("look", "b")] == ["0 True\n", "1 True\n"]
    assert run.cells["a"].outputs[0]["traceback"] == ["a line"]


def test_a_traceback_ends_where_the_cell_uses_what_is_absent(box):
    use = "import no_such_library as lib\ndef f(x):\n    return lib.Series(x)\nf(1)"
    told = box.run(Job("absent", "x", (Step("a", use),))).cells["a"].outputs[-1]
    assert told["ename"] == "ModuleNotFoundError"
    assert [line for line in told["traceback"] if "absent.py" in line] == []
    assert "lib" in told["traceback"][-2]


CHANGES = {
    "a new name": lambda module, space: setattr(module, "new", 1),
    "another value": lambda module, space: setattr(module, "a", 2),
    "a name less": lambda module, space: delattr(module, "a"),
    "by a statement": lambda module, space: exec("a = 3", space),
    "in a function": lambda module, space: exec("def f():\n global a\n a = 4\nfor _ in range(99): f()", space),
    "update": lambda module, space: space.update(a=5),
    "pop": lambda module, space: space.pop("a"),
    "clear": lambda module, space: space.clear(),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_of_a_module_is_noticed_and_a_look_is_none(name, worker):
    ground, module = worker("ground"), types.ModuleType("changed")
    module.a = 1
    space = vars(module)
    exec("", space)
    before = ground.last_change(space)
    assert list(space.items()) == list(dict(space).items())
    assert (module.a, len(space), list(space.values()), space.get("b")) is not None
    assert (ground.last_change(space) == before) == ground.NUMBERED == (sys.version_info < (3, 14))
    CHANGES[name](module, space)
    assert ground.last_change(space) != before


ARRAYS = """
import resource
import numpy as np
for _ in range(2):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        several = [np.ones(100_000) for _ in range(20)]
        del several
    new = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(new)
"""


def test_the_memory_of_an_array_that_is_gone_is_used_again(box):
    run = box.run(Job("again", "x", (Step("a", ARRAYS),)))
    assert int(run.cells["a"].outputs[0]["text"]) < 2 * 20 * 196  # pages of what is held at a time, twice
