"""Files written whole or not at all, and read without trust in what they are."""

import contextlib
import errno
import os
import stat


def write_atomically(path, data):
    """Put bytes or text into `path`, whole or not at all; makes the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with beside(path) as half:
        half.write_bytes(data.encode("utf-8", "replace") if isinstance(data, str) else data)


@contextlib.contextmanager
def beside(path):
    """A path beside `path` to write to; takes its place when the block ends, and is gone when it does not end well."""
    if path.exists() and not path.is_file():  # a device would be replaced by a file, a folder cannot be
        error = errno.EISDIR if path.is_dir() else errno.EINVAL
        raise OSError(error, "Is a directory" if path.is_dir() else "Is no regular file", str(path))
    half = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield half
        os.replace(half, path)
    except BaseException as error:
        if isinstance(error, OSError) and error.filename in (None, str(half)):
            error.filename = str(path)  # the name that means something to whoever reads it
        with contextlib.suppress(OSError):
            half.unlink()
        raise


class NotRegular(OSError):
    """A folder, a pipe or a device where a file should be."""


def read_regular(path, most):
    """At most `most` bytes of a regular file; OSError where it is a link or cannot be read. Never waits for a pipe."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotRegular(f"{path} is not a file")
    with os.fdopen(descriptor, "rb") as file:
        return file.read(most)
