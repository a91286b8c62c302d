"""Everything wrong with a drawn chain is told at once, each with what to correct."""

import pytest

from monitor.rules.drawing import problems
from monitor.rules.plan import Plan
from tests.monitor.rules.plans import FIELDS, hop, line, plan


def told(drawn: Plan) -> list[tuple[str, str]]:
    return [(problem.hop, problem.field) for problem in problems(drawn, frozenset(FIELDS))]


def test_a_sound_chain_has_no_problems() -> None:
    assert problems(line(), frozenset(FIELDS)) == ()


@pytest.mark.parametrize(
    ("drawn", "found"),
    [
        (plan(), [("", "hops")]),
        (plan(hop("a"), hop("b", "a"), hop("b", "a")), [("b", "slug")]),
        (plan(hop("a"), hop("b", "elsewhere")), [("b", "after")]),
        (plan(hop("a"), hop("b", "c"), hop("c", "b")), [("b", "after"), ("c", "after")]),
        (plan(hop("a"), hop("b", "b")), [("b", "after")]),
        (plan(hop("b", "c"), hop("c", "b")), [("b", "after"), ("c", "after"), ("", "hops")]),
        (plan(hop("a"), hop("b")), [("b", "after")]),
        (plan(hop("a", submits=False)), [("a", "connection")]),
        (plan(hop("a", finds=False)), [("", "hops")]),
        (plan(hop("a", deadline=0.0)), [("a", "deadline")]),
        (plan(hop("a", lag=-0.1)), [("a", "lag")]),
        (plan(hop("a", linger=-0.1)), [("a", "linger")]),
        (plan(hop("a", lag=0.0, linger=0.0, deadline=0.1)), []),
        (plan(hop("a", fields={"E": {"from": "e-mail", "as": "email"}})), [("a", "fields.E")]),
        (plan(hop("a", fields={"E": {"as": "email"}})), [("a", "fields.E")]),
        (plan(hop("a", fields={"E": {"as": "ignore"}})), []),
    ],
)
def test_each_mistake_is_told_at_its_place(drawn: Plan, found: list[tuple[str, str]]) -> None:
    assert told(drawn) == found


def test_a_hop_below_a_circle_is_not_accused_of_it() -> None:
    assert told(plan(hop("a"), hop("b", "c"), hop("c", "b"), hop("d", "c"))) == [
        ("b", "after"),
        ("c", "after"),
    ]


def test_every_sentence_renders() -> None:
    wrong = plan(
        hop("a", submits=False, finds=False, deadline=-1.0, lag=-1.0, linger=-1.0),
        hop("a", fields={"E": {"from": "x"}}, finds=False),
        hop("b", "nowhere", finds=False),
        hop("c", "c", finds=False),
    )
    sentences = [problem.message.render() for problem in problems(wrong, frozenset(FIELDS))]
    assert len(sentences) == len(set(sentences)) == 10
    assert all(sentence.endswith(".") for sentence in sentences)
    assert any("there are: amount, email" in sentence for sentence in sentences)
