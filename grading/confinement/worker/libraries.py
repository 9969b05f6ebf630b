"""What the warm process imports, so that no submission has to. Nothing here may compute."""

import contextlib
import importlib
import inspect
import pkgutil
import sys

from forks import settle

NEEDED = """numpy numpy.testing matplotlib.pyplot matplotlib.font_manager ipywidgets
matplotlib.backends.backend_agg IPython ipykernel.ipkernel ipykernel.zmqshell"""
# What a first cell, a traceback or a figure would import otherwise; versions differ in which of these there are.
SPARED = """IPython.core.completerlib IPython.core.logger IPython.core.oinspect IPython.core.magics.ast_mod pexpect
IPython.core.application IPython.core.magics.execution IPython.core.pylabtools ipykernel.debugger stack_data executing
pure_eval asttokens cProfile pygments.formatters pygments.formatters.terminal256 pygments.styles PIL.BmpImagePlugin
PIL.GifImagePlugin PIL.JpegImagePlugin PIL.PngImagePlugin PIL.PpmImagePlugin matplotlib_inline.config numpy.lib.format
numpy.lib._npyio_impl zipfile pydoc"""
# As large as all the rest together: imported, with the modules of course_lib named after it, when the first submission
# comes that mentions it.
HEAVY = {"torch": "torch torch.nn.functional torch._subclasses.schema_check_mode torch._dynamo"}


def warm():
    """Import what lessons import. Nothing here may compute: OpenMP threads do not survive a fork."""
    sys.modules["debugpy"] = None  # ipykernel would load a debugger and its threads
    for name in NEEDED.split():
        importlib.import_module(name)
    spare(SPARED)
    del sys.modules["debugpy"]
    import course_lib

    spare(" ".join(modules_in(course_lib, without=HEAVY)))
    inspect.getmodule(sys._getframe())  # it keeps where all modules lie, which the first traceback asks for


def modules_in(package, without):
    """The dotted names of all modules below a package, none of them imported; not those named after `without`."""
    waiting = [(f"{package.__name__}.", list(package.__path__))]
    while waiting:
        prefix, path = waiting.pop()
        for module in pkgutil.iter_modules(path, prefix):
            if not any(word in module.name for word in without):
                yield module.name
                if module.ispkg:
                    waiting.append((f"{module.name}.", [f"{path[0]}/{module.name.rpartition('.')[2]}"]))


def burden(name):
    """Import a heavy library, and what of course_lib rests on it."""
    import course_lib

    spare(HEAVY.pop(name))
    spare(" ".join(modules_in(course_lib, without=HEAVY)))
    settle()


def spare(names):
    """Import these modules, as far as they can be: a cell that needs one that cannot gets the error."""
    for name in names.split():
        with contextlib.suppress(Exception):
            importlib.import_module(name)
