"""Lesson 14, recurrent networks: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["rnn_forward"] = {
    "always from the first state": (
        "h @ w_hh.T",
        "h0 @ w_hh.T",
        "every step starts from h0 again, so nothing is remembered: use the state of the step before",
    ),
    "state never used": ("now @ w_ih.T + h @ w_hh.T + b", "now @ w_ih.T + b", "the old state is left out"),
    "recurrent matrix transposed": (
        "h @ w_hh.T",
        "h @ w_hh",
        "w_hh is (new unit, old unit): with rows as states it is h @ w_hh.T. Square matrices hide this mistake",
    ),
    "no tanh": ("np.tanh(now @ w_ih.T + h @ w_hh.T + b)", "now @ w_ih.T + h @ w_hh.T + b", "tanh is missing"),
    "tanh of the input only": (
        "np.tanh(now @ w_ih.T + h @ w_hh.T + b)",
        "np.tanh(now @ w_ih.T + b) + h @ w_hh.T",
        "tanh goes over the whole sum, the old state's share included",
    ),
    "sigmoid": (
        "np.tanh(now @ w_ih.T + h @ w_hh.T + b)",
        "1 / (1 + np.exp(-(now @ w_ih.T + h @ w_hh.T + b)))",
        "this layer uses tanh, not the sigmoid",
    ),
    "ReLU": (
        "np.tanh(now @ w_ih.T + h @ w_hh.T + b)",
        "np.maximum(0, now @ w_ih.T + h @ w_hh.T + b)",
        "this layer uses tanh, not ReLU",
    ),
    "bias forgotten": ("+ h @ w_hh.T + b", "+ h @ w_hh.T", "the bias is missing"),
    "bias twice": (
        "+ h @ w_hh.T + b",
        "+ h @ w_hh.T + 2 * b",
        "torch keeps two biases; here there is one, and it is added once",
    ),
    "last state only": ("return np.stack(states)", "return h", "all states are asked for, not only the last"),
    "first state included": (
        "h, states = h0, []",
        "h, states = h0, [h0]",
        "the result begins with the state after the first step: h0 is not in it",
    ),
    "first state left out": ("h, states = h0, []", "h, states = 0 * h0, []", "h0 need not be zero: start from it"),
    "backwards": (
        "for now in x:",
        "for now in x[::-1]:",
        "the sequence is read from its end; time runs from x[0] on",
    ),
    "batch first": (
        "return np.stack(states)",
        "return np.stack(states, axis=1)",
        "your result has the batch first; time comes first there too: (t, n, k)",
    ),
    "state before each step": (
        """
def rnn_forward(x, h0, w_ih, w_hh, b):
    h, states = h0, []
    for now in x:
        states.append(h)
        h = np.tanh(now @ w_ih.T + h @ w_hh.T + b)
    return np.stack(states)
""",
        "your list begins with h0 and lacks the last state: append the state after the step, not before it",
    ),
    "reads one step late": (
        "for now in x:",
        "for now in np.concatenate([0 * x[:1], x[:-1]]):",
        "each input is read one step late: step t reads x[t], not x[t - 1]",
    ),
    "all states the last": (
        """
def rnn_forward(x, h0, w_ih, w_hh, b):
    h, states = h0.copy(), []
    for now in x:
        h[:] = np.tanh(now @ w_ih.T + h @ w_hh.T + b)
        states.append(h)
    return np.stack(states)
""",
        "h is changed in place, so that the list holds the same array again and again: make a new one",
    ),
    "writes into h0": (
        """
def rnn_forward(x, h0, w_ih, w_hh, b):
    h, states = h0, []
    for now in x:
        h[:] = np.tanh(now @ w_ih.T + h @ w_hh.T + b)
        states.append(h.copy())
    return np.stack(states)
""",
        "`h[:] =` writes into the caller's h0",
    ),
    "a tanh for each part": (
        "np.tanh(now @ w_ih.T + h @ w_hh.T + b)",
        "np.tanh(now @ w_ih.T) + np.tanh(h @ w_hh.T) + b",
        "one tanh of the whole sum is asked, not a tanh of each part",
    ),
    "first step left out": (
        """def rnn_forward(x, h0, w_ih, w_hh, b):
    T, N, D = x.shape
    H = h0.shape[1]
    out = np.zeros((T, N, H))
    prev = h0
    for t in range(1, T):
        prev = np.tanh(np.dot(x[t], w_ih.T) + np.dot(prev, w_hh.T) + b)
        out[t] = prev
    return out
""",
        "the first step reads x[0] from h0: begin at 0",
    ),
    "bias outside": (
        "np.tanh(now @ w_ih.T + h @ w_hh.T + b)",
        "np.tanh(now @ w_ih.T + h @ w_hh.T) + b",
        "the bias stands inside the tanh",
    ),
    "both matrices as they are": (
        "np.tanh(now @ w_ih.T + h @ w_hh.T + b)",
        "np.tanh(now @ (w_ih if w_ih.shape[0] == w_ih.shape[1] else w_ih.T) + h @ w_hh + b)",
        "weights are (k, d) and (k, k): both are transposed, also where they are square",
    ),
    "old state added": (
        "h = np.tanh(now @ w_ih.T + h @ w_hh.T + b)",
        "h = h + np.tanh(now @ w_ih.T + h @ w_hh.T + b)",
        "the new state takes the old one's place; it is not added to it",
    ),
    "one sequence": (
        """h @ w_hh.T + b)
""",
        """h @ w_hh.T + b)
        h = np.broadcast_to(h[:1], h.shape)
""",
        "each of the n sequences has its own state",
    ),
}
RIGHT["rnn_forward"] = {
    "an array to fill": """
def rnn_forward(x, h0, w_ih, w_hh, b):
    t, n, _ = x.shape
    states = np.empty((t, n, len(w_hh)))
    from_x = np.einsum("tnd,kd->tnk", x, w_ih) + b
    for step in range(t):
        before = h0 if step == 0 else states[step - 1]
        states[step] = np.tanh(from_x[step] + np.einsum("nk,jk->nj", before, w_hh))
    return states
""",
    "one matrix for both": """
def rnn_forward(x, h0, w_ih, w_hh, b):
    both, states = np.hstack([w_ih, w_hh]), [h0]
    for now in x:
        states += [np.tanh(np.concatenate([now, states[-1]], axis=1) @ both.T + b)]
    return np.array(states[1:])
""",
}

WRONG["bptt"] = {
    "nothing handed back": (
        "inside = (g[t] + dh) * (1 - h[t] ** 2)",
        "inside = g[t] * (1 - h[t] ** 2)",
        "what comes from the step after is missing: a state is used by the next step too",
    ),
    "only what is handed back": (
        "inside = (g[t] + dh) * (1 - h[t] ** 2)",
        "inside = (dh if t + 1 < len(x) else g[t]) * (1 - h[t] ** 2)",
        "at every step the gradient from outside is added, not only at the last",
    ),
    "slope of tanh forgotten": (
        "(g[t] + dh) * (1 - h[t] ** 2)",
        "g[t] + dh",
        "the slope of tanh, 1 - h², is missing",
    ),
    "slope of the sigmoid": (
        "(1 - h[t] ** 2)",
        "h[t] * (1 - h[t])",
        "that is the slope of the sigmoid; tanh has 1 - h²",
    ),
    "slope for the carried part only": (
        "(g[t] + dh) * (1 - h[t] ** 2)",
        "g[t] + dh * (1 - h[t] ** 2)",
        "only what comes from the next step gets the slope in yours; what reaches the state from outside passes tanh as well",
    ),
    "slope for the outside only": (
        "(g[t] + dh) * (1 - h[t] ** 2)",
        "g[t] * (1 - h[t] ** 2) + dh",
        "both parts reach h and then pass tanh: the slope multiplies their sum",
    ),
    "slope of the state before": (
        "(1 - h[t] ** 2)",
        "(1 - before[t] ** 2)",
        "the slope is that of tanh at this step's own state",
    ),
    "state itself instead of the one before": (
        "dw_hh += inside.T @ before[t]",
        "dw_hh += inside.T @ h[t]",
        "w_hh met the state *before* the step: h[t - 1], and h0 at the first",
    ),
    "first state left out": (
        "before = np.concatenate([h0[None], h[:-1]])",
        "before = np.concatenate([0 * h0[None], h[:-1]])",
        "at step 0 the state before is h0, not 0",
    ),
    "h[t - 1] at the first step": (
        "before = np.concatenate([h0[None], h[:-1]])",
        "before = np.concatenate([h[-1:], h[:-1]])",
        "at step 0 `h[t - 1]` is `h[-1]`, the last state of all: the state before step 0 is h0",
    ),
    "recurrent matrix transposed": (
        "dh = inside @ w_hh",
        "dh = inside @ w_hh.T",
        "forward it was h @ w_hh.T, so backward it is @ w_hh",
    ),
    "gradient of the matrix transposed": (
        "dw_hh += inside.T @ before[t]",
        "dw_hh += before[t].T @ inside",
        "the gradient of w_hh is transposed: rows belong to the new state",
    ),
    "weights of the first step only": (
        "dw_ih += inside.T @ x[t]",
        "dw_ih = inside.T @ x[t]",
        "the gradients of a weight add up over all steps; here the last one computed replaces the others",
    ),
    "mean over the steps": (
        '"w_hh": dw_hh,',
        '"w_hh": dw_hh / len(x),',
        "shared weights get the sum over the steps, not the mean",
    ),
    "bias averaged over the batch": (
        "db += inside.sum(axis=0)",
        "db += inside.mean(axis=0)",
        "gradients add up over the sequences; if a mean was wanted, it is already in g",
    ),
    "first state's gradient before the matrix": (
        '"h0": dh,',
        '"h0": inside,',
        "that is the gradient inside tanh of step 0; h0 lies one product with w_hh further back",
    ),
    "window ignored": (
        "if window and t > 0 and t % window == 0:",
        "if False:",
        "`window` has no effect: the gradient must stop at its borders",
    ),
    "border one step late": (
        "t > 0 and t % window == 0",
        "t > 0 and (t + 1) % window == 0",
        "the borders lie between m - 1 and m, with m the window, counted from step 0: yours are shifted",
    ),
    "windows counted from the end": (
        "t > 0 and t % window == 0",
        "t > 0 and (len(x) - t) % window == 0",
        "windows are counted from the first step, not from the last",
    ),
    "one window only": (
        "if window and t > 0 and t % window == 0:",
        "if window and t == len(x) - window:",
        "there is a border after every window, not only in front of the last",
    ),
    "first state cut off": (
        "if window and t > 0 and t % window == 0:",
        "if window and t % window == 0:",
        "step 0 is no border: h0 keeps the gradient from the first window",
    ),
    "outside gradients dropped at the border": (
        "dh = np.zeros(h0.shape)\n    return",
        "dh = -g[t - 1]\n    return",
        "at a border only what is handed from step to step is dropped; g from outside still counts",
    ),
    "adds into g": (
        """
