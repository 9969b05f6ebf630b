"""A learner's first hour in a real JupyterLab: from the start to what is handed in, and from a clone to a first check.

The tests of a sitting run in their order, each where the one before it stopped, as a learner does.
"""

import re
import time

RIGHT = """def to_vectors(x):
    return x.reshape(len(x), -1)


def to_images(v, shape):
    return v.reshape(-1, *shape)"""
WRONG = RIGHT.replace("len(x), -1)", "-1, len(x)).T")
LESSON = "00_arrays_and_images.ipynb"
CHECK = "check-batch_vectors-there"


class TestFirstSitting:
    """From the start page to a check that passes, a wrong answer, a hint, an explorer, an exercise given back."""

    def test_an_untouched_lesson_runs_through_without_an_error_in_red(self, lab):
        assert not lab.page.get_by_text("Jupyter news").is_visible()
        lab.follow("00 Arrays and images", LESSON)
        lab.run_all()
        assert "not done yet" in lab.output(CHECK).inner_text()
        assert lab.red_bars() == set()

    def test_the_first_check_passes(self, lab):
        lab.write("batch_vectors", RIGHT)
        lab.run("batch_vectors")
        assert "all 3 right" in lab.run(CHECK)

    def test_a_wrong_answer_is_explained_and_a_hint_opens_by_the_keyboard(self, lab):
        lab.write("batch_vectors", WRONG)
        lab.run("batch_vectors")
        shown = lab.run(CHECK)
        assert re.search(r"[012] of 3 right", shown), shown
        assert re.search(r"[Ee]xpected|It looks like this", shown), shown
        output = lab.output(CHECK)
        output.get_by_role("button", name="Hint 1 of 3").focus()
        lab.page.keyboard.press("Enter")
        output.get_by_text("Nothing has to be moved").wait_for()
        assert output.get_by_role("button", name="Hint 2 of 3").is_visible()

    def test_a_slider_moves_by_the_keyboard_and_the_picture_says_what_it_shows(self, lab):
        explorer = lab.output("photo_explorer(photo)")
        assert "row 0, column 0" in explorer.get_by_role("img").get_attribute("alt")
        explorer.get_by_role("slider", name="row").focus()
        for _ in range(3):
            lab.page.keyboard.press("ArrowRight")
        explorer.get_by_alt_text("row 3, column 0").wait_for()

    def test_an_exercise_given_back_is_there_again_and_passes_again(self, lab, learner):
        lab.save()
        learner.course("reset", "00", "batch_vectors")
        lab.menu("File", "Reload Notebook from Disk")
        lab.wait_for_source("batch_vectors", 'raise NotDone("batch_vectors")')
        lab.write("batch_vectors", RIGHT)
        lab.run("batch_vectors")
        assert "all 3 right" in lab.run(CHECK)
        lab.save()


class TestNextDay:
    """After a restart."""

    def test_the_map_shows_what_passed(self, lab):
        told = lab.page.locator(".jp-MarkdownOutput:visible").get_by_text(re.compile(r"^1 of \d+ checks$"))
        told.wait_for()
        assert told.count() == 1

    def test_a_check_that_is_run_first_says_what_to_run_before(self, lab):
        lab.follow("00 Arrays and images", LESSON)
        shown = lab.run(CHECK)
        assert "run the lesson's first cells" in shown
        assert "Traceback" not in shown

    def test_the_lesson_is_handed_in_from_a_terminal_of_jupyterlab(self, lab, learner):
        lab.menu("File", "New", "Terminal")
        lab.page.locator(".jp-Terminal .xterm-screen").click()
        lab.page.keyboard.type("course submit 00\n")
        made, end = learner.folder / "hand-in" / LESSON, time.monotonic() + 120
        while not made.exists() and time.monotonic() < end:
            time.sleep(0.2)
        assert made.read_bytes() == (learner.folder / LESSON).read_bytes()
        assert "reshape(len(x), -1)" in made.read_text(encoding="utf-8")


class TestFromAClone:
    """`make lab`, and nothing else typed."""

    def test_it_leads_to_a_first_check_that_passes(self, lab_of_a_clone):
        lab = lab_of_a_clone
        lab.follow("00 Arrays and images", LESSON)
        lab.run("needs")
        lab.run("import matplotlib.pyplot as plt")
        lab.write("batch_vectors", RIGHT)
        lab.run("batch_vectors")
        assert "all 3 right" in lab.run(CHECK)
