"""The sandbox as a process: it says where it is, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import requests

from sandbox.business import TOOLS
from tests.sandbox_process import ROOT, SandboxProcess, wait_for


def _refuses(address: str) -> bool:
    host, _, port = address.removeprefix("http://").rpartition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) != 0


def test_the_state_file_names_every_tool_once_all_of_them_listen() -> None:
    with SandboxProcess("--fast") as sandbox:
        tools = sandbox.state["tools"]
        assert set(tools) == {*(tool.slug for tool in TOOLS), "mail"}
        urls = [tools[slug]["url"] for slug in tools if slug not in ("mail", "slack")]
        assert len(set(urls)) == len(urls)
        assert not any(_refuses(url) for url in urls)
        assert not _refuses(tools["mail"]["smtp"])
        assert not _refuses(tools["mail"]["imap"])


def test_the_demo_has_a_sound_chain_and_one_that_swaps_name_and_email() -> None:
    with SandboxProcess("--fast") as sandbox:
        assert set(sandbox.state["chains"]) == {"bookings", "quote-requests"}
        (fault,) = sandbox.control.faults()
        assert fault["target"] == "handoff:quote-requests:mailchimp->crm"
        assert (fault["kind"], fault["fields"]) == ("swap", ["full_name", "email"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_frees_every_port(number: int) -> None:
    sandbox = SandboxProcess("--fast", "--no-demo").start()
    control, website = sandbox.state["control"], sandbox.state["tools"]["website"]["url"]
    sandbox.process.send_signal(number)
    assert sandbox.process.wait(10) == 0
    assert _refuses(control)
    assert _refuses(website)
    sandbox.stop()


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    code = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-m', 'sandbox', '--state-file', {str(state)!r}])\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    try:
        wait_for(state.exists, bool, 20)
        (child,) = psutil.Process(parent.pid).children()
    finally:
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    gone, alive = psutil.wait_procs([child], timeout=5)
    assert (len(gone), alive) == (1, [])


def test_ports_can_be_given() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        base = probe.getsockname()[1] - 20
    with SandboxProcess("--base-port", str(base), "--no-demo") as sandbox:
        assert sandbox.state["control"] == f"http://127.0.0.1:{base}"


def test_it_answers_a_thousand_requests_in_seconds() -> None:
    with SandboxProcess("--no-demo") as sandbox, requests.Session() as caller:
        caller.trust_env = False
        crm = sandbox.state["tools"]["crm"]
        headers = {"Authorization": f"Bearer {crm['credentials']['token']}"}
        begun = time.monotonic()
        for number in range(1000):
            row = {"email": f"leads+{number}@shop.test"}
            caller.post(f"{crm['url']}/api/records", json=row, headers=headers, timeout=10)
        assert time.monotonic() - begun < 15
        assert sandbox.control.requests()["tools"] == {"crm": 1000}
