"""Recurrent layers over sequences: RNN, LSTM, GRU, stacked, in both directions, with sequences of different length.

Weights have torch's names, shapes, gate order and start (uniform within 1/sqrt(hidden_size)), so that they can be
exchanged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_lib import functional as F
from course_lib.arithmetic import number, whole
from course_lib.autograd.dtypes import one_dtype
from course_lib.autograd.tensor import Tensor, apply, as_array, as_tensor
from course_lib.nn.init import generator
from course_lib.nn.module import Module, Parameter
from course_lib.ops import recurrent as recurrent_ops


class _Recurrent(Module):
    gates = 1
    _sequence: Callable[..., Any]
    weight_ih_l0: Parameter

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, *, bias: bool = True, batch_first: bool = False,
        dropout: float = 0.0, bidirectional: bool = False, rng: np.random.Generator | None = None,
    ) -> None:  # fmt: skip
        name = type(self).__name__
        rng = generator(name, rng)
        input_size = whole(input_size, "input_size", least=1, name=name)
        hidden_size = whole(hidden_size, "hidden_size", least=1, name=name)
        num_layers = whole(num_layers, "num_layers", least=1, name=name)
        if not 0 <= number(dropout, "dropout", name=name) <= 1:
            raise ValueError(f"{name}: dropout must be a probability in [0, 1], got {dropout}")
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.batch_first, self.dropout, self.bidirectional = batch_first, dropout, bidirectional
        self.bias, self.rng = bias, rng
        limit = 1 / math.sqrt(hidden_size)
        for layer in range(num_layers):
            width = input_size if layer == 0 else hidden_size * len(self._directions())
            for way in self._directions():
                shapes = {"weight_ih": width, "weight_hh": hidden_size, "bias_ih": None, "bias_hh": None}
                for kind, columns in shapes.items():
                    rows = self.gates * hidden_size
                    shape = (rows,) if columns is None else (rows, columns)
                    if columns is not None or bias:
                        draw = rng.uniform(-limit, limit, shape).astype(np.float32)
                        setattr(self, f"{kind}_l{layer}{way}", Parameter(draw))

    def extra_repr(self) -> str:
        """Sizes, and what is not as usual."""
        usual = {"num_layers": 1, "bias": True, "batch_first": False, "dropout": 0, "bidirectional": False}
        unusual = [f", {name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value]
        return f"{self.input_size}, {self.hidden_size}" + "".join(unusual)

    def _directions(self) -> tuple[str, ...]:
        return ("", "_reverse") if self.bidirectional else ("",)

    def forward(self, x: Any, state: Any = None, lengths: Any = None) -> tuple[Tensor, Any]:
        """x (t, n, input_size), or (n, t, input_size) with `batch_first`, to `(output, state)`.

        output: (t, n, directions * hidden_size), the last layer's states, 0 behind the end of a sequence. state,
        given (as the start, default zeros) and returned (at each sequence's own end): (layers * directions, n,
        hidden_size), for the LSTM a pair of such, h and c. lengths: (n,) integers from 1 to t.
        """
        x = as_tensor(x)
        if x.ndim != 3 or x.shape[2] != self.input_size:
            raise ValueError(
                f"{type(self).__name__}: input must have 3 axes with {self.input_size} features last, got {x.shape}"
            )
        x = one_dtype(type(self).__name__, x, self.weight_ih_l0)
        x = x.transpose(0, 1) if self.batch_first else x
        if len(x) == 0:
            raise ValueError(f"{type(self).__name__}: sequences must have at least one step, got 0")
        mask = self._mask(lengths, *x.shape[:2])
        starts = self._starts(state, x.shape[1], x.dtype)
        ends: list[Any] = []
        for layer in range(self.num_layers):
            if layer and self.dropout:
                x = F.dropout(x, self.dropout, self.training, rng=self.rng)
            outputs = []
            for way in self._directions():
                out, end = self._run(x, starts[len(ends)], mask, f"_l{layer}{way}", backwards=bool(way))
                outputs.append(out)
                ends.append(end)
            x = outputs[0] if len(outputs) == 1 else F.cat(outputs, -1)
        return x.transpose(0, 1) if self.batch_first else x, self._joined(ends)

    def _run(
        self, x: Tensor, start: Tensor | tuple[Tensor, Tensor], mask: np.ndarray | None, suffix: str, backwards: bool
    ) -> tuple[Tensor, Tensor | tuple[Tensor, Tensor]]:
        """One layer in one direction: (output, final state); backwards is forwards on the flipped sequence."""
        if backwards:
            x, mask = F.flip(x, 0), None if mask is None else mask[::-1]
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        no_bias = Tensor(np.zeros(self.gates * self.hidden_size, x.dtype))
        weights = [getattr(self, name + suffix, no_bias) for name in names]
        out, end = self._sequence(x, start, weights, mask)
        if mask is not None:
            out = F.where(mask, out, 0.0)
        return (F.flip(out, 0) if backwards else out), end

    def _mask(self, lengths: Any, times: int, n: int) -> np.ndarray | None:
        if lengths is None:
            return None
        lengths = as_array(lengths)
        if lengths.shape != (n,) or lengths.dtype.kind not in "iu" or not np.all((lengths >= 1) & (lengths <= times)):
            raise ValueError(
                f"{type(self).__name__}: lengths must be {n} integers from 1 to {times}, got {lengths.tolist()}"
            )
        return (np.arange(times)[:, None] < lengths)[:, :, None]

    def _state_shape(self, state: Tensor, n: int) -> Tensor:
        shape = (self.num_layers * len(self._directions()), n, self.hidden_size)
        if state.shape != shape:
            raise ValueError(f"{type(self).__name__}: the state must have shape {shape}, got {state.shape}")
        return state

    def _starts(self, state: Any, n: int, dtype: np.dtype) -> list[Any]:
        """The starting state of every layer and direction, in order."""
        if state is None:
            return [Tensor(np.zeros((n, self.hidden_size), dtype))] * (self.num_layers * len(self._directions()))
        return list(self._state_shape(as_tensor(state), n))

    def _joined(self, ends: Sequence[Any]) -> Any:
        return F.stack(ends)


class RNN(_Recurrent):
    """Elman's network: h = tanh(W_ih x + b_ih + W_hh h + b_hh), or ReLU with nonlinearity="relu". Elman 1990.

    nonlinearity: "tanh" or "relu".
    options: bias, batch_first, dropout, bidirectional, as in `LSTM`; so are the other arguments.
    """

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, *, nonlinearity: str = "tanh",
        rng: np.random.Generator | None = None, **options: Any
    ) -> None:  # fmt: skip
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"RNN: nonlinearity must be 'tanh' or 'relu', got {nonlinearity!r}")
        self.nonlinearity = nonlinearity
        super().__init__(input_size, hidden_size, num_layers, rng=rng, **options)

    def _sequence(
        self, x: Tensor, start: Tensor, weights: Sequence[Tensor], mask: np.ndarray | None
    ) -> tuple[Tensor, Tensor]:
        out = apply(recurrent_ops.rnn, x, start, *weights, mask=mask, nonlinearity=self.nonlinearity)
        return out, out[-1]


class GRU(_Recurrent):
    """Gated recurrent unit: a reset and an update gate decide what of the state is used and what is kept. Cho 2014.

    input_size, hidden_size: features of each step before, and numbers in the state.
    num_layers: how many such layers stand on each other.
    bias: whether biases are added.
    batch_first: whether sequences are (n, t, features) and not (t, n, features).
    dropout: the probability to drop between layers, in training.
    bidirectional: whether a second network runs from the end to the start.
    rng: a NumPy generator, for first weights and dropout; needed.
    """

    gates = 3

    def _sequence(
        self, x: Tensor, start: Tensor, weights: Sequence[Tensor], mask: np.ndarray | None
    ) -> tuple[Tensor, Tensor]:
        out = apply(recurrent_ops.gru, x, start, *weights, mask=mask)
        return out, out[-1]


class LSTM(_Recurrent):
    """Long short-term memory: a cell that gates write, keep and read. Hochreiter and Schmidhuber 1997.

    input_size, hidden_size: features of each step before, and numbers in the state.
    num_layers: how many such layers stand on each other.
    bias: whether biases are added.
    batch_first: whether sequences are (n, t, features) and not (t, n, features).
    dropout: the probability to drop between layers, in training.
    bidirectional: whether a second network runs from the end to the start.
    rng: a NumPy generator, for first weights and dropout; needed.
    """

    gates = 4

    def _sequence(
        self, x: Tensor, start: tuple[Tensor, Tensor], weights: Sequence[Tensor], mask: np.ndarray | None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        both = apply(recurrent_ops.lstm, x, *start, *weights, mask=mask)
        return both[:-1], (both[-2], both[-1])

    def _starts(self, state: Any, n: int, dtype: np.dtype) -> list[Any]:
        if state is not None and not (isinstance(state, (tuple, list)) and len(state) == 2):
            raise TypeError(f"LSTM: the state must be a pair (h, c), got {type(state).__name__}")
        h, c = (None, None) if state is None else state
        return list(zip(super()._starts(h, n, dtype), super()._starts(c, n, dtype), strict=True))

    def _joined(self, ends: Sequence[Any]) -> Any:
        return F.stack([h for h, _ in ends]), F.stack([c for _, c in ends])
