"""Lesson 08, Handwritten digits: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["split_by_writer"] = {
    "images dealt instead of writers": (
        "def split_by_writer(writer, train, val, rng):\n"
        "    rows = rng.permutation(len(writer))\n"
        "    return tuple(np.sort(part) for part in np.split(rows, [train, train + val]))",
        "you deal out images, so a writer's digits land in several sets: that is the leak. Deal out writers",
    ),
    "writers not shuffled": (
        "order = rng.permutation(np.unique(writer))",
        "order = np.unique(writer)",
        "the writers must be shuffled first; sorted by number, they are perhaps sorted by the day they were asked",
    ),
    "writers drawn once for every image": (
        "rng.permutation(np.unique(writer))",
        "rng.permutation(writer)",
        "a writer of many digits stands in your order many times, and so in several sets; use np.unique first",
    ),
    "lengths for places": (
        "[train, train + val]",
        "[train, val]",
        "np.split wants the places where to cut: the second cut comes after train + val writers",
    ),
    "validation holds the training set": (
        "dealt = np.split(order, [train, train + val])",
        "dealt = order[:train], order[: train + val], order[train + val :]",
        "your validation set starts at the first writer again, so all training images are in it",
    ),
    "test set is the validation set": (
        "dealt = np.split(order, [train, train + val])",
        "dealt = order[:train], order[train : train + val], order[train : train + val]",
        "validation and test set are the same: what was chosen on one cannot be judged on it",
    ),
    "test set is everything": (
        "dealt = np.split(order, [train, train + val])",
        "dealt = order[:train], order[train : train + val], order",
        "the test set holds all images, also those that were learned",
    ),
    "last writer lost": (
        "dealt = np.split(order, [train, train + val])",
        "dealt = order[:train], order[train : train + val], order[train + val : -1]",
        "a slice up to -1 leaves the last writer out; all others go to the test set",
    ),
    "rows in the order of the writers": (
        "np.flatnonzero(np.isin(writer, some))",
        "np.concatenate([np.flatnonzero(writer == one) for one in some])",
        "the rows of each set are asked in ascending order",
    ),
    "true and false instead of rows": (
        "np.flatnonzero(np.isin(writer, some))",
        "np.isin(writer, some)",
        "this is a mask of True and False; asked are the numbers of the rows",
    ),
    "writers instead of rows": (
        "np.flatnonzero(np.isin(writer, some))",
        "np.sort(some)",
        "these are the writers; asked are the rows of their images",
    ),
    "validation and test exchanged": (
        "dealt = np.split(order, [train, train + val])",
        "dealt = order[:train], order[train + val :], order[train : train + val]",
        "the order of the result is training, validation, test",
    ),
}
RIGHT["split_by_writer"] = {
    "a place for every writer": """
def split_by_writer(writer, train, val, rng):
    order = rng.permutation(np.unique(writer))
    place = {one: k for k, one in enumerate(order.tolist())}
    part = np.array([(place[one] >= train) + (place[one] >= train + val) for one in np.asarray(writer).tolist()])
    return tuple(np.where(part == k)[0] for k in range(3))
""",
    "three sets of names": """
def split_by_writer(writer, train, val, rng):
    order = rng.permutation(np.unique(writer)).tolist()
    names = set(order[:train]), set(order[train : train + val]), set(order[train + val :])
    return tuple(np.array([i for i, one in enumerate(writer) if one in some]) for some in names)
""",
}

WRONG["confusion"] = {
    "rows and columns exchanged": (
        "(t, predicted)",
        "(predicted, t)",
        "rows are the true classes, columns the predicted ones; yours is the other way round",
    ),
    "repeats counted once": (
        "np.add.at(counts, (t, predicted), 1)",
        "counts[t, predicted] += 1",
        "`counts[t, predicted] += 1` adds 1 only once to a cell that occurs often; use np.add.at or a loop",
    ),
    "precision instead of recall": (
        "counts.sum(axis=1)",
        "counts.sum(axis=0)",
        "you divide by how often a class was predicted; that is precision. Recall divides by how often it is true",
    ),
    "mean of the recalls": (
        "right.sum() / counts.sum()",
        "(right / occurs).mean()",
        "accuracy is the share of all samples; the mean of the recalls gives a rare class the weight of a common one",
    ),
    "in per cent": (
        "right.sum() / counts.sum()",
        "100 * right.sum() / counts.sum()",
        "asked is a share between 0 and 1, not per cent",
    ),
    "share of errors": (
        "right.sum() / counts.sum()",
        "1 - right.sum() / counts.sum()",
        "this is the share of errors, not of right answers",
    ),
    "as many classes as occur": (
        "counts = np.zeros((classes, classes), int)",
        "counts = np.zeros((t.max() + 1, t.max() + 1), int)",
        "the table has `classes` rows and columns, also for classes that do not occur in this sample",
    ),
    "divides by zero": (
        "np.maximum(counts.sum(axis=1), 1)",
        "counts.sum(axis=1)",
        "a class that does not occur gives 0 / 0; its recall is to be 0",
    ),
    "recall divided by all": (
        "return counts, right.sum() / counts.sum(), right / occurs",
        "return counts, right.sum() / counts.sum(), right / counts.sum()",
        "recall is the share within a class: divide each class by its own number of samples",
    ),
    "shares instead of counts": (
        "return counts,",
        "return counts / occurs[:, None],",
        "the table is to hold counts; shares of each row hide how many samples there were",
    ),
    "number of right ones": (
        ("right.sum() / counts.sum()"),
        ("right.sum()"),
        "that is how many are right; accuracy is their share of all samples",
    ),
    "repeats counted once in the table": (
        (
            "def confusion(predicted, t, classes=10):\n"
            "    counts = np.zeros((classes, classes), int)\n"
            "    counts[t, predicted] += 1\n"
            "    occurs = np.maximum(counts.sum(axis=1), 1)\n"
            "    return counts, np.mean(predicted == t), np.diag(counts) / occurs"
        ),
        "`counts[t, predicted] += 1` adds 1 only once to a cell that occurs often; use np.add.at or a loop. The accuracy does not notice",
    ),
    "mean of the recalls that occur": (
        ("right.sum() / counts.sum()"),
        ("np.mean((right / occurs)[counts.sum(axis=1) > 0])"),
        "this is the balanced accuracy, a mean over the classes; asked is the share of all samples",
    ),
}
RIGHT["confusion"] = {
    "a loop": """
