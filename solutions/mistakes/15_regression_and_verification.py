"""Lesson 15, Regression, pose and verification: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["pose_error"] = {
    "pixels against units": (
        "predicted - (2 * joints / size - 1)",
        "predicted - joints",
        "predictions are in network units, joints in pixels: bring both to the same units before you subtract",
    ),
    "hidden joints count": (
        "[visible]",
        ".ravel()",
        "hidden joints must not count: choose the visible ones",
    ),
    "hidden joints left out of the loss only": (
        "squares = (apart**2).sum(axis=-1)[visible]\n    pixels = np.sqrt(squares) * size / 2\n    return squares.mean()",
        "squares = (apart**2).sum(axis=-1)\n    pixels = np.sqrt(squares) * size / 2\n    return squares[visible].mean()",
        "only the loss leaves the hidden joints out: they must not count in the error in pixels and in the share either",
    ),
    "share of all joints": (
        "(pixels <= near).mean()",
        "(pixels <= near).sum() / visible.size",
        "you divide the share by all joints: hidden ones do not count, so divide by the number of visible ones",
    ),
    "hidden joints count as right": (
        "squares = (apart**2).sum(axis=-1)[visible]",
        "squares = ((apart**2).sum(axis=-1) * visible).ravel()",
        "hidden joints are 0 in your mean, and so pull it down: leave them out instead of making them 0",
    ),
    "mean over coordinates": (
        "(apart**2).sum(axis=-1)",
        "(apart**2).mean(axis=-1)",
        "the squared distance is the sum over both coordinates, not their mean",
    ),
    "a unit is the whole image": (
        "np.sqrt(squares) * size / 2",
        "np.sqrt(squares) * size",
        "from -1 to 1 are two units: one unit is size / 2 pixels",
    ),
    "error in units": (
        "np.sqrt(squares) * size / 2",
        "np.sqrt(squares)",
        "the error is asked in pixels; one unit is size / 2 of them",
    ),
    "root of the mean": (
        "pixels.mean(),",
        "np.sqrt((pixels**2).mean()),",
        "that is the root of the mean square, which far joints dominate; asked is the mean distance",
    ),
    "distance along the axes": (
        "pixels = np.sqrt(squares) * size / 2",
        "pixels = np.abs(apart).sum(axis=-1)[visible] * size / 2",
        "you add up the distance across and down; asked is the straight one, the root of the sum of squares",
    ),
    "half the loss": (
        "squares.mean(),",
        "squares.mean() / 2,",
        "the loss adds up both squared differences of a joint; yours is their mean",
    ),
    "hidden joints are 0 in the means": (
        "squares = (apart**2).sum(axis=-1)[visible]\n    pixels = np.sqrt(squares) * size / 2\n    return squares.mean(), pixels.mean(),",
        "squares = (apart**2).sum(axis=-1) * visible\n    pixels = np.sqrt(squares) * size / 2\n    return squares.mean(), pixels.mean(), (pixels[visible] <= near).mean()\n    return 0, 0,",
        "you make hidden joints 0 and still divide by all of them: leave them out of the means",
    ),
    "nearer than near": (
        "(pixels <= near)",
        "(pixels < near)",
        "a joint that is exactly `near` pixels off counts: at most `near`, not less",
    ),
    "near in units": (
        "(pixels <= near)",
        "(np.sqrt(squares) <= near)",
        "`near` is in pixels: compare the distance in pixels with it",
    ),
    "share of those too far": (
        "(pixels <= near)",
        "(pixels > near)",
        "this is the share of joints that are too far off",
    ),
    "writes into the predictions": (
        "apart = predicted - (2 * joints / size - 1)",
        "apart = predicted\n    apart -= 2 * joints / size - 1",
        "`-=` writes into the caller's predictions: make a new array",
    ),
    "half a size missing": (
        "2 * joints / size - 1",
        "joints / size",
        "that gives 0..1; the network's units run from -1 to 1",
    ),
    "loss in pixels": (
        "squares.mean(),",
        "(pixels**2).mean(),",
        "the loss is asked in network units, the error in pixels",
    ),
    "size less one": (
        "2 * joints / size - 1",
        "2 * joints / (size - 1) - 1",
        "network units are 2·joint/size - 1: the full size, not size - 1",
    ),
    "city blocks": (
        "(apart**2).sum(axis=-1)[visible]",
        "np.abs(apart).sum(axis=-1)[visible] ** 2",
        "the distance is the root of the sum of squares, not a sum of magnitudes",
    ),
    "means of the images": (
        "return squares.mean(), pixels.mean(), (pixels <= near).mean()",
        """per = [np.sqrt((a[v] ** 2).sum(-1)) for a, v in zip(apart, visible)]
    return np.mean([(p ** 2).mean() for p in per if len(p)]), np.mean([p.mean() for p in per if len(p)]) * size / 2, np.mean([(p * size / 2 <= near).mean() for p in per if len(p)])""",
        "the mean goes over all visible joints together, not over means of the images",
    ),
    "a count": (
        "(pixels <= near).mean()",
        "(pixels <= near).sum()",
        "the *share* within `near` is asked, not how many",
    ),
    "the hidden joints": (
        "[visible]",
        "[~visible]",
        "`visible` is true where a joint counts; yours takes the others",
    ),
    "root forgotten": (
        "np.sqrt(squares) * size / 2",
        "squares * size / 2",
        "the distance is the root of the squares",
    ),
    "pixels from the squares": (
        "np.sqrt(squares) * size / 2",
        "np.sqrt(squares * size / 2)",
        "scale the distance, not its square: size / 2 stands outside the root",
    ),
    "means exchanged": (
        "return squares.mean(), pixels.mean(), (pixels <= near).mean()",
        "return pixels.mean(), squares.mean(), (pixels <= near).mean()",
        "the loss in network units comes first, then the error in pixels",
    ),
    "loss not squared": (
        "return squares.mean()",
        "return np.sqrt(squares).mean()",
        "the loss is the mean of the *squared* distance",
    ),
    "sum for the loss": (
        "return squares.mean()",
        "return squares.sum()",
        "the mean over the visible joints is asked, not the sum",
    ),
    "median": (
        "pixels.mean()",
        "np.median(pixels)",
        "the mean of the distances is asked, not the median",
    ),
    "units without the minus 1": (
        "(2 * joints / size - 1)",
        "(2 * joints / size)",
        "network units go from -1 to 1: 2·joint/size - 1",
    ),
    "share by coordinates": (
        "(pixels <= near).mean()",
        "(np.abs(apart[visible]) * size / 2 <= near).mean()",
        "a joint is near by its distance, not coordinate by coordinate",
    ),
    "pixels of twice the size": (
        ("apart = predicted - (2 * joints / size - 1)"),
        ("apart = predicted - (joints / size - 1)"),
        "pixels run from 0 to `size` while units run from -1 to 1: a unit is half the image, size / 2 pixels",
    ),
}
RIGHT["pose_error"] = {
    "in pixels first": """
def pose_error(predicted, joints, visible, size, near):
    far = np.linalg.norm((predicted + 1) / 2 * size - joints, axis=-1)
    far = far[np.asarray(visible, dtype=bool)]
    return np.mean((2 * far / size) ** 2), np.mean(far), np.count_nonzero(far <= near) / far.size
""",
    "joint by joint": """
def pose_error(predicted, joints, visible, size, near):
    found = []
    for i in range(len(joints)):
        for k in range(joints.shape[1]):
            if visible[i, k]:
                across = (predicted[i, k, 0] + 1) * size / 2 - joints[i, k, 0]
                down = (predicted[i, k, 1] + 1) * size / 2 - joints[i, k, 1]
                found.append(np.hypot(across, down))
    found = np.array(found)
    return ((found * 2 / size) ** 2).mean(), found.mean(), np.mean(found <= near)
""",
}

WRONG["hard_loss"] = {
    "the easiest": ("np.argsort(-losses", "np.argsort(losses", "these are the samples with the *smallest* losses"),
    "divided by the batch": (
        "(keep * apart.shape[1])",
        "apart.size",
        "the mean is over the kept samples only: divide by keep, not by n",
    ),
    "outputs not divided": (
        "2 * apart[rows] / (keep * apart.shape[1])",
        "2 * apart[rows] / keep",
        "a sample's loss is the mean of its d squares: each output has the weight 1/d",
    ),
    "two forgotten": (
        "2 * apart[rows] /",
        "apart[rows] /",
        "the derivative of a square is twice its root: the 2 is missing",
    ),
    "sum instead of mean": (
        "losses[rows].mean()",
        "losses[rows].sum()",
        "asked is the mean of the kept losses",
    ),
    "loss over all": ("losses[rows].mean()", "losses.mean()", "the loss is the mean of the *kept* samples only"),
    "gradient for all": (
        "g[rows] = 2 * apart[rows] /",
        "g[:] = 2 * apart /",
        "samples that are left out have the gradient 0",
    ),
    "only the kept rows": (
        "return losses[rows].mean(), g",
        "return losses[rows].mean(), g[rows]",
        "the gradient has a row for every sample of the batch, zeros for those left out",
    ),
    "later of equals first": (
        'np.argsort(-losses, kind="stable")[:keep]',
        'np.argsort(losses, kind="stable")[::-1][:keep]',
        "of equal losses the earlier sample counts first, and yours takes the later: sort -losses, stably",
    ),
    "all that are equal": (
        """    rows = np.argsort(-losses, kind="stable")[:keep]
    g = np.zeros(apart.shape)
    g[rows] = 2 * apart[rows] / (keep * apart.shape[1])""",
        """    rows = np.flatnonzero(losses >= np.sort(losses)[-keep])
    g = np.zeros(apart.shape)
    g[rows] = 2 * apart[rows] / (len(rows) * apart.shape[1])""",
        "a threshold keeps all samples of equal loss; asked are exactly `keep`, the earlier of equals first",
    ),
    "sum of a sample's squares": (
        "losses = (apart**2).mean(axis=1)",
        "losses = (apart**2).sum(axis=1)",
        "the loss of a sample is the *mean* of its d squares",
    ),
    "sign of the gradient": (
        "2 * apart[rows] /",
        "-2 * apart[rows] /",
        "the gradient points where the loss grows: predicted - target, not the other way round",
    ),
    "writes into the predictions": (
        "apart = predicted - target",
        "apart = predicted\n    apart -= target",
        "`-=` writes into the caller's predictions: make a new array",
    ),
    "all that tie": (
        'rows = np.argsort(-losses, kind="stable")[:keep]',
        "rows = np.flatnonzero(losses >= np.sort(losses)[-keep])",
        "exactly `keep` samples count; of equal losses the earlier first",
    ),
    "single numbers chosen": (
        """def hard_loss(predicted, target, keep):
    d = (predicted - target) ** 2
    flat = np.sort(d.ravel())[::-1][:keep]
    g = np.where(d >= flat[-1], 2 * (predicted - target) / keep, 0)
    return flat.mean(), g
