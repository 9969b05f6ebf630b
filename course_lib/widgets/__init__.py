"""Explorers with sliders, ipywidgets only; each has a static twin in `course_lib.viz`."""
