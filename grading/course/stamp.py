"""course.json: which form of course folder this is, and whether its hidden tests are its own."""

import json

from course_lib.files import write_atomically
from grading.errors import CourseError

NAME = "course.json"
FORMAT = 1  # raised when folders change so that earlier versions of the course would harm them


def read_stamp(root):
    """{"format", "private"}; a folder without the file is of the first form. CourseError for a newer one."""
    if set("$%") & set(str(root)):
        raise CourseError(f"nbgrader cannot work in {root}: its path has $ or % in it; rename that folder.")
    path = root / NAME
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        form, private = int(told["format"]), bool(told["private"])
    except FileNotFoundError:
        form, private = FORMAT, False
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CourseError(f"{path} cannot be read ({type(error).__name__}: {error}); put a copy of it back.") from None
    if form > FORMAT:
        raise CourseError(f"{root} was made by a newer version of this course; update the course and try again.")
    return {"format": form, "private": private or (root / "hidden" / "secret").exists()}


def write_stamp(root, *, private):
    """Say that the folder is of this form; once its hidden tests are private it stays said."""
    private = private or read_stamp(root)["private"]
    write_atomically(root / NAME, json.dumps({"format": FORMAT, "private": private}) + "\n")


def check_secret(root):
    """CourseError when the hidden tests are private and the secret they were drawn from is gone."""
    secret = root / "hidden" / "secret"
    if read_stamp(root)["private"] and not secret.exists():
        raise CourseError(
            f"{secret} is missing: without it the folder's private hidden tests would become others. "
            "Put it back from a copy, or make a new course folder."
        )
