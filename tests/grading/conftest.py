"""What many tests rest on, made once and read only: a course folder with a class, a small lesson built and proven."""

import fcntl
import functools
import os
import pickle
import shutil

import pytest
from nbgrader import api

from grading.course import Course
from grading.marking import engine
from grading.proving import margins
from tests.grading import small_course as sc
from tests.grading import small_lesson as small
from tests.grading.means import PATH, write_means


def copy(blank, to):
    """A copy of a course folder that knows its new place."""
    shutil.copytree(blank, to)
    config = to / "nbgrader_config.py"
    config.write_text(config.read_text().replace(str(blank), str(to)))
    return Course(to)


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """`once(name, make)` is what `make(folder)` returns in the first process of a test run that asks for `name`."""
    place = tmp_path_factory.getbasetemp()
    place = place.parent if "PYTEST_XDIST_WORKER" in os.environ else place

    def get(name, make):
        folder, kept = place / f"once-{name}", place / f"once-{name}.pickle"
        with open(place / f"once-{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                folder.mkdir()
                kept.write_bytes(pickle.dumps(make(folder)))
            return pickle.loads(kept.read_bytes())

    return get


@pytest.fixture(scope="session")
def empty(once):
    """A course folder with the small lesson, where nobody handed in anything."""
    return Course(once("empty", lambda folder: sc.make(folder / "course").root))


@pytest.fixture(scope="session")
def blank(once):
    """A course folder with a class of 18 handed in and nothing graded."""

    def make(folder):
        made = sc.make(folder / "course")
        sc.hand_in_class(made, 14)
        sc.hand_in(made, "broken", b"{")
        sc.hand_in(made, "empty", b"")
        sc.hand_in(made, "renamed", sc.answered(made, **sc.RIGHT), name="my homework.ipynb")
        (made.root / "submitted" / "absent" / small.LESSON).mkdir(parents=True)
        return made.root

    return once("blank", make)


@pytest.fixture
def made(blank, tmp_path):
    """A fresh copy of the blank course folder."""
    return copy(blank, tmp_path / "course")


@pytest.fixture(scope="session")
def undisturbed(blank, tmp_path_factory):
    """The same class graded without any disturbance."""
    made = copy(blank, tmp_path_factory.mktemp("undisturbed") / "course")
    engine.grade(made.root, pool=sc.InProcess(), workers=2)
    return made


@pytest.fixture
def graded(undisturbed, tmp_path):
    """A copy of the graded class that a test may change."""
    return copy(undisturbed.root, tmp_path / "graded")


@pytest.fixture(scope="session")
def demo(once):
    """The demo's course folder, graded in the sandbox, fed back and reported: (Course, Summary)."""

    def make(folder):
        from grading.commands import demo
        from grading.reporting import feedback, report

        made = demo.prepare(folder / "course")
        summary = engine.grade(made.root)
        feedback.write(made.root)
        report.write(made.root)
        return made.root, summary

    root, summary = once("demo", make)
    return Course(root), summary


@pytest.fixture
def _one_process(monkeypatch):
    """Without the other BLAS kernels and threads: those processes do not matter to what is tested."""
    monkeypatch.setattr(margins, "PROCESSES", {})


@pytest.fixture(scope="session", autouse=True)
def _own_stamps(tmp_path_factory):
    """No stamp of an earlier run: builds in tests see the reference run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grading.publishing.build.STAMPS", tmp_path_factory.mktemp("stamps"))
        patch.setattr("grading.publishing.steps.MEMORY", tmp_path_factory.mktemp("steps") / "steps.json")
        yield


@pytest.fixture(scope="session", autouse=True)
def _asked_once():
    """For each new gradebook nbgrader starts `alembic`, two seconds of a processor, to be told the same version."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api, "get_alembic_version", functools.cache(api.get_alembic_version))
        yield


@pytest.fixture(scope="session")
def means_built(tmp_path_factory):
    """A folder with the lesson of means, built; to be read only."""
    from grading.publishing.build import Folders, build

    root = tmp_path_factory.mktemp("means")
    (root / "solutions").mkdir()
    write_means(root / "solutions")
    folders = Folders(root / "solutions", root / "notebooks")
    build(folders)
    return folders


@pytest.fixture(scope="session")
def means_records(means_built):
    """Its records, {"visible": Record, "hidden": Record}; to be read only."""
    from grading.proving.record import read_record

    parts = {"visible": means_built.expected, "hidden": means_built.hidden}
    return {part: read_record(folder / f"{PATH.stem}.npz") for part, folder in parts.items()}


@pytest.fixture(scope="session")
def means_certified(means_built, tmp_path_factory):
    """(its Certificate, the cache that holds the proofs)."""
    from grading.lessons.source import read_lessons
    from grading.proving import certificate

    cache = tmp_path_factory.mktemp("cache")
    return certificate.certify(read_lessons(means_built.solutions), means_built, cache=cache), cache
