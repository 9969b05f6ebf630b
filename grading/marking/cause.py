"""The first cell of a submission that failed, in one sentence: what a student and an instructor want to read first."""

import ast
import builtins
import re

from grading.ids import exercise_of
from grading.lessons.cells import ELSEWHERE, bound_names, nodes_of, tree_of
from grading.marking.hidden_tests import is_hidden
from grading.marking.safe_outputs import plain_text

OWN = re.compile(r"own-(\d+)")  # how a cell of the student's is called (overlay.py)
UNKNOWN = re.compile(r"name '(\w{1,100})' is not defined")
CALLED = frozenset(name for name, value in vars(builtins).items() if callable(value))
SHOWN = 200  # characters of an error's message
LINE = re.compile(r"\bline (\d+)")
CELL_FILE = re.compile(r" \((\w+\.py|<[\w-]+>), line \d+\)$")  # how a SyntaxError names a cell
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def first_failed(run, steps, skeleton):
    """The sentence, or "": which cell, which error, which line. A stub says so itself, and so does a check that saw
    something or was stopped.
    """
    observed = {one.check for one in run.seen}
    for step in steps:
        cell = run.cells.get(step.id)
        if cell is None or cell.status not in ("error", "killed"):
            continue
        if step.check and (step.check in observed or cell.status == "killed"):
            continue
        errors = [o for o in cell.outputs if o.get("output_type") == "error"]
        # what a statement did not make that needed a file or a library, those below it do not find (worker/absent.py)
        error = next((o for o in reversed(errors) if o.get("ename") != "NameError"), errors[0] if errors else {})
        if error.get("ename") == "NotDone":
            continue
        if cell.status == "killed":
            stopped = f"was stopped by {f'the {cell.reason}' if cell.reason else 'a limit'}"
            said = "ended the whole process" if cell.reason == "died" else stopped
        else:
            said = _error(error or _printed(cell))
        return f"The first cell that failed is {_place(step, skeleton)}: it {said}."
    found = _made_too_late(run, steps, skeleton) or _kept_from_running(run, steps)
    return found or _takes_pythons(run, steps, skeleton)


def _made_too_late(run, steps, skeleton):
    """A name that a check did not find and a cell of the student's makes further down; "" where there is none."""
    places = {step.check: i for i, step in enumerate(steps) if step.check}
    for check, lost in _not_found(run):
        below = steps[places[check] + 1 :] if check in places else ()
        maker = next((step for step in below if OWN.fullmatch(step.id) and lost in bound_names(step.source)), None)
        if maker is not None:
            where = _place(maker, skeleton)
            return f"{lost} is made too late for the check of {check}, in {where}: cells run from the top."
    return ""


def made_again(verdict, steps, skeleton):
    """An exercise whose check fails and which a cell of the student's answers anew further down; "" for none."""
    places = {step.check: i for i, step in enumerate(steps) if step.check}
    for name, check in verdict.checks.items():
        asked = skeleton.by_grade_id.get(exercise_of(name))
        if check.passed or asked is None or name not in places:
            continue
        for step in steps[places[name] + 1 :]:
            again = asked.names.intersection(bound_names(step.source)) if OWN.fullmatch(step.id) else ()
            if again:
                where = _place(step, skeleton)
                return f"{min(again)} is made anew below the check of {name}, in {where}: cells run from the top."
    return ""


def _kept_from_running(run, steps):
    """An answer below a line such as `%%writefile`, which a check did not find; "" where there is none."""
    answers = {step.id: step.source.lstrip() for step in steps}
    for check, lost in _not_found(run):
        magic, _, text = answers.get(exercise_of(check), "").partition("\n")
        if ELSEWHERE.match(magic) and lost in bound_names(text):
            name = magic.split()[0]
            return f"The answer to {exercise_of(check)} begins with {name}, which does not run what stands below it."
    return ""


def _not_found(run):
    """(check, name) of each name that a visible line of a check did not find."""
    for one in run.seen:
        value = one.value if one.kind == "raised" and not is_hidden(one) and isinstance(one.value, dict) else {}
        said = value.get("message")
        lost = UNKNOWN.fullmatch(said) if isinstance(said, str) else None
        if lost:
            yield one.check, lost[1]


def _takes_pythons(run, steps, skeleton):
    """A built-in function that an answer calls and a cell of the student's own has put a value in the place of."""
    answers, taken = {}, {}
    for step in steps:
        if OWN.fullmatch(step.id):
            taken |= {name: step for name in bound_names(step.source) if name in CALLED}
        elif step.id in skeleton.by_grade_id and not step.check:
            read = {node.id for node in _nodes(step.source) if isinstance(node, ast.Name)} if taken else ()
            answers[step.id] = [(name, where) for name, where in taken.items() if name in read]
    for one in run.seen:
        said = one.value.get("message") if one.kind == "raised" and isinstance(one.value, dict) else None
        found = answers.get(exercise_of(one.check)) if isinstance(said, str) and "not callable" in said else None
        if found and not is_hidden(one):
            name, where = found[0]
            place = _place(where, skeleton)
            return f"The answer to {exercise_of(one.check)} calls Python's {name}, but {place} gives that name a value."
    return ""


def _nodes(source):
    tree = tree_of(source)
    return nodes_of(tree) if tree is not None else []


def _printed(cell):
    """An error of IPython's own, which it prints: `UsageError: Cell magic `%%x` not found.`"""
    texts = [o["text"] for o in cell.outputs if o.get("output_type") == "stream" and o.get("name") == "stderr"]
    lines = [line.strip() for line in ANSI.sub("", "".join(map(str, texts))[-20_000:]).split("\n") if line.strip()]
    name, _, value = lines[-1].partition(":") if lines else ("", "", "")
    return {"ename": name, "evalue": value} if name.endswith("Error") else {}


def _place(step, skeleton):
    if step.check:
        return f"the check of {step.check}"
    known = skeleton.by_grade_id.get(step.id)
    if known is not None:
        return f"the answer to {step.id}"
    own = OWN.fullmatch(step.id)
    if own:
        first = next((line.strip() for line in step.source.split("\n") if line.strip()), "")
        return f"cell {int(own[1]) + 1} of the notebook (`{plain_text(first)[:60]}`)"
    return "a cell of the lesson"


def _error(error):
    """What an error output says, as one line of plain text: it is the student's own and may hold anything."""
    name, value = (plain_text(str(error.get(key, ""))).split("\n")[0].strip() for key in ("ename", "evalue"))
    value = CELL_FILE.sub("", value)
    if name == "StdinNotImplementedError":
        value = "it waits for somebody at the keyboard, and nobody sits there when it is graded"
    trace = ANSI.sub("", "\n".join(map(str, error.get("traceback", [])[:20])))[:20_000]
    lines = LINE.findall(trace)
    at = f" in line {lines[0]}" if lines else ""
    return f"ended with {name or 'an error'}{at}" + (f", {value[:SHOWN].rstrip('.')}" if value else "")
