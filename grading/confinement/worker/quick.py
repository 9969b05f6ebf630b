"""What ipykernel and IPython do before each cell, where it takes longer than the cell: the same, done quickly."""

import re

SIGNS = re.compile(r"\?|^\s*[%!/,;]|=[\s\\]*[%!]", re.M)  # text without any of them has nothing of IPython's own syntax


def murmur2(text, seed):
    """ipykernel's hash of a cell, which names its file in tracebacks; ipykernel's own takes as long as the cell."""
    import numpy as np

    data = text.encode()
    whole, factor, low = len(data) & ~3, np.uint32(0x5BD1E995), 0xFFFFFFFF
    pieces = np.frombuffer(data[:whole], "<u4") * factor
    pieces ^= pieces >> np.uint32(24)
    value, times = seed ^ len(data), int(factor)
    for piece in (pieces * factor).tolist():
        value = (value * times & low) ^ piece
    if whole < len(data):
        value = (value ^ int.from_bytes(data[whole:], "little")) * times & low
    value = (value ^ value >> 13) * times & low
    return value ^ value >> 15


def transformer():
    """IPython's TransformerManager, which takes a cell apart only where there may be something to find."""
    from IPython.core.inputtransformer2 import TransformerManager

    usual = TransformerManager().token_transformers

    class Transformer(TransformerManager):
        def do_token_transforms(self, lines):
            own = self.token_transformers != usual or SIGNS.search("".join(lines))
            return super().do_token_transforms(lines) if own else lines

    return Transformer
