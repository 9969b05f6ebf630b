"""The text of cells: its markers, the two halves of a check, the names it binds, IPython's magics."""

import ast
import functools
import re

GUARDED = ("practice", "figure", "gpu")  # roles of cells that the grader skips
SKIP = "skip-execution"  # the tag by which nbclient, nbgrader's way to run a notebook, passes over a cell
BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
BEGIN_RUBRIC, END_RUBRIC = "=== BEGIN MARK SCHEME ===", "=== END MARK SCHEME ==="
BEGIN_MODEL, END_MODEL = "=== BEGIN MODEL ANSWER ===", "=== END MODEL ANSWER ==="
PYTHON_MAGIC = re.compile(r"%%(time|capture|prun)\b")  # they run the cell below as Python, here and now
MAGIC = re.compile(r"^([^\S\n]*)[%!?].*")
ELSEWHERE = re.compile(  # what stands below is no Python of the notebook
    r"%%(!|(bash|sh|script|system|sx|cmd|powershell|html|javascript|js|latex|markdown|svg|writefile|file|perl|ruby|r|sql)\b)",
    re.I,
)
FENCED = re.compile(r"(?:```+|~~~+)[ \t]*\w*[ \t]*\n(.*\n)(?:```+|~~~+)", re.S)
DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
ONCE = ast.If | ast.With | ast.Try
BLOCKS = ONCE | ast.For | ast.While
_NO_NODES = {"ctx", "op", "ops"}  # what they hold has no place and nothing below it
_TEXTS = {"id", "attr", "arg", "module", "level", "asname", "kind", "type_comment", "conversion", "is_async", "simple"}


def split_hidden(source):
    """A check cell's source as (visible, hidden): two cells that each run by themselves.

    The hidden one keeps the `with` line that holds the block, so that it observes under the same check; it is ""
    where there is no hidden block. Works on a release's source too.
    """
    before, block, opened = [], [], None
    header = None
    for line in source.split("\n"):
        if BEGIN_HIDDEN in line:
            opened = line
            header = next((b for b in reversed(before) if re.match(r"\s*with check\(", b)), None)
        elif END_HIDDEN in line:
            if opened is None:
                raise ValueError("END HIDDEN TESTS without a BEGIN before it")
            opened = ""
        elif opened:
            block.append(line)
        else:
            before.append(line)
    if opened:
        raise ValueError("BEGIN HIDDEN TESTS without an END after it")
    visible = "\n".join(before)
    if opened is None:
        return visible, ""
    return visible, "\n".join(([header] if header else []) + block)


def split_question(source):
    """A question cell's source as (text, mark scheme, model answer), each "" where it is not there."""
    parts = {"": [], BEGIN_RUBRIC: [], BEGIN_MODEL: []}
    ends, opened = {BEGIN_RUBRIC: END_RUBRIC, BEGIN_MODEL: END_MODEL}, ""
    for line in source.split("\n"):
        begun = next((begin for begin in ends if begin in line), None)
        ended = next((begin for begin, end in ends.items() if end in line), None)
        if begun is None and ended is None:
            parts[opened].append(line)
        elif (begun and opened) or (ended and ended != opened):
            stray = begun or ends[ended]
            raise ValueError(f"'{stray}' stands where '{ends[opened]}' is due" if opened else f"'{stray}' ends nothing")
        else:
            opened = begun or ""
    if opened:
        raise ValueError(f"{opened.strip('= ')} has no END")
    return tuple("\n".join(lines).strip() for lines in parts.values())


@functools.lru_cache(maxsize=500)
def open_hidden(hidden, check, start):
    """A hidden cell told that it is one: its `check("ID")` gets the part and where its positions begin."""
    opened = rf"\bcheck\(\s*([\"']){re.escape(check)}\1\s*\)"
    return re.sub(opened, f'check("{check}", part="hidden", start={start})', hidden, count=1)


def without_markers(source):
    """The solve cell's source without the lines that hold the solution markers."""
    return "\n".join(line for line in source.split("\n") if BEGIN_SOLUTION not in line and END_SOLUTION not in line)


def solution_region(source):
    """The lines between the solution markers, joined; all regions of the cell one after the other."""
    lines, inside = [], False
    for line in source.split("\n"):
        if BEGIN_SOLUTION in line:
            inside = True
        elif END_SOLUTION in line:
            inside = False
        elif inside:
            lines.append(line)
    return "\n".join(lines)


@functools.lru_cache(maxsize=500)
def bound_names(source):
    """The names that `source` binds by def, class or assignment for other cells, in order; () if it does not parse."""
    tree = tree_of(source)
    return () if tree is None else tuple(dict.fromkeys(name for node in statements_of(tree) for name in binds(node)))


