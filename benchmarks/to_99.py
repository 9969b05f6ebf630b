"""How long LeNet takes to 99 % on MNIST, and how much memory: course_lib, torch and JAX, one after the other.

    python benchmarks/to_99.py [course_lib] [torch] [jax] [--seeds 3] [--threads 1]

All train the network of `networks.lenet` from the same weights on the same batches: Adam, one cycle up to 4e-3 and down
over 8 epochs, 128 images a step. Each turn is a process of its own; its seconds are those of training alone, until the
test images are right to 99 % at an epoch's end. JAX, the rival, is no requirement of the course: `pip install jax`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
GOAL, EPOCHS, SIZE, PEAK = 0.99, 8, 128, 4e-3
WAYS = ("course_lib", "torch", "jax")


def with_course_lib(start, rates):
    """(step, logits): one training step on a batch, and logits of images."""
    from course_lib import functional as F
    from course_lib import no_grad, optim

    rate = iter(rates)
    adam = optim.Adam(start.parameters(), lr=lambda step: next(rate))

    def step(x, t):
        adam.zero_grad()
        F.cross_entropy(start(x), t).backward()
        adam.step()

    def logits(x):
        with no_grad():
            return start(x).data

    return step, logits


def with_torch(start, rates):
    """As `with_course_lib`."""
    import torch
    from torch import nn

    net = nn.Sequential(
        *(nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(10, 20, 5), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(320, 50), nn.ReLU(), nn.Linear(50, 10)),
    )
    for theirs, ours in zip(net.parameters(), start.parameters(), strict=True):
        theirs.data.copy_(torch.tensor(ours.data))
    adam, rate = torch.optim.Adam(net.parameters()), iter(rates)

    def step(x, t):
        adam.param_groups[0]["lr"] = next(rate)
        adam.zero_grad()
        nn.functional.cross_entropy(net(torch.from_numpy(x)), torch.from_numpy(t)).backward()
        adam.step()

    def logits(x):
        with torch.no_grad():
            return net(torch.from_numpy(x)).numpy()

    return step, logits


def with_jax(start, rates):
    """As `with_course_lib`; a step is compiled whole."""
    import jax
    from jax import lax
    from jax import numpy as jnp

    def forward(w, x):
        for i in (0, 2):
            x = lax.conv(x, w[i], (1, 1), "VALID") + w[i + 1][:, None, None]
            x = jax.nn.relu(lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID"))
        x = jax.nn.relu(x.reshape(len(x), -1) @ w[4].T + w[5])
        return x @ w[6].T + w[7]

    def loss(w, x, t):
        return -jax.nn.log_softmax(forward(w, x))[jnp.arange(len(t)), t].mean()

    @jax.jit
    def adam(w, m, v, number, rate, x, t):
        g = jax.grad(loss)(w, x, t)
        m = [0.9 * a + 0.1 * b for a, b in zip(m, g, strict=True)]
        v = [0.999 * a + 0.001 * b * b for a, b in zip(v, g, strict=True)]
        right = [(a / (1 - 0.9**number), b / (1 - 0.999**number)) for a, b in zip(m, v, strict=True)]
        return [a - rate * b / (jnp.sqrt(c) + 1e-8) for a, (b, c) in zip(w, right, strict=True)], m, v

    weights = [jnp.array(p.data) for p in start.parameters()]
    state, rate = [weights, [0 * w for w in weights], [0 * w for w in weights], 0], iter(rates)
    fast = jax.jit(forward)

    def step(x, t):
        state[3] += 1
        state[:3] = adam(*state, next(rate), x, t)

    return step, lambda x: jax.device_get(fast(state[0], x))


def turn(way, seed):
    """Train until the goal; a row of what it took."""
    import numpy as np

    from benchmarks.networks import lenet
    from benchmarks.training import scaled
    from course_lib import schedules
    from course_lib.data import batches, datasets

    rng = np.random.default_rng(seed)
    x_train, t_train, x_test, t_test = scaled(datasets.load("mnist"))
    steps = EPOCHS * -(-len(x_train) // SIZE)
    schedule = schedules.one_cycle(PEAK, steps)
    make = {"course_lib": with_course_lib, "torch": with_torch, "jax": with_jax}[way]
    step, logits = make(lenet(rng=rng), [float(schedule(i)) for i in range(steps)])
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins here: reading the data took more
    before, spent, right, epochs = _megabytes("VmRSS"), 0.0, 0.0, 0
    while right < GOAL and epochs < EPOCHS:
        start = time.perf_counter()
        for x, t in batches(x_train, t_train, size=SIZE, rng=rng):
            step(x, t)
        spent += time.perf_counter() - start
        found = [logits(x_test[i : i + 500]).argmax(1) == t_test[i : i + 500] for i in range(0, len(x_test), 500)]
        right, epochs = float(np.concatenate(found).mean()), epochs + 1
    return {"way": way, "seed": seed, "seconds": spent, "epochs": epochs, "right": right,
            "peak_mb": _megabytes("VmHWM"), "before_mb": before}  # fmt: skip


def _megabytes(what):
    """Memory of this process as Linux tells it: VmRSS now, VmHWM at its peak."""
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(told[what].split()[0]) / 1024


def main():
    """Each way and seed in a process of its own, in turns; prints a table, and ratios to torch."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    none = []  # argparse looks for the default of "*" among the choices
    parser.add_argument("ways", nargs="*", choices=[*WAYS, none], help="all three unless given")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--one", nargs=2, metavar=("WAY", "SEED"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(turn(options.one[0], int(options.one[1]))))
        return
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    env = os.environ | dict.fromkeys(names, str(options.threads))
    env["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={str(options.threads > 1).lower()}"
    cores = sorted(os.sched_getaffinity(0))[: options.threads]
    rows = []
    for seed in range(options.seeds):
        for way in options.ways or WAYS:
            command = [sys.executable, __file__, "--one", way, str(seed)]
            done = subprocess.run(command, env=env, capture_output=True, text=True,
                                  preexec_fn=lambda: os.sched_setaffinity(0, cores))  # fmt: skip
            if done.returncode:
                print(f"{way}: {done.stderr.strip().splitlines()[-1]}")
                continue
            rows.append(row := json.loads(done.stdout.splitlines()[-1]))
            print("{way:10} seed {seed}: {right:.2%} after {epochs} epochs, {seconds:5.1f} s; peak {peak_mb:4.0f} MB, "
                  "{before_mb:4.0f} before the first step".format(**row), flush=True)  # fmt: skip
    each = {way: [r["seconds"] / r["epochs"] for r in rows if r["way"] == way] for way in WAYS}
    for way, seconds in each.items():
        if seconds and each["torch"]:
            ratio = statistics.median(seconds) / statistics.median(each["torch"])
            print(f"{way:10} {statistics.median(seconds):5.1f} s an epoch, {ratio:.2f} of torch's")


if __name__ == "__main__":
    main()
