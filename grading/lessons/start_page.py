"""The start page `START.ipynb`: the map of the lessons, each a link, and how checks, hints, saving, handing in work.

It goes along in the zip for students; in a clone `course lab` makes it, and git does not track it.
"""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.checks.course_map import MAP, CourseMap, Stop
from grading.lessons.frame import needs_source, notebook_bytes

BEGIN = """# From the perceptron to ResNet

Each lesson is a notebook: it opens with a picture and a question, and you write short functions that are checked on
the spot. Click the lesson marked **next**. The map is drawn anew by `course lab`; the cell below it shows your
progress as it is now (click the cell, then Shift+Enter)."""
HOW = """## How a lesson works

**Run.** Shift+Enter runs a cell and goes on to the next. Run the cells from the top; later ones use what earlier
ones define.

**Write.** An exercise has a cell with `raise NotDone(...)`, or a program to repair. Put your answer there and run
it.

**Check.** Run the cell below it. ✓ is right. ✗ shows what was expected, what came, and often which mistake it looks
like. Change your answer, run it, check again, as often as you like.

**Hints.** `hint()` in a new cell opens a hint for the last check that failed; `hint("output_size", 2)` opens the second
hint of that exercise.

**Answers.** Where the edition has them `answer("output_size")` shows the reference answer, after its check passed or
three tries; of a written question, by its title, what a good answer has and one that has it: write yours first.

**Save.** Ctrl+S; JupyterLab also saves every two minutes. What passes is kept beside the notebooks and survives a
restart.

**Look where you stand.** `progress()` in the cell above, or `course progress` in a terminal.

**Hand in.** Save, open a terminal (File, New, Terminal) and type `course submit 09` for lesson 09. It runs the saved
file, says what passes and what is open, and names the one file to upload.

**Begin again.** `course reset 09` gives the lesson back as it was handed out, `course reset 09 output_size` one
exercise; what you had is kept.

**When something does not work.** `course doctor` looks at this machine and says what to type."""


def start_bytes(course_map, install=None):
    """The start page with this CourseMap as the bytes of its file; with `install` it brings the library if need be."""
    source = f"{needs_source((), install)}\nfrom course_lib.checks import progress\n\nprogress()"
    cells = [new_markdown_cell(BEGIN, id="start"), new_markdown_cell(course_map.html(), id=MAP)]
    cells += [new_code_cell(source, id="progress"), new_markdown_cell(HOW, id="how")]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    notebook.nbformat_minor = 5
    return notebook_bytes(notebook)


def first_map(lessons):
    """The CourseMap of these lessons before anything is done."""
    stops = []
    for place, lesson in enumerate(lessons):
        points = sum(check.points for check in lesson.checks)
        state = "page" if not lesson.checks else "open" if place else "next"
        stops.append(
            Stop(
                lesson.slug,
                lesson.title,
                f"{lesson.slug}.ipynb",
                state,
                checks=len(lesson.checks),
                passed=0,
                points=0,
                all_points=points,
                minutes=lesson.minutes,
                builds_on=_numbers(lesson.builds_on),
            )
        )
    return CourseMap(stops)


def _numbers(lessons):
    return ", ".join(str(int(n)) if n.isdigit() else n for n in lessons)
