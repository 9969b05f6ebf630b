"""Two hundred mutated notebooks in one class: each ends in a named outcome, none stops the run, none gains a point."""

import random

from grading.marking.overlay import OUTCOMES
from tests.grading import fuzz
from tests.grading import small_course as sc
from tests.grading import small_lesson as small


def test_every_mutant_ends_in_a_named_outcome(tmp_path, record_property):
    summary, said = fuzz.run(tmp_path, 200, 20261)
    record_property("table", fuzz.table(summary))
    assert not said, "\n".join(said)
    assert len(summary.graded) == 200
    outcomes = {one.outcome for one in summary.graded}
    assert outcomes >= {"graded", "corrupt", "foreign"}, "the mutants are of many kinds"
    assert outcomes <= set(OUTCOMES)
    assert len({one.verdict.score for one in summary.graded}) > 1
    assert sum(bool(one.verdict.repairs) for one in summary.graded) > 40


def test_the_seed_decides_the_mutants():
    raw = small.raw(small.right())
    first, again, other = ([fuzz.mutant(rng, raw) for _ in range(30)] for rng in map(random.Random, (1, 1, 2)))
    assert first == again != other
    assert len(set(first)) > 25


def test_a_gained_point_and_a_lost_submission_are_noticed(graded):
    """The control: the same look at a class in which right work has all its points."""
    summary = type("S", (), {"graded": []})()
    from grading.marking import engine

    whole = engine.grade(graded.root, pool=sc.InProcess(), workers=1)
    summary.graded = whole.graded[1:]
    said = fuzz.wrong(graded, summary, [one.student for one in whole.graded])
    assert any("were handed in" in sentence for sentence in said)
    assert any("gained points" in sentence for sentence in said)
