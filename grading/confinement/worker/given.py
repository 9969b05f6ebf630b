"""What the lesson's own cells give: made once, in a process that no submission enters, and there in each of its forks.

The driver says which cells these are: text as handed out that reads nothing of a student's (grading/marking/given.py).
What else a cell does shows here. One that changes what another cell made, draws from a global random generator, leaves
a file, shows a widget, starts a thread or fails is *unfit*: it runs in each submission, where it stands.
"""

import ast
import contextlib
import contextvars
import os
import pickle
import re
import sys
import tempfile
import threading
import types
from dataclasses import dataclass, field

from collector import Collector
from direct import Direct
from forks import threads
from ground import Ground
from kernel import connect, run
from libraries import spare

GENERATORS = (  # global ones: nothing here draws, a cell may
    ("random", "getstate"),
    ("numpy.random", "get_state"),
    ("torch", "get_rng_state"),
)
SHELLS = re.compile(r"_+|_i+|_i?\d+|_[doi]h|_exit_code|In|Out|__warningregistry__")  # bound at any cell


@dataclass
class Given:
    """What was made: `cells`, source -> (names, outputs, code objects of what is to be set again); `codes`, a check's
    source -> its code objects; the `ground` that they leave.
    """

    cells: dict = field(default_factory=dict)
    codes: dict = field(default_factory=dict)
    ground: Ground | None = None


class Unfit(Exception):
    """The cell with this id is to run in each submission."""


class Recorder:
    """Stands where a submission's link would: keeps what is told."""

    def __init__(self):
        self.told, self.lock, self.pid = [], threading.RLock(), os.getpid()

    def tell(self, kind, **values):
        """Keep one frame."""
        self.told.append((kind, values))


class Watched(Collector):
    """A collector that notes whether a widget talked to a front end: it does so as long as it lives."""

    live = False

    def comm(self, kind, content):
        """A message of a widget's."""
        self.live = True


def make(kernel, cells, room):
    """The Given of these cells, in their order; Unfit at the first that is not to be run here.

    A cell is a dict: id, source, check (whether it is one), reads (names of other cells on which it rests), binds
    (names), again (text of those of its statements that set what does not outlast this process). `room`: bytes that one
    may print. The shell is afterwards as it was: what was made lies in the Given alone.
    """
    from course_lib.checks import own_builtins

    shell, link, given = kernel.shell, Recorder(), Given()
    before, number = dict(shell.user_ns), shell.execution_count
    own = shell.own = own_builtins.install(shell)
    with tempfile.TemporaryDirectory(prefix="given-") as folder:
        os.chdir(folder)
        collector = Watched(link, room)
        loop, context = connect(kernel, collector), contextvars.copy_context()
        direct = Direct(shell, own)
        spare(" ".join(imported(cells)))  # some libraries draw random numbers while they are imported
        for cell in cells:
            if cell["check"]:
                given.codes[cell["source"]] = direct.compiled(cell["source"])
            else:
                files = _files(folder)
                made = _made(kernel, cell, collector, lambda coroutine: run(loop, context, coroutine))
                given.cells[cell["source"]] = *made, direct.compiled(cell["again"])
                if _files(folder) != files or threads() != 1:
                    raise Unfit(cell["id"])
        os.chdir("/")
        loop.close()
    shell.user_ns.clear()
    shell.user_ns.update(before)
    shell.execution_count = number
    del shell.history_manager.input_hist_parsed[number:], shell.history_manager.input_hist_raw[number:]
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    given.ground = Ground(shell)
    return given


def imported(cells):
    """The names of the modules that the cells but for checks import at their top level."""
    for cell in cells:
        with contextlib.suppress(SyntaxError):
            for node in [] if cell["check"] else ast.parse(cell["source"]).body:
                if isinstance(node, ast.Import):
                    yield from (alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    yield node.module


def _files(folder):
    """What lies in the working folder and beside it: a submission finds neither."""
    return os.listdir(folder), sorted(os.listdir(os.path.dirname(folder)))


def _made(kernel, cell, collector, execute):
    """Run a cell by `execute`; (the names that it bound, its outputs)."""
    names, own, link = kernel.shell.user_ns, kernel.shell.own, collector.link
    before = {name: value for name, value in names.items() if not SHELLS.fullmatch(name)}
    state = _state(before, cell["reads"])
    link.told.clear()
    collector.open()
    own.every = kernel.bare = True
    try:
        reply = execute(kernel.do_execute(cell["source"], False, True, None, False))
    except BaseException:
        raise Unfit(cell["id"]) from None
    finally:
        own.every = kernel.bare = False
    collector.close()
    plain = reply["status"] == "ok" and not collector.live and not collector.cut and before.keys() <= names.keys()
    if not plain or None in state or state != _state(before, cell["reads"]) or any(k != b"D" for k, _ in link.told):
        raise Unfit(cell["id"])
    bound = {name for name, value in names.items() if name not in before or before[name] is not value}
    bound |= names.keys() & set(cell["binds"])  # also to the very object that the name stood for: `import numpy as np`
    outputs = [values for _, values in link.told]
    return {name: names[name] for name in bound if not SHELLS.fullmatch(name)}, outputs


def _state(names, reads):
    """What would be different if the objects behind these names changed, or the global generators did.

    None stands for an object that does not show it.
    """
    drawn = [getattr(sys.modules[name], ask)() for name, ask in GENERATORS if name in sys.modules]
    drawn = [state.numpy() if hasattr(state, "numpy") else state for state in drawn]  # torch writes a tensor variously
    return [*map(pickle.dumps, drawn), *(_of(names[name]) for name in reads if name in names)]


def _of(value):
    if isinstance(value, types.ModuleType | type | types.BuiltinFunctionType):
        return "does not change"
    if isinstance(value, types.FunctionType):
        librarys = getattr(sys.modules.get(value.__module__), value.__name__, None) is value
        return "a function" if librarys or value.__closure__ is None else None
    try:
        return pickle.dumps(value)
    except Exception:
        return None
