"""Cells of a sheet: what typing makes of a text, how a cell is shown, and ranges in A1 notation."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
LONGEST = 50_000
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
_PERCENT = re.compile(r"([+-]?\d+(?:\.\d+)?)%")
_MONEY = re.compile(r"[£$€]\s?(\d[\d,]*(?:\.\d+)?)")
_DAY = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)|(\d\d?)/(\d\d?)/(\d{4})")
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")
_RANGE = re.compile(
    r"(?:(?P<sheet>'(?:[^']|'')+'|[^'!]+)!)?"
    r"(?P<c1>[A-Z]*)(?P<r1>\d*)(?::(?P<c2>[A-Z]*)(?P<r2>\d*))?"
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its value, how it is shown, what was typed if that is a formula, and if a time."""

    value: object
    shown: str
    formula: str = ""
    is_time: bool = False


def kept(value: object) -> Cell:
    """Answer a cell that holds a value as it came (RAW)."""
    return Cell(value, _shown(value))


def entered(value: object) -> Cell:
    """Answer the cell that typing a value makes (USER_ENTERED): texts may become something else."""
    if not isinstance(value, str):
        return kept(value)
    if value.startswith("'"):
        return kept(value[1:])
    if value.startswith("=") and len(value) > 1:
        return Cell("#NAME?", "#NAME?", formula=value)
    if value.upper() in ("TRUE", "FALSE"):
        return Cell(value.upper() == "TRUE", value.upper())
    return _numeric(value) or _moment(value) or kept(value)


def _numeric(text: str) -> Cell | None:
    """Answer the cell of a number: a plus sign and zeros in front are lost."""
    if _NUMBER.fullmatch(text):
        return kept(_number(text.replace(",", "")))
    if found := _PERCENT.fullmatch(text):
        return Cell(float(found[1]) / 100, text)
    if found := _MONEY.fullmatch(text):
        return Cell(_number(found[1].replace(",", "")), text)
    return None


def _moment(text: str) -> Cell | None:
    """Answer the cell of a day or a time, as a spreadsheet of British ways reads it."""
    try:
        if found := _DAY.fullmatch(text):
            parts = found.groups()
            year, month, day = parts[:3] if parts[0] else (parts[5], parts[4], parts[3])
            days = (date(int(year), int(month), int(day)) - EPOCH.date()).days
            return Cell(days, text, is_time=True)
        if _TIME.fullmatch(text):
            days_and_more = (datetime.fromisoformat(text + "+00:00") - EPOCH) / timedelta(days=1)
            return Cell(days_and_more, text, is_time=True)
    except ValueError:
        return None
    return None


def rendered(cell: Cell, values: str, times: str) -> object:
    """Answer a cell as a reader asked for it."""
    if values == "FORMULA" and cell.formula:
        return cell.formula
    if values in ("", "FORMATTED_VALUE") or (cell.is_time and times == "FORMATTED_STRING"):
        return cell.shown
    return cell.value


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Range:
    """Rows and columns from 0, the ends left out; None where a side is open."""

    sheet: str
    top: int
    bottom: int | None
    left: int
    right: int | None


def parsed(text: str, sheets: tuple[str, ...]) -> Range | None:
    """Answer the range a text in A1 notation names; None where it names none."""
    bare = text[1:-1].replace("''", "'") if text.startswith("'") and text.endswith("'") else text
    if bare in sheets:
        return Range(bare, 0, None, 0, None)
    found = _RANGE.fullmatch(text)
    if found is None or not (found["c1"] or found["r1"]):
        return None
    sheet = found["sheet"] or sheets[0]
    sheet = sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet
    if sheet not in sheets:
        return None
    is_one = found["c2"] is None
    ends = (found["c1"], found["r1"]) if is_one else (found["c2"], found["r2"])
    return Range(
        sheet,
        int(found["r1"]) - 1 if found["r1"] else 0,
        int(ends[1]) if ends[1] else None,
        column(found["c1"]) if found["c1"] else 0,
        column(ends[0]) + 1 if ends[0] else None,
    )


def column(letters: str) -> int:
    """Answer the position of a column from 0: A is 0, AA is 26."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def letters(place: int) -> str:
    """Answer how the column at a position from 0 is called."""
    name, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
