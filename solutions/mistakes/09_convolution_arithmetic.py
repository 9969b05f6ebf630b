"""Lesson 09, Convolution arithmetic: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["output_size"] = {
    "forgot the +1": (
        "max(0, steps + 1)",
        "max(0, steps)",
        "count positions, not steps: a window that fits exactly once makes one output and no step",
    ),
    "padding at one end only": (
        "size + 2 * padding - span",
        "size + padding - span",
        "padding is added at both ends, so the axis grows by twice the padding",
    ),
    "padding forgotten": (
        "size + 2 * padding - span",
        "size - span",
        "the window slides over the padded axis: add the zeros at both ends to the size first",
    ),
    "span as dilation times kernel": (
        "span = dilation * (kernel - 1) + 1\n    steps",
        "span = dilation * kernel\n    steps",
        "between k taps there are k-1 gaps: the span is d(k-1)+1, not dk",
    ),
    "one tap too few in the span": (
        "span = dilation * (kernel - 1) + 1\n    steps",
        "span = dilation * (kernel - 1)\n    steps",
        "d(k-1) is the distance from the first tap to the last; the span counts samples, one more",
    ),
    "dilation forgotten": (
        "span = dilation * (kernel - 1) + 1\n    steps",
        "span = kernel\n    steps",
        "a dilated kernel reaches further than it has taps: use its span d(k-1)+1",
    ),
    "stride forgotten": (
        "// stride\n    return max",
        "// 1\n    return max",
        "the window moves `stride` samples at a time: divide the room that is left by the stride",
    ),
    "rounded up": (
        "(size + 2 * padding - span) // stride",
        "-(-(size + 2 * padding - span) // stride)",
        "you count a last window that overhangs: a step that does not fit is not made, so round down",
    ),
    "rounded to the nearest": (
        "(size + 2 * padding - span) // stride",
        "round((size + 2 * padding - span) / stride)",
        "a half step is not made: round down, always",
    ),
    "rounded towards zero": (
        "(size + 2 * padding - span) // stride",
        "int((size + 2 * padding - span) / stride)",
        "int() rounds towards zero, so a kernel a little too wide still seems to fit once; // rounds down",
    ),
    "negative counts": (
        "max(0, steps + 1)",
        "steps + 1",
        "a kernel that is too wide fits at 0 positions; there is no negative number of positions",
    ),
    "true division": (
        "(size + 2 * padding - span) // stride",
        "(size + 2 * padding - span) / stride",
        "a number of positions is a whole number: use // and not /",
    ),
    "stride divides the size": (
        "(size + 2 * padding - span) // stride\n    return max(0, steps + 1)",
        "(size + 2 * padding) // stride\n    return max(0, steps - span + 1)",
        "only the room left beside the first window is walked in strides: subtract the span before you divide",
    ),
    "inverse without the padding": (
        "(out - 1) * stride + span - 2 * padding",
        "(out - 1) * stride + span",
        "the padding supplies part of the padded axis: subtract it at both ends to get the input's own size",
    ),
    "inverse with half the padding": (
        "(out - 1) * stride + span - 2 * padding",
        "(out - 1) * stride + span - padding",
        "padding stands at both ends: subtract it twice in the inverse",
    ),
    "inverse counts steps as positions": (
        "smallest = (out - 1) * stride + span - 2 * padding",
        "smallest = out * stride + span - 2 * padding",
        "between `out` positions there are out - 1 steps",
    ),
    "inverse without the dilation": (
        "span = dilation * (kernel - 1) + 1\n    smallest",
        "span = kernel\n    smallest",
        "a dilated kernel reaches further than it has taps: the inverse needs the span d(k-1)+1 too",
    ),
    "inverse spans dilation times kernel": (
        "span = dilation * (kernel - 1) + 1\n    smallest",
        "span = dilation * kernel\n    smallest",
        "between k taps there are k-1 gaps: in the inverse too the span is d(k-1)+1, not dk",
    ),
    "largest one too large": (
        "smallest + stride - 1",
        "smallest + stride",
        "`stride` samples more than the smallest already make another step: the largest is one less",
    ),
    "only one size": (
        "return smallest, smallest + stride - 1",
        "return smallest, smallest",
        "with a stride above 1 several sizes give the same number of positions: up to stride - 1 samples are left over",
    ),
}
RIGHT["output_size"] = {
    "walking": """
def output_size(size, kernel, stride=1, padding=0, dilation=1):
    left, count = -padding, 0
    while left + dilation * (kernel - 1) <= size + padding - 1:
        left, count = left + stride, count + 1
    return count


def input_sizes(out, kernel, stride=1, padding=0, dilation=1):
    fitting = [n for n in range(1, 1000) if output_size(n, kernel, stride, padding, dilation) == out]
    return (min(fitting), max(fitting))
""",
    "a range of positions": """
def output_size(size, kernel, stride=1, padding=0, dilation=1):
    return len(range(-padding, size + padding - dilation * (kernel - 1), stride))


def input_sizes(out, kernel, stride=1, padding=0, dilation=1):
    largest = out * stride + dilation * (kernel - 1) - 2 * padding
    return largest - stride + 1, largest
""",
}

WRONG["transposed_size"] = {
    "stamps counted as steps": (
        "(size - 1) * stride",
        "size * stride",
        "the first stamp begins at 0, so the last begins after size - 1 steps",
    ),
    "no dilation": (
        "span = dilation * (kernel - 1) + 1\n    return last",
        "span = kernel\n    return last",
        "a dilated kernel stamps over d(k-1)+1 samples, more than it has taps",
    ),
    "stamp covers dilation times kernel": (
        "span = dilation * (kernel - 1) + 1\n    return last",
        "span = dilation * kernel\n    return last",
        "between k taps there are k-1 gaps: a stamp covers d(k-1)+1 samples, not dk",
    ),
    "stamp one sample short": (
        "span = dilation * (kernel - 1) + 1\n    return last",
        "span = dilation * (kernel - 1)\n    return last",
        "d(k-1) is the distance from a stamp's first tap to its last; it covers one sample more",
    ),
    "padding added": (
        "- 2 * padding",
        "+ 2 * padding",
        "a transposed convolution undoes the padding: it cuts off, where the convolution added",
    ),
    "padding cut at one end": (
        "- 2 * padding",
        "- padding",
        "the padding is cut off at both ends",
    ),
    "padding forgotten": (
        "- 2 * padding",
        "",
        "the outermost `padding` numbers at each end fell on the convolution's padding, and are cut off",
    ),
    "output padding forgotten": (
        "+ output_padding",
        "",
        "`output_padding` numbers are added at the far end: count them",
    ),
    "output padding at both ends": (
        "+ output_padding",
        "+ 2 * output_padding",
        "`output_padding` is added at the far end only, once",
    ),
    "stride divides": (
        "(size - 1) * stride",
        "(size - 1) // stride",
        "here the stride enlarges: stamps lie `stride` apart",
    ),
    "restore from the other end": (
        "return (size + 2 * padding - span) % stride",
        "return -(size + 2 * padding - span) % stride",
        "asked is how many samples are left over after the last whole step, not how many are missing to the next",
    ),
    "restore without the span": (
        "return (size + 2 * padding - span) % stride",
        "return (size + 2 * padding) % stride",
        "the first window takes its span; only the room beside it is walked in strides",
    ),
    "restore without the padding": (
        "return (size + 2 * padding - span) % stride",
        "return (size - span) % stride",
        "the window slides over the padded axis: the left-over depends on the padding",
    ),
    "restore without the dilation": (
        "span = dilation * (kernel - 1) + 1\n    return (size",
        "span = kernel\n    return (size",
        "the left-over depends on how far the dilated kernel reaches, d(k-1)+1",
    ),
    "restore is stride - 1": (
        "return (size + 2 * padding - span) % stride",
        "return stride - 1",
        "stride - 1 is the most that can be left over; how much is depends on the size",
    ),
}
RIGHT["transposed_size"] = {
    "stamping for real": """
