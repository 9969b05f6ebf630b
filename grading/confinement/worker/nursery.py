"""A process between the zygote and the submissions of one lesson: it holds what the lesson's own cells give."""

import json
import os
import signal
import socket
import time

from forks import run_as, settle, threads
from given import Unfit, make

PATIENCE = 60  # seconds by the clock for the lesson's own cells, all attempts together
ATTEMPTS = 8  # each finds one more cell that is unfit
KEPT = 8  # lessons at the same time, of 60 MB at most: of more, those that come one after the other are made anew


class Nurseries:
    """The nurseries of a zygote, by key."""

    def __init__(self, kernel, serve):
        self.kernel, self.serve = kernel, serve  # serve(socket, given) answers requests, and never returns
        self.sockets = {}

    def open(self, key, cells, room):
        """Have one made; whether there is one now. Cells that are unfit, and what rests on them, are left out."""
        end = time.monotonic() + PATIENCE
        for _ in range(ATTEMPTS):
            mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            pid = os.fork()
            if pid == 0:
                mine.close()
                self.close()
                run_as(self._begin, theirs, cells, room, end, complain=lambda text: None)
            theirs.close()
            told = json.loads(mine.recv(1 << 16) or b"{}")
            if "ready" in told:
                self.sockets[key] = mine
                while len(self.sockets) > KEPT:
                    self.sockets.pop(next(iter(self.sockets))).close()
                return True
            mine.close()
            cells = without(cells, told.get("unfit"))
            if not cells:
                break
        return False

    def _begin(self, control, cells, room, end):
        signal.alarm(max(1, round(end - time.monotonic())))
        try:
            given = make(self.kernel, cells, room)
        except Unfit as unfit:
            control.send(json.dumps({"unfit": str(unfit)}).encode())
            return
        signal.alarm(0)
        if threads() == 1:
            settle()
            control.send(b'{"ready": true}')
            self.serve(control, given)

    def ask(self, key, message, fds):
        """Pass a request on; the answer, or b"" where there is no nursery any more."""
        nursery = self.sockets.pop(key, None)
        if nursery is None:
            return b""
        self.sockets[key] = nursery  # the last to be given up
        try:
            socket.send_fds(nursery, [message], fds)
            answer = nursery.recv(1 << 16)
        except OSError:
            answer = b""
        if not answer:
            self.sockets.pop(key).close()
        return answer

    def close(self):
        """In a child: nothing of these is its own."""
        for nursery in self.sockets.values():
            nursery.close()
        self.sockets.clear()


def without(cells, unfit):
    """The cells but for the one with this id, and those that rest on what it binds; none where no such cell is."""
    lost, left = None, []
    for cell in cells:
        if cell["id"] == unfit:
            lost = set(cell["binds"])
        elif lost is None or cell["check"] or not lost & set(cell["reads"]):
            left.append(cell)
        else:
            lost |= set(cell["binds"])
    return left if lost is not None else []
