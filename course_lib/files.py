"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any


def write_atomically(path: Path, data: bytes | str) -> None:
    """Put bytes or text into `path`, whole or not at all; makes the folders above it. OSError names `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with beside(path) as half:
        half.write_bytes(data.encode("utf-8", "replace") if isinstance(data, str) else data)


@contextlib.contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; takes its place when the block ends, and is gone when it does not end well.

    OSError where `path` is a folder or a device, and where it cannot be written; it names `path`.
    """
    if path.exists() and not path.is_file():  # a device would be replaced by a file, a folder cannot be
        error = errno.EISDIR if path.is_dir() else errno.EINVAL
        raise OSError(error, "Is a directory" if path.is_dir() else "Is no regular file", str(path))
    half = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield half
        patiently(lambda: os.replace(half, path))
    except BaseException as error:
        if isinstance(error, OSError) and error.errno and error.filename in (None, str(half)):
            error.filename = str(path)  # the name that means something to whoever reads it
        with contextlib.suppress(OSError):
            half.unlink()
        raise


def patiently(action: Callable[[], Any]) -> Any:
    """Do `action`, again for a moment where Windows refuses because another program has the file open.

    Returns what `action` returns; raises what it raises.
    """
    for _ in range(20 if os.name == "nt" else 0):
        try:
            return action()
        except PermissionError:
            time.sleep(0.01)
    return action()
