"""A training run in a file, with all that decides how it goes on; written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import torch

from course_lib.files import beside


def write_run(
    path: str | Path | None, model: torch.nn.Module, optimizer: torch.optim.Optimizer, dice: torch.Generator,
    losses: list[float],
) -> None:  # fmt: skip
    """Write model, optimizer, the generator `dice` and the losses so far to `path`; nothing where `path` is None.

    First beside it, then renamed: a process killed in between leaves the older file as it was.
    """
    if path is None:
        return
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    with beside(Path(path)) as half:
        torch.save(state | {"dice": dice.get_state(), "losses": torch.tensor(losses, dtype=torch.float64)}, half)


def read_run(
    path: str | Path | None, model: torch.nn.Module, optimizer: torch.optim.Optimizer, dice: torch.Generator
) -> list[float]:
    """Put back what `write_run` wrote; returns the losses so far, [] where there is no such file.

    Raises ValueError for a file that holds no run, or that of another model.
    """
    if path is None or not Path(path).exists():
        return []
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        dice.set_state(state["dice"])
        return state["losses"].tolist()
    except Exception as error:  # torch's reader raises whatever it stumbles over
        why = str(error).strip().split("\n")[0]
        raise ValueError(f"read_run: {path} holds no run of this model ({why}); remove it to begin anew") from None
