"""A page of ours on a screen: of what width it is shown, by day or by night, and whether it is dark on light."""

from contextlib import contextmanager

SHADES = """() => {
  const light = color => color.match(/\\d+/g).slice(0, 3).reduce((sum, one) => sum + Number(one), 0) / 3;
  const style = getComputedStyle(document.body);
  return [light(style.backgroundColor), light(style.color)];
}"""


@contextmanager
def shown(browser, path, width, scheme):
    """The page of a file on a screen of this width; it fits, and is light by day and dark by night."""
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"file://{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ground, ink = page.evaluate(SHADES)
    assert (ground < 60 and ink > 180) if scheme == "dark" else (ground > 200 and ink < 80)
    yield page
    context.close()
