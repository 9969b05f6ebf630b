"""The templates of pages, and what students wrote and their cells showed as HTML that is safe to stand in them."""

import functools
from pathlib import Path

import bleach
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grading.marking import hidden_tests
from grading.marking.safe_outputs import MAX_TEXT, clean_html, is_base64, plain_text
from grading.reporting.lateness import span

TEMPLATES = Path(__file__).resolve().parent / "templates"
PROSE = {
    "p",
    "em",
    "strong",
    "code",
    "pre",
    "ul",
    "ol",
    "li",
    "blockquote",
    "br",
    "h1",
    "h2",
    "h3",
    "h4",
    "table",
    "tr",
}
PROSE |= {"td", "th", "thead", "tbody", "hr", "sub", "sup", "del"}


@functools.cache
def environment():
    """The templates, everything escaped unless it was made safe here."""
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    made.globals["code_style"] = code_style
    made.filters.update(python=highlight, prose=prose, apart=hidden_tests.apart, points=lambda x: f"{x:g}", span=span)
    return made


def highlight(source):
    """Python source as HTML whose colours `code_style` gives."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return Markup(highlight(source, PythonLexer(), HtmlFormatter()))


@functools.cache
def code_style(dark=False):
    """The style sheet of highlighted Python, by day or by night; the page gives the ground."""
    from pygments.formatters import HtmlFormatter

    formatter = HtmlFormatter(nobackground=True, style="monokai" if dark else "xcode")
    rules = [rule.partition(" /*")[0] for rule in formatter.get_style_defs(".highlight").splitlines()]
    return Markup("\n".join(rule for rule in rules if rule.startswith(".highlight .")))


def prose(text):
    """A written answer or a hint, from Markdown to HTML that holds nothing but text."""
    import mistune

    if len(text) > MAX_TEXT:  # brackets without end take mistune the square of their number
        text = text[:MAX_TEXT] + f"\n\n… {len(text) - MAX_TEXT} more characters"
    html = mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])(text)
    return Markup(bleach.clean(html, tags=PROSE, attributes={}, strip=True))


def outputs(cell):
    """A cell's outputs as [{"kind": "text" | "image" | "html", ...}], safe to show."""
    shown = []
    for output in cell.get("outputs", []):
        kind = output.get("output_type")
        if kind == "stream":
            shown.append({"kind": "text", "text": plain_text(output["text"])})
        elif kind == "error":
            shown.append({"kind": "text", "text": plain_text("\n".join(output["traceback"]))})
        else:
            shown += _displayed(output.get("data", {}))
    return shown


def _displayed(data):
    for kind in ("image/png", "image/jpeg"):
        if is_base64(data.get(kind)):
            return [{"kind": "image", "src": f"data:{kind};base64,{''.join(data[kind].split())}"}]
    if "text/html" in data:
        return [{"kind": "html", "html": Markup(clean_html(data["text/html"]))}]
    return [{"kind": "text", "text": plain_text(data["text/plain"])}] if "text/plain" in data else []
