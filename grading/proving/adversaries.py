"""Three cheats that every check must give 0, as what they would send.

Each is the strongest of its kind, so no program of that kind can do better. *forger*: every law holds, every bound is
met, work 1; hidden values it does not know. *parrot*: answers only with values that `expected/` holds, and picks for
each hidden line the one that fits. *constant*: one value for every hidden line, the luckiest. All three forge the laws
and know the visible values, which anyone can read.
"""

import numpy as np

from course_lib.evidence.compare import check_line
from course_lib.evidence.observation import Seen

GUESSES = (None, True, False, 0, 1, 0.0, 1.0, -1, 2, "", [], ())
NAMES = ("forger", "parrot", "constant")


def streams(id, record):
    """What each cheat sends for one check; `record` is the judge's `merged` one. {"forger": [stream], "parrot": ...}.

    A stream is a list of Seen. A prediction has a hash and no hidden line: a guess may be right there, which is what
    its few points are for, so *constant* does not try it.
    """
    lines, parts = record["lines"], record["parts"]
    telling = [x for x in lines if x["kind"] in ("value", "outcome")]
    public = [x["value"] for x in telling if parts[x["position"]] == "visible" and "hash" not in x]
    secret = [x for x in telling if parts[x["position"]] == "hidden"]

    def stream(answer):
        return [_forged(id, line, parts[line["position"]], answer) for line in lines]

    def fitting(line):
        return next((v for v in public if _fits(id, line, "hidden", v)), public[0] if public else None)

    sent = {"forger": [stream(lambda line: None)], "parrot": [stream(fitting)], "constant": []}
    if any("hash" in line for line in lines):
        return sent
    candidates = [*GUESSES, *public[:8], *(line["value"] for line in secret[:8] if line["kind"] == "value")]
    sent["constant"] = [stream(lambda line, v=v: v) for v in candidates]
    shown = {v for x in secret if x["kind"] == "outcome" for v in _one_answer(x["value"])}
    sent["constant"] += [stream(lambda line, v=v: _everywhere(line, v)) for v in sorted(shown)]
    return sent


def _one_answer(truth):
    """What somebody might answer for every case of an outcome: one of its values, or their mean."""
    values = np.unique(truth)
    return [*values[:: max(1, len(values) // 16)].tolist(), float(np.mean(values)), float(np.mean(truth))]


def _everywhere(line, value):
    return np.full(np.shape(line["value"]), value) if line["kind"] == "outcome" else value


def _fits(id, line, part, value):
    return check_line(line, Seen(id, part, line["position"], line["label"], line["kind"], value)) is None


def _forged(id, line, part, answer):
    kind = line["kind"]
    if kind in ("value", "outcome"):
        value = answer(line) if part == "hidden" or "hash" in line else line["value"]
    elif kind == "same_as":
        value = (1.0, 1.0)
    elif kind == "at_least":
        value = line["bound"]
    elif kind == "raises":
        wanted = line.get("error") or line["value"]["type"]
        value = {"type": wanted, "message": "", "family": [wanted, "Exception"]}
    elif kind == "work":
        value = (1, 1)
    else:  # unchanged: it left the input alone
        value = line["value"]
    value = value.copy() if isinstance(value, np.ndarray) else value
    return Seen(id, part, line["position"], line["label"], kind, value)
