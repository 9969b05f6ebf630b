"""The proof of one exercise, from what the judge says of everything that was run; nothing runs here.

The reference passes; the released stub scores 0; every wrong variant is rejected, by hidden values alone if need be,
and told apart from the others; every right variant is accepted; three adversaries score 0; the tolerance has room on
both sides; no line of a check rejects nothing. The verdicts are the judge's own.
"""

import math
from dataclasses import dataclass, field
from functools import cached_property

from course_lib.checks.given import fingerprint
from course_lib.checks.learner import AS_GIVEN, Learner
from course_lib.evidence.compare import check_line
from grading.lessons.lint_mistakes import MIN_WRONG
from grading.proving import adversaries, room, spoiled
from grading.proving.judged import Judged, alike, rejected_by
from grading.proving.keys import exercise_key


@dataclass
class Proof:
    """What was found of one exercise: its line of the certificate, and what is to be mended."""

    line: dict  # its entry in certificate.json
    problems: list = field(default_factory=list)  # sentences with file and line
    extra: dict = field(default_factory=dict)  # adversaries, second styles, runs of the margin
    seconds: float = 0.0
    cached: bool = False


@dataclass
class Ran:
    """What was run for an exercise: its records, the reference's Outcome, the trials by group, all their Outcomes."""

    records: dict  # {"visible": Record, "hidden": Record}
    reference: object
    trials: dict  # group -> [Trial]: stub, wrong, right, second (a mistake in another style), margin, spoiled
    outcomes: dict  # Trial -> Outcome
    others: dict  # the reference in other processes: way -> Outcome, or the sentence that says why not


def prove_exercise(lesson, exercise, ran):
    """The Proof of one exercise from what was Ran; runs nothing."""
    return _Prover(lesson, exercise, ran).prove()


