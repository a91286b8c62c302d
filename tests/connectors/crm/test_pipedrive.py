"""Pipedrive's own ways: nothing is unique, lists before searches, keys that are hashes."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.crm.pipedrive import Pipedrive
from connectors.kit.errors import NeedsOwner, Refused, TryLater
from connectors.kit.records import Arrival, FieldInfo
from sandbox.tools.pipedrive_fields import code_of
from tests.connectors.kit.server import reply, serving
from tests.connectors.lone import at
from tests.connectors.twins import TWINS
from tests.sandbox_process import Control, SandboxProcess

PERSONS, DEALS, LEADS = (twin for twin in TWINS if twin.slug == "pipedrive")
CITY = code_of("person", "city")


def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=15)


def pipedrive(sandbox: SandboxProcess, resource: str = "persons") -> Pipedrive:
    twin = next(twin for twin in (PERSONS, DEALS, LEADS) if twin.resource == resource)
    made = twin.connect(sandbox.state)
    assert isinstance(made, Pipedrive)
    return made


def alone(base: str, company: str = "acme") -> Pipedrive:
    made = at("pipedrive", "persons", {"api_token": "t", "company": company}, base=base)
    assert isinstance(made, Pipedrive)
    return made


def described(sandbox: SandboxProcess, resource: str) -> dict[str, FieldInfo]:
    return {info.key: info for info in pipedrive(sandbox, resource).fields()}


def test_a_search_that_trails_hides_nothing(sandbox: SandboxProcess, control: Control) -> None:
    lead = PERSONS.lead()
    with control.broken("tool:pipedrive", "index_lag", seconds=60):
        pipedrive(sandbox).submit(lead)
        assert len(list(pipedrive(sandbox).find([lead], since()))) == 1


def test_a_plus_in_an_address_stays_a_plus(sandbox: SandboxProcess) -> None:
    lead = PERSONS.lead()
    pipedrive(sandbox).submit(lead)
    (arrival,) = pipedrive(sandbox).find([lead], since())
    assert arrival.record["email"] == lead.email
    assert "+" in lead.email


def test_the_primary_address_is_the_one_that_counts(
    sandbox: SandboxProcess, control: Control
) -> None:
    lead = PERSONS.lead()
    emails = [{"value": "old@shop.test", "primary": False}]
    emails += [{"value": lead.email, "primary": True}]
    control.plant("pipedrive", {"name": "Ann", "emails": emails, "phones": []})
    (arrival,) = pipedrive(sandbox).find([lead], since())
    assert arrival.record["email"] == lead.email
    assert arrival.record["phone"] is None


@pytest.mark.parametrize("twin", [DEALS, LEADS], ids=str)
def test_what_hangs_on_a_leads_person_is_found_whatever_it_is_called(
    twin: object, sandbox: SandboxProcess, control: Control
) -> None:
    kind = "deals" if twin is DEALS else "leads"
    lead = PERSONS.lead()
    person = PERSONS.plant(control, PERSONS.damaged_lead(lead))
    for title in ("New", "New (2)"):
        fields = {"title": title, "person_id": int(person)}
        control.plant("pipedrive", fields, resource=kind)
    control.plant("pipedrive", {"title": "Another's", "person_id": 1}, resource=kind)
    found = [one.record["title"] for one in pipedrive(sandbox, kind).find([lead], since())]
    assert sorted(map(str, found)) == ["New", "New (2)"]


def test_leads_tell_amounts_as_deals_do(sandbox: SandboxProcess, control: Control) -> None:
    lead = LEADS.lead()
    LEADS.plant(control, lead.record)
    (arrival,) = pipedrive(sandbox, "leads").find([lead], since())
    assert arrival.record[f"{code_of('deal', 'amount')}.value"] == 99.25


def test_fields_of_the_business_own_are_named_by_their_hash(sandbox: SandboxProcess) -> None:
    persons = described(sandbox, "persons")
    assert persons[CITY].label == "City"
    assert persons["email"].kind == "email"
    assert persons["name"].required
    assert not persons["first_name"].writable
    assert persons[code_of("person", "source")].choices == ("101", "102", "103")
    assert persons[f"{code_of('person', 'amount')}.value"].kind == "money"
    assert code_of("person", "amount") not in persons


def test_leads_have_the_fields_of_deals_and_a_value_in_two_parts(sandbox: SandboxProcess) -> None:
    leads, deals = described(sandbox, "leads"), described(sandbox, "deals")
    assert code_of("deal", "city") in leads
    assert leads["value.amount"].kind == "money"
    assert "value.amount" not in deals
    assert "stage_id" not in leads


def test_a_page_of_the_edge_means_too_fast() -> None:
    page = reply("<html>", "403 Forbidden", "Content-Type: text/html", json=False)
    with serving(page) as server, pytest.raises(TryLater):
        alone(server.url).check()
    with serving(reply('{"error": "no"}', "403 Forbidden")) as server, pytest.raises(NeedsOwner):
        alone(server.url).check()


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        (("x-ratelimit-reset: 2",), 2.0),
        (("x-ratelimit-reset: 2", "x-daily-ratelimit-token-remaining: 0"), 3600.0),
        (("x-ratelimit-reset: soon",), None),
        ((), None),
    ],
)
def test_a_spent_day_is_not_asked_again_at_once(
    headers: tuple[str, ...], after: float | None
) -> None:
    with (
        serving(reply("{}", "429 Slow", *headers)) as server,
        pytest.raises(TryLater) as caught,
    ):
        alone(server.url).check()
    assert caught.value.after == after


@pytest.mark.parametrize(("status", "fine"), [(404, True), (410, True), (400, False)])
def test_gone_already_is_fine(status: int, fine: bool) -> None:
    with serving(reply("{}", f"{status} X")) as server:
        if fine:
            alone(server.url).remove(Arrival(id="1", record={}))
        else:
            with pytest.raises(Refused):
                alone(server.url).remove(Arrival(id="1", record={}))


@pytest.mark.parametrize("company", ["evil.example/", "a b", "acme.pipedrive.com"])
def test_a_company_that_is_no_word_leads_nowhere(company: str) -> None:
    with pytest.raises(NeedsOwner, match="one word"):
        alone("", company)


def test_a_record_is_shown_at_the_companys_own_address(
    sandbox: SandboxProcess, control: Control
) -> None:
    lead = PERSONS.lead()
    receipt = pipedrive(sandbox).submit(lead)
    assert receipt.url == f"https://main-shop.pipedrive.com/person/{receipt.id}"
