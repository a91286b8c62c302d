"""What every test shares: a real broker, sockets to loopback only, one profile for Hypothesis."""

import ipaddress
import os
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from monitor.management.valkey import Valkey

hypothesis_settings.register_profile("dev", deadline=None)
hypothesis_settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


class LeftLoopback(BaseException):
    """A test tried to reach another machine. No `except Exception` may hide that."""


def _only_loopback(event: str, details: tuple[object, ...]) -> None:
    if event != "socket.connect" or not isinstance(details[1], tuple):
        return
    host = str(details[1][0])
    try:
        allowed = ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        allowed = host == "localhost"
    if not allowed:
        raise LeftLoopback(f"A test opened a socket to {host}; tests talk to loopback only.")


if not os.environ.get("HANDOFF_LIVE"):  # `make live` is for calling a real tool
    sys.addaudithook(_only_loopback)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Play the stories last: their deadlines are seconds, and the others wait for them anyway."""
    items.sort(key=lambda item: item.nodeid.startswith("tests/stories/"))


@pytest.fixture(scope="session", autouse=True)
def broker() -> Iterator[str]:
    """A real Redis-protocol server of this test process's own, where the settings look for it."""
    if settings.REDIS_URL.startswith("unix://"):
        with Valkey(settings.VALKEY_SOCKET):
            yield settings.REDIS_URL
    else:
        yield settings.REDIS_URL
