"""Real data sets by name: bundled digits; MNIST, Fashion-MNIST, CIFAR-10, Olivetti faces, downloaded once, never
unpickled.

`progressbar` says whether a download shows one.
"""

from __future__ import annotations

import gzip
import os
import struct
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from course_lib.autograd.keywords import named_functions


class DataUnavailable(RuntimeError):
    """A data set is neither on this machine nor to be had from its mirrors; says what still works."""


@dataclass(frozen=True)
class Dataset:
    """Images as uint8 (n, channels, height, width), labels as int64 (n,), and the names of the classes."""

    name: str
    x_train: np.ndarray
    t_train: np.ndarray
    x_test: np.ndarray
    t_test: np.ndarray
    classes: Sequence[str]

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.x_train.shape[1:]))
        return f"Dataset({self.name}: {len(self.x_train)} training and {len(self.x_test)} test images of {shape})"


@dataclass(frozen=True)
class Source:
    """Where the original files of a data set lie: folder name in COURSE_DATA, mirrors, and file name -> checksum.

    A checksum is an md5, or says what it is: "sha256:...".
    """

    folder: str
    mirrors: tuple[str, ...]
    files: dict[str, str]


DIGITS = tuple("0123456789")
CLOTHES = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
THINGS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

SOURCES = {
    "mnist": Source(
        "mnist",
        ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
        {
            "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
            "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
            "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
        },
    ),
    "fashion_mnist": Source(
        "fashion-mnist",
        (
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        ),
        {
            "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
            "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
            "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
        },
    ),
    "cifar10": Source(
        "cifar-10-batches-bin",
        (
            "https://www.cs.toronto.edu/~kriz/",
            "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/",
        ),
        {"cifar-10-binary.tar.gz": "c32a1d4ab5d03f1284b67883e8d87530"},
    ),
    "olivetti": Source(
        "olivetti",
        ("https://ndownloader.figshare.com/files/5976027?file=",),
        {"olivettifaces.mat": "sha256:b612fb967f2dc77c9c62d3e1266e0c73d5fca46a4b8906c18e454d41af987794"},
    ),
}


def load(name: str, *, or_else: str | None = None, progressbar: bool = True) -> Dataset:
    """The data set `name`: digits (bundled), mnist, fashion_mnist, cifar10 or olivetti.

    Files are looked for in COURSE_DATA, then in the user's cache, then downloaded there once. `or_else` names a set
    to use instead when that fails, and says so in one line; a graded run uses it at once. Raises ValueError for an
    unknown name and DataUnavailable when the files cannot be had.
    """
    if name not in LOADERS:
        raise ValueError(f"load: no data set is called {name!r}; there are {', '.join(sorted(LOADERS))}")
    if or_else is not None and os.environ.get("COURSE_MODE") == "grade":
        return load(or_else, progressbar=progressbar)  # a grade must not depend on the files of a machine
    try:
        return LOADERS[name](progressbar)
    except DataUnavailable:
        if or_else is None:
            raise
        print(f"{name} is not to be had here; going on with {or_else} instead.")
        return load(or_else, progressbar=progressbar)


def digits(progressbar: bool = True) -> Dataset:
    """scikit-learn's bundled 8x8 digits, 0..16 scaled to 0..255; the last 360 of the 1797 are the test set."""
    rows = _digit_rows()
    x = np.rint(rows[:, :-1].reshape(-1, 1, 8, 8) * (255 / 16)).astype(np.uint8)
    t = rows[:, -1].astype(np.int64)
    return Dataset("digits", x[:-360], t[:-360], x[-360:], t[-360:], DIGITS)


def _digit_rows() -> np.ndarray:
    """64 pixels and the class of each digit, (1797, 65): from scikit-learn's own file; importing it takes a second."""
    package = find_spec("sklearn")
    for folder in (package.submodule_search_locations or ()) if package else ():
        file = Path(folder) / "datasets" / "data" / "digits.csv.gz"
        if file.is_file():
            return np.loadtxt(file, delimiter=",")
    from sklearn.datasets import load_digits

    found = load_digits()
    return np.column_stack([found.data, found.target])


def mnist(progressbar: bool = True) -> Dataset:
    """MNIST (LeCun, Cortes, Burges 1998): 60 000 and 10 000 images of 1x28x28."""
    return idx_dataset("mnist", DIGITS, progressbar)


def fashion_mnist(progressbar: bool = True) -> Dataset:
    """Fashion-MNIST (Xiao, Rasul, Vollgraf 2017): 60 000 and 10 000 images of 1x28x28."""
    return idx_dataset("fashion_mnist", CLOTHES, progressbar)


def cifar10(progressbar: bool = True) -> Dataset:
    """CIFAR-10 (Krizhevsky 2009), binary version: 50 000 and 10 000 images of 3x32x32."""
    folder = local_folder("cifar10")
    if folder is None or not (folder / "test_batch.bin").exists():
        folder = unpack(fetch("cifar10", "cifar-10-binary.tar.gz", progressbar))
    train = [cifar_records(folder / f"data_batch_{k}.bin") for k in range(1, 6)]
    x_test, t_test = cifar_records(folder / "test_batch.bin")
    x_train, t_train = (np.concatenate(parts) for parts in zip(*train, strict=True))
    return Dataset("cifar10", x_train, t_train, x_test, t_test, THINGS)


