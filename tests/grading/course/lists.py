"""The lists of people that systems save, as text: the same three people in each, one of them with a formula's name."""

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,90 small (7001),Unrelated (7002),Current Score
,,,,,Manual Posting,,(read only)
    Points Possible,,,,,10,5,(read only)
"Smith, Ann",101,S1,ann@uni.edu,Mo,,3,60
"Smith, Ann",102,S2,ann.smith@uni.edu,Tu,,4,80
"=Łuk, Żaneta",103,S3,zaneta@uni.edu,Tu,EX,,
"Student, Test",199,,abc,Mo,,,
"""
MOODLE = """First name,Last name,ID number,Email address,Assignment: A small lesson (Real),Course total (Real)
Ann,Smith,S1,ann@uni.edu,-,-
Ann,Smith,S2,ann.smith@uni.edu,-,-
Żaneta,=Łuk,S3,zaneta@uni.edu,-,-
"""
WORKSHEET = """Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 501,Ann Smith,S1,ann@uni.edu,Submitted for grading,,10.00,Yes,"Monday, 12 October 2026, 9:30 PM",-,"Two
lines"
Participant 502,Ann Smith,S2,ann.smith@uni.edu,Submitted for grading,-,10.00,Yes,-,-,
Participant 503,Żaneta =Łuk,S3,zaneta@uni.edu,No submission,,10.00,Yes,-,-,
"""  # the offline grading worksheet of one Moodle assignment
BLACKBOARD = (
    '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Availability"\t'
    '"A small lesson [Total Pts: 10 Score] |5001"\t"Total [Total Pts: up to 10 Score] |5002"\n'
    '"Smith"\t"Ann"\t"ann"\t"S1"\t"Yes"\t""\t""\n'
    '"Smith"\t"Ann"\t"ann.smith"\t"S2"\t"Yes"\t""\t""\n'
    '"=Łuk"\t"Żaneta"\t"zaneta"\t"S3"\t"Yes"\t""\t""\n'
)
BRIGHTSPACE = """OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator
#S1,#ann,Smith,Ann,ann@uni.edu,#
#S2,#ann.smith,Smith,Ann,ann.smith@uni.edu,#
#S3,#zaneta,=Łuk,Żaneta,zaneta@uni.edu,#
"""
GRADESCOPE = """First Name,Last Name,SID,Email,Sections
Ann,Smith,S1,ann@uni.edu,Mo
Ann,Smith,S2,ann.smith@uni.edu,Tu
Żaneta,=Łuk,S3,zaneta@uni.edu,Tu
"""
GOOGLE = """Last Name,First Name,Email Address,A small lesson
Date,,,2026-11-02
Points,,,10
Smith,Ann,ann@uni.edu,
Smith,Ann,ann.smith@uni.edu,
=Łuk,Żaneta,zaneta@uni.edu,
"""
PLAIN = """student;name;email
ann;Ann Smith;ann@uni.edu
ann.smith;Ann Smith;ann.smith@uni.edu
zaneta;Żaneta =Łuk;zaneta@uni.edu
"""
ALL = {
    "canvas": CANVAS.encode(),
    "moodle": MOODLE.encode("utf-8-sig"),
    "blackboard": BLACKBOARD.encode("utf-16"),
    "brightspace": BRIGHTSPACE.encode(),
    "gradescope": GRADESCOPE.encode(),
    "google": GOOGLE.encode(),
    "plain": PLAIN.encode(),
}
