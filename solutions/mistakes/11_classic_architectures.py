"""Lesson 11, Classic architectures: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["count_layers"] = {
    "whole batch": (
        "out[0].numel() *",
        "out.numel() *",
        "you count the whole batch: asked is one sample, and `out[0]` is the first one's",
    ),
    "groups forgotten": (
        "module.weight[0].numel())",
        "module.weight[0].numel() * getattr(module, 'groups', 1))",
        "with groups an output sees only the channels of its own group; weight[0] is already right",
    ),
    "kernel forgotten": (
        "module.weight[0].numel())",
        "module.weight.shape[1])",
        "every output of a convolution takes channels times height times width of the kernel, not channels alone",
    ),
    "places forgotten": (
        "out[0].numel() * module.weight[0].numel()",
        "module.weight.numel()",
        "these are the weights: each of them works once at every place of the map",
    ),
    "biases counted": (
        "out[0].numel() * module.weight[0].numel()",
        "out[0].numel() * (module.weight[0].numel() + (module.bias is not None))",
        "a bias is added without a multiplication: it counts nothing here",
    ),
    "linear layers forgotten": (
        "(nn.Conv2d, nn.Linear)",
        "nn.Conv2d",
        "linear layers work too",
    ),
    "convolutions forgotten": (
        "(nn.Conv2d, nn.Linear)",
        "nn.Linear",
        "convolutions work too, and most of all",
    ),
    "children only": (
        "for m in model.modules()",
        "for m in model.children()",
        "children() stops at the first level: layers inside of blocks are not seen; modules() finds all",
    ),
    "hooks stay": (
        "        handle.remove()\n",
        "        pass\n",
        "your hooks are still there: each further forward pass will call them",
    ),
    "trainable only": (
        "for p in model.parameters())",
        "for p in model.parameters() if p.requires_grad)",
        "frozen parameters are parameters too",
    ),
    "multiplications and additions": (
        "sum(work)",
        "2 * sum(work)",
        "a multiplication with its addition counts as one here, as in the published tables",
    ),
    "once for each layer": (
        "def count_layers(model, x):\n    work = {}\n    def note(module, args, out):\n"
        "        work[module] = out[0].numel() * module.weight[0].numel()\n"
        "    hooks = [m.register_forward_hook(note) for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]\n"
        "    model(x)\n    for hook in hooks:\n        hook.remove()\n"
        "    return sum(p.numel() for p in model.parameters()), sum(work.values())",
        "a layer that runs twice works twice: add up, do not overwrite",
    ),
    "linear layers once a sample": (
        """def count_layers(model, x):
    total = [0]
    hooks = []

    def hook(m, i, o):
        if isinstance(m, nn.Conv2d):
            total[0] += m.weight[0].numel() * o[0].numel()
        else:
            total[0] += m.in_features * m.out_features

    for m in model.modules():
        if isinstance(m, (nn.Conv2d, nn.Linear)):
            hooks.append(m.register_forward_hook(hook))
    model(x)
    for h in hooks:
        h.remove()
    return sum(p.numel() for p in model.parameters()), total[0]
