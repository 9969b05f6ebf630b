"""Lesson 18, scaling up: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["speed_of"] = {
    "no waiting at all": (
        """
def speed_of(step, wait, clock, batch, steps, warm_up):
    for _ in range(warm_up):
        step()
    began = clock()
    for _ in range(steps):
        step()
    return batch * steps / (clock() - began)
""",
        "you have timed how fast orders are written, not how fast they are worked off: wait before both readings",
    ),
    "no wait at the end": (
        "        step()\n    wait()\n    return",
        "        step()\n    return",
        "the clock is read while the device still works: wait before you read it",
    ),
    "no wait at the start": (
        "        step()\n    wait()\n    began",
        "        step()\n    began",
        "work of the warm-up is still going on when the clock starts: wait before that",
    ),
    "waits after every step": (
        "    for _ in range(steps):\n        step()\n    wait()",
        "    for _ in range(steps):\n        step()\n        wait()",
        "waiting after every step keeps the device idle while the next order is written: wait once, after the last",
    ),
    "the warm-up is counted": (
        "    for _ in range(warm_up):\n        step()\n    wait()\n    began = clock()\n    for _ in range(steps):\n        step()\n    wait()\n"
        "    return batch * steps / (clock() - began)",
        "    began = clock()\n    for _ in range(warm_up):\n        step()\n    wait()\n    for _ in range(steps):\n        step()\n    wait()\n"
        "    return batch * (steps + warm_up) / (clock() - began)",
        "the warm-up is counted, its samples and its time: start the clock behind it and count `steps` alone",
    ),
    "the warm-up is counted, and waited for at the end": (
        """
def speed_of(step, wait, clock, batch, steps, warm_up):
    began = clock()
    for _ in range(warm_up + steps):
        step()
    wait()
    wait()
    return batch * (steps + warm_up) / (clock() - began)
""",
        "the warm-up is counted, its samples and its time: wait behind it, start the clock then, and count `steps` alone",
    ),
    "clock before the warm-up": (
        "    for _ in range(warm_up):\n        step()\n    wait()\n    began = clock()",
        "    began = clock()\n    for _ in range(warm_up):\n        step()\n    wait()",
        "the clock must start after the warm-up, or its slow steps count",
    ),
    "clock before waiting": (
        "    wait()\n    began = clock()",
        "    began = clock()\n    wait()",
        "first wait, then read the clock: else the rest of the warm-up is measured as well",
    ),
    "another clock": (
        """
def speed_of(step, wait, clock, batch, steps, warm_up):
    for _ in range(warm_up):
        step()
    wait()
    began = time.perf_counter()
    for _ in range(steps):
        step()
    wait()
    return batch * steps / (time.perf_counter() - began)
""",
        "the device has a clock of its own: read the one that is handed over, `clock()`",
    ),
    "no warm-up": (
        "    for _ in range(warm_up):\n        step()\n",
        "",
        "the first steps are slow (memory, compiling): order `warm_up` of them that do not count",
    ),
    "steps per second": ("batch * steps", "steps", "asked for are samples, and a step has `batch` of them"),
    "seconds per sample": (
        "batch * steps / (clock() - began)",
        "(clock() - began) / (batch * steps)",
        "upside down: samples by seconds",
    ),
    "counts the warm-up's samples": (
        "batch * steps /",
        "batch * (steps + warm_up) /",
        "the samples of the warm-up were worked off before the clock started",
    ),
    "warm-up taken out of the steps": (
        "range(steps)",
        "range(steps - warm_up)",
        "`steps` steps count *after* the warm-up: they are not shortened by it",
    ),
    "clock read before the wait": (
        """    wait()
    return batch * steps / (clock() - began)""",
        """    end = clock()
    wait()
    return batch * steps / (end - began)""",
        "the steps are only ordered when the clock is read: wait first",
    ),
    "waits three times": (
        """    began = clock()
""",
        """    wait()
    began = clock()
""",
        "wait is called exactly twice: behind the warm-up, and behind the steps",
    ),
    "seconds of a step": (
        "batch * steps / (clock() - began)",
        "(clock() - began) / steps",
        "samples per second are asked, not seconds a step",
    ),
    "samples of all steps": (
        "batch * steps / (clock",
        "batch * (steps - 1) / (clock",
        "all `steps` steps count",
    ),
    "steps twice": (
        """    for _ in range(steps):
        step()
    wait()
    return""",
        """    for _ in range(2 * steps):
        step()
    wait()
    return""",
        "`steps` steps are to be measured; yours does twice as many",
    ),
    "wait in the warm-up": (
        """    for _ in range(warm_up):
        step()
    wait()
""",
        """    for _ in range(warm_up):
        step()
        wait()
""",
        "wait once behind the warm-up, not after each of its steps",
    ),
}
RIGHT["speed_of"] = {
    "elapsed time in a variable": """
def speed_of(step, wait, clock, batch, steps, warm_up):
    def burst(count):
        for _ in range(count):
            step()
        wait()
        return clock()

    start = burst(warm_up)
    seconds = burst(steps) - start
    return steps / seconds * batch
""",
    "while loops": """
def speed_of(step, wait, clock, batch, steps, warm_up):
    done = 0
    while done < warm_up:
        step()
        done += 1
    wait()
    began, samples = clock(), 0
    while samples < batch * steps:
        step()
        samples += batch
    wait()
    return samples / (clock() - began)
""",
}

WRONG["mean_gradient"] = {
    "plain mean": (
        "samples / total for",
        "1 / len(parts) for",
        "workers with few samples count as much as those with many: weight each by its samples",
    ),
    "sum of gradients": (
        "samples / total for",
        "1.0 for",
        "added up the step is as many times too long as there are workers: average",
    ),
    "sum over samples": (
        "samples / total for",
        "samples for",
        "these are sums over samples: divide by the number of all samples",
    ),
    "divides by the workers": (
        "samples / total for",
        "samples / len(parts) for",
        "divide by all samples, not by the number of workers",
    ),
    "idle workers counted": (
        "total = sum(samples for _, samples in parts)",
        "total = sum(max(samples, 1) for _, samples in parts)",
        "a worker without samples adds nothing to the total",
    ),
    "weights turned round": (
        "shares = [samples / total for _, samples in parts]",
        "shares = [samples / total for _, samples in parts][::-1]",
        "each gradient goes with its own worker's samples",
    ),
    "first layer only": (
        "for layer in layers]",
        "for layer in list(layers)[:1]]",
        "there is one gradient for each layer",
    ),
    "only the largest worker": (
        "samples / total for",
        "float(samples == max(n for _, n in parts)) for",
        "every worker's gradient counts, by its share of the samples",
    ),
    "writes into the gradients": (
        """
def mean_gradient(parts):
    total = sum(samples for _, samples in parts)
    for gradients, samples in parts:
        for g in gradients:
            g *= samples / total
    return [sum(layer) for layer in zip(*(gradients for gradients, _ in parts))]
""",
        "`*=` writes into the workers' own arrays; make new ones",
    ),
    "layers flattened": (
        "return [sum(share * g for share, g in zip(shares, layer, strict=True)) for layer in layers]",
        "return [np.ravel(sum(share * g for share, g in zip(shares, layer, strict=True))) for layer in layers]",
        "each gradient keeps the shape of its layer",
    ),
    "adds up in the first worker's arrays": (
        """def mean_gradient(parts):
    total = sum(n for _, n in parts)
    out = parts[0][0]
    for i in range(len(out)):
        out[i] *= parts[0][1]
        for g, n in parts[1:]:
            out[i] += n * g[i]
        out[i] /= total
    return out
