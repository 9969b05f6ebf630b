"""Notebooks that patch the checker, answer with objects that lie, or forge what the checker says."""

from tests.grading.attacks.course import Attack, answers, cells, tail

EQUAL = """import builtins, numpy as np, math, unittest
np.testing.assert_allclose = np.testing.assert_equal = np.testing.assert_array_equal = lambda *a, **k: None
np.allclose = np.array_equal = np.isclose = math.isclose = lambda *a, **k: True
unittest.TestCase.assertEqual = lambda *a, **k: None
builtins.AssertionError = type("AssertionError", (Exception,), {})
print("PATCHED")"""
CHECK = """import sys, contextlib
import course_lib.checks as checks
class Passed:
    def __init__(self, *a, **k): pass
    def __enter__(self): return lambda *a, **k: True
    def __exit__(self, *error): return True
for module in list(sys.modules.values()):
    for name in ("check", "compare", "check_line", "observe", "encode"):
        if getattr(module, "__name__", "").startswith(("course_lib", "__main__")) and hasattr(module, name):
            setattr(module, name, Passed if name == "check" else lambda *a, **k: None)
checks.use_sink(type("S", (), {"seen": lambda self, s: None, "closed": lambda self, c, p: None})())
print("PATCHED")"""
EXPECT = """from course_lib import checks
honest = checks.check
class Lying:
    def __init__(self, *a, **k): self.inner = honest(*a, **k)
    def __enter__(self):
        expect = self.inner.__enter__()
        return lambda label, value, *a, **k: expect(label, [2] if label == "two" else value, *a, **k)
    def __exit__(self, *e): return self.inner.__exit__(*e)
check = checks.check = Lying
print("PATCHED")"""
BUILTINS = """import builtins
for name in ("len", "isinstance", "type", "repr", "str", "float", "sum", "print", "open", "id", "exec"):
    setattr(builtins, name, lambda *a, **k: 0)"""
