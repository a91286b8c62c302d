"""One shortfall at one hop, and its sentence in the owner's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from connectors.kit.message import Message, _
from monitor.rules.difference import Difference
from monitor.rules.plan import HopPlan


class FindingKind(StrEnum):
    """What a shortfall is; those of a field bear the names of `monitor.rules.difference`."""

    REFUSED = "refused"
    DROPPED = "dropped"
    LATE = "late"
    DUPLICATED = "duplicated"
    BLIND = "blind"
    MISSING = "missing"
    SWAPPED = "swapped"
    MISPLACED = "misplaced"
    MERGED = "merged"
    TRUNCATED = "truncated"
    GARBLED = "garbled"
    DAY_MONTH_SWAPPED = "day_month_swapped"
    COUNTRY_CODE_LOST = "country_code_lost"
    UNRENDERED = "unrendered"
    LEAKED = "leaked"
    ALTERED = "altered"


LOSSES = frozenset({FindingKind.REFUSED, FindingKind.DROPPED, FindingKind.LATE})
"""Findings that a second run must confirm before they are believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One shortfall, blamed on the handoff into `hop`.

    `suspects` are the receiving hops of all handoffs it may have happened at, in path order, `hop`
    the last of them. `count` is how many records there were.
    """

    kind: FindingKind
    hop: str
    message: Message
    suspects: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    count: int = 0
    differences: tuple[Difference, ...] = ()


def name_of(hop: HopPlan) -> str:
    """Answer what the owner calls a hop."""
    return hop.title or hop.tool


def span(time: timedelta) -> str:
    """Answer a length of time in the largest unit that tells it: "0.8 s", "3 min", "5 h"."""
    seconds = time.total_seconds()
    if seconds < 10:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    for size, unit in ((172800, "d"), (7200, "h"), (120, "min")):
        if seconds >= size:
            return f"{seconds / (size / 2):.0f} {unit}"
    return f"{seconds:.0f} s"


def refused(hop: HopPlan, problem: Message | None) -> Finding:
    """Answer that the entry would not take the lead, and that it is nowhere."""
    sentence = problem or Message(
        _("%(hop)s did not say whether it took the test lead, and it was found nowhere."),
        {"hop": name_of(hop)},
    )
    return Finding(kind=FindingKind.REFUSED, hop=hop.slug, message=sentence, suspects=(hop.slug,))


def dropped(path: Sequence[HopPlan], before: HopPlan | None) -> Finding:
    """Answer that the lead was lost on `path`, the handoffs since `before` saw it."""
    hop = path[-1]
    values = {
        "hop": name_of(hop),
        "before": name_of(before) if before else "",
        "unseen": ", ".join(name_of(other) for other in path[:-1]),
        "span": span(timedelta(seconds=hop.deadline)),
    }
    if before is None:
        sentence = _("%(hop)s took the test lead, but it was not there after %(span)s.")
    elif len(path) > 1:
        sentence = _(
            "The test lead was last seen in %(before)s and did not arrive in %(hop)s. Between"
            " them we could not look into %(unseen)s."
        )
    else:
        sentence = _(
            "The test lead was in %(before)s, but did not arrive in %(hop)s within %(span)s."
        )
    return _finding(FindingKind.DROPPED, path, Message(sentence, values))


def late(path: Sequence[HopPlan], after: timedelta) -> Finding:
    """Answer that the lead arrived, `after` its deadline."""
    sentence = _("The test lead arrived in %(hop)s, but %(span)s after it was due.")
    values = {"hop": name_of(path[-1]), "span": span(after)}
    return _finding(FindingKind.LATE, path, Message(sentence, values))


def duplicated(path: Sequence[HopPlan], count: int, before: HopPlan | None) -> Finding:
    """Answer that one lead became `count` records on `path`, the handoffs since `before`."""
    values: dict[str, str | int | float] = {
        "hop": name_of(path[-1]),
        "count": count,
        "before": name_of(before) if before else "",
    }
    if count == 2 and len(path) == 1:
        sentence = _("The test lead arrived twice in %(hop)s.")
    elif len(path) == 1 or before is None:
        sentence = _("The test lead arrived %(count)s times in %(hop)s.")
    else:
        sentence = _(
            "The test lead arrived %(count)s times in %(hop)s. It was doubled somewhere on its"
            " way from %(before)s: the tools between them merge copies, so they cannot show it."
        )
    return _finding(FindingKind.DUPLICATED, path, Message(sentence, values), count=count)


def damaged(path: Sequence[HopPlan], difference: Difference) -> Finding:
    """Answer that fields of the lead were damaged on `path`."""
    return Finding(
        kind=FindingKind(difference.kind.value),
        hop=path[-1].slug,
        message=difference.explain(),
        suspects=tuple(hop.slug for hop in path),
        fields=difference.fields,
        differences=(difference,),
    )


def blind(hop: HopPlan, failure: Message | None, *, arrived: bool) -> Finding:
    """Answer that we could not look, or not until the end of the linger."""
    values = {"hop": name_of(hop)}
    if arrived:
        sentence = Message(
            _("The test lead arrived in %(hop)s, but we could not look there for a second copy."),
            values,
        )
    else:
        sentence = failure or Message(_("We could not look into %(hop)s."), values)
    return Finding(kind=FindingKind.BLIND, hop=hop.slug, message=sentence)


def _finding(
    kind: FindingKind, path: Sequence[HopPlan], message: Message, count: int = 0
) -> Finding:
    return Finding(
        kind=kind,
        hop=path[-1].slug,
        message=message,
        suspects=tuple(hop.slug for hop in path),
        count=count,
    )
