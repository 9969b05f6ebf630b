"""Each submitted cell is one of the lesson's at most, found by the surest sign it has."""

import pytest

from grading.course.intake import read_pieces
from grading.course.skeleton import make_skeleton
from grading.marking.match import Matching, calls_check, same_text
from tests.grading import small_lesson as small


@pytest.fixture(scope="module")
def skeleton():
    return make_skeleton(small.LESSON, small.notebook(False), small.notebook(True))


def matched(nb, skeleton):
    matching = Matching(*arguments(nb, skeleton))
    matching.find()
    return matching


def arguments(nb, skeleton):
    pieces, repairs = read_pieces(small.raw(nb))
    return pieces, skeleton, repairs


@pytest.mark.parametrize("without", [(), ("metadata",), ("metadata", "id")], ids=str)
def test_every_graded_cell_is_found_by_grade_id_by_cell_id_or_by_what_it_says(skeleton, without):
    nb = small.notebook(False)
    for i, cell in enumerate(nb.cells):
        if "metadata" in without:
            cell.metadata = {}
        if "id" in without:
            cell.id = f"new-{i}"
    matching = matched(nb, skeleton)
    places = {cell.grade_id: place for place, cell in enumerate(skeleton.cells) if cell.grade_id}
    assert {place: [piece.index for piece in matching.found[place]] for place in places.values()} == {
        place: [place] for place in places.values()
    }
    assert bool(matching.repairs) == bool(without)
    assert not matching.free.keys() & {i for place in places.values() for i in [place]}


def test_a_notebook_of_something_else_gives_no_evidence(skeleton):
    nb = small.notebook(False)
    for i, cell in enumerate(nb.cells):
        cell.metadata, cell.id, cell.source = {}, f"x{i}", f"y{i} = {i} + {i}"
    assert matched(nb, skeleton).evidence == 0


def test_the_gap_of_a_lost_cell_lies_between_its_neighbours(skeleton):
    nb = small.notebook(False)
    place = next(i for i, cell in enumerate(skeleton.cells) if cell.grade_id == "tail")
    del nb.cells[place]
    matching = matched(nb, skeleton)
    assert place not in matching.found
    assert matching.gap(place) == (place - 1, place)


def test_texts_are_equal_but_for_space_at_their_ends_and_a_check_is_called_by_its_id():
    assert same_text("a \nb\n", "\na\nb")
    assert not same_text("a\n b", "a\nb")
    assert calls_check("with check( 'tail' ) as e: pass", "tail")
    assert not calls_check("with check('tail-2') as e: pass", "tail")


@pytest.mark.parametrize(
    ("grade_id", "keeps_id", "source", "how"),
    [
        ("check-tail", True, None, "cell id"),
        ("check-tail", False, None, "text"),
        ("check-tail", False, "# mine\n" + small.CHECK_TAIL, "text"),
        ("tail", False, small.ANSWER_TAIL, "names"),
        ("question-why", False, "Because of the wind.", "place"),
    ],
)
def test_one_lost_cell_is_found_by_the_surest_sign_left_and_said(skeleton, grade_id, keeps_id, source, how):
    nb = small.notebook(False)
    cell = next(c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)
    cell.metadata, cell.id = {}, cell.id if keeps_id else "lost"
    cell.source = source or cell.source
    assert matched(nb, skeleton).repairs == [f"{grade_id}: lost its metadata, found again by its {how}"]
