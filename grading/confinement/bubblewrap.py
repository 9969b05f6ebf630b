"""Find bubblewrap, install it where the user may, or say which command to type.

By command: `python -m grading.confinement.bubblewrap`.
"""

import os
import shutil
import subprocess
import sys

INSTALLERS = {  # package manager -> how it installs without asking
    "apt-get": ["apt-get", "install", "-y", "bubblewrap"],
    "dnf": ["dnf", "install", "-y", "bubblewrap"],
    "apk": ["apk", "add", "bubblewrap"],
    "pacman": ["pacman", "-S", "--noconfirm", "bubblewrap"],
    "zypper": ["zypper", "--non-interactive", "install", "bubblewrap"],
}


def find():
    """The path of bwrap, or None."""
    return shutil.which("bwrap")


def install_command():
    """The command that installs bubblewrap on this machine, as a list of words, or None where none is known."""
    return next((words for tool, words in INSTALLERS.items() if shutil.which(tool)), None)


def advice():
    """One sentence: what a user without bubblewrap should do."""
    if sys.platform != "linux":
        return "Grading needs Linux: use WSL on Windows or a Linux container on macOS. Lessons work here too."
    words = install_command()
    if words is None:
        return "Grading needs bubblewrap (bwrap): install it with your system's package manager."
    return f"Grading needs bubblewrap; to install it, type: sudo {' '.join(words)}"


def install():
    """Install bubblewrap as root with the system's package manager; True when it is there afterwards."""
    words = install_command()
    if words[0] == "apt-get":
        subprocess.run(["apt-get", "update", "-qq"], stdin=subprocess.DEVNULL, check=False)
    subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    return find() is not None


def main():
    """Make bubblewrap available or explain; never fails, since only grading needs it."""
    if find():
        return
    if sys.platform == "linux" and os.geteuid() == 0 and install_command():
        print("Installing bubblewrap, which confines student code when grading ...")
        if install():
            return
    print(advice())


if __name__ == "__main__":
    main()
