"""What automations carry, and what each fault at a handoff makes of it."""

import time

import pytest

from tests.sandbox.conftest import Draw
from tests.sandbox.people import ANN, Json, lead, send_form, send_row
from tests.sandbox_process import Control, wait_for

# What each damage makes of Ann in the plain CRM, which stores it all.
DAMAGES: list[tuple[str, Json, Json]] = [
    ("swap", {"fields": ["full_name", "email"]}, {"name": ANN["email"], "email": ANN["full_name"]}),
    (
        "swap",
        {"fields": ["city", "street", "company"]},
        {"city": ANN["street"], "street": ANN["company"], "company": ANN["city"]},
    ),
    ("missing", {"field": "phone"}, {"phone": "absent"}),
    ("missing", {"field": "phone", "how": "null"}, {"phone": None}),
    ("missing", {"field": "phone", "how": "blank"}, {"phone": "   "}),
    ("misplaced", {"field": "city", "into": "street"}, {"street": ANN["city"], "city": "absent"}),
    (
        "misplaced",
        {"field": "city", "into": "street", "keep": True},
        {"street": ANN["city"], "city": ANN["city"]},
    ),
    ("merged", {}, {"first_name": ANN["full_name"]}),
    ("truncated", {"field": "company", "length": 7}, {"company": "Käserei"}),
    ("truncated", {"field": "company", "length": 4, "ellipsis": "…"}, {"company": "Käse…"}),
    ("garbled", {"field": "city", "variant": "mojibake"}, {"city": "KÃ¶ln"}),
    ("garbled", {"field": "city", "variant": "mojibake_twice"}, {"city": "KÃƒÂ¶ln"}),
    ("garbled", {"field": "last_name", "variant": "html_escape"}, {"last_name": "O&#x27;Zorbadi"}),
    ("garbled", {"field": "city", "variant": "url_escape"}, {"city": "K%C3%B6ln"}),
    ("garbled", {"field": "street", "variant": "plus_for_space"}, {"street": "Hauptstraße+5"}),
    ("garbled", {"field": "city", "variant": "question_marks"}, {"city": "K?ln"}),
    ("garbled", {"field": "city", "variant": "replacement_char"}, {"city": "K\ufffdln"}),
    ("garbled", {"field": "city", "variant": "accents_stripped"}, {"city": "Koln"}),
    (
        "garbled",
        {"field": "message", "variant": "symbols_lost"},
        {"message": "Hello,\nis Thursday fine? ?"},
    ),
    ("day_month_swapped", {"field": "date"}, {"date": "2031-05-03"}),
    ("day_month_swapped", {"field": "datetime"}, {"datetime": "2032-07-04T10:30:00+02:00"}),
    ("country_code_lost", {"field": "phone"}, {"phone": "02079460123"}),
    ("country_code_lost", {"field": "phone", "variant": "plain"}, {"phone": "2079460123"}),
    ("unrendered", {"field": "city"}, {"city": "{{city}}"}),
    ("unrendered", {"field": "city", "variant": "merge_tag"}, {"city": "*|city|*"}),
    ("unrendered", {"field": "city", "variant": "[object Object]"}, {"city": "[object Object]"}),
    ("altered", {"field": "postcode", "variant": "digit"}, {"postcode": "01237"}),
    ("altered", {"field": "postcode", "variant": "leading_zero"}, {"postcode": "1234"}),
    ("altered", {"field": "phone", "variant": "scientific"}, {"phone": "4.4208E+11"}),
    ("altered", {"field": "amount", "variant": "times_100"}, {"amount": "123456.00 EUR"}),
    ("altered", {"field": "amount", "variant": "rounded"}, {"amount": "1235 EUR"}),
    ("altered", {"field": "amount", "variant": "currency"}, {"amount": "1234.56 USD"}),
    ("altered", {"field": "consent", "variant": "flipped"}, {"consent": "false"}),
    ("altered", {"field": "datetime", "variant": "lost_time"}, {"datetime": "2032-04-07"}),
    (
        "altered",
        {"field": "datetime", "variant": "shifted_zone"},
        {"datetime": "2032-04-07T09:30:00+02:00"},
    ),
    ("altered", {"field": "company", "variant": "case"}, {"company": "KÄSEREI ZÜND"}),
    (
        "altered",
        {"field": "message", "variant": "line_break"},
        {"message": "Hello, is Thursday fine? 🌿"},
    ),
    ("altered", {"field": "last_name", "variant": "apostrophe"}, {"last_name": "OZorbadi"}),
]


@pytest.fixture
def chain(draw: Draw) -> Json:
    return draw("website", "crm")


