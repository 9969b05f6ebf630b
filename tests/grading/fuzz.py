"""Mutated notebooks by the hundred, graded as one class: each ends in a named outcome and none gains a point.

    python -m tests.grading.fuzz --n 2000 --seed 1

Mutations are of the structure, of the metadata and of the bytes; the seed decides all of them.
"""

import argparse
import collections
import copy
import gzip
import json
import random
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from grading import course as courses
from grading.marking import engine
from grading.marking.overlay import OUTCOMES
from tests.grading import small_course as sc
from tests.grading import small_lesson as small
from tests.grading.attacks import course as hostile

ODD = [None, True, 7, -1, 1e308, "", "x", "\ud800", "\x00", [], {}, [[]], [7], {"a": None}, {"grade_id": "tail"},
       "check-tail", "double", ["raises-exception", 3], "code", "markdown", {"nbgrader": 4}, "a" * 5000]  # fmt: skip
KINDS = ("code", "markdown", "raw", "heading", "", None)
IDS = ("double", "tail", "guess", "check-double", "check-tail", "predict-guess", "question-why", "other", 7, None)


def _spots(tree):
    found, todo = [], [tree]
    while todo:
        node = todo.pop()
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            found.append((node, key))
            if isinstance(node[key], dict | list):
                todo.append(node[key])
    return found


def anything(rng, tree):
    """Values anywhere replaced or taken out."""
    for _ in range(rng.choice([1, 2, 5, 20])):
        node, key = rng.choice(_spots(tree) or [(tree, "x")])
        if rng.random() < 0.3 and isinstance(node, dict):
            node.pop(key, None)
        else:
            node[key] = copy.deepcopy(rng.choice(ODD))


def cells(rng, tree):
    """Cells deleted, doubled, moved, retyped, cut in two, emptied, pasted together."""
    for _ in range(rng.choice([1, 2, 4, 12])):
        listed = tree["cells"]
        if not listed:
            return
        i, what = rng.randrange(len(listed)), rng.randrange(8)
        if what == 0:
            del listed[i]
        elif what == 1:
            listed.insert(rng.randrange(len(listed) + 1), json.loads(json.dumps(listed[i])))
        elif what == 2:
            listed.insert(rng.randrange(len(listed)), listed.pop(i))
        elif what == 3:
            listed[i]["cell_type"] = rng.choice(KINDS)
        elif what == 4:
            text = "".join(listed[i]["source"])
            cut = rng.randrange(len(text) + 1)
            listed[i : i + 1] = [{**listed[i], "source": text[:cut]}, {**listed[i], "source": text[cut:]}]
        elif what == 5:
            listed[i]["source"] = rng.choice(["", [], "%%bash\nls", "!ls", "?x", "def tail(x):", "with check('tail'):"])
        elif what == 6:
            other = rng.choice(listed)
            listed[i]["source"] = "".join(listed[i]["source"]) + "\n" + "".join(other["source"])
        else:
            rng.shuffle(listed)


def metadata(rng, tree):
    """Marks, ids, tags and the notebook's own metadata changed, exchanged or lost, as editors do."""
    for cell in tree["cells"]:
        if rng.random() < 0.5:
            continue
        what = rng.randrange(6)
        if what == 0:
            cell["metadata"] = rng.choice([{}, None, [], {"tags": ["skip-execution"]}, {"nbgrader": {}}])
        elif what == 1:
            cell["id"] = rng.choice(["x", "", 7, "double", "setup", "solve-tail", "a" * 300, "<b>"])
        elif what == 2:
            cell.pop(rng.choice(list(cell)), None)
            cell.setdefault("source", "")
        elif isinstance(cell.get("metadata"), dict) and isinstance(cell["metadata"].get("nbgrader"), dict):
            mark = cell["metadata"]["nbgrader"]
            mark[rng.choice([*mark, "grade_id"])] = rng.choice(IDS if what == 3 else ODD)
    if rng.random() < 0.3:
        tree["metadata"] = copy.deepcopy(rng.choice(ODD))
    if rng.random() < 0.3:
        tree["nbformat"] = rng.choice([2, 3, 5, 99, None, "4"])


