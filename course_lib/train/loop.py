"""Training and evaluation as generators: the caller logs, plots and stops.

for epoch in progress(range(10), "epochs"):
    losses = list(fit(model, F.cross_entropy, optimizer, batches(x, t, size=128, rng=rng)))
    history.add(loss=np.mean(losses), **score(model, batches(x_val, t_val, size=500), accuracy=accuracy))
    if stopping.update(history["accuracy"][-1]):
        break
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from course_lib.arithmetic import shown
from course_lib.autograd.keywords import named_methods
from course_lib.autograd.tensor import Like, Tensor, as_array, no_grad

if TYPE_CHECKING:
    from course_lib.nn.module import Module
    from course_lib.optim.optimizer import Optimizer

T = TypeVar("T")


def fit(
    model: Module, loss_fn: Callable, optimizer: Optimizer, batches: Iterable[Any], *,
    before_step: Callable[[], Any] | None = None,
) -> Iterator[float]:  # fmt: skip
    """One step of training for each (x, t) of `batches`; yields the loss of each as a float.

    The model is put into training mode. `before_step()` runs between backward and step: clip or record gradients there.
    Raises FloatingPointError, with the number of the step, when the loss is no longer finite.

    model: a Module.
    loss_fn: (outputs, t) -> a Tensor with one number, such as `F.cross_entropy`.
    optimizer: made of the model's parameters.
    batches: an iterable of pairs of arrays.
    """
    _instance("fit", model)
    if not hasattr(optimizer, "step") or not callable(loss_fn):
        raise TypeError(
            f"fit: takes model, loss function, optimizer and batches in this order, got {type(loss_fn).__name__} and "
            f"{type(optimizer).__name__} as the second and third"
        )
    model.train()
    for k, (x, t) in enumerate(_pairs("fit", batches)):
        loss = loss_fn(model(Tensor(x)), t)
        value = float(loss.data)
        if not np.isfinite(value):
            raise FloatingPointError(f"fit: the loss is {value} at step {k}; lower the learning rate or clip gradients")
        optimizer.zero_grad()
        loss.backward()
        if before_step is not None:
            before_step()
        optimizer.step()
        yield value


def evaluate(model: Module, batches: Iterable[Any]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Outputs and targets, (array, array) for each (x, t) of `batches`, in evaluation mode and without a graph.

    The model is put back into the mode it was in when the generator ends or is closed.
    """
    _instance("evaluate", model)
    was_training = model.training
    model.eval()
    try:
        for x, t in _pairs("evaluate", batches):
            with no_grad():
                out = model(Tensor(x)).data
            yield out, np.asarray(t)
    finally:
        model.train(was_training)


def score(model: Module, batches: Iterable[Any], **metrics: Callable) -> dict[str, float]:
    """Means over all samples of `metrics`, functions (outputs, targets) -> number, as a dict of the same names."""
    totals, n = dict.fromkeys(metrics, 0.0), 0
    for out, t in evaluate(model, batches):
        n += len(t)
        for name, metric in metrics.items():
            totals[name] += float(metric(out, t)) * len(t)
    if n == 0:
        raise ValueError("score: there were no batches to evaluate")
    return {name: total / n for name, total in totals.items()}


def _instance(name: str, model: Any) -> None:
    if isinstance(model, type):
        raise TypeError(f"{name}: the model is a class; make one of it, {model.__name__}(...)")


def _pairs(name: str, batches: Iterable[Any]) -> Iterator[Any]:
    """The pairs of `batches`, or one sentence about what gives none."""
    if not isinstance(batches, Iterable):
        raise TypeError(f"{name}: needs batches, write batches(x, t, size=...), got {type(batches).__name__}")
    for pair in batches:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            got = f"{len(pair)} arrays" if isinstance(pair, tuple) else shown(pair)
            raise TypeError(f"{name}: needs pairs (x, t), write batches(x, t, size=...), got {got}")
        yield pair


def accuracy(out: Like, t: Like) -> float:
    """Share of samples whose largest output (n, classes) is that of the class t (n,).

    `out` are the outputs, arrays or Tensors as `t`; ValueError for other shapes.
    """
    out, t = as_array(out), as_array(t)
    if out.ndim < 2 or t.shape != out.shape[:1] + out.shape[2:]:
        raise ValueError(f"accuracy: needs outputs (n, classes) and classes (n,), got {out.shape} and {t.shape}")
    return np.mean(out.argmax(axis=1) == t)


def progress(iterable: Iterable[T], description: str = "", total: int | None = None) -> Iterable[T]:
    """`iterable` behind a progress bar that suits where it runs: notebook or terminal.

    `description` stands before the bar; `total` is how many come, where `iterable` has no length.
    """
    from tqdm.auto import tqdm

    return tqdm(iterable, desc=description, total=total, leave=False)


@named_methods
class History:
    """Numbers by epoch: `history.add(loss=0.3, accuracy=0.9)`, then `history["loss"]` is the list so far.

    `columns` is a dict of lists to go on with; a row of other names is a ValueError.
    """

    def __init__(self, columns: dict[str, list[float]] | None = None) -> None:
        self.columns = {name: list(values) for name, values in (columns or {}).items()}

    def add(self, **row: float) -> None:
        """Append one row; every row must have the columns of the first."""
        if self.columns and row.keys() != self.columns.keys():
            raise ValueError(f"History.add: expected {list(self.columns)}, got {list(row)}")
        for name, value in row.items():
            self.columns.setdefault(name, []).append(float(value))

    def __getitem__(self, name: str) -> list[float]:
        return self.columns[name]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))


@named_methods
class EarlyStopping:
    """Keep the best weights; say stop after `patience` updates without a better value.

    mode="max" for accuracies, "min" for losses; better means by more than `min_delta`.
    """

    def __init__(self, model: Module, patience: int = 5, *, mode: str = "max", min_delta: float = 0.0) -> None:
        if mode not in ("max", "min"):
            raise ValueError(f"EarlyStopping: mode is 'max' or 'min', got {mode!r}")
        self.model, self.patience, self.min_delta = model, patience, min_delta
        self.sign = 1 if mode == "max" else -1
        self.best_step, self.steps = -1, 0
        self.best: float | None = None
        self.weights: dict[str, np.ndarray] | None = None

    def update(self, value: float) -> bool:
        """Take the newest value; True when it is time to stop. A value that is not a number is never better."""
        value = float(value)
        best = self.best
        first = best is None or (np.isnan(best) and not np.isnan(value))
        if first or best is None or self.sign * (value - best) > self.min_delta:
            self.best, self.best_step, self.weights = value, self.steps, self.model.state_dict()
        self.steps += 1
        return self.steps - 1 - self.best_step >= self.patience

    def restore(self) -> None:
        """Put the best weights back into the model."""
        if self.weights is None:
            raise RuntimeError("EarlyStopping.restore: update() has not been called yet, so there are no best weights")
        self.model.load_state_dict(self.weights)
