"""Real data sets: read from COURSE_DATA, downloaded with checksum and mirrors, a clear sentence when neither works."""

import gzip
import hashlib
import io
import struct
import subprocess
import sys
import tarfile
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from sklearn.datasets import load_digits

from course_lib.data import datasets
from course_lib.data.datasets import DataUnavailable, Source, load, read_idx


def idx(array):
    """`array` of bytes as a gzipped idx file."""
    head = b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(head + array.tobytes(), mtime=0)


class Mirror(BaseHTTPRequestHandler):
    """Serves `files`; a path that starts with /cut announces more bytes than it sends."""

    def __init__(self, *args, files, log):
        self.files, self.seen = files, log
        super().__init__(*args)

    def do_GET(self):
        self.seen.append(self.path)
        kind, _, name = self.path.strip("/").partition("/")
        body = self.files.get(name)
        if body is None or kind == "gone":
            self.send_error(404)
            return
        if kind == "altered":
            body = body[:-1] + bytes([body[-1] ^ 1])
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if kind == "cut" else body)

    def log_message(self, *args):
        """Keep the test's output quiet."""


@pytest.fixture
def served(tmp_path, monkeypatch, rng):
    """A tiny MNIST behind a local server; returns (use mirrors by kind, requests seen, the arrays)."""
    arrays = {
        "train-images-idx3-ubyte.gz": rng.integers(0, 256, (6, 28, 28), dtype=np.uint8),
        "train-labels-idx1-ubyte.gz": rng.integers(0, 10, 6, dtype=np.uint8),
        "t10k-images-idx3-ubyte.gz": rng.integers(0, 256, (2, 28, 28), dtype=np.uint8),
        "t10k-labels-idx1-ubyte.gz": rng.integers(0, 10, 2, dtype=np.uint8),
    }
    files = {name: idx(a) for name, a in arrays.items()}
    log = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Mirror, files=files, log=log))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def use(*kinds):
        mirrors = tuple(f"http://127.0.0.1:{server.server_port}/{kind}/" for kind in kinds)
        md5 = {name: hashlib.md5(body).hexdigest() for name, body in files.items()}
        monkeypatch.setitem(datasets.SOURCES, "mnist", Source("mnist", mirrors, md5))

    yield use, log, arrays
    server.shutdown()
    server.server_close()


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_a_downloaded_set_holds_the_bytes_that_were_served(served):
    use, _, arrays = served
    use("good")
    data = load("mnist", progressbar=False)
    assert np.array_equal(data.x_train[:, 0], arrays["train-images-idx3-ubyte.gz"])
    assert np.array_equal(data.t_test, arrays["t10k-labels-idx1-ubyte.gz"])
    assert data.x_train.shape == (6, 1, 28, 28)
    assert data.t_train.dtype == np.int64


def test_a_second_load_asks_no_server(served):
    use, log, _ = served
    use("good")
    load("mnist", progressbar=False)
    asked = len(log)
    load("mnist", progressbar=False)
    assert asked == 4
    assert len(log) == asked


@pytest.mark.parametrize("bad", ["gone", "cut", "altered"])
def test_the_second_mirror_serves_when_the_first_is_missing_interrupted_or_altered(served, bad):
    use, log, arrays = served
    use(bad, "good")
    data = load("mnist", progressbar=False)
    assert np.array_equal(data.x_test[:, 0], arrays["t10k-images-idx3-ubyte.gz"])
    assert any(path.startswith(f"/{bad}/") for path in log)


@pytest.mark.parametrize("bad", ["gone", "cut", "altered"])
def test_no_damaged_file_is_left_in_the_cache(served, tmp_path, bad):
    use, _, _ = served
    use(bad)
    with pytest.raises(DataUnavailable, match="COURSE_DATA"):
        load("mnist", progressbar=False)
    assert [p for p in (tmp_path / "cache").rglob("*") if p.is_file()] == []


def test_without_a_network_the_error_says_what_still_works(served, monkeypatch):
    monkeypatch.setitem(datasets.SOURCES, "mnist", Source("mnist", ("http://127.0.0.1:9/",), {"a.gz": "0"}))
    with pytest.raises(DataUnavailable, match=r"load\('digits'\)"):
        load("mnist", progressbar=False)


def test_or_else_goes_on_with_the_bundled_digits_and_says_so(served, capsys):
    use, _, _ = served
    use("gone")
    assert load("mnist", or_else="digits", progressbar=False).name == "digits"
    assert "digits instead" in capsys.readouterr().out


def test_a_graded_run_takes_the_bundled_digits_whatever_the_machine_has(served, monkeypatch, capsys):
    use, fetched, _ = served
    use("good")
    monkeypatch.setenv("COURSE_MODE", "grade")
    assert load("mnist", or_else="digits", progressbar=False).name == "digits"
    assert (capsys.readouterr().out, fetched) == ("", [])
    assert load("mnist", progressbar=False).name == "mnist"  # who names no other set gets what was asked for