""",
        "whole samples are chosen by their mean loss, not single numbers",
    ),
    "the others": (
        "[:keep]",
        "[keep:]",
        "the `keep` largest losses count: the first of the order, [:keep]",
    ),
    "signs not squared": (
        "(apart**2).mean(axis=1)",
        "np.abs(apart).mean(axis=1)",
        "the loss is the mean of squares, not of magnitudes",
    ),
    "mean along the batch": (
        "(apart**2).mean(axis=1)",
        "np.resize((apart**2).mean(axis=0), len(apart))",
        "each sample's loss is the mean over its d numbers: axis 1",
    ),
    "gradient not divided by keep": (
        "(keep * apart.shape[1])",
        "apart.shape[1]",
        "the mean over `keep` samples divides the gradient by `keep`",
    ),
    "first samples": (
        'np.argsort(-losses, kind="stable")[:keep]',
        "np.arange(keep)",
        "the samples with the largest losses count, not the first ones",
    ),
    "gradient of the losses": (
        "2 * apart[rows] / (keep * apart.shape[1])",
        "losses[rows, None] / (keep * apart.shape[1])",
        "the gradient is 2·(predicted - target) / d, divided by `keep`",
    ),
    "largest loss only": (
        "return losses[rows].mean(), g",
        "return losses[rows].max(), g",
        "the mean of the `keep` largest losses is asked, not the largest",
    ),
    "mean over all of the kept": (
        "losses[rows].mean(), g",
        "losses[rows].sum() / len(losses), g",
        "divide by `keep`, not by the number of all samples",
    ),
    "one sample too many": (
        "[:keep]",
        "[: keep + 1]",
        "`keep` samples count; yours takes one more",
    ),
    "one sample too few": (
        "[:keep]",
        "[: max(keep - 1, 1)]",
        "`keep` samples count; yours takes one less",
    ),
    "the hardest numbers": (
        ("return losses[rows].mean(), g"),
        ("return np.sort((apart**2).ravel())[::-1][:keep].mean(), g"),
        "`keep` counts samples: take a sample's mean first, then the largest of those",
    ),
}
RIGHT["hard_loss"] = {
    "a mask": """
def hard_loss(predicted, target, keep):
    n, d = predicted.shape
    losses = np.square(predicted - target).sum(1) / d
    kept = np.zeros(n)
    for row in sorted(range(n), key=lambda i: -losses[i])[:keep]:
        kept[row] = 1
    return float(kept @ losses) / keep, kept[:, None] * (predicted - target) * 2 / d / keep
""",
}

WRONG["read_curves"] = {
    "A and E exchanged": (
        """faults = {
    "A": "too few images",
    "B": "rate too high",
    "C": "rate too low",
    "D": "too much dropout",
    "E": "targets shuffled apart from the images",
}""",
        """faults = {
    "A": "targets shuffled apart from the images",
    "B": "rate too high",
    "C": "rate too low",
    "D": "too much dropout",
    "E": "too few images",
}""",
        "both learn by heart; but A's validation is far below 1, so its images did say something of the joints",
    ),
    "C and D exchanged": (
        """    "C": "rate too low",
    "D": "too much dropout",""",
        """    "C": "too much dropout",
    "D": "rate too low",""",
        "in D validation lies below training: dropout disturbs training and is switched off in validation",
    ),
    "B and C exchanged": (
        """    "B": "rate too high",
    "C": "rate too low",""",
        """    "B": "rate too low",
    "C": "rate too high",""",
        "C is still falling, steadily: its steps are too short. B fell and was thrown back: its steps are too long",
    ),
    "B and E exchanged": (
        """    "B": "rate too high",
    "C": "rate too low",
    "D": "too much dropout",
    "E": "targets shuffled apart from the images",""",
        """    "B": "targets shuffled apart from the images",
    "C": "rate too low",
    "D": "too much dropout",
    "E": "rate too high",""",
        "E's training loss falls smoothly, so its rate is fine; B's validation did fall before it was thrown back",
    ),
    "A and D exchanged": (
        """    "A": "too few images",
    "B": "rate too high",
    "C": "rate too low",
    "D": "too much dropout",""",
        """    "A": "too much dropout",
    "B": "rate too high",
    "C": "rate too low",
    "D": "too few images",""",
        "with too few images training falls far below validation: that is A",
    ),
    "a letter left out": (
        """    "D": "too much dropout",
    "E": "targets shuffled apart from the images",
}""",
        """    "D": "too much dropout",
}""",
        "every letter has a fault: E is missing",
    ),
    "a text in other words": (
        '"C": "rate too low"',
        '"C": "rate is too low"',
        "use the five texts as they are written in the task: copy them",
    ),
    "a text twice": (
        '"D": "too much dropout"',
        '"D": "too few images"',
        "each text belongs to one run: one of yours stands twice, another nowhere",
    ),
    "more steps as well": (
        '"drop": 0.05}',
        '"drop": 0.05, "steps": 800}',
        "the steps stay as they are: set images, rate and drop only",
    ),
    "the rate left out": (
        '"rate": 0.1, "drop": 0.05}',
        '"drop": 0.05}',
        "set all three: images, rate and drop",
    ),
    "more images than there may be": (
        '"images": 400,',
        '"images": 500,',
        "the budget is 400 images; the others are kept for validation",
    ),
    "repaired with the low rate": (
        '"rate": 0.1, "drop": 0.05',
        '"rate": 0.002, "drop": 0.05',
        "with so small a rate 200 steps are not enough",
    ),
    "repaired with few images": (
        '"images": 400,',
        '"images": 30,',
        "thirty images are learned by heart: take more",
    ),
    "repaired with much dropout": (
        '"rate": 0.1, "drop": 0.05',
        '"rate": 0.1, "drop": 0.7',
        "with so much dropout hardly anything is learned in 200 steps",
    ),
    "A and B exchanged": (
        '''"A": "too few images",
    "B": "rate too high"''',
        '''"B": "too few images",
    "A": "rate too high"''',
        "too few images: training loss low, validation loss high. Too high a rate: both jump",
    ),
    "repaired with too low a rate": (
        '"rate": 0.1',
        '"rate": 0.001',
        "with so low a rate 200 steps do not get there",
    ),
    "repaired with too high a rate": (
        '"rate": 0.1',
        '"rate": 5.0',
        "with so high a rate the loss jumps and does not fall",
    ),
}
RIGHT["read_curves"] = {
    "other settings that do": (
        'repaired = {"images": 400, "rate": 0.1, "drop": 0.05}',
        'repaired = {"images": 380, "rate": 0.08, "drop": 0.0}',
    ),
}

WRONG["open_pose"] = {
    "untrained": (
        "pose.train_pose(net, inputs.astype(np.float32), outputs.astype(np.float32), steps=350, rate=0.2, rng=rng)",
        "pose.train_pose(net, inputs.astype(np.float32), outputs.astype(np.float32), steps=1, rate=0.2, rng=rng)",
        "the network is hardly trained: its answers are about the mean of all poses",
    ),
    "targets of other figures": (
        "targets = joints.reshape(900, 22)",
        "targets = rng.permutation(joints.reshape(900, 22))",
        "images and targets were shuffled apart: the network can learn the mean only",
    ),
    "scaled outputs returned": (
        "(middle + spread * y).reshape(-1, 11, 2)",
        "y.reshape(-1, 11, 2)",
        "undo the scaling of the targets: asked are pixels",
    ),
    "inputs not scaled in locate": (
        "((images - 0.2) / 0.3).astype(np.float32)",
        "(255 * images).astype(np.float32)",
        "the images must be scaled as in training",
    ),
    "columns and rows exchanged": (
        "(middle + spread * y).reshape(-1, 11, 2)",
        "(middle + spread * y).reshape(-1, 11, 2)[..., ::-1]",
        "a joint is (column, row), as `poses` gives it",
    ),
    "one row of 22 numbers": (
        "(middle + spread * y).reshape(-1, 11, 2)",
        "middle + spread * y",
        "each image has eleven joints of two numbers: reshape to (n, 11, 2)",
    ),
    "too many weights": (
        "pose.pose_net(1, 24, drop=0.05, rng=rng)",
        "pose.pose_net(1, 24, hidden=100, drop=0.05, rng=rng)",
        "the network has more than 15 000 weights: make a layer narrower",
    ),
    "trained on grey images": (
        "depth, _, joints = poses(900, size=24, rng=rng)",
        "_, depth, joints = poses(900, size=24, rng=rng)",
        "you train on the grey images, and are asked about depth images",
    ),
    "the mean for everybody": (
        "(middle + spread * y).reshape(-1, 11, 2)",
        "np.broadcast_to(middle.reshape(11, 2), (len(images), 11, 2)).copy()",
        "this is the mean of all poses for every image: the image is not looked at",
    ),
    "twenty figures": (
        "pose.train_pose(net, inputs.astype(np.float32), outputs.astype(np.float32), steps=350",
        "pose.train_pose(net, inputs[:20].astype(np.float32), outputs[:20].astype(np.float32), steps=350",
        "twenty figures are learned by heart; make more",
    ),
    "images not scaled when read": (
        "(images - 0.2) / 0.3",
        "images",
        "scale the images in `locate` as you did in training",
    ),
}
RIGHT["open_pose"] = {
    "a wider first layer, no dropout": (
        "net = pose.pose_net(1, 24, drop=0.05, rng=rng)",
        "net = pose.pose_net(1, 24, width=8, hidden=60, drop=0.0, rng=rng)",
    ),
    "one linear layer, solved at once": (
        """net = pose.pose_net(1, 24, drop=0.05, rng=rng)
