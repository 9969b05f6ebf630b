# %% [markdown] lesson="11" title="Classic architectures" minutes=230 builds_on="07 10"
# One layer is known: the convolution. How do you stack a hundred of them, with which sizes, in which order, and what does
# that cost?
#
# After this lesson you will be able to
#
# - build the blocks of the famous networks in torch, and assemble the networks from your blocks;
# - count weights, multiply-adds, units and memory of any torch network, and check them against the published figures;
# - say where a network's weights sit, where its time goes, and why;
# - read the family tree of architectures, and say for each edge what changed and why;
# - move weights from `course_lib` to torch, and write a training step that runs on any device.
#
# You need lessons 07 and 10. There are ten exercises, one of them open, three predictions and one written question.

# %% picture="opening" alt="Twelve networks by weights and multiply-adds, both axes logarithmic: VGG far to the upper right, AlexNet with many weights and little computation, GoogLeNet and DenseNet with few weights, the ResNets along a diagonal."
from course_lib.torch_models import counting
from course_lib.torch_models.zoo import ZOO
from course_lib.viz.architectures import cost_map

cost_map(
    {
        name: (cost.parameters, cost.multiply_adds)
        for name, network in ZOO.items()
        if network.billions
        for cost in [counting.count(counting.sketch(network.make), (3, 224, 224))]
    }
)

# %% [markdown]
# ## 1. The same things under the same names
#
# Run this cell first. Section 4 shows recorded times of whole networks. To time them on your machine, two minutes long, change
# the line `FULL = ...` of the cell to `FULL = True` and run it again.

# %%
import functools
import os

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.cbook import get_sample_data
from torch import nn
from torch.nn import functional as F
from tqdm.auto import tqdm

import course_lib
from course_lib.checks import NotDone, check, hint, yours
from course_lib.data import augment, batches, datasets
from course_lib.data.marks import MARKS, marks
from course_lib.torch_models import alexnet, bridge, counting, densenet, googlenet, lenet, nin, resnets, vgg
from course_lib.torch_models.fill import fill, probe
from course_lib.torch_models.googlenet import conv_norm_relu, conv_relu
from course_lib.torch_models.step import stopwatch
from course_lib.torch_models.step import training_step as library_step
from course_lib.torch_models.zoo import CIFAR, ZOO
from course_lib.viz import architectures as draw
from course_lib.viz import curves
from course_lib.viz import images as pictures
from course_lib.viz.lecture import lecture_table
from course_lib.viz.recorded import recorded
from course_lib.widgets.architectures import network_explorer

FULL = os.environ.get("COURSE_MODE") == "run"

# %% [markdown]
# So far you worked with `course_lib`, whose source you can read. Networks of this size need torch: compiled code, GPUs.
# You know it already, because `course_lib` takes its names and conventions from it.

# %%
layer = nn.Conv2d(3, 8, kernel_size=5, stride=2, padding=2)
images = torch.randn(4, 3, 16, 12, generator=torch.Generator().manual_seed(1))
print("output", tuple(layer(images).shape), " weight", tuple(layer.weight.shape), " bias", tuple(layer.bias.shape))
layer(images).square().mean().backward()
print("gradient", tuple(layer.weight.grad.shape))

# %% [markdown]
# A **module** holds parameters and other modules, and `forward` says what it computes. Whatever you assign to an
# attribute of a module is found by itself: `parameters()` walks all of it.

# %%
class TwoLayers(nn.Module):
    def __init__(self, inputs, hidden, outputs):
        super().__init__()  # always first
        self.hidden, self.out = nn.Linear(inputs, hidden), nn.Linear(hidden, outputs)

    def forward(self, x):
        return self.out(torch.relu(self.hidden(x)))


print([(name, tuple(p.shape)) for name, p in TwoLayers(4, 3, 2).named_parameters()])

# %% [markdown]
# ### Looking inside: hooks
#
# Counting weights is easy, the module has them. Counting *work* needs the sizes of the maps, and these are known only
# when an image runs through. A **forward hook** is a function that a module calls after each forward pass.

# %%
def tell(module, args, out):
    print(type(module).__name__, tuple(args[0].shape), "->", tuple(out.shape))


handle = layer.register_forward_hook(tell)
layer(images)
handle.remove()  # else it stays for ever
out = layer(images[:2])  # says nothing any more

# %% [markdown] task="count_layers" title="Parameters and multiply-adds by hooks"
# Write `count_layers(model, x)`: run `model` once on the batch `x`, `(n, ...)`, and return `(parameters, multiply_adds)`
# as whole numbers. Parameters are all numbers in `model.parameters()`. Multiply-adds are those of **one** sample in all
# `nn.Conv2d` and `nn.Linear` layers, at any depth, each time such a layer runs. One multiplication with its addition
# counts as one; biases cost nothing. Afterwards no hook of yours may be left.
#
# *Example:* `nn.Linear(5, 4)` on `(2, 5)` gives `(24, 20)`; on `(2, 3, 5)` it works three times a sample: `(24, 60)`.

