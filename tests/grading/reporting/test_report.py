"""The class report counts right, explains mistakes, and is one page that loads nothing; exports hold the same marks."""

import csv
import pickle
import random
import zipfile

import pytest

from grading.course import collect
from grading.errors import CourseError
from grading.marking.gradebook import Reader
from grading.marking.journal import Journal
from grading.reporting import export, report, similar
from tests.grading import small_course as sc
from tests.grading import small_lesson as small


@pytest.fixture(scope="module")
def html(undisturbed, tmp_path_factory):
    to = tmp_path_factory.mktemp("report") / "report.html"
    return report.write(undisturbed.root, to=to).read_text()


def test_the_page_is_self_contained_and_runs_nothing(html):
    assert "<script" not in html
    assert "http://" not in html.replace("http-equiv", "")
    assert "https://" not in html
    assert html.count("data:image/svg+xml;base64,") >= 2


def test_mistakes_are_counted_with_their_sentence(html):
    assert "that is x times x, not twice x" in html
    assert "student002, student008" in html


def test_what_could_not_be_graded_or_was_repaired_is_listed(html):
    for word in ("broken", "not valid JSON", "absent", "No notebook was handed in", "the file was called"):
        assert word in html


def test_pass_rates_and_discrimination_are_right(undisturbed):
    with Reader(undisturbed) as writer, Journal(undisturbed.root / "journal", exclusive=False) as journal:
        rows, _ = report.gather(undisturbed, small.LESSON, writer, journal)
        told = {i["check"]: i for i in report.items(rows, undisturbed.skeleton(small.LESSON))}
    good = [r for r in rows if r.outcome == "graded"]
    assert len(good) == 15
    place = [cell.check for cell in undisturbed.skeleton(small.LESSON).checks].index("tail")
    passed = [r for r in good if r.passed[place]]
    assert told["tail"]["rate"] == len(passed) / 15
    assert told["tail"]["split"] > 0


@pytest.mark.parametrize(
    ("passed", "rest", "want"),
    [([1, 1, 0, 0], [5, 5, 1, 1], 1.0), ([1, 0, 1, 0], [1, 1, 5, 5], 0.0), ([1, 1, 1], [1, 2, 3], None)],
)
def test_discrimination_is_a_correlation(passed, rest, want):
    got = report.correlation(passed, rest)
    assert got == want if want is None else got == pytest.approx(want)


def test_an_ungraded_folder_is_told_what_to_do(made):
    with pytest.raises(CourseError, match="Nothing is graded"):
        report.write(made.root)


LOOPS = """def f(x, w):
    out = []
    for i in range(len(x)):
        total = 0
        for j in range(len(w)):
            total += x[i] * w[j]
        out.append(total)
    return out
"""


def test_renaming_and_reformatting_do_not_hide_a_copy_and_other_work_is_not_alike():
    renamed = LOOPS.replace("out", "result").replace("total", "s").replace("    ", "  ") + "# mine\n"
    other = "def f(x, w):\n    return [sum(a * b for b in w) if w else max(a, *w) for a in reversed(x)] + [0, 1]\n"
    (group,) = similar.alike({"ann": LOOPS, "bob": renamed, "cat": other})
    assert group["students"] == ["ann", "bob"]
    assert group["how"] > 0.9


def test_short_answers_and_what_the_whole_class_writes_are_not_called_alike():
    assert similar.alike({"ann": "def f(x):\n    return 2 * x", "bob": "def f(y):\n    return 2 * y"}) == []
    assert similar.alike({str(i): LOOPS for i in range(20)}) == []


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_each_export_holds_the_gradebooks_marks(undisturbed, tmp_path):
    want = {student: told[-1] for (student, _), told in sc.dump(undisturbed).items()}
    for kind, name, mark, head in (("csv", 0, 6, 1), ("canvas", 2, 5, 2), ("moodle", 0, 4, 1)):
        path = export.export(undisturbed.root, kind, tmp_path / f"{kind}.csv")
        got = {row[name]: float(row[mark]) for row in rows(path)[head:]}
        assert got == want
    assert rows(tmp_path / "canvas.csv")[1] == ["    Points Possible", "", "", "", "", "10"]


def test_nbgraders_own_export_command_finds_the_plugins(undisturbed, tmp_path):
    from nbgrader.api import Gradebook
    from traitlets.utils.importstring import import_item

    plugin = import_item("grading.plugins.MoodleExport")()
    plugin.to, plugin.assignment, plugin.student = str(tmp_path / "m.csv"), [small.LESSON], ["student000"]
    with Gradebook(undisturbed.db_url) as book:
        plugin.export(book)
    assert rows(tmp_path / "m.csv")[1] == ["student000", "", "", "", "6"]


