"""Random graphs of all operations agree with torch; `graph_fuzz.py` runs more of them by command."""

import importlib
import inspect
import pkgutil
import warnings

import numpy as np
import pytest

from course_lib import functional as F
from course_lib import ops
from course_lib.functional import losses
from tests.course_lib.autograd import graph_fuzz
from tests.course_lib.autograd.graph_fuzz_ops import OPERATIONS


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def test_200_random_graphs_agree_with_torch():
    differences, _ = graph_fuzz.run(200, seed=0)
    assert not differences, "\n".join(differences)


def primitives():
    """Every function of arrays that returns (output, vjp)."""
    places = [importlib.import_module(m.name) for m in pkgutil.walk_packages(ops.__path__, "course_lib.ops.")]
    for place in [*places, losses]:
        for name, f in vars(place).items():
            if inspect.isfunction(f) and f.__module__ == place.__name__:
                source = inspect.getsource(f)
                if "needs" in inspect.signature(f).parameters or "lambda g:" in source or "def vjp(" in source:
                    yield name


# what primitives share, and what is detached
INNER = {"_convolution", "_extreme", "_first_now", "_mapped", "beside", "floor_divide"}


BY_METHOD = {"relu", "sigmoid", "tanh", "gather"}  # what the operations ask a Tensor for, or their inputs
RANDOM = {"dropout2d"}  # dropout drops nothing there


def test_every_primitive_and_function_is_among_the_operations():
    used = set()
    for name in OPERATIONS:
        for seed in range(40):
            graph = graph_fuzz.Graph((0, seed))
            graph.add_leaf()
            with np.errstate(all="ignore"):
                graph.step(name)
            used |= graph.ops
            if seed > 8 and graph.story:
                break
        else:
            assert graph.story, f"torch never took {name}"
    assert set(primitives()) - INNER - used == set()
    assert set(F.__all__) - graph_fuzz.Ours.asked <= BY_METHOD | RANDOM


def test_a_wrong_gradient_is_found(monkeypatch):
    from course_lib.ops import elementwise

    monkeypatch.setattr(elementwise, "sin", elementwise.cos)
    differences, _ = graph_fuzz.run(60, seed=0)
    assert any("sin" in text for text in differences)
