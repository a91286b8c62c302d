"""The picture of a chain: stations joined by handoffs, a fork where it branches."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.kit.message import Message
from monitor.pages import sign
from monitor.pages.sign import Sign
from monitor.pages.tool import noun
from monitor.rules.plan import HopPlan, Plan

ROOMY, WIDEST = 5, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class HopView:
    """What is shown of one hop. `took` is how many seconds after the hop before it arrived.

    `handoff` is the sign of the way into it where that differs from the hop's own.
    """

    sign: Sign = sign.NOT_SEEN_YET
    handoff: Sign | None = None
    gist: Message | None = None
    moving: bool = False
    count: int = 0
    took: float | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A station and the handoff that leads to it; the entry has none."""

    hop: str
    title: str
    tool: str
    kind: str
    monogram: str
    connection: str
    sign: Sign
    handoff: Sign | None
    gist: Message | None
    moving: bool
    count: int
    noun: str
    took: float | None
    url: str
    carrier: str
    carrier_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Stops in a row, and the lines it forks into after the last of them."""

    stops: tuple[Stop, ...]
    branches: tuple["Line", ...] = ()

    @property
    def length(self) -> int:
        """Answer how many stops the longest way along it has."""
        return len(self.stops) + max((branch.length for branch in self.branches), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rail:
    """A whole chain, drawn. `handoffs` counts those on its longest way.

    `tight` just fits across a page, `long` does not.
    """

    title: str
    line: Line
    handoffs: int = 0
    long: bool = False
    tight: bool = False
    pips: tuple[Sign, ...] = field(default=())


def draw(plan: Plan, views: Mapping[str, HopView]) -> Rail:
    """Draw a chain with what is known of each hop."""
    line = _line(plan, plan.entry, views)
    pips = tuple(_way(views.get(hop.slug, HopView()), hop) for hop in plan.hops)
    return Rail(
        title=plan.title,
        line=line,
        handoffs=line.length - 1,
        long=line.length > WIDEST,
        tight=line.length > ROOMY,
        pips=pips,
    )


def monogram(tool: str) -> str:
    """Answer the one or two letters a tool is known by: "HubSpot" is "Hs", "Big Sheet" "BS"."""
    words = tool.split()
    if len(words) > 1:
        return (words[0][0] + words[1][0]).upper()
    rest = tool[1:]
    inner = next((letter for letter in rest if letter.isupper()), rest[:1])
    return (tool[:1] + inner.lower()) if tool else "?"


def _line(plan: Plan, hop: HopPlan, views: Mapping[str, HopView]) -> Line:
    stops = [_stop(hop, views)]
    children = plan.children(hop.slug)
    while len(children) == 1:
        hop = children[0]
        stops.append(_stop(hop, views))
        children = plan.children(hop.slug)
    branches = tuple(_line(plan, child, views) for child in children)
    return Line(stops=tuple(stops), branches=branches)


def _way(view: HopView, hop: HopPlan) -> Sign:
    return (view.handoff or view.sign) if hop.after else view.sign


def _stop(hop: HopPlan, views: Mapping[str, HopView]) -> Stop:
    view = views.get(hop.slug, HopView())
    return Stop(
        hop=hop.slug,
        title=hop.title or hop.tool,
        tool=hop.tool,
        kind=hop.kind,
        monogram=monogram(hop.tool),
        connection=hop.connection,
        sign=view.sign,
        handoff=_way(view, hop) if hop.after else None,
        gist=view.gist,
        moving=view.moving,
        count=view.count,
        noun=noun(hop.connector, hop.resource, view.count),
        took=view.took,
        url=view.url,
        carrier=hop.carrier,
        carrier_url=hop.carrier_url,
    )
