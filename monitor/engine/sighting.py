"""What one look saw at one stop, and how that is kept: evidence, timeline, failures."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from connectors.kit.message import Message
from connectors.kit.records import Arrival
from monitor.engine import bulk, stored
from monitor.engine.journey import Journey
from monitor.rules.fields import FieldRule, compare

COLUMNS = (
    "due_at",
    "arrived_at",
    "looked_at",
    "good_look_at",
    "missed_at",
    "failing_since",
    "failure",
    "records",
    "looks",
)
UNEVENTFUL = ("due_at", "looked_at", "good_look_at", "missed_at", "looks")
"""The columns that a look which saw nothing new changes."""

RECORDS = 20
"""Records of one look that are counted; more copies than this are not told apart."""

WHOLE = 4
"""Records of one look that are kept with all their fields."""

LONGEST = 2000
"""Characters kept of one field."""

TIMELINE = 60
ROUNDED = timedelta(seconds=2)
"""How far a tool's creation time may be off by having been rounded."""

Others = Callable[[Journey], Sequence[Mapping[str, str]]]


class Standing(NamedTuple):
    """A stop as a look finds it. `looks` is the timeline as it is written."""

    pk: int
    run_id: int
    hop: str
    connection_id: int
    resource: str
    arrived_at: datetime | None
    good_look_at: datetime | None
    missed_at: datetime | None
    failing_since: datetime | None
    records: list[dict[str, Any]]
    looks: bulk.Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """The columns of a stop after a look, in the order of `COLUMNS`, and what is in the ledger's
    interest: the arrivals, none where the look failed. `eventful`: it saw something new, or was
    the first to fail or to succeed again."""

    stop: Standing
    values: tuple[Any, ...]
    arrivals: tuple[Arrival, ...] = ()
    eventful: bool = True

    @property
    def looked_at(self) -> datetime:
        """Answer when the look began."""
        at: datetime = self.values[COLUMNS.index("looked_at")]
        return at

    @property
    def row(self) -> tuple[Any, ...]:
        """Answer the row as it is written."""
        return (self.stop.pk, *self.values)

    def uneventful_row(self, next_at: datetime) -> tuple[Any, ...]:
        """Answer the row of a look that saw nothing new, with the next one."""
        _due, _arrived, looked, good, missed, _since, _failure, _records, looks = self.values
        return (self.stop.pk, next_at, looked, good, missed, looks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look: when it began, by how much the tool's clock is off, and how to read a record.

    `lasting`: the tool's ids stay the same from look to look.
    """

    at: datetime
    skew: float
    lasting: bool
    rules: Mapping[str, FieldRule]
    others: Others


def failed(stop: Standing, why: Message, at: datetime, *, after: float | None = None) -> Sighting:
    """Answer a stop after a look that failed; `after` are the seconds the tool wants us away."""
    failure = stored.message(why)
    if after:
        failure["not_before"] = stored.moment(at + timedelta(seconds=after))
    return Sighting(
        stop=stop,
        values=(
            None,
            stop.arrived_at,
            at,
            stop.good_look_at,
            stop.missed_at,
            stop.failing_since or at,
            failure,
            stop.records,
            _timeline(stop, at, "failed", 0),
        ),
    )


def seen(stop: Standing, run: Journey, arrivals: Sequence[Arrival], look: Look) -> Sighting:
    """Answer a stop after a complete look, which found these records of the run's lead."""
    arrived_at = stop.arrived_at
    if arrivals and arrived_at is None:
        arrived_at = min(_arrived(arrival, run, look) for arrival in arrivals)
    records = stop.records
    if run.settled_at is not None:
        records = _more(records, arrivals, run, look)
    elif arrivals and len(arrivals) >= len(records):
        records = _records(records, arrivals[:RECORDS], run, look)
    return Sighting(
        stop=stop,
        values=(
            None,
            arrived_at,
            look.at,
            look.at,
            look.at if arrived_at is None else stop.missed_at,
            None,
            {},
            records,
            _timeline(stop, look.at, "found" if arrivals else "nothing", len(arrivals)),
        ),
        arrivals=tuple(arrivals),
        eventful=(
            stop.failing_since is not None
            or arrived_at != stop.arrived_at
            or records != stop.records
            or run.settled_at is not None
        ),
    )


def _arrived(arrival: Arrival, run: Journey, look: Look) -> datetime:
    """Answer the tool's creation time where it is credible, else when the look began."""
    if arrival.created_at is None or run.submitted_at is None:
        return look.at
    created = arrival.created_at
    if abs(look.skew) > ROUNDED.total_seconds():
        created -= timedelta(seconds=look.skew)
    if not run.submitted_at - ROUNDED <= created <= look.at + ROUNDED:
        return look.at
    return min(max(created, run.submitted_at), look.at)


def _more(
    known: list[dict[str, Any]], arrivals: Sequence[Arrival], run: Journey, look: Look
) -> list[dict[str, Any]]:
    """Answer the evidence with what came after the removal: what was known is no news then.

    Where a tool's ids do not last, only more records than ever before are news.
    """
    ids = {record["id"] for record in known}
    new = [one for one in arrivals if stored.storable(one.id) not in ids]
    if not look.lasting:
        new = new[: max(0, len(arrivals) - len(known))]
    room = max(0, RECORDS - len(known))
    return [*known, *_records([], new[:room], run, look)] if new and room else known


def _records(
    known: list[dict[str, Any]], arrivals: Sequence[Arrival], run: Journey, look: Look
) -> list[dict[str, Any]]:
    """Answer the evidence of a look. What was seen the same before is not compared again.

    `seen_at` is when so many records were first seen at once.
    """
    before = {record["id"]: record for record in known}
    same_count = bool(known) and len(known) == len(arrivals)
    since = known[0]["seen_at"] if same_count else stored.moment(look.at)
    found = []
    for position, arrival in enumerate(arrivals):
        record = _clipped(arrival.record)
        same = before.get(stored.storable(arrival.id))
        if same is not None and (same["record"] == record or not same["record"]):
            found.append({**same, "seen_at": since})
            continue
        found.append(
            {
                "id": stored.storable(arrival.id),
                "created_at": stored.moment(arrival.created_at),
                "url": stored.storable(arrival.url),
                "place": stored.storable(arrival.place),
                "record": record if position < WHOLE else {},
                "differences": _differences(arrival, run, look),
                "seen_at": since,
            }
        )
    return found


def _differences(arrival: Arrival, run: Journey, look: Look) -> list[dict[str, Any]]:
    """Answer how a record differs from its lead; other leads are asked only where it does."""
    found = compare(run.lead, look.rules, arrival.record)
    if found:
        found = compare(run.lead, look.rules, arrival.record, look.others(run))
    return [_short(stored.difference(one)) for one in found]


def _short(difference: dict[str, Any]) -> dict[str, Any]:
    """Answer a stored difference that fits into a page and a mail, whatever the tool held."""
    seen = [
        f"{value[:LONGEST]}…" if isinstance(value, str) and len(value) > LONGEST else value
        for value in difference["seen"]
    ]
    return {**difference, "seen": seen}


def _clipped(record: Mapping[str, object]) -> dict[str, Any]:
    kept = stored.storable(record)
    return {
        key: value[:LONGEST] if isinstance(value, str) else value for key, value in kept.items()
    }


def _timeline(stop: Standing, at: datetime, outcome: str, count: int) -> bulk.Written:
    """Answer the looks so far; of a long row the oldest and the newest stay."""
    latest = json.dumps([at.isoformat(), outcome, count])
    if stop.looks == "[]":
        return bulk.Written(f"[{latest}]")
    if stop.looks.count("[") > TIMELINE:
        looks = json.loads(stop.looks)
        del looks[TIMELINE // 3]
        return bulk.Written(json.dumps([*looks, json.loads(latest)]))
    return bulk.Written(f"{stop.looks[:-1]}, {latest}]")
