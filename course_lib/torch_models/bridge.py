"""Between the two libraries: which device, weights to and from torch and its files, and how large to run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch

from course_lib.nn.module import Module

T = TypeVar("T")


def device(name: str | None = None) -> torch.device:
    """The torch device to use: CUDA where there is one, then MPS, then the CPU; or exactly the one asked for.

    The environment variable COURSE_DEVICE asks in place of `name`. Raises RuntimeError when a device is asked for that
    this machine does not have, ValueError for a name that torch does not know: never a silent fallback.
    """
    name = name or os.environ.get("COURSE_DEVICE") or None
    if name is None:
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        wanted = torch.device(name)
    except RuntimeError:
        raise ValueError(f"device: {name!r} is no device; there are 'cuda', 'mps' and 'cpu'") from None
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not there.get(wanted.type, False) or (
        wanted.type == "cuda" and (wanted.index or 0) >= torch.cuda.device_count()
    ):
        raise RuntimeError(
            f"device: {name!r} was asked for, but torch finds none here; leave the name out to use the CPU"
        )
    return wanted


def describe(where: torch.device | None = None) -> str:
    """The device in words, for tables of measured figures."""
    where = device(where) if not isinstance(where, torch.device) else where
    if where.type == "cuda":
        return torch.cuda.get_device_name(where)
    n = torch.get_num_threads()
    return f"{where.type.upper()}, {n} thread{'s' * (n != 1)}"


def size(*, full: T, smoke: T) -> T:
    """`full` on a GPU, `smoke` elsewhere; COURSE_SIZE=full or COURSE_SIZE=smoke decides against the machine."""
    asked = os.environ.get("COURSE_SIZE", "")
    if asked not in ("", "full", "smoke"):
        raise ValueError(f"COURSE_SIZE is 'full' or 'smoke', got {asked!r}")
    return full if (asked or ("full" if device().type == "cuda" else "smoke")) == "full" else smoke


def to_torch(model: Any, twin: torch.nn.Module) -> torch.nn.Module:
    """Copy the parameters and buffers of a course_lib Module into `twin`, a torch module; returns `twin`.

    Names must agree as both state_dicts give them; torch's own counters `num_batches_tracked` are left alone. Raises
    ValueError naming what has no partner or another shape.
    """
    if not isinstance(model, Module) or not isinstance(twin, torch.nn.Module):
        got = f"{type(model).__name__} and {type(twin).__name__}"
        raise TypeError(f"to_torch: course_lib's model comes first, torch's second, got {got}")
    state = model.state_dict()
    _check_partners(state, {name: tuple(t.shape) for name, t in _tensors(twin).items()}, "to_torch")
    own = twin.state_dict()
    for name, array in state.items():
        own[name].copy_(torch.from_numpy(np.ascontiguousarray(array)))
    return twin


def from_torch(
    twin: torch.nn.Module | dict[str, torch.Tensor], model: Any, rename: dict[str, str] | None = None
) -> Any:
    """Copy parameters and buffers into a course_lib Module; returns the Module.

    `twin` is a torch module, or a dict of tensors such as `read_weights` gives. `rename` maps what its names begin with
    to what they begin with here: {"layer1.": "stages.0.", "linear.": "fc."}. Raises ValueError naming what has no
    partner or another shape.
    """
    if not isinstance(twin, (torch.nn.Module, dict)) or not isinstance(model, Module):
        got = f"{type(twin).__name__} and {type(model).__name__}"
        raise TypeError(f"from_torch: torch's model or its weights come first, course_lib's model second, got {got}")
    if not isinstance(rename or {}, dict):
        raise TypeError(f"from_torch: rename is a dict, {{theirs: ours}}, got {type(rename).__name__}")
    tensors = {_renamed(name, rename or {}): t for name, t in _tensors(twin).items()}
    _check_partners(model.state_dict(), {name: tuple(t.shape) for name, t in tensors.items()}, "from_torch")
    model.load_state_dict({name: _array(name, t) for name, t in tensors.items()})
    return model


def read_weights(path: str | Path) -> dict[str, torch.Tensor]:
    """The {name: tensor} of a `.pt` or `.th` file, on the CPU; what the file holds beside tensors cannot be run.

    A state_dict packed into a checkpoint and the "module." that training on several GPUs puts before every name are
    taken off. Raises FileNotFoundError, and ValueError for a file that is no such file.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"read_weights: needs the path of a file, got {type(path).__name__}")
    if not os.path.isfile(path):
        raise FileNotFoundError(f"read_weights: there is no file {path}")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch's reader raises whatever it stumbles over
        other = "Weights only" in str(error)
        reason = "it holds other things than tensors" if other else "torch cannot read it, whole or in part"
        raise ValueError(f"read_weights: {path} does not hold weights alone: {reason}") from error
    for key in ("state_dict", "model"):
        if isinstance(state, dict) and isinstance(state.get(key), dict):
            state = state[key]
    if not isinstance(state, dict) or not all(
        isinstance(name, str) and isinstance(t, torch.Tensor) for name, t in state.items()
    ):
        raise ValueError(f"read_weights: {path} holds no dict of tensors")
    return {name.removeprefix("module."): t for name, t in state.items()}


def _renamed(name: str, rename: dict[str, str]) -> str:
    for theirs, ours in rename.items():
        if name.startswith(theirs):
            return ours + name[len(theirs) :]
    return name


def gradients(twin: torch.nn.Module) -> dict[str, np.ndarray]:
    """{name: array} of the gradients of a torch module, to hold against those of its course_lib twin."""
    return {name: p.grad.detach().cpu().numpy() for name, p in twin.named_parameters() if p.grad is not None}


def _tensors(twin: torch.nn.Module | dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """{name: tensor} of a torch module or a dict of tensors, without torch's counters."""
    state = twin if isinstance(twin, dict) else twin.state_dict()
    for name, t in state.items():
        if not isinstance(name, str) or not isinstance(t, torch.Tensor):
            raise TypeError(f"from_torch: weights are a dict {{name: tensor}}, got {type(t).__name__} at {name!r}")
    return {name: t for name, t in state.items() if not name.endswith("num_batches_tracked")}


def _array(name: str, t: torch.Tensor) -> np.ndarray:
    """The numbers of a tensor as float64, whatever its kind of real numbers; one sentence where there are none."""
    if t.is_meta or t.is_complex() or t.layout != torch.strided:
        kind = "no numbers" if t.is_meta else "complex numbers" if t.is_complex() else "a sparse tensor"
        raise ValueError(f"from_torch: {name} must hold real numbers, every one of them, got {kind}")
    return (t.dequantize() if t.is_quantized else t).detach().cpu().double().numpy()


def _check_partners(ours: dict[str, Any], theirs: dict[str, Any], caller: str) -> None:
    alone = sorted(ours.keys() ^ theirs.keys())
    if alone:
        side = "course_lib" if alone[0] in ours else "torch"
        raise ValueError(f"{caller}: {alone[0]} exists only in the {side} model ({len(alone)} names have no partner)")
    for name, array in ours.items():
        if array.shape != theirs[name]:
            raise ValueError(f"{caller}: {name} has shape {array.shape} in course_lib and {theirs[name]} in torch")
