"""Students who hand in together: groups.csv says who, and one member's submission becomes everybody's.

`groups.csv` in the course folder has the columns group,student and may have lesson; without a lesson a group holds for
all. What is copied is marked with whose it is, so that it follows when that member hands in anew; what somebody handed
in himself is never replaced. Equal work is run once: the journal knows it.
"""

import shutil
from dataclasses import dataclass, field

from grading.course.folder import Course
from grading.course.submitted import MARK
from grading.course.table import read_sheet
from grading.errors import CourseError
from grading.files import write_atomically

NAME = "groups.csv"


@dataclass
class Shared:
    """What came of sharing a lesson's submissions."""

    copied: list = field(default_factory=list)  # (student, whose)
    nothing: list = field(default_factory=list)  # groups where nobody handed in
    doubts: list = field(default_factory=list)  # sentences


def read_groups(root, lesson):
    """{group: [students]} for a lesson; CourseError when the file is absent or not as it should be."""
    path = root / NAME
    if not path.exists():
        raise CourseError(f"{path} is missing; write it with the columns group,student (and lesson, if it varies).")
    head, *rows = read_sheet(path).rows
    names = [cell.strip().casefold() for cell in head]
    if not {"group", "student"} <= set(names):
        raise CourseError(f"{path} needs the columns group and student; its first line is {','.join(head)}.")
    found = {}
    for row in rows:
        told = dict(zip(names, map(str.strip, row), strict=False))
        where = told.get("lesson", "")
        if told.get("student") and (not where or where in (lesson, lesson[:2])):
            found.setdefault(told.get("group", ""), []).append(told["student"])
    everybody = [student for students in found.values() for student in students]
    twice = sorted({student for student in everybody if everybody.count(student) > 1})
    if twice:
        raise CourseError(f"{path}: {twice[0]} is in two groups for {lesson}; leave one.")
    return found


def share(root, lesson):
    """Give each group's submission to all its members; returns Shared."""
    course = Course(root)
    (lesson,) = course.choose([lesson])
    made = Shared()
    for group, students in sorted(read_groups(course.root, lesson).items()):
        folders = {student: course.root / "submitted" / student / lesson for student in students}
        own = [student for student, folder in folders.items() if _own(folder)]
        if not own:
            made.nothing.append(group)
        elif len({course.submission(student, lesson).raw for student in own}) > 1:
            made.doubts.append(
                f"group {group}: {' and '.join(own)} handed in different notebooks; remove all but one of them."
            )
        else:
            for student in students:
                left = _files(folders[student])
                if left:
                    told = f"{student} has no notebook but {', '.join(left[:3])}"
                    made.doubts.append(f"group {group}: {told}; move that away, then share.")
                elif _copy(folders, student, own[0]):
                    made.copied.append((student, own[0]))
    return made


def _own(folder):
    return folder.is_dir() and any(folder.glob("*.ipynb")) and not (folder / MARK).exists()


def _files(folder):
    """What somebody without a notebook handed in himself: a copy would take its place."""
    if _own(folder) or (folder / MARK).exists():
        return []
    return sorted(p.name for p in folder.rglob("*") if not p.is_dir() and p.name != "timestamp.txt")


def _copy(folders, student, whose):
    """Copy a member's submission, unless the student handed in himself."""
    if _own(folders[student]):
        return False
    if folders[student].exists():
        shutil.rmtree(folders[student])
    shutil.copytree(folders[whose], folders[student], symlinks=True)
    write_atomically(folders[student] / MARK, whose + "\n")
    return True
