"""A student's Markdown as it may stand in the autograded notebook, which formgrader shows in the instructor's browser.

The text is rendered as formgrader does it (nbconvert), and every destination that comes out is held against a short
list: links to the web, to mail and within the page; pictures that were pasted in or belong to the lesson. Where
another one is found, links and pictures of that cell are taken apart by invisible spaces; what renders to one even then
is shown as it was typed. Tags, diagrams and the macros by which MathJax makes links never begin.
"""

import html
import re
import threading

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from grading.marking.safe_outputs import MAX_TEXT, PICTURE, harmless_markdown, plain_math

LINK = re.compile(r"(https?://|mailto:|#)[^\s\x00-\x20]*\Z", re.I)
IMAGE = re.compile(r"pictures/[\w. %()+-]+\Z")
BREAKS = str.maketrans({"[": "[\u200b", "]": "]\u200b", "&": "&\u200b"})
_HERE = threading.local()
MARK = "\n\n*A link or picture that leads elsewhere is shown as text.*"


class _Looking(IPythonRenderer):
    """Renders, and notes what may not be shown."""

    def begin(self, pasted):
        """Note anew, of a text with these pictures."""
        self.found, self.pasted = [], {f"attachment:{name}" for name in pasted}

    def link(self, text, url, title=None):
        self._note(LINK.match(url), url)
        return super().link(text, url, title)

    def image(self, text, url, title=None):
        self._note(url in self.pasted or IMAGE.match(url) or PICTURE.match(url), url)
        return text

    def block_code(self, code, info=None):
        self._note(not (info or "").strip().startswith("mermaid"), "a diagram")
        return super().block_code(code)

    def block_html(self, html):
        self._note(not html.strip(), "a tag")
        return super().block_html(html)

    def inline_html(self, html):
        self._note(False, "a tag")
        return super().inline_html(html)

    def _note(self, good, what):
        if not good:
            self.found.append(what)


def destinations(text, pasted=()):
    """What rendering this Markdown gives that may not be shown, [] for harmless text; `pasted` names its pictures."""
    if not hasattr(_HERE, "reader"):  # making one takes longer than to render an answer
        _HERE.reader = MarkdownWithMath(renderer=_Looking(escape=False))
    looking = _HERE.reader.renderer
    looking.begin(pasted)
    try:
        shown = _HERE.reader.render(text)
    except Exception as error:  # what the renderer cannot read, it shall not be given
        del _HERE.reader  # nor what it may have been left with to the next text
        return [type(error).__name__]
    return looking.found + (["a macro"] if plain_math(html.unescape(shown)) != html.unescape(shown) else [])


def safe_markdown(text, pasted=()):
    """The same Markdown, harmless when rendered; `pasted` are the names of the pictures that lie in its cell."""
    made = harmless_markdown(plain_math(text))
    if len(made) <= MAX_TEXT and not destinations(made, pasted):
        return made
    made = re.sub(r"([`~]{3,}\s*)mermaid", "\\1\u200bmermaid", made.translate(BREAKS))
    if len(made) <= 3 * MAX_TEXT and not destinations(made, pasted):
        return made + MARK
    return "\n".join("    " + harmless_markdown(line) for line in text.expandtabs(4).splitlines())