def confusion(predicted, t, classes=10):
    counts = np.zeros((classes, classes), dtype=int)
    for is_, read_as in zip(t, predicted):
        counts[is_, read_as] += 1
    recall = np.array([row[k] / row.sum() if row.any() else 0.0 for k, row in enumerate(counts)])
    return counts, float(np.mean(np.asarray(t) == predicted)), recall
""",
    "pairs as one number": """
def confusion(predicted, t, classes=10):
    counts = np.bincount(t * classes + predicted, minlength=classes**2).reshape(classes, classes)
    return counts, np.trace(counts) / len(t), counts.diagonal() / counts.sum(1).clip(min=1)
""",
}

WRONG["knn_predict"] = {
    "bytes wrap around": (
        "a, b = queries.astype(float), x.astype(float)",
        "a, b = queries, x",
        "bytes wrap around at 256, so that large distances become small ones: convert to float first",
    ),
    "differences of bytes": (
        "apart = (a**2).sum(axis=1)[:, None] - 2 * a @ b.T + (b**2).sum(axis=1)",
        "apart = ((queries[:, None] - x) ** 2).sum(axis=2)",
        "a difference of two bytes wraps around at 256, and so does its square: convert to float before you subtract",
    ),
    "the farthest": (
        "np.argsort(apart,",
        "np.argsort(-apart,",
        "you ask the images that are farthest away; argsort sorts ascending, so take it of the distances",
    ),
    "one neighbour only": ("[:, :k]", "[:, :1]", "only the nearest one votes; all k of them should"),
    "nearest left out": (
        "[:, :k]",
        "[:, 1 : k + 1]",
        "you skip the nearest; that is right only where the query is itself in the training set",
    ),
    "product counted once": (
        "2 * a @ b.T",
        "a @ b.T",
        "in |a-b|² the product a·b comes twice",
    ),
    "training images' length forgotten": (
        " + (b**2).sum(axis=1)",
        "",
        "|b|² differs from image to image and cannot be left out: without it bright images are always near",
    ),
    "distances city by city": (
        "(a**2).sum(axis=1)[:, None] - 2 * a @ b.T + (b**2).sum(axis=1)",
        "np.abs(a[:, None] - b).sum(axis=2)",
        "this adds up absolute differences; Euclidean distance adds up squares",
    ),
    "later rows first": (
        'np.argsort(apart, axis=1, kind="stable")[:, :k]',
        'len(x) - 1 - np.argsort(apart[:, ::-1], axis=1, kind="stable")[:, :k]',
        "of rows equally far the earlier one comes first",
    ),
    "mean of the digits": (
        "votes = (t[near][:, :, None] == np.arange(10)).sum(axis=1)\n    return votes.argmax(axis=1)",
        "return np.rint(t[near].mean(axis=1)).astype(int)",
        "the mean of a 3 and a 9 is no 6: digits are names, so count votes",
    ),
    "larger digit wins a tie": (
        "return votes.argmax(axis=1)",
        "return 9 - votes[:, ::-1].argmax(axis=1)",
        "with equally many votes the smaller digit is asked",
    ),
    "rows vote instead of labels": (
        "t[near][:, :, None]",
        "(near % 10)[:, :, None]",
        "`near` holds rows of the training set; their labels are `t[near]`",
    ),
    "votes instead of digits": (
        "return votes.argmax(axis=1)",
        "return votes.max(axis=1)",
        "this is how many votes the winner has, not who the winner is",
    ),
    "one neighbour too many": (("[:, :k]"), ("[:, : k + 1]"), "k neighbours vote; here one more does"),
    "angles for distances": (
        (
            "def knn_predict(x, t, queries, k):\n"
            "    a, b = queries.astype(float), x.astype(float)\n"
            "    alike = a @ b.T / (np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(b, axis=1) + 1e-12)\n"
            '    near = np.argsort(-alike, axis=1, kind="stable")[:, :k]\n'
            "    votes = (t[near][:, :, None] == np.arange(10)).sum(axis=1)\n"
            "    return votes.argmax(axis=1)"
        ),
        "this is the cosine of an angle, which does not see how bright an image is; nearest is by Euclidean distance",
    ),
    "votes weighed by nearness": (
        (
            "def knn_predict(x, t, queries, k):\n"
            "    a, b = queries.astype(float), x.astype(float)\n"
            "    apart = np.sqrt(((a[:, None] - b) ** 2).sum(axis=2))\n"
            '    near = np.argsort(apart, axis=1, kind="stable")[:, :k]\n'
            "    weight = 1 / (np.take_along_axis(apart, near, axis=1) + 1e-9)\n"
            "    votes = (weight[:, :, None] * (t[near][:, :, None] == np.arange(10))).sum(axis=1)\n"
            "    return votes.argmax(axis=1)"
        ),
        "nearer neighbours get more votes here; each of the k has one",
    ),
}
RIGHT["knn_predict"] = {
    "a loop over queries": """
