"""A class of hostile and broken notebooks, each beside the same notebook without its attack, graded in one run.

No verdict can be forged, nothing hidden is shown, nobody else is touched, and the run goes on to its end. The table of
what became of each is printed at the end of the tests.
"""

import json
import os
import re
import shutil
import socket
import threading
import time
from types import SimpleNamespace

import pytest

from grading import course as courses
from grading.confinement import mounts
from grading.confinement.conversation import ANSWER
from grading.confinement.protocol import SLACK
from grading.course.submitted import Submission
from grading.marking import engine, judge, outcome
from grading.marking.journal import Journal
from grading.marking.overlay import OUTCOMES
from grading.marking.prepare import job_of, lay_over
from grading.marking.reruns import CHANCES
from grading.marking.verdict import to_bytes
from grading.reporting import feedback
from tests.grading import small_course as sc
from tests.grading import small_lesson as small
from tests.grading.attacks import borrowing, exhausting, lying, mangled, spying, unforeseen
from tests.grading.attacks import course as hostile
from tests.grading.reporting.test_feedback import assert_harmless

WITHSTAND = {  # everything the grader must withstand, and the kinds of attack here that show it
    "endless loop": "endless loop",
    "while True in native code": "native loop",
    "recursion bomb": "recursion bomb",
    "memory bomb": "memory bomb",
    "fork bomb": "fork bomb",
    "full disk": "full disk",
    "gigabytes of output": "gigabytes of output",
    "os._exit, sys.exit, killing the kernel, SIGSTOP": "ending",
    "background threads and processes that outlive the cell": "background",
    "looking for hidden cells and for expected values": "looking ahead",
    "hidden inputs carried out": "carrying out",
    "patching the checker, builtins, the shell": "patching",
    "objects that lie": "lying objects",
    "forged observations and verdicts": "forging",
    "forged nbgrader metadata, points, ids, tags": "forged metadata",
    "duplicated, deleted, reordered, converted cells": "moved cells",
    "raw HTML and scripts in outputs": "scripts",
    "symlinks, odd names, files that shadow modules": "links and names",
    "100 MB, nbformat 3, invalid JSON or UTF-8, NaN, control characters": "broken files",
    "network exfiltration": "network",
    "leaving files or processes for the next submission": "leaving things behind",
    "exhausting inodes": "inodes",
    "process names that nobody can read": "odd names",
    "numbers that are too long, or none": "odd numbers",
    "values of depths and types that no check sees": "odd values",
    "values that take the square of their length to read": "slow to read",
    "limits that multiply": "limits together",
    "the library's function as the answer": "the library answers",
    "attacking the warm process by memory, ptrace or signals": "the warm process",
}


class Listening:
    """Sockets on this machine that count who comes."""

    def __init__(self, folder, name="class"):
        self.came, self.path, self.abstract = [], str(folder / "s"), f"\0{name}-{os.getpid()}"
        self.sockets = [socket.create_server(("127.0.0.1", 0))]
        for address in (self.abstract, self.path):
            self.sockets.append(socket.socket(socket.AF_UNIX))
            self.sockets[-1].bind(address)
            self.sockets[-1].listen()
        self.port = self.sockets[0].getsockname()[1]
        self.address = socket.gethostbyname(socket.gethostname())
        for one in self.sockets:
            threading.Thread(target=self._accept, args=(one,), daemon=True).start()

    def _accept(self, one):
        while True:
            try:
                connection, _ = one.accept()
            except OSError:
                return
            self.came.append(one.getsockname() if connection else "")
            connection.close()

    def close(self):
        for one in self.sockets:
            one.shutdown(socket.SHUT_RDWR)
            one.close()


