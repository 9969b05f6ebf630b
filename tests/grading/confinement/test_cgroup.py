"""Groups are made only where a subtree was given to the driver, bound what they must, and decide as the sum does."""

import os
import sys
from types import SimpleNamespace

import pytest

from grading.confinement import cgroup, mounts
from grading.confinement.job import Job, Limits, Step
from tests.grading import attacks
from tests.grading.confinement.fake_cgroup import EVENTS, Fake
from tests.grading.places import PATHS

ME = str(os.getpid())


# ---------------------------------------------------------------- finding a subtree


@pytest.mark.parametrize("others", [(), ("77", "78")], ids=["alone", "given away with others in it"])
def test_everybody_moves_aside_where_the_subtree_was_given_away(others, tmp_path):
    kernel = Fake(tmp_path, others=others)
    kernel.marked = bool(others)
    assert cgroup.subtree(kernel) == kernel.here
    assert kernel.inside(kernel.here) == []
    assert kernel.inside(kernel.here / "course-drivers") == [ME, *others]
    assert kernel.read(kernel.here / "cgroup.subtree_control") == "memory pids"


def test_a_second_driver_goes_beside_the_first(tmp_path):
    kernel = Fake(tmp_path, me="/user/course.scope/course-drivers", others=("77",))
    assert cgroup.subtree(kernel) == kernel.here.parent
    assert kernel.inside(kernel.here) == [ME, "77"]


def test_at_the_root_of_all_groups_nobody_moves(tmp_path):
    kernel = Fake(tmp_path, me="/")
    assert cgroup.subtree(kernel) == kernel.top
    assert kernel.inside(kernel.top) == ["1", ME]


def test_processes_that_come_meanwhile_move_too(tmp_path):
    kernel = Fake(tmp_path)
    kernel.coming = ["80", "81"]
    cgroup.subtree(kernel)
    assert kernel.inside(kernel.here / "course-drivers") == [ME, "81", "80"]


@pytest.mark.parametrize(
    ("root", "place", "inside"),
    [("/docker/a", "/docker/a", "."), ("/docker/a", "/docker/a/job", "job"), ("/", "/x/y", "x/y")],
)
def test_the_own_group_is_found_below_what_is_mounted(root, place, inside, tmp_path):
    kernel = Fake(tmp_path / "a b")
    point = str(kernel.top).replace(" ", "\\040")
    kernel.proc["/proc/self/mountinfo"] = f"30 1 0:26 {root} {point} rw - cgroup2 none rw\n"
    kernel.proc["/proc/self/cgroup"] = f"0::{place}\n"
    assert cgroup.own_folder(kernel) == kernel.top / inside


def lacks(name, kernel):
    """Take something away from a machine that has everything."""
    if name == "version 2":
        kernel.proc["/proc/self/cgroup"] = "4:memory:/user\n"
    elif name == "sight of its group":
        kernel.proc["/proc/self/cgroup"] = "0::/../other\n"
    elif name == "a mount":
        kernel.proc["/proc/self/mountinfo"] = "22 1 0:20 / /proc rw - proc proc rw\n"
    elif name == "its part of the mount":
        kernel.proc["/proc/self/mountinfo"] = f"30 1 0:26 /elsewhere {kernel.top} rw - cgroup2 none rw\n"
    elif name == "the controllers":
        (kernel.here / "cgroup.controllers").write_text("cpu pids")
    elif name == "the right to write":
        kernel.owned = False
    elif name == "a group of its own":
        kernel.write(kernel.here / "cgroup.procs", "99")
    elif name == "peace":
        kernel.coming = [str(pid) for pid in range(100, 120)]


LACKING = {
    "version 2": "shows it no group",
    "sight of its group": "shows it no group",
    "a mount": "no cgroup v2 file system",
    "its part of the mount": "no cgroup v2 file system",
    "the controllers": "does not control memory there",
    "the right to write": "may not write",
    "a group of its own": "not given away",
    "peace": "keep coming",
}


