"""What a beginner, or who comes from torch or NumPy, writes wrong: one sentence says what, and what to write instead.

Each row: what went wrong and the remedy, as the sentence must contain them in this order, and the call.
"""

import operator
import warnings

import numpy as np
import pytest
import torch

from course_lib import (
    Tensor,
    clip_grad_norm_,
    clip_grad_value_,
    grad_norm,
    init,
    load,
    nn,
    optim,
    save,
    schedules,
)
from course_lib import functional as F
from course_lib.data import augment, batches, moons
from course_lib.train import accuracy, fit, score

ROWS, LABELS = np.zeros((4, 3), np.float32), np.array([0, 2, 1, 0])
IMAGES = np.zeros((4, 1, 28, 28), np.float32)
T = Tensor([1.0, 2.0, 3.0])


def seeded():
    return np.random.default_rng(0)


def net():
    return nn.Sequential(nn.Linear(3, 2, rng=seeded()))


def weight():
    return Tensor(np.ones(3), requires_grad=True)


def sgd():
    return optim.SGD([weight()], lr=0.1)


def asking(values):
    t = Tensor(values)
    t.requires_grad = True
    return t


def step_with(gradient, **options):
    w = weight()
    w.grad = gradient
    optim.SGD([w], **{"lr": 0.1, **options}).step()


def started(loss):
    with pytest.raises(RuntimeError) as caught:
        loss.backward()
    raise ValueError(str(caught.value))  # the one RuntimeError of torch's that is kept


def holding(data):
    w = weight()
    w.data = data
    return w


def without_bias_data():
    layer = nn.Linear(3, 2, rng=seeded())
    layer.bias.data = None
    layer(ROWS)


def loaded(folder, content):
    (folder / "w.npz").write_bytes(content)
    load(folder / "w.npz")


