"""Names that people try and that are not here, torch's most of all, with what to write instead; `absent.py` says it.

A value is what to write for the same; with ~ in front it is what comes nearest, and does something else.
"""

from collections.abc import Iterable

_CPU = "the line without it, everything lies on the CPU"
_DEFAULT_RNG = "rng = np.random.default_rng(0)"


def _each(form: str, names: str) -> dict[str, str]:
    """`form` for every one of `names`, which takes the place of {0}."""
    return {name: form.format(name) for name in names.split()}


def _pairs(form: str, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: form.format(other) for name, other in pairs}


TENSOR = {
    **_each("F.{0}(t, ...)", "split flip gather tril triu roll repeat_interleave softplus maximum minimum"),
    **_pairs("a {0} b", [
        ("add", "+"), ("sub", "-"), ("subtract", "-"), ("mul", "*"), ("multiply", "*"), ("div", "/"), ("divide", "/"),
        ("true_divide", "/"), ("floor_divide", "//"), ("remainder", "%"), ("eq", "=="), ("ne", "!="), ("gt", ">"),
        ("ge", ">="), ("lt", "<"), ("le", "<="), ("bmm", "@"), ("mv", "@")]),
    **_pairs("(a != 0) {0} (b != 0)", [("logical_and", "&"), ("logical_or", "|"), ("logical_xor", "^")]),
    **_each("F.cat([a, b], dim)", "concat concatenate hstack"),
    **_each("F.cat([a, b], dim), F.stack([a, b], dim) of vectors", "vstack column_stack row_stack"),
    **_each("t.reshape(other.shape)", "view_as reshape_as"), **_each("t.long()", "int short byte"),
    **_each("t.float()", "half bfloat16"), **_each("t itself, every layout is taken", "contiguous is_contiguous"),
    **_each("t.transpose(0, 1)", "swapaxes swapdims"), **_each(_CPU, "device is_cuda pin_memory"),
    "where": "F.where(condition, a, b)", "masked_select": "t[mask]", "index_select": "t[indices]", "narrow": "t[2:5]",
    "select": "t[i]", "unbind": "list(t)", "take": "t.flatten()[indices]",
    "chunk": "F.split(t, size, dim), by the size of a part",
    "topk": "np.argsort(-t.data)[..., :k]", "neg": "-t", "reciprocal": "1 / t", "rsqrt": "1 / t.sqrt()",
    "logical_not": "t == 0", "inner": "a @ b.T", "outer": "a[:, None] * b", "addmm": "c + a @ b",
    "equal": "np.array_equal(a.data, b.data)", "allclose": "np.allclose(a.data, b.data)",
    "type": "t.dtype, or t.to(dtype)", "bool": "t != 0", "type_as": "t.to(other.dtype)", "astype": "t.to(np.float32)",
    "copy": "t.clone()", "grad_fn": "t.op, the operation's name or None", "is_leaf": "t.op is None",
    "mT": "t.transpose(-1, -2)", "register_hook": "t.retain_grad(), then look at t.grad",
    "movedim": "t.permute(1, 2, 0)", "ravel": "t.flatten()", "expand_as": "t.expand(*other.shape)",
    "unfold": "~F.unfold(images, kernel_size)", "nelement": "t.numel()", "ndimension": "t.ndim",
    "element_size": "t.data.itemsize", "nbytes": "t.data.nbytes", "new_tensor": "Tensor(data)",
    "new_zeros": "Tensor(np.zeros(shape, t.dtype))",
    "new_ones": "Tensor(np.ones(shape, t.dtype))", "tan": "t.sin() / t.cos()",
    **_each("~F.one_hot(labels, classes)", "scatter scatter_ scatter_add"),
    "tensor_split": "F.split(t, sizes, dim), by the sizes of the parts", "zero_": "t.data[...] = 0",
    "detach_": "t.detach()",
    "addcmul": "c + a * b", "addcdiv": "c + a / b", "lerp": "a + (b - a) * weight", "dist": "(a - b).norm()",
    "cdist": "(a[:, None] - b).norm(dim=-1)", "tensordot": "F.einsum", "tile": "t.repeat(2, 3)", "frac": "~t % 1",
    "take_along_dim": "F.gather(t, dim, indices)", "var_mean": "t.var(dim) and t.mean(dim)",
    "std_mean": "t.std(dim) and t.mean(dim)", "aminmax": "t.amin() and t.amax()", "negative": "-t",
    "broadcast_to": "t.expand(shape)", "unflatten": "t.reshape(shape)",
    "diag_embed": "t[..., None] * np.eye(n, dtype=t.dtype)", "median": 'np.quantile(t.data, 0.5, method="lower")',
    "nonzero": "np.argwhere(t.data)", "cumprod": "np.cumprod(t.data, dim), which has no gradient",
    "quantile": "np.quantile(t.data, q)", "kron": "np.kron(a.data, b.data)",
    "bucketize": "np.searchsorted(edges, t.data), which has no gradient", "histc": "np.histogram(t.data, bins)",
    "meshgrid": 'np.meshgrid(a, b, indexing="ij")', "inverse": "np.linalg.inv(t.data), which has no gradient",
    "det": "np.linalg.det(t.data), which has no gradient", "new_full": "Tensor(np.full(shape, value, t.dtype))",
    "cummax": "np.maximum.accumulate(t.data, dim)", "kthvalue": "np.sort(t.data)[..., k - 1]",
    "is_floating_point": 't.dtype.kind == "f"', "stride": "~t.data.strides, in bytes",
    "index_add": "a + F.one_hot(rows, len(a)).float().T @ b", "logcumsumexp": "t.exp().cumsum(dim).log()",
    "isclose": "np.isclose(a.data, b.data)",
}  # fmt: skip

