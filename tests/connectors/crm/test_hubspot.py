"""HubSpot's own ways: deals hang on contacts, many are removed at once."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.crm.hubspot import HubSpot
from connectors.kit.errors import OutcomeUnknown, Refused
from connectors.kit.records import Arrival
from tests.connectors.kit.server import reply, serving
from tests.connectors.lone import at
from tests.connectors.twins import TWINS
from tests.sandbox_process import Control, SandboxProcess

CONTACTS, DEALS = (twin for twin in TWINS if twin.slug == "hubspot")


def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=15)


def hubspot(sandbox: SandboxProcess, resource: str) -> HubSpot:
    made = (DEALS if resource == "deals" else CONTACTS).connect(sandbox.state)
    assert isinstance(made, HubSpot)
    return made


def test_a_deal_is_found_by_its_contact_whatever_it_is_called(
    sandbox: SandboxProcess, control: Control
) -> None:
    lead = CONTACTS.lead()
    contact = CONTACTS.plant(control, lead.record)
    for name in ("New deal", "New deal (2)"):
        control.plant("hubspot", {"dealname": name, "links": [contact]}, resource="deals")
    deals = list(hubspot(sandbox, "deals").find([lead], since()))
    assert [deal.record["dealname"] for deal in deals] == ["New deal", "New deal (2)"]


def test_a_deal_is_found_although_its_contact_lost_its_email(
    sandbox: SandboxProcess, control: Control
) -> None:
    lead = CONTACTS.lead()
    contact = CONTACTS.plant(control, CONTACTS.damaged_lead(lead))
    control.plant("hubspot", {"dealname": "Nameless", "links": [contact]}, resource="deals")
    (deal,) = hubspot(sandbox, "deals").find([lead], since())
    assert deal.record["dealname"] == "Nameless"


def test_a_contact_whose_names_changed_places_is_found(
    sandbox: SandboxProcess, control: Control
) -> None:
    lead = CONTACTS.lead()
    swapped = {**CONTACTS.damaged_lead(lead), "firstname": lead.handles[1], "lastname": "Zoë"}
    CONTACTS.plant(control, swapped)
    assert len(list(hubspot(sandbox, "contacts").find([lead], since()))) == 1


def test_a_contact_there_is_already_leaves_the_outcome_unknown(
    sandbox: SandboxProcess, control: Control
) -> None:
    lead = CONTACTS.lead()
    CONTACTS.plant(control, lead.record)
    with pytest.raises(OutcomeUnknown):
        hubspot(sandbox, "contacts").submit(lead)


def test_many_records_are_removed_in_one_call_and_again(
    sandbox: SandboxProcess, control: Control
) -> None:
    connector, leads = hubspot(sandbox, "contacts"), [CONTACTS.lead() for _ in range(3)]
    for lead in leads:
        CONTACTS.plant(control, lead.record)
    arrivals = list(connector.find(leads, since()))
    before = connector.api.calls
    connector.remove_many(arrivals)
    connector.remove_many(arrivals)
    assert connector.api.calls == before + 2
    assert list(connector.find(leads, since())) == []


@pytest.mark.parametrize(("status", "fine"), [(404, True), (400, False)])
def test_gone_already_is_fine(status: int, fine: bool) -> None:
    with serving(reply("{}", f"{status} X")) as server:
        made = at("hubspot", "contacts", {"token": "t"}, base=server.url)
        assert isinstance(made, HubSpot)
        if fine:
            made.remove(Arrival(id="1", record={}))
        else:
            with pytest.raises(Refused):
                made.remove(Arrival(id="1", record={}))
