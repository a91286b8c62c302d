"""What each customer writes comes back whole from every form tool, and goes on along its chain."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from connectors.catalog import build
from connectors.kit.base import Finds, Site, Submits
from connectors.kit.ports import Ports
from connectors.kit.records import Arrival, Lead
from monitor.rules.fields import compare, write
from monitor.rules.lead import handles, mint, tag_of
from monitor.rules.mapping import FieldRule
from monitor.rules.personas import Persona
from tests.connectors.twin import NETWORKS, Json
from tests.sandbox_process import Control

Rules = dict[str, FieldRule]
_numbers = itertools.count(4711)
CHAINS = {
    "jotform": ("brevo", "pipedrive_person", "xero_contact", "xero_invoice"),
    "gravity_forms": ("activecampaign", "salesforce_lead", "quickbooks_customer",
                      "quickbooks_invoice"),
    "hubspot_forms": ("hubspot_contact", "hubspot_deal"),
}  # fmt: skip


@pytest.fixture(params=CHAINS)
def chain(request: pytest.FixtureRequest, control: Control) -> Iterator[Json]:
    """Draw the chain of one form tool, with automations that take no time."""
    name = f"whole-{next(_numbers)}"
    yield control.chain(name, hops=[request.param, *CHAINS[request.param]], delay=0.02)
    control.drop_chain(name)


def sent(place: Json, values: dict[str, str], rules: Rules) -> Arrival:
    """Hand a lead in at the chain's entry, and answer what is found there."""
    settings = {**place["credentials"], "base_url": place["url"]}
    ports = Ports(networks=NETWORKS)
    site = Site(
        settings=settings, resource=place["resource"], keys=tuple(rules), base=place["url"],
        ports=ports,
    )  # fmt: skip
    made = build(place["kind"], site)
    assert isinstance(made, Submits)
    assert isinstance(made, Finds)
    lead = Lead(
        tag=handles(values)[-1].lower(), email=values["email"], handles=handles(values),
        record=write(values, rules),
    )  # fmt: skip
    made.submit(lead)
    (arrival,) = made.find([lead], datetime.now(UTC) - timedelta(minutes=15))
    return arrival


@pytest.mark.parametrize("persona", Persona)
def test_every_customer_comes_back_whole(persona: Persona, chain: Json) -> None:
    values = mint(tag_of(next(_numbers)), persona, address="probe@main.handoff.test")
    place = chain["hops"][0]
    rules = {key: FieldRule.parse(rule) for key, rule in place["fields"].items()}
    assert {rule.source for rule in rules.values()} == {*values}
    assert compare(values, rules, sent(place, values, rules).record) == []


def test_a_lead_handed_in_reaches_the_end_of_its_chain(chain: Json, control: Control) -> None:
    values = mint(tag_of(next(_numbers)), Persona.PLAIN, address="probe@main.handoff.test")
    place = chain["hops"][0]
    sent(place, values, {key: FieldRule.parse(rule) for key, rule in place["fields"].items()})
    for hop in chain["hops"]:
        assert len(control.until(hop["tool"], 1, hop["account"], hop["resource"])) == 1
