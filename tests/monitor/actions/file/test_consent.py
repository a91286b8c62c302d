"""A file with a connection that only its owner can connect: saved, and told where to go."""

from collections.abc import Iterator
from itertools import count

import pytest
from ruamel.yaml import YAML

from monitor.actions.file.apply import Change, apply, changes, drafts, unconnected
from monitor.actions.file.export import export
from monitor.actions.file.mistake import Unusable
from monitor.actions.file.prove import prove
from monitor.models import Connection, ConnectionState, Incident, Token, Workspace
from tests.ledger import LedgerServer
from tests.monitor import books
from tests.monitor.actions.file.conftest import NOW

_numbers = count(1)
PAGE = "http://127.0.0.1:8000/connections/books/connect/"


class Paper:
    """A file with one connection to an account of its own at the ledger."""

    def __init__(self, server: LedgerServer, workspace: Workspace) -> None:
        self.server, self.workspace = server, workspace
        self.name = f"p{next(_numbers)}"
        self.given = server.account(self.name)
        books.change(server, self.name, redirect_uri=books.BACK)
        self.environment = {"BOOKS_SECRET": self.given["client_secret"]}

    def text(self, tool: str = "books", *, client: bool = True, **changes: str) -> str:
        """Answer the file."""
        settings = {"client_id": changes.get("client_id", self.given["client_id"])}
        lines = [f"      {key}: {value}" for key, value in settings.items()]
        lines.append("      client_secret: {env: BOOKS_SECRET}")
        return "\n".join(
            [
                "connections:",
                "  books:",
                f"    connector: {tool}",
                f"    base: {self.server.url}",
                *(["    settings:", *lines] if client else []),
                "",
            ]
        )

    def apply(self, text: str) -> tuple[Change, ...]:
        """Apply a file."""
        return apply(text, "shop.yaml", self.workspace, self.environment, NOW)

    def waiting(self, text: str) -> tuple[tuple[str, str], ...]:
        """Answer what a file leaves to be connected."""
        wanted = drafts(text, "shop.yaml", self.workspace, self.environment, NOW)
        prove(wanted, text, NOW)
        assert not Incident.objects.exists()
        return unconnected(wanted)

    def connect(self) -> None:
        """Let the owner say yes."""
        books.connect(self.row)

    @property
    def row(self) -> Connection:
        """Answer the connection as it is stored."""
        return Connection.objects.get(slug="books")


@pytest.fixture(scope="module")
def server() -> Iterator[LedgerServer]:
    with LedgerServer() as opened:
        yield opened


@pytest.fixture
def paper(server: LedgerServer, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Paper:
    books.in_the_catalog(monkeypatch)
    return Paper(server, workspace)


def test_it_is_saved_as_not_connected_without_an_alarm(paper: Paper) -> None:
    text = paper.text()
    assert [one.verb for one in paper.apply(text)] == ["create"]
    row = paper.row
    assert (row.state, row.due_at) == (ConnectionState.NEEDS_OWNER, None)
    assert "is not connected yet" in row.problem["key"]
    assert not Incident.objects.exists()
    assert paper.waiting(text) == (("books", PAGE),)
    assert paper.apply(text) == ()


def test_a_plan_tells_what_is_to_be_connected_and_writes_nothing(paper: Paper) -> None:
    assert paper.waiting(paper.text()) == (("books", PAGE),)
    assert not Connection.objects.exists()


def test_client_id_and_secret_may_be_left_to_the_page(paper: Paper) -> None:
    assert [one.verb for one in paper.apply(paper.text(client=False))] == ["create"]
    assert paper.row.settings == {}


def test_what_was_entered_or_came_back_outlives_the_next_apply(paper: Paper) -> None:
    text = paper.text(client=False)
    paper.apply(text)
    row = paper.row
    row.settings = {"client_id": paper.given["client_id"], "realm": "r1"}
    row.secrets = {"client_secret": paper.given["client_secret"]}
    row.save()
    assert paper.apply(text) == ()
    assert paper.row.settings["realm"] == "r1"
    assert paper.row.secrets == {"client_secret": paper.given["client_secret"]}


def test_a_connected_one_is_proved_and_stays_so(paper: Paper) -> None:
    text = paper.text()
    paper.apply(text)
    paper.connect()
    Connection.objects.update(state=ConnectionState.UNPROVED)
    assert paper.waiting(text) == ()
    (change,) = paper.apply(text)
    assert "was proved" in change.details[0].render()
    assert paper.row.state == ConnectionState.PROVED
    assert paper.apply(text) == ()


def test_another_client_must_be_connected_anew(paper: Paper) -> None:
    paper.apply(paper.text())
    paper.connect()
    other = paper.text(client_id="another")
    Connection.objects.update(state=ConnectionState.PROVED)
    paper.apply(other)
    assert paper.row.state == ConnectionState.NEEDS_OWNER
    assert paper.waiting(other) == (("books", PAGE),)


def test_an_export_reads_back_without_any_variable_for_what_a_page_took(paper: Paper) -> None:
    paper.apply(paper.text(client=False))
    row = paper.row
    row.settings = {"client_id": paper.given["client_id"]}
    row.secrets = {"client_secret": paper.given["client_secret"]}
    row.save()
    text = export(paper.workspace)
    settings = YAML(typ="safe", pure=True).load(text)["connections"]["books"]["settings"]
    assert settings == {"client_id": paper.given["client_id"]}
    assert paper.given["client_secret"] not in text
    paper.environment = {}
    wanted = drafts(text, "shop.yaml", paper.workspace, {}, NOW)
    assert changes(wanted) == ()


def test_an_export_names_the_variable_that_a_file_named(paper: Paper) -> None:
    paper.apply(paper.text())
    assert "BOOKS_SECRET" in export(paper.workspace)
    assert Token.objects.count() == 0


def test_a_client_of_its_own_right_is_proved_like_any_other(paper: Paper) -> None:
    paper.apply(paper.text("own_books"))
    assert paper.row.state == ConnectionState.PROVED
    assert paper.waiting(paper.text("own_books")) == ()
    with pytest.raises(Unusable, match="client_id"):
        paper.apply(paper.text("own_books", client=False))


def test_a_wrong_secret_of_such_a_client_is_refused(paper: Paper) -> None:
    text = paper.text("own_books")
    paper.apply(text)
    paper.environment = {"BOOKS_SECRET": "wrong"}
    with pytest.raises(Unusable, match="client id and client secret"):
        paper.apply(text)
