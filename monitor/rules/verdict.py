"""What became of one lead: the judgement of a run, hop by hop, from what its looks have seen."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from monitor.rules.blame import Blame, blame_copies, blame_damage
from monitor.rules.course import HopState, Place, course
from monitor.rules.difference import Difference
from monitor.rules.facts import RunFacts, Seen, StopFacts, Submission
from monitor.rules.finding import LOSSES, Finding, FindingKind, blind, dropped, late, refused
from monitor.rules.looks import next_look, on_the_beat, patience
from monitor.rules.outlook import Outlook
from monitor.rules.plan import Plan

__all__ = [
    "LOSSES",
    "Finding",
    "FindingKind",
    "HopJudgement",
    "HopState",
    "Judgement",
    "RunFacts",
    "Seen",
    "StopFacts",
    "Submission",
    "Verdict",
    "judge",
]


class Verdict(StrEnum):
    """What a run ends as."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class HopJudgement:
    """One hop of a judgement.

    `findings` are this handoff's own, `inherited` those already there at the hop before: shown,
    not blamed. `settled`: nothing more is awaited here. `next_look_at` is when to look next, None
    for never, and `outlook` what follows where that look sees nothing new. `give_up_at` is when
    failing looks become a blind spot.
    """

    hop: str
    state: HopState
    due_at: datetime | None = None
    arrived_at: datetime | None = None
    count: int = 0
    findings: tuple[Finding, ...] = ()
    inherited: tuple[Difference, ...] = ()
    settled: bool = False
    next_look_at: datetime | None = None
    give_up_at: datetime | None = None
    outlook: Outlook | None = None

    @property
    def good(self) -> bool:
        """Whether this run proves that the handoff works: arrived in time, lingered clean."""
        return self.state is HopState.ARRIVED and self.settled and not self.findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The whole answer. `verdict` is None while open; a failure is told before `settled`.

    `findings` are those of all hops, from the entry down. `again_at` is when to judge again even
    if no look settles before.
    """

    verdict: Verdict | None
    hops: tuple[HopJudgement, ...]
    findings: tuple[Finding, ...] = ()
    settled: bool = False
    again_at: datetime | None = None

    def hop(self, slug: str) -> HopJudgement:
        """Answer the judgement of one hop; KeyError where there is none."""
        for judged in self.hops:
            if judged.hop == slug:
                return judged
        raise KeyError(slug)

    @property
    def next_at(self) -> dict[str, datetime]:
        """Answer when to look next, for each hop that is still to be looked at."""
        return {
            judged.hop: judged.next_look_at
            for judged in self.hops
            if judged.next_look_at is not None
        }


BETWEEN = 4
"""Beats that a look for copies before the last one keeps."""


def judge(plan: Plan, facts: RunFacts, now: datetime) -> Judgement:
    """Judge one run from everything its looks have seen until `now`."""
    if facts.submission is Submission.PENDING or facts.submitted_at is None:
        waiting = (HopJudgement(hop=hop.slug, state=HopState.WAITING) for hop in plan.downward())
        return Judgement(verdict=None, hops=tuple(waiting))
    places = course(plan, facts, facts.submitted_at, now)
    blames = [(blame_damage(place), blame_copies(place, plan.looks, now)) for place in places]
    blames = _copies_at_their_first_suspect(places, blames)
    asked = _asked(copies for _damage, copies in blames)
    hops = tuple(
        _hop_judgement(plan, facts, place, damage, copies, asked.get(place.hop.slug))
        for place, (damage, copies) in zip(places, blames, strict=True)
    )
    hops = _merging_hops_wait(places, hops)
    findings = tuple(finding for hop in hops for finding in hop.findings)
    settled = all(hop.settled for hop in hops)
    waits = [hop.give_up_at for hop in hops] + [copies.until for copies in asked.values()]
    return Judgement(
        verdict=_verdict(hops, findings, settled=settled),
        hops=hops,
        findings=findings,
        settled=settled,
        again_at=min((at for at in waits if at is not None and at > now), default=None),
    )


def _asked(blames: Iterable[Blame]) -> dict[str, Blame]:
    """Answer, by hop, the earliest look that is asked for to tell where copies were made."""
    found: dict[str, Blame] = {}
    for blame in blames:
        known = found.get(blame.ask)
        if blame.wanted and (known is None or known.wanted is None or blame.wanted < known.wanted):
            found[blame.ask] = blame
    return found


def _copies_at_their_first_suspect(
    places: tuple[Place, ...], blames: list[tuple[Blame, Blame]]
) -> list[tuple[Blame, Blame]]:
    """Move copies that a merging hop hid to that hop, once, however many branches show them.

    Which of the suspects made the copies nobody can tell; so that two branches behind one merging
    hop do not tell of two faults, the first suspect stands for all.
    """
    merging = {place.hop.slug for place in places if place.hop.merges}
    moved: dict[str, Finding] = {}
    left = []
    for damage, copies in blames:
        for found in copies.findings:
            first = found.suspects[0]
            if first in merging:
                moved.setdefault(first, replace(found, hop=first))
                copies = replace(copies, findings=())
        left.append((damage, copies))
    return [
        (damage, replace(copies, findings=(moved[place.hop.slug],)))
        if place.hop.slug in moved
        else (damage, copies)
        for place, (damage, copies) in zip(places, left, strict=True)
    ]


def _merging_hops_wait(
    places: tuple[Place, ...], hops: tuple[HopJudgement, ...]
) -> tuple[HopJudgement, ...]:
    """A hop that merges is settled with the hops that count below it: they may yet show a copy."""
    waiting: set[str] = set()
    for place, hop in zip(places, hops, strict=True):
        if hop.settled:
            continue
        for above in place.above():
            if above.hop.finds and not above.hop.merges:
                break
            if above.hop.merges:
                waiting.add(above.hop.slug)
    return tuple(replace(hop, settled=False) if hop.hop in waiting else hop for hop in hops)


def _verdict(
    hops: tuple[HopJudgement, ...], findings: tuple[Finding, ...], *, settled: bool
) -> Verdict | None:
    """Answer what is proved: a fault at once, everything else once nothing more is awaited."""
    if any(finding.kind is not FindingKind.BLIND for finding in findings):
        return Verdict.FAILED
    if not settled:
        return None
    looked = any(hop.count for hop in hops)
    return Verdict.PASSED if looked and not findings else Verdict.INCONCLUSIVE


def _hop_judgement(
    plan: Plan, facts: RunFacts, place: Place, damage: Blame, copies: Blame, ask: Blame | None
) -> HopJudgement:
    looks = place.looks
    if ask is not None and ask.wanted is not None:
        looks = tuple(sorted({*looks, ask.wanted}))
    settled = place.settled and not damage.open and not copies.open
    next_at = None
    if looks:
        next_at = next_look(looks, place.stop, plan.looks, patience(place.hop, plan.looks))
    if next_at is not None:
        next_at = _beat(next_at, place, plan)
    decides_at = _decides_at(place, ask)
    outlook = None
    if next_at is not None and decides_at is not None:
        beats = tuple(_beat(at, place, plan) for at in looks)
        left = tuple(at for at in beats if at >= next_at)
        # The repeat of a last look that failed lies behind all that was planned.
        outlook = Outlook(decides_at=decides_at, looks=left) if left else None
    return HopJudgement(
        hop=place.hop.slug,
        state=place.state,
        due_at=place.window.due_at,
        arrived_at=place.reached_at if place.state in (HopState.ARRIVED, HopState.LATE) else None,
        count=len(place.stop.records),
        findings=(*_own(facts, place), *damage.findings, *copies.findings),
        inherited=damage.inherited,
        settled=settled,
        next_look_at=next_at,
        give_up_at=None if place.settled else place.give_up_at,
        outlook=outlook,
    )


def _beat(at: datetime, place: Place, plan: Plan) -> datetime:
    """Answer a look rounded up to its beat: one between arrival and end decides nothing."""
    if place.stop.arrived_at is None or at not in place.looks[:-1]:
        return on_the_beat(at, place.hop, plan.looks)
    between = on_the_beat(at, place.hop, plan.looks, BETWEEN)
    return min(between, on_the_beat(place.looks[-1], place.hop, plan.looks))


def _decides_at(place: Place, ask: Blame | None) -> datetime | None:
    """Answer from when on a look decides something even if it sees nothing new."""
    stop, window = place.stop, place.window
    moments = [window.linger_end(stop.arrived_at)]
    if stop.arrived_at is None:
        moments.append(window.decisive_at)
    if ask is not None and ask.wanted is not None:
        moments.append(ask.wanted)
    return min((at for at in moments if not stop.well_looked_at(at)), default=None)


def _own(facts: RunFacts, place: Place) -> tuple[Finding, ...]:
    """Answer what a place's state itself says."""
    if place.state is HopState.REFUSED:
        return (refused(place.hop, facts.problem),)
    if place.state is HopState.DROPPED:
        last = place.last_seen()
        return (dropped(place.since(last), last.hop if last else None),)
    if place.state is HopState.BLIND:
        return (blind(place.hop, place.stop.failure, arrived=False),)
    found: tuple[Finding, ...] = ()
    if place.state is HopState.LATE and place.stop.arrived_at is not None:
        path = place.since(place.last_seen())
        found = (late(path, place.stop.arrived_at - place.window.due_at),)
    if place.cut_short:
        found = (*found, blind(place.hop, place.stop.failure, arrived=True))
    return found
