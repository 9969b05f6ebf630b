"""Cuts what a submission sends into frames: one type byte, four length bytes (big-endian), the payload."""

import struct

FRAME = struct.Struct(">cI")


class Broken(Exception):
    """The child sent something that is no frame, or one that has no place here."""


class Frames:
    """Cuts a byte stream into frames; holds at most one frame and one chunk."""

    def __init__(self, largest):
        """`largest(kind)` is the longest payload a frame of this kind may have."""
        self.largest, self.buffer = largest, bytearray()

    def feed(self, data):
        """The complete frames after `data` came in, as (kind, payload); raises at a bad one, after those before it."""
        self.buffer += data
        at = 0
        try:
            while len(self.buffer) - at >= FRAME.size:
                kind, length = FRAME.unpack_from(self.buffer, at)
                if length > self.largest(kind):
                    raise Broken("a frame over the limit")
                if len(self.buffer) - at < FRAME.size + length:
                    break
                start = at + FRAME.size
                at = start + length
                yield kind, bytes(self.buffer[start:at])
        finally:
            del self.buffer[:at]


def framed(kind, payload):
    """The bytes of one frame."""
    return FRAME.pack(kind, len(payload)) + payload
