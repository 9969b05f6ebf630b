"""The system-call filter of student code, compiled to the kernel's bytecode here and loaded by the worker.

Everything is allowed but what reaches outside the submission, hides memory from the limits, or is a road into the
kernel that no lesson needs. A refused call returns an error, so that libraries fall back as they do on old kernels.

What timing leaves: neighbours share cores, caches and the pages of the files they all may read. How long a read or a
sum takes, or whether touching a mapped page was a major fault, tells one of them, slowly and with errors, what the
other does; no filter of calls can refuse that. Nor can it tell a semaphore that one submission's processes share, as
`multiprocessing` needs it, from a word of a file that neighbours map: two of them that work together can wake each
other by `futex` while both run. So what is shown never comes from a later run than the one in which
hidden steps were sent, and `--workers 1` leaves no neighbour.
"""

import errno
import platform
import struct

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# name: (x86_64, aarch64); None where the architecture has no such call.
REFUSED = {
    # other namespaces, other roots, other file systems
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "open_tree_attr": (467, 467), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "swapon": (167, 224), "swapoff": (168, 225), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    "sethostname": (170, 161), "setdomainname": (171, 162), "acct": (163, 89),
    # signals between neighbours by way of files that both may read, and what tells which of those lie in memory
    "inotify_init": (253, None), "inotify_init1": (294, 26), "inotify_add_watch": (254, 27),
    "fanotify_mark": (301, 263), "flock": (73, 32), "cachestat": (451, 451), "mincore": (27, 232),
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "process_mrelease": (448, 448),
    "migrate_pages": (256, 238), "move_pages": (279, 239),
    # memory and queues that no limit counts
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "shmat": (30, 196),
    "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180), "io_setup": (206, 0),
    "mlock": (149, 228), "mlock2": (325, 284), "mlockall": (151, 230),
    # keys, tracing, the kernel's own interfaces
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "fanotify_init": (300, 262),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "reboot": (169, 142), "syslog": (103, 116), "vhangup": (153, 58),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266),
    "personality": (135, 92), "iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None),
    "uselib": (134, None), "lookup_dcookie": (212, 18), "nfsservctl": (180, 42), "vmsplice": (278, 75),
    "map_shadow_stack": (453, 453), "lsm_set_self_attr": (460, 460),
}  # fmt: skip
CLONE, CLONE3, SOCKET, SOCKETPAIR, IOCTL, MMAP = (56, 220), (435, 435), (41, 198), (53, 199), (16, 29), (9, 222)
SETSOCKOPT, FCNTL, PREADV2 = (54, 208), (72, 25), (327, 286)
SEND_BUFFER = (7, 32)  # SO_SNDBUF, SO_SNDBUFFORCE: the keeper counts sockets at their usual size
NEW_NAMESPACES = 0x80 | 0x20000 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000
TERMINAL_INJECTION = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
AF_UNIX = 1
MAP_ANONYMOUS, MAP_TYPE, MAP_SHARED, MAP_SHARED_VALIDATE = 0x20, 0x0F, 1, 3

RWF_NOWAIT = 0x8  # reads only what lies in memory
TELLING = (5, 36, 1024, 1025, 1026)  # F_GETLK, F_OFD_GETLK, F_SETLEASE, F_GETLEASE, F_NOTIFY

LOAD, AND, JUMP_EQ, JUMP_GE, JUMP_SET, RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL = 0x7FFF0000, 0x80000000
NUMBER, ARCH, FIRST, SECOND, THIRD, FOURTH, SIXTH = (
    0,
    4,
    16,
    24,
    32,
    40,
    56,
)  # offsets in struct seccomp_data: low words


def refuse(number):
    """The return value that makes a call fail with this errno."""
    return 0x00050000 | number


def program(machine=None):
    """The filter for this machine's architecture, as bytes of `struct sock_filter`.

    A process of another architecture, or an x32 call, is killed or refused: its numbers would mean other calls.
    """
    machine = machine or platform.machine()
    if machine not in ARCHITECTURES:
        raise ValueError(f"no system-call filter for {machine}; known: {', '.join(ARCHITECTURES)}")
    column = list(ARCHITECTURES).index(machine)
    code = [
        (LOAD, 0, 0, ARCH),
        (JUMP_EQ, 1, 0, ARCHITECTURES[machine]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
    ]
    if machine == "x86_64":
        code += [(JUMP_GE, 0, 1, 0x40000000), (RETURN, 0, 0, refuse(errno.ENOSYS))]
    for numbers in REFUSED.values():
        if numbers[column] is not None:
            code += [(JUMP_EQ, 0, 1, numbers[column]), (RETURN, 0, 0, refuse(errno.EPERM))]
    code += [(JUMP_EQ, 0, 1, CLONE3[column]), (RETURN, 0, 0, refuse(errno.ENOSYS))]  # glibc then uses clone
    code += _when(CLONE[column], FIRST, [(JUMP_SET, 0, 1, NEW_NAMESPACES), (RETURN, 0, 0, refuse(errno.EPERM))])
    for call in (SOCKET, SOCKETPAIR):
        code += _when(call[column], FIRST, [(JUMP_EQ, 1, 0, AF_UNIX), (RETURN, 0, 0, refuse(errno.EPERM))])
    for request in TERMINAL_INJECTION:
        code += _when(IOCTL[column], SECOND, [(JUMP_EQ, 0, 1, request), (RETURN, 0, 0, refuse(errno.EPERM))])
    for option in SEND_BUFFER:
        code += _when(SETSOCKOPT[column], THIRD, [(JUMP_EQ, 0, 1, option), (RETURN, 0, 0, refuse(errno.EPERM))])
    for command in TELLING:
        code += _when(FCNTL[column], SECOND, [(JUMP_EQ, 0, 1, command), (RETURN, 0, 0, refuse(errno.EPERM))])
    code += _when(PREADV2[column], SIXTH, [(JUMP_SET, 0, 1, RWF_NOWAIT), (RETURN, 0, 0, refuse(errno.EOPNOTSUPP))])
    # Shared memory without a file outlives the process whose resident size showed it.
    shared = [(JUMP_SET, 0, 4, MAP_ANONYMOUS), (AND, 0, 0, MAP_TYPE), (JUMP_EQ, 1, 0, MAP_SHARED)]
    shared += [(JUMP_EQ, 0, 1, MAP_SHARED_VALIDATE), (RETURN, 0, 0, refuse(errno.EPERM))]
    code += _when(MMAP[column], FOURTH, shared)
    code += [(RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("=HBBI", *line) for line in code)


def _when(number, argument, test):
    """Lines that apply `test` to an argument of call `number`, and go on with the number loaded again."""
    body = [(LOAD, 0, 0, argument), *test, (LOAD, 0, 0, NUMBER)]
    return [(JUMP_EQ, 0, len(body), number), *body]