@pytest.mark.parametrize("name", LACKING)
def test_where_something_is_missing_no_group_is_made_and_the_reason_is_said(name, tmp_path, monkeypatch):
    kernel = Fake(tmp_path)
    lacks(name, kernel)
    before = sorted(kernel.top.rglob("*"))
    with pytest.raises(cgroup.Missing, match=LACKING[name]):
        cgroup.subtree(kernel)
    assert [p for p in sorted(kernel.top.rglob("*")) if p not in before and "course-drivers" not in str(p)] == []
    monkeypatch.setattr(cgroup, "Kernel", lambda: kernel)
    groups = cgroup.here.__wrapped__()
    assert groups.new(Limits()) is None
    assert "added up every 20 ms" in groups.advice()
    assert groups.reason in groups.advice()


def test_systemd_keeps_the_root_for_itself(tmp_path):
    kernel = Fake(tmp_path, me="/")
    kernel.systemd.mkdir()
    with pytest.raises(cgroup.Missing, match="systemd keeps the root"):
        cgroup.subtree(kernel)


@pytest.mark.parametrize("found", [None, "/usr/bin/systemd-run"])
def test_doctor_says_what_to_type_where_that_would_help(found, tmp_path, monkeypatch):
    kernel = Fake(tmp_path)
    kernel.systemd.mkdir()
    monkeypatch.setattr("shutil.which", lambda name: found)
    said = cgroup.Groups(reason="it may not write there", kernel=kernel).advice()
    assert ("--scope -p Delegate=yes course grade" in said) == (found is not None)
    assert "kernel counts" in cgroup.Groups(kernel.here, kernel=kernel).advice()


# ---------------------------------------------------------------- a run's group


@pytest.fixture
def groups(tmp_path):
    """Groups of a made-up kernel, where everybody may look: the sandbox may run as another user."""
    kernel = Fake(tmp_path)
    return cgroup.Groups(cgroup.subtree(kernel), kernel=kernel)


def runs(groups):
    return sorted(folder.name for folder in groups.folder.glob("course-run-*"))


def test_a_group_bounds_memory_swap_and_processes_as_a_whole(groups):
    group = groups.new(Limits(memory=100 << 20, disk=10 << 20, processes=9))
    told = {name: (group.folder / name).read_text() for name in ("memory.max", "memory.swap.max", "pids.max")}
    assert told == {"memory.max": str((100 + 10 << 20) + cgroup.COPIES), "memory.swap.max": "0", "pids.max": "9"}
    assert (group.folder / "memory.oom.group").read_text() == "1"
    assert os.readlink(f"/proc/self/fd/{group.fds[0]}") == str(group.folder)
    group.close()
    assert runs(groups) == []


def test_every_run_has_its_own_and_its_end_ends_all_in_it(groups):
    one, two = groups.new(Limits()), groups.new(Limits())
    assert runs(groups) == sorted(group.folder.name for group in (one, two))
    assert {name.rpartition("-")[0] for name in runs(groups)} == {f"course-run-{ME}-4321"}
    groups.kernel.write(one.folder / "cgroup.procs", "5000")
    assert (one.inhabited(), two.inhabited()) == (True, False)
    open_before = set(os.listdir("/proc/self/fd"))
    one.close()
    assert runs(groups) == [two.folder.name]
    assert len(open_before) - len(os.listdir("/proc/self/fd")) == 2


def test_a_run_without_a_group_goes_on(groups, monkeypatch):
    monkeypatch.setattr(groups.kernel, "make", lambda folder: os.mkdir("/no/such/folder"))
    assert groups.new(Limits()) is None


def test_a_group_that_cannot_have_all_its_limits_is_none(groups):
    (groups.folder / "cgroup.subtree_control").write_text("pids")
    assert groups.new(Limits()) is None
    assert runs(groups) == []


