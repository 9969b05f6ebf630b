"""Which of the lesson's own cells grading may leave out: those that only show something.

A lesson draws pictures and prints tables between the exercises. No grade depends on them, and they take most of a
notebook's time. A cell is left out when it stands as it was handed out, binds nothing that any cell that runs reads,
and can change nothing such a cell sees: it stores into nothing of others, seeds nothing, and reads only what it made
itself, imports, and functions. A cell of which only these are needed runs without the rest. Wherever names may be
looked up by text (`globals()`, `eval`, ...) everything runs.
"""

import ast
import functools
import re
import symtable
from dataclasses import dataclass
from itertools import pairwise

from grading.lessons.cells import BLOCKS, DEFINITIONS, bodies_of, children_of, nodes_of, plain_python, tree_of

DYNAMIC = {"globals", "locals", "vars", "eval", "exec", "get_ipython", "__import__", "setattr", "delattr"}
STATEFUL = re.compile(
    r"seed|seterr|set_(printoptions|default|num|state|backend|rng)|^rc|^use$|^use_|register|filterwarnings"
    r"|simplefilter|recursionlimit|install|patch|environ|chdir|reload|getattr"
)
TELLING = {ast.Call, ast.Global, ast.Nonlocal, ast.Delete, ast.Attribute, ast.Subscript, ast.AugAssign}
LENDING = DEFINITIONS | ast.Import | ast.ImportFrom  # statements that give names to others and do nothing else
AT_ONCE = {"listcomp", "setcomp", "dictcomp", "genexpr"}


@dataclass(frozen=True)
class Names:
    """What a cell does with names at the top level of the notebook."""

    binds: frozenset  # variables it assigns
    defines: frozenset  # functions, classes, imports: may be used by anyone, changed by nobody
    reads: frozenset  # names it needs from other cells
    plain: bool  # may be judged by its names alone: no dynamic look-up, no store into another's object
    dynamic: bool


@functools.lru_cache(maxsize=500)  # the lesson's own cells come again and again, a student's once
def names_of(source):
    """The Names of a cell; not `plain` when it does not parse or holds IPython's own syntax."""
    reader = _Reader(source)
    try:
        tree = tree_of(source) if plain_python(source) == source else None
        for statement in (tree or ast.parse(source)).body:
            reader.statement(statement)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Names(frozenset(), frozenset(), frozenset(), False, True)
    dynamic = bool(reader.called & DYNAMIC or reader.reads & DYNAMIC)
    plain = not (dynamic or reader.stores or any(STATEFUL.search(name) for name in reader.called))
    return Names(*map(frozenset, (reader.binds, reader.defines, reader.reads)), plain, dynamic)


class _Reader:
    """Walks top-level statements in order; what is bound above in the same cell is the cell's own."""

    def __init__(self, source):
        self.lines = source.split("\n")
        self.binds, self.defines, self.reads, self.called, self.stores = set(), set(), set(), set(), False

    def statement(self, node):
        """Take in one statement; the statements inside a loop, a condition or a `with` come one by one."""
        if isinstance(node, BLOCKS):
            for head in _headers(node):
                self._simple(head)
            self.binds |= {handler.name for handler in getattr(node, "handlers", ()) if handler.name}
            for inner in bodies_of(node):
                self.statement(inner)
        else:
            self._simple(node)

    def _simple(self, node):
        mine = self.binds | self.defines
        for leaf in nodes_of(node):
            if type(leaf) in TELLING:
                self._leaf(leaf, mine)
        now, later = read_from_outside(self._text(node))
        self.reads |= (now - mine) | later  # what a function reads may have been bound anew when it is called
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.defines.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self.defines |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        else:
            self.binds |= {x.id for x in _outside_functions(node) if isinstance(x, ast.Name) and _stored(x)}

    def _text(self, node):
        """The statement's own lines; written anew where it does not begin a line."""
        if getattr(node, "col_offset", 1):
            return ast.unparse(ast.fix_missing_locations(node))
        first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
        lines = self.lines[first - 1 : node.end_lineno]
        lines[-1] = lines[-1].encode()[: node.end_col_offset].decode()  # another statement may follow on the line
        return "\n".join(lines)

    def _leaf(self, leaf, mine):
        if isinstance(leaf, ast.Call):
            name = getattr(leaf.func, "id", None) or getattr(leaf.func, "attr", None)
            if name and not (name == "eval" and _mode(leaf)):
                self.called.add(name)
        elif isinstance(leaf, ast.Global | ast.Nonlocal | ast.Delete):
            self.stores = True
        elif isinstance(leaf, ast.Attribute | ast.Subscript) and _stored(leaf):
            root = leaf
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            self.stores |= not (isinstance(root, ast.Name) and root.id in mine)
        elif isinstance(leaf, ast.AugAssign) and isinstance(leaf.target, ast.Name) and leaf.target.id not in mine:
            self.reads.add(leaf.target.id)
            self.stores = True


