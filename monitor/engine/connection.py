"""Connections: opening one for work, proving it, and what happens when it needs its owner."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from connectors import catalog
from connectors.kit.base import Connector, Site
from connectors.kit.errors import NeedsOwner, ToolError, TryLater, UnexpectedAnswer
from connectors.kit.message import Message, _
from connectors.kit.ports import Ports
from connectors.kit.records import Account
from monitor.engine import due, incident, pace, stored
from monitor.engine.access import Access
from monitor.engine.clock import Clock
from monitor.engine.pace import Pace
from monitor.engine.token import SEALED, grant_of
from monitor.engine.wake import Wake
from monitor.models import Connection, ConnectionState, Stop
from monitor.vault import CannotOpen

log = logging.getLogger(__name__)

UNKNOWN_TOOL = _("This installation has no connector called “%(tool)s”.")
ODD = _("“%(connection)s” could not be checked because of a fault in Handoff (%(fault)s).")
SKEW_TOLD = 2.0


def ports(own: Pace | None = None, access: Access | None = None) -> Ports:
    """Answer what this deployment lets a connector do."""
    return Ports(
        networks=settings.ALLOWED_NETWORKS,
        seconds=settings.CALL_SECONDS,
        pace=own,
        token=access.token if access else None,
        renew=access.renew if access else None,
    )


def opened(
    connection: Connection, resource: str, keys: Sequence[str] = (), own: Pace | None = None
) -> Connector:
    """Answer a connector at work on one resource. Raises NeedsOwner where it cannot be built.

    Its calls are paced as the first ones of a task, unless that brings a pace of its own.
    """
    try:
        tool = catalog.connector(connection.connector)
        answers = {**connection.settings, **connection.secrets}
        site = Site(
            settings={key: str(value) for key, value in answers.items()},
            resource=resource,
            keys=tuple(keys),
            base=connection.base or settings.TOOL_URLS.get(connection.connector, ""),
            ports=ports(own or pace.at(connection, tool), access_of(connection)),
        )
        return tool(site)
    except CannotOpen:
        raise NeedsOwner(Message(SEALED, {"connection": connection.name})) from None
    except KeyError:
        raise NeedsOwner(Message(UNKNOWN_TOOL, {"tool": connection.connector})) from None


def access_of(connection: Connection) -> Access | None:
    """Answer what fetches the connection's tokens, None where its tool wants none."""
    grant = grant_of(connection)
    return Access(connection, grant, ports()) if grant else None


def prove(connection: Connection, now: datetime) -> Account:
    """Check the credentials at the tool, keep whose account it is, and let the connection work.

    Raises ToolError where the check fails; what the connection was before, it stays.
    """
    tool = catalog.connector(connection.connector)
    own = pace.at(connection, tool, patient=True)
    account = opened(connection, tool.resources[0].slug, own=own).check()
    _passed(connection, account, now)
    return account


def check_again(ids: Sequence[int], token: str, now: datetime) -> list[Wake]:
    """Prove connections that needed their owner: those that pass go on, the rest wait longer."""
    clock = Clock(now)
    fresh = due.take(Connection.objects.all(), ids, token, now)
    for connection in Connection.objects.filter(pk__in=ids, claim=fresh):
        if clock.spent:
            due.postpone(Connection, [connection.pk], fresh, clock.now)
        elif connection.paused_at or connection.deleted_at:
            due.settle(Connection, fresh, ("due_at",), [(connection.pk, None)])
        else:
            _check_one(connection, fresh, clock)
    return []


def doubt(connection: Connection, now: datetime) -> bool:
    """Ask the tool whether it really shuts us out, and stop using the connection if so.

    One call refused while the credentials still pass is no reason to stop all chains.
    """
    try:
        prove(connection, now)
    except NeedsOwner as refused:
        stop(connection, refused.message, now)
        return True
    except ToolError:
        return False
    except Exception as fault:  # noqa: BLE001 - a broken connector shuts out nobody but itself
        log.warning("A check failed with %s.", type(fault).__name__)
        return False
    return False


