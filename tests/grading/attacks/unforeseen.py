"""Notebooks that the grader itself stumbled over once: names, numbers, depths and lengths that nobody had foreseen."""

import json

from nbformat.v4 import new_output

from tests.grading import small_lesson as small
from tests.grading.attacks.course import Attack, answers, at, cells, tail
from tests.grading.attacks.mangled import XSS, old_format

NAME = """import ctypes, time
with open("/proc/self/comm", "wb") as file:
    file.write({0})
ctypes.CDLL(None).prctl(15, {0}, 0, 0, 0)
time.sleep(0.2)
print("NAMED")"""
FRAME = """import json, os, struct
def frame(kind, payload):
    os.write(4, struct.pack(">cI", kind, len(payload)) + payload)
def saw(kind, value, body=b"", arrays=()):
    head = json.dumps({"check": "tail", "part": "visible", "position": 0, "label": "two", "kind": kind, "value": value,
                       "spec": {"dict": []}, "arrays": list(arrays)}).encode()
    frame(b"O", struct.pack("<4sII", b"SEE1", len(head), len(body)) + head + body)
def deep(n):
    value = 2
    for _ in range(n):
        value = [value]
    return value
"""
END = 'frame(b"E", b\'{{"id": "attack-0", "status": "ok", "reason": "", "wall": 0, "cpu": {}}}\')'


def ends(number):
    """A cell that says itself that it has ended, and how long it took."""
    return cells(FRAME + END.format(number))


def says(call):
    """An answer that sends an observation of its own."""
    return answers(tail=f"{FRAME}def tail(xs):\n    {call}\n    return xs")


def heading(level):
    """nbformat 3 with a heading of this level."""

    def make(nb):
        tree = json.loads(old_format(nb))
        tree["worksheets"][0]["cells"].insert(0, {"cell_type": "heading", "level": level, "source": "Mine"})
        return json.dumps(tree).encode()

    return make


def saved(data):
    """Saved outputs of this text."""

    def make(nb):
        nb.cells[at(nb, "double")].outputs = [new_output("display_data", {"image/png": data})]
        return small.raw(nb)

    return make


def conflict(nb):
    """Both sides of a conflict, as git leaves them."""
    lines = json.dumps(nb, indent=1).split("\n")
    lines[5:6] = ["<<<<<<< HEAD", lines[5], "=======", lines[5], ">>>>>>> theirs"]
    return "\n".join(lines).encode()


def written(text):
    """A written answer."""

    def make(nb):
        nb.cells[at(nb, "question-why")].source = text
        return nb

    return make


ZOMBIE = """import ctypes, os, threading, time
def take():
    held = []
    for _ in range(200):
        held.append(bytearray(b"x" * (32 << 20)))
        time.sleep(0.005)
    time.sleep(20)
if {0}os.fork() == 0:
    threading.Thread(target=take).start()
    ctypes.CDLL(None).syscall(60 if os.uname().machine == "x86_64" else 93, 0)
time.sleep(20)"""
IGNORED = """import os, signal, time
{0}
for _ in range(40):
    if os.fork() == 0:
        while time.process_time() < 0.8:
            pass
        os._exit(0)
    {1}"""
SLEEPER = "import time\ntime.sleep(2.5)"
CLAIMS = (
    FRAME
    + """for i in range(3):
    said = {"id": f"attack-{i}", "status": "killed", "reason": "wall limit", "cpu": 0, "wall": 99}
    frame(b"E", json.dumps(said).encode())
    frame(b"B", json.dumps({"id": f"attack-{i + 1}"}).encode())
os._exit(0)"""
)
SLOW = """from IPython.display import display
print("SHOWN")
display({{{0!r}: {1}}}, raw=True)"""
HASHES = "return {{i * (2**61 - 1){0}: i for i in range(40_000)}}"
EMPTY = "import numpy as np\nreturn np.broadcast_to(np.zeros((), 'U0'), {0})"
TELL = """import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
file = os.open(os.__file__, os.O_RDONLY)
class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
room = ctypes.create_string_buffer(16)
piece = Piece(ctypes.addressof(room), 16)
print("REACHED", [1] if {0} != -1 else [])"""
LINKS = {
    "javascript": "[x](javascript:XSSMARK())",
    "a reference": "[x][y] and [y]\n\n[y]: javascript:XSSMARK()",
    "entities": "[x](&#106;avascript&colon;XSSMARK())",
    "vbscript and data": "[x](vbscript:XSSMARK) [y](data:text/html;base64,WFNT)",
    "an autolink": "<javascript:XSSMARK()>",
    "a picture from elsewhere": "![x](https://example.org/pixel.png) ![y][z]\n\n[z]: //example.org/pixel.png",
    "MathJax's links": "$\\href{javascript:XSSMARK()}{x}$ &#36;&#92;href{javascript:XSSMARK()}{x}&#36;",
    "a diagram": f'```mermaid\ngraph TD; A[{XSS}]; click A href "javascript:XSSMARK()"\n```',
    "a missing attachment": "![x](attachment:none.png)",
}

