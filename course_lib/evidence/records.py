"""The record file: what the reference answer gave, line by line, with the known mistakes and the hints.

`expected/NN_slug.npz` holds a lesson's visible part, `hidden/NN_slug.npz` its hidden part. A file is an ordinary `.npz`
without pickle: the member `header` is JSON in UTF-8, the members `a0`, `a1`, ... are the arrays it refers to. The same
record always gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from course_lib.evidence.observation import Seen, from_json, to_json
from course_lib.evidence.tree import Opaque
from course_lib.files import beside

VERSION = 1
_WITHOUT = {"forbid": [], "hints": [], "points": 0, "exercise": {}}  # what a check has that says nothing of them
_DAY_ZERO = (1980, 1, 1, 0, 0, 0)  # every member's date, so that the bytes do not depend on the clock


class BadRecord(ValueError):
    """A record file that is missing, broken or of another version; the message says which and what to do."""


@dataclass
class Record:
    """One part of one lesson: `checks` maps a check's id to `{"lines", "mistakes", "forbid", "hints", "points", ...}`.

    `exercise` says where the check belongs: its `place` in the lesson, and of its exercise the `number` ("9.3"),
    `title`, the `names` it defines, whether it is `open` (only its hidden part measures) and, where a program is given,
    that program's fingerprint (`given`).
    A line is `{"position", "label", "kind", "value", ...}`; a mistake is `{"name", "say", "lines"}`, and its lines may
    leave out those that equal the expected ones.
    """

    lesson: str
    part: str = "visible"
    checks: Mapping = field(default_factory=dict)

    def about(self, id: str) -> dict[str, Any]:
        """A check's `forbid`, `hints`, `points` and `exercise`, without reading any of its arrays."""
        entry = self.checks.plain[id] if isinstance(self.checks, _Checks) else self.checks[id]
        entry = entry if isinstance(entry, dict) else {}
        return {name: entry.get(name) or empty for name, empty in _WITHOUT.items()}


def join(visible: dict[str, Any] | None, hidden: dict[str, Any]) -> dict[str, Any]:
    """One check's entries as one, either may be None: lines by position, mistakes by name, `parts` by position."""
    lines, mistakes, parts = [], {}, {}
    for part, entry in (("visible", visible), ("hidden", hidden)):
        if entry is None:
            continue
        lines += entry["lines"]
        parts |= {line["position"]: part for line in entry["lines"]}
        for mistake in entry.get("mistakes", []):
            known = mistakes.setdefault(mistake["name"], {**mistake, "lines": []})
            known["lines"] = [*known["lines"], *mistake["lines"]]
    lines.sort(key=lambda line: line["position"])
    return {**(visible or hidden), "lines": lines, "mistakes": list(mistakes.values()), "parts": parts}


def record_line(seen: Seen) -> dict[str, Any]:
    """The record's line for what the reference gave: the observation with what its cell asked (`spec`) laid flat."""
    if not isinstance(seen, Seen):
        raise TypeError(f"record_line takes a Seen, got {type(seen).__name__}")
    line = {"position": seen.position, "label": seen.label, "kind": seen.kind, "value": seen.value}
    return {**{k: v for k, v in seen.spec.items() if v is not None}, **line}


