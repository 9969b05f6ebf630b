"""Whatever the bytes hold, reading them gives pieces or a refusal by name."""

import json
import sys

import pytest

from grading.course import intake
from grading.course.intake import Refused, read_pieces
from grading.course.saved_outputs import without_outputs
from tests.grading import small_lesson as small

WHOLE = small.raw(small.right())


def old(**heading):
    """A notebook of format 3 with a heading."""
    cell = {"cell_type": "heading", "source": "Title", **heading}
    return json.dumps({"nbformat": 3, "worksheets": [{"cells": [cell]}]}).encode()


LEVELS = [
    (1, 1),
    (3, 3),
    (1.0, 1),
    (2.0, 1),
    (True, 1),
    ("2", 1),
    ([1], 1),
    ({}, 1),
    (None, 1),
    (0, 1),
    (7, 1),
    (-1, 1),
]
LEVELS += [(10**400, 1), (float("nan"), 1)]


@pytest.mark.parametrize(("level", "marks"), LEVELS)
def test_a_heading_of_format_3_has_a_level_whatever_is_said_of_it(level, marks):
    (piece,), _ = read_pieces(old(level=level))
    assert piece.source == "#" * marks + " Title"


ODD = [None, True, 1.5, 10**400, "", "x", [], [[]], {}, {"a": {}}, "\x00", "\ud800", float("inf")]


@pytest.mark.parametrize(
    "field", ["metadata", "source", "id", "attachments", "execution_count", "outputs", "cell_type"]
)
def test_a_cell_may_hold_anything_anywhere(field):
    for odd in ODD:
        tree = json.loads(WHOLE)
        tree["cells"][3][field] = odd
        pieces, _ = read_pieces(json.dumps(tree).encode())
        assert len(pieces) in (len(tree["cells"]), len(tree["cells"]) - 1)


@pytest.mark.parametrize("path", [("kernelspec",), ("kernelspec", "language"), ("kernelspec", "name")])
def test_so_may_the_notebooks_own_metadata(path):
    for odd in ODD:
        tree = json.loads(WHOLE)
        place = tree["metadata"]
        for name in path[:-1]:
            place = place.setdefault(name, {"language": "R"})
        place[path[-1]] = odd
        _, repairs = read_pieces(json.dumps(tree).encode())
        assert all(len(said) < 200 for said in repairs)


def test_of_a_key_that_stands_twice_the_last_one_counts():
    text = WHOLE.decode().replace('"nbformat":', '"cells": [], "nbformat":', 1)
    with pytest.raises(Refused) as told:
        read_pieces(text.encode())
    assert told.value.outcome == "empty"


def test_a_pasted_picture_is_base64_or_nothing():
    tree = json.loads(WHOLE)
    cell = next(cell for cell in tree["cells"] if cell["cell_type"] == "markdown")
    cell["attachments"] = {"a.png": {"image/png": "iVBORw0K"}, "b.png": {"image/png": '"><script>'}}
    pieces, _ = read_pieces(json.dumps(tree).encode())
    assert [piece.attachments for piece in pieces if piece.attachments] == [{"a.png": {"image/png": "iVBORw0K"}}]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_letters_of_two_bytes_are_read_with_a_mark_and_without(encoding):
    pieces, repairs = read_pieces(WHOLE.decode().encode(encoding))
    assert pieces == read_pieces(WHOLE)[0]
    assert repairs == ["the file was UTF-16 and was read as that"]


@pytest.mark.parametrize("empty", [{"source": ""}, {"source": [], "metadata": {"id": "x"}}, {}, {"metadata": [1]}])
def test_empty_cells_take_no_place_from_others(empty):
    tree = json.loads(WHOLE)
    tree["cells"] = [{"cell_type": "code", **empty}] * 2500 + tree["cells"]
    pieces, repairs = read_pieces(json.dumps(tree).encode())
    assert [piece.source for piece in pieces] == [piece.source for piece in read_pieces(WHOLE)[0]]
    assert pieces[0].index == 2500
    assert repairs == [f"of {len(tree['cells'])} cells only the first 2000 that are not empty were read"]


# ------------------------------------------------------------------ saved outputs, conflicts


def test_the_state_of_widgets_is_read_past():
    tree = json.loads(WHOLE)
    tree["metadata"]["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {"state": {"a": "}x" + "y" * 22_000_000}}
    }
    pieces, repairs = read_pieces(json.dumps(tree).encode())
    assert pieces == read_pieces(WHOLE)[0]
    assert repairs == ["22 MB of saved outputs were read past"]
    tree["cells"][0]["metadata"]["widgets"] = {"a": [1]}
    left = json.loads(without_outputs(json.dumps(tree).encode()))
    assert left == {**tree, "metadata": {**tree["metadata"], "widgets": {}}}


def with_output(data, **dump):
    tree = json.loads(WHOLE)
    cell = [cell for cell in tree["cells"] if cell["cell_type"] == "code"][-1]
    cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": {"image/png": data}}]
    return json.dumps(tree, **dump).encode()


