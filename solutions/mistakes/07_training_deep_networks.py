"""Lesson 07, Training deep networks: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["initial_layer"] = {
    "fan-out": (
        "np.prod(shape[1:])",
        "shape[0] * np.prod(shape[2:])",
        "this is the fan-out: count the inputs of one unit, not the units",
    ),
    "window forgotten": (
        "np.prod(shape[1:])",
        "shape[1]",
        "a unit of a convolution sees its whole window: fan-in is in·kh·kw",
    ),
    "all weights counted": (
        "np.prod(shape[1:])",
        "np.prod(shape)",
        "this counts the weights of all units; fan-in counts those of one",
    ),
    "the average of the fans": (
        "gain / fan_in",
        "2 * gain / (fan_in + shape[0] * np.prod(shape[2:]))",
        "this is Glorot and Bengio's average of fan-in and fan-out; asked is the fan-in alone",
    ),
    "bias counted": (
        "gain / fan_in",
        "gain / (fan_in + 1)",
        "the bias starts at 0 and adds no variance: do not count it",
    ),
    "root forgotten": (
        "np.sqrt(gain / fan_in)",
        "gain / fan_in",
        "variance and standard deviation are confused: the draws are scaled by the root",
    ),
    "2 outside of the root": ('"msr": 2.0', '"msr": 4.0', "the 2 stands under the root"),
    "no 2": ('"msr": 2.0', '"msr": 1.0', "MSR needs the factor 2, because ReLU lets through half of the mean square"),
    "2 for both": ('"xavier": 1.0', '"xavier": 2.0', "the factor 2 belongs to MSR alone; Xavier has 1"),
    "rules exchanged": (
        '{"xavier": 1.0, "msr": 2.0}',
        '{"xavier": 2.0, "msr": 1.0}',
        "the two rules are exchanged: the factor 2 is MSR's",
    ),
    "0.01": ("np.sqrt(gain / fan_in)", "0.01", "0.01 whatever the fan-in: that is what dies in deep networks"),
    "uniform": (
        "rng.standard_normal(shape)",
        "rng.uniform(-1, 1, shape)",
        "the draws are standard normal; uniform ones in -1 ... 1 have variance 1/3",
    ),
    "biases drawn": ("np.zeros(shape[0])", "0.01 * rng.standard_normal(shape[0])", "biases start at 0"),
    "biases at one": ("np.zeros(shape[0])", "np.ones(shape[0])", "biases start at 0, not at 1"),
    "biases of the inputs": (
        "np.zeros(shape[0])",
        "np.zeros(shape[1])",
        "a layer has one bias for each of its units, the first size",
    ),
    "Glorot's for Xavier": (
        ("gain / fan_in"),
        ('(gain / fan_in if kind == "msr" else 2 / (fan_in + shape[0] * np.prod(shape[2:])))'),
        "2 / (fan-in + fan-out) is Glorot and Bengio's average; here Xavier takes the fan-in alone",
    ),
}
RIGHT["initial_layer"] = {
    "deviation in the draw": (
        "def initial_layer(shape, kind, rng):\n"
        "    n = 1\n    for size in shape[1:]:\n        n *= size\n"
        "    w = rng.standard_normal(shape)\n    w /= n**0.5\n    if kind == 'msr':\n        w *= 2**0.5\n"
        "    return w, np.array([0.0] * shape[0])"
    ),
    "from a template": (
        "def initial_layer(shape, kind, rng):\n"
        "    w = rng.standard_normal(shape)\n    n = w[0].size\n"
        "    return w * (1 / np.sqrt(n) if kind == 'xavier' else np.sqrt(2 / n)), np.zeros(len(w))"
    ),
}

WRONG["activation_statistics"] = {
    "before the activation": (
        "def activation_statistics(x, layers, activation):\n    h, rows = x, []\n    for w, b in layers:\n"
        "        z = h @ w.T + b\n        rows.append((z.mean(), z.std(), np.all(z <= 0, axis=0).mean()))\n"
        "        h = activation(z)\n    return np.array(rows)",
        "these are statistics of z, before the activation; asked are those after it",
    ),
    "no activation": ("activation(h @ w.T + b)", "h @ w.T + b", "the activation is missing"),
    "bias forgotten": ("h @ w.T + b", "h @ w.T", "the biases are missing"),
    "always the input": (
        "activation(h @ w.T + b)",
        "activation(x @ w.T + b)",
        "each layer takes the activations of the one before, not x",
    ),
    "never above 0": (
        "np.all(h == 0, axis=0)",
        "np.all(h <= 0, axis=0)",
        "dead means exactly 0; a tanh unit that is always negative is alive",
    ),
    "zeros, not dead units": (
        "np.all(h == 0, axis=0)",
        "h == 0",
        "this is the share of zeros; a unit is dead only if it is 0 for every sample",
    ),
    "silent samples": (
        "np.all(h == 0, axis=0)",
        "np.all(h == 0, axis=1)",
        "this counts samples for which all units are 0; a unit is a column",
    ),
    "sometimes zero": (
        "np.all(h == 0, axis=0)",
        "np.any(h == 0, axis=0)",
        "a unit that is 0 for some samples does its job; dead means 0 for all",
    ),
    "living units": ("dead.mean()", "1 - dead.mean()", "this is the share of living units"),
    "dead units counted": ("dead.mean()", "dead.sum()", "asked is the share of dead units, not their number"),
    "variance": ("h.std()", "h.var()", "this is the variance; asked is its root, the standard deviation"),
    "n - 1": ("h.std()", "h.std(ddof=1) if h.size > 1 else 0.0", "divide by the count, not by the count less one"),
    "spread of units": (
        "h.std()",
        "h.std(axis=0).mean()",
        "all activations of the layer are taken together, not unit by unit",
    ),
    "not centred": (
        "h.std()",
        "np.sqrt((h**2).mean())",
        "this is the root mean square: the mean must be subtracted first",
    ),
    "input included": (
        "h, rows = x, []",
        "h, rows = x, [(x.mean(), x.std(), np.all(x == 0, axis=0).mean())]",
        "the first row is of the first layer, not of the input",
    ),
    "output left bare": (
        "        h = activation(h @ w.T + b)\n",
        "        h = h @ w.T + b\n        h = activation(h) if len(rows) < len(layers) - 1 else h\n",
        "the activation follows every layer, the last one too",
    ),
    "hands on the sums": (
        (
            "def activation_statistics(x, layers, activation):\n"
            "    h, rows = x, []\n"
            "    for w, b in layers:\n"
            "        h = h @ w.T + b\n"
            "        a = activation(h)\n"
            "        rows.append((a.mean(), a.std(), np.all(a == 0, axis=0).mean()))\n"
            "    return np.array(rows)"
        ),
        "the next layer was given the sums before the activation; it sees the activations",
    ),
}
RIGHT["activation_statistics"] = {
    "layers first, numbers later": (
        "def activation_statistics(x, layers, activation):\n"
        "    outputs = []\n    for w, b in layers:\n"
        "        outputs.append(activation((outputs[-1] if outputs else x) @ w.T + b))\n"
        "    return np.array([[np.mean(h), np.sqrt(np.mean((h - np.mean(h)) ** 2)), np.mean(~np.any(h, axis=0))]\n"
        "                     for h in outputs])"
    ),
    "filled into an array": (
        "def activation_statistics(x, layers, activation):\n"
        "    out = np.zeros((len(layers), 3))\n    h = np.array(x, float)\n"
        "    for k, (w, b) in enumerate(layers):\n        h = activation(b + np.einsum('nd,md->nm', h, w))\n"
        "        out[k] = np.mean(h), np.std(h), sum(not any(unit) for unit in h.T) / h.shape[1]\n    return out"
    ),
}

WRONG["whitened"] = {
    "not centred": ("(x - mean) @ axes", "x @ axes", "x was not centred: subtract the training set's mean"),
    "centred by itself": (
        "(x - mean) @ axes",
        "(x - x.mean(axis=0)) @ axes",
        "x was centred with its own mean: use the training set's",
    ),
    "statistics of x": (
        "mean = train.mean(axis=0)",
        "train = x\n    mean = train.mean(axis=0)",
        "mean and axes come from the training set, not from x",
    ),
    "second moments": (
        "centred = train - mean",
        "centred = train",
        "the covariance is that of the centred data; here the mean is still in it",
    ),
    "n - 1": ("/ len(train)", "/ (len(train) - 1)", "the covariance divides by n here, not by n - 1"),
    "sum instead of mean": (
        "centred.T @ centred / len(train)",
        "centred.T @ centred",
        "the sum over the samples must be divided by their number",
    ),
    "only scaled": (
        "variances, axes = np.linalg.eigh(centred.T @ centred / len(train))",
        "variances, axes = train.var(axis=0), np.eye(train.shape[1])",
        "the inputs were scaled one by one; they are still correlated",
    ),
    "not scaled": (
        " / np.sqrt(variances + epsilon)",
        "",
        "the data were turned but not scaled: divide by the standard deviation along each axis",
    ),
    "divided by the variance": (
        "np.sqrt(variances + epsilon)",
        "(variances + epsilon)",
        "divide by the standard deviation, the root of the variance",
    ),
    "axes are rows": (
        "@ axes / np",
        "@ axes.T / np",
        "the axes are the columns of what eigh returns: project with @ axes",
    ),
    "smallest first": (
        "    variances, axes = variances[::-1], axes[:, ::-1]\n",
        "",
        "eigh gives the smallest variance first; asked is the largest first",
    ),
    "only the variances turned round": (
        "axes[:, ::-1]",
        "axes",
        "variances and axes no longer belong together: turn the order of both round",
    ),
    "rows turned round": (
        "axes[:, ::-1]",
        "axes[::-1]",
        "this turns the order of the coordinates; the axes are the columns",
    ),
    "epsilon outside of the root": (
        "np.sqrt(variances + epsilon)",
        "(np.sqrt(variances) + epsilon)",
        "epsilon is added to the variance, under the root",
    ),
    "no epsilon": (
        "variances + epsilon",
        "variances",
        "epsilon changes nothing here: it is added to every variance, under the root",
    ),
    "not turned back": (
        'return out @ axes.T if kind == "zca" else out',
        "return out",
        "ZCA turns the data back with the same axes at the end",
    ),
    "turned twice": (
        "return out @ axes.T",
        "return out @ axes",
        "this turns once more the same way; back is @ axes.T",
    ),
    "both turned back": (
        'return out @ axes.T if kind == "zca" else out',
        "return out @ axes.T",
        "PCA leaves the data along the principal axes; only ZCA turns back",
    ),
    "changes train": (
        "centred = train - mean",
        "centred = train\n    centred -= mean",
        "train was changed in place: the caller still needs it",
    ),
    "epsilon as a floor": (
        ("np.sqrt(variances + epsilon)"),
        ("np.sqrt(np.maximum(variances, epsilon))"),
        "epsilon is added to every variance; here it only lifts those that are smaller",
    ),
}
RIGHT["whitened"] = {
    "singular values": (
        "def whitened(train, x, kind, epsilon):\n"
        "    mean = np.mean(train, axis=0)\n"
        "    _, s, vt = np.linalg.svd((train - mean) / np.sqrt(len(train)), full_matrices=False)\n"
        "    out = (vt @ (x - mean).T).T * (s**2 + epsilon) ** -0.5\n"
        "    return np.dot(out, vt) if kind == 'zca' else out"
    ),
    "one matrix": (
        "def whitened(train, x, kind, epsilon):\n"
        "    lam, u = np.linalg.eigh(np.cov(train, rowvar=False, bias=True))\n"
        "    order = np.argsort(-lam)\n    lam, u = lam[order], -u[:, order]\n"
        "    w = np.diag(1 / np.sqrt(lam + epsilon)) @ u.T\n"
        "    w = u @ w if kind == 'zca' else w\n    return (x - train.mean(0)) @ w.T"
    ),
}

WRONG["batch_norm_forward"] = {
    "n - 1 in the normalisation": (
        "mean, var = x.mean(axis=axes), x.var(axis=axes)\n        m = x.size // x.shape[1]",
        "m = x.size // x.shape[1]\n        mean, var = x.mean(axis=axes), x.var(axis=axes) * m / (m - 1)",
        "the batch is normalised by the variance that divides by m; m - 1 is for the running variance, once",
    ),
    "n - 1 in both": (
        "normal = (x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)",
        "var = var * m / (m - 1) if training else var\n    normal = (x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)",
        "the running variance is right; the batch itself is normalised by the variance that divides by m",
    ),
    "n in the running variance": (
        "(var * m / (m - 1))",
        "var",
        "the running variance takes the estimate that divides by m - 1",
    ),
    "divided by the images": (
        "mean, var = x.mean(axis=axes), x.var(axis=axes)\n        m = x.size // x.shape[1]",
        "m = len(x)\n        mean = x.sum(axis=axes) / m\n"
        "        var = ((x - mean.reshape(shape)) ** 2).sum(axis=axes) / m",
        "the sums run over all places of all images: divide them by n·h·w, not by n",
    ),
    "n alone counted": (
        "m = x.size // x.shape[1]",
        "m = len(x) if len(x) > 1 else 2",
        "for images m counts the places too: n·h·w, not n",
    ),
    "momentum reversed": (
        "(1 - momentum) * old_mean + momentum * mean\n        new_var = (1 - momentum) * old_var + momentum *",
        "momentum * old_mean + (1 - momentum) * mean\n        new_var = momentum * old_var + (1 - momentum) *",
        "momentum is the weight of the new batch; here the old statistics get it",
    ),
    "momentum reversed for the variance": (
        "new_var = (1 - momentum) * old_var + momentum *",
        "new_var = momentum * old_var + (1 - momentum) *",
        "the mean moves as it should; in the variance old and new have changed places",
    ),
    "running replaced": (
        "running = (new_mean, new_var)",
        "running = (mean, var * m / (m - 1))",
        "the running statistics are replaced by the last batch's; they should move towards them by momentum",
    ),
    "running added up": (
        "(1 - momentum) * old_mean + momentum * mean\n        new_var = (1 - momentum) * old_var",
        "old_mean + momentum * mean\n        new_var = old_var",
        "the old statistics must shrink by 1 - momentum, or they grow for ever",
    ),
    "running never moved": (
        "        running = (new_mean, new_var)\n",
        "",
        "the running statistics never move; evaluation would use their first values",
    ),
    "only the mean moves": (
        "running = (new_mean, new_var)",
        "running = (new_mean, old_var)",
        "the running variance must move too",
    ),
    "running mean and variance exchanged": (
        "running = (new_mean, new_var)",
        "running = (new_var, new_mean)",
        "the pair is (mean, variance), in this order",
    ),
    "standard deviations kept": (
        "momentum * (var * m / (m - 1))",
        "momentum * np.sqrt(var * m / (m - 1))",
        "the running variance keeps variances, not standard deviations",
    ),
    "running statistics in training": (
        "    normal = (x",
        "    mean, var = running\n    normal = (x",
        "in training the batch is normalised by its own statistics; here by the running ones, just moved",
    ),
    "running statistics of before in training": (
        "        running = (new_mean, new_var)\n",
        "        mean, var = running\n        running = (new_mean, new_var)\n",
        "in training the batch is normalised by its own statistics; here by the running ones that came in",
    ),
    "evaluation without gamma and beta": (
        "    normal = (x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)\n",
        "    normal = (x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)\n    if not training:\n        return normal, running\n",
        "scale and shift belong to evaluation too: y = gamma·x̂ + beta in both modes",
    ),
    "evaluation without the root": (
        "    normal = (x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)\n",
        "    normal = (x - mean.reshape(shape)) / ((var.reshape(shape) + eps) ** (0.5 if training else 1))\n",
        "the running variance is a variance: its root is missing in evaluation",
    ),
    "batch statistics in evaluation": (
        "    normal = (x",
        "    mean, var = x.mean(axis=axes), x.var(axis=axes)\n    normal = (x",
        "in evaluation the running statistics are used; here an answer depends on who else is in the batch",
    ),
    "moved in evaluation": (
        "    normal = (x",
        "    if not training:\n        running = tuple((1 - momentum) * r + momentum * s for r, s in zip(running, (x.mean(axis=axes), x.var(axis=axes))))\n    normal = (x",
        "in evaluation nothing is learned: the running statistics stay as they are",
    ),
    "statistics over the features": (
        "mean, var = x.mean(axis=axes), x.var(axis=axes)",
        "mean, var = np.resize(x.mean(axis=1), x.shape[1]), np.resize(x.var(axis=1), x.shape[1])",
        "mean and variance are taken over the batch, for each feature; here over the features, for each sample",
    ),
    "statistics over everything": (
        "mean, var = x.mean(axis=axes), x.var(axis=axes)",
        "mean, var = np.full(x.shape[1], x.mean()), np.full(x.shape[1], x.var())",
        "every feature has a mean and a variance of its own",
    ),
    "one place of the image": (
        "mean, var = x.mean(axis=axes), x.var(axis=axes)",
        "first = x.reshape(*x.shape[:2], -1)[:, :, 0]\n        mean, var = first.mean(axis=0), first.var(axis=0)",
        "for images the statistics run over all places of a channel, not over the batch at one place",
    ),
    "last axis is the channel": (
        "    axes = (0, *range(2, x.ndim))\n    shape = (1, -1, *[1] * (x.ndim - 2))",
        "    axes = tuple(range(x.ndim - 1))\n    shape = (1,) * (x.ndim - 1) + (-1,)",
        "the channels are on axis 1, not on the last",
    ),
    "each image by itself": (
        "    normal = (x",
        "    if training and x.ndim == 4:\n        mean, var = x.mean(axis=(2, 3)), x.var(axis=(2, 3))\n"
        "        shape = (*x.shape[:2], 1, 1)\n        gamma, beta = np.tile(gamma, len(x)), np.tile(beta, len(x))\n    normal = (x",
        "the statistics run over the images of the batch too, not over each image by itself",
    ),
    "eps outside of the root": (
        "np.sqrt(var.reshape(shape) + eps)",
        "(np.sqrt(var.reshape(shape)) + eps)",
        "eps is added to the variance, under the root",
    ),
    "no eps": ("+ eps)", ")", "eps is missing"),
    "eps in the running variance": (
        "(var * m / (m - 1))",
        "(var * m / (m - 1) + eps)",
        "eps serves the division only; the running variance is kept without it",
    ),
    "divided by the variance": (
        "np.sqrt(var.reshape(shape) + eps)",
        "(var.reshape(shape) + eps)",
        "divide by the standard deviation: the root is missing",
    ),
    "not centred": ("(x - mean.reshape(shape))", "x", "the mean was not subtracted"),
    "no gamma": ("gamma.reshape(shape) * normal", "normal", "gamma, the learned scale, is missing"),
    "no beta": (" + beta.reshape(shape)", "", "beta, the learned shift, is missing"),
    "gamma and beta exchanged": (
        "gamma.reshape(shape) * normal + beta.reshape(shape)",
        "beta.reshape(shape) * normal + gamma.reshape(shape)",
        "gamma scales, beta shifts; here they are exchanged",
    ),
    "beta scaled too": (
        "gamma.reshape(shape) * normal + beta.reshape(shape)",
        "gamma.reshape(shape) * (normal + beta.reshape(shape))",
        "beta is added after the scaling, not before",
    ),
    "running changed in place": (
        "running = (new_mean, new_var)",
        "old_mean[:], old_var[:] = new_mean, new_var",
        "the running pair that came in was changed; return a new one",
    ),
    "x changed in place": (
        "    normal = (x - mean",
        "    x -= mean.reshape(shape)\n    mean = 0 * mean\n    normal = (x - mean",
        "x was changed in place: the layer before still needs it",
    ),
    "momentum reversed, divided by m": (
        (
            "(1 - momentum) * old_mean + momentum * mean\n"
            "        new_var = (1 - momentum) * old_var + momentum * (var * m / (m - 1))"
        ),
        ("momentum * old_mean + (1 - momentum) * mean\n        new_var = momentum * old_var + (1 - momentum) * var"),
        "two things: momentum is the weight of the new batch, and the running variance takes the estimate that divides by m - 1",
    ),
}
RIGHT["batch_norm_forward"] = {
    "channel by channel": (
        "def batch_norm_forward(x, gamma, beta, running, training, momentum, eps):\n"
        "    y, means, variances = np.empty(x.shape), [], []\n    for k in range(x.shape[1]):\n"
        "        part = x[:, k]\n        mu, v = running[0][k], running[1][k]\n        if training:\n"
        "            mu, v = part.mean(), ((part - part.mean()) ** 2).sum() / part.size\n"
        "            means.append(running[0][k] + momentum * (mu - running[0][k]))\n"
        "            variances.append(running[1][k] + momentum * (part.var(ddof=1) - running[1][k]))\n"
        "        y[:, k] = (part - mu) * gamma[k] / (v + eps) ** 0.5 + beta[k]\n"
        "    return y, (np.array(means), np.array(variances)) if training else running"
    ),
    "channels last inside": (
        "def batch_norm_forward(x, gamma, beta, running, training, momentum, eps):\n"
        "    flat = np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])\n    mu, v = running\n    if training:\n"
        "        mu, v = flat.mean(axis=0), flat.var(axis=0)\n"
        "        new = mu, flat.var(axis=0, ddof=1)\n"
        "        running = tuple(old * (1 - momentum) + momentum * now for old, now in zip(running, new))\n"
        "    scale = gamma / np.sqrt(eps + v)\n"
        "    y = flat * scale + (beta - mu * scale)\n"
        "    return np.moveaxis(y.reshape(*np.moveaxis(x, 1, -1).shape), -1, 1), running"
    ),
}
WRONG["other_norms"] = {
    "divided by m - 1": (
        "(centred**2).mean(axis=axes, keepdims=True)",
        "x.var(axis=axes, keepdims=True, ddof=1)",
        "the variance divides by the count, not by one less",
    ),
    "eps outside of the root": (
        "np.sqrt((centred**2).mean(axis=axes, keepdims=True) + eps)",
        "(np.sqrt((centred**2).mean(axis=axes, keepdims=True)) + eps)",
        "`eps` stands under the root, with the variance",
    ),
    "no root": (
        "np.sqrt((centred**2).mean(axis=axes, keepdims=True) + eps)",
        "((centred**2).mean(axis=axes, keepdims=True) + eps)",
        "divide by the root of the variance",
    ),
    "not centred": (
        "return centred / np",
        "return x / np",
        "the mean was not subtracted from what you divide",
    ),
    "centred in place": (
        "centred = x - x.mean(axis=axes, keepdims=True)",
        "x -= x.mean(axis=axes, keepdims=True)\n    centred = x",
        "`-=` writes into the caller's array: make a new one",
    ),
    "over the batch": (
        "standardised(x, (1,), eps) + beta",
        "standardised(x, (0,), eps) + beta",
        "that is batch norm: layer norm averages over the features of each sample by itself",
    ),
    "over everything": (
        "standardised(x, (1,), eps) + beta",
        "standardised(x, (0, 1), eps) + beta",
        "all samples share one mean: each is to be standardised by itself",
    ),
    "groups across samples": (
        "(2, 3, 4), eps",
        "(0, 2, 3, 4), eps",
        "the samples of the batch share their statistics: axis 0 must stay out",
    ),
    "each channel by itself": (
        "(2, 3, 4), eps",
        "(3, 4), eps",
        "every channel was standardised by itself: the channels of a group share mean and variance",
    ),
    "all channels together": (
        "x.reshape(n, groups, c // groups, h, w), (2, 3, 4)",
        "x.reshape(n, groups, c // groups, h, w), (1, 2, 3, 4)",
        "all groups of a sample share their statistics: the axis of the groups must stay out",
    ),
    "over channels, not over places": (
        "(2, 3, 4), eps",
        "(2,), eps",
        "a group's mean runs over its channels and over all places, axes h and w too",
    ),
    "gamma by group": (
        "    return gamma[:, None, None] * parts",
        "    gamma = np.repeat(gamma[:groups], c // groups)\n    return gamma[:, None, None] * parts",
        "gamma was looked up by the number of the group: every channel has its own",
    ),
    "interleaved groups": (
        "    parts = standardised(x.reshape(n, groups, c // groups, h, w), (2, 3, 4), eps)\n",
        "    parts = standardised(x.reshape(n, c // groups, groups, h, w), (1, 3, 4), eps)\n",
        "neighbouring channels make a group, not every second or third",
    ),
    "gamma by place": (
        "gamma[:, None, None] * parts",
        "gamma[: x.shape[0], None, None, None].sum(axis=0) * parts",
        "gamma and beta belong to channels: give them the shape (c, 1, 1)",
    ),
    "beta forgotten": (
        "parts.reshape(x.shape) + beta[:, None, None]",
        "parts.reshape(x.shape)",
        "beta was not added",
    ),
    "root mean square norm": (
        (
            "def layer_norm(x, gamma, beta, eps):\n"
            "    return gamma * x / np.sqrt((x**2).mean(axis=1, keepdims=True) + eps) + beta"
        ),
        "this is RMSNorm, which leaves the mean in; layer norm takes it off first",
    ),
}
RIGHT["other_norms"] = {
    "loops over groups": (
        "    parts = standardised(x.reshape(n, groups, c // groups, h, w), (2, 3, 4), eps)\n"
        "    return gamma[:, None, None] * parts.reshape(x.shape) + beta[:, None, None]",
        "    out, size = np.empty(x.shape), c // groups\n"
        "    for k in range(groups):\n"
        "        part = slice(k * size, (k + 1) * size)\n"
        "        out[:, part] = standardised(x[:, part], (1, 2, 3), eps)\n"
        "    return out * gamma.reshape(1, c, 1, 1) + beta.reshape(1, c, 1, 1)",
    ),
}


WRONG["batch_norm_vjp"] = {
    "not through the mean": (
        "(g - through_mean - through_var)",
        "(g - through_var)",
        "the gradient through the mean is missing: every x moves the mean of all",
    ),
    "not through the variance": (
        "(g - through_mean - through_var)",
        "(g - through_mean)",
        "the gradient through the variance is missing: every x changes the scale of all",
    ),
    "statistics taken for constants": (
        "(g - through_mean - through_var)",
        "g",
        "mean and variance were taken for constants, but they depend on x",
    ),
    "the ways back added": (
        "(g - through_mean - through_var)",
        "(g + through_mean + through_var)",
        "what goes through mean and variance is subtracted",
    ),
    "no gamma in gx": (
        "gx = gamma.reshape(shape) * inverse *",
        "gx = inverse *",
        "gamma is missing in the gradient of x: y = gamma·x̂ + beta",
    ),
    "not divided by the root": (
        "gamma.reshape(shape) * inverse * (",
        "gamma.reshape(shape) * (",
        "the gradient of x is divided by the standard deviation, as x was",
    ),
    "divided by the variance": (
        "gamma.reshape(shape) * inverse * (",
        "gamma.reshape(shape) * inverse**2 * (",
        "the gradient of x is divided by the standard deviation once, not twice",
    ),
    "centred for normal": (
        "through_var = normal *",
        "through_var = centred *",
        "the way through the variance takes x̂ twice; here once the centred x, not yet divided",
    ),
    "x̂ forgotten": (
        "through_var = normal * (g * normal)",
        "through_var = (g * normal)",
        "the way through the variance points along x̂: multiply the mean by it",
    ),
    "sums for means": (
        "g.mean(axis=axes, keepdims=True)\n        through_var = normal * (g * normal).mean(",
        "g.sum(axis=axes, keepdims=True)\n        through_var = normal * (g * normal).sum(",
        "in the gradient of x the sums are divided by m",
    ),
    "m - 1 for the variance": (
        "(centred**2).mean(axis=axes, keepdims=True)",
        "(centred**2).sum(axis=axes, keepdims=True) / (x.size / x.shape[1] - 1)",
        "the variance divides by m, not by m - 1",
    ),
    "divided by n only": (
        "through_mean = g.mean(axis=axes, keepdims=True)",
        "through_mean = g.sum(axis=axes, keepdims=True) / len(g)",
        "for images m is n·h·w; this divides by n",
    ),
    "gamma's gradient from x": (
        "(g * normal).sum(axis=axes), g",
        "(g * x).sum(axis=axes), g",
        "gamma multiplies x̂, not x",
    ),
    "gamma's gradient from centred x": (
        "(g * normal).sum(axis=axes), g",
        "(g * centred).sum(axis=axes), g",
        "gamma multiplies x̂: the centred x must be divided by the root",
    ),
    "gamma's gradient from y": (
        "(g * normal).sum(axis=axes), g",
        "(g * (gamma.reshape(shape) * normal + beta.reshape(shape))).sum(axis=axes), g",
        "the gradient of gamma takes x̂, what comes before scale and shift; here y was used",
    ),
    "gamma's gradient times gamma": (
        "(g * normal).sum(axis=axes), g",
        "gamma * (g * normal).sum(axis=axes), g",
        "the slope of gamma·x̂ in gamma is x̂, without gamma",
    ),
    "means for gamma and beta": (
        "(g * normal).sum(axis=axes), g.sum(axis=axes)",
        "(g * normal).mean(axis=axes), g.mean(axis=axes)",
        "the gradients of gamma and beta are sums over the batch, not means",
    ),
    "beta's gradient times gamma": (
        "g.sum(axis=axes)",
        "gamma * g.sum(axis=axes)",
        "beta is added after the scaling: its gradient is the sum of g, without gamma",
    ),
    "gradients of gamma and beta exchanged": (
        "return gx, (g * normal).sum(axis=axes), g.sum(axis=axes)",
        "return gx, g.sum(axis=axes), (g * normal).sum(axis=axes)",
        "the order is (gx, ggamma, gbeta)",
    ),
    "shape kept": (
        "(g * normal).sum(axis=axes), g.sum(axis=axes)",
        "(g * normal).sum(axis=axes, keepdims=True), g.sum(axis=axes, keepdims=True)",
        "the gradients of gamma and beta have their shape, (c,)",
    ),
    "each place by itself": (
        "axes = (0, *range(2, x.ndim))",
        "axes = (0,)",
        "for images the sums run over all places of a channel, not over the batch alone",
    ),
    "each image by itself": (
        "axes = (0, *range(2, x.ndim))",
        "axes = (2, 3) if x.ndim == 4 else (0,)",
        "for images the sums run over the images of the batch too",
    ),
    "eps outside of the root": (
        "1 / np.sqrt((centred**2).mean(axis=axes, keepdims=True) + eps)",
        "1 / (np.sqrt((centred**2).mean(axis=axes, keepdims=True)) + eps)",
        "eps is added to the variance, under the root",
    ),
    "no eps": (
        "(centred**2).mean(axis=axes, keepdims=True) + eps)",
        "(centred**2).mean(axis=axes, keepdims=True))",
        "eps is missing",
    ),
    "g changed in place": (
        "        gx = gamma.reshape(shape) * inverse * (g - through_mean - through_var)\n        return gx, (g * normal).sum(axis=axes), g.sum(axis=axes)",
        "        rest = (g * normal).sum(axis=axes), g.sum(axis=axes)\n        g -= through_mean + through_var\n        return gamma.reshape(shape) * inverse * g, *rest",
        "g was changed in place: another branch of the graph may still need it",
    ),
    "x centred in place": (
        "centred = x - x.mean(axis=axes, keepdims=True)",
        "x -= x.mean(axis=axes, keepdims=True)\n    centred = x",
        "x was changed in place: the layer before still needs it",
    ),
    "half through the variance": (
        ("(g * normal).mean(axis=axes, keepdims=True)"),
        ("(g * normal).mean(axis=axes, keepdims=True) / 2"),
        "the way through the variance is half as wide as it should be: the slope of a square is 2 (x - mean)",
    ),
    "twice through the variance": (
        ("(g * normal).mean(axis=axes, keepdims=True)"),
        ("(g * normal).mean(axis=axes, keepdims=True) * 2"),
        "the way through the variance is twice as wide as it should be: the slope of a root is one half divided by the root",
    ),
    "images counted for numbers": (
        (
            "        through_mean = g.mean(axis=axes, keepdims=True)\n"
            "        through_var = normal * (g * normal).mean(axis=axes, keepdims=True)"
        ),
        (
            "        through_mean = g.sum(axis=axes, keepdims=True) / len(x)\n"
            "        through_var = normal * (g * normal).sum(axis=axes, keepdims=True) / len(x)"
        ),
        "a channel of n images has n·h·w numbers: in gx both means divide by all of them, not by n",
    ),
}
RIGHT["batch_norm_vjp"] = {
    "the three ways one by one": (
        "def batch_norm_vjp(x, gamma, beta, eps):\n"
        "    axes, m = (0,) + tuple(range(2, x.ndim)), x.size / x.shape[1]\n"
        "    wide = lambda a: np.expand_dims(a, axes)\n"
        "    mu = x.mean(axis=axes)\n    d = x - wide(mu)\n    v = (d * d).sum(axis=axes) / m + eps\n"
        "    hat = d / wide(np.sqrt(v))\n\n"
        "    def vjp(g):\n        ghat = g * wide(gamma)\n"
        "        gv = (ghat * d).sum(axis=axes) * -0.5 * v**-1.5\n"
        "        gmu = -ghat.sum(axis=axes) / np.sqrt(v)\n"
        "        gx = ghat / wide(np.sqrt(v)) + wide(gv) * 2 * d / m + wide(gmu) / m\n"
        "        return gx, (g * hat).sum(axis=axes), g.sum(axis=axes)\n\n"
        "    return hat * wide(gamma) + wide(beta), vjp"
    ),
    "channels as rows": (
        "def batch_norm_vjp(x, gamma, beta, eps):\n"
        "    c = x.shape[1]\n    rows = np.swapaxes(x, 0, 1).reshape(c, -1)\n"
        "    back = lambda r: np.swapaxes(r.reshape(c, len(x), *x.shape[2:]), 0, 1)\n"
        "    s = np.sqrt(rows.var(axis=1) + eps)[:, None]\n    hat = (rows - rows.mean(axis=1)[:, None]) / s\n\n"
        "    def vjp(g):\n        g = np.swapaxes(g, 0, 1).reshape(c, -1)\n"
        "        along, total = np.einsum('cm,cm->c', g, hat), g.sum(axis=1)\n"
        "        gx = (g - (total[:, None] + hat * along[:, None]) / g.shape[1]) * gamma[:, None] / s\n"
        "        return back(gx), along, total\n\n"
        "    return back(hat * gamma[:, None] + beta[:, None]), vjp"
    ),
}

WRONG["dropout_both"] = {
    "p is the probability to stay": (
        "np.where(u >= p, h, 0)",
        "np.where(u < p, h, 0)",
        "p is the probability to be dropped: kept is where u >= p",
    ),
    "edge dropped": ("u >= p", "u > p", "where u is exactly p the number is kept"),
    "p for 1 - p at test time": (
        "return h if inverted else h * (1 - p)",
        "return h if inverted else h * p",
        "at test time the classical way multiplies by the share that was kept, 1 - p",
    ),
    "p for 1 - p in training": (
        "kept / (1 - p) if",
        "kept / p if",
        "the inverted way divides by the share that is kept, 1 - p",
    ),
    "multiplied in training": (
        "kept / (1 - p) if",
        "kept * (1 - p) if",
        "inverted means divided in training: what is kept must make up for what is missing",
    ),
    "nothing at test time": (
        "return h if inverted else h * (1 - p)",
        "return h",
        "the classical way must multiply by 1 - p at test time",
    ),
    "both at test time": (
        "return h if inverted else h * (1 - p)",
        "return h * (1 - p)",
        "the inverted way has done its scaling in training: nothing is left to do at test time",
    ),
    "divided at test time": (
        "return h if inverted else h * (1 - p)",
        "return h if inverted else h / (1 - p)",
        "at test time more units are there than in training: multiply by 1 - p, do not divide",
    ),
    "not scaled": ("kept / (1 - p) if inverted else kept", "kept", "the inverted way divides by 1 - p in training"),
    "always scaled": (
        "kept / (1 - p) if inverted else kept",
        "kept / (1 - p)",
        "the classical way does nothing but drop in training",
    ),
    "ways exchanged": (
        "def dropout_both(h, p, u, training, inverted):\n    kept = np.where(u >= p, h, 0)\n    if training:\n"
        "        return kept if inverted else kept / (1 - p)\n    return h * (1 - p) if inverted else h\n\n\n"
        "def dropout_moments(h, p, inverted):\n    inverted = not inverted\n    mean = h if inverted else (1 - p) * h\n"
        "    return mean, h**2 * p / (1 - p) if inverted else h**2 * p * (1 - p)",
        "classical and inverted are exchanged",
    ),
    "drops at test time": (
        "    if not training:\n",
        "    if not training and inverted:\n        return np.where(u >= p, h, 0) / (1 - p)\n    if not training:\n",
        "out of training nothing is dropped: the answers must not depend on draws",
    ),
    "one draw for all samples": (
        "u >= p",
        "u[:1] >= p",
        "every sample has its own draws; here the first sample's were used for all",
    ),
    "drops in place": (
        "kept = np.where(u >= p, h, 0)",
        "h[u < p] = 0\n    kept = h",
        "h was changed in place: the backward pass and others still need it",
    ),
    "mean square for the variance": (
        "h**2 * p / (1 - p) if inverted else h**2 * p * (1 - p)",
        "h**2 / (1 - p) if inverted else h**2 * (1 - p)",
        "this is the mean square: subtract the square of the mean",
    ),
    "standard deviation": (
        "h**2 * p / (1 - p) if inverted else h**2 * p * (1 - p)",
        "np.abs(h) * np.sqrt(p / (1 - p) if inverted else p * (1 - p))",
        "asked is the variance, not its root",
    ),
    "same variance both ways": (
        "h**2 * p / (1 - p) if inverted else h**2 * p * (1 - p)",
        "h**2 * p * (1 - p)",
        "dividing by 1 - p divides the variance by its square",
    ),
    "divided once": (
        "h**2 * p / (1 - p) if",
        "h**2 * p if",
        "a number divided by 1 - p has its variance divided by (1 - p)²",
    ),
    "same mean both ways": (
        "mean = h if inverted else (1 - p) * h",
        "mean = h",
        "the classical way loses the share p of the mean in training",
    ),
    "mean of the dropped": (
        "mean = h if inverted else (1 - p) * h",
        "mean = h if inverted else p * h",
        "the mean is what is kept, 1 - p of h",
    ),
    "h not squared": (
        "h**2 * p / (1 - p) if inverted else h**2 * p * (1 - p)",
        "np.abs(h) * p / (1 - p) if inverted else np.abs(h) * p * (1 - p)",
        "the variance grows with the square of h",
    ),
    "p kept, and scaled by p": (
        (
            "def dropout_both(h, p, u, training, inverted):\n"
            "    if not training:\n"
            "        return h if inverted else h * p\n"
            "    kept = np.where(u < p, h, 0)\n"
            "    return kept / p if inverted else kept\n"
            "\n"
            "\n"
            "def dropout_moments(h, p, inverted):\n"
            "    mean = h if inverted else (1 - p) * h\n"
            "    variance = h**2 * p / (1 - p) if inverted else h**2 * p * (1 - p)\n"
            "    return mean, variance"
        ),
        "p is the probability to be dropped; here it is taken for the probability to be kept, throughout",
    ),
    "divided by the share that was kept": (
        ("return kept / (1 - p) if inverted else kept"),
        ("return kept / max(np.mean(u >= p), 1e-8) if inverted else kept"),
        "the share that happens to be kept differs from batch to batch; divide by what it is on average, 1 - p",
    ),
}
RIGHT["dropout_both"] = {
    "a mask of floats": (
        "def dropout_both(h, p, u, training, inverted):\n"
        "    mask = (np.asarray(u) >= p) * 1.0 if training else np.full(np.shape(h), 1 - p)\n"
        "    return h * mask / ((1 - p) if inverted else 1)\n\n\n"
        "def dropout_moments(h, p, inverted):\n    scale = 1 / (1 - p) if inverted else 1.0\n"
        "    mean = h * scale * (1 - p)\n    square = (h * scale) ** 2 * (1 - p)\n    return mean, square - mean**2"
    ),
    "number by number": (
        "def dropout_both(h, p, u, training, inverted):\n"
        "    out = np.array(h, float)\n    if training:\n"
        "        for i in np.ndindex(out.shape):\n            if u[i] < p:\n                out[i] = 0.0\n"
        "        if inverted:\n            out /= 1 - p\n    elif not inverted:\n        out *= 1 - p\n    return out\n\n\n"
        "def dropout_moments(h, p, inverted):\n    q = 1 - p\n"
        "    if inverted:\n        return 1.0 * h, h * h * (1 / q - 1)\n    return q * h, h * h * q * p"
    ),
}

WRONG["elastic_net"] = {
    "half forgotten": ("l2 / 2 *", "l2 *", "the penalty has λ2/2, so that its gradient is λ2·w"),
    "2 in the gradient": ("+ l2 * w,", "+ 2 * l2 * w,", "the half in the penalty and the 2 of the square cancel"),
    "half in the gradient": ("+ l2 * w,", "+ l2 / 2 * w,", "the slope of w²/2 is w, without the half"),
    "biases penalised": (
        "l2 / 2 * np.sum(w**2)\n        gradients.append((l1 * np.sign(w) + l2 * w, np.zeros_like(b)))",
        "l2 / 2 * np.sum(w**2) + l1 * np.sum(np.abs(b)) + l2 / 2 * np.sum(b**2)\n"
        "        gradients.append((l1 * np.sign(w) + l2 * w, l1 * np.sign(b) + l2 * b))",
        "biases go free: they only shift",
    ),
    "biases pulled": (
        "np.zeros_like(b)",
        "l1 * np.sign(b) + l2 * b",
        "the penalty does not hold the biases, so their gradient is 0",
    ),
    "|w| for its slope": ("l1 * np.sign(w) +", "l1 * np.abs(w) +", "the slope of |w| is the sign of w, not |w|"),
    "slope 1 everywhere": ("l1 * np.sign(w) +", "l1 +", "for negative w the slope of |w| is -1"),
    "slope at 0": (
        "np.sign(w)",
        "np.where(w >= 0, 1.0, -1.0)",
        "at exactly 0 the slope of |w| is agreed to be 0",
    ),
    "sum without absolute values": (
        "np.sum(np.abs(w))",
        "np.abs(np.sum(w))",
        "the absolute value of each weight is taken before the sum",
    ),
    "root of the squares": (
        "l2 / 2 * np.sum(w**2)",
        "l2 / 2 * np.sqrt(np.sum(w**2))",
        "the sum of squares is asked, without a root",
    ),
    "means": (
        "l1 * np.sum(np.abs(w)) + l2 / 2 * np.sum(w**2)",
        "l1 * np.mean(np.abs(w)) + l2 / 2 * np.mean(w**2)",
        "sums over the weights are asked, not means",
    ),
    "l1 and l2 exchanged": (
        "penalty, gradients = 0.0, []",
        "penalty, gradients, l1, l2 = 0.0, [], l2, l1",
        "l1 and l2 are exchanged",
    ),
    "last layer only": ("penalty += ", "penalty = ", "the penalties of all layers add up"),
    "no L1 in the gradient": ("l1 * np.sign(w) + l2 * w", "l2 * w", "the gradient of the L1 part is missing"),
    "weights shrunk in place": (
        "gradients.append((l1 * np.sign(w) + l2 * w, np.zeros_like(b)))",
        "gradient = l1 * np.sign(w) + l2 * w\n        w -= 0.1 * gradient\n        gradients.append((gradient, np.zeros_like(b)))",
        "asked is the gradient alone; the weights were changed",
    ),
    "biases squared": (
        ("l2 / 2 * np.sum(w**2)\n        gradients.append((l1 * np.sign(w) + l2 * w, np.zeros_like(b)))"),
        ("l2 / 2 * (np.sum(w**2) + np.sum(b**2))\n        gradients.append((l1 * np.sign(w) + l2 * w, l2 * b))"),
        "the biases are in the squared part; they go free: they only shift",
    ),
}
RIGHT["elastic_net"] = {
    "comprehensions": (
        "def elastic_net(layers, l1, l2):\n"
        "    weights = np.concatenate([w.ravel() for w, _ in layers])\n"
        "    penalty = l1 * np.linalg.norm(weights, 1) + 0.5 * l2 * weights @ weights\n"
        "    return penalty, [(l2 * w + l1 * ((w > 0) * 1.0 - (w < 0)), 0.0 * b) for w, b in layers]"
    ),
    "two penalties": (
        "def elastic_net(layers, l1, l2):\n"
        "    lasso = sum(abs(float(v)) for w, _ in layers for v in w.flat)\n"
        "    ridge = sum(float(v) ** 2 for w, _ in layers for v in w.flat)\n"
        "    grads = []\n    for w, b in layers:\n        slope = np.zeros(w.shape)\n"
        "        slope[w > 0], slope[w < 0] = 1, -1\n        grads.append((l1 * slope + l2 * w, np.zeros(b.shape)))\n"
        "    return l1 * lasso + ridge * l2 / 2, grads"
    ),
}

WRONG["augmented"] = {
    "mirrors every label": (
        "mirror[k] and t[k] in symmetric",
        "mirror[k]",
        "only images whose label is in symmetric may be mirrored: the others become something else",
    ),
    "mirrors all that may be": (
        "mirror[k] and t[k] in symmetric",
        "t[k] in symmetric",
        "an image is mirrored only where mirror says so",
    ),
    "mirrors the others": (
        "t[k] in symmetric",
        "t[k] not in symmetric",
        "symmetric holds the labels that MAY be mirrored",
    ),
    "upside down": ("image[:, ::-1]", "image[::-1]", "left to right: turn the columns round, not the rows"),
    "turned by 180°": ("image[:, ::-1]", "image[::-1, ::-1]", "left to right only; this turns the image by 180°"),
    "never mirrors": (
        "            image = image[:, ::-1]\n",
        "            pass\n",
        "the mirrored images are not mirrored",
    ),
    "up for down": (
        "down, right = dy[k], dx[k]",
        "down, right = -dy[k], dx[k]",
        "positive dy shifts down: row 0 goes to row dy",
    ),
    "left for right": ("down, right = dy[k], dx[k]", "down, right = dy[k], -dx[k]", "positive dx shifts to the right"),
    "dy and dx exchanged": (
        "down, right = dy[k], dx[k]",
        "down, right = dx[k], dy[k]",
        "dy moves rows (down), dx moves columns (right)",
    ),
    "wraps around": (
        "        part = image[max(-down, 0) : h - max(down, 0), max(-right, 0) : w - max(right, 0)]\n"
        "        out[k, max(down, 0) : h + min(down, 0), max(right, 0) : w + min(right, 0)] = part * factor[k]\n",
        "        out[k] = np.roll(image, (down, right), axis=(0, 1)) * factor[k]\n",
        "what leaves on one side comes in on the other: 0 should come in",
    ),
    "edge repeated": (
        "        part = image[max(-down, 0) : h - max(down, 0), max(-right, 0) : w - max(right, 0)]\n"
        "        out[k, max(down, 0) : h + min(down, 0), max(right, 0) : w + min(right, 0)] = part * factor[k]\n",
        "        rows, columns = np.clip(np.arange(h) - down, 0, h - 1), np.clip(np.arange(w) - right, 0, w - 1)\n"
        "        out[k] = image[np.ix_(rows, columns)] * factor[k]\n",
        "the edge is repeated; 0 should come in",
    ),
    "shifted first": (
        "        if mirror[k] and t[k] in symmetric:\n            image = image[:, ::-1]\n        down, right = dy[k], dx[k]",
        "        down, right = dy[k], dx[k]\n        if mirror[k] and t[k] in symmetric:\n            image, right = image[:, ::-1], -right",
        "mirror first, then shift: here the shift was mirrored too",
    ),
    "one shift for all": (
        "down, right = dy[k], dx[k]",
        "down, right = dy[0], dx[0]",
        "every image has its own shift; here all get the first one's",
    ),
    "not clipped": ("np.clip(out, 0, 1)", "out", "the result must stay within 0..1: clip it"),
    "scaled instead of clipped": (
        "np.clip(out, 0, 1)",
        "out / max(out.max(), 1)",
        "clip each pixel to 0..1; here all the others were darkened as well",
    ),
    "factor added": ("part * factor[k]", "part + factor[k]", "factor multiplies the brightness"),
    "factor forgotten": ("part * factor[k]", "part", "the brightness factor is missing"),
    "mirrors in place": (
        "image = image[:, ::-1]",
        "image[:] = image[:, ::-1].copy()",
        "x was changed in place: the next epoch would start from augmented images",
    ),
    "no root": (
        "np.sqrt(np.mean(signal**2) / (ratio * np.mean(noise**2)))",
        "np.mean(signal**2) / (ratio * np.mean(noise**2))",
        "the ratio is one of mean squares: c is its root",
    ),
    "ratio turned round": (
        "/ (ratio * np.mean(noise**2))",
        "* ratio / np.mean(noise**2)",
        "a large ratio means little noise: divide by it",
    ),
    "ratio outside of the root": (
        "np.sqrt(np.mean(signal**2) / (ratio * np.mean(noise**2)))",
        "np.sqrt(np.mean(signal**2) / np.mean(noise**2)) / ratio",
        "ratio is one of mean squares: it stands under the root",
    ),
    "noise not measured": (
        "(ratio * np.mean(noise**2))",
        "ratio",
        "the noise has a strength of its own: divide by its mean square",
    ),
    "neither measured": (
        "np.sqrt(np.mean(signal**2) / (ratio * np.mean(noise**2)))",
        "np.sqrt(1 / ratio)",
        "signal and noise have strengths of their own: c depends on the mean squares of both",
    ),
    "variances": (
        "np.mean(signal**2) / (ratio * np.mean(noise**2))",
        "np.var(signal) / (ratio * np.var(noise))",
        "asked are mean squares; variances leave the means out",
    ),
    "largest values": (
        "np.sqrt(np.mean(signal**2) / (ratio * np.mean(noise**2)))",
        "np.abs(signal).max() / np.abs(noise).max() / np.sqrt(ratio)",
        "asked are mean squares, not the largest values",
    ),
    "noise in place": (
        "return signal + noise *",
        "signal += noise *",
        "return a new array; here signal itself was changed and nothing returned",
    ),
    "up and left": (
        ("down, right = dy[k], dx[k]"),
        ("down, right = -dy[k], -dx[k]"),
        "positive dy shifts down and positive dx to the right: both shifts go the other way here",
    ),
}
RIGHT["augmented"] = {
    "padded and cut": (
        "def augmented(x, t, mirror, dy, dx, factor, symmetric):\n"
        "    n, h, w = x.shape\n    out = []\n    for k in range(n):\n"
        "        image = np.fliplr(x[k]) if mirror[k] and int(t[k]) in symmetric else x[k]\n"
        "        room = np.pad(image, ((h, h), (w, w)))\n"
        "        out.append(factor[k] * room[h - dy[k] : 2 * h - dy[k], w - dx[k] : 2 * w - dx[k]])\n"
        "    return np.minimum(np.maximum(out, 0), 1)\n\n\n"
        "def mixed(signal, noise, ratio):\n    power = lambda s: s @ s / len(s)\n"
        "    return signal + (power(signal) / power(noise) / ratio) ** 0.5 * noise"
    ),
    "pixel by pixel": (
        "def augmented(x, t, mirror, dy, dx, factor, symmetric):\n"
        "    out = np.zeros(x.shape)\n    n, h, w = x.shape\n    for k, i, j in np.ndindex(n, h, w):\n"
        "        r, c = i - dy[k], j - dx[k]\n        if 0 <= r < h and 0 <= c < w:\n"
        "            c = w - 1 - c if mirror[k] and t[k] in symmetric else c\n"
        "            out[k, i, j] = min(1.0, x[k, r, c] * factor[k])\n    return out\n\n\n"
        "def mixed(signal, noise, ratio):\n    wanted = np.sum(signal**2) / ratio\n"
        "    return signal + noise * np.sqrt(wanted / np.sum(noise**2))"
    ),
}

WRONG["ensemble_average"] = {
    "logits averaged": (
        "def ensemble_average(logits):\n    mean = logits.mean(axis=0)\n"
        "    e = np.exp(mean - mean.max(axis=1, keepdims=True))\n    p = e / e.sum(axis=1, keepdims=True)\n"
        "    return p, p.argmax(axis=1)",
        "the logits were averaged; asked is the mean of the probabilities",
    ),
    "votes": (
        "each = e / e.sum(axis=2, keepdims=True)",
        "each = (np.arange(logits.shape[2]) == e.argmax(axis=2)[:, :, None]) * 1.0",
        "these are votes; a network that is unsure should count as unsure",
    ),
    "answers by votes": (
        "return p, p.argmax(axis=1)",
        "votes = (np.arange(logits.shape[2]) == e.argmax(axis=2)[:, :, None]).sum(axis=0)\n    return p, votes.argmax(axis=1)",
        "p is right; the answer is the class of the largest mean, not the one with most votes",
    ),
    "the surest network": (
        "p = each.mean(axis=0)",
        "p = each.max(axis=0)",
        "the mean over the networks is asked, not the largest",
    ),
    "sum": (
        "p = each.mean(axis=0)",
        "p = each.sum(axis=0)",
        "the mean over the networks is asked; these do not add up to 1",
    ),
    "first network only": ("p = each.mean(axis=0)", "p = each[0]", "all networks are asked, not the first alone"),
    "mean over the samples": (
        "p = each.mean(axis=0)",
        "p = each.mean(axis=1)",
        "axis 1 are the samples; average over the networks, axis 0",
    ),
    "softmax over the samples": (
        "e / e.sum(axis=2, keepdims=True)",
        "e / e.sum(axis=1, keepdims=True)",
        "for every sample the probabilities of the classes add up to 1: the softmax works along axis 2",
    ),
    "softmax over the networks": (
        "e / e.sum(axis=2, keepdims=True)",
        "e / e.sum(axis=0, keepdims=True)",
        "the softmax works along the classes, not along the networks",
    ),
    "softmax missing": (
        "each = e / e.sum(axis=2, keepdims=True)",
        "each = e",
        "the exponentials must be divided by their sum, for each network and sample",
    ),
    "overflow": (
        "logits - logits.max(axis=2, keepdims=True)",
        "logits",
        "exp of a large logit overflows: subtract the largest one first",
    ),
    "one largest for all": (
        "logits.max(axis=2, keepdims=True)",
        "logits.max()",
        "subtract each sample's own largest logit: with one for all, the others can underflow to 0/0",
    ),
    "changes the logits": (
        "    e = np.exp(logits - logits.max(axis=2, keepdims=True))",
        "    logits -= logits.max(axis=2, keepdims=True)\n    e = np.exp(logits)",
        "the logits that came in were changed; subtract into a new array",
    ),
    "geometric mean": (
        "p = each.mean(axis=0)",
        "p = np.exp(np.log(each + 1e-300).mean(axis=0))",
        "this is the geometric mean; the plain mean is asked",
    ),
    "the least likely": ("p.argmax(axis=1)", "p.argmin(axis=1)", "the answer is the largest mean, not the smallest"),
    "answer along the samples": (
        "p.argmax(axis=1)",
        "p.argmax(axis=0)",
        "one answer for each sample: the largest along the classes",
    ),
}
RIGHT["ensemble_average"] = {
    "network by network": (
        "def ensemble_average(logits):\n"
        "    total = 0\n    for scores in logits:\n        scores = scores - scores.max(axis=1)[:, None]\n"
        "        odds = np.exp(scores)\n        total = total + odds / odds.sum(axis=1)[:, None]\n"
        "    total /= len(logits)\n    return total, np.argmax(total, axis=1)"
    ),
    "through logarithms": (
        "def ensemble_average(logits):\n"
        "    top = logits.max(axis=-1, keepdims=True)\n"
        "    log_p = logits - top - np.log(np.exp(logits - top).sum(axis=-1, keepdims=True))\n"
        "    p = np.einsum('mnc->nc', np.exp(log_p)) / len(log_p)\n"
        "    return p, np.array([row.tolist().index(max(row)) for row in p])"
    ),
}

WRONG["mixed_modes"] = {
    "train once": (
        "    losses = []\n    for batches in epochs:\n        model.train()\n",
        "    losses = []\n    model.train()\n    for batches in epochs:\n",
        "model.train() is said once; after the first validation the model stays in evaluation mode",
    ),
    "never in evaluation mode": (
        "        model.eval()\n",
        "",
        "validation runs in training mode: dropout draws, and batch norm learns from the validation set",
    ),
    "always in evaluation mode": (
        "        model.train()\n",
        "        model.eval()\n",
        "the steps run in evaluation mode: no dropout, and the running statistics never move",
    ),
    "left in training mode": (
        "    return losses",
        "    model.train()\n    return losses",
        "the model is to be left in evaluation mode: whoever uses it next gets dropout",
    ),
    "gradients add up": (
        "            optimizer.zero_grad()\n",
        "",
        "zero_grad was right where it was: without it the gradients of all batches add up",
    ),
    "zeroed once an epoch": (
        "        for x, t in batches:\n            optimizer.zero_grad()\n",
        "        optimizer.zero_grad()\n        for x, t in batches:\n",
        "gradients must be forgotten before every step, not every epoch",
    ),
    "one step an epoch": (
        "            optimizer.step()\n        model.eval()",
        "        optimizer.step()\n        model.eval()",
        "every batch is a step; here there is one at the end of the epoch",
    ),
    "validation before the epoch": (
        "        model.eval()\n        losses.append(F.cross_entropy(model(Tensor(x_val)), t_val).item())\n",
        "        model.eval()\n",
        "the loss is noted after each epoch; nothing was noted",
    ),
    "loss of the last batch": (
        "losses.append(F.cross_entropy(model(Tensor(x_val)), t_val).item())",
        "losses.append(F.cross_entropy(model(Tensor(x)), t).item())",
        "this is the loss on the last training batch; asked is the validation set's",
    ),
    "only the last loss": (
        "    return losses",
        "    return losses[-1:]",
        "the losses of all epochs are asked",
    ),
    "learns from the validation set": (
        "        model.eval()\n",
        "        model(Tensor(x_val))\n        model.eval()\n",
        "the validation set went through in training mode: the running statistics have seen it, and dropout has drawn",
    ),
    "evaluation mode after the loss": (
        "        model.eval()\n        losses.append(F.cross_entropy(model(Tensor(x_val)), t_val).item())\n",
        "        losses.append(F.cross_entropy(model(Tensor(x_val)), t_val).item())\n        model.eval()\n",
        "evaluation mode comes too late: the validation loss was taken in training mode",
    ),
    "last epoch left out": (
        "for batches in epochs:",
        "for batches in epochs[:-1]:",
        "all epochs are to be run",
    ),
    "gradients lost before the step": (
        ("            optimizer.zero_grad()\n            F.cross_entropy(model(Tensor(x)), t).backward()"),
        ("            F.cross_entropy(model(Tensor(x)), t).backward()\n            optimizer.zero_grad()"),
        "zero_grad stands between backward and step: the step finds no gradient",
    ),
    "Tensors kept": (
        ("losses.append(F.cross_entropy(model(Tensor(x_val)), t_val).item())"),
        ("losses.append(F.cross_entropy(model(Tensor(x_val)), t_val))"),
        "floats are asked: a Tensor keeps the whole graph it came from in memory; .item() takes the number out",
    ),
}
RIGHT["mixed_modes"] = {
    "the library's loop": (
        "def mixed_modes(model, optimizer, epochs, x_val, t_val):\n"
        "    losses = []\n    for batches in epochs:\n"
        "        for _ in train.fit(model, F.cross_entropy, optimizer, batches):\n            pass\n"
        "        model.eval()\n        losses.append(float(F.cross_entropy(model(Tensor(x_val)), t_val).data))\n"
        "    return losses"
    ),
    "mode at every step": (
        "def mixed_modes(model, optimizer, epochs, x_val, t_val):\n"
        "    losses = []\n    for batches in epochs:\n        for x, t in batches:\n            model.train()\n"
        "            loss = F.cross_entropy(model(Tensor(x)), t)\n            optimizer.zero_grad()\n"
        "            loss.backward()\n            optimizer.step()\n            model.train(False)\n"
        "        losses.append(F.cross_entropy(model(Tensor(x_val)), t_val).item())\n    return losses"
    ),
}

WRONG["training_faults_named"] = {
    "A and C confused": (
        '"A": "dropout left on", "B": "too much weight decay", "C": "batch statistics in use"',
        '"A": "batch statistics in use", "B": "too much weight decay", "C": "dropout left on"',
        "A and C are exchanged: pairs have poor statistics every time, while dropout makes both measurements waver",
    ),
    "B and D confused": (
        '"B": "too much weight decay", "C": "batch statistics in use", "D": "overfitting"',
        '"B": "overfitting", "C": "batch statistics in use", "D": "too much weight decay"',
        "B and D are exchanged: overfitting has a training loss near 0, too much decay has none that is low",
    ),
    "A and D confused": (
        '"A": "dropout left on", "B": "too much weight decay", "C": "batch statistics in use", "D": "overfitting"',
        '"A": "overfitting", "B": "too much weight decay", "C": "batch statistics in use", "D": "dropout left on"',
        "A and D are exchanged: in D both measurements agree, so nothing is drawn there",
    ),
    "C and D confused": (
        '"C": "batch statistics in use", "D": "overfitting"',
        '"C": "overfitting", "D": "batch statistics in use"',
        "C and D are exchanged: in C the loss depends on how many digits are measured at once",
    ),
    "small letters": (
        '"A": "dropout left on", "B"',
        '"a": "dropout left on", "B"',
        "the runs are called A to D, in capital letters",
    ),
    "a name of one's own": (
        '"D": "overfitting"',
        '"D": "memorised"',
        "one name is none of the four in the task",
    ),
    "one name twice": (
        '"D": "overfitting"',
        '"D": "too much weight decay"',
        "a name occurs twice: the four runs have four different faults",
    ),
    "in training mode": (
        "    model.eval()\n",
        "    model.train()\n",
        "dropout is on and batch norm takes the batch's statistics: measure in evaluation mode",
    ),
    "mode lost": (
        "    model.train(mode)\n",
        "",
        "the model is left in evaluation mode, whatever it was in: training would go on without dropout",
    ),
    "always back to training": (
        "model.train(mode)",
        "model.train()",
        "a model that came in evaluation mode goes away in training mode",
    ),
    "mean of the means": (
        "F.cross_entropy(model(Tensor(x[rows])), t[rows]).item() * len(t[rows])",
        "F.cross_entropy(model(Tensor(x[rows])), t[rows]).item() * len(x) / -(-len(x) // size)",
        "every batch counts alike, so the samples of a smaller last batch count more",
    ),
    "the rest left out": (
        "range(0, len(x), size)",
        "range(0, len(x) - size + 1, size)",
        "the last, smaller batch is not measured",
    ),
    "a sum": (
        "return total / len(x)",
        "return total",
        "that is the sum over the samples; the mean is asked for",
    ),
    "weighed by size": (
        "* len(t[rows])",
        "* size",
        "the last batch may have fewer samples than `size`: weigh it by how many it has",
    ),
}
RIGHT["training_faults_named"] = {
    "logits first": (
        "    mode, total = model.training, 0.0\n    model.eval()\n    for first in range(0, len(x), size):\n"
        "        rows = slice(first, first + size)\n"
        "        total += F.cross_entropy(model(Tensor(x[rows])), t[rows]).item() * len(t[rows])\n"
        "    model.train(mode)\n    return total / len(x)",
        "    was = model.training\n    model.eval()\n"
        "    logits = np.concatenate([model(Tensor(x[k : k + size])).data for k in range(0, len(x), size)])\n"
        "    model.train(was)\n    z = logits - logits.max(axis=1, keepdims=True)\n"
        "    return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(t)), t]))",
    ),
}

WRONG["open_brakes"] = {
    "no brake at all": (
        ', size=50, decay=0.01, change=CHANGES["shifted"]',
        ", size=50",
        "the wrong labels are learned by heart, and no shifted digit was ever seen",
    ),
    "centred digits only": (
        ', change=CHANGES["shifted"]',
        "",
        "decay and dropout alone do not tell the network that digits move: augment",
    ),
    "mirrored": (
        'CHANGES["shifted"]',
        'CHANGES["mirrored"]',
        "a mirrored digit is no digit: choose a change that will be met and keeps the label",
    ),
    "far too much decay": (
        "decay=0.01",
        "decay=1.0",
        "with so much decay the weights never leave 0: all classes stay equally likely",
    ),
    "too few steps": (
        "350, rng",
        "5, rng",
        "five steps teach it next to nothing",
    ),
    "rate too high": (
        "size=50, decay",
        "size=50, rate=50.0, decay",
        "such a rate throws the weights away: look at the losses that `learn` returns",
    ),
    "labels by lot": (
        "x_few, t_few, 350",
        "x_few, rng.permutation(t_few), 350",
        "the labels were shuffled apart from the images",
    ),
    "one digit for all": (
        "return regularise.ensemble(np.array(said))[1]",
        "return np.full(len(x), 8)",
        "the same digit for every image",
    ),
    "the largest score itself": (
        "return regularise.ensemble(np.array(said))[1]",
        "return np.array(said).mean(axis=0).max(axis=1)",
        "you return how large the largest score is; which of the ten has it, `argmax`, is the digit",
    ),
    "probabilities returned": (
        "return regularise.ensemble(np.array(said))[1]",
        "return regularise.ensemble(np.array(said))[0]",
        "these are probabilities (n, 10); the digits (n,) are asked for",
    ),
    "the least likely": (
        "return regularise.ensemble(np.array(said))[1]",
        "return regularise.ensemble(-np.array(said))[1]",
        "the largest score names the digit, not the smallest",
    ),
    "dropout left on": (
        "    said = [next(train.evaluate(net, [(x, np.zeros(len(x), int))]))[0] for net in nets]\n",
        "    said = [net.train()(Tensor(x + 3 * np.random.default_rng().normal(size=x.shape).astype(np.float32))).data for net in nets]\n",
        "the answers are drawn anew each time: in use nothing may be random",
    ),
}
RIGHT["open_brakes"] = {
    "one wide network, its inputs dropped too": (
        "nets = []\nfor seed in range(3):\n    rng = np.random.default_rng(seed)\n"
        "    nets.append(perceptron((64, 60, 10), rng, drop=0.2))\n"
        '    learn(nets[-1], x_few, t_few, 350, rng, size=50, decay=0.01, change=CHANGES["shifted"])',
        "rng = np.random.default_rng(5)\n"
        "nets = [nn.Sequential(nn.Dropout(0.1, rng=rng), perceptron((64, 120, 10), rng, drop=0.3))]\n"
        'learn(nets[0], x_few, t_few, 800, rng, rate=0.03, size=40, decay=0.01, change=CHANGES["shifted"])',
    ),
}
