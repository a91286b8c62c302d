"""Channels: where news goes, whether it gets through, and what went lately."""

from dataclasses import dataclass
from datetime import datetime

from connectors.kit.message import Message, _
from monitor.engine import stored
from monitor.models import Alert, Channel, ChannelKind, Workspace
from monitor.pages import sign
from monitor.pages.document import Page
from monitor.pages.sign import Sign

LISTED = 30
KINDS = {ChannelKind.EMAIL.value: Message(_("Email")), ChannelKind.SLACK.value: Message("Slack")}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """One channel. `to` is shown for mail addresses only: a webhook's address is a secret."""

    slug: str
    title: str
    kind: Message
    to: str
    sign: Sign
    worked_at: datetime | None
    failing_since: datetime | None
    problem: Message | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One message that went out, or is on its way. `headline` is what it said."""

    channel: str
    headline: Message | None
    incident: int | None
    sign: Sign
    at: datetime
    problem: Message | None
    fallback: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels(Page):
    """The channels of a workspace and their latest messages."""

    now: datetime
    rows: tuple[ChannelRow, ...]
    alerts: tuple[AlertRow, ...]

    @property
    def live(self) -> bool:
        """Answer whether a message is on its way."""
        return any(alert.sign is sign.UNDER_WAY for alert in self.alerts)


def channels(workspace: Workspace, now: datetime) -> Channels:
    """Answer where news of a workspace goes."""
    rows = Channel.objects.filter(workspace=workspace).order_by("title", "pk")
    alerts = (
        Alert.objects.filter(workspace=workspace)
        .select_related("channel")
        .order_by("-created_at")[:LISTED]
    )
    return Channels(now=now, rows=tuple(map(_row, rows)), alerts=tuple(map(_alert, alerts)))


def _row(row: Channel) -> ChannelRow:
    mark = sign.WORKING if row.worked_at else sign.UNTRIED
    if row.failing_since:
        mark = sign.FAILING
    return ChannelRow(
        slug=row.slug,
        title=row.title,
        kind=KINDS[row.kind],
        to=row.address.get("to", "") if row.kind == ChannelKind.EMAIL else "",
        sign=sign.PAUSED if row.paused_at else mark,
        worked_at=row.worked_at,
        failing_since=row.failing_since,
        problem=stored.read_message(row.problem),
    )


def _alert(row: Alert) -> AlertRow:
    mark = sign.UNDER_WAY
    if row.sent_at:
        mark = sign.SENT
    elif row.failed_at or row.stuck_at:
        mark = sign.FAILING
    return AlertRow(
        channel=row.channel.title,
        headline=stored.read_message(row.news.get("headline") or {}),
        incident=row.incident_id,
        sign=mark,
        at=row.sent_at or row.created_at,
        problem=stored.read_message(row.problem),
        fallback=row.fallback,
    )