def _mode(call):
    """Whether a call is `net.eval()`: the mode of a network, no text that is looked up."""
    return isinstance(call.func, ast.Attribute) and not (call.args or call.keywords)


def _headers(node):
    """The expressions at the head of a compound statement, as statements: first what is read, then what is bound."""
    if isinstance(node, ast.For):
        yield ast.Assign(targets=[node.target], value=node.iter)
    elif isinstance(node, ast.With):
        for item in node.items:
            yield (
                ast.Assign(targets=[item.optional_vars], value=item.context_expr)
                if item.optional_vars
                else ast.Expr(item.context_expr)
            )
    elif isinstance(node, ast.While | ast.If):
        yield ast.Expr(node.test)


def _stored(node):
    return isinstance(node.ctx, ast.Store | ast.Del)


def _outside_functions(node):
    """All nodes of a statement but those inside functions, classes and comprehensions, which bind their own names."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        scopes = ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.GeneratorExp
        if not isinstance(current, scopes | ast.ListComp | ast.SetComp | ast.DictComp):
            waiting += children_of(current)


def read_from_outside(text):
    """Names a statement loads from outside: (at once, when a function defined in it is called)."""
    table = symtable.symtable(text, "cell", "exec")
    now = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    later, waiting = set(), [(child, False) for child in table.get_children()]
    while waiting:
        scope, deferred = waiting.pop()
        deferred = deferred or scope.get_name().strip("<>") not in AT_ONCE
        found = {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global() and symbol.is_referenced()}
        (later if deferred else now).update(found)
        waiting += [(child, deferred) for child in scope.get_children()]
    return now, later


def needed(candidates, others):
    """{id: text} of the `candidates` that are to run; both are lists of (id, source), `others` always run.

    What is left out binds nothing read by what runs, and reads nothing that what runs has bound. Of a cell whose
    imports and functions alone are needed, the rest is left out.
    """
    running = [names_of(source) for _, source in others]
    if any(names.dynamic for names in running):
        return dict(candidates)
    parts = {name: parts_of(source) for name, source in candidates}
    left = {(name, i): names_of(text) for name, texts in parts.items() for i, text in enumerate(texts) if text}
    back = {key for key, names in left.items() if not names.plain}
    while True:
        back |= {(name, 0) for name, i in back if i} & left.keys()  # with the rest of a cell all of it runs
        running += [left.pop(key) for key in back]
        read = frozenset().union(*(names.reads for names in running))
        bound = frozenset().union(*(names.binds for names in running))
        back = {key for key, names in left.items() if (names.binds | names.defines) & read or names.reads & bound}
        if not back:
            break
    made = {}
    for name, source in candidates:
        defining, rest = parts[name]
        if rest and (name, 1) not in left:
            made[name] = source
        elif defining and (name, 0) not in left:
            made[name] = defining
    return made


@functools.lru_cache(maxsize=200)
def parts_of(source):
    """(the imports, functions and classes of a cell, the rest), every line where it was; "" where there are none."""
    tree, lines = tree_of(source) if plain_python(source) == source else None, source.split("\n")
    body = tree.body if tree is not None else ()
    spans = [(min([n.lineno, *(d.lineno for d in getattr(n, "decorator_list", ()))]), n.end_lineno) for n in body]
    defines = [isinstance(node, LENDING) for node in body]
    apart = all(before < first for (_, before), (first, _) in pairwise(spans))
    if not body or not any(defines) or not apart:
        return "", source
    if all(defines):
        return source, ""
    texts = []
    for wanted in (True, False):
        kept = list(lines)
        for (first, last), one in zip(spans, defines, strict=True):
            if one != wanted:
                kept[first - 1 : last] = [""] * (last - first + 1)
        texts.append("\n".join(kept))
    return tuple(texts)