def bptt(x, h0, w_ih, w_hh, h, g, window=None):
    before = np.concatenate([h0[None], h[:-1]])
    dx, dw_ih, dw_hh, db = np.zeros(x.shape), 0, 0, 0
    for t in reversed(range(len(x))):
        inside = g[t] * (1 - h[t] ** 2)
        dx[t] = inside @ w_ih
        dw_ih, dw_hh, db = dw_ih + inside.T @ x[t], dw_hh + inside.T @ before[t], db + inside.sum(axis=0)
        dh = inside @ w_hh
        if t > 0 and not (window and t % window == 0):
            g[t - 1] += dh
    return {"x": dx, "h0": dh, "w_ih": dw_ih, "w_hh": dw_hh, "b": db}
""",
        "`g[t - 1] +=` writes into the caller's gradients; called again, you would get something else",
    ),
    "1 - h for the slope": (
        "(1 - h[t] ** 2)",
        "(1 - h[t])",
        "the slope of tanh is 1 - h², in terms of its value",
    ),
    "gradient of the state piles up": (
        """        dh = inside @ w_hh
""",
        """        dh += inside @ w_hh
""",
        "what reaches the state before is `inside @ w_hh` alone; what came later is in it already",
    ),
    "steps from first to last": (
        "reversed(range(len(x)))",
        "range(len(x))",
        "the gradient goes from the last step to the first",
    ),
    "recurrent weights of the first step only": (
        "dw_hh += inside.T",
        "dw_hh = inside.T",
        "the weights serve at every step: add up, `+=`",
    ),
    "bias of the first step only": (
        "db += inside.sum(axis=0)",
        "db = inside.sum(axis=0)",
        "the bias serves at every step: add up, `+=`",
    ),
    "states not shifted": (
        "before = np.concatenate([h0[None], h[:-1]])",
        "before = np.concatenate([h[1:], h0[None]])",
        "step t reads the state *before* it: h0, then h[0], h[1], ...",
    ),
    "slope of 1 - h^2 halved": (
        "(1 - h[t] ** 2)",
        "(1 - np.tanh(h[t]) ** 2)",
        "h is the tanh already: 1 - h², not 1 - tanh(h)²",
    ),
    "h0 of the first window's end": (
        '"h0": dh',
        '"h0": dh / len(h0)',
        "nothing is divided by the number of sequences",
    ),
    "window of the input too": (
        """            dh = np.zeros(h0.shape)
""",
        """            dh = np.zeros(h0.shape)
            dx[t] = 0
""",
        "the cut concerns the state only; the inputs keep their gradients",
    ),
    "gradient before the slope": (
        "dh = inside @ w_hh",
        "dh = (g[t] + dh) @ w_hh",
        "what goes to the state before has passed the slope of tanh",
    ),
    "bias averaged over the sequences": (
        '"b": db',
        '"b": db / len(x)',
        "the bias gets the sum over the steps, not the mean",
    ),
    "matrix transposed between the steps only": (
        ("        dh = inside @ w_hh"),
        ("        dh = inside @ w_hh if t == 0 else inside @ w_hh.T"),
        "states go forward through w_hh.T, so the gradient comes back through w_hh, not through its transpose",
    ),
}
RIGHT["bptt"] = {
    "gradients inside first, then products": """
def bptt(x, h0, w_ih, w_hh, h, g, window=None):
    inside, dh = np.empty_like(g), np.zeros_like(h0)
    for t in range(len(x) - 1, -1, -1):
        inside[t] = (dh + g[t]) * (1 - h[t] * h[t])
        dh = inside[t] @ w_hh
        if window is not None and t != 0 and not t % window:
            dh = dh * 0
    before = np.concatenate([h0[np.newaxis], h[:-1]], axis=0)
    return {
        "b": inside.sum((0, 1)), "x": inside @ w_ih, "h0": dh,
        "w_ih": np.einsum("tnk,tnd->kd", inside, x), "w_hh": np.einsum("tnk,tnj->kj", inside, before),
    }
""",
    "window by window": """
def bptt(x, h0, w_ih, w_hh, h, g, window=None):
    window = window or len(x)
    out = {"x": [], "w_ih": 0.0, "w_hh": 0.0, "b": 0.0}
    for start in range(0, len(x), window):
        dh, part = 0.0, []
        for t in range(min(start + window, len(x)) - 1, start - 1, -1):
            a = (g[t] + dh) * (1 - h[t] ** 2)
            part.insert(0, a @ w_ih)
            out["w_ih"] = out["w_ih"] + a.T @ x[t]
            out["w_hh"] = out["w_hh"] + a.T @ (h[t - 1] if t else h0)
            out["b"] = out["b"] + a.sum(0)
            dh = a @ w_hh
        if start == 0:
            out["h0"] = dh
        out["x"] += part
    return out | {"x": np.array(out["x"])}
""",
}

WRONG["time_gradients"] = {
    "slope forgotten": ("g = (g * (1 - now**2)) @ w_hh", "g = g @ w_hh", "the slope of tanh, 1 - h², is missing"),
    "matrix transposed": (
        "(g * (1 - now**2)) @ w_hh",
        "(g * (1 - now**2)) @ w_hh.T",
        "forward it was h @ w_hh.T, so backward it is @ w_hh",
    ),
    "slope after the matrix": (
        "(g * (1 - now**2)) @ w_hh",
        "(g @ w_hh) * (1 - now**2)",
        "backwards tanh comes first and the matrix second",
    ),
    "slope of the earlier state, behind the matrix": (
        "    for now in h[:0:-1]:\n        g = (g * (1 - now**2)) @ w_hh\n",
        "    for now in h[-2::-1]:\n        g = (g @ w_hh) * (1 - now**2)\n",
        "you pass the matrix first and then the slope of the state you come to: start with the slope of the state you leave, 1 - h[t]²",
    ),
    "slope of the earlier state": (
        "for now in h[:0:-1]:",
        "for now in h[-2::-1]:",
        "the slope belongs to the later of the two states: from h[t] to h[t - 1] it is 1 - h[t]²",
    ),
    "one state too many": (
        "for now in h[:0:-1]:",
        "for now in h[::-1]:",
        "t norms are asked for; you went on to the state before the first",
    ),
    "order reversed": ("norms[::-1]", "norms", "the norms run backwards in time: that of the last state comes last"),
    "norm inside tanh": (
        "norms.append(np.linalg.norm(g))",
        "norms.append(np.linalg.norm(g * (1 - now**2)))",
        "asked is the gradient of the state, after the product with the matrix",
    ),
    "mean of the rows' norms": (
        "norms.append(np.linalg.norm(g))",
        "norms.append(np.linalg.norm(g, axis=1).mean())",
        "the norm goes over the whole array (n, k)",
    ),
    "squared": (
        "norms.append(np.linalg.norm(g))",
        "norms.append((g * g).sum())",
        "that is the square of the norm",
    ),
    "gradient changed in place": (
        "g = (g * (1 - now**2)) @ w_hh",
        "g[:] = (g * (1 - now**2)) @ w_hh",
        "`g[:] =` writes into the caller's array",
    ),
    "each array by itself": (
        "norm = float(np.sqrt(sum((a * a).sum() for a in gradients)))\n"
        "    scale = min(1.0, limit / norm) if norm > 0 else 1.0\n"
        "    return [a * scale for a in gradients], norm",
        "norm = float(np.sqrt(sum((a * a).sum() for a in gradients)))\n"
        "    sizes = [max(np.linalg.norm(a), 1e-12) for a in gradients]\n"
        "    return [a * min(1.0, limit / s) for a, s in zip(gradients, sizes, strict=True)], norm",
        "each array got a factor of its own, which turns the direction: one factor for all, from their common norm",
    ),
    "numbers cut off": (
        "[a * scale for a in gradients]",
        "[np.clip(a, -limit, limit) for a in gradients]",
        "that limits each number by itself and turns the direction; scale all by one factor",
    ),
    "always scaled": (
        "min(1.0, limit / norm)",
        "limit / norm",
        "a gradient that is short enough must stay as it is; yours is made longer",
    ),
    "divided by the norm only": (
        "min(1.0, limit / norm)",
        "min(1.0, 1 / norm)",
        "the norm afterwards is 1; it must be `limit`",
    ),
    "no root": (
        "float(np.sqrt(sum((a * a).sum() for a in gradients)))",
        "float(sum((a * a).sum() for a in gradients))",
        "the root is missing in the norm",
    ),
    "sum of the norms": (
        "float(np.sqrt(sum((a * a).sum() for a in gradients)))",
        "float(sum(np.linalg.norm(a) for a in gradients))",
        "norms do not add up: add the squares of all numbers, then take one root",
    ),
    "norm afterwards": (
        "return [a * scale for a in gradients], norm",
        "return [a * scale for a in gradients], norm * scale",
        "you return the norm after clipping; asked is the one *before*",
    ),
    "zero by zero": (
        "min(1.0, limit / norm) if norm > 0 else 1.0",
        "min(1.0, limit / norm)",
        "gradients that are all 0 lead to a division by 0: leave them as they are",
    ),
    "in place": (
        "return [a * scale for a in gradients], norm",
        "for a in gradients:\n        a *= scale\n    return gradients, norm",
        "`*=` writes into the caller's gradients: return new arrays",
    ),
    "in the order of the steps": (
        "h[:0:-1]",
        "h[1:]",
        "the gradient goes back from the last state: reversed order",
    ),
    "results exchanged": (
        "return [a * scale for a in gradients], norm",
        "return norm, [a * scale for a in gradients]",
        "the list of gradients comes first, then the norm",
    ),
    "slope without the square": (
        "(1 - now**2)",
        "(1 - now)",
        "the slope of tanh is 1 - h²",
    ),
    "largest entries": (
        "norms.append(np.linalg.norm(g))",
        "norms.append(np.abs(g).max())",
        "the norm is the root of the sum of squares, not the largest entry",
    ),
    "spectral norm": (
        "norms.append(np.linalg.norm(g))",
        "norms.append(np.linalg.norm(g, 2))",
        "the norm goes over all numbers as one vector; norm(g, 2) of a matrix is another one",
    ),
    "averaged over the numbers": (
        "float(np.sqrt(sum((a * a).sum() for a in gradients)))",
        "float(np.sqrt(sum((a * a).mean() for a in gradients)))",
        "squares are summed, not averaged",
    ),
    "limit for each array": (
        "scale = min(1.0, limit / norm) if norm > 0 else 1.0",
        "scale = min(1.0, limit / norm / len(gradients)) if norm > 0 else 1.0",
        "the common norm is to be `limit`; it is not shared out among the arrays",
    ),
    "root of the scale": (
        "min(1.0, limit / norm)",
        "min(1.0, np.sqrt(limit / norm))",
        "scale by limit / N itself",
    ),
    "squared limit": (
        "min(1.0, limit / norm)",
        "min(1.0, limit**2 / norm)",
        "scale by limit / N",
    ),
    "subtracted": (
        "[a * scale for a in gradients]",
        "[a - np.sign(a) * max(norm - limit, 0) for a in gradients]",
        "gradients are scaled, which keeps their direction; nothing is subtracted",
    ),
    "largest number compared": (
        "scale = min(1.0, limit / norm) if norm > 0 else 1.0",
        "scale = limit / norm if max(np.abs(a).max() for a in gradients) > limit else 1.0",
        "the norm of all numbers together is compared with the limit, not the largest number",
    ),
}
RIGHT["time_gradients"] = {
    "epsilon as in torch": """
