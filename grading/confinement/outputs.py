"""What the cells of a submission show, as notebook outputs: only known fields, clean text, and no more than is kept."""

import math

from grading.confinement.frames import Broken

OUTPUTS = 10_000  # per submission; more would keep the driver busy
NODES = 500_000  # values in all outputs together


class TooMany(ValueError):
    """An output holds more values than the driver keeps."""


class Outputs:
    """Puts the outputs of a submission's cells together, in the order in which they arrive."""

    def __init__(self):
        self.shown, self.room = 0, [NODES]
        self.displays = {}  # display id -> its outputs
        self.clearing = False  # the next output takes the place of those before it

    def begin(self):
        """A cell begins."""
        self.clearing = False

    def add(self, outputs, message):
        """One more output for a cell's list; for None, between cells, it only counts."""
        try:
            output = tidy(message["output"], self.room)
        except TooMany:
            output = {"output_type": "stream", "name": "stderr", "text": "(an output of too many values to keep)\n"}
        self.shown += 1
        if outputs is None or output is None or self.shown > OUTPUTS:
            return
        if self.clearing:
            outputs.clear()
            self.clearing = False
        if output["output_type"] == "stream":
            if outputs and outputs[-1]["output_type"] == "stream" and outputs[-1]["name"] == output["name"]:
                outputs[-1]["text"].append(output["text"])
                return
            output["text"] = [output["text"]]  # joined at the end: many small pieces must not cost their square
        outputs.append(output)
        if isinstance(message.get("display"), str):
            self.displays.setdefault(message["display"], []).append(output)

    def update(self, message):
        """New content for every output of one display."""
        new = {"output_type": "display_data", "data": message["data"], "metadata": message["metadata"]}
        try:
            new = tidy(new, self.room)
        except TooMany:
            return
        shown = self.displays.get(message["display"], [])
        self.shown += len(shown)
        for output in shown if self.shown <= OUTPUTS else []:
            output["data"], output["metadata"] = new["data"], new["metadata"]

    def clear(self, outputs, message):
        """Empty a cell's list, now or when its next output comes."""
        if outputs is None:
            return
        self.clearing = bool(message.get("wait"))
        if not self.clearing:
            outputs.clear()


def join(outputs):
    """Make one text of each stream's pieces."""
    for output in outputs:
        if output["output_type"] == "stream":
            output["text"] = "".join(output["text"])


def tidy(output, room):
    """An output as nbformat has it, or None: only known fields, text that can be written as UTF-8.

    `room` is a list of one number, counted down by the values it holds; below 0 raises TooMany.
    """
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": _text(output["text"])}
    if kind == "error":
        trace = [_text(line) for line in output["traceback"]]
        return {
            "output_type": kind,
            "ename": _text(output["ename"]),
            "evalue": _text(output["evalue"]),
            "traceback": trace,
        }
    if kind not in ("display_data", "execute_result"):
        return None
    data, metadata = _value(output["data"], room), _value(output["metadata"], room)
    if not isinstance(data, dict) or not isinstance(metadata, dict):
        raise Broken("an output without data")
    result = {"output_type": kind, "data": data, "metadata": metadata}
    if kind == "execute_result":
        count = output.get("execution_count")
        result["execution_count"] = count if type(count) is int and 0 <= count < 2**31 else None
    return result


def _text(text):
    if not isinstance(text, str):
        raise Broken("text that is none")
    return text.encode("utf-8", "replace").decode()


def _value(value, room):
    """A JSON value with clean text and finite numbers; `room` counts down how many values it may hold."""
    room[0] -= 1
    if room[0] < 0:
        raise TooMany
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {_text(name): _value(item, room) for name, item in value.items()}
    if isinstance(value, list):
        return [_value(item, room) for item in value]
    if type(value) is int and value.bit_length() > 1024:
        return None  # as text it takes the square of its length
    return None if isinstance(value, float) and not math.isfinite(value) else value
