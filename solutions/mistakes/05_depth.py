"""Lesson 05, Depth: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["count_weights"] = {
    "biases forgotten": (
        "(d + 1) * m",
        "d * m",
        "the biases are missing: one for each unit of every layer but the first",
    ),
    "biases of the inputs": (
        "return sum((d + 1) * m for d, m in itertools.pairwise(sizes))",
        "return sum((d + 1) * m for d, m in itertools.pairwise(sizes)) + sizes[0]",
        "the inputs are numbers that come in; they have no biases",
    ),
    "bias on the wrong side": (
        "(d + 1) * m",
        "d * (m + 1)",
        "biases belong to the m units that a layer feeds, not to its d inputs",
    ),
    "last layer forgotten": (
        "itertools.pairwise(sizes)",
        "itertools.pairwise(sizes[:-1])",
        "the output layer has weights too",
    ),
    "units counted": (
        "return sum((d + 1) * m for d, m in itertools.pairwise(sizes))",
        "return sum(sizes)",
        "these are the units; between two layers every unit is joined to every other",
    ),
    "one bias a layer": ("(d + 1) * m", "d * m + 1", "every unit has a bias of its own, so a layer has m of them"),
    "output without biases": (
        "return sum((d + 1) * m for d, m in itertools.pairwise(sizes))",
        "return sum((d + 1) * m for d, m in itertools.pairwise(sizes)) - sizes[-1]",
        "the output units have biases as well",
    ),
}
RIGHT["count_weights"] = {
    "a loop": (
        "def count_weights(sizes):\n    total, sizes = 0, list(sizes)\n    for k in range(1, len(sizes)):\n"
        "        total += sizes[k - 1] * sizes[k]\n        total += sizes[k]\n    return total"
    ),
    "a product of arrays": (
        "def count_weights(sizes):\n    s = np.array(sizes)\n    return int(s[:-1] @ s[1:] + s[1:].sum())"
    ),
}

WRONG["equal_width"] = {
    "strictly less": (
        "cost(k + 1) <= budget",
        "cost(k + 1) < budget",
        "a network that costs exactly the budget is allowed",
    ),
    "one too wide": ("    return k\n", "    return k + 1\n", "this width is the first that costs too much"),
    "biases forgotten": (
        "(d + 1) * k + (depth - 1) * (k + 1) * k + (k + 1) * m",
        "d * k + (depth - 1) * k * k + k * m",
        "the biases count too: one for every unit of every layer",
    ),
    "a layer too many": ("(depth - 1)", "depth", "between depth hidden layers there are depth - 1 square matrices"),
    "one hidden layer only": (
        " + (depth - 1) * (k + 1) * k",
        "",
        "the layers between hidden layers are missing, and they are the expensive ones",
    ),
    "never below one": ("k = 0\n", "k = 1\n", "when even one unit in each layer is too expensive, the answer is 0"),
    "inputs and outputs exchanged": (
        "(d + 1) * k + (depth - 1) * (k + 1) * k + (k + 1) * m",
        "(m + 1) * k + (depth - 1) * (k + 1) * k + (k + 1) * d",
        "inputs and outputs are exchanged: the first layer has d + 1 numbers for each of its k units, the last k + 1 for each of m",
    ),
    "output forgotten": (" + (k + 1) * m", "", "the output layer costs as well"),
}
RIGHT["equal_width"] = {
    "the quadratic formula": (
        "def equal_width(budget, d, m, depth):\n"
        "    a, b, c = depth - 1, d + m + depth, m - budget\n"
        "    if c > 0:\n        return 0\n"
        "    k = -c / b if a == 0 else (-b + (b * b - 4 * a * c) ** 0.5) / (2 * a)\n"
        "    return int(k + 1e-9)"
    ),
    "all widths tried": (
        "def equal_width(budget, d, m, depth):\n"
        "    fits = [0]\n    for k in range(1, budget + 1):\n"
        "        sizes = [d] + [k] * depth + [m]\n"
        "        if sum(p * q + q for p, q in zip(sizes, sizes[1:])) <= budget:\n            fits.append(k)\n"
        "    return max(fits)"
    ),
}

WRONG["tent_network"] = {
    "one tent too many": (
        "* (k - 1)",
        "* k",
        "this is the tent k + 1 times: between k hidden layers there are k - 1 maps",
    ),
    "always one tent": (
        "[first, *[between] * (k - 1), last]",
        "[first, last]",
        "k does not count: each further hidden layer is one more tent",
    ),
    "between with slope one": (
        "[[2.0, -4.0], [2.0, -4.0]]",
        "[[1.0, -2.0], [1.0, -2.0]]",
        "the map between two hidden layers halves the tent: its rows are those of the output, 2 and -4",
    ),
    "no shift": (
        "np.array([0.0, -0.5])",
        "np.array([0.0, 0.0])",
        "the second unit starts at one half: its bias is -0.5",
    ),
    "kink at 1": (
        "np.array([0.0, -0.5])",
        "np.array([0.0, -1.0])",
        "the tent's top is at one half, so the second unit's bias is -0.5",
    ),
    "flat roof": (
        "[[2.0, -4.0]]), np.zeros(1)",
        "[[2.0, -2.0]]), np.zeros(1)",
        "from slope 2 to slope -2 the change is -4, not -2: the last layer is flat after one half",
    ),
    "flat roofs between": (
        "[[2.0, -4.0], [2.0, -4.0]]",
        "[[2.0, -2.0], [2.0, -2.0]]",
        "between two tents the change of slope is -4 as well",
    ),
    "no shift between": (
        "[2.0, -4.0]]), shift)",
        "[2.0, -4.0]]), np.zeros(2))",
        "every tent needs its own shift by -0.5, not only the first",
    ),
    "a wide layer": (
        "def tent_network(k):\n    n = 2**k\n    slope = np.full(n, 2.0 * n) * (-1) ** np.arange(n)\n    slope[0] = n\n"
        "    return [(np.ones((n, 1)), -np.arange(n) / n), (slope[None, :], np.zeros(1))]",
        "the function is right, but in one layer of 2ᵏ units; asked are k layers of two",
    ),
    "upside down": (
        "last = (np.array([[2.0, -4.0]])",
        "last = (np.array([[-2.0, 4.0]])",
        "the sign of the output is turned",
    ),
    "flat roofs everywhere": (
        (
            "def tent_network(k):\n"
            "    shift = np.array([0.0, -0.5])\n"
            "    between = (np.array([[2.0, -2.0], [2.0, -2.0]]), shift)\n"
            "    return [(np.ones((2, 1)), shift), *[between] * (k - 1), (np.array([[2.0, -2.0]]), np.zeros(1))]"
        ),
        "after one half the tent falls: from slope 2 to slope -2 the change is -4; with -2 the roof is flat",
    ),
}
RIGHT["tent_network"] = {
    "matrices multiplied": (
        "def tent_network(k):\n"
        "    into, out = (np.ones((2, 1)), np.array([0, -0.5])), (np.array([[2.0, -4]]), np.zeros(1))\n"
        "    layers = [into]\n    for _ in range(k - 1):\n"
        "        layers.append((into[0] @ out[0], into[0] @ out[1] + into[1]))\n    return layers + [out]"
    ),
    "other units, the same function": (
        "def tent_network(k):\n"
        "    # units 2x and max(0, 4x - 2): their difference is the tent\n"
        "    shift = np.array([0.0, -2.0])\n    scale = np.array([[2.0], [4.0]])\n"
        "    difference = np.array([[1.0, -1.0]])\n"
        "    return [(scale, shift)] + [(scale @ difference, shift)] * (k - 1) + [(difference, np.zeros(1))]"
    ),
}

WRONG["image_to_set"] = {
    "u and v exchanged": (
        "[u.ravel(), v.ravel()]",
        "[v.ravel(), u.ravel()]",
        "column 0 is u, which runs along a row of pixels; column 1 is v, which runs down",
    ),
    "column after column": (
        "[u.ravel(), v.ravel()]",
        "[u.T.ravel(), v.T.ravel()]",
        "the places run column after column, the targets row after row: place and brightness no longer belong together",
    ),
    "v upwards": (
        "np.linspace(-1, 1, h))",
        "np.linspace(1, -1, h))",
        "the top row has v = -1: v runs downwards, as rows do",
    ),
    "places from 0": (
        "np.linspace(-1, 1, w), np.linspace(-1, 1, h)",
        "np.linspace(0, 1, w), np.linspace(0, 1, h)",
        "u and v run from -1 to 1, so that they are centred",
    ),
    "pixel numbers": (
        "np.linspace(-1, 1, w), np.linspace(-1, 1, h)",
        "np.arange(w) * 1.0, np.arange(h) * 1.0",
        "the places are pixel numbers; tanh would saturate: scale them to -1 ... 1",
    ),
    "last pixel short of 1": (
        "np.linspace(-1, 1, w), np.linspace(-1, 1, h)",
        "np.arange(w) * 2 / w - 1, np.arange(h) * 2 / h - 1",
        "the last pixel has the place 1: divide by the number of steps, w - 1, not by w",
    ),
    "height and width exchanged": (
        "h, w = image.shape",
        "w, h = image.shape",
        "shape is (height, width), in this order",
    ),
    "not centred": ("(image - mean) / std", "image / std", "the mean was not subtracted"),
    "divided by the variance": (
        "(image - mean) / std",
        "(image - mean) / std**2",
        "divide by the standard deviation, not by the variance",
    ),
    "n - 1": ("image.std()", "image.std(ddof=1)", "asked is variance 1 when divided by n: np.std without ddof"),
    "mean not given back": ("* std + mean", "* std", "going back, the mean must be added again"),
    "back in the wrong order": (
        "np.reshape(z, shape) * std + mean",
        "(np.reshape(z, shape) + mean) * std",
        "first times std, then plus mean: the opposite order of going there",
    ),
    "back column by column": (
        "np.reshape(z, shape) *",
        "np.reshape(z, shape, order='F') *",
        "z is in reading order, row after row",
    ),
    "scales in place": (
        "return np.column_stack([u.ravel(), v.ravel()]), ((image - mean) / std)",
        "image -= mean\n    return np.column_stack([u.ravel(), v.ravel()]), (image / std)",
        "the image that came in was changed; make a new array",
    ),
    "centres of pixels": (
        ("np.linspace(-1, 1, w), np.linspace(-1, 1, h)"),
        ("(2 * np.arange(w) + 1) / w - 1, (2 * np.arange(h) + 1) / h - 1"),
        "this lets the pixels fill -1 ... 1 and takes their centres; asked is the first pixel at -1 and the last at 1",
    ),
}
RIGHT["image_to_set"] = {
    "index arithmetic": (
        "def image_to_set(image):\n"
        "    h, w = image.shape\n    i, j = np.divmod(np.arange(h * w), w)\n"
        "    x = np.stack([2 * j / (w - 1) - 1, 2 * i / (h - 1) - 1], axis=1)\n"
        "    z = image.flatten()\n    mean = z.sum() / z.size\n    std = np.sqrt(((z - mean) ** 2).mean())\n"
        "    return x, (z - mean) / std, (mean, std)\n\n\n"
        "def set_to_image(z, shape, scale):\n    h, w = shape\n"
        "    return np.array([[scale[0] + scale[1] * z[i * w + j] for j in range(w)] for i in range(h)])"
    ),
    "pixel by pixel": (
        "def image_to_set(image):\n"
        "    h, w = image.shape\n    us, vs = np.linspace(-1, 1, w), np.linspace(-1, 1, h)\n"
        "    x = np.array([(u, v) for v in vs for u in us])\n"
        "    scale = (np.mean(image), np.sqrt(np.var(image)))\n"
        "    return x, np.array([(p - scale[0]) / scale[1] for row in image for p in row]), scale\n\n\n"
        "def set_to_image(z, shape, scale):\n    return (scale[0] + scale[1] * np.asarray(z)).reshape(shape)"
    ),
}

WRONG["residual_block"] = {
    "no bypass": ("out = h + a @ w2.T + b2", "out = a @ w2.T + b2", "the bypass is missing: h is added to f(h)"),
    "no bypass backward": (
        "return g + gz @ w1",
        "return gz @ w1",
        "h is used twice: the gradient through the bypass, g itself, is missing",
    ),
    "only the bypass backward": (
        "return g + gz @ w1",
        "return g + 0 * (gz @ w1)",
        "the gradient through f is missing in that of h",
    ),
    "ReLU after the sum": (
        "out = h + a @ w2.T + b2",
        "out = np.maximum(h + a @ w2.T + b2, 0)",
        "no ReLU after the sum: it would cut the bypass as well",
    ),
    "bypass of the activated": (
        "out = h + a",
        "out = np.maximum(h, 0) + a",
        "the bypass hands on h itself, negative numbers too",
    ),
    "no ReLU": ("a = np.maximum(z, 0)", "a = z", "the ReLU between the two layers is missing"),
    "mask missing": (" * (z > 0)", "", "backward, ReLU lets through only where its input was positive"),
    "slope 1 at 0": ("(z > 0)", "(z >= 0)", "at exactly 0 the slope is agreed to be 0"),
    "mask from g": ("* (z > 0)", "* (g @ w2 > 0)", "the mask comes from ReLU's input z, not from the gradient"),
    "gradient of w2 from z": ("g.T @ a", "g.T @ z", "w2 sees a, after the ReLU, not z"),
    "gradient of w1 from out": ("gz.T @ h", "gz.T @ out", "w1's input is h, not the block's output"),
    "mean over the batch": (
        "gz.T @ h, gz.sum(axis=0), g.T @ a, g.sum(axis=0)",
        "gz.T @ h / len(h), gz.mean(axis=0), g.T @ a / len(h), g.mean(axis=0)",
        "sums over the batch are asked, not means",
    ),
    "b2 left out": ("a @ w2.T + b2", "a @ w2.T", "the second bias is missing"),
    "b1's gradient without the mask": (
        "gz.sum(axis=0), g.T",
        "(g @ w2).sum(axis=0), g.T",
        "b1 lies before the ReLU: sum gz, with the mask",
    ),
    "adds in place": (
        "out = h + a @ w2.T + b2",
        "out = np.add(h, a @ w2.T + b2)\n    h += 0.5\n    h = h - 0.5",
        "h was changed in place: the caller still needs it",
    ),
    "adds to g in place": (
        "return g + gz @ w1, gz.T @ h, gz.sum(axis=0), g.T @ a, g.sum(axis=0)",
        "rest = gz.T @ h, gz.sum(axis=0), g.T @ a, g.sum(axis=0)\n        g += gz @ w1\n        return g, *rest",
        "g was changed in place: another branch of the graph may still need it",
    ),
    "ReLU after the sum, back as well": (
        (
            "def residual_block(h, w1, b1, w2, b2):\n"
            "    z = h @ w1.T + b1\n"
            "    a = np.maximum(z, 0)\n"
            "    total = h + a @ w2.T + b2\n"
            "\n"
            "    def vjp(g):\n"
            "        g = g * (total > 0)\n"
            "        gz = (g @ w2) * (z > 0)\n"
            "        return g + gz @ w1, gz.T @ h, gz.sum(axis=0), g.T @ a, g.sum(axis=0)\n"
            "\n"
            "    return np.maximum(total, 0), vjp"
        ),
        "there is a ReLU after the sum, as in the first ResNet: this block ends with the sum, and what is negative stays",
    ),
    "through w2 turned": (
        ("gz = (g @ w2) * (z > 0)"),
        ("gz = (g @ w2.T) * (z > 0)"),
        "forward multiplies by w2.T, so the way back is by w2 as it is",
    ),
}
RIGHT["residual_block"] = {
    "sample by sample": (
        "def residual_block(h, w1, b1, w2, b2):\n"
        "    z = [w1 @ row + b1 for row in h]\n"
        "    out = np.array([row + w2 @ np.clip(s, 0, None) + b2 for row, s in zip(h, z)])\n\n"
        "    def vjp(g):\n"
        "        gh, grads = np.array(g), [np.zeros_like(p) for p in (w1, b1, w2, b2)]\n"
        "        for i, (row, s, up) in enumerate(zip(h, z, g)):\n"
        "            gs = np.where(s > 0, w2.T @ up, 0)\n            gh[i] += w1.T @ gs\n"
        "            parts = np.outer(gs, row), gs, np.outer(up, s * (s > 0)), up\n"
        "            for grad, part in zip(grads, parts):\n                grad += part\n"
        "        return gh, *grads\n\n    return out, vjp"
    ),
    "einsum": (
        "def residual_block(h, w1, b1, w2, b2):\n"
        "    z = np.einsum('nd,kd->nk', h, w1) + b1\n    on = z > 0\n    a = np.where(on, z, 0)\n\n"
        "    def vjp(g):\n"
        "        gz = np.where(on, np.einsum('nd,dk->nk', g, w2), 0)\n"
        "        gh = np.einsum('nk,kd->nd', gz, w1) + g\n"
        "        return (gh, np.einsum('nk,nd->kd', gz, h), np.einsum('nk->k', gz),\n"
        "                np.einsum('nd,nk->dk', g, a), np.einsum('nd->d', g))\n\n"
        "    return np.einsum('nk,dk->nd', a, w2) + b2 + h, vjp"
    ),
}

WRONG["gradient_norms"] = {
    "bypass ignored": (
        "def gradient_norms(x, t, layers, bypass):\n    hidden = [x]\n    for w, b in layers:\n"
        "        hidden.append(np.tanh(hidden[-1] @ w.T + b))\n    g, norms = (hidden[-1] - t) / len(x), []\n"
        "    for (w, _), h, a in zip(layers[::-1], hidden[-2::-1], hidden[::-1]):\n        ga = g * (1 - a**2)\n"
        "        norms.append(np.linalg.norm(ga.T @ h))\n        g = ga @ w\n    return np.array(norms[::-1])",
        "the network with and without the bypass gives the same here: bypass is not used",
    ),
    "bypass only forward": (
        "g = ga @ w + g if bypass else ga @ w",
        "g = ga @ w",
        "backward, g also passes the bypass: add it",
    ),
    "bypass always backward": (
        "g = ga @ w + g if bypass else ga @ w",
        "g = ga @ w + g",
        "without the bypass there is only one way back",
    ),
    "slope from the sum": (
        "hidden[-2::-1], bent[::-1], strict=True):",
        "hidden[-2::-1], hidden[:0:-1], strict=True):",
        "the slope of tanh is 1 - a² with tanh's own value a, before the bypass is added",
    ),
    "slope at the pre-activation": (
        "g * (1 - a**2)",
        "g * (1 - np.arctanh(a) ** 2)",
        "1 - a² takes tanh's value a; here it takes what went into tanh",
    ),
    "slope missing": ("g * (1 - a**2)", "g", "the slope of tanh, 1 - a², is missing"),
    "matrix transposed": (
        "g = ga @ w + g if bypass else ga @ w",
        "g = ga @ w.T + g if bypass else ga @ w.T",
        "forward takes w.T, backward w itself",
    ),
    "not divided by n": (
        "(hidden[-1] - t) / len(x)",
        "(hidden[-1] - t)",
        "E has 1/(2n): divide by the number of samples",
    ),
    "factor 2": (
        "(hidden[-1] - t) / len(x)",
        "2 * (hidden[-1] - t) / len(x)",
        "the 2 of the square and the ½ in E cancel",
    ),
    "last layer first": (
        "norms[::-1]",
        "norms",
        "the first layer comes first in the answer; backward you met the last one first",
    ),
    "norm of the upstream": (
        "np.linalg.norm(ga.T @ h)",
        "np.linalg.norm(ga)",
        "this is the gradient at the layer's units; the matrix gradient is ga.T @ h",
    ),
    "output instead of input": (
        "hidden[-2::-1], bent[::-1], strict=True):",
        "hidden[:0:-1], bent[::-1], strict=True):",
        "the gradient of a layer's matrix takes the layer's input, not its output",
    ),
    "squared norms": ("np.linalg.norm(ga.T @ h)", "np.sum((ga.T @ h) ** 2)", "the root is missing"),
    "largest singular value": (
        "np.linalg.norm(ga.T @ h)",
        "np.linalg.norm(ga.T @ h, 2)",
        "np.linalg.norm of a matrix with 2 is another norm; asked is the root of the sum of squares",
    ),
    "biases left out": ("@ w.T + b)", "@ w.T)", "the biases are missing in the forward pass"),
    "mean over all entries": (
        ("(hidden[-1] - t) / len(x)"),
        ("2 * (hidden[-1] - t) / t.size"),
        "E has 1/(2n), n the samples: its gradient is (h - t)/n. This is the gradient of a mean over all entries",
    ),
}
RIGHT["gradient_norms"] = {
    "recursion": (
        "def gradient_norms(x, t, layers, bypass):\n"
        "    norms = []\n\n    def back(h, rest):\n"
        "        if not rest:\n            return (h - t) / h.shape[0]\n"
        "        w, b = rest[0]\n        z = h @ w.T + b\n        on = float(bool(bypass))\n"
        "        g = back(on * h + np.tanh(z), rest[1:])\n        gz = g / np.cosh(z) ** 2\n"
        "        norms.insert(0, np.sqrt(np.sum(np.einsum('ni,nj->ij', gz, h) ** 2)))\n"
        "        return gz @ w + on * g\n\n    back(x, list(layers))\n    return np.array(norms)"
    ),
    "columns instead of rows": (
        "def gradient_norms(x, t, layers, bypass):\n"
        "    h, saved = x.T, []\n    for w, b in layers:\n"
        "        a = np.tanh(w @ h + b[:, None])\n        saved.append((w, h, a))\n        h = h + a if bypass else a\n"
        "    g, out = (h - t.T) / x.shape[0], np.zeros(len(layers))\n"
        "    for k in range(len(layers) - 1, -1, -1):\n"
        "        w, h, a = saved[k]\n        d = g * (1 + a) * (1 - a)\n"
        "        out[k] = np.sqrt(((d @ h.T) ** 2).sum())\n        g = w.T @ d + (g if bypass else 0)\n    return out"
    ),
}

WRONG["lost_bypass"] = {
    "bypass removed": (
        "h = h + a @ w2.T + b2",
        "h = a @ w2.T + b2",
        "now there is no bypass at all: the block's input must be added",
    ),
    "bypass from x": (
        "h = h + a @ w2.T + b2",
        "h = x + a @ w2.T + b2",
        "every block adds its own input, not the network's",
    ),
    "both added": (
        "h = h + a @ w2.T + b2",
        "h = h + a + a @ w2.T + b2",
        "only the block's input is added, not its hidden layer too",
    ),
    "ReLU on the bypass": (
        "h = h + a @ w2.T + b2",
        "h = np.maximum(h, 0) + a @ w2.T + b2",
        "the bypass hands on h itself, not its positive part",
    ),
    "ReLU after the sum": (
        "h = h + a @ w2.T + b2",
        "h = np.maximum(h + a @ w2.T + b2, 0)",
        "nothing is asked after the sum: a ReLU there cuts the bypass too",
    ),
    "ReLU lost": (
        "a = np.maximum(h @ w1.T + b1, 0)",
        "a = h @ w1.T + b1",
        "the ReLU inside of the block was right: keep it",
    ),
    "second bias lost": ("a @ w2.T + b2", "a @ w2.T", "b2 is missing"),
    "only the last": (
        "    return outputs\n",
        "    return outputs[-1:]\n",
        "the outputs of all blocks are asked, in order",
    ),
    "adds in place": (
        "h = h + a @ w2.T + b2",
        "h += a @ w2.T + b2",
        "+= writes into x, and into every output already in the list: make a new array",
    ),
    "a copy, then in place": (
        "def lost_bypass(x, blocks):\n    h, outputs = x.copy(), []\n    for w1, b1, w2, b2 in blocks:\n"
        "        h += np.maximum(h @ w1.T + b1, 0) @ w2.T + b2\n        outputs.append(h)\n    return outputs",
        "the list holds one and the same array many times: += changes the outputs already in it",
    ),
    "the hidden layer handed on": (
        ("h = h + a @ w2.T + b2"),
        ("h = a + a @ w2.T + b2"),
        "a has a name of its own now, but it is still a that is added: the block's input h must be",
    ),
}
RIGHT["lost_bypass"] = {
    "saves the input": (
        "def lost_bypass(x, blocks):\n"
        "    h, outputs = x, []\n    for w1, b1, w2, b2 in blocks:\n        kept = h\n"
        "        h = np.maximum(h @ w1.T + b1, 0)\n        h = kept + h @ w2.T + b2\n        outputs.append(h)\n"
        "    return outputs"
    ),
    "a list that grows": (
        "def lost_bypass(x, blocks):\n"
        "    outputs = [np.array(x)]\n    for w1, b1, w2, b2 in blocks:\n        z = outputs[-1] @ w1.T + b1\n"
        "        outputs.append(outputs[-1] + (z * (z > 0)) @ w2.T + b2)\n    return outputs[1:]"
    ),
}

WRONG["error_by_distance"] = {
    "Euclidean distance": (
        "np.abs(x).max(axis=1) - 1",
        "np.linalg.norm(x, axis=1) - 1",
        "this is the distance from a ball; the cube's is the largest |coordinate|, minus 1",
    ),
    "smallest coordinate": (
        ".max(axis=1)",
        ".min(axis=1)",
        "one coordinate outside is enough to be outside: the largest counts",
    ),
    "sign forgotten": ("np.abs(x).max", "x.max", "negative coordinates lie outside too: take |x|"),
    "1 not subtracted": (".max(axis=1) - 1", ".max(axis=1)", "the distance counts from the side of the cube, at 1"),
    "edges on the other side": (
        "(beyond > low) & (beyond <= high)",
        "(beyond >= low) & (beyond < high)",
        "a point exactly at an edge belongs to the ring inside of it",
    ),
    "everything up to the edge": (
        "(beyond > low) & (beyond <= high)",
        "beyond <= high",
        "each ring begins where the one before ends; here all inner points are counted again",
    ),
    "edges in both rings": (
        "(beyond > low) & (beyond <= high)",
        "(beyond >= low) & (beyond <= high)",
        "a point at an edge was counted in two rings",
    ),
    "inside left out": ("[-np.inf, 0.0, *edges]", "[0.0, *edges]", "the first number is the error inside of the cube"),
    "everything beyond": ("*edges]", "*edges[:-1], np.inf]", "points beyond the last edge do not count"),
    "sums": (".mean() for", ".sum() for", "the mean over each ring is asked, not the sum"),
    "divided by all": (".mean() for", ".sum() / len(z) for", "each mean is over the points of its own ring"),
    "absolute errors": ("(predict(x) - z) ** 2", "np.abs(predict(x) - z)", "squared errors are asked"),
    "roots": (".mean() for", ".mean() ** 0.5 for", "the mean squared error is asked, without a root"),
}
RIGHT["error_by_distance"] = {
    "digitize": (
        "def error_by_distance(predict, x, z, edges):\n"
        "    beyond = np.max(np.abs(x), axis=1) - 1\n    ring = np.searchsorted([0, *edges], beyond, side='left')\n"
        "    squared = np.square(z - predict(x))\n    count = len(edges) + 1\n"
        "    total = np.bincount(ring, squared, minlength=count)[:count]\n"
        "    return total / np.bincount(ring, minlength=count)[:count]"
    ),
    "point by point": (
        "def error_by_distance(predict, x, z, edges):\n"
        "    rings = [[] for _ in range(len(edges) + 2)]\n"
        "    for row, y, t in zip(x, predict(x), z):\n"
        "        far = max(abs(value) for value in row) - 1\n"
        "        k = sum(far > edge for edge in (0, *edges))\n        rings[k].append((y - t) * (y - t))\n"
        "    return np.array([sum(ring) / len(ring) for ring in rings[:-1]])"
    ),
}

WRONG["open_surface"] = {
    "not fitted": (
        "fits.append(gauss_newton.fit(begin, places, heights, 200))",
        "fits.append((begin, [seed]))",
        "these are the weights of the start: fit them",
    ),
    "one layer": (
        "(2, 7, 7, 7, 1)",
        "(2, 37, 1)",
        "one layer spends its weights on width; the landscape is a composition, so spend them on depth",
    ),
    "ReLU": (
        "    begin = gauss_newton.start((2, 7, 7, 7, 1), np.random.default_rng(seed))\n"
        "    fits.append(gauss_newton.fit(begin, places, heights, 200))\n"
        "surface_layers = min(fits, key=lambda found: found[1][-1])[0]\n\n\ndef surface(x):\n"
        "    return gauss_newton.answer(surface_layers, x)[:, 0]",
        "    begin = gauss_newton.start((2, 7, 7, 7, 1), np.random.default_rng(seed), activation='relu')\n"
        "    fits.append(gauss_newton.fit(begin, places, heights, 200, activation='relu'))\n"
        "surface_layers = min(fits, key=lambda found: found[1][-1])[0]\n\n\ndef surface(x):\n"
        "    return gauss_newton.answer(surface_layers, x, activation='relu')[:, 0]",
        "so few flat facets do not follow a smooth landscape: compare the activations",
    ),
    "two units a layer": ("(2, 7, 7, 7, 1)", "(2, 2, 2, 2, 1)", "most of the 150 weights are not spent"),
    "fitted too briefly": (
        "heights, 200",
        "heights, 5",
        "five steps are too few: look at the list of losses, it is still falling",
    ),
    "over the budget": ("(2, 7, 7, 7, 1)", "(2, 8, 8, 8, 1)", "more than 150 weights, or none at all"),
    "all that fit returns": (
        "key=lambda found: found[1][-1])[0]",
        "key=lambda found: found[1][-1])",
        "`surface_layers` is a list of pairs (w, b), and not empty; `fit` returns that list and, beside it, its losses",
    ),
    "other activation when used": (
        "gauss_newton.answer(surface_layers, x)",
        "gauss_newton.answer(surface_layers, x, activation='relu')",
        "the network was fitted with one activation and is used with another",
    ),
    "the mean height": (
        "return gauss_newton.answer(surface_layers, x)[:, 0]",
        "return np.full(len(x), heights.mean())",
        "one height for all places: the network is not asked at all",
    ),
    "a column": (
        "return gauss_newton.answer(surface_layers, x)[:, 0]",
        "return gauss_newton.answer(surface_layers, x)",
        "the heights are asked for in the shape (n,); yours have a second axis",
    ),
    "weights beside the list": (
        "def surface(x):\n    return gauss_newton.answer(surface_layers, x)[:, 0]",
        "best = [(w.copy(), b.copy()) for w, b in surface_layers]\n\n\ndef surface(x):\n    return gauss_newton.answer(best, x)[:, 0]",
        "`surface` computes with other arrays than those in `surface_layers`: the budget counts these, so use these",
    ),
}
RIGHT["open_surface"] = {
    "two layers of nine": (
        "(2, 7, 7, 7, 1)",
        "(2, 9, 9, 1)",
    ),
    "four layers, more steps": (
        "for seed in range(4):\n    begin = gauss_newton.start((2, 7, 7, 7, 1), np.random.default_rng(seed))\n"
        "    fits.append(gauss_newton.fit(begin, places, heights, 200))",
        "for seed in (0, 1, 2):\n    begin = gauss_newton.start((2, 7, 6, 6, 4, 1), np.random.default_rng(seed))\n"
        "    fits.append(gauss_newton.fit(begin, places, heights, 280))",
    ),
}
