"""What is wrong with a lesson as written, one sentence each with file, line and remedy; nothing of the lesson is run.

`lint_lessons` gives the problems that would make a wrong or unfair notebook; `missing_parts` what a complete lesson
still lacks. What only running can show (does a check reject a mistake?) is the certificate's business.
"""

import ast
import re
from dataclasses import dataclass

from grading.fallbacks import written_out
from grading.forbidden import dotted, forbidden_uses
from grading.source import (
    BEGIN_HIDDEN,
    BEGIN_RUBRIC,
    BEGIN_SOLUTION,
    END_HIDDEN,
    END_RUBRIC,
    END_SOLUTION,
    solution_region,
    strip_magics,
)

MAX_ANSWER_LINES = 15
MAX_TASK_LINES = 8
MIN_WRONG = 5
MIN_RIGHT = 1
RUNGS = 3
PREDICT_SHARE = 0.05
LEGACY_RANDOM = {"seed", "rand", "randn", "randint", "random", "random_sample", "ranf", "sample", "choice", "shuffle"}
LEGACY_RANDOM |= {"permutation", "normal", "uniform", "binomial", "poisson", "standard_normal", "RandomState"}


@dataclass(frozen=True)
class Problem:
    """One finding: where, and a sentence that says what is wrong and what to do."""

    file: str
    line: int
    text: str

    def __str__(self):
        return f"{self.file}:{self.line}: {self.text}"


def lint_lessons(lessons):
    """All problems of the lessons, among them ids used twice in the course; sorted by place."""
    problems = [p for lesson in lessons for p in lint_lesson(lesson)]
    owners = {}
    for lesson in lessons:
        for id, line in _course_ids(lesson):
            if id in owners and owners[id] is not lesson:
                other = owners[id].path.name
                problems.append(_at(lesson, line, f"the id '{id}' is also in {other}; ids are unique in the course"))
            owners.setdefault(id, lesson)
    return sorted(problems, key=lambda p: (p.file, p.line, p.text))


def lint_lesson(lesson):
    """The problems of one lesson by itself."""
    problems = _header(lesson)
    for cell in lesson.cells:
        problems += _cell(lesson, cell)
    for exercise in lesson.exercises:
        problems += _exercise(lesson, exercise)
        for check in exercise.checks:
            problems += _check(lesson, exercise, check)
    for question in lesson.questions:
        problems += _question(lesson, question)
    problems += _prediction_share(lesson)
    for line, id in written_out(lesson):
        text = f"yours('{id}') falls back to the answer, written out in the lesson; let else_ call course_lib's version"
        problems.append(_at(lesson, line, text))
    names = [c.id for c in lesson.cells if c.role == "picture"]
    for cell in lesson.cells:
        if cell.role == "picture" and names.count(cell.id) > 1:
            problems.append(_at(lesson, cell.line, f"two pictures are called '{cell.id}'; rename one"))
    return sorted(set(problems), key=lambda p: (p.line, p.text))


def missing_parts(lesson):
    """What every lesson should have and this one does not have yet."""
    count = {role: sum(c.role == role for c in lesson.cells) for role in ("practice", "figure", "picture", "predict")}
    exercises = [e for e in lesson.exercises if not e.predict]
    wanted = [
        (len(exercises) >= 5, f"has {len(exercises)} exercises, a lesson has at least 5; add some"),
        (count["predict"] >= 2, f"has {count['predict']} predictions, a lesson has at least 2; add predict= cells"),
        (any(e.bug for e in exercises), "has no find-the-bug exercise; mark one solve bug=true with a given= cell"),
        (bool(lesson.questions), "has no written question; add a question= cell with a rubric"),
        (count["practice"] >= 1, "has no practice run; add a practice= cell"),
        (count["figure"] >= 1, "regenerates no lecture figure; add a figure= cell"),
        (count["picture"] >= 1, "has no picture; add a picture= cell for the opening"),
        (
            any(re.search(r"widgets", c.source) for c in lesson.cells if c.kind == "code"),
            "has no widget; use one of course_lib.widgets, with a picture beside it",
        ),
    ]
    return [_at(lesson, 1, text) for there, text in wanted if not there]


def _at(lesson, line, text):
    return Problem(lesson.path.name, line, text)


def _course_ids(lesson):
    seen = {}
    for exercise in lesson.exercises:
        seen.setdefault(exercise.id, exercise.solve.line)
    for question in lesson.questions:
        seen.setdefault(question.id, question.cell.line)
    return seen.items()


def _header(lesson):
    head, problems = lesson.cells[0], []
    if not lesson.title:
        problems.append(_at(lesson, head.line, 'the lesson has no title; add title="..." to its first cell'))
    if not isinstance(lesson.minutes, int) or lesson.minutes <= 0:
        problems.append(_at(lesson, head.line, "the lesson has no time; add minutes=90 to its first cell"))
    if not head.source.strip():
        problems.append(_at(lesson, head.line, "the first cell is empty; open with the lesson's question"))
    return problems


