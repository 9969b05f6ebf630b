"""Save and load parameters, and whole training runs that resume exactly: `.npz` files without pickle."""

import json
import os
import zipfile
from pathlib import Path

import numpy as np

from course_lib.train import History


def save(path, arrays, about=None):
    """Write named arrays and `about` (what JSON can hold) into one `.npz`, which is replaced whole or not at all."""
    path = Path(path)
    part = path.with_name(path.name + ".part")
    header = np.frombuffer(json.dumps(about).encode(), np.uint8)
    with part.open("wb") as file:
        np.savez(file, __about__=header, **arrays)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def load(path):
    """The arrays of a file written by `save`, as a dict, and its `about`. Raises ValueError for any other file."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        about = json.loads(arrays.pop("__about__").tobytes())
    except (KeyError, ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise ValueError(f"load: {path} is not a complete file written by checkpoint.save ({error})") from None
    return arrays, about


def save_model(path, model):
    """Write the parameters and buffers of a Module."""
    save(path, model.state_dict())


def load_model(path, model):
    """Read them back into a Module of the same architecture; ValueError names what does not fit. Returns the model."""
    model.load_state_dict(load(path)[0])
    return model


def save_run(path, model, optimizer, *, rng=None, history=None):
    """Write everything an interrupted training needs to go on as if nothing had happened."""
    arrays = {f"model/{name}": a for name, a in model.state_dict().items()}
    state, settings = optimizer.state_dict()
    arrays |= {f"optimizer/{name}": a for name, a in state.items()}
    about = {"optimizer": settings, "rng": rng.bit_generator.state if rng else None}
    save(path, arrays, about | {"history": history.columns if history is not None else None})


def load_run(path, model, optimizer, *, rng=None):
    """Put a run written by `save_run` back into model, optimizer and rng, and return its History.

    Raises ValueError when the file belongs to another model or optimizer, or to another kind of generator.
    """
    arrays, about = load(path)
    part = lambda prefix: {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}  # noqa: E731
    model.load_state_dict(part("model/"))
    optimizer.load_state_dict(part("optimizer/"), about["optimizer"])
    if rng is not None:
        saved = about["rng"]
        if saved is None or saved["bit_generator"] != rng.bit_generator.state["bit_generator"]:
            raise ValueError(
                f"load_run: {path} holds no state for a {rng.bit_generator.state['bit_generator']} generator"
            )
        rng.bit_generator.state = saved
    return History(about["history"])
