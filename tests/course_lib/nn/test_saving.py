"""Saving and loading: what comes back is what went in, nothing is unpickled, a broken write leaves the old file."""

import os
import pickle

import numpy as np
import pytest

from course_lib import load, nn, save


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


@pytest.mark.parametrize("content", [b"", b"PK", b"just text", b"\x93NUMPY"])
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
