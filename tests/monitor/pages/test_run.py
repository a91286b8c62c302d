"""A run's page: the right sentence, evidence and timeline for how its lead fared."""

import json

from pytest_django import DjangoAssertNumQueries

from monitor.pages.run import RunPage, run_page
from tests.monitor.pages.cast import Cast
from tests.monitor.pages.scene import Scene, send


def _page(cast: Cast, name: str) -> RunPage:
    page = run_page(cast.shop, cast.runs[name].pk, cast.now)
    assert page
    return page


def test_a_swap_is_told_and_shown_where_it_happened(cast: Cast) -> None:
    page = _page(cast, "swapped")
    assert page.verdict == "failed"
    assert page.sentence.render().startswith("The first name and the email changed places")
    sheet = next(hop for hop in page.evidence if hop.hop == "sheet")
    assert [row.field for row in sheet.groups[0].rows] == ["first name", "email"]
    assert sheet.groups[0].turned
    assert not sheet.groups[0].inherited
    assert len(sheet.equal) == 4


def test_damage_of_the_hop_before_is_shown_but_not_blamed_again(cast: Cast) -> None:
    page = _page(cast, "swapped")
    stripe = next(hop for hop in page.evidence if hop.hop == "stripe")
    assert stripe.groups[0].inherited
    assert stripe.sentences == ()
    stop = page.rail.line.stops[-1]
    assert stop.handoff
    assert stop.handoff.tone == "delivered"


def test_a_lost_lead_says_where_it_was_last(cast: Cast) -> None:
    page = _page(cast, "dropped")
    assert "HubSpot" in page.sentence.render()
    assert page.rail.line.stops[-1].sign.word.render() == "lost"


def test_a_blind_spot_is_no_loss(cast: Cast) -> None:
    page = _page(cast, "blind")
    assert page.verdict == "inconclusive"
    assert page.sign.tone == "blind"
    stop = page.rail.line.stops[-1]
    assert stop.handoff
    assert stop.handoff.tone == "blind"


def test_a_lead_under_way_is_live_and_moving(cast: Cast) -> None:
    page = _page(cast, "under way")
    assert page.live
    assert "under way" in page.sentence.render()
    assert all(line.stops[0].moving for line in page.rail.line.branches)
    assert page.timeline
    assert page.timeline.now is not None


def test_the_timeline_shares_one_axis(cast: Cast) -> None:
    timeline = _page(cast, "passed").timeline
    assert timeline
    places = [track.arrived for track in timeline.tracks if track.arrived is not None]
    assert places == sorted(places)
    for track in timeline.tracks:
        assert all(0 <= look.x <= 1 for look in track.looks)
    assert timeline.ticks[0] == (0.0, "0")


def test_copies_are_named(cast: Cast) -> None:
    scene = Scene(arrivals={"mailchimp": 4.0, "sheet": 9.0}, copies={"sheet": 3})
    run = send(cast, cast.chains["quotes"], scene, ago=300)
    page = run_page(cast.shop, run.pk, cast.now)
    assert page
    sheet = next(hop for hop in page.evidence if hop.hop == "sheet")
    assert [id for id, _at in sheet.more] == ["4712", "4713"]


def test_a_run_is_a_document_too(cast: Cast) -> None:
    told = json.loads(json.dumps(_page(cast, "swapped").document()))
    assert told["verdict"] == "failed"
    assert told["evidence"][1]["groups"][0]["kind"] == "swapped"


def test_a_run_takes_few_queries(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(6):
        _page(cast, "swapped")


def test_nobody_elses_run_is_found(cast: Cast) -> None:
    other = cast.eve.member_set.get().workspace
    assert run_page(other, cast.runs["swapped"].pk, cast.now) is None
