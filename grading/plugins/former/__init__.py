"""Addresses that the nbgrader_config.py of earlier course folders names; `grading/__init__.py` has them found."""
