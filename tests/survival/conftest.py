"""One sandbox and one installation for all the tests of a process that need real processes."""

import os
from collections.abc import Iterator

import pytest

from tests import postgres
from tests.monitor.conftest import _nothing_frozen
from tests.monitor.engine.conftest import opened, world
from tests.survival.stage import Stage

__all__ = ["_nothing_frozen", "database", "opened", "own_database", "stage", "world"]

DATABASE = os.environ.get("HANDOFF_TEST_DATABASE", "sqlite")


@pytest.fixture(autouse=True)
def _prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the small tool answer at once: hundreds of leads would wait 40 ms each."""
    monkeypatch.setattr("tests.monitor.engine.tool._Handler.disable_nagle_algorithm", True)


def _fresh() -> Iterator[dict[str, str]]:
    """Answer what names an empty database, for as long as it is needed."""
    if DATABASE != "postgres":
        yield {}
        return
    url = postgres.fresh_database()
    yield {"DATABASE_URL": url}
    postgres.drop_database(url)


@pytest.fixture(scope="session")
def database() -> Iterator[dict[str, str]]:
    """The database of the installation that most tests share."""
    yield from _fresh()


@pytest.fixture(scope="module")
def own_database() -> Iterator[dict[str, str]]:
    """A database of an installation that belongs to one module."""
    yield from _fresh()


@pytest.fixture(scope="session")
def stage(database: dict[str, str]) -> Iterator[Stage]:
    """A sandbox, an installation, and a hand in it."""
    with Stage(**database) as opened:
        yield opened
