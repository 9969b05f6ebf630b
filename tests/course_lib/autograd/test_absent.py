"""A name that is not here, torch's or mistyped, is one sentence, and an AttributeError as before."""

import copy
import pickle
import re

import numpy as np
import pytest
import torch

import course_lib
from course_lib import Tensor, data, init, nn, optim, schedules, utils
from course_lib import functional as F
from course_lib.autograd import torch_names
from course_lib.autograd.absent import nearest


class Net(nn.Module):
    """A network as a learner writes it, with an error in a property."""

    def __init__(self):
        self.fc1 = nn.Linear(3, 2, rng=np.random.default_rng(0))

    @property
    def width(self):
        return self.fc1.bias.lenght


T, NET = Tensor([1.0, 2.0], requires_grad=True), Net()
SGD = optim.SGD([T], lr=0.1)

SENTENCES = [
    (T, "view_as", "Tensor: there is no view_as here; write t.reshape(other.shape)"),
    (T, "sort", "Tensor: there is no sort here; write np.sort(t.data), which has no gradient"),
    (T, "device", "Tensor: there is no device here; write the line without it, everything lies on the CPU"),
    (T, "add_", "Tensor: there is no add_ here; change t.data with NumPy, a Tensor is not changed in place"),
    (T, "backwards", "Tensor: there is no backwards here; the nearest is backward"),
    (T, "qwerty", "Tensor: there is no qwerty here; dir(Tensor) lists what there is"),
    (NET.fc1.weight, "normal_",
     "Parameter: there is no normal_ here; change p.data with NumPy, a Parameter is not changed "
     "in place"),
    (nn, "Transformer",
     "nn: there is no Transformer here; the nearest is F.scaled_dot_product_attention with nn.Linear, "
     "from which it is built"),
    (nn, "ModuleDict", "nn: there is no ModuleDict here; write a plain dict as an attribute, its Modules are found"),
    (nn.utils, "clip_grad_norm_",
     "nn.utils: clip_grad_norm_ comes by an import of its own; write from course_lib import clip_grad_norm_"),
    (nn.utils, "rnn",
     "nn.utils: there is no rnn here; write F.stack([F.pad(s, (0, longest - len(s))) for s in sequences]), and "
     "lengths= of a recurrent layer"),
    (nn, "Liner", "nn: there is no Liner here; the nearest is Linear"),
    (nn, "relu", "nn: there is no relu here; the nearest is ReLU"),
    (F, "mse", "F: there is no mse here; the nearest is mse_loss"),
    (F, "prelu", "F: there is no prelu here; the nearest is F.leaky_relu"),
    (optim, "LBFGS", "optim: there is no LBFGS here; the nearest is optim.Adam"),
    (optim.lr_scheduler, "StepLR",
     "lr_scheduler: there is no StepLR here; write optimizer.lr = schedules.stairs(0.1, ...)(epoch), in the loop over "
     "epochs"),
    (schedules, "calable", "schedules: there is no calable here; dir(schedules) lists what there is"),
    (init, "sequence", "init: there is no sequence here; dir(init) lists what there is"),
    (schedules.cosine(0.1, 9), "get_last_lr", "Schedule: there is no get_last_lr here; write optimizer.lr"),
    (schedules.cosine(0.1, 9), "step",
     "Schedule: there is no step here; write optimizer.lr = schedule(epoch), or nothing, for an lr=schedule counts "
     "steps by itself"),
    (schedules, "OneCycleLR",
     "schedules: there is no OneCycleLR here; write optim.SGD(params, lr=schedules.one_cycle(0.1, steps)), which "
     "counts calls of optimizer.step()"),
    (init, "kaiming_normal_", "init: there is no kaiming_normal_ here; write w.data = init.msr(w.shape, rng=rng)"),
    (data, "DataLoader",
     "data: there is no DataLoader here; write data.batches(x, t, size=32, rng=rng), with from "
     "course_lib import data"),
    (course_lib, "manual_seed",
     "course_lib: there is no manual_seed here; write rng = np.random.default_rng(0), and rng=rng "
     "in every layer with weights"),
    (course_lib, "zeros", "course_lib: there is no zeros here; write Tensor(np.zeros((2, 3), np.float32))"),
    (course_lib, "topics", "course_lib: topics comes by an import of its own; write from course_lib import topics"),
    (course_lib, "round", "course_lib: there is no round here; write np.round(t.data), which has no gradient"),
    (course_lib, "fmax", "course_lib: there is no fmax here; write np.fmax(a.data, b.data), which has no gradient"),
    (course_lib, "uint8", "course_lib: there is no uint8 here; write np.uint8"),
    (course_lib, "inf", "course_lib: there is no inf here; write np.inf"),
    (course_lib, "exp", "course_lib: there is no exp here; write t.exp(...), a method"),
    (course_lib, "where", "course_lib: there is no where here; write F.where(condition, a, b)"),
    (course_lib, "cross_entropy", "course_lib: there is no cross_entropy here; write F.cross_entropy"),
    (course_lib, "Linear", "course_lib: there is no Linear here; write nn.Linear"),
    (course_lib, "grad", "course_lib: there is no grad here; the nearest is grad_norm"),
    (F, "exp", "F: there is no exp here; write x.exp(...), a method"),
    (course_lib.autograd, "grad", "autograd: there is no grad here; write loss.backward(), then w.grad"),
    (SGD, "learning_rate", "SGD: there is no learning_rate here; write optimizer.lr"),
    (NET, "register_buffer",
     "Net: there is no register_buffer here; write self.mean = nn.Buffer(array), under the name you "
     "want"),
    (NET, "fc2", "Net: there is no fc2 here; set self.fc2 in __init__ before it is used"),
    (NET, "decoder", "Net: there is no decoder here; set self.decoder in __init__ before it is used"),
    (NET, "width",
     "Parameter: there is no lenght here; dir(Parameter) lists what there is"),  # the property's own error
]  # fmt: skip
LOADED = {"topics"}  # another test may have imported it


