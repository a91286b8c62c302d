"""Judges runs from what their stops have seen, and writes all that follows in one transaction."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from connectors.kit.message import Message, _
from monitor.engine import ahead, bulk, due, incident, stored
from monitor.engine.chain import frozen, prepare
from monitor.engine.judged import Followed, Judged, Stopped
from monitor.engine.wake import Wake
from monitor.models import Chain, Residue, ResidueState, Run, Stop, Submission
from monitor.rules import verdict
from monitor.rules.facts import RunFacts, StopFacts
from monitor.rules.facts import Submission as HandIn
from monitor.rules.verdict import Judgement, Verdict

log = logging.getLogger(__name__)

STUCK = _("Looking here failed so often that Handoff stopped trying.")

HAND_INS: Mapping[str, HandIn] = {
    Submission.INTENDED: HandIn.PENDING,
    Submission.SUBMITTING: HandIn.PENDING,
    Submission.ACCEPTED: HandIn.ACCEPTED,
    Submission.REFUSED: HandIn.REFUSED,
    Submission.UNKNOWN: HandIn.UNKNOWN,
}
COLUMNS = (
    "due_at",
    "verdict",
    "hops",
    "findings",
    "outlooks",
    "judged_at",
    "settled_at",
    "amended_at",
)
FIRST_LATER = timedelta(days=1)
SECOND_LATER = timedelta(days=7)
RETRY_LATER = timedelta(hours=1)


def judge(ids: Sequence[int], token: str, now: datetime) -> list[Wake]:
    """Judge the runs a message names: their time has come without a look that settled."""
    return runs(ids, due.take(Run.objects.all(), ids, token, now), now)


def runs(ids: Sequence[int], token: str, now: datetime, looked: Iterable[int] = ()) -> list[Wake]:
    """Judge runs held with `token`, let go of them, and answer what is to be done next.

    `looked` are connections that a batch of looks just left: others may wait for it.
    """
    soon = _Soon(connections=set(looked))

    def work(part: Sequence[int]) -> None:
        _judge(part, token, now, soon)

    due.halved(list(ids), work, lambda id, error: due.fail(Run, id, token, _why(error), now))
    return [
        *(ahead.alerts(now, soon.alerts) if soon.alerts else ()),
        *(ahead.confirmations(now) if soon.confirmations else ()),
        *(ahead.runs(now, soon.runs) if soon.runs else ()),
        *(ahead.stops(now, soon.connections) if soon.connections else ()),
    ]


@dataclass(slots=True, kw_only=True)
class _Soon:
    """What judgements made due before the next tick."""

    alerts: list[int] = field(default_factory=list)
    confirmations: bool = False
    runs: list[int] = field(default_factory=list)
    connections: set[int] = field(default_factory=set)

    def note(self, judged: Sequence[Judged], followed: Followed, now: datetime) -> None:
        """Note what followed."""
        end = now + timedelta(seconds=ahead.till_next_tick())
        self.alerts += followed.alerts
        self.confirmations |= followed.confirmations
        for one in judged:
            wanted = one.judgement.next_at
            if one.judgement.again_at is not None and one.judgement.again_at <= end:
                self.runs.append(one.run.pk)
            for hop, at in wanted.items():
                if at <= end:
                    self.connections.add(one.stops[hop].connection_id)


def facts(run: Run, stops: Iterable[Stopped]) -> RunFacts:
    """Answer what is known of a run, in the rules' own terms."""
    return RunFacts(
        submission=HAND_INS[run.submission],
        submitted_at=run.submitted_at,
        problem=stored.read_message(run.problem),
        stops={stop.hop: _stop_facts(stop) for stop in stops},
    )


def _judge(ids: Sequence[int], token: str, now: datetime, soon: _Soon) -> None:
    judged = _judged(ids, token, now)
    with transaction.atomic():
        ours = due.held(Run.objects.all(), [one.run.pk for one in judged], token)
        kept = [one for one in judged if one.run.pk in ours]
        if not kept:
            return
        due.settle(Run, token, COLUMNS, [_row(one, now) for one in kept])
        _wait(kept, now)
        _release(kept, now)
        followed = incident.follow(kept, now)
    soon.note(kept, followed, now)


def _judged(ids: Sequence[int], token: str, now: datetime) -> list[Judged]:
    mine = bulk.instances(Run, ids, claim=token, without=("lead", "hops", "outlooks"))
    prepare(run.version_id for run in mine)
    stops: dict[int, dict[str, Stopped]] = defaultdict(dict)
    rows = bulk.select(Stop, Stopped._fields, [run.pk for run in mine], by="run_id")
    for stop in map(Stopped._make, rows):
        stops[stop.run_id][stop.hop] = stop
    keeps = dict(
        Chain.objects.filter(pk__in={run.chain_id for run in mine}).values_list("pk", "keep_failed")
    )
    return [_one(run, stops[run.pk], keeps[run.chain_id], now) for run in mine]


