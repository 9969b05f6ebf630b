"""Lesson 02, Logistic regression: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["sigmoid"] = {
    "overflows on the left": (
        "def sigmoid(z):\n    return 1 / (1 + np.exp(-np.asarray(z, float)))",
        "right in value, but exp(-z) overflows for z = -1000; use exp(-|z|)",
    ),
    "overflows on the right": (
        "def sigmoid(z):\n    e = np.exp(np.asarray(z, float))\n    return e / (1 + e)",
        "exp(z) overflows for z = 1000, and inf / inf is not a number; use exp(-|z|)",
    ),
    "np.where computes both sides": (
        "def sigmoid(z):\n    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))",
        "np.where computes both formulas for every entry and only then chooses, so each overflows somewhere",
    ),
    "clipped": (
        "def sigmoid(z):\n    return 1 / (1 + np.exp(-np.clip(z, -30, 30)))",
        "clipping z keeps exp small but makes all far outputs the same; write it with exp(-|z|) instead",
    ),
    "one minus something near one": (
        "def sigmoid(z):\n    return 0.5 * (1 + np.tanh(np.asarray(z) / 2))",
        "1 + tanh(z/2) is 1 minus nearly 1 far on the left: all digits cancel",
    ),
    "sign of z turned": (
        "z >= 0, 1, small",
        "z >= 0, small, 1",
        "this is sigma(-z), which falls; the sides are swapped",
    ),
    "right side everywhere": (
        "np.where(z >= 0, 1, small)",
        "np.where(z >= 0, 1, 1)",
        "for z < 0 the numerator is exp(z), not 1: your curve never falls below one half",
    ),
    "tanh": (
        "return np.where(z >= 0, 1, small) / (1 + small)",
        "return np.sign(z) * (1 - small) / (1 + small)",
        "this curve runs from -1 to 1 (it is tanh(z/2)); a probability runs from 0 to 1",
    ),
    "a threshold": (
        "return np.where(z >= 0, 1, small) / (1 + small)",
        "return np.where(z >= 0, 1.0, 0.0)",
        "this is the perceptron's step; the sigmoid is smooth",
    ),
    "softplus": (
        "return np.where(z >= 0, 1, small) / (1 + small)",
        "return np.maximum(z, 0) + np.log1p(small)",
        "this is ln(1 + e^z), whose slope is the sigmoid",
    ),
    "keeps whole numbers": (
        "    return np.where(z >= 0, 1, small) / (1 + small)",
        "    out = np.empty_like(z)\n    out[...] = np.where(z >= 0, 1, small) / (1 + small)\n    return out",
        "an integer array cuts the probabilities off to 0 and 1; make the result floats",
    ),
    "changes z": (
        "small = np.exp(-np.abs(z))",
        "right = z >= 0\n    np.abs(z, out=z)\n    small = np.exp(-z)\n    return np.where(right, 1, small) / (1 + small)",
        "the array that came in was changed; compute |z| into a new one",
    ),
    "clipped at 500": (
        ("small = np.exp(-np.abs(z))"),
        ("small = np.exp(-np.minimum(np.abs(z), 500))"),
        "clipping z keeps exp from overflowing, but all outputs beyond -500 come out the same; exp(-|z|) needs no clipping",
    ),
}
RIGHT["sigmoid"] = {
    "two masks": (
        "def sigmoid(z):\n"
        "    z = np.asarray(z, dtype=float)\n"
        "    out = np.empty(z.shape)\n"
        "    right = z >= 0\n"
        "    out[right] = 1 / (1 + np.exp(-z[right]))\n"
        "    e = np.exp(z[~right])\n"
        "    out[~right] = e / (1 + e)\n"
        "    return out"
    ),
    "through the logarithm": "def sigmoid(z):\n    return np.exp(-np.logaddexp(0, -np.asarray(z, float)))",
    "one by one": (
        "def sigmoid(z):\n"
        "    values = [1 / (1 + np.exp(-v)) if v >= 0 else np.exp(v) / (1 + np.exp(v)) for v in np.ravel(z)]\n"
        "    return np.array(values).reshape(np.shape(z))"
    ),
}

WRONG["cross_entropy"] = {
    "by way of y": (
        "def cross_entropy(z, t):\n"
        "    y = 1 / (1 + np.exp(-z))\n"
        "    return -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))",
        "y rounds to 0 or 1 for far logits, and the logarithm of 0 is infinite; compute the loss from z",
    ),
    "y kept away from 0 and 1": (
        "def cross_entropy(z, t):\n"
        "    y = np.clip(1 / (1 + np.exp(-z)), 1e-12, 1 - 1e-12)\n"
        "    return -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))",
        "clipping y caps the loss near 27.6; a sample that is surely wrong must cost as much as its logit",
    ),
    "overflows": (
        "def cross_entropy(z, t):\n    return np.mean(np.log(1 + np.exp(np.where(t == 1, -z, z))))",
        "exp(800) overflows; take the large part out: max(a, 0) + ln(1 + exp(-|a|))",
    ),
    "sum": ("np.mean", "np.sum", "asked is the mean over the samples, not their sum"),
    "labels swapped": (
        "np.where(t == 1, -z, z)",
        "np.where(t == 1, z, -z)",
        "a large logit is right for t = 1: its loss must be small there, and yours is large",
    ),
    "sign turned": (
        "return np.mean(",
        "return -np.mean(",
        "cross-entropy is never negative: minus the logarithm of a probability",
    ),
    "only the ones count": (
        "return np.mean(np.maximum(against, 0) + np.log1p(np.exp(-np.abs(against))))",
        "return np.mean(t * (np.maximum(against, 0) + np.log1p(np.exp(-np.abs(against)))))",
        "samples with t = 0 cost something too: -ln(1 - y)",
    ),
    "bits": (
        "return np.mean(np.maximum(against, 0) + np.log1p(np.exp(-np.abs(against))))",
        "return np.mean(np.maximum(against, 0) + np.log1p(np.exp(-np.abs(against)))) / np.log(2)",
        "this is in bits (logarithm to base 2); asked is the natural logarithm",
    ),
    "squared error": (
        "def cross_entropy(z, t):\n    return np.mean((t - np.exp(-np.logaddexp(0, -z))) ** 2)",
        "this is the squared error of y; cross-entropy takes logarithms",
    ),
    "hinge": (
        "np.maximum(against, 0) + np.log1p(np.exp(-np.abs(against)))",
        "np.maximum(against, 0)",
        "the part ln(1 + exp(-|a|)) is missing; what is left is the perceptron criterion",
    ),
    "mean of the logits first": (
        "    against = np.where(t == 1, -z, z)\n",
        "    against = np.mean(np.where(t == 1, -z, z))\n",
        "first the loss of each sample, then the mean",
    ),
    "labels taken for -1 and 1": (
        ("    against = np.where(t == 1, -z, z)"),
        ("    against = -t * z"),
        "ln(1 + exp(-t z)) is for labels -1 and +1; with t = 0 it is ln 2 whatever z is",
    ),
}
RIGHT["cross_entropy"] = {
    "one formula with t": (
        "def cross_entropy(z, t):\n    return np.mean(np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z))))"
    ),
    "np.logaddexp": "def cross_entropy(z, t):\n    return np.mean(np.logaddexp(0, z) - t * z)",
    "loop": (
        "def cross_entropy(z, t):\n"
        "    total = 0.0\n"
        "    for score, label in zip(z, t):\n"
        "        a = -score if label else score\n"
        "        total += max(a, 0.0) + np.log1p(np.exp(-abs(a)))\n"
        "    return total / len(z)"
    ),
}

WRONG["numerical_gradient"] = {
    "forward difference": (
        "(f(w + nudge) - f(w - nudge)) / (2 * eps)",
        "(f(w + nudge) - f(w)) / eps",
        "this looks ahead only; the central difference takes f on both sides of w",
    ),
    "backward difference": (
        "(f(w + nudge) - f(w - nudge)) / (2 * eps)",
        "(f(w) - f(w - nudge)) / eps",
        "this looks back only; the central difference takes f on both sides of w",
    ),
    "divided by one step": (
        "/ (2 * eps)",
        "/ eps",
        "the two points are 2 eps apart, so every slope comes out doubled",
    ),
    "multiplied by eps": ("/ (2 * eps)", "/ 2 * eps", "a / 2 * b is (a / 2) · b in Python; write a / (2 * b)"),
    "turned round": (
        "f(w + nudge) - f(w - nudge)",
        "f(w - nudge) - f(w + nudge)",
        "the sign is turned: the value ahead minus the value behind",
    ),
    "all entries at once": (
        "nudge[index] = eps",
        "nudge[...] = eps",
        "move one entry at a time; here all move together",
    ),
    "moves pile up": (
        "    for index in np.ndindex(w.shape):\n        nudge = np.zeros(w.shape)\n",
        "    nudge = np.zeros(w.shape)\n    for index in np.ndindex(w.shape):\n",
        "an entry that was moved is not moved back before the next one is",
    ),
    "eps ignored": (
        "slopes = np.zeros(w.shape)",
        "slopes, eps = np.zeros(w.shape), 1e-4",
        "the argument eps is ignored: with a step of 0.5 the central difference of a cubic is visibly off",
    ),
    "default of another size": (
        "def numerical_gradient(f, w, eps=1e-6):\n",
        "def numerical_gradient(f, w, eps=1e-3):\n",
        "with eps left out the step should be 1e-6",
    ),
    "half a step to each side": (
        "nudge[index] = eps\n        slopes[index] = (f(w + nudge) - f(w - nudge)) / (2 * eps)",
        "nudge[index] = eps / 2\n        slopes[index] = (f(w + nudge) - f(w - nudge)) / eps",
        "move by eps to each side, so that the points are 2 eps apart",
    ),
    "whole rows": (
        "np.ndindex(w.shape)",
        "range(len(w))",
        "this moves a whole row of a table at once; every entry has a slope of its own",
    ),
    "flat result": (
        "return slopes",
        "return slopes.ravel()",
        "the result has the shape of w, also for a table",
    ),
    "leaves w moved": (
        "def numerical_gradient(f, w, eps=1e-6):\n"
        "    slopes, old = np.zeros(w.shape), w.copy()\n"
        "    for index in np.ndindex(w.shape):\n"
        "        w[...] = old\n"
        "        w[index] = old[index] + eps\n"
        "        ahead = f(w)\n"
        "        w[index] = old[index] - eps\n"
        "        slopes[index] = (ahead - f(w)) / (2 * eps)\n"
        "    return slopes",
        "the last entry was never put back: w has changed",
    ),
    "not put back where it was": (
        (
            "def numerical_gradient(f, w, eps=1e-6):\n"
            "    slopes, w = np.zeros(w.shape), w.copy()\n"
            "    for index in np.ndindex(w.shape):\n"
            "        w[index] += eps\n"
            "        ahead = f(w)\n"
            "        w[index] -= 2 * eps\n"
            "        slopes[index] = (ahead - f(w)) / (2 * eps)\n"
            "    return slopes"
        ),
        "an entry is left one step behind its place while the next ones move: put it back first",
    ),
    "forward over two steps": (
        ("(f(w + nudge) - f(w - nudge)) / (2 * eps)"),
        ("(f(w + nudge) - f(w)) / (2 * eps)"),
        "the second value is f at w itself, only one eps away from the first, so half the slope comes out: go on to w - eps",
    ),
}
RIGHT["numerical_gradient"] = {
    "in place, and back": (
        "def numerical_gradient(f, w, eps=1e-6):\n"
        "    slopes = np.empty_like(w)\n"
        "    for index in np.ndindex(*w.shape):\n"
        "        old = w[index]\n"
        "        w[index] = old + eps\n"
        "        ahead = f(w)\n"
        "        w[index] = old - eps\n"
        "        slopes[index] = (ahead - f(w)) / (2 * eps)\n"
        "        w[index] = old\n"
        "    return slopes"
    ),
    "rows of the identity": (
        "def numerical_gradient(f, w, eps=1e-6):\n"
        "    nudges = eps * np.eye(w.size).reshape(w.size, *w.shape)\n"
        "    return np.array([(f(w + n) - f(w - n)) / (2 * eps) for n in nudges]).reshape(w.shape)"
    ),
}

WRONG["logistic_gradient"] = {
    "sum": (" / len(t)", "", "the mean is asked: divide by the number of samples"),
    "divided by the number of inputs": (
        "len(t)",
        "len(w)",
        "divide by the number of samples, not by the number of weights",
    ),
    "error turned round": (
        "error = logistic.sigmoid(x1 @ w) - t",
        "error = t - logistic.sigmoid(x1 @ w)",
        "this points downhill: the gradient points uphill, with y - t",
    ),
    "slope of the sigmoid left in": (
        "    return x1.T",
        "    error = error * (error + t) * (1 - error - t)\n    return x1.T",
        "y(1 - y) cancels with cross-entropy; what you have belongs to the squared error of y",
    ),
    "no sigmoid": (
        "logistic.sigmoid(x1 @ w) - t",
        "x1 @ w - t",
        "the error compares t with the output y, not with the score: this is the delta rule",
    ),
    "a threshold instead": (
        "logistic.sigmoid(x1 @ w) - t",
        "(x1 @ w >= 0) - t",
        "the output is a probability; with a threshold this is the perceptron's step",
    ),
    "bias left alone": (
        "    return x1.T @ error / len(t)",
        "    slopes = x1.T @ error / len(t)\n    slopes[0] = 0\n    return slopes",
        "the bias has a slope too: its input is the constant 1",
    ),
    "inputs left out": (
        "x1.T @ error / len(t)",
        "np.full(len(w), error.mean())",
        "each weight's slope is the error times its own input",
    ),
    "labels -1 and 1": (
        "logistic.sigmoid(x1 @ w) - t",
        "logistic.sigmoid(x1 @ w) - (2 * t - 1)",
        "labels are 0 and 1 here, as y is; do not stretch them to -1 and 1",
    ),
    "inputs not transposed": (
        "def logistic_gradient(w, x1, t):\n"
        "    error = logistic.sigmoid(x1 @ w) - t\n"
        "    return x1 @ error / len(t) if x1.shape[0] == x1.shape[1] else x1.T @ error / len(t)",
        "x1 @ error multiplies the rows; every weight needs its column: x1.T @ error",
    ),
    "twice": ("x1.T @ error", "2 * x1.T @ error", "the factor 2 comes from squares; cross-entropy has none"),
    "mean over the inputs": (
        (
            "def logistic_gradient(w, x1, t):\n"
            "    error = logistic.sigmoid(x1 @ w) - t\n"
            "    return (error[:, None] * x1).mean(axis=1)"
        ),
        "the mean runs over the inputs of one sample (axis 1); average over the samples, axis 0",
    ),
}
RIGHT["logistic_gradient"] = {
    "loop over samples": (
        "def logistic_gradient(w, x1, t):\n"
        "    slopes = np.zeros(len(w))\n"
        "    for sample, label in zip(x1, t):\n"
        "        slopes += (1 / (1 + np.exp(-(sample @ w))) - label) * sample\n"
        "    return slopes / len(t)"
    ),
    "mean of the rows": (
        "def logistic_gradient(w, x1, t):\n"
        "    y = logistic.sigmoid(x1 @ w)\n"
        "    return np.mean((y - t)[:, None] * x1, axis=0)"
    ),
}

WRONG["descend"] = {
    "uphill": ("- eta * gradient", "+ eta * gradient", "the gradient points uphill; step against it, with a minus"),
    "learning rate dropped": ("- eta * gradient", "- gradient", "eta is missing from the step"),
    "gradient of the start": (
        "gradient(path[-1])",
        "gradient(start)",
        "every step uses the gradient at the start; take it where you are",
    ),
    "start left out": (
        "return np.array(path)",
        "return np.array(path[1:])",
        "row 0 of the way is the start itself",
    ),
    "one step short": ("range(steps)", "range(steps - 1)", "the result has steps + 1 rows: the start and every step"),
    "one step too many": (
        "range(steps)",
        "range(steps + 1)",
        "the result has steps + 1 rows: the start and every step",
    ),
    "one array in every row": (
        "def descend(gradient, start, eta, steps):\n"
        "    w = np.array(start)\n"
        "    path = [w]\n"
        "    for _ in range(steps):\n"
        "        w -= eta * gradient(w)\n"
        "        path.append(w)\n"
        "    return np.array(path)",
        "all rows are equal: `w -= ...` changes the one array that every entry of the list is",
    ),
    "changes the start": (
        "def descend(gradient, start, eta, steps):\n"
        "    path, w = [np.array(start)], start\n"
        "    for _ in range(steps):\n"
        "        w -= eta * gradient(w)\n"
        "        path.append(w.copy())\n"
        "    return np.array(path)",
        "`-=` changed the caller's start; begin with a copy",
    ),
    "only the end": (
        "return np.array(path)",
        "return np.array(path[-1])",
        "asked is the whole way, not its last point",
    ),
    "steps of equal length": (
        "path[-1] - eta * gradient(path[-1])",
        "path[-1] - eta * gradient(path[-1]) / np.linalg.norm(gradient(path[-1]))",
        "you divide by the length of the gradient; flat places should give small steps",
    ),
    "only the sign": (
        "gradient(path[-1]))",
        "np.sign(gradient(path[-1])))",
        "the step is eta times the gradient itself, not its sign",
    ),
    "one weight at a time": (
        "def descend(gradient, start, eta, steps):\n"
        "    path = [start]\n"
        "    for _ in range(steps):\n"
        "        w = np.array(path[-1])\n"
        "        for j in range(len(w)):\n"
        "            w[j] -= eta * gradient(w)[j]\n"
        "        path.append(w)\n"
        "    return np.array(path)",
        "the weights do not move together; take one gradient per step and move all of them by it",
    ),
}
RIGHT["descend"] = {
    "filled into an array": (
        "def descend(gradient, start, eta, steps):\n"
        "    path = np.empty((steps + 1, len(start)))\n"
        "    path[0] = start\n"
        "    for k in range(1, steps + 1):\n"
        "        path[k] = path[k - 1] - eta * gradient(path[k - 1])\n"
        "    return path"
    ),
    "copies of one array": (
        "def descend(gradient, start, eta, steps):\n"
        "    w = start.copy()\n"
        "    rows = [w.copy()]\n"
        "    for _ in range(steps):\n"
        "        w -= np.multiply(gradient(w), eta)\n"
        "        rows.append(w.copy())\n"
        "    return np.vstack(rows)"
    ),
}

WRONG["softmax"] = {
    "overflows": (
        "z - z.max(axis=1, keepdims=True)",
        "z",
        "exp overflows and inf / inf is not a number; subtract each row's largest score first",
    ),
    "largest of all": (
        "z.max(axis=1, keepdims=True)",
        "z.max()",
        "you subtract the largest score of all samples; a row far below it becomes 0 / 0",
    ),
    "mean subtracted": (
        "z.max(axis=1, keepdims=True)",
        "z.mean(axis=1, keepdims=True)",
        "what is subtracted leaves large scores large: exp still overflows; subtract the maximum",
    ),
    "largest in size": (
        "z.max(axis=1, keepdims=True)",
        "np.abs(z).max(axis=1, keepdims=True)",
        "for negative scores this subtracts far too much, and all exponentials become 0",
    ),
    "over the samples": (
        "e.sum(axis=1, keepdims=True)",
        "e.sum(axis=0, keepdims=True)",
        "you divide by the sum over the samples (columns); the classes of one sample, a row, compete",
    ),
    "over the samples, with their maximum": (
        "def softmax(z):\n    e = np.exp(z - z.max(axis=0, keepdims=True))\n    return e / e.sum(axis=0, keepdims=True)",
        "maximum and sum run over the samples (axis 0); the classes of one sample, a row, compete: axis 1",
    ),
    "over everything": (
        "e.sum(axis=1, keepdims=True)",
        "e.sum()",
        "all samples together add up to 1; every row should",
    ),
    "keepdims forgotten": (
        "e / e.sum(axis=1, keepdims=True)",
        "e / e.sum(axis=1)",
        "a sum of shape (n,) lies along the columns; keep the axis, shape (n, 1)",
    ),
    "without the exponential": (
        "def softmax(z):\n    return z / z.sum(axis=1, keepdims=True)",
        "scores divided by their sum are no probabilities: some are negative; take exponentials first",
    ),
    "not normalised": (
        "return e / e.sum(axis=1, keepdims=True)",
        "return e",
        "the exponentials must still be divided by the sum of their row",
    ),
    "a sigmoid each": (
        "def softmax(z):\n    return np.exp(-np.logaddexp(0, -z))",
        "every class is judged on its own here, and a row does not add up to 1",
    ),
    "base two": ("e = np.exp(", "e = np.exp2(", "these are powers of 2; the softmax takes powers of e"),
    "logarithm": (
        "return e / e.sum(axis=1, keepdims=True)",
        "return np.log(e / e.sum(axis=1, keepdims=True))",
        "these are the logarithms of the probabilities",
    ),
    "changes the scores": (
        "e = np.exp(z - z.max(axis=1, keepdims=True))",
        "z -= z.max(axis=1, keepdims=True)\n    e = np.exp(z)",
        "`-=` changed the caller's scores; make a new array",
    ),
    "a small number in the divisor": (
        ("def softmax(z):\n    e = np.exp(z - z.max())\n    return e / (e.sum(axis=1, keepdims=True) + 1e-8)"),
        "a small number in the divisor hides that a row has become all zeros, and no row adds up to 1: take off the largest of each row, then every sum is at least 1",
    ),
    "scores clipped": (
        ("def softmax(z):\n    e = np.exp(np.clip(z, -500, 500))\n    return e / e.sum(axis=1, keepdims=True)"),
        "clipping keeps exp from overflowing, but scores beyond the clip come out equal: take off the largest of each row instead",
    ),
}
RIGHT["softmax"] = {
    "row by row": (
        "def softmax(z):\n"
        "    rows = []\n"
        "    for row in z:\n"
        "        e = np.exp(row - max(row))\n"
        "        rows.append(e / sum(e))\n"
        "    return np.array(rows)"
    ),
    "through the logarithm": ("def softmax(z):\n    return np.exp(z - np.logaddexp.reduce(z, axis=1)[:, None])"),
    "transposed": ("def softmax(z):\n    e = np.exp(z.T - z.max(axis=1))\n    return (e / e.sum(axis=0)).T"),
}

WRONG["softmax_loss"] = {
    "logarithm of a softmax": (
        "    log_p = score - np.log(np.exp(score).sum(axis=1, keepdims=True))\n",
        '    p = np.exp(score)\n    with np.errstate(divide="ignore"):\n        log_p = np.log(p / p.sum(axis=1, keepdims=True))\n',
        "a probability may round to 0, and its logarithm is minus infinity; work the logarithm out on paper",
    ),
    "overflows": (
        "    score = score - score.max(axis=1, keepdims=True)\n",
        "",
        "exp overflows for scores of thousands; subtract each row's largest first",
    ),
    "sum": (
        "return -np.mean(log_p[rows, t]), error.T @ x1 / len(t)",
        "return -np.sum(log_p[rows, t]), error.T @ x1",
        "both are means over the samples, here they are sums",
    ),
    "gradient not divided": (
        "error.T @ x1 / len(t)",
        "error.T @ x1",
        "E is the mean over the samples, and so must its gradient be",
    ),
    "gradient turned round": (
        "error.T @ x1 / len(t)",
        "-error.T @ x1 / len(t)",
        "the gradient is p minus the one-hot label, times the input; yours points downhill",
    ),
    "label left out of the gradient": (
        "    error[rows, t] -= 1\n",
        "",
        "the loss is right, but in the gradient 1 must be taken off the probability of the right class",
    ),
    "one off in whole columns": (
        "error[rows, t] -= 1",
        "error[:, t] -= 1",
        "error[:, t] takes 1 off whole columns; only the entry (i, t[i]) of every row i is meant",
    ),
    "gradient transposed": (
        "error.T @ x1 / len(t)",
        "x1.T @ error / len(t)",
        "the gradient has the shape of w, (K, d + 1); this is its transpose",
    ),
    "softmax over the samples": (
        "np.exp(score).sum(axis=1, keepdims=True)",
        "np.exp(score).sum(axis=0, keepdims=True)",
        "the probabilities of one sample, a row, add up to 1; you sum over the samples",
    ),
    "softmax over the samples, with their maximum": (
        "score.max(axis=1, keepdims=True)\n    log_p = score - np.log(np.exp(score).sum(axis=1, keepdims=True))",
        "score.max(axis=0, keepdims=True)\n    log_p = score - np.log(np.exp(score).sum(axis=0, keepdims=True))",
        "maximum and sum run over the samples (axis 0); the classes of one sample, a row, compete: axis 1",
    ),
    "all classes in the loss": (
        "-np.mean(log_p[rows, t])",
        "-np.mean(log_p)",
        "the loss looks only at the probability of the right class",
    ),
    "loss of whole columns": (
        "-np.mean(log_p[rows, t])",
        "-np.mean(log_p[:, t])",
        "log_p[:, t] is a table of columns; take one entry per row: log_p[np.arange(n), t]",
    ),
    "probability instead of its logarithm": (
        "-np.mean(log_p[rows, t])",
        "1 - np.mean(np.exp(log_p[rows, t]))",
        "the loss is minus the logarithm of the probability, not 1 minus the probability",
    ),
    "bias without a slope": (
        "return -np.mean(log_p[rows, t]), error.T @ x1 / len(t)",
        "gradient = error.T @ x1 / len(t)\n    gradient[:, 0] = 0\n    return -np.mean(log_p[rows, t]), gradient",
        "the biases, column 0, have slopes too",
    ),
    "a sigmoid each": (
        "    log_p = score - np.log(np.exp(score).sum(axis=1, keepdims=True))\n",
        "    log_p = -np.logaddexp(0, -x1 @ w.T)\n",
        "these are K separate sigmoid neurons; the classes must share a probability of 1",
    ),
    "mean over all entries": (
        ("return -np.mean(log_p[rows, t]), error.T @ x1 / len(t)"),
        ("return -np.sum(log_p[rows, t]) / log_p.size, error.T @ x1 / log_p.size"),
        "this divides by samples times classes; the mean is over the samples alone",
    ),
}
RIGHT["softmax_loss"] = {
    "one-hot labels": (
        "def softmax_loss(w, x1, t):\n"
        "    z = x1 @ w.T\n"
        "    one_hot = np.eye(len(w))[t]\n"
        "    log_p = z - np.logaddexp.reduce(z, axis=1)[:, None]\n"
        "    return -np.sum(one_hot * log_p) / len(t), (np.exp(log_p) - one_hot).T @ x1 / len(t)"
    ),
    "sample by sample": (
        "def softmax_loss(w, x1, t):\n"
        "    loss, gradient = 0.0, np.zeros(w.shape)\n"
        "    for sample, label in zip(x1, t):\n"
        "        z = w @ sample\n"
        "        z = z - z.max()\n"
        "        p = np.exp(z) / np.exp(z).sum()\n"
        "        loss -= (z[label] - np.log(np.exp(z).sum())) / len(t)\n"
        "        p[label] -= 1\n"
        "        gradient += np.outer(p, sample) / len(t)\n"
        "    return loss, gradient"
    ),
}

WRONG["train_classes"] = {
    "sigmoid still before the softmax": (
        "score = x1 @ w.T",
        "score = logistic.sigmoid(x1 @ w.T)",
        "scores between 0 and 1 go into the softmax, so that the surest sample gets e / (e + K - 1) at most",
    ),
    "sigmoid moved into the loss": (
        "p = logistic.softmax(score)\n",
        "p = logistic.sigmoid(logistic.softmax(score))\n",
        "the softmax gives probabilities already; a sigmoid after it spoils them",
    ),
    "sigmoid without the softmax": (
        "p = logistic.softmax(score)\n",
        "p = logistic.sigmoid(score)\n",
        "now the softmax is gone: the sigmoid had to go",
    ),
    "another squashing": (
        "score = x1 @ w.T",
        "score = np.tanh(x1 @ w.T)",
        "tanh bounds the scores as the sigmoid did; nothing may stand between weights and softmax",
    ),
    "ReLU on the scores": (
        "score = x1 @ w.T",
        "score = np.maximum(x1 @ w.T, 0)",
        "a negative score says that a class is unlikely; a ReLU forgets it",
    ),
    "gradient of the sigmoid added": (
        "def train_classes(x1, t, classes, eta, steps):\n"
        "    w, one_hot, losses = np.zeros((classes, x1.shape[1])), np.eye(classes)[t], []\n"
        "    for _ in range(steps):\n"
        "        score = logistic.sigmoid(x1 @ w.T)\n"
        "        p = logistic.softmax(score)\n"
        "        losses.append(-np.mean(np.log(np.sum(one_hot * p, axis=1))))\n"
        "        w -= eta * ((p - one_hot) * score * (1 - score)).T @ x1 / len(t)\n"
        "    return w, np.array(losses)",
        "the gradient now fits the sigmoid, but the sigmoid is the mistake: the probabilities are still bounded",
    ),
    "softmax twice": (
        "p = logistic.softmax(score)\n",
        "p = logistic.softmax(logistic.softmax(score))\n",
        "a softmax of probabilities is nearly uniform, for the same reason as before",
    ),
    "softmax over the samples": (
        "p = logistic.softmax(score)\n",
        "p = logistic.softmax(score.T).T\n",
        "the classes of one sample compete, not the samples of one class",
    ),
    "loss after the step": (
        "def train_classes(x1, t, classes, eta, steps):\n"
        "    w, one_hot, losses = np.zeros((classes, x1.shape[1])), np.eye(classes)[t], []\n"
        "    for _ in range(steps):\n"
        "        w -= eta * (logistic.softmax(x1 @ w.T) - one_hot).T @ x1 / len(t)\n"
        "        losses.append(-np.mean(np.log(np.sum(one_hot * logistic.softmax(x1 @ w.T), axis=1))))\n"
        "    return w, np.array(losses)",
        "the losses are those after each step; asked is the loss before it",
    ),
    "larger scores": (
        "score = x1 @ w.T",
        "score = 10 * logistic.sigmoid(x1 @ w.T)",
        "a longer ruler moves the bound and does not remove it: take the sigmoid out",
    ),
    "sum instead of mean": (
        "(p - one_hot).T @ x1 / len(t)",
        "(p - one_hot).T @ x1",
        "the sigmoid is gone, but so is the mean over the samples",
    ),
    "uphill": (
        "w -= eta",
        "w += eta",
        "the step went the right way; now it goes uphill",
    ),
}
RIGHT["train_classes"] = {
    "with log_softmax": (
        "def train_classes(x1, t, classes, eta, steps):\n"
        "    w, losses = np.zeros((classes, x1.shape[1])), np.zeros(steps)\n"
        "    for k in range(steps):\n"
        "        log_p = logistic.log_softmax(x1 @ w.T)\n"
        "        losses[k] = -log_p[np.arange(len(t)), t].mean()\n"
        "        error = np.exp(log_p) - (t[:, None] == np.arange(classes))\n"
        "        w = w - eta / len(t) * (error.T @ x1)\n"
        "    return w, losses"
    ),
    "scores inlined": (
        "        score = x1 @ w.T\n        p = logistic.softmax(score)\n",
        "        p = logistic.softmax((w @ x1.T).T)\n",
    ),
}

WRONG["open_chances"] = {
    "not trained": (
        "range(15)",
        "range(0)",
        "every answer is one half: train in this cell",
    ),
    "as many steps as there are, and large ones": (
        "for _ in range(15):  # stopped early, before it knows the 80 by heart\n    weights = weights - 0.5 *",
        "for _ in range(60):\n    weights = weights - 3 *",
        "it knows the 80 samples by heart and is far too sure of new ones: stop earlier",
    ),
    "inputs as they come": (
        "centre, spread = thrown_x.mean(axis=0), thrown_x.std(axis=0)",
        "centre, spread = 0.0, 1.0",
        "with unscaled columns the largest leads and the steps overshoot: centre and scale",
    ),
    "inputs as they come, a small rate": (
        "centre, spread = thrown_x.mean(axis=0), thrown_x.std(axis=0)\n",
        "centre, spread = 0.0, 20.0\n",
        "divided by one number for all columns, the small ones still count for nothing: each column has its own spread",
    ),
    "scaled for training only": (
        "perceptron.augment((x - centre) / spread) @ weights",
        "perceptron.augment(x) @ weights",
        "new samples must be centred and scaled as those of the training were",
    ),
    "the other class": (
        "    return logistic.sigmoid(perceptron.augment((x - centre) / spread) @ weights)",
        "    z = perceptron.augment((x - x.mean(axis=0)) / x.std(axis=0)) @ weights\n    return 1 - logistic.sigmoid(z)",
        "the answers are turned round: this is the probability of label 0",
    ),
    "yes or no": (
        "return logistic.sigmoid(perceptron.augment((x - centre) / spread) @ weights)",
        "return (perceptron.augment((x - centre) / spread) @ weights > 0) * 1.0",
        "0 and 1 say that you are certain; a probability is asked for",
    ),
    "the share of ones": (
        "return logistic.sigmoid(perceptron.augment((x - centre) / spread) @ weights)",
        "return np.full(len(x), thrown_t.mean())",
        "the same probability for all: honest, but it uses no measurement",
    ),
    "logits": (
        "return logistic.sigmoid(perceptron.augment((x - centre) / spread) @ weights)",
        "return perceptron.augment((x - centre) / spread) @ weights",
        "a probability lies from 0 to 1, and a linear score does not stay there: put the sigmoid on top",
    ),
    "not a number": (
        "return logistic.sigmoid(perceptron.augment((x - centre) / spread) @ weights)",
        "with np.errstate(all='ignore'):\n        return logistic.sigmoid(perceptron.augment(np.log((x - centre) / spread)) @ weights)",
        "not a number (NaN): a negative number's logarithm, or weights grown beyond all bounds; print where the first appears",
    ),
    "uphill": (
        "weights - 0.5 * slope",
        "weights + 0.5 * slope",
        "the gradient points uphill: subtract it",
    ),
    "labels of -1 and +1": (
        "slope(weights, scaled, thrown_t)",
        "slope(weights, scaled, 2 * thrown_t - 1)",
        "the cross-entropy of this lesson wants labels 0 and 1",
    ),
    "a column": (
        "return logistic.sigmoid(perceptron.augment((x - centre) / spread) @ weights)",
        "return logistic.sigmoid(perceptron.augment((x - centre) / spread) @ weights)[:, None]",
        "one number for each sample, shape (n,), is asked for",
    ),
    "the counter replaced": (
        "centre, spread = thrown_x.mean(axis=0), thrown_x.std(axis=0)\n",
        "slope = logistic.gradient\ncentre, spread = thrown_x.mean(axis=0), thrown_x.std(axis=0)\n",
        "take gradients from the given counter: sixty are the budget",
    ),
}
RIGHT["open_chances"] = {
    "the five inputs that matter most": (
        '''centre, spread = thrown_x.mean(axis=0), thrown_x.std(axis=0)
scaled = perceptron.augment((thrown_x - centre) / spread)
weights = np.zeros(21)
for _ in range(15):  # stopped early, before it knows the 80 by heart
    weights = weights - 0.5 * slope(weights, scaled, thrown_t)


def chance(x):
    """Probability (n,) of label 1 for x (n, 20)."""
    return logistic.sigmoid(perceptron.augment((x - centre) / spread) @ weights)''',
        """mu, sd = thrown_x.mean(0), thrown_x.std(0)
