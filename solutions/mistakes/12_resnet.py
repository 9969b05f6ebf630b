"""Lesson 12, ResNet: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["basic_block"] = {
    "ReLU before the sum": (
        "F.relu(h + x)",
        "F.relu(h) + x",
        "with ReLU inside the branch it can only add, never take away: first the sum, then ReLU",
    ),
    "two ReLUs at the end": (
        "F.relu(h + x)",
        "F.relu(F.relu(h) + x)",
        "the branch has lost its negative values before the sum; only the sum passes the last ReLU",
    ),
    "no shortcut": ("F.relu(h + x)", "F.relu(h)", "this is the plain block: the input is not added"),
    "no ReLU after the sum": ("F.relu(h + x)", "h + x", "the last ReLU, after the sum, is missing"),
    "no ReLU inside": (
        "h = F.relu(self.bn1(self.conv1(x)))",
        "h = self.bn1(self.conv1(x))",
        "without the ReLU between them two convolutions are one",
    ),
    "second norm forgotten": (
        "h = self.bn2(self.conv2(h))",
        "h = self.conv2(h)",
        "the second convolution has a norm behind it too",
    ),
    "first norm twice": (
        "self.bn2(self.conv2(h))",
        "self.bn1(self.conv2(h))",
        "the second convolution has a norm of its own, bn2",
    ),
    "first convolution twice": (
        "self.conv2(h)",
        "self.conv1(h)",
        "the second convolution has weights of its own, conv2",
    ),
    "shortcut from the middle": (
        "h = F.relu(self.bn1(self.conv1(x)))",
        "h = x = F.relu(self.bn1(self.conv1(x)))",
        "what you add is the middle of the block, not its input: the name x was taken by something else",
    ),
    "norm after the sum": (
        "h = self.bn2(self.conv2(h))\n        return F.relu(h + x)",
        "return F.relu(self.bn2(self.conv2(h) + x))",
        "the norm rescales the shortcut as well: normalise the branch first, then add",
    ),
    "ReLU on the shortcut": (
        "F.relu(h + x)",
        "F.relu(h + F.relu(x))",
        "the shortcut is the identity: add x as it is",
    ),
    "writes into the input": (
        "return F.relu(h + x)",
        "x.data += h.data\n        return F.relu(x)",
        "`x.data +=` writes into the caller's images and past the graph: no gradient reaches the branch. Use h + x",
    ),
    "average": ("F.relu(h + x)", "F.relu(0.5 * (h + x))", "the block adds; it does not average"),
    "difference": (
        "F.relu(h + x)",
        "F.relu(h - x)",
        "y = F(x) + x: that F learns a difference does not mean that you subtract",
    ),
    "norm and ReLU first": (
        """
class BasicBlock(nn.Module):
    def __init__(self, channels, *, rng):
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False, rng=rng)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False, rng=rng)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        out = self.conv1(F.relu(self.bn1(x)))
        out = self.conv2(F.relu(self.bn2(out)))
        return out + x
""",
        "that is the pre-activation block: here each convolution comes before its norm",
    ),
    "times the input": (
        "F.relu(h + x)",
        "F.relu(h * x)",
        "the input is added, not multiplied",
    ),
    "ReLU before the norm": (
        "F.relu(self.bn1(self.conv1(x)))",
        "self.bn1(F.relu(self.conv1(x)))",
        "the norm comes right behind the convolution, the ReLU behind the norm",
    ),
}
RIGHT["basic_block"] = {
    "one expression": """
class BasicBlock(nn.Module):
    def __init__(self, channels, *, rng):
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False, rng=rng)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False, rng=rng)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        return F.relu(x + self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))
""",
    "a list of steps": """
class BasicBlock(nn.Module):
    def __init__(self, channels, *, rng):
        self.conv1 = conv3x3(channels, channels, rng=rng)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels, rng=rng)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        y = x
        for step in (self.conv1, self.bn1, F.relu, self.conv2, self.bn2):
            y = step(y)
        y = y + x
        return F.maximum(y, 0.0)
