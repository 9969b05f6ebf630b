"""Start workers of data-parallel training from a notebook, and say in sentences how they ended."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence

MODULE = "course_lib.torch_models.data_parallel"
KILLED = re.compile(r"local_rank: (\d+).*?exitcode: (-?\d+)|\brank\s*:\s*(\d+).*?exitcode\s*:\s*(-?\d+)", re.DOTALL)


def launch(arguments: Sequence[str] = (), *, workers: int = 2, seconds: float = 300) -> str:
    """Run `torchrun` with so many workers on this machine; what they print, as text.

    Raises RuntimeError in one sentence when a worker ended early: which one, how, and what the others said.
    """
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(workers)]
    env = os.environ | {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"), "TORCH_CPP_LOG_LEVEL": "ERROR"}
    try:
        done = subprocess.run(
            [*command, "-m", MODULE, *map(str, arguments)], capture_output=True, text=True, env=env, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"launch: the workers took more than {seconds} seconds and were stopped") from None
    if done.returncode:
        raise RuntimeError(ending(done.stderr))
    return done.stdout.strip()


def ending(text: str) -> str:
    """How the workers ended, from what torchrun printed: who fell first and what the others said of it."""
    said = [line for line in text.split("\n") if line.startswith(("worker ", "ValueError: "))]
    fallen = [(int(a or c), int(b or d)) for a, b, c, d in KILLED.findall(text)]
    killed = [
        f"worker {rank} was killed ({signal.Signals(-code).name})" for rank, code in fallen if -code == signal.SIGKILL
    ]
    if not said and not killed:
        last = [line for line in text.strip().split("\n") if line.strip()][-1:]
        said = [f"the workers ended early: {''.join(last)[:200]}"]
    return "; ".join(dict.fromkeys([*killed, *said]))
