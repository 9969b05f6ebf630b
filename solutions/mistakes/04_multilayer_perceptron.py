"""Lesson 04, The multilayer perceptron: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["linear_layer"] = {
    "w not transposed": (
        "x @ w.T",
        "x @ w",
        "w has one row per output, (m, d): for rows of samples the product is x @ w.T",
    ),
    "bias left out": ("x @ w.T + b", "x @ w.T", "the bias b is missing: it is added to every row"),
    "bias subtracted": ("x @ w.T + b", "x @ w.T - b", "the bias is added; subtracted, it would be a threshold"),
    "bias summed": ("x @ w.T + b", "x @ w.T + b.sum()", "each output has a bias of its own; here all got the sum"),
    "result transposed": ("x @ w.T + b", "(x @ w.T + b).T", "transposed: each row of y belongs to one sample"),
    "gradient of x through w transposed": (
        "g @ w,",
        "g @ w.T,",
        "forward uses w.T, so backward uses w itself: the sum over the outputs j of g_ij w_jl is g @ w",
    ),
    "gradient of w transposed": ("g.T @ x", "x.T @ g", "the gradient of w has the shape of w, (m, d): g.T @ x"),
    "mean over the batch": (
        "g @ w, g.T @ x, g.sum(axis=0)",
        "g @ w, g.T @ x / len(x), g.mean(axis=0)",
        "divided by n: the task asks for sums; a mean belongs to the loss, which has already divided g",
    ),
    "bias gradient keeps the batch": (
        "g.sum(axis=0)",
        "g",
        "b was added to every sample, so its gradient adds up over the samples, to shape (m,)",
    ),
    "bias gradient summed over outputs": (
        "g.sum(axis=0)",
        "g.sum(axis=1)",
        "the sum for b runs over the samples (axis 0), so that one number per output is left",
    ),
    "x and w exchanged": (
        "g @ w, g.T @ x,",
        "g.T @ x, g @ w,",
        "the order asked for is: gradient of x, of w, of b",
    ),
    "a step instead of a gradient": (
        "g @ w, g.T @ x, g.sum(axis=0)",
        "-g @ w, -g.T @ x, -g.sum(axis=0)",
        "the sign is turned: these are gradients, not yet steps against them",
    ),
}
RIGHT["linear_layer"] = {
    "einsum": (
        "def linear_forward(x, w, b):\n    return np.einsum('nd,md->nm', x, w) + b[None, :]"
        "\n\n\ndef linear_backward(g, x, w):\n"
        "    return np.einsum('nm,md->nd', g, w), np.einsum('nm,nd->md', g, x), np.einsum('nm->m', g)"
    ),
    "sample by sample": (
        "def linear_forward(x, w, b):\n    return np.array([w @ row + b for row in x])"
        "\n\n\ndef linear_backward(g, x, w):\n"
        "    gx, gw, gb = np.zeros(x.shape), np.zeros(w.shape), np.zeros(len(w))\n"
        "    for i, (up, row) in enumerate(zip(g, x)):\n"
        "        gx[i] = up @ w\n        gw += np.outer(up, row)\n        gb += up\n    return gx, gw, gb"
    ),
}

WRONG["relu_vjp"] = {
    "slope 1 at 0": ("(a > 0)", "(a >= 0)", "at a = 0 the slope is agreed to be 0: a > 0, not a >= 0"),
    "slope half at 0": ("(a > 0)", "np.heaviside(a, 0.5)", "at a = 0 the slope is agreed to be 0, not a half"),
    "rectifies the gradient": (
        "return g * (a > 0)",
        "return np.maximum(g, 0)",
        "what decides is the sign of a, not of g: a negative gradient passes through a unit that is on",
    ),
    "gradient passes everywhere": (
        "return g * (a > 0)",
        "return g * 1.0",
        "a unit that is off passes nothing back: its slope is 0",
    ),
    "upstream gradient forgotten": (
        "return g * (a > 0)",
        "return (a > 0) * 1.0",
        "this is the slope alone; the chain rule multiplies it by the upstream gradient g",
    ),
    "multiplied by the value": (
        "return g * (a > 0)",
        "return g * h",
        "the slope of a unit that is on is 1, not its value",
    ),
    "absolute value": ("np.maximum(a, 0)", "np.abs(a)", "this folds negative numbers up; ReLU sets them to 0"),
    "the negative half": (
        "np.maximum(a, 0)",
        "np.minimum(a, 0)",
        "this keeps the negative half; ReLU keeps the positive one",
    ),
    "writes into a": (
        "h = np.maximum(a, 0)",
        "h = np.maximum(a, 0, out=a)",
        "the values are right, but the caller's a was overwritten",
    ),
    "writes into g": (
        "return g * (a > 0)",
        "g *= a > 0\n        return g",
        "`g *= ...` changed the caller's gradient; a second use of it would be wrong",
    ),
    "slope where off": ("(a > 0)", "(a <= 0)", "turned round: the gradient passes where a > 0"),
}
RIGHT["relu_vjp"] = {
    "np.where": ("def relu(a):\n    on = a > 0\n    return np.where(on, a, 0.0), lambda g: np.where(on, g, 0.0)"),
    "a copy with zeros put in": (
        "def relu(a):\n    h = a.copy()\n    h[h < 0] = 0\n\n    def vjp(g):\n        out = np.array(g)\n"
        "        out[h == 0] = 0\n        return out\n\n    return h, vjp"
    ),
}

WRONG["leaky_maxout"] = {
    "no leak": (
        "np.where(a > 0, 1.0, slope)",
        "np.where(a > 0, 1.0, 0.0)",
        "this is plain ReLU: below 0 the slope is missing",
    ),
    "slope 1 at 0": ("a > 0", "a >= 0", "at a = 0 the derivative asked for is the slope of the left side"),
    "leak on the wrong side": ("a > 0", "a < 0", "the small slope belongs to the negative side"),
    "slope fixed": ("1.0, slope)", "1.0, 0.01)", "the slope is an argument: 0.01 is only what it is when left out"),
    "leak folded up": ("1.0, slope)", "1.0, -slope)", "below 0 leaky ReLU is negative: it still rises, slowly"),
    "divided by the slope": ("1.0, slope)", "1.0, 1 / slope)", "the slope multiplies a, it does not divide it"),
    "values where the derivative belongs": (
        "return derivative * a, derivative",
        "return derivative * a, derivative * a",
        "the second answer is the derivative, 1 or slope, not the value",
    ),
    "pieces far apart": (
        "groups = z.reshape(len(z), -1, pieces)",
        "groups = z.reshape(len(z), pieces, -1).transpose(0, 2, 1)",
        "a unit's pieces are neighbouring columns; here they stand k columns apart",
    ),
    "units of k pieces": (
        "groups = z.reshape(len(z), -1, pieces)",
        "groups = z.reshape(len(z), pieces, -1)",
        "the sizes are exchanged: `pieces` is the number of columns of one unit, not the number of units",
    ),
    "the smallest": (
        "groups.max(axis=2), groups.argmax",
        "groups.min(axis=2), groups.argmin",
        "maxout takes the largest piece",
    ),
    "the last of equals": (
        "groups.argmax(axis=2)",
        "pieces - 1 - groups[:, :, ::-1].argmax(axis=2)",
        "of equal pieces the first wins; here it is the last",
    ),
    "compared by size": (
        "groups = z.reshape(len(z), -1, pieces)",
        "groups = np.abs(z).reshape(len(z), -1, pieces)",
        "the pieces are compared as they are: -4 is less than 1",
    ),
    "winner as a column of z": (
        "groups.argmax(axis=2)",
        "groups.argmax(axis=2) + pieces * np.arange(groups.shape[1])",
        "the winner is counted inside its unit, from 0 to pieces - 1",
    ),
}
RIGHT["leaky_maxout"] = {
    "max of two lines, and columns by stride": (
        "def leaky_relu(a, slope=0.01):\n    return np.maximum(a, slope * a), slope + (1 - slope) * (a > 0)"
        "\n\n\ndef maxout(z, pieces):\n    parts = np.stack([z[:, i::pieces] for i in range(pieces)])\n"
        "    return parts.max(axis=0), parts.argmax(axis=0)"
    ),
    "loops": (
        "def leaky_relu(a, slope=0.01):\n    h, d = a.astype(float), np.ones(a.shape)\n    h[a < 0] *= slope\n"
        "    d[a <= 0] = slope\n    return h, d"
        "\n\n\ndef maxout(z, pieces):\n    rows = [[list(r[i : i + pieces]) for i in range(0, len(r), pieces)] for r in z]\n"
        "    return np.array([[max(u) for u in r] for r in rows]), np.array([[u.index(max(u)) for u in r] for r in rows])"
    ),
}

WRONG["maxout_vjp"] = {
    "the unit's own place left out": (
        "def maxout_vjp(g, winner, pieces):\n    n, k = g.shape\n    out = np.zeros((n, k * pieces))\n"
        "    out[np.arange(n)[:, None], winner] = g\n    return out",
        "all gradients went to the columns of the first unit: piece i of unit j is column j * pieces + i",
    ),
    "as many pieces as have won": (
        "np.arange(pieces)",
        "np.arange(winner.max() + 1)",
        "a piece that never wins has its column all the same: the number of pieces is the argument, not in winner",
    ),
    "to every piece": (
        "won = winner[:, :, None] == np.arange(pieces)",
        "won = np.ones((*winner.shape, pieces))",
        "the gradient went to all pieces; only the one that won changes h",
    ),
    "to the losers": (
        "winner[:, :, None] == np.arange(pieces)",
        "winner[:, :, None] != np.arange(pieces)",
        "the gradient goes to the piece that won, not to the others",
    ),
    "shared among the pieces": (
        "won = winner[:, :, None] == np.arange(pieces)",
        "won = np.full((*winner.shape, pieces), 1 / pieces)",
        "the gradient is not shared out: the winner gets all of it",
    ),
    "always to the first piece": (
        "winner[:, :, None] == np.arange(pieces)",
        "0 * winner[:, :, None] == np.arange(pieces)",
        "the first piece got it, whoever won: look at winner",
    ),
    "columns ordered by piece": (
        "return (g[:, :, None] * won).reshape(len(g), -1)",
        "return (g[:, :, None] * won).transpose(0, 2, 1).reshape(len(g), -1)",
        "all pieces 0 stand first; columns are ordered unit by unit, as maxout reads them",
    ),
    "without the upstream gradient": (
        "(g[:, :, None] * won)",
        "(1.0 * won)",
        "that is the mask alone: multiply by the upstream gradient",
    ),
    "winner counted from one": (
        "np.arange(pieces)",
        "np.arange(1, pieces + 1)",
        "pieces are counted from 0",
    ),
    "written into g": (
        "return (g[:, :, None] * won).reshape(len(g), -1)",
        "z = (g[:, :, None] * won).reshape(len(g), -1)\n    g[g < 0] = 0\n    return z",
        "g belongs to the caller and was changed: make new arrays",
    ),
    "left with three axes": (
        ".reshape(len(g), -1)",
        "",
        "the gradient has the shape of z, (n, k * pieces): put units and pieces back into one axis",
    ),
}
RIGHT["maxout_vjp"] = {
    "zeros, then set": (
        "def maxout_vjp(g, winner, pieces):\n    n, k = g.shape\n    out = np.zeros((n, k * pieces))\n"
        "    for i in range(n):\n        for j in range(k):\n"
        "            out[i, j * pieces + winner[i, j]] = g[i, j]\n    return out"
    ),
    "rows of the identity": (
        "def maxout_vjp(g, winner, pieces):\n"
        "    return (np.eye(pieces)[winner] * g[..., None]).reshape(g.shape[0], g.shape[1] * pieces)"
    ),
}

WRONG["two_layer"] = {
    "hidden activation missing": (
        "h = hidden(x @ w1.T + b1)",
        "h = x @ w1.T + b1",
        "h is the linear part alone; without the activation the two layers collapse into one",
    ),
    "output activation missing": ("output(h @ w2.T + b2)", "h @ w2.T + b2", "the output function is missing"),
    "activations exchanged": (
        "def two_layer(x, w1, b1, w2, b2, hidden, output):\n    h = output(x @ w1.T + b1)\n    return h, hidden(h @ w2.T + b2)",
        "hidden and output are exchanged",
    ),
    "hidden twice": ("output(h @ w2.T + b2)", "hidden(h @ w2.T + b2)", "the second layer has its own function, output"),
    "first bias missing": ("x @ w1.T + b1", "x @ w1.T", "b1 is missing: all lines would pass through the origin"),
    "second bias missing": ("h @ w2.T + b2", "h @ w2.T", "b2 is missing"),
    "bias after the activation": (
        "hidden(x @ w1.T + b1)",
        "hidden(x @ w1.T) + b1",
        "b1 is added before the activation: it moves the unit's line",
    ),
    "second bias after the output": (
        "output(h @ w2.T + b2)",
        "output(h @ w2.T) + b2",
        "b2 is added before the output function",
    ),
    "w1 not transposed": ("x @ w1.T", "x @ w1", "w1 has one row per hidden unit, (k, d): use w1.T"),
    "w2 not transposed": ("h @ w2.T", "h @ w2", "w2 has one row per output, (m, k): use w2.T"),
    "only y": ("return h, y", "return y", "return the pair (h, y)"),
    "h before the activation": (
        "return h, y",
        "return x @ w1.T + b1, y",
        "h is what comes out of the activation, not what goes in",
    ),
    "second layer on what is not activated": (
        ("output(h @ w2.T + b2)"),
        ("output((x @ w1.T + b1) @ w2.T + b2)"),
        "h is right, but the second layer reads what stands before the activation: give it h",
    ),
}
RIGHT["two_layer"] = {
    "with the bias as a weight": (
        "def two_layer(x, w1, b1, w2, b2, hidden, output):\n"
        "    one = np.ones((len(x), 1))\n"
        "    h = hidden(np.hstack([one, x]) @ np.column_stack([b1, w1]).T)\n"
        "    return h, output(np.hstack([one, h]) @ np.column_stack([b2, w2]).T)"
    ),
    "einsum": (
        "def two_layer(x, w1, b1, w2, b2, hidden, output):\n"
        "    h = hidden(np.einsum('nd,kd->nk', x, w1) + b1)\n"
        "    return h, output(np.einsum('nk,mk->nm', h, w2) + b2)"
    ),
}

WRONG["loss_and_gradients"] = {
    "ReLU's mask forgotten": (
        "(g @ w2) * (z > 0)",
        "g @ w2",
        "the gradient passed back through units that were off: multiply by z > 0",
    ),
    "multiplied by h": (
        "(g @ w2) * (z > 0)",
        "(g @ w2) * h",
        "ReLU's slope is 1 where the unit is on, not its value h",
    ),
    "not divided by n": ("    g = g / len(t)\n", "", "the loss is a mean over the batch, so its gradient has 1/n too"),
    "loss as a sum": (
        "loss = -logp[rows, t].mean()",
        "loss = -logp[rows, t].sum()",
        "the loss is the mean over the batch; this is the sum",
    ),
    "1 not subtracted": ("    g[rows, t] -= 1\n", "", "g is p minus one-hot: the 1 of the right class is missing"),
    "sign turned": (
        "g = g / len(t)",
        "g = -g / len(t)",
        "the gradient is p minus one-hot; this is its negative",
    ),
    "softmax over the batch": (
        "logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))",
        "logp = s - np.log(np.exp(s).sum(axis=0, keepdims=True))",
        "softmax runs over the classes of one sample (axis 1), not over the batch",
    ),
    "softmax over the batch, with its maximum": (
        "s.max(axis=1, keepdims=True)\n    logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))",
        "s.max(axis=0, keepdims=True)\n    logp = s - np.log(np.exp(s).sum(axis=0, keepdims=True))",
        "maximum and sum run over the batch (axis 0); the classes of one sample, a row, compete: axis 1",
    ),
    "overflow": (
        "    s = s - s.max(axis=1, keepdims=True)\n",
        "",
        "exp of a large score overflows: subtract each row's largest score first",
    ),
    "one maximum for the batch": (
        "s.max(axis=1, keepdims=True)",
        "s.max()",
        "subtract each row's own largest score: with one for all, rows far below it have exp 0 everywhere",
    ),
    "z instead of h": ("g.T @ h", "g.T @ z", "the input of the second layer is h, not z: units that were off count 0"),
    "b1's gradient from g": (
        "gz.T @ x, gz.sum(axis=0)",
        "gz.T @ x, (g @ w2).sum(axis=0)",
        "b1 lies before the ReLU: its gradient is the sum of gz, with the mask",
    ),
    "bias gradients as means": (
        "gz.sum(axis=0), g.T @ h, g.sum(axis=0)",
        "gz.mean(axis=0), g.T @ h, g.mean(axis=0)",
        "the 1/n is already in g; the biases' gradients are sums over the batch",
    ),
    "hidden ReLU missing": (
        "h = np.maximum(z, 0)",
        "h = z",
        "without the ReLU the two layers are one linear layer",
    ),
    "b2 missing": ("s = h @ w2.T + b2", "s = h @ w2.T", "b2 is missing in the scores"),
    "order of the gradients": (
        "gz.T @ x, gz.sum(axis=0), g.T @ h, g.sum(axis=0)",
        "g.T @ h, g.sum(axis=0), gz.T @ x, gz.sum(axis=0)",
        "the order asked for is w1, b1, w2, b2",
    ),
    "centres the scores in place": (
        "s = s - s.max(axis=1, keepdims=True)",
        "s = s - s.max(axis=1, keepdims=True)\n    b2 -= b2.max()",
        "the answers are right, but b2 was changed for the caller: make new arrays",
    ),
    "slope of a sigmoid behind the softmax": (
        ("    g[rows, t] -= 1"),
        ("    g[rows, t] -= 1\n    g = g * np.exp(logp) * (1 - np.exp(logp))"),
        "p minus one-hot is already the gradient of the scores: no slope p (1 - p) of the output comes on top of it",
    ),
}
RIGHT["loss_and_gradients"] = {
    "one-hot and probabilities": (
        "def loss_and_gradients(x, t, w1, b1, w2, b2):\n"
        "    h = np.maximum(x @ w1.T + b1, 0)\n    s = h @ w2.T + b2\n"
        "    top = s.max(1, keepdims=True)\n    lse = top + np.log(np.exp(s - top).sum(1, keepdims=True))\n"
        "    hot = np.eye(len(b2))[t]\n    loss = np.mean(lse[:, 0] - (s * hot).sum(1))\n"
        "    g = (np.exp(s - lse) - hot) / len(x)\n    gz = np.where(h > 0, g @ w2, 0)\n"
        "    return loss, (np.einsum('nk,nd->kd', gz, x), gz.sum(0), np.einsum('nm,nk->mk', g, h), g.sum(0))"
    ),
    "sample by sample": (
        "def loss_and_gradients(x, t, w1, b1, w2, b2):\n"
        "    loss, grads = 0.0, [np.zeros_like(p) for p in (w1, b1, w2, b2)]\n"
        "    for row, label in zip(x, t):\n"
        "        z = w1 @ row + b1\n        h = z * (z > 0)\n        s = w2 @ h + b2\n        s = s - s.max()\n"
        "        total = np.exp(s).sum()\n        loss += (np.log(total) - s[label]) / len(x)\n"
        "        g = np.exp(s) / total\n        g[label] -= 1\n        gz = (w2.T @ g) * (z > 0)\n"
        "        for grad, part in zip(grads, (np.outer(gz, row), gz, np.outer(g, h), g)):\n"
        "            grad += part / len(x)\n    return loss, tuple(grads)"
    ),
}

WRONG["count_pieces"] = {
    "every unit a kink": (
        "def count_pieces(w1, b1, w2, start, end):\n    return len(b1) + 1",
        "this counts the units; a unit makes a kink only where its input passes 0 on the way",
    ),
    "kinks instead of pieces": (
        "return 1 + int(",
        "return int(",
        "these are the kinks; k kinks make k + 1 pieces",
    ),
    "silent units counted": (
        "change = weight * np.abs(after - before)",
        "change = np.abs(after - before)",
        "a unit that the output gives the weight 0 makes no kink",
    ),
    "equal places counted twice": (
        "kinks = [change[place == s].sum() for s in np.unique(place)]",
        "kinks = change",
        "several units can pass 0 at the same place: that is one kink",
    ),
    "cancelling not noticed": (
        "kinks = [change[place == s].sum() for s in np.unique(place)]",
        "kinks = [np.abs(change[place == s]).sum() for s in np.unique(place)]",
        "changes of slope at one place can add up to 0: then there is no kink",
    ),
    "sign of the crossing kept": (
        "change = weight * np.abs(after - before)",
        "change = weight * (after - before)",
        "switching off at a fall bends the curve as switching on at a rise does: the change is w2 · |m|",
    ),
    "weights alone added": (
        "change = weight * np.abs(after - before)",
        "change = weight",
        "how much the slope changes depends on the unit's own slope too: w2 · |m|",
    ),
    "start and end counted": (
        "crosses = before * after < 0",
        "crosses = before * after <= 0",
        "a unit that is 0 exactly at the start or the end makes no kink between",
    ),
    "biases forgotten": (
        "w1 @ start + b1, w1 @ end + b1",
        "w1 @ start, w1 @ end",
        "the bias moves the place where a unit passes 0",
    ),
    "the whole line": (
        "crosses = before * after < 0",
        "crosses = before != after",
        "kinks beyond the two points were counted; only those between them belong",
    ),
    "bias at the end only": (
        "w1 @ start + b1, w1 @ end + b1",
        "w1 @ start, w1 @ end + b1",
        "the bias belongs to the input at the start as well",
    ),
    "steps of the pattern": (
        "def count_pieces(w1, b1, w2, start, end):\n"
        "    return 1 + int(np.sum((w1 @ start + b1 > 0) != (w1 @ end + b1 > 0)))",
        "these are the units that change between start and end; some make no kink, some share one",
    ),
    "only rising units": (
        "crosses = before * after < 0",
        "crosses = (before < 0) & (after > 0)",
        "a unit that switches off on the way makes a kink too",
    ),
}
RIGHT["count_pieces"] = {
    "slopes between the kinks": (
        "def count_pieces(w1, b1, w2, start, end):\n"
        "    a, m = w1 @ start + b1, w1 @ (end - start)\n"
        "    s = [-p / q for p, q in zip(a, m) if q != 0 and 1e-12 < -p / q < 1 - 1e-12]\n"
        "    marks = np.unique(np.round([0, *s, 1], 9))\n"
        "    slopes = [w2 @ (m * (a + mid * m > 0)) for mid in (marks[1:] + marks[:-1]) / 2]\n"
        "    return 1 + sum(abs(p - q) > 1e-9 for p, q in zip(slopes, slopes[1:]))"
    ),
    "a dictionary of places": (
        "def count_pieces(w1, b1, w2, start, end):\n"
        "    kinks = {}\n"
        "    for w, b, v in zip(w1, b1, w2):\n"
        "        p, q = w @ start + b, w @ end + b\n"
        "        if (p < 0 < q) or (q < 0 < p):\n"
        "            s = round(float(p / (p - q)), 9)\n"
        "            kinks[s] = kinks.get(s, 0.0) + v * abs(q - p)\n"
        "    return 1 + sum(abs(c) > 1e-9 for c in kinks.values())"
    ),
}

WRONG["count_regions"] = {
    "the last layer only": (
        "np.unique(np.hstack(patterns), axis=0)",
        "np.unique(patterns[-1], axis=0)",
        "only the last layer's units are compared: two points may differ in an earlier layer",
    ),
    "the first layer only": (
        "np.unique(np.hstack(patterns), axis=0)",
        "np.unique(patterns[0], axis=0)",
        "only the first layer's units are compared; the later ones cut the regions further",
    ),
    "no ReLU between": (
        "x = np.maximum(z, 0)",
        "x = z",
        "the next layer gets ReLU of z, not z: without it nothing is folded",
    ),
    "every layer sees the inputs": (
        "z = x @ w.T + b\n        patterns.append(z > 0)\n        x = np.maximum(z, 0)",
        "z = np.resize(x, (len(x), w.shape[1])) @ w.T + b\n        patterns.append(z > 0)",
        "each layer gets what the one before hands on, not the inputs again",
    ),
    "on at exactly 0": (
        "z > 0",
        "z >= 0",
        "a unit whose input is exactly 0 is off",
    ),
    "how many are on": (
        "np.unique(np.hstack(patterns), axis=0)",
        "np.unique(np.hstack(patterns).sum(axis=1))",
        "patterns with equally many units on are different regions all the same",
    ),
    "values counted": (
        "patterns.append(z > 0)",
        "patterns.append(z)",
        "the inputs of the units are compared, which differ at every point; compare on and off",
    ),
    "without bias": (
        "z = x @ w.T + b",
        "z = x @ w.T",
        "the bias is missing: all lines go through the origin",
    ),
    "the sum over the layers": (
        "return len(np.unique(np.hstack(patterns), axis=0))",
        "return sum(len(np.unique(p, axis=0)) for p in patterns)",
        "the layers' counts are not added; a region is one pattern of all units together",
    ),
    "two to the power of the units": (
        "return len(np.unique(np.hstack(patterns), axis=0))",
        "return 2 ** np.hstack(patterns).shape[1]",
        "not every pattern occurs: lines in a plane cannot make all of them",
    ),
    "the table itself": (
        "len(np.unique(np.hstack(patterns), axis=0))",
        "np.unique(np.hstack(patterns), axis=0)",
        "asked is how many there are, a whole number",
    ),
    "all entries, not rows": (
        "np.unique(np.hstack(patterns), axis=0)",
        "np.unique(np.hstack(patterns))",
        "without axis=0 single entries are compared, and there are only True and False",
    ),
    "written into the points": (
        "patterns = []",
        "patterns = []\n    x[:] = x[::-1].copy()",
        "the points that came in were changed; work on what you compute from them",
    ),
    "layers multiplied": (
        (
            "def count_regions(layers, x):\n"
            "    regions = 1\n"
            "    for w, b in layers:\n"
            "        z = x @ w.T + b\n"
            "        regions *= len(np.unique(z > 0, axis=0))\n"
            "        x = np.maximum(z, 0)\n"
            "    return regions"
        ),
        "not every pattern of one layer meets every pattern of the next: put the patterns of all layers side by side, then count",
    ),
}
RIGHT["count_regions"] = {
    "a set of tuples, point by point": """
