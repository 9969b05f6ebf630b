"""Attack a digit by hand, and take part in a timed experiment."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets as w
import numpy as np

from course_lib.topics.reaction import PACE
from course_lib.viz import failures
from course_lib.widgets.picture import Picture

if TYPE_CHECKING:
    from course_lib.nn.module import Module
    from course_lib.topics.reaction import Session

WIDE = {"layout": w.Layout(width="420px"), "style": {"description_width": "90px"}}


def attack_explorer(models: dict[str, Module], x: np.ndarray, t: np.ndarray) -> w.VBox:
    """Strength and steps of an attack on one of the images x (n, 1, h, w) of classes t (n,); returns a VBox.

    `models` are networks by name. Static twin: `viz.failures.attack_picture`.
    """
    which = w.Dropdown(options=list(models), description="network", **WIDE)
    number = w.IntSlider(0, min=0, max=len(x) - 1, description="image", **WIDE)
    eps = w.FloatSlider(0.1, min=0, max=0.3, step=0.01, description="strength ε", **WIDE)
    steps = w.IntSlider(10, min=1, max=20, description="steps", **WIDE)
    picture = Picture(860)

    def draw(_: Any = None) -> None:
        k = number.value
        figure = picture.sheet((9.4, 2.5))
        many = [figure.add_axes((left, 0.16, 0.2, 0.68)) for left in (0.01, 0.23, 0.45, 0.72)]
        model = models[which.value]
        failures.attack_picture(model, x[k : k + 1], t[k : k + 1], eps.value, steps=steps.value, many=many)
        words = f"image {k}, a {t[k]}, the attack on {which.value} with strength {eps.value:.2f} in {steps.value} steps"
        picture.draw(figure, f"{words}, the image attacked, and what the network answers", dpi=80)

    for control in (which, number, eps, steps):
        control.observe(draw, "value")
    draw()
    return w.VBox([which, number, eps, steps, picture])


def reaction_experiment(
    session: Session, images: np.ndarray, *, pace: float = PACE, clock: Callable = time.perf_counter,
    sleep: Callable = asyncio.sleep,
) -> w.VBox:  # fmt: skip
    """Show `images` (n, 1, h, w), one each `pace` seconds, and note the answers in `session`; returns a VBox.

    Press "animal" or "something else" as soon as you know. What is noted includes the way through the browser to the
    kernel. Static twin: `viz.failures.reaction_times`. `clock()` gives seconds, `sleep(seconds)` is awaited.
    """
    start = w.Button(description="start", button_style="primary")
    yes, no = (w.Button(description=text, disabled=True) for text in ("animal", "something else"))
    picture = Picture(240)
    message, running = w.HTML(f"{len(images)} pictures, one each {pace:g} s"), []
    blank, *drawn = [_enlarged(image) for image in (np.full_like(images[0], 0.5), *images)]
    picture.show(blank, "a grey square: no picture now")

    async def run() -> None:
        for drawing in drawn:
            picture.show(drawing, "an animal or something else")
            session.shown(clock())
            message.value = f"{session.now + 1} of {len(images)}"
            await sleep(pace)
        session.shown(clock())  # the end: no further answer counts
        picture.show(blank, "a grey square: no picture now")
        yes.disabled = no.disabled = True
        message.value = _told(session)

    def begin(_: w.Button) -> None:
        start.disabled, yes.disabled, no.disabled = True, False, False
        running.append(asyncio.ensure_future(run()))  # kept, or Python forgets the task

    start.on_click(begin)
    yes.on_click(lambda _: session.answered(True, clock()))
    no.on_click(lambda _: session.answered(False, clock()))
    return w.VBox([message, picture, w.HBox([start, yes, no])])


def _told(session: Session) -> str:
    answered = session.count()
    if answered < 10:
        return f"{answered} answers are too few for a median with an interval; run the cell again"
    middle, low, high = session.median()
    share = session.right.sum() / answered
    return f"{answered} answers, {share:.0%} right, median {middle:.0f} ms, interval {low:.0f} to {high:.0f} ms"


def _enlarged(image: np.ndarray, times: int = 10) -> bytes:
    """An image (1, h, w) within 0..1 as a PNG, every pixel a square."""
    from matplotlib.image import imsave

    stream = io.BytesIO()
    imsave(stream, np.kron(image[0], np.ones((times, times))), cmap="gray", vmin=0, vmax=1, format="png")
    return stream.getvalue()
