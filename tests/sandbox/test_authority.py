"""The OAuth2 authority that twins mount, against RFC 6749 and RFC 7636."""

import base64
import hashlib
from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.ledger import AUTHORIZE, TOKEN, KeptLedger, LedgerServer, RenewedLedger
from tests.sandbox_process import Json

BACK = "http://127.0.0.1:1/connections/callback/"
_numbers = count(1)


class Client:
    """A client of one account, as its owner registered it."""

    def __init__(self, server: LedgerServer) -> None:
        self.server = server
        self.name = f"a{next(_numbers)}"
        self.secrets = server.account(self.name)
        self.change(redirect_uri=BACK)

    def change(self, **wanted: object) -> Json:
        """Use the control door."""
        return self.server.control.call(
            "POST", "/tools/ledger/grants", {"account": self.name, **wanted}
        )

    def facts(self) -> Json:
        """Ask the control door."""
        return self.server.control.call("GET", "/tools/ledger/grants", account=self.name)

    def ask(self, decision: str = "allow", **changes: str) -> requests.Response:
        """Decide on the authorize page, and answer where that leads."""
        asked = {
            "response_type": "code", "client_id": self.secrets["client_id"],
            "redirect_uri": BACK, "scope": "entries offline", "state": "s t&1", **changes,
        }  # fmt: skip
        return requests.post(
            self.server.url + AUTHORIZE,
            params=asked,
            data={"decision": decision},
            timeout=10,
            allow_redirects=False,
        )

    def code(self, **changes: str) -> str:
        """Answer the code of a consent."""
        return returned(self.ask(**changes))["code"]

    def token(self, secret: str = "", *, body: bool = False, **given: str) -> requests.Response:
        """Ask the token endpoint."""
        client, secret = self.secrets["client_id"], secret or self.secrets["client_secret"]
        if body:
            given |= {"client_id": client, "client_secret": secret}
        auth = None if body else (client, secret)
        return requests.post(self.server.url + TOKEN, data=given, auth=auth, timeout=10)

    def exchange(self, code: str, place: str = BACK, verifier: str = "") -> requests.Response:
        """Exchange a code."""
        return self.token(
            grant_type="authorization_code", code=code, redirect_uri=place, code_verifier=verifier
        )

    def refresh(self, token: str) -> requests.Response:
        """Refresh."""
        return self.token(grant_type="refresh_token", refresh_token=token)

    def opens(self, token: str) -> bool:
        """Answer whether a bearer opens this account."""
        reply = requests.get(
            f"{self.server.url}/api/me", headers={"Authorization": f"Bearer {token}"}, timeout=10
        )
        return reply.status_code == 200 and reply.json()["id"] == self.name


def returned(response: requests.Response) -> dict[str, str]:
    """Answer what the owner comes back with."""
    assert response.status_code == 302, response.text
    place = response.headers["Location"]
    assert place.startswith(BACK)
    return {key: values[0] for key, values in parse_qs(urlsplit(place).query).items()}


def error(response: requests.Response) -> tuple[int, str]:
    """Answer how the token endpoint said no."""
    return response.status_code, response.json()["error"]


@pytest.fixture(scope="module")
def ledger() -> Iterator[LedgerServer]:
    with LedgerServer() as server:
        yield server


@pytest.fixture
def client(ledger: LedgerServer) -> Client:
    return Client(ledger)


def test_a_consent_leads_to_tokens_that_open_this_account_alone(
    client: Client, ledger: LedgerServer
) -> None:
    back = returned(client.ask())
    assert (back["state"], back["realmId"]) == ("s t&1", f"realm-{client.name}")
    given = client.exchange(back["code"])
    told = given.json()
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 1800)
    assert given.headers["Cache-Control"] == "no-store"
    assert client.opens(told["access_token"])
    assert not Client(ledger).opens(told["access_token"])


def test_the_owner_is_shown_who_asks_for_what(client: Client) -> None:
    asked = {"response_type": "code", "redirect_uri": BACK, "scope": "entries"}
    asked["client_id"] = client.secrets["client_id"]
    shown = requests.get(client.server.url + AUTHORIZE, params=asked, timeout=10)
    assert shown.status_code == 200
    assert all(word in shown.text for word in ("Allow", "Deny", client.name, "entries"))


def test_an_owner_who_says_no_is_sent_back_with_that(client: Client) -> None:
    back = returned(client.ask("deny"))
    assert (back["error"], back["state"]) == ("access_denied", "s t&1")
    assert "code" not in back


@pytest.mark.parametrize("place", [BACK[:-1], BACK + "?a=1", BACK.upper(), "http://evil.test/"])
def test_nobody_is_sent_to_an_address_that_is_not_registered(client: Client, place: str) -> None:
    refused = client.ask(redirect_uri=place)
    assert refused.status_code == 400
    assert "Location" not in refused.headers


