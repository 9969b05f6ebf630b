"""Put the pages together and let Sphinx make a site of them: text, search, cross-references, light and dark."""

import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import nbformat

from grading.errors import CourseError
from grading.publishing.book.pages import page
from grading.publishing.book.reference import command_pages, library_pages

CONF = """
project = "From the perceptron to ResNet"
copyright = "the course's authors"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.mathjax"]
html_theme = "furo"
html_title = project
html_static_path = ["_static"]
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
mathjax_path = "mathjax/MathJax.js?config=TeX-AMS-MML_HTMLorMML-full,Safe"
myst_update_mathjax = False
html_js_files = [("math.js", {"priority": 100})]
html_css_files = ["paper.css"]
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_default_options = {"undoc-members": False}
nb_mime_priority_overrides = [("html", "text/html", 0), ("html", "image/svg+xml", 1), ("html", "image/png", 2)]
html_show_sphinx = False
templates_path = []
exclude_patterns = []
suppress_warnings = ["myst.header", "mystnb.unknown_mime_type", "docutils", "ref.python"]
"""
MATH = """window.MathJax = {
  tex2jax: {ignoreClass: "tex2jax_ignore", processClass: "math|tex2jax_process"},
  "HTML-CSS": {linebreaks: {automatic: true}, availableFonts: ["STIX-Web"], webFont: "STIX-Web"},
  messageStyle: "none", showMathMenu: false
}
"""
PAPER = """@media print {
  .skip-to-content { display: none; }
  pre { white-space: pre-wrap !important; overflow-wrap: anywhere; }
}
"""
INDEX = """# From the perceptron to ResNet

Deep learning in {count} lessons. Every number and picture on these pages was made by running the cell above it.
To write the exercises and have them checked, open the same lessons as notebooks (`make lab`).

```{{toctree}}
:caption: Lessons
:maxdepth: 1

{lessons}
```

```{{toctree}}
:caption: Beside the lessons
:maxdepth: 1

figures/figures
commands/index
library/index
```
"""
SHELF = """# {title}

{text}

```{{toctree}}
:maxdepth: 1

{names}
```
"""


def build_book(lessons, folders, out, commands, *, tell=lambda text: None):
    """Make the site in the folder `out`, in place of a book that lies there; returns the path of its first page.

    `commands` are click's, {name: command}. CourseError when a lesson's own cell fails, when Sphinx is missing, or when
    `out` holds something else than a book.
    """
    try:
        from sphinx.application import Sphinx
    except ImportError:
        told = "the book needs Sphinx; in the project's folder type: pip install --editable '.[book]'"
        raise CourseError(told) from None
    out = Path(out).resolve()
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / "objects.inv").exists())):
        raise CourseError(f"{out} holds something else than a book; name another folder")
    with tempfile.TemporaryDirectory(prefix="course-book-") as scratch:
        source, site, trees = (Path(scratch) / name for name in ("source", "site", "trees"))
        _write_pages(lessons, folders, source, commands, tell)
        tell("site")
        app = Sphinx(str(source), str(source), str(site), str(trees), "html", status=None)
        app.build()
        if app.statuscode:
            raise CourseError("Sphinx could not make the site; its messages stand above")
        shutil.rmtree(site / "_sources", ignore_errors=True)
        if out.exists():
            shutil.rmtree(out)
        shutil.copytree(site, out)
    return out / "index.html"


def _write_pages(lessons, folders, source, commands, tell):
    source.mkdir()
    (source / "conf.py").write_text(CONF, encoding="utf-8")
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # each lesson's cells run in a process of their own
        for lesson, made in zip(lessons, pool.map(page, lessons), strict=True):
            tell(lesson.slug)
            nbformat.write(made, source / f"{lesson.slug}.ipynb")
    for part in ("pictures", "figures"):
        if (folders.notebooks / part).is_dir():
            ignore = shutil.ignore_patterns("*.json")
            shutil.copytree(folders.notebooks / part, source / part, ignore=ignore)
    _shelf(source / "commands", "Commands", "Each says what it does, with an example.", command_pages(commands), ".md")
    _shelf(source / "library", "The library", "What notebooks import; NumPy only.", library_pages(), ".rst")
    static = source / "_static"
    shutil.copytree(files("jupyter_server_mathjax") / "static", static / "mathjax")
    (static / "math.js").write_text(MATH, encoding="utf-8")
    (static / "paper.css").write_text(PAPER, encoding="utf-8")
    names = "\n".join(lesson.slug for lesson in lessons)
    (source / "index.md").write_text(INDEX.format(count=len(lessons), lessons=names), encoding="utf-8")


def _shelf(folder, title, text, pages, suffix):
    """A folder of pages with a page that lists them."""
    folder.mkdir()
    for name, content in pages.items():
        (folder / f"{name}{suffix}").write_text(content, encoding="utf-8")
    listed = SHELF.format(title=title, text=text, names="\n".join(pages))
    (folder / "index.md").write_text(listed, encoding="utf-8")
