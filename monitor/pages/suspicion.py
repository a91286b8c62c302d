"""Where a fault may have happened, when nobody can tell at which of several handoffs it did."""

from collections.abc import Iterable
from dataclasses import replace

from connectors.kit.message import Message, _
from monitor.pages import sign
from monitor.pages.link import Link
from monitor.pages.rail import HopView
from monitor.rules.finding import Finding, name_of
from monitor.rules.plan import Plan

CERTAIN = (sign.BROKEN, sign.SUSPECTED)


def several(findings: Iterable[Finding]) -> list[Finding]:
    """Answer the findings that more than one handoff is suspected of."""
    return [one for one in findings if len(one.suspects) > 1]


def suspecting(views: dict[str, HopView], findings: Iterable[Finding]) -> dict[str, HopView]:
    """Answer the views with every suspected handoff marked; what is certain stays so."""
    known = tuple(findings)
    proved = {one.hop for one in known} - {one.hop for one in several(known)}
    for one in several(known):
        for slug in one.suspects:
            view = views.get(slug, HopView())
            if slug == one.hop and slug not in proved:
                views[slug] = replace(view, handoff=sign.SUSPECTED)
            elif view.handoff not in CERTAIN:
                views[slug] = replace(view, handoff=sign.SUSPECTED, gist=sign.SUSPECTED.word)
    return views


def suspicions(plan: Plan, findings: Iterable[Finding]) -> tuple[Message, ...]:
    """Answer the sentences that name every suspected handoff, each once."""
    ways = {", ".join(_ways(plan, one.suspects)): None for one in several(findings)}
    text = _("It may have happened on any of these ways: %(ways)s.")
    return tuple(Message(text, {"ways": way}) for way in ways if way)


def carriers(plan: Plan, hops: Iterable[str]) -> tuple[Link, ...]:
    """Answer where the automations that lead to these hops are edited, each once."""
    wanted = set(hops)
    links = {
        hop.carrier_url: Link(
            text=Message(_("Open %(carrier)s"), {"carrier": hop.carrier or name_of(hop)}),
            url=hop.carrier_url,
        )
        for hop in plan.hops
        if hop.slug in wanted and hop.carrier_url
    }
    return tuple(links.values())


def _ways(plan: Plan, slugs: Iterable[str]) -> Iterable[str]:
    hops = {hop.slug: hop for hop in plan.hops}
    for slug in slugs:
        if hop := hops.get(slug):
            before = hops.get(hop.after)
            yield f"{name_of(before)} → {name_of(hop)}" if before else name_of(hop)
