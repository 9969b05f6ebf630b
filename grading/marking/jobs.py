"""From a laid-over notebook to a job for the sandbox; from its run to a result and a notebook dressed with it.

A job holds all that decides a verdict; its key is the hash of that. So a result is found again when the same work is
handed in a second time, and not when the lesson, the limits or the grader changed.
"""

import functools
import hashlib
import json
from dataclasses import asdict, replace

from nbformat import from_dict

from grading.confinement.job import Job, Step
from grading.lessons.cells import open_hidden
from grading.marking import hidden_tests
from grading.marking.borrowed import borrowed
from grading.marking.cause import first_failed, made_again
from grading.marking.display_cells import needed
from grading.marking.footing import founded
from grading.marking.given import early
from grading.marking.judge import Judge, not_begun, not_graded, not_their_own
from grading.marking.match import same_text
from grading.marking.safe_markdown import safe_markdown
from grading.marking.safe_outputs import MAX_HTML, safe_outputs
from grading.marking.undrawn import drawers, undrawn
from grading.marking.verdict import to_json


def make_job(nb, skeleton, records, *, fingerprint, limits, files, prints=None, whole=False):
    """The job of one laid-over notebook; `fingerprint` stands for the lesson's records and the grader, `prints` for
    files of which not every byte matters.

    The lesson's own cells that no grade depends on are left out (grading/marking/display_cells.py), and what only draws
    in the others (grading/marking/undrawn.py), unless `whole`.
    """
    steps = tuple(
        Step(step_id(cell), cell.source, _check_of(cell, skeleton))
        for cell in nb.cells
        if cell.cell_type == "code" and cell.source.strip() and not _skipped(cell, skeleton)
    )
    starts = {name: len(check["lines"]) for name, check in records["visible"].checks.items()}
    hidden = tuple(
        Step(c.grade_id, open_hidden(c.hidden, c.check, starts.get(c.check, 0)), c.check, "hidden")
        for c in skeleton.checks
        if c.hidden
    )
    beforehand = ()
    if not whole:
        steps, beforehand = _spared(steps, hidden, skeleton), _beforehand(hidden, skeleton)
    steps = founded(steps, hidden, skeleton)
    told = {
        "steps": [[s.id, s.source, s.check, s.part] for s in steps],
        "hidden": [[s.id, _hash(s.source), s.check] for s in hidden],
        "limits": asdict(limits),
        "files": {name: (prints or {}).get(name) or hashlib.sha256(data).hexdigest() for name, data in files.items()},
        "lesson": [skeleton.lesson, fingerprint],
    }
    key = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    forbid = {name: check["forbid"] for name, check in records["visible"].checks.items() if check["forbid"]}
    return Job(key, skeleton.lesson, steps, hidden, limits, files, forbid, early=beforehand)


@functools.lru_cache(maxsize=500)  # the same for all who hand in, and large where it holds data
def _hash(text):
    return hashlib.sha256(text.encode()).hexdigest()


@functools.lru_cache(maxsize=50)  # a lesson's are the same for all who hand in
def _beforehand(hidden, skeleton):
    """What can be run of the lesson before anything is handed in (grading/marking/given.py), for answers such as its
    own.
    """
    steps = tuple(
        Step(cell.grade_id or cell.id, cell.reference or cell.source, cell.check)
        for cell in skeleton.cells
        if cell.kind == "code" and cell.source.strip() and not cell.skip
    )
    return early(founded(_spared(steps, hidden, skeleton), hidden, skeleton), skeleton)


def _spared(steps, hidden, skeleton):
    """The steps without those of the lesson's own, and parts of these, that need not run; and without what only
    draws.
    """
    own, others = _own(steps, hidden, skeleton)
    runs = needed(own, others)
    out = {name for name, _ in own} - runs.keys()
    steps = tuple(replace(step, source=runs.get(step.id, step.source)) for step in steps if step.id not in out)
    own, others = _own(steps, hidden, skeleton)
    made = undrawn(own, others, drawers(tuple(cell.source for cell in skeleton.cells if cell.role == "plain")))
    return tuple(replace(step, source=made.get(step.id, step.source)) for step in steps)


def _own(steps, hidden, skeleton):
    """Two lists of (id, source): the lesson's own cells as handed out, but for checks and answers; and all others."""
    known = {step.id: skeleton.by_id.get(step.id) for step in steps}
    own = {i for i, c in known.items() if c is not None and c.role in ("plain", "locked")}
    chosen = [(s.id, s.source) for s in steps if s.id in own and same_text(known[s.id].source, s.source)]
    ids = {i for i, _ in chosen}
    return chosen, [(s.id, s.source) for s in (*steps, *hidden) if s.id not in ids]


