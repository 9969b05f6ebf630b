"""Lesson 10, Convolutional networks: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["conv_forward"] = {
    "rotated kernel": (
        "w[:, :, u, v]",
        "w[:, :, kh - 1 - u, kw - 1 - v]",
        "you rotate the kernel: tap (u, v) belongs to pixel (u, v) of the window, not to the opposite one",
    ),
    "transposed kernel": (
        "w[:, :, u, v]",
        "w[:, :, v % kh, u % kw]",
        "rows and columns of the kernel are exchanged",
    ),
    "channels averaged": (
        "return y + b",
        "return y / w.shape[1] + b",
        "channels are added up, not averaged",
    ),
    "taps averaged": (
        "return y + b",
        "return y / (kh * kw) + b",
        "the products are added up; dividing by the number of taps makes a mean of them",
    ),
    "first channel only": (
        'np.einsum("fc,nchw->nfhw", w[:, :, u, v], tap(padded, u, v, out, stride))',
        'np.einsum("fc,nchw->nfhw", w[:, :1, u, v], tap(padded, u, v, out, stride)[:, :1])',
        "you use the first channel only; a filter adds up all of them",
    ),
    "bias forgotten": (
        "return y + b[:, None, None]",
        "return y",
        "add each filter's bias",
    ),
    "bias per tap": (
        "return y + b[:, None, None]",
        "return y + kh * kw * b[:, None, None]",
        "the bias is inside the loop over taps: it is added once for each output, not once for each tap",
    ),
    "bias per channel": (
        "return y + b[:, None, None]",
        "return y + w.shape[1] * b[:, None, None]",
        "the bias is added once for each channel; it belongs to the filter, once",
    ),
    "first bias for all": (
        "return y + b[:, None, None]",
        "return y + b[0]",
        "every filter has a bias of its own",
    ),
    "bias along the columns": (
        "return y + b[:, None, None]",
        "return y + np.resize(b, out[1])",
        "the bias lies along the last axis, the columns; it belongs to the filters: b[:, None, None]",
    ),
    "stride dropped in the slice": (
        "tap(padded, u, v, out, stride)",
        "tap(padded, u, v, out, 1)",
        "the output has the right size, but its windows stand side by side: walk in steps of the stride",
    ),
    "stride down only": (
        "tap(padded, u, v, out, stride)",
        "tap(padded, u, v, out, stride)[:, :, :, :1] * np.ones(out[1])",
        "the window never moves to the right",
    ),
    "padding before only": (
        "((0, 0), (0, 0), (padding, padding), (padding, padding))",
        "((0, 0), (0, 0), (2 * padding, 0), (2 * padding, 0))",
        "all zeros stand before the image: half of them belong behind it",
    ),
    "padding forgotten": (
        "((0, 0), (0, 0), (padding, padding), (padding, padding))",
        "((0, 0), (0, 0), (0, 0), (0, 0))",
        "the padding is not used: put zeros round the image first",
    ),
    "border repeated": (
        "(padding, padding), (padding, padding)))",
        '(padding, padding), (padding, padding)), "edge")',
        "the padding is filled with copies of the border; zeros are asked",
    ),
    "last row missing": (
        "out = (padded.shape[2] - kh) // stride + 1,",
        "out = (padded.shape[2] - kh) // stride,",
        "count positions, not steps: there is one more row of windows",
    ),
    "overwrites": (
        "y += np",
        "y[...] = np",
        "each tap overwrites the one before: add them up",
    ),
    "position by position": (
        """    y = np.zeros((len(x), len(w), *out))
    for u in range(kh):
        for v in range(kw):
            y += np.einsum("fc,nchw->nfhw", w[:, :, u, v], tap(padded, u, v, out, stride))
""",
        """    y = np.zeros((len(x), len(w), *out))
    for i in range(out[0]):
        for j in range(out[1]):
            window = padded[:, :, i : i + kh, j : j + kw]
            y[:, :, i, j] = np.tensordot(window, w, axes=([1, 2, 3], [1, 2, 3]))
""",
        "you loop over the places of the output, which are many, and put their windows side by side; loop over the taps",
    ),
    "changes the images": (
        "kh, kw = w.shape[2:]",
        "x -= x.mean()\n    kh, kw = w.shape[2:]",
        "you write into x, which belongs to the caller",
    ),
    "padding on every axis": (
        """def conv_forward(x, w, b, stride=1, padding=0):
    kh, kw = w.shape[2:]
    padded = np.pad(x, padding)
    win = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    c = w.shape[1]
    return np.einsum("nchwuv,fcuv->nfhw", win[:, :c], w) + b[:, None, None]
""",
        "zeros are added to images and channels too: np.pad wants (0, 0) for these two axes",
    ),
    "loops over pixels": (
        """def conv_forward(x, w, b, stride=1, padding=0):
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    Ho, Wo = 1 + (H + 2 * padding - HH) // stride, 1 + (W + 2 * padding - WW) // stride
    out = np.zeros((N, F, Ho, Wo))
    for n in range(N):
        for f in range(F):
            for i in range(Ho):
                for j in range(Wo):
                    out[n, f, i, j] = np.sum(xp[n, :, i*stride:i*stride+HH, j*stride:j*stride+WW] * w[f]) + b[f]
    return out
""",
        "loops over every pixel are slow: loop over the taps, each adds a whole map at once",
    ),
    "sliding windows out of order": (
        """def conv_forward(x, w, b, stride=1, padding=0):
    kh, kw = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    n, _, rows, columns = windows.shape[:4]
    flat = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * rows * columns, -1)
    return (flat @ w.reshape(len(w), -1).T + b).reshape(n, len(w), rows, columns)
""",
        "the product has the filters last; bring them in front with transpose: reshape keeps the order of the numbers",
    ),
    "size without the + 1": (
        "(padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1",
        "(padded.shape[2] - kh) // stride, (padded.shape[3] - kw) // stride",
        "one window more fits than there are steps: add 1 to the quotient",
    ),
    "padding counted once": (
        "(padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1",
        "(x.shape[2] + padding - kh) // stride + 1, (x.shape[3] + padding - kw) // stride + 1",
        "there are zeros at both ends of an axis: the size grows by twice the padding",
    ),
    "rotated by 180 and bias lost": (
        """w[:, :, u, v], tap(padded, u, v, out, stride))
    return y + b[:, None, None]""",
        """w[:, :, kh - 1 - u, kw - 1 - v], tap(padded, u, v, out, stride))
    return y""",
        "the kernel is rotated, and the bias is missing",
    ),
    "kernels mirrored left to right": (
        "w[:, :, u, v]",
        "w[:, :, u, kw - 1 - v]",
        "the kernel is mirrored left to right: tap (u, v) belongs to pixel (u, v) of the window",
    ),
    "filters and channels exchanged": (
        'np.einsum("fc,nchw->nfhw", w[:, :, u, v],',
        'np.einsum("fc,nchw->nfhw", np.resize(w[:, :, u, v].T, w.shape[:2]),',
        "the first axis of w counts filters, the second channels: they are exchanged",
    ),
}
RIGHT["conv_forward"] = {
    "windows and one product": """
def conv_forward(x, w, b, stride=1, padding=0):
    x = np.pad(x, [(0, 0), (0, 0), (padding,) * 2, (padding,) * 2])
    view = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.tensordot(view, w, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2) + b.reshape(1, -1, 1, 1)
""",
    "taps by hand": """
def conv_forward(x, w, b, stride=1, padding=0):
    n, c, h, width = x.shape
    f, _, kh, kw = w.shape
    big = np.zeros((n, c, h + 2 * padding, width + 2 * padding))
    big[:, :, padding : padding + h, padding : padding + width] = x
    oh = (h + 2 * padding - kh) // stride + 1
    ow = (width + 2 * padding - kw) // stride + 1
    y = np.tile(b.reshape(1, f, 1, 1), (n, 1, oh, ow))
    for u in range(kh):
        for v in range(kw):
            seen = big[:, :, u::stride, v::stride][:, :, :oh, :ow]
            y = y + (w[:, :, u, v] @ seen.reshape(n, c, -1)).reshape(n, f, oh, ow)
    return y
""",
}

WRONG["conv_backward"] = {
    "overwrites the pixels": (
        "target += np",
        "target[...] = np",
        "a pixel is met by several taps and keeps only what the last one gives: `=` where `+=` belongs",
    ),
    "empty slice for padding 0": (
        "gx[:, :, padding : padding + h, padding : padding + width]",
        "gx[:, :, padding:-padding, padding:-padding]",
        "with padding 0, `a[0:-0]` is empty: cut from `padding` to `padding + h`",
    ),
    "padding not cut off": (
        "gx[:, :, padding : padding + h, padding : padding + width]",
        "gx",
        "the gradient of the padded image is larger than the image: cut its border off",
    ),
    "cut off at the end only": (
        "gx[:, :, padding : padding + h, padding : padding + width]",
        "gx[:, :, :h, :width]",
        "the image begins `padding` rows and columns into the padded one: cut both ends",
    ),
    "stride dropped for the pixels": (
        "target = tap(gx, u, v, out, stride)",
        "target = tap(gx, u, v, out, 1)",
        "the pixels' gradient forgets the stride: windows stood `stride` pixels apart",
    ),
    "stride dropped for the weights": (
        "tap(padded, u, v, out, stride))",
        "tap(padded, u, v, out, 1))",
        "the weights' gradient forgets the stride: a weight met every stride-th pixel",
    ),
    "stride dropped everywhere": (
        "(h, width), (kh, kw), out =",
        "stride = 1\n    (h, width), (kh, kw), out =",
        "backward forgets the stride altogether: walk through the image as the forward pass did",
    ),
    "rotated kernel for the pixels": (
        "g, w[:, :, u, v])",
        "g, w[:, :, kh - 1 - u, kw - 1 - v])",
        "the pixels get the rotated kernel; you add at shifted places already, which does the rotation",
    ),
    "rotated gradient of the weights": (
        "gw[:, :, u, v] = np",
        "gw[:, :, kh - 1 - u, kw - 1 - v] = np",
        "the weights' gradient comes out rotated: tap (u, v) met the slice that begins at (u, v)",
    ),
    "transposed kernel": (
        "g, w[:, :, u, v])",
        "g, w[:, :, v % kh, u % kw])",
        "rows and columns of the kernel are exchanged on the way to the pixels",
    ),
    "weights averaged over the batch": (
        "return gx, gw,",
        "return gx, gw / len(x),",
        "the weights' gradient is a sum over images; the mean, if any, is in the loss",
    ),
    "weights averaged over places": (
        "return gx, gw,",
        "return gx, gw / (out[0] * out[1]),",
        "a shared weight gets the sum over all places, not the mean",
    ),
    "first image only": (
        'np.einsum("nfhw,nchw->fc", g, tap(padded, u, v, out, stride))',
        'np.einsum("nfhw,nchw->fc", g[:1], tap(padded[:1], u, v, out, stride))',
        "the weights' gradient uses the first image only: add up the batch",
    ),
    "channels averaged": (
        "gx = gx[",
        "gx = gx / x.shape[1]\n    gx = gx[",
        "forward adds channels up, so each channel's gradient is not divided by their number",
    ),
    "channels mixed": (
        "g, w[:, :, u, v])",
        "g, w[:, :, u, v].mean(axis=1, keepdims=True) + 0 * w[:, :, u, v])",
        "every channel gets the same gradient; each has weights of its own",
    ),
    "padded with the border": (
        "(padding, padding), (padding, padding)))",
        '(padding, padding), (padding, padding)), "edge")',
        "forward padded with zeros: so must the weights' gradient",
    ),
    "bias averaged over the batch": (
        "g.sum(axis=(0, 2, 3))",
        "g.sum(axis=(0, 2, 3)) / len(g)",
        "the bias gets the sum over the batch, not the mean",
    ),
    "bias averaged": (
        "g.sum(axis=(0, 2, 3))",
        "g.mean(axis=(0, 2, 3))",
        "the bias was added to every output: its gradient is the sum, not the mean",
    ),
    "bias of one image": (
        "g.sum(axis=(0, 2, 3))",
        "g.sum(axis=(2, 3))",
        "gb has one number for each filter: add up the images too",
    ),
    "bias forgotten": (
        "g.sum(axis=(0, 2, 3))",
        "np.zeros(len(w))",
        "the bias has a gradient too: it was added to every output",
    ),
    "changes g": (
        "(h, width), (kh, kw), out =",
        "g /= 1 + 1e-3\n    (h, width), (kh, kw), out =",
        "you write into g, which belongs to the caller",
    ),
    "overwrites, position by position": (
        """def conv_backward(g, x, w, stride=1, padding=0):
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    _, _, Ho, Wo = g.shape
    xp = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for n in range(N):
        for f in range(F):
            for i in range(Ho):
                for j in range(Wo):
                    a, b = i * stride, j * stride
                    dw[f] += g[n, f, i, j] * xp[n, :, a:a+HH, b:b+WW]
                    dxp[n, :, a:a+HH, b:b+WW] = g[n, f, i, j] * w[f]
    dx = dxp[:, :, padding:padding+H, padding:padding+W]
    return dx, dw, g.sum(axis=(0, 2, 3))
