"""Writes runs: each with its lead and its stops, before anything is handed in anywhere."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from connectors.kit.message import Message
from monitor.engine import ahead, bulk, wake
from monitor.engine.chain import freeze, frozen
from monitor.models import Cause, Chain, Connection, Incident, Run, Stop, Submission
from monitor.rules.budget import Budget, Exhausted, Spent, allow, day_start
from monitor.rules.lead import Persona, mint, tag_of
from monitor.rules.persona import next_persona

RUN_COLUMNS = (
    "workspace",
    "chain",
    "version",
    "entry",
    "cause",
    "slot",
    "persona",
    "tag",
    "lead",
    "confirms",
    "created_at",
    "due_at",
)
RUN_BLANK: tuple[tuple[str, Any], ...] = (
    ("submission", Submission.INTENDED.value),
    ("problem", {}),
    ("receipt_id", ""),
    ("receipt_url", ""),
    ("verdict", ""),
    ("hops", []),
    ("findings", []),
    ("counted", []),
    ("outlooks", {}),
    ("claim", ""),
    ("attempts", 0),
    ("stuck_why", ""),
)
STOP_COLUMNS = ("run", "workspace", "hop", "position", "connection", "resource")
STOP_BLANK: tuple[tuple[str, Any], ...] = (
    ("failure", {}),
    ("records", []),
    ("looks", []),
    ("claim", ""),
    ("attempts", 0),
    ("stuck_why", ""),
)
OLDER_LEADS = timedelta(days=2)
RECENT = 8


class NoMoreToday(Exception):
    """The chain has used up its leads of the day; `message` says so to whoever asked for one."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.render())
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A run to be written. `due_at` is when to hand it in."""

    chain: Chain
    cause: Cause
    persona: str
    due_at: datetime
    slot: datetime | None = None
    confirms: int | None = None


def request(chain: Chain, *, cause: Cause, persona: str | None = None, now: datetime) -> Run:
    """Write a run that somebody asked for, and send it as soon as it is there for all to see.

    Raises NoMoreToday where the day's budget is used up.
    """
    if chain.version_id is None:
        freeze(chain, now)
    answer = allowed(chain, spent([chain], now)[chain.pk], now)
    if isinstance(answer, Exhausted):
        raise NoMoreToday(answer.message)
    who = persona or next_persona(_personas(chain), chain.recent, owed([chain])[chain.pk])
    with transaction.atomic():
        (run,) = write([Intent(chain=chain, cause=cause, persona=who, due_at=now)], now)
        transaction.on_commit(lambda: wake.send(ahead.runs(now, [run]), now))
    return Run.objects.get(pk=run)


def write(intents: Sequence[Intent], now: datetime) -> list[int]:
    """Write runs, leads and stops, and answer the runs' ids; a slot taken already is left out."""
    places = _places({intent.chain.workspace_id for intent in intents})
    phones = _phones({intent.chain.pk for intent in intents}, now)
    leads = [_lead(intent, phones[intent.chain.pk]) for intent in intents]
    rows = [
        _run_row(intent, tag, lead, places, now)
        for intent, (tag, lead) in zip(intents, leads, strict=True)
    ]
    by_tag = {tag: intent for intent, (tag, _) in zip(intents, leads, strict=True)}
    with transaction.atomic():
        _insert(Run, RUN_COLUMNS, RUN_BLANK, rows)
        made = list(Run.objects.filter(tag__in=list(by_tag)).values_list("pk", "tag"))
        stops = [row for pk, tag in made for row in _stop_rows(pk, by_tag[tag].chain, places)]
        _insert(Stop, STOP_COLUMNS, STOP_BLANK, stops)
    return [pk for pk, _ in made]


def allowed(chain: Chain, so_far: Spent, now: datetime, *, confirmation: bool = False) -> object:
    """Answer whether the day's budget has another lead for the chain."""
    budget = Budget(leads=chain.daily_budget, reserve=chain.reserve)
    return allow(budget, so_far, now, chain.workspace.timezone, confirmation=confirmation)


