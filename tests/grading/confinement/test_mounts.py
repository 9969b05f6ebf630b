"""The sandbox starts wherever Python was installed, shows the same paths inside, and works without root."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grading.confinement import mounts
from grading.errors import CourseError
from tests.grading.places import Places, copy, open_to_all

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
DRIVER = """
import json, sys
sys.path.insert(0, sys.argv[1])
from grading.confinement.job import Job, Limits, Step
from grading.confinement.sandbox import Sandbox
look = '''
import os, sys, numpy, torch, IPython, course_lib
places = [m.__file__.replace("/usr/lib", "/opt/env/lib") for m in (numpy, torch, IPython, course_lib, os)]
print([p.startswith("/opt/") for p in places], course_lib.__file__)
print(os.path.exists("@BASE@"), os.path.exists(sys.argv[0]), sys.executable)
'''.replace("@BASE@", sys.argv[2])
with Sandbox() as box:
    run = box.run(Job("k", "l", (Step("a", look),)))
text = "".join(o.get("text", "") or "".join(o.get("traceback", [])) for o in run.cells["a"].outputs)
print(json.dumps([box.path, run.ended, run.isolation.differs, text]))
"""


def stdlib(target):
    """A copy of the interpreter itself, without packages."""
    base = Path(sys.base_prefix)
    target.mkdir(parents=True)
    (target / "bin").mkdir()
    shutil.copy2(Path(sys.executable).resolve(), target / "bin" / f"python{VERSION}")
    (target / "bin" / "python3").symlink_to(f"python{VERSION}")
    (target / "bin" / "python").symlink_to("python3")
    leave = shutil.ignore_patterns("site-packages", "dist-packages", "test", "idlelib", "tkinter", "__pycache__")
    shutil.copytree(base / "lib" / f"python{VERSION}", target / "lib" / f"python{VERSION}", symlinks=True, ignore=leave)
    for library in (base / "lib").glob("libpython*"):
        shutil.copy2(library, target / "lib", follow_symlinks=False)
    return target


def venv(target, python):
    """A virtual environment as every tool makes it, with this one's packages."""
    (target / "bin").mkdir(parents=True)
    (target / "bin" / "python").symlink_to(python)
    (target / "pyvenv.cfg").write_text(
        f"home = {python.parent}\ninclude-system-site-packages = false\nversion = {VERSION}\n"
    )
    lib = target / "lib" / f"python{VERSION}"
    lib.mkdir(parents=True)
    (lib / "site-packages").symlink_to(mounts.this_interpreter().packages[0])
    return target / "bin" / "python"


def pyenv(folder):
    base = stdlib(folder / "home/.pyenv/versions" / VERSION)
    return venv(folder / "project/.venv", base / f"bin/python{VERSION}")


def uv(folder):
    base = stdlib(folder / f"home/.local/share/uv/python/cpython-{VERSION}.99-linux-gnu")
    short = base.with_name(f"cpython-{VERSION}-linux-gnu")
    short.symlink_to(base.name)
    return venv(folder / "project/.venv", short / f"bin/python{VERSION}")


def conda(folder):
    base = stdlib(folder / "home/miniconda3/envs/course")
    copy(mounts.this_interpreter().packages[0], base / f"lib/python{VERSION}/site-packages")
    (base / "conda-meta").mkdir()
    return base / "bin/python"


def own(folder):
    """The one that runs the tests, whatever it is."""
    return Path(sys.executable)


@pytest.fixture
def folder():
    """On the file system of the packages, so that a copy is a link."""
    made = Path(tempfile.mkdtemp(prefix=".layouts-", dir=Path(mounts.this_interpreter().packages[0]).parent))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def drive(python, project, base, before=()):
    done = subprocess.run([*before, python, "-c", DRIVER, project, base], capture_output=True, text=True, cwd="/",
                          env={"PATH": os.environ["PATH"]}, timeout=300)  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("make", [own, pyenv, uv, conda], ids=lambda f: f.__name__)
def test_every_way_to_install_python_gives_the_same_sandbox(make, folder):
    python = make(folder)
    _, ended, differs, text = drive(python, mounts.ROOT, folder if make is not own else mounts.ROOT)
    assert (ended, differs) == ("finished", [])
    lines = text.splitlines()
    assert lines[0] == "[True, True, True, True, True] /opt/course/course_lib/__init__.py"
    assert lines[1].startswith("False True /opt/")


def test_an_ordinary_user_gets_nested_namespaces(folder):
    places = Places()
    try:
        ready = places.lower() if os.geteuid() == 0 else {"interpreter": mounts.this_interpreter()}
        base = ready["interpreter"].base
        code = places.folder / "project"
        for name in ("grading", "course_lib"):
            shutil.copytree(mounts.ROOT / name, code / name)
        subprocess.run(["chmod", "-R", "o+rX", code], check=True)
        python = venv(places.folder / "env", base / ready["interpreter"].executable)
        before = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if os.geteuid() == 0 else []
        path, ended, differs, text = drive(python, code, mounts.ROOT, before)
    finally:
        places.remove()
    assert (path, ended, differs) == ("nested", "finished", [])
    assert "False True /opt/env/bin/python" in text


def test_a_project_inside_a_mounted_tree_is_covered(tmp_path, monkeypatch):
    project = tmp_path / "usr/src/course"
    (project / "solutions").mkdir(parents=True)
    monkeypatch.setattr(mounts, "ROOT", project)
    words = mounts._covers(tmp_path / "usr", "/usr")
    assert words[:2] == ["--tmpfs", "/usr/src/course"]


def test_packages_that_hold_the_grader_are_covered(tmp_path):
    for name in ("grading", "solutions", "numpy"):
        (tmp_path / name).mkdir()
    words = " ".join(mounts._covers(tmp_path, "/opt/env/lib/site-packages"))
    assert "--tmpfs /opt/env/lib/site-packages/grading" in words
    assert "--tmpfs /opt/env/lib/site-packages/solutions" in words
    assert "numpy" not in words


def test_the_environment_is_our_own(monkeypatch):
    monkeypatch.setenv("AWS_SECRET", "x")
    values = mounts.environment()
    assert "AWS_SECRET" not in values
    assert {values[name] for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")} == {"1"}
    assert values["COURSE_MODE"] == "grade"


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(CourseError, match="nowhere"):
        mounts.check_folder(tmp_path / "nowhere", "the expected values")
    assert open_to_all("/")