def transposed_size(size, kernel, stride=1, padding=0, output_padding=0, dilation=1):
    touched = {i * stride + tap * dilation for i in range(size) for tap in range(kernel)}
    return len(range(padding, max(touched) + 1 - padding)) + output_padding


def restoring_padding(size, kernel, stride=1, padding=0, dilation=1):
    starts = range(-padding, size + padding - dilation * (kernel - 1), stride)
    return size - transposed_size(len(starts), kernel, stride, padding, 0, dilation)
""",
    "from the ends": """
def transposed_size(size, kernel, stride=1, padding=0, output_padding=0, dilation=1):
    first, last = padding, stride * size - stride + dilation * kernel - dilation - padding
    return last - first + 1 + output_padding


def restoring_padding(size, kernel, stride=1, padding=0, dilation=1):
    room = size + padding + padding - 1 - dilation * (kernel - 1)
    return room - room // stride * stride
""",
}

WRONG["receptive_field"] = {
    "jump updated first": (
        "field += dilation * (kernel - 1) * jump\n        jump *= stride",
        "jump *= stride\n        field += dilation * (kernel - 1) * jump",
        "a layer's own stride spreads the layers above it, not its own taps: enlarge the field first",
    ),
    "jump forgotten in the field": (
        "(kernel - 1) * jump",
        "(kernel - 1)",
        "after a stride, neighbours are further apart on the input: what a layer adds is stretched by the jump",
    ),
    "only this layer's stride": (
        "jump *= stride",
        "jump = stride",
        "strides multiply along the stack: two layers of stride 2 make a jump of 4",
    ),
    "strides added": (
        "jump *= stride",
        "jump += stride - 1",
        "strides multiply along the stack, they do not add",
    ),
    "counts a tap too many": (
        "dilation * (kernel - 1) * jump",
        "dilation * kernel * jump",
        "a layer of k taps adds k-1 distances: the first tap stands on what was already seen",
    ),
    "starts from nothing": (
        "field, jump = 1, 1",
        "field, jump = 0, 1",
        "before any layer, a number sees itself: the field starts at 1",
    ),
    "counts layers from 0": (
        "field, jump = 1, 1",
        "field, jump = (layers[0][0] if layers else 1), 1",
        "you start with the first layer's kernel and then add that layer again: l(k-1)+k counts layers from 0",
    ),
    "dilation forgotten": (
        "dilation * (kernel - 1) * jump",
        "(kernel - 1) * jump",
        "a dilated layer's taps lie d apart: it adds d(k-1) steps",
    ),
    "dilation as a stride": (
        "jump *= stride",
        "jump *= stride * dilation",
        "dilation spreads a layer's own taps; it does not move its neighbouring outputs apart",
    ),
    "stretched by the dilated kernel": (
        "dilation * (kernel - 1) * jump",
        "(dilation * kernel - 1) * jump",
        "the span of a dilated kernel is d(k-1)+1, not dk",
    ),
    "padding widens": (
        "dilation * (kernel - 1) * jump",
        "(dilation * (kernel - 1) + 2 * _padding) * jump",
        "padding moves windows over the border, it does not make them wider",
    ),
    "kernels multiply": (
        "field += dilation * (kernel - 1) * jump",
        "field *= dilation * (kernel - 1) + 1",
        "neighbouring windows overlap: sizes of kernels do not multiply unless the stride equals the kernel",
    ),
    "order swapped": (
        "return field, jump",
        "return jump, field",
        "the task asks for (field, jump) in this order",
    ),
    "from the top down": (
        "in layers:",
        "in reversed(layers):",
        "the list runs from the input upwards: a stride stretches the layers after it, not those before",
    ),
    "padding taken off": (
        ("field += dilation * (kernel - 1) * jump"),
        ("field += dilation * (kernel - 1) * jump - 2 * _padding"),
        "padding moves windows over the border; what a window sees does not get narrower",
    ),
    "padding for dilation": (
        ("for kernel, stride, _padding, dilation in"),
        ("for kernel, stride, dilation, _padding in"),
        "the tuples are (kernel, stride, padding, dilation): the third number was taken for the dilation",
    ),
}
RIGHT["receptive_field"] = {
    "walking down": """
def receptive_field(layers):
    first, last = 0, 0
    for kernel, stride, padding, dilation in reversed(layers):
        first = first * stride - padding
        last = last * stride - padding + dilation * (kernel - 1)
    jump = int(np.prod([layer[1] for layer in layers], dtype=int))
    return last - first + 1, jump
""",
    "sets of samples": """
def receptive_field(layers):
    seen, neighbour = {0}, {1}
    for kernel, stride, padding, dilation in layers[::-1]:
        seen = {i * stride + tap * dilation for i in (min(seen), max(seen)) for tap in (0, kernel - 1)}
        neighbour = {i * stride for i in neighbour}
    return max(seen) - min(seen) + 1, neighbour.pop()
""",
}

WRONG["layer_counts"] = {
    "one bias in all": (
        "+ bias * owners",
        "+ bias",
        "each set of weights has a bias of its own, not one for the whole layer",
    ),
    "bias per neuron": (
        "+ bias * owners",
        "+ bias * neurons",
        "a convolution shares its bias along with its weights: one per filter",
    ),
    "bias per filter everywhere": (
        "+ bias * owners",
        "+ bias * f",
        "where neurons have weights of their own, they have a bias of their own",
    ),
    "bias per input channel": (
        "+ bias * owners",
        "+ bias * c",
        "biases belong to what comes out, not to the input channels",
    ),
    "bias per tap": (
        "+ bias * owners",
        "+ bias * owners * seen",
        "a neuron adds its bias once, not once for each weight",
    ),
    "bias forgotten": (
        "+ bias * owners",
        "",
        "weights include the biases, unless bias=False",
    ),
    "bias always": (
        "+ bias * owners",
        "+ owners",
        "with bias=False there are no biases to count",
    ),
    "input channels forgotten": (
        "else c * kh * kw",
        "else kh * kw",
        "a filter is a block: it has kh·kw weights for every input channel",
    ),
    "kernel taken as square": (
        "else c * kh * kw",
        "else c * kh * kh",
        "the kernel need not be square: kh·kw",
    ),
    "filters forgotten": (
        "owners = f if",
        "owners = 1 if",
        "every feature map has its own filter: f sets of weights",
    ),
    "convolution not shared": (
        'owners = f if kind == "conv" else neurons',
        "owners = neurons",
        "all neurons of a feature map share one set of weights: that is what makes it a convolution",
    ),
    "local layer shared": (
        'owners = f if kind == "conv" else neurons',
        'owners = neurons if kind == "full" else f',
        "a locally connected layer looks through windows but shares nothing: every neuron has its own weights",
    ),
    "only one full neuron": (
        'owners = f if kind == "conv" else neurons',
        'owners = f if kind == "conv" else 1 if kind == "full" else neurons',
        "those are the weights of a single neuron; the layer has f·out_h·out_w of them",
    ),
    "work on the input grid": (
        "neurons * seen\n",
        "f * h * w * seen\n",
        "work is done once per output: multiply by the size of the output, not of the input",
    ),
    "shared weights, shared work": (
        "neurons * seen\n",
        "owners * seen\n",
        "sharing saves memory, not work: each neuron still multiplies everything it sees",
    ),
    "adds counted apart": (
        "neurons * seen\n",
        "2 * neurons * seen\n",
        "a multiplication together with its addition counts as one multiply-add",
    ),
    "bias costs work": (
        "neurons * seen\n",
        "neurons * (seen + bias)\n",
        "one multiply-add per product; by the task's convention biases cost none",
    ),
    "window seen by a full neuron": (
        'c * h * w if kind == "full" else ',
        "",
        "a fully connected neuron sees the whole input, whatever the kernel",
    ),
    "order swapped": (
        "return owners * seen + bias * owners, neurons * seen",
        "return neurons * seen, owners * seen + bias * owners",
        "the task asks for (weights, multiply_adds) in this order",
    ),
    "bias per filter in a local layer": (
        ("owners * seen + bias * owners"),
        ('owners * seen + bias * (f if kind == "local" else owners)'),
        "a local layer shares nothing: each of its neurons has weights of its own, and a bias of its own",
    ),
    "a convolution's work on the input grid": (
        ("neurons * seen"),
        ('(f * h * w if kind == "conv" else neurons) * seen'),
        "work is done once per output: multiply by the size of the output, not of the input",
    ),
}
RIGHT["layer_counts"] = {
    "three branches": """
