"""OAuth2 at a vendor's authority: Authlib writes and reads, the guard alone opens connections."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client

from connectors.kit.address import Address
from connectors.kit.errors import NeedsOwner, ToolError, TryLater, UnexpectedAnswer
from connectors.kit.exchange import Reply, Request, Unanswered, exchange
from connectors.kit.grant import Grant
from connectors.kit.guard import Forbidden, TooLarge
from connectors.kit.message import Message, Value, _
from connectors.kit.ports import Ports
from connectors.kit.status import SILENT, UNSENT, reason, retry_after

FORBIDDEN = _(
    "%(host)s lies in a network that this installation may not call; its administrator can allow "
    "that network."
)
ENDED = _("%(tool)s has ended the access that was given to Handoff. It says: %(reason)s")
CLIENT = _(
    "%(tool)s does not accept the client id and client secret; enter them again. It says: "
    "%(reason)s"
)
UNSENDABLE = _(
    "The client id, the client secret or the address of %(tool)s hold a character that cannot be "
    "sent; enter them again."
)
REFUSED = _("%(tool)s gives no access (%(status)s). It says: %(reason)s")
AWAY = _("%(tool)s gives no access for the moment (%(status)s).")
ODD = _("%(tool)s answered a request for access in a way that Handoff does not understand.")


class GrantEnded(NeedsOwner):
    """The vendor no longer takes this code or refresh token; only a new consent helps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What the owner made at the vendor so that Handoff may ask for access."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What the authority gave. `seconds` is how long `access` lives, None if it does not say."""

    access: str = field(repr=False)
    refresh: str = field(repr=False, default="")
    seconds: float | None = None


class Authority:
    """The vendor's authority, asked on behalf of one client."""

    def __init__(self, tool: str, grant: Grant, client: Client, ports: Ports) -> None:
        self._tool = tool
        self._grant = grant
        self._client = client
        self._ports = ports

    def page(self, back: str, state: str, verifier: str) -> str:
        """Answer the address at which the owner is asked; `back` is where they return to."""
        asked = {**self._grant.extra}
        if self._grant.scopes:
            asked["scope"] = " ".join(self._grant.scopes)
        url, _state = self._asking(None).create_authorization_url(
            self._grant.authorize_url,
            state=state,
            code_verifier=verifier,
            redirect_uri=back,
            **asked,
        )
        return str(url)

    def exchanged(self, code: str, back: str, verifier: str) -> Tokens:
        """Answer what the code is worth. It is spent by this, whatever comes of it."""
        return self._given(
            lambda asking: asking.fetch_token(
                self._grant.token_url,
                grant_type="authorization_code",
                code=code,
                redirect_uri=back,
                code_verifier=verifier,
            ),
            code,
            verifier,
        )

    def refreshed(self, refresh: str) -> Tokens:
        """Answer new tokens; where the vendor names no new refresh token, the old one stays."""
        return self._given(
            lambda asking: asking.refresh_token(self._grant.token_url, refresh_token=refresh),
            refresh,
        )

    def own(self) -> Tokens:
        """Answer a token for the client itself."""
        scope = " ".join(self._grant.scopes)
        return self._given(
            lambda asking: asking.fetch_token(
                self._grant.token_url, grant_type="client_credentials", scope=scope
            )
        )

    def _asking(self, session: "_Session | None") -> "_Asking":
        how = "client_secret_basic" if self._grant.basic else "client_secret_post"
        return _Asking(
            session,
            client_id=self._client.id,
            client_secret=self._client.secret,
            token_endpoint_auth_method=how,
            code_challenge_method="S256",
        )

    def _given(self, ask: "Callable[[_Asking], Mapping[str, object]]", *sent: str) -> Tokens:
        """Ask, and turn everything but tokens into the kit's errors."""
        session = _Session(self._tool, self._ports)
        error: ToolError
        try:
            return self._read(ask(self._asking(session)))
        except _Said as refused:
            error = self._refusal(str(refused), session.reply, sent)
        except _NoTokens:
            error = self._refusal("", session.reply, sent)
        except ValueError:
            error = NeedsOwner(Message(UNSENDABLE, {"tool": self._tool}), where=self._tool)
        # Raised out here: what Authlib raised holds the vendor's words, and they may hold a secret.
        raise error

    def _read(self, told: Mapping[str, object]) -> Tokens:
        access = told.get("access_token")
        if not isinstance(access, str) or not access:
            raise _NoTokens
        refresh, seconds = told.get("refresh_token"), _seconds(told.get("expires_in"))
        return Tokens(access=access, refresh=str(refresh or ""), seconds=seconds)

    def _refusal(self, code: str, reply: Reply | None, sent: tuple[str, ...]) -> ToolError:
        """Answer the error for an authority that gave no tokens (RFC 6749, §5.2)."""
        status = reply.status if reply else 0
        words = reason(reply.body, (self._client.secret, *sent)) if reply else ""
        values: dict[str, Value] = {"tool": self._tool, "status": status, "reason": words}
        where = self._tool
        if status >= 500 or status in (408, 425, 429) or code == "temporarily_unavailable":
            after = retry_after(reply.headers, datetime.now(UTC)) if reply else None
            return TryLater(Message(AWAY, values), after=after, status=status, where=where)
        if code == "invalid_grant":
            return GrantEnded(Message(ENDED, values), status=status, where=where)
        if status == 401 or code in ("invalid_client", "unauthorized_client"):
            return NeedsOwner(Message(CLIENT, values), status=status, where=where)
        if code or status >= 400:
            return NeedsOwner(Message(REFUSED, values), status=status, where=where)
        return UnexpectedAnswer(Message(ODD, values), status=status, where=where)


