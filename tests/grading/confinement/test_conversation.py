"""The driver talks to whatever is at the other end of three descriptors: here a thread that plays the submission."""

import contextlib
import json
import os
import signal
import socket
import threading

import pytest

from grading.confinement.conversation import Conversation
from grading.confinement.frames import FRAME, framed
from grading.confinement.job import Job, Limits, Step
from grading.confinement.protocol import Refused

HELLO = framed(b"H", b"{}")


def told(kind, **values):
    return framed(kind, json.dumps(values).encode())


def cell(name):
    return told(b"B", id=name) + told(b"E", id=name, status="ok", reason="", cpu=0, wall=0)


ALL = HELLO + cell("a") + told(b"V") + told(b"X")
FINE = {"why": "", "code": 0, "cpu": 0.5, "peak": 7}


def hold(says, report=FINE, limits=None, patient=False):
    """The Run of a conversation with a submission that says this, and whose keeper reports that."""
    (commands, send), (receive, out) = os.pipe(), os.pipe()
    ours, keeper = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def play():
        os.write(out, says)
        if patient:
            keeper.recv(100)  # until it is told to kill
        if report is not None:
            with contextlib.suppress(OSError):  # the driver's end is closed when it raised
                keeper.send(json.dumps(report).encode())
        keeper.close()
        os.close(out)

    thread = threading.Thread(target=play)
    thread.start()
    try:
        job = Job("k", "l", (Step("a", "1"),), limits=limits or Limits())
        return Conversation(job, "root", lambda *_: (), send, receive, ours).hold()
    finally:
        ours.close()
        thread.join()
        for descriptor in (commands, send, receive):
            os.close(descriptor)


def test_a_submission_that_says_all_it_should_has_finished():
    run = hold(ALL)
    assert (run.ended, run.detail, run.cpu, run.peak_memory) == ("finished", "", 0.5, 7)
    assert run.cells["a"].status == "ok"


BEGUN = HELLO + told(b"B", id="a")
ENDINGS = {  # (what it says, what its keeper reports) -> (how it ended, what the sentence names)
    "a limit of the keeper's": (BEGUN, {**FINE, "why": "memory limit", "code": -9}, "memory limit", "memory limit"),
    "too many files": (BEGUN, {**FINE, "why": "disk limit", "code": -9}, "died", "too many files in cell a"),
    "the kernel's limit on CPU": (BEGUN, {**FINE, "code": 128 + signal.SIGXCPU}, "cpu limit", "cpu limit in cell a"),
    "a signal": (BEGUN, {**FINE, "code": 128 + signal.SIGSEGV}, "died", "signal 11 (SIGSEGV)"),
    "a status": (BEGUN, {**FINE, "code": 3}, "died", "exit status 3"),
    "no report": (BEGUN, None, "died", "keeper was killed"),
    "an end that it did not reach": (BEGUN, FINE, "died", "exit status 0"),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_every_other_end_is_named_and_blames_the_cell_that_ran(name):
    says, report, ended, words = ENDINGS[name]
    run = hold(says, report)
    assert run.ended == ended
    assert words in run.detail
    assert (run.cells["a"].status, run.cells["a"].reason) == ("killed", ended)


def test_a_broken_frame_gets_the_submission_killed():
    run = hold(BEGUN + FRAME.pack(b"D", 1 << 31), {**FINE, "code": -9}, patient=True)
    assert run.ended == "died"
    assert run.detail == "It broke the protocol: a frame over the limit in cell a."


END = b'{"id": "a", "status": "ok", "reason": "", "wall": 0, "cpu": %s}'
ODD = {  # frames whose reading raises something that nobody listed
    "a time of 401 digits": framed(b"E", END % (b"9" * 401)),
    "a list for an object": framed(b"E", b"[1]"),
    "an id that is a dict": framed(b"E", b'{"id": {}}'),
    "a display that is a list": framed(b"U", b'{"display": [1], "data": {}, "metadata": {}}'),
    "an output without its fields": framed(b"D", b'{"output": null}'),
    "traceback a number": framed(
        b"D", b'{"output": {"output_type": "error", "traceback": 3, "ename": "", "evalue": ""}}'
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_whatever_reading_a_frame_raises_ends_this_submission_only(name):
    run = hold(BEGUN + ODD[name], {**FINE, "code": -9}, patient=True)
    assert run.ended == "died"
    assert run.detail.startswith("It broke the protocol")
    assert hold(BEGUN + framed(b"E", END % b"1") + told(b"V") + told(b"X")).ended == "finished"


def test_a_keeper_that_fails_once_student_code_ran_is_that_submissions_matter():
    run = hold(BEGUN, {"error": "UnicodeDecodeError in the keeper"})
    assert (run.ended, run.cells["a"].status) == ("died", "killed")
    assert "keeper failed in cell a: UnicodeDecodeError" in run.detail
    with pytest.raises(Refused, match="UnicodeDecodeError"):
        hold(HELLO, {"error": "UnicodeDecodeError in the keeper"})


def test_so_does_too_much_of_it():
    run = hold(BEGUN + framed(b"C", bytes(2000)), {**FINE, "code": -9}, Limits(output=1000), patient=True)
    assert run.ended == "output limit"


def test_without_a_hello_nothing_was_run():
    with pytest.raises(Refused, match="before it said hello"):
        hold(b"")
    with pytest.raises(Refused, match="no namespaces here"):
        hold(b"", {"error": "no namespaces here"})
