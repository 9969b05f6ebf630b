"""A call that does not fit, by a keyword or by how many arguments it has, is one sentence, and a TypeError still."""

import inspect
import pickle
import pydoc
import re
from abc import ABC, abstractmethod

import numpy as np
import pytest
from IPython.utils.capture import capture_output

import course_lib
from course_lib import Tensor, clip_grad_norm_, data, init, load, nn, optim, save, schedules, train
from course_lib import functional as F
from course_lib.data import augment

R = np.random.default_rng(0)
P = [Tensor([1.0], requires_grad=True)]
X = Tensor(np.ones((4, 3), np.float32))
CPU, STEP = "leave it out, everything lies on the CPU", "leave it out, there is one way to make a step"

CALLS = [
    (lambda: nn.Conv2d(3, 8, 3, kernal_size=5, rng=R), "Conv2d: {kernal_size}; the nearest is kernel_size="),
    (lambda: nn.Conv2d(3, 8, 3, padding_mode="reflect", rng=R),
     "Conv2d: {padding_mode}; only zeros are padded; F.pad comes before for others"),
    (lambda: nn.Linear(3, 4, biass=False, rng=R), "Linear: {biass}; the nearest is bias="),
    (lambda: nn.Linear(3, 4, device="cuda", rng=R), f"Linear: {{device}}; {CPU}"),
    (lambda: nn.Linear(3, 4, dtype=np.float64, rng=R),
     "Linear: {dtype}; leave it out, .double() afterwards does the same"),
    (lambda: nn.Linear(in_features=3, outfeatures=4, rng=R), "Linear: {outfeatures}; the nearest is out_features="),
    (lambda: optim.SGD(P, learning_rate=0.1), "SGD: {learning_rate}; write lr="),
    (lambda: optim.SGD(P, lr=0.1, foreach=True), f"SGD: {{foreach}}; {STEP}"),
    (lambda: optim.SGD(P, lr=0.1, nestrov=True), "SGD: {nestrov}; the nearest is nesterov="),
    (lambda: optim.Adam(P, lr=0.1, fused=True), f"Adam: {{fused}}; {STEP}"),
    (lambda: optim.Adam(P, lr=0.1, beta=(0.9, 0.9)), "Adam: {beta}; the nearest is betas="),
    (lambda: optim.RMSprop(P, lr=0.1, rho=0.9), "RMSprop: {rho}; write alpha="),
    (lambda: optim.Adagrad(P, lr=0.1, nesterov=True),
     "Adagrad: {nesterov}; it takes (params, lr, lr_decay, weight_decay, initial_accumulator_value, eps)"),
    (lambda: nn.ReLU(inplace=True), "ReLU: {inplace}; leave it out, nothing is changed in place"),
    (lambda: nn.Dropout(0.5, inplace=True, rng=R), "Dropout: {inplace}; leave it out, nothing is changed in place"),
    (lambda: nn.RNN(3, 4, nonlinearty="relu", rng=R), "RNN: {nonlinearty}; the nearest is nonlinearity="),
    (lambda: nn.RNN(3, 4, drop_out=0.1, rng=R), "RNN: {drop_out}; the nearest is dropout="),
    (lambda: nn.GRU(3, 4, batchfirst=True, rng=R), "GRU: {batchfirst}; the nearest is batch_first="),
    (lambda: nn.CrossEntropyLoss(weights=None), "CrossEntropyLoss: {weights}; the nearest is weight="),
    (lambda: nn.CrossEntropyLoss(size_average=True),
     'CrossEntropyLoss: {size_average}; write reduction="mean" or "sum"'),
    (lambda: nn.MSELoss(reduce=False), 'MSELoss: {reduce}; write reduction="none"'),
    (lambda: nn.BatchNorm2d(3, epsilon=0.1), "BatchNorm2d: {epsilon}; write eps="),
    (lambda: nn.MaxPool2d(2, return_indices=True), "MaxPool2d: {return_indices}; F.max_pool2d has it"),
    (lambda: nn.AvgPool2d(2, divisor_override=3), "AvgPool2d: {divisor_override}; F.avg_pool2d has it"),
    (lambda: load("w.npz", weights_only=True), "load: {weights_only}; leave it out, what is loaded runs nothing"),
    (lambda: nn.MaxPool2d(2, strides=2), "MaxPool2d: {strides}; the nearest is stride="),
    (lambda: nn.Embedding(3, 4, max_norm=1.0, rng=R), "Embedding: {max_norm}; leave it out, rows are not cut"),
    (lambda: nn.Flatten(startdim=1), "Flatten: {startdim}; the nearest is start_dim="),
    (lambda: nn.Softmax(axis=1), "Softmax: {axis}; write dim="),
    (lambda: nn.Sequential(name=3), "Sequential: {name}; it takes (*layers)"),
    (lambda: F.softmax(X, dims=1), "softmax: {dims}; the nearest is dim="),
    (lambda: F.softmax(X, dim=1, dtype=np.float32),
     "softmax: {dtype}; leave it out, .double() afterwards does the same"),
    (lambda: F.conv2d(X, X, pad=1), "conv2d: {pad}; the nearest is padding="),
    (lambda: X.sum(axes=0), "sum: {axes}; write dim="),
    (lambda: X.relu(inplace=True), "relu: {inplace}; leave it out, nothing is changed in place; it takes no arguments"),
    (lambda: X.backward(create_graph=True), "backward: {create_graph}; leave it out, a gradient has no gradient here"),
    (lambda: Tensor([1.0], require_grad=True), "Tensor: {require_grad}; the nearest is requires_grad="),
    (lambda: nn.Parameter([1.0], grad=True), "Parameter: {grad}; it takes (data, requires_grad)"),
    (lambda: nn.Linear(3, 4, rng=R)(X, train=True), "Linear.forward: {train}; it takes (x)"),
    (lambda: nn.ReLU().train(model=True), "train: {model}; the nearest is mode="),
    (lambda: optim.SGD(P, lr=0.1).zero_grad(set_to_zero=True), "zero_grad: {set_to_zero}; it takes (set_to_none)"),
    (lambda: schedules.cosine(0.1, Tmax=3), "cosine: {Tmax}; the nearest is T_max="),
    (lambda: init.msr((3, 4), seed=3), "msr: {seed}; write rng="),
    (lambda: train.accuracy(X, labels=X), "accuracy: {labels}; it takes (out, t)"),
    (lambda: F.cat([X, X], dims=1), "cat: {dims}; the nearest is dim="),
    (lambda: X.sum(dims=1), "sum: {dims}; the nearest is dim="),
    (lambda: X.mean(dim=1, keep_dim=True), "mean: {keep_dim}; the nearest is keepdim="),
    (lambda: data.batches(np.ones(4), batch_size=2), "batches: {batch_size}; write size="),
    (lambda: data.batches(np.ones(4), size=2, num_workers=2),
     "batches: {num_workers}; leave it out, arrays are in memory already"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "said"), CALLS, ids=[said.partition(";")[0] for _, said in CALLS])
