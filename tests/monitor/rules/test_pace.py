"""Calls within limits: never one too many in any window, and nobody is sent away for good."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.pace import LONGEST_QUEUE, Asker, Limits, Permit, Spent, pause, permit

START = 1_800_000_000.25
BOTH: Limits = ((5, 1.0), (40, 60.0))


@given(
    limits=st.lists(
        st.tuples(st.integers(1, 30), st.sampled_from([0.5, 1.0, 2.0, 10.0, 60.0])),
        min_size=1,
        max_size=2,
    ),
    steps=st.lists(st.tuples(st.floats(0, 3), st.integers(1, 4)), max_size=120),
)
def test_no_window_ever_has_more_calls_than_the_tool_allows(
    limits: list[tuple[int, float]], steps: list[tuple[float, int]]
) -> None:
    spent, now, made = Spent(), START, list[float]()
    for passed, calls in steps:
        now += passed
        calls = min(calls, *(most for most, _ in limits))
        answer = permit(spent, limits, calls, now)
        spent = answer.spent
        if not answer.wait:
            made += [now] * calls
    for most, seconds in limits:
        for first in made:
            assert sum(first <= at < first + seconds for at in made) <= most


def test_nine_tenths_of_what_is_allowed_are_used() -> None:
    spent, now, made = Spent(), START, 0
    while now < START + 100:
        answer = permit(spent, ((10, 1.0),), 1, now, Asker.UNDER_WAY)
        spent = answer.spent
        made += not answer.wait
        now += answer.wait
    assert made >= 900


def test_who_comes_back_when_told_is_let_through_where_nobody_else_came() -> None:
    spent, now = permit(Spent(), BOTH, 5, START).spent, START
    for _ in range(7):
        refused = permit(spent, BOTH, 5, now, Asker.UNDER_WAY)
        assert refused.wait > 0
        now += refused.wait
        spent = permit(refused.spent, BOTH, 5, now).spent
    assert permit(spent, BOTH, 1, now + 1.2, Asker.UNDER_WAY).wait > 40


def test_those_who_wait_are_told_different_times_and_none_too_far_off() -> None:
    spent = permit(Spent(), BOTH[:1], 5, START).spent
    waits = []
    for _ in range(300):
        answer = permit(spent, BOTH[:1], 1, START)
        spent = answer.spent
        waits.append(answer.wait)
    assert waits[:3] == pytest.approx([waits[0], waits[0] + 0.2, waits[0] + 0.4])
    assert max(waits) <= waits[0] + LONGEST_QUEUE


def test_a_refusal_uses_nothing_up() -> None:
    spent = permit(Spent(), BOTH, 5, START).spent
    assert permit(spent, BOTH, 1, START).spent.used == spent.used


def test_a_hand_in_that_has_begun_is_not_stopped_but_others_wait_for_it() -> None:
    spent = permit(Spent(), BOTH, 5, START).spent
    going_on = permit(spent, BOTH, 3, START, Asker.HANDING_IN)
    assert going_on.wait == 0
    assert permit(going_on.spent, BOTH, 1, START, Asker.UNDER_WAY).wait > 1


def test_more_calls_than_a_window_has_are_allowed_once_it_is_empty() -> None:
    assert permit(Spent(), BOTH, 9, START).wait == 0
    assert permit(permit(Spent(), BOTH, 1, START).spent, BOTH, 9, START).wait > 0


def test_a_clock_that_was_put_back_stops_nobody() -> None:
    spent = permit(Spent(), BOTH, 5, START).spent
    assert permit(spent, BOTH, 5, START - 3600) == Permit(
        spent=permit(Spent(), BOTH, 5, START - 3600).spent
    )


def test_a_tool_without_limits_is_not_paced() -> None:
    assert permit(Spent(), (), 100, START).wait == 0


def test_a_pause_is_what_the_tool_asked_else_its_window_else_longer_each_time() -> None:
    assert pause(17, BOTH, 0) == 17
    assert pause(None, BOTH, 0) == 1
    assert pause(None, BOTH, 1) == 2
    assert pause(None, BOTH, 50) == 60
    assert pause(None, (), 0) == 0


def test_a_tool_that_counts_by_the_day_is_asked_again_before_the_day_is_over() -> None:
    daily: Limits = ((15_000, 86_400.0),)
    assert pause(None, daily, 0) == 60
    assert pause(None, daily, 60) == 120
    assert pause(None, daily, 80_000) == 86_400
