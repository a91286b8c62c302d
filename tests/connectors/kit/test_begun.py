"""After the first of several calls nothing sounds like a no."""

import pytest

from connectors.kit.begun import begun
from connectors.kit.errors import (
    NeedsOwner,
    OutcomeUnknown,
    Refused,
    ToolError,
    TryLater,
    UnexpectedAnswer,
)
from connectors.kit.message import Message


@pytest.mark.parametrize("error", [NeedsOwner, Refused, TryLater, OutcomeUnknown, UnexpectedAnswer])
def test_whatever_fails_after_the_first_call_leaves_the_outcome_unknown(
    error: type[ToolError],
) -> None:
    with pytest.raises(OutcomeUnknown) as caught, begun("Tool"):
        raise error(Message("The list is closed."), status=422, where="Tool /lists")
    assert str(caught.value) == (
        "Tool took the record, but not all that belongs to it. The list is closed."
    )
    assert (caught.value.status, caught.value.where) == (422, "Tool /lists")


def test_a_fault_of_our_own_stays_one() -> None:
    with pytest.raises(ZeroDivisionError), begun("Tool"):
        _ = 1 / 0
