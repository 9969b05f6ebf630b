"""The journal keeps every result whose writing returned, whatever kills the process, and one run at a time."""

import base64
import json
import os
import signal
import subprocess
import sys
import textwrap
import zlib

import pytest

from grading.errors import CourseError
from grading.marking.journal import Journal

WRITER = """
    import sys
    from grading.marking.journal import Journal
    with Journal(sys.argv[1]) as journal:
        for i in range(10**9):
            journal.add_result(f"key{i}", {"n": i, "text": "x" * 2000})
            print(i, flush=True)
"""


def start(folder, code=WRITER):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), str(folder)], stdout=subprocess.PIPE, text=True
    )


def test_results_and_marks_come_back(tmp_path):
    with Journal(tmp_path) as journal:
        journal.add_result("a", {"score": 1, "text": "é"})
        journal.add_result("a", {"score": 2})
        journal.add_replayed("ann", "09", key="a")
        assert journal.result("a") == {"score": 2}
    with Journal(tmp_path) as journal:
        assert journal.result("a") == {"score": 2}
        assert journal.result("b") is None
        assert journal.replayed("ann", "09")["key"] == "a"
        assert journal.replayed("bob", "09") is None


def test_a_result_written_before_november_2026_is_still_read(tmp_path):
    with Journal(tmp_path) as journal:
        packed = base64.b85encode(zlib.compress(json.dumps({"score": 3}).encode(), 6)).decode()
        journal._append({"kind": "result", "key": "old", "packed": packed})
        journal.add_result("new", {"score": 4})
    with Journal(tmp_path) as journal:
        assert [journal.result(key) for key in ("old", "new")] == [{"score": 3}, {"score": 4}]


@pytest.mark.parametrize("lines", [3, 40])
def test_after_sigkill_every_result_told_is_there(tmp_path, lines):
    writer = start(tmp_path)
    last = [int(writer.stdout.readline()) for _ in range(lines)][-1]
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    with Journal(tmp_path) as journal:
        assert all(journal.result(f"key{i}")["n"] == i for i in range(last + 1))
        journal.add_result("more", {"n": -1})
        assert journal.result("more") == {"n": -1}


def test_a_torn_end_is_cut_off_at_any_byte_and_what_came_before_stays(tmp_path):
    with Journal(tmp_path) as journal:
        journal.add_result("a", {"n": 1})
        whole = journal.path.stat().st_size
        journal.add_result("b", {"n": 2})
    raw = (tmp_path / "journal.jsonl").read_bytes()
    for cut in range(whole, len(raw)):
        (tmp_path / "journal.jsonl").write_bytes(raw[:cut])
        with Journal(tmp_path) as journal:
            assert journal.result("a") == {"n": 1}
            assert journal.result("b") is None
            journal.add_result("c", {"n": 3})
        with Journal(tmp_path) as journal:
            assert [journal.result(k) for k in "abc"] == [{"n": 1}, None, {"n": 3}]


def test_a_damaged_line_in_the_middle_costs_only_itself(tmp_path):
    with Journal(tmp_path) as journal:
        for i in range(3):
            journal.add_result(str(i), {"n": i})
    lines = (tmp_path / "journal.jsonl").read_bytes().splitlines(keepends=True)
    lines[1] = lines[1][:30] + b"?" + lines[1][31:]
    (tmp_path / "journal.jsonl").write_bytes(b"".join(lines))
    with Journal(tmp_path) as journal:
        assert [journal.result(str(i)) for i in range(3)] == [{"n": 0}, None, {"n": 2}]


def test_a_second_run_at_the_same_time_is_refused_with_a_sentence_and_may_read(tmp_path):
    with Journal(tmp_path) as journal:
        journal.add_result("a", {"n": 1})
        with pytest.raises(CourseError, match=r"graded already .*process"), Journal(tmp_path):
            pass
        with Journal(tmp_path, exclusive=False) as reader:
            assert reader.result("a") == {"n": 1}
    with Journal(tmp_path) as journal:
        assert "a" in journal


def test_a_dead_run_holds_no_lock(tmp_path):
    writer = start(tmp_path)
    writer.stdout.readline()
    with pytest.raises(CourseError, match="graded already"), Journal(tmp_path):
        pass
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    with Journal(tmp_path) as journal:
        journal.add_result("next", {"n": 1})
        assert journal.result("next") == {"n": 1}


def test_a_full_disk_is_told_in_a_sentence_and_loses_nothing(tmp_path):
    code = """
        import resource, signal, sys
        from grading.errors import CourseError
        from grading.marking.journal import Journal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with Journal(sys.argv[1]) as journal:
            journal.add_result("a", {"n": 1})
            resource.setrlimit(resource.RLIMIT_FSIZE, (journal.path.stat().st_size + 50,) * 2)
            try:
                journal.add_result("b", {"n": 2, "text": "".join(map(str, range(3000)))})
            except CourseError as error:
                print(error)
    """
    told = start(tmp_path, code).communicate()[0]
    assert "cannot be written" in told
    with Journal(tmp_path) as journal:
        assert journal.result("a") == {"n": 1}
        assert journal.result("b") is None
