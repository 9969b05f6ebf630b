"""Lesson 13, Dense prediction: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["mask_scores"] = {
    "union counts the overlap twice": (
        "(mine | true).sum()",
        "(mine.sum() + true.sum())",
        "you divide by both areas added up, where the overlap counts twice; the union counts it once",
    ),
    "Dice without the two": (
        "2 * both / (mine",
        "both / (mine",
        "Dice has twice the overlap on top: equal masks must give 1",
    ),
    "Dice like IoU": (
        "dice[c] = 2 * both / (mine.sum() + true.sum())",
        "dice[c] = both / either",
        "your Dice scores are the IoUs: Dice divides twice the overlap by both areas added up",
    ),
    "share of the true pixels": (
        "iou[c] = both / either",
        "iou[c] = both / true.sum() if true.any() else 0.0",
        "you divide by the true pixels only, which is recall: pixels predicted too many must count against the class",
    ),
    "share of the predicted pixels": (
        "iou[c] = both / either",
        "iou[c] = both / mine.sum() if mine.any() else 0.0",
        "you divide by the predicted pixels only, which is precision: true pixels that were missed must count too",
    ),
    "absent is zero": (
        "np.full(classes, np.nan), np.full(classes, np.nan)",
        "np.zeros(classes), np.zeros(classes)",
        "a class that is in neither mask has no score, np.nan; zero would pull the mean down",
    ),
    "absent is one": (
        "np.full(classes, np.nan), np.full(classes, np.nan)",
        "np.ones(classes), np.ones(classes)",
        "some give 1 to a class that is in neither mask, but here it has no score: np.nan",
    ),
    "predicted only has no score": (
        "either > 0",
        "true.any()",
        "a class that was predicted and is nowhere in the truth scores 0, not np.nan: its union is not empty",
    ),
    "accuracy without the background": (
        "np.mean(p == t)",
        "np.mean((p == t)[t > 0]) if (t > 0).any() else 0.0",
        "the accuracy counts all pixels, background too",
    ),
    "mean over images": (
        "        if either > 0:\n            iou[c] = both / either\n",
        "        each = [(a & b).sum() / (a | b).sum() for a, b in zip(mine, true) if (a | b).any()]\n"
        "        if either > 0:\n            iou[c] = np.mean(each)\n",
        "you average the IoUs of single images: count the pixels of all images together first",
    ),
    "both means over images": (
        """
def mask_scores(p, t, classes):
    iou, dice = np.full((len(p), classes), np.nan), np.full((len(p), classes), np.nan)
    for k in range(len(p)):
        for c in range(classes):
            mine, true = p[k] == c, t[k] == c
            if (mine | true).any():
                iou[k, c] = (mine & true).sum() / (mine | true).sum()
                dice[k, c] = 2 * (mine & true).sum() / (mine.sum() + true.sum())
    seen = np.isfinite(iou).any(axis=0)
    means = [np.array([np.nanmean(a[:, c]) if seen[c] else np.nan for c in range(classes)]) for a in (iou, dice)]
    return np.mean(p == t), *means
""",
        "you score each image and average: a class is to be counted over the pixels of all images, then divided once",
    ),
    "background left out": (
        "for c in range(classes)",
        "for c in range(1, classes)",
        "class 0, the background, has a score as well",
    ),
    "complement agrees too": (
        "both, either = (mine & true).sum(), (mine | true).sum()",
        "both, either = (mine == true).sum(), mine.size",
        "pixels that are in neither mask count as agreement in yours; only the overlap of the two sets does",
    ),
    "smoothed": (
        '''def mask_scores(p, t, classes):
    """Pixel accuracy, IoU (classes,), Dice (classes,) of masks (n, h, w)."""
    iou, dice = np.full(classes, np.nan), np.full(classes, np.nan)
    for c in range(classes):
        mine, true = p == c, t == c
        both, either = (mine & true).sum(), (mine | true).sum()
        if either > 0:
            iou[c] = (both + 1e-6) / (either + 1e-6)
            dice[c] = (2 * both + 1e-6) / (mine.sum() + true.sum() + 1e-6)
    return np.mean(p == t), iou, dice
''',
        "a small number added above and below changes every score; a class in neither mask is nan by a question, not by smoothing",
    ),
    "Dice from the IoU, wrong sign": (
        "2 * both / (mine.sum() + true.sum())",
        "2 * iou[c] / (1 - iou[c])",
        "from the IoU, Dice is 2·IoU / (1 + IoU): plus, not minus",
    ),
    "warns of 0 / 0": (
        """        if either > 0:
            iou[c] = both / either
            dice[c] = 2 * both / (mine.sum() + true.sum())""",
        """        iou[c] = both / either
        dice[c] = 2 * both / (mine.sum() + true.sum())""",
        "0 / 0 gives nan and a warning: ask first whether the class occurs",
    ),
    "a class against the rest": (
        "np.mean(p == t)",
        "np.mean([np.mean((p == c) == (t == c)) for c in range(classes)])",
        "you count for each class whether a pixel is rightly in it or not, and average: the accuracy asks once for each pixel",
    ),
    "accuracy of what was predicted": (
        "np.mean(p == t)",
        "np.mean([(t[p == c] == c).mean() for c in np.unique(p)])",
        "that is a mean of the classes' shares, where rare classes weigh as much as common ones: the accuracy is one share, of all pixels",
    ),
    "means over the classes": (
        "return np.mean(p == t), iou, dice",
        "return np.mean(p == t), np.nanmean(iou), np.nanmean(dice)",
        "one IoU and one Dice for each class are asked, two arrays, not their means",
    ),
    "IoU and Dice exchanged": (
        "return np.mean(p == t), iou, dice",
        "return np.mean(p == t), dice, iou",
        "the IoUs come before the Dice scores: they are exchanged",
    ),
    "share of the mask wrong": (
        "np.mean(p == t)",
        "np.mean(p != t)",
        "the accuracy is the share that agrees, not the share that does not",
    ),
    "mean accuracy of the classes": (
        "np.mean(p == t)",
        "np.mean([(p[t == c] == c).mean() for c in np.unique(t)])",
        "the accuracy is the share of all pixels, not a mean over the classes",
    ),
    "Dice over the union": (
        "(mine.sum() + true.sum())",
        "either",
        "Dice divides by the sum of both sizes, not by their union",
    ),
    "percent": (
        "iou[c] = both / either",
        "iou[c] = 100 * both / either",
        "scores go from 0 to 1, not to 100",
    ),
    "whole sums": (
        "both / either",
        "both // either",
        "// rounds down to an integer",
    ),
    "smoothed by one": (
        (
            "        if either > 0:\n"
            "            iou[c] = both / either\n"
            "            dice[c] = 2 * both / (mine.sum() + true.sum())"
        ),
        (
            "        iou[c] = (both + 1) / (either + 1)\n"
            "        dice[c] = (2 * both + 1) / (mine.sum() + true.sum() + 1)"
        ),
        "a 1 added above and below, as some losses have it, changes every score, and gives a class in neither mask the score 1",
    ),
}
RIGHT["mask_scores"] = {
    "a table of counts": """
def mask_scores(p, t, classes):
    counts = np.bincount((t * classes + p).ravel(), minlength=classes**2).reshape(classes, classes)
    both, mine, true = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return both.sum() / counts.sum(), both / (mine + true - both), 2 * both / (mine + true)
""",
    "lists and Dice from IoU": """
def mask_scores(p, t, classes):
    iou = []
    for c in range(classes):
        inter = np.count_nonzero((p == c) & (t == c))
        union = np.count_nonzero(p == c) + np.count_nonzero(t == c) - inter
        iou.append(inter / union if union else np.nan)
    iou = np.array(iou)
    return (p == t).sum() / t.size, iou, 2 * iou / (1 + iou)
""",
}

WRONG["pixel_loss"] = {
    "gradient still scrambled": (
        "(p / len(p)).reshape(n, h, w, classes).transpose(0, 3, 1, 2)",
        "(p / len(p)).reshape(scores.shape)",
        "the loss is right now; the gradient must go the same way back: n, h, w, classes first, then the classes to axis 1",
    ),
    "loss still scrambled": (
        "scores.transpose(0, 2, 3, 1).reshape(-1, classes)",
        "scores.reshape(-1, classes)",
        "`reshape` never reorders: rows of z still mix the scores of different pixels; move the classes last first",
    ),
    "rows and columns exchanged": (
        "scores.transpose(0, 2, 3, 1)",
        "scores.transpose(0, 3, 2, 1)",
        "after your transpose the pixels run down the columns, while `t.ravel()` runs along the rows",
    ),
    "rows and columns exchanged, there and back": (
        """
def pixel_loss(scores, t):
    n, classes, h, w = scores.shape
    z = scores.transpose(0, 3, 2, 1).reshape(-1, classes)
    z = z - z.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    pixels = np.arange(len(p))
    loss = -np.log(p[pixels, t.ravel()]).mean()
    p[pixels, t.ravel()] -= 1
    return loss, (p / len(p)).reshape(n, w, h, classes).transpose(0, 3, 2, 1)
""",
        "h and w change places in your transpose, and back: rows of z then meet the targets of other pixels. Move only the classes",
    ),
    "softmax over the pixels": (
        "p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)",
        "p = np.exp(z) / np.exp(z).sum(axis=0, keepdims=True)",
        "probabilities add up to 1 over the classes of a pixel, not over the pixels",
    ),
    "sum, not mean": (
        ".mean()",
        ".sum()",
        "the loss is the mean over the pixels, not their sum",
    ),
    "mean over images": (
        "loss = -np.log(p[pixels, t.ravel()]).mean()",
        "loss = -np.log(p[pixels, t.ravel()]).sum() / n",
        "you divide by the number of images; the mean goes over all pixels",
    ),
    "gradient not divided": (
        "(p / len(p))",
        "p",
        "the loss is a mean over pixels, so its gradient is divided by their number",
    ),
    "gradient divided by images": (
        "(p / len(p))",
        "(p / n)",
        "you divide the gradient by the number of images, the loss by that of pixels",
    ),
    "both divided by images": (
        """