def time_gradients(h, w_hh, g):
    t = len(h)
    norms = np.empty(t)
    norms[-1] = np.sqrt(np.sum(g**2))
    for s in range(t - 1, 0, -1):
        g = np.matmul(g * (1 - h[s]) * (1 + h[s]), w_hh)
        norms[s - 1] = np.sqrt(np.sum(g**2))
    return norms


def clipped(gradients, limit):
    total = np.sqrt(sum(np.linalg.norm(a) ** 2 for a in gradients))
    factor = limit / (total + 1e-6)
    return [a * factor if factor < 1 else a.copy() for a in gradients], float(total)
""",
    "one long vector": """
def time_gradients(h, w_hh, g):
    grads = [g]
    for now in reversed(h[1:]):
        grads.insert(0, np.einsum("nk,kj->nj", grads[0] * (1 - now**2), w_hh))
    return np.array([np.linalg.norm(a.ravel()) for a in grads])


def clipped(gradients, limit):
    flat = np.concatenate([a.ravel() for a in gradients])
    norm = np.linalg.norm(flat)
    if norm <= limit:
        return [np.array(a) for a in gradients], float(norm)
    return [limit * a / norm for a in gradients], float(norm)
""",
}

WRONG["lstm_step"] = {
    "gates in another order": (
        "i, f, g, o = np.split",
        "i, f, o, g = np.split",
        "the rows stand in the order i, f, g, o, as in torch; other libraries have i, f, o, g",
    ),
    "input and forget exchanged": (
        "i, f, g, o = np.split",
        "f, i, g, o = np.split",
        "the first k rows are the input gate, the second the forget gate",
    ),
    "gates interleaved": (
        "i, f, g, o = np.split(x @ w_ih.T + h @ w_hh.T + b, 4, axis=1)",
        "a = x @ w_ih.T + h @ w_hh.T + b\n    i, f, g, o = (a[:, q::4] for q in range(4))",
        "each gate has k rows that lie together; you took every fourth",
    ),
    "sigmoid on the new content": (
        "i * np.tanh(g)",
        "i * (1 / (1 + np.exp(-g)))",
        "g may be negative: tanh, not the sigmoid",
    ),
    "no tanh on the new content": ("i * np.tanh(g)", "i * g", "what is written passes through tanh"),
    "no tanh on the cell": ("return o * np.tanh(c), c", "return o * c, c", "the cell is shown through tanh"),
    "cell returned through tanh": (
        "return o * np.tanh(c), c",
        "c = np.tanh(c)\n    return o * c, c",
        "tanh is for what is shown; the cell itself goes on without it",
    ),
    "old cell shown": (
        "    c = f * c + i * np.tanh(g)\n    return o * np.tanh(c), c",
        "    return o * np.tanh(c), f * c + i * np.tanh(g)",
        "h is made from the old cell; it shows the new one, after forgetting and writing",
    ),
    "forget is one minus input": (
        "f * c + i * np.tanh(g)",
        "(1 - i) * c + i * np.tanh(g)",
        "the forget gate has weights of its own; 1 - i is another cell",
    ),
    "forgets the other way round": (
        "f * c + i * np.tanh(g)",
        "(1 - f) * c + i * np.tanh(g)",
        "in spite of its name the forget gate says how much is *kept*: f times c",
    ),
    "cell not kept": ("f * c + i * np.tanh(g)", "i * np.tanh(g)", "the old cell is left out"),
    "gates without sigmoid": (
        "    i, f, o = (1 / (1 + np.exp(-a)) for a in (i, f, o))\n",
        "",
        "gates lie between 0 and 1: the sigmoid is missing",
    ),
    "gates through tanh": (
        "1 / (1 + np.exp(-a))",
        "np.tanh(a)",
        "gates lie between 0 and 1: sigmoid, not tanh",
    ),
    "cell instead of h in the gates": (
        "x @ w_ih.T + h @ w_hh.T + b",
        "x @ w_ih.T + c @ w_hh.T + b",
        "the gates see the old h, not the cell",
    ),
    "recurrent matrix forgotten": ("x @ w_ih.T + h @ w_hh.T + b", "x @ w_ih.T + b", "the gates see h as well"),
    "bias forgotten": ("h @ w_hh.T + b", "h @ w_hh.T", "the bias is missing"),
    "returned in the other order": ("return o * np.tanh(c), c", "return c, o * np.tanh(c)", "asked is (h, c)"),
    "cell changed in place": (
        "c = f * c + i * np.tanh(g)",
        "c *= f\n    c += i * np.tanh(g)",
        "`*=` and `+=` write into the caller's c",
    ),
    "one gate for both": (
        "f * c + i * np.tanh(g)",
        "f * c + (1 - f) * np.tanh(g)",
        "that is the GRU's way: the LSTM has an input gate of its own",
    ),
    "sigmoid turned round": (
        "np.exp(-a)",
        "np.exp(a)",
        "1/(1 + e^a) is one less the sigmoid: the exponent is -a",
    ),
    "cell forgotten": (
        "f * c + i * np.tanh(g)",
        "f + i * np.tanh(g)",
        "the forget gate multiplies the old cell: f * c",
    ),
    "state only": (
        "return o * np.tanh(c), c",
        "return o * np.tanh(c)",
        "(h, c) is asked, both",
    ),
    "tanh of c before the gate": (
        "o * np.tanh(c), c",
        "np.tanh(o * c), c",
        "h is o · tanh(c): the gate stands outside the tanh",
    ),
    "cell through tanh": (
        "f * c + i * np.tanh(g)",
        "np.tanh(f * c + i * np.tanh(g))",
        "the cell itself passes no tanh; only h does",
    ),
    "output gate for the input": (
        "o * np.tanh(c), c",
        "i * np.tanh(c), c",
        "h takes the output gate o",
    ),
    "gates in the order of Keras": (
        "i, f, g, o = np.split",
        "i, g, f, o = np.split",
        "the rows stand in the order i, f, g, o",
    ),
    "gates reversed": (
        "i, f, g, o = np.split",
        "o, g, f, i = np.split",
        "the rows stand in the order i, f, g, o",
    ),
    "input forgotten": (
        "x @ w_ih.T + h @ w_hh.T + b",
        "h @ w_hh.T + b",
        "the input x enters through w_ih",
    ),
    "gates add up": (
        "f * c + i * np.tanh(g)",
        "(f + i) * c + np.tanh(g)",
        "f multiplies the old cell, i the candidate",
    ),
    "bias twice": (
        "+ b, 4",
        "+ 2 * b, 4",
        "the bias is added once",
    ),
    "hard sigmoid": (
        "1 / (1 + np.exp(-a))",
        "np.clip(0.2 * a + 0.5, 0, 1)",
        "the gates are sigmoids, no straight lines",
    ),
    "sigmoid for the output": (
        "o * np.tanh(c), c",
        "o / (1 + np.exp(-c)), c",
        "h is o · tanh(c), no sigmoid of it",
    ),
    "forget gate opened by one": (
        ("i, f, o = (1 / (1 + np.exp(-a)) for a in (i, f, o))"),
        ("i, f, o = (1 / (1 + np.exp(-a)) for a in (i, f + 1, o))"),
        "a forget gate's bias of 1 is a start for training, and belongs into b: nothing is added here",
    ),
}
RIGHT["lstm_step"] = {
    "gate by gate": """
def lstm_step(x, h, c, w_ih, w_hh, b):
    k = h.shape[1]

    def part(q, squash):
        rows = slice(q * k, (q + 1) * k)
        return squash(x @ w_ih[rows].T + h @ w_hh[rows].T + b[rows])

    def sigmoid(a):
        return 0.5 * (1 + np.tanh(a / 2))

    new_c = part(1, sigmoid) * c + part(0, sigmoid) * part(2, np.tanh)
    return part(3, sigmoid) * np.tanh(new_c), new_c
""",
    "gates on an axis of their own": """
def lstm_step(x, h, c, w_ih, w_hh, b):
    a = np.concatenate([x, h], axis=1) @ np.concatenate([w_ih, w_hh], axis=1).T + b
    a = a.reshape(len(x), 4, -1)
    gates = 1 / (1 + np.exp(-a))
    c = gates[:, 1] * c + gates[:, 0] * np.tanh(a[:, 2])
    return [gates[:, 3] * np.tanh(c), c]
""",
}

WRONG["read_both_ways"] = {
    "padding overwritten": (
        "    def run(order, w_ih, w_hh, b):",
        "    x[~runs[:, :, 0]] = 0\n\n    def run(order, w_ih, w_hh, b):",
        "the padding of the caller's x is set to 0: leave the argument alone, the mask is enough",
    ),
    "state runs on through the padding": (
        "h = np.where(runs[t], np.tanh(x[t] @ w_ih.T + h @ w_hh.T + b), h)",
        "h = np.tanh(x[t] @ w_ih.T + h @ w_hh.T + b)",
        "the padding is read: forwards the state runs on behind the end, and the backward layer begins in the padding",
    ),
    "backwards begins in the padding": (
        "    there, last = run(range(len(x)), *ahead)\n    again, first = run(reversed(range(len(x))), *back)\n",
        "    there, last = run(range(len(x)), *ahead)\n    ends, runs = runs, np.ones_like(runs)\n"
        "    again, first = run(reversed(range(len(x))), *back)\n    again = np.where(ends, again, 0)\n",
        "the backward layer begins in the padding: it must begin at each sequence's own end",
    ),
    "backward states not turned round": (
        """
