"""Hostile notebooks, one file each, as percent cells; the honest work that stands around them in every one."""

from pathlib import Path

from grading.confinement.job import Job, Limits, Step

HERE = Path(__file__).parent
BEFORE = (
    Step("define", "from course_lib.checks import check\ndef double(x):\n    return 2 * x"),
    Step("check", 'with check("double") as expect:\n    expect("three", double(3))', "double"),
)
AFTER = (
    Step("define-last", "def half(x):\n    return x / 2"),
    Step("check-last", 'with check("half") as expect:\n    expect("three", half(3))', "half"),
)
HIDDEN = tuple(
    Step(name, f'with check("{id}", part="hidden", start=1) as expect:\n    expect("x", {id}(7))', id, "hidden")
    for name, id in (("hidden", "double"), ("hidden-last", "half"))
)
BOTH = {("double", "visible"): 6, ("half", "visible"): 1.5, ("double", "hidden"): 14, ("half", "hidden"): 3.5}
FAST = Limits(cpu=12, cell_cpu=3, wall=120, cell_wall=60, memory=400 << 20, disk=32 << 20, inodes=500, processes=24,
              file_size=16 << 20, cell_output=100_000, output=4 << 20, seen=1 << 20)  # fmt: skip


def cells(name, **values):
    """The cells of attacks/NAME.py; `@KEY@` in them is replaced by the value of `key`."""
    source = (HERE / f"{name}.py").read_text()
    for key, value in values.items():
        source = source.replace(f"@{key.upper()}@", str(value))
    return tuple(Step(f"attack-{i}", cell) for i, cell in enumerate(source.split("# %%\n")[1:]))


def job(name, *, limits=FAST, hidden=HIDDEN, **values):
    """The attack between two honest exercises."""
    return Job(name, "attacks", (*BEFORE, *cells(name, **values), *AFTER), hidden, limits)


def honest(limits=FAST):
    """The control: the same notebook without the attack."""
    return Job("honest", "attacks", (*BEFORE, *AFTER), HIDDEN, limits)


def values(run):
    """What the checks saw: {(check, part): value}."""
    return {(seen.check, seen.part): seen.value for seen in run.seen}


def text(run):
    """Everything the run would show to anyone."""
    return "".join(str(cell.outputs) for cell in run.cells.values()) + str(run.seen) + run.detail


def reached(run):
    """What the attack's last cell printed after REACHED, or None when it did not get there."""
    out = [o for cell in run.cells.values() for o in cell.outputs if o["output_type"] == "stream"]
    lines = [line for o in out for line in o["text"].splitlines() if line.startswith("REACHED ")]
    return lines[-1].removeprefix("REACHED ") if lines else None
