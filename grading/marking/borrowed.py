"""Answers that hand the work to the library: read from the submission's syntax, whatever happened when it ran.

In the kernel a learner's call of a forbidden function is noticed (course_lib/checks/guard.py), but that is a courtesy:
an alias, a partial, a thread or a profile hook escapes it. Here the answer is followed by its names, through what the
student's own cells bind them to, to the library. Cells that no answer uses may compare with the library as they like.
Where no cell is seen to make what an exercise asks for, it was made out of sight, and all the student's cells are read
for what may have made it. Code copied from the library is an answer like another; two students with the same copy meet
in the list of answers alike (reporting/similar.py).
"""

import ast
import functools
from dataclasses import dataclass, field, replace

from grading.ids import exercise_of
from grading.lessons.cells import children_of, nodes_of, tree_of
from grading.lessons.forbidden import USUAL, dotted, is_named
from grading.marking.cause import OWN
from grading.marking.match import same_text

BY_TEXT = (
    "eval",
    "exec",
    "compile",
    "__import__",
    "import_module",
    "getsource",
    "getsourcelines",
    "globals",
    "FunctionType",
    "setprofile",
    "run_cell",
    "run_module",
    "run_path",
    "exec_module",
)
LOOKS_UP = ("getattr", "vars", "attrgetter", "methodcaller")
METHODS = ("eval", "compile")  # of networks, patterns and others as well: `model.eval()`
_TELLING = (ast.ImportFrom, ast.Attribute, ast.Name, ast.Call)
_SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


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
class Notebook:
    """The names of a submission: what they were imported as, and the student's own statements that bind them."""

    known: dict = field(default_factory=lambda: dict(USUAL))  # name -> dotted name in a library
    own: dict = field(default_factory=dict)  # name -> the student's statements that bind it
    cells: list = field(default_factory=list)  # (a step of the student's, its top-level statements), in order
    checked: dict = field(default_factory=dict)  # exercise -> how many of them stand above its last check
    words: set = field(default_factory=set)  # identifiers in the student's cells, but for what they define
    looked: dict = field(default_factory=dict)  # id of a statement -> (it, its telling parts, names that it reads)

    def parts(self, node):
        """(Parts of a statement that may use something, names that it reads): many answers lead to the same one."""
        if id(node) not in self.looked:
            parts = [leaf for leaf in nodes_of(node) if type(leaf) in _TELLING]
            self.looked[id(node)] = node, parts, sorted(_read(node))
        return self.looked[id(node)][1:]

    def may_use(self, forbid):
        """Whether an identifier stands in the student's cells without which nothing forbidden can be used."""
        telling = {*BY_TEXT, *LOOKS_UP, *(name.rpartition(".")[2] for name in forbid)}
        return not self.words.isdisjoint(telling) or any(
            name in self.words for name, full in self.known.items() if full.rpartition(".")[2] in telling
        )


def borrowed(job, skeleton):
    """{exercise: Borrowed} for every exercise whose answer uses what its checks forbid."""
    forbid = {}
    for check, names in job.forbid.items():
        forbid.setdefault(exercise_of(check), set()).update(names)
    if not forbid:
        return {}
    notebook = read(job.steps, skeleton)
    found = {}
    for step in job.steps:
        names = forbid.get(step.id)
        cell = skeleton.by_grade_id.get(step.id)
        if names and cell is not None and cell.role == "solution" and notebook.may_use(names):
            one = _follow(step, cell, notebook, names)
            if one is not None:
                found[step.id] = one
    return found


def read(steps, skeleton):
    """The Notebook of a job's cells."""
    notebook = Notebook()
    handed_out = frozenset().union(
        *(_written(c.source) for c in skeleton.cells if c.role == "plain" and c.kind == "code")
    )
    for step in steps:
        if step.check:
            notebook.checked[exercise_of(step.check)] = len(notebook.cells)
            continue
        imports, statements, body, words = _names(step.source)
        notebook.known.update(imports)
        if _is_own(step) or step.id in skeleton.by_grade_id:
            notebook.cells.append((step, body or []))
            notebook.words |= words
        if skeleton.by_id.get(step.id) is None:  # a lesson's cell goes by its id, an answer by its grade id
            notebook.words |= words
            lines = step.source.split("\n")
            for name, node in statements:
                if _text(node, lines) not in handed_out:  # a cell of the lesson's with a line more is no answer
                    notebook.own.setdefault(name, []).append(node)
    return notebook


@functools.lru_cache(maxsize=1000)  # the lesson's own cells come again with every submission
def _names(source):
    """(what a cell imports: name -> dotted name, its top-level statements with each name that they bind, all of them,
    the identifiers in them); None for the statements where it does not parse."""
    tree, known, words = tree_of(source), {}, set()
    for node in nodes_of(tree) if tree is not None else ():
        kind = type(node)
        if kind is ast.Name:
            words.add(node.id)
        elif kind is ast.Attribute:
            words.add(node.attr)
        elif kind is ast.Import:
            for alias in node.names:
                first = alias.name.partition(".")[0]
                known[alias.asname or first] = alias.name if alias.asname else first
        elif kind is ast.ImportFrom and node.module:
            words.update(alias.name for alias in node.names)
            known.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    statements = [(name, node) for node in (tree.body if tree is not None else ()) for name in _bound(node)]
    return known, statements, tree and tree.body, words


@functools.lru_cache(maxsize=500)
def _written(source):
    """The texts of a cell's top-level statements."""
    lines, body = source.split("\n"), _names(source)[2]
    return frozenset(_text(node, lines) for node in body or ())