def knn_predict(x, t, queries, k):
    out = []
    for q in queries.astype(float):
        rows = np.argsort(((x - q) ** 2).sum(axis=1), kind="stable")[:k]
        out.append(np.bincount(t[rows], minlength=10).argmax())
    return np.array(out)
""",
    "differences by broadcasting": """
def knn_predict(x, t, queries, k):
    apart = np.sqrt(((queries[:, None].astype(np.int64) - x.astype(np.int64)) ** 2).sum(-1))
    labels = np.asarray(t)[np.argsort(apart, axis=-1, kind="mergesort")[:, :k]]
    return np.array([np.bincount(row, minlength=10).argmax() for row in labels])
""",
    "the query's own length left out": (
        "(a**2).sum(axis=1)[:, None] - 2 * a @ b.T",
        "-2 * a @ b.T",
    ),
}

WRONG["train_mlp"] = {
    "a new optimiser every epoch": (
        "losses += fit(",
        "optimizer = SGD(model.parameters(), lr=lr, momentum=0.9)\n        losses += fit(",
        "the optimiser is made anew in every epoch, so its momentum starts from zero each time; make it once",
    ),
    "batches dealt once": (
        "losses = []\n    for _ in range(epochs):\n        losses += fit(model, F.cross_entropy, optimizer, batches(x, t, size=size, rng=rng))",
        "losses, dealt = [], batches(x, t, size=size, rng=rng)\n    for _ in range(epochs):\n        losses += fit(model, F.cross_entropy, optimizer, dealt)",
        "batches is used up after one epoch: later epochs find nothing in it. Deal anew in every epoch",
    ),
    "the same order every epoch": (
        "losses = []\n    for _ in range(epochs):\n        losses += fit(model, F.cross_entropy, optimizer, batches(x, t, size=size, rng=rng))",
        "losses, dealt = [], list(batches(x, t, size=size, rng=rng))\n    for _ in range(epochs):\n        losses += fit(model, F.cross_entropy, optimizer, dealt)",
        "every epoch goes through the same batches in the same order; shuffle anew each time",
    ),
    "not shuffled": (
        "batches(x, t, size=size, rng=rng)",
        "batches(x, t, size=size)",
        "without rng= the batches keep the order of the set; they are to be shuffled",
    ),
    "ReLU behind the last layer": (
        "nn.Linear(hidden, 10, rng=rng)).double()",
        "nn.Linear(hidden, 10, rng=rng), nn.ReLU()).double()",
        "a ReLU behind the last layer cuts off all negative outputs; cross-entropy wants them as they are",
    ),
    "no ReLU at all": (
        "first, nn.ReLU(), nn.Linear",
        "first, nn.Linear",
        "without a ReLU between, the two layers are one linear layer",
    ),
    "momentum forgotten": (
        "lr=lr, momentum=0.9)",
        "lr=lr)",
        "SGD has no momentum unless you ask for it: momentum=0.9",
    ),
    "learning rate ignored": (
        "lr=lr, momentum=0.9)",
        "lr=0.1, momentum=0.9)",
        "the argument lr is not used",
    ),
    "batch size ignored": (
        "batches(x, t, size=size, rng=rng)",
        "batches(x, t, size=8, rng=rng)",
        "the argument size is not used",
    ),
    "only the last loss of an epoch": (
        "losses += fit(model, F.cross_entropy, optimizer, batches(x, t, size=size, rng=rng))",
        "losses += list(fit(model, F.cross_entropy, optimizer, batches(x, t, size=size, rng=rng)))[-1:]",
        "one loss per step is asked, not one per epoch",
    ),
    "last layer drawn first": (
        "def train_mlp(x, t, hidden, epochs, rng, lr=0.1, size=8):\n"
        "    last = nn.Linear(hidden, 10, rng=rng)\n"
        "    model = nn.Sequential(nn.Linear(x.shape[1], hidden, rng=rng), nn.ReLU(), last).double()\n"
        "    optimizer = SGD(model.parameters(), lr=lr, momentum=0.9)\n"
        "    losses = []\n"
        "    for _ in range(epochs):\n"
        "        losses += fit(model, F.cross_entropy, optimizer, batches(x, t, size=size, rng=rng))\n"
        "    return model, losses",
        "the weights of the first layer are to be drawn first; the order of the draws decides what they are",
    ),
    "no biases in the hidden layer": (
        "nn.Linear(x.shape[1], hidden, rng=rng)",
        "nn.Linear(x.shape[1], hidden, bias=False, rng=rng)",
        "the hidden layer has lost its biases: a unit without one answers to the black image with 0, whatever it learns",
    ),
    "gradients add up": (
        "losses += fit(model, F.cross_entropy, optimizer, batches(x, t, size=size, rng=rng))",
        "for images, digits in batches(x, t, size=size, rng=rng):\n"
        "            loss = F.cross_entropy(model(images), digits)\n"
        "            loss.backward()\n"
        "            optimizer.step()\n"
        "            losses.append(loss.item())",
        "without zero_grad the gradients of all steps so far add up",
    ),
    "step before backward": (
        "losses += fit(model, F.cross_entropy, optimizer, batches(x, t, size=size, rng=rng))",
        "for images, digits in batches(x, t, size=size, rng=rng):\n"
        "            loss = F.cross_entropy(model(images), digits)\n"
        "            optimizer.zero_grad()\n"
        "            optimizer.step()\n"
        "            loss.backward()\n"
        "            losses.append(loss.item())",
        "the step comes before backward, where there is no gradient yet: backward, then step",
    ),
    "an epoch too few": (
        ("for _ in range(epochs):"),
        ("for _ in range(1, epochs):"),
        "range(1, epochs) has one round less than there are epochs",
    ),
    "losses after the step": (
        (
            "def train_mlp(x, t, hidden, epochs, rng, lr=0.1, size=8):\n"
            "    first = nn.Linear(x.shape[1], hidden, rng=rng)\n"
            "    model = nn.Sequential(first, nn.ReLU(), nn.Linear(hidden, 10, rng=rng)).double()\n"
            "    optimizer = SGD(model.parameters(), lr=lr, momentum=0.9)\n"
            "    losses = []\n"
            "    for _ in range(epochs):\n"
            "        for some, their in batches(x, t, size=size, rng=rng):\n"
            "            optimizer.zero_grad()\n"
            "            F.cross_entropy(model(some), their).backward()\n"
            "            optimizer.step()\n"
            "            losses.append(F.cross_entropy(model(some), their).item())\n"
            "    return model, losses"
        ),
        "these are the losses after each step; the loss of a step is the one from which its gradient comes, before it",
    ),
}
RIGHT["train_mlp"] = {
    "layers in a line": """