def read_both_ways(x, lengths, ahead, back):
    runs = (np.arange(len(x))[:, None] < np.asarray(lengths))[:, :, None]

    def run(order, w_ih, w_hh, b):
        h, states = np.zeros((x.shape[1], len(w_hh))), []
        for t in order:
            h = np.where(runs[t], np.tanh(x[t] @ w_ih.T + h @ w_hh.T + b), h)
            states.append(np.where(runs[t], h, 0))
        return np.stack(states), h

    there, last = run(range(len(x)), *ahead)
    again, first = run(reversed(range(len(x))), *back)
    return np.concatenate([there, again], axis=2), np.concatenate([last, first], axis=1)
""",
        "the backward states stand in the order in which they were made: turn them round, so that each is at its step",
    ),
    "state set to zero behind the end": (
        "np.tanh(x[t] @ w_ih.T + h @ w_hh.T + b), h)",
        "np.tanh(x[t] @ w_ih.T + h @ w_hh.T + b), 0)",
        "the last states of short sequences are 0: behind the end the state stays what it was, only the output is 0",
    ),
    "outputs not masked": (
        "states[t] = np.where(runs[t], h, 0)",
        "states[t] = h",
        "states are left standing behind the end: those that are returned are 0 there",
    ),
    "padding set to zero and read": (
        "h = np.where(runs[t], np.tanh(x[t] @ w_ih.T + h @ w_hh.T + b), h)",
        "h = np.tanh(np.where(runs[t], x[t], 0) @ w_ih.T + h @ w_hh.T + b)",
        "zeros are inputs too: the bias and the recurrent matrix still move the state",
    ),
    "end one step late": (
        "np.arange(len(x))[:, None] < np.asarray(lengths)",
        "np.arange(len(x))[:, None] <= np.asarray(lengths)",
        "a sequence of length 3 has steps 0, 1, 2: smaller than, not smaller or equal",
    ),
    "end one step early": (
        "np.arange(len(x))[:, None] < np.asarray(lengths)",
        "np.arange(len(x))[:, None] < np.maximum(1, np.asarray(lengths) - 1)",
        "the last real step of each sequence is treated as padding",
    ),
    "backwards forwards": (
        "again, first = run(reversed(range(len(x))), *back)",
        "again, first = run(range(len(x)), *back)",
        "the second layer must run from the end to the beginning",
    ),
    "same weights both ways": (
        "run(reversed(range(len(x))), *back)",
        "run(reversed(range(len(x))), *ahead)",
        "the backward layer uses the forward weights; it has its own, `back`",
    ),
    "backwards first": (
        "np.concatenate([there, again], axis=2)",
        "np.concatenate([again, there], axis=2)",
        "the forward states come first, the backward ones behind them",
    ),
    "added instead of side by side": (
        "np.concatenate([there, again], axis=2)",
        "there + again",
        "the two states stand side by side: 2k numbers",
    ),
    "backward state of the last step": (
        "np.concatenate([last, first], axis=1)",
        "np.concatenate([last, again[np.asarray(lengths) - 1, np.arange(x.shape[1])]], axis=1)",
        "the backward layer ends at the first step; at the last it has read one symbol only",
    ),
    "no tanh": (
        "np.tanh(x[t] @ w_ih.T + h @ w_hh.T + b)",
        "x[t] @ w_ih.T + h @ w_hh.T + b",
        "tanh is missing",
    ),
    "last states exchanged": (
        "np.concatenate([last, first], axis=1)",
        "np.concatenate([first, last], axis=1)",
        "the forward states come first, the backward ones behind them",
    ),
    "both by the weights of back": (
        "run(range(len(x)), *ahead)",
        "run(range(len(x)), *back)",
        "the forward layer has its own weights, `ahead`",
    ),
    "averaged": (
        "np.concatenate([there, again], axis=2)",
        "np.concatenate([there, again], axis=2) / 2",
        "the two states stand side by side as they are",
    ),
    "one step too few": (
        "np.arange(len(x))[:, None] < np.asarray(lengths)",
        "np.arange(len(x))[:, None] < np.asarray(lengths) - 1",
        "a sequence of length l has the steps 0 to l - 1: its last one is missing",
    ),
    "padding at the front": (
        "np.arange(len(x))[:, None] < np.asarray(lengths)",
        "np.arange(len(x))[::-1, None] < np.asarray(lengths)",
        "the sequences stand at the front; what follows is padding",
    ),
    "backward states not turned round, the last right": (
        (
            "def read_both_ways(x, lengths, ahead, back):\n"
            "    t, n, k = len(x), x.shape[1], len(ahead[2])\n"
            "    states, last = np.zeros((t, n, 2 * k)), np.zeros((n, 2 * k))\n"
            "    for i, length in enumerate(lengths):\n"
            "        for half, (order, (w_ih, w_hh, b)) in enumerate(((range(length), ahead), (range(length)[::-1], back))):\n"
            "            h, columns = np.zeros(k), slice(half * k, half * k + k)\n"
            "            for step, s in enumerate(order):\n"
            "                h = np.tanh(w_ih @ x[s, i] + w_hh @ h + b)\n"
            "                states[step, i, columns] = h\n"
            "            last[i, columns] = h\n"
            "    return states, last"
        ),
        "the backward layer's states stand in the order in which it ran: turn them round, so that each stands at the step it read",
    ),
    "forward end in the padding": (
        ("    there, last = run(range(len(x)), *ahead)"),
        (
            "    there, last = run(range(len(x)), *ahead)\n"
            "    last = np.zeros(last.shape)\n"
            "    for now in x:\n"
            "        last = np.tanh(now @ ahead[0].T + last @ ahead[1].T + ahead[2])"
        ),
        "the forward layer's last state is the one at each sequence's own end, not at the end of the array, behind the padding",
    ),
}
RIGHT["read_both_ways"] = {
    "sequence by sequence": """
def read_both_ways(x, lengths, ahead, back):
    t, n, _ = x.shape
    k = len(ahead[1])
    states, ends = np.zeros((t, n, 2 * k)), np.zeros((n, 2 * k))
    for row, length in enumerate(lengths):
        for part, weights in enumerate((ahead, back)):
            w_ih, w_hh, b = weights
            h = np.zeros(k)
            for step in range(length) if part == 0 else range(length - 1, -1, -1):
                h = np.tanh(w_ih @ x[step, row] + w_hh @ h + b)
                states[step, row, part * k : (part + 1) * k] = h
            ends[row, part * k : (part + 1) * k] = h
    return states, ends
""",
    "masks that multiply": """
def read_both_ways(x, lengths, ahead, back):
    mask = (np.arange(len(x)).reshape(-1, 1) < lengths).astype(float)[..., None]

    def one_way(x, mask, weights):
        w_ih, w_hh, b = weights
        h, seen = np.zeros((x.shape[1], w_hh.shape[0])), []
        for now, m in zip(x, mask):
            h = m * np.tanh(now @ w_ih.T + h @ w_hh.T + b) + (1 - m) * h
            seen.append(m * h)
        return np.stack(seen), h

    a, last = one_way(x, mask, ahead)
    z, first = one_way(x[::-1], mask[::-1], back)
    return np.dstack([a, z[::-1]]), np.hstack([last, first])
""",
}

WRONG["short_translator"] = {
    "targets not shifted": (
        "before = np.concatenate([start, targets[:, :-1]], axis=1)",
        "before = targets",
        "the decoder is shown the very symbol that it is asked for: shift by one, START in front",
    ),
    "no START": (
        "before = np.concatenate([start, targets[:, :-1]], axis=1)",
        "before = np.concatenate([targets[:, 1:], 0 * start], axis=1)",
        "shifted the wrong way: the decoder sees the symbol *after* the one it is asked for",
    ),
    "last symbol kept": (
        "before = np.concatenate([start, targets[:, :-1]], axis=1)",
        "before = np.concatenate([start, targets], axis=1)",
        "the decoder reads one symbol too many: the last of the target is asked for, never read",
    ),
    "starts with PAD": (
        "start = np.full((len(targets), 1), START)",
        "start = np.full((len(targets), 1), PAD)",
        "the first symbol that the decoder reads is START",
    ),
    "starts with END": (
        "start = np.full((len(targets), 1), START)",
        "start = np.full((len(targets), 1), END)",
        "the first symbol that the decoder reads is START, which is 1",
    ),
    "decoder starts from zero": (
        "self.writer(self.target(before), state)",
        "self.writer(self.target(before))",
        "the decoder starts from the encoder's last state; without it, it knows nothing of the source",
    ),
    "lengths forgotten": (
        "_, state = self.reader(self.source(sources), lengths=lengths)\n        start",
        "_, state = self.reader(self.source(sources))\n        start",
        "without lengths the state goes on through the padding of short sources",
    ),
    "source and target tables exchanged": (
        "self.target(before)",
        "self.source(before)",
        "targets have an embedding of their own, self.target",
    ),
    "encoder reads the table of the target": (
        "self.reader(self.source(sources), lengths=lengths)\n        start",
        "self.reader(self.target(sources), lengths=lengths)\n        start",
        "sources have an embedding of their own, self.source",
    ),
    "reader writes": (
        "states, _ = self.writer(self.target(before), state)",
        "states, _ = self.reader(self.target(before), state)",
        "self.reader writes the target; the decoder is self.writer",
    ),
    "softmax on top": (
        "return self.head(states)",
        "return F.softmax(self.head(states), -1)",
        "logits are asked for; the loss takes softmax itself",
    ),
    "states instead of logits": ("return self.head(states)", "return states", "the head is left out"),
    "free: state not carried over": (
        "states, state = self.writer(self.target(now), state)",
        "states, _ = self.writer(self.target(now), state)",
        "the decoder's state is thrown away after each symbol: keep it for the next",
    ),
    "free: always reads START": (
        "now = self.head(states).data.argmax(axis=-1)\n            out[running, t] = now[running, 0]\n            running &= now[:, 0] != END",
        "said = self.head(states).data.argmax(axis=-1)\n            out[running, t] = said[running, 0]\n            running &= said[:, 0] != END",
        "the decoder must read what it has written; yours reads START at every step",
    ),
    "free: begins with END": (
        "now, out = np.full((len(sources), 1), START)",
        "now, out = np.full((len(sources), 1), END)",
        "the first symbol that `translate` reads is END: it must be START",
    ),
    "free: begins with PAD": (
        "now, out = np.full((len(sources), 1), START)",
        "now, out = np.full((len(sources), 1), PAD)",
        "the first symbol that `translate` reads is PAD: it must be START",
    ),
    "free: goes on behind END": (
        "out[running, t] = now[running, 0]",
        "out[:, t] = now[:, 0]",
        "rows go on behind END: put PAD there",
    ),
    "free: END left out": (
        "out[running, t] = now[running, 0]\n            running &= now[:, 0] != END",
        "running &= now[:, 0] != END\n            out[running, t] = now[running, 0]",
        "END is missing from the rows: it belongs to them, only what follows is PAD",
    ),
    "free: all stop with the first": (
        "running &= now[:, 0] != END",
        "running &= bool((now[:, 0] != END).all())",
        "each row ends by itself; yours all stop when one does",
    ),
    "free: stops when all have ended, too short": (
        "        return out\n",
        "        return out[:, : max(1, int((out != PAD).sum(1).max()))]\n",
        "columns are missing: the array has `longest` of them, PAD included",
    ),
    "free: least likely": (
        "argmax(axis=-1)",
        "argmin(axis=-1)",
        "the least likely symbol is taken: the likeliest has the largest logit",
    ),
    "free: lengths forgotten": (
        "_, state = self.reader(self.source(sources), lengths=lengths)\n        now",
        "_, state = self.reader(self.source(sources))\n        now",
        "without lengths the state goes on through the padding of short sources",
    ),
    "free: START written too": (
        "        return out\n",
        "        return np.concatenate([np.full((len(out), 1), START), out[:, :-1]], axis=1)\n",
        "START is read by the decoder and is no part of what it writes",
    ),
    "targets turned round": (
        "targets[:, :-1]",
        "targets[:, ::-1][:, :-1]",
        "the writer reads the symbols before, in their order",
    ),
    "first symbol repeated": (
        "np.concatenate([start, targets[:, :-1]], axis=1)",
        "np.concatenate([targets[:, :1], targets[:, :-1]], axis=1)",
        "before the first symbol stands START; yours shows the writer its answer",
    ),
    "second likeliest": (
        "argmax(axis=-1)",
        "argsort(axis=-1)[..., -2]",
        "the likeliest symbol is taken",
    ),
    "one row decides": (
        "running &= now[:, 0] != END",
        "running &= now[0, 0] != END",
        "each row ends by its own END",
    ),
    "behind END again END": (
        """            out[running, t] = now[running, 0]