NN = {
    **_each("~F.scaled_dot_product_attention with nn.Linear, from which it is built", "Transformer TransformerEncoder "
            "TransformerEncoderLayer TransformerDecoder TransformerDecoderLayer MultiheadAttention"),
    **_pairs("F.{0}, a function", [
        ("SmoothL1Loss", "smooth_l1_loss"), ("KLDivLoss", "kl_div"), ("MultiMarginLoss", "multi_margin_loss"),
        ("TripletMarginLoss", "triplet_margin_loss"), ("CosineSimilarity", "cosine_similarity"), ("Unfold", "unfold"),
        ("LocalResponseNorm", "local_response_norm"), ("AdaptiveMaxPool2d", "adaptive_max_pool2d"), ("Fold", "fold"),
        ("MaxUnpool2d", "max_unpool2d"), ("MultiLabelSoftMarginLoss", "binary_cross_entropy_with_logits")]),
    **_each("F.pad, a function", "ZeroPad1d ZeroPad2d ConstantPad1d ConstantPad2d ReflectionPad1d ReflectionPad2d "
            "ReplicationPad1d ReplicationPad2d CircularPad1d CircularPad2d"),
    **_pairs("~nn.{0}", [
        ("RNNCell", "RNN"), ("LSTMCell", "LSTM"), ("GRUCell", "GRU"), ("Dropout1d", "Dropout"), ("Dropout3d",
            "Dropout"),
        ("Conv3d", "Conv2d"), ("ConvTranspose3d", "ConvTranspose2d"), ("MaxPool3d", "MaxPool2d"), ("SELU", "ELU"),
        ("AvgPool3d", "AvgPool2d"), ("BatchNorm3d", "BatchNorm2d"), ("InstanceNorm1d", "InstanceNorm2d"),
        ("PReLU", "LeakyReLU"), ("CELU", "ELU"), ("Mish", "SiLU"), ("Hardswish", "SiLU"), ("LPPool2d", "AvgPool2d"),
        ("SyncBatchNorm", "BatchNorm2d"), ("AdaptiveMaxPool1d", "MaxPool1d"), ("HingeEmbeddingLoss", "HuberLoss"),
        ("AlphaDropout", "Dropout")]),
    "CosineEmbeddingLoss": "~F.cosine_similarity", "MarginRankingLoss": "F.relu(margin - y * (a - b)).mean()",
    "SoftMarginLoss": "F.softplus(-y * x).mean()", "PoissonNLLLoss": "(x.exp() - y * x).mean()",
    "GaussianNLLLoss": "((x - y).square() / v + v.log()).mean() / 2",
    "ModuleDict": "a plain dict as an attribute, its Modules are found", "Bilinear": "~F.einsum",
    "ParameterList": "a plain list of nn.Parameter as an attribute", "LogSigmoid": "-F.softplus(-x)",
    "ParameterDict": "a plain dict of nn.Parameter as an attribute", "AdaptiveAvgPool1d": "~x.mean(-1)",
    "LazyLinear": "nn.Linear, with both sizes", "LazyConv2d": "nn.Conv2d, with its channels", "ReLU6": "x.clip(0, 6)",
    "Hardtanh": "x.clip(-1, 1)", "Softmin": "F.softmax(-x, dim)", "Unflatten": "x.reshape(shape)",
    "UpsamplingBilinear2d": 'nn.Upsample(mode="bilinear", align_corners=True)',
    "UpsamplingNearest2d": "nn.Upsample",
    "EmbeddingBag": "nn.Embedding, then .mean(1)", "Softmax2d": "nn.Softmax(dim=1)", "Tanhshrink": "x - x.tanh()",
}  # fmt: skip

