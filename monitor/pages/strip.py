"""The last test leads as a row of bars, with the stretches in which none was sent."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.models import Chain, Run
from monitor.pages import sign
from monitor.pages.sign import Sign
from monitor.rules.schedule import BadSchedule, Schedule

BARS = 60
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One test lead; or, without `run`, a stretch `until` which the schedule's slots brought none.

    The stretch that still lasts has no `until`.
    """

    at: datetime
    sign: Sign
    run: int | None = None
    until: datetime | None = None


def strip(
    chain: Chain, runs: Sequence[Run], zone: str, now: datetime, grace: timedelta
) -> tuple[Bar, ...]:
    """Answer the bars of these runs and the gaps between them, oldest first, the newest sixty."""
    bars = [
        Bar(at=run.submitted_at or run.created_at, sign=sign.VERDICTS[run.verdict], run=run.pk)
        for run in runs
    ]
    slots = sorted(run.slot for run in runs if run.slot)
    gaps = _gaps(_schedule(chain, zone), slots, now, grace)
    return tuple(sorted([*bars, *gaps], key=lambda bar: bar.at)[-BARS:])


def _gaps(
    schedule: Schedule | None, slots: Sequence[datetime], now: datetime, grace: timedelta
) -> Iterable[Bar]:
    if schedule is None or not slots:
        return
    for slot, following in _neighbours(schedule, slots):
        missed = schedule.next_after(slot)
        if missed < following:
            yield Bar(at=missed, until=following, sign=sign.NOT_WATCHED)
    missed = schedule.next_after(slots[-1])
    if missed + grace < now:
        yield Bar(at=missed, sign=sign.NOT_WATCHED)


def _neighbours(
    schedule: Schedule, slots: Sequence[datetime]
) -> Iterator[tuple[datetime, datetime]]:
    """Yield slots with the one after; those before an edit of the schedule are none of it."""
    for slot, following in zip(slots[-2::-1], slots[:0:-1], strict=True):
        if schedule.next_after(slot - INSTANT) != slot:
            return
        yield slot, following


def _schedule(chain: Chain, zone: str) -> Schedule | None:
    try:
        return Schedule.parse(chain.schedule, zone) if chain.schedule else None
    except BadSchedule:
        return None
