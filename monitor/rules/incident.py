"""What a judged run means for a handoff: an incident opens, worsens, ends; or we try again."""

from collections.abc import Mapping
from datetime import datetime

from monitor.rules.case import (
    Case,
    Confirm,
    CountLoss,
    Doubt,
    Keep,
    Nothing,
    Open,
    OpenIncident,
    Outcome,
    Reason,
    Resolve,
    Step,
    Worse,
)
from monitor.rules.finding import LOSSES, FindingKind
from monitor.rules.persona import next_persona
from monitor.rules.verdict import Judgement

__all__ = [
    "Case",
    "Confirm",
    "CountLoss",
    "Doubt",
    "Keep",
    "Nothing",
    "Open",
    "OpenIncident",
    "Outcome",
    "Reason",
    "Resolve",
    "Step",
    "Worse",
    "decide",
    "next_persona",
    "outcome_of",
    "proven",
]

REPEATS = 3
"""How often an inconclusive confirmation is repeated before the owner is told without it."""


def outcome_of(
    judgement: Judgement,
    hop: str,
    *,
    run: str,
    persona: str,
    submitted_at: datetime,
    confirmation: bool = False,
    later: bool = False,
) -> Outcome:
    """Answer a judged run as it bears on the handoff into `hop`."""
    judged = judgement.hop(hop)
    return Outcome(
        run=run,
        persona=persona,
        submitted_at=submitted_at,
        findings=tuple(one for one in judged.findings if one.kind is not FindingKind.BLIND),
        good=judged.good,
        settled=judged.settled,
        confirmation=confirmation,
        later=later,
    )


def decide(outcome: Outcome, case: Case, now: datetime) -> Step:
    """Decide what a judged run means for one handoff.

    To be asked for every hop of a run, each time the run is judged; asking twice does no harm.
    """
    if outcome.good:
        return _decide_good(outcome, case)
    if case.incident is not None:
        return _decide_inside(outcome, case.incident)
    if outcome.findings:
        return _decide_bad(outcome, case, now)
    if case.confirms and case.doubt is not None and outcome.settled:
        return _decide_unchecked(case, case.doubt, now)
    return Nothing(reason=Reason.NOT_CONCLUSIVE)


def _decide_good(outcome: Outcome, case: Case) -> Step:
    incident, doubt = case.incident, case.doubt
    if incident is not None:
        if incident.persona not in ("", outcome.persona):
            return Keep(reason=Reason.OTHER_PERSONA)
        if outcome.submitted_at <= incident.last_bad_at:
            return Keep(reason=Reason.OLDER_THAN_BAD)
        return Resolve(reason=Reason.GOOD_RUN)
    if doubt is not None and doubt.first.run == outcome.run:
        return Nothing(reason=Reason.ALL_WELL, ends_doubt=True)
    if doubt is not None and case.confirms:
        return _not_confirmed(doubt)
    return Nothing(reason=Reason.ALL_WELL)


def _not_confirmed(doubt: Doubt) -> CountLoss | Nothing:
    """The lead was lost once, and not the second time; or the first came in after all."""
    if not doubt.first.findings:
        return Nothing(reason=Reason.ALL_WELL, ends_doubt=True)
    return CountLoss(reason=Reason.NOT_CONFIRMED, run=doubt.first.run, ends_doubt=True)


def _decide_inside(outcome: Outcome, incident: OpenIncident) -> Step:
    """Answer what a run that is not good means while the incident is open."""
    if not outcome.findings:
        return Keep(reason=Reason.NOT_CONCLUSIVE)
    new = outcome.kinds - incident.kinds
    if incident.kinds & LOSSES:
        # A lead that comes late after one that was lost is no worse; and one not here yet may
        # still come.
        new -= {FindingKind.LATE}
    if not outcome.settled:
        new -= LOSSES
    if new:
        return Worse(reason=Reason.NEW_KIND, kinds=new)
    return Keep(reason=Reason.STILL_BAD, bad=True)


