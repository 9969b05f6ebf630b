# ruff: noqa
"""Reads its own memory, which began as a copy of the warm process's, and tries to get at that process's."""

# %%
import ctypes
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)
first, second = "@FIRST@", "@SECOND@"
control = "needle" + "-in-this-process"


def search(pid, parts):
    """How often the joined parts lie in a process's writable memory."""
    count, needle = 0, b"".join(p.encode() for p in parts)
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            if " rw" in line and "[v" not in line:
                start, end = (int(x, 16) for x in line.split()[0].split("-"))
                try:
                    memory.seek(start)
                    data = memory.read(end - start)
                except (OSError, ValueError, MemoryError):
                    continue
                count += data.count(needle)
                del data
    return count


# %%
found = []
print("CONTROL", search("self", ["needle", "-in-this-process"]) > 0)
here = search("self", [first, second])
if here > 1:  # one is the joined needle itself
    found.append(f"token in own memory {here}")
for pid in (1, os.getppid(), 2, 3, 4, 5):
    if pid == os.getpid():
        continue
    try:
        search(pid, [first, second])
        found.append(f"memory of {pid}")
    except OSError:
        pass


# %%
class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


buffer = ctypes.create_string_buffer(64)
local, remote = Vector(ctypes.addressof(buffer), 64), Vector(id(object), 64)
for pid in (1, os.getppid()):
    if libc.process_vm_readv(pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0) > 0:
        found.append(f"process_vm_readv {pid}")
    if libc.ptrace(16, pid, None, None) == 0:
        found.append(f"ptrace {pid}")
    if libc.syscall(434, pid, 0) != -1:
        descriptor = libc.syscall(434, pid, 0)
        for number in range(64):
            if libc.syscall(438, descriptor, number, 0) != -1:
                found.append(f"pidfd_getfd {pid} {number}")
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGSEGV):
        try:
            os.kill(pid, number)
        except OSError:
            pass
try:
    os.kill(-1, signal.SIGKILL)
except OSError:
    pass
print("REACHED", found)