@pytest.mark.parametrize("dump", [{}, {"indent": 1}, {"separators": (",", ":")}])
def test_saved_outputs_are_read_past(dump):
    raw = with_output("A" * 22_000_000, **dump)
    pieces, repairs = read_pieces(raw)
    assert pieces == read_pieces(WHOLE)[0]
    assert repairs == ["22 MB of saved outputs were read past"]


def test_nothing_else_is_cut_out():
    tree = json.loads(WHOLE)
    tree["cells"][2]["source"] = 'x = {"outputs": [1, 2]} # "outputs": ["'
    tree["cells"][2]["metadata"] = {"outputs": [3], "deep": [{"outputs": [4]}]}
    tree["outputs"] = [5]
    raw = json.dumps(tree).encode()
    assert json.loads(without_outputs(raw)) == tree
    for cell in tree["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"text": 'a " ] } \\ "', "outputs": [[{}]]}]
    left = json.loads(without_outputs(json.dumps(tree).encode()))
    assert all(cell["outputs"] == [] for cell in left["cells"] if cell["cell_type"] == "code")
    assert [cell["source"] for cell in left["cells"]] == [cell["source"] for cell in tree["cells"]]


def test_what_is_large_without_them_is_told_its_true_size_and_what_to_do(monkeypatch):
    monkeypatch.setattr(intake, "MAX_BYTES", 1000)
    monkeypatch.setattr(intake, "MAX_FILE", 400_000)
    for raw, size in ((WHOLE + b" " * 100_000, 0.1), (with_output("A" * 500_000), 0.5)):
        with pytest.raises(Refused, match="Clear all outputs") as told:
            read_pieces(raw)
        assert told.value.outcome == "oversized"
        assert f"The file has {size} MB" in told.value.sentence


def test_more_brackets_than_a_notebook_has_are_not_looked_at(monkeypatch):
    monkeypatch.setattr("grading.course.saved_outputs.MOST", 1000)
    assert without_outputs(b"[" * 2000) is None
    assert without_outputs(b'"' * 2000) is None
    assert without_outputs(b"[" * 999) is not None


CONFLICT = b"<<<<<<< HEAD\n%s\n=======\n%s\n>>>>>>> theirs\n"


def test_gits_conflict_marks_are_named():
    lines = json.dumps(json.loads(WHOLE), indent=1).encode().split(b"\n")
    for newline in (b"\n", b"\r\n"):
        raw = newline.join([*lines[:5], *(CONFLICT % (lines[5], lines[5])).split(b"\n"), *lines[6:]])
        with pytest.raises(Refused, match=r"Git's conflict marks stand in the file \(line 6\)") as told:
            read_pieces(raw)
        assert told.value.outcome == "corrupt"


def test_inside_a_cell_they_are_a_repair_and_other_text_is_none():
    tree = json.loads(WHOLE)
    tree["cells"][3]["source"] = (CONFLICT % (b"x = 1", b"x = 2")).decode()
    _, repairs = read_pieces(json.dumps(tree).encode())
    assert repairs == ["cell 4: git's conflict marks stand in it"]
    tree["cells"][3]["source"] = "Title\n=======\n"
    assert read_pieces(json.dumps(tree).encode())[1] == []


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8-sig", "a byte order mark at the start of the file was dropped"),
        ("utf-16", "the file was UTF-16 and was read as that"),
        ("cp1252", "the file was not UTF-8; letters beyond ASCII were read as Windows-1252"),
    ],
)
def test_a_file_that_windows_wrote_is_read_and_told(encoding, told):
    tree = json.loads(WHOLE)
    tree["cells"][3]["source"] = "größe = 'naïve'"
    pieces, repairs = read_pieces(json.dumps(tree, ensure_ascii=False).encode(encoding))
    assert (pieces[3].source, repairs) == ("größe = 'naïve'", [told])


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"PK\x03\x04" + bytes(50), "a zip archive or an office document"),
        (b"\x1f\x8b\x08" + bytes(50), "a compressed archive"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\n<!DOCTYPE html><html></html>", "a web page"),
        (b"\xef\xbb\xbf\n<!-- saved from url --><html></html>", "a web page"),
        (b"{\\rtf1\\ansi {\\fonttbl}}", "a text with fonts"),
        (b"[InternetShortcut]\r\nURL=https://example.org\r\n", "a link to a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a stand-in of git's for a large file"),
        (b"#!/usr/bin/env python\n# coding: utf-8\n", "a script or a text"),
        (b"\x89PNG\r\n", "a picture"),
    ],
)
def test_another_kind_of_file_is_named(raw, kind):
    with pytest.raises(Refused, match=f"The file is {kind}, not a notebook") as told:
        read_pieces(raw)
    assert told.value.outcome == "corrupt"


