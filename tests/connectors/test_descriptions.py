"""Connectors and twins beside the vendors' own descriptions: two readings, and the thing itself.

What a connector sends and what its twin answers is recorded and held against the description. The
descriptions are not ours to copy: where they are absent, these tests say so and are skipped.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest

from connectors.kit.base import Describes, Finds, Removes, Submits
from connectors.kit.errors import OutcomeUnknown
from tests.connectors.oracle import Description
from tests.connectors.specs import SPECS, described
from tests.connectors.twin import Twin
from tests.connectors.twins import TWINS, having
from tests.sandbox_process import Control, SandboxProcess

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Source:
    """A tool's description. `silent` are paths it leaves out, which the vendor's pages describe;
    `free` are names it leaves out. `exact` is false for one that somebody else wrote."""

    files: tuple[str, ...]
    exact: bool = True
    silent: tuple[str, ...] = ()
    free: tuple[str, ...] = ()


SOURCES = {
    "mailchimp": Source(
        files=("mailchimp/mailchimp-members.trim.json", "mailchimp/mailchimp-merge-fields.yml"),
        silent=(r"/3\.0/", r"/3\.0/lists/\w+"),
    ),
    "stripe": Source(
        files=("stripe/stripe-ballerina.trim.json",),
        exact=False,
        silent=("/v1/account",),
        free=("answer.data[].lines.data[].invoice",),
    ),
    "hubspot": Source(
        files=(
            "hubspot/hubspot.crm.contact.openapi.yaml",
            "hubspot/hubspot.crm.deal.openapi.yaml",
            "hubspot/hubspot.crm.property.openapi.yaml",
        ),
        exact=False,
        silent=("/account-info/v3/details", "/crm/v4/associations/.*"),
        free=("body.filterGroups[].filters[].values",),
    ),
    "xero": Source(
        files=("xero/xero_accounting.trim.json", "xero/xero-identity.yaml"),
        # What stands around every answer, and the dates in words beside those in numbers.
        free=(
            *(f"answer.{name}" for name in ("Id", "Status", "ProviderName", "DateTimeUTC")),
            *(f"answer.Invoices[].{name}" for name in ("DateString", "DueDateString")),
        ),
    ),
    "quickbooks": Source(
        files=("quickbooks/quickbooks-online.openapi.yaml",),
        exact=False,
        silent=(r"/v3/company/\d+/companyinfo/\d+",),
        # The description is older than `minorversion` and partial updates.
        free=(
            "query.minorversion",
            "body.sparse",
            "answer.time",
            "answer.Invoice.status",
            *(
                f"answer.{kind}.{name}"
                for kind in ("Customer", "Invoice")
                for name in ("domain", "sparse")
            ),
        ),
    ),
    "google_sheets": Source(files=("google/sheets.v4.json",)),
}
DESCRIBED = [twin for twin in TWINS if twin.slug in SOURCES]


@cache
def description(slug: str) -> Description:
    source = SOURCES[slug]
    if absent := [name for name in source.files if not (SPECS / name).is_file()]:
        pytest.skip(f"There is no description {absent[0]}; HANDOFF_SPECS names their folder.")
    return described(*source.files, exact=source.exact, free=source.free)


@pytest.fixture
def recorded(control: Control) -> Iterator[None]:
    """Keep requests word for word while a test runs."""
    control.clear_requests()
    control.call("POST", "/requests", {"record": True})
    yield
    control.call("POST", "/requests", {"record": False})
    control.clear_requests()


def played(twin: Twin, sandbox: SandboxProcess, control: Control) -> list[Json]:
    """Let a connector do all it can; answer what it asked and was answered."""
    connector, lead = twin.connect(sandbox.state), twin.lead()
    connector.check()
    if isinstance(connector, Describes) and twin in having(Describes):
        connector.fields()
    if isinstance(connector, Submits) and twin in having(Submits):
        connector.submit(lead)
        with suppress(OutcomeUnknown):
            connector.submit(lead)
    else:
        twin.plant(control, lead.record)
    if isinstance(connector, Finds) and twin in having(Finds):
        since = datetime.now(UTC) - timedelta(minutes=15)
        leads = [lead, *(twin.lead() for _ in range(5))]
        found = [*connector.find([lead], since), *connector.find(leads, since)]
        if isinstance(connector, Removes) and twin in having(Removes):
            for arrival in {one.id: one for one in found if lead.tag in repr(one).lower()}.values():
                connector.remove(arrival)
    asked: list[Json] = control.call("GET", "/requests", detail="1")["requests"]
    return [one for one in asked if one["tool"] == twin.tool]


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("twin", DESCRIBED, ids=str)
def test_all_that_is_sent_and_answered_is_as_described(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    told, source = description(twin.slug), SOURCES[twin.slug]
    calls = played(twin, sandbox, control)
    held = [one for one in calls if told.describes(one)]
    assert held
    unknown = {urlsplit(one["url"]).path for one in calls if not told.describes(one)}
    silent = re.compile("|".join(source.silent))
    assert [path for path in sorted(unknown) if not silent.fullmatch(path)] == []
    wrong = sorted({each for one in held for each in told.deviations(one)})
    assert wrong == [], "\n".join(wrong)


def planted(one: Json) -> Iterator[Json]:
    """Yield a recorded call with one thing wrong, one after another."""
    yield {**one, "url": f"{one['url'].partition('?')[0]}?sort_of=new"}
    yield {**one, "method": "PUT" if one["method"] != "PUT" else "POST"}
    yield {**one, "url": one["url"].replace("/lists/", "/list/")}
    if one["body"]:
        yield {**one, "body": json.dumps({**json.loads(one["body"]), "e_mail": "x"})}
    said = json.loads(one["answer"] or "{}")
    if "email_address" in said:
        yield {**one, "answer": json.dumps({**said, "emailAddress": "x"})}
        yield {**one, "answer": json.dumps({**said, "email_address": 7})}


@pytest.mark.usefixtures("recorded")
def test_a_planted_deviation_is_seen(sandbox: SandboxProcess, control: Control) -> None:
    told = description("mailchimp")
    (twin,) = [twin for twin in TWINS if twin.slug == "mailchimp"]
    held = [one for one in played(twin, sandbox, control) if told.describes(one)]
    wrong = [each for one in held for each in planted(one)]
    assert len(wrong) > 10
    assert [one["url"] for one in wrong if not told.deviations(one)] == []
