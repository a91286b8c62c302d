"""One chain: how it stands, its last runs, and what it does on its own."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.kit.message import Message
from monitor.engine import stored
from monitor.models import Run, Workspace
from monitor.pages import sign
from monitor.pages.document import Page
from monitor.pages.health import health
from monitor.pages.link import Banner
from monitor.pages.overview import ChainCard, card
from monitor.pages.picture import pictures
from monitor.pages.run import CAUSES
from monitor.pages.sign import Sign
from monitor.pages.standing import OVERDUE, standings
from monitor.pages.strip import BARS, Bar, strip
from monitor.rules.finding import FindingKind, span
from monitor.rules.plan import HopPlan
from monitor.rules.schedule import BadSchedule, Schedule

LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run in the strip and in the table. `gist` is its first finding."""

    id: int
    at: datetime
    sign: Sign
    cause: Message
    persona: str
    gist: Message | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HopRow:
    """One hop as it is drawn: how long it may take and how long we go on looking."""

    title: str
    tool: str
    connection: str
    carrier: str
    carrier_url: str
    deadline: str
    linger: str
    watched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainPage(Page):
    """One chain. `runs` are the last twenty, newest first; the strip holds sixty."""

    now: datetime
    card: ChainCard
    banners: tuple[Banner, ...]
    schedule: Message | None
    address: str
    personas: tuple[str, ...]
    pins: dict[str, str]
    daily_budget: int
    hops: tuple[HopRow, ...]
    strip: tuple[Bar, ...]
    runs: tuple[RunRow, ...]
    live: bool

    @property
    def newest_first(self) -> tuple[Bar, ...]:
        """Answer the strip as its table tells it."""
        return tuple(reversed(self.strip))


def chain_page(workspace: Workspace, slug: str, now: datetime) -> ChainPage | None:
    """Answer a chain of the workspace; None where it has none of that name."""
    well = health(now, workspace)
    found = standings(workspace, now, slug, watching=well.watching)
    if not found:
        return None
    one = found[0]
    picture = pictures(found)[slug]
    shown = card(one, picture, workspace, now)
    hops = picture.plan.hops if picture.plan else ()
    rows = Run.objects.filter(chain=one.chain).defer("lead", "hops").order_by("-created_at")[:BARS]
    read = list(rows)
    runs = tuple(map(row, read))
    return ChainPage(
        now=now,
        card=shown,
        banners=well.banners,
        schedule=_schedule(one.chain.schedule, workspace.timezone),
        address=one.chain.address,
        personas=tuple(one.chain.personas),
        pins={str(key): str(value) for key, value in one.chain.pins.items()},
        daily_budget=one.chain.daily_budget,
        hops=tuple(map(_hop, hops)),
        strip=strip(one.chain, read, workspace.timezone, now, OVERDUE),
        runs=runs[:LISTED],
        live=shown.running is not None or any(run.sign is sign.UNDER_WAY for run in runs[:5]),
    )


def row(run: Run) -> RunRow:
    """Answer a run as lists show it."""
    told = tuple(map(stored.read_finding, run.findings))
    worst = next(
        (one for one in told if one.kind is not FindingKind.BLIND), told[0] if told else None
    )
    return RunRow(
        id=run.pk,
        at=run.submitted_at or run.created_at,
        sign=sign.VERDICTS[run.verdict],
        cause=CAUSES[run.cause],
        persona=run.persona,
        gist=worst.message if worst else None,
    )


def _hop(hop: HopPlan) -> HopRow:
    return HopRow(
        title=hop.title or hop.tool,
        tool=hop.tool,
        connection=hop.connection,
        carrier=hop.carrier,
        carrier_url=hop.carrier_url,
        deadline=span(timedelta(seconds=hop.deadline)) if hop.after else "",
        linger=span(timedelta(seconds=hop.linger)),
        watched=hop.finds,
    )


def _schedule(text: str, zone: str) -> Message | None:
    if not text:
        return None
    try:
        return Schedule.parse(text, zone).describe()
    except BadSchedule as wrong:
        return wrong.message
