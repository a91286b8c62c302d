"""Every day or moment a value can be read as: ISO 8601, slashed, in words, as epoch."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal

from monitor.rules.formats import Format, day
from monitor.rules.values import text_of

_NAMES = """
january february march april may june july august september october november december
januar februar marz april mai juni juli august september oktober november dezember
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
januari februari maart april mei juni juli augustus september oktober november december
janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
"""
_LONGEST = 80
_OTHER_WORDS = 3
_NUMERIC = re.compile(r"(\d{1,4})\s?([./\-\s])\s?(\d{1,2})\s?[./\-\s]\s?(\d{1,4})")
_WORDS = re.compile(r"[^\W\d_]+")
_NUMBERS = re.compile(r"\d+")
_ZONE = r"(?P<zone>Z|(?:UTC|GMT)?[+\-−]\d{1,2}(?::?\d{2})?|UTC|GMT)?"
_TIME = re.compile(
    r"(?:(?<=\d)T|,|\bat\b|\bum\b|\bà\b|\s)*\s*(?<!\d)(?P<hour>\d{1,2})[:h](?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[ap]\.?m\.?\b)?\s*(?:Uhr\b)?\s*" + _ZONE,
    re.IGNORECASE,
)


def _month_words() -> dict[str, int]:
    found: dict[str, set[int]] = {}
    for line in _NAMES.strip().splitlines():
        for number, name in enumerate(line.split(), start=1):
            for length in range(3, len(name) + 1):
                found.setdefault(name[:length], set()).add(number)
    return {word: numbers.pop() for word, numbers in found.items() if len(numbers) == 1}


_MONTHS = _month_words()


def moments(value: object, notation: Format | None = None) -> list[date]:
    """Answer all readings of `value`: days as `date`, moments as `datetime`, naive without a zone.

    A slashed date has two readings unless `notation` says which part stands first.
    """
    if isinstance(value, bool) or value is None:
        return []
    text = unicodedata.normalize("NFKC", text_of(value)).strip()
    if not text or len(text) > _LONGEST or not any(map(str.isdigit, text)):
        return []
    if re.fullmatch(r"-?\d+(?:\.\d+)?", text):
        return _bare_digits(text, notation)
    iso = _iso(text)
    return [iso] if iso else _days_and_moments(text, notation)


def _bare_digits(text: str, notation: Format | None) -> list[date]:
    found: list[date] = []
    if len(text) == 8 and text.isascii():
        compact = notation.read_compact(text) if notation else None
        iso = day(int(text[:4]), int(text[4:6]), int(text[6:]))
        found += [reading for reading in ([compact] if compact else [iso]) if reading]
    number = Decimal(text)
    # Epoch seconds have ten digits since 2001 and for the next 260 years, milliseconds thirteen.
    for digits, scale in ((10, 1), (13, 1000)):
        if len(text.partition(".")[0].lstrip("-")) == digits:
            found.append(
                datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=float(number / scale))
            )
    return found


def _iso(text: str) -> date | None:
    if not re.match(r"\d{4}-?(?:\d\d|W\d)", text):
        return None
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return read(text)
        except ValueError:
            continue
    return None


def _days_and_moments(text: str, notation: Format | None) -> list[date]:
    text = re.sub(r"\([^)]*\)", "", text).strip()
    clock = _TIME.search(text)
    if clock is None:
        return list(_days(text, notation))
    at = _clock(clock)
    rest = (text[: clock.start()] + " " + text[clock.end() :]).strip(" ,T")
    if at is None:
        return []
    return [datetime.combine(found, at) for found in _days(rest, notation)]


def _clock(found: re.Match[str]) -> time | None:
    hour, second = int(found["hour"]), int(found["second"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"][0] in "pP" else 0)
    micro = int(((found["fraction"] or "") + "000000")[:6])
    try:
        return time(hour, int(found["minute"]), second, micro, tzinfo=_zone(found["zone"]))
    except ValueError:
        return None


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    digits = re.sub(r"\D", "", text)
    if not digits:
        return UTC
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if re.search("[-−]", text) else offset)


def _days(text: str, notation: Format | None) -> list[date]:
    text = text.replace("年", "-").replace("月", "-").replace("日", "").strip()
    numeric = _NUMERIC.fullmatch(text)
    if numeric is None:
        worded = _worded(text)
        return [worded] if worded else []
    first, second, last = int(numeric[1]), int(numeric[3]), int(numeric[4])
    order = notation.order if notation else ""
    found: list[date | None]
    if len(numeric[1]) > 2:
        found = [day(first, second, last) if order != "ydm" else day(first, last, second)]
    elif order == "ymd" and len(numeric[4]) <= 2:
        found = [day(first, second, last)]
    else:
        as_day_first, as_month_first = day(last, second, first), day(last, first, second)
        both = {"dmy": [as_day_first], "mdy": [as_month_first]}
        found = both.get(order, [as_day_first, as_month_first])
    return [reading for reading in found if reading]


def _worded(text: str) -> date | None:
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFD", text.lower())
        if not unicodedata.combining(letter)
    )
    words, numbers = _WORDS.findall(plain), _NUMBERS.findall(plain)
    months = [_MONTHS[word] for word in words if word in _MONTHS]
    if len(months) != 1 or len(numbers) != 2 or len(words) > 1 + _OTHER_WORDS:
        return None
    number, year = sorted(numbers, key=len) if len(numbers[0]) != len(numbers[1]) else numbers
    return day(int(year), months[0], int(number)) if len(year) in (2, 4) else None


def same_moment(sent: date, seen: date) -> bool:
    """Whether `seen` is the very day or the very moment that was sent.

    A sent day may be seen as its midnight, in UTC or without a zone. A moment seen without a zone
    is read in the zone of the sent one.
    """
    if not isinstance(sent, datetime):
        return _midnight(seen) == sent
    if not isinstance(seen, datetime):
        return False
    zone = sent.tzinfo or UTC
    return _zoned(seen, zone) == _zoned(sent, zone)


def day_month_swapped(sent: date, seen: date) -> bool:
    """Whether `seen` is what was sent with its day and its month in each other's place."""
    if not isinstance(sent, datetime):
        midnight = _midnight(seen)
        return midnight is not None and flipped(midnight) == sent
    back = flipped(seen)
    if back is not None and same_moment(sent, back):
        return True
    there = flipped(sent)
    return there is not None and same_moment(there, seen)


def flipped(moment: date) -> date | None:
    """Answer `moment` with day and month exchanged, None where no such day is."""
    try:
        return moment.replace(month=moment.day, day=moment.month)
    except ValueError:
        return None


def _midnight(moment: date) -> date | None:
    if not isinstance(moment, datetime):
        return moment
    at = moment
    if moment.tzinfo is not None:
        try:
            at = moment.astimezone(UTC)
        except OverflowError:
            return None
    return at.date() if at.time() == time(0) else None


def _zoned(moment: datetime, zone: tzinfo) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