# %% solve="count_layers" difficulty=3 importance=4 minutes=15 forbid="course_lib.torch_models.counting.count"
def count_layers(model, x):
    """(parameters, multiply-adds of one sample) of a torch model for the batch x."""
    ### BEGIN SOLUTION
    work = []

    def note(module, args, out):
        work.append(out[0].numel() * module.weight[0].numel())

    layers = [m for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    handles = [m.register_forward_hook(note) for m in layers]
    model(x)
    for handle in handles:
        handle.remove()
    return sum(p.numel() for p in model.parameters()), sum(work)
    ### END SOLUTION


# %% [markdown] hint="count_layers"
# How many numbers does the layer put out, and how many products go into each of them?

# %% [markdown] hint="count_layers"
# `weight[0]` holds the weights of one output: for a convolution (channels in its group, height, width), for a linear
# layer (inputs). `out[0]` is what comes out for the first sample. `model.modules()` finds layers at any depth.

# %% [markdown] hint="count_layers"
# ```python
# work = []
# def note(module, args, out):
#     work.append(out[0].numel() * ...)
# handles = [m.register_forward_hook(note) for m in model.modules() if isinstance(m, ...)]
# model(x)
# ...                                   # remove the hooks
# return sum(p.numel() for p in ...), sum(work)
# ```

# %% check="count_layers" points=6
with check("count_layers") as expect:
    square = nn.Sequential(nn.Conv2d(3, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(27, 3))
    expect("3 channels, 3x3 kernels, 5x5 image, 3 classes", count_layers(square, torch.zeros(1, 3, 5, 5)))
    nested = nn.Sequential(nn.Sequential(nn.Conv2d(4, 6, (3, 2), stride=2, groups=2, bias=False)), nn.BatchNorm2d(6))
    expect("nested, 2 groups, batch of 3", count_layers(nested, torch.zeros(3, 4, 9, 8)))
    expect("hooks left behind", counting.hooks_on(nested))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(110101)
    for n, groups in [(1, 1), (2, 2), (3, 3), (5, 1)]:
        c, f, k, wide = (int(v) for v in rng.integers([1, 1, 2, 3], [4, 4, 5, 9]))
        conv = nn.Conv2d(c * groups, f * groups, (k, k + 1), stride=int(rng.integers(1, 3)), padding=1, groups=groups)
        net = nn.Sequential(nn.Sequential(conv, nn.ReLU()), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(4 * f * groups, wide))
        expect(f"{n} images, {groups} groups, {f * groups} filters of {k}x{k + 1}", count_layers(net, torch.zeros(n, c * groups, 11, 9)))
    again = nn.Linear(int(rng.integers(3, 9)), 3)
    again = nn.Sequential(nn.Linear(3, again.in_features), again, nn.Linear(3, again.in_features), again)
    again[0].weight.requires_grad_(False)
    expect("one layer twice, another frozen", count_layers(again, torch.zeros(2, 4, 3)))
    expect("hooks left behind on it", counting.hooks_on(again))
    ### END HIDDEN TESTS

# %% [markdown]
# Torch has a device called `meta`: tensors on it have a shape and no numbers. A network built there takes no memory and
# a forward pass no time, but all hooks see all shapes. `counting.sketch` builds a network there, and `counting.count`
# gives one row for each layer. So the largest networks of this lesson can be counted on any laptop.

# %%
@functools.cache
def counts_of(name):
    """The Counts of a network of the zoo for one image of 224x224."""
    return counting.count(counting.sketch(ZOO[name].make), (3, 224, 224))


def library_count(model, x):
    costs = counting.count(model, x.shape[1:])
    return costs.parameters, costs.multiply_adds


mine = yours("count_layers", else_=library_count)
print("VGG-16:", mine(counting.sketch(vgg.VGG, 16), torch.zeros(1, 3, 224, 224, device="meta")))

# %% [markdown]
# ## 2. LeNet-5, and the move to torch
#
# **LeNet-5** (1998) read cheques: two convolutions with pooling, then three fully connected layers. The plan has lasted:
# maps get smaller and more numerous, then a classifier. Below, **units** are the numbers that layers with weights put out.

# %%
net = lenet.lenet5()
costs = counting.count(net, (1, 32, 32))
for row in costs.rows:
    if row.parameters:
        print(f"{row.layer:7} {row.output!s:13} weights {row.parameters:>6,}  multiply-adds {row.multiply_adds:>8,}")
print(f"in all: {costs.parameters:,} weights, {costs.multiply_adds:,} multiply-adds, {costs.units:,} units")

# %% [markdown]
# Which layer has most of the weights? Which does most of the work? Keep the two columns in mind: how they differ is the
# theme of this lesson. (The original LeNet-5 joined only some pairs of maps, and had about 60 000.)
#
# A network is its plan and its weights. With the same plan in both libraries you can carry the weights over, and must
# get the same numbers. That is how you find out whether you have understood a plan.

# %%
def small_lenet(rng, maps=(3, 5), kernels=(3, 2), hidden=7, classes=4, side=12):
    """A LeNet in course_lib: twice convolution, ReLU, pooling 2x2; then Linear, ReLU, Linear. Images side x side."""
    N = course_lib.nn
    for kernel in kernels:
        side = (side - kernel + 1) // 2
    first, second = N.Conv2d(1, maps[0], kernels[0], rng=rng), N.Conv2d(maps[0], maps[1], kernels[1], rng=rng)
    front = [first, N.ReLU(), N.MaxPool2d(2), second, N.ReLU(), N.MaxPool2d(2), N.Flatten()]
    back = [N.Linear(maps[1] * side**2, hidden, rng=rng), N.ReLU(), N.Linear(hidden, classes, rng=rng)]
    model = N.Sequential(*front, *back).double()
    for p in model.parameters():
        if p.data.ndim == 1:
            p.data[...] = rng.normal(size=p.data.shape)  # biases that show when they are lost
    return model


ours = small_lenet(np.random.default_rng(0))
print({name: array.shape for name, array in ours.state_dict().items()})

# %% [markdown] task="lenet_twin" title="LeNet to torch, with our weights"
# Write `lenet_twin(ours)`: `ours` is what `small_lenet` gives, with maps, square kernels, hidden units and classes of any
# number. Return a torch module that computes the same: the same layers (read their sizes off the weights), the same
# weights, the same float type. Changing the twin later must not change `ours`.
#
# `ours[0].weight.data` is a NumPy array; torch lays out weights as `course_lib` does. Layers with weights are numbers 0, 3,
# 7 and 9, and `ours.state_dict()` has names such as `"3.bias"`.
#
# *Example:* for the model above the twin's first layer is `nn.Conv2d(1, 3, 3)`.

# %% solve="lenet_twin" difficulty=3 importance=4 minutes=20 forbid="course_lib.torch_models.bridge.to_torch"
def lenet_twin(ours):
    """A torch module with the layers and the weights of `ours`."""
    ### BEGIN SOLUTION
    conv1, conv2, full1, full2 = (ours[k].weight.data.shape for k in (0, 3, 7, 9))
    twin = nn.Sequential(
        *(nn.Conv2d(conv1[1], conv1[0], conv1[2:]), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(conv2[1], conv2[0], conv2[2:]), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(full1[1], full1[0]), nn.ReLU()),
        nn.Linear(full2[1], full2[0]),
    )
    state = {name: torch.tensor(array) for name, array in ours.state_dict().items()}
    twin.to(state["0.weight"].dtype).load_state_dict(state)
    return twin
    ### END SOLUTION


# %% [markdown] hint="lenet_twin"
# First the plan: a `nn.Sequential` of ten layers in the order of `ours`. Then the weights: `load_state_dict`.

# %% [markdown] hint="lenet_twin"
# A convolution's weight is (out, in, height, width), a linear layer's (out, in). A new torch layer is float32: change its
# type *before* loading, or the last digits are gone. `torch.tensor(array)` copies; `torch.from_numpy(array)` does not.

# %% [markdown] hint="lenet_twin"
# ```python
# shapes = [ours[k].weight.data.shape for k in (0, 3, 7, 9)]
# twin = nn.Sequential(nn.Conv2d(...), nn.ReLU(), nn.MaxPool2d(2), ..., nn.Flatten(), nn.Linear(...), nn.ReLU(), ...)
# state = {name: torch.tensor(array) for name, array in ours.state_dict().items()}
# twin.to(...)                          # the float type of the state
# twin.load_state_dict(state)
# ```

# %% check="lenet_twin" points=6
with check("lenet_twin") as expect:
    ours = small_lenet(np.random.default_rng(3), maps=(3, 3), kernels=(3, 3), hidden=3, classes=3, side=10)
    x = torch.tensor(np.random.default_rng(4).normal(size=(3, 1, 10, 10)), requires_grad=True)
    twin = lenet_twin(ours)
    logits = twin(x)
    expect("three of everything: logits", logits)
    logits.square().sum().backward()
    expect("gradient of the images", x.grad)
    with torch.no_grad():
        for p in twin.parameters():
            p += 1
    expect("the weights of ours, after a step of the twin", [p.data for p in ours.parameters()])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(110201)
    for maps, kernels, hidden, classes in [((2, 4), (4, 3), 6, 3), ((5, 3), (2, 3), 4, 7)]:
        ours = small_lenet(rng, maps, kernels, hidden, classes, side=13)
        ours[3].bias.data -= 1  # the second ReLU has something to cut off
        x = torch.tensor(rng.normal(size=(4, 1, 13, 13)), requires_grad=True)
        twin = lenet_twin(ours)
        logits = twin(x)
        expect(f"{maps} maps, kernels {kernels}: logits", logits, rtol=1e-10)
        logits.square().sum().backward()
        expect(f"{maps} maps, kernels {kernels}: gradient", x.grad, rtol=1e-10)
        with torch.no_grad():
            for p in twin.parameters():
                p *= 2
        expect(f"{maps} maps, kernels {kernels}: ours afterwards", [p.data for p in ours.parameters()])
    ### END HIDDEN TESTS

# %%
ours = small_lenet(np.random.default_rng(0))
twin = yours("lenet_twin", else_=lenet.twin_of)(ours)
x = np.random.default_rng(1).normal(size=(5, 1, 12, 12))
difference = np.abs(ours(course_lib.Tensor(x)).data - twin(torch.tensor(x)).detach().numpy()).max()
print("largest difference of the logits:", difference)
assert difference < 1e-12

# %% [markdown]
# ## 3. Depth meets the graphics card
#
# For ten years the plan was right and the computers too slow. In 2011 Cireşan, Meier, Masci, Gambardella and Schmidhuber
# trained **deep hierarchical** convolutional networks on graphics cards, with max pooling and hardly anything else new. They
# won contests in Chinese characters and traffic signs (there better than people). On MNIST, a year later, 35 such columns
# were averaged: five for each of seven widths to which the digits were scaled. Here is one column.

# %%
column = counting.count(lenet.ciresan(), (1, 29, 29))
print(" -> ".join("×".join(map(str, row.output)) for row in column.rows if row.kind != "other" or "Pool" in row.layer))
print(f"{column.parameters:,} weights, {column.multiply_adds:,} multiply-adds")

# %% [markdown]
# The card cured fully connected networks first. A year before, Cireşan, Meier, Gambardella and Schmidhuber had trained a plain
# MLP of five large hidden layers on distorted digits to 0.35 % error: nothing but size, many images, and a graphics card to
# bear it. What does that MLP cost, beside the column above?

# %%
sizes = np.array([784, 2500, 2000, 1500, 1000, 500, 10])
mlp = int(np.sum(sizes[:-1] * sizes[1:]))
print(f"the MLP: {mlp:,} weights, and as many multiply-adds an image")
print(f"it has {mlp / column.parameters:.0f} times the weights of the column, and {mlp / column.multiply_adds:.1f} times its work")
print(f"a weight of the column works {column.multiply_adds / column.parameters:.0f} times an image, one of the MLP once")
print(f"an epoch of 60 000 images, forward and backward: {3 * 60_000 * mlp:.1e} multiply-adds")

# %% [markdown]
# To a GPU both are matrix products, and it does them many times faster than a processor: how many times depends on both machines,
# and lesson 18 measures it where there is a GPU. So it made the large MLP possible. It did not make it the better plan: for
# its price a convolutional network can be deeper.
#
# In 2012 **AlexNet** (Krizhevsky, Sutskever, Hinton) took the step to photographs: 1.2 million images, 1000 classes. It
# is LeNet's plan, made large enough, with a handful of ideas you know from lessons 06 and 07:
#
# - **ReLU** instead of tanh: in a small network of theirs six times fewer epochs to the same training error (in lesson 06's
#   networks, each at its best rate, there was no such factor);
# - **dropout** in the two large linear layers; **augmentation** by crops, mirror images and shifts of colour;
# - **local response normalisation** behind the first two layers, which later networks dropped again;
# - pooling windows that **overlap** (3×3, stride 2);
# - **two GPUs** of 3 GB: the network did not fit on one. Half of the maps live on each. Convolutions 2, 4 and 5 see
#   only the maps on their own card, which today is written as `groups=2`.
#
# "Shifts of colour" means: find the directions in which the colours of all pixels vary most, and move each image a little along
# them, all its pixels alike. A thing stays what it is when the light changes. Here strongly, so that it shows:

# %%
scene = plt.imread(get_sample_data("grace_hopper.jpg"))[20:420:4, 60:460:4].transpose(2, 0, 1)[None] / np.float32(255)
tints = augment.colour(scene.repeat(6, axis=0), axes=augment.colour_axes(scene), rng=np.random.default_rng(2), std=0.5)
axes = pictures.image_grid(np.clip(tints, 0, 1), columns=6, size=1.2)

# %% [markdown]
# What everybody calls AlexNet today is another network: the *one-tower* form of 2014, with fewer filters and no groups.

# %%
def filters(towers):
    net = counting.sketch(alexnet.AlexNet, towers=towers)
    layers = [m for m in net.features if isinstance(m, nn.Conv2d)]
    split = {1: "", 2: ", two groups"}
    return [f"{m.out_channels} of {m.kernel_size[0]}×{m.kernel_size[1]}{split[m.groups]}" for m in layers]


print("one tower: ", " · ".join(filters(1)))
print("two towers:", " · ".join(filters(2)))

# %% [markdown]
# **Lecture figure F18.** The lectures' numbers are partly those of one form and partly of the other. Both are built
# here, and every weight and unit is counted. Where the lectures contradict each other, all claims are listed.


# %% figure="F18"
def alexnet_figure():
    one, two = (counting.count(counting.sketch(alexnet.AlexNet, towers=towers), (3, 224, 224)) for towers in (1, 2))
    assert (one.parameters, one.units) == (61_100_840, 494_184)
    assert (two.parameters, two.units) == (60_965_224, 659_272)
    tower = ("one tower (2014)", "two towers, two groups (2012)")
    rows = [(f"weights, {t}", "60 million", c.parameters, "1000 classes") for t, c in zip(tower, (one, two), strict=True)]
    rows += [(f"units, {t}", "650 000", c.units, "numbers put out by its 8 layers") for t, c in zip(tower, (one, two), strict=True)]
    rows.append(("hidden layers", 7, two.layers - 1, "learned layers before the output layer"))
    small = [counting.count(counting.sketch(googlenet.GoogLeNet, form=form), (3, 224, 224)).parameters for form in ("reference", "paper")]
    rows.append(("weights of GoogLeNet", "4 million", small[0], f"reference form, {one.parameters / small[0]:.1f} times fewer than AlexNet"))
    rows.append(("the same, as in its paper", "4 million", small[1], "5×5 kernels and biases, no batch norm"))
    return lecture_table("F18 · AlexNet, counted", rows)


alexnet_figure()

# %% figure="F18"
first, second = (error for year, _, _, error in draw.ILSVRC if year == 2012)
claims = [
    ("training time", "2 weeks on 2 GPUs", "“five to six days on two GTX 580 3GB GPUs”", "paper of 2012, section 5"),
    ("training time", "five to six days", "the same", "the number of the paper"),
    ("training time", "two GPUs for a week", "the same", "the paper's, rounded up"),
    ("speed-up by a GPU", "10×", "not in the paper", "depends on the processor compared with; measured in lesson 18"),
    ("speed-up by a GPU", "50×", "not in the paper", "the same"),
    ("top-5 error", "15.3 %", "15.3 % submitted (7 networks, more data); 16.4 % five networks", "ILSVRC 2012"),
    ("lead on the runner-up", "10.8 points", f"{second - first:.1f} points from rounded errors", f"{second} % for the second entry"),
]
lecture_table("F18, continued · What the lectures say, and the sources", claims)

# %% [markdown]
# ## 4. Where the weights sit, and where the time goes
#
# ### Predict: AlexNet's two halves
#
# AlexNet has five convolutions and three linear layers. How large a share of its **weights** do the linear layers hold, and how
# large a share of its **multiply-adds** do they do? Write `halves = (of_weights, of_multiply_adds)`, each one of
# `"under 10 %"`, `"about a third"`, `"about two thirds"`, `"over 90 %"`.
#
# *Example of the form:* `halves = ("about a third", "about a third")`

# %% solve="halves" difficulty=1 importance=4 minutes=2
### BEGIN SOLUTION
halves = ("over 90 %", "under 10 %")
### END SOLUTION

# %% [markdown] hint="halves"
# A weight of a linear layer works once per image. How often does a weight of a convolution work?

# %% [markdown] hint="halves"
# The first linear layer joins 256·6·6 numbers with 4096. The second convolution has 64·192·5·5 weights and 27·27 places.

# %% [markdown] hint="halves"
# 38 million weights in the first linear layer alone, against 0.3 million in the second convolution; then weights times places: 38 million
# against 224 million.

# %% predict="halves" points=1
with check("halves") as expect:
    expect("share of weights, share of multiply-adds", halves)

# %% [markdown]
# **Lecture figure F36.** "Most computation is in the convolutions, most memory in the fully connected layers." Counted,
# and timed on images of 224×224. The timing is a recorded run; set `FULL = True` to measure your own machine.


# %% figure="F36"
def seconds_by_kind(net, x):
    """Seconds of one forward pass by kind of layer, each layer's fastest of three."""
    spent = dict.fromkeys(("convolution", "linear", "other"), 0.0)
    for _, layer, seconds in counting.timed(net, x):
        spent[{"Conv2d": "convolution", "Linear": "linear"}.get(layer, "other")] += seconds
    return spent


def shares_figure():
    rows, bars, where = [], {}, bridge.device(os.environ.get("COURSE_DEVICE"))
    for name in ("AlexNet", "VGG-16"):
        counts, net = counts_of(name), ZOO[name].make().to(where)
        weights, work = ({k: counts.share(k, what) for k in ("convolution", "linear")} for what in ("parameters", "multiply_adds"))
        bars[name] = {"weights": weights, "multiply-adds": work}
        rows.append((f"{name}: memory", "most in fully connected", f"{weights['linear']:.1%} of the weights", f"{counts.parameters * 4 / 2**20:.0f} MiB in float32"))
        rows.append((f"{name}: computation", "most in convolutions", f"{work['convolution']:.1%} of the multiply-adds", "counted, 224×224"))
        for batch in (1, 16):
            spent = seconds_by_kind(net, torch.randn(batch, 3, 224, 224, device=where))
            whole = sum(spent.values())
            bars[name][f"time, batch of {batch}"] = {kind: seconds / whole for kind, seconds in spent.items()}
            told = f"{spent['convolution'] / whole:.1%} of {whole / batch * 1e3:.0f} ms an image, {spent['linear'] / whole:.1%} in linear layers"
            rows.append((f"{name}: time", "most in convolutions", told, f"{bridge.describe(where)}, batch of {batch}"))
    draw.shares(bars)
    return lecture_table("F36 · Where it sits and where it goes", rows)


shares_figure() if FULL else recorded("F36")

# %% [markdown]
# Look at the time for a single image. There AlexNet's linear layers take far more than their share of multiply-adds: each
# of their weights is fetched from memory for one multiplication, and fetching is the slow part. In a batch a weight is
# fetched once and used for every image, and the time moves to where the multiply-adds are. Of AlexNet's time the lecture's
# sentence is true in batches only.
#
# Why two places? A weight of a linear layer works **once** per image. A weight of a convolution works at every place of
# its map: 224·224 times in VGG's first layers. So its second layer, which has hardly any weights, does as many multiply-adds
# as any other, and one matrix, behind the last convolution, is most of what you store and send.

# %% picture="by_layer" alt="VGG-16 layer by layer: weights pile up in the first linear layer, multiply-adds are spread over the convolutions, the output maps are largest at the start."
from course_lib.torch_models import counting
from course_lib.torch_models.vgg import VGG
from course_lib.viz.architectures import by_layer

by_layer(counting.count(counting.sketch(VGG, 16), (3, 224, 224)), title="VGG-16: three costs, three places")

# %% [markdown]
# There are three costs, and they sit in three places. **Weights** have to be stored and, with several GPUs, sent.
# **Multiply-adds** take time. **Maps** have to be kept for backward: for training they are the memory that counts.
#
# Choose a network. Where are its weights, its work, its maps? Compare VGG-16 with GoogLeNet, then ResNet-50 with DenseNet.

# %%
display(network_explorer(tuple(ZOO), counts_of))

# %% [markdown]
# ## 5. A classifier that slides
#
# A linear layer on top of maps of 7×7 is a convolution with a kernel of 7×7: it has one output for each unit, because the
# kernel fits at one place. As a convolution it accepts **larger** images too, and then gives a **score map**: the answers
# of the classifier for every window, computed together. All that windows share is computed once. **Overfeat** (2013)
# used this to say where in an image things are; such networks are called **fully convolutional**.
#
# ### Predict: the size of the score map
#
# VGG's convolutions keep the size, its five poolings halve it. Behind them the head expects maps of 7×7. An image of
# 288 rows and 256 columns goes through the convolutional form. How large is the score map? `score_map = (rows, columns)`
#
# *Example of the form:* 224×224 would be `score_map = (1, 1)`.

# %% solve="score_map" difficulty=2 importance=3 minutes=3
### BEGIN SOLUTION
score_map = (3, 2)
### END SOLUTION

# %% [markdown] hint="score_map"
# Two steps: the size of the maps behind five poolings, then the number of places of a 7×7 kernel on them.

# %% [markdown] hint="score_map"
# 224 / 32 = 7, and a kernel of 7 fits on 7 at one place.

# %% [markdown] hint="score_map"
# `288 // 32 - 7 + 1` rows. And columns?

# %% predict="score_map" points=1
with check("score_map") as expect:
    expect("rows, columns", score_map)

# %% [markdown]
# And the run, with a narrow VGG in float64: the head as convolutions against the same head, window by window.

# %%
def sliding_head():
    net = fill(vgg.VGG(11, 5, width=1 / 64)).eval()
    head = vgg.as_convolutions(net.classifier, side=7).eval()
    with torch.no_grad():
        maps = net.features(torch.linspace(-1, 1, 3 * 288 * 256, dtype=torch.float64).sin().view(1, 3, 288, 256))
        scores = head(maps)
        windows = [[net.classifier(maps[:, :, i : i + 7, j : j + 7].flatten(1)) for j in range(2)] for i in range(3)]
    apart = max((scores[..., i, j] - windows[i][j]).abs().max().item() for i in range(3) for j in range(2))
    return tuple(scores.shape[2:]), apart


places, apart = sliding_head()
print(f"score map {places}, largest difference from window by window {apart:.1e}")

# %% [markdown]
# ## 6. Network in Network
#
# A convolution is a *linear* look at a window. Lin, Chen and Yan (2013) put a small MLP in its place: the numbers of a window
# go through three linear layers, each with a ReLU behind it, and what comes out stands at this place of the new maps. The same MLP
# looks at every window.

# %% picture="nin" alt="A window of c times k times k numbers goes through three linear layers, each followed by a ReLU; what comes out are the values of one place of f maps."
from course_lib.viz.architectures import diagram

diagram([["window\nc·k·k numbers"], ["linear\nReLU"], ["linear\nReLU"], ["linear\nReLU"], ["one place\nof f maps"]], title="One MLP looks at every window")


# %%
def window_by_window(mlp, x, kernel, stride=1):
    """Maps (n, f, h', w'): what the MLP says of every window of x (n, c, h, w), one window after the other."""
    rows, columns = (range(0, size - kernel + 1, stride) for size in x.shape[2:])
    seen = [[mlp(x[:, :, i : i + kernel, j : j + kernel].flatten(1)) for j in columns] for i in rows]
    return torch.stack([torch.stack(row, dim=2) for row in seen], dim=2)


mlp = fill(nn.Sequential(nn.Linear(3 * 5 * 5, 4), nn.ReLU(), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4), nn.ReLU()))
image = torch.linspace(-1, 1, 2 * 3 * 9 * 9, dtype=torch.float64).sin().view(2, 3, 9, 9)
looked = window_by_window(mlp, image, 5)
print("25 windows of 5×5, 25 calls of the MLP:", tuple(image.shape), "->", tuple(looked.shape))

# %% [markdown]
# On 224×224 pixels these would be tens of thousands of calls, and neighbouring windows share most of their numbers.

# %% [markdown] task="nin_block" title="The NiN block"
# Write `nin_block(in_channels, channels, kernel, stride=1, padding=0)`: a torch module that gives for *all* windows of `kernel` ×
# `kernel` at once what the MLP gives for each: three linear layers with biases, each to `channels` values, and a ReLU behind each.
# Windows lie `stride` pixels apart, on maps with `padding` rows and columns of zeros around them. Cut no window out: use layers
# that work on whole maps.
#
# The check fills your parameters with values that depend on their shapes only: call and order your layers as you like.
#
# *Example:* `nin_block(3, 4, 5)` has 304 + 20 + 20 = 344 weights, and takes `(2, 3, 9, 9)` to `(2, 4, 5, 5)`.

# %% solve="nin_block" difficulty=3 importance=3 minutes=12 forbid="course_lib.torch_models.nin.nin_block"
def nin_block(in_channels, channels, kernel, stride=1, padding=0):
    """An MLP that looks at every window, as a torch module."""
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Conv2d(in_channels, channels, kernel, stride, padding),
        nn.ReLU(),
        nn.Conv2d(channels, channels, 1),
        nn.ReLU(),
        nn.Conv2d(channels, channels, 1),
        nn.ReLU(),
    )
    ### END SOLUTION


