"""Nothing can be seen, kept, exhausted or forged from student code; and what is promised is checked before any runs."""

import dataclasses
import os
import re
import socket
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from grading.confinement import available, mounts, pool, sandbox, seccomp
from grading.confinement.job import Job, Limits, Step
from grading.errors import CourseError
from tests.grading import attacks
from tests.grading.places import PATHS

FIRST, SECOND = "canary-7f3a", "91c2-of-the-tests"
TOKEN = FIRST + SECOND
SPLIT = {"first": FIRST, "second": SECOND}


@pytest.fixture(scope="module")
def expected(places):
    return places.expected({"09_lesson.npz": b"visible values"})


@pytest.fixture(scope="module", params=PATHS)
def box(request, places, expected):
    with places.sandbox(request.param, expected) as made:
        yield made


@pytest.fixture(scope="module")
def one(places, expected):
    """The first path only: for what does not depend on how student code is confined."""
    with places.sandbox(PATHS[0], expected) as made:
        yield made


@pytest.fixture
def untouched(request):
    """After the test: an honest submission in the same warm process gives what it gave before, and nobody is left."""
    box = request.getfixturevalue("one" if "one" in request.fixturenames else "box")
    before = box.run(attacks.honest())
    yield
    after = box.run(attacks.honest())
    assert after.ended == before.ended == "finished"
    assert attacks.values(after) == attacks.values(before) == attacks.BOTH
    assert [c.outputs for c in after.cells.values()] == [c.outputs for c in before.cells.values()]
    assert settles(lambda: len(members(box)) == 1), "only the warm process itself may be left"


def members(box):
    """The processes of the sandbox, by id."""
    return {process.pid for process in psutil.Process(box.zygote.process.pid).children(recursive=True)}


def watching(look):
    """Calls `look` every 50 ms until the function it returns is called."""
    stop = threading.Event()

    def watch():
        look()
        while not stop.wait(0.05):
            look()

    thread = threading.Thread(target=watch)
    thread.start()

    def end():
        stop.set()
        thread.join()

    return end


