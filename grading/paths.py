"""Where the project's own files lie."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Folders:
    """Where things lie; the defaults are this repository's."""

    solutions: Path = ROOT / "solutions"
    notebooks: Path = ROOT / "notebooks"

    @property
    def hidden(self):
        """The hidden records while authoring; git ignores build/."""
        return self.notebooks.parent / "build" / "hidden"

    @property
    def expected(self):
        """The visible records, beside the notebooks."""
        return self.notebooks / "expected"
