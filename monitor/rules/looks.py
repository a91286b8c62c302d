"""When to look next at one stop: seldom, but surely where a look decides something."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import ceil

from monitor.rules.facts import StopFacts
from monitor.rules.plan import HopPlan, LookPace

FIRST_RETRY = 0.05
LONGEST_RETRY = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a lead may arrive at a hop: from `start`, in time until `due_at`."""

    start: datetime
    due_at: datetime
    lag: timedelta
    linger: timedelta

    @property
    def decisive_at(self) -> datetime:
        """When a complete look that finds nothing proves that the lead is not in time."""
        return self.due_at + self.lag

    def linger_end(self, arrived_at: datetime | None) -> datetime:
        """Answer when the last look is due: every copy made while we lingered shows by then."""
        if arrived_at is None:
            return self.decisive_at + self.linger
        return arrived_at + self.linger + (self.lag if self.linger else timedelta(0))


def patience(hop: HopPlan, pace: LookPace) -> timedelta:
    """Answer how long failing looks are repeated after the one that mattered was due."""
    return timedelta(seconds=max(hop.linger, hop.deadline * pace.patience))


def arrival_looks(window: Window, pace: LookPace, *, only_decisive: bool) -> tuple[datetime, ...]:
    """Answer when to look for a lead that was not seen yet.

    Looks trail the tool by its lag, as its search does. Behind a lost lead one look is enough.
    """
    if only_decisive:
        return (window.decisive_at,)
    first = window.start + window.lag
    return tuple(
        first + after for after in _arrival(window.due_at - window.start, window.linger, pace)
    )


def first_look(window: Window, pace: LookPace) -> datetime:
    """Answer when to look first for an arrival at a tool that shows it without a lag."""
    return window.start + _arrival(window.due_at - window.start, window.linger, pace)[0]


def linger_looks(
    window: Window, arrived_at: datetime, pace: LookPace, *, merges: bool
) -> tuple[datetime, ...]:
    """Answer when to look again for a second arrival; a tool that merges cannot show one."""
    end = window.linger_end(arrived_at)
    if merges:
        return (end,)
    return (*(arrived_at + after for after in _linger(end - arrived_at, window.linger, pace)), end)


# Thousands of runs share few plans: what follows is worked out once for each length.
@lru_cache(maxsize=4096)
def _arrival(length: timedelta, linger: timedelta, pace: LookPace) -> tuple[timedelta, ...]:
    """Answer the looks for an arrival, counted from the first moment it could be seen."""
    early = _spaced([part * length for part in pace.deadline if 0 < part < 1], pace, length)
    lingering = _linger(linger, linger, pace)
    after = (length + moment for moment in lingering)
    return tuple(dict.fromkeys([*early, length, *after, length + linger]))


@lru_cache(maxsize=4096)
def _linger(length: timedelta, linger: timedelta, pace: LookPace) -> tuple[timedelta, ...]:
    """Answer the looks between an arrival and the end of its linger, counted from the arrival."""
    return _spaced([part * linger for part in pace.linger if 0 < part < 1], pace, length)


def _spaced(moments: list[timedelta], pace: LookPace, end: timedelta) -> tuple[timedelta, ...]:
    """Answer `moments` without those that follow too soon on another, or on the start."""
    floor, last, kept = timedelta(seconds=pace.floor), timedelta(0), []
    for moment in sorted(moments):
        if moment - last >= floor and moment < end:
            kept.append(moment)
            last = moment
    return tuple(kept)


def on_the_beat(at: datetime, hop: HopPlan, pace: LookPace, beats: int = 1) -> datetime:
    """Round a look up to a beat that all leads share: one search serves those waiting at a tool.

    Looks that decide nothing need not be so punctual: they may keep every so many `beats`.
    """
    beat = beats * pace.together * min(hop.deadline, hop.linger or hop.deadline)
    return datetime.fromtimestamp(ceil(at.timestamp() / beat) * beat, UTC) if beat > 0 else at


def next_look(
    moments: tuple[datetime, ...], stop: StopFacts, pace: LookPace, waits: timedelta
) -> datetime | None:
    """Answer when to look next, given when one would like to; None when the last one went well.

    A moment in the past means at once. A failed look is repeated with growing pauses, but never
    past a moment one would have looked at anyway, unless the tool asked us to stay away.
    """
    if not moments or stop.well_looked_at(moments[-1]):
        return None
    ahead = [at for at in moments if stop.looked_at is None or at > stop.looked_at]
    if stop.failing_since is None or stop.looked_at is None:
        return ahead[0] if ahead else moments[-1]
    first = max(timedelta(seconds=pace.floor), FIRST_RETRY * waits)
    longest = max(first, LONGEST_RETRY * waits)
    pause = min(max(first, stop.looked_at - stop.failing_since), longest)
    again = min([stop.looked_at + pause, *ahead])
    return again if stop.not_before is None else max(again, stop.not_before)
