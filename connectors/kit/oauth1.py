"""OAuth 1.0a without a token: each call is signed, and the secret itself is never sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth1 import SIGNATURE_TYPE_QUERY, ClientAuth

from connectors.kit.auth import NoAuth


@dataclass(frozen=True, slots=True)
class OAuth1(NoAuth):
    """A consumer's key and secret ("one-legged"). The signature goes into the query.

    Many servers hand a call's headers on without the one called Authorization. A form in the body
    would have to be signed too, and is not: write JSON.
    """

    key: str = field(repr=False)
    secret: str = field(repr=False)

    def signature(self, method: str, url: str) -> Mapping[str, str]:
        client = ClientAuth(
            self.key, client_secret=self.secret, signature_type=SIGNATURE_TYPE_QUERY
        )
        signed, _headers, _body = client.prepare(method, url, {}, b"")
        pairs = parse_qsl(urlsplit(signed).query, keep_blank_values=True)
        return {name: value for name, value in pairs if name.startswith("oauth_")}

    def secrets(self) -> tuple[str, ...]:
        return (self.secret,)
