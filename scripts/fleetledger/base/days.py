"""The days that people name: `2026-11-01`, `yesterday`, `7d`, `2026-10`, `last week`, `monday`."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

EXPECTED = "a day like 2026-11-01, today, yesterday, monday, 7d, 1w, 12h, 2026-10, month or 'last week'"

AGO = re.compile(r"(\d{1,4}) ?(h|d|w|m|y|hours?|days?|weeks?|months?|years?)(?: ago)?")
PART = re.compile(r"(?:(this|last) )?(week|month|year)")
MONTH = re.compile(r"(\d{4})(?:-(\d{1,2}))?")


class Span(NamedTuple):
    """The first and the last of some days."""

    first: date
    last: date


def named_days(text: str, today: date) -> Span | timedelta:
    """The days that a text names on the day `today`; for hours how long ago they began. Raises ValueError.

    >>> from datetime import date
    >>> named_days("2026-02", date(2026, 11, 27))
    Span(first=datetime.date(2026, 2, 1), last=datetime.date(2026, 2, 28))
    >>> named_days("last week", date(2026, 11, 27))
    Span(first=datetime.date(2026, 11, 16), last=datetime.date(2026, 11, 22))
    >>> named_days("1m", date(2026, 3, 31)).first
    datetime.date(2026, 2, 28)
    >>> named_days("12h", date(2026, 11, 27))
    datetime.timedelta(seconds=43200)
    """
    words = " ".join(text.lower().split())
    if words in ("today", "yesterday"):
        return _one(today - timedelta(days=words == "yesterday"))
    if words in WEEKDAYS:
        return _one(today - timedelta(days=(today.weekday() - WEEKDAYS.index(words)) % 7))
    if counted := AGO.fullmatch(words):
        return _ago(int(counted[1]), counted[2][0], today)
    if part := PART.fullmatch(words):
        return _part(part[2], today, before=part[1] == "last")
    if month := MONTH.fullmatch(words):
        first = date(int(month[1]), int(month[2] or 1), 1)
        return Span(first, _after(first, 1 if month[2] else 12) - timedelta(days=1))
    return _one(date.fromisoformat(words))


def counted_days(text: str, today: date) -> date:
    """The first of the last `7`, `7d`, `2w` or `3m` up to `today`, which is one of them. Raises ValueError.

    >>> from datetime import date
    >>> counted_days("7", date(2026, 11, 27)), counted_days("1m", date(2026, 11, 27))
    (datetime.date(2026, 11, 21), datetime.date(2026, 10, 28))
    """
    counted = AGO.fullmatch(f"{text.strip().lower()}d" if text.strip().isdecimal() else text.strip().lower())
    if counted is None or counted[2][0] == "h" or not int(counted[1]):
        raise ValueError(text)
    days = _ago(int(counted[1]), counted[2][0], today)
    if isinstance(days, timedelta):
        raise ValueError(text)
    return days.first + timedelta(days=1)


def _one(day: date) -> Span:
    return Span(day, day)


def _ago(count: int, unit: str, today: date) -> Span | timedelta:
    if unit == "h":
        return timedelta(hours=count)
    if unit in "dw":
        return _one(today - timedelta(days=count * (7 if unit == "w" else 1)))
    return _one(_after(today, -count * (12 if unit == "y" else 1)))


def _part(unit: str, today: date, *, before: bool) -> Span:
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + 7 * before)
        return Span(monday, monday + timedelta(days=6))
    months = 12 if unit == "year" else 1
    first = _after(today.replace(day=1, month=1 if unit == "year" else today.month), -months * before)
    return Span(first, _after(first, months) - timedelta(days=1))


def _after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
