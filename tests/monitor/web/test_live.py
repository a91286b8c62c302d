"""Pages stay true: they ask again, and get only what changed."""

import re

from django.test import Client

from monitor.models import Chain
from tests.monitor.pages.cast import Cast, beating, draw, plan

ASKS = {"HX-Request": "true"}


def _again(client: Client, path: str) -> str:
    found = re.search(r'hx-get="([^"]+)"', client.get(path).content.decode())
    assert found
    return found[1]


def test_nothing_changed_is_answered_with_nothing(ann: Client) -> None:
    for path in ("/", "/chains/newsletter/", "/connections/", "/channels/"):
        response = ann.get(_again(ann, path), headers=ASKS)
        assert (response.status_code, response.content) == (204, b""), path


def test_only_the_changed_part_is_sent(cast: Cast, ann: Client) -> None:
    path = _again(ann, "/")
    Chain.objects.filter(slug="events").update(title="Event tickets")
    answer = ann.get(path, headers=ASKS).content.decode()
    assert 'id="chain-events" class="part" hx-swap-oob="true"' in answer
    assert 'id="chain-fittings"' not in answer
    assert 'id="live"' in answer
    assert "<html" not in answer


def test_a_new_chain_brings_all_parts_in_their_order(cast: Cast, ann: Client) -> None:
    path = _again(ann, "/")
    draw(cast, plan("new", "A new chain", ["website", "hubspot"]))
    answer = ann.get(path, headers=ASKS).content.decode()
    assert 'id="parts" hx-swap-oob="innerHTML"' in answer
    assert "A new chain" in answer


def test_a_guessed_mark_brings_the_whole_page_s_parts(ann: Client) -> None:
    for seen in ("", "x", "0" * 4000):
        answer = ann.get(f"/?seen={seen}", headers=ASKS)
        assert 'hx-swap-oob="innerHTML"' in answer.content.decode()


def test_a_page_asks_often_while_a_lead_is_under_way_and_rarely_otherwise(
    cast: Cast, ann: Client
) -> None:
    beating(cast.now)
    assert "every 2s" in ann.get(f"/runs/{cast.runs['under way'].pk}/").content.decode()
    assert "every 6s" in ann.get(f"/runs/{cast.runs['passed'].pk}/").content.decode()
