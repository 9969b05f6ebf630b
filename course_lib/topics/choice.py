"""A word out of several: one sentence for a wrong one, where else a run would go on as the healthy one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def chosen(value: T, known: Iterable[T], what: str, *, name: str) -> T:
    """`value` if it is one of `known`; else a ValueError, in the name of `name`, that lists them. `what` it is."""
    known = list(known)
    if value not in known:
        said = ", ".join(str(word) if isinstance(word, str) else repr(word) for word in known if word != "")
        raise ValueError(f"{name}: {what} must be one of {said}, got {value!r}")
    return value
