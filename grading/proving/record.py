"""Expected values: run the reference answers and keep what `expect` saw, with what each known mistake gives.

Two records a lesson: the visible part goes to `notebooks/expected/`, the hidden part to a course folder's `hidden/`
(while authoring: `build/hidden/`, which git ignores). Predictions are kept as salted hashes only.
"""

import hashlib
from pathlib import Path

from course_lib.checks.given import fingerprint
from course_lib.evidence.compare import Record, check_line, compare, load_record, record_line, save_record
from course_lib.evidence.held import pack
from course_lib.evidence.records import unrecordable
from grading.errors import CourseError
from grading.lessons.cells import without_markers
from grading.lessons.held import given
from grading.proving.trials import Trial, run_trials, shifted

PARTS = ("visible", "hidden")


def wrong_trials(exercise):
    """A trial for every known mistake of the exercise; CourseError where a variant could not be made."""
    for variant in (*exercise.wrong, *exercise.right):
        if variant.problem:
            raise CourseError(variant.problem)
    return [Trial(exercise.id, variant.name, variant.source) for variant in exercise.wrong]


def record_lesson(lesson, *, jobs=None):
    """Run the lesson and its known mistakes; returns {"visible": Record, "hidden": Record}."""
    trials = [t for e in lesson.exercises for t in wrong_trials(e)]
    reference, outcomes = run_trials(lesson, trials, jobs=jobs)
    return make_records(lesson, reference, outcomes)


def make_records(lesson, reference, outcomes, only=None):
    """The two records, from what the reference and the wrong trials were seen to give; `only` limits the exercises."""
    records = {part: Record(lesson.slug, part, {}) for part in PARTS}
    for check in lesson.checks:
        if only is not None and check.exercise not in only:
            continue
        exercise = lesson.exercise(check.exercise)
        wrong = [(v, outcomes[t]) for v, t in zip(exercise.wrong, wrong_trials(exercise), strict=True) if t in outcomes]
        for part, entry in record_check(lesson, check, reference, wrong).items():
            records[part].checks[check.id] = entry
    return records


def record_check(lesson, check, reference, wrong):
    """One check's entries {"visible": ..., "hidden": ...}; `wrong` is a list of (Variant, Outcome)."""
    exercise, entries, start = lesson.exercise(check.exercise), {}, 0
    for part in PARTS if check.hidden else PARTS[:1]:
        seen = shifted(reference.part(check.id, part), start)
        at = reference.lines.get((check.id, part), [])
        held = reference.held.get(exercise.id, {})
        lines = [_line(lesson, check, s, at[i], held) for i, s in enumerate(seen)]
        if not lines:
            raise CourseError(
                f"{lesson.path.name}:{check.cell.line}: the {part} part of check '{check.id}' sees nothing; "
                "add expect(label, value)"
            )
        mistakes = []
        for variant, outcome in wrong:
            theirs = _mistake_lines(lines, shifted(outcome.part(check.id, part), start))
            if theirs:
                mistakes.append({"name": variant.name, "say": variant.sentence, "lines": theirs})
        entries[part] = {
            "lines": lines,
            "mistakes": mistakes,
            "forbid": list(exercise.forbid),
            "hints": list(exercise.hints) if part == "visible" else [],
            "points": check.points,
            **({"exercise": _about(lesson, check, exercise)} if part == "visible" else {}),
            **({"held": {name: pack(held[name]) for name in given(exercise)}} if held and part == "hidden" else {}),
        }
        start += len(lines)
    return entries


def _about(lesson, check, exercise):
    """Where a check belongs, for hints, progress and the program as given."""
    return {
        "place": lesson.checks.index(check),
        "number": f"{int(lesson.number)}.{exercise.number}" if exercise.number else "",
        "title": exercise.title,
        "names": list(exercise.names),
        "open": exercise.held is not None,
        "given": fingerprint(without_markers(exercise.given.source)) if exercise.given else "",
    }


def save_records(records, expected, hidden):
    """Write a lesson's records as `expected/NN_slug.npz` and `hidden/NN_slug.npz`; returns both paths."""
    paths = []
    for record, folder in ((records["visible"], expected), (records["hidden"], hidden)):
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        paths.append(folder / f"{record.lesson}.npz")
        save_record(paths[-1], record)
    return paths


HALF_PRECISION = 1e-2  # a mistake may compute in bfloat16, which processors round differently in the third digit


