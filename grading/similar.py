"""Which answers to one exercise are alike beyond what the task dictates; for a human eye, never a verdict.

Answers are compared as syntax trees without names, texts and comments: renaming and reformatting change nothing. What
most of the class shares, or what is short, says nothing and is left out.
"""

import ast
import collections
import hashlib

from grading.skeleton import parse

GRAM = 5  # neighbouring nodes that make a fingerprint
SHORT = 25  # nodes; below that, everybody writes the same
ALIKE = 0.85


def fingerprint(source):
    """The set of hashed runs of node types of an answer, names and constants left out; empty when it does not parse."""
    tree = parse(source)
    if tree is None:
        return frozenset(), 0
    kinds = []
    for node in _walk(tree):
        if isinstance(node, ast.Load | ast.Store | ast.Expr | ast.arguments):
            continue
        kinds.append(type(node).__name__ + (str(node.value) if isinstance(node, ast.Constant) else ""))
    grams = zip(*(kinds[i:] for i in range(GRAM)), strict=False)
    return frozenset(hashlib.md5("|".join(g).encode("utf-8", "replace")).hexdigest()[:12] for g in grams), len(kinds)


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
    prints = {student: fingerprint(source) for student, source in answers.items()}
    known = fingerprint(stub)[0]
    counts = collections.Counter(g for grams, _ in prints.values() for g in grams)
    usual = {g for g, n in counts.items() if len(prints) >= 5 and n > max(2, len(prints) / 2)}
    own = {s: grams - usual - known for s, (grams, length) in prints.items() if length >= SHORT}
    own = {s: grams for s, grams in own.items() if len(grams) >= GRAM}
    groups = []
    for student in sorted(own):
        for group in groups:
            how = _share(own[student], own[group["students"][0]])
            if how >= ALIKE:
                group["students"].append(student)
                group["how"] = min(group["how"], how)
                break
        else:
            groups.append({"students": [student], "how": 1.0})
    return [group for group in groups if len(group["students"]) > 1]


def _share(a, b):
    return len(a & b) / len(a | b)
