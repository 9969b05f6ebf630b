"""What an nbgrader_config.py names is found at one address; folders that name the earlier ones still work."""

import subprocess
import sys
from pathlib import Path

import pytest
from traitlets.utils.importstring import import_item

from grading import course, plugins
from grading.marking import engine
from tests import house
from tests.grading import small_course as sc
from tests.grading import small_lesson as small
from tests.grading.marking.test_gradebook import api

EARLIER = '''\
"""nbgrader's configuration of this course folder. Student code runs only in the course's sandbox: the three
steps named here stand where nbgrader would run a notebook and read scores off its output."""

c = get_config()  # noqa: F821 (nbgrader provides it)

c.CourseDirectory.root = {root!r}
c.Autograde.sanitize_preprocessors = ["grading.steps.LayOver", "nbgrader.preprocessors.CheckCellMetadata"]
c.Autograde.autograde_preprocessors = [
    "grading.steps.Confined",
    "nbgrader.preprocessors.LimitOutput",
    "grading.steps.SaveVerdict",
    "grading.steps.LatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.GenerateAssignment.preprocessors = ['nbgrader.preprocessors.IncludeHeaderFooter', \
'nbgrader.preprocessors.LockCells', 'grading.release.ClearCourseSolutions', 'nbgrader.preprocessors.ClearOutput', \
'nbgrader.preprocessors.CheckCellMetadata', 'nbgrader.preprocessors.ComputeChecksums', \
'nbgrader.preprocessors.SaveCells', 'nbgrader.preprocessors.ClearHiddenTests', \
'nbgrader.preprocessors.ClearMarkScheme', 'nbgrader.preprocessors.ComputeChecksums', \
'nbgrader.preprocessors.CheckCellMetadata']
c.ClearMarkScheme.enforce_metadata = False
c.GenerateFeedback.exporter_class = "grading.feedback.FeedbackExporter"
c.HTMLExporter.sanitize_html = True

# Late work: "none" takes nothing off, "zero" takes everything; due dates stand in the gradebook (formgrader sets them).
c.LateSubmissionPlugin.penalty_method = "none"
'''  # as `course init` wrote it before the modules moved
MOVED = {
    "steps": ("Confined", "LatePenalties", "LayOver", "SaveVerdict"),
    "release": ("ClearCourseSolutions",),
    "feedback": ("FeedbackExporter",),
    "export": ("CanvasExport", "GenericExport", "MoodleExport"),
}


@pytest.fixture
def earlier(made):
    """A course folder with the configuration of an earlier one."""
    (made.root / "nbgrader_config.py").write_text(EARLIER.format(root=str(made.root)))
    return made


def nbgrader(made, *words):
    """nbgrader's own command in the course folder."""
    command = [sys.executable, "-m", "nbgrader", *words]
    return subprocess.run(command, cwd=made.root, env=sc.quiet(), capture_output=True, text=True, check=False)


def test_every_earlier_address_leads_to_todays_class():
    new = {"BlackboardExport"}  # never had another address
    assert {name for names in MOVED.values() for name in names} == set(plugins.__all__) - new
    for module, names in MOVED.items():
        for name in names:
            assert import_item(f"grading.{module}.{name}") is getattr(plugins, name)


def test_nothing_of_the_project_uses_an_earlier_address():
    former = {f"grading.{module}" for module in MOVED}
    for path in [p for folder in ("grading", "tests", "benchmarks") for p in (house.ROOT / folder).rglob("*.py")]:
        for module, line in house.imports(path):
            assert module not in former, f"{path}:{line} imports {module}"


def test_course_grade_in_an_earlier_folder_gives_the_same_gradebook(earlier, undisturbed):
    engine.grade(earlier.root, pool=sc.InProcess(), workers=2)
    assert sc.dump(earlier) == sc.dump(undisturbed)


def test_formgraders_buttons_in_an_earlier_folder_give_the_same_gradebook_and_page(earlier, undisturbed):
    engine.grade(earlier.root, pool=sc.InProcess(), workers=2)
    done = api(earlier).autograde(small.LESSON, "student001", force=True)
    assert done["success"], done
    assert sc.dump(earlier) == sc.dump(undisturbed)
    done = api(earlier).generate_feedback(small.LESSON, "student001", force=True)
    assert done["success"], done


def test_nbgraders_own_commands_in_an_earlier_folder_find_the_classes(earlier):
    engine.grade(earlier.root, pool=sc.InProcess(), workers=2)
    for words in (
        ("autograde", "--student", "student001", "--force"),
        ("generate_feedback", "--student", "student001"),
    ):
        done = nbgrader(earlier, words[0], small.LESSON, *words[1:])
        assert done.returncode == 0, done.stderr[-2000:]
    assert (earlier.root / "feedback" / "student001" / small.LESSON / f"{small.LESSON}.html").is_file()


def test_refreshing_an_earlier_folder_leaves_its_configuration_and_makes_the_same_release(earlier):
    before = (earlier.root / "nbgrader_config.py").read_text()
    release = earlier.root / "release" / small.LESSON / f"{small.LESSON}.ipynb"
    made_before = release.read_bytes()
    course.init(earlier.root, [sc.lesson_files()])
    assert (earlier.root / "nbgrader_config.py").read_text() == before
    assert release.read_bytes() == made_before


def test_the_former_addresses_are_all_that_lies_beside_the_wings():
    found = {p.stem for p in Path(plugins.__file__).parent.joinpath("former").glob("*.py")} - {"__init__"}
    assert found == set(MOVED)
