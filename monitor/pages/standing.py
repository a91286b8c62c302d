"""How chains stand: gathers, in a constant number of queries, what their states need."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import OuterRef, QuerySet, Subquery

from monitor.engine.story import HANDOFF
from monitor.models import (
    Chain,
    Confirmation,
    Connection,
    ConnectionState,
    Hop,
    Incident,
    Run,
    Workspace,
)
from monitor.pages.tool import tool_name
from monitor.rules.status import ChainFacts, ChainState, state_of
from monitor.rules.verdict import Verdict

OVERDUE = timedelta(minutes=2)
COLUMNS = ("slug", "title", "schedule", "due_at", "paused_at", "version_id")
OfChain = TypeVar("OfChain", Incident, Confirmation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One chain with its latest runs and what is open about it.

    `newest` may be under way, `judged` is the latest with a verdict. `blind` are connections on
    its path that need their owner.
    """

    chain: Chain
    newest: int | None
    judged: int | None
    incidents: tuple[Incident, ...]
    doubts: tuple[Confirmation, ...]
    blind: tuple[Connection, ...]
    facts: ChainFacts
    state: ChainState

    @property
    def broken(self) -> list[Incident]:
        """Answer the open incidents of its handoffs."""
        return _broken(self.incidents)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What was read for all chains at once. `places` are hops' titles by chain and slug."""

    workspace: Workspace
    now: datetime
    watching: bool
    incidents: Mapping[int, list[Incident]]
    doubts: Mapping[int, list[Confirmation]]
    blind: Mapping[int, list[Connection]]
    places: Mapping[tuple[int, str], str]


def standings(
    workspace: Workspace, now: datetime, slug: str = "", *, watching: bool = True
) -> list[Standing]:
    """Answer how every chain of the workspace stands, or the one of that slug.

    No chain delivers while nobody is `watching`: scheduler or worker are silent.
    """
    chains = Chain.objects.filter(workspace=workspace, deleted_at=None).order_by("title", "pk")
    chains = chains.filter(slug=slug) if slug else chains.only(*COLUMNS)
    incidents = _by_chain(Incident.objects.filter(workspace=workspace, resolved_at=None))
    known = _Known(
        workspace=workspace,
        now=now,
        watching=watching,
        incidents=incidents,
        doubts=_by_chain(Confirmation.objects.filter(workspace=workspace, decided_at=None)),
        blind=_blind(workspace),
        places=_places([pk for pk, found in incidents.items() if _broken(found)]),
    )
    return [_standing(chain, known) for chain in _latest(chains)]


def _latest(chains: QuerySet[Chain]) -> QuerySet[Chain]:
    """Answer each chain with its newest run, its latest judged one, and its latest proof."""
    runs = Run.objects.filter(chain=OuterRef("pk")).order_by("-created_at")
    judged = runs.exclude(verdict="")
    return chains.annotate(
        newest_id=Subquery(runs.values("pk")[:1]),
        judged_id=Subquery(judged.values("pk")[:1]),
        judged_verdict=Subquery(judged.values("verdict")[:1]),
        proof_at=Subquery(runs.filter(verdict=Verdict.PASSED.value).values("judged_at")[:1]),
    )


def _by_chain(rows: Iterable[OfChain]) -> dict[int, list[OfChain]]:
    answer: dict[int, list[OfChain]] = defaultdict(list)
    for row in rows:
        if row.chain_id is not None:
            answer[row.chain_id].append(row)
    return answer


def _blind(workspace: Workspace) -> dict[int, list[Connection]]:
    """Answer the connections that need their owner, by each chain whose path they are on."""
    shut = Connection.objects.filter(
        workspace=workspace, state=ConnectionState.NEEDS_OWNER, deleted_at=None
    ).in_bulk()
    answer: dict[int, list[Connection]] = defaultdict(list)
    if shut:
        on_path = Hop.objects.filter(connection__in=shut).order_by("chain", "connection")
        for chain, connection in on_path.values_list("chain", "connection").distinct():
            answer[chain].append(shut[connection])
    return answer


def _places(chains: list[int]) -> dict[tuple[int, str], str]:
    """Answer what the owner calls the hops of broken chains."""
    if not chains:
        return {}
    rows = Hop.objects.filter(chain__in=chains).order_by()
    return {
        (chain, slug): title or tool_name(connector)
        for chain, slug, title, connector in rows.values_list(
            "chain", "slug", "title", "connection__connector"
        )
    }


def _standing(chain: Chain, known: _Known) -> Standing:
    blind = known.blind.get(chain.pk, [])
    facts = _facts(chain, known, blind=bool(blind))
    return Standing(
        chain=chain,
        newest=getattr(chain, "newest_id", None),
        judged=getattr(chain, "judged_id", None),
        incidents=tuple(known.incidents.get(chain.pk, ())),
        doubts=tuple(known.doubts.get(chain.pk, ())),
        blind=tuple(blind),
        facts=facts,
        state=state_of(facts),
    )


def _facts(chain: Chain, known: _Known, *, blind: bool) -> ChainFacts:
    incidents = known.incidents.get(chain.pk, [])
    broken = _broken(incidents)
    worst = min(broken, key=lambda one: one.since, default=None)
    blind_since = min((one.since for one in incidents), default=None)
    due = chain.due_at if chain.schedule else None
    slug = _shown_at(worst) if worst else ""
    return ChainFacts(
        title=chain.title,
        incident=bool(broken),
        doubt=bool(known.doubts.get(chain.pk)),
        cannot_look=blind or len(incidents) > len(broken),
        paused=bool(chain.paused_at or known.workspace.paused_at),
        scheduled=bool(chain.schedule),
        overdue=not known.watching or bool(due and known.now - due > OVERDUE),
        proof_at=getattr(chain, "proof_at", None),
        last_verdict=getattr(chain, "judged_verdict", None) or "",
        handoff=known.places.get((chain.pk, slug), slug),
        bad=worst.bad if worst else 0,
        conclusive=worst.conclusive if worst else 0,
        since=worst.since if worst else blind_since,
    )


def _shown_at(incident: Incident) -> str:
    """Answer the hop at which it shows: of several suspected handoffs the last one's."""
    slug = incident.subject.removeprefix(HANDOFF)
    ends = [one["suspects"][-1] for one in incident.findings if one.get("suspects")]
    return ends[0] if ends and slug not in ends else slug


def _broken(incidents: Iterable[Incident]) -> list[Incident]:
    return [one for one in incidents if one.subject.startswith(HANDOFF)]
