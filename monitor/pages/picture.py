"""Chains that stand so, drawn: only those a page shows are read whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.models import ChainVersion, Run
from monitor.pages.rail import Rail, draw
from monitor.pages.standing import Standing
from monitor.pages.view import of_chain
from monitor.rules.plan import Plan
from monitor.rules.status import ChainState

ASLEEP = (ChainState.PAUSED, ChainState.NOT_WATCHING)
HEAVY = ("lead", "version")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One chain's plan and rail, and its newest run, which may be under way."""

    plan: Plan | None = None
    newest: Run | None = None
    rail: Rail | None = None


def pictures(found: Sequence[Standing]) -> dict[str, Picture]:
    """Answer the pictures of these chains by their slugs."""
    versions = {one.chain.version_id for one in found if one.chain.version_id}
    documents = dict(ChainVersion.objects.filter(pk__in=versions).values_list("pk", "document"))
    wanted = {pk for one in found for pk in (one.newest, one.judged) if pk}
    runs = Run.objects.defer(*HEAVY).in_bulk(wanted)
    return {one.chain.slug: _picture(one, documents, runs) for one in found}


def _picture(
    one: Standing, documents: Mapping[int, dict[str, object]], runs: Mapping[int, Run]
) -> Picture:
    newest = runs.get(one.newest or 0)
    document = documents.get(one.chain.version_id or 0)
    if document is None:
        return Picture(newest=newest)
    plan = Plan.parse(document)
    judged = runs.get(one.judged or 0)
    blind = {connection.slug for connection in one.blind}
    watched = one.state not in ASLEEP
    views = of_chain(plan, newest, judged, one.broken, one.doubts, blind, watched=watched)
    return Picture(plan=plan, newest=newest, rail=draw(plan, views))
