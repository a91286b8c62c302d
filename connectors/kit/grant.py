"""What a connector declares of its vendor's OAuth2, so that the product can fetch tokens for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """How an access token is had (RFC 6749).

    Without `authorize_url` the tool gives tokens to the client itself (client credentials, §4.4);
    with it the owner is sent there once and comes back with a code (§4.1). `scopes` are what is
    asked for, `extra` goes along to `authorize_url` ({"access_type": "offline"}). `basic` says
    whether the client proves itself by HTTP Basic, else in the body (§2.3.1). With `rotates` a
    refresh token is good for one use, and the answer brings the next. `seconds` is how long an
    access token lives where the answer does not say. `returned` names what the vendor adds to the
    way back that the connector needs as a setting ({"realmId": "realm_id"}).
    """

    token_url: str
    authorize_url: str = ""
    scopes: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    basic: bool = True
    rotates: bool = False
    seconds: float = 3600.0
    returned: Mapping[str, str] = field(default_factory=dict)

    def at(self, base: str) -> "Grant":
        """Answer this grant with its addresses moved to the host of `base`, if that is given.

        A deployment or an owner who replaces the tool's address replaces all of it.
        """
        if not base:
            return self
        return Grant(
            token_url=_moved(self.token_url, base),
            authorize_url=_moved(self.authorize_url, base),
            scopes=self.scopes,
            extra=self.extra,
            basic=self.basic,
            rotates=self.rotates,
            seconds=self.seconds,
            returned=self.returned,
        )


def _moved(url: str, base: str) -> str:
    if not url:
        return ""
    place = urlsplit(base)
    return urlunsplit(urlsplit(url)._replace(scheme=place.scheme, netloc=place.netloc))
