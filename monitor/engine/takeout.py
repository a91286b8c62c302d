"""Takes records out that were shown to be ours by what was read just now, and verifies it."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from connectors import catalog
from connectors.kit.base import Connector, Removes, RemovesMany
from connectors.kit.errors import NeedsOwner, OutcomeUnknown, Refused
from connectors.kit.message import Message, _
from connectors.kit.records import Arrival
from connectors.kit.sought import portions
from monitor.engine import bulk, connection, stored
from monitor.engine.chain import frozen
from monitor.engine.clock import Clock
from monitor.engine.journey import Journey, journeys
from monitor.engine.proof import why_not_ours
from monitor.models import Connection, Residue, ResidueState

log = logging.getLogger(__name__)

AGAIN = 5.0
AT_ONCE = 100
"""Records that a tool removes in one call at most."""

PATIENCE = timedelta(hours=1)
"""How long after its removal a record may still be seen before we say that it stays."""

STILL_THERE = _("%(tool)s said that it removed this, but it is still there.")
CHILD_STAYS = _("A record that belongs to this one stays, so this one does too.")

Seen = dict[str, dict[str, Arrival]]


class Record(NamedTuple):
    """A row of the ledger as a removal needs it, with the journey that left it."""

    pk: int
    run_id: int
    connection_id: int
    resource: str
    external_id: str
    state: str
    removed_at: datetime | None
    run: Journey


def records(ids: Collection[int], token: str) -> list[Record]:
    """Answer the rows of the ledger that are held with `token`."""
    rows = bulk.select(Residue, Record._fields[:-1], ids, claim=token)
    runs = journeys(row[1] for row in rows)
    return [Record._make([*row, runs[row[1]]]) for row in rows]


@dataclass(slots=True, kw_only=True)
class Batch:
    """Records of one resource of one connection, and how each ended: `rows` by id."""

    place: Connection
    resource: str
    residues: list[Record]
    token: str
    clock: Clock
    rows: dict[int, tuple[Any, ...]] = field(default_factory=dict)

    def end(
        self, one: Record, state: ResidueState, why: Message | None = None, wait: float = 0.0
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


def verify(batch: Batch, tool: Connector, residues: Sequence[Record], seen: Seen) -> None:
    """A record asked to go is gone when a complete look no longer shows its id."""
    for one in residues:
        if one.external_id not in seen.get(one.run.tag, {}):
            batch.end(one, ResidueState.GONE)
        elif batch.clock.now - (one.removed_at or batch.clock.now) > PATIENCE:
            batch.end(one, ResidueState.KEPT, Message(STILL_THERE, {"tool": tool.name}))
        else:
            waited = (batch.clock.now - (one.removed_at or batch.clock.now)).total_seconds()
            batch.end(one, ResidueState.REMOVED, wait=max(AGAIN, waited))


def take_out(batch: Batch, tool: Removes, residues: Sequence[Record], seen: Seen) -> None:
    """Remove the records that are shown to be ours by what was read just now."""
    lag = _lag(batch, tool, residues)
    for part in portions(_ours(batch, residues, seen), AT_ONCE):
        if len(part) > 1 and isinstance(tool, RemovesMany) and _at_once(batch, tool, part, lag):
            continue
        for one, arrival in part:
            _remove(batch, tool, one, arrival, lag)


def _ours(batch: Batch, residues: Sequence[Record], seen: Seen) -> list[tuple[Record, Arrival]]:
    """Answer what may be removed now; how it ends with the others is noted."""
    children = _children(batch, residues)
    going = []
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
    return going


def _lag(batch: Batch, tool: Connector, residues: Sequence[Record]) -> float:
    """Answer by how much the tool's search trails, as the chains of these records say."""
    lags = [
        hop.lag
        for version in {one.run.version_id for one in residues}
        for hop in frozen(version).plan.hops
        if hop.resource == batch.resource and hop.connection == batch.place.slug
    ]
    return max(lags, default=tool.resource.lag)


def _at_once(
    batch: Batch, tool: RemovesMany, going: list[tuple[Record, Arrival]], lag: float
) -> bool:
    """Ask the tool to remove these in one call; answer whether it would."""
    try:
        tool.remove_many([arrival for _, arrival in going])
    except Refused:
        return False
    except OutcomeUnknown:
        log.info("A removal got no answer; it is verified instead.")
    for one, _arrival in going:
        batch.end(one, ResidueState.REMOVED, wait=max(lag, 0.1))
    return True


def _remove(batch: Batch, tool: Removes, one: Record, arrival: Arrival, lag: float) -> None:
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


def _children(batch: Batch, residues: Sequence[Record]) -> dict[int, ResidueState]:
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
