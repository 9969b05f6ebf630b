"""What every cell finds as it was, whatever a cell before it did: Python's, NumPy's and the course's own names, loaded
modules, what NumPy does at a division by zero, torch's device and other switches, the two streams.

A student may reload a module, forget it, put a number in the place of `np.sum` or None in that of `sys.stdout`. So it
is until the cell ends. What was added stays.
"""

import builtins
import contextlib
import ctypes
import sys

LIBRARIES = ("course_lib", "numpy")
PLACE = object.__basicsize__ + ctypes.sizeof(ctypes.c_ssize_t)  # of a number in a dict


def number(space):
    """CPython's number of a dict's last change (PEP 509), as long as it has one."""
    return ctypes.c_uint64.from_address(id(space) + PLACE).value


def numbered():
    """Whether dicts have such a number here."""
    space, seen = {"a": 0}, []
    for value in (1, 2, 3):
        seen += [number(space), number(space)]
        space["a"] = value
    return seen[::2] == seen[1::2] and len(set(seen)) == 3


NUMBERED = numbered()


def last_change(space):
    """What is equal as long as a dict is unchanged. To look at its values would copy as many pages of a fork."""
    return number(space) if NUMBERED else object()


class Switches:
    """Those of torch that hold for all that comes after: a device that is not here, a type of numbers, no gradients."""

    def __init__(self, torch):
        self.device = torch.set_default_device
        ways = (
            (torch.get_default_dtype, torch.set_default_dtype),
            (torch.get_num_threads, torch.set_num_threads),
            (torch.is_grad_enabled, torch.set_grad_enabled),
            (torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly),
            (torch.are_deterministic_algorithms_enabled, torch.use_deterministic_algorithms),
        )
        self.known = [(look, turn, look()) for look, turn in ways]

    def restore(self):
        """Each as it was when this was made; the device is the CPU."""
        with contextlib.suppress(Exception):  # what a student's code made of torch
            self.device(None)
            for look, turn, value in self.known:
                if look() != value:
                    turn(value)


class Ground:
    """Modules and names as they stand when it is made; `restore` puts back what was changed or taken away."""

    def __init__(self, shell):
        import numpy

        from course_lib import checks

        self.checks, self.seterr, self.modules = checks, numpy.seterr, sys.modules
        kept = (builtins, numpy, numpy.linalg, numpy.random, sys.modules["course_lib"], checks)
        self.spaces = [(vars(module), dict(vars(module))) for module in kept]
        loaded = {name: one for name, one in sys.modules.items() if name.partition(".")[0] in LIBRARIES}
        self.spaces.append((sys.modules, loaded))
        self.known = [last_change(space) for space, _ in self.spaces]
        self.begins = shell.events.callbacks["pre_run_cell"]  # a course loaded anew would look for its own `check`

    def begin(self, sink):
        """A submission begins: the streams are its own, and the checks tell `sink` what they see."""
        import numpy

        self.sink, self.streams, self.errors = sink, (sys.stdout, sys.stderr), numpy.geterr()
        self.first = list(self.begins)
        self.torch = Switches(sys.modules["torch"]) if "torch" in sys.modules else None
        self.checks.use_sink(sink)

    def restore(self):
        """Everything as it was; the checks tell the grader what they see."""
        for place, (space, names) in enumerate(self.spaces):
            if self.known[place] != last_change(space):
                space.update(names)
                self.known[place] = last_change(space)
        sys.modules = self.modules
        sys.stdout, sys.stderr = self.streams
        self.seterr(**self.errors)
        if self.torch is not None:
            self.torch.restore()
        self.begins[:] = self.first
        self.checks.use_sink(self.sink)
