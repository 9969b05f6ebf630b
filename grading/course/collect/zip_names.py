"""How a zip's members are called: programs write names in many encodings, and some with backslashes."""

import io
import re
import struct
import unicodedata
import zlib


def member_name(info):
    """A zip member's name: its Unicode field, else UTF-8 where the bytes are that, else the old IBM code page 437."""
    name = info.filename
    if not info.flag_bits & 0x800:
        raw = info.orig_filename.encode("cp437", "replace")
        found = _unicode_field(info.extra, raw)
        if found is None:
            found = letters_of(raw) or name
        name = found
    return name.split("\0")[0].replace("\\", "/")


def letters_of(raw):
    """A name without its encoding: UTF-8, else the first of Windows's that makes letters of it; None when none does."""
    for encoding in ("utf-8", "cp437", "cp850", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        others = [c for c in text if ord(c) > 127]
        letters = all(unicodedata.name(c, "").startswith("LATIN") and c.isalpha() for c in others)
        if encoding == "utf-8" or (letters and not re.search(r"(?<=[^\W\d_])(?<![A-ZÀ-Þ])[À-Þ]", text)):
            return text
    return None


def _unicode_field(extra, raw):
    """The name in Info-ZIP's extra field 0x7075, when it belongs to these bytes."""
    file = io.BytesIO(extra)
    while len(head := file.read(4)) == 4:
        kind, size = struct.unpack("<HH", head)
        data = file.read(size)
        if kind == 0x7075 and len(data) > 5 and data[0] == 1 and struct.unpack("<L", data[1:5])[0] == zlib.crc32(raw):
            return data[5:].decode("utf-8", "replace")
    return None
