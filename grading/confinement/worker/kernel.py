"""The Jupyter kernel in which cells run: IPython's own shell, without sockets or threads."""

import asyncio
import contextlib
import logging
import os
import sys

from absent import Tolerant
from quick import Quick, asked_once, murmur2, transformer
from streams import Stream

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")


def shorten(error, keep=15):
    """Leave out this folder's own frames, and the middle of a very long traceback: IPython takes seconds for an endless
    recursion's.
    """
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        parts, part = [], error.__traceback__
        while part is not None:
            while part.tb_next is not None and part.tb_next.tb_frame.f_code.co_filename.startswith(HERE):
                part.tb_next = part.tb_next.tb_next
            parts.append(part)
            part = part.tb_next
        if len(parts) > 4 * keep:
            parts[keep - 1].tb_next = parts[-keep]
        error = error.__cause__ or error.__context__


def make_kernel():
    """An ipykernel kernel without sockets or threads: the shell, display, comms and magics are Jupyter's own.

    Made before the fork: it holds nothing of a submission's, no descriptor and no loop.
    """
    from ipykernel import compiler, ipkernel
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.zmqshell import ZMQInteractiveShell
    from jupyter_client.session import Session
    from traitlets import Instance
    from traitlets.config import Config

    class Messages(Session):
        collector = None

        def send(self, stream, msg_or_type, content=None, parent=None, **rest):
            if isinstance(msg_or_type, dict):
                msg_or_type, content = msg_or_type["header"]["msg_type"], msg_or_type["content"]
            self.collector.message(msg_or_type, content)

    class Shell(Quick, Tolerant, ZMQInteractiveShell):
        input_transformer_manager = Instance(transformer(), ())
        own = None  # what reads the lesson's cells anew (cells.py): it places what it writes, nothing is to be mended

        def transform_ast(self, node):
            only = self.own is not None and self.ast_transformers == [self.own]
            return self.own.visit(node) if only else super().transform_ast(node)

        def ask_exit(self):
            """A cell that says exit() does not end the submission."""

        def enable_gui(self, gui=None):
            self.active_eventloop = gui

        def showtraceback(self, exc_tuple=None, *args, **kwargs):
            shorten((exc_tuple or sys.exc_info())[1])
            super().showtraceback(exc_tuple, *args, **kwargs)

    class Kernel(IPythonKernel):
        def _cancel_on_sigint(self, future):
            return contextlib.nullcontext()

    compiler.murmur2_x86 = murmur2
    with contextlib.suppress(AttributeError):  # not in every version
        ipkernel._accepts_parameters = asked_once(ipkernel._accepts_parameters)
    config = Config()
    config.HistoryManager.enabled = False  # a thread and a database file otherwise
    config.IPKernelApp.kernel_class = "ipykernel.ipkernel.IPythonKernel"  # how tqdm and others know a notebook
    Shell.__name__ = Shell.__qualname__ = "ZMQInteractiveShell"
    log = logging.getLogger("kernel")
    log.addHandler(logging.NullHandler())
    log.propagate = False
    kernel = Kernel.instance(session=Messages(key=b""), config=config, shell_class=Shell, log=log)
    kernel.shell_channel_thread = type("NoThread", (), {"parent_thread": None})()
    show_figures(kernel)
    return kernel


def show_figures(kernel):
    """Show a cell's figures at its end, as Jupyter does; those of a cell that is `bare` are never drawn.

    Matplotlib's backend, imported before there was a shell, has not arranged that.
    """
    import matplotlib
    from IPython.core.pylabtools import activate_matplotlib
    from matplotlib import pyplot
    from matplotlib_inline.backend_inline import configure_inline_support

    def undrawn():
        if kernel.bare:
            pyplot.close("all")

    def without_figures(message):
        text = message["content"].get("data", {}).get("text/plain", "")
        return None if kernel.bare and str(text).startswith("<Figure size") else message

    kernel.bare = kernel.lenient = False
    kernel.close_figures = lambda: pyplot.close("all")
    kernel.shell.events.register("post_execute", undrawn)  # before the backend's, which draws
    backend = matplotlib.get_backend(auto_select=False)
    activate_matplotlib(backend)
    configure_inline_support(kernel.shell, backend)
    pictures = kernel.shell.display_formatter.formatters["image/png"]
    draw = pictures.lookup_by_type(pyplot.Figure)
    pictures.for_type(pyplot.Figure, lambda figure: None if kernel.bare else draw(figure))
    kernel.shell.display_pub.register_hook(without_figures)


def run(loop, context, coroutine):
    """What the coroutine of a cell returns; all cells run in one `context`, as in Jupyter.

    What a cell sets there, NumPy's print options or its error state, holds in the next.
    """
    return loop.run_until_complete(loop.create_task(coroutine, context=context))


def connect(kernel, collector):
    """Give a kernel its output, its folders and an event loop; returns the loop."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    kernel.session.collector = collector
    profile = kernel.shell.profile_dir
    os.makedirs(profile.location, exist_ok=True)
    profile.check_dirs()
    sys.stdout, sys.stderr = Stream(collector, "stdout"), Stream(collector, "stderr")
    return loop
