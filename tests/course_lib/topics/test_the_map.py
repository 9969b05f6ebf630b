"""The wing's map by lesson: every topic stands in it once, at the first lesson that imports it."""

import re

from course_lib import topics
from grading.paths import Folders
from tests import house

MAP = {topic: line[:3].strip() for line in topics.__doc__.splitlines() for topic in re.findall(r"\w+(?=,|$)", line[3:])}
FILES = {name.rpartition(".")[2] for name in house.modules("course_lib") if name.startswith("course_lib.topics.")}


def test_every_topic_stands_in_the_map_once():
    listed = [topic for line in topics.__doc__.splitlines()[2:] for topic in re.findall(r"\w+(?=,|$)", line[3:])]
    assert sorted(listed) == sorted(FILES)


def test_a_topic_stands_at_the_first_lesson_that_imports_it():
    first = {}
    for path in sorted(Folders().solutions.glob("[0-9]*.py")):
        for module, _ in house.imports(path):
            if module.startswith("course_lib.topics."):
                first.setdefault(module.split(".")[2], path.name[:2])
    assert len(first) > 40
    everywhere = {topic for topic, lesson in MAP.items() if lesson == "all"}
    assert {topic: MAP[topic] for topic in first.keys() - everywhere} == {
        topic: lesson for topic, lesson in first.items() if topic not in everywhere
    }
