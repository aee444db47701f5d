"""Durations and timestamps: how Go reads and writes them, and what of them can be asked for.

Facts: Go 1.26, time.ParseDuration, time.Parse(RFC3339); cel-go 0.26, common/stdlib/standard.go (timestampGetFullYear).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kubelint.cel.errors import CelUnknown, EvaluationError
from kubelint.cel.spelling import quote
from kubelint.cel.values import NANOSECONDS, Timestamp

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,
    "\u03bcs": 1_000,
    "ms": 1_000_000,
    "s": NANOSECONDS,
    "m": 60 * NANOSECONDS,
    "h": 3600 * NANOSECONDS,
}
_PART = re.compile(r"([0-9]*)(?:\.([0-9]*))?([^.0-9]+)")
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]+))?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_DAY = 86400


def parse_duration(text: str) -> int | None:
    """The nanoseconds that a text such as `1h15m30.918s` means; None if it is no duration."""
    unsigned = text[1:] if text[:1] in ("+", "-") else text
    if unsigned == "0":
        return 0
    total, position = 0, 0
    while position < len(unsigned):
        found = _PART.match(unsigned, position)
        if found is None or not (found[1] or found[2]) or found[3] not in _UNITS:
            return None
        unit = _UNITS[found[3]]
        total += int(found[1] or 0) * unit
        if found[2]:
            total += int(int(found[2]) * (unit / 10 ** len(found[2])))
        position = found.end()
    is_negative = text[:1] == "-"
    if not position or total > (1 << 63) - (not is_negative):
        return None
    return -total if is_negative else total


def days_from_civil(year: int, month: int, day: int) -> int:
    """The days from 1970-01-01 to a date of the Gregorian calendar."""
    from datetime import date

    return date(year, month, day).toordinal() - date(1970, 1, 1).toordinal()


def parse_timestamp(text: str) -> Timestamp | None:
    """The moment that an RFC 3339 text means; None if it is none.

    Raises:
        EvaluationError: if the moment is not in the years 1 to 9999.
    """
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    if not (1 <= month <= 12 and day >= 1 and hour < 24 and minute < 60 and second < 60):
        return None
    try:
        # The year 0 is a leap year, and out of range anyway.
        days = days_from_civil(year or 400, month, day)
    except ValueError:
        return None
    if year == 0:
        raise EvaluationError("timestamp overflow")
    offset = 0
    if found[8] != "Z":
        hours, minutes = map(int, found[8][1:].split(":"))
        if hours > 24 or minutes > 60:
            return None
        offset = (-1 if found[8][0] == "-" else 1) * (hours * 3600 + minutes * 60)
    seconds = days * _DAY + hour * 3600 + minute * 60 + second - offset
    fraction = int((found[7] or "")[:9].ljust(9, "0"))
    return Timestamp(seconds * NANOSECONDS + fraction, offset)


class _Clock:
    """What a calendar and a clock show at a moment."""

    def __init__(self, timestamp: Timestamp, offset: int) -> None:
        from datetime import date

        local = timestamp.nanoseconds + offset * NANOSECONDS
        seconds, self.nanosecond = divmod(local, NANOSECONDS)
        days, self.second_of_day = divmod(seconds, _DAY)
        # Close to the first and the last year an offset may leave what `date` knows.
        ordinal = min(max(days + date(1970, 1, 1).toordinal(), 1), date.max.toordinal())
        self.date = date.fromordinal(ordinal)


_ASKED: dict[str, Callable[[_Clock], int]] = {
    "getFullYear": lambda clock: clock.date.year,
    "getMonth": lambda clock: clock.date.month - 1,
    "getDayOfYear": lambda clock: clock.date.timetuple().tm_yday - 1,
    "getDayOfMonth": lambda clock: clock.date.day - 1,
    "getDate": lambda clock: clock.date.day,
    "getDayOfWeek": lambda clock: clock.date.isoweekday() % 7,
    "getHours": lambda clock: clock.second_of_day // 3600,
    "getMinutes": lambda clock: clock.second_of_day // 60 % 60,
    "getSeconds": lambda clock: clock.second_of_day % 60,
    "getMilliseconds": lambda clock: clock.nanosecond // 1_000_000,
}


def ask(function: str, timestamp: Timestamp, zone: str = "UTC") -> int:
    """What `getFullYear` and its like say of a moment in a time zone: `Europe/Berlin`, `+02:00`.

    Raises:
        EvaluationError: if there is no such zone.
    """
    return _ASKED[function](_Clock(timestamp, _offset(timestamp, zone)))


def _offset(timestamp: Timestamp, zone: str) -> int:
    if ":" in zone:
        hours, minutes = zone.split(":", 1)
        for part in (hours, minutes):
            if not re.fullmatch(r"[+-]?[0-9]+", part):
                raise EvaluationError(f"strconv.Atoi: parsing {quote(part)}: invalid syntax")
        of_hours, of_minutes = int(hours) * 60, int(minutes)
        return (of_hours - of_minutes if zone[0] == "-" else of_hours + of_minutes) * 60
    if zone in ("", "UTC"):
        return 0
    return _named_offset(timestamp, zone)


def _named_offset(timestamp: Timestamp, zone: str) -> int:
    from datetime import UTC, datetime, timedelta
    from zoneinfo import ZoneInfo, available_timezones

    try:
        known = ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        # ZoneInfoNotFoundError is a KeyError.
        if not available_timezones():
            raise CelUnknown("the time zones, of which this machine has no table") from None
        raise EvaluationError(f"unknown time zone {zone}") from None
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=timestamp.nanoseconds // NANOSECONDS)
    offset = moment.astimezone(known).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def spell_timestamp(timestamp: Timestamp) -> str:
    """A moment as RFC 3339 has it, in the offset that it was written in, with as many decimals as it takes."""
    clock = _Clock(timestamp, timestamp.offset)
    seconds = clock.second_of_day
    fraction = f".{clock.nanosecond:09d}".rstrip("0").rstrip(".")
    time = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}"
    return f"{clock.date.year:04d}-{clock.date.month:02d}-{clock.date.day:02d}T{time}{_spell_offset(timestamp.offset)}"


def _spell_offset(offset: int) -> str:
    if not offset:
        return "Z"
    minutes = abs(offset) // 60
    return f"{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
