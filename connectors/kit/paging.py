"""Listings to their last page: an incomplete look must not pass for a complete one."""

from collections.abc import Callable, Iterable, Iterator

from connectors.kit.answer import Piece

PAGES_MOST = 1000


def by_offset(
    page: Callable[[int], Piece], items: str, *, size: int, told: str = ""
) -> Iterator[Piece]:
    """Yield every page's items; `page` takes how many to pass over, a short page is the last.

    `told` is where an answer says how long its pages are: some tools give less than was asked for.
    """
    passed = 0
    for _number in range(PAGES_MOST):
        answer = page(passed)
        count = 0
        for item in answer.each(items):
            count += 1
            yield item
        length = answer.maybe(told) if told else None
        if count < min(size, max(int(length.number()), 1) if length else size):
            return
        passed += count
    raise answer.origin.unexpected(f"$.{items}", "last page")


def by_cursor(
    page: Callable[[str], Piece], items: str, *, following: Callable[[Piece], str]
) -> Iterator[Piece]:
    """Yield every page's items; `following` answers the next page's cursor, empty at the end."""
    cursor, seen = "", {""}
    for _number in range(PAGES_MOST):
        answer = page(cursor)
        yield from answer.each(items)
        cursor = following(answer)
        if not cursor:
            return
        if cursor in seen:
            break
        seen.add(cursor)
    raise answer.origin.unexpected(f"$.{items}", "last page")


def cursor_at(path: str) -> Callable[[Piece], str]:
    """Answer what reads the next page's cursor at `path`; a page without one is the last."""

    def following(answer: Piece) -> str:
        cursor = answer.maybe(path)
        return cursor.text() if cursor else ""

    return following


def once(items: Iterable[Piece], path: str) -> Iterator[Piece]:
    """Yield each item when its id, at `path`, first comes.

    In a listing that begins with the newest, a new record pushes an old one on to the next page.
    """
    seen: set[str] = set()
    for item in items:
        if (id := item.text(path)) not in seen:
            seen.add(id)
            yield item