def test_a_keyword_that_is_not_here_is_one_sentence_with_what_is_taken(call, said):
    with pytest.raises(TypeError) as caught:
        call()
    name = said.partition("{")[2].partition("}")[0]
    said = said.replace("{" + name + "}", f"there is no keyword {name}= here")
    told, _, takes = str(caught.value).rpartition("; it takes ")
    assert f"{told}; it takes {takes}" == said if "it takes" in said else told == said
    assert takes
    assert type(caught.value) is TypeError


MISFITS = [
    (lambda: F.softmax(X), "softmax: dim is missing; it takes (input, dim)"),
    (lambda: F.gather(X), "gather: dim and index are missing; it takes (input, dim, index)"),
    (lambda: F.dropout(), "dropout: input is missing; it takes (input, p, training, rng=)"),
    (lambda: F.relu(X, 1, 2), "relu: got 3 arguments by place; it takes (input)"),
    (lambda: F.cat(X, X, X), "cat: got 3 arguments by place; it takes (tensors, dim)"),
    (lambda: F.softmax(X, 1, dim=1), "softmax: dim is given twice, by place and by name; it takes (input, dim)"),
    (lambda: F.einsum(), "einsum: equation is missing; it takes (equation, *operands)"),
    (lambda: X.exp(2), "exp: got 1 argument by place; it takes no arguments"),
    (lambda: X.sum(axis=0, keepdims=True),
     "sum: there is no keyword axis= or keepdims= here; write dim= and write keepdim=; it takes (dim, keepdim)"),
    (lambda: X.transpose(0), "transpose: dim1 is missing; it takes (dim0, dim1)"),
    (lambda: Tensor.sum(), "sum: self is missing; it takes (self, dim, keepdim)"),
    (lambda: Tensor(), "Tensor: data is missing; it takes (data, requires_grad, dtype)"),
    (lambda: nn.Linear(3), "Linear: out_features is missing; it takes (in_features, out_features, bias, rng=, init=)"),
    (lambda: nn.Linear(3, 4, True, R),
     "Linear: got 4 arguments by place; it takes (in_features, out_features, bias, rng=, init=)"),
    (lambda: nn.ReLU(X), "ReLU: got 1 argument by place; it takes no arguments"),
    (lambda: nn.ReLU()(X, X), "ReLU.forward: got 2 arguments by place; it takes (x)"),
    (lambda: nn.Linear(3, 4, rng=R)(), "Linear.forward: x is missing; it takes (x)"),
    (lambda: optim.SGD(lr=0.1),
     "SGD: params is missing; it takes (params, lr, momentum, dampening, weight_decay, nesterov)"),
    (lambda: optim.SGD(P, lr=0.1).step(P), "step: got 1 argument by place; it takes no arguments"),
    (lambda: nn.ReLU().load_state_dict(), "load_state_dict: state is missing; it takes (state, strict)"),
    (lambda: schedules.stairs(0.1), "stairs: step_size is missing; it takes (lr, step_size, gamma)"),
    (lambda: clip_grad_norm_(P), "clip_grad_norm_: max_norm is missing; it takes (parameters, max_norm, norm_type)"),
    (lambda: schedules.Plateau(),
     "Plateau: lr is missing; it takes (lr, mode, factor, patience, threshold, cooldown, min_lr)"),
    (lambda: schedules.Plateau(0.1).report(), "report: value is missing; it takes (value)"),
    (lambda: train.EarlyStopping(X, patient=3),
     "EarlyStopping: there is no keyword patient= here; the nearest is patience=; "
     "it takes (model, patience, mode=, min_delta=)"),
    (lambda: save({}), "save: path is missing; it takes (state, path)"),
    (lambda: data.batches(X), "batches: size is missing; it takes (*arrays, size=, rng=, drop_last=)"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "said"), MISFITS, ids=[said for _, said in MISFITS])
