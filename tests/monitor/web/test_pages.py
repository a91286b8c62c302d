"""What pages say, how large they are, and what they may load."""

import gzip
import re
from datetime import timedelta
from pathlib import Path

from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from monitor.models import ChainVersion, Channel, Heartbeat, Incident
from tests.monitor.pages import cast as casting
from tests.monitor.pages.cast import Cast
from tests.monitor.pages.scene import Scene, send
from tests.monitor.pages.stage import stage
from tests.monitor.web.addresses import pages

LARGEST = 100_000
SCRIPT_OR_STYLE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", re.IGNORECASE)


def test_no_page_has_an_inline_script_or_style(cast: Cast, ann: Client) -> None:
    for path in pages(cast).values():
        response = ann.get(path)
        assert not SCRIPT_OR_STYLE.search(response.content.decode()), path
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_every_page_stays_under_100_kb_with_everything(cast: Cast, ann: Client) -> None:
    shared = 0
    for name in ("handoff.css", "handoff.js", "favicon.svg", "django_htmx/htmx-2.min.js"):
        shared += len(gzip.compress(Path(str(finders.find(name))).read_bytes()))
    for path in pages(cast).values():
        response = ann.get(path, headers={"Accept-Encoding": "gzip"})
        assert len(response.content) + shared < LARGEST / 2, path


def test_the_overview_names_what_is_broken_first(ann: Client) -> None:
    page = ann.get("/").content.decode()
    headline = page[page.index("<h1>") : page.index("</h1>")]
    assert "Quote requests" in headline
    assert "Order sheet" in headline
    assert page.index('id="chain-quotes"') < page.index('id="chain-callbacks"')
    assert "checking again" in page
    assert "could not look" in page


def test_an_empty_workspace_has_its_one_next_step(cast: Cast, eve: Client) -> None:
    page = eve.get("/").content.decode()
    assert "manage.py apply" in page
    assert "Nothing is wrong" in eve.get("/incidents/").content.decode()


def test_a_silent_worker_is_the_first_thing_said(cast: Cast, ann: Client) -> None:
    Heartbeat.objects.filter(name="worker").update(at=cast.now - timedelta(minutes=20))
    assert "Not watching since" in ann.get("/").content.decode()
    assert "Handoff is not watching" in ann.get("/health/").content.decode()


def test_no_working_channel_is_said_on_the_first_screen(cast: Cast, ann: Client) -> None:
    Channel.objects.update(failing_since=cast.now)
    assert "no channel works" in ann.get("/").content.decode()
    Channel.objects.all().delete()
    assert "Nobody would be told" in ann.get("/").content.decode()


def test_the_evidence_stands_side_by_side_with_the_swap_marked(cast: Cast, ann: Client) -> None:
    page = ann.get(f"/runs/{cast.runs['swapped'].pk}/").content.decode()
    assert "<del>Zoë-Marie</del>" in page
    assert "<ins>zoe.kapaludo+hq7k2m@leads.example</ins>" in page
    assert "changed places" in page


def test_what_a_tool_sent_is_text_and_never_markup(cast: Cast, ann: Client) -> None:
    chain = cast.chains["quotes"]
    scene = Scene(
        arrivals={"mailchimp": 4.0}, records={"mailchimp": {"given": "<script>alert(1)</script>"}}
    )
    run = send(cast, chain, scene, ago=200)
    page = ann.get(f"/runs/{run.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_demo_bar_leads_to_the_sandbox(cast: Cast, ann: Client, settings: Settings) -> None:
    assert 'class="demo"' not in ann.get("/").content.decode()
    settings.HANDOFF_DEMO = {
        "faults": "http://127.0.0.1:1/faults",
        "inbox": "http://127.0.0.1:1/inbox",
        "slack": "http://127.0.0.1:1/slack",
        "tools": [["HubSpot", "http://127.0.0.1:1/hubspot"]],
    }
    for path in pages(cast).values():
        page = ann.get(path).content.decode()
        for place in ("faults", "inbox", "slack", "hubspot"):
            assert f"http://127.0.0.1:1/{place}" in page


def test_wrong_addresses_are_answered_in_words(ann: Client, client: Client) -> None:
    for browser in (ann, client):
        response = browser.get("/chains/none/x/")
        assert response.status_code == 404
        assert "There is nothing here" in response.content.decode()


def test_our_own_mistake_is_answered_in_words(cast: Cast) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(cast.ann)
    ChainVersion.objects.update(document={})
    response = client.get("/")
    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()


def test_probes_need_no_sign_in(client: Client, db: None) -> None:
    assert client.get("/healthz").content == b"alive\n"
    assert client.get("/readyz").content == b"not ready: beat and worker silent\n"
    for name in ("beat", "worker"):
        Heartbeat.objects.create(name=name, at=timezone.now())
    assert client.get("/readyz").content == b"ready\n"


def test_two_hundred_chains_are_a_table_with_the_troubled_ones_drawn(db: None) -> None:
    cast = stage(timezone.now())
    for number in range(200):
        casting.draw(cast, casting.plan(f"c{number}", f"Chain {number}", ["website", "hubspot"]))
    client = Client()
    client.force_login(cast.ann)
    response = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert len(response.content) < LARGEST / 2
    page = gzip.decompress(response.content).decode()
    assert page.count('class="rail') <= 12
    assert "page 1 of 6" in page
    assert "Event bookings" in client.get("/?page=6").content.decode()
    for guessed in ("7", "0", "-1", "x", "9" * 40):
        assert client.get("/", {"page": guessed}).status_code == 200


def test_that_no_tool_answers_has_a_page_of_its_own(cast: Cast, ann: Client) -> None:
    incident = Incident.objects.create(
        workspace=cast.shop,
        subject="cannot_look",
        reason="unreachable",
        opened_at=cast.now,
        since=cast.now,
    )
    for path in ("/", "/incidents/", f"/incidents/{incident.pk}/"):
        answer = ann.get(path)
        assert answer.status_code == 200, path
    page = answer.content.decode()
    assert "None of your tools answers us" in page
    assert "cut off from the network" in page
    assert 'href="/connections/"' in page
    assert "None of your tools" in ann.get("/incidents/").content.decode()
