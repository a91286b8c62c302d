"""A shop, a workspace and a way to apply a file to it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from monitor.actions.file.apply import Change, apply
from monitor.actions.file.mistake import Unusable
from monitor.actions.workspace import first_start
from monitor.models import Workspace
from tests.monitor.actions.shop import Shop, environment, shop

NOW = datetime(2026, 11, 23, 10, 7, tzinfo=UTC)
Apply = Callable[..., tuple[Change, ...]]
Refused = Callable[[str], list[str]]


@pytest.fixture(name="shop")
def _shop() -> Iterator[Shop]:
    with shop() as mine:
        yield mine


@pytest.fixture
def workspace(db: None) -> Workspace:
    return first_start("My business", NOW)


@pytest.fixture(name="apply")
def _apply(workspace: Workspace) -> Apply:
    def applied(
        text: str, *, now: datetime = NOW, file: str = "shop.yaml", prune: bool = False
    ) -> tuple[Change, ...]:
        workspace.refresh_from_db()
        return apply(text, file, workspace, environment(), now, prune=prune)

    return applied


@pytest.fixture
def refused(apply: Apply) -> Refused:
    """Answer the lines that a file is refused with."""

    def lines(text: str) -> list[str]:
        with pytest.raises(Unusable) as caught:
            apply(text)
        return caught.value.lines()

    return lines