inputs, outputs = (depth - 0.2) / 0.3, (targets - middle) / spread
pose.train_pose(net, inputs.astype(np.float32), outputs.astype(np.float32), steps=350, rate=0.2, rng=rng)""",
        """layer = nn.Linear(576, 22, rng=rng)
net = nn.Sequential(nn.Flatten(), layer)
flat = (depth.reshape(900, 576).astype(np.float64) - 0.2) / 0.3
about = flat - flat.mean(axis=0)
weights = np.linalg.solve(about.T @ about + 40 * np.eye(576), about.T @ ((targets - middle) / spread))
layer.weight.data = weights.T.astype(np.float32)
layer.bias.data = (-flat.mean(axis=0) @ weights).astype(np.float32)""",
    ),
}

WRONG["semi_hard"] = {
    "hardest negative": (
        "fit = (who != who[a]) & (apart[a] > apart[a, p]) & (apart[a] < apart[a, p] + margin)",
        "fit = (who != who[a]) & (apart[a] < apart[a, p] + margin)",
        "a negative nearer than the positive is hard, not semi-hard: it must be farther than the positive",
    ),
    "nearest of all, then tested": (
        """        if a != p and fit.any():
            found.append((a, p, np.where(fit, apart[a], np.inf).argmin()))""",
        """        n = np.where(who != who[a], apart[a], np.inf).argmin()
        if a != p and fit[n]:
            found.append((a, p, n))""",
        "you look at the nearest stranger only; where he is nearer than the positive, the next one may fit",
    ),
    "margin ignored": (
        "(apart[a] > apart[a, p]) & (apart[a] < apart[a, p] + margin)",
        "(apart[a] > apart[a, p])",
        "beyond the margin the loss is 0 and teaches nothing: the negative must lie within it",
    ),
    "end of the margin included": (
        "(apart[a] < apart[a, p] + margin)",
        "(apart[a] <= apart[a, p] + margin)",
        "exactly at the end of the margin the loss is 0 already: less than, not at most",
    ),
    "farthest within the margin": (
        "np.where(fit, apart[a], np.inf).argmin()",
        "np.where(fit, apart[a], -np.inf).argmax()",
        "of all that fit take the nearest one",
    ),
    "first that fits": (
        "np.where(fit, apart[a], np.inf).argmin()",
        "fit.argmax()",
        "that is the first photograph that fits; asked is the nearest of them",
    ),
    "range asked from the positive": (
        "(apart[a] > apart[a, p]) & (apart[a] < apart[a, p] + margin)",
        "(apart[p] > apart[a, p]) & (apart[p] < apart[a, p] + margin)",
        "the stranger's distance is asked from the anchor, apart[a, n]; yours is from the positive, apart[p, n]",
    ),
    "all from the positive": (
        """
def semi_hard(apart, who, margin):
    found = []
    for a, p in np.argwhere(who[:, None] == who):
        fit = (who != who[a]) & (apart[p] > apart[a, p]) & (apart[p] < apart[a, p] + margin)
        if a != p and fit.any():
            found.append((a, p, np.where(fit, apart[p], np.inf).argmin()))
    return np.array(found, int).reshape(-1, 3)
""",
        "you look for the stranger around the positive, apart[p, n]: the anchor a is the one whose distances count, apart[a, n]",
    ),
    "distance from the positive": (
        "np.where(fit, apart[a], np.inf).argmin()",
        "np.where(fit, apart[p], np.inf).argmin()",
        "the negative's distance is taken from the anchor, not from the positive",
    ),
    "negatives of the same person": (
        "fit = (who != who[a]) & (",
        "fit = (np.arange(len(who)) != a) & (",
        "a negative is somebody else's photograph",
    ),
    "each pair once": (
        "if a != p and fit.any():",
        "if a < p and fit.any():",
        "pairs are ordered: (a, p) and (p, a) have different anchors, and both count",
    ),
    "anchor as its own positive": (
        "if a != p and fit.any():",
        "if fit.any():",
        "a photograph is at distance 0 from itself: that is no pair",
    ),
    "distances changed": (
        "found = []\n    for a, p in",
        "found = []\n    np.fill_diagonal(apart, np.inf)\n    for a, p in",
        "fill_diagonal writes into the caller's distances: work on a copy, or leave a == p out",
    ),
    "a pair without negative kept": (
        "if a != p and fit.any():",
        "if a != p:",
        "where nobody fits, argmin of infinities gives row 0: leave such pairs out",
    ),
    "no triplets, no columns": (
        "np.array(found, int).reshape(-1, 3)",
        "np.array(found, int)",
        "without triplets the result must still have three columns, (0, 3)",
    ),
    "distances not squared": (
        "slack = ((a - p) ** 2).sum(axis=1) - ((a - n) ** 2).sum(axis=1) + margin",
        "slack = np.sqrt(((a - p) ** 2).sum(axis=1)) - np.sqrt(((a - n) ** 2).sum(axis=1)) + margin",
        "this loss takes squared distances",
    ),
    "positive and negative exchanged": (
        "slack = ((a - p) ** 2).sum(axis=1) - ((a - n) ** 2).sum(axis=1) + margin",
        "slack = ((a - n) ** 2).sum(axis=1) - ((a - p) ** 2).sum(axis=1) + margin",
        "the loss must shrink when the positive comes nearer: its distance has the plus",
    ),
    "margin subtracted": (
        "((a - n) ** 2).sum(axis=1) + margin",
        "((a - n) ** 2).sum(axis=1) - margin",
        "the margin is added: the negative must be farther by at least it",
    ),
    "repeats counted once": (
        "np.add.at(g, rows, weight * part)",
        "g[rows] += weight * part",
        "`g[rows] +=` adds only once to a photograph that stands in many triplets: np.add.at adds every time",
    ),
    "satisfied triplets push on": (
        "weight = 2 / len(triplets) * (slack > 0)[:, None]",
        "weight = 2 / len(triplets) * np.ones(slack.shape)[:, None]",
        "where the slack is below 0 the loss is 0, and so is its gradient",
    ),
    "mean over the active ones": (
        "weight = 2 / len(triplets) * (slack > 0)[:, None]",
        "weight = 2 / max(1, (slack > 0).sum()) * (slack > 0)[:, None]",
        "the mean is over all triplets, those with loss 0 too: divide by their number",
    ),
    "loss and gradient over the active ones": (
        "return np.maximum(slack, 0).mean(), g",
        "return slack[slack > 0].mean(), g * (len(slack) / (slack > 0).sum())",
        "the mean is over all triplets, those with loss 0 too: divide by their number",
    ),
    "anchor's gradient forgotten": (
        "(n - p, p - a, a - n)",
        "(0 * a, p - a, a - n)",
        "the anchor moves as well: its gradient is 2(n - p)",
    ),
    "sign of the negative": (
        "(n - p, p - a, a - n)",
        "(n - p, p - a, n - a)",
        "by n the derivative of -|a - n|² is 2(a - n)",
    ),
    "two forgotten": (
        "weight = 2 / len(triplets)",
        "weight = 1 / len(triplets)",
        "the derivative of a square has a factor 2",
    ),
    "sum instead of mean": (
        "return np.maximum(slack, 0).mean(), g",
        "return np.maximum(slack, 0).sum(), g",
        "asked is the mean over the triplets",
    ),
    "satisfied triplets count, in loss and gradient": (
        "weight = 2 / len(triplets) * (slack > 0)[:, None]\n    g = np.zeros(e.shape)\n    for rows, part in zip(triplets.T, (n - p, p - a, a - n), strict=True):\n        np.add.at(g, rows, weight * part)\n    return np.maximum(slack, 0).mean(), g",
        "weight = 2 / len(triplets)\n    g = np.zeros(e.shape)\n    for rows, part in zip(triplets.T, (n - p, p - a, a - n), strict=True):\n        np.add.at(g, rows, weight * part)\n    return slack.mean(), g",
        "max(0, ...) is missing in both: a triplet whose negative is far enough has the loss 0 and no gradient",
    ),
    "loss may be negative": (
        "return np.maximum(slack, 0).mean(), g",
        "return slack.mean(), g",
        "a triplet that is satisfied has the loss 0, never less",
    ),
    "distances of the positive": (
        "apart[a] > apart[a, p]",
        "apart[p] > apart[a, p]",
        "the anchor's distances decide, apart[a]; yours are those of p",
    ),
    "all strangers that fit": (
        """        if a != p and fit.any():
            found.append((a, p, np.where(fit, apart[a], np.inf).argmin()))""",
        """        if a != p:
            found += [(a, p, n) for n in np.flatnonzero(fit)]""",
        "of the strangers that fit only the nearest makes a triplet",
    ),
    "gradient of the anchor turned": (
        "(n - p, p - a, a - n)",
        "(p - n, p - a, a - n)",
        "the anchor's gradient is 2(n - p): from (a - p) and -(a - n)",
    ),
    "distance from positive to stranger": (
        "- ((a - n) ** 2).sum(axis=1) + margin",
        "- ((p - n) ** 2).sum(axis=1) + margin",
        "both distances are taken from the anchor",
    ),
    "anchor's parts added": (
        "(n - p, p - a, a - n)",
        "(2 * a - p - n, p - a, a - n)",
        "the second distance is subtracted: the anchor's gradient is 2(n - p)",
    ),
    "strangers nearer than the positive": (
        "(apart[a] > apart[a, p]) & (apart[a] < apart[a, p] + margin)",
        "(apart[a] < apart[a, p])",
        "semi-hard strangers lie *behind* the positive, by less than the margin",
    ),
    "order of the columns": (
        "found.append((a, p, np",
        "found.append((p, a, np",
        "rows are (anchor, positive, negative)",
    ),
    "pairs of strangers": (
        "np.argwhere(who[:, None] == who)",
        "np.argwhere(who[:, None] != who)",
        "anchor and positive show the same person",
    ),
    "each anchor once": (
        "    return np.array(found, int)",
        """    found = list({a: (a, p, n) for a, p, n in found}.values())
    return np.array(found, int)""",
        "every ordered pair of one person makes a triplet, not each anchor one",
    ),
    "margin times the distance": (
        "apart[a, p] + margin",
        "apart[a, p] * (1 + margin)",
        "the margin is added to the distance",
    ),
    "margin included at the near end": (
        "(apart[a] > apart[a, p])",
        "(apart[a] > apart[a, p] - margin)",
        "the stranger is farther than the positive: apart[a, p] < apart[a, n]",
    ),
    "gradient of the sum": (
        "weight = 2 / len(triplets)",
        "weight = 2",
        "the mean over the triplets divides the gradient too",
    ),
    "mean of the active": (
        "np.maximum(slack, 0).mean(), g",
        "np.maximum(slack, 0).sum() / max((slack > 0).sum(), 1), g",
        "the mean goes over all triplets, also those with loss 0",
    ),
    "anchor only": (
        "(n - p, p - a, a - n)",
        "(n - p, 0 * p, 0 * n)",
        "positive and negative get gradients as well",
    ),
    "all signs turned": (
        "(n - p, p - a, a - n)",
        "(p - n, a - p, n - a)",
        "all three gradients have their sign turned",
    ),
    "averaged over the coordinates": (
        "((a - p) ** 2).sum(axis=1) - ((a - n) ** 2).sum(axis=1)",
        "((a - p) ** 2).mean(axis=1) - ((a - n) ** 2).mean(axis=1)",
        "squared distances are sums over the coordinates, no means",
    ),
    "distances not squared, nor in the gradient": (
        (
            "    slack = ((a - p) ** 2).sum(axis=1) - ((a - n) ** 2).sum(axis=1) + margin\n"
            "    weight = 2 / len(triplets) * (slack > 0)[:, None]\n"
            "    g = np.zeros(e.shape)\n"
            "    for rows, part in zip(triplets.T, (n - p, p - a, a - n), strict=True):"
        ),
        (
            "    near, far = (np.sqrt(((a - other) ** 2).sum(axis=1, keepdims=True)) for other in (p, n))\n"
            "    slack = (near - far)[:, 0] + margin\n"
            "    weight = 1 / len(triplets) * (slack > 0)[:, None]\n"
            "    g = np.zeros(e.shape)\n"
            "    for rows, part in zip(triplets.T, ((a - p) / near - (a - n) / far, (p - a) / near, (a - n) / far), strict=True):"
        ),
        "in L stand *squared* distances: no root is taken, and the gradient divides by none",
    ),
}
RIGHT["semi_hard"] = {
    "loops and lists": """
