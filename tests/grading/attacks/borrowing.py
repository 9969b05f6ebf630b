"""Notebooks that have the library's function answer: `tail` may not use itertools.islice (course.py)."""

from tests.grading.attacks.course import Attack, answers, cells

DOES = "def tail(xs):\n    return list({0}(xs, 1, None))"


def borrows(answer, *own):
    """An answer to `tail`, and cells of the student's own above it."""

    def make(nb):
        return cells(*own)(answers(tail=answer)(nb))

    return make


ATTACKS = tuple(
    Attack("the library answers", name, make, shows="write it yourself")
    for name, make in {
        "under another name": borrows(f"from itertools import islice as cut\n{DOES.format('cut')}"),
        "as a partial": borrows(
            f"import functools, itertools\ncut = functools.partial(itertools.islice)\n{DOES.format('cut')}"
        ),
        "by a text": borrows("import itertools\n" + DOES.format("getattr(itertools, 'is' + 'lice')")),
        "by a text made when it runs": borrows(
            "import itertools\n" + DOES.format("getattr(itertools, str().join(['is', 'lice']))")
        ),
        "by its module's dict": borrows("import itertools\n" + DOES.format("vars(itertools)['islice']")),
        "beside a line of IPython's": borrows(
            f"import itertools, sys\nfiles = !true\nsys.setprofile(None)\n{DOES.format('itertools.islice')}"
        ),
        "from a module that a cell writes": borrows(
            "from cutting import tail",
            f"%%writefile cutting.py\nimport itertools, sys\nsys.setprofile(None)\n{DOES.format('itertools.islice')}",
        ),
        "unwatched": borrows(f"import itertools, sys\nsys.setprofile(None)\n{DOES.format('itertools.islice')}"),
        "from a cell of one's own": borrows(DOES.format("cut"), "from itertools import islice\ncut = islice"),
        "by text in a cell of one's own": borrows(
            "pass", f"import itertools\nexec({DOES.format('itertools.islice')!r})"
        ),
        "among Python's own names": borrows(
            "pass",
            "import builtins, itertools\nbuiltins.tail = lambda xs: list(itertools.islice(xs, 1, None))",
        ),
        "pushed into the notebook": borrows(
            "pass", "from itertools import islice\nget_ipython().push(dict(tail=lambda xs: list(islice(xs, 1, None))))"
        ),
        "bound by a global declaration": borrows(
            "pass",
            "import itertools\ndef make():\n    global tail\n"
            "    tail = lambda xs: list(itertools.islice(xs, 1, None))\nmake()",
        ),
    }.items()
)
