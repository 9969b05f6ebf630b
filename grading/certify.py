"""`course certify`: proves of every exercise that its checks tell right from wrong.

The reference passes; the released stub scores 0; every wrong variant is rejected, by hidden values alone if need be,
and told apart from the others; every right variant is accepted; three adversaries score 0; the tolerance has room on
both sides; no line of a check rejects nothing. The verdicts are the judge's own. Results are cached by content in
`.cache/`.
"""

import hashlib
import json
import math
import os
import platform
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from course_lib.compare import Record, check_line, compare
from grading import adversaries, margins
from grading.closure import ALWAYS, library_files
from grading.errors import CourseError
from grading.judge import judge, merged
from grading.lint import MIN_WRONG
from grading.messages import Isolation, Run
from grading.record import make_records, wrong_trials
from grading.release import student_notebook
from grading.source import without_markers
from grading.trials import SKIPPED, Trial, run_trials, shifted

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "certify"
TOOLS = ["adversaries", "cells", "certify", "judge", "lint", "margins", "messages", "record", "release", "source"]
TOOLS += ["trials", "variants"]


@dataclass
class Proof:
    """What was found of one exercise: its line of the certificate, and what is to be mended."""

    line: dict  # its entry in certificate.json
    problems: list = field(default_factory=list)  # sentences with file and line
    extra: dict = field(default_factory=dict)  # adversaries, second styles, runs of the margin
    seconds: float = 0.0
    cached: bool = False


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


def certify_lesson(lesson, *, jobs=1, cache=CACHE):
    """Prove the exercises of one lesson; those whose content was proven before come from the cache."""
    keys = {e.id: _key(lesson, e) for e in lesson.exercises}
    proofs = {e.id: _cached(cache, keys[e.id]) for e in lesson.exercises}
    todo = [e for e in lesson.exercises if proofs[e.id] is None]
    if todo:
        start = time.perf_counter()
        for id, proof in _prove(lesson, todo, jobs).items():
            proof.seconds = (time.perf_counter() - start) / len(todo)
            proofs[id] = proof
            _keep(cache, keys[id], proof)
    return [proofs[e.id] for e in lesson.exercises]


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
    return {e.id: prove_exercise(lesson, e, records, reference, outcomes, trials[e.id], others) for e in exercises}


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
    """Every trial of an exercise by group: stub, wrong, right, second (a mistake in another style), margin."""
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
    return {"stub": stub, "wrong": wrong, "right": right, "second": second, "margin": rewritten}


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


class _Judged:
    """One exercise's checks, their records joined, and the judge's verdict on any outcome."""

    def __init__(self, lesson, exercise, records):
        self.lesson, self.checks = lesson, exercise.checks
        chosen = {part: Record(lesson.slug, part, {}) for part in records}
        for check in exercise.checks:
            for part, record in records.items():
                if check.id in record.checks:
                    chosen[part].checks[check.id] = record.checks[check.id]
        self.records = chosen
        self.merged = {
            c.id: merged(chosen["visible"].checks[c.id], chosen["hidden"].checks.get(c.id)) for c in exercise.checks
        }
        self.starts = {c.id: len(chosen["visible"].checks[c.id]["lines"]) for c in exercise.checks}

    def seen(self, outcome):
        """All observations of an outcome, hidden positions as the record counts them; {check id: [Seen]}."""
        return {
            c.id: [*outcome.part(c.id, "visible"), *shifted(outcome.part(c.id, "hidden"), self.starts[c.id])]
            for c in self.checks
        }

    def verdict(self, seen):
        """The judge's Verdict on observations {check id: [Seen]}."""
        flat = [s for observed in seen.values() for s in observed]
        return judge(self.records, Run("finished", {}, flat, Isolation("none")))

    def failures(self, seen):
        """[(check id, part, line, Difference)] of every line that does not pass, in order."""
        found = []
        for id, record in self.merged.items():
            at = {s.position: s for s in seen[id]}
            for line in record["lines"]:
                difference = check_line(line, at.get(line["position"]))
                if difference is not None:
                    found.append((id, record["parts"][line["position"]], line, difference))
        return found


