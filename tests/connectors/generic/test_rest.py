"""Any JSON API: its auth, its shapes, its pages, and settings that cannot be right."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from connectors.generic.jsonpaths import found, is_astray, path_of
from connectors.generic.rest import Rest
from connectors.kit.errors import NeedsOwner, Refused, ToolError, UnexpectedAnswer
from connectors.kit.records import Arrival
from tests.connectors.kit.server import reply, serving
from tests.connectors.lone import LEAD, at

SINCE = datetime(2026, 4, 3, 10, tzinfo=UTC)


def rest_at(url: str, keys: str = "email name", **settings: str) -> Rest:
    told = {"base_url": url, "token": "tok", "check_path": "/me", "submit_path": "/new",
            "list_path": "/list?since={since}", "remove_path": "/x/{id}", **settings}  # fmt: skip
    made = at("rest", "records", told, keys=tuple(keys.split()))
    assert isinstance(made, Rest)
    return made


def raised(act: Callable[[], object]) -> ToolError:
    with pytest.raises(ToolError) as caught:
        act()
    return caught.value


@pytest.mark.parametrize(
    ("settings", "header", "value"),
    [
        ({}, "Authorization", "Bearer tok"),
        ({"auth": "header"}, "X-Api-Key", "tok"),
        ({"auth": "header", "auth_name": "X-Own"}, "X-Own", "tok"),
        ({"auth": "basic", "user": "ada"}, "Authorization", "Basic YWRhOnRvaw=="),
        ({"auth": "none"}, "Authorization", None),
    ],
)
def test_calls_are_signed_as_the_owner_says(
    settings: dict[str, str], header: str, value: str | None
) -> None:
    with serving(reply('{"name": "Shop"}')) as server:
        account = rest_at(server.url, account="$.name", **settings).check()
        assert server.seen[0].headers.get(header) == value
    assert (account.id, account.label) == ("127.0.0.1/Shop", "Shop")


def test_a_key_may_go_in_the_query() -> None:
    with serving(reply()) as server:
        assert rest_at(server.url, auth="query").check().id == "127.0.0.1"
        assert server.seen[0].target == "/me?api_key=tok"


def test_an_account_that_is_not_where_it_should_be_is_unexpected() -> None:
    with serving(reply()) as server:
        assert isinstance(raised(rest_at(server.url, account="$.name").check), UnexpectedAnswer)


@pytest.mark.parametrize(
    ("settings", "method", "body"),
    [
        ({}, "POST", '{"email": "probe+bodigu@shop.test", "name": "Bodigu"}'),
        ({"submit_method": "PUT", "wrap": "data.attributes"}, "PUT",
         '{"data": {"attributes": {"email": "probe+bodigu@shop.test", "name": "Bodigu"}}}'),
        ({"submit_as": "form"}, "POST", "email=probe%2Bbodigu%40shop.test&name=Bodigu"),
    ],
)  # fmt: skip
def test_a_lead_is_written_in_the_tools_notation(
    settings: dict[str, str], method: str, body: str
) -> None:
    with serving(reply('{"data": {"id": 7}}')) as server:
        assert rest_at(server.url, submit_id="$.data.id", **settings).submit(LEAD).id == "7"
        assert rest_at(server.url, **settings).submit(LEAD).id == ""
        assert (server.seen[0].method, server.seen[0].body.decode()) == (method, body)


def look(rest: Rest, count: int = 1) -> list[Arrival]:
    return list(rest.find([LEAD] * count, SINCE))


ITEM = '{"id": 5, "created_at": "2026-04-03T10:00:00Z", "email": "Probe+bodigu@shop.test"}'


def test_a_listing_is_read_to_its_last_page_and_others_are_left_out() -> None:
    pages = {
        "/list?since=2026-04-03T10%3A00%3A00Z": '{"items": [{"id": 1}], "next": "/list?p=2"}',
        "/list?p=2": f'{{"items": [{ITEM}, {ITEM}], "next": null}}',
    }
    with serving(lambda seen: reply(pages[seen.target])) as server:
        (arrival,) = look(rest_at(server.url, records="$.items[*]", next="$.next"))
        assert len(server.seen) == 2
    assert arrival.id == "5"
    assert arrival.created_at == SINCE
    assert arrival.record == {"email": "Probe+bodigu@shop.test"}


def test_fields_are_read_from_where_they_stand() -> None:
    item = '{"id": 5, "who": {"mail": "probe+bodigu@shop.test"}, "tags": [{"k": "n", "v": "Bo"}]}'
    with serving(reply(f"[{item}]")) as server:
        fields = '{"email": "$.who.mail", "name": "$.tags[?@.k == \'n\'].v", "gone": "$.x"}'
        (arrival,) = look(rest_at(server.url, keys="email name gone", fields=fields))
    assert arrival.record == {"email": "probe+bodigu@shop.test", "name": "Bo"}
    assert arrival.created_at is None


def test_a_page_on_another_host_and_one_that_comes_again_are_unexpected() -> None:
    with serving(reply()) as other:
        for onward in (f"{other.url}/p2", "/list?p=2"):
            body = f'{{"items": [], "next": "{onward}"}}'
            with serving(reply(body)) as server:
                rest = rest_at(server.url, records="$.items[*]", next="$.next")
                assert isinstance(raised(lambda: look(rest)), UnexpectedAnswer)  # noqa: B023
        assert not other.seen


@pytest.mark.parametrize("body", ['{"data": []}', "{}", '"text"', '{"records": "none"}'])
def test_records_that_are_not_where_they_should_be_are_unexpected(body: str) -> None:
    with serving(reply(body)) as server:
        error = raised(lambda: look(rest_at(server.url, records="$.records[*]")))
    assert isinstance(error, UnexpectedAnswer)
    assert "$.records[*]" in str(error)


@pytest.mark.parametrize("body", ['{"records": []}', '{"records": {}}', '{"records": null}'])
def test_an_empty_list_of_records_is_nothing_found(body: str) -> None:
    with serving(reply(body)) as server:
        assert look(rest_at(server.url, records="$.records[*]")) == []


def test_a_record_without_an_id_is_unexpected() -> None:
    with serving(reply('[{"email": "x"}]')) as server:
        assert isinstance(raised(lambda: look(rest_at(server.url))), UnexpectedAnswer)


def test_a_search_is_made_for_each_handle_where_nothing_can_be_listed() -> None:
    with serving(reply("[]")) as server:
        look(rest_at(server.url, list_path="", find_path="/find?q={handle}"), count=2)
        targets = [seen.target for seen in server.seen]
    assert targets == ["/find?q=probe%2Bbodigu%40shop.test"] * 2 + ["/find?q=Bodigu"]


def test_a_listing_serves_many_leads_better_than_a_search_for_each() -> None:
    with serving(reply("[]")) as server:
        rest = rest_at(server.url, find_path="/find?q={handle}")
        look(rest, count=3)
        assert len(server.seen) == 1
        look(rest, count=1)
        assert [seen.target.partition("?")[0] for seen in server.seen[1:]] == ["/find", "/list"]


@pytest.mark.parametrize(("status", "fine"), [(404, True), (410, True), (204, True), (400, False)])
def test_a_record_that_is_gone_already_is_fine(status: int, fine: bool) -> None:
    with serving(reply("", f"{status} X")) as server:
        rest, arrival = rest_at(server.url), Arrival(id="a/b", record={})
        if fine:
            rest.remove(arrival)
        else:
            assert isinstance(raised(lambda: rest.remove(arrival)), Refused)
        assert server.seen[0].target == "/x/a%2Fb"


def test_a_call_without_its_path_needs_the_owner() -> None:
    with serving(reply()) as server:
        for path in ("", "me"):
            error = raised(lambda: rest_at(server.url, submit_path=path).submit(LEAD))  # noqa: B023
            assert isinstance(error, NeedsOwner)
            assert "submit_path" in str(error)


@pytest.mark.parametrize("settings", [{"records": "$["}, {"fields": "[]"}, {"next": "$..["}])
def test_settings_that_cannot_be_right_need_the_owner(settings: dict[str, str]) -> None:
    with serving(reply()) as server:
        assert isinstance(raised(lambda: rest_at(server.url, **settings)), NeedsOwner)


@pytest.mark.parametrize(
    ("path", "value", "result"),
    [
        ("$", {"a": 1}, [{"a": 1}]),
        ("$.a.b", {"a": {"b": 1}}, [1]),
        ("$.a[1].b", {"a": [0, {"b": 2}]}, [2]),
        ("a.b", {"a.b": 3, "a": {"b": 4}}, [3]),
        ("a.b", {"a": {"b": 4}}, [4]),
        ("a", {"a": None}, [None]),
        ("$.a", {}, []),
        ("$.a[*]", {"a": [1, 2]}, [1, 2]),
        ("$[*]", "text", []),
        ("$['a b']", {"a b": 5}, [5]),
    ],
)
def test_paths_find_what_they_name(path: str, value: object, result: list[object]) -> None:
    made = path_of(path)
    assert made is not None
    assert found(made, value) == result


@pytest.mark.parametrize(
    ("path", "value", "astray"),
    [
        ("$[*]", [], False),
        ("$[*]", [1], False),
        ("$[*]", "text", True),
        ("$.a", {}, True),
        ("$.a.b", {"b": 1}, True),
        ("$.a[0]", {"a": []}, False),
        ("$.a[0].b", {"a": []}, False),
        ("$.a[0].b", {"a": [{}]}, True),
        ("$.a[*].b[*]", {"a": []}, False),
        ("$.a[*].b[*]", {"a": [{}]}, True),
        ("$.a[*].b[*]", {"a": [{"b": []}]}, False),
        ("$.a[?@.b == 1]", {"a": [{"b": 2}]}, False),
        ("$.a[?@.b == 1]", {"c": [{"b": 2}]}, True),
        ("$..a[*]", {"c": []}, True),
        ("$.a[*] | $.b[*]", {}, False),
    ],
)
def test_a_name_that_is_absent_is_told_from_a_list_that_is_empty(
    path: str, value: object, astray: bool
) -> None:
    made = path_of(path)
    assert made is not None
    assert is_astray(made, value) is astray


def test_no_path_is_no_path() -> None:
    assert path_of("") is None
    assert path_of("$[") is None
