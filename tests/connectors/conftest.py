"""One sandbox for the contract, and a heal after every test."""

import os
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from tests.sandbox_process import Control, SandboxProcess
from workshop.live import CHOSEN


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Any]:
    if os.environ.get(CHOSEN):
        from tests.connectors.live import NoControl

        yield SimpleNamespace(state={}, control=NoControl())
        return
    with SandboxProcess("--fast", "--no-demo") as running:
        yield running


@pytest.fixture
def control(sandbox: SandboxProcess) -> Iterator[Control]:
    yield sandbox.control
    sandbox.control.heal()
