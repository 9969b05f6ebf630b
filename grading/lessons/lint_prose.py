"""What a lesson's prose says that may not hold: lessons and notebooks that the course has not, counts of exercises.

Only a warning: a lesson may look ahead to one that is still being written. The lessons there are those of the folder.
"""

import re

_NUMBER = r"\d\d?(?!\d| \d{3})"
_SEPARATOR = r"(?:\s*,\s+and\s+|\s*,\s+|\s+and\s+|\s+or\s+|\s+to\s+|\s*[-–]\s*)"
NAMED = re.compile(rf"\blessons?\s+({_NUMBER}(?:{_SEPARATOR}{_NUMBER})*)", re.I)
SPAN = re.compile(r"(\d\d?)(?:\s+to\s+|\s*[-–]\s*)(\d\d?)")
FILE = re.compile(r"\b(\d\d_[a-z][a-z0-9_]*)\.ipynb\b")

NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
NUMBERS += ["thirteen", "fourteen", "fifteen"]
COUNTED = re.compile(
    rf"\b({'|'.join(NUMBERS[1:])}|[1-9]\d?)\s+(?:[a-z]+\s+)?(exercise|prediction|written\s+question)s?\b(?!\s+\d)", re.I
)


def counts_of(lesson):
    """{what: how many of it a lesson has}."""
    predicted = sum(e.predict for e in lesson.exercises)
    there = {"exercise": len(lesson.exercises) - predicted, "prediction": predicted}
    return {**there, "written question": len(lesson.questions)}


def counted(lesson):
    """(file, line, sentence) of each count in prose but the opening's, which is held to what is there (lint.py)."""
    there = counts_of(lesson)
    for cell in lesson.cells[1:]:
        if cell.kind != "markdown":
            continue
        for found in COUNTED.finditer(cell.source):
            what = " ".join(found[2].lower().split())
            line = cell.line + cell.source.count("\n", 0, found.start())
            told = " ".join(found[0].split())
            yield (
                lesson.path.name,
                line,
                f"says '{told}' in prose, and the lesson has {there[what]}; such a count is soon wrong: say it without",
            )


def names_nowhere(lesson, lessons):
    """(file, line, sentence) of each lesson that `lesson`, its mistakes included, names and `lessons` lack."""
    numbers, slugs = {int(one.number) for one in lessons}, {one.slug for one in lessons}
    for file, text in ((lesson.path.name, lesson.text), (lesson.mistakes.file, lesson.mistakes.text or "")):
        plain = re.sub(r"(?m)^#(?!#| %%)", " ", text)  # a line's mark of prose; as long as it was
        for found in NAMED.finditer(plain):
            line = plain.count("\n", 0, found.start()) + 1
            for number in sorted(_numbers(found[1]) - numbers):
                yield file, line, f"names lesson {number:02}, which is not there; name another, or write it first"
        for found in FILE.finditer(plain):
            if found[1] not in slugs:
                line = plain.count("\n", 0, found.start()) + 1
                yield file, line, f"names {found[1]}.ipynb, which no lesson becomes; mend the name"


def _numbers(text):
    """{3, 4, 5, 9} of "3 to 5 and 09"."""
    spans = [range(int(first), int(last) + 1) for first, last in SPAN.findall(text)]
    return {int(number) for number in re.findall(r"\d+", text)}.union(*spans)
