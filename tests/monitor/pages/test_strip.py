"""The strip tells of every slot: a run, or that nobody watched then."""

from datetime import UTC, datetime, timedelta

from monitor.models import Chain, Run
from monitor.pages.strip import BARS, Bar, strip

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
GRACE = timedelta(minutes=2)


def _run(at: datetime, *, slot: bool = True) -> Run:
    return Run(pk=1, verdict="passed", created_at=at, slot=at if slot else None)


def _strip(runs: list[Run], now: datetime, schedule: str = "every 15m") -> tuple[Bar, ...]:
    return strip(Chain(schedule=schedule), runs, "UTC", now, GRACE)


def test_slots_without_a_run_are_one_gap() -> None:
    bars = _strip([_run(NOON), _run(NOON + 4 * QUARTER)], NOON + 4 * QUARTER)
    assert [(bar.run, bar.at) for bar in bars] == [
        (1, NOON),
        (None, NOON + QUARTER),
        (1, NOON + 4 * QUARTER),
    ]
    assert bars[1].until == NOON + 4 * QUARTER
    assert bars[1].sign.word.render() == "not watched"


def test_neighbouring_slots_leave_no_gap_nor_does_a_run_by_hand() -> None:
    runs = [_run(NOON), _run(NOON + GRACE, slot=False), _run(NOON + QUARTER)]
    assert all(bar.run for bar in _strip(runs, NOON + QUARTER))


def test_a_slot_that_is_overdue_opens_a_gap_that_still_lasts() -> None:
    due = NOON + QUARTER
    assert len(_strip([_run(NOON)], due + GRACE)) == 1
    last = _strip([_run(NOON)], due + GRACE + timedelta(seconds=1))[-1]
    assert (last.run, last.at, last.until) == (None, due, None)


def test_runs_of_an_older_schedule_are_no_gaps() -> None:
    older = NOON - timedelta(minutes=70)
    assert len(_strip([_run(older), _run(NOON)], NOON)) == 2


def test_a_chain_without_a_schedule_has_no_gaps() -> None:
    assert len(_strip([_run(NOON)], NOON + timedelta(days=9), schedule="")) == 1


def test_a_strip_holds_sixty_bars() -> None:
    runs = [_run(NOON + 2 * at * QUARTER) for at in range(BARS)]
    assert len(_strip(runs, NOON + timedelta(days=2))) == BARS
