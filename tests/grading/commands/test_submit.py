"""`course submit` and `course reset`: what is in the saved file, and back to the start without losing work."""

import json
import subprocess

import nbformat
import pytest
from nbgrader.utils import compute_checksum

from course_lib.checks import lookup
from grading.commands import reset, submit
from grading.errors import CourseError
from grading.paths import ROOT
from tests.course_lib.check_tools import entry, write

HALF = "def half(x):\n    return x / 2"
CHECK = 'with check("half") as expect:\n    expect("of one", half(1))'
MORE = 'with check("half-big") as expect:\n    expect("of many", half(1e9))'
GUESS = 'with check("guess") as expect:\n    expect("the answer", guess)'
START = "from course_lib.checks import NotDone, check"


def notebook(half='raise NotDone("half")', answer=submit.UNANSWERED):
    """The lesson with two exercises and a written question, as bytes."""
    cells = [nbformat.v4.new_code_cell(START)]
    sources = {"half": half, "check-half": CHECK, "check-half-big": MORE, "predict-guess": "guess = ...\n" + GUESS}
    for id, source in sources.items():
        cells.append(nbformat.v4.new_code_cell(source, metadata={"nbgrader": {"grade_id": id, "grade": True}}))
    why = {"nbgrader": {"grade_id": "question-why", "grade": True}}
    cells.append(nbformat.v4.new_markdown_cell("Why?", metadata={"nbgrader": {"grade_id": "ask-why"}}))
    cells.append(nbformat.v4.new_markdown_cell(answer, metadata=why))
    for place, cell in enumerate(cells):
        cell["id"] = f"cell-{place}"
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The lesson answered and saved, with the values it needs and a copy as it was handed out."""
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    lookup._loaded.clear()
    write(
        tmp_path / "expected",
        lesson="01_halves",
        **{"half": entry(HALF, CHECK), "half-big": entry(HALF, MORE), "guess": entry("guess = 3", GUESS)},
    )
    (tmp_path / "library" / "handed_out").mkdir(parents=True)
    (tmp_path / "library" / "handed_out" / "01_halves.ipynb").write_bytes(notebook())
    monkeypatch.setattr(reset, "beside_library", lambda name: [tmp_path / "library" / name])
    (tmp_path / "01_halves.ipynb").write_bytes(notebook(HALF))
    (tmp_path / "01_halves-Copy1.ipynb").write_bytes(notebook())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def passed(folder, **checks):
    """Note in the progress that these checks passed."""
    entries = {id.replace("__", "-"): {"passed": p, "tries": 1, "when": ""} for id, p in checks.items()}
    (folder / ".course-progress.json").write_text(json.dumps({"version": 1, "checks": entries}))


def known(folder):
    return json.loads((folder / ".course-progress.json").read_text())["checks"]


def test_what_passes_and_what_is_open_is_told_and_the_saved_file_is_copied(folder):
    passed(folder, half=True)
    made = submit.hand_in(folder, "1")
    told = list(submit.sentences(made))
    assert told[0] == "01_halves: 2 of 3 checks pass in the saved file."
    assert told[1:3] == ["Not done: guess", "Not answered, written: why"]
    assert told[-1] == f"Upload this file: {folder / 'hand-in' / '01_halves.ipynb'}"
    assert made.file.read_bytes() == (folder / "01_halves.ipynb").read_bytes()
    assert list(known(folder)) == ["half"]  # progress is what was done in the notebook, not this run


def test_a_written_answer_is_seen(folder):
    (folder / "01_halves.ipynb").write_bytes(notebook(HALF, "Because."))
    assert submit.unanswered(folder / "01_halves.ipynb") == []
    (folder / "01_halves.ipynb").write_bytes(notebook(HALF, " \n"))
    assert submit.unanswered(folder / "01_halves.ipynb") == ["why"]


def test_a_notebook_that_is_not_saved_is_told_and_not_taken(folder):
    (folder / "01_halves.ipynb").write_bytes(notebook())
    passed(folder, half=True, half__big=True)
    made = submit.hand_in(folder, "1")
    assert made.file is None
    told = list(submit.sentences(made))
    assert told[-3] == "Passed in your notebook, but not in the saved file: half."
    assert told[-1].startswith("Save it (in JupyterLab: Ctrl+S)")
    assert not (folder / "hand-in").exists()
    assert submit.hand_in(folder, "1").ahead == ["half", "half-big"]  # told again, for it was not saved
    assert submit.hand_in(folder, "1", anyway=True).file.exists()


def test_a_lesson_saved_under_another_name_is_named_and_not_taken(folder):
    (folder / "01_halves-Copy1.ipynb").unlink()
    (folder / "mine.ipynb").write_bytes(notebook(HALF))
    (folder / "01_halves.ipynb").write_bytes(notebook())
    (folder / "notes.ipynb").write_text("{")
    passed(folder, half=True)
    made = submit.hand_in(folder, "1")
    assert (made.file, made.copies) == (None, ["mine.ipynb"])
    told = list(submit.sentences(made))
    assert "under another name too: mine.ipynb. What is handed in is 01_halves.ipynb." in told[-2]


def test_a_wrong_answer_is_handed_in_and_called_wrong(folder):
    (folder / "01_halves.ipynb").write_bytes(notebook("def half(x):\n    return x"))
    made = submit.hand_in(folder, "1")
    assert "Wrong: half, half-big" in list(submit.sentences(made))
    assert made.to_json()["file"] == str(made.file)


def test_a_place_that_cannot_be_written_is_one_sentence(folder):
    (folder / "hand-in").write_text("")
    with pytest.raises(CourseError, match="cannot be written"):
        submit.hand_in(folder, "1")
    (folder / "kept").write_text("")
    with pytest.raises(CourseError, match="cannot be written"):
        reset.reset(folder, "1")
    assert (folder / "01_halves.ipynb").read_bytes() == notebook(HALF)


def test_a_lesson_is_given_back_whole_and_what_was_there_is_kept(folder):
    passed(folder, half=True, elsewhere=True)
    path, copy = reset.reset(folder, "1")
    assert path.read_bytes() == notebook()
    assert copy.read_bytes() == notebook(HALF)
    assert copy.parent == folder / "kept"
    assert list(known(folder)) == ["elsewhere"]


def test_an_exercise_is_given_back_and_the_rest_stays(folder):
    mine = json.loads(notebook(HALF, "Because."))
    mine["cells"][2]["source"] = "# I broke this check"
    mine["cells"].insert(1, {**mine["cells"][0], "id": "own", "source": "x = 1"})
    (folder / "01_halves.ipynb").write_text(json.dumps(mine))
    passed(folder, half=True, half__big=True, guess=True)
    reset.reset(folder, "1", "half")
    sources = ["".join(c["source"]) for c in json.loads((folder / "01_halves.ipynb").read_text())["cells"]]
    assert sources[:4] == [START, "x = 1", 'raise NotDone("half")', CHECK]
    assert sources[-1] == "Because."
    assert list(known(folder)) == ["guess"]
    nbformat.validate(nbformat.read(folder / "01_halves.ipynb", as_version=4))


@pytest.mark.parametrize(("exercise", "cell"), [("guess", "predict-guess"), ("why", "question-why"), ("half", "half")])
def test_a_cell_that_was_deleted_comes_back_where_it_was(folder, exercise, cell):
    mine = json.loads(notebook(HALF))
    mine["cells"] = [c for c in mine["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") != cell]
    (folder / "01_halves.ipynb").write_text(json.dumps(mine))
    reset.reset(folder, "1", exercise)
    ids = [c["id"] for c in json.loads((folder / "01_halves.ipynb").read_text())["cells"]]
    assert ids == [c["id"] for c in json.loads(notebook())["cells"]]


def test_an_unknown_exercise_and_a_lesson_without_a_copy_are_one_sentence(folder, monkeypatch):
    with pytest.raises(CourseError, match="01_halves has no exercise 'third'; it has half, guess, why"):
        reset.reset(folder, "1", "third")
    with pytest.raises(CourseError, match=r"no exercise 'hafl'.*Did you mean `course reset 01 half`\?"):
        reset.reset(folder, "1", "hafl")
    (folder / "library" / "handed_out" / "01_halves.ipynb").unlink()
    with pytest.raises(CourseError, match=r"no copy of 01_halves\.ipynb as it was handed out"):
        reset.reset(folder, "1")
    assert not (folder / "kept").exists()


def test_a_broken_notebook_can_be_given_back_whole_only(folder):
    (folder / "01_halves.ipynb").write_text("{")
    with pytest.raises(CourseError, match="no notebook that can be read"):
        reset.reset(folder, "1", "half")
    reset.reset(folder, "1")
    assert (folder / "01_halves.ipynb").read_bytes() == notebook()


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone of a project with one lesson, and `commit(bytes)` to commit the lesson anew."""
    root = tmp_path / "clone"
    (root / "notebooks").mkdir(parents=True)
    monkeypatch.setattr(reset, "beside_library", lambda name: [])
    monkeypatch.setattr(reset, "ROOT", root)

    def commit(content):
        (root / "notebooks" / "01_halves.ipynb").write_bytes(content)
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        for words in (["init", "-q"], ["add", "notebooks"], [*who, "commit", "-qm", "lesson"]):
            subprocess.run(["git", "-C", root, *words], check=True)

    return commit


