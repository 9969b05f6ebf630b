"""What the tests of checks share: run notebook code, record a reference, collect what a sink saw."""

import ast
import linecache
import sys
import types

from course_lib.checks import use_sink
from course_lib.evidence.records import Record, record_line, save_record


class Collect:
    """A sink that keeps everything."""

    def __init__(self, forbid=()):
        self.lines, self.ended, self.names = [], [], list(forbid)

    def seen(self, seen):
        self.lines.append(seen)

    def closed(self, check, part):
        self.ended.append((check, part))

    def forbid(self, check):
        return self.names


class Notebook:
    """Cells run one after the other in one namespace, each with a file name and source of its own, as in a kernel."""

    count = 0

    def __init__(self):
        self.names = {"__name__": "__main__"}
        self.run("from course_lib.checks import NotDone, check, hint, progress, yours\nimport numpy as np")

    def run(self, source):
        Notebook.count += 1
        file = f"/tmp/ipykernel_1/{Notebook.count}.py"
        linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
        for statement in ast.parse(source, file).body:  # one code object each, as IPython does
            exec(compile(ast.Module([statement], []), file, "exec"), self.names)

    def seen(self, *cells, forbid=()):
        """Run cells under a collecting sink; returns it."""
        sink = Collect(forbid)
        with use_sink(sink):
            for cell in cells:
                self.run(cell)
        return sink


def entry(reference, check_cell, *, wrong=None, **more):
    """The record's entry for a check: what the reference gives, and what each wrong answer gives."""
    lines = [record_line(s) for s in Notebook().seen(reference, check_cell).lines]
    mistakes = []
    for name, (source, say) in (wrong or {}).items():
        theirs = [record_line(s) for s in Notebook().seen(source, check_cell).lines]
        mistakes.append({"name": name, "say": say, "lines": theirs})
    return {"lines": lines, "mistakes": mistakes, "forbid": [], "hints": [], "points": 1, **more}


def write(folder, lesson="01_test", part="visible", **checks):
    """Save entries as a record file in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    save_record(folder / f"{lesson}.npz", Record(lesson, part, checks))


def fake_module(name, monkeypatch, **members):
    """A module that a check may forbid calls to, in sys.modules for one test."""
    module = types.ModuleType(name)
    for key, value in members.items():
        setattr(module, key, value)
    monkeypatch.setitem(sys.modules, name, module)
    return module
