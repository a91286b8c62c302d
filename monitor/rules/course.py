"""How far one lead has come: at every hop its window, its state, and the looks still wanted."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.rules.facts import RunFacts, StopFacts, Submission
from monitor.rules.looks import Window, arrival_looks, first_look, linger_looks, patience
from monitor.rules.plan import HopPlan, LookPace, Plan


class HopState(StrEnum):
    """What is known of a lead at one hop.

    `unwatched` is a hop whose tool cannot be searched: a declared blind spot, never a green tick
    and never a reason against a run. `blind` is one that should have answered and did not.
    """

    WAITING = "waiting"
    ARRIVED = "arrived"
    LATE = "late"
    DROPPED = "dropped"
    REFUSED = "refused"
    NOT_REACHED = "not_reached"
    BLIND = "blind"
    UNWATCHED = "unwatched"


SEEN = frozenset({HopState.ARRIVED, HopState.LATE})
LOST = frozenset({HopState.DROPPED, HopState.REFUSED, HopState.NOT_REACHED})


class Above(StrEnum):
    """What the hops before one say of the lead: the nearest that says anything decides."""

    CAME = "came"
    LOST = "lost"
    OPEN = "open"


@dataclass(slots=True, kw_only=True, eq=False)
class Place:
    """One hop of a lead's course, filled in by `course` and not changed after.

    `reached_at` is when the next handoff begins, None where the lead was not seen. `looks` are
    the moments one would like to look at. `cut_short`: it arrived, but looks failed until the
    linger was long over.
    """

    hop: HopPlan
    before: "Place | None"
    stop: StopFacts
    window: Window
    reached_at: datetime | None
    state: HopState = HopState.WAITING
    settled: bool = False
    cut_short: bool = False
    give_up_at: datetime | None = None
    looks: tuple[datetime, ...] = ()

    def above(self) -> Iterator["Place"]:
        """Yield the hops before this one, the nearest first."""
        place = self.before
        while place is not None:
            yield place
            place = place.before

    def since(self, last: "Place | None") -> tuple[HopPlan, ...]:
        """Answer the hops after `last` down to this one: where something may have happened."""
        path = [self.hop]
        for place in self.above():
            if place is last:
                break
            path.append(place.hop)
        return tuple(reversed(path))

    def last_seen(self) -> "Place | None":
        """Answer the nearest hop before this one that has the lead."""
        return next((place for place in self.above() if place.state in SEEN), None)


def what_came(before: Place | None) -> Above:
    """Answer whether the lead came as far as the hop after `before`."""
    while before is not None:
        if before.state in SEEN:
            return Above.CAME
        if before.state in LOST:
            return Above.LOST
        if before.state is HopState.WAITING:
            return Above.OPEN
        before = before.before
    return Above.CAME


def course(plan: Plan, facts: RunFacts, submitted_at: datetime, now: datetime) -> tuple[Place, ...]:
    """Answer the places of a lead handed in at `submitted_at`, from the entry down."""
    if facts.submission is not Submission.ACCEPTED and not facts.found:
        return _unfound(plan, facts, submitted_at, now)
    places: dict[str, Place] = {}
    for hop in plan.downward():
        before, stop = places.get(hop.after), facts.stop(hop.slug)
        window = _window(hop, before, submitted_at)
        place = Place(hop=hop, before=before, stop=stop, window=window, reached_at=stop.arrived_at)
        if before is None and (not hop.finds or facts.submission is Submission.ACCEPTED):
            place.reached_at = stop.arrived_at or submitted_at
        came = what_came(before)
        place.state = _state(place, came, plan.looks, now)
        _await(place, came, plan.looks, now)
        places[hop.slug] = place
        if came is Above.OPEN and place.looks and stop.arrived_at is None:
            _glance(place, places.values(), plan.looks)
    _end_together(places.values())
    return tuple(places.values())


def _window(hop: HopPlan, before: Place | None, submitted_at: datetime) -> Window:
    """Answer when the lead may come: a deadline runs from the arrival at the hop before.

    Where that was not seen it runs from that hop's own deadline, and looking begins there; where
    it cannot be seen, looking begins with it. Handing in to an entry one cannot look into takes
    no time.
    """
    deadline = timedelta(seconds=hop.deadline)
    if before is None:
        return _window_of(
            hop, submitted_at, submitted_at + (deadline if hop.finds else timedelta())
        )
    if before.reached_at is not None:
        return _window_of(hop, before.reached_at, before.reached_at + deadline)
    due_before = before.window.due_at
    start = due_before if before.hop.finds else before.window.start
    return _window_of(hop, start, due_before + deadline)


def _window_of(hop: HopPlan, start: datetime, due_at: datetime) -> Window:
    return Window(
        start=start,
        due_at=due_at,
        lag=timedelta(seconds=hop.lag),
        linger=timedelta(seconds=hop.linger),
    )


def _state(place: Place, came: Above, pace: LookPace, now: datetime) -> HopState:
    stop, window = place.stop, place.window
    if not place.hop.finds:
        return HopState.ARRIVED if place.before is None else HopState.UNWATCHED
    missed = stop.missed_after(window.decisive_at)
    if stop.arrived_at is not None:
        late = missed and stop.arrived_at > window.due_at and came is not Above.OPEN
        return HopState.LATE if late else HopState.ARRIVED
    if missed:
        # A loss is decided from the entry down: as long as the hop before may still answer, it
        # is open which handoff lost the lead.
        return {
            Above.CAME: HopState.DROPPED,
            Above.LOST: HopState.NOT_REACHED,
            Above.OPEN: HopState.WAITING,
        }[came]
    return HopState.BLIND if _gave_up(place, pace, now) else HopState.WAITING


def _gave_up(place: Place, pace: LookPace, now: datetime) -> bool:
    """Answer whether looks failed until patience with them ended."""
    end = place.window.decisive_at + patience(place.hop, pace)
    return place.stop.failure is not None and now >= end


def _await(place: Place, came: Above, pace: LookPace, now: datetime) -> None:
    """Fill in what is still awaited at a place."""
    hop, window = place.hop, place.window
    if not hop.finds or place.state is HopState.BLIND:
        place.settled = True
    elif place.stop.arrived_at is not None:
        _await_copies(place, place.stop.arrived_at, came, pace, now)
    elif place.state is HopState.NOT_REACHED:
        place.settled = all(above.settled for above in place.above())
    elif place.state is HopState.DROPPED:
        _linger(place, now)
    else:
        place.give_up_at = window.decisive_at + patience(hop, pace)
    if not place.settled and place.stop.arrived_at is None:
        place.looks = arrival_looks(window, pace, only_decisive=came is Above.LOST)


def _await_copies(
    place: Place, arrived_at: datetime, came: Above, pace: LookPace, now: datetime
) -> None:
    """Go on looking until the linger is over, or patience with failing looks."""
    end = place.window.linger_end(arrived_at)
    watched = place.stop.well_looked_at(end)
    place.give_up_at = end + patience(place.hop, pace)
    place.cut_short = not watched and place.stop.failure is not None and now >= place.give_up_at
    place.settled = (watched or place.cut_short) and came is not Above.OPEN
    if not place.settled:
        place.looks = linger_looks(place.window, arrived_at, pace, merges=place.hop.merges)


def _glance(place: Place, places: Iterable[Place], pace: LookPace) -> None:
    """Look once when the first hop is looked at: a quick chain has brought the lead here by then.

    Its whole path is then seen at one moment, and judged once.
    """
    first = next(place for place in places if place.hop.finds)
    at = first_look(first.window, pace) + place.window.lag
    place.looks = tuple(sorted({at, *place.looks}))


def _end_together(places: Collection[Place]) -> None:
    """Let the last looks of a lead that is everywhere be one moment: one judgement ends the run.

    None waits for another longer than half its own linger.
    """
    if any(place.looks and place.stop.arrived_at is None for place in places):
        return
    ends = [place.looks[-1] for place in places if place.looks]
    for place in places:
        if place.looks:
            *earlier, end = place.looks
            longest = end + place.window.linger / 2
            place.looks = (*earlier, max(at for at in ends if at <= longest))


def _linger(place: Place, now: datetime) -> None:
    """Go on looking for a lead that is missed: it may only be late."""
    end = place.window.linger_end(None)
    over = place.stop.failure is not None and now >= end
    place.settled = over or place.stop.well_looked_at(end)
    place.give_up_at = end


def _unfound(
    plan: Plan, facts: RunFacts, submitted_at: datetime, now: datetime
) -> tuple[Place, ...]:
    """Answer the course of a lead whose hand-in was refused or got no answer, seen nowhere yet.

    The first hops one can look into have their deadline; behind them the lead could only be
    later, so the others are asked once, at the same time.
    """
    places: dict[str, Place] = {}
    for hop in plan.downward():
        before = places.get(hop.after)
        window = _window(hop, before, submitted_at)
        place = Place(
            hop=hop, before=before, stop=facts.stop(hop.slug), window=window, reached_at=None
        )
        first = not any(above.hop.finds for above in place.above())
        if before is not None and not first:
            place.window = replace(window, due_at=before.window.due_at)
        _await_any(place, plan.looks, now, first=first)
        places[hop.slug] = place
    entry, *others = places.values()
    _decide_entry(entry, others, facts.submission)
    return (entry, *others)


def _await_any(place: Place, pace: LookPace, now: datetime, *, first: bool) -> None:
    """Fill in what a hop says of a lead that nobody has seen."""
    if not place.hop.finds:
        place.state, place.settled = HopState.UNWATCHED, True
    elif place.stop.missed_after(place.window.decisive_at):
        place.state, place.settled = HopState.NOT_REACHED, True
        if first:
            _linger(place, now)
    elif _gave_up(place, pace, now):
        place.state, place.settled = HopState.BLIND, True
    else:
        place.give_up_at = place.window.decisive_at + patience(place.hop, pace)
    if not place.settled:
        place.looks = arrival_looks(place.window, pace, only_decisive=not first)


def _decide_entry(entry: Place, others: list[Place], submission: Submission) -> None:
    """Fill in what the hops that could be asked say of the hand-in."""
    states = {place.state for place in (entry, *others) if place.hop.finds}
    if HopState.WAITING in states:
        entry.state = HopState.WAITING
    elif HopState.NOT_REACHED in states or (not states and submission is Submission.REFUSED):
        entry.state = HopState.REFUSED
    else:
        entry.state = HopState.BLIND
    settled = entry.settled and all(place.settled for place in others)
    entry.settled = settled and entry.state is not HopState.WAITING
