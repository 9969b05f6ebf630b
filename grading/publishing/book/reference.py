"""The other pages: one for every command, as its own help says it, and the library as its docstrings say it."""

import importlib
import inspect
import re

MODULES = ("functional", "nn", "optim", "train", "data", "checks", "arithmetic", "autograd")


def command_pages(commands):
    """{name: Markdown} of click's commands {name: command}; instructors read them, authors and learners too."""
    return {name: _command(name, command) for name, command in sorted(commands.items())}


def _command(name, command):
    text = inspect.cleandoc(command.help or "").replace("\f", "")
    text = re.sub(r"^Example: (.*)$", r"```\n\1\n```", text, flags=re.M)
    lines = [f"# course {name}", "", text, "", "| | |", "|---|---|"]
    for param in command.params:
        if param.name == "help":
            continue
        names = (*param.opts, *param.secondary_opts) if param.param_type_name == "option" else (param.name.upper(),)
        lines.append(f"| {', '.join(f'`{n}`' for n in names)} | {_cell(getattr(param, 'help', '') or '')} |")
    return "\n".join(lines if len(lines) > 6 else lines[:3]) + "\n"


def _cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def library_pages():
    """{name: reStructuredText} of the library's public names, module by module."""
    return {name: _module(f"course_lib.{name}") for name in MODULES}


def _module(name):
    module = importlib.import_module(name)
    public = [n for n in getattr(module, "__all__", None) or _own(module) if not inspect.ismodule(getattr(module, n))]
    lines = [name, "=" * len(name), "", inspect.getdoc(module) or "", "", f".. currentmodule:: {name}", ""]
    for one in public:
        kind = "class" if inspect.isclass(getattr(module, one)) else "function"
        lines += [f".. auto{kind}:: {one}", *(["   :members:"] if kind == "class" else []), ""]
    return "\n".join(lines)


def _own(module):
    """The public names that a module without __all__ defines itself."""
    own = (n for n, v in vars(module).items() if getattr(v, "__module__", "") == module.__name__)
    return [n for n in own if not n.startswith("_")]
