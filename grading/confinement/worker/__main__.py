"""The warm process in which student code runs: a folder that needs nothing beside it, started as `python -I FOLDER`.

The zygote imports the libraries once and computes nothing. For every submission it forks a keeper, which enters new
namespaces and forks pid 1 (init), which mounts a fresh tmpfs and /proc, gives up every right and forks the process that
runs the cells. What each may see:

    zygote   requests of the driver (limits, which heavy libraries, three descriptors); never a source or an output
    keeper   the clock, /proc or its run's control group, and one socket to the driver; kills pid 1, and with it
             everything, when a limit is hit
    init     nothing; it ends when the cells' process ends
    cells    the job, by its command pipe (submission.py); answers with frames on its output pipe

`conversation.py`, one folder up, is the other end of the pipes, `zygote.py` there that of the zygote's socket.

The files here import one another by their bare names, and only while this one is being read: before any library is
imported they are forgotten, so that student code finds none of them by a name and its own `limits.py` is its own.
"""

import os
import sys


def forget(folder):
    """Leave no name by which this folder's files could be imported, or could stand in another module's way."""
    sys.path_importer_cache.pop(folder, None)
    for name in {file.removesuffix(".py") for file in os.listdir(folder)} - {"__main__"}:
        sys.modules.pop(name, None)


if __name__ == "__main__":
    if sys.flags.isolated:  # -I ignores the fixed hash seed; the environment is the driver's own
        os.execv(sys.executable, [sys.executable, "-s", "-P", "-B", *sys.argv])
    import socket

    from zygote import serve

    forget(sys.path[0])  # where Python puts a folder that it runs
    sys.path[0] = os.environ["COURSE_LIB_DIR"]
    serve(socket.socket(fileno=int(sys.argv[1])))
