"""One lead's journey: what was seen of it, when, and how it compares with what was sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.kit.message import Message, _
from monitor.engine import stored
from monitor.engine.chain import frozen
from monitor.engine.story import HANDOFF
from monitor.models import Cause, Incident, Residue, ResidueState, Run, Stop, Submission, Workspace
from monitor.pages import sign
from monitor.pages.document import Page
from monitor.pages.evidence import Evidence, evidence
from monitor.pages.link import Link
from monitor.pages.rail import Rail, draw
from monitor.pages.residue import Left, left
from monitor.pages.sign import Sign
from monitor.pages.suspicion import carriers, suspicions
from monitor.pages.timeline import Timeline, timeline
from monitor.pages.view import of_run
from monitor.rules.finding import Finding, FindingKind
from monitor.rules.plan import Plan
from monitor.rules.verdict import HopJudgement, HopState, Verdict

CAUSES: Mapping[str, Message] = {
    Cause.SCHEDULED.value: Message(_("on schedule")),
    Cause.MANUAL.value: Message(_("sent by hand")),
    Cause.CI.value: Message(_("asked for by a script")),
    Cause.CONFIRMATION.value: Message(_("sent to check a loss again")),
}
SEEN = (HopState.ARRIVED, HopState.LATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage(Page):
    """One run. `findings` are its sentences, the worst handoff first in path order."""

    id: int
    now: datetime
    chain: str
    chain_title: str
    cause: Message
    persona: str
    tag: str
    verdict: str
    sign: Sign
    sentence: Message
    findings: tuple[Message, ...]
    problem: Message | None
    links: tuple[Link, ...]
    rail: Rail
    timeline: Timeline | None
    evidence: tuple[Evidence, ...]
    residue: tuple[Left, ...]
    lead: Mapping[str, str]
    created_at: datetime
    submitted_at: datetime | None
    judged_at: datetime | None
    settled_at: datetime | None
    amended_at: datetime | None
    confirms: int | None
    receipt_url: str
    live: bool


def run_page(workspace: Workspace, id: int, now: datetime) -> RunPage | None:
    """Answer a run of the workspace; None where it has none of that id."""
    row = Run.objects.select_related("chain", "confirms").filter(workspace=workspace, pk=id).first()
    if row is None:
        return None
    plan = frozen(row.version_id).plan
    stops = {stop.hop: stop for stop in row.stops.all()}
    judged = {hop.hop: hop for hop in stored.read_hops(row.hops)}
    residue = list(
        Residue.objects.filter(run=row)
        .exclude(state=ResidueState.GONE)
        .select_related("connection")
    )
    views = of_run(plan, row)
    signs = {slug: view.sign for slug, view in views.items()}
    incidents = Incident.objects.filter(chain=row.chain, resolved_at=None).order_by("since")
    findings = tuple(map(stored.read_finding, row.findings))
    told = tuple(one for one in findings if one.kind is not FindingKind.BLIND) or findings
    first = told[0].message if told else None
    return RunPage(
        id=row.pk,
        now=now,
        chain=row.chain.slug,
        chain_title=row.chain.title,
        cause=CAUSES[row.cause],
        persona=row.persona,
        tag=row.tag,
        verdict=row.verdict,
        sign=sign.VERDICTS[row.verdict],
        sentence=first or _sentence(row, plan, judged),
        findings=(
            *(one.message for one in findings if one.message != first),
            *suspicions(plan, told),
        ),
        problem=stored.read_message(row.problem),
        links=_links(plan, list(incidents), told),
        rail=draw(plan, views),
        timeline=timeline(plan, row, stops, judged, residue, signs, now),
        evidence=tuple(_shown(plan, row, stops, judged, signs)),
        residue=tuple(map(left, residue)),
        lead={str(key): str(value) for key, value in row.lead.items()},
        created_at=row.created_at,
        submitted_at=row.submitted_at,
        judged_at=row.judged_at,
        settled_at=row.settled_at,
        amended_at=row.amended_at,
        confirms=row.confirms.first_id if row.confirms else None,
        receipt_url=row.receipt_url,
        live=row.settled_at is None,
    )


def _sentence(run: Run, plan: Plan, judged: Mapping[str, HopJudgement]) -> Message:
    looked = [hop for hop in plan.hops if hop.finds]
    seen = sum(1 for hop in looked if hop.slug in judged and judged[hop.slug].state in SEEN)
    values = {"seen": seen, "all": len(looked)}
    if run.verdict == Verdict.PASSED:
        return Message(_("The test lead arrived once, intact and in time."))
    if run.verdict == Verdict.INCONCLUSIVE:
        return Message(
            _("We could not look everywhere: seen at %(seen)s of %(all)s places."), values
        )
    if run.submission == Submission.CANCELLED:
        return Message(_("This test lead was never sent: the chain was changed or stopped before."))
    if run.submitted_at is None:
        return Message(_("The test lead is about to be handed in."))
    if run.settled_at is None:
        return Message(_("The test lead is under way: seen at %(seen)s of %(all)s places."), values)
    return Message(_("The test lead was seen at %(seen)s of %(all)s places."), values)


def _links(plan: Plan, incidents: list[Incident], told: tuple[Finding, ...]) -> tuple[Link, ...]:
    hops = {one.hop for one in told}
    suspects = {slug for one in told for slug in one.suspects}
    links = tuple(
        Link(text=Message(_("What to do about it")), page="incident", key=str(one.pk))
        for one in incidents
        if one.subject.removeprefix(HANDOFF) in hops
    )
    return links + carriers(plan, hops | suspects)


def _shown(
    plan: Plan,
    run: Run,
    stops: Mapping[str, Stop],
    judged: Mapping[str, HopJudgement],
    signs: Mapping[str, Sign],
) -> list[Evidence]:
    return [
        evidence(hop, stops.get(hop.slug), judged.get(hop.slug), run.lead, signs[hop.slug])
        for hop in plan.hops
        if hop.finds
    ]
