"""Copies behind a merging tool: every handoff that may have made them is marked and named."""

from dataclasses import replace

from connectors.kit.message import Message
from monitor.engine import stored
from monitor.models import Run, Stop
from monitor.pages.incident import incident_page
from monitor.pages.overview import overview
from monitor.pages.run import run_page
from monitor.pages.sign import BROKEN, SUSPECTED
from monitor.rules.finding import Finding, FindingKind
from monitor.rules.verdict import HopJudgement
from tests.monitor.pages.cast import Cast, incident
from tests.monitor.pages.scene import Scene, send

FOUND = Finding(
    kind=FindingKind.DUPLICATED,
    hop="mailchimp",
    message=Message("The test lead arrived 2 times in Order sheet."),
    suspects=("mailchimp", "sheet"),
    count=2,
)


def _copied(cast: Cast) -> Run:
    scene = Scene(arrivals={"mailchimp": 4.0, "sheet": 9.0, "stripe": 19.0}, copies={"sheet": 2})
    run = send(cast, cast.chains["quotes"], scene, ago=300)
    run.hops = [stored.hop(_moved(hop)) for hop in stored.read_hops(run.hops)]
    run.findings = [stored.finding(FOUND)]
    run.save()
    return run


def _moved(hop: HopJudgement) -> HopJudgement:
    return replace(hop, findings=(FOUND,) if hop.hop == FOUND.hop else ())


def test_a_run_marks_and_names_every_suspected_handoff(cast: Cast) -> None:
    page = run_page(cast.shop, _copied(cast).pk, cast.now)
    assert page
    stops = {stop.hop: stop for stop in page.rail.line.stops}
    assert [stops[hop].handoff for hop in FOUND.suspects] == [SUSPECTED, SUSPECTED]
    assert stops["mailchimp"].sign.tone == "delivered"
    assert stops["sheet"].sign.word.render() == "arrived twice"
    assert page.findings[-1].render() == (
        "It may have happened on any of these ways: Website form → Mailchimp,"
        " Mailchimp → Order sheet."
    )
    assert {link.url for link in page.links if link.url} == {
        "https://zapier.example/mailchimp",
        "https://zapier.example/sheet",
    }


def test_an_incident_shows_what_lay_at_every_suspect_and_where_it_was_seen(cast: Cast) -> None:
    cast.incidents["swapped"].delete()
    row = incident(cast, _copied(cast), "mailchimp", bad=1, conclusive=1)
    page = incident_page(cast.shop, row.pk, cast.now)
    assert page
    assert [one.hop for one in page.evidence] == ["mailchimp", "sheet"]
    assert page.headline.render() == "Quote requests: leads arrive more than once in Order sheet"
    assert "Mailchimp → Order sheet" in page.happened[-1].render()
    first = overview(cast.shop, cast.now).drawn[0]
    assert first.sentence
    assert "on the way to Order sheet" in first.sentence.render()
    assert first.rail
    assert [stop.handoff for stop in first.rail.line.stops[1:3]] == [SUSPECTED, SUSPECTED]


def test_damage_that_is_certain_stays_certain(cast: Cast) -> None:
    run = cast.runs["swapped"]
    hops = stored.read_hops(run.hops)
    run.hops = [
        stored.hop(replace(hop, findings=(FOUND,)) if hop.hop == FOUND.hop else hop) for hop in hops
    ]
    run.save()
    assert Stop.objects.filter(run=run).exists()
    page = run_page(cast.shop, run.pk, cast.now)
    assert page
    stops = {stop.hop: stop.handoff for stop in page.rail.line.stops}
    assert (stops["mailchimp"], stops["sheet"]) == (SUSPECTED, BROKEN)
