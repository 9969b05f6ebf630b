"""The learner's commands; each is one call into the package."""


def register(app):
    """Add this group's commands to the Typer `app`."""
