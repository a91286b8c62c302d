"""Access by OAuth2: who is to renew a token does so alone, and stores it before anybody uses it.

A refresh is claimed like any row; who loses goes on with the token there is as long as it lives,
and else comes back.

Between the vendor's answer and the store lies a gap that nobody can close: if the process dies in
it, or no answer comes, the vendor may have spent a refresh token whose successor nobody has. Most
vendors take the old one once more, and all is well. Where they do not, the next try is refused
and the owner is asked to connect again; it is never tried a third time.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from connectors.kit.errors import NeedsOwner, Paced, ToolError, TryLater
from connectors.kit.grant import Grant
from connectors.kit.message import Message, _
from connectors.kit.ports import Ports
from connectors.kit.tokens import Authority, GrantEnded
from monitor.engine import stored, token
from monitor.engine.token import Kept
from monitor.models import Connection, Token
from monitor.vault import CannotOpen

SOON = 2.0
"""Seconds after which who found another at work comes back."""

JUST_NOW = timedelta(seconds=10)
"""A token that young was refused for another reason than its age."""

LOST = _(
    "The access of “%(connection)s” was lost: %(tool)s renews an access but once, and an answer of "
    "it did not reach Handoff. Press “Reconnect” on its page in Handoff."
)
UNDER_WAY = _("The access to %(tool)s is being renewed; Handoff comes back to it by itself.")
WAITS = _("%(tool)s gave no access a moment ago; Handoff asks again by itself.")


class Access:
    """The access token of one connection, in the hands of one connector at work."""

    def __init__(
        self,
        connection: Connection,
        grant: Grant,
        ports: Ports,
        clock: Callable[[], datetime] = timezone.now,
    ) -> None:
        self._connection = connection
        self._grant = grant
        self._ports = ports
        self._clock = clock
        self._kept: Kept | None = None
        self._refused = ""

    def token(self) -> str:
        """Answer a fresh token. Raises NeedsOwner, TryLater, or Paced where another renews it."""
        now = self._clock()
        if self._kept is None or not self._kept.is_fresh(now):
            self._kept = self._had(now)
        return self._kept.value

    def renew(self) -> bool:
        """Answer whether there is another token than the one the tool refused just now.

        One refusal is worth one refresh: whoever is refused again needs the owner.
        """
        now, kept = self._clock(), self._kept
        if kept is None or self._refused:
            return False
        self._refused = kept.value
        row = self._row()
        stored_one = None if row is None else token.kept(row)
        replaced = stored_one is not None and stored_one.value != kept.value
        if not replaced and (now - kept.since < JUST_NOW or not self._is_renewable(row)):
            return False
        self._kept = self._had(now)
        return True

    def _had(self, now: datetime) -> Kept:
        """Answer the stored token if it is fresh, else renew it or see another one do so."""
        if not self._connection.pk:
            return self._unstored(now)
        kept = None
        for _again in range(2):
            row = self._row() or self._begun()
            kept = token.kept(row)
            if kept is not None and kept.value == self._refused:
                kept = None
            if kept is not None and kept.is_fresh(now):
                return kept
            if not self._is_renewable(row):
                return self._unrenewed(row, kept, now)
            if claim := token.claim(row, now):
                return self._renewed(row, claim, kept)
        if kept is not None and kept.lives(now):
            return kept
        raise _waiting(self._row() or row, self._message(WAITS), self._message(UNDER_WAY), now)

    def _unstored(self, now: datetime) -> Kept:
        """Answer a token for a connection that is only being tried, which nobody else knows."""
        if self._grant.asks_owner:
            raise NeedsOwner(self._message(token.NOT_CONNECTED))
        return token.lasting(self._grant, self._authority().own(), now)

    def _unrenewed(self, row: Token, kept: Kept | None, now: datetime) -> Kept:
        """Answer a token that cannot be renewed as long as it lives."""
        if kept is not None and kept.lives(now):
            return kept
        told = token.ENDED if row.secrets.get("access") else token.NOT_CONNECTED
        raise NeedsOwner(stored.read_message(row.problem) or self._message(told))

    def _renewed(self, row: Token, claim: str, kept: Kept | None) -> Kept:
        """Fetch a token, being the only one who does, and store it before it is used."""
        refresh = row.secrets.get("refresh", "")
        try:
            authority = self._authority()
            tokens = authority.refreshed(refresh) if self._grant.asks_owner else authority.own()
        except GrantEnded as error:
            return self._ended(row, claim, error)
        except NeedsOwner as error:
            token.put_off(row, claim, self._clock(), error.message)
            raise
        except Exception:
            token.put_off(row, claim, self._clock(), None)
            if kept is not None and kept.lives(self._clock()):
                return kept
            raise
        fresh = token.lasting(self._grant, tokens, self._clock())
        if not token.store(row, fresh, tokens.refresh or refresh, self._mark()):
            return self._others(row)
        return fresh

    def _ended(self, row: Token, claim: str, error: GrantEnded) -> Kept:
        """Forget a consent that is no more, so that it is never tried again; the owner must act.

        Where somebody stored other tokens in the meantime, these are what counts.
        """
        if not self._grant.asks_owner:
            token.put_off(row, claim, self._clock(), error.message)
            raise error
        # Tried before without an answer: the vendor may have taken it then.
        lost = self._grant.rotates and (row.claim or row.attempts)
        why = self._message(LOST if lost else token.ENDED)
        if token.forget(row, row.client, why):
            raise NeedsOwner(why, status=error.status, where=error.where) from None
        return self._others(row)

    def _others(self, row: Token) -> Kept:
        """Answer what somebody else stored while we were away."""
        kept = token.kept(Token.objects.get(pk=row.pk))
        if kept is None:
            raise Paced(self._message(UNDER_WAY), after=SOON)
        return kept

    def _row(self) -> Token | None:
        """Answer the stored tokens, None where there are none for the client of today."""
        try:
            row = Token.objects.filter(connection=self._connection.pk).first()
        except CannotOpen:
            raise NeedsOwner(Message(token.SEALED, {"connection": self._connection.name})) from None
        return row if row is not None and row.client == self._mark() else None

    def _begun(self) -> Token:
        """Answer the row that a client's own token is to stand in."""
        if self._grant.asks_owner:
            raise NeedsOwner(self._message(token.NOT_CONNECTED))
        mark = self._mark()
        row, _made = Token.objects.get_or_create(
            connection=self._connection,
            defaults={"workspace_id": self._connection.workspace_id, "client": mark},
        )
        if row.client != mark:
            token.forget(row, mark)
            row.refresh_from_db()
        return row

    def _is_renewable(self, row: Token | None) -> bool:
        return not self._grant.asks_owner or bool(row and row.secrets.get("refresh"))

    def _authority(self) -> Authority:
        return token.authority(self._connection, self._grant, self._ports)

    def _mark(self) -> str:
        return token.mark(self._connection, self._grant)

    def _message(self, text: str) -> Message:
        return token.about(self._connection, text)


def _waiting(row: Token, waits: Message, under_way: Message, now: datetime) -> ToolError:
    """Answer why a token cannot be renewed at this moment."""
    if row.claim or row.due_at is None:
        return Paced(under_way, after=SOON)
    if why := stored.read_message(row.problem):
        return NeedsOwner(why)
    return TryLater(waits, after=max(0.0, (row.due_at - now).total_seconds()))