def _one(run: Run, stops: dict[str, Stopped], keep_failed: float, now: datetime) -> Judged:
    plan = frozen(run.version_id).plan
    if run.submission == Submission.CANCELLED:
        judgement = Judgement(verdict=Verdict.INCONCLUSIVE, hops=(), settled=True)
    else:
        judgement = verdict.judge(plan, facts(run, stops.values()), now)
    return Judged(run=run, plan=plan, stops=stops, judgement=judgement, keep_failed=keep_failed)


def _stop_facts(stop: Stopped) -> StopFacts:
    failure = stored.read_message(stop.failure)
    failing_since = stop.failing_since
    if stop.stuck_at is not None:
        failure, failing_since = failure or Message(STUCK), failing_since or stop.stuck_at
    counted_at = stop.records[0].get("seen_at") if stop.records else None
    return StopFacts(
        arrived_at=stop.arrived_at,
        records=tuple(map(stored.read_seen, stop.records)),
        counted_at=stored.read_moment(counted_at),
        looked_at=stop.looked_at,
        good_look_at=stop.good_look_at,
        missed_at=stop.missed_at,
        failure=failure,
        failing_since=failing_since,
        not_before=stored.read_moment(stop.failure.get("not_before")),
    )


def _row(one: Judged, now: datetime) -> tuple[Any, ...]:
    run, judgement = one.run, one.judgement
    said = judgement.verdict.value if judgement.verdict else ""
    findings = [stored.finding(found) for found in judgement.findings]
    amended = one.later and (said != run.verdict or findings != run.findings)
    return (
        run.pk,
        _again(one, now),
        said,
        [stored.hop(hop) for hop in judgement.hops],
        findings,
        stored.outlooks(judgement.hops),
        now,
        run.settled_at or (now if judgement.settled else None),
        now if amended else run.amended_at,
    )


def _again(one: Judged, now: datetime) -> datetime | None:
    """Answer when to judge again even if no look comes in between: there is always such a time."""
    if one.judgement.settled:
        return None
    looks = [hop.outlook.looks[-1] for hop in one.judgement.hops if hop.outlook]
    latest = max([*one.judgement.next_at.values(), *looks], default=now)
    return one.judgement.again_at or max(latest, now) + due.hold()


def _wait(judged: Sequence[Judged], now: datetime) -> None:
    """Write when each stop is looked at next.

    A stop that is being looked at keeps its hold, except where the run is settled: what comes of
    a look that is still under way then would be no part of the verdict.
    """
    rows, ended = list[bulk.Row](), list[bulk.Row]()
    for one in judged:
        wanted = one.judgement.next_at
        for hop, stop in one.stops.items():
            next_at = wanted.get(hop) or _later(one, hop, now)
            if stop.stuck_at is not None:
                continue
            if one.newly_settled:
                ended.append((stop.pk, next_at, "", 0))
            elif not stop.attempts and next_at != stop.due_at:
                rows.append((stop.pk, next_at))
    bulk.update(Stop, ("due_at",), rows, claim="")
    bulk.update(Stop, ("due_at", "claim", "attempts"), ended, claim=None)


def _later(one: Judged, hop: str, now: datetime) -> datetime | None:
    """Answer when a settled run is looked for again: a day and a week after its removal."""
    found = {plan.slug for plan in one.plan.hops if plan.finds}
    if not one.judgement.settled or hop not in found or one.run.submitted_at is None:
        return None
    if one.run.submission == Submission.CANCELLED:
        return None
    removed = (one.run.settled_at or now) + one.keeps
    looked = one.stops[hop].good_look_at or one.run.submitted_at
    for moment, end in (
        (removed + FIRST_LATER, removed + SECOND_LATER),
        (
            removed + SECOND_LATER,
            removed + SECOND_LATER + FIRST_LATER,
        ),
    ):
        if looked < moment and now < end:
            # A look that failed then is repeated every hour, for a while.
            return moment if now < moment else now + RETRY_LATER
    return None


def _release(judged: Sequence[Judged], now: datetime) -> None:
    """Let the records of runs that were just settled be removed: at once, or after a while."""
    waits: dict[timedelta, list[int]] = defaultdict(list)
    for one in judged:
        if one.newly_settled:
            waits[one.keeps].append(one.run.pk)
    for wait, ids in waits.items():
        lying = Residue.objects.filter(run__in=ids, state=ResidueState.LYING, due_at=None)
        lying.filter(stuck_at=None).update(due_at=now + wait)


def _why(error: Exception) -> str:
    return f"Judging failed: {type(error).__name__}"
