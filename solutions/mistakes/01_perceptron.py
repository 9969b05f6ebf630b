"""Lesson 01, The perceptron: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["augment"] = {
    "the ones come last": (
        "[ones, x]",
        "[x, ones]",
        "the constant belongs in front: column 0 is the 1, because the bias is the first weight",
    ),
    "zeros instead of ones": (
        "np.ones(",
        "np.zeros(",
        "an input that is always 0 can never move the neuron; the constant input is 1",
    ),
    "a row instead of a column": (
        "def augment(x):\n    return np.vstack([np.ones((1, x.shape[1])), x])",
        "every sample needs its own 1: add a column to the left, not a row on top",
    ),
    "overwrites the first input": (
        "def augment(x):\n    x1 = np.array(x, float)\n    x1[:, 0] = 1\n    return x1",
        "the first input is gone: the 1 is an extra column, so the result is one column wider than x",
    ),
    "ones on both sides": (
        "def augment(x):\n    return np.pad(np.array(x, float), ((0, 0), (1, 1)), constant_values=1)",
        "there is one constant input, in front; the last column should be the last column of x",
    ),
    "keeps whole numbers": (
        "ones = np.ones((len(x), 1))",
        "ones = np.ones((len(x), 1), dtype=np.asarray(x).dtype)",
        "asked is float64: weights are fractions, and an integer array would cut them off later",
    ),
    "changes x in place": (
        "def augment(x):\n    x1 = np.hstack([np.ones((len(x), 1)), x])\n    x[:] = x1[:, :-1]\n    return x1",
        "the array that came in was changed; build a new one and leave x alone",
    ),
}
RIGHT["augment"] = {
    "filled into an empty array": (
        "def augment(x):\n    x1 = np.empty((x.shape[0], x.shape[1] + 1))\n    x1[:, 0] = 1\n    x1[:, 1:] = x\n    return x1"
    ),
    "np.insert": "def augment(x):\n    return np.insert(np.asarray(x, float), 0, 1, axis=1)",
    "a list of rows": "def augment(x):\n    return np.array([[1.0, *row] for row in x])",
}

WRONG["signed_distance"] = {
    "length counts the bias": (
        "np.linalg.norm(w[1:])",
        "np.linalg.norm(w)",
        "you divide by the length of all of w~; the bias shifts the plane and is no part of its normal",
    ),
    "not normalised": (
        "return score / np.linalg.norm(w[1:])",
        "return score",
        "this is the score, not the distance: divide by the length of the normal",
    ),
    "always normalised": (
        "if not normalised:\n        return score\n    ",
        "",
        "with normalised=False the bare score is asked; the argument is ignored",
    ),
    "bias forgotten": ("w[0] + x @ w[1:]", "x @ w[1:]", "the bias w[0] is missing: your plane goes through the origin"),
    "bias subtracted": (
        "w[0] + x @ w[1:]",
        "x @ w[1:] - w[0]",
        "the bias is added, not subtracted; it was the threshold that stood on the other side",
    ),
    "sign lost": (
        "return score / np.linalg.norm(w[1:])",
        "return np.abs(score) / np.linalg.norm(w[1:])",
        "the distance is signed: negative where the normal points away",
    ),
    "squared length": (
        "np.linalg.norm(w[1:])",
        "np.sum(w[1:] ** 2)",
        "you divide by a² + b²; the length of the normal is the square root of that",
    ),
    "bias taken from the end": (
        "w[0] + x @ w[1:]",
        "w[-1] + x @ w[:-1]",
        "in this course the bias is the first weight, not the last",
    ),
    "bias last throughout": (
        "def signed_distance(w, x, normalised=True):\n"
        "    score = x @ w[:-1] + w[-1]\n"
        "    return score / np.linalg.norm(w[:-1]) if normalised else score",
        "w was read with the bias last; here w[0] is the bias and w[1:] the normal",
    ),
    "bias not divided": (
        "def signed_distance(w, x, normalised=True):\n"
        "    length = np.linalg.norm(w[1:]) if normalised else 1\n"
        "    return w[0] + x @ w[1:] / length",
        "only a part of the score is divided by the length; the bias must be divided too",
    ),
    "sum of absolute weights": (
        "np.linalg.norm(w[1:])",
        "np.sum(np.abs(w[1:]))",
        "|a| + |b| is not the length of (a, b); take the root of the sum of squares",
    ),
    "normalises w in place": (
        "def signed_distance(w, x, normalised=True):\n"
        "    if normalised:\n"
        "        w /= np.linalg.norm(w[1:])\n"
        "    return w[0] + x @ w[1:]",
        "`/=` changed the weights of the caller; make a new array instead",
    ),
}
RIGHT["signed_distance"] = {
    "loop over points": (
        "def signed_distance(w, x, normalised=True):\n"
        "    length = sum(v * v for v in w[1:]) ** 0.5 if normalised else 1.0\n"
        "    return np.array([(w[0] + sum(a * b for a, b in zip(w[1:], p))) / length for p in x])"
    ),
    "augment, then one product": (
        "def signed_distance(w, x, normalised=True):\n"
        "    unit = w / np.sqrt(w[1:] @ w[1:]) if normalised else w\n"
        "    return np.column_stack([np.ones(len(x)), x]) @ unit"
    ),
}

WRONG["predict"] = {
    "0 counts as low": (
        "score >= 0",
        "score > 0",
        "a score of exactly 0 reaches the threshold: the answer there is 1",
    ),
    "np.sign": (
        "return np.where(score >= 0, 1, low)",
        "return np.sign(score).astype(int)",
        "np.sign has a third answer, 0, for points on the line, and it knows nothing of `low`",
    ),
    "sides swapped": ("1, low)", "low, 1)", "the two answers are swapped: 1 belongs where the score is positive"),
    "low ignored": ("1, low)", "1, -1)", "the argument `low` is ignored: with low=0 the other answer is 0"),
    "always 0 and 1": ("1, low)", "1, 0)", "without `low` given the other answer is -1, not 0"),
    "True and False": (
        "return np.where(score >= 0, 1, low)",
        "return score >= 0",
        "you return truth values; asked are the integers 1 and `low`",
    ),
    "floats": ("1, low)", "1.0, float(low))", "asked is an integer array; 1.0 is a float"),
    "bias forgotten": ("w[0] + x @ w[1:]", "x @ w[1:]", "the bias w[0] is missing from the score"),
    "np.sign with low": (
        (
            "def predict(w, x, low=-1):\n"
            "    labels = np.sign(w[0] + x @ w[1:]).astype(int)\n"
            "    labels[labels < 0] = low\n"
            "    return labels"
        ),
        "np.sign has a third answer, 0, for points on the line: there the answer is 1",
    ),
    "bias last": (("w[0] + x @ w[1:]"), ("x @ w[:-1] + w[-1]"), "the bias is taken from the end of w; it stands first"),
}
RIGHT["predict"] = {
    "one by one": ("def predict(w, x, low=-1):\n    return np.array([1 if w[0] + w[1:] @ p >= 0 else low for p in x])"),
    "arithmetic on truth values": (
        "def predict(w, x, low=-1):\n"
        "    score = np.insert(x, 0, 1, axis=1) @ w\n"
        "    return low + (1 - low) * (score >= 0).astype(int)"
    ),
}

WRONG["criterion"] = {
    "sums over all samples": (
        "wrong = t * score <= 0",
        "wrong = t * score < np.inf",
        "the sum runs over the misclassified samples only; over all of them it has no minimum (see below)",
    ),
    "points on the line left out": (
        "t * score <= 0",
        "t * score < 0",
        "a point exactly on the line counts as misclassified (<= 0): E does not notice, its gradient does",
    ),
    "loss has the wrong sign": (
        "loss = -np.sum",
        "loss = np.sum",
        "E must be positive when something is wrong: t · score is negative there, so a minus stands in front",
    ),
    "gradient has the wrong sign": (
        "gradient = -np.sum",
        "gradient = np.sum",
        "the minus of E belongs to its gradient too",
    ),
    "averages": (
        "loss = -np.sum(t[wrong] * score[wrong])\n    gradient = -np.sum(t[wrong, None] * x1[wrong], axis=0)",
        "loss = -np.sum(t[wrong] * score[wrong]) / len(t)\n"
        "    gradient = -np.sum(t[wrong, None] * x1[wrong], axis=0) / len(t)",
        "the criterion is a sum, here it was divided by the number of samples",
    ),
    "averages over the misclassified": (
        "loss = -np.sum(t[wrong] * score[wrong])\n    gradient = -np.sum(t[wrong, None] * x1[wrong], axis=0)",
        "many = max(1, np.sum(wrong))\n"
        "    loss = -np.sum(t[wrong] * score[wrong]) / many\n"
        "    gradient = -np.sum(t[wrong, None] * x1[wrong], axis=0) / many",
        "the criterion is a sum, here it was divided by the number of misclassified samples",
    ),
    "counts errors": (
        "loss = -np.sum(t[wrong] * score[wrong])",
        "loss = np.sum(wrong)",
        "this counts the misclassified; the criterion adds up how far wrong each is",
    ),
    "gradient over all samples": (
        "-np.sum(t[wrong, None] * x1[wrong], axis=0)",
        "-np.sum(t[:, None] * x1, axis=0)",
        "E is right, but its gradient sums over all samples instead of the misclassified",
    ),
    "gradient without labels": (
        "-np.sum(t[wrong, None] * x1[wrong], axis=0)",
        "-np.sum(x1[wrong], axis=0)",
        "each misclassified sample enters the gradient times its label t",
    ),
    "the correct ones instead": (
        "wrong = t * score <= 0",
        "wrong = t * score > 0",
        "you sum over the samples that are classified correctly",
    ),
    "labels forgotten": (
        "wrong = t * score <= 0",
        "wrong = score <= 0",
        "a negative score is an error only for t = +1: the test is on t · score",
    ),
    "normalised": (
        "score = x1 @ w",
        "score = x1 @ w / max(np.linalg.norm(w[1:]), 1e-300)",
        "the criterion uses the score itself, not the distance",
    ),
    "hinge with a margin": (
        (
            "def criterion(w, x1, t):\n"
            "    margin = t * (x1 @ w)\n"
            "    inside = margin < 1\n"
            "    return np.sum(1 - margin[inside]), -np.sum(t[inside, None] * x1[inside], axis=0)"
        ),
        "this is the hinge of a support vector machine, with a margin of 1: here a sample counts only where t · score is 0 or less, by -t · score",
    ),
}
RIGHT["criterion"] = {
    "loop": (
        "def criterion(w, x1, t):\n"
        "    loss, gradient = 0.0, np.zeros(len(w))\n"
        "    for sample, label in zip(x1, t):\n"
        "        score = sample @ w\n"
        "        if label * score <= 0:\n"
        "            loss -= label * score\n"
        "            gradient -= label * sample\n"
        "    return loss, gradient"
    ),
    "zeros in place of the correct ones": (
        "def criterion(w, x1, t):\n"
        "    weight = np.where(t * (x1 @ w) <= 0, t, 0)\n"
        "    gradient = -(weight @ x1)\n"
        "    return gradient @ w, gradient"
    ),
}

WRONG["epoch"] = {
    "old weights for the whole epoch": (
        "def epoch(w, x1, t, eta=1.0):\n"
        "    wrong = t * (x1 @ w) <= 0\n"
        "    return w + eta * (t[wrong] @ x1[wrong]), int(np.sum(wrong))",
        "every sample was judged by the weights from the start of the epoch; judge each by the weights as they are then",
    ),
    "points on the line left out": (
        "(w @ sample) <= 0",
        "(w @ sample) < 0",
        "a score of exactly 0 counts as misclassified (<= 0); otherwise weights of 0 never start to learn",
    ),
    "twice the step": (
        "eta * label * sample",
        "2 * eta * label * sample",
        "the step is twice too long: eta (t - y) x~ with answers of -1 and 1 has t - y = 2 t",
    ),
    "learning rate dropped": ("eta * label * sample", "label * sample", "the step is eta t x~: eta is missing"),
    "wrong direction": ("w += eta", "w -= eta", "the step adds eta t x~; subtracting it makes the error larger"),
    "label left out of the step": (
        "eta * label * sample",
        "eta * sample",
        "the step is eta t x~: without t a sample of class -1 pushes the wrong way",
    ),
    "updates every sample": (
        "if label * (w @ sample) <= 0:",
        "if True:",
        "you learn from every sample (Hebb's rule); the perceptron learns from the misclassified only",
    ),
    "updates the correct ones": (
        "(w @ sample) <= 0",
        "(w @ sample) > 0",
        "the test is the wrong way round: samples with t · score > 0 are right and stay as they are",
    ),
    "stops at the first mistake": (
        "updates += 1\n    return w, updates",
        "updates += 1\n            break\n    return w, updates",
        "an epoch goes on after an update, to the last sample",
    ),
    "bias not updated": (
        "w += eta * label * sample",
        "w[1:] += eta * label * sample[1:]",
        "the bias w[0] learns as well: its input is the 1 in front",
    ),
    "writes into w": (
        "w = w.copy()",
        "w = np.asarray(w)",
        "`w += ...` changed the caller's weights; start from a copy",
    ),
    "last sample first": (
        "zip(x1, t, strict=True)",
        "zip(x1[::-1], t[::-1], strict=True)",
        "the samples come in the order of the rows, first to last",
    ),
    "always one update": (
        "updates += 1",
        "updates = 1",
        "the number of updates is counted over the whole epoch",
    ),
    "label ignored in the test": (
        "if label * (w @ sample) <= 0:",
        "if w @ sample <= 0:",
        "misclassified depends on the label too: the test is t · score <= 0",
    ),
    "twice the step, and 0 answers 1": (
        (
            "def epoch(w, x1, t, eta=1.0):\n"
            "    w, updates = w.copy(), 0\n"
            "    for sample, label in zip(x1, t, strict=True):\n"
            "        y = 1 if w @ sample >= 0 else -1\n"
            "        if y != label:\n"
            "            w += eta * (label - y) * sample\n"
            "            updates += 1\n"
            "    return w, updates"
        ),
        "eta (t - y) x~ with answers of -1 and 1 is twice the step; and a score of exactly 0 counts as misclassified whatever t is",
    ),
    "the delta rule's step": (
        ("w += eta * label * sample"),
        ("w += eta * (label - w @ sample) * sample"),
        "the step is eta t x~; t minus the score is the delta rule's error",
    ),
}
RIGHT["epoch"] = {
    "new array at each step": (
        "def epoch(w, x1, t, eta=1.0):\n"
        "    updates = 0\n"
        "    for i in range(len(t)):\n"
        "        if t[i] * np.dot(x1[i], w) <= 0:\n"
        "            w = w + eta * t[i] * x1[i]\n"
        "            updates = updates + 1\n"
        "    return w * 1.0, updates"
    ),
    "jumps to the next mistake": (
        "def epoch(w, x1, t, eta=1.0):\n"
        "    w, updates, at = np.array(w, dtype=float), 0, 0\n"
        "    while True:\n"
        "        wrong = np.flatnonzero(t[at:] * (x1[at:] @ w) <= 0)\n"
        "        if len(wrong) == 0:\n"
        "            return w, updates\n"
        "        at += wrong[0]\n"
        "        w += eta * t[at] * x1[at]\n"
        "        updates, at = updates + 1, at + 1"
    ),
}

WRONG["mistake_bound"] = {
    "margin without the bias": (
        "/ np.linalg.norm(w)",
        "/ np.linalg.norm(w[1:])",
        "this is the distance in the space of x; Novikoff's gamma divides by the length of all of w~",
    ),
    "margin not normalised": (
        "np.min(t * (x1 @ w)) / np.linalg.norm(w)",
        "np.min(t * (x1 @ w))",
        "gamma is the smallest t · score divided by the length of w~",
    ),
    "mean instead of minimum": (
        "np.min(t",
        "np.mean(t",
        "the margin is that of the worst sample, not the average",
    ),
    "labels forgotten": (
        "np.min(t * (x1 @ w))",
        "np.min(np.abs(x1 @ w))",
        "a point on the wrong side has a negative t · score; with the absolute value every w would separate",
    ),
    "radius without the 1": (
        "np.linalg.norm(x1, axis=1)",
        "np.linalg.norm(x1[:, 1:], axis=1)",
        "R is the length of x~, the constant 1 included",
    ),
    "length over the wrong axis": (
        "np.linalg.norm(x1, axis=1)",
        "np.linalg.norm(x1, axis=0)",
        "axis=0 gives the length of the columns; a sample is a row, axis=1",
    ),
    "average radius": (
        "np.max(np.linalg.norm",
        "np.mean(np.linalg.norm",
        "R belongs to the largest sample, not the average one",
    ),
    "not squared": ("(radius / gamma) ** 2", "radius / gamma", "the bound is the square of R / gamma"),
    "a bound where there is none": (
        "(radius / gamma) ** 2 if gamma > 0 else np.inf",
        "(radius / gamma) ** 2 if gamma else np.inf",
        "with gamma < 0 the weights do not separate, and there is no bound: inf",
    ),
    "counts epochs": (
        "        if mistakes == before:\n            break\n    return mistakes",
        "        if mistakes == before:\n            break\n    return _ + 1",
        "asked is the number of updates, not of epochs",
    ),
    "points on the line left out": (
        "(w @ sample) <= 0",
        "(w @ sample) < 0",
        "from weights of 0 every score is 0; with < nothing is ever misclassified and nothing is learned",
    ),
    "last epoch only": (
        "before = mistakes\n        for",
        "before = mistakes = 0\n        for",
        "the count starts anew in each epoch; it must run on over all of them",
    ),
    "old weights for the whole epoch": (
        "def count_mistakes(x1, t, max_epochs):\n"
        "    w, mistakes = np.zeros(x1.shape[1]), 0\n"
        "    for _ in range(max_epochs):\n"
        "        wrong = t * (x1 @ w) <= 0\n"
        "        w = w + t[wrong] @ x1[wrong]\n"
        "        mistakes += int(np.sum(wrong))\n"
        "        if not np.any(wrong):\n"
        "            break\n"
        "    return mistakes",
        "each sample must be judged by the weights as they are then, not as they were when the epoch began",
    ),
    "every epoch starts at zeros": (
        "def count_mistakes(x1, t, max_epochs):\n"
        "    mistakes = 0\n"
        "    for _ in range(max_epochs):\n"
        "        w, before = np.zeros(x1.shape[1]), mistakes\n"
        "        for sample, label in zip(x1, t, strict=True):\n"
        "            if label * (w @ sample) <= 0:\n"
        "                w, mistakes = w + label * sample, mistakes + 1\n"
        "        if mistakes == before:\n"
        "            break\n"
        "    return mistakes",
        "what an epoch learned is lost: the next one must go on with the weights it left",
    ),
    "stops after one epoch": (
        "if mistakes == before:",
        "if mistakes >= before:",
        "it stops after the first epoch; go on until an epoch has no update",
    ),
    "one epoch too many": (
        "range(max_epochs)",
        "range(max_epochs + 1)",
        "max_epochs is the number of epochs, counted from 1",
    ),
}
RIGHT["mistake_bound"] = {
    "max of squares, while loop": (
        "def mistake_bound(w, x1, t):\n"
        "    gamma = min(label * (sample @ w) for sample, label in zip(x1, t)) / np.sqrt(w @ w)\n"
        "    squared = np.max(np.sum(x1 * x1, axis=1))\n"
        "    bound = squared / gamma**2 if gamma > 0 else float('inf')\n"
        "    return gamma, np.sqrt(squared), bound\n\n\n"
        "def count_mistakes(x1, t, max_epochs):\n"
        "    w, mistakes, epochs, clean = np.zeros(x1.shape[1]), 0, 0, False\n"
        "    while not clean and epochs < max_epochs:\n"
        "        clean, epochs = True, epochs + 1\n"
        "        for i in range(len(t)):\n"
        "            if t[i] * np.dot(w, x1[i]) <= 0:\n"
        "                w = w + t[i] * x1[i]\n"
        "                mistakes, clean = mistakes + 1, False\n"
        "    return mistakes"
    ),
    "unit weights first": (
        "gamma = np.min(t * (x1 @ w)) / np.linalg.norm(w)",
        "unit = w / np.linalg.norm(w)\n    gamma = np.min(t * (x1 @ unit))",
    ),
}

WRONG["pocket"] = {
    "points on the line counted right": (
        "errors = np.sum(t * (x1 @ w) <= 0)",
        "errors = np.sum(t * (x1 @ w) < 0)",
        "a sample exactly on the line is an error as well, as in the update: count t · score <= 0",
    ),
    "both bugs": (
        "def pocket(x1, t, epochs, rng):\n"
        "    w = np.zeros(x1.shape[1])\n"
        "    best, fewest = w, len(t)\n"
        "    for _ in range(epochs):\n"
        "        order = rng.permutation(len(t))\n"
        "        for sample, label in zip(x1[order], t):\n"
        "            if label * (w @ sample) <= 0:\n"
        "                w += label * sample\n"
        "        errors = np.sum(t * (x1 @ w) <= 0)\n"
        "        if errors < fewest:\n"
        "            best, fewest = w, errors\n"
        "    return best, fewest",
        "both bugs are still in it: nothing that the check can see has been repaired yet",
    ),
    "labels not shuffled": (
        "zip(x1[order], t[order], strict=True)",
        "zip(x1[order], t, strict=True)",
        "one bug is left: follow a single sample through the loop, whose label does it meet?",
    ),
    "pocket still holds w itself": (
        "best, fewest = w.copy(), errors",
        "best, fewest = w, errors",
        "one bug is left: what happens to the pocket when the next update changes w?",
    ),
    "shuffle taken out": (
        "zip(x1[order], t[order], strict=True)",
        "zip(x1, t, strict=True)",
        "the drawn order is not used; shuffle the samples and their labels alike",
    ),
    "shuffled twice": (
        "def pocket(x1, t, epochs, rng):\n"
        "    w = np.zeros(x1.shape[1])\n"
        "    best, fewest = w.copy(), len(t)\n"
        "    for _ in range(epochs):\n"
        "        samples, labels = x1[rng.permutation(len(t))], t[rng.permutation(len(t))]\n"
        "        for sample, label in zip(samples, labels):\n"
        "            if label * (w @ sample) <= 0:\n"
        "                w += label * sample\n"
        "        errors = np.sum(t * (x1 @ w) <= 0)\n"
        "        if errors < fewest:\n"
        "            best, fewest = w.copy(), errors\n"
        "    return best, fewest",
        "two draws give two different orders; draw one and use it for samples and labels",
    ),
    "shuffles what was shuffled": (
        "        for sample, label in zip(x1[order], t[order], strict=True):\n",
        "        x1, t = x1[order], t[order]\n        for sample, label in zip(x1, t, strict=True):\n",
        "each epoch shuffles what the last one had shuffled; `order` is meant for the rows as they came in",
    ),
    "keeps the latest of equals": (
        "errors < fewest",
        "errors <= fewest",
        "only strictly fewer errors go into the pocket; with <= the latest of equals replaces the first",
    ),
    "number of errors not kept": (
        "best, fewest = w.copy(), errors",
        "best = w.copy()",
        "the weights went into the pocket without their number of errors, so every later epoch looks better",
    ),
    "copies at the end": (
        "def pocket(x1, t, epochs, rng):\n"
        "    w = np.zeros(x1.shape[1])\n"
        "    best, fewest = w, len(t)\n"
        "    for _ in range(epochs):\n"
        "        order = rng.permutation(len(t))\n"
        "        for sample, label in zip(x1[order], t[order]):\n"
        "            if label * (w @ sample) <= 0:\n"
        "                w += label * sample\n"
        "        errors = np.sum(t * (x1 @ w) <= 0)\n"
        "        if errors < fewest:\n"
        "            best, fewest = w, errors\n"
        "    return best.copy(), int(np.sum(t * (x1 @ best) <= 0))",
        "these are the weights of the last epoch: only better ones go into the pocket, and as a copy at once; a copy at the "
        "end is too late",
    ),
    "errors before the epoch": (
        "def pocket(x1, t, epochs, rng):\n"
        "    w = np.zeros(x1.shape[1])\n"
        "    best, fewest = w.copy(), len(t)\n"
        "    for _ in range(epochs):\n"
        "        order = rng.permutation(len(t))\n"
        "        errors = np.sum(t * (x1 @ w) <= 0)\n"
        "        if errors < fewest:\n"
        "            best, fewest = w.copy(), errors\n"
        "        for sample, label in zip(x1[order], t[order]):\n"
        "            if label * (w @ sample) <= 0:\n"
        "                w += label * sample\n"
        "    return best, fewest",
        "the errors are counted before the epoch, so the last epoch is never looked at",
    ),
    "new weights in each epoch": (
        "        order = rng.permutation(len(t))\n",
        "        order = rng.permutation(len(t))\n        w = np.zeros(x1.shape[1])\n",
        "learning starts anew in each epoch; the weights must go on from where they were",
    ),
    "one order for all epochs": (
        ("    for _ in range(epochs):\n        order = rng.permutation(len(t))"),
        ("    order = rng.permutation(len(t))\n    for _ in range(epochs):"),
        "one order was drawn for all epochs; each epoch draws its own",
    ),
    "looks after every update": (
        (
            "def pocket(x1, t, epochs, rng):\n"
            "    w = np.zeros(x1.shape[1])\n"
            "    best, fewest = w.copy(), len(t)\n"
            "    for _ in range(epochs):\n"
            "        for i in rng.permutation(len(t)):\n"
            "            if t[i] * (w @ x1[i]) <= 0:\n"
            "                w += t[i] * x1[i]\n"
            "                errors = np.sum(t * (x1 @ w) <= 0)\n"
            "                if errors < fewest:\n"
            "                    best, fewest = w.copy(), errors\n"
            "    return best, fewest"
        ),
        "this counts the errors after every update; asked is one count after each epoch",
    ),
    "points on the line left out, throughout": (
        (
            "def pocket(x1, t, epochs, rng):\n"
            "    w = np.zeros(x1.shape[1])\n"
            "    best, fewest = w.copy(), len(t)\n"
            "    for _ in range(epochs):\n"
            "        for i in rng.permutation(len(t)):\n"
            "            if t[i] * (w @ x1[i]) < 0:\n"
            "                w += t[i] * x1[i]\n"
            "        errors = np.sum(t * (x1 @ w) < 0)\n"
            "        if errors < fewest:\n"
            "            best, fewest = w.copy(), errors\n"
            "    return best, fewest"
        ),
        "with < nothing is misclassified by weights of 0, so nothing is ever learned, and no error counted: a sample on the line is wrong",
    ),
}
RIGHT["pocket"] = {
    "new weights instead of copies": (
        "def pocket(x1, t, epochs, rng):\n"
        "    w = np.zeros(x1.shape[1])\n"
        "    best, fewest = w, len(t)\n"
        "    for _ in range(epochs):\n"
        "        order = rng.permutation(len(t))\n"
        "        for sample, label in zip(x1[order], t[order]):\n"
        "            if label * (w @ sample) <= 0:\n"
        "                w = w + label * sample\n"
        "        errors = np.sum(t * (x1 @ w) <= 0)\n"
        "        if errors < fewest:\n"
        "            best, fewest = w, errors\n"
        "    return best, fewest"
    ),
    "index loop, saved value by value": (
        "def pocket(x1, t, epochs, rng):\n"
        "    w, best, fewest = np.zeros(x1.shape[1]), np.zeros(x1.shape[1]), len(t)\n"
        "    for _ in range(epochs):\n"
        "        for i in rng.permutation(len(t)):\n"
        "            if t[i] * (x1[i] @ w) <= 0:\n"
        "                w += t[i] * x1[i]\n"
        "        errors = sum(1 for sample, label in zip(x1, t) if label * (sample @ w) <= 0)\n"
        "        if errors < fewest:\n"
        "            best[:], fewest = w, errors\n"
        "    return best, fewest"
    ),
}

WRONG["delta_step"] = {
    "not divided": (" / len(x1)", "", "the step is divided by the number of inputs"),
    "constant input not counted": (
        "len(x1)",
        "(len(x1) - 1)",
        "the constant 1 is an input too: divide by len(x1)",
    ),
    "error turned round": ("t - w @ x1", "w @ x1 - t", "the error is t - y; with y - t the output moves away from t"),
    "target instead of error": (
        "error = t - w @ x1",
        "error = t",
        "you step by the target, not by the error t - y: a sample that is already right would go on teaching",
    ),
    "threshold before the error": (
        "error = t - w @ x1",
        "error = t - (1 if w @ x1 >= 0 else -1)",
        "the delta rule compares t with the score itself, before the threshold",
    ),
    "only if misclassified": (
        "error = t - w @ x1",
        "error = (t - w @ x1) * (t * (w @ x1) <= 0)",
        "every sample teaches in the delta rule, not only the misclassified",
    ),
    "learning rate dropped": ("eta * error", "error", "eta is missing from the step"),
    "learning rate squared": ("eta * error", "eta * eta * error", "eta enters the step once"),
    "twice the step": (
        "eta * error",
        "2 * eta * error",
        "no factor 2 here: it comes from differentiating a square, and this rule has it in eta already",
    ),
    "bias not updated": (
        "def delta_step(w, x1, t, eta):\n"
        "    step = eta * (t - w @ x1) * x1 / len(x1)\n"
        "    step[0] = 0\n"
        "    return w + step",
        "the bias learns like every other weight; its input is the constant 1",
    ),
    "divided by the squared length": (
        "len(x1)",
        "(x1 @ x1)",
        "you divide by the squared length of x~; it equals the number of inputs only when all of them are +1 or -1",
    ),
    "writes into w": (
        "def delta_step(w, x1, t, eta):\n    w += eta * (t - w @ x1) * x1 / len(x1)\n    return w",
        "`+=` changed the caller's weights; return a new array",
    ),
    "forgets the input": (
        "error * x1 / len(x1)",
        "error / len(x1)",
        "each weight changes by the error times its own input",
    ),
}
RIGHT["delta_step"] = {
    "weight by weight": (
        "def delta_step(w, x1, t, eta):\n"
        "    y = sum(a * b for a, b in zip(w, x1))\n"
        "    return np.array([a + eta * (t - y) * b / len(w) for a, b in zip(w, x1)])"
    ),
    "copy, then in place": (
        "def delta_step(w, x1, t, eta):\n"
        "    new = np.array(w, dtype=float)\n"
        "    new += (eta / x1.size) * (t - np.dot(w, x1)) * x1\n"
        "    return new"
    ),
}

WRONG["open_rule"] = {
    "not trained": (
        "for _ in range(20):",
        "for _ in range(0):",
        "all weights are 0, and every sample gets the same answer: train in this cell",
    ),
    "the last weights": (
        "mean = total / (20 * len(noisy_t))",
        "mean = w",
        "the last weights are an accident of the last wrong labels; take the mean of all that were passed through",
    ),
    "the last weights, unscaled": (
        "rule = np.append(mean[0] - mean[1:] @ (centre / spread), mean[1:] / spread)",
        "rule = perceptron.train(perceptron.augment(noisy_x), noisy_t, max_epochs=50)[0]",
        "the plain perceptron never rests here, and the columns of large units lead it: scale, and do not take the last",
    ),
    "not turned back to the units that come in": (
        "rule = np.append(mean[0] - mean[1:] @ (centre / spread), mean[1:] / spread)",
        "rule = mean",
        "these weights are for scaled inputs, but `rule` meets inputs as they come: divide by the spread, mend the bias",
    ),
    "scale of the weights turned the wrong way": (
        "mean[1:] / spread)",
        "mean[1:] * spread)",
        "a weight of a scaled column is divided by the spread to fit the unscaled one, not multiplied",
    ),
    "Hebb": (
        "rule = np.append(mean[0] - mean[1:] @ (centre / spread), mean[1:] / spread)",
        "rule = noisy_t @ perceptron.augment(noisy_x)",
        "the sum of t x follows the columns with the largest numbers: learn from mistakes, and scale",
    ),
    "labels turned": (
        "rule = np.append(mean[0] - mean[1:] @ (centre / spread), mean[1:] / spread)",
        "rule = -np.append(mean[0] - mean[1:] @ (centre / spread), mean[1:] / spread)",
        "every answer is turned round: +1 belongs where the score is positive",
    ),
    "one class for all": (
        "rule = np.append(mean[0] - mean[1:] @ (centre / spread), mean[1:] / spread)",
        "rule = np.append(-1.0, np.zeros(10))",
        "only the bias is left, and it says the same of every sample",
    ),
    "the pocket of unscaled inputs": (
        "rule = np.append(mean[0] - mean[1:] @ (centre / spread), mean[1:] / spread)",
        "rule = perceptron.pocket(perceptron.augment(noisy_x), noisy_t, epochs=2, rng=np.random.default_rng(1))[0]",
        "the pocket keeps what fits unreliable labels best, of few and badly scaled tries: scale and take a mean",
    ),
    "the delta rule thrown about by large numbers": (
        "rule = np.append(mean[0] - mean[1:] @ (centre / spread), mean[1:] / spread)",
        "rule = np.zeros(11)\nwith np.errstate(all='ignore'):\n    for sample, label in zip(perceptron.augment(noisy_x), noisy_t):\n"
        "        rule = perceptron.delta_step(rule, sample, label, 0.5)",
        "the steps grow with the square of the inputs, and here they explode: scale the inputs, or take a tiny eta",
    ),
    "bias last": (
        "rule = np.append(mean[0] - mean[1:] @ (centre / spread), mean[1:] / spread)",
        "rule = np.append(mean[1:] / spread, mean[0] - mean[1:] @ (centre / spread))",
        "the bias comes first, as everywhere in this lesson",
    ),
    "no bias": (
        "rule = np.append(mean[0] - mean[1:] @ (centre / spread), mean[1:] / spread)",
        "rule = mean[1:] / spread",
        "eleven numbers are asked for: the bias is missing",
    ),
}
RIGHT["open_rule"] = {
    "least squares": (
        """centre, spread = noisy_x.mean(axis=0), noisy_x.std(axis=0)
