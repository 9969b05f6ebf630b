"""Each rule of the lint step: one edit of a clean lesson, one sentence with file, line and remedy."""

import re

import pytest

from grading.lessons.cells import BEGIN_HIDDEN
from grading.lessons.lint import lint_lesson, lint_lessons, lint_warnings, missing_parts
from grading.lessons.source import parse_lesson
from tests.grading.means import FOLDER, PATH, edited, edited_text, means, tiny

MODEL = """# When some samples deserve more trust than others, as when two thermometers differ in precision. So does a
# survey that asked too few young people: each of them then stands for more than one.
"""
SUM_CHECK = '    expect("two rows", weighted_mean(x, w))\n'


def test_the_lesson_of_these_tests_is_clean():
    assert lint_lessons([means(), tiny()]) == []


RULES = [
    # header
    (' title="Means"', "", "the lesson has no title"),
    (" minutes=20", "", "the lesson has no time"),
    ("# How far apart are a mean and a weighted mean? You will write both.\n", "#\n", "the first cell is empty"),
    ("You will write both.", "There are two exercises and nine predictions.", "the opening says nine predictions, the"),
    ("You will write both.", "There are three exercises.", "says three exercises, the lesson has 2"),
    ("You will write both.", "It has two written questions.", "says two written questions, the lesson has 1"),
    # exercises
    ("difficulty=1 importance=3 ", "importance=3 ", "solve 'weighted_mean' has no difficulty"),
    ("difficulty=1 importance=3 ", "difficulty=1 ", "solve 'weighted_mean' has no importance"),
    ("importance=3 minutes=5", "importance=3", "solve 'weighted_mean' has no minutes"),
    (
        "difficulty=1 importance=3 ",
        "difficulty=9 importance=3 ",
        "difficulty=9 of 'weighted_mean' is not within 1 to 5",
    ),
    ('task="weighted_mean" title="Weighted mean"', "", "exercise 'weighted_mean' has no text"),
    (' title="Weighted mean"', "", "the task 'weighted_mean' has no title"),
    (
        'title="A centred batch"\n# This',
        'title="A centred batch"\n' + "# line\n" * 8 + "# This",
        "has 9 lines, at most 8",
    ),
    ('# %% [markdown] hint="centre"\n# Try a batch with 2 rows and 3 columns.\n', "", "'centre' has 2 hints; write 3"),
    # answers
    ("    total = (x * w)", "    total = 0\n" * 15 + "    total = (x * w)", "has 17 lines, at most 15"),
    (
        "    total = (x * w)",
        "    from numpy import average\n    total = (x * w)",
        "imports average, which it is to solve",
    ),
    (
        "    total = (x * w)",
        "    from course_lib.ops.elementwise import weighted_mean\n    total = (x * w)",
        "imports weighted_mean, which it is to solve",
    ),
    ("    total = (x * w)", "    np.average(x)\n    total = (x * w)", "uses np.average, which it forbids"),
    ("    total = (x * w)", "    %time 1\n    total = (x * w)", "magic in a solve cell"),
    ("def centre(x):\n    return x - x.mean(axis=1)", "def center(x):\n    return x", "does not define centre"),
    ("def centre(x):\n    return x - x.mean(axis=1)", "centre = np.negative", "defines no function or class"),
    # markers
    (
        "    ### BEGIN SOLUTION\n    total = (x * w).sum(axis=-1)\n    return total / w.sum()\n    ### END SOLUTION\n",
        "    total = (x * w).sum(axis=-1)\n    return total / w.sum()\n",
        "the whole cell would be blanked",
    ),
    ("    return total / w.sum()\n    ### END SOLUTION\n", "    return total / w.sum()\n", "has no '### END SOLUTION'"),
    (
        "    return total / w.sum()\n",
        "    ### BEGIN SOLUTION\n    return total / w.sum()\n",
        "a second BEGIN before END SOLUTION",
    ),
    ("# Heavy samples count more.", "# ### BEGIN SOLUTION", "may stand only in a solve cell"),
    ('text = """kept\n', '### BEGIN HIDDEN TESTS\ntext = """kept\n', "may stand only in a check or predict cell"),
    ("# Heavy samples count more.", "# === BEGIN MARK SCHEME ===", "may stand only in a question cell"),
    ("# Heavy samples count more.", "# === BEGIN MODEL ANSWER ===", "may stand only in a question cell"),
    ("# === BEGIN MODEL ANSWER ===", "# so: === BEGIN MODEL ANSWER ===", "write the marker alone on its line"),
    (
        "    ### BEGIN SOLUTION\n    total",
        "    # now ### BEGIN SOLUTION\n    total",
        "write the marker alone on its line",
    ),
    # checks
    (' points=2\nwith check("weighted_mean")', ' points=0\nwith check("weighted_mean")', "has no points above 0"),
    ('with check("centre") as expect', 'with check("middle") as expect', "its with line says 'middle'"),
    ('with check("centre") as expect:\n', 'with check("centre") as see:\n', "the name is fixed"),
    (SUM_CHECK, f"    if len(x):\n    {SUM_CHECK}", "stands under an if"),
    (SUM_CHECK, f"    try:\n    {SUM_CHECK}    except ValueError:\n        pass\n", "stands inside try"),
    (SUM_CHECK, '    [expect("two rows", weighted_mean(x, w)) for _ in x]\n', "stands in a comprehension"),
    (SUM_CHECK, '    len(x) and expect("two rows", weighted_mean(x, w))\n', "stands behind and/or"),
    (SUM_CHECK, f"    while True:\n    {SUM_CHECK}        break\n", "stands in a while loop"),
    (SUM_CHECK, f"    for _ in x:\n        if _ is None: continue\n    {SUM_CHECK}", "a loop with break or continue"),
    (SUM_CHECK, f"    with np.errstate():\n    {SUM_CHECK}", "stands inside another with"),
    (SUM_CHECK, '    expect("two rows", weighted_mean(x, w)._secret)\n', "looks at the private name _secret"),
    (SUM_CHECK, f"    %time 1\n{SUM_CHECK}", "magic in a check cell"),
    ('    expect("square", centre(np.array([[1.0, 2.0], [5.0, 4.5]])))\n', "", "is only hidden"),
    (
        '        expect(f"{n} columns", weighted_mean(x, w))\n',
        '        expect.at_least("size", weighted_mean(x, w).size, 1)\n',
        "records no value",
    ),
    ("default_rng(982)", "default_rng(len('ab'))", "default_rng(integer)"),
    ("rng = np.random.default_rng(982)", "np.random.seed(982)\n    rng = np.random", "uses the global random state"),
    # variants
    ('    "squared the weights": ("(x * w)", "(x * w * w)", "each weight enters once"),\n', "", "has 4 wrong variants"),
    (
        'RIGHT["centre"] = {"einsum": "def centre(x):\\n    return x - np.einsum(\'nd->d\', x) / len(x)\\n"}\n',
        'RIGHT["centre"] = {}\n',
        "'centre' has 0 right variants, at least 1",
    ),
    ('"subtract the mean")', '"")', "variant 'added' has no sentence"),
    ('("x - x.mean", "x + x.mean",', '("x - x.mean", "x - x.mean",', "equals the reference answer"),
    ('("x - x.mean", "x + x.mean",', '("x - x.mean(axis=0)", "x - np.median(x, axis=0)",', "equals variant 'median'"),
    ('("x - x.mean", "x + x.mean",', '("x - x.mean", "x - - (",', "does not parse"),
    ('("x - x.mean", "x + x.mean",', '("y - x.mean", "x + x.mean",', "is not there in the reference answer"),
    # any cell
    ("import numpy as np\n\nfrom", "from numpy import *\nimport numpy as np\n\nfrom", "star import of numpy"),
    ("import numpy as np\n\nfrom", "import grading\nimport numpy as np\n\nfrom", "a notebook cannot import grading"),
    ("plt.bar(", "plt.bar((", "the cell does not parse"),
    (' alt="A bar chart of two means"', "", "the picture has no description"),
    ("plt.bar(", "height = 2\nplt.bar(", "a picture cell is imports and one call"),
    ("plt.bar(", "for _ in (1, 2):\n    plt.bar(", "a picture cell is imports and one call"),
    # names of imports
    ("x, w = np.array([[1.0", "F, w = np.array([[1.0", "binds F, which the lesson imports"),
    ("for n in (3, 5):", "for hint in (3, 5):", "binds hint, which the lesson imports"),
    ("Mend it.", "`np, rest = centre(x)` tries it.", "binds np, which the lesson imports"),
    # questions and predictions
    ("# One point each: unequal reliability, unequal sampling, an example.\n", "", "has no rubric"),
    ('question="why_weights" points=3', 'question="why_weights" points=0', "has no points above 0"),
    ("# When would you weight samples?\n", "", "asks nothing"),
    (MODEL, "", "has no model answer"),
    ("# Heavy samples count more.", f"# By the way. {MODEL[2:]}", "in sight of students"),
    ("# When would you weight samples?\n", f"# When would you weight samples?\n{MODEL}", "in sight of students"),
    ("points=0.1", "points=1", "predictions carry 1 of 7 points, at most 5%"),
]


