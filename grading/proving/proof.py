"""The proof of one exercise, from what the judge says of everything that was run; nothing runs here.

The reference passes; the released stub scores 0; every wrong variant is rejected, by hidden values alone if need be,
and told apart from the others; every right variant is accepted; three adversaries score 0; the tolerance has room on
both sides; no line of a check rejects nothing. The verdicts are the judge's own.
"""

import math
from dataclasses import dataclass, field

from course_lib.evidence.compare import Record, check_line, compare
from course_lib.evidence.records import join
from grading.confinement.job import Isolation, Run
from grading.lessons.lint_mistakes import MIN_WRONG
from grading.marking.judge import judge
from grading.proving import adversaries, margins
from grading.proving.trials import shifted


@dataclass
class Proof:
    """What was found of one exercise: its line of the certificate, and what is to be mended."""

    line: dict  # its entry in certificate.json
    problems: list = field(default_factory=list)  # sentences with file and line
    extra: dict = field(default_factory=dict)  # adversaries, second styles, runs of the margin
    seconds: float = 0.0
    cached: bool = False


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
            c.id: join(chosen["visible"].checks[c.id], chosen["hidden"].checks.get(c.id)) for c in exercise.checks
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
        at = f"{variant.where}: '{variant.name}'"
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
            at = f"{variant.where}: the right variant '{variant.name}'"
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
            at = f"{group[1][0].where}:"
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
