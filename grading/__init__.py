"""Lessons made into notebooks, proven, handed out, graded in confinement and reported on."""

import sys
from pathlib import Path

# what course folders made earlier name (`grading.steps.LayOver`) is looked for in plugins/former/ after the wings
__path__.append(str(Path(__file__).parent / "plugins" / "former"))

# jsonschema builds a grammar of international addresses (IRIs) as it is imported, more than a second of every command;
# no format of a notebook is one. Where the package is absent, jsonschema does without.
sys.modules.setdefault("rfc3987_syntax", None)
