"""What nbgrader keeps at each graded cell, from a verdict: the automatic score and the automatic comment."""

import json

from nbgrader import utils

from grading.ids import check_of, exercise_of


def auto_score(cell, verdict):
    """A grade cell's automatic score: the judge's for a check; for a written answer 0 when untouched, else None."""
    grade_id = cell.metadata["nbgrader"]["grade_id"]
    if grade_id in verdict.given:
        return verdict.given[grade_id]
    if utils.is_solution(cell):
        return utils.determine_grade(cell, None)[0] if verdict.outcome == "graded" else 0.0
    check = verdict.checks.get(check_of(grade_id))
    return 0.0 if check is None else check.score


def reason(cell, verdict):
    """The automatic comment at an answer: why its checks do not pass; "No response." for an untouched one; or None."""
    if verdict.outcome != "graded":
        return verdict.sentence
    if cell.metadata["nbgrader"].get("checksum") == utils.compute_checksum(cell):
        return "No response."
    name = cell.metadata["nbgrader"]["grade_id"]
    mine = [c for c in verdict.checks.values() if exercise_of(c.id) == name]
    told = [" ".join(filter(None, (c.rule, "" if c.passed else c.reason))) for c in mine]
    return "\n\n".join(filter(None, told)) or None


def rewritten(course, submission, nb):
    """The written answers whose text is not the one in autograded/: what a person gave them was for another text."""
    path = course.root / "autograded" / submission.student / submission.lesson / f"{submission.lesson}.ipynb"
    try:
        before = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return frozenset()
    texts = {_grade_id(cell): cell["source"] for cell in before}
    answers = [cell for cell in nb.cells if utils.is_solution(cell) and utils.is_grade(cell)]
    return frozenset(_grade_id(c) for c in answers if texts.get(_grade_id(c), c.source).strip() != c.source.strip())


def _grade_id(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id")
