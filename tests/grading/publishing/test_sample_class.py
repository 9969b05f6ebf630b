"""The sample class is written anew only where the lesson that a sample is made from was built."""

import pytest

from grading.publishing import sample_class
from grading.publishing.sample_class import write


@pytest.fixture
def two(monkeypatch):
    """One student who does the lessons, and one who hands in lesson 01 under the name of 09."""
    few = tuple(s for s in sample_class.CLASS if s.student in ("ada", "quin"))
    monkeypatch.setattr(sample_class, "CLASS", few)


@pytest.mark.usefixtures("two")
def test_only_what_is_made_from_the_lessons_built_is_written(tmp_path):
    lessons = sample_class.demo_lessons()
    first, ninth = (lesson.slug for lesson in lessons)
    (tmp_path / "zoe").mkdir()
    (tmp_path / "zoe" / f"{ninth}.ipynb").write_bytes(b"somebody's")

    def names(of):
        return [p.relative_to(tmp_path).as_posix() for p in write(tmp_path, lessons, of=of)]

    assert names(["01"]) == [f"ada/{first}.ipynb", f"quin/{ninth}.ipynb"]
    assert not (tmp_path / "ada" / f"{ninth}.ipynb").exists()
    assert (tmp_path / "zoe" / f"{ninth}.ipynb").exists()
    assert names(["09"]) == [f"ada/{ninth}.ipynb"]
    assert names(["04"]) == []
    times = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.ipynb") if "zoe" not in p.parts}
    write(tmp_path, lessons)
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.ipynb")} == times  # and what nobody makes is gone