def pixel_loss(scores, t):
    n, classes, h, w = scores.shape
    z = scores.transpose(0, 2, 3, 1).reshape(-1, classes)
    z = z - z.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    pixels = np.arange(len(p))
    loss = -np.log(p[pixels, t.ravel()]).sum() / n
    p[pixels, t.ravel()] -= 1
    return loss, (p / n).reshape(n, h, w, classes).transpose(0, 3, 1, 2)
""",
        "you divide loss and gradient by the number of images: the mean goes over all n · h · w pixels",
    ),
    "gradient with the wrong sign": (
        "(p / len(p))",
        "(-p / len(p))",
        "the gradient is probability less target, (p - 1) for the true class; yours has the opposite sign",
    ),
    "overflow": (
        "z = z - z.max(axis=1, keepdims=True)",
        "z = z * 1.0",
        "exp of scores in the hundreds overflows: subtract each pixel's largest score first",
    ),
    "writes into the scores": (
        "    z = z - z.max(axis=1, keepdims=True)\n",
        "    z = z - z.max(axis=1, keepdims=True)\n    scores -= scores.max(axis=1, keepdims=True)\n",
        "`-=` writes into the caller's scores: make a new array",
    ),
    "classes to the front": (
        "scores.transpose(0, 2, 3, 1).reshape(-1, classes)",
        "scores.transpose(1, 0, 2, 3).reshape(-1, classes)",
        "you put the classes first; they must come last, so that a row of z is one pixel",
    ),
    "probabilities as the gradient": (
        """    p[pixels, t.ravel()] -= 1
""",
        "",
        "the gradient is p less 1 at the true class: the 1 is missing",
    ),
    "loss read too late": (
        """    loss = -np.log(p[pixels, t.ravel()]).mean()
    p[pixels, t.ravel()] -= 1
""",
        """    p[pixels, t.ravel()] -= 1
    loss = -np.log(np.abs(p[pixels, t.ravel()])).mean()
""",
        "take the logarithm before 1 is subtracted: behind it p holds the gradient",
    ),
    "softmax over the columns": (
        """def pixel_loss(scores, t):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    one = np.moveaxis(np.eye(scores.shape[1])[t], -1, 1)
    loss = -(one * np.log(p)).sum(axis=1).mean()
    return loss, (p - one) / t.size
""",
        "the softmax goes over the classes, axis 1; yours goes over another axis",
    ),
    "softmax over the images": (
        """def pixel_loss(scores, t):
    e = np.exp(scores - scores.max(axis=0, keepdims=True))
    p = e / e.sum(axis=0, keepdims=True)
    one = np.moveaxis(np.eye(scores.shape[1])[t], -1, 1)
    return -(one * np.log(p)).sum(axis=1).mean(), (p - one) / t.size
""",
        "the softmax goes over the classes, axis 1; yours goes over the images",
    ),
    "softmax over the rows": (
        """def pixel_loss(scores, t):
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    p = e / e.sum(axis=2, keepdims=True)
    one = np.moveaxis(np.eye(scores.shape[1])[t], -1, 1)
    return -(one * np.log(p)).sum(axis=1).mean(), (p - one) / t.size
""",
        "the softmax goes over the classes, axis 1; yours goes over the rows of the image",
    ),
    "softmax over everything": (
        """def pixel_loss(scores, t):
    e = np.exp(scores - scores.max())
    p = e / e.sum()
    one = np.moveaxis(np.eye(scores.shape[1])[t], -1, 1)
    return -(one * np.log(p)).sum(axis=1).mean(), (p - one) / t.size
""",
        "each pixel has a softmax of its own, over its classes; yours is one for everything",
    ),
    "mean over the classes too": (
        "(p / len(p))",
        "(p / p.size)",
        "the mean goes over pixels, not over classes as well",
    ),
    "order kept, back wrongly": (
        ".transpose(0, 3, 1, 2)",
        ".transpose(0, 3, 2, 1).swapaxes(2, 3)[:, :, ::-1]",
        "the gradient comes back upside down: its pixels stand in another order than the scores'",
    ),
    "log of the sum only": (
        "-np.log(p[pixels, t.ravel()]).mean()",
        "-np.log(p).mean()",
        "only the probability of the true class enters the loss",
    ),
    "probability instead of its logarithm": (
        "-np.log(p[pixels, t.ravel()]).mean()",
        "1 - p[pixels, t.ravel()].mean()",
        "the loss is minus the logarithm of the probability, not 1 less it",
    ),
}
RIGHT["pixel_loss"] = {
    "without reshaping": """
def pixel_loss(scores, t):
    z = scores - scores.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    target = np.moveaxis(np.eye(scores.shape[1])[t], -1, 1)
    return -(target * log_p).sum() / t.size, (np.exp(log_p) - target) / t.size
""",
    "loops over images and places": """
def pixel_loss(scores, t):
    n, classes, h, w = scores.shape
    total, gradient = 0.0, np.zeros(scores.shape)
    for k in range(n):
        for i in range(h):
            for j in range(w):
                z = scores[k, :, i, j]
                z = z - z.max()
                p = np.exp(z) / np.exp(z).sum()
                total -= np.log(p[t[k, i, j]])
                p[t[k, i, j]] -= 1
                gradient[k, :, i, j] = p
    return total / t.size, gradient / t.size
""",
}

WRONG["mirrored"] = {
    "masks not mirrored": (
        "    t[coins] = t[coins][..., ::-1]\n",
        "",
        "only the images are mirrored: their masks must be, too",
    ),
    "images not mirrored": (
        "    x[coins] = x[coins][..., ::-1]\n",
        "",
        "only the masks are mirrored: the images must be, too",
    ),
    "upside down": (
        "x[coins][..., ::-1]\n    t[coins] = t[coins][..., ::-1]",
        "x[coins][..., ::-1, :]\n    t[coins] = t[coins][..., ::-1, :]",
        "you turn rows round, up and down; left and right is the last axis",
    ),
    "masks upside down": (
        "t[coins] = t[coins][..., ::-1]",
        "t[coins] = t[coins][:, ::-1]",
        "axis 1 of a mask holds its rows: you turn the masks upside down while the images are mirrored",
    ),
    "all of them": (
        "x[coins] = x[coins][..., ::-1]\n    t[coins] = t[coins][..., ::-1]",
        "x = x[..., ::-1].copy()\n    t = t[..., ::-1].copy()",
        "every image is mirrored; only those whose coin is true should be",
    ),
    "the others": (
        "x[coins] = x[coins][..., ::-1]\n    t[coins] = t[coins][..., ::-1]",
        "x[~coins] = x[~coins][..., ::-1]\n    t[~coins] = t[~coins][..., ::-1]",
        "you mirror those whose coin is false",
    ),
    "written into the arguments": (
        "    x, t = x.copy(), t.copy()\n",
        "",
        "you write into the caller's images and masks: copy them first",
    ),
    "only the mirrored ones": (
        "return x, t",
        "return x[coins], t[coins]",
        "all images come back, mirrored or not; yours returns the mirrored ones alone",
    ),
    "batch turned round": (
        "x[coins] = x[coins][..., ::-1]\n    t[coins] = t[coins][..., ::-1]",
        "x[coins] = x[coins][::-1]\n    t[coins] = t[coins][::-1]",
        "you reverse the order of the images; each image's own columns are to be reversed",
    ),
    "overwritten half way": (
        "x[coins] = x[coins][..., ::-1]",
        """for k in np.flatnonzero(coins):
        for j in range(x.shape[3]):
            x[k, :, :, j] = x[k, :, :, -1 - j]""",
        "writing column by column into the array you read from overwrites what you still need: mirror a copy, or slice with ::-1",
    ),
    "turned by 180 degrees": (
        "t[coins][..., ::-1]",
        "t[coins][:, ::-1, ::-1]",
        "the masks are turned by 180°, the images mirrored",
    ),
    "channels reversed": (
        "x[coins][..., ::-1]",
        "x[coins][:, ::-1]",
        "axis 1 of the images counts channels; left to right is the last axis",
    ),
    "images only, masks by the others": (
        "t[coins] = t[coins][..., ::-1]",
        "t[~coins] = t[~coins][..., ::-1]",
        "masks are mirrored where the images are not",
    ),
    "rolled": (
        "x[coins][..., ::-1]",
        "np.roll(x[coins], 1, axis=-1)",
        "mirroring reverses the columns; it does not move them",
    ),
}
RIGHT["mirrored"] = {
    "where": """
def mirrored(x, t, coins):
    return np.where(coins[:, None, None, None], np.flip(x, -1), x), np.where(coins[:, None, None], np.flip(t, -1), t)
""",
    "a loop": """
def mirrored(x, t, coins):
    images, masks = np.array(x), np.array(t)
    for k, coin in enumerate(coins):
        if coin:
            images[k] = np.fliplr(np.moveaxis(x[k], 0, -1)).transpose(2, 0, 1)
            masks[k] = np.fliplr(t[k])
    return images, masks
""",
}

WRONG["upconv"] = {
    "overwrites": (
        ": s] += stamp",
        ": s] = stamp",
        "where stamps overlap they add up; yours overwrite each other",
    ),
    "stamps put, not added": (
        """