SENTENCES = [
    # the generator
    ("Linear: needs rng=.*got 0; .* once, then rng=rng$", lambda _: nn.Linear(3, 4, rng=0)),
    ("Linear: needs rng=.*got None; .* once, then rng=rng$", lambda _: nn.Linear(3, 4)),
    ("Conv2d: needs rng=.*default_rng", lambda _: nn.Conv2d(3, 4, 3)),
    ("ConvTranspose1d: needs rng=.*default_rng", lambda _: nn.ConvTranspose1d(3, 4, 3)),
    ("LSTM: needs rng=.*default_rng", lambda _: nn.LSTM(3, 4)),
    ("RNN: needs rng=.*default_rng", lambda _: nn.RNN(3, 4)),
    ("Embedding: needs rng=.*default_rng", lambda _: nn.Embedding(3, 4, rng=7)),
    ("Dropout: needs rng=.*default_rng", lambda _: nn.Dropout(0.5)),
    ("Conv2d: needs rng=.*default_rng", lambda _: nn.BasicBlock(4, 4)),
    ("dropout: needs rng=.*default_rng", lambda _: F.dropout(ROWS, rng=3)),
    # losses
    (r"cross_entropy: predictions come first.*write cross_entropy\(", lambda _: F.cross_entropy(LABELS, ROWS)),
    (r"nll_loss: predictions come first.*write nll_loss\(", lambda _: F.nll_loss(LABELS, ROWS)),
    (r"cross_entropy: labels must be integers, got float.*t.long\(\)",
     lambda _: F.cross_entropy(ROWS, LABELS.astype(float))),
    (r"nll_loss: labels must be integers, got float.*astype\(int\)", lambda _: F.nll_loss(ROWS, LABELS * 1.0)),
    # NumPy's words
    ("sum: there is no keyword axis= here; write dim=", lambda _: Tensor(ROWS).sum(axis=0)),
    ("mean: there is no keyword axis= or keepdims= here; write dim= and write keepdim=",
     lambda _: Tensor(ROWS).mean(axis=0, keepdims=True)),
    ("std: there is no keyword keepdims= here; write keepdim=", lambda _: Tensor(ROWS).std(0, keepdims=True)),
    ("softmax: there is no keyword axis= here; write dim=", lambda _: F.softmax(ROWS, axis=1)),
    ("cat: there is no keyword axis= here; write dim=", lambda _: F.cat([ROWS, ROWS], axis=1)),
    (r"Tensor: NumPy would lose the gradient; .*write t.exp\(\)", lambda _: np.exp(weight())),
    (r"Tensor: NumPy would lose the gradient; .*detach\(\).numpy\(\)", lambda _: np.maximum(weight(), 0)),
    ("sum: NumPy's function does not know Tensors.*write t.sum", lambda _: np.sum(weight())),
    ("max: NumPy's function does not know Tensors.*write t.max", lambda _: np.max(Tensor(ROWS))),
    ("std: there is no keyword unbiased= here; write correction=0 for False",
     lambda _: Tensor(ROWS).std(unbiased=False)),
    (r"mean: keepdim is True or False, got 3; several axes go together, mean\(\(2, 3\)\)",
     lambda _: Tensor(IMAGES).mean(2, 3)),
    (r"all: keepdim is True or False, got 1; several axes go together", lambda _: Tensor(ROWS).all(0, 1)),
    (r"argmax: keepdim is True or False, got 'yes'", lambda _: Tensor(ROWS).argmax(0, "yes")),
    ("mul: only floats can have a gradient, got one asked for of dtype int64", lambda _: asking([1, 2]) * 2.0),
    # without an axis
    ("split: needs an axis to cut, got a Tensor without axes", lambda _: F.split(Tensor(1.0), 1)),
    ("maxout: needs an axis of units, got a Tensor without axes", lambda _: F.maxout(Tensor(1.0), 1, 0)),
    ("kl_div: reduction 'batchmean' needs a batch axis", lambda _: F.kl_div(Tensor(0.0), Tensor(1.0), "batchmean")),
    # torch's ways
    ("to: everything lies on the CPU here, so leave .to.'cuda'. out", lambda _: net().to("cuda")),
    ("to: everything lies on the CPU here", lambda _: weight().to("cuda:0")),
    ("cuda: everything lies on the CPU here, so leave .cuda.. out", lambda _: net().cuda()),
    (r"Tensor: w -= \.\.\. would not change w.*write w.data -= ", lambda _: operator.isub(weight(), 0.1)),
    (r"Tensor: w \*= \.\.\. would not change w", lambda _: operator.imul(weight(), 2)),
    ("bool: `if` wants one answer, got 3 numbers.*write t.all", lambda _: weight() > 0 or None),
    ("format: '.2f' is for one number, got shape .3,.; write t.mean", lambda _: f"{weight():.2f}"),
    ("index: a position must be an integer, got dtype float32; write t.long", lambda _: [1, 2][Tensor(1.0)]),
    ("max: of one Tensor along an axis, got two; write F.maximum", lambda _: Tensor(ROWS).max(Tensor(ROWS))),
    ("min: of one Tensor along an axis, got two; write F.minimum", lambda _: Tensor(ROWS).min(Tensor(ROWS))),
    ("Linear: weight is a Parameter.*got ndarray of shape .3,.; write weight.data = ",
     lambda _: setattr(nn.Linear(3, 2, rng=seeded()), "weight", np.ones(3))),
    ("BatchNorm2d: bias is a Parameter.*got Tensor", lambda _: setattr(nn.BatchNorm2d(3), "bias", weight())),
    ("CrossEntropyLoss: ignore_index must.*call it, CrossEntropyLoss..", lambda _: nn.CrossEntropyLoss(ROWS, LABELS)),
    ("MSELoss: reduction must be.*got ndarray of shape .4, 3.; .*MSELoss..", lambda _: nn.MSELoss(ROWS, )),
    ("BCELoss: reduction must be.*BCELoss..", lambda _: nn.BCELoss(ROWS, ROWS)),
    ("stairs: lr must be a number, got SGD; write optimizer.lr = stairs", lambda _: schedules.stairs(sgd(), 3)),
    ("Plateau: lr must be a number, got SGD", lambda _: schedules.Plateau(sgd())),
    (r"warm_up: needs a schedule, constant\(0.1\) for one, got 0.1", lambda _: schedules.warm_up(0.1, 5)),
    (r"cat: takes the Tensors together, in one list, cat\(\[a, b\]\)", lambda _: F.cat(weight(), weight())),
    (r"cat: all sizes but that of dim 0 must be equal, got \[\(3,\), \(\)\]", lambda _: F.cat([weight(), 3])),
    (r"stack: takes the Tensors together, in one list", lambda _: F.stack(ROWS)),
    ("fans: needs the shape of a weight, got Tensor.*write w.data = msr", lambda _: init.msr(weight(), rng=seeded())),
    (r"clip_grad_norm_: needs the parameters.*, write model.parameters", lambda _: clip_grad_norm_(net(), 1.0)),
    ("train: mode is True or False, got 'no'", lambda _: net().train("no")),
    (r"Sequential: eval is a method of every Module, got True in its place; call it, model.eval\(",
     lambda _: setattr(net(), "eval", True)),
    ("Linear: forward is a method of every Module, got None in its place",
     lambda _: setattr(net()[0], "forward", None)),
    ("Sequential: layer 0 is another library's, its weights would not be found, got Linear",
     lambda _: nn.Sequential(torch.nn.Linear(2, 2))),
    (r"ModuleList: needs a list, ModuleList\(\[a, b\]\), got a ReLU", lambda _: nn.ModuleList(nn.ReLU())),
    ("Tensor: requires_grad is True or False, got 4", lambda _: Tensor(3, 4)),
    ("Tensor: dtype must be one of NumPy's, such as np.float32", lambda _: Tensor([1.0], dtype="float99")),
    ("Tensor: holds floats, integers or booleans, got Linear", lambda _: F.linear(ROWS, nn.Linear(3, 2, rng=seeded()))),
    ("BatchNorm1d: momentum must be a number, got None", lambda _: nn.BatchNorm1d(3, momentum=None)),
    ("Flatten: start_dim must be a whole number, got ndarray", lambda _: nn.Flatten(ROWS)),
    # what was taken in silence
    ("where: the condition must hold booleans, such as x > 0, got dtype float32", lambda _: F.where(ROWS, ROWS, 0)),
    ("where: the condition must hold booleans.*got dtype int64", lambda _: F.where(LABELS, 1.0, 0.0)),
    (r"gather: indices must be in 0..2 on axis 1, got -1", lambda _: F.gather(ROWS, 1, LABELS[:, None] - 1)),
    ("scaled_dot_product_attention: attn_mask must hold booleans or floats, got int64; write mask.astype",
     lambda _: F.scaled_dot_product_attention(ROWS, ROWS, ROWS, np.ones((4, 4), int))),
    (r"scaled_dot_product_attention: query and key need as many features.*got \(4, 3\), \(4, 2\) and \(4, 3\)",
     lambda _: F.scaled_dot_product_attention(ROWS, ROWS[:, :2], ROWS)),
    (r"scaled_dot_product_attention: .*key and value as many steps, got \(4, 3\), \(4, 3\) and \(2, 3\)",
     lambda _: F.scaled_dot_product_attention(ROWS, ROWS, ROWS[:2])),
    (r"scaled_dot_product_attention: attn_mask must broadcast to the scores \(4, 4\), got shape \(2, 4\)",
     lambda _: F.scaled_dot_product_attention(ROWS, ROWS, ROWS, np.ones((2, 4), bool))),
    ("floor_divide: whole numbers cannot be divided by 0, got a 0", lambda _: Tensor([3]) // 0),
    ("remainder: whole numbers cannot be divided by 0, got a 0", lambda _: Tensor([3, 4]) % Tensor([2, 0])),
    ("remainder: whole numbers cannot be divided by 0, got a 0", lambda _: Tensor([3, 4]) % Tensor([True, False])),
    ("format: a schedule is no number; the rate of the next step is optimizer.lr",
     lambda _: f"{optim.SGD([weight()], lr=schedules.cosine(0.1, 9)).param_groups[0]['lr']:.4f}"),
    ("format: a schedule is no number", lambda _: f"{schedules.Plateau(0.1):.4f}"),
    ("size: a Tensor without axes has no axis 0", lambda _: Tensor(2.0).size(0)),
    ("to: weights are floats, np.float32 .* got .*int64", lambda _: net().to(np.int64)),
    ("to: weights are floats, np.float32 .* got .*int", lambda _: net().to(int)),
    ("init: needs rng=, a NumPy generator, .* .* once, then rng=rng$", lambda _: init.msr((3, 2), rng=0)),
    ("pad: a value is what constant padding adds, got value=1", lambda _: F.pad(ROWS, (1, 1), "reflect", 1.0)),
    (r"sum: dim must be between -1 and 0 for 1 axes, got 1", lambda _: Tensor(2.0).sum((0, 1))),
    (r"amax: every axis may be named once", lambda _: Tensor(2.0).amax((0, -1))),
    (r"norm: an axis without numbers has no largest", lambda _: Tensor(np.zeros((0, 3))).norm(float("inf"))),
    (r"cosine_similarity: shapes must broadcast, got \(4, 3\) and \(5,\)",
     lambda _: F.cosine_similarity(ROWS, np.ones(5, np.float32))),
    ("adaptive_avg_pool2d: images need at least one pixel", lambda _: F.adaptive_avg_pool2d(IMAGES[:, :, :0], 1)),
    ("adaptive_max_pool2d: images need at least one pixel", lambda _: F.adaptive_max_pool2d(IMAGES[..., :0], 2)),
    ("interpolate: images need at least one pixel", lambda _: F.interpolate(IMAGES[:, :, :0], scale_factor=2)),
    ("adaptive_avg_pool2d: output_size needs one number or 2, got 1", lambda _: F.adaptive_avg_pool2d(IMAGES, (4,))),
    ("batch_norm: the running mean must have one number for each of 1 channels",
     lambda _: F.batch_norm(IMAGES, np.zeros(3), np.ones(3))),
    (r"cross_entropy: .*got integers \(4, 3\), one-hot it seems; write target.argmax\(1\)",
     lambda _: F.cross_entropy(ROWS, F.one_hot(LABELS, 3))),
    # a network for its parts
    (r"SGD: needs the parameters.*write model.parameters\(\), got a Sequential", lambda _: optim.SGD(net())),
    (r"Adam: needs the parameters.*write model.parameters\(\), got a Linear",
     lambda _: optim.Adam(nn.Linear(3, 4, rng=seeded()))),
    (r"save: needs a dict.*got Sequential; write save\(model.state_dict\(\), path\)",
     lambda path: save(net(), path / "w.npz")),
    (r"save: needs a dict.*got list", lambda path: save([1], path / "w.npz")),
    (r"load_state_dict: needs a dict.*got str; write model.load_state_dict\(load\(path\)\)",
     lambda _: net().load_state_dict("w.npz")),
    (r"load_state_dict: needs a dict, write load\(path\), got str",
     lambda _: optim.SGD([weight()]).load_state_dict("w.npz")),
    ("load: there is no file", lambda path: load(path / "w.npz")),
    ("SGD: the learning rate of step 0 must be a number, got None; does the schedule return it",
     lambda _: step_with(np.ones(3), lr=lambda step: None)),
    ("SGD: .grad must be an array, write p.grad = g.data, got a Tensor", lambda _: step_with(Tensor(np.ones(3)))),
    ("SGD: .grad must be an array, write p.grad = g.data, got a list", lambda _: step_with([1.0, 1.0, 1.0])),
    # layers
    (r"Sequential: layer 0 is a class; make one of it, ReLU\(...\)", lambda _: nn.Sequential(nn.ReLU)),
    (r"Sequential: layers come one by one, write Sequential\(\*layers\)", lambda _: nn.Sequential([nn.ReLU()])),
    (r"Sequential: layers have no names of their own here, write Sequential\(\*layers.values\(\)\), got a dict",
     lambda _: nn.Sequential({"fc": nn.ReLU()})),
    ("Sequential: layer 0 is a class; make one", lambda _: operator.setitem(net(), 0, nn.ReLU)),
    ("Sequential: layers are counted from 0 to 0, got 1", lambda _: operator.setitem(net(), 1, nn.ReLU())),
    ("ModuleList: holds Modules, got function", lambda _: operator.setitem(nn.ModuleList([nn.ReLU()]), 0, F.relu)),
    ("ModuleList: holds Modules, got type", lambda _: nn.ModuleList([nn.ReLU])),
    ("ModuleList: holds Modules, got function", lambda _: nn.ModuleList([F.relu])),
    ("linear: .*: 28 against 784; write x.flatten.1., or nn.Flatten",
     lambda _: nn.Linear(784, 10, rng=seeded())(IMAGES)),
    (r"linear: .*: 28 against 784; write x.reshape\(1, -1\)",
     lambda _: nn.Linear(784, 10, rng=seeded())(IMAGES[0, 0])),
    ("linear: .*: 3 against 4; the weight is transposed", lambda _: F.linear(ROWS, np.zeros((3, 4), np.float32))),
    ("Conv2d: padding must be at least 0, got -1", lambda _: nn.Conv2d(1, 2, 3, padding=-1, rng=seeded())),
    ("Conv1d: stride must be at least 1, got 0", lambda _: nn.Conv1d(1, 2, 3, stride=0, rng=seeded())),
    ("Conv2d: dilation must be at least 1, got 0", lambda _: nn.Conv2d(1, 2, 3, dilation=0, rng=seeded())),
    ("ConvTranspose2d: padding must be at least 0, got -2",
     lambda _: nn.ConvTranspose2d(1, 2, 3, padding=(1, -2), rng=seeded())),
    ("MaxPool2d: stride must be at least 1, got 0", lambda _: nn.MaxPool2d(2, stride=0)),
    ("AvgPool1d: padding must be at least 0, got -1", lambda _: nn.AvgPool1d(2, padding=-1)),
    ("MaxPool2d: kernel_size must be at least 1, got 0", lambda _: nn.MaxPool2d(0)),
    # numbers
    ("add: got None where numbers are needed; does the function", lambda _: Tensor([1.0]) + None),
    ("mul: got None where numbers are needed", lambda _: None * Tensor([1.0])),
    ("Tensor: got None where numbers are needed; does the function", lambda _: F.mse_loss(None, ROWS)),
    ("Tensor: got None where numbers are needed", lambda _: Tensor(None)),
    ("Tensor: rows must have one length.*got lengths 2, 1", lambda _: Tensor([[1.0, 2.0], [3.0]])),
    ("Tensor: got a list of Tensors; join them with stack", lambda _: Tensor([weight(), weight()])),
    ("and_: needs booleans or integers, got dtype float64 and dtype float64", lambda _: weight() & weight()),
    ("invert: needs booleans or integers, got dtype float64", lambda _: ~weight()),
    ("requires_grad_: only floats can have a gradient, got dtype int64", lambda _: Tensor([1]).requires_grad_()),
    ("requires_grad_: this Tensor was computed; use detach", lambda _: (weight() * 2).requires_grad_(False)),
    (r"mm: needs two matrices, got shapes \(3,\) and \(3,\); use matmul", lambda _: weight().mm(weight())),
    (r"dot: needs two vectors.*got shapes \(3,\) and \(4, 3\); use @", lambda _: weight().dot(Tensor(ROWS))),
    (r"masked_fill: needs a mask of booleans.*got dtype float64", lambda _: weight().masked_fill(np.ones(3), 0.0)),
    (r"masked_fill: .* one number.*got dtype bool and shape \(2,\)",
     lambda _: weight().masked_fill(np.ones(3, bool), [1.0, 2.0])),
    # a first training loop
    ("Adam: needs the parameters of a network, write model.parameters.., with brackets",
     lambda _: optim.Adam(net().parameters)),
    ("SGD: needs a list of Parameters or of groups, write model.parameters.., got a dict",
     lambda _: optim.SGD({"params": [weight()]})),
    ("SGD: needs a list of Parameters or of groups, .*got an array", lambda _: optim.SGD(weight().data)),
    ("SGD: needs Tensors .*got tuple; names go with named_parameters.., write parameters",
     lambda _: optim.SGD(net().named_parameters())),
    ("clip_grad_norm_: needs the parameters of a network, write model.parameters.., with brackets",
     lambda _: clip_grad_norm_(net().parameters, 1.0)),
    ("Adam: needs a list of Parameters or of groups, write model.parameters.., got 0.1", lambda _: optim.Adam(0.1)),
    ("clip_grad_norm_: needs a list of Parameters, write model.parameters.., got 1.0",
     lambda _: clip_grad_norm_(1.0, net().parameters())),
    ("clip_grad_value_: needs Parameters, write model.parameters.., got ndarray of shape .3,. among them",
     lambda _: clip_grad_value_([weight(), np.ones(3)], 1.0)),
    ("SGD: a group has 'params' and the settings .*got .'param'.; the nearest to 'param' is 'params'",
     lambda _: optim.SGD([{"param": [weight()]}])),
    ("clip_grad_norm_: max_norm must be a number, got '1'", lambda _: clip_grad_norm_([weight()], "1")),
    ("clip_grad_value_: clip_value must be a number, got None", lambda _: clip_grad_value_([weight()], None)),
    ("grad_norm: norm_type must be a number, got 'l2'", lambda _: grad_norm([weight()], "l2")),
    ("multi_step: milestones are several steps, write .30., got 30", lambda _: schedules.multi_step(0.1, 30)),
    ("fit: takes model, loss function, optimizer and batches in this order, got SGD and function",
     lambda _: list(fit(net(), sgd(), F.cross_entropy, []))),
    ("fit: takes model, loss function, .* got function and generator",
     lambda _: list(fit(net(), F.cross_entropy, net().parameters(), []))),
    ("fit: the model is a class; make one of it, Sequential",
     lambda _: list(fit(nn.Sequential, F.mse_loss, sgd(), []))),
    ("fit: needs batches, write batches.x, t, size=....*, got NoneType",
     lambda _: list(fit(net(), F.cross_entropy, sgd(), None))),
    ("fit: needs pairs .x, t., write batches.*, got ndarray of shape .4, 3.",
     lambda _: list(fit(net(), F.cross_entropy, sgd(), (ROWS, LABELS)))),
    ("fit: needs pairs .x, t., write batches.*, got 1 arrays",
     lambda _: list(fit(net(), F.cross_entropy, sgd(), batches(ROWS, size=2)))),
    ("evaluate: needs pairs .x, t., write batches", lambda _: score(net(), (ROWS, LABELS), accuracy=accuracy)),
    ("evaluate: the model is a class", lambda _: score(nn.Linear, [(ROWS, LABELS)], accuracy=accuracy)),
    ("batches: arrays come one by one, write batches.x, t, size=....*, got a tuple",
     lambda _: list(batches((ROWS, ROWS), size=2))),
    (r"backward: .data must be an array, got a Tensor; write w.data = w.data - \.\.\., with arrays on both sides",
     lambda _: (holding(T) * 2).sum().backward()),
    (r"sum: .data must be an array, got Tensor of shape .3,.; write w.data = w.data - ", lambda _: holding(T).sum()),
    (r"add: .data must be an array, got Tensor of shape .3,.; write w.data = w.data - ", lambda _: holding(T) + 1.0),
    (r"mul: .data must be an array, got \[1.0, 2.0\]; write w.data = w.data - ", lambda _: holding([1.0, 2.0]) * T),
    (r"exp: .data must be an array, got 3.0; write w.data = w.data - ", lambda _: holding(3.0).exp()),
    (r"linear: .data of a weight must be an array, got None; for no bias write layer.bias = None",
     lambda _: without_bias_data()),
    ("backward: gradient must be an array of numbers, got 'x'", lambda _: (weight() * 2).backward("x")),
    ("getitem: positions must be whole numbers, .*; floats become whole numbers by t.long", lambda _: T[1.0]),
    ("getitem: positions must be whole numbers, .*; floats become whole numbers by t.long", lambda _: T[T]),
    ("backward: nothing that requires a gradient .*; no weight did, or no_grad, .data or .item.. stands on the way",
     lambda _: started(Tensor(ROWS).sum())),
    # a first model
    ("Sequential: layers are counted from 0 to 0, got '0'", lambda _: net()["0"]),
    ("Sequential: layers are counted from 0 to 0, got 3", lambda _: net()[3]),
    ("ModuleList: layers are counted from 0 to 0, got -2", lambda _: nn.ModuleList([nn.ReLU()])[-2]),
    ("ModuleList: is only a list; write for layer in layers: x = layer.x., or take nn.Sequential",
     lambda _: nn.ModuleList([nn.ReLU()])(ROWS)),
    (r"conv2d: .*takes 3 channels, but the input has 8; images are .n, c, h, w., so write x.transpose.0, 3, 1, 2.",
     lambda _: F.conv2d(np.zeros((2, 8, 8, 3)), np.zeros((4, 3, 3, 3)))),
    (r"conv2d: .*takes 1 channels, but the input has 2; grey images .n, h, w. have no axis.*write x.:, None.",
     lambda _: F.conv2d(np.zeros((2, 8, 8)), np.zeros((4, 1, 3, 3)))),
    ("conv2d: .*takes 3 channels, but the input has 8$",
     lambda _: F.conv2d(np.zeros((2, 8, 5, 5)), np.zeros((4, 3, 3, 3)))),
    ("Tensor: got a tuple of Tensors; join them .* or take one, as of a recurrent layer's .states, last.",
     lambda _: nn.Sequential(nn.LSTM(3, 4, rng=seeded()), nn.Linear(4, 2, rng=seeded()))(ROWS[None])),
    ("Tensor: only floats can have a gradient, got dtype int64; write 1.0 for 1", lambda _: nn.Parameter([1, 2])),
    ("cross_entropy: predictions must be scores .n, classes., got .4,. for labels .4,.; has an argmax",
     lambda _: F.cross_entropy(Tensor(ROWS).argmax(1), LABELS)),
    ("cross_entropy: ignore_index must be a number, got 'a'",
     lambda _: F.cross_entropy(ROWS, LABELS, ignore_index="a")),
    ("lt: got None where numbers are needed", lambda _: Tensor(ROWS) < None),
    ("power: whole numbers have no negative power here, .*write t.float", lambda _: Tensor([1, 2]) ** -1),
    # saving
    (r"save: needs a dict .*got SGD; write save\(optimizer.state_dict\(\), path\)",
     lambda path: save(sgd(), path / "w.npz")),
    ("save: model must be an array .*got dict; give each dict a file of its own",
     lambda path: save({"model": net().state_dict()}, path / "w.npz")),
    ("load: .*is not a file that save.. wrote, or only a part of one$", lambda path: loaded(path, b"hello")),
    # generated data and augmentation
    ("moons: needs rng=, a NumPy generator.*got 0; .* once, then rng=rng$", lambda _: moons(10, rng=0)),
    ("batches: needs rng=, a NumPy generator.*got 42", lambda _: list(batches(ROWS, size=2, rng=42))),
    ("rotate: needs rng=, a NumPy generator.*got 1", lambda _: augment.rotate(IMAGES, rng=1)),
    ("rotate: degrees must be a number, got '15'", lambda _: augment.rotate(IMAGES, rng=seeded(), degrees="15")),
    ("noise: std must be a number, got None", lambda _: augment.noise(IMAGES, rng=seeded(), std=None)),
    # einsum
    ("einsum: the equation comes first.*got ndarray", lambda _: F.einsum(ROWS, ROWS, "ij,ij->")),
    ("einsum: axes are named by single letters.*got '1'", lambda _: F.einsum("i1,i1->i", ROWS, ROWS)),
    ("einsum: the result must use letters of the operands.*got 'ij->iz'", lambda _: F.einsum("ij->iz", ROWS)),
    ("einsum: 'j' of 'ij,jk->ik' must have one size, got 3 and 4", lambda _: F.einsum("ij,jk->ik", ROWS, ROWS)),
]  # fmt: skip


SETTINGS = {  # what must be a number; the call gets None, and text
    "cross_entropy: label_smoothing": lambda v: F.cross_entropy(ROWS, LABELS, label_smoothing=v),
    "huber_loss: delta": lambda v: F.huber_loss(ROWS, ROWS, delta=v),
    "smooth_l1_loss: beta": lambda v: F.smooth_l1_loss(ROWS, ROWS, beta=v),
    "triplet_margin_loss: margin": lambda v: F.triplet_margin_loss(ROWS, ROWS, ROWS, margin=v),
    "dropout: p": lambda v: F.dropout(ROWS, v, rng=seeded()),
    "Dropout: p": lambda v: nn.Dropout(v, rng=seeded()),
    "one_hot: num_classes": lambda v: F.one_hot(LABELS, v),
    "scaled_dot_product_attention: dropout_p": lambda v: F.scaled_dot_product_attention(ROWS, ROWS, ROWS, dropout_p=v),
    "maxout: pieces": lambda v: F.maxout(ROWS, v),
    "tril: diagonal": lambda v: F.tril(ROWS, v),
    "triu: diagonal": lambda v: F.triu(ROWS, v),
    "group_norm: num_groups": lambda v: F.group_norm(ROWS, v),
    "GroupNorm: num_groups": lambda v: nn.GroupNorm(v, 3),
    "GroupNorm: num_channels": lambda v: nn.GroupNorm(1, v),
    "Embedding: num_embeddings": lambda v: nn.Embedding(v, 3, rng=seeded()),
    "Embedding: embedding_dim": lambda v: nn.Embedding(3, v, rng=seeded()),
    "LSTM: input_size": lambda v: nn.LSTM(v, 3, rng=seeded()),
    "GRU: hidden_size": lambda v: nn.GRU(3, v, rng=seeded()),
    "RNN: num_layers": lambda v: nn.RNN(3, 3, v, rng=seeded()),
    "RNN: dropout": lambda v: nn.RNN(3, 3, dropout=v, rng=seeded()),
    "reshape: every size": lambda v: Tensor(ROWS).reshape(v),
    "expand: every size": lambda v: Tensor(ROWS).expand(4, v),
    "stairs: step_size": lambda v: schedules.stairs(0.1, v),
    "cosine: T_max": lambda v: schedules.cosine(0.1, v),
    "one_cycle: max_lr": lambda v: schedules.one_cycle(v, 10),
    "SGD: momentum": lambda v: optim.SGD([weight()], momentum=v),
}


@pytest.mark.parametrize("value", [None, "two"])
@pytest.mark.parametrize("what", SETTINGS)
def test_a_setting_that_is_no_number_is_named(what, value):
    with pytest.raises((TypeError, ValueError), match=rf"^{what} must be a (whole )?number.*got {value!r}$"):
        SETTINGS[what](value)


@pytest.mark.parametrize(("sentence", "wrong"), SENTENCES, ids=[s for s, _ in SENTENCES])
def test_what_is_wrong_is_said_in_one_sentence_with_its_remedy(sentence, wrong, tmp_path):
    with pytest.raises((TypeError, ValueError, IndexError, FileNotFoundError), match=f"^{sentence}") as caught:
        wrong(tmp_path)
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 260


def test_flatten_takes_arrays_too():
    assert nn.Flatten()(IMAGES).shape == (4, 784)
    assert nn.Flatten(0, 1)(IMAGES).shape == (4, 28, 28)


def test_numpy_functions_of_a_tensor_without_a_gradient_give_arrays():
    x = Tensor([0.0, 1.0])
    np.testing.assert_allclose(np.exp(x), np.exp([0, 1]), rtol=1e-6)
    assert isinstance(np.ones(2) // x.clip(1.0), Tensor)
    assert isinstance(np.float64(3) % (x + 1), Tensor)
    assert isinstance(np.array([True, False]) & (x > 0), Tensor)


def test_accuracy_and_save_take_tensors_of_a_graph(tmp_path):
    scores = net()(ROWS)
    assert accuracy(scores, LABELS) == accuracy(scores.data, Tensor(LABELS))
    loss = F.cross_entropy(scores[:, :2], LABELS % 2)
    assert load(save({"loss": loss}, tmp_path / "run.npz")) == {"loss": loss.item()}


def test_data_that_is_no_array_is_told_where_a_shape_is_asked():
    w = weight()
    w.data = [1.0]
    with pytest.raises(
        AttributeError, match=r"^Tensor: .data must be an array, got \[1.0\]; write w.data = np.asarray"
    ):
        _ = w.ndim


def test_a_step_before_any_gradient_is_warned_of_once():
    with pytest.warns(UserWarning, match=r"^SGD: no Parameter has a gradient.*loss.backward\(\) before step"):
        (opt := sgd()).step()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        opt.step()