def summed(content, run=False):
    """A notebook with nbgrader's own checksums, those of the lesson as handed out; as bytes. `run`: once run."""
    given = {c.id: compute_checksum(c) for c in nbformat.reads(notebook().decode(), 4).cells[1:] if _complete(c)}
    made = nbformat.reads(content.decode(), 4)
    for cell in made.cells[1:]:
        _complete(cell).nbgrader["checksum"] = given[cell.id]
    if run:
        made.cells[0].outputs = [nbformat.v4.new_output("stream", text="1")]
    return nbformat.writes(made).encode()


def _complete(cell):
    about = cell.metadata.nbgrader
    about.solution = about.grade_id in ("half", "question-why")
    about.grade = about.grade_id not in ("half", "ask-why")
    about.locked, about.points = not about.solution, 2 if about.grade else 0
    return cell.metadata


def test_in_a_clone_the_last_commit_that_nobody_worked_in_has_the_lesson(clone):
    clone(summed(notebook()).replace(b"NotDone, check", b"check, NotDone"))
    clone(summed(notebook()))
    clone(summed(notebook(), run=True))
    clone(summed(notebook(HALF, "Because.")))
    clone(b"{")
    assert reset.handed_out("01_halves.ipynb") == summed(notebook())


def test_a_clone_in_which_every_commit_holds_work_has_no_copy(clone):
    clone(summed(notebook(HALF)))
    with pytest.raises(CourseError, match=r"no copy of 01_halves\.ipynb as it was handed out"):
        reset.handed_out("01_halves.ipynb")


def test_every_lesson_of_this_project_is_known_as_untouched():
    lessons = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    assert [path.stem for path in lessons if not reset.untouched(path.read_bytes())] == []
    assert lessons
