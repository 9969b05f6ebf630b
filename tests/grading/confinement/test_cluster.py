"""A Dask cluster gives the grades that this machine gives; a lost worker or scheduler costs time, and no grade."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from grading.confinement import cluster, cluster_pool, cluster_worker
from grading.confinement.job import Job, Step
from grading.errors import CourseError
from grading.marking import engine
from grading.marking.journal import Journal
from tests.grading import small_course as sc
from tests.grading import small_lesson as small
from tests.grading.conftest import copy

COURSE = [sys.executable, "-m", "grading.cli"]


@pytest.fixture(scope="module")
def at_home(blank, tmp_path_factory):
    """The class graded by this machine's own sandbox: what every cluster must give."""
    made = copy(blank, tmp_path_factory.mktemp("at_home") / "course")
    engine.grade(made.root, workers=1)
    return made


@pytest.fixture(scope="module")
def pool():
    """Two worker processes on this machine."""
    with cluster.connect("local:2") as pool:
        yield pool


def same(made, witness):
    """Whether gradebook and autograded notebooks are equal."""
    return sc.dump(made) == sc.dump(witness) and sc.pages(made) == sc.pages(witness)


def worker_pids(pool):
    return list(pool.client.run(os.getpid).values())


def test_a_cluster_gives_the_gradebook_this_machine_gives(made, at_home, pool):
    summary = engine.grade(made.root, pool=pool)
    assert summary.count("ran") == 15
    assert summary.isolation != "none"
    assert summary.differs == ()
    assert same(made, at_home)


def test_work_is_spread_over_the_workers(pool):
    assert len(set(worker_pids(pool))) == 2
    assert pool.ahead == cluster_pool.FEWEST


SLOW = "import time\ntime.sleep(1.5)\nprint('done')"


def test_what_a_killed_worker_was_running_runs_again_and_nothing_of_it_is_left(pool):
    jobs = [Job(f"slow{i}", "00_small", (Step("one", SLOW),)) for i in range(4)]
    runs = [pool.submit(job) for job in jobs]
    victim, patience = worker_pids(pool)[0], time.monotonic() + 60
    while len(children := descendants(victim)) < 4 and time.monotonic() < patience:  # warm process and submission
        time.sleep(0.05)
    assert len(children) >= 4
    os.kill(victim, signal.SIGKILL)
    for run in runs:
        one = run.result(60)
        assert one.ended == "finished"
        assert one.cells["one"].outputs[0]["text"] == "done\n"
    assert victim not in worker_pids(pool)
    patience = time.monotonic() + 10
    while any(alive(pid) for pid in children) and time.monotonic() < patience:
        time.sleep(0.1)
    assert not [pid for pid in children if alive(pid)]


def test_workers_killed_at_random_moments_cost_no_grade(made, at_home, pool):
    """COURSE_KILLS=50 kills more of them, COURSE_SEED=5 at other moments."""
    wanted, killed = int(os.environ.get("COURSE_KILLS", "2")), set()
    rng = random.Random(os.environ.get("COURSE_SEED", "4"))
    over = threading.Event()

    def hunt():
        while len(killed) < wanted and not over.wait(rng.uniform(0.2, 1.5)):
            known = pool.client.nthreads()  # at work; a worker just killed cannot be asked for its own id
            nannies = [one for one in list(pool.client.cluster.workers.values()) if one.worker_address in known]
            pids = [one.pid for one in nannies if one.pid and one.pid not in killed and descendants(one.pid)]
            if pids:
                victim = rng.choice(pids)
                os.kill(victim, signal.SIGKILL)
                killed.add(victim)

    hunter = threading.Thread(target=hunt)
    hunter.start()
    try:
        while hunter.is_alive():
            assert engine.grade(made.root, pool=pool, force=True).count("ran") == 15
            assert same(made, at_home)
    finally:
        over.set()
        hunter.join()
    assert len(killed) == wanted


def test_workers_of_this_machine_start_anew_when_dask_has_given_all_of_them_up(monkeypatch):
    monkeypatch.setattr(cluster_pool, "LOOK", 0.4)
    with cluster.connect("local:1") as pool:
        (nanny,) = pool.restart.args[0].workers.values()
        nanny.instantiate = None  # so that starting its worker again fails, as when that is killed while it starts
        (before,) = worker_pids(pool)
        os.kill(before, signal.SIGKILL)
        assert pool.client.submit(os.getpid, pure=False).result(timeout=60) != before


def test_what_student_code_ends_is_its_own_process_not_the_worker(pool):
    before = worker_pids(pool)
    deadly = Job("deadly", "00_small", (Step("one", "print(1)"), Step("two", "import os; os._exit(3)")))
    run = pool.submit(deadly).result(60)
    assert run.ended == "died"
    assert run.cells["one"].status == "ok"
    assert set(before) <= set(worker_pids(pool))  # one that an earlier test killed may only now be back


