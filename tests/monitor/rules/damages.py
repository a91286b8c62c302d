"""What chains do to values: one function a damage.

A damage answers the damaged value, or None where this value cannot show it.
"""

import html
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import quote, quote_plus

from monitor.rules.fields import Kind

Damage = Callable[[str], object]


def _changed(value: str, damaged: str) -> str | None:
    return damaged if damaged.strip() and damaged != value else None


# Of letters


def cut(value: str) -> str | None:
    return _changed(value, value[: max(1, len(value) * 2 // 3)].strip())


def cut_to_initial(value: str) -> str | None:
    return _changed(value, value[0])


def cut_with_ellipsis(value: str) -> str | None:
    return _changed(value, value[: len(value) // 2].rstrip() + "…") if len(value) > 3 else None


def cut_with_dots(value: str) -> str | None:
    return _changed(value, value[: len(value) // 2].rstrip() + "...") if len(value) > 3 else None


def mojibake(value: str) -> str | None:
    return _changed(value, value.encode().decode("latin-1"))


def mojibake_western(value: str) -> str | None:
    return _changed(value, value.encode().decode("cp1252", "replace"))


def mojibake_twice(value: str) -> str | None:
    return _changed(value, value.encode().decode("latin-1").encode().decode("latin-1"))


def mojibake_twice_western(value: str) -> str | None:
    once = "".join(_western(byte) for byte in value.encode())
    return _changed(value, "".join(_western(byte) for byte in once.encode()))


def _western(byte: int) -> str:
    return bytes([byte]).decode("cp1252", "ignore") or chr(byte)


def html_escaped(value: str) -> str | None:
    return _changed(value, html.escape(value))


def html_escaped_twice(value: str) -> str | None:
    return _changed(value, html.escape(html.escape(value)))


def html_entities(value: str) -> str | None:
    return _changed(value, value.encode("ascii", "xmlcharrefreplace").decode())


def url_escaped(value: str) -> str | None:
    return _changed(value, quote(value, safe=""))


def url_escaped_with_plus(value: str) -> str | None:
    return _changed(value, quote_plus(value))


def plus_for_space(value: str) -> str | None:
    return _changed(value, value.replace(" ", "+"))


def question_marks(value: str) -> str | None:
    return _changed(value, value.encode("ascii", "replace").decode())


def replacement_marks(value: str) -> str | None:
    return _changed(value, value.encode("latin-1", "replace").decode("utf-8", "replace"))


def emoji_as_question_marks(value: str) -> str | None:
    return _changed(value, "".join(letter if ord(letter) < 0x10000 else "????" for letter in value))


def accents_stripped(value: str) -> str | None:
    parts = unicodedata.normalize("NFD", value)
    return _changed(value, "".join(part for part in parts if not unicodedata.combining(part)))


def upper_case(value: str) -> str | None:
    return _changed(value, value.upper())


def lower_case(value: str) -> str | None:
    return _changed(value, value.lower())


def line_break_lost(value: str) -> str | None:
    return _changed(value, value.replace("\n", " "))


def apostrophe_lost(value: str) -> str | None:
    return _changed(value, value.replace("'", ""))


def word_changed(value: str) -> str | None:
    return _changed(value, value[:-1] + ("x" if value[-1] != "x" else "y"))


# Of days and moments


def day_month_flipped(value: str) -> str | None:
    at = datetime.fromisoformat(value)
    return _changed(value, at.replace(day=at.month, month=at.day).isoformat()[: len(value)])


def next_day(value: str) -> str:
    return (datetime.fromisoformat(value) + timedelta(days=1)).isoformat()[: len(value)]


def midnight_elsewhere(value: str) -> str:
    at = datetime.fromisoformat(value[:10]).replace(tzinfo=timezone(timedelta(hours=2)))
    return at.astimezone(UTC).isoformat()


def zone_shifted(value: str) -> str:
    return value[:-6] + "+00:00"


def hours_shifted(value: str) -> str:
    return (datetime.fromisoformat(value) + timedelta(hours=-5)).isoformat()


def time_lost(value: str) -> str:
    return value[:10]


def time_at_midnight(value: str) -> str:
    return value[:10] + "T00:00:00Z"


# Of phones


def country_code_lost(value: str) -> str:
    import phonenumbers

    return "0" + phonenumbers.national_significant_number(phonenumbers.parse(value))


def country_code_and_zero_lost(value: str) -> str:
    return country_code_lost(value)[1:]


def digit_changed(value: str) -> str:
    for at in range(len(value) - 1, -1, -1):
        if value[at].isdigit():
            return value[:at] + str((int(value[at]) + 3) % 10) + value[at + 1 :]
    raise AssertionError(value)


def scientific(value: str) -> str:
    return f"{Decimal(value.split()[0].lstrip('+')):.5E}"


# Of numbers and money


def times_hundred(value: str) -> object:
    return float(Decimal(value.split()[0]) * 100)


def divided_by_hundred(value: str) -> object:
    return float(Decimal(value.split()[0]) / 100)


def rounded(value: str) -> object:
    return int(Decimal(value.split()[0]))


def other_currency(value: str) -> str:
    return f"${value.split()[0]}"


def other_code(value: str) -> str:
    return f"{value.split()[0]} CHF"


def flipped(value: str) -> object:
    return value != "true"


def leading_zero_lost(value: str) -> object:
    return int(value)


LETTERS: Mapping[Damage, Kind] = {
    cut: Kind.TRUNCATED,
    cut_to_initial: Kind.TRUNCATED,
    cut_with_ellipsis: Kind.TRUNCATED,
    cut_with_dots: Kind.TRUNCATED,
    mojibake: Kind.GARBLED,
    mojibake_western: Kind.GARBLED,
    mojibake_twice: Kind.GARBLED,
    mojibake_twice_western: Kind.GARBLED,
    html_escaped: Kind.GARBLED,
    html_escaped_twice: Kind.GARBLED,
    html_entities: Kind.GARBLED,
    url_escaped: Kind.GARBLED,
    url_escaped_with_plus: Kind.GARBLED,
    plus_for_space: Kind.GARBLED,
    question_marks: Kind.GARBLED,
    replacement_marks: Kind.GARBLED,
    emoji_as_question_marks: Kind.GARBLED,
    accents_stripped: Kind.GARBLED,
    line_break_lost: Kind.ALTERED,
    apostrophe_lost: Kind.ALTERED,
    word_changed: Kind.ALTERED,
}
LETTER_CASE: Mapping[Damage, Kind] = {upper_case: Kind.ALTERED, lower_case: Kind.ALTERED}
DAYS: Mapping[Damage, Kind] = {
    day_month_flipped: Kind.DAY_MONTH_SWAPPED,
    next_day: Kind.ALTERED,
    midnight_elsewhere: Kind.ALTERED,
}
MOMENTS: Mapping[Damage, Kind] = {
    day_month_flipped: Kind.DAY_MONTH_SWAPPED,
    next_day: Kind.ALTERED,
    zone_shifted: Kind.ALTERED,
    hours_shifted: Kind.ALTERED,
    time_lost: Kind.ALTERED,
    time_at_midnight: Kind.ALTERED,
}
PHONES: Mapping[Damage, Kind] = {
    country_code_lost: Kind.COUNTRY_CODE_LOST,
    country_code_and_zero_lost: Kind.COUNTRY_CODE_LOST,
    digit_changed: Kind.ALTERED,
    scientific: Kind.ALTERED,
    cut: Kind.TRUNCATED,
}
MONEY: Mapping[Damage, Kind] = {
    digit_changed: Kind.ALTERED,
    scientific: Kind.ALTERED,
    times_hundred: Kind.ALTERED,
    divided_by_hundred: Kind.ALTERED,
    rounded: Kind.ALTERED,
    other_currency: Kind.ALTERED,
    other_code: Kind.ALTERED,
}
NUMBERS: Mapping[Damage, Kind] = {
    digit_changed: Kind.ALTERED,
    scientific: Kind.ALTERED,
    times_hundred: Kind.ALTERED,
}
ANYTHING: Mapping[object, Kind] = {
    **dict.fromkeys((None, "", " \t\n"), Kind.MISSING),
    **dict.fromkeys(
        (
            *("{{first_name}}", "{$name}", "${name}", "*|FNAME|*", "%name%", "[NAME]", "<<Name>>"),
            *("undefined", "null", "None", "NaN", "[object Object]", "#N/A", "#REF!"),
        ),
        Kind.UNRENDERED,
    ),
}

# What may happen to a lead's field, by what the field is.
BY_FIELD: Mapping[str, Mapping[Damage, Kind]] = {
    "email": LETTERS,
    "first_name": {**LETTERS, **LETTER_CASE},
    "last_name": {**LETTERS, **LETTER_CASE},
    "full_name": {**LETTERS, **LETTER_CASE},
    "company": {**LETTERS, **LETTER_CASE},
    "street": {**LETTERS, **LETTER_CASE},
    "city": {**LETTERS, **LETTER_CASE},
    "country": {**LETTERS, **LETTER_CASE},
    "message": {**LETTERS, **LETTER_CASE},
    "website": LETTERS,
    "topic": LETTERS,
    "postcode": {leading_zero_lost: Kind.ALTERED, digit_changed: Kind.ALTERED},
    "phone": PHONES,
    "date": DAYS,
    "datetime": MOMENTS,
    "amount": MONEY,
    "quantity": NUMBERS,
    "consent": {flipped: Kind.ALTERED},
}
