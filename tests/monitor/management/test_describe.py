"""`describe` prints what a mapping may name, or says why it cannot."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from monitor.models import Connection, Workspace
from tests.monitor.engine import rows
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess("--fast") as opened:
        yield opened


@pytest.fixture
def shop() -> Workspace:
    return rows.workspace()


@pytest.fixture
def crm(shop: Workspace, sandbox: SandboxProcess) -> Connection:
    """A connection to the sandbox's HubSpot."""
    told = sandbox.state["tools"]["hubspot"]
    secrets = {"token": told["credentials"]["token"]}
    return rows.connection(shop, "crm", connector="hubspot", base=told["url"], secrets=secrets)


def said(*words: str) -> str:
    out = StringIO()
    call_command("describe", *words, stdout=out)
    return out.getvalue()


def test_each_field_is_a_line_with_its_kind_and_choices(crm: Connection) -> None:
    lines = said("crm").splitlines()
    assert any(line.split() == ["email", "Email", "(email)"] for line in lines)
    (stage,) = [line for line in lines if line.startswith("lifecyclestage ")]
    assert "choice; one of: subscriber, lead" in stage
    (made,) = [line for line in lines if line.startswith("createdate ")]
    assert "filled by the tool" in made


def test_another_kind_of_record_has_fields_of_its_own(crm: Connection) -> None:
    assert "dealname" in said("crm", "deals")


def test_a_name_that_is_not_there_is_said_with_the_nearest(crm: Connection) -> None:
    with pytest.raises(CommandError, match="did you mean “crm”"):
        said("crmm")
    with pytest.raises(CommandError, match="did you mean “deals”"):
        said("crm", "deal")


def test_a_tool_that_tells_no_fields_says_so(shop: Workspace) -> None:
    rows.connection(shop, "table")
    with pytest.raises(CommandError, match="does not tell its fields"):
        said("table")


def test_what_the_tool_refuses_is_a_sentence(crm: Connection, sandbox: SandboxProcess) -> None:
    with sandbox.control.broken("tool:hubspot", "403"), pytest.raises(CommandError, match="rights"):
        said("crm")
