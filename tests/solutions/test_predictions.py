"""A prediction is asked before anything says the answer: no sentence, alt text, comment or hint above it does."""

import re

import pytest

from tests.solutions.reference import SOLUTIONS, lesson

# What once stood above a prediction, or would give it away there: what must not come before it.
GIVEN_AWAY = {
    "predict_pieces": r"exponentially many pieces|multipl(y|ies)|n\^L|doubles the pieces|8 and 16",
    "predict_halving": r"half of (the|a) (mean|symmetric)|Xavier: both|sqrt\{2/n\}|\bMSR\b",
    "loss_order": r"set worse|degradation|does not find|goes wrong|train(s|ing)? worse",
    "predict_xor": r"one neuron cannot|alone is not enough",
    "predict_own": r"is the image itself|own nearest",
    "predict_worst": r"generous|still end",
    "halves": r"two different places|memory in the fully",
}


def predictions():
    for path in sorted(SOLUTIONS.glob("[0-9][0-9]_*.py")):
        found = lesson(path.stem)
        for exercise in found.exercises:
            if exercise.predict:
                yield pytest.param(found, exercise, id=exercise.id)


def before(found, exercise):
    """All that a reader has met above the prediction, its own question left out."""
    first = min(n for n, cell in enumerate(found.cells) if cell.id == exercise.id and cell.role == "solve")
    return [
        f"{cell.source}\n{cell.marks.get('alt', '')}\n{cell.marks.get('title', '')}" for cell in found.cells[:first]
    ]


@pytest.mark.parametrize(("found", "exercise"), list(predictions()))
def test_no_number_that_is_the_answer_stands_above_the_prediction(found, exercise):
    names = {}
    exec(exercise.reference, names)
    (answer,) = (v for k, v in names.items() if k != "__builtins__")
    # smaller numbers stand everywhere, as sizes and seeds
    numbers = [n for n in (answer if isinstance(answer, list | tuple) else [answer]) if isinstance(n, int) and n > 600]
    above = "\n".join(before(found, exercise)[:-1])
    assert not [n for n in numbers if re.search(rf"(?<![\d.]){n}(?![\d.])", above.replace(",", ""))]


@pytest.mark.parametrize("name", GIVEN_AWAY)
def test_what_gave_a_prediction_away_does_not_stand_above_it(name):
    ((found, exercise),) = (p.values for p in predictions() if p.id == name)
    above = "\n".join(line.removeprefix("# ") for cell in before(found, exercise) for line in cell.splitlines())
    assert not re.search(GIVEN_AWAY[name], above.replace("\n", " "))
