"""The frames of a submission: each has its place, and hidden cells are sent after the last visible one has ended."""

import dataclasses
import json

import pytest

from course_lib.evidence.observation import Seen, encode
from grading.confinement import protocol
from grading.confinement.frames import Broken
from grading.confinement.job import Job, Limits, Step
from grading.confinement.protocol import Protocol, Refused

VISIBLE = (Step("a", "1"), Step("b", "2", "one"))
HIDDEN = (Step("h", "3", "one", "hidden"), Step("i", "4", "one", "hidden"))


class Talk:
    """A protocol whose answers are kept."""

    def __init__(self, differs=(), limits=None, hidden=HIDDEN):
        self.sent = []
        job = Job("k", "l", VISIBLE, hidden, limits or Limits(), {"f.txt": b"here"})
        self.protocol = Protocol(job, "root", lambda isolation, limits: differs, lambda *frame: self.sent.append(frame))

    def tell(self, kind, **values):
        self.protocol.take(kind, json.dumps(values).encode())

    def run(self, name):
        self.tell(b"B", id=name)
        self.tell(b"E", id=name, status="ok", reason="", cpu=1, wall=2)

    def hello(self):
        self.tell(b"H", uid=5, pids=[1, 2])
        return self


def step_of(frame):
    """What a frame says of the hidden cell to run; its code objects follow."""
    return json.loads(frame[1].partition(b"\0")[0])


def test_a_submission_from_hello_to_its_end():
    talk = Talk().hello()
    assert [kind for kind, _ in talk.sent] == [b"J", b"F", b"G"]
    assert talk.protocol.isolation.pids == (1, 2)
    for name in "ab":
        talk.run(name)
    assert "hidden" not in str(talk.sent)
    assert [kind for kind, _ in talk.sent] == [b"J", b"F", b"G"]  # no hidden cell yet
    talk.tell(b"V")
    assert step_of(talk.sent[-1])["id"] == "h"
    talk.run("h")
    assert step_of(talk.sent[-1])["id"] == "i"
    talk.run("i")
    assert talk.sent[-1] == (b"N", b"")
    talk.tell(b"X")
    assert talk.protocol.phase == "finished"
    assert talk.protocol.hidden == {"h": "ok", "i": "ok"}
    assert {cell.status for cell in talk.protocol.cells.values()} == {"ok"}


OUT_OF_TURN = {
    "the second cell first": lambda talk: talk.run("b"),
    "a cell within a cell": lambda talk: (talk.tell(b"B", id="a"), talk.tell(b"B", id="b")),
    "an end without a beginning": lambda talk: talk.tell(b"E", id="a", status="ok", reason=""),
    "the visible cells' end before it": lambda talk: (talk.run("a"), talk.tell(b"V")),
    "a hidden cell among the visible": lambda talk: talk.run("h"),
    "the end at once": lambda talk: talk.tell(b"X"),
    "hello again": lambda talk: talk.tell(b"H"),
    "a kind that is none": lambda talk: talk.tell(b"?"),
}


TIMES = ["9" * 401, "NaN", "Infinity", "-1", "true", '"1"', "null", "[]", "{}", "1e300"]


@pytest.mark.parametrize("field", ["cpu", "wall"])
@pytest.mark.parametrize("number", TIMES)
def test_a_time_that_is_none_breaks_it(field, number):
    talk = Talk().hello()
    talk.tell(b"B", id="a")
    told = {"cpu": "0", "wall": "0", field: number}
    with pytest.raises(Broken, match="time"):
        talk.protocol.take(
            b"E", f'{{"id": "a", "status": "ok", "reason": "", "cpu": {told["cpu"]}, "wall": {told["wall"]}}}'.encode()
        )


