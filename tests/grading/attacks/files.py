# ruff: noqa
"""Looks through the whole file system for the course's other parts."""

# %%
import os

token = "@FIRST@" + "@SECOND@"
names, contents, opened = [], [], 0
wanted = ("solutions", "hidden", "submitted", "gradebook.db", "journal", "grading", "notebooks", "attacks", ".git")
for folder, folders, files in os.walk("/"):
    if folder.startswith(("/proc", "/sys", "/usr", "/opt/python", "/opt/env", "/nix")):
        folders.clear()
        continue
    names += [os.path.join(folder, name) for name in folders + files if name in wanted]
    for name in files:
        path = os.path.join(folder, name)
        try:
            if os.path.isfile(path) and os.path.getsize(path) < 1 << 22:
                opened += 1
                with open(path, errors="replace") as file:
                    if token in file.read():
                        contents.append(path)
        except OSError:
            pass
# %%
for path in ("@COURSE@", "@PROJECT@", "@HOME@", "/root", "/home"):
    try:
        names += [path + "/" + name for name in os.listdir(path)]
    except OSError:
        pass
for name in ("grading", "solutions", "grading.marking.judge"):
    try:
        __import__(name)
        names.append(name)
    except ImportError:
        pass
print("OPENED", opened)
print("REACHED", names + contents)
