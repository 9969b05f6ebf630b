"""The operations of the fuzz, each written once for both libraries: `(L, rng, x)`; see `graph_fuzz.py`.

Functions with a kink get noise added first, so that rounding does not decide on which side of it a number lies; those
with a pole are kept away from it.
"""

import math

import numpy as np
import torch

from course_lib import nn

OPERATIONS = {}


def operation(function):
    """Enter a function under its name."""
    OPERATIONS[function.__name__.strip("_")] = function
    return function


def several(**functions):
    """Enter lambdas of (x) or (L, x) or (L, rng, x)."""
    for name, f in functions.items():
        count = f.__code__.co_argcount
        OPERATIONS[name] = {
            1: lambda L, rng, x, f=f: f(x),
            2: lambda L, rng, x, f=f: f(L, x),
            3: f,
        }[count]


# ------------------------------------------------------------- what is drawn


def kinked(L, rng, x):
    """x off every kink: plus noise."""
    return x + L.tensor(0.3 * rng.standard_normal(tuple(x.shape)))


def far(x):
    """Positive and far from 0."""
    return x * x + 0.5


def partner(L, rng, x):
    """Another Tensor that broadcasts with x: an earlier result, or a new leaf; or a number."""
    fits = [r for r in L.results if broadcasts(r.shape, x.shape)]
    draw = rng.random()
    if draw < 0.1:
        return float(rng.standard_normal())
    if draw < 0.6:
        return fits[rng.integers(len(fits))]
    shape = [1 if rng.random() < 0.3 else n for n in x.shape][rng.integers(0, x.ndim + 1) :]
    return L.leaf(rng.standard_normal([2] * (rng.random() < 0.1 and len(shape) == x.ndim) + shape))


def partner_of(L, rng, x):
    """The same, never a number."""
    return L.tensor(1.0) * partner(L, rng, x)


def broadcasts(a, b):
    return all(m == n or 1 in (m, n) for m, n in zip(reversed(a), reversed(b), strict=False))


def some_dim(rng, x, most=1):
    """An axis, several, or None; negative ones too."""
    axes = [int(d) for d in rng.permutation(x.ndim)[: rng.integers(0, most + 1)]]
    axes = [d - x.ndim * int(rng.integers(2)) for d in axes]
    return axes[0] if len(axes) == 1 and rng.random() < 0.7 else tuple(axes) or None


def axis(rng, x):
    return int(rng.integers(-max(x.ndim, 1), max(x.ndim, 1)))


def with_axes(L, rng, x, axes):
    """x as an array of so many axes, or a new leaf."""
    if x.ndim != axes or 0 in x.shape:
        return L.leaf(rng.standard_normal(rng.integers(1, 6, axes)))
    return x


def images(L, rng, x):
    """Images (n, c, h, w), some with wide channels."""
    if rng.random() < 0.1:
        return L.leaf(rng.standard_normal((1, 32, int(rng.integers(4, 7)), int(rng.integers(3, 6)))) * 0.3)
    return with_axes(L, rng, x, 4)


