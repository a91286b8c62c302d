"""Holds what a soak's product said of every lead against what the truth log and the kills tell."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from benchmarks.pages import table
from benchmarks.score import LOSSES, mark_of, real, said_of

Fact = Mapping[str, Any]

INCONCLUSIVE_MOST = 0.05
DEADLINE, LINGER, LATENESS = 12.0, 20.0, 18.0
"""Seconds a soaking chain gives each handoff, waits for copies, and holds back a late lead."""
NEAR = 30.0
"""A cause may lie so many seconds before the hand-in or after the last judgement."""
INTERRUPTED = "Handoff was interrupted"
SHOWN = 12
SOUND = "nothing wrong"
WRONG = ("missed", "misnamed", "false alarms", "without a cause")


@dataclass(slots=True, kw_only=True)
class Row:
    """What became of the leads of one kind. `told` is each wrong one in a few words."""

    leads: int = 0
    right: int = 0
    inconclusive: int = 0
    wrong: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakCard:
    """The whole table, and what was wrong beside it."""

    rows: Mapping[str, Row]
    told: Sequence[str]
    beside: Mapping[str, Sequence[str]]
    kills: Mapping[str, int]
    noise: int
    later: int = 0

    @property
    def leads(self) -> int:
        """All leads that were played."""
        return sum(row.leads for row in self.rows.values())

    @property
    def inconclusive(self) -> int:
        """Those of which nothing could be said, for a cause that is known."""
        return sum(row.inconclusive for row in self.rows.values())

    @property
    def met(self) -> bool:
        """Whether every column of what may not happen is empty."""
        wrong = sum(sum(row.wrong.values()) for row in self.rows.values())
        few = self.inconclusive <= INCONCLUSIVE_MOST * self.leads
        return not wrong and few and not any(self.beside.values())

    def render(self) -> str:
        """Answer the table as Markdown."""
        heads = ("fault", "leads", "named rightly", "inconclusive for a cause", *WRONG)
        rows = [_cells(name, row) for name, row in sorted(self.rows.items(), key=_sound_last)]
        rows.append(_cells("**all**", _sum(self.rows.values())))
        share = 100 * self.inconclusive / max(1, self.leads)
        killed = ", ".join(f"{part} {count}" for part, count in sorted(self.kills.items()))
        parts = [
            f"{self.leads} leads; {self.noise} reads answered wrongly beside the faults below; "
            f"killed: {killed or 'nobody'}; {share:.1f} % inconclusive (at most 5 %); {self.later} "
            "records at hops nobody could look into, which the look a day later asks for.",
            table(heads, rows),
            table(
                ("what may not happen", "times"),
                [[what, str(len(found))] for what, found in self.beside.items()],
            ),
        ]
        wrong = [
            *self.told,
            *(f"{what}: {one}" for what, all_ in self.beside.items() for one in all_),
        ]
        if wrong:
            parts.append("\n".join(f"- {line}" for line in wrong[:SHOWN]))
        return "\n\n".join(parts)


def score(facts: Fact) -> SoakCard:
    """Answer what was right and wrong in a soak."""
    rows: dict[str, Row] = {}
    told: list[str] = []
    causes = _causes(facts)
    known = frozenset(value for lead in facts["leads"] for value in lead["lead"].values())
    for lead in [*facts["leads"], *({**one, "struck": False} for one in facts["others"])]:
        struck = lead["struck"] and lead["cell"]["kind"]
        row = rows.setdefault(lead["cell"]["row"] if struck else SOUND, Row())
        wrong = _judged(lead, row, causes, known)
        if wrong:
            row.wrong[wrong] += 1
            told.append(f"run {lead['pk']} ({wrong}): {lead['verdict']}, {said_of(_all(lead))}")
    return SoakCard(
        rows=rows,
        told=told,
        beside={
            "runs that never ended": [f"run {pk}" for pk in facts["stuck"]],
            "leads handed in twice": facts["twice"],
            "incidents without a fault": _unfounded(facts),
            "faults without an incident": _untold(facts),
            "records that the ledger does not list": [
                one["where"] for one in facts["unlisted"] if not one["blind"]
            ],
        },
        later=sum(one["blind"] for one in facts["unlisted"]),
        kills=Counter(kill["part"] for kill in facts["kills"]),
        noise=len(facts["noise"]),
    )


def _judged(
    lead: Fact, row: Row, causes: Sequence[tuple[float, str]], known: frozenset[str]
) -> str:
    """Count one lead; answer what was wrong with what was said of it, empty where nothing was."""
    row.leads += 1
    struck = lead["struck"] and lead["cell"]["kind"]
    caused = _has_cause(lead, causes)
    if _nothing_said(lead, struck=bool(struck)) or _cut_off(lead, causes):
        row.inconclusive += 1
        return "" if struck or caused else "without a cause"
    wrong = _misnamed(lead, known) if struck else _alarmed(lead)
    row.right += not wrong
    return wrong


def _nothing_said(lead: Fact, *, struck: bool) -> bool:
    if lead["verdict"] == "inconclusive":
        return not real(_all(lead))
    late = struck and lead["cell"]["kind"] == "late"
    return late and lead["verdict"] == "passed" and not _proven_late(lead)


def _misnamed(lead: Fact, known: frozenset[str]) -> str:
    mark = mark_of({**lead["cell"], "incidents": []}, _without_consequences(lead))
    named = mark.kind or _leaked_damaged(lead, known)
    if mark.found and named and mark.handoff and mark.fields:
        return ""
    return "misnamed" if mark.found else "missed"


def _without_consequences(lead: Fact) -> Fact:
    """Leave out that the lead got lost where a later tool refused what the fault had made of it."""
    refused = {hop.replace("_", "-") for hop in lead["refused_at"] if hop != lead["cell"]["hop"]}
    kept = {
        name: [
            finding
            for finding in lead[name]
            if finding["kind"] != "dropped" or finding["hop"] not in refused
        ]
        for name in ("first", "findings")
    }
    return {**lead, **kept}


def _leaked_damaged(lead: Fact, known: frozenset[str]) -> bool:
    """Whether what leaked was damaged itself: then nobody can tell that it is another lead's."""
    if lead["cell"]["kind"] != "leaked":
        return False
    seen = [
        value
        for finding in lead["findings"]
        for difference in finding["differences"]
        for value in difference["seen"]
    ]
    return bool(seen) and known.isdisjoint(seen)


