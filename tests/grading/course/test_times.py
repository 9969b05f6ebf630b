"""Times are read in one place: the same instant however it is written, or an error that names the file."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from nbgrader import utils

from grading.course.times import HOURS, read_time, write_time
from grading.errors import CourseError

READ = {
    # the six ways of an exchange between zones
    "2025-11-02 23:30:00 +0100": "2025-11-02 22:30:00",
    "2025-11-02 23:30:00 -0500": "2025-11-03 04:30:00",
    "2025-11-02 23:30:00 CEST": "2025-11-02 21:30:00",
    "2025-11-02 15:30:00 PST": "2025-11-02 23:30:00",
    "02.11.2025 22:30": "2025-11-02 22:30:00",
    "2.11.2025, 22:30:05 MEZ": "2025-11-02 21:30:05",
    # ISO 8601, what nbgrader writes, and what comes near
    "2026-10-12T23:59:00Z": "2026-10-12 23:59:00",
    "2026-10-12T23:59:00.123456789+05:30": "2026-10-12 18:29:00",
    "2026-10-12 23:59:00.123456000 Z": "2026-10-12 23:59:00",
    "2026-10-12 23:59:00 UTC": "2026-10-12 23:59:00",
    "2026-10-12 23:59": "2026-10-12 23:59:00",
    "2026-10-12 23:59:00 −0030": "2026-10-13 00:29:00",
    "20261012T235900Z": "2026-10-12 23:59:00",
    "\ufeff2026-10-12 23:59:00 UTC\r\n": "2026-10-12 23:59:00",
    "2026-10-12 23:59:00 Europe/Berlin": "2026-10-12 21:59:00",
    "2026-12-12 23:59:00 Europe/Berlin": "2026-12-12 22:59:00",
    "2026-10-12 23:59:00 UTC+2": "2026-10-12 21:59:00",
    "2026-10-12 12:30 AM": "2026-10-12 00:30:00",
    "2026-W42-1T23:59": "2026-10-12 23:59:00",
    "2026W421T23:59+0200": "2026-10-12 21:59:00",
    "2026-W53-5 00:30": "2027-01-01 00:30:00",
    # English months
    "Oct 12, 2026 11:59\u202fPM": "2026-10-12 23:59:00",
    "Sunday, 2 November 2025, 11:30 PM": "2025-11-02 23:30:00",
    "Mon Oct 12 23:59:00 PDT 2026": "2026-10-13 06:59:00",
    "Mon, 12 Oct 2026 23:59:00 +0200": "2026-10-12 21:59:00",
    "Monday, October 12, 2026 11:59:00 PM EDT": "2026-10-13 03:59:00",
    # as browsers, phones and sites in other languages write them
    "Mon Oct 12 2026 23:59:00 GMT+0200 (Central European Summer Time)": "2026-10-12 21:59:00",
    "Mar 12, 2026 11:59 PM": "2026-03-12 23:59:00",
    "12 Oct 2026 23:59 GMT+2": "2026-10-12 21:59:00",
    "2026-10-12 23:59 +0200 (CEST)": "2026-10-12 21:59:00",
    "\u200e2026-10-12 23:59\u200f": "2026-10-12 23:59:00",
    "2026.10.12 23:59": "2026-10-12 23:59:00",
    "2026. 10. 12. 23:59": "2026-10-12 23:59:00",
    "2026年10月12日 23:59": "2026-10-12 23:59:00",
    "12 октября 2026, 23:59": "2026-10-12 23:59:00",
    "12 października 2026, 23:59": "2026-10-12 23:59:00",
    "12. října 2026, 23:59": "2026-10-12 23:59:00",
    "12 ekim 2026, 23:59": "2026-10-12 23:59:00",
    "måndag 12 oktober 2026 kl. 23:59": "2026-10-12 23:59:00",
    "12. lokakuuta 2026 klo 23.59": "2026-10-12 23:59:00",
    "٢٠٢٦-١٠-١٢ ٢٣:٥٩": "2026-10-12 23:59:00",
    # slashes where only one reading is a day
    "25/11/2026 10:00": "2026-11-25 10:00:00",
    "11/25/2026 3:00 PM": "2026-11-25 15:00:00",
    "07/07/2026 10:00": "2026-07-07 10:00:00",
}
REFUSED = {
    "yesterday": "is not understood",
    "when it was done": "is not understood",
    "2026-10-12": "has no hour",
    "Oct 12, 2026": "has no hour",
    "Oct 12 10:00": "is not understood",
    "12 Oct 26 10:00": "year",
    "02/11/2026 10:00": "could be two days",
    "02-11-2026 10:00": "could be two days",
    "2026-10-12 23:59:00 CST": "names the zone CST",
    "2026-10-12 23:59:00 IST": "names the zone IST",
    "Mon Oct 12 23:59:00 BST 2026": "names the zone BST",
    "2026-10-12 23:59 +0170": "is not understood",
    "2026-10-12 23:59 +9900": "is not understood",
    "2026-10-12 25:00": "is not understood",
    "2026-10-12 13:00 PM": "is not understood",
    "2026-02-30 10:00": "is no day of the calendar",
    "2026-10-12 12:00 Mars/Base": "is not understood",
    "2026-10-12 12:00 ../../etc/passwd": "is not understood",
    "12.10.26 10:00": "has no year of four digits",
    "Thursday, October 12, 2026 11:59 PM": "says Thursday, and that day is a Monday",
    "Di, 12.10.2026 23:59": "says Di, and that day is a Monday",
    "2026-10-12 24:00": "has the hour 24",
    "2026-W42-1": "has no hour",
    "2026-W42": "has no hour",
    "2026-W54-1T10:00": "is not understood",
    "2026-W42-8T10:00": "is not understood",
    "46307,99931": "is a day as spreadsheet programs count them",
    "46307.99931": "is a day as spreadsheet programs count them",
    "12 listopada 2026, 23:59": "is not understood",
    "1762122600": "has no hour",
    "9" * 400: "has no hour",
    "0000-01-01 00:00": "is not understood",
    "9999-12-31 23:59 -1200": "is not understood",
}


@pytest.mark.parametrize("text", READ)
def test_a_time_is_read(text):
    assert str(read_time(text, "x")) == READ[text]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_time_or_could_be_two_is_refused_with_the_file(text):
    with pytest.raises(CourseError, match=r"^ann/timestamp.txt: the time ") as told:
        read_time(text, "ann/timestamp.txt")
    assert REFUSED[text] in str(told.value)
    assert str(told.value).endswith("write it as 2026-10-12 23:59:00 +0100.")
    assert len(str(told.value)) < 250


@pytest.mark.parametrize("text", ["", " \n", "\ufeff"])
def test_an_empty_file_is_no_time(text):
    assert read_time(text, "x") is None


def test_a_zone_counts_where_none_is_written_and_settles_a_short_name():
    chicago = ZoneInfo("America/Chicago")
    assert str(read_time("2026-07-01 12:00", "x", chicago)) == "2026-07-01 17:00:00"
    assert str(read_time("2026-12-01 12:00 CST", "x", chicago)) == "2026-12-01 18:00:00"
    assert str(read_time("2026-07-01 12:00 +0000", "x", chicago)) == "2026-07-01 12:00:00"
    with pytest.raises(CourseError, match="CST"):
        read_time("2026-07-01 12:00 CST", "x", chicago)  # summer there: no such time


PLACES = {
    "Etc/UTC": "UTC GMT Z UT",
    "Europe/Lisbon": "WET WEST",
    "Europe/Berlin": "CET CEST MEZ MESZ",
    "Europe/Helsinki": "EET EEST",
    "Europe/Moscow": "MSK",
    "America/New_York": "EST EDT",
    "America/Chicago": "CDT",
    "America/Denver": "MST MDT",
    "America/Los_Angeles": "PST PDT",
    "America/Anchorage": "AKST AKDT",
    "Pacific/Honolulu": "HST",
    "America/St_Johns": "NST NDT",
    "America/Halifax": "ADT",
    "America/Sao_Paulo": "BRT",
    "Africa/Johannesburg": "SAST",
    "Asia/Karachi": "PKT",
    "Asia/Singapore": "SGT",
    "Asia/Hong_Kong": "HKT",
    "Asia/Tokyo": "JST",
    "Asia/Seoul": "KST",
    "Australia/Perth": "AWST",
    "Australia/Adelaide": "ACST ACDT",
    "Australia/Sydney": "AEST AEDT",
    "Pacific/Auckland": "NZST NZDT",
}
SUMMERS = {"WEST", "CEST", "MESZ", "EEST"}  # and what ends in DT


def test_a_zones_name_is_as_many_hours_as_its_place_has_in_winter_or_in_summer():
    assert sorted(" ".join(PLACES.values()).split()) == sorted(HOURS)
    for place, names in PLACES.items():
        months = [datetime(2026, month, 15, tzinfo=ZoneInfo(place)) for month in range(1, 13)]
        hours = [when.utcoffset().total_seconds() / 3600 for when in months]
        for name in names.split():
            summer = name in SUMMERS or name.endswith("DT")
            assert HOURS[name] == (max(hours) if summer else min(hours)), name


def test_of_a_compact_time_the_seconds_may_be_left_out():
    assert str(read_time("20261012T2359Z", "x")) == "2026-10-12 23:59:00"


@pytest.mark.parametrize("text", READ)
def test_nbgrader_reads_what_is_written_as_the_same_time(text):
    when = read_time(text, "x")
    assert utils.parse_utc(write_time(when)) == when == read_time(write_time(when), "x")