def stop(connection: Connection, why: Message, now: datetime) -> None:
    """Stop using a connection until a check passes; its owner is told once."""
    with transaction.atomic():
        stopped = (
            Connection.objects.filter(pk=connection.pk)
            .exclude(state=ConnectionState.NEEDS_OWNER)
            .update(
                state=ConnectionState.NEEDS_OWNER,
                problem=stored.message(why),
                problem_since=now,
                due_at=now + due.backoff(1, first=60.0),
                claim="",
                attempts=0,
                stuck_at=None,
            )
        )
        if stopped:
            connection.state = ConnectionState.NEEDS_OWNER
            connection.problem = stored.message(why)
            incident.connection_needs_owner(connection, why, now)


def keep_skew(connection: Connection, connector: Connector) -> None:
    """Remember how far the tool's clock is off, where that changed noticeably."""
    skew = getattr(getattr(connector, "api", None), "skew", None)
    if skew is None or abs(skew - (connection.skew or 0.0)) < SKEW_TOLD:
        return
    Connection.objects.filter(pk=connection.pk).update(skew=round(skew, 1))
    connection.skew = round(skew, 1)


def shut(connection: Connection) -> Message | None:
    """Answer why the tool cannot be asked now, None where it can.

    Pausing or deleting a connection stops new runs; those under way are finished and removed.
    """
    if connection.state == ConnectionState.NEEDS_OWNER:
        return stored.read_message(connection.problem)
    return None


def closed(connection: Connection) -> Message | None:
    """Answer why no lead is handed in here now, None where it is."""
    if connection.deleted_at:
        return Message(_("“%(connection)s” was deleted."), {"connection": connection.name})
    if connection.paused_at:
        return Message(_("“%(connection)s” is paused."), {"connection": connection.name})
    return shut(connection)


def resume_looks(connections: Iterable[int], now: datetime) -> None:
    """Let the stops that wait for these connections be looked at without delay."""
    Stop.objects.filter(
        connection__in=list(connections), due_at__gt=now, claim="", failing_since__isnull=False
    ).update(due_at=now)


def _passed(connection: Connection, account: Account, now: datetime) -> None:
    """Write that a check passed. A connection that was stopped goes on, and its owner is told."""
    with transaction.atomic():
        was = Connection.objects.filter(pk=connection.pk).values_list("state", flat=True).first()
        Connection.objects.filter(pk=connection.pk).update(
            state=ConnectionState.PROVED,
            account_id=stored.storable(account.id)[:200],
            account_label=stored.storable(account.label)[:200],
            account_notes=stored.storable(account.notes),
            proved_at=now,
            problem={},
            problem_since=None,
            due_at=None,
            claim="",
            attempts=0,
            stuck_at=None,
        )
        connection.state, connection.problem = ConnectionState.PROVED, {}
        if was == ConnectionState.NEEDS_OWNER:
            incident.connection_works_again(connection, now)
            resume_looks([connection.pk], now)


def _check_one(connection: Connection, token: str, clock: Clock) -> None:
    """Prove one connection; where that fails, wait twice as long as it has been waiting."""
    try:
        prove(connection, clock.now)
    except (NeedsOwner, TryLater, UnexpectedAnswer) as failure:
        why = stored.message(failure.message)
    except Exception as fault:  # noqa: BLE001 - the outermost step of one row, and it records
        name = type(fault).__name__
        odd = Message(ODD, {"connection": connection.name, "fault": name})
        Connection.objects.filter(pk=connection.pk).update(problem=stored.message(odd))
        due.fail(Connection, connection.pk, token, name, clock.now)
        log.warning("A check failed with %s.", name)
        return
    else:
        return
    now = clock.now
    waited = (now - (connection.problem_since or now)).total_seconds()
    again = now + due.backoff(1, first=max(60.0, waited), longest=86400.0)
    due.settle(Connection, token, ("due_at", "problem"), [(connection.pk, again, why)])
