"""Saving and loading: what comes back is what went in, nothing is unpickled, a broken write leaves the old file."""

import io
import os
import pickle

import numpy as np
import pytest

from course_lib import Tensor, load, nn, save


def test_arrays_numbers_and_text_come_back_as_they_went(tmp_path):
    state = {
        "a.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
        "steps": 7,
        "rate": 0.1,
        "name": "net",
        "on": True,
    }
    path = save(state, tmp_path / "model")
    assert path == tmp_path / "model.npz"
    for given in (path, tmp_path / "model"):
        back = load(given)
        assert list(back) == list(state)
        np.testing.assert_array_equal(back["a.weight"], state["a.weight"])
        assert back["a.weight"].dtype == np.float32
        assert {k: v for k, v in back.items() if k != "a.weight"} == {k: v for k, v in state.items() if k != "a.weight"}


def test_a_network_comes_back_bit_by_bit(tmp_path):
    def network(seed):
        rng = np.random.default_rng(seed)
        return nn.Sequential(nn.Conv2d(1, 4, 3, rng=rng), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(144, 2, rng=rng))

    one, two = network(0), network(1)
    x = np.random.default_rng(2).standard_normal((5, 1, 8, 8)).astype(np.float32)
    one(x)  # moves the running statistics
    save(one.state_dict(), tmp_path / "net.npz")
    two.load_state_dict(load(tmp_path / "net.npz"))
    np.testing.assert_array_equal(one.eval()(x).data, two.eval()(x).data)


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("it was unpickled",))


def test_a_pickle_is_never_opened(tmp_path):
    np.savez(tmp_path / "evil.npz", a=np.array([Bomb()], dtype=object))
    (tmp_path / "plain.npz").write_bytes(pickle.dumps(Bomb()))
    for name in ("evil.npz", "plain.npz"):
        with pytest.raises(ValueError, match=f"load: .*{name} is not a file that save\\(\\) wrote"):
            load(tmp_path / name)


def test_what_is_no_number_is_refused_and_the_old_file_stays(tmp_path):
    path = save({"a": 1}, tmp_path / "s.npz")
    with pytest.raises(TypeError, match="save: b must be an array of numbers, a number or text, got Bomb"):
        save({"a": 2, "b": Bomb()}, path)
    assert load(path) == {"a": 1}


@pytest.mark.parametrize("moment", ["while writing", "just before the end"])
def test_a_write_that_breaks_off_leaves_the_old_file_and_no_rest(moment, tmp_path, monkeypatch):
    path = save({"a": 1}, tmp_path / "s.npz")

    def broken(*args, **arrays):
        raise OSError("no space left")

    monkeypatch.setattr(*((np, "savez") if moment == "while writing" else (os, "replace")), broken)
    with pytest.raises(OSError, match="no space left"):
        save({"a": 2}, path)
    assert load(path) == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["s.npz"]


def test_a_missing_or_cut_file_is_told_in_one_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"load: there is no file .*nothing\.npz"):
        load(tmp_path / "nothing")
    with pytest.raises(FileNotFoundError, match=r"load: there is no file "):
        load(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"save: there is no folder .*nowhere$"):
        save({"a": 1}, tmp_path / "nowhere" / "s.npz")
    path = save({"a": np.zeros(1000)}, tmp_path / "s.npz")
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ValueError, match="is not a file that save"):
        load(path)


_file = io.BytesIO()
np.save(_file, np.ones(3))
ONE_ARRAY = _file.getvalue()


@pytest.mark.parametrize("content", [b"", b"PK", b"just text", b"\x93NUMPY", ONE_ARRAY])
def test_an_empty_file_and_others_that_are_none_are_told_in_one_sentence(tmp_path, content):
    (tmp_path / "weights.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"load: .*weights\.npz is not a file that save\(\) wrote"):
        load(tmp_path / "weights.npz")


def test_a_file_whose_numbers_were_damaged_is_told_in_one_sentence(tmp_path):
    np.savez_compressed(tmp_path / "s.npz", a=np.arange(1000))
    whole = bytearray((tmp_path / "s.npz").read_bytes())
    whole[100:160] = bytes(60)
    (tmp_path / "s.npz").write_bytes(whole)
    with pytest.raises(ValueError, match="is not a file that save"):
        load(tmp_path / "s.npz")


@pytest.mark.parametrize("path", [None, 3, {"a": 1}, io.BytesIO(), ""])
def test_what_is_no_path_is_told_in_one_sentence(path):
    for call in (lambda: save({"a": 1}, path), lambda: load(path)):
        with pytest.raises(TypeError, match=r"^(save|load): needs the path of a file, such as .weights.npz., got "):
            call()


def test_a_folder_and_names_that_are_no_text_are_told_in_one_sentence(tmp_path):
    with pytest.raises(IsADirectoryError, match=r"^save: .* is a folder; write the name of a file in it$"):
        save({"a": 1}, tmp_path)
    with pytest.raises(TypeError, match=r"^save: names must be text, got 1$"):
        save({1: 2}, tmp_path / "s.npz")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("value", ["ab", None, [[1], [1, 2]], np.array([1j, 2]), object(), np.array(["a", "b"])])
def test_a_state_that_holds_no_numbers_is_refused_and_changes_nothing(value):
    layer = nn.Linear(3, 2, rng=np.random.default_rng(0))
    before = layer.weight.data.copy()
    with pytest.raises(TypeError, match=r"^load_state_dict: bias must be an array of numbers, got "):
        layer.load_state_dict({"weight": np.zeros((2, 3)), "bias": value})
    np.testing.assert_array_equal(layer.weight.data, before)


def test_a_state_may_hold_lists_and_tensors():
    layer = nn.Linear(3, 2, rng=np.random.default_rng(0))
    layer.load_state_dict({"weight": Tensor(np.ones((2, 3)), requires_grad=True), "bias": [1, 2]})
    assert (layer.weight.dtype, layer.bias.data.tolist()) == (np.float32, [1.0, 2.0])
    with pytest.raises(TypeError, match=r"^load_state_dict: strict is True or False, got 'no'$"):
        layer.load_state_dict(layer.state_dict(), strict="no")