def count_regions(layers, x):
    seen = set()
    for point in x:
        pattern, h = (), point
        for w, b in layers:
            z = w @ h + b
            pattern += tuple((z > 0).tolist())
            h = np.where(z > 0, z, 0)
        seen.add(pattern)
    return len(seen)
""",
    "whole numbers": """
def count_regions(layers, x):
    code = np.zeros(len(x), dtype=int)
    for w, b in layers:
        z = x @ w.T + b
        for unit in (z > 0).T:
            code = 2 * code + unit
        x = z.clip(min=0)
    return np.unique(code).size
""",
}

WRONG["fit_jacobian"] = {
    "residual turned": (
        "r = v[0] + h @ v[1:] - z",
        "r = z - v[0] - h @ v[1:]",
        "the residual asked for is y - z; this is z - y, and then J has the other sign too",
    ),
    "output bias missing": ("v[0] + h @ v[1:]", "h @ v[1:]", "v0, the output's bias, is missing in y"),
    "slope of tanh missing": ("v[1:] * (1 - h**2)", "v[1:] * np.ones_like(h)", "the slope of tanh, 1 - h², is missing"),
    "slope of the sigmoid": (
        "(1 - h**2)",
        "h * (1 - h)",
        "h (1 - h) is the slope of the sigmoid; that of tanh is 1 - h²",
    ),
    "output weight missing": ("v[1:] * (1 - h**2)", "(1 - h**2)", "the chain passes through v_j: multiply by it"),
    "slope at the pre-activation": (
        "(1 - h**2)",
        "(1 - (x1 @ w.T) ** 2)",
        "1 - h² takes tanh's value h; here it takes what went into tanh",
    ),
    "slope at h": (
        "(1 - h**2)",
        "(1 - np.tanh(h) ** 2)",
        "h is already tanh(a): the slope is 1 - h², not 1 - tanh(h)²",
    ),
    "all biases first": (
        "(slope[:, :, None] * x1[:, None, :])",
        "(slope[:, None, :] * x1[:, :, None])",
        "the columns stand in the order of p: three for unit 1, three for unit 2, ...; here all biases come first",
    ),
    "hidden weights read by columns": (
        "p[: 3 * n].reshape(n, 3)",
        "p[: 3 * n].reshape(3, n).T",
        "p holds the three weights of unit 1 first, then those of unit 2: reshape to (n, 3)",
    ),
    "ones and h exchanged": (
        "[hidden, np.ones((len(z), 1)), h]",
        "[hidden, h, np.ones((len(z), 1))]",
        "v0 comes before v1 ... vn in p, so the column of ones comes before h",
    ),
    "column of ones missing": (
        "[hidden, np.ones((len(z), 1)), h]",
        "[hidden, h]",
        "the column of v0 is missing: its derivative is 1",
    ),
    "uphill": ("-J.T @ r)", "J.T @ r)", "this step makes the residuals larger: the right side is -Jᵀr"),
    "no damping": (
        "+ damping * np.eye(J.shape[1])",
        "+ 0 * damping * np.eye(J.shape[1]) + 1e-9 * np.eye(J.shape[1])",
        "lambda is not used: add damping times the unit matrix",
    ),
    "damping everywhere": (
        "damping * np.eye(J.shape[1])",
        "damping",
        "lambda was added to every entry; it belongs on the diagonal, times np.eye",
    ),
    "gradient step": (
        "np.linalg.solve(J.T @ J + damping * np.eye(J.shape[1]), -J.T @ r)",
        "-J.T @ r / damping",
        "this is a step along the gradient; JᵀJ knows the curvature and must be in the equation",
    ),
    "Marquardt's scaling": (
        "damping * np.eye(J.shape[1])",
        "damping * np.diag(np.diag(J.T @ J))",
        "Marquardt scales lambda by the diagonal of JᵀJ, a good idea; asked here is the unit matrix",
    ),
    "damping squared": (
        ("damping * np.eye"),
        ("damping**2 * np.eye"),
        "the equation adds λ itself to the diagonal, not its square",
    ),
}
RIGHT["fit_jacobian"] = {
    "einsum, and least squares with rows added": (
        "def fit_jacobian(p, x1, z):\n"
        "    n = (len(p) - 1) // 4\n    w, v0, v = p[:-n - 1].reshape(-1, 3), p[-n - 1], p[-n:]\n"
        "    h = np.tanh(np.einsum('ml,nl->mn', x1, w))\n"
        "    first = np.einsum('mn,n,ml->mnl', 1 / np.cosh(x1 @ w.T) ** 2, v, x1).reshape(len(x1), -1)\n"
        "    return h @ v + v0 - z, np.column_stack([first, np.ones(len(x1)), h])"
        "\n\n\ndef damped_step(r, J, damping):\n    d = J.shape[1]\n"
        "    rows, right = np.vstack([J, np.sqrt(damping) * np.eye(d)]), np.concatenate([-r, np.zeros(d)])\n"
        "    return np.linalg.lstsq(rows, right, rcond=None)[0]"
    ),
    "unit by unit": (
        "def fit_jacobian(p, x1, z):\n"
        "    n = len(p) // 4\n    v = p[3 * n :]\n    y, blocks, last = v[0] + 0 * z, [], [np.ones(len(z))]\n"
        "    for j in range(n):\n"
        "        h = np.tanh(x1 @ p[3 * j : 3 * j + 3])\n        y = y + v[j + 1] * h\n"
        "        blocks.append((v[j + 1] * (1 - h) * (1 + h))[:, None] * x1)\n        last.append(h)\n"
        "    return y - z, np.hstack([*blocks, np.array(last).T])"
        "\n\n\ndef damped_step(r, J, damping):\n"
        "    return -np.linalg.inv(J.T @ J + damping * np.eye(J.shape[1])) @ (J.T @ r)"
    ),
}

WRONG["mute_scores"] = {
    "still rectified": (
        "return F.linear(h, w2, b2)",
        "return F.relu(F.linear(h, w2, b2))",
        "the scores still pass a ReLU: no class can get less than 0, and at 0 there is no gradient",
    ),
    "a leak instead of a repair": (
        "return F.linear(h, w2, b2)",
        "return F.leaky_relu(F.linear(h, w2, b2))",
        "a leaky ReLU on the scores hurts less, but the output needs none: softmax is the last activation",
    ),
    "sigmoid on the scores": (
        "return F.linear(h, w2, b2)",
        "return F.sigmoid(F.linear(h, w2, b2))",
        "scores squeezed into 0..1 can never make softmax sure (lesson 02): leave them linear",
    ),
    "tanh on the scores": (
        "return F.linear(h, w2, b2)",
        "return F.tanh(F.linear(h, w2, b2))",
        "scores squeezed into -1..1 can never make softmax sure: leave them linear",
    ),
    "the wrong ReLU removed": (
        "h = F.relu(F.linear(x, w1, b1))\n        return F.linear(h, w2, b2)",
        "h = F.linear(x, w1, b1)\n        return F.relu(F.linear(h, w2, b2))",
        "the hidden ReLU was needed, the one on the scores was not",
    ),
    "both removed": (
        "h = F.relu(F.linear(x, w1, b1))",
        "h = F.linear(x, w1, b1)",
        "now nothing bends between the layers: keep the hidden ReLU",
    ),
    "softmax before the loss": (
        "F.cross_entropy(network(*tensors), t)",
        "F.cross_entropy(F.softmax(network(*tensors), 1), t)",
        "cross_entropy takes scores and does the softmax itself; here it is done twice",
    ),
    "uphill": ("p.data - eta * p.grad", "p.data + eta * p.grad", "the step goes against the gradient"),
    "hidden layer frozen": (
        "params = [p.data - eta * p.grad for p in tensors]",
        "params[2:] = [p.data - eta * p.grad for p in tensors[2:]]",
        "all four arrays learn; here w1 and b1 stay where they are",
    ),
    "scores before the last step": (
        "return losses, network(*params).data",
        "return losses, network(*tensors).data if steps else network(*params).data",
        "these are the scores before the last step; the task asks for those after it",
    ),
    "writes into the weights": (
        "params = [p.data - eta * p.grad for p in tensors]",
        "params = [np.subtract(q, eta * p.grad, out=q) for p, q in zip(tensors, params)]",
        "the numbers are right, but the arrays that came in were changed: make new ones",
    ),
    "losses after the steps": (
        ("        losses.append(loss.item())\n        params = [p.data - eta * p.grad for p in tensors]"),
        (
            "        params = [p.data - eta * p.grad for p in tensors]\n"
            "        losses.append(F.cross_entropy(network(*params), t).item())"
        ),
        "each loss was taken after its step; asked are the losses before",
    ),
}
RIGHT["mute_scores"] = {
    "gradients by hand": (
        "def mute_scores(x, t, w1, b1, w2, b2, eta, steps):\n"
        "    losses, rows = [], np.arange(len(t))\n"
        "    for _ in range(steps):\n"
        "        h = np.maximum(x @ w1.T + b1, 0)\n        s = h @ w2.T + b2\n"
        "        p = np.exp(s - s.max(1, keepdims=True))\n        p = p / p.sum(1, keepdims=True)\n"
        "        losses.append(-np.log(p[rows, t]).mean())\n        p[rows, t] -= 1\n        g = p / len(t)\n"
        "        gz = (g @ w2) * (h > 0)\n"
        "        w1, b1, w2, b2 = w1 - eta * gz.T @ x, b1 - eta * gz.sum(0), w2 - eta * g.T @ h, b2 - eta * g.sum(0)\n"
        "    return losses, np.maximum(x @ w1.T + b1, 0) @ w2.T + b2"
    ),
    "layers from the library": (
        "def mute_scores(x, t, w1, b1, w2, b2, eta, steps):\n"
        "    params, losses = [Tensor(p, requires_grad=True) for p in (w1, b1, w2, b2)], []\n"
        "    for step in range(steps + 1):\n"
        "        scores = F.relu(x @ params[0].T + params[1]) @ params[2].T + params[3]\n"
        "        if step < steps:\n"
        "            loss = F.cross_entropy(scores, t)\n            loss.backward()\n"
        "            losses.append(float(loss.data))\n"
        "            params = [Tensor(p.data - eta * p.grad, requires_grad=True) for p in params]\n"
        "    return losses, scores.data"
    ),
}

WRONG["loss_curves"] = {
    "A and C exchanged": (
        '"A": "all units begin equal",\n    "B": "rate too high",\n    "C": "labels shuffled"',
        '"A": "labels shuffled",\n    "B": "rate too high",\n    "C": "all units begin equal"',
        "with shuffled labels there is nothing to learn, so the loss stays at ln 2; A gets below it, as far as a line can",
    ),
    "C and E exchanged": (
        '"C": "labels shuffled",\n    "D": "rate too low",\n    "E": "inputs not scaled"',
        '"C": "inputs not scaled",\n    "D": "rate too low",\n    "E": "labels shuffled"',
        "a loss of hundreds at the first steps needs large scores, so large inputs; shuffled labels do not make them",
    ),
    "A and D exchanged": (
        '"A": "all units begin equal",\n    "B": "rate too high",\n    "C": "labels shuffled",\n    "D": "rate too low"',
        '"A": "rate too low",\n    "B": "rate too high",\n    "C": "labels shuffled",\n    "D": "all units begin equal"',
        "a low rate makes a slow curve that never stops falling; A falls and then stops: it cannot do better",
    ),
    "D taken for shuffled labels": (
        '"D": "rate too low"',
        '"D": "labels shuffled"',
        "D still falls, slowly and without end: it learns, in small steps",
    ),
    "B and E exchanged": (
        '"B": "rate too high",\n    "C": "labels shuffled",\n    "D": "rate too low",\n    "E": "inputs not scaled"',
        '"B": "inputs not scaled",\n    "C": "labels shuffled",\n    "D": "rate too low",\n    "E": "rate too high"',
        "B learns well for a while before it jumps: its inputs are fine, its steps are too long. E is lost in the first step",
    ),
    "all the same": (
        "faults = {",
        "faults = dict.fromkeys('ABCDE', 'rate too high')\nnothing = {",
        "the five curves differ, and so do their faults: each of the five occurs once",
    ),
    "a run forgotten": (
        '    "E": "inputs not scaled",\n',
        "",
        "five runs were shown, A to E, and each has its fault",
    ),
    "a name of one's own": (
        '"E": "inputs not scaled"',
        '"E": "inputs too large"',
        "one name is none of the five in the task",
    ),
}
RIGHT["loss_curves"] = {
    "put together in another order": """
