"""The warm process: forks a keeper for every request of the driver, and computes nothing itself."""

import json
import os
import signal
import socket
from functools import partial

from forks import hold, run_as, settle, threads
from init import home_in
from keeper import keep, refuse
from kernel import make_kernel
from libraries import HEAVY, burden, warm
from nursery import Nurseries
from syscalls import PR_GET_DUMPABLE, PR_SET_DUMPABLE, prctl


def serve(control):
    """The zygote: answer requests until the driver hangs up.

    A request is a JSON message with three descriptors, and two more where the run has a group (group.py); or with one,
    a file of cells, where a nursery is to be made of them.
    """
    setup = json.loads(control.recv(1 << 20))
    setup["seccomp"] = bytes.fromhex(setup["seccomp"])
    prctl(PR_SET_DUMPABLE, 0)
    os.umask(0o022)
    hold()
    warm()
    if setup["path"] != "none":
        os.environ["HOME"] = home_in("/tmp")
        setup["kernel"] = make_kernel()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended keepers vanish by themselves
    settle()
    control.send(json.dumps({"threads": threads(), "dumpable": prctl(PR_GET_DUMPABLE)}).encode())
    answer(control, setup)


def answer(control, setup):
    """Answer requests: `prepare` a nursery of a lesson, or fork a submission, from the nursery that it names."""

    def nursed(socket, given):
        control.close()
        answer(socket, {**setup, "given": given})

    nurseries = Nurseries(setup.get("kernel"), nursed)
    while True:
        message, fds, _, _ = socket.recv_fds(control, 1 << 16, 5)
        if not message:
            os._exit(0)
        request = json.loads(message)
        for name in set(request["heavy"]) & set(HEAVY):
            burden(name)
        if "prepare" in request:
            with open(fds.pop(), encoding="utf-8") as file:
                ready = nurseries.open(request["prepare"], json.load(file), request["room"])
            control.send(json.dumps({"ready": ready}).encode())
        elif (given := request.pop("given", None)) is not None:
            control.send(nurseries.ask(given, json.dumps(request).encode(), fds) or b'{"gone": true}')
        else:
            control.send(fork(control, nurseries, request, setup, fds))
        for fd in fds:
            os.close(fd)


def fork(control, nurseries, request, setup, fds):
    """Fork the keeper of a submission; the answer to the driver."""
    count = threads()
    if count != 1:
        return json.dumps({"error": f"the warm process has {count} threads and must not fork"}).encode()
    if os.fork() == 0:
        control.close()
        nurseries.close()
        run_as(keep, request, setup, *fds, complain=partial(refuse, fds[2]))
    return b"{}"
