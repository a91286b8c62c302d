"""From the first bad run to the first good one: what, where, since when, evidence, next step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from connectors.kit.message import Message, _
from monitor.engine import stored
from monitor.engine.chain import frozen
from monitor.engine.story import HANDOFF, SUPERSEDED, story
from monitor.models import Alert, Incident, Stop, Workspace
from monitor.pages import sign
from monitor.pages.document import Page
from monitor.pages.evidence import Evidence, evidence
from monitor.pages.link import Link
from monitor.pages.rail import Rail, draw
from monitor.pages.sign import Sign
from monitor.pages.suspicion import carriers, several, suspicions
from monitor.pages.view import of_run
from monitor.rules.news import Event, News, Step, news
from monitor.rules.news import Link as Leads
from monitor.rules.plan import Plan

LISTED = 100

EVENTS: Mapping[str, Message] = {
    "opened": Message(_("told that it began")),
    "worse": Message(_("told that it got worse")),
    "resolved": Message(_("told that it is over")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message about the incident, and whether it got through."""

    channel: str
    event: Message
    at: datetime
    sign: Sign
    problem: Message | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """One incident in a list."""

    id: int
    headline: Message
    about: str
    sign: Sign
    since: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPage(Page):
    """One incident, with the run that opened it as evidence."""

    id: int
    now: datetime
    tone: str
    sign: Sign
    headline: Message
    happened: tuple[Message, ...]
    steps: tuple[Link, ...]
    chain: str
    chain_title: str
    connection: str
    since: datetime
    opened_at: datetime
    last_bad_at: datetime | None
    bad: int
    conclusive: int
    resolved_at: datetime | None
    opened_by: int | None
    resolved_by: int | None
    rail: Rail | None
    evidence: tuple[Evidence, ...]
    told: tuple[Told, ...]
    paused: bool

    @property
    def live(self) -> bool:
        """Answer whether it may still change soon."""
        return self.resolved_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidents(Page):
    """The incidents of a workspace, open ones first."""

    now: datetime
    open: tuple[IncidentRow, ...]
    over: tuple[IncidentRow, ...]


def incidents(workspace: Workspace, now: datetime) -> Incidents:
    """Answer what is wrong now and what was."""
    rows = _rows(workspace)
    over = rows.exclude(resolved_at=None).order_by("-resolved_at")[:LISTED]
    return Incidents(
        now=now,
        open=tuple(
            _row(row, workspace, now) for row in rows.filter(resolved_at=None).order_by("-since")
        ),
        over=tuple(_row(row, workspace, now) for row in over),
    )


def incident_page(workspace: Workspace, id: int, now: datetime) -> IncidentPage | None:
    """Answer an incident of the workspace; None where it has none of that id."""
    row = _rows(workspace).filter(pk=id).first()
    if row is None:
        return None
    told = tell(row, now, workspace.timezone)
    plan = frozen(row.opened_by.version_id).plan if row.opened_by else None
    rail, shown = _proof(row, plan)
    doubted = several(map(stored.read_finding, row.findings))
    suspects = {slug for one in doubted for slug in one.suspects}
    return IncidentPage(
        id=row.pk,
        now=now,
        tone=told.tone.value,
        sign=_sign(row),
        headline=told.headline,
        happened=told.happened
        + (suspicions(plan, doubted) if plan and not row.resolved_at else ()),
        steps=_steps(told, row, carriers(plan, suspects) if plan else ()),
        chain=row.chain.slug if row.chain else "",
        chain_title=row.chain.title if row.chain else "",
        connection=row.connection.slug if row.connection else "",
        since=row.since,
        opened_at=row.opened_at,
        last_bad_at=row.last_bad_at,
        bad=row.bad,
        conclusive=row.conclusive,
        resolved_at=row.resolved_at,
        opened_by=row.opened_by_id,
        resolved_by=row.resolved_by_id,
        rail=rail,
        evidence=shown,
        told=tuple(map(_told, row.alerts.select_related("channel").order_by("created_at"))),
        paused=bool(workspace.paused_at or (row.chain and row.chain.paused_at)),
    )


def _rows(workspace: Workspace) -> QuerySet[Incident]:
    return Incident.objects.filter(workspace=workspace).select_related(
        "chain", "connection", "opened_by"
    )


def _row(row: Incident, workspace: Workspace, now: datetime) -> IncidentRow:
    about = row.chain.title if row.chain else str(row.connection or workspace.name)
    return IncidentRow(
        id=row.pk,
        headline=tell(row, now, workspace.timezone).headline,
        about=about,
        sign=_sign(row),
        since=row.since,
        resolved_at=row.resolved_at,
    )


def tell(row: Incident, now: datetime, zone: str) -> News:
    """Answer what there is to say of an incident now; its chain and connection are loaded."""
    event = Event.RESOLVED if row.resolved_at else Event.OPENED
    return news(event, story(row), now, zone)


def _sign(row: Incident) -> Sign:
    if row.resolved_at:
        return sign.SUPERSEDED if row.resolution == SUPERSEDED else sign.RESOLVED
    return sign.BROKEN if row.subject.startswith(HANDOFF) else sign.CANNOT_LOOK


def _steps(told: News, row: Incident, suspected: tuple[Link, ...]) -> tuple[Link, ...]:
    steps = tuple(link for step in told.steps if (link := _link(step, row)))
    known = {link.url for link in steps}
    return steps + tuple(link for link in suspected if link.url not in known)


def _proof(row: Incident, plan: Plan | None) -> tuple[Rail | None, tuple[Evidence, ...]]:
    """Answer the rail of the run that opened it, and what lay at the hops with a finding."""
    run = row.opened_by
    if run is None or plan is None or not row.subject.startswith(HANDOFF):
        return None, ()
    views = of_run(plan, run)
    judged = {hop.hop: hop for hop in stored.read_hops(run.hops)}
    stops = {stop.hop: stop for stop in Stop.objects.filter(run=run)}
    broken = {row.subject.removeprefix(HANDOFF)}
    for one in several(map(stored.read_finding, row.findings)):
        broken |= set(one.suspects)
    shown = tuple(
        evidence(hop, stops.get(hop.slug), judged.get(hop.slug), run.lead, views[hop.slug].sign)
        for hop in plan.hops
        if hop.slug in broken and hop.finds
    )
    return draw(plan, views), shown


def _told(alert: Alert) -> Told:
    mark = sign.UNDER_WAY
    if alert.sent_at:
        mark = sign.SENT
    elif alert.failed_at:
        mark = sign.FAILING
    return Told(
        channel=alert.channel.title,
        event=EVENTS.get(alert.event, Message(alert.event)),
        at=alert.sent_at or alert.created_at,
        sign=mark,
        problem=stored.read_message(alert.problem),
    )


def _link(step: Step, row: Incident) -> Link | None:
    """Answer where a step leads; None for the page that shows it."""
    if step.url:
        return Link(text=step.text, url=step.url)
    places = {
        Leads.RUN: ("run", str(row.opened_by_id or "")),
        Leads.CHAIN: ("chain", row.chain.slug if row.chain else ""),
        Leads.CONNECTION: ("connection", row.connection.slug if row.connection else ""),
        Leads.CONNECTIONS: ("connections", "-"),
        Leads.CHANNELS: ("channels", "-"),
    }
    page, key = places.get(step.link, ("", ""))
    if not key:
        return Link(text=step.text) if step.link is not Leads.INCIDENT else None
    return Link(text=step.text, page=page, key=key.strip("-"))
