"""The clean process behind `grading/proving/trials.py`: one run of the lesson, a forked child for every other answer.

The process runs the lesson's cells once, in order, with the reference answers. Where an exercise's answer would run, it
forks one child for every trial of that exercise; the child runs the other answer, then the cells up to the exercise's
last check, and leaves what the checks saw. So a lesson's imports, its set-up and the data that an exercise holds are
paid once, and an endless loop or a changed global in one trial touches nothing else.
"""

import ast
import contextlib
import importlib
import os
import pickle
import resource
import signal
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from course_lib.evidence.observation import observe
from course_lib.files import write_atomically
from grading.errors import CourseError
from grading.ids import exercise_of
from grading.proving import spoiled
from grading.proving.bench import SKIPPED, Bench
from grading.proving.trials import Outcome, Trial


class Collector:
    """The sink of a trial: keeps every observation with the line of the lesson's file that made it."""

    def __init__(self, bench):
        lesson = bench.lesson
        self.lesson, self.bench, self.outcome = lesson, bench, Outcome()
        self.forbidden = {c.id: e.forbid for e in lesson.exercises for c in e.checks}

    def seen(self, seen):
        """Keep one observation."""
        key = (seen.check, seen.part)
        self.outcome.seen.setdefault(key, []).append(seen)
        self.outcome.lines.setdefault(key, []).append(_line_in(str(self.lesson.path)))

    def closed(self, check, part):
        """Nothing to do: what is missing is seen from the record."""

    def held(self, check, name):
        """What an exercise's held cell gives its hidden blocks, a copy."""
        return np.array(self.bench.held[exercise_of(check)][name])

    def forbid(self, check):
        """The library functions that the answer may not call."""
        return list(self.forbidden.get(check, ()))


def _line_in(path):
    """The line of the lesson's own code that is running, 0 where none is; called by what `expect` calls."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename == path and frame.f_code.co_name == "<module>":
            return frame.f_lineno
        frame = frame.f_back
    return 0


def main():
    """The clean process: reads the request from stdin, runs it, leaves `answer.pickle` in the folder given."""
    folder = Path(sys.argv[1])
    request = pickle.loads(sys.stdin.buffer.read())
    try:
        answer = _run(request, folder)
    except CourseError as error:
        answer = {"error": str(error)}
    write_atomically(folder / "answer.pickle", pickle.dumps(answer))


def _run(request, folder):
    from course_lib.checks import use_sink

    lesson, wanted = request["lesson"], request["only"]
    trials = [Trial(*t) for t in request["trials"]]
    exercises = [e for e in lesson.exercises if wanted is None or e.id in wanted]
    last = max((c.cell.index for e in exercises for c in e.checks), default=-1 if wanted else len(lesson.cells))
    bench, pool = Bench(lesson), _Pool(request["jobs"], request["cpu"])
    collector = Collector(bench)
    results = {}
    with use_sink(collector):
        for cell in _held_first(lesson, lesson.cells[: last + 1] if wanted is not None else lesson.cells):
            if cell.kind != "code" or cell.role in SKIPPED:
                continue
            try:
                if cell.role == "solve":
                    _import_first(lesson)
                    for number, trial in enumerate(trials):
                        if trial.exercise == cell.id:
                            results[number] = folder / f"{number}.pickle"
                            pool.start(lambda t=trial, p=results[number]: _child(bench, collector, t, p))
                    bench.run(lesson.exercise(cell.id).reference, cell.line)
                elif cell.role in ("check", "predict"):
                    check = next(c for c in lesson.checks if c.cell is cell)
                    if wanted is None or check.exercise in wanted:
                        bench.check(check)
                elif cell.role == "held":
                    bench.hold(cell)
                else:
                    bench.run(cell.source, cell.line)
            except (Exception, SystemExit) as error:
                raise CourseError(_failed(lesson, cell, error)) from None
    pool.wait()
    _check_forbidden(lesson)
    arrays = {id: {k: observe(v) for k, v in held.items() if _is_data(v)} for id, held in bench.held.items()}
    collector.outcome.held = arrays
    return {"reference": collector.outcome, "outcomes": [_outcome(pool, results.get(i)) for i in range(len(trials))]}


def _held_first(lesson, cells):
    """The cells with each held cell before its exercise's answer: it runs by itself, so once does for every trial."""
    held = {cell.id: cell for cell in cells if cell.role == "held"}
    for cell in cells:
        if cell.role == "solve" and cell.id in held:
            yield held[cell.id]
        if cell.role != "held":
            yield cell


def _is_data(value):
    return isinstance(value, np.ndarray | list | int | float)