""",
}

WRONG["shortcut"] = {
    "stride for rows only": (
        "x[:, :, ::stride, ::stride]",
        "x[:, :, ::stride]",
        "columns are thinned as well: the last axis needs the step too",
    ),
    "stride ignored": ("x[:, :, ::stride, ::stride]", "x", "the image is not thinned: stride does nothing here"),
    "always stride 2": (
        "x[:, :, ::stride, ::stride]",
        "x[:, :, ::2, ::2]",
        "the step is `stride`, which need not be 2",
    ),
    "starts at the second pixel": (
        "x[:, :, ::stride, ::stride]",
        "x[:, :, stride - 1 :: stride, stride - 1 :: stride]",
        "the first pixel kept is number 0",
    ),
    "thins the channels": (
        "x[:, :, ::stride, ::stride]",
        "x[:, ::stride, ::stride]",
        "axis 1 holds the channels: thin the last two axes",
    ),
    "averages": (
        "x = x[:, :, ::stride, ::stride]",
        "x = sum(np.roll(x, (-i, -j), (2, 3)) for i in range(stride) for j in range(stride))[:, :, ::stride, ::stride]"
        " / stride**2",
        "pixels are kept, not averaged",
    ),
    "zeros in front": ("(0, more)", "(more, 0)", "the old channels come first, the zeros behind them"),
    "zeros on both sides": (
        "(0, more)",
        "(more // 2, more - more // 2)",
        "some write it so, but here all zeros stand behind the old channels",
    ),
    "adds as many as asked": (
        "channels - x.shape[1]",
        "channels",
        "`channels` is how many there are in the end: add only what is missing",
    ),
    "copies instead of zeros": (
        "np.pad(x, ((0, 0), (0, more), (0, 0), (0, 0)))",
        'np.pad(x, ((0, 0), (0, more), (0, 0), (0, 0)), mode="wrap")',
        "the new channels are zeros, not copies",
    ),
    "result always float64": (
        "return np.pad(x, ((0, 0), (0, more), (0, 0), (0, 0)))",
        "return np.concatenate([x, np.zeros((len(x), more, *x.shape[2:]))], axis=1)",
        "np.zeros makes float64: give it the dtype of x",
    ),
    "matrix transposed": (
        '"fc,ncij->nfij", w, x',
        '"fc,ncij->nfij", w.T.reshape(w.shape), x',
        "w is (channels, c): row f makes output channel f",
    ),
    "channels stay behind": (
        'return np.einsum("fc,ncij->nfij", w, x)',
        "return (x.transpose(0, 2, 3, 1) @ w.T).reshape(len(x), channels, *x.shape[2:])",
        "the product leaves the channels on the last axis; reshape does not move them: transpose(0, 3, 1, 2) does",
    ),
    "matrix ignored": (
        "if w is not None:",
        "if False:",
        "with w the new channels are a linear map of the old ones, not zeros",
    ),
    "ReLU after the projection": (
        'return np.einsum("fc,ncij->nfij", w, x)',
        'return np.maximum(0, np.einsum("fc,ncij->nfij", w, x))',
        "the shortcut is linear: no ReLU on it",
    ),
    "pixels mirrored": (
        'np.einsum("fc,ncij->nfij", w, x)',
        'np.einsum("fc,ncij->nfij", w, x)[..., ::-1]',
        "every pixel keeps its place",
    ),
    "averages of whole windows": (
        "x = x[:, :, ::stride, ::stride]",
        """h2, w2 = x.shape[2] // stride, x.shape[3] // stride
    x = x[:, :, :h2 * stride, :w2 * stride].reshape(len(x), x.shape[1], h2, stride, w2, stride).mean(axis=(3, 5))""",
        "the kept pixels are 0, stride, 2·stride, ...: nothing is averaged, and the last one counts even where no whole window follows",
    ),
    "channels repeated": (
        "return np.pad(x, ((0, 0), (0, more), (0, 0), (0, 0)))",
        "return np.concatenate([x, np.resize(x, (len(x), more, *x.shape[2:]))], axis=1)",
        "behind the c channels come zeros, not the channels again",
    ),
}
RIGHT["shortcut"] = {
    "an array to fill": """
def shortcut(x, channels, stride, w=None):
    n, c, h, width = x.shape
    rows, columns = range(0, h, stride), range(0, width, stride)
    kind = x.dtype if w is None else np.result_type(x, w)
    y = np.zeros((n, channels, len(rows), len(columns)), kind)
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            pixel = x[:, :, row, column]
            if w is None:
                y[:, :c, i, j] = pixel
            else:
                y[:, :, i, j] = pixel @ w.T
    return y
""",
    "always a matrix": """
def shortcut(x, channels, stride, w=None):
    if w is None:
        w = np.eye(channels, x.shape[1], dtype=x.dtype)
    return np.tensordot(x[:, :, ::stride, ::stride], w, axes=(1, 1)).transpose(0, 3, 1, 2)
""",
}

WRONG["small_resnet"] = {
    "stride in the first stage too": (
        "2 if i > 0 and k == 0 else 1",
        "2 if k == 0 else 1",
        "the first stage keeps the size: only stages 2 and 3 begin with stride 2",
    ),
    "stride in every block": (
        "2 if i > 0 and k == 0 else 1",
        "2 if i > 0 else 1",
        "only the first block of a stage has stride 2; the others keep the size",
    ),
    "stride in the last block": (
        "k == 0 else 1",
        "k == (depth - 2) // 6 - 1 else 1",
        "it is the first block of a stage that has stride 2",
    ),
    "never a stride": ("2 if i > 0 and k == 0 else 1", "1", "stages 2 and 3 halve the image in their first block"),
    "twice as many blocks": (
        "(depth - 2) // 6",
        "(depth - 2) // 3",
        "each block has two layers, so a stage has (depth - 2) / 6 blocks",
    ),
    "one block too few": (
        "range((depth - 2) // 6)",
        "range(1, max(2, (depth - 2) // 6))",
        "range starts at 0: one block of each stage is missing, and with it the stride",
    ),
    "always the same width": (
        "(width, 2 * width, 4 * width)",
        "(width, width, width)",
        "channels double from stage to stage",
    ),
    "three times instead of four": (
        "(width, 2 * width, 4 * width)",
        "(width, 2 * width, 3 * width)",
        "channels double from stage to stage: width, 2 width, 4 width",
    ),
    "sum instead of mean": (
        "x.mean((2, 3))",
        "x.sum((2, 3))",
        "global *average* pooling: the mean, so that the size of the image does not matter",
    ),
    "pooled over one axis twice": (
        "x.mean((2, 3))",
        "x.mean(3)[:, :, 0]",
        "the mean goes over both axes of the image",
    ),
    "maximum instead of mean": (
        "x.mean((2, 3))",
        "F.adaptive_max_pool2d(x, 1)[:, :, 0, 0]",
        "global average pooling takes the mean, not the maximum",
    ),
    "no ReLU behind the stem": (
        "x = F.relu(self.bn1(self.conv1(x)))",
        "x = self.bn1(self.conv1(x))",
        "after the first norm comes a ReLU",
    ),
    "no norm behind the stem": (
        "F.relu(self.bn1(self.conv1(x)))",
        "F.relu(self.conv1(x))",
        "bn1 is made but not used",
    ),
    "plain blocks": (
        "stride, rng=rng)",
        "stride, residual=False, rng=rng)",
        "these blocks are plain: leave `residual` as it is",
    ),
    "ReLU on the logits": (
        "return self.fc(x.mean((2, 3)))",
        "return F.relu(self.fc(x.mean((2, 3))))",
        "logits may be negative: no ReLU on them",
    ),
}
RIGHT["small_resnet"] = {
    "a plan first": """
