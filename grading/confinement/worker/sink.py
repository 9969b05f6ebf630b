"""Where check cells send what they saw."""


class Sink:
    """Where check cells send what they saw: straight onto the pipe. Decides nothing."""

    def __init__(self, link, limit, forbidden):
        self.link, self.limit, self.used, self.forbidden = link, limit, 0, forbidden
        self.data = {}  # what the judge holds and a hidden cell asks for by a name: name -> bytes of a .npy file

    def open(self):
        """A cell begins: it may send as much as any other."""
        self.used = 0

    def seen(self, seen):
        """Send one observation."""
        from course_lib.evidence.observation import encode

        data = encode(seen)
        self.used += len(data)
        if self.used > self.limit:
            raise MemoryError(f"a check cell may send at most {self.limit >> 20} MB of values")
        self.link.send(b"O", data)

    def forbid(self, check):
        """The library functions that the code behind this check may not call."""
        return self.forbidden.get(check, ())

    def closed(self, check, part):
        """Say that a check cell has reached its end."""
        self.link.tell(b"C", check=check, part=part)

    def keep(self, payload):
        """Take in the data that a hidden cell is about to ask for."""
        name, _, data = payload.partition(b"\0")
        self.data[name.decode()] = data

    def held(self, check, name):
        """The array that the judge holds under this name; ValueError for none."""
        from course_lib.evidence.held import read, unpack

        return read(self.data[name]) if name in self.data else unpack(name)
