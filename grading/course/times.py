"""Times as people and systems write them, read in one place: UTC comes out, or an error that names the file.

Read: ISO 8601 with or without an offset (also with a space before it, as nbgrader writes: `2026-10-12 23:59:00 +0100`),
its weeks (`2026-W42-1T23:59`), names of zones that mean one offset everywhere (`CET`, `PDT`) or a place
(`Europe/Berlin`), day-first dates with dots (`12.10.2026 23:59`), names of months (`Mon Oct 12 23:59:00 UTC 2026`,
`12 October 2026, 11:59 PM`, `12. Oktober 2026, 23:59`, `Mo, 12.10.2026 um 23.59 Uhr`). What could be two times is
refused: `02/11/2026`, `CST`, `IST`, a day without its hour.
"""

import calendar
import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from dateutil import parser

from grading.course.table import visible
from grading.errors import CourseError

HOURS = {  # what a zone's name means everywhere; names with two meanings are left out
    "UTC": 0, "GMT": 0, "Z": 0, "UT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9,
    "AKDT": -8, "HST": -10, "NST": -3.5, "NDT": -2.5, "ADT": -3, "BRT": -3, "SAST": 2, "PKT": 5, "SGT": 8, "HKT": 8,
    "JST": 9, "KST": 9, "AWST": 8, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
MONTHS = re.compile(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b", re.I)
OTHERS = {  # months as sites in other languages write them
    "january": "januar janvier enero gennaio janeiro januari stycznia ledna ocak tammikuuta января",
    "february": "februar février febrero febbraio fevereiro februari lutego února şubat helmikuuta февраля",
    "march": "märz mars marzo março maart marts marca března mart maaliskuuta марта",
    "april": "avril abril aprile kwietnia dubna nisan huhtikuuta апреля",
    "may": "mai mayo maggio maio mei maj maja května mayıs toukokuuta мая",
    "june": "juni juin junio giugno junho czerwca června haziran kesäkuuta июня",
    "july": "juli juillet julio luglio julho lipca července temmuz heinäkuuta июля",
    "august": "août agosto augustus augusti sierpnia srpna ağustos elokuuta августа",
    "september": "septembre septiembre settembre setembro września září eylül syyskuuta сентября",
    "october": "oktober octobre octubre ottobre outubro okt października října ekim lokakuuta октября",
    "november": "novembre noviembre novembro listopadu kasım marraskuuta ноября",
    "december": "dezember décembre diciembre dicembre dezembro dez grudnia prosince aralık joulukuuta декабря",
}  # fmt: skip
ENGLISH = {other: month for month, others in OTHERS.items() for other in others.split()}
WEEKDAYS = (  # as they may stand before a date, whole or in their first two or three letters
    "monday montag lundi lunes lunedì", "tuesday dienstag mardi martes martedì",
    "wednesday mittwoch mercredi miércoles mercoledì", "thursday donnerstag jeudi jueves giovedì",
    "friday freitag vendredi viernes venerdì", "saturday samstag sonnabend samedi sábado sabato",
    "sunday sonntag dimanche domingo domenica",
)  # fmt: skip
ISO = re.compile(r"(\d{4})[-/.] ?(\d\d?)[-/.] ?(\d\d?)\.?(?:[T ]+|, *)(\d.*)")
WEEK = re.compile(r"(\d{4})-?W(\d\d)-?([1-7])[T ] *(\d.*)")
COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?(.*)")
DOTTED = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}),? +(\d.*)")
SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}),? +(\d.*)")
CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)? *([ap]\.?m\.?(?![a-z]))? *(.*)", re.I)
OFFSET = re.compile(r"(?:UTC|GMT)? ?([+-])(\d{1,2})(?::?(\d\d))?", re.I)
WEEKDAY = re.compile(r"\A(?:mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? +(?=\d)", re.I)
SHORT_YEAR = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d\d\b(?!\d)")
YEARS = range(1970, 2200)
SHAPE = "write it as 2026-10-12 23:59:00 +0100"


