"""Connections: whose account each is, whether it works, and what of ours lies there."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from connectors.kit.message import Message
from monitor.engine import stored, token
from monitor.models import Chain, Connection, ConnectionState, Residue, ResidueState, Workspace
from monitor.pages import sign
from monitor.pages.connecting import AccessFacts, access
from monitor.pages.document import Page
from monitor.pages.residue import Left, left
from monitor.pages.sign import Sign
from monitor.pages.tool import known, tool_name

OUR_WORK = (ResidueState.LYING, ResidueState.REMOVED, ResidueState.KEPT, ResidueState.NOT_OURS)
LISTED = 100
SKEWED = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRow:
    """One account of a tool. `lying` records of ours are still there.

    With `waits` it has no access until its owner connects it.
    """

    slug: str
    name: str
    tool: str
    kind: str
    account: str
    sign: Sign
    problem: Message | None
    problem_since: datetime | None
    proved_at: datetime | None
    waits: bool
    lying: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections(Page):
    """All connections of a workspace, those with a problem first."""

    now: datetime
    rows: tuple[ConnectionRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionPage(Page):
    """One connection. `secrets` are the names of what is sealed; it is never shown."""

    now: datetime
    row: ConnectionRow
    notes: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]
    secrets: tuple[str, ...]
    may_remove: bool
    needs_owner: bool
    access: AccessFacts | None
    skew: int | None
    base: str
    verified: str
    side_effects: tuple[str, ...]
    chains: tuple[tuple[str, str], ...]
    residue: tuple[Left, ...]
    counts: tuple[tuple[Sign, int], ...]

    @property
    def live(self) -> bool:
        """Answer whether it may change soon by itself."""
        return self.row.problem is not None


def connections(workspace: Workspace, now: datetime) -> Connections:
    """Answer every connection of a workspace."""
    rows = tuple(map(_row, _rows(workspace).order_by("name", "pk")))
    return Connections(now=now, rows=tuple(sorted(rows, key=lambda one: one.problem is None)))


def connection_page(workspace: Workspace, slug: str, now: datetime) -> ConnectionPage | None:
    """Answer a connection of the workspace; None where it has none of that name."""
    row = _rows(workspace).filter(slug=slug).first()
    if row is None:
        return None
    ledger = Residue.objects.filter(connection=row)
    counts = Counter(dict(ledger.values_list("state").annotate(count=Count("pk"))))
    lying = ledger.filter(state__in=OUR_WORK).select_related("connection").order_by("-seen_at")
    chains = Chain.objects.filter(hops__connection=row, deleted_at=None).distinct()
    found = known(row.connector)
    labels = {ask.key: ask.label for ask in found.asks} if found else {}
    return ConnectionPage(
        now=now,
        row=_row(row),
        notes=tuple(map(str, row.account_notes)),
        settings=tuple(
            (labels.get(key, str(key)), str(value)) for key, value in row.settings.items()
        ),
        secrets=tuple(labels.get(key, key) for key in sorted(row.secrets)),
        may_remove=row.may_remove,
        needs_owner=row.state == ConnectionState.NEEDS_OWNER,
        access=access(row),
        skew=round(row.skew) if row.skew is not None and abs(row.skew) > SKEWED else None,
        base=row.base,
        verified=found.verified.value if found else "",
        side_effects=found.side_effects if found else (),
        chains=tuple(chains.order_by("title").values_list("slug", "title")),
        residue=tuple(map(left, lying[:LISTED])),
        counts=tuple(
            (sign.RESIDUE[state], counts[state]) for state in sign.RESIDUE if counts[state]
        ),
    )


def _rows(workspace: Workspace) -> QuerySet[Connection]:
    lying = Count("residue", filter=Q(residue__state=ResidueState.LYING))
    return Connection.objects.filter(workspace=workspace, deleted_at=None).annotate(lying=lying)


def _row(row: Connection) -> ConnectionRow:
    found = known(row.connector)
    return ConnectionRow(
        slug=row.slug,
        name=row.name,
        tool=tool_name(row.connector),
        kind=found.kind.value if found else "other",
        account=row.account_label or row.account_id,
        sign=sign.PAUSED if row.paused_at else sign.CONNECTIONS[row.state],
        problem=stored.read_message(row.problem),
        problem_since=row.problem_since,
        proved_at=row.proved_at,
        waits=found is not None and not token.is_connected(row),
        lying=getattr(row, "lying", 0),
    )