def strip_magics(source):
    """The source with IPython's line magics (`%...`, `!...`) turned into comments, so that plain Python can run it."""
    lines = source.split("\n")
    return "\n".join(f"# {line}" if re.match(r"[%!](?!=)", line) else line for line in lines)


def magic_lines(cell):
    """The lines of the file on which a cell has an IPython magic or a shell command."""
    lines = enumerate(cell.source.split("\n"), cell.line)
    return [at for at, line in lines if re.match(r"\s*(%|!|%%)[a-z]", line)]


def plain_python(source):
    """Cell text with magics and shell lines blanked, so that `ast` can read it."""
    if ELSEWHERE.match(source.lstrip()):
        return ""
    return "\n".join(MAGIC.sub(r"\1pass", line) for line in source.split("\n"))


def without_lone_magic(source):
    """The text without a first line such as `%%timeit`, which keeps what the Python below it makes to itself.

    A magic that is not installed here runs nothing at all; it goes likewise. What is no Python stays as it is.
    """
    magic, _, rest = source.lstrip().partition("\n")
    if not magic.startswith("%%") or PYTHON_MAGIC.match(magic) or ELSEWHERE.match(magic) or tree_of(rest) is None:
        return source
    return rest


def unfenced(source):
    """The text without the fence of Markdown (```python) around the whole of it; other text as it is."""
    found = FENCED.fullmatch(source.strip())
    return found[1] if found else source


@functools.lru_cache(maxsize=100)  # an answer is looked at by many, one after the other
def tree_of(source):
    """The syntax tree of a cell, magics blanked, to be read only; None where it is not Python, whoever wrote it."""
    for text in dict.fromkeys((source, plain_python(source))):  # a line may begin with the sign of a remainder
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def nodes_of(tree):
    """All nodes of a syntax tree in the order of ast.walk, in half of its time; a name's context and an
    operator are none of them.
    """
    found = [tree]
    for node in found:
        found += children_of(node)
    return found


def children_of(node):
    """The nodes directly below a node of a syntax tree, in order; a name's context (Load, Store, Del) and an operator
    are none.
    """
    found = []
    for name in _below(type(node)):
        value = getattr(node, name, None)
        if type(value) is list:
            found += [one for one in value if isinstance(one, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


@functools.cache
def _below(kind):
    """The fields of a kind of node in which others may stand."""
    return () if kind is ast.Constant else tuple(n for n in kind._fields if n not in _NO_NODES and n not in _TEXTS)


@functools.lru_cache(maxsize=500)
def defined_names(source):
    """Functions and classes a cell defines for other cells; by pattern when the text does not parse.

    Variables do not count: every prediction is called `answer`.
    """
    tree = tree_of(source)
    if tree is None:
        return frozenset(re.findall(r"^(?:def|class)\s+(\w+)", source, re.M))
    return frozenset(node.name for node in statements_of(tree) if isinstance(node, DEFINITIONS))


@functools.lru_cache(maxsize=500)
def assigned_names(source):
    """Variables a cell of nothing but assignments binds: what a prediction's cell looks like; else nothing."""
    tree = tree_of(source)
    if tree is None or not tree.body or not all(isinstance(node, ast.Assign) for node in tree.body):
        return frozenset()
    targets = [target for node in tree.body for target in node.targets]
    return frozenset(leaf.id for target in targets for leaf in ast.walk(target) if isinstance(leaf, ast.Name))


def statements_of(tree):
    """The statements of a cell in order, those inside `if`, `with`, `try` in place of these; a check stays whole."""
    found, waiting = [], tree.body[::-1]
    while waiting:
        node = waiting.pop()
        inner = bodies_of(node) if isinstance(node, ONCE) and not _is_check(node) else []
        found += [] if inner else [node]
        waiting += inner[::-1]
    return found


def bodies_of(node):
    """The statements inside a compound statement, in order."""
    handlers = [inner for handler in getattr(node, "handlers", []) for inner in handler.body]
    return [*node.body, *handlers, *getattr(node, "orelse", []), *getattr(node, "finalbody", [])]


def _is_check(node):
    called = [item.context_expr.func for item in getattr(node, "items", ()) if isinstance(item.context_expr, ast.Call)]
    return any(isinstance(func, ast.Name) and func.id == "check" for func in called)


def binds(node):
    """The names a statement binds: () for one that binds none."""
    if isinstance(node, DEFINITIONS):
        return (node.name,)
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return tuple(
            n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        )
    return ()
