"""The record file: no pickle, the same bytes every time, one sentence when it is damaged."""

import io
import json
import zipfile

import numpy as np
import pytest

from course_lib.evidence.observation import Opaque
from course_lib.evidence.records import BadRecord, Record, load_record, save_record, unrecordable


def make():
    line = {"position": 0, "label": "é", "kind": "value", "value": {"w": np.arange(3.0), 2: (1, None)}, "rtol": 1e-6}
    wrong = {"position": 0, "kind": "value", "value": {"w": np.arange(3.0), 2: (1, np.array(True))}}
    entry = {
        "lines": [line],
        "mistakes": [{"name": "m", "say": "s", "lines": [wrong]}],
        "forbid": ["numpy.dot"],
        "hints": ["one", "two"],
        "points": 2,
    }
    return Record("09_x", "visible", {"conv": entry, "pool": {**entry, "points": 3}})


def in_words(line):
    """A line as text, which tells types and dtypes apart as == does not."""
    return {key: repr(value) for key, value in line.items()}


def test_a_record_comes_back_as_it_was_saved(tmp_path):
    save_record(tmp_path / "r.npz", make())
    back = load_record(tmp_path / "r.npz")
    assert (back.lesson, back.part, list(back.checks)) == ("09_x", "visible", ["conv", "pool"])
    for id, mine in make().checks.items():
        theirs = back.checks[id]
        assert sorted(theirs) == sorted(mine)
        assert all(theirs[key] == mine[key] for key in ("forbid", "hints", "points"))
        assert [m["say"] for m in theirs["mistakes"]] == ["s"]
        before = mine["lines"] + mine["mistakes"][0]["lines"]
        after = theirs["lines"] + theirs["mistakes"][0]["lines"]
        assert [in_words(line) for line in after] == [in_words(line) for line in before]


def test_what_stands_beside_the_lines_is_read_without_any_array(tmp_path, monkeypatch):
    save_record(tmp_path / "r.npz", make())
    back = load_record(tmp_path / "r.npz")
    monkeypatch.setattr(np.lib.npyio.NpzFile, "__getitem__", lambda *a: pytest.fail("an array was read"))
    for record in (make(), back):
        about = {"forbid": ["numpy.dot"], "hints": ["one", "two"], "points": 3, "exercise": {}}
        assert record.about("pool") == about


def test_saving_twice_and_saving_what_was_loaded_give_the_same_bytes(tmp_path):
    paths = [tmp_path / f"{i}.npz" for i in range(3)]
    save_record(paths[0], make())
    save_record(paths[1], make())
    save_record(paths[2], load_record(paths[0]))
    assert len({path.read_bytes() for path in paths}) == 1
    with zipfile.ZipFile(paths[0]) as archive:  # no clock, no user, no system in the bytes
        about = {(m.date_time, m.create_system, m.external_attr) for m in archive.infolist()}
    assert about == {((1980, 1, 1, 0, 0, 0), 3, 0o644 << 16)}


def test_any_numpy_reads_the_file_without_pickle_and_equal_arrays_are_stored_once(tmp_path):
    save_record(tmp_path / "r.npz", make())
    with np.load(tmp_path / "r.npz", allow_pickle=False) as file:
        header = json.loads(bytes(file["header"]))
        assert sorted(file.files) == ["a0", "a1", "header"]
        assert file["a0"].tolist() == [0, 1, 2]
    assert header["version"] == 1
    assert header["checks"]["conv"]["lines"][0]["value"]["dict"][0] == ["w", {"array": "a0"}]


def test_a_save_that_fails_leaves_the_old_file(tmp_path):
    save_record(tmp_path / "r.npz", make())
    before = (tmp_path / "r.npz").read_bytes()
    with pytest.raises(TypeError):
        save_record(tmp_path / "r.npz", Record("x", "visible", {"c": {"lines": [{"value": {1, 2}}]}}))
    assert [p.name for p in tmp_path.iterdir()] == ["r.npz"]
    assert (tmp_path / "r.npz").read_bytes() == before


def npz(header, **arrays):
    raw = io.BytesIO()
    np.savez(raw, header=np.frombuffer(json.dumps(header).encode(), np.uint8), **arrays)
    return raw.getvalue()


def written(save, *args, **kwargs):
    raw = io.BytesIO()
    save(raw, *args, **kwargs)
    return raw.getvalue()


EMPTY = {"version": 1, "lesson": "x", "part": "visible", "checks": {}}
LINE = {"position": 0, "label": "", "kind": "value", "value": {"array": "a7"}}
DAMAGED = {
    "empty": b"",
    "no zip": b"hello",
    "no header": written(np.savez, a=1),
    "header no JSON": written(np.savez, header=np.arange(3, dtype=np.uint8)),
    "header a list": npz([]),
    "no version": npz({k: v for k, v in EMPTY.items() if k != "version"}),
    "other version": npz({**EMPTY, "version": 2}),
    "checks a list": npz({**EMPTY, "checks": []}),
    "an array file": written(np.save, np.arange(3)),
    "pickled header": written(np.savez, header=np.array([{}], dtype=object)),
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_one_sentence(tmp_path, data):
    path = tmp_path / "r.npz"
    path.write_bytes(data)
    with pytest.raises(BadRecord) as told:
        load_record(path)
    assert str(path) in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "check",
    [{"lines": [LINE]}, {"lines": 3}, {}, {"lines": [{"value": {"evil": 1}}]}, {"lines": [], "mistakes": [3]}],
    ids=repr,
)
def test_a_damaged_check_is_one_sentence_when_it_is_asked_for(tmp_path, check):
    (tmp_path / "r.npz").write_bytes(npz({**EMPTY, "checks": {"conv": check}}))
    record = load_record(tmp_path / "r.npz")
    with pytest.raises(BadRecord, match="conv"):
        record.checks["conv"]


def test_a_member_that_was_cut_is_one_sentence(tmp_path):
    save_record(tmp_path / "r.npz", make())
    cut = tmp_path / "cut.npz"
    with zipfile.ZipFile(tmp_path / "r.npz") as old, zipfile.ZipFile(cut, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name)[: None if name == "header.npy" else 20])
    with pytest.raises(BadRecord, match="damaged"):
        load_record(cut).checks["conv"]


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(BadRecord, match="no expected values at"):
        load_record(tmp_path / "none.npz")


def test_a_line_that_no_record_can_hold_is_named():
    assert unrecordable([1, {"a": (Opaque("set"), 2)}]) == "set"
    assert unrecordable([1, {"a": np.zeros(2)}]) is None
