"""Carries out what was decided about one handoff: its incident, its doubt, its counted losses."""

from monitor.engine import stored
from monitor.engine.docket import CONCLUSIVE, Docket, bad_of, submitted
from monitor.engine.judged import Judged
from monitor.engine.story import subject_of
from monitor.models import AlertEvent, Confirmation, Incident, Run
from monitor.rules.case import (
    Confirm,
    CountLoss,
    Keep,
    Nothing,
    Open,
    Reason,
    Resolve,
    Step,
    Worse,
)
from monitor.rules.verdict import FindingKind


def carry_out(step: Step, one: Judged, hop: str, docket: Docket) -> None:
    """Do what was decided about the handoff into `hop`."""
    match step:
        case Open() | Keep() | Worse() | Resolve():
            _carry_on(step, one, hop, docket)
        case Confirm():
            _confirm(step, one, hop, docket)
        case CountLoss():
            _count_loss(step, one, hop, docket)
        case Nothing():
            if step.ends_doubt:
                _end_doubt(one, hop, "unfounded", docket)


def _carry_on(step: Open | Keep | Worse | Resolve, one: Judged, hop: str, docket: Docket) -> None:
    """Do what was decided about the handoff's incident."""
    match step:
        case Open():
            _open(step, one, hop, docket)
        case Keep():
            if step.bad:
                _count_bad(_incident(one, hop, docket), one, hop, docket)
        case Worse():
            _worsen(step, one, hop, docket)
        case Resolve():
            end(docket.incidents.pop((one.run.chain_id, subject_of(hop))), one.run, docket)


def end(incident: Incident, by: Run, docket: Docket) -> None:
    """End an incident by a good run, and tell it."""
    incident.resolved_at, incident.resolved_by = docket.now, by
    incident.resolution = "recovered"
    incident.save(update_fields=("resolved_at", "resolved_by", "resolution"))
    docket.tell(incident, AlertEvent.RESOLVED)


def _incident(one: Judged, hop: str, docket: Docket) -> Incident:
    return docket.incidents[one.run.chain_id, subject_of(hop)]


def _open(step: Open, one: Judged, hop: str, docket: Docket) -> None:
    chain = docket.chains[one.run.chain_id]
    doubt = docket.doubts.get((chain.pk, hop))
    findings = _findings(one, hop)
    if not findings and doubt is not None:
        findings = bad_of(doubt.first, hop)
    bad = 2 if step.reason is Reason.CONFIRMED else 1
    since = Run.objects.filter(chain=chain, submitted_at__gte=step.since, verdict__in=CONCLUSIVE)
    incident = Incident(
        workspace=chain.workspace,
        chain=chain,
        subject=subject_of(hop),
        reason=step.reason.value,
        persona=step.persona,
        kinds=sorted(kind.value for kind in step.kinds),
        findings=findings,
        opened_by=one.run,
        opened_at=docket.now,
        since=step.since,
        last_bad_at=step.last_bad_at,
        bad=bad,
        conclusive=max(bad, since.count()),
    )
    incident.save(force_insert=True)
    docket.incidents[chain.pk, incident.subject] = incident
    docket.count(one.run, hop)
    if step.reason is Reason.CONFIRMED and doubt is not None:
        docket.count(doubt.first, hop)
    if step.ends_doubt:
        _end_doubt(one, hop, "unchecked" if step.unverified else "confirmed", docket)
    docket.tell(incident, AlertEvent.OPENED)


def _worsen(step: Worse, one: Judged, hop: str, docket: Docket) -> None:
    incident = _incident(one, hop, docket)
    incident.kinds = sorted({*incident.kinds, *(kind.value for kind in step.kinds)})
    incident.worse += 1
    _count_bad(incident, one, hop, docket)
    docket.tell(incident, AlertEvent.WORSE, nth=incident.worse)


def _count_bad(incident: Incident, one: Judged, hop: str, docket: Docket) -> None:
    """Count one more bad run in an open incident, once, and show what it saw."""
    at = submitted(one.run)
    if incident.last_bad_at is None or at >= incident.last_bad_at:
        incident.last_bad_at = at
        incident.findings = _findings(one, hop)
    if hop not in docket.counted(one.run):
        incident.bad += 1
        docket.count(one.run, hop)
    incident.save(update_fields=("findings", "last_bad_at", "bad", "kinds", "worse"))


def _confirm(step: Confirm, one: Judged, hop: str, docket: Docket) -> None:
    """Have the lead tried again at the time decided."""
    chain = docket.chains[one.run.chain_id]
    docket.to_confirm = True
    doubt = docket.doubts.get((chain.pk, hop))
    if doubt is not None:
        doubt.tries, doubt.due_at = step.tries, step.at
        doubt.save(update_fields=("tries", "due_at"))
        return
    docket.doubts[chain.pk, hop] = Confirmation.objects.create(
        workspace=chain.workspace,
        chain=chain,
        hop=hop,
        first=one.run,
        persona=one.run.persona,
        tries=step.tries,
        opened_at=docket.now,
        due_at=step.at,
    )


def _count_loss(step: CountLoss, one: Judged, hop: str, docket: Docket) -> None:
    """Count a loss that is no incident: in the doubt it ends, or in one decided at once."""
    chain = docket.chains[one.run.chain_id]
    doubt = docket.doubts.get((chain.pk, hop))
    began = doubt is not None and str(doubt.first_id) == step.run
    lost = doubt.first if doubt is not None and began else one.run
    docket.count(lost, hop)
    if step.ends_doubt:
        _end_doubt(one, hop, "intermittent" if began else "unfounded", docket)
    if began:
        return
    Confirmation.objects.create(
        workspace=chain.workspace,
        chain=chain,
        hop=hop,
        first=lost,
        persona=lost.persona,
        opened_at=docket.now,
        decided_at=docket.now,
        outcome="intermittent",
    )


def _end_doubt(one: Judged, hop: str, outcome: str, docket: Docket) -> None:
    doubt = docket.doubts.pop((one.run.chain_id, hop), None)
    if doubt is not None:
        Confirmation.objects.filter(pk=doubt.pk).update(
            decided_at=docket.now, outcome=outcome, due_at=None, claim=""
        )


def _findings(one: Judged, hop: str) -> list[stored.Document]:
    """Answer what the run found at the handoff just now, without blind spots."""
    found = one.judgement.hop(hop).findings if one.judgement.hops else ()
    return [stored.finding(each) for each in found if each.kind is not FindingKind.BLIND]
