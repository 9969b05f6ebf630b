"""The judge: points only for values that agree with the record, seen exactly once, by whatever the worker sends."""

import dataclasses
import io
import json
from types import SimpleNamespace

import pytest
from rich.console import Console

from course_lib.evidence.observation import Seen, decode, encode
from course_lib.evidence.records import Record
from grading.confinement.job import CellRun, Isolation, Job, Run, Step
from grading.marking import judge
from grading.marking.jobs import as_handed_out, untouched
from grading.marking.verdict import STOPPED, from_json, to_bytes
from grading.reporting import class_table
from tests.grading import small_lesson as small


def seen(check, position, value, *, part=None, kind="value", label="forged label"):
    hidden = {"double": 2, "tail": 1}
    part = part or ("hidden" if position >= hidden.get(check, 9) else "visible")
    return Seen(check, part, position, label, kind, value, {"rtol": 1e9, "bound": -1})


def right():
    double = [seen("double", 0, 6), seen("double", 1, 0), seen("double", 2, 2000)]
    return [*double, seen("tail", 0, [2]), seen("tail", 1, []), seen("guess", 0, 42)]


def run(observed, ended="finished", cells=None):
    return Run(ended=ended, cells=cells or {}, seen=observed, isolation=Isolation("none"))


@pytest.fixture(scope="module")
def records():
    return small.records()


def test_right_answers_get_all_points(records):
    verdict = judge.judge(records, run(right()))
    assert (verdict.score, verdict.points) == (6, 6)
    assert verdict.checks["double"].reason == "All 3 lines pass."


def test_nothing_seen_is_nothing_earned(records):
    verdict = judge.judge(records, run([]))
    assert (verdict.score, verdict.points) == (0, 6)
    assert all(not line.passed for check in verdict.checks.values() for line in check.lines)


@pytest.mark.parametrize("missing", range(6))
def test_each_missing_observation_fails_its_check(records, missing):
    observed = right()
    gone = observed.pop(missing)
    verdict = judge.judge(records, run(observed))
    assert verdict.checks[gone.check].score == 0
    assert verdict.score == 6 - verdict.checks[gone.check].points


@pytest.mark.parametrize("which", range(6))
def test_an_observation_sent_twice_fails_its_check(records, which):
    verdict = judge.judge(records, run([*right(), right()[which]]))
    assert verdict.checks[right()[which].check].score == 0


def test_a_line_that_gave_something_else_the_second_time_fails_its_check(records):
    verdict = judge.judge(records, run([*right(), seen("double", 1, None, kind="again")]))
    double = verdict.checks["double"]
    assert (verdict.score, double.score) == (4, 0)
    assert "Called again with the same arguments, your code gives something else." in double.reason
    assert [line.passed for line in double.lines] == [True, False, True]


@pytest.mark.parametrize(
    "extra",
    [seen("double", 3, 1, part="hidden"), seen("double", 2, 2000, part="visible"), seen("double", 0, 6, part="hidden")],
    ids=["a position too many", "hidden sent as visible", "visible sent as hidden"],
)
def test_an_observation_out_of_place_fails_its_check(records, extra):
    assert judge.judge(records, run([*right(), extra])).checks["double"].score == 0


def test_observations_of_unknown_checks_change_nothing(records):
    honest = judge.judge(records, run(right()))
    assert to_bytes(judge.judge(records, run([*right(), seen("bonus", 0, 1)]))) == to_bytes(honest)


def test_tolerance_and_kind_are_the_records_whatever_the_message_says(records):
    observed = right()
    observed[0] = seen("double", 0, 6.1)
    assert judge.judge(records, run(observed)).checks["double"].score == 0
    observed[0] = seen("double", 0, (1, 1), kind="same_as")
    assert judge.judge(records, run(observed)).checks["double"].score == 0


def test_a_known_mistake_is_named_with_its_sentence(records):
    observed = [o for o in right() if o.check != "double"]
    observed += [seen("double", 0, 9), seen("double", 1, 0), seen("double", 2, 1_000_000)]
    check = judge.judge(records, run(observed)).checks["double"]
    assert [m.name for m in check.mistakes] == ["squared"]
    assert "that is x times x, not twice x" in check.reason


def test_a_mistake_that_only_hidden_lines_show_is_named_without_showing_them(records):
    observed = [o for o in right() if o.check != "tail"] + [seen("tail", 0, [2]), seen("tail", 1, [2])]
    verdict = judge.judge(records, run(observed))
    assert [m.name for m in verdict.checks["tail"].mistakes] == ["always two"]
    assert "a list may have any length" in verdict.checks["tail"].reason


