"""Whether Handoff itself is well, told from the database alone."""

from datetime import timedelta

from monitor.models import Channel, Heartbeat, Stop
from monitor.pages.health import Health, health, limit
from tests.monitor.pages.cast import Cast


def _texts(page: Health) -> str:
    return " ".join(banner.text.render() for banner in page.banners)


def test_all_well_has_nothing_to_say(cast: Cast) -> None:
    page = health(cast.now, cast.shop)
    assert page.well
    assert page.watching
    assert page.telling


def test_a_heartbeat_exactly_at_the_limit_is_alive_and_later_is_not(cast: Cast) -> None:
    assert health(cast.now + limit(), cast.shop).watching
    assert not health(cast.now + limit() + timedelta(milliseconds=1), cast.shop).watching


def test_silence_is_told_with_the_time_it_began(cast: Cast) -> None:
    Heartbeat.objects.filter(name="beat").update(at=cast.now - timedelta(minutes=5))
    assert "Not watching since" in _texts(health(cast.now, cast.shop))


def test_never_seen_is_not_watching_either(cast: Cast) -> None:
    Heartbeat.objects.all().delete()
    assert "never seen" in _texts(health(cast.now, cast.shop))


def test_one_failing_channel_of_two_is_named(cast: Cast) -> None:
    Channel.objects.create(
        workspace=cast.shop, slug="team", title="Team", kind="slack", failing_since=cast.now
    )
    page = health(cast.now, cast.shop)
    assert page.telling
    assert "does not get through to Team" in _texts(page)


def test_a_stuck_row_is_said(cast: Cast) -> None:
    stop = Stop.objects.first()
    assert stop
    Stop.objects.filter(pk=stop.pk).update(stuck_at=cast.now, stuck_why="It fails every time.")
    page = health(cast.now, cast.shop)
    assert [(row.what, row.key) for row in page.stuck] == [("stop", str(stop.pk))]
    assert "stuck" in _texts(page)


def test_everything_paused_is_said(cast: Cast) -> None:
    cast.shop.paused_at = cast.now
    assert "Everything is paused" in _texts(health(cast.now, cast.shop))


def test_one_workspace_says_nothing_of_another(cast: Cast) -> None:
    Stop.objects.update(stuck_at=cast.now)
    other = cast.eve.member_set.get().workspace
    assert health(cast.now, other).stuck == ()
    assert health(cast.now).stuck