def upconv(x, w, b, stride, padding):
    (n, _, h, width), (_, f, kh, kw), s, p = x.shape, w.shape, stride, padding
    big = np.zeros((n, f, (h - 1) * s + kh, (width - 1) * s + kw))
    for i in range(h):
        for j in range(width):
            big[:, :, i * s : i * s + kh, j * s : j * s + kw] = np.einsum("nc,cfuv->nfuv", x[:, :, i, j], w)
    return big[:, :, p : big.shape[2] - p, p : big.shape[3] - p] + b[:, None, None]
""",
        "each stamp wipes out what its neighbours wrote: put it down with `+=`, not `=`",
    ),
    "rotated kernel": (
        'np.einsum("ncij,cf->nfij", x, w[:, :, u, v])',
        'np.einsum("ncij,cf->nfij", x, w[:, :, kh - 1 - u, kw - 1 - v])',
        "you rotate the kernel: tap (u, v) of a stamp goes to row u, column v of it",
    ),
    "padding forgotten": (
        "return big[:, :, p : big.shape[2] - p, p : big.shape[3] - p] + b",
        "return big + b",
        "`padding` pixels are cut off at each side of the output",
    ),
    "padding adds": (
        "return big[:, :, p : big.shape[2] - p, p : big.shape[3] - p] + b",
        "return np.pad(big, ((0, 0), (0, 0), (p, p), (p, p))) + b",
        "you add zeros around the output; the padding of an upconvolution is cut off",
    ),
    "padding cut once": (
        "big[:, :, p : big.shape[2] - p, p : big.shape[3] - p]",
        "big[:, :, p:, p:]",
        "you cut the padding off at the top and left only",
    ),
    "padding 0 cuts all": (
        "big[:, :, p : big.shape[2] - p, p : big.shape[3] - p]",
        "big[:, :, p:-p, p:-p]",
        "with padding 0 the slice `p:-p` is `0:0`, which is empty: end it at the size less p",
    ),
    "bias per tap": (
        "+ b[:, None, None]",
        "+ kh * kw * b[:, None, None]",
        "the bias is added once for each tap; it belongs to the output, once",
    ),
    "no bias": (
        " + b[:, None, None]",
        "",
        "the bias is missing",
    ),
    "stride one": (
        "big[:, :, u : u + (h - 1) * s + 1 : s, v : v + (width - 1) * s + 1 : s] += stamp",
        "big[:, :, u : u + h, v : v + width] += stamp",
        "stamps stand side by side: the stride, their distance, is not used",
    ),
    "bias gradient over the batch only": (
        "g.sum(axis=(0, 2, 3))",
        "g.mean(axis=(0, 2, 3))",
        "the gradient of a bias is the sum over images and places, not their mean",
    ),
    "bias gradient of the padded map": (
        "g.sum(axis=(0, 2, 3))",
        "g.sum(axis=(0, 2))[:, 0]",
        "the bias went to every place of its map: sum over rows and columns",
    ),
    "x gradient rotated": (
        'gx += np.einsum("nfij,cf->ncij", seen, w[:, :, u, v])',
        'gx += np.einsum("nfij,cf->ncij", seen, w[:, :, kh - 1 - u, kw - 1 - v])',
        "the gradient of x reads each tap's slice with that same tap's weights; yours takes the opposite tap",
    ),
    "x gradient of the last tap": (
        "gx += np",
        "gx[...] = np",
        "each tap overwrites the gradient of x: what an input wrote through every tap adds up",
    ),
    "gradient not padded": (
        "np.pad(g, ((0, 0), (0, 0), (p, p), (p, p)))",
        "np.pad(g, ((0, 0), (0, 0), (0, 2 * p), (0, 2 * p)))",
        "the cut pixels lay at all four sides: pad g with zeros before and behind",
    ),
    "weight gradient of the last place": (
        """
def upconv(x, w, b, stride, padding):
    (n, _, h, width), (_, f, kh, kw), s, p = x.shape, w.shape, stride, padding
    big = np.zeros((n, f, (h - 1) * s + kh, (width - 1) * s + kw))
    for i in range(h):
        for j in range(width):
            big[:, :, i * s : i * s + kh, j * s : j * s + kw] += np.einsum("nc,cfuv->nfuv", x[:, :, i, j], w)
    return big[:, :, p : big.shape[2] - p, p : big.shape[3] - p] + b[:, None, None]


def upconv_backward(g, x, w, stride, padding):
    (h, width), (kh, kw), s, p = x.shape[2:], w.shape[2:], stride, padding
    big, gx, gw = np.pad(g, ((0, 0), (0, 0), (p, p), (p, p))), np.zeros(x.shape), np.zeros(w.shape)
    for i in range(h):
        for j in range(width):
            window = big[:, :, i * s : i * s + kh, j * s : j * s + kw]
            gx[:, :, i, j] = np.einsum("nfuv,cfuv->nc", window, w)
            gw[...] = np.einsum("nc,nfuv->cfuv", x[:, :, i, j], window)
    return gx, gw, g.sum(axis=(0, 2, 3))
""",
        "`=` keeps the weights' share of the last place alone: every place used the kernel, so add its share with `+=`",
    ),
    "weight gradient of one image": (
        'np.einsum("ncij,nfij->cf", x, seen)',
        'np.einsum("ncij,nfij->cf", x[:1], seen[:1])',
        "the weights worked on every image: sum their gradient over the batch",
    ),
    "weight gradient averaged": (
        'gw[:, :, u, v] = np.einsum("ncij,nfij->cf", x, seen)',
        'gw[:, :, u, v] = np.einsum("ncij,nfij->cf", x, seen) / len(x)',
        "the gradient of the weights is a sum over the batch; a mean belongs into the loss",
    ),
    "writes into w": (
        "gx += np.einsum",
        "w[:, :, u, v] = w[:, :, u, v] * 1.01\n            gx += np.einsum",
        "you write into the caller's weights",
    ),
    "padding cut at the end only": (
        "big[:, :, p : big.shape[2] - p, p : big.shape[3] - p]",
        "big[:, :, : big.shape[2] - 2 * p, : big.shape[3] - 2 * p]",
        "`padding` pixels fall away at each of the four sides; yours all fall away at the end",
    ),
    "one bias for all maps": (
        "+ b[:, None, None]",
        "+ b.mean()",
        "each of the f maps has a bias of its own",
    ),
    "gradient of the biases over other axes": (
        "return gx, gw, g.sum(axis=(0, 2, 3))",
        "return gx, gw, g.sum(axis=(0, 1, 2))[: w.shape[1]]",
        "the bias of a map is met in all images and pixels: sum over axes 0, 2 and 3",
    ),
    "stride ignored": (
        '''def upconv(x, w, b, stride, padding):
    """Stamps of x (n, c, h, width) through w (c, f, kh, kw), added up, less the padding, plus b (f,)."""
    (n, _, h, width), (_, f, kh, kw), s, p = x.shape, w.shape, stride, padding
    big = np.zeros((n, f, h - 1 + kh, width - 1 + kw))
    for u in range(kh):
        for v in range(kw):
            stamp = np.einsum("ncij,cf->nfij", x, w[:, :, u, v])
            big[:, :, u : u + h, v : v + width] += stamp
    return big[:, :, p : big.shape[2] - p, p : big.shape[3] - p] + b[:, None, None]


def upconv_backward(g, x, w, stride, padding):
    """Gradients of x, w and b from that of the output g (n, f, h', w')."""
    (h, width), (kh, kw), s, p = x.shape[2:], w.shape[2:], stride, padding
    big, gx, gw = np.pad(g, ((0, 0), (0, 0), (p, p), (p, p))), np.zeros(x.shape), np.zeros(w.shape)
    for u in range(kh):
        for v in range(kw):
            seen = big[:, :, u : u + (h - 1) * s + 1 : s, v : v + (width - 1) * s + 1 : s]
            gx += np.einsum("nfij,cf->ncij", seen, w[:, :, u, v])
            gw[:, :, u, v] = np.einsum("ncij,nfij->cf", x, seen)
    return gx, gw, g.sum(axis=(0, 2, 3))
''',
        "stamps stand `stride` pixels apart",
    ),
    "size without the last stamp": (
        """(h - 1) * s + kh, (width - 1) * s + kw))
    for u""",
        """h * s + kh - 1, width * s + kw - 1))
    for u""",
        "the last stamp begins at (h - 1)·stride: the result is (h - 1)·stride + kh rows high",
    ),
    "channels and maps exchanged": (
        '"ncij,cf->nfij", x, w[:, :, u, v]',
        '"ncij,cf->nfij", x, np.resize(w[:, :, u, v].T, w.shape[:2])',
        "w is (c, f, kh, kw): channels of the input first",
    ),
    "rows and columns of the kernel exchanged": (
        """w[:, :, u, v])
            big""",
        """w[:, :, v % kh, u % kw])
            big""",
        "rows and columns of the kernel are exchanged",
    ),
    "bias added before the stamps meet": (
        """+= stamp
    return""",
        """+= stamp + b[:, None, None] / (kh * kw)
    return""",
        "each pixel gets its bias once, however many stamps meet there",
    ),
    "padding forgotten on the way back": (
        "np.pad(g, ((0, 0), (0, 0), (p, p), (p, p)))",
        "np.pad(g, ((0, 0), (0, 0), (2 * p, 0), (2 * p, 0)))",
        "what was cut off at each side comes back as zeros at each side",
    ),
    "order of the gradients": (
        "return gx, gw, g",
        "return gw, gx, g",
        "the gradients come back in the order x, w, b",
    ),
    "stamps overwrite": (
        """+= stamp
    return""",
        """= np.maximum(stamp, big[:, :, u : u + (h - 1) * s + 1 : s, v : v + (width - 1) * s + 1 : s])
    return""",
        "where stamps meet they are added, not compared",
    ),
    "bias in every stamp": (
        ("    return big[:, :, p : big.shape[2] - p, p : big.shape[3] - p] + b[:, None, None]"),
        (
            "    for i in range(h):\n"
            "        for j in range(width):\n"
            "            big[:, :, i * s : i * s + kh, j * s : j * s + kw] += b[:, None, None]\n"
            "    return big[:, :, p : big.shape[2] - p, p : big.shape[3] - p]"
        ),
        "the bias is added once to each pixel of the result, not once with each stamp",
    ),
}
RIGHT["upconv"] = {
    "stamp by stamp": """
