"""nbgrader's own exchange works on the folder: students fetch, submit, get feedback; a folder that moved goes on."""

import logging
import shutil

import nbformat
import pytest
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import default
from traitlets.config import Config

from grading.course import Course, load_config
from grading.marking import engine
from grading.reporting import feedback
from tests.grading import small_course as sc
from tests.grading import small_lesson as small

NAME = "deep-learning"


class Hub:
    """A course folder, an exchange and the students' home folders, as on one JupyterHub."""

    def __init__(self, root, course):
        self.root, self.course, self.exchange = root, course, root / "exchange"
        self.exchange.mkdir()
        self.exchange.chmod(0o777)

    def home(self, user):
        """A user's folder, with nbgrader's memory of what was handed in."""
        folder = self.root / "home" / user
        (folder / ".cache").mkdir(parents=True, exist_ok=True)
        return folder

    def run(self, step, user="", **options):
        """One step of nbgrader's exchange, by an instructor (the folder's own configuration) or a student."""
        config = Config() if user else load_config(self.course.root)
        config.Exchange.root = str(self.exchange)
        config.Exchange.assignment_dir = str(self.home(user or "teacher"))
        config.Exchange.cache = str(self.home(user or "teacher") / ".cache")
        config.CourseDirectory.course_id = NAME
        config.CourseDirectory.assignment_id = small.LESSON
        config.CourseDirectory.student_id = user
        config.ExchangeCollect.check_owner = False
        if user:
            config.CourseDirectory.root = str(self.home(user))
        quiet = logging.getLogger("tests.exchange")
        quiet.setLevel(logging.CRITICAL)
        coursedir = CourseDirectory(config=config)
        options |= {"authenticator": Authenticator(config=config), "log": quiet}
        return getattr(default, step)(coursedir=coursedir, config=config, **options).start()


@pytest.fixture
def hub(tmp_path):
    made = sc.make(tmp_path / "course")
    there = Hub(tmp_path, made)
    there.run("ExchangeReleaseAssignment")
    return there


def submit(hub, user, monkeypatch, **answers):
    """Fetch, answer and submit as this student does."""
    monkeypatch.setenv("JUPYTERHUB_USER", user)
    monkeypatch.setattr("nbgrader.exchange.default.submit.get_username", lambda: user)
    hub.run("ExchangeFetchAssignment", user)
    path = hub.home(user) / small.LESSON / f"{small.LESSON}.ipynb"
    assert (path.parent / "expected" / f"{small.LESSON}.npz").is_file()
    nb = nbformat.read(path, 4)
    for cell in nb.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    nbformat.write(nb, path)
    monkeypatch.chdir(hub.home(user))
    hub.run("ExchangeSubmit", user)


def test_two_students_fetch_submit_and_get_their_own_feedback(hub, monkeypatch):
    submit(hub, "ann", monkeypatch, **sc.RIGHT)
    submit(hub, "ben", monkeypatch, double=small.ANSWER_DOUBLE)
    hub.run("ExchangeCollect")
    sc.hand_in(hub.course, "mail", sc.answered(hub.course, **sc.RIGHT))  # by another way, without a secret
    assert hub.course.students(small.LESSON) == ["ann", "ben", "mail"]
    summary = engine.grade(hub.course.root, pool=sc.InProcess(), workers=1)
    assert {one.student: one.verdict.score for one in summary.graded} == {"ann": 6, "ben": 2, "mail": 6}
    feedback.write(hub.course.root)
    hub.run("ExchangeReleaseFeedback")
    for user in ("ann", "ben"):
        monkeypatch.setattr("nbgrader.exchange.default.fetch_feedback.get_username", lambda user=user: user)
        hub.run("ExchangeFetchFeedback", user)
        (page,) = (hub.home(user) / small.LESSON / "feedback").glob("*/*.html")
        assert f"Feedback for {user}" in page.read_text()


def test_what_was_handed_in_through_the_exchange_is_late_or_not_by_its_time(hub, monkeypatch):
    from datetime import datetime

    from grading.marking import decide

    submit(hub, "ann", monkeypatch, **sc.RIGHT)
    hub.run("ExchangeCollect")
    engine.grade(hub.course.root, pool=sc.InProcess(), workers=1)
    told = decide.due(hub.course.root, "90", datetime(2020, 1, 1))
    assert told.summary.graded[0].mark.late > 365 * 24 * 3600


def test_nbgraders_list_names_what_is_released_and_what_came_in(hub, monkeypatch):
    assert [row["assignment_id"] for row in hub.run("ExchangeList")] == [small.LESSON]
    submit(hub, "ann", monkeypatch, **sc.RIGHT)
    (row,) = hub.run("ExchangeList", inbound=True)
    assert (row["student_id"], row["assignment_id"]) == ("ann", small.LESSON)


def test_a_moved_folder_goes_on_where_it_was(hub, monkeypatch):
    submit(hub, "ann", monkeypatch, **sc.RIGHT)
    hub.run("ExchangeCollect")
    engine.grade(hub.course.root, pool=sc.InProcess(), workers=1)
    shutil.move(hub.course.root, hub.root / "elsewhere")
    hub.course = Course(hub.root / "elsewhere")
    summary = engine.grade(hub.course.root, pool=sc.InProcess(), workers=1)
    assert [one.how for one in summary.graded] == ["up to date"]
    (page,) = feedback.write(hub.course.root)
    assert page.is_relative_to(hub.course.root)
    hub.run("ExchangeReleaseFeedback")
    assert not (hub.root / "course").exists()


def test_a_folder_whose_configuration_names_another_place_is_found_and_put_right(hub):
    from grading import course

    config = hub.course.root / "nbgrader_config.py"
    text = config.read_text()
    line = "c.CourseDirectory.root = str(Path(__file__).resolve().parent)"
    assert text.count(line) == 1
    config.write_text(text.replace(line, "c.CourseDirectory.root = '/gone'") + "\n# mine\n")
    assert load_config(hub.course.root).CourseDirectory.root == str(hub.course.root)
    course.init(hub.course.root, [])
    namespace = {"__file__": str(config), "get_config": Config}
    exec(config.read_text(), namespace)
    assert namespace["c"].CourseDirectory.root == str(hub.course.root)
    assert config.read_text().endswith("# mine\n")