def step_id(cell):
    """A cell's name in the sandbox: its grade id, else its cell id."""
    return cell.metadata.get("nbgrader", {}).get("grade_id") or cell.id


def _check_of(cell, skeleton):
    known = skeleton.by_grade_id.get(step_id(cell))
    return known.check if known is not None else None


def _skipped(cell, skeleton):
    """Whether a cell is one of those that grading does not run, minutes of training as a rule, or a copy of one."""
    known = skeleton.by_id.get(cell.id)
    if known is not None:
        return known.skip
    return any(other.skip and same_text(other.source, cell.source) for other in skeleton.cells)


def points_of(skeleton):
    """Check id -> points, as in the gradebook."""
    return {cell.check: cell.points for cell in skeleton.checks}


def as_handed_out(job, skeleton):
    """The exercises of a job whose answer's cell stands as it was handed out."""
    sources = {step.id: step.source for step in job.steps}
    cells = [cell for cell in skeleton.cells if cell.role == "solution" and cell.kind == "code"]
    return frozenset(c.grade_id for c in cells if same_text(sources.get(c.grade_id, ""), c.source))


def untouched(job, skeleton):
    """Those of them that have a given program there (a broken one, a skeleton: no stub)."""
    left = as_handed_out(job, skeleton)
    given = {cell.grade_id for cell in skeleton.cells if cell.names and "NotDone(" not in cell.source}
    return frozenset(left & given)


def make_result(run, records, skeleton, job=None, judge=None):
    """What the journal keeps of a job's run: the verdict, what each cell showed, how long it took. JSON values.

    `judge` is the Judge of these records, where one judges many runs.
    """
    left = untouched(job, skeleton) if job is not None else ()
    sources = {step.id: step.source for step in job.steps} if job is not None else None
    verdict, html = (judge or Judge(records)).judge(run, points_of(skeleton), left, sources), [MAX_HTML]
    if job is not None:
        not_begun(verdict, as_handed_out(job, skeleton))
        not_their_own(verdict, borrowed(job, skeleton))
        verdict.cause = first_failed(run, job.steps, skeleton) or made_again(verdict, job.steps, skeleton)
    return {
        "verdict": to_json(verdict),
        "outputs": {name: safe_outputs(cell.outputs, html) for name, cell in run.cells.items() if cell.outputs},
        "status": {name: cell.status for name, cell in run.cells.items()},
        "detail": run.detail,
        "cpu": round(run.cpu, 3),
        "wall": round(run.wall, 3),
        "memory": run.peak_memory,
        "isolation": run.isolation.path,
        **({"unconfined": True} if run.isolation.differs else {}),  # only with --trust-submissions
    }


def refused_result(laid, records, skeleton):
    """The result of a submission that was never run."""
    verdict = not_graded(records, laid.outcome, laid.sentence, points_of(skeleton))
    return {
        "verdict": to_json(verdict),
        "outputs": {},
        "status": {},
        "detail": laid.sentence,
        "cpu": 0,
        "wall": 0,
    }


def dress(nb, result, verdict, skeleton):
    """Put outputs into the notebook: the student's as they are safe to show, at check cells the judge's own.

    Questions get their mark scheme: the notebook is for who grades, feedback shows the answers only.
    """
    for cell in nb.cells:
        known = skeleton.by_id.get(cell.id)
        if cell.cell_type == "code":
            check = known.check if known is not None else None
            cell["execution_count"] = None
            outputs = [_told(verdict.checks[check])] if check else result["outputs"].get(step_id(cell), [])
            cell["outputs"] = [from_dict(output) for output in outputs]
        elif known is not None and known.rubric:
            cell["source"] = known.rubric  # for whoever reads the answer below it in formgrader
        elif known is None or not same_text(cell.source, known.source):
            cell["source"] = safe_markdown(cell.source, cell.get("attachments", ()))
    dict.update(nb.metadata["course"], verdict=to_json(verdict), status=result["status"])  # not turned into nodes
    return nb


def _told(check):
    """The judge's output at a check cell: a line for each line, and the reason."""
    told = [f"{'✓' if line.passed else '✗'} {hidden_tests.label(line)}" for line in check.lines]
    told.append(" ".join(filter(None, (f"{check.score:g} of {check.points:g} points.", check.rule, check.reason))))
    return {"output_type": "stream", "name": "stdout", "text": "\n".join(told)}
