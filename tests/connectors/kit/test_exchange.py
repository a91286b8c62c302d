"""One request and its answer: whole, in time, of bounded size, and sent once."""

import gzip
import logging
import os
import socket
import time
import zlib

import pytest

from connectors.kit import adapter, guard
from connectors.kit.address import Place
from connectors.kit.exchange import Reply, Request, Unanswered, exchange
from connectors.kit.guard import TooLarge
from tests.connectors.kit.authority import Authority
from tests.connectors.kit.server import LOOPBACK, Seen, Server, reply, serving

GET = Request(method="GET", target="/", headers={})
POST = Request(method="POST", target="/", headers={}, body=b"x", repeatable=False)


def place_of(server: Server) -> Place:
    return Place("http", "127.0.0.1", server.port, LOOPBACK)


def ask(server: Server, request: Request = GET, *, seconds: float = 5.0, size: int = 1000) -> Reply:
    return exchange(place_of(server), request, seconds=seconds, size=size)


def test_a_request_is_written_as_it_is_meant() -> None:
    with serving(reply(b"yes")) as server:
        request = Request(method="PUT", target="/a?b=1", headers={"X-One": "two"}, body=b"data")
        assert ask(server, request).body == b"yes"
    seen = server.seen[0]
    assert seen.line == "PUT /a?b=1 HTTP/1.1"
    assert seen.headers["Host"] == f"127.0.0.1:{server.port}"
    assert seen.headers["X-One"] == "two"
    assert seen.body == b"data"


@pytest.mark.parametrize("target", ["/a b", "/a\r\nX: y", "a", "/ä"])
def test_a_path_that_needs_encoding_is_refused(target: str) -> None:
    with serving(reply()) as server, pytest.raises(ValueError, match="path"):
        ask(server, Request(method="GET", target=target, headers={}))
    assert not server.seen


@pytest.mark.parametrize("headers", [{"A": "b\r\nC: d"}, {"A\nB": "c"}, {"A": "ł"}])
def test_a_header_that_could_smuggle_another_is_refused(headers: dict[str, str]) -> None:
    with serving(reply()) as server, pytest.raises(ValueError, match="header"):
        ask(server, Request(method="GET", target="/", headers=headers))


def test_a_connection_serves_many_calls() -> None:
    with serving(reply(b"1")) as server:
        for _ in range(3):
            ask(server)
        assert server.connections == 1


def test_a_connection_the_server_will_close_is_not_kept() -> None:
    with serving(reply(b"1", "200 OK", "Connection: close")) as server:
        ask(server)
        ask(server)
        assert server.connections == 2


def test_a_connection_of_an_old_server_is_kept_only_where_it_says_so() -> None:
    for wish, connections in (("Connection: keep-alive", 1), ("X: y", 2)):
        old = reply(b"1", "200 OK", wish).replace(b"HTTP/1.1", b"HTTP/1.0")
        with serving(old) as server:
            ask(server)
            ask(server)
            assert server.connections == connections


def test_a_connection_vetted_for_other_networks_is_another_one() -> None:
    with serving(reply(b"1")) as server:
        ask(server)
        narrow = place_of(server)._replace(networks=("127.0.0.1/32",))
        exchange(narrow, GET, seconds=5, size=1000)
        assert server.connections == 2
        with pytest.raises(guard.Forbidden):
            exchange(place_of(server)._replace(networks=()), GET, seconds=5, size=1000)
        assert len(server.seen) == 2


def test_a_connection_the_server_closed_meanwhile_is_not_used_even_for_a_write() -> None:
    with serving(reply(b"1")) as server:
        ask(server)
        server.hang_up()
        time.sleep(0.1)
        assert ask(server, POST).body == b"1"
        assert len(server.seen) == 2


def test_a_connection_idle_for_too_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(reply(b"1")) as server:
        ask(server)
        monkeypatch.setattr(adapter, "IDLE_SECONDS", 0.0)
        ask(server, POST)
        assert server.connections == 2


