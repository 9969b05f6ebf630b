"""The quick look for forbidden functions sees every way to them that code can name, and says no where there is none."""

import numpy as np
import pytest

from course_lib.checks.reachable import mentions

MENTIONED = {
    "through its module": "def f(x):\n    return np.convolve(x, x)",
    "by another name": "same = np.convolve\ndef f(x):\n    return same(x, x)",
    "in a helper of a helper": "def a(x): return np.convolve(x, x)\ndef b(x): return a(x)\ndef f(x): return b(x)",
    "in a lambda in a list": "ways = [lambda x: np.convolve(x, x)]\ndef f(x):\n    return ways[0](x)",
    "in a dict": "ways = {'a': np.convolve}\ndef f(x):\n    return ways['a'](x, x)",
    "as a default": "def f(x, way=np.convolve):\n    return way(x, x)",
    "as a keyword's default": "def f(x, *, way=np.convolve):\n    return way(x, x)",
    "in a closure": "def make(way):\n    return lambda x: way(x, x)\nf = make(np.convolve)",
    "in a partial": "import functools\nf = functools.partial(np.convolve, [1])",
    "behind a cache": "import functools\n@functools.lru_cache\ndef f(x):\n    return np.convolve(x, x)",
    "behind a decorator": "def plain(g): return lambda *a: g(*a)\n@plain\ndef f(x): return np.convolve(x, x)",
    "in a method": "class F:\n    def __call__(self, x):\n        return np.convolve(x, x)\nf = F()",
    "in a base class": "class A:\n    def go(self, x): return np.convolve(x, x)\nclass F(A):\n    pass\nf = F().go",
    "in a static method": "class F:\n    way = staticmethod(np.convolve)\ndef f(x):\n    return F.way(x, x)",
    "in a property": "class F:\n    @property\n    def way(self): return np.convolve\ndef f(x): return F().way(x, x)",
    "in an instance": "class F:\n    def __init__(self, way):\n        self.way = way\nf = F(np.convolve)",
    "in an instance with slots": "class F:\n    __slots__ = 'way'\nf = F()\nf.way = np.convolve",
    "imported inside": "def f(x):\n    from numpy import convolve as c\n    return c(x, x)",
    "through getattr": "def f(x):\n    return getattr(np, 'con' + 'volve')(x, x)",
    "in an attribute of what is not known": "def f(x):\n    return x.lib.convolve(x, x)",
    "inside a function inside": "def f(x):\n    def g():\n        return np.convolve(x, x)\n    return g()",
}
CLEAN = {
    "loops": "def f(x):\n    return [sum(x[j] * x[i - j] for j in range(i + 1)) for i in range(len(x))]",
    "another function of the module": "def f(x):\n    return np.correlate(x, x)",
    "a helper nobody calls": "def other(x):\n    return np.convolve(x, x)\ndef f(x):\n    return x",
    "an answer of that name": "def convolve(x):\n    return x\ndef f(x):\n    return convolve(x)",
    "a cycle": "def g(x):\n    return f(x)\ndef f(x):\n    return g(x) if len(x) else [f, g]",
    "many numbers": "table = [i / 7 for i in range(30000)]\ndef f(x):\n    return table[0]",
    "a library's instance": "import random\nr = random.Random(1)\ndef f(x):\n    return r.random()",
}


def looked(source, cell="f(x)"):
    namespace = {"__name__": "__main__", "np": np, "x": [1, 2]}
    exec(source, namespace)
    return mentions(compile(cell, "<cell>", "exec"), namespace, [np.convolve], {"convolve"})


@pytest.mark.parametrize("source", MENTIONED.values(), ids=MENTIONED)
def test_every_way_that_a_name_can_take_is_a_mention(source):
    assert looked(source)


@pytest.mark.parametrize("source", CLEAN.values(), ids=CLEAN)
def test_where_no_reached_code_names_it_there_is_none(source):
    assert not looked(source)


def test_a_built_in_function_is_mentioned_by_its_name_alone():
    for source, found in {"def f(x):\n    return sorted(x)": True, "def f(x):\n    return list(x)": False}.items():
        namespace = {"__name__": "__main__", "x": [1, 2]}
        exec(source, namespace)
        assert mentions(compile("f(x)", "<cell>", "exec"), namespace, [sorted], {"sorted"}) is found


def test_the_check_cell_itself_may_use_it():
    assert not looked("def f(x):\n    return x", "f(np.convolve(x, x))")


def test_an_unloaded_function_is_mentioned_by_its_name():
    code = compile("f(1)", "<cell>", "exec")
    namespace = {"__name__": "__main__"}
    exec("def f(x):\n    return late().conv2d(x)", namespace)
    assert mentions(code, namespace, [], {"conv2d"})
    assert not mentions(code, namespace, [], {"conv1d"})