def test_what_no_author_foresaw_is_named_by_its_relation(records):
    others = [o for o in right() if o.check != "tail"]
    tails = [[1.37, 2.91, 5.4], [7.31, 9.13, 2.77]]
    told = {"lines": [small.line(i, "secret" * i, tail) for i, tail in enumerate(tails)], "mistakes": []}
    changed = {
        part: Record(record.lesson, part, {**record.checks, "tail": {**record.checks["tail"], **told, "lines": [line]}})
        for (part, record), line in zip(records.items(), told["lines"], strict=True)
    }
    one = seen("tail", 0, [3 * x for x in tails[0]])
    verdict = judge.judge(changed, run([*others, one, seen("tail", 1, tails[1])]))
    (mistake,) = verdict.checks["tail"].mistakes
    assert (mistake.name, mistake.relation) == ("by relation: a whole factor too much", True)
    assert verdict.checks["tail"].reason.endswith(mistake.sentence)
    assert mistake.sentence.startswith("Your result is 3 times the expected one")
    assert to_bytes(from_json(json.loads(to_bytes(verdict)))) == to_bytes(verdict)
    hidden = judge.judge(changed, run([*others, seen("tail", 0, tails[0]), seen("tail", 1, [3 * x for x in tails[1]])]))
    (mistake,) = hidden.checks["tail"].mistakes
    assert mistake.name == "by relation: a whole factor too much"
    text = to_bytes(hidden).decode()
    assert not any(secret in text for secret in ("7.31", "21.93", "3 times", "secret"))


@pytest.mark.parametrize("value", [1_000_000, 77, "text", None])
def test_no_verdict_holds_a_hidden_input_expectation_or_answer(records, value):
    observed = [o for o in right() if (o.check, o.position) not in (("double", 2), ("tail", 1))]
    observed += [seen("double", 2, value), seen("tail", 1, value)]
    text = to_bytes(judge.judge(records, run(observed))).decode()
    assert not any(secret in text for secret in ("large", "secret", "[9]", "2000", "1000", "77", "text"))


def test_after_an_error_later_lines_are_not_reached_and_the_error_is_told(records):
    observed = [seen("double", 0, {"type": "TypeError", "message": "no", "line": 2}, kind="raised")]
    check = judge.judge(records, run(observed)).checks["double"]
    assert [line.passed for line in check.lines] == [False, False, False]
    assert "TypeError" in check.reason
    assert check.lines[1].say == "Not reached."


@pytest.mark.parametrize("ended", list(STOPPED))
def test_a_stopped_run_says_so(records, ended):
    verdict = judge.judge(records, run([], ended))
    assert STOPPED[ended] in verdict.checks["tail"].reason
    assert verdict.ended == ended


def test_a_check_that_passed_before_the_run_was_stopped_keeps_its_points(records):
    verdict = judge.judge(records, run([seen("guess", 0, 42)], "died"))
    assert verdict.checks["guess"].score == 1
    assert verdict.score == 1


def test_a_killed_check_cell_is_told_apart(records):
    cells = {"check-double": CellRun("check-double", "killed", [], reason="cpu limit")}
    assert "ran too long" in judge.judge(records, run([], cells=cells)).checks["double"].reason


def test_the_order_in_which_observations_arrive_changes_no_byte(records):
    honest = to_bytes(judge.judge(records, run(right())))
    assert to_bytes(judge.judge(records, run(right()[::-1]))) == honest


def test_a_verdict_survives_json(records):
    verdict = judge.judge(records, run(right()[2:]))
    again = from_json(json.loads(to_bytes(verdict)))
    assert again == verdict


def test_what_was_never_run_scores_nothing_and_says_why(records):
    verdict = judge.not_graded(records, "corrupt", "The file is not JSON.")
    assert (verdict.score, verdict.points, verdict.outcome) == (0, 6, "corrupt")
    assert {check.reason for check in verdict.checks.values()} == {"The file is not JSON."}


def test_a_given_program_left_as_it_was_is_not_started_and_no_mistake(records):
    wrong = run([seen("double", 0, 9), seen("double", 1, 0), seen("double", 2, 1000000), *right()[3:]])
    assert judge.judge(records, wrong).checks["double"].mistakes
    verdict = judge.judge(records, wrong, untouched={"double", "tail"})
    assert verdict.checks["double"].mistakes == []
    assert verdict.checks["double"].reason == judge.NOT_STARTED
    assert verdict.checks["tail"].passed
    assert verdict.checks["tail"].reason != judge.NOT_STARTED
    assert verdict.score == judge.judge(records, wrong).score


def test_only_a_given_program_that_stands_as_handed_out_is_untouched():
    cell = dataclasses.replace(small.skeleton().by_grade_id["tail"], source="def tail(xs):\n    return xs[:-1]")
    cells = tuple(cell if c.grade_id == "tail" else c for c in small.skeleton().cells)
    skeleton = dataclasses.replace(small.skeleton(), cells=cells)
    stub = Step("double", small.STUB_DOUBLE)
    job = lambda source: Job("k", small.LESSON, (stub, Step("tail", source)))  # noqa: E731
    assert untouched(job(cell.source), skeleton) == {"tail"}
    assert untouched(job(f"{cell.source}  \n"), skeleton) == {"tail"}
    assert untouched(job(small.ANSWER_TAIL), skeleton) == frozenset()


