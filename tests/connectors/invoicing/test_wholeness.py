"""What each customer writes arrives whole in the books and in a sheet, and is taken out again."""

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from connectors.catalog import build, connector
from connectors.kit.base import Connector, Finds, Removes, Site, Submits
from connectors.kit.ports import Ports
from connectors.kit.records import Arrival, Lead
from monitor.rules.fields import FieldRule, compare, write
from monitor.rules.lead import handles, mint, tag_of
from monitor.rules.personas import Persona
from monitor.rules.recognise import Recogniser
from tests.connectors.twin import NETWORKS, TOKEN, Json
from tests.sandbox.people import send_form
from tests.sandbox_process import Control, SandboxProcess, wait_for

Rules = Mapping[str, FieldRule]
_numbers = itertools.count(815)
# Children before what they belong to, as records are removed.
HOPS = (
    "website",
    {"tool": "google_sheets", "after": "website"},
    {"tool": "quickbooks_customer", "after": "website"},
    {"tool": "quickbooks_invoice", "after": "quickbooks_customer"},
    {"tool": "quickbooks_invoice", "name": "amounts", "after": "website", "account": "amounts"},
    {"tool": "xero_contact", "after": "website"},
    {"tool": "xero_invoice", "after": "xero_contact"},
    {"tool": "xero_invoice", "name": "totals", "after": "website", "account": "totals"},
)
ENTRIES = ("google_sheets", "quickbooks_customer", "xero_contact")


def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=15)


def opened(place: Json, rules: Rules) -> Connector:
    settings = {key: str(value) for key, value in place["credentials"].items()}
    token = settings.pop(TOKEN)
    ports = Ports(networks=NETWORKS, token=lambda: token)
    site = Site(
        settings=settings, resource=place["resource"], keys=tuple(rules), base=place["url"],
        ports=ports,
    )  # fmt: skip
    return build(place["tool"], site)


def found(place: Json, rules: Rules, lead: Lead, values: dict[str, str]) -> list[Arrival]:
    made = opened(place, rules)
    assert isinstance(made, Finds)
    recogniser = Recogniser({lead.tag: values})
    return [one for one in made.find([lead], since()) if recogniser.owner(one.record) == lead.tag]


def arrived(place: Json, rules: Rules, lead: Lead, values: dict[str, str]) -> Arrival:
    """Wait for the one record of a lead."""
    (arrival,) = wait_for(lambda: found(place, rules, lead, values), bool)
    assert isinstance(arrival, Arrival)
    return arrival


def minted(persona: Persona) -> tuple[Lead, dict[str, str]]:
    tag = tag_of(next(_numbers))
    values = mint(tag, persona, address="probe@main.handoff.test")
    return Lead(tag=tag, email=values["email"], handles=handles(values)), values


@pytest.mark.parametrize("persona", Persona)
def test_every_customer_arrives_whole_and_is_taken_out_again(
    persona: Persona, sandbox: SandboxProcess, control: Control
) -> None:
    del sandbox
    chain = control.chain(f"books-{persona}", hops=HOPS, delay=0.02)
    lead, values = minted(persona)
    send_form(chain, values)
    seen: list[tuple[Json, Rules, Arrival]] = []
    for place in chain["hops"][1:]:
        rules = {key: FieldRule.parse(rule) for key, rule in place["fields"].items()}
        arrival = arrived(place, rules, lead, values)
        assert compare(values, rules, arrival.record) == [], place["name"]
        seen.append((place, rules, arrival))
    for place, by, arrival in reversed(seen):
        made = opened(place, by)
        assert isinstance(made, Removes)
        made.remove(arrival)
        assert found(place, by, lead, values) == [], place["name"]
    control.drop_chain(chain["name"])


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("persona", Persona)
def test_every_customer_handed_in_is_found_whole(
    persona: Persona, entry: str, sandbox: SandboxProcess, control: Control
) -> None:
    del sandbox
    chain = control.chain(f"entry-{persona}-{entry.replace('_', '-')}", hops=[entry])
    place = chain["hops"][0]
    declared = connector(place["tool"]).resource_named(place["resource"]).fields
    rules = {key: FieldRule.parse(rule) for key, rule in declared.items()}
    lead, values = minted(persona)
    made = opened(place, rules)
    assert isinstance(made, Submits)
    made.submit(
        Lead(tag=lead.tag, email=lead.email, handles=lead.handles, record=write(values, rules))
    )
    (arrival,) = found(place, rules, lead, values)
    assert compare(values, rules, arrival.record) == []
    control.drop_chain(chain["name"])
