"""The tick: every few seconds it looks one interval ahead and wakes whoever is to work then."""

from datetime import datetime

from monitor.engine import ahead, heartbeat, retention, slot
from monitor.engine.wake import Wake


def tick(now: datetime) -> list[Wake]:
    """Note that we live, open the runs of coming slots, and answer who is to be woken when."""
    ahead.ticked()
    heartbeat.note(now, "beat", "worker")
    slot.open_due(now)
    return ahead.everything(now)


def afterwards(now: datetime) -> None:
    """Do what may wait until the messages of a tick are out."""
    retention.sweep(now)
    heartbeat.ping(now)
