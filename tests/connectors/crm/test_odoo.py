"""Odoo's own ways: two protocols, errors in successes, the archived, False for nothing."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.crm.odoo import Odoo
from connectors.kit.errors import NeedsOwner, OutcomeUnknown, Refused, ToolError, TryLater
from connectors.kit.records import Arrival
from tests.connectors.kit.server import Seen, reply, serving
from tests.connectors.lone import LEAD, at
from tests.connectors.twin import Twin
from tests.connectors.twins import TWINS
from tests.sandbox_process import Control, SandboxProcess

LEADS = [twin for twin in TWINS if twin.slug == "odoo" and twin.resource == "leads"]
each = pytest.mark.parametrize("twin", LEADS, ids=str)


def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=15)


def odoo(twin: Twin, sandbox: SandboxProcess, **changes: str) -> Odoo:
    made = twin.connect(sandbox.state, changes=changes)
    assert isinstance(made, Odoo)
    return made


def alone(base: str, protocol: str, **more: str) -> Odoo:
    settings = {"api_key": "k", "database": "d", "login": "l", "protocol": protocol, **more}
    made = at("odoo", "leads", settings, base=base, keys=("email_from",))
    assert isinstance(made, Odoo)
    return made


def rpc_error(name: str, said: str = "No.") -> bytes:
    error = {"code": 200, "message": "Odoo Server Error", "data": {"name": name, "message": said}}
    return reply(json.dumps({"jsonrpc": "2.0", "id": 1, "error": error}))


@each
def test_an_archived_lead_is_found(twin: Twin, sandbox: SandboxProcess, control: Control) -> None:
    lead = twin.lead()
    twin.plant(control, {**lead.record, "active": False})
    assert len(list(odoo(twin, sandbox).find([lead], since()))) == 1


@each
def test_letters_that_are_wildcards_elsewhere_find_only_themselves(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    lead = replace(twin.lead(), email="probe_%+x@main.handoff.test", handles=("Bodigu",))
    # Too old to be listed: only a search by address could bring them up.
    for email in (lead.email, "probexyz+x@main.handoff.test"):
        control.plant("odoo", {"name": "Bodigu", "email_from": email}, created=1_700_000_000)
    (arrival,) = odoo(twin, sandbox).find([lead], since())
    assert arrival.record["email_from"] == lead.email
    control.reset()


@each
def test_an_address_in_other_letter_case_is_found(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    lead = twin.lead()
    loud = lead.email.upper()
    twin.plant(control, {"name": "X", "email_from": loud})
    (arrival,) = odoo(twin, sandbox).find([lead], since())
    assert arrival.record["email_from"] == loud


@each
def test_nothing_is_nothing_and_no_is_no(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    lead = twin.lead()
    twin.plant(control, {"name": "X", "email_from": lead.email, "x_consent": False})
    (arrival,) = odoo(twin, sandbox).find([lead], since())
    assert arrival.record["phone"] is None
    assert arrival.record["x_consent"] is False


@each
def test_another_record_is_told_by_its_name(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    lead = twin.lead()
    twin.plant(control, {**lead.record, "country_id": 57, "x_visit": False})
    made = odoo(twin, sandbox)
    wide = at("odoo", "leads", dict(made.site.settings), base=made.site.base, keys=("country_id",))
    assert isinstance(wide, Odoo)
    (arrival,) = wide.find([lead], since())
    assert arrival.record == {"country_id": "Germany"}


@each
def test_a_moment_is_written_in_utc_and_read_with_its_zone(
    twin: Twin, sandbox: SandboxProcess
) -> None:
    lead = twin.lead()
    record = {**lead.record, "x_visit": "2032-04-07T10:30:00+02:00"}
    odoo(twin, sandbox).submit(replace(lead, record=record))
    (arrival,) = odoo(twin, sandbox).find([lead], since())
    assert arrival.record["x_visit"] == "2032-04-07 08:30:00+00:00"


@each
def test_what_is_gone_does_not_keep_the_others(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    made, leads = odoo(twin, sandbox), [twin.lead() for _ in range(3)]
    for lead in leads:
        twin.plant(control, lead.record)
    arrivals = list(made.find(leads, since()))
    made.remove(arrivals[0])
    made.remove_many(arrivals)
    assert list(made.find(leads, since())) == []
    before = made.api.calls
    made.remove_many(arrivals)
    assert made.api.calls == before + 1


def test_an_id_that_is_none_removes_nothing() -> None:
    with serving(reply("[]")) as server:
        alone(server.url, "json2").remove(Arrival(id="x", record={}))
        assert len(server.seen) == 1


def test_a_login_that_odoo_does_not_know_needs_the_owner() -> None:
    said = reply('{"jsonrpc": "2.0", "result": false}')
    with serving(said) as server, pytest.raises(NeedsOwner, match="no such login"):
        alone(server.url, "jsonrpc").check()


def test_a_field_the_mapping_names_wrongly_is_a_refusal_with_its_name(
    sandbox: SandboxProcess,
) -> None:
    for twin in LEADS:
        made = odoo(twin, sandbox)
        lost = at("odoo", "leads", dict(made.site.settings), base=made.site.base, keys=("emial",))
        assert isinstance(lost, Odoo)
        with pytest.raises(Refused, match="emial"):
            list(lost.find([twin.lead()], since()))


RPC = [
    ("odoo.exceptions.AccessDenied", NeedsOwner, NeedsOwner),
    ("odoo.exceptions.AccessError", NeedsOwner, NeedsOwner),
    ("odoo.exceptions.MissingError", Refused, Refused),
    ("odoo.exceptions.ValidationError", Refused, Refused),
    ("builtins.ValueError", Refused, Refused),
    ("psycopg2.OperationalError", TryLater, OutcomeUnknown),
]


@pytest.mark.parametrize(("name", "read", "written"), RPC)
def test_an_error_in_a_success_is_an_error(
    name: str, read: type[ToolError], written: type[ToolError]
) -> None:
    with serving(rpc_error(name, "The reason.")) as server:
        made = alone(server.url, "jsonrpc")
        with pytest.raises(read) as caught:
            made.check()
        assert caught.value.status != 200
        if read is not TryLater:
            assert "The reason." in str(caught.value)

    def answers(seen: Seen) -> bytes:
        login = b'"authenticate"' in seen.body
        return reply('{"jsonrpc": "2.0", "result": 2}') if login else rpc_error(name)

    with serving(answers) as server, pytest.raises(written):
        alone(server.url, "jsonrpc").submit(LEAD)


@pytest.mark.parametrize(
    ("status", "name", "error"),
    [
        ("500 X", "builtins.ValueError", Refused),
        ("500 X", "builtins.Exception", OutcomeUnknown),
        ("404 X", "werkzeug.exceptions.NotFound", Refused),
        ("422 X", "odoo.exceptions.UserError", Refused),
        ("401 X", "werkzeug.exceptions.Unauthorized", NeedsOwner),
    ],
)
def test_json2_tells_by_exception_and_by_status(
    status: str, name: str, error: type[ToolError]
) -> None:
    body = json.dumps({"name": name, "message": "No.", "arguments": [], "debug": "Traceback"})
    with serving(reply(body, status)) as server, pytest.raises(error):
        alone(server.url, "json2").submit(LEAD)


def test_the_key_in_the_body_is_kept_out_of_what_is_told() -> None:
    with serving(rpc_error("odoo.exceptions.UserError", "key k3y is odd")) as server:
        with pytest.raises(Refused) as caught:
            alone(server.url, "jsonrpc", api_key="k3y").check()
        assert "k3y" not in str(caught.value)


@pytest.mark.parametrize("lacking", ["database", "login"])
def test_the_older_protocol_needs_database_and_login(lacking: str) -> None:
    with pytest.raises(NeedsOwner, match="database and a login"):
        alone("https://odoo.example", "jsonrpc", **{lacking: ""})


@each
def test_the_fields_are_told_with_their_types(twin: Twin, sandbox: SandboxProcess) -> None:
    told = {info.key: info for info in odoo(twin, sandbox).fields()}
    assert (told["email_from"].kind, told["expected_revenue"].kind) == ("email", "money")
    assert told["name"].required
    assert told["type"].choices == ("lead", "opportunity")
    assert not told["create_date"].writable


def test_two_servers_with_one_database_name_are_two_accounts() -> None:
    body = '[{"id": 1, "name": "Acme"}]'
    with serving(reply(body)) as server:
        account = alone(server.url, "json2").check()
    assert account.label == "Acme"
    assert account.id == "127.0.0.1/d"