NN_UTILS = {
    **_each("from course_lib import {0}", "clip_grad_norm_ clip_grad_value_"), "clip_grad_norm": "clip_grad_norm_",
    **_each("F.stack([F.pad(s, (0, longest - len(s))) for s in sequences]), and lengths= of a recurrent layer",
            "rnn pad_sequence pack_padded_sequence pad_packed_sequence"),
    "parameters_to_vector": "F.cat([p.flatten() for p in model.parameters()])",
}  # fmt: skip

FUNCTIONAL = {
    **_pairs("~F.{0}", [("prelu", "leaky_relu"), ("selu", "elu"), ("celu", "elu"), ("mish", "silu"), ("conv3d",
    "conv2d"),
                        ("hardswish", "silu"), ("dropout3d", "dropout"), ("dropout1d", "dropout"), ("bilinear",
            "einsum"),
                        ("grid_sample", "interpolate"), ("cosine_embedding_loss", "cosine_similarity"),
                        ("hinge_embedding_loss", "hinge_loss"), ("max_pool3d", "max_pool2d"),
                        ("multi_head_attention_forward", "scaled_dot_product_attention")]),
    "relu6": "x.clip(0, 6)", "hardtanh": "x.clip(-1, 1)", "logsigmoid": "-F.softplus(-x)",
    "softmin": "F.softmax(-x, dim)",
    "threshold": "F.where(x > threshold, x, value)",
    "upsample": "F.interpolate", "concat": "F.cat", "concatenate": "F.cat", "glu": "a * F.sigmoid(b)",
    "chunk": "F.split(t, size, dim), by the size of a part",
    "soft_margin_loss": "F.softplus(-y * x).mean()", "poisson_nll_loss": "(x.exp() - y * x).mean()",
    "gaussian_nll_loss": "((x - y).square() / v + v.log()).mean() / 2",
    "multilabel_soft_margin_loss": "F.binary_cross_entropy_with_logits",
    "margin_ranking_loss": "F.relu(margin - y * (a - b)).mean()", "pairwise_distance": "(a - b).norm(dim=-1)",
    "adaptive_avg_pool1d": "~x.mean(-1)", "matrix_multiply": "a @ b",
}  # fmt: skip

OPTIM = {
    **_pairs("~optim.{0}", [("LBFGS", "Adam"), ("Adadelta", "RMSprop"), ("Adamax", "Adam"), ("RAdam", "Adam"),
                            ("SparseAdam", "Adam"), ("ASGD", "SGD"), ("Rprop", "RMSprop"), ("Adafactor", "Adam"),
                            ("Muon", "SGD")]),
}  # fmt: skip

SCHEDULES = {
    **_pairs("optimizer.lr = schedules.{0}(0.1, ...)(epoch), in the loop over epochs", [
        ("StepLR", "stairs"), ("MultiStepLR", "multi_step"), ("ExponentialLR", "exponential"),
        ("CosineAnnealingLR", "cosine"), ("PolynomialLR", "polynomial"),
        ("CosineAnnealingWarmRestarts", "warm_restarts")]),
    **_pairs("optim.SGD(params, lr=schedules.{0}), which counts calls of optimizer.step()", [
        ("OneCycleLR", "one_cycle(0.1, steps)"), ("LinearLR", "warm_up(schedule, steps)")]),
    "ReduceLROnPlateau": "plateau = schedules.Plateau(0.1), lr=plateau, and plateau.report(loss) after each epoch",
    **_each("optim.SGD(params, lr=f), f a function of the step", "LambdaLR ConstantLR MultiplicativeLR CyclicLR "
            "ChainedScheduler"),
    "SequentialLR": "~optim.SGD(params, lr=f), f a function of the step",
}  # fmt: skip

