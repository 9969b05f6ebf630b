"""What systems write beside the work: Gradescope's submission_metadata.yml, Blackboard's .txt, timestamp.txt.

From these come names, logins, addresses and hand-in times; each file read so is accounted for as read.
"""

import re
from dataclasses import replace
from datetime import date, datetime

from grading.course.collect.given import UNREADABLE
from grading.course.collect.plain import Doubt
from grading.course.collect.systems import Claim, Who

METADATA = ("submission_metadata.yml", "submission_metadata.yaml")
MAX_METADATA = 20_000_000
BLACKBOARD_NAME = re.compile(r"\A\s*[^\n:()]{2,20}: *(?P<name>[^\n]*?) *\((?P<login>[^()\s]+)\) *$", re.M)
COCALC_NAME = re.compile(r"STUDENT - (?P<name>.+)\.txt")


def complete(claims):
    """The claims with what stands beside filled in: ({entry: Claim, [Claims] or Doubt}, {entry: what was read}).

    A Gradescope submission of a group is claimed for each of its members.
    """
    read = {}
    metadata = _gradescope(claims, read)
    notes = _blackboard(claims, read)
    stamps = _stamps(claims, read)
    names = _cocalc(claims, read)
    before = sorted({_assignment(entry, one) for entry, one in claims.items() if _without_note(one, notes)})
    completed = {}
    for entry, one in claims.items():
        if isinstance(one, Claim) and entry not in read:
            if one.who.system == "gradescope":
                one = _of_gradescope(one, metadata)
            elif one.who.system == "blackboard":
                one = _of_blackboard(one, entry, notes, before)
            elif one.unit in names:
                one = replace(one, who=replace(one.who, name=names[one.unit]))
            elif not one.time and one.unit in stamps:
                one = replace(one, time=stamps[one.unit])
        completed[entry] = one
    return completed, read


def _text(entry):
    try:
        return entry.read()[:MAX_METADATA].decode("utf-8-sig", "replace")
    except UNREADABLE:
        return ""


def _stamps(claims, read):
    """{unit: the time its timestamp.txt says}."""
    found = {}
    for entry, one in claims.items():
        if isinstance(one, Claim) and one.note and entry.parts[-1] == "timestamp.txt" and not entry.bad:
            text = _text(entry)[:200].strip()
            if re.fullmatch(r"\d{17}", text):  # Sakai's: yyyyMMddHHmmssSSS in UTC
                text = f"{text[:8]}T{text[8:14]}Z"
            found[one.unit] = text
            read[entry] = "read: the hand-in time"
    return found


def _cocalc(claims, read):
    """{unit: whose it is}: CoCalc's folders are called by a code, and a file in each by the student."""
    found = {}
    for entry, one in claims.items():
        told = COCALC_NAME.fullmatch(entry.parts[-1])
        if told and isinstance(one, Claim) and one.unit and re.fullmatch(r"[0-9a-f-]{36}", one.unit.split("/")[-1]):
            found[one.unit] = told["name"]
            read[entry] = "read: CoCalc's note on whose it is"
    return found


def _blackboard(claims, read):
    """{unit: (name, login)} by the .txt beside each attempt; it tells a login with _ from the assignment's name."""
    found = {}
    for entry, one in claims.items():
        if isinstance(one, Claim) and one.who.system == "blackboard" and one.note and not entry.bad:
            told = BLACKBOARD_NAME.search(_text(entry))
            if told:
                found[one.unit] = (told["name"], told["login"])
            read[entry] = "read: Blackboard's note on the attempt"
    return found


def _without_note(one, notes):
    return isinstance(one, Claim) and one.who.system == "blackboard" and one.unit not in notes


def _assignment(entry, one):
    """What stands before the login: the assignment's name, unless the login holds a _ itself."""
    part = next(part for part in entry.parts if "_attempt_" in part)
    return part.rpartition("_attempt_")[0].removesuffix(one.who.login).rstrip("_")


def _of_blackboard(one, entry, notes, before):
    """The claim with the note's name and login; without a note a login is certain when all names begin alike."""
    if one.unit in notes:
        name, login = notes[one.unit]
        return replace(one, who=replace(one.who, name=name, login=login))
    if len(before) > 1:
        told = " and ".join(map(repr, before[:3]))
        return Doubt(
            f"{told} stand before logins such as {one.who.login}, so a login may begin earlier; put Blackboard's .txt "
            f"files beside, or say --who '{entry.path}=STUDENT'.",
            one.who.login,
        )
    return one


def _gradescope(claims, read):
    """{submission folder's name: {":submitters": ..., ":created_at": ...}} of all metadata files."""
    found = {}
    for entry in claims:
        if entry.parts[-1] in METADATA and not entry.bad:
            tree = _yaml(_text(entry))
            if isinstance(tree, dict):
                found |= {str(name): one for name, one in tree.items() if isinstance(one, dict)}
                read[entry] = "read: whose each submission is"
            else:
                read[entry] = "cannot be read as YAML"
    return found


def _yaml(text):
    """Plain data of a YAML text, Ruby's own types as what they hold; None when it is no YAML."""
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        pass

    def plain(loader, suffix, node):
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_scalar(node)

    Loader.add_multi_constructor("!", plain)
    try:
        return yaml.load(text, Loader)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return None


def _get(tree, name):
    return tree.get(f":{name}", tree.get(name)) if isinstance(tree, dict) else None


def _of_gradescope(one, metadata):
    folder = f"submission_{one.order[0]}"
    known = metadata.get(folder)
    if known is None:
        return Doubt(
            f"{one.unit}: Gradescope's submission_metadata.yml does not say whose {folder} is; put it beside or say "
            f"--who '{one.unit}=STUDENT'."
        )
    people = _get(known, "submitters")
    people = [p for p in people if isinstance(p, dict)] if isinstance(people, list) else []
    time = _get(known, "created_at")
    if isinstance(time, dict):  # Ruby's TimeWithZone: utc, zone, time
        time = time.get("utc")
    if isinstance(time, datetime | date):
        time = time.isoformat()
    whos = [
        Who("gradescope", *(str(_get(p, key) or "") for key in ("name", "sid")), email=str(_get(p, "email") or ""))
        for p in people
    ]
    if not whos:
        return Doubt(f"{one.unit}: submission_metadata.yml names nobody; say --who '{one.unit}=STUDENT'.")
    claims = [replace(one, who=who, time=str(time or "")) for who in whos]
    return claims[0] if len(claims) == 1 else claims
