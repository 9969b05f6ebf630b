"""nbgrader's exchange with two users of the system's own, as on one JupyterHub; root runs it, by command:

    python -m tests.grading.course.hub_users

It makes two users without rights (useradd), lets each fetch and submit by nbgrader's own commands, lets `course watch`
grade the exchange's inbound folder, gives feedback back, and removes the users. On the way each tries what it may not:
look for the other's submission, read the other's page and the course folder, hand in under the other's name.
"""

import contextlib
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from grading.confinement import mounts
from tests.grading import places
from tests.grading import small_course as sc
from tests.grading import small_lesson as small

COURSE = "dl"
USERS = {"courseann": sc.RIGHT, "courseben": {"double": small.ANSWER_DOUBLE}}


@contextlib.contextmanager
def two_users(root):
    """Make the users, their homes below `root`; they are gone afterwards."""
    made = []
    try:
        for name in USERS:
            subprocess.run(["useradd", "--create-home", "--home-dir", root / name, name], check=True)
            made.append(name)
        yield
    finally:
        for name in made:
            subprocess.run(["userdel", "--remove", name], capture_output=True, check=False)


class Hub:
    """The folders of the instructor (root here) and of everybody, and programs run by one user or another."""

    def __init__(self, root):
        self.root, self.exchange = root, root / "exchange"
        self.exchange.mkdir()
        self.exchange.chmod(0o777)
        self.made = sc.make(root / "course")
        self.made.root.chmod(0o700)
        self.lower = self._python()

    def _python(self):
        """(program, environment) of a Python that every user can read: copies of what lies below a private home."""
        here = mounts.this_interpreter()
        base = here.base
        if not places.open_to_all(base):
            base = self.root / "python"
            places.copy(here.base / "lib", base / "lib", ("site-packages", "test", "idlelib"))
            places.copy(here.base / "bin", base / "bin")
        packages = [
            p if places.open_to_all(p) else places.copy(p, self.root / f"packages{i}")
            for i, p in enumerate(here.packages)
        ]
        paths = {"PYTHONPATH": ":".join(map(str, packages)), "LD_LIBRARY_PATH": str(base / "lib")}
        return base / "bin" / Path(here.executable).name, paths

    def as_user(self, name, *words, cwd=None):
        """A program as this user: (exit status, what it printed)."""
        who = pwd.getpwnam(name)
        env = {
            "HOME": who.pw_dir,
            "USER": name,
            "PATH": "/usr/bin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
            **self.lower[1],
        }
        done = subprocess.run(
            [str(word) for word in words], cwd=cwd or who.pw_dir, env=env, user=who.pw_uid, group=who.pw_gid,
            extra_groups=[], capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def nbgrader(self, name, *words):
        """One of nbgrader's commands as this user; AssertionError with what it said where it fails."""
        options = (f"--Exchange.root={self.exchange}", f"--course={COURSE}")
        status, said = self.as_user(name, self.lower[0], "-m", "nbgrader", *words, *options)
        assert status == 0, f"{name}: nbgrader {' '.join(words)}: {said}"
        return said

    def instructor(self, *words, module="grading.cli"):
        """A command of the instructor's in the course folder."""
        done = subprocess.run(
            [sys.executable, "-m", module, *map(str, words)],
            cwd=self.made.root, env=sc.quiet(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr


def answer(path, answers):
    """Put answers into a fetched notebook, as its owner would."""
    told = json.loads(path.read_text())
    for cell in told["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(grade_id, cell["source"])
    path.write_text(json.dumps(told))


def say(text):
    print(text, flush=True)


def main():
    if os.geteuid() != 0:
        sys.exit("this makes users: run it as root")
    root = Path(tempfile.mkdtemp(prefix="course-hub-"))
    root.chmod(0o755)
    start = time.monotonic()
    try:
        with two_users(root):
            _walk(Hub(root))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    say(f"all held, {time.monotonic() - start:.0f} s")


def _walk(hub):
    options = (f"--Exchange.root={hub.exchange}", f"--course={COURSE}")
    status, said = hub.instructor("release_assignment", small.LESSON, *options, module="nbgrader")
    assert status == 0, said
    inbound = hub.exchange / COURSE / "inbound"
    for name, answers in USERS.items():
        hub.nbgrader(name, "fetch_assignment", small.LESSON)
        answer(Path(pwd.getpwnam(name).pw_dir) / small.LESSON / f"{small.LESSON}.ipynb", answers)
        hub.nbgrader(name, "submit", small.LESSON)
    ann, ben = USERS
    say("both fetched and submitted")
    _refused(hub, ben, "ls", inbound)
    _refused(hub, ben, "ls", hub.made.root)
    _refused(hub, ben, "cat", hub.made.root / "hidden" / f"{small.LESSON}.npz")
    say("neither finds the other's work (the folder's name ends in a random word), nor reads the course folder")

    watch = ("watch", inbound, "--course", hub.made.root, "--once", "--every", "0.2")
    status, said = hub.instructor(*watch)
    assert status == 0, said
    marks = {student: row[-1] for (student, _), row in sc.dump(hub.made).items()}
    assert marks == {ann: 6, ben: 2}, (marks, said)
    say(f"course watch: {marks}")

    later = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(time.time() + 60))
    forged = inbound / f"{ann}+{small.LESSON}+{later}+forged"
    blank = hub.exchange / COURSE / "outbound" / small.LESSON / f"{small.LESSON}.ipynb"
    assert hub.as_user(ben, "sh", "-c", 'mkdir "$0" && cp "$1" "$0"', forged, blank)[0] == 0
    status, said = hub.instructor(*watch)
    assert status == 1, said
    assert f"says it is {ann}'s but belongs to {ben}; it was left" in said, said
    assert {student: row[-1] for (student, _), row in sc.dump(hub.made).items()} == marks
    say("what one hands in under the other's name is left and told")

    assert hub.instructor("feedback", "90", "--course", hub.made.root)[0] == 0
    status, said = hub.instructor("release_feedback", small.LESSON, *options, module="nbgrader")
    assert status == 0, said
    pages = {}
    for name in USERS:
        hub.nbgrader(name, "fetch_feedback", small.LESSON)
        home = Path(pwd.getpwnam(name).pw_dir)
        (pages[name],) = (home / small.LESSON / "feedback").glob("*/*.html")
        assert f"Feedback for {name}" in pages[name].read_text()
    Path(pwd.getpwnam(ann).pw_dir).chmod(0o700)  # as a hub makes homes
    _refused(hub, ben, "cat", pages[ann])
    say("each got their own page")


def _refused(hub, name, *words):
    status, said = hub.as_user(name, *words)
    assert status != 0, f"{name} could: {' '.join(map(str, words))}: {said[:200]}"
    assert "ermission denied" in said, said


if __name__ == "__main__":
    main()
