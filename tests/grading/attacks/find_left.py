# ruff: noqa
"""Looks for what an earlier submission left."""

# %%
import os
import socket

import numpy
import numpy.testing

found = []
token = "@FIRST@" + "@SECOND@"
for folder, folders, files in os.walk("/"):
    if folder.startswith(("/proc", "/sys", "/usr", "/opt/python", "/opt/env", "/nix")):
        folders.clear()
        continue
    for name in files:
        if name in ("numpy.py", "sitecustomize.py"):
            found.append(os.path.join(folder, name))
if set(os.listdir(".")) - {"expected"}:  # the release's own
    found.append("working folder")
try:
    with socket.socket(socket.AF_UNIX) as s:
        s.connect("\0" + token)
    found.append("socket")
except OSError:
    pass
if [p for p in os.listdir("/proc") if p.isdigit()] != ["1", str(os.getpid())]:
    found.append("processes")
if numpy.allclose(1, 2) or sum([]) != 0 or "LEFT" in os.environ:
    found.append("patches")
# %%
import threading

if threading.active_count() != 1:
    found.append("threads")
print("REACHED", found)
