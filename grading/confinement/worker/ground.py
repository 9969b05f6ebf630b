"""What every cell finds as it was, whatever a cell before it did: Python's, NumPy's and the course's own names, loaded
modules, what NumPy does at a division by zero, the two streams.

A student may reload a module, forget it, put a number in the place of `np.sum` or None in that of `sys.stdout`. So it
is until the cell ends. What was added stays.
"""

import builtins
import sys

LIBRARIES = ("course_lib", "numpy")


class Ground:
    """Modules and names as they stand when it is made; `restore` puts back what was changed or taken away."""

    def __init__(self, sink, shell):
        import numpy

        from course_lib import checks

        self.sink, self.checks = sink, checks
        self.modules = {name: one for name, one in sys.modules.items() if name.partition(".")[0] in LIBRARIES}
        kept = (builtins, numpy, numpy.linalg, numpy.random, sys.modules["course_lib"], checks)
        self.spaces = [(vars(module), dict(vars(module))) for module in kept]
        self.streams, self.errors, self.seterr = (sys.stdout, sys.stderr), numpy.geterr(), numpy.seterr
        self.begins = shell.events.callbacks["pre_run_cell"]  # a course loaded anew would look for its own `check`
        self.first = list(self.begins)
        checks.use_sink(sink)

    def restore(self):
        """Everything as it was; the checks tell the grader what they see."""
        sys.modules.update(self.modules)
        for space, names in self.spaces:
            space.update(names)
        sys.stdout, sys.stderr = self.streams
        self.seterr(**self.errors)
        self.begins[:] = self.first
        self.checks.use_sink(self.sink)
