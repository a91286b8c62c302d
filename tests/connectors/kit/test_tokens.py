"""Tokens from a vendor's authority: every answer its error, every call through the guard."""

import json
import traceback
from collections.abc import Iterator
from itertools import count
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from connectors.kit.errors import NeedsOwner, ToolError, TryLater, UnexpectedAnswer
from connectors.kit.grant import Grant
from connectors.kit.ports import Ports
from connectors.kit.tokens import Authority, Client, GrantEnded, Tokens
from tests.connectors.kit.server import LOOPBACK, reply, serving
from tests.ledger import AUTHORIZE, TOKEN, KeptLedger, LedgerServer

BACK = "http://127.0.0.1:1/connect/callback/"
PORTS = Ports(networks=LOOPBACK, seconds=5)
VERIFIER = "v" * 64
REFRESH = "r3fr3sh"
SECRET = "s3cr3t-of-the-client"
_numbers = count(1)


class Ledger:
    """A client of an account of its own at the ledger."""

    def __init__(self, server: LedgerServer, *, basic: bool = True) -> None:
        self.server = server
        name = f"a{next(_numbers)}"
        self.secrets = server.account(name)
        server.control.call("POST", "/tools/ledger/grants", {"account": name, "redirect_uri": BACK})
        grant = Grant(
            token_url=f"https://vendor.test{TOKEN}",
            authorize_url=f"https://vendor.test{AUTHORIZE}",
            scopes=("entries", "offline"),
            extra={"prompt": "consent"},
            basic=basic,
        ).at(server.url)
        client = Client(id=self.secrets["client_id"], secret=self.secrets["client_secret"])
        self.authority = Authority("Ledger", grant, client, PORTS)

    def code(self, state: str = "st&te") -> str:
        """Say yes on the vendor's page, and answer the code."""
        page = self.authority.page(BACK, state, VERIFIER)
        response = requests.post(
            page, data={"decision": "allow"}, allow_redirects=False, timeout=10
        )
        back = parse_qs(urlsplit(response.headers["Location"]).query)
        assert back["state"] == [state]
        return back["code"][0]

    def connected(self) -> Tokens:
        """Answer the first tokens."""
        return self.authority.exchanged(self.code(), BACK, VERIFIER)

    def opens(self, token: str) -> bool:
        """Answer whether the token opens the account."""
        headers = {"Authorization": f"Bearer {token}"}
        return requests.get(f"{self.server.url}/api/me", headers=headers, timeout=10).ok


@pytest.fixture(scope="module")
def server() -> Iterator[LedgerServer]:
    with LedgerServer() as opened:
        yield opened


def test_the_page_of_the_vendor_is_asked_for_with_all_it_needs(server: LedgerServer) -> None:
    url = urlsplit(Ledger(server).authority.page(BACK, "a state", VERIFIER))
    asked = dict(parse_qsl(url.query))
    assert f"{url.scheme}://{url.netloc}{url.path}" == server.url + AUTHORIZE
    assert (asked["response_type"], asked["redirect_uri"]) == ("code", BACK)
    assert (asked["scope"], asked["prompt"]) == ("entries offline", "consent")
    assert (asked["state"], asked["code_challenge_method"]) == ("a state", "S256")
    assert VERIFIER not in url.query


def test_a_vendor_without_scopes_is_asked_for_none() -> None:
    grant = Grant(token_url=f"https://a.test{TOKEN}", authorize_url=f"https://a.test{AUTHORIZE}")
    page = Authority("Ledger", grant, Client(id="i", secret="s"), PORTS).page(BACK, "x", VERIFIER)
    assert "scope" not in dict(parse_qsl(urlsplit(page).query))


@pytest.mark.parametrize("basic", [True, False])
def test_a_code_is_worth_tokens_that_can_be_refreshed(server: LedgerServer, *, basic: bool) -> None:
    ledger = Ledger(server, basic=basic)
    first = ledger.connected()
    second = ledger.authority.refreshed(first.refresh)
    assert (first.seconds, second.seconds) == (1800, 1800)
    assert ledger.opens(first.access)
    assert ledger.opens(second.access)
    assert second.refresh not in ("", first.refresh)


def test_a_refresh_token_that_stays_is_not_told_again() -> None:
    with LedgerServer(KeptLedger) as server:
        ledger = Ledger(server)
        first = ledger.connected()
        assert first.refresh
        assert ledger.authority.refreshed(first.refresh).refresh in ("", first.refresh)


def test_a_client_gets_a_token_for_itself(server: LedgerServer) -> None:
    ledger = Ledger(server)
    tokens = ledger.authority.own()
    assert ledger.opens(tokens.access)
    assert tokens.refresh == ""


def test_a_code_without_its_verifier_is_worth_nothing(server: LedgerServer) -> None:
    ledger = Ledger(server)
    with pytest.raises(GrantEnded):
        ledger.authority.exchanged(ledger.code(), BACK, "w" * 64)


def test_a_used_refresh_token_says_that_the_access_has_ended(server: LedgerServer) -> None:
    ledger = Ledger(server)
    first = ledger.connected()
    ledger.authority.refreshed(first.refresh)
    with pytest.raises(GrantEnded, match="Ledger has ended the access"):
        ledger.authority.refreshed(first.refresh)


