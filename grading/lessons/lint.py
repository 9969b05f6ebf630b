"""What is wrong with a lesson as written, one sentence each with file, line and remedy; nothing of the lesson is run.

`lint_lessons` gives the problems that would make a wrong or unfair notebook; `missing_parts` what a complete lesson
still lacks. What only running can show (does a check reject a mistake?) is the certificate's business. A rule yields
(line, sentence); those about exercises, check cells, known mistakes and names stand in `lint_exercises.py`,
`lint_checks.py`, `lint_mistakes.py` and `lint_names.py`. `lint_warnings` says what may be meant (`lint_prose.py`).
"""

import ast
import re
from dataclasses import dataclass

from grading.lessons.cells import (
    BEGIN_HIDDEN,
    BEGIN_MODEL,
    BEGIN_RUBRIC,
    BEGIN_SOLUTION,
    END_HIDDEN,
    END_MODEL,
    END_RUBRIC,
    END_SOLUTION,
    strip_magics,
)
from grading.lessons.fallbacks import written_out
from grading.lessons.forbidden import dotted
from grading.lessons.held import held_problems
from grading.lessons.lint_checks import check_problems
from grading.lessons.lint_exercises import exercise_problems
from grading.lessons.lint_mistakes import mistakes_problems
from grading.lessons.lint_names import rebound_imports
from grading.lessons.lint_prose import NUMBERS, counted, counts_of, names_nowhere

PREDICT_SHARE = 0.05
LEGACY_RANDOM = {"seed", "rand", "randn", "randint", "random", "random_sample", "ranf", "sample", "choice", "shuffle"}
LEGACY_RANDOM |= {"permutation", "normal", "uniform", "binomial", "poisson", "standard_normal", "RandomState"}
# marker pairs and the roles of the cells they may stand in; nbgrader looks for the words alone, in any cell
MARKERS = [
    (BEGIN_SOLUTION, END_SOLUTION, ("solve",)),
    (BEGIN_HIDDEN, END_HIDDEN, ("check", "predict")),
    (BEGIN_RUBRIC, END_RUBRIC, ("question",)),
    (BEGIN_MODEL, END_MODEL, ("question",)),
]


@dataclass(frozen=True)
class Problem:
    """One finding: where, and a sentence that says what is wrong and what to do."""

    file: str
    line: int
    text: str

    def __str__(self):
        return f"{self.file}:{self.line}: {self.text}"


def lint_lessons(lessons, only=None):
    """All problems of the lessons, among them ids used twice in the course; sorted by place.

    With `only`, some of the lessons: what is wrong with those, though ids count in all.
    """
    problems = [p for lesson in (lessons if only is None else only) for p in lint_lesson(lesson)]
    owners = {}
    for lesson in lessons:
        for id, line in _course_ids(lesson):
            if id in owners and owners[id] is not lesson:
                other = owners[id].path.name
                text = f"the id '{id}' is also in {other}; ids are unique in the course"
                problems.append(Problem(lesson.path.name, line, text))
            owners.setdefault(id, lesson)
    files = {
        name for lesson in (lessons if only is None else only) for name in (lesson.path.name, lesson.mistakes.file)
    }
    # a lesson's two files one after the other
    return sorted(
        (p for p in problems if p.file in files), key=lambda p: (p.file.split("/")[-1], p.file, p.line, p.text)
    )


def lint_warnings(lessons, only=None):
    """What may be meant, one Problem each, sorted by place: lessons named in prose that are not among `lessons`, counts
    in prose that a new exercise makes wrong."""
    chosen = lessons if only is None else only
    found = {Problem(*one) for lesson in chosen for one in (*names_nowhere(lesson, lessons), *counted(lesson))}
    return sorted(found, key=lambda p: (p.file.split("/")[-1], p.file, p.line, p.text))


def lint_lesson(lesson):
    """The problems of one lesson by itself."""
    found = {Problem(lesson.path.name, line, text) for line, text in _problems(lesson)}
    found |= {Problem(lesson.mistakes.file, line, text) for line, text in mistakes_problems(lesson)}
    return sorted(found, key=lambda p: (p.file, p.line, p.text))


def _problems(lesson):
    """(line, sentence) of everything wrong, in no order."""
    yield from _header(lesson)
    yield from _counts(lesson)
    pictures = [c.id for c in lesson.cells if c.role == "picture"]
    for cell in lesson.cells:
        yield from _cell(cell)
        if cell.role == "picture" and pictures.count(cell.id) > 1:
            yield cell.line, f"two pictures are called '{cell.id}'; rename one"
    for exercise in lesson.exercises:
        yield from exercise_problems(lesson, exercise)
        for check in exercise.checks:
            yield from check_problems(check)
        yield from held_problems(exercise)
    for question in lesson.questions:
        yield from _question(lesson, question)
    yield from _prediction_share(lesson)
    yield from rebound_imports(lesson)
    for line, id in written_out(lesson):
        yield (
            line,
            f"yours('{id}') falls back to the answer, written out in the lesson; let else_ call course_lib's version",
        )


