"""Connecting by OAuth2: what to enter at the vendor and here, and what access there is."""

from dataclasses import dataclass
from datetime import datetime

from connectors.kit.grant import CLIENT_ID, CLIENT_SECRET
from connectors.kit.settings import Ask
from monitor.engine import token
from monitor.models import Connection, Workspace
from monitor.pages.document import Page
from monitor.pages.tool import known, tool_name


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessFacts:
    """The access a connection has. `asks_owner`: it is given on a page of the vendor.

    `expires_at` is when the present token ends; another one is fetched before that.
    """

    connected: bool
    asks_owner: bool
    connected_at: datetime | None = None
    fetched_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to enter. A secret that is there is never shown."""

    key: str
    label: str
    help: str
    value: str
    is_secret: bool
    is_there: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectPage(Page):
    """The page that sends an owner to the vendor."""

    now: datetime
    slug: str
    name: str
    tool: str
    docs: str
    redirect: str
    scopes: tuple[str, ...]
    entries: tuple[Entry, ...]
    access: AccessFacts


def access(row: Connection) -> AccessFacts | None:
    """Answer what access a connection has, None where its tool knows no OAuth2."""
    grant = token.grant_of(row) if known(row.connector) else None
    if grant is None:
        return None
    held = token.tokens_of(row, grant)
    if held is None:
        return AccessFacts(connected=not grant.asks_owner, asks_owner=grant.asks_owner)
    return AccessFacts(
        connected=True,
        asks_owner=grant.asks_owner,
        connected_at=held.connected_at,
        fetched_at=held.fetched_at,
        expires_at=held.expires_at,
    )


def connect_page(workspace: Workspace, slug: str, now: datetime) -> ConnectPage | None:
    """Answer the page of a connection that an owner connects; None where there is none."""
    row = Connection.objects.filter(workspace=workspace, slug=slug, deleted_at=None).first()
    facts = None if row is None else access(row)
    tool = None if row is None else known(row.connector)
    if row is None or tool is None or tool.grant is None or not (facts and facts.asks_owner):
        return None
    return ConnectPage(
        now=now,
        slug=row.slug,
        name=row.name,
        tool=tool_name(row.connector),
        docs=tool.docs,
        redirect=token.redirect_address(),
        scopes=tool.grant.scopes,
        entries=tuple(
            _entry(row, ask) for ask in tool.asks if ask.key in (CLIENT_ID, CLIENT_SECRET)
        ),
        access=facts,
    )


def _entry(row: Connection, ask: Ask) -> Entry:
    held = row.secrets.get(ask.key) or row.settings.get(ask.key, "")
    is_secret = ask.is_secret or ask.key == CLIENT_SECRET
    return Entry(
        key=ask.key,
        label=ask.label,
        help=ask.help,
        value="" if is_secret else str(held),
        is_secret=is_secret,
        is_there=bool(held),
    )
