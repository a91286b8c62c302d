"""Looks: one batch search for many leads at one tool, and what it saw kept on their stops."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction

from connectors.kit.base import Finds
from connectors.kit.errors import NeedsOwner, Paced, Refused, ToolError, UnexpectedAnswer
from connectors.kit.message import Message, _
from monitor.engine import (
    ahead,
    bulk,
    connection,
    due,
    judge,
    ledger,
    pace,
    search,
    sighting,
    stored,
)
from monitor.engine.chain import frozen
from monitor.engine.clock import Clock
from monitor.engine.journey import Journey, journeys
from monitor.engine.pace import Pace
from monitor.engine.sighting import Sighting, Standing
from monitor.engine.wake import Wake
from monitor.models import Connection, Run, Stop

log = logging.getLogger(__name__)

SLOW = 1.0
"""Seconds after which the rest of a message is handed on: a slow tool holds up only itself."""

SOON = 60.0
"""Seconds for which a look is put off without a word; for longer the stop says that it waits."""

OVERLAP = timedelta(hours=1)
ODD = _("What “%(connection)s” answered could not be read because of a fault in Handoff.")
NO_SEARCH = _("“%(connection)s” cannot be searched.")


@dataclass(slots=True, kw_only=True)
class Batch:
    """The stops of one message that stand in one resource of one connection."""

    place: Connection
    resource: str
    stops: list[Standing]
    runs: Mapping[int, Journey]
    token: str
    clock: Clock
    seen: list[Sighting] = field(default_factory=list)
    pace: Pace | None = None


def look(ids: Sequence[int], token: str, now: datetime) -> list[Wake]:
    """Look at the stops a message names, judge their runs, and answer what is to be done next."""
    clock = Clock(now)
    fresh = due.take(Stop.objects.all(), ids, token, now)
    rows = bulk.select(Stop, Standing._fields, ids, claim=fresh, written=("looks",))
    stops = [Standing._make(row) for row in rows]
    if not stops:
        return []
    runs = journeys(stop.run_id for stop in stops)
    batches = _with_room(_batches(stops, runs, fresh, clock), fresh, clock)
    onward: list[Wake] = []
    for position, batch in enumerate(batches):
        if clock.seconds > SLOW:
            onward = _hand_on(batches[position:], fresh, clock)
            break
        due.halved(batch.stops, _work(batch), _blame(batch))
    seen = [one for batch in batches for one in batch.seen]
    return [*onward, *_keep(seen, runs, fresh, clock)]


def _batches(
    stops: list[Standing], runs: Mapping[int, Journey], token: str, clock: Clock
) -> list[Batch]:
    places = Connection.objects.in_bulk({stop.connection_id for stop in stops})
    stops.sort(key=_where)
    return [
        Batch(
            place=places[place],
            resource=resource,
            stops=list(members),
            runs=runs,
            token=token,
            clock=clock,
            pace=pace.of(places[place]),
        )
        for (place, resource), members in groupby(stops, key=_where)
    ]


def _where(stop: Standing) -> tuple[int, str]:
    return stop.connection_id, stop.resource


def _with_room(batches: list[Batch], token: str, clock: Clock) -> list[Batch]:
    """Answer the batches whose connections have room; the others are postponed.

    Whoever began first goes on, so two that start at once never both give way.
    """
    running = ahead.in_flight(clock.start, {batch.place.pk for batch in batches})
    begun: dict[int, list[tuple[datetime, str]]] = {}
    for place, ends, claim in running:
        begun.setdefault(place, []).append((ends, claim))
    kept = []
    for batch in batches:
        order = [claim for _, claim in sorted(begun.get(batch.place.pk, []))]
        before = order.index(token) if token in order else 0
        if before < batch.place.parallel:
            kept.append(batch)
        else:
            due.postpone(Stop, [stop.pk for stop in batch.stops], token, clock.now)
    return kept


def _hand_on(batches: Sequence[Batch], token: str, clock: Clock) -> list[Wake]:
    """Let somebody else look at what is left, or at once later if the hold is nearly over."""
    rest = [stop.pk for batch in batches for stop in batch.stops]
    if clock.spent:
        due.postpone(Stop, rest, token, clock.now)
        return []
    return [Wake(task="look", batch=due.pass_on(Stop, rest, token, clock.now))]


def _work(batch: Batch) -> Callable[[Sequence[Standing]], None]:
    return lambda stops: batch.seen.extend(_look(batch, stops))


def _blame(batch: Batch) -> Callable[[Standing, Exception], None]:
    """Answer what is done with the one stop that no look can be finished for."""

    def blame(stop: Standing, error: Exception) -> None:
        why = Message(ODD, {"connection": batch.place.name})
        now = batch.clock.now
        row = sighting.failed(stop, why, now)
        bulk.update(Stop, sighting.COLUMNS, [row.row], claim=batch.token)
        due.fail(Stop, stop.pk, batch.token, type(error).__name__, now)

    return blame


def _look(batch: Batch, stops: Sequence[Standing]) -> list[Sighting]:
    """Search once for the leads of `stops`. What a tool may answer is no exception here."""
    at = batch.clock.now
    why = connection.shut(batch.place)
    if why is not None:
        return [sighting.failed(stop, why, at) for stop in stops]
    try:
        return _search(batch, stops, at)
    except (Refused, UnexpectedAnswer) as error:
        return _apart(batch, stops, error, at)
    except ToolError as error:
        if isinstance(error, Paced) and (error.after or 0.0) < SOON:
            # A look that was not made says nothing: neither of the lead nor of the tool.
            until = at + timedelta(seconds=error.after or 0.0)
            due.postpone(Stop, [stop.pk for stop in stops], batch.token, until)
            return []
        if isinstance(error, NeedsOwner):
            connection.doubt(batch.place, at)
        after = search.postponement(error)
        return [sighting.failed(stop, error.message, at, after=after) for stop in stops]


def _apart(
    batch: Batch, stops: Sequence[Standing], error: ToolError, at: datetime
) -> list[Sighting]:
    """One lead may be what the tool refuses, or its record what nobody can read.

    If half of them pass, the rest is halved again.
    """
    if len(stops) == 1:
        return [sighting.failed(stops[0], error.message, at)]
    middle = len(stops) // 2
    halves = (stops[:middle], stops[middle:])
    answers: list[list[Sighting] | None] = []
    for half in halves:
        try:
            answers.append(_search(batch, half, batch.clock.now))
        except ToolError:
            answers.append(None)
    if answers == [None, None]:
        return [sighting.failed(stop, error.message, at) for stop in stops]
    found: list[Sighting] = []
    for half, answer in zip(halves, answers, strict=True):
        found += _apart(batch, half, error, at) if answer is None else answer
    return found


def _search(batch: Batch, stops: Sequence[Standing], at: datetime) -> list[Sighting]:
    """Answer what one search saw of each stop's lead."""
    runs = {stop.run_id: batch.runs[stop.run_id] for stop in stops}
    tool = connection.opened(batch.place, batch.resource, _keys(stops, runs), batch.pace)
    if not isinstance(tool, Finds):
        raise UnexpectedAnswer(Message(NO_SEARCH, {"connection": batch.place.name}))
    ours = search.ours(tool, list(runs.values()), batch.place)
    others = _Others()
    found = []
    for stop in stops:
        run = runs[stop.run_id]
        version = frozen(run.version_id)
        looked = sighting.Look(
            at=at,
            skew=batch.place.skew or 0.0,
            lasting=version.hops[stop.hop].stable_ids,
            rules=version.rules[stop.hop],
            others=others,
        )
        found.append(sighting.seen(stop, run, list(ours.get(run.tag, {}).values()), looked))
    return found


