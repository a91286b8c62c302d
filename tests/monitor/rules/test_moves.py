"""Values in the wrong place: one fault is one difference, and only real proof counts."""

from collections.abc import Mapping

import pytest

from monitor.rules.fields import Difference, FieldRule, Kind, compare
from tests.monitor.rules.leads import rules

LEAD = {
    "email": "leads+tavo@shop.example",
    "first_name": "Zoë",
    "last_name": "O'Tavo",
    "full_name": "Zoë O'Tavo",
    "phone": "+442079460123",
    "date": "2026-04-03",
    "datetime": "2026-05-07T14:35:00+02:00",
    "amount": "1487.36 EUR",
    "quantity": "237",
    "company": "Käserei Ltd",
    "city": "Łódź",
    "topic": "quote",
    "consent": "true",
}
FIELDS = rules(**{name: {} for name in LEAD})
PINNED = {**FIELDS, "city": FIELDS["city"].pin()}
NAMES = rules(first_name={}, last_name={})


def faults(
    changes: Mapping[str, object],
    fields: Mapping[str, FieldRule] = FIELDS,
    lead: Mapping[str, str] = LEAD,
) -> list[tuple[str, ...]]:
    differences = compare(lead, fields, {**lead, **changes})
    return [(one.kind.value, *one.fields) for one in differences]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # swapped
        ({"email": "Zoë", "first_name": LEAD["email"]}, [("swapped", "email", "first_name")]),
        (
            {"email": "zoë", "first_name": LEAD["email"].upper()},
            [("swapped", "email", "first_name")],
        ),
        (
            {"date": "2026-05-07", "datetime": "2026-04-03T00:00:00Z"},
            [("swapped", "date", "datetime")],
        ),
        (
            {"date": "7 May 2026", "datetime": "3 April 2026"},
            [("swapped", "date", "datetime")],
        ),
        ({"amount": 237, "quantity": "€1,487.36"}, [("swapped", "amount", "quantity")]),
        (
            {"phone": LEAD["city"], "city": "0044 20 7946 0123"},
            [("swapped", "phone", "city")],
        ),
        (
            {"email": "Łódź", "city": "Zoë", "first_name": LEAD["email"]},
            [("swapped", "email", "first_name", "city")],
        ),
        (
            {"email": "Łódź", "city": "Zoë", "first_name": "quote", "topic": LEAD["email"]},
            [("swapped", "email", "first_name", "city", "topic")],
        ),
        (
            {"email": "Łódź", "city": LEAD["email"], "first_name": "O'Tavo", "last_name": "Zoë"},
            [("swapped", "email", "city"), ("swapped", "first_name", "last_name")],
        ),
        (
            {"first_name": LEAD["full_name"], "full_name": "Zoë"},
            [("swapped", "first_name", "full_name")],
        ),
        (
            {"email": "Łódź", "city": LEAD["email"], "company": LEAD["email"]},
            [("swapped", "email", "city"), ("misplaced", "company")],
        ),
        # misplaced
        ({"email": "Zoë", "first_name": None}, [("misplaced", "first_name", "email")]),
        ({"email": "Zoë", "first_name": "-"}, [("misplaced", "first_name", "email")]),
        ({"email": "Zoë"}, [("misplaced", "email")]),
        (
            {"email": "Zoë", "first_name": "Z…"},
            [("misplaced", "email"), ("truncated", "first_name")],
        ),
        ({"first_name": None, "nickname": "Zoë"}, [("misplaced", "first_name")]),
        ({"quantity": None, "count": ["237"]}, [("misplaced", "quantity")]),
        ({"phone": "", "mobile": 442079460123}, [("misplaced", "phone")]),
        ({"phone": "+442079460124", "mobile": "+442079460123"}, [("altered", "phone")]),
        ({"consent": None, "checked": "true"}, [("missing", "consent")]),
        (
            {"company": "Łódź", "city": "Zoë", "first_name": ""},
            [("misplaced", "first_name", "city"), ("misplaced", "city", "company")],
        ),
        (
            {"company": LEAD["email"], "city": LEAD["email"]},
            [("misplaced", "company"), ("misplaced", "city")],
        ),
        ({"date": "2026-05-07"}, [("misplaced", "date")]),
        ({"quantity": 1487.36}, [("misplaced", "quantity")]),
        ({"company": LEAD["full_name"]}, [("misplaced", "company")]),
        # merged
        ({"first_name": "Zoë O'Tavo"}, [("merged", "first_name")]),
        ({"first_name": "Zoë O'Tavo", "last_name": None}, [("merged", "first_name", "last_name")]),
        ({"last_name": "O'Tavo, Zoë", "first_name": "-"}, [("merged", "first_name", "last_name")]),
        (
            {"first_name": "Zoë O'Tavo", "last_name": "Zoë O'Tavo"},
            [("merged", "first_name", "last_name")],
        ),
        (
            {"first_name": "Zoë O'Tavo", "last_name": "O'T…"},
            [("merged", "first_name"), ("truncated", "last_name")],
        ),
        (
            {"first_name": "Zoë O'Tavo", "city": None},
            [("merged", "first_name"), ("missing", "city")],
        ),
        ({"first_name": "Zoë Ltd"}, [("altered", "first_name")]),
        # a part where the whole was due
        ({"full_name": "Zoë"}, [("truncated", "full_name")]),
        ({"full_name": "O'Tavo"}, [("truncated", "full_name")]),
        ({"full_name": "O'Tavo Zoë"}, [("altered", "full_name")]),
        # nothing is proved by what looks alike everywhere
        ({"company": "true"}, [("altered", "company")]),
        ({"company": "7"}, [("altered", "company")]),
        ({"consent": "Zoë", "first_name": "true"}, [("misplaced", "first_name", "consent")]),
    ],
)
def test_one_fault_is_one_difference(
    changes: dict[str, object], expected: list[tuple[str, ...]]
) -> None:
    assert sorted(faults(changes)) == sorted(expected)