SCHEDULE = {
    "step": "optimizer.lr = schedule(epoch), or nothing, for an lr=schedule counts steps by itself",
    **_each("optimizer.lr", "get_last_lr get_lr lr"), "last_epoch": "optimizer.steps",
    "state_dict": "optimizer.state_dict()", "load_state_dict": "optimizer.load_state_dict(state)",
}  # fmt: skip

PLATEAU = {"step": "plateau.report(loss)", "get_last_lr": "plateau.lr", "get_lr": "plateau.lr"}

INIT = {
    **_each("w.data = init.msr(w.shape, rng=rng)", "kaiming_normal_ kaiming_normal he_normal"),
    **_each("w.data = init.xavier(w.shape, rng=rng)", "xavier_normal_ xavier_normal"),
    **_each("w.data = init.msr(w.shape, rng=rng, uniform=True)", "kaiming_uniform_ kaiming_uniform"),
    **_each("w.data = init.xavier(w.shape, rng=rng, uniform=True)", "xavier_uniform_ xavier_uniform"),
    "zeros_": "w.data[...] = 0", "ones_": "w.data[...] = 1", "constant_": "w.data[...] = 0.1",
    "normal_": "w.data[...] = rng.normal(0, 0.1, w.shape)", "calculate_gain": "init.gain",
    "orthogonal_": "~w.data[...] = np.linalg.qr(rng.standard_normal(w.shape))[0]",
    "trunc_normal_": "~w.data[...] = rng.normal(0, 0.1, w.shape)",
    "uniform_": "w.data[...] = rng.uniform(-0.1, 0.1, w.shape)", "eye_": "w.data[...] = np.eye(*w.shape)",
}  # fmt: skip

AUTOGRAD = {
    "grad": "loss.backward(), then w.grad",
    "Function": "apply(primitive, x), the primitive a function (a) -> (out, vjp)",
    "Variable": "Tensor(data, requires_grad=True)", "gradcheck": "~a difference of two losses, over twice a small step",
    "functional": "from course_lib import functional as F", "backward": "loss.backward()",
    "set_grad_enabled": "no_grad()", "enable_grad": "no_grad(), and leave it",
}  # fmt: skip

DATA = {
    "DataLoader": "data.batches(x, t, size=32, rng=rng), with from course_lib import data",
    **_each("arrays x and t, and data.batches, with from course_lib import data", "Dataset TensorDataset"),
    "random_split": "data.split(x, t, rng=rng), with from course_lib import data", "Subset": "x[rows], t[rows]",
    "ConcatDataset": "np.concatenate([x, more])", "default_collate": "np.stack(examples)",
    "WeightedRandomSampler": "rows = rng.choice(n, size, p=p), and x[rows]",
    **_each("rows = rng.permutation(n), and x[rows]", "Sampler RandomSampler SubsetRandomSampler BatchSampler"),
}  # fmt: skip

UTILS = {
    "tensorboard": "a list of losses, and a plot of it", "checkpoint": "the call itself",
}  # fmt: skip

