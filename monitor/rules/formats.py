"""The notation a tool declares for its dates, such as DD/MM/YYYY, read and written."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

_TOKENS = re.compile(
    r"YYYY|YY|MMMM|MMM|MM|M|DDDD|DDD|DD|D|HH|H|hh|h|mm|ss|A|a|ZZ|Z|X|x|\[[^\]]*\]|[^A-Za-z]|T"
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PERCENT: Mapping[str, str] = {
    "%d": "DD",
    "%m": "MM",
    "%Y": "YYYY",
    "%y": "YY",
    "%B": "MMMM",
    "%b": "MMM",
    "%H": "HH",
    "%I": "hh",
    "%M": "mm",
    "%S": "ss",
    "%p": "A",
    "%z": "ZZ",
}
_WRITERS: Mapping[str, Callable[[datetime], str]] = {
    "YYYY": lambda at: f"{at.year:04}",
    "YY": lambda at: f"{at.year % 100:02}",
    "MMMM": lambda at: _MONTHS[at.month - 1],
    "MMM": lambda at: _MONTHS[at.month - 1][:3],
    "MM": lambda at: f"{at.month:02}",
    "M": lambda at: str(at.month),
    "DDDD": lambda at: _DAYS[at.weekday()],
    "DDD": lambda at: _DAYS[at.weekday()][:3],
    "DD": lambda at: f"{at.day:02}",
    "D": lambda at: str(at.day),
    "HH": lambda at: f"{at.hour:02}",
    "H": lambda at: str(at.hour),
    "hh": lambda at: f"{at.hour % 12 or 12:02}",
    "h": lambda at: str(at.hour % 12 or 12),
    "mm": lambda at: f"{at.minute:02}",
    "ss": lambda at: f"{at.second:02}",
    "A": lambda at: "PM" if at.hour >= 12 else "AM",
    "a": lambda at: "pm" if at.hour >= 12 else "am",
    "Z": lambda at: at.isoformat()[-6:] if at.tzinfo else "",
    "ZZ": lambda at: at.strftime("%z"),
}


class BadFormat(ValueError):
    """A date format cannot be used; the sentence says how to mend it."""


@dataclass(frozen=True, slots=True)
class Format:
    """A date or date-time notation: its tokens, and the order its day, month and year stand in."""

    tokens: tuple[str, ...]
    order: str

    @classmethod
    def parse(cls, text: str, *, with_time: bool) -> "Format":
        """Read "DD/MM/YYYY", "dd.mm.yy", "%d/%m/%Y", "X" (seconds) or "x" (milliseconds).

        Raises BadFormat where a part is missing or unknown.
        """
        if text in ("X", "x"):
            return cls(tokens=(text,), order="")
        tokens = _tokens(text, with_time=with_time)
        order = "".join(part for token in tokens if (part := _part(token)))
        if sorted(order) != ["d", "m", "y"]:
            raise BadFormat("it must name day, month and year once each, such as DD/MM/YYYY.")
        if with_time and not {"HH", "H", "hh", "h"} & set(tokens):
            raise BadFormat("it must name the time of day too, such as DD/MM/YYYY HH:mm.")
        return cls(tokens=tokens, order=order)

    def write(self, at: date) -> str | int:
        """Answer this day, or this moment, in the tool's notation."""
        moment = at if isinstance(at, datetime) else datetime(at.year, at.month, at.day, tzinfo=UTC)
        if self.tokens == ("X",):
            return int(moment.timestamp())
        if self.tokens == ("x",):
            return int(moment.timestamp()) * 1000
        return "".join(_written(token, moment) for token in self.tokens)

    def read_compact(self, digits: str) -> date | None:
        """Answer the day that a run of digits such as 03042026 stands for, None where it cannot."""
        widths = {"YYYY": 4, "YY": 2, "MM": 2, "DD": 2}
        if not set(self.tokens) <= set(widths) or len(digits) != sum(map(len, self.tokens)):
            return None
        parts: dict[str, int] = {}
        for token in self.tokens:
            parts[token[0]] = int(digits[: widths[token]])
            digits = digits[widths[token] :]
        return day(parts["Y"], parts["M"], parts["D"])


def day(year: int, month: int, number: int) -> date | None:
    """Answer this day, None where no calendar has it; years of two digits are this century's."""
    try:
        return date(year + 2000 if year < 100 else year, month, number)
    except ValueError:
        return None


def _tokens(text: str, *, with_time: bool) -> tuple[str, ...]:
    for percent, token in _PERCENT.items():
        text = text.replace(percent, token)
    # Programs differ in the case of these letters; only m (month or minute) carries meaning.
    text = text.replace("y", "Y").replace("d", "D") if with_time else text.upper()
    tokens = tuple(_TOKENS.findall(text))
    if "".join(tokens) != text:
        raise BadFormat("it has letters that mean nothing: use D, M and Y, such as DD/MM/YYYY.")
    return tokens


def _part(token: str) -> str:
    return {"D": "d", "DD": "d"}.get(token) or {"M": "m", "Y": "y"}.get(token[0], "")


def _written(token: str, at: datetime) -> str:
    if token in _WRITERS:
        return _WRITERS[token](at)
    return token[1:-1] if token.startswith("[") else token
