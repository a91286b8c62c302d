"""A file's mappings are held against the fields that the tools themselves name."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from monitor.actions.file import apply as actions
from monitor.models import Workspace
from tests.monitor.actions.file.conftest import NOW, Apply, Refused
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess("--fast") as opened:
        yield opened


@pytest.fixture
def file(sandbox: SandboxProcess, settings: Settings) -> str:
    """A file with an audience at the entry and a CRM behind it."""
    audience, crm = (sandbox.state["tools"][name] for name in ("mailchimp", "hubspot"))
    settings.TOOL_URLS = {"mailchimp": audience["url"], "hubspot": crm["url"]}
    return f"""
connections:
  list:
    connector: mailchimp
    settings:
      api_key: {{env: LIST_KEY}}
      list_id: {audience["credentials"]["list_id"]}
  crm:
    connector: hubspot
    settings:
      token: {{env: CRM_TOKEN}}
chains:
  news:
    title: Newsletter
    address: leads@shop.example
    hops:
      member:
        connection: list
        fields:
          email_address: email
          FNAME: first_name
          LNAME: last_name
      contact:
        connection: crm
        resource: contacts
        after: member
        fields:
          email: email
          lastname: last_name
          lifecyclestage: {{from: topic, as: choice, choices: {{quote: lead, booking: customer}}}}
"""


@pytest.fixture
def apply(sandbox: SandboxProcess, workspace: Workspace) -> Apply:
    """Apply a file with the keys of the sandbox's accounts."""
    tools = sandbox.state["tools"]
    known = {
        "LIST_KEY": tools["mailchimp"]["credentials"]["api_key"],
        "CRM_TOKEN": tools["hubspot"]["credentials"]["token"],
    }
    return lambda text: actions.apply(text, "shop.yaml", workspace, known, NOW)


def test_a_mapping_that_fits_is_applied(file: str, apply: Apply) -> None:
    assert {one.verb for one in apply(file)} <= {"create", "change"}


def test_a_field_that_does_not_exist_is_named_with_its_line(file: str, refused: Refused) -> None:
    (line,) = refused(file.replace("LNAME: last_name", "LNAM: last_name"))
    assert "chains.news.hops.member.fields.LNAM" in line
    assert "Mailchimp has no field “LNAM” here; did you mean “LNAME”" in line
    assert "saved_unproved: true" in line


def test_a_choice_that_is_not_offered_is_named(file: str, refused: Refused) -> None:
    (line,) = refused(file.replace("booking: customer", "booking: shopper"))
    assert "does not offer “shopper” for “lifecyclestage”" in line
    assert "“subscriber”" in line


def test_what_is_saved_unproved_is_not_asked_about(file: str, apply: Apply) -> None:
    wrong = file.replace("LNAME: last_name", "LNAM: last_name")
    assert apply(
        wrong.replace("connector: mailchimp", "connector: mailchimp\n    saved_unproved: true")
    )


def test_a_tool_that_shows_no_fields_is_not_held_against_the_mapping(
    file: str, apply: Apply, sandbox: SandboxProcess
) -> None:
    with sandbox.control.broken("tool:hubspot", "403", match="/crm/v3/properties"):
        assert apply(file)
