# The commands of the project. Each sets up what it needs first; `make setup` does nothing when nothing changed.

PYTHON ?= python3
PIP_FLAGS ?=
BIN := .venv/bin
JOBS ?= auto

.PHONY: help setup learner demo test browser check lab build book certify bench clean

help:
	@echo "make demo     grade a small class of sample submissions and show the result"
	@echo "make test     run the test suite"
	@echo "make browser  a learner's first hour in a real JupyterLab (needs chromium)"
	@echo "make lab      open the course in JupyterLab (installs what a learner needs, and no more)"
	@echo "make check    for authors: lint, notebooks up to date, quick tests (seconds)"
	@echo "make build    notebooks from solutions/"
	@echo "make book     the lessons as a static site, in build/book"
	@echo "make certify  prove every exercise's tests"
	@echo "make bench    measure against torch and stock nbgrader"

# a learner's packages only, unless all are there already
learner: $(if $(wildcard .venv/.ready),.venv/.ready,.venv/.learner)

setup: .venv/.ready

.venv/.learner .venv/.ready: pyproject.toml setup.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "The course needs Python 3.11 or newer; $(PYTHON) is older. Try: make $(or $(MAKECMDGOALS),setup) PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv"; exit 1; }
	@echo "Installing $(if $(filter %.ready,$@),the course's,a learner's) packages into .venv (the first time this takes a while) ..."
	@$(BIN)/python -m pip install --quiet --upgrade pip
	@$(BIN)/python -m pip install --quiet --no-compile $(PIP_FLAGS) --editable '.$(if $(filter %.ready,$@),[dev])'
	@$(BIN)/python -m compileall -q -j 0 .venv/lib >/dev/null 2>&1 || : # on all processors, where pip takes one
	@$(if $(filter %.ready,$@),$(BIN)/python -m grading.confinement.bubblewrap,:)
	@touch $@

demo: setup
	@$(BIN)/course demo

# with byte-code kept, whatever the environment says: the tests start hundreds of processes that import the same
test: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

browser: setup
	$(BIN)/python -m pytest tests/browser

check: setup
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/course build --check
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS) tests/test_conventions.py tests/test_house.py tests/test_setup.py tests/course_lib/evidence/test_compare.py tests/course_lib/test_public_names.py

lab: learner
	@$(BIN)/course lab

build: setup
	$(BIN)/course build

book: setup
	$(BIN)/course book

certify: setup
	$(BIN)/course certify

bench: setup
	$(BIN)/python benchmarks/numeric.py
	$(BIN)/python benchmarks/grading.py

clean:
	rm -rf .venv .cache build demo-course
