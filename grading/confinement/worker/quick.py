"""What ipykernel and IPython do before each cell, where it takes longer than the cell: the same, done quickly."""

import functools
import re

SIGNS = re.compile(
    r"\?|^\s*[%!/,;]|=[\s\\]*[%!]|[\r\v\f\x1c-\x1e\x85\u2028\u2029]", re.M
)  # text without any of them has nothing of IPython's own syntax; the last are other ends of lines than \n
FIRST = re.compile(r"\A\s|^[ \t]+$|^\s*(>>>|\.\.\.|In )", re.M)  # what it takes off before: blank beginnings, prompts
WAITS = re.compile("await|async")  # text without any of them cannot be a coroutine, which IPython compiles it to see


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


def asked_once(accepts):
    """ipykernel's `accepts(method, names)`, which reads the method's signature before each cell."""
    known = functools.lru_cache(maxsize=8)(lambda method, names: accepts(method, list(names)))
    return lambda method, names: known(method, tuple(names))


class Quick:
    """A shell that asks before a cell, and says after an error, what IPython does, without its work."""

    def should_run_async(self, raw_cell, *, transformed_cell=None, **rest):
        """Whether the cell waits for something."""
        never = transformed_cell is not None and not WAITS.search(transformed_cell)
        return not never and super().should_run_async(raw_cell, transformed_cell=transformed_cell, **rest)

    def _format_exception_for_storage(self, exception, *args, **kwargs):
        """What was shown already: IPython would set the whole traceback once more."""
        told = {"ename": type(exception).__name__, "evalue": str(exception)}
        return {**told, "traceback": self._last_traceback or []}


def transformer():
    """IPython's TransformerManager, which takes a cell apart only where there may be something to find."""
    from IPython.core.inputtransformer2 import TransformerManager

    def steps(manager):
        return manager.cleanup_transforms, manager.line_transforms, manager.token_transformers

    usual = steps(TransformerManager())

    class Transformer(TransformerManager):
        def transform_cell(self, cell):
            if steps(self) == usual and not (SIGNS.search(cell) or FIRST.search(cell)):
                return cell if cell.endswith("\n") else cell + "\n"
            return super().transform_cell(cell)

        def do_token_transforms(self, lines):
            own = steps(self) != usual or SIGNS.search("".join(lines))
            return super().do_token_transforms(lines) if own else lines

    return Transformer
