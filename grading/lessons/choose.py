"""Which lessons a command means: `NN` is a lesson's two digits, the same in every command."""

from grading.errors import CourseError


def choose(wanted, names, where):
    """Those of `names` (such as "09_convolution_arithmetic") that `wanted` names, in the order wanted; all if none.

    A lesson is named by its number, 09 or 9, or by its whole name or file's name. `where` says in an error what has
    no such lesson.
    """
    if not wanted:
        return list(names)
    return list(dict.fromkeys(_one(str(text), names, where) for text in wanted))


def _one(text, names, where):
    word = text.removesuffix(".py").removesuffix(".ipynb")
    number = word.zfill(2) if word.isascii() and word.isdigit() else None
    found = [name for name in names if name == word or name.partition("_")[0] == number]
    if not found:
        there = ", ".join(name.partition("_")[0] for name in names) or "none"
        raise CourseError(f"there is no lesson '{text}' in {where}; there are: {there}")
    return found[0]
