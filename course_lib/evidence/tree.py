"""Turn any value into a plain tree that holds nothing of the value's own class.

An object is never asked about itself: values are read with the methods of their built-in base class and copied at
once; anything else becomes `Opaque`. The tree has None, bool, int, float, complex, str, ndarray, list, tuple, dict and
Opaque, all of exactly these types.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_BYTES = 8 * 2**20  # what one check cell may show, all its lines together
MAX_ITEMS = 100_000  # containers and scalars in one value
MAX_DEPTH = 20
MAX_DIMS, MAX_SIDE = 32, 2**40  # axes of an array, and places along one
MAX_LETTERS = 100_000  # of a text in an array
MAX_BITS = 4096  # of an int: its decimal form stays below Python's own limit of 4300 digits


@dataclass(frozen=True)
class Opaque:
    """A value that is shown by the name of its type only."""

    name: str


def observe(value: Any) -> Any:
    """Copy `value` into a plain tree; never raises, never calls a method that the value's own class defines."""
    try:
        return _Observer().tree(value, 0)
    except _TooMany:
        return Opaque(f"{type_name(value)} of more than {MAX_ITEMS} values")
    except Exception:  # a metaclass or buffer that misbehaves is itself only an opaque thing
        return Opaque(type_name(value))


def type_name(value: Any) -> str:
    """The name of the value's class, read from the type slot so that no metaclass can change it."""
    return clean(type.__dict__["__name__"].__get__(type(value)))[:80]


def clean(text: Any) -> str:
    """`text` as an exact str that UTF-8 can carry: lone surrogates become question marks."""
    return str.encode(text, "utf-8", "replace").decode("utf-8")


def size(tree: Any) -> int:
    """Bytes that `tree` takes on the wire, roughly; what `MAX_BYTES` limits."""
    if isinstance(tree, np.ndarray):
        return tree.nbytes + 40
    if isinstance(tree, dict):
        return sum(size(k) + size(v) for k, v in tree.items()) + 12
    if isinstance(tree, list | tuple):
        return sum(map(size, tree)) + 12
    return len(tree) + 2 if isinstance(tree, str) else 24


class _TooMany(Exception):
    pass


class _Observer:
    """One walk over one value, with the count of what it has met."""

    def __init__(self) -> None:
        self.items = 0
        self.bytes = 0

    def tree(self, value: Any, depth: int) -> Any:
        self.items += 1
        if self.items > MAX_ITEMS:
            raise _TooMany
        cls = type(value)  # not isinstance: an object may lie about __class__
        if value is None or cls is bool or cls is Opaque:
            return value
        if issubclass(cls, np.ndarray):
            return self.array(value)
        if issubclass(cls, np.generic):
            return self.array(_scalar_to_array(value)) if not issubclass(cls, np.str_) else clean(value)
        for base in (int, float, complex):
            if issubclass(cls, base):
                plain: Any = base.__pos__(value)
                too_long = base is int and plain.bit_length() > MAX_BITS
                return Opaque(f"int of {plain.bit_length()} bits") if too_long else plain
        if issubclass(cls, str):
            return self.text(value)
        if issubclass(cls, list | tuple | dict):
            return self.container(value, cls, depth)
        data = _tensor_data(value, cls)
        return Opaque(type_name(value)) if data is None else self.array(data)

    def text(self, value: Any) -> str | Opaque:
        self.bytes += str.__len__(value)
        if self.bytes > MAX_BYTES:
            return Opaque(f"str of {str.__len__(value)} characters")
        return clean(value)

    def container(self, value: Any, cls: type, depth: int) -> Any:
        if depth >= MAX_DEPTH:
            return Opaque(f"{type_name(value)} nested more than {MAX_DEPTH} deep")
        if issubclass(cls, dict):
            return {self.key(k, depth): self.tree(v, depth + 1) for k, v in list(dict.items(value))}
        if issubclass(cls, list):
            return [self.tree(item, depth + 1) for item in list.__iter__(value)]
        return tuple(self.tree(item, depth + 1) for item in tuple.__iter__(value))

    def key(self, value: Any, depth: int) -> Any:
        plain = self.tree(value, depth + 1)
        if isinstance(plain, np.ndarray) and plain.ndim == 0:
            return plain.item()
        return plain if hashable(plain) else Opaque(type_name(value))

    def array(self, value: np.ndarray) -> np.ndarray | Opaque:
        plain = np.ndarray.view(value, np.ndarray)
        dtype = plain.dtype
        if dtype.kind not in "biufcU":
            return Opaque(f"array of dtype {dtype.name}"[:80])
        self.bytes += plain.nbytes
        if self.bytes > MAX_BYTES:
            return Opaque(f"array of shape {plain.shape}, {plain.nbytes / 2**20:.0f} MB")
        if plain.ndim > MAX_DIMS or max(plain.shape, default=0) >= MAX_SIDE or plain.size > MAX_BYTES:
            return Opaque(f"array of {plain.ndim} axes and {plain.size} values")
        if dtype.kind == "U" and dtype.itemsize > 4 * MAX_LETTERS:
            return Opaque(f"array of texts of {dtype.itemsize // 4} letters")
        if dtype.kind == "U" and plain.nbytes:
            letters = np.frombuffer(plain.astype(dtype.newbyteorder("<")).tobytes(), "<u4")
            if not is_text(letters):
                return Opaque("array of texts that are no Unicode")
        if dtype.kind in "fc" and dtype.itemsize > (8 if dtype.kind == "f" else 16):
            dtype = np.dtype("f8" if dtype.kind == "f" else "c16")  # long double differs from machine to machine
        return np.array(plain, dtype=dtype.newbyteorder("<"), order="C", copy=True)


def _scalar_to_array(value: Any) -> np.ndarray:
    dtype = np.generic.dtype.__get__(value)
    return np.frombuffer(np.generic.tobytes(value), dtype=dtype).reshape(())


def is_text(points: np.ndarray) -> bool:
    """Whether these numbers are letters of Unicode, no halves of pairs among them."""
    return not np.any((points > 0x10FFFF) | ((points >= 0xD800) & (points <= 0xDFFF)))


def hashable(tree: Any) -> bool:
    """Whether a tree holds neither arrays nor lists nor dicts, so that it can be a key."""
    if isinstance(tree, tuple):
        return all(map(hashable, tree))
    return not isinstance(tree, np.ndarray | list | dict)


def _tensor_data(value: Any, cls: type) -> Any:
    """The ndarray inside a course_lib or torch tensor; neither library is imported to find out."""
    ours = getattr(sys.modules.get("course_lib.autograd.tensor"), "Tensor", None)
    if isinstance(ours, type) and issubclass(cls, ours):
        data = object.__getattribute__(value, "data")
        return data if issubclass(type(data), np.ndarray) else None
    torch: Any = sys.modules.get("torch")
    theirs: Any = getattr(torch, "Tensor", None)
    if isinstance(theirs, type) and issubclass(cls, theirs):
        with torch._C.DisableTorchFunctionSubclass():
            flat = theirs.detach(value).cpu()  # type: ignore[attr-defined]
            flat = flat.to_dense() if flat.layout != torch.strided else flat
            flat = flat.float() if flat.dtype == torch.bfloat16 else flat
            return flat.resolve_conj().resolve_neg().numpy()
    return None