# %% [markdown] hint="nin_block"
# Section 5 made a convolution of a linear layer. What does the MLP's first layer take in, and what do the second and the third?

# %% [markdown] hint="nin_block"
# Behind the first layer each place holds `channels` numbers, one window's. The second layer mixes these, and knows nothing of the
# place beside it: how large is the kernel that sees just one place? Only the first layer meets the edge and the stride.

# %% [markdown] hint="nin_block"
# ```python
# return nn.Sequential(
#     nn.Conv2d(in_channels, channels, ...), nn.ReLU(),
#     nn.Conv2d(channels, channels, ...), ...
# )
# ```

# %% check="nin_block" points=5
with check("nin_block") as expect:
    x = np.random.default_rng(5).normal(size=(3, 3, 3, 3))
    expect("three of everything, padding 1", probe(nin_block(3, 3, 3, padding=1), x))
    x = np.random.default_rng(6).normal(size=(2, 3, 9, 8))
    expect("3 to 4 channels, kernel 5, stride 2, padding 1", probe(nin_block(3, 4, 5, 2, 1), x))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(110401)
    for c, f, k, s, p in [(2, 5, 3, 1, 0), (4, 3, 5, 3, 2), (5, 6, 2, 2, 1)]:
        x = rng.normal(size=(2, c, 11, 9))
        expect(f"{c} to {f} channels, kernel {k}, stride {s}, padding {p}", probe(nin_block(c, f, k, s, p), x, seed=k))
    ### END HIDDEN TESTS

# %% [markdown]
# The first layer is a convolution with the window's kernel. The other two are **1×1 convolutions**: a 1×1 convolution mixes the
# channels of one pixel and sees no neighbours, it is a linear layer applied to every pixel.

# %% picture="nin_block" alt="The input goes through a k by k convolution, then twice through a 1 by 1 convolution, each followed by ReLU."
from course_lib.viz.architectures import diagram

diagram([["input\n(c, h, w)"], ["conv k×k\nReLU"], ["conv 1×1\nReLU"], ["conv 1×1\nReLU"], ["output\n(f, h', w')"]], title="NiN block: an MLP at every pixel")

# %%
at_once = vgg.as_convolutions(mlp, side=5)
with torch.no_grad():
    print([layer.kernel_size for layer in at_once[::2]], "largest difference", (at_once(image) - looked).abs().max().item())

# %% [markdown]
# Their second idea: the last block gives one map per class, and the mean of each map is its logit. There is no linear layer on all
# of the maps, and so no place where the weights pile up.

# %%
my_nin = functools.partial(nin.NiN, block=yours("nin_block", else_=nin.nin_block))
whole = counting.count(counting.sketch(my_nin), (3, 224, 224))
print(f"Network in Network for ImageNet: {whole.parameters:,} weights, AlexNet has {counts_of('AlexNet').parameters:,}")

# %% [markdown]
# **Lecture figure F18, continued.** What do the 1×1 layers save against two more layers of 5×5?

# %% figure="F18"
def block_weights(*layers):
    """Weights without biases of convolutions (in, out, kernel) behind each other."""
    return sum(nn.Conv2d(c, f, k, bias=False, device="meta").weight.numel() for c, f, k in layers)


