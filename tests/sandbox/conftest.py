"""One sandbox for all its tests; every test draws chains and accounts of its own."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.sandbox.people import Json
from tests.sandbox_process import Control, SandboxProcess

_numbers = itertools.count(1)
Draw = Callable[..., Json]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess("--fast", "--no-demo") as running:
        yield running


@pytest.fixture
def control(sandbox: SandboxProcess) -> Iterator[Control]:
    yield sandbox.control
    sandbox.control.heal()


@pytest.fixture
def draw(control: Control) -> Draw:
    """Draw a chain under a name no other test has, with hops that take no time."""

    def drawn(*hops: str | Json, **wanted: object) -> Json:
        wanted.setdefault("delay", 0.02)
        if hops:
            wanted["hops"] = list(hops)
        return control.chain(f"t{next(_numbers)}", **wanted)

    return drawn