def state(root):
    """All files that grading has no business to change; what failing checks saw is kept beside the hidden values."""
    folders = ("source", "release", "hidden", "submitted")
    paths = [p for folder in folders for p in root.glob(f"{folder}/**/*")] + [root / "nbgrader_config.py"]
    paths = [p for p in paths if not p.is_relative_to(root / "hidden" / "observed")]
    return {str(p): (p.lstat().st_mtime_ns, p.lstat().st_size) for p in sorted(paths)}


@pytest.fixture
def after(tmp_path_factory):
    """The class, handed in, graded by two workers and fed back: all that is known of it afterwards."""
    folder = tmp_path_factory.mktemp("attacks")
    made = courses.init(folder / "course", [hostile.lesson_files()])
    listening = Listening(folder)
    told = spying.attacks(listening, made.root, mounts.ROOT, "/root")
    more = *mangled.ATTACKS, *unforeseen.ATTACKS, *borrowing.ATTACKS
    pairs = hostile.hand_in(made, (*exhausting.ATTACKS, *told, *lying.ATTACKS, *more))
    before, pool = state(made.root), hostile.Watching(2)
    with pytest.MonkeyPatch.context() as patch, pool:
        patch.setattr("grading.course.folder.Limits", lambda: hostile.LOW)
        summary = engine.grade(made.root, pool=pool, workers=2)
        calm = engine.grade(made.root, pool=pool, workers=2)
    feedback.write(made.root)
    with Journal(made.root / "journal", exclusive=False) as journal:
        keys = {one["student"]: one["key"] for one in journal.all_replayed().values()}
    yield SimpleNamespace(
        made=made,
        pairs=pairs,
        pool=pool,
        summary=summary,
        calm=calm,
        graded={one.student: one for one in summary.graded},
        keys=keys,
        written=sc.dump(made),
        before=before,
        after=state(made.root),
        listening=listening,
    )
    listening.close()
    shutil.rmtree(folder, ignore_errors=True)


def runs(after, student):
    """The Runs of one submission with their seconds, the first first; [] when it was not run."""
    return after.pool.runs.get(after.keys[student], [])


def page(after, student):
    return after.made.root / "autograded" / student / small.LESSON / f"{small.LESSON}.ipynb"


def shown(after, student):
    """Everything that is shown of one submission, as text."""
    one, nb = after.graded[student], hostile.read(page(after, student))
    outputs = [str(output) for cell in nb.cells for output in cell.get("outputs", [])]
    reasons = [check.reason for check in one.verdict.checks.values()]
    return "\n".join([*outputs, *reasons, *one.verdict.repairs, one.verdict.sentence])


def table(after):
    """What became of each attack, one line each."""
    lines = [f"{'attack':62} {'outcome':10} {'ended':13} points  of  control     CPU s   s"]
    for attack, student, control in after.pairs:
        one, ran = after.graded[student], runs(after, student)
        ended = ran[0][0].ended if ran else "not run"
        score, honest = one.verdict.score, after.graded[control].verdict.score
        cpu, seconds = sum(run.cpu for run, _ in ran), sum(s for _, s in ran)
        lines.append(
            f"{attack.item + ': ' + attack.name:62.62} {one.outcome:10} {ended:13} {score:6g}   6  {honest:7g} "
            f"{cpu:9.2f} {seconds:5.1f}"
        )
    cpu = sum(run.cpu for ran in after.pool.runs.values() for run, _ in ran)
    lines.append(
        f"{len(after.pairs)} attacks, each with its control, in one run: {after.summary.seconds:.0f} s, "
        f"{cpu:.0f} s of CPU in the sandbox ({after.summary.isolation})"
    )
    return "\n".join(lines)


def there_are_sixty_attacks_and_more_and_every_kind_is_among_them(after):
    assert len(after.pairs) >= 60
    assert len({attack.item + attack.name for attack, _, _ in after.pairs}) == len(after.pairs)
    assert {attack.item for attack, _, _ in after.pairs} == set(WITHSTAND.values())


