"""Observation: any value becomes a plain tree, at once, and travels as a frame that its reader does not trust."""

import collections
import io
import json
import struct

import numpy as np
import pytest

from course_lib.evidence.observation import MAX_BYTES, Malformed, Opaque, Seen, decode, encode, observe, size
from course_lib.evidence.tree import MAX_DEPTH, MAX_ITEMS

PLAIN = (type(None), bool, int, float, complex, str, np.ndarray, list, tuple, dict, Opaque)


class LyingInt(int):
    def __index__(self):
        return 99

    __int__ = __index__
    __class__ = property(lambda self: str)

    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


class LyingFloat(float):
    def __float__(self):
        return 99.0

    def __repr__(self):
        return "99"


class LyingText(str):
    def encode(self, *args):
        return b"other"

    def __str__(self):
        return "other"


class LyingArray(np.ndarray):
    shape = (7,)
    dtype = np.dtype("i4")

    def __array__(self, *args, **kwargs):
        return np.full(3, 99.0)

    def copy(self, *args):
        return np.full(3, 99.0)


class LyingScalar(np.float64):
    def item(self):
        return 99.0

    def __float__(self):
        return 99.0


class LyingDict(dict):
    def items(self):
        return [("other", 99)]

    __iter__ = None


class LyingList(list):
    def __iter__(self):
        return iter([99])

    def __len__(self):
        return 99


class Explosive:
    def __getattribute__(self, name):
        raise RuntimeError("touched")

    __eq__ = __bool__ = __array__ = __len__ = __iter__ = __repr__ = lambda self, *a: 1 / 0
    __hash__ = None


class LyingMeta(type):
    __name__ = "other"

    def __instancecheck__(cls, thing):
        return True


class WithMeta(metaclass=LyingMeta):
    pass


Point = collections.namedtuple("Point", "x y")


def plain(tree):
    """Whether nothing but exact built-in types is in the tree."""
    if type(tree) not in PLAIN:
        return False
    if isinstance(tree, dict):
        return all(map(plain, tree)) and all(map(plain, tree.values()))
    return all(map(plain, tree)) if isinstance(tree, list | tuple) else True


SAME = [
    (None, None),
    (True, True),
    (np.True_, np.array(True)),
    (3, 3),
    (LyingInt(3), 3),
    (LyingFloat(0.5), 0.5),
    (LyingText("said"), "said"),
    (np.str_("said"), "said"),
    (1 + 2j, 1 + 2j),
    (np.int64(3), np.array(3)),
    (np.float32(0.5), np.array(0.5, np.float32)),
    (LyingScalar(0.5), np.array(0.5)),
    (Point(1, 2), (1, 2)),
    (LyingList([1, 2]), [1, 2]),
    (LyingDict(a=1), {"a": 1}),
    ({np.int64(2): 1, (1, 2): 3}, {2: 1, (1, 2): 3}),
    ("a\ud800b", "a?b"),
    (np.arange(3, dtype=">i4"), np.arange(3, dtype="<i4")),
    (np.longdouble(0.5), np.array(0.5)),
    (np.array(["a", "é"]), np.array(["a", "é"])),
]


@pytest.mark.parametrize("case", range(len(SAME)))
def test_a_value_becomes_the_plain_tree_of_its_base_class(case):  # by number: the values lie to pytest too
    value, tree = SAME[case]
    seen = observe(value)
    assert plain(seen)
    assert type(seen) is type(tree)
    assert repr(seen) == repr(tree)


OPAQUE = [
    (lambda: {1, 2}, "set"),
    (lambda: range(3), "range"),
    (lambda: (i for i in ()), "generator"),
    (lambda: len, "builtin_function_or_method"),
    (lambda: b"bytes", "bytes"),
    (Explosive, "Explosive"),
    (WithMeta, "WithMeta"),
    (lambda: np.array([1, None]), "array of dtype object"),
    (lambda: np.datetime64("2020-01-01"), "array of dtype datetime64[D]"),
    (lambda: 2**5000, "int of 5001 bits"),
    (lambda: np.broadcast_to(1.0, (10**6, 10**6)), "array of shape (1000000, 1000000), 7629395 MB"),
    (lambda: list(range(MAX_ITEMS + 1)), f"list of more than {MAX_ITEMS} values"),
]


