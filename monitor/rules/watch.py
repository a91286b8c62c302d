"""Incidents of not being able to look: a connection that needs its owner, a chain left unseen."""

from datetime import datetime

from monitor.rules.case import Keep, Nothing, Open, Reason, Resolve

SLOTS_UNSEEN = 3
"""After so many slots without a conclusive run the owner is told that we cannot look."""

Step = Open | Keep | Resolve | Nothing


def decide_connection(*, opened: bool, needs_owner: bool, since: datetime) -> Step:
    """Decide on the incident of a connection: open while it needs its owner, since `since`."""
    return _decide(Reason.NEEDS_OWNER, since, opened=opened, blind=needs_owner)


def decide_watch(
    *, opened: bool, slots: int, connection_told: bool, paused: bool, since: datetime
) -> Step:
    """Decide on the incident of a chain that goes unseen.

    `slots` counts the scheduled runs that ended since the last conclusive one, the first of them
    handed in at `since`. Where an incident of one of its connections says so already, the owner is
    not told twice; a paused chain stays silent.
    """
    if slots and not opened:
        if paused:
            return Nothing(reason=Reason.PAUSED)
        if connection_told:
            return Nothing(reason=Reason.CONNECTION_TOLD)
        if slots < SLOTS_UNSEEN:
            return Nothing(reason=Reason.NOT_CONCLUSIVE)
    return _decide(Reason.UNSEEN, since, opened=opened, blind=slots > 0)


def _decide(reason: Reason, since: datetime, *, opened: bool, blind: bool) -> Step:
    if not blind:
        return Resolve(reason=Reason.SEEN_AGAIN) if opened else Nothing(reason=Reason.ALL_WELL)
    return Keep(reason=reason) if opened else Open(reason=reason, kinds=frozenset(), since=since)
