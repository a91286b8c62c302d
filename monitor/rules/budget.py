"""How many synthetic leads a chain may make in a day: every one costs the owner carrier tasks."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connectors.kit.message import Message, _


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The leads of one day. The `reserve` is for confirmations and nothing else."""

    leads: int = 6
    reserve: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """The leads made since the day began. `leads` are all that are no confirmations."""

    leads: int = 0
    confirmations: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """The lead may be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhausted:
    """Not today: `message` says why and what to change, `until` when the next day begins."""

    message: Message
    until: datetime


def allow(
    budget: Budget, spent: Spent, now: datetime, zone: str, *, confirmation: bool = False
) -> Allowed | Exhausted:
    """Decide whether one more lead may be made."""
    if confirmation:
        sentence = _(
            "The %(count)s test leads a day kept for checking a loss again are used up; raise the"
            " chain's reserve to check more often."
        )
        count, used = budget.reserve, spent.confirmations
    else:
        sentence = _(
            "The chain's budget of %(count)s test leads a day is used up; raise it, or wait until"
            " tomorrow."
        )
        count, used = budget.leads, spent.leads
    if used < count:
        return Allowed()
    return Exhausted(message=Message(sentence, {"count": count}), until=_midnight(now, zone, 1))


def day_start(now: datetime, zone: str) -> datetime:
    """Answer when the day of `now` began in the workspace's zone, in UTC."""
    return _midnight(now, zone, 0)


def _midnight(now: datetime, zone: str, days: int) -> datetime:
    local = ZoneInfo(zone)
    day = now.astimezone(local).date() + timedelta(days=days)
    return datetime.combine(day, time(), tzinfo=local).astimezone(UTC)
