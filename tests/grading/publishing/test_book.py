"""The book: a lesson's own outputs and none of its answers, a page a command, the library as its docstrings say it."""

import re
from types import SimpleNamespace

import nbformat
import pytest
import typer

from grading.cli import app, assemble
from grading.errors import CourseError
from grading.lessons.source import parse_lesson
from grading.paths import Folders
from grading.publishing.book.pages import SLIDER, page
from grading.publishing.book.reference import command_pages, library_pages
from grading.publishing.book.site import build_book
from tests.grading.means import FOLDER, TINY, TINY_MISTAKES

STORY = """
# %%
print("the story says", 6 * 7)

# %%
import ipywidgets

ipywidgets.IntSlider(description="width")

# %% [markdown]
# A formula: $x^2$.

# %% practice="double"
print("a long run")
"""


@pytest.fixture(scope="module")
def lesson():
    return parse_lesson(TINY + STORY, FOLDER / "97_tiny.py", TINY_MISTAKES)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("book-cache")


@pytest.fixture(scope="module")
def printed(lesson, cache):
    return page(lesson, cache=cache)


@pytest.fixture(scope="module")
def commands():
    assemble()
    return typer.main.get_command(app).commands


def cell(notebook, text):
    (found,) = [c for c in notebook.cells if text in c.source]
    return found


def test_a_cell_of_the_lesson_has_its_output(printed):
    (output,) = cell(printed, "the story says").outputs
    assert output.text == "the story says 42\n"


def test_exercises_checks_and_long_runs_are_shown_and_never_run(printed):
    for text in ('raise NotDone("double")', "with check(", "a long run"):
        assert cell(printed, text).outputs == []


def test_no_answer_and_no_hidden_test_is_in_the_book(printed):
    text = nbformat.writes(printed)
    assert "2 * x" not in text
    assert "971" not in text


def test_a_slider_is_named_and_no_dead_output_is_left(printed):
    at = next(i for i, c in enumerate(printed.cells) if "IntSlider" in c.source)
    assert printed.cells[at].outputs == []
    assert printed.cells[at + 1].source == SLIDER


def test_what_was_run_is_not_run_again(lesson, cache, printed, monkeypatch):
    monkeypatch.setattr("grading.publishing.book.pages._run", None)
    assert page(lesson, cache=cache).cells == printed.cells


def test_a_cell_that_fails_stops_the_book_with_a_sentence(tmp_path):
    broken = parse_lesson(TINY + "\n# %%\nprint(undefined_name)\n", FOLDER / "97_tiny.py", TINY_MISTAKES)
    with pytest.raises(CourseError, match=r"97_tiny\.py: a cell of its own fails in the book \(NameError"):
        page(broken, cache=tmp_path)


def test_every_command_has_a_page_with_its_example_and_its_options(commands):
    pages = command_pages(commands)
    assert set(pages) >= {"collect", "grade", "export", "build", "lab"}
    assert "```\ncourse collect 09" in pages["collect"]
    assert "| `--dry-run` | Print the table and change nothing. |" in pages["collect"]
    assert all(text.startswith(f"# course {name}\n") for name, text in pages.items())


def test_the_library_is_listed_by_its_public_names():
    pages = library_pages()
    assert ".. autoclass:: Conv2d" in pages["nn"]
    assert ".. autofunction:: conv2d" in pages["functional"]
    assert not re.search(r"auto\w+:: _", "".join(pages.values()))


@pytest.fixture(scope="module")
def site(tmp_path_factory, lesson, commands):
    out = tmp_path_factory.mktemp("site") / "book"
    few = {name: commands[name] for name in ("collect", "grade")}
    folders = Folders(notebooks=tmp_path_factory.mktemp("notebooks"))
    (folders.notebooks / "figures").mkdir()
    (folders.notebooks / "figures" / "figures.md").write_text("# Lecture figures\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:  # one module of the library is enough here
        patch.setattr("grading.publishing.book.reference.MODULES", ("arithmetic",))
        return SimpleNamespace(first=build_book([lesson], folders, out, few), folders=folders, few=few, out=out)


def test_the_site_has_the_lesson_the_search_and_its_formulas_without_a_network(site):
    text = (site.out / "97_tiny.html").read_text(encoding="utf-8")
    assert site.first == site.out / "index.html"
    assert "the story says 42" in text
    assert (site.out / "searchindex.js").exists()
    scripts = [word for word in re.findall(r'(?:src|href)="(https?://[^"]*)"', text) if "furo" not in word]
    assert [word for word in scripts if word.endswith((".js", ".css"))] == []
    (configured,) = re.findall(r'src="_static/mathjax/MathJax.js\?config=([\w,-]+)"', text)
    for name in configured.split(","):
        assert (site.out / "_static" / "mathjax" / "config" / f"{name}.js").exists()


def test_on_paper_no_line_of_code_is_cut_and_nothing_stands_over_the_text(site):
    (sheet,) = re.findall(r'href="(_static/paper\.css[^"]*)"', (site.out / "97_tiny.html").read_text(encoding="utf-8"))
    rules = (site.out / sheet.partition("?")[0]).read_text(encoding="utf-8")
    assert "@media print" in rules
    assert "pre-wrap" in rules
    assert ".skip-to-content { display: none; }" in rules


def test_a_book_takes_the_place_of_a_book_and_of_nothing_else(site, lesson, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(CourseError, match="holds something else than a book"):
        build_book([lesson], site.folders, tmp_path, site.few)
    assert (tmp_path / "thesis.txt").read_text() == "mine"
