"""The lecture figures that lessons regenerate: run one and keep its result as data, collect all into one page.

A result is kept as `notebooks/figures/F11.json`: tables as rows, drawings as PNG files beside it, with the date, the
commit and the kind of machine. Lessons may show such a recorded run where the machine at hand cannot repeat it.
"""

import ast
import datetime
import json
import os
import pickle
import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from course_lib.viz.recorded_words import WORDS
from grading.errors import CourseError
from grading.lessons.source import read_lessons
from grading.paths import ROOT

SECONDS = 3600
LECTURES = 45  # their figures are F1 to F45; F19b and L14a are the course's own, beside them
ON_A_DEVICE = re.compile(r"""recorded\("(F\d+)", device="(\w+)"\)""")


@dataclass(frozen=True)
class Figure:
    """One figure of the lectures and where it is regenerated.

    `cells` are line numbers in the lesson's file; `devices` are pairs (figure, device), the records of runs elsewhere
    that its cells show.
    """

    name: str
    lesson: str
    title: str
    cells: tuple
    devices: tuple = ()


def figures(lessons):
    """The figures of the lessons, F1 before F11."""
    found = {}
    for lesson in lessons:
        for cell in (c for c in lesson.cells if c.role == "figure"):
            if cell.id in found and found[cell.id][0] is not lesson:
                where = f"{lesson.path.name}:{cell.line}"
                raise CourseError(f"{where}: figure {cell.id} is also in {found[cell.id][0].path.name}; keep one")
            found.setdefault(cell.id, (lesson, []))[1].append(cell)
    order = sorted(found, key=lambda name: (int(re.sub(r"\D", "", name) or 0), name))
    return [_figure(name, *found[name]) for name in order]


def _figure(name, lesson, cells):
    devices = tuple(pair for cell in cells for pair in ON_A_DEVICE.findall(cell.source))
    return Figure(name, lesson.slug, lesson.title, tuple(cell.line for cell in cells), devices)


def tally(listed, missing, folders):
    """One line: how many of the lectures' figures stand, which do not, and which lack their run on a GPU.

    `listed` are the Figures of all lessons, `missing` the names without a record.
    """
    there = {f.name for f in listed} - set(missing)
    wanted = [f"F{k}" for k in range(1, LECTURES + 1)]
    text = f"{sum(name in there for name in wanted)} of {LECTURES} lecture figures recorded"
    lacking = [name for name in wanted if name not in there]
    halves = [name for f in listed for name, _ in _elsewhere(f, folders)]
    text += f"; not yet: {', '.join(lacking)}" if lacking else ""
    return text + (f"; without their run on a GPU: {', '.join(sorted(set(halves)))}" if halves else "")


def _elsewhere(figure, folders):
    """The runs on other devices that the figure's cells show and nobody has recorded yet: pairs (figure, device)."""
    return [pair for pair in figure.devices if read_figure("_".join(pair), folders) is None]