inputs = perceptron.augment((noisy_x - centre) / spread)
rng, w, total = np.random.default_rng(0), np.zeros(11), np.zeros(11)
for _ in range(20):
    for i in rng.permutation(len(noisy_t)):
        if noisy_t[i] * (w @ inputs[i]) <= 0:
            w = w + noisy_t[i] * inputs[i]
        total += w
mean = total / (20 * len(noisy_t))
rule = np.append(mean[0] - mean[1:] @ (centre / spread), mean[1:] / spread)""",
        """rule = np.linalg.lstsq(perceptron.augment(noisy_x), noisy_t, rcond=None)[0]""",
    ),
    "the delta rule, with small steps": (
        """centre, spread = noisy_x.mean(axis=0), noisy_x.std(axis=0)
inputs = perceptron.augment((noisy_x - centre) / spread)
rng, w, total = np.random.default_rng(0), np.zeros(11), np.zeros(11)
for _ in range(20):
    for i in rng.permutation(len(noisy_t)):
        if noisy_t[i] * (w @ inputs[i]) <= 0:
            w = w + noisy_t[i] * inputs[i]
        total += w
mean = total / (20 * len(noisy_t))
rule = np.append(mean[0] - mean[1:] @ (centre / spread), mean[1:] / spread)""",
        """mean, deviation = noisy_x.mean(0), noisy_x.std(0)