def missing_parts(lesson):
    """What every lesson should have and this one does not have yet; of a page, which has no points, only a picture."""
    if lesson.page:
        pictured = any(c.role == "picture" for c in lesson.cells)
        wanted = [(pictured, "has no picture; add a picture= cell for the opening")]
        return [Problem(lesson.path.name, 1, text) for there, text in wanted if not there]
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
    return [Problem(lesson.path.name, 1, text) for there, text in wanted if not there]


def _course_ids(lesson):
    seen = {}
    for exercise in lesson.exercises:
        seen.setdefault(exercise.id, exercise.solve.line)
    for question in lesson.questions:
        seen.setdefault(question.id, question.cell.line)
    return seen.items()


def _header(lesson):
    line = lesson.cells[0].line
    if not lesson.title:
        yield line, 'the lesson has no title; add title="..." to its first cell'
    if not isinstance(lesson.minutes, int) or lesson.minutes <= 0:
        yield line, "the lesson has no time; add minutes=90 to its first cell"
    if not lesson.cells[0].source.strip():
        yield line, "the first cell is empty; open with the lesson's question"


def _counts(lesson):
    """What the opening says of how much there is: "There are eight exercises, three predictions and one ..."."""
    there = counts_of(lesson)
    for line, text in enumerate(lesson.cells[0].source.split("\n"), lesson.cells[0].line):
        for word, what in re.findall(rf"\b({'|'.join(NUMBERS)}) (exercise|prediction|written question)s?\b", text):
            if NUMBERS.index(word) != there[what]:
                yield line, f"the opening says {word} {what}s, the lesson has {there[what]}; correct the words"


def _cell(cell):
    """What holds for every cell: it parses, draws from no global state, its markers stand where they may."""
    for line, text in enumerate(cell.source.split("\n"), cell.line):
        for begin, end, roles in MARKERS:
            for marker in (begin, end):
                if marker.strip("#= ") not in text:
                    continue
                if cell.role not in roles:
                    yield line, f"'{marker}' may stand only in a {' or '.join(roles)} cell; remove it"
                elif text.strip() != marker:
                    yield line, f"write the marker alone on its line: '{marker}'"
    if cell.kind != "code" or cell.source.lstrip().startswith("%%"):
        return
    try:
        tree = ast.parse(strip_magics(cell.source))
    except SyntaxError as error:
        yield cell.line + (error.lineno or 1) - 1, f"the cell does not parse ({error.msg}); mend it"
        return
    for node in ast.walk(tree):
        for text in _bad_node(node):
            yield cell.line + getattr(node, "lineno", 1) - 1, text
    if cell.role == "picture" and not _only_a_call(tree):
        yield cell.line, "a picture cell is imports and one call; move what draws to course_lib/viz/pictures"
    if cell.role == "picture" and not str(cell.marks.get("alt", "")).strip():
        yield cell.line, 'the picture has no description; add alt="what it shows"'


def _only_a_call(tree):
    """Whether a cell is imports and then one call, nothing else."""
    rest = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    return len(rest) == 1 and isinstance(rest[0], ast.Expr) and isinstance(rest[0].value, ast.Call)


def _bad_node(node):
    if isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names):
        yield f"star import of {node.module}; name what you use"
    if isinstance(node, ast.Import | ast.ImportFrom):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        for module in modules:
            if module.split(".")[0] in ("grading", "solutions"):
                yield f"a notebook cannot import {module}; use course_lib"
    legacy = isinstance(node, ast.Attribute) and node.attr in LEGACY_RANDOM
    if legacy and dotted(node.value) in ("np.random", "numpy.random"):
        yield f"np.random.{node.attr} uses the global random state; draw from rng = np.random.default_rng(integer)"


def _question(lesson, question):
    line = question.cell.line
    if not question.points > 0:
        yield line, f"question '{question.id}' has no points above 0; add points=3 to its mark"
    if not question.rubric:
        yield line, f"question '{question.id}' has no rubric; write it between '{BEGIN_RUBRIC}' and '{END_RUBRIC}'"
    if not question.model:
        told = f"question '{question.id}' has no model answer; write it between '{BEGIN_MODEL}' and '{END_MODEL}'"
        yield line, told
    if not question.text:
        yield line, f"question '{question.id}' asks nothing; write it"
    for cell in lesson.cells:
        text = " ".join((question.text if cell is question.cell else cell.source).split())
        if any(sentence in text for sentence in question.sentences):
            told = f"a sentence of the model answer of '{question.id}' stands here, in sight of students"
            yield cell.line, f"{told}; say it in other words"


def _prediction_share(lesson):
    total = sum(c.points for c in lesson.checks) + sum(q.points for q in lesson.questions)
    predicted = [c for c in lesson.checks if c.predict]
    share = sum(c.points for c in predicted)
    if predicted and share > PREDICT_SHARE * total:
        yield (
            predicted[0].cell.line,
            f"predictions carry {share:g} of {total:g} points, at most {PREDICT_SHARE:.0%} "
            f"({PREDICT_SHARE * total:.2g}); lower their points",
        )
