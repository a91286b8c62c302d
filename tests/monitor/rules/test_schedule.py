"""Slots: stable instants, each local one once, never made up after downtime."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.schedule import BadSchedule, Schedule

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
LINES = ["30 2 * * *", "0,30 1-3 * * *", "*/20 * * * *", "15 * * * *", "@daily", "every 7m"]
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=700)).map(
    lambda since: datetime(2025, 1, 1, tzinfo=UTC) + since
)


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN).astimezone(UTC)  # type: ignore[arg-type,misc]


def slots(schedule: Schedule, start: datetime, count: int) -> list[datetime]:
    found = []
    for _ in range(count):
        start = schedule.next_after(start)
        found.append(start)
    return found


def test_a_cron_slot_is_read_in_the_workspaces_zone() -> None:
    daily = Schedule.parse("0 9 * * *", "Europe/Berlin")
    assert daily.next_after(berlin(2026, 1, 5, 8)) == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    assert daily.next_after(berlin(2026, 7, 5, 8)) == datetime(2026, 7, 5, 7, 0, tzinfo=UTC)


def test_the_slot_after_a_slot_is_the_next_one() -> None:
    daily = Schedule.parse("0 9 * * *", "UTC")
    assert daily.next_after(datetime(2026, 1, 5, 9, tzinfo=UTC)).day == 6


def test_an_hour_that_the_clocks_skip_still_has_its_slot_once() -> None:
    early = Schedule.parse("30 2 * * *", "Europe/Berlin")
    assert slots(early, berlin(2025, 3, 29, 12), 2) == [
        berlin(2025, 3, 30, 3),
        berlin(2025, 3, 31, 2, 30),
    ]


def test_slots_that_fall_on_one_instant_are_one() -> None:
    often = Schedule.parse("0,30 2-3 * * *", "Europe/Berlin")
    assert slots(often, berlin(2025, 3, 29, 12), 3) == [
        berlin(2025, 3, 30, 3),
        berlin(2025, 3, 30, 3, 30),
        berlin(2025, 3, 31, 2),
    ]


def test_an_hour_that_the_clocks_repeat_has_its_slot_once() -> None:
    early = Schedule.parse("30 2 * * *", "Europe/Berlin")
    first = early.next_after(berlin(2025, 10, 25, 12))
    assert first == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    in_the_second_round = datetime(2025, 10, 26, 1, 10, tzinfo=UTC)
    assert early.next_after(in_the_second_round) == berlin(2025, 10, 27, 2, 30)


def test_an_hourly_line_follows_elapsed_time_through_a_repeated_hour() -> None:
    hourly = Schedule.parse("@hourly", "Europe/Berlin")
    found = slots(hourly, berlin(2025, 10, 26, 0, 30), 4)
    assert [b - a for a, b in pairwise(found)] == [timedelta(hours=1)] * 3


@given(text=st.sampled_from(LINES), zone=st.sampled_from(ZONES), moment=MOMENTS)
def test_slots_are_stable_and_later_than_asked(text: str, zone: str, moment: datetime) -> None:
    schedule = Schedule.parse(text, zone)
    slot = schedule.next_after(moment)
    assert slot > moment
    assert slot.utcoffset() == timedelta(0)
    between = moment + (slot - moment) / 2
    assert schedule.next_after(between) == slot
    assert schedule.next_after(slot - timedelta(microseconds=1)) == slot


@given(zone=st.sampled_from(ZONES), moment=MOMENTS)
def test_a_daily_line_has_one_slot_each_local_day(zone: str, moment: datetime) -> None:
    schedule = Schedule.parse("30 2 * * *", zone)
    days = [slot.astimezone(ZoneInfo(zone)).date() for slot in slots(schedule, moment, 9)]
    assert [b - a for a, b in pairwise(days)] == [timedelta(days=1)] * 8


@given(
    text=st.sampled_from(LINES),
    zone=st.sampled_from(ZONES),
    last=MOMENTS,
    away=st.timedeltas(timedelta(0), timedelta(days=500)),
)
def test_after_downtime_only_the_latest_missed_slot_is_run(
    text: str, zone: str, last: datetime, away: timedelta
) -> None:
    schedule = Schedule.parse(text, zone)
    last_slot, now = schedule.next_after(last), last + away
    slot = schedule.next_slot(last_slot, now)
    assert slot > last_slot
    if slot <= now:
        assert schedule.next_after(slot) > now
        assert schedule.next_slot(slot, now) > now
    else:
        assert slot == schedule.next_after(last_slot)


def test_a_slot_exactly_now_is_run_now() -> None:
    schedule = Schedule.parse("every 4h", "UTC")
    noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    assert schedule.next_slot(noon - timedelta(hours=4), noon) == noon


def test_a_slot_missed_years_ago_is_still_caught_up_with_once() -> None:
    leap = Schedule.parse("0 0 29 2 *", "UTC")
    slot = leap.next_slot(datetime(2020, 2, 29, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    assert slot == datetime(2024, 2, 29, tzinfo=UTC)


def test_a_new_chain_has_missed_nothing() -> None:
    schedule = Schedule.parse("every 4h", "UTC")
    now = datetime(2026, 1, 5, 13, tzinfo=UTC)
    assert schedule.next_slot(None, now) == datetime(2026, 1, 5, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("every 4h", 183),
        ("every 15s", 175320),
        ("@daily", 31),
        ("0 0 1 * *", 1),
        ("*/5 * * * *", 8766),
        ("0 0 29 2 *", 0),
    ],
)
def test_a_months_count_is_the_average_rounded_up(text: str, count: int) -> None:
    now = datetime(2026, 1, 5, 12, tzinfo=UTC)
    assert Schedule.parse(text, "UTC").per_month(now) == count


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("every 15s", "every 15 seconds"),
        ("Every  1m", "every minute"),
        ("every 2 d", "every 2 days"),
        ("@hourly", "every full hour"),
        ("5 9 * * *", "every day at 09:05 (Europe/Berlin)"),
        ("@weekly", "at the times of “@weekly” (Europe/Berlin)"),
    ],
)
def test_a_schedule_says_itself_in_words(text: str, words: str) -> None:
    assert Schedule.parse(text, "Europe/Berlin").describe().render() == words


@pytest.mark.parametrize("text", ["0 0 30 2 *", "0 0 31 4,6 *", "0 0 */30 2 MON#5"])
def test_a_line_that_never_fires_is_refused_as_such(text: str) -> None:
    with pytest.raises(BadSchedule, match="never happens"):
        Schedule.parse(text, "Europe/Berlin")


@pytest.mark.parametrize(
    "text", ["", "soon", "61 * * * *", "0 0 30 13 *", "* * * * * *", "@reboot"]
)
def test_what_is_no_schedule_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(BadSchedule, match="every 4h"):
        Schedule.parse(text, "UTC")


def test_an_interval_of_nothing_is_refused() -> None:
    with pytest.raises(BadSchedule, match="at least"):
        Schedule.parse("every 0s", "UTC")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(BadSchedule, match="no time zone"):
        Schedule.parse("@daily", zone)
