"""A run on a shared axis of time: hand-in, looks, arrivals, linger, removal; one track a hop."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.engine import stored
from monitor.models import Residue, Run, Stop
from monitor.pages.sign import Sign
from monitor.pages.tool import noun
from monitor.rules.finding import span
from monitor.rules.plan import HopPlan, Plan
from monitor.rules.verdict import HopJudgement

STEPS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21600, 43200, 86400)
MOST_TICKS = 5
FAILED = frozenset({"failed", "blind", "try_later", "needs_owner", "unexpected"})
LEAST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One search. `x` is where on the axis, 0 to 1."""

    x: float
    at: datetime
    failed: bool
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One hop on the axis; it arrived `after` the hand-in.

    Places run from 0 to 1; None where nothing is to be drawn.
    """

    hop: str
    title: str
    noun: str
    sign: Sign
    looks: tuple[Look, ...]
    since: float | None
    arrived: float | None
    after: str
    due: float | None
    due_at: datetime | None
    linger: float | None
    gone: float | None

    @property
    def lingers(self) -> float:
        """Answer how much of the axis the linger takes."""
        return max((self.linger or 0.0) - (self.arrived or 0.0), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The whole run. `ticks` are places with how long after the hand-in they are."""

    start: datetime
    end: datetime
    ticks: tuple[tuple[float, str], ...]
    tracks: tuple[Track, ...]
    now: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    """Turns instants into places."""

    start: datetime
    end: datetime

    def place(self, at: datetime | None) -> float | None:
        """Answer where `at` stands, 0 to 1; None for no time or one beyond the axis."""
        if at is None:
            return None
        where = (at - self.start) / (self.end - self.start)
        return round(max(where, 0.0), 4) if where <= 1 else None


def timeline(
    plan: Plan,
    run: Run,
    stops: Mapping[str, Stop],
    judged: Mapping[str, HopJudgement],
    residue: Sequence[Residue],
    signs: Mapping[str, Sign],
    now: datetime,
) -> Timeline | None:
    """Answer a run's timeline; None where nothing was handed in yet."""
    if run.submitted_at is None:
        return None
    live = run.settled_at is None
    end = max(_ends(plan, run, stops, judged, now if live else None))
    axis = _Axis(start=run.submitted_at, end=max(end, run.submitted_at + LEAST))
    gone = {row.stop_id: row.removed_at for row in residue if row.removed_at}
    return Timeline(
        start=axis.start,
        end=axis.end,
        ticks=tuple(_ticks(axis)),
        tracks=tuple(
            _track(axis, run, hop, stops.get(hop.slug), judged, gone, signs) for hop in plan.hops
        ),
        now=axis.place(now) if live else None,
    )


def _ends(
    plan: Plan,
    run: Run,
    stops: Mapping[str, Stop],
    judged: Mapping[str, HopJudgement],
    now: datetime | None,
) -> Iterable[datetime]:
    yield run.submitted_at or run.created_at
    if now:
        yield now
    for hop in plan.hops:
        stop, told = stops.get(hop.slug), judged.get(hop.slug)
        if stop and stop.arrived_at:
            yield stop.arrived_at + timedelta(seconds=hop.linger)
        elif told and told.due_at and hop.finds:
            yield told.due_at
        looks = stop.looks if stop else ()
        settled = run.settled_at or now
        yield from (at for one in looks if (at := _instant(one)) and (not settled or at <= settled))


def _instant(look: Sequence[object]) -> datetime | None:
    return stored.read_moment(str(look[0])) if look else None


def _ticks(axis: _Axis) -> Iterable[tuple[float, str]]:
    whole = (axis.end - axis.start).total_seconds()
    step = next((one for one in STEPS if whole / one <= MOST_TICKS), STEPS[-1])
    for count in range(int(whole // step) + 1):
        text = span(timedelta(seconds=count * step)) if count else "0"
        yield round(count * step / whole, 4), text


def _track(
    axis: _Axis,
    run: Run,
    hop: HopPlan,
    stop: Stop | None,
    judged: Mapping[str, HopJudgement],
    gone: Mapping[int | None, datetime | None],
    signs: Mapping[str, Sign],
) -> Track:
    told = judged.get(hop.slug)
    before = judged.get(hop.after)
    arrived_at = stop.arrived_at if stop else None
    lingers = arrived_at + timedelta(seconds=hop.linger) if arrived_at else None
    since = (before.arrived_at or before.due_at) if before else run.submitted_at
    due_at = told.due_at if told and hop.finds else None
    return Track(
        hop=hop.slug,
        title=hop.title or hop.tool,
        noun=noun(hop.connector, hop.resource, 1),
        sign=signs[hop.slug],
        looks=tuple(_looks(axis, stop)),
        since=axis.place(since),
        arrived=axis.place(arrived_at),
        after=span(arrived_at - axis.start) if arrived_at else "",
        due=axis.place(due_at),
        due_at=due_at,
        linger=axis.place(min(lingers, axis.end)) if lingers else None,
        gone=axis.place(gone.get(stop.pk)) if stop else None,
    )


def _looks(axis: _Axis, stop: Stop | None) -> Iterable[Look]:
    for one in stop.looks if stop else ():
        at = _instant(one)
        x = axis.place(at)
        if at and x is not None:
            count = int(one[2]) if len(one) > 2 else 0
            yield Look(x=x, at=at, failed=one[1] in FAILED, count=count)
