"""Forms that a stranger brings, as downloads.py writes them: further systems, names in any order, groups, slips.

Beside each stands a sibling: the same fault in other words.
"""

from tests.grading.course.downloads import L

HEAD = "student,name,system,user_id,login,email,number,section\n"
CLASS = f"""{HEAD}ann,Ann Smith,plain,,asmith,ann@uni.edu,0012345,Group A
bo,Bo Li,plain,,bli,bo@uni.edu,0012346,
cy,Cy Wu,plain,,cwu,cy@uni.edu,0012347,
am,Anna Müller,plain,,amueller,am@uni.edu,0012348,
jw,Jan Weiß,plain,,,,,
"""
SID = b"""---
submission_1:
  :submitters:
  - :name: Ann Smith
    :sid: '12345'
  :created_at: 2026-10-12 23:59:00 Z
"""
KNOWN = {"roster": CLASS}
CALLED = (
    f"{HEAD}ml,Mary Late,plain,,,,,\nfc,Final Copy,plain,,,,,\ntl,Tim Lesson,plain,,,,,\nmv,Max Version,plain,,,,,\n"
)


def taken(**paths):
    return {"taken": paths}


STRANGE = {
    # ---------------------------------------------------------- people who are called what else names no person
    "words for work that are known people's names, in names of files": (
        {
            "Mary Late - 90.ipynb": "a",
            "90_Tim Lesson.ipynb": "b",
            "Max_Version_90.ipynb": "c",
            "Final Copy - 90.ipynb": "d",
        },
        taken(
            ml="Mary Late - 90.ipynb", tl="90_Tim Lesson.ipynb", mv="Max_Version_90.ipynb", fc="Final Copy - 90.ipynb"
        ),
        {"roster": CALLED},
    ),
    "such names of folders": (
        {"X/Final Copy/90.ipynb": "a", "X/Mary Late/90.ipynb": "b", "X/Max Version/Version 1/90.ipynb": "c"},
        taken(fc="X/Final Copy/90.ipynb", ml="X/Mary Late/90.ipynb", mv="X/Max Version/Version 1/90.ipynb"),
        {"roster": CALLED},
    ),
    "a zip in a zip, called by who handed it in and what it holds": (
        {"Ann Smith - outer.zip": {"inner.zip": {"90.ipynb": "a"}}, "Bo Li - 90.ipynb": "b"},
        {
            "taken": {"ann": "Ann Smith - outer.zip/inner.zip/90.ipynb", "bo": "Bo Li - 90.ipynb"},
            "left": {"Ann Smith - outer.zip": "opened", "Ann Smith - outer.zip/inner.zip": "opened"},
        },
        KNOWN,
    ),
    "ilias: several signs in a name that it writes as _": (
        {
            "Abgaben/Mueller__Jr__Anna_amueller_77/20261012235900_hw.ipynb": "a",
            "Abgaben/_mi__Bo_bli_78/20261012235900_hw.ipynb": "b",
        },
        {
            "taken": {
                "am": "Abgaben/Mueller__Jr__Anna_amueller_77/20261012235900_hw.ipynb",
                "bo": "Abgaben/_mi__Bo_bli_78/20261012235900_hw.ipynb",
            },
            "times": dict.fromkeys(("am", "bo"), "2026-10-12 21:59:00 UTC"),
        },
        {"zone": "Europe/Berlin", "roster": CLASS.replace(",plain,", ",ilias,")},
    ),
    "teams: a document turned in, a notebook not": (
        {
            "Submitted files/Ann Smith/L 90/Version 1/90.pdf": b"%PDF-1.7",
            "Working files/Ann Smith/L 90/90.ipynb": "a",
            "Submitted files/Bo Li/L 90/Version 1/90.ipynb": "b",
        },
        {
            "taken": {"bo": "Submitted files/Bo Li/L 90/Version 1/90.ipynb"},
            "left": {
                "Submitted files/Ann Smith/L 90/Version 1/90.pdf": "see what is to do",
                "Working files/Ann Smith/L 90/90.ipynb": "not turned in",
            },
            "stopped": ["ann"],
            "problems": ["ann handed in no notebook, only 90.pdf; ask for the .ipynb file."],
        },
        KNOWN,
    ),
    # ---------------------------------------------------------------------------------------------- systems
    "ilias: two hand-ins told by the time before the name": (
        {
            "Abgaben/Mueller_Anna_amueller_77/20261011120000_hw.ipynb": "a",
            "Abgaben/Mueller_Anna_amueller_77/20261012235900_hw.ipynb": "b",
            "Abgaben/Mueller_Anna_amueller_77/20261012235900_util.py": "py",
        },
        {
            "taken": {"amueller": "Abgaben/Mueller_Anna_amueller_77/20261012235900_hw.ipynb"},
            "helpers": {"amueller": ["util.py"]},
            "times": {"amueller": "2026-10-12 21:59:00 UTC"},
            "left": {"Abgaben/Mueller_Anna_amueller_77/20261011120000_hw.ipynb": "the last hand-in by its time"},
        },
        {"zone": "Europe/Berlin"},
    ),
    "ilias: surname, first name, login and number are the known student's": (
        {"Multi_Feedback_X/Mueller_Anna_amueller_77/hw.ipynb": "a", "Multi_Feedback_X/Li_Bo_bli_12346/hw.ipynb": "b"},
        taken(am="Multi_Feedback_X/Mueller_Anna_amueller_77/hw.ipynb", bo="Multi_Feedback_X/Li_Bo_bli_12346/hw.ipynb"),
        KNOWN,
    ),
    "stud.ip: first name, surname, login": (
        {"Abgaben/Jan_Weiss/hw.ipynb": "a", "Abgaben/Cy_Wu_cwu/hw.ipynb": "b", "Abgaben/archive_filelist.csv": "x"},
        {
            "taken": {"jw": "Abgaben/Jan_Weiss/hw.ipynb", "cy": "Abgaben/Cy_Wu_cwu/hw.ipynb"},
            "left": {"Abgaben/archive_filelist.csv": "does not say whose"},
        },
        KNOWN,
    ),
    "openolat: task_1_90 is no Canvas name, what was given back is the instructor's": (
        {
            f"X/asmith_Ann_Smith/2_submissions/task_1_{L}.ipynb": "a",
            "X/asmith_Ann_Smith/1_tasks/task.pdf": "x",
            f"X/bli_Bo_Li/2_submissions/task_1_{L}.ipynb": "b",
            "X/bli_Bo_Li/3_returned_files/marked.ipynb": "c",
        },
        {
            "taken": {
                "ann": f"X/asmith_Ann_Smith/2_submissions/task_1_{L}.ipynb",
                "bo": f"X/bli_Bo_Li/2_submissions/task_1_{L}.ipynb",
            },
            "left": {
                "X/asmith_Ann_Smith/1_tasks/task.pdf": "a PDF",
                "X/bli_Bo_Li/3_returned_files/marked.ipynb": "the instructor's own",
            },
        },
        KNOWN,
    ),
    "olat: dropbox and returnbox": (
        {
            "task_Lesson_90/Li_Bo_bli/dropbox/hw.ipynb": "a",
            "task_Lesson_90/Li_Bo_bli/returnbox/hw.ipynb": "b",
            "task_Lesson_90/Wu_Cy_cwu/returnbox/hw.ipynb": "c",
        },
        {
            "taken": {"Li_Bo_bli": "task_Lesson_90/Li_Bo_bli/dropbox/hw.ipynb"},
            "stopped": ["Wu_Cy_cwu"],
            "left": {
                "task_Lesson_90/Li_Bo_bli/returnbox/hw.ipynb": "the instructor's own",
                "task_Lesson_90/Wu_Cy_cwu/returnbox/hw.ipynb": "the instructor's own",
            },
            "problems": ["Wu_Cy_cwu handed in nothing: returnbox is the instructor's own"],
        },
    ),
    "sakai: anonymous": (
        {"L/Anonymous Submission 7/Submission attachment(s)/hw.ipynb": "a"},
        {"taken": {"Anonymous_Submission_7": "L/Anonymous Submission 7/Submission attachment(s)/hw.ipynb"}},
    ),
    "moodle: blind, with a space and without the last _": (
        {
            "Participant 12345_assignsubmission_file/hw.ipynb": "a",
            "Participant 12346_assignsubmission_file_hw.ipynb": "b",
        },
        taken(
            Participant_12345="Participant 12345_assignsubmission_file/hw.ipynb",
            Participant_12346="Participant 12346_assignsubmission_file_hw.ipynb",
        ),
    ),
    "moodle: the group in front of the name is the roster's": (
        {"Group A-Ann Smith_777_assignsubmission_file/hw.ipynb": "a"},
        taken(ann="Group A-Ann Smith_777_assignsubmission_file/hw.ipynb"),
        KNOWN,
    ),
    "moodle: what stands in front of a known name may be a part of it": (
        {"Mary-Ann Smith_777_assignsubmission_file/hw.ipynb": "a"},
        {
            "stopped": ["Mary-Ann_Smith_777"],
            "left": {"Mary-Ann Smith_777_assignsubmission_file/hw.ipynb": "not certain whose"},
            "problems": ["'Mary-Ann Smith' could be the known ann, or somebody else"],
        },
        KNOWN,
    ),
    "canvas: one number before two names, the same bytes": (
        {"ann_9_2_conv.ipynb": "a", "bo_9_2_conv.ipynb": "a", "cy_8_2_conv.ipynb": "a"},
        {
            "taken": {"cy": "cy_8_2_conv.ipynb"},
            "stopped": ["9"],
            "left": {"ann_9_2_conv.ipynb": "not certain whose", "bo_9_2_conv.ipynb": "not certain whose"},
            "problems": ["9 stands before two names"],
        },
    ),
    "canvas and moodle: a group's work goes to its members": (
        {"team1_10001_900001_hw.ipynb": "a", "Team Rot_17_assignsubmission_file/hw.ipynb": "b", "cy_3_4_x.ipynb": "c"},
        {
            "taken": {
                "ann": "team1_10001_900001_hw.ipynb",
                "bo": "team1_10001_900001_hw.ipynb",
                "dee": "Team Rot_17_assignsubmission_file/hw.ipynb",
                "cy": "cy_3_4_x.ipynb",
            }
        },
        {"groups": "group;student\nteam1;ann\nteam1;bo\nTeam Rot;dee\n"},
    ),
    "a folder of a group's name, a member handed in too": (
        {"t1/hw.ipynb": "a", "bo/hw.ipynb": "b"},
        {
            "taken": {"ann": "t1/hw.ipynb"},
            "stopped": ["bo"],
            "left": {"bo/hw.ipynb": "stopped"},
            "problems": ["bo/hw.ipynb and t1/hw.ipynb both hold work"],
        },
        {"groups": "group,student\nt1,ann\nt1,bo\n"},
    ),
    "blackboard: folders, a login of the roster": (
        {"L 90_asmith_attempt_2026-10-12-23-59-00/hw.ipynb": "a", "L 90_bli_attempt_2026-10-12-23-58-00_x.ipynb": "b"},
        {
            "taken": {
                "ann": "L 90_asmith_attempt_2026-10-12-23-59-00/hw.ipynb",
                "bo": "L 90_bli_attempt_2026-10-12-23-58-00_x.ipynb",
            },
            "times": {"ann": "2026-10-12 23:59:00 UTC", "bo": "2026-10-12 23:58:00 UTC"},
        },
        KNOWN,
    ),
    "brightspace: the year first": (
        {"74152-33 - Ann Smith - 2026-10-12 1159 PM/hw.ipynb": "a"},
        {
            "taken": {"ann": "74152-33 - Ann Smith - 2026-10-12 1159 PM/hw.ipynb"},
            "times": {"ann": "2026-10-12 23:59:00 UTC"},
        },
        KNOWN,
    ),
    "gradescope: a number without its zeros": (
        {"e/submission_1/hw.ipynb": "a", "e/submission_metadata.yml": SID},
        {
            "taken": {"ann": "e/submission_1/hw.ipynb"},
            "times": {"ann": "2026-10-12 23:59:00 UTC"},
            "left": {"e/submission_metadata.yml": "read"},
        },
        KNOWN,
    ),
    "teams: what is still worked on was not turned in": (
        {
            "Submitted files/Ann Smith/Lesson 90/Version 1/hw.ipynb": "a",
            "Working files/Ann Smith/Lesson 90/hw.ipynb": "b",
            "Working files/Bo Li/Lesson 90/hw.ipynb": "c",
        },
        {
            "taken": {"Ann_Smith": "Submitted files/Ann Smith/Lesson 90/Version 1/hw.ipynb"},
            "stopped": ["Bo_Li"],
            "left": {
                "Working files/Ann Smith/Lesson 90/hw.ipynb": "not turned in",
                "Working files/Bo Li/Lesson 90/hw.ipynb": "not turned in",
            },
            "problems": ["Bo_Li handed in nothing: Working files: not turned in"],
        },
    ),
    "teams: german": (
        {
            "Eingereichte Dateien/Ann Smith/Lektion 90/Version 2/hw.ipynb": "a",
            "Eingereichte Dateien/Bo Li/Lektion 90/Version 1/hw.ipynb": "b",
            "Arbeitsdateien/Bo Li/Lektion 90/hw.ipynb": "c",
        },
        {
            "taken": {
                "Ann_Smith": "Eingereichte Dateien/Ann Smith/Lektion 90/Version 2/hw.ipynb",
                "Bo_Li": "Eingereichte Dateien/Bo Li/Lektion 90/Version 1/hw.ipynb",
            },
            "left": {"Arbeitsdateien/Bo Li/Lektion 90/hw.ipynb": "not turned in"},
        },
    ),
    "two folders around the same people are no students": (
        {
            f"{when}/{who}/hw.ipynb": c
            for (when, who), c in zip(
                [("first", "ann"), ("first", "bo"), ("second", "ann"), ("second", "bo"), ("second", "cy")],
                "abcde",
                strict=True,
            )
        },
        {
            "stopped": ["first", "first", "second", "second", "second"],
            "left": {
                f"{path}/hw.ipynb": "not certain whose"
                for path in ("first/ann", "first/bo", "second/ann", "second/bo", "second/cy")
            },
            "problems": [
                "'first' or 'ann'",
                "'first' or 'bo'",
                "'second' or 'ann'",
                "'second' or 'bo'",
                "'second' or 'cy'",
            ],
        },
    ),
    "a whole course folder of nbgrader's": (
        {
            f"submitted/ann/{L}/{L}.ipynb": "a",
            f"autograded/ann/{L}/{L}.ipynb": "b",
            f"release/{L}/{L}.ipynb": "blank",
            f"feedback/ann/{L}/{L}.html": "x",
        },
        {
            "taken": {"ann": f"submitted/ann/{L}/{L}.ipynb"},
            "left": {
                f"autograded/ann/{L}/{L}.ipynb": "the course folder's own",
                f"release/{L}/{L}.ipynb": "the course folder's own",
                f"feedback/ann/{L}/{L}.html": "the course folder's own",
            },
        },
    ),
    # ------------------------------------------------------------------------------------- names and numbers
    "days in names are no part of them": (
        {"Ann Smith 2026-10-12.ipynb": "a", "2026-10-13 Bo Li.ipynb": "b", "cwu_12.10.2026/hw.ipynb": "c"},
        taken(ann="Ann Smith 2026-10-12.ipynb", bo="2026-10-13 Bo Li.ipynb", cy="cwu_12.10.2026/hw.ipynb"),
        KNOWN,
    ),
    "two days of one name are one student": (
        {"ann_2026-10-12-23-59-00_hw.ipynb": "a", "ann_2026-10-13.ipynb": "b", "20231105_bo.ipynb": "c"},
        {
            "taken": {"20231105_bo": "20231105_bo.ipynb"},
            "stopped": ["ann"],
            "left": {"ann_2026-10-12-23-59-00_hw.ipynb": "stopped", "ann_2026-10-13.ipynb": "stopped"},
            "problems": ["both hold work"],
        },
    ),
    "surname first, with a comma, in small letters": (
        {"Smith Ann/hw.ipynb": "a", "Li, Bo/hw.ipynb": "b", "wu_cy.ipynb": "c", "Mu\u0308ller, Anna.ipynb": "d"},
        taken(ann="Smith Ann/hw.ipynb", bo="Li, Bo/hw.ipynb", cy="wu_cy.ipynb", am="Mu\u0308ller, Anna.ipynb"),
        KNOWN,
    ),
    "numbers without their zeros": (
        {"12345.ipynb": "a", "12346_hw.ipynb": "b", "0012347/hw.ipynb": "c"},
        taken(ann="12345.ipynb", bo="12346_hw.ipynb", cy="0012347/hw.ipynb"),
        KNOWN,
    ),
    "a login beside another one's name": (
        {"Smith_Ann_bli/hw.ipynb": "a", "Cy Wu 0012345.ipynb": "b", "dee/hw.ipynb": "c"},
        {
            "taken": {"dee": "dee/hw.ipynb"},
            "stopped": ["Cy_Wu_0012345", "Smith_Ann_bli"],
            "left": {"Smith_Ann_bli/hw.ipynb": "not certain whose", "Cy Wu 0012345.ipynb": "not certain whose"},
            "problems": ["could be the known ann or cy", "could be the known ann or bo"],
        },
        KNOWN,
    ),
    "two names in one": (
        {"Ann Smith und Bo Li.ipynb": "a", "Ann Lee.ipynb": "b"},
        {
            "taken": {"Ann_Lee": "Ann Lee.ipynb"},
            "stopped": ["Ann_Smith_und_Bo_Li"],
            "left": {"Ann Smith und Bo Li.ipynb": "not certain whose"},
            "problems": ["could be the known ann or bo"],
        },
        KNOWN,
    ),
    "two known students are written alike without umlauts": (
        {"Mueller Anna.ipynb": "a", "Muller_Anna/hw.ipynb": "b"},
        {
            "taken": {},
            "stopped": ["Mueller_Anna", "Muller_Anna"],
            "left": {"Mueller Anna.ipynb": "not certain whose", "Muller_Anna/hw.ipynb": "not certain whose"},
            "problems": ["could be the known student am or am2"] * 2,
        },
        {"roster": f"{HEAD}am,Anna Müller,plain,,,,,\nam2,Anna Müller,plain,,,,,\n"},
    ),
    "signs that an address holds": (
        {"Ann%20Smith.ipynb": "a", "Bo+Li.ipynb": "b", "cy@UNI.edu/hw.ipynb": "c", "hw [Jan Weiss].ipynb": "d"},
        taken(ann="Ann%20Smith.ipynb", bo="Bo+Li.ipynb", cy="cy@UNI.edu/hw.ipynb", jw="hw [Jan Weiss].ipynb"),
        KNOWN,
    ),
    # ---------------------------------------------------------------------------------------------- files
    "notebooks that are not called so": (
        {
            "ann.ipnyb": "a",
            "bo.ipynb.download": "b",
            "cy/hw.json": "c",
            "dee.ipynb.docx": "d",
            "notes.json": b'{"a": 1}',
        },
        {
            "stopped": ["cy", "dee"],
            "left": {
                "ann.ipnyb": "a notebook by what is in it",
                "bo.ipynb.download": "a notebook by what is in it",
                "cy/hw.json": "stopped",
                "dee.ipynb.docx": "stopped",
                "notes.json": "does not say whose",
            },
            "problems": [
                "ann.ipnyb: is a notebook",
                "bo.ipynb.download: is a notebook",
                "cy/hw.json is a notebook",
                "dee.ipynb.docx is a notebook",
            ],
        },
        {"roster": f"{HEAD}cy,,plain,,,,,\n"},
    ),
    "endings within a name": (
        {"ann.ipynb.zip": {"hw.ipynb": "a"}, "bo.ipynb/bo.ipynb": "b", "Cy Wu - 90_small.ipynb - Colab.html": "x"},
        {
            "taken": {"ann": "ann.ipynb.zip/hw.ipynb", "bo": "bo.ipynb/bo.ipynb"},
            "stopped": ["Cy_Wu"],
            "left": {"ann.ipynb.zip": "opened", "Cy Wu - 90_small.ipynb - Colab.html": "stopped"},
            "problems": ["Cy_Wu handed in no notebook"],
        },
    ),
    # ---------------------------------------------------------------------------------------------- other languages
    "blackboard: the note of a French site tells a login with a _": (
        {
            f"Devoir_90_ann_smith_attempt_2026-10-12-23-59-00_{L}.ipynb": "a",
            "Devoir_90_ann_smith_attempt_2026-10-12-23-59-00.txt": b"Nom : Ann Smith (ann_smith)\nDevoir : x\n",
            f"Devoir_90_bli_attempt_2026-10-12-23-59-00_{L}.ipynb": "b",
            "Devoir_90_bli_attempt_2026-10-12-23-59-00.txt": b"Nombre: Bo Li (bli)\nActividad: x\n",
        },
        {
            "taken": {
                "ann_smith": f"Devoir_90_ann_smith_attempt_2026-10-12-23-59-00_{L}.ipynb",
                "bli": f"Devoir_90_bli_attempt_2026-10-12-23-59-00_{L}.ipynb",
            },
            "left": {
                "Devoir_90_ann_smith_attempt_2026-10-12-23-59-00.txt": "read",
                "Devoir_90_bli_attempt_2026-10-12-23-59-00.txt": "read",
            },
            "times": {"ann_smith": "2026-10-12 23:59:00 UTC", "bli": "2026-10-12 23:59:00 UTC"},
        },
    ),
    "brightspace: days of Dutch, German and French sites": (
        {
            "1-3 - Ann Smith - 12 oktober 2026 2359/x.ipynb": "a",
            "2-3 - Bo Li - 13. Oktober 2026 005/x.ipynb": "b",
            "3-3 - Cy Wu - 12 oct. 2026 23 h 59/x.ipynb": "c",
        },
        {
            "taken": {
                "Ann_Smith_1": "1-3 - Ann Smith - 12 oktober 2026 2359/x.ipynb",
                "Bo_Li_2": "2-3 - Bo Li - 13. Oktober 2026 005/x.ipynb",
                "Cy_Wu_3": "3-3 - Cy Wu - 12 oct. 2026 23 h 59/x.ipynb",
            },
            "times": {
                "Ann_Smith_1": "2026-10-12 23:59:00 UTC",
                "Bo_Li_2": "2026-10-13 00:05:00 UTC",
                "Cy_Wu_3": "2026-10-12 23:59:00 UTC",
            },
        },
    ),
    "schoology: the last revision counts, and it is late": (
        {"Smith, Ann/Revision 1 - On Time/hw.ipynb": "a", "Smith, Ann/Revision 2 - Late/hw.ipynb": "b"},
        {
            "taken": {"Smith_Ann": "Smith, Ann/Revision 2 - Late/hw.ipynb"},
            "left": {"Smith, Ann/Revision 1 - On Time/hw.ipynb": "the last attempt by the system's number"},
            "times": {"Smith_Ann": "2026-10-12 22:00:01 UTC"},
            "from": {"Smith_Ann": "marked LATE"},
        },
        {"due": "2026-10-12 22:00:00"},
    ),
}
