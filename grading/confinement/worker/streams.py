"""Text that is no message of the kernel's: what is printed, and what subprocesses and C code write."""

import io
import os


class Spill:
    """What subprocesses and C code write to descriptor 1 or 2: a file without a name, read when there is more in it."""

    def __init__(self, fd, name):
        self.fd, self.name, self.at = fd, name, 0
        path = f"../.{name}"
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        os.unlink(path)
        os.dup2(file, fd)
        os.close(file)

    def take(self, most):
        """What was written since the last time, at most so many bytes; the file is emptied when all is read."""
        size = os.fstat(self.fd).st_size
        if size <= self.at:
            return ""
        data = os.pread(self.fd, min(most, size - self.at), self.at)
        self.at = size
        return data.decode(errors="replace")

    def empty(self):
        """Forget what was written."""
        os.ftruncate(self.fd, 0)
        self.at = 0


class Stream:
    """sys.stdout or sys.stderr of the cells, as ipykernel's: text only, no file descriptor of its own."""

    encoding, errors, newlines, closed, mode = "UTF-8", "strict", None, False, "w"

    def __init__(self, collector, name):
        self.collector, self.name = collector, f"<{name}>"
        self._stream = name

    def write(self, text):
        """As a text file's."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if text:
            self.collector.text(self._stream, text)
        return len(text)

    def writelines(self, lines):
        """As a text file's."""
        for line in lines:
            self.write(line)

    def flush(self):
        """Nothing is held back here."""

    def isatty(self):
        """No terminal."""
        return False

    def readable(self):
        """Not to be read."""
        return False

    def writable(self):
        """To be written."""
        return True

    def seekable(self):
        """Only at the end."""
        return False

    def close(self):
        """A cell cannot close it for the next."""

    def fileno(self):
        """None: descriptors 1 and 2 are Spill's."""
        raise io.UnsupportedOperation("fileno")
