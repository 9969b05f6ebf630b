"""`course certify NN`: the lessons proven take the place of what the committed certificate said of them."""

import json
import re
from pathlib import Path

from course_lib.files import write_atomically
from grading.proving import certificate as paper


def renew(found, folder, slugs):
    """Put the Certificate `found`, of some lessons, into the certificate files in `folder`; returns their paths.

    `slugs` are all lessons in order; what the files say of the others stays, what they say of lessons that are gone
    goes. The times of the others stay too, where there are any.
    """
    paths = [Path(folder) / f"certificate{end}" for end in (".json", ".md", ".times.json")]
    data, new = json.loads(paths[0].read_text(encoding="utf-8")), found.to_json()
    lines = [*(x for x in data["exercises"] if x["lesson"] not in new["untouched"]), *new["exercises"]]
    lines = sorted((x for x in lines if x["lesson"] in slugs), key=lambda x: slugs.index(x["lesson"]))
    untouched = {**data["untouched"], **new["untouched"]}
    merged = {
        **data,
        "exercises": lines,
        "untouched": {slug: untouched[slug] for slug in slugs if slug in untouched},
        "leaks": [x for x in data["leaks"] if not x.startswith(tuple(new["untouched"]))] + new["leaks"],
    }
    head, sections, foot = _sections(paths[1].read_text(encoding="utf-8"))
    sections |= _sections(paper.page(found))[1]
    page = head + "".join(sections[slug] for slug in slugs if slug in sections) + foot
    times = json.loads(paths[2].read_text(encoding="utf-8")) if paths[2].exists() else {}
    times |= paper.times(found)
    for path, text in zip(paths, (paper.as_text(merged), page, paper.as_text(times)), strict=True):
        write_atomically(path, text)
    return paths


def _sections(page):
    """The page as (what stands before the lessons, {slug: its section}, what stands behind)."""
    head, *parts = re.split(r"^(?=## )", page, flags=re.M)
    named = {part[3 : part.index("\n")]: part for part in parts}
    foot = "".join(named.pop(name) for name in list(named) if not re.match(r"\d\d_", name))
    return head, named, foot