def _keys(stops: Sequence[Standing], runs: Mapping[int, Journey]) -> tuple[str, ...]:
    """Answer every record key that a hop of these stops maps."""
    hops = {(runs[stop.run_id].version_id, stop.hop) for stop in stops}
    return tuple(
        dict.fromkeys(key for version, hop in sorted(hops) for key in frozen(version).keys[hop])
    )


class _Others:
    """The leads of other runs of a chain, whose values may have leaked; read when first asked."""

    def __init__(self) -> None:
        self._chains: dict[int, list[tuple[int, dict[str, str]]]] = {}

    def __call__(self, run: Journey) -> list[dict[str, str]]:
        if run.chain_id not in self._chains:
            around = run.submitted_at or run.created_at
            near = Run.objects.filter(
                chain=run.chain_id, created_at__range=(around - OVERLAP, around + OVERLAP)
            )
            newest = near.order_by("-created_at").values_list("pk", "lead")[:50]
            self._chains[run.chain_id] = list(newest)
        return [lead for pk, lead in self._chains[run.chain_id] if pk != run.pk]


def _keep(
    seen: Sequence[Sighting], runs: Mapping[int, Journey], token: str, clock: Clock
) -> list[Wake]:
    """Write what was seen, and judge the runs for which that may change something."""
    wakes: list[Wake] = []

    def work(part: Sequence[Sighting]) -> None:
        with transaction.atomic():
            following = _following(part)
            news = [one for one in part if one.stop.pk not in following]
            quiet = [
                one.uneventful_row(following[one.stop.pk])
                for one in part
                if one.stop.pk in following
            ]
            due.settle(Stop, token, sighting.UNEVENTFUL, quiet)
            due.settle(Stop, token, sighting.COLUMNS, [one.row for one in news])
            ledger.arrived(news, runs, clock.now)
            ids = sorted({one.stop.run_id for one in news})
            fresh = due.seize(Run.objects.all(), ids, clock.now)
        looked = {one.stop.connection_id for one in part}
        wakes.extend(judge.runs(ids, fresh, clock.now, looked))

    def blame(one: Sighting, error: Exception) -> None:
        due.fail(Stop, one.stop.pk, token, type(error).__name__, clock.now)

    due.halved(seen, work, blame)
    return wakes


def _following(seen: Sequence[Sighting]) -> dict[int, datetime]:
    """Answer when to look again at the stops where nothing new was seen and no judgement is due.

    The runs stay locked meanwhile, so that no judge plans anything else before this is written.
    """
    runs = {one.stop.run_id for one in seen}
    planned = dict(bulk.select(Run, ("id", "outlooks"), runs, lock=True))
    found = {}
    for one in seen:
        if one.eventful:
            continue
        outlook = stored.read_outlook(planned.get(one.stop.run_id, {}).get(one.stop.hop))
        again = outlook.after(one.looked_at) if outlook else None
        if again is not None:
            found[one.stop.pk] = again
    return found