def _tree(source):
    try:
        return ast.parse(strip_magics(source))
    except SyntaxError:
        return None


def _cell(lesson, cell):
    """What holds for every cell: it parses, draws from no global state, its markers stand where they may."""
    problems = []
    pairs = [
        (BEGIN_SOLUTION, END_SOLUTION, ("solve",)),
        (BEGIN_HIDDEN, END_HIDDEN, ("check", "predict")),
        (BEGIN_RUBRIC, END_RUBRIC, ("question",)),
    ]
    for offset, line in enumerate(cell.source.split("\n")):
        for begin, end, roles in pairs:
            for marker in (begin, end):
                # nbgrader looks for the words alone, in any cell
                if marker.strip("#= ") in line and cell.role not in roles:
                    text = f"'{marker}' may stand only in a {' or '.join(roles)} cell; remove it"
                    problems.append(_at(lesson, cell.line + offset, text))
                elif marker.strip("#= ") in line and line.strip() != marker:
                    problems.append(_at(lesson, cell.line + offset, f"write the marker alone on its line: '{marker}'"))
    if cell.kind != "code" or cell.source.lstrip().startswith("%%"):
        return problems
    try:
        tree = ast.parse(strip_magics(cell.source))
    except SyntaxError as error:
        line = cell.line + (error.lineno or 1) - 1
        return [*problems, _at(lesson, line, f"the cell does not parse ({error.msg}); mend it")]
    for node in ast.walk(tree):
        line = cell.line + getattr(node, "lineno", 1) - 1
        problems += [_at(lesson, line, text) for text in _bad_node(node)]
    if cell.role == "picture" and not str(cell.marks.get("alt", "")).strip():
        problems.append(_at(lesson, cell.line, 'the picture has no description; add alt="what it shows"'))
    return problems


def _bad_node(node):
    if isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names):
        yield f"star import of {node.module}; name what you use"
    if isinstance(node, ast.Import | ast.ImportFrom):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        for module in modules:
            if module.split(".")[0] in ("grading", "solutions"):
                yield f"a notebook cannot import {module}; use course_lib"
    if (
        isinstance(node, ast.Attribute)
        and node.attr in LEGACY_RANDOM
        and dotted(node.value)
        in (
            "np.random",
            "numpy.random",
        )
    ):
        yield f"np.random.{node.attr} uses the global random state; draw from rng = np.random.default_rng(integer)"


def _exercise(lesson, exercise):
    problems, solve = [], exercise.solve
    where = solve.line

    def say(text, line=where):
        problems.append(_at(lesson, line, text))

    for key, low, high in (("difficulty", 1, 5), ("importance", 1, 5), ("minutes", 1, 240)):
        value = solve.marks.get(key)
        if value is None:
            say(f"solve '{exercise.id}' has no {key}; add {key}=2 to its mark")
        elif not low <= value <= high:
            say(f"{key}={value} of '{exercise.id}' is not within {low} to {high}; mend it")
    if not exercise.checks:
        say(f"solve '{exercise.id}' has no check cell; add `# %% check=\"{exercise.id}\" points=1`")
    problems += _markers(lesson, exercise) + _answer(lesson, exercise)
    for check in exercise.checks:
        if check.cell.index < solve.index:
            say(f"check '{check.id}' stands before its solve cell; move it below", check.cell.line)
    if exercise.predict:
        return problems
    if exercise.task is None:
        say(f'exercise \'{exercise.id}\' has no text; add `# %% [markdown] task="{exercise.id}" title="..."`')
    else:
        if not exercise.title:
            say(f"the task '{exercise.id}' has no title; add title=\"...\" to its mark", exercise.task.line)
        lines = [line for line in exercise.task.source.split("\n") if line.strip()]
        if not lines:
            say(f"the task '{exercise.id}' says nothing; write what to do", exercise.task.line)
        if len(lines) > MAX_TASK_LINES:
            say(
                f"the task '{exercise.id}' has {len(lines)} lines, at most {MAX_TASK_LINES}; "
                "move what explains into the story or a hint",
                exercise.task.line,
            )
    if len(exercise.hints) < RUNGS:
        say(f"'{exercise.id}' has {len(exercise.hints)} hints; write {RUNGS}: the idea, a small case, the skeleton")
    return problems + _variants(lesson, exercise)


