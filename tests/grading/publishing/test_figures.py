"""A lecture figure is run once, kept as data with where and when, and collected into one page."""

import json
import re
import subprocess

import pytest

from grading.errors import CourseError
from grading.lessons.source import parse_lesson, read_lessons
from grading.publishing.build import Folders
from grading.publishing.figures import commit, figures, read_figure, run_figure, shown, tally, write_page
from tests.grading.means import FOLDER, PATH, edited_text, means


@pytest.fixture
def folders(tmp_path):
    return Folders(FOLDER, tmp_path / "notebooks")


def test_figures_are_listed_by_number():
    text = edited_text(("# %% [markdown]\n# ## Predict", '# %% figure="F2"\n1\n\n# %% [markdown]\n# ## Predict'))
    found = figures([parse_lesson(text, PATH)])
    assert [(f.name, f.lesson) for f in found] == [("F2", "98_means"), ("F11", "98_means")]


def test_the_tally_counts_the_lectures_figures_and_names_what_lacks(folders):
    shows = '# %% figure="F2"\n1\n\n# %% figure="F2"\nrecorded("F2", device="cuda")\n\n# %% figure="F2b"\n2\n\n'
    text = edited_text(("# %% [markdown]\n# ## Predict", f"{shows}# %% [markdown]\n# ## Predict"))
    listed = figures([parse_lesson(text, PATH)])
    assert [(f.name, f.devices) for f in listed] == [("F2", (("F2", "cuda"),)), ("F2b", ()), ("F11", ())]
    told = tally(listed, ["F11"], folders)
    assert told.startswith("1 of 45 lecture figures recorded; not yet: F1, F3, F4,")
    assert "F11" in told
    assert told.endswith("; without their run on a GPU: F2")
    (folders.notebooks / "figures").mkdir(parents=True)
    (folders.notebooks / "figures" / "F2_cuda.json").write_text("{}", encoding="utf-8")
    assert "GPU" not in tally(listed, [], folders)
    assert tally(listed, [], folders).startswith("2 of 45")


def test_all_lecture_figures_stand_and_lessons_12_and_18_say_which_want_a_gpu():
    listed, notebooks = figures(read_lessons(Folders().solutions)), Folders().notebooks
    missing = [f.name for f in listed if not (notebooks / "figures" / f"{f.name}.json").exists()]
    told = tally(listed, missing, Folders())
    assert told.startswith("45 of 45 lecture figures recorded")
    assert "not yet" not in told
    assert {pair for f in listed for pair in f.devices} == {("F19", "cuda"), ("F37", "cuda")}


def test_what_other_runs_recorded_leaves_a_commit_clean(tmp_path):
    def git(*words):
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        return subprocess.run(["git", "-C", tmp_path, *who, *words], check=True, capture_output=True, text=True).stdout

    page, source = tmp_path / "notebooks" / "figures" / "figures.md", tmp_path / "a.py"
    page.parent.mkdir(parents=True)
    git("init", "-q")
    for path in (page, source):
        path.write_text("1")
    git("add", ".")
    git("commit", "-qm", "Begin")
    head = git("rev-parse", "--short", "HEAD").strip()
    page.write_text("2")
    assert commit(tmp_path) == head
    source.write_text("2")
    assert commit(tmp_path) == f"{head}+"


def test_every_record_was_made_from_a_clean_commit():
    records = sorted((Folders().notebooks / "figures").glob("*.json"))
    assert len(records) > 45
    told = {path.stem: json.loads(path.read_text())["commit"] for path in records}
    assert not [name for name, commit in told.items() if not re.fullmatch(r"[0-9a-f]{7,40}", commit)]


def test_one_figure_in_two_lessons_is_refused():
    other = parse_lesson(edited_text().replace('lesson="98"', 'lesson="96"'), FOLDER / "96_again.py")
    with pytest.raises(CourseError, match=r"96_again\.py:\d+: figure F11 is also in 98_means\.py"):
        figures([means(), other])


def test_a_run_is_kept_with_date_commit_and_machine(folders):
    record = json.loads(run_figure("F11", folders).read_text(encoding="utf-8"))
    assert record["results"] == [{"title": "weights", "rows": [["shared", 2250, 2250, "30 filters of 5×5×3"]]}]
    assert record["lesson"] == "98_means"
    assert set(record) == {"figure", "lesson", "results", "date", "commit", "machine"}
    assert all(isinstance(record[key], str) and record[key] for key in ("date", "commit", "machine"))
    assert read_figure("F11", folders) == record


