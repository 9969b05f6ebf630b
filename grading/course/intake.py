"""From the bytes somebody handed in to a list of plain pieces, trusting nothing: size, encoding, JSON, format, types.

A file that cannot be read is refused with a named outcome and one sentence; it never stops the class.
"""

import json
import re
import sys
from dataclasses import dataclass, field, replace

from grading.course.saved_outputs import without_outputs
from grading.lessons.cells import tree_of

MAX_BYTES = 20_000_000
MAX_FILE = 150_000_000  # saved outputs included
MAX_CELLS = 2_000
MAX_SOURCE = 2_000_000
MAX_CELL = 100_000  # characters of a cell of code: data as a rule, or a picture
MAX_CODE = 500_000  # characters of code in all: parsing takes a thousand times their room, in the one writing process
BLANK = " \t\r\n\0\ufeff"  # a disk or a drive fills a file up with zeros that it did not write to its end
CONTROL = dict.fromkeys(set(range(32)) - {9, 10, 12})
BASE64 = re.compile(r"[A-Za-z0-9+/\r\n]+={0,2}[\r\n]*")
CONFLICT = re.compile(r"^(<{7} |>{7} |={7}\r?$)", re.M)  # in JSON no line of a notebook begins so
MARKS = ("<<<<<<< ", ">>>>>>> ", "=======")
OTHERS = {  # how other files begin that are handed in by mistake
    b"pk\x03\x04": "a zip archive or an office document",
    b"\x1f\x8b": "a compressed archive",
    b"%pdf": "a PDF",
    b"<": "a web page",
    b"{\\rtf": "a text with fonts",
    b"[internetshortcut]": "a link to a web page",
    b"version https://git-lfs": "a stand-in of git's for a large file",
    b"#": "a script or a text",
    b"\x89png": "a picture",
    b"\xff\xd8\xff": "a picture",
}
WIDE = (  # how letters of two bytes begin
    (re.compile(rb"\xff\xfe|\xfe\xff"), "utf-16"),
    (re.compile(rb"[^\0]\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0[^\0]\0[^\0]"), "utf-16-be"),
)
IMAGES = ("image/png", "image/jpeg", "image/gif")


class Refused(Exception):
    """A submission that cannot be graded: `outcome` is its name, `sentence` says why."""

    def __init__(self, outcome, sentence):
        super().__init__(sentence)
        self.outcome, self.sentence = outcome, sentence


@dataclass
class Piece:
    """One submitted cell, made plain: kind, text, the ids it claims, and images pasted into a written answer."""

    index: int
    kind: str
    source: str
    grade_id: str | None = None
    cell_id: str | None = None
    tags: tuple = ()
    attachments: dict = field(default_factory=dict)


def read_pieces(raw):
    """The submitted cells and the repairs it took to read them: `(pieces, repairs)`.

    `raw` is the file's bytes, or None when there is no file. Raises Refused with one of the outcomes
    missing, empty, oversized, corrupt, foreign.
    """
    if raw is None:
        raise Refused("missing", "No notebook was handed in.")
    raw, note = past_outputs(raw)
    if not raw.strip():
        raise Refused("empty", "The file is empty.")
    repairs = [note] if note else []
    tree = _json(raw, repairs)
    if not isinstance(tree, dict) or not ("cells" in tree or "worksheets" in tree):
        raise Refused("foreign", "The file is JSON but not a notebook.")
    cells = _cells(tree, repairs)
    chosen = [(i, cell) for i, cell in enumerate(cells) if len(cells) <= MAX_CELLS or not _is_empty(cell)][:MAX_CELLS]
    pieces = [piece for i, cell in chosen if (piece := _piece(i, cell))]
    if len(cells) > MAX_CELLS:
        repairs.append(f"of {len(cells)} cells only the first {MAX_CELLS} that are not empty were read")
    if len(pieces) < len(chosen):
        repairs.append(f"{len(chosen) - len(pieces)} cells were not cells and were dropped")
    marked = [piece.index + 1 for piece in pieces if len(_conflict_marks(piece.source)) > 1]
    repairs += [f"cell {i}: git's conflict marks stand in it" for i in marked[:20]]
    if _code(pieces) > MAX_CODE:
        pieces = [_without_data(piece, repairs) for piece in pieces]
    if (code := _code(pieces)) > MAX_CODE:
        said = f"Its cells hold {code:,} characters of code; at most {MAX_CODE:,} are read"
        raise Refused("oversized", f"{said}. Take out what is data, save, and hand it in again.")
    if not any(piece.source.strip() for piece in pieces):
        raise Refused("empty", "The notebook has no cells with text in them.")
    return pieces, repairs + _metadata_repairs(tree) + _of_a_newer_python(tree, pieces)