""",
        "a pixel lies in many windows and meets many filters: its gradients are added up, `+=`",
    ),
    "weights from a shifted image": (
        """def conv_backward(g, x, w, stride=1, padding=0):
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    _, _, Ho, Wo = g.shape
    dx, dw = np.zeros((N, C, H + 2 * padding, W + 2 * padding)), np.zeros_like(w)
    for i in range(Ho):
        for j in range(Wo):
            a, b = i * stride, j * stride
            patch = np.pad(x, ((0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding)))[:, :, a:a+HH, b:b+WW]
            dw += np.einsum("nf,ncuv->fcuv", g[:, :, i, j], patch)
            dx[:, :, a:a+HH, b:b+WW] += np.einsum("nf,fcuv->ncuv", g[:, :, i, j], w)
    return dx[:, :, padding:padding+H, padding:padding+W], dw, g.sum(axis=(0, 2, 3))
""",
        "the zeros stand at both ends of an axis, as in the forward pass; yours stand at the end only",
    ),
    "order of the results": (
        "return gx, gw, g.sum",
        "return gw, gx, g.sum",
        "the gradients come back as (gx, gw, gb); yours are in another order",
    ),
    "kernel rotated, position by position": (
        """def conv_backward(g, x, w, stride=1, padding=0):
    (h, width), (kh, kw) = x.shape[2:], w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    gx, gw = np.zeros(padded.shape), np.zeros(w.shape)
    for i in range(g.shape[2]):
        for j in range(g.shape[3]):
            a, b = i * stride, j * stride
            gw[:] = np.einsum("nf,ncuv->fcuv", g[:, :, i, j], padded[:, :, a : a + kh, b : b + kw])
            gx[:, :, a : a + kh, b : b + kw] += np.einsum("nf,fcuv->ncuv", g[:, :, i, j], w)
    return gx[:, :, padding : padding + h, padding : padding + width], gw, g.sum(axis=(0, 2, 3))
""",
        "every place adds to the gradient of the weights: `+=`; yours keeps the last place only",
    ),
    "weights of the last image": (
        """def conv_backward(g, x, w, stride=1, padding=0):
    (h, width), (kh, kw) = x.shape[2:], w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    gx, gw = np.zeros(padded.shape), np.zeros(w.shape)
    for n in range(len(x)):
        gw = np.zeros(w.shape)
        for i in range(g.shape[2]):
            for j in range(g.shape[3]):
                a, b = i * stride, j * stride
                gw += g[n, :, i, j][:, None, None, None] * padded[n, :, a : a + kh, b : b + kw]
                gx[n, :, a : a + kh, b : b + kw] += np.einsum("f,fcuv->cuv", g[n, :, i, j], w)
    return gx[:, :, padding : padding + h, padding : padding + width], gw, g.sum(axis=(0, 2, 3))
""",
        "the gradient of the weights begins at 0 with every image: add up all images",
    ),
    "bias of one filter for all": (
        "g.sum(axis=(0, 2, 3))",
        "np.full(len(w), g.sum())",
        "each filter has a bias of its own: sum over images and places, not over filters",
    ),
    "weights transposed": (
        "gw[:, :, u, v] = np.einsum",
        "gw[:, :, v % kh, u % kw] = np.einsum",
        "rows and columns of the weights' gradient are exchanged",
    ),
    "pixels through the transposed channels": (
        'np.einsum("nfhw,fc->nchw", g, w[:, :, u, v])',
        'np.einsum("nfhw,fc->nchw", g, np.resize(w[:, :, u, v].T, w.shape[:2]))',
        "the gradient goes from filter f to channel c through w[f, c]: filters and channels are exchanged",
    ),
}
RIGHT["conv_backward"] = {
    "windows and products": """
