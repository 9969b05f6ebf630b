"""`course due`: the time is meant in a zone, and one that could be two or none is asked for again."""

import pytest

from grading.commands import decisions
from grading.errors import CourseError
from grading.marking import decide

BERLIN = "Europe/Berlin"


@pytest.fixture
def due(monkeypatch):
    """Run the command; what it would decide."""
    told = []
    monkeypatch.setattr(decide, "due", lambda folder, lesson, time, **more: told.append(time))
    monkeypatch.setattr(decisions, "_tell", lambda *args: None)

    def run(when, zone=BERLIN):
        told.clear()
        decisions.due("09", when, zone=zone)
        (time,) = told
        return str(time)

    return run


def test_the_time_is_meant_in_the_zone(due):
    assert due("2026-10-12 23:59") == "2026-10-12 21:59:00"
    assert due("12. Oktober 2026, 23:59 Uhr") == "2026-10-12 21:59:00"
    assert due("2026-10-12 23:59", "America/New_York") == "2026-10-13 03:59:00"
    assert due("never") == "None"


@pytest.mark.parametrize("when", ["", "  "])
def test_an_empty_time_takes_no_due_date_away(due, when):
    with pytest.raises(CourseError, match="TIME is empty; write it as"):
        due(when)


def test_an_hour_that_a_night_has_twice_is_asked_for(due):
    with pytest.raises(CourseError, match="2026-10-25 02:30 comes twice in Europe/Berlin, when clocks go back"):
        due("2026-10-25 02:30")
    assert due("2026-10-25 02:30 +0200") == "2026-10-25 00:30:00"
    assert due("2026-10-25 02:30 +0100") == "2026-10-25 01:30:00"
    assert due("2026-10-25 02:30", "UTC") == "2026-10-25 02:30:00"
    assert due("2026-10-25 03:00") == "2026-10-25 02:00:00"
    assert due("2026-10-25 01:59") == "2026-10-24 23:59:00"


def test_an_hour_that_no_clock_shows_is_the_later_one(due):
    """Clocks go from 02:00 to 03:00: 02:30 is half an hour after they did, so nobody is late too early."""
    assert due("2026-03-29 02:30") == "2026-03-29 01:30:00"


@pytest.mark.parametrize(
    "text",
    ["Mo, 12.10.2026, 23:59 Uhr", "12.10.2026 um 23.59 Uhr", "Montag, 12.10.2026 23:59", "2026-10-12 23h59"],
)
def test_times_as_they_are_said(due, text):
    assert due(text) == "2026-10-12 21:59:00"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1026-10-12 23:59", "is not understood"),
        ("1999-10-12 23:59", "is more than 10 years away; look at the year"),
        ("2126-10-12 23:59", "is more than 10 years away; look at the year"),
        ("12.10.2026 24:00", "has the hour 24"),
        ("31.11.2026 23:59", "is no day of the calendar"),
        ("12.10.26 23:59", "has no year of four digits"),
    ],
)
def test_a_slip_in_a_time_is_told(due, text, said):
    with pytest.raises(CourseError, match=said):
        due(text)


@pytest.mark.parametrize(
    ("text", "hours"), [("48", 48), ("1,5", 1.5), ("48h", 48), ("2d", 48), ("2 Tage", 48), ("0", 0)]
)
def test_hours_as_people_write_them(monkeypatch, text, hours):
    told = []
    monkeypatch.setattr(decide, "extend", lambda folder, student, lesson, hours, **more: told.append(hours))
    monkeypatch.setattr(decisions, "_tell", lambda *args: None)
    decisions.extend("ann", "09", text)
    assert told == [hours]


@pytest.mark.parametrize("text", ["2026-10-14", "two", "", "d", "1.5.2"])
def test_hours_that_are_none_are_told(text):
    with pytest.raises(CourseError, match="is no number of hours; write 48, or 2d for two days"):
        decisions.extend("ann", "09", text)


@pytest.mark.parametrize("text", ["abc", "", "tail"])
def test_points_that_are_no_number_are_told(text):
    with pytest.raises(CourseError, match=r"is no number of points; write 2\.5, say"):
        decisions.points("tail", text)
