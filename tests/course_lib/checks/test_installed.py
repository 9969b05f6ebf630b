"""Where something is missing, a lesson's first cell is one sentence that says what to type."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from course_lib.checks import installed
from grading.lessons.frame import needs_source
from grading.lessons.source import read_lessons
from tests.house import ROOT


def test_nothing_is_said_where_all_is_there():
    assert installed.needs("numpy", "json") is None


def test_what_is_missing_is_named_with_what_to_type():
    with pytest.raises(installed.NotInstalled) as caught:
        installed.needs("json", "no_such_module")
    (line,) = caught.value._render_traceback_()
    assert "needs no_such_module." in line
    assert "%pip install no_such_module -" in line


def test_torch_is_asked_for_in_the_courses_version(monkeypatch):
    wanted = ["numpy>=2.0", 'torch==2.13.0; extra == "torch"', 'torchvision>1; extra == "other"']
    monkeypatch.setattr(installed.metadata, "requires", lambda name: wanted)
    monkeypatch.setattr(installed, "find_spec", lambda name: None)
    with pytest.raises(installed.NotInstalled, match=r"%pip install torch==2\.13\.0 -"):
        installed.needs("torch")


def cell(source, missing, capsys):
    """What a kernel shows of a cell where the module `missing` is not there."""
    shell = InteractiveShell()
    shell.user_ns["missing_here"] = missing
    block = (
        "import sys\nclass Block:\n    def find_spec(self, name, path=None, target=None):\n"
        "        if name == missing_here: raise ModuleNotFoundError('No module named ' + name, name=name)\n"
        "block = Block(); sys.meta_path.insert(0, block); held = sys.modules.pop(missing_here, None)"
    )
    undo = "sys.meta_path.remove(block)\nif held is not None: sys.modules[missing_here] = held"
    shell.run_cell(block)
    capsys.readouterr()
    try:
        shell.run_cell(source)
    finally:
        shown = capsys.readouterr().out
        shell.run_cell(undo)
    return shown


def test_a_lesson_without_the_library_says_one_sentence(capsys):
    shown = cell(needs_source(()), "course_lib", capsys)
    assert shown.strip().startswith("The course's library is not installed for this notebook.")
    assert "pip install -r requirements.txt" in shown
    assert len(shown.strip().splitlines()) == 1


def test_an_edition_that_names_a_wheel_installs_it():
    source = needs_source((), "https://example.org/it's-0.1-py3-none-any.whl")
    asked = []

    class Shell:
        def run_line_magic(self, *words):
            asked.append(words)

    code = compile(source.replace("import course_lib", "import no_such_course_lib"), "cell", "exec")
    exec(code, {"get_ipython": Shell})
    assert asked == [("pip", "install --quiet https://example.org/it's-0.1-py3-none-any.whl")]


def test_only_lessons_that_import_torch_ask_for_it():
    asking = {x.number for x in read_lessons(ROOT / "solutions") if 'needs("torch")' in needs_source(x.cells)}
    assert "11" in asking
    assert asking.isdisjoint({f"{number:02}" for number in range(11)})