def test_a_run_on_a_device_stands_beside_the_other(folders):
    record = json.loads(run_figure("F11", folders, "cpu").read_text(encoding="utf-8"))
    assert record["device"].startswith("CPU")
    assert read_figure("F11_cpu", folders) == record
    path, missing = write_page(folders)
    assert missing == ["F11"]
    assert "| shared | 2250 | 2250 | 30 filters of 5×5×3 |" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["cuda:99", "gpu"])
def test_a_device_that_is_not_there_is_one_sentence_and_nothing_runs(folders, name):
    with pytest.raises(CourseError, match=f"^device: '{name}' [^\n]+$"):
        run_figure("F11", folders, name)
    assert not (folders.notebooks / "figures" / "F11.json").exists()


def test_drawings_lie_beside_the_data(tmp_path):
    text = edited_text(
        ('SimpleNamespace(title="weights"', 'plt.plot([1, 2])\nprint(2)\nSimpleNamespace(title="weights"')
    )
    (tmp_path / "98_means.py").write_text(text, encoding="utf-8")
    folders = Folders(tmp_path, tmp_path / "notebooks")
    text = text.replace("import numpy as np\n", "import matplotlib.pyplot as plt\nimport numpy as np\n")
    (tmp_path / "98_means.py").write_text(text, encoding="utf-8")
    record = json.loads(run_figure("F11", folders).read_text(encoding="utf-8"))
    assert [r.get("picture") for r in record["results"]] == [None, "F11_1.png"]
    assert (folders.notebooks / "figures" / "F11_1.png").read_bytes().startswith(b"\x89PNG")


def test_the_page_holds_every_table_and_says_what_is_missing(folders):
    path, missing = write_page(folders)
    assert missing == ["F11"]
    assert "Not recorded yet: `course figures --run F11`." in path.read_text(encoding="utf-8")
    run_figure("F11", folders)
    path, missing = write_page(folders)
    text = path.read_text(encoding="utf-8")
    assert missing == []
    assert "| shared | 2250 | 2250 | 30 filters of 5×5×3 |" in text
    assert "*Recorded 20" in text


def test_the_page_says_which_run_on_a_device_is_missing(tmp_path):
    shows = '# %% figure="F11"\nrecorded("F11", device="cuda")\n\n# %% [markdown]\n# ## Predict'
    (tmp_path / "98_means.py").write_text(edited_text(("# %% [markdown]\n# ## Predict", shows)), encoding="utf-8")
    folders = Folders(tmp_path, tmp_path / "notebooks")
    told = "Not recorded yet on cuda: `course figures --run F11 --device cuda`."
    assert told in write_page(folders)[0].read_text(encoding="utf-8")
    (folders.notebooks / "figures" / "F11_cuda.json").write_text(
        '{"results": [], "date": "", "commit": "", "machine": ""}', encoding="utf-8"
    )
    assert told not in write_page(folders)[0].read_text(encoding="utf-8")


def test_an_unknown_or_failing_figure_is_told(folders, tmp_path):
    with pytest.raises(CourseError, match="no lesson regenerates figure F99; there are: F11"):
        run_figure("F99", folders)
    text = edited_text(("weights = 30 * 75", "weights = 1 / 0"))
    (tmp_path / "98_means.py").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=r"98_means\.py: figure F11 does not run: ZeroDivisionError"):
        run_figure("F11", Folders(tmp_path, tmp_path / "notebooks"))


def test_a_damaged_record_says_what_to_do(folders):
    folder = folders.notebooks / "figures"
    folder.mkdir(parents=True)
    (folder / "F11.json").write_text("{", encoding="utf-8")
    with pytest.raises(CourseError, match="run `course figures --run F11`"):
        write_page(folders)


@pytest.mark.parametrize(
    ("source", "displayed"),
    [
        ("x = 3\nx", [3]),
        ("x = 3", []),
        ("x = [1,\n2]\nx[0]", [1]),
        ("for i in range(2):\n    display(i)", [0, 1]),
        ("display('a')", ["a"]),
        ("3;", []),
        ("t = '''a\n  b\nc'''\nt", ["a\n  b\nc"]),
        ("f'''{1}\nß ü'''", ["1\nß ü"]),
        ("'ß'; (1,\n  2)", [(1, 2)]),
        ("import math\n\n\nmath.floor(2.5)  # two", [2]),
    ],
)
def test_a_figures_last_value_is_displayed_as_a_notebook_does(source, displayed):
    seen = []
    exec(shown(source), {"display": seen.append})
    assert seen == displayed
