"""Answers are read by path; what is missing is named, and nothing is guessed."""

from datetime import UTC, datetime

import pytest

from connectors.kit.address import Address
from connectors.kit.answer import ABSENT, Answer, Origin, Piece, instant, walked
from connectors.kit.errors import OutcomeUnknown, UnexpectedAnswer
from connectors.kit.headers import Headers

ORIGIN = Origin(tool="Tool", where="Tool /x")


def answer(body: bytes, *, wrote: bool = False, **headers: str) -> Answer:
    told = Headers((name.replace("_", "-"), value) for name, value in headers.items())
    origin = Origin(tool="Tool", where="Tool /x", wrote=wrote)
    address = Address("https://tool.example", ())
    return Answer(origin=origin, address=address, target="/x", headers=told, body=body)


def piece(value: object) -> Piece:
    return Piece(value, ORIGIN)


def test_values_are_read_by_path() -> None:
    data = piece({"a": [{"id": 7, "name": "x", "at": "2026-04-03T10:00:00Z"}]})
    assert data.text("a.0.id") == "7"
    assert data.text("a.0.name") == "x"
    assert data.number("a.0.id") == 7
    assert data.time("a.0.at") == datetime(2026, 4, 3, 10, tzinfo=UTC)
    assert [each.text("name") for each in data.each("a")] == ["x"]
    assert next(iter(data.each("a"))).path == "$.a[0]"


def test_an_error_in_any_shape_can_be_asked_for_its_words() -> None:
    assert answer(b'{"code": "known"}', wrote=True).told.maybe_text("code") == "known"
    assert answer(b"<html>", wrote=True).told.maybe_text("code") == ""


@pytest.mark.parametrize(
    ("read", "path"),
    [
        (lambda data: data.text("a.1.id"), "$.a[1].id"),
        (lambda data: data.text("flag"), "$.flag"),
        (lambda data: data.number("flag"), "$.flag"),
        (lambda data: data.number("text"), "$.text"),
        (lambda data: data.time("text"), "$.text"),
        (lambda data: data.time("flag"), "$.flag"),
        (lambda data: list(data.each("text")), "$.text"),
        (lambda data: data.at("a.0").text("gone"), "$.a[0].gone"),
        (lambda data: data.at("text").pick(["x"]), "$.text"),
    ],
)
def test_what_is_not_as_expected_is_named_by_its_path(read: object, path: str) -> None:
    data = piece({"a": [{"id": 7}], "text": "words", "flag": True})
    with pytest.raises(UnexpectedAnswer) as caught:
        read(data)  # type: ignore[operator]
    assert caught.value.path == path
    assert path in str(caught.value)


def test_what_may_be_absent_is_asked_for_as_such() -> None:
    data = piece({"a": None, "t": "words", "at": "2026-04-03"})
    assert data.maybe("gone.deep") is None
    assert data.maybe("a") is not None
    assert data.maybe_text("a") == ""
    assert data.maybe_text("t") == "words"
    assert data.maybe_time("gone") is None
    assert data.maybe_time("t") is None
    assert data.maybe_time("at") == datetime(2026, 4, 3, tzinfo=UTC)


def test_a_list_that_may_be_absent_is_read_as_an_empty_one() -> None:
    read = answer(b'{"a": [1, 2], "b": 5}').json
    assert [one.text() for one in read.maybe_each("a")] == ["1", "2"]
    assert list(read.maybe_each("c")) == []
    with pytest.raises(UnexpectedAnswer):
        list(read.maybe_each("b"))


def test_a_picked_record_is_flat_and_leaves_out_what_is_absent() -> None:
    data = piece({"a": 1, "b": {"c": None, "d": [5]}, "x.y": 2})
    assert data.pick(["a", "b.c", "b.d.0", "x.y", "gone", "b.gone"]) == {
        "a": 1, "b.c": None, "b.d.0": 5, "x.y": 2,
    }  # fmt: skip


def test_a_body_that_is_no_json_is_unexpected_and_after_a_write_unknown() -> None:
    with pytest.raises(UnexpectedAnswer):
        _ = answer(b"<html>").json
    with pytest.raises(UnexpectedAnswer):
        _ = answer(b"[" * 100_000).json
    with pytest.raises(OutcomeUnknown):
        _ = answer(b"", wrote=True).json


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-04-03T10:00:00+02:00", datetime(2026, 4, 3, 8, tzinfo=UTC)),
        ("2014-02-14T11:12:54.8054242-05:00", datetime(2014, 2, 14, 16, 12, 54, 805424, UTC)),
        (1_775_210_400, datetime(2026, 4, 3, 10, tzinfo=UTC)),
        (1_775_210_400_000, datetime(2026, 4, 3, 10, tzinfo=UTC)),
        ("", None),
        ("soon", None),
        (True, None),
        (None, None),
        (float("inf"), None),
        (-1e30, None),
    ],
)
def test_instants_are_read_in_every_notation_tools_use(written: object, meant: object) -> None:
    assert instant(written) == meant


def test_walking_past_the_end_finds_nothing() -> None:
    assert walked([1], "1") is ABSENT
    assert walked([1], "x") is ABSENT
    assert walked("text", "0") is ABSENT
    assert walked({"a": 1}, "") == {"a": 1}


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("é".encode(), "text/html", "é"),
        ("é".encode("latin-1"), "text/html; charset=ISO-8859-1", "é"),
        ("é".encode("latin-1"), 'text/html; charset="latin1"; x=y', "é"),
        ('<meta charset="cp1252">€'.encode("cp1252"), "text/html", '<meta charset="cp1252">€'),
        (b"a", "text/html; charset=klingon", "a"),
    ],
)
def test_a_page_is_read_in_its_own_character_set(body: bytes, kind: str, text: str) -> None:
    assert answer(body, Content_Type=kind).page == text


def test_an_answer_knows_its_address_and_where_it_sends_us_on() -> None:
    assert answer(b"").url == "https://tool.example/x"
    assert answer(b"", Location="/y").location == ""
    moved = answer(b"", Location="y?z=1")
    moved = Answer(
        origin=Origin(tool="Tool", where="", status=303),
        address=moved.address,
        target=moved.target,
        headers=moved.headers,
        body=b"",
    )
    assert moved.location == "https://tool.example/y?z=1"
