"""Compares what was told of each lead with what the sandbox did to it, and counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from benchmarks.cells import ENTRY, LOOK

Fact = Mapping[str, Any]

LOSSES = ("dropped", "late", "refused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What was right about one lead. Seconds count from its hand-in.

    `expected` is the kind that was due; `why` says what was wrong, empty where all was right.
    """

    row: str
    group: str
    hop: str
    shape: str
    persona: str
    expected: str
    found: bool
    kind: bool
    handoff: bool
    fields: bool
    seconds: float | None = None
    told: float | None = None
    why: str = ""

    @property
    def right(self) -> bool:
        """Whether nothing was wrong."""
        return self.found and self.kind and self.handoff and self.fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """What became of leads that nothing was wrong with."""

    leads: int
    passed: int
    alarms: tuple[str, ...]
    others: tuple[str, ...] = ()
    errors: int = 0

    @property
    def share(self) -> float:
        """Answer the share that ended passed, 0 to 1."""
        return self.passed / self.leads if self.leads else 0.0


def marks(cell: Fact) -> list[Mark]:
    """Answer a mark for each lead of a cell that the fault really struck."""
    return [mark_of(cell, lead) for lead in cell["leads"] if lead["struck"]]


def sound(leads: Sequence[Fact], incidents: Sequence[Fact] = (), errors: int = 0) -> Sound:
    """Answer how leads fared that nothing was done to; every finding but blind is an alarm."""
    alarms = [
        f"run {lead['pk']} ({lead['persona']}): {said_of(findings)}"
        for lead in leads
        if (findings := real([*lead["first"], *lead["findings"]]))
    ]
    alarms += [
        f"incident {incident['subject']} {' '.join(incident['kinds'])}".strip()
        for incident in incidents
    ]
    others = [
        f"run {lead['pk']} ({lead['persona']}): {lead['verdict'] or 'open'}, "
        f"{said_of(lead['findings'])}"
        for lead in leads
        if lead["verdict"] != "passed" and not real(lead["findings"])
    ]
    return Sound(
        leads=len(leads),
        passed=sum(lead["verdict"] == "passed" for lead in leads),
        alarms=tuple(alarms),
        others=tuple(others),
        errors=errors,
    )


def percentile(values: Sequence[float], part: float) -> float | None:
    """Answer the value that `part` of them do not exceed; None of none."""
    ordered = sorted(values)
    return ordered[max(ceil(part * len(ordered)) - 1, 0)] if ordered else None


def mark_of(cell: Fact, lead: Fact) -> Mark:
    """Answer what was right about a lead that was really struck."""
    if cell["group"] == LOOK:
        return _blind(cell, lead)
    if not cell["kind"]:
        return _unharmed(cell, lead)
    # Damage that the receiving tool refuses to store is a lead that got lost.
    refused = lead["refused"] and cell["group"] != ENTRY
    expected = "dropped" if refused else cell["kind"]
    fields = set() if refused else set(cell["fields"])
    # The first thing that is said goes into the alert, the last onto the page: both count.
    said = real([*_allowed_first(lead, expected), *lead["findings"]])
    found = lead["verdict"] == "failed" and bool(said)
    right = {
        "found": found,
        "kind": found and {finding["kind"] for finding in said} == {expected},
        "handoff": found and all(_right_handoff(cell, finding) for finding in said),
        "fields": found and all(set(finding["fields"]) == fields for finding in said),
    }
    return Mark(
        **_place(cell, lead, expected),
        found=found,
        kind=right["kind"],
        handoff=right["handoff"],
        fields=right["fields"],
        seconds=_since(lead, lead["found_at"]),
        told=_since(lead, _opened(cell)) if expected in LOSSES else None,
        why="" if all(right.values()) else f"expected {expected}, {said_of(said)}",
    )


def _allowed_first(lead: Fact, expected: str) -> list[Fact]:
    """Answer what was said first, less what is true until a late lead is seen: that it is lost."""
    dropped = {"late": "dropped"}.get(expected)
    return [finding for finding in lead["first"] if finding["kind"] != dropped]


def _right_handoff(cell: Fact, finding: Fact) -> bool:
    """Answer whether a finding stands where it must, and suspects whom it must and no one else."""
    suspects, named = [_slug(hop) for hop in cell["suspects"]], finding["suspects"]
    if finding["hop"] != _slug(cell["told_at"]):
        return False
    # Copies made on the way to a hop that hides them show in all its branches, in any order.
    hidden = cell["kind"] == "duplicated" and cell["hop"] == cell["suspects"][0]
    if hidden:
        return bool(named[:1] == suspects[:1] and len(named) == len(suspects))
    return bool(named == suspects)


def _blind(cell: Fact, lead: Fact) -> Mark:
    kinds = {finding["kind"] for finding in [*lead["first"], *lead["findings"]]}
    right = lead["verdict"] == "inconclusive" and kinds == {"blind"}
    at = [finding["hop"] for finding in lead["findings"]]
    return Mark(
        **_place(cell, lead, "blind"),
        found=lead["verdict"] == "inconclusive",
        kind=kinds == {"blind"},
        handoff=_slug(cell["hop"]) in at,
        fields=True,
        seconds=_since(lead, lead["judged_at"]),
        why="" if right else f"{lead['verdict'] or 'open'}, {said_of(lead['findings'])}",
    )


def _unharmed(cell: Fact, lead: Fact) -> Mark:
    right = lead["verdict"] == "passed" and not real([*lead["first"], *lead["findings"]])
    return Mark(
        **_place(cell, lead, ""),
        found=right,
        kind=right,
        handoff=right,
        fields=right,
        why="" if right else f"{lead['verdict'] or 'open'}, {said_of(lead['findings'])}",
    )


def _place(cell: Fact, lead: Fact, expected: str) -> dict[str, Any]:
    told = {name: cell[name] for name in ("row", "group", "hop", "shape")}
    return {**told, "persona": lead["persona"], "expected": expected}


def _opened(cell: Fact) -> float | None:
    return min((incident["opened_at"] for incident in cell["incidents"]), default=None)


def _since(lead: Fact, moment: float | None) -> float | None:
    if moment is None or lead["submitted_at"] is None:
        return None
    return float(moment - lead["submitted_at"])


def real(findings: Sequence[Fact]) -> list[Fact]:
    """Answer the findings that say more than that we could not look."""
    return [finding for finding in findings if finding["kind"] != "blind"]


def said_of(findings: Sequence[Fact]) -> str:
    """Answer the findings in a few words."""
    told = {
        f"{finding['kind']} {'+'.join(finding['fields'])} at {'/'.join(finding['suspects'])}"
        for finding in findings
    }
    return "said " + (", ".join(sorted(told)) or "nothing")


def _slug(hop: str) -> str:
    return hop.replace("_", "-")