scaled = np.hstack([np.ones((400, 1)), (noisy_x - mean) / deviation])
v = np.zeros(11)
for k in range(30):
    for row, label in zip(scaled, noisy_t):
        v = perceptron.delta_step(v, row, label, 0.05 / (1 + k))
rule = np.zeros(11)
rule[1:] = v[1:] / deviation
rule[0] = v[0] - rule[1:] @ mean""",
    ),
}

WRONG["gates"] = {
    "AND made for two inputs": (
        '"AND": 0.5 - k',
        '"AND": -1.5',
        "this threshold is right for two inputs; with k inputs AND needs the count k",
    ),
    "NAND made for two inputs": (
        '"NAND": k - 0.5',
        '"NAND": 1.5',
        "this threshold is right for two inputs; NAND must allow k - 1 ones and stop at k",
    ),
    "NAND on the boundary": (
        '"NAND": k - 0.5',
        '"NAND": float(k)',
        "with all inputs 1 the score is exactly 0, and at 0 the neuron fires; move the threshold half a step",
    ),
    "NAND is NOR": ('"NAND": k - 0.5', '"NAND": 0.5', "this neuron falls silent at the first 1: it is NOR, not NAND"),
    "OR fires always": (
        '"OR": -0.5',
        '"OR": 0.0',
        "with no input on, the score is exactly 0, and at 0 the neuron fires; the bias must be negative",
    ),
    "AND one short": (
        '"AND": 0.5 - k',
        '"AND": 1.0 - k',
        "at k - 1 ones the score is exactly 0, and at 0 the neuron fires; it must wait for the last input",
    ),
    "OR wants two": ('"OR": -0.5', '"OR": -1.5', "a single 1 must be enough for OR"),
    "NAND is AND": (
        'sign = -1.0 if name == "NAND" else 1.0',
        'sign, bias = 1.0, 0.5 - k if name == "NAND" else bias',
        "this is AND itself: for NAND turn the sign of every weight and of the bias",
    ),
    "bias last": (
        "[bias] + [sign] * k",
        "[sign] * k + [bias]",
        "the bias comes first in w~",
    ),
    "threshold instead of bias": (
        "[bias] + [sign] * k",
        "[-bias] + [sign] * k",
        "the bias is minus the threshold: its sign is turned",
    ),
    "AND instead of XOR": (
        "return nand(nand(p, both), nand(both, q))",
        "return nand(both, both)",
        "this is AND: it is 1 only where both are",
    ),
    "OR instead of XOR": (
        "return nand(nand(p, both), nand(both, q))",
        "return nand(nand(p, p), nand(q, q))",
        "this is OR: at 11 it must be 0",
    ),
    "XNOR": (
        "return nand(nand(p, both), nand(both, q))",
        "out = nand(nand(p, both), nand(both, q))\n    return nand(out, out)",
        "this is 1 where p and q are equal: one negation too many",
    ),
    "not by NANDs": (
        "def xor(p, q, nand):\n    return (p + q) % 2",
        "this is arithmetic on 0 and 1; build it from calls of nand alone",
    ),
    "p and both swapped for q": (
        "nand(both, q)",
        "nand(both, p)",
        "q meets only the first nand; the last two must see p and q once each",
    ),
}
RIGHT["gates"] = {
    "whole-number weights, five NANDs": (
        "def gate_weights(name, k):\n"
        "    w = np.ones(k + 1, dtype=int)\n"
        "    w[0] = -k if name != 'OR' else -1\n"
        "    return -w - np.eye(k + 1, dtype=int)[0] if name == 'NAND' else w\n\n\n"
        "def xor(p, q, nand):\n"
        "    either = nand(nand(p, p), nand(q, q))\n"
        "    not_both = nand(p, q)\n"
        "    return nand(nand(either, not_both), nand(either, not_both))"
    ),
    "other sizes of weights": (
        "def gate_weights(name, k):\n"
        "    if name == 'AND':\n"
        "        return [1 - 2 * k] + [2] * k\n"
        "    if name == 'OR':\n"
        "        return [-1] + [2] * k\n"
        "    return [2 * k - 1] + [-2] * k\n\n\n"
        "def xor(p, q, nand):\n"
        "    return nand(nand(p, nand(p, q)), nand(q, nand(q, p)))"
    ),
}