def test_cifar_is_read_from_its_binary_archive(tmp_path, monkeypatch, rng):
    records = rng.integers(0, 10, (6, 4, 3073), dtype=np.uint8)
    names = [f"data_batch_{k}.bin" for k in range(1, 6)] + ["test_batch.bin"]
    archive = tmp_path / "cache" / "cifar-10-binary.tar.gz"
    archive.parent.mkdir()
    with tarfile.open(archive, "w:gz") as tar:
        for name, block in zip(names, records, strict=True):
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            info.size = block.nbytes
            tar.addfile(info, io.BytesIO(block.tobytes()))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setattr(datasets, "fetch", lambda *args: archive)
    data = load("cifar10")
    assert np.array_equal(data.x_train.reshape(20, -1), records[:5].reshape(20, 3073)[:, 1:])
    assert np.array_equal(data.t_test, records[5][:, 0])


def test_an_archive_is_unpacked_by_a_python_that_cannot_filter_yet(tmp_path, monkeypatch):
    """Python 3.11 before 3.11.4, as some systems have it."""
    archive = tmp_path / "cifar-10-binary.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("cifar-10-batches-bin/test_batch.bin"), io.BytesIO())
    unpacked = tarfile.TarFile.extractall

    def older(self, path=".", members=None, *, numeric_owner=False):
        unpacked(self, path, members, numeric_owner=numeric_owner)

    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    monkeypatch.setattr(tarfile.TarFile, "extractall", older)
    assert (datasets.unpack(archive) / "test_batch.bin").exists()


def test_olivetti_is_split_by_person_and_its_faces_stand_upright(tmp_path, monkeypatch, rng):
    from scipy.io import savemat

    photos = rng.integers(0, 256, (400, 64, 64), dtype=np.uint8)
    (tmp_path / "olivetti").mkdir()
    savemat(tmp_path / "olivetti" / "olivettifaces.mat", {"faces": photos.transpose(0, 2, 1).reshape(400, 4096).T})
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    data = load("olivetti")
    assert np.array_equal(data.x_train, photos[:300, None])
    assert np.array_equal(data.x_test, photos[300:, None])
    assert set(data.t_train) == set(range(30))
    assert set(data.t_test) == set(range(30, 40))
    assert np.all(np.bincount(data.t_test)[30:] == 10)


def test_a_checksum_may_name_its_kind(tmp_path, monkeypatch):
    seen = []
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setattr(
        "pooch.retrieve", lambda url, known, **how: seen.append((url, known)) or tmp_path / how["fname"]
    )
    assert datasets.fetch("olivetti", "olivettifaces.mat").name == "olivettifaces.mat"
    datasets.fetch("cifar10", "cifar-10-binary.tar.gz")
    assert seen[0][0].endswith("olivettifaces.mat")
    assert seen[0][1].startswith("sha256:")
    assert seen[1][1].startswith("md5:")


def test_course_data_is_used_as_it_is(tmp_path, monkeypatch, rng):
    folder = tmp_path / "fashion-mnist"
    folder.mkdir()
    for name in datasets.SOURCES["fashion_mnist"].files:
        shape = (3, 28, 28) if "images" in name else (3,)
        (folder / name).write_bytes(idx(rng.integers(0, 10, shape, dtype=np.uint8)))
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert load("fashion_mnist").x_test.shape == (3, 1, 28, 28)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not gzip", "not a complete gzip file"),
        (gzip.compress(b"\1\2\3\4"), "not an idx file"),
        (gzip.compress(b"\0\0\x08\1" + struct.pack(">I", 9) + b"abc"), "states shape"),
    ],
    ids=["not gzip", "not idx", "cut short"],
)
def test_a_damaged_idx_file_is_named(tmp_path, content, message):
    path = tmp_path / "x.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_idx(path)


def test_a_damaged_cifar_file_is_named(tmp_path):
    (tmp_path / "b.bin").write_bytes(b"123")
    with pytest.raises(ValueError, match="3073"):
        datasets.cifar_records(tmp_path / "b.bin")


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="cifar10, digits"):
        load("imagenet")


def test_the_bundled_digits_need_nothing():
    data = load("digits")
    assert data.x_train.shape == (1437, 1, 8, 8)
    assert set(np.unique(data.t_test)) == set(range(10))
    assert data.x_train.max() == 255
    assert "1437 training" in repr(data)


@pytest.mark.parametrize("found", [True, False])
def test_the_bundled_digits_are_scikit_learn_s_whether_its_file_lies_where_it_did_or_not(found, monkeypatch):
    if not found:
        monkeypatch.setattr(datasets, "find_spec", lambda name: None)
    data, theirs = load("digits"), load_digits()
    x = np.concatenate([data.x_train, data.x_test])[:, 0]
    assert np.array_equal(np.rint(x * (16 / 255)), theirs.images)
    assert np.array_equal(np.concatenate([data.t_train, data.t_test]), theirs.target)
    assert x.dtype == np.uint8


def test_the_digits_are_there_without_importing_scikit_learn():
    code = "import sys; from course_lib.data.datasets import load; load('digits'); print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
