"""What one line of a check cell saw, and its way through a pipe.

A check cell only observes; who compares runs elsewhere. A frame is a magic number, two lengths, a JSON header and the
arrays' raw C-order bytes: no pickle, nothing that could run, and a reader that believes nothing. What `observe` never
gives (deeper, longer, with larger numbers) `decode` does not take: code may write its own frames.
"""

from __future__ import annotations

import collections
import hashlib
import json
import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course_lib.evidence.tree import (
    MAX_BITS,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_DIMS,
    MAX_ITEMS,
    MAX_LETTERS,
    MAX_SIDE,
    Opaque,
    clean,
    hashable,
    is_text,
    observe,
    size,
)

__all__ = ["MAX_BYTES", "Malformed", "Opaque", "Seen", "decode", "encode", "from_json", "observe", "size", "to_json"]

MAX_LABEL = 500
SHORT = 1 << 16  # bytes of a frame that gets a digest
MAX_KEYS = 16  # of a dict that have one hash: look-ups among more of them take the square of their number
MAX_COUNT = 2**63  # of events
KINDS = frozenset(
    ("value", "unchanged", "same_as", "at_least", "outcome", "raises", "work", "raised", "forbidden", "again")
)
PARTS = frozenset(("visible", "hidden"))

_DTYPES = frozenset(("|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16"))
_FRAME = struct.Struct("<4sII")  # magic, header length, body length
_MAGIC = b"SEE1"


class Malformed(ValueError):
    """Bytes that are no observation: a forged or broken frame."""


@dataclass(frozen=True)
class Seen:
    """One line of a check cell: what was asked and the tree that came.

    `digest` stands for the bytes it came in, "" where it was made here or they are many.
    """

    check: str
    part: str
    position: int
    label: str
    kind: str
    value: Any
    spec: dict = field(default_factory=dict)
    digest: str = field(default="", compare=False, repr=False)


def to_json(tree: Any, keep: Callable) -> Any:
    """The tree as JSON values; every array goes through `keep(array) -> name` and leaves `{"array": name}`."""
    if isinstance(tree, np.ndarray):
        return {"array": keep(tree)}
    if isinstance(tree, Opaque):
        return {"opaque": tree.name}
    if isinstance(tree, float) and not math.isfinite(tree):
        return {"float": repr(tree)}
    if isinstance(tree, complex):
        return {"complex": [to_json(tree.real, keep), to_json(tree.imag, keep)]}
    if isinstance(tree, list):
        return [to_json(item, keep) for item in tree]
    if isinstance(tree, tuple):
        return {"tuple": [to_json(item, keep) for item in tree]}
    if isinstance(tree, dict):
        return {"dict": [[to_json(k, keep), to_json(v, keep)] for k, v in tree.items()]}
    return tree


def from_json(data: Any, arrays: Any) -> Any:
    """The tree again; `arrays[name]` gives an array. Raises Malformed for anything `to_json` cannot have written."""
    return _Reader(arrays).tree(data, 0)


class _Reader:
    """One walk over one value, within the limits that `observe` keeps; `same_as` lays two values into a tuple."""

    def __init__(self, arrays: Any) -> None:
        self.arrays, self.room = arrays, 2 * MAX_ITEMS + 1

    def tree(self, data: Any, depth: int) -> Any:
        self.room -= 1
        if self.room < 0 or depth > MAX_DEPTH + 1:
            raise Malformed("a value of too many parts, or nested too deep")
        if isinstance(data, int) and data.bit_length() > MAX_BITS:
            raise Malformed("a number that is too long")
        if data is None or isinstance(data, bool | int | float):
            return data
        if isinstance(data, str):
            return clean(data)
        if isinstance(data, list):
            return [self.tree(item, depth + 1) for item in data]
        if not isinstance(data, dict) or len(data) != 1:
            raise Malformed("a value of unknown form")
        ((tag, inner),) = data.items()
        return self.tagged(tag, inner, depth)

    def tagged(self, tag: str, inner: str | Sequence[Any], depth: int) -> Any:
        if tag == "array" and isinstance(inner, str) and inner in self.arrays:
            return self.arrays[inner]
        if tag == "opaque" and isinstance(inner, str):
            return Opaque(clean(inner)[:MAX_LABEL])
        if tag == "float" and inner in ("nan", "inf", "-inf"):
            return float(inner)
        if tag == "complex" and isinstance(inner, list) and len(inner) == 2:
            self.room += 2  # one value for `observe`
            real, imag = (self.tree(part, depth) for part in inner)
            if isinstance(real, float) and isinstance(imag, float):
                return complex(real, imag)
        if tag == "tuple" and isinstance(inner, list):
            return tuple(self.tree(item, depth + 1) for item in inner)
        if tag == "dict" and isinstance(inner, list) and all(isinstance(p, list) and len(p) == 2 for p in inner):
            keys = [self.tree(k, depth + 1) for k, _ in inner]
            if all(map(hashable, keys)) and not _crowded(keys):
                return dict(zip(keys, (self.tree(v, depth + 1) for _, v in inner), strict=True))
        raise Malformed(f"a value of unknown form: {clean(tag)[:40]}")


def _crowded(keys: Sequence[Any]) -> bool:
    """Whether more keys share a hash than ever do by chance."""
    return len(keys) > MAX_KEYS and max(collections.Counter(map(hash, keys)).values()) > MAX_KEYS


