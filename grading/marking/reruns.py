"""When a job runs more than once: without the cells that ended it, and a second time to see whether it is steady."""

import concurrent.futures
from dataclasses import replace

from grading.confinement.job import Step
from grading.ids import check_of
from grading.marking import hidden_tests
from grading.marking.jobs import make_result
from grading.marking.lanes import CLOCKS, Late
from grading.marking.observed import pack
from grading.marking.verdict import from_json

LEAST = 1.0  # seconds that are worth a repeat
CHANCES = 2  # how often a run is repeated without the cells that ended it
OTHERWISE = "import random as _random, numpy as _numpy\n_random.seed(20260)\n_numpy.random.seed(20260)"


def otherwise(job):
    """The same job under other conditions: another process at another time, other states of the global generators."""
    return replace(job, key=f"{job.key}-again", steps=(Step("conditions", OTHERWISE), *job.steps))


def second_chance(job, run):
    """The job without the cells that ended the run, so that they cost their own points only; None when it finished.

    A check that was stopped is left out with its hidden part, any other cell alone; leaving out never earns a point.
    """
    stopped = {name for name, cell in run.cells.items() if cell.status == "killed"}
    if run.ended == "finished" or not stopped & {step.id for step in job.steps}:
        return None
    steps = tuple(step for step in job.steps if step.id not in stopped)
    hidden = tuple(step for step in job.hidden if step.id not in stopped)
    return replace(job, key=f"{job.key}-without", steps=steps, hidden=hidden)


def within(job, limits, spent):
    """The job with what is left to it: all repeats of a submission share what a first run may take; None: nothing.

    `limits` are the submission's, `spent` are the (CPU, wall) seconds of all its runs so far.
    """
    cpu, wall = 2 * limits.cpu - spent[0], 2 * limits.wall - spent[1]
    if min(cpu, wall) < LEAST:
        return None
    left = replace(limits, cpu=min(limits.cpu, cpu), wall=min(limits.wall, wall))
    return replace(job, limits=left, budget=wall)


def joined(first, last):
    """One Run from a run that was ended and its second chance: what was left out is told as the first run saw it."""
    left_out = {name: cell for name, cell in first.cells.items() if name not in last.cells}
    again = {(seen.check, seen.part, seen.position) for seen in last.seen}
    checks = {check_of(name) for name in left_out}
    kept = [s for s in first.seen if s.check in checks and (s.check, s.part, s.position) not in again]
    if first.told_hidden:
        last, kept = last.shown_as(first), hidden_tests.only_hidden(kept)
    return replace(
        last,
        cells={**last.cells, **left_out},
        seen=[*last.seen, *kept],
        cpu=first.cpu + last.cpu,
        wall=first.wall + last.wall,
        told_hidden=first.told_hidden or last.told_hidden,
        spent=tuple(a + b for a, b in zip(_spent(first), _spent(last), strict=True)),
        peak_memory=max(first.peak_memory, last.peak_memory),
        detail=f"{first.detail} {last.detail}".strip(),
    )


def _spent(run):
    return run.spent if any(run.spent) else (run.cpu, run.wall)


class Judging:
    """Runs become a result, in the one thread of `judges`: the pool's go on with the next run meanwhile, and the one
    that writes stays free. Without `judges` they do it themselves. `judge` is the lesson's, where it judges many.
    """

    def __init__(self, pool, records, skeleton, judges=None, judge=None):
        self.pool, self.records, self.skeleton, self.judges, self.judge = pool, records, skeleton, judges, judge
        self.judged = concurrent.futures.Future()
        self.spent = False  # whether a brief job would have had a second chance, and no time was left for it

    def watch(self, jobs, short=None):
        """The future of (result, isolation, what `pack` keeps); the first job's run counts, a second is compared.

        Of brief jobs that the clock stopped, or whose time is too short for a second chance, it is the future of a
        Late; its runs are `short` when they come again.
        """
        self.job = jobs[0]
        self.short = short or (None,) * len(jobs)
        self.runs = [None] * len(jobs)
        for place, job in enumerate(jobs):
            self._submit(place, job, None, CHANCES)
        return self.judged

    def _submit(self, place, job, before, chances):
        future = self.pool.submit(job)
        future.add_done_callback(lambda done: self._judge_there(done, place, job, before, chances))

    def _judge_there(self, *run):
        if self.judges is None:
            self._ran(*run)
            return
        try:
            self.judges.submit(self._ran, *run)
        except RuntimeError:  # it has ended, and nobody waits for what this gives
            self.judged.cancel()

    def _ran(self, done, place, job, before, chances):
        try:
            run = done.result()
            run = run if before is None else joined(before, run)
            late = job.brief and run.hit(*CLOCKS)
            without = second_chance(job, run) if chances and not late else None
            left = without and within(without, self.job.limits, _spent(run))
            if left is not None:
                self._submit(place, left, run, chances - 1)
                return
            self.spent |= job.brief and without is not None
            self.runs[place] = run
            if all(one is not None for one in self.runs):
                self._judge()
        except concurrent.futures.CancelledError:
            self.judged.cancel()
        except BaseException as error:
            if not self.judged.done():
                self.judged.set_exception(error)

    def _judge(self):
        if self.spent or (self.job.brief and any(run.hit(*CLOCKS) for run in self.runs)):
            self.judged.set_result(Late(tuple(self.runs)))
            return
        told = [first is not None and first.told_hidden for first in self.short]
        self.runs = [
            run.shown_as(first) if kept else run for run, first, kept in zip(self.runs, self.short, told, strict=True)
        ]
        results = [make_result(run, self.records, self.skeleton, self.job, self.judge) for run in self.runs]
        if len(results) > 1:
            first, second = (result["verdict"]["checks"] for result in results)
            results[0]["unsteady"] = [name for name in first if first[name] != second[name]]
        observed = pack(self.runs[0], from_json(results[0]["verdict"]))
        self.judged.set_result((results[0], self.runs[0].isolation, observed))
