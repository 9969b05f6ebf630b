"""Weights move both ways unchanged; devices are what was asked for or an error."""

import os
import pickle

import numpy as np
import pytest
import torch

from course_lib import functional as F
from course_lib import nn
from course_lib.autograd.tensor import Tensor
from course_lib.nn import Linear, Sequential
from course_lib.torch_models import bridge


def ours(seed=0, hidden=5):
    rng = np.random.default_rng(seed)
    return Sequential(Linear(4, hidden, rng=rng), F.tanh, Linear(hidden, 3, rng=rng)).double()


def theirs(hidden=5):
    return torch.nn.Sequential(torch.nn.Linear(4, hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, 3)).double()


@pytest.fixture
def batch():
    rng = np.random.default_rng(1)
    return rng.normal(size=(7, 4)), rng.integers(0, 3, 7)


def test_logits_and_gradients_agree_after_the_move_to_torch(batch):
    x, t = batch
    model = ours()
    twin = bridge.to_torch(model, theirs())
    out = model(Tensor(x))
    F.cross_entropy(out, t).backward()
    out_twin = twin(torch.from_numpy(x))
    torch.nn.functional.cross_entropy(out_twin, torch.from_numpy(t)).backward()
    assert np.allclose(out.data, out_twin.detach().numpy(), rtol=1e-12)
    want = bridge.gradients(twin)
    assert want.keys() == dict(model.named_parameters()).keys()
    for name, p in model.named_parameters():
        assert np.allclose(p.grad, want[name], rtol=1e-10), name


def test_weights_come_back_from_torch(batch):
    twin = theirs()
    model = bridge.from_torch(twin, ours(seed=5))
    assert np.allclose(model(Tensor(batch[0])).data, twin(torch.from_numpy(batch[0])).detach().numpy(), rtol=1e-12)


def test_models_that_do_not_fit_are_named():
    with pytest.raises(
        ValueError, match=r"0\.bias has shape \(5,\) in course_lib and \(6,\) in torch|0\.weight has shape"
    ):
        bridge.to_torch(ours(), theirs(hidden=6))
    with pytest.raises(ValueError, match=r"from_torch: .* exists only in the torch model"):
        bridge.from_torch(torch.nn.Sequential(*theirs(), torch.nn.Linear(3, 1)).double(), ours())


