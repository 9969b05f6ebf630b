"""The warm process as the driver sees it: started once, then asked to fork a submission at a time."""

import json
import socket
import subprocess
import tempfile
import threading
from dataclasses import asdict

from grading.confinement import seccomp
from grading.confinement.protocol import Refused

WARM = 120.0  # seconds a worker may take to import its libraries


class Zygote:
    """The warm process as the driver sees it: a socket to send requests to."""

    def __init__(self, words, inherited, values, path, user=None):
        self.lock = threading.Lock()
        self.prepared = {}  # a lesson's early cells -> whether a nursery has run them
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        try:
            self.process = subprocess.Popen(
                [*words, str(theirs.fileno())],
                pass_fds=[theirs.fileno(), *inherited],
                env=values,
                stdin=subprocess.DEVNULL,
                stdout=self.errors,
                stderr=self.errors,
                cwd="/",
                start_new_session=True,  # Ctrl-C is the driver's to handle
                **({} if user is None else {"user": user, "group": user, "extra_groups": []}),
            )
        finally:
            theirs.close()
        self.socket.settimeout(WARM)
        ready = self.answer({"seccomp": seccomp.program().hex(), "path": path})
        if ready != {"threads": 1, "dumpable": 0}:
            self.close()
            raise Refused(f"the warm process is not fit to fork: {ready}")

    def answer(self, request, fds=()):
        """Send one request; the reply, or Refused with what the worker complained about."""
        try:
            socket.send_fds(self.socket, [json.dumps(request).encode()], fds)
            reply = self.socket.recv(1 << 16)
        except OSError:
            reply = b""
        if not reply:
            self.close()
            raise Refused(self.complaint())
        reply = json.loads(reply)
        if "error" in reply:
            raise Refused(reply["error"])
        return reply

    def ask(self, request, fds, early=()):
        """Have a submission started with these three descriptors, where its lesson's `early` cells have run."""
        with self.lock:
            for _ in range(2):  # a nursery may be gone: killed, or given up for other lessons'
                if not early or not self._prepared(early, request):
                    break
                reply = self.answer({**request, "given": str(hash(early))}, fds)
                if "gone" not in reply:
                    return reply
                del self.prepared[early]
            return self.answer(request, fds)

    def _prepared(self, early, request):
        """Whether a nursery of these cells is there; made for the first that asks, who is to find what others find."""
        if early not in self.prepared:
            room = request["limits"]["cell_output"]
            asked = {"prepare": str(hash(early)), "heavy": request["heavy"], "room": room}
            with tempfile.TemporaryFile() as file:
                file.write(json.dumps([asdict(cell) for cell in early]).encode())
                file.seek(0)
                self.prepared[early] = self.answer(asked, [file.fileno()])["ready"]
        return self.prepared[early]

    def complaint(self):
        """The last line the worker, or bubblewrap, wrote before it ended."""
        return self.said[-1] if self.said else f"the worker ended with status {self.process.returncode}"

    def alive(self):
        """Whether it still runs."""
        return self.process.poll() is None

    def close(self):
        """Hang up, which ends it; keep its last words."""
        self.socket.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if not self.errors.closed:
            self.errors.seek(0)
            self.said = self.errors.read()[-4000:].decode(errors="replace").strip().splitlines()
            self.errors.close()
