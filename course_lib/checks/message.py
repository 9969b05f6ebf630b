"""What a learner reads after a check: one message, as text for a terminal and as HTML for a notebook.

The HTML carries its own styles in the tags, takes colours from JupyterLab's variables with fallbacks, and inherits text
colour and background: it reads in a light and in a dark theme, and in front ends that know no such variables.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from html import escape
from typing import Any

PASSED, FAILED, WAITING = "✓", "✗", "○"
_MARK = {True: (PASSED, "passed"), False: (FAILED, "failed"), None: (WAITING, "not reached")}
_COLOUR = {
    True: "var(--jp-success-color1,#388e3c)",
    False: "var(--jp-error-color1,#d32f2f)",
    None: "var(--jp-border-color0,#888)",
}
_CODE = "font-family:var(--jp-code-font-family,monospace);background:rgba(128,128,128,.14);border-radius:3px"
_UNSEEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap"
_RAISED = "background:rgba(128,128,128,.12);border-radius:3px;padding:.4em .6em;display:table"
_FOLD = 8  # so many passing lines in a row stay open


@dataclass
class Message:
    """All that one run of a check has to say; every field but the first three may be empty.

    `title`, `passed` (None: nothing to pass) and the `rows` of (label, whether it passed); the failed line's `label`,
    its `problem`, what stands `beside` it, the learner's `code` and its `place`; `mistakes` it looks like, what to
    `ask` for next, what was `printed`, a `note`; the `check`, whether this was an `attempt`, and the fingerprint of
    the `answer`.
    """

    title: str
    passed: bool | None  # None: not done yet
    rows: list  # (label, True passed / False failed / None not reached)
    label: str = ""  # of the first failure
    problem: str = ""
    beside: str = ""  # small arrays, expected and got
    code: str = ""  # the learner's own line
    place: str = ""  # where that line is
    mistakes: list = field(default_factory=list)  # sentences
    ask: str = ""  # that hints are there, and how to get them
    printed: str = ""
    note: str = ""
    check: str = ""  # its id, for programs that read the notebook's outputs
    attempt: bool = True  # whether something was tried; never shown
    answer: str = ""  # a fingerprint of what was tried; never shown

    def __str__(self) -> str:
        lines = [f"{_MARK[self.passed][0]} {self.title}"]
        lines += [f"  {_MARK[ok][0]} {label}{self._later(ok)}" for label, ok in self.rows]
        if self.problem:
            lines += ["", *([f"{self.label}:"] if self.label else []), *_indent(self.problem)]
        if self.beside:
            lines += ["", *_indent(self.beside), ""]
        if self.code:
            lines += [f"  {self.place}:", *_indent(self.code)]
        for sentence in self.mistakes:
            lines += _indent(sentence)
        if self.ask:
            lines += ["", self.ask]
        if self.printed:
            lines += ["", "Printed during the check:", *_indent(self.printed)]
        return "\n".join(lines + ([self.note] if self.note else []))

    __repr__ = __str__

    def _later(self, ok: bool) -> str:
        return "  (not reached)" if ok is None and self.passed is not None else ""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        kept = {"id": self.check, "passed": self.passed, "say": "\n".join([self.problem, *self.mistakes])}
        kept |= {"attempt": self.attempt, "answer": self.answer}
        return {"text/plain": str(self), "text/html": self.html()}, {"course_check": kept} if self.check else {}

    def html(self) -> Any:
        """The message as one block of HTML, every learner's text escaped."""
        parts = [f'<div style="margin-bottom:.3em">{_mark(self.passed)}<strong>{escape(self.title)}</strong></div>']
        parts.append(self._rows())
        if self.problem:
            label = f"<strong>{escape(self.label)}</strong><br>" if self.label else ""
            parts.append(_block(label + escape(self.problem)))
        if self.beside:
            parts.append(_pre(self.beside))
        if self.code:
            parts.append(_block(escape(self.place) + ":" + _pre(self.code)))
        parts += [_block(escape(sentence), _RAISED) for sentence in self.mistakes]
        if self.ask:
            parts.append(_block(escape(self.ask), "opacity:.85"))
        if self.printed:
            parts.append(_details("Printed during the check", _pre(self.printed)))
        if self.note:
            parts.append(_block(escape(self.note)))
        return _box("".join(parts), _COLOUR[self.passed])

    def _rows(self) -> Any:
        later = ' <span style="opacity:.75">(not reached)</span>'
        items = [f"<li>{_mark(ok)}{escape(label)}{later if self._later(ok) else ''}</li>" for label, ok in self.rows]
        shown = f'<ul style="list-style:none;margin:0;padding-left:.2em">{"".join(items)}</ul>'
        if len(items) > _FOLD and all(ok for _, ok in self.rows):
            return _details(f"all {len(items)} lines", shown)
        return shown


