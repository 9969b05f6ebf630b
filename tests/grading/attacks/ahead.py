# ruff: noqa
"""Looks for hidden cells before they run: in its pipes, its frames, its objects, its memory."""

# %%
import gc
import os
import select
import sys

token = "@FIRST@" + "@SECOND@"
found, looked = [], 0
for descriptor in range(64):
    try:
        readable, _, _ = select.select([descriptor], [], [], 0)
        if readable and descriptor != 0:
            data = os.read(descriptor, 1 << 20)
            found.append(f"descriptor {descriptor}: {len(data)} bytes") if data else None
    except (OSError, ValueError):
        pass
frame = sys._getframe()
while frame:
    for scope in (frame.f_locals, frame.f_globals):
        for name, value in list(scope.items()):
            looked += 1
            if (
                token in repr(value)[:100000]
                and name not in ("token", "source", "code", "raw_cell", "cell")
                and scope is not globals()
            ):
                if "select.select" not in repr(value):
                    found.append(f"frame {frame.f_code.co_name} {name}")
    frame = frame.f_back
gc.unfreeze()  # what the warm process made is hidden from the listing otherwise
for thing in gc.get_objects():
    looked += 1
    if isinstance(thing, dict):
        for value in list(thing.values()):
            if isinstance(value, str) and token in value and value != token and "select.select" not in value:
                found.append("object")
# %%
hits = 0
needle = token.encode()
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        if " rw" in line and "[v" not in line:
            start, end = (int(x, 16) for x in line.split()[0].split("-"))
            try:
                memory.seek(start)
                hits += memory.read(end - start).count(b"HIDDEN:" + needle)
            except (OSError, ValueError, MemoryError):
                pass
if hits:
    found.append(f"memory {hits}")
for folder in ("/opt/course/expected", "/opt/course", "/tmp"):
    for where, _, files in os.walk(folder):
        for name in files:
            try:
                if token.encode() in open(os.path.join(where, name), "rb").read():
                    found.append(name)
            except OSError:
                pass
print("LOOKED", looked > 1000)
print("REACHED", found)
