"""Says so when a chain goes unseen, or when no tool at all answers: several slots in a row."""

from datetime import datetime

from monitor.engine.docket import CONCLUSIVE, Docket
from monitor.engine.handoff import end
from monitor.engine.judged import Judged
from monitor.engine.story import CANNOT_LOOK
from monitor.models import AlertEvent, Cause, Chain, Incident, Run, Stop, Submission
from monitor.rules.case import Open, Resolve
from monitor.rules.verdict import Verdict
from monitor.rules.watch import SLOTS_UNSEEN, decide_outside, decide_watch


def watch(one: Judged, docket: Docket) -> None:
    """Open or resolve the incident of a chain that we cannot look along, as a run settles."""
    chain = docket.chains[one.run.chain_id]
    incident = docket.incidents.get((chain.pk, CANNOT_LOOK))
    outside = docket.outside.get(chain.workspace_id)
    seen = one.judgement.verdict in (Verdict.PASSED, Verdict.FAILED)
    if seen and incident is None and outside is None:
        return
    unseen = [] if seen else _unseen(chain)
    told = _tell_outside(one, outside, unseen, docket)
    step = decide_watch(
        opened=incident is not None,
        slots=len(unseen),
        connection_told=_connection_told(one),
        workspace_told=told,
        paused=bool(chain.paused_at or chain.workspace.paused_at),
        since=min(unseen, default=docket.now),
    )
    if isinstance(step, Open):
        opened = Incident.objects.create(
            workspace=chain.workspace,
            chain=chain,
            subject=CANNOT_LOOK,
            reason=step.reason.value,
            opened_by=one.run,
            opened_at=docket.now,
            since=step.since,
        )
        docket.incidents[chain.pk, CANNOT_LOOK] = opened
        docket.tell(opened, AlertEvent.OPENED)
    elif isinstance(step, Resolve) and incident is not None:
        del docket.incidents[chain.pk, CANNOT_LOOK]
        end(incident, one.run, docket)


def _tell_outside(
    one: Judged, incident: Incident | None, unseen: list[datetime], docket: Docket
) -> bool:
    """Open or resolve the incident of a workspace none of whose tools answers.

    Answer whether one is open afterwards.
    """
    chain = docket.chains[one.run.chain_id]
    since = min(unseen, default=docket.now)
    step = decide_outside(
        opened=incident is not None,
        answered=not unseen or _answered(chain, one.run.created_at if incident else since),
        slots=len(unseen),
        tools=len({hop.connection for hop in one.plan.hops}),
        paused=bool(chain.paused_at or chain.workspace.paused_at),
        since=since,
    )
    if isinstance(step, Open):
        incident = Incident(
            workspace=chain.workspace,
            subject=CANNOT_LOOK,
            reason=step.reason.value,
            opened_by=one.run,
            opened_at=docket.now,
            since=step.since,
        )
        # The chains of a workspace are judged side by side: one of them opens it.
        Incident.objects.bulk_create([incident], ignore_conflicts=True)
        rows = Incident.objects.filter(workspace=chain.workspace, chain=None, connection=None)
        opened = rows.select_related("workspace").get(resolved_at=None)
        docket.outside[chain.workspace_id] = opened
        if opened.opened_by_id == one.run.pk:
            docket.tell(opened, AlertEvent.OPENED)
        return True
    if isinstance(step, Resolve) and incident is not None:
        del docket.outside[chain.workspace_id]
        end(incident, one.run, docket)
        return False
    return incident is not None


def _answered(chain: Chain, since: datetime) -> bool:
    """Answer whether any tool of the workspace answered since then."""
    stops = Stop.objects.filter(workspace=chain.workspace_id, good_look_at__gte=since)
    taken = Run.objects.filter(
        workspace=chain.workspace_id, submission=Submission.ACCEPTED, submitted_at__gte=since
    )
    return stops.exists() or taken.exists()


def _unseen(chain: Chain) -> list[datetime]:
    """Answer the hand-ins of the scheduled runs that ended since the last conclusive one."""
    conclusive = Run.objects.filter(chain=chain, verdict__in=CONCLUSIVE)
    last = conclusive.order_by("-created_at").values_list("created_at", flat=True).first()
    ended = Run.objects.filter(chain=chain, cause=Cause.SCHEDULED).exclude(settled_at=None)
    ended = ended.exclude(submission=Submission.CANCELLED)
    if last is not None:
        ended = ended.filter(created_at__gt=last)
    return list(ended.order_by("created_at").values_list("created_at", flat=True)[:SLOTS_UNSEEN])


def _connection_told(one: Judged) -> bool:
    """Answer whether an incident of a connection on the run's path says it already."""
    slugs = {hop.connection for hop in one.plan.hops}
    return Incident.objects.filter(
        workspace=one.run.workspace_id,
        connection__slug__in=slugs,
        chain=None,
        resolved_at=None,
    ).exists()
