"""Feedback says what passed and why not, shows no hidden value, and lets nothing of a student's run."""

import html.parser
import json
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from grading.confinement.job import CellRun, Isolation, Run
from grading.errors import CourseError
from grading.marking import engine, jobs, safe_outputs
from grading.reporting import feedback, safe_html
from tests.grading import small_course as sc
from tests.grading import small_lesson as small


class Tags(html.parser.HTMLParser):
    """All tags and attributes of a page, as a browser would see them."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes = set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}


def page(made, student):
    return (made.root / "feedback" / student / small.LESSON / f"{small.LESSON}.html").read_text()


@pytest.fixture(scope="module")
def fed(undisturbed):
    feedback.write(undisturbed.root)
    return undisturbed


def test_every_submission_gets_a_page_in_nbgraders_folder(fed):
    assert len(list(fed.root.glob(f"feedback/*/{small.LESSON}/{small.LESSON}.html"))) == 18


def test_right_work_is_praised_with_its_points_and_what_still_waits(fed):
    text = page(fed, "student000")
    assert "<b>6</b> of 10 points" in text
    assert "4 more are waiting for a person" in text
    assert "✗" not in text


def test_a_mistake_is_named_at_its_exercise_with_the_tutors_sentence(fed):
    text = page(fed, "student002")
    assert "Squared." in text
    assert "that is x times x, not twice x" in text
    assert "expected 6, got 9" in text.lower()


def test_hidden_lines_show_only_whether_they_pass(fed):
    text = page(fed, "student001")
    assert "0 of 1 hidden tests" in text
    assert "a list may have any length" in text
    for student in ("student000", "student001", "student002", "student005"):
        assert not any(word in page(fed, student) for word in ("secret input", "large 1000", "HIDDEN", "[9]"))


def test_an_untouched_exercise_is_told_as_not_started_not_as_wrong(fed):
    text = page(fed, "student004")
    assert text.count("not started") == 2  # its double has a comment, so it was begun
    assert "still as it was handed out" in text
    assert "expected" not in text


def test_what_could_not_be_graded_says_why_and_what_to_do(fed):
    assert "not valid JSON" in page(fed, "broken")
    assert "hand in the notebook again" in page(fed, "broken")


def test_a_repair_is_told(fed):
    assert "the file was called" in page(fed, "renamed")


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "<svg onload=alert(1)>",
    "<iframe src='https://example.org'></iframe>",
    "<style>body{display:none}</style>",
    "</pre></section><script>alert(1)</script>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form action='https://example.org'><input name=q></form>",
    "<<script>script>alert(1)<</script>/script>",
    "<img src='data:text/html;base64,PHNjcmlwdD4='>",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "<object data=x></object><embed src=x><base href=https://example.org>",
]


def assert_harmless(text):
    seen = Tags(text)
    bad = {"script", "iframe", "object", "embed", "form", "input", "svg", "base", "link", "math"}
    assert not seen.tags & bad
    for name, value in seen.attributes:
        assert not name.startswith("on"), (name, value)
        assert "javascript:" not in value.lower().replace("&", "")
        if name in ("src", "href"):
            assert value.startswith(("data:image/", "#")), value
        assert not (name == "http-equiv" and value.lower() == "refresh")


class Shouting:
    """A pool whose runs print every attack as text, HTML, SVG, error and widget."""

    def submit(self, job):
        future = sc.InProcess().submit(job)
        run = future.result()
        told = []
        for attack in ATTACKS:
            kinds = (
                "text/html",
                "image/svg+xml",
                "text/markdown",
                "text/latex",
                "text/plain",
                "application/javascript",
            )
            told += [{"output_type": "display_data", "data": {kind: attack}, "metadata": {}} for kind in kinds]
            told.append({"output_type": "stream", "name": "stdout", "text": attack})
            told.append({"output_type": "error", "ename": attack, "evalue": attack, "traceback": [attack]})
            told.append({"output_type": "display_data", "data": {"image/png": attack}})
        told += [7, None, {"output_type": "display_data", "data": "x"}, {"output_type": "stream", "text": [attack, 3]}]
        for cell in run.cells.values():
            cell.outputs = told
        return future


def test_no_attack_in_code_text_outputs_or_names_survives(made):
    nb = sc.answered(made, **{**sc.RIGHT, "question-why": "\n\n".join(ATTACKS)})
    nb.cells.insert(1, new_markdown_cell("\n\n".join(ATTACKS), id="mine"))
    nb.cells.insert(1, new_code_cell("\n".join(f"# {a}" for a in ATTACKS), id="mine2"))
    sc.hand_in(made, "mallory", nb)
    engine.grade(made.root, students=["mallory"], pool=Shouting(), workers=1)
    feedback.write(made.root)
    assert_harmless(page(made, "mallory"))
    graded = feedback.read_autograded(made, "mallory", small.LESSON)
    nbformat.validate(graded)
    for cell in graded.cells:
        for output in cell.get("outputs", []):
            for kind, value in output.get("data", {}).items():
                assert kind in ("text/plain", "text/latex", "text/html", "image/png", "image/jpeg")
                if kind == "text/html":
                    assert_harmless(value)
        if cell.cell_type == "markdown":
            assert_harmless(cell.source)
    assert "application/javascript" not in json.dumps(graded)


def test_formgrader_and_nbgraders_own_command_make_the_same_page(fed):
    from tests.grading.marking.test_gradebook import api

    ours = page(fed, "student002")
    done = api(fed).generate_feedback(small.LESSON, "student002", force=True)
    assert done["success"], done
    assert page(fed, "student002") == ours


def test_a_persons_points_and_words_are_on_the_page(graded):
    from nbgrader.api import Gradebook

    with Gradebook(graded.db_url) as book:
        book.find_grade("question-why", small.LESSON, small.LESSON, "student000").manual_score = 3
        book.find_comment("question-why", small.LESSON, small.LESSON, "student000").manual_comment = "Good <b>eye</b>!"
        book.db.commit()
    feedback.write(graded.root, students=["student000"])
    text = page(graded, "student000")
    assert "<b>9</b> of 10 points" in text
    assert "Good &lt;b&gt;eye&lt;/b&gt;!" in text


def test_feedback_for_nobody_is_refused_with_a_sentence(fed):
    with pytest.raises(CourseError, match="Nothing graded for nobody"):
        feedback.write(fed.root, students=["nobody"])


def test_long_and_coloured_outputs_are_cut_and_plain():
    long = "\x1b[31mred\x1b[0m" + "x" * 10**6
    (out,) = safe_outputs.safe_outputs([{"output_type": "stream", "name": "stdout", "text": long}])
    assert out["text"].startswith("redxxx")
    assert len(out["text"]) < 1.1 * safe_outputs.MAX_TEXT
    assert "more characters" in out["text"]
    many = safe_outputs.safe_outputs([{"output_type": "stream", "name": "stdout", "text": "x"}] * 10**4)
    assert len(many) == safe_outputs.MAX_OUTPUTS


def test_what_is_slow_to_clean_or_to_lay_out_is_cut(monkeypatch):
    """A submission may show megabytes of nested tags; cleaning them all would take the one driver many minutes."""
    monkeypatch.setattr(jobs, "MAX_HTML", 40_000)
    nested = {"output_type": "display_data", "data": {"text/html": "<b><p>" * 3000, "text/plain": "<IPython HTML>"}}
    cells = {f"own-{i}": CellRun(f"own-{i}", "ok", [nested] * 50) for i in range(20)}
    start = time.process_time()
    result = jobs.make_result(Run("finished", cells, [], Isolation("none")), small.records(), small.skeleton())
    assert time.process_time() - start < 10
    kinds = [list(output["data"]) for outputs in result["outputs"].values() for output in outputs]
    assert (kinds[:2], kinds[2:]) == ([["text/html", "text/plain"]] * 2, [["text/plain"]] * 998)
    short = {**nested, "data": {"text/html": "<b>x</b>"}}
    assert safe_outputs.safe_outputs([short])[0]["data"] == {"text/html": "<b>x</b>"}
    assert safe_outputs.safe_outputs([short], [3])[0]["data"] == {"text/plain": "(more HTML than is shown)"}
    start = time.process_time()
    assert "180000 more characters" in safe_html.prose("[" * 200_000)
    assert time.process_time() - start < 5


@pytest.mark.parametrize("text", ["a < b", "if x<y:", "$a<b$", "1 <2", "`x<y>z`"])
def test_mathematics_in_a_written_answer_reads_as_before(text):
    assert safe_outputs.harmless_markdown(text).replace("\u200b", "") == text