def prove_exercise(lesson, exercise, records, reference, outcomes, trials, others):
    """The Proof of one exercise from what was seen; runs nothing."""
    where = f"{lesson.path.name}:{exercise.solve.line}: '{exercise.id}'"
    line = {"lesson": lesson.slug, "id": exercise.id, "points": exercise.points, "reference": False, "stub_score": None}
    line |= {"wrong": [], "right": [], "margin": {"own_error": 0.0, "tolerance": 0.0, "nearest_wrong": None}}
    proof = Proof(line)
    if not exercise.checks:
        proof.problems.append(f"{where} has no check cell; add one")
        return proof
    judged = _Judged(lesson, exercise, records)
    score = judged.verdict(judged.seen(reference)).score
    line["reference"] = math.isclose(score, exercise.points)
    if not line["reference"]:
        proof.problems.append(f"{where}: the reference itself scores {score:g} of {exercise.points:g}; mend it")
    (stub,) = trials["stub"]
    line["stub_score"] = judged.verdict(judged.seen(outcomes[stub])).score
    if line["stub_score"]:
        proof.problems.append(f"{where}: the released cell already scores {line['stub_score']:g}; it must score 0")
    seen = {t: judged.seen(outcomes[t]) for t in (*trials["wrong"], *trials["right"], *trials["second"])}
    _prove_wrong(where, exercise, judged, trials, seen, outcomes, proof)
    _prove_second(where, judged, trials, seen, outcomes, proof)
    _prove_right(where, exercise, judged, trials, seen, proof)
    _prove_distinct(where, exercise, trials["wrong"], seen, proof)
    _prove_lines(lesson, exercise, judged, reference, [seen[t] for t in (*trials["wrong"], *trials["second"])], proof)
    _prove_adversaries(where, judged, proof)
    ways = {t.name: outcomes[t] for t in trials["margin"]} | others
    _prove_margin(where, judged, [seen[t] for t in trials["wrong"]], ways, proof)
    return proof


def _prove_wrong(where, exercise, judged, trials, seen, outcomes, proof):
    for variant, trial in zip(exercise.wrong, trials["wrong"], strict=True):
        verdict = judged.verdict(seen[trial])
        failures = judged.failures(seen[trial])
        namers = [c.id for c in verdict.checks.values() if variant.name in [m.name for m in c.mistakes]]
        entry = {"name": variant.name, "rejected_by": None, "named": bool(namers), "named_by": None}
        if failures:
            entry["rejected_by"] = _told(*failures[0][:3])
        if namers:
            entry["named_by"] = _told(*next(f for f in failures if f[0] == namers[0])[:3])
        proof.line["wrong"].append(entry)
        at = f"{where.split(':')[0]}:{variant.line}: '{variant.name}'"
        if not failures:
            proof.problems.append(f"{at} passes every check; add an expectation that rejects it")
        elif not any(part == "hidden" and x["kind"] == "value" for _, part, x, _ in failures) and not exercise.predict:
            proof.problems.append(f"{at} is rejected by no hidden value; add one: laws and visible lines can be forged")
        elif not namers and outcomes[trial].ended == "finished":
            proof.problems.append(f"{at} is not recognised from what it gives; report this")
    if len(exercise.wrong) < MIN_WRONG and not exercise.predict:
        proof.problems.append(f"{where} has {len(exercise.wrong)} wrong variants, at least {MIN_WRONG}; add some")


def _prove_second(where, judged, trials, seen, outcomes, proof):
    """Mistakes made in another style are rejected too: in a right variant's, and, if they raise, with that caught."""
    styles = {trial.name: seen[trial] for trial in trials["second"]}
    for trial in trials["wrong"]:
        if outcomes[trial].caught is not None:
            styles[f"{trial.name} / exceptions caught"] = judged.seen(outcomes[trial].caught)
    proof.extra["second styles"] = [{"name": n, "rejected": bool(judged.failures(s))} for n, s in styles.items()]
    for style in proof.extra["second styles"]:
        if not style["rejected"]:
            proof.problems.append(f"{where}: the mistake '{style['name']}' passes in that style; add an expectation")


def _prove_right(where, exercise, judged, trials, seen, proof):
    for variant, trial in zip(exercise.right, trials["right"], strict=True):
        failures = judged.failures(seen[trial])
        proof.line["right"].append({"name": variant.name, "accepted": not failures})
        if failures:
            at = f"{where.split(':')[0]}:{variant.line}: the right variant '{variant.name}'"
            proof.problems.append(f"{at} is rejected by {_told(*failures[0][:3])}: {failures[0][3].say}")
    if not exercise.right and not exercise.predict:
        proof.problems.append(f"{where} has no right variant; add one in another style")


