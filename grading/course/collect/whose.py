"""What makes two claims the same person's, and how a name that no system made was spelled."""

import re
from unicodedata import normalize

from grading.course.collect.archives import without_ending
from grading.course.collect.known import slug
from grading.course.roster import fold


def spelled(claim):
    """A name that no system made, as it stood there."""
    name = claim.unit.split("/")[-1] or claim.who.name
    return normalize("NFC", without_ending(name))


def above(claim):
    """The folders around what was handed in together."""
    parts = claim.unit.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def key_of(who):
    """What makes two claims the same person's."""
    if who.given:
        return "given", fold(who.given)
    if who.system in ("canvas", "brightspace"):
        return who.system, who.user_id
    if who.system == "moodle":
        return who.system, who.user_id, fold(who.name)
    if who.system == "gradescope":
        return who.system, who.user_id or who.email or fold(who.name)
    if who.login:
        return who.system, fold(who.login)
    return "named", fold(who.name)


def glued(name):
    """A group's name as Canvas writes it: letters and digits only."""
    return re.sub(r"[\W_]+", "", fold(name))


def numbered(name):
    """4 of `Gruppe 4` or `team_04`; "" for what is not a group's number."""
    found = re.fullmatch(r"(?:team|group|gruppe|groupe|grupo|gruppo|groep)[ _-]?0*(\d+)", fold(name))
    return found[1] if found else ""


def by_form(groups):
    """{a form of its name: (group, students)} of groups ({group: students}); what two share is left out."""
    found = {fold(slug(group)): (group, students) for group, students in groups.items()}
    short = [glued(group) for group in groups]
    more = {glued(group): (group, groups[group]) for group in groups if short.count(glued(group)) == 1}
    return more | found
