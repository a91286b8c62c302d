"""The first screen: the right state for every chain, in few queries, however many there are."""

import json
from datetime import timedelta

from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from monitor.models import Run, Workspace
from monitor.pages.overview import overview
from monitor.rules.status import ChainState
from tests.monitor.pages import cast as casting
from tests.monitor.pages.cast import Cast
from tests.monitor.pages.scene import Scene, send

MOST = 15


def test_every_chain_stands_as_it_does(cast: Cast) -> None:
    page = overview(cast.shop, cast.now)
    assert {chain.slug: chain.state for chain in page.chains} == {
        "quotes": ChainState.BROKEN,
        "callbacks": ChainState.CHECKING,
        "invoices": ChainState.CANNOT_LOOK,
        "brochures": ChainState.CANNOT_LOOK,
        "newsletter": ChainState.CANNOT_LOOK,
        "events": ChainState.PAUSED,
        "fittings": ChainState.DELIVERING,
    }
    assert page.chains[0].slug == "quotes"
    assert page.tone == "broken"


def test_the_queries_do_not_grow_with_the_chains(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(MOST):
        overview(cast.shop, cast.now)
    for number in range(40):
        drawn = casting.plan(f"c{number}", f"Chain {number}", ["website", "mailchimp", "hubspot"])
        chain = casting.draw(cast, drawn)
        send(cast, chain, Scene(arrivals={"mailchimp": 3, "hubspot": 5}), ago=500)
    with django_assert_max_num_queries(MOST):
        page = overview(cast.shop, cast.now)
    assert (page.total, len(page.chains)) == (47, 45)


def test_a_lead_under_way_does_not_hide_what_is_broken(cast: Cast) -> None:
    send(cast, cast.chains["quotes"], Scene(arrivals={"mailchimp": 2.0}, looked=3.0), ago=4)
    page = overview(cast.shop, cast.now)
    quotes = next(chain for chain in page.chains if chain.slug == "quotes")
    assert quotes.rail
    assert quotes.running
    stops = {stop.hop: stop for stop in quotes.rail.line.stops}
    assert stops["sheet"].handoff
    assert stops["sheet"].handoff.tone == "broken"
    assert stops["sheet"].moving


def test_no_tick_stands_where_we_cannot_look_now(cast: Cast) -> None:
    page = overview(cast.shop, cast.now)
    newsletter = next(chain for chain in page.chains if chain.slug == "newsletter")
    assert newsletter.rail
    stripe = newsletter.rail.line.stops[-1]
    assert (stripe.sign.tone, stripe.handoff and stripe.handoff.tone) == ("blind", "blind")


def test_a_fork_is_drawn_as_two_branches(cast: Cast) -> None:
    page = overview(cast.shop, cast.now)
    fittings = next(chain for chain in page.chains if chain.slug == "fittings")
    assert fittings.rail
    assert [stop.hop for stop in fittings.rail.line.stops] == ["website", "hubspot"]
    assert [line.stops[0].hop for line in fittings.rail.line.branches] == ["mailbox", "sheet"]


def test_the_page_is_a_document_too(cast: Cast) -> None:
    told = json.loads(json.dumps(overview(cast.shop, cast.now).document()))
    assert told["drawn"][0]["state"] == "broken"
    assert told["sentence"].startswith("“Quote requests” is broken")


def test_a_chain_whose_slots_are_overdue_is_not_delivering(cast: Cast) -> None:
    chain = cast.chains["fittings"]
    type(chain).objects.filter(pk=chain.pk).update(due_at=cast.now - timedelta(minutes=9))
    page = overview(cast.shop, cast.now)
    assert {one.slug: one.state for one in page.chains}["fittings"] is ChainState.NOT_WATCHING


def test_no_chain_delivers_while_nobody_watches(cast: Cast) -> None:
    page = overview(cast.shop, cast.now + timedelta(minutes=1))
    fittings = next(one for one in page.chains if one.slug == "fittings")
    assert fittings.state is ChainState.NOT_WATCHING
    assert fittings.asleep
    assert fittings.rail
    assert all(pip.tone != "delivered" for pip in fittings.rail.pips)


def test_a_paused_chain_shows_no_green_tick(cast: Cast) -> None:
    chain = cast.chains["fittings"]
    type(chain).objects.filter(pk=chain.pk).update(paused_at=cast.now)
    page = overview(cast.shop, cast.now)
    fittings = next(one for one in page.chains if one.slug == "fittings")
    assert fittings.rail
    assert all(pip.tone != "delivered" for pip in fittings.rail.pips)


def test_another_workspace_sees_nothing_of_it(cast: Cast) -> None:
    other = Workspace.objects.get(slug="other")
    page = overview(other, timezone.now())
    assert page.chains == ()
    assert Run.objects.exists()
