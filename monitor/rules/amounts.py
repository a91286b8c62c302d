"""Every number or amount of money a value can be read as, whatever its separators."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from monitor.rules.values import text_of

_LONGEST = 40
_GROUPING = re.compile(r"['’`_\s\u00a0\u202f]")
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?")
_NUMBER = re.compile(r"[+\-−]?\d[\d.,'’`_\s\u00a0\u202f]*|[+\-−]?[.,]\d+")
_MONEY = re.compile(
    r"(?P<before>[^\d+\-−]*)(?P<number>[+\-−]?\s?\d[\d.,'’`_\s\u00a0\u202f]*)"
    r"(?P<dash>[-–—])?(?P<after>[^\d]*)"
)
_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "CLP", "COP", "ARS", "TWD"})
_MARKS: Mapping[str, frozenset[str]] = {
    "€": frozenset({"EUR"}),
    "EURO": frozenset({"EUR"}),
    "EUROS": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "$": _DOLLARS,
    "US$": frozenset({"USD"}),
    "CA$": frozenset({"CAD"}),
    "C$": frozenset({"CAD"}),
    "A$": frozenset({"AUD"}),
    "AU$": frozenset({"AUD"}),
    "NZ$": frozenset({"NZD"}),
    "R$": frozenset({"BRL"}),
    "¥": frozenset({"JPY", "CNY"}),
    "₹": frozenset({"INR"}),
    "RS": frozenset({"INR", "PKR", "LKR"}),
    "₽": frozenset({"RUB"}),
    "₩": frozenset({"KRW"}),
    "₪": frozenset({"ILS"}),
    "₺": frozenset({"TRY"}),
    "₴": frozenset({"UAH"}),
    "₫": frozenset({"VND"}),
    "ZŁ": frozenset({"PLN"}),
    "KČ": frozenset({"CZK"}),
    "FT": frozenset({"HUF"}),
    "KR": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "FR": frozenset({"CHF"}),
    "SFR": frozenset({"CHF"}),
    "R": frozenset({"ZAR"}),
}


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as it may be read: `values` by its separators, `currencies` by its mark or code.

    No currencies means that it names none.
    """

    values: frozenset[Decimal]
    currencies: frozenset[str] = frozenset()


def number_readings(value: object) -> frozenset[Decimal]:
    """Answer every number `value` may stand for; none for scientific notation or words."""
    if isinstance(value, bool):
        return frozenset()
    if isinstance(value, float):
        # the second reading takes the noise of binary fractions away
        return _decimals(repr(value)) | _decimals(f"{value:.15g}")
    text = text_of(value).strip()
    if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
        return frozenset()
    return _by_separators(text.replace("−", "-"))


def sent_number(text: str) -> frozenset[Decimal]:
    """Answer what a lead's own number says: a point there is always a decimal point."""
    return _decimals(text) if _PLAIN.fullmatch(text) else number_readings(text)


def amount(
    value: object, read: Callable[[str], frozenset[Decimal]] = number_readings
) -> Amount | None:
    """Answer `value` as money, None where it is none. A lead's own is read with `sent_number`."""
    if isinstance(value, int | float):
        values = number_readings(value)
        return Amount(values) if values else None
    text = text_of(value).strip()
    found = _MONEY.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    number = found["number"].strip()
    if found["dash"]:
        number = number.rstrip(".,")
    values = read(number.replace(" ", "") if number[0] in "+-−" else number)
    currencies = _currencies(found["before"], found["after"])
    return Amount(values, currencies) if values and currencies is not None else None


def _currencies(*marks: str) -> frozenset[str] | None:
    """Answer the currencies all marks agree on, none without a mark, None for an unknown one."""
    found: frozenset[str] = frozenset()
    for mark in marks:
        name = mark.strip(" .\u00a0\u202f").upper()
        if not name:
            continue
        known = _MARKS.get(name)
        if known is None and re.fullmatch("[A-Z]{3}", name):
            known = frozenset({name})
        if known is None:
            return None
        found = found & known if found else known
        if not found:
            return None
    return found


def _by_separators(text: str) -> frozenset[Decimal]:
    sign = "-" if text.startswith("-") else ""
    spaced = text.lstrip("+-").strip()
    digits = _GROUPING.sub("", spaced)
    if digits != spaced and not _spaced_well(spaced):
        return frozenset()
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        last = max(digits.rfind("."), digits.rfind(","))
        grouped, decimals = digits[:last], digits[last + 1 :]
        return _grouped(grouped, sign, decimals) if digits.count(digits[last]) == 1 else frozenset()
    found = _grouped(digits, sign) if points or commas else _decimals(sign + digits)
    if points + commas == 1:
        found |= _decimals(sign + digits.replace(",", "."))
    return found


def _spaced_well(text: str) -> bool:
    whole = _GROUPING.sub(" ", re.split(r"[.,]", text)[0])
    return bool(re.fullmatch(r"\d{1,3}(?: \d{2,3})* \d{3}", whole))


def _grouped(digits: str, sign: str, decimals: str = "") -> frozenset[Decimal]:
    """Read separators as grouping, in threes or the Indian way."""
    thirds = r"[1-9]\d{0,2}(?:[.,]\d{3})+|[1-9]\d?(?:[.,]\d{2})*[.,]\d{3}"
    if not re.fullmatch(thirds, digits):
        return frozenset()
    return _decimals(sign + re.sub("[.,]", "", digits) + (f".{decimals}" if decimals else ""))


def _decimals(text: str) -> frozenset[Decimal]:
    number = Decimal(text)
    return frozenset({number}) if number.is_finite() else frozenset()