def test_a_check_whose_cell_stands_as_handed_out_was_not_begun(records):
    stubs = tuple(Step(c.grade_id, c.source) for c in small.skeleton().cells if c.role == "solution")
    left = as_handed_out(Job("k", small.LESSON, stubs), small.skeleton())
    assert left == {"double", "tail", "guess"}
    verdict = judge.judge(records, run(right()[:3]))
    judge.not_begun(verdict, left)
    assert [check.started for check in verdict.checks.values()] == [True, False, False]  # what passes was begun


def test_scores_of_many_lessons_stand_in_tables_as_wide_as_the_terminal(records):
    graded = [
        SimpleNamespace(
            student=student, lesson=f"{n}_small", outcome="graded", verdict=judge.judge(records, run(right())),
            mark=None, unconfined=False,
        )
        for student in ("ann", "bo") for n in range(10, 17)
    ]  # fmt: skip
    graded[3].verdict.repairs.append("something")
    console = Console(width=80, record=True, file=io.StringIO())
    class_table.print_class(console, graded)
    text = console.export_text()
    assert max(map(len, text.split("\n"))) <= 80
    assert text.count("6 / 6") == 14
    assert [text.count(f" {n} ") for n in range(10, 17)] == [1] * 7
    assert text.strip().endswith("ann 13: repaired: something")


def test_the_class_table_says_what_was_not_begun(records):
    wrong = run([seen("double", 0, 9), *right()[1:]])
    verdict = judge.judge(records, wrong, untouched={"double"})
    one = SimpleNamespace(outcome="graded", verdict=verdict)
    assert class_table.seen([one]) == "not begun: double"
    for check in verdict.checks.values():
        check.started = False
    assert class_table.seen([one]) == "nothing begun"


def test_what_the_answers_text_shows_is_said_where_values_explain_nothing(records):
    source = "def double(x):\n    for one in [x]:\n        return one + 0.7"
    observed = [s if s.check != "double" else dataclasses.replace(s, value=0.7 + s.position) for s in right()]
    double = judge.judge(records, run(observed), sources={"double": source}).checks["double"]
    assert double.reason.endswith("To let it run to its end, move `return` one step to the left.")
    assert [m.name for m in double.mistakes] == ["by habit: return in the loop"]
    assert judge.judge(records, run(observed)).checks["double"].mistakes == []
    assert judge.judge(records, run(right()), sources={"double": source}).checks["double"].mistakes == []


def arrived(observed):
    """The same observations as they come through the pipe."""
    return [decode(io.BytesIO(encode(one))) for one in observed]


def test_what_came_in_the_same_bytes_is_looked_at_once(records, monkeypatch):
    looked = []
    monkeypatch.setattr(
        judge, "_found", lambda record, seen, found=judge._found: looked.append(seen) or found(record, seen)
    )
    lesson, wrong = judge.Judge(records), [*right()[:2], seen("double", 2, 7), *right()[3:]]
    first, other = lesson.judge(run(arrived(right()))), lesson.judge(run(arrived(wrong)))
    assert len(looked) == 4, "three checks, and the one that saw something else"
    again, and_again = lesson.judge(run(arrived(right()))), lesson.judge(run(arrived(wrong)))
    assert len(looked) == 4
    assert to_bytes(first) == to_bytes(again) == to_bytes(judge.judge(records, run(right())))
    assert to_bytes(other) == to_bytes(and_again) == to_bytes(judge.judge(records, run(wrong)))


def test_how_the_run_ended_is_told_though_the_same_was_seen(records):
    lesson, wrong = judge.Judge(records), arrived([*right()[:2], *right()[3:]])
    assert "took too long" not in lesson.judge(run(wrong)).checks["double"].reason
    assert "took too long" in lesson.judge(run(wrong, "wall limit")).checks["double"].reason


def test_what_no_bytes_stand_for_is_looked_at_every_time(records, monkeypatch):
    looked = []
    monkeypatch.setattr(
        judge, "_found", lambda record, seen, found=judge._found: looked.append(seen) or found(record, seen)
    )
    lesson = judge.Judge(records)
    for value in (6, 7):
        verdict = lesson.judge(run([seen("double", 0, value), *right()[1:]]))
        assert verdict.checks["double"].passed == (value == 6)
    assert len([one for one in looked if one[0].check == "double"]) == 2


def test_of_more_lines_than_a_check_has_nothing_is_kept(records):
    lesson = judge.Judge(records)
    many = arrived([*right(), *(seen("double", 50 + i, i) for i in range(500))])
    for _ in range(2):
        assert lesson.judge(run(many)).checks["double"].reason == judge.STRANGE
    assert max(map(len, lesson._found)) < 10


def test_a_large_class_keeps_no_more_than_so_many(records, monkeypatch):
    monkeypatch.setattr(judge, "KEPT", 5)
    lesson = judge.Judge(records)
    for value in range(40):
        verdict = lesson.judge(run(arrived([seen("double", 0, value), *right()[1:]])))
        assert verdict.checks["double"].passed == (value == 6)
        assert len(lesson._found) <= 5
