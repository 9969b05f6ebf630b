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
import re
from dataclasses import dataclass, field, replace

from grading.ids import exercise_of
from grading.lessons.cells import nodes_of, tree_of
from grading.lessons.forbidden import USUAL, dotted, is_named
from grading.marking.cause import OWN
from grading.marking.comparing import less_comparisons
from grading.marking.library_uses import TELLING, Borrowed, Trail, by_text, finds, full_name, telling, used
from grading.marking.looks import less_looks, space, taken
from grading.marking.match import same_text
from grading.marking.run_text import run_text
from grading.marking.stars import Stars
from grading.marking.statements import bound, read_by, stored_into

_FILE = re.compile(r"\s*%%(?:writefile|file)\s+(\w+\.py)[ \t]*\n(.*)", re.S)  # a cell that makes a module


@dataclass
class Notebook:
    """The names of a submission: what they were imported as, and the student's own statements that bind them."""

    known: dict = field(default_factory=lambda: dict(USUAL))  # name -> dotted name in a library
    own: dict = field(default_factory=dict)  # name -> the student's statements that bind it
    cells: list = field(default_factory=list)  # (a step of the student's, its top-level statements), in order
    checked: dict = field(default_factory=dict)  # exercise -> how many of them stand above its last check
    words: set = field(default_factory=set)  # identifiers in the student's cells, but for what they define
    stars: list = field(default_factory=list)  # modules of which they import all names
    helpers: dict = field(default_factory=dict)  # module of the student's own -> the Notebook of its file
    taken: set = field(default_factory=set)  # names of Python's functions that look around, given to something else
    lent: Stars | None = None  # what they read of such imports
    looked: dict = field(default_factory=dict)  # id of a statement -> (it, its telling parts, names that it reads)

    def parts(self, node):
        """(Parts of a statement that may use something, names that it reads): many answers lead to the same one."""
        if id(node) not in self.looked:
            parts = [leaf for leaf in less_looks(node, self.taken) if type(leaf) in TELLING]
            self.looked[id(node)] = node, parts, sorted(read_by(node))
        return self.looked[id(node)][1:]

    def may_use(self, forbid):
        """Whether an identifier stands in the student's cells without which nothing forbidden can be used."""
        words = telling(forbid)
        return not self.words.isdisjoint(words) or any(
            name in self.words for name, full in self.known.items() if full.rpartition(".")[2] in words
        )

    def asks(self, forbid):
        """Whether a cell of the student's asks the library for what is forbidden."""
        statements = (node for _, body in self.cells for node in body)
        return any(used(self.parts(node)[0], self.known, forbid) is not None for node in statements)

    def take(self, source, but=lambda name, text: False):
        """Take in text of the student's: the statements that bind its names, `but` for some (name, its text)."""
        text, lines = _names(source), source.split("\n")
        self.known.update(text.imports)
        self.words |= text.words
        self.stars += text.stars
        self.taken |= text.taken
        for name, node in (*text.statements, *text.stores):
            if not but(name, _text(node, lines)):
                self.own.setdefault(name, []).append(node)

    def spell(self, names):
        """Let it be known what an import of all names may bind: those of `names` that nothing else does."""
        for star in self.stars:
            self.known |= {name: f"{star}.{name}" for name in names - self.own.keys() - self.known.keys()}

    def lend(self, names):
        """Let it be known which of `names` the cells read as an import of all names brought them."""
        self.lent = Stars(names)
        for _, body in self.cells if self.stars else ():
            self.lent.take(body, self.taken)


def borrowed(job, skeleton):
    """{exercise: Borrowed} for every exercise whose answer uses what its checks forbid."""
    forbid = {}
    for check, names in job.forbid.items():
        forbid.setdefault(exercise_of(check), set()).update(names)
    if not forbid:
        return {}
    notebook = read(job.steps, skeleton, _modules(job))
    last = {name.rpartition(".")[2] for names in forbid.values() for name in names}
    for helper in notebook.helpers.values():
        helper.spell(last)
    notebook.spell(last.difference(*(cell.names for cell in skeleton.by_grade_id.values())))
    notebook.lend(last)
    found = {}
    for step in job.steps:
        names = forbid.get(step.id)
        cell = skeleton.by_grade_id.get(step.id)
        if names and cell is not None and cell.role == "solution" and notebook.may_use(names):
            one = _follow(step, cell, notebook, names)
            if one is not None:
                found[step.id] = one
    return found


def _modules(job):
    """{name: text} of the modules beside a notebook: files handed in, and what a cell writes."""
    files = {name: data.decode("utf-8", "replace") for name, data in job.files.items() if name.endswith(".py")}
    files |= {found[1]: found[2] for step in job.steps if (found := _FILE.match(step.source))}
    return {name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): text for name, text in files.items()}


def read(steps, skeleton, modules=()):
    """The Notebook of a job's cells; `modules` as {name: text} lie beside it."""
    notebook = Notebook()
    for name in modules:
        notebook.helpers[name] = helper = Notebook(helpers=notebook.helpers)
        helper.take(modules[name])
        notebook.words |= helper.words
        helper.taken = notebook.taken = notebook.taken | helper.taken
    handed_out = frozenset().union(
        *(_written(c.source) for c in skeleton.cells if c.role == "plain" and c.kind == "code")
    )
    for step in steps:
        if step.check:
            notebook.checked[exercise_of(step.check)] = len(notebook.cells)
            continue
        text, cell = _names(step.source), skeleton.by_grade_id.get(step.id)
        notebook.known.update(text.imports)
        if cell is not None or _is_own(step):
            notebook.cells.append((step, text.body))
            asked = cell.names if cell is not None else ()  # is judged as its own exercise's answer
            # a cell of the lesson's with a line more is no answer
            notebook.take(step.source, lambda name, written, asked=asked: name in asked or written in handed_out)
    return notebook