@pytest.mark.parametrize(("kind", "options", "seen"), DAMAGES)
def test_a_damage_is_stored_as_such_and_told_in_the_truth(
    chain: Json, control: Control, kind: str, options: Json, seen: Json
) -> None:
    (automation,) = chain["handoffs"]
    with control.broken(f"handoff:{automation}", kind, **options):
        send_form(chain, ANN)
        (record,) = control.until("crm", 1, chain["name"])
    intact = {key: ANN[rule["from"]] for key, rule in chain["hops"][1]["fields"].items()}
    expected = {key: value for key, value in {**intact, **seen}.items() if value != "absent"}
    assert record["fields"] == expected
    (struck,) = control.truth(account=chain["name"])
    assert (struck["kind"], struck["lead"]) == (kind, ANN["email"])
    assert struck["detail"]["handoff"] == automation


def test_a_leak_shows_another_leads_value(chain: Json, control: Control) -> None:
    send_form(chain, lead("first", city="Whitby"))
    control.until("crm", 1, chain["name"])
    with control.broken(f"handoff:{chain['handoffs'][0]}", "leaked", field="city"):
        send_form(chain, lead("second"))
        records = control.until("crm", 2, chain["name"])
    assert records[1]["fields"]["city"] == "Whitby"


def test_a_damage_without_effect_is_no_truth(chain: Json, control: Control) -> None:
    target = f"handoff:{chain['handoffs'][0]}"
    with (
        control.broken(target, "leaked", field="city", count=1),
        control.broken(target, "garbled", field="postcode"),
        control.broken(target, "missing", field="shoe_size"),
    ):
        send_form(chain, ANN)
        control.until("crm", 1, chain["name"])
        assert [fault["struck"] for fault in control.faults()] == [0, 0, 0]
    assert control.truth(account=chain["name"]) == []


@pytest.mark.parametrize("kind", ["swap", "garbled", "altered", "truncated", "missing"])
def test_a_damage_without_a_field_finds_one(chain: Json, control: Control, kind: str) -> None:
    with control.broken(f"handoff:{chain['handoffs'][0]}", kind):
        send_form(chain, ANN)
        control.until("crm", 1, chain["name"])
    assert len(control.truth(account=chain["name"])) == 1


def test_a_drop_loses_the_lead_behind_the_handoff_only(draw: Draw, control: Control) -> None:
    chain = draw("website", "mailchimp", "crm", "stripe_customer")
    target = f"handoff:{chain['name']}:mailchimp->crm"
    with control.broken(target, "drop"):
        send_form(chain, ANN)
        control.until("mailchimp", 1, chain["name"])
        time.sleep(0.3)
    assert control.records("crm", chain["name"]) == []
    assert control.records("stripe", chain["name"]) == []
    assert [one["kind"] for one in control.truth(account=chain["name"])] == ["drop"]


def test_a_duplicate_comes_later_as_often_as_asked(chain: Json, control: Control) -> None:
    target = f"handoff:{chain['handoffs'][0]}"
    with control.broken(target, "duplicate", copies=2, after=0.2):
        send_form(chain, ANN)
        records = control.until("crm", 3, chain["name"])
    times = [record["created"] for record in records]
    assert times[1] - times[0] >= 0.15
    assert times[2] - times[1] >= 0.15


def test_a_duplicate_merges_where_the_tool_merges_and_shows_at_the_next(
    draw: Draw, control: Control
) -> None:
    chain = draw("website", "hubspot_contact", "hubspot_deal")
    target = f"handoff:{chain['name']}:website->hubspot_contact"
    with control.broken(target, "duplicate", after=0.05):
        send_form(chain, ANN)
        control.until("hubspot", 2, chain["name"], "deals")
    assert len(control.records("hubspot", chain["name"], "contacts")) == 1


def test_a_delay_makes_it_late(chain: Json, control: Control) -> None:
    with control.broken(f"handoff:{chain['handoffs'][0]}", "delay", seconds=0.5):
        send_form(chain, ANN)
        sent = time.time()
        (record,) = control.until("crm", 1, chain["name"])
    assert record["created"] - sent >= 0.4


def test_a_swap_that_the_tool_refuses_is_a_lost_lead(draw: Draw, control: Control) -> None:
    chain = draw("website", "hubspot_contact")
    (automation,) = chain["handoffs"]
    with control.broken(f"handoff:{automation}", "swap", fields=["first_name", "email"]):
        send_form(chain, ANN)
        while not (told := control.deliveries(automation)):
            time.sleep(0.02)
    assert "INVALID_EMAIL" in told[0]["outcome"]
    assert control.records("hubspot", chain["name"]) == []


