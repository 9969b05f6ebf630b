"""What students are handed: a folder that works by itself, with the lessons, the library and the learner's commands.

Of the package `grading` only what those commands need goes along: nothing that knows an answer, a known mistake, the
demo or the certificate.
"""

import json
import shutil
import tomllib

import nbformat

from course_lib.checks.course_map import START
from grading.lessons.frame import needs_source, notebook_bytes
from grading.lessons.release import NEEDS, picture_path
from grading.lessons.start_page import first_map, start_bytes
from grading.paths import ROOT

BESIDE = ("environment.yml", "LICENSE")  # of the project, when there
COMMANDS = ("__init__", "learner", "study", "lab", "submit", "reset", "doctor", "printing")
LEARNERS = (  # of grading
    "__init__.py",
    "cli.py",
    "errors.py",
    "files.py",
    "ids.py",
    "paths.py",
    "lessons/__init__.py",
    "lessons/choose.py",
    "lessons/frame.py",
    "lessons/start_page.py",
    *(f"commands/{name}.py" for name in COMMANDS),
    "commands/jupyter/first_cell.py",
    "commands/jupyter/labconfig/page_config.json",
    "commands/jupyter/jupyter_server_config.json",
    "commands/jupyter/labextensions/course_names/package.json",
    "commands/jupyter/labextensions/course_names/static/names.js",
)
SETTINGS = "grading.commands.jupyter"
NAMES = f"{SETTINGS}.labextensions.course_names"
JUPYTER = (SETTINGS, f"{SETTINGS}.labconfig", NAMES, f"{NAMES}.static")  # its settings
LESSON_DATA = {"course_lib.expected": "expected", "course_lib.figures": "figures"}
README = """# {title}

You need Python 3.11 or newer. In a terminal, in this folder, once, which takes a few minutes:

| Windows | macOS, Linux |
|---|---|
| `py -m venv .venv` | `python3 -m venv .venv` |
| `.venv\\Scripts\\pip install -r requirements.txt` | `.venv/bin/pip install -r requirements.txt` |

The end of what pip says is "Successfully installed". A warning about an "editable installation" before it is no error.

Then, whenever you work:

| Windows | macOS, Linux |
|---|---|
| `.venv\\Scripts\\course lab` | `.venv/bin/course lab` |

It opens the start page `START.ipynb`, which shows the lessons and how they work. In its terminal (File, New, Terminal):

| | |
|---|---|
| `course progress` | what passes so far |
| `course check {number}` | run a lesson from the top and say what passes |
| `course hint NAME` | a hint for an exercise |
| `course submit {number}` | check the saved lesson and make the one file to hand in |
| `course reset {number} NAME` | give an exercise back as it was; what you had is kept |
| `course doctor` | what this machine lacks, and what to type |
{torch}
Without a network: on a computer of the same kind that has one, type in this folder, with the `.venv` in front as above,
`pip download -d wheels setuptools -r requirements.txt`. Where there is none the second line of the table is then
`pip install --no-index --find-links wheels -r requirements.txt`.

After you moved or renamed this folder, delete `.venv` in it and begin above again; your work stays. If you get a newer
zip, unpack it into a new folder: unpacked over this one, it replaces your answers. As they were when `course lab` last
ended, they are in the folder `kept`.
"""
TORCH = """
For {numbers} you need torch as well: `pip install {requirement}` there.
"""


def write_student(lessons, folders, target, install=None):
    """The students' folder: start page, notebooks, pictures, visible values, library, the learner's commands.

    With `install` (what pip takes) the first cell of each notebook installs the library where it is missing.
    """
    target.mkdir(parents=True, exist_ok=True)
    for lesson in lessons:
        _write_lesson(lesson, folders, target, install)
    (target / START).write_bytes(start_bytes(first_map(lessons), install))
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    shutil.copytree(ROOT / "course_lib", target / "course_lib", ignore=ignore, dirs_exist_ok=True)
    for name in LEARNERS:
        (target / "grading" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "grading" / name, target / "grading" / name)
    for name in BESIDE:
        if (ROOT / name).exists():
            shutil.copyfile(ROOT / name, target / name)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name, text in (("README.md", _readme(lessons, project)), ("pyproject.toml", _pyproject(project, target))):
        (target / name).write_text(text, encoding="utf-8")
    (target / "requirements.txt").write_text(REQUIREMENTS, encoding="utf-8")
    return target


REQUIREMENTS = """# In this folder: pip install -r requirements.txt
# It reads pyproject.toml: the packages that the lessons need, the course's library and the command `course`.
--editable .
"""


def _write_lesson(lesson, folders, target, install):
    wanted = [f"{lesson.slug}.ipynb", f"expected/{lesson.slug}.npz"]
    wanted += [picture_path(lesson, c) for c in lesson.cells if c.role == "picture"]
    kept = {c.id for c in lesson.cells if c.role == "figure"}  # recorded runs, shown where there is no time or GPU
    recorded = sorted((folders.notebooks / "figures").glob("*.*"))
    wanted += [f"figures/{p.name}" for p in recorded if p.stem.split("_")[0] in kept]
    for name in wanted:
        (target / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(folders.notebooks / name, target / name)
    notebook = target / f"{lesson.slug}.ipynb"
    if install:
        notebook.write_bytes(_installing(notebook, lesson, install))
    again = target / "course_lib" / "handed_out" / notebook.name  # for `course reset`
    again.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(notebook, again)


def _installing(path, lesson, install):
    notebook = nbformat.read(path, as_version=4)
    (cell,) = [cell for cell in notebook.cells if cell.id == NEEDS]
    cell.source = needs_source(lesson.cells, install)
    return notebook_bytes(notebook)


def _readme(lessons, project):
    numbers = [lesson.number for lesson in lessons if 'needs("torch")' in needs_source(lesson.cells)]
    (requirement,) = project["optional-dependencies"]["torch"]
    *but_last, last = numbers or [""]
    named = f"lessons {', '.join(but_last)} and {last}" if but_last else f"lesson {last}"
    torch = TORCH.format(numbers=named, requirement=requirement) if numbers else ""
    title = "From the perceptron to ResNet"
    return README.format(title=title, number=lessons[0].number, torch=torch)


def _pyproject(project, target):
    """What pip reads; strings and lists are written as in JSON, which TOML shares."""
    packages = {".".join(p.relative_to(target).parent.parts) for p in target.glob("*/**/*.py")}
    lesson_data = {name: place for name, place in LESSON_DATA.items() if (target / place).is_dir()}
    kept = {name: project[name] for name in ("name", "version", "description", "requires-python", "dependencies")}
    extras = {"torch": project["optional-dependencies"]["torch"]}
    data = {"course_lib.handed_out": ["*.ipynb"], **dict.fromkeys(JUPYTER, ("*.json", "*.js"))}
    data |= dict.fromkeys(lesson_data, ("*.npz", "*.json", "*.png"))
    tables = {
        "build-system": {"requires": ["setuptools>=77"], "build-backend": "setuptools.build_meta"},
        "project": kept,
        "project.optional-dependencies": extras,
        "project.scripts": {"course": "grading.cli:main"},
        "tool.setuptools": {"packages": sorted({*packages, *JUPYTER, "course_lib.handed_out", *lesson_data})},
        "tool.setuptools.package-dir": lesson_data,
        "tool.setuptools.package-data": data,
    }
    lines = []
    for table, entries in tables.items():
        lines += [f"[{table}]", *(f"{json.dumps(key)} = {json.dumps(value)}" for key, value in entries.items()), ""]
    return "\n".join(lines)
