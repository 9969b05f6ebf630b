# ruff: noqa
"""Reads what /proc shows of other processes, and everyone's environment."""

# %%
import os

token = "@FIRST@" + "@SECOND@"
found, tried = [], 0
own = str(os.getpid())
for pid in filter(str.isdigit, os.listdir("/proc")):
    if pid not in ("1", own):
        found.append("process " + pid)
    for name in (
        "environ",
        "cmdline",
        "mem",
        "maps",
        "root",
        "cwd",
        "fd",
        "fdinfo",
        "auxv",
        "stack",
        "task/1/children",
    ):
        path = f"/proc/{pid}/{name}"
        tried += 1
        try:
            data = (
                " ".join(os.listdir(path)) if os.path.isdir(path) else open(path, "rb").read(1 << 22).decode("latin1")
            )
            if token in data or (
                pid == "1" and name in ("environ", "mem", "maps", "fd", "fdinfo", "auxv", "root", "cwd")
            ):
                found.append(path)
        except OSError:
            pass
if token in str(os.environ):
    found.append("environment")
for path in ("/proc/kcore", "/proc/kmsg", "/proc/1/root/etc/shadow", "/proc/sysrq-trigger", "/dev/mem", "/dev/kmsg"):
    try:
        open(path, "rb").read(1)
        found.append(path)
    except OSError:
        pass
# %%
print("TRIED", tried > 10)
print("REACHED", found)