def save_record(path: str | Path, record: Record) -> None:
    """Write `record` to `path`, whole or not at all; equal records give equal bytes."""
    arrays, names = [], {}

    def keep(array: np.ndarray) -> str:
        key = (array.dtype.str, array.shape, hashlib.sha256(np.ascontiguousarray(array).tobytes()).digest())
        if key not in names:
            names[key] = f"a{len(arrays)}"
            arrays.append(array)
        return names[key]

    header = {
        "version": VERSION,
        "lesson": record.lesson,
        "part": record.part,
        "checks": {name: _check_to_json(check, keep) for name, check in record.checks.items()},
    }
    text = json.dumps(header, allow_nan=False, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    members = {"header": np.frombuffer(text.encode(), dtype=np.uint8)}
    members.update({f"a{i}": array for i, array in enumerate(arrays)})
    with beside(Path(path)) as half, zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in members.items():
            raw = io.BytesIO()
            np.lib.format.write_array(raw, np.asarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", _DAY_ZERO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # the same on every system
            archive.writestr(entry, raw.getvalue())


def load_record(path: str | Path) -> Record:
    """Read the record at `path`. Arrays are read when their check is asked for. Raises BadRecord with one sentence."""
    try:
        with open(path, "rb") as file:
            archive = np.load(io.BytesIO(file.read()), allow_pickle=False)
        header = json.loads(bytes(archive["header"]))
        version, lesson, part, checks = (header[k] for k in ("version", "lesson", "part", "checks"))
        if not isinstance(checks, dict):
            raise TypeError
    except FileNotFoundError:
        raise BadRecord(f"There are no expected values at {path}.") from None
    except OSError as error:
        raise BadRecord(f"The expected values at {path} cannot be read: {error.strerror or error}.") from None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError, zipfile.BadZipFile, RecursionError):
        raise BadRecord(f"The expected values at {path} are damaged. Copy that file again.") from None
    if version != VERSION:
        raise BadRecord(f"The expected values at {path} have version {version}; this course_lib reads {VERSION}.")
    return Record(lesson, part, _Checks(path, archive, checks))


def record_fingerprint(path: str | Path) -> str:
    """The hash of all that an answer is compared with in the record at `path`: all of it less points and hints."""
    checks: Any = load_record(path).checks
    plain = checks.plain
    kept = {
        name: {k: v for k, v in check.items() if k not in ("points", "hints")} if isinstance(check, dict) else check
        for name, check in plain.items()
    }
    digest = hashlib.sha256(json.dumps(kept, sort_keys=True).encode())
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name != "header.npy":
                digest.update(name.encode() + b"\0" + archive.read(name))
    return digest.hexdigest()


def _check_to_json(check: dict[str, Any], keep: Callable) -> dict[str, Any]:
    plain = {k: v for k, v in check.items() if k not in ("lines", "mistakes")}
    plain["lines"] = [_line_to_json(line, keep) for line in check.get("lines", [])]
    plain["mistakes"] = [
        {**mistake, "lines": [_line_to_json(line, keep) for line in mistake["lines"]]}
        for mistake in check.get("mistakes", [])
    ]
    return plain


def _line_to_json(line: dict[str, Any], keep: Callable) -> dict[str, Any]:
    return {key: to_json(value, keep) for key, value in line.items()}


class _Checks(Mapping):
    """The checks of a loaded record, each built when it is first asked for: a lesson has hundreds of arrays."""

    def __init__(self, path: str | Path, archive: Any, plain: dict[str, dict[str, Any]]) -> None:
        self._path, self._archive, self.plain, self._built = path, archive, plain, {}

    def __getitem__(self, name: str) -> dict[str, Any]:
        if name not in self._built:
            plain = self.plain[name]
            try:
                self._built[name] = self._build(plain)
            except (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile, zlib.error):
                raise BadRecord(
                    f"The expected values of {name} in {self._path} are damaged. Copy that file again."
                ) from None
        return self._built[name]

    def __iter__(self) -> Any:
        return iter(self.plain)

    def __len__(self) -> int:
        return len(self.plain)

    def _build(self, plain: dict[str, Any]) -> dict[str, Any]:
        lines = [self._line(line) for line in plain["lines"]]
        mistakes = [{**m, "lines": [self._line(line) for line in m["lines"]]} for m in plain.get("mistakes", [])]
        return {"forbid": [], "hints": [], "points": 0, **plain, "lines": lines, "mistakes": mistakes}

    def _line(self, line: dict[str, Any]) -> dict[str, Any]:
        return {key: from_json(value, self._archive) for key, value in line.items()}


def unrecordable(tree: Any) -> str | None:
    """The name of the first type inside `tree` that no record can hold, or None: the recorder refuses such a line."""
    if isinstance(tree, Opaque):
        return tree.name
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list | tuple) else ()
    return next((name for name in map(unrecordable, inner) if name is not None), None)