""",
        """            out[:, t] = np.where(running, now[:, 0], END)
""",
        "behind END stands PAD",
    ),
    "reads through `target`": (
        """self.source(sources), lengths=lengths)
        now""",
        """self.target(sources), lengths=lengths)
        now""",
        "sources go through the embedding `source`",
    ),
    "writes through `source`": (
        "self.writer(self.target(now), state)",
        "self.writer(self.source(now), state)",
        "what was written goes through the embedding `target`",
    ),
}
RIGHT["short_translator"] = {
    "one step at a time in both": """
class ShortTranslator(nn.Module):
    def __init__(self, symbols, hidden, *, rng):
        self.source, self.target = nn.Embedding(symbols, hidden, rng=rng), nn.Embedding(symbols, hidden, rng=rng)
        self.reader = nn.GRU(hidden, hidden, batch_first=True, rng=rng)
        self.writer = nn.GRU(hidden, hidden, batch_first=True, rng=rng)
        self.head = nn.Linear(hidden, symbols, rng=rng)

    def forward(self, sources, lengths, targets):
        state = self.reader(self.source(sources), None, lengths)[1]
        now, logits = np.full(len(targets), START), []
        for t in range(targets.shape[1]):
            states, state = self.writer(self.target(now[:, None]), state)
            logits.append(self.head(states[:, 0]))
            now = targets[:, t]
        return F.stack(logits, 1)

    def translate(self, sources, lengths, longest):
        with no_grad():
            state = self.reader(self.source(sources), None, lengths)[1]
            now, said = np.full((len(sources), 1), START), []
            while len(said) < longest:
                states, state = self.writer(self.target(now), state)
                now = np.argmax(self.head(states).data, axis=2)
                said.append(now)
        out = np.concatenate(said, axis=1)
        behind = np.cumsum(out == END, axis=1) - (out == END) > 0
        return np.where(behind, PAD, out)
""",
    "row by row": """
class ShortTranslator(nn.Module):
    def __init__(self, symbols, hidden, *, rng):
        self.source, self.target = nn.Embedding(symbols, hidden, rng=rng), nn.Embedding(symbols, hidden, rng=rng)
        self.reader = nn.GRU(hidden, hidden, batch_first=True, rng=rng)
        self.writer = nn.GRU(hidden, hidden, batch_first=True, rng=rng)
        self.head = nn.Linear(hidden, symbols, rng=rng)

    def forward(self, sources, lengths, targets):
        before = np.roll(targets, 1, axis=1)
        before[:, 0] = START
        return self.head(self.writer(self.target(before), self.reader(self.source(sources), lengths=lengths)[1])[0])

    def translate(self, sources, lengths, longest):
        rows = []
        for source, length in zip(sources, lengths):
            _, state = self.reader(self.source(source[None, :length]))
            row, now = [], START
            while len(row) < longest and now != END:
                states, state = self.writer(self.target(np.array([[now]])), state)
                now = int(self.head(states).data[0, 0].argmax())
                row.append(now)
            rows.append(row + [PAD] * (longest - len(row)))
        return np.array(rows)
""",
}

WRONG["text_streams"] = {
    "targets one larger": (
        "targets = symbols[1 : n * each + 1].reshape(n, each)",
        "targets = inputs + 1",
        "you add 1 to each symbol, which is right for a text that counts up; targets are the *next* symbols of the text",
    ),
    "still window after window": (
        """
def text_streams(symbols, n, window):
    batches = (len(symbols) - 1) // n // window
    inputs = symbols[: batches * n * window].reshape(n, batches, window)
    targets = symbols[1 : batches * n * window + 1].reshape(n, batches, window)
    return [(inputs[:, k], targets[:, k]) for k in range(batches)]
""",
        "each row goes on now, but rows have (len(symbols) - 1) // n symbols, and what is left over is dropped at the end"
        " of each row",
    ),
    "the given program": (
        """
def text_streams(symbols, n, window):
    batches = (len(symbols) - 1) // n // window
    inputs = symbols[: batches * n * window].reshape(batches, n, window)
    targets = symbols[1 : batches * n * window + 1].reshape(batches, n, window)
    return [(inputs[k], targets[k]) for k in range(batches)]
""",
        "row 0 of the second pair does not go on where row 0 of the first ended: that is the bug, and it is still there",
    ),
    "targets not shifted": (
        "symbols[1 : n * each + 1]",
        "symbols[: n * each]",
        "the targets are the inputs: they must be one symbol later",
    ),
    "targets of the row only": (
        "targets = symbols[1 : n * each + 1].reshape(n, each)",
        "targets = np.roll(inputs, -1, axis=1)",
        "the last target of a row is the first symbol of the next row in the text, not the first of its own",
    ),
    "interleaved": (
        "inputs = symbols[: n * each].reshape(n, each)\n    targets = symbols[1 : n * each + 1].reshape(n, each)",
        "inputs = symbols[: n * each].reshape(each, n).T\n    targets = symbols[1 : n * each + 1].reshape(each, n).T",
        "neighbours of the text stand below each other: each row must be a stretch of the text",
    ),
    "last window short": (
        "full = each // window * window",
        "full = each",
        "the rest behind the last full window is dropped, so that all windows are of one size",
    ),
    "one window too few": (
        "range(0, full, window)",
        "range(0, full - window, window)",
        "the last full window is missing from the list",
    ),
    "overlapping": (
        "range(0, full, window)",
        "range(0, each - window + 1)",
        "the windows overlap: their start must move by `window`",
    ),
    "no room for the last target": (
        "each = (len(symbols) - 1) // n\n",
        "each = len(symbols) // n - 1\n",
        "one symbol has to be left over for the last target, once in all and not once for each row",
    ),
    "time first": (
        "(inputs[:, s : s + window], targets[:, s : s + window])",
        "(inputs[:, s : s + window].T, targets[:, s : s + window].T)",
        "the arrays are (window, n), time first; asked is (n, window)",
    ),
    "pairs the other way round": (
        "(inputs[:, s : s + window], targets[:, s : s + window])",
        "(targets[:, s : s + window], inputs[:, s : s + window])",
        "targets come first in your pairs; inputs must",
    ),
    "windows one apart": (
        "range(0, full, window)",
        "range(0, full - window + 1)",
        "windows follow one another without overlap: the start moves by `window`",
    ),
    "all inputs, then all targets": (
        "return [(inputs[:, s : s + window], targets[:, s : s + window]) for s in range(0, full, window)]",
        "return [inputs[:, s : s + window] for s in range(0, full, window)], [targets[:, s : s + window] for s in range(0, full, window)]",
        "a list of pairs (inputs, targets) is asked",
    ),
    "rows taken in turn": (
        "targets = symbols[1 : n * each + 1].reshape(n, each)",
        """targets = symbols[2 : n * each + 2]
    targets = np.resize(targets, (n, each))""",
        "targets are the inputs *one* symbol later; yours are two later",
    ),
    "windows from the end": (
        "for s in range(0, full, window)]",
        "for s in reversed(range(0, full, window))]",
        "the windows come in the order of the text",
    ),
    "a window too few": (
        "full = each // window * window",
        "full = (each - 1) // window * window",
        "`each` inputs make each // window full windows; the target of the last one is there too",
    ),
    "first rows only": (
        "each = (len(symbols) - 1) // n",
        "each = min((len(symbols) - 1) // n, window)",
        "each row has all its windows, not the first one only",
    ),
    "targets within the window": (
        "targets[:, s : s + window])",
        "np.roll(inputs[:, s : s + window], -1, axis=1))",
        "the target of a window's last symbol is the text's next one, not the window's first",
    ),
    "row by row": (
        "return [(inputs[:, s : s + window], targets[:, s : s + window]) for s in range(0, full, window)]",
        "return [(inputs[r : r + 1, s : s + window], targets[r : r + 1, s : s + window]) for r in range(n) for s in range(0, full, window)]",
        "each pair holds all n rows side by side",
    ),
    "rows of len // n, the end met by the start": (
        (
            "    each = (len(symbols) - 1) // n\n"
            "    inputs = symbols[: n * each].reshape(n, each)\n"
            "    targets = symbols[1 : n * each + 1].reshape(n, each)"
        ),
        (
            "    each = len(symbols) // n\n"
            "    inputs = symbols[: n * each].reshape(n, each)\n"
            "    targets = np.roll(symbols, -1)[: n * each].reshape(n, each)"
        ),
        "the last input needs a target behind it: each row has (len(symbols) - 1) // n inputs",
    ),
}
RIGHT["text_streams"] = {
    "by index": """