""",
        "the arrays that come in stay as they are: add into new ones",
    ),
    "weighed by the squares": (
        "samples / total",
        "samples ** 2 / sum(m * m for _, m in parts)",
        "each worker counts by its number of samples, not by its square",
    ),
    "all layers in one array": (
        "return [sum(share * g for share, g in zip(shares, layer, strict=True)) for layer in layers]",
        "return np.concatenate([sum(share * g for share, g in zip(shares, layer, strict=True)).ravel() for layer in layers])",
        "a list is asked, one array for each layer",
    ),
    "one list for each worker": (
        "return [sum(share * g for share, g in zip(shares, layer, strict=True)) for layer in layers]",
        "return [[share * a for a in g] for share, (g, _) in zip(shares, parts)]",
        "all workers together make one list of arrays",
    ),
    "halved again and again": (
        """def mean_gradient(parts):
    out = [g.copy() for g in parts[0][0]]
    for g, n in parts[1:]:
        out = [(a + b) / 2 for a, b in zip(out, g)]
    return out
""",
        "a mean of the mean so far and the next counts the last worker half: weigh by samples",
    ),
    "first worker only": (
        "    return [sum(share * g for share, g in zip(shares, layer, strict=True)) for layer in layers]",
        "    return [layer[0] * 1.0 for layer in layers]",
        "all workers count, not the first one only",
    ),
    "root of the samples": (
        "samples / total",
        "np.sqrt(samples / total)",
        "each worker counts by its share of the samples, not by the root of it",
    ),
    "divided by the workers with samples": (
        "samples / total for _, samples in parts",
        "samples / total / sum(m > 0 for _, m in parts) for _, samples in parts",
        "the shares sum to 1 already: nothing more is divided",
    ),
    "one more sample": (
        "total = sum(samples for _, samples in parts)",
        "total = sum(samples for _, samples in parts) + 1",
        "divide by the number of samples itself",
    ),
    "same shape everywhere": (
        "for layer in layers]",
        "for layer in layers][::-1]",
        "the layers stay in their order",
    ),
    "mean over the numbers": (
        "[sum(share * g for share, g in zip(shares, layer, strict=True)) for layer in layers]",
        "[sum(share * g for share, g in zip(shares, layer, strict=True)).mean() for layer in layers]",
        "each layer keeps its array; only the workers are averaged",
    ),
    "divided by the workers as well": (
        ("samples / total for"),
        ("samples / total / len(parts) for"),
        "the shares sum to 1 already: nothing more is divided, not by the number of workers either",
    ),
}
RIGHT["mean_gradient"] = {
    "np.average": """
def mean_gradient(parts):
    weights = [n for _, n in parts]
    count = len(parts[0][0])
    return [np.average([gradients[i] for gradients, _ in parts], axis=0, weights=weights) for i in range(count)]
""",
    "adding up in place, on new arrays": """
def mean_gradient(parts):
    sums, seen = [np.zeros_like(g) for g in parts[0][0]], 0
    for gradients, samples in parts:
        seen += samples
        for s, g in zip(sums, gradients):
            s += samples * g
    return [s / seen for s in sums]
""",
}

WRONG["own_rows"] = {
    "still an order of its own": (
        "(seed, epoch)",
        "(seed, epoch, rank)",
        "each worker still cuts its piece out of an order of its own, so pieces overlap: leave the rank out of the seed",
    ),
    "every epoch alike": (
        "(seed, epoch)",
        "(seed, 0)",
        "the order is the same in every epoch: the epoch belongs into the seed",
    ),
    "an order of its own in every epoch": (
        "(seed, epoch)",
        "(seed, rank, epoch)",
        "each worker cuts its piece out of an order of its own, so pieces overlap: seed with `seed` and `epoch` alone",
    ),
    "seeded by the sum with the rank": (
        "(seed, epoch)",
        "seed + rank + epoch",
        "with the rank in the seed each worker has an order of its own, and pieces overlap: leave it out",
    ),
    "a block for ever": (
        """
def own_rows(n, workers, rank, epoch, seed):
    share = n // workers
    block = np.arange(rank * share, (rank + 1) * share)
    return np.random.default_rng((seed, epoch)).permutation(block)
""",
        "each worker keeps one block of rows and shuffles only that: shuffle all n rows, then cut",
    ),
    "one shuffle, moved on": (
        "np.random.default_rng((seed, epoch)).permutation(n)",
        "np.roll(np.random.default_rng(seed).permutation(n), epoch)",
        "the rows are shuffled once and then only moved on, so the same ones follow each other: shuffle by seed and epoch",
    ),
    "moved on, not shuffled": (
        "np.random.default_rng((seed, epoch)).permutation(n)",
        "np.roll(np.arange(n), seed + epoch)",
        "the rows go out in their order, only from another place: shuffle them, by seed and epoch",
    ),
    "moved on by the epoch, not shuffled": (
        "np.random.default_rng((seed, epoch)).permutation(n)",
        "np.roll(np.arange(n), epoch)",
        "the rows go out in their order, and the seed does nothing: shuffle them, by seed and epoch",
    ),
    "epoch instead of seed": ("(seed, epoch)", "(0, epoch)", "another seed must give another order"),
    "everybody the first piece": (
        "order[rank * share : (rank + 1) * share]",
        "order[:share]",
        "all workers take the first piece: cut at rank * share",
    ),
    "pieces overlap": (
        "order[rank * share : (rank + 1) * share]",
        "order[rank : rank + share]",
        "pieces begin `share` apart, not 1",
    ),
    "not shuffled": (
        "np.random.default_rng((seed, epoch)).permutation(n)",
        "np.arange(n)",
        "the rows are given out in their order: shuffle, by seed and epoch",
    ),
    "the rest is given out too": (
        "order[rank * share : (rank + 1) * share]",
        "order[rank::workers]",
        "some workers get a row more; then the others wait in the last step for a gradient that never comes",
    ),
    "drawn with repetition": (
        ".permutation(n)",
        ".integers(0, n, n)",
        "rows drawn one by one come twice: a permutation gives each once",
    ),
    "the same rows left out": (
        ".permutation(n)",
        ".permutation(n // workers * workers)",
        "the last rows are never seen in any epoch: shuffle all n, then cut",
    ),
    "one row too many": (
        "order[rank * share : (rank + 1) * share]",
        "order[rank * share : (rank + 1) * share + 1]",
        "worker `rank` has exactly n // workers rows; the next begins behind them",
    ),
    "one less": (
        "order[rank * share : (rank + 1) * share]",
        "order[rank * share : (rank + 1) * share - 1]",
        "n // workers rows for each; yours has one less",
    ),
    "ranks from 1": (
        "order[rank * share : (rank + 1) * share]",
        "order[(rank - 1) * share : rank * share] if rank else order[:share]",
        "ranks count from 0: two workers get the same rows",
    ),
    "neighbours exchanged": (
        "np.random.default_rng((seed, epoch)).permutation(n)",
        "np.arange(n) ^ 1 if n % 2 == 0 else np.arange(n)",
        "exchanging neighbours is no shuffling",
    ),
    "filled up with repeated rows": (
        ("    share = n // workers\n    return order[rank * share : (rank + 1) * share]"),
        ("    share = -(-n // workers)\n    return np.append(order, order)[rank * share : (rank + 1) * share]"),
        "where n does not divide, rows are given out twice to fill up, as torch's sampler does; here the rest is left out",
    ),
}
RIGHT["own_rows"] = {
    "every k-th row": """
