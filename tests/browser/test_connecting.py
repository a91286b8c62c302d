"""An owner with a real browser goes to the vendor and comes back connected."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from monitor.models import Connection
from tests.ledger import LedgerServer
from tests.monitor import books
from tests.monitor.pages.cast import people


@pytest.fixture
def server() -> Iterator[LedgerServer]:
    with LedgerServer() as opened:
        yield opened


@pytest.fixture
def tab(
    browser: Browser,
    live_server: LiveServer,
    transactional_db: None,
    settings: Settings,
    server: LedgerServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Page]:
    """A tab in which Ann is signed in, before a connection without client or access."""
    books.in_the_catalog(monkeypatch)
    settings.PUBLIC_URL = live_server.url
    cast = people(timezone.now())
    books.connection(cast.shop, server, "ledger")
    Connection.objects.update(settings={}, secrets={})
    books.change(server, "ledger", redirect_uri=f"{live_server.url}/connect/callback/")
    client = Client()
    client.force_login(cast.ann)
    context = browser.new_context(base_url=live_server.url)
    key = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
    yield context.new_page()
    context.close()


def begin(tab: Page, server: LedgerServer) -> None:
    """Enter the client and go to the vendor's page."""
    tab.goto("/connections/ledger/")
    tab.get_by_role("link", name="Connect to Ledger").click()
    given = server.account("ledger")
    tab.get_by_label("Client id").fill(given["client_id"])
    tab.get_by_label("Client secret").fill(given["client_secret"])
    tab.get_by_role("button", name="Connect to Ledger").click()


def test_the_way_to_the_vendor_and_back_works_in_a_browser(
    tab: Page, server: LedgerServer, live_server: LiveServer
) -> None:
    begin(tab, server)
    tab.get_by_role("button", name="Allow").click()
    tab.get_by_text("ledger is connected. Its account: ledger Ltd.").wait_for(timeout=10_000)
    assert tab.url == f"{live_server.url}/connections/ledger/"
    assert tab.get_by_role("link", name="Reconnect").is_visible()
    assert Connection.objects.get().state == "proved"


def test_an_owner_who_says_no_comes_back_to_the_page_that_connects(
    tab: Page, server: LedgerServer, live_server: LiveServer
) -> None:
    begin(tab, server)
    tab.get_by_role("button", name="Deny").click()
    tab.get_by_text("You gave no access").wait_for(timeout=10_000)
    assert tab.url == f"{live_server.url}/connections/ledger/connect/"
