# ruff: noqa
"""Tries every way out over a network, and to sockets of other processes on this machine."""

# %%
import ctypes
import socket

reached, tried = [], []


def attempt(name, family, address, kind=socket.SOCK_STREAM):
    tried.append(name)
    try:
        with socket.socket(family, kind) as s:
            s.settimeout(1)
            s.connect(address)
            reached.append(name)
    except OSError:
        pass


for host in ("127.0.0.1", "@ADDRESS@", "10.0.0.1", "169.254.169.254", "1.1.1.1"):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        attempt(f"{host} {kind.name}", socket.AF_INET, (host, int("@PORT@")), kind)
attempt("::1", socket.AF_INET6, ("::1", int("@PORT@")))
attempt("abstract", socket.AF_UNIX, "\0@ABSTRACT@")
attempt("path", socket.AF_UNIX, "@PATH@")
attempt("vsock", socket.AF_VSOCK, (2, 1024))
attempt("packet", socket.AF_PACKET, ("lo", 0), socket.SOCK_RAW)
attempt("netlink", socket.AF_NETLINK, (0, 0), socket.SOCK_RAW)
# %%
try:
    socket.getaddrinfo("example.org", 80)
    reached.append("names")
except OSError:
    pass
with open("/proc/net/unix") as file:
    reached += [line.split()[-1] for line in file.readlines()[1:] if "@ABSTRACT@" in line]
with open("/proc/net/dev") as file:
    reached += [line.split(":")[0].strip() for line in file if ":" in line and "lo:" not in line]
libc = ctypes.CDLL(None, use_errno=True)
for flags in (0x10000000, 0x40000000, 0x20000, 0x20000000):
    if libc.unshare(flags) == 0:
        reached.append(f"unshare {flags:x}")
    if libc.syscall(56, flags | 17, 0, 0, 0, 0) >= 0:
        reached.append(f"clone {flags:x}")
print("TRIED", len(tried))
print("REACHED", reached)
