"""Data-parallel training: two processes equal one big batch, a killed worker is told of, the same command goes on."""

import json

import numpy as np
import pytest
import torch

from course_lib.torch_models import data_parallel, launch, saved_run

STEPS = ("--steps", "12", "--every", "4")


def alone(*arguments):
    """Losses and model of one process, here."""
    return data_parallel.train(data_parallel.parse([*STEPS, *map(str, arguments)]))


@pytest.fixture(scope="module")
def whole():
    return alone()


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Two processes, worker 1 killed before step 7; then the same command again. What was said, and the result."""
    folder = tmp_path_factory.mktemp("workers")
    arguments = [*STEPS, "--checkpoint", folder / "run.pt", "--result", folder / "result.json"]
    with pytest.raises(RuntimeError) as fallen:
        launch.launch([*arguments, "--fall-at", 7], seconds=300)
    kept = len(torch.load(folder / "run.pt", weights_only=True)["losses"])
    said = launch.launch(arguments, seconds=300)
    return str(fallen.value), kept, said, json.loads((folder / "result.json").read_text(encoding="utf-8"))


def test_a_killed_worker_ends_the_run_with_a_clear_message_and_a_checkpoint(story):
    said, kept, _, _ = story
    assert "worker 1 was killed (SIGKILL)" in said
    assert "worker 0 of 2 stops at step 7: another worker is gone (" in said
    assert "\n" not in said
    assert len(said) < 500
    assert kept == 4


def test_two_workers_resumed_equal_one_process_with_the_whole_batch(story, whole):
    _, _, said, result = story
    assert said.startswith("2 workers: 12 steps, last loss ")
    assert np.abs(np.subtract(result["losses"], whole[0])).max() < 1e-6
    for name, p in whole[1].state_dict().items():
        assert np.abs(np.array(result["weights"][name]) - p.numpy()).max() < 1e-6, name


def test_the_losses_fall():
    losses, _ = alone("--steps", 120)
    assert np.mean(losses[-10:]) < 0.7 * np.mean(losses[:10])


def test_a_run_that_is_resumed_goes_on_to_the_last_bit(whole, tmp_path):
    path = tmp_path / "run.pt"
    alone("--checkpoint", path, "--steps", 8)
    losses, model = alone("--checkpoint", path)
    assert losses == whole[0]
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), whole[1].parameters(), strict=True))


def test_every_sample_comes_once_in_an_epoch_and_epochs_differ():
    per_epoch = data_parallel.SAMPLES // 24
    first, second = (np.concatenate([data_parallel.rows(s + e, 24) for s in range(per_epoch)]) for e in (0, per_epoch))
    assert sorted(first.tolist()) == list(range(data_parallel.SAMPLES))
    assert not np.array_equal(first, second)


def test_a_file_that_is_no_run_is_refused_and_a_torn_write_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "run.pt"
    path.write_bytes(b"no run")
    with pytest.raises(ValueError, match=r"holds no run of this model .* remove it to begin anew"):
        alone("--checkpoint", path)
    path.unlink()
    losses, _ = alone("--checkpoint", path, "--steps", 4)
    before = path.read_bytes()

    def torn(state, place):
        place.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(saved_run.torch, "save", torn)
    with pytest.raises(KeyboardInterrupt):
        alone("--checkpoint", path)
    assert path.read_bytes() == before
    assert len(losses) == 4


def test_what_torchrun_prints_becomes_one_sentence():
    assert launch.ending("noise\nValueError: read_run: x holds no run\nmore") == "ValueError: read_run: x holds no run"
    assert launch.ending("a\nlast words\n") == "the workers ended early: last words"
    torn = "worker 0 of 2 stops at step 7: gone\n exitcode  : 3 (pid 5)\n"
    assert launch.ending(torn) == "worker 0 of 2 stops at step 7: gone"


def test_a_batch_that_does_not_divide_is_refused(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "0")
    with pytest.raises(SystemExit, match="a batch of 15 does not divide among 2 workers"):
        data_parallel.main(["--batch", "15"])
    with pytest.raises(SystemExit):
        data_parallel.parse(["--batch", "0"])