class _NoTokens(Exception):
    """The authority answered, and there are no tokens in it."""


class _Said(Exception):
    """The authority answered with an error; Authlib's own class refuses words beyond ASCII."""

    def __init__(self, error: object, description: object = None) -> None:
        super().__init__(error)
        del description


class _Asking(OAuth2Client):  # type: ignore[misc]  # Authlib is not typed
    oauth_error_class = _Said


class _Session:
    """What Authlib takes for a session of requests: one call through the guard, once."""

    def __init__(self, tool: str, ports: Ports) -> None:
        self.reply: Reply | None = None
        self._tool = tool
        self._ports = ports

    def post(
        self, url: str, data: Mapping[str, str], headers: Mapping[str, str], auth: ClientAuth
    ) -> "_Told":
        """Send the form with the client's proof, and answer the reply as Authlib reads it."""
        _url, sent, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        address = Address(url, self._ports.networks)
        request = Request(
            method="POST",
            target=address.target("", ()) or "/",
            headers={**sent, "Accept-Encoding": "identity", "User-Agent": "Handoff/1"},
            body=str(body).encode(),
            repeatable=False,
        )
        self.reply = self._sent(address, request)
        return _Told(self.reply)

    def _sent(self, address: Address, request: Request) -> Reply:
        host = address.place.host
        values: dict[str, Value] = {"tool": self._tool, "host": host}
        ports = self._ports
        error: ToolError
        try:
            return exchange(address.place, request, seconds=ports.seconds, size=ports.size)
        except Unanswered as unanswered:
            said = SILENT if unanswered.sent else UNSENT
            error = TryLater(Message(said[unanswered.reason], values), where=self._tool)
        except Forbidden:
            error = NeedsOwner(Message(FORBIDDEN, values), where=self._tool)
        except TooLarge:
            error = UnexpectedAnswer(Message(ODD, values), where=self._tool)
        raise error


class _Told:
    """A reply, as far as Authlib looks at it."""

    def __init__(self, reply: Reply) -> None:
        self.status_code = reply.status
        self._body = reply.body

    def json(self) -> object:
        """Answer the body; what is no JSON object is no answer of an authority."""
        try:
            told = json.loads(self._body)
        except (ValueError, RecursionError):
            raise _NoTokens from None
        if not isinstance(told, dict):
            raise _NoTokens
        # Authlib would stumble over an end that is no whole number; ours is read in one place.
        return {**told, "expires_in": _seconds(told.get("expires_in")), "expires_at": None}

    def raise_for_status(self) -> None:
        """Say that there are no tokens in it; the status is read from the reply."""
        raise _NoTokens


def _seconds(told: object) -> int | None:
    """Answer how long a token lives, None for what is no number."""
    try:
        return None if told is None else int(float(str(told)))
    except (ValueError, OverflowError):
        return None