def the_run_went_to_its_end_and_every_notebook_has_a_named_outcome(after):
    students = {hostile.VICTIM, *(s for _, *pair in after.pairs for s in pair)}
    assert set(after.graded) == students
    assert {student for student, _ in after.written} == students
    for attack, student, control in after.pairs:
        assert after.graded[student].outcome == attack.outcome, attack.name
        assert after.graded[control].outcome == "graded"
    assert {one.outcome for one in after.summary.graded} <= set(OUTCOMES)
    assert after.calm.count("up to date") == len(students), "and a second run has nothing left to do"


def stopped_in_its_own_cell(after, run):
    """Whether a limit stopped one cell, and that is none of the lesson's."""
    skeleton = after.made.skeleton(small.LESSON)
    stopped = [cell for cell in run.cells.values() if cell.status == "killed"]
    own = [cell for cell in stopped if cell.id not in skeleton.by_id and cell.id not in skeleton.by_grade_id]
    return len(stopped) == len(own) == 1 and own[0].reason in ("cpu limit", "wall limit", "memory limit")


def every_attack_took_place(after):
    missed = []
    for attack, student, _ in after.pairs:
        ran = runs(after, student)
        assert ran or attack.outcome != "graded", attack.name
        if attack.ended and ran[0][0].ended not in attack.ended.split("|"):
            missed.append((attack.name, ran[0][0].ended, ran[0][0].detail))
        if attack.stopped and not stopped_in_its_own_cell(after, ran[0][0]):
            missed.append(
                (attack.name, ran[0][0].ended, [(c.id, c.status, c.reason) for c in ran[0][0].cells.values()])
            )
        if attack.shows and not re.search(attack.shows, shown(after, student)):
            missed.append((attack.name, attack.shows, shown(after, student)[:600]))
    assert not missed, "\n".join(map(str, missed))


def no_attack_scores_more_than_the_honest_work_and_most_cost_nothing(after):
    wrong = []
    for attack, student, control in after.pairs:
        mine, honest = (after.graded[s].verdict.score for s in (student, control))
        assert honest == hostile.HONEST_SCORE
        due = honest if attack.outcome == "graded" else 0
        if mine > due or (mine < due and not attack.costs):
            wrong.append(
                (attack.item, attack.name, mine, [c.reason for c in after.graded[student].verdict.checks.values()])
            )
    assert not wrong, "\n".join(map(str, wrong))
    for student, one in after.graded.items():
        marks = after.written[student, small.LESSON][0]
        assert sum(auto or 0 for auto, *_ in marks.values()) == one.verdict.score


def no_other_submission_is_touched(after):
    """Every control, though it ran in the same warm process after an attack, is judged as where nothing is confined."""
    nb = hostile.honest(after.made, "witness")
    witness = Submission("witness", small.LESSON, small.raw(nb))
    laid = lay_over(after.made, witness)
    job = job_of(after.made, witness, laid)
    records, skeleton = after.made.records(small.LESSON), after.made.skeleton(small.LESSON)
    witness = judge.judge(records, sc.run(job), engine.points_of(skeleton))
    for _, _, control in after.pairs:
        ((run, _),) = runs(after, control)
        assert run.ended == "finished", (control, run.detail)
        assert run.isolation.differs == ()
        assert to_bytes(after.graded[control].verdict) == to_bytes(witness), control
        assert not any(cell.outputs for name, cell in run.cells.items() if not name.startswith(("check", "predict")))
    assert to_bytes(after.graded[hostile.VICTIM].verdict) == to_bytes(witness)


def nothing_of_any_attack_is_alive(after):
    """Once all have run, only the warm process itself is left in the sandbox."""
    assert after.pool.left == 0


def no_attack_reaches_a_file_or_the_network(after):
    assert after.listening.came == []
    assert after.before == after.after
    for attack, student, _ in after.pairs:
        assert not re.search(r"REACHED \[[^\]]", shown(after, student)), attack.name
        assert "SHADOWED" not in shown(after, student)