@pytest.mark.parametrize(("make", "name"), OPAQUE, ids=[name for _, name in OPAQUE])
def test_what_has_no_plain_form_is_named_by_its_type(make, name):
    assert observe(make()) == Opaque(name)


def test_an_array_subclass_that_lies_gives_its_real_buffer():
    lying = np.arange(6.0).reshape(2, 3).view(LyingArray)
    seen = observe(lying)
    assert type(seen) is np.ndarray
    assert seen.shape == (2, 3)
    assert seen.dtype == np.float64
    assert seen.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_buffer_that_changes_later_was_copied_at_once():
    buffer = np.zeros(3)
    inner = [buffer]
    seen = observe({"w": inner})
    buffer[:] = 7
    inner.append(1)
    assert seen["w"][0].tolist() == [0, 0, 0]
    assert len(seen["w"]) == 1


def test_a_container_that_holds_itself_ends():
    loop = [1]
    loop += [loop, loop]
    seen = observe(loop)
    assert isinstance(seen, Opaque)
    single = []
    single.append(single)
    deep = observe(single)
    for _ in range(MAX_DEPTH):
        (deep,) = deep
    assert isinstance(deep, Opaque)


def test_a_dict_key_of_another_kind_is_named():
    assert observe({b"k": 1}) == {Opaque("bytes"): 1}


def test_tensors_of_both_libraries_become_arrays():
    import torch

    from course_lib.autograd.tensor import Tensor

    for tensor in (
        Tensor(np.array([[1.0, 2.0]]), requires_grad=True),
        torch.tensor([[1.0, 2.0]], dtype=torch.float64, requires_grad=True),
        torch.nn.Parameter(torch.tensor([[1.0, 2.0]], dtype=torch.float64)),
    ):
        seen = observe(tensor)
        assert type(seen) is np.ndarray
        assert seen.tolist() == [[1, 2]]
        assert seen.dtype == np.float64
    assert observe(torch.ones(2, dtype=torch.bfloat16)).dtype == np.float32
    assert observe(torch.eye(2).to_sparse()).tolist() == [[1, 0], [0, 1]]


TREES = [
    None,
    True,
    -(2**70),
    0.1,
    float("nan"),
    float("-inf"),
    complex(float("inf"), -0.0),
    'é"\\\n',
    [],
    (),
    {},
    [1, (2, {"a": [None]}), {(1, 2): 3, 4: 5}],
    np.zeros((0, 3)),
    np.array(3, dtype=np.int8),
    np.arange(6, dtype=np.float16).reshape(1, 2, 3),
    np.array([True, False]),
    np.array([1 + 2j], dtype=np.complex64),
    np.array(["", "é\U0001f600"]),
    Opaque("set"),
]


@pytest.mark.parametrize("tree", TREES, ids=repr)
def test_a_frame_gives_back_exactly_what_was_seen(tree):
    seen = Seen("conv2d-dilation", "hidden", 12, "label é", "value", tree, {"rtol": 1e-3, "n": 4})
    stream = io.BytesIO(encode(seen) + encode(seen))
    for back in (decode(stream), decode(stream)):
        assert repr(back) == repr(seen)
        assert plain(back.value)
        if isinstance(tree, np.ndarray):
            assert back.value.dtype == tree.dtype
            assert back.value.shape == tree.shape
    assert decode(stream) is None


def frame(header, body=b"", magic=b"SEE1"):
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<4sII", magic, len(head), len(body)) + head + body


GOOD = {
    "check": "c",
    "part": "visible",
    "position": 0,
    "label": "l",
    "kind": "value",
    "value": 1,
    "spec": {"dict": []},
    "arrays": [],
}
ARRAY = {**GOOD, "value": {"array": "0"}}


def with_array(code, shape):
    return {**ARRAY, "arrays": [[code, shape]]}


