"""What a statement uses of what an exercise forbids, read from its syntax; borrowed.py says which statements count."""

import ast
import functools
import os
import re
from dataclasses import dataclass, field

import course_lib
from grading.lessons.cells import statements_of
from grading.lessons.forbidden import dotted, is_named
from grading.marking.display_cells import read_from_outside
from grading.marking.looks import SPACES
from grading.marking.statements import bound

BY_TEXT = (
    "eval",
    "exec",
    "compile",
    "__import__",
    "import_module",
    "getsource",
    "getsourcelines",
    "globals",
    "__globals__",
    "FunctionType",
    "setprofile",
    "run_cell",
    "run_module",
    "run_path",
    "exec_module",
    "load_module",
    "runsource",
    "runcode",
    "resolve_name",
)
IN_MODULES = ("pydoc.locate", "pickle.loads", "pickle.load")  # by a text as well; elsewhere the name says nothing
SHOWN = re.compile(r"_{1,3}|_\d+|_oh|Out")  # IPython's names for what cells have shown: it may be the library's
HELD = ("get_objects", "get_referrers", "get_referents", "user_ns", "output_hist", "f_globals")  # all that there is
LOOKS_UP = ("getattr", "vars", "attrgetter", "methodcaller", "run_line_magic", "run_cell_magic", "ex", "ev")
METHODS = ("eval", "compile")  # of networks, patterns and others as well: `model.eval()`
TELLING = (ast.ImportFrom, ast.Attribute, ast.Name, ast.Call, ast.MatchClass, ast.ClassDef)
INSIDE = ("__dict__", "__getattribute__", "getmembers", "getattr_static", "getattr", "vars", "attrgetter")
MODULES = "sys.modules"


@dataclass(frozen=True)
class Borrowed:
    """What an answer uses and may not: the name as written, and the line of its cell.

    `how` is "library", or "text" for code that is reached by a text of its name or source. `unseen` says that it stands
    where something out of sight may have made the answer: it did, if there is one that passes.
    """

    name: str
    line: int
    how: str = "library"
    unseen: bool = False

    @property
    def sentence(self):
        """What the student reads."""
        if self.how == "text":
            return f"This reaches code by its text ({self.name}, line {self.line}); write it yourself."
        return f"This calls the library's {self.name.rpartition('.')[2]} (line {self.line}); write it yourself."


@dataclass
class Trail:
    """What was looked at on the way from an answer, and whether a module of the library was handed on there."""

    seen: set = field(default_factory=set)  # ids of where statements stand, and of these
    followed: set = field(default_factory=set)  # ids of where names are read, and these
    handed: bool = False  # a module stands where a value does: `m = lib`, `[lib]`, `f(lib)`
    asked: Borrowed | None = None  # the first that something unknown is asked for
    found: Borrowed | None = None  # the first place looked into where things lie that nobody named: `Out`

    def note(self, parts, known, forbid):
        """Take in the parts of a statement; what is asked of a module that was handed on, or None."""
        inner = {id(leaf.value) for leaf in parts if isinstance(leaf, ast.Attribute) and leaf.attr not in INSIDE}
        for leaf in parts:
            if isinstance(leaf, ast.Attribute | ast.Name) and isinstance(leaf.ctx, ast.Load):
                full = full_name(dotted(leaf), known)
                self.handed |= f"{full}.".startswith(f"{MODULES}.")
                self.handed |= id(leaf) not in inner and holds(full, forbid)
            elif isinstance(leaf, ast.ClassDef):
                self.handed |= any(holds(full, forbid) for full in _imported_in(leaf))
        self.asked = self.asked or _asked(parts, known, forbid)
        return self.asked if self.handed else None


def finds(node, parts, read, own):
    """Where a statement looks for things that no name of the student's, `own`, stands for: `Out`, `gc`; or None.

    The `_` of a loop elsewhere is none of these: before it, what was shown is called so.
    """
    for leaf in parts:
        if isinstance(leaf, ast.Attribute) and (leaf.attr in HELD or SHOWN.fullmatch(leaf.attr)):
            return Borrowed(dotted(leaf), leaf.lineno, "text")
    if any(SHOWN.fullmatch(name) for name in read):
        mine = bound(node) | {name for name in own if not all(isinstance(one, ast.For) for one in own[name])}
        names = sorted(frozenset().union(*read_from_outside(ast.unparse(node))) - mine)
        name = next(filter(SHOWN.fullmatch, names), None)
        return name and Borrowed(name, node.lineno, "text")
    return None


def telling(forbid):
    """Identifiers without which nothing forbidden can be used; "*" stands for an import of all names."""
    texts = (*BY_TEXT, *LOOKS_UP, *INSIDE, *SPACES, *(name.rpartition(".")[2] for name in IN_MODULES), "*")
    return {*texts, *(name.rpartition(".")[2] for name in forbid)}


def full_name(written, known):
    """The dotted name of what is written so: `q.epoch` is course_lib.topics.perceptron.epoch after its import as q."""
    root, dot, rest = written.partition(".")
    return f"{known[root]}{dot}{rest}" if root in known else written


