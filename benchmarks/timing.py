"""Measure two ways of doing the same thing side by side: interleaved, medians, one row per comparison."""

import argparse
import json
import statistics
import time
from contextlib import contextmanager

REST = 0.12  # seconds: thread pools spin for up to 0.11 after their work and would disturb whoever comes next


def side_by_side(ours, theirs, *, seconds=1.0, least=7, turn=0.1):
    """Median seconds of `ours()` and of `theirs()` over `seconds`, in turns of `turn`, so that both see one machine.

    A turn begins with a rest and with calls that are not counted.
    """
    taken = {ours: [], theirs: []}
    end = time.perf_counter() + seconds
    while len(taken[ours]) < least or time.perf_counter() < end:
        for call, times in taken.items():
            time.sleep(REST)
            begun = time.perf_counter()
            call()
            calls = max(1, int(turn / max(1e-7, time.perf_counter() - begun)))
            for _ in range(min(3, calls - 1)):
                call()
            for _ in range(calls):
                start = time.perf_counter()
                call()
                times.append(time.perf_counter() - start)
    return statistics.median(taken[ours]), statistics.median(taken[theirs])


class Table:
    """Rows {"name", "threads", "ours_s", "theirs", "theirs_s", "ratio"}, printed as they come and kept for `--json`."""

    def __init__(self, theirs):
        self.theirs, self.rows = theirs, []
        print(f"{'':44}{'threads':>8}{'ours':>12}{theirs:>12}{'ratio':>8}", flush=True)

    def add(self, name, threads, ours, theirs):
        """Keep and print one comparison of two times in seconds."""
        row = {"name": name, "threads": threads, "ours_s": ours, "theirs": self.theirs, "theirs_s": theirs}
        self.rows.append(row | {"ratio": ours / theirs})
        print(f"{name:44}{threads:8d}{ours * 1e3:9.2f} ms{theirs * 1e3:9.2f} ms{ours / theirs:8.2f}", flush=True)


def arguments(description):
    """The command line all benchmarks share: `--json FILE`, `--quick`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", metavar="FILE", help="also write the rows to FILE")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    return parser


def write(rows, file):
    """The rows as JSON, if a file was asked for."""
    if file:
        with open(file, "w", encoding="utf-8") as out:
            json.dump(rows, out, indent=1)
            out.write("\n")


@contextmanager
def threads(count):
    """Everything inside uses this many threads, ours and torch's."""
    import torch

    from course_lib.ops import parallel

    before = torch.get_num_threads(), parallel.get_num_threads()
    torch.set_num_threads(count)
    parallel.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        parallel.set_num_threads(before[1])