def train_mlp(x, t, hidden, epochs, rng, lr=0.1, size=8):
    layers = [nn.Linear(x.shape[1], hidden, rng=rng), nn.ReLU(), nn.Linear(hidden, 10, rng=rng)]
    model = nn.Sequential(*layers)
    model.double()
    optimizer = SGD(list(model.parameters()), lr, 0.9)
    losses = []
    for epoch in range(epochs):
        for loss in fit(model, F.cross_entropy, optimizer, batches(x, t, size=size, rng=rng)):
            losses.append(loss)
    return model, losses
""",
    "steps by hand": """
def train_mlp(x, t, hidden, epochs, rng, lr=0.1, size=8):
    from course_lib import Tensor

    net = nn.Sequential(nn.Linear(x.shape[1], hidden, rng=rng), nn.ReLU(), nn.Linear(hidden, 10, rng=rng)).double()
    opt, losses = SGD(net.parameters(), lr=lr, momentum=0.9), []
    for _ in range(epochs):
        for some, told in batches(x, t, size=size, rng=rng):
            loss = F.cross_entropy(net(Tensor(some)), told)
            opt.zero_grad()
            loss.backward()
            opt.step()
            losses.append(float(loss.data))
    return net, losses
""",
}

WRONG["train_until"] = {
    "weights not copied": (
        "weights.copy()",
        "weights",
        "these are the weights of the end: you kept a name for an array that goes on changing. Keep a copy of the best",
    ),
    "equal counts as better": (
        "if loss < lowest:",
        "if loss <= lowest:",
        "an equal loss is not better, or a plateau would go on for ever",
    ),
    "compares with the epoch before": (
        "        trained += 1\n",
        "        lowest = loss\n        trained += 1\n",
        "you compare with the epoch before; better is what beats the best of all so far",
    ),
    "one epoch too many": (
        "trained - 1 - best >= patience",
        "trained - 1 - best > patience",
        "you wait one epoch longer than the patience allows",
    ),
    "one epoch too few": (
        "trained - 1 - best >= patience",
        "trained - best >= patience",
        "count the epochs after the best one; the best itself is not one of them",
    ),
    "failures never forgiven": (
        "def train_until(epochs, patience):\n"
        "    lowest, trained, failures = np.inf, 0, 0\n"
        "    for loss, weights in epochs:\n"
        "        if loss < lowest:\n"
        "            lowest, best, kept = loss, trained, weights.copy()\n"
        "        else:\n"
        "            failures += 1\n"
        "        trained += 1\n"
        "        if failures >= patience:\n"
        "            break\n"
        "    return kept, best, trained",
        "the count of epochs without progress must start anew when a better one comes",
    ),
    "number of the last epoch": (
        "return kept, best, trained",
        "return kept, best, trained - 1",
        "asked is how many epochs were trained, not the number of the last one",
    ),
    "counted from 1": (
        "return kept, best, trained",
        "return kept, best + 1, trained",
        "the number of the best epoch counts from 0: the first epoch has number 0",
    ),
    "looks at all epochs first": (
        "for loss, weights in epochs:",
        "for loss, weights in list(epochs):",
        "list(epochs) trains all epochs before you look at the first; then nothing is saved, and the weights are the last",
    ),
    "highest instead of lowest": (
        "def train_until(epochs, patience):\n"
        "    highest, trained = -np.inf, 0\n"
        "    for loss, weights in epochs:\n"
        "        if loss > highest:\n"
        "            highest, best, kept = loss, trained, weights.copy()\n"
        "        trained += 1\n"
        "        if trained - 1 - best >= patience:\n"
        "            break\n"
        "    return kept, best, trained",
        "a loss is better when it is lower; you keep the highest",
    ),
    "nan counts as better": (
        "if loss < lowest:",
        "if not loss >= lowest:",
        "every comparison with nan is False, so `not loss >= lowest` lets nan through",
    ),
    "patience anew at any fall": (
        (
            "def train_until(epochs, patience):\n"
            "    lowest, last, waited, trained = np.inf, np.inf, 0, 0\n"
            "    for loss, weights in epochs:\n"
            "        if loss < lowest:\n"
            "            lowest, best, kept = loss, trained, weights.copy()\n"
            "        waited, last = 0 if loss < last else waited + 1, loss\n"
            "        trained += 1\n"
            "        if waited >= patience:\n"
            "            break\n"
            "    return kept, best, trained"
        ),
        "the count starts anew at every loss below the last one; only a loss below the best so far may do that",
    ),
}
RIGHT["train_until"] = {
    "a counter": """
