"""Answers alike are found whatever they are renamed to; what everybody writes is not called alike."""

import random

import pytest

from grading.reporting import similar

LOOPS = """def f(x, w):
    out = []
    for i in range(len(x)):
        total = 0
        for j in range(len(w)):
            total += x[i] * w[j]
        out.append(total)
    return out
"""


def test_renaming_and_reformatting_do_not_hide_a_copy_and_other_work_is_not_alike():
    renamed = LOOPS.replace("out", "result").replace("total", "s").replace("    ", "  ") + "# mine\n"
    other = "def f(x, w):\n    return [sum(a * b for b in w) if w else max(a, *w) for a in reversed(x)] + [0, 1]\n"
    (group,) = similar.alike({"ann": LOOPS, "bob": renamed, "cat": other})
    assert group["students"] == ["ann", "bob"]
    assert group["how"] > 0.9


@pytest.mark.parametrize(
    "number", ["0x" + "f" * 4000, "0b" + "1" * 20_000, "0o" + "7" * 6000, "1e999", "-0x" + "f" * 4000]
)
def test_a_number_of_any_length_has_a_fingerprint(number):
    long, other = (LOOPS.replace("total = 0", f"total = {n}") for n in (number, "7"))
    assert similar.fingerprint(long)[1]
    (group,) = similar.alike({"ann": long, "bob": long, "cat": other.replace("+=", "*=").replace("append", "extend")})
    assert group["students"][:2] == ["ann", "bob"]


def test_short_answers_and_what_the_whole_class_writes_are_not_called_alike():
    assert similar.alike({"ann": "def f(x):\n    return 2 * x", "bob": "def f(y):\n    return 2 * y"}) == []
    assert similar.alike({str(i): LOOPS for i in range(20)}) == []


def test_few_pairs_are_compared_and_the_groups_are_those_that_all_pairs_give():
    rng, prints = random.Random(3), {}
    for i in range(120):
        base = random.Random(i % 17).sample(range(10_000), 60)
        changed = base[rng.randrange(12) :] + rng.sample(range(10_000, 20_000), rng.randrange(6))
        prints[f"s{i:03d}"] = (b"".join(sorted(n.to_bytes(4, "big") for n in set(changed))), True)
    sets = {student: {runs[i : i + 4] for i in range(0, len(runs), 4)} for student, (runs, _) in prints.items()}
    want = []
    for student, own in sets.items():
        shares = [len(own & sets[group[0]]) / len(own | sets[group[0]]) for group in want]
        first = next((i for i, how in enumerate(shares) if how >= similar.ALIKE), None)
        want.append([student]) if first is None else want[first].append(student)
    got = [group["students"] for group in similar.groups(prints)]
    assert got == [group for group in want if len(group) > 1]
    assert len(got) > 17