ATTACKS = (
    Attack("odd names", "a process name that is no UTF-8", cells(NAME.format(r"b'\xff\xfe\x80'")), shows="NAMED"),
    Attack("odd names", "a process name that looks like /proc", cells(NAME.format(r"b') R 1 1\n'")), shows="NAMED"),
    Attack("odd names", "a process name of a surrogate", cells(NAME.format(r"b'\xed\xa0\x80'")), shows="NAMED"),
    Attack("odd numbers", "a time of 401 digits", ends("9" * 401), ended="died"),
    Attack("odd numbers", "a time that is no number", ends("NaN"), ended="died"),
    Attack("odd numbers", "a time below nothing", ends("-1e308"), ended="died"),
    Attack("odd numbers", "work of 10**400", says('saw("work", {"tuple": [1, 10**400]})'), ended="died"),
    Attack("odd numbers", "an answer of 10**400", tail("return [10**400]"), shows="expected 2, got 1000"),
    Attack("odd numbers", "an answer of 10**4000", tail("return 10**4000"), shows="int of"),
    Attack("odd numbers", "a literal of 4000 digits", tail(f"return 0x{'f' * 4000}"), shows="int of"),
    Attack("odd numbers", "a literal of 9000 digits", tail(f"return 0b{'1' * 9000}"), shows="int of"),
    Attack("odd values", "lists 450 deep", says('saw("value", deep(450))'), ended="died"),
    Attack("odd values", "a prediction 450 deep",
           answers(guess="answer = 7\nfor _ in range(450):\n    answer = [answer]"), costs=True, shows="prediction"),
    Attack("odd values", "an error's type that is an array", says(
        'saw("raised", {"dict": [["type", {"array": "0"}]]}, bytes(16), [["<f8", [2]]])'), ended="died"),
    Attack("odd values", "an error's type that is a list", says('saw("raised", {"dict": [["type", [["E"]]]]})'),
           ended="died"),
    Attack("odd values", "half a letter in an array of texts", tail(
        "import numpy as np\nreturn np.array(['a\\ud800'])"), shows="array of texts that are no Unicode"),
    Attack("odd values", "an array of 64 axes", tail("import numpy as np\nreturn np.zeros((1,) * 64)"),
           shows="array of 64 axes"),
    Attack("odd values", "an attribute of an attribute, 700 times", answers(
        tail=f"def tail(xs):\n    return [0.371]\ndef other(x):\n    return log(x{'.a' * 700} + 1e-9)"),
           shows="0 of 3 points"),
    Attack("broken files", "a heading of level 1.0", heading(1.0), shows="notebook format 3"),
    Attack("broken files", "a heading of level 10**400", heading(10**400), shows="notebook format 3"),
    Attack("broken files", "a heading whose level is a list", heading([1]), shows="notebook format 3"),
    Attack("broken files", "22 MB of saved outputs", saved("A" * 22_000_000), shows="saved outputs were read past"),
    Attack("broken files", "22 MB of brackets in saved outputs", saved('"]}' * 7_000_000), outcome="oversized"),
    Attack("broken files", "git's conflict marks", conflict, outcome="corrupt"),
    Attack("slow to read", "spaces that are almost base64", cells(SLOW.format("image/png", "'A' + ' ' * 45_000 + '!'")),
           shows="SHOWN"),
    Attack("slow to read", "letters and spaces that are", cells(SLOW.format("image/jpeg", "'A ' * 22_000 + '== !'")),
           shows="SHOWN"),
    Attack("slow to read", "keys of one hash", tail(HASHES.format("")), ended="died|cpu limit|finished"),
    Attack("slow to read", "keys of one hash, negative", tail(HASHES.format(" * -1")), ended="died|cpu limit|finished"),
    Attack("slow to read", "four thousand million empty texts", tail(EMPTY.format("2**32")), ended="died|finished"),
    Attack("slow to read", "the same in two axes", tail(EMPTY.format("(2**16, 2**16)")), ended="died|finished"),
    Attack("slow to read", "the same in a frame", says('saw("value", {"array": "0"}, b"", [["<U0", [2**32]]])'),
           ended="died"),
    Attack("limits together", "memory without a first thread", cells(ZOMBIE.format("")), ended="memory limit|finished"),
    Attack("limits together", "memory of a grandchild without one", cells(ZOMBIE.format("os.fork() == 0 and ")),
           ended="memory limit|finished"),
    Attack("limits together", "children nobody waits for", cells(
        IGNORED.format("signal.signal(signal.SIGCHLD, signal.SIG_IGN)", "time.sleep(0.6)")), stopped=True),
    Attack("limits together", "children waited for", cells(IGNORED.format("", "os.wait()")), stopped=True),
    Attack("limits together", "sleeping under each limit", cells(*[SLEEPER] * 12), ended="finished|wall limit"),
    Attack("limits together", "a claimed wall limit", cells(CLAIMS, "1", "2", "3"), ended="died"),
    *(Attack("scripts", f"in a written answer: {name}", written(text)) for name, text in LINKS.items()),
    Attack("carrying out", "by what lies in memory",
           cells(TELL.format("libc.preadv2(file, ctypes.byref(piece), 1, ctypes.c_long(0), 8)")),
           shows=r"REACHED \[\]"),
    Attack("carrying out", "by watching files", cells(TELL.format("libc.inotify_init1(0)")), shows=r"REACHED \[\]"),
    Attack("carrying out", "by locking files", cells(TELL.format("libc.flock(file, 6)")), shows=r"REACHED \[\]"),
)  # fmt: skip
