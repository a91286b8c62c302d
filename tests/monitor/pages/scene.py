"""How a lead fared, saved as the engine would have saved it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.kit.message import Message
from monitor.engine import stored
from monitor.models import (
    Cause,
    Chain,
    Connection,
    Run,
    Stop,
    Submission,
)
from monitor.rules.facts import RunFacts, Seen, StopFacts
from monitor.rules.facts import Submission as HandIn
from monitor.rules.fields import FieldRule, compare
from monitor.rules.plan import HopPlan, Plan
from monitor.rules.verdict import judge
from tests.monitor.pages.cast import LEAD, Cast


@dataclass(slots=True, kw_only=True)
class Scene:
    """How one lead fared: when it was seen at which hop, in what shape, and where it was not."""

    arrivals: Mapping[str, float] = field(default_factory=dict)
    records: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    copies: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, Message] = field(default_factory=dict)
    looked: float = 60.0


def send(
    cast: Cast,
    chain: Chain,
    scene: Scene,
    *,
    ago: float,
    cause: str = Cause.SCHEDULED,
    name: str = "",
) -> Run:
    """Save a run as the engine would: handed in `ago` seconds before now, judged now."""
    assert chain.version
    drawn = Plan.parse(chain.version.document)
    submitted = cast.now - timedelta(seconds=ago)
    facts = RunFacts(
        submission=HandIn.ACCEPTED,
        submitted_at=submitted,
        stops={hop.slug: _facts(hop, scene, submitted) for hop in drawn.hops if hop.finds},
    )
    judged = judge(drawn, facts, cast.now)
    run = Run.objects.create(
        workspace=cast.shop,
        chain=chain,
        version=chain.version,
        entry=Connection.objects.get(workspace=cast.shop, slug=drawn.entry.connection),
        cause=cause,
        persona="international",
        tag=f"hq{Run.objects.count():06d}",
        lead=LEAD,
        submission=Submission.ACCEPTED,
        submitted_at=submitted,
        created_at=submitted,
        verdict=judged.verdict.value if judged.verdict else "",
        hops=[stored.hop(hop) for hop in judged.hops],
        findings=[stored.finding(one) for one in judged.findings],
        judged_at=min(cast.now, submitted + timedelta(seconds=55)),
        settled_at=min(cast.now, submitted + timedelta(seconds=55)) if judged.settled else None,
    )
    _stops(cast, run, drawn, scene, facts)
    if name:
        cast.runs[name] = run
    return run


def _record(hop: HopPlan, scene: Scene) -> dict[str, Any]:
    record = {key: LEAD[str(spec["from"])] for key, spec in hop.fields.items()}
    return {**record, **scene.records.get(hop.slug, {})}


def _seen(hop: HopPlan, scene: Scene, at: datetime) -> tuple[Seen, ...]:
    rules = {key: FieldRule.parse(spec) for key, spec in hop.fields.items()}
    differences = tuple(compare(LEAD, rules, _record(hop, scene)))
    return tuple(
        Seen(
            id=f"{4711 + copy}",
            created_at=at + timedelta(seconds=3 * copy),
            url=f"https://{hop.slug}.example/records/{4711 + copy}",
            differences=differences,
        )
        for copy in range(scene.copies.get(hop.slug, 1))
    )


def _facts(hop: HopPlan, scene: Scene, submitted: datetime) -> StopFacts:
    last = submitted + timedelta(seconds=scene.looked)
    failure = scene.failures.get(hop.slug)
    if failure:
        first = submitted + timedelta(seconds=1)
        return StopFacts(looked_at=last, failure=failure, failing_since=first)
    if hop.slug not in scene.arrivals:
        return StopFacts(looked_at=last, good_look_at=last, missed_at=last)
    at = submitted + timedelta(seconds=scene.arrivals[hop.slug])
    return StopFacts(
        arrived_at=at,
        records=_seen(hop, scene, at),
        counted_at=last,
        looked_at=last,
        good_look_at=last,
    )


def _stops(cast: Cast, run: Run, drawn: Plan, scene: Scene, facts: RunFacts) -> None:
    assert run.submitted_at
    for position, hop in enumerate(drawn.hops):
        if not hop.finds:
            continue
        known = facts.stop(hop.slug)
        Stop.objects.create(
            workspace=cast.shop,
            run=run,
            hop=hop.slug,
            position=position,
            connection=Connection.objects.get(workspace=cast.shop, slug=hop.connection),
            resource=hop.resource,
            arrived_at=known.arrived_at,
            looked_at=known.looked_at,
            good_look_at=known.good_look_at,
            missed_at=known.missed_at,
            failing_since=known.failing_since,
            failure=stored.message(known.failure),
            records=[
                {
                    "id": one.id,
                    "created_at": stored.moment(one.created_at),
                    "url": one.url,
                    "place": one.place,
                    "record": _record(hop, scene),
                    "differences": [stored.difference(each) for each in one.differences],
                }
                for one in known.records
            ],
            looks=list(_looks(run.submitted_at, known, scene.looked, hop.slug in scene.failures)),
        )


def _looks(
    submitted: datetime, known: StopFacts, until: float, failed: bool
) -> Iterable[list[Any]]:
    for second in (3, 7, 15, 22, 30, 38, 45, 55):
        at = submitted + timedelta(seconds=second)
        if second > until:
            return
        seen = len(known.records) if known.arrived_at and at >= known.arrived_at else 0
        yield [at.isoformat(), "failed" if failed else "found" if seen else "nothing", seen]
