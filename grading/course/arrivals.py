"""What has arrived in a folder since it was looked at last: names, sizes and times are asked for again and again.

Asking is the one way that is right everywhere: a kernel's notices (inotify) tell nothing of what another machine wrote
on a network folder, and are lost while nobody listens. A look at 3 000 files takes hundredths of a second. A file has
arrived when two looks in a row find it the same; what is still being written is left for later.

Files belong to a unit, what is collected together: one student's files of one attempt by a system's names, else what
stands at the top of the folder. `Arrivals.done` says that a unit was taken in; a later run knows it from the memory.
"""

import hashlib
import json
import os
from collections import defaultdict
from pathlib import Path

from course_lib.files import write_atomically
from grading.course.collect.systems import claim
from grading.errors import CourseError


class Arrivals:
    """The files of `folder` by unit, and what of them was taken in. `lead(name)`: whether a folder only sorts units."""

    def __init__(self, folder, memory, lead=lambda name: False):
        self.folder, self.memory, self.lead = Path(folder).resolve(), Path(memory), lead
        if not self.folder.is_dir():
            raise CourseError(f"{folder} is no folder; name the one in which hand-ins arrive.")
        self.seen, self.taken = {}, self._remembered()

    def look(self):
        """{unit: its files, relative to the folder} of what has arrived and was not taken in; the oldest first."""
        files = self._files()
        now = {unit: _signature(found) for unit, found in files.items()}
        new = [unit for unit in now if now[unit] == self.seen.get(unit) and now[unit] != self.taken.get(unit)]
        self.seen, self.taken = now, {unit: sign for unit, sign in self.taken.items() if unit in now}
        new.sort(key=lambda unit: max(time for _, _, time in files[unit]))
        return {unit: [path for path, *_ in files[unit]] for unit in new}

    @property
    def settled(self):
        """Whether nothing that was seen waits to be looked at again."""
        return self.seen == self.taken

    def done(self, units, again=()):
        """These units were taken in; those in `again` too, but a later run is to look at them once more."""
        self.taken |= {unit: self.seen[unit] for unit in units}
        told = self._all()
        told[str(self.folder)] = {unit: sign for unit, sign in self.taken.items() if unit not in again}
        write_atomically(self.memory, json.dumps(told, ensure_ascii=False))

    def _remembered(self):
        found = self._all().get(str(self.folder), {})
        return found if isinstance(found, dict) else {}

    def _all(self):
        """The memory: {folder: {unit: signature}}. One that cannot be read is none: then all is looked at again."""
        try:
            told = json.loads(self.memory.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}

    def _files(self):
        """{unit: [(path, size, time)]}; nothing while the folder cannot be reached."""
        found = defaultdict(list)
        for at, folders, names in os.walk(self.folder):
            folders[:] = sorted(f for f in folders if f[0] != "." and f != "__MACOSX" and not Path(at, f).is_symlink())
            for name in sorted(names):
                path = Path(at, name)
                try:
                    info = path.lstat()
                except OSError:
                    continue  # gone since it was listed
                if name[0] != ".":
                    shown = path.relative_to(self.folder)
                    found[self._unit(shown.parts)].append((str(shown), info.st_size, info.st_mtime_ns))
        return found

    def _unit(self, parts):
        lead = parts[:1] if len(parts) > 1 and self.lead(parts[0]) else ()
        first = parts[len(lead)]
        own = claim((first,)) if len(parts) == len(lead) + 1 else None
        return "/".join([*lead, first if own is None else own.unit])


def _signature(files):
    return hashlib.sha256(repr(files).encode("utf-8", "surrogateescape")).hexdigest()[:20]