""",
        "a linear layer works at every place of its input: count the numbers of its output, as with a convolution",
    ),
    "kernels taken for square": (
        "module.weight[0].numel()",
        "(module.in_channels // module.groups * module.kernel_size[0] ** 2 if isinstance(module, nn.Conv2d) else module.in_features)",
        "a kernel need not be square: rows times columns",
    ),
    "places of the input": (
        """def note(module, args, out):
        work.append(out[0]""",
        """def note(module, args, out):
        work.append(args[0][0]""",
        "each number of the *output* costs one filter's multiplications; the input's size does not matter",
    ),
    "by the weights of the output": (
        "out[0].numel() * module.weight[0].numel()",
        "out[0].numel() * module.weight.numel()",
        "each number of the output costs the weights of one filter, not of all filters",
    ),
    "weights for all": (
        "sum(p.numel() for p in model.parameters())",
        "sum(m.weight.numel() for m in layers)",
        "parameters are all numbers in model.parameters(): biases and norms belong to them",
    ),
    "places of the first axis": (
        "out[0].numel()",
        "out[0][0].numel()",
        "out[0] is one sample with all its channels; out[0][0] is one channel of it",
    ),
    "exchanged": (
        "return sum(p.numel() for p in model.parameters()), sum(work)",
        "return sum(work), sum(p.numel() for p in model.parameters())",
        "the parameters come first, then the multiply-adds: they are exchanged",
    ),
    "parameters as tensors counted": (
        "sum(p.numel() for p in model.parameters())",
        "len(list(model.parameters()))",
        "that counts the tensors, not the numbers in them: p.numel()",
    ),
    "buffers counted": (
        "sum(p.numel() for p in model.parameters())",
        "sum(p.numel() for p in model.state_dict().values())",
        "a state_dict holds running statistics as well; only parameters count",
    ),
    "largest layer": (
        "sum(work)",
        "max(work)",
        "the multiply-adds of all layers are added up, not the largest taken",
    ),
    "last layer": (
        "work.append(out[0].numel() * module.weight[0].numel())",
        "work[:] = [out[0].numel() * module.weight[0].numel()]",
        "every layer adds to the count; yours keeps the last one only",
    ),
    "divided by the batch twice": (
        "out[0].numel() *",
        "out[0].numel() // len(out) *",
        "out[0] is one sample already: nothing is left to divide",
    ),
    "one hook removed": (
        """    for handle in handles:
        handle.remove()""",
        "    handles[0].remove()",
        "every hook has to go, not the first one only",
    ),
}
RIGHT["count_layers"] = {
    "from the attributes": (
        "def count_layers(model, x):\n    total = 0\n    def conv(m, args, out):\n        nonlocal total\n"
        "        n, f, h, w = out.shape\n        total += f * h * w * m.in_channels // m.groups * m.kernel_size[0] * m.kernel_size[1]\n"
        "    def linear(m, args, out):\n        nonlocal total\n        total += m.in_features * (out.numel() // out.shape[0])\n"
        "    hooks = []\n    for m in model.modules():\n        if isinstance(m, nn.Conv2d):\n            hooks.append(m.register_forward_hook(conv))\n"
        "        elif isinstance(m, nn.Linear):\n            hooks.append(m.register_forward_hook(linear))\n"
        "    with torch.no_grad():\n        model(x)\n    [h.remove() for h in hooks]\n"
        "    return sum(p.nelement() for p in set(model.parameters())), total"
    ),
    "one global hook": (
        "def count_layers(model, x):\n    work = []\n    def note(m, args, out):\n"
        "        if isinstance(m, nn.Conv2d) or isinstance(m, nn.Linear):\n"
        "            work.append(out.numel() * m.weight.numel() // m.weight.shape[0] // x.shape[0])\n"
        "    hook = nn.modules.module.register_module_forward_hook(note)\n    try:\n        model(x)\n"
        "    finally:\n        hook.remove()\n    return sum(map(torch.numel, model.parameters())), sum(work)"
    ),
}

WRONG["lenet_twin"] = {
    "average pooling": (
        "nn.Conv2d(conv1[1], conv1[0], conv1[2:]), nn.ReLU(), nn.MaxPool2d(2)",
        "nn.Conv2d(conv1[1], conv1[0], conv1[2:]), nn.ReLU(), nn.AvgPool2d(2)",
        "`ours` pools by the maximum, the twin's first pooling by the mean",
    ),
    "tanh": (
        "nn.Linear(full1[1], full1[0]), nn.ReLU()",
        "nn.Linear(full1[1], full1[0]), nn.Tanh()",
        "the activation between the linear layers is ReLU in `ours`",
    ),
    "a ReLU lost": (
        "nn.Linear(full1[1], full1[0]), nn.ReLU()",
        "nn.Linear(full1[1], full1[0]), nn.Identity()",
        "between the two linear layers stands a ReLU",
    ),
    "ReLU on the logits": (
        "nn.Linear(full2[1], full2[0]),\n    )",
        "nn.Linear(full2[1], full2[0]),\n        nn.ReLU(),\n    )",
        "the logits are numbers of any sign: no ReLU behind the last layer",
    ),
    "softmax on top": (
        "nn.Linear(full2[1], full2[0]),\n    )",
        "nn.Linear(full2[1], full2[0]),\n        nn.Softmax(dim=1),\n    )",
        "asked are the logits, as `ours` gives them, not probabilities",
    ),
    "rotated kernels": (
        "    return twin\n",
        "    with torch.no_grad():\n        for k in (0, 3):\n            twin[k].weight.copy_(twin[k].weight.flip(2, 3).clone())\n    return twin\n",
        "torch cross-correlates, as course_lib does: kernels go over as they are",
    ),
    "kernels transposed": (
        "    return twin\n",
        "    with torch.no_grad():\n        for k in (0, 3):\n            twin[k].weight.copy_(twin[k].weight.transpose(2, 3).clone())\n    return twin\n",
        "height comes before width in both libraries: do not exchange them",
    ),
    "biases lost": (
        "    return twin\n",
        "    with torch.no_grad():\n        for k in (0, 3, 7, 9):\n            twin[k].bias.zero_()\n    return twin\n",
        "the biases are weights too: carry them over",
    ),
    "single precision on the way": (
        'twin.to(state["0.weight"].dtype).load_state_dict(state)',
        'twin.load_state_dict(state)\n    twin.to(state["0.weight"].dtype)',
        "loading into a float32 module rounds the weights; make it float64 first, then load",
    ),
    "float32": (
        'twin.to(state["0.weight"].dtype).load_state_dict(state)',
        "twin.load_state_dict(state)",
        "the twin is float32, as torch makes layers; `ours` is float64",
    ),
    "shared memory": (
        "    return twin\n",
        "    for p, q in zip(twin.parameters(), ours.parameters()):\n        p.data = torch.from_numpy(q.data)\n    return twin\n",
        "from_numpy shares the memory: a training step of the twin changes `ours`",
    ),
    "weights at random": (
        'twin.to(state["0.weight"].dtype).load_state_dict(state)',
        'twin.to(state["0.weight"].dtype)\n    for p in twin.parameters():\n        nn.init.constant_(p, 0.1)',
        "the twin still has weights of its own: load those of `ours`",
    ),
    "bias of the last layer lost": (
        "    return twin",
        """    with torch.no_grad():
        twin[9].bias.zero_()
    return twin""",
        "the last layer's bias belongs to it as well",
    ),
    "pooling before the ReLU forgotten": (
        "nn.Conv2d(conv1[1], conv1[0], conv1[2:]), nn.ReLU(), nn.MaxPool2d(2)",
        "nn.Conv2d(conv1[1], conv1[0], conv1[2:]), nn.Identity(), nn.MaxPool2d(2)",
        "the first convolution has a ReLU behind it",
    ),
    "no hidden ReLU": (
        "nn.Conv2d(conv2[1], conv2[0], conv2[2:]), nn.ReLU()",
        "nn.Conv2d(conv2[1], conv2[0], conv2[2:]), nn.Identity()",
        "the second convolution has a ReLU behind it",
    ),
    "sizes of one example": (
        "*(nn.Conv2d(conv1[1], conv1[0], conv1[2:]), nn.ReLU(), nn.MaxPool2d(2)),",
        "*(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2)),",
        "the sizes of the example are written in; read them off the weights of `ours`",
    ),
    "weights of both linear layers swapped in sign": (
        "torch.tensor(array)",
        "torch.tensor(array).abs()",
        "weights are copied as they are, signs too",
    ),
    "evaluated without gradient": (
        "    return twin",
        """    for p in twin.parameters():
        p.data = p.data.clone()
    return nn.Sequential(twin, nn.LogSoftmax(1))""",
        "the last layer gives scores; no softmax of any kind follows",
    ),
}
RIGHT["lenet_twin"] = {
    "a class of its own": (
        "class Twin(nn.Module):\n    def __init__(self, ours):\n        super().__init__()\n"
        "        self.w = nn.ParameterList(nn.Parameter(torch.tensor(ours[k].weight.data)) for k in (0, 3, 7, 9))\n"
        "        self.b = nn.ParameterList(nn.Parameter(torch.tensor(ours[k].bias.data)) for k in (0, 3, 7, 9))\n\n"
        "    def forward(self, x):\n        for k in (0, 1):\n"
        "            x = F.max_pool2d(torch.relu(F.conv2d(x, self.w[k], self.b[k])), 2)\n"
        "        x = torch.relu(F.linear(torch.flatten(x, 1), self.w[2], self.b[2]))\n        return F.linear(x, self.w[3], self.b[3])\n\n\n"
        "def lenet_twin(ours):\n    return Twin(ours)"
    ),
    "layer by layer": (
        "def lenet_twin(ours):\n    layers = []\n    for layer in ours:\n        kind = type(layer).__name__\n"
        "        if kind == 'Conv2d':\n            f, c, k, _ = layer.weight.data.shape\n            layers.append(nn.Conv2d(c, f, k, dtype=torch.float64))\n"
        "        elif kind == 'Linear':\n            m, d = layer.weight.data.shape\n            layers.append(nn.Linear(d, m, dtype=torch.float64))\n"
        "        else:\n            layers.append({'ReLU': nn.ReLU(), 'MaxPool2d': nn.MaxPool2d(2), 'Flatten': nn.Flatten()}[kind])\n"
        "        if kind in ('Conv2d', 'Linear'):\n            with torch.no_grad():\n"
        "                layers[-1].weight.copy_(torch.from_numpy(layer.weight.data.copy()))\n"
        "                layers[-1].bias.copy_(torch.from_numpy(layer.bias.data.copy()))\n    return nn.Sequential(*layers)"
    ),
}

WRONG["nin_block"] = {
    "one 1x1 only": (
        "        nn.Conv2d(channels, channels, 1),\n        nn.ReLU(),\n        nn.Conv2d(channels, channels, 1),\n",
        "        nn.Conv2d(channels, channels, 1),\n",
        "the MLP has three layers: yours has two, the window's and one more",
    ),
    "last ReLU missing": (
        "        nn.ReLU(),\n    )",
        "    )",
        "a ReLU stands behind each of the three layers, the last one too",
    ),
    "no ReLU between the 1x1": (
        "        nn.Conv2d(channels, channels, 1),\n        nn.ReLU(),\n        nn.Conv2d(channels, channels, 1),\n",
        "        nn.Conv2d(channels, channels, 1),\n        nn.Conv2d(channels, channels, 1),\n",
        "two linear layers without a ReLU between them are one matrix: nothing gained",
    ),
    "no ReLU behind the window": (
        "nn.Conv2d(in_channels, channels, kernel, stride, padding),\n        nn.ReLU(),",
        "nn.Conv2d(in_channels, channels, kernel, stride, padding),",
        "a ReLU stands behind the first layer as well",
    ),
    "stride forgotten": (
        "kernel, stride, padding)",
        "kernel, 1, padding)",
        "the first convolution has the stride asked for",
    ),
    "padding forgotten": (
        "kernel, stride, padding)",
        "kernel, stride)",
        "the first convolution has the padding asked for",
    ),
    "always same padding": (
        "kernel, stride, padding)",
        "kernel, stride, kernel // 2)",
        "the padding is an argument; it need not keep the size",
    ),
    "biases off": (
        "kernel, stride, padding)",
        "kernel, stride, padding, bias=False)",
        "all three linear layers of the MLP have biases",
    ),
    "depthwise 1x1": (
        "        nn.Conv2d(channels, channels, 1),\n        nn.ReLU(),\n    )",
        "        nn.Conv2d(channels, channels, 1, groups=channels),\n        nn.ReLU(),\n    )",
        "with groups every channel stays for itself: a linear layer mixes all that it reads",
    ),
    "one layer used twice": (
        "def nin_block(in_channels, channels, kernel, stride=1, padding=0):\n    mix = nn.Conv2d(channels, channels, 1)\n"
        "    first = nn.Conv2d(in_channels, channels, kernel, stride, padding)\n"
        "    return nn.Sequential(first, nn.ReLU(), mix, nn.ReLU(), mix, nn.ReLU())",
        "this is one and the same layer twice: the MLP's second and third layer have weights of their own",
    ),
    "padding everywhere": (
        "nn.Conv2d(channels, channels, 1),\n        nn.ReLU(),\n        nn.Conv2d(channels, channels, 1),",
        "nn.Conv2d(channels, channels, 1, padding=padding),\n        nn.ReLU(),\n        nn.Conv2d(channels, channels, 1, padding=padding),",
        "a 1×1 convolution needs no padding: it would put a frame of biases around the maps",
    ),
    "stride everywhere": (
        "nn.Conv2d(channels, channels, 1),\n        nn.ReLU(),\n        nn.Conv2d(channels, channels, 1),",
        "nn.Conv2d(channels, channels, 1, stride),\n        nn.ReLU(),\n        nn.Conv2d(channels, channels, 1, stride),",
        "only the window's layer has the stride: behind it every place is one window, and none is left out",
    ),
    "3x3 for 1x1": (
        "        nn.Conv2d(channels, channels, 1),\n        nn.ReLU(),\n    )",
        "        nn.Conv2d(channels, channels, 3, padding=1),\n        nn.ReLU(),\n    )",
        "the second and third layer of the MLP read the numbers of one window, not those of its neighbours: they see one place",
    ),
    "windows of windows": (
        "        nn.Conv2d(channels, channels, 1),\n        nn.ReLU(),\n        nn.Conv2d(channels, channels, 1),\n",
        "        nn.Conv2d(channels, channels, kernel, padding='same'),\n        nn.ReLU(),\n        nn.Conv2d(channels, channels, kernel, padding='same'),\n",
        "only the first layer reads a whole window; the second and third go on with the numbers of this one window, so they see one place",
    ),
    "one linear look": (
        "        nn.Conv2d(in_channels, channels, kernel, stride, padding),\n        nn.ReLU(),\n        nn.Conv2d(channels, channels, 1),\n        nn.ReLU(),\n        nn.Conv2d(channels, channels, 1),\n",
        "        nn.Conv2d(in_channels, channels, kernel, stride, padding),\n",
        "this is the MLP's first layer only: a convolution, a linear look at the window",
    ),
}
RIGHT["nin_block"] = {
    "linear layers per pixel": (
        "class Block(nn.Module):\n    def __init__(self, c, f, k, s, p):\n        super().__init__()\n"
        "        self.two, self.one = nn.Linear(f, f), nn.Linear(f, f)\n        self.look = nn.Conv2d(c, f, k, stride=s, padding=p)\n\n"
        "    def forward(self, x):\n        h = self.look(x).clamp(min=0).permute(0, 2, 3, 1)\n"
        "        h = self.two(self.one(h).clamp(min=0)).clamp(min=0)\n        return h.permute(0, 3, 1, 2)\n\n\n"
        "def nin_block(in_channels, channels, kernel, stride=1, padding=0):\n    return Block(in_channels, channels, kernel, stride, padding)"
    ),
    "a loop": (
        "def nin_block(in_channels, channels, kernel, stride=1, padding=0):\n    block = nn.Sequential()\n"
        "    for c, k, s, p in [(in_channels, kernel, stride, padding)] + 2 * [(channels, 1, 1, 0)]:\n"
        "        block.append(nn.Conv2d(c, channels, k, s, p)).append(nn.ReLU())\n    return block"
    ),
}

WRONG["vgg_block"] = {
    "no padding": (
        "3, padding=1)",
        "3)",
        "without padding each convolution takes two rows and columns away; VGG's keep the size",
    ),
    "pooling missing": (
        "    steps.append(nn.MaxPool2d(2))\n",
        "",
        "the block ends with pooling, which halves the size",
    ),
    "average pooling": (
        "nn.MaxPool2d(2)",
        "nn.AvgPool2d(2)",
        "VGG pools by the maximum",
    ),
    "overlapping pooling": (
        "nn.MaxPool2d(2)",
        "nn.MaxPool2d(3, 2, padding=1)",
        "overlapping windows of 3×3 are AlexNet's; here they are 2×2",
    ),
    "ReLU only at the end": (
        "        steps.append(nn.ReLU())\n    steps.append(nn.MaxPool2d(2))",
        "    steps.append(nn.ReLU())\n    steps.append(nn.MaxPool2d(2))",
        "a ReLU follows every convolution; without it a stack of them is one linear map",
    ),
    "no ReLU at all": (
        "        steps.append(nn.ReLU())\n",
        "",
        "the ReLUs are missing: the stack is one linear map",
    ),
    "pooling in between": (
        "        steps.append(nn.ReLU())\n    steps.append(nn.MaxPool2d(2))",
        "        steps.append(nn.ReLU())\n        steps.append(nn.MaxPool2d(2, ceil_mode=True))",
        "pool once, at the end of the block, not behind every convolution",
    ),
    "a layer too few": (
        "range((sees - 1) // 2)",
        "range(max(1, (sees - 1) // 2 - 1))",
        "your stack does not see as far as `sees`: one more layer is needed",
    ),
    "a layer too many": (
        "range((sees - 1) // 2)",
        "range((sees + 1) // 2)",
        "one layer too many: the first one alone sees 3, each further one adds 2",
    ),
    "biases off": (
        "3, padding=1)",
        "3, padding=1, bias=False)",
        "these convolutions have biases: no norm stands behind them",
    ),
    "5x5": (
        "3, padding=1)",
        "5, padding=2)",
        "the kernels are 3×3; with 5×5 ones your stack sees twice as far",
    ),
    "one layer again and again": (
        "def vgg_block(in_channels, channels, sees):\n    first = nn.Conv2d(in_channels, channels, 3, padding=1)\n"
        "    again = [nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU()]\n"
        "    return nn.Sequential(first, nn.ReLU(), *again * (sees // 2 - 1), nn.MaxPool2d(2))",
        "a list times a number repeats the same layer object: all these convolutions share one set of weights",
    ),
    "windows side by side": (
        "range((sees - 1) // 2)",
        "range(sees // 3)",
        "windows of neighbours overlap: a second layer adds not 3 pixels but one on each side",
    ),
    "one pixel a layer": (
        "range((sees - 1) // 2)",
        "range(sees - 2)",
        "each further layer sees one pixel more on *each* side: two more in all, so half as many layers do",
    ),
    "as many layers as pixels": (
        "range((sees - 1) // 2)",
        "range(sees)",
        "`sees` is the width of the window, not the number of layers",
    ),
    "one large kernel": (
        "def vgg_block(in_channels, channels, sees):\n    conv = nn.Conv2d(in_channels, channels, sees, padding=sees // 2)\n"
        "    return nn.Sequential(conv, nn.ReLU(), nn.MaxPool2d(2))",
        "this is the one large layer: a stack of 3×3 convolutions is to take its place",
    ),
    "last ReLU missing": (
        ("        steps.append(nn.ReLU())"),
        ("        steps += [nn.ReLU()] * (k + 1 < (sees - 1) // 2)"),
        "a ReLU stands behind each convolution, the last one in front of the pooling too",
    ),
}
RIGHT["vgg_block"] = {
    "a class": (
        "class Stage(nn.Module):\n    def __init__(self, c, f, layers):\n        super().__init__()\n"
        "        self.rest = nn.ModuleList(nn.Conv2d(f, f, 3, padding='same') for _ in range(layers - 1))\n"
        "        self.first = nn.Conv2d(c, f, (3, 3), padding='same')\n\n"
        "    def forward(self, x):\n        h = F.relu(self.first(x))\n        for conv in self.rest:\n            h = F.relu(conv(h))\n"
        "        return F.max_pool2d(h, 2, 2)\n\n\ndef vgg_block(in_channels, channels, sees):\n    return Stage(in_channels, channels, len(range(3, sees + 1, 2)))"
    ),
    "pairs of widths": (
        "def vgg_block(in_channels, channels, sees):\n    widths = [in_channels] + [channels] * (sees // 2)\n    block = nn.Sequential()\n"
        "    for a, b in zip(widths, widths[1:]):\n        block.append(nn.Sequential(nn.Conv2d(a, b, 3, 1, 1), nn.ReLU(inplace=True)))\n"
        "    return block.append(nn.MaxPool2d(kernel_size=2, stride=2))"
    ),
}

WRONG["inception"] = {
    "order of the branches": (
        "for branch in self.branches]",
        "for branch in (self.branches[0], self.branches[2], self.branches[1], self.branches[3])]",
        "the 3×3 branch comes before the 5×5 branch in the concatenation",
    ),
    "pooling first": (
        "for branch in self.branches]",
        "for branch in (self.branches[3], *self.branches[:3])]",
        "the pooling branch comes last in the concatenation",
    ),
    "average pooling": (
        "nn.MaxPool2d(3, stride=1, padding=1)",
        "nn.AvgPool2d(3, stride=1, padding=1)",
        "the fourth branch pools by the maximum",
    ),
    "no pooling": (
        "nn.MaxPool2d(3, stride=1, padding=1), ",
        "",
        "the fourth branch has lost its pooling",
    ),
    "stride of the pooling": (
        "nn.MaxPool2d(3, stride=1, padding=1)",
        "nn.MaxPool2d(3, padding=1)",
        "a pooling layer moves on by its whole window unless told otherwise, and shrinks the maps: give it stride=1",
    ),
    "pool 5x5": (
        "nn.MaxPool2d(3, stride=1, padding=1)",
        "nn.MaxPool2d(5, stride=1, padding=2)",
        "the pooling windows are 3×3",
    ),
    "large ignored": (
        "conv(fives[0], fives[1], large)",
        "conv(fives[0], fives[1], 5)",
        "the third branch's kernel is `large`, 5 only unless told otherwise",
    ),
    "conv ignored": (
        "conv(in_channels, ones, 1),",
        "conv_relu(in_channels, ones, 1),",
        "the first branch is not made by the `conv` you were given",
    ),
    "conv ignored in the larger kernels": (
        "conv(threes[0], threes[1], 3)",
        "conv_relu(threes[0], threes[1], 3)",
        "the 3×3 convolution is not made by the `conv` you were given",
    ),
    "activation twice": (
        "torch.cat([branch(x) for branch in self.branches], dim=1)",
        "torch.relu(torch.cat([branch(x) for branch in self.branches], dim=1))",
        "`conv` has its activation inside; another ReLU behind the concatenation cuts what another `conv` may let through",
    ),
    "no bottleneck": (
        "nn.Sequential(conv(in_channels, threes[0], 1), conv(threes[0], threes[1], 3))",
        "conv(in_channels, threes[1], 3)",
        "the 3×3 branch has lost its 1×1 convolution, which makes it cheap",
    ),
    "bottleneck not used": (
        "conv(threes[0], threes[1], 3)",
        "conv(in_channels, threes[1], 3)",
        "the 3×3 convolution reads what the 1×1 in front of it gives: threes[0] channels, not in_channels",
    ),
    "3x3 reduced by 3x3": (
        "conv(in_channels, threes[0], 1)",
        "conv(in_channels, threes[0], 3)",
        "in front of the 3×3 stands a 1×1 convolution: as a 3×3 it would cost nine times as much",
    ),
    "stacked along the batch": (
        "dim=1)",
        "dim=0)",
        "channels are axis 1; axis 0 is the batch",
    ),
    "1×1 behind the 3×3": (
        "conv(in_channels, threes[0], 1), conv(threes[0], threes[1], 3)",
        "conv(in_channels, threes[0], 3), conv(threes[0], threes[1], 1)",
        "behind the 3×3 the 1×1 comes too late: the nine places of the kernel have run over all channels of the input. Count both orders",
    ),
    "1×1 behind the large kernel": (
        "conv(in_channels, fives[0], 1), conv(fives[0], fives[1], large)",
        "conv(in_channels, fives[0], large), conv(fives[0], fives[1], 1)",
        "behind the large kernel the 1×1 comes too late: in 3a that branch would have five times as many weights. Count both orders",
    ),
    "1×1 in front of the maxima": (
        "nn.MaxPool2d(3, stride=1, padding=1), conv(in_channels, pool, 1)",
        "conv(in_channels, pool, 1), nn.MaxPool2d(3, stride=1, padding=1)",
        "the maxima are to be those of the input's maps; in front of the pooling the 1×1 has mixed them already",
    ),
    "reduced behind both looks": (
        "            nn.Sequential(conv(in_channels, threes[0], 1), conv(threes[0], threes[1], 3)),\n            nn.Sequential(conv(in_channels, fives[0], 1), conv(fives[0], fives[1], large)),\n",
        "            nn.Sequential(conv(in_channels, threes[0], 3), conv(threes[0], threes[1], 1)),\n            nn.Sequential(conv(in_channels, fives[0], large), conv(fives[0], fives[1], 1)),\n",
        "the 1×1 stands behind the large looks and saves little: in front of them they read few channels",
    ),
    "pooled branch second": (
        ("torch.cat([branch(x) for branch in self.branches], dim=1)"),
        ("torch.cat([self.branches[k](x) for k in (0, 3, 1, 2)], dim=1)"),
        "the branches stand in the order of the task: 1×1, 3×3, the large one, and the maxima last",
    ),
}
RIGHT["inception"] = {
    "four attributes": (
        "class Inception(nn.Module):\n    def __init__(self, in_channels, ones, threes, fives, pool, conv=conv_relu, large=5):\n        super().__init__()\n"
        "        self.p = conv(in_channels, pool, 1)\n        self.a5, self.b5 = conv(in_channels, fives[0], 1), conv(*fives, large)\n"
        "        self.a3, self.b3 = conv(in_channels, threes[0], 1), conv(*threes, 3)\n        self.one = conv(in_channels, ones, 1)\n\n"
        "    def forward(self, x):\n        pooled = F.max_pool2d(x, 3, 1, 1)\n"
        "        return torch.concat((self.one(x), self.b3(self.a3(x)), self.b5(self.a5(x)), self.p(pooled)), -3)"
    ),
    "an output filled in": (
        "class Inception(nn.Module):\n    def __init__(self, in_channels, ones, threes, fives, pool, conv=conv_relu, large=5):\n        super().__init__()\n"
        "        self.b = nn.ModuleDict()\n        self.b['1'] = nn.Sequential(conv(in_channels, ones, 1))\n"
        "        for name, (a, f), k in (('3', threes, 3), ('5', fives, large)):\n"
        "            self.b[name] = nn.Sequential(conv(in_channels, a, 1), conv(a, f, k))\n"
        "        self.b['p'] = nn.Sequential(nn.MaxPool2d(3, 1, 1), conv(in_channels, pool, 1))\n\n"
        "    def forward(self, x):\n        out = self.b['1'](x)\n        for name in '35p':\n            out = torch.cat((out, self.b[name](x)), 1)\n        return out"
    ),
}

WRONG["grouped_bottleneck"] = {
    "groups forgotten": (
        "padding=1, groups=groups, bias=False",
        "padding=1, bias=False",
        "each branch's 3×3 convolution reads the channels of its own branch only; yours reads those of all",
    ),
    "1x1 in groups": (
        "nn.Conv2d(width, out_channels, 1, bias=False)",
        "nn.Conv2d(width, out_channels, 1, bias=False, groups=groups if out_channels % groups == 0 else 1)",
        "the branches' outputs are added up: every output of the last 1×1 takes from all of them. Grouped, it keeps them apart",
    ),
    "ReLU before the sum": (
        "torch.relu(self.branch(x) + self.shortcut(x))",
        "torch.relu(self.branch(x)) + self.shortcut(x)",
        "the ReLU comes after the sum: before it the branch could only ever add",
    ),
    "ReLU before and after the sum": (
        "torch.relu(self.branch(x) + self.shortcut(x))",
        "torch.relu(torch.relu(self.branch(x)) + self.shortcut(x))",
        "the branch has lost its negative values before the sum; only the sum passes the last ReLU",
    ),
    "no ReLU after the sum": (
        "torch.relu(self.branch(x) + self.shortcut(x))",
        "self.branch(x) + self.shortcut(x)",
        "the sum goes through a ReLU",
    ),
    "no shortcut": (
        "torch.relu(self.branch(x) + self.shortcut(x))",
        "torch.relu(self.branch(x))",
        "the shortcut is missing",
    ),
    "shortcut through ReLU": (
        "+ self.shortcut(x))",
        "+ self.shortcut(torch.relu(x)))",
        "the shortcut hands on x as it is, negative numbers too",
    ),
    "projection without norm": (
        "self.shortcut = nn.Sequential(project, nn.BatchNorm2d(out_channels))",
        "self.shortcut = project",
        "a batch norm follows the projection as well",
    ),
    "always projects": (
        "if stride != 1 or in_channels != out_channels:",
        "if True:",
        "where nothing changes the shortcut is the identity, without weights",
    ),
    "stride in the first convolution": (
        "*(nn.Conv2d(in_channels, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()),\n            nn.Conv2d(width, width, 3, stride, padding=1",
        "*(nn.Conv2d(in_channels, width, 1, stride, bias=False), nn.BatchNorm2d(width), nn.ReLU()),\n            nn.Conv2d(width, width, 3, 1, padding=1",
        "the stride stands in the 3×3 convolution; in the 1×1 it would throw three of four pixels away unseen",
    ),
    "last norm missing": (
        "nn.Conv2d(width, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)),",
        "nn.Conv2d(width, out_channels, 1, bias=False),),",
        "a norm follows the last convolution too",
    ),
    "ReLU missing in the middle": (
        "*(nn.BatchNorm2d(width), nn.ReLU()),\n",
        "nn.BatchNorm2d(width),\n",
        "a ReLU follows the norm of the 3×3 convolution",
    ),
    "biases on": (
        "nn.Conv2d(width, out_channels, 1, bias=False)",
        "nn.Conv2d(width, out_channels, 1)",
        "no biases: the norm behind each convolution has one and would subtract another",
    ),
    "projects only for channels": (
        "if stride != 1 or in_channels != out_channels:",
        "if in_channels != out_channels:",
        "with a stride above 1 the sizes differ even if the channels agree: project then too",
    ),
    "first 1x1 in groups": (
        "nn.Conv2d(in_channels, width, 1, bias=False)",
        "nn.Conv2d(in_channels, width, 1, bias=False, groups=groups if in_channels % groups == 0 else 1)",
        "every branch reads all channels of the input; grouped, the first 1×1 gives each branch only some of them",
    ),
    "one branch": (
        "        super().__init__()\n",
        "        super().__init__()\n        width, groups = width // groups, 1\n",
        "inside there are `width // groups` channels: this is one of the branches. Side by side they have `width` in all",
    ),
    "all three in groups": (
        "            *(nn.Conv2d(in_channels, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()),\n            nn.Conv2d(width, width, 3, stride, padding=1, groups=groups, bias=False),\n            *(nn.BatchNorm2d(width), nn.ReLU()),\n            *(nn.Conv2d(width, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)),\n",
        "            *(nn.Conv2d(in_channels, width, 1, groups=groups, bias=False), nn.BatchNorm2d(width), nn.ReLU()),\n            nn.Conv2d(width, width, 3, stride, padding=1, groups=groups, bias=False),\n            *(nn.BatchNorm2d(width), nn.ReLU()),\n            *(nn.Conv2d(width, out_channels, 1, groups=groups, bias=False), nn.BatchNorm2d(out_channels)),\n",
        "every branch reads all channels and adds to all of them: only the 3×3 in the middle is to be grouped",
    ),
    "thinned without weights": (
        ("        self.shortcut = nn.Identity()\n        if stride != 1 or in_channels != out_channels:"),
        (
            "        self.shortcut = nn.MaxPool2d(1, stride) if stride != 1 else nn.Identity()\n"
            "        if in_channels != out_channels:"
        ),
        "where the stride is not 1 the sizes differ too: then the shortcut is the 1×1 convolution with this stride, and norm",
    ),
}
RIGHT["grouped_bottleneck"] = {
    "explicit paths": (
        "class GroupedBottleneck(nn.Module):\n    def __init__(self, in_channels, width, out_channels, groups, stride=1):\n        super().__init__()\n"
        "        self.n3, self.n2, self.n1 = nn.BatchNorm2d(out_channels), nn.BatchNorm2d(width), nn.BatchNorm2d(width)\n"
        "        self.c1, self.c3 = nn.Conv2d(in_channels, width, 1, bias=False), nn.Conv2d(width, out_channels, 1, bias=False)\n"
        "        self.c2 = nn.Conv2d(width, width, 3, stride=stride, padding=1, groups=groups, bias=False)\n"
        "        same = stride == 1 and in_channels == out_channels\n"
        "        self.p = None if same else nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)\n"
        "        self.pn = None if same else nn.BatchNorm2d(out_channels)\n\n"
        "    def forward(self, x):\n        h = F.relu(self.n1(self.c1(x)))\n        h = F.relu(self.n2(self.c2(h)))\n"
        "        return F.relu(self.n3(self.c3(h)) + (x if self.p is None else self.pn(self.p(x))))"
    ),
    "projects sampled pixels": (
        "class GroupedBottleneck(nn.Module):\n    def __init__(self, in_channels, width, out_channels, groups, stride=1):\n        super().__init__()\n"
        "        def conv(c, f, k=1, **how):\n            return nn.Sequential(nn.Conv2d(c, f, k, padding=k // 2, bias=False, **how), nn.BatchNorm2d(f))\n"
        "        self.stride, middle = stride, conv(width, width, 3, stride=stride, groups=groups)\n"
        "        self.f = nn.Sequential(conv(in_channels, width), nn.ReLU(), middle, nn.ReLU(), conv(width, out_channels))\n"
        "        self.g = conv(in_channels, out_channels) if stride > 1 or in_channels != out_channels else nn.Sequential()\n\n"
        "    def forward(self, x):\n        s = self.stride\n        return (self.g(x[:, :, ::s, ::s]) + self.f(x)).clamp_min(0)"
    ),
}

WRONG["dense_block"] = {
    "only the newest maps go in": (
        "            x = torch.cat([x, layer(x)], dim=1)\n        return x\n",
        "            x = layer(x)\n        return x\n",
        "the next layer gets the newest maps only: hand it all maps there are, joined along axis 1",
    ),
    "new maps first": (
        "torch.cat([x, layer(x)], dim=1)",
        "torch.cat([layer(x), x], dim=1)",
        "new maps go behind those there are: the input stays in front",
    ),
    "only the new maps": (
        "            x = torch.cat([x, layer(x)], dim=1)\n        return x\n",
        "            x, old = torch.cat([x, layer(x)], dim=1), x.shape[1]\n        return x[:, old:]\n",
        "the block returns all maps, its input among them, not only those of its last layer",
    ),
    "input dropped": (
        "        return x\n",
        "        return x[:, -len(self.layers) * layer[-1].out_channels :]\n",
        "the input's own channels belong to the output too",
    ),
    "bottleneck too narrow": (
        "4 * growth",
        "2 * growth",
        "the 1×1 convolution gives four times the growth",
    ),
    "activated first maps": (
        "torch.cat([x, layer(x)], dim=1)",
        "torch.cat([torch.relu(x), layer(x)], dim=1)",
        "maps are handed on as they are; the ReLU belongs to the layer that reads them",
    ),
    "ReLU behind": (
        "torch.cat([x, layer(x)], dim=1)",
        "torch.cat([x, torch.relu(layer(x))], dim=1)",
        "channels are kept raw: nothing follows a layer's last convolution",
    ),
    "second norm missing": (
        "*(nn.BatchNorm2d(wide), nn.ReLU(), nn.Conv2d(wide,",
        "*(nn.ReLU(), nn.Conv2d(wide,",
        "there is a norm before the 3×3 convolution too",
    ),
    "first ReLU missing": (
        "*(nn.BatchNorm2d(have), nn.ReLU(), nn.Conv2d(have,",
        "*(nn.BatchNorm2d(have), nn.Conv2d(have,",
        "a ReLU follows the first norm",
    ),
    "biases on": (
        "padding=1, bias=False)),",
        "padding=1)),",
        "the 3×3 convolution has no bias: the next layer's norm brings one",
    ),
    "no bottleneck": (
        "*(nn.BatchNorm2d(have), nn.ReLU(), nn.Conv2d(have, wide, 1, bias=False)),\n                *(nn.BatchNorm2d(wide), nn.ReLU(), nn.Conv2d(wide,",
        "*(nn.BatchNorm2d(have), nn.ReLU(), nn.Conv2d(have,",
        "the 1×1 convolution in front of the 3×3 is missing",
    ),
    "all from the input": (
        "class DenseBlock(nn.Module):\n    def __init__(self, in_channels, growth, layers):\n        super().__init__()\n"
        "        self.layers = nn.ModuleList(nn.Sequential(nn.BatchNorm2d(in_channels), nn.ReLU(), nn.Conv2d(in_channels, 4 * growth, 1, bias=False),\n"
        "            nn.BatchNorm2d(4 * growth), nn.ReLU(), nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)) for _ in range(layers))\n\n"
        "    def forward(self, x):\n        return torch.cat([x, *(layer(x) for layer in self.layers)], dim=1)",
        "every layer here sees the block's input only: each must see the maps of all layers before it",
    ),
    "a chain": (
        "class DenseBlock(nn.Module):\n    def __init__(self, in_channels, growth, layers):\n        super().__init__()\n        self.layers = nn.ModuleList()\n"
        "        for k in range(layers):\n            have = in_channels if k == 0 else growth\n"
        "            self.layers.append(nn.Sequential(nn.BatchNorm2d(have), nn.ReLU(), nn.Conv2d(have, 4 * growth, 1, bias=False),\n"
        "                nn.BatchNorm2d(4 * growth), nn.ReLU(), nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)))\n\n"
        "    def forward(self, x):\n        maps = [x]\n        for layer in self.layers:\n            maps.append(layer(maps[-1]))\n        return torch.cat(maps, dim=1)",
        "this is a chain, concatenated at its end: each layer must see all maps before it, not only those of the last layer",
    ),
    "norms behind the convolutions": (
        "*(nn.BatchNorm2d(have), nn.ReLU(), nn.Conv2d(have, wide, 1, bias=False)),\n                *(nn.BatchNorm2d(wide), nn.ReLU(), nn.Conv2d(wide, growth, 3, padding=1, bias=False)),",
        "*(nn.Conv2d(have, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU()),\n                *(nn.Conv2d(wide, growth, 3, padding=1, bias=False), nn.BatchNorm2d(growth), nn.ReLU()),",
        "so what is kept is normed already, once for all readers: each layer is to norm for itself what it reads, in front of its convolutions",
    ),
    "norm behind the ReLU": (
        "*(nn.BatchNorm2d(have), nn.ReLU(), nn.Conv2d(have,",
        "*(nn.ReLU(), nn.BatchNorm2d(have), nn.Conv2d(have,",
        "the ReLU stands behind the norm: in front of it, it cuts raw numbers whatever their scale",
    ),
    "newest maps first at the end": (
        ("        return x"),
        (
            "        k, g = len(self.layers), layer[-1].out_channels\n"
            "        first, *new = torch.split(x, [x.shape[1] - k * g] + [g] * k, dim=1)\n"
            "        return torch.cat([*new[::-1], first], dim=1)"
        ),
        "the block returns its input first, and behind it each layer's maps in the order in which they were made",
    ),
}
RIGHT["dense_block"] = {
    "a list of maps": (
        "class Dense(nn.Module):\n    def __init__(self, c, g):\n        super().__init__()\n"
        "        self.wide, self.new = nn.Conv2d(c, 4 * g, 1, bias=False), nn.Conv2d(4 * g, g, 3, 1, 1, bias=False)\n"
        "        self.n2, self.n1 = nn.BatchNorm2d(4 * g), nn.BatchNorm2d(c)\n\n"
        "    def forward(self, maps):\n        h = self.wide(F.relu(self.n1(torch.cat(maps, 1))))\n        return self.new(F.relu(self.n2(h)))\n\n\n"
        "class DenseBlock(nn.Module):\n    def __init__(self, in_channels, growth, layers):\n        super().__init__()\n"
        "        self.steps = nn.ModuleList([Dense(in_channels + i * growth, growth) for i in range(layers)])\n\n"
        "    def forward(self, x):\n        maps = [x]\n        for step in self.steps:\n            maps.append(step(maps))\n        return torch.cat(maps, 1)"
    ),
    "registered by name": (
        "class DenseBlock(nn.Module):\n    def __init__(self, in_channels, growth, layers):\n        super().__init__()\n        self.n, c = layers, in_channels\n"
        "        for i in range(layers):\n            self.add_module(f'norm{i}', nn.BatchNorm2d(c))\n            self.add_module(f'mix{i}', nn.Conv2d(c, 4 * growth, 1, bias=False))\n"
        "            self.add_module(f'again{i}', nn.BatchNorm2d(4 * growth))\n            self.add_module(f'look{i}', nn.Conv2d(4 * growth, growth, 3, padding='same', bias=False))\n"
        "            c += growth\n\n    def forward(self, x):\n        m = dict(self.named_children())\n        for i in range(self.n):\n"
        "            h = m[f'mix{i}'](m[f'norm{i}'](x).relu())\n            x = torch.hstack((x, m[f'look{i}'](m[f'again{i}'](h).relu())))\n        return x"
    ),
}

WRONG["training_step"] = {
    "gradients add up": (
        "    optimizer.zero_grad()\n",
        "",
        "old gradients are not forgotten: they add up from step to step",
    ),
    "evaluation mode": (
        "    model.train()\n",
        "",
        "the model stays in evaluation mode: batch norm uses its running statistics, and dropout is off",
    ),
    "device left out": (
        "x, y = x.to(where), y.to(where)",
        'x, y = x.to("cpu"), y.to("cpu")',
        "the device is written into the code: ask the model where it lives",
    ),
    "targets left behind": (
        "x, y = x.to(where), y.to(where)",
        "x = x.to(where)",
        "the targets stay where they were: bring both to the model",
    ),
    "asks for a number": (
        "return loss.detach()",
        "return loss.item()",
        "item() asks for a number and waits for the device; return the tensor, detached",
    ),
    "graph kept": (
        "return loss.detach()",
        "return loss",
        "the loss still holds its graph: collect such losses and the memory fills up",
    ),
    "loss after the step": (
        "return loss.detach()",
        "return loss_fn(model(x), y).detach()",
        "this is the loss after the step, from a second forward pass; asked is the one you stepped on",
    ),
    "no step": (
        "    optimizer.step()\n",
        "",
        "the weights never change: the step is missing, or it comes before backward, or the gradients are gone by then",
    ),
    "divided by the batch": (
        "    loss.backward()\n",
        "    (loss / len(x)).backward()\n",
        "loss_fn already takes its mean; do not divide again",
    ),
    "two steps": (
        "    optimizer.step()\n",
        "    optimizer.step()\n    optimizer.step()\n",
        "one batch, one step of the optimizer",
    ),
    "a new float32 tensor": (
        "return loss.detach()",
        "return torch.tensor(loss.item())",
        "torch.tensor(loss.item()) is a new float32 tensor on the CPU; loss.detach() keeps type and device",
    ),
    "output and targets exchanged": (
        "loss_fn(model(x), y)",
        "loss_fn(y, model(x))",
        "the loss takes the model's output first, then the targets",
    ),
    "forward under no_grad": (
        """    loss = loss_fn(model(x), y)
    loss.backward()""",
        """    with torch.no_grad():
        loss = loss_fn(model(x), y)
    loss.backward()""",
        "under no_grad no graph is kept, and backward finds nothing",
    ),
    "softmax before the loss": (
        "loss_fn(model(x), y)",
        "loss_fn(torch.softmax(model(x), dim=1), y)",
        "loss_fn gets what the model gives: cross-entropy takes logits and does the softmax itself",
    ),
    "loss brought to the CPU": (
        "return loss.detach()",
        "return loss.detach().cpu()",
        "the loss stays on the model's device; .cpu() asks for its number",
    ),
    "evaluation mode at the end": (
        "    return loss.detach()",
        """    model.eval()
    with torch.no_grad():
        return loss_fn(model(x), y)""",
        "the loss of this step is asked, not one computed anew afterwards in evaluation mode",
    ),
    "mode after the forward pass": (
        "    loss.backward()",
        "    loss.sqrt().backward()",
        "backward goes from the loss itself, not from its root",
    ),
    "sum of the loss and a penalty": (
        "loss = loss_fn(model(x), y)",
        "loss = loss_fn(model(x), y) + 1e-3 * sum(p.square().sum() for p in model.parameters())",
        "only loss_fn is asked; weight decay is the optimizer's",
    ),
    "clipped": (
        "    optimizer.step()",
        """    nn.utils.clip_grad_norm_(model.parameters(), 0.1)
    optimizer.step()""",
        "gradients are not clipped here",
    ),
    "output for the loss": (
        "return loss.detach()",
        "return model(x).detach()",
        "the loss is asked, not the output",
    ),
    "step by hand": (
        "    optimizer.step()",
        """    with torch.no_grad():
        for p in model.parameters():
            p -= 0.1 * p.grad""",
        "the step is the optimizer's: it has its own rate, and momentum",
    ),
    "forward twice": (
        "loss = loss_fn(model(x), y)",
        """model(x)
    loss = loss_fn(model(x), y)""",
        "the model runs once a step: each run in training mode moves the running statistics",
    ),
    "forgotten after the step": (
        ("    optimizer.zero_grad()\n    loss = loss_fn(model(x), y)\n    loss.backward()\n    optimizer.step()"),
        ("    loss = loss_fn(model(x), y)\n    loss.backward()\n    optimizer.step()\n    optimizer.zero_grad()"),
        "gradients are forgotten after the step: what was there before the first one is still added to it",
    ),
}
RIGHT["training_step"] = {
    "gradients by hand": (
        "def training_step(model, loss_fn, optimizer, x, y):\n    weights = list(model.parameters())\n    for m in model.modules():\n        m.training = True\n"
        "    device = weights[0].device\n    loss = loss_fn(model(torch.as_tensor(x, device=device)), torch.as_tensor(y, device=device))\n"
        "    for p, g in zip(weights, torch.autograd.grad(loss, weights)):\n        p.grad = g\n    optimizer.step()\n    return loss.clone().detach()"
    ),
    "zeros instead of nothing": (
        "def training_step(model, loss_fn, optimizer, x, y):\n    where = [p.device for p in model.parameters()][-1]\n    optimizer.zero_grad(set_to_none=False)\n"
        "    loss = loss_fn(model.train()(x.to(device=where)), y.to(device=where, non_blocking=True))\n    loss.backward()\n    optimizer.step()\n"
        "    with torch.no_grad():\n        return loss + 0"
    ),
}

WRONG["stack"] = {
    "one block many times": (
        "            conv = nn.Conv2d(channels, channels, 3, padding=1)\n            self.blocks.append(nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), conv))\n",
        "            conv = nn.Conv2d(channels, channels, 3, padding=1) if not self.blocks else conv\n            self.blocks.append(nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), conv))\n",
        "all blocks now share one convolution: each needs weights of its own",
    ),
    "one block shared": (
        "            self.blocks.append(nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), conv))\n",
        "            self.blocks.append(self.blocks[0] if self.blocks else nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), conv))\n",
        "this is one and the same block again and again: its weights are shared",
    ),
    "shortcut lost": (
        "x = x + block(x)",
        "x = block(x)",
        "the shortcut around each block is gone",
    ),
    "shortcut from the stem": (
        "        for block in self.blocks:\n            x = x + block(x)\n",
        "        first = x\n        for block in self.blocks:\n            x = first + block(x)\n",
        "each shortcut goes around its own block, not around all of them",
    ),
    "last block only": (
        "for block in self.blocks:",
        "for block in self.blocks[-1:]:",
        "all blocks run, not only the last",
    ),
    "last block registered only": (
        "        self.fc = nn.Linear(channels, classes)\n",
        "        self.blocks = list(self.blocks)\n        self.last = self.blocks[-1]\n        self.fc = nn.Linear(channels, classes)\n",
        "only one block is an attribute: the others still hide in a Python list",
    ),
    "convolutions registered only": (
        "            self.blocks.append(nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), conv))\n",
        "            self.blocks.append(conv)\n        self.norms = [nn.BatchNorm2d(channels) for _ in range(layers)]\n        self.blocks = nn.ModuleList(nn.Sequential(nn.ReLU(), c) for c in self.blocks)\n",
        "the norms have been lost on the way: each block is norm, ReLU, convolution",
    ),
    "order inside": (
        "nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), conv)",
        "nn.Sequential(conv, nn.BatchNorm2d(channels), nn.ReLU())",
        "inside of a block the norm comes first; only the registration was wrong",
    ),
    "head forgotten": (
        "return self.fc(x.mean((2, 3)))",
        "return x.mean((2, 3))",
        "the linear layer at the end was right: keep it",
    ),
    "running without norm in training": (
        "nn.BatchNorm2d(channels), nn.ReLU(), conv",
        "nn.BatchNorm2d(channels).eval(), nn.ReLU(), conv",
        "the norms are switched to evaluation for good: eval() and train() should decide that",
    ),
    "one norm for all blocks": (
        '''class Stack(nn.Module):
    """A stem, blocks with shortcuts, the mean over all pixels, a linear layer."""

    def __init__(self, in_channels, channels, layers, classes):
        super().__init__()
        self.stem = nn.Conv2d(in_channels, channels, 3, padding=1)
        self.blocks = nn.ModuleList()
        for _ in range(layers):
            norm = nn.BatchNorm2d(channels) if not len(self.blocks) else norm
            conv = nn.Conv2d(channels, channels, 3, padding=1)
            self.blocks.append(nn.Sequential(norm, nn.ReLU(), conv))
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = x + block(x)
        return self.fc(x.mean((2, 3)))
''',
        "every block has a norm of its own",
    ),
    "one pixel instead of the mean": (
        "self.fc(x.mean((2, 3)))",
        "self.fc(x.flatten(1)[:, : self.fc.in_features])",
        "the mean over all pixels goes into the linear layer, not a single one",
    ),
    "the largest instead of the mean": (
        "x.mean((2, 3))",
        "x.amax((2, 3))",
        "the mean over all pixels goes into the linear layer, not the largest",
    ),
    "a block too few": (
        "for _ in range(layers)",
        "for _ in range(layers - 1)",
        "there are `layers` blocks; yours has one less",
    ),
    "a block too many": (
        "for _ in range(layers)",
        "for _ in range(layers + 1)",
        "there are `layers` blocks; yours has one more",
    ),
    "biases off": (
        "conv = nn.Conv2d(channels, channels, 3, padding=1)",
        "conv = nn.Conv2d(channels, channels, 3, padding=1, bias=False)",
        "the convolutions keep their biases",
    ),
    "ReLU around the sum": (
        "x = x + block(x)",
        "x = torch.relu(x + block(x))",
        "there is no ReLU behind the sum",
    ),
    "sum over pixels": (
        "x.mean((2, 3))",
        "x.sum((2, 3))",
        "the mean over all pixels is asked, not their sum",
    ),
    "no ReLU inside": (
        "nn.ReLU(), conv",
        "nn.Identity(), conv",
        "each block has norm, ReLU, convolution",
    ),
    "ReLU before the norm": (
        "nn.BatchNorm2d(channels), nn.ReLU(), conv",
        "nn.ReLU(), nn.BatchNorm2d(channels), conv",
        "the norm comes before the ReLU",
    ),
    "added twice": (
        "x = x + block(x)",
        "x = x + 2 * block(x)",
        "the branch is added once",
    ),
    "norm behind the stem": (
        "x = self.stem(x)",
        "x = torch.relu(self.stem(x))",
        "no ReLU follows the stem: the first block begins with norm and ReLU",
    ),
    "blocks in a dict": (
        """class Stack(nn.Module):
    def __init__(self, in_channels, channels, layers, classes):
        super().__init__()
        self.stem, self.fc = nn.Conv2d(in_channels, channels, 3, padding=1), nn.Linear(channels, classes)
        self.blocks = {}
        for k in range(layers):
            conv = nn.Conv2d(channels, channels, 3, padding=1)
            self.blocks[k] = nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), conv)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks.values():
            x = x + block(x)
        return self.fc(x.mean((2, 3)))