def semi_hard(apart, who, margin):
    rows, n = [], len(who)
    for a in range(n):
        for p in range(n):
            if a == p or who[a] != who[p]:
                continue
            best, reach = None, apart[a, p] + margin
            for k in range(n):
                if who[k] != who[a] and apart[a, p] < apart[a, k] < reach:
                    best, reach = k, apart[a, k]
            if best is not None:
                rows.append([a, p, best])
    return np.array(rows, dtype=int) if rows else np.zeros((0, 3), dtype=int)


def triplet_loss(e, triplets, margin):
    total, g = 0.0, np.zeros(e.shape)
    for a, p, n in triplets:
        loss = np.sum((e[a] - e[p]) ** 2) - np.sum((e[a] - e[n]) ** 2) + margin
        if loss > 0:
            total += loss
            g[a] += 2 * (e[n] - e[p])
            g[p] -= 2 * (e[a] - e[p])
            g[n] += 2 * (e[a] - e[n])
    return total / len(triplets), g / len(triplets)
""",
    "the graph does the work": """
def semi_hard(apart, who, margin):
    found = []
    for a in range(len(who)):
        others = np.flatnonzero(who != who[a])
        others = others[np.argsort(apart[a, others])]
        for p in np.flatnonzero(who == who[a]):
            inside = [k for k in others if apart[a, p] < apart[a, k] < apart[a, p] + margin]
            if p != a and inside:
                found.append((a, p, inside[0]))
    return np.asarray(found, int).reshape(len(found), 3)


