"""Wrong answers without a name, grouped by behaviour: whose checks all saw the same are one group.

Nothing is run: what the checks saw was kept when the class was graded (marking/observed.py). `course name` gives a
group its sentence (marking/named.py).
"""

import functools
import json
from dataclasses import dataclass, field

from grading.course.folder import Course
from grading.errors import CourseError
from grading.ids import exercise_of
from grading.marking.behaviour import alike, digest, first_wrong, shape_of
from grading.marking.boundary import Boundary
from grading.marking.journal import Journal
from grading.marking.named import Named, unnamed
from grading.marking.observed import Observed
from grading.marking.verdict import from_json
from grading.reporting.explain import explain
from grading.reporting.feedback import read_autograded


@dataclass
class Group:
    """Students whose answers to one exercise behave alike; `key` is the run that stands for all."""

    id: str  # exercise.1a2b
    exercise: str
    key: str
    checks: tuple  # that fail
    students: list = field(default_factory=list)
    example: str = ""  # the shortest of their answers
    first: object = None  # Explained, of the example's first wrong line

    def to_json(self):
        """As plain values."""
        return {
            "group": self.id,
            "exercise": self.exercise,
            "checks": list(self.checks),
            "students": self.students,
            "example": self.example,
            "first": self.first.to_json() if self.first is not None else None,
        }


class Grouping:
    """Takes in one graded notebook after the other; holds of each group one run's key, and few runs at a time."""

    def __init__(self, course, lesson):
        self.course, self.lesson, self.named = course, lesson, Named(course, lesson)
        self.read = functools.lru_cache(maxsize=64)(Observed(course.root).read)
        self.record = functools.cache(self.named.record)
        self.found = {}  # (exercise, what is the same for certain) -> [Group]

    def add(self, student, key, nb):
        """Put each wrong answer of a graded notebook that has no name to those that behave alike."""
        verdict = from_json(nb.metadata["course"]["verdict"])
        if verdict.outcome != "graded":
            return
        verdict = self.named.dress(verdict, self.read(key))
        failing = {}
        for id in self.read(key):
            if id in verdict.checks and unnamed(verdict, id):
                failing.setdefault(exercise_of(id), []).append(id)
        answers = {c.metadata["nbgrader"]["grade_id"]: c.source for c in nb.cells if "nbgrader" in c.metadata}
        status = nb.metadata["course"].get("status", {})
        for exercise, checks in failing.items():
            if status.get(exercise, "ok") == "ok" and all(self._tried(self.read(key)[id], id) for id in checks):
                self._put(student, key, exercise, tuple(checks), answers.get(exercise, ""))

    def _tried(self, seen, check):
        wrong = first_wrong(self.record(check), seen)
        return wrong is not None and wrong[1].what not in ("notdone", "missing")

    def _put(self, student, key, exercise, checks, answer):
        mine = self.read(key)
        place = self.found.setdefault((exercise, checks, tuple(shape_of(mine[id]) for id in checks)), [])
        for group in place:
            theirs = self.read(group.key)
            if all(alike(self.record(id), theirs[id], mine[id]) for id in checks):
                break
        else:
            name = f"{exercise}.{digest({id: mine[id] for id in checks})}"
            group = Group(name, exercise, key, checks)
            place.append(group)
        group.students.append(student)
        if not group.example or len(answer) < len(group.example):
            group.example = answer

    def groups(self, least=2):
        """The groups of at least so many students, the largest first, each with its first wrong line explained."""
        chosen = [group for place in self.found.values() for group in place if len(group.students) >= least]
        for group in chosen:
            check = group.checks[0]
            lines, _ = explain(self.course, self.lesson, self.read(group.key)[check], check, most=1)
            group.first = lines[0]
        return sorted(chosen, key=lambda group: (-len(group.students), group.id))


def find(root, lesson, least=2):
    """(the groups of a lesson, what is named in it already): [Group], [(check, mistake)].

    Whose files are damaged is in no group; `course report` names them.
    """
    course = Course(root)
    (lesson,) = course.choose([lesson])
    with Journal(course.root / "journal", exclusive=False) as journal:
        grouping = grouped(course, lesson, journal, Boundary(course.root / "journal"))
    return grouping.groups(least), grouping.named.all()


def grouped(course, lesson, journal, boundary):
    """The Grouping of a lesson's graded notebooks, from an open journal; `boundary` keeps who fails."""
    grouping = Grouping(course, lesson)
    for student in journal.students(lesson):
        with boundary.around("grouping its answers", (student, lesson)):
            nb, kept = read_autograded(course, student, lesson), journal.replayed(student, lesson)
            if nb is not None and kept["key"] and "verdict" in nb.metadata.get("course", {}):
                grouping.add(student, kept["key"], nb)
    return grouping


def name(root, group, sentence, called=""):
    """Give a group its sentence; returns (Group, the text of a variant for the lesson's mistakes file)."""
    if not sentence.strip():
        raise CourseError(f'Say what {group} means: course name {group} "what a tutor would say".')
    course = Course(root)
    lesson = _lesson_of(course, group)
    found, _ = find(root, lesson, least=1)
    chosen = next((one for one in found if one.id == group), None)
    if chosen is None:
        raise CourseError(
            f"No group {group} without a name in {lesson}; `course mistakes {lesson[:2]} --all` lists those there are."
        )
    called = called or _short(sentence)
    seen = Observed(course.root).read(chosen.key)
    Named(course, lesson).add(group, called, sentence, {check: seen[check] for check in chosen.checks})
    return chosen, variant(chosen, called, sentence)


def unname(root, group):
    """Take a group's sentence back."""
    course = Course(root)
    if not Named(course, _lesson_of(course, group)).remove(group):
        raise CourseError(f"{group} has no name given here; `course mistakes` lists those that have.")


def _lesson_of(course, group):
    exercise = group.rpartition(".")[0]
    for lesson in course.lessons:
        if any(exercise_of(cell.check) == exercise for cell in course.skeleton(lesson).checks):
            return lesson
    raise CourseError(f"{group} is no group; `course mistakes NN` calls them EXERCISE.1a2b.")


def _short(sentence):
    """A few words that stand for a sentence."""
    words = sentence.split(":")[0].split(",")[0].split()
    return " ".join(words[:6]).rstrip(".") + ("…" if len(words) > 6 else "")


def variant(group, called, sentence):
    """What an author may paste into solutions/mistakes/NN_slug.py: the example answer as a known mistake."""
    source = group.example.strip("\n")
    plain = '"""' not in source and "\\" not in source and not source.endswith('"')
    literal = f'"""{source}"""' if plain else repr(source)
    name, exercise, say = (json.dumps(text, ensure_ascii=False) for text in (called, group.exercise, sentence))
    return f"WRONG[{exercise}] = {{\n    {name}: (\n        {literal},\n        {say},\n    ),\n}}\n"