TOP = {
    **TENSOR,
    **_each("Tensor(np.{0}((2, 3), np.float32))", "zeros ones empty"),
    **_each("Tensor(np.{0}(...), dtype=np.float32)", "eye linspace logspace full"),
    **_each("Tensor(np.{0}(t.data))", "zeros_like ones_like empty_like"), "arange": "Tensor(np.arange(...))",
    "full_like": "Tensor(np.full_like(t.data, value))",
    **_pairs(f"Tensor(rng.{{0}}), with {_DEFAULT_RNG}", [
        ("randn", "standard_normal(shape, np.float32)"), ("rand", "random(shape, np.float32)"),
        ("randn_like", "standard_normal(t.shape, np.float32)"), ("rand_like", "random(t.shape, np.float32)"),
        ("randint", "integers(high, size=shape)"), ("randperm", "permutation(n)"),
        ("normal", "standard_normal(shape, np.float32) * std + mean"),
        ("bernoulli", "random(shape) < p"), ("multinomial", "choice(n, size, p=p)")]),
    **_each("Tensor(data), which shares an array's memory", "tensor array"),
    **_each("Tensor(data)", "as_tensor from_numpy asarray"), "FloatTensor": "Tensor(data, dtype=np.float32)",
    "LongTensor": "Tensor(data, dtype=np.int64)",
    **_pairs("np.{0}", [("float", "float32"), ("half", "float32"), ("bfloat16", "float32"), ("double", "float64"),
                        ("long", "int64"), ("int", "int32"), ("short", "int16"), ("bool", "bool")]),
    **_each("from course_lib import {0}", "data train topics viz widgets checks"), **_each(_CPU, "device cuda mps"),
    **_each(f"{_DEFAULT_RNG}, and rng=rng in every layer with weights", "manual_seed initial_seed"),
    **_each(_DEFAULT_RNG, "seed random Generator"), **_each("np.{0}, of t.data", "linalg fft"),
    **_each("from course_lib.ops.parallel import {0}", "set_num_threads get_num_threads"),
    **_each("the line without it, floats are float32", "autocast amp set_default_dtype get_default_dtype"),
    **_each("loss.backward(), then w.grad", "autograd func vmap"), "bmm": "a @ b",
    "inference_mode": "no_grad()", "enable_grad": "no_grad(), and leave it", "set_grad_enabled": "no_grad()",
    "is_grad_enabled": "from course_lib.autograd.tensor import is_grad_enabled",
    "is_tensor": "isinstance(t, Tensor)", "compile": "the model itself",
    "utils": "data.batches(x, t, size=32, rng=rng), from course_lib.data",
    "distributions": "~F.log_softmax(logits, dim), and rng.choice(n, p=p)",
    "testing": "np.testing.assert_allclose(a.data, b.data)", "special": "~F.sigmoid, F.softmax, t.logsumexp(dim)",
    "F": "from course_lib import functional as F", "from_dlpack": "Tensor(np.from_dlpack(x))",
}  # fmt: skip

MODULE = {
    **_each("model.float()", "half bfloat16"), **_each("model itself, it is ready", "compile to_empty"),
    **_each("loss.backward(), then look at p.grad", "register_full_backward_hook"),
    "register_buffer": "self.mean = nn.Buffer(array), under the name you want", "device": _CPU,
    "register_parameter": "self.weight = nn.Parameter(array), under the name you want", "share_memory": _CPU,
    "add_module": "self.conv = nn.Conv2d(...), under the name you want", "type": "model.double(), or model.float()",
    "register_module": "self.conv = nn.Conv2d(...), under the name you want", "buffers": "model.named_buffers()",
    "register_forward_pre_hook": "~model.register_forward_hook", "get_submodule": "dict(model.named_modules())[name]",
    "get_parameter": "dict(model.named_parameters())[name]", "backward": "loss.backward()", "predict": "model(x)",
    "append": "nn.Sequential(*model, layer), or take nn.ModuleList", "insert": "nn.Sequential(*layers)",
    "extend": "nn.Sequential(*model, *layers), or take nn.ModuleList", "step": "optimizer.step()",
    "summary": "summary(model, shape), of course_lib",
    "freeze": "model.requires_grad_(False)",
    "fit": "from course_lib.train import fit", "save": "save(model.state_dict(), path)",
    "load": "model.load_state_dict(load(path))", "weights": "model.weight", "params": "model.parameters()",
}  # fmt: skip

OPTIMIZER = {
    "parameters": "model.parameters()", "learning_rate": "optimizer.lr", "get_last_lr": "optimizer.lr",
    "get_lr": "optimizer.lr", "set_lr": "optimizer.lr = 0.1", "defaults": "optimizer.param_groups[0]",
    "add_param_group": "all groups where the optimizer is made", "momentum": 'optimizer.param_groups[0]["momentum"]',
    "weight_decay": 'optimizer.param_groups[0]["weight_decay"]', "backward": "loss.backward()",
}  # fmt: skip