def conv_backward(g, x, w, stride=1, padding=0):
    p, (n, c, h, width) = padding, x.shape
    big = np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)])
    view = np.lib.stride_tricks.sliding_window_view(big, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    gw = np.einsum("nfij,ncijuv->fcuv", g, view)
    stamps = np.einsum("nfij,fcuv->ncijuv", g, w)
    gx = np.zeros_like(big)
    for i in range(g.shape[2]):
        for j in range(g.shape[3]):
            top, left = i * stride, j * stride
            gx[:, :, top : top + w.shape[2], left : left + w.shape[3]] += stamps[:, :, i, j]
    return gx[:, :, p : h + p, p : width + p], gw, np.einsum("nfij->f", g)
""",
    "a rotated kernel on a spread gradient": """
def conv_backward(g, x, w, stride=1, padding=0):
    (n, f, oh, ow), (kh, kw) = g.shape, w.shape[2:]
    hp, wp = x.shape[2] + 2 * padding, x.shape[3] + 2 * padding
    spread = np.zeros((n, f, hp + kh - 1, wp + kw - 1))
    spread[:, :, kh - 1 :: stride, kw - 1 :: stride][:, :, :oh, :ow] = g
    gx = np.zeros((n, x.shape[1], hp, wp))
    gw = np.zeros_like(w)
    big = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    for u in range(kh):
        for v in range(kw):
            part = spread[:, :, kh - 1 - u : kh - 1 - u + hp, kw - 1 - v : kw - 1 - v + wp]
            gx += np.einsum("nfij,fc->ncij", part, w[:, :, u, v])
            gw[:, :, u, v] = np.tensordot(g, big[:, :, u::stride, v::stride][:, :, :oh, :ow], ([0, 2, 3], [0, 2, 3]))
    rows, columns = slice(padding, hp - padding), slice(padding, wp - padding)
    return gx[:, :, rows, columns], gw, g.transpose(1, 0, 2, 3).reshape(f, -1).sum(axis=1)
""",
}

WRONG["max_pool"] = {
    "overwrites, window by window": (
        "y, gx, left = max_pool(x, size, stride), np.zeros(x.shape), g\n    for u, v in np.ndindex(size):\n        won = left * (tap(x, u, v, g.shape[2:], stride) == y)\n        target = tap(gx, u, v, g.shape[2:], stride)\n        target += won\n        left = left - won\n    return gx",
        "gx = np.zeros(x.shape)\n    for n, c, i, j in np.ndindex(g.shape):\n        window = x[n, c, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]\n        u, v = np.unravel_index(window.argmax(), size)\n        gx[n, c, i * stride + u, j * stride + v] = g[n, c, i, j]\n    return gx",
        "a pixel that wins in several windows keeps only the last one's gradient: `=` where `+=` belongs",
    ),
    "overwrites where windows overlap": (
        "target += won",
        "target[...] = won",
        "a pixel that wins in several windows keeps only one gradient: `=` where `+=` belongs",
    ),
    "every tied maximum": (
        "left = left - won",
        "pass",
        "every number that equals the maximum gets the whole gradient; it must go to the first of them only",
    ),
    "last of equal numbers": (
        "for u, v in np.ndindex(size):\n        won",
        "for u, v in reversed(list(np.ndindex(size))):\n        won",
        "of equal numbers the first in reading order takes the gradient; yours gives it to the last",
    ),
    "ties in column order": (
        "for u, v in np.ndindex(size):\n        won",
        "for v, u in np.ndindex(size[::-1]):\n        won",
        "reading order goes along rows first; you go down the columns",
    ),
    "ties share": (
        "y, gx, left = max_pool(x, size, stride), np.zeros(x.shape), g\n    for u, v in np.ndindex(size):\n        won = left * (tap(x, u, v, g.shape[2:], stride) == y)",
        "y, gx, left = max_pool(x, size, stride), np.zeros(x.shape), g\n    equal = sum(1.0 * (tap(x, u, v, g.shape[2:], stride) == y) for u, v in np.ndindex(size))\n    for u, v in np.ndindex(size):\n        left = g\n        won = left * (tap(x, u, v, g.shape[2:], stride) == y) / equal",
        "you share the gradient among equal numbers: a fair choice, but the task gives all of it to the first",
    ),
    "the whole window": (
        "won = left * (tap(x, u, v, g.shape[2:], stride) == y)\n        target = tap(gx, u, v, g.shape[2:], stride)\n        target += won\n        left = left - won",
        "target = tap(gx, u, v, g.shape[2:], stride)\n        target += g",
        "every pixel of the window gets the gradient; only its largest number made the output",
    ),
    "shared as if by a mean": (
        "won = left * (tap(x, u, v, g.shape[2:], stride) == y)\n        target = tap(gx, u, v, g.shape[2:], stride)\n        target += won\n        left = left - won",
        "target = tap(gx, u, v, g.shape[2:], stride)\n        target += g / (size[0] * size[1])",
        "that is the gradient of average pooling: here the winner takes all",
    ),
    "stride dropped in the backward pass": (
        "target = tap(gx, u, v, g.shape[2:], stride)",
        "target = tap(gx, u, v, g.shape[2:], 1)",
        "the gradient is put where windows of stride 1 would stand: use the stride again",
    ),
    "ones come back": (
        "left = max_pool(x, size, stride), np.zeros(x.shape), g",
        "left = max_pool(x, size, stride), np.zeros(x.shape), np.ones(g.shape)",
        "you mark the winners with 1; multiply by the gradient that came from above",
    ),
    "gradient times the maximum": (
        "won = left * (",
        "won = left * y * (",
        "the slope of the maximum is 1 for the winner, not its value",
    ),
    "negative gradients lost": (
        "left = max_pool(x, size, stride), np.zeros(x.shape), g",
        "left = max_pool(x, size, stride), np.zeros(x.shape), np.maximum(g, 0)",
        "negative gradients are gradients too: nothing rectifies g here",
    ),
    "largest gradient instead of the sum": (
        "target += won",
        "target[...] = np.where(np.abs(won) > np.abs(target), won, target)",
        "a pixel that wins in several windows gets the sum of their gradients, not the largest",
    ),
    "changes g": (
        "left = left - won",
        "left -= won",
        "`-=` on g empties the caller's array: make a new one",
    ),
    "compared with zero": (
        "return np.max([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)",
        "return np.max([np.zeros((*x.shape[:2], *out))] + [tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)",
        "your maximum starts from 0, so windows of negative numbers come out 0: start from the first tap",
    ),
    "mean instead of maximum": (
        "return np.max([",
        "return np.mean([",
        "that is the mean of each window: the largest number is asked",
    ),
    "largest magnitude": (
        "return np.max([tap(x, u, v, out, stride) for",
        "return np.max([np.abs(tap(x, u, v, out, stride)) for",
        "you take the largest magnitude; -5 is smaller than 1",
    ),
    "window side as stride": (
        "return np.max([tap(x, u, v, out, stride)",
        "return np.max([tap(x, u, v, out, min(stride, *size))",
        "windows stand `stride` apart, whatever their size",
    ),
    "rows and columns exchanged": (
        "return np.max([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)",
        "return np.max([tap(x, u % size[0], v % size[1], out, stride) for u, v in np.ndindex(size[::-1])], axis=0)",
        "the window's size is (rows, columns): you exchange them",
    ),
    "windows one apart": (
        "return np.max([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)",
        "return np.max([tap(x, u, v, out, 1) for u, v in np.ndindex(size)], axis=0)",
        "your windows stand one pixel apart: window i starts at i times the stride",
    ),
    "stride for the window's size": (
        "return np.max([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)",
        "return np.max([tap(x, u, v, out, stride) for u, v in np.ndindex((min(stride, size[0]), min(stride, size[1])))], axis=0)",
        "a window is as large as `size` says; the stride only says how far apart windows stand",
    ),
    "overhanging windows count": (
        "def max_pool(x, size, stride):\n"
        "    h, w = x.shape[2:]\n"
        "    oh, ow = (max(-(-(n - k) // stride), 0) + 1 for n, k in zip((h, w), size))\n"
        "    y = np.empty((*x.shape[:2], oh, ow))\n"
        "    for i, j in np.ndindex(oh, ow):\n"
        "        window = x[:, :, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]\n"
        "        y[:, :, i, j] = window.max(axis=(2, 3)) if window.size else 0\n"
        "    return y",
        "a window that overhangs the border does not count: round the number of steps down",
    ),
    "one maximum for all channels": (
        "return np.max([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)",
        "y = np.max([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)\n    return np.repeat(y.max(axis=1, keepdims=True), x.shape[1], axis=1)",
        "every map is pooled by itself; here the channels of an image share one maximum",
    ),
    "one maximum for the whole batch": (
        "return np.max([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)",
        "y = np.max([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)\n    return np.broadcast_to(y.max(axis=0), y.shape).copy()",
        "every image is pooled by itself; here the images of the batch share one maximum",
    ),
    "only the first channel": (
        "return np.max([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)",
        "y = np.max([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)\n    y[:, 1:] = 0\n    return y",
        "only the first channel is filled; the loop over the channels is missing",
    ),
    "only the first image": (
        "return np.max([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)",
        "y = np.max([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)\n    y[1:] = 0\n    return y",
        "only the first image is filled; the loop over the batch is missing",
    ),
    "gradient to the window's corner": (
        "y, gx, left = max_pool(x, size, stride), np.zeros(x.shape), g\n    for u, v in np.ndindex(size):\n        won = left * (tap(x, u, v, g.shape[2:], stride) == y)\n        target = tap(gx, u, v, g.shape[2:], stride)\n        target += won\n        left = left - won\n    return gx",
        "gx = np.zeros(x.shape)\n    target = tap(gx, 0, 0, g.shape[2:], stride)\n    target += g\n    return gx",
        "the gradient goes to the window's first pixel; add the winner's place inside of the window",
    ),
    "place by the wrong side": (
        "y, gx, left = max_pool(x, size, stride), np.zeros(x.shape), g\n    for u, v in np.ndindex(size):\n        won = left * (tap(x, u, v, g.shape[2:], stride) == y)\n        target = tap(gx, u, v, g.shape[2:], stride)\n        target += won\n        left = left - won\n    return gx",
        "gx = np.zeros(x.shape)\n    for n, c, i, j in np.ndindex(g.shape):\n        window = x[n, c, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]\n        u, v = divmod(int(window.argmax()), size[0])\n        gx[n, c, min(i * stride + u, x.shape[2] - 1), min(j * stride + v, x.shape[3] - 1)] += g[n, c, i, j]\n    return gx",
        "argmax counts along rows: its row and column are divmod by the number of columns, not of rows",
    ),
    "one winner for the whole batch": (
        "y, gx, left = max_pool(x, size, stride), np.zeros(x.shape), g\n    for u, v in np.ndindex(size):\n        won = left * (tap(x, u, v, g.shape[2:], stride) == y)\n        target = tap(gx, u, v, g.shape[2:], stride)\n        target += won\n        left = left - won\n    return gx",
        "gx = np.zeros(x.shape)\n    for i, j in np.ndindex(g.shape[2:]):\n        window = x[:, :, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]\n        n, c, u, v = np.unravel_index(window.argmax(), window.shape)\n        gx[n, c, i * stride + u, j * stride + v] += g[n, c, i, j]\n    return gx",
        "argmax without an axis finds one winner among all images and channels; every map has its own",
    ),
    "summed over the batch": (
        "target += won",
        "target += won.sum(axis=0, keepdims=True)",
        "every image has a gradient of its own; here they are added up over the batch",
    ),
    "enlarged by the stride": (
        "y, gx, left = max_pool(x, size, stride), np.zeros(x.shape), g\n    for u, v in np.ndindex(size):\n        won = left * (tap(x, u, v, g.shape[2:], stride) == y)\n        target = tap(gx, u, v, g.shape[2:], stride)\n        target += won\n        left = left - won\n    return gx",
        "up = g.repeat(stride, axis=2).repeat(stride, axis=3)\n    y = max_pool(x, size, stride).repeat(stride, axis=2).repeat(stride, axis=3)\n    h, w = min(up.shape[2], x.shape[2]), min(up.shape[3], x.shape[3])\n    gx = np.zeros(x.shape)\n    gx[:, :, :h, :w] = (x[:, :, :h, :w] == y[:, :, :h, :w]) * up[:, :, :h, :w]\n    return gx",
        "repeating g by the stride is right only where windows tile; where they overlap, a pixel collects from several",
    ),
    "last windows missing": (
        "out = (x.shape[2] - size[0]) // stride + 1,",
        "out = (x.shape[2] - size[0]) // stride,",
        "count positions, not steps: one more row of windows fits",
    ),
    "rows and columns of the size exchanged backward": (
        """for u, v in np.ndindex(size):
        won""",
        """for u, v in np.ndindex(size[::-1]):
        won""",
        "`size` is (rows, columns): in the backward pass they are exchanged",
    ),
    "compared with x, not with the windows": (
        "won = left * (tap(x, u, v, g.shape[2:], stride) == y)",
        "won = left * (tap(x, u, v, g.shape[2:], stride) > 0)",
        "the gradient goes to the largest number of a window, not to every positive one",
    ),
    "smallest instead of largest": (
        "np.max([tap",
        "np.min([tap",
        "the largest number of each window is asked, not the smallest",
    ),
}
RIGHT["max_pool"] = {
    "window by window": """
def max_pool(x, size, stride):
    oh, ow = ((n - k) // stride + 1 for n, k in zip(x.shape[2:], size))
    y = np.empty((*x.shape[:2], oh, ow))
    for i in range(oh):
        for j in range(ow):
            y[:, :, i, j] = x[:, :, i * stride : i * stride + size[0], j * stride : j * stride + size[1]].max(axis=(2, 3))
    return y


def max_pool_backward(g, x, size, stride):
    gx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(g.shape):
        window = x[n, c, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]
        u, v = np.unravel_index(window.argmax(), window.shape)
        gx[n, c, i * stride + u, j * stride + v] += g[n, c, i, j]
    return gx
""",
    "windows and argmax": """
def max_pool(x, size, stride):
    return np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))[:, :, ::stride, ::stride].max(axis=(4, 5))


def max_pool_backward(g, x, size, stride):
    view = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))[:, :, ::stride, ::stride]
    u, v = np.divmod(view.reshape(*g.shape, -1).argmax(axis=-1), size[1])
    n, c, i, j = np.indices(g.shape)
    gx = np.zeros(x.shape)
    np.add.at(gx, (n, c, i * stride + u, j * stride + v), g)
    return gx
""",
}

WRONG["average_pool"] = {
    "sum instead of mean": (
        "return np.mean([",
        "return np.sum([",
        "divide by the number of pixels in a window",
    ),
    "divided by the rows only": (
        "return np.mean([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)",
        "return np.sum([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0) / size[0]",
        "a window has rows × columns pixels",
    ),
    "largest instead of mean": (
        "return np.mean([",
        "return np.max([",
        "that is max pooling",
    ),
    "backward without the share": (
        "target += g / (size[0] * size[1])",
        "target += g",
        "each pixel gets its share of the gradient: divide by the number of pixels in the window",
    ),
    "backward divided by the rows only": (
        "target += g / (size[0] * size[1])",
        "target += g / size[0]",
        "going back too, a window has rows × columns pixels",
    ),
    "backward divided by the stride": (
        "target += g / (size[0] * size[1])",
        "target += g / stride**2",
        "the share is one over the pixels of the window, rows × columns, whatever its sides and the stride",
    ),
    "overwrites where windows overlap": (
        "target += g /",
        "target[...] = g /",
        "a pixel in several windows gets something from each: `=` where `+=` belongs",
    ),
    "divided by how often a pixel is seen": (
        "    return gx",
        "    seen = np.zeros(shape)\n    for u, v in np.ndindex(size):\n        met = tap(seen, u, v, g.shape[2:], stride)\n        met += 1\n    return gx / np.maximum(seen, 1)",
        "you average over the windows that see a pixel: what it gets from them adds up",
    ),
    "stride dropped in the backward pass": (
        "target = tap(gx, u, v, g.shape[2:], stride)",
        "target = tap(gx, u, v, g.shape[2:], 1)",
        "going back, windows still stand `stride` apart",
    ),
    "divided by the square of the stride": (
        "return np.mean([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)",
        "return np.sum([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0) / stride**2",
        "divide by the pixels of a window, rows × columns; the stride has nothing to do with it",
    ),
    "windows one apart": (
        "return np.mean([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)",
        "return np.mean([tap(x, u, v, out, 1) for u, v in np.ndindex(size)], axis=0)",
        "your windows stand one pixel apart: window i starts at i times the stride",
    ),
    "mean over the channels too": (
        "return np.mean([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)",
        "y = np.mean([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)\n    return np.repeat(y.mean(axis=1, keepdims=True), x.shape[1], axis=1)",
        "every map is averaged by itself; here the channels of an image share one mean",
    ),
    "backward divided by the number of windows": (
        "target += g / (size[0] * size[1])",
        "target += g / (g.shape[2] * g.shape[3])",
        "the share is one over the pixels of a window, not over the number of windows",
    ),
    "backward over stride by stride pixels": (
        "for u, v in np.ndindex(size):\n        target = tap(gx, u, v, g.shape[2:], stride)\n        target += g / (size[0] * size[1])",
        "for u, v in np.ndindex((min(stride, size[0]), min(stride, size[1]))):\n        target = tap(gx, u, v, g.shape[2:], stride)\n        target += g / (size[0] * size[1])",
        "a window covers rows × columns pixels, however far apart windows stand: all of them get their share",
    ),
    "backward overwrites the whole share": (
        "target += g / (size[0] * size[1])",
        "target[...] = g",
        "a pixel in several windows gets a share from each: divide by the window's pixels, and add",
    ),
    "first pixel takes all": (
        "for u, v in np.ndindex(size):\n        target = tap(gx, u, v, g.shape[2:], stride)\n        target += g / (size[0] * size[1])",
        "target = tap(gx, 0, 0, g.shape[2:], stride)\n    target += g",
        "nobody wins in a mean: every pixel of the window gets its share",
    ),
    "changes g": (
        "gx = np.zeros(shape)",
        "g /= size[0] * size[1]\n    gx = np.zeros(shape)\n    g = g * size[0] * size[1]",
        "`/=` writes into the caller's g: make a new array",
    ),
    "repeated by the window": (
        """def average_pool_backward(g, shape, size, stride):
    up = np.repeat(np.repeat(g, size[0], axis=2), size[1], axis=3) / (size[0] * size[1])
    out = np.zeros(shape)
    h, w = min(shape[2], up.shape[2]), min(shape[3], up.shape[3])
    out[:, :, :h, :w] = up[:, :, :h, :w]
    return out
