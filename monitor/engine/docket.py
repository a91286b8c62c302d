"""The open cases of some chains while their runs are judged: incidents, doubts, what was good."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Max, Q

from monitor.engine import alert, bulk, run, stored
from monitor.engine.chain import frozen
from monitor.engine.judged import Judged
from monitor.engine.story import story, subject_of
from monitor.models import AlertEvent, Chain, Confirmation, Incident, Run, Workspace
from monitor.rules.budget import Allowed
from monitor.rules.case import Case, Doubt, OpenIncident, Outcome
from monitor.rules.plan import superseded
from monitor.rules.verdict import FindingKind, Verdict

CONCLUSIVE = (Verdict.PASSED.value, Verdict.FAILED.value)
LONGEST_PAUSE = timedelta(minutes=5)


class Docket:
    """Everything open about the chains of judged runs. Their rows are locked, so two judges of
    one chain decide one after the other."""

    def __init__(self, chains: dict[int, Chain], now: datetime) -> None:
        self.chains = chains
        self.now = now
        self.alerts: list[int] = []
        self.to_confirm = False
        self.incidents: dict[tuple[int, str], Incident] = {}
        self.outside: dict[int, Incident] = {}
        self.doubts: dict[tuple[int, str], Confirmation] = {}
        self._latest: dict[int, int] = {}
        self._worked: set[int] = set()
        self._counted: dict[int, list[str]] = {}

    @classmethod
    def of(cls, judged: Sequence[Judged], now: datetime) -> "Docket":
        """Answer what is open about the chains of these runs."""
        ids = {one.run.chain_id for one in judged}
        rows = bulk.instances(Chain, ids, without=("pins", "extras", "recent"), lock=True)
        workspaces = Workspace.objects.in_bulk({chain.workspace_id for chain in rows})
        for chain in rows:
            chain.workspace = workspaces[chain.workspace_id]
        docket = cls({chain.pk: chain for chain in rows}, now)
        docket._read()
        return docket

    def _read(self) -> None:
        shops = {chain.workspace_id: chain.workspace for chain in self.chains.values()}
        of_shops = Q(workspace__in=list(shops), chain=None, connection=None)
        open_ones = Incident.objects.filter(Q(chain__in=list(self.chains)) | of_shops)
        for incident in open_ones.filter(resolved_at=None).select_related("opened_by"):
            if incident.chain_id is None:
                incident.workspace = shops[incident.workspace_id]
                self.outside[incident.workspace_id] = incident
                continue
            chain = self.chains[incident.chain_id]
            incident.chain, incident.workspace = chain, chain.workspace
            self.incidents[chain.pk, incident.subject] = incident
        doubts = Confirmation.objects.filter(chain__in=list(self.chains), decided_at=None)
        for doubt in doubts.select_related("first"):
            self.doubts[doubt.chain_id, doubt.hop] = doubt
        if self.doubts:
            tries = Run.objects.filter(confirms__in=[one.pk for one in self.doubts.values()])
            latest = tries.order_by().values_list("confirms_id").annotate(last=Max("id"))
            self._latest = {id: last for id, last in latest if id is not None}

    def concerns(self, chain: int, hop: str) -> bool:
        """Answer whether anything is open about a handoff."""
        return (chain, subject_of(hop)) in self.incidents or (chain, hop) in self.doubts

    def gone(self, one: Judged) -> frozenset[str]:
        """Answer the handoffs of the run's path that an edit did away with meanwhile."""
        current = self.chains[one.run.chain_id].version_id
        if current is None or current == one.run.version_id:
            return frozenset()
        return _gone(one.run.version_id, current)

    def confirmed_hop(self, tried: Run) -> str:
        """Answer the hop that a run was started to confirm, as long as that is open."""
        for (_, hop), doubt in self.doubts.items():
            if doubt.pk == tried.confirms_id:
                return hop
        return ""

    def case(self, one: Judged, hop: str, told: Outcome) -> Case:
        """Answer what is known of a handoff as a run is judged."""
        chain = self.chains[one.run.chain_id]
        incident = self.incidents.get((chain.pk, subject_of(hop)))
        doubt = self.doubts.get((chain.pk, hop))
        confirms = doubt is not None and self._latest.get(doubt.pk) == one.run.pk
        losing = bool(told.findings) or confirms
        good_at = chain.worked_at.get(hop, {}).get(one.run.persona)
        return Case(
            incident=_open_incident(incident, chain) if incident else None,
            doubt=_doubt(doubt, hop) if doubt else None,
            confirms=confirms,
            counted=hop in self.counted(one.run),
            last_good_at=stored.read_moment(good_at),
            reserve=not losing or self._has_reserve(chain),
            paused=bool(chain.paused_at or chain.workspace.paused_at),
            pause=_pause(one),
        )

    def counted(self, one: Run) -> list[str]:
        """Answer the hops at which the run was counted."""
        known: list[str] = one.counted
        return self._counted.get(one.pk, known)

    def count_conclusive(self, one: Judged) -> None:
        """Count a run that just became conclusive in every incident open since before it."""
        verdict = one.judgement.verdict
        if verdict is None or verdict.value not in CONCLUSIVE or one.run.verdict in CONCLUSIVE:
            return
        for (chain, _), incident in self.incidents.items():
            if chain == one.run.chain_id and submitted(one.run) >= incident.since:
                incident.conclusive += 1
                incident.save(update_fields=("conclusive",))

    def remember_good(self, one: Judged) -> None:
        """Remember which handoffs the run proved to work."""
        chain = self.chains[one.run.chain_id]
        if not (one.newly_settled or any(key[0] == chain.pk for key in self.incidents)):
            return
        at = stored.moment(one.run.submitted_at)
        for judged in one.judgement.hops:
            persona = one.run.persona
            if judged.good and at and at > chain.worked_at.get(judged.hop, {}).get(persona, ""):
                chain.worked_at.setdefault(judged.hop, {})[persona] = at
                self._worked.add(chain.pk)

    def tell(self, incident: Incident, event: AlertEvent, *, nth: int = 0) -> None:
        """Write the messages of an event; a paused chain stays silent."""
        chain = incident.chain
        if chain is not None and (chain.paused_at or chain.workspace.paused_at):
            return
        self.alerts += alert.write(incident, event, story(incident), self.now, nth=nth)

    def save(self) -> None:
        """Write what was remembered."""
        worked = [(pk, self.chains[pk].worked_at) for pk in self._worked]
        bulk.update(Chain, ("worked_at",), worked, claim=None)
        bulk.update(Run, ("counted",), list(self._counted.items()), claim=None)

    def count(self, one: Run, hop: str) -> None:
        if hop not in self.counted(one):
            self._counted[one.pk] = [*self.counted(one), hop]

    def _has_reserve(self, chain: Chain) -> bool:
        so_far = run.spent([chain], self.now)[chain.pk]
        return isinstance(run.allowed(chain, so_far, self.now, confirmation=True), Allowed)


