"""`subprocess.run` for `python -c CODE`, from processes that have imported already what earlier runs imported.

Half of what a draw costs is starting Python five times and importing NumPy, the library and what the lesson uses. One
process for each environment pays that once; each run is a fork of it, so no run sees what another one did.
"""

import contextlib
import gc
import importlib
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace

SERVE = "from tests.grading.publishing.warm import serve; serve()"


class Warm:
    """Warm processes, one for each environment; use it as a context manager."""

    def __init__(self):
        self._servers, self._lock = {}, threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server, _ in self._servers.values():
            server.stdin.close()
            server.wait()
            server.stdout.close()

    def run(self, command, *, input, env, cwd, capture_output=True):
        """As `subprocess.run([python, "-P", "-c", code, *arguments], ...)`; standard output is dropped."""
        python, *flags, code, folder = command
        with self._lock:
            key = (python, *flags, *sorted(env.items()))
            if key not in self._servers:
                pipe = subprocess.PIPE
                server = subprocess.Popen([python, *flags, SERVE], stdin=pipe, stdout=pipe, env=env, text=True)
                self._servers[key] = (server, threading.Lock())
        server, lock = self._servers[key]
        with lock, tempfile.TemporaryDirectory(prefix="course-warm-") as kept:
            (Path(kept) / "input").write_bytes(input)
            request = {"code": code, "arguments": [folder], "cwd": cwd, "kept": kept}
            server.stdin.write(json.dumps(request) + "\n")
            server.stdin.flush()
            returncode = json.loads(server.stdout.readline())
            return SimpleNamespace(returncode=returncode, stderr=(Path(kept) / "errors").read_bytes())


def serve():
    """The warm process: reads requests, a line each; forks for each, and then imports what that one imported."""
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _forked(request)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        _import(Path(request["kept"]) / "modules")
        print(json.dumps(status), flush=True)


def _forked(request):
    """In the fork: be the process that was asked for, then say what it imported."""
    kept, code = Path(request["kept"]), 1
    try:
        for number, name, flags in ((0, "input", os.O_RDONLY), (2, "errors", os.O_WRONLY | os.O_CREAT)):
            os.dup2(os.open(kept / name, flags, 0o600), number)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.stdin = open(0, closefd=False)  # noqa: SIM115 - until the process ends
        sys.argv = ["-c", *request["arguments"]]
        os.chdir(request["cwd"])
        random.seed()
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()  # a process of its own would begin with a seed of its own
        before = set(sys.modules)
        exec(compile(request["code"], "<string>", "exec"), {"__name__": "__main__"})
        (kept / "modules").write_text("\n".join(name for name in sys.modules if name not in before), encoding="utf-8")
        code = 0
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    finally:
        sys.stderr.flush()
        os._exit(code)


def _import(path):
    names = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    for name in names:
        with contextlib.suppress(Exception):  # made by the run itself: no file of that name
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what is imported stays as it is, and is not copied into each fork