def _prove_distinct(where, exercise, wrong, seen, proof):
    """Variants with equal records are one mistake for whoever reads the marks."""
    groups = []
    for variant, trial in zip(exercise.wrong, wrong, strict=True):
        same = next((g for g in groups if _alike(seen[g[0][1]], seen[trial])), None)
        if same is None:
            groups.append([(variant, trial)])
        else:
            same.append((variant, trial))
    for group in groups:
        if len(group) > 1:
            names = " and ".join(f"'{v.name}'" for v, _ in group)
            at = f"{where.split(':')[0]}:{group[1][0].line}:"
            proof.problems.append(f"{at} {names} give equal records; merge them, or add what tells them apart")
    proof.extra["distinct mistakes"] = len(groups)


def _alike(one, other):
    """Whether two sets of observations are the same up to rounding; exceptions by type and place only."""
    for id, mine in one.items():
        theirs = other[id]
        if [(s.position, s.kind) for s in mine] != [(s.position, s.kind) for s in theirs]:
            return False
        for a, b in zip(mine, theirs, strict=True):
            if a.kind == "raised":
                if a.value["type"] != b.value["type"]:
                    return False
            elif a.kind in ("work", "raises", "forbidden", "at_least"):
                if a.value != b.value:
                    return False
            elif compare(a.value, b.value) is not None:
                return False
    return True


def _prove_lines(lesson, exercise, judged, reference, seen, proof):
    """Every line of source that expects something rejects at least one wrong variant."""
    if exercise.predict and not exercise.wrong:
        return
    rejecting, there = set(), {}
    for check in exercise.checks:
        places = {}
        for part, start in (("visible", 0), ("hidden", judged.starts[check.id])):
            for offset, source_line in enumerate(reference.lines.get((check.id, part), [])):
                places[start + offset] = source_line
        lines = judged.merged[check.id]["lines"]
        there |= {places[x["position"]]: (check.id, x["label"]) for x in reversed(lines)}
        for observed in seen:
            at = {s.position: s for s in observed[check.id]}
            for x in lines:
                # a line that was never reached shows nothing about itself
                if x["position"] in at and check_line(x, at[x["position"]]) is not None:
                    rejecting.add(places[x["position"]])
    for source_line in sorted(set(there) - rejecting):
        _, label = there[source_line]
        text = f"this expectation ('{label}') rejects no wrong variant; add the mistake it is there for, or remove it"
        proof.problems.append(f"{lesson.path.name}:{source_line}: {text}")


def _prove_adversaries(where, judged, proof):
    scores = dict.fromkeys(adversaries.NAMES, 0.0)
    for id, record in judged.merged.items():
        for name, streams in adversaries.streams(id, record).items():
            best = max((judged.verdict({id: s}).checks[id].score for s in streams), default=0.0)
            scores[name] += best
            if best:
                text = f"the {name} scores {best:g} in check '{id}'; make its hidden values differ from each other"
                proof.problems.append(f"{where}: {text} and from the visible ones")
    proof.extra["adversaries"] = scores


def _prove_margin(where, judged, wrong, ways, proof):
    """Room on both sides of the tolerance. Lines may have different tolerances, so errors are measured in units of
    their own line's; the certificate gives them as relative errors at the line with the largest own error."""
    own, at, way = _own_error(judged, ways, proof)
    values = [
        (id, x) for id, r in judged.merged.items() for x in r["lines"] if x["kind"] == "value" and "hash" not in x
    ]
    inexact = [(id, x) for id, x in values if margins.tolerance_of(x)]
    if at is None and inexact:
        at = inexact[0][1]
    tolerance = margins.tolerance_of(at) if at is not None else 0.0
    distances = [_distance(judged, values, seen) for seen in wrong]
    finite = [d for d in distances if math.isfinite(d)]
    nearest = min(finite) if finite else None
    proof.line["margin"] = {
        "own_error": own * tolerance,
        "tolerance": tolerance,
        "nearest_wrong": None if nearest is None else nearest * tolerance if tolerance else nearest,
    }
    proof.extra["own error from"] = way
    if own * margins.ROOM > 1:
        told = f"the reference itself moves by {own:.2g} of the tolerance at '{at['label']}' ({way})"
        proof.problems.append(f"{where}: {told}; at most a tenth: widen rtol there or observe something steadier")
    for _, x in inexact:
        if 0 < margins.tolerance_of(x) < margins.smallest_tolerance(x):
            proof.problems.append(
                f"{where}: the tolerance of '{x['label']}' is below 10 units in the last place; widen it"
            )
    if tolerance and nearest is not None and nearest < margins.ROOM:
        name = proof.line["wrong"][distances.index(nearest)]["name"]
        told = f"'{name}' is only {nearest:.2g} tolerances away; at least {margins.ROOM:g}"
        proof.problems.append(f"{where}: {told}: tighten rtol or choose inputs that show the mistake more")