names = ["inputs not scaled", "rate too low", "labels shuffled", "rate too high", "all units begin equal"]
faults = dict(zip("EDCBA", names))
""",
}

WRONG["one_unit"] = {
    "other equal numbers": (
        "rng.normal(size=(12, 2)), np.zeros(12)\n    w2, b2 = rng.normal(size=(2, 12)) * np.sqrt(2 / 12), np.zeros(2)",
        "np.full((12, 2), 0.1), np.zeros(12)\n    w2, b2 = np.array([[-0.3] * 12, [0.3] * 12]), np.zeros(2)",
        "the numbers are others, but they are still equal for all units: draw them by chance",
    ),
    "everything 0": (
        "rng.normal(size=(12, 2)), np.zeros(12)\n    w2, b2 = rng.normal(size=(2, 12)) * np.sqrt(2 / 12), np.zeros(2)",
        "np.zeros((12, 2)), np.zeros(12)\n    w2, b2 = np.zeros((2, 12)), np.zeros(2)",
        "from zeros nothing moves in the hidden layer: ReLU is off and hands back nothing",
    ),
    "labels forgotten": (
        "autograd_gradients(x, t, w1",
        "autograd_gradients(x, 0 * t, w1",
        "it is trained to answer 0 always: hand the labels on",
    ),
    "never trained": (
        "for _ in range(300):",
        "for _ in range(0):",
        "the weights that come back are those of the start",
    ),
    "transposed": (
        "return w1, b1, w2, b2",
        "return w1.T, b1, w2.T, b2",
        "weights are (out, in): (12, 2) and (2, 12)",
    ),
    "uphill": (("w - 0.5 * g"), ("w + 0.5 * g"), "the step goes against the gradient"),
    "drawn far too small": (
        (
            "def fit_moons(x, t, rng):\n"
            "    w1, b1 = 0.001 * rng.normal(size=(12, 2)), np.zeros(12)\n"
            "    w2, b2 = 0.001 * rng.normal(size=(2, 12)), np.zeros(2)\n"
            "    for _ in range(300):\n"
            "        _, gradients = autograd_gradients(x, t, w1, b1, w2, b2)\n"
            "        w1, b1, w2, b2 = (w - 0.5 * g for w, g in zip((w1, b1, w2, b2), gradients, strict=True))\n"
            "    return w1, b1, w2, b2"
        ),
        "weights of a thousandth give gradients of a thousandth: most of the 300 steps pass before anything moves. Draw larger ones",
    ),
}
RIGHT["one_unit"] = {
    "the lesson's own start": (
        "w1, b1 = rng.normal(size=(12, 2)), np.zeros(12)\n"
        "    w2, b2 = rng.normal(size=(2, 12)) * np.sqrt(2 / 12), np.zeros(2)",
        "w1, b1, w2, b2 = msr_weights(2, 12, 2, rng)",
    ),
    "uniform numbers, biases too": (
        "w1, b1 = rng.normal(size=(12, 2)), np.zeros(12)\n"
        "    w2, b2 = rng.normal(size=(2, 12)) * np.sqrt(2 / 12), np.zeros(2)",
        "w1, b1 = rng.uniform(-2, 2, (12, 2)), rng.uniform(-0.5, 0.5, 12)\n"
        "    w2, b2 = rng.uniform(-0.7, 0.7, (2, 12)), np.zeros(2)",
    ),
}

WRONG["open_ring"] = {
    "not trained": (
        "lr=0.05",
        "lr=0.0",
        "the weights are those of the start: train in this cell",
    ),
    "too few steps": (
        "range(300)",
        "range(12)",
        "the loss is still falling fast after so few steps",
    ),
    "inputs not scaled": (
        "centre, spread = ring_x.mean(axis=0), ring_x.std(axis=0)",
        "centre, spread = 0.0, 1.0",
        "the first measurement is hundreds of times larger than the second: centre and scale both",
    ),
    "new points not scaled": (
        "best_net(Tensor(((x - centre) / spread)",
        "best_net(Tensor((x - 0.0)",
        "trained on scaled inputs, it must meet new points scaled by the same numbers",
    ),
    "a line": (
        "nn.Sequential(nn.Linear(2, 11, rng=rng), nn.ReLU(), nn.Linear(11, 1, rng=rng))",
        "nn.Sequential(nn.Linear(2, 1, rng=rng))",
        "without a hidden layer the border is a line, and a line cannot part a ring from its inside",
    ),
    "three units": (
        "nn.Linear(2, 11, rng=rng), nn.ReLU(), nn.Linear(11, 1, rng=rng)",
        "nn.Linear(2, 3, rng=rng), nn.ReLU(), nn.Linear(3, 1, rng=rng)",
        "three folds do not close a ring, and it has two borders: take more units",
    ),
    "rate too high": (
        "lr=0.05",
        "lr=8.0",
        "the steps are far too long: the units die or jump about",
    ),
    "labels shuffled": (
        "ring_t[:, None].astype",
        "np.random.default_rng(0).permutation(ring_t)[:, None].astype",
        "the labels no longer belong to their points",
    ),
    "too many weights": (
        "nn.Linear(2, 11, rng=rng), nn.ReLU(), nn.Linear(11, 1, rng=rng)",
        "nn.Linear(2, 16, rng=rng), nn.ReLU(), nn.Linear(16, 1, rng=rng)",
        "more than the 45 weights and biases of the budget; a layer of k units and an output have 4k + 1",
    ),
    "classes turned round": (
        ".data[:, 0] > 0)",
        ".data[:, 0] < 0)",
        "a positive score speaks for class 1",
    ),
    "scores returned": (
        'return (best_net(Tensor(((x - centre) / spread).astype("float32"))).data[:, 0] > 0).astype(int)',
        'return best_net(Tensor(((x - centre) / spread).astype("float32"))).data[:, 0]',
        "classes 0 and 1 are asked for: compare the score with 0",
    ),
    "a column": (
        ".data[:, 0] > 0).astype(int)",
        ".data > 0).astype(int)",
        "one class for each point, shape (n,), is asked for",
    ),
    "one class for all": (
        'return (best_net(Tensor(((x - centre) / spread).astype("float32"))).data[:, 0] > 0).astype(int)',
        "return np.ones(len(x), dtype=int)",
        "every point gets class 1",
    ),
}
RIGHT["open_ring"] = {
    "two hidden layers, tanh, two scores": (
        """centre, spread = ring_x.mean(axis=0), ring_x.std(axis=0)
