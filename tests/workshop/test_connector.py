"""What `make connector` makes is clean, in every list, and red with what to write next."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandbox_process import ROOT
from workshop import connector
from workshop.connector import New, NotMade, make

ROOMS = ("connectors", "sandbox", "monitor", "tests", "docs", "templates", "workshop")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with a new connector in it."""
    place = tmp_path_factory.mktemp("tree")
    for room in ROOMS:
        shutil.copytree(ROOT / room, place / room, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "manage.py", "Makefile", "requirements.txt"):
        shutil.copy(ROOT / file, place / file)
    wanted = ["acme_desk", "crm", "--title", "Acme Desk", "--root", str(place)]
    assert connector.main(wanted) == 0
    return place


def run(tree: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=200)


def test_what_is_made_is_formatted_and_linted(tree: Path) -> None:
    touched = [name for name in New("acme_desk", "crm", "Acme Desk").files() if name[-3:] == ".py"]
    lists = ("connectors/catalog.py", "sandbox/business.py", "sandbox/stations/__init__.py",
             "tests/connectors/twins/__init__.py")  # fmt: skip
    for check in (["check"], ["format", "--check"]):
        said = run(tree, "ruff", *check, *touched, *lists)
        assert said.returncode == 0, said.stdout


def test_it_is_in_the_catalog_the_sandbox_and_the_documents(tree: Path) -> None:
    said = run(tree, "pytest", "-q", "-p", "no:cacheprovider", "tests/test_docs.py",
               "tests/sandbox/tools/test_acme_desk.py", "tests/connectors/crm/test_acme_desk.py",
               "tests/connectors/test_reference.py")  # fmt: skip
    assert said.returncode == 0, said.stdout[-3000:]


def test_the_contract_is_red_and_says_what_to_write_first(tree: Path) -> None:
    said = run(tree, "pytest", "-q", "-p", "no:cacheprovider", "tests/connectors/test_contract.py",
               "-k", "acme_desk-records or has_a_twin")  # fmt: skip
    assert said.returncode == 1
    assert "NotImplementedError: Write check() first" in said.stdout
    assert "NotImplementedError: Write find(): one search" in said.stdout
    assert "FAILED tests/connectors/test_contract.py::test_every_connector_of" not in said.stdout


def test_nothing_is_overwritten(tree: Path) -> None:
    page = tree / "connectors/crm/acme_desk.py"
    page.write_text(f"{page.read_text()}# written on\n")
    before = (tree / "connectors/catalog.py").read_text()
    with pytest.raises(NotMade, match="already; nothing was written"):
        make(New("acme_desk", "crm", ""), tree)
    assert page.read_text().endswith("# written on\n")
    assert (tree / "connectors/catalog.py").read_text() == before


@pytest.mark.parametrize(
    ("name", "kind", "sentence"),
    [("Acme", "crm", "small letters"), ("", "crm", "NAME is ''"), ("acme", "boat", "one of form")],
)
def test_a_name_or_kind_it_cannot_use_is_a_sentence(
    name: str, kind: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert connector.main([name, kind]) == 2
    assert sentence in capsys.readouterr().err
