"""To the vendor and back: every way ends in a connection, or in a sentence that says why not."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from monitor.models import Connection, ConnectionState, Consent, Member, Role, Token
from tests.ledger import TOKEN, LedgerServer
from tests.monitor import books
from tests.monitor.engine import rows
from tests.monitor.web.conftest import signed_in

_numbers = count(1)


class Owner:
    """An owner in a browser, before a connection that is not connected yet."""

    def __init__(self, server: LedgerServer) -> None:
        self.server = server
        self.name = f"w{next(_numbers)}"
        self.shop = rows.workspace(self.name)
        self.row = books.connection(self.shop, server, self.name)
        self.user = User.objects.create(username=self.name)
        Member.objects.create(workspace=self.shop, user=self.user, role=Role.OWNER)
        self.browser = signed_in(self.user)
        self.page = f"/connections/{self.name}/connect/"

    def begin(self, browser: Client | None = None, **entered: str) -> str:
        """Press “Connect”, and answer the vendor's page."""
        response = (browser or self.browser).post(f"{self.page}begin/", entered)
        assert response.status_code == 200, said(response)
        return str(response.headers["Refresh"]).removeprefix("0; url=")

    def come_back(self, place: str, browser: Client | None = None) -> str:
        """Follow the vendor's way back, and answer what is said."""
        parts = urlsplit(place)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == books.BACK
        return said((browser or self.browser).get(f"{parts.path}?{parts.query}"))

    def connect(self) -> str:
        """Do it all, and answer what is said."""
        return self.come_back(books.allowed(self.begin()))

    def now(self) -> Connection:
        """Answer the connection as it is stored."""
        return Connection.objects.get(pk=self.row.pk)


def said(response: Any) -> str:
    """Answer the sentence a redirect leaves behind."""
    assert response.status_code == 302, response.content.decode()
    return " ".join(str(one) for one in get_messages(response.wsgi_request))


@pytest.fixture(scope="module")
def server() -> Iterator[LedgerServer]:
    with LedgerServer() as opened:
        yield opened


@pytest.fixture
def owner(db: None, server: LedgerServer, monkeypatch: pytest.MonkeyPatch) -> Owner:
    books.in_the_catalog(monkeypatch)
    return Owner(server)


def test_an_owner_who_says_yes_is_connected_and_told_whose_account_it_is(owner: Owner) -> None:
    assert owner.connect() == f"{owner.name} is connected. Its account: {owner.name} Ltd."
    row = owner.now()
    assert (row.state, row.account_id) == (ConnectionState.PROVED, owner.name)
    page = owner.browser.get(f"/connections/{owner.name}/").content.decode()
    assert "Reconnect" in page
    assert "Present token" in page


def test_what_the_vendor_adds_to_the_way_back_is_kept(owner: Owner) -> None:
    owner.connect()
    assert owner.now().settings["realm"] == f"realm-{owner.name}"


def test_the_page_shows_the_address_to_enter_at_the_vendor(owner: Owner) -> None:
    page = owner.browser.get(owner.page).content.decode()
    assert books.BACK in page
    assert "entries" in page
    assert owner.row.secrets["client_secret"] not in page


def test_client_id_and_secret_are_entered_once_and_sealed(owner: Owner) -> None:
    client, secret = owner.row.settings["client_id"], owner.row.secrets["client_secret"]
    Connection.objects.filter(pk=owner.row.pk).update(settings={}, secrets={})
    missing = owner.browser.post(f"{owner.page}begin/", {"client_id": client})
    assert "Enter the client id and the client secret" in said(missing)
    owner.come_back(books.allowed(owner.begin(client_id=client, client_secret=secret)))
    row = owner.now()
    assert (row.settings["client_id"], row.secrets["client_secret"]) == (client, secret)
    assert secret not in str(row.settings)
    assert row.state == ConnectionState.PROVED
    assert owner.begin()


def test_an_owner_who_says_no_reads_that_nothing_was_changed(owner: Owner) -> None:
    assert "You gave no access" in owner.come_back(books.allowed(owner.begin(), "deny"))
    assert not Token.objects.exists()


def test_a_vendor_that_reports_an_error_is_quoted(owner: Owner) -> None:
    state = parse_qs(urlsplit(owner.begin()).query)["state"][0]
    told = owner.come_back(f"{books.BACK}?error=server_error&state={state}")
    assert "with an error (server_error)" in told


def test_a_state_is_good_once(owner: Owner) -> None:
    place = books.allowed(owner.begin())
    owner.come_back(place)
    assert "was used already" in owner.come_back(place)
    assert owner.now().state == ConnectionState.PROVED


@pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=guessed", "?error=access_denied"])
def test_an_answer_to_no_question_changes_nothing(owner: Owner, query: str) -> None:
    owner.begin()
    assert "belongs to no question" in owner.come_back(books.BACK + query)
    assert Consent.objects.get().used_at is None