def test_a_pinned_value_proves_no_swap_and_yet_is_compared() -> None:
    assert faults({"company": "Łódź"}, PINNED) == [("altered", "company")]
    assert faults({"city": "Lublin"}, PINNED) == [("altered", "city")]
    assert faults({"company": "Łódź", "city": LEAD["company"]}, PINNED) == [
        ("misplaced", "company", "city")
    ]


def test_a_value_that_spells_nothing_is_that_value() -> None:
    lead = {**LEAD, "last_name": "Null"}
    assert faults({"first_name": "Null"}, lead=lead) == [("misplaced", "first_name")]
    assert faults({"first_name": "Null", "last_name": "Zoë"}, lead=lead) == [
        ("swapped", "first_name", "last_name")
    ]
    assert faults({"first_name": "null", "last_name": "Null"}, lead={**LEAD, "last_name": "Null"})


def test_fields_that_no_rule_maps_are_still_recognised() -> None:
    assert faults({"first_name": "Łódź"}, NAMES) == [("misplaced", "city", "first_name")]
    assert faults({"first_name": LEAD["full_name"]}, NAMES) == [("merged", "first_name")]


def test_the_whole_name_is_known_without_a_field_of_its_own() -> None:
    lead = {"first_name": "Zoë", "last_name": "O'Tavo"}
    assert faults({"last_name": "Zoë O'Tavo", "first_name": ""}, NAMES, lead) == [
        ("merged", "first_name", "last_name")
    ]


def test_names_under_other_field_names_are_known_by_their_type() -> None:
    fields = rules(given={"as": "name"}, family={"as": "name"})
    lead = {"given": "Ann Marie", "family": "Lee"}
    assert faults({"given": "Ann Marie Lee", "family": None}, fields, lead) == [
        ("merged", "given", "family")
    ]


def test_an_ignored_key_is_neither_compared_nor_evidence() -> None:
    fields = {**NAMES, "raw": FieldRule.parse({"from": "city", "as": "ignore"})}
    assert faults({"first_name": None, "raw": "Zoë"}, fields) == [("missing", "first_name")]


def test_two_keys_of_one_field_are_told_once() -> None:
    fields = {**NAMES, "email": FIELDS["email"], "login": FIELDS["email"]}
    both = {"email": "Zoë", "login": "Zoë", "first_name": LEAD["email"]}
    assert faults(both, fields) == [("swapped", "first_name", "email")]
    assert faults({"email": None, "login": None}, fields) == [("missing", "email")]
    one = {"login": LEAD["email"], "email": None}
    assert faults(one, fields) == [("missing", "email")]
    damaged = {"login": "leads+…", "email": None}
    assert faults(damaged, fields) == [("missing", "email"), ("truncated", "email")]


