"""Run in each kernel of `course lab` as it starts: the names that a lesson's first cells bring in, before they do.

After a restart, a check cell that is run first would end in "name 'check' is not defined". A stand-in bears the name
until the real one is imported, and says what to do; nothing of the course is imported for it.
"""


def _before(name):
    class NotRunYet(NameError):
        def _render_traceback_(self):
            return [str(self)]

    def stand_in(*_, **__):
        raise NotRunYet(
            f"`{name}` is not there yet, for this notebook's kernel was started anew: run the lesson's first cells, "
            "down to the one that imports it, then the cell of your answer, then this one."
        )

    stand_in.not_run_yet = True  # by which the course knows that the name is free
    return stand_in


NotDone, answer, check, hint, progress, yours = map(
    _before, ("NotDone", "answer", "check", "hint", "progress", "yours")
)
del _before
