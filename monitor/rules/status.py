"""How a chain stands, and the overview's one sentence: are my leads arriving?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from connectors.kit.message import Message, Value, _
from monitor.rules.finding import span
from monitor.rules.news import moment_text
from monitor.rules.verdict import Verdict


class ChainState(StrEnum):
    """How a chain stands, worst first."""

    BROKEN = "broken"
    CHECKING = "checking"
    CANNOT_LOOK = "cannot_look"
    NOT_WATCHING = "not_watching"
    WAITING = "waiting"
    PAUSED = "paused"
    DELIVERING = "delivering"


WORST_FIRST = tuple(ChainState)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainFacts:
    """What decides how a chain stands.

    `proof_at` is when the latest passed run settled. `overdue`: its due slots were not run.
    `handoff` is the broken handoff's receiving hop; `bad` of `conclusive` runs `since` were bad.
    """

    title: str
    incident: bool = False
    doubt: bool = False
    cannot_look: bool = False
    paused: bool = False
    scheduled: bool = True
    overdue: bool = False
    proof_at: datetime | None = None
    last_verdict: str = ""
    handoff: str = ""
    bad: int = 0
    conclusive: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The overview's first words. `details` say the rest, worst first."""

    state: ChainState | None
    sentence: Message
    details: tuple[Message, ...] = ()


def state_of(facts: ChainFacts) -> ChainState:
    """Answer how one chain stands: never delivering where we do not know."""
    answers = {
        ChainState.PAUSED: facts.paused,
        ChainState.BROKEN: facts.incident,
        ChainState.CHECKING: facts.doubt,
        ChainState.CANNOT_LOOK: facts.cannot_look,
        ChainState.NOT_WATCHING: not facts.scheduled or facts.overdue,
    }
    for state, holds in answers.items():
        if holds:
            return state
    if facts.last_verdict == Verdict.INCONCLUSIVE:
        return ChainState.CANNOT_LOOK
    if facts.last_verdict == Verdict.FAILED:
        # One lead was lost and the loss not confirmed; the next run tells.
        return ChainState.CHECKING
    return ChainState.DELIVERING if facts.proof_at else ChainState.WAITING


def status(chains: Sequence[ChainFacts], now: datetime, zone: str) -> Status:
    """Answer the one sentence that says whether leads are arriving."""
    if not chains:
        sentence = Message(_("Nothing is watched yet. Draw the first chain your leads take."))
        return Status(state=None, sentence=sentence)
    groups: dict[ChainState, list[ChainFacts]] = {}
    for facts in chains:
        groups.setdefault(state_of(facts), []).append(facts)
    worst = min(groups, key=WORST_FIRST.index)
    if worst is ChainState.DELIVERING:
        return Status(state=worst, sentence=_delivering(chains, now))
    first = groups[worst]
    alone = len(first) == 1
    sentence = _about(first[0], now, zone) if alone else _several(worst, first, len(chains))
    troubled = sorted(
        (facts for state, group in groups.items() for facts in group if state in _SENTENCES),
        key=lambda facts: WORST_FIRST.index(state_of(facts)),
    )
    details = [_about(facts, now, zone) for facts in troubled if not (alone and facts is first[0])]
    healthy = groups.get(ChainState.DELIVERING, [])
    if healthy:
        values: dict[str, Value] = {"count": len(healthy), "total": len(chains)}
        details.append(
            Message(_("Leads are arriving along %(count)s of %(total)s chains."), values)
        )
    return Status(state=worst, sentence=sentence, details=tuple(details))


def _delivering(chains: Sequence[ChainFacts], now: datetime) -> Message:
    proof = max(facts.proof_at for facts in chains if facts.proof_at)
    values: dict[str, Value] = {
        "chain": chains[0].title,
        "count": len(chains),
        "ago": span(max(now - proof, timedelta(0))),
    }
    if len(chains) == 1:
        return Message(_("“%(chain)s” is delivering. Last proof %(ago)s ago."), values)
    return Message(_("All %(count)s chains are delivering. Last proof %(ago)s ago."), values)


_COUNTED: Mapping[ChainState, str] = {
    ChainState.BROKEN: _("%(count)s of %(total)s chains are broken."),
    ChainState.CHECKING: _("%(count)s of %(total)s chains are being checked again."),
    ChainState.CANNOT_LOOK: _(
        "We cannot look along %(count)s of %(total)s chains. Leads may be fine; we do not know."
    ),
    ChainState.NOT_WATCHING: _("%(count)s of %(total)s chains are not being watched."),
    ChainState.WAITING: _("%(count)s of %(total)s chains wait for their first proof."),
    ChainState.PAUSED: _("%(count)s of %(total)s chains are paused and not being watched."),
}


def _several(state: ChainState, group: Sequence[ChainFacts], total: int) -> Message:
    return Message(_COUNTED[state], {"count": len(group), "total": total})


_SENTENCES: Mapping[ChainState, str] = {
    ChainState.BROKEN: _("“%(chain)s” is broken on the way to %(hop)s."),
    ChainState.CHECKING: _("Checking “%(chain)s” again: one test lead went wrong."),
    ChainState.CANNOT_LOOK: _(
        "We cannot look along all of “%(chain)s”. Leads may be fine; we do not know."
    ),
    ChainState.NOT_WATCHING: _("“%(chain)s” is not being watched: it has no schedule."),
    ChainState.WAITING: _("“%(chain)s” waits for its first proof: no test lead has arrived yet."),
    ChainState.PAUSED: _("“%(chain)s” is paused and not being watched."),
}
_OVERDUE = _("“%(chain)s” is not being watched: its test leads are overdue.")
_BROKEN_SINCE = _(
    "“%(chain)s” is broken on the way to %(hop)s. %(bad)s of %(conclusive)s test leads went wrong"
    " since %(since)s."
)


def _about(facts: ChainFacts, now: datetime, zone: str) -> Message:
    """Answer the sentence about one chain that is not delivering."""
    state = state_of(facts)
    values: dict[str, Value] = {"chain": facts.title}
    if state is ChainState.NOT_WATCHING and facts.scheduled:
        return Message(_OVERDUE, values)
    if state is ChainState.BROKEN:
        values["hop"] = facts.handoff
        if facts.bad and facts.conclusive and facts.since:
            counts = {"bad": facts.bad, "conclusive": facts.conclusive}
            values.update(counts, since=moment_text(facts.since, now, zone))
            return Message(_BROKEN_SINCE, values)
    return Message(_SENTENCES[state], values)
