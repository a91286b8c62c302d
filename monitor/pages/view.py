"""What a rail shows of each hop: of one run, or of a chain as it stands now."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from monitor.engine import stored
from monitor.engine.story import HANDOFF
from monitor.models import Confirmation, Incident, Run, Submission
from monitor.pages import sign
from monitor.pages.rail import HopView
from monitor.pages.sign import Sign
from monitor.pages.suspicion import suspecting
from monitor.rules.finding import FindingKind
from monitor.rules.news import gist
from monitor.rules.plan import HopPlan, Plan
from monitor.rules.verdict import HopJudgement, HopState

GOOD = sign.HOPS[HopState.ARRIVED].tone


def of_run(plan: Plan, run: Run) -> dict[str, HopView]:
    """Answer what one run saw at each hop."""
    seen = {hop.hop: hop for hop in stored.read_hops(run.hops)}
    arrivals = {slug: hop.arrived_at for slug, hop in seen.items()}
    findings = [one for hop in seen.values() for one in hop.findings]
    copied = {
        slug for one in findings if one.kind is FindingKind.DUPLICATED for slug in one.suspects
    }
    views = {}
    for hop in plan.hops:
        found = seen.get(hop.slug) or HopJudgement(hop=hop.slug, state=HopState.WAITING)
        views[hop.slug] = _seen(run, hop, found, arrivals, twice=hop.slug in copied)
    return suspecting(views, findings)


def of_chain(
    plan: Plan,
    newest: Run | None,
    judged: Run | None,
    incidents: Iterable[Incident] = (),
    doubts: Iterable[Confirmation] = (),
    blind: Collection[str] = (),
    *,
    watched: bool = True,
) -> dict[str, HopView]:
    """Answer how each hop stands: what is known to be broken stays so until a good run.

    `newest` may be under way: where its lead has not been seen yet, the last judged run speaks.
    `blind` are the connections that need their owner: no tick stands where we cannot look, nor on
    a chain that is not `watched` now.
    """
    before = of_run(plan, judged) if judged else {}
    now = before if newest is judged else of_run(plan, newest) if newest else {}
    broken = {
        one.subject.removeprefix(HANDOFF): tuple(map(stored.read_finding, one.findings))
        for one in incidents
    }
    doubted = {one.hop for one in doubts}
    views = {}
    for hop in plan.hops:
        view = now.get(hop.slug, HopView())
        if view.moving:
            view = replace(before.get(hop.slug, HopView()), moving=True)
        if not watched:
            view = _earlier(view)
        if hop.connection in blind:
            view = replace(view, sign=sign.CANNOT_LOOK, handoff=sign.CANNOT_LOOK, count=0)
        if hop.slug in broken:
            view = replace(view, handoff=sign.BROKEN, gist=gist(broken[hop.slug]))
        elif hop.slug in doubted:
            view = replace(view, sign=sign.CHECKING, handoff=sign.CHECKING, gist=sign.CHECKING.word)
        views[hop.slug] = view
    return suspecting(views, [one for findings in broken.values() for one in findings])


def _earlier(view: HopView) -> HopView:
    """Answer what was good as something that was good when we looked last."""
    way = view.handoff or view.sign
    return replace(
        view,
        sign=sign.EARLIER if view.sign.tone == GOOD else view.sign,
        handoff=sign.EARLIER if way.tone == GOOD else way,
    )


def _seen(
    run: Run,
    hop: HopPlan,
    found: HopJudgement,
    arrivals: Mapping[str, datetime | None],
    *,
    twice: bool,
) -> HopView:
    before = arrivals.get(hop.after) if hop.after else run.submitted_at
    took = None
    if found.arrived_at and before:
        took = max((found.arrived_at - before).total_seconds(), 0.0)
    told = tuple(one for one in found.findings if one.kind is not FindingKind.BLIND)
    return HopView(
        sign=_station(run, hop, found, twice=twice),
        handoff=sign.BROKEN if told else sign.HOPS[found.state],
        gist=gist(told) if told else None,
        moving=found.state is HopState.WAITING and run.settled_at is None,
        count=found.count,
        took=took,
    )


def _station(run: Run, hop: HopPlan, found: HopJudgement, *, twice: bool) -> Sign:
    if not hop.finds and not hop.after and run.submission == Submission.ACCEPTED:
        return sign.HANDED_IN
    if found.state is HopState.ARRIVED:
        if twice and found.count > 1:
            return sign.TWICE
        if found.inherited or any(one.differences for one in found.findings):
            return sign.DAMAGED
    return sign.HOPS[found.state]