def own_rows(n, workers, rank, epoch, seed):
    rng = np.random.default_rng([seed, epoch])
    order = rng.permutation(n)[: n - n % workers]
    return order[rank::workers]
""",
    "one generator moved on by epochs": """
def own_rows(n, workers, rank, epoch, seed):
    rng = np.random.default_rng(seed)
    for _ in range(epoch + 1):
        order = np.arange(n)
        rng.shuffle(order)
    return np.array_split(order[: n // workers * workers], workers)[rank]
""",
    "seed plus epoch": """
def own_rows(n, workers, rank, epoch, seed):
    order = np.argsort(np.random.default_rng(1000 * seed + epoch).random(n))
    share = n // workers
    return order[rank * share : rank * share + share].tolist()
""",
}

WRONG["ring_sum"] = {
    "sums only half way": (
        "range(2 * (k - 1))",
        "range(k - 1)",
        "after k - 1 steps each worker has one finished piece; the others have to be handed on in k - 1 more",
    ),
    "always adds": (
        "there[j] + piece if s < k - 1 else piece",
        "there[j] + piece",
        "in the second half finished pieces replace what is there: added once more they count twice",
    ),
    "never adds": (
        "there[j] + piece if s < k - 1 else piece",
        "piece",
        "the sums get lost: in the first half each piece is added to what is there, and only finished sums replace others later",
    ),
    "delivered one after the other": (
        "letters = [(i, (i - s) % k, held[i][(i - s) % k]) for i in range(k)]\n        for i, j, piece in letters:",
        "for i in range(k):\n            j = (i - s + 1) % k\n            piece = held[i][j]",
        "collect all letters first and deliver then, and worker i sends piece (i - s) mod k",
    ),
    "to the left": (
        "held[(i + 1) % k]",
        "held[(i - 1) % k]",
        "worker i sends to worker (i + 1) mod k; here it goes to the one before",
    ),
    "everything in every step": (
        "sent[i] += len(piece)",
        "sent[i] += len(arrays[i])",
        "only one piece is handed on in a step, not the whole array",
    ),
    "counts pieces": ("sent[i] += len(piece)", "sent[i] += 1", "count the numbers of each piece, not the pieces"),
    "counts who receives": (
        "sent[i] += len(piece)",
        "sent[(i + 1) % k] += len(piece)",
        "counted is what a worker sends, not what it gets",
    ),
    "one step too many": ("range(2 * (k - 1))", "range(2 * k)", "2(k - 1) steps are enough; more only send"),
    "adds one step too long": (
        "if s < k - 1 else",
        "if s < k else",
        "k - 1 steps add; in the next one a finished piece would be added again",
    ),
    "mean instead of sum": (
        "[np.concatenate(own) for own in held]",
        "[np.concatenate(own) / k for own in held]",
        "asked for is the sum; the mean is for whoever calls",
    ),
    "first worker only": (
        "[np.concatenate(own) for own in held], sent",
        "[np.concatenate(held[0])], sent",
        "every worker has a result: return them all",
    ),
    "writes into the arrays": (
        """
def ring_sum(arrays):
    k = len(arrays)
    held = [np.array_split(a, k) for a in arrays]
    sent = [0] * k
    for s in range(2 * (k - 1)):
        letters = [(i, (i - s) % k, held[i][(i - s) % k].copy()) for i in range(k)]
        for i, j, piece in letters:
            sent[i] += len(piece)
            if s < k - 1:
                held[(i + 1) % k][j] += piece
            else:
                held[(i + 1) % k][j][:] = piece
    return [np.concatenate(own) for own in held], sent
""",
        "np.array_split gives views: `+=` writes into the workers' own arrays. Copy the pieces",
    ),
    "piece (i + s)": (
        "(i - s) % k, held[i][(i - s) % k]",
        "(i + s) % k, held[i][(i + s) % k]",
        "the pieces go round backwards: worker i sends piece (i − s) mod k",
    ),
    "counted with equal pieces": (
        """def ring_sum(arrays):
    k, n = len(arrays), len(arrays[0])
    total = np.sum(arrays, axis=0)
    return [total.copy() for _ in arrays], [2 * (k - 1) * (n // k)] * k
""",
        "np.array_split makes pieces of different sizes: count the numbers that are sent",
    ),
    "pieces below 0": (
        "(i - s) % k, held[i][(i - s) % k]",
        "max(i - s, 0), held[i][max(i - s, 0)]",
        "(i − s) is taken mod k: behind piece 0 comes the last one",
    ),
    "numbers of all steps": (
        "sent[i] += len(piece)",
        "sent[i] = len(piece)",
        "what is sent adds up over the steps",
    ),
    "copied too early": (
        "if s < k - 1 else",
        "if s < k - 2 else",
        "pieces are added in the first k − 1 steps",
    ),
    "two to the right": (
        "held[(i + 1) % k]",
        "held[(i + 2) % k]",
        "worker i sends to its neighbour, (i + 1) mod k",
    ),
    "same piece again": (
        "[(i, (i - s) % k, held[i][(i - s) % k]) for i in range(k)]",
        "[(i, i, held[i][i]) for i in range(k)]",
        "in step s it is piece (i − s) mod k: each step another",
    ),
    "stops short": (
        "range(2 * (k - 1))",
        "range(max(2 * (k - 1) - 1, 0))",
        "there are 2(k − 1) steps",
    ),
    "lists": (
        "[np.concatenate(own) for own in held]",
        "[own[0] for own in held]",
        "every worker holds all pieces in the end, put together",
    ),
    "added the other way": (
        "there[j] + piece if",
        "there[j] - piece if",
        "pieces are added",
    ),
    "own piece taken": (
        "if s < k - 1 else piece",
        "if s < k - 1 else there[j]",
        "in the later steps the piece that arrives takes the old one's place",
    ),
    "second half begins anew": (
        ("(i - s) % k, held[i][(i - s) % k]"),
        ("(i - s % (k - 1)) % k, held[i][(i - s % (k - 1)) % k]"),
        "after the first half worker i holds the finished piece (i + 1) mod k: s counts on, and does not begin at 0 again",
    ),
}
RIGHT["ring_sum"] = {
    "counted, not sent": """
def ring_sum(arrays):
    k, total = len(arrays), sum(np.asarray(a, dtype=float) for a in arrays)
    sizes = [len(p) for p in np.array_split(arrays[0], k)]
    sent = [sum(sizes[(i - s) % k] for s in range(2 * (k - 1))) for i in range(k)]
    return [total.copy() for _ in arrays], sent
""",
    "two loops": """
def ring_sum(arrays):
    k = len(arrays)
    cuts = [slice(p[0], p[-1] + 1) if len(p) else slice(0, 0) for p in np.array_split(np.arange(len(arrays[0])), k)]
    own = [np.array(a, dtype=float) for a in arrays]
    sent = np.zeros(k, dtype=int)
    for half in (0, 1):
        for s in range(k - 1):
            pieces = [own[i][cuts[(i - s - half * (k - 1)) % k]].copy() for i in range(k)]
            for i in range(k):
                to, cut = (i + 1) % k, cuts[(i - s - half * (k - 1)) % k]
                own[to][cut] = pieces[i] + (own[to][cut] if half == 0 else 0)
                sent[i] += len(pieces[i])
    return own, list(sent)
""",
}

WRONG["noise_in_batches"] = {
    "variance and mean of all rounds": (
        """
def noise_in_batches(gradients, batch):
    flat = gradients.reshape(-1, gradients.shape[2])
    return float(batch * flat.var(axis=0).sum() / (flat.mean(axis=0) ** 2).sum())
""",
        "the mean of finitely many gradients still holds noise, so its squared length is more than |G|²: solve the two equations "
        "of the task, which take that noise off",
    ),
    "variance by one less, and mean, of all rounds": (
        """
def noise_in_batches(gradients, batch):
    flat = gradients.reshape(-1, gradients.shape[2])
    return float(batch * flat.var(axis=0, ddof=1).sum() / (flat.mean(axis=0) ** 2).sum())
""",
        "the mean of finitely many gradients still holds noise, so its squared length is more than |G|²: solve the two equations "
        "of the task, which take that noise off",
    ),
    "mean over weights": (
        "small = (gradients**2).sum(axis=2).mean()\n    large = (gradients.mean(axis=1) ** 2).sum(axis=1).mean()",
        "small = (gradients**2).sum(axis=2).mean()\n    large = (gradients.mean(axis=1) ** 2).mean(axis=1).mean()",
        "a squared length is a sum over the weights, not a mean",
    ),
    "large batch of one worker": (
        "1 / batch - 1 / (k * batch)",
        "1 / batch - 1 / k",
        "the mean of k workers stands for k · batch samples, not for k",
    ),
    "noise in workers, not in samples": (
        "(1 / batch - 1 / (k * batch))",
        "(1 - 1 / k)",
        "so tr S is counted in batches; the answer is wanted in samples",
    ),
    "sign turned": (
        "(small - large) / (1 / batch - 1 / (k * batch))",
        "(large - small) / (1 / batch - 1 / (k * batch))",
        "the small batch has the longer gradient: small minus large",
    ),
    "noise not taken off the signal": (
        "noise / (small - noise / batch)",
        "noise / large",
        "the mean gradient still holds noise: subtract its share before you divide",
    ),
    "small batch as signal": (
        "noise / (small - noise / batch)",
        "noise / small",
        "the small batch's gradient is mostly noise: subtract it",
    ),
    "upside down": (
        "noise / (small - noise / batch)",
        "(small - noise / batch) / noise",
        "noise by signal: more noise, larger batches",
    ),
    "ratio in every round": (
        """
def noise_in_batches(gradients, batch):
    k = gradients.shape[1]
    small = (gradients**2).sum(axis=2).mean(axis=1)
    large = (gradients.mean(axis=1) ** 2).sum(axis=1)
    noise = (small - large) / (1 / batch - 1 / (k * batch))
    return float((noise / (small - noise / batch)).mean())
""",
        "a ratio of noisy numbers is biased: average over the rounds first, divide once",
    ),
    "mean over all rounds": (
        "(gradients.mean(axis=1) ** 2).sum(axis=1).mean()",
        "(gradients.mean(axis=(0, 1)) ** 2).sum()",
        "the large batch is the mean of one round's workers; average its squared length over the rounds, not the gradients",
    ),
    "lengths not squared": (
        "small = (gradients**2).sum(axis=2).mean()\n    large = (gradients.mean(axis=1) ** 2).sum(axis=1).mean()",
        "small = np.sqrt((gradients**2).sum(axis=2)).mean()\n    large = np.sqrt((gradients.mean(axis=1) ** 2).sum(axis=1)).mean()",
        "the formula is about squared lengths: no root",
    ),
    "writes into the gradients": (
        """
def noise_in_batches(gradients, batch):
    k = gradients.shape[1]
    large = (gradients.mean(axis=1) ** 2).sum(axis=1).mean()
    gradients **= 2
    small = gradients.sum(axis=2).mean()
    noise = (small - large) / (1 / batch - 1 / (k * batch))
    return float(noise / (small - noise / batch))
""",
        "`**=` squares the caller's own array: write `gradients**2`, which makes a new one",
    ),
    "variance of the workers by k": (
        "(small - large) / (1 / batch - 1 / (k * batch))",
        "batch * gradients.var(axis=1).sum(axis=1).mean()",
        "np.var divides by k, which is too small a variance: their mean was estimated from the same k (ddof=1)",
    ),
    "variance over all rounds": (
        "(small - large) / (1 / batch - 1 / (k * batch))",
        "batch * gradients.var(axis=(0, 1), ddof=1).sum()",
        "this variance is taken over all rounds together; solve the two equations for the noise",
    ),
    "times batch instead of by": (
        "small - noise / batch",
        "small - noise * batch",
        "the noise of a mean over B samples is tr S / B",
    ),
    "sum over the workers": (
        "(gradients.mean(axis=1) ** 2)",
        "(gradients.sum(axis=1) ** 2)",
        "the large batch's gradient is the *mean* of the workers'",
    ),
    "mean length, squared": (
        '''def noise_in_batches(gradients, batch):
    """tr(S) / |G|², in samples."""
    k = gradients.shape[1]
    small = np.linalg.norm(gradients, axis=2).mean() ** 2
    large = np.linalg.norm(gradients.mean(axis=1), axis=1).mean() ** 2
    noise = (small - large) / (1 / batch - 1 / (k * batch))
    return float(noise / (small - noise / batch))
''',
        "the mean of the squared lengths is asked, not the square of the mean length",
    ),
    "noise alone": (
        "float(noise / (small - noise / batch))",
        "float(noise)",
        "divide tr S by |G|² at the end",
    ),
    "mean over the rounds": (
        "gradients.mean(axis=1)",
        "gradients.mean(axis=0)",
        "the large batch is the mean of the k workers of a round: axis 1",
    ),
    "rounds for workers": (
        "k = gradients.shape[1]",
        "k = gradients.shape[0]",
        "axis 0 counts rounds, axis 1 the k workers",
    ),
    "multiplied by the difference": (
        "/ (1 / batch - 1 / (k * batch))",
        "* (1 / batch - 1 / (k * batch))",
        "(1/b − 1/kb) stands below: divide by it",
    ),
    "difference of the batches": (
        "(1 / batch - 1 / (k * batch))",
        "(k * batch - batch)",
        "the formula has 1/B: divide by 1/b − 1/(kb)",
    ),
    "noise subtracted from the large batch": (
        "small - noise / batch",
        "large - noise / batch",
        "|G|² is small − tr S / batch, or large − tr S / (k·batch): each with its own batch",
    ),
    "first round": (
        "(gradients**2).sum(axis=2).mean()",
        "(gradients[0] ** 2).sum(axis=1).mean()",
        "all rounds and workers enter the small batch's mean",
    ),
    "first worker": (
        "(gradients**2).sum(axis=2).mean()",
        "(gradients[:, 0] ** 2).sum(axis=1).mean()",
        "all workers enter the small batch's mean, not the first",
    ),
    "deviation": (
        "noise = (small - large) / (1 / batch - 1 / (k * batch))",
        "noise = np.sqrt(abs((small - large) / (1 / batch - 1 / (k * batch))))",
        "tr S is the difference itself, no root of it",
    ),
    "in batches": (
        "return float(noise / (small - noise / batch))",
        "return float(noise / (small - noise / batch) / batch)",
        "the noise scale is asked in samples, not in batches",
    ),
    "in workers": (
        "return float(noise / (small - noise / batch))",
        "return float(noise / (small - noise / batch) / k)",
        "the noise scale is asked in samples; it is not divided by the workers",
    ),
    "added": (
        "(small - noise / batch)",
        "(small + noise / batch)",
        "the small batch's mean holds |G|² plus tr S / batch: subtract it",
    ),
    "k - 1": (
        "1 / (k * batch)",
        "1 / ((k - 1) * batch)",
        "the mean of all k workers has k · batch samples",
    ),
    "variance over k": (
        "small - large",
        "small - large * (k - 1) / k",
        "the two means are subtracted as they are",
    ),
    "divided by the weights too": (
        ("return float(noise / (small - noise / batch))"),
        ("return float(noise / (small - noise / batch) / gradients.shape[2])"),
        "tr S and |G|² are both sums over all weights: nothing is divided by their number",
    ),
}
RIGHT["noise_in_batches"] = {
    "variance of the workers": """
def noise_in_batches(gradients, batch):
    each_round = np.var(gradients, axis=1, ddof=1).sum(-1)
    noise = batch * np.mean(each_round)
    length = np.linalg.norm(np.mean(gradients, axis=1), axis=-1)
    return noise / (np.mean(length * length) - noise / (batch * gradients.shape[1]))
""",
    "two equations solved": """
def noise_in_batches(gradients, batch):
    rounds, k, _ = gradients.shape
    small = np.einsum("rkd,rkd->", gradients, gradients) / (rounds * k)
    mean = gradients.mean(1)
    large = np.einsum("rd,rd->", mean, mean) / rounds
    signal, noise = np.linalg.solve([[1, 1 / batch], [1, 1 / (k * batch)]], [small, large])
    return noise / signal
""",
    "the paper's form": """
def noise_in_batches(gradients, batch):
    k = gradients.shape[1]
    big = k * batch
    small2 = np.mean([np.dot(g, g) for r in gradients for g in r])
    big2 = np.mean([np.dot(r.mean(0), r.mean(0)) for r in gradients])
    g2 = (big * big2 - batch * small2) / (big - batch)
    s = (small2 - big2) / (1 / batch - 1 / big)
    return s / g2
""",
}

WRONG["rate_at"] = {
    "square root": (
        "base_rate * batch / base_batch",
        "base_rate * (batch / base_batch) ** 0.5",
        "that is square-root scaling; asked for is linear",
    ),
    "not scaled": ("base_rate * batch / base_batch", "base_rate", "the batch has grown and the rate has not"),
    "scaled the wrong way": (
        "base_rate * batch / base_batch",
        "base_rate * base_batch / batch",
        "a larger batch wants a larger rate",
    ),
    "from zero": (
        "base_rate + (goal - base_rate) * step / warm_up",
        "goal * step / warm_up",
        "step 0 has the base rate, not 0: with 0 it would learn nothing",
    ),
    "shares of the goal": (
        "base_rate + (goal - base_rate) * step / warm_up",
        "goal * (step + 1) / warm_up",
        "step 0 has `base_rate`, whatever the goal and the length of the warm-up: begin at base_rate and go on from there",
    ),
    "one step early": (
        "(goal - base_rate) * step / warm_up",
        "(goal - base_rate) * (step + 1) / warm_up",
        "step 0 is still at the base rate; the goal is reached at step `warm_up`",
    ),
    "no end": (
        "    if step >= warm_up:\n        return goal\n",
        "    if warm_up == 0:\n        return goal\n",
        "after the warm-up the rate is kept; here it grows on",
    ),
    "no warm-up": (
        "return base_rate + (goal - base_rate) * step / warm_up",
        "return goal",
        "the scaled rate holds from the first step: move towards it during the warm-up",
    ),
    "waits, then jumps": (
        "return base_rate + (goal - base_rate) * step / warm_up",
        "return base_rate",
        "the rate is to move in a straight line, not to jump at the end",
    ),
    "geometric": (
        "base_rate + (goal - base_rate) * step / warm_up",
        "base_rate * (goal / base_rate) ** (step / warm_up)",
        "in a straight line: equal differences, not equal ratios",
    ),
    "divides by nothing": (
        "    if step >= warm_up:\n",
        "    if warm_up and step >= warm_up:\n",
        "with warm_up = 0 this divides by zero: then the goal holds at once",
    ),
    "whole times only": (
        "base_rate * batch / base_batch",
        "base_rate * (batch // base_batch)",
        "`//` drops what is not whole: 48 for 32 is one and a half times the rate",
    ),
    "batch per step": (
        "base_rate * batch / base_batch",
        "base_rate * batch",
        "scaled is by the ratio of the two batches",
    ),
    "one base rate a step": (
        "    return base_rate + (goal - base_rate) * step / warm_up",
        "    return min(goal, base_rate * (1 + step / warm_up))",
        "the rate moves in a straight line from `base_rate` at step 0 to the goal at step `warm_up`",
    ),
    "never at the goal": (
        """        return goal
""",
        """        return base_rate
""",
        "behind the warm-up the scaled rate is kept",
    ),
    "a step too long": (
        "step / warm_up",
        "step / (warm_up + 1)",
        "the goal is reached *at* step `warm_up`: divide by it",
    ),
    "starts at 0": (
        "base_rate + (goal - base_rate) * step / warm_up",
        "(goal - base_rate) * step / warm_up",
        "step 0 has `base_rate`",
    ),
    "ends too high": (
        "(goal - base_rate) * step / warm_up",
        "goal * step / warm_up",
        "the line goes from base_rate to the goal: it rises by their difference",
    ),
    "a step too short": (
        "step / warm_up",
        "step / max(warm_up - 1, 1)",
        "the goal is reached at step `warm_up`, not one before",
    ),
    "decays behind the warm-up": (
        """        return goal
""",
        """        return goal * warm_up / max(step, 1) if warm_up else goal
""",
        "behind the warm-up the rate is kept",
    ),
    "half a step": (
        "* step / warm_up",
        "* (step + 0.5) / warm_up",
        "step 0 has `base_rate` exactly",
    ),
    "parabola": (
        "* step / warm_up",
        "* (step / warm_up) ** 2",
        "a straight line: step / warm_up, not its square",
    ),
    "root of the way": (
        "* step / warm_up",
        "* (step / warm_up) ** 0.5",
        "a straight line: step / warm_up, not its root",
    ),
    "cosine": (
        "* step / warm_up",
        "* (1 - np.cos(np.pi * step / warm_up)) / 2",
        "a straight line is asked, no cosine",
    ),
    "scaled by the difference": (
        "goal = base_rate * batch / base_batch",
        "goal = base_rate * (1 + (batch - base_batch) / base_batch / 2)",
        "the rate is scaled by batch / base_batch",
    ),
    "from the goal down": (
        "base_rate + (goal - base_rate) * step / warm_up",
        "goal + (base_rate - goal) * step / warm_up",
        "the line begins at base_rate and ends at the goal: it is turned round",
    ),
    "one step late": (
        "* step / warm_up",
        "* max(step - 1, 0) / warm_up",
        "the line begins at step 0: step 1 is higher already",
    ),
    "base rate itself scaled": (
        "base_rate + (goal - base_rate) * step / warm_up",
        "base_rate + goal * step / (warm_up * base_batch)",
        "the rate rises by goal − base_rate in all",
    ),
    "logarithm": (
        "goal = base_rate * batch / base_batch",
        "goal = base_rate * (1 + np.log(batch / base_batch))",
        "the rate is scaled linearly with the batch",
    ),
    "a share of the goal, one step more": (
        ("base_rate + (goal - base_rate) * step / warm_up"),
        ("goal * (step + 1) / (warm_up + 1)"),
        "step 0 has `base_rate`, whatever the goal and the length of the warm-up: begin at base_rate and go on from there",
    ),
}
RIGHT["rate_at"] = {
    "min": """
def rate_at(step, batch, base_rate, base_batch, warm_up):
    share = min(step / warm_up, 1) if warm_up else 1
    return (1 - share) * base_rate + share * base_rate * batch / base_batch
""",
    "np.interp": """
def rate_at(step, batch, base_rate, base_batch, warm_up):
    k = batch / base_batch
    if warm_up == 0:
        return k * base_rate
    return float(np.interp(step, [0, warm_up], [base_rate, k * base_rate]))
""",
}

WRONG["scaled_step"] = {
    "scale not taken off": (
        "(g.astype(np.float32) / np.float32(scale))",
        "g.astype(np.float32)",
        "the gradient is still `scale` times too large: divide",
    ),
    "divided in float16": (
        "(g.astype(np.float32) / np.float32(scale))",
        "(g / np.float16(min(scale, 60000.0))).astype(np.float32)",
        "divided while still in float16 the small ones become 0 again: turn into float32 first",
    ),
    "steps with infinities": (
        "    if not np.isfinite(g).all():\n        return w, scale / 2, 0\n",
        "",
        "an infinite gradient makes infinite weights: skip the step and halve the scale",
    ),
    "nan overlooked": (
        "not np.isfinite(g).all()",
        "np.isinf(g).any()",
        "nan is not infinite, and as bad: np.isfinite sees both",
    ),
    "zeroes what is infinite": (
        "        return w, scale / 2, 0\n",
        "        g, scale, good = np.where(np.isfinite(g), g, 0).astype(np.float16), scale / 2, -1\n",
        "the other entries are of a step that must be skipped as a whole",
    ),
    "tries again at once": (
        "        return w, scale / 2, 0\n",
        "        scale, good = scale / 2, -1\n        g = gradient_of(scale)\n",
        "skip the step and return; the next step tries with the halved scale",
    ),
    "one gradient to look at, one to use": (
        "    if not np.isfinite(g).all():",
        "    if not np.isfinite(gradient_of(scale)).all():",
        "every call of gradient_of is a backward pass: keep what it gives",
    ),
    "scale kept after overflow": (
        "return w, scale / 2, 0",
        "return w, scale, 0",
        "with the same scale the next step overflows again: halve it",
    ),
    "count kept after overflow": (
        "return w, scale / 2, 0",
        "return w, scale / 2, good",
        "the good steps must be in a row: begin counting anew",
    ),
    "doubled after overflow": ("return w, scale / 2, 0", "return w, scale * 2, 0", "overflow means too large: halve"),
    "count goes on": (
        "return w, scale * 2, 0",
        "return w, scale * 2, good",
        "after doubling the count begins at 0",
    ),
    "one step too late": (
        "good == patience",
        "good > patience",
        "the step that makes `patience` good ones doubles the scale",
    ),
    "never doubled": ("scale * 2, 0", "scale, 0", "after `patience` good steps the scale is doubled"),
    "doubled every time": ("if good == patience:", "if True:", "double only after `patience` good steps"),
    "ascends": ("w = w - np.float32(rate)", "w = w + np.float32(rate)", "descent: minus"),
    "weights in float16": (
        "    return w, scale, good",
        "    return w.astype(np.float16).astype(np.float32), scale, good",
        "small steps are lost in float16 weights: the master copy stays in float32",
    ),
    "writes into the weights": (
        """
def scaled_step(w, gradient_of, scale, good, rate, patience):
    g = gradient_of(scale)
    if not np.isfinite(g).all():
        return w, scale / 2, 0
    w -= np.float32(rate) * (g.astype(np.float32) / np.float32(scale))
    good += 1
    if good == patience:
        return w, scale * 2, 0
    return w, scale, good
""",
        "`-=` writes into the caller's weights: make new ones",
    ),
    "float64 weights": (
        "w = w - np.float32(rate) * (g.astype(np.float32) / np.float32(scale))",
        "w = w - rate * (g.astype(float) / scale)",
        "the weights stay in float32: a Python float or float64 in the product makes them longer",
    ),
    "a step with infinite gradients": (
        """        return w, scale / 2, 0
""",
        """        return w - np.float32(rate) * np.nan_to_num(g.astype(np.float32) / np.float32(scale)), scale / 2, 0
""",
        "where an entry is infinite or nan there is no step: w as it was",
    ),
    "float16 weights": (
        "w = w - np.float32(rate) * (g.astype(np.float32) / np.float32(scale))",
        "w = (w - rate * (g.astype(np.float32) / scale)).astype(np.float16)",
        "the weights stay in float32",
    ),
    "good steps not counted": (
        """    good += 1
    if good == patience""",
        "    if good == patience",
        "a good step counts: one more",
    ),
    "divided by the new scale": (
        """def scaled_step(w, gradient_of, scale, good, rate, patience):
    g = gradient_of(scale)
    if not np.isfinite(g).all():
        return w, scale / 2, 0
    good += 1
    if good == patience:
        scale, good = scale * 2, 0
    return w - np.float32(rate) * (g.astype(np.float32) / np.float32(scale)), scale, good
""",
        "divide by the scale that the gradient was computed with; double it afterwards",
    ),
    "gradient of the unscaled loss": (
        "gradient_of(scale)",
        "gradient_of(1.0)",
        "gradient_of gets the scale: small gradients would be lost in float16",
    ),
    "scale quartered": (
        "scale / 2, 0",
        "scale / 4, 0",
        "halve the scale",
    ),
    "counts down": (
        "good += 1",
        "good -= 1",
        "a good step counts one more",
    ),
    "count from the new": (
        "return w, scale * 2, 0",
        "return w, scale * 2, 1",
        "counting begins at 0 again",
    ),
    "multiplied by the scale": (
        "/ np.float32(scale))",
        "* np.float32(scale))",
        "the gradient is that of scale times the loss: divide by the scale",
    ),
    "sign of the gradient": (
        "(g.astype(np.float32) / np.float32(scale))",
        "np.sign(g.astype(np.float32))",
        "a step of gradient descent: the gradient itself, not its sign",
    ),
    "bad entries set to 0": (
        """        return w, scale / 2, 0
""",
        """        g = np.where(np.isfinite(g), g, 0)
        return w - np.float32(rate) * g.astype(np.float32) / np.float32(scale), scale / 2, 0
""",
        "an infinite entry spoils the whole step: w as it was",
    ),
    "one step earlier": (
        "if good == patience:",
        "if good >= max(patience - 1, 1):",
        "with `patience` good steps the scale is doubled",
    ),
    "good added on a bad step": (
        "scale / 2, 0",
        "scale / 2, good + 1",
        "a bad step sets the count to 0",
    ),
    "rate scaled too": (
        "np.float32(rate) *",
        "np.float32(rate / scale) *",
        "divide by the scale once",
    ),
    "weights zeroed": (
        "        return w, scale / 2, 0",
        "        return 0 * w, scale / 2, 0",
        "after a bad step the weights are as they were",
    ),
    "threshold": (
        "not np.isfinite(g).all()",
        "np.abs(g).max() > 1000",
        "only infinite entries and nan make a step bad",
    ),
    "counts on, and doubles at every step": (
        ("if good == patience:\n        return w, scale * 2, 0"),
        ("if good >= patience:\n        return w, scale * 2, good"),
        "after doubling the count begins at 0; yours goes on, and every later step doubles again",
    ),
}
RIGHT["scaled_step"] = {
    "one return": """
def scaled_step(w, gradient_of, scale, good, rate, patience):
    g = np.asarray(gradient_of(scale), dtype=np.float32)
    if np.isfinite(g).all():
        w, good = (w - rate * (g / scale)).astype(np.float32), good + 1
        scale, good = (2 * scale, 0) if good >= patience else (scale, good)
    else:
        scale, good = scale * 0.5, 0
    return w, scale, good
""",
    "divides in float64": """
def scaled_step(w, gradient_of, scale, good, rate, patience):
    g = gradient_of(scale).astype(np.float64)
    if np.isnan(g).any() or np.isinf(g).any():
        return w.copy(), scale / 2.0, 0
    new = w.astype(np.float64) - rate * g / scale
    good = good + 1
    if good % patience == 0:
        scale, good = scale * 2.0, 0
    return new.astype(np.float32), scale, good
""",
}

WRONG["keep_run"] = {
    "weights alone": (
        '    for name in ("weights", "velocity", "order"):\n        setattr(run, name, kept[name].copy())\n    run.place, run.steps = kept["place"], kept["steps"]\n    run.rng.bit_generator.state = kept["rng"]\n',
        '    run.weights = kept["weights"].copy()\n',
        "weights are not enough: momentum, step, the order of the epoch and the generator decide how it goes on",
    ),
    "momentum lost": (
        '    for name in ("weights", "velocity", "order"):\n        setattr(run',
        '    for name in ("weights", "order"):\n        setattr(run',
        "the velocity begins at 0 again: momentum belongs into the checkpoint",
    ),
    "order lost": (
        '    for name in ("weights", "velocity", "order"):\n        setattr(run',
        '    for name in ("weights", "velocity"):\n        setattr(run',
        "the epoch is shuffled anew: the order, and how much of it is used, belong into the checkpoint",
    ),
    "place lost": (
        'run.place, run.steps = kept["place"], kept["steps"]',
        'run.steps = kept["steps"]',
        "the epoch begins at its first row again: keep the place too",
    ),
    "step lost": (
        'run.place, run.steps = kept["place"], kept["steps"]',
        'run.place = kept["place"]',
        "the learning rate depends on the step, which begins at 0 again",
    ),
    "generator lost": (
        '    run.rng.bit_generator.state = kept["rng"]\n',
        "",
        "the generator begins anew, so that later noise and orders differ: set its state",
    ),
    "generator kept, not its state": (
        "run.rng.bit_generator.state}",
        "run.rng}",
        "a generator is an object that goes on drawing: keep `run.rng.bit_generator.state`",
    ),
    "not copied when kept": (
        "getattr(run, name).copy() for",
        "getattr(run, name) for",
        "the dict holds the run's own arrays, which training changes: copy them",
    ),
    "not copied when resumed": (
        "setattr(run, name, kept[name].copy())",
        "setattr(run, name, kept[name])",
        "the resumed run trains on the dict's own arrays: a second resume begins elsewhere. Copy here too",
    ),
    "weights not copied when kept": (
        "getattr(run, name).copy() for",
        'getattr(run, name).copy() if name != "weights" else run.weights for',
        "the dict holds the run's own weights, which `-=` changes: copy every array",
    ),
    "velocity not copied when kept": (
        "getattr(run, name).copy() for",
        'getattr(run, name).copy() if name != "velocity" else run.velocity for',
        "the dict holds the run's own velocity, which `*=` and `+=` change: copy every array",
    ),
    "weights not copied when resumed": (
        "setattr(run, name, kept[name].copy())",
        'setattr(run, name, kept[name].copy() if name != "weights" else kept[name])',
        "the resumed run changes the dict's own weights: a second resume begins elsewhere. Copy every array here too",
    ),
    "velocity not copied when resumed": (
        "setattr(run, name, kept[name].copy())",
        'setattr(run, name, kept[name].copy() if name != "velocity" else kept[name])',
        "the resumed run changes the dict's own velocity: a second resume begins elsewhere. Copy every array here too",
    ),
    "trains as long again": (
        "    return run\n",
        '    return run.advance(kept["steps"])\n',
        "what was kept is put back, and then as many steps are done again: resuming does not train",
    ),
    "trains anew, then the weights": (
        """
def resume(kept):
    run = Run().advance(kept["steps"])
    run.weights = kept["weights"].copy()
    return run
""",
        "training anew with another seed draws other orders and noise: put everything back, and do no step again",
    ),
    "copied nowhere": (
        """
def keep(run):
    arrays = {name: getattr(run, name) for name in ("weights", "velocity", "order")}
    return arrays | {"place": run.place, "steps": run.steps, "rng": run.rng.bit_generator.state}


def resume(kept):
    run = Run()
    for name in ("weights", "velocity", "order"):
        setattr(run, name, kept[name])
    run.place, run.steps = kept["place"], kept["steps"]
    run.rng.bit_generator.state = kept["rng"]
    return run
""",
        "the run, the dict and the resumed run share one array, which each changes: copy on the way in and on the way out",
    ),
    "one step more": ("    return run\n", "    return run.advance(1)\n", "resuming does not train"),
    "trains again from the start": (
        """
def keep(run):
    return {"steps": run.steps}


def resume(kept):
    return Run().advance(kept["steps"])
""",
        "all steps are done again, and with another seed they are others: put the kept values back",
    ),
    "rounded": (
        "getattr(run, name).copy() for",
        "getattr(run, name).astype(np.float32) for",
        "float32 keeps 7 of 16 digits: not exact any more",
    ),
    "the generator itself": (
        '''def keep(run):
    """A checkpoint of a Run: a dict of arrays, numbers, and the state of its generator."""
    arrays = {name: getattr(run, name).copy() for name in ("weights", "velocity", "order")}
    return arrays | {"place": run.place, "steps": run.steps, "rng": run.rng}


def resume(kept):
    """A Run that goes on where the kept one was."""
    run = Run()
    for name in ("weights", "velocity", "order"):
        setattr(run, name, kept[name].copy())
    run.place, run.steps = kept["place"], kept["steps"]
    run.rng = kept["rng"]
    return run
''',
        "a Generator needs pickle and lives on: keep rng.bit_generator.state",
    ),
    "the run itself": (
        """def keep(run):
    return {"run": run}


def resume(kept):
    return kept["run"]
""",
        "the run goes on and changes what you kept: keep copies of its arrays",
    ),
    "all attributes copied": (
        """import copy


def keep(run):
    return copy.deepcopy(run.__dict__)


def resume(kept):
    run = Run()
    run.__dict__.update(copy.deepcopy(kept))
    return run
""",
        "the copied attributes hold a generator, which needs pickle: keep its state",
    ),
    "a fresh generator": (
        """    run.rng.bit_generator.state = kept["rng"]
""",
        """    run.rng = np.random.default_rng(0)
""",
        "the generator goes on from its state, not from a new seed",
    ),
    "weights shortened": (
        "getattr(run, name).copy()",
        'getattr(run, name).astype(np.float32) if name != "order" else run.order.copy()',
        "the weights are kept as they are: float32 or less loses digits, and the run goes another way",
    ),
    "order sorted": (
        "setattr(run, name, kept[name].copy())",
        'setattr(run, name, kept[name].copy() if name != "order" else np.sort(kept[name]))',
        "the order of the epoch is kept as it is",
    ),
}
RIGHT["keep_run"] = {
    "all attributes": """
def keep(run):
    kept = {name: value for name, value in vars(run).items() if name != "rng"}
    kept = {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in kept.items()}
    return {**kept, "state": run.rng.bit_generator.state}


def resume(kept):
    run = Run(1)
    for name, value in kept.items():
        if name == "state":
            run.rng.bit_generator.state = value
        else:
            setattr(run, name, np.array(value) if isinstance(value, np.ndarray) else value)
    return run
""",
    "lists": """
def keep(run):
    return {
        "weights": run.weights.tolist(), "velocity": run.velocity.tolist(), "order": run.order.tolist(),
        "counters": [run.place, run.steps], "state": dict(run.rng.bit_generator.state),
    }


def resume(kept):
    run = Run()
    run.weights, run.velocity = np.array(kept["weights"]), np.array(kept["velocity"])
    run.order = np.array(kept["order"], dtype=int)
    run.place, run.steps = kept["counters"]
    run.rng.bit_generator.state = kept["state"]
    return run
""",
}

WRONG["fault_of"] = {
    "A and B confused": (
        '"A": "sum", "B": "rate"',
        '"A": "rate", "B": "sum"',
        "two are right: ask of each curve whether it is ill from its first step, jumps once, falls slowly, or parts from the other",
    ),
    "B and D confused": (
        '"B": "rate", "C": "old checkpoint", "D": "one shard"',
        '"B": "one shard", "C": "old checkpoint", "D": "rate"',
        "two are right: ask of each curve whether it is ill from its first step, jumps once, falls slowly, or parts from the other",
    ),
    "C and D confused": (
        '"C": "old checkpoint", "D": "one shard"',
        '"C": "one shard", "D": "old checkpoint"',
        "two are right: ask of each curve whether it is ill from its first step, jumps once, falls slowly, or parts from the other",
    ),
    "A and C confused": (
        '"A": "sum", "B": "rate", "C": "old checkpoint"',
        '"A": "old checkpoint", "B": "rate", "C": "sum"',
        "two are right: ask of each curve whether it is ill from its first step, jumps once, falls slowly, or parts from the other",
    ),
    "one right only": (
        '"A": "sum", "B": "rate", "C": "old checkpoint"',
        '"A": "rate", "B": "old checkpoint", "C": "sum"',
        "one is right: ask of each curve whether it is ill from its first step, jumps once, falls slowly, or parts from the other",
    ),
    "one name twice": (
        '"A": "sum", "B": "rate"',
        '"A": "sum", "B": "sum"',
        "three are right: so one name stands there twice, or is none of the four",
    ),
    "rate as it was": (
        '"rate": settings["rate"] * settings["workers"]',
        '"rate": settings["rate"]',
        "the rate is still that of one worker: scale it with the whole batch",
    ),
    "square root": (
        'settings["rate"] * settings["workers"]',
        'settings["rate"] * settings["workers"] ** 0.5',
        "60 steps end too high: such a rate is too low or too high for all workers together. Section 8 scales linearly",
    ),
    "scaled by the batch": (
        'settings["rate"] * settings["workers"]',
        'settings["rate"] * settings["batch"]',
        "the rate is so high that the run fails: the factor is how many times larger the whole batch is than one worker's",
    ),
    "divided by the workers": (
        'settings["rate"] * settings["workers"]',
        'settings["rate"] / settings["workers"]',
        "the rate is lower than for one worker; a larger batch wants a larger one",
    ),
    "writes into the settings": (
        'return settings | {"rate": settings["rate"] * settings["workers"], "warm_up": 10}',
        'settings["rate"] *= settings["workers"]\n    settings["warm_up"] = 10\n    return settings',
        "that changes the caller's dict: make a new one",
    ),
    "endless warm-up": ('"warm_up": 10', '"warm_up": 600', "the run is over before the warm-up is"),
    "warm-up of the whole run": ('"warm_up": 10', '"warm_up": 60', "`warm_up` is longer than the 20 steps of the task"),
    "no warm-up": (', "warm_up": 10', "", "`warm_up` is missing in the new dict: the task asks for both"),
    "smaller batches": (
        '"warm_up": 10}',
        '"warm_up": 10, "batch": settings["batch"] // 2}',
        "workers and batch stay as they are; only the rate is repaired",
    ),
    "one worker": (
        '"warm_up": 10}',
        '"warm_up": 10, "workers": 1}',
        "workers and batch stay as they are; only the rate is repaired",
    ),
    "no warm-up steps": (
        '"warm_up": 10',
        '"warm_up": 0',
        "so high a rate needs some steps of warm-up",
    ),
    "A and D exchanged": (
        '{"A": "sum", "B": "rate", "C": "old checkpoint", "D": "one shard"}',
        '{"D": "sum", "B": "rate", "C": "old checkpoint", "A": "one shard"}',
        "one shard lets training loss fall and leaves the validation behind",
    ),
    "B and C exchanged": (
        '"B": "rate", "C": "old checkpoint"',
        '"C": "rate", "B": "old checkpoint"',
        "an old checkpoint makes the loss jump back once; too low a rate is slow throughout",
    ),
    "squared": (
        'settings["rate"] * settings["workers"]',
        'settings["rate"] * settings["workers"] ** 2',
        "the rate grows with the batch: workers times, not its square",
    ),
    "doubled": (
        'settings["rate"] * settings["workers"]',
        'settings["rate"] * 2',
        "the rate grows with the number of workers",
    ),
    "long warm-up": (
        '"warm_up": 10',
        '"warm_up": 21',
        "20 steps of warm-up at most",
    ),
}
RIGHT["fault_of"] = {
    "if and a copy": """
def fault_of(letter):
    if letter == "A":
        return "sum"
    if letter == "B":
        return "rate"
    return "old checkpoint" if letter == "C" else "one shard"


def mended(settings):
    new = dict(settings)
    new["rate"] *= new["workers"]
    new["warm_up"] = 8
    return new
""",
    "shorter warm-up": ('"warm_up": 10', '"warm_up": 6'),
}

WRONG["within_budget"] = {
    "one layer without its comma": (
        '"hidden": (24, 24)',
        '"hidden": (24)',
        "(24) is the number 24: a tuple of one layer is written (24,)",
    ),
    "lr": ('"rate": 0.1', '"lr": 0.1', "the learning rate is called `rate` here, as in the task"),
    "no hidden layer": ('"hidden": (24, 24)', '"hidden": ()', "without a hidden layer the borders are straight lines"),
    "over the budget": ('"steps": 700', '"steps": 7000', "this costs more multiply-adds than there are"),
    "rate too small": ('"rate": 0.1', '"rate": 0.0005', "so short steps do not get there within the budget"),
    "rate too large": ('"rate": 0.1', '"rate": 4.0', "the first steps throw the weights away: lower the rate"),
    "batch too large": (
        '"batch": 8, "steps": 700',
        '"batch": 400, "steps": 14',
        "the budget is spent after a few steps: smaller batches, more steps",
    ),
    "network too large": (
        '"hidden": (24, 24), "batch": 8, "steps": 700',
        '"hidden": (300, 300), "batch": 8, "steps": 5',
        "the budget is spent on width; nothing is left for steps",
    ),
    "network too small": (
        '"hidden": (24, 24)',
        '"hidden": (2,)',
        "two units fold the plane twice; a spiral needs more",
    ),
    "hardly trained": ('"steps": 700', '"steps": 10', "most of the budget is left: train longer"),
    "steps that are not whole": (
        '"steps": 700',
        '"steps": 5600 / 8',
        "batch and steps are whole numbers, and all names must be there; `/` gives a float, `//` an int",
    ),
    "another name for the rate": (
        '"rate": 0.1',
        '"learning_rate": 0.1',
        "the names are those of the task: the learning rate is called `rate`",
    ),
}
RIGHT["within_budget"] = {
    "widths in a list": ('"hidden": (24, 24)', '"hidden": [24, 24]'),
    "smaller batches, more steps": (
        '"batch": 8, "steps": 700, "rate": 0.1',
        '"batch": 4, "steps": 1400, "rate": 0.05',
    ),
    "wider": (
        '{"hidden": (24, 24), "batch": 8, "steps": 700, "rate": 0.1}',
        "dict(hidden=(32, 32), batch=8, steps=420, rate=0.1, momentum=0.9, seed=1)",
    ),
}
