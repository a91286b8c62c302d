"""Brevo's own ways: budgets told by a header, phones taken once, attributes dropped in silence."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.catalog import build
from connectors.email.brevo import Brevo
from connectors.kit.errors import OutcomeUnknown, Refused, TryLater
from connectors.kit.records import Lead
from tests.connectors.kit.server import Reply, Seen, reply, serving
from tests.connectors.lone import LEAD, at
from tests.connectors.twin import lead_of
from tests.connectors.twins.brevo import TWINS
from tests.sandbox_process import Control, SandboxProcess

TWIN = TWINS[0]
SINCE = datetime(2026, 4, 3, 10, tzinfo=UTC)


def brevo(base: str = "", **settings: str) -> Brevo:
    made = at("brevo", "contacts", {"api_key": "key", **settings}, base=base)
    assert isinstance(made, Brevo)
    return made


def twin(sandbox: SandboxProcess, *keys: str, **settings: str) -> Brevo:
    made = TWIN.connect(sandbox.state, changes=settings)
    made = build("brevo", replace(made.site, keys=keys or made.site.keys))
    assert isinstance(made, Brevo)
    return made


def lead(**record: object) -> Lead:
    return lead_of(lambda email, name: {"email": email, "LASTNAME": name, **record})


def found(connector: Brevo, *leads: Lead) -> list[dict[str, Any]]:
    since = datetime.now(UTC) - timedelta(minutes=15)
    return [dict(arrival.record) for arrival in connector.find(leads, since)]


def test_an_endpoint_whose_budget_is_spent_says_for_how_long() -> None:
    with serving(reply("{}", "429 X", "x-sib-ratelimit-reset: 1834")) as server:
        with pytest.raises(TryLater) as caught:
            brevo(server.url).check()
        assert caught.value.after == 1834
    with serving(reply("{}", "429 X", "x-sib-ratelimit-reset: soon")) as server:
        with pytest.raises(TryLater) as caught:
            brevo(server.url).check()
        assert caught.value.after is None


def test_the_hourly_budget_of_the_account_is_not_the_contacts(
    sandbox: SandboxProcess, control: Control
) -> None:
    connector = twin(sandbox)
    control.reset()
    for _ in range(100):
        connector.check()
    with pytest.raises(TryLater) as caught:
        connector.check()
    assert caught.value.after is not None
    assert 0 < caught.value.after <= 3600
    assert found(connector, lead()) == []
    control.reset()


class Recorder:
    """A pace that lets everything pass and keeps what it was told."""

    def __init__(self) -> None:
        self.rests: list[float | None] = []

    def permit(self, tool: str) -> None:
        del tool

    def rest(self, seconds: float | None) -> None:
        self.rests.append(seconds)


def test_a_spent_budget_of_the_account_closes_no_other_endpoint() -> None:
    pace = Recorder()
    with serving(reply("{}", "429 X", "x-sib-ratelimit-reset: 1834")) as server:
        site = brevo(server.url).site
        made = build("brevo", replace(site, ports=replace(site.ports, pace=pace)))
        assert isinstance(made, Brevo)
        with pytest.raises(TryLater):
            made.check()
        assert pace.rests == []
        with pytest.raises(TryLater):
            list(made.find([LEAD], SINCE))
        assert pace.rests == [1834]


def test_looking_and_submitting_ask_nothing_of_the_account() -> None:
    def replies(seen: Seen) -> Reply:
        if seen.method == "POST":
            return reply('{"id": 7}', "201 Created")
        return reply('{"contacts": []}' if "?modified" in seen.target else "{}", "404 X")

    with serving(replies) as server:
        connector = brevo(server.url)
        connector.submit(LEAD)
        with pytest.raises(Refused):
            list(connector.find([LEAD], SINCE))
        assert all(seen.target.startswith("/v3/contacts") for seen in server.seen)


def test_an_attribute_that_is_not_declared_is_missing_and_nothing_else(
    sandbox: SandboxProcess,
) -> None:
    connector = twin(sandbox, "email", "LASTNAME", "SHOE", "EVENT_DATE")
    one = lead(SHOE="44", EVENT_DATE="soon")
    connector.submit(one)
    assert found(connector, one) == [{key: one.record[key] for key in ("email", "LASTNAME")}]


def test_the_attributes_are_described_with_what_they_take(sandbox: SandboxProcess) -> None:
    told = {field.key: field for field in twin(sandbox).fields()}
    assert set(TWIN.record("a@b.c", "x")) <= set(told)
    assert told["email"].required
    assert {key: told[key].kind for key in ("SMS", "EVENT_DATE", "AMOUNT", "CONSENT")} == {
        "SMS": "phone", "EVENT_DATE": "date", "AMOUNT": "number", "CONSENT": "boolean",
    }  # fmt: skip
    assert (told["SEGMENT"].kind, told["SEGMENT"].choices) == ("choice", ("1", "2"))
    assert told["INTERESTS"].choices == ("Garden", "Kitchen")
    assert not told["TOTAL_ORDERS"].writable
    assert all(field.writable for key, field in told.items() if key != "TOTAL_ORDERS")


def test_a_phone_is_kept_as_digits_and_found_so(sandbox: SandboxProcess) -> None:
    connector, one = twin(sandbox, "email", "SMS"), lead(SMS="+44 7700 900 461")
    connector.submit(one)
    assert found(connector, one) == [{"email": one.email, "SMS": "447700900461"}]


def test_a_phone_of_another_contact_refuses_the_lead_and_says_so(sandbox: SandboxProcess) -> None:
    connector, first, second = twin(sandbox), lead(SMS="447700900462"), lead(SMS="447700900462")
    connector.submit(first)
    with pytest.raises(Refused, match="SMS is already associated with another Contact"):
        connector.submit(second)
    assert found(connector, second) == []


def test_an_address_that_is_known_may_be_the_lead_itself_and_is_left_as_it_is(
    sandbox: SandboxProcess,
) -> None:
    connector, one = twin(sandbox), lead(FIRSTNAME="Ann")
    connector.submit(one)
    with pytest.raises(OutcomeUnknown, match="already associated"):
        connector.submit(replace(one, record={**one.record, "FIRSTNAME": "Eve"}))
    assert [record["FIRSTNAME"] for record in found(connector, one)] == ["Ann"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ('{"code": "duplicate_parameter", "message": "Contact already exist"}', OutcomeUnknown),
        ('{"code": "invalid_parameter", "metadata": {"duplicate_identifiers": ["email"]}}',
         OutcomeUnknown),
        ('{"code": "duplicate_parameter", "metadata": {"duplicate_identifiers": ["ext_id"]}}',
         Refused),
        ('{"code": "invalid_parameter", "message": "Invalid email address"}', Refused),
        ("<html>", Refused),
    ],
)  # fmt: skip
def test_every_way_of_saying_that_the_address_is_known_is_understood(
    body: str, error: type[Exception]
) -> None:
    with serving(reply(body, "400 X")) as server, pytest.raises(error) as caught:
        brevo(server.url).submit(LEAD)
    assert type(caught.value) is error


def test_nothing_is_merged_and_nothing_updated() -> None:
    with serving(reply('{"id": 7}', "201 Created")) as server:
        brevo(server.url).submit(LEAD)
        sent = json.loads(server.seen[0].body)
    assert sent["updateEnabled"] is False
    assert "forceMerge" not in sent


def test_the_owners_own_id_is_written_and_read_as_one(sandbox: SandboxProcess) -> None:
    connector = twin(sandbox, "email", "EXT_ID")
    one = lead()
    one = replace(one, record={**one.record, "EXT_ID": one.tag})
    connector.submit(one)
    assert found(connector, one) == [{"email": one.email, "EXT_ID": one.tag}]


def test_a_new_contact_joins_the_list(sandbox: SandboxProcess) -> None:
    connector, one = twin(sandbox, "email", "listIds", list_id="3"), lead()
    connector.submit(one)
    assert found(connector, one) == [{"email": one.email, "listIds": [3]}]
    with pytest.raises(Refused, match="List"):
        twin(sandbox, list_id="99").submit(lead())


def test_an_address_is_asked_for_with_its_plus_encoded() -> None:
    with serving(reply("{}", "404 X")) as server:
        with pytest.raises(Refused):
            list(brevo(server.url).find([LEAD], SINCE))
        assert server.seen[0].target == (
            "/v3/contacts/probe%2Bbodigu%40shop.test?identifierType=email_id"
        )


def test_many_leads_are_found_in_one_listing() -> None:
    with serving(reply('{"contacts": []}')) as server:
        assert list(brevo(server.url).find([LEAD] * 3, SINCE)) == []
        (seen,) = server.seen
    assert seen.target == (
        "/v3/contacts?modifiedSince=2026-04-03T10%3A00%3A00.000%2B00%3A00"
        "&sort=asc&limit=1000&offset=0"
    )