def test_the_sockets_do_count_who_comes(tmp_path):
    listening = Listening(tmp_path, name="control")
    for one in listening.sockets:
        with socket.socket(one.family) as control:
            control.connect(one.getsockname())
    end = time.monotonic() + 10
    while len(listening.came) < 3 and time.monotonic() < end:
        time.sleep(0.02)
    listening.close()
    assert len(listening.came) == 3


def no_attack_takes_longer_than_its_limits(after):
    limits = hostile.LOW
    for attack, student, _ in after.pairs:
        ran = runs(after, student)
        assert len(ran) <= 1 + CHANCES, attack.name
        for run, seconds in ran:
            assert run.wall <= limits.wall + SLACK + ANSWER, attack.name
            assert run.cpu <= limits.cpu + 4, attack.name
            assert run.peak_memory <= 2 * limits.memory, attack.name
            assert run.rerun or seconds <= run.wall + 20, attack.name


def no_hidden_value_is_shown_anywhere(after):
    told = {}
    for folder in ("autograded", "feedback", "release"):
        for path in after.made.root.glob(f"{folder}/**/*"):
            if path.is_file() and hostile.VICTIM not in str(path):
                told[str(path)] = path.read_bytes().decode("utf-8", "replace")
    with Journal(after.made.root / "journal", exclusive=False) as journal:
        for entry in journal.all_replayed().values():
            if entry["key"]:
                told["journal of " + entry["student"]] = json.dumps(journal.result(entry["key"]))
    written = {pair: told[:2] for pair, told in after.written.items() if pair[0] != hostile.VICTIM}
    told["gradebook"] = str(written)
    told["json"] = "".join(outcome.json_pieces(after.summary))
    assert len(told) > 3 * len(after.pairs)
    pattern = re.compile("|".join(re.escape(form) for form in hostile.LOOT))
    found = {name: pattern.search(text).group() for name, text in told.items() if pattern.search(text)}
    assert found == {}


def the_search_for_hidden_values_finds_them_where_they_are(after):
    pattern = re.compile("|".join(re.escape(form) for form in hostile.LOOT))
    assert pattern.search((after.made.root / "source" / small.LESSON / f"{small.LESSON}.ipynb").read_text())
    assert pattern.search(page(after, hostile.VICTIM).read_text())


def no_script_of_a_students_is_on_any_page(after):
    harmful = re.compile(r"<script|onerror=|onload=|<iframe|javascript:", re.I)
    for attack, student, _ in after.pairs:
        for path in after.made.root.glob(f"feedback/{student}/**/*.html"):
            text = path.read_text()
            assert_harmless(text)
        for cell in hostile.read(page(after, student)).cells:
            if cell.cell_type == "markdown":
                assert not re.search(r"<(script|img|svg|iframe)", cell.source, re.I), attack.name
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                assert not set(data) & {"application/javascript", "application/vnd.jupyter.widget-view+json"}
                assert not harmful.search("".join(data.get("text/html", ""))), attack.name
    assert len(list(after.made.root.glob("feedback/*/*/*.html"))) == len(after.graded)


def test_no_attack_gains_reaches_delays_touches_shows_or_stops_anything(after, record_property):
    """One test, so that the class is graded once however the tests are spread over processes."""
    record_property("table", table(after))
    there_are_sixty_attacks_and_more_and_every_kind_is_among_them(after)
    the_run_went_to_its_end_and_every_notebook_has_a_named_outcome(after)
    every_attack_took_place(after)
    no_attack_scores_more_than_the_honest_work_and_most_cost_nothing(after)
    no_other_submission_is_touched(after)
    nothing_of_any_attack_is_alive(after)
    no_attack_reaches_a_file_or_the_network(after)
    no_attack_takes_longer_than_its_limits(after)
    no_hidden_value_is_shown_anywhere(after)
    the_search_for_hidden_values_finds_them_where_they_are(after)
    no_script_of_a_students_is_on_any_page(after)
