"""The first sentence on the first screen: are my leads arriving?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.status import ChainFacts, ChainState, state_of, status

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FINE = ChainFacts(title="Quotes", proof_at=NOW - timedelta(minutes=3), last_verdict="passed")
BROKEN = ChainFacts(
    title="Orders",
    incident=True,
    handoff="HubSpot",
    bad=3,
    conclusive=3,
    since=NOW - timedelta(minutes=20),
)


def said(*chains: ChainFacts) -> list[str]:
    told = status(chains, NOW, "UTC")
    return [told.sentence.render(), *(detail.render() for detail in told.details)]


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (FINE, ChainState.DELIVERING),
        (replace(FINE, incident=True, doubt=True, cannot_look=True), ChainState.BROKEN),
        (replace(FINE, doubt=True, cannot_look=True), ChainState.CHECKING),
        (replace(FINE, cannot_look=True, overdue=True), ChainState.CANNOT_LOOK),
        (replace(FINE, overdue=True), ChainState.NOT_WATCHING),
        (replace(FINE, scheduled=False), ChainState.NOT_WATCHING),
        (replace(FINE, paused=True, incident=True), ChainState.PAUSED),
        (replace(FINE, last_verdict="inconclusive"), ChainState.CANNOT_LOOK),
        (replace(FINE, last_verdict="failed"), ChainState.CHECKING),
        (ChainFacts(title="New"), ChainState.WAITING),
    ],
)
def test_a_chain_stands_by_the_worst_that_is_known(facts: ChainFacts, state: ChainState) -> None:
    assert state_of(facts) is state


def test_when_all_is_well_the_latest_proof_is_told() -> None:
    assert said(FINE) == ["“Quotes” is delivering. Last proof 3 min ago."]
    older = replace(FINE, proof_at=NOW - timedelta(hours=3))
    assert said(older, FINE) == ["All 2 chains are delivering. Last proof 3 min ago."]


def test_a_proof_that_a_clock_puts_ahead_is_just_now() -> None:
    assert "Last proof 0 s ago" in said(replace(FINE, proof_at=NOW + timedelta(seconds=2)))[0]


def test_one_broken_chain_is_named_with_its_numbers() -> None:
    assert said(FINE, BROKEN) == [
        "“Orders” is broken on the way to HubSpot. 3 of 3 test leads went wrong since 09:10.",
        "Leads are arriving along 1 of 2 chains.",
    ]
    assert said(replace(BROKEN, bad=0)) == ["“Orders” is broken on the way to HubSpot."]


def test_several_troubles_are_counted_first_and_told_worst_first() -> None:
    checking = replace(FINE, title="Bookings", doubt=True)
    assert said(checking, BROKEN, FINE, replace(BROKEN, title="Invoices", bad=0)) == [
        "2 of 4 chains are broken.",
        "“Orders” is broken on the way to HubSpot. 3 of 3 test leads went wrong since 09:10.",
        "“Invoices” is broken on the way to HubSpot.",
        "Checking “Bookings” again: one test lead went wrong.",
        "Leads are arriving along 1 of 4 chains.",
    ]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (replace(FINE, doubt=True), "Checking “Quotes” again"),
        (replace(FINE, cannot_look=True), "Leads may be fine; we do not know."),
        (replace(FINE, scheduled=False), "it has no schedule"),
        (replace(FINE, overdue=True), "are overdue"),
        (ChainFacts(title="Quotes"), "waits for its first proof"),
        (replace(FINE, paused=True), "is paused"),
    ],
)
def test_every_state_says_itself(facts: ChainFacts, words: str) -> None:
    assert words in said(facts)[0]
    assert "2 of 2 chains" in said(facts, replace(facts, title="Others"))[0]


def test_without_a_chain_the_next_thing_to_do_is_told() -> None:
    told = status([], NOW, "UTC")
    assert told.state is None
    assert "Draw the first chain" in told.sentence.render()


@given(
    st.lists(
        st.builds(
            ChainFacts,
            title=st.just("Any"),
            incident=st.booleans(),
            doubt=st.booleans(),
            cannot_look=st.booleans(),
            paused=st.booleans(),
            scheduled=st.booleans(),
            overdue=st.booleans(),
            proof_at=st.none() | st.just(NOW),
            last_verdict=st.sampled_from(["", "passed", "failed", "inconclusive"]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_delivering_is_only_said_where_every_chain_is_proved(chains: list[ChainFacts]) -> None:
    told = status(chains, NOW, "UTC")
    assert told.sentence.render()
    if told.state is ChainState.DELIVERING:
        assert all(one.proof_at and not one.incident and not one.paused for one in chains)
        assert not told.details
