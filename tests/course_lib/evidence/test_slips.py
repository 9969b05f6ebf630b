"""Slips read from an answer's text, each beside code that only looks like it."""

import pytest

from course_lib.evidence.habits import name_certain, name_habit, name_slip

SURE = {
    "unused argument": ("def f(w, low):\n    return w > 0", "def f(w, low):\n    return w > low"),
    "thrown away": (
        "def f(x):\n    x.reshape(2, 3)\n    return x",
        "def f(x):\n    x.sort()\n    return x",
    ),
    "None kept": (
        "def f(xs):\n    out = []\n    for x in xs:\n        out = out.append(x)\n    return out",
        "def f(xs):\n    out = ()\n    for x in xs:\n        out = np.append(out, x)\n    return out",
    ),
    "begun anew": (
        "def f(xs):\n    for x in xs:\n        total = 0\n        total += x\n    return total",
        "def f(xs, out):\n    for x in xs:\n        n = 0\n        n += x\n        out.append(n)\n    return out",
    ),
    "replaced in every round": (
        "def f(xs):\n    y = 0\n    for x in xs:\n        y = g(x)\n    return y",
        "def f(xs):\n    y = 0\n    for x in xs:\n        y = g(y, x)\n    return y",
    ),
    "break in the loop": (
        "def f(xs):\n    n = 0\n    while xs:\n        n += 1\n        break\n    return n",
        "def f(xs):\n    n = 0\n    while xs:\n        n += 1\n        if n > 3:\n            break\n    return n",
    ),
}  # fmt: skip
MAYBE = {
    "set and not used": (
        "def f(x, rng):\n    order = rng.permutation(len(x))\n    return x",
        "def f(x):\n    y = np.zeros(3)\n    row = y[1:]\n    row += x\n    return y",
    ),
    "caret": ("def f(x):\n    return x ^ 2", "def f(x, y):\n    return x ^ y"),
    "brackets of a divisor": ("def f(z):\n    return 1 / 1 + np.exp(-z)", "def f(z):\n    return 1 / (1 + np.exp(-z))"),
    "range from 1": (
        "def f(n):\n    s = 0\n    for i in range(1, n):\n        s += i\n    return s",
        "def f(n):\n    s = 0\n    for i in range(1, n + 1):\n        s += i\n    return s",
    ),
    "another number of rounds": (
        "def f(n):\n    s = 0\n    for i in range(n - 1):\n        s += i\n    return s",
        "def f(n):\n    s = 0\n    for i in range(n):\n        s += i\n    return s",
    ),
}


@pytest.mark.parametrize("name", [*SURE, *MAYBE])
def test_a_slip_is_named_and_its_sibling_is_not(name):
    find = name_habit if name in SURE else name_slip
    slip, sibling = (SURE | MAYBE)[name]
    assert find(slip).name == name
    assert find(slip).say.endswith(".")
    assert find(sibling) is None


def test_a_loop_that_may_end_early_is_meant_to_keep_its_last_round():
    search = "def f(n):\n    best = 0\n    for k in range(n):\n        {}\n        best = k\n    return best"
    assert name_habit(search.format("pass")).name == "replaced in every round"
    assert name_habit(search.format("if k * k > n:\n            break")) is None
    assert name_habit(search.format("if k * k > n:\n            return best")) is None


WRITTEN = {
    "g *= b": ("def f(a, b):\n    def vjp(g):\n        g *= b\n        return g\n    return a, vjp", "g = g * b"),
    "x[x < 0] = 0": ("def f(x):\n    x[x < 0] = 0\n    return x", "x = np.where(x < 0, 0, x)"),
    "h += x": ("def f(x):\n    h = x\n    h += x\n    return h", "h = h + x"),
    "x -= 1": ("def f(x):\n    x = np.asarray(x, float)\n    x -= 1\n    return x", "x = x - 1"),
    "s.update(rate=1)": ("def f(s):\n    s.update(rate=1)\n    return s", "s = s | {'rate': 1}"),
}


@pytest.mark.parametrize("line", WRITTEN)
def test_a_line_that_writes_into_an_argument_is_named_where_an_input_was_changed(line):
    source, instead = WRITTEN[line]
    assert name_certain(source, changed=True).say.startswith(f"`{line}` writes into what came in")
    assert name_certain(source, changed=False) is None
    assert name_certain(source.replace(line, instead), changed=True) is None


@pytest.mark.parametrize("count", ["n += 1", "n -= x.size", "rate *= 2"])
def test_a_line_that_may_count_a_number_is_not_named_before_one_that_writes(count):
    source = f"def f(x, n, rate=1.0):\n    {count}\n    x[0] = n * rate\n    return x"
    assert name_certain(source, changed=True).say.startswith("`x[0] = n * rate` writes into what came in")


def test_a_loop_that_looks_back_rightly_begins_at_1():
    pairs = "def f(s):\n    t = 0\n    for i in range(1, len(s)):\n        t += s[{}] * s[i]\n    return t"
    assert name_slip(pairs.format("i")).name == "range from 1"
    assert name_slip(pairs.format("i - 1")) is None


def test_the_one_in_a_number_of_places_is_meant():
    places = "def f(h, k):\n    s = 0\n    for i in range({}):\n        s += i\n    return s"
    assert name_slip(places.format("h + 1")).name == "another number of rounds"
    assert name_slip(places.format("h - k + 1")) is None


def test_a_loop_that_reckons_with_its_number_may_take_one_round_less():
    rounds = "def f(x, k):\n    t = 0\n    for s in range(k - 1):\n        t += x[{}]\n    return t"
    assert name_slip(rounds.format("s")).name == "another number of rounds"
    assert name_slip(rounds.format("s + 1")) is None
    assert name_slip(rounds.format("(k - s) % 3")) is None


def test_a_copy_may_be_written_into():
    assert name_certain("def f(x):\n    x = x.copy()\n    x -= 1\n    return x", changed=True) is None


def test_what_is_no_python_has_no_slip():
    assert name_slip("def f(:") is None