def test_two_submissions_are_two_deliveries_even_where_contacts_merge(
    draw: Draw, control: Control
) -> None:
    chain = draw("website", "mailchimp", "crm")
    send_form(chain, ANN)
    send_form(chain, ANN)
    control.until("crm", 2, chain["name"])
    assert len(control.records("mailchimp", chain["name"])) == 1


def test_one_chains_fault_touches_no_other_chain(draw: Draw, control: Control) -> None:
    chains = [draw("website", "crm") for _ in range(3)]
    with control.broken(f"handoff:{chains[0]['handoffs'][0]}", "drop"):
        for chain in chains:
            send_form(chain, ANN)
        for chain in chains[1:]:
            control.until("crm", 1, chain["name"])
    assert control.records("crm", chains[0]["name"]) == []
    for chain in chains[1:]:
        (record,) = control.records("crm", chain["name"])
        assert record["account"] == chain["name"]


@pytest.mark.parametrize("shape", ["A", "B"])
def test_a_long_chain_carries_every_field_through(draw: Draw, control: Control, shape: str) -> None:
    chain = draw(shape=shape)
    name, count = chain["name"], len(chain["handoffs"])
    values = {**ANN, "email": f"leads+a@{name}.handoff.test"}
    send_form(chain, values)
    told = wait_for(lambda: control.deliveries(f"{name}:"), lambda told: len(told) >= count)
    assert {one["outcome"] for one in told} == {"delivered"}
    (invoice,) = control.records("stripe", name, "invoices")
    assert invoice["fields"]["amount_due"] == 123456
    assert invoice["fields"]["customer_email"] == values["email"]
    assert invoice["fields"]["metadata.city"] == "Köln"
    if shape == "B":
        (letter,) = control.records("mail", name)
        assert letter["fields"]["to"] == values["email"]
        assert "Company: Käserei Zünd" in letter["fields"]["body"]


def test_a_welcome_mail_can_be_damaged_lost_and_filed_as_junk(draw: Draw, control: Control) -> None:
    chain = draw("postmark", "imap")
    box, target = chain["name"], f"handoff:{chain['handoffs'][0]}"
    body = "Hello Ann,\n\nFirst name: Ann\nCity: Köln\n\n-- \n"
    mail = {"To": f"leads+a@{box}.handoff.test", "From": "a@b.test", "Subject": "Hi"}
    mail["TextBody"] = body
    for kind, options in (("garbled", {"field": "city"}), ("junk", {}), ("drop", {})):
        with control.broken(target, kind, **options):
            control.plant("postmark", mail, account=box, tell=True)
            time.sleep(0.3)
    damaged, junk = control.records("mail", box)
    assert "City: KÃ¶ln" in damaged["fields"]["body"]
    assert (junk["fields"]["folder"], damaged["fields"]["folder"]) == ("Junk", "INBOX")


def test_a_copied_mail_is_a_mail_of_its_own(draw: Draw, control: Control) -> None:
    chain = draw("crm", "postmark", "imap")
    target = f"handoff:{chain['name']}:postmark->imap"
    with control.broken(target, "duplicate", after=0.05):
        send_row(chain, {**ANN, "email": f"leads+a@{chain['name']}.handoff.test"})
        letters = control.until("mail", 2, chain["name"])
    assert len({letter["fields"]["message_id"] for letter in letters}) == 2


def test_a_fault_at_a_handoff_keeps_to_its_lead_and_count(chain: Json, control: Control) -> None:
    target = f"handoff:{chain['handoffs'][0]}"
    with control.broken(target, "drop", match="second", count=1):
        for name in ("first", "second", "second"):
            send_form(chain, lead(name))
        records = control.until("crm", 2, chain["name"])
        time.sleep(0.2)
    assert len(control.records("crm", chain["name"])) == 2
    assert {record["email"] for record in records} == {
        lead("first")["email"],
        lead("second")["email"],
    }


def test_an_automation_waits_for_a_tool_that_is_away(draw: Draw, control: Control) -> None:
    chain = draw("website", "crm")
    with control.broken("tool:crm", "refused"):
        send_form(chain, ANN)
        time.sleep(0.2)
    control.until("crm", 1, chain["name"], seconds=10)


def test_a_polling_automation_comes_in_rounds(draw: Draw, control: Control) -> None:
    chain = draw("website", {"tool": "crm", "interval": 0.5, "delay": 0})
    send_form(chain, ANN)
    (record,) = control.until("crm", 1, chain["name"])
    assert record["created"] % 0.5 < 0.2
