"""Claim, take, settle, postpone on the database at hand."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError, connection, transaction

from monitor.engine import due
from monitor.models import Chain
from tests.monitor.engine import rows
from tests.monitor.engine.rows import NOW, later


@pytest.fixture
def chains(db: None) -> list[Chain]:
    """Five chains that fall due one second after another, the first of them now."""
    shop = rows.workspace()
    return [rows.chain(shop, f"chain-{at}", due_at=later(at)) for at in range(5)]


def claim(now: datetime = NOW, horizon: float = 0.0, limit: int = 100) -> list[due.Batch]:
    return due.claim(Chain.objects.all(), now=now, horizon=horizon, limit=limit)


def held(token: str) -> list[str]:
    return list(Chain.objects.filter(claim=token).order_by("slug").values_list("slug", flat=True))


def test_a_row_is_claimed_exactly_when_it_is_due(chains: list[Chain]) -> None:
    assert claim(later(-0.001)) == []
    (batch,) = claim(NOW)
    assert batch.ids == (chains[0].pk,)
    assert batch.start == NOW


def test_a_claimed_row_is_nobody_elses_until_the_hold_ends(chains: list[Chain]) -> None:
    chains[0].refresh_from_db()
    claim(NOW)
    ends = NOW + due.hold()
    Chain.objects.exclude(pk=chains[0].pk).update(due_at=None)
    assert claim(ends - timedelta(milliseconds=1)) == []
    (batch,) = claim(ends)
    assert batch.ids == (chains[0].pk,)


def test_rows_due_within_the_horizon_start_when_they_are_due(chains: list[Chain]) -> None:
    batches = claim(NOW, horizon=2.0)
    assert [batch.start for batch in batches] == [NOW, later(1), later(2)]


def test_rows_due_together_share_a_message_and_none_is_early(chains: list[Chain]) -> None:
    Chain.objects.filter(pk=chains[0].pk).update(due_at=later(3.01))
    Chain.objects.filter(pk=chains[1].pk).update(due_at=later(3.05))
    batch = claim(NOW, horizon=3.5)[1]
    assert set(batch.ids) >= {chains[0].pk, chains[1].pk}
    assert batch.start == later(3.05)


def test_a_message_carries_a_hundred_rows_at_most(db: None) -> None:
    shop = rows.workspace()
    for at in range(due.MESSAGE + 1):
        rows.chain(shop, f"chain-{at}")
    batches = due.claim(Chain.objects.all(), now=NOW)
    assert [len(batch.ids) for batch in batches] == [due.MESSAGE, 1]


def test_rows_kept_apart_never_share_a_message(chains: list[Chain]) -> None:
    Chain.objects.update(due_at=NOW)
    batches = due.claim(
        Chain.objects.all(), now=NOW, columns=("slug",), apart=lambda row: row[0] == "chain-3"
    )
    assert sorted(len(batch.ids) for batch in batches) == [1, 4]


def test_a_message_delivered_twice_takes_nothing_the_second_time(chains: list[Chain]) -> None:
    (batch,) = claim()
    first = due.take(Chain.objects.all(), batch.ids, batch.token, NOW)
    second = due.take(Chain.objects.all(), batch.ids, batch.token, NOW)
    assert held(first) == ["chain-0"]
    assert held(second) == []


def test_a_message_later_than_the_hold_takes_nothing(chains: list[Chain]) -> None:
    (batch,) = claim()
    ends = NOW + due.hold()
    assert held(due.take(Chain.objects.all(), batch.ids, batch.token, ends)) == []
    just_before = ends - timedelta(milliseconds=1)
    assert held(due.take(Chain.objects.all(), batch.ids, batch.token, just_before)) == ["chain-0"]


def test_taking_starts_the_hold_anew_and_counts_the_attempt(chains: list[Chain]) -> None:
    (batch,) = claim()
    due.take(Chain.objects.all(), batch.ids, batch.token, later(30))
    row = Chain.objects.get(pk=chains[0].pk)
    assert row.due_at == later(30) + due.hold()
    assert row.attempts == 1


def test_settling_writes_lets_go_and_forgets_the_attempts(chains: list[Chain]) -> None:
    (batch,) = claim()
    token = due.take(Chain.objects.all(), batch.ids, batch.token, NOW)
    due.settle(Chain, token, ("due_at", "recent"), [(chains[0].pk, later(60), ["plain"])])
    row = Chain.objects.get(pk=chains[0].pk)
    assert (row.due_at, row.recent, row.claim, row.attempts) == (later(60), ["plain"], "", 0)


def test_a_late_settler_writes_nothing(chains: list[Chain]) -> None:
    (batch,) = claim()
    stale = due.take(Chain.objects.all(), batch.ids, batch.token, NOW)
    fresh = due.seize(Chain.objects.all(), batch.ids, later(1))
    due.settle(Chain, stale, ("due_at", "title"), [(chains[0].pk, None, "Overwritten")])
    row = Chain.objects.get(pk=chains[0].pk)
    assert (row.title, row.claim) == ("Chain-0", fresh)


def test_postponing_is_no_attempt(chains: list[Chain]) -> None:
    (batch,) = claim()
    token = due.take(Chain.objects.all(), batch.ids, batch.token, NOW)
    due.postpone(Chain, batch.ids, token, later(5))
    row = Chain.objects.get(pk=chains[0].pk)
    assert (row.due_at, row.claim, row.attempts) == (later(5), "", 0)


def test_rows_passed_on_are_taken_by_the_next_message_alone(chains: list[Chain]) -> None:
    (batch,) = claim()
    token = due.take(Chain.objects.all(), batch.ids, batch.token, NOW)
    onward = due.pass_on(Chain, batch.ids, token, later(1))
    assert claim(later(0.5)) == []
    assert held(due.take(Chain.objects.all(), onward.ids, onward.token, later(2))) == ["chain-0"]
    assert Chain.objects.get(pk=chains[0].pk).attempts == 1


def test_a_row_that_kills_its_worker_ten_times_is_parked(chains: list[Chain]) -> None:
    now = NOW
    Chain.objects.exclude(pk=chains[0].pk).update(due_at=None)
    rests = []
    for _ in range(due.ATTEMPTS):
        (batch,) = claim(now)
        due.take(Chain.objects.all(), batch.ids, batch.token, now)
        now += due.hold()
        assert claim(now) == []
        rest = Chain.objects.values_list("due_at", flat=True).get(pk=chains[0].pk)
        if rest is None:
            break
        rests.append((rest - now) / due.hold())
        now = rest
    row = Chain.objects.get(pk=chains[0].pk)
    assert (row.stuck_at, row.due_at, row.claim) == (now, None, "")
    assert row.stuck_why == due.KILLED
    # It comes back less and less often, so it is hardly ever at work when others are.
    assert rests[:4] == [0.1, 0.2, 0.4, 0.8]
    assert len(rests) == due.ATTEMPTS - 1


def test_of_rows_whose_holder_died_each_goes_alone(chains: list[Chain]) -> None:
    Chain.objects.update(due_at=NOW)
    (batch,) = claim()
    due.take(Chain.objects.all(), batch.ids, batch.token, NOW)
    now = NOW + due.hold()
    assert claim(now) == []
    assert [len(one.ids) for one in claim(now + due.hold() / 10)] == [1] * len(chains)


def test_those_that_may_be_killers_start_last(chains: list[Chain]) -> None:
    Chain.objects.update(due_at=NOW)
    Chain.objects.filter(pk=chains[0].pk).update(due_at=later(-60), attempts=due.ALONE_AFTER)
    assert [len(one.ids) for one in claim()] == [len(chains) - 1, 1]


def test_a_row_that_may_be_a_killer_travels_alone(chains: list[Chain]) -> None:
    Chain.objects.update(due_at=NOW)
    Chain.objects.filter(pk=chains[2].pk).update(attempts=due.ALONE_AFTER)
    assert sorted(batch.ids for batch in claim()) == sorted(
        [tuple(c.pk for c in chains if c != chains[2]), (chains[2].pk,)]
    )


def test_a_failed_row_waits_longer_each_time_and_is_parked_after_ten(chains: list[Chain]) -> None:
    waits = []
    for attempt in range(1, due.ATTEMPTS + 1):
        Chain.objects.filter(pk=chains[0].pk).update(claim="mine", attempts=attempt)
        due.fail(Chain, chains[0].pk, "mine", "it broke", NOW)
        waits.append(Chain.objects.get(pk=chains[0].pk).due_at)
    assert waits[:3] == [later(5), later(10), later(20)]
    row = Chain.objects.get(pk=chains[0].pk)
    assert (row.due_at, row.stuck_at, row.stuck_why) == (None, NOW, "it broke")


@pytest.mark.parametrize("guilty", [0, 3, 6])
def test_a_batch_that_throws_is_halved_until_the_guilty_row_stands_alone(guilty: int) -> None:
    done: list[int] = []
    blamed: list[int] = []

    def work(part: Sequence[int]) -> None:
        if guilty in part:
            raise ValueError("a poisoned row")
        done.extend(part)

    due.halved(range(7), work, lambda row, _: blamed.append(row))
    assert blamed == [guilty]
    assert sorted([*done, guilty]) == list(range(7))


def test_no_row_is_guilty_of_a_database_that_is_away() -> None:
    def work(part: Sequence[int]) -> None:
        raise OperationalError("gone")

    blamed: list[int] = []
    with pytest.raises(OperationalError):
        due.halved([1, 2], work, lambda row, _: blamed.append(row))
    assert blamed == []


@pytest.mark.django_db(transaction=True)
def test_two_claimers_never_get_the_same_row() -> None:
    shop = rows.workspace()
    for at in range(40):
        rows.chain(shop, f"chain-{at}")
    got: list[int] = []
    ready = threading.Barrier(4)

    def claimer() -> None:
        ready.wait()
        try:
            for _ in range(5):
                for batch in due.claim(Chain.objects.all(), now=NOW, limit=3):
                    got.extend(batch.ids)
        finally:
            connection.close()

    threads = [threading.Thread(target=claimer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 40


@pytest.mark.django_db(transaction=True)
def test_held_rows_are_locked_against_a_seizure_until_the_transaction_ends() -> None:
    row = rows.chain(rows.workspace())
    token = due.seize(Chain.objects.all(), [row.pk], NOW)
    order: list[str] = []

    def thief() -> None:
        try:
            due.seize(Chain.objects.all(), [row.pk], NOW)
            order.append("seized")
        finally:
            connection.close()

    with transaction.atomic():
        assert due.held(Chain.objects.all(), [row.pk], token) == {row.pk}
        thread = threading.Thread(target=thief)
        thread.start()
        thread.join(0.3)
        order.append("written")
    thread.join()
    assert order == ["written", "seized"]
    with transaction.atomic():
        assert due.held(Chain.objects.all(), [row.pk], token) == set()