def record_differences(old, new):
    """How two records of one lesson differ beyond rounding, one sentence each: structure, or values further apart than
    a tenth of the tolerance. Recorded values are bit-equal only on one kind of processor."""
    told = []
    if set(old.checks) != set(new.checks):
        return [f"its checks are {', '.join(new.checks)}, recorded were {', '.join(old.checks)}"]
    for id, entry in new.checks.items():
        before = old.checks[id]
        for key in ("forbid", "hints", "points", "exercise", "held"):
            if before.get(key) != entry.get(key):
                told.append(f"{id}: {key} changed")
        told += [f"{id}: {text}" for text in _line_differences(before["lines"], entry["lines"])]
        names = [[m["name"] for m in e["mistakes"]] for e in (before, entry)]
        if names[0] != names[1]:
            told.append(f"{id}: other mistakes are recorded")
            continue
        for mine, theirs in zip(before["mistakes"], entry["mistakes"], strict=True):
            if mine["say"] != theirs["say"]:
                told.append(f"{id}: the sentence of '{mine['name']}' changed")
            found = _line_differences(mine["lines"], theirs["lines"], least=HALF_PRECISION)
            told += [f"{id}: '{mine['name']}': {t}" for t in found]
    return told


def read_record(path):
    """A record file; CourseError in place of the library's own error."""
    try:
        return load_record(path)
    except ValueError as error:
        raise CourseError(f"{error} Run `course build`.") from None


def _line_differences(before, after, least=0.0):
    frames = [[(x["position"], x["label"], x["kind"]) for x in lines] for lines in (before, after)]
    if frames[0] != frames[1]:
        return ["other lines are recorded"]
    told = []
    for old, new in zip(before, after, strict=True):
        plain = [repr(sorted((k, v) for k, v in line.items() if k != "value")) for line in (old, new)]
        if plain[0] != plain[1]:
            told.append(f"line {new['position']} asks something else")
        # counts of events differ between versions of Python; messages of exceptions too
        elif new["kind"] not in ("work", "raised", "raises", "forbidden") and _apart(old, new, least):
            told.append(f"line {new['position']} ('{new['label']}') has another value")
    return told


def _apart(old, new, least):
    """Whether two values differ by more than a tenth of the tolerance, and by more than `least`."""
    from course_lib.evidence.compare import default_rtol

    if "hash" in new:
        return False
    tree = new["value"]
    rtol = new.get("rtol")
    leaves = list(_floats(tree))
    if rtol is None:
        rtol = max((default_rtol(leaf) for leaf in leaves), default=0.0)
    atol = new.get("atol")
    return compare(tree, old["value"], rtol=max(rtol / 10, least), atol=None if atol is None else atol / 10) is not None


def _floats(tree):
    import numpy as np

    if isinstance(tree, list | tuple):
        for item in tree:
            yield from _floats(item)
    elif isinstance(tree, dict):
        yield from _floats(list(tree.values()))
    elif isinstance(tree, float | complex | np.ndarray) and np.asarray(tree).dtype.kind in "fc":
        yield np.asarray(tree)


def _line(lesson, check, seen, at, held):
    """The record's line for what the reference gave; CourseError where the reference itself fails."""
    where = f"{lesson.path.name}:{at or check.cell.line}:"
    if seen.kind == "raised":
        value = seen.value
        raise CourseError(f"{where} the reference answer fails its check: {value['type']}: {value['message']}")
    if seen.kind == "forbidden":
        name = seen.value.get("name") if isinstance(seen.value, dict) else "a forbidden function"
        raise CourseError(f"{where} the reference answer calls {name}, which it forbids; write it out")
    if seen.kind == "again":
        raise CourseError(f"{where} '{seen.label}' gives something else when the check runs twice; make it repeatable")
    odd = unrecordable(seen.value)
    if odd is not None:
        raise CourseError(f"{where} '{seen.label}' sees a {odd}, which no record can hold; observe numbers or text")
    line = record_line(seen)
    if seen.kind == "outcome":
        if line["truth"] not in held:
            raise CourseError(f"{where} no array '{line['truth']}' is held; define it in the held cell")
        line["value"] = held[line["truth"]]
    if check.predict:
        return _hashed(lesson, check, line, where)
    if check_line(line, seen) is not None:
        raise CourseError(f"{where} '{seen.label}' fails for the reference itself: {check_line(line, seen).say}")
    return line


def _hashed(lesson, check, line, where):
    from course_lib.evidence.predictions import hash_answer

    if line["kind"] != "value":
        raise CourseError(f"{where} a prediction is one expect(label, answer); remove expect.{line['kind']}")
    # the salt follows from the place, so that two builds are equal
    salt = hashlib.sha256(f"{lesson.slug}:{check.id}:{line['position']}".encode()).hexdigest()[:16]
    try:
        hashed = hash_answer(line["value"], salt)
    except ValueError as error:
        raise CourseError(f"{where} {error}; ask for something that can be typed") from None
    return {**line, "value": None, "hash": hashed, "salt": salt}


def _mistake_lines(lines, seen):
    """What a known mistake gives, at the lines where it does not give what is expected; [] when it gives all of it."""
    theirs = {s.position: s for s in seen}
    differing = []
    for line in lines:
        found = theirs.get(line["position"])
        if found is not None and check_line(line, found) is not None:
            differing.append(
                {k: v for k, v in record_line(found).items() if k in ("position", "label", "kind", "value")}
            )
    return differing