@pytest.mark.parametrize(("find", "replace", "says"), RULES, ids=[r[2][:44] for r in RULES])
def test_each_rule_is_told_with_its_place(find, replace, says):
    lesson = edited((find, replace))
    problems = [p for p in lint_lesson(lesson) if says in p.text]
    assert problems, [str(p) for p in lint_lesson(lesson)]
    # a mistake is told with the line of the mistakes file
    text = lesson.mistakes.text if find in means().mistakes.text else lesson.text
    for problem in problems:
        assert re.match(r"(mistakes/)?98_means\.py:\d+: ", str(problem))
        assert (problem.file == lesson.mistakes.file) == (text is lesson.mistakes.text)
        assert "\n" not in problem.text
        assert 1 <= problem.line <= text.count("\n")


def test_the_line_of_a_problem_is_the_line_to_mend():
    lesson = edited((SUM_CHECK, f"    if len(x):\n    {SUM_CHECK}"))
    (problem,) = lint_lesson(lesson)
    assert lesson.text.split("\n")[problem.line - 1].strip() == SUM_CHECK.strip()


def test_a_missing_mistakes_file_is_told():
    lesson = parse_lesson(edited_text(), PATH)
    assert [str(p) for p in lint_lesson(lesson)] == [
        "mistakes/98_means.py:1: there is no such file; write the known mistakes of 98_means.py there"
    ]


