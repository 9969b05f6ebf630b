"""Trained weights: one command makes them, they come back whole, and nothing else is taken for them."""

import re

import numpy as np
import pytest
import torch

from course_lib.data import datasets
from course_lib.torch_models import resnets, trained
from course_lib.torch_models.training import right


def small(width=2):
    return resnets.CifarResNet(8, width=width, classes=3)


def test_what_was_written_comes_back_under_its_checksum(tmp_path):
    torch.manual_seed(1)
    model, twin, facts = small(), small(), {"mean": [1.5], "set": "none"}
    model(torch.randn(4, 3, 8, 8))  # moves the running statistics
    checksum = trained.write_trained(tmp_path / "w.npz", model, facts)
    assert trained.read_trained(tmp_path / "w.npz", twin, checksum) == facts
    x = torch.randn(2, 3, 8, 8)
    assert torch.equal(model.eval()(x), twin.eval()(x))
    assert trained.write_trained(tmp_path / "again.npz", model, facts) == checksum
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["again.npz", "w.npz"]


def test_another_file_is_refused_and_the_network_stays_as_it_was(tmp_path):
    path, model = tmp_path / "w.npz", small()
    checksum = trained.write_trained(path, model, {})
    before = [p.clone() for p in model.parameters()]
    with pytest.raises(FileNotFoundError, match="makes one"):
        trained.read_trained(tmp_path / "none.npz", model, checksum)
    with pytest.raises(ValueError, match="holds another network"):
        trained.read_trained(path, small(width=3), checksum)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="has the checksum"):
        trained.read_trained(path, model, checksum)
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


def test_the_command_trains_a_small_one_whose_file_is_as_good(tmp_path, capsys):
    path = tmp_path / "digits.npz"
    small_one = {"set": "digits", "depth": 8, "width": 8, "epochs": 3, "batch": 24, "device": "cpu"}
    trained.main([str(path), *(f"--{name}={value}" for name, value in small_one.items())])
    said = capsys.readouterr().out
    share, checksum = re.search(r"([\d.]+)% of", said)[1], re.search(r"sha256 (\w{64})", said)[1]
    assert float(share) > 70
    digits = datasets.load("digits")
    model = resnets.CifarResNet(8, width=8, classes=10, in_channels=1)
    facts = trained.read_trained(path, model, checksum)
    x = trained.ready(digits.x_test, facts)
    assert right(model, x, torch.from_numpy(digits.t_test)) == pytest.approx(float(share) / 100, abs=1e-4)
    assert (facts["depth"], facts["width"], facts["set"]) == (8, 8, "digits")
    again, same = trained.rebuilt(path, checksum)
    assert same == facts
    assert not again.training
    told = trained.named(again, digits.x_test, facts)
    share = np.mean([best[0][0] == str(t) for best, t in zip(told, digits.t_test, strict=True)])
    assert share == pytest.approx(facts["right"])


def test_the_likeliest_names_come_first_with_their_probabilities():
    class Sure(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.ones(1))

        def forward(self, x):
            return self.scale * x.mean((2, 3)) @ torch.tensor([[1.0, 2.0, 0.0, -5.0]])

    facts = {"mean": [10.0], "std": [2.0], "names": ["cat", "dog", "frog", "ship"]}
    images = np.array([12, 6], np.uint8)[:, None, None, None].repeat(3, axis=2).repeat(3, axis=3)
    first, second = trained.named(Sure(), images, facts, best=2)
    assert [name for name, _ in (*first, *second)] == ["dog", "cat", "ship", "frog"]
    weights = np.exp([1, 2, 0, -5])
    assert [p for _, p in first] == pytest.approx([weights[1] / weights.sum(), weights[0] / weights.sum()], rel=1e-5)


def test_a_photograph_is_cut_to_its_middle_and_averaged():
    photograph = np.zeros((4, 8, 3), np.uint8)
    photograph[:, 2:4], photograph[:, 4:6, 1], photograph[:, 6:] = 100, 50, 255  # the last columns are cut off
    small = trained.framed(photograph, 2)
    assert small.dtype == np.uint8
    assert small.tolist() == [[[100, 0], [100, 0]], [[100, 50], [100, 50]], [[100, 0], [100, 0]]]
    for wrong in (photograph / 255, photograph[..., 0], photograph[:1]):
        with pytest.raises(ValueError, match="framed: expected a photograph"):
            trained.framed(wrong, 2)


def test_images_are_made_ready_by_their_own_mean_and_deviation():
    images = np.random.default_rng(0).integers(0, 256, (6, 2, 5, 5)).astype(np.uint8)
    facts = {"mean": images.mean((0, 2, 3)).tolist(), "std": images.std((0, 2, 3)).tolist()}
    out = trained.ready(images, facts).numpy()
    np.testing.assert_allclose(out.mean((0, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(out.std((0, 2, 3)), 1, atol=1e-5)


def test_shifted_images_come_from_the_mirrored_border_and_only_colours_are_mirrored():
    x = torch.arange(2 * 40 * 36, dtype=torch.float32).reshape(40, 2, 6, 6)
    moved = trained.shifted(x, 2, torch.Generator().manual_seed(0))
    assert moved.shape == x.shape
    places = {(i, j) for i in range(5) for j in range(5)}
    padded = torch.nn.functional.pad(x, (2,) * 4, mode="reflect")
    for k in range(40):
        assert any(torch.equal(moved[k], padded[k, :, i : i + 6, j : j + 6]) for i, j in places)
    colours = torch.rand(60, 3, 6, 6)
    kept = trained.shifted(colours, 0, torch.Generator().manual_seed(0))
    same = [torch.equal(a, b) for a, b in zip(kept, colours, strict=True)]
    mirrored = [torch.equal(a, b.flip(2)) for a, b in zip(kept, colours, strict=True)]
    assert 15 < sum(same) < 45
    assert all(a != b for a, b in zip(same, mirrored, strict=True))
