"""EspoCRM's traps: each a promise of its own, beside the contract that all connectors keep."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.crm.espocrm import EspoCRM
from connectors.kit.errors import NeedsOwner, Refused
from connectors.kit.records import Lead
from tests.connectors.twin import Json
from tests.connectors.twins import espocrm
from tests.sandbox_process import Control, SandboxProcess

(TWIN,) = espocrm.TWINS


@pytest.fixture
def opened(sandbox: SandboxProcess) -> EspoCRM:
    connector = TWIN.connect(sandbox.state)
    assert isinstance(connector, EspoCRM)
    return connector


def found(connector: EspoCRM, *leads: Lead) -> list[str]:
    since = datetime.now(UTC) - timedelta(minutes=15)
    return [one.id for one in connector.find(leads, since)]


def asked(control: Control) -> list[Json]:
    """Answer the requests since they were last cleared."""
    told: list[Json] = control.call("GET", "/requests", detail="1")["requests"]
    control.call("POST", "/requests", {"record": False})
    control.clear_requests()
    return told


def test_a_lead_like_another_is_taken_all_the_same(opened: EspoCRM) -> None:
    lead = TWIN.lead()
    first, second = opened.submit(lead), opened.submit(lead)
    assert first.id != second.id
    assert set(found(opened, lead)) == {first.id, second.id}


def test_a_plus_in_an_address_reaches_the_filter(opened: EspoCRM, control: Control) -> None:
    lead = TWIN.lead()
    opened.submit(lead)
    control.call("POST", "/requests", {"record": True})
    assert len(found(opened, lead)) == 1
    (search,) = asked(control)
    assert "probe%2B" in search["url"]


def test_letter_case_of_an_address_hides_no_lead(opened: EspoCRM) -> None:
    lead = TWIN.lead()
    shouted = {**lead.record, "emailAddress": lead.email.upper()}
    opened.submit(Lead(tag=lead.tag, email=lead.email, handles=lead.handles, record=shouted))
    assert len(found(opened, lead)) == 1


def test_no_page_is_longer_than_the_tool_allows(opened: EspoCRM, control: Control) -> None:
    control.call("POST", "/requests", {"record": True})
    found(opened, *(TWIN.lead() for _ in range(40)))
    assert {"maxSize=200" in one["url"] for one in asked(control)} == {True}


def test_a_phone_that_is_not_international_is_refused(opened: EspoCRM) -> None:
    lead = TWIN.lead()
    national = {**lead.record, "phoneNumber": "020 7946 0018"}
    wrong = Lead(tag=lead.tag, email=lead.email, handles=lead.handles, record=national)
    with pytest.raises(Refused):
        opened.submit(wrong)
    assert found(opened, lead) == []


def test_the_parts_of_an_address_are_fields_of_their_own(opened: EspoCRM) -> None:
    told = {info.key: info for info in opened.fields()}
    assert {"addressCity", "addressPostalCode"} <= told.keys()
    assert "address" not in told
    assert not told["name"].writable
    assert told["lastName"].required
    assert told["status"].choices[0] == "New"


def test_two_installations_are_two_accounts(opened: EspoCRM, sandbox: SandboxProcess) -> None:
    assert opened.check().id.startswith(f"{opened.api.address.place.host}/")
    with pytest.raises(NeedsOwner):
        TWIN.connect(sandbox.state, changes={"api_key": "gone"}).check()