@pytest.mark.parametrize("kind", ["WRONG", "RIGHT"])
@pytest.mark.parametrize("id", ["weighted_mean", "centre"])
def test_an_exercise_without_an_entry_is_told_with_the_line_where_it_belongs(kind, id):
    other = {"WRONG": "RIGHT", "RIGHT": "WRONG"}[kind]
    lines = means().mistakes.text.split("\n")
    entry = means().mistakes.entry(kind, id)
    del lines[entry.line - 1 : entry.end]
    lesson = parse_lesson(edited_text(), PATH, "\n".join(lines))
    (problem,) = lint_lesson(lesson)
    assert problem.text == f"exercise '{id}' of 98_means.py has no {kind}[\"{id}\"]; write it here"
    assert (problem.file, problem.line) == ("mistakes/98_means.py", lesson.mistakes.entry(other, id).end + 1)


def test_an_exercise_without_both_entries_is_told_at_the_end_of_the_one_before():
    text = means().mistakes.text
    lesson = parse_lesson(edited_text(), PATH, text[: text.index('WRONG["centre"]')])
    end = lesson.mistakes.entry("RIGHT", "weighted_mean").end
    assert [(p.file, p.line) for p in lint_lesson(lesson)] == [("mistakes/98_means.py", end + 1)] * 2
    first = parse_lesson(edited_text(), PATH, "WRONG, RIGHT = {}, {}\n")
    assert {p.line for p in lint_lesson(first)} == {2}