def upconv(x, w, b, stride, padding):
    n, c, h, width = x.shape
    _, f, kh, kw = w.shape
    big = np.zeros((n, f, (h - 1) * stride + kh, (width - 1) * stride + kw))
    for i in range(h):
        for j in range(width):
            big[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw] += np.tensordot(x[:, :, i, j], w, 1)
    rows, columns = big.shape[2:]
    return big[:, :, padding : rows - padding, padding : columns - padding] + b.reshape(1, -1, 1, 1)


def upconv_backward(g, x, w, stride, padding):
    n, c, h, width = x.shape
    kh, kw = w.shape[2:]
    big = np.pad(g, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    gx, gw = np.zeros_like(x), np.zeros_like(w)
    for i in range(h):
        for j in range(width):
            window = big[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            gx[:, :, i, j] = np.tensordot(window, w, axes=([1, 2, 3], [1, 2, 3]))
            gw += np.tensordot(x[:, :, i, j].T, window, 1)
    return gx, gw, g.sum((0, 2, 3))
""",
    "zeros between the inputs": """
def upconv(x, w, b, stride, padding):
    n, c, h, width = x.shape
    kh, kw = w.shape[2:]
    spread = np.zeros((n, c, (h - 1) * stride + 1, (width - 1) * stride + 1))
    spread[:, :, ::stride, ::stride] = x
    spread = np.pad(spread, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    windows = np.lib.stride_tricks.sliding_window_view(spread, (kh, kw), axis=(2, 3))
    big = np.einsum("ncijuv,cfuv->nfij", windows, w[:, :, ::-1, ::-1])
    stop = [-padding or None] * 2
    return big[:, :, padding : stop[0], padding : stop[1]] + b[None, :, None, None]


def upconv_backward(g, x, w, stride, padding):
    kh, kw = w.shape[2:]
    big = np.pad(g, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    windows = np.lib.stride_tricks.sliding_window_view(big, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    windows = windows[:, :, : x.shape[2], : x.shape[3]]
    gx = np.einsum("nfijuv,cfuv->ncij", windows, w)
    return gx, np.einsum("ncij,nfijuv->cfuv", x, windows), np.einsum("nfij->f", g)
""",
}

WRONG["unpool"] = {
    "place within the window": (
        "(i * k + at // k) * w + j * k + at % k",
        "at",
        "your switches count within the window; they are places in the whole map",
    ),
    "rows as long as the cut map": (
        "(i * k + at // k) * w + j * k + at % k",
        "(i * k + at // k) * (columns * k) + j * k + at % k",
        "a row of the map is w long, columns that fill no window included",
    ),
    "rows as long as the map is high": (
        "(i * k + at // k) * w + j * k + at % k",
        "(i * k + at // k) * h + j * k + at % k",
        "you multiply the row by the height h; a row of the map is w numbers long",
    ),
    "column-major": (
        "(i * k + at // k) * w + j * k + at % k",
        "(j * k + at % k) * h + i * k + at // k",
        "you count down the columns; places are counted along the rows: row · w + column",
    ),
    "windows in the wrong order": (
        "tiles = tiles.swapaxes(3, 4).reshape(n, c, rows, columns, k * k)",
        "tiles = tiles.reshape(n, c, rows, columns, k * k)",
        "your windows are runs of k·k numbers along a row: bring the rows of a window together before you reshape",
    ),
    "last of equals": (
        "at = tiles.argmax(axis=-1)",
        "at = k * k - 1 - tiles[..., ::-1].argmax(axis=-1)",
        "of equal values you take the last; the first in reading order is asked",
    ),
    "largest magnitude": (
        "at = tiles.argmax(axis=-1)",
        "at = np.abs(tiles).argmax(axis=-1)",
        "you look for the largest magnitude: -9 is smaller than 1",
    ),
    "mean for the value": (
        "tiles.max(axis=-1)",
        "tiles.mean(axis=-1)",
        "the value is the largest of the window, not its mean",
    ),
    "at least zero": (
        "tiles.max(axis=-1)",
        "np.maximum(tiles.max(axis=-1), 0)",
        "a window may be all below zero; its largest number is then below zero too",
    ),
    "row and column exchanged": (
        "(i * k + at // k) * w + j * k + at % k",
        "(i * k + at % k) * w + j * k + at // k",
        "within a window, place m is row m // k and column m % k; yours has them exchanged",
    ),
    "unpool fills the maps in turn": (
        "np.put_along_axis(flat, switches.reshape(n, c, -1), y.reshape(n, c, -1), axis=2)",
        "flat.reshape(-1)[switches.ravel()] = y.ravel()",
        "switches count within their own map: you put everything into the first map",
    ),
    "unpool in order": (
        "np.put_along_axis(flat, switches.reshape(n, c, -1), y.reshape(n, c, -1), axis=2)",
        "np.put_along_axis(flat, np.sort(switches.reshape(n, c, -1)), y.reshape(n, c, -1), axis=2)",
        "each number belongs to its own switch; yours fill the places in ascending order",
    ),
    "unpool with ones": (
        "y.reshape(n, c, -1), axis=2)",
        "np.ones((n, c, switches[0, 0].size)), axis=2)",
        "you mark the places with ones: the numbers y belong there",
    ),
    "unpool keeps what is positive": (
        "y.reshape(n, c, -1), axis=2)",
        "np.maximum(y, 0).reshape(n, c, -1), axis=2)",
        "numbers below zero go back to their places as well",
    ),
    "places counted by the pooled width": (
        "(i * k + at // k) * w + j * k + at % k",
        "(i * k + at // k) * columns + j * k + at % k",
        "a place is row · w + column with the width w of the map, not of the pooled one",
    ),
    "windows that overhang": (
        '''def pool_with_switches(x, k):
    """The largest of each k x k window of x (n, c, h, w), and where it stood: row * w + column."""
    n, c, h, w = x.shape
    rows, columns = -(-h // k), -(-w // k)
    tiles = np.pad(x, ((0, 0), (0, 0), (0, rows * k - h), (0, columns * k - w)), constant_values=-np.inf).reshape(n, c, rows, k, columns, k)
    tiles = tiles.swapaxes(3, 4).reshape(n, c, rows, columns, k * k)
    at = tiles.argmax(axis=-1)
    i, j = np.mgrid[:rows, :columns]
    return tiles.max(axis=-1), (i * k + at // k) * w + j * k + at % k


def unpool(y, switches, shape):
    """The numbers y at their switches in an array of `shape`, zeros elsewhere."""
    n, c, h, w = shape
    flat = np.zeros((n, c, h * w))
    np.put_along_axis(flat, switches.reshape(n, c, -1), y.reshape(n, c, -1), axis=2)
    return flat.reshape(shape)
''',
        "windows that the map does not fill are left out: h // k, rounded down",
    ),
    "row and column apart": (
        "(i * k + at // k) * w + j * k + at % k",
        "np.stack([i * k + at // k, j * k + at % k], axis=-1)",
        "a switch is one integer, row · w + column, no pair",
    ),
    "place in the window": (
        "(i * k + at // k) * w + j * k + at % k",
        "at % k + at // k * w",
        "the window begins at row i·k and column j·k: its place is missing",
    ),
    "window without its size": (
        "(i * k + at // k) * w + j * k + at % k",
        "(i + at // k) * w + j + at % k",
        "windows begin k apart: row i·k, column j·k",
    ),
    "smallest": (
        "at = tiles.argmax(axis=-1)",
        "at = tiles.argmin(axis=-1)",
        "the switch is the place of the largest number, not the smallest",
    ),
    "results exchanged": (
        "return tiles.max(axis=-1), (i * k + at // k) * w + j * k + at % k",
        "return (i * k + at // k) * w + j * k + at % k, tiles.max(axis=-1)",
        "the values come first, then the switches",
    ),
    "one more": (
        "+ j * k + at % k",
        "+ j * k + at % k + 1",
        "places count from 0",
    ),
    "places over all maps": (
        "(i * k + at // k) * w + j * k + at % k",
        "(i * k + at // k) * w + j * k + at % k + np.arange(n * c).reshape(n, c, 1, 1) * h * w",
        "a switch is the place within its own map, not in the whole batch",
    ),
    "unpooled everywhere": (
        "    flat = np.zeros((n, c, h * w))",
        "    flat = np.full((n, c, h * w), y.min())",
        "elsewhere stand zeros",
    ),
    "read instead of written": (
        "np.put_along_axis(flat, switches.reshape(n, c, -1), y.reshape(n, c, -1), axis=2)",
        "flat[:, :, : y[0, 0].size] = y.reshape(n, c, -1)",
        "the numbers go to the places that the switches tell, not to the first places",
    ),
    "places divided by the height": (
        (
            "    flat = np.zeros((n, c, h * w))\n"
            "    np.put_along_axis(flat, switches.reshape(n, c, -1), y.reshape(n, c, -1), axis=2)\n"
            "    return flat.reshape(shape)"
        ),
        (
            "    out = np.zeros(shape)\n"
            "    for i, place in np.ndenumerate(switches):\n"
            "        out[i[0], i[1], place // h % h, place % h % w] = y[i]\n"
            "    return out"
        ),
        "a switch is row · w + column: divide by the width of the map, not by its height",
    ),
}
RIGHT["unpool"] = {
    "loops": """
def pool_with_switches(x, k):
    n, c, h, w = x.shape
    values = np.zeros((n, c, h // k, w // k))
    places = np.zeros((n, c, h // k, w // k), dtype=int)
    for a in range(n):
        for b in range(c):
            for i in range(h // k):
                for j in range(w // k):
                    window = x[a, b, i * k : (i + 1) * k, j * k : (j + 1) * k]
                    r, s = np.unravel_index(window.argmax(), window.shape)
                    values[a, b, i, j] = window[r, s]
                    places[a, b, i, j] = (i * k + r) * w + j * k + s
    return values, places


def unpool(y, switches, shape):
    out = np.zeros(shape)
    for a in range(shape[0]):
        for b in range(shape[1]):
            out[a, b].reshape(-1)[switches[a, b].ravel()] = y[a, b].ravel()
    return out
""",
    "places as an image, take and add": """
def pool_with_switches(x, k):
    n, c, h, w = x.shape
    place = np.broadcast_to(np.arange(h * w).reshape(h, w), x.shape)
    cut = lambda a: np.lib.stride_tricks.sliding_window_view(a, (k, k), axis=(2, 3))[:, :, ::k, ::k]
    windows, places = (cut(a).reshape(n, c, h // k, w // k, k * k) for a in (x, place))
    best = windows.argmax(-1)[..., None]
    return np.take_along_axis(windows, best, -1)[..., 0], np.take_along_axis(places, best, -1)[..., 0]


def unpool(y, switches, shape):
    n, c, h, w = shape
    out = np.zeros(n * c * h * w)
    first = (np.arange(n * c) * h * w).reshape(n, c, 1, 1)
    out[(first + switches).ravel()] = y.ravel()
    return out.reshape(n, c, h, w)
""",
}

WRONG["context_module"] = {
    "padding as for three taps": (
        "pad = d * (kernel - 1) // 2",
        "pad = d",
        "for k taps the padding is d · (k - 1) / 2, not d, which keeps the size for three taps only",
    ),
    "padding without the dilation": (
        "pad = d * (kernel - 1) // 2",
        "pad = (kernel - 1) // 2",
        "a dilated kernel spans more, and needs more padding: dilation · (k - 1) / 2",
    ),
    "not dilated": (
        "padding=pad, dilation=d, rng",
        "padding=(kernel - 1) // 2, rng",
        "the layers have no dilation",
    ),
    "dilation left at 1": (
        "padding=pad, dilation=d, rng",
        "padding=pad, rng",
        "the layer is padded for the dilation d and has none: `nn.Conv2d` needs `dilation=d` as well, or maps grow",
    ),
    "no ReLU": (
        ", nn.ReLU()]",
        "]",
        "without ReLU between them all these layers are one linear filter",
    ),
    "ReLU at the end": (
        "nn.Conv2d(channels, classes, 1, rng=rng))",
        "nn.Conv2d(channels, classes, 1, rng=rng), nn.ReLU())",
        "scores may be negative: no ReLU behind the last convolution",
    ),
    "ReLU behind the last only": (
        "layers += [nn.Conv2d(channels, width, kernel, padding=pad, dilation=d, rng=rng), nn.ReLU()]\n        channels = width",
        "layers += [nn.Conv2d(channels, width, kernel, padding=pad, dilation=d, rng=rng)]\n        channels = width\n    layers += [nn.ReLU()]",
        "each dilated layer is followed by ReLU, not only the last one",
    ),
    "strided": (
        "padding=pad, dilation=d, rng=rng",
        "padding=pad, stride=1 + (d > 1), dilation=d, rng=rng",
        "a stride makes the map smaller: dilation is there instead of it",
    ),
    "dilations in reverse": (
        "for d in dilations:\n        pad",
        "for d in dilations[::-1]:\n        pad",
        "the first dilation belongs to the first layer",
    ),
    "always three taps": (
        "nn.Conv2d(channels, width, kernel, padding=pad,",
        "nn.Conv2d(channels, width, 3, padding=d,",
        "the number of taps is `kernel`, which need not be 3",
    ),
    "last layer with taps": (
        "nn.Conv2d(channels, classes, 1, rng=rng)",
        "nn.Conv2d(channels, classes, kernel, padding=(kernel - 1) // 2, rng=rng)",
        "the last convolution is 1×1: it only weighs the maps of a pixel",
    ),
    "sees too few": (
        "return 1 + (kernel - 1) * sum(dilations)",
        "return (kernel - 1) * sum(dilations)",
        "the receptive field begins with the pixel itself: one more",
    ),
    "sees the spans added up": (
        "return 1 + (kernel - 1) * sum(dilations)",
        "return sum(d * (kernel - 1) + 1 for d in dilations)",
        "you add up the whole spans d (k - 1) + 1; each layer adds d (k - 1), and the pixel itself counts once",
    ),
    "sees the largest layer": (
        "return 1 + (kernel - 1) * sum(dilations)",
        "return 1 + (kernel - 1) * max(dilations)",
        "layers add up what they see: sum over all of them, not only the widest",
    ),
    "sees like undilated": (
        "return 1 + (kernel - 1) * sum(dilations)",
        "return 1 + (kernel - 1) * len(dilations)",
        "each layer adds its dilation times (k - 1), not only k - 1",
    ),
    "sees as with three taps": (
        "return 1 + (kernel - 1) * sum(dilations)",
        "return 1 + 2 * sum(dilations)",
        "a layer adds 2 d for three taps only; with k taps it adds d (k - 1)",
    ),
    "sees with strides": (
        "return 1 + (kernel - 1) * sum(dilations)",
        "return 1 + (kernel - 1) * int(np.prod(dilations))",
        "dilations add up; it is strides that multiply",
    ),
    "every layer from the images": (
        """        channels = width
""",
        "",
        "behind the first layer there are `width` maps, and the next one reads all of them",
    ),
    "half of each layer": (
        "1 + (kernel - 1) * sum(dilations)",
        "1 + (kernel - 1) // 2 * sum(dilations)",
        "each layer adds d·(kernel - 1) pixels, half of it at each side",
    ),
    "a kernel for each dilation": (
        "1 + (kernel - 1) * sum(dilations)",
        "kernel * sum(dilations)",
        "a layer of dilation d adds d·(kernel - 1) pixels, and one pixel is there at first",
    ),
    "dilations multiplied": (
        "return 1 + (kernel - 1) * sum(dilations)",
        """r, jump = 1, 1
    for d in dilations:
        r += (kernel - 1) * d * jump
        jump *= d
    return r""",
        "dilation does not shrink the map as a stride does: the next layer adds its own d·(kernel - 1), nothing is multiplied",
    ),
    "sees twice": (
        "1 + (kernel - 1) * sum(dilations)",
        "1 + 2 * (kernel - 1) * sum(dilations)",
        "a layer adds d·(kernel - 1) pixels in all, both sides together",
    ),
    "sees by powers": (
        "1 + (kernel - 1) * sum(dilations)",
        "2 ** (len(dilations) + 1) - 1 + (kernel - 3)",
        "that holds for dilations 1, 2, 4, ...; here they are handed over",
    ),
    "one filter for each class everywhere": (
        "nn.Conv2d(channels, classes, 1, rng=rng)",
        "nn.Conv2d(channels, width, 1, rng=rng)",
        "the last layer gives `classes` maps",
    ),
    "a layer too few": (
        """for d in dilations:
        pad""",
        """for d in dilations[:-1]:
        pad""",
        "there is one dilated layer for each number in `dilations`",
    ),
    "product of the layers": (
        ("return 1 + (kernel - 1) * sum(dilations)"),
        ("return int(np.prod([1 + (kernel - 1) * d for d in dilations]))"),
        "layers add to what is seen, each d (kernel - 1) pixels; nothing is multiplied",
    ),
}
RIGHT["context_module"] = {
    "a class": """
class ContextModule(nn.Module):
    def __init__(self, channels, width, classes, dilations, kernel, rng):
        self.convs = []
        for d in dilations:
            self.convs.append(nn.Conv2d(channels, width, kernel, padding="same", dilation=d, rng=rng))
            channels = width
        self.head = nn.Conv2d(channels, classes, 1, rng=rng)

    def forward(self, x):
        for conv in self.convs:
            x = F.relu(conv(x))
        return self.head(x)


def context_module(channels, width, classes, dilations, kernel, rng):
    return ContextModule(channels, width, classes, dilations, kernel, rng)


def sees(dilations, kernel):
    field = 1
    for d in dilations:
        field += d * (kernel - 1)
    return field
""",
    "inputs listed": """
def context_module(channels, width, classes, dilations, kernel, rng):
    steps = []
    for i, d in enumerate(dilations):
        half = d * (kernel // 2)
        steps.append(nn.Conv2d(width if i else channels, width, kernel, 1, half, d, rng=rng))
        steps.append(nn.ReLU())
    steps.append(nn.Conv2d(width if len(dilations) else channels, classes, 1, rng=rng))
    return nn.Sequential(*steps)


def sees(dilations, kernel):
    return sum(2 * d * (kernel // 2) for d in dilations) + 1
""",
}

WRONG["unet"] = {
    "skip behind the enlarged map": (
        "F.cat([skip, x], 1)",
        "F.cat([x, skip], 1)",
        "some lay them the other way round, but here the kept map comes first, the enlarged one second",
    ),
    "kept after pooling": (
        "            kept.append(x)\n            x = F.max_pool2d(x, 2)\n",
        "            size = x.shape[2:]\n            x = F.max_pool2d(x, 2)\n            kept.append(enlarge(x, size))\n",
        "you keep the pooled map, whose detail is gone: keep the map from before the pooling",
    ),
    "pooled map kept": (
        "            kept.append(x)\n            x = F.max_pool2d(x, 2)\n",
        "            x = F.max_pool2d(x, 2)\n            kept.append(x)\n",
        "you keep each map after it was pooled, half the size: keep it before, or full size never comes back",
    ),
    "levels not turned round": (
        "zip(self.ups[::-1], kept[::-1], strict=True)",
        "zip(self.ups, kept, strict=True)",
        "on the way up the coarsest level comes first: run through both `ups` and the kept maps from their ends",
    ),
    "one pooling too many": (
        "        for block in self.downs[:-1]:\n            x = block(x)\n            kept.append(x)\n            x = F.max_pool2d(x, 2)\n        x = self.downs[-1](x)\n",
        "        for block in self.downs:\n            x = block(x)\n            kept.append(x)\n            x = F.max_pool2d(x, 2)\n        x = kept.pop()\n",
        "the map of the last block is pooled as well, which fails where it is one pixel high: pool between blocks only",
    ),
    "bottom pooled": (
        "        x = self.downs[-1](x)\n",
        "        x = self.downs[-1](x)\n        x = F.max_pool2d(x, 2) if kept else x\n",
        "the bottom map is pooled once more: pool between blocks, not behind the last",
    ),
    "kept before the block": (
        "            x = block(x)\n            kept.append(x)\n",
        "            before = x\n            x = block(x)\n            kept.append(x * 0 + before.mean(1, keepdim=True))\n",
        "you keep what went into the block; the block's own map is wanted",
    ),
    "no skip": (
        "F.cat([skip, x], 1)",
        "F.cat([skip * 0, x], 1)",
        "the kept maps do not arrive: without them the outlines are lost",
    ),
    "only the skip": (
        "F.cat([skip, x], 1)",
        "F.cat([skip, x * 0], 1)",
        "the map from below does not arrive",
    ),
    "nearest": (
        "enlarge(x, skip.shape[2:])",
        "F.interpolate(x, size=skip.shape[2:])",
        "you repeat pixels; bilinear enlargement is asked: `enlarge`",
    ),
    "average pooling": (
        "F.max_pool2d(x, 2)",
        "F.avg_pool2d(x, 2)",
        "you pool by the mean; the largest is asked",
    ),
    "bottom left out": (
        "        x = self.downs[-1](x)\n",
        "        x = self.downs[-1](x) * 0\n",
        "what the block at the bottom computed goes nowhere",
    ),
    "enlarged after the block": (
        "            x = enlarge(x, skip.shape[2:])\n            x = block(F.cat([skip, x], 1))\n",
        "            small = enlarge(skip, x.shape[2:])\n            x = enlarge(block(F.cat([small, x], 1)), skip.shape[2:])\n",
        "you shrink the kept map and enlarge afterwards, which throws its detail away: enlarge first, then lay side by side",
    ),
    "ReLU at the end": (
        "return self.head(x)",
        "return F.relu(self.head(x))",
        "scores may be negative: no ReLU behind the head",
    ),
    "softmax at the end": (
        "return self.head(x)",
        "return F.softmax(self.head(x), 1)",
        "return scores; the loss does the softmax",
    ),
    "doubled and cut": (
        "enlarge(x, skip.shape[2:])",
        "F.pad(enlarge(x, (2 * x.shape[2], 2 * x.shape[3])), (0, skip.shape[3] - 2 * x.shape[3], 0, skip.shape[2] - 2 * x.shape[2]))",
        "you double the size and add zeros where a row or column is missing: enlarge to the size of the kept map",
    ),
    "bottom block left out": (
        """        x = self.downs[-1](x)
""",
        "",
        "the last block of `downs`, at the bottom, is missing",
    ),
    "head left out": (
        "return self.head(x)",
        "return x",
        "the head makes scores of the finest map: it comes last",
    ),
    "skip added as well": (
        "x = block(F.cat([skip, x], 1))",
        "x = block(F.cat([skip, x], 1)) + skip",
        "the kept map goes in by concatenation; it is not added again",
    ),
    "joined along the rows": (
        "F.cat([skip, x], 1)",
        "F.cat([skip, x], 2)",
        "maps are joined along the channels, axis 1",
    ),
    "ReLU behind each block": (
        "x = block(F.cat([skip, x], 1))",
        "x = F.relu(block(F.cat([skip, x], 1)) - 0.5)",
        "the blocks have their ReLUs inside; nothing more comes behind them",
    ),
    "pooled at the bottom too": (
        "x = self.downs[-1](x)",
        "x = self.downs[-1](F.max_pool2d(x, 2) if min(x.shape[2:]) > 1 else x)",
        "the map is pooled once behind each kept level, not again before the bottom block",
    ),
    "wrong block at the bottom": (
        "x = self.downs[-1](x)",
        "x = self.downs[-1](F.relu(x - 0.3))",
        "the pooled map goes into the bottom block as it is",
    ),
    "head in the middle": (
        "return self.head(x)",
        "return self.head(kept[0] if kept else x)",
        "the head reads the map at the end of the way up, not the kept one",
    ),
    "not pooled in front of the bottom": (
        "        for block in self.downs[:-1]:\n            x = block(x)\n            kept.append(x)\n            x = F.max_pool2d(x, 2)\n",
        "        for k, block in enumerate(self.downs[:-1]):\n            x = block(x)\n            kept.append(x)\n            x = F.max_pool2d(x, 2) if k + 2 < len(self.downs) else x\n",
        "the last block works at the size of the level above it: pool in front of it as well",
    ),
}
RIGHT["unet"] = {
    "by index": """
class LittleUNet(nn.Module):
    def __init__(self, widths, classes, channels, rng):
        inputs = [channels, *widths]
        self.downs = [nn.BasicBlock(a, b, rng=rng) for a, b in zip(inputs, widths, strict=False)]
        self.ups = [nn.BasicBlock(a + b, a, rng=rng) for a, b in pairwise(widths)]
        self.head = nn.Conv2d(widths[0], classes, 1, rng=rng)

    def forward(self, x):
        maps = [self.downs[0](x)]
        for i in range(1, len(self.downs)):
            maps.append(self.downs[i](F.max_pool2d(maps[-1], kernel_size=2, stride=2)))
        y = maps[-1]
        for i in range(len(self.ups) - 1, -1, -1):
            y = F.interpolate(y, size=maps[i].shape[-2:], mode="bilinear", align_corners=False)
            y = self.ups[i](F.cat((maps[i], y), dim=1))
        return self.head(y)
""",
    "recursion": """
class LittleUNet(nn.Module):
    def __init__(self, widths, classes, channels, rng):
        inputs = [channels, *widths]
        self.downs = [nn.BasicBlock(a, b, rng=rng) for a, b in zip(inputs, widths, strict=False)]
        self.ups = [nn.BasicBlock(a + b, a, rng=rng) for a, b in pairwise(widths)]
        self.head = nn.Conv2d(widths[0], classes, 1, rng=rng)

    def level(self, x, k):
        x = self.downs[k](x)
        if k == len(self.ups):
            return x
        below = self.level(F.max_pool2d(x, 2), k + 1)
        return self.ups[k](F.cat([x, enlarge(below, x.shape[2:])], 1))

    def forward(self, x):
        return self.head(self.level(x, 0))
""",
}

WRONG["tiles"] = {
    "margins kept": (
        "row.append(y[:, :, top - a : bottom - a, left - b : right - b])",
        "row.append(y)",
        "the answers of the margins stay in: keep those of the tile alone",
    ),
    "cut as if in the middle": (
        "row.append(y[:, :, top - a : bottom - a, left - b : right - b])",
        "row.append(y[:, :, margin : margin + bottom - top, margin : margin + right - left])",
        "at the top and left of the image there is no margin to cut off: the tile begins at `top - a` of its piece",
    ),
    "answers from the corner": (
        "row.append(y[:, :, top - a : bottom - a, left - b : right - b])",
        "row.append(y[:, :, : bottom - top, : right - left])",
        "you keep the corner of each piece, its margin; the tile's own answers begin behind it",
    ),
    "no margin": (
        "a, b = max(0, top - margin), max(0, left - margin)\n            y = net(x[:, :, a : top + tile + margin, b : left + tile + margin])",
        "a, b = top, left\n            y = net(x[:, :, a : top + tile, b : left + tile])",
        "the pieces have no margin: at their edges the network sees padding",
    ),
    "margin behind only": (
        "a, b = max(0, top - margin), max(0, left - margin)",
        "a, b = top, left",
        "the pieces have a margin below and at the right only; above and at the left it is needed as well",
    ),
    "margin of rows only": (
        "b : left + tile + margin])",
        "b : left + tile])",
        "at the right the pieces have no margin: `left + tile + margin`, as for the rows",
    ),
    "zeros around each tile": (
        "            a, b = max(0, top - margin), max(0, left - margin)\n            y = net(x[:, :, a : top + tile + margin, b : left + tile + margin])\n",
        "            a, b, m = top - margin, left - margin, ((0, 0), (0, 0), (margin, margin), (margin, margin))\n            y = net(np.pad(x[:, :, top : top + tile, left : left + tile], m))\n",
        "you put zeros around each tile; the margin is made of the image's own pixels, cut out with the tile",
    ),
    "as many maps as the image": (
        """
def tile_by_tile(net, x, tile, margin):
    n, c, h, w = x.shape
    out = np.zeros(x.shape)
    for top in range(0, h, tile):
        for left in range(0, w, tile):
            a, b = max(0, top - margin), max(0, left - margin)
            y = net(x[:, :, a : top + tile + margin, b : left + tile + margin])
            bottom, right = min(top + tile, h), min(left + tile, w)
            out[:, :, top:bottom, left:right] = y[:, :, top - a : bottom - a, left - b : right - b]
    return out
""",
        "your result has the channels of the image; the net may give another number of maps, `y.shape[1]`",
    ),
    "margins kept, into an array": (
        """
def tile_by_tile(net, x, tile, margin):
    n, c, h, w = x.shape
    out = None
    for top in range(0, h, tile):
        for left in range(0, w, tile):
            a, b = max(0, top - margin), max(0, left - margin)
            y = net(x[:, :, a : top + tile + margin, b : left + tile + margin])
            bottom, right = min(top + tile, h), min(left + tile, w)
            out = np.zeros((n, y.shape[1], h, w)) if out is None else out
            out[:, :, top:bottom, left:right] = y
    return out
""",
        "a piece with its margins is larger than the tile it is written to: cut the margins off its answers first",
    ),
    "cut as if in the middle, into an array": (
        """
def tile_by_tile(net, x, tile, margin):
    n, c, h, w = x.shape
    out = None
    for top in range(0, h, tile):
        for left in range(0, w, tile):
            a, b = max(0, top - margin), max(0, left - margin)
            y = net(x[:, :, a : top + tile + margin, b : left + tile + margin])
            bottom, right = min(top + tile, h), min(left + tile, w)
            out = np.zeros((n, y.shape[1], h, w)) if out is None else out
            out[:, :, top:bottom, left:right] = y[:, :, margin : margin + bottom - top, margin : margin + right - left]
    return out
""",
        "at the top and left edges of the image no margin is there to be skipped: begin at `top - a`, `left - b` of the piece",
    ),
    "margin before only": (
        "net(x[:, :, a : top + tile + margin, b : left + tile + margin])",
        "net(x[:, :, a : top + tile, b : left + tile])",
        "there is a margin above and at the left only; it is needed below and at the right as well",
    ),
    "zeros around the image": (
        "            a, b = max(0, top - margin), max(0, left - margin)\n            y = net(x[:, :, a : top + tile + margin, b : left + tile + margin])\n",
        "            a, b, m = top - margin, left - margin, ((0, 0), (0, 0), (margin, margin), (margin, margin))\n            y = net(np.pad(x, m)[:, :, top : top + tile + 2 * margin, left : left + tile + 2 * margin])\n",
        "you put zeros around the whole image; the margin goes only as far as the image does, or deeper layers see other padding",
    ),
    "whole image each time": (
        "y = net(x[:, :, a : top + tile + margin, b : left + tile + margin])",
        "y = net(x)[:, :, a:, b:]",
        "you give the whole image to the network for every tile, so nothing is saved: cut first",
    ),
    "two maps taken for granted": (
        """
def tile_by_tile(net, x, tile, margin):
    n, _, h, w = x.shape
    out = np.zeros((n, 2, h, w))
    for top in range(0, h, tile):
        for left in range(0, w, tile):
            a, b = max(0, top - margin), max(0, left - margin)
            y = net(x[:, :, a : top + tile + margin, b : left + tile + margin])
            bottom, right = min(top + tile, h), min(left + tile, w)
            out[:, :, top:bottom, left:right] = y[:, :, top - a : bottom - a, left - b : right - b]
    return out
""",
        "a network need not give two maps: how many, its answers tell (`y.shape[1]`)",
    ),
    "net once": (
        "    (h, w), rows = x.shape[2:], []\n",
        "    return net(x)\n    (h, w), rows = x.shape[2:], []\n",
        "you give the whole image to the network; it is to get tiles only",
    ),
    "rest left out": (
        "for top in range(0, h, tile)",
        "for top in range(0, h - tile + 1, tile)",
        "the last, smaller tiles are missing: the image need not be a multiple of the tile",
    ),
    "rows and columns exchanged": (
        "for left in range(0, w, tile)",
        "for left in range(0, h, tile)",
        "the columns run to the width w, not to the height",
    ),
    "margin one too large": (
        "            return margin\n",
        "            return margin + 1\n",
        "the test passes one margin earlier already; return the first that does",
    ),
    "margin from one": (
        "for margin in range(max(x.shape))",
        "for margin in range(1, max(x.shape))",
        "a network of 1×1 convolutions needs no margin: begin with 0",
    ),
    "mean difference": (
        ".max() < 1e-9",
        ".mean() < 1e-1",
        "every number must agree, so take the largest difference, and 1e-9: a mean hides a seam",
    ),
    "signed difference": (
        "np.abs(tile_by_tile(net, x, tile, margin) - whole).max()",
        "(tile_by_tile(net, x, tile, margin) - whole).sum()",
        "positive and negative differences cancel in a sum: take absolute values, and the largest",
    ),
    "margin of the tile": (
        "    for margin in range(max(x.shape)):\n        if np.abs(tile_by_tile(net, x, tile, margin) - whole).max() < 1e-9:\n            return margin\n",
        "    return tile\n",
        "the margin depends on how far the network looks, not on the tile; try margins from 0 on",
    ),
    "every second margin only": (
        "for margin in range(max(x.shape))",
        "for margin in range(0, max(x.shape), 2)",
        "the smallest margin is asked: try every one, 0, 1, 2, ...",
    ),
    "largest signed difference": (
        "np.abs(tile_by_tile(net, x, tile, margin) - whole).max()",
        "(tile_by_tile(net, x, tile, margin) - whole).max()",
        "tiles that are too small give a difference below 0, which a maximum does not see: take the absolute value first",
    ),
    "largest signed difference, turned": (
        "np.abs(tile_by_tile(net, x, tile, margin) - whole).max()",
        "(whole - tile_by_tile(net, x, tile, margin)).max()",
        "tiles that are too large give whole less tiles below 0, and a maximum passes over it: take the absolute value first",
    ),
    "allclose": (
        "np.abs(tile_by_tile(net, x, tile, margin) - whole).max() < 1e-9",
        "np.allclose(tile_by_tile(net, x, tile, margin), whole)",
        "`np.allclose` forgives 1e-8, and a hundred-thousandth of each number: 1e-9 is asked (`rtol=0, atol=1e-9`)",
    ),
    "differences averaged": (
        ".max() < 1e-9",
        ".mean() < 1e-9",
        "*every* number must differ by less than 1e-9: look at the largest difference, not the mean",
    ),
    "compared with the first tile": (
        "- whole).max() < 1e-9",
        "- whole)[:, :, :tile, :tile].max() < 1e-9",
        "all tiles must agree, not the first one only",
    ),
    "largest margin": (
        "for margin in range(max(x.shape))",
        "for margin in reversed(range(max(x.shape)))",
        "the smallest margin is asked: begin at 0",
    ),
    "rows and columns joined wrongly": (
        "np.concatenate(rows, axis=2)",
        "np.concatenate(rows[::-1], axis=2)",
        "the rows of tiles are put together from the bottom up",
    ),
    "margin twice": (
        "a, b = max(0, top - margin), max(0, left - margin)",
        "a, b = max(0, top - 2 * margin), max(0, left - 2 * margin)",
        "`margin` pixels more at each side, not twice as many",
    ),
    "tiles overlap": (
        "range(0, w, tile)",
        "range(0, max(1, w - margin), tile)",
        "the tiles cover the whole image; the margin is only looked at",
    ),
}
RIGHT["tiles"] = {
    "into an array": """
def tile_by_tile(net, x, tile, margin):
    n, c, h, w = x.shape
    out = None
    for i in range(-(-h // tile)):
        for j in range(-(-w // tile)):
            r0, r1, c0, c1 = i * tile, min((i + 1) * tile, h), j * tile, min((j + 1) * tile, w)
            R0, R1, C0, C1 = max(r0 - margin, 0), min(r1 + margin, h), max(c0 - margin, 0), min(c1 + margin, w)
            y = net(x[..., R0:R1, C0:C1])
            out = np.zeros((n, y.shape[1], h, w)) if out is None else out
            out[..., r0:r1, c0:c1] = y[..., r0 - R0 : r1 - R0, c0 - C0 : c1 - C0]
    return out


def least_margin(net, x, tile):
    whole = net(x)
    for margin in range(max(x.shape[2:]) + 1):
        if np.allclose(tile_by_tile(net, x, tile, margin), whole, rtol=0, atol=1e-9):
            return margin
""",
}

WRONG["denoise"] = {
    "mean of the images' decibels": (
        "10 * np.log10(peak**2 / np.mean((image - truth) ** 2))",
        "np.mean([10 * np.log10(peak**2 / np.mean((a - b) ** 2)) for a, b in zip(image, truth)])",
        "you average decibels of parts; take the mean error over all numbers first, then the logarithm",
    ),
    "decibels of each image averaged": (
        "10 * np.log10(peak**2 / np.mean((image - truth) ** 2))",
        "np.mean(10 * np.log10(peak**2 / np.mean((image - truth) ** 2, axis=(-2, -1))))",
        "you take the decibels of each image and average them: one mean of the squared error over everything, then one logarithm",
    ),
    "root of the error": (
        "np.mean((image - truth) ** 2)",
        "np.sqrt(np.mean((image - truth) ** 2))",
        "under the logarithm stands the mean squared error itself: yours is its root, which halves the decibels",
    ),
    "peak not squared": (
        "peak**2",
        "peak",
        "the error is squared, so the peak is too",
    ),
    "peak forgotten": (
        "peak**2 /",
        "1 /",
        "the peak is not used: it need not be 1",
    ),
    "twenty": (
        "return 10 * np",
        "return 20 * np",
        "10 times the logarithm of a ratio of squares; 20 is for a ratio of amplitudes",
    ),
    "natural logarithm": (
        "np.log10",
        "np.log",
        "decibels take the logarithm to base 10",
    ),
    "absolute error": (
        "np.mean((image - truth) ** 2)",
        "np.mean(np.abs(image - truth))",
        "you take the mean absolute error; the squared one is asked",
    ),
    "absolute error, squared": (
        "10 * np.log10(peak**2 / np.mean((image - truth) ** 2))",
        "20 * np.log10(peak / np.mean(np.abs(image - truth)))",
        "you take the mean of the absolute errors and square it: square each error first, then take the mean",
    ),
    "largest value as peak": (
        "peak**2",
        "truth.max() ** 2",
        "the peak is the largest *possible* value, given as `peak`, not the largest in this image",
    ),
    "target is the clean image": (
        "F.mse_loss(estimate, noise)",
        "F.mse_loss(estimate, clean)",
        "this network estimates the noise: compare its output with the noise, not with the clean image",
    ),
    "learns the clean image": (
        """
def denoise_step(net, optimizer, clean, noise):
    estimate = net(Tensor(clean + noise))
    loss = F.mse_loss(estimate, clean)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item(), estimate.data
""",
        "your network learns the clean image itself; a residual denoiser learns the noise, which is then taken away",
    ),
    "noise added": (
        "noisy - estimate.data",
        "noisy + estimate.data",
        "the estimated noise is taken away from the noisy image",
    ),
    "estimate returned": (
        "noisy - estimate.data",
        "estimate.data",
        "you return the estimate of the noise; the denoised images are what remains without it",
    ),
    "clean image fed": (
        "net(Tensor(noisy))",
        "net(Tensor(clean))",
        "the network is given the clean image: it is to find the noise in the noisy one",
    ),
    "old gradients kept": (
        "    optimizer.zero_grad()\n",
        "",
        "gradients of earlier steps are still there and add up: forget them before backward",
    ),
    "no step": (
        "    optimizer.step()\n",
        "",
        "the weights never change: the optimiser has to step",
    ),
    "after the step": (
        "noisy - estimate.data",
        "noisy - net(Tensor(noisy)).data",
        "the denoised images are those of before the step; you run the network again",
    ),
    "loss of after the step": (
        "return loss.item()",
        "return F.mse_loss(net(Tensor(noisy)), noise).item()",
        "the loss is that of before the step",
    ),
    "loss of the denoised by sum": (
        "F.mse_loss(estimate, noise)",
        'F.mse_loss(estimate, noise, reduction="sum")',
        "you add up the squared errors; their mean is the loss",
    ),
    "clean from the clean": (
        "noisy - estimate.data",
        "clean - estimate.data",
        "take the estimate away from the noisy image: the clean one is not known when it counts",
    ),
    "adds noise in place": (
        "noisy = clean + noise",
        "clean += noise\n    noisy = clean",
        "`+=` writes the noise into the caller's clean images",
    ),
    "peak of the image": (
        "peak**2",
        "image.max() ** 2",
        "the peak is handed over; it is not the largest number of the image",
    ),
    "sum of the squares": (
        "np.mean((image - truth) ** 2)",
        "np.sum((image - truth) ** 2)",
        "the mean of the squared differences is asked, not the sum",
    ),
    "noisy images clipped": (
        "noisy = clean + noise",
        "noisy = np.clip(clean + noise, 0, 1)",
        "the noisy images are clean + noise as they are; nothing is clipped",
    ),
    "loss as a Tensor": (
        "loss.item()",
        "loss",
        "the loss is asked as a float: loss.item()",
    ),
    "sign turned": (
        "10 * np.log10(peak**2 / np.mean((image - truth) ** 2))",
        "-10 * np.log10(peak**2 / np.mean((image - truth) ** 2))",
        "less error is more decibels: the sign is turned",
    ),
    "root twice": (
        "10 * np.log10(peak**2 / np.mean((image - truth) ** 2))",
        "10 * np.log10(peak / np.sqrt(np.mean((image - truth) ** 2)))",
        "with the root inside it is 20·log10, with squares 10·log10: yours mixes both",
    ),
    "variance": (
        "np.mean((image - truth) ** 2)",
        "np.var(image - truth)",
        "the variance leaves out a shift of the whole image; the mean square counts it",
    ),
    "power of the truth": (
        "peak**2 / np",
        "np.mean(truth**2) / np",
        "that is a signal-to-noise ratio; PSNR compares with the peak",
    ),
    "noise of the clean image": (
        """net(Tensor(noisy))
""",
        """net(Tensor(noise))
""",
        "the net gets the noisy images, clean + noise, not the noise",
    ),
    "mean of the two": (
        "noisy - estimate.data",
        "(noisy + clean - estimate.data) / 2",
        "the denoised images are the noisy ones less the estimated noise",
    ),
    "denoised in the loss": (
        "F.mse_loss(estimate, noise)",
        "F.mse_loss(estimate, noisy)",
        "the net is to give the noise: compare with `noise`",
    ),
    "two steps": (
        """    optimizer.step()
""",
        """    optimizer.step()
    optimizer.step()
""",
        "one step of the optimizer is asked",
    ),
}
RIGHT["denoise"] = {
    "difference of logarithms, loss by hand": """
def decibels(image, truth, peak=1.0):
    error = np.square(np.subtract(image, truth)).sum() / np.size(truth)
    return 20 * np.log10(peak) - 10 * np.log10(error)


def denoise_step(net, optimizer, clean, noise):
    for p in net.parameters():
        p.grad = None
    x = Tensor(np.add(clean, noise))
    residual = net(x)
    gap = residual - Tensor(noise)
    loss = (gap * gap).mean()
    loss.backward()
    denoised = x.data - residual.data.copy()
    optimizer.step()
    return float(loss.data), denoised
""",
}

WRONG["open_segmenter"] = {
    "untrained": (
        "list(learn(segmenter, x_small, t_small, epochs=6, size=10, rate=0.02, rng=np.random.default_rng(9)))",
        "learn(segmenter, x_small, t_small, epochs=6, size=10, rate=0.02, rng=np.random.default_rng(9))",
        "the network is untrained: `learn` gives one epoch at a time, so its epochs must be asked for, `list(learn(...))`",
    ),
    "brightness only": (
        'Pooled((8, 8, 8, 8, 8), up="skip", rng=np.random.default_rng(0))',
        "Context(16, (1, 1), kernels=1, rng=np.random.default_rng(0))",
        "a network of 1×1 convolutions sees one pixel: brightness does not tell a disc from a square",
    ),
    "other scale": (
        "masks_of(segmenter, images)",
        "masks_of(segmenter, 255 * (images + 0.3))",
        "the images are scaled otherwise than those it was trained on",
    ),
    "masks of other scenes": (
        "x_small, t_small, epochs",
        "x_small, np.roll(t_small, 1, axis=0), epochs",
        "each image is trained with the mask of another scene",
    ),
    "all background": (
        "return masks_of(segmenter, images)",
        "return np.zeros((len(images), 24, 24), int)",
        "every pixel is called background: that is right for most pixels and finds nothing",
    ),
    "shape or not": (
        "x_small, t_small, epochs",
        "x_small, (t_small > 0).astype(int), epochs",
        "the network has learned shape against background only: it must tell the classes",
    ),
    "over the budget": (
        "Pooled((8, 8, 8, 8, 8)",
        "Pooled((9, 9, 9, 9, 9)",
        "the network has more weights than the budget allows",
    ),
    "an axis too many": (
        "return masks_of(segmenter, images)",
        "return masks_of(segmenter, images)[:, None]",
        "your masks have an axis of size 1 too many, (n, 1, 24, 24): asked is (n, 24, 24)",
    ),
    "one score for each pixel": (
        "return masks_of(segmenter, images)",
        "return segmenter.eval()(Tensor(images)).data.max(axis=1)",
        "the masks are no integers: the answer is which class has the largest score, as argmax gives it, not the score",
    ),
    "scores, not classes": (
        "return masks_of(segmenter, images)",
        "return segmenter.eval()(Tensor(images)).data",
        "you return scores for every class; the class of each pixel is the one with the largest: argmax over axis 1",
    ),
    "steps too long": (
        "rate=0.02",
        "rate=3.0",
        "the learning rate is far too high: the network has lost itself at the start",
    ),
}
RIGHT["open_segmenter"] = {
    "mirrored scenes added, a loop of one's own": (
        """segmenter = Pooled((8, 8, 8, 8, 8), up="skip", rng=np.random.default_rng(0))
list(learn(segmenter, x_small, t_small, epochs=6, size=10, rate=0.02, rng=np.random.default_rng(9)))
""",
        """segmenter = Pooled((9, 8, 8, 8, 8), up="skip", rng=np.random.default_rng(4))
both = np.concatenate([x_small, x_small[..., ::-1]]), np.concatenate([t_small, t_small[..., ::-1]])
steps = 240
optimizer, dice = optim.Adam(segmenter.parameters(), lr=schedules.one_cycle(0.02, steps)), np.random.default_rng(5)
for _ in range(steps):
    rows = dice.integers(0, len(both[0]), 10)
    loss = F.cross_entropy(segmenter(Tensor(both[0][rows])), both[1][rows])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
    ),
}
