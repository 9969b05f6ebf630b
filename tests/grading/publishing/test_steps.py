"""Steps say what is done, how long it has taken, and about how long it will."""

import pytest

from grading.publishing.steps import Steps


@pytest.fixture
def memory(tmp_path):
    return tmp_path / "cache" / "steps.json"


def work(memory, plan="class 02", seconds=(2, 30, 5)):
    now, told = [100.0], []
    steps = Steps(told.append, plan, memory=memory, clock=lambda: now[0])
    for name, took in zip(("notebook", "proofs", "folder"), seconds, strict=True):
        steps(name)
        now[0] += took
    steps.finish()
    return told


def test_the_first_time_says_what_has_passed(memory):
    assert work(memory) == ["notebook (0 s so far)", "proofs (2 s so far)", "folder (32 s so far)"]


def test_the_second_time_says_what_is_left_by_what_it_took_before(memory):
    work(memory)
    assert work(memory, seconds=(1, 2, 5)) == [
        "notebook (0 s so far, about 37 s left)",
        "proofs (1 s so far, about 35 s left)",
        "folder (3 s so far, about 5 s left)",
    ]
    assert work(memory)[0] == "notebook (0 s so far, about 8 s left)"
    assert work(memory, plan="class 03")[0] == "notebook (0 s so far)"


def test_a_damaged_memory_is_none(memory):
    memory.parent.mkdir()
    for text in ("[", "[1]", '{"class 02": [1]}', '{"class 02": [["notebook", "x"]]}'):
        memory.write_text(text)
        assert work(memory)[0] == "notebook (0 s so far)"