def test_an_unknown_client_is_sent_nowhere(client: Client) -> None:
    assert client.ask(client_id="client-of-nobody").status_code == 400


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "entries payroll"}, "invalid_scope"),
    ],
)
def test_an_unsound_request_is_sent_back_with_its_error(
    client: Client, changes: dict[str, str], expected: str
) -> None:
    assert returned(client.ask(**changes))["error"] == expected


def test_a_code_is_good_once_and_its_tokens_die_with_the_second_try(client: Client) -> None:
    code = client.code()
    token = client.exchange(code).json()["access_token"]
    assert error(client.exchange(code)) == (400, "invalid_grant")
    assert not client.opens(token)


def test_a_code_belongs_to_its_client_and_its_address(client: Client, ledger: LedgerServer) -> None:
    assert error(Client(ledger).exchange(client.code())) == (400, "invalid_grant")
    wrong = client.exchange(client.code(), place=BACK + "x")
    assert error(wrong) == (400, "invalid_grant")


def test_a_code_asked_for_with_a_proof_key_needs_it(client: Client) -> None:
    verifier = "v" * 43
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    proof = {"code_challenge": challenge, "code_challenge_method": "S256"}
    for wrong in ("", "w" * 43, challenge):
        refused = client.exchange(client.code(**proof), verifier=wrong)
        assert error(refused) == (400, "invalid_grant")
    assert client.exchange(client.code(**proof), verifier=verifier).status_code == 200


@pytest.mark.parametrize("body", [True, False])
def test_a_client_proves_itself_by_basic_or_in_the_body(client: Client, *, body: bool) -> None:
    kind = "client_credentials"
    assert client.token(body=body, grant_type=kind).status_code == 200
    refused = client.token("wrong", body=body, grant_type=kind)
    assert error(refused) == (401, "invalid_client")
    assert refused.headers["WWW-Authenticate"].startswith("Basic")


def test_client_credentials_give_a_token_and_no_refresh_token(client: Client) -> None:
    told = client.token(grant_type="client_credentials").json()
    assert client.opens(told["access_token"])
    assert "refresh_token" not in told


def test_a_refresh_token_is_given_only_where_it_was_asked_for(client: Client) -> None:
    assert "refresh_token" not in client.exchange(client.code(scope="entries")).json()


def test_a_used_refresh_token_ends_the_whole_consent(client: Client) -> None:
    first = client.exchange(client.code()).json()
    second = client.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert client.opens(second["access_token"])
    assert error(client.refresh(first["refresh_token"])) == (400, "invalid_grant")
    assert not client.opens(second["access_token"])
    assert error(client.refresh(second["refresh_token"])) == (400, "invalid_grant")


def test_where_refresh_tokens_are_kept_the_answer_brings_none() -> None:
    with LedgerServer(KeptLedger) as server:
        client = Client(server)
        token = client.exchange(client.code()).json()["refresh_token"]
        for _ in range(2):
            assert "refresh_token" not in client.refresh(token).json()
        assert client.facts()["refreshes"] == 2


def test_where_they_are_renewed_the_old_one_goes_on_working() -> None:
    with LedgerServer(RenewedLedger) as server:
        client = Client(server)
        token = client.exchange(client.code()).json()["refresh_token"]
        renewed: set[Any] = {client.refresh(token).json()["refresh_token"] for _ in range(2)}
        assert len({token, *renewed}) == 3


def test_the_control_door_expires_revokes_and_counts(client: Client) -> None:
    first = client.exchange(client.code()).json()
    assert client.change(expire=True)["alive"] == 0
    assert not client.opens(first["access_token"])
    second = client.refresh(first["refresh_token"]).json()
    assert client.opens(second["access_token"])
    client.change(revoke=True)
    assert not client.opens(second["access_token"])
    assert error(client.refresh(second["refresh_token"])) == (400, "invalid_grant")
    told = client.facts()
    assert (told["exchanges"], told["refreshes"], told["refused"]) == (1, 1, 1)


def test_how_long_tokens_live_can_be_set(client: Client) -> None:
    client.change(seconds=0)
    told = client.exchange(client.code()).json()
    assert told["expires_in"] == 0
    assert not client.opens(told["access_token"])


def test_the_fixed_token_opens_its_account_until_it_is_revoked(client: Client) -> None:
    assert client.opens(client.secrets["access_token"])
    client.change(revoke=True)
    assert client.opens(client.secrets["access_token"])
    client.change(fixed=True)
    assert not client.opens(client.secrets["access_token"])


def test_a_fault_strikes_the_authority_only_by_name(client: Client, ledger: LedgerServer) -> None:
    kind = "client_credentials"
    with ledger.control.broken("tool:ledger", "503", account=client.name):
        assert client.token(grant_type=kind).status_code == 200
    with ledger.control.broken("tool:ledger", "503", account=client.name, match=TOKEN):
        assert client.token(grant_type=kind).status_code == 503
        assert client.opens(client.secrets["access_token"])


def test_unknown_grants_are_refused(client: Client) -> None:
    assert error(client.token(grant_type="password")) == (400, "unsupported_grant_type")
