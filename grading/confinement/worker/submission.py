"""The cells' process, pid 2: says how confined it is, takes the job, runs it cell by cell."""

import gc
import json
import os
import sys

from cells import Cells
from frames import Link
from kernel import make_kernel
from readback import read_back
from syscalls import PR_SET_DUMPABLE, prctl


def begin(request, kernel, given):
    """Pid 2: say how confined this process is, take the job, run it in the kernel made beforehand.

    `given` is what the lesson's own cells gave beforehand (given.py), or None.
    """
    gc.disable()
    prctl(PR_SET_DUMPABLE, 1)  # as a Jupyter kernel is; nothing in this process is secret from its own code
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
    link = Link()
    link.tell(b"H", **read_back(request))
    _, payload = link.receive()
    job = json.loads(payload)
    take_files(link)
    cells = Cells(link, job, kernel or make_kernel(), given)
    sys.path.append("")  # a submission's own modules, after everything else: they shadow nothing
    gc.enable()
    for step in job["steps"]:
        cells.visible(step)
    link.tell(b"V")
    while True:
        kind, payload = link.receive()
        if kind == b"T":
            cells.sink.keep(payload)
        elif kind == b"S":
            told, _, codes = payload.partition(b"\0")
            cells.hidden(json.loads(told), codes)
        else:
            break
    link.tell(b"X")
    return 0


def take_files(link):
    """Put what belongs to the lesson into the working folder, until the driver says that this was all."""
    while True:
        kind, payload = link.receive()
        if kind != b"F":
            return
        name, _, content = payload.partition(b"\0")
        target = os.path.normpath(name.decode())
        os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
        with open(target, "wb") as file:
            file.write(content)