def test_a_mark_of_byte_order_that_stands_twice_is_dropped():
    assert read_pieces(b"\xef\xbb\xbf" * 2 + WHOLE)[0] == read_pieces(WHOLE)[0]
    assert read_pieces(WHOLE.decode().encode("utf-16-le").join([b"\xff\xfe" * 2, b""]))[0] == read_pieces(WHOLE)[0]


@pytest.mark.parametrize("rest", [b"\0" * 512, b"\n \r\n", b"\x1a", WHOLE[-40:]])
def test_what_stands_behind_the_notebooks_end_is_passed_over(rest):
    pieces, repairs = read_pieces(WHOLE + rest)
    assert pieces == read_pieces(WHOLE)[0]
    assert bool(repairs) == bool(rest.strip(b"\0\r\n "))


def test_of_two_notebooks_in_one_file_none_is_guessed():
    with pytest.raises(Refused) as told:
        read_pieces(WHOLE + b"\n" + WHOLE)
    assert "two notebooks stand in it" in told.value.sentence


@pytest.mark.parametrize("part", [0.01, 0.3, 0.65, 0.99])
def test_a_file_that_was_not_saved_or_copied_whole_is_told_as_that(part):
    with pytest.raises(Refused) as told:
        read_pieces(WHOLE[: int(len(WHOLE) * part)])
    assert "it breaks off in line" in told.value.sentence
    assert "save your notebook again and hand that in" in told.value.sentence


def test_a_slip_in_the_middle_is_no_end():
    with pytest.raises(Refused) as told:
        read_pieces(WHOLE.replace(b'"cells": [', b'"cells": [,', 1))
    assert "breaks off" not in told.value.sentence
    assert "save it anew in Jupyter" in told.value.sentence


@pytest.mark.parametrize("between", ["\n", "\t", "\x01", "\r\n"])
def test_bare_line_ends_within_a_text_are_read_as_they_are(between):
    pieces, repairs = read_pieces(WHOLE.replace(b"return", b"return" + between.encode(), 1))
    whole = read_pieces(WHOLE)[0]
    changed = [i for i, (now, before) in enumerate(zip(pieces, whole, strict=True)) if now != before]
    assert len(changed) <= 1
    assert repairs == ["line ends or control characters stood bare in its texts and were read as they are"]


@pytest.mark.parametrize("odd", [None, True, "Code", "code ", [], {}])
def test_a_cell_whose_kind_is_no_kind_has_the_one_that_the_lesson_gave_it(odd):
    tree = json.loads(WHOLE)
    for cell in tree["cells"]:
        cell["cell_type"] = odd if "nbgrader" in cell["metadata"] else cell["cell_type"]
    assert read_pieces(json.dumps(tree).encode()) == read_pieces(WHOLE)


def test_what_is_no_cell_is_dropped_and_told():
    tree = json.loads(WHOLE)
    tree["cells"][:0] = ["x", None]
    pieces, repairs = read_pieces(json.dumps(tree).encode())
    assert len(pieces) == len(tree["cells"]) - 2
    assert repairs == ["what stands in place of 2 of its cells is no cell and was dropped"]


NEWER = f"3.{sys.version_info[1] + 1}.4"


@pytest.mark.parametrize(
    ("version", "source", "told"),
    [
        (NEWER, "type = = int", 1),
        (NEWER, "x = 1\n%time x", 0),
        (f"3.{sys.version_info[1]}.99", "type = = int", 0),
        ("3.4", "type = = int", 0),
        (None, "type = = int", 0),
        ([NEWER], "type = = int", 0),
    ],
)
def test_syntax_of_a_newer_python_is_told_as_that(version, source, told):
    tree = json.loads(WHOLE)
    tree["metadata"]["language_info"] = {"name": "python", "version": version}
    tree["cells"].append({"cell_type": "code", "source": source, "metadata": {}, "outputs": []})
    _, repairs = read_pieces(json.dumps(tree).encode())
    assert len(repairs) == told
    assert all(f"the notebook was last run with {NEWER[:-2]}" in said for said in repairs)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("x = 1\n", "x = 1\n"),
        (["x = 1\n", "y = 2"], "x = 1\ny = 2"),
        (["x = 1", "y = 2"], "x = 1\ny = 2"),
        ("x = 1\r\ny = 2\rz", "x = 1\ny = 2\nz"),
        ("x\0 =\x0b 1\x1b", "x = 1"),
        ("if x:\n\ty\f", "if x:\n\ty\f"),
        ("naïve = 'é\N{NO-BREAK SPACE}\U0001f600'\n", "naïve = 'é\N{NO-BREAK SPACE}\U0001f600'\n"),
        ("x = '\ud800'", "x = '?'"),
        ("x" * (intake.MAX_SOURCE + 1), "x" * intake.MAX_SOURCE),
    ],
    ids=lambda text: repr(text)[:20],
)
def test_the_text_of_a_cell_is_what_an_editor_shows(written, read):
    assert intake._text(written) == read
