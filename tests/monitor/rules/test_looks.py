"""When a stop is looked at: seldom, never too soon, always where a look decides something."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.message import Message
from monitor.rules.facts import StopFacts
from monitor.rules.looks import (
    Window,
    arrival_looks,
    linger_looks,
    next_look,
    on_the_beat,
    patience,
)
from monitor.rules.plan import LookPace
from tests.monitor.rules.journeys import START, at
from tests.monitor.rules.plans import hop

PACE = LookPace()
HOUR = timedelta(hours=1)
AWAY = Message("Away.")


def window(deadline: float = 100, lag: float = 10, linger: float = 60) -> Window:
    return Window(
        start=START,
        due_at=at(deadline),
        lag=timedelta(seconds=lag),
        linger=timedelta(seconds=linger),
    )


def test_looks_for_an_arrival_trail_the_tool_by_its_lag() -> None:
    assert arrival_looks(window(), PACE, only_decisive=False) == tuple(
        map(at, [20, 35, 60, 85, 110, 140, 170])
    )


def test_behind_a_lost_lead_one_look_is_enough() -> None:
    assert arrival_looks(window(), PACE, only_decisive=True) == (at(110),)


def test_after_an_arrival_we_look_half_way_and_when_the_last_copy_must_show() -> None:
    assert linger_looks(window(), at(30), PACE, merges=False) == (at(60), at(100))


def test_where_copies_are_merged_only_the_end_is_looked_at() -> None:
    assert linger_looks(window(), at(30), PACE, merges=True) == (at(100),)


def test_without_a_linger_the_arrival_is_the_end() -> None:
    assert linger_looks(window(linger=0), at(30), PACE, merges=False) == (at(30),)


def test_deadlines_of_tenths_of_a_second_are_not_looked_to_death() -> None:
    looks = arrival_looks(window(0.5, 0, 0.2), PACE, only_decisive=False)
    assert looks == (at(0.25), at(0.5), at(0.7))


@given(
    deadline=st.floats(0.1, 1e5),
    lag=st.floats(0, 100),
    linger=st.floats(0, 1e4),
    floor=st.floats(0.1, 100),
)
def test_looks_are_few_and_the_deciding_ones_are_kept(
    deadline: float, lag: float, linger: float, floor: float
) -> None:
    within = window(deadline, lag, linger)
    looks = arrival_looks(within, LookPace(floor=floor), only_decisive=False)
    assert len(looks) <= 7
    assert list(looks) == sorted(set(looks))
    assert {within.decisive_at, within.linger_end(None)} <= set(looks)
    early = [look for look in looks if look < within.decisive_at]
    assert all(b - a >= timedelta(seconds=floor) for a, b in pairwise(early))


def test_a_stop_never_looked_at_begins_with_the_first_look() -> None:
    assert next_look((at(10), at(20)), StopFacts(), PACE, HOUR) == at(10)


def test_a_look_exactly_on_time_is_not_repeated() -> None:
    looked = StopFacts(looked_at=at(10), good_look_at=at(10))
    assert next_look((at(10), at(20)), looked, PACE, HOUR) == at(20)


def test_after_a_good_last_look_there_is_no_other() -> None:
    assert (
        next_look((at(10),), StopFacts(looked_at=at(10), good_look_at=at(10)), PACE, HOUR) is None
    )
    assert next_look((), StopFacts(), PACE, HOUR) is None


def test_of_looks_missed_while_we_were_down_one_is_made() -> None:
    late = StopFacts(looked_at=at(500), good_look_at=at(500))
    assert next_look((at(10), at(20), at(510)), late, PACE, HOUR) == at(510)


def test_a_last_look_that_saw_nothing_whole_is_due_at_once() -> None:
    assert next_look((at(10),), StopFacts(looked_at=at(11)), PACE, HOUR) == at(10)


def test_failing_looks_are_repeated_with_growing_pauses() -> None:
    waits = timedelta(seconds=100)
    pauses = []
    looked = at(200)
    for _look in range(6):
        stop = StopFacts(looked_at=looked, failure=AWAY, failing_since=at(200))
        again = next_look((at(150),), stop, PACE, waits)
        assert again is not None
        pauses.append((again - looked).total_seconds())
        looked = again
    assert pauses == [5, 5, 10, 20, 20, 20]


def test_a_failing_look_does_not_jump_over_the_deciding_one() -> None:
    stop = StopFacts(looked_at=at(108), failure=AWAY, failing_since=at(50))
    assert next_look((at(110), at(170)), stop, PACE, HOUR) == at(110)


def test_a_tool_that_asks_for_a_pause_gets_it() -> None:
    stop = StopFacts(looked_at=at(108), failure=AWAY, failing_since=at(50), not_before=at(140))
    assert next_look((at(110), at(170)), stop, PACE, HOUR) == at(140)


def test_a_stop_that_cannot_be_looked_at_keeps_its_next_moment() -> None:
    stop = StopFacts(failure=AWAY, failing_since=at(50))
    assert next_look((at(110),), stop, PACE, HOUR) == at(110)


def test_looks_are_rounded_up_to_a_beat_that_all_leads_share() -> None:
    drawn = hop("deal", deadline=100, linger=60)  # five per cent of the linger: every 3 seconds
    beats = {on_the_beat(at(second), drawn, PACE) for second in (0.1, 1.2, 2.9)}
    assert len(beats) == 1
    assert timedelta(0) <= on_the_beat(at(7), drawn, PACE) - at(7) < timedelta(seconds=3)
    alone = LookPace(together=0.0)
    assert on_the_beat(at(7), drawn, alone) == at(7)


def test_patience_is_the_longer_of_linger_and_deadline() -> None:
    assert patience(hop("a"), PACE) == timedelta(seconds=100)
    assert patience(hop("a", linger=300.0), PACE) == timedelta(seconds=300)
    assert patience(hop("a"), LookPace(patience=2.5)) == timedelta(seconds=250)
