"""What a file means for a month: what is made where, who is mailed, and what it costs."""

from collections.abc import Iterator
from datetime import datetime
from math import ceil

from connectors import catalog
from connectors.kit.base import Kind
from connectors.kit.message import Message, Value, _
from monitor.actions.file.draft import Draft, Drafts
from monitor.actions.file.shape import duration
from monitor.engine.chain import plan_of
from monitor.models import Chain
from monitor.rules.budget import Budget
from monitor.rules.plan import HopPlan, Plan
from monitor.rules.schedule import Schedule

DAYS = 30.44
LATER_LOOKS = 2
REMOVAL_CALLS = 3
GLANCES = 1


def outlook(wanted: Drafts, now: datetime) -> tuple[Message, ...]:
    """Answer what a month brings, in sentences: chain by chain, then who gets the news."""
    told: list[Message] = []
    for chain in wanted.chains:
        told += _chain(chain, wanted, now)
    to = [one.row.address["to"] for one in wanted.channels if one.row.kind == "email"]
    slack = [one.row.title for one in wanted.channels if one.row.kind == "slack"]
    if to or slack:
        values = {"places": ", ".join((*to, *slack))}
        told.append(Message(_("News of incidents goes to %(places)s."), values))
    return tuple(told)


def _chain(draft: Draft[Chain], wanted: Drafts, now: datetime) -> Iterator[Message]:
    chain = draft.row
    plan = plan_of(chain, draft.hops)
    slots, runs = leads(chain, wanted.workspace.row.timezone, now)
    yield Message(
        _("“%(chain)s”: about %(runs)s test leads a month, at most %(reserve)s more a day to check "
          "losses again."),
        {"chain": chain.title, "runs": runs, "reserve": chain.reserve},
    )  # fmt: skip
    if slots > runs:
        yield Message(
            _("  Its schedule asks for %(slots)s, but the daily budget of %(budget)s allows no "
              "more."),
            {"slots": slots, "budget": chain.daily_budget},
        )  # fmt: skip
    consents = {hop.slug: hop.connection.may_remove for hop in draft.hops}
    for hop in plan.hops:
        yield _made(hop, runs, chain, may_remove=consents[hop.slug])
    for effect in dict.fromkeys(
        effect for hop in plan.hops for effect in catalog.connector(hop.connector).side_effects
    ):
        yield Message("  %(effect)s", {"effect": effect})
    if any(hop.kind == Kind.EMAIL for hop in plan.hops):
        yield Message(
            _("  Mailed: only %(address)s, the address the leads carry."),
            {"address": chain.address},
        )
    tasks = sum(1 for hop in plan.hops if hop.after)
    yield Message(
        _("  About %(calls)s API calls, and %(tasks)s tasks of your carriers."),
        {"calls": runs * calls(plan, consents), "tasks": runs * tasks},
    )


def leads(chain: Chain, zone: str, now: datetime) -> tuple[int, int]:
    """Answer how many leads a month the schedule asks for, and how many the budget allows."""
    if not chain.schedule:
        return 0, 0
    slots = Schedule.parse(chain.schedule, zone).per_month(now)
    budget = Budget(leads=chain.daily_budget, reserve=chain.reserve)
    return slots, min(slots, ceil(budget.leads * DAYS))


def _made(hop: HopPlan, runs: int, chain: Chain, *, may_remove: bool) -> Message:
    """Answer what is made at a hop and when it goes."""
    resource = catalog.connector(hop.connector).resource_named(hop.resource)
    values: dict[str, Value] = {
        "tool": hop.title,
        "runs": runs,
        "records": resource.plural,
        "note": resource.note,
        "kept": duration(chain.keep_failed),
    }
    if not hop.removes:
        text = _("  %(tool)s: %(runs)s %(records)s, which stay there. %(note)s")
    elif may_remove:
        text = _(
            "  %(tool)s: %(runs)s %(records)s, removed after each run (after a failed one %(kept)s "
            "later)."
        )
    else:
        text = _(
            "  %(tool)s: %(runs)s %(records)s, which stay there: “may_remove: true” would let "
            "Handoff take them away."
        )
    return Message(text, values)


def calls(plan: Plan, may_remove: dict[str, bool]) -> int:
    """Answer how many calls one run makes at most, if nothing shares them."""
    paces = len(plan.looks.deadline) + len(plan.looks.linger) + GLANCES
    count = 1
    for hop in plan.hops:
        if hop.finds:
            count += paces + LATER_LOOKS
        if hop.removes and may_remove[hop.slug]:
            count += REMOVAL_CALLS
    return count
