"""What a student's machine has and this one has not: a library, a window to draw in, a way to install things, files.

A cell that only imports, sets up or installs it goes on, so that one such line costs none of the work below it. What
uses it gets the error that the import would have given; a statement that it ends is told, and the cell goes on too.
"""

import ast
import functools
import importlib.util
import re
import sys

GPU = re.compile(r"CUDA|_cuda_|MPS|XPU|HIP|linked with support for")  # in torch's errors
GPUS = frozenset(("is_available", "is_gpu_available", "is_built"))  # statements that ask whether there is one
TORCHS = AssertionError, RuntimeError, NotImplementedError, AttributeError
INSTALLS = re.compile(r"\s*(sudo\s+)?(\S*python\S*\s+-m\s+)?(pip3?|uv|conda|mamba|micromamba|apt|apt-get|brew)\s")
NOT_INSTALLED = "Nothing is installed while a notebook is graded; the line was passed over."
SCREENS = ("use", "switch_backend")  # matplotlib.use("TkAgg")


class Absent:
    """Stands where a library or something of it would: the first use of it is the error that its import gave."""

    def __init__(self):
        error = sys.exc_info()[1]
        print(f"{error}; what follows runs without it.", file=sys.stderr)
        object.__setattr__(self, "_error", (type(error), str(error)))

    def _fail(self, *_, **__):
        kind, text = object.__getattribute__(self, "_error")
        raise kind(text)

    def __getattr__(self, name):
        if name.startswith("_") and name != "__version__":  # whoever looks at values in passing asks for these
            raise AttributeError(name)
        self._fail()

    __setattr__ = __call__ = __getitem__ = __setitem__ = __iter__ = __enter__ = __mro_entries__ = _fail


class Entered:
    """A context that may need what is absent: then the statements inside run all the same."""

    def __init__(self, shell, make):
        self.shell, self.make, self.leave = shell, make, lambda *error: None

    def __enter__(self):
        try:
            context = self.make()
            kind = type(context)
            if not hasattr(kind, "__enter__") or not hasattr(kind, "__exit__"):
                raise TypeError(f"'{kind.__name__}' object does not support the context manager protocol")
            entered = kind.__enter__(context)
        except Exception as error:
            if self.shell.is_elsewhere(error):
                return Absent()
            below = error.__traceback__.tb_next  # of `make`, whose line the cell has already, or of what is entered
            own = below is not None and below.tb_frame.f_code is self.make.__code__
            raise error.with_traceback(below.tb_next if own else below) from error.__cause__
        self.leave = functools.partial(kind.__exit__, context)
        return entered

    def __exit__(self, *error):
        return self.leave(*error)


class Tolerant:
    """A shell that goes on where a line of the student's own, not of a check's, needs what is absent."""

    absent = Absent
    lost = frozenset()  # names in statements that ended so

    def entered(self, make):
        """The context that `make()` is; one of nothing, where entering it needs what is absent."""
        return Entered(self, make)

    async def run_ast_nodes(self, nodelist, *args, **kwargs):
        """A cell's statements."""
        if self.kernel.lenient:
            nodelist = tolerant(nodelist, self.user_ns)
        return await super().run_ast_nodes(nodelist, *args, **kwargs)

    async def run_code(self, code_obj, result=None, *, async_=False):
        """One statement; True where the cell ends with it. The cell is one that failed, but those below it are made."""
        failed = await super().run_code(code_obj, result, async_=async_)
        if not failed or not self.kernel.lenient or result is None:
            return failed
        asks = GPUS & set(code_obj.co_names) and isinstance(result.error_in_exec, Exception)
        if not asks and not self.is_elsewhere(result.error_in_exec):
            return failed
        self.lost = self.lost.union(code_obj.co_names)
        return False

    def is_elsewhere(self, error):
        """Whether an error says that a file, library, network, keyboard or GPU is not here, or what it gives."""
        if type(error) in TORCHS:
            return bool(GPU.search(str(error)))
        if type(error) is NameError:
            return error.name in self.lost
        return isinstance(error, OSError | ImportError) or type(error).__name__ == "StdinNotImplementedError"

    def run_line_magic(self, magic_name, line, _stack_depth=1):
        """`%NAME LINE`."""
        if self.kernel.lenient and INSTALLS.match(f"{magic_name} "):
            print(NOT_INSTALLED)
            return None
        try:
            return super().run_line_magic(magic_name, line, _stack_depth=_stack_depth + 1)
        except (ImportError, RuntimeError) as error:
            if not self.kernel.lenient or magic_name not in ("load_ext", "matplotlib"):
                raise
            print(f"%{magic_name} {line}: {error}", file=sys.stderr)

    def system(self, cmd):
        """`!CMD`."""
        if self.kernel.lenient and INSTALLS.match(f"{cmd} "):
            print(NOT_INSTALLED)
        else:
            super().system(cmd)


