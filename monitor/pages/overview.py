"""The first screen: are my leads arriving?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.kit.message import Message, _
from monitor.engine import stored
from monitor.models import Workspace
from monitor.pages import sign
from monitor.pages.document import Page
from monitor.pages.health import Health, health
from monitor.pages.link import Banner, Link
from monitor.pages.picture import ASLEEP, Picture, pictures
from monitor.pages.rail import Rail
from monitor.pages.sign import Sign
from monitor.pages.standing import Standing, standings
from monitor.rules.status import WORST_FIRST, ChainState, status
from monitor.rules.words import worst_of

DRAWN = 12
"""More chains than this are listed in a table, and only those that need attention are drawn."""

LISTED = 40
"""So many rows of that table are shown at a time."""

LATE = timedelta(seconds=10)
SAID = 4
"""So many sentences about further chains stand in the head; their cards say the rest."""

CALM = (ChainState.DELIVERING, ChainState.PAUSED, ChainState.NOT_WATCHING, ChainState.WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainCard:
    """One chain on the overview. `sentence` is empty where its state says it all.

    `happened` is what was found wrong with a test lead, while an incident is open.
    """

    slug: str
    title: str
    state: ChainState
    sign: Sign
    sentence: Message | None
    happened: Message | None
    rail: Rail | None
    proof_at: datetime | None
    next_at: datetime | None
    overdue: bool
    running: int | None
    incident: int | None
    links: tuple[Link, ...]
    paused: bool

    @property
    def asleep(self) -> bool:
        """Answer whether its picture is of another time, for nobody watches now."""
        return self.state in ASLEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview(Page):
    """The chains of a workspace: those drawn as rails, the rest as rows of a table.

    `listed` are the rows of the table's `page`, of `pages`; `total` counts all chains.
    """

    now: datetime
    tone: str
    sentence: Message
    details: tuple[Message, ...]
    links: tuple[Link, ...]
    proof_at: datetime | None
    banners: tuple[Banner, ...]
    drawn: tuple[ChainCard, ...]
    listed: tuple[ChainCard, ...]
    health: Health
    paused: bool
    total: int
    page: int
    pages: int

    @property
    def chains(self) -> tuple[ChainCard, ...]:
        """Answer the chains shown, worst first."""
        return self.drawn + self.listed

    @property
    def live(self) -> bool:
        """Answer whether a lead is under way."""
        return any(chain.running for chain in self.chains)


def overview(workspace: Workspace, now: datetime, page: int = 1) -> Overview:
    """Answer the first screen of a workspace, with one page of its table."""
    well = health(now, workspace)
    found = sorted(standings(workspace, now, watching=well.watching), key=_worst_first)
    told = status([one.facts for one in found], now, workspace.timezone)
    few = len(found) <= DRAWN
    drawn = [one for one in found if few or one.state not in CALM][:DRAWN]
    rest = [one for one in found if one not in drawn]
    pages = max(-(-len(rest) // LISTED), 1)
    page = min(max(page, 1), pages)
    listed = rest[(page - 1) * LISTED : page * LISTED]
    shown = pictures([*drawn, *listed])
    cards = [card(one, shown[one.chain.slug], workspace, now) for one in (*drawn, *listed)]
    proofs = [one.facts.proof_at for one in found if one.facts.proof_at]
    return Overview(
        now=now,
        tone=_tone(told.state, well),
        sentence=told.sentence,
        details=_details(told.details, cards, workspace),
        links=cards[0].links if cards and cards[0].sentence == told.sentence else (),
        proof_at=None if told.state is ChainState.DELIVERING else max(proofs, default=None),
        banners=well.banners,
        drawn=tuple(cards[: len(drawn)]),
        listed=tuple(cards[len(drawn) :]),
        health=well,
        paused=workspace.paused_at is not None,
        total=len(found),
        page=page,
        pages=pages,
    )


def card(one: Standing, picture: Picture, workspace: Workspace, now: datetime) -> ChainCard:
    """Answer a chain as the overview shows it."""
    chain, newest = one.chain, picture.newest
    waits = one.facts.paused or not chain.schedule
    calm = one.state in (ChainState.DELIVERING, ChainState.PAUSED)
    told = None if calm else status([one.facts], now, workspace.timezone).sentence
    return ChainCard(
        slug=chain.slug,
        title=chain.title,
        state=one.state,
        sign=sign.CHAINS[one.state],
        sentence=told,
        happened=_happened(one),
        rail=picture.rail,
        proof_at=one.facts.proof_at,
        next_at=None if waits else chain.due_at,
        overdue=chain.due_at is not None and now - chain.due_at > LATE,
        running=newest.pk if newest and not newest.settled_at and not newest.verdict else None,
        incident=one.incidents[0].pk if one.incidents else None,
        links=_links(one),
        paused=chain.paused_at is not None,
    )


def _details(
    told: tuple[Message, ...], cards: list[ChainCard], workspace: Workspace
) -> tuple[Message, ...]:
    """Answer what neither the first sentence nor a card says."""
    said = [one.sentence for one in cards]
    left = tuple(one for one in told if one not in said)
    return () if workspace.paused_at else left[:SAID]


def _happened(one: Standing) -> Message | None:
    findings = [stored.read_finding(found) for row in one.broken for found in row.findings]
    worst = worst_of(findings)
    return worst.message if worst else None


def _links(one: Standing) -> tuple[Link, ...]:
    links = [
        Link(text=Message(_("What happened and what to do")), page="incident", key=str(found.pk))
        for found in one.incidents[:1]
    ]
    links += [
        Link(
            text=Message(_("Reconnect %(tool)s"), {"tool": found.name}),
            page="connection",
            key=found.slug,
        )
        for found in one.blind
    ]
    return tuple(links)


def _tone(state: ChainState | None, well: Health) -> str:
    if not well.watching:
        return "broken"
    return sign.CHAINS[state].tone if state else "idle"


def _worst_first(one: Standing) -> tuple[int, str]:
    return WORST_FIRST.index(one.state), one.chain.title.casefold()
