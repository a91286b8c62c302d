"""One sandbox and one installation for all the tests of a process that need real processes."""

import os
from collections.abc import Iterator

import pytest

from tests import postgres
from tests.monitor.engine.conftest import opened, world
from tests.survival.stage import Stage

__all__ = ["database", "opened", "stage", "world"]

DATABASE = os.environ.get("HANDOFF_TEST_DATABASE", "sqlite")


@pytest.fixture(scope="session")
def database() -> Iterator[dict[str, str]]:
    """What names the database of an installation, for as long as its tests take."""
    if DATABASE != "postgres":
        yield {}
        return
    url = postgres.fresh_database()
    yield {"DATABASE_URL": url}
    postgres.drop_database(url)


@pytest.fixture(scope="session")
def stage(database: dict[str, str]) -> Iterator[Stage]:
    """A sandbox, an installation, and a hand in it."""
    with Stage(**database) as opened:
        yield opened