def _own_error(judged, ways, proof):
    """(largest own error in units of tolerance, its line, which run gave it); runs that do not apply are noted."""
    own, at, way, notes = 0.0, None, None, {}
    for name, outcome in ways.items():
        if isinstance(outcome, str):
            notes[name] = "does not apply"
            continue
        seen = judged.seen(outcome)
        worst = 0.0
        for id, record in judged.merged.items():
            found = {s.position: s for s in seen[id]}
            for line in record["lines"]:
                got = found.get(line["position"])
                if line["kind"] != "value" or "hash" in line:
                    continue
                moved = math.inf if got is None or got.kind != "value" else margins.units(line, got)
                if math.isinf(moved) and name in margins.REWRITES:
                    notes[name] = "does not apply"  # the rewritten reference is another program here
                    continue
                worst = max(worst, moved)
                if moved > own:
                    own, at, way = moved, line, name
        notes.setdefault(name, worst)
    proof.extra["own error in tolerances"] = notes
    return own, at, way


def _distance(judged, values, seen):
    """How far a wrong variant is, in tolerances: its worst line; inf where it raises or differs in structure."""
    worst = 0.0
    for id, line in values:
        got = next((s for s in seen[id] if s.position == line["position"]), None)
        if got is None or got.kind != "value":
            return math.inf
        worst = max(worst, margins.units(line, got))
    return worst


def _told(check, part, line):
    """An expectation by name, as the certificate and its readers call it."""
    return f"{check} ({part}): {line['label']}" if line["label"] else f"{check} ({part})"


def _key(lesson, exercise):
    """What the proof of an exercise depends on: the lesson's code up to its last check, the library, the tools."""
    last = max((c.cell.index for c in exercise.checks), default=exercise.solve.index)
    parts = [lesson.slug, exercise.id, json.dumps(exercise.solve.marks, sort_keys=True), exercise.solve.source]
    parts += [f"{c.line}" for c in (exercise.solve, *(k.cell for k in exercise.checks))]
    parts += [exercise.given.source if exercise.given else ""]
    parts += [f"{c.id} {c.points} {c.cell.source}" for c in exercise.checks]
    parts += [
        repr((v.name, v.wrong, v.source, v.sentence, v.line, v.problem)) for v in (*exercise.wrong, *exercise.right)
    ]
    for cell in lesson.cells[: last + 1]:
        if cell.kind == "code" and cell.role not in (*SKIPPED, "check", "predict"):
            parts.append(without_markers(cell.source))
    parts += [library_digest(*code_of(lesson)), platform.python_version(), np.__version__, platform.machine()]
    return hashlib.sha256("\n\0".join(parts).encode()).hexdigest()


def library_digest(*sources):
    """A hash of what a proof depends on beside the lesson: the course_lib files its code rests on, and the tools."""
    digest = hashlib.sha256()
    library = library_files(*sources, ALWAYS)
    for path in [*library, *(ROOT / "grading" / f"{name}.py" for name in TOOLS)]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def code_of(lesson):
    """The lesson's code, for `library_digest`."""
    return [cell.source for cell in lesson.cells if cell.kind == "code" and cell.role != "variants"]


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
    folder = Path(cache)
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{key}.{os.getpid()}.part"
    text = json.dumps({"line": proof.line, "problems": proof.problems, "extra": proof.extra, "seconds": proof.seconds})
    partial.write_text(text, encoding="utf-8")
    partial.replace(folder / f"{key}.json")