def test_only_the_drivers_clock_says_that_a_cell_took_too_long(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(protocol.time, "monotonic", lambda: clock[0])
    for took, reason in ((0.5, ""), (9.9, "wall limit")):
        talk = Talk(limits=Limits(cell_wall=10)).hello()
        talk.tell(b"B", id="a")
        clock[0] += took
        talk.tell(b"E", id="a", status="killed", reason="wall limit", cpu=0, wall=10)
        assert (talk.protocol.cells["a"].status, talk.protocol.cells["a"].reason) == ("killed", reason)


@pytest.mark.parametrize(("final", "told"), [(True, True), (False, False)])
def test_no_hidden_cell_is_sent_to_an_attempt_that_will_be_repeated(final, told, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(protocol.time, "monotonic", lambda: clock[0])
    talk = Talk(limits=Limits(cell_wall=10)).hello()
    talk.protocol.job = dataclasses.replace(talk.protocol.job, final=final)
    talk.run("a")
    talk.tell(b"B", id="b")
    clock[0] += 10
    talk.tell(b"E", id="b", status="killed", reason="wall limit", cpu=0, wall=10)
    talk.tell(b"V")
    assert talk.protocol.told_hidden is told
    assert talk.sent[-1][0] == (b"S" if told else b"N")


@pytest.mark.parametrize("reason", ["cpu limit", "wall limit"])
def test_a_brief_attempt_that_either_clock_stopped_gets_no_hidden_cell(reason, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(protocol.time, "monotonic", lambda: clock[0])
    talk = Talk(limits=Limits(cell_wall=10)).hello()
    talk.protocol.job = dataclasses.replace(talk.protocol.job, final=False, brief=True)
    talk.run("a")
    talk.tell(b"B", id="b")
    clock[0] += 10
    talk.tell(b"E", id="b", status="killed", reason=reason, cpu=10, wall=10)
    talk.tell(b"V")
    assert not talk.protocol.told_hidden
    assert talk.sent[-1][0] == b"N"


def seen_by(value):
    """What a submission is seen to give whose check sends this value."""
    talk = Talk().hello()
    talk.run("a")
    talk.tell(b"B", id="b")
    talk.protocol.take(b"O", encode(Seen("one", "visible", 0, "one", "value", value)))
    return talk.protocol.seen[0]


def test_what_many_send_alike_is_read_once_if_it_is_brief(monkeypatch):
    read, decode = [], protocol.decode
    monkeypatch.setattr(protocol, "decode", lambda stream: read.append(1) or decode(stream))
    for value, times in (("twelve", 1), ("x" * protocol.BRIEF, 2)):
        read.clear()
        protocol._known.cache_clear()
        assert [seen_by(value).value for _ in range(2)] == [value] * 2
        assert len(read) == times


@pytest.mark.parametrize("name", OUT_OF_TURN)
def test_a_frame_out_of_turn_breaks_it(name):
    with pytest.raises(Broken):
        OUT_OF_TURN[name](Talk().hello())


def test_a_complaint_before_any_student_code_is_told_and_later_is_not():
    with pytest.raises(Refused, match="no mount"):
        Talk().protocol.take(b"!", b"no mount")
    talk = Talk().hello()
    talk.tell(b"B", id="a")
    with pytest.raises(Broken, match="the worker failed"):
        talk.protocol.take(b"!", b"hidden text")


def seen(check="one", part="visible"):
    return encode(Seen(check, part, 0, "label", "value", 1.5, {}))


def test_what_a_check_saw_counts_while_its_own_cell_runs():
    talk = Talk().hello()
    talk.protocol.take(b"O", seen())
    talk.run("a")
    talk.tell(b"B", id="b")
    for data in (seen("other"), seen(part="hidden"), seen()):
        talk.protocol.take(b"O", data)
    assert [(one.check, one.part) for one in talk.protocol.seen] == [("one", "visible")]


def test_a_check_cell_may_send_only_so_much(monkeypatch):
    data = seen()
    talk = Talk(limits=Limits(seen=2 * len(data))).hello()
    talk.run("a")
    talk.tell(b"B", id="b")
    for _ in range(4):
        talk.protocol.take(b"O", data)
    assert len(talk.protocol.seen) == 2
    monkeypatch.setattr(protocol, "HEADS", 1)
    with pytest.raises(Broken, match="too many observations"):
        talk.protocol.take(b"O", data)


def test_what_hidden_cells_show_is_discarded():
    talk = Talk().hello()
    shown = {"output": {"output_type": "stream", "name": "stdout", "text": "x"}}
    talk.tell(b"B", id="a")
    talk.tell(b"D", **shown)
    talk.tell(b"E", id="a", status="ok", reason="", cpu=0, wall=0)
    talk.run("b")
    talk.tell(b"V")
    talk.tell(b"B", id="h")
    talk.tell(b"D", **shown)
    assert [len(cell.outputs) for cell in talk.protocol.cells.values()] == [1, 0]


def test_only_outputs_and_observations_may_be_long():
    talk = Talk(limits=Limits(seen=5 << 20, cell_output=3 << 20))
    assert [talk.protocol.largest(kind) >> 20 for kind in (b"O", b"D", b"U", b"E")] == [6, 4, 4, 0]


def test_patience_is_shorter_while_a_cell_runs():
    talk = Talk(limits=Limits(wall=1000, cell_wall=10)).hello()
    whole = talk.protocol.until
    talk.tell(b"B", id="a")
    assert whole - talk.protocol.until > 900
    talk.tell(b"E", id="a", status="ok", reason="", cpu=0, wall=0)
    assert talk.protocol.until == whole


def test_data_of_hidden_cells_are_sent_once_and_stand_in_no_source():
    first, second = ("QUJD" * 100, "REVG" * 100)
    asks = [f'f(expect.held("{text}"))' for text in (first, first, second)]
    talk = Talk(hidden=tuple(Step(f"h{i}", ask, "a", "hidden") for i, ask in enumerate(asks))).hello()
    for name in ("a", "b"):
        talk.run(name)
    talk.tell(b"V")
    for i in range(len(asks)):
        talk.run(f"h{i}")
    data = dict(payload.split(b"\0") for kind, payload in talk.sent if kind == b"T")
    sources = [step_of(frame)["source"] for frame in talk.sent if frame[0] == b"S"]
    assert sorted(data.values()) == [b"ABC" * 100, b"DEF" * 100]
    assert [data[source.split('"')[1].encode()] for source in sources] == [b"ABC" * 100, b"ABC" * 100, b"DEF" * 100]
    assert [kind for kind, _ in talk.sent][-6:] == [b"T", b"S", b"S", b"T", b"S", b"N"]