def window(rng, size, padding=True):
    """kernel_size, stride, padding, dilation of one axis or both, that fit images of `size`."""
    kernel = [int(rng.integers(1, min(n, 3) + 1)) for n in size]
    pads = [int(rng.integers(0, k // 2 + 1)) if padding else 0 for k in kernel]
    stride = [int(rng.integers(1, 4)) for _ in size]
    dilation = [int(rng.integers(1, 3)) if (k - 1) * 2 < n else 1 for k, n in zip(kernel, size, strict=True)]
    return kernel, stride, pads, dilation


# --------------------------------------------------------------- element-wise

several(
    exp=lambda x: x.tanh().exp(),
    log=lambda x: far(x).log(),
    sqrt=lambda x: far(x).sqrt(),
    abs=lambda L, rng, x: kinked(L, rng, x).abs(),
    sin=lambda x: x.sin(),
    cos=lambda x: x.cos(),
    tanh=lambda x: x.tanh(),
    sigmoid=lambda x: x.sigmoid(),
    neg=lambda x: -x,
    relu=lambda L, rng, x: kinked(L, rng, x).relu(),
    leaky_relu=lambda L, rng, x: L.leaky_relu(kinked(L, rng, x), 0.2),
    elu=lambda L, rng, x: L.elu(kinked(L, rng, x), 0.7),
    gelu=lambda L, x: L.gelu(x),
    gelu_tanh=lambda L, x: L.gelu(x, approximate="tanh"),
    silu=lambda L, x: L.silu(x),
    remainder=lambda L, rng, x: (far(x) + 7.1234567) % 2.9,  # so that no round number is at a jump
    clone=lambda x: x.clone(),
    cast=lambda x: x.float().double(),
    softplus=lambda L, x: L.softplus(x, 1.5),
    add=lambda L, rng, x: x + partner(L, rng, x),
    radd=lambda L, rng, x: float(rng.random()) + x,
    twice=lambda x: x + x,
    sub=lambda L, rng, x: x - partner(L, rng, x),
    rsub=lambda L, rng, x: 1.5 - x,
    mul=lambda L, rng, x: x * partner(L, rng, x),
    square=lambda x: x * x,
    div=lambda L, rng, x: x / far(partner_of(L, rng, x)),
    rdiv=lambda x: 1.0 / far(x),
    power=lambda L, rng, x: x ** int(rng.integers(0, 4)),
    power_of=lambda L, rng, x: far(x) ** (0.3 * (partner_of(L, rng, x)).tanh()),
    rpow=lambda x: 1.3 ** x.tanh(),
    clip=lambda L, rng, x: kinked(L, rng, x).clip(-0.5, [None, 0.7][rng.integers(2)]),
    clip_by=lambda L, rng, x: kinked(L, rng, x).clip(L.leaf(rng.random(x.shape[-1:]) - 1), L.leaf(rng.random(()))),
    maximum=lambda L, rng, x: L.maximum(kinked(L, rng, x), partner_of(L, rng, x)),
    minimum=lambda L, rng, x: L.minimum(kinked(L, rng, x), partner_of(L, rng, x)),
)


@operation
def where(L, rng, x):
    other = partner(L, rng, x)
    return L.where(L.tensor(rng.random(tuple(x.shape)) < 0.5), x, other)


# ----------------------------------------------------------------- reductions

several(
    sum=lambda L, rng, x: x.sum(some_dim(rng, x, 3), keepdim=bool(rng.integers(2))),
    mean=lambda L, rng, x: x.mean(some_dim(rng, x, 3), keepdim=bool(rng.integers(2))),
    var=lambda L, rng, x: x.var(some_dim(rng, x, 2), correction=int(rng.integers(2)), keepdim=bool(rng.integers(2))),
    std=lambda L, rng, x: kinked(L, rng, x).std(some_dim(rng, x, 2), correction=int(rng.integers(2))),
    amax=lambda L, rng, x: kinked(L, rng, x).amax(some_dim(rng, x, 2) or (), keepdim=bool(rng.integers(2))),
    amin=lambda L, rng, x: kinked(L, rng, x).amin(some_dim(rng, x, 2) or (), keepdim=bool(rng.integers(2))),
    max=lambda L, rng, x: kinked(L, rng, x).max(axis(rng, x)).values,
    min=lambda L, rng, x: kinked(L, rng, x).min(axis(rng, x), keepdim=True)[0],
    max_of_all=lambda L, rng, x: kinked(L, rng, x).max(),
    logsumexp=lambda L, rng, x: x.logsumexp(axis(rng, x)),
    norm=lambda L, rng, x: kinked(L, rng, x).norm([1, 2, 3.0, math.inf][rng.integers(4)], some_dim(rng, x, 2)),
    cumsum=lambda L, rng, x: x.cumsum(axis(rng, x)),
    softmax=lambda L, rng, x: L.softmax(x, axis(rng, x)),
    log_softmax=lambda L, rng, x: L.log_softmax(x, axis(rng, x)),
)

# ---------------------------------------------------------------------- shape

several(
    reshape=lambda L, rng, x: x.reshape([int(n) for n in rng.permutation(tuple(x.shape))]),
    to_rows=lambda x: x.reshape(-1, x.shape[-1] if x.ndim else 1),
    flatten=lambda L, rng, x: x.flatten(int(rng.integers(0, max(x.ndim, 1))), -1),
    permute=lambda L, rng, x: x.permute([int(d) for d in rng.permutation(x.ndim)]),
    transpose=lambda L, rng, x: x.transpose(axis(rng, x), axis(rng, x)),
    squeeze=lambda x: x.squeeze(),
    unsqueeze=lambda L, rng, x: x.unsqueeze(int(rng.integers(-x.ndim - 1, x.ndim + 1))),
    expand=lambda x: x.expand(2, *[-1] * x.ndim),
    repeat=lambda L, rng, x: x.repeat([int(n) for n in rng.integers(1, 3, x.ndim + int(rng.integers(2)))]),
    flip=lambda L, rng, x: L.flip(x, tuple(int(d) for d in rng.permutation(x.ndim)[:2])),
    roll=lambda L, rng, x: L.roll(x, int(rng.integers(-3, 4)), [None, axis(rng, x)][rng.integers(2)]),
    tril=lambda L, rng, x: L.tril(x, int(rng.integers(-1, 2))),
    triu=lambda L, rng, x: L.triu(x, int(rng.integers(-1, 2))),
    view=lambda x: x.clone().view(-1),
    t=lambda x: x.t(),
    cat=lambda L, rng, x: L.cat([x, x * 2, L.leaf(rng.standard_normal(tuple(x.shape)))], axis(rng, x)),
    stack=lambda L, rng, x: L.stack([x, x.tanh()], int(rng.integers(0, x.ndim + 1))),
    split=lambda L, rng, x: L.split(x, int(rng.integers(1, 4)), axis(rng, x))[-1],
    whole_split=lambda L, rng, x: L.cat(L.split(x, 2, 0)[::-1], 0),
    repeat_interleave=lambda L, rng, x: L.repeat_interleave(x, int(rng.integers(1, 3)), dim=axis(rng, x)),
    pad=lambda L, rng, x: L.pad(x, [int(p) for p in rng.integers(-1, 3, 2 * min(x.ndim, 2))], value=0.5),
    iterate=lambda x: sum((row * k for k, row in enumerate(x)), x[0]),
)


@operation
def pad_mode(L, rng, x):
    x, mode = with_axes(L, rng, x, 4), ["reflect", "replicate", "circular"][rng.integers(3)]
    least = 0 if mode == "circular" else -1  # torch copies what it has not written yet when it also crops
    return L.pad(x, [int(p) for p in rng.integers(least, 3, 4)], mode=mode)


@operation
def getitem(L, rng, x):
    keys = [
        lambda n: int(rng.integers(-n, n)),
        lambda n: slice(int(rng.integers(0, n)), None, int(rng.integers(1, 3))),
        lambda n: slice(None),
        lambda n: None,
        lambda n: L.tensor(rng.integers(-n, n, int(rng.integers(1, 4)))),
        lambda n: L.tensor(rng.random(n) < 0.6),
    ]
    key = tuple(keys[rng.integers(len(keys))](n) for n in tuple(x.shape)[: rng.integers(1, 3)])
    return x[(*key, ...) if rng.random() < 0.3 else key]


@operation
def gather(L, rng, x):
    d = axis(rng, x)
    shape = list(x.shape)
    if x.ndim:
        shape[d] = int(rng.integers(1, 5))
    return L.gather(x, d, L.tensor(rng.integers(0, x.shape[d] if x.ndim else 1, shape)))


@operation
def embedding(L, rng, x):
    x = with_axes(L, rng, x, 2)
    indices = L.tensor(rng.integers(0, x.shape[0], rng.integers(1, 4, int(rng.integers(0, 3)))))
    return L.embedding(indices, x, padding_idx=[None, 0][rng.integers(2)])


# ------------------------------------------------------------------- matrices


@operation
def matmul(L, rng, x):
    if x.ndim == 0:
        x = L.leaf(rng.standard_normal(3))
    k, columns = x.shape[-1], int(rng.integers(1, 5))
    shape = [(k,), (k, columns), (2, k, columns), (*x.shape[:-2], k, columns)][rng.integers(4)]
    return x @ L.leaf(rng.standard_normal(shape))


@operation
def rmatmul(L, rng, x):
    rows = x.shape[-2] if x.ndim > 1 else x.shape[0]
    return L.leaf(rng.standard_normal((2, rows) if rng.random() < 0.6 else (rows,))) @ x


@operation
def linear(L, rng, x):
    k, out = x.shape[-1], int(rng.integers(1, 5))
    bias = L.leaf(rng.standard_normal(out)) if rng.random() < 0.6 else None
    return L.linear(x, L.leaf(rng.standard_normal((out, k))), bias)


@operation
def einsum(L, rng, x):
    by_axes = {
        1: ["i,i->", "i,i->i", "i,j->ij", "i->"],
        2: ["ij,ij->i", "ij,jk->ik", "ij,jk", "ij->ji", "ij->i", "ij,j->ij"],
        3: ["bij,bjk->bik", "bij->jb", "bij,b->ij", "...ij,jk->...ik"],
        4: ["nchw,c->nhw", "nchw,kc->nkhw", "nchw->c"],
    }
    x = x if 0 < x.ndim < 5 else L.leaf(rng.standard_normal((3, 2)))
    equation = by_axes[x.ndim][rng.integers(len(by_axes[x.ndim]))]
    first, *others = equation.split("->")[0].split(",")
    size = dict(zip(reversed(first), reversed(x.shape), strict=False)) | {"...": 2}
    more = [L.leaf(rng.standard_normal([size.get(s, 3) for s in word])) for word in others]
    return L.einsum(equation, x, *more)


# ---------------------------------------------------------------- convolution


@operation
def conv2d(L, rng, x):
    x = images(L, rng, x)
    wide = x.shape[1] == 32
    kernel, stride, pads, dilation = ([3, 3], [1, 1], [1, 1], [1, 1]) if wide else window(rng, x.shape[2:])
    groups = 1 if wide else int(rng.choice([1, x.shape[1]]))
    out = 32 if wide else groups * int(rng.integers(1, 3))
    w = L.leaf(rng.standard_normal((out, x.shape[1] // groups, *kernel)) * 0.3)
    bias = L.leaf(rng.standard_normal(out)) if rng.random() < 0.5 else None
    return L.conv2d(x, w, bias, stride, pads, dilation, groups)


@operation
def conv1d(L, rng, x):
    x = with_axes(L, rng, x, 3)
    kernel, stride, pads, dilation = window(rng, x.shape[2:])
    w, bias = L.leaf(rng.standard_normal((2, x.shape[1], *kernel))), L.leaf(rng.standard_normal(2))
    return L.conv1d(x, w, bias, stride[0], pads[0], dilation[0])


@operation
def conv_transpose1d(L, rng, x):
    x = with_axes(L, rng, x, 3)
    kernel, stride, pads, dilation = window(rng, x.shape[2:])
    w, bias = L.leaf(rng.standard_normal((x.shape[1], 2, *kernel))), L.leaf(rng.standard_normal(2))
    return L.conv_transpose1d(x, w, bias, stride[0], pads[0], dilation=dilation[0])


@operation
def pool1d(L, rng, x):
    x = kinked(L, rng, with_axes(L, rng, x, 3))
    kernel, stride, pads, _ = window(rng, x.shape[2:])
    return (L.max_pool1d if rng.integers(2) else L.avg_pool1d)(x, kernel[0], stride[0], pads[0])


@operation
def conv_transpose2d(L, rng, x):
    x = with_axes(L, rng, x, 4)
    kernel, stride, pads, dilation = window(rng, x.shape[2:])
    w, bias = L.leaf(rng.standard_normal((x.shape[1], 2, *kernel))), L.leaf(rng.standard_normal(2))
    return L.conv_transpose2d(x, w, bias, stride, pads, dilation=dilation)


@operation
def locally_connected2d(L, rng, x):
    x = with_axes(L, rng, x, 4)
    (kh, kw), (oh, ow) = (kernel := [min(n, 2) for n in x.shape[2:]]), [n - min(n, 2) + 1 for n in x.shape[2:]]
    w, b = L.leaf(rng.standard_normal((oh, ow, 3, x.shape[1], kh, kw))), L.leaf(rng.standard_normal((3, oh, ow)))
    if not L.is_torch:
        return L.locally_connected2d(x, w, b)
    columns = L.unfold(x, kernel).reshape(x.shape[0], x.shape[1], kh, kw, oh, ow)
    return L.einsum("ncklij,ijfckl->nfij", columns, w) + b


@operation
def max_pool2d(L, rng, x):
    x = kinked(L, rng, with_axes(L, rng, x, 4))
    return L.max_pool2d(x, *window(rng, x.shape[2:]), ceil_mode=bool(rng.integers(2)))


@operation
def max_unpool2d(L, rng, x):
    x = kinked(L, rng, with_axes(L, rng, x, 4))
    small, places = L.max_pool2d(x, 2, return_indices=True)
    return L.max_unpool2d(small, places, 2, output_size=tuple(x.shape[2:]))


@operation
def avg_pool2d(L, rng, x):
    x = with_axes(L, rng, x, 4)
    return L.avg_pool2d(x, *window(rng, x.shape[2:])[:3], bool(rng.integers(2)), bool(rng.integers(2)))


@operation
def adaptive_avg_pool2d(L, rng, x):
    return L.adaptive_avg_pool2d(with_axes(L, rng, x, 4), [int(n) for n in rng.integers(1, 5, 2)])


@operation
def adaptive_max_pool2d(L, rng, x):
    return L.adaptive_max_pool2d(kinked(L, rng, with_axes(L, rng, x, 4)), [int(n) for n in rng.integers(1, 5, 2)])


@operation
def interpolate(L, rng, x):
    x, mode = with_axes(L, rng, x, 4), ["nearest", "bilinear"][rng.integers(2)]
    return L.interpolate(x, size=[int(n) for n in rng.integers(1, 8, 2)], mode=mode)


@operation
def unfold(L, rng, x):
    kernel, stride, pads, dilation = window(rng, (x := with_axes(L, rng, x, 4)).shape[2:])
    return L.unfold(x, kernel, dilation, pads, stride)


@operation
def fold(L, rng, x):
    return L.fold(L.leaf(rng.standard_normal((2, 12, 9))), (4, 4), 2) * x.sum()


# -------------------------------------------------------------- normalisation


def scale_and_shift(L, rng, shape):
    return [L.leaf(rng.standard_normal(shape)) for _ in range(2)] if rng.random() < 0.7 else [None, None]


@operation
def batch_norm(L, rng, x):
    c = x.shape[1]
    running, training = [L.tensor(rng.random(c) + 0.5) for _ in range(2)], bool(rng.integers(2))
    learned = scale_and_shift(L, rng, c)
    return L.batch_norm(kinked(L, rng, x), *running, *learned, training, 0.1, 0.1)


@operation
def layer_norm(L, rng, x):
    shape = tuple(x.shape[-int(rng.integers(1, 3)) :])
    return L.layer_norm(x, shape, *scale_and_shift(L, rng, shape), eps=0.1)


@operation
def group_norm(L, rng, x):
    return L.group_norm(x, int(rng.choice([1, x.shape[1]])), *scale_and_shift(L, rng, x.shape[1]), eps=0.1)


@operation
def rms_norm(L, rng, x):
    shape = tuple(x.shape[-int(rng.integers(1, 3)) :])
    return L.rms_norm(x, shape, scale_and_shift(L, rng, shape)[0], eps=0.1)


@operation
def scaled_dot_product_attention(L, rng, x):
    x = x if x.ndim > 1 else L.leaf(rng.standard_normal((3, 4)))
    key, value = (L.leaf(rng.standard_normal((*x.shape[:-2], 3, x.shape[-1]))) for _ in range(2))
    mask = [None, L.tensor(np.arange(3) < 2), L.tensor(rng.standard_normal(3))][rng.integers(3)]
    return L.scaled_dot_product_attention(x, key, value, mask, is_causal=mask is None and bool(rng.integers(2)))


several(
    instance_norm=lambda L, rng, x: L.instance_norm(x, weight=None, eps=0.1),
    normalize=lambda L, rng, x: L.normalize(x + 0.1, dim=axis(rng, x)),
    cosine_similarity=lambda L, rng, x: L.cosine_similarity(x + 0.1, partner_of(L, rng, x), dim=axis(rng, x)),
    pixel_shuffle=lambda L, rng, x: L.pixel_shuffle(L.cat([x, x, x * 2, x], -3), 2),
)
several(local_response_norm=lambda L, rng, x: L.local_response_norm(x, int(rng.integers(1, 5)), 0.5))

# ------------------------------------------------------------------- recurrent


def recurrent(kind):
    def layer(L, rng, x):
        x = with_axes(L, rng, x, 3)
        sizes = {"num_layers": int(rng.integers(1, 3)), "bidirectional": bool(rng.integers(2))}
        made = getattr(nn, kind)(x.shape[2], 3, **sizes, rng=rng)
        names = [name for name, _ in made.named_parameters()]
        leaves = [L.leaf(p.data.astype(float)) for p in made.parameters()]
        if L.is_torch:
            twin = getattr(torch.nn, kind)(x.shape[2], 3, **sizes).double()
            return torch.func.functional_call(twin, dict(zip(names, leaves, strict=True)), (x,))[0]
        for name, leaf in zip(names, leaves, strict=True):
            vars(made)[name] = leaf
        out, state = made(x)
        return out if kind == "LSTM" else out + 0 * state.sum()

    return layer


OPERATIONS |= {kind: recurrent(kind) for kind in ("RNN", "GRU", "LSTM")}

# --------------------------------------------------------------------- losses


def reduction(rng):
    return ["mean", "sum", "none"][rng.integers(3)]


def target(L, rng, x):
    return L.leaf(rng.standard_normal(tuple(x.shape)))


def labels(L, rng, x):
    return L.tensor(rng.integers(0, x.shape[1], (x.shape[0], *x.shape[2:])))


def weights(L, rng, n):
    return L.tensor(rng.random(n) + 0.1) if rng.random() < 0.4 else None


several(
    mse_loss=lambda L, rng, x: L.mse_loss(x, target(L, rng, x), reduction=reduction(rng)),
    l1_loss=lambda L, rng, x: L.l1_loss(kinked(L, rng, x), target(L, rng, x), reduction=reduction(rng)),
    huber_loss=lambda L, rng, x: L.huber_loss(x, target(L, rng, x), reduction=reduction(rng), delta=0.7),
    smooth_l1_loss=lambda L, rng, x: L.smooth_l1_loss(x, target(L, rng, x), reduction=reduction(rng), beta=0.6),
    kl_div=lambda L, rng, x: L.kl_div(x, target(L, rng, x).sigmoid(), reduction=reduction(rng)),
    binary_cross_entropy=lambda L, rng, x: L.binary_cross_entropy(
        (0.5 * x).sigmoid(), (0.5 * target(L, rng, x)).sigmoid(), reduction=reduction(rng)
    ),
    binary_cross_entropy_with_logits=lambda L, rng, x: L.binary_cross_entropy_with_logits(
        x, target(L, rng, x).sigmoid(), reduction=reduction(rng), pos_weight=weights(L, rng, x.shape[-1])
    ),
    cross_entropy=lambda L, rng, x: L.cross_entropy(
        x, labels(L, rng, x), weights(L, rng, x.shape[1]), label_smoothing=float(rng.choice([0, 0.2]))
    ),
    cross_entropy_shares=lambda L, rng, x: L.cross_entropy(
        x, target(L, rng, x).sigmoid(), weights(L, rng, x.shape[1]), reduction=reduction(rng), label_smoothing=0.1
    ),
    nll_loss=lambda L, rng, x: L.nll_loss(x, labels(L, rng, x), weights(L, rng, x.shape[1]), reduction=reduction(rng)),
    multi_margin_loss=lambda L, rng, x: L.multi_margin_loss(
        kinked(L, rng, x := with_axes(L, rng, x, 2)), labels(L, rng, x), margin=0.9
    ),
    triplet_margin_loss=lambda L, rng, x: L.triplet_margin_loss(
        kinked(L, rng, x), target(L, rng, x), target(L, rng, x), swap=bool(rng.integers(2))
    ),
)

# ------------------------------------------ by method, and what torch has no name for: then by its formula in torch

several(
    clamp=lambda L, rng, x: kinked(L, rng, x).clamp(min=-0.4, max=[None, 0.8][rng.integers(2)]),
    square_method=lambda x: x.square(),
    pow_method=lambda x: far(x).pow(0.5) + x.pow(3),
    masked_fill=lambda L, rng, x: x.masked_fill(L.tensor(rng.random(tuple(x.shape)) < 0.4), 0.3),
    mm=lambda L, rng, x: (x := with_axes(L, rng, x, 2)).mm(L.leaf(rng.standard_normal((x.shape[1], 3)))),
    matmul_method=lambda L, rng, x: x.matmul(L.leaf(rng.standard_normal((x.shape[-1], 2)))),
    dot=lambda L, rng, x: (x := x.reshape(-1)).dot(L.leaf(rng.standard_normal(tuple(x.shape)))),
    detached=lambda x: x * x.detach() + x.sum().detach(),
    to_itself=lambda x: x.cpu().to("cpu") * 2,
    chosen=lambda L, rng, x: kinked(L, rng, x := with_axes(L, rng, x, 2))[L.tensor(np.arange(x.shape[0])), x.argmax(1)],
    one_hot=lambda L, rng, x: x.unsqueeze(-1) * L.one_hot(L.tensor(rng.integers(0, 3, tuple(x.shape))), 3),
    all_kept=lambda L, x: L.dropout(x, 0.0) + x if L.is_torch else L.dropout(x, 0.0, rng=np.random.default_rng(0)) + x,
)


@operation
def maxout(L, rng, x):
    x = kinked(L, rng, with_axes(L, rng, x, 3).repeat(1, 2, 1))
    return x.reshape(x.shape[0], -1, 2, x.shape[2]).amax(2) if L.is_torch else L.maxout(x, 2)


@operation
def signed_losses(L, rng, x):
    x, sides = kinked(L, rng, x), L.tensor(rng.choice([-1.0, 1.0], tuple(x.shape)))
    how = reduction(rng)
    if not L.is_torch:
        return L.hinge_loss(x, sides, how, 0.9) + L.perceptron_loss(x, sides, how)
    losses = (0.9 - x * sides).relu() + (-x * sides).relu()
    return losses if how == "none" else getattr(losses, how)()


@operation
def contrastive_loss(L, rng, x):
    x = kinked(L, rng, with_axes(L, rng, x, 2))
    y, same = target(L, rng, x), L.tensor(rng.choice([0.0, 1.0], x.shape[0]))
    if not L.is_torch:
        return L.contrastive_loss(x, y, same, 1.5)
    d = (x - y).norm(dim=1)
    return ((same * d**2 + (1 - same) * (1.5 - d).relu() ** 2) / 2).mean()


@operation
def local_contrast_norm(L, rng, x):
    x = kinked(L, rng, with_axes(L, rng, x, 4))  # equal deviations tie with their mean
    if not L.is_torch:
        return L.local_contrast_norm(x, 3, eps=0.1)
    bell = torch.exp(-0.5 * (torch.arange(-1, 2, dtype=x.dtype) / (3 / 4)) ** 2)
    window = (torch.outer(bell, bell) / (bell.sum() ** 2 * x.shape[1])).expand(1, x.shape[1], 3, 3)
    inside = L.conv2d(torch.ones_like(x[:1]), window, padding=1)
    centred = x - L.conv2d(x, window, padding=1) / inside
    deviation = (L.conv2d(centred * centred, window, padding=1) / inside + 0.1).sqrt()
    return centred / torch.maximum(deviation, deviation.mean(dim=(1, 2, 3), keepdim=True))
