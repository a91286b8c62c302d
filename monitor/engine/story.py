"""What is known of an incident, gathered for the rules that find the words."""

from collections.abc import Mapping

from monitor.engine import stored
from monitor.engine.chain import frozen
from monitor.models import Incident
from monitor.rules.case import Reason
from monitor.rules.finding import Finding, name_of
from monitor.rules.incident import proven
from monitor.rules.news import Story, Subject
from monitor.rules.plan import HopPlan

HANDOFF = "handoff:"
CANNOT_LOOK = "cannot_look"
SUPERSEDED = "superseded"
UNVERIFIED = (Reason.COULD_NOT_CHECK, Reason.NO_RESERVE)


def subject_of(hop: str) -> str:
    """Answer the subject of the handoff into a hop."""
    return f"{HANDOFF}{hop}"


def story(incident: Incident) -> Story:
    """Answer the facts of an incident."""
    chain, connection = incident.chain, incident.connection
    if chain is None and connection is not None:
        return Story(
            subject=Subject.CONNECTION,
            connection=connection.name,
            since=incident.since,
            resolved_at=incident.resolved_at,
            problem=stored.read_message(connection.problem),
        )
    if chain is None:
        return Story(
            subject=Subject.WORKSPACE, since=incident.since, resolved_at=incident.resolved_at
        )
    title = chain.title
    if not incident.subject.startswith(HANDOFF):
        return Story(
            subject=Subject.CHAIN,
            chain=title,
            since=incident.since,
            resolved_at=incident.resolved_at,
        )
    slug = incident.subject.removeprefix(HANDOFF)
    findings = tuple(map(stored.read_finding, incident.findings))
    hop, before = _places(incident, slug)
    shown = _shown_at(incident, findings, hop)
    return Story(
        subject=Subject.HANDOFF,
        chain=title,
        hop=name_of(shown) if shown else slug,
        before=name_of(before) if before else "",
        carrier=hop.carrier if hop and shown is hop else "",
        carrier_url=hop.carrier_url if hop and shown is hop else "",
        findings=findings,
        since=incident.since,
        resolved_at=incident.resolved_at,
        bad=incident.bad,
        conclusive=incident.conclusive,
        unverified=incident.reason in UNVERIFIED,
        setup=not proven(chain.worked_at, slug),
        superseded=incident.resolution == SUPERSEDED,
    )


def _places(incident: Incident, slug: str) -> tuple[HopPlan | None, HopPlan | None]:
    """Answer the hop and the one before it, on the path of the run that opened the incident."""
    hops = _hops(incident)
    hop = hops.get(slug)
    return hop, hops.get(hop.after) if hop else None


def _shown_at(
    incident: Incident, findings: tuple[Finding, ...], hop: HopPlan | None
) -> HopPlan | None:
    """Answer where it shows: copies that a merging hop hid are seen only further down."""
    if not findings or hop is None or any(len(one.suspects) < 2 for one in findings):
        return hop
    return _hops(incident).get(findings[0].suspects[-1], hop)


def _hops(incident: Incident) -> Mapping[str, HopPlan]:
    run, chain = incident.opened_by, incident.chain
    version = run.version_id if run else (chain.version_id if chain else None)
    return frozen(version).hops if version else {}
