"""The door: its own hosts only, every status its error, no secret anywhere."""

import socket
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from connectors.kit.answer import Answer
from connectors.kit.auth import Basic, Bearer, HeaderKey, InBody, NoAuth, QueryKey
from connectors.kit.body import form_body, json_body
from connectors.kit.errors import (
    NeedsOwner,
    OutcomeUnknown,
    Refused,
    ToolError,
    TryLater,
    UnexpectedAnswer,
)
from connectors.kit.http import Door, Manners
from connectors.kit.ports import Ports
from tests.connectors.kit.server import LOOPBACK, Seen, Server, reply, serving

SECRET = "s3cr3t-k3y"
PORTS = Ports(networks=LOOPBACK, seconds=5, size=1000)


def door_to(server: Server, auth: NoAuth | None = None, **options: object) -> Door:
    manners = Manners(**options)  # type: ignore[arg-type]
    return Door("Tool", server.url, ports=PORTS, auth=auth, manners=manners)


def test_a_call_carries_query_headers_body_and_who_sends_it() -> None:
    with serving(reply('{"id": 7}')) as server:
        door = door_to(server, Bearer(SECRET), headers={"X-Version": "1"})
        answer = door.post(
            "/a b/é?x=1", query={"q": "a+b@c"}, headers={"X-Own": "2"}, body=json_body({"k": "é"})
        )
    seen = server.seen[0]
    assert seen.line == "POST /a%20b/%C3%A9?x=1&q=a%2Bb%40c HTTP/1.1"
    assert seen.headers["Authorization"] == f"Bearer {SECRET}"
    assert seen.headers["Content-Type"] == "application/json"
    assert (seen.headers["X-Version"], seen.headers["X-Own"]) == ("1", "2")
    assert seen.body == '{"k": "é"}'.encode()
    assert (answer.status, answer.json.text("id")) == (200, "7")


def test_the_door_counts_its_calls() -> None:
    with serving(reply()) as server:
        door = door_to(server)
        door.get("/")
        door.put("/", body=form_body([("a", "b")]))
        door.delete("/")
    assert door.calls == 3
    assert [seen.method for seen in server.seen] == ["GET", "PUT", "DELETE"]


def test_a_base_address_with_a_path_goes_before_every_path() -> None:
    with serving(reply()) as server:
        door = Door("Tool", f"{server.url}/api/", ports=PORTS)
        assert door.get("/x", query=[("a", "1"), ("a", "2")]).url == f"{server.url}/api/x?a=1&a=2"
    assert server.seen[0].target == "/api/x?a=1&a=2"


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(reply()) as server:
        assert door_to(server).get("/").status == 200


@pytest.mark.parametrize(
    "base", ["", "tool.example", "ftp://a.example", "http://", "http://u:p@a.example",
             "https://a.example?x=1", "https://a.example:port", "http://[::1"]
)  # fmt: skip
def test_a_base_that_is_no_web_address_needs_the_owner(base: str) -> None:
    with pytest.raises(NeedsOwner):
        Door("Tool", base, ports=PORTS)


def test_an_address_on_another_host_is_not_called() -> None:
    with serving(reply()) as own, serving(reply()) as other:
        door = door_to(own, Bearer(SECRET))
        assert door.get(f"{own.url}/next?page=2").status == 200
        for url in (
            f"{other.url}/next",
            f"http://localhost:{own.port}/",
            f"https://127.0.0.1:{own.port}/",
        ):
            with pytest.raises(UnexpectedAnswer):
                door.get(url)
        assert not other.seen
        assert len(own.seen) == 1


def test_a_redirect_is_never_followed() -> None:
    with serving(reply()) as other:
        moved = reply(b"", "302 Found", f"Location: {other.url}/")
        with serving(moved) as server:
            with pytest.raises(Refused):
                door_to(server, Bearer(SECRET)).get("/")
            with pytest.raises(OutcomeUnknown):
                door_to(server, Bearer(SECRET)).post("/")
            with pytest.raises(Refused):
                door_to(server).get("/")
        assert not other.seen


