"""The certificate passes a sound exercise, and each thing that can be wrong with one is told with its line."""

import re

import pytest

from course_lib.checks.learner import Learner
from grading.proving import margins, trials
from grading.proving.certify import certify_lesson
from tests.grading.means import TINY_MISTAKES, tiny

SCHEMA = {"lesson", "id", "key", "points", "reference", "stub_score", "wrong", "right", "margin"}


@pytest.fixture(scope="module")
def proofs(means_certified):
    return means_certified[0].proofs


def prove(*edits, more=""):
    (proof,) = certify_lesson(tiny(*edits, more=more), cache=None)
    return proof


def problem(proof, says):
    found = [p for p in proof.problems if says in p]
    assert len(found) == 1, proof.problems
    assert re.match(r"(mistakes/)?97_tiny\.py:\d+: ", found[0])
    assert "\n" not in found[0]
    return found[0]


def test_a_sound_lesson_certifies(proofs):
    assert [p.problems for p in proofs] == [[], [], []]
    assert [p.line["id"] for p in proofs] == ["weighted_mean", "centre", "predict_mean"]


def test_every_line_of_the_certificate_has_the_fixed_form(proofs):
    for proof in proofs:
        line = proof.line
        assert set(line) == SCHEMA
        assert (line["reference"], line["stub_score"]) == (True, 0)
        assert set(line["margin"]) == {"own_error", "tolerance", "nearest_wrong"}
        for wrong in line["wrong"]:
            assert set(wrong) == {"name", "rejected_by", "named", "named_by"}
            assert wrong["named"] is True
        for right in line["right"]:
            assert right == {"name": right["name"], "accepted": True}


def test_a_mistake_is_told_with_the_expectation_that_rejects_it(proofs):
    rejected = {w["name"]: w["rejected_by"] for w in proofs[1].line["wrong"]}
    assert rejected["in vain"] == "centre (visible): square"
    # on two rows the median is the mean
    assert rejected["median"] == "centre (hidden): square, drawn"


def test_the_margin_lies_between_own_error_and_nearest_mistake(proofs):
    for proof in proofs[:2]:
        margin = proof.line["margin"]
        assert 0 <= 10 * margin["own_error"] <= margin["tolerance"] == 1e-9 <= margin["nearest_wrong"] / 10


def test_all_ways_of_computing_were_tried(proofs):
    tried = proofs[0].extra["own error in tolerances"]
    assert set(tried) == set(margins.REWRITES) | set(margins.PROCESSES)
    assert all(isinstance(x, float) for x in tried.values()), tried


def test_a_mistake_is_also_tried_in_a_right_variants_style(proofs):
    assert proofs[0].extra["second styles"] == [{"name": "forgot the weights' sum / matrix product", "rejected": True}]


