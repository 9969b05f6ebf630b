"""What a submission sends as outputs becomes notebook outputs: known fields, clean text, bounded in number."""

import pytest

from grading.confinement import outputs
from grading.confinement.frames import Broken
from grading.confinement.outputs import Outputs, TooMany, join, tidy


def text(words, name="stdout"):
    return {"output": {"output_type": "stream", "name": name, "text": words}}


def picture(data, display=None):
    return {"output": {"output_type": "display_data", "data": data, "metadata": {}}, "display": display}


def test_pieces_of_one_stream_become_one_text():
    made, cell = Outputs(), []
    for message in (text("a"), text("b"), text("c", "stderr"), text("d")):
        made.add(cell, message)
    join(cell)
    assert [(one["name"], one["text"]) for one in cell] == [("stdout", "ab"), ("stderr", "c"), ("stdout", "d")]


def test_cleared_at_once_or_when_the_next_output_comes_but_not_in_the_next_cell():
    made, cell = Outputs(), []
    made.add(cell, text("old"))
    made.clear(cell, {"wait": True})
    assert len(cell) == 1
    made.add(cell, text("new"))
    assert [one["text"] for one in cell] == [["new"]]
    made.clear(cell, {"wait": True})
    made.begin()
    made.add(cell, text("er"))
    assert [one["text"] for one in cell] == [["new", "er"]]
    made.clear(cell, {"wait": False})
    assert cell == []
    made.clear(None, {"wait": True})
    assert not made.clearing


def test_an_update_changes_every_output_of_its_display():
    made, first, second = Outputs(), [], []
    made.add(first, picture({"x": 1}, "one"))
    made.add(second, picture({"x": 1}, "one"))
    made.add(second, picture({"x": 1}, "two"))
    made.update({"display": "one", "data": {"x": 2}, "metadata": {}})
    assert [one["data"]["x"] for one in (*first, *second)] == [2, 2, 1]


def test_no_more_outputs_and_values_are_kept_than_are_allowed(monkeypatch):
    monkeypatch.setattr(outputs, "OUTPUTS", 3)
    made, cell = Outputs(), []
    made.add(None, picture({}))  # between cells: counts, and is nowhere
    for _ in range(5):
        made.add(cell, picture({}))
    assert len(cell) == 2
    made, cell = Outputs(), []
    made.room = [10]
    made.add(cell, picture({"x": [0] * 20}))
    assert "too many values" in cell[0]["text"][0]
    with pytest.raises(TooMany):
        tidy(picture({"x": [0] * 20})["output"], [10])


def test_only_known_fields_and_finite_numbers_are_left():
    told = {"output_type": "execute_result", "data": {"x": float("nan"), "y": "\ud800"}, "metadata": {},
            "execution_count": True, "secret": 1}  # fmt: skip
    assert tidy(told, [100]) == {"output_type": "execute_result", "data": {"x": None, "y": "?"}, "metadata": {},
                                 "execution_count": None}  # fmt: skip
    assert tidy({"output_type": "no such"}, [100]) is None


@pytest.mark.parametrize("output", [
    {"output_type": "stream", "text": 5},
    {"output_type": "display_data", "data": [], "metadata": {}},
    {"output_type": "error", "ename": "a", "evalue": "b", "traceback": [1]},
])  # fmt: skip
def test_what_is_no_output_breaks_the_protocol(output):
    with pytest.raises(Broken):
        tidy(output, [100])
