"""Paced calls: nothing is half sent, nothing judged from looks not made, others go on."""

from uuid import uuid4

import pytest

from connectors.kit.errors import Paced
from monitor.engine import pace
from monitor.engine.pace import Pace
from monitor.engine.permits import permits
from monitor.models import Connection, Run, Stop
from monitor.rules.pace import Asker
from tests.monitor.engine import rows
from tests.monitor.engine.conftest import World

LONG = ((2, 100.0),)
SHORT = ((1, 0.2),)


def account() -> str:
    """Answer an account nobody asked for yet."""
    return f"rest:{uuid4().hex}"


def moved(slug: str, id: str = "") -> str:
    """Let a connection be to another account; answer that."""
    id = id or uuid4().hex
    Connection.objects.filter(slug=slug).update(account_id=id)
    return f"rest:{id}"


def test_whoever_starts_is_sent_away_rather_than_kept_waiting() -> None:
    who = account()
    Pace(who, LONG).hand_in(2, "Tool")
    with pytest.raises(Paced) as caught:
        Pace(who, LONG).permit("Tool")
    assert caught.value.after
    assert "Tool" in str(caught.value)


def test_a_look_that_has_begun_waits_a_little_between_its_calls() -> None:
    own = Pace(account(), SHORT)
    for _ in range(3):
        own.permit("Tool")


def test_a_look_that_would_wait_for_long_is_put_off() -> None:
    own = Pace(account(), LONG)
    own.permit("Tool")
    own.permit("Tool")
    with pytest.raises(Paced):
        own.permit("Tool")


def test_a_hand_in_has_all_its_permits_before_its_first_call() -> None:
    who = account()
    Pace(who, LONG).permit("Tool")
    with pytest.raises(Paced):
        Pace(who, LONG).hand_in(2, "Tool")
    own = Pace(account(), LONG)
    own.hand_in(2, "Tool")
    for _ in range(4):  # more calls than it said are made all the same: nothing is left half sent
        own.permit("Tool")


@pytest.mark.django_db
def test_connections_to_one_account_share_its_limit_and_others_have_their_own() -> None:
    shop, other = rows.workspace(), rows.workspace("other")
    id = uuid4().hex
    first = pace.of(rows.connection(shop, "one", account_id=id))
    second = pace.of(rows.connection(other, "two", account_id=id))
    third = pace.of(rows.connection(shop, "three", account_id=uuid4().hex))
    assert first is not None
    assert second is not None
    assert third is not None
    first.rest(30)
    with pytest.raises(Paced):
        second.permit("Tool")
    third.permit("Tool")


@pytest.mark.django_db
def test_removals_leave_room_for_looks() -> None:
    place = rows.connection(rows.workspace(), "list", connector="mailchimp", account_id=uuid4().hex)
    first, second, looking = (pace.of(place, sparing=spares) for spares in (True, True, False))
    assert first is not None
    assert second is not None
    assert looking is not None
    first.hand_in(7, "Mailchimp")
    with pytest.raises(Paced):
        second.permit("Mailchimp")
    looking.hand_in(3, "Mailchimp")


@pytest.mark.django_db
def test_an_account_not_known_yet_is_paced_by_its_connection() -> None:
    shop = rows.workspace()
    new = rows.connection(shop, "new", account_id="")
    assert pace.of(Connection(connector="rest")) is None
    assert pace.of(Connection(connector="gone")) is None
    own = pace.of(new)
    assert own is not None
    own.rest(1)
    assert permits.take(f"connection:{new.pk}", (), 1, Asker.STARTING) > 0


def test_a_hand_in_is_put_off_before_anything_is_sent(world: World) -> None:
    permits.close(moved("form"), 40, ())
    run = world.run()
    world.drive.seconds(1)
    run.refresh_from_db()
    assert (run.submission, run.attempts, run.submitted_at) == ("intended", 0, None)
    assert world.tool.shelf("form").calls["POST"] == 0
    moved("form")
    world.drive.seconds(45)
    assert world.finished(run).verdict == "passed"
    assert world.tool.shelf("form").calls["POST"] == 1


def test_a_look_that_was_not_made_is_no_look(world: World) -> None:
    run = world.run()
    permits.close(moved("crm"), 20, ())
    world.drive.seconds(9)
    stop = Stop.objects.get(run=run, hop="crm")
    assert (stop.looked_at, stop.failing_since, stop.attempts, stop.looks) == (None, None, 0, [])
    moved("crm")
    run = world.finished(run)
    assert (run.verdict, run.findings) == ("passed", [])


def test_an_account_closed_for_long_is_a_blind_spot_and_never_a_loss(world: World) -> None:
    permits.close(moved("crm"), 900, ())
    run = world.finished(world.run(), 2000)
    assert run.verdict == "inconclusive"
    assert [found["kind"] for found in run.findings] == ["blind"]
    assert not [one for one in world.incidents() if one.chain_id]


def test_what_a_closed_account_holds_is_removed_later(world: World) -> None:
    run = world.finished(world.run())
    permits.close(moved("crm"), 20, ())
    world.drive.seconds(15)
    assert len(world.tool.shelf("crm").records) == 1
    moved("crm")
    world.drive.seconds(60)
    assert world.tool.shelf("crm").records == []
    assert Run.objects.get(pk=run.pk).verdict == "passed"