@pytest.mark.usefixtures("_one_process")
class TestWhatIsWrongIsTold:
    def test_nothing_of_a_sound_exercise(self):
        assert prove().problems == []

    def test_a_released_cell_that_already_scores(self):
        given = '# %% given="double"\ndef double(x):\n    return x + x\n\n\n# %% check="double"'
        proof = prove(('# %% check="double"', given))
        assert proof.line["stub_score"] == 2
        problem(proof, "the released cell already scores 2")

    def test_a_given_program_that_its_check_does_not_know_or_diagnoses(self, monkeypatch):
        given = '# %% given="double"\ndef double(x):\n    return x * x\n\n\n# %% check="double"'
        edit = ('# %% check="double"', given)
        assert not [p for p in prove(edit).problems if "given program" in p]
        real = Learner.message

        def telling(self, *args, **options):
            message = real(self, *args, **options)
            message.mistakes = ["you squared"]
            return message

        with monkeypatch.context() as patch:
            patch.setattr(Learner, "message", telling)
            problem(prove(edit), "check 'double' diagnoses the given program")
        monkeypatch.setattr("grading.proving.record.fingerprint", lambda source: "another")
        problem(prove(edit), "check 'double' does not know the given program")

    def test_a_wrong_variant_that_passes(self):
        proof = prove(('("2 * x", "x * x", "double', '("2 * x", "x * 2.0", "double'))
        assert proof.line["wrong"][0]["rejected_by"] is None
        told = problem(proof, "'squared' passes every check")
        line = 1 + TINY_MISTAKES[: TINY_MISTAKES.index('"squared"')].count("\n")
        assert told.startswith(f"mistakes/97_tiny.py:{line}:")

    def test_a_wrong_variant_that_no_hidden_value_rejects(self):
        edit = ("2 * x\n    ### END", "2 * x + (len(x) == 3) * 0\n    ### END")
        wrong = ('"squared": ("2 * x", "x * x"', '"squared": ("(len(x) == 3) * 0", "(len(x) == 3) * 1"')
        proof = prove(edit, wrong)
        assert proof.line["wrong"][0]["rejected_by"] == "double (visible): three"
        problem(proof, "'squared' is rejected by no hidden value")

    @pytest.mark.parametrize(
        ("edit", "wrong"),
        [
            ('x = np.ones(3)\n    double(x)\n    expect.unchanged("x afterwards", x)', "np.multiply(2, x, out=x)"),
            ('expect.work("steps", lambda n: double(np.ones(n)))', "np.array([2 * float(v) for v in x])"),
        ],
        ids=["a changed input", "too much work"],
    )
    def test_a_wrong_variant_that_only_work_or_a_changed_input_rejects_is_held(self, edit, wrong):
        three = 'expect("three", double(np.array([1.5, -2.0, 4.0])))'
        proof = prove(
            (three, f"{three}\n    {edit}"), ('"squared": ("2 * x", "x * x"', f'"squared": ("2 * x", "{wrong}"')
        )
        assert proof.line["wrong"][0]["rejected_by"].startswith("double (visible): ")
        assert proof.problems == []

    def test_a_right_variant_that_is_rejected(self):
        proof = prove(('{"sum": ("2 * x", "x + x")}', '{"sum": ("2 * x", "x + x + 1e-3")}'))
        assert proof.line["right"] == [{"name": "sum", "accepted": False}]
        problem(proof, "the right variant 'sum' is rejected by double (visible): three")

    def test_variants_with_equal_records(self):
        proof = prove(('"as it was": ("2 * x", "x",', '"as it was": ("2 * x", "x * x + 0",'))
        problem(proof, "'squared' and 'as it was' give equal records; merge them")

    def test_an_expectation_that_rejects_nothing(self):
        edit = ('    expect("three",', '    expect("its name", double.__name__)\n    expect("three",')
        told = problem(prove(edit), "this expectation ('its name') rejects no wrong variant")
        line = int(told.split(":")[1])
        assert "its name" in tiny(edit).text.split("\n")[line - 1]

    def test_hidden_values_that_are_visible_or_all_equal(self):
        same = "np.full(2, 2.0)"
        proof = prove(("rng.normal(size=n)", f"{same} + 0 * n"), ("np.array([1.5, -2.0, 4.0])", same))
        problem(proof, "the parrot scores 2 in check 'double'")
        problem(proof, "the constant scores 2 in check 'double'")

    def test_a_mistake_that_passes_in_another_style(self):
        # the loop ignores what the edit takes away
        edits = (
            ("return 2 * x\n", "factor = 2\n    return factor * x\n"),
            ('"squared": ("2 * x", "x * x"', '"squared": ("factor = 2", "factor = 3"'),
            ('"added two": ("2 * x", "2 + x"', '"added two": ("factor * x", "2 + x"'),
            ('"tripled": ("2 * x", "3 * x"', '"tripled": ("factor * x", "-x"'),
            ('"as it was": ("2 * x", "x"', '"as it was": ("factor * x", "x"'),
            ('"halved": ("2 * x", "x / 2"', '"halved": ("factor * x", "x / 2"'),
            ('{"sum": ("2 * x", "x + x")}', '{"sum": "def double(x):\\n    factor = 2\\n    return x + x"}'),
        )
        proof = prove(*edits)
        problem(proof, "the mistake 'squared / sum' passes in that style")

    def test_a_mistake_that_passes_once_its_exception_is_caught(self):
        # None is what the reference gives for the one input on which the mistake raises
        edits = (
            ("    return 2 * x\n    ###", "    return 2 * x if len(x) else None\n    ###"),
            (
                "double(np.array([1.5, -2.0, 4.0])))",
                "double(np.array([1.5, -2.0, 4.0])))\n    expect('none', double([]))",
            ),
            ('"squared": ("2 * x", "x * x"', '"squared": ("2 * x if len(x) else None", "2 * x if x[0] != 9 else x"'),
        )
        proof = prove(*edits)
        assert proof.line["wrong"][0]["rejected_by"] == "double (visible): none"
        problem(proof, "the mistake 'squared / exceptions caught' passes in that style")

    def test_a_tolerance_too_wide_for_the_nearest_mistake(self):
        edits = (
            ('"squared": ("2 * x", "x * x"', '"squared": ("2 * x", "2.01 * x"'),
            ("double(rng.normal(size=n))", "double(rng.normal(size=n)), rtol=1e-3"),
            ("double(np.array([1.5, -2.0, 4.0]))", "double(np.array([1.5, -2.0, 4.0])), rtol=1e-3"),
        )
        told = problem(prove(*edits), "tolerances away; at least 10")
        assert "'squared' is only" in told

    def test_a_tolerance_too_narrow_for_rounding(self):
        edits = (
            ("    return 2 * x\n    ###", "    return 2 * np.array([x.sum(), x.mean()])\n    ###"),
            ("double(rng.normal(size=n))", "double(rng.normal(size=500 * n)), rtol=1e-16"),
            ('("2 * x", "x * x"', '("2 * ", "7 * "'),
            ('("2 * x", "2 + x"', '("2 * ", "2 + "'),
            ('("2 * x", "3 * x"', '("2 * ", "3 * "'),
            ('("2 * x", "x", ', '("2 * ", "", '),
            ('("2 * x", "x / 2"', '("2 * ", "0.5 * "'),
            ('("2 * x", "x + x")', '("2 * ", "2.0 * ")'),
        )
        proof = prove(*edits)
        problem(proof, "of the tolerance at")
        assert any("below 10 units in the last place" in p for p in proof.problems)

    def test_an_endless_mistake_is_rejected_but_cannot_be_named(self, monkeypatch):
        monkeypatch.setattr(trials, "CPU_SECONDS", 2)
        endless = '("def double(x):\\n    while True:\\n        x = x", "double, do not square"'
        proof = prove(('("2 * x", "x * x", "double, do not square"', endless))
        assert proof.problems == []
        assert proof.line["wrong"][0]["named"] is False
        assert proof.line["wrong"][0]["rejected_by"] == "double (visible): three"

    def test_nothing_of_an_exercise_in_two_parts(self):
        # the second check is about negative numbers, which one mistake gets wrong
        second = (
            '# %% check="double-negative" points=1\nwith check("double-negative") as expect:\n'
            '    expect("minus one", double(np.array([-1.0])))\n    ### BEGIN HIDDEN TESTS\n'
            "    for low in (-3.5, -2.25):\n        expect(str(low), double(np.array([low])))\n"
            "    ### END HIDDEN TESTS\n"
        )
        edits = (
            ("np.array([1.5, -2.0, 4.0])", "np.array([1.5, 2.0, 4.0])"),
            ("rng.normal(size=n)", "rng.uniform(1, 3, size=n)"),
            ('"squared": ("2 * x", "x * x"', '"squared": ("2 * x", "2 * np.abs(x)"'),
        )
        proof = prove(*edits, more=second)
        assert proof.problems == []
        assert (proof.line["points"], proof.line["stub_score"]) == (3, 0)
        rejected = {w["name"]: w["rejected_by"] for w in proof.line["wrong"]}
        assert rejected["squared"] == "double-negative (visible): minus one"
        assert rejected["halved"] == "double (visible): three"

    def test_too_few_variants(self):
        proof = prove(('    "halved": ("2 * x", "x / 2", "multiply, do not divide"),\n', ""))
        problem(proof, "has 4 wrong variants, at least 5")

    def test_no_right_variant(self):
        problem(prove(('{"sum": ("2 * x", "x + x")}', "{}")), "has no right variant")
