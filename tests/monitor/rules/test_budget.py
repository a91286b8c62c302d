"""A day's leads are counted, and confirmations have a reserve of their own."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.rules.budget import Allowed, Budget, Exhausted, Spent, allow, day_start

NOW = datetime(2026, 3, 2, 9, 10, tzinfo=UTC)
BUDGET = Budget(leads=6, reserve=2)


@pytest.mark.parametrize(
    ("spent", "confirmation", "allowed"),
    [
        (Spent(leads=5), False, True),
        (Spent(leads=6), False, False),
        (Spent(leads=7), False, False),
        (Spent(leads=5, confirmations=9), False, True),
        (Spent(leads=9, confirmations=1), True, True),
        (Spent(leads=0, confirmations=2), True, False),
    ],
)
def test_schedules_and_confirmations_spend_apart(
    spent: Spent, confirmation: bool, allowed: bool
) -> None:
    answer = allow(BUDGET, spent, NOW, "UTC", confirmation=confirmation)
    assert isinstance(answer, Allowed) is allowed


def test_a_spent_budget_says_until_when_and_what_to_change() -> None:
    answer = allow(BUDGET, Spent(leads=6), NOW, "Europe/Berlin")
    assert isinstance(answer, Exhausted)
    assert answer.until == datetime(2026, 3, 2, 23, tzinfo=UTC)
    assert "budget of 6 test leads a day" in answer.message.render()
    reserve = allow(BUDGET, Spent(confirmations=2), NOW, "UTC", confirmation=True)
    assert isinstance(reserve, Exhausted)
    assert "The 2 test leads" in reserve.message.render()


@pytest.mark.parametrize("hours", [0, 1, 23])
def test_a_day_begins_at_the_workspaces_midnight(hours: int) -> None:
    began = datetime(2026, 3, 1, 23, tzinfo=UTC)
    assert day_start(began + timedelta(hours=hours), "Europe/Berlin") == began


def test_a_day_the_clocks_change_on_is_one_day() -> None:
    began = datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert day_start(began + timedelta(hours=22, minutes=59), "Europe/Berlin") == began
    assert day_start(began + timedelta(hours=23), "Europe/Berlin") == began + timedelta(hours=23)