plain = block_weights((128, 256, 5), (256, 256, 5), (256, 256, 5))
within = block_weights((128, 256, 5), (256, 256, 1), (256, 256, 1))
assert (plain, within) == (4_096_000, 950_272)
lecture_table(
    "F18, continued · Network in Network on maps of 56×56×128",
    [
        ("a 5×5 layer, then two plain 5×5 layers", 4_096_000, plain, "128 → 256 → 256 → 256 channels, no biases"),
        ("a 5×5 layer, then two of 1×1×256×256", 950_272, within, "the same channels"),
        ("ratio", "", f"{plain / within:.2f}", "both keep 56×56"),
    ],
)

# %% [markdown]
# ## 7. VGG: 3×3 all the way
#
# Simonyan and Zisserman (2014) asked a clean question: what does depth alone bring? So everything else is fixed. All
# kernels are 3×3. A stack of them takes the place of one layer with a larger kernel, AlexNet's 11×11 and 5×5 among them: it sees as
# far, with a ReLU more at every layer.
#
# Five stages; each keeps the size, then pools it to half and (up to 512) doubles the channels. VGG-16 has 2, 2, 3, 3, 3
# convolutions in its stages and three linear layers. It is easy to describe, was second in 2014, and was the feature
# extractor of half of the papers that followed. It is also the most expensive network of this lesson: training one of
# them took the authors two to three weeks on four GPUs, VGG-19 the full **three weeks**.

# %% [markdown] task="vgg_block" title="The VGG block"
# Write `vgg_block(in_channels, channels, sees)`: a torch module that takes the place of one layer with a kernel of `sees` × `sees`,
# an odd number from 3 on, and its pooling. Stack 3×3 convolutions, each with biases and a ReLU behind it, that keep the size: as
# few as let every value in front of the pooling see a window of `sees` × `sees` (lesson 09). Then max pooling 2×2 with stride 2.
#
# The first convolution takes `in_channels` to `channels`, all others keep `channels`. Every layer has weights of its own.
#
# *Example:* `vgg_block(3, 4, 3)` has 112 weights, and takes `(2, 3, 8, 7)` to `(2, 4, 4, 3)`.

# %% solve="vgg_block" difficulty=2 importance=4 minutes=12 forbid="course_lib.torch_models.vgg.vgg_block"
def vgg_block(in_channels, channels, sees):
    """3x3 convolutions with ReLU that together see `sees` x `sees`, then pooling, as a torch module."""
    ### BEGIN SOLUTION
    steps = []
    for k in range((sees - 1) // 2):
        have = in_channels if k == 0 else channels
        steps.append(nn.Conv2d(have, channels, 3, padding=1))
        steps.append(nn.ReLU())
    steps.append(nn.MaxPool2d(2))
    return nn.Sequential(*steps)
    ### END SOLUTION


# %% [markdown] hint="vgg_block"
# Draw it in one dimension: a value of the second layer takes in three values of the first, and these take in pixels. How many
# different pixels? How many more does every further layer bring?

# %% [markdown] hint="vgg_block"
# The windows of neighbours overlap: each further layer lets you see one pixel more on each side. Collect the layers in a list, and
# hand it to `nn.Sequential(*steps)`. Only the first one sees `in_channels`.

# %% [markdown] hint="vgg_block"
# ```python
# steps = []
# for k in range(...):                    # from `sees`
#     steps += [nn.Conv2d(... if k == 0 else ..., channels, 3, padding=...), ...]
# return nn.Sequential(*steps, ...)
# ```

# %% check="vgg_block" points=5
with check("vgg_block") as expect:
    x = np.random.default_rng(7).normal(size=(3, 3, 6, 6))
    expect("three of everything", probe(vgg_block(3, 3, 3), x))
    x = np.random.default_rng(8).normal(size=(2, 3, 8, 7))
    expect("3 to 4 channels, in place of 5x5, 8x7", probe(vgg_block(3, 4, 5), x))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(110501)
    for c, f, sees in [(2, 5, 3), (4, 3, 7), (1, 6, 11)]:
        x = rng.normal(size=(2, c, 9, 12))
        expect(f"{c} to {f} channels, in place of {sees}x{sees}", probe(vgg_block(c, f, sees), x, seed=sees))
    ### END HIDDEN TESTS

# %% [markdown]
# Two of them behind each other see 5×5, three see 7×7: every layer sees one pixel further on each side. And they are cheaper:

# %%
for layers, wide in [(2, 5), (3, 7)]:
    stack, single = layers * 3 * 3, wide * wide
    print(f"{layers} layers of 3×3: {stack} c² weights; one of {wide}×{wide}: {single} c²; saved {1 - stack / single:.0%}")


# %%
def library_stage(in_channels, channels, sees):
    return vgg.vgg_block(in_channels, channels, sees // 2)


my_stage = yours("vgg_block", else_=library_stage)


def my_vgg(depth, **how):
    """VGG of your blocks; the library counts a stage's layers, you count how far they see."""
    return vgg.VGG(depth, block=lambda have, want, layers: my_stage(have, want, 2 * layers + 1), **how)


for depth in (11, 13, 16, 19):
    whole = counting.count(counting.sketch(my_vgg, depth), (3, 224, 224))
    print(f"VGG-{depth}: {whole.parameters:,} weights, {whole.multiply_adds / 1e9:.3f} billion multiply-adds")

# %% [markdown]
# ## 8. GoogLeNet: branches
#
# Which kernel size is right? **GoogLeNet** (2014, first of its year) takes all of them side by side and lets training
# decide. An **inception module** looks at the same maps in four ways and concatenates the channels:

# %% picture="looks" alt="Four looks at one input: a 1 by 1 convolution, a 3 by 3, a 5 by 5, and a 3 by 3 max pooling; their channels are concatenated."
from course_lib.viz.architectures import diagram

diagram([["input"], ["1×1", "3×3", "5×5", "max 3×3"], ["concatenate"]], title="The idea: four looks side by side")

# %% [markdown]
# Built like this the module is too dear, and it grows: the pooled maps keep all channels of the input, so that every module is
# wider than the one before. One 1×1 convolution in each of the last three branches cures both. Does it stand in front of the large
# look or behind it? In module 3a come in 192 channels, 32 leave the 5×5 branch, and 16 are between. Count both on paper.

# %%
direct = 192 * 32 * 5 * 5
print(f"5×5 branch of module 3a without a 1×1 convolution: {direct:,} weights")

# %% [markdown]
# The reference implementation, whose figures everybody quotes, is a mixture: batch norm instead of biases, and 3×3
# kernels in the branch that the paper draws as 5×5. So your module takes two more arguments.

# %% [markdown] task="inception" title="The inception module"
# Write the class `Inception(in_channels, ones, threes, fives, pool, conv=conv_relu, large=5)`. Its branches, in the order of the
# concatenation: a 1×1 look, `ones` channels leave · a 3×3 look, `threes[1]` leave · a `large` × `large` look, `fives[1]` leave · the
# maxima of the input's maps over 3×3, `pool` leave. In the last three stands a 1×1 convolution too, with `threes[0]` and
# `fives[0]` channels between it and the look: where it saves most weights when, as in 3a, more channels come in than leave.
#
# All branches keep the size of the maps. Make every convolution by `conv(in_channels, channels, kernel)`: it pads to keep the size
# and has its activation inside.
#
# *Example:* `Inception(3, 2, (4, 5), (6, 7), 8)` takes `(1, 3, 6, 5)` to `(1, 22, 6, 5)`.

# %% solve="inception" difficulty=3 importance=5 minutes=20 forbid="course_lib.torch_models.googlenet.Inception"
class Inception(nn.Module):
    """Four branches side by side, their channels concatenated."""

    def __init__(self, in_channels, ones, threes, fives, pool, conv=conv_relu, large=5):
        super().__init__()
        ### BEGIN SOLUTION
        self.branches = nn.ModuleList([
            conv(in_channels, ones, 1),
            nn.Sequential(conv(in_channels, threes[0], 1), conv(threes[0], threes[1], 3)),
            nn.Sequential(conv(in_channels, fives[0], 1), conv(fives[0], fives[1], large)),
            nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), conv(in_channels, pool, 1)),
        ])
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return torch.cat([branch(x) for branch in self.branches], dim=1)
        ### END SOLUTION


# %% [markdown] hint="inception"
# Build four modules in `__init__`, each a branch; in `forward` run all of them on the same `x`, and concatenate. Within a branch:
# which of the two convolutions should meet the many channels?

# %% [markdown] hint="inception"
# In front: 192·16 + 16·32·25 weights. Behind: 192·16·25 + 16·32. Of which maps the maxima are, the task says. Channels are axis 1;
# `nn.MaxPool2d(3)` alone has stride 3. A plain Python list hides modules from torch; `nn.ModuleList` does not.

# %% [markdown] hint="inception"
# ```python
# self.ones = conv(in_channels, ones, 1)
# self.threes = nn.Sequential(conv(in_channels, threes[0], ...), conv(threes[0], threes[1], ...))
# self.fives = ...
# self.pool = nn.Sequential(...)
# # forward:
# return torch.cat([self.ones(x), ...], dim=...)
# ```

