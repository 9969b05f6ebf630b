"""Writes marks into nbgrader's gradebook: replays results into it, one transaction a submission (dates: terms.py).

It runs the folder's own list of autograde steps (nbgrader_config.py) on a gradebook that stays open, so an instructor's
further steps and late policy take part. Manual scores and comments are never touched. A copy of the gradebook is kept
before the first write.
"""

import copy
import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import sqlalchemy
from nbgrader.preprocessors import CheckCellMetadata
from traitlets.utils.importstring import import_item

from course_lib.files import write_atomically
from grading.course.folder import load_config
from grading.errors import CourseError
from grading.marking import rows
from grading.marking.backup import backup
from grading.marking.gradebook import Reader, due, explain, parse_time
from grading.marking.mark import Mark, marking_of, rules_of
from grading.marking.nbgrader_steps import SaveVerdict
from grading.marking.scores import auto_score, reason, rewritten


class Writer(Reader):
    """An open gradebook and the steps to replay with. Use as a context manager, in one thread."""

    def __init__(self, course, path=None, *, spare=0):
        """`path` is a copy of the folder's gradebook to write to instead; then no file of the folder is touched.

        The gradebook is copied before the first write, unless there is a copy younger than `spare` seconds.
        """
        super().__init__(course, path)
        self.spare = spare
        self.config = load_config(course.root)
        self.how = marking_of(course, self.config)
        self.apart = path is not None
        self._steps = None
        self._copied = self.apart

    def replay(self, submission, nb, verdict, *, changed=True):
        """Write one submission: autograded notebook, scores, reasons, late penalty; all rows in one transaction.

        `nb` is the dressed notebook; `changed` says that it is not what was graded before.
        """
        if not self._copied:
            backup(self.course, self.spare)
            self._copied = True
        return self._replayed(submission, nb, verdict, changed, keep=True)

    def would_mark(self, submission, nb, verdict):
        """The Mark that `replay` would write; nothing is written, and `nb` stays as it is."""
        return self._replayed(submission, copy.deepcopy(nb), verdict, changed=True, keep=False)

    def _replayed(self, submission, nb, verdict, changed, *, keep):
        try:
            known = self.lesson(submission.lesson)
            timestamp = parse_time(submission.timestamp)
            at = rows.open_submission(self.db.connection(), known, submission.student, timestamp)
            resources = self._resources(submission, known, at, timestamp, verdict, changed)
            resources["course"].rewritten = rewritten(self.course, submission, nb)
            for step in self._autograde_steps():
                nb, resources = step(nb, resources)
            if keep and not self.apart:
                self._write_notebook(submission, nb)
            self.db.commit() if keep else self.db.rollback()
        except sqlalchemy.exc.DatabaseError as error:
            self.db.rollback()
            raise explain(error, self.path) from None
        except OSError as error:
            self.db.rollback()
            what = error.strerror or type(error).__name__
            raise CourseError(
                f"{error.filename or self.course.root}: {what}; mend that and run the same command."
            ) from None
        except BaseException:  # the boundary's to tell: half a submission must not ride along with the next one's rows
            self.db.rollback()
            raise
        return resources["course"].mark

    def rules(self, lesson, mark):
        """The hash of the rules behind a mark."""
        return rules_of(self.course, lesson, mark, self.how)

    def _resources(self, submission, known, at, timestamp, verdict, changed):
        names = {"student": submission.student, "assignment": known.name, "notebook": known.name}
        when = due(known.duedate, at.extension)
        mark = Mark(0.0, 0.0, handed_in=timestamp, due=when, extension=at.extension or None)
        work = SimpleNamespace(writer=self, known=known, at=at, verdict=verdict, changed=changed, mark=mark)
        return {"unique_key": known.name, "nbgrader": {**names, "db_url": f"sqlite:///{self.path}"}, "course": work}

    def _autograde_steps(self):
        """The folder's autograde steps, made once; less the metadata check: metadata is the skeleton's."""
        if self._steps is None:
            listed = self.config.Autograde.get("autograde_preprocessors", [])
            classes = [import_item(step) if isinstance(step, str) else step for step in listed]
            if SaveVerdict not in classes:
                raise CourseError(
                    f"{self.course.root}/nbgrader_config.py does not list grading.plugins.SaveVerdict; "
                    "put back the course's autograde_preprocessors."
                )
            kept = [cls for cls in classes if cls is not CheckCellMetadata]
            self._steps = [cls(config=self.config) for cls in kept]
        return self._steps

    def _write_notebook(self, submission, nb):
        """autograded/STUDENT/LESSON: the notebook, the time stamp and the release's files, as nbgrader leaves them."""
        folder = self.course.root / "autograded" / submission.student / submission.lesson
        if folder.exists():
            shutil.rmtree(folder)
        text = json.dumps(nb, ensure_ascii=False, sort_keys=True) + "\n"  # indenting takes three times as long
        path = folder / f"{submission.lesson}.ipynb"
        write_atomically(path, text)
        path.chmod(0o444)
        if (self.course.root / "release" / submission.lesson / "pictures").is_dir():
            (folder / "pictures").symlink_to(f"../../../release/{submission.lesson}/pictures")  # for formgrader's pages
        for name, text in (("timestamp.txt", submission.timestamp), ("submission_secret.txt", submission.secret)):
            if text:
                write_atomically(folder / name, text)

    def save_scores(self, nb, course):
        """The scores and reasons of one notebook; called by the step that stands for SaveAutoGrades."""
        known, at, verdict = course.known, course.at, course.verdict
        cells = {c.metadata["nbgrader"]["grade_id"]: c for c in nb.cells if "nbgrader" in c.metadata}
        db, scored, total, by_hand = self.db.connection(), [], 0.0, 0.0
        for row, cell, manual, needs, old, extra in rows.grades(db, known, at):
            auto = auto_score(cells[known.grades[cell]], verdict)
            needs = auto is None if manual is None else bool(needs) or (course.changed and auto != old)
            needs = needs or (manual is not None and known.grades[cell] in course.rewritten)
            scored.append({"row": row, "auto": auto, "needs": needs})
            total += (auto or 0.0 if manual is None else manual) + extra
            by_hand += (manual or 0.0) + extra
        rows.save_scores(db, scored)
        rows.save_comments(db, known, at, lambda name: reason(cells[name], verdict))
        course.score = total  # nbgrader's check of a penalty reads it by this name
        unread = sum(one["needs"] for one in scored)
        course.mark = replace(course.mark, raw=total, by_hand=by_hand, unread=unread)

    def save_penalty(self, penalty, course):
        """The late penalty of one notebook (None: none)."""
        rows.save_penalty(self.db.connection(), course.at, penalty)
        course.mark = replace(course.mark, penalty=penalty or 0.0)
