"""Is there what a lesson needs? Its first cell asks, so that what is missing is one sentence and no traceback."""

from __future__ import annotations

import re
from importlib import metadata
from importlib.util import find_spec
from typing import Any

PROJECT = "perceptron-to-resnet"


class NotInstalled(ModuleNotFoundError):
    """A package that this lesson needs is not there; says what to type."""

    def _render_traceback_(self) -> Any:
        return [str(self)]


def needs(*modules: Any) -> None:
    """Raise NotInstalled, in one sentence, where a module that the lesson imports is missing.

    `modules` are their names.
    """
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        wanted = " ".join(map(_requirement, missing))
        raise NotInstalled(
            f"This lesson needs {' and '.join(missing)}. In a new cell type: %pip install {wanted} "
            "- then choose Kernel, Restart Kernel in the menu and run this cell again."
        )


def _requirement(module: Any) -> Any:
    """The version that the course asks for, as pip takes it."""
    try:
        asked = metadata.requires(PROJECT) or ()
    except metadata.PackageNotFoundError:
        asked = ()
    texts = [text.partition(";")[0].strip() for text in asked]
    return next((text for text in texts if re.match(r"[\w.-]+", text)[0] == module), module)