FORGED = {
    "wrong magic": frame(GOOD, magic=b"EVIL"),
    "cut header": frame(GOOD)[:30],
    "cut start": frame(GOOD)[:5],
    "cut body": frame(with_array("<f8", [2]), bytes(16))[:-1],
    "huge lengths": struct.pack("<4sII", b"SEE1", 2**31, 2**31),
    "no JSON": frame(b"{"),
    "no UTF-8": frame(b'{"check": "\xff"}'),
    "bare NaN": frame(json.dumps({**GOOD, "value": float("nan")}).encode()),
    "a list": frame([]),
    "missing field": frame({k: v for k, v in GOOD.items() if k != "label"}),
    "extra field": frame({**GOOD, "score": 10}),
    "unknown kind": frame({**GOOD, "kind": "passed"}),
    "unknown part": frame({**GOOD, "part": "both"}),
    "negative position": frame({**GOOD, "position": -1}),
    "true as position": frame({**GOOD, "position": True}),
    "huge position": frame({**GOOD, "position": 10**9}),
    "long label": frame({**GOOD, "label": "x" * 501}),
    "label no text": frame({**GOOD, "label": 3}),
    "spec no dict": frame({**GOOD, "spec": [1]}),
    "unknown tag": frame({**GOOD, "value": {"pickle": "gASV"}}),
    "two tags": frame({**GOOD, "value": {"array": "0", "tuple": []}}),
    "no such array": frame(ARRAY),
    "object dtype": frame(with_array("|O", [1]), bytes(8)),
    "void dtype": frame(with_array("|V8", [1]), bytes(8)),
    "dtype a list": frame(with_array([["a", "<f8"]], [1]), bytes(8)),
    "negative shape": frame(with_array("<f8", [-1]), bytes(8)),
    "shape too large": frame(with_array("<f8", [2]), bytes(8)),
    "bytes left over": frame(with_array("<f8", [1]), bytes(16)),
    "bool of 2": frame(with_array("|b1", [1]), b"\x02"),
    "no Unicode": frame(with_array("<U1", [1]), b"\xff\xff\xff\xff"),
    "surrogate": frame(with_array("<U1", [1]), struct.pack("<I", 0xD800)),
    "unhashable key": frame({**GOOD, "value": {"dict": [[[1], 2]]}}),
    "odd pair": frame({**GOOD, "value": {"dict": [[1]]}}),
    "odd float": frame({**GOOD, "value": {"float": "1.0"}}),
    "deep": frame(b'{"check":' + b"[" * 100_000),
    "int of a million digits": frame(json.dumps(GOOD).replace('"value": 1', '"value": ' + "9" * 10**6).encode()),
    "arrays no table": frame({**GOOD, "arrays": 3}),
    "row of the table": frame({**GOOD, "arrays": [3]}),
    "shape no list": frame(with_array("<f8", 3), bytes(24)),
}


def nested(depth, tag=None):
    """JSON of so many lists (or tuples, or dicts) in one another."""
    value = 1
    for _ in range(depth):
        value = [value] if tag is None else {tag: [value] if tag == "tuple" else [["k", value]]}
    return value


def of(kind, value):
    return frame({**GOOD, "kind": kind, "value": value})


def named(**fields):
    return {"dict": [[name, value] for name, value in fields.items()]}


