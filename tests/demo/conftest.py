"""The demo, started as a newcomer starts it, and a browser that opens its link."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import browser
from tests.demo.running import Demo

__all__ = ["browser"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A running demo, stopped by Ctrl-C."""
    place: Path = tmp_path_factory.mktemp("demo")
    with Demo(place) as running:
        yield running
