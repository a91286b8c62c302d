"""A small world in which a lead travels: records appear at their time, looks see them or fail."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from connectors.kit.message import Message
from monitor.rules.difference import Difference, Kind
from monitor.rules.plan import Plan
from monitor.rules.verdict import Judgement, RunFacts, Seen, StopFacts, Submission, judge

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AWAY = Message("The tool did not answer.")


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def damage(kind: Kind, *fields: str, seen: str = "wrong") -> Difference:
    return Difference(
        kind=kind,
        fields=fields,
        expected=("right",) * len(fields),
        seen=(seen,) * len(fields),
    )


@dataclass
class World:
    """`arrivals` says when (seconds) records of the lead appear at a hop, and how damaged."""

    plan: Plan
    arrivals: Mapping[str, Sequence[float]]
    damages: Mapping[str, tuple[Difference, ...]] = field(default_factory=dict)
    submission: Submission = Submission.ACCEPTED
    fails: Callable[[str, float], bool] = lambda hop, second: False
    dates: bool = True
    stops: dict[str, StopFacts] = field(default_factory=dict)
    looks: list[tuple[str, float]] = field(default_factory=list)

    def facts(self) -> RunFacts:
        return RunFacts(
            submission=self.submission, submitted_at=START, stops=dict(self.stops), problem=AWAY
        )

    def look(self, hop: str, now: datetime) -> None:
        second = (now - START).total_seconds()
        self.looks.append((hop, second))
        stop = replace(self.stops.get(hop, StopFacts()), looked_at=now)
        if self.fails(hop, second):
            since = stop.failing_since or now
            self.stops[hop] = replace(stop, failure=AWAY, failing_since=since)
            return
        stop = replace(stop, failure=None, failing_since=None, good_look_at=now)
        lag = self.plan.hop(hop).lag
        there = [moment for moment in self.arrivals.get(hop, ()) if moment + lag <= second]
        if len(there) > len(stop.records):
            records = tuple(
                Seen(id=str(moment), created_at=at(moment), differences=self.damages.get(hop, ()))
                for moment in there
            )
            first = at(min(there)) if self.dates else now
            stop = replace(
                stop, records=records, counted_at=now, arrived_at=stop.arrived_at or first
            )
        elif not there:
            stop = replace(stop, missed_at=now)
        self.stops[hop] = stop

    def judge(self, second: float) -> Judgement:
        return judge(self.plan, self.facts(), at(second))

    def travel(self) -> list[tuple[float, Judgement]]:
        """Look when asked to until nothing more is awaited; answer each judgement, timed."""
        now, told = START, []
        for _step in range(1000):
            judged = judge(self.plan, self.facts(), now)
            told.append(((now - START).total_seconds(), judged))
            if judged.settled:
                return told
            awaited = [*judged.next_at.values(), *([judged.again_at] if judged.again_at else [])]
            now = max(now, min(awaited))
            for hop, due in judged.next_at.items():
                if due <= now:
                    self.look(hop, now)
        raise AssertionError("the run never settled")
