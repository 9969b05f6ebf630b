"""course_lib beside torch on the CPU, at one and two threads: `python benchmarks/numeric.py [--json FILE] [--quick]`.

Ratio is our time over torch's: below 1 we are quicker. Steps are forward, loss, backward and optimiser.
"""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import pairs
from benchmarks.timing import Table, arguments, side_by_side, threads, write

STEPS = {
    "LeNet step, batch 128": pairs.lenet_step,
    "ResNet-20 step, batch 32": pairs.resnet20_step,
    "MLP 784-256-256-10 step, batch 128": pairs.mlp_step,
    "LSTM 32-128 step, 32 long, batch 64": pairs.lstm_step,
}
CONVOLUTIONS = {  # images, weight, padding, whether the images want a gradient
    "LeNet 1->10 5x5 @28": ((128, 1, 28, 28), (10, 1, 5, 5), 0, False),
    "LeNet 10->20 5x5 @12": ((128, 10, 12, 12), (20, 10, 5, 5), 0, True),
    "ResNet 3->16 3x3 @32": ((32, 3, 32, 32), (16, 3, 3, 3), 1, False),
    "ResNet 16->16 3x3 @32": ((32, 16, 32, 32), (16, 16, 3, 3), 1, True),
    "ResNet 32->32 3x3 @16": ((32, 32, 16, 16), (32, 32, 3, 3), 1, True),
    "ResNet 64->64 3x3 @8": ((32, 64, 8, 8), (64, 64, 3, 3), 1, True),
}
NORMS = {"16 channels @32": (32, 16, 32, 32), "32 channels @16": (32, 32, 16, 16), "64 channels @8": (32, 64, 8, 8)}
PRODUCTS = {"20x250 by 250x1024": (8, 20, 250, 1024), "16x784 by 784x1024": (4, 16, 784, 1024)}
POOLS = {"10 channels @24": (128, 10, 24, 24), "20 channels @8": (128, 20, 8, 8)}


def both_ways(table, name, pair_of_pairs, count, seconds):
    """A row for forward, one for backward, one for the two together."""
    total = [0.0, 0.0]
    for way, pair in zip(("forward", "backward"), pair_of_pairs, strict=True):
        times = side_by_side(*pair, seconds=seconds)
        table.add(f"{name} {way}", count, *times)
        total = [t + s for t, s in zip(total, times, strict=True)]
    table.add(f"{name} both", count, *total)


def there_and_back(forward, backward):
    """Two pairs as one: forward and backward of ours, and of theirs."""
    (f, their_f), (b, their_b) = forward, backward
    return lambda: (f(), b()), lambda: (their_f(), their_b())


def growth(table, seconds):
    """How time grows with the batch, the channels, the image, the kernel and the graph, beside torch, on one thread."""
    values = {"batch": (8, 32, 128), "channels": (8, 16, 32, 64), "side": (8, 16, 32, 64), "kernel": (1, 3, 5, 7)}
    for what, chosen in values.items():
        for value in chosen:
            s = {"batch": 32, "channels": 16, "side": 32, "kernel": 3} | {what: value}
            images = s["batch"], s["channels"], s["side"], s["side"]
            weight = s["channels"], s["channels"], s["kernel"], s["kernel"]
            pair = there_and_back(*pairs.convolution(images, weight, s["kernel"] // 2))
            table.add(f"conv2d, {what} {value}", 1, *side_by_side(*pair, seconds=seconds))
    for length in (500, 5000, 50000):
        table.add(f"graph of {length} operations", 1, *side_by_side(*pairs.chain(length), seconds=seconds, least=3))


def blocks(seconds):
    """Products of few rows by many columns, beside one call of NumPy's."""
    table = Table("NumPy")
    for name, sizes in PRODUCTS.items():
        table.add(f"product, {name}", 1, *side_by_side(*pairs.wide_product(*sizes), seconds=seconds))
    return table.rows


def peak_memory():
    """Most memory that live arrays took during a step, ours and torch's, each side in a process of its own."""
    rows = []
    for name in list(STEPS)[:2]:
        ours, theirs = (_megabytes(name, side) for side in ("ours", "torch"))
        row = {"name": f"peak memory, {name}", "threads": 1, "ours_mb": ours, "theirs": "torch", "theirs_mb": theirs}
        rows.append(row | {"ratio": ours / theirs})
        print(f"{row['name']:44}{1:8d}{ours:9.1f} MB{theirs:9.1f} MB{ours / theirs:8.2f}", flush=True)
    return rows


def _megabytes(name, side):
    command = [sys.executable, __file__, "--memory", name, side]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def memory_of(name, side):
    """Run steps of one side and print the megabytes by which they raised what this process holds at most."""
    step = STEPS[name]()[0 if side == "ours" else 1]
    with threads(1):
        before = _resident()
        for _ in range(3):
            step()
        print(_resident() - before)


def _resident():
    """The most memory this process ever held, in megabytes, on Linux counted anew for the child (VmHWM)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise OSError("numeric: peak memory is read from /proc/self/status, which this system has not")


def main():
    """Measure, print, write."""
    parser = arguments(__doc__)
    parser.add_argument("--memory", nargs=2, help="(used by itself) memory of one step")
    parser.add_argument("--only", default="", help="only rows whose name contains this")
    options = parser.parse_args()
    if options.memory:
        return memory_of(*options.memory)
    seconds = 0.3 if options.quick else 1.5
    table = Table("torch")
    for count in (1, 2):
        with threads(count):
            for name, make in STEPS.items():
                if options.only in name:
                    # long turns, as in training: after a rest two threads stand on one processor for a while
                    table.add(name, count, *side_by_side(*make(), seconds=4 * seconds, turn=1.0))
            for kind, cases, make in (
                ("conv2d", CONVOLUTIONS, lambda case: pairs.convolution(*case)),
                ("batch norm", NORMS, pairs.batch_norm),
                ("max pool", POOLS, pairs.max_pool),
            ):
                for name, case in cases.items():
                    if options.only in f"{kind} {name}":
                        both_ways(table, f"{kind} {name}", make(case), count, seconds / 2)
    with threads(1):
        if not options.only:
            growth(table, seconds / 3)
            table.rows += peak_memory()
        if options.only in "products":
            table.rows += blocks(seconds / 3)
    return write(table.rows, options.json)


if __name__ == "__main__":
    main()
