"""A connector with OAuth2 for the ledger of the tests, and a connection of it."""

from datetime import datetime
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.utils import timezone

from connectors import catalog
from connectors.kit.auth import Bearer
from connectors.kit.base import Connector, Kind, Resource, Site, Submits
from connectors.kit.body import json_body
from connectors.kit.grant import Grant
from connectors.kit.http import Door
from connectors.kit.records import Account, Lead, Receipt
from connectors.kit.settings import Ask, secret, text
from monitor.engine import connection as engine
from monitor.engine import token
from monitor.models import Connection, ConnectionState, Workspace
from tests.ledger import AUTHORIZE, TOKEN, LedgerServer
from tests.monitor.engine import rows
from tests.sandbox_process import Json

BACK = "http://127.0.0.1:8000/connect/callback/"
VERIFIER = "v" * 64


class Books(Connector):
    """Knows whose books these are, and no more; its owner is asked once."""

    slug = "books"
    name = "Ledger"
    kind = Kind.INVOICING
    docs = "https://ledger.test/docs"
    base = "https://ledger.test"
    asks: ClassVar[tuple[Ask, ...]] = (
        text("client_id", "Client id"),
        secret("client_secret", "Client secret"),
        text("realm", "Company", required=False),
    )
    grant = Grant(
        token_url=f"https://ledger.test{TOKEN}",
        authorize_url=f"https://ledger.test{AUTHORIZE}",
        scopes=("entries", "offline"),
        rotates=True,
        returned={"realmId": "realm"},
    )
    resources = (Resource(slug="entries", name="entry", plural="entries"),)

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        auth = Bearer(site.ports.token)
        self.api = Door("Ledger", site.base or self.base, ports=site.ports, auth=auth)

    def check(self) -> Account:
        told = self.api.get("/api/me").json
        return Account(id=told.text("id"), label=told.text("name"))


class OpenBooks(Books, Submits):
    """The same, and entries can be made."""

    slug = "open_books"

    def submit(self, lead: Lead) -> Receipt:
        told = self.api.post("/api/entries", body=json_body(lead.record)).json
        return Receipt(id=told.text("id"))


class OwnBooks(Books):
    """The same by client credentials: nobody is asked."""

    slug = "own_books"
    grant = Grant(token_url=f"https://ledger.test{TOKEN}")


def in_the_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put them into the catalog for the length of a test."""
    added = (Books, OpenBooks, OwnBooks)
    monkeypatch.setattr(catalog, "CATALOG", (*catalog.CATALOG, *added))
    for entry in added:
        monkeypatch.setitem(catalog._BY_SLUG, entry.slug, entry)


def connection(
    shop: Workspace, server: LedgerServer, account: str, tool: type[Books] = Books
) -> Connection:
    """Make a connection to an account of the ledger, not connected yet."""
    given = server.account(account)
    change(server, account, redirect_uri=BACK)
    return rows.connection(
        shop,
        account,
        connector=tool.slug,
        base=server.url,
        state=ConnectionState.UNPROVED,
        account_id="",
        settings={"client_id": given["client_id"]},
        secrets={"client_secret": given["client_secret"]},
    )


def connect(row: Connection, now: datetime | None = None) -> None:
    """Let the owner say yes, and keep the tokens that brings."""
    grant = token.grant_of(row)
    assert grant is not None
    authority = token.authority(row, grant, engine.ports())
    back = allowed(authority.page(BACK, "state", VERIFIER))
    code = parse_qs(urlsplit(back).query)["code"][0]
    token.keep(row, grant, authority.exchanged(code, BACK, VERIFIER), now or timezone.now())


def change(server: LedgerServer, account: str, **wanted: object) -> Json:
    """Use the ledger's control door."""
    return server.control.call("POST", "/tools/ledger/grants", {"account": account, **wanted})


def facts(server: LedgerServer, account: str) -> Json:
    """Answer what the ledger counted."""
    return server.control.call("GET", "/tools/ledger/grants", account=account)


def allowed(page: str, decision: str = "allow") -> str:
    """Decide on the vendor's page, and answer the address the owner is sent back to."""
    response = requests.post(page, data={"decision": decision}, allow_redirects=False, timeout=10)
    assert response.status_code == 302, response.text
    return response.headers["Location"]
