"""The only file that imports torch: which device, weights to and from torch, and how large to run."""

import os

import numpy as np
import torch


def device(name=None):
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


def describe(where=None):
    """The device in words, for tables of measured figures."""
    where = device(where) if not isinstance(where, torch.device) else where
    if where.type == "cuda":
        return torch.cuda.get_device_name(where)
    n = torch.get_num_threads()
    return f"{where.type.upper()}, {n} thread{'s' * (n != 1)}"


def size(*, full, smoke):
    """`full` on a GPU, `smoke` elsewhere; COURSE_SIZE=full or COURSE_SIZE=smoke decides against the machine."""
    asked = os.environ.get("COURSE_SIZE", "")
    if asked not in ("", "full", "smoke"):
        raise ValueError(f"COURSE_SIZE is 'full' or 'smoke', got {asked!r}")
    return full if (asked or ("full" if device().type == "cuda" else "smoke")) == "full" else smoke


def to_torch(model, twin):
    """Copy the parameters and buffers of a course_lib Module into `twin`, a torch module; returns `twin`.

    Names must agree as both state_dicts give them; torch's own counters `num_batches_tracked` are left alone. Raises
    ValueError naming what has no partner or another shape.
    """
    state = model.state_dict()
    _check_partners(state, _shapes(twin), "to_torch")
    own = twin.state_dict()
    for name, array in state.items():
        own[name].copy_(torch.from_numpy(np.ascontiguousarray(array)))
    return twin


def from_torch(twin, model):
    """Copy the parameters and buffers of a torch module into a course_lib Module; returns the Module."""
    state = {name: twin.state_dict()[name].detach().cpu().numpy() for name in _shapes(twin)}
    _check_partners(model.state_dict(), _shapes(twin), "from_torch")
    model.load_state_dict(state)
    return model


def gradients(twin):
    """{name: array} of the gradients of a torch module, to hold against those of its course_lib twin."""
    return {name: p.grad.detach().cpu().numpy() for name, p in twin.named_parameters() if p.grad is not None}


def _shapes(twin):
    state = twin.state_dict()
    return {name: tuple(t.shape) for name, t in state.items() if not name.endswith("num_batches_tracked")}


def _check_partners(ours, theirs, caller):
    alone = sorted(ours.keys() ^ theirs.keys())
    if alone:
        side = "course_lib" if alone[0] in ours else "torch"
        raise ValueError(f"{caller}: {alone[0]} exists only in the {side} model ({len(alone)} names have no partner)")
    for name, array in ours.items():
        if array.shape != theirs[name]:
            raise ValueError(f"{caller}: {name} has shape {array.shape} in course_lib and {theirs[name]} in torch")
