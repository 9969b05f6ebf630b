"""The warm process: forks a keeper for every request of the driver, and computes nothing itself."""

import json
import os
import signal
import socket
from functools import partial

from forks import run_as, settle, threads
from init import home_in
from keeper import keep, refuse
from kernel import make_kernel
from libraries import HEAVY, burden, warm
from syscalls import PR_GET_DUMPABLE, PR_SET_DUMPABLE, prctl


def serve(control):
    """The zygote: answer requests until the driver hangs up.

    A request is a JSON message with three descriptors, and two more where the run has a group (group.py).
    """
    setup = json.loads(control.recv(1 << 20))
    setup["seccomp"] = bytes.fromhex(setup["seccomp"])
    prctl(PR_SET_DUMPABLE, 0)
    os.umask(0o022)
    warm()
    if setup["path"] != "none":
        os.environ["HOME"] = home_in("/tmp")
        setup["kernel"] = make_kernel()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended keepers vanish by themselves
    settle()
    control.send(json.dumps({"threads": threads(), "dumpable": prctl(PR_GET_DUMPABLE)}).encode())
    while True:
        message, fds, _, _ = socket.recv_fds(control, 1 << 16, 5)
        if not message:
            os._exit(0)
        request = json.loads(message)
        for name in set(request["heavy"]) & set(HEAVY):
            burden(name)
        count = threads()
        if count != 1:
            control.send(json.dumps({"error": f"the warm process has {count} threads and must not fork"}).encode())
        else:
            pid = os.fork()
            if pid == 0:
                control.close()
                run_as(keep, request, setup, *fds, complain=partial(refuse, fds[2]))
            control.send(b"{}")
        for fd in fds:
            os.close(fd)
