"""What course_lib learns on the CPU, and how long that takes: `python benchmarks/training.py [mnist] [digits]`.

MNIST with the LeNet of the lecture's table (row 1), and a ResNet-20 of reduced width on the 8x8 digits. MNIST is looked
for under COURSE_DATA, else downloaded once. Test accuracy is that of the last epoch. The digits recipe was chosen
on the splits of seeds 0, 10 and 11; what is reported are splits and networks of three other seeds, each trained once.
"""

import sys
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.networks import ResNet20, lenet
from benchmarks.timing import arguments, write
from course_lib import functional as F
from course_lib import optim, schedules
from course_lib.data import augment, batches, datasets, split
from course_lib.ops.parallel import get_num_threads
from course_lib.train import accuracy, evaluate, fit


def train(name, model, optimizer, data, *, epochs, size, rng, change=lambda x: x):
    """Train and print a line per epoch; a row with the final accuracies and the seconds spent on training."""
    x_train, t_train, x_test, t_test = data
    spent = 0.0
    for epoch in range(1, epochs + 1):
        start = time.perf_counter()
        drawn = ((change(x), t) for x, t in batches(x_train, t_train, size=size, rng=rng))
        losses = list(fit(model, F.cross_entropy, optimizer, drawn))
        spent += time.perf_counter() - start
        test = right(model, x_test, t_test)
        print(f"{name}: epoch {epoch:2d}  loss {np.mean(losses):.4f}  test {test:.2%}  {spent:.1f} s", flush=True)
    row = {"name": name, "threads": get_num_threads(), "seconds": spent, "epochs": epochs, "test_accuracy": test}
    row["train_accuracy"] = right(model, x_train, t_train)
    print(f"{name}: train {row['train_accuracy']:.2%}, test {test:.2%} after {spent:.1f} s of training")
    return row


def right(model, x, t):
    """Share of the images that get their own class."""
    pairs = list(evaluate(model, batches(x, t, size=500)))
    return accuracy(np.concatenate([out for out, _ in pairs]), np.concatenate([t for _, t in pairs]))


def scaled(dataset):
    """Images as float32 with the training images' mean 0 and deviation 1."""
    mean, std = dataset.x_train.mean(), dataset.x_train.std()
    x_train, x_test = (((x - mean) / std).astype(np.float32) for x in (dataset.x_train, dataset.x_test))
    return x_train, dataset.t_train, x_test, dataset.t_test


def mnist(epochs=8):
    """LeNet on MNIST: 98.77 % is the lecture's figure."""
    rng = np.random.default_rng(0)
    data, model = scaled(datasets.load("mnist")), lenet(rng=rng)
    steps = epochs * -(-len(data[0]) // 128)
    descent = optim.Adam(model.parameters(), lr=schedules.one_cycle(4e-3, steps))
    return train("LeNet on MNIST", model, descent, data, epochs=epochs, size=128, rng=rng)


def digits(epochs=40, seed=1):
    """ResNet-20 with 8 to 32 channels on the 8x8 digits, a fifth of all 1797 images held out at random by `seed`."""
    rng = np.random.default_rng(seed)
    data, model = scaled(datasets.load("digits")), ResNet20(1, width=8, rng=rng)
    (x_train, t_train), (x_test, t_test) = split(np.concatenate(data[0::2]), np.concatenate(data[1::2]), rng=rng)
    rate = schedules.one_cycle(0.05, epochs * -(-len(x_train) // 32))
    descent = optim.SGD(model.parameters(), lr=rate, momentum=0.9, nesterov=True, weight_decay=5e-4)

    def moved(x):
        return augment.translate(augment.rotate(x, rng=rng, degrees=8), rng=rng, pixels=1).astype(np.float32)

    data = x_train, t_train, x_test, t_test
    name = f"ResNet-20 on digits, seed {seed}"
    return train(name, model, descent, data, epochs=epochs, size=32, rng=rng, change=moved)


def main():
    """Train what is asked for, or both."""
    parser = arguments(__doc__)
    parser.add_argument("what", nargs="*", help="mnist, digits; both unless given")
    options = parser.parse_args()
    runs = {"mnist": [mnist], "digits": [partial(digits, seed=seed) for seed in (1, 2, 3)]}
    rows = [run(*([1] if options.quick else [])) for name in options.what or runs for run in runs[name]]
    held_out = [row["test_accuracy"] for row in rows if "digits" in row["name"]]
    if held_out:
        print(f"digits, {len(held_out)} seeds: mean {np.mean(held_out):.2%}, worst {min(held_out):.2%}")
    write(rows, options.json)


if __name__ == "__main__":
    main()