def test_too_few_and_too_many_arguments_are_one_sentence(call, said):
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == said


def functions_of(module):
    own = [n for n, f in vars(module).items() if inspect.isfunction(f) and f.__module__ == module.__name__]
    names = [n for n in getattr(module, "__all__", own) if not n.startswith("_")]
    return {name: f for name in names if inspect.isfunction(f := getattr(module, name))}


PUBLIC = {
    f"{getattr(place, '__name__', place)}.{name}": call
    for place in (F, data, train, optim, course_lib, init, schedules, augment)
    for name, call in functions_of(place).items()
} | {
    f"{kind}.{name}": getattr(thing, name)
    for kind, thing in (("Tensor", X), ("Module", nn.ReLU()), ("Optimizer", optim.SGD(P, lr=0.1)))
    for name in dir(thing)
    if name[0] != "_" and inspect.ismethod(getattr(thing, name)) and name not in ("forward", "update", "keeps")
} | {
    f"{place.__name__}.{name}": getattr(place, name)
    for place in (nn, optim)
    for name in place.__all__
    if inspect.isclass(getattr(place, name))
}  # fmt: skip


@pytest.mark.parametrize("call", PUBLIC.values(), ids=PUBLIC)
def test_whatever_is_public_tells_what_it_takes(call):
    parameters = inspect.signature(call).parameters.values()
    wrongs = [] if any(p.kind == p.VAR_KEYWORD for p in parameters) else [([], {"qwerty": 1})]
    if all(p.kind != p.VAR_POSITIONAL for p in parameters):
        wrongs.append(([0] * 20, {}))
    if any(p.default is p.empty and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) for p in parameters):
        wrongs.append(([], {}))
    for args, kwargs in wrongs:
        with pytest.raises(TypeError) as caught:
            call(*args, **kwargs)
        text = str(caught.value)
        assert text.startswith(f"{call.__name__}: ")
        assert re.search(r"; it takes (no arguments|\(.*\))$", text)
        assert len(text) < 260
        assert caught.value.__cause__ is caught.value.__context__ is None


