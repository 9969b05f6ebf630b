"""A timed experiment: sixty pictures, one a second, animal or not; a person's or simulated. Lesson 16."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from course_lib.topics.experiment import median_interval

PICTURES, PACE = 60, 1.0  # how many, and seconds from one to the next
SOURCE = "Thorpe, Fize, Marlot 1996: median 445 ms, 94 % right"


@dataclass
class Session:
    """What was answered and when: `shown` and `answered` are told the time, in seconds of any one clock.

    labels (n,): 1 for an animal. `simulated` says in words where the answers come from when no person gave them. `now`
    is the number of the picture that is shown and `began` the time it appeared; `milliseconds` (n,) is nan and `right`
    (n,) False where there is no answer.
    """

    labels: np.ndarray
    simulated: str = ""
    now: int = -1
    began: float = np.nan
    milliseconds: np.ndarray = field(init=False)
    right: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.milliseconds = np.full(len(self.labels), np.nan)
        self.right = np.zeros(len(self.labels), bool)

    def shown(self, at: float) -> int | None:
        """The next picture appears at the time `at`; returns its number, or None when all have been shown."""
        self.now, self.began = self.now + 1, at
        return self.now if self.now < len(self.labels) else None

    def answered(self, animal: bool, at: float) -> bool:
        """The answer, True for an animal, at the time `at`; the first to each picture counts. Says whether it did."""
        if not 0 <= self.now < len(self.labels) or not np.isnan(self.milliseconds[self.now]):
            return False
        self.milliseconds[self.now] = 1000 * (at - self.began)
        self.right[self.now] = animal == self.labels[self.now]
        return True

    def count(self) -> int:
        """How many pictures have been answered."""
        return int(np.sum(~np.isnan(self.milliseconds)))

    def median(self, level: float = 0.95) -> tuple[float, float, float]:
        """Median reaction time in milliseconds and its interval, over all answers.

        `level` is that of `experiment.median_interval`, which raises ValueError for too few answers.
        """
        return median_interval(self.milliseconds[~np.isnan(self.milliseconds)], level)


def simulated(
    labels: np.ndarray, *, rng: np.random.Generator, median: float = 445.0, right: float = 0.94, fastest: float = 250.0,
    spread: float = 0.45,
) -> Session:  # fmt: skip
    """A Session that no person did: reaction times log-normal above `fastest`, with the published median and share.

    Median and share of right answers are those of Thorpe, Fize and Marlot (1996), who showed photographs; the shape,
    the earliest time of 250 ms and the spread of 0.45 of the logarithm are chosen here. Times are cut at one second.
    `labels` (n,) are 1 for an animal, else 0; times in milliseconds.
    """
    session = Session(np.asarray(labels), simulated=f"simulated, no person: {SOURCE}")
    correct = rng.permutation(len(session.labels)) < round(right * len(session.labels))
    for k, label in enumerate(session.labels):
        session.shown(k * PACE)
        took = fastest + (median - fastest) * np.exp(spread * rng.normal())
        answer = label if correct[k] else 1 - label
        session.answered(bool(answer), k * PACE + min(took, 1000 * PACE) / 1000)
    return session


def machine_times(answer: Callable, pictures: np.ndarray, clock: Callable) -> np.ndarray:
    """Milliseconds (n,) that `answer(picture)` takes for each of `pictures`, one at a time, by `clock()` in seconds."""
    answer(pictures[:1])  # the first call also loads and allocates
    took = []
    for k in range(len(pictures)):
        began = clock()
        answer(pictures[k : k + 1])
        took.append(1000 * (clock() - began))
    return np.array(took)