table = np.hstack([np.ones((80, 1)), (thrown_x - mu) / sd])
first = slope(np.zeros(21), table, thrown_t)
keep = np.append(0, 1 + np.argsort(-np.abs(first[1:]))[:5])
v = np.zeros(6)
for _ in range(25):
    v -= 0.5 * slope(v, table[:, keep], thrown_t)


def chance(x):
    one = np.hstack([np.ones((len(x), 1)), (x - mu) / sd])
    return 1 / (1 + np.exp(-one[:, keep] @ v))""",
    ),
    "weights that shrink": (
        '''centre, spread = thrown_x.mean(axis=0), thrown_x.std(axis=0)
scaled = perceptron.augment((thrown_x - centre) / spread)
weights = np.zeros(21)
for _ in range(15):  # stopped early, before it knows the 80 by heart
    weights = weights - 0.5 * slope(weights, scaled, thrown_t)


def chance(x):
    """Probability (n,) of label 1 for x (n, 20)."""
    return logistic.sigmoid(perceptron.augment((x - centre) / spread) @ weights)''',
        """train, others = data.standardise(thrown_x, np.zeros((1, 20)))
shift, size = thrown_x.mean(axis=0), thrown_x.std(axis=0)
v, train = np.zeros(21), perceptron.augment(train)
shrink = np.append(0, np.full(20, 0.1))
for _ in range(60):
    v = v - 0.5 * (slope(v, train, thrown_t) + shrink * v)


def chance(x):
    return logistic.sigmoid(v[0] + (x - shift) / size @ v[1:])""",
    ),
}
