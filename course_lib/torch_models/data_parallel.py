"""Data-parallel training by torchrun: every worker takes its rows of each batch, gradients are averaged, work resumes.

    torchrun --standalone --nproc-per-node 2 -m course_lib.torch_models.data_parallel --checkpoint run.pt

The processes talk by NCCL where there is a GPU for each, else by gloo. `torchrun` is `python -m torch.distributed.run`.
Li and others 2020, "PyTorch distributed: experiences on accelerating data parallel training".
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import numpy as np
import torch
from torch import distributed, nn
from torch.nn.functional import cross_entropy
from torch.nn.parallel import DistributedDataParallel

from course_lib.data import spirals
from course_lib.torch_models.saved_run import read_run, write_run

SAMPLES, SEED, NOISE = 240, 18, 0.02
PARTNER_GONE = 3  # exit status of a worker that stopped because another one is gone


class PartnerGone(RuntimeError):
    """Another worker has ended before the work was done."""


def train(
    options: argparse.Namespace, rank: int = 0, world: int = 1, where: str | torch.device = "cpu"
) -> tuple[list[float], torch.nn.Module]:
    """Train on this worker's rows of each batch; returns the losses of all steps and the model.

    Goes on from `options.checkpoint` if that file is there, and writes it every `options.every` steps. Raises
    PartnerGone when the gradients cannot be averaged because a worker is missing.
    """
    torch.manual_seed(SEED)
    model = nn.Sequential(nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 3)).double().to(where)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
    x, t = spirals(SAMPLES, classes=3, turns=0.7, rng=np.random.default_rng(SEED))
    dice = torch.Generator().manual_seed(SEED)
    losses = read_run(options.checkpoint, model, optimizer, dice)
    averaged = DistributedDataParallel(model) if world > 1 else model
    for step in range(len(losses), options.steps):
        if (step, rank) == (options.fall_at, options.fall_rank):
            os.kill(os.getpid(), signal.SIGKILL)  # an exercise in what happens then
        batch = torch.from_numpy(x[rows(step, options.batch)])
        batch = batch + NOISE * torch.randn(batch.shape, generator=dice, dtype=batch.dtype)  # the same on all workers
        classes = torch.from_numpy(t[rows(step, options.batch)])
        with _partners(step, rank, world, options.checkpoint):
            losses.append(
                _step(averaged, optimizer, batch[rank::world].to(where), classes[rank::world].to(where), world)
            )
        if rank == 0 and (step + 1) % options.every == 0:
            write_run(options.checkpoint, model, optimizer, dice, losses)
    return losses, model


def rows(step: int, batch: int) -> np.ndarray:
    """Row numbers of the whole batch of a step: every epoch is shuffled anew, by its number."""
    epoch, place = divmod(step, SAMPLES // batch)
    return np.random.default_rng((SEED, epoch)).permutation(SAMPLES)[place * batch : (place + 1) * batch]


def _step(
    model: torch.nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, t: torch.Tensor, world: int
) -> float:
    """One step on this worker's rows; the mean loss over all workers."""
    loss = cross_entropy(model(x), t)
    optimizer.zero_grad()
    loss.backward()  # here DistributedDataParallel averages the gradients of all workers
    optimizer.step()
    mean = loss.detach()
    if world > 1:
        distributed.all_reduce(mean)
    return float(mean) / world


@contextmanager
def _partners(step: int, rank: int, world: int, checkpoint: str | None) -> Iterator[None]:
    """Turn what the communication library says when a worker is missing into one sentence."""
    try:
        yield
    except RuntimeError as error:
        if world == 1:
            raise
        kept = f"the checkpoint is {checkpoint}" if checkpoint else "no checkpoint was asked for (--checkpoint)"
        found = re.search(r"[Cc]onnection \w+ by peer|[Tt]imed out", str(error))
        why = found[0] if found else str(error).strip().split("\n")[0][:80]
        raise PartnerGone(
            f"worker {rank} of {world} stops at step {step}: another worker is gone ({why}); {kept}, and the same "
            "command goes on from it"
        ) from None


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options of a run."""
    parser = argparse.ArgumentParser(prog="torchrun -m course_lib.torch_models.data_parallel", description=__doc__)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--batch", type=int, default=24, help="samples of one step, of all workers together")
    parser.add_argument("--every", type=int, default=5, help="steps between two checkpoints")
    parser.add_argument("--checkpoint", type=Path, help="file to go on from and to write")
    parser.add_argument("--result", type=Path, help="JSON file for the losses and the weights")
    parser.add_argument("--fall-at", type=int, default=-1, help="kill a worker before this step")
    parser.add_argument("--fall-rank", type=int, default=1)
    options = parser.parse_args(arguments)
    if not 1 <= options.batch <= SAMPLES:
        parser.error(f"--batch must be 1 to {SAMPLES}, got {options.batch}")
    return options


def main(arguments: Sequence[str] | None = None) -> None:
    """What each process of torchrun does: join the others, train, and let worker 0 write the result."""
    options = parse(arguments)
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    if options.batch % world:
        sys.exit(f"worker {rank}: a batch of {options.batch} does not divide among {world} workers; change --batch")
    own = int(os.environ.get("LOCAL_RANK", 0))
    gpu = torch.cuda.device_count() >= int(os.environ.get("LOCAL_WORLD_SIZE", 1))
    where = torch.device("cuda", own) if gpu else torch.device("cpu")
    if gpu:
        torch.cuda.set_device(where)
    if world > 1:
        distributed.init_process_group("nccl" if gpu else "gloo", timeout=timedelta(seconds=60))
    try:
        losses, model = train(options, rank, world, where)
    except PartnerGone as gone:
        print(gone, file=sys.stderr, flush=True)
        os._exit(PARTNER_GONE)  # without waiting for the partner that is gone
    if rank == 0:
        print(f"{world} worker{'s' * (world > 1)}: {len(losses)} steps, last loss {losses[-1]:.6f}", flush=True)
        if options.result:
            weights = {name: p.tolist() for name, p in model.state_dict().items()}
            options.result.write_text(json.dumps({"losses": losses, "weights": weights}), encoding="utf-8")
    if world > 1:
        distributed.destroy_process_group()


if __name__ == "__main__":
    main()
