"""What others get to see of a student's cells: harmless in a browser and limited in size.

Text is escaped by whoever renders it; HTML keeps a short list of tags and no styles that move things; scripts, widgets
and unknown types are dropped. Pictures stay pictures: an SVG is shown as an image, where no script of it runs.
"""

import base64
import re
from html import escape, unescape

import bleach

MAX_TEXT = 20_000
MAX_IMAGE = 600_000
MAX_TOTAL = 4_000_000
MAX_OUTPUTS = 200
MAX_HTML = 200_000  # characters of a submission that are cleaned: nested tags take seconds for so many
TAGS = {
    *("table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "div", "span", "p", "br", "hr", "img"),
    *("b", "i", "em", "strong", "code", "pre", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("sub", "sup", "small", "details", "summary", "blockquote"),
}
PICTURE = re.compile(r"data:image/(png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=]+\Z")
MACROS = re.compile(
    r"\\(?=(href|url|style|class|cssId|require|html\w*|data|include\w*|unicode|mmlToken|bbox|texttip|action|toggle"
    r"|csname|[egx]?def|let|futurelet|global|(?:re)?newcommand|providecommand|newenvironment|DeclareMathOperator"
    r"|mathtip)(?![A-Za-z]))"
)
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-_]")


def clean_html(html):
    """HTML with nothing in it that can run, load or move: listed tags, no links, no styles."""
    html = html.replace("\0", "")
    html = re.sub(r"(?is)<(script|style|template|noscript)\b.*?(</\1\s*>|\Z)", "", html)
    return bleach.clean(html, tags=TAGS, attributes=_attribute, protocols=["data"], strip=True)


def _attribute(tag, name, value):
    """Which attributes stay: spans of table cells, texts, and a picture that is in the page itself."""
    if tag == "img" and name == "src":
        return PICTURE.match(value) is not None
    if name in ("colspan", "rowspan"):
        return value.isdigit() and len(value) < 4
    return name in ("title", "alt", "open", "scope")


def plain_text(text):
    """Terminal text without escape sequences and control characters, cut to a readable length."""
    text = "".join(c for c in ANSI.sub("", text) if c >= " " or c in "\n\t")
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT] + f"\n… {len(text) - MAX_TEXT} more characters"
    return text


def plain_math(text):
    """Text in which none of the macros begins by which MathJax makes links, loads extensions or styles the page."""
    return MACROS.sub("\\\\\u200b", text)


def harmless_markdown(text):
    """Markdown in which no tag can begin: an invisible space stands after each `<` that would open one."""
    return re.sub(r"<(?=[A-Za-z/!?])", "<\u200b", text)


def safe_outputs(outputs, html=None):
    """A cell's outputs (from the worker: any JSON) as well-formed notebook outputs that are safe to show.

    `html` is a list of one number, counted down: how many characters of HTML are still cleaned.
    """
    safe, room, html = [], MAX_TOTAL, [MAX_HTML] if html is None else html
    for output in outputs[:MAX_OUTPUTS] if isinstance(outputs, list) else []:
        made = _output(output, html) if isinstance(output, dict) else None
        if made is not None and len(str(made)) <= room:
            room -= len(str(made))
            safe.append(made)
    return safe


def _output(output, html):
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": plain_text(_text(output.get("text")))}
    if kind == "error":
        lines = output.get("traceback")
        lines = [plain_text(line) for line in lines if isinstance(line, str)][-60:] if isinstance(lines, list) else []
        named = plain_text(_text(output.get("ename")))[:200], plain_text(_text(output.get("evalue")))[:2000]
        return {"output_type": "error", "ename": named[0], "evalue": named[1], "traceback": lines}
    if kind in ("display_data", "execute_result"):
        data = _bundle(output.get("data"), html)
        return {"output_type": "display_data", "data": data, "metadata": {}} if data else None
    return None


def _bundle(data, html):
    if not isinstance(data, dict):
        return {}
    kept = {}
    for kind in ("image/png", "image/jpeg"):
        if is_base64(data.get(kind)):
            kept[kind] = data[kind].strip()
    if isinstance(data.get("image/svg+xml"), str) and len(data["image/svg+xml"]) < MAX_IMAGE and not kept:
        encoded = base64.b64encode(data["image/svg+xml"].encode("utf-8", "replace")).decode()
        kept["text/html"] = f'<img alt="drawing" src="data:image/svg+xml;base64,{encoded}">'
    elif "text/html" in data and not kept:
        text = _text(data["text/html"])[:MAX_TEXT]
        html[0] -= len(text)
        if html[0] >= 0:
            kept["text/html"] = clean_html(text)
            if plain_math(unescape(kept["text/html"])) != unescape(kept["text/html"]):
                kept["text/html"] = f"<pre>{escape(plain_math(unescape(kept['text/html'])))}</pre>"
        elif "text/plain" not in data:
            kept["text/plain"] = "(more HTML than is shown)"
    for kind in ("text/latex", "text/plain"):
        if kind in data:
            kept[kind] = plain_math(plain_text(_text(data[kind])))
    return kept


def is_base64(text):
    """Whether the text is base64 of a size that is shown; anything else could break out of an attribute."""
    if not isinstance(text, str) or len(text) >= MAX_IMAGE:
        return False
    return re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", "".join(text.split())) is not None


def _text(value):
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    value = value if isinstance(value, str) else ""
    return value.encode("utf-8", "replace").decode("utf-8")
