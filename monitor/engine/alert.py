"""The outbox: messages written with their incident, sent afterwards, at least once."""

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import NoReverseMatch, reverse

from connectors.kit.message import Message, _
from monitor.channels.base import Undelivered, deliver
from monitor.engine import ahead, due, stored, wake
from monitor.engine.clock import Clock
from monitor.engine.wake import Wake
from monitor.models import Alert, AlertEvent, Channel, ChannelKind, Incident, Member, Role
from monitor.rules.news import Event, Link, Story, Subject, news

log = logging.getLogger(__name__)

FALL_BACK_AFTER = timedelta(minutes=5)
"""How long a message waits for its channel before the owner is told by email too."""

GIVE_UP_AFTER = timedelta(days=3)
"""How long we go on trying: longer than a cut of the network that nobody mends."""

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=15)
ODD = _("The message could not be sent because of a fault in Handoff (%(fault)s).")
NOBODY = _("There is no email address of an owner to fall back to.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The place of last resort: the workspace owner's own email."""

    kind: str
    address: Mapping[str, str]


def write(
    incident: Incident, event: AlertEvent, story: Story, now: datetime, *, nth: int = 0
) -> list[int]:
    """Write a message for every channel of the incident's workspace; part of its transaction."""
    workspace = incident.workspace
    channels = list(Channel.objects.filter(workspace=workspace, paused_at=None))
    if not channels:
        return []
    told = stored.news(news(Event(event.value), story, now, workspace.timezone))
    alerts = [
        Alert(
            workspace=workspace,
            incident=incident,
            channel=channel,
            event=event,
            nth=nth,
            key=f"incident-{incident.pk}-{event}-{nth}-{channel.pk}",
            news=told,
            created_at=now,
            due_at=now,
        )
        for channel in channels
    ]
    Alert.objects.bulk_create(alerts, ignore_conflicts=True)
    keys = [alert.key for alert in alerts]
    made = list(Alert.objects.filter(key__in=keys).values_list("pk", flat=True))
    return [*_hurried(channels, now), *made]


def _hurried(channels: Sequence[Channel], now: datetime) -> list[int]:
    """Let what still waits for these channels go first: nobody reads an end before its story."""
    rows = Alert.objects.filter(
        channel__in=channels, due_at__gt=now, claim="", sent_at=None, failed_at=None
    )
    waiting = list(rows.order_by("pk").values_list("pk", flat=True))
    if waiting:
        rows.filter(pk__in=waiting).update(due_at=now)
    return waiting


def request_test(channel: Channel, now: datetime) -> Alert:
    """Write a test message, and send it as soon as it is there for all to see."""
    told = news(Event.TEST, Story(subject=Subject.CHAIN), now, channel.workspace.timezone)
    with transaction.atomic():
        alert = Alert.objects.create(
            workspace=channel.workspace,
            channel=channel,
            event=AlertEvent.TEST,
            key=f"test-{channel.pk}-{secrets.token_hex(8)}",
            news=stored.news(told),
            created_at=now,
            due_at=now,
        )
        transaction.on_commit(lambda: wake.send(ahead.alerts(now, [alert.pk]), now))
    return alert


def send(ids: Sequence[int], token: str, now: datetime) -> list[Wake]:
    """Send the messages a wake-up call names, oldest first."""
    clock = Clock(now)
    fresh = due.take(Alert.objects.all(), ids, token, now)
    mine = Alert.objects.filter(pk__in=ids, claim=fresh).order_by("pk")
    fallen: list[int] = []
    for alert in mine.select_related("channel", "workspace", "incident__chain"):
        if clock.spent:
            due.postpone(Alert, [alert.pk], fresh, clock.now)
        else:
            fallen += _send(alert, fresh, clock)
    return ahead.alerts(clock.now, fallen) if fallen else []


def _send(alert: Alert, token: str, clock: Clock) -> list[int]:
    """Send one message. Answers the alerts written because it did not leave."""
    try:
        place = _owner(alert) if alert.fallback else alert.channel
        deliver(
            place,
            stored.read_news(alert.news),
            alert.key,
            alert.event,
            links=_links(alert),
            thread=f"incident-{alert.incident_id}" if alert.incident_id else "",
        )
    except Undelivered as error:
        return _undelivered(alert, token, error, clock.now)
    except Exception as fault:
        log.exception("Alert %s could not be sent.", alert.pk)
        return _faulty(alert, token, type(fault).__name__, clock.now)
    _delivered(alert, token, clock.now)
    return []


def _delivered(alert: Alert, token: str, now: datetime) -> None:
    due.settle(Alert, token, ("due_at", "sent_at", "problem"), [(alert.pk, None, now, {})])
    if not alert.fallback:
        Channel.objects.filter(pk=alert.channel_id).update(
            worked_at=now, failing_since=None, problem={}
        )


def _undelivered(alert: Alert, token: str, error: Undelivered, now: datetime) -> list[int]:
    """Try again later, or, where that is of no use, tell the owner by the last resort."""
    age = now - alert.created_at
    given_up = error.permanent or age >= GIVE_UP_AFTER
    problem = stored.message(error.message)
    # As long again as it has been waiting: the pauses double by themselves.
    wait = max(min(max(age, FIRST_PAUSE), LONGEST_PAUSE), timedelta(seconds=error.after or 0))
    with transaction.atomic():
        # A channel that says no has let the attempt end: only a row that kills its worker counts.
        Alert.objects.filter(pk=alert.pk, claim=token).update(
            claim="",
            attempts=0,
            due_at=None if given_up else now + wait,
            failed_at=now if given_up else None,
            problem=problem,
        )
        failing = Channel.objects.filter(pk=alert.channel_id)
        if not alert.fallback and (given_up or age >= FALL_BACK_AFTER):
            failing.filter(failing_since=None).update(failing_since=now)
            failing.update(problem=problem)
            return _fall_back(alert, now)
    return []


def _faulty(alert: Alert, token: str, fault: str, now: datetime) -> list[int]:
    """A fault of ours is no channel's: try again, park it in the end, and tell it otherwise."""
    Alert.objects.filter(pk=alert.pk).update(problem=stored.message(Message(ODD, {"fault": fault})))
    due.fail(Alert, alert.pk, token, fault, now)
    return _fall_back(alert, now) if alert.attempts >= due.ATTEMPTS and not alert.fallback else []


def _fall_back(alert: Alert, now: datetime) -> list[int]:
    """Write the same news for the owner's own email; once a message. A test stays a test."""
    if alert.event == AlertEvent.TEST:
        return []
    key = f"{alert.key}-fallback"
    instead = Alert(
        workspace=alert.workspace,
        incident=alert.incident,
        channel=alert.channel,
        event=alert.event,
        nth=alert.nth,
        key=key,
        news=alert.news,
        created_at=now,
        due_at=now,
        fallback=True,
    )
    Alert.objects.bulk_create([instead], ignore_conflicts=True)
    unsent = Alert.objects.filter(key=key, sent_at=None, failed_at=None)
    return list(unsent.values_list("pk", flat=True))


def _owner(alert: Alert) -> Owner:
    """Answer the owner's email as a place. Raises Undelivered where there is none."""
    owners = Member.objects.filter(workspace=alert.workspace, role=Role.OWNER)
    emails = owners.exclude(user__email="").order_by("pk").values_list("user__email", flat=True)
    email = emails.first()
    if not email:
        raise Undelivered(Message(NOBODY), permanent=True)
    return Owner(kind=ChannelKind.EMAIL.value, address={"to": email})


def _links(alert: Alert) -> dict[Link, str]:
    """Answer the paths of the pages a message may lead to."""
    incident = alert.incident
    pages: dict[Link, tuple[str, list[object]]] = {
        Link.CHANNELS: ("channels", []),
        Link.CONNECTIONS: ("connections", []),
    }
    if incident is not None:
        pages[Link.INCIDENT] = ("incident", [incident.pk])
        if incident.chain is not None:
            pages[Link.CHAIN] = ("chain", [incident.chain.slug])
        if incident.opened_by_id:
            pages[Link.RUN] = ("run", [incident.opened_by_id])
        if incident.connection is not None:
            pages[Link.CONNECTION] = ("connection", [incident.connection.slug])
    found = {}
    for link, (page, arguments) in pages.items():
        try:
            found[link] = reverse(page, args=arguments)
        except NoReverseMatch:
            continue
    return found