def test_the_number_of_a_choice_is_no_evidence() -> None:
    fields = {
        **rules(topic={"choices": {"quote": 4711, "visit": "Visit us"}}),
        "company": FIELDS["company"],
    }
    assert faults({"topic": 4711, "company": 4711}, fields) == [("altered", "company")]
    lead = {**LEAD, "topic": "visit"}
    assert faults({"topic": "Visit us", "company": "VISIT US"}, fields, lead) == [
        ("misplaced", "company")
    ]


def test_cents_swap_with_numbers_in_either_unit() -> None:
    fields = {**FIELDS, **rules(amount={"unit": "cents"})}
    for amount in (23700, 237):
        for quantity in (148736, 1487.36):
            assert faults({"amount": amount, "quantity": quantity}, fields) == [
                ("swapped", "amount", "quantity")
            ]


def test_a_day_with_no_zone_known_is_still_a_day_of_its_moment() -> None:
    lead = {**LEAD, "datetime": "2026-05-07T14:35:00"}
    assert faults({"date": "2026-05-07"}, lead=lead) == [("misplaced", "date")]
    lead = {**LEAD, "datetime": "2026-05-07"}
    assert faults({"date": "2026-05-07", "datetime": None}, lead=lead) == [
        ("misplaced", "datetime", "date")
    ]


OTHER = {
    **LEAD,
    "city": "Paris",
    "first_name": "Bob",
    "date": "2026-03-04",
    "company": "Bob Ltd",
    "visit": "2026-05-07",
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"city": "Paris"}, [("leaked", "city")]),
        ({"city": "Bob Ltd"}, [("leaked", "city")]),
        ({"city": " Paris\n"}, [("leaked", "city")]),
        ({"date": "2026-03-04"}, [("day_month_swapped", "date")]),
        ({"date": "4 March 2026", "city": "Paris"}, [("leaked", "date"), ("leaked", "city")]),
        (
            {"date": "2026-03-04", "city": "Zoë"},
            [("day_month_swapped", "date"), ("misplaced", "city")],
        ),
        ({"first_name": "Bob", "city": None}, [("leaked", "first_name"), ("missing", "city")]),
        ({"city": "Rome"}, [("altered", "city")]),
        ({"datetime": "2026-05-07"}, [("altered", "datetime")]),
        ({"consent": False}, [("altered", "consent")]),
    ],
)
def test_another_leads_value_has_leaked_unless_own_damage_explains_it(
    changes: dict[str, object], expected: list[tuple[str, ...]]
) -> None:
    others = [{"city": "Berlin", "consent": "false"}, OTHER]
    found = compare(LEAD, FIELDS, {**LEAD, **changes}, others)
    assert [(one.kind.value, *one.fields) for one in found] == expected


def test_a_lost_leading_zero_is_no_leak_of_whoever_ordered_as_many_pieces() -> None:
    lead = {"postcode": "00555", "city": "Köln"}
    fields = {name: FieldRule.parse({"from": name, "as": "text"}) for name in lead}
    other = {"postcode": "00931", "city": "Paris", "quantity": "555"}
    (lost,) = compare(lead, fields, {**lead, "postcode": "555"}, [other])
    assert (lost.kind.value, lost.fields) == ("altered", ("postcode",))
    both = compare(lead, fields, {"postcode": "555", "city": "Paris"}, [other])
    assert {one.kind.value for one in both} == {"leaked"}


def test_pinned_values_prove_no_leak() -> None:
    found = compare(LEAD, PINNED, {**LEAD, "city": "Paris"}, [OTHER])
    assert [one.kind for one in found] == [Kind.ALTERED]


def test_a_difference_holds_what_was_sent_and_what_was_seen() -> None:
    found = compare(LEAD, FIELDS, {**LEAD, "email": "Zoë", "first_name": None})
    assert found == [
        Difference(
            kind=Kind.MISPLACED,
            fields=("first_name", "email"),
            expected=("Zoë", LEAD["email"]),
            seen=("", "Zoë"),
        )
    ]