@pytest.mark.parametrize("kind", ["WRONG", "RIGHT"])
def test_an_entry_for_no_exercise_is_told_with_its_line(kind):
    text = means().mistakes.text
    lesson = parse_lesson(edited_text(), PATH, f'{text}{kind}["center"] = {{}}\n')
    (problem,) = lint_lesson(lesson)
    assert str(problem) == (
        f"mistakes/98_means.py:{text.count(chr(10)) + 1}: "
        f'{kind}["center"] is for no exercise of 98_means.py; mend the id or remove it'
    )


def test_entries_out_of_the_lessons_order_are_told():
    text = means().mistakes.text
    start, centre = text.index('WRONG["weighted_mean"]'), text.index('WRONG["centre"]')
    turned = text[:start] + text[centre:] + text[start:centre]
    found = [p.text for p in lint_lesson(parse_lesson(edited_text(), PATH, turned))]
    assert found == [
        f'{kind}["weighted_mean"] stands after that of a later exercise; keep the order of 98_means.py'
        for kind in ("WRONG", "RIGHT")
    ]


def test_only_the_lessons_asked_for_are_told_of_in_both_files():
    one, other = edited((' title="Means"', "")), tiny(('"2 * x", "x * x"', '"2 * x", "2 * x"'))
    assert {p.file for p in lint_lessons([one, other])} == {"98_means.py", "mistakes/97_tiny.py"}
    assert {p.file for p in lint_lessons([one, other], [other])} == {"mistakes/97_tiny.py"}
    assert {p.file for p in lint_lessons([one, other], [one])} == {"98_means.py"}


def test_a_solve_without_a_check_is_told():
    lesson = tiny(('# %% check="double" points=2\n', "# %%\n"))
    assert any("solve 'double' has no check cell" in p.text for p in lint_lesson(lesson))


def test_a_check_without_a_hidden_block_is_told():
    lesson = tiny(("    ### BEGIN HIDDEN TESTS\n", ""), ("    ### END HIDDEN TESTS\n", ""))
    assert any("has no hidden block" in p.text for p in lint_lesson(lesson))


def test_what_follows_a_hidden_block_is_told():
    lesson = tiny(("    ### END HIDDEN TESTS\n", '    ### END HIDDEN TESTS\n    expect("zero", double(0))\n'))
    assert any("must be last in its cell" in p.text for p in lint_lesson(lesson))


def test_a_hidden_block_outside_its_with_is_told():
    lesson = tiny(
        ("    ### BEGIN HIDDEN TESTS\n    rng", f"{BEGIN_HIDDEN}\nrng"),
        ("    for n in (2, 4):\n    ", "for n in (2, 4):\n"),
    )
    assert any("must be inside its `with`" in p.text for p in lint_lesson(lesson))


def test_a_check_before_its_solve_is_told():
    text = edited_text(
        (
            "# %% [markdown]\n# ## Predict, then run\n",
            '# %% predict="predict_mean" points=0.1\nwith check("predict_mean") as expect:\n    expect("a", answer)\n',
        )
    )
    text = text[: text.rindex('# %% predict="predict_mean"')] + text[text.index("# %%\nweighted = yours") :]
    assert any(
        "stands before its solve cell" in p.text for p in lint_lesson(parse_lesson(text, PATH, means().mistakes.text))
    )


def test_an_id_used_in_two_lessons_is_told():
    other = parse_lesson(edited_text().replace('lesson="98"', 'lesson="96"'), FOLDER / "96_again.py")
    texts = [p.text for p in lint_lessons([means(), other])]
    for id in ("weighted_mean", "centre", "predict_mean", "why_weights"):
        assert f"the id '{id}' is also in 98_means.py; ids are unique in the course" in texts


def test_two_pictures_of_one_name_are_told():
    lesson = edited(
        ("# %% [markdown]\n# ## Predict", '# %% picture="two_means" alt="again"\n1\n\n# %% [markdown]\n# ## Predict')
    )
    assert any("two pictures are called 'two_means'" in p.text for p in lint_lesson(lesson))


