"""Holds the original MNIST in COURSE_DATA to what was published: python -m tests.course_lib.data.originals"""

import hashlib
import os
from pathlib import Path

import numpy as np

from course_lib.data import datasets

COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]  # of each digit among the 10,000 for testing

if __name__ == "__main__":
    folder = Path(os.environ["COURSE_DATA"]) / "mnist"
    for name, md5 in datasets.SOURCES["mnist"].files.items():
        assert hashlib.md5((folder / name).read_bytes()).hexdigest() == md5, name
    data = datasets.load("mnist")
    assert data.x_train.shape == (60_000, 1, 28, 28), data.x_train.shape
    assert np.bincount(data.t_test).tolist() == COUNTS
    print(f"{len(datasets.SOURCES['mnist'].files)} files of MNIST in {folder} are the published ones")
