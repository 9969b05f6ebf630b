"""A feedback page by day and by night, on a phone and on a desk: it can be read, and what is wide scrolls in itself."""

import pytest

from grading.marking import engine
from grading.reporting import feedback
from tests.browser.screens import SHADES, shown
from tests.grading import small_course as sc
from tests.grading import small_lesson as small

TABLE = "\n".join(["| a |" + " column |" * 30, "|---|" + "---|" * 30, "| a |" + " value |" * 30])
CODE = f"def double(x):\n    # {'long ' * 60}\n    return x * x + len('text')  # 1"
CONTRAST = """() => {
  const numbers = color => color.match(/[\\d.]+/g).map(Number);
  const part = v => v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b) + 0.05;
  const ground = element => {
    const own = numbers(getComputedStyle(element).backgroundColor);
    return own.length === 3 ? own : ground(element.parentElement);
  };
  const ratios = [...document.querySelectorAll("body *")].filter(e => e.innerText && !e.children.length).map(e => {
    const pair = [light(numbers(getComputedStyle(e).color)), light(ground(e))];
    return Math.max(...pair) / Math.min(...pair);
  });
  return [ratios.length, Math.min(...ratios)];
}"""


@pytest.fixture(scope="module")
def page_of_one(tmp_path_factory):
    """The page of a student with a mistake, long lines of code and a written answer with a wide table."""
    made = sc.make(tmp_path_factory.mktemp("feedback") / "course")
    sc.hand_in(made, "ada", sc.answered(made, **{**sc.RIGHT, "double": CODE, "question-why": f"# Why\n\n{TABLE}"}))
    engine.grade(made.root, pool=sc.InProcess(), workers=1)
    return next(path for path in feedback.write(made.root) if small.LESSON in path.name)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_feedback_fits_a_screen_of_this_width_and_can_be_read(browser, page_of_one, width, scheme):
    with shown(browser, page_of_one, width, scheme) as page:
        assert page.get_by_text("value", exact=True).first.is_visible()
        many, lowest = page.evaluate(CONTRAST)
        assert many > 30
        assert lowest >= 4.5


def test_on_paper_it_is_dark_on_light_whatever_the_screen(browser, page_of_one):
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"file://{page_of_one}")
    page.emulate_media(media="print", color_scheme="dark")
    ground, ink = page.evaluate(SHADES)
    assert ground > 200
    assert ink < 80
    assert page.evaluate(CONTRAST)[1] >= 4.5
    context.close()
