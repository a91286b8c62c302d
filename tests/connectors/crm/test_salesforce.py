"""Salesforce's own ways: a query language, converted leads, limits by 403, rules on likeness."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.crm.salesforce import Salesforce
from connectors.crm.salesforce_soql import among, at_least, quoted, select
from connectors.kit.errors import NeedsOwner, OutcomeUnknown, Refused, TryLater
from connectors.kit.ports import Ports
from connectors.kit.records import Arrival
from connectors.kit.tokens import Authority, Client
from tests.connectors.kit.server import LOOPBACK, reply, serving
from tests.connectors.lone import LEAD, at
from tests.connectors.twins import TWINS
from tests.sandbox_process import Control, SandboxProcess

LEADS, CONTACTS = (twin for twin in TWINS if twin.slug == "salesforce")
NONE = '{"totalSize": 0, "done": true, "records": []}'


def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=15)


def salesforce(sandbox: SandboxProcess, resource: str = "leads") -> Salesforce:
    made = (CONTACTS if resource == "contacts" else LEADS).connect(sandbox.state)
    assert isinstance(made, Salesforce)
    return made


def alone(base: str, resource: str = "leads", keys: tuple[str, ...] = ("Email",)) -> Salesforce:
    made = at("salesforce", resource, {}, base=base, keys=keys)
    assert isinstance(made, Salesforce)
    ported = replace(made.site, ports=replace(made.site.ports, token=lambda: "t"))
    return Salesforce(ported)


def problem(code: str, status: str) -> bytes:
    return reply(json.dumps([{"message": "No.", "errorCode": code}]), status)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("O'Tag", r"'O\'Tag'"),
        ('a"b', r"'a\"b'"),
        ("back\\slash", r"'back\\slash'"),
        ("x' OR Name != '", r"'x\' OR Name != \''"),
        ("two\nlines", r"'two\nlines'"),
        ("probe+x@shop.test", "'probe+x@shop.test'"),
    ],
)
def test_texts_are_quoted(text: str, written: str) -> None:
    assert quoted(text) == written


def test_a_query_asks_for_each_field_once_and_for_nothing_else() -> None:
    names = ("Id", "Email", "email", "Account.Name", "x FROM User --", "")
    assert select(names, "Lead", among("Email", ["a", "a"])) == (
        "SELECT Id, email, Account.Name FROM Lead WHERE Email IN ('a') ORDER BY Id"
    )
    noon = datetime.fromisoformat("2026-11-20T12:00:00+02:00")
    assert at_least("SystemModstamp", noon) == "SystemModstamp >= 2026-11-20T10:00:00Z"


def test_a_plus_in_an_address_is_sent_as_one() -> None:
    with serving(reply(NONE)) as server:
        list(alone(server.url).find([LEAD], since()))
        target = server.seen[0].target
    assert "probe%2Bbodigu%40shop.test" in target
    asked = parse_qs(urlsplit(target).query)["q"][0]
    assert asked == (
        "SELECT Id, CreatedDate, Email, FirstName, LastName, IsConverted, ConvertedContactId "
        "FROM Lead WHERE Email IN ('probe+bodigu@shop.test') ORDER BY Id"
    )


def test_a_hundred_addresses_make_one_query_and_more_make_another(sandbox: SandboxProcess) -> None:
    made, leads = salesforce(sandbox), [LEADS.lead() for _ in range(101)]
    list(made.find(leads, since()))
    assert made.api.calls == 3  # two for the addresses, one for what changed lately


def test_a_name_that_would_end_a_text_is_found(sandbox: SandboxProcess) -> None:
    lead = LEADS.lead()
    odd = replace(lead, email=f"o'{lead.tag}@main.handoff.test")
    record = {**lead.record, "Email": odd.email}
    salesforce(sandbox).submit(replace(odd, record=record))
    (arrival,) = salesforce(sandbox).find([odd], since())
    assert dict(arrival.record) == record


def test_a_converted_lead_is_found_and_leads_to_its_contact(
    sandbox: SandboxProcess, control: Control
) -> None:
    lead = LEADS.lead()
    contact = CONTACTS.plant(control, CONTACTS.record(lead.email, lead.handles[1]))
    converted = {"IsConverted": True, "ConvertedContactId": contact}
    own = LEADS.plant(control, {**lead.record, **converted})
    (arrival,) = salesforce(sandbox).find([lead], since())
    assert (arrival.id, arrival.place) == (own, "converted")
    assert arrival.url.endswith(f"/{contact}")
    assert dict(arrival.record) == dict(lead.record)


def test_a_contact_alone_does_not_pass_for_a_lead(
    sandbox: SandboxProcess, control: Control
) -> None:
    lead = LEADS.lead()
    CONTACTS.plant(control, CONTACTS.record(lead.email, lead.handles[1]))
    assert list(salesforce(sandbox).find([lead], since())) == []


def test_a_lead_that_begins_here_is_saved_beside_its_likeness(
    sandbox: SandboxProcess, control: Control
) -> None:
    lead = LEADS.lead()
    LEADS.plant(control, lead.record)
    salesforce(sandbox).submit(lead)
    assert len(list(salesforce(sandbox).find([lead], since()))) == 2


def test_nobody_is_assigned_a_lead_that_begins_here() -> None:
    with serving(reply('{"id": "00Q1", "success": true}', "201 Created")) as server:
        alone(server.url).submit(LEAD)
        headers = server.seen[0].headers
    assert headers["Sforce-Auto-Assign"] == "FALSE"
    assert headers["Sforce-Duplicate-Rule-Header"] == "allowSave=true"


def test_a_rule_that_blocks_a_likeness_leaves_the_outcome_unknown() -> None:
    said = problem("DUPLICATES_DETECTED", "400 Bad Request")
    with serving(said) as server, pytest.raises(OutcomeUnknown):
        alone(server.url).submit(LEAD)


def test_a_403_may_be_a_limit() -> None:
    said = problem("REQUEST_LIMIT_EXCEEDED", "403 Forbidden")
    with serving(said) as server, pytest.raises(TryLater) as caught:
        alone(server.url).check()
    assert caught.value.after == 900.0
    said = problem("API_DISABLED_FOR_ORG", "403 Forbidden")
    with serving(said) as server, pytest.raises(NeedsOwner):
        alone(server.url).check()


def test_a_field_the_mapping_names_wrongly_is_a_refusal_with_its_name(
    sandbox: SandboxProcess,
) -> None:
    made = salesforce(sandbox)
    wrong = Salesforce(replace(made.site, keys=("Emial",)))
    with pytest.raises(Refused, match="Emial"):
        list(wrong.find([LEAD], since()))


def test_many_are_removed_in_one_call_and_again(sandbox: SandboxProcess, control: Control) -> None:
    made, leads = salesforce(sandbox), [LEADS.lead() for _ in range(3)]
    for lead in leads:
        LEADS.plant(control, lead.record)
    arrivals = list(made.find(leads, since()))
    before = made.api.calls
    made.remove_many(arrivals)
    made.remove_many(arrivals)
    assert made.api.calls == before + 2
    assert list(made.find(leads, since())) == []


@pytest.mark.parametrize(
    ("code", "fine"),
    [("ENTITY_IS_DELETED", True), ("INVALID_CROSS_REFERENCE_KEY", True), ("DELETE_FAILED", False)],
)
def test_gone_already_is_fine_and_kept_is_not(code: str, fine: bool) -> None:
    errors = [{"statusCode": code, "message": "It has cases.", "fields": []}]
    body = json.dumps([{"success": True, "errors": []}, {"success": False, "errors": errors}])
    with serving(reply(body)) as server:
        made = alone(server.url)
        if fine:
            made.remove(Arrival(id="00Q1", record={}))
        else:
            with pytest.raises(Refused, match="It has cases"):
                made.remove(Arrival(id="00Q1", record={}))


def test_the_fields_are_told_with_what_is_required(sandbox: SandboxProcess) -> None:
    told = {info.key: info for info in salesforce(sandbox).fields()}
    assert {key for key, info in told.items() if info.required} == {"LastName", "Company"}
    assert (told["Amount__c"].kind, told["Consent__c"].kind) == ("money", "boolean")
    assert told["LeadSource"].choices == ("Web", "Phone Inquiry", "Other")
    assert not told["SystemModstamp"].writable


def test_the_client_gets_its_own_token_at_the_owners_domain(sandbox: SandboxProcess) -> None:
    told = sandbox.state["tools"]["salesforce"]
    known, grant = told["credentials"], Salesforce.grant
    assert grant is not None
    client = Client(id=known["client_id"], secret=known["client_secret"])
    ports = Ports(networks=LOOPBACK, seconds=5)
    authority = Authority("Salesforce", grant.at("", {"my_domain": told["url"]}), client, ports)
    token = authority.own()
    assert token.seconds is None
    made = at("salesforce", "leads", {"my_domain": told["url"]}, base=told["url"])
    own = replace(made.site, ports=replace(ports, token=lambda: token.access))
    assert Salesforce(own).check().label == "main Ltd"


def test_without_a_token_it_is_not_connected_yet() -> None:
    made = at("salesforce", "leads", {"my_domain": "acme.my.salesforce.com"})
    assert isinstance(made, Salesforce)
    assert made.api.address.place.host == "acme.my.salesforce.com"
    with pytest.raises(NeedsOwner, match="not connected yet"):
        made.check()
