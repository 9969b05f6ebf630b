"""JupyterLab in a browser as a learner uses it: by keyboard and mouse; only where a cell is, is asked of the page."""

import re
import time

from grading.publishing.look import SCROLLED

LONG = 90_000  # milliseconds, for a slow machine
PANEL = "window.jupyterapp.shell.currentWidget"
CELL = f"""id => {{
  const notebook = {PANEL}.content
  const at = notebook.widgets.findIndex(c => c.model.getMetadata('nbgrader')?.grade_id === id || c.model.id === id
    || c.model.sharedModel.getSource().startsWith(id))
  return {{notebook, at, cell: notebook.widgets[at]}}
}}"""
RED = "[data-mime-type='application/vnd.jupyter.stderr']"


class Lab:
    """A page with JupyterLab in it."""

    def __init__(self, page):
        self.page = page
        page.wait_for_function("() => window.jupyterapp", timeout=LONG)
        page.evaluate("() => window.jupyterapp.restored")  # what was open the last time is open again
        page.get_by_role("tab", name="START.ipynb").click()
        self.wait_for_notebook("START.ipynb")

    def wait_for_notebook(self, name):
        """Wait until a notebook is in front and its kernel ready."""
        here = f"name => window.jupyterapp && {PANEL}?.context?.path === name && {PANEL}.content.widgets.length"
        self.page.wait_for_function(here, arg=name, timeout=LONG)
        self.page.locator(".jp-Notebook:visible .jp-Cell").first.wait_for()
        self.wait_for_kernel()
        self.front = name

    def wait_for_kernel(self):
        """Wait until the kernel of the notebook in front is idle."""
        idle = f"() => {PANEL}?.sessionContext?.session?.kernel?.status === 'idle'"
        self.page.wait_for_function(idle, timeout=LONG)

    def menu(self, *names):
        """Choose a command from the menus by its words."""
        self.page.get_by_role("menuitem", name=names[0], exact=True).first.click()
        for name in names[1:]:
            words = re.compile(f"^{re.escape(name)}…?$")
            self.page.locator(".lm-Menu-itemLabel", has_text=words).last.click()

    def follow(self, link, to):
        """Click a link to a lesson, and wait until its notebook `to` is in front."""
        self.page.locator(".jp-Notebook:visible").get_by_role("link", name=link).first.click()
        self.wait_for_notebook(to)

    def go_to(self, cell):
        """Make a cell the active one, by its grade id, its id or how it begins, and scroll to it."""
        found = f"(({CELL})('{cell}'))"
        if self.page.evaluate(f"{PANEL}.context.path") != self.front:  # the start page, restored late, came in front
            self.page.get_by_role("tab", name=self.front).click()
            self.wait_for_notebook(self.front)
        self.page.wait_for_function(f"() => {found}.at >= 0", timeout=LONG)  # a long notebook's cells come in turn
        self.page.evaluate(
            f"() => {{ const f = {found}; f.notebook.mode = 'command'; f.notebook.activeCellIndex = f.at; "
            "return f.notebook.scrollToItem(f.at, 'start').then(() => f.notebook.node.focus()) }"
        )
        self.page.wait_for_function(f"() => {found}.cell.isAttached")

    def write(self, cell, source):
        """Type over what stands in a cell."""
        self.go_to(cell)
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(source)

    def wait_for_source(self, cell, words):
        """Wait until these words stand in a cell."""
        there = f"words => (({CELL})('{cell}')).cell?.model.sharedModel.getSource().includes(words)"
        self.page.wait_for_function(there, arg=words)

    def run(self, cell):
        """Run a cell by the keyboard; the text of what it shows then."""
        self.go_to(cell)
        before = self.page.evaluate(f"(({CELL})('{cell}')).cell.model.executionCount")
        self.page.keyboard.press("Control+Enter")
        ran = f"n => {{ const m = (({CELL})('{cell}')).cell.model; return m.executionCount && m.executionCount !== n }}"
        self.page.wait_for_function(ran, arg=before, timeout=LONG)
        self.wait_for_kernel()
        return self.output(cell).inner_text()

    def run_all(self):
        """Run all cells from the menu, and wait for the last."""
        self.menu("Run", "Run All Cells")
        cells = f"{PANEL}.content.widgets.filter(c => c.model.type === 'code')"
        self.page.wait_for_function(f"() => {cells}.every(c => c.model.executionCount)", timeout=LONG)
        self.wait_for_kernel()

    def output(self, cell):
        """The outputs of a cell, a Locator."""
        self.go_to(cell)
        at = self.page.evaluate(f"(({CELL})('{cell}')).at")
        return self.page.locator(f".jp-Notebook:visible .jp-Cell[data-windowed-list-index='{at}'] .jp-OutputArea")

    def red_bars(self):
        """The texts of all errors shown in the notebook in front, from its first cell to its last."""
        box, found, top = self.page.locator(".jp-WindowedPanel-outer:visible"), set(), 0
        while True:
            bottom, height = box.evaluate(SCROLLED, top)
            time.sleep(0.2)
            found.update(self.page.locator(f".jp-Notebook:visible {RED}").all_inner_texts())
            if bottom >= height - 5:
                return found
            top = bottom - 60

    def save(self):
        """Ctrl+S, and wait until the file is written."""
        self.page.keyboard.press("Control+S")
        self.page.wait_for_function(f"() => !{PANEL}.context.model.dirty")