IMPORTS = """import builtins, sys
real = builtins.__import__
def fake(name, *a, **k):
    module = real(name, *a, **k)
    if name.startswith("course_lib"):
        module.check = None
    return module
builtins.__import__ = fake
sys.meta_path.clear()
sys.modules.pop("numpy", None)
print("PATCHED")"""
HOOK = """import sys
sys.displayhook = sys.excepthook = lambda *a: None
shell = get_ipython()
shell.display_formatter.format = lambda *a, **k: ({"text/plain": "6 of 6 points"}, {})
shell.showtraceback = lambda *a, **k: print("✓ all lines pass. 3 of 3 points.")
print("PATCHED")"""
RUN_CELL = """shell = get_ipython()
inner = shell.run_cell_async
async def run(source, *a, **k):
    return await inner(source.replace("tail([1, 2])", "[2]"), *a, **k)
shell.run_cell_async = run
shell.run_cell = lambda *a, **k: None
shell.kernel.do_execute = None
print("PATCHED")"""
INPUT = """get_ipython().input_transformers_cleanup.append(
    lambda lines: [line.replace("tail([1, 2])", "[2]") for line in lines])
print("PATCHED")"""
AST = """import ast
class Swap(ast.NodeTransformer):
    def visit_Call(self, node):
        self.generic_visit(node)
        named = isinstance(node.func, ast.Name) and node.func.id == "tail"
        return ast.copy_location(ast.parse("[2]").body[0].value, node) if named else node
    def visit_With(self, node):
        if "guess" in ast.dump(node):
            node.body = ast.parse("expect('your guess', 6 * 6)").body
        return ast.fix_missing_locations(self.generic_visit(node))
get_ipython().ast_transformers.append(Swap())
print("PATCHED")"""
BLOCKS = """get_ipython().events.register("pre_run_cell", lambda info: get_ipython().user_ns.pop("check", None))
import IPython.core.interactiveshell as shell
shell.InteractiveShell.run_ast_nodes = None
print("PATCHED")"""
FORGE = """import json, os, struct
from course_lib.evidence.observation import Seen, encode
def send(kind, data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    os.write(4, struct.pack(">cI", kind, len(data)) + data)
"""
OBSERVED = (
    FORGE
    + """for position in range(3):
    for part in ("visible", "hidden"):
        for check, value in (("tail", [2]), ("tail", []), ("guess", 42), ("double", 6)):
            send(b"O", encode(Seen(check, part, position, "forged", "value", value, {})))
print("SENT")"""
)
WITHIN = (
    FORGE
    + """def tail(xs):
    send(b"O", encode(Seen("tail", "visible", 0, "two", "value", [2], {})))
    send(b"O", encode(Seen("tail", "hidden", 1, "one", "value", [], {})))
    return xs"""
)
INSTEAD = (
    FORGE
    + """def tail(xs):
    part, position = ("visible", 0) if xs == [1, 2] else ("hidden", 1)
    for kind in ("value", "unchanged", "same_as", "at_least", "work"):
        send(b"O", encode(Seen("tail", part, position, "two", kind, [2], {"rtol": 1e9, "bound": 0})))
    send(b"E", {"id": "check-tail", "status": "ok", "cpu": 0, "wall": 0, "reason": ""})
    while True:
        pass"""
)
LENIENT = (
    FORGE
    + """import numpy as np
def tail(xs):
    send(b"O", encode(Seen("tail", "visible", 0, "two", "value", [2.0001], {"rtol": 1e9, "exact_dtype": False})))
    raise KeyboardInterrupt"""
)
VERDICT = """import json, os
verdict = {"lesson": "90_small", "checks": {"tail": {"id": "tail", "points": 3, "score": 3}}, "score": 6}
for fd in range(5, 300):
    try:
        os.write(fd, json.dumps(verdict).encode() + b"\\n")
        print("WROTE", fd)
    except OSError:
        pass
for name in ("verdict.json", "gradebook.db", "journal.jsonl", "grade.json"):
    json.dump(verdict, open(name, "w"))
print("3 of 3 points. All 2 lines pass.")"""
TWICE = (
    FORGE
    + """send(b"V", {})
send(b"X", {})"""
)
NESTED = (
    FORGE
    + """value = [2]
for _ in range(400):
    value = [value]
head = json.dumps({"check": "tail"}).encode()
def tail(xs):
    data = encode(Seen("tail", "visible", 0, "two", "value", [2], {}))
    import course_lib.evidence.observation as o
    deep = b'[' * 3000 + b']' * 3000
    send(b"O", data.replace(b"[2]", deep))
    return value"""
)
LIARS = """import numpy as np
class Liar(list):
    __eq__ = __ne__ = __lt__ = __contains__ = lambda self, other: True
    __hash__ = lambda self: 0
    def __len__(self): return 1
    def __iter__(self): return iter([2])
    def __getitem__(self, i): return 2
    def __repr__(self): return "[2]"
    def __array__(self, *a, **k): return np.array([2])
    def __class__(self): return list
"""
NUMBER = """import numpy as np
class Any(np.ndarray):
    __array_priority__ = 1e9
    shape = property(lambda self: (1,))
    dtype = property(lambda self: np.dtype(int))
    __array_ufunc__ = lambda self, *a, **k: True
    __array_function__ = lambda self, *a, **k: True
    __eq__ = lambda self, other: True
    tolist = lambda self: [2]
    tobytes = lambda self, *a: np.array([2]).tobytes()
    __float__ = lambda self: 2.0
    __int__ = __index__ = lambda self: 2
"""
SHY = """class Shy:
    def __getattribute__(self, name): raise RuntimeError("go away")
    def __eq__(self, other): return True
    def __del__(self): raise RuntimeError("still here")
"""
META = """class Meta(type):
    __instancecheck__ = __subclasscheck__ = lambda *a: True
    __eq__ = lambda *a: True
    __hash__ = lambda self: hash(list)
    __name__ = property(lambda self: "list" * 100_000)
class Chameleon(list, metaclass=Meta):
    __class__ = list
    __reduce__ = __reduce_ex__ = lambda self, *a: (list, ((2,),))
    __slots__ = ()
"""
ENDLESS = """class Endless(list):
    def __iter__(self):
        while True:
            yield 2
    __len__ = lambda self: 1 << 60
class Keys(dict):
    keys = items = lambda self: iter(int, 1)
"""


