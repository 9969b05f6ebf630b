"""The text of an answer as a student left it: what keeps it from being run, or from being run once, taken off; what it
lacks of what its exercise asks for.
"""

import ast

from grading.lessons.cells import DEFINITIONS, bound_names, tree_of, unfenced, without_lone_magic
from grading.marking.match import calls_check
from grading.marking.newer import readable

WIDE = {i + 0xFEE0: chr(i) for i in range(ord("!"), ord("~") + 1)}  # as keyboards for Chinese and Japanese write them
TYPED = WIDE | str.maketrans(  # spaces, quotes and dashes that are none to Python, as text programs and PDFs set them
    "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{EN SPACE}\N{EM SPACE}\N{FIGURE SPACE}"
    "\N{IDEOGRAPHIC SPACE}“”„‟‘’‚‛\N{MINUS SIGN}\N{EN DASH}\N{HYPHEN}\N{NON-BREAKING HYPHEN}"
    "\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}\N{NEXT LINE}",
    7 * " " + 4 * '"' + 4 * "'" + 4 * "-" + 3 * "\n",
    "\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
    "\N{WORD JOINER}\N{SOFT HYPHEN}\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",  # which way a line is read
)
_WITH = ast.With | ast.AsyncWith


def runnable(answer, name, names=frozenset()):
    """(text fit to run, the repairs that it took); `name` is the exercise's, `names` are what it asks for."""
    repairs = []
    answer = unfenced(answer)  # of one that was turned into text
    plain = typed(answer, names)
    if plain != answer:
        repairs.append(f"{name}: signs of a web page, a PDF or a text program are Python's again")
    code, gone = readable(magic_first(plain), names)
    if gone:
        more = f" and {len(gone) - 5} more" if len(gone) > 5 else ""
        lines = f"lines {', '.join(map(str, gone[:5]))}{more} are" if len(gone) > 1 else f"line {gone[0]} is"
        repairs.append(f"{name}: {lines} no Python here and passed over")
    written = without_lone_magic(code)
    if written != code:
        magic = code.lstrip().split()[0][:40]
        repairs.append(f"{name}: {magic} keeps what the cell makes to itself; it runs without that line")
    source = without_checks(written)
    if source != written:
        repairs.append(f"{name}: a copy of a check inside the answer is not run")
    return source, repairs


def typed(source, names=frozenset()):
    """The text with plain spaces, quotes and signs in place of others, where it is Python with them and not without; or
    where it makes `names` with them, less lines that are no Python even so.
    """
    plain = source.translate(TYPED)
    if plain == source or tree_of(source) is not None:
        return source
    return plain if tree_of(plain) is not None or readable(plain, names)[1] else source


def magic_first(source):
    """The text with the comments above a `%%` line below it: IPython knows such a line only at the very top."""
    if "%%" not in source:
        return source
    lines = source.split("\n")
    at = next((i for i, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), 0)
    if not at or not lines[at].startswith("%%"):
        return source
    return "\n".join([lines[at], *lines[:at], *lines[at + 1 :]])


def without_checks(source):
    """The text with its top-level `with check(...)` blocks blanked line by line: they run once, in their own cell."""
    tree = tree_of(source) if calls_check(source) else None
    if tree is None:
        return source
    lines = source.split("\n")
    for node in tree.body:
        if isinstance(node, _WITH) and any("check" in _called(item.context_expr) for item in node.items):
            for i in range(node.lineno - 1, node.end_lineno):
                lines[i] = ""
            lines[node.lineno - 1] = "pass"
    return "\n".join(lines)


def _called(node):
    func = getattr(node, "func", None)
    return getattr(func, "id", None) or getattr(func, "attr", None) or ""


def lacking(answer, cell):
    """The functions of a lesson's cell that an answer does not make, or leaves as stubs; none where it is no Python."""
    if not cell.names or tree_of(answer) is None:
        return frozenset()
    written, stubs = _definitions(answer), _definitions(cell.source)
    left = {name for name, text in stubs.items() if "NotDone(" in text and written.get(name) == text}
    return cell.names - frozenset(bound_names(answer)) | left


def _definitions(source):
    """{name: its lines} of what a cell defines at its top level."""
    tree, lines = tree_of(source), [line.rstrip() for line in source.split("\n")]
    nodes = [] if tree is None else [node for node in tree.body if isinstance(node, DEFINITIONS)]
    return {node.name: "\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in nodes}