class _Prover:
    """One exercise, what was run for it, and the proof as far as it has come."""

    def __init__(self, lesson, exercise, ran):
        self.lesson, self.exercise, self.ran = lesson, exercise, ran
        self.file = lesson.path.name
        line = {"lesson": lesson.slug, "id": exercise.id, "key": exercise_key(lesson, exercise)}
        line |= {"points": exercise.points, "reference": False, "stub_score": None, "wrong": [], "right": []}
        line["margin"] = {"own_error": 0.0, "tolerance": 0.0, "nearest_wrong": None}
        self.proof = Proof(line)

    @cached_property
    def judged(self):
        """The exercise's checks and what the judge says of them."""
        return Judged(self.exercise, self.ran.records)

    @cached_property
    def seen(self):
        """What the checks saw of each answer: {trial: {check id: [Seen]}}."""
        groups = (self.ran.trials[name] for name in ("stub", "wrong", "right", "second", "spoiled"))
        return {t: self.judged.seen(self.ran.outcomes[t]) for group in groups for t in group}

    @property
    def line(self):
        """The exercise's entry of the certificate."""
        return self.proof.line

    def mend(self, text):
        """Note what is to be mended of the exercise; `text` goes on behind its name."""
        self.proof.problems.append(f"{self.file}:{self.exercise.solve.line}: '{self.exercise.id}'{text}")

    def mend_at(self, where, text):
        """Note what is to be mended at a place, as "file:line" says it."""
        self.proof.problems.append(f"{where}: {text}")

    def variants(self, group):
        """The exercise's variants beside their trials: group is "wrong" or "right"."""
        return list(zip(getattr(self.exercise, group), self.ran.trials[group], strict=True))

    def prove(self):
        """The Proof, each of its parts in turn."""
        if not self.exercise.checks:
            self.mend(" has no check cell; add one")
            return self.proof
        self._reference_and_stub()
        self._given()
        self._wrong()
        self._second_styles()
        self._right()
        self._distinct()
        self._lines()
        self._adversaries()
        self._spoiled()
        self._room()
        return self.proof

    def _reference_and_stub(self):
        """The reference has every point, the released cell none."""
        score = self.judged.verdict(self.judged.seen(self.ran.reference)).score
        self.line["reference"] = math.isclose(score, self.exercise.points)
        if not self.line["reference"]:
            self.mend(f": the reference itself scores {score:g} of {self.exercise.points:g}; mend it")
        (stub,) = self.ran.trials["stub"]
        score = self.line["stub_score"] = self.judged.verdict(self.seen[stub]).score
        if score:
            self.mend(f": the released cell already scores {score:g}; it must score 0")

    def _given(self):
        """The learner's check knows the given program by its record, and says which lines fail and nothing else."""
        (stub,) = self.ran.trials["stub"]
        for check in self.exercise.checks if self.exercise.given else ():
            record = self.judged.records["visible"].checks[check.id]
            if record.get("exercise", {}).get("given") != fingerprint(stub.source):
                self.mend(f": check '{check.id}' does not know the given program; run `course build`")
                continue
            learner = Learner(check.id, "visible", None)
            learner.lines = self.ran.outcomes[stub].part(check.id, "visible")
            message = learner.message(record, untouched=True)
            told = message.problem != AS_GIVEN or message.mistakes or message.beside or message.ask
            if not message.passed and told:
                self.mend(f": check '{check.id}' diagnoses the given program; report this")

    def _wrong(self):
        """Every known mistake is rejected, by a hidden value too, and recognised."""
        for variant, trial in self.variants("wrong"):
            failures = self.judged.failures(self.seen[trial])
            checks = self.judged.verdict(self.seen[trial]).checks.values()
            namers = [c.id for c in checks if variant.name in [m.name for m in c.mistakes]]
            naming = [f for f in failures if namers and f[0] == namers[0]]
            self.line["wrong"].append(
                {
                    "name": variant.name,
                    "rejected_by": rejected_by(failures),
                    "named": bool(namers),
                    "named_by": rejected_by(naming),
                }
            )
            holds = any(part == "hidden" and x["kind"] in ("value", "outcome") for _, part, x, _ in failures)
            holds = holds or any(x["kind"] in ("work", "unchanged") for _, _, x, _ in failures)
            at, name = variant.where, f"'{variant.name}'"
            if not failures:
                self.mend_at(at, f"{name} passes every check; add an expectation that rejects it")
            elif not holds and not self.exercise.predict:
                why = "laws and visible values can be forged"
                self.mend_at(at, f"{name} is rejected by no hidden value, work or unchanged line; add one: {why}")
            elif not namers and self.ran.outcomes[trial].ended == "finished":
                self.mend_at(at, f"{name} is not recognised from what it gives; report this")
        count = len(self.exercise.wrong)
        if count < MIN_WRONG and not self.exercise.predict:
            self.mend(f" has {count} wrong variants, at least {MIN_WRONG}; add some")

    def _second_styles(self):
        """Mistakes made in another style are rejected too: in a right variant's, and, if they raise, that caught."""
        styles = {trial.name: self.seen[trial] for trial in self.ran.trials["second"]}
        for trial in self.ran.trials["wrong"]:
            caught = self.ran.outcomes[trial].caught
            if caught is not None:
                styles[f"{trial.name} / exceptions caught"] = self.judged.seen(caught)
        found = [{"name": name, "rejected": bool(self.judged.failures(seen))} for name, seen in styles.items()]
        self.proof.extra["second styles"] = found
        for style in found:
            if not style["rejected"]:
                self.mend(f": the mistake '{style['name']}' passes in that style; add an expectation")

    def _right(self):
        """Every right variant is accepted."""
        for variant, trial in self.variants("right"):
            failures = self.judged.failures(self.seen[trial])
            self.line["right"].append({"name": variant.name, "accepted": not failures})
            if failures:
                told = f"is rejected by {rejected_by(failures)}: {failures[0][3].say}"
                self.mend_at(variant.where, f"the right variant '{variant.name}' {told}")
        if not self.exercise.right and not self.exercise.predict:
            self.mend(" has no right variant; add one in another style")

    def _distinct(self):
        """Variants with equal records are one mistake for whoever reads the marks."""
        groups = []
        for variant, trial in self.variants("wrong"):
            same = next((g for g in groups if alike(self.seen[g[0][1]], self.seen[trial])), None)
            if same is None:
                groups.append([(variant, trial)])
            else:
                same.append((variant, trial))
        for group in groups:
            if len(group) > 1:
                names = " and ".join(f"'{v.name}'" for v, _ in group)
                self.mend_at(group[1][0].where, f"{names} give equal records; merge them, or add what tells them apart")
        self.proof.extra["distinct mistakes"] = len(groups)

    def _lines(self):
        """Every line of source that expects something rejects at least one wrong variant."""
        if self.exercise.predict and not self.exercise.wrong:
            return
        answers = [self.seen[t] for t in (*self.ran.trials["wrong"], *self.ran.trials["second"])]
        rejecting, there = set(), {}
        for check in self.exercise.checks:
            places = self._places(check)
            lines = self.judged.merged[check.id]["lines"]
            there |= {places[x["position"]]: x["label"] for x in reversed(lines)}
            for observed in answers:
                at = {s.position: s for s in observed[check.id]}
                # a line that was never reached shows nothing about itself
                reached = [x for x in lines if x["position"] in at]
                rejecting |= {places[x["position"]] for x in reached if check_line(x, at[x["position"]]) is not None}
        for line in sorted(set(there) - rejecting):
            told = f"this expectation ('{there[line]}') rejects no wrong variant"
            self.mend_at(f"{self.file}:{line}", f"{told}; add the mistake it is there for, or remove it")

    def _places(self, check):
        """{position of an observation: line of the lesson's file that makes it}."""
        lines, places = self.ran.reference.lines, {}
        for part, start in (("visible", 0), ("hidden", self.judged.starts[check.id])):
            places |= {start + i: line for i, line in enumerate(lines.get((check.id, part), []))}
        return places

    def _adversaries(self):
        """The three cheats score nothing."""
        scores = dict.fromkeys(adversaries.NAMES, 0.0)
        for id, record in self.judged.merged.items():
            for name, streams in adversaries.streams(id, record).items():
                best = max((self.judged.verdict({id: s}).checks[id].score for s in streams), default=0.0)
                scores[name] += best
                if best:
                    remedy = "make its hidden values differ from each other and from the visible ones"
                    self.mend(f": the {name} scores {best:g} in check '{id}'; {remedy}")
        self.proof.extra["adversaries"] = scores

    def _spoiled(self):
        """The reference spoiled as careless code is, where that makes a difference at all, is rejected."""
        found = {}
        for trial in self.ran.trials["spoiled"]:
            if not self.ran.outcomes[trial].spoiled:
                continue
            found[trial.rewrite] = bool(self.judged.failures(self.seen[trial]))
            if not found[trial.rewrite]:
                self.mend(f": spoiled ({trial.rewrite}), the reference still passes; {spoiled.REMEDY[trial.rewrite]}")
        self.proof.extra["spoiled"] = found

    def _room(self):
        """The tolerance has room on both sides."""
        mistakes = {v.name: self.seen[t] for v, t in self.variants("wrong")}
        ways = {t.name: self.ran.outcomes[t] for t in self.ran.trials["margin"]} | self.ran.others
        found = room.measure(self.judged, mistakes, ways)
        self.line["margin"] = found.margin()
        self.proof.extra["own error from"] = found.way
        self.proof.extra["own error in tolerances"] = found.ways
        for text in found.problems():
            self.mend(f": {text}")