points, wanted = ((ring_x - centre) / spread).astype("float32"), ring_t[:, None].astype("float32")
tries, rng = [], np.random.default_rng(0)
for start in range(4):  # different starts end in different valleys
    net = nn.Sequential(nn.Linear(2, 11, rng=rng), nn.ReLU(), nn.Linear(11, 1, rng=rng))
    adam = optim.Adam(net.parameters(), lr=0.05)
    for _ in range(300):
        loss = F.binary_cross_entropy_with_logits(net(Tensor(points)), wanted)
        adam.zero_grad()
        loss.backward()
        adam.step()
    tries.append((loss.item(), start, net, [p.data for p in net.parameters()]))
best_net, ring_weights = min(tries)[2:]


def in_ring(x):
    return (best_net(Tensor(((x - centre) / spread).astype("float32"))).data[:, 0] > 0).astype(int)""",
        """mean, deviation = ring_x.mean(0), ring_x.std(0)


def scaled(x):
    return Tensor(((x - mean) / deviation).astype(np.float32))


best, network = 10.0, None
for start in range(4):
    draw = np.random.default_rng(100 + start)
    tried = nn.Sequential(nn.Linear(2, 4, rng=draw), nn.Tanh(), nn.Linear(4, 4, rng=draw), nn.Tanh(), nn.Linear(4, 2, rng=draw))
    steps = optim.Adam(tried.parameters(), lr=0.06)
    for _ in range(350):
        steps.zero_grad()
        loss = F.cross_entropy(tried(scaled(ring_x)), ring_t)
        loss.backward()
        steps.step()
    if loss.item() < best:
        best, network = loss.item(), tried