def train_until(epochs, patience):
    lowest, waited, best, kept, trained = float("inf"), 0, None, None, 0
    for loss, weights in epochs:
        trained += 1
        waited += 1
        if loss < lowest:
            lowest, waited, best, kept = loss, 0, trained - 1, np.array(weights)
        if waited == patience:
            return kept, best, trained
    return kept, best, trained
""",
    "next by hand": """
def train_until(epochs, patience):
    lowest, kept = next(epochs)
    kept, best, trained = kept.copy(), 0, 1
    while trained - 1 - best < patience:
        loss, weights = next(epochs, (None, None))
        if weights is None:
            break
        if loss < lowest:
            lowest, best, kept = loss, trained, weights.copy()
        trained += 1
    return kept, best, trained
""",
}

WRONG["random_search"] = {
    "rates on an even scale": (
        "10 ** rng.uniform(-4, 0)",
        "rng.uniform(1e-4, 1)",
        "drawn evenly, nine rates of ten lie above 0.1; draw the exponent",
    ),
    "natural instead of decimal powers": (
        "10 ** rng.uniform(-4, 0)",
        "np.exp(rng.uniform(-4, 0))",
        "the exponent is one of 10, not of e",
    ),
    "width drawn first": (
        "lr = 10 ** rng.uniform(-4, 0)\n        hidden = int(rng.integers(20, 121))",
        "hidden = int(rng.integers(20, 121))\n        lr = 10 ** rng.uniform(-4, 0)",
        "the rate is to be drawn before the width: the order of the draws decides what they are",
    ),
    "120 never drawn": (
        "rng.integers(20, 121)",
        "rng.integers(20, 120)",
        "rng.integers leaves out its upper end; 121 is what makes 120 possible",
    ),
    "worst instead of best": (
        "best = (-np.inf, None, None)\n    for _ in range(trials):\n        lr = 10 ** rng.uniform(-4, 0)\n        hidden = int(rng.integers(20, 121))\n        accuracy = validate(lr, hidden)\n        if accuracy > best[0]:",
        "best = (np.inf, None, None)\n    for _ in range(trials):\n        lr = 10 ** rng.uniform(-4, 0)\n        hidden = int(rng.integers(20, 121))\n        accuracy = validate(lr, hidden)\n        if accuracy < best[0]:",
        "an accuracy is better when it is higher; you keep the lowest",
    ),
    "last of equals": (
        "if accuracy > best[0]:",
        "if accuracy >= best[0]:",
        "of equally good settings the first one tried is asked",
    ),
    "ties by the rate": (
        "if accuracy > best[0]:",
        "if best[1] is None or (accuracy, lr, hidden) > best:",
        "max of whole tuples lets the larger rate win a tie; of equally good settings the first one tried is asked",
    ),
    "the last setting": (
        "if accuracy > best[0]:\n            best",
        "if True:\n            best",
        "you return the setting tried last, whether it was good or not",
    ),
    "score of the best, setting of the last": (
        "    return best",
        "    return best[0], lr, hidden",
        "the accuracy is the best one, but rate and width are those of the last trial",
    ),
    "one trial too few": (
        "range(trials)",
        "range(max(1, trials - 1))",
        "one trial is missing",
    ),
    "starts from zero": (
        "(-np.inf, None, None)",
        "(0, None, None)",
        "a score may be 0 or negative, and then nothing is ever better than your start",
    ),
    "validated once more at the end": (
        "    return best",
        "    return validate(best[1], best[2]), best[1], best[2]",
        "the best setting is trained a second time at the end; keep the accuracy that you have",
    ),
    "all drawn first": (
        (
            "def random_search(validate, trials, rng):\n"
            "    rates = 10 ** rng.uniform(-4, 0, trials)\n"
            "    best = (-np.inf, None, None)\n"
            "    for lr, hidden in zip(rates, rng.integers(20, 121, trials)):\n"
            "        accuracy = validate(lr, int(hidden))\n"
            "        if accuracy > best[0]:\n"
            "            best = (accuracy, lr, int(hidden))\n"
            "    return best"
        ),
        "all rates were drawn before the first width; draw a rate and a width for each setting in turn, and validate before the next",
    ),
}
RIGHT["random_search"] = {
    "a list and max": """