@dataclass
class Note:
    """A short message in Markdown: hints, a choice made, a table's heading."""

    text: str

    def __str__(self) -> str:
        return plain_markdown(self.text)

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return {"text/plain": str(self), "text/markdown": self.text}


def show(message: Any) -> None:
    """Display in a notebook, print elsewhere."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        print(message)
    else:
        from IPython.display import display

        display(message)


def _box(inner: Any, colour: Any) -> str:
    style = f"border-left:4px solid {colour};padding:.2em 0 .2em .9em;line-height:1.45;max-width:60em;color:inherit"
    return f'<div role="status" style="{style}">{inner}</div>'


def _block(inner: Any, more: str = "") -> str:
    return f'<div style="margin:.5em 0;{more}">{inner}</div>'


def _pre(text: Any) -> str:
    style = f"{_CODE};padding:.4em .6em;margin:.3em 0;overflow-x:auto;white-space:pre;line-height:1.3;color:inherit"
    return f'<pre style="{style}">{escape(text)}</pre>'


def _details(title: Any, inner: Any) -> str:
    return f'<details style="margin:.5em 0"><summary style="cursor:pointer">{escape(title)}</summary>{inner}</details>'


def _mark(ok: Any) -> str:
    mark, word = _MARK[ok]
    style = f"color:{_COLOUR[ok]};font-weight:bold;display:inline-block;min-width:1.1em"
    shown = f'<span aria-hidden="true" style="{style}">{mark}</span>'
    return f'{shown}<span style="{_UNSEEN}">{word}: </span>'


def _indent(text: str) -> list[str]:
    return ["  " + line for line in text.splitlines()]


# ------------------------------------------------------------------------------------------------- a little Markdown


def plain_markdown(text: Any) -> Any:
    """Markdown as readable text: without fences, backticks and stars."""
    text = re.sub(r"^```.*\n?", "", text.strip(), flags=re.MULTILINE)
    return re.sub(r"(\*\*|`)(.+?)\1", r"\2", text)


def markdown(text: Any) -> Any:
    """The Markdown that hints use as HTML: paragraphs, lists, fenced and inline code, bold, emphasis; formulas stay."""
    out = []
    for i, piece in enumerate(re.split(r"^```.*\n([\s\S]*?)^```[ \t]*$", text.strip(), flags=re.MULTILINE)):
        if i % 2:
            out.append(_pre(piece.rstrip("\n")))
        else:
            out += [_paragraph(p) for p in re.split(r"\n\s*\n", piece) if p.strip()]
    return "".join(out)


def _paragraph(text: Any) -> str:
    lines = text.strip().splitlines()
    if all(re.match(r"\s*[-*] ", line) for line in lines):
        items = "".join(f"<li>{_inline(line.strip()[2:])}</li>" for line in lines)
        return f"<ul>{items}</ul>"
    return f'<p style="margin:.4em 0">{_inline(" ".join(lines))}</p>'


def _inline(text: Any) -> Any:
    pieces = re.split(r"(`[^`]+`|\$[^$]+\$)", text)
    return "".join(_span(piece) for piece in pieces)


def _span(piece: Any) -> Any:
    if piece[:1] == "`" and piece[-1:] == "`" and len(piece) > 2:
        return f'<code style="{_CODE};padding:.1em .3em;color:inherit">{escape(piece[1:-1])}</code>'
    if piece[:1] == "$":
        return escape(piece)
    bold = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(piece))
    return re.sub(r"(?<![\w*])[*_](?=\S)([^*_]+)(?<=\S)[*_](?![\w*])", r"<em>\1</em>", bold)
