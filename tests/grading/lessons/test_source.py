"""A percent file becomes a Lesson, and what cannot be understood is refused with file, line and remedy."""

import re

import pytest

from grading.errors import CourseError
from grading.lessons.cells import split_question
from grading.lessons.lesson import Exercise
from grading.lessons.source import lesson_paths, parse_lesson, read_lesson
from tests.grading.means import FOLDER, PATH, TINY_MISTAKES, edited, edited_text, edited_texts, means, tiny


def test_the_header_is_read():
    lesson = means()
    assert (lesson.number, lesson.slug, lesson.title) == ("98", "98_means", "Means")
    assert (lesson.minutes, lesson.builds_on) == (20, ("00",))


def test_exercises_come_in_order_and_only_those_with_a_text_are_numbered():
    assert [(e.id, e.number, e.points) for e in means().exercises] == [
        ("weighted_mean", 1, 2.0),
        ("centre", 2, 1.0),
        ("predict_mean", 0, 0.1),
    ]


def test_an_exercise_holds_all_that_carries_its_id():
    exercise = means().exercise("weighted_mean")
    assert isinstance(exercise, Exercise)
    assert (exercise.title, exercise.forbid, exercise.names) == (
        "Weighted mean",
        ("numpy.average",),
        ("weighted_mean",),
    )
    assert len(exercise.hints) == 3
    assert exercise.hints[0] == "Heavy samples count more."
    assert [v.name for v in exercise.right] == ["matrix product", "loop"]
    assert not exercise.bug
    centre = means().exercise("centre")
    assert centre.bug
    assert "axis=1" in centre.given.source


def test_every_cell_knows_the_line_on_which_its_source_begins():
    lines = PATH.read_text(encoding="utf-8").split("\n")
    for cell in means().cells:
        first = cell.source.split("\n")[0]
        # IPython's magics stand as comments in the file, text cells too
        assert first.lstrip("%") in lines[cell.line - 1], (cell.role, cell.line)


def test_a_cell_marker_inside_a_string_is_no_cell():
    text = edited_text(("# %% [markdown]\n# ## Predict, then run", '# %%\ntext = """\n# %% not a cell\n"""'))
    lesson = parse_lesson(text, PATH)
    after = next(c for c in lesson.cells if c.role == "predict")
    assert text.split("\n")[after.line - 1].startswith("with check(")


def test_a_check_splits_into_two_cells_that_run_by_themselves():
    check = means().exercise("weighted_mean").checks[0]
    assert "HIDDEN" not in check.visible + check.hidden
    assert "default_rng" not in check.visible
    assert check.hidden.startswith('with check("weighted_mean") as expect:\n    rng = np.random.default_rng(981)')
    compile(check.visible, "visible", "exec")
    compile(check.hidden, "hidden", "exec")


def test_grade_ids_tell_checks_from_predictions():
    assert [c.grade_id for c in means().checks] == [
        "check-weighted_mean",
        "check-centre",
        "predict-predict_mean",
    ]


def test_a_find_and_replace_variant_edits_the_answer_only():
    wrong = {v.name: v for v in means().exercise("weighted_mean").wrong}
    source = wrong["forgot the weights' sum"].source
    assert "return total / w.size" in source
    assert "BEGIN SOLUTION" not in source
    assert wrong["forgot the weights' sum"].sentence == "divide by the sum of the weights, not by their number"


def test_a_find_that_the_docstring_holds_too_edits_the_answer():
    lesson = tiny(("def double(x):\n", 'def double(x):\n    """2 * x"""\n'))
    variant = lesson.exercise("double").wrong[0]
    assert variant.problem == ""
    assert '"""2 * x"""' in variant.source
    assert "return x * x" in variant.source


def test_a_definition_variant_replaces_what_it_defines_and_keeps_the_rest():
    lesson = tiny(
        ("def double(x):\n    ### BEGIN SOLUTION", "FACTOR = 2\n\n\ndef double(x):\n    ### BEGIN SOLUTION"),
        ('{"sum": ("2 * x", "x + x")}', '{"two": "def double(x):\\n    return FACTOR * x"}'),
    )
    source = lesson.exercise("double").right[0].source
    assert source.startswith("FACTOR = 2")
    assert source.count("def double") == 1
    assert "2 * x" not in source


def test_a_find_that_is_not_there_once_is_told_with_its_line():
    lesson = tiny(('("2 * x", "x * x",', '("7 * x", "x * x",'))
    variant = lesson.exercise("double").wrong[0]
    assert variant.source == ""
    line = 1 + TINY_MISTAKES[: TINY_MISTAKES.index('"squared"')].count("\n")
    assert variant.problem.startswith(f"mistakes/97_tiny.py:{line}: variant 'squared': '7 * x' is not there")


def test_the_question_is_split_from_its_rubric():
    (question,) = means().questions
    assert question.text == "When would you weight samples?"
    assert question.rubric.startswith("One point each")
    assert question.points == 3


def test_the_model_answer_is_a_part_of_its_own_before_or_after_the_rubric():
    (question,) = means().questions
    assert question.model.startswith("When some samples deserve more trust")
    assert "MODEL" not in question.text + question.rubric + question.model
    text, rubric = "Why?", "=== BEGIN MARK SCHEME ===\nr\n=== END MARK SCHEME ==="
    model = rubric.replace("MARK SCHEME", "MODEL ANSWER").replace("\nr\n", "\nm\n")
    for source in ((text, rubric, model), (text, model, rubric), (model, rubric, text)):
        assert split_question("\n".join(source)) == ("Why?", "r", "m")
    assert split_question(text) == ("Why?", "", "")


