"""A Dask worker runs what it can run just as the caller would, and says in a sentence why it cannot."""

import pickle

import pytest

from grading.confinement import cluster_worker
from grading.confinement.job import Job, Step
from grading.errors import CourseError

JOB = Job("key", "00_small", (), (Step("check-a", "the hidden source", "a", "hidden"),), files={"a.npz": b"bytes"})


@pytest.mark.parametrize("name", ["this course's package", "Python", "numpy", "torch", "distributed"])
def test_a_worker_of_another_version_runs_nothing_and_names_the_difference(name):
    other = cluster_worker.facts() | {name: "another"}
    told = cluster_worker.run_order(cluster_worker.Order(JOB, other), cluster_worker.Files({}))
    assert isinstance(told, cluster_worker.Trouble)
    assert name in told.says
    assert cluster_worker.facts()[name] in told.says
    assert "another" in told.says


def test_a_worker_without_a_sandbox_says_so_instead_of_raising(monkeypatch):
    def none_here(trust):
        raise CourseError("Install bubblewrap.")

    monkeypatch.setattr(cluster_worker, "_sandbox", none_here)
    told = cluster_worker.run_order(cluster_worker.Order(JOB, cluster_worker.facts()), cluster_worker.Files({}))
    assert told == cluster_worker.Trouble("Install bubblewrap.")


def test_what_dask_may_log_of_a_job_shows_no_hidden_source():
    order = cluster_worker.Order(JOB, cluster_worker.facts())
    shown = f"{order!r} {order} {cluster_worker.Files(JOB.files)!r}"
    assert "hidden source" not in shown
    assert "bytes" not in shown
    assert pickle.loads(pickle.dumps(order)).job == JOB