@dataclass(frozen=True)
class _Names:
    """What a cell does with names; nothing where it does not parse."""

    imports: dict  # name -> dotted name
    statements: list  # (name, statement at its top level that binds it)
    body: list  # all its top-level statements
    words: set  # the identifiers in them
    stars: list  # modules of which it imports all names
    stores: list  # (name, statement at its top level that stores into what it stands for)
    taken: set  # as of a Notebook


@functools.lru_cache(maxsize=1000)  # the lesson's own cells come again with every submission
def _names(source):
    tree, known, words, stars = tree_of(run_text(source)), {}, set(), []
    body = [] if tree is None else tree.body
    nodes = nodes_of(tree) if tree is not None else []
    for node in nodes:
        kind = type(node)
        if kind is ast.Name:
            words.add(node.id)
        elif kind is ast.Attribute:
            words.add(node.attr)
        elif kind is ast.MatchClass:
            words.update(node.kwd_attrs)
        elif kind is ast.Import:
            for alias in node.names:
                first = alias.name.partition(".")[0]
                known[alias.asname or first] = alias.name if alias.asname else first
        elif kind is ast.ImportFrom and node.module:
            words.update(alias.name for alias in node.names)
            stars += [node.module for alias in node.names if alias.name == "*"]
            known.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    known.pop("*", None)
    binds = [(name, node) for node in body for name in bound(node)]
    stores = [(name, node) for node in body for name in stored_into(node)]
    return _Names(known, binds, body, words, stars, stores, taken(nodes))


@functools.lru_cache(maxsize=500)
def _written(source):
    """The texts of a cell's top-level statements."""
    lines = source.split("\n")
    return frozenset(_text(node, lines) for node in _names(source).body)


def _text(node, lines):
    return "\n".join(lines[node.lineno - 1 : node.end_lineno])


def _follow(step, cell, notebook, forbid):
    """The first forbidden thing that the answer reaches by its names, or None."""
    text = _names(step.source)
    here = {name for name, _ in text.statements}
    todo = less_comparisons(text.body, cell.names, notebook, forbid) + _bound_below(step, cell, notebook)
    todo += [node for name in sorted(cell.names - here) for node in notebook.own.get(name, ())]
    trail, lent = Trail(), notebook.lent
    one = _first(todo, notebook, forbid, trail)
    one = one or lent.answers(cell.names, notebook.checked.get(cell.grade_id, 0), forbid)
    if one is None and trail.found is not None and notebook.asks(forbid):
        one = trail.found
    if one is None:
        one = _first(_out_of_sight(cell, notebook), notebook, forbid, trail)
        one = one and replace(one, unseen=True)
    return one


def _bound_below(step, cell, notebook):
    """The statements between the answer and its last check that bind anew what the exercise asks for."""
    above = notebook.cells[: notebook.checked.get(cell.grade_id)]
    at = next((i for i, (one, _) in enumerate(above) if one is step), len(above))
    found = [pair for one, _ in above[at + 1 :] for pair in _names(one.source).statements]
    return [node for name, node in found if name in cell.names]


def _first(todo, notebook, forbid, trail):
    """The first forbidden thing that these statements of the notebook reach."""
    todo = [(node, notebook) for node in todo]
    for node, place in todo:  # which grows
        if (id(place), id(node)) in trail.seen:
            continue
        trail.seen.add((id(place), id(node)))
        parts, read = place.parts(node)
        one = used(parts, place.known, forbid) or _around(node, place, forbid) or trail.note(parts, place.known, forbid)
        if one is not None:
            return one
        trail.found = trail.found or finds(node, parts, read, place.own)
        todo += [
            (other, place)
            for name in read
            if (id(place), name) not in trail.followed
            for other in place.own.get(name, ())
        ]
        trail.followed.update((id(place), name) for name in read)
        for helper, name in _taken(parts, place):
            if (id(helper), name) in trail.followed:
                continue
            trail.followed.add((id(helper), name))
            if any(is_named(helper.known.get(name, ""), one) for one in forbid):
                return Borrowed(name, node.lineno)
            names = helper.own if name == "*" else [name]
            todo += [(other, helper) for one in names for other in helper.own.get(one, ())]
    return None


def _around(node, place, forbid):
    """A use of what an import of all names brought, or of all names at once."""
    asked = space(node, place.taken)
    if asked is not None:
        return Borrowed(asked.func.id, asked.lineno, "text")
    return place.lent.used(node, forbid) if place.lent is not None else None


def _taken(parts, notebook):
    """(the Notebook of a module of the student's own, a name that a statement takes from it, "*" for all), of each."""
    for leaf in parts if notebook.helpers else ():
        if isinstance(leaf, ast.ImportFrom) and leaf.module in notebook.helpers:
            yield from ((notebook.helpers[leaf.module], alias.name) for alias in leaf.names)
        elif isinstance(leaf, ast.Attribute | ast.Name):
            module, _, name = full_name(dotted(leaf), notebook.known).rpartition(".")
            if module in notebook.helpers:
                yield notebook.helpers[module], name


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
    return any(name in cell.names for name, _ in _names(source).statements) and not same_text(source, cell.source)


def _is_own(step):
    return OWN.fullmatch(step.id) is not None


def _runs_the_librarys(node, notebook):
    """Whether a statement runs text, and names the library or one of its modules."""
    parts, read = notebook.parts(node)
    leaves = [leaf for leaf in parts if isinstance(leaf, ast.Attribute | ast.Name)]
    runs = any(by_text(full_name(dotted(leaf), notebook.known)) for leaf in leaves)
    return runs and any(f"{notebook.known.get(name, '')}.".startswith("course_lib.") for name in read)
