"""A hidden cell's code objects, made by the driver once for all submissions: no worker has to read its text.

The worker takes them where it runs the same Python, told by `MAGIC`, and else reads the text.
"""

import ast
import functools
import hashlib
import importlib.util
import marshal

MAGIC = importlib.util.MAGIC_NUMBER.hex()


@functools.lru_cache(maxsize=200)  # a lesson's hidden cells are the same for all who hand in
def compiled(source):
    """(the file's name that tracebacks show, the marshalled code objects of a cell's statements); b"" for no Python."""
    name = f"/tmp/ipykernel_hidden/{hashlib.sha256(source.encode()).hexdigest()[:16]}.py"
    try:
        codes = [
            compile(ast.Module([statement], []), name, "exec", dont_inherit=True)
            for statement in ast.parse(source, name).body
        ]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return name, b""
    return name, marshal.dumps(codes)
