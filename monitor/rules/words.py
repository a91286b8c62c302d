"""The words for each kind of finding: a headline, the few words at a rail's gap, what to check."""

from collections.abc import Mapping, Sequence

from connectors.kit.message import Message, Value, _
from monitor.rules.difference import label
from monitor.rules.finding import Finding, FindingKind

WORST_FIRST = (
    FindingKind.REFUSED,
    FindingKind.DROPPED,
    FindingKind.LEAKED,
    FindingKind.DUPLICATED,
    FindingKind.SWAPPED,
    FindingKind.MISPLACED,
    FindingKind.MISSING,
    FindingKind.MERGED,
    FindingKind.TRUNCATED,
    FindingKind.GARBLED,
    FindingKind.DAY_MONTH_SWAPPED,
    FindingKind.COUNTRY_CODE_LOST,
    FindingKind.UNRENDERED,
    FindingKind.ALTERED,
    FindingKind.LATE,
    FindingKind.BLIND,
)

HEADLINES: Mapping[FindingKind, str] = {
    FindingKind.REFUSED: _("%(chain)s: %(hop)s does not take leads"),
    FindingKind.DROPPED: _("%(chain)s: leads are not reaching %(hop)s"),
    FindingKind.LATE: _("%(chain)s: leads reach %(hop)s too late"),
    FindingKind.DUPLICATED: _("%(chain)s: leads arrive more than once in %(hop)s"),
    FindingKind.SWAPPED: _("%(chain)s: %(fields)s change places on the way to %(hop)s"),
    FindingKind.MISPLACED: _("%(chain)s: a value lands in the wrong field in %(hop)s: %(fields)s"),
    FindingKind.MISSING: _("%(chain)s: leads arrive in %(hop)s without %(fields)s"),
    FindingKind.MERGED: _("%(chain)s: the parts of the name arrive in one field in %(hop)s"),
    FindingKind.TRUNCATED: _("%(chain)s: %(fields)s arrives cut short in %(hop)s"),
    FindingKind.GARBLED: _("%(chain)s: letters arrive garbled in %(hop)s: %(fields)s"),
    FindingKind.DAY_MONTH_SWAPPED: _(
        "%(chain)s: day and month change places on the way to %(hop)s: %(fields)s"
    ),
    FindingKind.COUNTRY_CODE_LOST: _(
        "%(chain)s: %(fields)s loses its country code on the way to %(hop)s"
    ),
    FindingKind.UNRENDERED: _(
        "%(chain)s: leads show a placeholder instead of a value in %(hop)s: %(fields)s"
    ),
    FindingKind.LEAKED: _("%(chain)s: leads in %(hop)s show another customer's %(fields)s"),
    FindingKind.ALTERED: _("%(chain)s: %(fields)s changes on the way to %(hop)s"),
    FindingKind.BLIND: _("%(chain)s: we cannot look into %(hop)s"),
}

_GISTS: Mapping[FindingKind, str] = {
    FindingKind.REFUSED: _("not taken"),
    FindingKind.DROPPED: _("lost"),
    FindingKind.LATE: _("late"),
    FindingKind.DUPLICATED: _("arrived %(count)s times"),
    FindingKind.SWAPPED: "%(swapped)s",
    FindingKind.MISPLACED: _("wrong field: %(fields)s"),
    FindingKind.MISSING: _("%(fields)s missing"),
    FindingKind.MERGED: _("name in one field"),
    FindingKind.TRUNCATED: _("%(fields)s cut short"),
    FindingKind.GARBLED: _("%(fields)s garbled"),
    FindingKind.DAY_MONTH_SWAPPED: _("day ⇄ month: %(fields)s"),
    FindingKind.COUNTRY_CODE_LOST: _("country code lost: %(fields)s"),
    FindingKind.UNRENDERED: _("placeholder: %(fields)s"),
    FindingKind.LEAKED: _("another customer's %(fields)s"),
    FindingKind.ALTERED: _("%(fields)s changed"),
    FindingKind.BLIND: _("could not look"),
}

_LOST = _("Check that %(carrier)s is switched on, and look for errors in its history.")
_MAPPED = _("Open %(carrier)s and check which field goes into which.")
_FORMATTED = _("Open %(carrier)s and check the format or formula of %(fields)s.")

CHECKS: Mapping[FindingKind, str] = {
    FindingKind.REFUSED: _("Open %(hop)s and send yourself a lead, as a customer would."),
    FindingKind.DROPPED: _LOST,
    FindingKind.LATE: _("Check how often %(carrier)s runs, and whether it waits for something."),
    FindingKind.DUPLICATED: _("Check that only one automation runs, and once: %(carrier)s."),
    FindingKind.SWAPPED: _MAPPED,
    FindingKind.MISPLACED: _MAPPED,
    FindingKind.MISSING: _MAPPED,
    FindingKind.MERGED: _MAPPED,
    FindingKind.TRUNCATED: _("Check the field length that %(hop)s allows for %(fields)s."),
    FindingKind.GARBLED: _FORMATTED,
    FindingKind.DAY_MONTH_SWAPPED: _FORMATTED,
    FindingKind.COUNTRY_CODE_LOST: _FORMATTED,
    FindingKind.UNRENDERED: _("Open the template in %(carrier)s and choose %(fields)s again."),
    FindingKind.LEAKED: _(
        "Switch %(carrier)s off until you know why it shows one customer's data to another."
    ),
    FindingKind.ALTERED: _FORMATTED,
    FindingKind.BLIND: _LOST,
}


def worst_of(findings: Sequence[Finding]) -> Finding | None:
    """Answer the finding to speak of first."""
    return min(findings, key=lambda one: WORST_FIRST.index(one.kind), default=None)


def named(fields: Sequence[str]) -> str:
    """Answer fields as people list them: "first name, email"."""
    return ", ".join(label(field) for field in fields)


def gist(findings: Sequence[Finding]) -> Message:
    """Answer the few words that stand at the gap of a rail: "lost", "first name ⇄ email"."""
    worst = worst_of(findings)
    if worst is None:
        return Message(_("broken"))
    if worst.kind is FindingKind.DUPLICATED and worst.count == 2:
        return Message(_("arrived twice"))
    values: dict[str, Value] = {
        "count": worst.count,
        "fields": named(worst.fields),
        "swapped": " ⇄ ".join(label(field) for field in worst.fields),
    }
    return Message(_GISTS[worst.kind], values)