def _decide_bad(outcome: Outcome, case: Case, now: datetime) -> Step:
    """Answer what a bad run means where no incident is open."""
    doubt = case.doubt
    if doubt is not None and case.confirms and outcome.kinds <= LOSSES:
        return _decide_second_loss(outcome, doubt)
    older = case.last_good_at is not None and outcome.submitted_at < case.last_good_at
    if older and not outcome.later:
        return _counted(Reason.OLDER_THAN_GOOD, outcome, case)
    if not outcome.kinds <= LOSSES:
        return Open(
            reason=Reason.POSITIVE_EVIDENCE,
            kinds=outcome.kinds,
            since=outcome.submitted_at,
            persona=outcome.persona,
            last_bad_at=outcome.submitted_at,
            ends_doubt=doubt is not None,
        )
    if doubt is not None and doubt.first.run == outcome.run:
        return Nothing(reason=Reason.CHECKING)
    if case.counted:
        return Nothing(reason=Reason.ALREADY_COUNTED)
    return _decide_first_loss(outcome, case, now)


def _counted(reason: Reason, outcome: Outcome, case: Case) -> CountLoss | Nothing:
    """Count a loss, once; the one a doubt began with is counted when the doubt ends."""
    if case.counted:
        return Nothing(reason=Reason.ALREADY_COUNTED)
    if case.doubt is not None and case.doubt.first.run == outcome.run:
        return Nothing(reason=Reason.CHECKING)
    return CountLoss(reason=reason, run=outcome.run)


def _decide_second_loss(outcome: Outcome, doubt: Doubt) -> Step:
    first = doubt.first
    if not first.findings:
        return CountLoss(reason=Reason.NOT_CONFIRMED, run=outcome.run, ends_doubt=True)
    kinds = first.kinds | outcome.kinds
    if not outcome.settled and FindingKind.LATE in first.kinds:
        # The first came in late; the second is not here yet and may do the same.
        kinds -= {FindingKind.DROPPED}
    return Open(
        reason=Reason.CONFIRMED,
        kinds=kinds,
        since=first.submitted_at,
        persona=first.persona,
        last_bad_at=max(first.submitted_at, outcome.submitted_at),
        ends_doubt=True,
    )


def _decide_first_loss(outcome: Outcome, case: Case, now: datetime) -> Step:
    """Answer what to do about a loss nobody checked yet."""
    if outcome.confirmation:
        return CountLoss(reason=Reason.CONFIRMATIONS_END_HERE, run=outcome.run)
    if case.doubt is not None:
        return CountLoss(reason=Reason.CHECKING, run=outcome.run)
    if case.paused:
        return CountLoss(reason=Reason.PAUSED, run=outcome.run)
    if not case.reserve:
        return _unverified(Reason.NO_RESERVE, outcome)
    return Confirm(reason=Reason.FIRST_LOSS, at=now, tries=1)


def _decide_unchecked(case: Case, doubt: Doubt, now: datetime) -> Step:
    """Answer what an inconclusive confirmation leads to."""
    if not doubt.first.findings:
        return Nothing(reason=Reason.ALL_WELL, ends_doubt=True)
    if case.paused:
        return CountLoss(reason=Reason.PAUSED, run=doubt.first.run, ends_doubt=True)
    if doubt.tries > REPEATS:
        return _unverified(Reason.COULD_NOT_CHECK, doubt.first, ends_doubt=True)
    if not case.reserve:
        return _unverified(Reason.NO_RESERVE, doubt.first, ends_doubt=True)
    return Confirm(
        reason=Reason.CHECK_AGAIN,
        at=now + case.pause * 2 ** (doubt.tries - 1),
        tries=doubt.tries + 1,
    )


def _unverified(reason: Reason, first: Outcome, *, ends_doubt: bool = False) -> Open:
    return Open(
        reason=reason,
        kinds=first.kinds,
        since=first.submitted_at,
        persona=first.persona,
        last_bad_at=first.submitted_at,
        unverified=True,
        ends_doubt=ends_doubt,
    )


def proven(worked_at: Mapping[str, object], hop: str) -> bool:
    """Answer whether a handoff was ever seen working; if not, its incident is a set-up problem."""
    return bool(worked_at.get(hop))
