"""Uploads in every form that people and systems name them: fixtures/names_of_uploads.txt says whose each file is."""

import re
from pathlib import Path

import pytest

from grading.course.collect import Options, collect
from grading.course.roster import COLUMNS
from tests.grading.conftest import copy
from tests.grading.course.uploads import L, pack

TABLE = Path(__file__).parents[1] / "fixtures" / "names_of_uploads.txt"
ROSTERS = {
    "nobody is known": "",
    "a roster": """
        asmith,Ann Smith,plain,,asmith,ann.smith@uni.edu,00123456,
        bli,Bo Li,plain,,bli,bo.li@uni.edu,00123457,
        cmuel,Carl-Heinz Müller,plain,,cmuel,c.mueller@uni.edu,00123458,
    """,
    "a roster of many languages": """
        nga,Nguyễn Thị Nga,plain,,nga,nga@x.vn,1001001,
        ngan,Nguyễn Thị Ngân,plain,,ngan,ngan@x.vn,1001002,
        som,สมชาย ใจดี,plain,,som,,1001003,
        mus,محمد بن علي,plain,,mus,,1001004,
        shir,שיר לוי,plain,,shir,,1001005,
        oco,Niamh O'Connor,plain,,oco,,1001006,
        vdb,Jan van den Berg,plain,,vdb,,1001007,
        lope,María García López,plain,,lope,,1001008,
        iva,Анна Петровна Иванова,plain,,iva,,1001009,
        wei1,Wang Wei,plain,,wei1,,1001010,
        wei2,Wei Wang,plain,,wei2,,1001011,
        suk,Sukarno,plain,,suk,,1001012,
    """,
}


def read_table():
    """[(roster, name, {path: what it holds}, {path: whose}, groups)]."""
    cases, roster = [], ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            roster = line[3:]
        elif line.startswith("    group "):
            cases[-1][4].append(re.sub(" = ", ",", line[10:]))
        elif line.startswith("    "):
            path, _, whose = line.strip("\n")[4:].rpartition(" -> ")
            path, _, holds = path.partition(" = ") if re.search(r" = \w+\Z", path) else (path, "", "")
            path = re.sub(r"\\u([0-9a-f]{4})|\\x([0-9a-f]{2})", lambda found: chr(int(found[1] or found[2], 16)), path)
            path = re.sub(r"(?<![A-Z])NB(?![A-Z])", f"{L}.ipynb", path)
            cases[-1][2][path] = holds or "abcdef"[sum(one in "abcdef" for one in cases[-1][2].values())]
            cases[-1][3][path] = whose
        elif line and not line.startswith("#"):
            cases.append((roster, line, {}, {}, []))
    return cases


CASES = read_table()


@pytest.fixture(scope="module")
def courses(blank, tmp_path_factory):
    """{roster: a course folder that knows its people}; a dry run leaves it as it is."""
    made = {}
    for number, (name, rows) in enumerate(ROSTERS.items()):
        made[name] = copy(blank, tmp_path_factory.mktemp("names") / f"course{number}")
        for folder in (made[name].root / "submitted").iterdir():
            folder.rename(tmp_path_factory.mktemp("gone") / folder.name)
        if rows:
            lines = [",".join(COLUMNS), *(line.strip() for line in rows.strip().splitlines())]
            (made[name].root / "roster.csv").write_text("\n".join(lines), encoding="utf-8")
    return made


def nested(files, words):
    """{path: bytes} with what lies in archives packed into them."""
    from tests.grading.course.downloads import zipped

    told, inner = {}, {}
    for path, holds in files.items():
        archive = re.match(r"(.+?\.zip)/(.+)", path)
        if archive:
            inner.setdefault(archive[1], {})[archive[2]] = holds
        else:
            told[path] = words[holds]
    return told | {path: zipped(nested(one, words)) for path, one in inner.items()}


@pytest.mark.parametrize("case", CASES, ids=[f"{roster}: {name}" for roster, name, *_ in CASES])
def test_whose_each_file_is(courses, words, tmp_path, case):
    roster, _, files, right, groups = case
    root = courses[roster].root
    listed = root / "groups.csv"
    listed.write_text("\n".join(["group,student", *groups])) if groups else listed.unlink(missing_ok=True)
    report = collect(root, L, pack(tmp_path / "given.zip", nested(files, words)), Options(dry=True))
    told = {}
    for row in report.files:
        stopped = row.why.startswith("stopped") or row.path in report.nobody
        told[row.path] = row.student if row.taken else "?" if stopped else "-"
    archives = {path: why for path, why in told.items() if path not in right}
    assert all(path.endswith(".zip") and why == "-" for path, why in archives.items())
    assert {path: told.get(path) for path in right} == right
    assert bool(report.problems) == ("?" in right.values() or not set(right.values()) - {"-"})


def test_the_table_is_read():
    assert len(CASES) > 150
    assert {roster for roster, *_ in CASES} == set(ROSTERS)
