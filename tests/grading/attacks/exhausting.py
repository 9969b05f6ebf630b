"""Notebooks that never end, take everything there is, or end their own process."""

from tests.grading.attacks.course import Attack, cells, known, tail

BLOCKED = "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))\ntime.sleep(100)"
CATCHES = "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
NATIVE = "import itertools, collections\ncollections.deque(itertools.repeat(0), maxlen=0)"
FORKS = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"
CHILDREN = """import os, time
for _ in range(12):
    if os.fork() == 0:
        x = bytearray(b"x" * (200 << 20))
        time.sleep(60)
time.sleep(60)"""
DISK = """import os
written = 0
try:
    for i in range(100):
        with open(f"big{i}", "wb", 0) as file:
            for _ in range(15):
                written += file.write(bytes(1 << 20))
except OSError as error:
    print("DISK", error.strerror, written >> 20)
for name in os.listdir("."):
    if name.startswith("big"):
        os.remove(name)"""
INODES = """made = 0
try:
    while True:
        open(f"/tmp/small{made}", "w").close()
        made += 1
except OSError as error:
    print("INODES", error.strerror, made < 10_000)"""
PIPE = "import os\nwhile True:\n    os.write(4, b'D\\xff\\xff\\xff\\xff' + bytes(1 << 20))"
HTML = """from IPython.display import HTML, display
for i in range(40):
    display(HTML("<b><p>" * 3000))
print("SHOWN")"""
THREADS = """import threading, time
def spin():
    while True:
        try:
            sum(range(10_000))
        except BaseException:
            pass
for _ in range(4):
    threading.Thread(target=spin, daemon=False).start()
print("STARTED")"""
LATER = """import threading, time
def later():
    time.sleep(0.05)
    while True:
        for scope in (globals(), __builtins__ if isinstance(__builtins__, dict) else vars(__builtins__)):
            scope["tail"] = lambda xs: [2]
        time.sleep(0.001)
threading.Thread(target=later, daemon=True).start()
print("STARTED")"""
ORPHANS = """import os, time
for _ in range(4):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                time.sleep(0.01)
        os._exit(0)
print("STARTED")"""
RECURSION = "def f(n):\n    return f(n + 1) + 1\ntry:\n    f(0)\nexcept RecursionError:\n    print('DEEP')\nf(0)"
SORTED = "import sys\nsys.setrecursionlimit(10**9)\ndef f(x):\n    return sorted([x], key=f)\nf(1)"
STOPPED = "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"
SOCKETS = """import os
held = []
try:
    while True:
        held.append(open("/dev/null"))
except OSError as error:
    print("FILES", error.strerror)
del held"""

ATTACKS = (
    Attack("endless loop", "loop in a cell", cells("while True:\n    pass"), shows="KeyboardInterrupt|CellStopped"),
    Attack("endless loop", "loop in the answer", tail("while True:\n    pass"), shows="ran too long"),
    Attack("endless loop", "loop that catches everything", cells(CATCHES), ended="cpu limit|wall limit|finished"),
    Attack("endless loop", "sleep", cells("import time\ntime.sleep(100)"), shows="stopped after 3 seconds"),
    Attack("endless loop", "sleep behind blocked signals", cells(BLOCKED), ended="wall limit"),
    Attack("endless loop", "await that never comes", cells("import asyncio\nawait asyncio.Event().wait()"),
           shows="stopped after 3 seconds"),
    Attack("native loop", "deque over repeat", cells(NATIVE), ended="cpu limit|wall limit"),
    Attack("native loop", "catastrophic pattern", cells("import re\nre.match('(a+)+$', 'a' * 60 + 'b')"),
           shows="stopped after [13] seconds"),
    Attack("recursion bomb", "endless recursion", cells(RECURSION), shows="DEEP"),
    Attack("recursion bomb", "native recursion", cells(SORTED), ended="died"),
    Attack("memory bomb", "growing list", cells("x = []\nwhile True:\n    x.append(bytearray(b'x' * 10**7))"),
           ended="memory limit|finished"),
    Attack("memory bomb", "one huge array", cells("import numpy as np\nnp.ones(10**12)"), shows="Unable to allocate"),
    Attack("memory bomb", "memory in children", cells(CHILDREN), ended="memory limit"),
    Attack("fork bomb", "fork without end", cells(FORKS), stopped=True),
    Attack("full disk", "files until it is full", cells(DISK), shows="DISK No space left"),
    Attack("inodes", "files until there are no more", cells(INODES), shows="INODES No space left"),
    Attack("inodes", "open files until there are no more", cells(SOCKETS), shows="FILES Too many open files"),
    Attack("gigabytes of output", "printing", cells("for i in range(30_000):\n    print('x' * 1000)"),
           shows="output cut"),
    Attack("gigabytes of output", "bytes into the pipe", cells(PIPE), ended="died|output limit"),
    Attack("gigabytes of output", "HTML that is slow to clean", cells(HTML), shows="output cut|SHOWN"),
    Attack("gigabytes of output", "a huge exception", cells("raise ValueError('y' * 10**7)"), shows="ValueError"),
    Attack("gigabytes of output", "a huge answer", tail("return [0.5] * 3_000_000"), shows="more than 100000 values"),
    Attack("ending", "os._exit", cells("import os\nos._exit(0)"), ended="died"),
    Attack("ending", "os._exit in the answer", tail("import os\nos._exit(0)"), ended="died"),
    Attack("ending", "os._exit only when hidden", tail("import os\nxs[0] > 9 and os._exit(0)\nreturn xs[1:]"),
           ended="died"),
    Attack("ending", "sys.exit", cells("import sys\nsys.exit(0)"), shows="SystemExit"),
    Attack("ending", "SystemExit in the answer", tail("raise SystemExit"), shows="SystemExit"),
    Attack("ending", "quitting the kernel", cells("get_ipython().ask_exit()\nget_ipython().kernel.do_shutdown(False)"
           "\nprint('ASKED')"), shows="ASKED"),
    Attack("ending", "SIGKILL to itself", cells("import os\nos.kill(os.getpid(), 9)"), ended="died"),
    Attack("ending", "SIGSTOP to itself", cells(STOPPED), ended="wall limit"),
    Attack("ending", "segmentation fault", cells("import ctypes\nctypes.string_at(0)"), ended="died"),
    Attack("background", "threads that outlive the cell", cells(THREADS), ended="cpu limit|finished", costs=True),
    Attack("background", "a thread that answers later", cells(LATER), shows="STARTED"),
    Attack("background", "orphans that outlive the cell", cells(ORPHANS), shows="STARTED"),
    Attack("leaving things behind", "files, threads, sockets, patches", known("leave"), ended="finished", costs=True),
    Attack("leaving things behind", "looking for what was left", known("find_left"), shows=r"REACHED \[\]"),
)  # fmt: skip
