"""The removal ledger: every record we are known to have caused, written when it is seen."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from connectors.kit.message import Message, _
from connectors.kit.records import Receipt
from monitor.engine import bulk, stored
from monitor.engine.chain import frozen
from monitor.engine.journey import Journey
from monitor.engine.sighting import Sighting
from monitor.models import Residue, ResidueState, Run

NO_REMOVAL = _("%(tool)s offers no way to remove this.")
COLUMNS = (
    "workspace",
    "run",
    "stop",
    "connection",
    "resource",
    "external_id",
    "url",
    "made_at",
    "seen_at",
    "state",
    "why",
    "due_at",
    "claim",
    "attempts",
    "stuck_why",
)


def arrived(sightings: Iterable[Sighting], runs: Mapping[int, Journey], at: datetime) -> None:
    """Write the records that were not seen before; what is known already stays as it is."""
    rows = []
    for sighting in sightings:
        stop, run = sighting.stop, runs[sighting.stop.run_id]
        known = {record["id"] for record in stop.records}
        plan = frozen(run.version_id).hops[stop.hop]
        state, why = _state(plan.removes, plan.tool)
        due_at = at if run.settled_at and state is ResidueState.LYING else None
        for arrival in sighting.arrivals:
            id = stored.storable(arrival.id)
            if id in known:
                continue
            rows.append(
                (
                    run.workspace_id,
                    run.pk,
                    stop.pk,
                    stop.connection_id,
                    stop.resource,
                    id[:300],
                    stored.storable(arrival.url)[:500],
                    arrival.created_at,
                    at,
                    state,
                    why,
                    due_at,
                    "",
                    0,
                    "",
                )
            )
    bulk.insert(Residue, COLUMNS, rows)


def handed_in(entries: Sequence[tuple[Run, Receipt | None]], at: datetime) -> None:
    """Write what a hand-in left in a tool that cannot be searched: nobody will ever see it there.

    A receipt of None means that it may have been taken or not.
    """
    rows = []
    for run, receipt in entries:
        entry = frozen(run.version_id).plan.entry
        if entry.finds:
            continue
        id = receipt.id if receipt and receipt.id else run.tag
        state, why = _state(entry.removes, entry.tool)
        rows.append(
            (
                run.workspace_id,
                run.pk,
                None,
                run.entry_id,
                entry.resource,
                stored.storable(id)[:300],
                stored.storable(receipt.url if receipt else "")[:500],
                run.submitted_at,
                at,
                state,
                why,
                None,
                "",
                0,
                "",
            )
        )
    bulk.insert(Residue, COLUMNS, rows)


def _state(removes: bool, tool: str) -> tuple[ResidueState, dict[str, object]]:  # noqa: FBT001
    if removes:
        return ResidueState.LYING, {}
    return ResidueState.KEPT, stored.message(Message(NO_REMOVAL, {"tool": tool}))