def test_ctrl_c_in_the_terminal_is_not_the_workers_to_handle(pool):
    before = worker_pids(pool)
    for pid in before:
        os.kill(pid, signal.SIGINT)
    time.sleep(0.5)
    assert worker_pids(pool) == before


def descendants(pid):
    """The process ids below this one."""
    with contextlib.suppress(OSError):
        found = []
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                for child in file.read().split():
                    found += [int(child), *descendants(child)]
        return found
    return []


def alive(pid):
    with contextlib.suppress(OSError), open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.fixture
def by_hand(tmp_path):
    """A scheduler and one worker started as the guide says: (scheduler file, scheduler, worker)."""
    file = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    ours = {"env": sc.quiet(), "cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file)]
    worker = [*dask, "worker", "--scheduler-file", str(file), "--nthreads", "1", "--death-timeout", "20", "--no-nanny"]
    started = []
    try:
        started.append(subprocess.Popen([*scheduler, "--no-dashboard"], **ours))
        started.append(subprocess.Popen([*worker, "--no-dashboard"], **ours))
        patience = time.monotonic() + 60
        while not file.exists() and time.monotonic() < patience:
            time.sleep(0.1)
        cluster_worker.facts.cache_clear()  # the code may have been edited since these tests were collected
        yield file, *started
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_a_lost_scheduler_ends_in_a_sentence_and_the_next_run_goes_on(made, undisturbed, by_hand):
    file, scheduler, _ = by_hand
    slow = f"import time\ntime.sleep(3)\n{small.ANSWER_DOUBLE}"
    sc.hand_in(made, "zoe", sc.answered(made, **{**sc.RIGHT, "double": slow}))  # keeps the run from ending too early

    def tell(done, total, one):
        if one.how == "ran":
            scheduler.send_signal(signal.SIGKILL)

    with (
        pytest.raises(CourseError, match=r"scheduler is gone.*run `course grade` again"),
        cluster.connect(str(file)) as pool,
    ):
        engine.grade(made.root, pool=pool, tell=tell)
    with Journal(made.root / "journal") as journal:
        kept = [entry for entry in journal.all_replayed() if entry]
    assert 4 <= len(kept) < 19
    rest = sc.InProcess()
    summary = engine.grade(made.root, pool=rest, workers=1)
    assert 0 < len(rest.ran) < 16
    assert summary.count("up to date") == len(kept)
    told = sc.dump(made)
    assert told.pop(("zoe", small.LESSON))[-1] == 6
    assert told == sc.dump(undisturbed)


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_an_address_where_nobody_answers_is_one_sentence(made, monkeypatch):
    monkeypatch.setattr(cluster, "REACH", 1)
    address = f"tcp://127.0.0.1:{closed_port()}"
    with pytest.raises(CourseError, match=f"No Dask scheduler answers at {address}"), cluster.connect(address):
        pass
    command = [*COURSE, "grade", "--course", str(made.root), "--dask", "local:none"]
    told = subprocess.run(command, env=sc.quiet(), capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert told.stderr == ("course: --dask local:none: say how many workers this machine shall run, such as local:2.\n")


@pytest.mark.parametrize("address", ["nonsense", "local:0", "local:-1", "local:99999", "foo://x:1", "tcp://host:port"])
def test_a_wrong_address_is_one_sentence(address, monkeypatch):
    monkeypatch.setattr(cluster, "REACH", 1)
    with pytest.raises(CourseError) as caught, cluster.connect(address):
        pass
    assert address in str(caught.value)
    assert not address.startswith("local") or "say how many workers" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_dask_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CourseError, match=r"Dask is not installed here; .*pip install"), cluster.connect("local:2"):
        pass


class Scheduler:
    """A Dask client as far as its scheduler's versions go."""

    def __init__(self, packages):
        self.packages = packages

    def get_versions(self):
        return {"scheduler": {"packages": self.packages}}


@pytest.mark.parametrize(("package", "version"), [("distributed", "2020.1.0"), ("python", "3.2.1.final.0")])
def test_a_scheduler_of_another_version_is_refused(package, version):
    packages = {"distributed": cluster_worker.facts()["distributed"], "python": sys.version.split()[0]}
    cluster.same_versions(Scheduler(packages), "tcp://head:8786")
    with pytest.raises(CourseError, match=r"scheduler at tcp://head:8786 runs \w+ (2020.1.0|3.2), and this machine"):
        cluster.same_versions(Scheduler(packages | {package: version}), "tcp://head:8786")
