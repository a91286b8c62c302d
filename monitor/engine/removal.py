"""Takes synthetic records out again: only what is shown to be ours, verified to be gone."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from connectors import catalog
from connectors.kit.base import Ability, Connector, Finds, Removes, RemovesMany
from connectors.kit.errors import NeedsOwner, OutcomeUnknown, Refused, ToolError, UnexpectedAnswer
from connectors.kit.message import Message, _
from connectors.kit.records import Arrival
from monitor.engine import connection, due, search, stored
from monitor.engine.chain import frozen
from monitor.engine.clock import Clock
from monitor.engine.proof import why_not_ours
from monitor.engine.wake import Wake
from monitor.models import Chain, Connection, Residue, ResidueState

log = logging.getLogger(__name__)

SLOW = 1.0
"""Seconds after which the rest of a message is handed on."""

SHUT = timedelta(seconds=30)
SHORTEST, LONGEST = timedelta(seconds=2), timedelta(minutes=15)
AGAIN = 5.0
PATIENCE = timedelta(hours=1)
"""How long after its removal a record may still be seen before we say that it stays."""

NO_CONSENT = _("“%(connection)s” may not remove records; allow it there, or remove this by hand.")
NO_REREAD = _("%(tool)s cannot be searched, so nothing there is removed unseen.")
NO_LASTING_ID = _("%(tool)s gives records no lasting id, so none is removed.")
STILL_THERE = _("%(tool)s said that it removed this, but it is still there.")
CHILD_STAYS = _("A record that belongs to this one stays, so this one does too.")
COLUMNS = ("due_at", "state", "why", "removed_at", "verified_at")


@dataclass(slots=True, kw_only=True)
class Batch:
    """Records of one resource of one connection, and how each ended: `rows` by id."""

    place: Connection
    resource: str
    residues: list[Residue]
    token: str
    clock: Clock
    rows: dict[int, tuple[Any, ...]] = field(default_factory=dict)

    def end(
        self, one: Residue, state: ResidueState, why: Message | None = None, wait: float = 0.0
    ) -> None:
        """Note how one record ended; with a `wait` it is come back to."""
        now = self.clock.now
        gone = state is ResidueState.GONE
        removed_at = one.removed_at
        if state in (ResidueState.REMOVED, ResidueState.GONE):
            removed_at = removed_at or now
        again = now + timedelta(seconds=wait) if wait else None
        self.rows[one.pk] = (
            one.pk,
            again,
            state.value,
            stored.message(why),
            removed_at,
            now if gone else None,
        )


def remove(ids: Sequence[int], token: str, now: datetime) -> list[Wake]:
    """Remove, or verify the removal of, the records a message names."""
    clock = Clock(now)
    fresh = due.take(Residue.objects.all(), ids, token, now)
    mine = Residue.objects.filter(pk__in=ids, claim=fresh).select_related("run")
    batches = _batches(list(mine), fresh, clock)
    for position, batch in enumerate(batches):
        if clock.seconds > SLOW:
            rest = [one.pk for later in batches[position:] for one in later.residues]
            if clock.spent:
                due.postpone(Residue, rest, fresh, clock.now)
                return []
            return [Wake(task="remove", batch=due.pass_on(Residue, rest, fresh, clock.now))]
        due.halved(batch.residues, _working(batch), _blame(batch))
    return []


def lying(of: Chain | Connection) -> int:
    """Answer how many records of a chain or in a connection are still to be removed."""
    states = (ResidueState.LYING, ResidueState.REMOVED)
    rows = Residue.objects.filter(state__in=states)
    rows = rows.filter(run__chain=of) if isinstance(of, Chain) else rows.filter(connection=of)
    return rows.count()


def _batches(residues: list[Residue], token: str, clock: Clock) -> list[Batch]:
    """Answer the records by where they lie, children before their parents."""
    places = Connection.objects.in_bulk({one.connection_id for one in residues})

    def where(one: Residue) -> tuple[int, int, str]:
        depth = _depth(places[one.connection_id].connector, one.resource)
        return -depth, one.connection_id, one.resource

    residues.sort(key=where)
    return [
        Batch(place=places[place], resource=resource, residues=list(rows), token=token, clock=clock)
        for (_depth_there, place, resource), rows in groupby(residues, key=where)
    ]


def _depth(connector: str, resource: str) -> int:
    """Answer how many resources stand above this one."""
    tool = catalog.connector(connector)
    parent = tool.resource_named(resource).parent
    return 1 + _depth(connector, parent) if parent else 0


def _working(batch: Batch) -> Callable[[Sequence[Residue]], None]:
    return lambda residues: _work(batch, residues)


def _blame(batch: Batch) -> Callable[[Residue, Exception], None]:
    def blame(one: Residue, error: Exception) -> None:
        due.fail(Residue, one.pk, batch.token, type(error).__name__, batch.clock.now)

    return blame


def _work(batch: Batch, residues: Sequence[Residue]) -> None:
    """Bring each record one step further, and write how far it came."""
    try:
        _step(batch, residues)
    except ToolError as error:
        _away(batch, residues, error)
    rows = [batch.rows[one.pk] for one in residues if one.pk in batch.rows]
    due.settle(Residue, batch.token, COLUMNS, rows)


def _away(batch: Batch, residues: Sequence[Residue], error: ToolError) -> None:
    """The tool would not answer now: come back to the records that were not decided yet."""
    now = batch.clock.now
    if isinstance(error, NeedsOwner):
        connection.doubt(batch.place, now)
    asked = timedelta(seconds=search.postponement(error) or 0.0)
    for one in residues:
        if one.pk not in batch.rows:
            # The longer it has been in vain, the longer the next pause.
            waited = (now - (one.removed_at or one.run.settled_at or now)) / 2
            wait = max(asked, min(max(waited, SHORTEST), LONGEST))
            due.postpone(Residue, [one.pk], batch.token, now + wait)


def _step(batch: Batch, residues: Sequence[Residue]) -> None:
    place, clock = batch.place, batch.clock
    if connection.shut(place) is not None:
        ids = [one.pk for one in residues]
        due.postpone(Residue, ids, batch.token, clock.now + SHUT)
        return
    why = _never(batch)
    if why is not None:
        for one in residues:
            batch.end(one, ResidueState.KEPT, why)
        return
    tool = connection.opened(place, batch.resource, _keys(residues))
    if not isinstance(tool, Finds) or not isinstance(tool, Removes):
        raise UnexpectedAnswer(Message(NO_REREAD, {"tool": tool.name}))
    runs = {one.run_id: one.run for one in residues}
    seen = search.ours(tool, list(runs.values()), place)
    _verify(batch, tool, [one for one in residues if one.state == ResidueState.REMOVED], seen)
    _take_out(batch, tool, [one for one in residues if one.state == ResidueState.LYING], seen)


def _never(batch: Batch) -> Message | None:
    """Answer why nothing of this kind is ever removed here, None where it may be."""
    tool = catalog.connector(batch.place.connector)
    settings = {key: str(value) for key, value in batch.place.settings.items()}
    if not batch.place.may_remove:
        return Message(NO_CONSENT, {"connection": batch.place.name})
    if not tool.able(Ability.FINDS, batch.resource, settings):
        return Message(NO_REREAD, {"tool": tool.name})
    if not tool.resource_named(batch.resource).stable_ids:
        return Message(NO_LASTING_ID, {"tool": tool.name})
    return None


def _keys(residues: Sequence[Residue]) -> tuple[str, ...]:
    """Answer every key that is mapped for this kind of record."""
    keys: dict[str, None] = {}
    for version in sorted({one.run.version_id for one in residues}):
        for hop in frozen(version).plan.hops:
            if hop.resource == residues[0].resource:
                keys.update(dict.fromkeys(hop.fields))
    return tuple(keys)


Seen = dict[str, dict[str, Arrival]]


def _verify(batch: Batch, tool: Connector, residues: Sequence[Residue], seen: Seen) -> None:
    """A record asked to go is gone when a complete look no longer shows its id."""
    for one in residues:
        if one.external_id not in seen.get(one.run.tag, {}):
            batch.end(one, ResidueState.GONE)
        elif batch.clock.now - (one.removed_at or batch.clock.now) > PATIENCE:
            batch.end(one, ResidueState.KEPT, Message(STILL_THERE, {"tool": tool.name}))
        else:
            waited = (batch.clock.now - (one.removed_at or batch.clock.now)).total_seconds()
            batch.end(one, ResidueState.REMOVED, wait=max(AGAIN, waited))


def _take_out(batch: Batch, tool: Removes, residues: Sequence[Residue], seen: Seen) -> None:
    """Remove the records that are shown to be ours by what was read just now."""
    children = _children(batch, residues)
    going: list[tuple[Residue, Arrival]] = []
    for one in residues:
        arrival = seen.get(one.run.tag, {}).get(one.external_id)
        child = children.get(one.run_id)
        if arrival is None:
            batch.end(one, ResidueState.GONE)
        elif child == ResidueState.LYING:
            batch.end(one, ResidueState.LYING, wait=AGAIN)
        elif child is not None:
            batch.end(one, ResidueState.KEPT, Message(CHILD_STAYS))
        elif (refusal := why_not_ours(one, arrival, batch.place)) is not None:
            batch.end(one, refusal.state, refusal.why)
        else:
            going.append((one, arrival))
    lag = _lag(batch, tool, residues)
    if isinstance(tool, RemovesMany) and len(going) > 1 and _all_at_once(batch, tool, going, lag):
        return
    for one, arrival in going:
        _remove(batch, tool, one, arrival, lag)


def _lag(batch: Batch, tool: Connector, residues: Sequence[Residue]) -> float:
    """Answer by how much the tool's search trails, as the chains of these records say."""
    lags = [
        hop.lag
        for one in residues
        for hop in frozen(one.run.version_id).plan.hops
        if hop.resource == batch.resource and hop.connection == batch.place.slug
    ]
    return max(lags, default=tool.resource.lag)


