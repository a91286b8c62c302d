"""Is Handoff itself well: heartbeats, channels, stuck rows and pauses, from the database alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import CharField, Value
from django.db.models.functions import Cast

from connectors.kit.message import Message, _
from monitor.engine import stored
from monitor.models import (
    Alert,
    Chain,
    Channel,
    Confirmation,
    Connection,
    Heartbeat,
    Residue,
    Run,
    Stop,
    Workspace,
)
from monitor.pages import sign
from monitor.pages.document import Page
from monitor.pages.link import Banner, Link
from monitor.pages.sign import Sign
from monitor.rules.news import moment_text

PARTS = {"beat": _("The scheduler"), "worker": _("The worker")}
MISSED_TICKS = 2
LEAST = timedelta(seconds=10)
SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """One part of the engine, and when it was last seen alive."""

    name: str
    title: Message
    at: datetime | None
    alive: bool
    sign: Sign


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelHealth:
    """One place news goes, and whether it does."""

    slug: str
    title: str
    sign: Sign
    worked_at: datetime | None
    failing_since: datetime | None
    problem: Message | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A row the engine gave up on: it was tried ten times."""

    what: str
    key: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Health(Page):
    """Everything that keeps Handoff from watching, or from telling."""

    now: datetime
    zone: str
    pulses: tuple[Pulse, ...]
    channels: tuple[ChannelHealth, ...]
    stuck: tuple[Stuck, ...]
    paused_at: datetime | None
    paused_chains: int

    @property
    def watching(self) -> bool:
        """Answer whether both scheduler and worker are alive."""
        return all(pulse.alive for pulse in self.pulses)

    @property
    def telling(self) -> bool:
        """Answer whether some channel is not known to fail."""
        return any(channel.failing_since is None for channel in self.channels)

    @property
    def well(self) -> bool:
        """Answer whether there is nothing to do."""
        return not self.banners

    @property
    def banners(self) -> tuple[Banner, ...]:
        """Answer what the first screen must say, worst first."""
        return tuple(_banners(self))


def health(now: datetime, workspace: Workspace | None = None) -> Health:
    """Answer how Handoff is, for one workspace or for the whole installation."""
    channels = Channel.objects.filter(paused_at=None).order_by("slug")
    chains = Chain.objects.filter(deleted_at=None, paused_at__isnull=False)
    if workspace:
        channels = channels.filter(workspace=workspace)
        chains = chains.filter(workspace=workspace)
    return Health(
        now=now,
        zone=workspace.timezone if workspace else "UTC",
        pulses=_pulses(now),
        channels=tuple(_channel(row) for row in channels),
        stuck=tuple(_stuck(workspace)),
        paused_at=workspace.paused_at if workspace else None,
        paused_chains=chains.count(),
    )


def limit() -> timedelta:
    """Answer how long a part may be silent before it counts as not running."""
    return max(timedelta(seconds=settings.TICK_SECONDS * MISSED_TICKS), LEAST)


def _pulses(now: datetime) -> tuple[Pulse, ...]:
    seen = {row.name: row.at for row in Heartbeat.objects.filter(name__in=PARTS)}
    pulses = []
    for name, title in PARTS.items():
        at = seen.get(name)
        # A sign from the future is of a clock that was put back since.
        alive = at is not None and abs(now - at) <= limit()
        mark = sign.WORKING if alive else sign.SILENT
        pulses.append(Pulse(name=name, title=Message(title), at=at, alive=alive, sign=mark))
    return tuple(pulses)


def _channel(row: Channel) -> ChannelHealth:
    mark = sign.WORKING if row.worked_at else sign.UNTRIED
    return ChannelHealth(
        slug=row.slug,
        title=row.title,
        sign=sign.FAILING if row.failing_since else mark,
        worked_at=row.worked_at,
        failing_since=row.failing_since,
        problem=stored.read_message(row.problem),
    )


def _stuck(workspace: Workspace | None) -> Iterator[Stuck]:
    parts = []
    for model in (Chain, Connection, Run, Stop, Alert, Confirmation, Residue):
        rows = model.objects.filter(stuck_at__isnull=False)
        if workspace:
            rows = rows.filter(workspace=workspace)
        what = Value(model._meta.model_name, output_field=CharField())
        key = Cast("pk", CharField())
        parts.append(rows.order_by().values_list(what, key, "stuck_why", "stuck_at"))
    for what, key, why, at in parts[0].union(*parts[1:], all=True)[:SHOWN]:
        yield Stuck(what=what, key=key, why=why, at=at)


def _banners(page: Health) -> Iterator[Banner]:
    silent = [pulse for pulse in page.pulses if not pulse.alive]
    about = Link(text=Message(_("What to do")), page="health")
    if silent:
        yield Banner(tone="broken", text=_silence(silent, page.now, page.zone), links=(about,))
    if page.paused_at:
        yield Banner(
            tone="idle", text=Message(_("Everything is paused: no new test leads are sent."))
        )
    channels = Link(text=Message(_("Look at the channels")), page="channels")
    if not page.channels:
        text = Message(_("Nobody would be told: there is no channel for news yet."))
        yield Banner(tone="broken", text=text, links=(channels,))
    elif not page.telling:
        text = Message(_("Nobody would be told: no channel works."))
        yield Banner(tone="broken", text=text, links=(channels,))
    else:
        for channel in page.channels:
            if channel.failing_since:
                key = _("News does not get through to %(channel)s.")
                text = Message(key, {"channel": channel.title})
                yield Banner(tone="broken", text=text, links=(channels,))
    if page.stuck:
        text = Message(
            _("%(count)s things got stuck after ten tries each."), {"count": len(page.stuck)}
        )
        yield Banner(tone="broken", text=text, links=(about,))


def _silence(silent: list[Pulse], now: datetime, zone: str) -> Message:
    seen = [pulse.at for pulse in silent if pulse.at]
    if len(seen) < len(silent):
        return Message(_("Not watching: the scheduler or the worker was never seen running."))
    return Message(
        _("Not watching since %(since)s: the scheduler or the worker is silent."),
        {"since": moment_text(min(seen), now, zone)},
    )
