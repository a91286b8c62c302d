"""A connection is proved before it is saved, or explicitly saved without proof."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from connectors.kit.errors import NeedsOwner
from monitor.actions import connection as actions
from monitor.actions.connection import Wish, connect
from monitor.actions.declined import Declined
from monitor.actions.workspace import first_start
from monitor.models import Chain, Connection, ConnectionState, Hop, Workspace
from tests.monitor.actions.shop import TOKEN, Shop, shop

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, 7, tzinfo=UTC)


@pytest.fixture(name="shop")
def _shop() -> Iterator[Shop]:
    with shop() as mine:
        yield mine


@pytest.fixture
def workspace(db: None) -> Workspace:
    return first_start("Bella's Bakery", NOW)


def _wish(shop: Shop, token: str = TOKEN) -> Wish:
    answers = {"base_url": shop.base, "token": token, "check_path": "/api/me", "account": "$.name"}
    return Wish(slug="table", name="Table", connector="rest", answers=answers)


def test_what_was_proved_is_saved_with_its_account(shop: Shop, workspace: Workspace) -> None:
    connection = connect(workspace, _wish(shop), now=NOW)

    connection.refresh_from_db()
    assert connection.state == ConnectionState.PROVED
    assert connection.account_label == "Bella's Bakery"
    assert connection.secrets == {"token": TOKEN}
    assert TOKEN not in str(connection.settings)


def test_wrong_credentials_are_not_saved(shop: Shop, workspace: Workspace) -> None:
    with pytest.raises(NeedsOwner):
        connect(workspace, _wish(shop, "wrong"), now=NOW)

    assert not Connection.objects.exists()


def test_they_can_be_saved_unproved_and_are_tried_soon(shop: Shop, workspace: Workspace) -> None:
    connection = connect(workspace, _wish(shop, "wrong"), now=NOW, saved_unproved=True)

    assert connection.state == ConnectionState.UNPROVED
    assert connection.due_at == NOW
    with pytest.raises(NeedsOwner):
        actions.test(connection, NOW)
    Connection.objects.update(secrets={"token": TOKEN})
    assert actions.test(Connection.objects.get(), NOW).label == "Bella's Bakery"
    assert Connection.objects.get().state == ConnectionState.PROVED


def test_a_short_name_is_given_once(shop: Shop, workspace: Workspace) -> None:
    connect(workspace, _wish(shop), now=NOW)

    with pytest.raises(Declined, match="choose another short name"):
        connect(workspace, _wish(shop), now=NOW)


def test_a_connection_in_use_is_not_deleted(shop: Shop, workspace: Workspace) -> None:
    connection = connect(workspace, _wish(shop), now=NOW)
    chain = Chain.objects.create(workspace=workspace, slug="a", title="Quotes")
    Hop.objects.create(chain=chain, slug="h", position=0, connection=connection, resource="records")

    with pytest.raises(Declined, match="is used by Quotes"):
        actions.delete(connection, NOW)

    Chain.objects.update(deleted_at=NOW)
    actions.delete(connection, NOW)
    assert connection.deleted_at == NOW