def holds(full, forbid):
    """Whether a dotted name is a module in which something forbidden may be found."""
    return _is_the_courses(full) or any(f"{name.rpartition('.')[0]}.".startswith(f"{full}.") for name in forbid)


@functools.lru_cache(maxsize=1000)
def _is_the_courses(full):
    if full.partition(".")[0] != "course_lib":
        return False
    place, last = _place_of(full), full.rpartition(".")[2]
    if os.path.isdir(place) or not os.path.isfile(f"{place}.py"):  # also of a name that no file may have
        return os.path.isdir(place)
    return not re.search(
        rf"^(?:def|class) {last}\b", text_of_module(full), re.M
    )  # one of its own name is known by that


def text_of_module(full):
    """The text of a module of the course's; "" of no such module, None of any other library's."""
    if full.partition(".")[0] != "course_lib":
        return None
    place = _place_of(full)
    place = os.path.join(place, "__init__.py") if os.path.isdir(place) else f"{place}.py"
    if not os.path.isfile(place):
        return ""
    with open(place, encoding="utf-8") as file:
        return file.read()


def _place_of(full):
    return os.path.join(*course_lib.__path__, *full.split(".")[1:])


def _imported_in(node):
    """The dotted names that a class imports for itself, and the packages in which they are."""
    for inner in statements_of(node):
        if isinstance(inner, ast.Import):
            yield from (name for alias in inner.names for name in (alias.name, alias.name.partition(".")[0]))
        elif isinstance(inner, ast.ImportFrom) and inner.module:
            yield from (f"{inner.module}.{alias.name}" for alias in inner.names)


def _asked(parts, known, forbid):
    """What may be a use of what is forbidden, if what stands before it is a module of the library."""
    last = {name.rpartition(".")[2] for name in forbid}
    for leaf in parts:
        if isinstance(leaf, ast.Attribute | ast.Name):
            written = dotted(leaf)
            owner, _, name = written.rpartition(".")
            if name in INSIDE:
                return Borrowed(written, leaf.lineno, "text")
            if isinstance(leaf, ast.Attribute) and name in last and owner.partition(".")[0] not in known:
                return Borrowed(written, leaf.lineno)
        elif isinstance(leaf, ast.MatchClass) and last & set(leaf.kwd_attrs):
            return Borrowed(min(last & set(leaf.kwd_attrs)), leaf.lineno)
    return None


def used(parts, known, forbid):
    """A use of what is forbidden among the parts of a statement, or None."""
    last = {name.rpartition(".")[2] for name in forbid}
    calls = [leaf for leaf in parts if isinstance(leaf, ast.Call)]
    given = {id(node) for call in calls for node in (call.func, *call.args)}
    for leaf in parts:
        line = getattr(leaf, "lineno", 1)
        if isinstance(leaf, ast.ImportFrom) and leaf.module:
            for alias in leaf.names:
                if any(is_named(f"{leaf.module}.{alias.name}", name) for name in forbid):
                    return Borrowed(alias.name, line)
        elif isinstance(leaf, ast.Attribute | ast.Name):
            written = dotted(leaf)
            full = full_name(written, known)
            if (
                written.partition(".")[0] in known
                and full.rpartition(".")[2] in last
                and any(is_named(full, name) for name in forbid)
            ):
                return Borrowed(written, line)
            if by_text(full):
                return Borrowed(written, line, "text")
            if written == "getattr" and id(leaf) not in given:  # under another name nobody sees what it is asked for
                return Borrowed(written, line, "text")
        elif isinstance(leaf, ast.Call):
            name = full_name(dotted(leaf.func), known).rpartition(".")[2]
            if name in LOOKS_UP and _looks_up(leaf, name, known, forbid, last):
                return Borrowed(f"{dotted(leaf.func)}(...)", line, "text")
    return None


def by_text(full):
    """Whether a dotted name is a function that gets at code by a text."""
    owner, _, name = full.rpartition(".")
    pythons = owner in ("", "__builtins__", "builtins") or owner.startswith("builtins.")
    return (name in BY_TEXT and (name not in METHODS or pythons)) or full in IN_MODULES


def _looks_up(call, name, known, forbid, last):
    """Whether a call such as `getattr(module, "name")` asks for what is forbidden by its text, or by one that only
    running it would show, in the very module where it stands.
    """
    texts = [text for text in map(_text_of, call.args) if text is not None]
    if any(text.rpartition(".")[2] in last for text in texts):
        return True
    module = full_name(dotted(call.args[0]), known) if call.args else ""
    dark = name == "vars" or (name == "getattr" and len(call.args) > 1 and _text_of(call.args[1]) is None)
    return dark and any(one.rpartition(".")[0] == module for one in forbid)


def _text_of(node):
    """The text that an expression of literals makes, `"ep" + "och"`; None where there is more in it."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    parts = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):  # they lean to the left
        parts.append(node.right)
        node = node.left
    parts.append(node)
    if not all(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in parts):
        return None
    return "".join(part.value for part in reversed(parts))