# %% check="inception" points=6
inception = Inception  # later cells look for yours under the name of the exercise
with check("inception") as expect:
    x = np.random.default_rng(9).normal(size=(3, 3, 3, 3))
    expect("three of everything", probe(Inception(3, 3, (3, 3), (3, 3), 3, large=3), x))
    x = np.random.default_rng(10).normal(size=(2, 3, 6, 5))
    expect("all numbers differ", probe(Inception(3, 2, (4, 5), (6, 7), 8), x))
    expect("with batch norm", probe(Inception(3, 2, (4, 5), (6, 7), 8, conv_norm_relu, 3), x))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(110601)
    for seed, conv, large in [(1, conv_relu, 5), (2, conv_norm_relu, 3), (3, lambda c, f, k: nn.Conv2d(c, f, k, padding=k // 2), 7)]:
        c, ones, a, b, d, e, pool = (int(v) for v in rng.permutation(np.arange(2, 9)))
        x = rng.normal(size=(2, c, 7, 8))
        expect(f"{c} to {ones}, {(a, b)}, {(d, e)}, {pool}, large {large}", probe(Inception(c, ones, (a, b), (d, e), pool, conv, large), x, seed))
    ### END HIDDEN TESTS

# %% [markdown]
# The 1×1 convolutions in front of the larger kernels are **bottlenecks**: they reduce the channels before the expensive
# work. Behind the pooling it narrows what is handed on.

# %% picture="inception" alt="Four branches from one input: a 1 by 1 convolution; a 1 by 1 then a 3 by 3; a 1 by 1 then a 5 by 5; a 3 by 3 max pooling then a 1 by 1; their outputs are concatenated."
from course_lib.viz.architectures import diagram

diagram(
    [["input"], ["", "conv 1×1", "conv 1×1", "max pool 3×3"], ["conv 1×1", "conv 3×3", "conv 5×5", "conv 1×1"], ["concatenate"]],
    title="Inception module: four branches, one concatenation",
    columns=True,
)

# %%
in_front, behind = 192 * 16 + 16 * 32 * 5 * 5, 192 * 16 * 5 * 5 + 16 * 32
print(f"5×5 branch directly: {direct:,} weights; 1×1 behind it: {behind:,}; in front: {in_front:,}, {direct / in_front:.1f} times fewer")

# %% [markdown]
# Two more ideas: as in Network in Network the **mean over all pixels** replaces the large linear layers; and two
# **auxiliary heads** in the middle classify too while training, so that a signal reaches the first layers. **BN-Inception**
# (2015) put batch norm behind every convolution and needed fourteen times fewer steps to the same accuracy;
# **Inception-ResNet** (2016) added shortcuts around the modules, which made training faster and the result hardly better.

# %%
my_googlenet = functools.partial(googlenet.GoogLeNet, module=yours("inception", else_=googlenet.Inception))
for heads in (False, True):
    whole = counting.sketch(my_googlenet, heads=heads)
    print(f"GoogLeNet{' with auxiliary heads' if heads else ''}: {sum(p.numel() for p in whole.parameters()):,} weights")

# %% [markdown]
# ## 9. Shortcuts: Highway, ResNet, and wider and split ones
#
# From some depth on plain stacks get harder to train, not better (lesson 05). The LSTM of 1997 (lesson 14) had solved the same
# problem for sequences: a cell that carries its state on, and gates that decide what to change. A **Highway network** (2015)
# is that without the recurrence:
#
# $$y = T(x)\cdot H(x) + (1 - T(x))\cdot x, \qquad T(x) = \sigma(W_T x + b_T).$$
#
# Half a year later **ResNet** dropped the gates: $y = x + H(x)$. In numbers, with one gate for all:

# %%
x, h = np.array([1.0, -2.0, 0.5]), np.tanh(np.array([0.3, 1.2, -0.7]))
for b in (-4.0, 0.0, 4.0):
    gate = 1 / (1 + np.exp(-b))
    print(f"highway, gate {gate:.2f}:", (gate * h + (1 - gate) * x).round(2))
print("residual, no gates:", (h + x).round(2))

# %% [markdown]
# ResNet is lesson 12. Here two of its children. A **Wide ResNet** (2016) has fewer blocks with more channels: the same
# accuracy with a third of the depth, and quicker on a GPU. **ResNeXt** (2016) takes the inception module's branches and
# makes them *all alike*: 32 narrow bottlenecks side by side, and their outputs are added up.

# %% picture="alike" alt="From one input of 256 channels go many alike branches: 1 by 1 to 4 channels, 3 by 3, 1 by 1 to 256; their outputs are added and normed."
from course_lib.viz.architectures import diagram

diagram(
    [["input\n256"], *([text] * 3 for text in ("1×1\nto 4", "3×3\n4 to 4", "1×1\nto 256")), ["sum\nnorm"]],
    title="32 branches, all alike (3 are drawn)",
    columns=True,
)


# %%
class Branches(nn.Module):
    """`groups` narrow bottlenecks side by side, added up, then a norm; each has width / groups channels inside."""

    def __init__(self, in_channels, width, out_channels, groups, stride=1):
        super().__init__()
        self.all, d = nn.ModuleList(), width // groups
        for _ in range(groups):
            down, up = nn.Conv2d(in_channels, d, 1, bias=False), nn.Conv2d(d, out_channels, 1, bias=False)
            look = nn.Conv2d(d, d, 3, stride, padding=1, bias=False)
            self.all.append(nn.Sequential(down, nn.BatchNorm2d(d), nn.ReLU(), look, nn.BatchNorm2d(d), nn.ReLU(), up))
        self.norm = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        return self.norm(sum(branch(x) for branch in self.all))


# %% [markdown]
# These are 96 small convolutions. Torch has a layer for channels that keep apart, the **grouped convolution**: channels fall
# into groups, and each filter sees its own group only.

# %%
for groups in (1, 2, 32):
    layer = nn.Conv2d(128, 128, 3, padding=1, groups=groups, bias=False)
    print(f"{groups:2} groups: weight {tuple(layer.weight.shape)!s:17} {layer.weight.numel():>7,} numbers")

# %% [markdown] task="grouped_bottleneck" title="The grouped bottleneck"
# Write the class `GroupedBottleneck(in_channels, width, out_channels, groups, stride=1)`. It computes what `Branches` of the same
# numbers computes, but with **three** convolutions and no loop over branches: who copies all the weights of `Branches` to the right
# places of yours gets the same numbers. Which of the three are to be grouped?
#
# To that it adds its shortcut, and the sum goes through ReLU. The shortcut is x itself wherever x can be added as it is, else a 1×1
# convolution with this `stride`, and norm.
#
# Norm is `nn.BatchNorm2d`; convolutions have no biases. *Example:* `GroupedBottleneck(6, 4, 6, 2)` has 148 weights.

# %% solve="grouped_bottleneck" difficulty=4 importance=5 minutes=25 forbid="course_lib.torch_models.resnets.Bottleneck"
class GroupedBottleneck(nn.Module):
    """ResNeXt's block: many alike bottlenecks as one, and a shortcut."""

    def __init__(self, in_channels, width, out_channels, groups, stride=1):
        super().__init__()
        ### BEGIN SOLUTION
        self.branch = nn.Sequential(
            *(nn.Conv2d(in_channels, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()),
            nn.Conv2d(width, width, 3, stride, padding=1, groups=groups, bias=False),
            *(nn.BatchNorm2d(width), nn.ReLU()),
            *(nn.Conv2d(width, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)),
        )
        self.shortcut = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            project = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
            self.shortcut = nn.Sequential(project, nn.BatchNorm2d(out_channels))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return torch.relu(self.branch(x) + self.shortcut(x))
        ### END SOLUTION


# %% [markdown] hint="grouped_bottleneck"
# Go through the three layers. What do the branches' first convolutions read, all the same maps or each its own? And their second?
# And what becomes of what the third ones give?

# %% [markdown] hint="grouped_bottleneck"
# Two branches of two channels. The first two 1×1 convolutions read the same maps: together they are one with four filters. Of
# the last: every output is a sum over the two channels of the one branch and the two of the other, over all four. The norm
# works channel by channel, so norms side by side are one. The shortcut: shapes must agree to be added.

# %% [markdown] hint="grouped_bottleneck"
# ```python
# self.branch = nn.Sequential(
#     nn.Conv2d(in_channels, width, 1, ..., bias=False), nn.BatchNorm2d(width), nn.ReLU(),
#     ...,                              # the 3x3, norm, ReLU
#     ...,                              # the 1x1 that adds up, and the norm of the sum
# )
# self.shortcut = nn.Identity() if ... else nn.Sequential(...)
# # forward:
# return torch.relu(self.branch(x) + ...)
# ```

# %% check="grouped_bottleneck" points=7
grouped_bottleneck = GroupedBottleneck  # later cells look for yours under the name of the exercise
with check("grouped_bottleneck") as expect:
    x = np.random.default_rng(11).normal(size=(3, 3, 3, 3))
    expect("three of everything", probe(GroupedBottleneck(3, 3, 3, 3), x))
    x = np.random.default_rng(12).normal(size=(2, 6, 7, 5))
    expect("6 to 8 channels through 4 in 2 groups, stride 2", probe(GroupedBottleneck(6, 4, 8, 2, stride=2), x))
    expect("6 to 6 channels, stride 2", probe(GroupedBottleneck(6, 4, 6, 2, stride=2), x))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(110701)
    for c, wide, out, groups, stride in [(6, 4, 6, 2, 1), (5, 6, 8, 3, 1), (8, 4, 8, 4, 2), (4, 8, 10, 1, 3)]:
        x = rng.normal(size=(3, c, 8, 6))
        block = GroupedBottleneck(c, wide, out, groups, stride)
        expect(f"{c} to {out} through {wide} in {groups} groups, stride {stride}", probe(block, x, seed=c))
    ### END HIDDEN TESTS

# %% [markdown]
# Only the middle one. The first convolutions of all branches read the same maps: together they are one with more filters. The last
# ones are added up, and a sum over the channels of all branches is what a plain convolution computes.

# %% picture="grouped" alt="A bottleneck: 1 by 1 convolution down, 3 by 3 convolution in groups, 1 by 1 convolution up, each with batch norm; a shortcut around all three is added; then ReLU."
from course_lib.viz.architectures import diagram

diagram(
    [["input\n256"], ["conv 1×1\nnorm, ReLU\n128"], ["conv 3×3\n32 groups\nnorm, ReLU"], ["conv 1×1\nnorm\n256"], ["+, ReLU"]],
    title="Grouped bottleneck: narrow, split, wide again, and a shortcut",
    shortcut=(0, 4),
)


# %%
def library_grouped(in_channels, width, out_channels, groups, stride=1):
    return resnets.Bottleneck(in_channels, out_channels // 4, stride, width=width, groups=groups)


my_grouped = yours("grouped_bottleneck", else_=library_grouped)


def my_resnext(classes=1000):
    """ResNeXt-50 with 32 groups of 4 channels in its first stage."""
    def make(have, channels, stride):
        return my_grouped(have, 2 * channels, 4 * channels, 32, stride)

    return resnets.ResNet(make, 4, (3, 4, 6, 3), classes)


print(f"ResNeXt-50 32x4d: {counting.count(counting.sketch(my_resnext), (3, 224, 224)).parameters:,} weights")

# %% [markdown]
# ## 10. DenseNet: concatenate, do not add
#
# A ResNet *adds* what a block found to what it got. **DenseNet** (2016) *keeps* both: every layer sees the maps of all
# layers before it, and adds `growth` new ones behind them. Nothing is overwritten, so a layer may be very narrow.

# %% picture="dense" alt="A dense block of three layers: lines from the input and from every layer to all later layers; channels grow by the growth rate at each."
from course_lib.viz.architectures import dense_diagram

dense_diagram(layers=3, channels=64, growth=32)

# %% [markdown]
# ### Predict: channels of DenseNet-121
#
# Its stem gives 64 channels. The first dense block has 6 layers with growth 32. A transition halves the channels. The
# second block has 12 layers. How many channels leave the first and the second *block*? `dense_channels = [first, second]`
#
# *Example of the form:* `dense_channels = [96, 160]`

# %% solve="dense_channels" difficulty=2 importance=3 minutes=3
### BEGIN SOLUTION
dense_channels = [256, 512]
### END SOLUTION

# %% [markdown] hint="dense_channels"
# Each layer adds 32 channels to those that are there; the input's own 64 stay.

# %% [markdown] hint="dense_channels"
# 64, 96, 128, ... six steps. Half of that enters the second block.

# %% [markdown] hint="dense_channels"
# `64 + 6 * 32`, and `(64 + 6 * 32) // 2 + 12 * ...`

# %% predict="dense_channels" points=1
with check("dense_channels") as expect:
    expect("behind the first and the second block", dense_channels)

# %% [markdown]
# ### One writer, many readers
#
# A map is written once, by one layer, and read by all later ones. What stands *behind* the writer's convolution is done once,
# for every reader. What stands *in front of* a reader's convolution is done for this reader alone.
#
# Here are both for one map: the brightness differences of a photograph, raw as a convolution gives them; then a norm and a ReLU
# behind the writer; then a norm and a ReLU in front of each of three readers, each norm with a scale and a shift of its own.

# %%
edges = np.diff(scene[0].mean(axis=0), axis=1)
normed = (edges - edges.mean()) / edges.std()
norms = {"behind: the same for all": (1, 0), "reader 1: scale 1": (1, 0), "reader 2: scale -1": (-1, 0), "reader 3: shift -1": (1, -1)}
read = {name: np.maximum(0, scale * normed + shift) for name, (scale, shift) in norms.items()}
axes = pictures.image_grid([normed, *read.values()], titles=["raw (normed)", *read], columns=5, size=1.7, signed=True)

# %% [markdown]
# Behind the writer, everything below zero is gone for good: no later layer can ask for it. In front of the readers, the first
# keeps what gets brighter to the right, the second what gets darker, the third strong edges only. A scale alone the reader's own
# weights could make up for. What a ReLU has cut off they cannot bring back.
#
# So the demand on a dense block is: what is handed on must leave every reader free to cut where it likes.

# %% [markdown] task="dense_block" title="The dense block"
# Write the class `DenseBlock(in_channels, growth, layers)`. Each of its `layers` layers reads *all* channels there are and puts
# `growth` new ones *behind* them. The block returns all of them, its input first.
#
# A layer has a 1×1 convolution to `4 * growth` channels and a 3×3 convolution with padding 1 to `growth`, without biases, and for
# each of the two a norm (`nn.BatchNorm2d`) with a ReLU behind it. In which order follows from the demand: channels are kept raw,
# as the convolutions give them, and every layer norms and cuts for itself what it reads.
#
# *Example:* `DenseBlock(3, 2, 4)` takes `(2, 3, 4, 5)` to `(2, 11, 4, 5)`, and the first 3 channels are its input.

# %% solve="dense_block" difficulty=3 importance=4 minutes=20 forbid="course_lib.torch_models.densenet.DenseBlock course_lib.torch_models.densenet.dense_layer"
class DenseBlock(nn.Module):
    """Every layer sees all maps before it and adds `growth` maps."""

    def __init__(self, in_channels, growth, layers):
        super().__init__()
        ### BEGIN SOLUTION
        self.layers = nn.ModuleList()
        for k in range(layers):
            have, wide = in_channels + k * growth, 4 * growth
            self.layers.append(nn.Sequential(
                *(nn.BatchNorm2d(have), nn.ReLU(), nn.Conv2d(have, wide, 1, bias=False)),
                *(nn.BatchNorm2d(wide), nn.ReLU(), nn.Conv2d(wide, growth, 3, padding=1, bias=False)),
            ))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        for layer in self.layers:
            x = torch.cat([x, layer(x)], dim=1)
        return x
        ### END SOLUTION


# %% [markdown] hint="dense_block"
# `x` grows: after each layer it is the concatenation of itself and what the layer made of it. What is the last thing that a layer
# does, if what it adds is to be raw?

# %% [markdown] hint="dense_block"
# How many channels does layer 0 read, how many layer 1? A norm has to be made for as many. If norm and ReLU stood behind the 3×3
# convolution, all later layers would read the same normed maps. The modules go into an `nn.ModuleList`.

# %% [markdown] hint="dense_block"
# ```python
# self.layers = nn.ModuleList()
# for k in range(layers):
#     have = in_channels + ...
#     self.layers.append(nn.Sequential(...))      # six modules
# # forward:
# for layer in self.layers:
#     x = torch.cat([x, ...], dim=...)
# ```

# %% check="dense_block" points=6
dense_block = DenseBlock  # later cells look for yours under the name of the exercise
with check("dense_block") as expect:
    x = np.random.default_rng(13).normal(size=(3, 3, 3, 3))
    expect("three of everything", probe(DenseBlock(3, 3, 3), x))
    x = np.random.default_rng(14).normal(size=(2, 3, 6, 5))
    expect("3 channels, growth 2, 4 layers", probe(DenseBlock(3, 2, 4), x))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(110801)
    for c, growth, layers in [(5, 2, 1), (2, 3, 3), (4, 1, 2)]:
        x = rng.normal(size=(2, c, 5, 7))
        expect(f"{c} channels, growth {growth}, {layers} layers", probe(DenseBlock(c, growth, layers), x, seed=c))
    ### END HIDDEN TESTS

# %% [markdown]
# The demand has an answer for every layer: norm and ReLU in front of each convolution, none behind the last. With $[\,\cdot\,]$ for
# maps laid side by side, $c_0$ channels that enter and $g$ for the growth, layer $k = 1, 2, \dots$ is
#
# $$x_k = V\,\mathrm{relu}(\mathrm{norm}(U\,\mathrm{relu}(\mathrm{norm}([x_0, x_1, \dots, x_{k-1}])))), \qquad
# U: c_0 + (k-1)g \to 4g, \quad V: 4g \to g,$$
#
# with $U$ the 1×1 and $V$ the 3×3 convolution. What is $U$ for? It saves weights, but not everywhere: a layer that reads $c$
# channels has $4gc + 36g^2$ weights with it, and $9gc$ as a 3×3 convolution alone. From how many channels on does it pay?

# %%
growth = 32
for name, first, layers in (("first", 64, 6), ("last", 512, 16)):
    reads = first + growth * np.arange(layers)
    with_it, alone = 4 * growth * reads + 36 * growth**2, 9 * growth * reads
    pays = reads[with_it < alone]
    print(f"{name} block: {with_it.sum():,} weights with the 1×1, {alone.sum():,} without; it pays in {len(pays)} of {layers} layers")
print(f"even at {36 * growth / 5:.0f} channels, {36 / 5} times the growth")

# %%
my_densenet = functools.partial(densenet.DenseNet, block=yours("dense_block", else_=densenet.DenseBlock))
print(f"DenseNet-121: {counting.count(counting.sketch(my_densenet), (3, 224, 224)).parameters:,} weights")

# %% [markdown]
# ## 11. The whole zoo, counted
#
# Published figures are a gift: they tell you whether you have built what you think you have built, to the last weight.
# Every network below is built by this course, with your blocks where they pass their checks.

# %%
MINE = {"VGG-16": functools.partial(my_vgg, 16), "VGG-19": functools.partial(my_vgg, 19), "GoogLeNet": my_googlenet}
MINE |= {"GoogLeNet with heads": functools.partial(my_googlenet, heads=True), "ResNeXt-50 32x4d": my_resnext, "DenseNet-121": my_densenet}


@functools.cache
def counted(name):
    """The Counts of a network of the zoo, built from your blocks where it has such."""
    return counting.count(counting.sketch(MINE.get(name, ZOO[name].make)), (3, 224, 224))


# %% figure="S4"
def zoo_figure():
    rows = []
    for name, published in ZOO.items():
        counts = counted(name)
        assert counts.parameters == published.parameters, name
        rows.append((f"{name}: weights", published.parameters, counts.parameters, "1000 classes" + (", blocks of this lesson" if name in MINE else "")))
        if published.billions is not None:
            assert round(counts.multiply_adds / 1e9, 3) == published.billions, name
            rows.append((f"{name}: multiply-adds", f"{published.billions:.3f} · 10⁹", f"{counts.multiply_adds / 1e9:.3f} · 10⁹", "one image of 224×224"))
    return lecture_table("Published figures of the architectures", rows)


zoo_figure()

# %% [markdown]
# The lectures round: 60 million for AlexNet, 4 million for GoogLeNet. The table of figure F18 has both beside the
# counted numbers. Now the costs that no table publishes: units, and memory. "Kept" is what autograd holds between forward
# and backward for one image, in float32, weights not counted; for training, multiply it by the batch.

# %% figure="S4"
def memory_figure():
    rows = []
    for name in ZOO:
        c = counted(name)
        rows.append((name, "", f"{c.units:,} units · weights {c.parameters * 4 / 2**20:.0f} MiB · kept {c.kept / 2**20:.0f} MiB", f"{c.layers} convolutional and linear layers"))
    return lecture_table("Units and memory", rows)


memory_figure()

# %% [markdown]
# VGG's weights weigh more than the maps it keeps for one image; for GoogLeNet, ResNeXt and DenseNet it is the other way
# round, and with a batch of 32 for all but AlexNet. (Measured in evaluation mode, where batch norm keeps less.)
#
# The ResNets for the small images of CIFAR-10 are published in millions, with their test errors. Lesson 12 builds them.

# %% figure="S4"
def cifar_figure():
    rows = []
    for depth, (millions, error) in CIFAR.items():
        net = counting.sketch(resnets.CifarResNet, depth)
        ours = sum(p.numel() for p in net.parameters())
        rows.append((f"ResNet-{depth} for 32×32", f"{millions} M, test error {error} %", ours, "option A shortcuts, 10 classes"))
    return lecture_table("ResNets for CIFAR-10", rows)


cifar_figure()

# %% [markdown]
# ## 12. The family tree
#
# Who learned what from whom? Read an edge as "this is the other one, but ...".

# %% picture="family" alt="Family tree from LeNet-5 and LSTM to DenseNet: edges such as bigger, 1 by 1 convolutions, 3 by 3 all the way, no recurrence from LSTM to Highway, no gating from Highway to ResNet, parallel paths to ResNeXt, concatenate to DenseNet."
from course_lib.viz.architectures import family_tree

family_tree()

# %% [markdown]
# What drove them is one competition. In **ILSVRC** an entry names five classes for a photograph; if none of them is right,
# that is a top-5 error. One person who trained for it reached 5.1 %, which is since called the human line. (It is one
# person's score, and many errors are confusions of dog breeds: "better than people" holds for this test only.)

# %%
for year, name, rank, error in draw.ILSVRC:
    print(f"{year}  rank {rank}  {name:15} {error:5.2f} %{'  below the human line' if error < draw.HUMAN else ''}")

# %% picture="ilsvrc" alt="Top-5 error of ILSVRC entries from 2010 to 2016, falling from 28 to 3 percent, with the human line at 5.1 percent crossed in 2015."
from course_lib.viz.architectures import ranks

ranks()

# %% [markdown]
# ## 13. Training, on whatever device there is
#
# A GPU has memory of its own. A model lives on one device, and its inputs must be there too. Code that says `"cuda"`
# runs on your machine and not on your neighbour's; code that asks the *model* where it lives runs everywhere.
#
# And a GPU works while Python goes on: `loss.item()` waits until the GPU is done. In each step that costs speed. So a step
# returns the loss as a tensor, `detach()`ed so that it does not keep the whole graph alive, and you look at it later.

# %%
net = nn.Linear(2, 1)
where = next(net.parameters()).device
print("the model lives on", where, "· the best device here is", bridge.describe())

# %% [markdown] task="training_step" title="A training step for any device"
# Write `training_step(model, loss_fn, optimizer, x, y)`: one step on the batch of tensors `x`, `y`. Put the model into
# training mode, bring `x` and `y` to the device where the model's parameters are, forget old gradients, compute
# `loss_fn(model(x), y)`, backward, one step of the optimizer. Return that loss as a tensor of the model's device, without
# a graph (`detach()`).
#
# One case of the check has its model on the device `meta`, which every machine has: no numbers are there, so nothing may
# ask for one. *Example:* with a model on the CPU and learning rate 0 the same batch gives the same loss again and again.

# %% solve="training_step" difficulty=3 importance=5 minutes=12 forbid="course_lib.torch_models.step.training_step"
def training_step(model, loss_fn, optimizer, x, y):
    """One step of the optimizer on a batch; returns the loss, detached, on the model's device."""
    ### BEGIN SOLUTION
    model.train()
    where = next(model.parameters()).device
    x, y = x.to(where), y.to(where)
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.detach()
    ### END SOLUTION


# %% [markdown] hint="training_step"
# `next(model.parameters()).device` is where the model lives; `x.to(device)` gives x there.

# %% [markdown] hint="training_step"
# `x.to(...)` does not change x, it returns another tensor. Gradients add up until `optimizer.zero_grad()`. `item()` and
# `float(loss)` ask for a number.

# %% [markdown] hint="training_step"
# ```python
# model.train()
# where = ...
# x, y = x.to(where), ...
# optimizer.zero_grad()
# loss = ...
# ...                                   # backward, step
# return loss....
# ```

# %% check="training_step" points=6
def two_devices(step):
    """Where output and targets meet, and where the loss is, for a model on the device `meta`."""
    met = []

    def loss_fn(out, y):
        met.append((out.device.type, y.device.type))
        return F.cross_entropy(out, y.to(out.device))

    model = nn.Linear(3, 2, device="meta")
    loss = step(model, loss_fn, torch.optim.SGD(model.parameters(), lr=0.1), torch.zeros(4, 3), torch.zeros(4, dtype=torch.long))
    return [*met, loss.device.type]


with check("training_step") as expect:
    rng = np.random.default_rng(15)
    model = fill(nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Tanh(), nn.Linear(3, 3)), seed=1).eval()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for p in model.parameters():
        p.grad = torch.ones_like(p)  # old ones, from whatever was done before
    x, y = torch.tensor(rng.normal(size=(3, 3))), torch.tensor([0, 2, 1])
    losses = [training_step(model, F.cross_entropy, optimizer, x, y) for _ in range(3)]
    expect("three losses", list(losses))
    expect("do the losses hold a graph", [loss.requires_grad for loss in losses])
    expect("weights afterwards", list(model.parameters()))
    expect("running mean afterwards", model[1].running_mean)
    expect("devices: output, targets; loss", two_devices(training_step))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(110901)
    for seed, optimiser in [(2, torch.optim.SGD), (3, torch.optim.Adam)]:
        # no bias in front of the norm: its gradient is 0 but for rounding, of which Adam makes whole steps
        first = nn.Linear(4, 5, bias=False)
        model = fill(nn.Sequential(first, nn.BatchNorm1d(5), nn.Tanh(), nn.Linear(5, 2)), seed).eval()
        optimizer = optimiser(model.parameters(), lr=0.05)
        for p in model.parameters():
            p.grad = torch.full_like(p, 0.5)
        pairs = [(torch.tensor(rng.normal(size=(6, 4))), torch.tensor(rng.normal(size=(6, 2)))) for _ in range(3)]
        losses = [training_step(model, F.mse_loss, optimizer, x, y) for x, y in pairs]
        expect(f"losses with {optimiser.__name__}", list(losses))
        expect("graphs held", [loss.requires_grad for loss in losses])
        expect("weights", list(model.parameters()))
        expect("running mean", model[1].running_mean)
    expect("devices", two_devices(training_step))
    ### END HIDDEN TESTS

# %% [markdown]
# ### Practice: five small relatives learn digits
#
# Five networks of about equal numbers of weights, assembled from your blocks, learn the bundled 8×8 digits. One run each,
# with one rate: you see that all of them learn, not which one is best. For that you would need several seeds and a tuned
# rate for each; lesson 12 does it properly.


# %%
my_step = yours("training_step", else_=library_step)


class Mean(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def relatives(classes=10):
    """Small networks for images (n, 1, 8, 8), by the name of the family."""
    nin_ = yours("nin_block", else_=nin.nin_block)
    inception, dense = yours("inception", else_=googlenet.Inception), yours("dense_block", else_=densenet.DenseBlock)
    stem = [nn.Conv2d(1, 24, 3, padding=1, bias=False), nn.BatchNorm2d(24), nn.ReLU(), nn.MaxPool2d(2)]
    modules = [inception(24, 12, (12, 20), (6, 10), 8, conv_norm_relu), nn.MaxPool2d(2), inception(50, 20, (20, 32), (8, 12), 12, conv_norm_relu)]
    return {
        "VGG": nn.Sequential(my_stage(1, 24, 5), my_stage(24, 28, 5), Mean(), nn.Linear(28, classes)),
        "NiN": nn.Sequential(nin_(1, 32, 3, 1, 1), nn.MaxPool2d(2), nin_(32, 40, 3, 1, 1), Mean(), nn.Linear(40, classes)),
        "GoogLeNet": nn.Sequential(*stem, *modules, Mean(), nn.Linear(76, classes)),
        "ResNeXt": nn.Sequential(*stem, my_grouped(24, 32, 64, 8), my_grouped(64, 48, 80, 12, 2), Mean(), nn.Linear(80, classes)),
        "DenseNet": nn.Sequential(*stem, dense(24, 7, 3), nn.AvgPool2d(2), dense(45, 7, 3), Mean(), nn.Linear(66, classes)),
    }


# %%
def learn(net, data, bar, epochs):
    """Train on the digits; the share of wrong answers on the held-out digits, in percent, after each epoch."""
    where, rng, errors = bridge.device(), np.random.default_rng(0), []
    x_train, t_train, x_test, t_test = data
    optimizer = torch.optim.Adam(net.to(where).parameters(), lr=4e-3)
    for _ in range(epochs):
        for x, t in batches(x_train, t_train, size=64, rng=rng):
            my_step(net, F.cross_entropy, optimizer, torch.from_numpy(x), torch.from_numpy(t))
        with torch.no_grad():
            answers = net.eval()(torch.from_numpy(x_test).to(where)).argmax(1).cpu().numpy()
        errors.append(100 * np.mean(answers != t_test))
        bar.update()
    return errors


# %% practice="relatives"
digits = datasets.load("digits")
x_train, x_test = ((x / 255).astype(np.float32) for x in (digits.x_train, digits.x_test))
data, errors, epochs = (x_train, digits.t_train, x_test, digits.t_test), {}, 8
torch.set_num_threads(1)  # with networks this small, threads mostly wait for each other
torch.manual_seed(0)
with tqdm(total=5 * epochs, desc="epochs") as bar:
    for name, net in relatives().items():
        errors[name] = learn(net, data, bar, epochs)
        tqdm.write(f"{name:10} {sum(p.numel() for p in net.parameters()):>6,} weights, {errors[name][-1]:.1f} % wrong")
ax = curves.learning_curves(errors, ylabel="wrong on held-out digits, in %", title="All five families learn", log=True)

# %% [markdown]
# ### Every network of the zoo, forward and backward
#
# Real training steps of each network: on this machine at reduced size (images of 64×64, the widest networks with a
# quarter of their channels), on a GPU as published, 224×224 and 1000 classes. The loss begins near ln C, as lesson 07 says
# a healthy network's does; with two auxiliary heads, which count 0.3 each, near 1.6 ln C. After three steps on the same
# batch it is lower, but for AlexNet and VGG, and from some starts for GoogLeNet: they learn slowly at first, and dropout
# shakes them up or down.

# %% gpu=true
QUARTER = {"AlexNet": functools.partial(alexnet.AlexNet, width=0.25), "VGG-16": functools.partial(my_vgg, 16, width=0.25)}
QUARTER |= {"VGG-19": functools.partial(my_vgg, 19, width=0.25)}
SIZES = {"full": {"side": 224, "batch": 32, "classes": 1000}, "smoke": {"side": 64, "batch": 2, "classes": 10}}


def one_network(name, how, side, batch, classes, steps=3):
    """(weights, first loss, last loss, seconds a step) of `steps` steps on one random batch."""
    torch.manual_seed(0)
    where = bridge.device(os.environ.get("COURSE_DEVICE"))
    make = MINE.get(name, ZOO[name].make) if how == "full" else QUARTER.get(name, MINE.get(name, ZOO[name].make))
    net = make(classes=classes).to(where)
    x, t = torch.randn(batch, 3, side, side), torch.randint(classes, (batch,))
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9)

    def loss_fn(out, t):
        heads = out if isinstance(out, tuple) else (out,)
        return F.cross_entropy(heads[0], t) + 0.3 * sum(F.cross_entropy(h, t) for h in heads[1:])

    watch = stopwatch(where)
    losses = [my_step(net, loss_fn, optimizer, x, t) for _ in range(steps)]
    return sum(p.numel() for p in net.parameters()), losses[0].item(), losses[-1].item(), watch() / steps


# %% gpu=true
how = bridge.size(full="full", smoke="smoke")
print(f"{bridge.describe()}, {how}: {SIZES[how]}")
for name in tqdm(ZOO):
    weights, first, last, seconds = one_network(name, how, **SIZES[how])
    tqdm.write(f"{name:21} {weights:>11,} weights   loss {first:6.3f} -> {last:6.3f}   {seconds * 1e3:7.0f} ms a step")

# %% [markdown]
# ## 14. Find the bug

# %% [markdown] task="stack" title="Find the bug: blocks that do not learn"
# `Stack(in_channels, channels, layers, classes)` should be a stem, `layers` blocks (norm, ReLU, 3×3 convolution) with a
# shortcut around each, the mean over all pixels, and a linear layer. It runs, and gives sensible outputs.
#
# But the optimizer trains only stem and head, `eval()` does not reach the blocks, and on a GPU it stops with an error
# about two devices. Repair it; what it computes, with which layers, stays as it is.
#
# *Example:* `Stack(1, 2, 3, 4)` has 158 weights in all.

# %% solve="stack" difficulty=2 importance=5 minutes=10 bug=true
class Stack(nn.Module):
    """A stem, blocks with shortcuts, the mean over all pixels, a linear layer."""

    def __init__(self, in_channels, channels, layers, classes):
        super().__init__()
        ### BEGIN SOLUTION
        self.stem = nn.Conv2d(in_channels, channels, 3, padding=1)
        self.blocks = nn.ModuleList()
        for _ in range(layers):
            conv = nn.Conv2d(channels, channels, 3, padding=1)
            self.blocks.append(nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), conv))
        self.fc = nn.Linear(channels, classes)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        x = self.stem(x)
        for block in self.blocks:
            x = x + block(x)
        return self.fc(x.mean((2, 3)))
        ### END SOLUTION


# %% given="stack"
class Stack(nn.Module):
    """A stem, blocks with shortcuts, the mean over all pixels, a linear layer."""

    def __init__(self, in_channels, channels, layers, classes):
        super().__init__()
        self.stem = nn.Conv2d(in_channels, channels, 3, padding=1)
        self.blocks = []
        for _ in range(layers):
            conv = nn.Conv2d(channels, channels, 3, padding=1)
            self.blocks.append(nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), conv))
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = x + block(x)
        return self.fc(x.mean((2, 3)))


