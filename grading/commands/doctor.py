"""Is this machine ready for the course? One line per thing that a learner, author or grader needs."""

import os
import sys
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from grading.paths import ROOT

PROJECT = "perceptron-to-resnet"
HERE = f"--editable {ROOT}" if (ROOT / "pyproject.toml").exists() else f"--upgrade {PROJECT}"
SETUP = f"{sys.executable} -m pip install {HERE}"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `state` is ok, note (only some need it) or bad; `todo` says what to type."""

    name: str
    state: str
    says: str
    todo: str = ""


def examine():
    """All findings, in order."""
    looks = [python, packages, kernel, lessons, progress_place, data]
    if find_spec("grading.confinement"):  # a student's edition has nothing of it
        looks.append(confinement)
    looks.append(gpu)
    return [look() for look in looks]


def python():
    """Python is new enough."""
    version = ".".join(map(str, sys.version_info[:3]))
    needs = SpecifierSet(metadata.metadata(PROJECT).get("Requires-Python") or "")
    if version in needs:
        return Finding("Python", "ok", f"{version} at {sys.executable}")
    return Finding("Python", "bad", f"{version}, wanted {needs}", "install that Python, then install the course again")


def packages():
    """Every package the project asks for is there, in a version it accepts."""
    try:
        wanted = [Requirement(text) for text in metadata.requires(PROJECT) or ()]
    except metadata.PackageNotFoundError:
        return Finding("packages", "bad", f"{PROJECT} is not installed in this environment", SETUP)
    wrong, count = [], 0
    for need in wanted:
        if need.marker is not None and not need.marker.evaluate({"extra": ""}):
            continue
        count += 1
        try:
            have = metadata.version(need.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{need.name} is missing")
            continue
        if not need.specifier.contains(have, prereleases=True):
            wrong.append(f"{need.name} is {have}, wanted {need.specifier}")
    if wrong:
        return Finding("packages", "bad", "; ".join(wrong), SETUP)
    return Finding("packages", "ok", f"all {count} there, course_lib with NumPy {metadata.version('numpy')}")


def kernel():
    """Jupyter's kernel is this environment's Python."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    todo = f"{sys.executable} -m ipykernel install --sys-prefix"
    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return Finding("kernel", "bad", "Jupyter finds no Python kernel", todo)
    program = spec.argv[0]
    if program in ("python", "python3") or Path(program).parent == Path(sys.executable).parent:
        return Finding("kernel", "ok", "Jupyter's python3 is this environment")
    return Finding("kernel", "bad", f"Jupyter's python3 is another Python: {program}", todo)


def lessons():
    """The lessons and their expected values are found and readable."""
    from course_lib.checks.lookup import record_folders, records_in
    from course_lib.evidence.records import BadRecord
    from grading.commands.study import lesson_of, notebooks_folder
    from grading.errors import CourseError

    try:
        folder = notebooks_folder()
        names = {record.lesson for place in record_folders(folder) for record in records_in(place)}
    except (CourseError, BadRecord) as error:
        return Finding("lessons", "bad", str(error), "course build")
    there = {lesson_of(path) for path in folder.glob("[0-9][0-9]_*.ipynb")}
    lost = sorted(there - names)
    if lost:
        return Finding("lessons", "bad", f"no expected values for {', '.join(lost)} in {folder}", "course build")
    return Finding("lessons", "ok", f"{len(there)} in {folder}, each with its expected values")


def progress_place():
    """The learner's progress can be read and written."""
    from course_lib.checks.progress_file import read
    from grading.commands.study import notebooks_folder, progress_file
    from grading.errors import CourseError

    try:
        path = progress_file(notebooks_folder())
    except CourseError as error:
        return Finding("progress", "note", str(error))
    done, problem = read(path)
    if problem:
        return Finding("progress", "note", problem)
    if not os.access(path.parent, os.W_OK):
        return Finding("progress", "note", f"{path.parent} is read-only; progress goes to your data folder")
    return Finding("progress", "ok", f"{sum(e['passed'] for e in done.values())} checks pass; kept in {path}")


def data():
    """Where data sets come from."""
    named = os.environ.get("COURSE_DATA")
    if named and not Path(named).is_dir():
        return Finding("data", "bad", f"COURSE_DATA is {named}, which is no folder", "unset COURSE_DATA or correct it")
    if named:
        return Finding("data", "ok", f"original files are taken from COURSE_DATA, {named}")
    import pooch

    return Finding("data", "ok", f"downloaded once, when a practice run asks, to {pooch.os_cache(PROJECT)}")


def confinement():
    """Whether submissions can be graded in a sandbox; learners need none of it."""
    from grading.confinement.available import offers

    try:
        found = offers()
    except OSError as error:
        return Finding("sandbox", "note", f"bubblewrap could not be tried: {error.strerror or error}")
    state = "ok" if found["path"] else "note"
    version = f"bubblewrap {found['version']}. " if found["version"] else ""
    return Finding(
        "sandbox",
        state,
        f"{version}{found['says']}" + ("" if found["path"] else " Only graders need it."),
        "; ".join(found["todo"]),
    )


def gpu():
    """What the larger models will run on."""
    if not _there("torch"):
        return Finding("GPU", "note", "torch is not installed; lessons 11 on need it", f"pip install {_torch()}")
    try:
        from course_lib.torch_models.bridge import describe, device

        where = device()
        name = describe(where)
    except (ImportError, OSError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        return Finding("GPU", "bad", f"torch does not load: {reason}", SETUP)
    if where.type == "cpu":
        return Finding("GPU", "ok", f"none; larger models run at smoke size ({name}), all that is graded runs here")
    return Finding("GPU", "ok", name)


def _there(module):
    try:
        return find_spec(module) is not None
    except ImportError:
        return False


def _torch():
    """The version of torch that the course asks for."""
    texts = [text.partition(";")[0].strip() for text in metadata.requires(PROJECT) or ()]
    return next((text for text in texts if text.startswith("torch")), "torch")