def test_words_in_prose_that_only_look_like_calls_are_fine():
    assert (
        lint_lesson(edited(("# Heavy samples count more.", "# np.random.seed(1) is what you should not write."))) == []
    )


def test_an_imported_name_may_be_read_and_be_local_to_a_function():
    inside = edited(
        ("    total = (x * w).sum(axis=-1)\n    return total", "    F = (x * w).sum(axis=-1)\n    return F")
    )
    read = edited(("Mend it.", "`rest = F.relu(centre(x))` and `F.relu(x, hint=1)` are fine; `F` alone is too."))
    assert lint_lesson(inside) == lint_lesson(read) == []


def test_what_a_complete_lesson_lacks_is_listed():
    texts = [p.text for p in missing_parts(means())]
    assert [t.split(",")[0].split(";")[0] for t in texts] == ["has 2 exercises", "has 1 predictions", "has no widget"]
    texts = [p.text for p in missing_parts(tiny())]
    for part in (
        "find-the-bug",
        "written question",
        "practice run",
        "lecture figure",
        "picture",
        "widget",
        "predictions",
    ):
        assert any(part in t for t in texts), part


NAMES = "You will write both."
LATER = "Heavy samples count more."


@pytest.mark.parametrize(
    ("prose", "lacking"),
    [
        ("Lesson 98 said so, and lesson 97 will.", []),
        ("As in lesson 14.", [14]),
        ("It needs lessons 97 and 98.", []),
        ("It needs lessons 95, 97 and 96.", [95, 96]),
        ("It needs lessons 96 to 98.", [96]),
        ("Lessons 13-15 go on.", [13, 14, 15]),
        ("as lesson\n# 14 says", [14]),
        ("In lesson 97, 10 000 images are read; lesson 5 000 there is none.", []),
        ("The lesson has 14 parts; a lesson of 90 minutes.", []),
    ],
)
def test_a_lesson_that_is_not_there_is_a_warning_and_no_problem(prose, lacking):
    lessons = [edited((NAMES, prose)), tiny()]
    told = lint_warnings(lessons)
    assert [int(re.search(r"names lesson (\d\d), which is not there", p.text)[1]) for p in told] == lacking
    assert lint_lessons(lessons) == []
    lines = lessons[0].text.split("\n")
    assert all("esson" in lines[p.line - 1] and p.file == "98_means.py" for p in told)


@pytest.mark.parametrize(
    ("prose", "told"),
    [
        ("After nine exercises you rest.", "says 'nine exercises' in prose, and the lesson has 2"),
        ("The last 3 easy exercises.", "says '3 easy exercises' in prose"),
        ("There are two\n# predictions here.", "says 'two predictions' in prose, and the lesson has 1"),
        ("one written question", "says 'one written question' in prose"),
    ],
)
def test_a_count_in_prose_is_a_warning_where_no_rule_holds_it_to_what_is_there(prose, told):
    lessons = [edited((LATER, prose)), tiny()]
    (warning,) = lint_warnings(lessons)
    assert told in warning.text
    assert prose.split("\n")[0] in lessons[0].text.split("\n")[warning.line - 1]
    assert lint_lessons(lessons) == []


@pytest.mark.parametrize(
    "prose", ["See exercise 2 and exercises 3 to 5.", "Lesson 97 has nine parts.", "Both exercises."]
)
def test_a_number_that_counts_no_exercises_is_no_warning(prose):
    assert lint_warnings([edited((LATER, prose)), tiny()]) == []


def test_a_notebook_is_named_by_its_whole_name_and_mistakes_are_prose_too():
    one = edited((NAMES, "See [there](97_tiny.ipynb) and [here](97_small.ipynb)."))
    (told,) = lint_warnings([one, tiny()])
    assert "names 97_small.ipynb, which no lesson becomes" in told.text
    other = tiny(('"nothing happened to x"', '"as in lesson 33"'))
    (told,) = lint_warnings([means(), other])
    assert (told.file, "lesson 33" in told.text) == ("mistakes/97_tiny.py", True)
    assert lint_warnings([means(), other], [means()]) == []
