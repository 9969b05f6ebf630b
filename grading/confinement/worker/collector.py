"""What a cell shows, as notebook outputs: put together, cut to size, sent."""

import contextlib
import json
import os
import threading
import time


class Collector:
    """Turns the kernel's messages into notebook outputs, cut to size, and sends them. Any thread may call it."""

    def __init__(self, link, limit, spills=()):
        self.link, self.limit, self.spills = link, limit, spills
        self.lock = threading.RLock()
        self.discard, self.widgets = False, set()
        self.open()

    def open(self):
        """A cell begins, with its whole share of output."""
        self.room, self.pending, self.sent, self.cut = self.limit, [], time.monotonic(), False

    def close(self):
        """A cell has ended: send what is still here."""
        with self.lock:
            self.spilled()
            self.flush()
            for spill in self.spills:
                with contextlib.suppress(OSError):  # the student closed it
                    spill.empty()

    def spilled(self):
        """Bring in what came by descriptor, so that it keeps its place among what came by print."""
        for spill in self.spills:
            with contextlib.suppress(OSError):
                text = spill.take(self.limit + 1)
                if text:
                    self.add(spill.name, text)

    def text(self, name, text):
        """A piece of stdout or stderr."""
        if os.getpid() != self.link.pid:  # in a fork of the student's: by way of the shared file
            os.write(1 if name == "stdout" else 2, text.encode(errors="replace"))
            return
        if self.cut or self.discard:
            return
        with self.lock:
            self.spilled()
            self.add(name, text)

    def add(self, name, text):
        """Neighbours of one name become one output."""
        if self.pending and self.pending[0] != name:
            self.flush()
        if not self.pending:
            self.pending, self.length = [name], 0
        self.pending.append(text)
        self.length += len(text)
        if time.monotonic() - self.sent > 0.5 or self.length > 1 << 16:
            self.flush()

    def flush(self):
        """Send the text that was put together."""
        if len(self.pending) > 1:
            name, text = self.pending[0], "".join(self.pending[1:])
            self.pending = []
            whole = len(text) <= self.room
            self.emit({"output_type": "stream", "name": name, "text": text[: max(0, self.room)]})
            if not whole:
                self.shorten()
        self.sent = time.monotonic()

    def shorten(self):
        """Say that the rest of this cell's output is left out."""
        if not self.cut:
            self.cut = True
            note = f"\n… output cut after {self.limit >> 10} kB\n"
            self.put({"output_type": "stream", "name": "stderr", "text": note})

    def emit(self, output, transient=None):
        """Send one output if it still fits into this cell's share."""
        if self.discard or self.cut or self.widgets:
            return
        size = len(json.dumps(output))
        if output["output_type"] != "error":
            self.room -= size
            if self.room < -65536:
                self.shorten()
                return
        self.put(output, transient)

    def put(self, output, transient=None):
        """Send one output, whatever its size."""
        if not self.discard:
            self.link.tell(b"D", output=output, display=(transient or {}).get("display_id"))

    def message(self, kind, content):
        """One message of the kernel's output channel."""
        with self.lock:
            if kind == "stream":
                self.text(content["name"], content["text"])
                return
            self.spilled()
            self.flush()
            if kind.startswith("comm_"):
                self.comm(kind, content)
            else:
                self.show(kind, content)

    def show(self, kind, content):
        """A message that is not text."""
        if kind in ("display_data", "execute_result"):
            output = {"output_type": kind, "data": content["data"], "metadata": content["metadata"]}
            if kind == "execute_result":
                output["execution_count"] = content["execution_count"]
            self.emit(output, content.get("transient"))
        elif kind == "error":
            lines = [str(line)[:4000] for line in content["traceback"]][:100]
            self.emit({"output_type": "error", "ename": str(content["ename"])[:200],
                       "evalue": str(content["evalue"])[:4000], "traceback": lines})  # fmt: skip
        elif kind == "update_display_data":
            if not (self.discard or self.cut or self.widgets):
                self.link.tell(b"U", display=content.get("transient", {}).get("display_id"), data=content["data"],
                               metadata=content["metadata"])  # fmt: skip
        elif kind == "clear_output" and not self.discard:
            self.link.tell(b"K", wait=bool(content.get("wait")))

    def comm(self, kind, content):
        """Follow which Output widgets take what is shown now: a front end puts it into them, not under the cell."""
        widget, data = content.get("comm_id"), content.get("data", {})
        state = data.get("state", {}) if isinstance(data, dict) else {}
        if "msg_id" in state and (kind == "comm_open" or data.get("method") == "update"):
            (self.widgets.add if state["msg_id"] else self.widgets.discard)(widget)
        if kind == "comm_close":
            self.widgets.discard(widget)

    def failed(self, error):
        """Show an error that IPython did not."""
        self.message("error", {"ename": type(error).__name__, "evalue": str(error), "traceback": [str(error)]})