class SmallResNet(nn.Module):
    def __init__(self, depth, width, classes, *, rng):
        n = depth // 6
        self.conv1 = nn.Conv2d(3, width, 3, padding=1, bias=False, rng=rng)
        self.bn1 = nn.BatchNorm2d(width)
        plans = [[(width, width, 1)] * n]
        for c in (2 * width, 4 * width):
            plans.append([(c // 2, c, 2)] + [(c, c, 1)] * (n - 1))
        self.stages = [nn.Sequential(*(PaddedBlock(a, b, s, rng=rng) for a, b, s in plan)) for plan in plans]
        self.fc = nn.Linear(4 * width, classes, rng=rng)

    def forward(self, x):
        h = F.relu(self.bn1(self.conv1(x)))
        first, second, third = self.stages
        h = third(second(first(h)))
        return self.fc(F.adaptive_avg_pool2d(h, 1).flatten(1))
""",
    "parts in another order": """
class SmallResNet(nn.Module):
    def __init__(self, depth, width, classes, *, rng):
        self.fc = nn.Linear(4 * width, classes, rng=rng)
        self.bn1, self.conv1 = nn.BatchNorm2d(width), conv3x3(3, width, rng=rng)
        self.stages = []
        for power in range(3):
            c = width * 2**power
            first = PaddedBlock(max(width, c // 2), c, min(2, power + 1), rng=rng)
            self.stages.append(nn.Sequential(first, *[PaddedBlock(c, c, rng=rng) for _ in range(depth // 6 - 1)]))

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.fc(x.sum((2, 3)) / (x.shape[2] * x.shape[3]))
""",
}

WRONG["send_weights"] = {
    "parameters only": (
        'own = {name: v for name, v in twin.state_dict().items() if not name.endswith("num_batches_tracked")}',
        "own = {name: v.data for name, v in twin.named_parameters()}\n    state = {n: v for n, v in state.items() if n in own}",
        "the running means and variances are not parameters but travel too: use state_dict()",
    ),
    "parameters only, back": (
        "state = twin.state_dict()",
        "state = {n: v.detach() for n, v in twin.named_parameters()}",
        "the running means and variances are missing from the state: they are buffers",
    ),
    "in the order of the dict": (
        "for name, value in own.items():\n        value.copy_(torch.from_numpy(state[name]))",
        "for value, array in zip(own.values(), state.values(), strict=True):\n"
        "        value.copy_(torch.from_numpy(array))",
        "two dicts need not have the same order: look up each array by its name",
    ),
    "names not compared": (
        "if {n: v.shape for n, v in state.items()} != {n: tuple(v.shape) for n, v in own.items()}:",
        "own = {n: v for n, v in own.items() if n in state}\n"
        "    if any(state[n].shape != tuple(v.shape) for n, v in own.items()):",
        "a name that is missing on one side must be an error, not be passed over",
    ),
    "shapes not compared": (
        "if {n: v.shape for n, v in state.items()} != {n: tuple(v.shape) for n, v in own.items()}:",
        "if state.keys() != own.keys():",
        "copy_ broadcasts, so that a wrong shape goes unnoticed: compare the shapes too",
    ),
    "memory shared with the arrays": (
        "for name, value in own.items():\n        value.copy_(torch.from_numpy(state[name]))",
        "arrays = {n: torch.from_numpy(v) for n, v in state.items()}\n"
        "    twin.load_state_dict(arrays, strict=False, assign=True)",
        "the twin now shares its memory with your arrays: when one changes, so does the other; copy",
    ),
    "errors of another kind": (
        "raise ValueError(",
        "raise KeyError(",
        "the task asks for a ValueError",
    ),
    "torch complains": (
        "if {n: v.shape for n, v in state.items()} != {n: tuple(v.shape) for n, v in own.items()}:",
        "twin.load_state_dict({n: torch.from_numpy(v) for n, v in state.items()}, strict=False)\n"
        "    if state.keys() != own.keys():",
        "load_state_dict answers a wrong shape with a RuntimeError, and may have copied by then: compare the shapes yourself",
    ),
    "error after copying": (
        '    if {n: v.shape for n, v in state.items()} != {n: tuple(v.shape) for n, v in own.items()}:\n        raise ValueError("names or shapes of the two networks differ")\n    for name, value in own.items():\n        value.copy_(torch.from_numpy(state[name]))\n',
        '    for name, value in own.items():\n        if name in state:\n            value.copy_(torch.from_numpy(state[name]))\n    if {n: v.shape for n, v in state.items()} != {n: tuple(v.shape) for n, v in own.items()}:\n        raise ValueError("names or shapes of the two networks differ")\n',
        "arrays were copied although names or shapes differ: look at all of them first, so that a failure leaves the twin as it was",
    ),
    "counters wanted": (
        'if not name.endswith("num_batches_tracked")}',
        "}",
        "our library has no counters num_batches_tracked: leave them aside when you compare names",
    ),
    "counters kept in the state": (
        'if not n.endswith("num_batches_tracked")}',
        "}",
        "the state must not hold torch's counters: our library would not know them",
    ),
    "state shares memory": (
        "v.cpu().numpy().copy()",
        "v.cpu().numpy()",
        "numpy() shares memory with torch: the next step of training changes your state; copy",
    ),
    "state of torch tensors": (
        "v.cpu().numpy().copy()",
        "v.clone()",
        "the state holds NumPy arrays, not torch tensors",
    ),
    "always float32": (
        "v.cpu().numpy().copy()",
        "v.cpu().numpy().astype(np.float32)",
        "a float64 network gives float64 arrays",
    ),
    "matrices transposed": (
        "value.copy_(torch.from_numpy(state[name]))",
        "value.copy_(torch.from_numpy(state[name].T.reshape(state[name].shape)))",
        "both libraries keep a matrix as (out, in): nothing is to be transposed",
    ),
    "returns nothing": ("    return twin\n", "    return None\n", "return the twin"),
    "returns a copy": (
        "    return twin\n",
        "    import copy\n\n    return copy.deepcopy(twin)\n",
        "what you return is a copy: return the twin itself",
    ),
    "names too many passed over": (
        ("    if {n: v.shape for n, v in state.items()} != {n: tuple(v.shape) for n, v in own.items()}:"),
        ("    if any(n not in state or state[n].shape != tuple(v.shape) for n, v in own.items()):"),
        "a name of the state that the twin does not have must be an error, too",
    ),
}
RIGHT["send_weights"] = {
    "through load_state_dict": """
def send_weights(state, twin):
    mine = twin.state_dict()
    wanted = [n for n in mine if not n.endswith("num_batches_tracked")]
    if set(wanted) != set(state):
        raise ValueError("names differ: " + ", ".join(sorted(set(wanted) ^ set(state))))
    for n in wanted:
        if tuple(mine[n].shape) != state[n].shape:
            raise ValueError(n + " has another shape")
    twin.load_state_dict({n: torch.tensor(state[n].copy()) for n in wanted}, strict=False)
    return twin


def fetch_weights(twin):
    state = {}
    for n, v in twin.state_dict().items():
        if "num_batches_tracked" not in n:
            state[n] = np.array(v.detach().cpu())
    return state
""",
    "parameters and buffers": """
def send_weights(state, twin):
    places = dict(twin.named_parameters())
    places.update((n, b) for n, b in twin.named_buffers() if not n.endswith("num_batches_tracked"))
    if sorted(places) != sorted(state) or any(tuple(places[n].shape) != np.shape(state[n]) for n in places):
        raise ValueError("these two do not fit")
    with torch.no_grad():
        for n in places:
            places[n][...] = torch.from_numpy(state[n].copy())
    return twin


def fetch_weights(twin):
    both = [*twin.named_parameters(), *twin.named_buffers()]
    return {n: v.detach().cpu().clone().numpy() for n, v in both if n.split(".")[-1] != "num_batches_tracked"}
""",
}

WRONG["deep_losses"] = {
    "always plain": (
        "h + branch if residual else branch",
        "branch",
        "`residual` makes no difference: add the branch to h",
    ),
    "always residual": (
        "h + branch if residual else branch",
        "h + branch",
        "a plain layer replaces h: the sum is only for residual=True",
    ),
    "exchanged": (
        "h + branch if residual else branch",
        "branch if residual else h + branch",
        "plain and residual are exchanged",
    ),
    "ReLU after the sum": (
        "h = h + branch if residual else branch",
        "h = F.relu(h + h @ w.T) if residual else branch",
        "here the branch is relu(W h), and the sum stays as it is",
    ),
    "shortcut from the first layer": (
        "for w in weights[1:-1]:",
        "first = h\n        for w in weights[1:-1]:\n            h = h if w is weights[1] or not residual else h - first + first * 2",
        "each layer adds to its own input, not to the first layer's output",
    ),
    "input not through ReLU": (
        "h = F.relu(Tensor(x) @ weights[0].T)",
        "h = Tensor(x) @ weights[0].T",
        "the first layer has a ReLU too",
    ),
    "ReLU on the logits": (
        "F.cross_entropy(h @ weights[-1].T, t)",
        "F.cross_entropy(F.relu(h @ weights[-1].T), t)",
        "the last layer makes logits, which may be negative: no ReLU",
    ),
    "one layer too few": (
        "weights[1:-1]",
        "weights[1:-2]",
        "all matrices but the first and the last lie between: weights[1:-1]",
    ),
    "gradients add up": (
        "w.data, w.grad = w.data - rate * w.grad, None",
        "w.data = w.data - rate * w.grad",
        "backward adds to the gradients of the step before: forget them after each step",
    ),
    "upwards": (
        "w.data - rate * w.grad",
        "w.data + rate * w.grad",
        "the loss grows: go against the gradient",
    ),
    "no update": (
        "w.data, w.grad = w.data - rate * w.grad, None",
        "w.grad = None",
        "the weights never change",
    ),
    "only the last layer learns": (
        "        for w in weights:\n            w.data",
        "        for w in weights[-1:]:\n            w.data",
        "all matrices take part in the step",
    ),
    "updates the caller's arrays": (
        """
def deep_losses(x, t, weights, rate, steps, residual):
    weights, losses = [Tensor(w, requires_grad=True) for w in weights], []
    for _ in range(steps):
        h = F.relu(Tensor(x) @ weights[0].T)
        for w in weights[1:-1]:
            branch = F.relu(h @ w.T)
            h = h + branch if residual else branch
        loss = F.cross_entropy(h @ weights[-1].T, t)
        losses.append(float(loss.data))
        loss.backward()
        for w in weights:
            w.data -= rate * w.grad
            w.grad = None
    return losses
""",
        "the caller's matrices have changed: `-=` writes into them. Work on copies",
    ),
    "sum over the samples": (
        "loss = F.cross_entropy(h @ weights[-1].T, t)",
        "loss = F.cross_entropy(h @ weights[-1].T, t) * len(x)",
        "the loss is the mean over the samples",
    ),
    "one step too many": ("range(steps)", "range(steps + 1)", "asked are `steps` losses, the first before any step"),
    "losses after the step": (
        "return losses",
        "return losses[1:] + losses[-1:]",
        "the first loss is that of the weights as given, before any step",
    ),
    "first layer residual too": (
        "        h = F.relu(Tensor(x) @ weights[0].T)\n",
        "        h = F.relu(Tensor(x) @ weights[0].T)\n        h = h + Tensor(x) if residual and h.shape == x.shape else h\n",
        "the first matrix makes h, without a shortcut; only the layers between are residual",
    ),
}
RIGHT["deep_losses"] = {
    "layers as a function": """
def deep_losses(x, t, weights, rate, steps, residual):
    params = [Tensor(np.array(w), requires_grad=True) for w in weights]

    def logits():
        h = F.relu(F.linear(Tensor(x), params[0]))
        for w in params[1:-1]:
            h = F.relu(F.linear(h, w)) + (h if residual else 0.0)
        return F.linear(h, params[-1])

    found = []
    for _ in range(steps):
        for p in params:
            p.grad = None
        loss = F.cross_entropy(logits(), t)
        loss.backward()
        found.append(loss.item())
        for p in params:
            p.data = p.data - rate * p.grad
    return found
""",
    "fresh Tensors at every step": """
def deep_losses(x, t, weights, rate, steps, residual):
    arrays, found = list(weights), []
    while len(found) < steps:
        params = [Tensor(w, requires_grad=True) for w in arrays]
        h = F.relu(Tensor(x) @ params[0].T)
        for w in params[1:-1]:
            step = F.relu(h @ w.T)
            if residual:
                step = step + h
            h = step
        loss = -F.log_softmax(h @ params[-1].T, 1)[np.arange(len(t)), t].mean()
        loss.backward()
        found.append(float(loss.data))
        arrays = [p.data - rate * p.grad for p in params]
    return found
""",
}

WRONG["mixed_step"] = {
    "mode forgotten": (
        "    model.train()\n",
        "",
        "the model came in evaluation mode and stayed in it: call model.train()",
    ),
    "gradients add up": (
        "    optimizer.zero_grad()\n",
        "",
        "backward adds to the gradients of the step before: zero_grad() first",
    ),
    "no step": (
        "    optimizer.step()\n",
        "",
        "no weight changes: after backward comes step(), and zero_grad() belongs in front of backward",
    ),
    "two steps": (
        "optimizer.step()\n",
        "optimizer.step()\n    optimizer.step()\n",
        "one step for each batch: step() is called twice",
    ),
    "no smoothing": (", label_smoothing=smoothing", "", "the labels are not smoothed: label_smoothing=smoothing"),
    "always the same smoothing": (
        "label_smoothing=smoothing",
        "label_smoothing=0.1",
        "use the argument `smoothing`, which need not be 0.1",
    ),
    "not mixed": (
        "enabled=mixed",
        "enabled=False",
        "the products are in float32: enable autocast if `mixed`, and for the batch's own device type, not for a fixed one",
    ),
    "always mixed": (", enabled=mixed", "", "with mixed=False the products must stay in float32"),
    "all in bfloat16": (
        "with torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=mixed):\n        logits = model(x)",
        "if mixed:\n        model, x = model.bfloat16(), x.bfloat16()\n    logits = model(x)",
        "the weights themselves became bfloat16; small updates get lost there. Autocast leaves them in float32",
    ),
    "loss in bfloat16": (
        "logits.float()",
        "logits",
        "the loss is computed in bfloat16, with three digits: logits.float() first",
    ),
    "memory order unchanged": (
        "    x = x.to(memory_format=torch.channels_last)\n",
        "",
        "the batch is not in channels-last memory",
    ),
    "a Python number": (
        "loss.detach()",
        "loss.item()",
        "item() makes the CPU wait for the GPU at every step: return the tensor, detached",
    ),
    "with its graph": (
        "loss.detach()",
        "loss",
        "the loss still holds its graph: whoever collects losses collects memory; detach it",
    ),
    "sum over the batch": (
        "label_smoothing=smoothing)",
        'label_smoothing=smoothing, reduction="sum")',
        "the loss is the mean over the batch",
    ),
    "float16": (
        "dtype=torch.bfloat16",
        "dtype=torch.float16",
        "float16 has few exponents, small gradients vanish in it without loss scaling: bfloat16 is asked",
    ),
}
RIGHT["mixed_step"] = {
    "gradients forgotten at the end": """
def mixed_step(model, optimizer, x, t, smoothing=0.1, mixed=True):
    x = x.contiguous(memory_format=torch.channels_last)
    model.train(True)
    with torch.autocast(device_type=str(x.device.type), dtype=torch.bfloat16, enabled=bool(mixed)):
        y = model(x)
    loss = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)(y.to(torch.float32), t)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.detach().clone()
""",
    "smoothing by hand": """
def mixed_step(model, optimizer, x, t, smoothing=0.1, mixed=True):
    model.train()
    for p in model.parameters():
        p.grad = None
    if mixed:
        with torch.autocast(x.device.type, torch.bfloat16):
            y = model(x.to(memory_format=torch.channels_last))
    else:
        y = model(x.to(memory_format=torch.channels_last))
    logs = torch.log_softmax(y.float(), dim=1)
    right = logs.gather(1, t[:, None]).mean()
    loss = -(1 - smoothing) * right - smoothing * logs.mean()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        return loss * 1.0
""",
}

WRONG["residual_stack"] = {
    "still forgets": (
        "h = np.maximum(0, x @ a.T)\n        kept.append(h)\n        x = x + h @ b.T",
        "h = x = np.maximum(0, x @ a.T)\n        kept.append(h)\n        x = x + h @ b.T",
        "what is added is the middle of the block, because x has been overwritten: keep the input",
    ),
    "backward left as it was": (
        "g = g + ((g @ b) * (h > 0)) @ a",
        "g = ((g + g @ b) * (h > 0)) @ a",
        "the forward pass is repaired; in the backward pass g still goes only through the block, not past it",
    ),
    "no shortcut backward": (
        "g = g + ((g @ b) * (h > 0)) @ a",
        "g = ((g @ b) * (h > 0)) @ a",
        "a sum hands its gradient to both sides: g itself comes through the shortcut",
    ),
    "no shortcut at all": ("x = x + h @ b.T", "x = h @ b.T", "without x this is a plain network"),
    "blocks in forward order": (
        "zip(reversed(pairs), reversed(kept), strict=True)",
        "zip(pairs, kept, strict=True)",
        "the backward pass meets the last block first",
    ),
    "ReLU's gradient forgotten": (
        "((g @ b) * (h > 0)) @ a",
        "(g @ b) @ a",
        "where ReLU gave 0 no gradient passes: multiply by h > 0",
    ),
    "ReLU on the sum": (
        "x = x + h @ b.T",
        "x = np.maximum(0, x + h @ b.T)",
        "this block has no ReLU behind the sum",
    ),
    "ReLU's gradient at the wrong place": (
        "((g @ b) * (h > 0)) @ a",
        "((g @ b) * (h > 0.5)) @ a",
        "ReLU passes the gradient wherever it gave more than 0",
    ),
    "adds in place": (
        "x = x + h @ b.T",
        "x += h @ b.T",
        "`+=` writes into the caller's x: make a new array",
    ),
    "g in place": (
        "g = g + ((g @ b)",
        "g += ((g @ b)",
        "`+=` writes into the caller's g: make a new array",
    ),
    "ReLU's gradient from the block's input": (
        "    kept = []\n    for a, b in pairs:\n        h = np.maximum(0, x @ a.T)\n        kept.append(h)\n        x = x + h @ b.T\n    for (a, b), h in zip(reversed(pairs), reversed(kept), strict=True):\n        g = g + ((g @ b) * (h > 0)) @ a\n",
        "    kept = []\n    for a, b in pairs:\n        kept.append(x)\n        x = x + np.maximum(0, x @ a.T) @ b.T\n    for (a, b), h in zip(reversed(pairs), reversed(kept), strict=True):\n        g = g + (g @ b) @ a * (h > 0)\n",
        "the ReLU's gradient is 1 where what went into *it* was positive, x @ a.T; you ask where the block's input is",
    ),
}
RIGHT["residual_stack"] = {
    "masks kept": """
def residual_stack(x, pairs, g):
    masks = []
    for a, b in pairs:
        z = np.einsum("nd,md->nm", x, a)
        masks.append(z > 0)
        x = x + np.einsum("nm,dm->nd", np.where(z > 0, z, 0), b)
    for k in range(len(pairs) - 1, -1, -1):
        a, b = pairs[k]
        through = np.where(masks[k], g @ b, 0) @ a
        g = through + g
    return x, g
""",
    "one block calls the next": """
def residual_stack(x, pairs, g):
    if not pairs:
        return x, g
    (a, b), rest = pairs[0], pairs[1:]
    z = x @ a.T
    y, g = residual_stack(x + z.clip(min=0) @ b.T, rest, g)
    return y, g + ((g @ b) * np.sign(z.clip(min=0))) @ a
""",
}

WRONG["deep_faults"] = {
    "A and B exchanged": (
        '"A": "no shortcuts", "B": "rate too low"',
        '"A": "rate too low", "B": "no shortcuts"',
        "A and B are exchanged: the gradients in front of the first step know nothing of the rate",
    ),
    "B and D exchanged": (
        '"B": "rate too low", "C": "evaluated in training mode", "D": "rate too high"',
        '"B": "rate too high", "C": "evaluated in training mode", "D": "rate too low"',
        "B and D are exchanged: small steps make a slow, smooth curve, large ones a wild one",
    ),
    "C and D exchanged": (
        '"C": "evaluated in training mode", "D": "rate too high"',
        '"C": "rate too high", "D": "evaluated in training mode"',
        "C and D are exchanged: how you evaluate does not change the training loss",
    ),
    "A and C exchanged": (
        '"A": "no shortcuts", "B": "rate too low", "C": "evaluated in training mode"',
        '"A": "evaluated in training mode", "B": "rate too low", "C": "no shortcuts"',
        "A and C are exchanged: C trains as the healthy run does",
    ),
    "B and C exchanged": (
        '"B": "rate too low", "C": "evaluated in training mode"',
        '"B": "evaluated in training mode", "C": "rate too low"',
        "B and C are exchanged: the slow one learns slowly, but what it learns shows on test digits",
    ),
    "one name twice": (
        '"D": "rate too high"',
        '"D": "rate too low"',
        "one name stands twice: each of the four occurs once",
    ),
    "small letters": (
        '"A": "no shortcuts", "B"',
        '"a": "no shortcuts", "B"',
        "the runs are called A to D, in capital letters",
    ),
    "a name of one's own": (
        '"B": "rate too low"',
        '"B": "rate too small"',
        'take the names as they stand in the task: "rate too low"',
    ),
    "training mode": (
        "    model.eval()\n",
        "    model.train()\n",
        "a norm in training mode uses the batch: say `eval()` first",
    ),
    "mode left alone": (
        "    model.eval()\n",
        "",
        "the mode is whatever it was; in training mode the norms use the batch, and their running statistics move",
    ),
    "left in evaluation mode": (
        "    model.train(was)\n",
        "",
        "the model stays in evaluation mode: the next training step would not use its batch",
    ),
    "always back to training": (
        "model.train(was)",
        "model.train()",
        "a model that came in evaluation mode must leave in it",
    ),
    "mean of the batches' shares": (
        "return float(found / len(x))",
        "return float(np.mean([np.mean(model.eval()(Tensor(x[k : k + size])).data.argmax(axis=1) == t[k : k + size]) for k in range(0, len(x), size)])) + 0 * len([model.train(was)])",
        "the last batch may be smaller: add up how many are right, and divide once",
    ),
    "last batch forgotten": (
        "range(0, len(x), size)",
        "range(0, len(x) - size + 1, size)",
        "the last, smaller batch is missing",
    ),
    "a count": ("float(found / len(x))", "float(found)", "a share is asked, not a number of rows"),
    "wrong ones": (
        ".argmax(axis=1) == t",
        ".argmax(axis=1) != t",
        "this counts the wrong answers",
    ),
    "argmin": ("logits.argmax(axis=1)", "logits.argmin(axis=1)", "the class has the *largest* logit"),
    "share of whole batches": (
        ("was, found = model.training, 0"),
        (
            "was, found = model.training, 0\n"
            "    whole = len(x) // size * size or len(x)\n"
            "    x, t = x[:whole], t[:whole]"
        ),
        "the last, smaller batch is left out: its rows count too",
    ),
}
RIGHT["deep_faults"] = {
    "all at once": (
        """    with no_grad():
        for start in range(0, len(x), size):
            logits = model(Tensor(x[start : start + size])).data
            found += np.sum(logits.argmax(axis=1) == t[start : start + size])
    model.train(was)
    return float(found / len(x))""",
        """    answers = np.argmax(model(Tensor(x)).data, axis=1)
    (model.train if was else model.eval)()
    return float((answers == t).mean())""",
    ),
    "pieces and try": """
deep_faults = {}
deep_faults["D"] = "rate too high"
deep_faults["C"] = "evaluated in training mode"
deep_faults["B"] = "rate too low"
deep_faults["A"] = "no shortcuts"


def evaluated(model, x, t, size):
    came_training = bool(model.training)
    try:
        model.train(False)
        cuts = np.arange(size, len(x), size)
        said = [model(Tensor(piece)).data.argmax(axis=-1) for piece in np.split(x, cuts)]
    finally:
        model.train(came_training)
    return float(np.mean(np.concatenate(said) == t))
""",
}

WRONG["open_deep"] = {
    "no shortcuts": (
        "return x + self.branch(x)",
        "return self.branch(x)",
        "a plain network of 22 layers learns little in so few steps: its gradients explode from layer to layer",
    ),
    "not trained": (
        "deep_history = fit_deep(deep_net, steps=90, rate=0.1, size=64)",
        "deep_history = []",
        "the network has not been trained",
    ),
    "hardly trained": ("steps=90", "steps=5", "five steps are too few: there is time for some ninety"),
    "rate too low": ("rate=0.1", "rate=0.0002", "with such a rate ninety steps do not get far"),
    "rate too high": ("rate=0.1", "rate=30.0", "the rate throws the weights about: look at `deep_history`"),
    "too shallow": (
        "range(10)",
        "range(4)",
        "fewer than 22 layers lie behind one another: layers side by side count once, and a block of two layers adds two",
    ),
    "too wide": (
        "[Around(12) for _ in range(10)]",
        "[torch.nn.Conv2d(12, 24, 1)] + [Around(24) for _ in range(10)] + [torch.nn.Conv2d(24, 12, 1)]",
        "more than 500 000 multiply-adds: shrink the maps at once, by a stride in the first convolution, or take fewer channels",
    ),
    "too shallow and too wide": (
        "[Around(12) for _ in range(10)]",
        "[torch.nn.Conv2d(12, 48, 1)] + [Around(48) for _ in range(3)] + [torch.nn.Conv2d(48, 12, 1)]",
        "fewer than 22 layers behind one another, and yet more than 500 000 multiply-adds: many thin layers rather than a few wide ones",
    ),
    "kernels outside modules": (
        "return x + self.branch(x)",
        "return x + self.branch(x) + 0.01 * (x.flatten(2) @ torch.ones(x[0, 0].numel(), 1))[..., None]",
        "there is work that `count` does not see, by `@` or `torch.nn.functional`: make a layer of it, `torch.nn.Conv2d` or `torch.nn.Linear`",
    ),
    "classes instead of logits": (
        "deep_history = fit_deep(deep_net, steps=90, rate=0.1, size=64)",
        "deep_history = fit_deep(deep_net, steps=5, rate=0.1, size=64)\n"
        "deep_net.register_forward_hook(lambda module, args, out: out.argmax(1))",
        "classes come out, not logits: the judge takes the largest logit itself, and no depth is to be seen behind an argmax",
    ),
    "one number a row": (
        "torch.nn.Linear(12, 10)",
        "torch.nn.Linear(12, 1)",
        "ten logits are asked for each image",
    ),
}
RIGHT["open_deep"] = {
    "basic blocks, a loop of its own": (
        """class Around(torch.nn.Module):
    def __init__(self, channels):
        super().__init__()
        conv, norm = torch.nn.Conv2d, torch.nn.BatchNorm2d
        one = (norm(channels), torch.nn.ReLU(), conv(channels, channels, 3, padding=1, bias=False))
        two = (norm(channels), torch.nn.ReLU(), conv(channels, channels, 3, padding=1, bias=False))
        self.branch = torch.nn.Sequential(*one, *two)

    def forward(self, x):
        return x + self.branch(x)


torch.manual_seed(0)
blocks_of_it = [Around(12) for _ in range(10)]
head = (torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(12, 10))
deep_net = torch.nn.Sequential(torch.nn.Conv2d(1, 12, 3, stride=2, padding=1), *blocks_of_it, torch.nn.BatchNorm2d(12), *head)
deep_history = fit_deep(deep_net, steps=90, rate=0.1, size=64)""",
        """class Basic(torch.nn.Module):
    def __init__(self, c):
        super().__init__()
        self.a = torch.nn.Conv2d(c, c, 3, 1, 1, bias=False)
        self.b = torch.nn.Conv2d(c, c, 3, 1, 1, bias=False)
        self.na, self.nb = torch.nn.BatchNorm2d(c), torch.nn.BatchNorm2d(c)

    def forward(self, z):
        inner = torch.relu(self.na(self.a(z)))
        return torch.relu(self.nb(self.b(inner)) + z)


class Whole(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.begin, self.norm = torch.nn.Conv2d(1, 12, 3, 2, 1), torch.nn.BatchNorm2d(12)
        self.body = torch.nn.ModuleList(Basic(12) for _ in range(10))
        self.out = torch.nn.Linear(12, 10)

    def forward(self, z):
        z = torch.relu(self.norm(self.begin(z)))
        for block in self.body:
            z = block(z)
        return self.out(z.mean((2, 3)))


torch.manual_seed(4)
deep_net = Whole()
adam = torch.optim.Adam(deep_net.parameters(), lr=0.01)
order = torch.randperm(len(x_deep)).repeat(5)
for k in range(95):
    for group in adam.param_groups:
        group["lr"] = 0.012 * (1 - k / 95)
    some = order[k * 64 : k * 64 + 64]
    adam.zero_grad()
    cross_entropy(deep_net(x_deep[some]), t_deep[some]).backward()
    adam.step()""",
    ),
}
