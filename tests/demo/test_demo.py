"""The demo in a browser, from the printed link on, with a stop-watch."""

import time
from collections.abc import Callable, Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.demo.running import Demo

pytestmark = pytest.mark.timeout(400)

GOOD, BAD = "Bookings", "Quote requests"
SWAP = "The full name and the email changed places"


@pytest.fixture(scope="module")
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """The one window all of these look through: the link works once."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.goto(demo.link)
    opened.wait_for_url(f"{demo.address}/", timeout=10_000)
    yield opened
    context.close()


def chain(page: Page, title: str, state: str) -> Callable[[float], None]:
    """Answer a check that a chain comes to show `state` within some seconds, without a reload."""
    card = page.locator("article", has=page.get_by_role("heading", name=title, exact=True))
    return lambda seconds: expect(card).to_contain_text(state, timeout=seconds * 1000)


def press(demo: Demo, button: str) -> None:
    """Press a button of the sandbox's page."""
    requests.post(f"{demo.control}/demo/{button}", timeout=5).raise_for_status()


def left(demo: Demo, seconds: float) -> float:
    """Answer how much of `seconds` since the link was printed is left."""
    return max(0.1, demo.printed_at + seconds - time.monotonic())


def test_within_ten_seconds_both_rails_move(page: Page, demo: Demo) -> None:
    for title in (GOOD, BAD):
        card = page.locator("article", has=page.get_by_role("heading", name=title, exact=True))
        expect(card.locator(".rail")).to_contain_text("1 ", timeout=left(demo, 10) * 1000)


def test_within_forty_seconds_one_delivers_and_one_is_broken(page: Page, demo: Demo) -> None:
    chain(page, GOOD, "delivering")(left(demo, 40))
    chain(page, BAD, "broken")(left(demo, 40))
    chain(page, BAD, "full name ⇄ email")(left(demo, 40))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Plain CRM")


def test_within_a_minute_the_incident_shows_what_was_sent_and_received(
    page: Page, demo: Demo
) -> None:
    page.get_by_role("link", name="What happened and what to do").first.click()
    expect(page.locator("main")).to_contain_text(SWAP, timeout=left(demo, 60) * 1000)
    expect(page.locator("main")).to_contain_text("leads+", timeout=left(demo, 60) * 1000)
    expect(page.locator("main ins, main del").first).to_be_visible()
    assert demo.printed_at + 60 > time.monotonic()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Inbox", "Quote requests"),
        ("Slack", "Quote requests"),
        ("Break something", "Let name and email change places"),
        ("Mailchimp", "leads+"),
        ("Plain CRM", "leads+"),
    ],
)
def test_the_bar_leads_to_mail_slack_faults_and_records(
    page: Page, demo: Demo, name: str, words: str
) -> None:
    with page.context.expect_page() as opening:
        page.get_by_role("navigation", name="Demo").get_by_role("link", name=name).click()
    opened = opening.value
    expect(opened.locator("body")).to_contain_text(words, timeout=5000)
    opened.close()


def test_healing_is_resolved_on_the_page_and_in_the_inbox(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.address}/")
    press(demo, "heal")
    began = time.monotonic()
    chain(page, BAD, "delivering")(60)
    resolved_in_the_inbox(demo, began + 60)


def resolved_in_the_inbox(demo: Demo, until: float) -> None:
    while True:
        inbox = requests.get(f"{demo.control}/inbox?account=main", timeout=5).text
        if "Quote requests: leads reach Plain CRM again" in inbox:
            return
        assert time.monotonic() < until, inbox
        time.sleep(0.5)


def test_a_swap_is_named_within_half_a_minute(page: Page, demo: Demo) -> None:
    press(demo, "swap")
    chain(page, BAD, "full name ⇄ email")(30)
    press(demo, "heal")
    chain(page, BAD, "delivering")(60)


def test_a_drop_is_checked_again_and_named_within_a_minute(page: Page, demo: Demo) -> None:
    press(demo, "drop")
    began = time.monotonic()
    chain(page, BAD, "checking again")(60)
    chain(page, BAD, "broken")(began + 60 - time.monotonic())
    press(demo, "heal")
    chain(page, BAD, "delivering")(60)