def test_an_answer_that_took_too_long_is_refused(owner: Owner) -> None:
    place = books.allowed(owner.begin())
    Consent.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "came too late" in owner.come_back(place)
    assert not Token.objects.exists()


def test_an_answer_in_another_session_is_refused_and_not_spent(owner: Owner) -> None:
    place = books.allowed(owner.begin())
    other = signed_in(owner.user)
    assert "another session" in owner.come_back(place, other)
    owner.begin(other)
    assert "another session" in owner.come_back(place, other)
    assert "is connected" in owner.come_back(place)


def test_an_answer_in_another_workspace_belongs_to_no_question(
    owner: Owner, server: LedgerServer
) -> None:
    place = books.allowed(owner.begin())
    assert "belongs to no question" in Owner(server).come_back(place)


def test_a_code_without_a_state_of_ours_is_never_exchanged(owner: Owner) -> None:
    place = books.allowed(owner.begin())
    owner.come_back(re.sub(r"state=[^&]+", "state=mine", place))
    assert books.facts(owner.server, owner.name)["exchanges"] == 0


def test_a_code_the_vendor_does_not_take_is_said_so(owner: Owner) -> None:
    place = books.allowed(owner.begin())
    told = owner.come_back(re.sub(r"code=[^&]+", "code=wrong", place))
    assert "did not make good its answer" in told
    assert not Token.objects.exists()


def test_a_wrong_client_secret_is_said_so(owner: Owner) -> None:
    told = owner.come_back(books.allowed(owner.begin(client_secret="wrong")))
    assert "does not accept the client id and client secret" in told
    assert "wrong" not in told


def test_a_vendor_that_is_away_is_said_so(owner: Owner) -> None:
    place = books.allowed(owner.begin())
    with owner.server.control.broken("tool:ledger", "503", match=TOKEN, account=owner.name):
        assert "gives no access for the moment" in owner.come_back(place)


def test_access_that_fails_its_check_is_said_so_and_kept(owner: Owner) -> None:
    place = books.allowed(owner.begin())
    with owner.server.control.broken("tool:ledger", "503", account=owner.name):
        assert "its check failed" in owner.come_back(place)
    assert Token.objects.exists()
    page = owner.browser.get(f"/connections/{owner.name}/").content.decode()
    assert "Test connection" in page


def test_connecting_again_goes_on_with_a_connection_that_needed_its_owner(owner: Owner) -> None:
    owner.connect()
    Connection.objects.update(state=ConnectionState.NEEDS_OWNER, problem={"key": "Ended."})
    page = owner.browser.get(f"/connections/{owner.name}/").content.decode()
    assert "Reconnect" in page
    assert "environment variable" not in page
    owner.connect()
    assert owner.now().state == ConnectionState.PROVED


def test_neither_page_is_kept_by_a_browser(owner: Owner) -> None:
    for response in (owner.browser.get(owner.page), owner.browser.post(f"{owner.page}begin/")):
        assert "no-store" in response.headers["Cache-Control"]


def test_coming_back_needs_a_sign_in(owner: Owner) -> None:
    response = Client().get("/connect/callback/?code=x&state=y")
    assert response.headers["Location"].startswith("/sign-in/?next=/connect/callback/")


def test_beginning_needs_the_form_of_this_site(owner: Owner) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner.user)
    assert browser.post(f"{owner.page}begin/").status_code == 403
    assert browser.get(f"{owner.page}begin/").status_code == 405


def test_a_visitor_looks_but_does_not_begin(owner: Owner) -> None:
    Member.objects.update(role=Role.VISITOR)
    assert owner.browser.get(owner.page).status_code == 200
    assert owner.browser.post(f"{owner.page}begin/").status_code == 403


def test_tools_without_a_page_of_consent_have_no_page_to_connect(
    owner: Owner, server: LedgerServer
) -> None:
    own = books.connection(rows.workspace("own"), server, "own", books.OwnBooks)
    Connection.objects.filter(pk=own.pk).update(workspace=owner.shop)
    assert owner.browser.get("/connections/own/connect/").status_code == 404
    refused = owner.browser.post("/connections/own/connect/begin/")
    assert "there is nothing to connect" in said(refused)


def test_a_tool_that_this_version_no_longer_has_is_no_fault(owner: Owner) -> None:
    place = books.allowed(owner.begin())
    Connection.objects.filter(pk=owner.row.pk).update(connector="fax")
    assert owner.browser.get(owner.page).status_code == 404
    assert "nothing to connect" in said(owner.browser.post(f"{owner.page}begin/"))
    assert "nothing to connect" in owner.come_back(place)
    assert owner.browser.get("/connections/").status_code == 200


def test_no_page_shows_a_token_or_a_secret(owner: Owner) -> None:
    owner.connect()
    kept = Token.objects.get().secrets
    for path in (owner.page, f"/connections/{owner.name}/", "/connections/"):
        page = owner.browser.get(path).content.decode()
        for secret in (*kept.values(), owner.row.secrets["client_secret"]):
            assert secret not in page