def read_time(text, where, zone=None):
    """The time `text` says, in UTC and naive as nbgrader keeps it; None when the text is empty.

    `where` names the file in the CourseError for what is no time or could be two. `zone` (a tzinfo) is that of times
    which name none; else they are in UTC.
    """
    plain = " ".join(visible(unicodedata.normalize("NFKC", str(text))).replace("−", "-").split())
    if not plain:
        return None
    try:
        naive, place = _read(plain, zone)
        _same_weekday(plain, naive)
        found = naive.replace(tzinfo=place or zone or UTC).astimezone(UTC).replace(tzinfo=None)
    except _Unclear as why:
        raise CourseError(f"{where}: the time {plain[:60]!r} {why}; {SHAPE}.") from None
    except (ValueError, OverflowError, TypeError, LookupError, OSError):
        raise CourseError(f"{where}: the time {plain[:60]!r} is not understood; {SHAPE}.") from None
    return found


def write_time(when):
    """A UTC time as timestamp.txt holds it: nbgrader reads the same time from it."""
    return when.strftime("%Y-%m-%d %H:%M:%S UTC")


class _Unclear(Exception):
    """Two times could be meant; says which."""


def _read(text, zone):
    """(naive time, tzinfo or None)."""
    text = re.sub(r"([+-]\d\d:?\d\d) ?\([^()]*\)\Z", r"\1", text)  # (CEST), as browsers add
    text = _spoken(re.sub(r"(\d{4})年(\d{1,2})月(\d{1,2})日 ?", r"\1-\2-\3 ", text))
    week = WEEK.fullmatch(text)
    if week:
        *day, clock = week.groups()
        moment = datetime.fromisocalendar(*(int(n) for n in day))
        return _clock(clock, moment.year, moment.month, moment.day, zone)
    for pattern, order in ((ISO, "ymd"), (DOTTED, "dmy"), (SLASHED, "")):
        found = pattern.fullmatch(text)
        if found:
            *date, clock = found.groups()
            year, month, day = _date(date, order)
            return _clock(clock, year, month, day, zone)
    found = COMPACT.fullmatch(text)
    if found:
        *numbers, rest = found.groups()
        naive = _made(*(int(n or 0) for n in numbers))
        return naive, _zone(rest.strip(), naive, zone)
    text = _in_english(text)
    if MONTHS.search(text):
        return _with_month(text, zone)
    if SHORT_YEAR.match(text):
        raise _Unclear("has no year of four digits")
    if re.fullmatch(r"[2-6]\d{4}[.,]\d+", text):
        raise _Unclear("is a day as spreadsheet programs count them: let that column show dates and save it again")
    if re.fullmatch(r"\d{4}-?W\d\d(?:-?\d)?|[\d./-]+", text):
        raise _Unclear("has no hour" if len(text) > 7 else "is not understood")
    raise ValueError(text)


def _same_weekday(text, naive):
    """Refuse a date whose weekday is another one: one of the two is a slip."""
    found = re.match(r"([^\W\d_]{2,})\.?,? ", text)
    word = found[1].casefold() if found and not MONTHS.fullmatch(found[1]) else ""
    days = {i for i, names in enumerate(WEEKDAYS) for name in names.split() if _shortens(word, name)}
    if len(days) == 1 and days != {naive.weekday()}:
        raise _Unclear(f"says {found[1]}, and that day is a {calendar.day_name[naive.weekday()]}")


def _shortens(word, name):
    """Whether a word is a weekday's name or its first letters: three, or two of a German one."""
    long = 3 if len(word) != 2 or not name.endswith(("tag", "woch")) else 2
    return word == name or (len(word) == long and name.startswith(word))


def _date(parts, order):
    first, second, third = map(int, parts)
    if order == "ymd":
        return first, second, third
    if order == "" and first <= 12 and second <= 12 and first != second:
        raise _Unclear("could be two days (day or month first)")
    if order == "" and first <= 12 < second:
        first, second = second, first
    return third, second, first