def triplet_loss(e, triplets, margin):
    e = Tensor(e, requires_grad=True)
    a, p, n = e[triplets[:, 0]], e[triplets[:, 1]], e[triplets[:, 2]]
    loss = (((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + margin).relu().mean()
    loss.backward()
    return float(loss.data), e.grad
""",
}

WRONG["roc"] = {
    "ascending": (
        'np.argsort(-score, kind="stable")',
        'np.argsort(score, kind="stable")',
        "high scores are accepted first: sort by falling score",
    ),
    "equal scores one by one": (
        "last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)",
        "last = np.arange(len(score))",
        "samples of equal score are accepted together: one point for each different score",
    ),
    "equal scores one by one, later ones first": (
        """    order = np.argsort(-score, kind="stable")
    last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)""",
        """    order = np.argsort(score, kind="stable")[::-1]
    last = np.arange(len(score))""",
        "samples of equal score are accepted together: one point for each different score",
    ),
    "accepted above the score only": (
        """    order = np.argsort(-score, kind="stable")
    last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    hits = np.append(0, np.cumsum(positive[order])[last])
    alarms = np.append(0, np.cumsum(~positive[order])[last])
    false, true = alarms / alarms[-1], hits / hits[-1]
""",
        """    steps = np.append(np.inf, np.unique(score)[::-1])
    false, true = ((score[kind] > steps[:, None]).mean(axis=1) for kind in (~positive, positive))
""",
        "all samples with *at least* this score are accepted, those of the score itself too; so the curve must end at (1, 1)",
    ),
    "first point left out of the lists": (
        "return false, true, np.sum",
        "return false[1:], true[1:], np.sum",
        "the curve begins at (0, 0), where nothing is accepted: it belongs to the two lists",
    ),
    "rates exchanged, the area right": (
        "return false, true, np.sum",
        "return true, false, np.sum",
        "first the false positive rate, then the true one",
    ),
    "starts after the first": (
        "hits = np.append(0, np.cumsum(positive[order])[last])\n    alarms = np.append(0, np.cumsum(~positive[order])[last])",
        "hits = np.cumsum(positive[order])[last]\n    alarms = np.cumsum(~positive[order])[last]",
        "the curve begins at (0, 0), where nothing is accepted",
    ),
    "last point missing": (
        "last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)",
        "last = np.flatnonzero(np.diff(score[order]))",
        "the last group of equal scores has no step after it: its end must be appended",
    ),
    "rates exchanged": (
        "return false, true, np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2)",
        "return true, false, np.sum(np.diff(true) * (false[1:] + false[:-1]) / 2)",
        "first the false positive rate, then the true one",
    ),
    "divided by all": (
        "false, true = alarms / alarms[-1], hits / hits[-1]",
        "false, true = alarms / len(score), hits / len(score)",
        "each rate is a share of its own class: divide by the number of negatives, of positives",
    ),
    "precision": (
        "false, true = alarms / alarms[-1], hits / hits[-1]",
        "false, true = alarms / alarms[-1], hits / np.maximum(hits + alarms, 1)",
        "that is the precision; the true positive rate is the share of all positives that are accepted",
    ),
    "left sums": (
        "(true[1:] + true[:-1]) / 2",
        "true[:-1]",
        "with rectangles, ties count as lost; take trapezoids",
    ),
    "right sums": (
        "(true[1:] + true[:-1]) / 2",
        "true[1:]",
        "with rectangles, ties count as won; take trapezoids",
    ),
    "counts": (
        "false, true = alarms / alarms[-1], hits / hits[-1]",
        "false, true = alarms, hits",
        "asked are rates between 0 and 1, not counts",
    ),
    "area on the wrong side": (
        "return false, true, np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2)",
        "return false, true, np.sum(np.diff(true) * (false[1:] + false[:-1]) / 2)",
        "that is the area left of the curve; the area under it has the steps of the false positive rate",
    ),
    "sorts the caller's scores": (
        'order = np.argsort(-score, kind="stable")',
        'order = np.argsort(-score, kind="stable")\n    score[:], positive[:], order = score[order], positive[order], np.arange(len(score))',
        "you sort the caller's own arrays: make sorted copies",
    ),
    "labels not sorted": (
        "hits = np.append(0, np.cumsum(positive[order])[last])",
        "hits = np.append(0, np.cumsum(positive)[last])",
        "the labels must be brought into the order of the scores too",
    ),
    "one less the precision": (
        "alarms / alarms[-1], hits / hits[-1]",
        "alarms / np.maximum(alarms + hits, 1), hits / hits[-1]",
        "the false positive rate divides by all negatives, not by the accepted",
    ),
    "last point twice": (
        "    false, true = alarms / alarms[-1], hits / hits[-1]",
        "    false, true = np.append(alarms / alarms[-1], 1.0), np.append(hits / hits[-1], 1.0)",
        "the last score accepts everything already: no further point (1, 1)",
    ),
    "sorts the caller's array": (
        '    order = np.argsort(-score, kind="stable")',
        """    order = np.argsort(-score, kind="stable")
    score.sort()
    score = score[::-1]
    positive = positive[order]
    order = np.arange(len(score))""",
        "score.sort() sorts the caller's array: np.sort or np.argsort leaves it",
    ),
    "first of equal scores, no first point": (
        "last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)\n    hits = np.append(0, np.cumsum(positive[order])[last])\n    alarms = np.append(0, np.cumsum(~positive[order])[last])",
        "last = np.append(0, np.flatnonzero(np.diff(score[order])) + 1)\n    hits = np.cumsum(positive[order])[last]\n    alarms = np.cumsum(~positive[order])[last]",
        "a point stands behind the last of each group of equal scores, not behind the first; and (0, 0) comes before them all",
    ),
    "no first point, area in steps": (
        """
def roc(score, positive):
    order = np.argsort(-score, kind="stable")
    last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    hits, alarms = np.cumsum(positive[order])[last], np.cumsum(~positive[order])[last]
    false, true = alarms / alarms[-1], hits / hits[-1]
    return false, true, np.sum(np.diff(np.append(0, false)) * true)
""",
        "the point (0, 0) is missing, and the area is one of steps: start at (0, 0) and take trapezoids",
    ),
    "first of equal scores": (
        "last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)",
        "last = np.append(0, np.flatnonzero(np.diff(score[order])) + 1)",
        "equal scores are accepted together: the point stands behind the *last* of them",
    ),
    "area with a minus": (
        "np.sum(np.diff(false) *",
        "-np.sum(np.diff(false) *",
        "the area is positive",
    ),
    "class of the negatives": (
        "hits = np.append(0, np.cumsum(positive[order])[last])",
        "hits = np.append(0, np.cumsum(~positive[order])[last])",
        "the true rate counts the positive samples; yours counts the others",
    ),
    "thresholds from low to high": (
        "    false, true = alarms / alarms[-1], hits / hits[-1]",
        "    false, true = (alarms / alarms[-1])[::-1], (hits / hits[-1])[::-1]",
        "the points go from (0, 0) to (1, 1): thresholds fall",
    ),
    "one threshold missing": (
        "    return false, true, np",
        """    false, true = false[:-1], true[:-1]
    return false, true, np""",
        "the lowest score is a threshold too: the curve ends in (1, 1)",
    ),
    "accuracy": (
        "np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2)",
        "np.max(true - false)",
        "the area under the curve is asked, no best point",
    ),
    "area over the index": (
        "np.sum(np.diff(false) *",
        "np.mean(np.ones(len(false) - 1) *",
        "the trapezoids are as wide as the steps of the false positive rate",
    ),
    "hits over all": (
        "hits / hits[-1]",
        "hits / len(score)",
        "the true positive rate divides by the number of positives",
    ),
    "alarms over all": (
        "alarms / alarms[-1]",
        "alarms / len(score)",
        "the false positive rate divides by the number of negatives",
    ),
    "thresholds rise behind the first point": (
        (
            "def roc(score, positive):\n"
            "    cuts = np.unique(score)\n"
            "    rates = ((score[kind] >= cuts[:, None]).mean(axis=1) for kind in (~positive, positive))\n"
            "    false, true = (np.append(0, rate) for rate in rates)\n"
            "    return false, true, np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2)"
        ),
        "high scores are accepted first: sort by falling score",
    ),
    "one point again for each equal score": (
        (
            "def roc(score, positive):\n"
            "    cuts = np.sort(score)[::-1]\n"
            "    rates = ((score[kind] >= cuts[:, None]).mean(axis=1) for kind in (~positive, positive))\n"
            "    false, true = (np.append(0, rate) for rate in rates)\n"
            "    return false, true, np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2)"
        ),
        "samples of equal score are accepted together: one point for each different score",
    ),
}
RIGHT["roc"] = {
    "groups by searchsorted": """
def roc(score, positive):
    thresholds = np.unique(score)[::-1]
    rates = []
    for kind in (~positive, positive):
        part = np.sort(score[kind])
        above = len(part) - np.searchsorted(part, thresholds, side="left")
        rates.append(np.concatenate([[0.0], above / len(part)]))
    false, true = rates
    return false, true, np.trapezoid(true, false)
""",
    "one walk down the list": """
def roc(score, positive):
    pairs = sorted(zip(score.tolist(), positive.tolist()), reverse=True)
    n, m = int((~positive).sum()), int(positive.sum())
    false, true, area, wrong, right = [0.0], [0.0], 0.0, 0, 0
    for k, (s, kind) in enumerate(pairs):
        right, wrong = right + kind, wrong + (not kind)
        if k + 1 == len(pairs) or pairs[k + 1][0] != s:
            area += (wrong / n - false[-1]) * (right / m + true[-1]) / 2
            false.append(wrong / n)
            true.append(right / m)
    return np.array(false), np.array(true), area
""",
}

WRONG["equal_error"] = {
    "scores instead of distances": (
        "accepted = (impostor[:, None] <= thresholds).sum(axis=0)\n    refused = (genuine[:, None] > thresholds).sum(axis=0)",
        "accepted = (impostor[:, None] >= thresholds).sum(axis=0)\n    refused = (genuine[:, None] < thresholds).sum(axis=0)",
        "these are distances: small ones are accepted",
    ),
    "threshold itself refused": (
        "accepted = (impostor[:, None] <= thresholds).sum(axis=0)\n    refused = (genuine[:, None] > thresholds).sum(axis=0)",
        "accepted = (impostor[:, None] < thresholds).sum(axis=0)\n    refused = (genuine[:, None] >= thresholds).sum(axis=0)",
        "a pair is accepted if its distance is *at most* the threshold: the threshold itself counts",
    ),
    "threshold itself refused, shares rounded": (
        "accepted = (impostor[:, None] <= thresholds).sum(axis=0)\n    refused = (genuine[:, None] > thresholds).sum(axis=0)\n"
        "    best = np.abs(accepted * n - refused * m).argmin()",
        "accepted = (impostor[:, None] < thresholds).sum(axis=0)\n    refused = (genuine[:, None] >= thresholds).sum(axis=0)\n"
        "    best = np.abs(accepted / m - refused / n).argmin()",
        "a pair is accepted if its distance is *at most* the threshold: the threshold itself counts",
    ),
    "genuine thresholds only": (
        "np.unique(np.concatenate([genuine, impostor]))",
        "np.unique(genuine)",
        "thresholds to try are all distances that occur, those of impostors too",
    ),
    "impostor thresholds only": (
        "np.unique(np.concatenate([genuine, impostor]))",
        "np.unique(impostor)",
        "thresholds to try are all distances that occur, those of genuine pairs too",
    ),
    "not sorted": (
        "np.unique(np.concatenate([genuine, impostor]))",
        "np.concatenate([genuine, impostor])",
        "of equally good thresholds the smallest is asked, not the first that comes: sort them",
    ),
    "largest of equals": (
        "best = np.abs(accepted * n - refused * m).argmin()",
        "best = len(thresholds) - 1 - np.abs(accepted * n - refused * m)[::-1].argmin()",
        "of equally good thresholds the smallest is asked, this is the largest",
    ),
    "least sum": (
        "np.abs(accepted * n - refused * m).argmin()",
        "(accepted * n + refused * m).argmin()",
        "this threshold makes the sum of the errors smallest; asked is where they are nearest to each other",
    ),
    "FAR alone": (
        "(accepted[best] / m + refused[best] / n) / 2",
        "accepted[best] / m",
        "steps need not meet: take the mean of FAR and FRR, not FAR alone",
    ),
    "FRR alone": (
        "(accepted[best] / m + refused[best] / n) / 2",
        "refused[best] / n",
        "steps need not meet: take the mean of FAR and FRR, not FRR alone",
    ),
    "the larger of the two": (
        "(accepted[best] / m + refused[best] / n) / 2",
        "max(accepted[best] / m, refused[best] / n)",
        "asked is the mean of FAR and FRR there, not the larger of them",
    ),
    "kinds exchanged": (
        "n, m, thresholds = len(genuine)",
        "genuine, impostor = impostor, genuine\n    n, m, thresholds = len(genuine)",
        "false accepts are pairs of two persons that are accepted, false rejects pairs of one person that are refused",
    ),
    "rounding decides": (
        "np.abs(accepted * n - refused * m).argmin()",
        "np.abs(accepted / m - refused / n).argmin()",
        "two thresholds are equally good as fractions, but not after rounding: compare accepted · n with refused · m",
    ),
    "counts compared": (
        "np.abs(accepted * n - refused * m).argmin()",
        "np.abs(accepted - refused).argmin()",
        "there are not as many pairs of one kind as of the other: compare shares, not counts",
    ),
    "sum instead of mean": (
        "(accepted[best] / m + refused[best] / n) / 2",
        "accepted[best] / m + refused[best] / n",
        "the mean of the two, not their sum",
    ),
    "all pairs in one": (
        "n, m, thresholds = len(genuine), len(impostor),",
        "n = m = len(genuine) + len(impostor)\n    thresholds =",
        "each rate is a share of its own kind of pairs, not of all",
    ),
    "number of the threshold": (
        "thresholds[best]",
        "best",
        "return the threshold itself, not its place in the list",
    ),
    "impostor at the threshold refused": (
        "impostor[:, None] <= thresholds",
        "impostor[:, None] < thresholds",
        "an impostor pair *at* the threshold is accepted too: count distances up to it, `<=`",
    ),
    "genuine at the threshold refused": (
        "genuine[:, None] > thresholds",
        "genuine[:, None] >= thresholds",
        "a pair *at* the threshold is accepted: refused are those above it",
    ),
    "sizes exchanged": (
        "accepted * n - refused * m",
        "accepted * m - refused * n",
        "FAR is accepted/m, FRR refused/n: compare accepted·n with refused·m",
    ),
    "thresholds of one's own": (
        "np.unique(np.concatenate([genuine, impostor]))",
        "np.linspace(0, max(genuine.max(), impostor.max()), 1000)",
        "the thresholds to try are the distances that occur",
    ),
    "errors of all pairs": (
        "accepted[best] / m + refused[best] / n) / 2",
        "accepted[best] + refused[best]) / (n + m)",
        "FAR and FRR have their own denominators; their mean is asked",
    ),
    "difference with its sign": (
        "np.abs(accepted * n - refused * m).argmin()",
        "(accepted * n - refused * m).argmin()",
        "|FAR − FRR| is to be smallest: the absolute value is missing",
    ),
    "smaller of both": (
        "(accepted[best] / m + refused[best] / n) / 2",
        "min(accepted[best] / m, refused[best] / n)",
        "the mean of FAR and FRR is asked, not the smaller",
    ),
    "denominators exchanged": (
        "accepted[best] / m + refused[best] / n",
        "accepted[best] / n + refused[best] / m",
        "FAR divides by the number of impostors, FRR by that of genuine pairs",
    ),
    "lists exchanged": (
        """accepted = (impostor[:, None] <= thresholds).sum(axis=0)
    refused = (genuine[:, None] > thresholds).sum(axis=0)""",
        """accepted = (genuine[:, None] <= thresholds).sum(axis=0)
    refused = (impostor[:, None] > thresholds).sum(axis=0)""",
        "accepted impostors and refused genuine pairs are the errors: they are exchanged",
    ),
    "between two distances": (
        "refused[best] / n) / 2, thresholds[best]",
        "refused[best] / n) / 2, thresholds[best : best + 2].mean()",
        "the threshold is a distance that occurs, not one between two",
    ),
    "least total error": (
        "np.abs(accepted * n - refused * m).argmin()",
        "(accepted + refused).argmin()",
        "|FAR − FRR| is to be smallest, not the number of errors",
    ),
    "accepted genuine": (
        "(genuine[:, None] > thresholds)",
        "(genuine[:, None] <= thresholds)",
        "FRR counts the genuine pairs that are refused",
    ),
    "results exchanged": (
        "return (accepted[best] / m + refused[best] / n) / 2, thresholds[best]",
        "return thresholds[best], (accepted[best] / m + refused[best] / n) / 2",
        "the rate comes first, then the threshold",
    ),
}
RIGHT["equal_error"] = {
    "by sorting": """
def equal_error(genuine, impostor):
    every = np.sort(np.concatenate((genuine, impostor)))
    accepted = np.searchsorted(np.sort(genuine), every, "right") / genuine.size
    wrong = np.searchsorted(np.sort(impostor), every, "right") / impostor.size
    gap = np.round(np.abs(wrong - (1 - accepted)), 12)
    k = int(np.argmin(gap))
    return 0.5 * (wrong[k] + 1 - accepted[k]), every[k]
""",
    "a loop": """
def equal_error(genuine, impostor):
    best = None
    for t in sorted({*genuine.tolist(), *impostor.tolist()}):
        far = sum(d <= t for d in impostor.tolist()) / len(impostor)
        frr = sum(d > t for d in genuine.tolist()) / len(genuine)
        if best is None or abs(far - frr) < best[0] - 1e-9:
            best = abs(far - frr), (far + frr) / 2, t
    return best[1], best[2]
""",
}

WRONG["fair_accuracy"] = {
    "threshold from the new persons": (
        "same, other = verification.pair_distances(old, who_old)",
        "same, other = verification.pair_distances(new, who_new)",
        "photographs are no longer compared with themselves; but the new persons still choose the threshold that judges them",
    ),
    "still with itself when choosing": (
        "same, other = verification.pair_distances(old, who_old)",
        "apart, pair = verification.distances(old, old), who_old[:, None] == who_old\n    same, other = apart[pair], apart[~pair]",
        "the old persons choose now; but each photograph is still compared with itself, at distance 0, when choosing",
    ),
    "still with itself when judging": (
        "far, frr = verification.rates(*verification.pair_distances(new, who_new), [best])",
        "apart, pair = verification.distances(new, new), who_new[:, None] == who_new\n    far, frr = verification.rates(apart[pair], apart[~pair], [best])",
        "the threshold is chosen well; but the new photographs are still compared with themselves when judging",
    ),
    "judged on the old persons": (
        "verification.pair_distances(new, who_new)",
        "verification.pair_distances(old, who_old)",
        "the accuracy is asked on the *new* persons",
    ),
    "plain accuracy": (
        "return best, 1 - (far[0] + frr[0]) / 2",
        "one, two = verification.pair_distances(new, who_new)\n    return best, 1 - (far[0] * len(two) + frr[0] * len(one)) / (len(one) + len(two))",
        "with few genuine pairs plain accuracy rewards refusing everybody; asked is the balanced one",
    ),
    "equal error threshold": (
        "best = thresholds[(far + frr).round(12).argmin()]",
        "best = thresholds[np.abs(far - frr).argmin()]",
        "asked is the threshold with the smallest FAR + FRR",
    ),
    "error instead of accuracy": (
        "1 - (far[0] + frr[0]) / 2",
        "(far[0] + frr[0]) / 2",
        "this is the error; the accuracy is 1 minus it",
    ),
    "sum not halved": (
        "1 - (far[0] + frr[0]) / 2",
        "1 - (far[0] + frr[0])",
        "balanced accuracy subtracts the *mean* of the two error rates",
    ),
    "the worst threshold": (
        "(far + frr).round(12).argmin()",
        "(far + frr).round(12).argmax()",
        "FAR + FRR is to be smallest",
    ),
    "place instead of threshold": (
        "best = thresholds[(far + frr).round(12).argmin()]",
        "best = (far + frr).round(12).argmin()",
        "the threshold itself is asked, not its place",
    ),
    "FAR only": (
        "(far + frr).round(12).argmin()",
        "far.round(12).argmin()",
        "the sum of both rates is to be smallest; FAR alone is smallest where nothing is accepted",
    ),
    "mean threshold": (
        "best = thresholds[(far + frr).round(12).argmin()]",
        "best = (same.mean() + other.mean()) / 2",
        "the threshold is the distance with the smallest FAR + FRR, not one between the means",
    ),
    "rates exchanged": (
        "1 - (far[0] + frr[0]) / 2",
        "1 - abs(far[0] - frr[0]) / 2",
        "the balanced accuracy is 1 − (FAR + FRR) / 2: both errors count",
    ),
    "FAR of the new ones only": (
        "1 - (far[0] + frr[0]) / 2",
        "1 - far[0]",
        "the balanced accuracy counts both errors",
    ),
    "still with itself, choosing and judging": (
        "    same, other = verification.pair_distances(old, who_old)\n    thresholds = np.unique(np.concatenate([same, other]))\n    far, frr = verification.rates(same, other, thresholds)\n    best = thresholds[(far + frr).round(12).argmin()]\n    far, frr = verification.rates(*verification.pair_distances(new, who_new), [best])\n",
        "    apart, pair = verification.distances(old, old), who_old[:, None] == who_old\n    thresholds = np.unique(apart)\n    far, frr = verification.rates(apart[pair], apart[~pair], thresholds)\n    best = thresholds[(far + frr).round(12).argmin()]\n    apart, pair = verification.distances(new, new), who_new[:, None] == who_new\n    far, frr = verification.rates(apart[pair], apart[~pair], [best])\n",
        "the old persons choose and the new ones judge; but every photograph is still compared with itself, at distance 0",
    ),
    "largest of equals": (
        ("best = thresholds[(far + frr).round(12).argmin()]"),
        ("best = thresholds[::-1][(far + frr).round(12)[::-1].argmin()]"),
        "of equally good thresholds the smallest is asked, this is the largest",
    ),
    "chosen on old and new": (
        ("    same, other = verification.pair_distances(old, who_old)"),
        (
            "    pairs = verification.pair_distances(old, who_old), verification.pair_distances(new, who_new)\n"
            "    same, other = (np.concatenate(both) for both in zip(*pairs))"
        ),
        "the threshold must not know the new persons: choose it on the old ones alone",
    ),
}
RIGHT["fair_accuracy"] = {
    "pairs by hand": """
def fair_accuracy(old, who_old, new, who_new):
    def pairs(e, who):
        i, j = np.triu_indices(len(e), k=1)
        d = np.sqrt(((e[i] - e[j]) ** 2).sum(axis=1))
        return d[who[i] == who[j]], d[who[i] != who[j]]

    one, two = pairs(old, who_old)
    least, best = np.inf, None
    for t in np.sort(np.concatenate([one, two])):
        errors = np.mean(two <= t) + np.mean(one > t)
        if errors < least - 1e-12:
            least, best = errors, t
    one, two = pairs(new, who_new)
    return best, (np.mean(one <= best) + np.mean(two > best)) / 2
""",
    "both orders of a pair": """
def fair_accuracy(old, who_old, new, who_new):
    def errors(e, who, thresholds=None):
        apart, same = verification.distances(e, e), who[:, None] == who
        apart = (apart + apart.T) / 2
        one, two = apart[same & ~np.eye(len(e), dtype=bool)], apart[~same]
        t = np.unique(np.r_[one, two]) if thresholds is None else thresholds
        return t, sum(verification.rates(one, two, t))

    t, total = errors(old, who_old)
    best = t[total.round(12).argmin()]
    return best, 1 - errors(new, who_new, [best])[1][0] / 2
""",
}

WRONG["slide"] = {
    "flattened in another order": (
        "weight.reshape(-1, *maps)",
        "weight.reshape(-1, maps[1], maps[2], maps[0]).transpose(0, 3, 1, 2)",
        "the layer flattened (f, h, w) in this order: reshape to (m, f, h, w)",
    ),
    "height and width exchanged": (
        "weight.reshape(-1, *maps)",
        "weight.reshape(-1, maps[0], maps[2], maps[1]).transpose(0, 1, 3, 2)",
        "the maps are (f, h, w): height before width",
    ),
    "kernel turned round": (
        "weight.reshape(-1, *maps)",
        "weight.reshape(-1, *maps)[..., ::-1, ::-1]",
        "the library's convolution does not turn the kernel round; neither must you",
    ),
    "offset forgotten": (
        "weight.reshape(-1, *maps), offset)",
        "weight.reshape(-1, *maps))",
        "the linear layer's offset is missing",
    ),
    "bias forgotten": ("F.conv2d(x, kernel, bias)", "F.conv2d(x, kernel)", "the convolution's bias is missing"),
    "no ReLU": (
        "F.max_pool2d(F.relu(F.conv2d(x, kernel, bias)), 2)",
        "F.max_pool2d(F.conv2d(x, kernel, bias), 2)",
        "ReLU comes between convolution and pooling",
    ),
    "average pooling": ("F.max_pool2d(", "F.avg_pool2d(", "the network pools by the maximum"),
    "padding": (
        "F.conv2d(x, kernel, bias)",
        "F.conv2d(x, kernel, bias, padding=kernel.shape[-1] // 2)",
        "with padding a window's border sees zeros, inside a picture it sees neighbours: no padding",
    ),
    "stride 2 twice": (
        "weight.reshape(-1, *maps), offset)",
        "weight.reshape(-1, *maps), offset, stride=2)",
        "the pooling already steps by 2: the last layer must use every place",
    ),
    "pooling without stride": (
        "F.relu(F.conv2d(x, kernel, bias)), 2)",
        "F.relu(F.conv2d(x, kernel, bias)), 2, stride=1)",
        "the pooling has stride 2; with stride 1 the maps of a window have another size",
    ),
    "one answer for the picture": (
        "return F.conv2d(features, weight.reshape(-1, *maps), offset).data",
        "return F.conv2d(features[:, :, : maps[1], : maps[2]], weight.reshape(-1, *maps), offset).data",
        "this is the score of the first window only; the layer must slide over all the maps",
    ),
    "ReLU on the scores": (
        "return F.conv2d(features, weight.reshape(-1, *maps), offset).data",
        "return F.relu(F.conv2d(features, weight.reshape(-1, *maps), offset)).data",
        "scores may be negative: no ReLU behind the linear layer",
    ),
    "pooling forgotten": (
        "F.max_pool2d(F.relu(F.conv2d(x, kernel, bias)), 2)",
        "F.relu(F.conv2d(x, kernel, bias))",
        "2×2 max pooling follows the ReLU",
    ),
    "a Tensor": (
        "offset).data",
        "offset)",
        "an array is asked: take .data of the Tensor",
    ),
    "kernel rotated": (
        "F.conv2d(x, kernel, bias)",
        "F.conv2d(x, kernel[:, :, ::-1, ::-1], bias)",
        "the kernel is used as it is, not rotated",
    ),
    "sigmoid": (
        "offset).data",
        "offset).sigmoid().data",
        "the scores are asked, no probabilities",
    ),
    "first maps only": (
        "weight.reshape(-1, *maps), offset)",
        "weight.reshape(-1, *maps) * (np.arange(maps[0]) == 0)[:, None, None], offset)",
        "all maps reach the linear layer",
    ),
    "largest score": (
        "offset).data",
        "offset).data.max(axis=(2, 3), keepdims=True)",
        "the scores of all windows are asked, not the largest",
    ),
    "one score for the picture": (
        "offset).data",
        "offset).data.mean(axis=(2, 3), keepdims=True)",
        "the scores of all windows are asked, not their mean",
    ),
}
RIGHT["slide"] = {
    "window by window": """
def slide(x, kernel, bias, weight, offset, maps):
    f, h, w = maps
    tall, wide = 2 * h + kernel.shape[2] - 1, 2 * w + kernel.shape[3] - 1
    rows, columns = range(0, x.shape[2] - tall + 1, 2), range(0, x.shape[3] - wide + 1, 2)
    scores = np.zeros((len(x), len(weight), len(rows), len(columns)))
    for i, top in enumerate(rows):
        for j, left in enumerate(columns):
            part = F.conv2d(x[:, :, top : top + tall, left : left + wide], kernel, bias)
            part = F.max_pool2d(F.relu(part), 2).data
            scores[:, :, i, j] = part.reshape(len(x), -1) @ weight.T + offset
    return scores
""",
    "views and one product": """
def slide(x, kernel, bias, weight, offset, maps):
    features = F.max_pool2d(F.relu(F.conv2d(x, kernel, bias)), 2).data
    seen = np.lib.stride_tricks.sliding_window_view(features, maps[1:], axis=(2, 3))
    scores = np.einsum("nfrcij,mfij->nmrc", seen, weight.reshape(len(weight), *maps))
    return scores + offset[:, None, None]
""",
}

WRONG["nms"] = {
    "sizes below 0 multiplied": (
        "np.maximum(high - low, 0).prod(axis=-1)",
        "(high - low).prod(axis=-1)",
        "boxes apart in both directions have two negative sizes, whose product is positive: make them 0 first",
    ),
    "one side below 0": (
        "common = np.maximum(high - low, 0).prod(axis=-1)",
        "common = (high - low).prod(axis=-1) * (high > low)[..., 0]",
        "boxes may be apart in one direction only, across or down: then too they share nothing, not less than nothing",
    ),
    "common part counted twice": (
        "common / (area_a[:, None] + area_b - common)",
        "common / (area_a[:, None] + area_b)",
        "the union holds the common part once: subtract it from the sum of the areas",
    ),
    "share of the smaller": (
        "common / (area_a[:, None] + area_b - common)",
        "common / np.minimum(area_a[:, None], area_b)",
        "divide by the union, not by the smaller box",
    ),
    "share of the first": (
        "common / (area_a[:, None] + area_b - common)",
        "common / (area_a[:, None] + 0 * area_b)",
        "divide by the union, not by the first box alone",
    ),
    "a pixel more": (
        "np.maximum(high - low, 0)",
        "np.maximum(high - low + 1, 0)",
        "right and bottom are not in the box: no + 1",
    ),
    "box as left, top, width, height": (
        "high = np.minimum(a[:, None, 2:], b[None, :, 2:])",
        "high = np.minimum(a[:, None, :2] + a[:, None, 2:], b[None, :, :2] + b[None, :, 2:])",
        "the last two numbers are right and bottom, not width and height",
    ),
    "box rewritten": (
        "area_a, area_b = ((box[:, 2:] - box[:, :2]).prod(axis=-1) for box in (a, b))",
        "b[:, 2:] -= b[:, :2]\n    area_a, area_b = (a[:, 2:] - a[:, :2]).prod(axis=-1), b[:, 2:].prod(axis=-1)",
        "`-=` turns the caller's boxes into widths and heights: make a new array",
    ),
    "perimeter": (
        "np.maximum(high - low, 0).prod(axis=-1)",
        "np.maximum(high - low, 0).sum(axis=-1)",
        "an area is width times height, not plus",
    ),
    "one axis only": (
        "common = np.maximum(high - low, 0).prod(axis=-1)",
        "common = np.maximum(high - low, 0)[..., 0]",
        "this is the common width only: multiply by the common height",
    ),
    "transposed": (
        "return common / (area_a[:, None] + area_b - common)",
        "return (common / (area_a[:, None] + area_b - common)).T",
        "rows belong to a, columns to b",
    ),
    "worst first": ("np.argsort(-scores)", "np.argsort(scores)", "begin with the best score"),
    "scores ignored": ("np.argsort(-scores)", "range(len(scores))", "go by falling score, not by place in the list"),
    "asks the dropped ones too": (
        "if not np.any(iou[row, kept] > overlap):",
        "if not np.any(iou[row, scores > scores[row]] > overlap):",
        "only boxes that were *kept* can drop others: one that was dropped itself no longer counts",
    ),
    "drops what does not overlap": (
        "if not np.any(iou[row, kept] > overlap):",
        "if not kept or np.any(iou[row, kept] > overlap):",
        "a box goes if it overlaps a kept one; yours goes if it does not",
    ),
    "all kept must overlap": (
        "if not np.any(iou[row, kept] > overlap):",
        "if not kept or not np.all(iou[row, kept] > overlap):",
        "one kept box that overlaps is enough to drop it: any, not all",
    ),
    "only the last kept": (
        "if not np.any(iou[row, kept] > overlap):",
        "if not kept or iou[row, kept[-1]] <= overlap:",
        "ask all the kept boxes, not only the last",
    ),
    "dropped at exactly the overlap": (
        "iou[row, kept] > overlap",
        "iou[row, kept] >= overlap",
        "a box is dropped if its IoU is *more* than `overlap`; at exactly `overlap` it stays",
    ),
    "one minus the threshold": (
        "iou[row, kept] > overlap",
        "iou[row, kept] > 1 - overlap",
        "the IoU itself is compared with the threshold",
    ),
    "in the order of the list": (
        "return kept",
        "return sorted(kept)",
        "return them best first",
    ),
    "boxes instead of rows": (
        "return kept",
        "return boxes[kept]",
        "the rows of the boxes that stay are asked, not the boxes",
    ),
    "truth values": (
        "return kept",
        "return np.isin(np.arange(len(boxes)), kept)",
        "the rows that stay are asked, best first, no mask",
    ),
    "sides instead of areas": (
        "- box[:, :2]).prod(axis=-1)",
        "- box[:, :2]).sum(axis=-1)",
        "an area is width times height",
    ),
    "area of a for both": (
        "(area_a[:, None] + area_b - common)",
        "(2 * area_a[:, None] - common)",
        "the union adds the areas of both boxes",
    ),
    "larger area": (
        "(area_a[:, None] + area_b - common)",
        "np.maximum(area_a[:, None], area_b)",
        "the union is area + area − common, not the larger area",
    ),
    "common area alone": (
        "common / (area_a[:, None] + area_b - common)",
        "common",
        "divide by the union",
    ),
    "columns exchanged": (
        "np.maximum(a[:, None, :2], b[None, :, :2])",
        "np.maximum(a[:, None, 1::-1], b[None, :, :2])",
        "left meets left, top meets top",
    ),
    "each box against the best": (
        "iou[row, kept] > overlap",
        "iou[np.argmax(scores), row] * bool(kept) > overlap",
        "every box that was kept can drop a later one, not the best alone",
    ),
    "positions in the sorted list": (
        """    for row in np.argsort(-scores):
        if not np.any(iou[row, kept] > overlap):
            kept.append(int(row))""",
        """    for k, row in enumerate(np.argsort(-scores)):
        if not np.any(iou[row, [np.argsort(-scores)[j] for j in kept]] > overlap):
            kept.append(k)""",
        "rows of `boxes` are asked, not places in the sorted list",
    ),
    "less overlap dropped": (
        "not np.any(iou[row, kept] > overlap)",
        "not np.any(iou[row, kept] < overlap)",
        "a box is dropped for *more* overlap, not for less",
    ),
    "the dropped ones": (
        "    return kept",
        "    return [int(r) for r in np.argsort(-scores) if int(r) not in kept]",
        "the boxes that stay are asked, not those that go",
    ),
    "scores instead of rows": (
        "    return kept",
        "    return list(scores[kept])",
        "the rows are asked, not their scores",
    ),
    "distances of the middles": (
        "iou[row, kept] > overlap",
        "np.abs(boxes[row, :2] - boxes[kept, :2]).max(axis=-1, initial=0) < overlap",
        "the IoU decides, not a distance",
    ),
    "a pixel more everywhere": (
        (
            "    high = np.minimum(a[:, None, 2:], b[None, :, 2:])\n"
            "    common = np.maximum(high - low, 0).prod(axis=-1)\n"
            "    area_a, area_b = ((box[:, 2:] - box[:, :2]).prod(axis=-1) for box in (a, b))"
        ),
        (
            "    high = np.minimum(a[:, None, 2:], b[None, :, 2:])\n"
            "    common = np.maximum(high - low + 1, 0).prod(axis=-1)\n"
            "    area_a, area_b = ((box[:, 2:] - box[:, :2] + 1).prod(axis=-1) for box in (a, b))"
        ),
        "older programs count pixels, with + 1 in every width and height; here right − left is the width",
    ),
}
RIGHT["nms"] = {
    "boxes struck off": """
def box_iou(a, b):
    table = np.zeros((len(a), len(b)))
    for i, (l, t, r, m) in enumerate(a):
        for j, (left, top, right, bottom) in enumerate(b):
            wide, high = min(r, right) - max(l, left), min(m, bottom) - max(t, top)
            if wide > 0 and high > 0:
                shared = wide * high
                table[i, j] = shared / ((r - l) * (m - t) + (right - left) * (bottom - top) - shared)
    return table


def nms(boxes, scores, overlap):
    order, kept = scores.argsort()[::-1], []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(best)
        order = order[box_iou(boxes[[best]], boxes[order])[0] <= overlap]
    return np.array(kept)
""",
    "a mask": """
def box_iou(a, b):
    wide = np.minimum.outer(a[:, 2], b[:, 2]) - np.maximum.outer(a[:, 0], b[:, 0])
    high = np.minimum.outer(a[:, 3], b[:, 3]) - np.maximum.outer(a[:, 1], b[:, 1])
    shared = wide.clip(min=0) * high.clip(min=0)
    size = lambda box: (box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1])
    return shared / (np.add.outer(size(a), size(b)) - shared)