def spent(chains: Sequence[Chain], now: datetime) -> dict[int, Spent]:
    """Answer what each chain has used of its budget since its day began."""
    days: dict[datetime, list[int]] = defaultdict(list)
    for chain in chains:
        days[day_start(now, chain.workspace.timezone)].append(chain.pk)
    counted: dict[int, Spent] = {chain.pk: Spent() for chain in chains}
    again = Q(cause=Cause.CONFIRMATION)
    for start, ids in days.items():
        rows = (
            Run.objects.filter(chain__in=ids, created_at__gte=start)
            .exclude(submission=Submission.CANCELLED)
            .order_by()
            .values_list("chain_id")
            .annotate(leads=Count("id", filter=~again), tries=Count("id", filter=again))
        )
        for chain_id, leads, tries in rows:
            counted[chain_id] = Spent(leads=leads, confirmations=tries)
    return counted


def owed(chains: Sequence[Chain]) -> dict[int, list[str]]:
    """Answer the personas whose good run an open incident of each chain waits for."""
    found: dict[int, list[str]] = {chain.pk: [] for chain in chains}
    rows = Incident.objects.filter(
        chain__in=list(found), resolved_at=None, subject__startswith="handoff:"
    ).exclude(persona="")
    for chain_id, persona in rows.values_list("chain_id", "persona"):
        if chain_id is not None:
            found[chain_id].append(persona)
    return found


def remembered(chain: Chain, persona: str) -> list[str]:
    """Answer the chain's latest personas with this one added."""
    return [*chain.recent, persona][-RECENT:]


def persona_for(chain: Chain, owed_to: Collection[str]) -> str:
    """Answer who plays the chain's next scheduled lead."""
    return next_persona(_personas(chain), chain.recent, list(owed_to))


def _personas(chain: Chain) -> list[str]:
    return list(chain.personas) or [Persona.PLAIN.value]


def _lead(intent: Intent, phones: Collection[str]) -> tuple[str, dict[str, str]]:
    chain = intent.chain
    tag = tag_of(secrets.randbits(62))
    lead = mint(
        tag,
        Persona(intent.persona),
        address=chain.address,
        pins=chain.pins,
        extras=dict(chain.extras),
        avoid=phones,
    )
    return tag, lead


def _run_row(
    intent: Intent,
    tag: str,
    lead: dict[str, str],
    places: Mapping[tuple[int, str], int],
    now: datetime,
) -> tuple[Any, ...]:
    chain = intent.chain
    entry = frozen(_version(chain)).plan.entry
    return (
        chain.workspace_id,
        chain.pk,
        chain.version_id,
        places[chain.workspace_id, entry.connection],
        intent.cause,
        intent.slot,
        intent.persona,
        tag,
        lead,
        intent.confirms,
        now,
        intent.due_at,
    )


def _stop_rows(
    run: int, chain: Chain, places: Mapping[tuple[int, str], int]
) -> Iterable[tuple[Any, ...]]:
    for position, hop in enumerate(frozen(_version(chain)).plan.hops):
        place = places[chain.workspace_id, hop.connection]
        yield run, chain.workspace_id, hop.slug, position, place, hop.resource


def _version(chain: Chain) -> int:
    if chain.version_id is None:
        raise ValueError(f"The chain {chain.slug!r} was never frozen.")
    return chain.version_id


def _insert(
    model: type[Run] | type[Stop],
    columns: Sequence[str],
    blank: tuple[tuple[str, Any], ...],
    rows: Iterable[tuple[Any, ...]],
) -> None:
    """Insert rows with the columns that are blank at first."""
    values = tuple(value for _, value in blank)
    names = (*columns, *(name for name, _ in blank))
    bulk.insert(model, names, [(*row, *values) for row in rows])


def _places(workspaces: Collection[int]) -> dict[tuple[int, str], int]:
    """Answer the connections' ids by workspace and slug."""
    rows = Connection.objects.filter(workspace__in=list(workspaces))
    return {
        (workspace, slug): pk
        for workspace, slug, pk in rows.values_list("workspace_id", "slug", "pk")
    }


def _phones(chains: Collection[int], now: datetime) -> dict[int, set[str]]:
    """Answer the phone numbers of leads that may still lie on each chain."""
    found: dict[int, set[str]] = {chain: set() for chain in chains}
    rows = Run.objects.filter(chain__in=list(chains), created_at__gte=now - OLDER_LEADS)
    for chain, phone in rows.order_by().values_list("chain_id", "lead__phone"):
        if phone:
            found[chain].add(phone)
    return found
