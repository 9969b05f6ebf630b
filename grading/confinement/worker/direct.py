"""A check's cell, executed as the Python that it is, without the millisecond that IPython takes around each cell.

Its text is the lesson's own and its outputs are the judge's, so that nothing of IPython's shows: no magic, no display
hook, no figure. What would be read differently by IPython is left to it: text that is no plain Python, and all cells
while a built-in function is hidden by a value of the student's (course_lib/checks/own_builtins.py).
"""

import ast
import importlib.util
import linecache
import marshal

MAGIC = importlib.util.MAGIC_NUMBER.hex()


class Direct:
    """Runs check cells in a shell's namespace. `own` is the shell's OwnBuiltins."""

    def __init__(self, shell, own, known=()):
        self.shell, self.own, self.known = shell, own, dict(known)  # source -> its code objects

    def codes(self, source):
        """The code objects of a cell, one for a statement, as IPython makes them; None where IPython is to run it."""
        if self.own.taken():
            return None
        if source not in self.known:
            self.known[source] = self.compiled(source)
        return self.known[source]

    def compiled(self, source):
        """The code objects of a cell's statements, or None for what is no plain Python."""
        name = self.shell.compile.cache(source, self.shell.execution_count, raw_code=source)
        try:
            return [
                compile(ast.Module([statement], []), name, "exec", dont_inherit=True)
                for statement in ast.parse(source, name).body
            ]
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    def learn(self, step, codes):
        """Take in the code objects of a hidden cell, marshalled by the driver (grading/confinement/compiled.py)."""
        if codes and step["magic"] == MAGIC:
            source = step["source"]
            self.known[source] = marshal.loads(codes)
            linecache.cache[step["name"]] = len(source), None, source.splitlines(keepends=True), step["name"]

    async def run(self, source, codes):
        """Execute a cell while the loop runs, as Jupyter does; "ok" or "error", which is shown as IPython shows it."""
        shell = self.shell
        shell.kernel._forward_input(allow_stdin=False)  # who asks the keyboard is told that nobody sits there
        try:
            with shell.builtin_trap:
                for code in codes:
                    exec(code, shell.user_global_ns, shell.user_ns)
            return "ok"
        except SystemExit:
            shell.showtraceback(exception_only=True)
        except BaseException:
            shell.showtraceback(running_compiled_code=True)
        finally:
            shell.kernel._restore_input()
            self.count(source)
        return "error"

    def count(self, source):
        """Have the cell counted as one that was run: In[n] is the n-th."""
        self.shell.history_manager.input_hist_parsed.append(source)
        self.shell.history_manager.input_hist_raw.append(source)
        self.shell.execution_count += 1