def test_a_door_for_pages_hands_redirects_back() -> None:
    with serving(reply(b"", "302 Found", "Location: /thanks?x=1")) as server:
        answer = door_to(server, redirects=True).get("/form")
    assert answer.location == f"{server.url}/thanks?x=1"


def test_a_forbidden_network_needs_the_owner_and_names_no_address() -> None:
    with serving(reply()) as server:
        door = Door("Tool", f"http://localhost:{server.port}", ports=Ports())
        with pytest.raises(NeedsOwner) as caught:
            door.get("/")
        assert not server.seen
    assert "localhost" in str(caught.value)


READS = {
    401: NeedsOwner, 403: NeedsOwner, 400: Refused, 402: Refused, 404: Refused, 405: Refused,
    409: Refused, 410: Refused, 422: Refused, 408: TryLater, 425: TryLater, 429: TryLater,
    500: TryLater, 502: TryLater, 503: TryLater, 504: TryLater, 599: TryLater, 304: Refused,
}  # fmt: skip
WRITES = READS | dict.fromkeys((409, 500, 502, 503, 504, 599, 304), OutcomeUnknown)


@pytest.mark.parametrize(("status", "error"), READS.items())
def test_each_status_of_a_read_is_its_error(status: int, error: type[ToolError]) -> None:
    with serving(reply('{"message": "so it is"}', f"{status} X")) as server:
        with pytest.raises(error) as caught:
            door_to(server).get("/path", query={"email": "a@b.c"})
        assert type(caught.value) is error
        assert caught.value.status == status
        assert caught.value.where == "Tool /path"


@pytest.mark.parametrize(("status", "error"), WRITES.items())
def test_each_status_of_a_write_is_its_error(status: int, error: type[ToolError]) -> None:
    with serving(reply("{}", f"{status} X")) as server:
        with pytest.raises(error) as caught:
            door_to(server).post("/")
        assert type(caught.value) is error
        assert len(server.seen) == 1


@pytest.mark.parametrize("status", [409, 500])
def test_a_write_that_may_be_repeated_is_never_of_unknown_outcome(status: int) -> None:
    with serving(reply("{}", f"{status} X")) as server:
        with pytest.raises((TryLater, Refused)):
            door_to(server).post("/search", repeatable=True)
        with pytest.raises((TryLater, Refused)):
            door_to(server).delete("/1")


def test_a_tool_may_say_too_fast_with_a_403() -> None:
    def is_limit(answer: Answer) -> bool:
        return answer.status == 403

    limited = serving(reply("slow down", "403 X", "Retry-After: 7"))
    with limited as server, pytest.raises(TryLater) as caught:
        door_to(server, is_limit=is_limit).post("/")
    assert caught.value.after == 7


@pytest.mark.parametrize("status", ["429 X", "503 X"])
def test_the_tool_says_when_to_come_back(status: str) -> None:
    asking = serving(reply("{}", status, "Retry-After: 30"))
    with asking as server, pytest.raises(TryLater) as caught:
        door_to(server).get("/")
    assert caught.value.after == 30


def test_a_tool_may_say_when_to_come_back_in_its_own_way() -> None:
    def pause(answer: Answer) -> float | None:
        return float(answer.headers.get("X-Reset", "30"))

    for headers, after in ((["X-Reset: 9"], 9), ([], 30), (["Retry-After: 5", "X-Reset: 9"], 5)):
        with serving(reply("{}", "429 X", *headers)) as server:
            with pytest.raises(TryLater) as caught:
                door_to(server, pause=pause).get("/")
            assert caught.value.after == after


def test_a_tool_that_broke_down_says_nothing_of_a_pause() -> None:
    with serving(reply("{}", "503 X")) as server, pytest.raises(TryLater) as caught:
        door_to(server, pause=lambda _answer: 30.0).get("/")
    assert caught.value.after is None


@pytest.mark.parametrize(("body", "error"), [("known", OutcomeUnknown), ("else", Refused)])
def test_a_refused_write_may_mean_that_there_is_such_a_record_already(
    body: str, error: type[ToolError]
) -> None:
    def is_known(answer: Answer) -> bool:
        return answer.page == "known"

    with serving(reply(body, "400 X")) as server:
        with pytest.raises(error):
            door_to(server, is_known=is_known).post("/")
        with pytest.raises(Refused):
            door_to(server, is_known=is_known).get("/")