def asked(url: str, ports: Ports = PORTS, secret: str = SECRET) -> Tokens:
    """Refresh at an authority that answers as the test says."""
    client = Client(id="me", secret=secret)
    authority = Authority("Ledger", Grant(token_url=f"{url}/token"), client, ports)
    return authority.refreshed(REFRESH)


@pytest.mark.parametrize(
    ("status", "body", "expected", "says"),
    [
        (400, '{"error": "invalid_grant", "error_description": "abgelöst"}', GrantEnded, "ended"),
        (401, '{"error": "invalid_client"}', NeedsOwner, "client id"),
        (400, '{"error": "unauthorized_client"}', NeedsOwner, "client id"),
        (401, "<html>", NeedsOwner, "client id"),
        (400, '{"error": "invalid_scope"}', NeedsOwner, "invalid_scope"),
        (200, '{"error": "invalid_grant"}', GrantEnded, "ended"),
        (403, "<html>", NeedsOwner, "403"),
        (429, "slow down", TryLater, "429"),
        (500, '{"error": "invalid_grant"}', TryLater, "500"),
        (503, "", TryLater, "503"),
        (400, '{"error": "temporarily_unavailable"}', TryLater, "400"),
        (200, '{"token_type": "Bearer"}', UnexpectedAnswer, "way"),
        (200, "[]", UnexpectedAnswer, "way"),
        (200, "<html>", UnexpectedAnswer, "way"),
        (200, '{"access_token": 7}', UnexpectedAnswer, "way"),
        (302, "", UnexpectedAnswer, "way"),
    ],
)
def test_every_answer_without_tokens_has_its_error(
    status: int, body: str, expected: type[ToolError], says: str
) -> None:
    with serving(reply(body, f"{status} As told")) as server, pytest.raises(ToolError) as caught:
        asked(server.url)
    assert type(caught.value) is expected
    assert says in str(caught.value)


def test_a_time_to_come_back_is_kept() -> None:
    answer = reply("", "429 Slow down", "Retry-After: 17")
    with serving(answer) as server, pytest.raises(TryLater) as caught:
        asked(server.url)
    assert caught.value.after == 17


def test_an_authority_that_is_away_is_asked_later() -> None:
    with serving(reply()) as server:
        url = server.url
    with pytest.raises(TryLater, match="took no connection"):
        asked(url)


def test_an_authority_that_hangs_up_is_asked_later() -> None:
    with serving(lambda _seen: None) as server, pytest.raises(TryLater, match="without an answer"):
        asked(server.url)


def test_an_authority_in_a_forbidden_network_is_never_called() -> None:
    with serving(reply()) as server:
        with pytest.raises(NeedsOwner, match="may not call"):
            asked(server.url, Ports(seconds=5))
        assert server.connections == 0


def test_an_authority_that_sends_us_on_is_not_followed() -> None:
    with serving(reply('{"access_token": "x"}')) as other:
        moved = reply("", "307 Moved", f"Location: {other.url}/token")
        with serving(moved) as server, pytest.raises(ToolError):
            asked(server.url)
        assert other.connections == 0


@pytest.mark.parametrize("secret", ["ключ", "a\nb"])
def test_a_secret_of_any_characters_does_no_harm(secret: str) -> None:
    answer = json.dumps({"access_token": "x", "expires_in": "60"})
    with serving(reply(answer)) as server:
        if secret.isascii():
            assert asked(server.url, secret=secret).seconds == 60
            return
        with pytest.raises(NeedsOwner, match="cannot be sent"):
            asked(server.url, secret=secret)


def test_no_secret_is_in_an_error_or_a_repr() -> None:
    said = json.dumps({"error": "invalid_client", "error_description": f"no {SECRET} {REFRESH}"})
    with serving(reply(said, "401 No")) as server, pytest.raises(NeedsOwner) as caught:
        asked(server.url)
    told = "".join(traceback.format_exception(caught.value))
    assert SECRET not in told
    assert REFRESH not in told
    assert SECRET not in repr(Client(id="me", secret=SECRET))
    assert "t0k" not in repr(Tokens(access="t0k", refresh="t0k"))


def test_a_grant_moves_with_its_tool() -> None:
    grant = Grant(token_url="https://login.vendor.test/t", host="domain")
    assert grant.at("").token_url == "https://login.vendor.test/t"
    assert grant.at("http://127.0.0.1:7/api").token_url == "http://127.0.0.1:7/t"
    assert grant.at("", {"domain": "shop.vendor.test"}).token_url == "https://shop.vendor.test/t"
    assert not grant.asks_owner


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    ports = Ports(networks=LOOPBACK, seconds=5, size=100)
    with serving(reply("x" * 101)) as server, pytest.raises(UnexpectedAnswer):
        asked(server.url, ports)


@pytest.mark.parametrize("told", ["soon", None, "", "inf", [3600]])
def test_a_life_that_is_no_number_is_as_good_as_none(told: object) -> None:
    answer = json.dumps({"access_token": "x", "expires_in": told})
    with serving(reply(answer)) as server:
        assert asked(server.url).seconds is None


@pytest.mark.parametrize("told", [3599, "3599", 3599.5, "3599.5"])
def test_a_life_is_read_however_it_is_written(told: object) -> None:
    answer = json.dumps({"access_token": "x", "expires_in": told, "expires_at": "2031-01-01"})
    with serving(reply(answer)) as server:
        assert asked(server.url).seconds == 3599
