"""Rows to begin with: a workspace, its connections and a chain, as a person makes them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.models import Chain, Connection, ConnectionState, Hop, Workspace

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def later(seconds: float) -> datetime:
    """Answer the moment so many seconds after `NOW`."""
    return NOW + timedelta(seconds=seconds)


def workspace(slug: str = "shop", **values: Any) -> Workspace:
    """Make a workspace."""
    return Workspace.objects.create(slug=slug, name=slug.title(), created_at=NOW, **values)


def connection(owner: Workspace, slug: str, **values: Any) -> Connection:
    """Make a proved connection of a home-made tool."""
    given: dict[str, Any] = {
        "connector": "rest",
        "state": ConnectionState.PROVED,
        "account_id": slug,
        "may_remove": True,
    }
    return Connection.objects.create(workspace=owner, slug=slug, name=slug, **(given | values))


def chain(owner: Workspace, slug: str = "quote", **values: Any) -> Chain:
    """Make a chain without hops, due now."""
    given: dict[str, Any] = {
        "title": slug.title(),
        "schedule": "every 60s",
        "address": "leads@shop.example",
        "personas": ["plain"],
        "daily_budget": 1000,
        "due_at": NOW,
    }
    return Chain.objects.create(workspace=owner, slug=slug, **(given | values))


def hops(of: Chain, drawn: Sequence[tuple[str, Connection, Mapping[str, Any]]]) -> None:
    """Draw hops in a row, each after the one before unless it says otherwise."""
    before = ""
    for position, (slug, place, values) in enumerate(drawn):
        given = {"after": before, "resource": "record", "deadline": 20.0, "linger": 10.0}
        Hop.objects.create(
            chain=of, slug=slug, position=position, connection=place, **(given | dict(values))
        )
        before = slug
