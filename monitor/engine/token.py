"""Tokens as they are stored. Every write names the serial it read: no late writer undoes another's.

What came of a consent, what is renewed by whom, and whose tokens they are: a row a connection.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.urls import reverse

from connectors import catalog
from connectors.kit.base import Connector
from connectors.kit.grant import CLIENT_ID, CLIENT_SECRET, Grant
from connectors.kit.message import Message, _
from connectors.kit.ports import Ports
from connectors.kit.tokens import Authority, Client, Tokens
from monitor.engine import due, stored
from monitor.models import Connection, Token

EARLY = timedelta(minutes=2)
"""How long before its end a token is renewed; sooner before, where it lives but minutes."""

NOT_CONNECTED = _(
    "“%(connection)s” is not connected yet: press “Connect to %(tool)s” on its page in Handoff."
)
ENDED = _(
    "%(tool)s has ended the access of “%(connection)s”: press “Reconnect” on its page in Handoff."
)
SEALED = _(
    "The stored credentials of “%(connection)s” cannot be opened with the present keys; "
    "enter them again."
)
LET_GO: dict[str, Any] = {"claim": "", "due_at": None, "attempts": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An access token as it is stored. `ends` is None for one that does not say when it does."""

    value: str = field(repr=False)
    since: datetime
    ends: datetime | None

    def lives(self, now: datetime) -> bool:
        """Whether it still opens the account, as far as we know."""
        return self.ends is None or now < self.ends

    def is_fresh(self, now: datetime) -> bool:
        """Whether it is not yet time to renew it."""
        return self.ends is None or now < self.ends - min(EARLY, (self.ends - self.since) / 10)


def grant_of(connection: Connection) -> Grant | None:
    """Answer how the connection's tool gives access, None where it is not by OAuth2."""
    tool = _tool(connection)
    grant = tool.grant if tool else None
    if grant is None:
        return None
    base = connection.base or settings.TOOL_URLS.get(connection.connector, "")
    return grant.at(base, {key: str(value) for key, value in connection.settings.items()})


def consent_of(connection: Connection) -> Grant | None:
    """Answer how the owner gives access, None where no owner is asked."""
    grant = grant_of(connection)
    return grant if grant and grant.asks_owner else None


def redirect_address() -> str:
    """Answer the address that the owner enters at the vendor, and comes back to."""
    return f"{settings.PUBLIC_URL}{reverse('connect-callback')}"


def page_of(connection: Connection) -> str:
    """Answer the whole address of the page that connects this connection."""
    return f"{settings.PUBLIC_URL}{reverse('connect', kwargs={'slug': connection.slug})}"


def authority(connection: Connection, grant: Grant, ports: Ports) -> Authority:
    """Answer the vendor's authority, to be asked by the client the owner made there."""
    client = Client(
        id=str(connection.settings.get(CLIENT_ID) or connection.secrets.get(CLIENT_ID, "")),
        secret=str(connection.secrets.get(CLIENT_SECRET, "")),
    )
    tool = _tool(connection)
    return Authority(tool.name if tool else connection.connector, grant, client, ports)


def mark(connection: Connection, grant: Grant) -> str:
    """Answer whose tokens are good: those of this client, at this authority."""
    client = connection.settings.get(CLIENT_ID) or connection.secrets.get(CLIENT_ID, "")
    return f"{client}@{urlsplit(grant.token_url).netloc}"[:400]


def about(connection: Connection, text: str) -> Message:
    """Answer a sentence about a connection and its tool."""
    tool = _tool(connection)
    name = tool.name if tool else connection.connector
    return Message(text, {"connection": connection.name, "tool": name})


def _tool(connection: Connection) -> type[Connector] | None:
    """Answer the connector, None for one that this version no longer has."""
    try:
        return catalog.connector(connection.connector)
    except KeyError:
        return None


def lasting(grant: Grant, tokens: Tokens, now: datetime) -> Kept:
    """Answer a token with its end: as told, or as the vendor's documentation says."""
    renewable = tokens.refresh or not grant.asks_owner
    seconds = grant.seconds if tokens.seconds is None and renewable else tokens.seconds
    ends = None if seconds is None else now + timedelta(seconds=seconds)
    return Kept(value=tokens.access, since=now, ends=ends)


def keep(connection: Connection, grant: Grant, tokens: Tokens, now: datetime) -> None:
    """Store what a consent brought. A refresh under way that began before comes to nothing."""
    fresh = lasting(grant, tokens, now)
    columns = {
        "secrets": {"access": fresh.value, "refresh": tokens.refresh},
        "client": mark(connection, grant),
        "connected_at": now,
        "fetched_at": now,
        "expires_at": fresh.ends,
        "problem": {},
        **LET_GO,
    }
    row, made = Token.objects.get_or_create(
        connection=connection, defaults={"workspace_id": connection.workspace_id, **columns}
    )
    if not made:
        Token.objects.filter(pk=row.pk).update(**columns, serial=F("serial") + 1)


def is_connected(connection: Connection) -> bool:
    """Whether there is access, or none is needed; a connection that is only drafted may be asked.

    Asks nobody: whether the vendor still grants it shows when it is used.
    """
    grant = consent_of(connection)
    return grant is None or tokens_of(connection, grant) is not None


def tokens_of(connection: Connection, grant: Grant) -> Token | None:
    """Answer the stored access of the client of today, None where there is none."""
    row = Token.objects.filter(connection=connection.pk).first() if connection.pk else None
    good = row and row.client == mark(connection, grant) and row.secrets.get("access")
    return row if good else None


def kept(row: Token) -> Kept | None:
    """Answer the access token a row holds, None where it holds none."""
    if row.fetched_at is None or not row.secrets.get("access"):
        return None
    return Kept(value=row.secrets["access"], since=row.fetched_at, ends=row.expires_at)


def claim(row: Token, now: datetime) -> str:
    """Answer the claim under which this row is renewed; empty where another one has it.

    It is held for longer than a call may take, so that nobody sends the same refresh token again.
    """
    fresh = secrets.token_hex(16)
    hold = max(due.hold(), timedelta(seconds=2 * settings.CALL_SECONDS))
    free = as_read(row).filter(Q(due_at=None) | Q(due_at__lte=now))
    claimed = free.update(claim=fresh, due_at=now + hold, attempts=F("attempts") + 1)
    return fresh if claimed else ""


def store(row: Token, fresh: Kept, refresh: str, client: str) -> bool:
    """Write a new token; answer whether nobody had written another one meanwhile."""
    written = as_read(row).update(
        secrets={"access": fresh.value, "refresh": refresh},
        client=client,
        serial=F("serial") + 1,
        fetched_at=fresh.since,
        expires_at=fresh.ends,
        problem={},
        **LET_GO,
    )
    return written == 1


def forget(row: Token, client: str, why: Message | None = None) -> bool:
    """Throw tokens away that are worth nothing; answer whether nobody had written others."""
    written = as_read(row).update(
        secrets={}, client=client, serial=F("serial") + 1, problem=stored.message(why), **LET_GO
    )
    return written == 1


def put_off(row: Token, claim: str, now: datetime, why: Message | None) -> None:
    """Let go of a row that could not be renewed, for longer each time."""
    wait = due.backoff(row.attempts + 1, longest=300.0)
    as_read(row).filter(claim=claim).update(
        claim="", due_at=now + wait, problem=stored.message(why)
    )


def as_read(row: Token) -> QuerySet[Token]:
    """Answer the row as it was read: none if it was written since."""
    return Token.objects.filter(pk=row.pk, serial=row.serial)
