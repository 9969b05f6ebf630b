"""What pyproject.toml cannot say: what belongs to the lessons in notebooks/ is part of the library's wheel.

Visible values, recorded figures, and the lessons as handed out: one copy of each in the repository, and a notebook that
lies anywhere finds them with the installed library.
"""

import warnings

from setuptools import find_namespace_packages, setup

BESIDE = {
    "course_lib.expected": "notebooks/expected",
    "course_lib.figures": "notebooks/figures",
    "course_lib.handed_out": "notebooks",
}
KINDS = ["*.npz", "*.json", "*.png", "[0-9]*.ipynb"]

# pip would show the learner ten lines about folders called as the packages
warnings.filterwarnings("ignore", r"\s*Editable installation")
setup(
    packages=[*find_namespace_packages(include=["course_lib*", "grading*"]), *BESIDE],
    package_dir=BESIDE,
    package_data={"grading": ["**/*"], **dict.fromkeys(BESIDE, KINDS)},
)
