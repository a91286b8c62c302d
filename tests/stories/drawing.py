"""The product's rows for a chain of the sandbox: a connection for each hop, the hops, the chain."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from connectors import catalog
from connectors.kit.settings import AskKind
from connectors.kit.tokens import Tokens
from monitor.engine import chain as drawing
from monitor.engine.token import consent_of, keep
from monitor.models import Chain, Connection, ConnectionState, Hop, Workspace

Told = Mapping[str, Any]
"""One hop as the sandbox tells it: kind, account, url, credentials, fields, after."""

CONNECTORS: dict[str, tuple[str, str]] = {
    "website": ("html_form", "submission"),
    "mailchimp": ("mailchimp", "members"),
    "hubspot_contact": ("hubspot", "contacts"),
    "hubspot_deal": ("hubspot", "deals"),
    "crm": ("rest", "records"),
    "stripe_customer": ("stripe", "customers"),
    "stripe_invoice": ("stripe", "invoices"),
    "postmark": ("postmark", "messages"),
    "imap": ("imap", "messages"),
    "jotform": ("jotform", "submissions"),
    "brevo": ("brevo", "contacts"),
    "pipedrive_person": ("pipedrive", "persons"),
    "xero_contact": ("xero", "contacts"),
    "xero_invoice": ("xero", "invoices"),
    "gravity_forms": ("gravity_forms", "entries"),
    "activecampaign": ("activecampaign", "contacts"),
    "salesforce_lead": ("salesforce", "leads"),
    "quickbooks_customer": ("quickbooks", "customers"),
    "quickbooks_invoice": ("quickbooks", "invoices"),
}
"""Which connector and resource stand at each kind of hop of the sandbox."""

REST = {
    "auth": "bearer",
    "check_path": "/api/me",
    "account": "$.id",
    "submit_path": "/api/records",
    "submit_id": "$.id",
    "find_path": "/api/records?q={handle}",
    "list_path": "/api/records?since={since}&per_page=100",
    "records": "$.data[*]",
    "next": "$.next",
    "id": "$.id",
    "created": "$.created_at",
    "remove_path": "/api/records/{id}",
}


def patterns(fields: Mapping[str, Any]) -> str:
    """Answer the patterns that read a letter of the sandbox: one labelled line a field."""
    found = {
        name: rf"^{name.replace('_', ' ').capitalize()}: (.*)$"
        for name in fields
        if name != "message"
    }
    if "message" in fields:
        found["message"] = r"^Message:\n((?:.|\n)*?)\n?(?:\n-- \n|\Z)"
    return json.dumps(found)


def answers(hop: Told) -> tuple[dict[str, str], dict[str, str]]:
    """Answer the settings and the secrets of a connection to this hop's account."""
    given = dict(hop.get("credentials") or {})
    settings: dict[str, dict[str, str]] = {
        "website": {"page": hop.get("form", ""), "success_text": hop.get("marker", "")},
        "mailchimp": {"list_id": given.get("list_id", "")},
        "crm": {**REST, "base_url": hop.get("url", "")},
        "imap": _mailbox(hop),
    }
    secrets = {
        "mailchimp": "api_key",
        "hubspot_contact": "token",
        "hubspot_deal": "token",
        "crm": "token",
        "stripe_customer": "api_key",
        "stripe_invoice": "api_key",
        "postmark": "server_token",
        "imap": "password",
    }
    if hop["kind"] not in settings and hop["kind"] not in secrets:
        return asked(hop)
    secret = secrets.get(hop["kind"])
    return settings.get(hop["kind"], {}), {secret: given[secret]} if secret else {}


def asked(hop: Told) -> tuple[dict[str, str], dict[str, str]]:
    """Answer the settings and the secrets that the connector asks for, by the same names."""
    told = {**hop["credentials"], "base_url": hop["url"], "my_domain": hop["url"], "auth": "basic"}
    settings: dict[str, str] = {}
    secrets: dict[str, str] = {}
    for ask in catalog.connector(CONNECTORS[hop["kind"]][0]).asks:
        if ask.key in told:
            place = secrets if ask.kind is AskKind.SECRET else settings
            place[ask.key] = str(told[ask.key])
    return settings, secrets


def _mailbox(hop: Told) -> dict[str, str]:
    host, _, port = str(hop.get("imap", "")).rpartition(":")
    return {
        "host": host,
        "port": port,
        "security": "none",
        "user": str((hop.get("credentials") or {}).get("user", "")),
        "patterns": patterns(hop["fields"]),
    }


def base(hop: Told) -> str:
    """Answer the address of the twin, where a connection needs one."""
    return "" if hop["kind"] in ("website", "imap") else str(hop["url"])


def connect(workspace: Workspace, hop: Told, *, slug: str) -> Connection:
    """Answer a proved connection to the account of one hop, made if there is none."""
    settings, secrets = answers(hop)
    connection, made = Connection.objects.get_or_create(
        workspace=workspace,
        slug=slug,
        defaults={
            "name": slug.replace("-", " "),
            "connector": CONNECTORS[hop["kind"]][0],
            "base": base(hop),
            "settings": settings,
            "secrets": secrets,
            "state": ConnectionState.PROVED,
            "account_id": slug,
            "may_remove": True,
            "lags": {CONNECTORS[hop["kind"]][1]: 0.2},
        },
    )
    if made:
        consent(connection, hop)
    return connection


def consent(connection: Connection, hop: Told) -> None:
    """Store what its owner's consent brought, where the tool asks for one: a token that lasts."""
    grant = consent_of(connection)
    if grant is not None:
        access = str(hop["credentials"]["access_token"])
        keep(connection, grant, Tokens(access=access), timezone.now())


def draw(
    workspace: Workspace,
    told: Mapping[str, Any],
    *,
    now: datetime,
    deadline: float,
    linger: float,
    personas: Sequence[str],
    lags: Mapping[str, float] | None = None,
    schedule: str = "",
    address: str = "",
    keep_failed: float = 1.0,
    budget: int = 100_000,
) -> Chain:
    """Answer the product's chain for one that the sandbox tells of; all times are seconds."""
    name = str(told["name"])
    chain = Chain.objects.create(
        workspace=workspace,
        slug=name,
        title=name.replace("-", " ").capitalize(),
        schedule=schedule,
        address=address or f"leads@{name.replace('_', '-').lower()}.handoff.test",
        personas=list(personas),
        daily_budget=budget,
        reserve=budget,
        keep_failed=keep_failed,
    )
    for position, hop in enumerate(told["hops"]):
        connector, resource = CONNECTORS[hop["kind"]]
        Hop.objects.create(
            chain=chain,
            slug=hop["name"].replace("_", "-"),
            position=position,
            after=(hop["after"] or "").replace("_", "-"),
            connection=connect(workspace, hop, slug=f"{hop['account']}-{connector}".lower()),
            resource=resource,
            fields=hop["fields"],
            deadline=deadline,
            linger=linger,
            lag=(lags or {}).get(hop["kind"], 0.0),
            carrier=hop["handoff"],
        )
    drawing.freeze(chain, now)
    return chain
