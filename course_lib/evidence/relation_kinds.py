"""The relations that are looked for, most specific first, with the name and the sentence of each.

A sentence is what a tutor would say who sees only the right and the wrong values: that the relation holds is true by
construction, and what may be behind it is asked, not claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from course_lib.evidence import alterations as alter
from course_lib.evidence import arrangements as arrange
from course_lib.evidence import reductions as reduce


@dataclass(frozen=True)
class Kind:
    """One relation: `find(pair)` gives its forms, `name(form)` groups reports, `say(form, details)` is the predicate.

    `say` goes on after "your result"; `details` holds what each wrong array gave for the form. `tells` is how much the
    right values must tell, `values` how many different ones there must be: a free number fits any one value. `several`
    allows more than one form to fit, of which the first is said.
    """

    find: Callable
    name: Callable
    say: Callable
    tells: int = 4
    values: int = 1
    several: bool = False


def _named(text: str) -> Callable:
    return lambda form: text


def _said(text: str) -> Callable:
    return lambda form, details: text


def _axes_name(form: tuple[int, ...]) -> str:
    return "transposed" if form == (1, 0) else "axes in another order"


def _say_axes(form: tuple[int, ...], details: Sequence[tuple[int, ...]]) -> str:
    return "is the expected one, transposed." if form == (1, 0) else f"is the expected one with its axes as {form}."


def _axis(axis: int, details: Sequence[int]) -> str:
    return f" along axis {axis}" if axis else ""


_PART = {"end": "at the end", "start": "at the start", "frame": "all round"}


def _say_part(verb: str) -> Callable:
    def say(form: tuple[str, tuple[int, ...]], details: Sequence[list[int]]) -> str:
        where, axes = form
        along = "" if axes == (0,) else f" along {'axis' if len(axes) == 1 else 'axes'} {', '.join(map(str, axes))}"
        counts = {n for detail in details for n in detail}
        how = "one place" if counts == {1} else f"{counts.pop()} places" if len(counts) == 1 else "some places"
        return f"is the expected one with {how} too {verb} {_PART[where]}{along}."

    return say


def _say_shifted(form: tuple[str, int], details: Sequence[int]) -> str:
    return f"is the expected one moved one place {form[0]}{_axis(form[1], details)}."


def _steps(form: tuple[int, int, int]) -> str:
    return " and ".join(f"every {_nth(s)} place along axis {axis}" for axis, s in enumerate(form) if s > 1)


def _nth(s: int) -> str:
    return {2: "second", 3: "third"}.get(s, f"{s}th")


def _say_axis_of_one(form: str, details: Sequence[int]) -> str:
    some = "an axis" if set(details) == {1} else "axes"
    return f"has the right values; only {some} of size 1 {'is' if some == 'an axis' else 'are'} {form}" + (
        ", which the expected one does not have." if form == "left" else ": keepdims=True would keep it."
    )


def _say_reshaped(form: str, details: Sequence[tuple[int, ...]]) -> str:
    how = "flattened" if form == "flat" else "in another shape"
    return f"has the right values in the right order, {how}."


def _say_natural(form: str, details: Sequence[int]) -> str:
    numbers = list(dict.fromkeys(details))
    n = numbers[0]
    if len(numbers) > 1:
        listed = ", then ".join(map(str, numbers[:3]))
        n = f"a whole number n ({listed})"
        return {
            "times": f"is the expected one times {n}: is a division by a size missing, or a sum taken for a mean?",
            "divided": f"is the expected one divided by {n}: is a size divided by once too often?",
            "by n - 1 for n": f"is the expected one times n / (n - 1) for {n}: is n - 1 used where n is wanted?",
            "by n for n - 1": f"is the expected one times (n - 1) / n for {n}: is n used where n - 1 is wanted?",
        }[form]
    return {
        "times": f"is {'twice' if n == 2 else f'{n} times'} the expected one"
        + ("." if n == 2 else ": is a division by a size missing, a sum taken for a mean, something counted again?"),
        "divided": f"is {'half of the expected one' if n == 2 else f'the expected one divided by {n}'}"
        + ("." if n == 2 else ": is a size divided by once too often, or a mean taken for a sum?"),
        "by n - 1 for n": f"is {n}/{n - 1} of the expected one: is it divided by {n - 1} in place of {n}?",
        "by n for n - 1": f"is {n - 1}/{n} of the expected one: is it divided by {n} in place of {n - 1}?",
    }[form]


def _say_root(form: str, details: Sequence[int]) -> str:
    numbers = list(dict.fromkeys(details))
    n = str(numbers[0]) if len(numbers) == 1 else f"a whole number n ({', then '.join(map(str, numbers[:3]))})"
    if form == "times":
        return f"is the expected one times the root of {n}: is a division by a root missing, or a square for a root?"
    return f"is the expected one divided by the root of {n}: is it divided by a root once too often, or by n itself?"


def _say_known(form: tuple[str, str], details: Sequence[None]) -> str:
    how, constant = form
    what = ": is a logarithm of another base asked?" if "logarithm" in constant else "."
    return f"is the expected one {how} {constant}{what}"


def _natural_name(form: str) -> str:
    return {"times": "a whole factor too much", "divided": "divided by a whole number"}.get(form, form)


def _say_offset(form: str, details: Sequence[float]) -> str:
    offset = details[0]
    by = {"1": "one"}.get(f"{abs(offset):.4g}", f"{abs(offset):.4g}")
    return f"is everywhere {by} too {'large' if offset > 0 else 'small'}."


def _offset_name(form: str) -> str:
    return {"1": "one too large", "-1": "one too small"}.get(form, "a constant added")


def _say_by_slices(form: tuple[str, int], details: Sequence[int]) -> str:
    what, axis = form
    if what == "factor":
        return f"has the right ratios along axis {axis}; only the size differs, by a factor of each slice's own."
    return f"has the right differences along axis {axis}; only a constant of each slice's own is added."


def _say_unfilled(form: str, details: Sequence[None]) -> str:
    return {
        "nothing": "holds zeros only: was nothing written into it, was it cleared, or is it multiplied by 0?",
        "last": "is right in the last place and zero before: does every step clear or replace what was there?",
        "some": "is right where it is not zero: are some places never filled, cleared again, or set to 0?",
    }[form]


def _say_only(form: tuple[str, int | None], details: Sequence[int | None]) -> str:
    place, axis = form
    if place == "diagonal":
        return "is right off the diagonal and wrong on it."
    return f"is right but for the {place} place{_axis(axis, details)}."


_FUNCTION = {
    "squared": "the square of the expected one: is a root missing, or a square taken too often?",
    "the square root": "the square root of the expected one: is a root taken too often, or a square missing?",
    "the exponential": "the exponential of the expected one: is a logarithm missing?",
    "the logarithm": "the logarithm of the expected one.",
    "one divided by it": "one divided by the expected one.",
    "one minus it": "one minus the expected one.",
    "times one minus it": "the expected one times one minus it, the sigmoid's derivative: is it asked for here?",
    "one minus its square": "one minus the square of the expected one, tanh's derivative: is it asked for here?",
    "the tanh": "the tanh of the expected one: is it applied once too often?",
    "the sigmoid": "the sigmoid of the expected one: is it applied once too often?",
}


def _over(form: tuple[str, int | None]) -> str:
    what, axis = form
    return f"the {what} over {'everything' if axis is None else f'axis {axis}'}"


def _say_straight(form: str, details: Sequence[tuple[float, float]]) -> str:
    a, b = details[0]
    return f"is the expected one times {a:.4g}, {'plus' if b > 0 else 'minus'} {abs(b):.4g}."


def _say_size(form: str, details: Sequence[float]) -> str:
    factors = ", ".join(dict.fromkeys(f"{ratio:.4g}" for ratio in details[:3]))
    return f"has the right ratios; only the size differs, by a factor of each array's own ({factors})."


def _say_cut_off(form: tuple[tuple[str, str], ...], details: Sequence[None]) -> str:
    if form == (("below", "0"),):
        return "is the expected one with 0 for what is negative: does a ReLU, a clip or a maximum take part?"
    ends = " and ".join(f"{way} {end}" for way, end in form)
    return f"is the expected one cut off {ends}: does a clip, a minimum or a maximum take part?"


_INTEGERS = {
    "cut": "cut to integers",
    "cut down": "rounded down to integers",
    "cut up": "rounded up to integers",
    "rounded": "rounded to integers",
}

SPECIFIC = (
    Kind(arrange.axes_permuted, _axes_name, _say_axes),
    Kind(arrange.axis_of_one, lambda form: f"an axis of size 1 {form}", _say_axis_of_one, tells=0, values=0),
    Kind(arrange.part_missing, _named("places missing"), _say_part("few")),
    Kind(arrange.part_too_much, _named("places too many"), _say_part("many")),
    Kind(
        arrange.every_other, _named("only every s-th kept"), lambda f, _: f"holds only {_steps(f)} of the expected one."
    ),
    Kind(
        arrange.stride_ignored,
        _named("a stride ignored"),
        lambda f, _: f"would be right if only {_steps(f)} were kept: is a stride ignored?",
    ),
    Kind(
        arrange.reversed_order,
        _named("in reverse order"),
        lambda f, d: f"is the expected one in reverse order{_axis(f, d)}.",
    ),
    Kind(arrange.shifted, _named("moved by one place"), _say_shifted),
    Kind(
        arrange.one_everywhere,
        _named("the last place everywhere"),
        lambda f, _: (
            f"has in {f} of its places what belongs in the last: is one and the same array kept each time, "
            "and changed later?"
        ),
    ),
    Kind(alter.sign_turned, _named("sign turned"), _said("is the expected one with its sign turned.")),
    Kind(
        alter.absolute, _named("absolute values"), _said("is the absolute value of the expected one: signs are lost.")
    ),
    Kind(alter.natural_factor, _natural_name, _say_natural, several=True),
    Kind(alter.root_factor, lambda form: f"{'times' if form == 'times' else 'divided by'} a root", _say_root),
    Kind(alter.known_factor, lambda form: " ".join(form), _say_known),
    Kind(
        alter.constant_factor,
        _named("a constant factor"),
        lambda f, d: f"is the expected one times a constant, {f}.",
        values=3,
    ),
    Kind(alter.constant_offset, _offset_name, _say_offset, tells=3, values=3),
    Kind(
        alter.one_for_largest,
        _named("one for the largest"),
        _said("has 1 where the expected one is largest, and 0 elsewhere: is a choice made where shares are asked for?"),
        values=3,
    ),
    Kind(
        alter.whole_numbers,
        _named("cut to integers"),
        lambda f, _: f"is the expected one {_INTEGERS[f]}: does an array of integers, int() or // take part?",
        values=3,
        several=True,
    ),
    Kind(alter.cut_off, _named("cut off"), _say_cut_off),
    Kind(alter.function_of, lambda form: form, lambda f, _: f"is {_FUNCTION[f]}"),
    Kind(alter.not_finite, _named("not finite"), _said("is right wherever it is finite.")),
    Kind(arrange.unfilled, lambda f: "zeros only" if f == "nothing" else "zeros where filled", _say_unfilled),
    Kind(
        reduce.not_taken,
        lambda form: f"no {form[0]} taken",
        lambda f, _: f"would be right after {_over(f)}: is it missing?",
        several=True,
    ),
    Kind(
        reduce.taken_too_much,
        lambda form: f"a {form[0]} too many",
        lambda f, _: f"is {_over(f)} of the expected one: is it taken where it should not be?",
        several=True,
    ),
    Kind(
        reduce.on_the_diagonal,
        _named("a table for a row"),
        _said("is a table with the expected one on its diagonal: does a column (n, 1) meet a row (n,)?"),
    ),
    Kind(
        alter.opposite, _named("true and false exchanged"), _said("has true and false exchanged everywhere."), tells=6
    ),
)

GENERAL = (
    Kind(arrange.reshaped, _named("another shape"), _say_reshaped, several=True),
    Kind(
        arrange.other_order,
        lambda f: "sorted" if f == "sorted" else "another order",
        lambda f, _: f"has the right values, {'sorted' if f == 'sorted' else 'in another order'}.",
        several=True,
    ),
    Kind(alter.some_signs, _named("some signs turned"), _said("is right but for some of its signs.")),
    Kind(reduce.size_only, _named("another size"), _say_size, values=4),
    Kind(
        reduce.offset_only,
        _named("another offset"),
        _said("has the right differences; only one number is added, another one for every array."),
        values=4,
    ),
    Kind(reduce.straight, _named("a factor and a constant"), _say_straight, values=4),
    Kind(alter.by_slices, lambda form: f"{form[0]} by slices", _say_by_slices, values=6),
    Kind(alter.only_some_places, lambda f: f"wrong only on the {f[0]} place", _say_only, values=4),
)