def nms(boxes, scores, overlap):
    alive, kept, table = np.ones(len(boxes), bool), [], box_iou(boxes, boxes)
    for row in sorted(range(len(boxes)), key=lambda k: scores[k], reverse=True):
        if alive[row]:
            kept.append(row)
            alive &= table[row] <= overlap
    return kept
""",
}

WRONG["average_precision"] = {
    "a person twice": (
        "right[row], free[fit.argmax()] = True, False",
        "right[row] = True",
        "a second find of the same person is wrong: mark who is taken",
    ),
    "not by score": (
        "for row in np.argsort(-scores):\n        fit",
        "for row in range(len(boxes)):\n        fit",
        "the better find takes the person: go by falling score",
    ),
    "worst takes first": (
        "for row in np.argsort(-scores):\n        fit",
        "for row in np.argsort(scores):\n        fit",
        "begin with the best score: it takes the person",
    ),
    "nearest although taken": (
        "fit = np.where(free, iou[row], -1)\n        if free.any() and fit.max() >= least:\n            right[row], free[fit.argmax()] = True, False",
        "fit = iou[row]\n        if fit.size and fit.max() >= least and free[fit.argmax()]:\n            right[row], free[fit.argmax()] = True, False",
        "you look at the person it overlaps most, taken or not; here it takes the best of those still *free*",
    ),
    "first that fits": (
        "right[row], free[fit.argmax()] = True, False",
        "right[row], free[(fit >= least).argmax()] = True, False",
        "it takes the person with the largest IoU, not the first that fits",
    ),
    "more than least": (
        "fit.max() >= least",
        "fit.max() > least",
        "an IoU of exactly `least` is enough: at least, not more",
    ),
    "any overlap": ("fit.max() >= least", "fit.max() > 0", "the overlap must be at least `least`"),
    "in the order of the scores": (
        "return right\n\n",
        "return right[np.argsort(-scores)]\n\n",
        "the marks are asked in the order of `boxes`",
    ),
    "nobody there is an error": (
        "if free.any() and fit.max() >= least:",
        "if fit.max() >= least:",
        "with no true box the maximum of nothing is an error: ask first whether somebody is free",
    ),
    "divided by what was found": (
        "precision[right].sum() / objects",
        "precision[right].sum() / right.sum()",
        "objects that nobody found count too: divide by all of them",
    ),
    "not sorted": (
        "right = right[np.argsort(-scores)]",
        "right = right.copy()",
        "the marks must be brought into the order of falling scores",
    ),
    "ascending": (
        "right = right[np.argsort(-scores)]",
        "right = right[np.argsort(scores)]",
        "falling scores: the best find comes first",
    ),
    "mean of all precisions": (
        "precision[right].sum() / objects",
        "precision.mean()",
        "the area grows only where recall rises, at right finds: add up the precision there",
    ),
    "precision without the find itself": (
        "np.cumsum(right) / np.arange(1, len(right) + 1)",
        "(np.cumsum(right) - right) / np.arange(1, len(right) + 1)",
        "the precision down to a find includes it",
    ),
    "counted from 0": (
        "np.arange(1, len(right) + 1)",
        "np.maximum(np.arange(len(right)), 1)",
        "down to the k-th find there are k finds: count from 1",
    ),
    "trapezoids between the finds": (
        "return precision[right].sum() / objects",
        "return np.trapezoid(precision, np.cumsum(right) / objects)",
        "that is the area by trapezoids from the first find on; asked is a sum of steps, at each right find its precision over `objects`",
    ),
    "trapezoids": (
        "return precision[right].sum() / objects",
        "recall = np.append(0, np.cumsum(right) / objects)\n    return np.trapezoid(np.append(1, precision), recall)",
        "that joins the points by straight lines; asked are steps: at each right find the precision there",
    ),
    "smoothed": (
        "return precision[right].sum() / objects",
        "precision = np.maximum.accumulate(precision[::-1])[::-1]\n    return precision[right].sum() / objects",
        "PASCAL smooths the curve so; here the precision is taken as it is",
    ),
    "last precision": (
        "precision[right].sum() / objects",
        "precision[-1]",
        "this is the precision of all finds together; asked is the area under the whole curve",
    ),
    "eleven points": (
        "    return precision[right].sum() / objects",
        """    recall = np.cumsum(right) / objects
    return np.mean([precision[recall >= r].max() if (recall >= r).any() else 0 for r in np.linspace(0, 1, 11)])""",
        "that is an older measure with eleven recalls; here precision is summed over the right finds",
    ),
    "recall summed": (
        "precision[right].sum() / objects",
        "(np.cumsum(right) / objects)[right].sum() / objects",
        "the precision down to each right find is summed, not the recall",
    ),
    "true boxes choose": (
        "fit = np.where(free, iou[row], -1)",
        "fit = np.where(free & (iou[row] == iou.max(axis=0, initial=0)), iou[row], -1)",
        "each find takes its best true box in the order of the scores; the true boxes do not choose",
    ),
    "IoU with every true box": (
        "fit.max() >= least",
        "fit.min() >= least",
        "the best overlap has to reach `least`, not every one",
    ),
    "taken when too small": (
        """            right[row], free[fit.argmax()] = True, False
