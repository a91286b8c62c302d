"""A lead is the same each time, looks like a customer, and its values prove what happened."""

import re
from itertools import permutations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.extras import BadExtra, Extra
from monitor.rules.lead import ROTATION, BadLead, Persona, handles, mint, tag_of
from tests.monitor.rules.leads import ADDRESS, lead_of, minted, numbers, personas

FIELDS = (
    *("email", "first_name", "last_name", "full_name", "phone", "company", "street", "postcode"),
    *("city", "country", "date", "datetime", "amount", "quantity", "message", "website"),
    *("topic", "consent"),
)
EXTRAS = {
    "note": Extra.parse({"as": "text"}),
    "guests": Extra.parse({"as": "number"}),
    "visit": Extra.parse({"as": "date"}),
    "room": Extra.parse({"as": "choice", "choices": ["Garden", "Hall"]}),
}


def test_the_hostile_customer_is_not_in_the_rotation() -> None:
    assert ROTATION == (
        Persona.PLAIN,
        Persona.INTERNATIONAL,
        Persona.PUNCTUATED,
        Persona.LONG,
    )


@given(numbers)
def test_a_tag_is_a_word_of_twelve_letters_that_one_pattern_finds(number: int) -> None:
    assert re.fullmatch("(?:[bdgjklmnprstv][aeiou]){6}", tag_of(number))


def test_no_two_numbers_share_a_tag_until_they_come_round() -> None:
    assert len({tag_of(number) for number in range(5000)}) == 5000
    assert tag_of(65**6) == tag_of(0)
    assert tag_of(65**6 - 1) != tag_of(0)


@given(numbers, personas)
def test_the_same_lead_is_minted_again(number: int, persona: Persona) -> None:
    lead = lead_of(number, persona)
    assert lead == lead_of(number, persona)
    assert set(lead) == set(FIELDS)


@given(numbers, personas)
def test_no_value_is_found_inside_another(number: int, persona: Persona) -> None:
    lead = mint(tag_of(number), persona, address=ADDRESS, extras=EXTRAS)
    values = {name: value.casefold() for name, value in lead.items() if name != "full_name"}
    for one, other in permutations(values, 2):
        assert values[one] not in values[other], (one, other)


@given(numbers, personas)
def test_the_tag_stands_in_the_email_and_spells_the_surname(number: int, persona: Persona) -> None:
    tag, lead = tag_of(number), lead_of(number, persona)
    assert lead["email"] == f"leads+{tag}@shop.example"
    assert tag.capitalize() in lead["last_name"]
    assert lead["full_name"] == f"{lead['first_name']} {lead['last_name']}"
    assert handles(lead) == (lead["email"], lead["last_name"])


@given(minted)
def test_days_can_be_flipped_in_silence_and_never_coincide(lead: dict[str, str]) -> None:
    pairs = []
    for name in ("date", "datetime"):
        month, day = int(lead[name][5:7]), int(lead[name][8:10])
        assert day <= 12
        assert day != month
        pairs.append({day, month})
    assert pairs[0] != pairs[1]


@given(minted)
def test_numbers_show_every_loss(lead: dict[str, str]) -> None:
    assert re.fullmatch(r"0\d{3}[1-9]", lead["postcode"])
    assert re.fullmatch(r"[1-9]\d{3}\.\d[1-9] EUR", lead["amount"])
    assert re.fullmatch(r"[1-9]\d[1-9]", lead["quantity"])


@given(minted)
def test_the_message_has_a_line_break_and_an_emoji(lead: dict[str, str]) -> None:
    assert "\n" in lead["message"]
    assert any(ord(letter) > 0xFFFF for letter in lead["message"])


@given(minted)
def test_phones_are_valid_and_kept_for_fiction(lead: dict[str, str]) -> None:
    assert phonenumbers.is_valid_number(phonenumbers.parse(lead["phone"]))
    assert re.match(
        r"\+4420794600?|\+441\d\d4960|\+441914980|\+442920180|\+33(19900|26191|35301|46571|53649)"
        r"|\+49(3023125|6990009|4066969|2214710)|\+1\d{3}55501\d\d$|\+61[2378]5550",
        lead["phone"],
    )


def test_phones_differ_from_lead_to_lead() -> None:
    assert len({lead_of(number)["phone"] for number in range(200)}) > 190