def test_a_device_that_is_not_there_is_an_error_never_a_fallback(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(RuntimeError, match="'cuda' was asked for"):
        bridge.device("cuda")
    assert bridge.device("cpu").type == "cpu"
    with pytest.raises(ValueError, match="'gpu' is no device"):
        bridge.device("gpu")


def test_a_gpu_beyond_the_last_is_not_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert bridge.device("cuda:1").index == 1
    with pytest.raises(RuntimeError, match="'cuda:2' was asked for"):
        bridge.device("cuda:2")


def test_the_environment_may_ask_for_a_device(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    assert bridge.device().type == "cpu"
    monkeypatch.setenv("COURSE_DEVICE", "cuda")
    with pytest.raises(RuntimeError, match="'cuda' was asked for"):
        bridge.device()


@pytest.mark.parametrize(("cuda", "mps", "want"), [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")])
def test_the_best_device_is_taken_when_none_is_asked_for(monkeypatch, cuda, mps, want):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert bridge.device().type == want


def test_size_follows_the_machine_unless_told(monkeypatch):
    monkeypatch.delenv("COURSE_SIZE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert bridge.size(full=64, smoke=2) == 2
    monkeypatch.setenv("COURSE_SIZE", "full")
    assert bridge.size(full=64, smoke=2) == 64
    monkeypatch.setenv("COURSE_SIZE", "huge")
    with pytest.raises(ValueError, match="'full' or 'smoke', got 'huge'"):
        bridge.size(full=64, smoke=2)


@pytest.mark.parametrize(("threads", "words"), [(1, "CPU, 1 thread"), (2, "CPU, 2 threads")])
def test_the_device_is_described_for_tables(monkeypatch, threads, words):
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    assert bridge.describe("cpu") == words


class Bomb:
    def __reduce__(self):
        return os.mkdir, (Bomb.target,)


def test_a_file_that_would_run_something_is_refused(tmp_path):
    Bomb.target = str(tmp_path / "boom")
    torch.save({"0.weight": torch.zeros(2), "extra": Bomb()}, tmp_path / "w.pt")
    with pytest.raises(ValueError, match=r"read_weights: .*w\.pt does not hold weights alone"):
        bridge.read_weights(tmp_path / "w.pt")
    (tmp_path / "raw.th").write_bytes(pickle.dumps({"extra": Bomb()}))
    with pytest.raises(ValueError, match=r"read_weights: .*raw\.th does not hold weights alone"):
        bridge.read_weights(tmp_path / "raw.th")
    assert not (tmp_path / "boom").exists()


def test_what_is_no_file_of_weights_is_told_in_one_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match="read_weights: there is no file"):
        bridge.read_weights(tmp_path / "w.pt")
    for content in (b"", b"text", b"PK\x03\x04"):
        (tmp_path / "w.pt").write_bytes(content)
        with pytest.raises(ValueError, match="does not hold weights alone"):
            bridge.read_weights(tmp_path / "w.pt")
    torch.save([torch.zeros(2)], tmp_path / "w.pt")
    with pytest.raises(ValueError, match="holds no dict of tensors"):
        bridge.read_weights(tmp_path / "w.pt")


def linear():
    return nn.Linear(3, 2, rng=np.random.default_rng(0))


WRONG = [
    (lambda: bridge.from_torch(linear(), torch.nn.Linear(3, 2)), "from_torch: torch's model or its weights come first"),
    (lambda: bridge.from_torch("w.pt", linear()), "from_torch: torch's model or its weights come .* got str and"),
    (lambda: bridge.from_torch(torch.nn.Linear(3, 2), np.ones(3)), "from_torch: torch's model or its weights come "),
    (lambda: bridge.from_torch({"weight": 1}, linear()), "from_torch: weights are a dict .name: tensor., got int at"),
    (lambda: bridge.from_torch({0: torch.ones(1)}, linear()), "from_torch: weights are a dict .* at 0"),
    (lambda: bridge.from_torch(torch.nn.Linear(3, 2), linear(), rename=["a"]), "from_torch: rename is a dict"),
    (lambda: bridge.from_torch(torch.nn.Linear(3, 2, device="meta"), linear()), "from_torch: weight .* no numbers"),
    (lambda: bridge.from_torch(torch.nn.Linear(3, 2).to(torch.complex64), linear()), "from_torch: .* complex numbers"),
    (lambda: bridge.to_torch(torch.nn.Linear(3, 2), linear()), "to_torch: course_lib's model comes first"),
    (lambda: bridge.read_weights(None), "read_weights: needs the path of a file, got NoneType"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "said"), WRONG, ids=[said for _, said in WRONG])
def test_what_has_no_place_between_the_libraries_is_told_in_one_sentence(wrong, said):
    with pytest.raises((TypeError, ValueError), match=f"^{said}") as caught:
        wrong()
    assert "\n" not in str(caught.value)


def test_short_floats_come_over_as_they_are():
    twin = torch.nn.Linear(3, 2).bfloat16()
    ours = bridge.from_torch(twin, linear())
    np.testing.assert_array_equal(ours.weight.data, twin.weight.detach().float().numpy())
    assert ours.weight.dtype == np.float32


def test_a_whole_network_in_a_file_is_refused_in_one_plain_sentence(tmp_path):
    torch.save(torch.nn.Linear(3, 2), tmp_path / "net.pt")
    with pytest.raises(ValueError, match=r"does not hold weights alone: it holds other things than tensors$"):
        bridge.read_weights(tmp_path / "net.pt")