def _check_forbidden(lesson):
    """CourseError for a forbidden name that nothing carries; libraries that no cell imported are taken as told."""
    for exercise in lesson.exercises:
        for name in exercise.forbid:
            if name.split(".")[0] not in sys.modules:
                continue
            parts = name.split(".")
            module = max((i for i in range(1, len(parts)) if _module(parts[:i])), default=0)
            thing = _module(parts[:module]) if module else None
            for part in parts[module:]:
                thing = getattr(thing, part, None)
            if thing is None:
                raise CourseError(
                    f"{lesson.path.name}:{exercise.solve.line}: '{exercise.id}' forbids {name}, which does not exist; "
                    "write its full dotted name"
                )


def _module(parts):
    try:
        return importlib.import_module(".".join(parts))
    except ImportError:
        return None


def _failed(lesson, cell, error):
    line = cell.line
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(lesson.path):
            line = trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.lineno:
        line = cell.line + error.lineno - 1
    what = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:300]
    role = f"{cell.role} cell" if cell.role else "cell"
    note = "" if cell.role in ("solve", "check") else "; it must run with COURSE_MODE=grade, practice runs skipped"
    return f"{lesson.path.name}:{line}: the {role} fails with the reference answers ({what}){note}"


def _child(bench, collector, trial, path):
    """In a forked child: run the trial's answer and its exercise's checks; leave the outcome after each.

    An answer that raises is run once more with every exception caught: the same mistake as someone careful makes it.
    """
    before, first = dict(bench.names), Outcome(ended="cpu limit")
    _answer(bench, collector, trial, first, lambda: _leave(first, path))
    if any(seen.kind == "raised" for part in first.seen.values() for seen in part) and not trial.rewrite:
        quiet = caught(trial.source)
        if quiet is not None:
            bench.names.clear()
            bench.names.update(before)
            first.caught = Outcome(ended="cpu limit")
            _leave(first, path)
            _answer(bench, collector, replace(trial, source=quiet), first.caught, lambda: _leave(first, path))


def caught(source):
    """The source with the body of every function in `try`, giving None for any exception; None where it has none."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name != "__init__"]
    for node in functions:
        handler = ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, [ast.Return(ast.Constant(None))])
        node.body = [ast.Try(node.body, [handler], [], [])]
    return ast.unparse(ast.fix_missing_locations(tree)) if functions else None


def _answer(bench, collector, trial, outcome, leave):
    """Run one answer, then the cells up to its exercise's last check; `leave` is called after each check."""
    lesson, exercise = bench.lesson, bench.lesson.exercise(trial.exercise)
    collector.outcome = outcome
    last = max(c.cell.index for c in exercise.checks)
    checks = {c.cell.index: c for c in exercise.checks}
    with contextlib.suppress(Exception, SystemExit):  # as in a notebook: a failing cell, and the next one runs
        if trial.rewrite in spoiled.REMEDY:
            spoiled.run_spoiled(bench, exercise, trial, outcome)
        elif trial.rewrite:
            from grading.proving.margins import run_rewritten

            run_rewritten(bench, exercise, trial)
        else:
            bench.run(trial.source, exercise.solve.line, guard=False)
    leave()
    for cell in lesson.cells[exercise.solve.index + 1 : last + 1]:
        if cell.kind != "code" or cell.role in SKIPPED:
            continue
        with contextlib.suppress(Exception, SystemExit):
            if cell.index in checks:
                bench.check(checks[cell.index])
                leave()
            elif cell.role == "solve":
                bench.run(lesson.exercise(cell.id).reference, cell.line)
            elif cell.role not in ("check", "predict", "held"):
                bench.run(cell.source, cell.line)
    outcome.ended = "finished"
    leave()


def _import_first(lesson):
    """Import what each forked child would import anew: with its first optimiser torch loads a compiler, for seconds."""
    if "torch" in sys.modules and "torch.optim" in lesson.text:
        importlib.import_module("torch._dynamo")


def _one_torch_thread():
    """One thread for torch: its helper threads do not come along into a forked child, which would wait for them."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


def _leave(outcome, path):
    write_atomically(path, pickle.dumps(outcome))


def _outcome(pool, path):
    if path is None:
        raise CourseError("a trial names an exercise that the lesson does not have; check its id")
    if not path.exists():
        return Outcome(ended="died")
    return pickle.loads(path.read_bytes())


class _Pool:
    """At most `jobs` forked children at a time; each is killed by its own limits, never waited for in a loop."""

    def __init__(self, jobs, cpu):
        self.jobs, self.cpu, self.running = jobs, cpu, set()

    def start(self, work):
        while len(self.running) >= self.jobs:
            self._reap()
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                resource.setrlimit(resource.RLIMIT_CPU, (self.cpu, self.cpu))
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.alarm(6 * self.cpu)
                _one_torch_thread()
                work()
                code = 0
            finally:
                os._exit(code)
        self.running.add(pid)

    def wait(self):
        while self.running:
            self._reap()

    def _reap(self):
        pid, _ = os.waitpid(-1, 0)
        self.running.discard(pid)
