"""ActiveCampaign's own ways: an upsert and then a list, one limit for all keys, ids as texts."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.catalog import build
from connectors.email.activecampaign import ActiveCampaign
from connectors.kit.base import Limit
from connectors.kit.errors import NeedsOwner, OutcomeUnknown, Refused, TryLater
from connectors.kit.records import Arrival, Lead
from tests.connectors.kit.server import Reply, Seen, reply, serving
from tests.connectors.lone import LEAD, at
from tests.connectors.twin import lead_of
from tests.connectors.twins.activecampaign import TWINS
from tests.sandbox_process import Control, SandboxProcess

TWIN = TWINS[0]
SINCE = datetime(2026, 4, 3, 10, tzinfo=UTC)
URL = "https://shop.api-us1.com"


def tool(base: str = "", **settings: str) -> ActiveCampaign:
    made = at(
        "activecampaign", "contacts", {"base_url": URL, "api_key": "k", **settings}, base=base
    )
    assert isinstance(made, ActiveCampaign)
    return made


def twin(sandbox: SandboxProcess, *keys: str, **settings: str) -> ActiveCampaign:
    made = TWIN.connect(sandbox.state, changes=settings, seconds=0.6)
    made = build("activecampaign", replace(made.site, keys=keys or made.site.keys))
    assert isinstance(made, ActiveCampaign)
    return made


def lead(**record: object) -> Lead:
    return lead_of(lambda email, name: {"email": email, "lastName": name, **record})


def arrivals(connector: ActiveCampaign, *leads: Lead) -> list[Arrival]:
    return list(connector.find(leads, datetime.now(UTC) - timedelta(minutes=15)))


def found(connector: ActiveCampaign, *leads: Lead) -> list[dict[str, Any]]:
    return [dict(arrival.record) for arrival in arrivals(connector, *leads)]


@pytest.mark.parametrize("url", [URL, f"{URL}/", f"{URL}/api/3", f"{URL}/api/3/"])
def test_the_url_is_taken_as_the_tool_shows_it(url: str) -> None:
    assert tool(base_url=url).api.address.target("/api/3/x", ()) == "/api/3/x"
    assert tool(base_url=url).api.address.place.host == "shop.api-us1.com"


def test_five_calls_a_second_are_the_accounts_whoevers_key_it_is() -> None:
    assert ActiveCampaign.limits == (Limit(calls=5, seconds=1),)

    def me(name: str) -> bytes:
        links = {"lists": f"{URL}/api/3/users/1/lists"}
        return reply(json.dumps({"user": {"id": name, "username": name, "links": links}}))

    with serving(me("ann")) as server:
        ann = tool(server.url).check()
    with serving(me("ben")) as server:
        ben = tool(server.url).check()
    assert ann.id == ben.id == "shop.api-us1.com"
    assert ann.label != ben.label


def test_an_account_whose_links_say_nothing_is_known_by_its_address() -> None:
    with serving(reply('{"user": {"id": "1", "username": "ann"}}')) as server:
        assert tool(server.url).check().id == "127.0.0.1"


def test_a_contact_is_made_and_then_put_on_the_list(
    sandbox: SandboxProcess, control: Control
) -> None:
    control.clear_requests()
    connector, one = twin(sandbox), lead()
    id = connector.submit(one).id
    assert connector.api.calls == connector.submit_calls == 2
    member = connector.api.get(f"/api/3/contacts/{id}/contactLists").json
    assert [(held.text("list"), held.text("status")) for held in member.each("contactLists")] == [
        ("1", "1")
    ]


def test_without_a_list_a_contact_is_made_in_one_call(sandbox: SandboxProcess) -> None:
    connector, one = twin(sandbox, list_id=""), lead()
    connector.submit(one)
    assert connector.api.calls == 1
    assert len(found(connector, one)) == 1


LATER = ["400", "401", "404", "429", "500", "500_after_commit", "timeout", "malformed"]


@pytest.mark.parametrize("kind", LATER)
def test_a_contact_that_did_not_reach_its_list_is_an_unknown_outcome_and_looked_for(
    kind: str, sandbox: SandboxProcess, control: Control
) -> None:
    connector, one = twin(sandbox), lead()
    target = "tool:activecampaign"
    with control.broken(target, kind, methods=["write"], match="contactLists", seconds=2) as fault:
        with pytest.raises(OutcomeUnknown, match="took the record, but not all") as caught:
            connector.submit(one)
        struck = [told for told in control.truth() if told["fault"] == fault]
    assert type(caught.value) is OutcomeUnknown
    assert len(struck) == 1
    assert len(found(twin(sandbox), one)) == 1


def test_a_list_that_does_not_exist_is_named_after_the_contact_was_made(
    sandbox: SandboxProcess,
) -> None:
    one = lead()
    with pytest.raises(OutcomeUnknown, match="related List does not exist"):
        twin(sandbox, list_id="99").submit(one)
    assert len(found(twin(sandbox), one)) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [("400 X", Refused), ("403 X", NeedsOwner), ("422 X", Refused), ("429 X", TryLater)],
)
def test_a_contact_that_was_not_taken_is_never_put_on_a_list(
    status: str, error: type[Exception]
) -> None:
    with serving(reply("{}", status)) as server:
        with pytest.raises(error) as caught:
            tool(server.url, list_id="1").submit(LEAD)
        assert type(caught.value) is error
        assert len(server.seen) == 1


def test_a_refusal_says_what_is_wrong_with_the_contact(sandbox: SandboxProcess) -> None:
    one = lead()
    with pytest.raises(Refused, match="email provided is not valid"):
        twin(sandbox).submit(replace(one, record={"email": "nobody"}))


def test_custom_fields_are_known_by_their_number_and_read_beside_the_contact(
    sandbox: SandboxProcess,
) -> None:
    keys = ("email", "field.9", "field.10", "field.13", "field.16", "field.99")
    custom = {"field.9": 1234.5, "field.10": 3, "field.13": False, "field.16": "||Garden||"}
    connector, one, other = twin(sandbox, *keys), lead(**custom), lead(**{"field.9": "7"})
    connector.submit(one)
    connector.submit(other)
    assert found(connector, one) == [{
        "email": one.email, "field.9": "1234.5", "field.10": "3", "field.13": "false",
        "field.16": "||Garden||",
    }]  # fmt: skip
    both = {record["email"]: record["field.9"] for record in found(connector, one, other, lead())}
    assert both == {one.email: "1234.5", other.email: "7"}


def test_ids_are_texts_also_where_they_come_as_numbers() -> None:
    contact = {"id": 7, "email": LEAD.email, "cdate": "2026-04-03T05:00:00-05:00"}
    values = [{"contact": "7", "field": 2, "value": "Zünd"}]
    listed = reply(json.dumps({"contacts": [contact], "fieldValues": values}))
    with serving(listed) as server:
        made = at("activecampaign", "contacts", {"base_url": URL, "api_key": "k"},
                  base=server.url, keys=("email", "field.2"))  # fmt: skip
        assert isinstance(made, ActiveCampaign)
        (arrival,) = made.find([LEAD], SINCE)
    assert (arrival.id, arrival.record) == ("7", {"email": LEAD.email, "field.2": "Zünd"})


def test_a_moment_of_the_accounts_own_zone_is_told_in_utc(sandbox: SandboxProcess) -> None:
    connector, one = twin(sandbox), lead()
    connector.submit(one)
    (arrival,) = arrivals(connector, one)
    assert arrival.created_at is not None
    assert abs((datetime.now(UTC) - arrival.created_at).total_seconds()) < 5


def test_many_leads_are_found_in_one_listing_that_begins_a_day_early() -> None:
    with serving(reply('{"contacts": []}')) as server:
        assert list(tool(server.url).find([LEAD] * 3, SINCE)) == []
        (seen,) = server.seen
    assert seen.target == (
        "/api/3/contacts?filters%5Bupdated_after%5D=2026-04-02T10%3A00%3A00%2B00%3A00"
        "&orders%5Bid%5D=ASC&limit=100&include=fieldValues"
    )


def test_a_listing_goes_on_after_the_last_id_so_that_a_removal_hides_nothing() -> None:
    def replies(seen: Seen) -> Reply:
        first = 101 if "id_greater=100" in seen.target else 1
        rows = [{"id": str(n), "email": f"{n}@shop.test"} for n in range(first, first + 100)]
        return reply(json.dumps({"contacts": rows if first == 1 else rows[:1]}))

    with serving(replies) as server:
        assert list(tool(server.url).find([LEAD] * 3, SINCE)) == []
        assert ["id_greater=100" in seen.target for seen in server.seen] == [False, True]


def test_an_address_is_asked_for_with_its_plus_encoded() -> None:
    with serving(reply('{"contacts": []}')) as server:
        list(tool(server.url).find([LEAD], SINCE))
        assert server.seen[0].target.startswith("/api/3/contacts?email=probe%2Bbodigu%40shop.test&")


def test_a_link_leads_to_the_contact_where_the_address_tells_the_account() -> None:
    assert tool()._link("7") == "https://shop.activehosted.com/app/contacts/7"
    assert tool(base_url="https://mail.shop.test")._link("7") == ""


def test_the_fields_are_described_with_what_they_take(sandbox: SandboxProcess) -> None:
    told = {field.key: field for field in twin(sandbox).fields()}
    assert set(TWIN.record("a@b.c", "x")) <= set(told)
    assert [key for key, field in told.items() if field.required] == ["email"]
    assert (told["field.7"].label, told["field.7"].kind) == ("Event date", "date")
    assert (told["field.15"].kind, told["field.15"].choices) == ("choice", ("Retail", "Trade"))
    assert told["field.16"].choices == ("||Garden||", "||Kitchen||")


def test_the_fields_are_read_to_the_last_page() -> None:
    def replies(seen: Seen) -> Reply:
        count = 100 if "offset=0" in seen.target else 1
        fields = [{"id": str(n), "title": "x", "type": "text"} for n in range(count)]
        return reply(json.dumps({"fields": fields}))

    with serving(replies) as server:
        assert len(tool(server.url).fields()) == 105
