"""Incidents: opened, kept, made worse and resolved as runs are judged, with their messages."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from connectors.kit.message import Message
from monitor.engine import ahead, alert, wake
from monitor.engine.docket import Docket
from monitor.engine.handoff import carry_out
from monitor.engine.judged import Followed, Judged
from monitor.engine.story import CANNOT_LOOK, SUPERSEDED, story, subject_of
from monitor.engine.watch import watch
from monitor.models import AlertEvent, Chain, Confirmation, Connection, Incident, Submission
from monitor.rules.case import Open, Outcome, Resolve
from monitor.rules.incident import decide, outcome_of
from monitor.rules.verdict import FindingKind
from monitor.rules.watch import decide_connection


def follow(judged: Sequence[Judged], now: datetime) -> Followed:
    """Carry out what judged runs mean for the handoffs of their chains, oldest hand-in first.

    Part of the transaction that writes the judgements.
    """
    docket = Docket.of(judged, now)
    for one in sorted(judged, key=lambda one: one.run.submitted_at or one.run.created_at):
        chain = docket.chains[one.run.chain_id]
        if chain.deleted_at is not None:
            continue
        docket.count_conclusive(one)
        for hop, told in _outcomes(one, docket):
            case = docket.case(one, hop, told)
            carry_out(decide(told, case, now), one, hop, docket)
        docket.remember_good(one)
        if one.newly_settled:
            watch(one, docket)
    docket.save()
    return Followed(alerts=tuple(docket.alerts), confirmations=docket.to_confirm)


def supersede(chain: Chain, hops: Collection[str], now: datetime) -> None:
    """Close what is open about handoffs that an edit or the chain's end did away with."""
    subjects = [subject_of(hop) for hop in hops]
    if chain.deleted_at:
        subjects.append(CANNOT_LOOK)
    with transaction.atomic():
        Confirmation.objects.filter(chain=chain, hop__in=list(hops), decided_at=None).update(
            decided_at=now, outcome=SUPERSEDED, due_at=None, claim=""
        )
        rows = Incident.objects.filter(chain=chain, subject__in=subjects, resolved_at=None)
        told = [_close(row, now) for row in rows.select_related("chain", "workspace", "opened_by")]
        ids = [id for one in told for id in one]
        transaction.on_commit(lambda: wake.send(ahead.alerts(now, ids) if ids else [], now))


def connection_needs_owner(connection: Connection, why: Message, now: datetime) -> None:
    """Open the incident of a connection that cannot be used; part of a transaction."""
    del why  # it stands on the connection already
    step = decide_connection(opened=_open_of(connection) is not None, needs_owner=True, since=now)
    if not isinstance(step, Open):
        return
    incident = Incident.objects.create(
        workspace_id=connection.workspace_id,
        connection=connection,
        subject=CANNOT_LOOK,
        reason=step.reason,
        opened_at=now,
        since=step.since,
    )
    _tell(incident, AlertEvent.OPENED, now)


def connection_works_again(connection: Connection, now: datetime) -> None:
    """Resolve the incident of a connection that works again; part of a transaction."""
    incident = _open_of(connection)
    step = decide_connection(opened=incident is not None, needs_owner=False, since=now)
    if incident is None or not isinstance(step, Resolve):
        return
    incident.resolved_at, incident.resolution = now, "recovered"
    incident.save(update_fields=("resolved_at", "resolution"))
    _tell(incident, AlertEvent.RESOLVED, now)


def _open_of(connection: Connection) -> Incident | None:
    rows = Incident.objects.filter(connection=connection, chain=None, resolved_at=None)
    return rows.select_related("workspace", "connection").first()


def _tell(incident: Incident, event: AlertEvent, now: datetime) -> None:
    ids = alert.write(incident, event, story(incident), now)
    transaction.on_commit(lambda: wake.send(ahead.alerts(now, ids) if ids else [], now))


def _close(incident: Incident, now: datetime) -> list[int]:
    incident.resolved_at, incident.resolution = now, SUPERSEDED
    incident.save(update_fields=("resolved_at", "resolution"))
    chain = incident.chain
    if chain is None or chain.paused_at or incident.workspace.paused_at:
        return []
    return alert.write(incident, AlertEvent.RESOLVED, story(incident), now)


def _outcomes(one: Judged, docket: Docket) -> list[tuple[str, Outcome]]:
    """Answer the run as it bears on each handoff that something is to be decided about."""
    submitted_at = one.run.submitted_at or one.run.created_at
    if one.run.submission == Submission.CANCELLED:
        hop = docket.confirmed_hop(one.run)
        told = Outcome(
            run=str(one.run.pk),
            persona=one.run.persona,
            submitted_at=submitted_at,
            settled=True,
            confirmation=True,
        )
        return [(hop, told)] if hop else []
    gone = docket.gone(one)
    found = []
    for judged in one.judgement.hops:
        bad = any(finding.kind is not FindingKind.BLIND for finding in judged.findings)
        if judged.hop in gone or not (bad or docket.concerns(one.run.chain_id, judged.hop)):
            continue
        told = outcome_of(
            one.judgement,
            judged.hop,
            run=str(one.run.pk),
            persona=one.run.persona,
            submitted_at=submitted_at,
            confirmation=one.run.confirms_id is not None,
            later=one.later,
        )
        found.append((judged.hop, told))
    return found