def run_figure(name, folders, device=None):
    """Run the cells of one figure in a clean process and keep what they show; returns the record's path.

    With a torch `device` the cells run there (COURSE_DEVICE), and the record stands beside the other: F19_cuda.json.
    """
    from grading.proving.bench import clean_environment

    where = _device(device)

    lessons = read_lessons(folders.solutions)
    figure = next((f for f in figures(lessons) if f.name == name), None)
    if figure is None:
        known = ", ".join(f.name for f in figures(lessons)) or "none"
        raise CourseError(f"no lesson regenerates figure {name}; there are: {known}")
    lesson = next(x for x in lessons if x.slug == figure.lesson)
    folder = folders.notebooks / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    env = clean_environment({"COURSE_MODE": "run"} | ({"COURSE_DEVICE": device} if device else {}))
    stem = f"{name}_{device.replace(':', '')}" if device else name
    command = [sys.executable, "-P", "-c", "from grading.publishing.figures import main; main()"]
    try:
        done = subprocess.run(
            [*command, name, str(folder.absolute()), stem],
            input=pickle.dumps(lesson),
            capture_output=True,
            env=env,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise CourseError(f"figure {name} took more than {SECONDS} seconds; make its setting smaller") from None
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip().split("\n")[-1][:300]
        raise CourseError(f"{lesson.path.name}: figure {name} does not run: {why}")
    record = {"figure": name, "lesson": lesson.slug, "results": json.loads(done.stdout.split(b"\n")[-2])}
    record |= {"date": datetime.date.today().isoformat(), "commit": commit(), "machine": machine()}
    record |= {"device": where} if where else {}
    path = folder / f"{stem}.json"
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _device(name):
    """The device in words, None when none is asked for; CourseError when this machine has it not."""
    if name is None:
        return None
    from course_lib.torch_models import bridge

    try:
        return bridge.describe(name)
    except (RuntimeError, ValueError) as error:
        raise CourseError(str(error).split("\n")[0]) from None


def read_figure(name, folders):
    """The recorded result of a figure, None when there is none; CourseError when it cannot be read."""
    path = folders.notebooks / "figures" / f"{name}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise CourseError(f"{path} cannot be read; run `course figures --run {name}`") from None


def write_page(folders):
    """Collect all recorded figures into `notebooks/figures/figures.md`; returns (path, names without a record)."""
    listed = figures(read_lessons(folders.solutions))
    missing, out = [], ["# Lecture figures, regenerated", ""]
    out += ["Made by `course figures`; do not edit. Each table: what the lecture shows, ours, the setting.", ""]
    for figure in listed:
        record = read_figure(figure.name, folders)
        out += [f"## {figure.name} · {figure.title}", ""]
        if record is None:
            missing.append(figure.name)
            out += [f"Not recorded yet: `course figures --run {figure.name}`.", ""]
        beside = sorted((folders.notebooks / "figures").glob(f"{figure.name}_*.json"))
        for kept in [record, *(read_figure(path.stem, folders) for path in beside)]:
            out += _section(kept) if kept else []
        for name, place in _elsewhere(figure, folders):
            out += [f"Not recorded yet on {place}: `course figures --run {name} --device {place}`.", ""]
    path = folders.notebooks / "figures" / "figures.md"
    text = "\n".join(out)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path, missing


def _section(record):
    out = [line for result in record["results"] for line in (*_result(result), "")]
    where = ", ".join(record[key] for key in ("device", "machine") if key in record)
    return [*out, f"*Recorded {record['date']} at commit {record['commit']} on {where}.*", ""]


def _result(result):
    if "rows" in result:
        head = result.get("head") or ["", "lecture", "ours", "setting"]
        rows = [head, ["---"] * len(head), *result["rows"]]
        table = ["| " + " | ".join(str(x).replace("|", "\\|") for x in row) + " |" for row in rows]
        return [f"**{result['title']}**", "", *table]
    if "picture" in result:
        words = WORDS.get(Path(result["picture"]).stem, result["title"])
        return [f"![{words}]({result['picture']})"]
    return ["```", result["text"], "```"]


def machine():
    """The kind of machine, in a few words: processor and cores."""
    model = platform.processor() or platform.machine()
    try:
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
        model = found[1].strip() if found else model
    except OSError:
        pass  # not Linux
    return f"{model}, {os.cpu_count()} cores"


def commit(root=ROOT):
    """The short hash of the checkout, with + when it was changed; "unknown" outside of git.

    What other runs recorded is no change: no figure reads it.
    """
    try:
        git = ["git", "-C", str(root)]
        head = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
        status = [*git, "status", "--porcelain", "-uno", "--", ".", ":!notebooks/figures"]
        state = subprocess.run(status, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head.stdout.strip() + ("+" if state.stdout.strip() else "")


def main():
    """The clean process: reads the lesson; arguments figure, folder, name for drawings; prints the results as JSON."""
    import matplotlib

    matplotlib.use("Agg")
    lesson, name, folder, stem = pickle.loads(sys.stdin.buffer.read()), sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    print(json.dumps(list(_run(lesson, name, folder, stem)), ensure_ascii=False))


def _run(lesson, name, folder, stem):
    import matplotlib.pyplot as plt

    from grading.proving.bench import SKIPPED, Bench

    bench, displayed, drawn = Bench(lesson), [], 0
    bench.names["display"] = lambda *values, **kwargs: displayed.extend(values)
    last = max(c.index for c in lesson.cells if c.role == "figure" and c.id == name)
    for cell in lesson.cells[: last + 1]:
        mine = cell.role == "figure" and cell.id == name
        if cell.kind != "code" or (not mine and cell.role in (*SKIPPED, "check", "predict")):
            continue
        source = lesson.exercise(cell.id).reference if cell.role == "solve" else cell.source
        bench.keep_figures = mine
        displayed.clear()
        bench.run(shown(source) if mine else source, cell.line)
        if not mine:
            continue
        yield from (plain(value) for value in displayed if not _is_drawing(value))
        for number in plt.get_fignums():
            drawn += 1
            path = folder / f"{stem}_{drawn}.png"
            plt.figure(number).savefig(path, dpi=130, bbox_inches="tight", metadata={"Software": None})
            yield {"title": f"{name}, drawing {drawn}", "picture": path.name}
        plt.close("all")


def _is_drawing(value):
    return type(value).__module__.startswith("matplotlib") or value is None


def plain(value):
    """A displayed value as JSON: a table (`title` and `rows`) as rows of text and numbers, anything else as text."""
    rows = getattr(value, "rows", None)
    if rows is None:
        return {"text": str(value)}
    cells = [[x if isinstance(x, int | float | str) else str(x) for x in row] for row in rows]
    return {"title": str(getattr(value, "title", "")), "rows": cells}


def shown(source):
    """The source with its last value displayed by a call, as a notebook does by itself at the top level."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source  # IPython's own syntax: as it stands
    if not tree.body or not isinstance(tree.body[-1], ast.Expr) or _returns_nothing(tree.body[-1]):
        return source
    last, lines = tree.body[-1], [line.encode() for line in source.split("\n")]
    first, end = last.lineno - 1, last.end_lineno - 1
    if lines[end][last.end_col_offset :].strip().startswith(b";"):
        return source
    # offsets are in bytes; the end first, so that they stay true on a line that holds both
    lines[end] = lines[end][: last.end_col_offset] + b")" + lines[end][last.end_col_offset :]
    lines[first] = lines[first][: last.col_offset] + b"display(" + lines[first][last.col_offset :]
    return b"\n".join(lines).decode()


def _returns_nothing(node):
    """Whether the last statement is one whose value nobody wants to see: a call to show, display or print."""
    call = node.value
    if not isinstance(call, ast.Call):
        return False
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in ("show", "display", "print")