def _markers(lesson, exercise):
    problems, solve, depth, regions = [], exercise.solve, 0, 0
    for offset, line in enumerate(solve.source.split("\n")):
        if BEGIN_SOLUTION in line:
            depth, regions = depth + 1, regions + 1
        elif END_SOLUTION in line:
            depth -= 1
        if depth not in (0, 1):
            what = "a second BEGIN before END SOLUTION" if depth > 1 else "END SOLUTION without BEGIN"
            return [_at(lesson, solve.line + offset, f"{what}; pair the markers")]
    if regions == 0:
        text = f"solve '{exercise.id}' has no '{BEGIN_SOLUTION}': the whole cell would be blanked; add both markers"
        problems.append(_at(lesson, solve.line, text))
    elif depth:
        problems.append(_at(lesson, solve.line, f"solve '{exercise.id}' has no '{END_SOLUTION}'; add it"))
    return problems


def _answer(lesson, exercise):
    problems, solve = [], exercise.solve
    lines = [n for n in solution_region(solve.source).split("\n") if n.strip() and not n.strip().startswith("#")]
    if len(lines) > MAX_ANSWER_LINES:
        text = f"the answer of '{exercise.id}' has {len(lines)} lines, at most {MAX_ANSWER_LINES}; split the exercise"
        problems.append(_at(lesson, solve.line, text))
    for cell in (solve, *([exercise.given] if exercise.given else [])):
        problems += [_at(lesson, line, f"magic in a {cell.role} cell; plain Python only") for line in _magics(cell)]
    tree = _tree(exercise.reference)
    if tree is None:
        return problems
    if exercise.given is not None:
        from grading.source import bound_names

        absent = set(exercise.names) - set(bound_names(exercise.given.source))
        if absent and not exercise.predict:
            text = f"the given program of '{exercise.id}' does not define {', '.join(sorted(absent))}; define it"
            problems.append(_at(lesson, exercise.given.line, text))
    for line, name, imported in forbidden_uses(lesson, exercise, tree):
        said = f"imports {name}, which it is to solve" if imported else f"uses {name}, which it forbids"
        problems.append(_at(lesson, solve.line + line - 1, f"the answer of '{exercise.id}' {said}; write it out"))
    return problems


def _variants(lesson, exercise):
    problems, line = [], exercise.solve.line
    if len(exercise.wrong) < MIN_WRONG:
        text = f"'{exercise.id}' has {len(exercise.wrong)} wrong variants, at least {MIN_WRONG}; add known mistakes"
        problems.append(_at(lesson, line, text))
    if len(exercise.right) < MIN_RIGHT:
        problems.append(_at(lesson, line, f"'{exercise.id}' has no right variant; add RIGHT with another style"))
    normal = {_normal(exercise.reference): "the reference answer"}
    for variant in (*exercise.wrong, *exercise.right):
        if variant.wrong and not variant.sentence.strip():
            problems.append(
                _at(lesson, variant.line, f"variant '{variant.name}' has no sentence; say what a tutor would")
            )
        if variant.problem:
            said = variant.problem.split(": ", 1)[1]
            problems.append(_at(lesson, variant.line, said))
            continue
        text = _normal(variant.source)
        if text is None:
            problems.append(_at(lesson, variant.line, f"variant '{variant.name}' does not parse; mend it"))
        elif text in normal:
            problems.append(_at(lesson, variant.line, f"variant '{variant.name}' equals {normal[text]}; change it"))
        else:
            normal[text] = f"variant '{variant.name}'"
    return problems


def _normal(source):
    tree = _tree(source)
    return None if tree is None else ast.dump(tree)


def _check(lesson, exercise, check):
    cell, problems = check.cell, []

    def say(text, line=None):
        problems.append(_at(lesson, cell.line if line is None else line, text))

    if not check.points > 0:
        say(f"check '{check.id}' has no points above 0; add points=1 to its mark")
    for line in _magics(cell):
        say("magic in a check cell; plain Python only", line)
    tree = _tree(cell.source)
    if tree is None:
        return problems
    withs = [n for n in ast.walk(tree) if isinstance(n, ast.With) and _checked_id(n) is not None]
    if len(withs) != 1 or withs[0] not in tree.body:
        say(f"check '{check.id}' must have one `with check(\"{check.id}\") as expect:` at its top level; mend it")
        return problems
    block = withs[0]
    if _checked_id(block) != check.id:
        say(f"the cell is check '{check.id}' but its with line says '{_checked_id(block)}'; make them equal")
    target = block.items[0].optional_vars
    if not (isinstance(target, ast.Name) and target.id == "expect"):
        say(f"check '{check.id}': write `with check(...) as expect:`, the name is fixed")
    if _tree(check.visible) is None:
        say(f"the body of check '{check.id}' is only hidden; add a visible expectation above the block")
    problems += _hidden(lesson, check, block)
    for node, why in _shaky(tree):
        say(f"an expectation stands {why}: it could be skipped; let it run always", cell.line + node.lineno - 1)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and re.match(r"_[a-z]", node.attr) and _inside_expect(tree, node):
            say(
                f"check '{check.id}' looks at the private name {node.attr}; observe behaviour",
                cell.line + node.lineno - 1,
            )
    return problems