def test_a_sentence_of_the_model_answer_is_one_however_it_is_wrapped():
    (question,) = means().questions
    assert [s[:9] for s in question.sentences] == ["When some", "So does a"]
    assert all("\n" not in s for s in question.sentences)


BROKEN = [
    ('lesson="98" title', 'lesson="97" title', 'lesson="97" but the file is numbered 98'),
    ('# %% practice="means"', '# %% praktice="means"', "unknown mark 'praktice'"),
    ('# %% practice="means"', '# %% practice="means" points=2', "a practice cell has no mark 'points'"),
    (
        '# %% practice="means"',
        '# %% practice="means" figure="F1"',
        "a cell has one role, this one has practice and figure",
    ),
    ('# %% practice="means"', '# %% [markdown] practice="means"', "remove [markdown] from its line"),
    ('# %% [markdown] task="centre"', '# %% task="centre"', "add [markdown] to its line"),
    ('# %% solve="centre"', '# %% solve="Centre"', "an id is lower-case"),
    ('# %% check="centre"', '# %% check="centre-"', "write the exercise id, or id-part"),
    ("points=1\n", 'points="1"\n', "points='1' is not a number"),
    ('# %% check="centre"', '# %% check="middle"', 'check="middle" belongs to no solve="middle"'),
    (
        '# %% given="centre"',
        '# %% given="weighted_mean"\n1\n\n# %% given="weighted_mean"',
        'a second given="weighted_mean"',
    ),
    ("# === END MARK SCHEME ===\n", "", "'=== BEGIN MODEL ANSWER ===' stands where '=== END MARK SCHEME ===' is due"),
    ("# === END MODEL ANSWER ===\n", "", "BEGIN MODEL ANSWER has no END"),
    ("# === BEGIN MODEL ANSWER ===\n", "", "'=== END MODEL ANSWER ===' ends nothing"),
    ('RIGHT["centre"] = ', 'OTHER["centre"] = ', 'a mistakes file holds WRONG["id"]'),
    ('RIGHT["centre"] = ', 'RIGHT["centre"] = str.upper or ', 'a mistakes file holds WRONG["id"]'),
    ('RIGHT["centre"] = ', 'import os\nRIGHT["centre"] = ', 'a mistakes file holds WRONG["id"]'),
    ('RIGHT["centre"] = ', 'WRONG["centre"] = {}\nRIGHT["centre"] = ', 'a second WRONG["centre"]'),
    ('RIGHT["centre"] = ', 'RIGHT["centre" = ', "it does not parse"),
    ('RIGHT["centre"] = {"einsum": ', 'RIGHT["centre"] = {"einsum": 3, "b": ', "must be definition or (find, replace)"),
    ('"added": ("x - x.mean", ', '"added": (str.upper, ', "written with plain strings"),
    ('"added": ("x - x.mean", "x + x.mean", "subtract the mean"),', '"added": ("x",),', "(find, replace, sentence)"),
    ('"median": (', '"added": (', "the variant 'added' is there twice"),
]


@pytest.mark.parametrize(("find", "replace", "says"), BROKEN, ids=[b[2][:40] for b in BROKEN])
def test_what_cannot_be_understood_is_refused_with_its_line(find, replace, says):
    lesson, mistakes = edited_texts((find, replace))
    text = mistakes if replace and replace in mistakes else lesson
    line = 1 + text[: text.index(replace) if replace else 0].count("\n")
    with pytest.raises(CourseError) as caught:
        parse_lesson(lesson, PATH, mistakes)
    message = str(caught.value)
    assert says in message
    assert "\n" not in message
    file = "mistakes/98_means.py" if text is mistakes else "98_means.py"
    told = int(re.match(rf"{re.escape(file)}:(\d+): ", message)[1])
    if replace:
        assert abs(told - line) <= 8  # the mark, or the cell it stands on


def test_a_file_without_a_lesson_cell_is_refused():
    with pytest.raises(CourseError, match=r"98_means\.py:1: the first cell must be"):
        parse_lesson("# %%\n1\n", PATH)


def test_a_hidden_block_without_its_end_is_refused():
    with pytest.raises(CourseError, match=r"98_means\.py:\d+: BEGIN HIDDEN TESTS without an END"):
        edited(('    expect("wide", centre(rng.normal(size=(2, 3))))\n    ### END HIDDEN TESTS\n', "    pass\n"))


def test_lessons_are_chosen_by_number_or_name():
    for wanted in ("98", "98_means"):
        assert lesson_paths(FOLDER, [wanted]) == [PATH]
    with pytest.raises(CourseError, match="there is no lesson '42'"):
        lesson_paths(FOLDER, ["42"])


def test_a_folder_without_lessons_is_named(tmp_path):
    with pytest.raises(CourseError, match=r"no lesson NN_slug\.py in"):
        lesson_paths(tmp_path)


def test_a_file_with_another_name_or_no_text_is_refused(tmp_path):
    with pytest.raises(CourseError, match=r"a lesson's file is called NN_slug\.py"):
        read_lesson(tmp_path / "means.py")
    path = tmp_path / "12_odd.py"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(CourseError, match="cannot be read as UTF-8"):
        read_lesson(path)
