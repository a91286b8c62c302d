"""Incidents of not being able to look: at one tool, along one chain, or anywhere at all."""

from datetime import datetime

from monitor.rules.case import Keep, Nothing, Open, Reason, Resolve

SLOTS_UNSEEN = 3
"""After so many slots without a conclusive run the owner is told that we cannot look."""

MANY = 2
"""So many tools that fall silent at once point to what they have in common: our own network."""

Step = Open | Keep | Resolve | Nothing


def decide_connection(*, opened: bool, needs_owner: bool, since: datetime) -> Step:
    """Decide on the incident of a connection: open while it needs its owner, since `since`."""
    return _decide(Reason.NEEDS_OWNER, since, opened=opened, blind=needs_owner)


def decide_watch(
    *,
    opened: bool,
    slots: int,
    connection_told: bool,
    paused: bool,
    since: datetime,
    workspace_told: bool = False,
) -> Step:
    """Decide on the incident of a chain that goes unseen.

    `slots` counts the scheduled runs that ended since the last conclusive one, the first of them
    handed in at `since`. Where an incident of one of its connections or of the whole workspace says
    so already, the owner is not told twice; a paused chain stays silent.
    """
    if slots and not opened:
        if paused:
            return Nothing(reason=Reason.PAUSED)
        if connection_told:
            return Nothing(reason=Reason.CONNECTION_TOLD)
        if workspace_told:
            return Nothing(reason=Reason.WORKSPACE_TOLD)
        if slots < SLOTS_UNSEEN:
            return Nothing(reason=Reason.NOT_CONCLUSIVE)
    return _decide(Reason.UNSEEN, since, opened=opened, blind=slots > 0)


def decide_outside(
    *, opened: bool, answered: bool, slots: int, tools: int, paused: bool, since: datetime
) -> Step:
    """Decide on the incident of a workspace none of whose tools answers.

    `answered`: some tool of the workspace did since `since`, the hand-in of the first of `slots`
    runs that ended without a verdict, or, while the incident is open, since the last of them.
    `tools` counts the connections on the chain: the silence of one is not the silence of all.
    """
    if not opened and (paused or slots < SLOTS_UNSEEN or tools < MANY):
        return Nothing(reason=Reason.PAUSED if paused else Reason.NOT_CONCLUSIVE)
    return _decide(Reason.UNREACHABLE, since, opened=opened, blind=not answered)


def _decide(reason: Reason, since: datetime, *, opened: bool, blind: bool) -> Step:
    if not blind:
        return Resolve(reason=Reason.SEEN_AGAIN) if opened else Nothing(reason=Reason.ALL_WELL)
    return Keep(reason=reason) if opened else Open(reason=reason, kinds=frozenset(), since=since)
