"""What a connector declares of its vendor's OAuth2, so that the product can fetch tokens for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from urllib.parse import urlsplit, urlunsplit

NOTHING: Mapping[str, str] = MappingProxyType({})
CLIENT_ID, CLIENT_SECRET = "client_id", "client_secret"
"""What every connector with a grant asks of its owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """How an access token is had (RFC 6749).

    Without `authorize_url` the tool gives tokens to the client itself (client credentials, §4.4);
    with it the owner is sent there once and comes back with a code (§4.1). `scopes` are what is
    asked for, `extra` goes along to `authorize_url` ({"access_type": "offline"}). `basic` says
    whether the client proves itself by HTTP Basic, else in the body (§2.3.1). With `rotates` a
    refresh token is good for one use, and the answer brings the next. `seconds` is how long an
    access token lives where the answer does not say. `returned` names what the vendor adds to the
    way back that the connector needs as a setting ({"realmId": "realm_id"}). `host` names the
    setting that holds the tool's address where every customer has one of their own.
    """

    token_url: str
    authorize_url: str = ""
    scopes: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    basic: bool = True
    rotates: bool = False
    seconds: float = 3600.0
    returned: Mapping[str, str] = field(default_factory=dict)
    host: str = ""

    @property
    def asks_owner(self) -> bool:
        """Whether the owner is sent to the vendor once to say yes."""
        return bool(self.authorize_url)

    def at(self, base: str, settings: Mapping[str, str] = NOTHING) -> "Grant":
        """Answer this grant with its addresses moved to where this connection's tool lives.

        A deployment or an owner who replaces the tool's address (`base`) replaces all of it.
        """
        place = base or settings.get(self.host, "").strip()
        if not place:
            return self
        return replace(
            self,
            token_url=_moved(self.token_url, place),
            authorize_url=_moved(self.authorize_url, place),
        )


def _moved(url: str, base: str) -> str:
    if not url:
        return ""
    place = urlsplit(base if "://" in base else f"https://{base}")
    return urlunsplit(urlsplit(url)._replace(scheme=place.scheme, netloc=place.netloc))
