"""Airtable's own ways: one formula for many leads, typed cells, the empty ones absent."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.catalog import build
from connectors.crm.airtable import Airtable
from connectors.kit.errors import NeedsOwner, Refused, TryLater
from connectors.kit.records import Arrival, Lead
from tests.connectors.kit.server import Reply, Seen, reply, serving
from tests.connectors.lone import LEAD, at
from tests.connectors.twin import lead_of
from tests.connectors.twins.airtable import TWINS
from tests.sandbox_process import Control, SandboxProcess

TWIN = TWINS[0]
SETTINGS = {"token": "pat", "base_id": "app1", "table": "tbl1"}
SINCE = datetime(2026, 4, 3, 10, tzinfo=UTC)
NOTHING = reply('{"records": []}')
ODD = 'Odd "{name}"'


def airtable(base: str = "", *keys: str, **settings: str) -> Airtable:
    made = at("airtable", "records", {**SETTINGS, **settings}, base=base, keys=keys or ("Email",))
    assert isinstance(made, Airtable)
    return made


def twin(sandbox: SandboxProcess, *keys: str, **settings: str) -> Airtable:
    made = TWIN.connect(sandbox.state, changes=settings)
    made = build("airtable", replace(made.site, keys=keys or made.site.keys))
    assert isinstance(made, Airtable)
    return made


def lead(**record: object) -> Lead:
    return lead_of(lambda email, name: {"Email": email, "Last name": name, **record})


def arrivals(connector: Airtable, *leads: Lead) -> list[Arrival]:
    return list(connector.find(leads, datetime.now(UTC) - timedelta(minutes=15)))


def found(connector: Airtable, *leads: Lead) -> list[dict[str, Any]]:
    return [dict(arrival.record) for arrival in arrivals(connector, *leads)]


def test_too_fast_means_half_a_minute_where_nothing_else_is_said() -> None:
    with serving(reply("{}", "429 X")) as server, pytest.raises(TryLater) as caught:
        airtable(server.url).check()
    assert caught.value.after == 30


def test_a_hundred_leads_are_asked_for_in_two_formulas_that_no_address_holds() -> None:
    leads = [replace(LEAD, tag=f"tag{number}") for number in range(100)]
    with serving(NOTHING) as server:
        assert list(airtable(server.url).find(leads, SINCE)) == []
    assert [seen.line for seen in server.seen] == ["POST /v0/app1/tbl1/listRecords HTTP/1.1"] * 2
    asked = json.loads(server.seen[0].body)
    assert asked["fields"] == ["Email"]
    assert "tag49" in asked["filterByFormula"]
    assert "tag50" not in asked["filterByFormula"]


def test_a_field_with_an_odd_name_is_searched_and_read(sandbox: SandboxProcess) -> None:
    connector, one = twin(sandbox, ODD, "Message"), lead()
    one = replace(one, record={ODD: one.email, "Message": 'He said "hi"\\'})
    connector.submit(one)
    assert found(connector, one) == [one.record]


def test_letter_case_hides_no_lead(sandbox: SandboxProcess, control: Control) -> None:
    one = lead()
    TWIN.plant(control, {"Email": one.email.upper(), "Last name": "x"})
    assert [record["Email"] for record in found(twin(sandbox), one)] == [one.email.upper()]


def test_another_lead_is_no_arrival_however_alike(
    sandbox: SandboxProcess, control: Control
) -> None:
    one = lead()
    TWIN.plant(control, {"Email": one.email.replace("+", "."), "Last name": "x"})
    TWIN.plant(control, {"Email": "someone@main.handoff.test", "Last name": "x"})
    assert {record["Email"] for record in found(twin(sandbox), one)} == {
        one.email.replace("+", ".")  # the tag is in it
    }


def test_a_column_that_was_renamed_is_missing_and_blinds_nobody(
    sandbox: SandboxProcess, control: Control
) -> None:
    connector, one = twin(sandbox, "Email", "Surname"), lead()
    TWIN.plant(control, one.record)
    TWIN.plant(control, lead().record)
    old = datetime.now(UTC).timestamp() - 3600
    TWIN.plant(control, {"Email": "old@main.handoff.test"})
    control.plant("airtable", dict(one.record), created=old)
    assert found(connector, one) == [{"Email": one.email}]


def test_another_refusal_of_the_search_is_no_renamed_column() -> None:
    with serving(reply("{}", "404 X")) as server:
        with pytest.raises(Refused):
            list(airtable(server.url).find([LEAD], SINCE))
        assert len(server.seen) == 1


@pytest.mark.parametrize("error", ['"{}"', '{{"type": "{}"}}'])
def test_a_listing_that_ran_out_is_no_whole_look_and_no_renamed_column(error: str) -> None:
    said = error.format("LIST_RECORDS_ITERATOR_NOT_AVAILABLE")

    def replies(seen: Seen) -> Reply:
        if "offset" in json.loads(seen.body):
            return reply(f'{{"error": {said}}}', "422 X")
        return reply('{"records": [], "offset": "itr1/rec1"}')

    with serving(replies) as server:
        with pytest.raises(TryLater):
            list(airtable(server.url).find([LEAD], SINCE))
        assert len(server.seen) == 2


def test_without_a_mapping_the_new_records_are_read() -> None:
    with serving(NOTHING) as server:
        made = build("airtable", replace(airtable(server.url).site, keys=()))
        assert isinstance(made, Airtable)
        assert list(made.find([LEAD], SINCE)) == []
    (seen,) = server.seen
    assert json.loads(seen.body)["filterByFormula"] == (
        'IS_AFTER(CREATED_TIME(),"2026-04-03T10:00:00.000Z")'
    )


def test_a_box_that_is_not_ticked_is_false_and_an_empty_cell_is_absent(
    sandbox: SandboxProcess, control: Control
) -> None:
    one = lead(Consent=False, Phone="")
    TWIN.plant(control, one.record)
    connector = twin(sandbox, "Email", "Consent", "Phone")
    assert found(connector, one) == [{"Email": one.email, "Consent": False}]


def test_a_token_that_may_not_read_the_schema_still_finds() -> None:
    def replies(seen: Seen) -> Reply:
        if "/meta/" in seen.target:
            return reply("{}", "403 X")
        record = {"id": "rec1", "createdTime": "2026-04-03T10:00:00.000Z"}
        return reply(json.dumps({"records": [{**record, "fields": {"Email": LEAD.email}}]}))

    with serving(replies) as server:
        (arrival,) = airtable(server.url, "Email", "Consent").find([LEAD], SINCE)
    assert arrival.record == {"Email": LEAD.email}
    assert arrival.url == "https://airtable.com/app1/tbl1/rec1"


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"Topic": "complaint"}, "create new select option"),
        ({"Amount": "12.50"}, 'Field "Amount" cannot accept'),
        ({"Consent": "true"}, 'Field "Consent" cannot accept'),
        ({"Postcode": 1234}, 'Field "Postcode" cannot accept'),
        ({"Event date": "soon"}, 'Field "Event date" cannot accept'),
        ({"Created": "2031-03-05"}, "the field is computed"),
        ({"Shoe": "44"}, 'Unknown field name: "Shoe"'),
    ],
)
def test_a_value_of_another_type_refuses_the_lead_and_says_which(
    record: dict[str, object], said: str, sandbox: SandboxProcess
) -> None:
    one = lead()
    with pytest.raises(Refused, match=said):
        twin(sandbox).submit(replace(one, record={**one.record, **record}))
    assert found(twin(sandbox), one) == []


def test_values_are_converted_only_where_the_owner_allows_it(
    sandbox: SandboxProcess, control: Control
) -> None:
    keys = ("Email", "Amount", "Consent", "Topic")
    one = lead(Amount="12.50", Consent="yes", Topic="complaint")
    twin(sandbox, typecast="yes").submit(one)
    assert found(twin(sandbox, *keys), one) == [
        {"Email": one.email, "Amount": 12.5, "Consent": True, "Topic": "complaint"}
    ]
    told = {field.key: field for field in twin(sandbox).fields()}
    assert told["Topic"].choices == ("quote", "booking", "complaint")
    control.reset()


def test_a_moment_comes_back_as_the_same_instant(sandbox: SandboxProcess) -> None:
    connector, one = twin(sandbox, "Last name", "Event time"), lead()
    one = replace(one, record={**one.record, "Event time": "2032-04-07T10:30:00+02:00"})
    connector.submit(one)
    (record,) = found(connector, one)
    assert record["Event time"] == "2032-04-07T08:30:00.000Z"


def test_the_proof_reads_nobodys_row(sandbox: SandboxProcess, control: Control) -> None:
    TWIN.plant(control, lead().record)
    connector = twin(sandbox)
    account = connector.check()
    assert account.id == connector.site.settings["base_id"]
    assert connector.api.calls == 1
    with serving(NOTHING) as server:
        airtable(server.url).check()
    assert json.loads(server.seen[0].body)["filterByFormula"] == "1=0"


@pytest.mark.parametrize("wrong", [{"base_id": "appWrong"}, {"table": "Nobody"}])
def test_a_wrong_base_or_table_needs_the_owner_and_says_so(
    wrong: dict[str, str], sandbox: SandboxProcess
) -> None:
    with pytest.raises(NeedsOwner, match="model was not found"):
        twin(sandbox, **wrong).check()


def test_a_table_may_be_named(sandbox: SandboxProcess) -> None:
    connector, one = twin(sandbox, table="Leads"), lead()
    assert connector.submit(one).url == ""
    assert len(found(connector, one)) == 1
    assert connector.fields()


def test_many_are_removed_ten_at_a_time_and_the_gone_are_passed_over(
    sandbox: SandboxProcess, control: Control
) -> None:
    connector, leads = twin(sandbox), [lead() for _ in range(23)]
    for one in leads:
        TWIN.plant(control, one.record)
    held = arrivals(connector, *leads)
    connector.remove(held[5])
    connector = twin(sandbox)
    connector.remove_many([*held, Arrival(id='rec"gone', record={})])
    assert connector.api.calls == 1 + 3
    assert found(connector, *leads) == []
    connector.remove_many(held)


def test_a_right_that_is_missing_is_no_record_that_is_gone() -> None:
    def replies(seen: Seen) -> Reply:
        if seen.method == "DELETE":
            return reply('{"error": {"type": "INVALID_PERMISSIONS"}}', "403 X")
        return reply('{"records": [{"id": "rec1"}]}')

    with serving(replies) as server, pytest.raises(NeedsOwner):
        airtable(server.url).remove(Arrival(id="rec1", record={}))


def test_the_fields_are_described_with_what_they_take(sandbox: SandboxProcess) -> None:
    told = {field.key: field for field in twin(sandbox).fields()}
    assert set(TWIN.record("a@b.c", "x")) <= set(told)
    kinds = {key: told[key].kind for key in ("Email", "Phone", "Amount", "Consent", "Event time")}
    assert kinds == {
        "Email": "email", "Phone": "phone", "Amount": "number", "Consent": "boolean",
        "Event time": "datetime",
    }  # fmt: skip
    assert (told["Interests"].kind, told["Interests"].choices) == ("choice", ("Garden", "Kitchen"))
    assert {key for key, field in told.items() if not field.writable} == {"Created", "Greeting"}