HASH = 2**61 - 1  # every multiple of it has one hash
BEYOND = {  # what `observe` never gives, by the limit that it breaks
    "lists 450 deep": of("value", nested(450)),
    "tuples 30 deep": of("value", nested(30, "tuple")),
    "dicts 30 deep": of("value", nested(30, "dict")),
    "an int of 4000 digits": of("value", int("9" * 4000)),
    "a negative one in a list": of("value", [-(2**5000)]),
    "a long one as a key": of("value", {"dict": [[2**5000, 1]]}),
    "too many items": of("value", [0] * (2 * MAX_ITEMS + 2)),
    "too many items, spread": of("value", [[0] * 1000] * 201),
    "keys of one hash": of("value", {"dict": [[i * HASH, i] for i in range(5000)]}),
    "keys of one hash in tuples": of("value", {"dict": [[{"tuple": [i * HASH]}, i] for i in range(5000)]}),
    "floats of one hash": of("value", {"dict": [[2.0**61 * 2.0 ** (61 * i), i] for i in range(15)]
                                       + [[2**61 * 2 ** (61 * i) + HASH, i] for i in range(40)]}),
    "four thousand million empty texts": frame(with_array("<U0", [2**32])),
    "the same in two axes": frame(with_array("<U0", [2**16, 2**16])),
    "the same written otherwise": frame(with_array("<U00", [2**32])),
    "work of 10**400": of("work", {"tuple": [1, 10**400]}),
    "work below nothing": of("work", {"tuple": [-1, 1]}),
    "work of truth": of("work", {"tuple": [True, 1]}),
    "work of fractions": of("work", {"tuple": [1.5, 1]}),
    "work of one count": of("work", {"tuple": [1]}),
    "a law of three sides": of("same_as", {"tuple": [1, 1, 1]}),
    "raised: a type that is an array": frame({**with_array("<f8", [2]), "kind": "raised",
                                              "value": named(type={"array": "0"})}, bytes(16)),
    "raised: a type that is a list of lists": of("raised", named(type=[["ValueError"]])),
    "raised: a message without end": of("raised", named(type="E", message="x" * 5000)),
    "raised: a line of 10**400": of("raised", named(type="E", line=10**400)),
    "raised: a list": of("raised", ["ValueError"]),
    "raises: a family of numbers": of("raises", named(type="E", family=[1])),
    "forbidden: a name that is a dict": of("forbidden", named(name=named(a=1))),
}  # fmt: skip
WITHIN = {  # the honest neighbours
    "lists 20 deep": of("value", nested(20)),
    "tuples in a law": of("same_as", {"tuple": [nested(20, "tuple"), 1]}),
    "an int of 4096 bits": of("value", 2**4095),
    "as many items as are seen": of("value", [0] * (MAX_ITEMS - 1)),
    "complex numbers": of("value", [{"complex": [0.5, 1.5]}] * 80_000),
    "many keys": of("value", {"dict": [[i, i] for i in range(20_000)]}),
    "keys -1 and -2": of("value", {"dict": [[-1, 0], [-2, 0]]}),
    "empty texts": frame(with_array("<U0", [3])),
    "much work": of("work", {"tuple": [10**15, 10**17]}),
    "a value beyond the limit": of("work", {"opaque": "value beyond the 8 MB that one check may show"}),
    "an error": of("raised", named(type="ValueError", message="x" * 500, line=3)),
    "no error": of("raises", named(type=None, message="", family=[])),
    "a forbidden call": of("forbidden", named(name="course_lib.functional.conv2d")),
    "a forbidden call at the end": of("forbidden", None),
}


@pytest.mark.parametrize("data", BEYOND.values(), ids=BEYOND)
def test_what_observe_never_gives_is_no_observation(data):
    with pytest.raises(Malformed):
        decode(io.BytesIO(data))


@pytest.mark.parametrize("data", WITHIN.values(), ids=WITHIN)
def test_what_observe_does_give_is_one(data):
    assert decode(io.BytesIO(data)).check == "c"