def layer_counts(kind, inputs, outputs, kernel, bias=True):
    n_in, n_out = int(np.prod(inputs)), int(np.prod(outputs))
    window = inputs[0] * kernel[0] * kernel[1]
    one = 1 if bias else 0
    if kind == "full":
        return n_out * (n_in + one), n_out * n_in
    if kind == "local":
        return n_out * (window + one), n_out * window
    return outputs[0] * (window + one), n_out * window
""",
    "counting arrays": """
def layer_counts(kind, inputs, outputs, kernel, bias=True):
    f, oh, ow = outputs
    shapes = {"full": (*outputs, *inputs), "local": (*outputs, inputs[0], *kernel), "conv": (f, 1, 1, inputs[0], *kernel)}
    weights = np.empty(shapes[kind])
    biases = np.empty(shapes[kind][:3]) if bias else np.empty(0)
    per_neuron = weights.size // (f if kind == "conv" else f * oh * ow)
    return weights.size + biases.size, sum(per_neuron for _ in range(f * oh * ow))
""",
}

WRONG["correlate"] = {
    "rotated kernel": (
        "(window * w)",
        "(window * w[:, :, ::-1, ::-1])",
        "the kernel is rotated by 180 degrees: that is mathematicians' convolution; torch's cross-correlation lays it down as it is",
    ),
    "kernel upside down": (
        "(window * w)",
        "(window * w[:, :, ::-1])",
        "the rows of the kernel come in reverse order",
    ),
    "kernel mirrored": (
        "(window * w)",
        "(window * w[:, :, :, ::-1])",
        "the columns of the kernel come in reverse order",
    ),
    "transposed kernel": (
        "(window * w)",
        "(window * w.swapaxes(2, 3))",
        "rows and columns of the kernel are exchanged",
    ),
    "filters and channels exchanged": (
        "(window * w)",
        "(window * w.swapaxes(0, 1))",
        "w is (filters, channels, kh, kw): its first axis counts outputs",
    ),
    "window not moved by the stride": (
        "window = x[:, None, :, i * sy : i * sy + kh, j * sx : j * sx + kw]",
        "window = x[:, None, :, i : i + kh, j : j + kw]",
        "the output has the right size, but its windows begin at (i, j): they should begin at (i·stride, j·stride)",
    ),
    "stride dropped": (
        "(sy, sx), (py, px) = stride, padding",
        "(sy, sx), (py, px) = (1, 1), padding",
        "the window moves by `stride`, not by 1",
    ),
    "vertical stride used for both": (
        "(sy, sx), (py, px) = stride, padding",
        "(sy, sx), (py, px) = (stride[0], stride[0]), padding",
        "the two strides differ: the second one is for columns",
    ),
    "strides exchanged": (
        "(sy, sx), (py, px) = stride, padding",
        "(sx, sy), (py, px) = stride, padding",
        "stride is (vertical, horizontal): the first number moves down the rows",
    ),
    "horizontal stride dropped": (
        "(sy, sx), (py, px) = stride, padding",
        "(sy, sx), (py, px) = (stride[0], 1), padding",
        "the stride is applied down the rows only: move across by its second number too",
    ),
    "padding forgotten": (
        "((0, 0), (0, 0), (py, py), (px, px))",
        "((0, 0), (0, 0), (0, 0), (0, 0))",
        "add `padding` zeros on both sides of the image before the window slides",
    ),
    "padding before only": (
        "((0, 0), (0, 0), (py, py), (px, px))",
        "((0, 0), (0, 0), (py, 0), (px, 0))",
        "zeros stand at the top and left only: pad the bottom and right as well",
    ),
    "padding after only": (
        "((0, 0), (0, 0), (py, py), (px, px))",
        "((0, 0), (0, 0), (0, py), (0, px))",
        "zeros stand at the bottom and right only: pad the top and left as well",
    ),
    "padding down only": (
        "((0, 0), (0, 0), (py, py), (px, px))",
        "((0, 0), (0, 0), (py, py), (0, 0))",
        "only rows are padded: pad columns by the second number",
    ),
    "paddings exchanged": (
        "((0, 0), (0, 0), (py, py), (px, px))",
        "((0, 0), (0, 0), (px, px), (py, py))",
        "padding is (vertical, horizontal): the first number adds rows",
    ),
    "border repeated": (
        "(px, px)))",
        '(px, px)), mode="edge")',
        "outside the image are zeros; you repeat its border",
    ),
    "only the first channel": (
        "(window * w)",
        "(window * w)[:, :, :1]",
        "every channel counts: a filter is a block over all of them",
    ),
    "only the last channel": (
        "(window * w)",
        "(window * w)[:, :, -1:]",
        "each channel overwrites the one before: add their sums up (+=, not =)",
    ),
    "channels averaged": (
        "(window * w).sum(axis=(2, 3, 4)) + b",
        "(window * w).mean(axis=2).sum(axis=(2, 3)) + b",
        "channels are added up, not averaged",
    ),
    "mean over the window": (
        "(window * w).sum(axis=(2, 3, 4))",
        "(window * w).mean(axis=(2, 3, 4))",
        "the products are added up; a mean divides by the number of taps as well",
    ),
    "only the last tap": (
        "(window * w).sum(axis=(2, 3, 4)) + b",
        "(window * w)[:, :, :, -1, -1].sum(axis=2) + b",
        "each tap overwrites the one before: add them up (+=, not =)",
    ),
    "one filter for all": (
        "(window * w)",
        "(window * w[:1])",
        "every feature map has a filter of its own; you use the first for all",
    ),
    "first image for all": (
        "window = x[:, None,",
        "window = x[:1, None,",
        "every image of the batch has its own result; you use the first for all",
    ),
    "batch mixed": (
        "window = x[:, None,",
        "window = x.sum(axis=0, keepdims=True)[:, None,",
        "images of a batch never mix: do not sum over the first axis",
    ),
    "bias forgotten": (
        "sum(axis=(2, 3, 4)) + b",
        "sum(axis=(2, 3, 4))",
        "add each filter's bias, once per output",
    ),
    "bias added for every channel": (
        "sum(axis=(2, 3, 4)) + b",
        "sum(axis=(2, 3, 4)) + b * w.shape[1]",
        "the bias is added once for each channel: move it out of the channel loop",
    ),
    "bias added for every tap": (
        "sum(axis=(2, 3, 4)) + b",
        "sum(axis=(2, 3, 4)) + b * w[0].size",
        "the bias is added with every product: add it once, after the sum",
    ),
    "bias subtracted": (
        "sum(axis=(2, 3, 4)) + b",
        "sum(axis=(2, 3, 4)) - b",
        "the bias is added",
    ),
    "first bias for all": (
        "sum(axis=(2, 3, 4)) + b",
        "sum(axis=(2, 3, 4)) + b[0]",
        "every filter has a bias of its own",
    ),
    "bias along the columns": (
        "y[:, :, i, j] = (window * w).sum(axis=(2, 3, 4)) + b",
        "y[:, :, i, j] = (window * w).sum(axis=(2, 3, 4))\n    y = y + b",
        "`y + b` lays the bias along the last axis, the columns: it belongs to the filters, `b[:, None, None]`",
    ),
    "last row and column missing": (
        "(height - kh) // sy + 1, (width - kw) // sx + 1",
        "(height - kh) // sy, (width - kw) // sx",
        "count positions, not steps: one row and one column more",
    ),
    "last row and column left at zero": (
        "for i in range(y.shape[2]):\n        for j in range(y.shape[3]):",
        "for i in range(y.shape[2] - 1):\n        for j in range(y.shape[3] - 1):",
        "the last row and column of the output are never written: the loops end one position early",
    ),
    "overhanging windows counted": (
        "(height - kh) // sy + 1, (width - kw) // sx + 1",
        "-(-(height - kh) // sy) + 1, -(-(width - kw) // sx) + 1",
        "a window that overhangs does not count: round down",
    ),
    "result always float64": (
        ", np.result_type(x, w))",
        ")",
        "np.zeros makes float64: give it the dtype of x * w",
    ),
    "result in the image's dtype": (
        "np.result_type(x, w)",
        "x.dtype",
        "with whole pixels and fractional weights the fractions are cut off: use the dtype of x * w",
    ),
    "rows and columns of the result exchanged": (
        "return y",
        "return y.swapaxes(2, 3)",
        "the result is (n, f, rows, columns)",
    ),
    "horizontal first": (
        ("(sy, sx), (py, px) = stride, padding"),
        ("(sx, sy), (px, py) = stride, padding"),
        "stride and padding were read as (horizontal, vertical); vertical comes first in both",
    ),
}
RIGHT["correlate"] = {
    "seven loops": """