def spoil(rng, data):
    """Bytes flipped, cut out, put in, doubled, or the whole in another encoding."""
    data = bytearray(data)
    for _ in range(rng.choice([0, 1, 3, 30])):
        data[rng.randrange(len(data))] = rng.randrange(256)
    i, j = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    text = data.decode("utf-8", "replace")
    ways = [bytes(data), bytes(data[:i]), bytes(data[i:]), bytes(data[:i] + data[j:]), bytes(data + data[i:]),
            bytes(data[:i] + rng.randbytes(20) + data[i:]), text.encode("utf-16"), text.encode("utf-8-sig"),
            text.replace("\n", "\r\n").encode(), gzip.compress(data, mtime=0), bytes(data) * 2, bytes(data) + b"\0",
            text.replace('"', "'").encode(), text.replace("cells", "C").encode(), text.upper().encode()]  # fmt: skip
    return rng.choice(ways)


def mutant(rng, raw):
    """One mutated notebook from the bytes of a whole one."""
    tree, kind = json.loads(raw), rng.choice(["structure", "cells", "metadata", "bytes", "all"])
    if kind in ("cells", "all"):
        cells(rng, tree)
    if kind in ("metadata", "all"):
        metadata(rng, tree)
    if kind in ("structure", "all"):
        anything(rng, tree)
    data = json.dumps(tree).encode()
    return spoil(rng, data) if kind in ("bytes", "all") else data


def hand_in(made, n, seed):
    """Hand in `n` mutants; returns their students' names."""
    rng = random.Random(seed)
    students = [f"m{i:05d}" for i in range(n)]
    for student in students:
        sc.hand_in(made, student, mutant(rng, small.raw(hostile.honest(made, student))))
    return students


def wrong(made, summary, students):
    """Sentences for everything that is not as it must be."""
    said = []
    graded = {one.student: one for one in summary.graded}
    if sorted(graded) != sorted(students):
        said.append(f"{len(students)} were handed in, {len(graded)} graded")
    written = {student: told for (student, _), told in sc.dump(made).items()}
    for student, one in graded.items():
        if one.outcome not in OUTCOMES or (one.outcome != "graded" and not one.verdict.sentence):
            said.append(f"{student}: no named outcome: {one.outcome!r}")
        if one.verdict.score > hostile.HONEST_SCORE:
            said.append(f"{student}: gained points: {one.verdict.score}")
        if one.verdict.ended not in ("finished", "not run"):
            said.append(f"{student}: ended by {one.verdict.ended}")
        marks = written.get(student, ({},))[0]
        if sum(auto or 0 for auto, *_ in marks.values()) != one.verdict.score:
            said.append(f"{student}: the gradebook does not hold the verdict's {one.verdict.score} points")
        path = made.root / "autograded" / student / small.LESSON / f"{small.LESSON}.ipynb"
        nb = nbformat.reads(path.read_text(encoding="utf-8"), 4)
        nbformat.validate(nb)
        ids = [c.metadata["nbgrader"]["grade_id"] for c in nb.cells if "nbgrader" in c.metadata]
        if ids != [c.grade_id for c in made.skeleton(small.LESSON).cells if c.grade_id]:
            said.append(f"{student}: its graded cells are {ids}")
    return said


def run(folder, n, seed):
    """Hand in, grade, check: (Summary, sentences)."""
    made = courses.init(Path(folder) / "course", [hostile.lesson_files()])
    students = hand_in(made, n, seed)
    with hostile.Watching(2) as pool:
        summary = engine.grade(made.root, pool=pool, workers=2)
    return summary, wrong(made, summary, students)


def table(summary):
    """How many ended how."""
    outcomes = collections.Counter(one.outcome for one in summary.graded)
    points = collections.Counter(f"{one.verdict.score:g}" for one in summary.graded if one.outcome == "graded")
    lines = [f"{count:6} {outcome}" for outcome, count in outcomes.most_common()]
    lines.append(
        "points of those graded: " + ", ".join(f"{count} x {score}" for score, count in sorted(points.items()))
    )
    rate = len(summary.graded) / summary.seconds
    lines.append(f"{len(summary.graded)} mutants in {summary.seconds:.0f} s, {rate:.1f} a second")
    return "\n".join(lines)


def main():
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory() as folder:
        summary, said = run(folder, options.n, options.seed)
    print(table(summary), *said, sep="\n")
    sys.exit(bool(said))


if __name__ == "__main__":
    main()
