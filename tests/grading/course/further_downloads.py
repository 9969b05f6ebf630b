"""Further forms, as downloads.py writes them: rarer downloads of the systems, drives, repositories, odd names."""

from tests.grading.course.downloads import MOODLE, L

HEAD = "student,name,system,user_id,login,email,number\n"

FURTHER = {
    # ---------------------------------------------------------------------------------------------- systems
    "canvas: anonymous": (
        {"anon_tZx9k_9001_hw.ipynb": "a", "LATE_anon_Yx8aa_9002_hw.ipynb": "b", "anon_tZx9k_9009_hw-1.ipynb": "c"},
        {
            "taken": {"anon_tZx9k": "anon_tZx9k_9009_hw-1.ipynb", "anon_Yx8aa": "LATE_anon_Yx8aa_9002_hw.ipynb"},
            "left": {"anon_tZx9k_9001_hw.ipynb": "the last attempt"},
            "from": {"anon_Yx8aa": "marked LATE"},
        },
    ),
    "canvas: typed in, a link": (
        {"smithann_1_text.html": "x", "libo_LATE_2_link.html": "x", "cy_3_7_x.ipynb": "c", "cy_3_text.html": "x"},
        {
            "taken": {"cy": "cy_3_7_x.ipynb"},
            "stopped": ["libo", "smithann"],
            "left": {
                "smithann_1_text.html": "stopped",
                "libo_LATE_2_link.html": "stopped",
                "cy_3_text.html": "a page holds no cells",
            },
            "problems": ["libo handed in no notebook", "smithann handed in no notebook, only text.html"],
        },
    ),
    "canvas: files of a quiz, the person is known": (
        {"smith_ann10001_question_445_900001_hw.ipynb": "a", "li_bo10002_question_445_900002_hw.ipynb": "b"},
        {
            "taken": {
                "ann": "smith_ann10001_question_445_900001_hw.ipynb",
                "li_bo": "li_bo10002_question_445_900002_hw.ipynb",
            }
        },
        {"roster": f"{HEAD}ann,Ann Smith,canvas,10001,,,\n"},
    ),
    "moodle: what the instructor gave back": (
        {f"{MOODLE}/hw.ipynb": "a", "Ann Smith_12345_assignfeedback_file_/marked.ipynb": "b"},
        {
            "taken": {"Ann_Smith_12345": f"{MOODLE}/hw.ipynb"},
            "left": {"Ann Smith_12345_assignfeedback_file_/marked.ipynb": "the instructor's own feedback"},
        },
    ),
    "brightspace: a narrow space before PM": (
        {"74152-33 - Ann Smith - Oct 12, 2026 1159\u202fPM/hw.ipynb": "a"},
        {
            "taken": {"Ann_Smith_74152": "74152-33 - Ann Smith - Oct 12, 2026 1159\u202fPM/hw.ipynb"},
            "times": {"Ann_Smith_74152": "2026-10-12 23:59:00 UTC"},
        },
    ),
    "brightspace: german": (
        {"74152-33 - Ann Smith - 12 Oktober, 2026 2359/hw.ipynb": "a"},
        {
            "taken": {"Ann_Smith_74152": "74152-33 - Ann Smith - 12 Oktober, 2026 2359/hw.ipynb"},
            "times": {"Ann_Smith_74152": "2026-10-12 23:59:00 UTC"},
        },
    ),
    "sakai: the assignment's folder is nobody": (
        {
            "Perceptron week/grades.csv": "x",
            "Perceptron week/index.html": "x",
            "Perceptron week/Smith, Ann(asmith)/Submission attachment(s)/hw.ipynb": "a",
        },
        {
            "taken": {"asmith": "Perceptron week/Smith, Ann(asmith)/Submission attachment(s)/hw.ipynb"},
            "left": {
                "Perceptron week/grades.csv": "does not say whose",
                "Perceptron week/index.html": "does not say whose",
            },
        },
    ),
    "teams: versions in folders": (
        {
            "Submitted files/Ann Smith/Lesson 90/Version 1/hw.ipynb": "a",
            "Submitted files/Ann Smith/Lesson 90/Version 10/hw.ipynb": "b",
            "Submitted files/Ann Smith/Lesson 90/Version 2/hw.ipynb": "d",
            "Submitted files/Bo Li/Lesson 90/Version 1/hw.ipynb": "c",
        },
        {
            "taken": {
                "Ann_Smith": "Submitted files/Ann Smith/Lesson 90/Version 10/hw.ipynb",
                "Bo_Li": "Submitted files/Bo Li/Lesson 90/Version 1/hw.ipynb",
            },
            "left": {
                "Submitted files/Ann Smith/Lesson 90/Version 1/hw.ipynb": "the last attempt",
                "Submitted files/Ann Smith/Lesson 90/Version 2/hw.ipynb": "the last attempt",
            },
        },
    ),
    "github classroom: clones": (
        {
            f"lesson-90-annsmith/{L}.ipynb": "a",
            "lesson-90-annsmith/.git/HEAD": "x",
            "lesson-90-annsmith/README.md": "x",
            f"lesson-90-bo-li/{L}.ipynb": "b",
        },
        {
            "taken": {"annsmith": f"lesson-90-annsmith/{L}.ipynb", "bo-li": f"lesson-90-bo-li/{L}.ipynb"},
            "left": {"lesson-90-annsmith/.git/HEAD": "history", "lesson-90-annsmith/README.md": "only the notebook"},
        },
    ),
    "github classroom: one zip, the login is on the roster": (
        {f"90-small-annsmith-main/{L}.ipynb": "a"},
        {"taken": {"ann": f"90-small-annsmith-main/{L}.ipynb"}},
        {"roster": f"{HEAD}ann,Ann Smith,plain,,annsmith,,\n"},
    ),
    "folders that only look like a repository's": (
        {"v_kumar/hw.ipynb": "a", "hw_ann/hw.ipynb": "b", "90/hw.ipynb": "c", "01_bo/hw.ipynb": "d"},
        {
            "taken": {"v_kumar": "v_kumar/hw.ipynb", "hw_ann": "hw_ann/hw.ipynb", "01_bo": "01_bo/hw.ipynb"},
            "left": {"90/hw.ipynb": "does not say whose"},
            "problems": ["90/hw.ipynb"],
        },
    ),
    "ilias and stud.ip: a list beside the folder around everybody": (
        {f"Abgaben/Ann Smith/{L}.ipynb": "a", f"Abgaben/Bo Li/{L}.ipynb": "b", "status.xlsx": "x", "list.csv": "x"},
        {
            "taken": {"Ann_Smith": f"Abgaben/Ann Smith/{L}.ipynb", "Bo_Li": f"Abgaben/Bo Li/{L}.ipynb"},
            "left": {"status.xlsx": "does not say whose", "list.csv": "does not say whose"},
        },
    ),
    "a list beside a folder of any name around everybody": (
        {
            f"Neural nets/ann/{L}.ipynb": "a",
            f"Neural nets/bo/{L}.ipynb": "b",
            "list.csv": "x",
            "Neural nets/l.txt": "x",
        },
        {
            "taken": {"ann": f"Neural nets/ann/{L}.ipynb", "bo": f"Neural nets/bo/{L}.ipynb"},
            "left": {"list.csv": "does not say whose", "Neural nets/l.txt": "does not say whose"},
        },
    ),
    # ---------------------------------------------------------------------------------------------- people
    "by number, login and address of the roster": (
        {"007/hw.ipynb": "a", "bo.li.ipynb": "b", "cy@uni.edu.ipynb": "c"},
        {"taken": {"ann": "007/hw.ipynb", "bo": "bo.li.ipynb", "cy": "cy@uni.edu.ipynb"}},
        {"roster": f"{HEAD}ann,Ann,canvas,1,,,007\nbo,Bo,canvas,2,bo.li,,\ncy,Cy,canvas,3,,cy@uni.edu,\n"},
    ),
    "one number that two have": (
        {"007/hw.ipynb": "a", "dee/hw.ipynb": "b"},
        {
            "taken": {"dee": "dee/hw.ipynb"},
            "stopped": ["007"],
            "left": {"007/hw.ipynb": "not certain whose"},
            "problems": ["'007' could be the known student ann"],
        },
        {"roster": f"{HEAD}ann,Ann,canvas,1,,,007\nbo,Bo,canvas,2,,,007\n"},
    ),
    "capital letters alone tell two folders apart": (
        {"Ann/hw.ipynb": "a", "ann/hw.ipynb": "b", "bo/hw.ipynb": "c"},
        {
            "taken": {"bo": "bo/hw.ipynb"},
            "stopped": ["Ann"],
            "left": {"Ann/hw.ipynb": "not certain whose", "ann/hw.ipynb": "not certain whose"},
            "problems": ["'Ann' and 'ann' may be one person or two"],
        },
        {"newer": ["ann/hw.ipynb"]},
    ),
    # ---------------------------------------------------------------------------------------------- files
    "icloud's stand-ins": (
        {"ann/.hw.ipynb.icloud": "x", ".cy.ipynb.icloud": "x", "bo/hw.ipynb": "b"},
        {
            "taken": {"bo": "bo/hw.ipynb"},
            "stopped": ["ann", "cy"],
            "left": {"ann/.hw.ipynb.icloud": "iCloud keeps elsewhere", ".cy.ipynb.icloud": "iCloud keeps elsewhere"},
            "problems": ["fetch it there and collect again", "fetch it there and collect again"],
        },
    ),
    "mails that were saved, a script of somebody known": (
        {"ann.eml": "x", "bo.msg": "x", "cy.py": "py", "util.py": "py", "dee.ipynb": "a"},
        {
            "taken": {"dee": "dee.ipynb"},
            "stopped": ["ann", "bo", "cy"],
            "left": {"ann.eml": "stopped", "bo.msg": "stopped", "cy.py": "stopped", "util.py": "does not say whose"},
            "problems": ["only ann.eml", "only bo.msg", "only cy.py"],
        },
        {"roster": f"{HEAD}cy,Cy Wu,plain,,,,\n"},
    ),
    "students' own archives: a folder of the same name inside": (
        {"bo.zip": {"bo/hw.ipynb": "a"}, "cy (1).zip": {"cy/hw.ipynb": "b"}, "dee.zip": {"hw.ipynb": "c"}},
        {
            "taken": {"bo": "bo.zip/bo/hw.ipynb", "cy": "cy (1).zip/cy/hw.ipynb", "dee": "dee.zip/hw.ipynb"},
            "left": {"bo.zip": "opened", "cy (1).zip": "opened", "dee.zip": "opened"},
        },
    ),
    "students' own archives: a copy beside": (
        {"ann.zip": {"hw.ipynb": "a"}, "ann (1).zip": {"hw.ipynb": "b"}, "bo (2)/hw.ipynb": "c"},
        {
            "taken": {"bo": "bo (2)/hw.ipynb"},
            "stopped": ["ann"],
            "left": {
                "ann.zip": "opened",
                "ann (1).zip": "opened",
                "ann.zip/hw.ipynb": "not certain whose",
                "ann (1).zip/hw.ipynb": "not certain whose",
            },
            "problems": ["'ann' and 'ann (1)' may be one person or two"],
        },
    ),
    "an empty notebook": (
        {"ann/hw.ipynb": b"", "bo/hw.ipynb": "b"},
        {"taken": {"ann": "ann/hw.ipynb", "bo": "bo/hw.ipynb"}},
    ),
}
