"""What happened to one value on its way, judged by this value alone."""

import re
from decimal import Decimal

from monitor.rules.amounts import number_readings, sent_number
from monitor.rules.difference import Kind
from monitor.rules.encoding import is_encoding_damage, undone
from monitor.rules.mapping import FieldRule, FieldType
from monitor.rules.moments import day_month_swapped, moments
from monitor.rules.phones import country_code_lost, is_cut_phone
from monitor.rules.sameness import same
from monitor.rules.tokens import is_unrendered
from monitor.rules.values import is_blank, normal, text_of
from monitor.rules.writing import sent_moment, written

_ANY_CASE = frozenset({FieldType.EMAIL, FieldType.CHOICE})
_TEMPORAL = frozenset({FieldType.DATE, FieldType.DATETIME})
_CUT = re.compile(r"(?:…|\.\.\.)$")
# Half an emoji: what is left where a text was cut inside a letter.
_HALF_LETTER = re.compile("[\ufffd\ud800-\udfff]+$")


def damage(rule: FieldRule, expected: str, seen: object) -> Kind:
    """Answer what happened to `seen`, which is known to differ from `expected`."""
    if is_blank(seen):
        return Kind.MISSING
    if _day_month(rule, expected, seen):
        return Kind.DAY_MONTH_SWAPPED
    if rule.type is FieldType.PHONE and country_code_lost(expected, seen, rule.region):
        return Kind.COUNTRY_CODE_LOST
    return _damaged_letters(rule, expected, _letters(rule, text_of(seen)))


def _damaged_letters(rule: FieldRule, expected: str, arrived: str) -> Kind:
    sent = {_letters(rule, expected), _letters(rule, text_of(written(rule, expected)))}
    if _is_truncated(rule, expected, sent, arrived):
        return Kind.TRUNCATED
    if _is_garbled(rule, expected, sent, arrived):
        return Kind.GARBLED
    whole_letters = _HALF_LETTER.sub("", arrived)
    if whole_letters != arrived and any(is_cut(whole, whole_letters) for whole in sent):
        return Kind.TRUNCATED
    return Kind.UNRENDERED if is_unrendered(expected, arrived) else Kind.ALTERED


def is_cut(whole: str, arrived: str) -> bool:
    """Whether `arrived` is a beginning of `whole`, with or without an ellipsis at its end."""
    for start in {arrived, _CUT.sub("", arrived).rstrip()}:
        if start and start != whole and whole.startswith(start):
            return True
    return False


def _letters(rule: FieldRule, text: str) -> str:
    text = normal(text)
    return text.lower() if rule.type in _ANY_CASE else text


def _day_month(rule: FieldRule, expected: str, seen: object) -> bool:
    sent = sent_moment(rule, expected) if rule.type in _TEMPORAL else None
    return sent is not None and any(
        day_month_swapped(sent, reading) for reading in moments(seen, rule.format)
    )


def _is_truncated(rule: FieldRule, expected: str, sent: set[str], arrived: str) -> bool:
    if rule.type is FieldType.PHONE and is_cut_phone(expected, _CUT.sub("", arrived)):
        return True
    if rule.type is FieldType.BOOLEAN or not any(is_cut(whole, arrived) for whole in sent):
        return False
    if _CUT.search(arrived):
        return True
    if rule.type in _TEMPORAL:
        # what still reads as a day lost its time of day: it is another value, not a shorter one
        return not moments(arrived, rule.format)
    if rule.type is FieldType.NUMBER:
        return _lost_last_digits(expected, arrived)
    return rule.type is not FieldType.MONEY


def _lost_last_digits(expected: str, arrived: str) -> bool:
    """Whether whole digits are gone: neither decimals (rounding) nor zeros (a power of ten)."""
    for whole in sent_number(expected):
        for part in number_readings(arrived):
            if part and int(part) != int(whole) and not _is_power_of_ten(whole / part):
                return True
    return False


def _is_power_of_ten(factor: Decimal) -> bool:
    return factor.normalize().as_tuple().digits == (1,)


def _is_garbled(rule: FieldRule, expected: str, sent: set[str], arrived: str) -> bool:
    if any(is_encoding_damage(whole, arrived) for whole in sent):
        return True
    return any(same(rule, expected, before) for before in undone(arrived))
