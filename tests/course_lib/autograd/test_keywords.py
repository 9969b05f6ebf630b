"""A keyword that is not here, torch's or mistyped, is one sentence, and a TypeError as before."""

from abc import ABC

import numpy as np
import pytest

from course_lib import Tensor, data, nn, optim
from course_lib import functional as F

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
     "Linear: {dtype}; leave it out, or write model.double() afterwards"),
    (lambda: nn.Linear(in_features=3, outfeatures=4, rng=R), "Linear: {outfeatures}; the nearest is out_features="),
    (lambda: optim.SGD(P, learning_rate=0.1), "SGD: {learning_rate}; the nearest is lr="),
    (lambda: optim.SGD(P, lr=0.1, foreach=True), f"SGD: {{foreach}}; {STEP}"),
    (lambda: optim.SGD(P, lr=0.1, nestrov=True), "SGD: {nestrov}; the nearest is nesterov="),
    (lambda: optim.Adam(P, lr=0.1, fused=True), f"Adam: {{fused}}; {STEP}"),
    (lambda: optim.Adam(P, lr=0.1, beta=(0.9, 0.9)), "Adam: {beta}; the nearest is betas="),
    (lambda: optim.RMSprop(P, lr=0.1, rho=0.9), "RMSprop: {rho}; the nearest is alpha="),
    (lambda: optim.Adagrad(P, lr=0.1, nesterov=True),
     "Adagrad: {nesterov}; it takes eps=, initial_accumulator_value=, lr=, lr_decay=, params=, weight_decay="),
    (lambda: nn.ReLU(inplace=True), "ReLU: {inplace}; leave it out, nothing is changed in place"),
    (lambda: nn.Dropout(0.5, inplace=True, rng=R), "Dropout: {inplace}; leave it out, nothing is changed in place"),
    (lambda: nn.RNN(3, 4, nonlinearty="relu", rng=R), "RNN: {nonlinearty}; the nearest is nonlinearity="),
    (lambda: nn.RNN(3, 4, drop_out=0.1, rng=R), "RNN: {drop_out}; the nearest is dropout="),
    (lambda: nn.GRU(3, 4, batchfirst=True, rng=R), "GRU: {batchfirst}; the nearest is batch_first="),
    (lambda: nn.CrossEntropyLoss(weights=None), "CrossEntropyLoss: {weights}; the nearest is weight="),
    (lambda: nn.CrossEntropyLoss(size_average=True),
     'CrossEntropyLoss: {size_average}; write reduction="mean" or "sum"'),
    (lambda: nn.MSELoss(reduce=False), 'MSELoss: {reduce}; write reduction="none"'),
    (lambda: nn.BatchNorm2d(3, epsilon=0.1), "BatchNorm2d: {epsilon}; the nearest is eps="),
    (lambda: nn.MaxPool2d(2, strides=2), "MaxPool2d: {strides}; the nearest is stride="),
    (lambda: nn.Embedding(3, 4, max_norm=1.0, rng=R), "Embedding: {max_norm}; leave it out, rows are not cut"),
    (lambda: nn.Flatten(startdim=1), "Flatten: {startdim}; the nearest is start_dim="),
    (lambda: nn.Softmax(axis=1), "Softmax: {axis}; the nearest is dim="),
    (lambda: nn.Sequential(name=3), "Sequential: {name}; it takes none"),
    (lambda: F.softmax(X, dims=1), "softmax: {dims}; the nearest is dim="),
    (lambda: F.softmax(X, dim=1, dtype=np.float32),
     "softmax: {dtype}; leave it out, or write model.double() afterwards"),
    (lambda: F.cat([X, X], dims=1), "cat: {dims}; the nearest is dim="),
    (lambda: X.sum(dims=1), "sum: {dims}; the nearest is dim="),
    (lambda: X.mean(dim=1, keep_dim=True), "mean: {keep_dim}; the nearest is keepdim="),
    (lambda: data.batches(np.ones(4), batch_size=2), "batches: {batch_size}; the nearest is size="),
    (lambda: data.batches(np.ones(4), size=2, num_workers=2),
     "batches: {num_workers}; leave it out, arrays are in memory already"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "said"), CALLS, ids=[said.partition(";")[0] for _, said in CALLS])
def test_a_keyword_that_is_not_here_is_one_sentence(call, said):
    with pytest.raises(TypeError) as caught:
        call()
    name = said.partition("{")[2].partition("}")[0]
    assert str(caught.value) == said.replace("{" + name + "}", f"there is no keyword {name}= here")
    assert type(caught.value) is TypeError


def learners(width):
    """A function of a learner's."""
    return width


class Net(nn.Module):
    """A network whose own code calls something wrongly, by the name of one of its keywords."""

    def __init__(self, depth):
        self.size = learners(depth=depth)


def test_a_type_error_inside_a_learners_code_is_left_alone():
    with pytest.raises(TypeError, match=r"^learners\(\) got an unexpected keyword argument 'depth'$"):
        Net(depth=3)
    with pytest.raises(TypeError, match=r"missing 1 required positional argument: 'depth'$"):
        Net()


def test_a_learners_own_class_tells_its_keywords():
    with pytest.raises(TypeError, match=r"^Net: there is no keyword dept= here; the nearest is depth=$"):
        Net(dept=3)


def test_a_network_may_be_abstract_too():
    class Base(nn.Module, ABC):
        pass

    assert isinstance(Base(), nn.Module)
