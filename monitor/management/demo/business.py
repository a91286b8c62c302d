"""The demo's business as a file for `manage.py apply`: what the sandbox tells, in our words."""

import json
from collections.abc import Mapping
from typing import Any

Told = Mapping[str, Any]
"""One hop as the sandbox tells it: its kind, account, url, credentials, fields and predecessor."""

EVERY, DEADLINE, LINGER, KEEP_FAILED = "every 15s", "6s", "2s", "20s"

# For each kind of hop: connector, kind of record, what people call the tool.
KINDS = {
    "website": ("html_form", "submission", "Website"),
    "mailchimp": ("mailchimp", "members", "Mailchimp"),
    "hubspot_contact": ("hubspot", "contacts", "HubSpot"),
    "hubspot_deal": ("hubspot", "deals", "HubSpot"),
    "crm": ("rest", "records", "Plain CRM"),
    "stripe_customer": ("stripe", "customers", "Stripe"),
    "stripe_invoice": ("stripe", "invoices", "Stripe"),
    "postmark": ("postmark", "messages", "Postmark"),
    "imap": ("imap", "messages", "Mailbox"),
}
CARRIERS = {
    "mailchimp": "Zap: new form entry → subscriber",
    "hubspot_contact": "Zap: new form entry → contact",
    "hubspot_deal": "HubSpot workflow: new contact → deal",
    "crm": "Make: new subscriber → row",
    "stripe_customer": "n8n: new lead → customer",
    "stripe_invoice": "n8n: new customer → draft invoice",
    "postmark": "n8n: new contact → welcome mail",
    "imap": "Mail delivery",
}
REST = {
    "auth": "bearer",
    "check_path": "/api/me",
    "account": "$.name",
    "submit_path": "/api/records",
    "submit_id": "$.id",
    "find_path": "/api/records?q={handle}",
    "list_path": "/api/records?since={since}",
    "records": "$.data[*]",
    "next": "$.next",
    "remove_path": "/api/records/{id}",
}
SECRETS = {"mailchimp": "api_key", "hubspot": "token", "rest": "token", "stripe": "api_key"}
SECRETS |= {"postmark": "server_token", "imap": "password"}
LEAVES_RECORDS = ("mailchimp", "hubspot", "rest", "stripe")


def business(state: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Answer the file, and the variables its secrets stand for."""
    connections: dict[str, Any] = {}
    chains: dict[str, Any] = {}
    variables = {"DEMO_SLACK": state["tools"]["slack"]["url"]}
    for name, chain in state["chains"].items():
        for hop in chain["hops"]:
            slug = _slug(hop)
            connections[slug] = _connection(hop, chain["title"], variables)
        chains[name] = _chain(name, chain)
    mail = state["tools"]["mail"]["domain"]
    channels = {
        "mail": {"kind": "email", "title": "Mail to the owner", "to": f"owner@{mail}"},
        "slack": {"kind": "slack", "title": "Slack", "webhook": {"env": "DEMO_SLACK"}},
    }
    document = {"connections": connections, "chains": chains, "channels": channels}
    return json.dumps(document, indent=2, ensure_ascii=False), variables


def _slug(hop: Told) -> str:
    return f"{hop['account']}-{KINDS[hop['kind']][0]}".replace("_", "-")


def _connection(hop: Told, chain: str, variables: dict[str, str]) -> dict[str, Any]:
    connector, _, title = KINDS[hop["kind"]]
    settings = _settings(connector, hop)
    if secret := SECRETS.get(connector):
        variable = f"DEMO_{_slug(hop)}_{secret}".upper().replace("-", "_")
        variables[variable] = hop["credentials"][secret]
        settings[secret] = {"env": variable}
    entry: dict[str, Any] = {
        "connector": connector,
        "title": f"{title} ({chain})",
        "settings": settings,
        "may_remove": connector in LEAVES_RECORDS,
    }
    if connector not in ("html_form", "imap", "rest"):
        entry["base"] = hop["url"]
    return entry


def _settings(connector: str, hop: Told) -> dict[str, Any]:
    if connector == "html_form":
        return {"page": hop["form"], "success_text": hop["marker"]}
    if connector == "mailchimp":
        return {"list_id": hop["credentials"]["list_id"]}
    if connector == "rest":
        return {**REST, "base_url": hop["url"]}
    if connector == "imap":
        host, _, port = hop["imap"].rpartition(":")
        place = {"host": host, "port": port, "security": "none"}
        return {**place, "user": hop["credentials"]["user"], "patterns": hop["patterns"]}
    return {}


def _chain(name: str, chain: Told) -> dict[str, Any]:
    return {
        "title": chain["title"],
        "address": f"leads@{name}.handoff.test",
        "schedule": EVERY,
        "personas": ["plain"],
        "daily_budget": 100_000,
        "reserve": 100_000,
        "keep_failed": KEEP_FAILED,
        "hops": {hop["name"].replace("_", "-"): _hop(hop) for hop in chain["hops"]},
    }


def _hop(hop: Told) -> dict[str, Any]:
    _, resource, title = KINDS[hop["kind"]]
    entry: dict[str, Any] = {
        "connection": _slug(hop),
        "resource": resource,
        "title": title,
        "fields": hop["fields"],
        "deadline": DEADLINE,
        "lag": "0",
        "linger": LINGER,
    }
    if hop["after"]:
        entry["after"] = hop["after"].replace("_", "-")
        entry["carrier"] = {"kind": "instant", "name": CARRIERS[hop["kind"]]}
    return entry
