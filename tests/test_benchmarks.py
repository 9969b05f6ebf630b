"""The benchmarks compare equals: both sides of every pair compute the same numbers."""

import json

import numpy as np
import pytest

from benchmarks import numeric, pairs, timing
from course_lib.ops.parallel import get_num_threads


@pytest.mark.parametrize("make", [pairs.lenet_step, pairs.resnet20_step, pairs.mlp_step, pairs.lstm_step])
def test_both_sides_of_a_training_step_lose_the_same(make):
    ours, theirs = make(batch=8)
    np.testing.assert_allclose([ours() for _ in range(3)], [theirs() for _ in range(3)], rtol=2e-3)


@pytest.mark.parametrize(
    "pair",
    [
        pairs.convolution((4, 3, 9, 9), (5, 3, 3, 3), 1),
        pairs.convolution((4, 8, 9, 9), (8, 8, 3, 3), 1),
        pairs.batch_norm((4, 3, 5, 5)),
        pairs.max_pool((4, 3, 6, 6)),
    ],
)
def test_both_sides_of_an_operation_give_the_same(pair):
    (forward, their_forward), (backward, their_backward) = pair
    np.testing.assert_allclose(forward().data, their_forward().detach().numpy(), atol=1e-4)
    for mine, witness in zip(backward(), their_backward(), strict=True):
        np.testing.assert_allclose(mine, witness.numpy(), atol=1e-3)


def test_the_graph_chain_is_the_same_on_both_sides():
    ours, theirs = pairs.chain(50)
    np.testing.assert_allclose(ours(), theirs().numpy(), rtol=1e-6)


def test_rows_have_the_agreed_columns_and_times_are_medians(tmp_path, capsys):
    clock = iter(range(1000))
    ours, theirs = timing.side_by_side(lambda: next(clock), lambda: None, seconds=0.01, turn=0.001)
    assert 0 < theirs < 0.1
    assert 0 < ours < 0.1
    table = timing.Table("torch")
    table.add("step", 1, 0.002, 0.004)
    timing.write(table.rows, tmp_path / "rows.json")
    rows = json.loads((tmp_path / "rows.json").read_text())
    assert rows == [{"name": "step", "threads": 1, "ours_s": 0.002, "theirs": "torch", "theirs_s": 0.004, "ratio": 0.5}]
    assert "0.50" in capsys.readouterr().out


def test_threads_are_set_inside_and_as_before_outside():
    before = get_num_threads()
    with timing.threads(before + 1):
        assert get_num_threads() == before + 1
    assert get_num_threads() == before


def test_memory_is_measured_in_a_process_of_its_own():
    assert 1 < numeric._megabytes("LeNet step, batch 128", "ours") < 500
