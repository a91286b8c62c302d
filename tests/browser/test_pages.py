"""Every page in a real browser: accessible, inside its width, and true without a reload."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from monitor.actions.sign_in import issue_link
from monitor.models import Chain
from tests.monitor.pages.cast import Cast
from tests.monitor.pages.stage import stage
from tests.monitor.web.addresses import pages

SERIOUS = ("serious", "critical")
WIDTHS = (390, 1280)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The whole stage, set now."""
    return stage(timezone.now())


@pytest.fixture(params=["light", "dark"])
def context(
    request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer, cast: Cast
) -> Iterator[BrowserContext]:
    """A browser window in which Ann is signed in."""
    client = Client()
    client.force_login(cast.ann)
    opened = browser.new_context(
        color_scheme=request.param, base_url=live_server.url, reduced_motion="reduce"
    )
    key = client.cookies["sessionid"].value
    opened.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
    yield opened
    opened.close()


def test_no_page_has_a_serious_violation_or_runs_out_of_its_width(
    context: BrowserContext, cast: Cast
) -> None:
    wrong = []
    tab = context.new_page()
    tab.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    for path in [*pages(cast).values(), "/nothing/"]:
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 900})
            tab.goto(path)
            if tab.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong.append(f"{path} is wider than {width}")
        wrong += [
            f"{path}: {found['id']} {found['nodes'][0]['html'][:120]}"
            for found in Axe().run(tab).response["violations"]
            if found["impact"] in SERIOUS
        ]
    assert wrong == []


def test_a_page_left_open_stays_true_by_itself(context: BrowserContext, cast: Cast) -> None:
    tab = context.new_page()
    tab.goto("/")
    tab.evaluate("window.kept = true")
    Chain.objects.filter(slug="events").update(title="Event tickets", paused_at=None)
    tab.get_by_role("link", name="Event tickets").wait_for(timeout=10_000)
    assert tab.evaluate("window.kept")


def test_opening_the_printed_link_lands_on_the_overview(
    browser: Browser, live_server: LiveServer, cast: Cast
) -> None:
    context = browser.new_context(base_url=live_server.url)
    tab = context.new_page()
    tab.goto(f"/enter/{issue_link(cast.ann, timezone.now())}/")
    tab.get_by_role("heading", name="Quote requests").first.wait_for(timeout=10_000)
    assert tab.url == f"{live_server.url}/"
    context.close()


def test_the_theme_switches_without_a_reload_and_is_kept(context: BrowserContext) -> None:
    tab = context.new_page()
    tab.goto("/channels/")
    tab.get_by_role("button", name="Dark colours").click()
    assert tab.locator("html").get_attribute("data-theme") == "dark"
    tab.reload()
    assert tab.locator("html").get_attribute("data-theme") == "dark"


def test_what_was_unfolded_stays_so_when_its_part_is_swapped(
    context: BrowserContext, cast: Cast
) -> None:
    tab = context.new_page()
    tab.goto("/chains/events/")
    tab.get_by_text("How this chain is watched").click()
    Chain.objects.filter(slug="events").update(daily_budget=77)
    tab.get_by_text("77").wait_for(timeout=10_000)
    assert tab.get_by_text("At most in a day").is_visible()
    assert tab.evaluate("document.activeElement.textContent") == "How this chain is watched"


def test_folded_evidence_is_printed(context: BrowserContext, cast: Cast) -> None:
    tab = context.new_page()
    tab.goto(f"/runs/{cast.runs['swapped'].pk}/")
    assert not tab.get_by_text("01099").first.is_visible()
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.get_by_text("01099").first.is_visible()
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not tab.get_by_text("01099").first.is_visible()


def test_pages_work_without_scripts(browser: Browser, live_server: LiveServer, cast: Cast) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"/enter/{issue_link(cast.ann, timezone.now())}/")
    tab.get_by_role("button", name="Sign in").click()
    tab.get_by_role("link", name="Quote requests").click()
    tab.get_by_role("button", name="Pause this chain").click()
    assert tab.get_by_role("button", name="Resume this chain").is_visible()
    context.close()
