"""Notebooks that look for what they must not see, carry it out, reach for the network or for the warm process."""

from tests.grading.attacks.course import FIRST, SECOND, Attack, answers, cells, known, tail

NOTES = """import sys
def look():
    frame, found = sys._getframe(), []
    while frame:
        for scope in (frame.f_globals, frame.f_locals):
            found += [str(v) for k, v in scope.items() if k in ("note", "source", "raw_cell", "label", "expected")]
        frame = frame.f_back
    return found
"""
PARROT = """import glob, io, json, os, zipfile
def tail(xs):
    for path in glob.glob("expected/*.npz") + glob.glob(os.environ.get("COURSE_EXPECTED", "/x") + "/*.npz"):
        with zipfile.ZipFile(path) as archive:
            head = archive.read("header.npy")
            lines = json.loads(head[head.index(b"{\\"") :].decode())["checks"]["tail"]["lines"]
            return lines[0]["value"]
    return "no record"
print("PARROT", tail([1, 2]))"""
NAMES = """import course_lib, course_lib.checks as checks
names = [n for n in dir(checks) if not n.startswith("__")]
print("SINK", type(vars(checks).get("_sink") or vars(checks).get("SINK")).__name__, len(names))
for name in ("grading", "grading.marking.judge", "grading.marking.gradebook", "solutions"):
    try:
        __import__(name)
        print("REACHED", [name])
    except ImportError:
        pass"""
ENVIRONMENT = f"""import os
words = " ".join([*os.environ, *os.environ.values()])
print("REACHED", [w for w in ("{FIRST}" + "{SECOND}", "submitted", "gradebook", "hidden", "PYTEST") if w in words])"""
HOLD = """import os, glob
def tail(xs):
    for fd in range(64):
        try:
            os.write(fd, str(xs).encode())
        except OSError:
            pass
    for place in ("/tmp", "/dev/shm", ".", os.path.expanduser("~")):
        open(f"{place}/loot", "a").write(str(xs))
    return xs
print("BOUND")"""
SAYS = "from IPython.display import display, HTML, clear_output\nimport warnings, sys, logging\nstolen = []\n"
SAY = (
    SAYS
    + """def tail(xs):
    stolen.append(xs)
    print(xs, xs[::-1], file=sys.stderr)
    print(xs)
    display(HTML(str(xs)))
    warnings.warn(str(xs))
    logging.error(str(xs))
    get_ipython().set_next_input(str(xs))
    get_ipython().user_ns.update(loot=xs)
    return {"loot": xs, "hex": "".join(f"{x:x}" for x in xs)}"""
)
RAISES = "raise type(f'Hidden{xs[0]}', (Exception,), {'__doc__': str(xs)})(f'{xs} {xs[0]:x} {str(xs)[::-1]}')"
UPDATE = """from IPython.display import display
handle = display("nothing yet", display_id="loot")
def tail(xs):
    handle.update(str(xs))
    handle.display(str(xs))
    return xs"""
LATE = """import atexit, threading, sys, os
seen = []
atexit.register(lambda: (print(seen), os.write(1, str(seen).encode())))
def tail(xs):
    seen.append(xs)
    threading.Timer(0.01, lambda: print(seen)).start()
    sys.settrace(lambda *a: None)
    return xs[1:] if xs == [1, 2] else xs"""
DNS = """import socket, urllib.request, subprocess
reached = []
for way in (lambda: urllib.request.urlopen("http://127.0.0.1:@PORT@/", timeout=1),
            lambda: socket.create_connection(("127.0.0.1", int("@PORT@")), 1),
            lambda: socket.gethostbyname("example.org"),
            lambda: subprocess.run(["curl", "-m1", "http://127.0.0.1:@PORT@"], check=True, capture_output=True)):
    try:
        way()
        reached.append("a way out")
    except Exception:
        pass
print("REACHED", reached)"""


def attacks(listening, root, project, home):
    """The attacks; they are told where what they look for really is. `listening` is whoever waits to be called."""
    port, address, path = listening.port, listening.address, listening.path
    return (
        Attack("looking ahead", "pipes, frames, objects, memory", known("ahead"), shows=r"REACHED \[\]"),
        Attack("looking ahead", "the whole file system", known("files", course=root, project=project, home=home),
               shows=r"REACHED \[\]"),
        Attack("looking ahead", "everything in /proc", known("proc"), shows=r"REACHED \[\]"),
        Attack("looking ahead", "the environment", cells(ENVIRONMENT), shows=r"REACHED \[\]"),
        Attack("looking ahead", "the checker's own objects", cells(NAMES), shows="SINK"),
        Attack("looking ahead", "frames while the hidden part runs", answers(tail=NOTES + "def tail(xs):\n"
               "    print(look())\n    return look()"), shows="two: (Expected|At)"),
        Attack("looking ahead", "the hidden cells asked for early", known("early"), ended="died", costs=True),
        Attack("looking ahead", "a parrot of the visible record", answers(tail=PARROT), shows=r"PARROT \[2\]"),
        Attack("carrying out", "printing, drawing, warning", answers(tail=SAY), shows="got a dict of 2 items"),
        Attack("carrying out", "as an exception", tail(RAISES), shows="Hidden1"),
        Attack("carrying out", "into an older output", answers(tail=UPDATE), shows=r"\[1, 2\]"),
        Attack("carrying out", "at exit and by timer", answers(tail=LATE), shows="hidden lines do not"),
        Attack("carrying out", "to files and descriptors", answers(tail=HOLD), shows="BOUND|tail", costs=True),
        Attack("carrying out", "by the exit status", tail("import os\nxs[0] > 9 and os._exit(xs[0] % 256)\n"
               "return xs[1:]"), ended="died"),
        Attack("network", "every family of sockets", known("network", port=port, address=address,
               abstract=listening.abstract[1:], path=path), shows=r"REACHED \[\]"),
        Attack("network", "web, names, curl", cells(DNS.replace("@PORT@", str(port))), shows=r"REACHED \[\]"),
        Attack("the warm process", "memory, ptrace, signals", known("memory"), ended="finished|memory limit|died",
               costs=True),
        Attack("the warm process", "kill everyone", cells("import os\nfor n in (15, 9):\n    try:\n"
               "        os.kill(-1, n)\n    except OSError:\n        pass\ntry:\n    os.kill(1, 9)\nexcept OSError:\n"
               "    pass\nprint('ALIVE')"), shows="ALIVE"),
        Attack("the warm process", "new namespaces", cells("import ctypes\nlibc = ctypes.CDLL(None)"
               "\nprint('REACHED', [x for x in (0x10000000, 0x20000, 0x40000000) if libc.unshare(x) == 0])"),
               shows=r"REACHED \[\]"),
    )  # fmt: skip