def test_a_phone_that_still_lies_somewhere_does_not_come_again() -> None:
    first = lead_of(3)["phone"]
    again = mint(tag_of(3), Persona.PLAIN, address=ADDRESS, avoid=[first])
    assert again["phone"] != first
    assert again["last_name"] == lead_of(3)["last_name"]


@pytest.mark.parametrize(
    ("address", "email"),
    [
        ("leads@shop.example", "leads+{tag}@shop.example"),
        ("*@catchall.example", "{tag}@catchall.example"),
        ("me+handoff@shop.example", "me+handoff-{tag}@shop.example"),
    ],
)
def test_the_email_reaches_the_owner(address: str, email: str) -> None:
    lead = mint(tag_of(9), Persona.PLAIN, address=address)
    assert lead["email"] == email.format(tag=tag_of(9))


@pytest.mark.parametrize("address", ["", "leads", "@shop.example", "leads@localhost", "a b@c.de"])
def test_an_address_that_is_none_is_refused_with_the_mend(address: str) -> None:
    with pytest.raises(BadLead, match="write one you read"):
        mint(tag_of(9), Persona.PLAIN, address=address)


def test_pins_and_extras_are_in_the_lead() -> None:
    pins = {"topic": "support", "country": "Austria", "branch": "North"}
    lead = mint(tag_of(9), Persona.PLAIN, address=ADDRESS, pins=pins, extras=EXTRAS)
    assert {name: lead[name] for name in pins} == pins
    assert re.fullmatch(r"[A-Z][a-z]+ [a-z]+", lead["note"])
    assert lead["guests"].isdigit()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", lead["visit"])
    assert lead["room"] in ("Garden", "Hall")


def test_pins_that_are_found_in_every_value_do_not_stop_the_mint() -> None:
    pins = {"plus": "+", "space": " ", **{f"digit{digit}": str(digit) for digit in range(10)}}
    lead = mint(tag_of(9), Persona.PLAIN, address=ADDRESS, pins=pins, extras=EXTRAS)
    assert set(lead) == {*FIELDS, *pins, *EXTRAS}


def test_pinned_extras_and_values_that_collide_are_kept_as_pinned() -> None:
    lead = mint(
        tag_of(9),
        Persona.PLAIN,
        address=ADDRESS,
        pins={"guests": "e", "phone": "+442079460999"},
        extras=EXTRAS,
    )
    assert lead["guests"] == "e"
    assert lead["phone"] == "+442079460999"


@pytest.mark.parametrize("name", ["email", "first_name", "last_name", "full_name"])
def test_what_tells_leads_apart_cannot_be_pinned(name: str) -> None:
    with pytest.raises(BadLead, match=f'"{name}" cannot be pinned'):
        mint(tag_of(9), Persona.PLAIN, address=ADDRESS, pins={name: "Ann"})


def test_more_date_fields_than_days_still_mint() -> None:
    extras = {f"day{number}": EXTRAS["visit"] for number in range(70)}
    assert len(mint(tag_of(9), Persona.PLAIN, address=ADDRESS, extras=extras)) == 88


@given(st.sampled_from(("last_name", "full_name")))
def test_a_lead_with_one_name_has_that_as_its_handle(name: str) -> None:
    lead = {"email": "a@b.example", name: f"O'{tag_of(4).capitalize()}"}
    assert handles(lead) == ("a@b.example", lead[name])


def test_a_lead_without_a_telling_name_has_its_email_as_handle() -> None:
    assert handles({"email": "a@b.example", "last_name": "Smith"}) == ("a@b.example",)


@pytest.mark.parametrize(
    ("spec", "mend"),
    [
        ({"as": "phone"}, "use text, number, date or choice"),
        ({"as": "text", "size": 3}, '"size" means nothing'),
        ({"as": "text", "choices": ["a"]}, '"choices" only goes with'),
        ({"as": "choice"}, '"choices" is missing'),
        ({"as": "choice", "choices": []}, '"choices" is missing'),
        ("text", "is a mapping such as"),
    ],
)
def test_a_bad_extra_is_refused_with_the_mend(spec: dict[str, object], mend: str) -> None:
    with pytest.raises(BadExtra, match=mend):
        Extra.parse(spec)
