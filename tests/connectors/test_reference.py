"""The reference page and the guides say what the code declares."""

from pathlib import Path

import pytest

from connectors.__main__ import PAGE, main
from connectors.catalog import CATALOG
from connectors.kit.base import Connector
from connectors.kit.describe import reference

HOWTO = Path(__file__).parents[2] / "docs" / "howto"
each = pytest.mark.parametrize("entry", CATALOG, ids=lambda entry: entry.slug)


def test_the_reference_page_is_what_the_connectors_declare() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(CATALOG), "run python -m connectors"


def test_writing_the_page_changes_nothing_that_is_up_to_date() -> None:
    before = PAGE.read_text(encoding="utf-8")
    assert main() == 0
    assert PAGE.read_text(encoding="utf-8") == before


@each
def test_every_connector_has_its_heading_and_its_asks_on_the_page(entry: type[Connector]) -> None:
    page = reference([entry])
    assert f"## {entry.name} (`{entry.slug}`)" in page
    assert all(f"`{ask.key}`" in page for ask in entry.asks)
    assert all(f"**`{resource.slug}`**" in page for resource in entry.resources)


@each
def test_every_connector_has_a_guide_that_tells_its_limits(entry: type[Connector]) -> None:
    guide = (HOWTO / f"connect-{entry.slug.replace('_', '-')}.md").read_text(encoding="utf-8")
    assert guide.startswith("# Connect ")
    assert f"connector: {entry.slug}" in guide
    assert "## Known limits" in guide
    assert all(
        f"{ask.key}: " in guide or f"`{ask.key}`" in guide for ask in entry.asks if ask.required
    )
