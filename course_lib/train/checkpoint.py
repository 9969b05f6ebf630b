"""Save and load a whole training run, so that it resumes exactly: one `.npz` file without pickle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.nn.saving import load, save
from course_lib.train.loop import History

if TYPE_CHECKING:
    from course_lib.nn.module import Module
    from course_lib.optim.optimizer import Optimizer


def save_run(
    path: str | Path, model: Module, optimizer: Optimizer, *, rng: np.random.Generator | None = None,
    history: History | None = None,
) -> None:  # fmt: skip
    """Write everything an interrupted training needs to go on as if nothing had happened.

    `rng` is the generator that batches and dropout draw from; one of its own in a layer is not kept.

    path: of the file, ".npz".
    model, optimizer: whose states are kept.
    history: a `History`, or None.
    """
    state = {f"model/{name}": a for name, a in model.state_dict().items()}
    state |= {f"optimizer/{name}": a for name, a in optimizer.state_dict().items()}
    about = {
        "rng": None if rng is None else rng.bit_generator.state,
        "history": None if history is None else history.columns,
    }
    save(state | {"about": json.dumps(about)}, path)


def load_run(
    path: str | Path, model: Module, optimizer: Optimizer, *, rng: np.random.Generator | None = None
) -> History:
    """Put a run written by `save_run` back into model, optimizer and rng, and return its History.

    Raises ValueError when the file belongs to another model or optimizer, or to another kind of generator.

    `path` is what `save_run` wrote; FileNotFoundError when nothing is there.
    """
    state = load(path)
    if "about" not in state:
        raise ValueError(f"load_run: {path} holds no training run, only {list(state)[:3]}")
    about = json.loads(state.pop("about"))
    parts: dict[str, dict[str, Any]] = {"model": {}, "optimizer": {}}
    for name, value in state.items():
        part, _, inner = name.partition("/")
        parts[part][inner] = value
    kind = rng.bit_generator.state["bit_generator"] if rng is not None else None
    if rng is not None and (about["rng"] or {}).get("bit_generator") != kind:
        raise ValueError(f"load_run: {path} holds no state for a {kind} generator")
    model.load_state_dict(parts["model"])
    optimizer.load_state_dict(parts["optimizer"])
    if rng is not None:
        rng.bit_generator.state = about["rng"]
    return History(about["history"])
