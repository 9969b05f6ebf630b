"""Optimisers against torch: trajectories of 25 steps on three functions for every option; resume, groups, schedules."""

import copy

import numpy as np
import pytest
import torch

from course_lib import Tensor, load, nn, optim, save, schedules
from course_lib import functional as F


def rosenbrock(x):
    """The banana valley, as in Rosenbrock 1960."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def ravine(x):
    """A quadratic bowl, 100 times steeper one way than the other."""
    return (x[0] ** 2 * 50 + x[1] ** 2 * 0.5) + (x[2] - 1) ** 2


def waves(x):
    """Many hollows: not convex."""
    return (x.sin() * 3).sum() + (x * x).sum() * 0.1


FUNCTIONS = [(rosenbrock, 1e-3), (ravine, 1e-2), (waves, 0.1)]
CASES = [
    ("SGD", {}),
    ("SGD", {"weight_decay": 0.1}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "dampening": 0.3, "weight_decay": 0.05}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("SGD", {"momentum": 0.5, "nesterov": True, "weight_decay": 0.1}),
    ("Adagrad", {}),
    ("Adagrad", {"lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-3}),
    ("RMSprop", {}),
    ("RMSprop", {"alpha": 0.8, "eps": 1e-4, "weight_decay": 0.1}),
    ("RMSprop", {"momentum": 0.9}),
    ("RMSprop", {"momentum": 0.5, "centered": True}),
    ("Adam", {}),
    ("Adam", {"betas": (0.7, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
    ("Adam", {"amsgrad": True}),
    ("NAdam", {}),
    ("NAdam", {"betas": (0.7, 0.9), "eps": 1e-3, "weight_decay": 0.1, "momentum_decay": 0.05}),
    ("AdamW", {}),
    ("AdamW", {"weight_decay": 0.3, "amsgrad": True, "betas": (0.5, 0.8)}),
]
START = np.array([-1.2, 1.0, 0.7])


def trajectory(function, params, opt, steps=25, before=lambda i: None):
    path = []
    for i in range(steps):
        before(i)
        opt.zero_grad()
        function(params[0]).backward()
        opt.step()
        data = params[0].data
        path.append((data.numpy() if isinstance(data, torch.Tensor) else data).copy())
    return np.array(path)


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
@pytest.mark.parametrize(("function", "lr"), FUNCTIONS, ids=lambda f: getattr(f, "__name__", ""))
def test_25_steps_are_torchs(name, options, function, lr):
    x, t = Tensor(START.copy(), requires_grad=True), torch.tensor(START, requires_grad=True)
    ours = trajectory(function, [x], getattr(optim, name)([x], lr=lr, **options))
    theirs = trajectory(function, [t], getattr(torch.optim, name)([t], lr=lr, **options))
    rounding = 1e-7 if name == "NAdam" else 1e-10  # torch keeps the product of NAdam's momenta in float32
    np.testing.assert_allclose(ours, theirs, rtol=rounding, atol=rounding / 10)
    assert np.abs(ours[-1] - START).max() > 1e-3, "nothing moved, so nothing was tested"


@pytest.mark.parametrize("name", ["SGD", "Adagrad", "RMSprop", "Adam", "AdamW", "NAdam"])
def test_defaults_are_torchs(name):
    x, t = Tensor(START.copy(), requires_grad=True), torch.tensor(START, requires_grad=True)
    ours, theirs = getattr(optim, name)([x]).param_groups[0], getattr(torch.optim, name)([t]).param_groups[0]
    for key in ours.keys() - {"params"}:
        assert ours[key] == theirs[key], key


@pytest.mark.parametrize("name", ["SGD", "Adagrad", "RMSprop", "Adam", "AdamW", "NAdam"])
def test_a_weight_without_axes_takes_what_numpy_makes_of_its_gradient(name):
    w = Tensor(np.array(2.0), requires_grad=True)
    opt = getattr(optim, name)([w], lr=0.1)
    for _ in range(2):
        w.grad = 3 * w.data  # a bare number, no array
        opt.step()
    assert isinstance(w.data, np.ndarray)
    assert w.data < 1.9


def test_gradients_are_forgotten_or_zeroed_as_asked():
    x, unused = (Tensor(START.copy(), requires_grad=True) for _ in range(2))
    opt = optim.SGD([x, unused], lr=0.1)
    waves(x).backward()
    opt.zero_grad(set_to_none=False)
    assert x.grad.tolist() == [0, 0, 0]
    opt.zero_grad()
    assert x.grad is unused.grad is None


def test_groups_have_their_own_settings():
    def make(library, tensors):
        groups = [{"params": tensors[:1], "lr": 0.1}, {"params": tensors[1:], "weight_decay": 0.5}]
        return library.SGD(groups, lr=0.01, momentum=0.9)

    a, b = (
        [Tensor(START * k, requires_grad=True) for k in (1, 2)],
        [torch.tensor(START * k, requires_grad=True) for k in (1, 2)],
    )
    for tensors, library in ((a, optim), (b, torch.optim)):
        opt = make(library, tensors)
        for _ in range(5):
            opt.zero_grad()
            (waves(tensors[0]) + waves(tensors[1])).backward()
            opt.step()
    for x, y in zip(a, b, strict=True):
        np.testing.assert_allclose(x.data, y.detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_float32_weights_stay_float32_and_in_their_place(name, options):
    x = Tensor(START.astype(np.float32), requires_grad=True)
    array = x.data
    trajectory(waves, [x], getattr(optim, name)([x], lr=0.1, **options), steps=3)
    assert x.data is array
    assert x.dtype == np.float32


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_a_run_that_is_saved_and_resumed_is_the_same_run(name, options, tmp_path):
    whole = Tensor(START.copy(), requires_grad=True)
    path = trajectory(waves, [whole], getattr(optim, name)([whole], lr=schedules.cosine(0.1, 20), **options), steps=10)
    first = Tensor(START.copy(), requires_grad=True)
    opt = getattr(optim, name)([first], lr=schedules.cosine(0.1, 20), **options)
    trajectory(waves, [first], opt, steps=4)
    save(opt.state_dict(), tmp_path / "opt")
    second = Tensor(first.data.copy(), requires_grad=True)
    again = getattr(optim, name)([second], lr=schedules.cosine(0.1, 20), **options)
    again.load_state_dict(load(tmp_path / "opt.npz"))
    np.testing.assert_array_equal(trajectory(waves, [second], again, steps=6), path[4:])


def test_a_single_number_is_a_parameter_too_and_resumes(tmp_path):
    def bowl(x):
        return (x - 3) ** 2

    whole, first = (Tensor(np.array(1.0, np.float32), requires_grad=True) for _ in range(2))
    path = trajectory(bowl, [whole], optim.Adam([whole], lr=0.1), steps=6)
    opt = optim.Adam([first], lr=0.1)
    trajectory(bowl, [first], opt, steps=3)
    again = optim.Adam([first], lr=0.1)
    again.load_state_dict(load(save(opt.state_dict(), tmp_path / "opt")))
    np.testing.assert_array_equal(trajectory(bowl, [first], again, steps=3), path[3:])
    assert first.dtype == np.float32


def test_a_rate_may_be_a_function_of_the_step_or_be_set_by_hand():
    x, t = Tensor(START.copy(), requires_grad=True), torch.tensor(START, requires_grad=True)
    by_function = trajectory(waves, [x], optim.SGD([x], lr=schedules.exponential(0.1, 0.8)))
    opt = torch.optim.SGD([t], lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(opt, 0.8)
    np.testing.assert_allclose(
        by_function, trajectory(waves, [t], opt, before=lambda i: scheduler.step() if i else None), rtol=1e-12
    )
    y = Tensor(START.copy(), requires_grad=True)
    by_hand = optim.SGD([y], lr=1.0)

    def set_rate(i):
        by_hand.lr = 0.1 * 0.8**i
        assert by_hand.lr == 0.1 * 0.8**i

    np.testing.assert_allclose(trajectory(waves, [y], by_hand, before=set_rate), by_function, rtol=1e-12)


def test_a_parameter_without_a_gradient_stays():
    x, y = Tensor(START.copy(), requires_grad=True), Tensor(START.copy(), requires_grad=True)
    opt = optim.Adam([x, y], lr=0.1)
    F.mse_loss(x, np.zeros(3)).backward()
    opt.step()
    np.testing.assert_array_equal(y.data, START)
    assert np.all(x.data != START)


def one():
    return Tensor(np.ones(2), requires_grad=True)


def loaded(state):
    return optim.SGD([one()], lr=0.1, momentum=0.9).load_state_dict({"kind": "SGD", **state})


def twice():
    x = one()
    return optim.SGD([x, x])


@pytest.mark.parametrize(
    ("error", "sentence", "wrong"),
    [
        (ValueError, "SGD: lr must be at least 0, got -1", lambda: optim.SGD([one()], lr=-1)),
        (ValueError, "SGD: weight_decay must be at least 0, got -0.1", lambda: optim.SGD([one()], weight_decay=-0.1)),
        (ValueError, "SGD: Nesterov needs momentum > 0 and dampening 0", lambda: optim.SGD([one()], nesterov=True)),
        (ValueError, "SGD: got no parameters", lambda: optim.SGD([])),
        (ValueError, "SGD: a parameter is listed twice", twice),
        (
            ValueError,
            r"SGD: a group has 'params' and the settings \['lr',.*got \['speed'\]$",
            lambda: optim.SGD([{"params": [one()], "speed": 1}]),
        ),
        (TypeError, "SGD: needs Tensors that require a gradient, got ndarray", lambda: optim.SGD([np.ones(2)])),
        (TypeError, "SGD: needs Tensors that require a gradient, got Tensor", lambda: optim.SGD([Tensor([1.0])])),
        (ValueError, r"Adam: betas must be two numbers in .*got 0.9", lambda: optim.Adam([one()], betas=0.9)),
        (TypeError, "SGD: lr must be a number, got 'a'", lambda: optim.SGD([one()], lr="a")),
        (TypeError, "SGD: momentum must be a number, got None", lambda: optim.SGD([one()], momentum=None)),
        (ValueError, "SGD: lr must be at least 0, got nan", lambda: optim.SGD([one()], lr=np.nan)),
        (ValueError, "SGD: a group needs its 'params', got only", lambda: optim.SGD([{"lr": 1}])),
        (ValueError, "load_state_dict: the number of 'steps' is missing", lambda: loaded({})),
        (
            ValueError,
            r"SGD: the gradient must have its weight's shape \(2,\), got \(1,\)",
            lambda: _step(optim.SGD([one()]), 1),
        ),
        (TypeError, r"SGD: needs a list of Tensors, got one Tensor of shape \(2,\)", lambda: optim.SGD(one())),
        (
            ValueError,
            "SGD: needs Tensors that were not computed, got the output of mul",
            lambda: optim.SGD([one() * 2]),
        ),
        (
            ValueError,
            r"Adam: betas must be two numbers in \[0, 1\), got \(0.9, 1\)",
            lambda: optim.Adam([one()], betas=(0.9, 1)),
        ),
        (
            ValueError,
            r"load_state_dict: state of parameter 1, but",
            lambda: loaded({"steps": 1, "lr0": 0.1, "1.velocity": np.ones(2)}),
        ),
        (
            ValueError,
            r"load_state_dict: 0.velocity must .*\(2,\), got \(3,\)",
            lambda: loaded({"steps": 1, "lr0": 0.1, "0.velocity": np.ones(3)}),
        ),
        (ValueError, "load_state_dict: the state must be of SGD, got 'Adam'", lambda: loaded({"kind": "Adam"})),
        (NotImplementedError, "Optimizer: define update", lambda: _step(optim.Optimizer([one()], lr=1.0))),
    ],
)
def test_wrong_input_is_told_in_one_sentence(error, sentence, wrong):
    with pytest.raises(error, match=sentence):
        wrong()


def _step(opt, size=2):
    for p in opt.param_groups[0]["params"]:
        p.grad = np.ones(size)
    opt.step()


def resumed(name="Adam", **options):
    """An optimiser after one step, and its state."""
    x = Tensor(START.copy(), requires_grad=True)
    opt = getattr(optim, name)([x], lr=0.1, **options)
    waves(x).backward()
    opt.step()
    return opt, opt.state_dict()


@pytest.mark.parametrize(
    ("name", "options", "change", "sentence"),
    [
        ("Adam", {}, lambda s: s.pop("0.mean"), "0.mean is missing from the state"),
        ("NAdam", {}, lambda s: s.pop("0.product"), "0.product is missing"),
        ("SGD", {"momentum": 0.9}, lambda s: s.update({"0.velocty": s.pop("0.velocity")}), "0.velocty is not known"),
        ("SGD", {}, lambda s: s.update({"0.velocity": START}), "0.velocity is not known here; kept are none"),
        ("Adam", {}, lambda s: s.update({"0.largest": START}), "0.largest is not known"),
        ("RMSprop", {"centered": True}, lambda s: s.pop("0.mean"), "0.mean is missing"),
        ("Adagrad", {}, lambda s: s.pop("0.step"), "0.step is missing"),
        ("Adam", {}, lambda s: s.update(step=3), "not known here .*step"),
        ("Adam", {}, lambda s: s.pop("lr0"), "lr0 is missing"),
        ("Adam", {}, lambda s: s.update(lr1=0.1), "not known here .*lr1"),
        ("Adam", {}, lambda s: s.update({"3.mean": START}), "state of parameter 3, but there are only 1"),
        ("SGD", {"momentum": 0.9}, lambda s: s.pop("0.velocity"), "0.velocity is missing"),
        ("Adam", {}, lambda s: s.update(lr0="fast"), "lr0 must be a number, got 'fast'"),
        ("Adam", {}, lambda s: s.update(steps=None), "steps must be a number, got None"),
        ("Adam", {}, lambda s: s.update(steps=START), "steps must be a number, got ndarray of shape"),
        ("Adam", {}, lambda s: s.update({"0.step": None}), "0.step must be a number, got None"),
    ],
)
def test_a_state_with_missing_or_misspelt_names_is_refused_and_changes_nothing(name, options, change, sentence):
    opt, state = resumed(name, **options)
    before = opt.state_dict()
    opt.load_state_dict(state)
    change(state)
    with pytest.raises((ValueError, TypeError), match=f"load_state_dict: .*{sentence}"):
        opt.load_state_dict(state)
    after = opt.state_dict()
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[key], after[key]) for key in before)


def test_a_parameter_that_never_moved_may_lack_its_state():
    def pair():
        return [Tensor([1.0, 2.0], requires_grad=True), Tensor([3.0], requires_grad=True)]

    moved, still = pair()
    opt = optim.SGD([moved, still], lr=0.1, momentum=0.9)
    (moved * moved).sum().backward()
    opt.step()
    again = optim.SGD(pair(), lr=0.1, momentum=0.9)
    again.load_state_dict(opt.state_dict())
    assert again.state[0].keys() == {"velocity"}
    assert not again.state[1]


def test_a_frozen_parameter_stays_where_it_is():
    model = nn.Sequential(nn.Linear(2, 3, rng=np.random.default_rng(0)), nn.Linear(3, 1, rng=np.random.default_rng(0)))
    before = model[0].requires_grad_(False).weight.data.copy()
    opt = optim.Adam(model.parameters(), lr=0.1, weight_decay=0.1)
    model(Tensor([[1.0, 2.0]])).sum().backward()
    opt.step()
    np.testing.assert_array_equal(model[0].weight.data, before)
    with pytest.raises(TypeError, match=r"^SGD: needs Tensors that require a gradient, got Tensor; write Tensor"):
        optim.SGD([Tensor([1.0])], lr=0.1)


def test_an_optimiser_shows_its_groups_and_settings():
    groups = [{"params": [one(), one()], "lr": 0.5}, {"params": [one()], "lr": schedules.cosine(0.1, 10)}]
    text = repr(optim.SGD(groups, momentum=0.9))
    first, second = text.removeprefix("SGD(").removesuffix(")").split("; ")
    assert first == "lr=0.5, momentum=0.9, dampening=0.0, weight_decay=0.0, nesterov=False, params=2"
    assert second.startswith("lr=Schedule, momentum=0.9")
    assert second.endswith("params=1")


def test_a_state_says_where_torchs_groups_are_and_stays_a_dict():
    optimizer = optim.SGD([Tensor([1.0], requires_grad=True)], lr=0.1)
    with pytest.raises(KeyError, match=r"no 'param_groups' here, .* read optimizer\.param_groups"):
        optimizer.state_dict()["param_groups"]
    copied = copy.deepcopy(optimizer.state_dict())
    assert copied == {"kind": "SGD", "steps": 0, "lr0": 0.1}
    assert copied.get("state") is None


def test_a_warning_points_at_the_line_of_who_steps():
    optimizer = optim.SGD([Tensor([1.0], requires_grad=True)], lr=0.1)
    with pytest.warns(UserWarning, match="nothing moves") as warned:
        optimizer.step()
    assert [w.filename for w in warned] == [__file__]
