"""`manage.py apply` and `export`: words for people, exit codes for scripts, secrets for nobody."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from django.core.management import CommandError, call_command
from ruamel.yaml import YAML

from monitor.models import Chain, Connection
from tests.monitor import books
from tests.monitor.actions.shop import Shop, described, environment, shop

pytestmark = pytest.mark.django_db


@pytest.fixture(name="shop")
def _shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    with shop() as mine:
        yield mine


@pytest.fixture
def file(shop: Shop, tmp_path: Path) -> Path:
    path = tmp_path / "shop.yaml"
    path.write_text(described(shop.base))
    return path


def _said(*words: object) -> str:
    out = io.StringIO()
    call_command(*map(str, words), stdout=out)
    return out.getvalue()


def test_applying_tells_what_it_did_and_then_that_there_is_nothing_to_do(file: Path) -> None:
    first = _said("apply", file)

    assert "+ connection table: new" in first
    assert "+ chain quotes: new" in first
    assert "planted" not in first
    assert _said("apply", file) == "Nothing to change.\n"


def test_a_plan_changes_nothing_and_tells_what_a_month_brings(file: Path) -> None:
    plan = _said("apply", file, "--plan")

    assert "+ chain quotes: new" in plan
    assert not Chain.objects.exists()
    assert not Connection.objects.exists()
    assert "“Quote requests”: about 183 test leads a month" in plan
    assert "Web form: 183 form entries, which stay there." in plan
    assert "REST API: 183 records, removed after each run" in plan
    assert "and 183 tasks of your carriers" in plan
    assert "API calls" in plan
    assert "News of incidents goes to bella@shop.example, Slack." in plan
    assert "planted" not in plan


def test_a_plan_says_where_the_budget_is_the_limit(file: Path) -> None:
    file.write_text(file.read_text().replace("every 4h", "every 1h"))

    plan = _said("apply", file, "--plan")

    assert "about 183 test leads a month" in plan
    assert "asks for 731, but the daily budget of 6 allows no more" in plan


def test_pruning_tells_what_it_pauses(file: Path) -> None:
    _said("apply", file)
    file.write_text(file.read_text().split("channels:")[0])

    assert "‖ channel team: is paused, for the file lacks it" in _said("apply", file, "--prune")


def test_mistakes_end_with_code_2_and_nothing_changed(file: Path) -> None:
    file.write_text(file.read_text().replace("connector: rest", "connector: resst"))

    with pytest.raises(CommandError, match=r"shop\.yaml:\d+: connections\.table") as caught:
        _said("apply", file)

    assert caught.value.returncode == 2
    assert "nothing was changed" in str(caught.value)
    assert not Connection.objects.exists()


@pytest.mark.parametrize("name", ["", "absent.yaml", "."])
def test_a_file_that_cannot_be_read_is_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        _said("apply", *([tmp_path / name] if name else []))

    assert caught.value.returncode == 2


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("chains: {ä: 1}".encode("latin-1"))

    with pytest.raises(CommandError, match="UTF-8"):
        _said("apply", path)


def test_an_unknown_workspace_is_told(file: Path) -> None:
    with pytest.raises(CommandError, match="no workspace “other”"):
        _said("apply", file, "--workspace", "other")


def test_an_export_applies_to_nothing_and_fits_its_schema(file: Path) -> None:
    _said("apply", file)
    text = _said("export")
    file.write_text(text)

    assert "planted" not in text
    assert _said("apply", file) == "Nothing to change.\n"
    jsonschema.validate(
        YAML(typ="safe", pure=True).load(text), json.loads(_said("apply", "--schema"))
    )


def test_the_schema_fits_a_file_written_by_hand_and_refuses_unknown_keys(file: Path) -> None:
    schema = json.loads(_said("apply", "--schema"))
    document = YAML(typ="safe", pure=True).load(file.read_text())

    jsonschema.validate(document, schema)
    document["chains"]["quotes"]["scedule"] = "every 4h"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


def test_what_only_an_owner_can_connect_is_told_with_its_page(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.in_the_catalog(monkeypatch)
    path = tmp_path / "books.yaml"
    path.write_text("connections:\n  books: {connector: books}\n")
    told = (
        "! connection books: is not connected; connect it at "
        "http://127.0.0.1:8000/connections/books/connect/\n"
    )
    assert _said("apply", path, "--plan").splitlines(keepends=True)[1] == told
    assert _said("apply", path) == f"+ connection books: new\n{told}"
    assert _said("apply", path) == f"Nothing to change.\n{told}"
