"""What is known of one run before it is judged: how the hand-in ended, what each look has seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connectors.kit.message import Message
from monitor.rules.difference import Difference


class Submission(StrEnum):
    """How the hand-in ended."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One record seen at a hop that is our lead, with how it differs from what was sent."""

    id: str
    created_at: datetime | None = None
    url: str = ""
    place: str = ""
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StopFacts:
    """What the looks at one stop have seen. A look's time is when it began.

    `arrived_at` is the tool's creation time where it is credible, else when the lead was first
    seen. `records` are those of the look that saw the most, `counted_at` that look's time.
    `good_look_at` is the latest complete look, `missed_at` the latest complete one before the
    arrival, which found nothing. `failure` says why the latest look failed, or why none is
    possible now (a paused connection, a parked row); None after a good one. `failing_since` is
    the first look of that row of failures, `not_before` the time a tool asked us to stay away
    until.
    """

    arrived_at: datetime | None = None
    records: tuple[Seen, ...] = ()
    counted_at: datetime | None = None
    looked_at: datetime | None = None
    good_look_at: datetime | None = None
    missed_at: datetime | None = None
    failure: Message | None = None
    failing_since: datetime | None = None
    not_before: datetime | None = None

    def well_looked_at(self, moment: datetime) -> bool:
        """Answer whether a complete look began at `moment` or later."""
        return self.good_look_at is not None and self.good_look_at >= moment

    def missed_after(self, moment: datetime) -> bool:
        """Answer whether a complete look at `moment` or later found nothing."""
        return self.missed_at is not None and self.missed_at >= moment


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What is known of one run. `problem` is the tool's sentence for a refused or unknown hand-in.

    `stops` is keyed by hop; a hop without an entry was never looked at.
    """

    submission: Submission
    submitted_at: datetime | None = None
    problem: Message | None = None
    stops: Mapping[str, StopFacts] = field(default_factory=dict)

    def stop(self, hop: str) -> StopFacts:
        """Answer what is known of one stop."""
        return self.stops.get(hop, NEVER_LOOKED)

    @property
    def found(self) -> bool:
        """Whether the lead was seen at any hop."""
        return any(stop.arrived_at is not None for stop in self.stops.values())


NEVER_LOOKED = StopFacts()
