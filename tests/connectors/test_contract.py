"""What every connector promises, proved against its twin; clauses apply by ability."""

import logging
import re
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

import pytest

from connectors.catalog import CATALOG, build
from connectors.catalog import connector as connector_named
from connectors.kit.base import Connector, Describes, Finds, Removes, Site, Submits
from connectors.kit.errors import (
    NeedsOwner,
    OutcomeUnknown,
    Refused,
    ToolError,
    TryLater,
    UnexpectedAnswer,
)
from connectors.kit.http import Door
from connectors.kit.records import Arrival, Lead
from tests.connectors.kit.server import reply, serving
from tests.connectors.twin import Twin
from tests.connectors.twins import TWINS, having
from tests.sandbox_process import Control, SandboxProcess

each = pytest.mark.parametrize("twin", TWINS, ids=str)
each_that_submits = pytest.mark.parametrize("twin", having(Submits), ids=str)
each_that_finds = pytest.mark.parametrize("twin", having(Finds), ids=str)
each_that_removes = pytest.mark.parametrize("twin", having(Removes), ids=str)
each_over_http = pytest.mark.parametrize("twin", [t for t in TWINS if t.slug != "imap"], ids=str)
each_with_secrets = pytest.mark.parametrize(
    "twin", [t for t in TWINS if t.slug != "html_form"], ids=str
)
each_that_describes = pytest.mark.parametrize("twin", having(Describes), ids=str)
SHORT = 0.6


def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=15)


def found(connector: Connector, *leads: Lead) -> list[Arrival]:
    """Answer what a look yields that is about one of `leads`: theirs by any handle."""
    assert isinstance(connector, Finds)
    marks = [mark.lower() for lead in leads for mark in (*lead.handles, lead.tag)]
    arrivals = list(connector.find(leads, since()))
    return [a for a in arrivals if any(mark in repr(a.record).lower() for mark in marks)]


def handed_in(twin: Twin, connector: Connector, control: Control, lead: Lead) -> None:
    """Let a lead arrive: by a submit where the tool takes one, else by the twin's control door."""
    if twin in having(Submits):
        assert isinstance(connector, Submits)
        connector.submit(lead)
    else:
        twin.plant(control, lead.record)


def raised(act: Callable[[], object]) -> ToolError:
    with pytest.raises(ToolError) as caught:
        act()
    return caught.value


def test_every_connector_of_the_catalog_has_a_twin_for_each_resource() -> None:
    declared = {(entry.slug, resource.slug) for entry in CATALOG for resource in entry.resources}
    assert {(twin.slug, twin.resource) for twin in TWINS} == declared


@each
def test_check_names_the_account(twin: Twin, sandbox: SandboxProcess) -> None:
    one, again = twin.connect(sandbox.state).check(), twin.connect(sandbox.state).check()
    assert one.id
    assert one.label
    assert one == again


@each_with_secrets
def test_wrong_credentials_need_the_owner(twin: Twin, sandbox: SandboxProcess) -> None:
    connector = twin.connect(sandbox.state, changes={twin.secret: twin.wrong})
    assert isinstance(raised(connector.check), NeedsOwner)
    if isinstance(connector, Finds) and twin in having(Finds):
        assert isinstance(raised(lambda: found(connector, twin.lead())), NeedsOwner)


