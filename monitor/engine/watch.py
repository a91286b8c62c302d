"""Says so when a chain goes unseen: several slots in a row without a conclusive run."""

from datetime import datetime

from monitor.engine.docket import CONCLUSIVE, Docket
from monitor.engine.handoff import end
from monitor.engine.judged import Judged
from monitor.engine.story import CANNOT_LOOK
from monitor.models import AlertEvent, Cause, Chain, Incident, Run, Submission
from monitor.rules.case import Open, Resolve
from monitor.rules.verdict import Verdict
from monitor.rules.watch import SLOTS_UNSEEN, decide_watch


def watch(one: Judged, docket: Docket) -> None:
    """Open or resolve the incident of a chain that we cannot look along, as a run settles."""
    chain = docket.chains[one.run.chain_id]
    incident = docket.incidents.get((chain.pk, CANNOT_LOOK))
    seen = one.judgement.verdict in (Verdict.PASSED, Verdict.FAILED)
    if seen and incident is None:
        return
    unseen = [] if seen else _unseen(chain)
    step = decide_watch(
        opened=incident is not None,
        slots=len(unseen),
        connection_told=_connection_told(one),
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
