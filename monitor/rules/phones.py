"""Whether two notations ring the same phone; the numbering plans are loaded only when needed."""

import re

from monitor.rules.values import text_of

_LOOKS = re.compile(r"(?:tel:)?[+\d\s()./\-‐-―\u00a0]+", re.IGNORECASE)
_LONGEST = 40


def digits_of(value: object) -> str:
    """Answer the digits of a phone as written, "" where it is none; no `+` and no `00`."""
    text = text_of(value).strip()
    if isinstance(value, bool) or len(text) > _LONGEST or not _LOOKS.fullmatch(text):
        return ""
    digits = re.sub(r"\D", "", text.replace("(0)", "") if _is_international(text) else text)
    return digits.removeprefix("00")


def same_phone(sent: str, seen: object, region: str) -> bool:
    """Whether `seen` is the number sent; a national notation only counts in its own `region`."""
    digits = digits_of(seen)
    if not digits:
        return False
    if digits == digits_of(sent) and _is_international(sent):
        return True
    number = e164(sent, region)
    if not number:
        return False
    return number[1:] == digits or (region != "" and e164(seen, region) == number)


def country_code_lost(sent: str, seen: object, region: str) -> bool:
    """Whether `seen` is the national part of the number sent, with or without its leading 0."""
    digits = digits_of(seen)
    national = _national(sent, region)
    return bool(national) and digits in (national, "0" + national)


def is_cut_phone(sent: str, seen: object) -> bool:
    """Whether `seen` is only the first digits of the number sent."""
    digits, whole = digits_of(seen), digits_of(sent)
    return bool(digits) and digits != whole and whole.startswith(digits)


def e164(value: object, region: str) -> str:
    """Answer a phone as +country and number, "" where it cannot be read."""
    import phonenumbers  # its plans weigh megabytes; equal records never need them

    try:
        number = phonenumbers.parse(_dialled(text_of(value)), region or None)
    except phonenumbers.NumberParseException:
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _national(sent: str, region: str) -> str:
    import phonenumbers

    try:
        number = phonenumbers.parse(_dialled(sent), region or None)
    except phonenumbers.NumberParseException:
        return ""
    return str(phonenumbers.national_significant_number(number))


def _dialled(text: str) -> str:
    text = text.strip()
    return "+" + text[2:] if text.startswith("00") else text


def _is_international(text: str) -> bool:
    return text.strip().removeprefix("tel:").startswith(("+", "00"))