def random_search(validate, trials, rng):
    seen = []
    for _ in range(trials):
        lr, hidden = 10 ** rng.uniform(-4, 0), int(rng.integers(20, 121))
        seen.append((validate(lr, hidden), lr, hidden))
    return max(seen, key=lambda one: one[0])
""",
    "argmax": """
def random_search(validate, trials, rng):
    scores, settings = [], []
    while len(scores) < trials:
        settings.append((10.0 ** rng.uniform(-4, 0), int(rng.integers(20, 121))))
        scores.append(validate(*settings[-1]))
    best = int(np.argmax(scores))
    return scores[best], *settings[best]
""",
}

WRONG["read_by_means"] = {
    "largest product": (
        "apart.argmin(axis=1)",
        "(scaled @ means.T).argmax(axis=1)",
        "a large product prefers far means: a class in the middle never wins; asked is the smallest distance",
    ),
    "test set scaled by itself": (
        "(x_test - mean) / scale",
        "(x_test - x_test.mean(axis=0)) / np.where(np.ptp(x_test, axis=0) == 0, 1.0, x_test.std(axis=0))",
        "now the test images are scaled by their own mean: one image alone would become all zeros",
    ),
    "mean still of both": (
        "mean, scale = x.mean(axis=0), x.std(axis=0)",
        "mean, scale = np.concatenate([x, x_test]).mean(axis=0), x.std(axis=0)",
        "the scale is repaired, but the mean still knows the test images",
    ),
    "scale still of both": (
        "mean, scale = x.mean(axis=0), x.std(axis=0)",
        "mean, scale = x.mean(axis=0), np.concatenate([x, x_test]).std(axis=0)",
        "the mean is repaired, but the scale still knows the test images",
    ),
    "constant pixels still of both": (
        "np.where(np.ptp(x, axis=0) == 0, 1.0, scale)",
        "np.where(np.ptp(np.concatenate([x, x_test]), axis=0) == 0, 1.0, scale)",
        "which pixels are constant is still judged by the test images too",
    ),
    "constant pixels divided by zero": (
        "    scale = np.where(np.ptp(x, axis=0) == 0, 1.0, scale)\n",
        "",
        "a pixel that is constant in training has a standard deviation of 0; leave it unscaled",
    ),
    "constant pixels thrown to zero": (
        "known, scaled = (x - mean) / scale, (x_test - mean) / scale",
        "known, scaled = (x - mean) / scale, (x_test - mean) / scale * (np.ptp(x, axis=0) > 0)",
        "pixels that are constant in training are centred and left unscaled, not set to 0",
    ),
    "nothing scaled": (
        "known, scaled = (x - mean) / scale, (x_test - mean) / scale",
        "known, scaled = x - mean, x_test - mean",
        "the leak is gone, and the scaling too: divide by the training set's standard deviation",
    ),
    "test images unscaled": (
        "(x_test - mean) / scale",
        "x_test * 1.0",
        "the test images must go through the same scaling as the training images, with the training set's numbers",
    ),
    "scaled in place": (
        "known, scaled = (x - mean) / scale, (x_test - mean) / scale",
        "x_test -= mean\n    x_test /= scale\n    known, scaled = (x - mean) / scale, x_test.copy()",
        "`-=` and `/=` change the caller's test images; make new arrays",
    ),
    "one scale for all pixels": (
        "x.mean(axis=0), x.std(axis=0)",
        "x.mean(axis=0), x.std()",
        "each pixel has a standard deviation of its own: axis=0",
    ),
    "farthest mean": (
        "apart.argmin(axis=1)",
        "apart.argmax(axis=1)",
        "the nearest mean is asked, so the smallest distance",
    ),
    "scaled to 0..1": (
        ("    mean, scale = x.mean(axis=0), x.std(axis=0)\n    scale = np.where(np.ptp(x, axis=0) == 0, 1.0, scale)"),
        ("    mean, scale = x.min(axis=0), np.ptp(x, axis=0)\n    scale = np.where(scale == 0, 1.0, scale)"),
        "this maps the pixels to 0..1; asked is mean 0 and standard deviation 1",
    ),
}
RIGHT["read_by_means"] = {
    "the library's standardise": """