""",
        """            right[row], free[fit.argmax()] = True, False
        elif free.any():
            free[fit.argmax()] = False
""",
        "a find that is not right takes no true box",
    ),
    "precision at wrong finds too": (
        "precision[right].sum()",
        "precision.sum()",
        "precision is summed at the right finds only",
    ),
    "mean over the finds": (
        "/ objects",
        "/ len(right)",
        "divide by all that was to be found, `objects`",
    ),
    "hits without their rank": (
        "np.cumsum(right) / np.arange(1, len(right) + 1)",
        "right / np.arange(1, len(right) + 1)",
        "the precision counts all right finds down to here: np.cumsum",
    ),
    "largest precision": (
        "precision[right].sum() / objects",
        "precision.max()",
        "the precisions at the right finds are summed and divided by `objects`",
    ),
    "recall over precision": (
        "precision[right].sum() / objects",
        "right.sum() / objects",
        "that is the recall; the precision at each right find is summed",
    ),
    "rank from 0": (
        "np.arange(1, len(right) + 1)",
        "(np.arange(len(right)) + 2)",
        "the first find has rank 1: divide by 1, 2, 3, ...",
    ),
    "F1": (
        "precision[right].sum() / objects",
        "2 * precision[-1] * (right.sum() / objects) / (precision[-1] + right.sum() / objects)",
        "that is the F1 score; average precision sums over the right finds",
    ),
}
RIGHT["average_precision"] = {
    "loops": """
