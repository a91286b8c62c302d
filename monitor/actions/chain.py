"""What a person asks of a chain: a lead now, a pause, an end."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from connectors.kit.message import Message, _
from monitor.actions.declined import Declined
from monitor.engine import incident
from monitor.engine import run as engine
from monitor.models import Cause, Chain, Residue, ResidueState, Run
from monitor.rules.schedule import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What is still to happen after a chain was deleted.

    `under_way` runs are finished first, `lying` records are then removed. `staying` are the
    records that nothing will remove: (what and where, link).
    """

    under_way: int
    lying: int
    staying: tuple[tuple[str, str], ...]


def run_now(
    chain: Chain, *, now: datetime, cause: Cause = Cause.MANUAL, persona: str | None = None
) -> Run:
    """Send one test lead along the chain at once. Raises Declined where that may not be."""
    values = {"chain": chain.title}
    if chain.deleted_at:
        raise Declined(Message(_("“%(chain)s” was deleted; no lead is sent along it."), values))
    if chain.paused_at:
        raise Declined(Message(_("“%(chain)s” is paused; resume it first."), values))
    if chain.workspace.paused_at:
        raise Declined(Message(_("Everything is paused; resume first.")))
    if not chain.hops.exists():
        raise Declined(Message(_("“%(chain)s” has no hops yet; draw it first."), values))
    try:
        return engine.request(chain, cause=cause, persona=persona, now=now)
    except engine.NoMoreToday as error:
        raise Declined(error.message) from None


def pause(chain: Chain, now: datetime) -> None:
    """Start no new runs; those under way are finished and removed."""
    Chain.objects.filter(pk=chain.pk, paused_at=None).update(paused_at=now, due_at=None, claim="")
    chain.refresh_from_db()


def resume(chain: Chain, now: datetime) -> None:
    """Go on with the next slot; slots that passed meanwhile are not made up."""
    begin = begun(chain, now) if chain.workspace.paused_at is None else {}
    Chain.objects.filter(pk=chain.pk).exclude(paused_at=None).update(paused_at=None, **begin)
    chain.refresh_from_db()


def begun(chain: Chain, now: datetime) -> dict[str, Any]:
    """Answer the columns of a chain whose slots count from now on: none before was missed."""
    if not chain.schedule:
        return {"due_at": None, "last_slot": now, "claim": ""}
    schedule = Schedule.parse(chain.schedule, chain.workspace.timezone)
    return {"due_at": schedule.next_after(now), "last_slot": now, "claim": ""}


def delete(chain: Chain, now: datetime) -> Ending:
    """End the chain: no new runs, its incidents closed, and its records still taken away."""
    with transaction.atomic():
        ended = Chain.objects.filter(pk=chain.pk, deleted_at=None).update(
            deleted_at=now, due_at=None, claim=""
        )
        if ended:
            incident.supersede(chain, tuple(chain.hops.values_list("slug", flat=True)), now)
    chain.refresh_from_db()
    return ending(chain)


def ending(chain: Chain) -> Ending:
    """Answer what is left of a chain in the tools, and what of it will go by itself."""
    left = Residue.objects.filter(run__chain=chain)
    kept = left.filter(state=ResidueState.KEPT).select_related("connection").order_by("pk")
    return Ending(
        under_way=Run.objects.filter(chain=chain, settled_at=None).count(),
        lying=left.filter(state__in=(ResidueState.LYING, ResidueState.REMOVED)).count(),
        staying=tuple((f"{record.connection.name}: {record}", record.url) for record in kept),
    )
