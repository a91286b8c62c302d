"""A submit writes what the tool wants to read."""

from datetime import date

import pytest

from monitor.rules import writing
from monitor.rules.fields import FieldRule, write
from monitor.rules.formats import BadFormat, Format

LEAD = {
    "date": "2026-04-03",
    "datetime": "2026-05-07T14:35:00+02:00",
    "amount": "1487.36 EUR",
    "round": "1200 EUR",
    "quantity": "237",
    "half": "2.5",
    "consent": "true",
    "topic": "quote",
    "soon": "soon",
}


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        ({"from": "date", "format": "DD/MM/YYYY"}, "03/04/2026"),
        ({"from": "date", "format": "m/d/yy"}, "4/3/26"),
        ({"from": "date", "format": "%d.%m.%Y"}, "03.04.2026"),
        ({"from": "date", "format": "DDDD, D MMMM YYYY"}, "Friday, 3 April 2026"),
        ({"from": "date", "format": "ddd D-mmm-YY"}, "Fri 3-Apr-26"),
        ({"from": "date", "format": "YYYY[/week/]MM DD"}, "2026/WEEK/04 03"),
        ({"from": "date", "format": "X"}, 1775174400),
        ({"from": "date", "format": "x"}, 1775174400000),
        ({"from": "date"}, "2026-04-03"),
        ({"from": "datetime", "as": "date"}, "2026-05-07"),
        ({"from": "datetime", "format": "dd/MM/yyyy HH:mm:ss"}, "07/05/2026 14:35:00"),
        ({"from": "datetime", "format": "M/D/YYYY h:mm A"}, "5/7/2026 2:35 PM"),
        ({"from": "datetime", "format": "YYYY-MM-DD hh:mm a ZZ"}, "2026-05-07 02:35 pm +0200"),
        ({"from": "datetime", "format": "YYYY-MM-DDTH:mmZ"}, "2026-05-07T14:35+02:00"),
        ({"from": "datetime", "format": "x"}, 1778157300000),
        ({"from": "datetime"}, "2026-05-07T14:35:00+02:00"),
        ({"from": "amount", "as": "money"}, 1487.36),
        ({"from": "amount", "as": "money", "unit": "cents"}, 148736),
        ({"from": "round", "as": "money"}, 1200),
        ({"from": "quantity", "as": "number"}, 237),
        ({"from": "half", "as": "number"}, 2.5),
        ({"from": "consent", "as": "boolean"}, True),
        ({"from": "consent", "as": "boolean", "choices": {"true": "on"}}, "on"),
        ({"from": "topic", "as": "choice", "choices": {"quote": 3}}, 3),
        ({"from": "topic", "as": "choice"}, "quote"),
        ({"from": "soon", "as": "date", "format": "DD/MM/YYYY"}, "soon"),
        ({"from": "soon", "as": "money"}, "soon"),
        ({"from": "soon", "as": "number"}, "soon"),
        ({"from": "soon", "as": "boolean"}, "soon"),
    ],
)
def test_a_value_is_written_in_the_tools_notation(spec: dict[str, object], value: object) -> None:
    written = write(LEAD, {"key": FieldRule.parse(spec)})["key"]
    assert written == value
    assert type(written) is type(value)


def test_ignored_and_absent_fields_are_left_out() -> None:
    fields = {
        "a": FieldRule.parse({"from": "date", "as": "ignore"}),
        "b": FieldRule.parse({"from": "nothing"}),
        "c": FieldRule.parse({"from": "date"}),
    }
    assert write(LEAD, fields) == {"c": "2026-04-03"}


def test_what_is_remembered_of_leads_does_not_grow_without_end() -> None:
    rule = FieldRule.parse({"from": "quantity", "as": "number"})
    for number in range(3000):
        assert writing.written(rule, str(number)) == number
    assert len(rule.memo) <= 1024


def test_a_moment_without_a_zone_has_none_to_write() -> None:
    assert Format.parse("DD/MM/YYYY HH:mmZ", with_time=True).write(date(2026, 4, 3)) == (
        "03/04/2026 00:00+00:00"
    )
    rule = FieldRule.parse({"from": "at", "as": "datetime", "format": "DD/MM/YYYY HH:mmZ"})
    assert write({"at": "2026-05-07T14:35"}, {"at": rule}) == {"at": "07/05/2026 14:35"}


def test_a_format_of_unknown_letters_is_refused() -> None:
    with pytest.raises(BadFormat, match="letters that mean nothing"):
        Format.parse("DD/MM/YYYY Q", with_time=False)