def correlate(x, w, b, stride=(1, 1), padding=(0, 0)):
    n, c, h, width = x.shape
    f, _, kh, kw = w.shape
    oh = (h + 2 * padding[0] - kh) // stride[0] + 1
    ow = (width + 2 * padding[1] - kw) // stride[1] + 1
    y = np.zeros((n, f, oh, ow), dtype=(x[:1, :1, :1, :1] * w[:1, :1, :1, :1]).dtype)
    for image in range(n):
        for out in range(f):
            for i in range(oh):
                for j in range(ow):
                    total = b[out]
                    for channel in range(c):
                        for u in range(kh):
                            for v in range(kw):
                                row = i * stride[0] + u - padding[0]
                                column = j * stride[1] + v - padding[1]
                                if 0 <= row < h and 0 <= column < width:
                                    total = total + x[image, channel, row, column] * w[out, channel, u, v]
                    y[image, out, i, j] = total
    return y
""",
    "tensordot at each position": """
def correlate(x, w, b, stride=(1, 1), padding=(0, 0)):
    x = np.pad(x, [(0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2])
    kh, kw = w.shape[2:]
    tops = range(0, x.shape[2] - kh + 1, stride[0])
    lefts = range(0, x.shape[3] - kw + 1, stride[1])
    rows = [
        [np.tensordot(x[:, :, t : t + kh, left : left + kw], w, axes=([1, 2, 3], [1, 2, 3])) + b for left in lefts]
        for t in tops
    ]
    return np.array(rows).transpose(2, 3, 0, 1)
""",
    "a sum over taps": """
def correlate(x, w, b, stride=(1, 1), padding=(0, 0)):
    x = np.pad(x, ((0, 0), (0, 0), (padding[0], padding[0]), (padding[1], padding[1])))
    oh = 1 + (x.shape[2] - w.shape[2]) // stride[0]
    ow = 1 + (x.shape[3] - w.shape[3]) // stride[1]
    y = b[None, :, None, None]
    for u in range(w.shape[2]):
        for v in range(w.shape[3]):
            part = x[:, :, u::stride[0], v::stride[1]][:, :, :oh, :ow]
            y = y + np.einsum("fc,ncij->nfij", w[:, :, u, v], part)
    return y
""",
}

WRONG["correlate_fast"] = {
    "stride not passed on": (
        "windows(x, w.shape[2:], stride)",
        "windows(x, w.shape[2:])",
        "pass the stride on to `windows`",
    ),
    "windows copied": (
        "return view[:, :, :: stride[0], :: stride[1]]",
        "return view[:, :, :: stride[0], :: stride[1]].copy()",
        "the values are right, but copied: return the view itself (no copy, no reshape, no np.array)",
    ),
    "windows without the stride": (
        "return view[:, :, :: stride[0], :: stride[1]]",
        "return view",
        "take every stride-th window: slice the axes of the output positions",
    ),
    "windows with strides exchanged": (
        "return view[:, :, :: stride[0], :: stride[1]]",
        "return view[:, :, :: stride[1], :: stride[0]]",
        "stride is (vertical, horizontal): the first number is for rows",
    ),
    "windows with the vertical stride twice": (
        "return view[:, :, :: stride[0], :: stride[1]]",
        "return view[:, :, :: stride[0], :: stride[0]]",
        "the two strides differ: the second one is for columns",
    ),
    "stride within the window": (
        "return view[:, :, :: stride[0], :: stride[1]]",
        "return view[..., :: stride[0], :: stride[1]]",
        "the stride moves windows; you thin out the pixels inside each window",
    ),
    "window and position exchanged": (
        "return view[:, :, :: stride[0], :: stride[1]]",
        "return view[:, :, :: stride[0], :: stride[1]].transpose(0, 1, 4, 5, 2, 3)",
        "positions come before pixels: (n, c, out_h, out_w, kh, kw)",
    ),
    "windows turned": (
        "return view[:, :, :: stride[0], :: stride[1]]",
        "return view[:, :, :: stride[0], :: stride[1]].swapaxes(4, 5)",
        "rows and columns inside the windows are exchanged",
    ),
    "strides of a contiguous array": (
        """
def windows(x, kernel, stride=(1, 1)):
    n, c, h, w = x.shape
    (kh, kw), (sy, sx), size = kernel, stride, x.itemsize
    shape = (n, c, (h - kh) // sy + 1, (w - kw) // sx + 1, kh, kw)
    steps = (c * h * w, h * w, w * sy, sx, w, 1)
    return as_strided(x, shape, [size * step for step in steps], writeable=False)
""",
        "you compute the strides from the shape: that is true of contiguous arrays only; read them from x.strides",
    ),
    "tiles instead of windows": (
        "return view[:, :, :: stride[0], :: stride[1]]",
        "return view[:, :, :: kernel[0], :: kernel[1]]",
        "windows overlap: they move by the stride, not by their own size",
    ),
    "reshaped without reordering": (
        "view.transpose(0, 2, 3, 1, 4, 5).reshape(n * out_h * out_w, -1)",
        "view.reshape(n * out_h * out_w, -1)",
        "the matrix has the right shape but mixes channels and positions: bring the axes into order before you reshape",
    ),
    "pixels before channels": (
        "view.transpose(0, 2, 3, 1, 4, 5)",
        "view.transpose(0, 2, 3, 4, 5, 1)",
        "the rows of the matrix run over (kh, kw, c), the filters over (c, kh, kw): use one order for both",
    ),
    "filters reshaped instead of transposed": (
        "w.reshape(f, -1).T",
        "w.reshape(-1, f)",
        "reshape(-1, f) cuts filters to pieces: make each a row, reshape(f, -1), then transpose",
    ),
    "result reshaped without reordering": (
        "y.reshape(n, out_h, out_w, f).transpose(0, 3, 1, 2)",
        "y.reshape(n, f, out_h, out_w)",
        "the product is (position, filter): reshape to (n, out_h, out_w, f) first, then move the filters forward",
    ),
    "rows and columns of the result exchanged": (
        "transpose(0, 3, 1, 2)",
        "transpose(0, 3, 2, 1)",
        "the result is (n, f, rows, columns)",
    ),
    "filters last": (
        ".transpose(0, 3, 1, 2)",
        "",
        "channels come second in this course: (n, f, out_h, out_w)",
    ),
    "rotated kernel": (
        "w.reshape(f, -1).T",
        "w[:, :, ::-1, ::-1].reshape(f, -1).T",
        "the kernel is rotated by 180 degrees: torch's cross-correlation lays it down as it is",
    ),
    "transposed kernel": (
        "w.reshape(f, -1).T",
        "w.swapaxes(2, 3).reshape(f, -1).T",
        "rows and columns of the kernel are exchanged",
    ),
    "padding forgotten": (
        "((0, 0), (0, 0), (py, py), (px, px))",
        "((0, 0), (0, 0), (0, 0), (0, 0))",
        "add `padding` zeros on both sides of the image before you take windows",
    ),
    "padding before only": (
        "((0, 0), (0, 0), (py, py), (px, px))",
        "((0, 0), (0, 0), (py, 0), (px, 0))",
        "zeros stand at the top and left only: pad the bottom and right as well",
    ),
    "padding after only": (
        "((0, 0), (0, 0), (py, py), (px, px))",
        "((0, 0), (0, 0), (0, py), (0, px))",
        "zeros stand at the bottom and right only: pad the top and left as well",
    ),
    "paddings exchanged": (
        "((0, 0), (0, 0), (py, py), (px, px))",
        "((0, 0), (0, 0), (px, px), (py, py))",
        "padding is (vertical, horizontal): the first number adds rows",
    ),
    "bias forgotten": (
        ".T + b",
        ".T",
        "add each filter's bias",
    ),
    "bias along the columns": (
        "columns @ w.reshape(f, -1).T + b\n    return y.reshape(n, out_h, out_w, f).transpose(0, 3, 1, 2)",
        "columns @ w.reshape(f, -1).T\n    return y.reshape(n, out_h, out_w, f).transpose(0, 3, 1, 2) + b",
        "after the transpose the last axis is columns: add the bias before, or as b[:, None, None]",
    ),
    "bias for every tap": (
        ".T + b",
        ".T + b * columns.shape[1]",
        "the bias is added once per output, after the sum",
    ),
    "only the first channel": (
        "columns @ w.reshape(f, -1).T",
        "columns[:, : w[0, 0].size] @ w[:, 0].reshape(f, -1).T",
        "every channel counts: a filter is a block over all of them",
    ),
    "mean instead of sum": (
        "columns @ w.reshape(f, -1).T",
        "columns @ w.reshape(f, -1).T / columns.shape[1]",
        "the products are added up; do not divide by their number",
    ),
    "result always float64": (
        "columns = view.transpose",
        "columns = view.astype(float).transpose",
        "the result has the dtype of x * w: whole numbers stay whole",
    ),
    "windows collected column by column": (
        """
def correlate_fast(x, w, b, stride=(1, 1), padding=(0, 0)):
    (py, px), f = padding, len(w)
    view = windows(np.pad(x, ((0, 0), (0, 0), (py, py), (px, px))), w.shape[2:], stride)
    n, _, out_h, out_w = view.shape[:4]
    columns = np.array([view[:, :, i, j].reshape(n, -1) for j in range(out_w) for i in range(out_h)])
    y = columns @ w.reshape(f, -1).T + b
    return y.reshape(out_h, out_w, n, f).transpose(2, 3, 0, 1)
""",
        "you collect windows in a loop, column by column, and read the result row by row; reorder axes, without a loop",
    ),
}
RIGHT["correlate_fast"] = {
    "as_strided and the other order of the product": """
def windows(x, kernel, stride=(1, 1)):
    (kh, kw), (sy, sx) = kernel, stride
    n, c, h, w = x.strides
    shape = (*x.shape[:2], (x.shape[2] - kh) // sy + 1, (x.shape[3] - kw) // sx + 1, kh, kw)
    return as_strided(x, shape, (n, c, h * sy, w * sx, h, w), writeable=False)


def correlate_fast(x, w, b, stride=(1, 1), padding=(0, 0)):
    x = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    view = windows(x, w.shape[2:], stride)
    rows = view.transpose(1, 4, 5, 0, 2, 3).reshape(w[0].size, -1)
    y = w.reshape(len(w), -1) @ rows + b[:, None]
    return y.reshape(len(w), len(x), *view.shape[2:4]).swapaxes(0, 1)
""",
    "a stack of products": """
def correlate_fast(x, w, b, stride=(1, 1), padding=(0, 0)):
    x = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    view = np.moveaxis(windows(x, w.shape[2:], stride), 1, 3)
    y = view.reshape(*view.shape[:3], -1) @ w.reshape(len(w), -1).T
    return np.moveaxis(y + b, 3, 1)
""",
}

WRONG["gaussian_bank"] = {
    "first derivatives negative": (
        "first = u * g",
        "first = -u * g",
        "your Gx is negative where brightness rises: that is the filter for convolution, which rotates it; in cross-correlation the weight on the right is positive",
    ),
    "x and y exchanged": (
        "np.outer(down, across)",
        "np.outer(across, down)",
        "Gx and Gy are exchanged: x runs along columns, so Gx varies from left to right",
    ),
    "sigma not squared": (
        "(2 * sigma**2)",
        "(2 * sigma)",
        "the Gaussian is exp(-u²/(2σ²)): square sigma",
    ),
    "the 2 forgotten": (
        "(2 * sigma**2)",
        "(sigma**2)",
        "the Gaussian is exp(-u²/(2σ²)): there is a 2 below the fraction line",
    ),
    "Gaussian not normalised": (
        "    g = g / g.sum()\n",
        "",
        "your Gaussian peaks at 1: it must sum to 1, or blurring changes the brightness",
    ),
    "continuous constant": (
        "g = g / g.sum()",
        "g = g / np.sqrt(2 * np.pi * sigma**2)",
        "1/√(2πσ²) normalises the continuous Gaussian; cut off and sampled it does not sum to 1: divide by the sum",
    ),
    "first scaled by absolute sum": (
        "first = u * g / (u**2 * g).sum()",
        "first = u * g / np.abs(u * g).sum()",
        "scale g1 by its answer to the row x(u) = u, not by the sum of its magnitudes",
    ),
    "first not scaled": (
        "first = u * g / (u**2 * g).sum()",
        "first = u * g",
        "g1 does not measure the slope yet: divide by its answer to the row x(u) = u",
    ),
    "first with the formula's sigma": (
        "first = u * g / (u**2 * g).sum()",
        "first = u * g / sigma**2",
        "1/σ² scales the continuous derivative; cut off and sampled its answer to x(u) = u is not 1",
    ),
    "both with the formula's sigma": (
        "def gaussian_bank(sigma, radius):\n"
        "    u = np.arange(-radius, radius + 1)\n"
        "    g = np.exp(-(u**2) / (2 * sigma**2))\n"
        "    g = g / g.sum()\n"
        "    first, second = u * g / sigma**2, (u**2 - sigma**2) * g / sigma**4\n"
        "    pairs = [(g, g), (g, first), (first, g), (g, second), (first, first), (second, g)]\n"
        "    return np.array([np.outer(down, across) for down, across in pairs])",
        "these are the continuous derivatives, sampled; scale g1 and g2 by what they answer to u and u², and choose m by the sum",
    ),
    "second does not sum to zero": (
        "(u**2 - (u**2 * g).sum()) * g",
        "(u**2 - sigma**2) * g",
        "with m = σ² the sampled g2 does not sum to 0, and answers to plain brightness: choose m so that it does",
    ),
    "second scaled to 1": (
        "second = 2 * second /",
        "second = second /",
        "the second derivative of u² is 2, not 1",
    ),
    "second not scaled": (
        "    second = 2 * second / (u**2 * second).sum()\n",
        "",
        "g2 does not measure the curvature yet: divide by its answer to x(u) = u², times 2",
    ),
    "second upside down": (
        "second = 2 * second /",
        "second = -2 * second /",
        "g2 is positive at its ends: on x(u) = u² it answers +2",
    ),
    "Gxy from second derivatives": (
        "(first, first)",
        "(second, second)",
        "Gxy differentiates once along x and once along y",
    ),
    "Gxx and Gyy exchanged": (
        "(g, second), (first, first), (second, g)",
        "(second, g), (first, first), (g, second)",
        "Gxx comes before Gyy, and varies along columns",
    ),
    "last offset missing": (
        "np.arange(-radius, radius + 1)",
        "np.arange(-radius, radius)",
        "np.arange leaves its end out: the offsets run up to +radius, 2·radius+1 of them",
    ),
    "differences of a Gaussian": (
        "first = u * g / (u**2 * g).sum()",
        "first = np.gradient(g) / (u * np.gradient(g)).sum()",
        "np.gradient differentiates approximately, and badly at its ends: g1 is u times g, rescaled",
    ),
    "the formula's derivatives": (
        (
            "    first = u * g / (u**2 * g).sum()\n"
            "    second = (u**2 - (u**2 * g).sum()) * g\n"
            "    second = 2 * second / (u**2 * second).sum()"
        ),
        ("    first = -u / sigma**2 * g\n    second = (u**2 / sigma**4 - 1 / sigma**2) * g"),
        "these are the derivatives of the formula, sampled: the first has the sign of a rotated kernel, and neither is scaled to measure 1 and 2 on a ramp and a parabola",
    ),
}
RIGHT["gaussian_bank"] = {
    "on a grid of two variables": """
def gaussian_bank(sigma, radius):
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1].astype(float)
    G = np.exp(-(x * x + y * y) / 2 / sigma / sigma)
    G /= G.sum()
    m = (x * x * G).sum()
    Gxx, Gyy = (x * x - m) * G, (y * y - m) * G
    bank = [G, x * G, y * G, Gxx, x * y * G, Gyy]
    probes = [np.ones_like(x), x, y, x * x / 2, x * y, y * y / 2]
    return np.stack([f / (f * p).sum() for f, p in zip(bank, probes)])
""",
    "fit a weighted parabola": """
def gaussian_bank(sigma, radius):
    u = np.arange(-radius, radius + 1.0)
    g = np.exp(-0.5 * (u / sigma) ** 2)
    g = g / np.sum(g)
    spread = np.sum(g * u**2)
    rows = [g, g * u / spread, (u**2 - spread) * g]
    rows[2] = rows[2] * 2 / np.sum(rows[2] * u**2)
    order = [(0, 0), (0, 1), (1, 0), (0, 2), (1, 1), (2, 0)]
    bank = np.empty((6, len(u), len(u)))
    for k, (dy, dx) in enumerate(order):
        bank[k] = rows[dy][:, None] * rows[dx][None, :]
    return bank
""",
}

WRONG["correlate_dilated"] = {
    "dilation forgotten": (
        "stride, padding, dilation\n",
        "stride, padding, (1, 1)\n",
        "the taps lie next to each other: `dilation` is not used",
    ),
    "dilation down only": (
        "stride, padding, dilation\n",
        "stride, padding, (dilation[0], 1)\n",
        "only rows are dilated: columns have a dilation of their own",
    ),
    "vertical dilation used for both": (
        "stride, padding, dilation\n",
        "stride, padding, (dilation[0], dilation[0])\n",
        "the two dilations differ: the second one is for columns",
    ),
    "dilations exchanged": (
        "(dy, dx) = stride",
        "(dx, dy) = stride",
        "dilation is (vertical, horizontal): the first number spreads the rows of the kernel",
    ),
    "dilation taken as a stride": (
        """
def correlate_dilated(x, w, b, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (py, px), kernel = padding, w.shape[2:]
    x = np.pad(x, ((0, 0), (0, 0), (py, py), (px, px)))
    view = sliding_window_view(x, kernel, axis=(2, 3))
    view = view[:, :, :: stride[0] * dilation[0], :: stride[1] * dilation[1]]
    return np.einsum("ncijuv,fcuv->nfij", view, w) + b[:, None, None]
""",
        "dilation spreads the taps inside a window; you move the windows apart, as a stride does",
    ),
    "span as dilation times kernel": (
        "(height - dy * (kh - 1) - 1) // sy + 1\n    out_w = (width - dx * (kw - 1) - 1) // sx + 1",
        "(height - dy * kh) // sy + 1\n    out_w = (width - dx * kw) // sx + 1",
        "some outputs are missing at the far border: no hole follows the last tap, the kernel spans d(k-1)+1 pixels, not dk",
    ),
    "size without the dilation": (
        "(height - dy * (kh - 1) - 1) // sy + 1\n    out_w = (width - dx * (kw - 1) - 1) // sx + 1",
        "(height - kh) // sy + 1\n    out_w = (width - kw) // sx + 1",
        "the output is counted with the undilated kernel: use its span d(k-1)+1",
    ),
    "taps repeated": (
        """
def correlate_dilated(x, w, b, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (py, px), (dy, dx) = padding, dilation
    x = np.pad(x, ((0, 0), (0, 0), (py, py), (px, px)))
    w = w.repeat(dy, axis=2).repeat(dx, axis=3)[:, :, : dy * (w.shape[2] - 1) + 1, : dx * (w.shape[3] - 1) + 1]
    view = sliding_window_view(x, w.shape[2:], axis=(2, 3))[:, :, :: stride[0], :: stride[1]]
    return np.einsum("ncijuv,fcuv->nfij", view, w) + b[:, None, None]
""",
        "between the taps there are holes, that is zeros; you fill them with copies of the taps",
    ),
    "image thinned out": (
        """
def correlate_dilated(x, w, b, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (py, px), (dy, dx) = padding, dilation
    x = np.pad(x, ((0, 0), (0, 0), (py, py), (px, px)))[:, :, ::dy, ::dx]
    view = sliding_window_view(x, w.shape[2:], axis=(2, 3))[:, :, :: stride[0], :: stride[1]]
    return np.einsum("ncijuv,fcuv->nfij", view, w) + b[:, None, None]
""",
        "you thin out the image first and lose the outputs in between: neighbouring outputs are one stride apart",
    ),
    "rotated kernel": (
        "w[:, :, u, v]",
        "w[:, :, kh - 1 - u, kw - 1 - v]",
        "the kernel is rotated by 180 degrees: torch's cross-correlation lays it down as it is",
    ),
    "kernel upside down": (
        "w[:, :, u, v]",
        "w[:, :, kh - 1 - u, v]",
        "the rows of the kernel come in reverse order",
    ),
    "kernel mirrored": (
        "w[:, :, u, v]",
        "w[:, :, u, kw - 1 - v]",
        "the columns of the kernel come in reverse order",
    ),
    "transposed kernel": (
        "w[:, :, u, v]",
        "w[:, :, v, u]",
        "rows and columns of the kernel are exchanged",
    ),
    "filters and channels exchanged": (
        '"fc,ncij->nfij"',
        '"cf,ncij->nfij"',
        "w is (filters, channels, kh, kw): its first axis counts outputs",
    ),
    "stride forgotten in the shift": (
        "shifted = x[:, :, u * dy :: sy, v * dx :: sx]",
        "shifted = x[:, :, u * dy :, v * dx :]",
        "each tap moves with the stride too: take every stride-th pixel of the shifted image",
    ),
    "shift multiplied by the stride": (
        "u * dy :: sy, v * dx :: sx",
        "u * dy * sy :: sy, v * dx * sx :: sx",
        "taps lie `dilation` apart, whatever the stride: tap u begins at u·dilation",
    ),
    "stride dropped": (
        "(sy, sx), (py, px), (dy, dx) = stride,",
        "(sy, sx), (py, px), (dy, dx) = (1, 1),",
        "the window moves by `stride`, not by 1",
    ),
    "strides exchanged": (
        "(sy, sx), (py, px)",
        "(sx, sy), (py, px)",
        "stride is (vertical, horizontal): the first number moves down the rows",
    ),
    "padding forgotten": (
        "((0, 0), (0, 0), (py, py), (px, px))",
        "((0, 0), (0, 0), (0, 0), (0, 0))",
        "add `padding` zeros on both sides of the image",
    ),
    "padding before only": (
        "((0, 0), (0, 0), (py, py), (px, px))",
        "((0, 0), (0, 0), (py, 0), (px, 0))",
        "zeros stand at the top and left only: pad the bottom and right as well",
    ),
    "padding down only": (
        "((0, 0), (0, 0), (py, py), (px, px))",
        "((0, 0), (0, 0), (py, py), (0, 0))",
        "only rows are padded: pad columns by the second number",
    ),
    "paddings exchanged": (
        "((0, 0), (0, 0), (py, py), (px, px))",
        "((0, 0), (0, 0), (px, px), (py, py))",
        "padding is (vertical, horizontal): the first number adds rows",
    ),
    "padding dilated": (
        "((0, 0), (0, 0), (py, py), (px, px))",
        "((0, 0), (0, 0), (py * dy, py * dy), (px * dx, px * dx))",
        "dilation spreads the taps of the kernel; the padding stays as it is",
    ),
    "overwrites instead of adding": (
        "y += np.einsum",
        "y[:] = np.einsum",
        "each tap overwrites the one before: add them up (+=, not =)",
    ),
    "bias forgotten": (
        " + b[:, None, None]",
        "",
        "add each filter's bias",
    ),
    "bias added for every tap": (
        "shifted)\n",
        "shifted) + b[:, None, None] * (u + v > 0)\n",
        "the bias is added with every tap: add it once",
    ),
    "bias along the columns": (
        " + b[:, None, None]",
        " + b",
        "`y + b` lays the bias along the last axis, the columns: it belongs to the filters, `b[:, None, None]`",
    ),
    "only the first channel": (
        '"fc,ncij->nfij", w[:, :, u, v], shifted)',
        '"f,nij->nfij", w[:, 0, u, v], shifted[:, 0])',
        "every channel counts: a filter is a block over all of them",
    ),
    "channels averaged": (
        "shifted)\n",
        "shifted / w.shape[1]).astype(y.dtype)\n",
        "channels are added up, not averaged",
    ),
    "last tap left out": (
        "for u in range(kh):\n        for v in range(kw):",
        "for u in range(max(1, kh - 1)):\n        for v in range(kw - 1):",
        "the last row and column of taps are never reached: the loops end one tap early",
    ),
    "result always float64": (
        ", np.result_type(x, w))",
        ")",
        "np.zeros makes float64: give it the dtype of x * w",
    ),
    "gaps for distances": (
        ("(dy, dx) = stride, padding, dilation"),
        ("(dy, dx) = stride, padding, (dilation[0] + 1, dilation[1] + 1)"),
        "the taps lie `dilation` apart, so 1 means neighbours; this leaves `dilation` pixels between them",
    ),
}
RIGHT["correlate_dilated"] = {
    "a kernel with holes": """
def correlate_dilated(x, w, b, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    f, c, kh, kw = w.shape
    holes = np.zeros((f, c, dilation[0] * (kh - 1) + 1, dilation[1] * (kw - 1) + 1), w.dtype)
    holes[:, :, :: dilation[0], :: dilation[1]] = w
    x = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    view = sliding_window_view(x, holes.shape[2:], axis=(2, 3))[:, :, :: stride[0], :: stride[1]]
    return np.tensordot(view, holes, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2) + b.reshape(-1, 1, 1)
""",
    "position by position": """
def correlate_dilated(x, w, b, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    x = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    down, across = ((k - 1) * d for k, d in zip(w.shape[2:], dilation))
    tops = range(0, x.shape[2] - down, stride[0])
    lefts = range(0, x.shape[3] - across, stride[1])
    y = np.empty((len(x), len(w), len(tops), len(lefts)), (x[:0].sum() * w[:0].sum()).dtype)
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            seen = x[:, :, top : top + down + 1 : dilation[0], left : left + across + 1 : dilation[1]]
            y[:, :, i, j] = np.einsum("ncuv,fcuv->nf", seen, w) + b
    return y
""",
    "thinned windows": """
def correlate_dilated(x, w, b, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (dy, dx), (kh, kw) = dilation, w.shape[2:]
    x = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    view = sliding_window_view(x, (dy * (kh - 1) + 1, dx * (kw - 1) + 1), axis=(2, 3))
    view = view[:, :, :: stride[0], :: stride[1], ::dy, ::dx]
    return np.einsum("ncijuv,fcuv->nfij", view, w) + b[None, :, None, None]
""",
}

WRONG["find_template"] = {
    "still rotated": (
        "image[u : u + rows, v : v + columns]",
        "image[kh - 1 - u : kh - 1 - u + rows, kw - 1 - v : kw - 1 - v + columns]",
        "it still finds only what looks the same upside down; compare where a tap lies with the pixel it meets",
    ),
    "rows still reversed": (
        "image[u : u + rows, v : v + columns]",
        "image[kh - 1 - u : kh - 1 - u + rows, v : v + columns]",
        "columns are right now, rows still run backwards",
    ),
    "columns still reversed": (
        "image[u : u + rows, v : v + columns]",
        "image[u : u + rows, kw - 1 - v : kw - 1 - v + columns]",
        "rows are right now, columns still run backwards",
    ),
    "template transposed": (
        "pattern = template - template.mean()",
        "pattern = template.T - template.mean()",
        "rows and columns of the template are exchanged: the ring does not notice that either",
    ),
    "scores turned instead": (
        "row, column =",
        "scores = scores[::-1, ::-1]\n    row, column =",
        "turning the map of scores moves the answer; what is wrong is which pixel each tap meets",
    ),
    "mean left in": (
        "template - template.mean()",
        "template - 0.0",
        "without subtracting the template's mean, every bright window scores high",
    ),
    "template changed": (
        "pattern = template - template.mean()",
        'pattern = template\n    if pattern.dtype.kind == "f":\n        pattern -= pattern.mean()\n    else:\n        pattern = pattern - pattern.mean()',
        "`-=` changes the caller's template: make a new array",
    ),
    "worst place": (
        "scores.argmax()",
        "scores.argmin()",
        "the best window has the highest score",
    ),
    "last of equal places": (
        "scores.argmax()",
        "scores.size - 1 - scores[::-1, ::-1].argmax()",
        "of equally good windows the first in reading order is asked",
    ),
    "centre reported": (
        "(int(row), int(column))",
        "(int(row) + kh // 2, int(column) + kw // 2)",
        "asked is the top left corner of the best window, not its centre",
    ),
    "column before row": (
        "(int(row), int(column))",
        "(int(column), int(row))",
        "the task asks for (row, column) in this order",
    ),
    "last window missing": (
        "h - kh + 1, w - kw + 1",
        "h - kh, w - kw",
        "count positions, not steps: one row and one column of windows more",
    ),
    "overwrites instead of adding": (
        "scores += pattern",
        "scores = pattern",
        "each tap overwrites the one before: add them up",
    ),
    "place as one number": (
        ("    return scores, (int(row), int(column))"),
        ("    return scores, int(scores.argmax())"),
        "argmax counts through the flattened map; np.unravel_index makes row and column of it",
    ),
    "divided by the window's length": (
        (
            "def find_template(image, template):\n"
            "    pattern = template - template.mean()\n"
            "    (h, w), (kh, kw) = image.shape, pattern.shape\n"
            "    scores = np.zeros((h - kh + 1, w - kw + 1))\n"
            "    for i, j in np.ndindex(scores.shape):\n"
            "        window = image[i : i + kh, j : j + kw]\n"
            "        scores[i, j] = np.sum(window * pattern) / (np.linalg.norm(window) * np.linalg.norm(pattern) + 1e-12)\n"
            "    row, column = np.unravel_index(scores.argmax(), scores.shape)\n"
            "    return scores, (int(row), int(column))"
        ),
        "the correlation is divided by the lengths of window and template: a good score, but the one asked for is the bare correlation",
    ),
    "squared differences": (
        (
            "def find_template(image, template):\n"
            "    (h, w), (kh, kw) = image.shape, template.shape\n"
            "    scores = np.zeros((h - kh + 1, w - kw + 1))\n"
            "    for i, j in np.ndindex(scores.shape):\n"
            "        scores[i, j] = np.sum((image[i : i + kh, j : j + kw] - template) ** 2)\n"
            "    row, column = np.unravel_index(scores.argmin(), scores.shape)\n"
            "    return scores, (int(row), int(column))"
        ),
        "these are squared differences, smallest where they fit best; asked is the correlation with the template less its mean, largest there",
    ),
}
RIGHT["find_template"] = {
    "pattern turned twice": """
def find_template(image, template):
    pattern = (template - template.mean())[::-1, ::-1]
    (h, w), (kh, kw) = image.shape, pattern.shape
    rows, columns = h - kh + 1, w - kw + 1
    scores = np.zeros((rows, columns))
    for u in range(kh):
        for v in range(kw):
            top, left = kh - 1 - u, kw - 1 - v
            scores += pattern[u, v] * image[top : top + rows, left : left + columns]
    best = int(np.argmax(scores))
    return scores, (best // columns, best % columns)
""",
    "windows": """
def find_template(image, template):
    view = sliding_window_view(image, template.shape)
    scores = np.einsum("ijuv,uv->ij", view, template - template.mean())
    row, column = np.argwhere(scores == scores.max())[0].tolist()
    return scores, (row, column)
""",
}

WRONG["open_textures"] = {
    "Gaussian derivatives of one width": (
        "my_bank = [(np.array(waves), 5, 1)]",
        "my_bank = [(filters.gaussian_bank(1.5, 4)[1:], 3, 1)]",
        "derivatives of one width ask for a direction, but hardly for a wavelength: which filter prefers one wave to others?",
    ),
    "directions round the whole circle": (
        "np.arange(4) * np.pi / 4",
        "np.arange(4) * np.pi / 2",
        "stripes turned by 180° are the same stripes, so these are two directions, and both diagonals look alike to them: take 45° steps",
    ),
    "degrees": (
        "np.arange(4) * np.pi / 4",
        "np.arange(4) * 45",
        "gabor takes its angle in radians: 45 radians are some direction or other",
    ),
    "one wavelength": (
        "for wave in (3, 5, 9)",
        "for wave in (9,)",
        "one wavelength tells directions, but fine and middle stripes look alike to it: ask for each wavelength",
    ),
    "middle wave only": (
        "for wave in (3, 5, 9)",
        "for wave in (5,)",
        "filters of the middle wavelength miss the other two: how strongly they fail to answer tells little",
    ),
    "over the budget": (
        "my_bank = [(np.array(waves), 5, 1)]",
        "my_bank = [(np.array(waves), 1, 1)]",
        "more than 30 000 multiply-adds: look at fewer places, by a larger stride, or take smaller or fewer filters",
    ),
    "random filters": (
        "waves = [",
        "waves = [np.random.default_rng(0).normal(size=(9, 9)) for _ in range(12)] or [",
        "random filters answer to everything alike: design them for the question",
    ),
    "blurs": (
        "my_bank = [(np.array(waves), 5, 1)]",
        "my_bank = [(np.array([filters.gaussian_bank(s, 4)[0] for s in (1.0, 2.0, 3.0)]), 4, 1)]",
        "a blur measures brightness, which is the same for all kinds: the filters' weights should add up to 0",
    ),
    "far apart": (
        "my_bank = [(np.array(waves), 5, 1)]",
        "my_bank = [(np.array(waves)[:, 2:7, 2:7], 3, 4)]",
        "taps that lie 4 pixels apart take stripes of 3 and of 9 pixels for others: dilation is for coarse stripes",
    ),
    "used up": (
        "my_bank = [(np.array(waves), 5, 1)]",
        "my_bank = zip([np.array(waves)], [5], [1])",
        "no group is left when the images come: the list is empty, or it is a zip or generator, which can be walked through once",
    ),
    "arrays instead of groups": (
        "my_bank = [(np.array(waves), 5, 1)]",
        "my_bank = waves",
        "each group is (filters, stride, dilation), and its filters are one array (f, kh, kw), with three axes even for one filter",
    ),
    "sigma too small": (
        "sigma=2.0, radius=4",
        "sigma=0.5, radius=4",
        "so narrow a Gaussian leaves nothing of the wave but a spot: it should hold a stripe or two",
    ),
}
RIGHT["open_textures"] = {
    "small kernels, coarse ones dilated": (
        """angles = np.arange(4) * np.pi / 4
waves = [filters.gabor(wave, angle, sigma=2.0, radius=4) for wave in (3, 5, 9) for angle in angles]
my_bank = [(np.array(waves), 5, 1)]""",
        """turns = [k * np.pi / 4 for k in range(4)]
fine = [filters.gabor(wave, turn, 1.7, 3) for wave in (3, 5) for turn in turns]
coarse = np.array([filters.gabor(4.5, turn, 1.7, 3) for turn in turns])
my_bank = [(np.array(fine), 4, 1), (coarse, 4, 2)]""",
    ),
    "waves cut out, in tuples": (
        """angles = np.arange(4) * np.pi / 4
waves = [filters.gabor(wave, angle, sigma=2.0, radius=4) for wave in (3, 5, 9) for angle in angles]
my_bank = [(np.array(waves), 5, 1)]""",
        """rows, columns = np.mgrid[-4:5, -4:5]
cut = []
for length in (3.0, 5.0, 9.0):
    for k in range(4):
        along = np.cos(np.pi * k / 4) * columns + np.sin(np.pi * k / 4) * rows
        wave = np.sin(2 * np.pi * along / length) * np.exp(-(rows**2 + columns**2) / 8)
        cut.append(wave / np.linalg.norm(wave))
my_bank = ((np.stack(cut[:8]).astype(np.float32), 5, 1), (np.stack(cut[8:]), 5, 1))""",
    ),
}
