"""Open a lesson in real JupyterLab in a headless browser, run all cells, and keep pictures of the whole page.

For authors, who look at what students will see: `course look 09 --solved --dark`. Needs Debian's chromium, or another
Chrome, and the package playwright of the `dev` extra.
"""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from grading.errors import CourseError
from grading.lessons.frame import notebook_bytes
from grading.lessons.release import student_notebook

LAPTOP = {"width": 1366, "height": 768}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
BUSY = "() => [...document.querySelectorAll('.jp-InputArea-prompt')].some(e => e.textContent.includes('[*]'))"
BEGUN = "() => [...document.querySelectorAll('.jp-InputArea-prompt')].some(e => /\\[(\\d+|\\*)\\]/.test(e.textContent))"
STATUS = "() => document.querySelector('.jp-Notebook-ExecutionIndicator')?.getAttribute('data-status')"
SCROLLED = "(box, top) => { box.scrollTop = top; return [box.scrollTop + box.clientHeight, box.scrollHeight] }"


@dataclass
class Seen:
    """What the browser saw: pictures in order, how often each kind of output stands there, errors of its console."""

    pictures: list[Path] = field(default_factory=list)
    passed: int = 0
    failed: int = 0
    widgets: int = 0
    complaints: list[str] = field(default_factory=list)


def solved(lesson, notebook):
    """Put the reference answers into a student's `notebook`, in place; returns it."""
    answers = {exercise.id: exercise.reference for exercise in lesson.exercises}
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if cell.cell_type == "code" and grade_id in answers:
            cell.source = answers[grade_id]
    return notebook


def look(lesson, notebooks, to, *, answers=False, dark=False, seconds=240):
    """Run `lesson` as released (or with its answers) and write the pictures to the folder `to`; what was Seen.

    Raises CourseError without a browser or playwright, and when the cells are still running after `seconds`.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise CourseError("look needs playwright; type: pip install playwright") from None
    if browser is None:
        raise CourseError("look needs a browser; on Debian or Ubuntu type: sudo apt-get install -y chromium")
    notebook = student_notebook(lesson)
    with tempfile.TemporaryDirectory(prefix="course-look-") as folder:
        for part in ("expected", "pictures"):
            if (Path(notebooks) / part).is_dir():
                shutil.copytree(Path(notebooks) / part, Path(folder) / part)
        name = f"{lesson.slug}.ipynb"
        (Path(folder) / name).write_bytes(notebook_bytes(solved(lesson, notebook) if answers else notebook))
        with jupyterlab(folder) as address, sync_playwright() as playwright:
            chrome = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
            page = chrome.new_page(viewport=LAPTOP)
            seen = Seen()
            page.on("console", lambda m: seen.complaints.append(m.text) if m.type == "error" else None)
            page.goto(f"{address}/lab/tree/{name}?reset")
            _run_all(page, dark, seconds)
            _pictures(page, Path(to), seen)
            chrome.close()
    return seen


@contextmanager
def jupyterlab(folder):
    """A JupyterLab server of its own over `folder`; yields its address, without a token, on this machine only."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--ip=127.0.0.1", "--allow-root"]
    words += ["--IdentityProvider.token=", f"--LabApp.user_settings_dir={folder}/.settings", "--expose-app-in-browser"]
    server = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=2)
                break
            except OSError:
                if server.poll() is not None:
                    raise CourseError("JupyterLab did not start; `course doctor` looks for the reason") from None
                time.sleep(0.25)
        yield address
    finally:
        server.terminate()
        server.wait()


def _run_all(page, dark, seconds):
    """Choose the theme, run every cell, wait until the kernel is idle."""
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.ready")  # else it asks for a kernel
    page.wait_for_function(f"{STATUS} && ({STATUS})() === 'idle'", timeout=60_000)
    theme = "JupyterLab Dark" if dark else "JupyterLab Light"
    page.evaluate(f"() => window.jupyterapp.commands.execute('apputils:change-theme', {{theme: '{theme}'}})")
    news = page.get_by_role("button", name="No", exact=True)
    if news.count():
        news.click()
    for _ in range(20):  # the kernel may not listen yet, and JupyterLab then drops the request
        page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")
        time.sleep(3)
        if page.evaluate(BEGUN):
            break
    end = time.monotonic() + seconds
    while page.evaluate(BUSY) or page.evaluate(STATUS) != "idle":
        if time.monotonic() > end:
            raise CourseError(f"the cells still run after {seconds} s; give more time with --seconds")
        time.sleep(1)


def _pictures(page, to, seen):
    """Scroll through the notebook, a picture for each screen; count checks and widgets once each."""
    to.mkdir(parents=True, exist_ok=True)
    box = page.query_selector(".jp-WindowedPanel-outer") or page.query_selector(".jp-Notebook")
    top, counted = 0, {"passed": set(), "failed": set(), "widgets": set()}
    while True:
        bottom, height = box.evaluate(SCROLLED, top)
        time.sleep(0.8)
        picture = to / f"{len(seen.pictures):02d}.png"
        page.screenshot(path=picture)
        seen.pictures.append(picture)
        for kind, cells in page.evaluate(COUNT).items():
            counted[kind].update(cells)
        if bottom >= height - 5:
            break
        top = bottom - 80
    seen.passed, seen.failed, seen.widgets = (len(counted[kind]) for kind in ("passed", "failed", "widgets"))


COUNT = """() => {
  const found = {passed: [], failed: [], widgets: []}
  for (const cell of document.querySelectorAll('.jp-Notebook .jp-CodeCell')) {
    const at = cell.getAttribute('data-windowed-list-index') ?? cell.querySelector('.jp-InputArea-prompt')?.textContent
    const text = cell.querySelector('.jp-OutputArea')?.textContent ?? ''
    if (/: all \\d+ right/.test(text)) found.passed.push(at)
    if (/: \\d+ of \\d+ right|not done yet/.test(text)) found.failed.push(at)
    if (cell.querySelector('.jupyter-widgets')) found.widgets.push(at)
  }
  return found
}"""
