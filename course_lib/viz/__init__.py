"""Figures: matplotlib only. What all of them share is said here.

A function draws into `ax` (or `axes`, `axes_pair`, `many`: one Axes for each panel; or `figure`) and makes new ones
where it gets none; it never shows them. `title` stands above, `titles` above the panels, `xlabel`, `ylabel` and
`label` are matplotlib's texts, `color` and `cmap` its colours, `alpha` an opacity within 0..1, `size` inches (width,
height) unless something else is said, and `columns` how many panels stand side by side.
"""
