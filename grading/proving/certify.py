"""`course certify`: runs every answer of a lesson that its proofs need, and keeps each proof by content in `.cache/`.

What has to run is run once for a lesson: the reference, the released stub, every variant, the mistakes in a second
style, and the reference in other processes. What it shows is judged in `grading/proving/proof.py`.
"""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from course_lib.files import write_atomically
from grading.errors import CourseError
from grading.lessons.release import student_notebook
from grading.paths import ROOT
from grading.proving import margins, spoiled
from grading.proving.keys import proof_key
from grading.proving.proof import Proof, Ran, prove_exercise
from grading.proving.record import make_records, wrong_trials
from grading.proving.trials import Trial, run_trials

CACHE = ROOT / ".cache" / "certify"


def certify_lessons(lessons, *, jobs=None, cache=CACHE, told=lambda proof: None):
    """Prove every exercise of the lessons, several lessons at a time; returns {slug: [Proof]} in order.

    `told(proof)` is called for each exercise as it is done.
    """
    jobs = jobs or os.cpu_count() or 1
    with ThreadPoolExecutor(jobs) as pool:
        inner = max(1, jobs // min(jobs, len(lessons) or 1))
        runs = [pool.submit(certify_lesson, lesson, jobs=inner, cache=cache) for lesson in lessons]
        proofs = {}
        for lesson, run in zip(lessons, runs, strict=True):
            proofs[lesson.slug] = run.result()
            for proof in proofs[lesson.slug]:
                told(proof)
    return proofs


def certify_lesson(lesson, *, jobs=1, cache=CACHE, only=None):
    """Prove the exercises of one lesson, or `only` those with these ids; the cache answers what was proven before."""
    exercises = [e for e in lesson.exercises if only is None or e.id in only]
    keys = {e.id: proof_key(lesson, e) for e in exercises}
    proofs = {e.id: _cached(cache, keys[e.id]) for e in exercises}
    todo = [e for e in exercises if proofs[e.id] is None]
    if todo:
        start = time.perf_counter()
        for id, proof in _prove(lesson, todo, jobs).items():
            proof.seconds = (time.perf_counter() - start) / len(todo)
            proofs[id] = proof
            _keep(cache, keys[id], proof)
    return [proofs[e.id] for e in exercises]


def _prove(lesson, exercises, jobs):
    """Run everything that has to run for these exercises: once with all variants, once for each way of the margin."""
    wanted = {e.id for e in exercises if e.checks}
    stubs = released_stubs(lesson)
    trials = {e.id: _trials(e, stubs) for e in exercises}
    flat = [t for id in wanted for group in trials[id].values() for t in group]
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        base = pool.submit(run_trials, lesson, flat, jobs=jobs, only=wanted)
        ways = {name: pool.submit(_way, lesson, wanted, env) for name, env in margins.PROCESSES.items()}
        reference, outcomes = base.result()
        others = {name: run.result() for name, run in ways.items()}
    records = make_records(lesson, reference, outcomes, only=wanted)
    return {e.id: prove_exercise(lesson, e, Ran(records, reference, trials[e.id], outcomes, others)) for e in exercises}


def _way(lesson, wanted, env):
    """The reference run in another process: its Outcome, or the sentence that says why it did not run."""
    try:
        return run_trials(lesson, (), jobs=1, env=env, only=wanted)[0]
    except CourseError as error:
        return str(error)


def released_stubs(lesson):
    """What each exercise's cell holds in the release: {exercise id: source}."""
    ids = {e.id for e in lesson.exercises}
    cells = student_notebook(lesson).cells
    found = {c.metadata.get("nbgrader", {}).get("grade_id"): c.source for c in cells if c.cell_type == "code"}
    return {id: found[id] for id in ids}


def _trials(exercise, stubs):
    """Every trial of an exercise by group: stub, wrong, right, second (a mistake in another style), margin, spoiled."""
    wrong = wrong_trials(exercise)
    right = [Trial(exercise.id, f"right: {v.name}", v.source) for v in exercise.right]
    second = []
    for variant in exercise.wrong:
        for style in exercise.right:
            edited = _second_style(variant, style.source)
            if edited is not None:
                second.append(Trial(exercise.id, f"{variant.name} / {style.name}", edited))
    rewritten = [Trial(exercise.id, name, exercise.reference, how) for name, how in margins.REWRITES.items()]
    stub = [Trial(exercise.id, "released", stubs[exercise.id])]
    worse = [n for n in spoiled.REMEDY if spoiled.applies(n, exercise)]
    worse = [Trial(exercise.id, f"spoiled: {name}", exercise.reference, name) for name in worse]
    groups = {"stub": stub, "wrong": wrong, "right": right, "second": second}
    return {**groups, "margin": rewritten, "spoiled": worse}


def _second_style(variant, source):
    """The same edit made to a right variant, where it fits and the result parses; None where it does not."""
    if len(variant.edit) != 2 or source.count(variant.edit[0]) != 1:
        return None
    edited = source.replace(*variant.edit)
    try:
        compile(edited, "variant", "exec")
    except SyntaxError:
        return None
    return edited


def _cached(cache, key):
    if cache is None:
        return None
    try:
        kept = json.loads((Path(cache) / f"{key}.json").read_text(encoding="utf-8"))
        return Proof(**{**kept, "cached": True})
    except (OSError, ValueError, TypeError):
        return None


def _keep(cache, key, proof):
    if cache is None:
        return
    text = json.dumps({"line": proof.line, "problems": proof.problems, "extra": proof.extra, "seconds": proof.seconds})
    write_atomically(Path(cache) / f"{key}.json", text)