def _text(node, lines):
    return "\n".join(lines[node.lineno - 1 : node.end_lineno])


def _read(node):
    """Names that a statement reads and that are no parameters where it does."""
    found, waiting = set(), [(node, frozenset())]
    while waiting:
        leaf, local = waiting.pop()
        if isinstance(leaf, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            body = leaf.body if isinstance(leaf.body, list) else [leaf.body]
            inner = local | {arg.arg for arg in nodes_of(leaf.args) if isinstance(arg, ast.arg)}
            waiting += [(part, inner) for part in body]
            waiting += [(part, local) for part in (*getattr(leaf, "decorator_list", ()), leaf.args)]
            continue
        if isinstance(leaf, ast.Name) and isinstance(leaf.ctx, ast.Load) and leaf.id not in local:
            found.add(leaf.id)
        waiting += [(child, local) for child in children_of(leaf)]
    return found


def _bound(node):
    """Names that a top-level statement binds, also inside `if`, `for`, `with`, `try`."""
    if isinstance(node, _SCOPES):
        return {node.name}
    names, waiting = set(), [node]
    while waiting:
        leaf = waiting.pop()
        if isinstance(leaf, _SCOPES):
            names.add(leaf.name)
        elif not isinstance(leaf, ast.Lambda):
            names |= {leaf.id} if isinstance(leaf, ast.Name) and isinstance(leaf.ctx, ast.Store) else set()
            waiting += children_of(leaf)
    return names


def _follow(step, cell, notebook, forbid):
    """The first forbidden thing that the answer reaches by its names, or None."""
    _, statements, body, _ = _names(step.source)
    if body is None:
        return None
    here = {name for name, _ in statements}
    todo = list(body)
    todo += [node for name in sorted(cell.names - here) for node in notebook.own.get(name, ())]
    seen, followed = set(), set()
    one = _first(todo, notebook, forbid, seen, followed)
    if one is None:
        one = _first(_out_of_sight(cell, notebook), notebook, forbid, seen, followed)
        one = one and replace(one, unseen=True)
    return one


def _first(todo, notebook, forbid, seen, followed):
    """The first forbidden thing that these statements reach; `seen` are those looked at, `followed` the names."""
    for node in todo:  # which grows
        if id(node) in seen:
            continue
        seen.add(id(node))
        parts, read = notebook.parts(node)
        one = _used(parts, notebook.known, forbid)
        if one is not None:
            return one
        todo += [other for name in read if name not in followed for other in notebook.own.get(name, ())]
        followed.update(read)
    return None


def _out_of_sight(cell, notebook):
    """The statements of the student's own cells above the check, where none of his cells is seen to make what the
    exercise asks for; else those below the last that is which run text that has to do with the library.
    """
    above = notebook.cells[: notebook.checked.get(cell.grade_id)] if cell.names else []
    makes = [i for i, (step, _) in enumerate(above) if _makes(step.source, cell)]
    own = [body for step, body in above[makes[-1] + 1 if makes else 0 :] if _is_own(step)]
    return [node for body in own for node in body if not makes or _runs_the_librarys(node, notebook)]


def _makes(source, cell):
    """Whether text that is more than the stub binds what the exercise asks for."""
    return any(name in cell.names for name, _ in _names(source)[1]) and not same_text(source, cell.source)


def _is_own(step):
    return OWN.fullmatch(step.id) is not None


def _runs_the_librarys(node, notebook):
    """Whether a statement runs text, and names the library or one of its modules."""
    parts, read = notebook.parts(node)
    runs = any(
        dotted(leaf).rpartition(".")[2] in BY_TEXT for leaf in parts if isinstance(leaf, ast.Attribute | ast.Name)
    )
    return runs and any(f"{notebook.known.get(name, '')}.".startswith("course_lib.") for name in read)


def _used(parts, known, forbid):
    """A use of what is forbidden among the parts of a statement."""
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
            root, _, rest = written.partition(".")
            full = known.get(root, "") + (f".{rest}" if rest else "") if root in known else ""
            if full.rpartition(".")[2] in last and any(is_named(full, name) for name in forbid):
                return Borrowed(written, line)
            owner, _, name = written.rpartition(".")
            pythons = owner in ("", "__builtins__") or f"{full}.".startswith("builtins.") or owner == "builtins"
            if name in BY_TEXT and (name not in METHODS or pythons):
                return Borrowed(written, line, "text")
            if written == "getattr" and id(leaf) not in given:  # under another name nobody sees what it is asked for
                return Borrowed(written, line, "text")
        elif isinstance(leaf, ast.Call):
            name = _full(dotted(leaf.func), known).rpartition(".")[2]
            if name in LOOKS_UP and _looks_up(leaf, name, known, forbid, last):
                return Borrowed(f"{dotted(leaf.func)}(...)", line, "text")
    return None


def _full(written, known):
    """The dotted name of what is written so: `q.epoch` is course_lib.topics.perceptron.epoch after its import as q."""
    root, dot, rest = written.partition(".")
    return f"{known[root]}{dot}{rest}" if root in known else written


def _looks_up(call, name, known, forbid, last):
    """Whether a call such as `getattr(module, "name")` asks for what is forbidden by its text, or by one that only
    running it would show, in the very module where it stands.
    """
    texts = [text for text in map(_text_of, call.args) if text is not None]
    if any(text.rpartition(".")[2] in last for text in texts):
        return True
    module = _full(dotted(call.args[0]), known) if call.args else ""
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
