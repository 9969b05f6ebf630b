"""Downloads as each system names them, made here, each with exactly what must come out of `course collect`.

A form is (files, what must come out, options). Files: path -> content, a word of CONTENT or bytes. What must come out:

    taken     {student: path of the notebook}
    helpers   {student: [names]}
    times     {student: hand-in time in timestamp.txt}, a student without one is left out
    left      {path: part of the reason}: every file given that is neither a notebook taken nor a helper
    stopped   [students for whom nothing was decided]
    problems  [part of each sentence that says what to do, in order]
"""

import io
import zipfile

from tests.grading import small_course as sc
from tests.grading import small_lesson as small

L = small.LESSON
YML = """---
submission_101:
  :submitters:
  - :name: Ann Smith
    :sid: '4711'
    :email: ann@example.org
  :created_at: 2026-10-12 23:59:00.123456000 Z
  :status: processed
submission_102:
  :submitters:
  - :name: Bo Li
    :sid: ''
    :email: bo@example.org
  - :name: Cy Wu
    :sid: ''
    :email: cy@example.org
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2026-10-13 01:02:03.000000000 Z
    zone: x
"""


def content(made):
    """CONTENT: words for notebooks and files; `a`, `b`, ... are answered, no two alike."""
    answered = {
        word: small.raw(sc.answered(made, **{**sc.RIGHT, "double": f"{small.ANSWER_DOUBLE}\n# {word}"}))
        for word in "abcdef"
    }
    other = small.notebook(False)
    for cell in other.cells:
        cell.metadata.pop("nbgrader", None)
        cell.id, cell.source = f"other-{cell.id}", "print('mine')" if cell.cell_type == "code" else "mine"
    return {
        **answered,
        "blank": small.raw(sc.released(made)),
        "other": small.raw(other),
        "py": b"def help_me():\n    return 1\n",
        "py2": b"def help_me():\n    return 2\n",
        "x": b"x",
        "apple": b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X",
        "yml": YML.encode(),
        "bbtxt": b"Name: Ann Smith (ann_smith)\nAssignment: Lesson\nDate Submitted: Monday, October 12, 2026 EDT\n",
    }


