"""The attack explorer shows what its controls say; the timed experiment notes what is pressed and when."""

import asyncio

import numpy as np
import pytest

from course_lib.topics import attacks, reaction
from course_lib.widgets.failures import attack_explorer, reaction_experiment


@pytest.fixture
def rng():
    return np.random.default_rng(164)


def test_every_control_changes_the_picture(rng):
    nets = {name: attacks.small_net((16, 6, 3), rng=rng) for name in ("first", "second")}
    x, t = rng.random((4, 1, 4, 4)).astype(np.float32), np.array([0, 1, 2, 1])
    *controls, picture = attack_explorer(nets, x, t).children
    assert picture.png[:4] == b"\x89PNG"
    seen = {picture.png}
    by_name = {c.description: c for c in controls}
    for name, value in (("network", "second"), ("image", 3), ("strength ε", 0.0), ("strength ε", 0.25), ("steps", 1)):
        by_name[name].value = value
        assert picture.png not in seen
        seen.add(picture.png)


def parts(box):
    message, picture, buttons = box.children
    return message, picture, buttons.children


def take_part(labels, images, answers):
    """Run the whole experiment with a clock that the test moves; `answers` are (picture, delay, animal)."""
    session, now = reaction.Session(labels), [0.0]
    wanted = {k: (delay, animal) for k, delay, animal in answers}

    async def sleep(seconds):
        delay, animal = wanted.get(session.now, (None, None))
        if delay is not None:
            now[0] += delay
            (yes if animal else no).click()
            seconds -= delay
        now[0] += seconds
        await asyncio.sleep(0)

    box = reaction_experiment(session, images, clock=lambda: now[0], sleep=sleep)
    message, picture, (start, yes, no) = parts(box)

    async def run():
        start.click()
        assert start.disabled
        for _ in range(10 * len(labels)):  # more often than the experiment waits
            await asyncio.sleep(0)
        assert session.now == len(labels)

    asyncio.run(run())
    return session, message, picture, (yes, no)


def test_a_person_s_answers_are_timed_and_told(rng):
    labels = np.arange(20) % 2
    answers = [(k, 0.3 + 0.01 * k, k % 2 == 1) for k in range(15)] + [(17, 0.5, False)]
    session, message, picture, buttons = take_part(labels, rng.random((20, 1, 8, 8)), answers)
    assert session.count() == 16
    np.testing.assert_allclose(session.milliseconds[:15], 300 + 10 * np.arange(15))
    assert session.right[:15].all()
    assert not session.right[17]
    assert "16 answers, 94% right, median 375 ms" in message.value
    assert all(button.disabled for button in buttons)
    assert picture.png[:4] == b"\x89PNG"


def test_too_few_answers_are_said_to_be_too_few(rng):
    _, message, _, _ = take_part(np.array([1, 0, 1]), rng.random((3, 1, 8, 8)), [(0, 0.2, True)])
    assert "1 answers are too few" in message.value


def test_pictures_are_drawn_before_the_experiment_starts(rng):
    session = reaction.Session(np.array([1, 0]))
    message, picture, (_, yes, no) = parts(reaction_experiment(session, rng.random((2, 1, 8, 8))))
    assert picture.png[:4] == b"\x89PNG"
    assert yes.disabled
    assert no.disabled
    yes.click()
    assert session.count() == 0
    assert message.value == "2 pictures, one each 1 s"