def olivetti(progressbar: bool = True) -> Dataset:
    """Faces of AT&T Laboratories Cambridge (Samaria and Harter 1994), 1x64x64: 30 persons, and 10 others for the test.

    Ten photographs each; labels are persons, 0 to 29 in the training and 30 to 39 in the test set.
    """
    from scipy.io import loadmat  # comes with scikit-learn

    faces = np.asarray(loadmat(fetch("olivetti", "olivettifaces.mat", progressbar))["faces"], np.uint8)
    x = faces.T.reshape(-1, 64, 64).transpose(0, 2, 1)[:, None]
    t = np.arange(len(x)) // 10
    return Dataset("olivetti", x[t < 30], t[t < 30], x[t >= 30], t[t >= 30], tuple(f"person {k}" for k in range(40)))


LOADERS = {"digits": digits, "mnist": mnist, "fashion_mnist": fashion_mnist, "cifar10": cifar10, "olivetti": olivetti}


def local_folder(name: str) -> Path | None:
    """The set's folder under COURSE_DATA, or None where that variable is not set or the folder is not there."""
    root = os.environ.get("COURSE_DATA")
    folder = Path(root) / SOURCES[name].folder if root else None
    return folder if folder and folder.is_dir() else None


def fetch(name: str, file: str, progressbar: bool = True) -> Path:
    """Path of an original file: from COURSE_DATA, the cache, or the first mirror whose bytes match the checksum."""
    import pooch

    folder = local_folder(name)
    if folder and (folder / file).exists():
        return folder / file
    source, failures = SOURCES[name], []
    checksum = source.files[file] if ":" in source.files[file] else f"md5:{source.files[file]}"
    cache = Path(pooch.os_cache("perceptron-to-resnet")) / source.folder
    pooch.get_logger().setLevel("WARNING")
    for mirror in source.mirrors:
        try:
            return Path(pooch.retrieve(mirror + file, checksum, fname=file, path=cache, progressbar=progressbar))
        except (OSError, ValueError) as error:  # no network, an HTTP error, a cut or altered file
            failures.append(f"{mirror}: {first_line(error)}")
    raise DataUnavailable(
        f"{file} of {name} could not be downloaded ({'; '.join(failures)}). Connect once, or put the file into "
        f"{source.folder}/ of a folder named by COURSE_DATA. Every exercise works without it, and load('digits') does."
    )


def first_line(error: BaseException) -> str:
    """The first line of an error, at most 90 characters, with its type."""
    text = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__} {text[0][:90]}".strip()


def idx_dataset(name: str, classes: Sequence[str], progressbar: bool) -> Dataset:
    """A data set of four gzipped idx files. `classes` are their names, in the order of the labels."""
    parts = [read_idx(fetch(name, file, progressbar)) for file in SOURCES[name].files]
    x_train, t_train, x_test, t_test = parts
    return Dataset(name, x_train[:, None], t_train.astype(np.int64), x_test[:, None], t_test.astype(np.int64), classes)


def read_idx(path: str | Path) -> np.ndarray:
    """A gzipped idx file of unsigned bytes as an array of the shape it states; ValueError when it is not one.

    `path` is that of the file.
    """
    try:
        raw = gzip.decompress(Path(path).read_bytes())
    except (OSError, EOFError) as error:
        raise ValueError(f"{path} is not a complete gzip file; delete it and load the set again") from error
    if len(raw) < 4 or raw[:3] != b"\0\0\x08":
        raise ValueError(f"{path} is not an idx file of unsigned bytes; delete it and load the set again")
    ndim = raw[3]
    shape = struct.unpack_from(f">{ndim}I", raw, 4)
    data = np.frombuffer(raw, np.uint8, offset=4 + 4 * ndim)
    if data.size != np.prod(shape):
        raise ValueError(f"{path} states shape {shape} but holds {data.size} bytes; delete it and load the set again")
    return data.reshape(shape)


def cifar_records(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 3, 32, 32) and labels (n,) of one CIFAR-10 binary file; ValueError when its size is no multiple.

    `path` is that of the file.
    """
    data = np.fromfile(path, np.uint8)
    if data.size == 0 or data.size % 3073:
        raise ValueError(f"{path} holds {data.size} bytes, which is no multiple of a record's 3073; it is damaged")
    records = data.reshape(-1, 3073)
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].astype(np.int64)


def unpack(archive: Path) -> Path:
    """Unpack CIFAR-10's archive beside itself and return the folder of its binary files."""
    target = archive.parent / "unpacked"
    folder = target / "cifar-10-batches-bin"
    if not (folder / ".complete").exists():
        safely: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python 3.11.4 on
        with tarfile.open(archive) as tar:
            tar.extractall(target, **safely)
        (folder / ".complete").touch()
    return folder


named_functions(globals())
