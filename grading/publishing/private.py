"""Hidden tests of a class's own: drawn from its secret, proven, and drawn again where a proof fails.

A draw is numbered for each exercise. The numbers stand beside the secret in the course folder, so that a second release
into it hands out the same hidden tests.
"""

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from course_lib.files import write_atomically
from grading.errors import CourseError, remedy
from grading.lessons.cells import BEGIN_HIDDEN, END_HIDDEN
from grading.lessons.lesson import Lesson
from grading.lessons.source import parse_lesson
from grading.proving.certify import certify_lesson, certify_lessons

DRAWS = 20  # of one exercise, before its lesson is to be mended


@dataclass(frozen=True)
class Drawn:
    """A lesson with hidden tests of a class's own: the number of each exercise's draw, the proofs, what to tell."""

    lesson: Lesson
    draws: dict
    proofs: list
    notes: tuple = ()


def draw_proven(lessons, secret, draws=None, *, cache=None, tell=lambda text: None):
    """The lessons Drawn from `secret` (bytes), each proven; `draws` is {slug: {exercise id: number}} to begin with.

    `cache` is a folder that keeps the proofs, as secret as they are.

    CourseError where an exercise does not certify in DRAWS draws.
    """
    known = draws or {}
    first = [reseed(lesson, secret, known.get(lesson.slug, {})) for lesson in lessons]
    tell("certifying the private hidden tests")
    proofs = certify_lessons(first, cache=cache)
    return [_draw_again(x, secret, dict(known.get(x.slug, {})), proofs[x.slug], cache, tell) for x in lessons]


def _draw_again(lesson, secret, draws, proofs, cache, tell):
    """Draw the exercises anew whose proofs failed, until none is left."""
    proofs, counts = {p.line["id"]: p for p in proofs}, {}
    drawn = reseed(lesson, secret, draws)
    while failing := [id for id, proof in proofs.items() if proof.problems]:
        for id in failing:
            if counts.get(id, 1) == DRAWS:
                told = proofs[id].problems[0]
                raise CourseError(
                    f"the private hidden tests of '{id}' do not certify in {DRAWS} draws: {told}; mend the check"
                )
            counts[id] = counts.get(id, 1) + 1
            draws[id] = draws.get(id, 0) + 1
        tell(f"{lesson.slug}: drawing {', '.join(failing)} again")
        drawn = reseed(lesson, secret, draws)
        proofs |= {p.line["id"]: p for p in certify_lesson(drawn, cache=cache, only=failing)}
    notes = tuple(f"{lesson.slug}: '{id}' was drawn {n} times until it certified" for id, n in counts.items())
    return Drawn(drawn, draws, list(proofs.values()), notes)


def reseed(lesson, secret, draws=None):
    """The lesson with each integer in a hidden or held `default_rng(...)` replaced by one drawn from `secret` (bytes).

    `draws` numbers the draws of its exercises, {exercise id: number}; the first is 0.
    """
    lines, owners = lesson.text.split("\n"), _owners(lesson)
    inside, held = False, _lines_of(e.held for e in lesson.exercises if e.held is not None)
    for number, line in enumerate(lines, 1):
        inside = (inside or BEGIN_HIDDEN in line) and END_HIDDEN not in line
        again = (draws or {}).get(owners.get(number), 0)
        if inside or number in held:
            seed = _seed(secret, lesson.slug, f":{again}" if again else "")
            lines[number - 1] = re.sub(r"(default_rng\(\s*)(\d[\d_]*)(\s*\))", seed, line)
    return parse_lesson("\n".join(lines), lesson.path, lesson.mistakes.text)


def _owners(lesson):
    """{number of a line in a check or held cell: id of its exercise}."""
    owned = [(check.exercise, check.cell) for check in lesson.checks]
    owned += [(e.id, e.held) for e in lesson.exercises if e.held is not None]
    return {line: id for id, cell in owned for line in _lines_of([cell])}


def _lines_of(cells):
    """The numbers of the lines of the file that cells take."""
    return {cell.line + i for cell in cells for i in range(len(cell.source.split("\n")))}


def _seed(secret, slug, again):
    def drawn(match):
        digest = hmac.new(secret, f"{slug}:{match[2]}{again}".encode(), hashlib.sha256).digest()
        return f"{match[1]}{int.from_bytes(digest[:4], 'big')}{match[3]}"

    return drawn


def read_secret(course):
    """(secret, draws) of a course folder; a new secret and no draws where it has none."""
    secret, draws = _paths(course)
    try:
        if not secret.exists():
            return secrets.token_bytes(32), {}
        return secret.read_bytes(), json.loads(draws.read_text(encoding="utf-8")) if draws.exists() else {}
    except OSError as error:
        raise CourseError(f"{error.filename}: {error.strerror}; permit reading there.") from None
    except ValueError:
        raise CourseError(f"{draws} cannot be read; remove it, and the hidden tests are drawn anew.") from None


def keep_secret(course, secret, drawn):
    """Write the secret, once and for its owner only, and the numbers of the draws into a course folder."""
    (path, numbers), (_, draws) = _paths(course), read_secret(course)
    draws |= {d.lesson.slug: d.draws for d in drawn}
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(0o600)
            path.write_bytes(secret)
        write_atomically(numbers, json.dumps(draws, indent=1))
    except OSError as error:
        raise CourseError(f"{error.filename}: {error.strerror}; {remedy(error)} there.") from None


def proofs_folder(course):
    """Where a course folder keeps the proofs of its own hidden tests: beside them, and as private."""
    return Path(course) / "hidden" / "proofs"


def _paths(course):
    return Path(course) / "hidden" / "secret", Path(course) / "hidden" / "draws.json"