def encode(seen: Seen) -> bytes:
    """One observation as a frame: magic, two lengths, a JSON header, then the arrays' raw C-order bytes."""
    body, table = [], []

    def keep(array: np.ndarray) -> str:
        body.append(array.tobytes())
        table.append([array.dtype.str, list(array.shape)])
        return str(len(table) - 1)

    header = {
        "check": seen.check,
        "part": seen.part,
        "position": seen.position,
        "label": clean(seen.label)[:MAX_LABEL],
        "kind": seen.kind,
        "value": to_json(seen.value, keep),
        "spec": to_json(seen.spec, keep),
        "arrays": table,
    }
    head = json.dumps(header, allow_nan=False, separators=(",", ":")).encode()
    raw = b"".join(body)
    return _FRAME.pack(_MAGIC, len(head), len(raw)) + head + raw


def decode(stream: Any, limit: float = 2 * MAX_BYTES) -> Seen | None:
    """Read one observation from a binary stream; None at its clean end.

    A wrong magic, length, key, type, dtype or size raises Malformed. `limit` bounds the frame in bytes.
    """
    start = stream.read(_FRAME.size)
    if not start:
        return None
    if len(start) < _FRAME.size:
        raise Malformed("the stream ends inside a frame")
    magic, head_length, body_length = _FRAME.unpack(start)
    if magic != _MAGIC or head_length + body_length > limit:
        raise Malformed("no observation, or one above the size limit")
    head, body = stream.read(head_length), stream.read(body_length)
    if len(head) < head_length or len(body) < body_length:
        raise Malformed("the stream ends inside a frame")
    try:
        short = head_length + body_length <= SHORT
        digest = hashlib.blake2b(head + body, digest_size=16).hexdigest() if short else ""
        return _parse(_HEADERS.decode(head.decode()), body, digest)
    except Malformed:
        raise
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError, MemoryError) as error:
        raise Malformed(f"a broken frame: {type(error).__name__}") from None


def _refuse(constant: str) -> None:
    raise Malformed(f"a bare {constant} in the header")


_HEADERS = json.JSONDecoder(parse_constant=_refuse)


def _parse(header: dict[str, Any], body: bytes, digest: str) -> Seen:
    keys = {"check", "part", "position", "label", "kind", "value", "spec", "arrays"}
    if not isinstance(header, dict) or set(header) != keys:
        raise Malformed("a header with other fields")
    texts = [header[name] for name in ("check", "part", "label", "kind")]
    position = header["position"]
    if not all(isinstance(text, str) and len(text) <= MAX_LABEL for text in texts):
        raise Malformed("a header whose texts are no short texts")
    if header["kind"] not in KINDS or header["part"] not in PARTS:
        raise Malformed("an unknown kind or part")
    if type(position) is not int or not 0 <= position <= MAX_ITEMS:
        raise Malformed("a position that is no small number")
    arrays = _parse_arrays(header["arrays"], body)
    spec = from_json(header["spec"], arrays)
    if not isinstance(spec, dict):
        raise Malformed("a spec that is no dict")
    check, part, label, kind = map(clean, texts)
    value = from_json(header["value"], arrays)
    if not (isinstance(value, Opaque) or _fits(kind, value)):
        raise Malformed("a value that a line of its kind never has")
    return Seen(check, part, position, label, kind, value, spec, digest)


def _fits(kind: str, value: Any) -> bool:
    """Whether a value is of the form that `expect` gives lines of this kind."""
    if kind in ("raised", "raises", "forbidden"):
        return value is None or (
            isinstance(value, dict) and all(map(_is_name, value)) and all(map(_is_said, value.values()))
        )
    if kind in ("work", "same_as"):
        pair = isinstance(value, tuple) and len(value) == 2
        return pair and (kind == "same_as" or all(type(n) is int and 0 <= n < MAX_COUNT for n in value))
    return True


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_LABEL


def _is_said(value: Any) -> bool:
    """A short text, a line's number, nothing, or short texts one after the other."""
    if isinstance(value, list | tuple):
        return all(map(_is_name, value))
    return value is None or _is_name(value) or (type(value) is int and abs(value) < MAX_COUNT)


def _parse_arrays(table: Sequence[Any], body: bytes) -> dict[str, Any]:
    arrays, start = {}, 0
    for number, (code, shape) in enumerate(table):
        dtype = np.dtype(code) if code in _DTYPES or _is_text_dtype(code) else None
        if dtype is None or len(shape) > MAX_DIMS or not all(type(n) is int and 0 <= n < MAX_SIDE for n in shape):
            raise Malformed("an array of a dtype or shape that is not allowed")
        count = math.prod(shape)
        stop = start + count * dtype.itemsize
        if (
            stop > len(body) or count > MAX_BYTES
        ):  # texts without a character take no bytes here and four each in memory
            raise Malformed("an array larger than its bytes")
        raw = np.frombuffer(body[start:stop], dtype=np.uint8)
        if dtype.kind == "b" and raw.size and raw.max() > 1:
            raise Malformed("a bool that is neither 0 nor 1")
        if dtype.kind == "U" and not is_text(raw.view("<u4")):
            raise Malformed("text that is no Unicode")
        arrays[str(number)] = raw.view(dtype).reshape(shape) if raw.size else np.zeros(shape, dtype)
        start = stop
    if start != len(body):
        raise Malformed("bytes that belong to no array")
    return arrays


def _is_text_dtype(code: str) -> bool:
    digits = code[2:] if isinstance(code, str) and code[:2] == "<U" and len(code) < 9 else ""
    return digits.isascii() and digits.isdigit() and int(digits) <= MAX_LETTERS
