"""How many calls an account has left of what its tool allows, and when one more may be made.

Time is cut into tenths of a limit's window, and the calls of eleven tenths together stay within
the limit: whatever window the tool counts in, it lies within eleven of ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import floor

PARTS = 10
SHORTEST = 0.001
LONGEST_QUEUE = 30.0
"""Seconds after its turn that the last in a queue is told to come back at the latest."""

LONGEST_GUESS = 60.0
"""Seconds of the first pause after a tool that counts by the day said "too fast", and no more."""

Limits = Sequence[tuple[int, float]]
"""A tool's limits, each as calls and seconds."""

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What an account's calls used up: for each limit the calls by tenth of its window.

    `promised` is when the last of those who must wait was told to come back.
    """

    used: tuple[Counts, ...] = ()
    promised: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """The answer to who asks for calls: `wait` is 0 where they may be made now."""

    spent: Spent
    wait: float = 0.0


class Asker(StrEnum):
    """Who asks: some must queue, some are half way, and some cannot be stopped any more."""

    STARTING = "starting"
    UNDER_WAY = "under way"
    HANDING_IN = "handing in"


def permit(
    spent: Spent, limits: Limits, calls: int, now: float, asker: Asker = Asker.STARTING
) -> Permit:
    """Answer whether so many calls may be made now, or when to ask again.

    Those who are only starting are told different times, one behind the other. The calls of a
    hand-in are made in any case, and the others wait for them.
    """
    used = tuple(
        _still_counted(spent.used[place] if place < len(spent.used) else {}, seconds, now)
        for place, (_, seconds) in enumerate(limits)
    )
    wait = max(
        (_wait(used[place], limit, calls, now) for place, limit in enumerate(limits)), default=0.0
    )
    if wait <= 0 or asker is Asker.HANDING_IN:
        used = tuple(
            _counted(used[place], seconds, calls, now) for place, (_, seconds) in enumerate(limits)
        )
        return Permit(spent=Spent(used=used, promised=spent.promised))
    if asker is Asker.UNDER_WAY:
        return Permit(spent=Spent(used=used, promised=spent.promised), wait=wait)
    pace = max(seconds / most for most, seconds in limits)
    told = min(max(spent.promised, now + wait), now + wait + LONGEST_QUEUE)
    return Permit(spent=Spent(used=used, promised=told + calls * pace), wait=told - now)


def pause(asked: float | None, limits: Limits, again: float) -> float:
    """Answer how long to make no calls after a tool said "too fast".

    Where it named no time that is its shortest window, a minute at most, or twice as long as the
    pause before, if that was in vain: `again` is the length of a pause that ended just now, else
    0. Where it publishes no limit either there is no pause: who was told so comes back by itself.
    """
    if asked is not None:
        return asked
    shortest = min((seconds for _, seconds in limits), default=0.0)
    shortest = min(shortest, LONGEST_GUESS)
    longest = max((seconds for _, seconds in limits), default=0.0)
    return max(shortest, min(2 * again, longest))


def _part(seconds: float, now: float) -> int:
    return floor(now / (seconds / PARTS))


def _still_counted(used: Counts, seconds: float, now: float) -> dict[str, int]:
    """Answer the calls that may lie in one window with a call made now.

    A part that is yet to come was counted before the clock was put back: it holds nobody up.
    """
    present = _part(seconds, now)
    return {part: calls for part, calls in used.items() if 0 <= present - int(part) <= PARTS}


def _counted(used: Counts, seconds: float, calls: int, now: float) -> dict[str, int]:
    present = str(_part(seconds, now))
    return {**used, present: used.get(present, 0) + calls}


def _wait(used: Counts, limit: tuple[int, float], calls: int, now: float) -> float:
    """Answer how many seconds until enough calls are no longer counted."""
    most, seconds = limit
    wanted = min(calls, most)
    left = sum(used.values())
    wait = 0.0
    for part in sorted(used, key=int):
        if left + wanted <= most:
            break
        left -= used[part]
        wait = max((int(part) + PARTS + 1) * (seconds / PARTS) - now, SHORTEST)
    return wait
