"""A word that is not among those a function knows: one sentence that lists them, in every topic and picture."""

import numpy as np
import pytest

from course_lib.topics import (
    convnet_runs,
    deep_runs,
    digit_faults,
    faulty_runs,
    gauss_newton,
    language,
    lenet,
    lenet_runs,
    loss_runs,
    recurrent,
    worker_runs,
)
from course_lib.topics.choice import chosen
from course_lib.viz import descents, folds, residual, signals, stages
from course_lib.viz import recurrent as drawn

RNG = np.random.default_rng(0)
LAYERS = [(np.ones((1, 2)), np.ones(1))]
SQUARE = np.ones((4, 4))

WRONG = [
    ("run: fault must be one of images and labels shuffled apart, .*got 'rate to high'",
     lambda: convnet_runs.run("rate to high")),
    ("run: fault must be one of no shortcuts, .*got 'rate to high'", lambda: deep_runs.run("rate to high")),
    ("loss_run: fault must be one of None, all units begin equal, .*got 'A'", lambda: loss_runs.loss_run("A")),
    ("faulty_run: letter must be one of None, A, B, C, D, got 'a'", lambda: language.faulty_run("a")),
    ("run: fault must be one of no exploration, healthy, .*got 'A'", lambda: faulty_runs.run("A")),
    ("run: fault must be one of None, classes skewed, .*got 'A'", lambda: digit_faults.run("A")),
    ("train_workers: fault must be one of none, sum, .*got 'added'",
     lambda: worker_runs.train_workers(SQUARE, RNG, fault="added")),
    ("lenet: kind must be one of pooled, strided, .*got 'max'", lambda: lenet.lenet("max", rng=RNG)),
    ("pooling_net: kind must be one of max, average, none, got 'mean'",
     lambda: lenet_runs.pooling_net((2, 2, 2), "mean", RNG)),
    ("Reader: kind must be one of RNN, LSTM, GRU, got 'lstm'", lambda: recurrent.Reader("lstm", 2, 3, 4, rng=RNG)),
    ("LetterModel: kind must be one of RNN, LSTM, GRU, got 'lstm'",
     lambda: language.LetterModel("lstm", 5, 3, rng=RNG)),
    ("start_weights: kind must be one of RNN, .*got 'rnn'", lambda: recurrent.start_weights("rnn", 2, 3, rng=RNG)),
    ("step: kind must be one of RNN, .*got 'rnn'", lambda: recurrent.step("rnn", SQUARE, (SQUARE,), ())),
    ("gates: kind must be one of RNN, .*got 'rnn'", lambda: recurrent.gates("rnn", SQUARE, (SQUARE,), ())),
    ("memory_task: task must be one of copying, adding, got 'add'", lambda: recurrent.memory_task("add", 3, 2, RNG)),
    ("start: activation must be one of tanh, relu, got 'sigmoid'",
     lambda: gauss_newton.start((2, 1), RNG, activation="sigmoid")),
    ("answer: activation must be one of tanh, relu, got 'ReLU'",
     lambda: gauss_newton.jacobian(LAYERS, np.ones((3, 2)), activation="ReLU")),
    ("output: activation must be one of ReLU, sigmoid, tanh, none, got 'relu'",
     lambda: folds.folded(np.ones((1, 2)), np.ones(1), np.ones(1), activation="relu")),
    ("activation_curves: name must be one of ReLU, .*got 'relu'", lambda: folds.activation_curves(("relu",))),
    ("paths: ground must be one of ravine, saddle, Rosenbrock, got 'bowl'", lambda: descents.paths("bowl")),
    ("race: ground must be one of ravine, saddle, Rosenbrock, got 'bowl'", lambda: descents.race("bowl", {})),
    ("blocks: kind must be one of plain, basic, .*got 'preact'", lambda: residual.blocks(("preact",))),
    ("run_stage: kind must be one of max, average, none, got 'mean'",
     lambda: stages.run_stage(SQUARE, SQUARE[None], kind="mean")),
    ("deep_stack: activation must be one of relu, tanh, .*got 'ReLU'",
     lambda: signals.deep_stack(1.0, activation="ReLU", rng=RNG)),
    ("tell: word must be of the small letters a to z, got 'Ada'", lambda: drawn.tell("GRU", "Ada")),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "call"), WRONG, ids=[sentence.partition(",")[0] for sentence, _ in WRONG])
def test_a_word_that_is_not_known_is_told_with_those_that_are(sentence, call):
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        call()


def test_a_known_word_comes_back():
    assert chosen("b", ("", "a", "b"), "kind", name="f") == "b"
    assert chosen(None, (None, "a"), "kind", name="f") is None