def settles(condition, seconds=3.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


# ---------------------------------------------------------------- what is promised


def test_the_isolation_achieved_is_stated(box):
    run = box.run(attacks.honest())
    assert run.isolation.path == box.path
    assert run.isolation.differs == ()
    assert run.isolation.pids == (1, 2)
    assert run.isolation.interfaces == ("lo",)
    assert run.isolation.uid not in (0, os.getuid())


WARMTH = "    warm()\n"  # the imports, a second of each start: no layer is of them
LAYERS = {
    "the filter": ('load_filter(setup["seccomp"])', "pass", "filter"),
    "the capabilities": ("    empty()\n", "    pass\n", None),
    "the mounts": ('furnish(limits, request["uid"])', "pass", "mnt namespace|Permission denied"),
    "the own /proc": ('mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)', "pass", None),
    "the size of /tmp": ("size={limits['disk']},", "", "MB"),
    "the number of files": ("nr_inodes={limits['inodes']},", "", "files"),
    "closing descriptors": ("os.closerange(5, max(", "max(5, max(", "descriptors"),
    "the kernel's limits": ("    limit(limits, path)\n", "", "limit"),
    "the limit on processes": (', "NPROC": limits["processes"]', "", "NPROC"),
    "the network namespace": ('"ipc", "uts", "net"', '"ipc", "uts"', "net namespace"),
    "the secrecy of the warm process": ("    prctl(PR_SET_DUMPABLE, 0)\n    os.umask", "    os.umask", "fit to fork"),
    "the single thread": (
        "    gc.collect()\n",
        "    import threading, time\n    threading.Thread(target=time.sleep, args=(99,)).start()\n",
        "fit to fork",
    ),
}  # fmt: skip


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("path", PATHS)
def test_a_missing_layer_is_noticed_and_nothing_runs(layer, path, places):
    old, new, word = LAYERS[layer]
    lines = [(old, new)]
    if layer == "the network namespace":  # both start paths name it
        both = ('"user", "pid", "ipc", "uts"', '"pid", "ipc", "uts"')
        lines = [(f'({names}, "net")', f"({names})") for names in both]
    with pytest.raises(CourseError, match=word or "No sandbox can be made here"):
        places.sandbox(path, worker=places.without(WARMTH, *lines))


@pytest.mark.parametrize("path", PATHS)
def test_a_worker_without_its_imports_lacks_no_layer(path, places):
    with places.sandbox(path, worker=places.without(WARMTH)) as box:
        assert box.isolation.differs == ()


def test_a_difference_is_tolerated_only_for_trusted_submissions(places):
    worker = places.without("nr_inodes={limits['inodes']},")
    with places.sandbox(PATHS[0], worker=worker, trust=True) as box:
        run = box.run(attacks.honest())
    assert run.ended == "finished"
    assert "files" in " ".join(run.isolation.differs)


def test_without_bubblewrap_only_trusted_submissions_run(monkeypatch):
    monkeypatch.setattr("grading.confinement.bubblewrap.find", lambda: None)
    with pytest.raises(CourseError, match="bubblewrap"):
        sandbox.Sandbox()
    mounts = Path("/proc/self/mounts").read_text()
    with sandbox.Sandbox(trust=True) as box:
        run = box.run(attacks.honest())
        stopped = box.run(around("while True:\n    pass", cell_cpu=0.5))
    assert attacks.values(run) == attacks.values(stopped) == attacks.BOTH
    assert (
        Path("/proc/self/mounts").read_text() == mounts
    )  # looking for confinement changes nothing where there is none
    assert run.isolation.path == "none"
    assert run.isolation.differs == ("Student code is not confined at all.",)


def test_where_nested_namespaces_are_refused_each_submission_gets_its_own_bubblewrap(places, expected):
    with places.sandbox("single", expected) as box:
        run = box.run(attacks.honest())
        assert attacks.values(run) == attacks.BOTH
        assert run.isolation.differs == ()
        assert attacks.reached(box.run(attacks.job("memory", **SPLIT))) in (
            "[]",
            None,
        )  # None: it killed its own keeper
        many = "i = 0\nwhile True:\n    open(f'/tmp/x{i}', 'w').close()\n    i += 1"
        crowd = box.run(around(many, cpu=40, cell_cpu=30))
        assert (crowd.ended, crowd.detail) == ("died", "It left too many files in cell bad.")
        orphan = "import os, time\nif os.fork() == 0:\n    if os.fork() == 0:\n        while True:\n            pass\n"
        assert box.run(around(orphan + "    os._exit(0)\ntime.sleep(40)", cpu=2)).ended == "cpu limit"
        assert box.run(attacks.honest()).ended == "finished"


def test_the_next_path_is_taken_when_one_is_refused(places, monkeypatch):
    refused = places.without(('    if path == "nested":', '    if path == "nested":\n        raise OSError("no")'))
    monkeypatch.setattr(sandbox.Sandbox, "_candidates", lambda self: ["nested", "single"])
    options = places.lower() if os.geteuid() == 0 else {}
    with sandbox.Sandbox(**{**options, "worker": refused}) as box:
        assert box.path == "single"


def test_doctor_is_told_what_this_machine_offers():
    said = available.offers()
    assert said["path"] in sandbox.PATHS
    assert said["version"]
    assert said["path"] != "none"


def test_doctor_is_told_what_to_type_without_bubblewrap(monkeypatch):
    monkeypatch.setattr("grading.confinement.bubblewrap.find", lambda: None)
    said = available.offers()
    assert said["path"] is None
    assert said["todo"]
    assert "bubblewrap" in said["todo"][0]


# ---------------------------------------------------------------- what can be seen


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder with everything a student must not see, each file holding the token."""
    folder = tmp_path_factory.mktemp("course")
    for name in ("hidden/09.npz", "submitted/other/09/09.ipynb", "gradebook.db", "journal", "solutions/09.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(TOKEN)
    return folder


def test_no_other_part_of_the_course_is_found(box, course, untouched, tmp_path, monkeypatch):
    where = {"course": course, "project": mounts.ROOT, "home": Path.home()}
    run = box.run(attacks.job("files", **SPLIT, **where))
    assert attacks.reached(run) == "[]"
    opened = int(attacks.text(run).split("OPENED ")[1].split("\\n")[0])
    assert opened > 20  # it did look: course_lib and the expected values are there
    assert attacks.values(run) == attacks.BOTH


def test_the_search_for_files_finds_them_where_they_are_visible(course):
    """The control: the same walk, from a process that may see the folder."""
    source = "\n".join(step.source for step in attacks.cells("files", **SPLIT, course=course, project="/x", home="/x"))
    source = source.replace('os.walk("/")', f'os.walk("{course}")').replace('"/tmp"', '"/nowhere"')
    said = []
    exec(source, {"print": lambda *words: said.append(words)})
    assert {Path(p).name for p in said[-1][1]} >= {"solutions", "hidden", "submitted", "gradebook.db", "09.npz"}


def test_proc_shows_no_other_process_and_no_secret(box, untouched, monkeypatch):
    monkeypatch.setenv("COURSE_TEST_SECRET", TOKEN)
    run = box.run(attacks.job("proc", **SPLIT))
    assert attacks.reached(run) == "[]"
    assert "TRIED True" in attacks.text(run)


def test_the_memory_of_the_warm_process_and_of_earlier_submissions_is_out_of_reach(box, untouched):
    spill = Step("spill", f"secrets = ['{FIRST}' + '{SECOND}' + str(i) for i in range(1000)]; print(secrets[:3])")
    assert box.run(Job("earlier", "x", (spill,), (), attacks.FAST, {"f.txt": TOKEN.encode()})).ended == "finished"
    run = box.run(attacks.job("memory", limits=dataclasses.replace(attacks.FAST, memory=2 << 30), **SPLIT))
    assert attacks.reached(run) == "[]"
    assert "CONTROL True" in attacks.text(run)
    assert attacks.values(run) == attacks.BOTH


def test_there_is_no_network_and_no_socket_of_another_process(box, untouched, tmp_path):
    address = socket.gethostbyname(socket.gethostname())
    path = str(tmp_path / "s")
    with (
        socket.create_server(("127.0.0.1", 0)) as inet,
        socket.socket(socket.AF_UNIX) as unix,
        socket.socket(socket.AF_UNIX) as named,
    ):
        unix.bind("\0" + TOKEN)
        unix.listen()
        named.bind(path)
        named.listen()
        port = inet.getsockname()[1]
        for family, place in ((socket.AF_INET, ("127.0.0.1", port)), (socket.AF_UNIX, "\0" + TOKEN)):
            with socket.socket(family) as control:
                control.connect(place)  # from here it can be reached
        run = box.run(attacks.job("network", port=port, address=address, abstract=TOKEN, path=path))
    assert attacks.reached(run) == "[]"
    assert "TRIED 16" in attacks.text(run)


def test_hidden_cells_are_nowhere_before_they_run(box, untouched):
    marked = [dataclasses.replace(step, source=f"note = 'HIDDEN:{TOKEN}'\n{step.source}") for step in attacks.HIDDEN]
    run = box.run(attacks.job("ahead", hidden=tuple(marked), **SPLIT))
    assert attacks.reached(run) == "[]"
    assert "LOOKED True" in attacks.text(run)
    assert attacks.values(run) == attacks.BOTH
    late = Step("late", "print('SAW', note)", "double", "hidden")  # the control: then, and only then, it is there
    run = box.run(attacks.job("ahead", hidden=(*marked, late), **SPLIT))
    assert run.hidden["late"] == "error"  # each hidden part starts from its own check's names
    assert TOKEN not in attacks.text(run).replace(FIRST + '" + "' + SECOND, "")


def test_hidden_cells_that_were_tricked_out_early_cannot_be_shown(one, untouched):
    marked = [dataclasses.replace(step, source=f"note = '{TOKEN}'\n{step.source}") for step in attacks.HIDDEN]
    run = one.run(attacks.job("early", hidden=tuple(marked)))
    visible = str([c.outputs for c in run.cells.values()]) + str([s for s in run.seen if s.part == "visible"])
    assert TOKEN not in visible
    assert "STOLEN" not in visible
    assert ("half", "hidden") not in attacks.values(run) or run.ended != "finished"


@pytest.mark.parametrize("frame", ["!@", "?@", "B{'id': @}", "E{'id': 'hidden', 'status': @, 'reason': @}", "O@", "X@"])
def test_a_complaint_carries_no_hidden_text_out(frame, one):
    """What a student's function can see of a hidden part, put into every kind of frame."""
    spy = """
import json, os, struct, sys
def double(x):
    source = "SOURCE " + str(sys._getframe(1).f_globals.get("note"))
    text = @FRAME@.replace("'", '"').replace("@", json.dumps(source))
    os.write(4, struct.pack(">cI", text[:1].encode(), len(text) - 1) + text[1:].encode())
    return 2 * x
""".replace("@FRAME@", repr(frame))
    hidden = Step("hidden", "note = 'HIDDEN'\n" + attacks.HIDDEN[0].source, "double", "hidden")
    check = Step("check", 'with check("double") as expect:\n    expect("three", 6)', "double")
    run = one.run(Job("spy", "x", (attacks.BEFORE[0], Step("spy", spy), check), (hidden,), attacks.FAST))
    assert "SOURCE" not in repr(run)
    assert "HIDDEN" not in repr(run)
    assert run.ended == "died"


def test_what_hidden_parts_print_and_draw_is_discarded(one):
    loud = Step("hidden", "print('LOUD'); display('LOUD'); 1/0  # LOUD", "double", "hidden")
    run = one.run(Job("loud", "x", attacks.BEFORE, (loud,), attacks.FAST))
    assert run.hidden == {"hidden": "error"}
    assert "LOUD" not in attacks.text(run)


def test_two_submissions_at_the_same_time_do_not_see_each_other(box):
    wait = "import time, os, socket\ns = socket.socket(socket.AF_UNIX)\ns.bind('\\0meet')\nopen('/dev/shm/mine', 'w')"
    look = """
time.sleep(1)
others = [p for p in os.listdir("/proc") if p.isdigit() and p not in ("1", str(os.getpid()))]
print("REACHED", others, os.listdir("/dev/shm"), open("/proc/net/unix").read().count("meet"))
"""
    job = Job("pair", "x", (Step("a", wait), Step("b", look)), (), attacks.FAST)
    runs = []
    threads = [threading.Thread(target=lambda: runs.append(box.run(job))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [attacks.reached(run) for run in runs] == ["[] ['mine'] 1"] * 3


def test_nothing_is_left_for_the_next_submission(box, untouched):
    limits = dataclasses.replace(attacks.FAST, memory=4 << 30)  # every process it leaves counts with what it shares
    first = box.run(attacks.job("leave", token=TOKEN, limits=limits))
    assert first.ended == "finished"
    assert attacks.reached(box.run(attacks.job("find_left", **SPLIT))) == "[]"


# ---------------------------------------------------------------- what can be exhausted


def around(source, **limits):
    """One bad cell between the honest ones."""
    steps = (*attacks.BEFORE, Step("bad", source), *attacks.AFTER)
    return Job("bad", "x", steps, attacks.HIDDEN, dataclasses.replace(attacks.FAST, **limits))


LOOP = "while True:\n    pass"
ENDLESS = {  # cell -> (how the submission ends, the cell's status, its reason)
    "a loop": (LOOP, "finished", "killed", "cpu limit"),
    "a loop that catches everything": (
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
        "cpu limit", "killed", "cpu limit"),
    "a native loop": ("import itertools, collections\ncollections.deque(itertools.repeat(0), maxlen=0)",
                      "cpu limit", "killed", "cpu limit"),
    "sleep": ("import time\ntime.sleep(100)", "finished", "killed", "wall limit"),
    "sleep in await": ("import asyncio\nawait asyncio.sleep(100)", "finished", "killed", "wall limit"),
    "sleep behind blocked signals": (
        "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))\ntime.sleep(100)",
        "wall limit", "killed", "wall limit"),
    "stopping itself": ("import os\nos.kill(os.getpid(), 19)", "wall limit", "killed", "wall limit"),
    "recursion": ("def f():\n    return f()\nf()", "finished", "error", ""),
    "native recursion": ("import sys\nsys.setrecursionlimit(10**9)\ndef f(x):\n    return sorted([x], key=f)\nf(1)",
                         "died", "killed", "died"),
    "one huge array": ("import numpy as np\nnp.ones(10**12)", "finished", "error", ""),
    "growing memory": ("x = []\nwhile True:\n    x.append(bytearray(10**7))", "memory limit", "killed", "memory limit"),
    "growing memory in children": (
        "import os, time\nfor _ in range(6):\n    if os.fork() == 0:\n"
        "        x = bytearray(b'x' * (90 << 20))\n        time.sleep(60)\ntime.sleep(60)",
        "memory limit", "killed", "memory limit"),
    "leaving at once": ("import os\nos._exit(0)", "died", "killed", "died"),
    "leaving with a status": ("import os\nos._exit(3)", "died", "killed", "died"),
    "sys.exit": ("import sys\nsys.exit(0)", "finished", "error", ""),
    "exit": ("exit()", "finished", "ok", ""),
    "killing itself": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "died", "killed", "died"),
    "abort": ("import os\nos.abort()", "died", "killed", "died"),
    "segmentation fault": ("import ctypes\nctypes.string_at(0)", "died", "killed", "died"),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDLESS)
def test_a_runaway_has_a_named_end_and_harms_nobody(name, one, untouched):
    assert ending(one, name) == ENDLESS[name][1:]


@pytest.mark.parametrize("name", ["a loop", "growing memory", "killing itself"])
def test_the_main_limits_bind_on_every_path(name, box, untouched):
    assert ending(box, name) == ENDLESS[name][1:]


def ending(box, name):
    """How the run of a runaway ends, its cell, and why; what is around it is as it must be."""
    source, ended, _, reason = ENDLESS[name]
    limits = {"wall limit": {"cell_wall": 2}, "cpu limit": {"cell_cpu": 1}}.get(reason, {})
    run = box.run(around(source, **limits))
    assert run.wall < attacks.FAST.wall
    assert run.rerun == (reason == "wall limit")
    if ended == "finished":  # the honest work before and after it counts
        assert attacks.values(run) == attacks.BOTH
    else:
        assert run.detail
        assert attacks.values(run) == {("double", "visible"): 6}
        assert run.cells["define-last"].status == "skipped"
    return run.ended, run.cells["bad"].status, run.cells["bad"].reason


def test_a_fork_bomb_ends_and_every_process_of_it(box, untouched):
    bomb = Step(
        "bad", "import os\nmost = 0\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"
    )
    watched, before = [], len(members(box))
    stop = watching(lambda: watched.append(len(members(box))))
    limits = dataclasses.replace(attacks.FAST, memory=16 << 30, cpu=3)
    run = box.run(Job("bomb", "x", (*attacks.BEFORE, bomb), (), limits))
    stop()
    assert run.ended == "cpu limit"
    assert 15 < max(watched) - before <= attacks.FAST.processes + 2  # the bomb went off, and met its limit


def test_there_is_no_memory_that_nobody_counts(box, untouched):
    """Kinds that stay allocated while no process shows them as resident."""
    source = """
import ctypes, errno, mmap, os
libc = ctypes.CDLL(None, use_errno=True)
got = []
for name, make in {
    "shared": lambda: mmap.mmap(-1, 1 << 20),
    "zero": lambda: mmap.mmap(os.open("/dev/zero", os.O_RDWR), 1 << 20),
    "memfd": lambda: os.memfd_create("x"),
}.items():
    try:
        make()
        got.append(name)
    except OSError:
        pass
for name, *arguments in (("shmget", 0, 1 << 20, 0o1600), ("msgget", 0, 0o1600), ("syscall", 425, 8, 0)):
    if getattr(libc, name)(*arguments) != -1:
        got.append(name)
fine = mmap.mmap(-1, 1 << 20, flags=mmap.MAP_PRIVATE)
with open("/dev/shm/arena", "wb+") as file:
    file.truncate(1 << 16)
    counted = mmap.mmap(file.fileno(), 1 << 16)
print("REACHED", got, open("/dev/zero", "rb").read(3))
"""
    run = box.run(around(source))
    assert attacks.reached(run) == r"[] b'\x00\x00\x00'"
    assert run.ended == "finished"


NAMES = {  # what a process calls itself, which stands in the middle of its line in /proc
    "no UTF-8": r"b'\xff\xfe\x80'",
    "the end of the name, and other fields": r"b') R 1 1 1'",
    "a new line": r"b'a\nRssAnon: 9 kB'",
    "a carriage return": r"b'a\rVmSwap:'",
    "nothing": "b''",
    "a surrogate": r"b'\xed\xa0\x80'",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_process_may_call_itself_anything(name, box, untouched):
    """So may its threads and its children; the keeper reads on."""
    source = f"""
import ctypes, os, threading, time
def rename():
    ctypes.CDLL(None).prctl(15, {NAMES[name]}, 0, 0, 0)
    time.sleep(0.2)
with open("/proc/self/comm", "wb") as file:
    file.write({NAMES[name]} or b"x")
thread = threading.Thread(target=rename)
thread.start()
if os.fork() == 0:
    rename()
    os._exit(0)
thread.join()
rename()
"""
    run = box.run(around(source))
    assert (run.ended, attacks.values(run)) == ("finished", attacks.BOTH)
    run = box.run(around(f"{source}\nx = []\nwhile True:\n    x.append(bytearray(10**7))"))
    assert run.ended == "memory limit", "and still counts"


TAKES = """
held = []
for _ in range(100):
    held.append(bytearray(b"x" * (16 << 20)))
    time.sleep(0.01)
time.sleep(20)
"""
LEADERLESS = {  # memory of a process whose first thread has ended
    "in a child": "if os.fork() == 0:\n    threading.Thread(target=take).start()\n    gone()\ntime.sleep(20)",
    "in a grandchild": "if os.fork() == 0:\n    if os.fork() == 0:\n        threading.Thread(target=take).start()\n"
    "        gone()\n    os._exit(0)\ntime.sleep(20)",
    "beside a second thread": "if os.fork() == 0:\n    threading.Thread(target=time.sleep, args=(20,)).start()\n"
    "    threading.Thread(target=take).start()\n    gone()\ntime.sleep(20)",
}


@pytest.mark.parametrize("name", LEADERLESS)
def test_memory_is_counted_when_a_process_has_lost_its_first_thread(name, box, untouched):
    inner = TAKES.replace("\n", "\n    ")
    source = f"""
import ctypes, os, threading, time
def take():{inner}
def gone():
    ctypes.CDLL(None).syscall(60 if os.uname().machine == "x86_64" else 93, 0)
{LEADERLESS[name]}
"""
    run = box.run(around(source))
    assert run.ended == "memory limit", run.detail


SPIN = """
import os, signal, time
def spin():
    if os.fork() == 0:
        while time.process_time() < 0.8:
            pass
        os._exit(0)
"""
UNWAITED = {  # CPU of children whose end their parent is not told
    "ignored": "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\nfor _ in range(40):\n    spin()\n    time.sleep(0.9)",
    "by a child that ends": "for _ in range(40):\n    if os.fork() == 0:\n        spin()\n        os._exit(0)\n"
    "    os.wait()\n    time.sleep(0.9)",
    "waited for": "for _ in range(40):\n    spin()\n    os.wait()",
}


@pytest.mark.parametrize("name", UNWAITED)
def test_cpu_is_counted_whoever_is_told_of_an_end(name, one, untouched):
    limits = {"cpu": 3, "memory": 2000 << 20, "cell_wall": 60}
    run = one.run(around(SPIN + UNWAITED[name], **limits))
    assert run.ended == "cpu limit", (run.ended, run.detail, run.cpu)
    assert 3 <= run.cpu < 3 + 2 * 2


def test_addresses_are_limited_so_that_page_tables_are(box, untouched):
    source = """
import mmap
try:
    mmap.mmap(-1, 1 << 40, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, prot=mmap.PROT_READ)
    print("REACHED", "a terabyte of addresses")
except OSError:
    print("REACHED nothing")
"""
    assert attacks.reached(box.run(around(source))) == "nothing"


TELLING = """
import ctypes, fcntl, os, tempfile
libc = ctypes.CDLL(None, use_errno=True)
library = os.open(os.__file__, os.O_RDONLY)
told = []
class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
room = ctypes.create_string_buffer(16)
piece = Piece(ctypes.addressof(room), 16)
def preadv2(flags):
    return libc.preadv2(library, ctypes.byref(piece), 1, ctypes.c_long(0), flags)
tries = {
    "preadv2": lambda: preadv2(8),
    "inotify": lambda: libc.inotify_init1(0),
    "fanotify": lambda: libc.fanotify_init(0, 0),
    "flock": lambda: libc.flock(library, 2 | 4),
    "mincore": lambda: libc.syscall(27, ctypes.c_void_p(0), 0, room) if os.uname().machine == "x86_64" else -1,
}
for name, call in tries.items():
    if call() != -1:
        told.append(name)
for name, command in {"getlk": 5, "ofd getlk": 36, "lease": 1024, "notify": 1026}.items():
    try:
        fcntl.fcntl(library, command, bytes(32) if "lk" in name else 1)
        told.append(name)
    except OSError:
        pass
with tempfile.TemporaryFile() as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    fcntl.lockf(file, fcntl.LOCK_UN)
assert preadv2(0) == 16
print("REACHED", told)
"""


def test_calls_by_which_neighbours_could_tell_each_other_something_are_refused(box, untouched):
    assert attacks.reached(box.run(around(TELLING))) == "[]"


def test_a_submission_that_sleeps_takes_no_more_than_twice_its_time(one):
    """A sleeper under a cell's limit in every cell used to be run six times to the end."""
    cells = [Step(f"sleep{i}", "import time\ntime.sleep(1.5)") for i in range(6)]
    limits = dataclasses.replace(attacks.FAST, cell_wall=2, wall=5)
    start = time.monotonic()
    run = one.run(Job("sleeper", "x", tuple(cells), (), limits))
    assert run.ended == "wall limit"
    assert run.rerun
    assert run.spent[1] == pytest.approx(2 * limits.wall, abs=1.5)
    assert time.monotonic() - start < 2 * limits.wall + 4


def test_a_full_disk_is_the_submissions_own(box, untouched):
    fill = """
import os
import re
written, files = 0, 0
for folder in ("/tmp", "/dev/shm", "."):
    try:
        for i in range(10):
            with open(f"{folder}/big{i}", "wb", 0) as file:
                for _ in range(15):
                    written += file.write(bytes(1 << 20))
    except OSError as error:
        print(error)
for i in range(10):
    for folder in ("/tmp", "/dev/shm"):
        if os.path.exists(f"{folder}/big{i}"):
            os.remove(f"{folder}/big{i}")
try:
    while True:
        open(f"/tmp/small{files}", "w").close()
        files += 1
except OSError as error:
    print(error)
print("WRITTEN", written >> 20, files)
"""
    run = box.run(around(fill))
    megabytes, files = map(int, attacks.text(run).split("WRITTEN ")[1].split("\\n")[0].split())
    assert 20 <= megabytes <= attacks.FAST.disk >> 20
    assert 100 < files <= attacks.FAST.inodes
    assert attacks.values(run) == attacks.BOTH


def test_printing_without_end_is_cut_and_the_rest_counts(one, untouched):
    before = psutil.Process().memory_info().rss
    run = one.run(around("for i in range(300_000):\n    print('x' * 1000)"))
    assert run.ended == "finished"
    assert attacks.values(run) == attacks.BOTH
    assert len(str(run.cells["bad"].outputs)) < 2 * attacks.FAST.cell_output
    assert "output cut" in str(run.cells["bad"].outputs)
    assert psutil.Process().memory_info().rss - before < 100 << 20


GIGABYTES = {
    "rubbish": "import os\nwhile True:\n    os.write(4, b'D\\x00\\x10\\x00\\x00' + b' ' * (1 << 20))",
    "one frame": "import os\nos.write(4, b'D\\xff\\xff\\xff\\xff')\nwhile True:\n    os.write(4, bytes(1 << 20))",
    "valid frames": """
import json, os, struct
output = {"output_type": "stream", "name": "stdout", "text": "y" * 500_000}
text = json.dumps({"output": output, "display": None}).encode()
while True:
    os.write(4, struct.pack(">cI", b"D", len(text)) + text)""",
    "small pieces": """
import json, os, struct
def piece(name):
    text = json.dumps({"output": {"output_type": "stream", "name": name, "text": "y"}, "display": "d"}).encode()
    return struct.pack(">cI", b"D", len(text)) + text
while True:
    os.write(4, (piece("stdout") * 50 + piece("stderr")) * 100)""",
    "updates": """
import json, os, struct
def frame(kind, **values):
    text = json.dumps(values).encode()
    return struct.pack(">cI", kind, len(text)) + text
new = frame(b"D", output={"output_type": "display_data", "data": {}, "metadata": {}}, display="d")
os.write(4, new * 2000)
while True:
    os.write(4, frame(b"U", data={}, metadata={}, display="d") * 1000)""",
    "many small values": """
import os, struct
text = b'{"output": {"output_type": "display_data", "data": {}, "metadata": {"x": [' + b"[]," * 30_000 + b'1]}}}'
while True:
    os.write(4, struct.pack(">cI", b"D", len(text)) + text)""",
    "empty frames": "import os\nwhile True:\n    os.write(4, b'C\\x00\\x00\\x00\\x00' * 10_000)",
    "observations": """
import numpy as np, os, struct
from course_lib.evidence.observation import Seen, encode
data = encode(Seen("double", "visible", 1, "more", "value", np.zeros(50_000), {}))
while True:
    os.write(4, struct.pack(">cI", b"O", len(data)) + data)""",
}


@pytest.mark.parametrize("name", GIGABYTES)
def test_gigabytes_on_the_pipe_do_not_reach_the_driver(name, one, untouched):
    before = psutil.Process().memory_info().rss
    job = Job(
        "flood", "x", (*attacks.BEFORE, Step("bad", GIGABYTES[name]), *attacks.AFTER), attacks.HIDDEN, attacks.FAST
    )
    run = one.run(job)
    assert run.ended in ("output limit", "died")
    assert run.detail
    assert psutil.Process().memory_info().rss - before < 100 << 20


FORGED = {
    "rubbish": b"\x00\xff" * 50,
    "huge length": b"D\xff\xff\xff\xff",
    "unknown kind": b"?\x00\x00\x00\x00",
    "hello again": b'H\x00\x00\x00\x0b{"uid": 99}',
    "the end": b"X\x00\x00\x00\x02{}",
    "end of the visible cells": b"V\x00\x00\x00\x02{}",
    "another cell": b'B\x00\x00\x00\x0e{"id": "check"}',
    "end of another cell": b'E\x00\x00\x00\x0e{"id": "check"}',
    "no JSON": b"D\x00\x00\x00\x03{]}",
    "a list for an object": b"D\x00\x00\x00\x02[]",
    "deep JSON": b"D" + (100_000).to_bytes(4, "big") + b"[" * 100_000,
    "a long number": b"D" + (10_000).to_bytes(4, "big") + b"9" * 10_000,
    "no observation": b"O\x00\x00\x00\x04abcd",
    "no text": b'D\x00\x00\x00\x3e{"output": {"output_type": "stream", "text": 5}, "display": 1}',
    "a complaint": b"!\x00\x00\x00\x05\xff\xfe\xfd\xfc\xfb",
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_frames_have_a_named_end(name, one, untouched):
    run = one.run(attacks.job("forged", rubbish=FORGED[name].hex()))
    assert run.ended == "died"
    assert "protocol" in run.detail
    assert attacks.values(run) == {("double", "visible"): 6}


def test_observations_count_only_in_their_own_check_cell(one, untouched):
    forged = """
import os, struct
from course_lib.evidence.observation import Seen, encode
for check, part in (("double", "visible"), ("half", "visible"), ("half", "hidden"), ("other", "visible")):
    data = encode(Seen(check, part, 0, "forged", "value", 1.5, {}))
    os.write(4, struct.pack(">cI", b"O", len(data)) + data)
from course_lib.checks import check
with check("half") as expect:
    expect("my own try", 9)
"""
    run = one.run(
        Job("forge", "x", (*attacks.BEFORE, Step("bad", forged), *attacks.AFTER), attacks.HIDDEN, attacks.FAST)
    )
    assert run.ended == "finished"
    assert len(run.seen) == 4
    assert attacks.values(run) == attacks.BOTH


# ---------------------------------------------------------------- the filter, the layout, the driver


def test_the_filter_is_well_formed_for_each_architecture():
    for machine in seccomp.ARCHITECTURES:
        program = seccomp.program(machine)
        assert len(program) % 8 == 0
        assert 100 < len(program) // 8 < 4096
    with pytest.raises(ValueError, match="riscv64"):
        seccomp.program("riscv64")


def test_a_call_of_another_numbering_is_refused(box):
    x32 = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    x32 += "print(libc.syscall(0x40000000 + 39), ctypes.get_errno())"
    run = box.run(Job("x32", "x", (Step("a", x32),), (), attacks.FAST))
    assert run.cells["a"].outputs[0]["text"] == "-1 38\n"


def test_files_of_the_submission_are_in_its_working_folder(one):
    job = Job("f", "x", (Step("a", "print(open('data/x.txt').read())"),), (), attacks.FAST, {"data/x.txt": b"here"})
    assert one.run(job).cells["a"].outputs[0]["text"] == "here\n"


@pytest.mark.parametrize("name", ["../../etc/x", "/etc/passwd", "..", "a/../../b", "", "x\0y"])
def test_odd_file_names_are_refused_before_anything_runs(name, one):
    with pytest.raises(CourseError, match="file name"):
        one.run(Job("f", "x", (), (), attacks.FAST, {name: b"here"}))


def test_one_sandbox_serves_many_threads(places, expected):
    with pool.SandboxPool(2, expected) as threads:
        runs = list(threads.map([attacks.honest() for _ in range(12)]))
    assert all(attacks.values(run) == attacks.BOTH for run in runs)


def test_a_dead_warm_process_is_replaced(places, expected):
    with places.sandbox(PATHS[0], expected) as box:
        box.zygote.process.kill()
        box.zygote.process.wait()
        assert box.run(attacks.honest()).ended == "finished"


def test_a_submission_whose_warm_process_is_killed_is_run_again(places, expected):
    with places.sandbox(PATHS[0], expected) as box:
        runs = []
        slow = Job("slow", "x", (Step("a", "import time\ntime.sleep(1.5)\nprint('done')"),), (), attacks.FAST)
        thread = threading.Thread(target=lambda: runs.append(box.run(slow)))
        thread.start()
        time.sleep(0.7)
        box.zygote.process.kill()
        thread.join()
    assert [run.ended for run in runs] == ["finished"]


def test_an_interrupted_driver_leaves_nothing_behind(places, expected):
    with places.sandbox(PATHS[0], expected) as box:
        process = psutil.Process(box.zygote.process.pid)
    assert settles(lambda: not process.is_running())


def test_a_run_that_hits_the_clock_is_repeated_alone(one):
    order, lock = [], threading.Lock()
    slow = Job(
        "slow", "x", (Step("a", "import time; time.sleep(50)"),), (), dataclasses.replace(attacks.FAST, cell_wall=1)
    )

    def go(job, name):
        run = one.run(job)
        with lock:
            order.append((name, run.rerun))

    threads = [
        threading.Thread(target=go, args=(slow, "slow")),
        threading.Thread(target=go, args=(attacks.honest(), "fast")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order == [("fast", False), ("slow", True)]


def test_a_missing_folder_is_one_sentence():
    with pytest.raises(CourseError, match="no such folder"):
        sandbox.Sandbox("/no/such/folder")


def test_limits_default_to_more_than_a_lesson_needs():
    assert Limits().cpu >= 20
    assert Limits().cell_cpu < Limits().cpu
    assert Limits().cell_wall < Limits().wall


SOCKETS = """
import os, socket
pairs, held = [], 0
for i in range(100):
    try:
        pairs.append(socket.socketpair())
    except OSError:
        break
for pair in pairs:
    for end in pair:
        try:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
        except PermissionError:
            pass
        end.setblocking(False)
        try:
            while True:
                held += end.send(bytes(4096))
        except BlockingIOError:
            pass
print("HELD", held >> 20, len(pairs))
import time
time.sleep(0.5)
"""


def test_what_lies_in_sockets_is_counted_as_memory(box, untouched):
    job = Job("sockets", "x", (Step("one", SOCKETS), Step("two", "2")), limits=Limits(memory=24 << 20))
    run = box.run(job)
    assert run.ended == "memory limit"
    run = box.run(dataclasses.replace(job, limits=Limits()))
    assert run.ended == "finished"
    held = int(re.search(r"HELD (\d+)", run.cells["one"].outputs[0]["text"])[1])
    assert 1 <= held <= 24  # megabytes in at most 128 descriptors: none holds more than is counted for it


def test_a_heavy_library_is_imported_once_a_job_mentions_it_and_not_before(places, expected):
    look = Step(
        "look", "import sys\nprint('tor' + 'ch' in sys.modules, 'course_lib.tor' + 'ch_models.bridge' in sys.modules)"
    )
    use = Step("use", "import sys\nprint('torch' in sys.modules)\nimport torch\nprint(torch.arange(3).sum().item())")
    with places.sandbox(PATHS[0], expected) as box:
        said = [box.run(Job(f"{i}", "x", (step,))).cells[step.id].outputs for i, step in enumerate((look, use, look))]
    assert [outputs[0]["text"] for outputs in said] == ["False False\n", "True\n3\n", "True True\n"]


def test_a_first_step_of_torch_finds_imported_what_it_needs(places, expected):
    """Its optimisers import their compiler when the first of them is made: a second of each submission's time."""
    begin, end = "import sys, torch\nheld = set(sys.modules)", "print(len(set(sys.modules) - held))"
    made = "w = torch.ones(3, requires_grad=True)\nopt = torch.optim.SGD([w], lr=0.1)\n(w * w).sum().backward()"
    step = Step("step", f"{begin}\n{made}\nopt.step()\n{end}")
    with places.sandbox(PATHS[0], expected) as box:
        assert int(box.run(Job("a step", "x", (step,))).cells["step"].outputs[0]["text"]) < 30


def test_what_a_check_forbids_comes_with_the_job(one):
    setup = "import numpy as np\nfrom course_lib.checks import check\ndef double(x):\n    return np.add(x, x)"
    see = Step("check-double", 'with check("double") as expect:\n    expect("three", double(3))', "double")
    job = Job("forbid", "x", (Step("double", setup), see))
    assert [seen.kind for seen in one.run(job).seen] == ["value"]
    job = dataclasses.replace(job, forbid={"double": ["numpy.add"]})
    assert [seen.kind for seen in one.run(job).seen] == ["forbidden"]


def test_byte_code_lies_beside_what_the_warm_process_imports(tmp_path, monkeypatch):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "one.py").write_text("x = 1\n")
    (tmp_path / "broken.py").write_text("x = (\n")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    sandbox._compile.__wrapped__(tmp_path)
    assert not list(tmp_path.rglob("*.pyc"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    sandbox._compile.__wrapped__(tmp_path)
    assert [file.name.partition(".")[0] for file in tmp_path.rglob("*.pyc")] == ["one"]


def test_where_none_can_be_written_it_goes_without(tmp_path, monkeypatch, capfd):
    (tmp_path / "one.py").write_text("x = 1\n")
    (tmp_path / "__pycache__").write_text("a file is in the way")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    sandbox._compile.__wrapped__(tmp_path)
    assert capfd.readouterr() == ("", "")
    assert not list(tmp_path.rglob("*.pyc"))


def test_a_folder_that_may_not_be_written_is_not_compiled(tmp_path, monkeypatch):
    """It would be done again at each start, for nothing."""
    (tmp_path / "one.py").write_text("x = 1\n")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(os, "access", lambda path, mode: not (path == tmp_path and mode & os.W_OK))
    sandbox._compile.__wrapped__(tmp_path)
    assert not list(tmp_path.rglob("*.pyc"))