@lru_cache(maxsize=1024)
def _gone(old: int, new: int) -> frozenset[str]:
    return frozenset(superseded(frozen(old).plan, frozen(new).plan))


def _open_incident(incident: Incident, chain: Chain) -> OpenIncident:
    """Answer an open incident; a persona the chain no longer uses is waited for in vain."""
    return OpenIncident(
        kinds=frozenset(map(FindingKind, incident.kinds)),
        persona=incident.persona if incident.persona in chain.personas else "",
        last_bad_at=incident.last_bad_at or incident.since,
    )


def _doubt(doubt: Confirmation, hop: str) -> Doubt:
    first = doubt.first
    return Doubt(
        first=Outcome(
            run=str(first.pk),
            persona=first.persona,
            submitted_at=submitted(first),
            findings=tuple(map(stored.read_finding, bad_of(first, hop))),
            settled=first.settled_at is not None,
        ),
        tries=doubt.tries,
    )


def bad_of(run: Run, hop: str) -> list[dict[str, Any]]:
    """Answer the stored findings of a run at one hop, without blind spots."""
    return [
        found
        for found in run.findings
        if found["hop"] == hop and found["kind"] != FindingKind.BLIND.value
    ]


def submitted(run: Run) -> datetime:
    """Answer when a run was handed in, or made where it never was."""
    return run.submitted_at or run.created_at


def _pause(one: Judged) -> timedelta:
    """Answer how long to wait before a confirmation is repeated: about as long as a lead takes."""
    length = sum(hop.deadline + hop.linger for hop in one.plan.hops)
    return min(LONGEST_PAUSE, timedelta(seconds=length))
