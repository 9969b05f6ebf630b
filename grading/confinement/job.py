"""What goes into the sandbox and what comes out: plain dataclasses shared by every part of grading."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_lib.evidence.observation import Seen

MB = 1 << 20


@dataclass(frozen=True)
class Step:
    """A code cell to run, in notebook order. `check` names the check cell it is; `part` is visible or hidden.

    A lesson's own cell `keeps` the names that it gives; it and a check `restore` what they stand on before they run.
    The pictures of one that is `bare` are thrown away undrawn.
    """

    id: str
    source: str
    check: str | None = None
    part: str = "visible"
    keeps: tuple[str, ...] = ()
    restores: tuple[str, ...] = ()
    bare: bool = False


@dataclass(frozen=True)
class Early:
    """A cell that may be run once for all who hand in, or a check whose text may be read once.

    A cell rests on the names that it `reads` and gives those that it `binds`; its statements `again` are executed in
    each submission as well.
    """

    id: str
    source: str
    check: bool = False
    reads: tuple[str, ...] = ()
    binds: tuple[str, ...] = ()
    again: str = ""


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Seconds and bytes; CPU decides verdicts, wall time only protects the class.

    A cell over `cell_cpu` or `cell_wall` is interrupted (its status is "killed") and the next cell runs; one that
    cannot be interrupted, or a submission over `cpu` or `wall`, ends there. Cells of the student's own take half of
    the whole together, then a moment each.
    """

    cpu: float = 60.0
    cell_cpu: float = 20.0
    wall: float = 180.0
    cell_wall: float = 60.0
    memory: int = 2048 * MB  # beyond what the imported libraries take
    disk: int = 256 * MB  # the working folder and /tmp together
    inodes: int = 8192
    processes: int = 64  # threads count
    files: int = 128  # open at once, per process
    file_size: int = 128 * MB
    cell_output: int = 2 * MB  # more is cut off, with a note, and the cell goes on
    output: int = 64 * MB  # all frames of a submission; more ends it
    seen: int = 8 * MB  # observations of one check cell


@dataclass(frozen=True)
class Job:
    """One submission to run. `files` are put into its working folder: relative path to bytes.

    `forbid` says which library functions the code behind a check may not call: check id to dotted names. `budget` is
    what all attempts at this job may take together by the clock (0: twice `limits.wall`). An attempt that is not
    `final` gets no hidden step once the clock has stopped a visible cell: it is repeated, and carries nothing over. A
    `brief` one is not repeated here: who gave it decides what becomes of a stop by the clock. `early` is the lesson's,
    whatever was handed in: it spares time and decides nothing.
    """

    key: str
    lesson: str
    steps: tuple[Step, ...]
    hidden: tuple[Step, ...] = ()
    limits: Limits = Limits()
    files: dict[str, bytes] = field(default_factory=dict)
    forbid: dict[str, list[str]] = field(default_factory=dict)
    budget: float = 0.0
    final: bool = True
    brief: bool = False
    early: tuple[Early, ...] = ()


@dataclass
class CellRun:
    """How one visible cell went. `status`: ok, error, skipped (never started) or killed (stopped by a limit)."""

    id: str
    status: str
    outputs: list[dict]
    cpu: float = 0.0
    wall: float = 0.0
    reason: str = ""  # when killed: the limit's name


@dataclass
class Isolation:
    """What the confined process read back about itself before any student code ran."""

    path: str  # nested, root, single (one bubblewrap per submission) or none
    uid: int = -1
    zygote_uid: int = -1
    capabilities: str = ""  # all five sets as hexadecimal, joined by spaces
    no_new_privs: bool = False
    seccomp: bool = False
    refused: tuple[str, ...] = ()  # forbidden system calls that were tried and refused
    pids: tuple[int, ...] = ()  # visible in its /proc
    interfaces: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()  # those that are its own, not the warm process's
    process_limit: bool = False  # a fork over the limit was refused
    writable: tuple[str, ...] = ()  # mount points it can write to
    descriptors: tuple[int, ...] = ()
    limits: dict[str, int] = field(default_factory=dict)  # the kernel's limits per process
    disk: tuple[int, ...] = ()  # size of /tmp: bytes and files
    memory: str = "polling"  # how the sum over its processes is bounded: cgroup or polling
    differs: tuple[str, ...] = ()  # sentences: what is not as promised


@dataclass
class Run:
    """What was seen of one submission. `seen` holds observations in the order they arrived, visible parts first.

    `ended`: finished (every cell ran, whatever it raised), cpu limit (used up its CPU seconds), wall limit (took too
    long by the clock, also when it was run alone), memory limit, output limit (wrote more than the driver is willing to
    read), or died (the process ended by itself: os._exit, a signal, a crash).
    """

    ended: str
    cells: dict[str, CellRun]
    seen: list[Seen]
    isolation: Isolation
    hidden: dict[str, str] = field(default_factory=dict)  # hidden step id -> status
    cpu: float = 0.0
    wall: float = 0.0
    peak_memory: int = 0
    detail: str = ""  # one sentence when not finished: which signal, which cell
    rerun: bool = False  # the first attempt hit a wall limit and this one ran alone
    told_hidden: bool = False  # a hidden step was sent
    spent: tuple[float, float] = (0.0, 0.0)  # CPU and wall seconds of all attempts

    def shown_as(self, first):
        """This repeat, as the first attempt showed it: a hidden step was sent there, whose text may have been kept.

        What its visible cells showed and what visible lines saw is the first's; hidden lines and the rest are its own.
        """
        cells = {
            name: replace(cell, outputs=first.cells[name].outputs) if name in first.cells else replace(cell, outputs=[])
            for name, cell in self.cells.items()
        }
        visible = [one for one in first.seen if one.part == "visible"]
        return replace(self, cells=cells, seen=visible + [one for one in self.seen if one.part == "hidden"])

    @property
    def wall_hit(self) -> bool:
        """Whether a clock, rather than the student's own work, may have decided: such a run is repeated alone once."""
        return self.hit("wall limit")

    def hit(self, *limits: str) -> bool:
        """Whether one of these limits ended it or one of its cells."""
        cells = any(cell.reason in limits for cell in self.cells.values())
        return self.ended in limits or cells or any(f"killed by {name}" in self.hidden.values() for name in limits)
