"""A look that sees nothing new needs no judgement: the one before it told what follows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.outlook import Outlook
from monitor.rules.verdict import HopJudgement, Judgement
from tests.monitor.rules.journeys import World, at
from tests.monitor.rules.plans import hop, line, plan

OUTLOOK = Outlook(decides_at=at(100), looks=(at(20), at(50), at(110)))
MOMENTS = st.lists(st.integers(0, 300).map(float), max_size=3)


def test_an_uneventful_look_is_followed_by_the_next_one_wanted() -> None:
    assert OUTLOOK.after(at(20)) == at(50)
    assert OUTLOOK.after(at(99)) == at(110)


def test_a_look_that_decides_something_is_followed_by_a_judgement() -> None:
    assert OUTLOOK.after(at(100)) is None


def test_after_the_last_look_wanted_the_run_is_judged() -> None:
    assert Outlook(decides_at=at(100), looks=(at(20),)).after(at(20)) is None


def test_the_last_looks_at_a_lead_that_is_everywhere_are_one_moment() -> None:
    world = World(line(), {"list": [5], "contact": [9], "deal": [12]})
    judged = world.travel()[-1][1]
    assert judged.settled
    last = dict(world.looks)
    assert set(last.values()) == {12 + 60 + 10}


def test_no_last_look_waits_for_another_longer_than_half_its_linger() -> None:
    chain = plan(hop("form"), hop("list", "form", linger=1000.0))
    world = World(chain, {"form": [0], "list": [5]})
    world.travel()
    assert max(second for name, second in world.looks if name == "form") == 0 + 60 + 10


def test_a_quick_lead_is_seen_at_every_hop_at_one_moment() -> None:
    world = World(line(), {"list": [1], "contact": [2], "deal": [3]})
    world.travel()
    assert {world.looks[index] for index in range(3)} == {
        (name, 10 + 0.1 * 100) for name in ("list", "contact", "deal")
    }


@given(
    arrivals=st.fixed_dictionaries(
        {}, optional={"list": MOMENTS, "contact": MOMENTS, "deal": MOMENTS}
    ),
    failing=st.sets(st.tuples(st.sampled_from(["list", "contact", "deal"]), st.integers(0, 30))),
)
def test_a_look_that_sees_nothing_new_changes_no_judgement(
    arrivals: dict[str, Sequence[float]], failing: set[tuple[str, int]]
) -> None:
    world = World(line(), arrivals, fails=lambda name, second: (name, int(second // 10)) in failing)
    now = at(0)
    for _step in range(1000):
        before = world.judge(_second(now))
        if before.settled:
            return
        awaited = [*before.next_at.values(), *([before.again_at] if before.again_at else [])]
        now = max(now, min(awaited))
        for judged in before.hops:
            if judged.next_look_at is not None and judged.next_look_at <= now:
                _look(world, judged, now)
    raise AssertionError("the run never settled")


def _look(world: World, judged: HopJudgement, now: datetime) -> None:
    """Look, and where that saw nothing new before it decides, hold the outlook to its word."""
    stop, before = world.stops.get(judged.hop), world.judge(_second(now))
    world.look(judged.hop, now)
    seen = world.stops[judged.hop]
    good = seen.failing_since is None and (stop is None or stop.failing_since is None)
    known = () if stop is None else stop.records
    outlook = before.hop(judged.hop).outlook
    if not (good and seen.records == known and outlook and outlook.after(now)):
        return
    after = world.judge(_second(now))
    assert _told(after) == _told(before)
    assert after.hop(judged.hop).next_look_at == outlook.after(now)


def _told(judgement: Judgement) -> Judgement:
    """Answer a judgement without the looks it wants."""
    hops = (replace(one, next_look_at=None, outlook=None) for one in judgement.hops)
    return replace(judgement, hops=tuple(hops))


def _second(now: datetime) -> float:
    return (now - at(0)).total_seconds()
