"""What tools do to values without changing them: one function a rewriting."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal


def spaced(value: object) -> object:
    return f" \u00a0{value}\r\n" if isinstance(value, str) else value


def decomposed(value: object) -> object:
    return unicodedata.normalize("NFD", value) if isinstance(value, str) else value


def windows_lines(value: object) -> object:
    return value.replace("\n", "\r\n") if isinstance(value, str) else value


def listed(value: object) -> object:
    return [value]


def upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def host_upper(value: object) -> object:
    if not isinstance(value, str):
        return value
    scheme, rest = value.split("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.upper()}://{host.upper()}{slash}{path}"


def phone_spaced(value: object) -> object:
    text = str(value)
    return f"{text[:3]} ({text[3:6]}) {text[6:9]}-{text[9:]}"


def phone_with_zeros(value: object) -> object:
    return str(value).replace("+", "00")


def phone_bare(value: object) -> object:
    return int("".join(digit for digit in str(value) if digit.isdigit()))


def _at(value: object) -> datetime:
    return datetime.fromisoformat(str(value))


def day_as_midnight(value: object) -> object:
    return f"{value}T00:00:00.000Z"


def day_as_epoch(value: object) -> object:
    return int(_at(value).replace(tzinfo=UTC).timestamp())


def day_as_milliseconds(value: object) -> object:
    return str(int(_at(value).replace(tzinfo=UTC).timestamp() * 1000))


def day_in_words(value: object) -> object:
    return f"{_at(value):%A, %d %B %Y}"


def day_in_short_words(value: object) -> object:
    return f"{_at(value):%b %d, %Y}"


def day_slashed(value: object) -> object:
    return f"{_at(value):%d/%m/%Y}"


def day_slashed_american(value: object) -> object:
    return f"{_at(value):%m/%d/%Y}"


def moment_in_utc(value: object) -> object:
    return _at(value).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_elsewhere(value: object) -> object:
    return _at(value).astimezone(timezone(timedelta(hours=-8))).isoformat()


def moment_without_zone(value: object) -> object:
    return str(value)[:-6]


def moment_as_epoch(value: object) -> object:
    return int(_at(value).timestamp())


def moment_as_milliseconds(value: object) -> object:
    return _at(value).timestamp() * 1000


def moment_in_words(value: object) -> object:
    return f"{_at(value):%d %B %Y, %I:%M %p}"


def moment_as_in_mail(value: object) -> object:
    return f"{_at(value):%a, %d %b %Y %H:%M:%S %z}"


def money_grouped(value: object) -> object:
    return f"€{Decimal(str(value).split()[0]):,.2f}"


def money_continental(value: object) -> object:
    return f"{Decimal(str(value).split()[0]):,.3f} EUR".translate(str.maketrans(",.", ".,"))


def money_as_number(value: object) -> object:
    return float(str(value).split()[0])


def money_spaced(value: object) -> object:
    return f"{Decimal(str(value).split()[0]):,.2f} €".replace(",", "\u202f").replace(".", ",")


def number_as_float(value: object) -> object:
    return float(str(value))


def number_with_zeros(value: object) -> object:
    return f"{value}.00"


def as_yes(value: object) -> object:
    return "Yes" if value == "true" else "No"


def as_bit(value: object) -> object:
    return 1 if value == "true" else 0


def as_truth(value: object) -> object:
    return value == "true"


ANYWHERE = (spaced, windows_lines, listed)
TEXTS = (*ANYWHERE, decomposed)
BENIGN: Mapping[str, tuple[Callable[[object], object], ...]] = {
    **dict.fromkeys(
        ("first_name", "last_name", "full_name", "company", "street", "postcode"), TEXTS
    ),
    **dict.fromkeys(("city", "country", "message"), TEXTS),
    "email": (*TEXTS, upper),
    "topic": (*TEXTS, upper),
    "website": (*TEXTS, host_upper),
    "phone": (phone_spaced, phone_with_zeros, phone_bare),
    "date": (
        *(day_as_midnight, day_as_epoch, day_as_milliseconds, day_in_words, day_in_short_words),
        *(day_slashed, day_slashed_american),
    ),
    "datetime": (
        *(moment_in_utc, moment_elsewhere, moment_without_zone, moment_as_epoch),
        *(moment_as_milliseconds, moment_in_words, moment_as_in_mail),
    ),
    "amount": (money_grouped, money_continental, money_as_number, money_spaced),
    "quantity": (number_as_float, number_with_zeros),
    "consent": (as_yes, as_bit, as_truth),
}