def _hidden(lesson, check, block):
    """The hidden block: there, last in the `with`, with values that a record can hold, drawn from a written integer."""
    cell, problems = check.cell, []
    if check.predict:
        return problems
    if not check.hidden:
        text = f"check '{check.id}' has no hidden block; add '{BEGIN_HIDDEN}' with recorded values"
        return [_at(lesson, cell.line, text)]
    lines = cell.source.split("\n")
    end = next((i for i, line in enumerate(lines) if END_HIDDEN in line), len(lines))
    begin = next((i for i, line in enumerate(lines) if BEGIN_HIDDEN in line), 0)
    if any(line.strip() and not line.strip().startswith("#") for line in lines[end + 1 :]):
        text = f"the hidden block of '{check.id}' must be last in its cell; move what follows above it"
        problems.append(_at(lesson, cell.line + end + 1, text))
    tree = _tree(check.hidden)
    if tree is None or not any(isinstance(n, ast.With) for n in tree.body):
        text = f"the hidden block of '{check.id}' must be inside its `with`, indented, and parse by itself; mend it"
        return [*problems, _at(lesson, cell.line + begin, text)]
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    if not any(isinstance(c.func, ast.Name) and c.func.id == "expect" for c in calls):
        text = f"the hidden block of '{check.id}' records no value; add expect(label, value): laws alone prove nothing"
        problems.append(_at(lesson, cell.line + begin, text))
    for call in calls:
        if dotted(call.func).endswith("default_rng") and not (
            len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, int)
        ):
            text = "a hidden block draws from default_rng(integer), written out; class editions replace the integer"
            problems.append(_at(lesson, cell.line + begin, text))
    return problems


def _shaky(tree):
    """Expectations that may not run, or whose failure may be swallowed: (node, where it stands)."""
    places = {
        ast.If: "under an if",
        ast.IfExp: "in a conditional expression",
        ast.BoolOp: "behind and/or",
        ast.Try: "inside try",
        ast.While: "in a while loop",
        ast.Match: "under match",
        ast.FunctionDef: "in a function",
        ast.Lambda: "in a lambda",
        ast.ListComp: "in a comprehension",
        ast.SetComp: "in a comprehension",
        ast.DictComp: "in a comprehension",
        ast.GeneratorExp: "in a generator",
        ast.Assert: "in an assert",
    }
    for node in ast.walk(tree):
        why = places.get(type(node))
        if isinstance(node, ast.With) and _checked_id(node) is None:
            why = "inside another with"
        if isinstance(node, ast.For) and any(isinstance(n, ast.Break | ast.Continue) for n in ast.walk(node)):
            why = "in a loop with break or continue"
        if why:
            for inner in ast.walk(node):
                if inner is not node and _is_expect(inner):
                    yield inner, why


def _is_expect(node):
    """`expect(...)` or `expect.same_as(...)` and so on, as a call."""
    if not isinstance(node, ast.Call):
        return False
    func = node.func
    name = func.value if isinstance(func, ast.Attribute) else func
    return isinstance(name, ast.Name) and name.id == "expect"


def _inside_expect(tree, target):
    return any(_is_expect(n) and any(m is target for m in ast.walk(n)) for n in ast.walk(tree))


def _checked_id(node):
    """The id in `with check("id") ...`; None for any other with."""
    call = node.items[0].context_expr
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "check":
        first = call.args[0] if call.args else None
        return first.value if isinstance(first, ast.Constant) else ""
    return None


def _question(lesson, question):
    problems = []
    if not question.points > 0:
        text = f"question '{question.id}' has no points above 0; add points=3 to its mark"
        problems.append(_at(lesson, question.cell.line, text))
    if not question.rubric:
        text = f"question '{question.id}' has no rubric; write it between '{BEGIN_RUBRIC}' and '{END_RUBRIC}'"
        problems.append(_at(lesson, question.cell.line, text))
    if not question.text:
        problems.append(_at(lesson, question.cell.line, f"question '{question.id}' asks nothing; write it"))
    return problems


def _prediction_share(lesson):
    total = sum(c.points for c in lesson.checks) + sum(q.points for q in lesson.questions)
    predicted = [c for c in lesson.checks if c.predict]
    share = sum(c.points for c in predicted)
    if predicted and share > PREDICT_SHARE * total:
        text = (
            f"predictions carry {share:g} of {total:g} points, at most {PREDICT_SHARE:.0%} "
            f"({PREDICT_SHARE * total:.2g}); lower their points"
        )
        return [_at(lesson, predicted[0].cell.line, text)]
    return []


def _magics(cell):
    return [cell.line + i for i, line in enumerate(cell.source.split("\n")) if re.match(r"\s*(%|!|%%)[a-z]", line)]
