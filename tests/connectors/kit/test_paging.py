"""Listings to their last page."""

import pytest

from connectors.kit.answer import Origin, Piece
from connectors.kit.errors import UnexpectedAnswer
from connectors.kit.paging import PAGES_MOST, by_cursor, by_offset, cursor_at, once

HERE = Origin(tool="Tool", where="Tool /x")


def page(items: list[int], skip: int, length: int, **more: object) -> Piece:
    return Piece({"items": items[skip : skip + length], **more}, HERE)


def numbers(items: list[int], *, asked: int, given: int, told: str = "") -> list[object]:
    found = by_offset(
        lambda skip: page(items, skip, given, told=given), "items", size=asked, told=told
    )
    return [piece.value for piece in found]


@pytest.mark.parametrize("count", [0, 1, 3, 4, 6, 7])
def test_every_item_comes_once_however_long_the_pages_are(count: int) -> None:
    items = [*range(count)]
    assert numbers(items, asked=3, given=3) == items
    assert numbers(items, asked=9, given=3, told="told") == items
    assert numbers(items, asked=9, given=3, told="elsewhere") == items[:3]


def test_a_tool_that_tells_of_empty_pages_ends() -> None:
    assert numbers([1, 2], asked=9, given=0, told="told") == []


def test_a_listing_without_end_is_no_complete_look() -> None:
    with pytest.raises(UnexpectedAnswer):
        for _ in by_offset(lambda _skip: Piece([1], HERE), "", size=1):
            pass
    assert PAGES_MOST == 1000


def test_the_cursor_is_read_where_it_lies_and_ends_where_it_is_absent() -> None:
    pages = {"": {"items": [1], "next": {"after": 7}}, "7": {"items": [2]}}
    found = by_cursor(
        lambda after: Piece(pages[after], HERE), "items", following=cursor_at("next.after")
    )
    assert [piece.value for piece in found] == [1, 2]


def test_an_item_pushed_to_the_next_page_comes_once() -> None:
    items = [Piece({"id": id}, HERE) for id in ("2", 1, "1", 0)]
    assert [piece.text("id") for piece in once(items, "id")] == ["2", "1", "0"]
