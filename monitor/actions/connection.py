"""What a person asks of a connection: make it, test it, end it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from connectors import catalog
from connectors.kit.base import Ability, Describes
from connectors.kit.message import Message, _
from connectors.kit.records import Account, FieldInfo
from monitor.actions.declined import Declined
from monitor.engine import connection as engine
from monitor.models import Connection, ConnectionState, Workspace
from monitor.rules.described import Misfit, misfits
from monitor.rules.fields import FieldRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A connection as a person wants it. `answers` are what the tool asks for, secrets too."""

    slug: str
    name: str
    connector: str
    answers: Mapping[str, str]
    base: str = ""
    may_remove: bool = False


def test(connection: Connection, now: datetime) -> Account:
    """Prove the connection now and let it work again. Raises ToolError where that fails."""
    return engine.prove(connection, now)


def proof(connection: Connection, resource: str = "", keys: Sequence[str] = ()) -> Account:
    """Answer whose account these settings open; nothing is saved. Raises ToolError.

    With a kind of record and the keys a hop maps, tools that can do so look for these too.
    """
    first = catalog.connector(connection.connector).resources[0].slug
    return engine.opened(connection, resource or first, keys).check()


def described(connection: Connection, resource: str) -> list[FieldInfo] | None:
    """Answer the fields the tool itself names, None where it tells none. Raises ToolError."""
    tool = catalog.connector(connection.connector)
    settings = {key: str(value) for key, value in connection.settings.items()}
    if not issubclass(tool, Describes) or not tool.able(Ability.DESCRIBES, resource, settings):
        return None
    opened = engine.opened(connection, resource)
    return opened.fields() if isinstance(opened, Describes) else None


def unfit(
    connection: Connection, resource: str, mapping: Mapping[str, Any], *, is_entry: bool
) -> list[Misfit]:
    """Answer what of a hop's mapping the tool's own fields do not bear out. Raises ToolError."""
    fields = described(connection, resource)
    if fields is None:
        return []
    rules = {key: FieldRule.parse(spec) for key, spec in mapping.items()}
    name = catalog.connector(connection.connector).name
    return misfits(name, fields, rules, is_entry=is_entry)


def connect(
    workspace: Workspace, wish: Wish, *, now: datetime, saved_unproved: bool = False
) -> Connection:
    """Save a connection that was proved just now, or one the person wants saved without proof.

    Raises Declined for a slug that is taken, ToolError where the proof fails.
    """
    if Connection.objects.filter(workspace=workspace, slug=wish.slug).exists():
        text = _("There is a connection “%(slug)s” already; choose another short name.")
        raise Declined(Message(text, {"slug": wish.slug}))
    connection = made(workspace, wish)
    if saved_unproved:
        connection.due_at = now
    else:
        marked(connection, proof(connection), now)
    connection.save(force_insert=True)
    return connection


def made(workspace: Workspace, wish: Wish) -> Connection:
    """Answer the connection, not saved; answers that are secrets go where secrets are sealed."""
    secret = {ask.key for ask in catalog.connector(wish.connector).asks if ask.is_secret}
    return Connection(
        workspace=workspace,
        slug=wish.slug,
        name=wish.name,
        connector=wish.connector,
        base=wish.base,
        settings={key: answer for key, answer in wish.answers.items() if key not in secret},
        secrets={key: answer for key, answer in wish.answers.items() if key in secret},
        may_remove=wish.may_remove,
    )


def marked(connection: Connection, account: Account, now: datetime) -> Connection:
    """Answer the connection with its proof written into it; nothing is saved."""
    connection.state = ConnectionState.PROVED
    connection.proved_at = now
    connection.account_id = account.id[:200]
    connection.account_label = account.label[:200]
    connection.account_notes = list(account.notes)
    return connection


def delete(connection: Connection, now: datetime) -> None:
    """End a connection that no chain uses; its removals are still finished."""
    with transaction.atomic():
        chains = connection.hops.filter(chain__deleted_at=None)
        titles = sorted(set(chains.values_list("chain__title", flat=True)))
        if titles:
            text = _("“%(connection)s” is used by %(chains)s; take it out of them first.")
            values = {"connection": connection.name, "chains": ", ".join(titles)}
            raise Declined(Message(text, values))
        Connection.objects.filter(pk=connection.pk, deleted_at=None).update(deleted_at=now)
    connection.refresh_from_db()