# %% [markdown] hint="stack"
# Print the names: `[name for name, _ in Stack(1, 2, 3, 4).named_parameters()]`. What is not there?

# %% [markdown] hint="stack"
# A module finds modules among its attributes. A Python list is not a module, and it does not look inside.

# %% [markdown] hint="stack"
# ```python
# self.blocks = nn....()                # a list that torch looks into
# ```

# %% check="stack" points=5
with check("stack") as expect:
    expect("3 blocks: weights", sum(p.numel() for p in Stack(1, 2, 3, 4).parameters()))
    norms = [m for m in Stack(1, 3, 2, 3).eval().modules() if isinstance(m, nn.BatchNorm2d)]
    expect("2 blocks: is each norm in training mode after eval()", [m.training for m in norms])
    expect("what it computes", probe(Stack(3, 3, 3, 3), np.random.default_rng(16).normal(size=(3, 3, 4, 4))))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(111001)
    for c, wide, layers, classes in [(2, 4, 1, 3), (1, 5, 4, 6), (3, 2, 2, 4)]:
        x = rng.normal(size=(2, c, 5, 6))
        expect(f"{layers} blocks of {wide} channels: weights", sum(p.numel() for p in Stack(c, wide, layers, classes).parameters()))
        norms = [m for m in Stack(c, wide, layers, classes).eval().modules() if isinstance(m, nn.BatchNorm2d)]
        expect(f"{layers} blocks: norms in training mode", [m.training for m in norms])
        expect(f"{layers} blocks of {wide} channels", probe(Stack(c, wide, layers, classes), x, seed=wide))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 15. An open exercise
