"""Incidents in the rules' words, with the run that opened them as evidence."""

from pytest_django import DjangoAssertNumQueries

from monitor.models import Incident
from monitor.pages.incident import incident_page, incidents
from tests.monitor.pages.cast import Cast


def test_an_incident_has_headline_evidence_and_next_step(cast: Cast) -> None:
    page = incident_page(cast.shop, cast.incidents["swapped"].pk, cast.now)
    assert page
    assert "Quote requests" in page.headline.render()
    assert [hop.hop for hop in page.evidence] == ["sheet"]
    assert page.steps[0].url == "https://zapier.example/sheet"
    assert [told.channel for told in page.told] == ["Ann’s mail"]


def test_open_ones_come_first_and_over_ones_keep_their_headline(cast: Cast) -> None:
    Incident.objects.update(resolved_at=cast.now, resolution="recovered")
    page = incidents(cast.shop, cast.now)
    assert page.open == ()
    assert page.over[0].sign.tone == "delivered"


def test_an_edit_that_closed_an_incident_is_no_recovery(cast: Cast) -> None:
    Incident.objects.update(resolved_at=cast.now, resolution="superseded")
    assert incidents(cast.shop, cast.now).over[0].sign.tone == "idle"


def test_a_list_takes_few_queries(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    incidents(cast.shop, cast.now)
    with django_assert_max_num_queries(3):
        incidents(cast.shop, cast.now)
