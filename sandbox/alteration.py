"""Changes of meaning, one function a variant; a value it cannot touch comes back as it was."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

CURRENCIES = {"EUR": "USD", "USD": "EUR", "GBP": "EUR", "€": "$", "$": "€", "£": "€"}
FLIPS = {"true": "false", "false": "true", "yes": "no", "no": "yes", "1": "0", "0": "1"}


def _digit(value: str) -> str:
    places = [place for place, char in enumerate(value) if char.isdigit()]
    if not places:
        return value
    place = places[-1]
    return f"{value[:place]}{(int(value[place]) + 3) % 10}{value[place + 1 :]}"


_NUMBER = re.compile(r"(?P<before>\s*[€$£]?\s*)(?P<number>-?\d+(?:\.\d+)?)(?P<after>\s*\D*)")


def _on_number(change: Callable[[Decimal], str]) -> Callable[[str], str]:
    def altered(value: str) -> str:
        found = _NUMBER.fullmatch(value)
        if found is None:
            return value
        return f"{found['before']}{change(Decimal(found['number']))}{found['after']}"

    return altered


def _scientific(value: str) -> str:
    digits = re.sub(r"\D", "", value)
    return f"{Decimal(digits):.4E}" if len(digits) >= 6 else value


def _shifted_zone(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if len(value) <= 10:
        return (moment - timedelta(days=1)).date().isoformat()
    return (moment - timedelta(hours=1)).isoformat()


def _leading_zero(value: str) -> str:
    return value.lstrip("0") if value.startswith("0") and value.strip("0") else value


def _currency(value: str) -> str:
    for own, other in CURRENCIES.items():
        if own in value:
            return value.replace(own, other)
    return value


VARIANTS: dict[str, Callable[[str], str]] = {
    "lost_time": lambda value: value[:10] if re.match(r"^\d{4}-\d\d-\d\d[T ]", value) else value,
    "shifted_zone": _shifted_zone,
    "flipped": lambda value: FLIPS.get(value.lower(), value),
    "times_100": _on_number(lambda number: f"{number * 100:f}"),
    "rounded": _on_number(lambda number: f"{round(number):d}"),
    "leading_zero": _leading_zero,
    "currency": _currency,
    "line_break": lambda value: re.sub(r"\s*\r?\n\s*", " ", value),
    "apostrophe": lambda value: re.sub("['’]", "", value),
    "scientific": _scientific,
    "digit": _digit,
    "case": lambda value: value.upper() if value != value.upper() else value.lower(),
}


def alter(value: str, variant: str = "") -> str:
    """Answer `value` with another meaning, by the named variant or the first that changes it."""
    for change in [VARIANTS[variant]] if variant else VARIANTS.values():
        after = change(value)
        if after != value:
            return after
    return value
