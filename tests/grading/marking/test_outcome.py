"""What is kept of a run is little, and gives back each verdict and the JSON as they were."""

import gc
import json
import tracemalloc

from course_lib.evidence.mistakes import Mistake
from grading.marking import engine
from grading.marking.gradebook import Reader
from grading.marking.journal import Journal
from grading.marking.outcome import Graded, json_pieces, pack
from grading.marking.verdict import CheckVerdict, LineVerdict, Verdict, to_json
from tests.grading import small_course as sc


def verdicts(count):
    """Different verdicts with many lines, as a long lesson gives them."""
    for i in range(count):
        lines = [LineVerdict(n, "visible", f"line {n}", n % 7 != i % 7, "it is 2 too large") for n in range(12)]
        mistakes = [Mistake("off by one", "the last one is left out")] if i % 3 else []
        checks = {f"check{n}": CheckVerdict(f"check{n}", 2.0, 0.0, lines, mistakes, "no") for n in range(20)}
        yield Verdict("09", checks, "finished", ["a cell \ud800 was moved"] if i % 2 else [])


def unpacked(data):
    return Graded("ann", "09", "graded", data).verdict


def test_a_packed_verdict_comes_back_as_it_was():
    given = list(verdicts(30))
    assert [unpacked(data) for data in [pack(verdict) for verdict in given]] == given


def test_a_packed_verdict_takes_two_kilobytes_where_the_objects_take_dozens():
    tracemalloc.start()
    try:
        kept = [pack(verdict) for verdict in verdicts(50)]
        packed = tracemalloc.get_traced_memory()[0] / len(kept)
        held = [unpacked(data) for data in kept]
        whole = tracemalloc.get_traced_memory()[0] / len(held)
    finally:
        tracemalloc.stop()
    assert packed < 2_000
    assert whole > 20 * packed


def test_memory_does_not_grow_with_the_class(made):
    """From the third of a class to its end, what grading holds grows by less than three kilobytes a submission."""
    sc.hand_in_class(made, 60)
    held = {}

    def tell(done, total, one):
        if done in (20, total):
            gc.collect()
            held[done] = tracemalloc.get_traced_memory()[0]

    engine.grade(made.root, pool=sc.InProcess(), workers=2)  # what is read once is read
    tracemalloc.start()
    try:
        summary = engine.grade(made.root, pool=sc.InProcess(), workers=2, force=True, tell=tell)
    finally:
        tracemalloc.stop()
    (first, start), (last, end) = sorted(held.items())
    assert last == len(summary.graded) >= 60
    assert end - start < 3_000 * (last - first)


def test_the_pieces_are_one_json_object_and_each_is_short(made):
    summary = engine.grade(made.root, pool=sc.InProcess(), workers=2)
    pieces = list(json_pieces(summary))
    told = json.loads("".join(pieces))
    assert [row["student"] for row in told["submissions"]] == [one.student for one in summary.graded]
    assert [row["verdict"] for row in told["submissions"]] == [to_json(one.verdict) for one in summary.graded]
    assert sum(told["counts"].values()) == len(summary.graded)
    assert len(pieces) == len(summary.graded) + 2
    assert json.loads("".join(json_pieces(engine.grade(made.root, students=["absent"])))) is not None


def test_the_journal_tells_whose_work_is_in_the_gradebook(graded):
    with Reader(graded) as writer, Journal(graded.root / "journal", exclusive=False) as journal:
        (lesson,) = graded.lessons
        assert journal.students(lesson) == sorted(student for student, _ in writer.submitted())
        assert journal.students("none") == []