@pytest.mark.parametrize(("thing", "name", "said"), SENTENCES, ids=[name for _, name, _ in SENTENCES])
def test_a_name_that_is_not_here_is_one_sentence(thing, name, said, monkeypatch):
    if name in LOADED:
        monkeypatch.delattr(course_lib, name, raising=False)
    with pytest.raises(AttributeError) as caught:
        getattr(thing, name)
    assert str(caught.value) == said
    assert not hasattr(thing, name)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("from course_lib import tensor",
         "course_lib: there is no tensor here; write Tensor(data), which shares an array's memory"),
        ("from course_lib.optim import SGD, Sgd", "optim: there is no Sgd here; the nearest is SGD"),
        ("from course_lib.optim.lr_scheduler import StepLR",
         "lr_scheduler: there is no StepLR here; write optimizer.lr = schedules.stairs(0.1, ...)(epoch), in the loop "
         "over epochs"),
        ("from course_lib.nn.utils import clip_grad_norm_",
         "nn.utils: clip_grad_norm_ comes by an import of its own; write from course_lib import clip_grad_norm_"),
        ("from course_lib.utils.data import DataLoader",
         "utils.data: there is no DataLoader here; write data.batches(x, t, size=32, rng=rng), with from course_lib "
         "import data"),
        ("from course_lib.utils import tensorboard",
         "utils: there is no tensorboard here; write a list of losses, and a plot of it"),
    ],
)  # fmt: skip
def test_a_name_that_is_imported_and_not_here_is_the_same_sentence(line, said):
    with pytest.raises(ImportError) as caught:
        exec(line)
    assert str(caught.value) == said
    assert caught.value.name == line.split()[-1]


@pytest.mark.parametrize(
    "line",
    [
        "import course_lib.nn.functional as found",
        "from course_lib.nn import functional as found",
        "found = nn.functional",
    ],
)
def test_functions_are_found_under_torchs_address_too(line):
    names = {"nn": nn}
    exec(line, names)
    assert names["found"] is F


