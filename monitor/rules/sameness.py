"""Whether a record's value says what the lead says, each type in all its notations."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from urllib.parse import urlsplit

from monitor.rules.amounts import amount, number_readings, sent_number
from monitor.rules.mapping import FieldRule, FieldType
from monitor.rules.moments import moments, same_moment
from monitor.rules.phones import same_phone
from monitor.rules.values import normal, text_of, unwrap
from monitor.rules.writing import sent_moment, truth, written

_CENT = Decimal("0.01")


def same(rule: FieldRule, expected: str, seen: object) -> bool:
    """Whether `seen` is `expected`, in any notation that changes nothing for the business."""
    return _SAME[rule.type](rule, expected, unwrap(seen))


def same_text(expected: str, seen: object) -> bool:
    """Whether both are the same letters; white space around, CR and Unicode form never count."""
    return normal(text_of(seen)) == normal(expected)


def _text(_rule: FieldRule, expected: str, seen: object) -> bool:
    return same_text(expected, seen)


def _any_case(_rule: FieldRule, expected: str, seen: object) -> bool:
    return normal(text_of(seen)).lower() == normal(expected).lower()


def _phone(rule: FieldRule, expected: str, seen: object) -> bool:
    return same_text(expected, seen) or same_phone(expected, seen, rule.region)


def _moment(rule: FieldRule, expected: str, seen: object) -> bool:
    sent = sent_moment(rule, expected)
    if sent is None:
        return same_text(expected, seen)
    return any(same_moment(sent, reading) for reading in moments(seen, rule.format))


def _number(_rule: FieldRule, expected: str, seen: object) -> bool:
    sent = sent_number(expected)
    return bool(sent & number_readings(seen)) if sent else same_text(expected, seen)


def _money(rule: FieldRule, expected: str, seen: object) -> bool:
    sent, got = amount(expected, sent_number), amount(seen)
    if sent is None or got is None:
        return not rule.cents and same_text(expected, seen)
    own = sent.currencies or ({rule.currency} if rule.currency else set())
    if own and got.currencies and not own & got.currencies:
        return False
    values = {value * _CENT for value in got.values} if rule.cents else got.values
    return bool(sent.values & values)


def _choice(rule: FieldRule, expected: str, seen: object) -> bool:
    there = written(rule, expected)
    if _equal_choice(there, seen):
        return True
    taken = any(_equal_choice(other, expected) for other in rule.choices.values())
    return not taken and _equal_choice(expected, seen)


def _equal_choice(one: object, other: object) -> bool:
    if isinstance(one, bool):
        return truth(other) is one
    return normal(text_of(one)).lower() == normal(text_of(other)).lower()


def _boolean(rule: FieldRule, expected: str, seen: object) -> bool:
    if rule.choices and _equal_choice(written(rule, expected), seen):
        return True
    says = truth(expected)
    return same_text(expected, seen) if says is None else truth(seen) is says


def _url(_rule: FieldRule, expected: str, seen: object) -> bool:
    return _web_address(normal(expected)) == _web_address(normal(text_of(seen)))


def _web_address(text: str) -> str:
    """Answer the address with scheme and host in small letters; an empty path is the root."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    if not parts.netloc:
        return text
    user, at, host = parts.netloc.rpartition("@")
    netloc = user + at + host.lower()
    return parts._replace(netloc=netloc, path=parts.path or "/").geturl()


def _ignore(_rule: FieldRule, _expected: str, _seen: object) -> bool:
    return True


_SAME: Mapping[FieldType, Callable[[FieldRule, str, object], bool]] = {
    FieldType.NAME: _text,
    FieldType.TEXT: _text,
    FieldType.EMAIL: _any_case,
    FieldType.PHONE: _phone,
    FieldType.DATE: _moment,
    FieldType.DATETIME: _moment,
    FieldType.NUMBER: _number,
    FieldType.MONEY: _money,
    FieldType.CHOICE: _choice,
    FieldType.BOOLEAN: _boolean,
    FieldType.URL: _url,
    FieldType.IGNORE: _ignore,
}
