"""What comes back from a cluster's pool: a Run, or one sentence; and what is sent there: no hidden value."""

import concurrent.futures
import pickle

from course_lib.evidence.compare import save_record
from grading.confinement import cluster_pool, cluster_worker
from grading.confinement.job import Job, Step
from grading.course import Course
from grading.errors import CourseError
from grading.marking import engine
from tests.grading import small_course as sc
from tests.grading import small_lesson as small

JOB = Job("key", "00_small", (), (Step("check-a", "the hidden source", "a", "hidden"),), files={"a.npz": b"bytes"})


class Task(concurrent.futures.Future):
    """A future of Dask as far as the pool looks at it."""

    status = "finished"


class Client:
    """A Dask client as far as the pool needs one; `outcome(function, *arguments)` decides each task."""

    status = "running"

    def __init__(self, outcome):
        self.outcome, self.sent = outcome, []

    def nthreads(self):
        return {"tcp://one:1": 400}

    def submit(self, function, *arguments, key, pure):
        self.sent.append((function, arguments))
        task = Task()
        try:
            task.set_result(self.outcome(function, *arguments))
        except Exception as error:
            task.set_exception(error)
        return task

    def cancel(self, tasks):
        pass


def failing(error):
    def outcome(function, *arguments):
        raise error

    return outcome


def test_a_submission_lost_with_four_workers_runs_on_this_machine(monkeypatch):
    from distributed import KilledWorker

    said, here = [], sc.InProcess()
    here.close = lambda: None
    monkeypatch.setattr("grading.confinement.cluster_pool.SandboxPool", lambda n, trust: here)
    with cluster_pool.Cluster(Client(failing(KilledWorker("key", None, 3))), say=said.append) as pool:
        run = pool.submit(Job("key", "00_small", (Step("one", "1 + 1"),))).result(5)
    assert run.cells["one"].status == "ok"
    assert here.ran == ["key"]
    assert "runs on this machine" in said[-1]


def test_workers_that_come_and_go_are_told_once_each():
    said, client = [], Client(None)
    with cluster_pool.Cluster(client, say=said.append) as pool:
        for workers in ({"a": 400}, {}, {}, {"b": 1}, {"b": 1, "c": 2}):
            client.nthreads = lambda workers=workers: workers
            pool.count()
        assert pool.ahead == cluster_pool.FEWEST
    assert said == [
        "Dask: 1 worker, 400 submissions at once.",
        "Dask has no worker now: grading goes on when one comes. Ctrl-C loses nothing.",
        "Dask: 1 worker, 1 submission at once.",
    ]


def test_a_cluster_without_the_package_is_one_sentence():
    with cluster_pool.Cluster(Client(failing(ModuleNotFoundError("No module named 'grading'")))) as pool:
        error = pool.submit(JOB).exception(5)
    assert isinstance(error, CourseError)
    assert "No module named 'grading'" in str(error)
    assert "install the same version" in str(error)


def test_a_workers_trouble_reaches_the_instructor():
    with cluster_pool.Cluster(Client(lambda *_: cluster_worker.Trouble("Install bubblewrap."))) as pool:
        error = pool.submit(JOB).exception(5)
    assert isinstance(error, CourseError)
    assert str(error) == "A Dask worker cannot grade: Install bubblewrap."


def test_no_hidden_expected_value_is_sent_and_a_lessons_files_go_once(made):
    records = small.records()
    records["hidden"].checks["double"]["lines"][0]["value"] = "only the judge knows"
    save_record(made.root / "hidden" / f"{small.LESSON}.npz", records["hidden"])
    told = Course(made.root).records(small.LESSON)["hidden"].checks["double"]
    assert b"only the judge knows" in pickle.dumps(told["lines"])

    def outcome(function, *arguments):
        return arguments[0] if function is cluster_worker.hand_over else sc.run(arguments[0].job)

    client = Client(outcome)
    with cluster_pool.Cluster(client) as pool:
        summary = engine.grade(made.root, pool=pool)
        assert pool.ahead == cluster_pool.MOST
    assert summary.count("ran") == 15
    sent = [pickle.dumps([one for one in arguments if not isinstance(one, concurrent.futures.Future)])
            for _, arguments in client.sent]  # fmt: skip
    assert not [one for one in sent if b"only the judge knows" in one]
    assert [function for function, _ in client.sent].count(cluster_worker.hand_over) == 1
    (orders,) = {
        len(arguments[0].job.files) for function, arguments in client.sent if function is cluster_worker.run_order
    }
    assert orders == 0
