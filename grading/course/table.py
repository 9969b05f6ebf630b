"""Tables that other systems save: any delimiter and encoding they use, read as rows of text and written back alike."""

import csv
import io
import re
from dataclasses import dataclass

from grading.errors import CourseError

MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
MOST = 50_000_000
MISTAKEN = ("#NAME?", "#N/A", "#REF!", "#VALUE!", "#####")  # what a spreadsheet program writes for what it cannot


@dataclass
class Sheet:
    """A table's rows as text, heading first, and how the file was written."""

    rows: list
    delimiter: str = ","
    encoding: str = "utf-8"
    lines: list = ()  # in which line of the file each row ends

    @property
    def comma(self):
        """Whether its numbers have a decimal comma."""
        cells = [cell.strip() for row in self.rows[1:] for cell in row]
        return any(re.fullmatch(r"\d+,\d{1,2}", cell) for cell in cells) and not any(
            re.fullmatch(r"\d+\.\d+", cell) for cell in cells
        )

    def to_bytes(self):
        """The file again, in its own delimiter and encoding; cells that a program would run stay text."""
        out = io.StringIO(newline="")
        quoting = csv.QUOTE_MINIMAL if self.delimiter != "\t" else csv.QUOTE_ALL
        writer = csv.writer(out, delimiter=self.delimiter, lineterminator="\r\n", quoting=quoting)
        writer.writerows([_kept(cell) for cell in row] for row in self.rows)
        return out.getvalue().encode(self.encoding)


def as_text(value):
    """A cell that no spreadsheet takes for a formula: a text that begins like one gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, str) and value and value[0] in "=+-@\t\r":
        return "'" + value
    return f"{value:g}" if isinstance(value, float) else value


def visible(text):
    """A text without what cannot be seen: marks of direction, zero-width spaces, soft hyphens; plain spaces."""
    return INVISIBLE.sub("", text).replace("\u00a0", " ").replace("\u202f", " ").strip()


def number(text):
    """The number that a cell holds, its decimals after a point or a comma; None when it is none."""
    text = text.strip().replace("\u00a0", "").replace(" ", "")
    if re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+,\d+", text):
        text = text.replace(".", "").replace(",", ".")
    text = text.replace(",", ".")
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None


def refuse_shortened(value, path):
    """CourseError for a number that a spreadsheet program wrote as 1.23E+11 or 12345.0, and for its #NAME?: two people
    may have the same then."""
    if re.fullmatch(r"\d([.,]\d+)?E\+\d+|\d{3,}[.,]0", value, re.I):
        raise CourseError(
            f"{path}: a spreadsheet program shortened a number to {value}; take the file as it was before, or make "
            "that column text."
        )
    if value in MISTAKEN:
        raise CourseError(
            f"{path}: a spreadsheet program wrote {value} for what it could not work out; mend that cell."
        )


def plain_cell(value):
    """A cell's visible text without what keeps spreadsheet programs from changing it: ="0012", an apostrophe."""
    value = visible(value or "")
    wrapped = re.fullmatch(r'="(.*)"', value)
    value = wrapped[1] if wrapped else value
    return value[1:] if value[:1] == "'" and value[1:2] in tuple("=+-@") and value[1:2] else value


def _kept(cell):
    """A cell of a system's own file: text, but for an empty mark (Moodle's dash) and a negative one."""
    negative = cell[:1] == "-" and cell[1:].replace(",", ".").replace(".", "", 1).isdecimal()
    return cell if cell == "-" or negative else as_text(cell)


def read_sheet(path):
    """The Sheet of a CSV, TSV or Blackboard's .xls (which is a tab-separated text in UTF-16)."""
    try:
        data = path.read_bytes()[:MOST]
    except OSError as error:
        raise CourseError(f"{path} cannot be read ({error.strerror or error}).") from None
    if data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0":
        raise CourseError(f"{path} is a spreadsheet program's file; save it as CSV and give that.")
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and data[1:2] == b"\0":
        encoding = "utf-16-le"  # without its mark
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        encoding = "cp1252"
        text = data.decode(encoding, "replace")
    told = re.match(r'"?sep=(.)"?\r?\n', text)  # a line for Excel alone
    text = text[told.end() :] if told else text
    top = (re.sub(r'"[^"]*"', "", line) for line in text.split("\n", 10)[:10])
    head = next((line for line in top if any(mark in line for mark in ",;\t|")), "")
    delimiter = told[1] if told else max(",;\t|", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(row, reader.line_num + bool(told)) for row in reader if any(row)]
        _refuse_open_quote(text, delimiter)
    except csv.Error as error:
        raise CourseError(f"{path}, line {reader.line_num}: {error}; save it as CSV again.") from None
    if not rows:
        raise CourseError(f"{path} is empty.")
    return Sheet([row for row, _ in rows], delimiter, encoding, [line for _, line in rows])


def _refuse_open_quote(text, delimiter):
    """csv.Error when a quotation mark is never closed: all lines after it would be one cell."""
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise csv.Error("a quotation mark is opened and never closed") from None