def test_what_may_not_be_there_is_read_as_none() -> None:
    with serving(reply("{}", "404 X")) as server:
        assert door_to(server).maybe("/1") is None
    with serving(reply('{"id": 1}')) as server:
        found = door_to(server).maybe("/1", query={"a": "b"})
        assert found is not None
        assert found.json.text("id") == "1"
        assert server.seen[0].target == "/1?a=b"
    with serving(reply("{}", "400 X")) as server, pytest.raises(Refused):
        door_to(server).maybe("/1")


def test_what_is_gone_already_is_discarded_without_a_word() -> None:
    for status in ("200", "404", "410"):
        with serving(reply("{}", f"{status} X")) as server:
            door_to(server).discard("/1", gone=(404, 410), query={"a": "b"})
            assert server.seen[0].line == "DELETE /1?a=b HTTP/1.1"
    with serving(reply("{}", "410 X")) as server, pytest.raises(Refused):
        door_to(server).discard("/1")


def test_a_tool_may_say_no_with_a_success() -> None:
    def status(answer: Answer) -> int:
        return 403 if answer.page == "no" else answer.status

    for body, fine in (("no", False), ("yes", True)):
        with serving(reply(body)) as server:
            door = door_to(server, status=status, is_limit=lambda answer: answer.status == 429)
            if fine:
                assert door.get("/").page == "yes"
            else:
                with pytest.raises(NeedsOwner) as caught:
                    door.get("/")
                assert caught.value.status == 403


def test_silence_of_a_read_and_of_a_write_differ() -> None:
    with serving(lambda _seen: None) as server:
        with pytest.raises(TryLater):
            door_to(server).get("/")
        with pytest.raises(OutcomeUnknown):
            door_to(server).post("/")
    ports = Ports(networks=LOOPBACK, seconds=0.3)
    with serving([3.0]) as server:
        with pytest.raises(TryLater):
            Door("Tool", server.url, ports=ports).get("/")
        with pytest.raises(OutcomeUnknown):
            Door("Tool", server.url, ports=ports).post("/")


def test_a_refused_connection_sent_nothing_so_a_write_may_come_later() -> None:
    with serving(b"") as server:
        pass
    with pytest.raises(TryLater):
        door_to(server).post("/")


def test_an_unknown_name_is_tried_later() -> None:
    with pytest.raises(TryLater, match=r"no-such\.invalid"):
        Door("Tool", "https://no-such.invalid", ports=PORTS).post("/")


def test_a_body_beyond_the_cap_is_unexpected_and_after_a_write_unknown() -> None:
    with serving(reply(b"x" * 1001)) as server:
        with pytest.raises(UnexpectedAnswer):
            door_to(server).get("/")
        with pytest.raises(OutcomeUnknown):
            door_to(server).post("/")


def test_a_key_that_cannot_be_sent_needs_the_owner() -> None:
    with serving(reply()) as server, pytest.raises(NeedsOwner):
        door_to(server, Bearer("a\nb")).get("/")


def test_the_clocks_difference_is_read_from_the_last_answer() -> None:
    ahead = format_datetime(datetime.now(UTC) + timedelta(seconds=600), usegmt=True)
    with serving(reply("{}", "200 OK", f"Date: {ahead}")) as server:
        door = door_to(server)
        assert door.skew is None
        door.get("/")
        assert door.skew == pytest.approx(600, abs=2)
    with serving(reply("{}", "200 OK", "Date: yesterday")) as server:
        door = door_to(server)
        door.get("/")
        assert door.skew is None


def test_cookies_stay_in_a_door_that_keeps_them() -> None:
    with serving(reply("{}", "200 OK", "Set-Cookie: a=1; Path=/x", "Set-Cookie: b=2")) as server:
        for keeps in (True, False):
            door = door_to(server, cookies=keeps)
            door.get("/")
            door.get("/")
    assert [seen.headers.get("Cookie") for seen in server.seen] == [None, "a=1; b=2", None, None]