def test_what_a_killed_driver_left_is_removed_and_nothing_else(groups):
    kernel = groups.kernel
    alive = groups.new(Limits())
    for name in ("course-run-999999999-1-0", f"course-run-{ME}-1-0", "somebody-elses", "course-drivers-of-mine"):
        kernel.make(groups.folder / name)
        kernel.write(groups.folder / name / "cgroup.procs", f"6{len(name)}")
    cgroup.sweep(groups.folder, kernel)
    left = {folder.name for folder in groups.folder.iterdir() if folder.is_dir()}
    assert left == {alive.folder.name, "somebody-elses", "course-drivers-of-mine", "course-drivers"}


# ---------------------------------------------------------------- what its keeper reads


@pytest.fixture
def worker(monkeypatch):
    """The worker's files by their bare names, forgotten afterwards."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(mounts.WORKER))
    import group
    import usage

    yield SimpleNamespace(group=group, usage=usage)
    for name in {file.stem for file in mounts.WORKER.glob("*.py")} & (set(sys.modules) - before):
        del sys.modules[name]


def seen(worker, groups, **files):
    """A new group whose files say this, and the keeper's view of it."""
    group = groups.new(Limits())
    for name, text in files.items():
        (group.folder / name.replace("_", ".")).write_text(text)
    return worker.group.Group(*group.fds, False)


def test_the_keeper_reads_what_the_kernel_says(worker, groups):
    group = seen(
        worker,
        groups,
        cpu_stat="usage_usec 2500000\nuser_usec 1\n",
        memory_current="900\n",
        memory_stat="anon 5\nfile 300\nkernel 9\nshmem 40\nfile_mapped 7\n",
        memory_peak="1234\n",
    )
    assert (group.cpu(), group.memory(), group.peak()) == (2.5, (600, 40), 1234)


def test_an_older_kernel_tells_no_peak(worker, groups):
    group = groups.new(Limits())
    (group.folder / "memory.peak").unlink()
    assert worker.group.Group(*group.fds, False).peak() == 0


@pytest.mark.parametrize(("oom", "killed", "burst"), [(0, 0, False), (0, 3, False), (2, 0, False), (1, 3, True)])
def test_only_its_own_limit_makes_it_a_memory_limit(oom, killed, burst, worker, groups):
    """When the machine as a whole has no memory left, its processes are killed for nothing they did."""
    text = EVENTS.replace("oom 0", f"oom {oom}").replace("oom_kill 0", f"oom_kill {killed}")
    assert seen(worker, groups, memory_events=text).burst() == burst


def test_a_child_that_is_not_born_in_its_group_enters_it_first(worker, groups):
    group = groups.new(Limits())
    pid = worker.group.Group(*group.fds, False).fork()
    if pid == 0:
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    assert groups.kernel.inside(group.folder) == ["0"]


def test_a_child_that_cannot_be_born_in_its_group_is_not_born(worker, groups):
    """A folder that is no group's is refused by the kernel."""
    with pytest.raises(OSError, match="control group"):
        worker.group.Group(*groups.new(Limits()).fds, True).fork()


MB = 1 << 20
HELD = {  # what the group holds without files, files in memory, /proc's sum -> what counts, with a limit of 400
    "little": (100, 0, 999, 40),
    "with copies over the limit, by /proc not": (430, 0, 350, 370),
    "with files over the limit, by /proc not": (380, 90, 330, 330),
    "with files over the limit, by /proc too": (380, 90, 410, 410),
    "over it by more than copies, hidden from /proc": (900, 0, 5, 840),
}


