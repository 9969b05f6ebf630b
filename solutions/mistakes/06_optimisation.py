"""Lesson 06, Optimisation: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["minibatches"] = {
    "not shuffled": (
        "order = rng.permutation(len(x))",
        "order = np.arange(len(x))",
        "the samples come in their old order; shuffle them anew in every epoch",
    ),
    "shuffled once for ever": (
        "rng.permutation(len(x))",
        "np.random.default_rng(0).permutation(len(x))",
        "you made a generator of your own: every epoch gets the same order; use the rng that came in",
    ),
    "with replacement": (
        "rng.permutation(len(x))",
        "rng.integers(len(x), size=len(x))",
        "this draws with replacement: some samples come twice and others never; use a permutation",
    ),
    "a fresh draw for every batch": (
        "rows = order[first : first + size]",
        "rows = rng.permutation(len(x))[:size]",
        "each batch was drawn afresh, so a sample may come twice in an epoch; draw one permutation and cut it",
    ),
    "labels left behind": (
        "t[rows]",
        "t[first : first + size]",
        "x was shuffled and t was not: the labels belong to other samples now",
    ),
    "labels shuffled apart": (
        "def minibatches(x, t, size, rng):\n    x, t = x[rng.permutation(len(x))], t[rng.permutation(len(t))]\n"
        "    for first in range(0, len(x), size):\n        yield x[first : first + size], t[first : first + size]",
        "x and t were shuffled by two different draws; one permutation must serve both",
    ),
    "the rest dropped": (
        "range(0, len(x), size)",
        "range(0, len(x) - size + 1, size)",
        "the last, smaller batch is missing: its samples are never seen in this epoch",
    ),
    "the rest filled up": (
        "rows = order[first : first + size]",
        "rows = order[np.arange(first, first + size) % len(x)]",
        "the last batch was filled up from the start: those samples come twice in the epoch",
    ),
    "an empty batch": (
        "range(0, len(x), size)",
        "range(0, len(x) + 1, size)",
        "when size divides n an empty batch comes last, and its mean is not a number",
    ),
    "batches of equal size": (
        "def minibatches(x, t, size, rng):\n    pieces = np.array_split(rng.permutation(len(x)), -(-len(x) // size))\n"
        "    return [(x[rows], t[rows]) for rows in pieces]",
        "these batches are evened out; asked are `size` samples each, and only the last may be smaller",
    ),
    "dealt in turn": (
        "def minibatches(x, t, size, rng):\n    order, many = rng.permutation(len(x)), -(-len(x) // size)\n"
        "    return [(x[order[k::many]], t[order[k::many]]) for k in range(many)]",
        "the batches take every k-th entry of the permutation; asked are neighbouring pieces",
    ),
    "sorted inside of a batch": (
        "order[first : first + size]",
        "np.sort(order[first : first + size])",
        "the rows of a batch were sorted; keep the order of the permutation",
    ),
    "shuffles the data itself": (
        "def minibatches(x, t, size, rng):\n    order = rng.permutation(len(x))\n    x[:], t[:] = x[order], t[order]\n"
        "    return [(x[k : k + size].copy(), t[k : k + size].copy()) for k in range(0, len(x), size)]",
        "x and t themselves were changed; take rows with x[rows], which makes a copy",
    ),
    "only one batch": (
        "        yield x[rows], t[rows]\n",
        "        yield x[rows], t[rows]\n        return\n",
        "the epoch ends after its first batch",
    ),
}
RIGHT["minibatches"] = {
    "np.split": (
        "def minibatches(x, t, size, rng):\n    order = rng.permutation(len(t))\n"
        "    pieces = np.split(order, range(size, len(t), size))\n    return [(x[rows], t[rows]) for rows in pieces]"
    ),
    "shuffled copies": (
        "def minibatches(x, t, size, rng):\n    order = rng.permutation(t.shape[0])\n    x, t = x[order], t[order]\n"
        "    while len(t):\n        yield [x[:size], t[:size]]\n        x, t = x[size:], t[size:]"
    ),
}

WRONG["sgd_epoch"] = {
    "sum instead of mean": (
        ".mean(axis=0)",
        ".sum(axis=0)",
        "this is the sum over the batch: the step grows with the batch size; divide by the number of samples",
    ),
    "gradient at the start": (
        "gradients(path[-1], x, t)",
        "gradients(w, x, t)",
        "every gradient was taken at the first weights; take it at the newest",
    ),
    "every step from the start": (
        "path.append(path[-1] - lr * g)",
        "path.append(w - lr * g)",
        "every step sets out from the first weights again; go on from the newest",
    ),
    "uphill": ("path[-1] - lr * g", "path[-1] + lr * g", "this goes uphill: step against the gradient"),
    "divided by the first batch": (
        "def sgd_epoch(w, batches, gradients, lr):\n    path, n = [w], None\n    for x, t in batches:\n"
        "        n = n or len(x)\n        path.append(path[-1] - lr * gradients(path[-1], x, t).sum(axis=0) / n)\n"
        "    return np.array(path)",
        "the last batch may be smaller: divide by the size of the batch at hand",
    ),
    "start left out": ("return np.array(path)", "return np.array(path[1:])", "the weights at the start come first"),
    "only the end": ("return np.array(path)", "return path[-1]", "asked is the whole path, not only where it ends"),
    "one number for all weights": (
        ".mean(axis=0)",
        ".mean()",
        "the mean ran over samples and weights; only the samples are averaged, axis 0",
    ),
    "mean over the weights": (
        "gradients(path[-1], x, t).mean(axis=0)",
        "np.resize(gradients(path[-1], x, t).mean(axis=1), len(w))",
        "axis 1 runs over the weights; average over the samples, axis 0",
    ),
    "sample by sample": (
        "def sgd_epoch(w, batches, gradients, lr):\n    path = [w]\n    for x, t in batches:\n        new = path[-1]\n"
        "        for k in range(len(x)):\n            new = new - lr / len(x) * gradients(new, x[k : k + 1], t[k : k + 1])[0]\n"
        "        path.append(new)\n    return np.array(path)",
        "inside of a batch the weights moved already; all samples of a batch are asked at the same weights",
    ),
    "w moves in place": (
        "def sgd_epoch(w, batches, gradients, lr):\n    path = [w]\n    for x, t in batches:\n"
        "        w -= lr * gradients(w, x, t).mean(axis=0)\n        path.append(w)\n    return np.array(path)",
        "`-=` changes the caller's w, and the list holds the same array many times; make a new one",
    ),
    "w moves in place, with copies": (
        "def sgd_epoch(w, batches, gradients, lr):\n    path = [w.copy()]\n    for x, t in batches:\n"
        "        w -= lr * gradients(w, x, t).mean(axis=0)\n        path.append(w.copy())\n    return np.array(path)",
        "the path is right, but `-=` changed the caller's w; copy it first",
    ),
    "rate shared out": (
        "def sgd_epoch(w, batches, gradients, lr):\n    path, batches = [w], list(batches)\n    for x, t in batches:\n"
        "        path.append(path[-1] - lr / len(batches) * gradients(path[-1], x, t).mean(axis=0))\n"
        "    return np.array(path)",
        "the rate was divided by the number of batches; every batch makes a full step",
    ),
    "first sample only": (
        "gradients(path[-1], x, t).mean(axis=0)",
        "gradients(path[-1], x, t)[0]",
        "only the batch's first sample was asked",
    ),
}
RIGHT["sgd_epoch"] = {
    "an array filled": (
        "def sgd_epoch(w, batches, gradients, lr):\n    batches = list(batches)\n"
        "    path = np.empty((len(batches) + 1, len(w)))\n    path[0] = w\n"
        "    for k, (x, t) in enumerate(batches):\n        rows = gradients(path[k], x, t)\n"
        "        path[k + 1] = path[k] - (lr / len(t)) * np.ones(len(t)) @ rows\n    return path"
    ),
    "sample after sample added": (
        "def sgd_epoch(w, batches, gradients, lr):\n    w = np.array(w, float)\n    path = [w.tolist()]\n"
        "    for x, t in batches:\n        total = np.zeros_like(w)\n        for row in gradients(w, x, t):\n"
        "            total += row\n        w -= lr * total / len(x)\n        path.append(w.tolist())\n    return np.array(path)"
    ),
}

WRONG["momentum_step"] = {
    "a running mean": (
        "v = mu * v + g",
        "v = mu * v + (1 - mu) * g",
        "this is the form with 1 - mu: the steps are ten times shorter at mu = 0.9. In v today's gradient counts in full",
    ),
    "rate inside of the velocity": (
        "def momentum_step(w, g, v, lr, mu=0.9, nesterov=False):\n    v = mu * v + lr * g\n"
        "    return w - (lr * g + mu * v if nesterov else v), v",
        "the learning rate went into the velocity; then a change of the rate comes late. In v today's gradient counts once, not lr times",
    ),
    "downhill velocity": (
        "def momentum_step(w, g, v, lr, mu=0.9, nesterov=False):\n    v = mu * v - g\n"
        "    return w + lr * (mu * v - g if nesterov else v), v",
        "your velocity points downhill; a fine form, but asked is one that gathers the gradients, and a minus before the step",
    ),
    "downhill velocity, minus in the step": (
        "v = mu * v + g",
        "v = mu * v - g",
        "the gradient enters the velocity with plus; the minus stands in the step",
    ),
    "the old velocity": (
        "def momentum_step(w, g, v, lr, mu=0.9, nesterov=False):\n    new = mu * v + g\n"
        "    return w - lr * (g + mu * new if nesterov else v), new",
        "the weights moved by the old velocity: the first step stands still. Update v first, then use it",
    ),
    "velocity not handed back": (
        "return w - lr * ahead, v",
        "return w - lr * ahead, v * 0",
        "the velocity that comes back is 0: every step starts from rest, and nothing builds up",
    ),
    "velocity from the gradient only": (
        "v = mu * v + g",
        "v = mu * g + v",
        "mu brakes what is old; here it shrinks today's gradient, and the old ones never fade",
    ),
    "no friction": (
        "v = mu * v + g",
        "v = v + g",
        "mu is not used in the velocity: without friction it swings for ever",
    ),
    "always 0.9": (
        "v = mu * v + g",
        "v = 0.9 * v + g",
        "0.9 was written in; use the argument mu",
    ),
    "uphill": ("w - lr * ahead", "w + lr * ahead", "this goes uphill: the step has a minus"),
    "Nesterov ignored": (
        "g + mu * v if nesterov else v",
        "v",
        "with nesterov=True w is ahead of the particle, before and after the step; yours is the plain step, which also comes out if you look ahead with the *old* v",
    ),
    "Nesterov always": ("g + mu * v if nesterov else v", "g + mu * v", "this looks ahead even when nesterov is False"),
    "Nesterov looks back": (
        "g + mu * v if nesterov else v",
        "g - mu * v if nesterov else v",
        "the lookahead has the wrong sign: ahead is where the particle rolls, by -lr mu v, as the step itself",
    ),
    "Nesterov without mu": (
        "g + mu * v if nesterov else v",
        "g + v if nesterov else v",
        "looking ahead, the new velocity is braked once more: the place ahead is -lr mu v away, not -lr v",
    ),
    "Nesterov without the gradient": (
        "g + mu * v if nesterov else v",
        "mu * v if nesterov else v",
        "the way back from w to the particle is mu times the *old* v, which is the new v without g: so one g is left over",
    ),
    "velocity changed in place": (
        "v = mu * v + g",
        "v *= mu\n    v += g",
        "`*=` and `+=` write into the caller's velocity; make a new array",
    ),
    "weights changed in place": (
        "return w - lr * ahead, v",
        "w -= lr * ahead\n    return w, v",
        "`-=` writes into the caller's weights; make a new array",
    ),
    "one velocity inside of the function": (
        "def momentum_step(w, g, v, lr, mu=0.9, nesterov=False):\n"
        "    kept = momentum_step.__dict__.setdefault('kept', {})\n"
        "    v = kept[w.shape] = mu * kept.get(w.shape, 0 * g) + g\n"
        "    return w - lr * (g + mu * v if nesterov else v), v",
        "the function keeps a velocity of its own: all arrays of weights and all runs share it. Use the v that comes in",
    ),
    "one velocity for all weights": (
        "v = mu * v + g",
        "v = mu * np.full_like(v, v.mean()) + g",
        "the old velocity was averaged over the weights; every weight has its own",
    ),
    "the particle's own place": (
        "g + mu * v if nesterov else v",
        "g if nesterov else v",
        "so you hand back where the particle is, w - lr g; asked is the place ahead of it, where the next gradient is taken",
    ),
    "looked ahead twice": (
        "g + mu * v if nesterov else v",
        "(1 + mu) * v if nesterov else v",
        "you started from w as if the particle were there; it is lr mu v behind, with the old v",
    ),
    "downhill velocity with the rate inside": (
        (
            "def momentum_step(w, g, v, lr, mu=0.9, nesterov=False):\n"
            "    v = mu * v - lr * g\n"
            "    return w + (mu * v - lr * g if nesterov else v), v"
        ),
        "this velocity holds the rate and points downhill, as many texts write it; asked is one that gathers the gradients, with -lr in the step",
    ),
}
RIGHT["momentum_step"] = {
    "two formulas": (
        "def momentum_step(w, g, v, lr, mu=0.9, nesterov=False):\n    new = np.add(g, np.multiply(mu, v))\n"
        "    if nesterov:\n        return w - lr * ((1 + mu) * g + mu**2 * v), new\n    return w - lr * g - lr * mu * v, new"
    ),
    "in place on copies": (
        "def momentum_step(w, g, v, lr, mu=0.9, nesterov=False):\n    w, v = np.array(w), np.array(v)\n    v *= mu\n"
        "    v += g\n    w -= lr * v if not nesterov else lr * (g + v * mu)\n    return [w, v]"
    ),
}

WRONG["adagrad_step"] = {
    "eps under the root": (
        "(np.sqrt(total) + eps)",
        "np.sqrt(total + eps)",
        "eps stands under the root; asked is the root plus eps",
    ),
    "eps forgotten": (
        "(np.sqrt(total) + eps)",
        "np.sqrt(total)",
        "without eps a weight whose gradient was always 0 becomes 0/0, not a number",
    ),
    "no root": ("(np.sqrt(total) + eps)", "(total + eps)", "the root is missing: the sum has the unit of g²"),
    "only this gradient": (
        "total = total + g**2",
        "total = g**2",
        "the squares of earlier steps are lost; add to the sum that came in",
    ),
    "the old sum": (
        "def adagrad_step(w, g, total, lr, eps=1e-10):\n    return w - lr * g / (np.sqrt(total) + eps), total + g**2",
        "the step divides by the sum before this gradient was added: in the first step by eps alone",
    ),
    "the old sum, eps under the root": (
        "def adagrad_step(w, g, total, lr, eps=1e-10):\n    return w - lr * g / np.sqrt(total + eps), total + g**2",
        "the step divides by the sum before this gradient was added, in the first step by eps alone; and eps is added to "
        "the root, not under it",
    ),
    "absolute values": (
        "total + g**2",
        "total + np.abs(g)",
        "the sum is of squares; with |g| the root of it has the wrong unit",
    ),
    "one sum for all weights": (
        "total + g**2",
        "total + np.sum(g**2)",
        "all weights share one sum here; each has its own, and that is the point of Adagrad",
    ),
    "the root handed on": (
        "(np.sqrt(total) + eps), total",
        "(np.sqrt(total) + eps), np.sqrt(total)",
        "the state is the sum of squares, not its root",
    ),
    "sum not handed on": (
        "def adagrad_step(w, g, total, lr, eps=1e-10):\n    return w - lr * g / (np.sqrt(total + g**2) + eps), total",
        "the new sum must come back, or the next step does not know this gradient",
    ),
    "sum of gradients": (
        "total + g**2",
        "np.abs(total + g)",
        "these are gradients added up, not their squares",
    ),
    "uphill": ("w - lr * g", "w + lr * g", "this goes uphill: the step has a minus"),
    "sign only": (
        "lr * g / (np.sqrt(total) + eps)",
        "lr * np.sign(g) / (np.sqrt(total) + eps)",
        "the gradient itself stands above the line, not only its sign",
    ),
    "rate not used": ("w - lr * g", "w - g", "the learning rate is missing"),
    "sum changed in place": (
        "total = total + g**2",
        "total += g**2",
        "`+=` writes into the caller's sum; make a new array",
    ),
    "weights changed in place": (
        "def adagrad_step(w, g, total, lr, eps=1e-10):\n    total = total + g**2\n"
        "    w -= lr * g / (np.sqrt(total) + eps)\n    return w, total",
        "`-=` writes into the caller's weights; make a new array",
    ),
    "sizes added up": (
        (
            "def adagrad_step(w, g, total, lr, eps=1e-10):\n"
            "    total = total + np.abs(g)\n"
            "    return w - lr * g / (total + eps), total"
        ),
        "the sizes of the gradients were added up; it is their squares, and the root is taken of the sum",
    ),
}
RIGHT["adagrad_step"] = {
    "weight by weight": (
        "def adagrad_step(w, g, total, lr, eps=1e-10):\n    w, total = np.array(w), np.array(total)\n"
        "    for k in np.ndindex(w.shape):\n        total[k] += g[k] * g[k]\n"
        "        w[k] -= lr / (total[k] ** 0.5 + eps) * g[k]\n    return w, total"
    ),
    "a rate for each weight": (
        "def adagrad_step(w, g, total, lr, eps=1e-10):\n    squares = np.square(g) + total\n"
        "    rates = lr / np.add(eps, squares**0.5)\n    return w - rates * g, squares"
    ),
}

WRONG["rmsprop_step"] = {
    "eps under the root": (
        "(np.sqrt(square) + eps)",
        "np.sqrt(square + eps)",
        "eps stands under the root; asked is the root plus eps",
    ),
    "eps forgotten": (
        "(np.sqrt(square) + eps)",
        "np.sqrt(square)",
        "without eps a weight whose gradient was always 0 becomes 0/0, not a number",
    ),
    "no root": ("(np.sqrt(square) + eps)", "(square + eps)", "the root is missing: the mean has the unit of g²"),
    "1 - rho forgotten": (
        "(1 - rho) * g**2",
        "g**2",
        "the new square weighs 1 - rho; without it this is no mean and grows to 1/(1 - rho) times as much",
    ),
    "rho on the wrong side": (
        "rho * square + (1 - rho) * g**2",
        "(1 - rho) * square + rho * g**2",
        "the weights are exchanged: rho keeps the old mean, 1 - rho takes in the new square",
    ),
    "never forgets": (
        "rho * square + (1 - rho) * g**2",
        "square + g**2",
        "this is Adagrad: the sum never forgets",
    ),
    "only this gradient": (
        "rho * square + (1 - rho) * g**2",
        "g**2",
        "the running mean that came in is not used: only the sign of the gradient is left",
    ),
    "the old mean": (
        "def rmsprop_step(w, g, square, lr, rho=0.9, eps=1e-8):\n"
        "    return w - lr * g / (np.sqrt(square) + eps), rho * square + (1 - rho) * g**2",
        "the step divides by the mean before this gradient was taken in: in the first step by eps alone",
    ),
    "square of the mean": (
        "rho * square + (1 - rho) * g**2",
        "(rho * np.sqrt(square) + (1 - rho) * g) ** 2",
        "take the mean of the squares, not the square of a mean: signs would cancel",
    ),
    "one mean for all weights": (
        "(1 - rho) * g**2",
        "(1 - rho) * np.mean(g**2)",
        "all weights share one number here; each has its own running mean",
    ),
    "the root handed on": (
        "(np.sqrt(square) + eps), square",
        "(np.sqrt(square) + eps), np.sqrt(square)",
        "the state is the mean of squares, not its root",
    ),
    "bias corrected": (
        "(np.sqrt(square) + eps)",
        "(np.sqrt(square / (1 - rho)) + eps)",
        "a correction for the start belongs to Adam; RMSProp as asked has none",
    ),
    "always 0.9": (
        "rho * square + (1 - rho) * g**2",
        "0.9 * square + 0.1 * g**2",
        "0.9 was written in; use the argument rho",
    ),
    "uphill": ("w - lr * g", "w + lr * g", "this goes uphill: the step has a minus"),
    "mean changed in place": (
        "square = rho * square + (1 - rho) * g**2",
        "square *= rho\n    square += (1 - rho) * g**2",
        "`*=` and `+=` write into the caller's running mean; make a new array",
    ),
}
RIGHT["rmsprop_step"] = {
    "a step towards the new square": (
        "def rmsprop_step(w, g, square, lr, rho=0.9, eps=1e-8):\n    new = square + (1 - rho) * (g * g - square)\n"
        "    return w - g * (lr / (eps + np.sqrt(new))), new"
    ),
    "np.average": (
        "def rmsprop_step(w, g, square, lr, rho=0.9, eps=1e-8):\n"
        "    square = np.average([square, np.square(g)], axis=0, weights=[rho, 1 - rho])\n"
        "    return np.subtract(w, lr * g / (square**0.5 + eps)), square"
    ),
}

WRONG["adam_step"] = {
    "no correction": (
        "    first = m / (1 - beta1**t)\n    second = s / (1 - beta2**t)\n",
        "    first, second = m, s\n",
        "the bias correction is missing: the first steps have the wrong length",
    ),
    "first moment not corrected": (
        "first = m / (1 - beta1**t)",
        "first = m",
        "only s is corrected: the first step is ten times too short",
    ),
    "second moment not corrected": (
        "second = s / (1 - beta2**t)",
        "second = s",
        "only m is corrected: s is still too small, and the first steps are far too long",
    ),
    "steps counted from 0": (
        "    t = t + 1\n",
        "",
        "t is still 0 in the first step, so the correction divides by 1 - 1 = 0; count the step first",
    ),
    "steps not counted": (
        "(m, s, t)\n",
        "(m, s, state[2])\n",
        "the t that comes back is the old one: every step is corrected as if it were the first",
    ),
    "steps counted from 2": (
        "t = t + 1",
        "t = t + 2",
        "t is the number of steps so far, so it grows by one",
    ),
    "step counted after its correction": (
        "def adam_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):\n"
        "    m, s, t = state\n"
        "    m = beta1 * m + (1 - beta1) * g\n    s = beta2 * s + (1 - beta2) * g**2\n"
        "    first = m / (1 - beta1 ** max(t, 1))\n    second = s / (1 - beta2 ** max(t, 1))\n"
        "    return w - lr * first / (np.sqrt(second) + eps), (m, s, t + 1)",
        "t is counted after the correction: from the second step on it is one too small; count the step first",
    ),
    "root of the second correction": (
        "second = s / (1 - beta2**t)",
        "second = s / np.sqrt(1 - beta2**t)",
        "s is divided by 1 - beta2**t itself; the root comes after, over both",
    ),
    "power of the weight": (
        "    first = m / (1 - beta1**t)\n    second = s / (1 - beta2**t)\n",
        "    first = m / (1 - beta1) ** t\n    second = s / (1 - beta2) ** t\n",
        "the power belongs to beta: 1 - beta**t, not (1 - beta)**t",
    ),
    "epochs for steps": (
        "    first = m / (1 - beta1**t)\n    second = s / (1 - beta2**t)\n",
        "    first = m / (1 - beta1)\n    second = s / (1 - beta2)\n",
        "the correction fades with the steps: beta to the power t; this stays at its first value",
    ),
    "correction kept": (
        "(m, s, t)\n",
        "(first, second, t)\n",
        "the corrected means went into the state: the next step corrects them a second time",
    ),
    "eps under the root": (
        "(np.sqrt(second) + eps)",
        "np.sqrt(second + eps)",
        "eps stands under the root; asked is the root plus eps",
    ),
    "eps before the correction": (
        "first / (np.sqrt(second) + eps)",
        "first / ((np.sqrt(s) + eps) / np.sqrt(1 - beta2**t))",
        "eps was added before the correction, which enlarges it; add it to the root of the corrected s",
    ),
    "eps forgotten": (
        "(np.sqrt(second) + eps)",
        "np.sqrt(second)",
        "without eps a weight whose gradient was always 0 becomes 0/0, not a number",
    ),
    "betas exchanged": (
        "    m = beta1 * m + (1 - beta1) * g\n    s = beta2 * s + (1 - beta2) * g**2\n"
        "    first = m / (1 - beta1**t)\n    second = s / (1 - beta2**t)\n",
        "    m = beta2 * m + (1 - beta2) * g\n    s = beta1 * s + (1 - beta1) * g**2\n"
        "    first = m / (1 - beta2**t)\n    second = s / (1 - beta1**t)\n",
        "the decays are exchanged: beta1 belongs to the gradient, beta2 to its square",
    ),
    "beta1 in the second moment": (
        "s = beta2 * s + (1 - beta2) * g**2",
        "s = beta1 * s + (1 - beta1) * g**2",
        "the running mean of squares decays by beta2",
    ),
    "beta1 in both corrections": (
        "second = s / (1 - beta2**t)",
        "second = s / (1 - beta1**t)",
        "s is corrected by its own decay, 1 - beta2**t",
    ),
    "square of the mean": (
        "(1 - beta2) * g**2",
        "(1 - beta2) * m**2",
        "s is the running mean of g², not of m²",
    ),
    "no momentum": (
        "lr * first /",
        "lr * g /",
        "the bare gradient stands above the line: this is RMSProp; use the corrected m",
    ),
    "1 - beta1 forgotten": (
        "beta1 * m + (1 - beta1) * g",
        "beta1 * m + g",
        "in Adam m is a mean: the new gradient weighs 1 - beta1",
    ),
    "1 - beta2 forgotten": (
        "beta2 * s + (1 - beta2) * g**2",
        "beta2 * s + g**2",
        "s is a mean: the new square weighs 1 - beta2",
    ),
    "beta times t": (
        "    first = m / (1 - beta1**t)\n    second = s / (1 - beta2**t)\n",
        "    first = m / (1 - beta1 * t)\n    second = s / abs(1 - beta2 * t)\n",
        "the decay is applied t times: beta to the power t, not beta times t",
    ),
    "multiplied by the correction": (
        "first = m / (1 - beta1**t)",
        "first = m * (1 - beta1**t)",
        "m is too small at first: divide by 1 - beta1**t to enlarge it",
    ),
    "correction outside of the root": (
        "first / (np.sqrt(second) + eps)",
        "first / (np.sqrt(s) / (1 - beta2**t) + eps)",
        "s is corrected before its root is taken",
    ),
    "no root": (
        "(np.sqrt(second) + eps)",
        "(second + eps)",
        "the root is missing: s has the unit of g²",
    ),
    "one number for all weights": (
        "(1 - beta2) * g**2",
        "(1 - beta2) * np.mean(g**2)",
        "all weights share one mean of squares here; each has its own",
    ),
    "uphill": ("w - lr * first", "w + lr * first", "this goes uphill: the step has a minus"),
    "means changed in place": (
        "    m = beta1 * m + (1 - beta1) * g\n    s = beta2 * s + (1 - beta2) * g**2\n",
        "    m *= beta1\n    m += (1 - beta1) * g\n    s *= beta2\n    s += (1 - beta2) * g**2\n",
        "`*=` and `+=` write into the caller's state (here m and s may even be the same zeros); make new arrays",
    ),
    "state inside of the function": (
        "def adam_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):\n"
        "    kept = adam_step.__dict__.setdefault('kept', {})\n"
        "    m, s, t = kept.get(w.shape, (0 * g, 0 * g, 0))\n    t = t + 1\n"
        "    m, s = beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * g**2\n    kept[w.shape] = (m, s, t)\n"
        "    return w - lr * m / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + eps), (m, s, t)",
        "the function keeps a state of its own: all arrays of weights and all runs share it. Use the one that comes in",
    ),
    "beta and 1 - beta exchanged": (
        ("    m = beta1 * m + (1 - beta1) * g\n    s = beta2 * s + (1 - beta2) * g**2"),
        ("    m = (1 - beta1) * m + beta1 * g\n    s = (1 - beta2) * s + beta2 * g**2"),
        "beta keeps the old mean, 1 - beta takes in the new gradient; here they are exchanged",
    ),
    "both multiplied by the correction": (
        ("    first = m / (1 - beta1**t)\n    second = s / (1 - beta2**t)"),
        ("    first = m * (1 - beta1**t)\n    second = s * (1 - beta2**t)"),
        "both means are too small at first: divide by the corrections to enlarge them, do not multiply",
    ),
}
RIGHT["adam_step"] = {
    "corrections in the rate": (
        "def adam_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):\n    m, s, t = state\n    n = t + 1\n"
        "    m = m + (1 - beta1) * (g - m)\n    s = s + (1 - beta2) * (g * g - s)\n"
        "    root = (1 - beta2**n) ** 0.5\n    rate = lr * root / (1 - beta1**n)\n"
        "    return w - rate * m / (s**0.5 + eps * root), (m, s, n)"
    ),
    "a list, np functions": (
        "def adam_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):\n"
        "    means = [np.add(b * old, (1 - b) * g**p) for p, b, old in zip((1, 2), (beta1, beta2), state)]\n"
        "    steps = state[2] + 1\n    a, b = (x / (1 - beta**steps) for x, beta in zip(means, (beta1, beta2)))\n"
        "    return np.subtract(w, np.divide(lr * a, eps + np.sqrt(b))), [*means, steps]"
    ),
}

WRONG["schedules"] = {
    "a ramp, no stairs": (
        "step // every",
        "step / every",
        "the rate falls at every step; stairs stay level for `every` steps: use //",
    ),
    "a step late": (
        "step // every",
        "(step - 1) // every if step else 0",
        "the stairs fall one step too late: `step` counts from 0, so after 4 steps made it is 4",
    ),
    "a step early": (
        "step // every",
        "(step + 1) // every",
        "the stairs fall one step too early: at step 0 nothing has been made yet",
    ),
    "only one stair": (
        "factor ** (step // every)",
        "(factor if step >= every else 1)",
        "the rate falls only once; it falls again after every further `every` steps",
    ),
    "factor times the flights": (
        "eta0 * factor ** (step // every)",
        "eta0 * max(factor * (step // every), factor ** (step < 0))",
        "each flight multiplies the rate by factor: factor to the power of the number of flights",
    ),
    "divided by the factor": (
        "eta0 * factor **",
        "eta0 / factor **",
        "the factor is below 1 and multiplies; dividing by it raises the rate",
    ),
    "grows": ("np.exp(-k * step)", "np.exp(k * step)", "the minus in the exponent is missing: this rate grows"),
    "powers of 1 - k": (
        "np.exp(-k * step)",
        "(1 - k) ** step",
        "(1 - k) to the power of step is only close to exp(-k step) for small k",
    ),
    "powers of two": ("np.exp(-k * step)", "2.0 ** (-k * step)", "the base is e: np.exp"),
    "eta0 forgotten": ("eta0 * np.exp", "np.exp", "the exponential starts at eta0"),
    "compared with the last loss": (
        "best, bad = (loss, 0) if loss < best else (best, bad + 1)",
        "best, bad = (loss, 0) if loss < best else (loss, bad + 1)",
        "each loss is compared with the one before; compare with the best so far",
    ),
    "the first loss counts as bad": (
        "[eta0], np.inf, 0",
        "[eta0], (losses[0] if losses else 0), 0",
        "your first mark to beat is the first loss, which does not beat itself: it counts as bad. Start from np.inf",
    ),
    "a tie counts as better": (
        "if loss < best",
        "if loss <= best",
        "a loss that only equals the best is no improvement: strictly below",
    ),
    "too patient": (
        "bad == patience",
        "bad == patience + 1",
        "you wait one epoch too long: when the count reaches patience, the rate falls",
    ),
    "falls again and again": (
        "        lower = bad == patience\n        rates.append(rates[-1] / divide if lower else rates[-1])\n"
        "        bad = 0 if lower else bad\n",
        "        lower = bad >= patience\n        rates.append(rates[-1] / divide if lower else rates[-1])\n",
        "the count is not set back to 0 after the rate fell, so it falls again in every bad epoch",
    ),
    "falls once only": (
        "        bad = 0 if lower else bad\n",
        "",
        "the count is not set back to 0 after the rate fell, so it passes patience and never meets it again",
    ),
    "improvement ignored": (
        "(loss, 0) if loss < best",
        "(loss, bad) if loss < best",
        "an improvement sets the count of bad epochs to 0",
    ),
    "best forgotten": (
        "        bad = 0 if lower else bad\n",
        "        best, bad = (loss, 0) if lower else (best, bad)\n",
        "after the rate fell you forgot the best loss; it stays the mark to beat",
    ),
    "multiplied": ("rates[-1] / divide", "rates[-1] * divide", "the rate is divided on a plateau, not multiplied"),
    "always from eta0": (
        "rates[-1] / divide if lower else rates[-1]",
        "eta0 / divide if lower else rates[-1]",
        "each plateau divides the rate of that moment, not the first one",
    ),
    "first rate missing": (
        "    return rates\n",
        "    return rates[1:]\n",
        "the rate of the first epoch, before any loss is known, comes first",
    ),
    "last rate missing": (
        "    return rates\n",
        "    return rates[:-1]\n",
        "the rate after the last loss is missing: there is one rate more than losses",
    ),
    "rounded to the nearest": (
        ("step // every"),
        ("round(step / every)"),
        "the rate falls when `every` steps are full: round down, not to the nearest",
    ),
    "powers of k": (
        ("eta0 * np.exp(-k * step)"),
        ("eta0 * k**step"),
        "this multiplies by k in every step; asked is the factor e to the -k",
    ),
}
RIGHT["schedules"] = {
    "loops": (
        "def stairs(eta0, step, every, factor):\n    while step >= every:\n        eta0, step = eta0 * factor, step - every\n"
        "    return eta0\n\n\n"
        "def exponential(eta0, step, k):\n    return eta0 / np.e ** (k * step)\n\n\n"
        "def on_plateau(eta0, losses, patience, divide):\n    rates, bad = [eta0], 0\n"
        "    for n, loss in enumerate(losses):\n        bad = 0 if all(loss < other for other in losses[:n]) else bad + 1\n"
        "        if bad == patience:\n            eta0, bad = eta0 / divide, 0\n        rates.append(eta0)\n    return rates"
    ),
    "floor, and a count of falls": (
        "def stairs(eta0, step, every, factor):\n    return float(eta0 * np.power(factor, np.floor(step / every)))\n\n\n"
        "def exponential(eta0, step, k):\n    return float(np.exp(np.log(eta0) - k * step))\n\n\n"
        "def on_plateau(eta0, losses, patience, divide):\n    falls, bad, best = [0], 0, float('inf')\n"
        "    for loss in losses:\n        bad += 1\n        if loss < best:\n            bad, best = 0, loss\n"
        "        falls.append(falls[-1] + (bad == patience))\n        bad %= patience\n"
        "    return [eta0 * divide ** -float(n) for n in falls]"
    ),
}

WRONG["update_ratio"] = {
    "divided by the new weights": (
        "/ np.linalg.norm(old)",
        "/ np.linalg.norm(new)",
        "the length of the weights is taken before the step",
    ),
    "difference of lengths": (
        "np.linalg.norm(new - old)",
        "abs(np.linalg.norm(new) - np.linalg.norm(old))",
        "this compares two lengths: a turn changes the weights and not their length. Take the length of the difference",
    ),
    "length of the new weights": (
        "np.linalg.norm(new - old)",
        "np.linalg.norm(new)",
        "above the line stands the change, new minus old",
    ),
    "squares": (
        "np.linalg.norm(new - old) / np.linalg.norm(old)",
        "np.sum((new - old) ** 2) / np.sum(old**2)",
        "the roots are missing: this is the ratio squared",
    ),
    "sums of absolute values": (
        "np.linalg.norm(new - old) / np.linalg.norm(old)",
        "np.abs(new - old).sum() / np.abs(old).sum()",
        "lengths are roots of sums of squares, not sums of absolute values",
    ),
    "largest entries": (
        "np.linalg.norm(new - old) / np.linalg.norm(old)",
        "np.abs(new - old).max() / np.abs(old).max()",
        "these are the largest entries; a length takes all of them",
    ),
    "entry by entry": (
        "np.linalg.norm(new - old) / np.linalg.norm(old)",
        "np.mean(np.abs((new - old) / old))",
        "dividing entry by entry lets tiny weights rule; divide two lengths",
    ),
    "one ratio for all": (
        "    return np.array([np.linalg.norm(new - old) / np.linalg.norm(old) for old, new in pairs])\n",
        "    parts = [(np.sum((new - old) ** 2), np.sum(old**2)) for old, new in pairs]\n"
        "    return np.array([np.sqrt(sum(a for a, _ in parts) / sum(b for _, b in parts))])\n",
        "one ratio for each array is asked, so that you see which layer burns",
    ),
    "upside down": (
        "np.linalg.norm(new - old) / np.linalg.norm(old)",
        "np.linalg.norm(old) / np.linalg.norm(new - old)",
        "the ratio is upside down: update over weights",
    ),
    "standard deviations": (
        "np.linalg.norm(new - old) / np.linalg.norm(old)",
        "np.std(new - old) / np.std(old)",
        "the standard deviation subtracts the mean first; a length does not",
    ),
    "logarithm": (
        "np.linalg.norm(new - old) / np.linalg.norm(old)",
        "np.log10(np.linalg.norm(new - old) / np.linalg.norm(old))",
        "the ratio itself is asked; its logarithm is for the plot",
    ),
    "difference in place": (
        "    return np.array([np.linalg.norm(new - old) / np.linalg.norm(old) for old, new in pairs])\n",
        "    out = []\n    for old, new in pairs:\n        new -= old\n"
        "        out.append(np.linalg.norm(new) / np.linalg.norm(old))\n    return np.array(out)\n",
        "`-=` changed the weights of the caller",
    ),
}
RIGHT["update_ratio"] = {
    "flattened": (
        "def update_ratio(before, after):\n    out = np.empty(len(before))\n    for k in range(len(before)):\n"
        "        old, change = before[k].ravel(), (after[k] - before[k]).ravel()\n"
        "        out[k] = np.sqrt(change @ change / (old @ old))\n    return out"
    ),
    "plain sums": (
        "def update_ratio(before, after):\n"
        "    return np.array([float((np.sum((b - a) ** 2) / np.sum(a * a)) ** 0.5) for a, b in zip(before, after)])"
    ),
}

WRONG["adam_fit"] = {
    "counted from 0": (
        "range(1, steps + 1)",
        "range(steps)",
        "now the first step has t = 0, and the correction divides by 0",
    ),
    "counted from 2": (
        "range(1, steps + 1)",
        "range(2, steps + 2)",
        "the first step has t = 2 here: its correction is too small",
    ),
    "always the first step": (
        "(1 - 0.9**t), squares[k] / (1 - 0.99**t)",
        "(1 - 0.9), squares[k] / (1 - 0.99)",
        "t must still grow from step to step; here each step is corrected like the first",
    ),
    "correction removed": (
        "m, s = means[k] / (1 - 0.9**t), squares[k] / (1 - 0.99**t)",
        "m, s = means[k], squares[k]",
        "the correction itself was right; only its count was wrong",
    ),
    "squares not corrected": (
        "np.sqrt(s) + 1e-8",
        "np.sqrt(squares[k]) + 1e-8",
        "the root is taken of the mean as it is kept; it must be that of the corrected one, s",
    ),
    "count by arrays": (
        "0.9**t), squares[k] / (1 - 0.99**t)",
        "0.9 ** (t + k)), squares[k] / (1 - 0.99 ** (t + k))",
        "every array must get the same t in one step",
    ),
    "a step too few": (
        "range(1, steps + 1)",
        "range(1, steps)",
        "the last step is missing: range stops before its end",
    ),
    "asked anew for each array": (
        "        for k, g in enumerate(gradient(params)):\n",
        "        for k in range(len(params)):\n            g = gradient(params)[k]\n",
        "the gradient was asked again after the first arrays had moved; ask once, then move all",
    ),
    "gradient asked once for all": (
        "    for t in range(1, steps + 1):\n        for k, g in enumerate(gradient(params)):\n",
        "    slopes = gradient(params)\n    for t in range(1, steps + 1):\n        for k, g in enumerate(slopes):\n",
        "the gradient must be asked again before every step",
    ),
    "means forgotten": (
        "    for t in range(1, steps + 1):\n        for k, g in",
        "    for t in range(1, steps + 1):\n        means = [np.zeros_like(p) for p in params]\n        for k, g in",
        "the running means start anew in every step: nothing is remembered",
    ),
    "only the first array": (
        "            params[k] = params[k] - lr * m / (np.sqrt(s) + 1e-8)\n",
        "            params[k] = params[k] - lr * m / (np.sqrt(s) + 1e-8)\n            break\n",
        "only the first array moves",
    ),
    "works on the caller's arrays": (
        "def adam_fit(params, gradient, lr, steps):\n"
        "    means, squares = ([np.zeros_like(p) for p in params] for _ in range(2))\n"
        "    for t in range(1, steps + 1):\n        for k, g in enumerate(gradient(params)):\n"
        "            means[k] = 0.9 * means[k] + 0.1 * g\n            squares[k] = 0.99 * squares[k] + 0.01 * g**2\n"
        "            m, s = means[k] / (1 - 0.9**t), squares[k] / (1 - 0.99**t)\n"
        "            params[k] -= lr * m / (np.sqrt(s) + 1e-8)\n    return params",
        "`-=` moved the arrays that came in; the copies at the start were right",
    ),
    "beta2 of 0.999": (
        (
            "def adam_fit(params, gradient, lr, steps):\n"
            "    params = [np.array(p, dtype=float) for p in params]\n"
            "    means, squares = ([np.zeros_like(p) for p in params] for _ in range(2))\n"
            "    for t in range(1, steps + 1):\n"
            "        for k, g in enumerate(gradient(params)):\n"
            "            means[k] = 0.9 * means[k] + 0.1 * g\n"
            "            squares[k] = 0.999 * squares[k] + 0.001 * g**2\n"
            "            m, s = means[k] / (1 - 0.9**t), squares[k] / (1 - 0.999**t)\n"
            "            params[k] = params[k] - lr * m / (np.sqrt(s) + 1e-8)\n"
            "    return params"
        ),
        "beta2 is 0.99 here; 0.999 is Adam's usual value",
    ),
}
RIGHT["adam_fit"] = {
    "counted outside": (
        "def adam_fit(params, gradient, lr, steps):\n    now, t = [p.astype(float) for p in params], 0\n"
        "    memory = [(0.0 * p, 0.0 * p) for p in now]\n    while t < steps:\n        t += 1\n        slopes = gradient(now)\n"
        "        memory = [(0.9 * m + 0.1 * g, 0.99 * s + 0.01 * g * g) for (m, s), g in zip(memory, slopes)]\n"
        "        now = [p - lr * m / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.99**t)) + 1e-8) for p, (m, s) in zip(now, memory)]\n"
        "    return now"
    ),
    "one long vector": (
        "def adam_fit(params, gradient, lr, steps):\n    cuts = np.cumsum([p.size for p in params])[:-1]\n"
        "    flat = np.concatenate([p.ravel() for p in params])\n    m = s = np.zeros(flat.size)\n\n    def parts():\n"
        "        return [a.reshape(p.shape) for a, p in zip(np.split(flat, cuts), params)]\n\n"
        "    for t in range(1, steps + 1):\n        g = np.concatenate([a.ravel() for a in gradient(parts())])\n"
        "        m, s = 0.9 * m + 0.1 * g, 0.99 * s + 0.01 * g**2\n"
        "        flat = flat - lr * (m / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.99**t)) + 1e-8)\n    return parts()"
    ),
}

WRONG["run_faults"] = {
    "A and B confused": (
        '"A": "rate does not fall", "B": "bias not corrected"',
        '"A": "bias not corrected", "B": "rate does not fall"',
        "A is healthy until the end, where it does not come to rest; B goes astray in its first steps",
    ),
    "C and D confused": (
        '"C": "rate too low", "D": "rate too high"',
        '"C": "rate too high", "D": "rate too low"',
        "C and D are exchanged: a smooth, slow curve means short steps, one that leaps up means long ones",
    ),
    "B and D confused": (
        '"B": "bias not corrected", "C": "rate too low", "D": "rate too high"',
        '"B": "rate too high", "C": "rate too low", "D": "bias not corrected"',
        "B and D are exchanged: both leap up, but a missing correction matters less with every step, a rate does not",
    ),
    "A and C confused": (
        '"A": "rate does not fall", "B": "bias not corrected", "C": "rate too low"',
        '"A": "rate too low", "B": "bias not corrected", "C": "rate does not fall"',
        "A and C are exchanged: which of the two falls as fast as the healthy run at first?",
    ),
    "A and D confused": (
        '"A": "rate does not fall", "B": "bias not corrected", "C": "rate too low", "D": "rate too high"',
        '"A": "rate too high", "B": "bias not corrected", "C": "rate too low", "D": "rate does not fall"',
        "A and D are exchanged: a rate that does not fall shows at the end, one that is too high at the start",
    ),
    "small letters": (
        '"A": "rate does not fall", "B"',
        '"a": "rate does not fall", "B"',
        "the runs are called A to D, in capital letters",
    ),
    "a name of one's own": (
        '"D": "rate too high"',
        '"D": "unstable"',
        "one name is none of the four in the task",
    ),
    "one name twice": (
        '"D": "rate too high"',
        '"D": "rate too low"',
        "each of the four names occurs once, and one of yours occurs twice",
    ),
    "rate left": (
        '"rate": 0.3, "falls": True',
        '"falls": True',
        "the rate is still the one that came in: choose one yourself",
    ),
    "does not fall": (
        '"falls": True',
        '"falls": False',
        "with a rate that does not fall the noise keeps the loss up: set `falls`",
    ),
    "not corrected": (
        '"corrected": True',
        '"corrected": False',
        "the bias of the start is still there: set `corrected`",
    ),
    "rate too low": ('"rate": 0.3', '"rate": 0.03', "this rate is too low for 300 steps: try larger ones"),
    "rate too high": (
        '"rate": 0.3',
        '"rate": 3.0',
        "this rate is too high: the first steps lead far away from the minimum",
    ),
    "writes into the settings": (
        'return settings | {"rate": 0.3, "falls": True, "corrected": True}',
        'settings |= {"rate": 0.3, "falls": True, "corrected": True}\n    return settings',
        "that changes the caller's dict: make a new one",
    ),
}
RIGHT["run_faults"] = {
    "a new dict, another rate": (
        'return settings | {"rate": 0.3, "falls": True, "corrected": True}',
        "return dict(rate=0.15, falls=True, corrected=True)",
    ),
    "from the other side": (
        'run_faults = {"A": "rate does not fall", "B": "bias not corrected", "C": "rate too low", "D": "rate too high"}',
        'named = {"rate too high": "D", "rate too low": "C", "bias not corrected": "B", "rate does not fall": "A"}\n'
        "run_faults = {letter: fault for fault, letter in named.items()}",
    ),
}

WRONG["open_descent"] = {
    "stays where it was": (
        "return path[-1]",
        "return w",
        "you return the weights that came in: the path's last ones are asked for",
    ),
    "plain descent": (
        "follow(updates.adagrad_step, w, np.zeros_like(w), gradient, schedules.cosine(2.0, 300), 300)",
        "follow(updates.sgd_step, w, None, gradient, 0.2, 300)",
        "one rate for twelve curvatures: the flat weights have hardly moved after 300 steps",
    ),
    "rate far too high": (
        "schedules.cosine(2.0, 300), 300)",
        "100.0, 300)",
        "such steps overshoot all the time: the error is that of the rate, not of the method",
    ),
    "plain descent that flies off": (
        "follow(updates.adagrad_step, w, np.zeros_like(w), gradient, schedules.cosine(2.0, 300), 300)",
        "follow(updates.sgd_step, w, None, gradient, 50.0, 300)",
        "the weights are no finite numbers: at a rate far too high they grow without bound",
    ),
    "rate far too low": (
        "schedules.cosine(2.0, 300), 300)",
        "0.01, 300)",
        "300 steps of this length do not reach the bottom: sweep the rate over powers of ten",
    ),
    "never cools down": (
        "follow(updates.adagrad_step, w, np.zeros_like(w), gradient, schedules.cosine(2.0, 300), 300)",
        "follow(updates.adam_step, w, (np.zeros_like(w), np.zeros_like(w), 0), gradient, 0.2, 300)",
        "the rate stays high to the end, and the noise keeps the weights moving: let it fall, or average the path",
    ),
    "stops early": (
        "schedules.cosine(2.0, 300), 300)",
        "schedules.cosine(2.0, 20), 20)",
        "only 20 of the 300 calls were used",
    ),
    "asks too often": (
        "schedules.cosine(2.0, 300), 300)",
        "schedules.cosine(2.0, 3000), 3000)",
        "the gradient may be asked 300 times and no more",
    ),
    "uphill": (
        "return path[-1]",
        "return 2 * path[0] - path[-1]",
        "the steps go against the gradient: this result lies on the other side of the start",
    ),
    "whole path": (
        "return path[-1]",
        "return path",
        "the last weights, shape (12,), are asked for, and not the whole path",
    ),
}
RIGHT["open_descent"] = {
    "Adam with a falling rate": (
        "follow(updates.adagrad_step, w, np.zeros_like(w), gradient, schedules.cosine(2.0, 300), 300)",
        "follow(updates.adam_step, w, (np.zeros_like(w), np.zeros_like(w), 0), gradient, schedules.cosine(0.15, 300), 300)",
    ),
    "RMSProp by hand, and the mean of the second half": """
def settle(gradient, w):
    square, half = np.zeros(12), []
    for step in range(300):
        g = gradient(w)
        square = 0.9 * square + 0.1 * g * g
        w = w - 0.1 * g / (np.sqrt(square) + 1e-8)
        if step >= 150:
            half.append(w)
    return np.mean(half, axis=0)
""",
}
