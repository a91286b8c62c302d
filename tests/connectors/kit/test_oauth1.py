"""Calls signed with OAuth 1.0a: the secret stays here, every parameter is signed."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qsl, quote, urlsplit

from connectors.kit.http import Door
from connectors.kit.oauth1 import OAuth1
from connectors.kit.ports import Ports
from tests.connectors.kit.server import LOOPBACK, reply, serving

AUTH = OAuth1("ck_1", "cs_secret")


def expected(method: str, url: str) -> str:
    """Answer the signature by RFC 5849, §3.4, worked out here without the library."""
    parts = urlsplit(url)
    pairs = [p for p in parse_qsl(parts.query, keep_blank_values=True) if p[0] != SIGNATURE]
    escaped = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in pairs)
    joined = quote("&".join(f"{name}={value}" for name, value in escaped), safe="~")
    address = quote(f"{parts.scheme}://{parts.netloc}{parts.path}", safe="~")
    base = f"{method}&{address}&{joined}"
    return base64.b64encode(hmac.digest(b"cs_secret&", base.encode(), hashlib.sha1)).decode()


SIGNATURE = "oauth_signature"


def test_the_signature_is_the_standards_over_every_parameter() -> None:
    with serving(reply()) as server:
        door = Door("Tool", server.url, ports=Ports(networks=LOOPBACK), auth=AUTH)
        door.get("/a/b", query={"q": "a+b@c é~", "paging[size]": "2", "empty": ""})
        door.delete("/a/b")
        urls = [f"{server.url}{seen.target}" for seen in server.seen]
    for method, url in zip(("GET", "DELETE"), urls, strict=True):
        told = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        assert told["oauth_consumer_key"] == "ck_1"
        assert told[SIGNATURE] == expected(method, url)
    assert dict(parse_qsl(urlsplit(urls[0]).query))["q"] == "a+b@c é~"


def test_no_two_calls_bear_the_same_nonce() -> None:
    nonces = {AUTH.signature("GET", "https://x.test/")["oauth_nonce"] for _ in range(20)}
    assert len(nonces) == 20


def test_the_secret_is_not_sent_nor_shown() -> None:
    with serving(reply()) as server:
        door = Door("Tool", server.url, ports=Ports(networks=LOOPBACK), auth=AUTH)
        door.get("/")
        (seen,) = server.seen
    assert "cs_secret" not in seen.target + repr(seen.headers) + repr(AUTH)
    assert AUTH.secrets() == ("cs_secret",)