def _all_at_once(
    batch: Batch, tool: RemovesMany, going: list[tuple[Residue, Arrival]], lag: float
) -> bool:
    """Ask the tool to remove all in one call; where it refuses, each is asked for by itself."""
    try:
        tool.remove_many([arrival for _, arrival in going])
    except Refused:
        return False
    except OutcomeUnknown:
        log.info("A removal got no answer; it is verified instead.")
    for one, _arrival in going:
        batch.end(one, ResidueState.REMOVED, wait=max(lag, 0.1))
    return True


def _remove(batch: Batch, tool: Removes, one: Residue, arrival: Arrival, lag: float) -> None:
    try:
        tool.remove(arrival)
    except Refused as error:
        batch.end(one, ResidueState.KEPT, error.message)
        return
    except NeedsOwner as error:
        if connection.doubt(batch.place, batch.clock.now):
            raise
        # The credentials are good for everything else: removing is what they do not allow.
        batch.end(one, ResidueState.KEPT, error.message)
        return
    except OutcomeUnknown:
        log.info("A removal got no answer; it is verified instead.")
    batch.end(one, ResidueState.REMOVED, wait=max(lag, 0.1))


def _children(batch: Batch, residues: Sequence[Residue]) -> dict[int, ResidueState]:
    """Answer, by run, whether records that belong to these still lie there or stay for good."""
    tool = catalog.connector(batch.place.connector)
    below = [each.slug for each in tool.resources if each.parent == batch.resource]
    if not below or not residues:
        return {}
    rows = Residue.objects.filter(
        run__in={one.run_id for one in residues}, connection=batch.place, resource__in=below
    ).exclude(state__in=(ResidueState.REMOVED, ResidueState.GONE))
    found: dict[int, ResidueState] = {}
    for run, state in rows.values_list("run_id", "state"):
        if found.get(run) != ResidueState.LYING:
            found[run] = ResidueState(state)
    return found