#
# Eight letters, each anywhere in an image of 32×32, turned, thick or thin, bright or dark, under noise. This time both costs
# are limited: weights and multiply-adds. A 3×3 layer from 8 to 8 maps of the full size alone does 590 000.

# %%
x_marks, t_marks = (torch.from_numpy(a) for a in marks(1500, size=32, rng=np.random.default_rng(110)))
axes = pictures.image_grid(x_marks[:16].numpy(), columns=8, titles=[MARKS[k] for k in t_marks[:16]])


def fit_marks(net, steps, rate, size=32, seed=0):
    """Train a torch network on the letters by Adam, one cycle to `rate`; the loss of every step."""
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, cycle_momentum=False)
    dice, losses = np.random.default_rng(seed), []
    for _ in range(steps):
        rows = dice.integers(0, len(x_marks), size)
        losses.append(float(library_step(net, F.cross_entropy, optimizer, x_marks[rows], t_marks[rows])))
        cycle.step()
    return losses


# %% [markdown] task="open_architecture" title="Two budgets"
# Build and train a torch module `small_net`, images `(n, 1, 32, 32)` to scores `(n, 8)`. Choose its stages from what this lesson
# has; train it in the solution cell on `x_marks`, `t_marks` alone, in about a second and a half of processor time.
#
# *Budget:* at most 8 000 weights and 250 000 multiply-adds for one image, as `counting.count(small_net, (1, 32, 32))` says. Every
# layer is to be a module (`nn.Conv2d`, `nn.Linear`): only these are counted.
# *Measured:* the share right of 600 new images, in evaluation mode: 2 points for 65 %, 1 more for 85 %. The judge has them; the
# cell below the exercise measures on others.