ring_weights = [p.data for p in network.parameters()]


def in_ring(x):
    return network(scaled(x)).data.argmax(axis=1)""",
    ),
    "the distance from the middle": (
        """centre, spread = ring_x.mean(axis=0), ring_x.std(axis=0)
points, wanted = ((ring_x - centre) / spread).astype("float32"), ring_t[:, None].astype("float32")
tries, rng = [], np.random.default_rng(0)
for start in range(4):  # different starts end in different valleys
    net = nn.Sequential(nn.Linear(2, 11, rng=rng), nn.ReLU(), nn.Linear(11, 1, rng=rng))
    adam = optim.Adam(net.parameters(), lr=0.05)
    for _ in range(300):
        loss = F.binary_cross_entropy_with_logits(net(Tensor(points)), wanted)
        adam.zero_grad()
        loss.backward()
        adam.step()
    tries.append((loss.item(), start, net, [p.data for p in net.parameters()]))
best_net, ring_weights = min(tries)[2:]


def in_ring(x):
    return (best_net(Tensor(((x - centre) / spread).astype("float32"))).data[:, 0] > 0).astype(int)""",
        """mean, deviation = ring_x.mean(axis=0), ring_x.std(axis=0)
w = np.zeros(3)


def powers(x):
    r = np.sum(((x - mean) / deviation) ** 2, axis=1) / 2
    return np.column_stack([np.ones(len(r)), r, r**2])


table = powers(ring_x)
for _ in range(6000):
    y = 1 / (1 + np.exp(-table @ w))
    w -= 1.0 * table.T @ (y - ring_t) / len(ring_t)
ring_weights = [w]


def in_ring(x):
    return (powers(x) @ w > 0).astype(int)""",
    ),
}
