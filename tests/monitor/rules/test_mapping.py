"""A field rule says how a record key is read, and a bad one says how to mend it."""

import pytest

from monitor.rules.fields import BadRule, FieldRule, FieldType


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("email", FieldType.EMAIL),
        ("last_name", FieldType.NAME),
        ("phone", FieldType.PHONE),
        ("amount", FieldType.MONEY),
        ("consent", FieldType.BOOLEAN),
        ("guests", FieldType.TEXT),
    ],
)
def test_without_a_type_the_lead_field_decides(name: str, type_: FieldType) -> None:
    assert FieldRule.parse({"from": name}).type is type_


def test_every_option_is_read() -> None:
    assert FieldRule.parse({"from": "phone", "as": "phone", "region": "gb"}).region == "GB"
    money = FieldRule.parse({"from": "amount", "as": "money", "unit": "cents", "currency": "eur"})
    assert (money.cents, money.currency) == (True, "EUR")
    date = FieldRule.parse({"from": "date", "as": "date", "format": "DD/MM/YYYY"})
    assert date.format is not None
    assert FieldRule.parse({"from": "date", "as": "date", "format": ""}).format is None
    choice = FieldRule.parse({"from": "c", "as": "choice", "choices": {True: 1, "no": "N"}})
    assert choice.choices == {"true": 1, "no": "N"}
    assert FieldRule.parse({"as": "ignore"}).source == ""


def test_a_rule_can_be_pinned_by_its_spec_or_by_the_caller() -> None:
    rule = FieldRule.parse({"from": "city"})
    assert not rule.pinned
    assert rule.pin().pinned
    assert FieldRule.parse({"from": "city", "pinned": True}) == rule.pin()


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("email", "A field rule is a mapping such as"),
        ({"as": "email"}, '"from" is missing: write which lead field'),
        ({"from": 7}, '"from" is 7: write the name of a lead field'),
        ({"from": "date", "as": "dat"}, "\"as\" is 'dat', which is no type: use one of name, "),
        ({"from": "date", "as": "date", "region": "GB"}, '"region" means nothing for a field read'),
        ({"from": "phone", "as": "phone", "region": "UK"}, 'write "GB"'),
        ({"from": "phone", "as": "phone", "region": "Britain"}, "two letters"),
        ({"from": "phone", "as": "phone", "region": 44}, "two letters"),
        ({"from": "amount", "as": "money", "currency": "€"}, "three letters"),
        ({"from": "amount", "as": "money", "unit": "pence"}, 'write "cents"'),
        ({"from": "date", "as": "date", "format": "DD/MM"}, "must name day, month and year"),
        ({"from": "date", "as": "date", "format": "DD/QQ/YYYY"}, "letters that mean nothing"),
        ({"from": "x", "as": "datetime", "format": "DD/MM/YYYY"}, "time of day"),
        ({"from": "x", "as": "choice", "choices": ["a"]}, '"choices" must be a mapping'),
        ({"from": "x", "as": "choice", "choices": {"a": ["b"]}}, '"choices" must be a mapping'),
        ({"from": "x", "pinned": "yes"}, "write true or false"),
    ],
)
def test_a_bad_rule_names_the_key_and_the_mend(spec: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadRule) as bad:
        FieldRule.parse(spec)
    assert sentence in str(bad.value)
