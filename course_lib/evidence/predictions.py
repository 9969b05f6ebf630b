"""A prediction's right answer, stored so that reading the file does not give it away.

The answer is brought to one plain text, then hashed slowly with a salt. It keeps an honest reader from seeing the
answer by accident; it does not stop someone who tries every small number.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import math
import re
from typing import Any

import numpy as np

ROUNDS = 20_000  # about 10 ms
_NUMBER = re.compile(r"[+\-\N{MINUS SIGN}]?(\d{1,50}\.?\d{0,50}|\.\d{1,50})", re.ASCII)


def canonical(tree: Any) -> str:
    """The answer as one text: 3, 3.0, np.int64(3) and a 0-d array are the same; True is not 1; text ignores case and
    spaces at its ends; list, tuple and array are the same; other floats count to six digits. Raises ValueError for
    what no one can predict (None, dicts, opaque things)."""
    return json.dumps(_plain(tree), ensure_ascii=False, separators=(",", ":"))


def _plain(tree: Any) -> Any:
    if isinstance(tree, np.ndarray):
        return _plain(tree.tolist())
    if isinstance(tree, bool):
        return tree
    if isinstance(tree, int):
        return str(tree)
    if isinstance(tree, float):
        return str(int(tree)) if math.isfinite(tree) and tree == int(tree) else f"{tree:.6g}"
    if isinstance(tree, str):
        return "'" + " ".join(tree.split()).casefold()
    if isinstance(tree, list | tuple):
        return [_plain(item) for item in tree]
    raise ValueError(f"a prediction is a number, a text, True or False, or a list of these, not {type(tree).__name__}")


def hash_answer(tree: Any, salt: str) -> str:
    """The salted hash of an exact answer, in hexadecimal; `salt` is any text, another one for every line."""
    return _hashed(canonical(tree), salt)


@functools.lru_cache(maxsize=4096)  # a class answers the same few things
def _hashed(text: str, salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", text.encode(), salt.encode(), ROUNDS).hex()


def matches(tree: Any, salt: str, wanted: str) -> bool:
    """Whether `tree` is the answer behind the hash `wanted`, or says it: a number as a text, a list of one item."""
    return any(_matches(form, salt, wanted) for form in (tree, *_said(tree)))


def _matches(tree: Any, salt: str, wanted: str) -> bool:
    try:
        return hmac.compare_digest(hash_answer(tree, salt), wanted)
    except ValueError:
        return False


def _said(tree: Any) -> list[Any]:
    tree = tree.tolist() if isinstance(tree, np.ndarray) else tree
    if isinstance(tree, list | tuple) and len(tree) == 1:
        return [tree[0], *_said(tree[0])]
    if isinstance(tree, str) and _NUMBER.fullmatch(tree.strip()):
        return [float(tree.strip().replace("\N{MINUS SIGN}", "-"))]
    return []