def read_by_means(x, t, x_test):
    from course_lib.data import standardise

    known, scaled = standardise(x, x_test)
    means = np.array([known[t == c].mean(axis=0) for c in np.unique(t)])
    return scaled, np.linalg.norm(scaled[:, None] - means, axis=2).argmin(axis=1)
""",
    "one test image at a time": """
def read_by_means(x, t, x_test):
    mean = x.mean(0)
    constant = (x == x[0]).all(0)
    scale = np.where(constant, 1.0, x.std(0))
    centres = np.array([((x[t == c] - mean) / scale).mean(0) for c in range(max(t) + 1)])
    scaled = np.array([(one - mean) / scale for one in x_test])
    return scaled, np.array([((centres - one) ** 2).sum(1).argmin() for one in scaled])
""",
}

WRONG["data_faults"] = {
    "A and B confused": (
        '"A": "classes skewed", "B": "labels shuffled"',
        '"A": "labels shuffled", "B": "classes skewed"',
        "A reads two thirds of the test set: with shuffled labels there would be nothing to learn but the training set by heart",
    ),
    "B and C confused": (
        '"B": "labels shuffled", "C": "inputs not scaled"',
        '"B": "inputs not scaled", "C": "labels shuffled"',
        "B learns its training set by heart, slowly; C learns nothing at all, since its steps have exploded",
    ),
    "A and D confused": (
        '"A": "classes skewed", "B": "labels shuffled", "C": "inputs not scaled", "D": "test set in training"',
        '"A": "test set in training", "B": "labels shuffled", "C": "inputs not scaled", "D": "classes skewed"',
        "in D test and training agree, and what came later does not: D has seen the test set",
    ),
    "C and D confused": (
        '"C": "inputs not scaled", "D": "test set in training"',
        '"C": "test set in training", "D": "inputs not scaled"',
        "D is too good, not too bad: look at the digits that came later",
    ),
    "small letters": (
        '"A": "classes skewed", "B"',
        '"a": "classes skewed", "B"',
        "the runs are called A to D, in capital letters",
    ),
    "a name of one's own": (
        '"D": "test set in training"',
        '"D": "overfitting"',
        "one name is none of the four in the task",
    ),
    "one name twice": (
        '"C": "inputs not scaled"',
        '"C": "labels shuffled"',
        "a name occurs twice: the four runs have four different faults",
    ),
    "rows once": (
        "np.resize(np.flatnonzero(t == k), counts.max())",
        "np.flatnonzero(t == k)",
        "the rare classes are as rare as before: repeat their rows",
    ),
    "cut to the rarest": (
        "counts.max()",
        "counts.min()",
        "the common classes were cut down to the rarest: images are thrown away; repeat the rare ones instead",
    ),
    "the same row": (
        "np.resize(np.flatnonzero(t == k), counts.max())",
        "np.repeat(np.flatnonzero(t == k)[:1], counts.max())",
        "only the first row of each class is used",
    ),
    "each row repeated in a run": (
        "np.resize(np.flatnonzero(t == k), counts.max())",
        "np.sort(np.resize(np.flatnonzero(t == k), counts.max()))",
        "the rows of a class come in order and then again from the first, not each several times in a row",
    ),
    "labels, not rows": (
        "np.resize(np.flatnonzero(t == k), counts.max())",
        "np.full(counts.max(), k)",
        "row numbers are asked for; these are labels",
    ),
    "whole multiples": (
        "np.resize(np.flatnonzero(t == k), counts.max())",
        "np.tile(np.flatnonzero(t == k), counts.max() // np.sum(t == k))",
        "only whole repetitions: where the count does not divide the largest, the last round must be cut, not left out",
    ),
    "rounded up": (
        "np.resize(np.flatnonzero(t == k), counts.max())",
        "np.tile(np.flatnonzero(t == k), -(-counts.max() // np.sum(t == k)))",
        "the last repetition was not cut: such a class is now commoner than the commonest",
    ),
    "classes 0 to 9": (
        "for k in classes",
        "for k in range(10)",
        "a class may be missing: take the classes that occur, not all from 0 to 9",
    ),
    "classes up to the largest": (
        "for k in classes",
        "for k in range(t.max() + 1)",
        "a class may be missing: take the classes that occur, not all numbers up to the largest",
    ),
    "classes 0 to 9, an error": (
        "return np.concatenate([np.resize(np.flatnonzero(t == k), counts.max()) for k in classes])",
        "rows = [np.flatnonzero(t == k) for k in range(10)]\n"
        "    return np.concatenate([r[np.arange(counts.max()) % len(r)] for r in rows])",
        "a class may be missing: take the classes that occur, not all from 0 to 9",
    ),
    "every class to n": ("counts.max()", "len(t)", "as often as the commonest class, not as often as all together"),
}
RIGHT["data_faults"] = {
    "a loop": (
        "classes, counts = np.unique(t, return_counts=True)\n"
        "    return np.concatenate([np.resize(np.flatnonzero(t == k), counts.max()) for k in classes])",
        "places = {}\n    for row, label in enumerate(t.tolist()):\n        places.setdefault(label, []).append(row)\n"
        "    most = max(len(rows) for rows in places.values())\n"
        "    return np.array([places[k][i % len(places[k])] for k in sorted(places) for i in range(most)])",
    ),
}

WRONG["open_collection"] = {
    "as they are": (
        "    p = np.asarray(pictures, float).reshape(len(pictures), 8, 8)\n",
        "    return np.asarray(pictures, float).reshape(len(pictures), -1)\n"
        "    p = np.asarray(pictures, float).reshape(len(pictures), 8, 8)\n",
        "the pictures were taken as they are: the light of a picture says nothing of its digit",
    ),
    "cleaned in training only": (
        "return reader.predict(levelled(pictures))",
        "return reader.predict(np.asarray(pictures, float).reshape(len(pictures), -1) / 255)",
        "what is cleaned in training must be cleaned in use, in the same way",
    ),
    "one neighbour": (
        "KNeighborsClassifier(9,",
        "KNeighborsClassifier(1,",
        "one neighbour believes whatever label it has, and a quarter of them is wrong: let several vote",
    ),
    "all of them": (
        "KNeighborsClassifier(9,",
        "KNeighborsClassifier(400,",
        "so many neighbours are no longer near: they vote for the commonest class",
    ),
    "fifty pictures": (
        "fit(levelled(found_x[good]), found_t[good])",
        "fit(levelled(found_x[good][:50]), found_t[good][:50])",
        "only a tenth of the pictures was used",
    ),
    "labels slipped": (
        "fit(levelled(found_x[good]), found_t[good])",
        "fit(levelled(found_x[good]), found_t[: good.sum()])",
        "empty frames were left out, and their labels not: from there on every label belongs to another picture",
    ),
    "one digit for all": (
        "return reader.predict(levelled(pictures))",
        "return np.full(len(pictures), 3)",
        "the same digit for every picture",
    ),
    "how sure, not which": (
        "return reader.predict(levelled(pictures))",
        "return reader.predict_proba(levelled(pictures)).max(axis=1)",
        "you return how sure the reader is of its digit; the digit itself is asked for",
    ),
    "a column": (
        "return reader.predict(levelled(pictures))",
        "return reader.predict(levelled(pictures))[:, None]",
        "one digit for each picture is asked for, shape (n,); yours has a second axis",
    ),
    "light of all together": (
        "    paper = np.median(p[:, :, [0, -1]], axis=(1, 2))\n    ink = (p - paper[:, None, None]).reshape(len(p), -1)",
        "    paper = np.median(p[:, :, [0, -1]])\n    ink = (p - paper).reshape(len(p), -1)",
        "the answer for a picture depends on the other pictures, or on chance: each has its own light, to be removed by itself",
    ),
}
RIGHT["open_collection"] = {
    "a support vector machine": ('KNeighborsClassifier(9, algorithm="brute")', "SVC(C=1.0)"),
    "a network": (
        'reader = KNeighborsClassifier(9, algorithm="brute").fit(levelled(found_x[good]), found_t[good])\n\n\n'
        "def read_found(pictures):\n    return reader.predict(levelled(pictures))",
        "rng = np.random.default_rng(0)\n"
        "reader = nn.Sequential(nn.Linear(64, 40, rng=rng), nn.ReLU(), nn.Dropout(0.5, rng=rng), nn.Linear(40, 10, rng=rng))\n"
        "clean = 2 * levelled(found_x[good]).astype(np.float32) - np.float32(0.6)\n"
        "optimizer = SGD(reader.parameters(), lr=0.02, momentum=0.9, weight_decay=0.01)\n"
        "for _ in range(60):\n"
        "    list(fit(reader, F.cross_entropy, optimizer, batches(clean, found_t[good], size=50, rng=rng)))\n\n\n"
        "def read_found(pictures):\n"
        "    shown = 2 * levelled(pictures).astype(np.float32) - np.float32(0.6)\n"
        "    return np.concatenate([o for o, _ in evaluate(reader, [(shown, np.zeros(len(shown)))])]).argmax(axis=1)",
    ),
}
