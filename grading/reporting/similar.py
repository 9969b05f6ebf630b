"""Which answers to one exercise are alike beyond what the task dictates; for a human eye, never a verdict.

Answers are compared as syntax trees without names, texts and comments: renaming and reformatting change nothing. What
most of the class shares, or what is short, says nothing and is left out. Of a class of any size little is kept (four
bytes for each run of nodes, equal answers once) and few pairs are compared: those that share a rare run of nodes.
"""

import array
import ast
import collections
import hashlib
import math

from grading.lessons.cells import tree_of

GRAM = 5  # neighbouring nodes that make a run
SHORT = 25  # nodes; below that, everybody writes the same
ALIKE = 0.85


def fingerprint(source):
    """(hashed runs of node types of an answer, whether it is long enough to compare); names and texts left out.

    The runs are an array's bytes, sorted, each once: equal programs give equal bytes. Empty when it does not parse.
    """
    tree = tree_of(source)
    if tree is None:
        return b"", False
    kinds = []
    for node in _walk(tree):
        if isinstance(node, ast.Load | ast.Store | ast.Expr | ast.arguments):
            continue
        kinds.append(type(node).__name__ + (_text(node.value) if isinstance(node, ast.Constant) else ""))
    runs = zip(*(kinds[i:] for i in range(GRAM)), strict=False)
    hashed = {hashlib.md5("|".join(run).encode("utf-8", "replace")).digest()[:4] for run in runs}
    return b"".join(sorted(hashed)), len(kinds) >= SHORT


def _text(value):
    """A constant as text; whole numbers in hexadecimal, which takes any length, and no more time than that."""
    return hex(value) if type(value) is int else str(value)


def _walk(tree):
    """Depth first, docstrings left out, without recursion."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        children = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node, clean=False) is not None:
            children = [child for child in children if child is not node.body[0]]
        waiting += reversed(children)


def alike(answers, stub=""):
    """Groups of students whose answers are alike: [{"students": [...], "how": share of common runs}].

    answers: {student: source}. Runs that more than half of the class (of five or more) has are common knowledge.
    """
    return groups({student: fingerprint(source) for student, source in answers.items()}, fingerprint(stub)[0])


def groups(prints, known=b""):
    """The same from fingerprints: {student: fingerprint}; `known` are the runs of what was handed out."""
    counts = collections.Counter(run for runs, _ in prints.values() for run in _runs(runs))
    usual = {run for run, n in counts.items() if len(prints) >= 5 and n > max(2, len(prints) / 2)}
    common = usual.union(_runs(known))
    found, sets, holders = [], [], collections.defaultdict(list)  # holders: rare run -> groups that may match it
    for student in sorted(prints):
        runs, long = prints[student]
        own = set(_runs(runs)) - common if long else ()
        if len(own) < GRAM:
            continue
        # Of two sets that share ALIKE of their runs, the rarest few of each have one in common.
        rarest = sorted(own, key=lambda run: (counts[run], run))[: len(own) - math.ceil(ALIKE * len(own) - 1e-9) + 1]
        for number in sorted({number for run in rarest for number in holders[run]}):
            how = len(own & sets[number]) / len(own | sets[number])
            if how >= ALIKE:
                found[number]["students"].append(student)
                found[number]["how"] = min(found[number]["how"], how)
                break
        else:
            for run in rarest:
                holders[run].append(len(found))
            found.append({"students": [student], "how": 1.0})
            sets.append(own)
    return [group for group in found if len(group["students"]) > 1]


def _runs(packed):
    return array.array("I", packed)
