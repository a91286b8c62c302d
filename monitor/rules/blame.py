"""Which handoff is to blame for what is wrong with a lead that arrived."""

from dataclasses import dataclass
from datetime import datetime

from monitor.rules.course import SEEN, HopState, Place
from monitor.rules.difference import Difference, Kind
from monitor.rules.finding import Finding, damaged, duplicated
from monitor.rules.looks import patience
from monitor.rules.plan import LookPace

MOVED = frozenset({Kind.SWAPPED, Kind.MISPLACED, Kind.MISSING})
"""Where a value is gone from its field, whatever later stands there was handed on as it was."""

WORSENING = frozenset({Kind.TRUNCATED, Kind.GARBLED})
"""Damage that can be done again, and then shows as another text."""

NAMES = frozenset({"first_name", "last_name", "full_name"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """What is wrong with the records at one place.

    `open`: the hop before may still turn out to have it already, so nothing is said yet.
    `wanted` is the look, at the hop of slug `ask`, that decides; `until` is how long we wait.
    """

    findings: tuple[Finding, ...] = ()
    inherited: tuple[Difference, ...] = ()
    open: bool = False
    ask: str = ""
    wanted: datetime | None = None
    until: datetime | None = None


NOTHING = Blame()


def blame_damage(place: Place) -> Blame:
    """Split the differences at `place` into its handoff's own and those it was handed."""
    left = list(_differences(place))
    since: dict[Difference, Place | None] = {}
    for above in place.above():
        if len(since) == len(left):
            break
        if above.state is HopState.WAITING and above.hop.finds:
            return Blame(open=True)
        known = _differences(above)
        left = [one for one in left if one in since or not _was_known(one, known)]
        well = {one: above for one in left if _was_well(above, one, known)}
        since = {**well, **since}
    own = tuple(damaged(place.since(since.get(one)), one) for one in left)
    inherited = tuple(one for one in _differences(place) if one not in left)
    return Blame(findings=own, inherited=inherited)


def _was_known(found: Difference, known: tuple[Difference, ...]) -> bool:
    return any(_handed_on(found, had) for had in known)


def _was_well(above: Place, found: Difference, known: tuple[Difference, ...]) -> bool:
    """Answer whether a hop, which does not show this damage, would have shown it.

    What a tool has no field for can pass through it unseen: the hop before it is asked then.
    """
    if above.state not in SEEN:
        return False
    shown = {str(spec.get("from")) for spec in above.hop.fields.values()}
    if "full_name" in shown or shown >= {"first_name", "last_name"}:
        shown |= NAMES
    witnesses = shown & set(found.fields)
    doubtful = {name for had in known for name in had.fields}
    if above.before is None or witnesses == set(found.fields):
        return True
    # One fault is one event: a field of it that is still sound proves the others sound.
    return bool(witnesses) and not witnesses & doubtful


def _differences(place: Place) -> tuple[Difference, ...]:
    """Answer the differences of all records at a place, each once."""
    return tuple(dict.fromkeys(one for seen in place.stop.records for one in seen.differences))


def _handed_on(found: Difference, had: Difference) -> bool:
    """Answer whether `found` is what the hop before had already, perhaps written another way."""
    touched = set(had.fields)
    if touched & NAMES and ("full_name" in found.fields) is not ("full_name" in touched):
        # The parts of a name and the whole are one value: a hop that maps the other form shows
        # the same damage under another name.
        return set(found.fields) <= touched | NAMES
    if not set(found.fields) <= touched:
        return False
    if had.kind in MOVED:
        return True
    if found.kind is not had.kind:
        return False
    return found.kind not in WORSENING or _plain(found) == _plain(had)


def _plain(difference: Difference) -> list[str]:
    return [" ".join(text.split()) for text in difference.seen]


def blame_copies(place: Place, pace: LookPace, now: datetime) -> Blame:
    """Say whether the handoffs since the last hop that counts made copies of the lead.

    That hop may not have been looked at since the copies were seen here: then it is asked again
    first, because they may have been made before it.
    """
    count = len(place.stop.records)
    if count < 2:
        return NOTHING
    counted_at = place.stop.counted_at or place.stop.arrived_at
    for above in place.above():
        if above.state is HopState.WAITING and above.hop.finds:
            return Blame(open=True)
        if above.before is None and not above.hop.finds:
            return _copies(place, above, 1)
        if not _counts(above) and above.before is not None:
            continue
        there = max(1, len(above.stop.records))
        if there < count and counted_at is not None and _counts(above):
            wanted = counted_at + above.window.lag
            until = wanted + patience(above.hop, pace)
            failing = above.stop.failure is not None
            if not above.stop.well_looked_at(wanted) and not (failing and now >= until):
                return Blame(open=True, ask=above.hop.slug, wanted=wanted, until=until)
        return _copies(place, above, there)
    return _copies(place, None, 1)


def _counts(place: Place) -> bool:
    """Answer whether a copy would have shown at a place: it was seen, and does not merge."""
    copies = len(place.stop.records)
    return copies > 1 or (copies == 1 and not place.hop.merges and place.state in SEEN)


def _copies(place: Place, last: Place | None, there: int) -> Blame:
    count = len(place.stop.records)
    if count <= there:
        return Blame()
    path = place.since(last)
    return Blame(findings=(duplicated(path, count, last.hop if last else None),))
