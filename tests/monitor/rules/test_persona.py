"""Personas take turns."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.persona import next_persona

ALL = ["plain", "international", "punctuated", "long"]


def turns(count: int, owed: list[str], personas: list[str] = ALL) -> list[str]:
    last: list[str] = []
    for _turn in range(count):
        last.append(next_persona(personas, last, owed))
    return last


def test_personas_rotate_in_their_order() -> None:
    assert turns(6, []) == [*ALL, "plain", "international"]


def test_the_persona_of_an_open_incident_takes_every_other_slot() -> None:
    assert turns(6, ["long"]) == [
        "long",
        "plain",
        "long",
        "international",
        "long",
        "punctuated",
    ]


def test_several_personas_that_are_waited_for_share_those_slots() -> None:
    assert turns(6, ["long", "plain"]) == [
        "long",
        "international",
        "plain",
        "punctuated",
        "long",
        "international",
    ]


def test_one_persona_alone_is_always_next() -> None:
    assert turns(3, ["plain"], ["plain"]) == ["plain"] * 3


def test_a_persona_the_chain_no_longer_uses_is_not_waited_for() -> None:
    assert turns(2, ["gone"]) == ["plain", "international"]


@given(st.lists(st.sampled_from([*ALL, "gone"])), st.lists(st.sampled_from([*ALL, "gone"])))
def test_the_next_persona_is_one_of_the_chains(last: list[str], owed: list[str]) -> None:
    assert next_persona(ALL, last, owed) in ALL