def mark(boxes, scores, truths, least):
    taken, right = set(), [False] * len(boxes)
    for row in sorted(range(len(boxes)), key=lambda k: -scores[k]):
        best, who = least, None
        for j in range(len(truths)):
            overlap = detection.box_iou(boxes[[row]], truths[[j]])[0, 0]
            if j not in taken and (overlap > best or (who is None and overlap >= least)):
                best, who = overlap, j
        if who is not None:
            taken.add(who)
            right[row] = True
    return np.array(right)


def average_precision(scores, right, objects):
    area, hits = 0.0, 0
    for seen, row in enumerate(sorted(range(len(scores)), key=lambda k: -scores[k]), 1):
        if right[row]:
            hits += 1
            area += hits / seen
    return area / objects
""",
    "steps of recall": """
def mark(boxes, scores, truths, least):
    left, right = list(range(len(truths))), np.zeros(len(boxes), bool)
    for row in scores.argsort()[::-1]:
        if left:
            overlaps = detection.box_iou(boxes[row][None], truths[left])[0]
            k = int(overlaps.argmax())
            if overlaps[k] >= least:
                right[row] = True
                left.pop(k)
    return right


def average_precision(scores, right, objects):
    right = right[scores.argsort()[::-1]]
    hits = right.cumsum()
    recall = np.concatenate([[0], hits]) / objects
    return float(np.sum(np.diff(recall) * hits / (1 + np.arange(len(hits)))))
""",
}