@pytest.mark.parametrize("name", HELD)
def test_near_the_limit_proc_has_the_last_word_and_beyond_it_the_group(name, worker, groups, monkeypatch):
    own, files, shown, counts = HELD[name]
    text = f"file {(5 + files) * MB}\nshmem {files * MB}\n"
    group = seen(worker, groups, memory_current=f"{(own + 5 + files) * MB}\n", memory_stat=text)
    meter = worker.group.Grouped(os.getpid(), "none", 400 * MB, group)
    meter.baseline = 60 * MB
    monkeypatch.setattr(worker.usage.Polled, "look", lambda self: (0.0, shown * MB))
    assert meter.look() == (0.0, counts * MB)


# ---------------------------------------------------------------- runs in the sandbox


@pytest.fixture(scope="module")
def box(places, tmp_path_factory):
    """A Sandbox with groups of a made-up kernel, in which runs cannot be born."""
    kernel = Fake(tmp_path_factory.mktemp("fake"))
    with places.sandbox(PATHS[0], groups=cgroup.Groups(cgroup.subtree(kernel), kernel=kernel)) as made:
        yield made


def test_a_run_is_in_its_group_and_the_group_is_gone_afterwards(box):
    run = box.run(attacks.honest())
    assert (run.isolation.memory, run.ended, attacks.values(run)) == ("cgroup", "finished", attacks.BOTH)
    assert runs(box.groups) == []


def test_no_other_group_is_in_sight(box):
    source = "print(open('/proc/self/cgroup').read().split(), [m for m in open('/proc/mounts') if 'cgroup' in m])"
    run = box.run(Job("sight", "x", (Step("a", source),)))
    names, _, mounted = run.cells["a"].outputs[0]["text"].strip().rpartition("[")
    assert mounted == "]"
    assert {name.strip("[]', ").split(":")[2] for name in names.strip().split()} == {"/"}


@pytest.fixture
def say(box, monkeypatch):
    """Let the made-up kernel say something of every new group."""

    def say(**files):
        make = box.groups.kernel.make

        def made(folder):
            make(folder)
            for name, text in files.items():
                (folder / name.replace("_", ".")).write_text(text)

        monkeypatch.setattr(box.groups.kernel, "make", made)
        return box

    return say


SAID = {  # what the kernel says -> how the honest run ends
    "nothing": ({}, "finished"),
    "CPU": ({"cpu_stat": "usage_usec 99000000\n"}, "cpu limit"),
    "memory": ({"memory_current": f"{900 * MB}\n"}, "memory limit"),
    "files": ({"memory_current": f"{900 * MB}\n", "memory_stat": f"file {890 * MB}\nshmem 0\n"}, "finished"),
}


@pytest.mark.parametrize("name", SAID)
def test_a_run_ends_by_what_its_group_says(name, say):
    files, ended = SAID[name]
    assert say(**files).run(attacks.honest()).ended == ended


def test_peak_and_cpu_are_the_groups(say):
    run = say(cpu_stat="usage_usec 7250000\n", memory_peak="123456789\n").run(attacks.honest())
    assert (run.cpu, run.peak_memory) == (7.25, 123456789)


def test_what_the_kernel_ends_for_its_memory_is_named_so(say):
    killed = Job("killed", "x", (*attacks.BEFORE, Step("a", "import os\nos.kill(os.getpid(), 9)")), (), attacks.FAST)
    full = EVENTS.replace("oom 0", "oom 1").replace("oom_kill 0", "oom_kill 2")
    assert say().run(killed).ended == "died"
    assert say(memory_events=full).run(killed).ended == "memory limit"


def test_where_a_group_cannot_be_entered_runs_are_confined_without(places, tmp_path):
    kernel = Fake(tmp_path)
    made = cgroup.Groups(cgroup.subtree(kernel), kernel=kernel)
    worker = places.without(('os.write(self.entry, b"0")', "pass"))
    with places.sandbox(PATHS[0], groups=made, worker=worker) as box:
        run = box.run(attacks.honest())
    assert (box.path, run.isolation.memory, run.ended) == (PATHS[0], "polling", "finished")
    assert "no run came into its group" in box.groups.advice()
    assert runs(made) == []
