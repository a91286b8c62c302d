"""Access by OAuth2: one refresh for all, stored before its use, and no grant lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from connectors.kit.errors import NeedsOwner, Paced, ToolError, TryLater
from connectors.kit.tokens import Tokens
from monitor.engine import connection as engine
from monitor.engine import run, token
from monitor.engine.access import Access
from monitor.engine.chain import freeze
from monitor.models import (
    Alert,
    Cause,
    Channel,
    Connection,
    ConnectionState,
    Incident,
    Run,
    Token,
)
from tests.ledger import TOKEN, KeptLedger, LedgerServer
from tests.monitor import books
from tests.monitor.engine import rows
from tests.monitor.engine.drive import Drive
from tests.monitor.engine.tool import Tool

HOUR = timedelta(hours=1)
_numbers = count(1)


class Place:
    """A connection to the ledger, and a clock that its tokens go by."""

    def __init__(self, server: LedgerServer, tool: type[books.Books] = books.Books) -> None:
        self.server = server
        self.name = f"a{next(_numbers)}"
        self.row = books.connection(rows.workspace(self.name), server, self.name, tool)
        self.ahead = timedelta(0)

    @property
    def now(self) -> datetime:
        """Answer the time of its clock."""
        return timezone.now() + self.ahead

    def access(self) -> Access:
        """Answer the access as one connector at work holds it."""
        grant = token.grant_of(self.row)
        assert grant is not None
        return Access(self.row, grant, engine.ports(), lambda: self.now)

    def connected(self) -> "Place":
        """Let the owner say yes."""
        books.connect(self.row, self.now)
        return self

    def kept(self) -> Token:
        """Answer what is stored."""
        return Token.objects.get(connection=self.row)

    def facts(self) -> dict[str, int]:
        """Answer what the ledger counted."""
        return books.facts(self.server, self.name)

    def spend(self) -> None:
        """Have the refresh token taken at the vendor, as if its answer never came."""
        grant = token.grant_of(self.row)
        assert grant is not None
        token.authority(self.row, grant, engine.ports()).refreshed(self.kept().secrets["refresh"])


@pytest.fixture(scope="module")
def server() -> Iterator[LedgerServer]:
    with LedgerServer() as opened:
        yield opened


@pytest.fixture(autouse=True)
def _ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    books.in_the_catalog(monkeypatch)


@pytest.fixture
def place(db: None, server: LedgerServer) -> Place:
    return Place(server).connected()


def test_a_connection_without_consent_asks_its_owner_to_connect(
    db: None, server: LedgerServer
) -> None:
    with pytest.raises(NeedsOwner, match="is not connected yet: press “Connect to Ledger”"):
        Place(server).access().token()


def test_a_client_fetches_its_own_token_once_for_all(db: None, server: LedgerServer) -> None:
    place = Place(server, books.OwnBooks)
    first = place.access().token()
    assert place.access().token() == first
    assert place.facts()["client_credentials"] == 1
    place.ahead = HOUR
    assert place.access().token() != first
    assert place.facts()["client_credentials"] == 2


def test_a_connection_that_is_only_tried_leaves_no_token(db: None, server: LedgerServer) -> None:
    place = Place(server, books.OwnBooks)
    place.row.pk = None
    assert place.access().token()
    assert not Token.objects.exists()


def test_a_connection_that_is_only_tried_and_asks_an_owner_has_no_token(place: Place) -> None:
    place.row.pk = None
    access = place.access()
    with pytest.raises(NeedsOwner, match="not connected yet"):
        access.token()
    assert not access.renew()


def test_a_fresh_token_is_used_as_it_is(place: Place) -> None:
    assert place.access().token() == place.kept().secrets["access"]
    assert place.facts()["refreshes"] == 0


def test_a_token_is_renewed_a_little_before_it_ends(place: Place) -> None:
    place.ahead = timedelta(minutes=27)
    old = place.access().token()
    place.ahead = timedelta(minutes=28, seconds=30)
    new = place.access().token()
    assert new != old
    assert place.kept().secrets["access"] == new
    assert place.facts()["refreshes"] == 1


def test_each_renewal_goes_on_from_the_one_before(place: Place) -> None:
    for hours in range(1, 4):
        place.ahead = hours * HOUR
        place.access().token()
    told = place.facts()
    assert (told["refreshes"], told["refused"], told["consents"]) == (3, 0, 1)


def test_where_one_connector_works_for_long_its_token_is_renewed_under_way(place: Place) -> None:
    access = place.access()
    first = access.token()
    place.ahead = HOUR
    assert access.token() != first


def test_tokens_are_sealed_and_in_no_repr(place: Place) -> None:
    access = place.access()
    secrets = {access.token(), place.kept().secrets["refresh"]}
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM monitor_token")
        stored = str(cursor.fetchall())
    for secret in secrets:
        assert secret not in stored
        assert secret not in repr(place.kept().secrets) + repr(vars(access))


@pytest.mark.django_db(transaction=True)
def test_fifty_who_need_a_new_token_at_once_make_one_refresh_and_lose_no_grant(
    server: LedgerServer,
) -> None:
    place = Place(server).connected()
    place.ahead = HOUR
    start = Barrier(50)

    def ask(_number: int) -> str:
        try:
            start.wait(30)
            return place.access().token()
        except Paced:
            return "later"
        finally:
            database.close()

    with ThreadPoolExecutor(50) as pool:
        answers = set(pool.map(ask, range(50)))
    new = place.kept().secrets["access"]
    assert answers - {"later"} == {new}
    told = place.facts()
    assert (told["refreshes"], told["refused"], told["consents"]) == (1, 0, 1)
    place.ahead = 2 * HOUR
    assert place.access().token() not in ("later", new)


def test_who_finds_another_renewing_goes_on_with_the_token_there_is(place: Place) -> None:
    old = place.access().token()
    place.ahead = timedelta(minutes=29)
    assert token.claim(place.kept(), place.now)
    assert place.access().token() == old
    assert place.facts()["refreshes"] == 0


def test_who_finds_another_renewing_an_ended_token_comes_back_soon(place: Place) -> None:
    place.ahead = HOUR
    assert token.claim(place.kept(), place.now)
    with pytest.raises(Paced) as caught:
        place.access().token()
    assert caught.value.after is not None
    assert caught.value.after < 5
    assert place.facts()["refreshes"] == 0


def test_an_ended_consent_needs_the_owner_and_is_never_tried_again(place: Place) -> None:
    books.change(place.server, place.name, revoke=True)
    place.ahead = HOUR
    for _ in range(3):
        with pytest.raises(NeedsOwner, match="press “Reconnect”"):
            place.access().token()
        place.ahead += HOUR
    assert place.facts()["refused"] == 1
    assert place.kept().secrets == {}


def test_connecting_again_makes_good_an_ended_consent(place: Place) -> None:
    books.change(place.server, place.name, revoke=True)
    place.ahead = HOUR
    with pytest.raises(NeedsOwner):
        place.access().token()
    place.connected()
    assert place.access().token() == place.kept().secrets["access"]
    assert place.kept().problem == {}


def test_an_authority_that_is_away_is_asked_again_after_a_pause(place: Place) -> None:
    control = place.server.control
    place.ahead = HOUR
    away = control.broken("tool:ledger", "503", match=TOKEN, account=place.name)
    with away, pytest.raises(TryLater, match="503"):
        place.access().token()
    with pytest.raises(TryLater, match="a moment ago") as caught:
        place.access().token()
    assert caught.value.after is not None
    place.ahead += timedelta(seconds=caught.value.after + 1)
    assert place.access().token()
    told = place.facts()
    assert (told["refreshes"], told["consents"]) == (1, 1)


def test_while_the_authority_is_away_the_token_there_is_serves_as_long_as_it_lives(
    place: Place,
) -> None:
    old = place.access().token()
    place.ahead = timedelta(minutes=29)
    with place.server.control.broken("tool:ledger", "503", match=TOKEN, account=place.name):
        assert place.access().token() == old


def test_after_a_crash_between_answer_and_store_the_owner_is_told_what_happened(
    place: Place,
) -> None:
    place.ahead = HOUR
    assert token.claim(place.kept(), place.now)
    place.spend()
    place.ahead += HOUR
    for _ in range(2):
        with pytest.raises(NeedsOwner, match=r"was lost.*Press “Reconnect”"):
            place.access().token()
    assert place.facts()["refused"] == 1


def test_after_a_crash_before_the_call_the_next_one_renews(place: Place) -> None:
    place.ahead = HOUR
    assert token.claim(place.kept(), place.now)
    place.ahead += HOUR
    assert place.access().token()
    assert place.facts()["consents"] == 1


def test_where_the_vendor_takes_a_refresh_token_again_a_crash_loses_nothing(db: None) -> None:
    with LedgerServer(KeptLedger) as server:
        place = Place(server).connected()
        place.ahead = HOUR
        assert token.claim(place.kept(), place.now)
        place.spend()
        place.ahead += HOUR
        assert place.access().token() == place.kept().secrets["access"]
        assert place.kept().secrets["refresh"]


def test_who_connects_while_a_refresh_is_under_way_is_not_written_over(place: Place) -> None:
    row = place.kept()
    claim = token.claim(row, place.now)
    assert claim
    place.connected()
    late = token.Kept(value="late", since=place.now, ends=None)
    assert not token.store(row, late, "late", row.client)
    assert not token.forget(row, row.client)
    assert place.access().token() == place.kept().secrets["access"] != "late"


def test_tokens_of_another_client_are_none(place: Place) -> None:
    place.row.settings["client_id"] = "another"
    with pytest.raises(NeedsOwner, match="not connected"):
        place.access().token()
    assert not token.is_connected(place.row)


def test_a_wrong_client_secret_needs_the_owner_and_is_not_asked_at_every_call(
    place: Place,
) -> None:
    place.row.secrets = {"client_secret": "wrong"}
    place.ahead = HOUR
    with pytest.raises(NeedsOwner, match="client id and client secret"):
        place.access().token()
    counted = place.server.control.requests()["tools"]["ledger"]
    with pytest.raises(NeedsOwner, match="client id and client secret"):
        place.access().token()
    assert place.server.control.requests()["tools"]["ledger"] == counted
    place.row.refresh_from_db()
    place.ahead += HOUR
    assert place.access().token()


def test_a_refresh_that_ends_after_the_owner_connected_again_gives_way(place: Place) -> None:
    row = place.kept()
    claim = token.claim(row, place.now)
    place.connected()
    answered = place.access()._renewed(row, claim, None)
    assert answered.value == place.kept().secrets["access"]


def test_a_refusal_that_comes_after_the_owner_connected_again_is_passed_over(place: Place) -> None:
    row = place.kept()
    claim = token.claim(row, place.now)
    books.change(place.server, place.name, revoke=True)
    place.connected()
    answered = place.access()._renewed(row, claim, None)
    assert answered.value == place.kept().secrets["access"]
    assert check(place) == place.name


def given(place: Place, **tokens: Any) -> None:
    """Store what a vendor gave that names no way to renew it."""
    grant = token.grant_of(place.row)
    assert grant is not None
    access = place.server.account(place.name)["access_token"]
    token.keep(place.row, grant, Tokens(access=access, **tokens), place.now)


def test_a_token_that_cannot_be_renewed_serves_until_it_ends(place: Place) -> None:
    given(place, seconds=600)
    place.ahead = timedelta(minutes=9, seconds=50)
    assert place.access().token()
    place.ahead = timedelta(minutes=11)
    with pytest.raises(NeedsOwner, match="press “Reconnect”"):
        place.access().token()


def test_a_token_that_does_not_say_when_it_ends_serves_until_it_is_refused(place: Place) -> None:
    given(place)
    assert place.kept().expires_at is None
    place.ahead = 1000 * HOUR
    access = place.access()
    assert access.token()
    assert not access.renew()


def test_tokens_that_no_key_opens_need_the_owner(place: Place) -> None:
    with database.cursor() as cursor:
        cursor.execute("UPDATE monitor_token SET secrets = 'sealed by another key'")
    with pytest.raises(NeedsOwner, match="cannot be opened"):
        place.access().token()


def test_a_client_that_was_replaced_fetches_a_token_of_its_own(
    db: None, server: LedgerServer
) -> None:
    place, other = (Place(server, books.OwnBooks) for _ in range(2))
    first = place.access().token()
    place.row.settings, place.row.secrets = other.row.settings, other.row.secrets
    assert place.access().token() != first
    assert check(place) == other.name


def check(place: Place) -> str:
    """Answer whose account the connection opens, as the engine asks."""
    return engine.opened(place.row, "entries").check().id


def older(place: Place) -> None:
    """Let the stored token be of ten minutes ago."""
    ago = timezone.now() - timedelta(minutes=10)
    Token.objects.filter(connection=place.row).update(fetched_at=ago)


def test_a_token_refused_before_its_time_is_renewed_once_and_the_call_made(place: Place) -> None:
    older(place)
    books.change(place.server, place.name, expire=True)
    assert check(place) == place.name
    assert place.facts()["refreshes"] == 1


def test_a_tool_that_refuses_every_token_needs_the_owner(place: Place) -> None:
    older(place)
    with place.server.control.broken("tool:ledger", "401", account=place.name):
        with pytest.raises(NeedsOwner, match="does not accept"):
            check(place)
        with pytest.raises(NeedsOwner, match="does not accept"):
            check(place)
    assert place.facts()["refreshes"] == 1


def test_a_refused_token_that_another_replaced_is_not_renewed_again(place: Place) -> None:
    older(place)
    access = place.access()
    access.token()
    other = place.access()
    other.token()
    assert other.renew()
    assert access.renew()
    assert access.token() == other.token()
    assert place.facts()["refreshes"] == 1


def test_the_connection_stops_with_one_alert_and_goes_on_once_connected(place: Place) -> None:
    Channel.objects.create(
        workspace=place.row.workspace, slug="mail", title="Mail", kind="email",
        address={"to": "ann@shop.example"},
    )  # fmt: skip
    engine.prove(place.row, timezone.now())
    older(place)
    books.change(place.server, place.name, revoke=True)
    for _ in range(2):
        with pytest.raises(ToolError):
            check(place)
        assert engine.doubt(Connection.objects.get(pk=place.row.pk), timezone.now())
    row = Connection.objects.get(pk=place.row.pk)
    assert row.state == ConnectionState.NEEDS_OWNER
    assert "Reconnect" in row.problem["key"]
    (alert,) = Alert.objects.filter(incident__connection=row)
    assert "press “Reconnect”" in str(alert.news)
    assert place.facts()["refused"] == 1
    place.connected()
    engine.prove(row, timezone.now())
    assert Connection.objects.get(pk=row.pk).state == ConnectionState.PROVED
    assert Incident.objects.get(connection=row).resolved_at is not None


class Sale:
    """A chain that begins in the ledger, and a run of it."""

    def __init__(self, place: Place, drive: Drive) -> None:
        self.place, self.drive = place, drive
        chain = rows.chain(place.row.workspace, schedule="", due_at=None)
        fields = {"email": {"from": "email", "as": "email"}}
        rows.hops(chain, [("entry", place.row, {"resource": "entries", "fields": fields})])
        freeze(chain, drive.now)
        self.run = run.request(chain, cause=Cause.MANUAL, persona=None, now=drive.now)
        Run.objects.filter(pk=self.run.pk).update(created_at=drive.now)
        ago = timezone.now() - HOUR
        Token.objects.filter(connection=place.row).update(expires_at=ago)

    def go_on(self, seconds: float) -> str:
        """Let time pass, and answer how far the hand-in is."""
        self.drive.seconds(seconds)
        return Run.objects.get(pk=self.run.pk).submission

    def entries(self) -> int:
        """Answer how many entries were made."""
        return len(self.place.server.control.records("ledger", self.place.name))


@pytest.fixture
def sale(db: None, server: LedgerServer, opened: Tool) -> Sale:
    return Sale(Place(server, books.OpenBooks).connected(), Drive(opened))


def test_a_lead_is_handed_in_with_a_token_renewed_before(sale: Sale) -> None:
    assert (sale.go_on(1), sale.entries()) == ("accepted", 1)
    assert sale.place.facts()["refreshes"] == 1


def test_a_hand_in_waits_while_another_renews_the_token(sale: Sale) -> None:
    assert token.claim(sale.place.kept(), timezone.now())
    assert (sale.go_on(60), sale.entries()) == ("intended", 0)
    assert Run.objects.get(pk=sale.run.pk).attempts == 0
    Token.objects.update(claim="", due_at=None)
    assert (sale.go_on(5), sale.entries()) == ("accepted", 1)


def test_a_hand_in_waits_for_an_authority_that_is_away_but_not_for_ever(sale: Sale) -> None:
    name = sale.place.name
    with sale.place.server.control.broken("tool:ledger", "503", match=TOKEN, account=name):
        assert sale.go_on(60) == "intended"
        Run.objects.update(created_at=sale.drive.now - timedelta(minutes=11))
        assert sale.go_on(30) == "cancelled"
    assert sale.entries() == 0
    assert not Incident.objects.filter(chain__isnull=False).exists()


def test_a_hand_in_without_consent_is_called_off_and_the_owner_told(sale: Sale) -> None:
    books.change(sale.place.server, sale.place.name, revoke=True)
    assert (sale.go_on(1), sale.entries()) == ("cancelled", 0)
    assert Incident.objects.get().connection == sale.place.row
