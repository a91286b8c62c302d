"""How a WordPress site with Gravity Forms knows who calls: a key and secret, sent or signed with.

Written from the plugin's own description of its authentication and RFC 5849; both schemes use the
same consumer key and secret. The site stands behind a proxy that ends https, so it takes both.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote

from sandbox.call import Call
from sandbox.storage import Account

WINDOW = 15 * 60
METHODS = {"HMAC-SHA1": "sha1", "HMAC-SHA256": "sha256"}
NEEDED = ("consumer_key", "timestamp", "nonce", "signature", "signature_method")


def offered(call: Call) -> bool:
    """Answer whether a request brings credentials at all."""
    return bool(_basic(call)[0] or _oauth(call).get("oauth_consumer_key"))


def opens(call: Call, account: Account) -> bool:
    """Answer whether what a request brings opens this account."""
    key, secret = account.secrets["consumer_key"], account.secrets["consumer_secret"]
    if _basic(call) == (key, secret):
        return True
    told = _oauth(call)
    if told.get("oauth_consumer_key") != key or not all(told.get(f"oauth_{n}") for n in NEEDED):
        return False
    expected = _signature(call, told, secret)
    return hmac.compare_digest(expected, told["oauth_signature"]) and _fresh(call, account, told)


def key_in(call: Call) -> str:
    """Answer the consumer key a request names, empty where it names none."""
    return _basic(call)[0] or _oauth(call).get("oauth_consumer_key", "")


def _basic(call: Call) -> tuple[str, str]:
    header = call.request.headers.get("Authorization", "")
    if not header.startswith("Basic "):
        return call.query("consumer_key"), call.query("consumer_secret")
    try:
        user, _colon, password = base64.b64decode(header[6:]).decode().partition(":")
    except ValueError:
        return "", ""
    return user, password


def _oauth(call: Call) -> Mapping[str, str]:
    return {name: value for name, value in call.request.query.items() if name.startswith("oauth_")}


def _signature(call: Call, told: Mapping[str, str], secret: str) -> str:
    """Answer the signature this request should have: method, address, every parameter sorted."""
    request = call.request
    pairs = [pair for pair in request.query.items() if pair[0] != "oauth_signature"]
    if request.content_type == "application/x-www-form-urlencoded":
        pairs += parse_qsl(call.body.decode(), keep_blank_values=True)
    written = sorted((_escaped(name), _escaped(value)) for name, value in pairs)
    joined = "&".join(f"{name}={value}" for name, value in written)
    address = f"{request.scheme}://{request.host}{request.rel_url.raw_path}"
    base = "&".join((request.method.upper(), _escaped(address), _escaped(joined)))
    digest = METHODS.get(told["oauth_signature_method"], "")
    if not digest:
        return ""
    made = hmac.new(f"{_escaped(secret)}&".encode(), base.encode(), getattr(hashlib, digest))
    return base64.b64encode(made.digest()).decode()


def _fresh(call: Call, account: Account, told: Mapping[str, str]) -> bool:
    """Answer whether this call was not made before, nor long ago."""
    stamp, nonce = told["oauth_timestamp"], told["oauth_nonce"]
    used = account.answers.setdefault("nonces", set())
    if not stamp.isdigit() or abs(int(stamp) - call.now) > WINDOW or nonce in used:
        return False
    used.add(nonce)
    return True


def _escaped(text: str) -> str:
    return quote(text, safe="~")
