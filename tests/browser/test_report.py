"""The class report on a phone, by day and by night: nothing is cut off, no word is broken into its letters."""

from datetime import datetime

import pytest

from grading.marking import decide, engine
from grading.reporting import report
from tests.browser.screens import shown
from tests.grading import small_course as sc

WORDS_BROKEN = """() => [...document.querySelectorAll("th, td")].filter(cell => {
  const longest = Math.min(Math.max(...cell.innerText.split(/\\s+/).map(word => word.length)), 9);
  const size = parseFloat(getComputedStyle(cell).fontSize);
  return cell.innerText.trim() && cell.clientWidth < longest * size * 0.35;
}).map(cell => cell.innerText)"""
LINES_OF_LONG_NAME = """() => [...document.querySelectorAll("td:first-child")]
.filter(cell => cell.innerText === "double").map(cell => {
  cell.innerHTML = "<span>transposed_convolution</span>";
  return cell.firstChild.getClientRects().length;
})"""


@pytest.fixture(scope="module")
def page_of_class(tmp_path_factory):
    """The report of a class with a late one, an extension, mistakes and what could not be graded."""
    made = sc.make(tmp_path_factory.mktemp("report") / "course")
    sc.hand_in_class(made, 12)
    engine.grade(made.root, pool=sc.InProcess(), workers=1)
    student = made.students("90_small")[0]
    decide.due(made.root, "90", datetime(2026, 10, 12, 22))
    decide.extend(made.root, student, "90", 48)
    return report.write(made.root)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_report_fits_a_screen_of_this_width(browser, page_of_class, width, scheme):
    with shown(browser, page_of_class, width, scheme) as page:
        assert page.get_by_text("Late, or with an extension").is_visible()
        assert page.evaluate(WORDS_BROKEN) == []


def test_a_long_name_of_an_exercise_stays_one_word_on_a_desk(browser, page_of_class):
    page = browser.new_page(viewport={"width": 1280, "height": 844})
    page.goto(f"file://{page_of_class}")
    assert set(page.evaluate(LINES_OF_LONG_NAME)) == {1}
    page.close()