def test_a_forked_child_speaks_on_connections_of_its_own() -> None:
    with serving(reply(b"1")) as server:
        ask(server)
        child = os.fork()
        if child == 0:  # pragma: no cover - in the child
            os._exit(0 if ask(server).body == b"1" else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        ask(server)
        assert server.connections == 2


def _leaving(seen: list[Seen]) -> bytes | None:
    return reply(b"1") if len(seen) != 2 else None


def test_a_read_on_a_connection_closed_just_then_goes_out_again() -> None:
    with serving(lambda _s: _leaving(server.seen)) as server:
        ask(server)
        assert ask(server).body == b"1"
        assert len(server.seen) == 3


def test_a_write_on_a_connection_closed_just_then_never_goes_out_again() -> None:
    with serving(lambda _s: _leaving(server.seen)) as server:
        ask(server)
        with pytest.raises(Unanswered) as caught:
            ask(server, POST)
        assert caught.value.sent
        assert len(server.seen) == 2


def test_a_fresh_connection_that_closes_is_told_at_once() -> None:
    with serving(lambda _s: None) as server:
        with pytest.raises(Unanswered) as caught:
            ask(server)
        assert caught.value.reason == "closed"
        assert len(server.seen) == 1


def test_a_closed_port_took_nothing() -> None:
    with serving(b"") as server:
        pass
    with pytest.raises(Unanswered) as caught:
        ask(server)
    assert not caught.value.sent


def test_a_spent_budget_took_nothing() -> None:
    with serving(b"") as server, pytest.raises(Unanswered) as caught:
        ask(server, seconds=0.0)
    assert (caught.value.reason, caught.value.sent) == ("time", False)


@pytest.mark.parametrize(
    "pieces",
    [
        [5.0],
        [b"HTTP/1.1 200 OK\r\n", *[piece for n in range(50) for piece in (0.1, b"A: b\r\n")]],
        [
            b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n",
            *[p for n in range(50) for p in (0.1, b"x")],
        ],
        [b"HTTP/1.1 200 OK\r\n\r\n", *[p for n in range(50) for p in (0.1, b"x")]],
    ],
    ids=["silent", "dripping headers", "dripping body", "dripping without length"],
)
def test_time_is_up_however_slowly_the_answer_drips(pieces: list[bytes | float]) -> None:
    start = time.monotonic()
    with serving(pieces) as server, pytest.raises(Unanswered) as caught:
        ask(server, seconds=0.5)
    assert (caught.value.reason, caught.value.sent) == ("time", True)
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    "answer",
    [
        b"this is no HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    ],
    ids=["no HTTP", "short", "cut chunk", "bad chunk", "many headers", "no gzip"],
)
def test_an_answer_in_pieces_is_none(answer: bytes) -> None:
    with serving([answer]) as server, pytest.raises(Unanswered) as caught:
        ask(server)
    assert caught.value.sent


def test_chunks_and_bodies_without_a_length_are_read_whole() -> None:
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    with serving(chunked) as server:
        assert ask(server).body == b"abcde"
    with serving([b"HTTP/1.1 200 OK\r\n\r\nabcde"]) as server:
        assert ask(server).body == b"abcde"


def test_a_body_of_exactly_the_cap_is_taken_and_one_more_byte_is_not() -> None:
    with serving(reply(b"x" * 1000)) as server:
        assert len(ask(server).body) == 1000
    with serving(reply(b"x" * 1001)) as server, pytest.raises(TooLarge):
        ask(server)
    endless = [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 100] * 11]
    with serving(endless) as server, pytest.raises(TooLarge):
        ask(server)


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_packed_body_is_unpacked_up_to_the_cap(coding: str, pack: object) -> None:
    for length, fits in ((1000, True), (1001, False)):
        packed = pack(b"x" * length)  # type: ignore[operator]
        with serving(reply(packed, "200 OK", f"Content-Encoding: {coding}")) as server:
            if fits:
                assert ask(server).body == b"x" * length
            else:
                with pytest.raises(TooLarge):
                    ask(server)


@pytest.mark.parametrize(
    "answer",
    [
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", *[b"x" * 65536] * 40],
        [b"HTTP/1.1 200 OK\r\n", *[b"A: " + b"b" * 60_000 + b"\r\n"] * 40],
    ],
    ids=["chunk of negative length", "endless head"],
)
def test_no_trick_with_lengths_makes_a_call_take_in_more(answer: list[bytes]) -> None:
    with serving(answer) as server, pytest.raises(TooLarge):
        ask(server)


def test_an_announcement_alone_is_no_answer() -> None:
    with serving(b"HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n") as server:
        with pytest.raises(Unanswered) as caught:
            ask(server)
        assert (caught.value.reason, caught.value.sent) == ("broken", True)


def test_a_question_about_the_head_has_no_body() -> None:
    with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") as server:
        for _ in range(2):
            head = Request(method="HEAD", target="/", headers={})
            assert ask(server, head).body == b""
        assert server.connections == 1


def test_headers_are_found_whatever_their_case() -> None:
    with serving(reply(b"", "200 OK", "set-cookie:x", "Set-Cookie:  y ", "b:\xe9")) as server:
        headers = ask(server).headers
    assert headers.get("B") == "Ã©"
    assert headers.get("Set-Cookie") == "x"
    assert headers.get_all("SET-COOKIE") == ["x", "y"]
    assert headers.get("gone") == ""
    assert headers.get("gone", "else") == "else"
    assert headers.get_all("gone") == []


def test_no_line_of_a_log_holds_an_address(caplog: pytest.LogCaptureFixture) -> None:
    odd = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nno colon here\r\n\r\nok"
    with caplog.at_level(logging.DEBUG), serving(odd) as server:
        ask(server, Request(method="GET", target="/?key=s3cr3t", headers={}))
    assert "s3cr3t" not in caplog.text


def test_an_empty_answer_is_an_answer() -> None:
    with serving(b"HTTP/1.1 204 No Content\r\n\r\n") as server:
        assert ask(server).status == 204


def test_over_tls_the_name_is_kept_and_the_connection_too(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    def here(_host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", here)
    with serving(reply(b"safe"), authority.context) as server:
        place = Place("https", "tool.test", server.port, LOOPBACK)
        for _ in range(2):
            assert exchange(place, GET, seconds=5, size=1000).body == b"safe"
        assert (authority.names, server.connections) == (["tool.test"], 1)
        assert server.seen[0].headers["Host"] == f"tool.test:{server.port}"
        with pytest.raises(Unanswered) as caught:
            exchange(place._replace(host="other.test"), POST, seconds=5, size=1000)
        assert (caught.value.reason, caught.value.sent) == ("certificate", False)
    slow: list[bytes | float] = [b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", 0.1, b"x", 3.0]
    start = time.monotonic()
    with serving(slow, authority.context) as server, pytest.raises(Unanswered) as caught:
        exchange(place._replace(port=server.port), GET, seconds=0.5, size=1000)
    assert (caught.value.reason, caught.value.sent) == ("time", True)
    assert time.monotonic() - start < 2
