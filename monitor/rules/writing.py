"""What a tool is handed for a lead's value: in its date format, in cents, as its own choice."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from monitor.rules.amounts import amount, sent_number
from monitor.rules.mapping import FieldRule, FieldType
from monitor.rules.moments import moments

_TRUE = frozenset(
    {"true", "yes", "y", "t", "1", "on", "checked", "x", "ja", "oui", "si", "sí", "sim"}
)
_FALSE = frozenset({"false", "no", "n", "f", "0", "off", "unchecked", "nein", "non", "não"})
_MEMO_LIMIT = 1024


def written(rule: FieldRule, value: str) -> object:
    """Answer `value` in the record's own notation; as it is where it cannot be read."""
    memo = rule.memo
    if value not in memo:
        if len(memo) >= _MEMO_LIMIT:
            memo.clear()
        write = _WRITERS.get(rule.type)
        memo[value] = write(rule, value) if write else value
    return memo[value]


def truth(value: object) -> bool | None:
    """Answer what a boolean in any notation says, None where it is none."""
    if isinstance(value, int | float):
        return bool(value) if value in (0, 1) else None
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in _TRUE:
        return True
    return False if word in _FALSE else None


def sent_moment(rule: FieldRule, value: str) -> date | None:
    """Answer the day or moment a lead's value names; just the day where a date is asked for."""
    found = moments(value)
    if not found:
        return None
    sent = found[0]
    return sent.date() if isinstance(sent, datetime) and rule.type is FieldType.DATE else sent


def _moment(rule: FieldRule, value: str) -> object:
    sent = sent_moment(rule, value)
    if sent is None or (rule.format is None and rule.type is not FieldType.DATE):
        return value
    return rule.format.write(sent) if rule.format else sent.isoformat()


def _number(_rule: FieldRule, value: str) -> object:
    found = sent_number(value)
    return _plain(min(found)) if found else value


def _money(rule: FieldRule, value: str) -> object:
    found = amount(value, sent_number)
    if found is None:
        return value
    number = min(found.values)
    return _plain(number * 100 if rule.cents else number)


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _choice(rule: FieldRule, value: str) -> object:
    return rule.choices.get(value, value)


def _boolean(rule: FieldRule, value: str) -> object:
    says = truth(value)
    if says is None:
        return rule.choices.get(value, value)
    return rule.choices.get(value, rule.choices.get("true" if says else "false", says))


_WRITERS: Mapping[FieldType, Callable[[FieldRule, str], object]] = {
    FieldType.DATE: _moment,
    FieldType.DATETIME: _moment,
    FieldType.NUMBER: _number,
    FieldType.MONEY: _money,
    FieldType.CHOICE: _choice,
    FieldType.BOOLEAN: _boolean,
}
