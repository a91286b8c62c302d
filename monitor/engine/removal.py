"""Takes synthetic records out again: only what is shown to be ours, verified to be gone."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from math import ceil

from connectors import catalog
from connectors.kit.base import Ability, Finds, Removes
from connectors.kit.errors import NeedsOwner, Paced, ToolError, UnexpectedAnswer
from connectors.kit.message import Message, _
from monitor.engine import connection, due, pace, search
from monitor.engine.chain import frozen
from monitor.engine.clock import Clock
from monitor.engine.takeout import Batch, Record, records, take_out, verify
from monitor.engine.wake import Wake
from monitor.models import Chain, Connection, Residue, ResidueState

SLOW = 1.0
"""Seconds after which the rest of a message is handed on."""

SHUT = timedelta(seconds=30)
WHOLE = timedelta(seconds=1)
SHORTEST, LONGEST = timedelta(seconds=2), timedelta(minutes=15)
NO_CONSENT = _("“%(connection)s” may not remove records; allow it there, or remove this by hand.")
NO_REREAD = _("%(tool)s cannot be searched, so nothing there is removed unseen.")
NO_LASTING_ID = _("%(tool)s gives records no lasting id, so none is removed.")
COLUMNS = ("due_at", "state", "why", "removed_at", "verified_at")


def remove(ids: Sequence[int], token: str, now: datetime) -> list[Wake]:
    """Remove, or verify the removal of, the records a message names."""
    clock = Clock(now)
    fresh = due.take(Residue.objects.all(), ids, token, now)
    batches = _batches(records(ids, fresh), fresh, clock)
    onward: list[Wake] = []
    done: list[Batch] = []
    for position, batch in enumerate(batches):
        if clock.seconds > SLOW:
            onward = _hand_on(batches[position:], fresh, clock)
            break
        if done and _stands(done[-1]) != _stands(batch):
            # Whether its children are gone is what a parent asks the ledger.
            _settle(done, fresh)
            done = []
        due.halved(batch.residues, _working(batch), _blame(batch))
        done.append(batch)
    _settle(done, fresh)
    return onward


def _hand_on(batches: Sequence[Batch], token: str, clock: Clock) -> list[Wake]:
    """Let somebody else remove what is left, or at once later if the hold is nearly over."""
    rest = [one.pk for batch in batches for one in batch.residues]
    if clock.spent:
        due.postpone(Residue, rest, token, clock.now)
        return []
    return [Wake(task="remove", batch=due.pass_on(Residue, rest, token, clock.now))]


def _settle(batches: Sequence[Batch], token: str) -> None:
    """Write how far the records of some batches came."""
    due.settle(Residue, token, COLUMNS, [row for batch in batches for row in batch.rows.values()])


def _stands(batch: Batch) -> int:
    return _depth(batch.place.connector, batch.resource)


def lying(of: Chain | Connection) -> int:
    """Answer how many records of a chain or in a connection are still to be removed."""
    states = (ResidueState.LYING, ResidueState.REMOVED)
    rows = Residue.objects.filter(state__in=states)
    rows = rows.filter(run__chain=of) if isinstance(of, Chain) else rows.filter(connection=of)
    return rows.count()


def _batches(residues: list[Record], token: str, clock: Clock) -> list[Batch]:
    """Answer the records by where they lie, children before their parents."""
    places = Connection.objects.in_bulk({one.connection_id for one in residues})

    def where(one: Record) -> tuple[int, int, str]:
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


def _working(batch: Batch) -> Callable[[Sequence[Record]], None]:
    return lambda residues: _work(batch, residues)


def _blame(batch: Batch) -> Callable[[Record, Exception], None]:
    def blame(one: Record, error: Exception) -> None:
        due.fail(Residue, one.pk, batch.token, type(error).__name__, batch.clock.now)

    return blame


def _work(batch: Batch, residues: Sequence[Record]) -> None:
    """Bring each record one step further, and note how far it came."""
    try:
        _step(batch, residues)
    except ToolError as error:
        _away(batch, residues, error)


def _away(batch: Batch, residues: Sequence[Record], error: ToolError) -> None:
    """The tool would not answer now: come back to the records that were not decided yet."""
    now = batch.clock.now
    if isinstance(error, NeedsOwner):
        connection.doubt(batch.place, now)
    asked = timedelta(seconds=search.postponement(error) or 0.0)
    waits: dict[timedelta, list[int]] = defaultdict(list)
    for one in residues:
        if one.pk in batch.rows:
            continue
        wait = asked
        if not isinstance(error, Paced):
            # The longer it has been in vain, the longer the next pause.
            waited = (now - (one.removed_at or one.run.settled_at or now)) // 2
            wait = max(asked, min(max(waited, SHORTEST), LONGEST))
        waits[ceil(wait / WHOLE) * WHOLE].append(one.pk)
    for wait, ids in waits.items():
        due.postpone(Residue, ids, batch.token, now + wait)


def _step(batch: Batch, residues: Sequence[Record]) -> None:
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
    own = pace.of(place, sparing=True)
    tool = connection.opened(place, batch.resource, _keys(residues), own)
    if not isinstance(tool, Finds) or not isinstance(tool, Removes):
        raise UnexpectedAnswer(Message(NO_REREAD, {"tool": tool.name}))
    runs = {one.run_id: one.run for one in residues}
    seen = search.ours(tool, list(runs.values()), place)
    verify(batch, tool, [one for one in residues if one.state == ResidueState.REMOVED], seen)
    take_out(batch, tool, [one for one in residues if one.state == ResidueState.LYING], seen)


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


def _keys(residues: Sequence[Record]) -> tuple[str, ...]:
    """Answer every key that is mapped for this kind of record."""
    keys: dict[str, None] = {}
    for version in sorted({one.run.version_id for one in residues}):
        for hop in frozen(version).plan.hops:
            if hop.resource == residues[0].resource:
                keys.update(dict.fromkeys(hop.fields))
    return tuple(keys)
