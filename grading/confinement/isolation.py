"""The confinement that is promised, held against what was read back inside it before any student code ran."""

from grading.confinement.job import Isolation, Limits
from grading.confinement.protocol import Refused

NAMESPACES = {"user", "pid", "mnt", "net", "ipc", "uts"}
WRITABLE = ("/dev/pts", "/dev/shm", "/tmp")
DEVICES = ("/dev/full", "/dev/null", "/dev/random", "/dev/tty", "/dev/urandom", "/dev/zero", "/dev/console")


def differences(isolation: Isolation, limits: Limits) -> tuple[str, ...]:
    """Sentences for everything in which the confinement read back is not what was promised."""
    path, said = isolation.path, []
    if path == "none":
        return ("Student code is not confined at all.",)

    def must(good, sentence):
        if not good:
            said.append(sentence)

    must(isolation.uid > 0, "Student code runs as root.")
    if path == "root":
        must(isolation.uid != isolation.zygote_uid, "Student code shares the warm process's user.")
    must(isolation.capabilities, "Its capabilities are unknown.")
    must(not isolation.capabilities.replace("0", "").strip(), f"It has capabilities: {isolation.capabilities}.")
    must(isolation.no_new_privs, "It may gain privileges by running a program.")
    must(isolation.seccomp, "No system-call filter is in force.")
    for name in ("unshare", "mount", "ptrace", "memfd", "inet"):
        must(name in isolation.refused, f"The call {name} is not refused.")
    for name in NAMESPACES if path != "root" else NAMESPACES - {"user"}:
        must(name in isolation.namespaces, f"It shares the {name} namespace.")
    own = 2 if path != "single" else 4  # there the warm process and the keeper share its process namespace
    must(len(isolation.pids) == own, f"It sees processes {list(isolation.pids)} instead of its own {own}.")
    must(isolation.interfaces == ("lo",), f"It sees network interfaces {list(isolation.interfaces)}.")
    extra = set(isolation.writable) - set(WRITABLE) - set(DEVICES)
    must(not extra, f"It can write to {', '.join(sorted(extra))}.")
    must(isolation.descriptors == (0, 1, 2, 3, 4), f"It holds descriptors {list(isolation.descriptors)}.")
    must(isolation.process_limit, "The limit on processes does not bind.")
    wanted = {"CPU": limits.cpu + 5, "NOFILE": limits.files, "FSIZE": limits.file_size, "NPROC": limits.processes}
    wanted |= {"DATA": 2 * limits.memory + (8 << 30), "AS": 2 * limits.memory + (64 << 30)}
    for name, most in wanted.items():
        must(0 < isolation.limits.get(name, -1) <= most, f"Its limit {name} is {isolation.limits.get(name)}.")
    size, files = isolation.disk
    must(size <= limits.disk, f"Its /tmp takes {size >> 20} MB.")
    must(path == "single" or files <= limits.inodes, f"Its /tmp takes {files} files.")
    return tuple(said)


def promised(isolation: Isolation, limits: Limits) -> tuple[str, ...]:
    """As `differences`, but refuses the submission when there are any; no student code has run yet."""
    said = differences(isolation, limits)
    if said:
        raise Refused(" ".join(said))
    return said