# %% solve="open_architecture" difficulty=4 importance=5 minutes=30
### BEGIN SOLUTION
def stage(inputs, maps, kernel, stride=1):
    conv = nn.Conv2d(inputs, maps, kernel, stride, padding=kernel // 2, bias=False)
    return [conv, nn.BatchNorm2d(maps), nn.ReLU()]


torch.manual_seed(0)
front = [*stage(1, 8, 5, stride=2), nn.MaxPool2d(2), *stage(8, 16, 3), nn.MaxPool2d(2), *stage(16, 32, 3)]
small_net = nn.Sequential(*front, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 8))
history = fit_marks(small_net, steps=200, rate=0.02)
### END SOLUTION

# %% practice="architecture_measured"
if "small_net" in globals():
    x_open, t_open = marks(600, size=32, rng=np.random.default_rng(111))
    with torch.no_grad():
        share = np.mean(small_net.eval()(torch.from_numpy(x_open)).argmax(1).numpy() == t_open)
    costs = counting.count(small_net, (1, 32, 32))
    print(f"{share:.0%} of 600 public images right, {costs.parameters:,} weights, {costs.multiply_adds:,} multiply-adds")
else:
    print("Nothing to measure yet: train small_net first.")

# %% [markdown] hint="open_architecture"
# Work goes with the size of the maps, weights with the square of their number: so be coarse early and wide late. That is the plan
# of every network of this lesson.

# %% [markdown] hint="open_architecture"
# A stem with stride 2 and pooling behind it, as in GoogLeNet and ResNet, makes all that follows sixteen times cheaper. A mean over
# all pixels takes the place of the large linear layer, and norms let a high rate work.

# %% [markdown] hint="open_architecture"
# ```python
# torch.manual_seed(0)
# front = [*stage(1, 8, 5, stride=2), nn.MaxPool2d(2), *stage(8, ..., 3), nn.MaxPool2d(2), ...]     # convolution, norm, ReLU
# small_net = nn.Sequential(*front, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(..., 8))
# history = fit_marks(small_net, steps=..., rate=0.02)
# ```

# %% held="open_architecture" gives="new_marks"
import numpy as np

from course_lib.data.marks import marks

rng = np.random.default_rng(111101)
new_marks, mark_kinds = marks(600, size=32, rng=rng)

# %% check="open_architecture" points=2
def told_marks(net, x):
    """Classes (n,) of images x (n, 1, 32, 32), in evaluation mode."""
    with torch.no_grad():
        return net.eval()(torch.from_numpy(x)).argmax(1).numpy()


def within_budgets(net):
    """Is the network within 8 000 weights and within 250 000 multiply-adds, and is all of its work in modules?"""
    costs, hidden = counting.count(net, (1, 32, 32)), counting.hidden_work(net, (1, 32, 32))
    return [costs.parameters <= 8000, costs.multiply_adds <= 250_000, hidden == 0]


with check("open_architecture") as expect:
    expect("within 8 000 weights, within 250 000 multiply-adds, all in modules", within_budgets(small_net))
    expect("scores of 5 images (how many are right, the judge measures)", small_net(x_marks[:5]).shape)
    ### BEGIN HIDDEN TESTS
    expect("still within the budgets", within_budgets(small_net))
    said = told_marks(small_net, expect.held("new_marks"))
    expect.outcome("65 % of 600 new letters, measured by the judge", said, truth="mark_kinds", measure="accuracy", at_least=0.65)
    ### END HIDDEN TESTS

# %% check="open_architecture-better" points=1
with check("open_architecture-better") as expect:
    expect("within 8 000 weights, 250 000 multiply-adds, all in modules (85 % right: the judge measures)", within_budgets(small_net))
    ### BEGIN HIDDEN TESTS
    expect("still within the budgets", within_budgets(small_net))
    said = told_marks(small_net, expect.held("new_marks"))
    expect.outcome("85 % of 600 new letters, measured by the judge", said, truth="mark_kinds", measure="accuracy", at_least=0.85)
    ### END HIDDEN TESTS

# %% [markdown] question="fewer_weights" points=5 title="Small, slow, large"
# GoogLeNet has about a tenth of AlexNet's weights and does twice its multiply-adds; its error is less than half. Explain in
# 7 to 10 sentences: where AlexNet's weights sit and why they cause little computation; which two ideas let GoogLeNet
# do without them; what its 1×1 convolutions save, with a number of this lesson; and which of the two networks you would
# send over a slow connection, and which one you would run on a slow processor, and what would be the third cost for training.
#
# === BEGIN MARK SCHEME ===
# 1 point: AlexNet's weights are in the linear layers (about 96 %, most in the first one, 256·6·6 × 4096); each works once per
# image, a convolution's weight at every place, so the linear layers do less than a tenth of the multiply-adds.
#
# 1 point: the mean over all pixels (global average pooling, from Network in Network) in place of the linear layers, and
# branches with bottlenecks in the convolutions.
#
# 1 point: 1×1 convolutions reduce channels before the larger kernels, with a number (module 3a's 5×5 branch: 153 600 against
# 15 872 weights, 9.7 times fewer).
#
# 1 point: slow connection: GoogLeNet, its weights are a tenth. Slow processor: AlexNet, half of the multiply-adds (if
# its error is acceptable).
#
# 1 point: the maps kept for backward, times the batch: GoogLeNet keeps more than ten times as much as AlexNet per image.
# === END MARK SCHEME ===
#
# === BEGIN MODEL ANSWER ===
# About 96 % of AlexNet's weights are in its three linear layers, most of them in the first, which joins 256 maps of
# 6×6 to 4096 units. A weight of a linear layer works once per image, a weight of a convolution at every place of the
# map, so the linear layers do less than a tenth of the multiply-adds. GoogLeNet replaces them by the mean over all
# pixels of each map, an idea of Network in Network, with one small linear layer behind it. The second idea is the
# branches with bottlenecks: the larger kernels work on few channels. A 1×1 convolution in front of them reduces the
# channels first; in the 5×5 branch of module 3a, from 192 channels to 16 and then to 32, that takes 15 872 weights in
# place of 153 600, 9.7 times fewer, and as many times fewer multiply-adds.
#
# Over a slow connection I would send GoogLeNet, because a tenth of the weights is a tenth of the file. On a slow
# processor I would run AlexNet, if its larger error can be borne, because it does half of the multiply-adds. For
# training there is a third cost, the maps that must be kept for the backward pass, times the batch: GoogLeNet keeps
# more than ten times as much per image as AlexNet.
# === END MODEL ANSWER ===

# %% [markdown]
# ## 16. Convolutional networks, all in all
#
# What lessons 09 to 11 add up to:
#
# - **What a layer assumes.** Near pixels belong together, and what is worth seeing here is worth seeing there: small windows, shared
#   weights. Few weights, much work; a map moves with its image. Where places matter, share less.
# - **What a stage does.** Filter, rectify, perhaps normalise and pool. First filters become derivatives of a few directions, second
#   ones parts, all learned from labels alone, end to end.
# - **How maps change.** Smaller by stride or pooling, more of them as they get smaller. Pooling is one way of shrinking, not a duty;
#   who has to answer where things are keeps the resolution.
# - **How the window grows.** Linearly with depth, by factors with stride or dilation. Small kernels in a stack see as much as a large one,
#   for less, with a ReLU between.
# - **What 1×1 does.** It mixes the channels of a pixel: an MLP at every place, a cheap way to fewer channels, a shortcut's adapter.
# - **How it ends.** Large linear layers held most weights of AlexNet and VGG; the mean of each map does without them, and takes any size.
# - **What lets it be deep.** ReLU, first weights of the right size, batch norm, and above all a way past the layers: added (ResNet),
#   gated (Highway), or kept side by side (DenseNet).
# - **What lets it generalise.** Many images, more made from them by crops, mirrors, shifts of colour; weight decay; dropout where
#   layers are large; an average of several networks when the last per cent counts.
# - **What it costs.** Weights, multiply-adds and kept maps, in three places. A GPU makes the work bearable, a good plan makes it small.
# - **What it is good for.** Anything on a grid with local structure: photographs, spectrograms, board games, text as a row of letters.

# %% [markdown]
# ## To remember
#
# 1. Weights, multiply-adds and kept maps are three costs, and they sit in three places of a network.
# 2. A linear layer on maps is a convolution with a large kernel; as such it slides over larger images.
# 3. 1×1 convolutions mix the channels of one pixel: an MLP at every pixel in NiN, a bottleneck in GoogLeNet and ResNet.
# 4. From LSTM over Highway to ResNet the gates and the recurrence went, the shortcut stayed. ResNet adds, DenseNet
#    concatenates, ResNeXt splits into groups.
# 5. If your network counts to the published number of weights, you have probably built it right; if it does not, you have not.
#
# ## Further reading
#
# - Yann LeCun, Léon Bottou, Yoshua Bengio, Patrick Haffner: *Gradient-based learning applied to document recognition* (1998)
# - Dan Cireşan, Ueli Meier, Jürgen Schmidhuber: *Multi-column deep neural networks for image classification* (2012)
# - Alex Krizhevsky, Ilya Sutskever, Geoffrey Hinton: *ImageNet classification with deep convolutional neural networks* (2012)
# - Pierre Sermanet and others: *OverFeat: integrated recognition, localization and detection using convolutional networks* (2013)
# - Min Lin, Qiang Chen, Shuicheng Yan: *Network in network* (2013)
# - Karen Simonyan, Andrew Zisserman: *Very deep convolutional networks for large-scale image recognition* (2014)
# - Christian Szegedy and others: *Going deeper with convolutions* (2014); *Inception-v4, Inception-ResNet and the impact of
#   residual connections on learning* (2016)
# - Sergey Ioffe, Christian Szegedy: *Batch normalization* (2015); Rupesh Srivastava and others: *Highway networks* (2015)
# - Sergey Zagoruyko, Nikos Komodakis: *Wide residual networks* (2016); Saining Xie and others: *Aggregated residual
#   transformations for deep neural networks* (2016)
# - Gao Huang and others: *Densely connected convolutional networks* (2016)
# - Olga Russakovsky and others: *ImageNet large scale visual recognition challenge* (2015)
#
# **Next:** lesson 12 takes one of them apart: what depth does to plain networks, what the residual changes, and one
# ResNet in three bodies, in NumPy, in torch on the CPU, and on a GPU.
