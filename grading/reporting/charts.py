"""The report's charts, as SVG in a data address: how scores spread, what passes, which mistakes are common."""

import base64
import io
import statistics

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#9aa5b1"


def _svg(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()


def _figure(width, height):
    import matplotlib
    from matplotlib.figure import Figure

    matplotlib.rcParams.update({"svg.hashsalt": "report", "font.size": 10, "svg.fonttype": "path"})
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def distribution(rows, points):
    """A histogram of the scores in ten steps, a line at the median."""
    figure, axes = _figure(6.4, 2.6)
    scores = [100 * row.score / points if points else 0 for row in rows]
    axes.hist(scores, bins=range(0, 101, 10), color=BLUE, edgecolor="white")
    middle = statistics.median(scores)
    axes.axvline(middle, color=ORANGE, lw=2)
    axes.text(middle, axes.get_ylim()[1], f" median {middle:.0f} %", color=ORANGE, va="top")
    axes.set(xlabel="score in % of all points", ylabel="students", xlim=(0, 100))
    axes.yaxis.get_major_locator().set_params(integer=True)
    return _svg(figure)


def pass_rates(told):
    """One bar per check: how many passed; the number beside it is how well it separates."""
    figure, axes = _figure(6.4, 0.7 + 0.3 * len(told))
    names = [item["check"].replace("_", " ") for item in told]
    rates = [100 * item["rate"] for item in told]
    axes.barh(names, rates, color=BLUE, height=0.66)
    for i, item in enumerate(told):
        text = "" if item["split"] is None else f"{item['split']:+.2f}"
        low = item["split"] is not None and item["split"] < 0.1
        axes.text(101, i, text, va="center", color=ORANGE if low else GREY)
    axes.set(xlabel="passed, % (right: discrimination)", xlim=(0, 100))
    axes.invert_yaxis()
    return _svg(figure)


def mistake_bars(told):
    """The most common mistakes, by number of students."""
    top = told[:12]
    figure, axes = _figure(6.4, 0.7 + 0.3 * len(top))
    axes.barh(
        [f"{m['exercise'].replace('_', ' ')}: {m['name']}" for m in top],
        [len(m["students"]) for m in top],
        color=ORANGE,
    )
    axes.set(xlabel="students")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.invert_yaxis()
    return _svg(figure)