PLACES = [
    ("TENSOR", torch_names.TENSOR, T, torch.Tensor), ("NN", torch_names.NN, nn, torch.nn),
    ("FUNCTIONAL", torch_names.FUNCTIONAL, F, torch.nn.functional), ("OPTIM", torch_names.OPTIM, optim, torch.optim),
    ("SCHEDULES", torch_names.SCHEDULES, schedules, torch.optim.lr_scheduler),
    ("INIT", torch_names.INIT, init, torch.nn.init), ("DATA", torch_names.DATA, data, torch.utils.data),
    ("TOP", torch_names.TOP, course_lib, torch), ("MODULE", torch_names.MODULE, NET, torch.nn.Module),
    ("OPTIMIZER", torch_names.OPTIMIZER, SGD, torch.optim.SGD),
    ("AUTOGRAD", torch_names.AUTOGRAD, course_lib.autograd, torch.autograd),
    ("NN_UTILS", torch_names.NN_UTILS, nn.utils, torch.nn.utils),
    ("UTILS", torch_names.UTILS, utils, torch.utils),
]  # fmt: skip
WINGS = {"data", "train", "topics", "viz", "widgets", "checks"}
IN = {"t": T, "x": T, "a": T, "w": T, "p": T, "nn": nn, "F": F, "optim": optim, "schedules": schedules, "init": init}
IN |= {"data": data, "np": np, "model": NET.fc1, "optimizer": SGD, "rng": np.random.default_rng(0), "loss": T}


@pytest.mark.parametrize(("table", "place"), [row[1:3] for row in PLACES], ids=[row[0] for row in PLACES])
def test_a_table_names_what_is_absent_and_tells_what_is_there(table, place):
    there = set(dir(place)) - WINGS
    assert not there & table.keys()
    for say in table.values():
        for owner, name in re.findall(r"(?<![\w.)])(\w+)\.(\w+)", say):
            assert owner not in IN or hasattr(IN[owner], name), say


@pytest.mark.parametrize(("place", "theirs"), [row[2:] for row in PLACES], ids=[row[0] for row in PLACES])
def test_every_name_of_torch_is_here_or_told_in_one_short_line(place, theirs):
    absent = [n for n in dir(theirs) if not n.startswith("_") and n not in dir(place)]
    assert absent
    for name in absent[:: 1 + len(absent) // 60]:
        with pytest.raises(AttributeError) as caught:
            getattr(place, name)
        assert re.fullmatch(r"[\w.]+: [^\n]{10,150}", str(caught.value))


@pytest.mark.parametrize(
    "thing", [T, NET, SGD, nn, F, course_lib], ids=["Tensor", "Net", "SGD", "nn", "F", "course_lib"]
)
def test_names_with_a_bar_in_front_get_pythons_own_error(thing):
    with pytest.raises(
        AttributeError, match=r"^('\w+' object|module 'course_lib[.\w]*') has no attribute '_repr_html_'$"
    ):
        _ = thing._repr_html_
    assert getattr(thing, "nothing_like_it", 7) == 7


def test_copies_and_pickles_are_as_before():
    for made in (copy.copy(T), copy.deepcopy(T), pickle.loads(pickle.dumps(T))):
        assert made.data.tolist() == [1.0, 2.0]
        assert made.requires_grad
    for made in (copy.deepcopy(NET), pickle.loads(pickle.dumps(nn.Sequential(NET.fc1)))):
        assert len(list(made.parameters())) == 2
    assert copy.deepcopy(SGD).lr == 0.1


def test_what_is_set_by_a_learner_is_found():
    NET.note = "mine"
    assert NET.note == "mine"
    del NET.note
    assert not hasattr(NET, "note")


def test_the_nearest_is_near():
    assert nearest("crossentropy", ["cross_entropy", "l1_loss"]) == "cross_entropy"
    assert nearest("conv", ["conv2d", "linear"]) == "conv2d"
    assert nearest("banana", ["conv2d", "linear"]) is None
