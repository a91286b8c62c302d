"""The guard: which addresses it lets through, and that time is up when it is up."""

import socket
import threading
import time

import pytest

from connectors.kit import guard
from tests.connectors.kit.authority import Authority
from tests.connectors.kit.server import LOOPBACK, serving


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "0.0.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255",
        "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "224.0.0.1",
        "239.255.255.255", "240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808",
        "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::1", "2001::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_forbidden(address: str) -> None:
    assert not guard.is_allowed(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111"]
)
def test_a_public_address_is_allowed(address: str) -> None:
    assert guard.is_allowed(address)


def test_a_network_of_the_deployment_is_allowed_and_its_neighbour_is_not() -> None:
    assert guard.is_allowed("10.1.2.255", ("10.1.2.0/24",))
    assert not guard.is_allowed("10.1.3.0", ("10.1.2.0/24",))
    assert guard.is_allowed("64:ff9b::808:808", ("64:ff9b::/96",))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0", "::1"]
)
def test_no_spelling_of_loopback_gets_through(host: str) -> None:
    with pytest.raises(guard.Forbidden):
        guard.connect(host, 80)


def test_one_forbidden_address_of_a_name_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def mixed(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, 1, 6, "", (ip, port)) for ip in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", mixed)
    with pytest.raises(guard.Forbidden):
        guard.connect("mixed.example", 80)


def test_a_name_is_looked_up_once_for_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    with serving(b"") as server:

        def rebinding(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
            asked.append(host)
            ip = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
            return [(socket.AF_INET, 1, 6, "", (ip, port))]

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        guard.connect("rebinding.example", server.port, ("127.0.0.1/32",)).close()
    assert asked == ["rebinding.example"]


def test_a_second_address_is_tried_where_the_first_takes_no_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(b"") as server:

        def two(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
            return [
                (socket.AF_INET6, 1, 6, "", ("::1", port, 0, 0)),
                (socket.AF_INET, 1, 6, "", ("127.0.0.1", port)),
            ]

        monkeypatch.setattr(socket, "getaddrinfo", two)
        wire = guard.connect("two.example", server.port, LOOPBACK)
        assert wire.getpeername()[0] == "127.0.0.1"
        wire.close()


def test_an_unknown_name_is_no_connection() -> None:
    with pytest.raises(guard.NotConnected) as caught:
        guard.connect("no-such-name.invalid", 80)
    assert caught.value.reason == "name"


def test_a_name_no_server_could_have_is_no_connection() -> None:
    with pytest.raises(guard.NotConnected) as caught:
        guard.connect("a" * 70 + ".example", 80)
    assert caught.value.reason == "name"


def test_a_slow_look_up_ends_with_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_about: object, **_more: object) -> list[object]:
        threading.Event().wait(1.5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    start = time.monotonic()
    with guard.budget(0.2), pytest.raises(guard.NotConnected) as caught:
        guard.connect("slow.example", 80)
    assert caught.value.reason == "name"
    assert time.monotonic() - start < 1


def test_a_closed_port_is_no_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(guard.NotConnected) as caught:
        guard.connect("127.0.0.1", port, LOOPBACK)
    assert caught.value.reason == "connect"


def test_without_a_budget_time_is_not_limited() -> None:
    assert guard.left() is None


def test_a_spent_budget_ends_the_next_operation() -> None:
    with guard.budget(0.0), pytest.raises(TimeoutError):
        guard.left()


def _over_tls(authority: Authority, host: str, monkeypatch: pytest.MonkeyPatch) -> bytes:
    def here(_host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", here)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=authority.serve, args=(listener, b"hello"), daemon=True)
        thread.start()
        wire = guard.connect(host, listener.getsockname()[1], LOOPBACK)
        with guard.budget(5), guard.secured(wire, host) as secure:
            secure.sendall(b"ping")
            with secure.makefile("rb") as lines:
                said = lines.read(5)
        thread.join(5)
    return said


def test_tls_names_the_host_and_proves_its_certificate(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _over_tls(authority, "tool.test", monkeypatch) == b"hello"
    assert authority.names == ["tool.test"]


def test_a_certificate_of_another_name_is_no_connection(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(guard.NotConnected) as caught:
        _over_tls(authority, "other.test", monkeypatch)
    assert caught.value.reason == "certificate"


def test_a_server_that_speaks_no_tls_is_no_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = guard.connect("127.0.0.1", listener.getsockname()[1], LOOPBACK)
        with listener.accept()[0] as server:
            server.sendall(b"220 this is not TLS\r\n")
            with guard.budget(5), pytest.raises(guard.NotConnected) as caught:
                guard.secured(wire, "127.0.0.1")
    assert caught.value.reason == "connect"


def test_a_server_that_never_shakes_hands_ends_with_the_budget() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = guard.connect("127.0.0.1", listener.getsockname()[1], LOOPBACK)
        with guard.budget(0.2), pytest.raises(guard.NotConnected) as caught:
            guard.secured(wire, "127.0.0.1")
    assert caught.value.reason == "connect"
