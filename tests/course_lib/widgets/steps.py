"""Processor time of a step in every explorer, slowest first: `python -m tests.course_lib.widgets.steps`.

Each explorer is made as its lesson makes it, or with data of that size; each control that holds a value is moved there
and back. A first step in `depth_explorer` fits a network, which is
remembered; what counts is the least of some steps.
"""

import argparse
import functools
import time
from types import SimpleNamespace

import ipywidgets as w
import numpy as np

from course_lib.topics.attacks import small_net
from course_lib.topics.batch_sizes import RECORDED
from course_lib.topics.perceptron import augment
from course_lib.topics.reaction import Session
from course_lib.widgets.architectures import network_explorer
from course_lib.widgets.backprop import backward_explorer
from course_lib.widgets.batch_sizes import batch_explorer
from course_lib.widgets.convolution import sliding_window
from course_lib.widgets.deep_folds import deep_fold_explorer
from course_lib.widgets.dense import sight_explorer
from course_lib.widgets.descents import optimiser_explorer
from course_lib.widgets.failures import attack_explorer, reaction_experiment
from course_lib.widgets.folds import fold_explorer
from course_lib.widgets.logistic import descent_explorer, sigmoid_explorer
from course_lib.widgets.neighbours import neighbour_explorer
from course_lib.widgets.photos import photo_explorer
from course_lib.widgets.planes import line_explorer
from course_lib.widgets.reconstruction import depth_explorer
from course_lib.widgets.recurrent import unroll_explorer
from course_lib.widgets.residual import shatter_explorer
from course_lib.widgets.search import play_explorer
from course_lib.widgets.signals import signal_explorer
from course_lib.widgets.stages import stage_explorer
from course_lib.widgets.verification import threshold_explorer


def rng():
    return np.random.default_rng(0)


def clouds():
    """Points (80, 2) and labels -1, 1 of two clouds."""
    t = np.repeat([-1, 1], 40)
    return rng().normal(size=(80, 2)) + 1.5 * t[:, None], t


def digits(n, side=8):
    """Images (n, side, side) within 0..1 and labels (n,)."""
    return rng().random((n, side, side)), rng().integers(0, 10, n)


def costs(_):
    """What `torch_models.counting.count` tells of a network of 160 layers."""
    kinds = {"convolution": 50, "other": 100, "linear": 10}
    rows = [
        SimpleNamespace(kind=k, parameters=10**6, multiply_adds=10**8, units=10**5)
        for k in kinds
        for _ in range(kinds[k])
    ]
    total = {name: sum(getattr(r, name) for r in rows) for name in ("parameters", "multiply_adds", "units")}
    return SimpleNamespace(rows=rows, layers=160, kept=2**28, share=lambda kind, what: 0.5, **total)


def voted():
    x, t = digits(950)
    return neighbour_explorer(x[:800].reshape(800, -1), t[:800], x[800:].reshape(150, -1), t[800:])


def attacked():
    nets = {name: small_net((64, 64, 10), rng=rng()) for name in ("plain", "hardened")}
    x, t = digits(60)
    return attack_explorer(nets, x[:, None].astype(np.float32), t)


def experiment():
    pictures = rng().random((4, 1, 24, 24))
    return reaction_experiment(Session(np.array([0, 1, 0, 1])), pictures)


def descended():
    return descent_explorer(augment(clouds()[0][:40, :1]), (clouds()[1][:40] > 0).astype(int))


EXPLORERS = {  # in the order of the lessons
    "photo_explorer": lambda: photo_explorer(rng().integers(0, 256, (600, 512))),
    "line_explorer": lambda: line_explorer(*clouds(), offset=0.5),
    "sigmoid_explorer": sigmoid_explorer,
    "descent_explorer": descended,
    "backward_explorer": backward_explorer,
    "fold_explorer": fold_explorer,
    "deep_fold_explorer": deep_fold_explorer,
    "depth_explorer": depth_explorer,
    "optimiser_explorer": optimiser_explorer,
    "signal_explorer": signal_explorer,
    "neighbour_explorer": voted,
    "sliding_window": sliding_window,
    "stage_explorer": lambda: stage_explorer(digits(20, 28)[0]),
    "network_explorer": lambda: network_explorer(("VGG-16", "ResNet-50"), costs),
    "shatter_explorer": shatter_explorer,
    "sight_explorer": sight_explorer,
    "unroll_explorer": unroll_explorer,
    "threshold_explorer": lambda: threshold_explorer(rng().normal(1, 0.3, 400) ** 2, rng().normal(2, 0.4, 4000) ** 2),
    "attack_explorer": attacked,
    "reaction_experiment": experiment,
    "play_explorer": play_explorer,
    "batch_explorer": lambda: batch_explorer(RECORDED),
}


def widgets(box):
    """An explorer and everything in it, in reading order."""
    yield box
    for child in getattr(box, "children", ()):
        yield from widgets(child)


def there_and_back(control):
    """Two values of a control, another one and its own; None for what holds no value to step through."""
    if isinstance(control, w.Checkbox):
        return not control.value, control.value
    if isinstance(control, w.Dropdown | w.SelectionSlider | w.ToggleButtons):
        values = [value for _, value in control._options_full]
        return values[control.index - 1], control.value
    if isinstance(control, w.IntSlider | w.FloatSlider):
        step = control.step if control.value + control.step <= control.max else -control.step
        return control.value + step, control.value
    if isinstance(control, w.FloatLogSlider):
        larger = control.value * control.base**control.step
        return larger if larger <= control.base**control.max else control.value / control.base, control.value
    return None


def seconds(call):
    """CPU seconds of one call."""
    began = time.process_time()
    call()
    return time.process_time() - began


def measure(box, *, times):
    """{description of a control: CPU seconds of a step, the least of `times` there and back}."""
    found = {}
    for control in widgets(box):
        values = there_and_back(control)
        if values is None or getattr(control, "disabled", False):
            continue
        move = functools.partial(setattr, control, "value")
        took = [seconds(functools.partial(move, value)) for _ in range(times) for value in values]
        found[control.description] = max(found.get(control.description, 0), min(took))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="EXPLORER", help="default: all")
    parser.add_argument("--times", type=int, default=2, help="steps there and back")
    chosen = parser.parse_args()
    rows = []
    for name in chosen.names or EXPLORERS:
        took = measure(EXPLORERS[name](), times=chosen.times)
        rows += [(max(took.values()), name, took)] if took else []
    for most, name, took in sorted(rows, reverse=True):
        each = ", ".join(f"{1000 * s:.0f} {what}" for what, s in sorted(took.items(), key=lambda pair: -pair[1]))
        print(f"{1000 * most:6.0f} ms  {name}: {each}")


if __name__ == "__main__":
    main()
