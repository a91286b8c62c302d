"""A record is known as ours whatever happened to it, and a stranger's never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.lead import Persona, Recogniser, tag_of
from tests.monitor.rules.damages import LETTERS, cut
from tests.monitor.rules.leads import lead_of

LEADS = {tag_of(number): lead_of(number, list(Persona)[number % 5]) for number in range(100)}
KNOWN = Recogniser(LEADS)
TAG = tag_of(42)
LEAD = LEADS[TAG]
OTHER = LEADS[tag_of(43)]


@given(st.sampled_from(list(LEADS)))
def test_a_record_is_known_by_its_lead(tag: str) -> None:
    assert KNOWN.owner(LEADS[tag]) == tag


@pytest.mark.parametrize("damage", [damage for damage in LETTERS if damage is not cut])
def test_a_damaged_email_does_not_hide_a_lead(damage: object) -> None:
    assert callable(damage)
    assert KNOWN.owner({"email": damage(LEAD["email"]), "name": LEAD["last_name"]}) == TAG
    assert KNOWN.owner({"email": None, "name": LEAD["full_name"].upper()}) == TAG


@pytest.mark.parametrize(
    "record",
    [
        {"email": LEAD["email"].upper() + " "},
        {"name": f"Dr. {LEAD['last_name']}"},
        {"notes": f"Ref: van{TAG}lino."},
        {"company": LEAD["email"]},
        {"properties": {"who": [{"last": LEAD["last_name"]}]}},
    ],
)
def test_the_email_or_the_tag_in_any_field_is_enough(record: dict[str, object]) -> None:
    assert KNOWN.owner(record) == TAG


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"phone": LEAD["phone"]},
        {"phone": LEAD["phone"], "first_name": LEAD["first_name"], "city": LEAD["city"]},
        {"email": "banananananana@shop.example", "name": "Titikaka Muratori"},
        {"id": 7, "open": True, "gone": None},
        {"name": tag_of(4711).capitalize()},
    ],
)
def test_a_stranger_is_nobody_and_a_phone_alone_never_identifies(
    record: dict[str, object],
) -> None:
    assert KNOWN.owner(record) is None


def test_a_record_with_leaked_names_stays_with_its_own_email() -> None:
    record = {
        "first": OTHER["first_name"],
        "last": OTHER["last_name"],
        "name": OTHER["full_name"],
        "email": LEAD["email"],
    }
    assert KNOWN.owner(record) == TAG


def test_without_a_whole_email_the_lead_that_is_named_more_often_wins() -> None:
    record = {"a": OTHER["last_name"], "b": LEAD["last_name"], "c": LEAD["full_name"]}
    assert KNOWN.owner(record) == TAG


def test_the_first_value_decides_a_draw() -> None:
    assert KNOWN.owner({"a": LEAD["last_name"], "b": OTHER["last_name"]}) == TAG


def test_a_bottomless_record_is_read_only_so_deep() -> None:
    deep: object = LEAD["email"]
    for _level in range(30):
        deep = [deep]
    assert KNOWN.owner({"deep": deep}) is None


def test_leads_are_known_without_an_email_of_their_own() -> None:
    assert Recogniser({TAG: {"last_name": "x"}}).owner({"n": TAG}) == TAG
