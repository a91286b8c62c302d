"""Not being able to look is told once, by whoever is nearest to the cause."""

import pytest

from monitor.rules.case import Keep, Nothing, Open, Reason, Resolve
from monitor.rules.watch import Step, decide_connection, decide_outside, decide_watch
from tests.monitor.rules.journeys import START

OPEN = {
    reason: Open(reason=reason, kinds=frozenset(), since=START)
    for reason in (Reason.NEEDS_OWNER, Reason.UNSEEN, Reason.UNREACHABLE)
}


@pytest.mark.parametrize(
    ("opened", "needs_owner", "step"),
    [
        (False, True, OPEN[Reason.NEEDS_OWNER]),
        (True, True, Keep(reason=Reason.NEEDS_OWNER)),
        (True, False, Resolve(reason=Reason.SEEN_AGAIN)),
        (False, False, Nothing(reason=Reason.ALL_WELL)),
    ],
)
def test_a_connection_is_an_incident_while_it_needs_its_owner(
    opened: bool, needs_owner: bool, step: Step
) -> None:
    assert decide_connection(opened=opened, needs_owner=needs_owner, since=START) == step


@pytest.mark.parametrize(
    ("opened", "slots", "told", "paused", "step"),
    [
        (False, 0, False, False, Nothing(reason=Reason.ALL_WELL)),
        (False, 2, False, False, Nothing(reason=Reason.NOT_CONCLUSIVE)),
        (False, 3, False, False, OPEN[Reason.UNSEEN]),
        (False, 3, True, False, Nothing(reason=Reason.CONNECTION_TOLD)),
        (False, 3, False, True, Nothing(reason=Reason.PAUSED)),
        (True, 4, True, True, Keep(reason=Reason.UNSEEN)),
        (True, 0, False, True, Resolve(reason=Reason.SEEN_AGAIN)),
    ],
)
def test_a_chain_is_an_incident_after_three_slots_unseen(
    opened: bool, slots: int, told: bool, paused: bool, step: Step
) -> None:
    decided = decide_watch(
        opened=opened, slots=slots, connection_told=told, paused=paused, since=START
    )
    assert decided == step


def test_what_the_whole_workspace_says_is_not_said_by_each_chain() -> None:
    decided = decide_watch(
        opened=False,
        slots=3,
        connection_told=False,
        paused=False,
        since=START,
        workspace_told=True,
    )
    assert decided == Nothing(reason=Reason.WORKSPACE_TOLD)


@pytest.mark.parametrize(
    ("opened", "answered", "slots", "tools", "paused", "step"),
    [
        (False, False, 3, 2, False, OPEN[Reason.UNREACHABLE]),
        (False, False, 2, 2, False, Nothing(reason=Reason.NOT_CONCLUSIVE)),
        (False, False, 3, 1, False, Nothing(reason=Reason.NOT_CONCLUSIVE)),
        (False, False, 3, 2, True, Nothing(reason=Reason.PAUSED)),
        (False, True, 3, 2, False, Nothing(reason=Reason.ALL_WELL)),
        (True, False, 1, 2, False, Keep(reason=Reason.UNREACHABLE)),
        (True, True, 1, 1, True, Resolve(reason=Reason.SEEN_AGAIN)),
    ],
)
def test_the_silence_of_all_tools_is_one_incident(
    opened: bool, answered: bool, slots: int, tools: int, paused: bool, step: Step
) -> None:
    decided = decide_outside(
        opened=opened, answered=answered, slots=slots, tools=tools, paused=paused, since=START
    )
    assert decided == step