def zipped(files):
    """A zip's bytes of {path: bytes}."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2026, 11, 20, 10, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


CANVAS, MOODLE = "smithann_10001_900001_", "Ann Smith_12345_assignsubmission_file_"
BLACKBOARD = "Lesson 90_ann_attempt_2026-10-12-23-59-00"
BRIGHTSPACE = "74152-33 - Ann Smith - Oct 12, 2026 1159 PM"

FORMS = {
    # ---------------------------------------------------------------------------------------------- Canvas
    "canvas": (
        {f"{CANVAS}{L}.ipynb": "a", f"libo_10002_900002_{L}.ipynb": "b"},
        {"taken": {"smithann": f"{CANVAS}{L}.ipynb", "libo": f"libo_10002_900002_{L}.ipynb"}},
    ),
    "canvas: two students of one name": (
        {"wangwei_10001_900001_x.ipynb": "a", "wangwei_10002_900002_x.ipynb": "b"},
        {"taken": {"wangwei_10001": "wangwei_10001_900001_x.ipynb", "wangwei_10002": "wangwei_10002_900002_x.ipynb"}},
    ),
    "canvas: resubmitted, the last attempt counts": (
        {"smithann_1_2_x.ipynb": "a", "smithann_1_9_x-1.ipynb": "b", "smithann_1_12_x-2.ipynb": "c"},
        {
            "taken": {"smithann": "smithann_1_12_x-2.ipynb"},
            "left": {"smithann_1_2_x.ipynb": "x-2.ipynb counts", "smithann_1_9_x-1.ipynb": "last attempt"},
        },
    ),
    "canvas: the number and the attempt contradict": (
        {"smithann_1_9_x.ipynb": "a", "smithann_1_5_x-1.ipynb": "b", "libo_2_6_x.ipynb": "c"},
        {
            "taken": {"libo": "libo_2_6_x.ipynb"},
            "left": {"smithann_1_9_x.ipynb": "stopped", "smithann_1_5_x-1.ipynb": "stopped"},
            "stopped": ["smithann"],
            "problems": ["nothing says which is newer"],
        },
    ),
    "canvas: LATE without a due date": (
        {"smithann_LATE_1_2_x.ipynb": "a"},
        {"taken": {"smithann": "smithann_LATE_1_2_x.ipynb"}, "from": {"smithann": "LATE, but no due date"}},
    ),
    "canvas: LATE is counted from the due date": (
        {"smithann_LATE_1_2_x.ipynb": "a", "libo_2_6_x.ipynb": "b"},
        {
            "taken": {"smithann": "smithann_LATE_1_2_x.ipynb", "libo": "libo_2_6_x.ipynb"},
            "times": {"smithann": "2026-10-10 12:00:01 UTC"},
        },
        {"due": "2026-10-10 12:00:00"},
    ),
    "canvas: a table gives the times": (
        {"smithann_LATE_1_2_x.ipynb": "a", "libo_2_6_x.ipynb": "b", "cy_3_7_x.ipynb": "c"},
        {
            "taken": {"smithann": "smithann_LATE_1_2_x.ipynb", "libo": "libo_2_6_x.ipynb", "cy": "cy_3_7_x.ipynb"},
            "times": {"smithann": "2026-10-10 12:30:00 UTC", "libo": "2026-10-09 21:59:00 UTC"},
            "from": {"libo": "times.csv, line 3", "cy": "no row for cy"},
        },
        {"table": "user_id;submitted_at\n1;2026-10-10T12:30:00Z\n2;2026-10-09 23:59 +0200\n3;-\n"},
    ),
    "canvas: text, page and helper beside the notebook": (
        {
            "smithann_1_2_x.ipynb": "a",
            "smithann_1_3_my_conv.py": "py",
            "smithann_1_4_text.html": "x",
            "smithann_1_5_y.pdf": "x",
        },
        {
            "taken": {"smithann": "smithann_1_2_x.ipynb"},
            "helpers": {"smithann": ["my_conv.py"]},
            "left": {"smithann_1_4_text.html": "a page holds no cells", "smithann_1_5_y.pdf": "a PDF holds no cells"},
        },
    ),
    "canvas: a resubmitted helper keeps its module's name": (
        {"smithann_1_2_x.ipynb": "a", "smithann_1_3_my_conv.py": "py", "smithann_1_8_my_conv-1.py": "py2"},
        {
            "taken": {"smithann": "smithann_1_2_x.ipynb"},
            "helpers": {"smithann": ["my_conv.py"]},
            "left": {"smithann_1_3_my_conv.py": "a later one of that name"},
        },
    ),
    "canvas: only a PDF": (
        {"smithann_1_2_x.pdf": "x", "libo_2_6_x.ipynb": "b"},
        {
            "taken": {"libo": "libo_2_6_x.ipynb"},
            "left": {"smithann_1_2_x.pdf": "stopped"},
            "stopped": ["smithann"],
            "problems": ["smithann handed in no notebook, only x.pdf"],
        },
    ),
    "canvas: the notebook in a zip": (
        {"smithann_1_2_hw.zip": {f"hw/{L}.ipynb": "a", "hw/my_conv.py": "py", "__MACOSX/hw/._x.ipynb": "apple"}},
        {
            "taken": {"smithann": f"smithann_1_2_hw.zip/hw/{L}.ipynb"},
            "helpers": {"smithann": ["my_conv.py"]},
            "left": {"smithann_1_2_hw.zip": "opened: 3 files", "smithann_1_2_hw.zip/__MACOSX/hw/._x.ipynb": "macOS"},
        },
    ),
    # ---------------------------------------------------------------------------------------------- Moodle
    "moodle with folders": (
        {f"{MOODLE}/{L}.ipynb": "a", f"{MOODLE}/util.py": "py", "Bo Li_12346_assignsubmission_file_/hw.ipynb": "b"},
        {
            "taken": {
                "Ann_Smith_12345": f"{MOODLE}/{L}.ipynb",
                "Bo_Li_12346": "Bo Li_12346_assignsubmission_file_/hw.ipynb",
            },
            "helpers": {"Ann_Smith_12345": ["util.py"]},
        },
    ),
    "moodle without folders": (
        {f"{MOODLE}{L}.ipynb": "a", f"{MOODLE}util.py": "py", "Bo Li_12346_assignsubmission_file_hw.ipynb": "b"},
        {
            "taken": {
                "Ann_Smith_12345": f"{MOODLE}{L}.ipynb",
                "Bo_Li_12346": "Bo Li_12346_assignsubmission_file_hw.ipynb",
            },
            "helpers": {"Ann_Smith_12345": ["util.py"]},
        },
    ),
    "moodle: online text beside, one name twice": (
        {
            "Wei Wang_1_assignsubmission_file_/x.ipynb": "a",
            "Wei Wang_2_assignsubmission_file_/x.ipynb": "b",
            "Wei Wang_2_assignsubmission_onlinetext_/onlinetext.html": "x",
        },
        {
            "taken": {
                "Wei_Wang_1": "Wei Wang_1_assignsubmission_file_/x.ipynb",
                "Wei_Wang_2": "Wei Wang_2_assignsubmission_file_/x.ipynb",
            },
            "left": {"Wei Wang_2_assignsubmission_onlinetext_/onlinetext.html": "a page holds no cells"},
        },
    ),
    "moodle: another assignment's numbers, the name is known": (
        {"Ann Smith_777_assignsubmission_file_/x.ipynb": "a"},
        {"taken": {"Ann_Smith_12345": "Ann Smith_777_assignsubmission_file_/x.ipynb"}},
        {"roster": "student,name,system,user_id,login,email\nAnn_Smith_12345,Ann Smith,moodle,,,\n"},
    ),
    "moodle: two known students have the name": (
        {"Ann Smith_777_assignsubmission_file_/x.ipynb": "a"},
        {
            "left": {"Ann Smith_777_assignsubmission_file_/x.ipynb": "not certain whose"},
            "stopped": ["Ann_Smith_777"],
            "problems": ["Moodle numbers people anew"],
        },
        {"roster": "student,name,system,user_id,login,email\nann1,Ann Smith,moodle,,,\nann2,Ann Smith,moodle,,,\n"},
    ),
    # ------------------------------------------------------------------------------------------ Blackboard
    "blackboard: the name tells the time, in a zone": (
        {f"{BLACKBOARD}_hw.ipynb": "a", f"{BLACKBOARD}.txt": "x"},
        {
            "taken": {"ann": f"{BLACKBOARD}_hw.ipynb"},
            "times": {"ann": "2026-10-12 21:59:00 UTC"},
            "from": {"ann": "read in Europe/Berlin"},
            "left": {f"{BLACKBOARD}.txt": "Blackboard's note"},
        },
        {"zone": "Europe/Berlin"},
    ),
    "blackboard: two attempts, a login with _ told by the .txt": (
        {
            "L_90_ann_smith_attempt_2026-10-12-23-59-00_hw.ipynb": "a",
            "L_90_ann_smith_attempt_2026-10-12-23-59-00.txt": "bbtxt",
            "L_90_ann_smith_attempt_2026-10-13-08-00-00_hw.ipynb": "b",
            "L_90_ann_smith_attempt_2026-10-13-08-00-00_util.py": "py",
            "L_90_ann_smith_attempt_2026-10-13-08-00-00.txt": "bbtxt",
        },
        {
            "taken": {"ann_smith": "L_90_ann_smith_attempt_2026-10-13-08-00-00_hw.ipynb"},
            "helpers": {"ann_smith": ["util.py"]},
            "times": {"ann_smith": "2026-10-13 08:00:00 UTC"},
            "left": {
                "L_90_ann_smith_attempt_2026-10-12-23-59-00_hw.ipynb": "the last hand-in by its time",
                "L_90_ann_smith_attempt_2026-10-12-23-59-00.txt": "read",
                "L_90_ann_smith_attempt_2026-10-13-08-00-00.txt": "read",
            },
        },
    ),
    "blackboard: without the .txt a login may end in _smith": (
        {
            "L_ann_smith_attempt_2026-10-12-23-59-00_x.ipynb": "a",
            "L_bo_smith_attempt_2026-10-12-23-58-00_x.ipynb": "b",
        },
        {
            "stopped": ["smith", "smith"],
            "left": {
                "L_ann_smith_attempt_2026-10-12-23-59-00_x.ipynb": "not certain whose",
                "L_bo_smith_attempt_2026-10-12-23-58-00_x.ipynb": "not certain whose",
            },
            "problems": ["'L_ann' and 'L_bo'", "put Blackboard's .txt"],
        },
    ),
    # ------------------------------------------------------------------------------------------ Gradescope
    "gradescope: metadata says whose and when, a group too": (
        {
            "assignment_9_export/submission_101/hw.ipynb": "a",
            "assignment_9_export/submission_102/hw.ipynb": "b",
            "assignment_9_export/submission_metadata.yml": "yml",
        },
        {
            "taken": {
                "4711": "assignment_9_export/submission_101/hw.ipynb",
                "bo@example.org": "assignment_9_export/submission_102/hw.ipynb",
                "cy@example.org": "assignment_9_export/submission_102/hw.ipynb",
            },
            "times": {
                "4711": "2026-10-12 23:59:00 UTC",
                "bo@example.org": "2026-10-13 01:02:03 UTC",
                "cy@example.org": "2026-10-13 01:02:03 UTC",
            },
            "left": {"assignment_9_export/submission_metadata.yml": "read: whose"},
        },
    ),
    "gradescope: without the metadata nobody is known": (
        {"submission_101/hw.ipynb": "a", "submission_102/hw.ipynb": "b"},
        {
            "left": {"submission_101/hw.ipynb": "not certain whose", "submission_102/hw.ipynb": "not certain whose"},
            "stopped": ["", ""],
            "problems": ["submission_metadata.yml does not say", "submission_metadata.yml does not say"],
        },
    ),
    # ----------------------------------------------------------------------------------------- Brightspace
    "brightspace with folders": (
        {f"{BRIGHTSPACE}/hw.ipynb": "a", "74153-33 - Bo O'Li - 12 October, 2026 2359/hw.ipynb": "b", "index.html": "x"},
        {
            "taken": {
                "Ann_Smith_74152": f"{BRIGHTSPACE}/hw.ipynb",
                "Bo_O_Li_74153": "74153-33 - Bo O'Li - 12 October, 2026 2359/hw.ipynb",
            },
            "times": {"Ann_Smith_74152": "2026-10-13 03:59:00 UTC", "Bo_O_Li_74153": "2026-10-13 03:59:00 UTC"},
            "left": {"index.html": "does not say whose"},
        },
        {"zone": "America/New_York"},
    ),
    "brightspace without folders, two hand-ins": (
        {f"{BRIGHTSPACE} - hw.ipynb": "a", "74152-33 - Ann Smith - Oct 13, 2026 901 AM - hw.ipynb": "b"},
        {
            "taken": {"Ann_Smith_74152": "74152-33 - Ann Smith - Oct 13, 2026 901 AM - hw.ipynb"},
            "times": {"Ann_Smith_74152": "2026-10-13 09:01:00 UTC"},
            "left": {f"{BRIGHTSPACE} - hw.ipynb": "the last hand-in by its time"},
        },
    ),
    # ----------------------------------------------------------------------------------------------- Sakai
    "sakai": (
        {
            "Lesson 90/grades.csv": "x",
            "Lesson 90/Smith, Ann(asmith)/Submission attachment(s)/hw.ipynb": "a",
            "Lesson 90/Smith, Ann(asmith)/Submission attachment(s)/util.py": "py",
            "Lesson 90/Smith, Ann(asmith)/Feedback Attachment(s)/marked.ipynb": "b",
            "Lesson 90/Smith, Ann(asmith)/timestamp.txt": b"20261012235900000",
            "Lesson 90/Smith, Ann(asmith)/comments.txt": "x",
        },
        {
            "taken": {"asmith": "Lesson 90/Smith, Ann(asmith)/Submission attachment(s)/hw.ipynb"},
            "helpers": {"asmith": ["util.py"]},
            "times": {"asmith": "2026-10-12 23:59:00 UTC"},
            "left": {
                "Lesson 90/grades.csv": "does not say whose",
                "Lesson 90/Smith, Ann(asmith)/Feedback Attachment(s)/marked.ipynb": "instructor's own",
                "Lesson 90/Smith, Ann(asmith)/timestamp.txt": "hand-in time",
                "Lesson 90/Smith, Ann(asmith)/comments.txt": "instructor's own",
            },
        },
    ),
    # ------------------------------------------------------------------------------------ Google Classroom
    "google classroom": (
        {f"Ann Smith - {L}.ipynb": "a", "Bo Li - Homework 9.ipynb": "b", f"Copy of {L}.ipynb": "c"},
        {
            "taken": {"Ann_Smith": f"Ann Smith - {L}.ipynb", "Bo_Li": "Bo Li - Homework 9.ipynb"},
            "left": {f"Copy of {L}.ipynb": "does not say whose"},
            "problems": ["Copy of"],
        },
    ),
    # ------------------------------------------------------------------------------------ nbgrader's exchange
    "nbgrader's exchange": (
        {
            f"ann+{L}+2026-10-12 23:59:00 UTC+c2Vj/{L}.ipynb": "a",
            f"bo+08_other+2026-10-12 23:59:00 UTC+c2Vj/{L}.ipynb": "b",
        },
        {
            "taken": {"ann": f"ann+{L}+2026-10-12 23:59:00 UTC+c2Vj/{L}.ipynb"},
            "times": {"ann": "2026-10-12 23:59:00 UTC"},
            "left": {f"bo+08_other+2026-10-12 23:59:00 UTC+c2Vj/{L}.ipynb": "another lesson"},
        },
    ),
    # --------------------------------------------------------------------------------------- plain folders
    "a folder for each student": (
        {f"ann/{L}.ipynb": "a", "bo/homework.ipynb": "b", "bo/util.py": "py"},
        {"taken": {"ann": f"ann/{L}.ipynb", "bo": "bo/homework.ipynb"}, "helpers": {"bo": ["util.py"]}},
    ),
    "as in submitted/, with times": (
        {f"ann/{L}/{L}.ipynb": "a", f"ann/{L}/timestamp.txt": b"2026-10-12 23:59:00 +0200\n", f"bo/{L}/{L}.ipynb": "b"},
        {
            "taken": {"ann": f"ann/{L}/{L}.ipynb", "bo": f"bo/{L}/{L}.ipynb"},
            "times": {"ann": "2026-10-12 21:59:00 UTC"},
            "left": {f"ann/{L}/timestamp.txt": "read: the hand-in time"},
        },
    ),
    "a time that is no time stops its student": (
        {"ann/hw.ipynb": "a", "ann/timestamp.txt": b"yesterday", "bo/hw.ipynb": "b"},
        {
            "taken": {"bo": "bo/hw.ipynb"},
            "left": {"ann/hw.ipynb": "stopped", "ann/timestamp.txt": "read"},
            "stopped": ["ann"],
            "problems": ["the time 'yesterday' is not understood"],
        },
    ),
    "a file for each student": (
        {"ann.ipynb": "a", f"bo_{L}.ipynb": "b", f"{L}_cy.ipynb": "c", "homework_9_dee.ipynb": "d", f"{L}.ipynb": "e"},
        {
            "taken": {
                "ann": "ann.ipynb",
                "bo": f"bo_{L}.ipynb",
                "cy": f"{L}_cy.ipynb",
                "dee": "homework_9_dee.ipynb",
            },
            "left": {f"{L}.ipynb": "does not say whose"},
            "problems": [f"{L}.ipynb: its name does not say whose it is"],
        },
    ),
    "students told by a number": (
        {"student_01.ipynb": "a", "student_02.ipynb": "b", "4711.ipynb": "c"},
        {"taken": {"student_01": "student_01.ipynb", "student_02": "student_02.ipynb", "4711": "4711.ipynb"}},
    ),
    "wrapped: downloads/": (
        {"downloads/a.ipynb": "a", "downloads/b.ipynb": "b"},
        {"taken": {"a": "downloads/a.ipynb", "b": "downloads/b.ipynb"}},
    ),
    "wrapped: two folders and the course's name": (
        {"Deep learning/hw9/ann.ipynb": "a", "Deep learning/hw9/bo.ipynb": "b"},
        {"taken": {"ann": "Deep learning/hw9/ann.ipynb", "bo": "Deep learning/hw9/bo.ipynb"}},
    ),
    "wrapped: one student two levels down": (
        {f"x/student/{L}.ipynb": "a"},
        {"taken": {"student": f"x/student/{L}.ipynb"}},
    ),
    "one file in one folder: two could be meant": (
        {"ann/sunday.ipynb": "a"},
        {
            "stopped": ["ann"],
            "left": {"ann/sunday.ipynb": "not certain whose"},
            "problems": ["'ann' or 'sunday' could be the student"],
        },
    ),
    "one file in one folder: the instructor says which": (
        {"ann/sunday.ipynb": "a"},
        {"taken": {"ann": "ann/sunday.ipynb"}},
        {"level": 1},
    ),
    "sections around students: two levels could be meant": (
        {"s1/ann/hw.ipynb": "a", "s1/bo/hw.ipynb": "b", "s2/cy/hw.ipynb": "c"},
        {
            "stopped": ["s1", "s1", "s2"],
            "left": {f"{p}/hw.ipynb": "not certain whose" for p in ("s1/ann", "s1/bo", "s2/cy")},
            "problems": ["'s1' or 'ann'", "'s1' or 'bo'", "'s2' or 'cy'"],
        },
    ),
    "sections around students: the instructor says which": (
        {"s1/ann/hw.ipynb": "a", "s1/bo/hw.ipynb": "b", "s2/cy/hw.ipynb": "c"},
        {"taken": {"ann": "s1/ann/hw.ipynb", "bo": "s1/bo/hw.ipynb", "cy": "s2/cy/hw.ipynb"}},
        {"level": 2},
    ),
    "sections around students: known students": (
        {"s1/ann/hw.ipynb": "a", "s2/cy/hw.ipynb": "c"},
        {"taken": {"ann": "s1/ann/hw.ipynb", "cy": "s2/cy/hw.ipynb"}},
        {"roster": "student,name,system,user_id,login,email\nann,,plain,,,\ncy,,plain,,,\n"},
    ),
    "a folder of the same name inside is no student": (
        {"ann/project/hw.ipynb": "a", "bo/project/hw.ipynb": "b"},
        {"taken": {"ann": "ann/project/hw.ipynb", "bo": "bo/project/hw.ipynb"}},
    ),
    "the word of the instructor": (
        {"x1.ipynb": "a", "parts/one/final.ipynb": "b", "cy.ipynb": "c"},
        {"taken": {"ann": "x1.ipynb", "bo": "parts/one/final.ipynb", "cy": "cy.ipynb"}},
        {"who": (("x1.ipynb", "ann"), ("parts/one", "bo"))},
    ),
    "in the folder of another lesson": (
        {f"ann/{L}/{L}.ipynb": "a", "ann/91_next/91_next.ipynb": "b"},
        {"taken": {"ann": f"ann/{L}/{L}.ipynb"}, "left": {"ann/91_next/91_next.ipynb": "in the folder of 91_next"}},
        {"lesson": "91_next"},
    ),
    # ---------------------------------------------------------------------------------------------- names
    "composed and decomposed letters are one person": (
        {"Zoe\u0308/hw.ipynb": "a", "Zo\u00eb/my.pdf": "x", "bo/hw.ipynb": "b"},
        {"taken": {"Zo\u00eb": "Zoe\u0308/hw.ipynb", "bo": "bo/hw.ipynb"}, "left": {"Zo\u00eb/my.pdf": "a PDF"}},
    ),
    "a decomposed name is the known student": (
        {"Zoe\u0308.ipynb": "a"},
        {"taken": {"Zo\u00eb": "Zoe\u0308.ipynb"}},
        {"roster": "student,name,system,user_id,login,email\nZo\u00eb,,plain,,,\n"},
    ),
    "combining marks are letters": (
        {"\u0915\u093f\u0930\u0923/hw.ipynb": "a", "\u0915\u0941\u0930\u0923/hw.ipynb": "b"},
        {
            "taken": {
                "\u0915\u093f\u0930\u0923": "\u0915\u093f\u0930\u0923/hw.ipynb",
                "\u0915\u0941\u0930\u0923": "\u0915\u0941\u0930\u0923/hw.ipynb",
            }
        },
    ),
    "cyrillic, chinese, an apostrophe, spaces": (
        {"Анна Петрова.ipynb": "a", "王伟.ipynb": "b", "Sean O'Brien.ipynb": "c", " Bo  Li .ipynb": "d"},
        {
            "taken": {
                "Анна_Петрова": "Анна Петрова.ipynb",
                "王伟": "王伟.ipynb",
                "Sean_O_Brien": "Sean O'Brien.ipynb",
                "Bo_Li": " Bo  Li .ipynb",
            }
        },
    ),
    "two names that would be one id": (
        {"Sean O'Brien/hw.ipynb": "a", "Sean O Brien/hw.ipynb": "b", "bo/hw.ipynb": "c"},
        {
            "taken": {"bo": "bo/hw.ipynb"},
            "stopped": ["Sean_O_Brien"],
            "left": {"Sean O'Brien/hw.ipynb": "not certain", "Sean O Brien/hw.ipynb": "not certain"},
            "problems": ["would both be Sean_O_Brien"],
        },
    ),
    # ---------------------------------------------------------------------------------------------- files
    "endings of notebooks": (
        {"ann.IPYNB": "a", "bo.ipynb.txt": "b", "cy.ipynb.json": "c", "dee.Ipynb": "d"},
        {"taken": {"ann": "ann.IPYNB", "bo": "bo.ipynb.txt", "cy": "cy.ipynb.json", "dee": "dee.Ipynb"}},
    ),
    "system files": (
        {
            f"ann/{L}.ipynb": "a",
            f"ann/.ipynb_checkpoints/{L}-checkpoint.ipynb": "b",
            f"ann/._{L}.ipynb": "apple",
            f"__MACOSX/ann/._{L}.ipynb": "apple",
            "ann/__pycache__/util.cpython-311.pyc": "x",
            ".DS_Store": "x",
            f"bo/{L}.ipynb": "c",
        },
        {
            "taken": {"ann": f"ann/{L}.ipynb", "bo": f"bo/{L}.ipynb"},
            "left": {
                f"ann/.ipynb_checkpoints/{L}-checkpoint.ipynb": "Jupyter's own copy",
                f"ann/._{L}.ipynb": "macOS",
                f"__MACOSX/ann/._{L}.ipynb": "macOS",
                "ann/__pycache__/util.cpython-311.pyc": "compiled",
                ".DS_Store": "a system file",
            },
        },
    ),
    "copies in one flat folder": (
        {f"ann_{L} (1).ipynb": "a", f"bo_{L}-Copy1.ipynb": "b", f"Copy of {L}.ipynb": "c", f"{L}_cy.ipynb": "d"},
        {
            "taken": {"ann": f"ann_{L} (1).ipynb", "bo": f"bo_{L}-Copy1.ipynb", "cy": f"{L}_cy.ipynb"},
            "left": {f"Copy of {L}.ipynb": "does not say whose"},
            "problems": [f"Copy of {L}.ipynb"],
        },
    ),
    "copies in students' folders": (
        {f"ann/Copy of {L}.ipynb": "a", f"bo/{L} (1).ipynb": "b", f"cy/{L}-Copy1.ipynb": "c"},
        {"taken": {"ann": f"ann/Copy of {L}.ipynb", "bo": f"bo/{L} (1).ipynb", "cy": f"cy/{L}-Copy1.ipynb"}},
    ),
    "two notebooks: the lesson and something else": (
        {"ann/notes.ipynb": "other", "ann/hw.ipynb": "a", "bo/hw.ipynb": "b"},
        {
            "taken": {"ann": "ann/hw.ipynb", "bo": "bo/hw.ipynb"},
            "left": {"ann/notes.ipynb": "does not hold the lesson"},
        },
    ),
    "two notebooks: as handed out and with work": (
        {f"ann/{L}.ipynb": "blank", f"ann/{L}-Copy1.ipynb": "a", "bo/hw.ipynb": "b"},
        {
            "taken": {"ann": f"ann/{L}-Copy1.ipynb", "bo": "bo/hw.ipynb"},
            "left": {f"ann/{L}.ipynb": "no answer in it differs"},
        },
    ),
    "two notebooks with work: nothing says which is newer": (
        {"ann/x.ipynb": "a", "ann/y.ipynb": "b", "bo/hw.ipynb": "c"},
        {
            "taken": {"bo": "bo/hw.ipynb"},
            "stopped": ["ann"],
            "left": {"ann/x.ipynb": "stopped", "ann/y.ipynb": "stopped"},
            "problems": ["ann/x.ipynb and ann/y.ipynb both hold work"],
        },
    ),
    "two notebooks with work: the newer file": (
        {"ann/x.ipynb": "a", "ann/y.ipynb": "b", "bo/hw.ipynb": "c"},
        {
            "taken": {"ann": "ann/x.ipynb", "bo": "bo/hw.ipynb"},
            "left": {"ann/y.ipynb": "newest by the time of the file"},
        },
        {"newer": ["ann/x.ipynb"]},
    ),
    "two notebooks with work: the instructor says which": (
        {"ann/x.ipynb": "a", "ann/y.ipynb": "b", "bo/hw.ipynb": "c"},
        {
            "taken": {"ann": "ann/y.ipynb", "bo": "bo/hw.ipynb"},
            "left": {"ann/x.ipynb": "another one was named"},
        },
        {"who": (("ann/y.ipynb", "ann"),)},
    ),
    "the same notebook twice": (
        {f"ann/{L}.ipynb": "a", f"ann/{L} (1).ipynb": "a", "bo/hw.ipynb": "b"},
        {
            "taken": {"ann": f"ann/{L} (1).ipynb", "bo": "bo/hw.ipynb"},
            "left": {f"ann/{L}.ipynb": "the same bytes"},
        },
    ),
    "zips in zips": (
        {"ann.zip": {"inner.zip": {"deep/hw.ipynb": "a", "deep/util.py": "py"}}, "bo.zip": {f"{L}.ipynb": "b"}},
        {
            "taken": {"ann": "ann.zip/inner.zip/deep/hw.ipynb", "bo": f"bo.zip/{L}.ipynb"},
            "helpers": {"ann": ["util.py"]},
            "left": {
                "ann.zip": "opened: 3 files",
                "ann.zip/inner.zip": "opened: 2 files",
                "bo.zip": "opened: 1 files",
            },
        },
        {"who": (("ann.zip", "ann"),)},
    ),
    "archives that cannot be opened": (
        {"ann.zip": b"PK\3\4 damaged", "bo.rar": "x", "cy/hw.ipynb": "c"},
        {
            "taken": {"cy": "cy/hw.ipynb"},
            "stopped": ["ann", "bo"],
            "left": {"ann.zip": "no readable zip", "bo.rar": "not opened here"},
            "problems": ["ann.zip is no readable zip", "bo.rar is an archive"],
        },
    ),
    "helpers that cannot be imported": (
        {
            "ann/hw.ipynb": "a",
            "ann/my_conv.py": "py",
            "ann/random.py": "py",
            "ann/numpy.py": "py",
            "ann/course_lib/nn.py": "py",
            "ann/my-conv.py": "py",
            "ann/data.csv": "x",
            "bo/hw.ipynb": "b",
        },
        {
            "taken": {"ann": "ann/hw.ipynb", "bo": "bo/hw.ipynb"},
            "helpers": {"ann": ["my_conv.py"]},
            "left": {
                "ann/random.py": "Python has a module random",
                "ann/numpy.py": "an installed library is called numpy",
                "ann/course_lib/nn.py": "the course's own course_lib",
                "ann/my-conv.py": "no name of a Python module",
                "ann/data.csv": "only the notebook and .py files",
            },
        },
    ),
}
