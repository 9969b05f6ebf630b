"""What may happen to a notebook between release and hand-in, and what the grader makes of it."""

import json
import random
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from grading.marking.overlay import OUTCOMES, overlay
from grading.marking.prepare import lay_over
from tests.grading import small_lesson as small

ORDER = ["double", "check-double", "tail", "check-tail", "guess", "predict-guess", "question-why"]


@pytest.fixture(scope="module")
def skeleton():
    return small.skeleton()


def by_grade_id(result):
    cells = [c for c in result.nb.cells if c.metadata.get("nbgrader")]
    assert [c.metadata["nbgrader"]["grade_id"] for c in cells] == ORDER, "each graded cell once, in the lesson's order"
    return {c.metadata["nbgrader"]["grade_id"]: c for c in cells}


def at(nb, grade_id):
    return next(i for i, c in enumerate(nb.cells) if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def settle(nb, skeleton):
    result = overlay(small.raw(nb), skeleton)
    assert result.outcome == "graded"
    nbformat.validate(result.nb)
    return result


def test_a_clean_submission_needs_no_repair_and_keeps_every_cell(skeleton):
    nb = small.right()
    result = settle(nb, skeleton)
    assert result.repairs == []
    assert [c.source for c in result.nb.cells] == [c.source for c in nb.cells]


def test_no_output_of_the_students_survives(skeleton):
    nb = small.right()
    nb.cells[4].outputs = [nbformat.v4.new_output("stream", name="stdout", text="100 points")]
    assert all(not c.get("outputs") for c in settle(nb, skeleton).nb.cells)


def test_a_graded_cell_pasted_twice_stands_once_and_the_last_answer_counts(skeleton):
    nb = small.right()
    i = at(nb, "double")
    copy = new_code_cell("def double(x):\n    return x + x", metadata=nb.cells[i].metadata, id="copy")
    nb.cells.insert(i + 1, copy)
    result = settle(nb, skeleton)
    assert by_grade_id(result)["double"].source == copy.source
    assert any("double: stood in the notebook 2 times" in r for r in result.repairs)


def test_a_pasted_stub_does_not_replace_the_answer(skeleton):
    nb = small.right()
    i = at(nb, "double")
    nb.cells.insert(i + 1, new_code_cell(small.STUB_DOUBLE, metadata=nb.cells[i].metadata, id="copy"))
    result = settle(nb, skeleton)
    assert by_grade_id(result)["double"].source == small.ANSWER_DOUBLE
    assert sum("NotDone(" in c.source for c in result.nb.cells) == 0


def test_a_pasted_check_cell_runs_once(skeleton):
    nb = small.right()
    i = at(nb, "check-double")
    nb.cells.insert(i + 1, new_code_cell(small.CHECK_DOUBLE, metadata=nb.cells[i].metadata, id="copy"))
    nb.cells.append(new_code_cell("x = 1\n" + small.CHECK_DOUBLE, id="own"))
    result = settle(nb, skeleton)
    by_grade_id(result)
    assert sum('check("double")' in c.source for c in result.nb.cells) == 1
    assert any(c.source.startswith("x = 1\npass") for c in result.nb.cells), "the student's own line stays"


def test_a_deleted_check_cell_is_restored(skeleton):
    nb = small.right()
    del nb.cells[at(nb, "check-tail")]
    result = settle(nb, skeleton)
    assert by_grade_id(result)["check-tail"].source == small.CHECK_TAIL
    assert "check-tail: was deleted and is restored" in result.repairs


def test_deleted_answers_and_imports_come_back_as_they_were(skeleton):
    nb = small.right()
    nb.cells = [c for c in nb.cells if c.id not in ("setup", "solve-double")]
    result = settle(nb, skeleton)
    assert by_grade_id(result)["double"].source == small.STUB_DOUBLE
    assert result.nb.cells[1].source.startswith("from course_lib")


def test_metadata_dropped_by_an_editor_is_found_again_by_cell_id(skeleton):
    nb = small.right()
    for cell in nb.cells:
        cell.metadata = {}
    result = settle(nb, skeleton)
    cells = by_grade_id(result)
    assert cells["double"].source == small.ANSWER_DOUBLE
    assert cells["question-why"].source == "Because."
    assert cells["check-double"].metadata["nbgrader"]["points"] == 2


def test_without_metadata_and_ids_cells_are_found_by_what_they_say(skeleton):
    nb = small.right()
    for i, cell in enumerate(nb.cells):
        cell.metadata, cell["id"] = {}, f"new{i}"
    cells = by_grade_id(settle(nb, skeleton))
    assert cells["double"].source == small.ANSWER_DOUBLE
    assert cells["tail"].source == small.ANSWER_TAIL
    assert cells["guess"].source == "answer = 42"
    assert cells["question-why"].source == "Because."


def test_moved_cells_go_back_to_their_places(skeleton):
    nb = small.right()
    nb.cells.insert(1, nb.cells.pop(at(nb, "check-tail")))
    result = settle(nb, skeleton)
    by_grade_id(result)
    assert "check-tail: was moved and is back in its place" in result.repairs


def test_of_many_moved_cells_one_sentence_tells(skeleton):
    nb = small.right()
    nb.cells.reverse()
    result = settle(nb, skeleton)
    by_grade_id(result)
    (told,) = [repair for repair in result.repairs if "moved" in repair]
    assert re.fullmatch(r"\d+ cells were moved and are back in their places: [\w-]+, [\w-]+, [\w-]+ and others", told)
    assert int(told.split()[0]) > 3


def test_a_retyped_cell_gets_its_type_back(skeleton):
    nb = small.right()
    i = at(nb, "double")
    nb.cells[i] = new_markdown_cell(small.ANSWER_DOUBLE, metadata=nb.cells[i].metadata, id="solve-double")
    result = settle(nb, skeleton)
    assert by_grade_id(result)["double"].cell_type == "code"
    assert any("double: was turned into another kind" in r for r in result.repairs)


@pytest.mark.parametrize("keeps_metadata", [True, False])
def test_a_split_answer_is_joined(skeleton, keeps_metadata):
    nb = small.right()
    i = at(nb, "double")
    nb.cells[i].source = "def double(x):\n    y = 2 * x"
    meta = nb.cells[i].metadata if keeps_metadata else {}
    nb.cells.insert(i + 1, new_code_cell("    return y", metadata=meta, id="rest"))
    result = settle(nb, skeleton)
    assert compile(by_grade_id(result)["double"].source, "", "exec")
    assert "return y" in by_grade_id(result)["double"].source
    assert "double: was split into 2 cells and is joined" in result.repairs


def test_two_cells_with_one_mark_and_different_definitions_are_one_answer(skeleton):
    nb = small.right()
    i = at(nb, "double")
    nb.cells.insert(i, new_code_cell("def helper(x):\n    return x", metadata=nb.cells[i].metadata, id="helper"))
    source = by_grade_id(settle(nb, skeleton))["double"].source
    assert "def helper" in source
    assert "def double" in source


@pytest.mark.parametrize("where", ["top", "end"])
def test_an_answer_in_a_new_cell_elsewhere_is_put_in_its_place(skeleton, where):
    nb = small.submission(tail=small.ANSWER_TAIL)
    nb.cells.insert(0 if where == "top" else len(nb.cells), new_code_cell(small.ANSWER_DOUBLE, id="mine"))
    result = settle(nb, skeleton)
    assert by_grade_id(result)["double"].source == small.ANSWER_DOUBLE
    assert sum("return 2 * x" in c.source for c in result.nb.cells) == 1


@pytest.mark.parametrize("where", ["top", "end"])
def test_one_new_cell_with_all_answers_answers_all(skeleton, where):
    nb = small.submission()
    both = f"{small.ANSWER_DOUBLE}\n\n\n{small.ANSWER_TAIL}"
    nb.cells.insert(0 if where == "top" else len(nb.cells), new_code_cell(both, id="mine"))
    result = settle(nb, skeleton)
    cells = by_grade_id(result)
    assert (cells["double"].source, cells["tail"].source) == (small.ANSWER_DOUBLE, small.ANSWER_TAIL)
    assert len([r for r in result.repairs if "stood in a new cell and is put in its place" in r]) == 2
    assert not any(c.id.startswith("own-") for c in result.nb.cells)


@pytest.mark.parametrize(("one", "other"), [("double", "tail"), ("tail", "double")])
def test_an_answer_written_into_another_exercises_cell_counts(skeleton, one, other):
    both = f"{small.ANSWER_DOUBLE}\n\n\n{small.ANSWER_TAIL}"
    cells = by_grade_id(settle(small.submission(**{one: both}), skeleton))
    assert (cells["double"].source, cells["tail"].source) == (small.ANSWER_DOUBLE, small.ANSWER_TAIL)


@pytest.fixture
def open_tail(monkeypatch):
    """The small lesson, its second exercise an open one: the stub names nothing, the check asks for `kept`."""
    monkeypatch.setattr(small, "STUB_TAIL", 'raise NotDone("tail")')
    monkeypatch.setattr(small, "CHECK_TAIL", 'with check("tail") as expect:\n    expect("two", len(kept))')
    return small.skeleton()


@pytest.mark.parametrize("where", ["top", "end"])
@pytest.mark.parametrize("stub", ["stands", "is gone"])
def test_an_open_answer_is_found_by_the_names_that_its_check_asks_for(open_tail, where, stub):
    nb = small.submission(double=small.ANSWER_DOUBLE)
    if stub == "is gone":
        nb.cells.pop(at(nb, "tail"))
    source = "wide = [3, 4]\nkept = wide[1:]"
    nb.cells.insert(0 if where == "top" else len(nb.cells), new_code_cell(source, id="mine"))
    result = settle(nb, open_tail)
    assert by_grade_id(result)["tail"].source == source
    assert sum("kept = wide" in c.source for c in result.nb.cells) == 1


def test_a_cell_that_binds_something_else_is_no_open_answer(open_tail):
    nb = small.submission(double=small.ANSWER_DOUBLE)
    nb.cells.append(new_code_cell("expect = double(2)\nwide = [3]", id="mine"))
    assert by_grade_id(settle(nb, open_tail))["tail"].source == small.STUB_TAIL


def test_an_untouched_stub_is_not_answered_by_its_neighbour(skeleton):
    cells = by_grade_id(settle(small.submission(double=small.ANSWER_DOUBLE), skeleton))
    assert cells["tail"].source == small.STUB_TAIL


@pytest.mark.parametrize("magic", ["%%timeit", "%%memit", "%%python3", "%%pyinstrument -o x"])
def test_a_magic_that_keeps_the_answer_to_itself_is_taken_off_and_told(skeleton, magic):
    result = settle(small.submission(double=f"{magic}\n{small.ANSWER_DOUBLE}"), skeleton)
    assert by_grade_id(result)["double"].source == small.ANSWER_DOUBLE
    assert (
        f"double: {magic.split()[0]} keeps what the cell makes to itself; it runs without that line" in result.repairs
    )


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%%bash", "%%writefile double.py", "%%HTML"])
def test_other_magics_stay(skeleton, magic):
    source = f"{magic}\n{small.ANSWER_DOUBLE}"
    assert by_grade_id(settle(small.submission(double=source), skeleton))["double"].source == source


def test_an_answer_in_a_new_cell_right_below_the_stub_stays_there(skeleton):
    nb = small.submission()
    nb.cells.insert(at(nb, "double") + 1, new_code_cell(small.ANSWER_DOUBLE, id="mine"))
    cells = settle(nb, skeleton).nb.cells
    places = [
        next(i for i, c in enumerate(cells) if text in c.source) for text in ("NotDone(", "2 * x", 'check("double")')
    ]
    assert places == sorted(places)


def test_a_written_answer_below_its_cell_is_found(skeleton):
    nb = small.submission(double=small.ANSWER_DOUBLE)
    nb.cells.append(new_markdown_cell("Because the first is gone.", id="mine"))
    assert by_grade_id(settle(nb, skeleton))["question-why"].source == "Because the first is gone."


def test_changed_checks_points_and_tags_are_the_lessons_again(skeleton):
    nb = small.right()
    cell = nb.cells[at(nb, "check-double")]
    cell.source = "print('passed')"
    cell.metadata["nbgrader"]["points"] = 1000
    cell.metadata["tags"] = ["skip-execution"]
    result = settle(nb, skeleton)
    restored = by_grade_id(result)["check-double"]
    assert (restored.source, restored.metadata["nbgrader"]["points"]) == (small.CHECK_DOUBLE, 2)
    assert restored.metadata["tags"] == ["raises-exception"]
    assert "check-double: a tag that skips the cell was removed" in result.repairs


def test_forged_marks_on_own_cells_are_dropped(skeleton):
    nb = small.right()
    forged = small.mark("check-bonus", grade=True, locked=True, points=500)
    nb.cells.append(new_code_cell("1", metadata=forged, id="forged"))
    result = settle(nb, skeleton)
    by_grade_id(result)
    assert not any("bonus" in json.dumps(c) for c in result.nb.cells)


def test_a_wrong_kernel_is_put_right_and_noted(skeleton):
    nb = small.right()
    nb.metadata["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    result = settle(nb, skeleton)
    assert result.nb.metadata["kernelspec"]["name"] == "python3"
    assert any("kernel" in r for r in result.repairs)


def test_notebook_format_3_is_read(skeleton):
    cells = []
    for cell in small.right().cells:
        text = {"input": cell.source, "language": "python", "outputs": []} if cell.cell_type == "code" else {}
        cells.append({"cell_type": cell.cell_type, "metadata": dict(cell.metadata), "source": cell.source, **text})
        if cell.cell_type == "code":
            del cells[-1]["source"]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}
    result = overlay(json.dumps(old).encode(), skeleton)
    assert by_grade_id(result)["double"].source == small.ANSWER_DOUBLE
    assert any("format 3" in r for r in result.repairs)


@pytest.mark.parametrize(
    ("raw", "outcome"),
    [
        (None, "missing"),
        (b"", "empty"),
        (b" \n", "empty"),
        (b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "empty"),
        (b"{", "corrupt"),
        (b"\xff\xfe{}", "corrupt"),
        (b"[" * 100_000, "corrupt"),
        (b"1" * 100_000, "corrupt"),
        (b"[1, 2]", "foreign"),
        (b'{"a": 1}', "foreign"),
        (b'{"cells": 7}', "foreign"),
        (b'{"cells": [{"cell_type": "code", "source": "print(1)"}]}', "foreign"),
        (b" " * 20_000_001, "oversized"),
    ],
    ids=lambda v: v if isinstance(v, str) else None,
)
def test_what_cannot_be_graded_has_a_named_outcome_and_stands_as_an_untouched_release(skeleton, raw, outcome):
    result = overlay(raw, skeleton)
    assert result.outcome == outcome
    assert result.outcome in OUTCOMES
    assert result.sentence.endswith(".")
    assert by_grade_id(result)["double"].source == small.STUB_DOUBLE


def test_code_that_would_take_gigabytes_to_parse_is_refused_at_once(skeleton):
    nb = small.right()
    nb.cells += [new_code_cell("1," * 50_000, id=f"n{i}") for i in range(6)]
    result = overlay(small.raw(nb), skeleton)
    assert result.outcome == "oversized"
    assert "characters of code; at most 500,000 are read. Take out what is data" in result.sentence
    nb.cells[-6:] = [new_markdown_cell("words " * 100_000, id="essay")]
    assert overlay(small.raw(nb), skeleton).outcome == "graded"


@pytest.mark.parametrize("where", [2, -1])
def test_a_cell_of_data_alone_is_not_run_and_costs_nothing(skeleton, where):
    nb = small.right()
    nb.cells.insert(where, new_code_cell(f"rows = [{'1, ' * 400_000}]", id="data"))
    nb.cells.append(new_code_cell(f"short = [{'1, ' * 30_000}]", id="short"))
    result = settle(nb, skeleton)
    assert settle(small.submission(tail=f"{small.ANSWER_TAIL}\n\ntable = [{'1, ' * 50_000}]"), skeleton).repairs == []
    assert by_grade_id(result)["double"].source == small.ANSWER_DOUBLE
    assert [c.cell_type for c in result.nb.cells if c.source.startswith(("rows", "short"))] == ["raw", "code"]
    assert any("1,200,009 characters are too many for code; it is not run" in said for said in result.repairs)


def test_a_retyped_import_cell_imports_again(skeleton):
    nb = small.right()
    i = next(i for i, c in enumerate(nb.cells) if c.id == "setup")
    nb.cells[i] = new_markdown_cell(nb.cells[i].source, id="setup")
    result = settle(nb, skeleton)
    assert [(c.cell_type, c.source) for c in result.nb.cells if c.id == "setup"] == [
        ("code", "from course_lib.checks import NotDone, check")
    ]
    assert any("import cell: was turned into another kind" in r for r in result.repairs)


def test_another_lessons_notebook_is_named(skeleton):
    other = small.notebook(False)
    for cell in other.cells:
        cell["id"] = "other-" + cell["id"]
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"]["grade_id"] = cell.metadata["nbgrader"]["grade_id"].replace("double", "treble")
            cell.metadata["nbgrader"]["grade_id"] = cell.metadata["nbgrader"]["grade_id"].replace("tail", "head")
        cell.source = cell.source.replace("double", "treble").replace("tail", "head")
    foreign = [c for c in other.cells if "guess" not in str(c.metadata) and "why" not in str(c.metadata)]
    other.cells = [c for c in foreign if c["id"] not in ("other-head", "other-setup")]
    from grading.course.skeleton import make_skeleton

    theirs = make_skeleton("91_other", other, other)
    result = overlay(small.raw(other), skeleton, [theirs])
    assert (result.outcome, result.sentence) == ("wrong lesson", "This is 91_other, handed in for 90_small.")


def test_a_hostile_id_or_attachment_does_not_pass(skeleton):
    nb = json.loads(small.raw(small.right()))
    nb["cells"][0]["id"] = "<script>"
    nb["cells"][0]["attachments"] = {"a.png": {"text/html": "<script>", "image/png": "QUJD"}, "b": 7}
    nb["cells"].append({"cell_type": "markdown", "id": "<b>", "source": "mine", "metadata": {"x": 1}})
    result = overlay(json.dumps(nb).encode(), skeleton)
    assert "<script>" not in json.dumps(result.nb)
    nbformat.validate(result.nb)


def test_any_mutation_ends_in_a_named_outcome_with_every_graded_cell_in_place(skeleton):
    rng = random.Random(5)
    values = [None, 7, -1, "x", [], {}, [[]], {"grade_id": "tail"}, "\ud800", 1e308, True, ["a", 3]]

    def mutate(tree):
        spots = []

        def walk(node):
            for key in list(node) if isinstance(node, dict) else range(len(node)):
                spots.append((node, key))
                if isinstance(node[key], dict | list):
                    walk(node[key])

        walk(tree)
        for _ in range(rng.choice([1, 2, 8, 30])):
            node, key = rng.choice(spots)
            try:
                if rng.random() < 0.3:
                    del node[key]
                else:
                    node[key] = rng.choice(values)
            except (IndexError, KeyError):
                pass
        return tree

    for _ in range(300):
        tree = mutate(json.loads(small.raw(small.right())))
        result = overlay(json.dumps(tree).encode(), skeleton)
        assert result.outcome in OUTCOMES
        by_grade_id(result)
        nbformat.validate(result.nb)
    whole = small.raw(small.right())
    for _ in range(300):
        cut = bytearray(whole)
        for _ in range(rng.choice([1, 5, 50])):
            cut[rng.randrange(len(cut))] = rng.randrange(256)
        result = overlay(bytes(cut[: rng.choice([len(cut), rng.randrange(len(cut))])]), skeleton)
        assert result.outcome in OUTCOMES
        by_grade_id(result)


def test_nbgraders_sanitising_agrees_with_the_skeleton_on_clean_work(made):
    from nbgrader.preprocessors import ClearOutput, DeduplicateIds, OverwriteCells, OverwriteKernelspec

    submission = made.submission("student000", small.LESSON)
    nb = nbformat.reads(submission.raw.decode(), 4)
    names = {"student": "student000", "assignment": small.LESSON, "notebook": small.LESSON, "db_url": made.db_url}
    for step in (ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells):
        nb, _ = step()(nb, {"nbgrader": names})
    ours = lay_over(made, submission).nb
    assert [c.id for c in ours.cells] == [c.id for c in nb.cells]
    for mine, theirs in zip(ours.cells, nb.cells, strict=True):
        visible = theirs.source.split("\n    ### BEGIN HIDDEN")[0]
        assert (mine.cell_type, mine.source) == (theirs.cell_type, visible)
        claimed = [dict(c.metadata.get("nbgrader", {})) for c in (mine, theirs)]
        for one in claimed:
            one.pop("checksum", None)  # nbgrader's is that of the text with the hidden tests
        assert claimed[0] == claimed[1]
