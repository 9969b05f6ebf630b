"""What students uploaded becomes submitted/STUDENT/LESSON/: every file that was given is accounted for.

given.py lists the files (archives.py: what a zip or a tar holds; zip_names.py: as a zip calls it), systems.py and
plain.py say whose each is by its path (noise.py: less what names nobody), beside.py reads what systems wrote beside,
people.py turns that into students' ids (known.py: of whom the folder knows; meant.py: by the words of a name),
groups.csv into a group's members, choose.py picks the notebook that counts, one.py adds helpers and the hand-in time,
keep.py compares with what is there and writes, account.py says what became of each. Nothing is guessed: where two
people or two files could be meant it stops for that student and says what to do; who was not known before is named.
"""

from grading.course.collect.run import Options, collect

__all__ = ["Options", "collect"]