ODD = {  # values of odd sizes, dtypes and letters that an answer may give: nothing else of the run is lost by them
    "halves of pairs": lambda: np.array(["a\ud800", "b"]),
    "halves of pairs, scalar": lambda: np.str_("a\udfff"),
    "halves of pairs, 0-d": lambda: np.array("\udc00"),
    "letters beyond Unicode": lambda: np.array([0x110000], "<u4").view("<U1"),
    "letters of the other byte order": lambda: np.array(["aé"], ">U2"),
    "half letters of the other byte order": lambda: np.array(["a\ud800"], ">U2"),
    "64 axes": lambda: np.zeros((1,) * 64),
    "33 axes of texts": lambda: np.full((1,) * 33, "a"),
    "an axis without end": lambda: np.zeros((0, 2**50)),
    "empty texts without end": lambda: np.broadcast_to(np.zeros((), "U0"), 2**32),
    "empty texts": lambda: np.zeros(3, "U0"),
    "no texts": lambda: np.zeros(0, "U5"),
    "no texts, long": lambda: np.zeros(0, "U9999999"),
    "a long text": lambda: np.array(["a" * 1_500_000]),
    "long doubles": lambda: np.array([1e300], "longdouble"),
    "objects": lambda: np.array([None, 1], object),
    "dates": lambda: np.array(["2020-01-01"], "M8[D]"),
    "bytes": lambda: np.array([b"a\xff"]),
    "fields": lambda: np.zeros(3, [("a", "f4"), ("b", "U2")]),
    "lists 19 deep in a dict": lambda: {"k": nested(19)},
    "lists 400 deep": lambda: nested(400),
    "tuples as keys, deep": lambda: {((((((((1,),),),),),),),): 1},
    "keys that are arrays": lambda: {np.str_("a\ud800"): 1, np.float32(2): 3, float("nan"): 4},
    "keys of objects": lambda: {object(): i for i in range(50)},
    "an int of 16000 bits": lambda: 10**5000,
    "complex without end": lambda: [complex("nan"), complex(0, -np.inf)],
    "as many items as are seen": lambda: [1j] * (MAX_ITEMS - 1),
    "more": lambda: [0] * MAX_ITEMS,
}


@pytest.mark.parametrize("make", ODD.values(), ids=ODD)
def test_whatever_is_seen_can_be_told(make):
    value = observe(make())
    for kind, told in (("value", value), ("same_as", (value, value))):
        back = decode(io.BytesIO(encode(Seen("c", "visible", 0, "l", kind, told))), limit=float("inf"))
        assert repr(back.value) == repr(told)


@pytest.mark.parametrize("data", FORGED.values(), ids=FORGED)
def test_a_forged_frame_is_refused_in_one_way_only(data):
    with pytest.raises(Malformed):
        decode(io.BytesIO(data))


def test_a_forged_frame_never_costs_more_memory_than_its_limit():
    with pytest.raises(Malformed):
        decode(io.BytesIO(frame(GOOD) + b"x" * 100), limit=50)
    assert decode(io.BytesIO(frame(GOOD)), limit=500).value == 1


@pytest.mark.parametrize("flip", range(0, 200, 7))
def test_any_damaged_byte_gives_an_observation_or_a_refusal(flip):
    data = bytearray(encode(Seen("c", "visible", 0, "l", "value", {"w": np.arange(3.0), "t": (1, "x")}, {})))
    data[flip % len(data)] ^= 0x55
    try:
        seen = decode(io.BytesIO(bytes(data)))
    except Malformed:
        return
    assert plain(seen.value)


def test_surrogates_smuggled_into_a_label_are_replaced():
    data = frame(json.dumps({**GOOD, "label": "a\ud800", "value": "\udfff"}).encode())
    seen = decode(io.BytesIO(data))
    assert (seen.label, seen.value) == ("a?", "?")


def test_size_counts_arrays_wherever_they_are():
    big = np.zeros(1000)
    assert size(big) > 8000
    assert size([big, {"k": (big,)}]) > 16000
    assert size(np.zeros(MAX_BYTES // 8)) > MAX_BYTES


def test_equal_frames_have_one_digest_and_long_ones_none():
    def arrived(value, label="l"):
        return decode(io.BytesIO(encode(Seen("c", "visible", 0, label, "value", value))))

    one = arrived([1, np.arange(3)])
    assert one.digest == arrived([1, np.arange(3)]).digest != ""
    others = [arrived([2, np.arange(3)]), arrived([1, np.arange(3) + 1]), arrived([1, np.arange(3)], "m")]
    assert len({one.digest, *(other.digest for other in others)}) == 4
    assert arrived(np.zeros(100_000)).digest == arrived("x" * 100_000).digest == ""
    assert Seen("c", "visible", 0, "l", "value", 1).digest == ""
    assert one == Seen("c", "visible", 0, "l", "value", one.value)