""",
        "np.repeat by the window puts the windows side by side; they begin `stride` apart, with gaps or overlaps",
    ),
    "overwrites": (
        """    gx = np.zeros(shape)
""",
        """    gx = np.ones(shape)
""",
        "the gradient begins at 0, not at 1",
    ),
    "rows and columns exchanged backward": (
        """for u, v in np.ndindex(size):
        target""",
        """for u, v in np.ndindex(size[::-1]):
        target""",
        "`size` is (rows, columns): in the backward pass they are exchanged",
    ),
    "share by the image": (
        "g / (size[0] * size[1])",
        "g / (shape[2] * shape[3])",
        "the share is one over the pixels of a window, not of the whole image",
    ),
    "side by side windows": (
        """def average_pool(x, size, stride):
    (n, c, h, w), (a, b) = x.shape, size
    out = (h - a) // stride + 1, (w - b) // stride + 1
    tiles = np.resize(x[:, :, : h // a * a, : w // b * b], (n, c, h // a * a, w // b * b))
    tiles = tiles.reshape(n, c, h // a, a, w // b, b).mean(axis=(3, 5))
    return np.pad(tiles, ((0, 0), (0, 0), (0, max(0, out[0] - h // a)), (0, max(0, out[1] - w // b))))[:, :, : out[0], : out[1]]
""",
        "reshape makes windows that stand side by side; these begin `stride` apart",
    ),
    "backward: the last window wins": (
        "    for u, v in np.ndindex(size):\n        target = tap(gx, u, v, g.shape[2:], stride)\n        target += g / (size[0] * size[1])\n",
        "    for u, v in list(np.ndindex(size))[::-1]:\n        target = tap(gx, u, v, g.shape[2:], stride)\n        target[...] = g / (size[0] * size[1])\n",
        "where windows overlap the later one wipes out what the earlier one wrote: add up with +=",
    ),
    "backward divided by the square of a side": (
        ("target += g / (size[0] * size[1])"),
        ("target += g / size[0] ** 2"),
        "the share is one over the pixels of the window, rows × columns",
    ),
}
RIGHT["average_pool"] = {
    "a flat kernel": """
def average_pool(x, size, stride):
    view = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijuv->ncij", view) / (size[0] * size[1])


def average_pool_backward(g, shape, size, stride):
    gx, share = np.zeros(shape), g / np.prod(size)
    for i in range(g.shape[2]):
        for j in range(g.shape[3]):
            gx[:, :, i * stride : i * stride + size[0], j * stride : j * stride + size[1]] += share[:, :, i : i + 1, j : j + 1]
    return gx
""",
    "running sums": """
def average_pool(x, size, stride):
    total = np.pad(x, ((0, 0), (0, 0), (1, 0), (1, 0))).cumsum(axis=2).cumsum(axis=3)
    down, across = size
    boxes = total[:, :, down:, across:] - total[:, :, :-down, across:]
    boxes = boxes - total[:, :, down:, :-across] + total[:, :, :-down, :-across]
    return boxes[:, :, ::stride, ::stride] / (down * across)


def average_pool_backward(g, shape, size, stride):
    down = np.zeros((shape[2], g.shape[2]))
    across = np.zeros((g.shape[3], shape[3]))
    for i in range(g.shape[2]):
        down[i * stride : i * stride + size[0], i] = 1 / size[0]
    for j in range(g.shape[3]):
        across[j, j * stride : j * stride + size[1]] = 1 / size[1]
    return down @ g @ across
""",
}

WRONG["contrast_norm"] = {
    "border not made good": (
        "weight = total(np.ones(x.shape))",
        "weight = window.sum() * x.shape[1]",
        "near the border only part of the window lies inside: divide by the weights of that part",
    ),
    "weights of one map": (
        "weight = total(np.ones(x.shape))",
        "weight = total(np.ones((len(x), 1, *x.shape[2:])))",
        "the sum runs over all maps, so the weights of all maps count in what you divide by",
    ),
    "not divided by the weights": (
        "weight = total(np.ones(x.shape))",
        "weight = 1.0",
        "the window need not sum to 1: divide by the sum of its weights",
    ),
    "each map by itself": (
        "a.sum(axis=1, keepdims=True)",
        "a",
        "the neighbourhood takes in all maps: add them up",
    ),
    "flat window": (
        "window[u, v] *",
        "window.mean() *",
        "the neighbours count by their weights in `window`",
    ),
    "rotated window": (
        "window[u, v] *",
        "window[kh - 1 - u, kw - 1 - v] *",
        "you rotate the window: weight (u, v) meets the pixel u - kh // 2 rows and v - kw // 2 columns away",
    ),
    "mean not subtracted": (
        "centred = x - total(x) / weight",
        "centred = x",
        "subtract the neighbourhood's mean first",
    ),
    "mean of the image": (
        "centred = x - total(x) / weight",
        "centred = x - x.mean(axis=(1, 2, 3), keepdims=True)",
        "you subtract the mean of the whole image: what is asked is the mean around each place",
    ),
    "deviation of x": (
        "total(centred**2)",
        "total(x**2)",
        "σ measures what is left after the mean is gone: use v, not x",
    ),
    "deviation around the local mean": (
        "spread = np.sqrt(total(centred**2) / weight)",
        "spread = np.sqrt(np.maximum(total(x**2) / weight - (total(x) / weight) ** 2, 0))",
        "σ is the root mean square of v, and each neighbour's v was taken with that neighbour's own mean, not this place's",
    ),
    "variance": (
        "spread = np.sqrt(total(centred**2) / weight)",
        "spread = total(centred**2) / weight",
        "divide by the deviation, the root of the variance",
    ),
    "variance about the mean of v": (
        "spread = np.sqrt(total(centred**2) / weight)",
        "spread = np.sqrt(np.maximum(total(centred**2) / weight - (total(centred) / weight) ** 2, 0))",
        "the formula takes the mean square of v, without subtracting a mean of v again",
    ),
    "no floor": (
        "np.maximum(spread, spread.mean(axis=(2, 3), keepdims=True))",
        "np.maximum(spread, 1e-12)",
        "flat regions are blown up: the divisor is at least the mean of σ over the image",
    ),
    "floor of the batch": (
        "spread.mean(axis=(2, 3), keepdims=True)",
        "spread.mean()",
        "the mean of σ mixes the images of the batch: each image has its own",
    ),
    "floor as sum": (
        "np.maximum(spread, spread.mean(axis=(2, 3), keepdims=True))",
        "(spread + spread.mean(axis=(2, 3), keepdims=True))",
        "the larger of the two is asked, not their sum",
    ),
    "only the floor": (
        "np.maximum(spread, spread.mean(axis=(2, 3), keepdims=True))",
        "spread.mean(axis=(2, 3), keepdims=True)",
        "you divide by one number for the whole image: the contrast is not local any more",
    ),
    "changes x": (
        "centred = x - total(x) / weight",
        "x -= total(x) / weight\n    centred = x",
        "`-=` writes into the caller's x: make a new array",
    ),
    "border mirrored": (
        "keepdims=True), edge)",
        'keepdims=True), edge, "edge")',
        "pixels outside the image do not count: pad with zeros, not with copies",
    ),
    "the smaller of both": (
        "np.maximum(spread,",
        "np.minimum(spread,",
        "divide by the larger of σ and its mean, np.maximum: the floor keeps flat places from being blown up",
    ),
    "a small number for the floor": (
        "np.maximum(spread, spread.mean(axis=(2, 3), keepdims=True))",
        "(spread + 1e-5)",
        "a small number is no floor: each σ is compared with the mean σ̄ of its image, and the larger divides",
    ),
    "mean over maps by a mean": (
        "centred / np.maximum",
        "x / np.maximum",
        "divide v, the image less its local mean, not x itself",
    ),
    "spread by the plain mean": (
        "spread = np.sqrt(total(centred**2) / weight)",
        "spread = np.sqrt((centred**2).mean(axis=(1, 2, 3), keepdims=True))",
        "σ belongs to a place: sum over its neighbourhood, not over the whole image",
    ),
    "root of the sum of roots": (
        "np.sqrt(total(centred**2) / weight)",
        "total(np.abs(centred)) / weight",
        "σ is the root of the mean square, not the mean size",
    ),
    "median floor": (
        "spread.mean(axis=(2, 3), keepdims=True)",
        "np.median(spread, axis=(2, 3), keepdims=True)",
        "the floor is the mean of σ over the image, not the median",
    ),
    "largest floor": (
        "spread.mean(axis=(2, 3), keepdims=True)",
        "spread.max(axis=(2, 3), keepdims=True)",
        "the floor is the mean of σ over the image, not its largest value",
    ),
    "weights not counted twice": (
        "centred = x - total(x) / weight",
        "centred = x - total(x) / window.sum()",
        "the local mean divides by the weights inside the image, times the maps: near the border there are fewer",
    ),
    "each map by itself, one floor": (
        (
            "def contrast_norm(x, window):\n"
            "    kh, kw = window.shape\n"
            "    edge = ((0, 0), (0, 0), (kh // 2, kh // 2), (kw // 2, kw // 2))\n"
            "\n"
            "    def total(a):\n"
            "        padded = np.pad(a, edge)\n"
            "        return sum(window[u, v] * tap(padded, u, v, x.shape[2:], 1) for u, v in np.ndindex(kh, kw))\n"
            "\n"
            "    weight = total(np.ones(x.shape))\n"
            "    centred = x - total(x) / weight\n"
            "    spread = np.sqrt(total(centred**2) / weight)\n"
            "    return centred / np.maximum(spread, spread.mean(axis=(1, 2, 3), keepdims=True))"
        ),
        "the neighbourhood takes in all maps: add them up",
    ),
}
RIGHT["contrast_norm"] = {
    "with a convolution": """
def contrast_norm(x, window):
    n, c = x.shape[:2]
    (kh, kw), (h, w) = window.shape, x.shape[2:]
    kernel = np.tile(window, (1, c, 1, 1))
    big = max(kh, kw) // 2

    def around(a):
        out = library_forward(a, kernel, np.zeros(1), 1, big)
        top, left = big - kh // 2, big - kw // 2
        return out[:, :, top : top + h, left : left + w]

    inside = around(np.ones_like(x))
    v = x - around(x) / inside
    sigma = (around(v * v) / inside) ** 0.5
    return v / np.stack([np.maximum(s, s.mean()) for s in sigma])
""",
    "place by place": """
def contrast_norm(x, window):
    n, c, h, w = x.shape
    a, b = window.shape[0] // 2, window.shape[1] // 2

    def mean(y):
        out = np.empty((n, 1, h, w))
        for i in range(h):
            for j in range(w):
                rows = range(max(0, i - a), min(h, i + a + 1))
                columns = range(max(0, j - b), min(w, j + b + 1))
                part = window[rows[0] - i + a : rows[-1] - i + a + 1, columns[0] - j + b : columns[-1] - j + b + 1]
                seen = y[:, :, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
                out[:, 0, i, j] = (seen * part).sum(axis=(1, 2, 3)) / (c * part.sum())
        return out

    v = x - mean(x)
    s = np.sqrt(mean(v**2))
    return v / np.maximum(s, s.mean(axis=(1, 2, 3), keepdims=True))
""",
}

WRONG["build_lenet"] = {
    "relu on the scores": (
        "nn.Linear(hidden, classes, rng=rng),",
        "nn.Linear(hidden, classes, rng=rng),\n        nn.ReLU(),",
        "the last layer has no ReLU: a score must be allowed to be negative, or its gradient dies",
    ),
    "tanh for relu": (
        "nn.Linear(maps[1] * 4 * 4, hidden, rng=rng),\n        nn.ReLU(),",
        "nn.Linear(maps[1] * 4 * 4, hidden, rng=rng),\n        nn.Tanh(),",
        "the hidden units are ReLUs",
    ),
    "no relu in stage one": (
        "nn.ReLU(),\n        nn.Conv2d(maps[0]",
        "nn.Conv2d(maps[0]",
        "stage 1 has no ReLU behind its pooling",
    ),
    "no relu in stage two": (
        "nn.ReLU(),\n        nn.Flatten(),",
        "nn.Flatten(),",
        "stage 2 has no ReLU behind its pooling",
    ),
    "no hidden relu": (
        "hidden, rng=rng),\n        nn.ReLU(),",
        "hidden, rng=rng),",
        "two fully connected layers without a ReLU between them are one",
    ),
    "average pooling": (
        "nn.MaxPool2d(2),\n        nn.ReLU(),\n        nn.Conv2d(maps[0]",
        "nn.AvgPool2d(2),\n        nn.ReLU(),\n        nn.Conv2d(maps[0]",
        "stage 1 pools by the mean: the largest number is asked",
    ),
    "average pooling in stage two": (
        "nn.MaxPool2d(2),\n        nn.ReLU(),\n        nn.Flatten",
        "nn.AvgPool2d(2),\n        nn.ReLU(),\n        nn.Flatten",
        "stage 2 pools by the mean: the largest number is asked",
    ),
    "stride instead of pooling": (
        "nn.Conv2d(1, maps[0], 5, rng=rng),\n        nn.MaxPool2d(2),",
        "nn.Conv2d(1, maps[0], 5, stride=2, rng=rng),",
        "stage 1 shrinks by a stride: it should pool",
    ),
    "every other number instead of the largest": (
        "nn.MaxPool2d(2),\n        nn.ReLU(),\n        nn.Flatten",
        "nn.MaxPool2d(1, 2),\n        nn.ReLU(),\n        nn.Flatten",
        "the second pooling has windows of 1×1: it drops three numbers of four unseen",
    ),
    "same padding": (
        "nn.Conv2d(1, maps[0], 5, rng=rng)",
        "nn.Conv2d(1, maps[0], 5, padding=2, rng=rng)",
        "the convolutions have no padding: 28 becomes 24",
    ),
    "kernels of 3": (
        "nn.Conv2d(1, maps[0], 5, rng=rng)",
        "nn.Conv2d(1, maps[0], 3, rng=rng)",
        "the first stage's kernels are 5×5",
    ),
    "hidden layer missing": (
        "nn.Linear(maps[1] * 4 * 4, hidden, rng=rng),\n        nn.ReLU(),\n        nn.Linear(hidden, classes, rng=rng),",
        "nn.Linear(maps[1] * 4 * 4, classes, rng=rng),",
        "there are two fully connected layers",
    ),
    "no biases": (
        "nn.Conv2d(1, maps[0], 5, rng=rng)",
        "nn.Conv2d(1, maps[0], 5, bias=False, rng=rng)",
        "every filter has a bias",
    ),
    "maps exchanged": (
        "return nn.Sequential(\n        nn.Conv2d(1, maps[0]",
        "maps = maps[::-1]\n    return nn.Sequential(\n        nn.Conv2d(1, maps[0]",
        "the first number of `maps` belongs to stage 1",
    ),
    "320 numbers for all": (
        "nn.Linear(maps[1] * 4 * 4, hidden, rng=rng)",
        "nn.Linear(320, hidden, rng=rng)",
        "320 is the table's 20·4·4: the first fully connected layer takes 4·4 numbers of each of maps[1] maps",
    ),
    "numbers of the table": (
        "return nn.Sequential(\n        nn.Conv2d(1, maps[0]",
        "maps, hidden, classes = (10, 20), 50, 10\n    return nn.Sequential(\n        nn.Conv2d(1, maps[0]",
        "maps, hidden and classes are arguments: do not write the table's numbers into the net",
    ),
    "sigmoid on the scores": (
        "nn.Linear(hidden, classes, rng=rng),",
        "nn.Linear(hidden, classes, rng=rng),\n        nn.Sigmoid(),",
        "scores are not squashed: the loss does that, and stably",
    ),
    "places counted wrong": (
        "maps[1] * 4 * 4",
        "maps[1] * 5 * 5",
        "24 halved is 12, less 4 is 8, halved is 4: 4×4 places reach the linear layer",
    ),
    "second stage on one map": (
        "nn.Conv2d(maps[0], maps[1], 5",
        "nn.Conv2d(1, maps[1], 5",
        "the second convolution reads all maps of the first: its inputs are maps[0]",
    ),
    "hidden and classes exchanged": (
        """nn.Linear(maps[1] * 4 * 4, hidden, rng=rng),
        nn.ReLU(),
        nn.Linear(hidden, classes, rng=rng)""",
        """nn.Linear(maps[1] * 4 * 4, classes, rng=rng),
        nn.ReLU(),
        nn.Linear(classes, hidden, rng=rng)""",
        "the first linear layer has `hidden` units, the last one `classes`: they are exchanged",
    ),
    "a layer more": (
        "        nn.Linear(hidden, classes, rng=rng),",
        """        nn.Linear(hidden, hidden, rng=rng),
        nn.ReLU(),
        nn.Linear(hidden, classes, rng=rng),""",
        "there is one linear layer too many: one hidden layer, then the scores",
    ),
    "sizes without the places": (
        "maps[1] * 4 * 4",
        "maps[1]",
        "every map comes with 4×4 places, and each is an input of the linear layer",
    ),
    "mixed sizes": (
        "maps[1] * 4 * 4",
        "maps[0] * 4 * 4",
        "the linear layer reads the maps of stage 2: maps[1], not maps[0]",
    ),
}
RIGHT["build_lenet"] = {
    "rectified before pooling": """
def build_lenet(maps, hidden, classes, rng):
    layers, before = [], 1
    for count in maps:
        layers += [nn.Conv2d(before, count, 5, rng=rng), nn.ReLU(), nn.MaxPool2d(2)]
        before = count
    head = [nn.Flatten(), nn.Linear(16 * before, hidden, rng=rng), nn.ReLU(), nn.Linear(hidden, classes, rng=rng)]
    return nn.Sequential(*layers, *head)
""",
    "a class": """
def build_lenet(maps, hidden, classes, rng):
    class Net(nn.Module):
        def __init__(self):
            self.first = nn.Conv2d(1, maps[0], (5, 5), rng=rng)
            self.second = nn.Conv2d(maps[0], maps[1], (5, 5), rng=rng)
            self.third = nn.Linear(4 * 4 * maps[1], hidden, rng=rng)
            self.last = nn.Linear(hidden, classes, rng=rng)

        def forward(self, x):
            x = F.relu(F.max_pool2d(self.first(x), 2))
            x = F.max_pool2d(F.relu(self.second(x)), 2)
            return self.last(F.relu(self.third(x.reshape(len(x), -1))))

    return Net()
""",
}

WRONG["build_all_conv"] = {
    "relu on the scores": (
        "nn.Conv2d(hidden, classes, 1, rng=rng),",
        "nn.Conv2d(hidden, classes, 1, rng=rng),\n        nn.ReLU(),",
        "the scores have no ReLU",
    ),
    "no relu behind the shrinking layer": (
        "nn.Conv2d(maps[0], maps[0], 3, stride=2, padding=1, rng=rng),\n        nn.ReLU(),",
        "nn.Conv2d(maps[0], maps[0], 3, stride=2, padding=1, rng=rng),",
        "the first shrinking convolution has no ReLU behind it, so it and the next convolution are one linear map",
    ),
    "no relu behind both shrinking layers": (
        "nn.Conv2d(maps[0], maps[0], 3, stride=2, padding=1, rng=rng),\n        nn.ReLU(),\n        nn.Conv2d(maps[0], maps[1], 5, rng=rng),\n        nn.ReLU(),\n        nn.Conv2d(maps[1], maps[1], 3, stride=2, padding=1, rng=rng),\n        nn.ReLU(),",
        "nn.Conv2d(maps[0], maps[0], 3, stride=2, padding=1, rng=rng),\n        nn.Conv2d(maps[0], maps[1], 5, rng=rng),\n        nn.ReLU(),\n        nn.Conv2d(maps[1], maps[1], 3, stride=2, padding=1, rng=rng),",
        "the table has a ReLU behind the shrinking convolutions, too",
    ),
    "no relu before the shrinking layer": (
        "nn.Conv2d(1, maps[0], 5, rng=rng),\n        nn.ReLU(),",
        "nn.Conv2d(1, maps[0], 5, rng=rng),",
        "there is a ReLU between the first two convolutions",
    ),
    "no relu in stage two": (
        "nn.Conv2d(maps[0], maps[1], 5, rng=rng),\n        nn.ReLU(),",
        "nn.Conv2d(maps[0], maps[1], 5, rng=rng),",
        "the second 5×5 convolution has a ReLU behind it",
    ),
    "no relu behind stage two": (
        "nn.Conv2d(maps[1], maps[1], 3, stride=2, padding=1, rng=rng),\n        nn.ReLU(),",
        "nn.Conv2d(maps[1], maps[1], 3, stride=2, padding=1, rng=rng),",
        "the second shrinking convolution has a ReLU behind it",
    ),
    "no hidden relu": (
        "nn.Conv2d(maps[1], hidden, 4, rng=rng),\n        nn.ReLU(),",
        "nn.Conv2d(maps[1], hidden, 4, rng=rng),",
        "the hidden units lack their ReLU",
    ),
    "no padding": (
        "nn.Conv2d(maps[0], maps[0], 3, stride=2, padding=1, rng=rng)",
        "nn.Conv2d(maps[0], maps[0], 3, stride=2, rng=rng)",
        "without padding 1 the first shrinking layer makes 24 into 11",
    ),
    "no padding in stage two": (
        "nn.Conv2d(maps[1], maps[1], 3, stride=2, padding=1, rng=rng)",
        "nn.Conv2d(maps[1], maps[1], 3, stride=2, rng=rng)",
        "without padding 1 the second shrinking layer makes 8 into 3, and the 4×4 kernel does not fit",
    ),
    "pooling kept": (
        "nn.Conv2d(maps[0], maps[0], 3, stride=2, padding=1, rng=rng)",
        "nn.MaxPool2d(2)",
        "the shrinking is done by convolutions here, not by pooling",
    ),
    "stride in the large kernel": (
        "nn.Conv2d(1, maps[0], 5, rng=rng),\n        nn.ReLU(),\n        nn.Conv2d(maps[0], maps[0], 3, stride=2, padding=1, rng=rng)",
        "nn.Conv2d(1, maps[0], 5, stride=2, rng=rng),\n        nn.ReLU(),\n        nn.Conv2d(maps[0], maps[0], 3, padding=1, rng=rng)",
        "the stride belongs to the 3×3 convolution, not to the 5×5 one",
    ),
    "linear head": (
        "nn.Conv2d(maps[1], hidden, 4, rng=rng),",
        "nn.Flatten(),\n        nn.Linear(16 * maps[1], hidden, rng=rng),",
        "a fully connected layer fixes the image size: write it as a 4×4 convolution",
    ),
    "mean over the map": (
        "nn.Conv2d(maps[1], hidden, 4, rng=rng)",
        "nn.Conv2d(maps[1], hidden, 1, rng=rng),\n        nn.AvgPool2d(4, 1)",
        "the hidden layer sees all 16 places with weights of their own: a 4×4 kernel, not a mean",
    ),
    "padded head": (
        "nn.Conv2d(maps[1], hidden, 4, rng=rng)",
        "nn.Conv2d(maps[1], hidden, 4, padding=1, rng=rng)",
        "the 4×4 kernel has no padding: it must fit exactly once on 4×4",
    ),
    "wide scores": (
        "nn.Conv2d(hidden, classes, 1, rng=rng)",
        "nn.Conv2d(hidden, classes, 3, padding=1, rng=rng)",
        "the last convolution is 1×1: it looks at one place only",
    ),
    "maps change while shrinking": (
        "nn.Conv2d(maps[0], maps[0], 3, stride=2, padding=1, rng=rng),\n        nn.ReLU(),\n        nn.Conv2d(maps[0], maps[1], 5, rng=rng)",
        "nn.Conv2d(maps[0], maps[1], 3, stride=2, padding=1, rng=rng),\n        nn.ReLU(),\n        nn.Conv2d(maps[1], maps[1], 5, rng=rng)",
        "the shrinking layer keeps its number of maps; the next 5×5 convolution changes it",
    ),
    "no biases": (
        "nn.Conv2d(1, maps[0], 5, rng=rng)",
        "nn.Conv2d(1, maps[0], 5, bias=False, rng=rng)",
        "every filter has a bias",
    ),
    "head of 5×5": (
        "nn.Conv2d(maps[1], hidden, 4",
        "nn.Conv2d(maps[1], hidden, 5",
        "4×4 places are left before the hidden layer: its kernel is 4×4",
    ),
    "head of 1×1": (
        "nn.Conv2d(maps[1], hidden, 4",
        "nn.Conv2d(maps[1], hidden, 1",
        "the hidden layer sees all 4×4 places at once: its kernel is 4×4, not 1×1",
    ),
    "shrinking by 2×2 kernels": (
        "nn.Conv2d(maps[0], maps[0], 3, stride=2, padding=1, rng=rng)",
        "nn.Conv2d(maps[0], maps[0], 2, stride=2, rng=rng)",
        "the shrinking layers have 3×3 kernels with padding 1, not 2×2",
    ),
    "first kernel 3": (
        "nn.Conv2d(1, maps[0], 5",
        "nn.Conv2d(1, maps[0], 3",
        "the first convolution has 5×5 kernels",
    ),
    "second stage from one map": (
        "nn.Conv2d(maps[0], maps[1], 5",
        "nn.Conv2d(1, maps[1], 5",
        "the second 5×5 convolution reads all maps of stage 1: its inputs are maps[0]",
    ),
    "hidden and classes exchanged": (
        """nn.Conv2d(maps[1], hidden, 4, rng=rng),
        nn.ReLU(),
        nn.Conv2d(hidden, classes, 1, rng=rng)""",
        """nn.Conv2d(maps[1], classes, 4, rng=rng),
        nn.ReLU(),
        nn.Conv2d(classes, hidden, 1, rng=rng)""",
        "the 4×4 layer has `hidden` filters, the last one `classes`: they are exchanged",
    ),
}
RIGHT["build_all_conv"] = {
    "a loop over stages": """
def build_all_conv(maps, hidden, classes, rng):
    layers, before = [], 1
    for m in maps:
        layers += [nn.Conv2d(before, m, 5, rng=rng), nn.ReLU(), nn.Conv2d(m, m, 3, 2, 1, rng=rng), nn.ReLU()]
        before = m
    return nn.Sequential(*layers, nn.Conv2d(before, hidden, 4, rng=rng), nn.ReLU(), nn.Conv2d(hidden, classes, 1, rng=rng))
""",
    "a class": """
def build_all_conv(maps, hidden, classes, rng):
    class Net(nn.Module):
        def __init__(self):
            self.a = nn.Conv2d(1, maps[0], 5, rng=rng)
            self.b = nn.Conv2d(maps[0], maps[0], 3, 2, 1, rng=rng)
            self.c = nn.Conv2d(maps[0], maps[1], 5, rng=rng)
            self.d = nn.Conv2d(maps[1], maps[1], 3, 2, 1, rng=rng)
            self.e = nn.Conv2d(maps[1], hidden, (4, 4), rng=rng)
            self.f = nn.Conv2d(hidden, classes, (1, 1), rng=rng)

        def forward(self, x):
            for layer in (self.a, self.b, self.c, self.d, self.e):
                x = F.relu(layer(x))
            return self.f(x)

    return Net()
""",
}

WRONG["equivariance_gap"] = {
    "map moved by pixels": (
        "moved = np.roll(f(x), move, axis=(2, 3))",
        "moved = np.roll(f(x), (move[0] * stride, move[1] * stride), axis=(2, 3))",
        "the map's places are `stride` pixels apart: it moves by `move` places only",
    ),
    "image moved by places": (
        "f(np.roll(x, (move[0] * stride, move[1] * stride), axis=(2, 3)))",
        "f(np.roll(x, move, axis=(2, 3)))",
        "one place of the map is `stride` pixels of the image: move the image that much further",
    ),
    "moved the other way": (
        "moved = np.roll(f(x), move, axis=(2, 3))",
        "moved = np.roll(f(x), (-move[0], -move[1]), axis=(2, 3))",
        "the map is moved against the image",
    ),
    "down and right exchanged": (
        "moved = np.roll(f(x), move, axis=(2, 3))",
        "moved = np.roll(f(x), move[::-1], axis=(2, 3))",
        "`move` is (down, right): the map moves the same way as the image",
    ),
    "map not moved": (
        "moved = np.roll(f(x), move, axis=(2, 3))",
        "moved = f(x)",
        "that tests invariance: for equivariance the map has to move along",
    ),
    "margin forgotten": (
        "(slice(margin, n - margin) for n in moved.shape[2:])",
        "(slice(0, n) for n in moved.shape[2:])",
        "leave out `margin` places at the border, where the roll has brought in the other side",
    ),
    "margin at the start only": (
        "(slice(margin, n - margin) for n in moved.shape[2:])",
        "(slice(margin, n) for n in moved.shape[2:])",
        "the margin is left out on all four sides",
    ),
    "margin in pixels": (
        "(slice(margin, n - margin) for n in moved.shape[2:])",
        "(slice(margin // stride, n - margin // stride) for n in moved.shape[2:])",
        "the margin counts places of the map, not pixels",
    ),
    "margin below 0": (
        "slice(margin, n - margin)",
        "slice(margin, -margin or -1)",
        "with margin 0 the last row and column are lost: count from the size, `n - margin`",
    ),
    "mean difference": (
        "np.abs(seen - moved).max() /",
        "np.abs(seen - moved).mean() /",
        "the largest difference is asked, not the mean",
    ),
    "signed difference": (
        "np.abs(seen - moved).max()",
        "(seen - moved).max()",
        "differences below 0 count as well: take absolute values",
    ),
    "relative to the border too": (
        "moved, seen = moved[:, :, rows, columns], seen[:, :, rows, columns]\n    return float(np.abs(seen - moved).max()",
        "seen = seen[:, :, rows, columns] - moved[:, :, rows, columns]\n    return float(np.abs(seen).max()",
        "the margin is left out of the divisor as well: both maxima are taken away from the border",
    ),
    "not relative": (
        "np.abs(seen - moved).max() / np.abs(moved).max()",
        "np.abs(seen - moved).max()",
        "divide by the largest absolute value of f(x)",
    ),
    "relative to the largest value": (
        "np.abs(moved).max()",
        "moved.max()",
        "divide by the largest absolute value: the largest number may be small where the map is mostly negative",
    ),
    "all images as one": (
        "change = np.linalg.norm(after - before, axis=1) / np.linalg.norm(before, axis=1)",
        "change = np.linalg.norm(after - before) / np.linalg.norm(before)",
        "each image has its own ratio; the mean is taken over those",
    ),
    "ratio of means": (
        "np.linalg.norm(after - before, axis=1) / np.linalg.norm(before, axis=1)",
        "np.linalg.norm(after - before, axis=1) / np.linalg.norm(before, axis=1).mean()",
        "divide each image's change by its own length, not by the mean length",
    ),
    "squares": (
        "np.linalg.norm(after - before, axis=1) / np.linalg.norm(before, axis=1)",
        "((after - before) ** 2).sum(axis=1) / (before**2).sum(axis=1)",
        "lengths, not squares of lengths",
    ),
    "sums of magnitudes": (
        "np.linalg.norm(after - before, axis=1) / np.linalg.norm(before, axis=1)",
        "np.abs(after - before).sum(axis=1) / np.abs(before).sum(axis=1)",
        "the length of a vector is the root of its sum of squares",
    ),
    "relative to after": (
        "/ np.linalg.norm(before, axis=1)",
        "/ np.linalg.norm(after, axis=1)",
        "divide by the length of f(x), before the move",
    ),
    "worst image": (
        "change.mean()",
        "change.max()",
        "the mean over images is asked",
    ),
    "invariance with the axes exchanged": (
        "after = f(np.roll(x, move, axis=(2, 3)))",
        "after = f(np.roll(x, move, axis=(3, 2)))",
        "`move` is (down, right): rows are axis 2",
    ),
    "relative to what was seen": (
        "np.abs(moved).max())",
        "np.abs(seen).max())",
        "the difference is divided by the largest value of the moved f(x), not of f of the moved images",
    ),
    "channels and rows moved": (
        "np.roll(f(x), move, axis=(2, 3))",
        "np.roll(f(x), move, axis=(1, 2))",
        "rows and columns are axes 2 and 3; axis 1 counts channels",
    ),
    "a margin of 0 cut": (
        """def equivariance_gap(f, x, move, stride, margin):
    a = f(np.roll(x, (stride * move[0], stride * move[1]), (2, 3)))[:, :, margin:-margin, margin:-margin]
    b = np.roll(f(x), move, (2, 3))[:, :, margin:-margin, margin:-margin]
    return float(np.max(np.abs(a - b)) / np.max(np.abs(b)))
""",
        "a slice m:-m is empty for the margin 0: end it at n - margin",
    ),
    "cut before it moves": (
        '''def equivariance_gap(f, x, move, stride, margin):
    """Largest difference between f of the moved images and the moved f(x), relative; 0 if f is equivariant."""
    moved = f(x)
    seen = f(np.roll(x, (move[0] * stride, move[1] * stride), axis=(2, 3)))
    rows, columns = (slice(margin, n - margin) for n in moved.shape[2:])
    moved, seen = np.roll(moved[:, :, rows, columns], move, axis=(2, 3)), seen[:, :, rows, columns]
    return float(np.abs(seen - moved).max() / np.abs(moved).max())


def invariance_gap(f, x, move):
    """Mean over images of the length of f's change over the length of f(x), when the images are moved."""
    before = f(x).reshape(len(x), -1)
    after = f(np.roll(x, move, axis=(2, 3))).reshape(len(x), -1)
    change = np.linalg.norm(after - before, axis=1) / np.linalg.norm(before, axis=1)
    return float(change.mean())
''',
        "move the whole map first, then cut the border away: else what left comes back inside",
    ),
    "one number an image": (
        "return float(change.mean())",
        "return change",
        "the mean over the images is asked: one number",
    ),
    "relative to f(x) of all images": (
        "np.linalg.norm(after - before, axis=1) / np.linalg.norm(before, axis=1)",
        "np.linalg.norm(after - before, axis=1) / np.linalg.norm(before)",
        "each image's change is divided by the length of its own f(x)",
    ),
    "largest change": (
        "np.linalg.norm(after - before, axis=1) / np.linalg.norm(before, axis=1)",
        "np.abs(after - before).max(axis=1) / np.abs(before).max(axis=1)",
        "the length of a vector is the root of its sum of squares, not its largest number",
    ),
    "norm over images": (
        "np.linalg.norm(after - before, axis=1) / np.linalg.norm(before, axis=1)",
        "np.linalg.norm(after - before, axis=0) / np.linalg.norm(before, axis=0)",
        "a length goes over all numbers of one image: axis 1, not axis 0",
    ),
    "root of the mean": (
        "np.abs(seen - moved).max() / np.abs(moved).max()",
        "np.sqrt(np.mean((seen - moved) ** 2)) / np.sqrt(np.mean(moved**2))",
        "the largest differences are compared here, no means of squares",
    ),
    "sums, relative": (
        "np.abs(seen - moved).max() / np.abs(moved).max()",
        "np.abs(seen - moved).sum() / np.abs(moved).sum()",
        "the largest difference is asked, not the sum of all",
    ),
    "difference of the largest": (
        "np.abs(seen - moved).max() / np.abs(moved).max()",
        "abs(seen.max() - moved.max()) / np.abs(moved).max()",
        "take the difference place by place, then its largest: not the difference of two largest values",
    ),
    "axes exchanged in the images' move": (
        "(move[0] * stride, move[1] * stride)",
        "(move[1] * stride, move[0] * stride)",
        "`move` is (down, right): the images are moved right where the maps are moved down",
    ),
}
RIGHT["equivariance_gap"] = {
    "axis by axis": """
def equivariance_gap(f, x, move, stride, margin):
    def rolled(a, k):
        return np.roll(np.roll(a, k * move[0], axis=-2), k * move[1], axis=-1)

    one, two = rolled(f(x), 1), f(rolled(x, stride))
    h, w = one.shape[-2:]
    one, two = (a[..., margin : h - margin, margin : w - margin] for a in (one, two))
    return abs(one - two).max().item() / abs(one).max().item()


def invariance_gap(f, x, move):
    rolled = np.roll(np.roll(x, move[0], axis=2), move[1], axis=3)
    ratios = [np.sqrt(np.sum((b - a) ** 2) / np.sum(a**2)) for a, b in zip(f(x), f(rolled))]
    return float(sum(ratios) / len(ratios))
""",
    "with indices": """
def equivariance_gap(f, x, move, stride, margin):
    def at(a, k):
        rows = (np.arange(a.shape[2]) - k * move[0]) % a.shape[2]
        columns = (np.arange(a.shape[3]) - k * move[1]) % a.shape[3]
        return a[:, :, rows][:, :, :, columns]

    inside = np.zeros(f(x).shape, bool)
    inside[:, :, margin : inside.shape[2] - margin, margin : inside.shape[3] - margin] = True
    want, got = at(f(x), 1)[inside], f(at(x, stride))[inside]
    return float(max(abs(want - got)) / max(abs(want)))


def invariance_gap(f, x, move):
    y, z = f(x), f(np.roll(x, (0, 0, *move), axis=(0, 1, 2, 3)))
    axes = tuple(range(1, y.ndim))
    return float(np.mean(np.sqrt(((z - y) ** 2).sum(axis=axes)) / np.sqrt((y**2).sum(axis=axes))))
""",
}

WRONG["stage_backward"] = {
    "still overwrites, window by window": (
        "    largest = np.max([tap(rectified, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)\n    gx = np.zeros(rectified.shape)\n    for u, v in np.ndindex(size):\n        target = tap(gx, u, v, out, stride)\n        target += g * (tap(rectified, u, v, out, stride) == largest)\n",
        "    gx = np.zeros(rectified.shape)\n    for n, c, i, j in np.ndindex(g.shape):\n        window = rectified[n, c, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]\n        u, v = np.unravel_index(window.argmax(), size)\n        gx[n, c, i * stride + u, j * stride + v] = g[n, c, i, j]\n",
        "a pixel that wins in several windows keeps only the last one's gradient: add them up with `+=`",
    ),
    "still overwrites": (
        "target += g",
        "target[...] = g",
        "where windows overlap, a pixel keeps what the last tap wrote: `=` where `+=` belongs",
    ),
    "adds only where it won": (
        "target += g * (tap(rectified, u, v, out, stride) == largest)",
        "won = tap(rectified, u, v, out, stride) == largest\n        target[won] = g[won]",
        "a pixel no longer loses what it had won, but of several windows it still keeps only one gradient: add them up",
    ),
    "still empty for padding 0": (
        "gx[:, :, padding : padding + h, padding : padding + w]",
        "gx[:, :, padding:-padding, padding:-padding]",
        "with padding 0, `a[0:-0]` is empty: cut from `padding` to `padding + h`",
    ),
    "padding kept": (
        "    gx = gx[:, :, padding : padding + h, padding : padding + w]\n    return gx * (x > 0)",
        "    return gx * (rectified > 0)",
        "the result still has the padding's border: cut it off",
    ),
    "cut at the end only": (
        "gx[:, :, padding : padding + h, padding : padding + w]",
        "gx[:, :, :h, :w]",
        "the image begins `padding` rows and columns into the padded one",
    ),
    "still rectifies the gradient": (
        "return gx * (x > 0)",
        "return gx * (gx > 0)",
        "a ReLU lets the gradient through where its *input* was positive, whatever the sign of the gradient",
    ),
    "no rectifier on the way back": (
        "return gx * (x > 0)",
        "return gx",
        "numbers below 0 were cut off by the ReLU: no gradient reaches them",
    ),
    "rectified both ways": (
        "return gx * (x > 0)",
        "return np.maximum(gx, 0) * (x > 0)",
        "the mask is right, but negative gradients are gradients too",
    ),
    "mask the wrong way round": (
        "return gx * (x > 0)",
        "return gx * (x < 0)",
        "the ReLU lets through what was positive",
    ),
    "pools before the rectifier": (
        "np.pad(np.maximum(x, 0),",
        "np.pad(np.abs(x),",
        "the magnitude is not the rectified number: -5 becomes 0, not 5",
    ),
    "stride lost": (
        "target = tap(gx, u, v, out, stride)",
        "target = tap(gx, u, v, out, 1)",
        "the gradient must go back to where the windows stood: use the stride",
    ),
    "winners only": (
        "target += g * (",
        "target += 1.0 * (",
        "you count the wins; each is worth the window's gradient",
    ),
    "changes g": (
        "out = g.shape[2:]",
        "out = g.shape[2:]\n    g -= g.mean()",
        "you write into g, which belongs to the caller",
    ),
    "rectifies x itself": (
        "h, w = x.shape[2:]",
        """h, w = x.shape[2:]
    x[x < 0] = 0""",
        "the ReLU is taken in x itself: np.maximum(x, 0) makes a new array",
    ),
    "divided among equals": (
        "target += g * (tap(rectified, u, v, out, stride) == largest)",
        "target += g * (tap(rectified, u, v, out, stride) > 0)",
        "the gradient goes to the largest number of each window only",
    ),
    "slope of a leaky ReLU": (
        "return gx * (x > 0)",
        "return np.where(x > 0, gx, 0.01 * gx)",
        "a ReLU lets nothing through below 0; a slope of 0.01 belongs to another function",
    ),
    "share of the window": (
        "target += g * (",
        "target += g / (size[0] * size[1]) * (",
        "the largest number gets the whole gradient of its window, no share of it",
    ),
}
RIGHT["stage_backward"] = {
    "first of equal numbers": """
def stage_backward(g, x, size, stride, padding):
    p, out, left = padding, g.shape[2:], g.copy()
    a = np.pad(np.where(x > 0, x, 0.0), [(0, 0), (0, 0), (p, p), (p, p)])
    best = np.max([tap(a, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)
    back = np.zeros(a.shape)
    for u, v in np.ndindex(size):
        won = left * (tap(a, u, v, out, stride) == best)
        there = tap(back, u, v, out, stride)
        there += won
        left -= won
    return np.where(x > 0, back[:, :, p : a.shape[2] - p, p : a.shape[3] - p], 0)
""",
    "window by window": """
def stage_backward(g, x, size, stride, padding):
    p, gx = padding, np.zeros(x.shape)
    for n, c, i, j in np.ndindex(g.shape):
        best, place = 0.0, None
        for u, v in np.ndindex(size):
            row, column = i * stride + u - p, j * stride + v - p
            if 0 <= row < x.shape[2] and 0 <= column < x.shape[3] and x[n, c, row, column] > best:
                best, place = x[n, c, row, column], (n, c, row, column)
        if place is not None:
            gx[place] += g[n, c, i, j]
    return gx
""",
}

WRONG["stage_faults"] = {
    "A and D exchanged": (
        '"A": "images and labels shuffled apart", "B": "pooled too early", "C": "rate too high", "D": "dead ReLUs"',
        '"A": "dead ReLUs", "B": "pooled too early", "C": "rate too high", "D": "images and labels shuffled apart"',
        "A and D are exchanged: in which of them are all sums of the second stage below 0?",
    ),
    "B and C exchanged": (
        '"B": "pooled too early", "C": "rate too high"',
        '"B": "rate too high", "C": "pooled too early"',
        "B and C are exchanged: too large steps make large weights, and these make large sums",
    ),
    "A and B exchanged": (
        '"A": "images and labels shuffled apart", "B": "pooled too early"',
        '"A": "pooled too early", "B": "images and labels shuffled apart"',
        "A and B are exchanged: from labels that belong to other images nothing can be learned, from coarse images a little",
    ),
    "A and C exchanged": (
        '"A": "images and labels shuffled apart", "B": "pooled too early", "C": "rate too high"',
        '"A": "rate too high", "B": "pooled too early", "C": "images and labels shuffled apart"',
        "A and C are exchanged: one curve is flat, the other one restless",
    ),
    "dead twice": (
        '"C": "rate too high"',
        '"C": "dead ReLUs"',
        "one name stands twice: each of the four occurs once",
    ),
    "small letters": (
        '"A": "images and labels shuffled apart", "B"',
        '"a": "images and labels shuffled apart", "B"',
        "the runs are called A to D, in capital letters",
    ),
    "a name of one's own": (
        '"D": "dead ReLUs"',
        '"D": "dead ReLU"',
        'take the names as they stand in the task: "dead ReLUs"',
    ),
    "an order for each": (
        "yield x[rows], t[rows]",
        "yield x[rows], t[rng.permutation(len(t))[start : start + size]]",
        "labels get an order of their own again: use the same rows for both",
    ),
    "labels in file order": (
        "yield x[rows], t[rows]",
        "yield x[rows], t[start : start + size]",
        "the images are shuffled, the labels are not",
    ),
    "not shuffled": (
        "rows = order[start : start + size]",
        "rows = np.arange(start, min(start + size, len(x)))",
        "the order is drawn and not used: every epoch sees the same batches",
    ),
    "last batch dropped": (
        "range(0, len(x), size)",
        "range(0, len(x) - size + 1, size)",
        "the last, smaller batch is missing: all images once",
    ),
    "the first batch again and again": (
        "order[start : start + size]",
        "order[:size]",
        "every batch has the same rows: the window has to move on with `start`",
    ),
    "one row too many": (
        "order[start : start + size]",
        "order[start : start + size + 1]",
        "batches overlap by one image: the end of a slice is not part of it",
    ),
    "shuffled in place": (
        "order = rng.permutation(len(x))",
        "order = rng.permutation(len(x))\n    x[:], t[:], order = x[order], t[order], np.arange(len(x))",
        "this writes into the caller's arrays: the next epoch begins from another order",
    ),
    "an order for every batch": (
        """def dealt(x, t, size, rng):
    for start in range(0, len(x), size):
        order = rng.permutation(len(x))
        rows = order[start : start + size]
        yield x[rows], t[rows]
""",
        "an order drawn anew for every batch gives some images twice and some never: draw once, before the loop",
    ),
    "an order for images, one for labels": (
        """def dealt(x, t, size, rng):
    x, t = x[rng.permutation(len(x))], t[rng.permutation(len(t))]
    for i in range(0, len(x), size):
        yield x[i:i + size], t[i:i + size]
""",
        "two draws give two orders: images and labels need the same one",
    ),
    "all images, then all labels": (
        """def dealt(x, t, size, rng):
    order = rng.permutation(len(x))
    return np.array_split(x[order], int(np.ceil(len(x) / size))), np.array_split(t[order], int(np.ceil(len(x) / size)))
""",
        "each batch is a pair (images, labels); yours gives all batches of images, then all of labels",
    ),
    "batches of nearly equal size": (
        """def dealt(x, t, size, rng):
    order = rng.permutation(len(x))
    for rows in np.array_split(order, int(np.ceil(len(x) / size))):
        yield x[rows], t[rows]
""",
        "each batch has `size` rows, only the last is smaller; np.array_split makes them nearly equal",
    ),
    "drawn with replacement": (
        """def dealt(x, t, size, rng):
    for start in range(0, len(x), size):
        rows = rng.choice(len(x), size)
        yield x[rows], t[rows]
""",
        "rng.choice draws with replacement: some images come twice, some never",
    ),
    "B and D exchanged": (
        '{"A": "images and labels shuffled apart", "B": "pooled too early", "C": "rate too high", "D": "dead ReLUs"}',
        '{"A": "images and labels shuffled apart", "B": "dead ReLUs", "C": "rate too high", "D": "pooled too early"}',
        "run B pools too early: it learns, but not well. Dead ReLUs do not learn at all, as run D",
    ),
    "C and D exchanged": (
        '"C": "rate too high", "D": "dead ReLUs"',
        '"C": "dead ReLUs", "D": "rate too high"',
        "with too high a rate the loss jumps; with dead ReLUs it does not move",
    ),
    "backwards": (
        "order = rng.permutation(len(x))",
        "order = rng.permutation(len(x))[::-1]",
        "the permutation is gone through from its end; take its rows as drawn",
    ),
    "one permutation applied twice": (
        "yield x[rows], t[rows]",
        "yield x[order][rows], t[order][rows]",
        "the order is applied twice: x[rows] is enough",
    ),
    "labels moved by one": (
        "yield x[rows], t[rows]",
        "yield x[rows], np.roll(t, 1)[rows]",
        "the labels are moved by one against their images",
    ),
    "size as the number of batches": (
        """for start in range(0, len(x), size):
        rows = order[start : start + size]""",
        "for rows in np.array_split(order, size):",
        "`size` is the number of rows in a batch, not the number of batches",
    ),
    "sorted inside the batch": (
        "rows = order[start : start + size]",
        "rows = np.sort(order[start : start + size])",
        "the rows of a batch stay in the order that was drawn",
    ),
}
RIGHT["stage_faults"] = {
    "shuffle, then slice": """
stage_faults = dict(zip("DCBA", ["dead ReLUs", "rate too high", "pooled too early", "images and labels shuffled apart"]))


def dealt(x, t, size, rng):
    order = rng.permutation(len(x))
    mixed, names = x[order], t[order]
    start = 0
    while start < len(mixed):
        yield mixed[start : start + size], names[start : start + size]
        start += size
""",
    "split": (
        """    for start in range(0, len(x), size):
        rows = order[start : start + size]
        yield x[rows], t[rows]""",
        """    for rows in np.split(order, range(size, len(x), size)):
        yield np.take(x, rows, axis=0), np.take(t, rows)""",
    ),
}

WRONG["open_marks"] = {
    "not trained": (
        "list(learn(mark_net, x_marks, t_marks, epochs=6, rng=rng, lr=0.02, size=32))",
        "learn(mark_net, x_marks, t_marks, epochs=6, rng=rng, lr=0.02, size=32)",
        "a generator does nothing until somebody asks it: `list(learn(...))` runs all epochs",
    ),
    "trained too short": ("epochs=6", "epochs=1", "one epoch is too short: there is time for more"),
    "rate too low": ("lr=0.02", "lr=0.0002", "with such small steps six epochs do not get far"),
    "rate too high": ("lr=0.02", "lr=20.0", "the rate throws the weights about: look at `history`"),
    "labels shuffled apart": (
        "x_marks, t_marks, epochs",
        "x_marks, rng.permutation(t_marks), epochs",
        "the labels belong to other images: nothing can be learned from them",
    ),
    "pooled too early": (
        "first, second = [*stage(1, 8, 5)",
        "first, second = [nn.AvgPool2d(5), *stage(1, 8, 3)",
        "a letter is eight pixels wide: blocks of 5×5 leave nothing of its strokes. Filter first, then pool",
    ),
    "a fully connected net": (
        "mark_net = nn.Sequential(*first, *second, *stage(12, 15, 3), Mean(), nn.Linear(15, 8, rng=rng))",
        "mark_net = nn.Sequential(nn.Flatten(), nn.Linear(400, 7, rng=rng), nn.ReLU(), nn.Linear(7, 8, rng=rng))",
        "seven units see fixed places, and the letters stand anywhere: share weights",
    ),
    "filters without ReLU": (
        "nn.Conv2d(inputs, maps, kernel, padding=1, rng=rng), nn.BatchNorm2d(maps), nn.ReLU()]",
        "nn.Conv2d(inputs, maps, kernel, padding=1, rng=rng), nn.BatchNorm2d(maps)]",
        "without ReLUs the stages are hardly more than one linear filter, whose mean says little about shapes",
    ),
    "too many weights": (
        "*stage(12, 15, 3), Mean(), nn.Linear(15, 8, rng=rng)",
        "*stage(12, 60, 3), Mean(), nn.Linear(60, 8, rng=rng)",
        "more weights than the budget of 3 000",
    ),
    "four scores": (
        "lr=0.02, size=32))",
        "lr=0.02, size=32))\nmark_net.layers.append(lambda x: x[:, :4])",
        "there are eight letters, so eight scores for each image",
    ),
}
RIGHT["open_marks"] = {
    "mean and maximum of each map": (
        """class Mean(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def stage(inputs, maps, kernel):
    return [nn.Conv2d(inputs, maps, kernel, padding=1, rng=rng), nn.BatchNorm2d(maps), nn.ReLU()]


rng = np.random.default_rng(0)
first, second = [*stage(1, 8, 5), nn.MaxPool2d(2)], [*stage(8, 12, 3), nn.MaxPool2d(2)]
mark_net = nn.Sequential(*first, *second, *stage(12, 15, 3), Mean(), nn.Linear(15, 8, rng=rng))
history = list(learn(mark_net, x_marks, t_marks, epochs=6, rng=rng, lr=0.02, size=32))""",
        """class Middle(nn.Module):
    def forward(self, x):
        return F.cat([x.mean((2, 3)), x.amax((2, 3))], 1)


dice = np.random.default_rng(5)
layers, have = [], 1
for width, size in ((8, 5), (12, 3), (14, 3)):
    layers += [nn.Conv2d(have, width, size, padding=2, rng=dice), nn.BatchNorm2d(width), nn.ReLU()]
    layers += [nn.MaxPool2d(2)] if width < 14 else []
    have = width
mark_net = nn.Sequential(*layers, Middle(), nn.Linear(28, 8, rng=dice))
for _ in learn(mark_net, x_marks, t_marks, epochs=6, rng=dice, lr=0.02, size=30):
    pass""",
    ),
}
