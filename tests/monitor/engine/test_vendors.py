"""Every tool of the catalog with OAuth2, connected to the twin of its vendor as an owner would."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.catalog import CATALOG, connector
from monitor.engine import connection as engine
from monitor.engine import token
from monitor.models import Connection, Token
from tests.connectors.twins import TWINS
from tests.monitor import books
from tests.monitor.engine import rows
from tests.sandbox_process import Json, SandboxProcess

SLUGS = [tool.slug for tool in CATALOG if tool.grant]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess("--fast", "--no-demo") as running:
        yield running


class Vendor:
    """A connection to a vendor's twin, not connected yet."""

    def __init__(self, slug: str, sandbox: SandboxProcess) -> None:
        twin = next(one for one in TWINS if one.slug == slug)
        self.tool, self.control = twin.tool, sandbox.control
        told: Json = sandbox.state["tools"][self.tool]
        answers = {**told["credentials"], **twin.settings(told)}
        answers.pop("access_token", None)
        secret = {ask.key for ask in connector(slug).asks if ask.is_secret}
        self.change(redirect_uri=books.BACK)
        self.row: Connection = rows.connection(
            rows.workspace(),
            slug,
            connector=slug,
            base=twin.base(told),
            account_id="",
            settings={key: value for key, value in answers.items() if key not in secret},
            secrets={key: value for key, value in answers.items() if key in secret},
        )

    def change(self, **wanted: Any) -> Json:
        """Use the twin's control door."""
        return self.control.call("POST", f"/tools/{self.tool}/grants", wanted)

    def connect(self) -> None:
        """Say yes where an owner is asked."""
        if token.consent_of(self.row):
            books.connect(self.row)

    def check(self) -> str:
        """Answer whose account it is."""
        resource = connector(self.row.connector).resources[0].slug
        return engine.opened(self.row, resource).check().id


@pytest.fixture(params=SLUGS)
def vendor(request: pytest.FixtureRequest, sandbox: SandboxProcess, db: None) -> Vendor:
    made = Vendor(request.param, sandbox)
    made.connect()
    return made


def test_it_asks_for_a_client_id_and_a_sealed_secret(vendor: Vendor) -> None:
    asks = {ask.key: ask for ask in connector(vendor.row.connector).asks}
    assert "client_id" in asks
    assert asks["client_secret"].is_secret


def test_the_token_it_is_given_opens_its_account(vendor: Vendor) -> None:
    assert vendor.check()
    assert Token.objects.get().secrets["access"]


def test_it_goes_on_with_new_tokens_when_the_old_ones_end(vendor: Vendor) -> None:
    whose = vendor.check()
    first = Token.objects.get().secrets["access"]
    for _ in range(2):
        vendor.change(expire=True)
        Token.objects.update(expires_at=timezone.now())
        assert vendor.check() == whose
    assert Token.objects.get().secrets["access"] != first


def test_a_token_that_ends_before_its_time_is_noticed(vendor: Vendor) -> None:
    whose = vendor.check()
    Token.objects.update(fetched_at=timezone.now() - timedelta(minutes=5))
    vendor.change(expire=True)
    assert vendor.check() == whose
