# ruff: noqa
"""Leaves files, processes, threads, sockets and patched modules for whoever comes next."""

# %%
import builtins
import os
import socket
import sys
import threading
import time

import numpy.testing

left = []
for folder in (
    "/tmp",
    "/dev/shm",
    ".",
    os.path.expanduser("~"),
    "/opt/course",
    "/opt/course/expected",
    "/opt/course/course_lib",
    "/",
    "/dev",
    "/etc",
    "/opt/env/lib",
    "/usr/lib",
    "/var/tmp",
    "/run",
    "/opt/env/lib/python3.11/site-packages",
):
    try:
        with open(os.path.join(folder, "numpy.py"), "w") as file:
            file.write("@TOKEN@")
        left.append(folder)
    except OSError:
        pass
open("sitecustomize.py", "w").write("@TOKEN@")
quiet = socket.socket(socket.AF_UNIX)
quiet.bind("\0@TOKEN@")
quiet.listen()
# %%
numpy.testing.assert_allclose = lambda *a, **k: None
numpy.allclose = lambda *a, **k: True
builtins.sum = lambda x: 7
sys.modules["course_lib.checks"].check = None
numpy.random.seed(1)
os.environ["LEFT"] = "@TOKEN@"


def forever():
    while True:
        time.sleep(0.01)


for _ in range(3):
    threading.Thread(target=forever, daemon=False).start()
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            try:
                forever()
            finally:
                os._exit(0)
        os._exit(0)
