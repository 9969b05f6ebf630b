"""Lesson 00, Arrays and images: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["batch_vectors"] = {
    "channel last": (
        "def to_vectors(x):\n    return x.transpose(0, 2, 3, 1).reshape(len(x), -1)"
        "\n\ndef to_images(v, shape):\n    c, h, w = shape\n    return v.reshape(len(v), h, w, c).transpose(0, 3, 1, 2)",
        "the three colours of a pixel stand together; asked is all of channel 0 first, then all of channel 1",
    ),
    "column after column": (
        "def to_vectors(x):\n    return x.transpose(0, 1, 3, 2).reshape(len(x), -1)"
        "\n\ndef to_images(v, shape):\n    c, h, w = shape\n    return v.reshape(len(v), c, w, h).transpose(0, 1, 3, 2)",
        "each channel is read column by column; read it row by row",
    ),
    "Fortran's order": (
        "def to_vectors(x):\n    return x.reshape(len(x), -1, order='F')"
        "\n\ndef to_images(v, shape):\n    return v.reshape(len(v), *shape, order='F')",
        "order='F' lets the first index run fastest; NumPy's default is what is asked",
    ),
    "images mixed": (
        "def to_vectors(x):\n    return x.reshape(-1, len(x)).T"
        "\n\ndef to_images(v, shape):\n    return v.T.reshape(len(v), *shape)",
        "numbers of different images got into one row: the first axis is the batch and must stay the first",
    ),
    "one vector for all": (
        "def to_vectors(x):\n    return x.reshape(-1)\n\ndef to_images(v, shape):\n    return v.reshape(shape[0], -1)",
        "the whole batch became one vector; every image keeps a row of its own",
    ),
    "channels as images": (
        "def to_vectors(x):\n    return x.reshape(x.shape[0] * x.shape[1], -1)"
        "\n\ndef to_images(v, shape):\n    return v.reshape(len(v) * shape[0], *shape[1:])",
        "each channel became a row; the channels of an image belong into one row",
    ),
    "height and width swapped": (
        "def to_vectors(x):\n    return x[:, :, ::-1].reshape(len(x), -1)"
        "\n\ndef to_images(v, shape):\n    c, h, w = shape\n    return v.reshape(len(v), c, w, h)",
        "rows and columns are confused somewhere: shape is (c, h, w), and row 0 comes first",
    ),
    "first channel only": (
        "def to_vectors(x):\n    return x[:, 0].reshape(len(x), -1)"
        "\n\ndef to_images(v, shape):\n    c, h, w = shape\n    return v[:, : h * w].reshape(len(v), 1, h, w)",
        "only channel 0 is left; all channels go into the vector",
    ),
}
RIGHT["batch_vectors"] = {
    "loops": (
        "def to_vectors(x):\n"
        "    return np.array([[p for channel in image for row in channel for p in row] for image in x])\n\n"
        "def to_images(v, shape):\n    return np.stack([row.reshape(shape) for row in v])"
    ),
    "flatten and concatenate": (
        "def to_vectors(x):\n    return np.stack([image.ravel() for image in x])\n\n"
        "def to_images(v, shape):\n    c, h, w = shape\n    return v.reshape(-1, c, h, w)"
    ),
}

WRONG["neighbour_correlation"] = {
    "wraps around": (
        "def neighbour_correlation(image, d):\n"
        "    p, q = image, np.roll(image, -d, axis=1)\n"
        "    p, q = p - p.mean(), q - q.mean()\n    return np.sum(p * q) / np.sqrt(np.sum(p**2) * np.sum(q**2))",
        "np.roll brings the first columns back in at the right; pixels at opposite borders are no neighbours",
    ),
    "rows instead of columns": (
        "def neighbour_correlation(image, d):\n"
        "    p, q = image[: len(image) - d], image[d:]\n"
        "    p, q = p - p.mean(), q - q.mean()\n    return np.sum(p * q) / np.sqrt(np.sum(p**2) * np.sum(q**2))",
        "you compare with the pixel d rows below; to the right means along the second axis",
    ),
    "means not subtracted": (
        "p, q = p - p.mean(), q - q.mean()",
        "p, q = p * 1.0, q * 1.0",
        "without subtracting the means this is the cosine: two bright images would always seem alike",
    ),
    "covariance": (
        "np.sum(p * q) / np.sqrt(np.sum(p**2) * np.sum(q**2))",
        "np.mean(p * q)",
        "this is the covariance, which grows with the contrast; divide by both spreads to get at most 1",
    ),
    "one mean for both": (
        "p, q = p - p.mean(), q - q.mean()",
        "p, q = p - image.mean(), q - image.mean()",
        "both sides were centred by the mean of the whole image; each side has its own mean",
    ),
    "always the next pixel": (
        "image[:, : width - d], image[:, d:]",
        "image[:, : width - 1], image[:, 1:]",
        "the distance d is not used: this always compares with the next pixel",
    ),
    "one column too far": (
        "image[:, : width - d], image[:, d:]",
        "image[:, : width - d - 1], image[:, d + 1 :]",
        "the partner lies d + 1 columns away: for d = 0 every pixel is its own partner",
    ),
    "mean of the rows' correlations": (
        "def neighbour_correlation(image, d):\n"
        "    w = image.shape[1]\n"
        "    return np.mean([np.corrcoef(row[: w - d], row[d:])[0, 1] for row in image])",
        "this averages one correlation per row; take all pairs of the image together",
    ),
    "empty for d = 0": (
        "image[:, : width - d], image[:, d:]",
        "image[:, :-d], image[:, d:]",
        "image[:, :-0] is empty: write the end as width - d",
    ),
    "square root forgotten": (
        "np.sqrt(np.sum(p**2) * np.sum(q**2))",
        "(np.sum(p**2) * np.sum(q**2))",
        "the root in the denominator is missing",
    ),
}
RIGHT["neighbour_correlation"] = {
    "np.corrcoef": (
        "def neighbour_correlation(image, d):\n"
        "    w = image.shape[1]\n    return np.corrcoef(image[:, : w - d].ravel(), image[:, d:].ravel())[0, 1]"
    ),
    "loop over pairs": (
        "def neighbour_correlation(image, d):\n"
        "    h, w = image.shape\n"
        "    pairs = np.array([(image[i, j], image[i, j + d]) for i in range(h) for j in range(w - d)], float)\n"
        "    p, q = (pairs - pairs.mean(axis=0)).T\n    return (p @ q) / ((p @ p) * (q @ q)) ** 0.5"
    ),
}

WRONG["pairwise_distances"] = {
    "squares without the root": (
        "np.sqrt(np.sum(difference**2, axis=2))",
        "np.sum(difference**2, axis=2)",
        "these are the squared distances; the root is missing",
    ),
    "root before the sum": (
        "np.sqrt(np.sum(difference**2, axis=2))",
        "np.sum(np.sqrt(difference**2), axis=2)",
        "the root of each square is just its absolute value: sum first, then take one root",
    ),
    "only row i with row i": (
        "def pairwise_distances(a, b):\n    return np.sqrt(np.sum((a - b) ** 2, axis=1))",
        "each point was compared with one other, the one in the same row; asked is every pair",
    ),
    "table turned": (
        "a[:, None, :] - b[None, :, :]",
        "a[None, :, :] - b[:, None, :]",
        "the table is transposed: rows belong to a, columns to b",
    ),
    "mean instead of sum": (
        "np.sum(difference**2, axis=2)",
        "np.mean(difference**2, axis=2)",
        "you averaged over the coordinates; Euclid's distance adds the squares",
    ),
    "b with itself": (
        "a[:, None, :] - b[None, :, :]",
        "a[:, None, :] - a[None, :, :]",
        "these are the distances among the rows of a; b is not used",
    ),
    "summed over the wrong axis": (
        "np.sum(difference**2, axis=2)",
        "np.sum(difference**2, axis=1)",
        "the sum must run over the coordinates, the last axis; this sums over the points of b",
    ),
    "squares not mixed": (
        "def pairwise_distances(a, b):\n"
        "    return np.sqrt(np.sum(a**2, axis=1)[:, None] + np.sum(b**2, axis=1)[None, :])",
        "|a|² + |b|² alone is no distance: the term -2 a·b is missing",
    ),
    "squares in place": (
        "def pairwise_distances(a, b):\n    mixed = a @ b.T\n    a **= 2\n    b **= 2\n"
        "    return np.sqrt(np.maximum(a.sum(axis=1)[:, None] + b.sum(axis=1) - 2 * mixed, 0))",
        "the distances are right, but `**=` squared the caller's points; write a**2 instead",
    ),
    "largest coordinate": (
        "np.sqrt(np.sum(difference**2, axis=2))",
        "np.max(np.abs(difference), axis=2)",
        "this is the largest difference of a coordinate, another distance than Euclid's",
    ),
    "products counted once": (
        (
            "def pairwise_distances(a, b):\n"
            "    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - a @ b.T\n"
            "    return np.sqrt(np.maximum(squares, 0))"
        ),
        "the square of a - b is a² - 2ab + b²: the 2 in front of the product is missing",
    ),
}
RIGHT["pairwise_distances"] = {
    "expanded square": (
        "def pairwise_distances(a, b):\n"
        "    squared = np.sum(a**2, axis=1)[:, None] + np.sum(b**2, axis=1) - 2 * (a @ b.T)\n"
        "    return np.sqrt(np.maximum(squared, 0))"
    ),
    "np.linalg.norm": "def pairwise_distances(a, b):\n    return np.linalg.norm(a[:, np.newaxis] - b, axis=-1)",
    "one coordinate at a time": (
        "def pairwise_distances(a, b):\n"
        "    total = np.zeros((len(a), len(b)))\n    for k in range(a.shape[1]):\n"
        "        total += np.subtract.outer(a[:, k], b[:, k]) ** 2\n    return total**0.5"
    ),
}

WRONG["standardise"] = {
    "divides by 0 and mends it": (
        "def standardise(x):\n    return np.nan_to_num((x - x.mean(axis=0)) / x.std(axis=0), posinf=0, neginf=0)",
        "the result is right, but 0 / 0 was computed on the way, and NumPy warns: divide the equal column by 1",
    ),
    "one mean for the whole table": (
        "def standardise(x):\n    return (x - x.mean()) / x.std()",
        "one mean and one deviation were used for the whole table; every column has its own (axis=0)",
    ),
    "rows instead of columns": (
        "def standardise(x):\n    return (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)",
        "each row was standardised: the samples stand in rows, the features in columns, so run along axis 0",
    ),
    "only centred": (
        "return centred / np.where(np.ptp(x, axis=0) == 0, 1, deviation)",
        "return centred",
        "the mean is 0, but the columns keep their spread: divide by the deviation",
    ),
    "divided by n - 1": (
        "x.std(axis=0)",
        "x.std(axis=0, ddof=1)",
        "the deviation divides by n - 1 here; the task's formula divides by n, NumPy's default",
    ),
    "divided by the variance": (
        "x.std(axis=0)",
        "x.var(axis=0)",
        "you divide by the variance; the deviation is its root",
    ),
    "scaled to 0..1": (
        "def standardise(x):\n"
        "    span = np.ptp(x, axis=0)\n    return (x - x.min(axis=0)) / np.where(span == 0, 1, span)",
        "this maps each column to 0..1; asked is mean 0 and standard deviation 1",
    ),
    "not centred": (
        "centred = x - x.mean(axis=0)",
        "centred = x * 1.0",
        "the mean was not subtracted",
    ),
    "divided before the mean was taken off": (
        "def standardise(x):\n    return x / np.where(np.ptp(x, axis=0) == 0, 1, x.std(axis=0)) - x.mean(axis=0)",
        "only x was divided: the mean must be subtracted first, then both divided",
    ),
    "equal columns become nan": (
        "np.where(np.ptp(x, axis=0) == 0, 1, deviation)",
        "deviation",
        "0 / 0 gives nan: a column of equal values needs another divisor",
    ),
    "a small number added": (
        "np.where(np.ptp(x, axis=0) == 0, 1, deviation)",
        "(deviation + 1e-3)",
        "adding a small number avoids 0 / 0, but then the deviation is no longer exactly 1",
    ),
    "a tiny number added": (
        "np.where(np.ptp(x, axis=0) == 0, 1, deviation)",
        "(deviation + 1e-8)",
        "1e-8 was added to the deviation: it avoids 0 / 0, and spoils the ninth digit everywhere else",
    ),
    "changes x": (
        "def standardise(x):\n"
        "    scale = np.where(np.ptp(x, axis=0) == 0, 1, x.std(axis=0))\n    result = (x - x.mean(axis=0)) / scale\n    x[:] = result\n    return result",
        "the table that came in was overwritten; build a new one",
    ),
}
RIGHT["standardise"] = {
    "column by column": (
        "def standardise(x):\n"
        "    out = np.zeros(x.shape)\n    for j, column in enumerate(x.T):\n"
        "        if column.max() > column.min():\n"
        "            out[:, j] = (column - column.mean()) / np.sqrt(np.mean((column - column.mean()) ** 2))\n    return out"
    ),
    "errstate and nan_to_num": (
        "def standardise(x):\n"
        "    with np.errstate(invalid='ignore', divide='ignore'):\n"
        "        z = (x - np.mean(x, 0)) / np.std(x, 0)\n"
        "    return np.where(np.ptp(x, axis=0) == 0, 0.0, z)"
    ),
}

WRONG["log_scale"] = {
    "divides by 0 and mends it": (
        "def log_scale(x):\n    logged = np.log1p(x)\n    return np.nan_to_num(logged / logged.max(axis=0))",
        "the result is right, but 0 / 0 was computed on the way, and NumPy warns: divide the column of zeros by 1",
    ),
    "log without the 1": (
        "np.log1p(x)",
        "np.log(np.maximum(x, 1e-300))",
        "this is log x: it runs to minus infinity at 0; add 1 inside the logarithm",
    ),
    "1 added outside": (
        "np.log1p(x)",
        "1 + np.log(np.maximum(x, 1e-300))",
        "the 1 was added after the logarithm; it belongs inside, log(1 + x)",
    ),
    "tiny numbers lost": (
        "np.log1p(x)",
        "np.log(1 + x)",
        "1 + 1e-12 has already lost digits of the 1e-12: np.log1p keeps them",
    ),
    "smallest taken off": (
        "def log_scale(x):\n    logged = np.log1p(x)\n    logged = logged - logged.min(axis=0)\n"
        "    largest = logged.max(axis=0)\n    return logged / np.where(largest == 0, 1, largest)",
        "the smallest value of each column was taken off too; only divide by the largest",
    ),
    "one maximum for the table": (
        "logged.max(axis=0)",
        "logged.max()",
        "every column has its own largest value (axis=0)",
    ),
    "rows instead of columns": (
        "logged.max(axis=0)",
        "logged.max(axis=1, keepdims=True)",
        "each row was divided by its own maximum; divide each column",
    ),
    "divided before the logarithm": (
        "def log_scale(x):\n    largest = x.max(axis=0)\n    return np.log1p(x / np.where(largest == 0, 1, largest))",
        "first the logarithm, then the division: here large values were squashed before the logarithm saw them",
    ),
    "not divided": (
        "return logged / np.where(largest == 0, 1, largest)",
        "return logged",
        "the columns still have different ranges: divide each by its largest value",
    ),
    "zeros become nan": (
        "np.where(largest == 0, 1, largest)",
        "largest",
        "0 / 0 gives nan: a column of zeros needs another divisor",
    ),
    "root instead of logarithm": (
        "np.log1p(x)",
        "np.sqrt(x)",
        "a root also tames large numbers, but ratios do not become differences; asked is log(1 + x)",
    ),
    "changes x": (
        "def log_scale(x):\n"
        "    logged = np.log1p(x)\n    largest = logged.max(axis=0)\n"
        "    result = logged / np.where(largest == 0, 1, largest)\n    x[:] = result\n    return result",
        "the table that came in was overwritten; build a new one",
    ),
    "1e-12 added": (
        ("np.where(largest == 0, 1, largest)"),
        ("(largest + 1e-12)"),
        "a small number was added to the divisor: it avoids 0 / 0, and moves what is itself tiny",
    ),
}
RIGHT["log_scale"] = {
    "another base": (
        "def log_scale(x):\n"
        "    logged = np.log1p(x) / np.log(10)\n    top = np.max(logged, axis=0)\n"
        "    top[top == 0] = 1.0\n    return logged / top"
    ),
    "column by column": (
        "def log_scale(x):\n"
        "    out = np.zeros(x.shape)\n    for j in range(x.shape[1]):\n"
        "        top = np.log1p(x[:, j].max())\n        if top > 0:\n            out[:, j] = np.log1p(x[:, j]) / top\n"
        "    return out"
    ),
}

WRONG["one_hot"] = {
    "whole columns set": (
        "out[np.arange(len(t)), t] = 1",
        "out[:, t] = 1",
        "out[:, t] sets whole columns for every label; name the row of each label too",
    ),
    "whole rows set": (
        "def one_hot(t, classes):\n"
        "    out = np.zeros((max(len(t), classes), classes))\n    out[t] = 1\n    return out[: len(t)]",
        "out[t] sets whole rows; name row and column",
    ),
    "as many columns as labels occur": (
        "np.zeros((len(t), classes))",
        "np.zeros((len(t), t.max() + 1))",
        "the number of columns was read off the labels; a class that does not occur keeps its column",
    ),
    "counted from 1": (
        "out[np.arange(len(t)), t] = 1",
        "out[np.arange(len(t)), t - 1] = 1",
        "the classes are counted from 0: label 0 belongs in column 0",
    ),
    "turned": (
        "return out",
        "return out.T",
        "the table is transposed: one row per label, one column per class",
    ),
    "booleans": (
        "def one_hot(t, classes):\n    return t[:, None] == np.arange(classes)",
        "right places, but True and False; the task asks for float64",
    ),
    "whole numbers": (
        "np.zeros((len(t), classes))",
        "np.zeros((len(t), classes), int)",
        "right places, but whole numbers; the task asks for float64",
    ),
    "-1 elsewhere": (
        "np.zeros((len(t), classes))",
        "-np.ones((len(t), classes))",
        "the other places are 0, not -1",
    ),
    "the label instead of 1": (
        "out[np.arange(len(t)), t] = 1",
        "out[np.arange(len(t)), t] = t",
        "the label itself was written; write 1, or class 0 disappears",
    ),
    "numbered among those that occur": (
        ("out[np.arange(len(t)), t] = 1"),
        ("out[np.arange(len(t)), np.unique(t, return_inverse=True)[1]] = 1"),
        "the label itself is the column; here the labels that occur were numbered anew, so others move up when one is missing",
    ),
}
RIGHT["one_hot"] = {
    "rows of the identity": "def one_hot(t, classes):\n    return np.eye(classes)[t]",
    "comparison": "def one_hot(t, classes):\n    return (np.arange(classes) == t[:, None]).astype(float)",
    "loop": (
        "def one_hot(t, classes):\n"
        "    rows = []\n    for label in t:\n        rows.append([1.0 if k == label else 0.0 for k in range(classes)])\n"
        "    return np.array(rows)"
    ),
}

WRONG["fit_line"] = {
    "still every pair": (
        "t.reshape(y.shape)",
        "t",
        "the error is still a table of every output against every target: give t the shape of y",
    ),
    "only the other side turned": (
        "def fit_line(x, t, eta, steps):\n    w, b = 0.0, 0.0\n    for _ in range(steps):\n"
        "        error = (w * x + b)[:, 0] - t\n"
        "        w, b = w - eta * np.mean(error * x), b - eta * np.mean(error)\n    return w, b",
        "the error is right now, but error * x is again (n,) against (n, 1): a table. Turn x too",
    ),
    "sum instead of mean": (
        "np.mean(error * x)",
        "np.sum(error * x)",
        "the steps add up over the samples; the task divides by n, so that eta means the same for every n",
    ),
    "sign of the step": (
        "w = w - eta * np.mean(error * x)\n        b = b - eta * np.mean(error)",
        "w = w + eta * np.mean(error * x)\n        b = b + eta * np.mean(error)",
        "these steps climb: the gradient is subtracted",
    ),
    "b sees the new w": (
        "def fit_line(x, t, eta, steps):\n    w, b = 0.0, 0.0\n    for _ in range(steps):\n"
        "        w = w - eta * np.mean((w * x + b - t[:, None]) * x)\n"
        "        b = b - eta * np.mean(w * x + b - t[:, None])\n    return w, b",
        "b was moved with the error of the new w; compute the error once per step",
    ),
    "gradient without x": (
        "np.mean(error * x)",
        "np.mean(error)",
        "the gradient of w is the error times the input",
    ),
    "targets turned the other way": (
        "t.reshape(y.shape)",
        "t[::-1].reshape(y.shape)",
        "the targets were reversed: keep sample i with target i",
    ),
    "the 2 of the square": (
        ("error = y - t.reshape(y.shape)"),
        ("error = 2 * (y - t.reshape(y.shape))"),
        "the steps asked for have no factor 2: w moves by the mean of (y - t) x, not by twice that",
    ),
}
RIGHT["fit_line"] = {
    "everything flat": (
        "def fit_line(x, t, eta, steps):\n    x, w, b = x.ravel(), 0.0, 0.0\n    for _ in range(steps):\n"
        "        error = w * x + b - t\n        w, b = w - eta * (error @ x) / len(x), b - eta * error.mean()\n    return w, b"
    ),
    "everything a column": (
        "def fit_line(x, t, eta, steps):\n    x1, t = np.hstack([x, np.ones_like(x)]), t[:, None]\n"
        "    wb = np.zeros((2, 1))\n    for _ in range(steps):\n        wb = wb - eta * x1.T @ (x1 @ wb - t) / len(t)\n"
        "    return float(wb[0, 0]), float(wb[1, 0])"
    ),
}

WRONG["open_restore"] = {
    "nothing filled in": (
        "def restore(seen, known):\n    return seen.copy()",
        "the hidden pixels are still 0: replace them by what you expect there",
    ),
    "the same grey everywhere": (
        "for _ in range(100):",
        "for _ in range(0):",
        "every hidden pixel gets the mean of the picture; use the neighbours, which are alike",
    ),
    "hidden pixels counted as black": (
        "image = np.where(known, seen, seen[known].mean())\n    for _ in range(100):",
        "image = seen\n    for _ in range(1):",
        "the mean of the four neighbours counts the hidden ones as 0, as if they were black",
    ),
    "one round only": (
        "range(100)",
        "range(2)",
        "after two rounds most hidden pixels still carry the first guess: go on until nothing changes",
    ),
    "known pixels blurred away": (
        "image = np.where(known, seen, around)",
        "image = around",
        "what is known is averaged away as well: put the known pixels back after each round",
    ),
    "last known pixel of the row": (
        "def restore(seen, known):\n    image = seen.copy()\n    for i, row in enumerate(known):\n"
        "        last = seen[known].mean()\n        for j, there in enumerate(row):\n"
        "            last = seen[i, j] if there else last\n            image[i, j] = last\n    return image",
        "one neighbour, to the left, is a poor guess: the rows above and below know more, and so do more neighbours",
    ),
    "written into what came in": (
        "image = np.where(known, seen, seen[known].mean())",
        "image = seen\n    image[~known] = seen[known].mean()",
        "`image = seen` is the same array under another name, so the caller's pixels are written over: copy it",
    ),
    "windows without a known pixel": (
        "def restore(seen, known):\n    h, w = seen.shape\n    wide, there = np.pad(seen, 1), np.pad(known * 1.0, 1)\n"
        "    places = [(i, j) for i in range(3) for j in range(3)]\n"
        "    total = sum(wide[i : i + h, j : j + w] for i, j in places)\n"
        "    with np.errstate(all='ignore'):\n"
        "        mean = total / sum(there[i : i + h, j : j + w] for i, j in places)\n"
        "    return np.where(known, seen, mean)",
        "some pixels are not a number (NaN): what you compute them from held no known pixel, or lies outside; look there wider",
    ),
    "random guesses": (
        "def restore(seen, known):\n    guess = np.random.default_rng(0).choice(seen[known], size=seen.shape)\n"
        "    return np.where(known, seen, guess)",
        "a pixel drawn from anywhere in the picture knows nothing of this place; neighbours do",
    ),
    "flat": (
        "return image",
        "return image.ravel()",
        "an image (h, w) is asked for, not a vector",
    ),
}
RIGHT["open_restore"] = {
    "weighted mean of a window": (
        "def restore(seen, known):\n    h, w = seen.shape\n    values = np.pad(np.where(known, seen, 0), 5)\n"
        "    there = np.pad(known.astype(float), 5)\n    total, weight = np.zeros((h, w)), np.full((h, w), 1e-12)\n"
        "    for i in range(11):\n        for j in range(11):\n"
        "            g = np.exp(-((i - 5) ** 2 + (j - 5) ** 2) / 1.7)\n"
        "            total += g * values[i : i + h, j : j + w]\n            weight += g * there[i : i + h, j : j + w]\n"
        "    return np.where(known, seen, total / weight)"
    ),
    "in place": (
        "def restore(seen, known):\n    out, (h, w) = seen.copy(), seen.shape\n    out[~known] = seen[known].mean()\n"
        "    for _ in range(200):\n        wide = np.pad(out, 1, mode='reflect')\n"
        "        steps = ((0, 1), (2, 1), (1, 0), (1, 2))\n"
        "        mean = np.mean([wide[i : i + h, j : j + w] for i, j in steps], axis=0)\n"
        "        out[~known] = mean[~known]\n    return out"
    ),
}