SCHEMES = [
    Basic("user", SECRET),
    Bearer(SECRET),
    Bearer(lambda: SECRET),
    HeaderKey("X-Key", SECRET),
    QueryKey("key", SECRET),
    InBody(SECRET),
]


@pytest.mark.parametrize("auth", SCHEMES)
@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 429, 500])
def test_no_secret_is_in_any_error_or_repr(auth: NoAuth, status: int) -> None:
    """The tool echoes everything it was sent, as careless tools do."""

    def echo(seen: object) -> bytes:
        said = f"{seen} not allowed".replace('"', "'")
        return reply(f'{{"message": "{said}"}}', f"{status} X", f"Location: /?k={SECRET}")

    with serving(echo) as server:
        door = door_to(server, auth)
        for call in (door.get, door.post, door.delete):
            try:
                answer = call("/p", query={"email": "ada@shop.test"})
                answer.json.number("message")
            except ToolError as error:
                told = "".join(traceback.format_exception(error)) + repr(vars(error))
                told += repr(error.message) + error.message.render()
                assert SECRET not in told
                for hidden in auth.secrets():
                    assert hidden not in told
        assert SECRET not in repr(door) + repr(auth) + repr(vars(door)["_auth"])
    assert len(server.seen) == 3


def test_a_hidden_path_is_in_no_error() -> None:
    path = f"/services/{SECRET}"
    with serving(reply("{}", "404 X")) as server, pytest.raises(Refused) as caught:
        door_to(server, hidden=True).post(path)
    told = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert SECRET not in told


def test_an_ipv6_host_is_called_by_its_literal() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        door = Door("Tool", f"http://[::1]:{listener.getsockname()[1]}", ports=PORTS)
        assert door.address.absolute("/x") == f"http://[::1]:{listener.getsockname()[1]}/x"
        assert door.address.is_own(door.address.absolute("/y"))


class Renewing:
    """A token that is old until it was renewed once."""

    def __init__(self) -> None:
        self.value, self.asked = "old", 0

    def renew(self) -> bool:
        self.asked += 1
        fresh, self.value = self.value == "old", "new"
        return fresh


def renewing_door(server: Server, renewing: Renewing) -> Door:
    ports = Ports(networks=LOOPBACK, seconds=5, token=lambda: renewing.value, renew=renewing.renew)
    return Door("Tool", server.url, ports=ports, auth=Bearer(ports.token))


def test_a_call_refused_for_its_token_goes_out_once_more_with_another() -> None:
    def answers(seen: Seen) -> bytes:
        fresh = seen.headers["Authorization"] == "Bearer new"
        return reply('{"id": 7}') if fresh else reply("{}", "401 No")

    with serving(answers) as server:
        door = renewing_door(server, Renewing())
        assert door.post("/", body=json_body({"k": 1})).json.text("id") == "7"
    assert [seen.body for seen in server.seen] == [b'{"k": 1}'] * 2


def test_a_second_refusal_needs_the_owner() -> None:
    renewing = Renewing()
    with serving(reply("{}", "401 No")) as server:
        with pytest.raises(NeedsOwner):
            renewing_door(server, renewing).get("/")
        assert (len(server.seen), renewing.asked) == (2, 1)


def test_a_token_that_was_typed_in_is_never_renewed() -> None:
    renewing = Renewing()
    ports = Ports(networks=LOOPBACK, seconds=5, renew=renewing.renew)
    with serving(reply("{}", "401 No")) as server:
        with pytest.raises(NeedsOwner):
            Door("Tool", server.url, ports=ports, auth=Bearer(SECRET)).get("/")
        assert (len(server.seen), renewing.asked) == (1, 0)


def test_without_a_token_nothing_is_sent_and_the_owner_is_asked_to_connect() -> None:
    with serving(reply()) as server:
        with pytest.raises(NeedsOwner, match="not connected yet"):
            Door("Tool", server.url, ports=PORTS, auth=Bearer(None)).get("/")
        assert server.connections == 0
