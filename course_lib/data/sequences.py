"""Generated sequences: strings to reverse, dates to rewrite, numbers to add; text as integers and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from course_lib.nn.init import generator

PAD, START, END = 0, 1, 2  # the first three symbols of every vocabulary


class Vocabulary:
    """Characters as integers from 3 on; 0 pads, 1 starts and 2 ends a sequence."""

    def __init__(self, characters: str) -> None:
        self.characters = sorted(set(characters))
        self.index = {c: i for i, c in enumerate(self.characters, start=3)}

    def __len__(self) -> int:
        return len(self.characters) + 3

    def encode(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Texts as integers (n, longest + 1), each closed by END and padded, and their lengths (n,) with END.

        Raises ValueError for a character that is not in the vocabulary.
        """
        lengths = np.array([len(text) + 1 for text in texts])
        out = np.full((len(texts), lengths.max(initial=1)), PAD)
        for row, text in zip(out, texts, strict=True):
            unknown = [c for c in text if c not in self.index]
            if unknown:
                raise ValueError(f"Vocabulary.encode: {unknown[0]!r} in {text!r} is not in the vocabulary")
            row[: len(text)] = [self.index[c] for c in text]
            row[len(text)] = END
        return out, lengths

    def decode(self, rows: np.ndarray) -> list[str]:
        """Texts of integers (n, length): each up to its first END, padding and START left out.

        `rows` are those integers.
        """
        texts = []
        for row in np.asarray(rows):
            end = np.flatnonzero(row == END)
            kept = row[: end[0]] if len(end) else row
            texts.append("".join(self.characters[i - 3] for i in kept if i >= 3))
        return texts


def reversals(
    n: int, *, letters: str = "abcdefghij", shortest: int = 3, longest: int = 8, rng: np.random.Generator
) -> tuple[list[str], list[str]]:
    """`n` random strings and the same reversed: two lists, lengths uniform in shortest..longest.

    `letters` are what the strings are made of.
    """
    generator("reversals", rng)
    letters = list(letters)
    texts = ["".join(rng.choice(letters, k)) for k in rng.integers(shortest, longest + 1, n)]
    return texts, [text[::-1] for text in texts]


MONTHS = ("January", "February", "March", "April", "May", "June")
MONTHS += ("July", "August", "September", "October", "November", "December")  # English whatever the locale
STYLES = ("{d} {month} {y}", "{month} {d}, {y}", "{d} {mon} {y}", "{mon} {d} {y}", "{d:02}/{m:02}/{y}", "{d}.{m}.{y}")


def dates(
    n: int, *, first: date = date(1950, 1, 1), last: date = date(2049, 12, 31), rng: np.random.Generator
) -> tuple[list[str], list[str]]:
    """`n` dates as people write them and in ISO form: two lists, such as "7 March 2012" and "2012-03-07".

    Numbers alone mean day, month, year.

    `first` and `last` are the earliest and the latest day.
    """
    generator("dates", rng)
    days = rng.integers(0, (last - first).days + 1, n)
    written, iso = [], []
    for offset, style in zip(days, rng.integers(0, len(STYLES), n), strict=True):
        day = first + timedelta(int(offset))
        month = MONTHS[day.month - 1]
        written.append(STYLES[style].format(d=day.day, m=day.month, y=day.year, month=month, mon=month[:3]))
        iso.append(day.isoformat())
    return written, iso


def adding(n: int, *, length: int = 50, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The adding problem: x (n, length, 2) of uniform numbers and two marks, target (n, 1) the sum of the marked.

    One mark lies in each half, so the network must remember over up to `length` steps (Hochreiter and Schmidhuber,
    "Long short-term memory", 1997).
    """
    generator("adding", rng)
    if length < 2:
        raise ValueError(f"adding: length must be at least 2, got {length}")
    x = np.zeros((n, length, 2))
    x[..., 0] = rng.random((n, length))
    half = length // 2
    for marked in (rng.integers(0, half, n), rng.integers(half, length, n)):
        x[np.arange(n), marked, 1] = 1
    return x, (x[..., 0] * x[..., 1]).sum(axis=1, keepdims=True)


def copying(
    n: int, *, wait: int = 20, letters: int = 3, kinds: int = 4, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The copying task: x (n, wait + 2 letters) of symbols, and the letters to be said at the end (n, letters).

    A row is `letters` random symbols from 1..`kinds`, then `wait` blanks (0), then `letters` times the sign
    `kinds` + 1, at which the network is to say them (Hochreiter and Schmidhuber, "Long short-term memory", 1997).
    """
    generator("copying", rng)
    if min(wait + 1, letters, kinds) < 1:
        raise ValueError(f"copying: letters and kinds are at least 1 and wait 0, got {letters}, {kinds}, {wait}")
    told = rng.integers(1, kinds + 1, (n, letters))
    x = np.zeros((n, wait + 2 * letters), int)
    x[:, :letters], x[:, letters + wait :] = told, kinds + 1
    return x, told


GESTURES = ("circle to the left", "circle to the right", "wave", "nod", "raise", "lower")


def gestures(
    n: int, *, shortest: int = 16, longest: int = 40, noise: float = 0.2, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Paths of a hand, x (n, longest, 2) padded by 0, lengths (n,), and which of GESTURES each is (n,).

    x is right and up. The hand rests, moves and rests again, each for a random time; size, speed, place and Gaussian
    `noise` differ. "raise" and "lower", and the two circles, show the same places in another order.

    `shortest` and `longest` are their lengths, `noise` the standard deviation of what is added.
    """
    generator("gestures", rng)
    x, labels = np.zeros((n, longest, 2)), rng.integers(0, len(GESTURES), n)
    lengths = rng.integers(shortest, longest + 1, n)
    for row, length, label in zip(x, lengths, labels, strict=True):
        before, after = rng.integers(0, length // 3 + 1, 2)
        time = np.clip((np.arange(length) - before) / (length - before - after), 0, 1)
        phase, turns = rng.uniform(0, 2 * np.pi), rng.uniform(0.8, 1.6)
        angle = phase + 2 * np.pi * turns * time * (1 if label == 0 else -1)
        path = np.zeros((length, 2))
        if label < 2:
            path = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        elif label < 4:
            path[:, label - 2] = np.sin(angle)
        else:
            path[:, 1] = (2 * time - 1) * (1 if label == 4 else -1)
        path *= rng.uniform(0.6, 1.2)
        row[:length] = path + rng.uniform(-0.5, 0.5, 2) + noise * rng.normal(size=(length, 2))
    return x, lengths, labels
