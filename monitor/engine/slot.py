"""Slots: a scheduled run for every slot that comes, exactly one, whoever notices it first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from monitor.engine import ahead, due, run
from monitor.engine.chain import frozen, prepare
from monitor.models import Cause, Chain, Connection, ConnectionState
from monitor.rules.budget import Exhausted
from monitor.rules.schedule import BadSchedule, Schedule

ROUNDS = 100
"""A schedule faster than the tick has several slots in one interval."""


def open_due(now: datetime) -> list[int]:
    """Write the runs of all slots until the next tick, and answer their ids."""
    made: list[int] = []
    for _ in range(ROUNDS):
        batches = due.claim(Chain.objects.all(), now=now, horizon=ahead.horizon(), together=True)
        if not batches:
            break
        for claimed in batches:
            token = due.take(Chain.objects.all(), claimed.ids, claimed.token, now)
            batch = replace(claimed, token=token)
            due.halved(batch.ids, _opening(batch, now, made), _blame(batch, now))
    return made


def _opening(batch: due.Batch, now: datetime, made: list[int]) -> Callable[[Sequence[int]], None]:
    return lambda ids: made.extend(_open(ids, batch, now))


def _blame(batch: due.Batch, now: datetime) -> Callable[[int, Exception], None]:
    return lambda id, error: due.fail(Chain, id, batch.token, type(error).__name__, now)


def next_due(chain: Chain, now: datetime) -> datetime | None:
    """Answer the chain's next slot from now on, None where it has no schedule."""
    schedule = _schedule(chain)
    return None if schedule is None else schedule.next_after(now)


def _open(ids: Sequence[int], batch: due.Batch, now: datetime) -> list[int]:
    chains = list(Chain.objects.filter(pk__in=ids, claim=batch.token).select_related("workspace"))
    dues = dict(zip(batch.ids, batch.dues, strict=True))
    open_for = _watching(chains)
    spent, owed = run.spent(open_for, now), run.owed(open_for)
    watching = {chain.pk for chain in open_for}
    intents: list[run.Intent] = []
    rows = []
    for chain in chains:
        step = _step(chain, dues[chain.pk], now)
        slot = step.slot
        if slot is not None and chain.pk in watching:
            answer = run.allowed(chain, spent[chain.pk], now)
            if isinstance(answer, Exhausted):
                step = step.until(answer.until)
            else:
                persona = run.persona_for(chain, owed[chain.pk])
                intents.append(_intent(chain, persona, slot, now))
                step = replace(step, recent=run.remembered(chain, persona))
        rows.append((chain.pk, step.due_at, step.last_slot, step.recent))
    with transaction.atomic():
        made = run.write(intents, now) if intents else []
        due.settle(Chain, batch.token, ("due_at", "last_slot", "recent"), rows)
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What a chain does now: a run for `slot` or none, and what it waits for next."""

    schedule: Schedule | None
    slot: datetime | None
    due_at: datetime | None
    last_slot: datetime | None
    recent: list[str]

    def until(self, moment: datetime) -> "_Step":
        """Answer the step that leaves out all slots before `moment`."""
        if self.schedule is None:
            return self
        before = moment - timedelta(microseconds=1)
        return replace(self, slot=None, due_at=self.schedule.next_after(before), last_slot=before)


def _step(chain: Chain, due_at: datetime, now: datetime) -> _Step:
    """Answer the slot to run, of those missed the latest, and the one after it."""
    schedule = _schedule(chain)
    nothing = _Step(
        schedule=schedule, slot=None, due_at=None, last_slot=chain.last_slot, recent=chain.recent
    )
    if schedule is None or chain.deleted_at:
        return nothing
    slot = due_at
    if chain.last_slot is not None:
        # A tick that died here left a time that is no slot; the schedule knows the right one.
        upcoming = schedule.next_after(chain.last_slot)
        if upcoming <= now + timedelta(seconds=ahead.horizon()):
            slot = upcoming
    if slot <= now:
        missed = schedule.next_slot(slot, now)
        slot = missed if missed <= now else slot
    return replace(nothing, slot=slot, due_at=schedule.next_after(slot), last_slot=slot)


def _intent(chain: Chain, persona: str, slot: datetime, now: datetime) -> run.Intent:
    return run.Intent(
        chain=chain, cause=Cause.SCHEDULED, persona=persona, slot=slot, due_at=max(slot, now)
    )


def _schedule(chain: Chain) -> Schedule | None:
    if not chain.schedule or chain.version_id is None:
        return None
    try:
        return Schedule.parse(chain.schedule, chain.workspace.timezone)
    except BadSchedule:
        return None


def _watching(chains: Iterable[Chain]) -> list[Chain]:
    """Answer the chains whose slots bring runs: nothing on their path is paused or shut."""
    awake = [
        chain
        for chain in chains
        if not (chain.paused_at or chain.deleted_at or chain.workspace.paused_at)
        and chain.version_id
    ]
    places = {
        (place.workspace_id, place.slug): place
        for place in Connection.objects.filter(
            workspace__in={chain.workspace_id for chain in awake}
        ).only("workspace_id", "slug", "state", "paused_at", "deleted_at")
    }
    prepare(chain.version_id for chain in awake if chain.version_id)
    return [chain for chain in awake if _passable(chain, places)]


def _passable(chain: Chain, places: Mapping[tuple[int, str], Connection]) -> bool:
    if chain.version_id is None:
        return False
    plan = frozen(chain.version_id).plan
    for hop in plan.hops:
        place = places.get((chain.workspace_id, hop.connection))
        if place is None or place.paused_at or place.deleted_at:
            return False
        if not hop.after and place.state == ConnectionState.NEEDS_OWNER:
            return False
    return True
