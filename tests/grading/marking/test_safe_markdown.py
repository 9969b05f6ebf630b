"""A written answer renders without anything that runs or loads, and an honest one as it was written."""

import re

import pytest
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from grading.marking.safe_markdown import MARK, destinations, safe_markdown
from grading.marking.safe_outputs import is_base64, safe_outputs

HARMLESS = (
    "Because $a_1 < b$ and *so* on.\n\n- one\n- two",
    "See [the docs](https://pytorch.org/docs#x) or <b and https://example.org.",
    "[write](mailto:ann@example.org) and [above](#weights)",
    "![curve](attachment:curve.png)",
    "![curve](pictures/curve one.png)".replace(" one", "-one"),
    "`[x](javascript:a)` and\n\n    <javascript:b>\n\n```python\n[x](javascript:c)\n```",
    "$$\\frac{\\partial L}{\\partial w} = \\text{href}$$ and \\mathbf{x}",
    "a [note] in brackets, a list[0] and f(x)[1]",
)
HARMFUL = {
    "a link": "[x](javascript:alert(1))",
    "in capitals, with a title": '[x]( JaVaScRiPt:alert(1) "t")',
    "a reference": "[x][y]\n\n[y]: javascript:alert(1)",
    "a short reference": "[x]\n\n[x]: <javascript:alert(1)>",
    "entities": "[x](&#106;avascript&#58;alert(1))",
    "named entities": "[x](javascript&colon;alert(1))",
    "an escaped letter": "[x](java\\script:alert(1))",
    "vbscript": "[x](vbscript:msgbox)",
    "data": "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "file": "[x](file:///etc/passwd)",
    "no scheme": "[x](//example.org/x)",
    "of this server": "[x](/formgrader/api/logout)",
    "an autolink": "<javascript:alert(1)>",
    "in a table": "| a |\n|---|\n| [x](javascript:alert(1)) |",
    "in a quotation in a list": "- > [x](javascript:alert(1))",
    "around a picture": "[![x](attachment:curve.png)](javascript:alert(1))",
    "a picture from elsewhere": "![x](https://example.org/pixel.png)",
    "one by reference": "![x][y]\n\n[y]: http://example.org/pixel.png",
    "one as data": "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
    "one that is not there": "![x](attachment:none.png)",
    "MathJax": "$\\href{javascript:alert(1)}{x}$",
    "MathJax by entities": "&#36;&#92;href{javascript:alert(1)}{x}&#36;",
    "MathJax that defines": "$\\def\\a{b}\\require{html}\\style{color:red}{x}$",
    "a diagram": '```mermaid\nclick A href "javascript:alert(1)"\n```',
    "a diagram by entities": "```mer&#109;aid\nA\n```",
    "a tag": "<img src=x onerror=alert(1)>",
    "a tag in a diagram": "~~~ mermaid\n<img src=x onerror=alert(1)>\n~~~",
    "a very long one": "[x](javascript:alert(1)) " + "a" * 30_000,
    "a still longer one": "[x](javascript:alert(1)) " + "[" * 90_000,
}
LIVE = re.compile(r"""(?:href|src)\s*=\s*["'](?!https?://|mailto:|\#|attachment:|pictures/)""", re.I)
RUNS = re.compile(r"<(script|img\s[^>]*onerror|svg|iframe)|class=.mermaid|\\(href|style|require|def)(?![A-Za-z])", re.I)


def render(text):
    """As formgrader does it."""
    pasted = {"curve.png": {"image/png": "iVBORw0K"}}
    html = MarkdownWithMath(renderer=IPythonRenderer(escape=False, attachments=pasted)).render(text)
    return html.replace("data:image/png;base64,iVBORw0K", "attachment:curve.png")


@pytest.mark.parametrize("name", HARMFUL)
def test_nothing_that_runs_or_loads_comes_out(name):
    html = render(safe_markdown(HARMFUL[name], ["curve.png"]))
    assert not LIVE.search(html), html[:500]
    assert not RUNS.search(html), html[:500]
    assert "example.org/pixel.png" not in re.findall(r'src="([^"]*)', html)
    assert not destinations(safe_markdown(HARMFUL[name], ["curve.png"]), ["curve.png"]) or len(HARMFUL[name]) > 20_000


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_is_shown_as_it_was_written(text):
    made = safe_markdown(text, ["curve.png"])
    assert MARK not in made
    assert render(made).replace("\u200b", "") == render(text.replace("<b ", "<\u200bb ")).replace("\u200b", "")


@pytest.mark.parametrize("name", ["a link", "a reference", "a picture from elsewhere", "MathJax", "a tag"])
def test_the_renderer_does_let_it_through(name):
    """The control: without this file it would be live."""
    html = render(HARMFUL[name])
    assert LIVE.search(html) or RUNS.search(html) or "pixel.png" in html


def test_what_was_taken_apart_is_said_and_the_rest_of_the_answer_stays():
    made = safe_markdown("My *reason* is [x](javascript:alert(1)).")
    assert made.endswith(MARK)
    assert "<em>reason</em>" in render(made)


def test_outputs_that_mathjax_reads_have_no_links_of_its_own():
    data = {"text/latex": "$\\href{javascript:a}{x}$", "text/html": "<b>$&#92;href{javascript:a}{x}$</b>"}
    shown = str(safe_outputs([{"output_type": "display_data", "data": data}])[0]["data"])
    assert not re.search(r"\\\\?(href)", shown.replace("&#92;", "\\"))
    (plain,) = safe_outputs([{"output_type": "display_data", "data": {"text/latex": "$\\frac{1}{2}$"}}])
    assert plain["data"] == {"text/latex": "$\\frac{1}{2}$"}


TEXTS = {"iVBO\nRw0K\n": True, "QQ==": True, 'A"': False, "": False, "=": False, "A===": False, "A        !": False}


@pytest.mark.parametrize(("text", "good"), [*TEXTS.items(), (7, False)])
def test_base64_is_told_from_anything_else(text, good):
    assert is_base64(text) is good


def test_a_text_is_looked_at_by_itself(monkeypatch):
    harmless, harmful = "see [the paper](https://arxiv.org/abs/1512.03385)", "[x](javascript:alert(1))"
    assert destinations(harmful)
    assert destinations(harmless) == []
    assert destinations("![c](attachment:curve.png)", ["curve.png"]) == []
    assert destinations("![c](attachment:curve.png)") == ["attachment:curve.png"]
    with monkeypatch.context() as patch:
        patch.setattr(MarkdownWithMath, "render", lambda self, text: 1 / 0)
        assert destinations(harmless) == ["ZeroDivisionError"]
    assert destinations(harmless) == []