def _alarmed(lead: Fact) -> str:
    return "" if lead["verdict"] == "passed" and not real(_all(lead)) else "false alarms"


def _cut_off(lead: Fact, causes: Sequence[tuple[float, str]]) -> bool:
    """Whether a kill came between a run and its hand-in: it is tried again, and told nobody."""
    if lead["struck"] and lead["cell"]["kind"]:
        return False
    said = str(lead.get("problem", {}).get("key", ""))
    kinds = {finding["kind"] for finding in real(_all(lead))}
    return said.startswith(INTERRUPTED) and kinds == {"refused"} and _has_cause(lead, causes)


def _proven_late(lead: Fact) -> bool:
    """Whether a look went well between the deadline and the arrival: only that shows lateness."""
    looks = lead["looks"].get(lead["cell"]["told_at"].replace("_", "-"), [])
    times = [
        datetime.fromisoformat(at).timestamp() for at, outcome, _ in looks if outcome != "failed"
    ]
    due, came = lead["submitted_at"] + DEADLINE, lead["submitted_at"] + LATENESS
    return any(due < at < came for at in times)


def _all(lead: Fact) -> list[Fact]:
    return [*lead["first"], *lead["findings"]]


def _causes(facts: Fact) -> list[tuple[float, str]]:
    """Answer (when, whose account; empty for all) of everything that kept us from looking."""
    noise = [(one["at"], one["account"]) for one in facts["noise"]]
    return noise + [(kill["at"], "") for kill in facts["kills"]]


def _has_cause(lead: Fact, causes: Sequence[tuple[float, str]]) -> bool:
    begun = lead["submitted_at"] or lead["judged_at"] or 0.0
    ended = lead["settled_at"] or lead["judged_at"] or begun
    return any(
        begun - NEAR <= at <= ended + NEAR and account in ("", lead.get("chain", account))
        for at, account in causes
    )


def _handoffs(lead: Fact) -> set[tuple[str, str]]:
    """Answer (chain, handoff) wherever this lead's fault may open an incident."""
    cell = lead["cell"]
    hops = {cell["hop"], cell["told_at"], *cell["suspects"]}
    return {(lead["chain"], hop.replace("_", "-")) for hop in hops}


def _faulty(facts: Fact) -> list[Fact]:
    return [one for one in facts["leads"] if one["struck"] and one["cell"]["kind"]]


def _unfounded(facts: Fact) -> list[str]:
    """Answer incidents of a handoff at which no fault ever struck."""
    known = {place for lead in _faulty(facts) for place in _handoffs(lead)}
    return [
        f"{incident['chain']} {incident['subject']} {' '.join(incident['kinds'])}".strip()
        for incident in facts["incidents"]
        if incident["subject"].startswith("handoff:")
        and (incident["chain"], incident["subject"].removeprefix("handoff:")) not in known
    ]


def _untold(facts: Fact) -> list[str]:
    """Answer leads whose proof opened or joined no incident, though no later good one excused it.

    Evidence older than a good run of its persona is counted as intermittent and opens nothing.
    """
    told = {
        (incident["chain"], incident["subject"].removeprefix("handoff:"))
        for incident in facts["incidents"]
    }
    found = []
    for lead in _faulty(facts):
        kinds = {finding["kind"] for finding in real(lead["findings"])}
        if lead["verdict"] != "failed" or not kinds - set(LOSSES) or _excused(lead, facts):
            continue
        if not _handoffs(lead) & told:
            found.append(f"run {lead['pk']} on {lead['chain']}")
    return found


def _excused(lead: Fact, facts: Fact) -> bool:
    return any(
        other["chain"] == lead["chain"]
        and other["persona"] == lead["persona"]
        and other["verdict"] == "passed"
        and (other["submitted_at"] or 0) > (lead["submitted_at"] or 0)
        and (other["judged_at"] or 0) <= (lead["found_at"] or 0)
        for other in facts["leads"]
    )


def _sum(rows: Any) -> Row:
    whole = Row()
    for row in rows:
        whole.leads += row.leads
        whole.right += row.right
        whole.inconclusive += row.inconclusive
        whole.wrong.update(row.wrong)
    return whole


def _cells(name: str, row: Row) -> list[str]:
    counts = (row.leads, row.right, row.inconclusive, *(row.wrong[what] for what in WRONG))
    return [name, *map(str, counts)]


def _sound_last(item: tuple[str, Row]) -> tuple[bool, str]:
    return item[0] == SOUND, item[0]
