"""How tools are abbreviated, and when a chain is too long to be drawn across."""

import pytest

from monitor.pages.rail import draw, monogram
from tests.monitor.pages.cast import plan


@pytest.mark.parametrize(
    ("tool", "letters"),
    [("HubSpot", "Hs"), ("Mailchimp", "Ma"), ("Order sheet", "OS"), ("X", "X"), ("", "?")],
)
def test_a_tool_is_known_by_two_letters(tool: str, letters: str) -> None:
    assert monogram(tool) == letters


def test_long_chains_go_down_the_page() -> None:
    way = ["website", "mailchimp", "hubspot", "sheet", "stripe", "mailbox"]
    assert not draw(plan("five", "Five", way[:5]), {}).tight
    assert draw(plan("six", "Six", way), {}).tight
    assert not draw(plan("six", "Six", way), {}).long