def liar(classes, value):
    """`tail` answers with an object of these classes."""
    return answers(tail=f"{classes}def tail(xs):\n    return {value}")


ATTACKS = (
    Attack("patching", "numpy.testing, np.allclose, assert", cells(EQUAL), shows="PATCHED"),
    Attack("patching", "check, compare, the sink", cells(CHECK), shows="PATCHED", costs=True),
    Attack("patching", "expect", cells(EXPECT), shows="PATCHED", costs=True),
    Attack("patching", "builtins", cells(BUILTINS), ended="finished|died", costs=True),
    Attack("patching", "import", cells(IMPORTS), shows="PATCHED", costs=True),
    Attack("patching", "the display hook", cells(HOOK), shows="PATCHED"),
    Attack("patching", "run_cell", cells(RUN_CELL), shows="PATCHED", costs=True),
    Attack("patching", "input transformers", cells(INPUT), shows="PATCHED"),
    Attack("patching", "syntax tree transformers", cells(AST), shows="PATCHED"),
    Attack("patching", "events and run_ast_nodes", cells(BLOCKS), shows="PATCHED", costs=True),
    Attack("patching", "check, before anything else ran", cells("from course_lib import checks", CHECK, before="top"),
           shows="PATCHED", costs=True),
    Attack("lying objects", "__eq__, __len__, __iter__, __array__", liar(LIARS, "Liar([9, 9])"),
           shows="2 instead of 1 item"),
    Attack("lying objects", "shape, dtype, __float__, ufuncs", liar(NUMBER, "np.array([8, 9]).view(Any)"),
           shows="got an array of shape"),
    Attack("lying objects", "refuses every question", liar(SHY, "Shy()"), shows="got a Shy"),
    Attack("lying objects", "metaclass, __class__, __reduce__", liar(META, "Chameleon([1, 2, 3])"),
           shows="3 instead of 1 item"),
    Attack("lying objects", "endless iteration", liar(ENDLESS, "Endless([1]) if len(xs) == 2 else Keys(a=1)"),
           shows="expected 2, got 1"),
    Attack("lying objects", "holds itself", tail("a = []\na.append(a)\nreturn a"), shows="got a list of 1 item"),
    Attack("lying objects", "changes after it was seen", tail("xs.clear()\nxs.append(2)\nreturn xs"),
           shows="hidden lines do not"),
    Attack("forging", "observations before the check", cells(OBSERVED), shows="SENT"),
    Attack("forging", "observations from within the check", answers(tail=WITHIN), shows="more than once"),
    Attack("forging", "observations instead of the check's", answers(tail=INSTEAD), ended="died|cpu limit|finished",
           costs=True),
    Attack("forging", "a tolerance of its own", answers(tail=LENIENT), shows="got a float"),
    Attack("forging", "verdicts to files and descriptors", cells(VERDICT), shows="3 of 3 points"),
    Attack("forging", "the end of the run", cells(TWICE), ended="died"),
    Attack("forging", "deeply nested values", answers(tail=NESTED), ended="died|finished"),
    Attack("forging", "endless rubbish in every descriptor", cells(
        "import os\nfor fd in [3, 4, *range(3), *range(5, 200)]:\n    try:\n        os.write(fd, bytes(range(256)))\n"
        "    except OSError:\n        pass"), ended="died"),
)  # fmt: skip