def tolerant(nodes, names):
    """The statements of a cell, its own lines that need what is absent made harmless; `names` is where it runs."""
    absent = {name for name, value in names.items() if type(value) is Absent}
    made = []
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for part in _parts(node):
                absent |= set() if _there(part) else {_bound(alias) for alias in part.names}
                made.append(_guarded(part))
        elif isinstance(node, ast.With):
            made.append(_entering(node))
        elif isinstance(node, ast.Expr | ast.Assign) and (_root(node) in absent or _chooses_screen(node)):
            made.append(_tried(node, [ast.Pass()]))
        else:
            made.append(_plain(node, absent) if absent and isinstance(node, ast.FunctionDef) else node)
    return made


def _plain(function, absent):
    """A function without decorators (`@njit`) and annotations (`x: pd.Series`) that need what is absent."""
    function.decorator_list = [one for one in function.decorator_list if _name(one) not in absent]
    function.returns = _hint(function.returns, absent)
    for arg in ast.walk(function.args):
        if isinstance(arg, ast.arg):
            arg.annotation = _hint(arg.annotation, absent)
    return function


def _hint(annotation, absent):
    named = {leaf.id for leaf in ast.walk(annotation) if isinstance(leaf, ast.Name)} if annotation else set()
    return None if named & absent else annotation


def _parts(node):
    if isinstance(node, ast.ImportFrom) or len(node.names) == 1:
        return [node]
    return [ast.copy_location(ast.Import([alias]), node) for alias in node.names]


def _there(node):
    name = node.names[0].name if isinstance(node, ast.Import) else "." * node.level + (node.module or "")
    try:
        return name.startswith(".") or importlib.util.find_spec(name.partition(".")[0]) is not None
    except (ImportError, ValueError, AttributeError):
        return True


def _bound(alias):
    return alias.asname or alias.name.partition(".")[0]


def _guarded(node):
    """`try: import ... except ImportError: NAME = get_ipython().absent()`."""
    if isinstance(node, ast.ImportFrom) and (node.module == "__future__" or node.level):
        return node
    named = [alias for alias in node.names if alias.name != "*"]
    bind = [ast.parse(f"{_bound(alias)} = get_ipython().absent()").body[0] for alias in named]
    return _tried(node, bind or [ast.Pass()])


def _tried(node, instead):
    handler = ast.ExceptHandler(type=ast.Name("ImportError", ast.Load()), name=None, body=instead)
    tried = ast.Try(body=[node], handlers=[handler], orelse=[], finalbody=[])
    for new in ast.walk(tried):
        if not hasattr(new, "lineno") and "lineno" in new._attributes:
            ast.copy_location(new, node)
    return ast.fix_missing_locations(tried)


def _entering(node):
    """`with EXPRESSION:` as `with get_ipython().entered(lambda: EXPRESSION):`."""
    for item in node.items:
        if not any(isinstance(leaf, ast.NamedExpr) for leaf in ast.walk(item.context_expr)):
            call = ast.parse("get_ipython().entered(lambda: 0)", mode="eval").body
            call.args[0].body, place = item.context_expr, item.context_expr
            item.context_expr = ast.copy_location(call, place)
            for new in ast.walk(call.func):
                ast.copy_location(new, place)
    return ast.fix_missing_locations(node)


def _root(node):
    """The name at which a call that is a statement begins, `sns` of `sns.set()`; or that all targets begin at."""
    if isinstance(node, ast.Expr):
        return _name(node.value.func) if isinstance(node.value, ast.Call) else None
    roots = {_name(target) if not isinstance(target, ast.Name) else None for target in node.targets}
    return roots.pop() if len(roots) == 1 else None


def _name(node):
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _chooses_screen(node):
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in SCREENS
