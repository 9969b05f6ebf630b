"""The examples in course_lib's docstrings give what they say, and `help` of what is public explains every argument."""

import doctest
import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import course_lib
from course_lib import functional as F
from course_lib import nn, optim

MODULES = [
    m.name
    for m in pkgutil.walk_packages(course_lib.__path__, "course_lib.")
    if m.name.split(".")[1] in ("arithmetic", "ops", "autograd", "functional", "nn", "optim")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_right(name):
    module = importlib.import_module(name)
    found = doctest.testmod(module, extraglobs={"np": np})
    assert found.failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    modules = [importlib.import_module(name) for name in MODULES]
    assert sum(bool(test.examples) for module in modules for test in finder.find(module)) >= 20


PUBLIC = [(f"F.{name}", getattr(F, name)) for name in F.__all__]
PUBLIC += [(f"nn.{name}", getattr(nn, name)) for name in nn.__all__]
PUBLIC += [(f"optim.{name}", getattr(optim, name)) for name in ("SGD", "Adagrad", "RMSprop", "Adam", "AdamW", "NAdam")]
SELF_EVIDENT = {"input", "reduction", "self"}  # what the first line and the file's docstring speak of
BORROWED = ("arguments are those of", "as in", "settings are those of")  # what another docstring explains


@pytest.mark.parametrize(("name", "thing"), PUBLIC, ids=[name for name, _ in PUBLIC])
def test_every_argument_is_explained(name, thing):
    text = inspect.getdoc(thing) or ""
    signature = inspect.signature(thing)
    assert all(p.annotation is not inspect.Parameter.empty for p in signature.parameters.values()), name
    if not any(words in text for words in BORROWED):
        silent = [p for p in signature.parameters if p not in SELF_EVIDENT and p not in text]
        assert not silent, f"{name} does not explain {silent}"
