"""What is wrong with a chain as it is drawn, in sentences that say what to correct."""

from collections import Counter
from collections.abc import Iterator, Set

from connectors.kit.message import Message, _
from monitor.rules.plan import HopPlan, Plan, Problem


def problems(plan: Plan, lead_fields: Set[str]) -> tuple[Problem, ...]:
    """Answer everything that keeps `plan` from running, given the lead fields there are."""
    if not plan.hops:
        return (
            Problem(
                message=Message(
                    _("The chain “%(chain)s” has no hops yet; add the tool a lead enters first."),
                    {"chain": plan.title},
                ),
                field="hops",
            ),
        )
    return (
        *_wrong_shape(plan),
        *_wrong_entries(plan),
        *_wrong_times(plan),
        *_wrong_fields(plan, lead_fields),
    )


def _problem(hop: HopPlan, field: str, sentence: str, **values: str) -> Problem:
    return Problem(
        message=Message(sentence, {"hop": hop.slug, "tool": hop.tool, **values}),
        hop=hop.slug,
        field=field,
    )


def _wrong_shape(plan: Plan) -> Iterator[Problem]:
    """Yield what keeps the hops from being a tree."""
    after = {hop.slug: hop.after for hop in plan.hops}
    counts = Counter(hop.slug for hop in plan.hops)
    told = set()
    for hop in plan.hops:
        if counts[hop.slug] > 1 and hop.slug not in told:
            told.add(hop.slug)
            yield _problem(hop, "slug", _("Two hops are called “%(hop)s”; rename one of them."))
        if hop.after and hop.after not in after:
            yield _problem(
                hop,
                "after",
                _("“%(hop)s” comes after “%(after)s”, but no hop is called that."),
                after=hop.after,
            )
        elif _goes_round(after, hop.slug):
            yield _problem(
                hop,
                "after",
                _("“%(hop)s” comes after itself in the end; a lead needs a way in."),
            )


def _goes_round(after: dict[str, str], slug: str) -> bool:
    """Answer whether going up from `slug` comes back to it."""
    above = after[slug]
    for _step in after:
        if above == slug:
            return True
        above = after.get(above, "")
    return False


def _wrong_entries(plan: Plan) -> Iterator[Problem]:
    entries = [hop for hop in plan.hops if not hop.after]
    if not entries:
        yield Problem(
            message=Message(
                _("The chain “%(chain)s” has no entry; the first hop is the one without “after”."),
                {"chain": plan.title},
            ),
            field="hops",
        )
    for other in entries[1:]:
        yield _problem(
            other,
            "after",
            _(
                "A lead enters a chain at one hop, but “%(first)s” and “%(hop)s” both come"
                " first; say which hop one of them comes after."
            ),
            first=entries[0].slug,
        )
    for entry in entries[:1]:
        if not entry.submits:
            yield _problem(
                entry,
                "connection",
                _(
                    "Handoff cannot hand a lead in to %(tool)s, so “%(hop)s” cannot be the"
                    " entry; begin with a tool that takes leads, such as a form."
                ),
            )
    if not any(hop.finds for hop in plan.hops):
        yield Problem(
            message=Message(
                _(
                    "None of the hops of “%(chain)s” can be looked into, so no arrival could be"
                    " proved; add a tool that can be searched."
                ),
                {"chain": plan.title},
            ),
            field="hops",
        )


def _wrong_times(plan: Plan) -> Iterator[Problem]:
    for hop in plan.hops:
        if hop.deadline <= 0:
            yield _problem(
                hop, "deadline", _("The deadline of “%(hop)s” must be longer than nothing.")
            )
        if hop.lag < 0:
            yield _problem(hop, "lag", _("The lag of “%(hop)s” cannot be less than nothing."))
        if hop.linger < 0:
            yield _problem(hop, "linger", _("The linger of “%(hop)s” cannot be less than nothing."))


def _wrong_fields(plan: Plan, lead_fields: Set[str]) -> Iterator[Problem]:
    for hop in plan.hops:
        for key, spec in hop.fields.items():
            source = spec.get("from")
            if source is None and spec.get("as") == "ignore":
                continue
            if source not in lead_fields:
                yield _problem(
                    hop,
                    f"fields.{key}",
                    _(
                        "“%(hop)s” maps “%(key)s” to the lead's field “%(source)s”, which does"
                        " not exist; there are: %(known)s."
                    ),
                    key=key,
                    source=str(source or ""),
                    known=", ".join(sorted(lead_fields)),
                )
