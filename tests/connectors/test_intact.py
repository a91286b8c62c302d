"""A lead that nothing happened to is no finding, whatever its tool makes of the notation."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from connectors.catalog import build
from connectors.kit.base import Connector, Finds, Site, Submits
from connectors.kit.ports import Ports
from connectors.kit.records import Arrival, Lead
from monitor.rules.fields import compare, write
from monitor.rules.lead import Persona, Recogniser, handles, mint, tag_of
from monitor.rules.mapping import FieldRule
from sandbox.chains import KINDS
from sandbox.station import Station, nowhere
from tests.connectors.twin import NETWORKS, TOKEN, Twin
from tests.connectors.twins import having
from tests.sandbox.people import Json, hop, send_form
from tests.sandbox_process import Control, wait_for

_numbers = itertools.count(31_000)
_SETTLED = 10.0


def station_of(twin: Twin) -> Station | None:
    """Answer the kind of hop that writes what this twin's connector reads."""
    resource = twin.stored or twin.resource
    same = [one for one in KINDS.values() if (one.tool, one.resource) == (twin.tool, resource)]
    return same[0] if same else None


# Whose limits are no matter of notation, and why.
LEFT_OUT = {
    "imap": "what is read out of a letter is the chain's own pattern",
    "xero": "it takes letters only as a country, so it refuses a customer from Côte d'Ivoire",
}
# Whose station keeps an amount in a text field, which takes no number from us.
TEXT_ONLY = ("pipedrive",)
PLACES = [
    (twin, kind)
    for twin in having(Finds)
    if twin.slug not in LEFT_OUT and (kind := station_of(twin)) is not None
]
CARRIED = [place for place in PLACES if place[1].deliver is not nowhere]
HANDED_IN = [
    place for place in PLACES if place[0] in having(Submits) and place[0].slug not in TEXT_ONLY
]
each_carried = pytest.mark.parametrize(
    ("twin", "kind"), CARRIED, ids=[str(twin) for twin, _ in CARRIED]
)
each_handed_in = pytest.mark.parametrize(
    ("twin", "kind"), HANDED_IN, ids=[str(twin) for twin, _ in HANDED_IN]
)


def connector_at(twin: Twin, place: Json, keys: Sequence[str]) -> Connector:
    """Answer the connector at work on a hop of a chain."""
    settings = twin.settings(place)
    token = settings.pop(TOKEN, None)
    ports = Ports(networks=NETWORKS, seconds=10, token=(lambda: token) if token else None)
    site = Site(
        settings=settings,
        resource=twin.resource,
        keys=tuple(keys),
        base=twin.base(place),
        ports=ports,
    )
    return build(twin.slug, site)


def minted() -> dict[str, dict[str, str]]:
    """Answer a lead of every persona, by tag."""
    tags = [(tag_of(next(_numbers)), persona) for persona in Persona]
    return {tag: mint(tag, persona, address="leads@shop.test") for tag, persona in tags}


def seen(connector: Connector, leads: dict[str, dict[str, str]]) -> dict[str, Arrival]:
    """Answer what a look finds of each lead."""
    assert isinstance(connector, Finds)
    recogniser = Recogniser(leads)
    asked = [Lead(tag=tag, email=one["email"], handles=handles(one)) for tag, one in leads.items()]
    since = datetime.now(UTC) - timedelta(minutes=5)
    found = [(recogniser.owner(one.record), one) for one in connector.find(asked, since)]
    return {tag: arrival for tag, arrival in found if tag is not None}


def differences(
    leads: dict[str, dict[str, str]], rules: dict[str, FieldRule], found: dict[str, Arrival]
) -> list[object]:
    return [one for tag in leads for one in compare(leads[tag], rules, found[tag].record)]


@each_carried
def test_a_lead_that_an_automation_carried_soundly_is_no_finding(
    twin: Twin, kind: Station, control: Control
) -> None:
    leads = minted()
    chain = control.chain(f"intact{next(_numbers)}", hops=["website", kind.slug], delay=0.02)
    place = hop(chain, kind.slug)
    for lead in leads.values():
        send_form(chain, lead)
    told = wait_for(
        lambda: control.deliveries(place["handoff"]), lambda told: len(told) == len(leads), _SETTLED
    )
    assert {one["outcome"] for one in told} == {"delivered"}
    rules = {key: FieldRule.parse(rule) for key, rule in place["fields"].items()}
    found = seen(connector_at(twin, place, [*rules]), leads)
    assert set(found) == set(leads)
    assert differences(leads, rules, found) == []
    control.drop_chain(chain["name"])


@each_handed_in
def test_a_lead_that_we_handed_in_ourselves_is_no_finding(
    twin: Twin, kind: Station, control: Control
) -> None:
    leads = minted()
    chain = control.chain(f"intact{next(_numbers)}", hops=[kind.slug], delay=0.02)
    place = hop(chain, kind.slug)
    rules = {key: FieldRule.parse(rule) for key, rule in place["fields"].items()}
    connector = connector_at(twin, place, [*rules])
    assert isinstance(connector, Submits)
    for tag, one in leads.items():
        record = write(one, rules)
        connector.submit(Lead(tag=tag, email=one["email"], handles=handles(one), record=record))
    found = seen(connector, leads)
    assert set(found) == set(leads)
    assert differences(leads, rules, found) == []
    control.drop_chain(chain["name"])
