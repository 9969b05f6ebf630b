"""What this machine offers for confinement, and what to type where it offers too little; for `course doctor`."""

import platform
import subprocess

from grading.confinement import bubblewrap, seccomp
from grading.confinement.sandbox import PATHS, Sandbox
from grading.errors import CourseError

CONTAINER = "docker run --cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined ..."


def offers() -> dict:
    """What this machine offers for confinement, for `course doctor`.

    Keys: bwrap, version, user_namespaces, path, says (a sentence), todo (the commands to type, or []).
    """
    found = bubblewrap.find()
    report = {"bwrap": found, "version": None, "user_namespaces": None, "path": None, "says": "", "todo": []}
    if not found:
        report["says"], report["todo"] = bubblewrap.advice(), [_install()]
        return report
    report["version"] = subprocess.run([found, "--version"], capture_output=True, text=True).stdout.split()[-1]
    probe = ["--ro-bind", "/", "/", "--unshare-user", "--unshare-pid", "true"]
    report["user_namespaces"] = subprocess.run([found, *probe], capture_output=True).returncode == 0
    if platform.machine() not in seccomp.ARCHITECTURES:
        report["says"] = f"There is no system-call filter for {platform.machine()}; grade on x86_64 or aarch64."
        return report
    try:
        with Sandbox() as sandbox:
            report["path"] = sandbox.path
            report["says"] = f"Submissions are confined: {PATHS[sandbox.path]}. {sandbox.groups.advice()}"
    except CourseError as error:
        report["says"] = str(error)
    if report["path"] == "single" or (report["path"] is None and not report["user_namespaces"]):
        report["todo"] = _allow_namespaces() or [CONTAINER]
    return report


def _install():
    words = bubblewrap.install_command()
    return f"sudo {' '.join(words)}" if words else "install the package bubblewrap"


def _allow_namespaces():
    """The commands that let ordinary users make namespaces, for the switches this kernel has."""
    switches = {
        "kernel.unprivileged_userns_clone": "1",
        "kernel.apparmor_restrict_unprivileged_userns": "0",
        "user.max_user_namespaces": "15000",
    }
    todo = []
    for name, value in switches.items():
        try:
            with open(f"/proc/sys/{name.replace('.', '/')}") as file:
                now = file.read().strip()
        except OSError:
            continue
        if (now == "0") != name.startswith("kernel.apparmor"):
            todo.append(f"sudo sysctl -w {name}={value}")
    return todo