def test_no_cell_of_an_export_is_a_formula(graded, tmp_path):
    from nbgrader.api import Gradebook

    with Gradebook(graded.db_url) as book:
        book.update_or_create_student("student000", first_name="=HYPERLINK(1)", last_name="+1", email="@x")
    for kind in export.KINDS:
        for row in rows(export.export(graded.root, kind, tmp_path / "x.csv")):
            assert not any(cell[:1] in "=+@" and cell for cell in row)


def test_an_unknown_export_is_refused(undisturbed, tmp_path):
    with pytest.raises(CourseError, match="there are: csv, canvas, moodle"):
        export.export(undisturbed.root, "excel", tmp_path / "x")


@pytest.mark.parametrize(
    ("upload", "student"),
    [
        ("smithann_12345_678_90_small.ipynb", "smithann"),
        ("smithann_LATE_12345_678_90_small-2.ipynb", "smithann"),
        ("Ann Smith_4711_assignsubmission_file_/90_small.ipynb", "Ann_Smith_4711"),
        ("ann.ipynb", "ann"),
        ("ann_90_small.ipynb", "ann"),
        ("ann/90_small/90_small.ipynb", "ann"),
        ("ann/homework.ipynb", "ann"),
        ("ann@example.org.ipynb", "ann@example.org"),
        ("90_small.ipynb", None),
    ],
)
def test_the_names_of_uploads_say_whose_they_are(upload, student):
    found = collect.who(upload, small.LESSON)
    assert (found and found[0]) == student


def test_the_last_attempt_in_a_zip_is_collected_and_nothing_lands_outside(made, tmp_path):
    path = tmp_path / "uploads.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("smithann_1_2_90_small.ipynb", b"first")
        archive.writestr("smithann_1_3_90_small-1.ipynb", b"second")
        archive.writestr("../../evil.ipynb", b"x")
        archive.writestr("/abs/evil.ipynb", b"x")
        archive.writestr("..\\..\\evil2.ipynb", b"x")
        archive.writestr("__MACOSX/._bob.ipynb", b"x")
        archive.writestr("bob/90_small.ipynb", b"bob's")
        archive.writestr("bob/notes.txt", b"x")
        archive.writestr("90_small.ipynb", b"whose?")
    done, nobody = collect.collect(made.root, "90", path)
    assert dict(done) == {"smithann": "smithann_1_3_90_small-1.ipynb", "bob": "bob/90_small.ipynb"}
    assert nobody == ["90_small.ipynb"]
    target = made.root / "submitted" / "smithann" / small.LESSON
    assert (target / f"{small.LESSON}.ipynb").read_bytes() == b"second"
    assert not list(tmp_path.rglob("evil*"))
    assert (target / "timestamp.txt").read_text().endswith("UTC")


def test_collecting_from_what_is_neither_folder_nor_zip_is_refused(made, tmp_path):
    (tmp_path / "x.rar").write_bytes(b"Rar!")
    with pytest.raises(CourseError, match="neither a folder nor a zip"):
        collect.collect(made.root, "90", tmp_path / "x.rar")


def test_few_pairs_are_compared_and_the_groups_are_those_that_all_pairs_give():
    rng, prints = random.Random(3), {}
    for i in range(120):
        base = random.Random(i % 17).sample(range(10_000), 60)
        changed = base[rng.randrange(12) :] + rng.sample(range(10_000, 20_000), rng.randrange(6))
        prints[f"s{i:03d}"] = (b"".join(sorted(n.to_bytes(4, "big") for n in set(changed))), True)
    sets = {student: {runs[i : i + 4] for i in range(0, len(runs), 4)} for student, (runs, _) in prints.items()}
    want = []
    for student, own in sets.items():
        shares = [len(own & sets[group[0]]) / len(own | sets[group[0]]) for group in want]
        first = next((i for i, how in enumerate(shares) if how >= similar.ALIKE), None)
        want.append([student]) if first is None else want[first].append(student)
    got = [group["students"] for group in similar.groups(prints)]
    assert got == [group for group in want if len(group) > 1]
    assert len(got) > 17


def test_a_student_of_the_class_costs_the_report_little_memory(undisturbed):
    """One row with what is shared left out; a verdict and its notebook are a hundred times as much."""
    with Reader(undisturbed) as writer, Journal(undisturbed.root / "journal", exclusive=False) as journal:
        rows, answers = report.gather(undisturbed, small.LESSON, writer, journal)
    assert max(len(pickle.dumps(row)) for row in rows) < 1_000
    assert max(len(pickle.dumps(found)) for found in answers.prints.values()) < 200 * len(rows)
