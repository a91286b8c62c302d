"""What falls due before the next tick: claimed, and made into wake-up calls."""

import time
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q

from monitor.engine import due
from monitor.engine.wake import Wake
from monitor.models import Alert, Confirmation, Connection, Residue, Run, Stop, Submission

_next_tick = 0.0
"""When this process expects the next tick, on the monotonic clock."""

LOOKS = 2500
"""Stops in one message: the hops of a run are looked at together, and judged once."""

BEFORE_SUBMIT = (Submission.INTENDED, Submission.SUBMITTING)


def horizon() -> float:
    """Answer how many seconds one looks ahead: an interval, and a little for a late tick."""
    return float(settings.TICK_SECONDS) * 1.1


def ticked() -> None:
    """Note that a tick is being worked on in this process."""
    global _next_tick
    _next_tick = time.monotonic() + float(settings.TICK_SECONDS)


def till_next_tick() -> float:
    """Answer how many seconds one looks ahead between ticks: the next finds the rest, and finds
    more of it at once."""
    left = _next_tick - time.monotonic()
    return left + 0.1 if 0 < left < horizon() else horizon()


def runs(now: datetime, ids: Collection[int] | None = None) -> list[Wake]:
    """Claim runs that are to be handed in, and runs that are to be judged without a look."""
    rows = Run.objects.all() if ids is None else Run.objects.filter(pk__in=list(ids))
    hand_in = due.claim(
        rows.filter(submission__in=BEFORE_SUBMIT),
        now=now,
        horizon=horizon(),
        columns=("entry_id",),
    )
    judge = due.claim(rows.exclude(submission__in=BEFORE_SUBMIT), now=now, horizon=horizon())
    return [*_wakes("submit", hand_in), *_wakes("judge", judge)]


def stops(now: datetime, connections: Collection[int] | None = None) -> list[Wake]:
    """Claim stops to be looked at, of connections that have room for another batch.

    Stops whose last look failed go in messages of their own connection: a slow tool makes no
    other wait.
    """
    rows = Stop.objects.all()
    if connections is not None:
        rows = rows.filter(connection__in=list(connections))
    busy = full(now, connections)
    if busy:
        rows = rows.exclude(connection__in=list(busy))
    batches = due.claim(
        rows,
        now=now,
        horizon=horizon() if connections is None else till_next_tick(),
        limit=5000,
        coarse=1.0,
        most=LOOKS,
        columns=("connection_id", "resource", "failing_since"),
        apart=lambda row: row[0] if row[2] is not None else 0,
    )
    return _wakes("look", batches)


def alerts(now: datetime, ids: Collection[int] | None = None) -> list[Wake]:
    """Claim messages to be sent, those of one channel together."""
    rows = Alert.objects.all() if ids is None else Alert.objects.filter(pk__in=list(ids))
    batches = due.claim(
        rows,
        now=now,
        horizon=horizon(),
        columns=("channel_id", "fallback"),
        apart=lambda row: row,
    )
    return _wakes("send", batches)


def residues(now: datetime) -> list[Wake]:
    """Claim records to be removed, or to be verified as gone."""
    batches = due.claim(
        Residue.objects.all(),
        now=now,
        horizon=horizon(),
        limit=5000,
        coarse=horizon(),
        most=LOOKS,
        columns=("connection_id", "resource", "state"),
    )
    return _wakes("remove", batches)


def confirmations(now: datetime) -> list[Wake]:
    """Claim losses that are to be tried again."""
    return _wakes("confirm", due.claim(Confirmation.objects.all(), now=now, horizon=horizon()))


def connections(now: datetime) -> list[Wake]:
    """Claim connections that are to be proved again, each alone: a check may take its time."""
    batches = due.claim(
        Connection.objects.filter(deleted_at=None),
        now=now,
        horizon=horizon(),
        columns=("id",),
        apart=lambda row: row,
    )
    return _wakes("prove", batches)


def everything(now: datetime) -> list[Wake]:
    """Claim whatever falls due before the next tick."""
    return [
        *runs(now),
        *stops(now),
        *alerts(now),
        *confirmations(now),
        *residues(now),
        *connections(now),
    ]


def in_flight(now: datetime, connections: Collection[int] | None = None) -> list[tuple[Any, ...]]:
    """Answer (connection, when its hold ends, token) of every batch of looks that has begun.

    A stop that goes alone takes up no room: if it kills its worker, the others need not wait.
    """
    begun = Q(due_at__gt=now, due_at__lte=now + due.hold(), attempts__lte=due.ALONE_AFTER)
    rows = Stop.objects.filter(begun).exclude(claim="")
    if connections is not None:
        rows = rows.filter(connection__in=list(connections))
    found = rows.order_by().values_list("connection_id", "due_at", "claim").distinct()
    return list(found)


def full(now: datetime, connections: Collection[int] | None = None) -> set[int]:
    """Answer the connections that have as many batches in flight as they may."""
    counted = Counter(row[0] for row in in_flight(now, connections))
    if not counted:
        return set()
    rooms = Connection.objects.filter(pk__in=list(counted)).values_list("pk", "parallel")
    return {pk for pk, parallel in rooms if counted[pk] >= parallel}


def _wakes(task: str, batches: Sequence[due.Batch]) -> list[Wake]:
    return [Wake(task=task, batch=batch) for batch in batches]