def _clock(text, year, month, day, zone):
    found = CLOCK.fullmatch(text)
    if not found:
        raise ValueError(text)
    hour, minute, second, half, rest = found.groups()
    hour = int(hour)
    if hour == 24:
        raise _Unclear("has the hour 24 (23:59 of that day, or 00:00 of the next?)")
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + 12 * (half[0].lower() == "p")
    naive = _made(year, month, day, hour, int(minute), int(second or 0))
    return naive, _zone(rest, naive, zone)


def _made(year, *rest):
    if year not in YEARS:
        raise ValueError(year)
    month, day = rest[:2]
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        raise _Unclear("is no day of the calendar")
    return datetime(year, *rest)


def _spoken(text):
    """A time in figures without what is said around them: `Mo, 12.10.2026 um 23.59 Uhr`, `2026-10-12 23h59`."""
    if not re.search(r"\d{4}[-/]\d|\d\. ?\d{1,2}\. ?\d|\d[-/]\d", text):
        return text
    text = WEEKDAY.sub("", re.sub(r",? +(?:um|at|à|a las|alle|kl\.?|klo|o godz\.|в) +(?=\d)", " ", text))
    text = re.sub(r"(?<=\d) ?Uhr\b", "", text, flags=re.I)
    return re.sub(r"(?<=[ T])(\d{1,2})[.hH](\d\d)(?=\Z| )", r"\1:\2", text)


def _zone(text, naive, zone):
    """The tzinfo that the end of a time names; None when it names none."""
    text = text.strip("() ")
    if not text:
        return None
    found = OFFSET.fullmatch(text)
    if found:
        sign, hours, minutes = found.groups()
        hours, minutes = int(hours), int(minutes or 0)
        if hours > 14 or minutes > 59:
            raise ValueError(text)
        return timezone((1 if sign == "+" else -1) * timedelta(hours=hours, minutes=minutes))
    if text.upper() in HOURS:
        return timezone(timedelta(hours=HOURS[text.upper()]))
    if zone is not None and naive.replace(tzinfo=zone).tzname() == text.upper():
        return zone
    if "/" in text:
        return ZoneInfo(text)
    if re.fullmatch(r"[A-Za-z]{2,5}", text):
        raise _Unclear(f"names the zone {text}, which has no one meaning here")
    raise ValueError(text)


def _in_english(text):
    """A time with the month of another language in English; the weekday before it goes, the day after it says more."""
    words = re.findall(r"[^\W\d_]+", text)
    month = next((word for word in words if word.casefold() in ENGLISH), None)
    if month is None:
        return text
    text = re.sub(rf"\b{month}\b\.?", ENGLISH[month.casefold()], text)
    text = re.sub(r"\A[^\W\d_]+,? (?=\d)", "", text)
    text = re.sub(r"\b(?:de|del|di|à|um|a las|alle|às|kl\.?|klo|o godz\.|в) (?=\w)|(?<=\d)(?:\.|º)(?= [a-z])", "", text)
    return re.sub(r"(?<= )(\d\d)\.(\d\d)\Z", r"\1:\2", re.sub(r" Uhr\b", "", text))


def _with_month(text, zone):
    """A time with an English month, by dateutil; every part must be there."""
    zones = []

    def known(name, offset):
        if name is None and offset is None:
            return None
        zones.append(timezone(timedelta(seconds=offset)) if offset is not None else name)
        return UTC

    text = re.sub(r"\b(?:GMT|UTC) ?(?=[+-]\d)", "", text)  # dateutil takes GMT+2 for two hours west
    first, second = (parser.parse(text, default=day, tzinfos=known) for day in (datetime(2001, 1, 1, 1, 1), _OTHER))
    if (first.date(), first.hour, first.minute) != (second.date(), second.hour, second.minute):
        raise _Unclear("has no hour" if first.date() == second.date() else "is not understood")
    if not re.search(r"\b\d{4}\b", text):  # two digits of a year could be a day
        raise _Unclear("has no year of four digits")
    naive = _made(*first.timetuple()[:6])
    place = zones[0] if zones else None
    return naive, _zone(place, naive, zone) if isinstance(place, str) else place


_OTHER = datetime(2002, 2, 2, 2, 2)
