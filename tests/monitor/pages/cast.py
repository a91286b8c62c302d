"""The cast of the pages' tests: Ann owns, Ben is a member, Eve is a stranger; their chains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User

from monitor.models import (
    Chain,
    ChainVersion,
    Channel,
    Connection,
    Heartbeat,
    Incident,
    Member,
    Role,
    Run,
    Workspace,
)
from monitor.rules.plan import HopPlan, Plan

LEAD = {
    "first_name": "Zoë-Marie",
    "last_name": "O’Kapaludo",
    "email": "zoe.kapaludo+hq7k2m@leads.example",
    "phone": "+49 30 23125 114",
    "message": "Could you quote two windows?\nBest before 7 March 🙂",
    "postcode": "01099",
    "amount": "1234.50",
}
FIELDS: Mapping[str, Mapping[str, object]] = {
    "given": {"from": "first_name", "as": "name"},
    "family": {"from": "last_name", "as": "name"},
    "email": {"from": "email", "as": "email"},
    "phone": {"from": "phone", "as": "phone"},
    "notes": {"from": "message", "as": "text"},
    "zip": {"from": "postcode", "as": "text"},
}
TOOLS = {
    "website": ("html_form", "Website form", "form", "submission"),
    "mailchimp": ("mailchimp", "Mailchimp", "email", "members"),
    "hubspot": ("hubspot", "HubSpot", "crm", "contacts"),
    "sheet": ("rest", "Order sheet", "crm", "records"),
    "stripe": ("stripe", "Stripe", "invoicing", "customers"),
    "mailbox": ("imap", "Mailbox", "email", "messages"),
}


@dataclass(slots=True)
class Cast:
    """Everybody and everything on stage. `now` is the time it was set."""

    now: datetime
    shop: Workspace
    ann: User
    ben: User
    eve: User
    chains: dict[str, Chain] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)


def people(now: datetime) -> Cast:
    """Set the workspaces and who is in them."""
    shop = Workspace.objects.create(
        slug="brightside", name="Brightside Windows", timezone="Europe/Berlin"
    )
    other = Workspace.objects.create(slug="other", name="Another business")
    ann, ben, eve = (User.objects.create(username=name) for name in ("ann", "ben", "eve"))
    Member.objects.create(workspace=shop, user=ann, role=Role.OWNER)
    Member.objects.create(workspace=shop, user=ben)
    Member.objects.create(workspace=other, user=eve, role=Role.OWNER)
    return Cast(now=now, shop=shop, ann=ann, ben=ben, eve=eve)


def beating(now: datetime) -> None:
    """Let scheduler and worker be alive."""
    for name in ("beat", "worker"):
        Heartbeat.objects.update_or_create(name=name, defaults={"at": now})


def connect(cast: Cast) -> dict[str, Connection]:
    """Connect every tool."""
    return {
        slug: Connection.objects.create(
            workspace=cast.shop,
            slug=slug,
            name=name,
            connector=connector,
            state="proved",
            proved_at=cast.now - timedelta(minutes=7),
            account_id=f"{slug}-1",
            account_label="Brightside Windows",
            secrets={"api_key": "planted-secret"} if slug != "website" else {},
            may_remove=slug != "website",
        )
        for slug, (connector, name, _kind, _resource) in TOOLS.items()
    }


def plan(slug: str, title: str, way: Sequence[str], *, after: Mapping[str, str] = {}) -> Plan:
    """Answer a chain along `way`; `after` names another hop before one than the last."""
    hops = []
    for at, tool in enumerate(way):
        connector, name, kind, resource = TOOLS[tool]
        before = after.get(tool, way[at - 1]) if at else ""
        carried = bool(at) and tool != "stripe"
        hops.append(
            HopPlan(
                slug=tool,
                title=name,
                tool=name,
                kind=kind,
                after=before,
                connection=tool,
                connector=connector,
                resource=resource,
                fields=FIELDS,
                deadline=30.0,
                lag=2.0,
                linger=20.0,
                finds=tool != "website",
                submits=tool == "website",
                carrier=f"Zap: new {TOOLS[before][3].rstrip('s')} → {name}" if carried else "",
                carrier_url=f"https://zapier.example/{tool}" if carried else "",
            )
        )
    return Plan(chain=slug, title=title, hops=tuple(hops))


def draw(cast: Cast, drawn: Plan, **columns: Any) -> Chain:
    """Save a chain with its hops and version."""
    connections = {row.slug: row for row in Connection.objects.filter(workspace=cast.shop)}
    chain = Chain.objects.create(
        workspace=cast.shop,
        slug=drawn.chain,
        title=drawn.title,
        schedule="every 15m",
        address="leads@brightside.example",
        personas=["plain", "international"],
        due_at=cast.now + timedelta(minutes=8),
        **columns,
    )
    for position, hop in enumerate(drawn.hops):
        chain.hops.create(
            slug=hop.slug,
            position=position,
            title=hop.title,
            after=hop.after,
            connection=connections[hop.connection],
            resource=hop.resource,
            carrier=hop.carrier,
            carrier_url=hop.carrier_url,
        )
    chain.version = ChainVersion.objects.create(
        chain=chain, digest=drawn.digest(), document=drawn.document()
    )
    chain.worked_at = {hop.slug: cast.now.isoformat() for hop in drawn.hops}
    chain.save()
    cast.chains[drawn.chain] = chain
    return chain


def incident(
    cast: Cast, run: Run, hop: str, *, bad: int, conclusive: int, name: str = ""
) -> Incident:
    """Open an incident of the handoff into `hop`, as `run` showed it."""
    findings = [one for one in run.findings if one["hop"] == hop]
    row = Incident.objects.create(
        workspace=cast.shop,
        chain=run.chain,
        subject=f"handoff:{hop}",
        reason="positive_evidence",
        persona=run.persona,
        kinds=[one["kind"] for one in findings],
        findings=findings,
        opened_by=run,
        opened_at=run.judged_at or cast.now,
        since=run.submitted_at or cast.now,
        last_bad_at=cast.now - timedelta(minutes=2),
        bad=bad,
        conclusive=conclusive,
    )
    if name:
        cast.incidents[name] = row
    return row


def channel(cast: Cast, slug: str = "owner", **columns: Any) -> Channel:
    """Give the workspace a channel that works."""
    known = {"worked_at": cast.now - timedelta(hours=3), **columns}
    return Channel.objects.create(
        workspace=cast.shop,
        slug=slug,
        title=columns.pop("title", "Ann’s mail"),
        kind=known.pop("kind", "email"),
        address={"to": "ann@brightside.example"},
        **{key: value for key, value in known.items() if key != "title"},
    )