def text_streams(symbols, n, window):
    per_row = (len(symbols) - 1) // n
    starts = per_row * np.arange(n)[:, None]
    pairs = []
    for first in range(0, per_row - window + 1, window):
        where = starts + first + np.arange(window)
        pairs.append((symbols[where], symbols[where + 1]))
    return pairs
""",
    "rows as a list": """
def text_streams(symbols, n, window):
    each = (len(symbols) - 1) // n
    rows = [symbols[r * each : (r + 1) * each + 1] for r in range(n)]
    found = []
    for k in range(each // window):
        piece = np.stack([row[k * window : (k + 1) * window + 1] for row in rows])
        found.append((piece[:, :-1], piece[:, 1:]))
    return found
""",
}

WRONG["draw_symbol"] = {
    "temperature ignored": (" / temperature\n", "\n", "the logits are divided by the temperature before softmax"),
    "multiplied by the temperature": (
        "keepdims=True)) / temperature",
        "keepdims=True)) * temperature",
        "divide by the temperature: above 1 it makes the probabilities more equal",
    ),
    "no branch for zero": (
        "    if temperature == 0:\n        return logits.argmax(axis=1)\n",
        "",
        "a division by the temperature 0: it needs a branch of its own, the likeliest symbol",
    ),
    "zero not treated": (
        "    if temperature == 0:\n        return logits.argmax(axis=1)\n",
        "    temperature = max(temperature, 1)\n",
        "temperature 0 is drawn like any other; it asks for the likeliest symbol",
    ),
    "overflow": (
        "(logits - logits.max(axis=1, keepdims=True)) / temperature",
        "logits / temperature",
        "the exponential of thousands is infinite: subtract the largest logit of each row first",
    ),
    "not added up to one": (
        "np.cumsum(p, axis=1) / p.sum(axis=1, keepdims=True)",
        "np.cumsum(p, axis=1)",
        "divide by the sum: probabilities add up to 1",
    ),
    "divided by the sum of all rows": (
        "p.sum(axis=1, keepdims=True)",
        "p.sum()",
        "you divided by the sum of all rows; each row adds up to 1 by itself",
    ),
    "own probability left out": (
        "cumulative = np.cumsum(p, axis=1) / p.sum(axis=1, keepdims=True)",
        "cumulative = (np.cumsum(p, axis=1) - p) / p.sum(axis=1, keepdims=True)",
        "the symbol's own probability is part of the sum that must exceed the uniform number",
    ),
    "the last below": (
        "(cumulative > uniforms[:, None]).argmax(axis=1)",
        "np.maximum((cumulative <= uniforms[:, None]).sum(axis=1) - 1, 0)",
        "one too low: the first whose sum *exceeds* the number, not the last that stays below",
    ),
    "from the other end": (
        "cumulative > uniforms[:, None]",
        "cumulative > 1 - uniforms[:, None]",
        "use the uniform number itself, not 1 minus it",
    ),
    "nearest": (
        "(cumulative > uniforms[:, None]).argmax(axis=1)",
        "np.abs(cumulative - uniforms[:, None]).argmin(axis=1)",
        "not the nearest sum: the first that exceeds the number",
    ),
    "one number for all": (
        "uniforms[:, None]",
        "uniforms[0]",
        "one uniform number serves all rows; each row has its own",
    ),
    "always the likeliest": (
        "    return (cumulative > uniforms[:, None]).argmax(axis=1)\n",
        "    return p.argmax(axis=1)\n",
        "only temperature 0 takes the likeliest; otherwise the uniform number decides",
    ),
    "probabilities compared": (
        "(cumulative > uniforms[:, None])",
        "(p / p.sum(axis=1, keepdims=True) > uniforms[:, None])",
        "compare the *cumulative* sums with the number",
    ),
    "in place": (
        "z = (logits - logits.max(axis=1, keepdims=True)) / temperature",
        "logits -= logits.max(axis=1, keepdims=True)\n    z = logits / temperature",
        "`-=` writes into the caller's logits",
    ),
    "draws of its own": (
        "return (cumulative > uniforms[:, None]).argmax(axis=1)",
        """rng = np.random.default_rng(0)
    return np.array([rng.choice(len(row), p=row) for row in p / p.sum(axis=1, keepdims=True)])""",
        "the uniform numbers are handed over: the answer depends on them alone",
    ),
    "cumulated down the rows": (
        "np.cumsum(p, axis=1)",
        "np.cumsum(p, axis=0)",
        "cumulate along each row, axis 1",
    ),
    "truth values": (
        "(cumulative > uniforms[:, None]).argmax(axis=1)",
        "(cumulative > uniforms[:, None])",
        "the *first* place that exceeds is asked: argmax of the truth values",
    ),
    "sorted probabilities": (
        "return (cumulative > uniforms[:, None]).argmax(axis=1)",
        "return np.array([np.searchsorted(np.sort(row), u) for row, u in zip(p / p.sum(axis=1, keepdims=True), uniforms)])",
        "the uniform number is compared with the cumulative probabilities, not with sorted ones",
    ),
    "largest index that fits": (
        "(cumulative > uniforms[:, None]).argmax(axis=1)",
        "(cumulative.shape[1] - 1 - (cumulative > uniforms[:, None])[:, ::-1].argmax(axis=1))",
        "the *first* symbol that exceeds is taken, not the last",
    ),
    "temperature squared": (
        """/ temperature
""",
        """/ temperature**2
""",
        "divide by the temperature itself",
    ),
    "likeliest by magnitude": (
        "return logits.argmax(axis=1)",
        "return np.abs(logits).argmax(axis=1)",
        "the likeliest has the largest logit, not the largest magnitude",
    ),
    "floats": (
        "return (cumulative > uniforms[:, None]).argmax(axis=1)",
        "return (cumulative > uniforms[:, None]).argmax(axis=1).astype(float)",
        "symbols are integers",
    ),
    "likeliest first": (
        (
            "    cumulative = np.cumsum(p, axis=1) / p.sum(axis=1, keepdims=True)\n"
            "    return (cumulative > uniforms[:, None]).argmax(axis=1)"
        ),
        (
            "    order = np.argsort(-p, axis=1)\n"
            "    cumulative = np.cumsum(np.take_along_axis(p, order, axis=1), axis=1) / p.sum(axis=1, keepdims=True)\n"
            "    return order[np.arange(len(p)), (cumulative > uniforms[:, None]).argmax(axis=1)]"
        ),
        "the symbols stay in their own order: here the likeliest was put first, as for top-p sampling",
    ),
}
RIGHT["draw_symbol"] = {
    "searchsorted": """
def draw_symbol(logits, temperature, uniforms):
    drawn = []
    for row, u in zip(logits, uniforms):
        if temperature == 0:
            drawn.append(int(np.argmax(row)))
            continue
        p = np.exp((row - row.max()) / temperature)
        drawn.append(int(np.searchsorted(np.cumsum(p / p.sum()), u, side="right")))
    return np.array(drawn)
""",
    "counting": """
def draw_symbol(logits, temperature, uniforms):
    if not temperature:
        return np.argmax(logits, axis=-1)
    p = np.exp(logits / temperature - (logits / temperature).max(-1, keepdims=True))
    p = p / p.sum(-1, keepdims=True)
    return (np.cumsum(p, -1) <= uniforms.reshape(-1, 1)).sum(-1)
""",
}

WRONG["attend"] = {
    "not divided": (
        " / np.sqrt(query.shape[1])",
        "",
        "the division by the root of d is missing",
    ),
    "divided by d": ("np.sqrt(query.shape[1])", "query.shape[1]", "you divided by d; divide by its *root*"),
    "divided by the root of the places": (
        "np.sqrt(query.shape[1])",
        "np.sqrt(keys.shape[1])",
        "d is the number of features, the last axis; you took the number of places",
    ),
    "every query with the first keys": (
        'np.einsum("nd,nsd->ns", query, keys)',
        "query @ keys[0].T",
        "every query meets the keys of row 0; each row has keys of its own",
    ),
    "cosine": (
        "/ np.sqrt(query.shape[1])",
        "/ (np.linalg.norm(query, axis=1)[:, None] * np.linalg.norm(keys, axis=2))",
        "that is the cosine; here products are divided by the root of d only",
    ),
    "no tanh": (
        "np.tanh((query @ w_q.T)[:, None, :] + keys @ w_k.T)",
        "(query @ w_q.T)[:, None, :] + keys @ w_k.T",
        "without tanh the query adds the same to every place, and softmax does not notice it",
    ),
    "tanh of each by itself": (
        "np.tanh((query @ w_q.T)[:, None, :] + keys @ w_k.T)",
        "np.tanh(query @ w_q.T)[:, None, :] + np.tanh(keys @ w_k.T)",
        "tanh is taken of each by itself; it goes over the sum of both",
    ),
    "product inside tanh": (
        "(query @ w_q.T)[:, None, :] + keys @ w_k.T",
        "(query @ w_q.T)[:, None, :] * (keys @ w_k.T)",
        "query and key are multiplied; additive attention adds them",
    ),
    "matrices exchanged": (
        "np.tanh((query @ w_q.T)[:, None, :] + keys @ w_k.T)",
        "np.tanh((query @ w_k.T)[:, None, :] + keys @ w_q.T)",
        "the matrices are exchanged: w_q is for the query and w_k for the keys",
    ),
    "v not used": ("return hidden @ v", "return hidden.sum(axis=2)", "the hidden numbers are weighted by v"),
    "query left out": (
        "np.tanh((query @ w_q.T)[:, None, :] + keys @ w_k.T)",
        "np.tanh(keys @ w_k.T)",
        "the query is left out",
    ),
    "mask ignored": (
        "scores = np.where(seen, scores, -np.inf)\n",
        "scores = scores + 0\n",
        "the lengths have no effect: padding must have the weight 0",
    ),
    "weights cut off after softmax": (
        "    scores = np.where(seen, scores, -np.inf)\n"
        "    weights = np.exp(scores - scores.max(axis=1, keepdims=True))\n"
        "    weights = weights / weights.sum(axis=1, keepdims=True)\n",
        "    weights = np.exp(scores - scores.max(axis=1, keepdims=True))\n"
        "    weights = np.where(seen, weights / weights.sum(axis=1, keepdims=True), 0)\n",
        "masked after softmax the weights no longer add up to 1: mask the scores, before",
    ),
    "END masked too": (
        "seen = np.arange(scores.shape[1]) < np.asarray(lengths)[:, None]",
        "seen = np.arange(scores.shape[1]) < np.asarray(lengths)[:, None] - 1\n    seen[:, 0] = True",
        "the last real place, END, is masked with the padding: all of the first `lengths[i]` places may be looked at",
    ),
    "unequal instead of smaller": (
        "np.arange(scores.shape[1]) < np.asarray(lengths)[:, None]",
        "np.arange(scores.shape[1]) != np.asarray(lengths)[:, None]",
        "only the first place behind the end is masked: the mask needs `<`, not `!=`",
    ),
    "mask of -100": (
        "np.where(seen, scores, -np.inf)",
        "np.where(seen, scores, -100.0)",
        "a number such as -100 or -1 000 is no mask where scores are below it, as -2 500: use minus infinity",
    ),
    "scores of zero": (
        "np.where(seen, scores, -np.inf)",
        "np.where(seen, scores, 0)",
        "a score of 0 still has a weight: the exponential of 0 is 1. Minus infinity is what gives 0",
    ),
    "one place too many": (
        "np.arange(scores.shape[1]) < np.asarray(lengths)[:, None]",
        "np.arange(scores.shape[1]) <= np.asarray(lengths)[:, None]",
        "one place behind the end is looked at too: length 2 means places 0 and 1",
    ),
    "softmax over the batch": (
        "weights / weights.sum(axis=1, keepdims=True)",
        "weights / weights.sum(axis=0, keepdims=True)",
        "softmax runs over the batch; it goes over the places of each row, axis 1",
    ),
    "overflow": (
        "np.exp(scores - scores.max(axis=1, keepdims=True))",
        "np.exp(scores)",
        "the exponential of thousands overflows, or vanishes in every place: subtract the largest score of each row first",
    ),
    "hard choice": (
        "    weights = weights / weights.sum(axis=1, keepdims=True)\n",
        "    weights = np.eye(scores.shape[1])[weights.argmax(axis=1)]\n",
        "attention mixes all places by their weights; it does not pick one",
    ),
    "plain mean": (
        'return np.einsum("ns,nsm->nm", weights, values), weights',
        "return values.mean(axis=1), weights",
        "the context is a plain mean of all places; it must be the weighted one",
    ),
    "weights only": (
        'return np.einsum("ns,nsm->nm", weights, values), weights',
        'return weights, np.einsum("ns,nsm->nm", weights, values)',
        "asked is (context, weights), in this order",
    ),
    "divided by the length": (
        'np.einsum("ns,nsm->nm", weights, values), weights',
        'np.einsum("ns,nsm->nm", weights, values) / np.asarray(lengths)[:, None], weights',
        "the weights add up to 1 already: do not divide again",
    ),
    "in place": (
        "scores = np.where(seen, scores, -np.inf)",
        "scores[~seen] = -np.inf",
        "`scores[...] =` writes into the caller's scores",
    ),
    "a small penalty for the mask": (
        "np.where(seen, scores, -np.inf)",
        "scores - 1e3 * ~seen",
        "scores may be in the thousands: less 1000 hides nothing; take -inf",
    ),
    "scores in place of weights": (
        'np.einsum("ns,nsm->nm", weights, values), weights',
        'np.einsum("ns,nsm->nm", np.where(seen, scores, 0), values), weights',
        "the context weighs the values by the weights, not by the scores",
    ),
    "mask from the end": (
        "np.arange(scores.shape[1]) <",
        "np.arange(scores.shape[1])[::-1] <",
        "the *first* lengths[i] places count; yours are the last",
    ),
    "softmax over the rows of the batch": (
        "weights / weights.sum(axis=1, keepdims=True)",
        "weights / weights.sum()",
        "each row of weights sums to 1: divide by the row's own sum",
    ),
    "context of all places": (
        'np.einsum("ns,nsm->nm", weights, values), weights',
        'np.einsum("ns,nsm->nm", np.exp(weights) / np.exp(weights).sum(axis=1, keepdims=True), values), weights',
        "the weights are a softmax already: not twice",
    ),
    "likeliest place": (
        'np.einsum("ns,nsm->nm", weights, values), weights',
        "values[np.arange(len(values)), weights.argmax(axis=1)], weights",
        "all places count by their weights, not the heaviest alone",
    ),
    "largest score of all": (
        "scores.max(axis=1, keepdims=True)",
        "scores.max()",
        "each row loses its own largest score: the largest of all lets other rows underflow",
    ),
    "multiplied by the root": (
        "/ np.sqrt(query.shape[1])",
        "* np.sqrt(query.shape[1])",
        "divide by the root of d",
    ),
    "distances": (
        'np.einsum("nd,nsd->ns", query, keys) /',
        "-((query[:, None] - keys) ** 2).sum(axis=2) /",
        "a dot product is asked, no distance",
    ),
    "tanh of the score": (
        "return hidden @ v",
        "return np.tanh(hidden @ v)",
        "the tanh is inside, before v",
    ),
    "keys of one sequence": (
        "+ keys @ w_k.T",
        "+ keys[:1] @ w_k.T",
        "each query looks at its own keys",
    ),
    "mask of one length for all": (
        "np.asarray(lengths)[:, None]",
        "np.max(lengths)",
        "each row has its own length",
    ),
    "hidden places by zero weight only": (
        "np.where(seen, scores, -np.inf)",
        "np.where(seen, scores, scores.min())",
        "the smallest score still has a weight: hidden places get -inf",
    ),
    "v forgotten": (
        "return hidden @ v",
        "return hidden.mean(axis=2)",
        "the hidden numbers are weighed by v",
    ),
}
RIGHT["attend"] = {
    "matrix products": """
def dot_scores(query, keys):
    return (keys @ query[:, :, None])[:, :, 0] / query.shape[-1] ** 0.5


def additive_scores(query, keys, w_q, w_k, v):
    mixed = np.einsum("ad,nd->na", w_q, query)[:, np.newaxis] + np.einsum("ae,nse->nsa", w_k, keys)
    return (np.tanh(mixed) * v).sum(axis=-1)


def attend(scores, values, lengths):
    behind = np.arange(scores.shape[1])[None] >= np.array(lengths)[:, None]
    z = scores - np.where(behind, -1e30, scores).max(1, keepdims=True)
    weights = np.exp(np.where(behind, -1e9, z))
    weights /= weights.sum(1)[:, None]
    return (weights[:, None] @ values)[:, 0], weights
""",
    "row by row": """
def dot_scores(query, keys):
    return np.array([k @ q for q, k in zip(query, keys)]) * query.shape[1] ** -0.5


def additive_scores(query, keys, w_q, w_k, v):
    return np.array([[v @ np.tanh(w_q @ q + w_k @ key) for key in ks] for q, ks in zip(query, keys)])


def attend(scores, values, lengths):
    weights = np.zeros(scores.shape)
    for i, length in enumerate(lengths):
        e = np.exp(scores[i, :length] - scores[i, :length].max())
        weights[i, :length] = e / e.sum()
    return np.array([w @ v for w, v in zip(weights, values)]), weights
""",
}

WRONG["curve_faults"] = {
    "in place": (
        "z = logits - logits.max(axis=2, keepdims=True)",
        "logits -= logits.max(axis=2, keepdims=True)\n    z = logits",
        "`-=` writes into the caller's logits",
    ),
    "A and C exchanged": (
        '"A": "targets not shifted", "B": "rate too high", "C": "padding counted"',
        '"A": "padding counted", "B": "rate too high", "C": "targets not shifted"',
        "A and C are exchanged: padding is only a part of the symbols, so that it cannot bring the mean to 0",
    ),
    "B and D exchanged": (
        '"B": "rate too high", "C": "padding counted", "D": "rate too low"',
        '"B": "rate too low", "C": "padding counted", "D": "rate too high"',
        "B and D are exchanged: a smooth, slow curve means small steps, a restless one large steps",
    ),
    "padding for the restless one": (
        '"B": "rate too high", "C": "padding counted"',
        '"B": "padding counted", "C": "rate too high"',
        "B and C are exchanged: counting padding moves the curve down, it does not make it restless",
    ),
    "D not shifted": (
        '"A": "targets not shifted", "B": "rate too high", "C": "padding counted", "D": "rate too low"',
        '"A": "rate too low", "B": "rate too high", "C": "padding counted", "D": "targets not shifted"',
        "A and D are exchanged: which of the two could a network reach that copies its input?",
    ),
    "padding still counted": (
        "of_target[targets != PAD].mean()",
        "of_target.mean()",
        "the mean still goes over the padding",
    ),
    "padding as zeros in the mean": (
        "of_target[targets != PAD].mean()",
        "(of_target * (targets != PAD)).mean()",
        "the sum leaves the padding out, but you still divide by all places",
    ),
    "mean of the rows' means": (
        "of_target[targets != PAD].mean()",
        "np.mean([row[t != PAD].mean() for row, t in zip(of_target, targets)])",
        "every letter counts alike: one mean over all letters, not a mean of the rows' means",
    ),
    "nats": (" / np.log(2))", ")", "bits are logarithms to base 2: divide by ln 2"),
    "sign": ("float(-of_target", "float(of_target", "the sign: bits are positive"),
    "base ten": ("/ np.log(2)", "/ np.log(10)", "bits are logarithms to base 2, not 10"),
    "no softmax": (
        "logs = z - np.log(np.exp(z).sum(axis=2, keepdims=True))",
        "logs = z",
        "logits are not logarithms of probabilities: take softmax",
    ),
    "overflow": (
        "z = logits - logits.max(axis=2, keepdims=True)",
        "z = logits",
        "the exponential of large logits is infinite: subtract the largest of each place first",
    ),
    "log of softmax that has become zero": (
        "logs = z - np.log(np.exp(z).sum(axis=2, keepdims=True))",
        "logs = np.log(np.exp(z) / np.exp(z).sum(axis=2, keepdims=True) + 1e-9)",
        "a tiny number inside the logarithm hides how wrong a sure answer is: subtract the log of the sum instead",
    ),
    "softmax over the steps": (
        "logs = z - np.log(np.exp(z).sum(axis=2, keepdims=True))",
        "logs = z - np.log(np.exp(z).sum(axis=1, keepdims=True))",
        "softmax runs over the steps; it goes over the symbols, the last axis",
    ),
    "symbol 0 taken out of the classes": (
        "z = logits - logits.max(axis=2, keepdims=True)",
        "z = np.where(np.arange(logits.shape[2]) == PAD, -1e9, logits)\n    z = z - z.max(axis=2, keepdims=True)",
        "PAD was taken out of softmax; it stays there as a symbol, only places with the target PAD are left out",
    ),
    "sum": (
        "of_target[targets != PAD].mean()",
        "of_target[targets != PAD].sum()",
        "that is the sum; the mean is asked for",
    ),
    "END left out": (
        "targets != PAD",
        "targets > END",
        "START and END are left out as well; only PAD is",
    ),
    "perplexity": (
        "return float(-of_target[targets != PAD].mean() / np.log(2))",
        "return float(2 ** (-of_target[targets != PAD].mean() / np.log(2)))",
        "2 to the power of the bits is the perplexity; the bits are asked",
    ),
    "sums of the rows averaged": (
        "of_target[targets != PAD].mean()",
        "(of_target * (targets != PAD)).sum(axis=1).mean()",
        "every letter counts alike: the mean over all targets that are not PAD, not of the rows' sums",
    ),
    "two logarithms mixed": (
        '''faults = {"A": "targets not shifted", "B": "rate too high", "C": "padding counted", "D": "rate too low"}


def honest_bits(logits, targets):
    """Mean bits of logits (n, t, v) over the targets (n, t) that are not PAD."""
    z = logits - logits.max(axis=2, keepdims=True)
    logs = z - np.log2(np.exp(z).sum(axis=2, keepdims=True))
    of_target = np.take_along_axis(logs, targets[:, :, None], axis=2)[:, :, 0]
    return float(-of_target[targets != PAD].mean())
''',
        "nats are divided by ln 2 once, at the end; log2 of a sum of e-powers mixes two bases",
    ),
    "C and D exchanged": (
        '"C": "padding counted", "D": "rate too low"',
        '"D": "padding counted", "C": "rate too low"',
        "counting the padding makes a loss that looks too good from the start; too low a rate makes it fall slowly",
    ),
    "median": (
        "of_target[targets != PAD].mean()",
        "np.median(of_target[targets != PAD])",
        "the mean is asked, not the median",
    ),
    "rows that are full": (
        "of_target[targets != PAD].mean()",
        "of_target[(targets != PAD).all(axis=1)].mean()",
        "every target that is not PAD counts, also in shorter rows",
    ),
    "PAD only": (
        "targets != PAD",
        "targets == PAD",
        "the targets that are *not* PAD count",
    ),
    "largest logit": (
        "np.take_along_axis(logs, targets[:, :, None], axis=2)[:, :, 0]",
        "logs.max(axis=2)",
        "the probability of the target counts, not the largest",
    ),
    "logits for logarithms": (
        "np.take_along_axis(logs, targets[:, :, None], axis=2)[:, :, 0]",
        "np.take_along_axis(logits, targets[:, :, None], axis=2)[:, :, 0]",
        "logits become log probabilities first",
    ),
    "targets moved by one": (
        "targets[:, :, None], axis=2)",
        "np.roll(targets, -1, axis=1)[:, :, None], axis=2)",
        "logits and targets belong together as they are; nothing is shifted here",
    ),
    "all probabilities": (
        "of_target[targets != PAD].mean()",
        "logs[targets != PAD].mean()",
        "only the target's own probability counts",
    ),
    "entropy": (
        "-of_target[targets != PAD].mean()",
        "-(np.exp(logs) * logs).sum(axis=2)[targets != PAD].mean()",
        "that is the entropy of the predictions; the bits are those of the targets",
    ),
    "multiplied by ln 2": (
        ("/ np.log(2))"),
        ("* np.log(2))"),
        "bits are logarithms to base 2: divide by ln 2, do not multiply",
    ),
}
RIGHT["curve_faults"] = {
    "place by place": """
faults = dict(zip("ABCD", ["targets not shifted", "rate too high", "padding counted", "rate too low"]))


def honest_bits(logits, targets):
    total, count = 0.0, 0
    for row, goals in zip(logits, targets):
        for z, goal in zip(row, goals):
            if goal != PAD:
                total += np.logaddexp.reduce(z) - z[goal]
                count += 1
    return float(total / count / np.log(2))
""",
    "flat first": """
faults = {}
faults["D"] = "rate too low"
faults["A"] = "targets not shifted"
faults["C"] = "padding counted"
faults["B"] = "rate too high"


def honest_bits(logits, targets):
    keep = targets.ravel() != PAD
    z, goals = logits.reshape(-1, logits.shape[-1])[keep], targets.ravel()[keep]
    z = z - z.max(1)[:, None]
    return float(np.mean(np.log2(np.exp(z).sum(1)) - z[np.arange(len(z)), goals] / np.log(2)))
""",
}

WRONG["open_gestures"] = {
    "not trained": (
        "steps=110",
        "steps=0",
        "the network has not learned anything: train it in this cell",
    ),
    "trained too short": (
        "steps=110",
        "steps=2",
        "two steps teach it next to nothing: use the two seconds that you have",
    ),
    "rate too high": (
        "rate=0.03",
        "rate=5.0",
        "the learning rate throws the weights about: look at the loss while it trains",
    ),
    "state runs on through the padding": (
        "reader(Tensor(both), lengths=lengths)[1][0]",
        "reader(Tensor(both))[1][0]",
        "the last state has read the padding: pass the lengths",
    ),
    "mean of the places": (
        "return head(reader(Tensor(both), lengths=lengths)[1][0])",
        "places = both.sum(axis=1) / np.asarray(lengths)[:, None]\n"
        "    return head(F.cat([Tensor(places.astype(np.float32))] * 5, -1))",
        "a mean over the steps does not know their order: raise and lower, and the two circles, look alike",
    ),
    "one class for all": (
        "return gesture_logits(x, lengths).data.argmax(axis=1)",
        "return np.full(len(x), 2)",
        "every path gets the same class",
    ),
    "logits returned": (
        "return gesture_logits(x, lengths).data.argmax(axis=1)",
        "return gesture_logits(x, lengths).data",
        "six logits are returned for each path: take the number of the largest, so that the shape is (n,)",
    ),
    "argmin": (
        "return gesture_logits(x, lengths).data.argmax(axis=1)",
        "return gesture_logits(x, lengths).data.argmin(axis=1)",
        "the likeliest class has the *largest* logit",
    ),
    "time turned round when used": (
        "return gesture_logits(x, lengths).data.argmax(axis=1)",
        "return gesture_logits(x[:, ::-1], lengths).data.argmax(axis=1)",
        "what is read in use must lie as it did in training: yours is reversed in time",
    ),
    "too many weights": (
        "nn.GRU(4, 20, batch_first=True, rng=rng), nn.Linear(20, 6, rng=rng)",
        "nn.GRU(4, 28, batch_first=True, rng=rng), nn.Linear(28, 6, rng=rng)",
        "more weights than the budget of 2 500",
    ),
    "classes as words": (
        "return gesture_logits(x, lengths).data.argmax(axis=1)",
        "return [sequences.GESTURES[k] for k in gesture_logits(x, lengths).data.argmax(axis=1)]",
        "class numbers from 0 to 5 are asked for, neither names nor other numbers",
    ),
}
RIGHT["open_gestures"] = {
    "convolution over time": (
        """rng = np.random.default_rng(0)
reader, head = nn.GRU(4, 20, batch_first=True, rng=rng), nn.Linear(20, 6, rng=rng)
weights = [*reader.parameters(), *head.parameters()]
gesture_weights = sum(p.data.size for p in weights)


def gesture_logits(x, lengths):
    moves = np.diff(x, axis=1, prepend=x[:, :1])
    both = np.concatenate([x, 3 * moves], axis=2).astype(np.float32)
    return head(reader(Tensor(both), lengths=lengths)[1][0])


def read_gestures(x, lengths):
    return gesture_logits(x, lengths).data.argmax(axis=1)


fit_gestures(gesture_logits, weights, steps=110, rate=0.03, rng=rng)""",
        """rng = np.random.default_rng(1)
first, second = nn.Conv1d(3, 16, 7, padding=3, rng=rng), nn.Conv1d(16, 16, 5, padding=2, rng=rng)
head = nn.Linear(32, 6, rng=rng)
weights = [p for part in (first, second, head) for p in part.parameters()]
gesture_weights = int(sum(p.data.size for p in weights))


def features_of(x, lengths):
    x = np.asarray(x, dtype=np.float32)
    real = (np.arange(x.shape[1]) < np.asarray(lengths)[:, None])[:, :, None]
    centre = x.sum(axis=1, keepdims=True) / np.asarray(lengths)[:, None, None]
    x = np.where(real, x - centre, 0)
    return np.concatenate([x, real], axis=2).transpose(0, 2, 1).astype(np.float32)


def scores_of(x, lengths):
    h = F.relu(second(F.relu(first(Tensor(features_of(x, lengths))))))
    half = h.shape[2] // 2
    return head(F.cat([h.amax(2), h.mean(2)], 1))


def read_gestures(x, lengths):
    return np.argmax(scores_of(x, lengths).data, axis=1)


fit_gestures(scores_of, weights, steps=150, rate=0.02, rng=rng)""",
    ),
    "an LSTM and a loop of its own": (
        """rng = np.random.default_rng(0)
reader, head = nn.GRU(4, 20, batch_first=True, rng=rng), nn.Linear(20, 6, rng=rng)
weights = [*reader.parameters(), *head.parameters()]
gesture_weights = sum(p.data.size for p in weights)


def gesture_logits(x, lengths):
    moves = np.diff(x, axis=1, prepend=x[:, :1])
    both = np.concatenate([x, 3 * moves], axis=2).astype(np.float32)
    return head(reader(Tensor(both), lengths=lengths)[1][0])


def read_gestures(x, lengths):
    return gesture_logits(x, lengths).data.argmax(axis=1)


fit_gestures(gesture_logits, weights, steps=110, rate=0.03, rng=rng)""",
        """rng = np.random.default_rng(2)
net, out = nn.LSTM(4, 16, batch_first=True, rng=rng), nn.Linear(16, 6, rng=rng)
params = [*net.parameters(), *out.parameters()]
gesture_weights = sum(int(np.prod(p.shape)) for p in params)


def scores(x, lengths):
    both = np.concatenate([x, np.diff(x, axis=1, prepend=x[:, :1]) * 3], axis=2).astype(np.float32)
    _, (h, c) = net(Tensor(both), lengths=lengths)
    return out(h[0])


optimizer = optim.Adam(params, lr=0.03)
for step in range(140):
    x, lengths, labels = sequences.gestures(40, rng=rng)
    loss = F.cross_entropy(scores(x, lengths), labels)
    optimizer.zero_grad()
    loss.backward()
    optim.clip_grad_norm_(params, 1.0)
    optimizer.lr = 0.03 * (1 - step / 140)
    optimizer.step()


def read_gestures(x, lengths):
    with no_grad():
        return scores(x, lengths).data.argmax(1)""",
    ),
}
