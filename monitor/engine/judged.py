"""A run that was judged just now, and what followed from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from monitor.models import Run
from monitor.rules.plan import Plan
from monitor.rules.verdict import Judgement, Verdict


class Stopped(NamedTuple):
    """The columns of a stop that a judgement needs; whole rows would cost more than judging."""

    pk: int
    run_id: int
    hop: str
    connection_id: int
    due_at: datetime | None
    attempts: int
    stuck_at: datetime | None
    arrived_at: datetime | None
    looked_at: datetime | None
    good_look_at: datetime | None
    missed_at: datetime | None
    failing_since: datetime | None
    failure: dict[str, Any]
    records: list[dict[str, Any]]


@dataclass(slots=True, kw_only=True)
class Judged:
    """A run, its stops, and what was decided about it just now."""

    run: Run
    plan: Plan
    stops: dict[str, Stopped]
    judgement: Judgement
    keep_failed: float = 0.0

    @property
    def newly_settled(self) -> bool:
        """Answer whether nothing more is awaited of the run since just now."""
        return self.judgement.settled and self.run.settled_at is None

    @property
    def later(self) -> bool:
        """Answer whether the run had been settled before: a later look amends it."""
        return self.run.settled_at is not None

    @property
    def keeps(self) -> timedelta:
        """Answer for how long its records stay."""
        failed = self.judgement.verdict is Verdict.FAILED
        return timedelta(seconds=self.keep_failed if failed else 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What judgements led to: messages to send, and whether lost leads are to be tried again."""

    alerts: tuple[int, ...] = ()
    confirmations: bool = False