""",
        "the blocks lie in a plain list or dict, where torch does not look: nn.ModuleList registers them",
    ),
    "kernels of 1×1": (
        "conv = nn.Conv2d(channels, channels, 3, padding=1)",
        "conv = nn.Conv2d(channels, channels, 1)",
        "the blocks' kernels are 3×3",
    ),
    "leaky ReLU": (
        "nn.ReLU(), conv",
        "nn.LeakyReLU(), conv",
        "the blocks have ReLUs; what it computes stays as it is",
    ),
    "one shortcut around all blocks": (
        "        for block in self.blocks:\n            x = x + block(x)\n",
        "        inside = x\n        for block in self.blocks:\n            inside = block(inside)\n        x = x + inside\n",
        "one shortcut leads around all blocks together; each block has one of its own: x + block(x), block by block",
    ),
}
RIGHT["stack"] = {
    "add_module": (
        "class Stack(nn.Module):\n    def __init__(self, in_channels, channels, layers, classes):\n        super().__init__()\n"
        "        self.stem, self.n = nn.Conv2d(in_channels, channels, 3, padding=1), layers\n        self.fc = nn.Linear(channels, classes)\n"
        "        for k in range(layers):\n            setattr(self, f'block{k}', nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, channels, 3, padding=1)))\n\n"
        "    def forward(self, x):\n        x = self.stem(x)\n        for k in range(self.n):\n            x = getattr(self, f'block{k}')(x) + x\n"
        "        return self.fc(x.flatten(2).mean(2))"
    ),
    "a list first": (
        "class Stack(nn.Module):\n    def __init__(self, in_channels, channels, layers, classes):\n        super().__init__()\n"
        "        blocks = [nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, channels, 3, padding=1)) for _ in range(layers)]\n"
        "        self.head, self.blocks = nn.Linear(channels, classes), nn.Sequential(*blocks)\n        self.first = nn.Conv2d(in_channels, channels, 3, padding=1)\n\n"
        "    def forward(self, x):\n        h = self.first(x)\n        for block in self.blocks:\n            h = h + block(h)\n"
        "        return self.head(F.adaptive_avg_pool2d(h, 1).flatten(1))"
    ),
}

WRONG["open_architecture"] = {
    "not trained": (
        "history = fit_marks(small_net, steps=200, rate=0.02)",
        "history = []",
        "the network has not been trained",
    ),
    "hardly trained": ("steps=200", "steps=20", "twenty steps are too few: there is time for two hundred"),
    "rate too low": ("rate=0.02", "rate=0.00005", "with such a rate two hundred steps do not get far"),
    "rate too high": ("rate=0.02", "rate=10.0", "the rate throws the weights about: look at `history`"),
    "a large linear layer": (
        "nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 8)",
        "nn.Flatten(), nn.Linear(512, 32), nn.ReLU(), nn.Linear(32, 8)",
        "more than 8 000 weights: see in the rows of `counting.count` which layer has most. In front of a linear layer a mean over all pixels helps",
    ),
    "3×3 at full size": (
        "*stage(1, 8, 5, stride=2), nn.MaxPool2d(2)",
        "*stage(1, 8, 3), *stage(8, 8, 3), nn.MaxPool2d(4)",
        "more than 250 000 multiply-adds: see in the rows of `counting.count` which layer does most, and give it smaller or fewer maps",
    ),
    "over both": (
        "front = [*stage(1, 8, 5, stride=2), nn.MaxPool2d(2),",
        "front = [*stage(1, 8, 5, stride=2), *stage(8, 24, 3, stride=2), *stage(24, 24, 3), *stage(24, 8, 3),",
        "more than 8 000 weights and more than 250 000 multiply-adds: see in the rows of `counting.count` which layers have most",
    ),
    "kernels outside modules": (
        "nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 8))\n",
        "nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 8))\n"
        "small_net.register_forward_pre_hook(lambda module, args: F.conv2d(args[0], torch.full((1, 1, 3, 3), 1 / 9), padding=1))\n",
        "there is work that `counting.count` does not see, by `F.conv2d`, `F.linear` or `@`: make a layer of it, `nn.Conv2d` or `nn.Linear`",
    ),
    "too coarse at once": (
        "*stage(1, 8, 5, stride=2), nn.MaxPool2d(2)",
        "nn.AvgPool2d(8), *stage(1, 8, 1)",
        "blocks of 8×8 pixels leave nothing of a letter: let a filter look before you shrink",
    ),
    "without ReLU and pooling": (
        """front = [*stage(1, 8, 5, stride=2), nn.MaxPool2d(2), *stage(8, 16, 3), nn.MaxPool2d(2), *stage(16, 32, 3)]""",
        """front = [nn.Conv2d(1, 8, 5, 4), nn.Conv2d(8, 16, 3, 2), nn.Conv2d(16, 32, 3)]""",
        "convolutions without a ReLU between them are one linear filter, and the mean of that is nearly the image's mean",
    ),
    "dead start": (
        "small_net = nn.Sequential(*front,",
        "small_net = nn.Sequential(*front, nn.Dropout(0.999),",
        "dropout that leaves one number in a thousand leaves nothing to learn from",
    ),
    "one score": (
        "nn.Linear(32, 8))\n",
        "nn.Linear(32, 8))\nsmall_net.register_forward_hook(lambda m, a, out: out if m.training and len(out) == 32 else out[:, :1])\n",
        "eight scores are asked for each image",
    ),
}
RIGHT["open_architecture"] = {
    "depthwise and 1×1": (
        """def stage(inputs, maps, kernel, stride=1):
    conv = nn.Conv2d(inputs, maps, kernel, stride, padding=kernel // 2, bias=False)
    return [conv, nn.BatchNorm2d(maps), nn.ReLU()]


torch.manual_seed(0)
front = [*stage(1, 8, 5, stride=2), nn.MaxPool2d(2), *stage(8, 16, 3), nn.MaxPool2d(2), *stage(16, 32, 3)]
small_net = nn.Sequential(*front, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 8))
history = fit_marks(small_net, steps=200, rate=0.02)""",
        """class Split(nn.Module):
    def __init__(self, have, want):
        super().__init__()
        self.each = nn.Conv2d(have, have, 3, 1, 1, groups=have, bias=False)
        self.mix = nn.Conv2d(have, want, 1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(have), nn.BatchNorm2d(want)])

    def forward(self, z):
        z = torch.relu(self.norms[0](self.each(z)))
        return torch.relu(self.norms[1](self.mix(z)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 12, 5, 2, 2, bias=False), nn.BatchNorm2d(12), nn.ReLU())
        self.first, self.second, self.third = Split(12, 20), Split(20, 24), Split(24, 32)
        self.out = nn.Linear(32, 8)

    def forward(self, z):
        z = F.max_pool2d(self.first(self.stem(z)), 2)
        z = F.max_pool2d(self.second(z), 2)
        return self.out(self.third(z).mean((2, 3)))


torch.manual_seed(3)
small_net = Net()
adam = torch.optim.AdamW(small_net.parameters(), lr=0.01)
for k in range(160):
    for group in adam.param_groups:
        group["lr"] = 0.02 * min(1.0, (k + 1) / 20) * (1 - k / 160)
    some = torch.randint(0, len(x_marks), (32,))
    small_net.train()
    error = F.cross_entropy(small_net(x_marks[some]), t_marks[some])
    adam.zero_grad()
    error.backward()
    adam.step()""",
    ),
}
