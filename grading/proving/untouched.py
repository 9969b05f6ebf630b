"""Grade the untouched release: the notebook exactly as handed out must score 0.

It runs in a process that sees the release and course_lib and nothing else of the project: in bubblewrap the project's
folder is an empty one. The process only writes down what the checks saw; the judge decides here, afterwards.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from course_lib.evidence.observation import decode
from grading.confinement.job import Isolation, Run
from grading.errors import CourseError
from grading.lessons.cells import SKIP, open_hidden
from grading.lessons.held import filled
from grading.marking.judge import judge
from grading.paths import ROOT

SECONDS = 300

_RUN = """
import ast, builtins, contextlib, io, json, os, sys
root, folder = sys.argv[1:3]
sys.path[:0] = [folder]
from course_lib.checks import use_sink
from course_lib.evidence.observation import encode

assert os.path.dirname(os.path.dirname(os.path.abspath(sys.modules["course_lib"].__file__))) == folder
job = json.load(open(os.path.join(folder, "job.json")))
frames = open(os.path.join(folder, "seen"), "wb")
kept, names = {}, {"__name__": "__main__", "__builtins__": builtins, "display": lambda *a, **k: None}

class Stream:
    def seen(self, seen):
        frames.write(encode(seen))
    def closed(self, check, part):
        kept.setdefault(check, dict(names))
    def forbid(self, check):
        return job["forbid"].get(check, [])

def run(source):
    source = "\\n".join("" if line[:1] in ("%", "!") else line for line in source.split("\\n"))
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        with contextlib.suppress(Exception, SystemExit):
            exec(compile(source, "<cell>", "exec"), names)

with use_sink(Stream()):
    for source in job["visible"]:
        run(source)
    for check, source in job["hidden"]:
        names.clear()
        names.update(kept.get(check, {}))
        run(source)
frames.close()
found = [name for name in ("solutions", "grading", "tests") if os.path.exists(os.path.join(root, name))]
json.dump(found, open(os.path.join(folder, "visible_of_project"), "w"))
"""


def untouched_score(lesson, notebook, records):
    """(score, how it was confined) of a released notebook (NodebookNode or path) against its records."""
    if not isinstance(notebook, nbformat.NotebookNode):
        notebook = nbformat.read(notebook, as_version=4)
    hidden = records["hidden"].checks if records.get("hidden") is not None else {}
    job = {
        "visible": [c.source for c in notebook.cells if c.cell_type == "code" and not _passed_over(c)],
        "hidden": [
            [c.id, open_hidden(filled(c, hidden.get(c.id)), c.id, len(records["visible"].checks[c.id]["lines"]))]
            for c in lesson.checks
            if c.hidden
        ],
        "forbid": {c.id: list(lesson.exercise(c.exercise).forbid) for c in lesson.checks},
    }
    with tempfile.TemporaryDirectory(prefix="course-untouched-") as folder:
        folder = Path(folder).resolve()
        shutil.copytree(ROOT / "course_lib", folder / "course_lib", ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        (folder / "run.py").write_text(_RUN, encoding="utf-8")
        found = _run(lesson, folder)
        stream = io.BytesIO((folder / "seen").read_bytes())
    seen = list(iter(lambda: decode(stream), None))
    verdict = judge(records, Run("finished", {}, seen, Isolation("none")))
    how = "the project's folder was empty" if not found else f"the process could see {', '.join(found)}"
    return verdict.score, how


def _passed_over(cell):
    """Whether the grader does not run a cell."""
    return SKIP in cell.metadata.get("tags", ())


def _run(lesson, folder):
    """Run the job in `folder`; returns which of the project's folders the process could see."""
    from grading.proving.bench import clean_environment

    env = clean_environment()
    env.pop("PYTHONPATH", None)
    inner = [sys.executable, "-I", str(folder / "run.py"), str(ROOT), str(folder)]
    for command in ([*_confined(folder), *inner], inner) if _confined(folder) else (inner,):
        done = subprocess.run(command, capture_output=True, text=True, env=env, cwd=folder, timeout=SECONDS)
        if done.returncode == 0:
            return json.loads((folder / "visible_of_project").read_text(encoding="utf-8"))
    tail = done.stderr.strip().split("\n")[-1][:300]
    raise CourseError(f"{lesson.slug}: the untouched release does not run: {tail}")


def _confined(folder):
    """The bubblewrap command that hides the project, [] where there is none."""
    bwrap = shutil.which("bwrap")
    if not bwrap:
        return []
    command = [bwrap, "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-net", "--unshare-pid"]
    command += ["--die-with-parent", "--tmpfs", str(ROOT)]
    for prefix in dict.fromkeys((sys.prefix, sys.base_prefix)):
        if Path(prefix).resolve().is_relative_to(ROOT):
            command += ["--ro-bind", prefix, prefix]
    return [*command, "--bind", str(folder), str(folder), "--chdir", str(folder), *_quiet()]


def _quiet():
    return ["--setenv", "HOME", "/nonexistent"] if os.name == "posix" else []
