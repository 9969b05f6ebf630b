"""`course demo`: a course folder, the sample class handed in, graded in the sandbox, fed back and reported."""

import time
from pathlib import Path

from course_lib.files import write_atomically
from grading import course
from grading.errors import CourseError
from grading.publishing.sample_class import CLASS, DEMO

NUMBERS = ("01", "09")
DUE = "2026-10-12 23:59:00 UTC"
# the sample class runs on whatever machine it is: a quarter of the time a real class gets is plenty
ACCOMMODATIONS = '# Time limits as multiples of the usual ones; "*" is everyone not named.\n["*"]\ntime = 0.25\n'


def prepare(folder, *, tell=lambda text: None, numbers=NUMBERS):
    """Make the demo's course folder and hand in the sample class; returns the Course."""
    from grading.publishing.course_parts import lesson_parts

    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()) and not (folder / "sample-class").exists():
        raise CourseError(f"{folder} is not a demo's folder; give another, as in `course demo new-folder`.")
    made = course.init(folder, lesson_parts(numbers, tell=tell))
    (made.root / "sample-class").write_text("Made by `course demo`; it may be deleted.\n")
    (made.root / "accommodations.toml").write_text(ACCOMMODATIONS)
    for path in sorted(DEMO.glob("*/*.ipynb")):
        student, lesson = path.parent.name, path.stem
        if lesson in made.lessons:
            target = made.root / "submitted" / student / lesson
            write_atomically(target / path.name, path.read_bytes())
            write_atomically(target / "timestamp.txt", DUE)
    return made


def demonstrate(console, folder, *, workers=None, trust=False):
    """Run the whole demo and print what happened and where to look."""
    from grading.reporting import feedback, report
    from grading.reporting.console import grade_with_bar, mistake_table, print_summary

    start = time.monotonic()
    with console.status("preparing the course folder") as status:
        made = prepare(folder, tell=status.update)
    summary = grade_with_bar(console, made.root, workers=workers, trust=trust)
    print_summary(console, summary)
    with console.status("writing feedback and report"):
        pages = feedback.write(made.root)
        page = report.write(made.root)
        named = report.common_mistakes(made.root)
    for lesson, found in named.items():
        console.print(f"\nMistakes recognised in {lesson}: {len(found)} kinds")
        console.print(mistake_table(found, limit=6))
    console.print("\nWho is who in the sample class")
    for sample in CLASS:
        console.print(f"  {sample.student:8} {sample.story}", markup=False)
    console.out(f"\nreport      {page}", highlight=False)
    console.out(f"feedback    {len(pages)} pages, such as {pages[3]}", highlight=False)
    console.print(
        f"gradebook   {made.root / 'gradebook.db'}  (open it with: cd {made.root} && jupyter lab, then Formgrader)"
    )
    console.out(f"one grade   course show dana 01 --course {made.root}", highlight=False)
    console.print(f"{time.monotonic() - start:.0f} s in all")
    return summary