def learners(width):
    """A function of a learner's."""
    return width


class Net(nn.Module):
    """A network whose own code calls something wrongly, by the name of one of its keywords."""

    def __init__(self, depth):
        self.size = learners(depth=depth)


class Wide(nn.Module):
    """A network whose forward calls something wrongly."""

    def forward(self, x):
        return learners(x, x)


def test_a_type_error_inside_a_learners_code_is_left_alone():
    with pytest.raises(TypeError, match=r"^learners\(\) got an unexpected keyword argument 'depth'"):
        Net(depth=3)
    with pytest.raises(TypeError, match=r"^learners\(\) takes 1 positional argument but 2 were given$"):
        Wide()(X)


def test_a_learners_own_class_tells_what_it_takes():
    with pytest.raises(
        TypeError, match=r"^Net: there is no keyword dept= here; the nearest is depth=; it takes .depth.$"
    ):
        Net(dept=3)
    with pytest.raises(TypeError, match=r"^Net: depth is missing; it takes .depth.$"):
        Net()
    with pytest.raises(TypeError, match=r"^Wide.forward: got 2 arguments by place; it takes .x.$"):
        Wide()(X, X)


def test_an_abstract_network_is_refused_in_pythons_words():
    class Base(nn.Module, ABC):
        @abstractmethod
        def forward(self, x):
            """What each network says."""

    with pytest.raises(TypeError, match="abstract"):
        Base()
    assert isinstance(type("Net", (Base,), {"forward": lambda self, x: x})(), nn.Module)


@pytest.mark.parametrize("name", F.__all__)
def test_a_function_can_be_pickled_and_shows_its_signature(name):
    function = getattr(F, name)
    assert pickle.loads(pickle.dumps(function)) is function
    assert "args" not in inspect.signature(function).parameters


def test_a_class_shows_what_its_constructor_takes():
    assert list(inspect.signature(nn.Linear).parameters) == ["in_features", "out_features", "bias", "rng", "init"]
    assert "nonlinearity" in inspect.signature(nn.RNN).parameters
    assert not inspect.signature(nn.ReLU).parameters
    shown = pydoc.plain(pydoc.render_doc(nn.Conv2d))
    assert "class Conv2d" in shown
    words = "".join(shown.replace("|", "").split())  # Python 3.13 gives every parameter a line of its own
    assert "Conv2d(in_channels:'int',out_channels:'int',kernel_size" in words


def test_what_the_library_calls_itself_pays_nothing():
    from course_lib.functional import activations

    assert F.relu is not activations.relu
    assert inspect.unwrap(F.relu) is activations.relu
    assert inspect.unwrap(activations.relu) is activations.relu


def test_a_parameter_may_be_frozen_from_the_start():
    assert nn.Parameter([1.0]).requires_grad
    assert not nn.Parameter([1.0], requires_grad=False).requires_grad


def test_a_traceback_in_a_notebook_leaves_out_what_tells_misuse():
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    with capture_output() as shown:
        shell.run_cell("from course_lib import functional as F\nF.conv2d(1.0, 2.0)")
    assert "conv2d: input must have the axes" in shown.stdout
    assert "keywords.py" not in shown.stdout
