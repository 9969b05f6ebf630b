"""Save and load a flat dict of arrays and numbers as `.npz`, without pickle: what a file holds can do nothing."""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from course_lib.arithmetic import shown
from course_lib.autograd.tensor import as_array
from course_lib.files import beside


def save(state: dict[str, Any], path: str | Path) -> Path:
    """Write {name: array or number} to `path` (".npz"); the file appears whole or not at all. Returns the path.

    `state` is such a dict, `model.state_dict()` for one; TypeError for anything else.
    """
    if not isinstance(state, dict):
        holds = "optimizer" if hasattr(state, "param_groups") else "model"
        asked = f"{holds}.state_dict()" if hasattr(state, "state_dict") else "a dict"
        raise TypeError(f"save: needs a dict of arrays, got {type(state).__name__}; write save({asked}, path)")
    _check_path("save", path)
    strange = [name for name in state if not isinstance(name, str)]
    if strange:
        raise TypeError(f"save: names must be text, got {strange[0]!r}")
    arrays: dict[str, Any] = {name: as_array(value) for name, value in state.items()}
    for name, array in arrays.items():
        if array.dtype.kind not in "fiubU":
            raise TypeError(
                f"save: {name} must be an array of numbers, a number or text, got {type(state[name]).__name__}"
                f"{'; give each dict a file of its own' * isinstance(state[name], dict)}"
            )
    if Path(path).is_dir():
        raise IsADirectoryError(f"save: {path} is a folder; write the name of a file in it")
    path = Path(path) if str(path).endswith(".npz") else Path(f"{path}.npz")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"save: there is no folder {path.parent}")
    with beside(path) as half, open(half, "wb") as file:
        np.savez(file, **arrays)
        file.flush()
        os.fsync(file.fileno())
    return path


def load(path: str | Path) -> dict[str, Any]:
    """Read what `save` wrote: {name: array}, a single number as a Python number, text as str.

    `path` is where; FileNotFoundError when nothing is there.
    """
    _check_path("load", path)
    path = Path(path)
    if not path.is_file() and not str(path).endswith(".npz"):
        path = Path(f"{path}.npz")
    if not path.is_file():
        raise FileNotFoundError(f"load: there is no file {path}")
    try:
        found = np.load(path, allow_pickle=False)
        if isinstance(found, np.ndarray):  # of np.save
            raise ValueError
        with found as file:
            return {name: file[name] if file[name].ndim else file[name].item() for name in file.files}
    except (ValueError, zipfile.BadZipFile, zlib.error, EOFError, AttributeError) as error:
        raise ValueError(f"load: {path} is not a file that save() wrote, or only a part of one") from error


def _check_path(name: str, path: Any) -> None:
    """One sentence where the place of a file is none."""
    if not isinstance(path, (str, os.PathLike)) or not str(path):
        raise TypeError(f'{name}: needs the path of a file, such as "weights.npz", got {shown(path)}')
