"""`make live` on what it takes for a real account: a twin at another address."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

from tests.sandbox_process import ROOT, SandboxProcess
from workshop.live import Lacking, live, main

Environment = dict[str, str]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess("--fast", "--no-demo") as opened:
        yield opened


@pytest.fixture(scope="module")
def account(sandbox: SandboxProcess) -> Environment:
    """What names the account."""
    told = sandbox.state["tools"]["mailchimp"]
    return {
        "HANDOFF_LIVE_MAILCHIMP_API_KEY": told["credentials"]["api_key"],
        "HANDOFF_LIVE_MAILCHIMP_LIST_ID": told["credentials"]["list_id"],
        "HANDOFF_LIVE_MAILCHIMP_BASE": told["url"],
        "HANDOFF_LIVE_AT": "leads.handoff.test",
    }


@pytest.fixture(scope="module")
def said(account: Environment) -> str:
    """What a whole run says."""
    done = subprocess.run(
        [sys.executable, "-m", "workshop.live", "mailchimp", "-p", "no:cacheprovider"],
        cwd=ROOT,
        env={**os.environ, **account},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout


def test_the_contract_is_kept_and_what_cannot_run_is_named(said: str) -> None:
    summary = said.splitlines()[-1]
    assert "failed" not in summary
    assert int(summary.split(" passed")[0].split()[-1]) >= 8
    assert "needs faults or planted records" in said


def test_what_was_created_is_removed(said: str, sandbox: SandboxProcess) -> None:
    assert "Records removed at the end: " in said
    assert "Records removed at the end: 0." not in said
    assert "Left behind" not in said
    told = sandbox.state["tools"]["mailchimp"]
    given = told["credentials"]
    members = f"{told['url']}/3.0/lists/{given['list_id']}/members"
    asked = requests.get(members, auth=("any", given["api_key"]), timeout=10).json()
    assert asked["members"] == []
    archived = [one["email"] for one in sandbox.control.records("mailchimp")]
    assert any("@leads.handoff.test" in email for email in archived)


def test_what_is_missing_is_named(account: Environment, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Lacking, match="HANDOFF_LIVE_MAILCHIMP_API_KEY, HANDOFF_LIVE_MAILCHIMP_LI"):
        live("mailchimp", {})
    with pytest.raises(Lacking, match="HANDOFF_LIVE_XERO_ACCESS_TOKEN"):
        live("xero", {})
    assert live("mailchimp", account).settings.keys() == {"api_key", "list_id"}
    assert main(["mailchimpp"]) == 2
    assert "did you mean mailchimp?" in capsys.readouterr().err


def test_no_secret_is_said(said: str, account: Environment) -> None:
    assert account["HANDOFF_LIVE_MAILCHIMP_API_KEY"] not in said
