"""Bounded growth: old runs go, a few at a time; incidents and what they say stay."""

import time
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef

from monitor.engine import heartbeat
from monitor.models import Alert, Chain, Incident, Residue, ResidueState, Run, Stop

EVERY = timedelta(minutes=10)
KEEP_RUNS = timedelta(days=90)
KEEP_ALERTS = timedelta(days=90)
PART = 200
SWEPT = "sweep"


def sweep(now: datetime) -> int:
    """Delete what is too old, at most once in ten minutes; answer how many runs went."""
    if not heartbeat.again(SWEPT, EVERY, now):
        return 0
    gone = 0
    while found := _old_runs(now):
        # The ledger knows everything of these runs as gone or as staying; that knowledge goes too.
        Run.objects.filter(pk__in=found).delete()
        gone += len(found)
        if len(found) < PART:
            break
        if connection.vendor == "sqlite":
            time.sleep(0.02)  # there is one writer at a time: let the others in
    Alert.objects.filter(created_at__lt=now - KEEP_ALERTS, due_at=None).delete()
    _ended_chains(now)
    return gone


def _old_runs(now: datetime) -> list[int]:
    """Answer settled runs that nothing is awaited of: no look, no removal, no open incident."""
    waiting = Stop.objects.filter(run=OuterRef("pk"), due_at__isnull=False)
    states = (ResidueState.LYING, ResidueState.REMOVED)
    lying = Residue.objects.filter(run=OuterRef("pk"), state__in=states)
    told = Incident.objects.filter(opened_by=OuterRef("pk"), resolved_at=None)
    rows = Run.objects.filter(created_at__lt=now - KEEP_RUNS, settled_at__isnull=False)
    rows = rows.exclude(Exists(waiting)).exclude(Exists(lying)).exclude(Exists(told))
    return list(rows.order_by("created_at").values_list("pk", flat=True)[:PART])


def _ended_chains(now: datetime) -> None:
    """Delete the rows of chains that ended long ago and of which no run is left."""
    left = Run.objects.filter(chain=OuterRef("pk"))
    ended = Chain.objects.filter(deleted_at__lt=now - KEEP_RUNS).exclude(Exists(left))
    for chain in ended[:PART]:
        Chain.objects.filter(pk=chain.pk).update(version=None)
        chain.delete()