def past_outputs(raw):
    """(bytes, note): of a file that is too large as it is, those without its saved outputs. Raises Refused."""
    if len(raw) <= MAX_BYTES:
        return raw, ""
    left = without_outputs(raw) if len(raw) <= MAX_FILE else None
    if left is None or len(left) > MAX_BYTES:
        raise too_large(len(raw))
    return left, f"{(len(raw) - len(left)) / 1e6:.0f} MB of saved outputs were read past"


def too_large(size):
    """The refusal of a file of this many bytes."""
    most = f"at most {MAX_BYTES / 1e6:.0f} MB are read, or {MAX_FILE / 1e6:.0f} MB where saved outputs make up the rest"
    sentence = f"The file has {size / 1e6:.1f} MB; {most}. Clear all outputs, save, and hand it in again."
    return Refused("oversized", sentence)


def _json(raw, repairs):
    start = raw.lstrip(BLANK.encode())[:30].lower()
    kind = next((kind for sign, kind in OTHERS.items() if start.startswith(sign)), None)
    if kind is not None:
        raise Refused("corrupt", f"The file is {kind}, not a notebook; hand in the .ipynb file itself.")
    text = _decoded(raw, repairs).strip(BLANK)
    _no_conflict(text)
    try:
        tree, end = json.JSONDecoder(parse_constant=lambda name: None).raw_decode(text)
    except json.JSONDecodeError as error:
        raise Refused("corrupt", _broken(text, error)) from None
    except (RecursionError, ValueError):
        raise Refused("corrupt", "The file is not valid JSON (nested too deep, or a number too long).") from None
    _note_rest(text[end:].strip(BLANK), repairs)
    return tree


def _broken(text, error):
    """What is wrong with text that is no JSON, and what to do: most often it was not saved or copied whole."""
    if error.pos >= len(text) or error.msg.startswith("Unterminated string"):  # JSON has no line ends in strings
        say = f"it breaks off in line {error.lineno}, as a file does that was not saved or copied whole"
        return f"The file is not valid JSON: {say}; save your notebook again and hand that in."
    return f"The file is not valid JSON (line {error.lineno}: {error.msg}); save it anew in Jupyter and hand that in."


def _note_rest(rest, repairs):
    """What a program left behind the notebook's end, the tail of a longer file as a rule, is passed over and told."""
    if '"cells"' in rest:
        raise Refused("corrupt", "The file is not valid JSON: two notebooks stand in it, one after the other.")
    if rest:
        repairs.append(f"{len(rest):,} characters behind the notebook's end were passed over")


def _decoded(raw, repairs):
    """The file's text: UTF-8, else what editors and shells of Windows write; what was done is a repair."""
    wide = next((encoding for sign, encoding in WIDE if sign.match(raw)), None)
    if wide is not None:
        repairs.append("the file was UTF-16 and was read as that")
        return raw.decode(wide, "replace")
    if raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
        repairs.append("a byte order mark at the start of the file was dropped")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        repairs.append("the file was not UTF-8; letters beyond ASCII were read as Windows-1252")
        return raw.decode("cp1252", "replace")


def _conflict_marks(text):
    """The different marks of a conflict that begin its lines; nearly all text has none, which is seen at once."""
    return {mark[1] for mark in CONFLICT.finditer(text)} if any(mark in text for mark in MARKS) else set()


def _no_conflict(text):
    """Refuse a file that git left with both sides of a conflict in it, by name: it is no JSON, and nobody knows why."""
    if _conflict_marks(text):
        mark = CONFLICT.search(text)
        line = text.count("\n", 0, mark.start()) + 1
        raise Refused(
            "corrupt",
            f"Git's conflict marks stand in the file (line {line}); choose one side, save, and hand it in again.",
        )


def _cells(tree, repairs):
    """The list of cells of a version 4 notebook, or of version 3's worksheets."""
    if "cells" in tree:
        cells = tree["cells"]
        if not isinstance(cells, list):
            raise Refused("foreign", "The file is JSON but not a notebook: its cells are not a list.")
        return cells
    repairs.append("the old notebook format 3 was brought up to date")
    sheets = tree["worksheets"] if isinstance(tree["worksheets"], list) else []
    listed = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    cells = [cell for sheet in listed if isinstance(sheet, list) for cell in sheet if isinstance(cell, dict)]
    return [_from_v3(cell) for cell in cells]


