"""What shows a record to be ours, so that it may be removed; a doubt is enough to leave it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from connectors.kit.message import Message, _
from connectors.kit.records import Arrival
from monitor.engine.chain import frozen
from monitor.engine.journey import Journey
from monitor.models import Connection, ResidueState
from monitor.rules.fields import compare

ROUNDED = timedelta(seconds=2)
"""How far a tool's creation time may be off by having been rounded."""

OLDER = _("This record is older than our test lead, which was merged into it; it is never removed.")
UNDATED = _(
    "When this record was made is not known, and not every field of it is our test lead's;"
    " look at it before you remove it by hand."
)
UNSUBMITTED = _("Our test lead was never handed in, so this record is not removed.")


class Lying(Protocol):
    """A record of the ledger: what kind it is, and the journey that left it."""

    @property
    def resource(self) -> str:
        """The kind of record."""

    @property
    def run(self) -> Journey:
        """The lead it is one of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOurs:
    """Why a record stays."""

    state: ResidueState
    why: Message


def why_not_ours(one: Lying, arrival: Arrival, place: Connection) -> NotOurs | None:
    """Answer why a record that was read just now is left alone, None where it is shown to be ours.

    That it carries the tag and has the ledger's id is known: by these it was found.
    """
    run = one.run
    if run.submitted_at is None:
        return NotOurs(state=ResidueState.KEPT, why=Message(UNSUBMITTED))
    if arrival.created_at is None:
        if _all_ours(one, arrival, place):
            return None
        return NotOurs(state=ResidueState.KEPT, why=Message(UNDATED))
    skew = place.skew or 0.0
    created = arrival.created_at
    if abs(skew) > ROUNDED.total_seconds():
        created -= timedelta(seconds=skew)
    if created < run.submitted_at - ROUNDED:
        return NotOurs(state=ResidueState.NOT_OURS, why=Message(OLDER))
    return None


def _all_ours(one: Lying, arrival: Arrival, place: Connection) -> bool:
    """Answer whether every mapped field of the record holds what our lead says."""
    version = frozen(one.run.version_id)
    rules = [
        version.rules[hop.slug]
        for hop in version.plan.hops
        if hop.resource == one.resource and hop.connector == place.connector
    ]
    return any(not compare(one.run.lead, each, arrival.record) for each in rules)