@each_that_finds
def test_a_lead_is_found_once_and_intact(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    connector, lead = twin.connect(sandbox.state), twin.lead()
    assert found(connector, lead) == []
    before = datetime.now(UTC) - timedelta(seconds=2)
    handed_in(twin, connector, control, lead)
    (arrival,) = found(connector, lead)
    assert dict(arrival.record) == dict(lead.record)
    assert arrival.id
    if not twin.dated:
        assert arrival.created_at is None
        return
    assert arrival.created_at is not None
    assert before <= arrival.created_at <= datetime.now(UTC) + timedelta(seconds=2)
    assert arrival.created_at.tzinfo is UTC


@each_that_submits
def test_a_receipt_names_the_record_where_the_tool_does(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    connector, lead = twin.connect(sandbox.state), twin.lead()
    assert isinstance(connector, Submits)
    receipt = connector.submit(lead)
    if twin in having(Finds):
        (arrival,) = found(connector, lead)
        assert receipt.id == (arrival.id if twin.names_record else "")
    else:
        assert receipt.id == ""
        kept = [one["fields"] for one in control.records(twin.tool) if one["email"] == lead.email]
        stored = [{key: value for key, value in one.items() if value} for one in kept]
        as_typed = {key: str(value).replace("\n", "\r\n") for key, value in lead.record.items()}
        assert stored == [as_typed]


@each_that_finds
def test_two_of_one_lead_are_two_arrivals_or_one_where_the_tool_merges(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    connector, lead = twin.connect(sandbox.state), twin.lead()
    merges = bool(connector.resource.merges_by)
    handed_in(twin, connector, control, lead)
    try:
        handed_in(twin, connector, control, lead)
    except OutcomeUnknown:
        assert merges
    arrivals = found(connector, lead)
    assert len(arrivals) == len({arrival.id for arrival in arrivals}) == (1 if merges else 2)


@each_that_finds
def test_a_damaged_email_does_not_hide_a_lead(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    connector, lead = twin.connect(sandbox.state), twin.lead()
    damaged = replace(lead, record=twin.damaged_lead(lead))
    if twin in having(Submits):
        assert isinstance(connector, Submits)
        connector.submit(replace(damaged, email=f"{lead.tag}@other.handoff.test", record={
            key: f"{lead.tag[:6]}@other.handoff.test" if "@" in str(value) else value
            for key, value in damaged.record.items()
        }))  # fmt: skip
    else:
        twin.plant(control, damaged.record)
    (arrival,) = found(connector, lead)
    assert lead.email not in repr(arrival.record)


@each_that_finds
def test_more_hits_than_a_page_are_all_found(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    connector, lead = twin.connect(sandbox.state), twin.lead()
    own = twin.plant(control, twin.damaged_lead(lead))
    # All bear the lead's surname, so the second handle has more hits than fit on a page.
    for number in range(twin.page + 1):
        address = f"filler{number}.{lead.tag[:4]}@main.handoff.test"
        twin.plant(control, twin.record(address, lead.handles[1]))
    arrivals = found(connector, lead)
    assert len({arrival.id for arrival in arrivals}) == len(arrivals) == twin.page + 2
    if twin.own_ids:
        assert own in {arrival.id for arrival in arrivals}
    control.reset()


@each_that_finds
def test_a_hundred_leads_cost_a_few_calls(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    connector, leads = twin.connect(sandbox.state), [twin.lead() for _ in range(100)]
    for lead in leads:
        twin.plant(control, lead.record)
    control.clear_requests()
    arrivals = found(connector, *leads)
    assert len(arrivals) == 100
    asked = control.requests()
    calls = sum(
        tool["outside"] if isinstance(tool, dict) else 0
        for name, tool in asked.get("tools", asked).items()
        if name == twin.tool
    )
    assert calls <= twin.calls
    control.reset()


@each_that_removes
def test_a_record_is_removed_and_removed_again(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    connector, lead = twin.connect(sandbox.state), twin.lead()
    assert isinstance(connector, Removes)
    twin.plant(control, lead.record)
    (arrival,) = found(connector, lead)
    connector.remove(arrival)
    assert found(connector, lead) == []
    connector.remove(arrival)


KINDS = {"name", "email", "phone", "text", "date", "datetime", "money", "number", "choice",
         "boolean", "url"}  # fmt: skip


@each_that_describes
def test_the_tools_own_fields_hold_all_that_is_mapped_by_default(
    twin: Twin, sandbox: SandboxProcess
) -> None:
    connector = twin.connect(sandbox.state)
    assert isinstance(connector, Describes)
    told = connector.fields()
    assert told == connector.fields()
    keys = [info.key for info in told]
    assert len(set(keys)) == len(keys)
    assert {info.kind for info in told} <= KINDS
    mapped = connector.resource.fields
    assert [key for key in mapped if not {key, key.partition(".")[0]} & {*keys}] == []


@each_that_describes
def test_a_choice_the_tool_names_is_one_it_takes(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    connector = twin.connect(sandbox.state)
    assert isinstance(connector, Describes)
    told = [info for info in connector.fields() if info.choices]
    assert all(info.choices and "" not in info.choices for info in told)
    assert all(len(set(info.choices)) == len(info.choices) for info in told)
    own = [info for info in told if info.writable and info.kind == "choice"]
    if twin not in having(Submits) or not own:
        return
    chosen, lead = own[0], twin.lead()
    site = replace(connector.site, keys=(*connector.site.keys, chosen.key))
    with_choice = type(connector)(site)
    assert isinstance(with_choice, Submits)
    choice = chosen.choices[0]
    # A mapping may write a choice as a number, where the tool counts its own.
    record = {**lead.record, chosen.key: int(choice) if choice.isdigit() else choice}
    with_choice.submit(replace(lead, record=record))
    (arrival,) = found(with_choice, lead)
    assert str(arrival.record[chosen.key]) == choice


@each_that_submits
def test_a_submit_makes_no_more_calls_than_it_says(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    connector, lead = twin.connect(sandbox.state), twin.lead()
    assert isinstance(connector, Submits)
    control.clear_requests()
    connector.submit(lead)
    assert control.requests()["tools"][twin.tool] <= connector.submit_calls


STATUSES = {
    "400": Refused, "401": NeedsOwner, "403": NeedsOwner, "404": Refused, "429": TryLater,
    "500": TryLater, "503": TryLater, "timeout": TryLater, "malformed": UnexpectedAnswer,
}  # fmt: skip


@each_that_finds
@pytest.mark.parametrize(("kind", "error"), STATUSES.items())
def test_each_fault_of_a_look_is_its_error(
    twin: Twin, kind: str, error: type[ToolError], sandbox: SandboxProcess, control: Control
) -> None:
    connector = twin.connect(sandbox.state, seconds=SHORT)
    if twin.slug == "imap":
        # A NO to the login is about the login; what is no IMAP at all breaks the connection.
        error = {"404": NeedsOwner, "malformed": TryLater}.get(kind, error)
    with control.broken(f"tool:{twin.tool}", kind, seconds=2):
        caught = raised(lambda: found(connector, twin.lead()))
    assert type(caught) is error


WRITES = {
    "400": Refused, "401": NeedsOwner, "403": NeedsOwner, "404": Refused, "429": TryLater,
    "500": OutcomeUnknown, "503": OutcomeUnknown, "500_after_commit": OutcomeUnknown,
    "timeout": OutcomeUnknown, "timeout_after_commit": OutcomeUnknown, "malformed": OutcomeUnknown,
}  # fmt: skip
FORM_WRITES = WRITES | {"401": Refused, "403": Refused, "malformed": Refused, "no_marker": Refused}


@each_that_submits
@pytest.mark.parametrize("kind", FORM_WRITES)
def test_each_fault_of_a_submit_is_its_error_and_sent_once(
    twin: Twin, kind: str, sandbox: SandboxProcess, control: Control
) -> None:
    errors = FORM_WRITES if twin.slug == "html_form" else WRITES
    if kind not in errors:
        return
    connector, lead = twin.connect(sandbox.state, seconds=SHORT), twin.lead()
    assert isinstance(connector, Submits)
    target = f"tool:{twin.tool}"
    with control.broken(target, kind, methods=["write"], match=lead.tag, seconds=2) as fault:
        caught = raised(lambda: connector.submit(lead))
        struck = [one for one in control.truth() if one["fault"] == fault]
    assert type(caught) is errors[kind]
    assert len(struck) == 1


@each
def test_a_tool_that_takes_no_connection_is_tried_later(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    connector = twin.connect(sandbox.state, seconds=SHORT)
    with control.broken(f"tool:{twin.tool}", "refused"):
        assert isinstance(raised(connector.check), TryLater)
        if twin in having(Submits):
            assert isinstance(connector, Submits)
            lead = twin.lead()
            assert isinstance(raised(lambda: connector.submit(lead)), TryLater)
    # The twin takes connections again before the next test.
    with suppress(TryLater):
        connector.check()


@each_over_http
def test_the_tool_says_when_to_come_back(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    with control.broken(f"tool:{twin.tool}", "429", retry_after=17):
        error = raised(twin.connect(sandbox.state).check)
    assert isinstance(error, TryLater)
    assert error.after == 17


@each_over_http
def test_a_redirect_to_another_host_is_not_followed(twin: Twin, sandbox: SandboxProcess) -> None:
    with serving(reply()) as trap:
        moved = reply(b"", "307 Moved", f"Location: {trap.url}/")
        with serving(moved) as server:
            connector = twin.connect(sandbox.state)
            site = replace(connector.site, base=server.url)
            error = raised(build(twin.slug, site).check)
            assert isinstance(error, Refused)
            assert server.seen
        assert not trap.seen


each_with_an_address = pytest.mark.parametrize(
    "twin", [t for t in TWINS if connector_named(t.slug).base], ids=str
)


@each_with_an_address
def test_every_door_leads_to_a_declared_host_or_to_the_one_that_stands_for_all(
    twin: Twin, sandbox: SandboxProcess
) -> None:
    replaced = twin.connect(sandbox.state)
    declared = build(twin.slug, replace(replaced.site, base=""))
    addresses = [re.sub(r"{\w+}", "*", one) for one in (declared.base, *declared.also)]
    for made, own in ((declared, addresses), (replaced, [replaced.site.base])):
        doors = [thing for thing in vars(made).values() if isinstance(thing, Door)]
        assert len(doors) > len(made.also)
        for place in (door.address.place for door in doors):
            assert any(fnmatchcase(place.host, urlsplit(one).hostname or "") for one in own)


@each
def test_a_private_network_is_not_called_unless_it_is_allowed(
    twin: Twin, sandbox: SandboxProcess
) -> None:
    connector = twin.connect(sandbox.state)
    site = replace(connector.site, ports=replace(connector.site.ports, networks=()))
    assert isinstance(raised(build(twin.slug, site).check), NeedsOwner)


@each_with_secrets
@pytest.mark.parametrize("kind", [*STATUSES, "refused"])
def test_no_secret_is_in_any_error_log_or_repr(
    twin: Twin,
    kind: str,
    sandbox: SandboxProcess,
    control: Control,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    connector = twin.connect(sandbox.state, seconds=SHORT)
    secret = twin.secret_of(connector)
    with control.broken(f"tool:{twin.tool}", kind, seconds=2):
        error = raised(connector.check)
    told = "".join(traceback.format_exception(error)) + repr(vars(error)) + repr(error.message)
    for shown in (told, caplog.text, repr(connector), repr(connector.site)):
        assert secret not in shown


def test_no_thread_is_left_behind() -> None:
    assert [t.name for t in threading.enumerate() if t.name == "name look-up"] == []


def test_a_site_shows_no_settings() -> None:
    assert "opened" not in repr(Site(settings={"token": "opened"}, resource="x"))
