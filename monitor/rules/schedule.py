"""When a chain's next synthetic lead is due: its slots, as stable instants in UTC."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from math import ceil
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from connectors.kit.message import Message, _

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MONTH = timedelta(days=365.25) / 12
COUNTED = 2000

_ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_EVERY = re.compile(r"every\s+(\d{1,6})\s*([smhd])", re.ASCII)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_EVERY_ONE = {
    "s": _("every second"),
    "m": _("every minute"),
    "h": _("every hour"),
    "d": _("every 24 hours"),
}
_EVERY_FEW = {
    "s": _("every %(count)s seconds"),
    "m": _("every %(count)s minutes"),
    "h": _("every %(count)s hours"),
    "d": _("every %(count)s days"),
}
_DAILY = re.compile(r"(\d{1,2}) (\d{1,2}) \* \* \*", re.ASCII)
_WINDOWS = (timedelta(hours=1), timedelta(days=1), timedelta(days=32), timedelta(days=366))


class BadSchedule(ValueError):
    """The owner's schedule cannot be followed; `message` says why and what to write instead."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.render())
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A cron line, an alias such as `@daily`, or `every 15s`, read in the workspace's zone.

    Slots are stable instants, so (chain, slot) names one run. A cron slot happens once however
    the clocks change; `every` runs by elapsed time and its slots are whole multiples of it.
    """

    text: str
    zone: str
    line: str = ""
    seconds: int = 0

    @classmethod
    def parse(cls, text: str, zone: str) -> "Schedule":
        """Read what the owner wrote. Raises BadSchedule."""
        text = " ".join(text.split())
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise BadSchedule(
                Message(
                    _("“%(zone)s” is no time zone; write one such as “Europe/Berlin”."),
                    {"zone": zone},
                )
            ) from error
        if every := _EVERY.fullmatch(text.lower()):
            return cls(text=text, zone=zone, seconds=_seconds(text, every))
        line = _ALIASES.get(text.lower(), text)
        _check_line(text, line, zone)
        return cls(text=text, zone=zone, line=line)

    def next_after(self, moment: datetime) -> datetime:
        """Answer the first slot later than `moment`, in UTC."""
        return next(self._slots(moment))

    def next_slot(self, last_slot: datetime | None, now: datetime) -> datetime:
        """Answer the slot to run next; one that is not after `now` is run at once.

        Of slots missed since `last_slot` only the latest is answered: the others are not made up.
        With no `last_slot` (a new or resumed chain) nothing was missed.
        """
        following = self.next_after(now if last_slot is None else last_slot)
        if following > now:
            return following
        for window in _WINDOWS:
            start = max(following - timedelta(microseconds=1), now - window)
            missed = list(takewhile(lambda slot: slot <= now, self._slots(start)))
            if missed:
                return missed[-1]
        return following

    def per_month(self, now: datetime) -> int:
        """Answer how many slots a month brings, on the average of the coming year, rounded up."""
        if self.seconds:
            return ceil(MONTH / timedelta(seconds=self.seconds))
        end = now + 12 * MONTH
        count, last = 0, now
        for last in takewhile(lambda slot: slot < end, self._slots(now)):
            count += 1
            if count == COUNTED:
                return ceil(count * (MONTH / (last - now)))
        return ceil(count / 12)

    def describe(self) -> Message:
        """Answer the schedule in the owner's words."""
        if every := _EVERY.fullmatch(self.text.lower()):
            count, unit = int(every[1]), every[2]
            if count == 1:
                return Message(_EVERY_ONE[unit])
            return Message(_EVERY_FEW[unit], {"count": count})
        if self.line == _ALIASES["@hourly"]:
            return Message(_("every full hour"))
        if daily := _DAILY.fullmatch(self.line):
            time = f"{int(daily[2]):02}:{int(daily[1]):02}"
            return Message(_("every day at %(time)s (%(zone)s)"), {"time": time, "zone": self.zone})
        return Message(
            _("at the times of “%(line)s” (%(zone)s)"), {"line": self.text, "zone": self.zone}
        )

    def _slots(self, moment: datetime) -> Iterator[datetime]:
        """Yield all slots later than `moment`, each once."""
        if self.seconds:
            step = timedelta(seconds=self.seconds)
            slot = EPOCH + step * ((moment - EPOCH) // step + 1)
            while True:
                yield slot
                slot += step
        # In the hour a zone repeats, the cron walk starts from the bare local time and so may
        # answer slots that are over; in the hour it skips, several slots fall on one instant.
        cron = CronSim(self.line, moment.astimezone(ZoneInfo(self.zone)))
        while True:
            slot = next(cron).astimezone(UTC)
            if slot > moment:
                moment = slot
                yield slot


def _seconds(text: str, every: re.Match[str]) -> int:
    seconds = int(every[1]) * _UNITS[every[2]]
    if not seconds:
        raise BadSchedule(
            Message(
                _("“%(text)s” names no time; write at least “every 1s”."),
                {"text": text},
            )
        )
    return seconds


def _check_line(text: str, line: str, zone: str) -> None:
    """Raise BadSchedule unless `line` is a cron line of five fields that fires some day."""
    noon = datetime(2024, 1, 1, 12, tzinfo=ZoneInfo(zone))
    if len(line.split()) == 5:
        try:
            next(CronSim(line, noon))
        except StopIteration:
            raise _never(text) from None
        except CronSimError as error:
            if _fires_in_some_month(line, noon):
                raise _never(text) from error
        else:
            return
    raise BadSchedule(
        Message(
            _(
                "“%(text)s” is no schedule; write “every 4h”, “@daily” or a cron line of five"
                " fields such as “0 9 * * *” (minute, hour, day, month, weekday)."
            ),
            {"text": text},
        )
    )


def _fires_in_some_month(line: str, noon: datetime) -> bool:
    """Answer whether only the month keeps `line` from firing: 30 February is such a line."""
    minute, hour, day, _month, weekday = line.split()
    try:
        next(CronSim(f"{minute} {hour} {day} * {weekday}", noon))
        next(CronSim(f"{minute} {hour} 1 {_month} *", noon))
    except CronSimError:
        return False
    return True


def _never(text: str) -> BadSchedule:
    return BadSchedule(
        Message(
            _("“%(text)s” never happens: there is no such day. Write another day or month."),
            {"text": text},
        )
    )
