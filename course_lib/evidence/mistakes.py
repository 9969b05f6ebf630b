"""Which known mistake a failing answer looks like: its observations equal what that mistake was recorded to give."""

from dataclasses import dataclass

from course_lib.evidence.compare import check_line, compare


@dataclass(frozen=True)
class Mistake:
    """A known mistake that fits: its `name`, what a tutor would `say`; `often` when only an exception matched."""

    name: str
    say: str
    often: bool = False

    @property
    def sentence(self):
        """What the learner reads."""
        say = self.say.strip()
        say = say if say[-1:] in ".!?" else say + "."
        return f"This often means: {say}" if self.often else f"It looks like this: {say}"


def name_mistake(check_record, seen):
    """The known mistakes that equal all observations up to and including the first failure, most specific first.

    `check_record` is one entry of `Record.checks`, `seen` a list of Seen. A line that a mistake's record leaves out is
    one where it gives the expected value. Exceptions match by type and position only. A mistake is more specific the
    more lines after the first failure it explains too, and a value says more than an exception.
    """
    at = {s.position: s for s in seen}
    lines = sorted(check_record["lines"], key=lambda line: line["position"])
    failed = next((i for i, line in enumerate(lines) if check_line(line, at.get(line["position"]))), None)
    if failed is None:
        return []
    found = []
    for order, mistake in enumerate(check_record.get("mistakes", ())):
        theirs = {line["position"]: line for line in mistake["lines"]}
        if not all(_same(line, theirs.get(line["position"]), at) for line in lines[: failed + 1]):
            continue
        later = sum(_same(line, theirs.get(line["position"]), at) for line in lines[failed + 1 :])
        often = at[lines[failed]["position"]].kind == "raised"
        found.append((often, -later, order, Mistake(mistake["name"], mistake["say"], often)))
    return [mistake for *_, mistake in sorted(found, key=lambda entry: entry[:3])]


def _same(expected, theirs, at):
    """Whether the observation at this line is what the mistake gives there."""
    seen = at.get(expected["position"])
    if seen is None:
        return False
    if theirs is None:
        return check_line(expected, seen) is None
    if theirs["kind"] != seen.kind:
        return False
    if seen.kind in ("raised", "raises", "forbidden"):  # messages and line numbers are everyone's own
        return _named(theirs["value"]) == _named(seen.value)
    if seen.kind == "work":  # counts depend on style; too many is too many
        return check_line(expected, seen) is not None
    tolerance = {"rtol": expected.get("rtol"), "atol": expected.get("atol")}
    pairs = (theirs["value"], seen.value), (seen.value, theirs["value"])  # both ways: 2 passes for 2.0, not 2.0 for 2
    return all(compare(one, other, **tolerance) is None for one, other in pairs)


def _named(value):
    return (value.get("type"), value.get("name")) if isinstance(value, dict) else None
