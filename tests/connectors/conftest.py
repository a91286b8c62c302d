"""One sandbox for the contract, and a heal after every test."""

from collections.abc import Iterator

import pytest

from tests.sandbox_process import Control, SandboxProcess


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess("--fast", "--no-demo") as running:
        yield running


@pytest.fixture
def control(sandbox: SandboxProcess) -> Iterator[Control]:
    yield sandbox.control
    sandbox.control.heal()