def _from_v3(cell):
    if cell.get("cell_type") == "heading":
        level = cell.get("level")
        level = level if type(level) is int and 1 <= level <= 6 else 1  # 1.0 is in range(1, 7), and repeats no text
        return {**cell, "cell_type": "markdown", "source": "#" * level + " " + _text(cell.get("source"))}
    if cell.get("cell_type") == "code":
        return {**cell, "source": cell.get("input", "")}
    return cell


def _text(source):
    """Cell text from a string or a list of strings; control characters that no editor shows are dropped."""
    if isinstance(source, list):
        lines = [line for line in source if isinstance(line, str)]
        whole = "".join(lines)
        source = whole if "\n" in whole else "\n".join(lines)  # some programs leave the ends out
    if not isinstance(source, str):
        return ""
    if len(source) <= MAX_SOURCE and source.replace("\n", " ").isprintable():  # nearly all are: no more is looked at
        return source
    source = source.encode("utf-8", "replace").decode("utf-8")[:MAX_SOURCE].replace("\r\n", "\n").replace("\r", "\n")
    return source.translate(CONTROL)


def _piece(index, cell):
    if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        return None
    meta = cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {}
    claimed = meta.get("nbgrader") if isinstance(meta.get("nbgrader"), dict) else {}
    grade_id, cell_id, tags = claimed.get("grade_id"), cell.get("id"), meta.get("tags")
    return Piece(
        index=index,
        kind=cell["cell_type"],
        source=_text(cell.get("source")),
        grade_id=grade_id if isinstance(grade_id, str) else None,
        cell_id=cell_id if isinstance(cell_id, str) else None,
        tags=tuple(t for t in tags if isinstance(t, str)) if isinstance(tags, list) else (),
        attachments=_images(cell.get("attachments")) if cell["cell_type"] == "markdown" else {},
    )


def _is_empty(cell):
    """Whether a cell has no text and is none of the lesson's."""
    if not isinstance(cell, dict) or cell.get("source") or cell.get("input"):
        return False
    return not isinstance(cell.get("metadata"), dict) or "nbgrader" not in cell["metadata"]


def _code(pieces):
    return sum(len(piece.source) for piece in pieces if piece.kind == "code")


def _without_data(piece, repairs):
    """A cell of code as it is, a very long one as one that is not run."""
    if piece.kind != "code" or len(piece.source) <= MAX_CELL:
        return piece
    repairs.append(f"cell {piece.index + 1}: {len(piece.source):,} characters are too many for code; it is not run")
    return replace(piece, kind="raw", source=piece.source[:MAX_CELL])


def _images(attachments):
    """Pasted images of a written answer: well-formed names and image types only."""
    if not isinstance(attachments, dict):
        return {}
    kept = {}
    for name, bundle in attachments.items():
        if isinstance(bundle, dict) and len(name) < 200:
            images = {m: d for m, d in bundle.items() if m in IMAGES and isinstance(d, str) and BASE64.fullmatch(d)}
            if images:
                kept[name] = images
    return kept


def _metadata_repairs(tree):
    meta = tree.get("metadata") if isinstance(tree.get("metadata"), dict) else {}
    spec = meta.get("kernelspec") if isinstance(meta.get("kernelspec"), dict) else {}
    language = spec.get("language", "python")
    if isinstance(language, str) and language.lower() == "python":
        return []
    name = spec.get("name", language)
    return [f"the kernel was {name[:40] if isinstance(name, str) else 'unknown'!r} and is now the course's"]


def _of_a_newer_python(tree, pieces):
    """What is to be said where a cell is no Python to this one and the notebook was last run with a newer."""
    meta = tree.get("metadata") if isinstance(tree.get("metadata"), dict) else {}
    info = meta.get("language_info") if isinstance(meta.get("language_info"), dict) else {}
    version = re.match(r"3\.(\d{1,3})\b", str(info.get("version", ""))[:20], re.ASCII)
    here = sys.version_info[:2]
    if version is None or (3, int(version[1])) <= here:
        return []
    odd = next((p.index + 1 for p in pieces if p.kind == "code" and tree_of(p.source) is None), None)
    said = f"cell {odd} is no Python to Python 3.{here[1]}, which grades; the notebook was last run with {version[0]}"
    return [said] if odd is not None else []
